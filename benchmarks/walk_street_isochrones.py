"""Street isochrones of 1 200 m: ours against the OSMnx recipe, and both against the exact reach.

    python benchmarks/walk_street_isochrones.py [porto|heidelberg] [origins]

The recipe is that of the OSMnx examples: `networkx.ego_graph`, nodes and edges buffered (25 m), their union. It is
timed on the raw graph, on which all others walk, and on the graph simplified by OSMnx, which is the best set-up for it;
it takes whole edges only. The exact reach is made of networkx distances, edges cut at the limit, buffered and joined by
shapely. CPU time a polygon; the peers are timed on a sample. Yard-true polygons answer another question (what is seen
in yards, and ends at walls) and are timed beside, on the example quarter.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import shapely
from walk_graphs import cpu, read_graph
from walk_reach import networkx_graph

import spatialreno as sr

LIMIT_M, HALF_M, SAMPLE = 1200, 25.0, 12
EXAMPLE = Path(__file__).resolve().parents[1] / "data" / "geo" / "xigongdi"


def osmnx_graph(network: sr.walk.StreetNetwork) -> Any:
    """The same graph as OSMnx would make it, not simplified."""
    graph = nx.MultiDiGraph(crs=network.crs)
    ids = network.ids.tolist()
    graph.add_nodes_from((name, {"x": x, "y": y}) for name, (x, y) in zip(ids, network.xy.tolist(), strict=True))
    rows = zip(network.first.tolist(), network.second.tolist(), (network.length / 1000).tolist(), strict=True)
    for one, two, length in rows:
        graph.add_edge(ids[one], ids[two], length=length, osmid=0)
        graph.add_edge(ids[two], ids[one], length=length, osmid=0)
    return graph


def recipe(graph: Any, origin: int) -> shapely.Geometry:
    """Draw an isochrone as the OSMnx examples do."""
    part = nx.ego_graph(graph, origin, radius=LIMIT_M, distance="length")
    at = {node: shapely.Point(data["x"], data["y"]) for node, data in part.nodes(data=True)}
    straight = [(at[one], at[two], data.get("geometry")) for one, two, data in part.edges(data=True)]
    lines = [shapely.LineString([one, two]) if line is None else line for one, two, line in straight]
    nodes, edges = gpd.GeoSeries(list(at.values())).buffer(HALF_M), gpd.GeoSeries(lines).buffer(HALF_M)
    return gpd.GeoSeries(pd.concat([nodes, edges])).union_all()


def exact(network: sr.walk.StreetNetwork, plain: Any, origin: int) -> shapely.Geometry:
    """Cut edges at the limit, buffer and join them."""
    limit = LIMIT_M * 1000
    far = nx.single_source_dijkstra_path_length(plain, origin, cutoff=limit)
    lines = []
    for one in far:
        for two, data in plain[one].items():
            share = min((limit - far[one]) / data["weight"], 1.0)
            tip = network.xy[one] + (network.xy[two] - network.xy[one]) * share
            lines.append(shapely.LineString([network.xy[one], tip]))
    return shapely.union_all(shapely.buffer(np.array(lines), HALF_M))


def main(name: str, count: int) -> None:
    """Run all and print."""
    network = read_graph(name)
    graph = osmnx_graph(network)
    simple = ox.simplify_graph(graph)
    ends = network.ids.get_indexer(pd.Index(list(simple.nodes)))
    origins = np.random.default_rng(1).choice(np.sort(ends), count, replace=False)
    minutes = LIMIT_M / (60 * float(sr.read_catalog().groups["speed_m_s"]["general"]))
    ids = network.ids[origins]
    sr.walk.street_isochrones(network, ids[:1], [minutes])
    ours, drawn = cpu(lambda: sr.walk.street_isochrones(network, ids, [minutes]), 2)
    print(f"{name}: {len(network.xy)} nodes, simplified {len(simple)}; {count} origins, {LIMIT_M} m")
    print(f"ours              {ours:9.2f} s  {ours / count * 1000:.2f} ms each, all valid: {drawn.is_valid.all()}")
    few = origins[:SAMPLE]
    plain = networkx_graph(network)
    time_exact, reach = cpu(lambda: [exact(network, plain, at) for at in few.tolist()])
    _report("exact, by shapely", time_exact, ours / count * SAMPLE, reach, reach)
    for title, peer in (("OSMnx, simplified", simple), ("OSMnx, raw graph", graph)):
        time_ox, shapes = cpu(lambda peer=peer: [recipe(peer, at) for at in network.ids[few]])
        _report(title, time_ox, ours / count * SAMPLE, shapes, reach)
    _report("ours", ours / count * SAMPLE, ours / count * SAMPLE, list(drawn.geometry[:SAMPLE]), reach)
    _yards(minutes)


def _report(title: str, took: float, ours: float, shapes: list[Any], reach: list[Any]) -> None:
    """Print time and overlap with the exact reach."""
    overlap = [shapely.area(a & b) / shapely.area(a | b) for a, b in zip(shapes, reach, strict=True)]
    print(f"{title:17} {took / len(shapes) * 1000:9.2f} ms each  {took / ours:7.1f} x   "
          f"overlap with the exact reach {min(overlap):.3f} to {max(overlap):.3f}")  # fmt: skip


def _yards(minutes: float) -> None:
    """Time polygons of exact yards."""
    area = sr.read_area(EXAMPLE)
    homes = list(area.buildings.index)[:8]
    sr.isochrones(area, homes[:1], [minutes])
    took, _ = cpu(lambda: sr.isochrones(area, homes, [minutes]))
    print(f"yard-true         {took / len(homes) * 1000:9.2f} ms each  ({len(homes)} buildings of the example quarter)")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "porto", int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
