"""Nearest of each of 20 kinds of facility from every node: ours, networkx multi-source, pandana, cityseer.

    python benchmarks/walk_nearest.py [porto|heidelberg] [facilities of a kind]

CPU time. The peers are timed on some of the kinds and scaled. pandana's preprocessing and its assignment of
facilities to nodes are not counted, only its queries. Answers are checked: equal to networkx to the millimetre for
every node.

cityseer answers another question, so its time stands beside and no ratio is claimed: from every live node it searches
outwards to a limit and counts what lies in reach (accessibility, with the nearest distance as by-product), over a
dual graph of its own; ours searches once from all facilities of a kind and has no such counts.
"""

from __future__ import annotations

import sys
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from walk_graphs import WalkGraph, cpu, read_graph
from walk_reach import networkx_graph, pandana_graph

from spatialreno.walk.engine import FAR, Seeds, nearest_place

KINDS, SAMPLE = 20, 2
LIMIT_M = 3000.0


def main(name: str, count: int) -> None:
    """Run all and print."""
    graph = read_graph(name)
    dice = np.random.default_rng(2)
    kinds = [dice.choice(len(graph.xy), count, replace=False) for _ in range(KINDS)]
    print(f"{name}: {len(graph.xy)} nodes; {KINDS} kinds of {count} facilities, nearest within {LIMIT_M:.0f} m")
    csr, every = graph.csr, np.concatenate(kinds)
    seeds = Seeds(np.arange(len(every)), every.astype(np.int64), np.zeros(len(every), np.int64), len(every))
    nearest_place(csr, seeds, np.arange(1), 1000.0)
    groups = np.split(np.arange(len(every)), KINDS)
    ours, fields = cpu(lambda: [nearest_place(csr, seeds, group, LIMIT_M * 1000).far.copy() for group in groups], 2)
    print(f"ours      {ours:9.3f} s")
    plain = networkx_graph(graph)
    find = nx.multi_source_dijkstra_path_length
    time_nx, answers = cpu(lambda: [find(plain, set(kind.tolist()), cutoff=LIMIT_M * 1000) for kind in kinds[:SAMPLE]])
    for far, answer in zip(fields, answers, strict=False):
        near = np.flatnonzero(far < FAR)
        assert dict(zip(near.tolist(), far[near].tolist(), strict=True)) == answer
    time_nx *= KINDS / SAMPLE
    print(f"networkx  {time_nx:9.3f} s  ({SAMPLE} kinds, scaled)  {time_nx / ours:6.1f} x   equal to the millimetre")
    time_pd, worst = _pandana(graph, kinds, fields)
    ratio = time_pd / ours
    print(f"pandana   {time_pd:9.3f} s  ({SAMPLE} kinds, scaled)  {ratio:6.1f} x   largest difference {worst:.1f} mm")


def _pandana(graph: WalkGraph, kinds: list[Any], fields: list[Any]) -> tuple[float, float]:
    """Time pandana's queries, and give its largest difference in millimetres."""
    net = pandana_graph(graph)
    for k in range(SAMPLE):
        place = graph.xy[kinds[k]]
        net.set_pois(f"k{k}", LIMIT_M, 1, pd.Series(place[:, 0]), pd.Series(place[:, 1]))
    time_pd, tables = cpu(lambda: [net.nearest_pois(LIMIT_M, f"k{k}", num_pois=1)[1].to_numpy() for k in range(SAMPLE)])
    worst = 0.0
    for far, table in zip(fields, tables, strict=False):
        near = (far < FAR) & (table < LIMIT_M)
        worst = max(worst, float(np.abs(far[near] - table[near] * 1000).max()))
    return time_pd * KINDS / SAMPLE, worst


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "porto", int(sys.argv[2]) if len(sys.argv) > 2 else 100)
