"""A large division bettered window by window: a few neighbouring clusters at a time are divided anew, with a proof."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spatialreno.design.grouping.growth import Parts, middle_of
from spatialreno.design.grouping.map_of_yards import Yards
from spatialreno.design.grouping.proven import divided, value_of

#: Clusters in a window, from small windows to large ones; no window holds more compounds than so many.
QUICK, THOROUGH = (3,), (3, 5, 7)
_MOST_YARDS = 130
_NODES = 50
_SAME = 1e-6


def bettered(yards: Yards, parts: Parts, reach_m: float, sizes: tuple[int, ...] = THOROUGH) -> Parts:
    """Divide neighbouring clusters anew until no window of any size finds anything better.

    Parameters
    ----------
    yards
        The compounds.
    parts
        A division that keeps to all limits.
    reach_m
        Farthest from a middle, in metres.
    sizes
        How many clusters a window holds, from one pass to the next.

    References
    ----------
    Taillard, E., Voss, S. (2002). POPMUSIC: partial optimization metaheuristic under special intensification
    conditions. Essays and Surveys in Metaheuristics, 613-629.
    """
    now = [sorted(part) for part in parts]
    for size in sizes:
        waiting, tried = list(range(len(now))), set()
        while waiting:
            window = _window(yards, now, waiting.pop(0), size)
            what = frozenset(tuple(now[at]) for at in window)
            if 1 < len(window) < len(now) and what not in tried:
                tried.add(what)
                waiting += [at for at in _redone(yards, now, window, reach_m) if at not in waiting]
    return now


def _redone(yards: Yards, parts: Parts, window: list[int], reach_m: float) -> list[int]:
    """Divide a window anew in place; name the clusters in and beside it where that bettered something."""
    some = sorted(one for at in window for one in parts[at])
    number = {one: at for at, one in enumerate(some)}
    inside, start = _only(yards, some, number), [[number[one] for one in parts[at]] for at in window]
    found = divided(inside, len(window), reach_m, start, _NODES)
    if not found.value < value_of(inside, start) - _SAME:
        return []
    for at, part in zip(window, found.parts, strict=True):
        parts[at] = [some[one] for one in part]
    around = {other for one in some for other in yards.beside[one]}.union(some)
    return [at for at, part in enumerate(parts) if not around.isdisjoint(part)]


def _window(yards: Yards, parts: Parts, first: int, size: int) -> list[int]:
    """Take a cluster and those nearest to it among neighbours of what is taken."""
    owner = {one: at for at, part in enumerate(parts) for one in part}
    far = [float(yards.metres[middle_of(yards, parts[first])[0], part[0]]) for part in parts]
    taken, yards_in = [first], len(parts[first])
    while len(taken) < size:
        beside = {owner[other] for at in taken for one in parts[at] for other in yards.beside[one]} - set(taken)
        fits = [at for at in beside if yards_in + len(parts[at]) <= _MOST_YARDS]
        if not fits:
            break
        nearest = min(fits, key=lambda at: (far[at], at))
        taken.append(nearest)
        yards_in += len(parts[nearest])
    return taken


def _only(yards: Yards, some: list[int], number: dict[int, int]) -> Yards:
    """Keep some compounds, with the ways that they have among all."""
    beside = tuple(frozenset(number[other] for other in yards.beside[one] if other in number) for one in some)
    limits = tuple(replace(limit, amounts=limit.amounts[some]) for limit in yards.limits)
    ids = tuple(yards.ids[one] for one in some)
    return Yards(ids, yards.households[some], beside, yards.metres[np.ix_(some, some)], limits)
