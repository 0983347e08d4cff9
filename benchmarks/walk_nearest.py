"""Nearest of each of 20 kinds of facility from every node: ours, networkx multi-source, pandana, cityseer.

    python benchmarks/walk_nearest.py [porto|heidelberg] [facilities of a kind]

CPU time. The peers are timed on some of the kinds and scaled. What is made once for a graph is not counted (our drawing
together of chains, pandana's preprocessing and its assignment of facilities to nodes), only queries. Ours names the
facility as well, and is timed as arrays, as the peers answer (distances by node), and as the table with ids. Answers
are checked: equal to networkx to the millimetre for every node.

cityseer answers another question, so its time stands beside and no ratio is claimed: from every live node it searches
outwards to a limit and counts what lies in reach (accessibility, with the nearest distance as by-product), over nodes
of its own network; ours searches once from all facilities of a kind and has no such counts. It takes all kinds in one
pass, and is timed on the nodes of a window in the middle, with streets around it to the limit.
"""

from __future__ import annotations

import sys
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from walk_graphs import cpu, read_graph
from walk_reach import networkx_graph, pandana_graph

from spatialreno import StreetNetwork
from spatialreno.walk.chains import nearest_from
from spatialreno.walk.engine import FAR, Seeds

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


def _networkx(network: StreetNetwork, kinds: list[Any], fields: Any, ours: float) -> None:
    """Time networkx, and compare every node."""
    plain, find = networkx_graph(network), nx.multi_source_dijkstra_path_length
    time_nx, answers = cpu(lambda: [find(plain, set(kind.tolist()), cutoff=LIMIT_M * 1000) for kind in kinds[:SAMPLE]])
    for far, answer in zip(fields, answers, strict=False):
        near = np.flatnonzero(far < FAR)
        assert dict(zip(near.tolist(), far[near].tolist(), strict=True)) == answer
    time_nx *= KINDS / SAMPLE
    print(f"networkx  {time_nx:9.3f} s  ({SAMPLE} kinds, scaled)  {time_nx / ours:6.1f} x   equal to the millimetre")


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
