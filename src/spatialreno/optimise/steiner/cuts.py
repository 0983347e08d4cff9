"""Trees by cutting planes: HiGHS solves, whoever is cut off adds a row, until nobody is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import scipy

from spatialreno._types import Bools, Floats, Indices
from spatialreno.optimise.growing import GrowingLp, Row
from spatialreno.optimise.limit import Limit
from spatialreno.optimise.milp import Milp, MilpResult, relative_gap, solve_milp
from spatialreno.optimise.steiner.net import Net, reached

_SCALE = 1_000_000
_SHORT = 0.999
_LP_ROUNDS = 400
_TREE_ROUNDS = 40
_CLOSED = 0.4


@dataclass
class CutModel:
    """Variables and rows of one programme over one or several nets; rows are added while solving.

    Attributes
    ----------
    cost, upper, integer
        By variable; all are at least 0.
    nets
        Each net with the variable of each of its arcs.
    rows
        Columns, coefficients, least and most.
    """

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    nets: list[tuple[Net, Indices]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    known: set[tuple[int, ...]] = field(default_factory=set)

    def add(self, cost: Floats, *, upper: float = 1.0, integer: bool = True) -> Indices:
        """Add variables and give their numbers."""
        start = len(self.cost)
        self.cost += [float(c) for c in cost]
        self.upper += [upper] * len(cost)
        self.integer += [integer] * len(cost)
        return np.arange(start, len(self.cost), dtype=np.intp)

    def row(self, columns: list[int], values: list[float], low: float, high: float) -> None:
        """Add a row."""
        self.rows.append((columns, values, low, high))

    def cut(self, columns: list[int]) -> bool:
        """Ask that one of some arcs be used; tell whether that is new."""
        key = tuple(sorted(columns))
        if key in self.known:
            return False
        self.known.add(key)
        self.row(list(key), [1.0] * len(key), 1.0, np.inf)
        return True

    def milp(self, *, relaxed: bool) -> Milp:
        """Write the programme as arrays."""
        count = len(self.rows)
        line = np.repeat(np.arange(count), [len(r[0]) for r in self.rows])
        column = np.array([c for r in self.rows for c in r[0]], np.intp)
        value = np.array([v for r in self.rows for v in r[1]], float)
        matrix = scipy.sparse.csc_matrix((value, (line, column)), (count, len(self.cost)))
        whole = np.zeros(len(self.cost), bool) if relaxed else np.array(self.integer, bool)
        low = np.array([r[2] for r in self.rows], float)
        high = np.array([r[3] for r in self.rows], float)
        return Milp(np.array(self.cost), np.zeros(len(self.cost)), np.array(self.upper), whole, matrix, low, high)


def add_net(model: CutModel, net: Net, *, cost: Floats | None = None) -> Indices:
    """Add a net: one 0/1 variable an arc; every terminal is entered once, other nodes at most once.

    Whoever is left may only go on: an arc out of a node needs an arc into it from elsewhere.

    Parameters
    ----------
    model
        Variables and rows so far; it is added to.
    net
        Arcs, root and terminals.
    cost
        By arc, instead of the net's own costs.

    Returns
    -------
    numpy.ndarray
        Number of the variable of each arc.

    Examples
    --------
    >>> from spatialreno.optimise import CutModel, make_net
    >>> model = CutModel()
    >>> add_net(model, make_net([(0, 1, 2.0), (1, 2, 3.0)], root=0, terminals=[2])).tolist()  # two edges, both ways
    [0, 1, 2, 3]
    """
    arcs = model.add(net.cost if cost is None else cost)
    model.nets.append((net, arcs))
    _add_nodes(model, net, arcs)
    for bundle in net.bundles:
        for arc in bundle[1:]:
            model.row([int(arcs[bundle[0]]), int(arcs[arc])], [1.0, -1.0], 0.0, 0.0)
    if net.tight.any():
        _add_flow(model, net, arcs)
    return arcs


def _add_nodes(model: CutModel, net: Net, arcs: Indices) -> None:
    """Enter terminals once, others at most once, the root never; go on only from where one came in."""
    into: list[list[int]] = [[] for _ in range(net.count)]
    for arc, head in enumerate(net.head):
        into[int(head)].append(arc)
    ends = set(net.terminals)
    for node, entering in enumerate(into):
        if node == net.root:
            for arc in entering:
                model.row([int(arcs[arc])], [1.0], 0.0, 0.0)
        elif entering:
            model.row([int(arcs[a]) for a in entering], [1.0] * len(entering), float(node in ends), 1.0)
    for arc, (tail, head) in enumerate(zip(net.tail, net.head, strict=True)):
        if tail != net.root:
            before = [a for a in into[int(tail)] if net.tail[a] != head]
            columns = [int(arcs[a]) for a in [*before, arc]]
            model.row(columns, [1.0] * len(before) + [-1.0], 0.0, np.inf)


def _add_flow(model: CutModel, net: Net, arcs: Indices) -> None:
    """Carry the load along the tree, so that no arc carries more than its limit."""
    assert net.limit is not None
    total = float(sum(net.demand))
    flow = model.add(np.zeros(len(arcs)), upper=total, integer=False)
    for k in range(len(arcs)):
        model.row([int(arcs[k]), int(flow[k])], [min(total, float(net.limit[k])), -1.0], 0.0, np.inf)
    asked = dict(zip(net.terminals, net.demand, strict=True))
    for node in range(net.count):
        into, out = np.flatnonzero(net.head == node), np.flatnonzero(net.tail == node)
        if node != net.root and len(into) + len(out):
            columns = [int(flow[k]) for k in (*into, *out)]
            need = asked.get(node, 0.0)
            model.row(columns, [1.0] * len(into) + [-1.0] * len(out), need, need)


def solve_cuts(
    model: CutModel,
    *,
    best: float = np.inf,
    better: Callable[[Floats], float] | None = None,
    limit: Limit | None = None,
    may_shrink: bool = False,
) -> MilpResult | None:
    """Solve a model over nets: relaxations first, then whole numbers, adding cuts until all are fed.

    A variable that the relaxation proves useless (its bound plus the variable's reduced cost exceeds the
    best plan known) is held at 0.

    Parameters
    ----------
    model
        Variables, rows and nets.
    best
        Cost of a plan already known.
    better
        Called with the values of each relaxation; gives the cost of the best plan it knows after looking at them.
    limit
        Work or seconds after which to stop; what is done is taken from it.
    may_shrink
        Stop and return None as soon as half of the variables are held at 0, so that the caller can pose a
        smaller problem.

    Returns
    -------
    MilpResult or None
        ``values`` are those of a feasible plan, or empty (nothing cheaper than ``best``, when the status
        is ``infeasible``); ``bound`` is proven in any case.

    References
    ----------
    Koch, T., Martin, A. (1998). Solving Steiner tree problems in graphs to optimality. Networks 32, 207-232.

    Examples
    --------
    >>> from spatialreno.optimise import make_net
    >>> from spatialreno.optimise import CutModel, add_net
    >>> model = CutModel()
    >>> _ = add_net(model, make_net([(0, 1, 2.0), (1, 2, 3.0), (0, 2, 6.0)], root=0, terminals=[1, 2]))
    >>> solve_cuts(model).objective
    5.0
    """
    bound, best = _relax(model, best, better, limit, may_shrink)
    if may_shrink and bound < best - _near(best) and _half_closed(model):
        return None
    if bound >= best - _near(best):
        return MilpResult("infeasible", np.inf, min(bound, best), np.inf, np.empty(0))
    return _whole(model, bound, best, limit)


def _near(cost: float) -> float:
    return 1e-7 * max(1.0, cost) if np.isfinite(cost) else 0.0


def _relax(
    model: CutModel, best: float, better: Callable[[Floats], float] | None, limit: Limit | None, may_shrink: bool
) -> tuple[float, float]:
    """Cut the relaxation until all are fed in it; give its bound and the cost of the best plan known."""
    lp = GrowingLp(model.milp(relaxed=True))
    bound = -np.inf
    for _ in range(_LP_ROUNDS):
        solved = lp.solve(limit)
        if solved is None:
            break
        objective, values, reduced = solved
        if not len(values):
            return np.inf if bound > -np.inf or np.isfinite(best) else objective, best
        bound = objective
        best = best if better is None else min(best, better(values))
        if np.isfinite(best):
            useless = np.flatnonzero((bound + reduced > best + _near(best)) & (np.array(model.upper) > 0))
            lp.close([int(c) for c in useless])
            for column in useless:
                model.upper[column] = 0.0
        if may_shrink and _half_closed(model):
            break
        had = len(model.rows)
        if bound >= best - _near(best) or not separate(model, values) or _late(limit):
            break
        lp.grow(model.rows[had:])
    return bound, best


def _half_closed(model: CutModel) -> bool:
    return sum(u == 0.0 for u in model.upper) > len(model.upper) * _CLOSED


def _whole(model: CutModel, bound: float, best: float, limit: Limit | None) -> MilpResult:
    """Solve in whole numbers, adding cuts until the plan feeds all."""
    for _ in range(_TREE_ROUNDS):
        found = solve_milp(model.milp(relaxed=False), limit=limit)
        if not len(found.values):
            return MilpResult(found.status, np.inf, max(bound, min(found.bound, best)), np.inf, found.values)
        bound = max(bound, found.bound)
        if not separate(model, np.rint(found.values)):
            bound = min(bound, found.objective)
            return MilpResult(found.status, found.objective, bound, relative_gap(found.objective, bound), found.values)
        if _late(limit):
            break
    return MilpResult("bounded", np.inf, bound, np.inf, np.empty(0))


def _late(limit: Limit | None) -> bool:
    return limit is not None and limit.over


def separate(model: CutModel, values: Floats) -> int:
    """Add a row for every terminal that the values cut off; tell how many are new."""
    added = 0
    for net, arcs in model.nets:
        flows = _Flows(net, values[arcs])
        for terminal in flows.doubtful():
            for cut in flows.cuts(terminal):
                added += model.cut([int(arcs[k]) for k in cut])
    return added


class _Flows:
    """What values of the arcs let through to the terminals."""

    def __init__(self, net: Net, weight: Floats) -> None:
        self.net = net
        # A trifle on every arc makes cuts of few arcs the least.
        whole = np.rint(np.clip(weight, 0.0, 1.0) * _SCALE).astype(np.int32) + 1
        self.full: Bools = whole >= _SHORT * _SCALE
        self.capacity = net.matrix(whole.astype(float)).astype(np.int32)

    def doubtful(self) -> list[int]:
        """List the terminals to which no way of arcs used in full leads; to the others nothing is missing."""
        fed = reached(self.net, self.full)
        return [terminal for terminal in self.net.terminals if not fed[terminal]]

    def cuts(self, terminal: int) -> list[Indices]:
        """Find the least cut before a terminal that lets less than 1 in: nearest the root, and nearest the terminal."""
        net = self.net
        found = scipy.sparse.csgraph.maximum_flow(self.capacity, net.root, terminal)
        if found.flow_value >= _SHORT * _SCALE:
            return []
        rest = (self.capacity - found.flow).tocsr()
        rest.data[rest.data < 0] = 0
        rest.eliminate_zeros()
        near_root = _seen(rest, net.root, net.count)
        near_end = ~_seen(rest.T.tocsr(), terminal, net.count)
        return [np.flatnonzero(side[net.tail] & ~side[net.head]) for side in (near_root, near_end)]


def _seen(matrix: scipy.sparse.csr_matrix, start: int, count: int) -> Bools:
    seen = np.zeros(count, bool)
    seen[scipy.sparse.csgraph.breadth_first_order(matrix, start, return_predecessors=False)] = True
    return seen
