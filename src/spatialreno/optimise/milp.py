"""The one call to the HiGHS solver: arrays in; values, objective, bound and gap out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from spatialreno._types import Floats
from spatialreno.optimise.limit import Limit
from spatialreno.optimise.quiet import make_quietly

Status = Literal["optimal", "infeasible", "bounded", "unbounded"]
#: Where objective and bound differ by no more, in all or as a share, they meet.
_CLOSED = 1e-6


@dataclass(frozen=True)
class Milp:
    """A mixed-integer linear programme: least ``cost·x`` within bounds and rows.

    .. math:: \\min c^T x \\quad \\text{s.t.} \\quad r_l \\le A x \\le r_u,\\; l \\le x \\le u,\\;
              x_k \\in \\mathbb{Z} \\text{ where } integer_k
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: NDArray[np.bool_]
    matrix: Any
    row_lower: Floats
    row_upper: Floats


@dataclass(frozen=True)
class MilpResult:
    """What the solver proved; ``values`` is empty when it holds no feasible point.

    ``optimal`` says that objective and bound meet; ``bounded`` that a limit, or the gap that was asked for, came
    before: ``bound`` and ``gap`` tell what is proven. ``others`` are the points found on the way, from the first to the
    best, where they were asked for; ``nodes`` counts the nodes of the search tree.
    """

    status: Status
    objective: float
    bound: float
    gap: float
    values: Floats
    others: tuple[Floats, ...] = ()
    nodes: int = 0


def solve_milp(
    model: Milp,
    *,
    limit: Limit | None = None,
    seed: int = 0,
    gap: float = 0.0,
    nodes: int | None = None,
    start: Mapping[int, float] | None = None,
    keep: bool = False,
    options: Mapping[str, object] = MappingProxyType({}),
) -> MilpResult:
    """Solve a mixed-integer programme to proven optimality, or as far as a limit allows.

    One thread and a fixed seed: the same arrays give the same answer on every run. A limit in seconds gives
    that up, so there is none unless asked for; a limit of work keeps it.

    Parameters
    ----------
    model
        The programme, always a minimum.
    limit
        Work or seconds after which the best point so far is returned with its bound; what is done is taken from it.
    seed
        Seed of the solver.
    gap
        Relative gap at which the search may end; the gap reached is reported.
    nodes
        Most nodes of the search tree.
    start
        Values of some columns of a point known to be feasible; the rest is filled in by the solver.
    keep
        Keep the points found on the way in ``others``.
    options
        Further options of the solver, by its own names.

    Returns
    -------
    MilpResult
        ``status`` says whether ``objective`` is proven least; ``bound`` never exceeds the true minimum;
        ``gap`` is (objective - bound) / abs(objective).

    References
    ----------
    Huangfu, Q., Hall, J. (2018). Parallelizing the dual revised simplex method. Mathematical
    Programming Computation 10, 119-142 (HiGHS).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from spatialreno.optimise import Milp
    >>> one = np.ones(2)
    >>> row, low, high = sparse.csc_matrix([[2.0, 2.0]]), np.zeros(1), np.full(1, 5.0)
    >>> model = Milp(-one, 0 * one, 9 * one, one > 0, row, low, high)
    >>> solve_milp(model).objective
    -2.0
    """
    import highspy

    # The gap is closed in full: a plan that is "nearly best" cannot be defended before twenty owners.
    limits: dict[str, object] = {"random_seed": seed, "mip_rel_gap": gap, "mip_improving_solution_save": keep}
    if limit is not None and limit.seconds is not None:
        limits["time_limit"] = limit.seconds
    if nodes is not None:
        limits["mip_max_nodes"] = nodes
    highs = new_highs({**limits, **options})
    highs.passModel(highs_model(model, highspy))
    if start:
        columns = sorted(start)
        highs.setSolution(len(columns), np.array(columns, np.int32), np.array([start[c] for c in columns], float))
    with _counted(highs, limit, max(highs.getNumNz(), 1)):
        highs.run()
    found = _result(highs, highspy, has_integers=bool(model.integer.any()))
    others = tuple(np.array(one.col_value) for one in highs.getSavedMipSolutions()) if keep else ()
    return replace(found, others=others, nodes=max(int(highs.getInfo().mip_node_count), 0))


@contextmanager
def _counted(highs: Any, limit: Limit | None, size: int) -> Iterator[None]:
    """Count how often the solver looks at where it stands, and stop it when the work that is left is done."""
    if limit is None or limit.work == float("inf"):
        yield
        return
    looks, most = 0, limit.work / size

    def look(event: Any) -> None:
        nonlocal looks
        looks += 1
        if looks > most:
            event.interrupt()

    highs.cbMipInterrupt.subscribe(look)
    yield
    limit.spend(size * float(max(looks, 1)))


def new_highs(options: Mapping[str, object]) -> Any:
    """Make a silent solver on one thread, so that it takes the same way every time."""
    import highspy

    highs = make_quietly(highspy.Highs)
    for name, value in {"output_flag": False, "threads": 1, **options}.items():
        highs.setOptionValue(name, value)
    return highs


def relative_gap(objective: float, bound: float) -> float:
    """Tell how far the bound is from the objective, as a share of the objective (0 = proven).

    Parameters
    ----------
    objective, bound
        Value of the best answer known, and what no answer can be better than, in one unit.

    Returns
    -------
    float
        Infinite where one of them is not known.

    Examples
    --------
    >>> relative_gap(10.0, 9.0)
    0.1
    """
    if not np.isfinite(objective) or not np.isfinite(bound):
        return float("inf")
    return abs(objective - bound) / max(abs(objective), 1e-9)


def highs_model(model: Milp, highspy: Any) -> Any:
    matrix = scipy.sparse.csc_matrix(model.matrix)
    kinds = highspy.HighsVarType
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.cost), matrix.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
    lp.a_matrix_.value_ = matrix.data.astype(float)
    lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in model.integer]
    return lp


def _stopped(state: Any) -> tuple[Any, ...]:
    """Name the ends that a limit brings about."""
    return (state.kTimeLimit, state.kIterationLimit, state.kSolutionLimit, state.kInterrupt, state.kObjectiveTarget)


def _result(highs: Any, highspy: Any, *, has_integers: bool) -> MilpResult:
    status = highs.getModelStatus()
    state = highspy.HighsModelStatus
    nothing = np.empty(0)
    if status in (state.kInfeasible, state.kUnboundedOrInfeasible):
        return MilpResult("infeasible", float("inf"), float("inf"), float("inf"), nothing)
    if status == state.kUnbounded:
        return MilpResult("unbounded", -float("inf"), -float("inf"), float("inf"), nothing)
    info = highs.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    objective = float(info.objective_function_value) if found else float("inf")
    proven = status in (state.kOptimal, state.kModelEmpty)
    if not proven and status not in _stopped(state):
        raise RuntimeError(f"HiGHS ended with {highs.modelStatusToString(status)}")
    bound = float(info.mip_dual_bound) if has_integers else (objective if proven else -float("inf"))
    bound = min(bound, objective)
    values = np.array(highs.getSolution().col_value) if found else nothing
    gap = relative_gap(objective, bound)
    closed = proven and (gap <= _CLOSED or abs(objective - bound) <= _CLOSED)
    return MilpResult("optimal" if closed else "bounded", objective, bound, gap, values)
