"""The siting models: p-median, maximal coverage, and the fewest sites that do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spatialreno._types import Floats, Indices
from spatialreno.optimise import Limit, MilpResult, solve_milp
from spatialreno.siting.models.assign import Pairs, assignment_milp, coverage_milp
from spatialreno.siting.models.choice import NONE, Choice, no_choice, opened_sites, served_pairs, told_choice, undecided
from spatialreno.siting.models.median import greedy, limits
from spatialreno.siting.models.problem import Problem
from spatialreno.siting.models.ties import earliest_cover, earliest_sites


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
        Stop after so many seconds with the best choice and its bound; None: after the work that the catalog
        allows (``solver_work``), the same on every computer.

    Returns
    -------
    Choice
        ``objective`` is sum of weight × metres; ``status`` ``bounded`` says that a limit came before the proof.

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
    problem, limit = problem.loosened, Limit(time_limit_s)
    instead = np.full(len(problem.demands), np.inf)
    if unserved_m is not None:
        instead = problem.weights * unserved_m
    elif len(problem.unreached):
        return no_choice(tuple(problem.unreached))
    if count < 1 or int((~problem.existing).sum()) < count:
        return no_choice()
    if problem.capacitated or len(problem.conflicts):
        return _plain_median(problem, instead, count, limit)
    return _bounded_median(problem, instead, count, limit)


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
        As in :func:`p_median`.

    Returns
    -------
    Choice
        ``objective`` is the weight covered, by existing and new sites; ``bound`` is not below it.

    References
    ----------
    Church, R., ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional
    Science Association 32, 101-118.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialreno.siting import siting_problem
    >>> pairs = pd.DataFrame({"origin": ["a", "a", "b", "c"], "destination": ["S1", "S2", "S2", "S1"],
    ...                       "distance_m": [100.0, 300.0, 200.0, 400.0]})
    >>> found = max_coverage(siting_problem(pairs, pd.Series({"a": 2, "b": 3, "c": 4})), count=1, radius_m=300)
    >>> found.sites, found.objective, found.unserved  # S1 would cover a alone
    (('S2',), 5.0, ('c',))
    """
    near, limit = problem.within(radius_m).loosened, Limit(time_limit_s)
    if count < 1 or int((~near.existing).sum()) < count:
        return no_choice()
    if near.capacitated:
        pairs = Pairs(near.demand, near.site, -near.weights[near.demand], np.zeros(len(near.demands)))
        free = np.zeros(len(near.sites))
        result = solve_milp(assignment_milp(near, pairs, site_cost=free, count=(count, count)), limit=limit)
        chosen = opened_sites(result, near)
    else:
        result = solve_milp(coverage_milp(near, count=count), limit=limit)
        chosen = _wider(near, opened_sites(result, near), _quick_cover(near, count))
        chosen = earliest_cover(near, chosen, limit)
    if result.status == "infeasible" or not len(chosen):
        return undecided(result)
    served = served_pairs(result, near, chosen)
    covered = float(near.weights[served[0]].sum())
    bound = max(covered, -result.bound)
    return told_choice(near, chosen, served, (covered, bound, result.status))


def least_count(problem: Problem, *, time_limit_s: float | None = None) -> Choice:
    """Find the fewest new sites that serve every demand within reach and capacity.

    .. math::
        \\min \\sum_{j\\,new} y_j \\quad\\text{s.t.}\\quad \\sum_j x_{ij} = 1,\\; x_{ij} \\le y_j,\\;
        \\sum_i w_i x_{ij} \\le Q_j y_j,\\; y_j \\in \\{0, 1\\}

    The set-covering model, with capacities where sites have them.

    Parameters
    ----------
    problem
        Demands, sites and the pairs that can serve each other (:func:`siting_problem`).
    time_limit_s
        As in :func:`p_median`.

    Returns
    -------
    Choice
        ``objective`` is the number of new sites, ``bound`` not above it; infeasible when some demand has none.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C., Bergman, L. (1971). The location of emergency service facilities. Operations
    Research 19, 1363-1373.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialreno.siting import siting_problem
    >>> pairs = pd.DataFrame({"origin": ["a", "a", "b", "c"], "destination": ["S1", "S2", "S2", "S1"],
    ...                       "distance_m": [100.0, 300.0, 200.0, 400.0]})
    >>> least_count(siting_problem(pairs, pd.Series({"a": 2, "b": 3, "c": 4}))).sites  # b has S2 alone, c has S1 alone
    ('S1', 'S2')
    """
    if len(problem.unreached):
        return no_choice(tuple(problem.unreached))
    pairs = Pairs(problem.demand, problem.site, np.zeros(len(problem.demand)), np.full(len(problem.demands), np.inf))
    model = assignment_milp(problem, pairs, site_cost=(~problem.existing).astype(float), count=(0, np.inf))
    result = solve_milp(model, limit=Limit(time_limit_s))
    if not len(result.values):
        return undecided(result)
    chosen = opened_sites(result, problem)
    verdict = (float(len(chosen)), min(result.bound, float(len(chosen))), result.status)
    return told_choice(problem, chosen, served_pairs(result, problem, chosen), verdict)


def _plain_median(problem: Problem, instead: Floats, count: int, limit: Limit) -> Choice:
    cost = problem.weights[problem.demand] * problem.distance_m
    pairs = Pairs(problem.demand, problem.site, cost, instead)
    free = np.zeros(len(problem.sites))
    model = assignment_milp(problem, pairs, site_cost=free, count=(count, count))
    result = solve_milp(model, limit=limit)
    if problem.capacitated:
        chosen = opened_sites(result, problem)
        return _median_choice(problem, chosen, instead, result) if len(chosen) else undecided(result)
    if result.status == "infeasible":
        return undecided(result)
    chosen = _nearer(problem, instead, opened_sites(result, problem), _quick(problem, instead, count))
    if not len(chosen):
        return undecided(result)
    chosen = earliest_sites(problem, chosen, instead, limit)
    return _median_choice(problem, chosen, instead, result)


def _quick(problem: Problem, instead: Floats, count: int) -> Indices:
    """Choose greedily among sites that can stand beside each other; nothing where that leaves someone unserved."""
    cost, alone, far = _dense(problem, instead)
    chosen = greedy(cost, alone, count, _clashes(problem))
    served = np.minimum(alone, cost[:, chosen].min(axis=1, initial=far))
    everyone = len(chosen) == count and float(served.max(initial=0.0)) < far
    return np.flatnonzero(~problem.existing)[chosen] if everyone else NONE


def _quick_cover(near: Problem, count: int) -> Indices:
    """Choose greedily whom to cover."""
    cost = np.repeat(near.weights[:, None], len(near.sites), axis=1)
    cost[near.demand, near.site] = 0.0
    alone = cost[:, near.existing].min(axis=1, initial=np.inf)
    alone = np.minimum(alone, near.weights)
    chosen = greedy(cost[:, ~near.existing], alone, count, _clashes(near))
    return np.flatnonzero(~near.existing)[chosen] if len(chosen) == count else NONE


def _clashes(problem: Problem) -> dict[int, list[int]]:
    """Tell, in positions among the new sites, what each of them shuts; -1 stands for all that stands already."""
    place = np.where(problem.existing, -1, np.cumsum(~problem.existing) - 1)
    found: dict[int, list[int]] = {}
    for one, other in place[problem.conflicts].tolist():
        for here, there in ((one, other), (other, one)):
            if there >= 0:
                found.setdefault(here, []).append(there)
    return found


def _wider(near: Problem, one: Indices, other: Indices) -> Indices:
    """Take the choice that covers more; either may be empty."""
    covers = [float(near.weights[np.unique(near.demand[np.isin(near.site, sites)])].sum()) for sites in (one, other)]
    return other if not len(one) or (len(other) and covers[1] > covers[0]) else one


def _nearer(problem: Problem, instead: Floats, one: Indices, other: Indices) -> Indices:
    """Take the better of two choices; either may be empty."""
    cost, alone, _ = _dense(problem, instead)
    place = np.cumsum(~problem.existing) - 1
    values = [
        float(np.minimum(alone, cost[:, place[sites]].min(axis=1)).sum()) if len(sites) else np.inf
        for sites in (one, other)
    ]
    return one if values[0] <= values[1] else other


def _bounded_median(problem: Problem, instead: Floats, count: int, limit: Limit) -> Choice:
    """Solve on what the two bounds leave over; everything they rule out is in no optimum."""
    cost, existing, far = _dense(problem, instead)
    new = np.flatnonzero(~problem.existing)
    found = limits(cost, existing, count, limit)
    if found.upper >= far:  # the quick choice leaves someone unserved: let the solver decide on all pairs
        return _plain_median(problem, instead, count, limit)
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
    result = solve_milp(model, limit=limit)
    # Where a limit came before the proof, the solver may be behind what is in hand.
    better = len(result.values) > 0 and (result.status == "optimal" or result.objective < found.upper)
    chosen = new[opened_sites(result, small)] if better else new[found.chosen]
    chosen = earliest_sites(problem, chosen, instead, limit)
    bound = result.bound if np.isfinite(result.bound) else found.lower
    return _median_choice(problem, chosen, instead, replace(result, bound=max(bound, found.lower)))


def _dense(problem: Problem, instead: Floats) -> tuple[Floats, Floats, float]:
    """Costs of demand by new site, the cost without any new site, and what stands for "no way"."""
    cost = problem.weights[problem.demand] * problem.distance_m
    finite = np.concatenate([cost, instead[np.isfinite(instead)], [1.0]])
    far = float(finite.max()) * (len(problem.demands) + 1) * 2
    table = np.full((len(problem.demands), len(problem.sites)), far)
    table[problem.demand, problem.site] = cost
    standing = table[:, problem.existing].min(axis=1, initial=far)
    alone = np.minimum(standing, np.where(np.isfinite(instead), instead, far))
    return table[:, ~problem.existing], alone, far


def _median_choice(problem: Problem, chosen: Indices, instead: Floats, result: MilpResult) -> Choice:
    demand, site, distance = served_pairs(result, problem, chosen)
    cost = problem.weights[demand] * distance
    if not problem.capacitated:  # farther than "unserved" counts as unserved
        near = cost <= instead[demand]
        demand, site, distance, cost = demand[near], site[near], distance[near], cost[near]
    alone = np.setdiff1d(np.arange(len(problem.demands)), demand)
    value = float(cost.sum() + instead[alone].sum())
    verdict = (value, min(result.bound, value), result.status)
    return told_choice(problem, chosen, (demand, site, distance), verdict)
