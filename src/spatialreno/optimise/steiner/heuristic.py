"""Good trees quickly, and a proven lower bound: shortest-path heuristic and dual ascent."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csgraph

from spatialreno.optimise.steiner.net import BoolArray, FloatArray, IntArray, Net

_EPS = 1e-9
_ROUNDS = 20
_GROWTH = 1.1


def dual_ascent(net: Net, cuts: list[IntArray] | None = None) -> tuple[float, FloatArray]:
    """Bound the cost of every tree from below; also give what is left of each arc's cost.

    ``cuts`` collects the arcs into every set that was raised.

    Terminals take turns. In a turn, with d(v) the distance from v to the terminal in the costs left, every
    set {v: d(v) ≤ x}, x from 0 to a step D, is a cut that each tree must cross: D is added to the bound and

    .. math:: r_{uv} \\leftarrow r_{uv} - \\max(0, \\min(d(u), D) - \\min(d(v), D))

    References
    ----------
    Wong, R. T. (1984). A dual ascent approach for Steiner tree problems on a directed graph. Mathematical
    Programming 28, 271-287.
    """
    left, bound = net.cost.copy(), 0.0
    waiting = list(net.terminals)
    first = _distance_to(net, left, waiting)
    step = max(float(np.median(first)) / _ROUNDS, _EPS) if len(waiting) else 0.0
    back, order = net.turned()
    while waiting:
        still = []
        for terminal in waiting:
            back.data[:] = left[order]
            # Nobody looks beyond the step: what is farther counts as that far.
            distance = csgraph.dijkstra(back, indices=terminal, limit=step + 2 * _EPS)
            grown = min(float(distance[net.root]), step)
            near = np.minimum(distance, grown)
            if cuts is not None:
                cuts += _levels(net, near, grown)
            left = np.maximum(left - np.maximum(near[net.tail] - near[net.head], 0.0), 0.0)
            bound += grown
            if distance[net.root] > step + _EPS:
                still.append(terminal)
        waiting, step = still, step * _GROWTH
    return bound, left


def _levels(net: Net, near: FloatArray, grown: float) -> list[IntArray]:
    levels = np.unique(np.round(near[near < grown - _EPS], 9))
    return [np.flatnonzero((near[net.tail] > x + _EPS) & (near[net.head] <= x + _EPS)) for x in levels]


def _distance_to(net: Net, cost: FloatArray, nodes: list[int]) -> FloatArray:
    table = csgraph.dijkstra(net.matrix(cost), indices=net.root)
    return np.asarray(table[nodes], float)


def useless_arcs(net: Net, left: FloatArray, bound: float, best: float) -> BoolArray:
    """Mark arcs that no tree cheaper than ``best`` can use: bound + detour through the arc exceeds it."""
    ahead = csgraph.dijkstra(net.matrix(left), indices=net.root)
    back = csgraph.dijkstra(net.matrix(left).T.tocsr(), indices=list(net.terminals), min_only=True)
    return np.asarray(bound + ahead[net.tail] + left + back[net.head] > best + 1e-6, bool)


def shortest_path_tree(net: Net, allowed: BoolArray | None = None) -> IntArray | None:
    """Grow a tree from the root, always to the nearest terminal that is not yet in it; then tidy it.

    Returns the arcs of the tree, or None when some terminal cannot be reached.

    References
    ----------
    Takahashi, H., Matsuyama, A. (1980). An approximate solution for the Steiner problem in graphs.
    Mathematica Japonica 24, 573-577.
    """
    on = ~net.tight if allowed is None else allowed & ~net.tight
    matrix, arc_of = net.matrix(net.cost, on), _arc_numbers(net)
    inside, wanted, arcs = [net.root], set(net.terminals), set[int]()
    while wanted:
        distance, before, _ = csgraph.dijkstra(matrix, indices=inside, min_only=True, return_predecessors=True)
        target = min(wanted, key=lambda t: (distance[t], t))
        if not np.isfinite(distance[target]):
            return None
        node = target
        while before[node] >= 0 and node not in inside:
            arcs.add(arc_of[int(before[node]), node])
            inside.append(node)
            node = int(before[node])
        wanted -= set(inside)
    return tidied(net, np.array(sorted(arcs), np.intp), on)


def tidied(net: Net, arcs: IntArray, on: BoolArray) -> IntArray:
    """Rebuild a tree as the cheapest one over its own nodes, and cut off ends that feed nobody."""
    nodes = np.zeros(net.count, bool)
    nodes[net.root] = True
    nodes[net.tail[arcs]] = nodes[net.head[arcs]] = True
    within = on & nodes[net.tail] & nodes[net.head]
    if net.bundles:  # a building keeps the inlets it has
        fixed = np.zeros(len(net.tail), bool)
        fixed[[a for bundle in net.bundles for a in bundle]] = True
        within &= ~fixed | np.isin(np.arange(len(net.tail)), arcs)
    found = _arborescence(net, np.flatnonzero(within))
    better = found is not None and net.cost[found].sum() < net.cost[arcs].sum() - _EPS
    return pruned(net, found if better and found is not None else arcs)


def _arborescence(net: Net, arcs: IntArray) -> IntArray | None:
    """Take the cheapest tree over symmetric arcs; None where arcs have no twin that costs the same."""
    cost = {(int(u), int(v)): float(c) for u, v, c in zip(net.tail[arcs], net.head[arcs], net.cost[arcs], strict=True)}
    ends = [v for v in net.terminals if not any(u == v for u, _ in cost)]
    inner = {(u, v): c for (u, v), c in cost.items() if v not in ends}
    if any(inner.get((v, u)) != c for (u, v), c in inner.items() if net.root not in (u, v)):
        return None
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, c) for (u, v), c in sorted(inner.items()))
    for end in ends:
        c, u = min((c, u) for (u, v), c in cost.items() if v == end)
        graph.add_edge(u, end, weight=c)
    tree = nx.minimum_spanning_tree(graph)
    if net.root not in tree or any(t not in tree or not nx.has_path(tree, net.root, t) for t in net.terminals):
        return None
    arc_of = _arc_numbers(net)
    found = [arc_of.get((u, v)) for u, v in nx.bfs_edges(tree, net.root)]
    return None if None in found else np.array(sorted(a for a in found if a is not None), np.intp)


def pruned(net: Net, arcs: IntArray) -> IntArray:
    """Drop arcs, from the ends inwards, that lead to nothing that is fed."""
    kept, wanted = set(map(int, arcs)), set(net.terminals)
    while True:
        feeding = {int(net.tail[a]) for a in kept}
        idle = {a for a in kept if int(net.head[a]) not in feeding and int(net.head[a]) not in wanted}
        if not idle:
            return np.array(sorted(kept), np.intp)
        kept -= idle


def _arc_numbers(net: Net) -> dict[tuple[int, int], int]:
    return {(int(u), int(v)): k for k, (u, v) in enumerate(zip(net.tail, net.head, strict=True))}
