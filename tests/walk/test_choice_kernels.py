"""Walks under chosen openings: as far as networkx says on what is open, and every loop ends within its bound."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from spatialreno.walk.trials.choice_kernels import FAR, marked, settled, walked


@pytest.mark.spread(2)
@pytest.mark.parametrize("seed", range(6))
def test_as_far_as_networkx_says(seed: int) -> None:
    dice = np.random.default_rng(seed)
    nodes, limit = 60, 4000
    rows = np.array([(a, b, dice.integers(1, 900), dice.integers(3)) for a, b in dice.integers(0, nodes, (240, 2))])
    rows = rows[np.argsort(rows[:, 0], kind="stable")].astype(np.int64)
    pointer = np.searchsorted(rows[:, 0], np.arange(nodes + 1))
    graph, clear = (pointer, np.ascontiguousarray(rows[:, 1:])), np.array([True, seed % 2 == 0, False])
    exits = np.searchsorted([nodes - 1], np.arange(nodes + 1)), np.array([[0, limit, 0]])
    net = nx.DiGraph()
    net.add_nodes_from(range(nodes))
    for a, b, length, kind in rows.tolist():
        if clear[kind] and length < net.edges.get((a, b), {"weight": FAR})["weight"]:
            net.add_edge(a, b, weight=length)
    seeds, room = np.array([[0, 5], [3, 40]]), np.full(nodes, limit)
    true = dict.fromkeys(range(nodes), FAR)
    for start, before in seeds.tolist():
        for node, length in nx.single_source_dijkstra_path_length(net, start).items():
            true[node] = min(true[node], before + length)
    true = {node: length if length <= limit else FAR for node, length in true.items()}
    far, heap = np.full(nodes, FAR, np.int64), (np.empty(4, np.int64), np.empty(4, np.int64))
    found = walked(graph, seeds, exits, room, limit, 0, clear, heap, far, np.empty(nodes, np.int64), False)
    assert found == true[nodes - 1]
    assert (far == FAR).all()
    settled(graph, seeds, room, 0, clear, heap, far)
    assert far.tolist() == [true[node] for node in range(nodes)]


def test_a_chain_of_compounds_is_one_block_however_its_pairs_are_listed() -> None:
    """Each round may mark one compound more: nine in a row, listed from the far end."""
    ends = np.array([(k, k + 1) for k in reversed(range(8))])
    each = np.arange(9)
    pairs = ends, each, each, np.arange(8)
    seen = np.zeros(9, bool)
    marked(np.ones(8, bool), 0, pairs, seen)
    assert seen.all()
    marked(np.array([k != 2 for k in range(8)]), 0, pairs, seen)
    assert seen.sum() == 6
