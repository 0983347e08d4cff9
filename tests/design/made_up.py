"""Made-up walks: a home reaches something once all walls of one of a few sets are open. Trying every set is cheap."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from spatialreno.design.proof.study import Effort, Study
from spatialreno.design.question.checks import Check
from spatialreno.design.question.hopes import Gain, Hopes, Ladder
from spatialreno.design.question.terms import Floor, Terms

FAR = 2_000_000_000
TOP, BOTTOM_MM = 900, 100


@dataclass(frozen=True)
class MadeUpWalk:
    """Sets of walls, each with the length of the walk once all of them are open."""

    ways: tuple[tuple[frozenset[int], int], ...]
    limit: int
    searches: list[int] = field(default_factory=lambda: [0])

    @property
    def relevant(self) -> Any:
        """Walls that any way goes through."""
        return np.array(sorted(frozenset().union(*(walls for walls, _ in self.ways))), np.int64)

    def millimetres(self, chosen: Any) -> int:
        """Measure the shortest way that is open."""
        self.searches[0] += 1
        return min((far for walls, far in self.ways if all(chosen[w] for w in walls)), default=FAR)

    def within(self, chosen: Any, less: int = 0) -> bool:
        """Tell whether some way is open and short enough."""
        return self.millimetres(chosen) <= self.limit - less

    def largest_without(self, chosen: Any, order: Any, less: int = 0) -> Any:
        """Open more, one by one, as long as nothing is within the limit."""
        grown = chosen.copy()
        for one in order.tolist():
            was = grown[one]
            grown[one] = True
            grown[one] = was or not self.within(grown, less)
        return grown


def made_up(dice: np.random.Generator) -> tuple[Study, Terms]:
    """Draw homes, walks, costs, a budget and some guards."""
    count = int(dice.integers(2, 9))
    gains = tuple(
        Gain(at, float(dice.integers(1, 200)), tuple(_walk(dice, count) for _ in range(dice.integers(1, 4))))
        for at in range(dice.integers(0, 9))
    )
    ladders = tuple(_ladder(dice, count, at) for at in range(dice.integers(0, 5)))
    hopes = Hopes(float(dice.integers(0, 50)), gains, ladders)
    cost = dice.integers(1, 30, count).astype(float)
    return Study(hopes, count, not ladders, [0], Effort(rounds=60)), draw_terms(dice, cost, gains)


def best_of_all(study: Study, terms: Terms) -> float:
    """Try every set: the most that one brings; -inf where none keeps to the terms."""
    sets = [np.array(bits, bool) for bits in product([False, True], repeat=study.count)]
    return max((study.hopes.value(some) for some in sets if study.allowed(terms, some)), default=-np.inf)


def least_of_all(study: Study, terms: Terms, value: float) -> float:
    """Try every set: the least money for so much."""
    sets = [np.array(bits, bool) for bits in product([False, True], repeat=study.count)]
    return min(terms.cost[s].sum() for s in sets if study.allowed(terms, s) and study.hopes.value(s) >= value - 1e-6)


def _walk(dice: np.random.Generator, count: int) -> MadeUpWalk:
    return MadeUpWalk(_ways(dice, count), int(dice.integers(500, 900)))


def _ways(dice: np.random.Generator, count: int) -> tuple[tuple[frozenset[int], int], ...]:
    sizes = dice.integers(1, min(4, count) + 1, dice.integers(1, 5))
    return tuple(
        (frozenset(dice.choice(count, size, replace=False).tolist()), int(dice.integers(BOTTOM_MM, TOP)))
        for size in sizes.tolist()
    )


def _ladder(dice: np.random.Generator, count: int, home: int) -> Ladder:
    walk, weight = MadeUpWalk(_ways(dice, count), TOP - 1), float(dice.integers(1, 5))
    enough = int(dice.choice([0, 400]))
    bottom = max(walk.millimetres(np.ones(count, bool)), enough)
    steps = bool(dice.random() < 0.5)  # by the metre, or worth the same up to a radius
    return Ladder(home, walk, lambda far: weight * (-(far // 300) if steps else -far / 100), TOP, bottom, enough)


def draw_terms(dice: np.random.Generator, cost: Any, gains: tuple[Gain, ...]) -> Terms:
    """Draw a budget and some guards."""
    count, odds = len(cost), dice.random(7)
    shut, must = dice.random(count) < 0.15 * (odds[0] < 0.5), dice.random(count) < 0.15 * (odds[1] < 0.5)
    asked = tuple(tuple(np.flatnonzero(dice.random(count) < 0.4).tolist()) for _ in range(3))
    floor = Floor("C1", tuple(range(0, len(gains), 2)), float(dice.integers(1, 60)))
    heavy, load = dice.random(count), dice.uniform(0.5, 2.0)
    rising = Check("rising", load, lambda some: float(heavy[some].sum()), True, str)
    odd = Check("odd", 0.0, lambda some: float(some.sum() % 3 == 2), False, str)
    return Terms(
        cost=cost,
        budget=float(dice.integers(0, int(cost.sum()) + 2)) if odds[2] < 0.9 else np.inf,
        shut=shut if odds[6] > 0.8 else shut & ~must,
        must=must,
        rivals=((0, 1),) if odds[3] < 0.3 else (),
        asked=asked,
        parties=int(dice.integers(0, 3)) if odds[4] < 0.4 else None,
        floors=(floor,) if odds[5] < 0.3 and gains else (),
        checks=tuple(check for check, yes in ((rising, odds[6] < 0.3), (odd, 0.2 < odds[6] < 0.5)) if yes),
    )
