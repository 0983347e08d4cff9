"""The cheapest further openings by which one home reaches what it is after, given what is open already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from spatialreno._types import Bools

if TYPE_CHECKING:
    from spatialreno.design.proof.master import Rungs
    from spatialreno.design.proof.separation import Cuts
    from spatialreno.design.question.terms import Terms

_BRANCHES = 400
_TURNS = 40


class Knows(Protocol):
    """What is known of a question: its rungs, the cuts found so far, and how to learn more."""

    count: int
    rungs: Rungs
    cuts: Cuts

    def learn(self, chosen: Bools, rung: int) -> int:
        """Add cuts that say why a choice does not reach a rung."""

    def value(self, chosen: Bools) -> float:
        """Measure a choice."""

    def allowed(self, terms: Terms, chosen: Bools) -> bool:
        """Tell whether a choice keeps to the terms, floors and checks included."""

    def spent(self) -> bool:
        """Tell whether the effort is used up."""


def cheapest_way(study: Knows, terms: Terms, chosen: Bools, rung: int, most: float) -> list[int] | None:
    """Find the cheapest candidates that, opened besides, make a rung hold; None where they cost more than ``most``.

    Method: a cheapest set that meets all cuts known for the rung; where it does not do, a new cut says why.
    """
    for _ in range(_TURNS):
        cuts = [members for members in study.cuts.of(rung) if not chosen[members].any()]
        way = _cheapest_hit(cuts, terms, most)
        if way is None:
            return None
        opened = chosen.copy()
        opened[way] = True
        if study.rungs.reaches(rung, opened):
            return way
        study.learn(opened, rung)
    return None


def _cheapest_hit(cuts: list[npt.NDArray[np.int64]], terms: Terms, most: float) -> list[int] | None:
    """Find a cheapest set that meets every cut, by branching on the shortest one not met; None above ``most``."""
    free, cost = terms.free, terms.cost
    lists = sorted(([int(one) for one in members if free[one]] for members in cuts), key=lambda some: (len(some), some))
    for some in lists:
        some.sort(key=lambda one: (cost[one], one))
    best: list[int] | None = None
    limit, left = most, _BRANCHES

    def branch(way: list[int], spent: float) -> None:
        nonlocal best, limit, left
        left -= 1
        missed = next((some for some in lists if not any(one in way for one in some)), None)
        if missed is None:
            if best is None or spent < limit:
                best, limit = list(way), spent
            return
        for one in missed:
            if left <= 0 or spent + cost[one] > limit or (best is not None and spent + cost[one] >= limit):
                return
            branch([*way, one], spent + float(cost[one]))

    branch([], 0.0)
    return best
