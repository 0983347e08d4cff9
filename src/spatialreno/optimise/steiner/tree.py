"""The least-cost tree that feeds all terminals from a root: exact for a quarter, else with a proven bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from spatialreno._types import Bools, Indices
from spatialreno.optimise.limit import Limit
from spatialreno.optimise.milp import relative_gap
from spatialreno.optimise.steiner.cuts import CutModel, add_net, solve_cuts
from spatialreno.optimise.steiner.heuristic import dual_ascent, pruned, shortest_path_tree, useless_arcs
from spatialreno.optimise.steiner.net import Net, reached

_SMALL = 200


@dataclass(frozen=True)
class Tree:
    """Arcs of a tree with its proof.

    Attributes
    ----------
    arcs
        Numbers of the net's arcs that are used.
    cost, bound, gap
        Cost of the tree, proven least cost of any, relative distance of both.
    status
        ``optimal``, ``bounded`` (approximation, or a limit came first) or ``infeasible`` (limits cannot be kept).
    unreached
        Terminals that no arc leads to; the tree feeds all others.
    """

    arcs: Indices
    cost: float
    bound: float
    gap: float
    status: Literal["optimal", "bounded", "infeasible"]
    unreached: tuple[int, ...] = ()


def least_tree(net: Net, *, exact: bool | None = None, exact_arcs: int = 4000, limit: Limit | None = None) -> Tree:
    """Find the least-cost tree from the root to every terminal that can be reached.

    .. math:: \\min \\sum_a c_a y_a \\quad \\text{s.t.} \\quad
              \\sum_{a \\in \\delta^-(S)} y_a \\ge 1 \\;\\; \\forall S \\not\\ni r, S \\cap T \\ne \\emptyset

    Dual ascent bounds the cost from below and, with a first tree, strikes out arcs that no better tree can
    use; the rest is solved exactly by HiGHS with cuts added as they are needed.

    Parameters
    ----------
    net
        Arcs, costs, root and terminals.
    exact
        True: prove it; False: approximate, with its bound; None: prove it when the arcs left number at most
        ``exact_arcs``.
    exact_arcs
        Most arcs for which a proof is sought unasked.
    limit
        Work or seconds for the exact part, after which the best known tree is returned; None: until it is proven.

    Returns
    -------
    Tree
        ``arcs`` (numbers in the net), ``cost``, ``bound``, ``gap``, ``status``, and ``unreached`` terminals.

    References
    ----------
    Wong, R. T. (1984). A dual ascent approach for Steiner tree problems on a directed graph. Mathematical Programming
    28, 271-287.

    Examples
    --------
    >>> from spatialreno.optimise.steiner.net import make_net
    >>> star = make_net([(0, 3, 2.0), (1, 3, 2.0), (2, 3, 2.0), (0, 1, 3.5), (1, 2, 3.5)], 0, [1, 2])
    >>> tree = least_tree(star)
    >>> tree.cost, tree.gap, tree.status
    (6.0, 0.0, 'optimal')
    """
    there = reached(net)
    lost = tuple(t for t in net.terminals if not there[t])
    net = _feeding(net, lost)
    if not net.terminals:
        return Tree(np.empty(0, np.intp), 0.0, 0.0, 0.0, "optimal", lost)
    bound, left = dual_ascent(net)
    first = _first(net, left)
    best = np.inf if first is None else float(net.cost[first].sum())
    smaller, numbers = _reduced(net, left, bound, best)
    prove = exact if exact is not None else len(numbers) <= exact_arcs
    if not prove or best - bound <= 1e-9 * max(1.0, best):
        return _told(first, best, bound, lost)
    return _exact(net, smaller, numbers, first, bound, lost, limit)


def _feeding(net: Net, lost: tuple[int, ...]) -> Net:
    if not lost:
        return net
    kept = [k for k, t in enumerate(net.terminals) if t not in lost]
    demand = tuple(net.demand[k] for k in kept) if net.demand else ()
    whole = set(lost)
    bundles = tuple(b for b in net.bundles if not any(int(net.head[a]) in whole for a in b))
    return replace(net, terminals=tuple(net.terminals[k] for k in kept), demand=demand, bundles=bundles)


def _first(net: Net, left: np.ndarray) -> Indices | None:
    """Take the best of a few quick trees; each keeps to one side of every building."""
    found = [shortest_path_tree(net), shortest_path_tree(net, left <= 1e-9), _of_networkx(net)]
    found = [tree if tree is None else _one_side(net, tree) for tree in found]
    there = [tree for tree in found if tree is not None]
    return min(there, key=lambda tree: float(net.cost[tree].sum()), default=None)


def _one_side(net: Net, tree: Indices) -> Indices | None:
    """Keep a tree that keeps to its bundles; else forbid the less used bundle of each building and grow again."""
    used = [sum(int(np.isin(a, tree)) for a in bundle) for bundle in net.bundles]
    if all(n in (0, len(b)) for n, b in zip(used, net.bundles, strict=True)):
        return tree
    best: dict[frozenset[int], tuple[int, int]] = {}
    for k, (n, bundle) in enumerate(zip(used, net.bundles, strict=True)):
        fed = frozenset(int(net.head[a]) for a in bundle)
        best[fed] = max(best.get(fed, (-1, k)), (n, -k))
    keep = {-k for _, k in best.values()}
    gone = np.zeros(len(net.tail), bool)
    gone[[a for k, b in enumerate(net.bundles) if k not in keep for a in b]] = True
    return shortest_path_tree(net, ~gone)


def _of_networkx(net: Net) -> Indices | None:
    """Take networkx's approximation where all arcs go both ways, so that the answer is never worse than it."""
    cost = {(int(u), int(v)): float(c) for u, v, c in zip(net.tail, net.head, net.cost, strict=True)}
    if net.bundles or net.tight.any() or any(cost.get((v, u)) != c for (u, v), c in cost.items()):
        return None
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, c) for (u, v), c in sorted(cost.items()))
    part = graph.subgraph(nx.node_connected_component(graph, net.root))
    tree = nx.algorithms.approximation.steiner_tree(part, [net.root, *net.terminals], method="mehlhorn")
    number = {pair: k for k, pair in enumerate(zip(net.tail.tolist(), net.head.tolist(), strict=True))}
    arcs = [number[u, v] for u, v in nx.bfs_edges(tree, net.root)]
    return pruned(net, np.array(sorted(arcs), np.intp))


def _reduced(net: Net, left: np.ndarray, bound: float, best: float) -> tuple[Net, Indices]:
    gone: Bools = np.zeros(len(net.tail), bool)
    if np.isfinite(best):
        gone = useless_arcs(net, left, bound, best)
    return net.without(gone)


def _exact(
    net: Net,
    smaller: Net,
    numbers: Indices,
    first: Indices | None,
    bound: float,
    lost: tuple[int, ...],
    limit: Limit | None,
) -> Tree:
    known = _Known(net, first)
    raised: list[Indices] = []
    dual_ascent(smaller, raised)
    found = None
    while found is None:
        model = CutModel()
        arcs = add_net(model, smaller)
        for cut in raised:
            model.cut([int(arcs[k]) for k in cut])
        look = partial(known.look, smaller, numbers, arcs)
        found = solve_cuts(model, best=known.cost, better=look, limit=limit, may_shrink=len(numbers) > _SMALL)
        if found is None:
            raised = [np.array(columns, np.intp) - arcs[0] for columns in sorted(model.known)]
            smaller, left = smaller.without(np.array(model.upper)[arcs] == 0.0)
            numbers, raised = numbers[left], _moved(raised, left, len(arcs))
    bound = max(bound, min(found.bound, known.cost))
    if found.status == "infeasible":  # nothing cheaper than the tree known, or limits cannot be kept
        return _told(known.tree, known.cost, known.cost, lost)
    if not len(found.values):
        return _told(known.tree, known.cost, bound, lost)
    used = pruned(net, numbers[np.flatnonzero(np.rint(found.values[arcs]) > 0)])
    cost = float(net.cost[used].sum())
    return _told(used, cost, bound, lost) if cost <= known.cost else _told(known.tree, known.cost, bound, lost)


def _moved(cuts: list[Indices], left: Indices, count: int) -> list[Indices]:
    """Write cuts in the numbers of the arcs that are left."""
    place = np.full(count, -1)
    place[left] = np.arange(len(left))
    return [place[cut][place[cut] >= 0] for cut in cuts]


class _Known:
    """The best tree so far; a relaxation that half uses an arc makes it cheaper for the next one."""

    def __init__(self, net: Net, first: Indices | None) -> None:
        self.net, self.tree = net, first
        self.cost = np.inf if first is None else float(net.cost[first].sum())

    def look(self, smaller: Net, numbers: Indices, arcs: Indices, values: np.ndarray) -> float:
        """Grow a tree where the relaxation already lies; give the least cost known."""
        leaning = replace(smaller, cost=smaller.cost * (1.0 - np.clip(values[arcs], 0.0, 1.0)))
        grown = shortest_path_tree(leaning)
        if grown is not None:
            grown = _one_side(self.net, pruned(self.net, numbers[grown]))
        if grown is not None and float(self.net.cost[grown].sum()) < self.cost:
            self.tree, self.cost = grown, float(self.net.cost[grown].sum())
        return self.cost


def _told(arcs: Indices | None, cost: float, bound: float, lost: tuple[int, ...]) -> Tree:
    if arcs is None:
        return Tree(np.empty(0, np.intp), np.inf, bound, np.inf, "infeasible", lost)
    bound = min(bound, cost)
    gap = relative_gap(cost, bound) if cost > 0 else 0.0
    gap = 0.0 if gap < 1e-7 else gap
    return Tree(arcs, cost, bound, gap, "optimal" if gap == 0.0 else "bounded", lost)
