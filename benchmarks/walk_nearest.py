"""Nearest of each of 20 kinds of facility from every node: ours, networkx multi-source, pandana, cityseer.

    python benchmarks/walk_nearest.py [porto|heidelberg] [facilities of a kind]

CPU time. The peers are timed on some of the kinds and scaled. What is made once for a graph is not counted (our drawing
together of chains, pandana's preprocessing and its assignment of facilities to nodes), only queries. Ours names the
facility as well, and is timed as arrays, as the peers answer (distances by node), and as the table with ids. Answers
are checked: equal to networkx to the millimetre for every node.

cityseer answers another question, so its time stands beside and no ratio is claimed: from every live node it searches
outwards to a limit and counts what lies in reach (accessibility, with the nearest distance as by-product), over nodes
of its own network; ours searches once from all facilities of a kind and has no such counts. It takes all kinds in one
pass, and is timed on the nodes of a window of 2 km in the middle with streets to the limit around it. Its distances
start at the nearest node too, so they are compared: ours are whole millimetres, rounded up at each hop.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from walk_graphs import cpu, read_graph
from walk_reach import networkx_graph, pandana_graph

from spatialreno.walk import StreetNetwork
from spatialreno.walk.search.contraction import nearest_from
from spatialreno.walk.search.engine import FAR, Seeds

KINDS, SAMPLE = 20, 2
LIMIT_M = 3000.0


def main(name: str, count: int) -> None:
    """Run all and print."""
    network = read_graph(name)
    dice = np.random.default_rng(2)
    kinds = [dice.choice(len(network.xy), count, replace=False) for _ in range(KINDS)]
    print(f"{name}: {len(network.xy)} nodes; {KINDS} kinds of {count} facilities, nearest within {LIMIT_M:.0f} m")
    every = np.concatenate(kinds)
    seeds = Seeds(np.arange(len(every)), every, np.zeros(len(every), np.int64), len(every))
    group = np.repeat(np.arange(KINDS), count)
    nearest_from(network.chains, seeds, group, KINDS, 1.0)
    ours, (fields, _) = cpu(lambda: nearest_from(network.chains, seeds, group, KINDS, LIMIT_M * 1000), 3)
    asked = {f"k{k}": network.ids[kind] for k, kind in enumerate(kinds)}
    whole, table = cpu(lambda: network.nearest(asked, limit_m=LIMIT_M))
    print(f"ours      {ours:9.3f} s  as arrays, {whole:.3f} s as a table of {len(table)} rows")
    _networkx(network, kinds, fields, ours)
    time_pd, worst = _pandana(network, kinds, fields)
    ratio = time_pd / ours
    print(f"pandana   {time_pd:9.3f} s  ({SAMPLE} kinds, scaled)  {ratio:6.1f} x   largest difference {worst:.1f} mm")
    _cityseer(network, count)


def _networkx(network: StreetNetwork, kinds: list[Any], fields: Any, ours: float) -> None:
    """Time networkx, and compare every node."""
    plain, find = networkx_graph(network), nx.multi_source_dijkstra_path_length
    time_nx, answers = cpu(lambda: [find(plain, set(kind.tolist()), cutoff=LIMIT_M * 1000) for kind in kinds[:SAMPLE]])
    for far, answer in zip(fields, answers, strict=False):
        near = np.flatnonzero(far < FAR)
        assert dict(zip(near.tolist(), far[near].tolist(), strict=True)) == answer
    time_nx *= KINDS / SAMPLE
    print(f"networkx  {time_nx:9.3f} s  ({SAMPLE} kinds, scaled)  {time_nx / ours:6.1f} x   equal to the millimetre")


def _cityseer(network: StreetNetwork, count: int) -> None:
    """Time cityseer in a window, ours for the same nodes and facilities beside it, and compare the first kind."""
    from cityseer.metrics.layers import compute_accessibilities
    from cityseer.tools.io import network_structure_from_nx

    off = np.abs(network.xy - np.median(network.xy, axis=0)).max(axis=1)
    graph, live = _window(network, off)
    around = np.array([int(node) for node in graph])
    kinds = np.random.default_rng(2).choice(around, (KINDS, count // 2))
    logging.disable(logging.WARNING)
    nodes, _, structure = network_structure_from_nx(graph)
    names = [f"k{k}" for k in range(KINDS)]
    spots = shapely.points(network.xy[kinds.ravel()])
    data = gpd.GeoDataFrame({"kind": np.repeat(names, count // 2)}, geometry=spots, crs=network.crs)
    data.index = data.index.astype(str)
    choices: Any = {"distances": [int(LIMIT_M)], "max_netw_assign_dist": 50}
    took, table = cpu(lambda: compute_accessibilities(data, "kind", names, nodes, structure, **choices))
    seeds = Seeds(np.arange(kinds.size), kinds.ravel(), np.zeros(kinds.size, np.int64), kinds.size)
    group = np.repeat(np.arange(KINDS), count // 2)
    ours, (far, _) = cpu(lambda: nearest_from(network.chains, seeds, group, KINDS, LIMIT_M * 1000))
    column = next(name for name in table if name.startswith("cc_k0_nearest"))
    theirs = table.loc[[str(node) for node in live], column].to_numpy(float) * 1000
    both = np.isfinite(theirs) & (far[0][live] < FAR)
    print(
        f"cityseer  {took:9.3f} s  for {len(live)} nodes of {len(around)} (ours {ours:.3f} s for all {len(off)}), with "
        f"counts in reach; largest difference {np.abs(theirs - far[0][live])[both].max():.0f} mm"
    )


def _window(network: StreetNetwork, off: Any) -> tuple[Any, Any]:
    """Cut the middle out as cityseer wants it; gives also the nodes it is to look from."""
    kept = (off[network.first] < 1000 + LIMIT_M) & (off[network.second] < 1000 + LIMIT_M)
    graph = nx.MultiGraph(crs=network.crs)
    ends = np.column_stack([network.first, network.second])[kept]
    for node in np.unique(ends).tolist():
        x, y = network.xy[node].tolist()
        graph.add_node(str(node), x=x, y=y, live=bool(off[node] < 1000))
    for one, two in ends.tolist():
        graph.add_edge(str(one), str(two), geom=shapely.LineString(network.xy[[one, two]]))
    return graph, np.array([int(node) for node, data in graph.nodes(data=True) if data["live"]])


def _pandana(network: StreetNetwork, kinds: list[Any], fields: Any) -> tuple[float, float]:
    """Time pandana's queries, and give its largest difference in millimetres."""
    net = pandana_graph(network)
    for k in range(SAMPLE):
        place = network.xy[kinds[k]]
        net.set_pois(f"k{k}", LIMIT_M, 1, pd.Series(place[:, 0]), pd.Series(place[:, 1]))
    time_pd, tables = cpu(lambda: [net.nearest_pois(LIMIT_M, f"k{k}", num_pois=1)[1].to_numpy() for k in range(SAMPLE)])
    worst = 0.0
    for far, table in zip(fields, tables, strict=False):
        near = (far < FAR) & (table < LIMIT_M)
        worst = max(worst, float(np.abs(far[near] - table[near] * 1000).max()))
    return time_pd * KINDS / SAMPLE, worst


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "porto", int(sys.argv[2]) if len(sys.argv) > 2 else 100)
