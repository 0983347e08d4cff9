"""Walking along street centrelines alone, for whole cities where nobody knows the walls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Floats, Ints
from spatialreno.errors import InputError
from spatialreno.walk.centrelines.street_tables import (
    StreetPieces,
    edge_table,
    networkx_graph,
    node_table,
    route_table,
)
from spatialreno.walk.fabric.build import hilbert
from spatialreno.walk.millimetres.frame import MM_PER_M, lines
from spatialreno.walk.search.contraction import Chains, draw_together, nearest_from, rows_from
from spatialreno.walk.search.engine import FAR, Seeds, both_ways

Spots: TypeAlias = "gpd.GeoSeries | Sequence[Any]"


@dataclass(frozen=True)
class Feet:
    """Where points reach a street: the piece, the coordinates, and millimetres to it and along it."""

    piece: Ints
    xy: Floats
    away: Ints
    along: Ints


@dataclass(frozen=True, repr=False)
class StreetNetwork(StreetPieces):
    """Streets to walk along: which places reach which, how far, and by which way.

    Attributes
    ----------
    ids
        Names of nodes; further nodes only bend streets.
    xy
        Coordinates of all nodes in metres of `crs`.
    first, second, length
        Ends of the pieces and their whole millimetres.
    crs
        Projected coordinate system.
    """

    def plot(self, **how: Any) -> Any:
        """Draw the streets and return matplotlib's axes; ``how`` as for ``GeoDataFrame.plot``."""
        return self.edges.plot(**how)

    def __repr__(self) -> str:
        """Read the network aloud."""
        return f"StreetNetwork: {len(self.ids)} nodes, {len(self.first)} pieces, {self.length.sum() / 1e6:.1f} km"

    def __len__(self) -> int:
        """Count the named nodes."""
        return len(self.ids)

    @property
    def nodes(self) -> gpd.GeoDataFrame:
        """Named nodes: points with x and y in metres of ``crs``; the index is that of ``distances``."""
        return node_table(self)

    @property
    def edges(self) -> gpd.GeoDataFrame:
        """Streets between named nodes: lines, index (u, v, key), length_m in metres; each once, walked both ways."""
        return edge_table(self)

    def to_networkx(self) -> Any:
        """Return a ``networkx.MultiGraph`` with the attributes of OSMnx (x, y, length, geometry, crs); it reads back.

        >>> import networkx as nx
        >>> from spatialreno.walk import street_network
        >>> graph = nx.Graph(crs="EPSG:3857")
        >>> graph.add_nodes_from([("a", {"x": 0.0, "y": 0.0}), ("b", {"x": 30.0, "y": 40.0})])
        >>> _ = graph.add_edge("a", "b", length=50.0)
        >>> street_network(graph).to_networkx().edges["a", "b", 0]["length"]
        50.0
        """
        return networkx_graph(self)

    def routes(self, pairs: Iterable[tuple[Any, Any]]) -> gpd.GeoDataFrame:
        """Draw the shortest way of each pair of nodes.

        Parameters
        ----------
        pairs
            Names of nodes, from and to; rows of a table: ``zip(table["origin"], table["destination"])``.

        Returns
        -------
        geopandas.GeoDataFrame
            A row a pair, in their order: origin, destination, distance_m (NaN where there is no way) and its line.

        Raises
        ------
        InputError
            A node is unknown.
        """
        return route_table(self, pairs)

    @cached_property
    def chains(self) -> Chains:
        """The graph drawn together, made once; laid along a Hilbert curve, so that near nodes are near in memory."""
        order = np.argsort(hilbert(np.rint(self.xy * MM_PER_M).astype(np.int64)), kind="stable")
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        chains = draw_together(both_ways(rank[self.first], rank[self.second], self.length, len(rank)))
        return chains._replace(node=order[chains.node].astype(np.int32), row=chains.row[rank])

    def distances(self, origins: Spots, *, limit_m: float) -> pd.DataFrame:
        """Measure to every node within a distance of each origin.

        Parameters
        ----------
        origins
            Names of nodes, or a GeoSeries of points in the network's CRS; a point walks straight to the nearest
            street first.
        limit_m
            Farthest walk in metres.

        Returns
        -------
        pandas.DataFrame
            Columns origin, destination, distance_m; what is not reached is absent. Origins come in the order in
            which they lie along the network.

        Raises
        ------
        InputError
            A node is unknown, or points are in another CRS.
        """
        names, seeds = self.seeds(origins)
        found = rows_from(self.chains, seeds, limit_m * MM_PER_M)
        order = np.argsort(found.first, kind="stable")
        columns = {
            "origin": names.to_numpy()[order].repeat((found.last - found.first)[order]),
            "destination": self._called.take(found.rows[:, 0]),
            "distance_m": found.rows[:, 1] / MM_PER_M,
        }
        table = pd.DataFrame(columns, copy=False)
        if len(self.ids) == len(self.xy):
            return table
        return table[self.chains.node[found.rows[:, 0]] < len(self.ids)].reset_index(drop=True)

    def sums(self, origins: Spots, values: pd.DataFrame, *, limit_m: float, lot: int = 1000) -> pd.DataFrame:
        """Add up what lies within a distance of each origin, without a table of all pairs.

        Parameters
        ----------
        origins
            As for ``distances``.
        values
            What lies at nodes: index names of nodes (a name may come more than once), a column of numbers a measure,
            such as residents, or 1 for each shop.
        limit_m
            Farthest walk in metres.
        lot
            Origins measured at once; no more than their rows are ever held. The sums do not depend on it.

        Returns
        -------
        pandas.DataFrame
            Index the origins as given; the columns of ``values``, 0 where nothing of it is reached.

        Raises
        ------
        InputError
            A node is unknown, a value is missing or no number, or points are in another CRS.
        """
        names, seeds = self.seeds(origins)
        weights = self._at_rows(values)
        found = np.zeros((len(names), len(values.columns)))
        for begin in range(0, len(names), max(lot, 1)):
            count = min(lot, len(names) - begin)
            own = (seeds.place >= begin) & (seeds.place < begin + count)
            part = Seeds(seeds.place[own] - begin, seeds.node[own], seeds.length[own], count)
            rows = rows_from(self.chains, part, limit_m * MM_PER_M)
            order = np.argsort(rows.first, kind="stable")
            origin = order.repeat((rows.last - rows.first)[order])
            for column in range(found.shape[1]):
                reached = weights[rows.rows[:, 0], column]
                found[begin : begin + count, column] = np.bincount(origin, reached, minlength=count)
        return pd.DataFrame(found, index=names, columns=values.columns)

    def _at_rows(self, values: pd.DataFrame) -> Floats:
        """Lay values at nodes on the rows of the chains; what bends a street only holds nothing."""
        node = self.ids.get_indexer_for(pd.Index(values.index))
        numbers = values.apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
        unknown = [str(name) for name in values.index[node < 0][:8]]
        if unknown or not np.isfinite(numbers).all():
            what = f"no node {', '.join(unknown)}" if unknown else "a value is missing or no number"
            raise InputError(f"streets: {what}. Give numbers, by names of nodes of the graph.")
        at_node = np.zeros((len(self.xy), numbers.shape[1]))
        np.add.at(at_node, node, numbers)
        laid: Floats = at_node[self.chains.node]
        return laid

    @cached_property
    def _called(self) -> Any:
        """The name of each row of the chains; the last name where there is none."""
        return self.ids.to_numpy()[np.minimum(self.chains.node, len(self.ids) - 1)]

    def nearest(self, facilities: Mapping[str, Spots], *, limit_m: float) -> pd.DataFrame:
        """Find for every node the nearest facility of each kind.

        Parameters
        ----------
        facilities
            For each kind names of nodes, or a GeoSeries of points in the network's CRS.
        limit_m
            Farthest walk in metres.

        Returns
        -------
        pandas.DataFrame
            Columns node, kind, facility, distance_m; what is not reached is absent. Of equal walks that to the
            facility listed first.

        Raises
        ------
        InputError
            A node is unknown, or points are in another CRS.
        """
        parts = [self.seeds(spots) for spots in facilities.values()]
        names = pd.Index([name for part, _ in parts for name in part]).to_numpy()
        group = np.repeat(np.arange(len(parts)), [seeds.places for _, seeds in parts])
        seeds = _joined([seeds for _, seeds in parts])
        far, name = nearest_from(self.chains, seeds, group, len(parts), limit_m * MM_PER_M)
        kind, node = np.nonzero(far[:, : len(self.ids)] < FAR)
        columns = {
            "node": self.ids.to_numpy()[node],
            "kind": pd.Categorical.from_codes(kind, pd.Index(list(facilities))),
            "facility": names[name[kind, node]],
            "distance_m": far[kind, node] / MM_PER_M,
        }
        return pd.DataFrame(columns, copy=False)

    def seeds(self, origins: Spots) -> tuple[pd.Index[Any], Seeds]:
        """Lay origins on the network; gives their names, and the ways from them to nodes."""
        if isinstance(origins, gpd.GeoSeries):
            feet = self.feet(origins)
            place = np.arange(len(origins))
            ends = np.concatenate([self.first[feet.piece], self.second[feet.piece]])
            length = np.concatenate([feet.away + feet.along, feet.away + self.length[feet.piece] - feet.along])
            return origins.index, Seeds(np.tile(place, 2), ends, length, len(place))
        names = pd.Index(list(origins))
        node = self.ids.get_indexer(names)
        if (node < 0).any():
            unknown = ", ".join(str(name) for name in names[node < 0][:8])
            raise InputError(f"streets: no node {unknown}. Use names of nodes of the graph, or a GeoSeries of points.")
        return names, Seeds(np.arange(len(node)), node, np.zeros(len(node), np.int64), len(node))

    def first_steps(self, origins: Spots) -> Floats:
        """Give for each origin rows (x, y, x, y, millimetres long, millimetres away) of where walks along it begin."""
        if isinstance(origins, gpd.GeoSeries):
            feet = self.feet(origins)
            ends = (self.first, feet.along), (self.second, self.length[feet.piece] - feet.along)
            rows = [np.column_stack([feet.xy, self.xy[end[feet.piece]], run, feet.away]) for end, run in ends]
            return np.stack(rows, axis=1)
        xy = self.xy[self.seeds(origins)[1].node]
        return np.column_stack([xy, xy, np.zeros((len(xy), 2))])[:, None]

    def feet(self, points: gpd.GeoSeries) -> Feet:
        """Find where points reach the nearest street."""
        if points.crs != self.crs:
            raise InputError("streets: points are in another CRS than the network. Use points.to_crs(network.crs).")
        shapes = points.geometry.to_numpy()
        piece = self._tree.nearest(shapes)
        drawn = self._tree.geometries[piece]
        share = np.minimum(shapely.line_locate_point(drawn, shapes) / np.maximum(shapely.length(drawn), 1e-9), 1.0)
        along = np.rint(share * self.length[piece]).astype(np.int64)
        away = np.rint(shapely.distance(drawn, shapes) * MM_PER_M).astype(np.int64)
        xy = self.xy[self.first[piece]] * (1 - share)[:, None] + self.xy[self.second[piece]] * share[:, None]
        return Feet(piece, xy, away, along)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(lines(self.xy[self.first], self.xy[self.second]))


def _joined(parts: list[Seeds]) -> Seeds:
    """Number the places of several lots on."""
    begin = np.cumsum([0, *(part.places for part in parts)])
    none = np.empty(0, np.int64)
    place = np.concatenate([none, *(part.place + at for part, at in zip(parts, begin, strict=False))])
    node = np.concatenate([none, *(part.node for part in parts)])
    return Seeds(place, node, np.concatenate([none, *(part.length for part in parts)]), int(begin[-1]))
