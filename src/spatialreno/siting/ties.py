"""Between equal choices the earlier ids win."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spatialreno.siting.problem import FloatArray, IntArray, Problem

_SAME = 1e-9


def earliest_sites(problem: Problem, chosen: IntArray, instead: FloatArray) -> IntArray:
    """Exchange chosen sites for earlier ones as long as the weighted distance stays the same."""
    table = np.full((len(problem.demands), len(problem.sites)), np.inf)
    table[problem.demand, problem.site] = problem.weights[problem.demand] * problem.distance_m
    standing = np.minimum(instead, table[:, problem.existing].min(axis=1, initial=np.inf))

    def cost(sites: IntArray) -> float:
        return float(np.minimum(standing, table[:, sites].min(axis=1, initial=np.inf)).sum())

    return _earliest(problem, chosen, cost)


def earliest_cover(problem: Problem, chosen: IntArray) -> IntArray:
    """Exchange chosen sites for earlier ones as long as the weight covered stays the same."""
    table = np.zeros((len(problem.demands), len(problem.sites)), bool)
    table[problem.demand, problem.site] = True
    standing = table[:, problem.existing].any(axis=1)

    def uncovered(sites: IntArray) -> float:
        return float(problem.weights[~(standing | table[:, sites].any(axis=1))].sum())

    return _earliest(problem, chosen, uncovered)


def _earliest(problem: Problem, chosen: IntArray, cost: Callable[[IntArray], float]) -> IntArray:
    best = np.sort(chosen)
    if not len(best):
        return best
    value = cost(best)
    clashes = {(int(a), int(b)) for a, b in problem.conflicts}
    moved = True
    while moved:
        moved = False
        for out in best[::-1]:
            rest = best[best != out]
            for into in np.flatnonzero(~problem.existing[:out]):
                trial = np.sort(np.r_[rest, into])
                if into in rest or _clash(clashes, int(into), rest):
                    continue
                if cost(trial) <= value + _SAME * max(1.0, abs(value)):
                    best, moved = trial, True
                    break
            if moved:
                break
    return best


def _clash(clashes: set[tuple[int, int]], site: int, others: IntArray) -> bool:
    return any((site, int(other)) in clashes or (int(other), site) in clashes for other in others)
