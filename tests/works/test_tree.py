"""Trees: equal to exhaustive search on small nets, never worse than networkx, bounds that hold."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.optimise import Limit
from spatialreno.optimise.steiner.heuristic import dual_ascent, pruned, shortest_path_tree, tidied
from spatialreno.optimise.steiner.net import make_net
from spatialreno.optimise.steiner.tree import least_tree
from spatialreno.works.heat.branches import carried, chains


@st.composite
def worlds(draw):
    """A connected graph of 4 to 8 nodes with whole weights, node 0 the root, and some terminals."""
    count = draw(st.integers(4, 8))
    tree = [(draw(st.integers(0, v - 1)), v) for v in range(1, count)]
    pairs = [p for p in combinations(range(count), 2) if p not in tree]
    more = draw(st.lists(st.sampled_from(pairs), max_size=8, unique=True)) if pairs else []
    edges = [(u, v, float(draw(st.integers(0, 9)))) for u, v in [*tree, *more]]
    terminals = draw(st.lists(st.integers(1, count - 1), min_size=1, max_size=4, unique=True))
    return edges, terminals


def exhaustive(edges, terminals):
    """Try every set of other nodes: the least spanning tree over them."""
    graph = nx.Graph()
    graph.add_weighted_edges_from(edges)
    others = [n for n in graph if n != 0 and n not in terminals]
    best = np.inf
    for size in range(len(others) + 1):
        for some in combinations(others, size):
            part = graph.subgraph([0, *terminals, *some])
            if nx.is_connected(part):
                best = min(best, sum(w for *_, w in nx.minimum_spanning_tree(part).edges(data="weight")))
    return best


def feeds(net, arcs):
    graph = nx.DiGraph((int(net.tail[a]), int(net.head[a])) for a in arcs)
    graph.add_node(net.root)
    return set(net.terminals) <= {net.root, *nx.descendants(graph, net.root)}


@settings(max_examples=examples(60), deadline=None)
@given(worlds())
def test_the_exact_tree_is_that_of_exhaustive_search(world):
    edges, terminals = world
    net = make_net(edges, 0, terminals)
    best = exhaustive(edges, terminals)
    exact, quick = least_tree(net, exact=True), least_tree(net, exact=False)
    assert exact.cost == pytest.approx(best, abs=1e-6)
    assert exact.status == "optimal"
    assert feeds(net, exact.arcs) and feeds(net, quick.arcs)
    assert quick.bound <= best + 1e-6 <= quick.cost + 2e-6
    assert dual_ascent(net)[0] <= best + 1e-6


def nearest_first(net):
    """Search the whole net anew, from all that the tree has, for whoever is nearest."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(zip(net.tail.tolist(), net.head.tolist(), net.cost.tolist(), strict=True))
    number = {pair: k for k, pair in enumerate(zip(net.tail.tolist(), net.head.tolist(), strict=True))}
    inside, arcs = {net.root}, set()
    while left := set(net.terminals) - inside:
        distance, ways = nx.multi_source_dijkstra(graph, inside)
        way = ways[min(left, key=lambda node: (distance[node], node))]
        inside |= set(way)
        arcs |= {number[pair] for pair in pairwise(way)}
    return tidied(net, np.array(sorted(arcs), np.intp), np.ones(len(net.tail), bool))


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_tree_that_looks_only_where_it_grew_is_that_of_looking_everywhere(seed):
    dice = np.random.default_rng(seed)
    count = int(dice.integers(4, 40))
    pairs = [(int(dice.integers(0, v)), v) for v in range(1, count)]
    pairs += [(int(u), int(v)) for u, v in dice.integers(0, count, (count, 2)) if u != v]
    ends = range(count, count + 3)
    arcs = [(int(dice.integers(0, count)), end, float(dice.random())) for end in ends for _ in range(2)]
    net = make_net([(u, v, float(dice.random())) for u, v in pairs], 0, [count - 1, *ends], arcs=arcs)
    assert shortest_path_tree(net).tolist() == nearest_first(net).tolist()


def test_what_feeds_nobody_is_cut_off_to_its_root():
    net = make_net([(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (1, 4, 1.0)], 0, [4])
    away = [k for k, (u, v) in enumerate(zip(net.tail, net.head, strict=True)) if u < v]
    assert {(int(net.tail[k]), int(net.head[k])) for k in pruned(net, np.array(away))} == {(0, 1), (1, 4)}


@settings(max_examples=examples(40), deadline=None)
@given(worlds())
def test_never_worse_than_networkx(world):
    edges, terminals = world
    graph = nx.Graph()
    graph.add_weighted_edges_from(edges)
    for method in ("mehlhorn", "kou"):
        found = nx.algorithms.approximation.steiner_tree(graph, [0, *terminals], method=method)
        other = sum(w for *_, w in found.edges(data="weight"))
        assert least_tree(make_net(edges, 0, terminals), exact=True).cost <= other + 1e-6
    quick = least_tree(make_net(edges, 0, terminals), exact=False)
    plain = nx.algorithms.approximation.steiner_tree(graph, [0, *terminals], method="mehlhorn")
    assert quick.cost <= sum(w for *_, w in plain.edges(data="weight")) + 1e-6


@settings(max_examples=examples(30), deadline=None)
@given(worlds(), st.integers(2, 5))
def test_twice_the_prices_twice_the_cost(world, factor):
    edges, terminals = world
    net = make_net(edges, 0, terminals)
    dear = replace(net, cost=net.cost * factor)
    assert least_tree(dear, exact=True).cost == pytest.approx(factor * least_tree(net, exact=True).cost, abs=1e-6)


def test_a_larger_net_is_proven_and_no_worse_than_networkx():
    points = np.random.default_rng(3).random((120, 2)) * 200
    graph = nx.random_geometric_graph(120, 40, pos=dict(enumerate(points)), seed=3)
    edges = [(u, v, float(np.hypot(*(points[u] - points[v])))) for u, v in graph.edges]
    terminals = list(range(1, 25))
    tree = least_tree(make_net(edges, 0, terminals), exact=True, limit=Limit(seconds=30))
    graph.add_weighted_edges_from(edges)
    other = nx.algorithms.approximation.steiner_tree(graph, [0, *terminals])
    assert tree.status == "optimal"
    assert tree.cost <= sum(w for *_, w in other.edges(data="weight")) + 1e-9


def test_whoever_cannot_be_reached_is_named_and_the_rest_is_fed():
    net = make_net([(0, 1, 1.0), (2, 3, 1.0)], 0, [1, 3])
    tree = least_tree(net)
    assert tree.unreached == (3,)
    assert tree.cost == 1.0


def test_an_old_pipe_is_used_while_it_has_room():
    """Two homes of 60 kW behind a free old pipe of 100 kW: one goes through it, the other pays 8."""
    net = make_net([(0, 1, 0.0), (1, 2, 1.0), (1, 3, 1.0), (0, 3, 8.0)], 0, [2, 3])
    limit = np.full(len(net.tail), np.inf)
    limit[[k for k in range(len(net.tail)) if {net.tail[k], net.head[k]} == {0, 1}]] = 100.0
    assert least_tree(net, exact=True).cost == pytest.approx(2.0)
    tight = replace(net, limit=limit, demand=(60.0, 60.0))
    assert least_tree(tight, exact=True).cost == pytest.approx(9.0)
    roomy = replace(net, limit=np.where(np.isfinite(limit), 120.0, np.inf), demand=(60.0, 60.0))
    assert least_tree(roomy, exact=True).cost == pytest.approx(2.0)


def test_bundles_keep_a_house_to_one_side():
    """Two inlets; the cheapest mix (1 + 1) is no side: front 1 + 4 or back 3 + 1, so 4."""
    arcs = [(0, 1, 1.0), (0, 2, 4.0), (0, 3, 3.0), (0, 4, 1.0), (1, 5, 0.0), (2, 6, 0.0), (3, 5, 0.0), (4, 6, 0.0)]
    net = make_net([], 0, [5, 6], arcs=arcs)
    number = {pair: k for k, pair in enumerate(zip(net.tail.tolist(), net.head.tolist(), strict=True))}
    sides = ((number[1, 5], number[2, 6]), (number[3, 5], number[4, 6]))
    assert least_tree(net, exact=True).cost == pytest.approx(2.0)
    assert least_tree(replace(net, bundles=sides), exact=True).cost == pytest.approx(4.0)


def test_what_pipes_carry_adds_up():
    net = make_net([], 0, [3, 4], arcs=[(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (2, 4, 1.0)])
    arcs = np.arange(4)
    load = carried(net, arcs, {3: 10.0, 4: 5.0})
    assert load[0] == load[1] == 15.0
    runs = chains(net, arcs, {k: load[k] for k in load})
    assert sorted(map(len, runs)) == [1, 1, 2]
