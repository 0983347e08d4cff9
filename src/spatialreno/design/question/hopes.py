"""What opening may bring: homes that may come to reach something, and walks that may become shorter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from spatialreno._types import Bools, Floats, Ints

if TYPE_CHECKING:
    from spatialreno.walk import OpeningChoices

Needs = Sequence[dict[str, float]]


class Walk(Protocol):
    """The walks of one home to a target under any choice, as ``HomeWalk`` and ``HeldWalk`` are."""

    @property
    def relevant(self) -> Ints:
        """The candidates that can matter."""

    def within(self, chosen: Bools, less: int = 0) -> bool:
        """Tell whether a facility is within its limit, shortened by ``less`` millimetres."""

    def millimetres(self, chosen: Bools) -> int:
        """Measure the walk to the nearest."""

    def largest_without(self, chosen: Bools, order: Ints, less: int = 0) -> Bools:
        """Choose more, in order, as long as no facility is within its limit."""


@dataclass(frozen=True)
class Gain:
    """One home that may come to reach something: all of its walks must be within their limits."""

    home: int
    weight: float
    walks: tuple[Walk, ...]

    def holds(self, chosen: Bools) -> bool:
        """Tell whether it is reached under a choice."""
        return all(walk.within(chosen) for walk in self.walks)


@dataclass(frozen=True)
class Ladder:
    """One home and kind whose worth grows as the walk becomes shorter: ``worth`` of a walk in millimetres.

    ``top`` is the walk today (just beyond the limit where there is none), ``bottom`` that with everything open; a walk
    shorter than ``enough`` is worth no more than one of that length.
    """

    home: int
    walk: Walk
    worth: Callable[[int], float]
    top: int
    bottom: int
    enough: int

    def length(self, chosen: Bools) -> int:
        """Measure the walk under a choice: never longer than today's, never shorter than enough."""
        return max(min(self.walk.millimetres(chosen), self.top), self.enough)

    def gained(self, chosen: Bools) -> float:
        """Tell how much more it is worth than today."""
        return self.worth(self.length(chosen)) - self.worth(self.top)


@dataclass(frozen=True)
class Hopes:
    """All that opening may bring, by the measure of one goal.

    Attributes
    ----------
    today
        The measure today.
    gains, ladders
        What may change: by reaching something, or by the metre.
    held
        For a goal that a home holds or not: homes that hold it today, by number.
    lost
        For such a goal: homes that do not hold it even with everything open, by number.
    """

    today: float
    gains: tuple[Gain, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    held: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()

    def value(self, chosen: Bools) -> float:
        """Measure a choice."""
        reached = sum(gain.weight for gain, holds in zip(self.gains, self.holding(chosen), strict=True) if holds)
        return self.today + reached + sum(ladder.gained(chosen) for ladder in self.ladders)

    def holding(self, chosen: Bools) -> list[bool]:
        """Tell which gains a choice truly reaches."""
        return [gain.holds(chosen) for gain in self.gains]

    def beside(self, one: int, others: Sequence[int]) -> Sequence[int]:
        """Name of other candidates those that may bring more or less once one is opened."""
        return others

    @property
    def most(self) -> float:
        """The measure with everything opened."""
        climbed = sum(
            ladder.worth(max(ladder.bottom, ladder.enough)) - ladder.worth(ladder.top) for ladder in self.ladders
        )
        return self.today + sum(gain.weight for gain in self.gains) + climbed


def hopes_of_needs(choices: OpeningChoices, needs: Needs, people: Floats) -> Hopes:
    """Count people whose home has all needs within reach: each need is kinds with their limits in metres."""
    targets = [choices.target(need) for need in needs]
    none, every = _ends(choices)
    gains, held, lost = [], [], []
    for home, weight in enumerate(people.tolist()):
        missing = [target for target in targets if choices.millimetres(none, home, target) == choices.far]
        if not missing:
            held.append(home)
        elif any(choices.millimetres(every, home, target) == choices.far for target in missing):
            lost.append(home)
        else:
            gains.append(Gain(home, weight, tuple(choices.walk(home, target) for target in missing)))
    return Hopes(float(people[held].sum()), tuple(gains), (), tuple(held), tuple(lost))


def hopes_of_kinds(choices: OpeningChoices, limits_m: dict[str, float], people: Floats) -> Hopes:
    """Count people and kinds: one for each person and each kind within its limit."""
    none, every = _ends(choices)
    today, gains = 0.0, []
    for kind, limit in sorted(limits_m.items()):
        target = choices.target({kind: limit})
        for home, weight in enumerate(people.tolist()):
            if choices.millimetres(none, home, target) < choices.far:
                today += weight
            elif choices.millimetres(every, home, target) < choices.far:
                gains.append(Gain(home, weight, (choices.walk(home, target),)))
    return Hopes(today, tuple(gains))


@dataclass(frozen=True)
class Scale:
    """What a walk to one kind is worth by its length in millimetres, up to a limit in metres."""

    limit_m: float
    worth: Callable[[int], float]
    enough: int = 0


def hopes_of_lengths(
    choices: OpeningChoices, scales: dict[str, Scale], people: Floats, *, only_walked: bool = False
) -> Hopes:
    """Count what walks to each kind are worth by their lengths, over people.

    With ``only_walked`` a walk counts only where there is one today, and by the metres it becomes shorter.
    """
    none, every = _ends(choices)
    today, ladders = 0.0, []
    for kind, scale in sorted(scales.items()):
        target = choices.target({kind: scale.limit_m})
        for home, weight in enumerate(people.tolist()):
            now = choices.millimetres(none, home, target)
            if only_walked and now == choices.far:
                continue
            top = max(min(now, target.limit + 1), scale.enough)
            today += weight * scale.worth(top) if not only_walked else 0.0
            if top == scale.enough:
                continue
            bottom = max(choices.millimetres(every, home, target), scale.enough)
            if bottom < top:
                walk = choices.walk(home, target, top - 1)
                ladders.append(Ladder(home, walk, _times(scale.worth, weight), top, bottom, scale.enough))
    return Hopes(today, (), tuple(ladders))


def _times(worth: Callable[[int], float], weight: float) -> Callable[[int], float]:
    return lambda length: weight * worth(length)


def _ends(choices: OpeningChoices) -> tuple[Bools, Bools]:
    """Give the choices of nothing and of everything."""
    return np.zeros(choices.count, np.bool_), np.ones(choices.count, np.bool_)
