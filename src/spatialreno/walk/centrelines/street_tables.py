"""A street network as others know it: tables of nodes and edges, a networkx graph, and the way from place to place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Floats, Ints
from spatialreno.errors import InputError
from spatialreno.walk.millimetres.frame import MM_PER_M


@dataclass(frozen=True, repr=False)
class StreetPieces:
    """Streets as a graph: nodes, the named ones first, and straight pieces between them, walked both ways.

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

    ids: pd.Index[Any]
    xy: Floats
    first: Ints
    second: Ints
    length: Ints
    crs: Any


def node_table(network: StreetPieces) -> gpd.GeoDataFrame:
    """Give the named nodes as points, with x and y; the index is theirs."""
    xy = network.xy[: len(network.ids)]
    columns = {"x": xy[:, 0], "y": xy[:, 1]}
    index = network.ids.rename(network.ids.name or "node")
    return gpd.GeoDataFrame(columns, index=index, geometry=shapely.points(xy), crs=network.crs)


def edge_table(network: StreetPieces) -> gpd.GeoDataFrame:
    """Give the streets between named nodes as lines: index u, v, key, a column length_m in metres."""
    start, end = _runs(network)
    length = np.add.reduceat(network.length, start) if len(start) else np.zeros(0)
    u, v = network.ids[network.first[start]], network.ids[network.second[end]]
    frame = pd.DataFrame({"u": u, "v": v, "length_m": length / MM_PER_M})
    frame["key"] = frame.groupby(["u", "v"]).cumcount()
    shapes = _drawn(network, start, end)
    return gpd.GeoDataFrame(frame.set_index(["u", "v", "key"]), geometry=shapes, crs=network.crs)


def networkx_graph(network: StreetPieces) -> Any:
    """Give the network as a MultiGraph with the attributes of OSMnx: x, y, crs, length in metres and geometry."""
    import networkx as nx

    graph = nx.MultiGraph(crs=network.crs.to_string())
    nodes, edges = node_table(network), edge_table(network)
    placed = zip(nodes.index, nodes["x"], nodes["y"], strict=True)
    graph.add_nodes_from((name, {"x": x, "y": y}) for name, x, y in placed)
    graph.add_edges_from(
        (u, v, key, {"length": length, "geometry": shape})
        for (u, v, key), length, shape in zip(edges.index, edges["length_m"], edges.geometry, strict=True)
    )
    return graph


def route_table(network: StreetPieces, pairs: Iterable[tuple[Any, Any]]) -> gpd.GeoDataFrame:
    """Find the shortest way of each pair of nodes; NaN and None where there is none.

    Raises
    ------
    InputError
        A node is unknown.
    """
    asked = [(one, two) for one, two in pairs]
    ends = network.ids.get_indexer(pd.Index([name for pair in asked for name in pair], dtype=network.ids.dtype))
    if (ends < 0).any():
        unknown = [str(name) for name, k in zip((n for pair in asked for n in pair), ends, strict=True) if k < 0]
        raise InputError(f"streets: no node {', '.join(unknown[:8])}. Use names of nodes: network.nodes.index.")
    ways = _ways(network, ends.reshape(-1, 2))
    columns = {
        "origin": [one for one, _ in asked],
        "destination": [two for _, two in asked],
        "distance_m": [length for length, _ in ways],
    }
    shapes = np.array([shape for _, shape in ways], object)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=network.crs))


def _ways(network: StreetPieces, ends: Ints) -> list[tuple[float, Any]]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    if not len(ends):
        return []
    low, high = np.minimum(network.first, network.second), np.maximum(network.first, network.second)
    least = pd.Series(np.maximum(network.length, 1)).groupby([low, high]).min()  # of parallel pieces the shortest
    one, two = (least.index.get_level_values(k).to_numpy() for k in (0, 1))
    count = len(network.xy)
    graph = coo_array((least.to_numpy("float64"), (one, two)), shape=(count, count)).tocsr()
    found: dict[int, tuple[float, Any]] = {}
    for start in np.unique(ends[:, 0]).tolist():  # one search at a time: no table of starts by nodes
        length, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        for row in np.flatnonzero(ends[:, 0] == start).tolist():
            found[row] = _traced(network, before, length, start, int(ends[row, 1]))
    return [found[row] for row in range(len(ends))]


def _traced(network: StreetPieces, before: Ints, length: Floats, start: int, end: int) -> tuple[float, Any]:
    """Follow the way back from its end."""
    if not np.isfinite(length[end]):
        return float("nan"), None
    path = [end]
    while path[-1] != start:
        path.append(int(before[path[-1]]))
    places = path[::-1] if len(path) > 1 else [start, start]
    return float(length[end]) / MM_PER_M, shapely.LineString(network.xy[places])


def _runs(network: StreetPieces) -> tuple[Ints, Ints]:
    """Give the first and the last piece of every street between named nodes: pieces follow one another along it."""
    start = np.flatnonzero(network.first < len(network.ids))
    end = np.flatnonzero(network.second < len(network.ids))
    return start, end


def _drawn(network: StreetPieces, start: Ints, end: Ints) -> Any:
    """Draw each street through the pieces that it is made of."""
    pieces = end - start + 1
    street = np.repeat(np.arange(len(start)), pieces)
    coords = np.concatenate([network.xy[network.first], network.xy[network.second[end]]])
    owner = np.concatenate([street, np.arange(len(end))])
    order = np.argsort(owner, kind="stable")
    return shapely.linestrings(coords[order], indices=owner[order])
