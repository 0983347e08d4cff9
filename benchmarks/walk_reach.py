"""Distances within 1 200 m of many origins: ours, networkx with cutoff, pandana, on the same graph.

    python benchmarks/walk_reach.py [porto|heidelberg] [origins]

CPU time of whole answers: ours and pandana's are tables with ids, networkx's are dictionaries. Ours and pandana's take
all origins at once, networkx is timed on a sample and scaled. What is made once for a graph is not counted and printed
beside: our drawing together of chains, pandana's contraction hierarchy. Answers are checked on the sample: equal to
networkx to the millimetre, to pandana within its float32.
"""

from __future__ import annotations

import sys
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from walk_graphs import cpu, read_graph

from spatialreno.walk import StreetNetwork
from spatialreno.walk.search.contraction import draw_together
from spatialreno.walk.search.engine import both_ways

LIMIT_M = 1200
SAMPLE = 100


def networkx_graph(network: StreetNetwork) -> Any:
    """The same graph in networkx, in whole millimetres; nodes are numbers."""
    made = nx.Graph()
    made.add_nodes_from(range(len(network.xy)))
    ends = network.first.tolist(), network.second.tolist(), network.length.tolist()
    made.add_weighted_edges_from(zip(*ends, strict=True))
    return made


def pandana_graph(network: StreetNetwork) -> Any:
    """The same graph in pandana, its contraction hierarchy built; nodes are numbers."""
    import pandana

    x, y = pd.Series(network.xy[:, 0]), pd.Series(network.xy[:, 1])
    ends = pd.Series(network.first), pd.Series(network.second)
    return pandana.Network(x, y, *ends, pd.DataFrame({"w": network.length / 1000.0}), twoway=True)


def main(name: str, count: int) -> None:
    """Run all and print."""
    network = read_graph(name)
    print(f"{name}: {len(network.xy)} nodes, {len(network.first)} edges; {count} origins, {LIMIT_M} m")
    origins = np.random.default_rng(1).choice(len(network.xy), count, replace=False)
    ids = network.ids[origins]
    network.distances(ids[:1], limit_m=10)
    made, _ = cpu(lambda: draw_together(both_ways(network.first, network.second, network.length, len(network.xy))), 2)
    ours, found = cpu(lambda: network.distances(ids, limit_m=LIMIT_M), 5)
    each = ours / len(found) * 1e9
    print(f"ours      {ours:9.3f} s  {len(found)} distances, {each:.0f} ns each; made in {made:.2f} s")
    few = origins[: min(SAMPLE, count)]
    tables = _by_origin(found, network, few)
    plain, find = networkx_graph(network), nx.single_source_dijkstra_path_length
    time_nx, answers = cpu(lambda: [find(plain, at, cutoff=LIMIT_M * 1000) for at in few.tolist()], 2)
    assert answers == tables
    time_nx *= count / len(few)
    some = f"({len(few)} origins, scaled)"
    print(f"networkx  {time_nx:9.3f} s  {some}   {time_nx / ours:6.1f} x   equal to the millimetre")
    made, net = cpu(lambda: pandana_graph(network))
    time_pd, table = cpu(lambda: net.nodes_in_range(pd.Series(origins), LIMIT_M), 2)
    worst, missed = _compare(table, few, tables)
    print(
        f"pandana   {time_pd:9.3f} s   {time_pd / ours:6.1f} x   made in {made:.0f} s; "
        f"largest difference {worst:.1f} mm, {missed} pairs at the limit differ"
    )


def _by_origin(found: pd.DataFrame, network: StreetNetwork, few: Any) -> list[dict[int, int]]:
    """Give our distances from some nodes as dictionaries of whole millimetres."""
    groups = {origin: part for origin, part in found.groupby("origin") if origin in set(network.ids[few])}
    parts = [groups[origin] for origin in network.ids[few]]
    nodes = [network.ids.get_indexer(part["destination"]).tolist() for part in parts]
    millimetres = [np.rint(part["distance_m"] * 1000).astype(int).tolist() for part in parts]
    return [dict(zip(node, far, strict=True)) for node, far in zip(nodes, millimetres, strict=True)]


def _compare(table: Any, few: Any, tables: list[dict[int, int]]) -> tuple[float, int]:
    """Compare pandana's rows with ours: largest difference in millimetres, and pairs only one of the two has."""
    columns = list(table.columns)
    worst, missed = 0.0, 0
    for origin, mine in zip(few.tolist(), tables, strict=True):
        rows = table[table[columns[0]] == origin]
        theirs = dict(zip(rows[columns[1]].tolist(), (rows[columns[2]] * 1000).tolist(), strict=True))
        worst = max([worst, *(abs(theirs[node] - mine[node]) for node in theirs.keys() & mine.keys())])
        missed += len(theirs.keys() ^ mine.keys())
    return worst, missed


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "porto", int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
