"""Good trees quickly, and a proven lower bound: shortest-path heuristic and dual ascent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

import numpy as np
import scipy

from spatialreno._types import Bools, Floats, Indices
from spatialreno.optimise.steiner.net import Net

Arcs = list[list[tuple[int, int]]]  # by node: the other end and the arc's number

_EPS = 1e-9
_ROUNDS = 20
_GROWTH = 1.1


def dual_ascent(net: Net, cuts: list[Indices] | None = None) -> tuple[float, Floats]:
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
    bound, waiting = 0.0, list(net.terminals)
    first = _distance_to(net, net.cost, waiting)
    step = max(float(np.median(first)) / _ROUNDS, _EPS) if len(waiting) else 0.0
    left, into = net.cost.tolist(), _arcs_by(net.head, net.tail, net.count)
    while waiting:
        still = []
        for terminal in waiting:
            # Nobody looks beyond the step: what is farther counts as that far.
            near, home = _around(net.root, into, left, terminal, step + 2 * _EPS)
            grown = min(home, step)
            if cuts is not None:
                cuts += _levels(net, _filled(net, near, grown), grown)
            _lower(into, left, near, grown)
            bound += grown
            if home > step + _EPS:
                still.append(terminal)
        waiting, step = still, step * _GROWTH
    return bound, np.array(left, float)


def _arcs_by(node: Indices, other: Indices, count: int) -> Arcs:
    """List by node its arcs: the other end and the arc's number."""
    found: Arcs = [[] for _ in range(count)]
    for arc, (here, there) in enumerate(zip(node.tolist(), other.tolist(), strict=True)):
        found[here].append((there, arc))
    return found


def _around(root: int, into: Arcs, left: Sequence[float], terminal: int, most: float) -> tuple[dict[int, float], float]:
    """Give how far it is to a terminal for all within ``most`` and nearer than the root; and for the root.

    The root's is infinite where it is farther. Only what is near is looked at.
    """
    found: dict[int, float] = {terminal: 0.0}
    queue = [(0.0, terminal)]
    while queue:
        here, node = heappop(queue)
        if node == root:
            return found, here
        if here > found[node]:
            continue
        for tail, arc in into[node]:
            ahead = here + left[arc]
            if ahead <= most and ahead < found.get(tail, np.inf):
                found[tail] = ahead
                heappush(queue, (ahead, tail))
    return found, np.inf


def _lower(into: Arcs, left: list[float], near: Mapping[int, float], grown: float) -> None:
    """Take from what is left of each arc's cost as much as the sets it enters were raised by."""
    for head, from_head in near.items():
        if from_head < grown:
            for tail, arc in into[head]:
                raised = min(near.get(tail, grown), grown) - from_head
                if raised > 0.0:
                    left[arc] = max(left[arc] - raised, 0.0)


def _filled(net: Net, near: Mapping[int, float], grown: float) -> Floats:
    """Write distances as an array; whoever is farther counts as that far."""
    whole = np.full(net.count, grown)
    whole[list(near)] = np.minimum(list(near.values()), grown)
    return whole


def _levels(net: Net, near: Floats, grown: float) -> list[Indices]:
    levels = np.unique(np.round(near[near < grown - _EPS], 9))
    return [np.flatnonzero((near[net.tail] > x + _EPS) & (near[net.head] <= x + _EPS)) for x in levels]


def _distance_to(net: Net, cost: Floats, nodes: list[int]) -> Floats:
    table = scipy.sparse.csgraph.dijkstra(net.matrix(cost), indices=net.root)
    return np.asarray(table[nodes], float)


def useless_arcs(net: Net, left: Floats, bound: float, best: float) -> Bools:
    """Mark arcs that no tree cheaper than ``best`` can use: bound + detour through the arc exceeds it."""
    ahead = scipy.sparse.csgraph.dijkstra(net.matrix(left), indices=net.root)
    back = scipy.sparse.csgraph.dijkstra(net.matrix(left).T.tocsr(), indices=list(net.terminals), min_only=True)
    return np.asarray(bound + ahead[net.tail] + left + back[net.head] > best + 1e-6, bool)


def shortest_path_tree(net: Net, allowed: Bools | None = None) -> Indices | None:
    """Grow a tree from the root, always to the nearest terminal that is not yet in it; then tidy it.

    Parameters
    ----------
    net
        Arcs, costs, root and terminals; arcs that cannot carry everything are left out.
    allowed
        By arc, whether it may be used; by default all may.

    Returns
    -------
    numpy.ndarray or None
        Numbers of the arcs of the tree, or None when some terminal cannot be reached.

    References
    ----------
    Takahashi, H., Matsuyama, A. (1980). An approximate solution for the Steiner problem in graphs.
    Mathematica Japonica 24, 573-577.

    Examples
    --------
    >>> from spatialreno.optimise import make_net
    >>> net = make_net([(0, 1, 2.0), (1, 2, 3.0), (0, 2, 6.0)], root=0, terminals=[1, 2])
    >>> float(net.cost[shortest_path_tree(net)].sum())
    5.0
    """
    on = ~net.tight if allowed is None else allowed & ~net.tight
    growing = _Growing(net, on)
    while growing.wanted:
        target = growing.nearest()
        if target is None:
            return None
        growing.take(target)
    return tidied(net, np.array(sorted(growing.arcs), np.intp), on)


class _Growing:
    """A tree that grows, and how far everybody is from it: looked at anew only where it grew."""

    def __init__(self, net: Net, on: Bools) -> None:
        arcs = np.flatnonzero(on)
        self.out = _arcs_by(net.tail[arcs], net.head[arcs], net.count)
        self.number, self.cost = arcs.tolist(), np.maximum(net.cost[arcs], 0.0).tolist()
        self.wanted, self.arcs = set(net.terminals), set[int]()
        self.distance = [np.inf] * net.count
        self.before = [(-1, -1)] * net.count  # the node before and the arc from there; none in the tree
        self.queue = list[tuple[float, int]]()
        self._reach(net.root, 0.0, (-1, -1))

    def _reach(self, node: int, distance: float, before: tuple[int, int]) -> None:
        self.distance[node], self.before[node] = distance, before
        heappush(self.queue, (distance, node))

    def nearest(self) -> int | None:
        """Give whoever of those that wait is nearest to the tree, of several the first by number."""
        equal = list[int]()
        while self.queue and not (equal and self.queue[0][0] > self.distance[equal[0]]):
            here, node = heappop(self.queue)
            if here > self.distance[node]:
                continue
            if node in self.wanted:
                equal.append(node)
            for head, arc in self.out[node]:
                ahead = here + self.cost[arc]
                if ahead < self.distance[head]:
                    self._reach(head, ahead, (node, arc))
        for node in equal:
            heappush(self.queue, (self.distance[node], node))
        return min(equal, default=None)

    def take(self, node: int) -> None:
        """Take the way to a node into the tree; all along it are then at no distance."""
        while self.before[node][0] >= 0:
            last, arc = self.before[node]
            self.arcs.add(self.number[arc])
            self.wanted.discard(node)
            self._reach(node, 0.0, (-1, -1))
            node = last


def tidied(net: Net, arcs: Indices, on: Bools) -> Indices:
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


def _arborescence(net: Net, arcs: Indices) -> Indices | None:
    """Take the cheapest tree over symmetric arcs; None where arcs have no twin that costs the same."""
    cost = {(int(u), int(v)): float(c) for u, v, c in zip(net.tail[arcs], net.head[arcs], net.cost[arcs], strict=True)}
    tails = {u for u, _ in cost}
    ends = [v for v in net.terminals if v not in tails]
    last = set(ends)
    inner = {(u, v): c for (u, v), c in cost.items() if v not in last}
    if any(inner.get((v, u)) != c for (u, v), c in inner.items() if net.root not in (u, v)):
        return None
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, c) for (u, v), c in sorted(inner.items()))
    cheapest: dict[int, tuple[float, int]] = {}
    for (u, v), c in cost.items():
        cheapest[v] = min((c, u), cheapest.get(v, (c, u)))
    for end in ends:
        c, u = cheapest[end]
        graph.add_edge(u, end, weight=c)
    tree = nx.minimum_spanning_tree(graph)
    if net.root not in tree or not nx.node_connected_component(tree, net.root).issuperset(net.terminals):
        return None
    arc_of = _arc_numbers(net)
    found = [arc_of.get((u, v)) for u, v in nx.bfs_edges(tree, net.root)]
    return None if None in found else np.array(sorted(a for a in found if a is not None), np.intp)


def pruned(net: Net, arcs: Indices) -> Indices:
    """Drop arcs, from the ends inwards, that lead to nothing that is fed.

    Parameters
    ----------
    net
        Its terminals are fed.
    arcs
        Numbers of the arcs of a tree in it.

    Returns
    -------
    numpy.ndarray
        Numbers of the arcs that stay, sorted.

    Examples
    --------
    >>> import numpy as np
    >>> from spatialreno.optimise import make_net
    >>> net = make_net([], root=0, terminals=[2], arcs=[(0, 1, 2.0), (1, 2, 3.0), (1, 3, 1.0)])
    >>> pruned(net, np.arange(3)).tolist()  # the arc from 1 to 3 feeds nobody
    [0, 1]
    """
    kept, wanted = set(map(int, arcs)), set(net.terminals)
    into: dict[int, list[int]] = {}
    feeds = Counter[int]()
    for arc in kept:
        into.setdefault(int(net.head[arc]), []).append(arc)
        feeds[int(net.tail[arc])] += 1
    idle = [node for node in into if not feeds[node] and node not in wanted]
    while idle:
        for arc in into.pop(idle.pop()):
            kept.discard(arc)
            tail = int(net.tail[arc])
            feeds[tail] -= 1
            if not feeds[tail] and tail not in wanted and tail in into:
                idle.append(tail)
    return np.array(sorted(kept), np.intp)


def _arc_numbers(net: Net) -> dict[tuple[int, int], int]:
    return {(int(u), int(v)): k for k, (u, v) in enumerate(zip(net.tail, net.head, strict=True))}
