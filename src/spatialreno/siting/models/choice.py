"""A choice of sites with its proof, and how it is read from the solver's values."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from spatialreno._types import Floats, Indices
from spatialreno.optimise import MilpResult, relative_gap
from spatialreno.siting.models.problem import Problem

NONE: Indices = np.empty(0, np.intp)


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


def no_choice(unserved: tuple[str, ...] = ()) -> Choice:
    """Tell that no choice exists, and which demands no site could serve."""
    empty = pd.DataFrame({"demand": [], "site": [], "distance_m": np.empty(0), "weight": np.empty(0)})
    return Choice((), empty, float("inf"), float("inf"), float("inf"), "infeasible", unserved)


def undecided(result: MilpResult) -> Choice:
    """Tell that nothing was found: because there is nothing, or because a limit came first."""
    return replace(no_choice(), status=result.status)


def opened_sites(result: MilpResult, problem: Problem) -> Indices:
    """Read which new sites are open; none where the solver holds no point."""
    if not len(result.values):
        return NONE
    return np.flatnonzero((result.values[: len(problem.sites)] > 0.5) & ~problem.existing)


def served_pairs(result: MilpResult, problem: Problem, chosen: Indices) -> tuple[Indices, Indices, Floats]:
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


def told_choice(
    problem: Problem,
    chosen: Indices,
    served: tuple[Indices, Indices, Floats],
    verdict: tuple[float, float, str],
) -> Choice:
    """Write a choice down by id; the verdict is objective, bound and status."""
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
