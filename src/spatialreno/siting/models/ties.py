"""Between equal choices the earlier ids win."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spatialreno._types import Floats, Indices
from spatialreno.optimise import Limit
from spatialreno.siting.models.problem import Problem

_SAME = 1e-9


def earliest_sites(problem: Problem, chosen: Indices, instead: Floats, limit: Limit) -> Indices:
    """Exchange chosen sites for earlier ones as long as the weighted distance stays the same."""
    table = np.full((len(problem.demands), len(problem.sites)), np.inf)
    table[problem.demand, problem.site] = problem.weights[problem.demand] * problem.distance_m
    standing = np.minimum(instead, table[:, problem.existing].min(axis=1, initial=np.inf))

    def costs(rest: Indices, earlier: Indices) -> Floats:
        near = np.minimum(standing, table[:, rest].min(axis=1, initial=np.inf))
        return np.asarray(np.minimum(near[:, None], table[:, earlier]).sum(axis=0))

    return _earliest(problem, chosen, costs, limit)


def earliest_cover(problem: Problem, chosen: Indices, limit: Limit) -> Indices:
    """Exchange chosen sites for earlier ones as long as the weight covered stays the same."""
    table = np.zeros((len(problem.demands), len(problem.sites)), bool)
    table[problem.demand, problem.site] = True
    standing = table[:, problem.existing].any(axis=1)

    def uncovered(rest: Indices, earlier: Indices) -> Floats:
        alone = ~(standing | table[:, rest].any(axis=1))
        return np.asarray(problem.weights[alone] @ ~table[np.ix_(alone, earlier)])

    return _earliest(problem, chosen, uncovered, limit)


def _earliest(
    problem: Problem, chosen: Indices, costs: Callable[[Indices, Indices], Floats], limit: Limit
) -> Indices:
    """Try, from the latest chosen site on, every earlier one in its place; begin again after each exchange."""
    best = np.sort(chosen)
    if not len(best):
        return best
    value = float(costs(best[1:], best[:1])[0])
    most = value + _SAME * max(1.0, abs(value))
    moved = True
    while moved and not limit.late:
        moved = False
        for out in best[::-1]:
            rest = best[best != out]
            earlier = _free(problem, int(out), rest)
            same = np.flatnonzero(costs(rest, earlier) <= most) if len(earlier) else earlier
            if len(same):
                best, moved = np.sort(np.r_[rest, earlier[same[0]]]), True
                break
    return best


def _free(problem: Problem, out: int, rest: Indices) -> Indices:
    """List the sites before one that could be built beside the rest and beside what stands."""
    stands = {*rest.tolist(), *np.flatnonzero(problem.existing).tolist()}
    free = ~problem.existing[:out]
    free[rest[rest < out]] = False
    for one, other in problem.conflicts:
        for here, there in ((one, other), (other, one)):
            if here < out and there in stands:
                free[here] = False
    return np.flatnonzero(free)
