"""Searching from junction to junction gives to the millimetre what networkx gives on the whole graph."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.walk.search.contraction import draw_together, nearest_from, reach_from
from spatialreno.walk.search.engine import FAR, Seeds, both_ways, nearest_place, open_graph

Hop = tuple[int, int, int]


def seeds_of(rows: list[Hop]) -> Seeds:
    """Rows (place, node, millimetres)."""
    place, node, length = np.array(rows, np.int64).reshape(-1, 3).T
    return Seeds(place, node, length, int(place.max(initial=-1)) + 1)


def drawn(nodes: int, hops: list[Hop]) -> Any:
    first, second, length = np.array(hops, np.int64).reshape(-1, 3).T
    return both_ways(first, second, length, nodes)


def peer(nodes: int, hops: list[Hop]) -> Any:
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_weighted_edges_from(hops)
    return graph


def from_networkx(graph: Any, seeds: list[tuple[int, int]], limit: float) -> dict[int, int]:
    """Measure from several nodes that already have a distance."""
    more = graph.copy()
    more.add_weighted_edges_from(("place", node, length) for node, length in seeds)
    found = nx.single_source_dijkstra_path_length(more, "place", cutoff=limit) if seeds else {"place": 0}
    return {node: far for node, far in found.items() if node != "place"}


def check(nodes: int, hops: list[Hop], seeds: list[Hop], limit: float) -> None:
    """Compare one search for each place, and the nearest of all of them."""
    arcs, graph, lot = drawn(nodes, hops), peer(nodes, hops), seeds_of(seeds)
    chains = draw_together(arcs)
    found = reach_from(chains, lot, limit)
    for place in range(lot.places):
        node, far = found.of(place)
        mine = [(node, length) for other, node, length in seeds if other == place]
        assert len(np.unique(node)) == len(node)
        assert dict(zip(node.tolist(), far.tolist(), strict=True)) == from_networkx(graph, mine, limit)
    far, name = nearest_from(chains, lot, np.zeros(lot.places, np.int64), 1, limit)
    plain = nearest_place(open_graph(arcs, np.ones(len(hops), bool)), lot, np.arange(lot.places), limit)
    assert far[0].tolist() == plain.far.tolist()
    assert name[0].tolist() == plain.name.tolist()
    near = np.flatnonzero(far[0] < FAR)
    together = from_networkx(graph, [(node, length) for _, node, length in seeds], limit)
    assert dict(zip(near.tolist(), far[0][near].tolist(), strict=True)) == together


RING: list[Hop] = [(0, 1, 5), (1, 2, 7), (2, 3, 4), (3, 0, 6)]
SHAPES: dict[str, tuple[int, list[Hop]]] = {
    "nothing but a node": (1, []),
    "one hop": (2, [(0, 1, 3)]),
    "a line": (5, [(0, 1, 3), (1, 2, 4), (2, 3, 5), (3, 4, 6)]),
    "a ring without junction": (4, RING),
    "a loop at a node": (1, [(0, 0, 9)]),
    "a loop at the end of a line": (3, [(0, 1, 2), (1, 2, 2), (2, 2, 9)]),
    "two hops side by side": (2, [(0, 1, 9), (1, 0, 4)]),
    "a ring that closes on a junction": (5, [*RING, (0, 4, 3)]),
    "two rings that share a node": (7, [*RING, (0, 4, 1), (4, 5, 1), (5, 6, 1), (6, 0, 50)]),
    "a dead end on a chain": (8, [*RING, (0, 2, 30), (1, 4, 2), (4, 5, 1), (4, 6, 8), (6, 7, 0)]),
    "two chains between the same junctions": (6, [(0, 1, 8), (0, 2, 3), (2, 1, 3), (0, 3, 9), (3, 4, 1), (4, 1, 9),
                                                  (5, 5, 1)]),
    "hops of no length": (5, [(0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 0, 7), (2, 4, 0)]),
}  # fmt: skip


@pytest.mark.spread(12)
@pytest.mark.parametrize("shape", list(SHAPES))
@pytest.mark.parametrize("limit", [0, 5, 11, 1000])
def test_shapes(shape: str, limit: int) -> None:
    nodes, hops = SHAPES[shape]
    check(nodes, hops, [(node, node, 0) for node in range(nodes)], limit)
    check(nodes, hops, [(0, node, 3 * node) for node in range(nodes)], limit)


@st.composite
def towns(draw: st.DrawFn) -> tuple[int, list[Hop], list[Hop], int]:
    """Draw a graph of few hops, so that it has chains and dead ends, and seeds on it."""
    nodes = draw(st.integers(1, 14))
    node, length = st.integers(0, nodes - 1), st.integers(0, 9)
    hops = draw(st.lists(st.tuples(node, node, length), max_size=18))
    seeds = draw(st.lists(st.tuples(st.integers(0, 3), node, length), max_size=6))
    return nodes, hops, seeds, draw(st.integers(0, 40))


@settings(max_examples=examples(300), deadline=None)
@given(towns())
def test_any_graph(town: tuple[int, list[Hop], list[Hop], int]) -> None:
    check(*town)


def test_long_streets() -> None:
    """Distances near the largest limit still add up."""
    far = 400_000_000
    hops = [(0, 1, far), (1, 2, far), (2, 3, far), (3, 0, far), (0, 2, 5)]
    check(4, hops, [(0, 1, 0)], np.inf)


def test_a_grid_with_everything() -> None:
    dice = np.random.default_rng(3)
    side = 40
    at = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate([np.column_stack([at[1:].ravel(), at[:-1].ravel()]),
                            np.column_stack([at[:, 1:].ravel(), at[:, :-1].ravel()])])  # fmt: skip
    pairs = pairs[dice.random(len(pairs)) < 0.62]
    hops = [(int(one), int(two), int(dice.integers(1, 90))) for one, two in pairs]
    check(side * side, hops, [(k, int(dice.integers(side * side)), k) for k in range(60)], 700)
