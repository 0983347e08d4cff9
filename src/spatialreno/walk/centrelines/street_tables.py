"""A street network as others know it: tables of nodes and edges, a networkx graph, and the way from place to place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.errors import InputError
from spatialreno.walk.millimetres.frame import MM_PER_M, Floats, Ints

if TYPE_CHECKING:
    from spatialreno.walk.centrelines.street_network import StreetNetwork


def node_table(network: StreetNetwork) -> gpd.GeoDataFrame:
    """Give the named nodes as points, with x and y; the index is theirs."""
    xy = network.xy[: len(network.ids)]
    columns = {"x": xy[:, 0], "y": xy[:, 1]}
    index = network.ids.rename(network.ids.name or "node")
    return gpd.GeoDataFrame(columns, index=index, geometry=shapely.points(xy), crs=network.crs)


def edge_table(network: StreetNetwork) -> gpd.GeoDataFrame:
    """Give the streets between named nodes as lines: index u, v, key, a column length_m in metres."""
    start, end = _runs(network)
    length = np.add.reduceat(network.length, start) if len(start) else np.zeros(0)
    u, v = network.ids[network.first[start]], network.ids[network.second[end]]
    frame = pd.DataFrame({"u": u, "v": v, "length_m": length / MM_PER_M})
    frame["key"] = frame.groupby(["u", "v"]).cumcount()
    shapes = _drawn(network, start, end)
    return gpd.GeoDataFrame(frame.set_index(["u", "v", "key"]), geometry=shapes, crs=network.crs)


def networkx_graph(network: StreetNetwork) -> Any:
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


def route_table(network: StreetNetwork, pairs: Iterable[tuple[Any, Any]]) -> gpd.GeoDataFrame:
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


def _ways(network: StreetNetwork, ends: Ints) -> list[tuple[float, Any]]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    if not len(ends):
        return []
    low, high = np.minimum(network.first, network.second), np.maximum(network.first, network.second)
    least = pd.Series(np.maximum(network.length, 1)).groupby([low, high]).min()  # of parallel pieces the shortest
    one, two = (least.index.get_level_values(k).to_numpy() for k in (0, 1))
    count = len(network.xy)
    graph = coo_array((least.to_numpy("float64"), (one, two)), shape=(count, count)).tocsr()
    starts, row = np.unique(ends[:, 0], return_inverse=True)
    length, before = dijkstra(graph, directed=False, indices=starts, return_predecessors=True)
    return [_traced(network, before[r], length[r], int(a), int(b)) for r, (a, b) in zip(row, ends, strict=True)]


def _traced(network: StreetNetwork, before: Ints, length: Floats, start: int, end: int) -> tuple[float, Any]:
    """Follow the way back from its end."""
    if not np.isfinite(length[end]):
        return float("nan"), None
    path = [end]
    while path[-1] != start:
        path.append(int(before[path[-1]]))
    places = path[::-1] if len(path) > 1 else [start, start]
    return float(length[end]) / MM_PER_M, shapely.LineString(network.xy[places])


def _runs(network: StreetNetwork) -> tuple[Ints, Ints]:
    """Give the first and the last piece of every street between named nodes: pieces follow one another along it."""
    start = np.flatnonzero(network.first < len(network.ids))
    end = np.flatnonzero(network.second < len(network.ids))
    return start, end


def _drawn(network: StreetNetwork, start: Ints, end: Ints) -> Any:
    """Draw each street through the pieces that it is made of."""
    pieces = end - start + 1
    street = np.repeat(np.arange(len(start)), pieces)
    coords = np.concatenate([network.xy[network.first], network.xy[network.second[end]]])
    owner = np.concatenate([street, np.arange(len(end))])
    order = np.argsort(owner, kind="stable")
    return shapely.linestrings(coords[order], indices=owner[order])
