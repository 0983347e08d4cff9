"""The p-center: the farthest walk as short as can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spatialreno._types import Floats
from spatialreno.optimise import Limit, MilpResult, relative_gap, solve_milp
from spatialreno.siting.models.assign import Pairs, assignment_milp, cover_milp
from spatialreno.siting.models.choice import Choice, no_choice, opened_sites, served_pairs, told_choice
from spatialreno.siting.models.problem import Problem
from spatialreno.siting.models.walk_models import p_median


def p_center(problem: Problem, *, count: int, time_limit_s: float | None = None) -> Choice:
    """Choose the sites that make the longest distance to the nearest of them least.

    .. math::
        \\min r \\quad\\text{s.t.}\\quad \\sum_{j:\\, d_{ij} \\le r} y_j \\ge 1 \\;\\forall i,\\;
        \\sum_{j\\,new} y_j = p,\\; y_j \\in \\{0, 1\\}

    Solved by halving the list of distances: at each it is asked whether p sites can cover everyone. Among the
    choices with the same farthest distance that of the least weighted distance is taken (:func:`p_median`).

    Parameters
    ----------
    problem
        Demands, sites and distances; existing sites, capacities and conflicts count as in :func:`p_median`.
    count
        p, the number of new sites.
    time_limit_s
        As in :func:`p_median`.

    Returns
    -------
    Choice
        ``objective`` is the farthest distance in metres, ``bound`` the least that is proven possible; infeasible
        when p sites cannot reach everyone at all.

    References
    ----------
    Hakimi, S. L. (1964). Optimum locations of switching centers. Operations Research 12, 450-459.
    Minieka, E. (1970). The m-center problem. SIAM Review 12, 138-139.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialreno.siting import p_center, siting_problem
    >>> pairs = pd.DataFrame({"origin": ["a", "a", "b", "b"], "destination": ["S1", "S2"] * 2,
    ...                       "distance_m": [0.0, 6.0, 9.0, 7.0]})
    >>> p_center(siting_problem(pairs, pd.Series({"a": 90, "b": 1})), count=1).sites
    ('S2',)
    """
    if len(problem.unreached):
        return no_choice(tuple(problem.unreached))
    if count < 1 or int((~problem.existing).sum()) < count:
        return no_choice()
    limit, radii = Limit(time_limit_s), _radii(problem)
    low, high = 0, len(radii)  # below ``low`` nothing covers everyone, at ``high`` what is in hand does
    held: MilpResult | None = None
    while low < high and not limit.over:
        middle = (low + high) // 2
        found = _covers(problem.within(radii[middle]), count, limit)
        if found.status == "infeasible":
            low = middle + 1
        elif len(found.values):
            high, held = middle, found
        else:
            break
    if held is None:
        return no_choice() if low == len(radii) else replace(no_choice(), status="bounded")
    return _told(problem.within(radii[high]), count, held, float(radii[low]), limit)


def _radii(problem: Problem) -> Floats:
    """List the distances that can be the farthest: none is less than the nearest site of whoever lives worst."""
    nearest = np.full(len(problem.demands), np.inf)
    np.minimum.at(nearest, problem.demand, problem.distance_m)
    radii = np.unique(problem.distance_m)
    return np.asarray(radii[radii >= nearest.max(initial=0.0)])


def _covers(near: Problem, count: int, limit: Limit) -> MilpResult:
    """Look for ``count`` sites that together have everyone within reach, and room for them."""
    near = near.loosened
    if not near.capacitated:
        return solve_milp(cover_milp(near, count=count), limit=limit)
    pairs = Pairs(near.demand, near.site, np.zeros(len(near.demand)), np.full(len(near.demands), np.inf))
    model = assignment_milp(near, pairs, site_cost=np.zeros(len(near.sites)), count=(count, count))
    return solve_milp(model, limit=limit)


def _told(near: Problem, count: int, found: MilpResult, bound_m: float, limit: Limit) -> Choice:
    """Choose the shortest walks in all within the farthest distance; failing that, what is in hand."""
    choice = p_median(near, count=count, time_limit_s=limit.seconds)
    if not choice.sites:
        near = near.loosened
        chosen = opened_sites(found, near)
        choice = told_choice(near, chosen, served_pairs(found, near, chosen), (np.inf, -np.inf, "bounded"))
    farthest = float(choice.assignment["distance_m"].max())
    bound = min(bound_m, farthest)
    status = "optimal" if bound >= farthest else "bounded"
    return replace(choice, objective=farthest, bound=bound, gap=relative_gap(farthest, bound), status=status)
