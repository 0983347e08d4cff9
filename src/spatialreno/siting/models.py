"""The siting models: p-median, maximal coverage, and the fewest sites that do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spatialreno.optimise import MilpResult, relative_gap, solve_milp
from spatialreno.siting.assign import Pairs, assignment_milp, coverage_milp
from spatialreno.siting.median import limits
from spatialreno.siting.problem import FloatArray, IntArray, Problem
from spatialreno.siting.ties import earliest_cover, earliest_sites

_NONE: IntArray = np.empty(0, np.intp)


@dataclass(frozen=True)
class Choice:
    """Chosen sites by id, who goes where, and the proof.

    ``assignment`` has ``demand, site, distance_m, weight``; ``unserved`` names the demands without a
    site; ``gap`` is (objective - bound) / objective, 0 when proven.
    """

    sites: tuple[str, ...]
    assignment: pd.DataFrame
    objective: float
    bound: float
    gap: float
    status: str
    unserved: tuple[str, ...]


def p_median(
    problem: Problem,
    *,
    count: int,
    unserved_m: float | None = None,
    time_limit_s: float | None = None,
) -> Choice:
    """Choose the sites that make the weighted distance to the nearest of them least.

    .. math::
        \\min \\sum_i \\sum_j w_i d_{ij} x_{ij} \\quad\\text{s.t.}\\quad \\sum_j x_{ij} = 1,\\;
        x_{ij} \\le y_j,\\; \\sum_{j\\,new} y_j = p,\\; y_j \\in \\{0, 1\\}

    w is the weight of demand i, d the distance, x the share of i served from j, y whether j is open.
    Existing sites are open. Capacities add ``sum_i w_i x_ij <= Q_j y_j`` with whole x; conflicting sites
    a, b add ``y_a + y_b <= 1``. Among equal optima no chosen site could be exchanged for one with an
    earlier id (unless capacities bind).

    Parameters
    ----------
    problem
        Demands, sites and distances (:func:`siting_problem`).
    count
        p, the number of new sites.
    unserved_m
        Metres that a demand out of reach counts; None: every demand must be served.
    time_limit_s
        Stop after so many seconds with the best choice and its bound; None: prove it.

    Returns
    -------
    Choice
        ``objective`` is sum of weight × metres.

    References
    ----------
    Hakimi, S. L. (1964). Optimum locations of switching centers. Operations Research 12, 450-459.
    ReVelle, C., Swain, R. (1970). Central facilities location. Geographical Analysis 2, 30-42.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialreno.siting import p_median, siting_problem
    >>> pairs = pd.DataFrame({"origin": ["a", "a", "b", "b"], "destination": ["S1", "S2"] * 2,
    ...                       "distance_m": [0.0, 5.0, 5.0, 0.0]})
    >>> p_median(siting_problem(pairs, pd.Series({"a": 2, "b": 3})), count=1).sites
    ('S2',)
    """
    problem = problem.loosened
    instead = np.full(len(problem.demands), np.inf)
    if unserved_m is not None:
        instead = problem.weights * unserved_m
    elif len(problem.unreached):
        return no_choice(tuple(problem.unreached))
    if count < 1 or int((~problem.existing).sum()) < count:
        return no_choice()
    if problem.capacitated or len(problem.conflicts):
        return _plain_median(problem, instead, count, time_limit_s)
    return _bounded_median(problem, instead, count, time_limit_s)


def max_coverage(problem: Problem, *, count: int, radius_m: float, time_limit_s: float | None = None) -> Choice:
    """Choose the sites that bring the most weight within a radius.

    .. math::
        \\max \\sum_i w_i z_i \\quad\\text{s.t.}\\quad z_i \\le \\sum_{j:\\, d_{ij} \\le R} y_j,\\;
        \\sum_{j\\,new} y_j = p,\\; y_j \\in \\{0, 1\\},\\; 0 \\le z_i \\le 1

    z tells whether demand i is covered. Existing sites cover too. With capacities a covered demand also
    needs room: the assignment form with ``sum_i w_i x_ij <= Q_j y_j`` is solved.

    Parameters
    ----------
    problem
        Demands, sites and distances.
    count
        p, the number of new sites.
    radius_m
        R, the service radius in metres.
    time_limit_s
        Stop after so many seconds; None: prove it.

    Returns
    -------
    Choice
        ``objective`` is the weight covered, by existing and new sites; ``bound`` is not below it.

    References
    ----------
    Church, R., ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional
    Science Association 32, 101-118.
    """
    near = problem.within(radius_m).loosened
    if count < 1 or int((~near.existing).sum()) < count:
        return no_choice()
    if near.capacitated:
        pairs = Pairs(near.demand, near.site, -near.weights[near.demand], np.zeros(len(near.demands)))
        free = np.zeros(len(near.sites))
        result = solve_milp(
            assignment_milp(near, pairs, site_cost=free, count=(count, count)), time_limit_s=time_limit_s
        )
        chosen = _opened(result, near)
    else:
        result = solve_milp(coverage_milp(near, count=count), time_limit_s=time_limit_s)
        chosen = earliest_cover(near, _opened(result, near))
    if not len(result.values):
        return replace(no_choice(), status=result.status)
    served = _served(result, near, chosen)
    covered = float(near.weights[served[0]].sum())
    bound = max(covered, -result.bound)
    return _choice(near, chosen, served, (covered, bound, result.status))


def least_count(problem: Problem, *, time_limit_s: float | None = None) -> Choice:
    """Find the fewest new sites that serve every demand within reach and capacity.

    The set-covering model (Toregas and others 1971, Operations Research 19, 1363-1373), with capacities
    where sites have them. ``objective`` is the number of new sites; infeasible when some demand has none.
    """
    if len(problem.unreached):
        return no_choice(tuple(problem.unreached))
    pairs = Pairs(problem.demand, problem.site, np.zeros(len(problem.demand)), np.full(len(problem.demands), np.inf))
    model = assignment_milp(problem, pairs, site_cost=(~problem.existing).astype(float), count=(0, np.inf))
    result = solve_milp(model, time_limit_s=time_limit_s)
    if not len(result.values):
        return replace(no_choice(), status=result.status)
    chosen = _opened(result, problem)
    verdict = (float(len(chosen)), min(result.bound, float(len(chosen))), result.status)
    return _choice(problem, chosen, _served(result, problem, chosen), verdict)


def _plain_median(problem: Problem, instead: FloatArray, count: int, seconds: float | None) -> Choice:
    cost = problem.weights[problem.demand] * problem.distance_m
    pairs = Pairs(problem.demand, problem.site, cost, instead)
    free = np.zeros(len(problem.sites))
    model = assignment_milp(problem, pairs, site_cost=free, count=(count, count))
    result = solve_milp(model, time_limit_s=seconds)
    if not len(result.values):
        return replace(no_choice(), status=result.status)
    chosen = _opened(result, problem)
    if not problem.capacitated:
        chosen = earliest_sites(problem, chosen, instead)
    return _median_choice(problem, chosen, instead, result)


def _bounded_median(problem: Problem, instead: FloatArray, count: int, seconds: float | None) -> Choice:
    """Solve on what the two bounds leave over; everything they rule out is in no optimum."""
    cost, existing, far = _dense(problem, instead)
    new = np.flatnonzero(~problem.existing)
    found = limits(cost, existing, count)
    if found.upper >= far:  # the quick choice leaves someone unserved: let the solver decide on all pairs
        return _plain_median(problem, instead, count, seconds)
    left, kept = np.nonzero(found.pairs)
    small = replace(
        problem,
        sites=problem.sites[new],
        existing=np.zeros(len(new), bool),
        demand=left,
        site=kept,
        distance_m=np.zeros(len(left)),
        capacity=np.full(len(new), np.inf),
    )
    pairs = Pairs(left, kept, cost[left, kept], np.where(found.alone & (existing < far), existing, np.inf))
    model = assignment_milp(small, pairs, site_cost=np.zeros(len(new)), count=(count, count))
    model.upper[: len(new)] = found.sites
    result = solve_milp(model, time_limit_s=seconds)
    chosen = new[_opened(result, small)] if len(result.values) else new[found.chosen]
    chosen = earliest_sites(problem, chosen, instead)
    limit = result.bound if np.isfinite(result.bound) else found.lower
    return _median_choice(problem, chosen, instead, replace(result, bound=max(limit, found.lower)))


def _dense(problem: Problem, instead: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Costs of demand by new site, the cost without any new site, and what stands for "no way"."""
    cost = problem.weights[problem.demand] * problem.distance_m
    finite = np.concatenate([cost, instead[np.isfinite(instead)], [1.0]])
    far = float(finite.max()) * (len(problem.demands) + 1) * 2
    table = np.full((len(problem.demands), len(problem.sites)), far)
    table[problem.demand, problem.site] = cost
    standing = table[:, problem.existing].min(axis=1, initial=far)
    alone = np.minimum(standing, np.where(np.isfinite(instead), instead, far))
    return table[:, ~problem.existing], alone, far


def _median_choice(problem: Problem, chosen: IntArray, instead: FloatArray, result: MilpResult) -> Choice:
    demand, site, distance = _served(result, problem, chosen)
    cost = problem.weights[demand] * distance
    if not problem.capacitated:  # farther than "unserved" counts as unserved
        near = cost <= instead[demand]
        demand, site, distance, cost = demand[near], site[near], distance[near], cost[near]
    alone = np.setdiff1d(np.arange(len(problem.demands)), demand)
    value = float(cost.sum() + instead[alone].sum())
    verdict = (value, min(result.bound, value), result.status)
    return _choice(problem, chosen, (demand, site, distance), verdict)


def _opened(result: MilpResult, problem: Problem) -> IntArray:
    if not len(result.values):
        return _NONE
    return np.flatnonzero((result.values[: len(problem.sites)] > 0.5) & ~problem.existing)


def _served(result: MilpResult, problem: Problem, chosen: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs in use: the solver's where capacities bind, else each demand's nearest open site, ties by id."""
    if problem.capacitated:
        many = len(problem.sites)
        used = np.flatnonzero(result.values[many : many + len(problem.demand)] > 0.5)
    else:
        opened = problem.existing.copy()
        opened[chosen] = True
        usable = np.flatnonzero(opened[problem.site])
        order = usable[np.lexsort((problem.site[usable], problem.distance_m[usable], problem.demand[usable]))]
        _, first = np.unique(problem.demand[order], return_index=True)
        used = order[first]
    return problem.demand[used], problem.site[used], problem.distance_m[used]


def _choice(
    problem: Problem,
    chosen: IntArray,
    served: tuple[IntArray, IntArray, FloatArray],
    verdict: tuple[float, float, str],
) -> Choice:
    demand, site, distance = served
    rows = pd.DataFrame(
        {
            "demand": problem.demands[demand],
            "site": problem.sites[site],
            "distance_m": distance,
            "weight": problem.weights[demand],
        }
    ).sort_values("demand", ignore_index=True)
    alone = np.setdiff1d(np.arange(len(problem.demands)), demand)
    objective, bound, status = verdict
    return Choice(
        sites=tuple(problem.sites[np.sort(chosen)]),
        assignment=rows,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        status=status,
        unserved=tuple(problem.demands[alone]),
    )


def no_choice(unserved: tuple[str, ...] = ()) -> Choice:
    """Tell that no choice exists, and which demands no site could serve."""
    empty = pd.DataFrame({"demand": [], "site": [], "distance_m": np.empty(0), "weight": np.empty(0)})
    return Choice((), empty, float("inf"), float("inf"), float("inf"), "infeasible", unserved)
