"""Distances within 1 200 m of many origins: ours, networkx with cutoff, pandana, on the same graph.

    python benchmarks/walk_reach.py [porto|heidelberg] [origins]

CPU time. networkx and pandana are timed on a sample of the origins (they would take minutes), and scaled; pandana's
preprocessing is not counted. Answers are checked: equal to networkx to the millimetre, to pandana within its float32.
"""

from __future__ import annotations

import sys
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from walk_graphs import WalkGraph, cpu, read_graph

from spatialreno.walk.engine import Reached, Seeds, reach

LIMIT_MM = 1_200_000
SAMPLE = 40


def networkx_graph(graph: WalkGraph) -> Any:
    """The same graph in networkx."""
    made = nx.Graph()
    made.add_nodes_from(range(len(graph.xy)))
    made.add_weighted_edges_from(zip(graph.first.tolist(), graph.second.tolist(), graph.length.tolist(), strict=True))
    return made


def pandana_graph(graph: WalkGraph) -> Any:
    """The same graph in pandana, its contraction hierarchy built."""
    import pandana

    x, y = pd.Series(graph.xy[:, 0]), pd.Series(graph.xy[:, 1])
    ends = pd.Series(graph.first), pd.Series(graph.second)
    return pandana.Network(x, y, *ends, pd.DataFrame({"w": graph.length / 1000.0}), twoway=True)


def main(name: str, count: int) -> None:
    """Run all and print."""
    graph = read_graph(name)
    print(f"{name}: {len(graph.xy)} nodes, {len(graph.first)} edges; {count} origins, 1 200 m")
    dice = np.random.default_rng(1)
    origins = dice.choice(len(graph.xy), count, replace=False)
    csr = graph.csr
    zero = np.zeros(count, np.int64)
    seeds = Seeds(np.arange(count), origins.astype(np.int64), zero, count)
    reach(csr, seeds, 1000.0, np.arange(1))
    ours, found = cpu(lambda: reach(csr, seeds, LIMIT_MM), 3)
    print(f"ours      {ours:9.3f} s  {len(found)} distances, {ours / len(found) * 1e9:.0f} ns each")
    few = min(SAMPLE, count)
    plain = networkx_graph(graph)
    find = nx.single_source_dijkstra_path_length
    time_nx, answers = cpu(lambda: [find(plain, s, cutoff=LIMIT_MM) for s in origins[:few].tolist()])
    for k, answer in enumerate(answers):
        node, far = found.of(k)
        assert dict(zip(node.tolist(), far.tolist(), strict=True)) == answer
    time_nx *= count / few
    print(f"networkx  {time_nx:9.3f} s  ({few} origins, scaled)   {time_nx / ours:6.1f} x   equal to the millimetre")
    net = pandana_graph(graph)
    ids = pd.Series(origins[:few])
    time_pd, table = cpu(lambda: net.nodes_in_range(ids, LIMIT_MM / 1000))
    time_pd *= count / few
    worst, missed = _compare(table, origins[:few], found)
    print(
        f"pandana   {time_pd:9.3f} s  ({few} origins, scaled)   {time_pd / ours:6.1f} x   "
        f"largest difference {worst * 1000:.1f} mm, {missed} of its pairs at the limit differ"
    )


def _compare(table: Any, origins: Any, found: Reached) -> tuple[float, int]:
    """Compare pandana's rows with ours: largest difference in metres, and pairs only one of the two has."""
    columns = list(table.columns)
    worst, missed = 0.0, 0
    for k, origin in enumerate(origins.tolist()):
        rows = table[table[columns[0]] == origin]
        theirs = dict(zip(rows[columns[1]].tolist(), rows[columns[2]].tolist(), strict=True))
        node, far = found.of(k)
        mine = dict(zip(node.tolist(), (far / 1000).tolist(), strict=True))
        worst = max([worst, *(abs(theirs[n] - mine[n]) for n in theirs.keys() & mine.keys())])
        missed += len(theirs.keys() ^ mine.keys())
    return worst, missed


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "porto", int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
