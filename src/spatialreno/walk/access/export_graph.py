"""The walk fabric as tables, and as a graph that OSMnx and networkx understand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Bools
from spatialreno.area import refuse_unknown
from spatialreno.walk.fabric.fabric import HOP_KINDS, NODE_KINDS, Fabric
from spatialreno.walk.millimetres.frame import MM_PER_M
from spatialreno.walk.state.standing import VISITOR, fabric_of, homes, open_hops

if TYPE_CHECKING:
    import networkx as nx

    from spatialreno.area import StudyArea

_KIND_OF_HIGHWAY = {
    "footway": "footway", "pedestrian": "footway", "path": "footway", "steps": "steps",
    "service": "service", "living_street": "lane", "cycleway": "cycleway", "track": "track",
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class WalkNetwork:
    """Every hop that can be walked in some state of an area, and which of them are open today.

    Attributes
    ----------
    area
        The area whose state decides what is open.
    compound
        The compound whose people walk, "" for visitors.
    """

    area: StudyArea
    compound: str
    _fabric: Fabric
    _open: Bools

    @cached_property
    def nodes(self) -> gpd.GeoDataFrame:
        """Nodes: index node; columns x, y (metres), kind (corner, gate, door, edge, street), geometry."""
        xy = self._fabric.frame.to_m(self._fabric.xy)
        table = {"x": xy[:, 0], "y": xy[:, 1], "kind": np.array(NODE_KINDS, object)[self._fabric.kind]}
        index = pd.RangeIndex(len(xy), name="node")
        return gpd.GeoDataFrame(table, index=index, geometry=shapely.points(xy), crs=self.area.crs)

    @cached_property
    def hops(self) -> pd.DataFrame:
        """Hops: columns u, v, length_mm, kind (yard, joint, street, link), labels (comma-joined), open."""
        hops = self._fabric.hops
        labels = np.full(len(hops), "", object)
        names = [f"{layer}:{name}" for layer, name, _ in self._fabric.obstacles.labels]
        for hop, label in zip(hops.label_hop.tolist(), hops.label.tolist(), strict=True):
            labels[hop] = f"{labels[hop]},{names[label]}" if labels[hop] else names[label]
        return pd.DataFrame(
            {
                "u": hops.first,
                "v": hops.second,
                "length_mm": hops.length,
                "kind": np.array(HOP_KINDS, object)[hops.kind],
                "labels": labels,
                "open": self._open,
            }
        )

    def __repr__(self) -> str:
        """Read the network aloud."""
        who = f"people of {self.compound}" if self.compound else "visitors"
        count, total = int(self._open.sum()), len(self._open)
        return f"WalkNetwork of {self.area.name}: {len(self._fabric.xy)} nodes, {count} of {total} hops open to {who}"

    def to_networkx(self) -> Any:
        """Give the open hops as a graph that OSMnx functions accept.

        Returns
        -------
        networkx.MultiDiGraph
            Nodes with x, y (metres) and kind; edges both ways with `length` in metres, `osmid` and geometry; the
            graph's `crs` is the area's.
        """
        import networkx as nx

        graph = nx.MultiDiGraph(crs=self.area.crs, name=self.area.name)
        xy = self._fabric.frame.to_m(self._fabric.xy)
        for node, (x, y) in enumerate(xy.tolist()):
            graph.add_node(node, x=x, y=y, kind=NODE_KINDS[self._fabric.kind[node]])
        hops = self._fabric.hops
        for hop in np.flatnonzero(self._open).tolist():
            one, two = int(hops.first[hop]), int(hops.second[hop])
            length = int(hops.length[hop]) / MM_PER_M
            for tail, head in ((one, two), (two, one)):
                line = shapely.LineString([xy[tail], xy[head]])
                graph.add_edge(tail, head, osmid=hop, length=length, geometry=line, oneway=False)
        return graph


def walk_network(area: StudyArea, *, compound: str | None = None) -> WalkNetwork:
    """Build the network that people walk: streets, lanes and yards, stopped by walls, let through by gates.

    Parameters
    ----------
    area
        The study area.
    compound
        Id of the one whose people walk; their block's `residents` gates are open to them. By default visitors.

    Returns
    -------
    WalkNetwork
        Tables of nodes and hops, and `to_networkx()`.

    Raises
    ------
    InputError
        The compound is unknown.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> visitors, people = walk_network(area), walk_network(area, compound="C01")
    >>> people.hops.columns.tolist()
    ['u', 'v', 'length_mm', 'kind', 'labels', 'open']
    >>> bool(people.hops["open"].sum() > visitors.hops["open"].sum())  # their own gates open to them
    True
    """
    fabric = fabric_of(area)
    if compound is not None:
        refuse_unknown([str(compound)], homes(area), what="walk_network", noun="compound")
    walker = VISITOR if compound is None else homes(area)[str(compound)]
    return WalkNetwork(area, compound or "", fabric, open_hops(area, fabric, walker))


def paths_from_networkx(graph: nx.Graph) -> gpd.GeoDataFrame:
    """Take the edges of an OSMnx graph in as a `paths` layer.

    Parameters
    ----------
    graph
        A networkx graph whose nodes have x and y, with `crs` in its attributes, as OSMnx makes them.

    Returns
    -------
    geopandas.GeoDataFrame
        Index id ("N1", "N2", …), columns kind, name, steps, geometry; in the graph's CRS. The two directions of a
        street become one row.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.MultiDiGraph(crs="EPSG:4546")
    >>> graph.add_nodes_from([(1, {"x": 631_000, "y": 3_838_000}), (2, {"x": 631_040, "y": 3_838_030})])
    >>> _ = graph.add_edges_from([(1, 2, {"highway": "steps"}), (2, 1, {"highway": "steps"})])
    >>> paths = paths_from_networkx(graph)
    >>> paths["kind"].tolist(), paths.length.tolist()
    (['steps'], [50.0])
    """
    rows: dict[bytes, dict[str, Any]] = {}
    for tail, head, data in graph.edges(data=True):
        line = data.get("geometry")
        if line is None:
            ends = (graph.nodes[tail], graph.nodes[head])
            line = shapely.LineString([(end["x"], end["y"]) for end in ends])
        highway = _first(data.get("highway"))
        kind = _KIND_OF_HIGHWAY.get(str(highway), "street")
        row = {"kind": kind, "name": _first(data.get("name")), "steps": kind == "steps", "geometry": line}
        rows.setdefault(shapely.to_wkb(shapely.normalize(line)), row)
    table = [rows[key] for key in sorted(rows)]
    index = pd.Index([f"N{at}" for at in range(1, len(table) + 1)], name="id")
    return gpd.GeoDataFrame(table, index=index, geometry="geometry", crs=graph.graph["crs"])


def _first(value: object) -> Any:
    """OSMnx lists several values where it merged edges; the first stands for all."""
    return value[0] if isinstance(value, list) and value else value
