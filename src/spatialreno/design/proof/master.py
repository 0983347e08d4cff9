"""The master problem: openings, parties and what is gained as columns; money, guards and cuts as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from spatialreno._types import Bools, Floats, Ints
from spatialreno.design.question.hopes import Hopes
from spatialreno.design.question.terms import Terms
from spatialreno.optimise import Milp, Row, milp_of

Cut = tuple[int, Ints]
_CENT = 1e-6


@dataclass
class Rungs:
    """What can be gained as columns: a rung a gain, and of each ladder as many as its walks have been told apart.

    Attributes
    ----------
    weight
        What each rung adds.
    gain, ladder
        The gain, or the ladder, that a rung belongs to; -1 for none.
    below
        For a rung of a ladder: the walk must be shorter than this, in millimetres.
    """

    hopes: Hopes
    gain: list[int] = field(default_factory=list)
    ladder: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    steps: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with one rung for each gain and each ladder."""
        for at in range(len(self.hopes.gains)):
            self._add(at, -1, 0)
        for at, ladder in enumerate(self.hopes.ladders):
            self.steps.append([len(self.gain)])
            self._add(-1, at, ladder.top)

    def __len__(self) -> int:
        return len(self.gain)

    def _add(self, gain: int, ladder: int, below: int) -> None:
        self.gain.append(gain)
        self.ladder.append(ladder)
        self.below.append(below)

    def at(self, ladder: int, below: int) -> int:
        """Give the rung of a ladder at a length, a new one where there is none yet."""
        steps = self.steps[ladder]
        for step in steps:
            if self.below[step] == below:
                return step
        steps.append(len(self.gain))
        self._add(-1, ladder, below)
        steps.sort(key=lambda step: -self.below[step])
        return len(self.gain) - 1

    def weights(self) -> Floats:
        """Say what each rung adds now."""
        found = np.zeros(len(self))
        found[: len(self.hopes.gains)] = [gain.weight for gain in self.hopes.gains]
        for ladder, steps in zip(self.hopes.ladders, self.steps, strict=True):
            ends = [self.below[step] for step in steps[1:]] + [max(ladder.bottom, ladder.enough)]
            for step, end in zip(steps, ends, strict=True):
                found[step] = ladder.worth(end) - ladder.worth(self.below[step])
        return found

    def reaches(self, rung: int, chosen: Bools) -> bool:
        """Tell whether a choice truly reaches one rung."""
        if self.gain[rung] >= 0:
            return self.hopes.gains[self.gain[rung]].holds(chosen)
        return self.hopes.ladders[self.ladder[rung]].length(chosen) < self.below[rung]

    def holds(self, chosen: Bools) -> list[bool]:
        """Tell which rungs a choice truly reaches."""
        found = self.hopes.holding(chosen) + [False] * (len(self) - len(self.hopes.gains))
        for ladder, steps in zip(self.hopes.ladders, self.steps, strict=True):
            length = ladder.length(chosen)
            for step in steps:
                found[step] = length < self.below[step]
        return found


def master(terms: Terms, rungs: Rungs, cuts: Sequence[Cut], *, least: float | None = None) -> Milp:
    """Write the master problem down: most gained for the money, or with ``least`` the least money for that much."""
    count, parties = len(terms.cost), len(terms.asked) if terms.parties is not None else 0
    width = count + parties + len(rungs)
    weights = rungs.weights()
    cost = np.zeros(width)
    if least is None:
        cost[count + parties :] = -weights
    else:
        cost[:count] = terms.cost
    lower, upper = np.zeros(width), np.ones(width)
    lower[:count], upper[:count] = terms.must, ~terms.shut | terms.must
    rows = list(_term_rows(terms, count, parties))
    if np.isfinite(terms.budget):
        spent = np.flatnonzero(terms.cost)
        rows.append((spent.tolist(), terms.cost[spent].tolist(), -np.inf, terms.budget + terms.slack))
    if least is not None:
        part = np.flatnonzero(weights)
        rows.append(((count + parties + part).tolist(), weights[part].tolist(), least, np.inf))
    for floor in terms.floors:
        part = np.array(floor.gains, np.int64)
        rows.append(((count + parties + part).tolist(), weights[part].tolist(), floor.least - _CENT, np.inf))
    rows += [cut_row(cut, count + parties) for cut in cuts]
    for steps in rungs.steps:
        rows += [
            ([count + parties + lower_, count + parties + upper_], [1.0, -1.0], -np.inf, 0.0)
            for upper_, lower_ in pairwise(steps)
        ]
    integer = np.arange(width) < count + parties
    return milp_of(cost, lower, upper, integer, rows)


def cut_row(cut: Cut, first: int) -> Row:
    """Write a cut: a rung is reached only where one of its candidates is opened."""
    rung, members = cut
    return [first + rung, *members.tolist()], [1.0] + [-1.0] * len(members), -np.inf, 0.0


def _term_rows(terms: Terms, count: int, parties: int) -> Iterable[Row]:
    for one, two in terms.rivals:
        yield [one, two], [1.0, 1.0], -np.inf, 1.0
    for some in terms.never_all:
        yield list(some), [1.0] * len(some), -np.inf, len(some) - 1.0
    for check in terms.checks:
        for some in check.never_all:
            yield list(some), [1.0] * len(some), -np.inf, len(some) - 1.0
        for some in check.never_just:
            signs = np.full(count, -1.0)
            signs[list(some)] = 1.0
            yield list(range(count)), signs.tolist(), -np.inf, len(some) - 1.0
    if not parties:
        return
    for party, some in enumerate(terms.asked):
        for one in some:
            yield [one, count + party], [1.0, -1.0], -np.inf, 0.0
    yield list(range(count, count + parties)), [1.0] * parties, -np.inf, float(terms.parties or 0)

