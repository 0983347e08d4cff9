"""Cuts: what must open before somebody reaches something, from largest choices under which he still does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from spatialreno._types import Bools, Floats, Ints
from spatialreno.design.proof.master import Cut, Rungs

_SOME = 1e-6


@dataclass
class Cuts:
    """All cuts found so far, each once: rung, and the candidates of which at least one must open for it."""

    rows: list[Cut] = field(default_factory=list)
    known: set[tuple[int, bytes]] = field(default_factory=set)
    by_rung: dict[int, list[Ints]] = field(default_factory=dict)

    def add(self, rung: int, members: Ints) -> bool:
        """Add a cut; tells whether it is new."""
        key = rung, members.tobytes()
        if key in self.known:
            return False
        self.known.add(key)
        self.rows.append((rung, members))
        self.by_rung.setdefault(rung, []).append(members)
        return True

    def of(self, rung: int) -> list[Ints]:
        """Give the cuts of one rung."""
        return self.by_rung.get(rung, [])


def separated(rungs: Rungs, cuts: Cuts, chosen: Bools, reached: Floats, opened: Floats, orders: Sequence[Ints]) -> int:
    """Add cuts that a point of the master problem breaks.

    Parameters
    ----------
    rungs, cuts
        What may be reached, and the cuts so far; new ones are added, and new rungs where a ladder needs them.
    chosen
        Candidates that are open for certain.
    reached
        How far each rung is taken for reached, from 0 to 1.
    opened
        How far each candidate is open, from 0 to 1.
    orders
        Orders in which candidates are added to a largest failing choice; those added late make the cut.

    Returns
    -------
    int
        How many cuts are new.
    """
    fresh = 0
    for rung in np.flatnonzero(reached > _SOME).tolist():
        find = _of_gain if rungs.gain[rung] >= 0 else _of_ladder
        for below, members in find(rungs, rung, chosen, orders):
            if opened[members].sum() < reached[rung] - _SOME:
                fresh += cuts.add(rung if below == rungs.below[rung] else rungs.at(rungs.ladder[rung], below), members)
    return fresh


def _of_gain(rungs: Rungs, rung: int, chosen: Bools, orders: Sequence[Ints]) -> Iterator[tuple[int, Ints]]:
    for walk in rungs.hopes.gains[rungs.gain[rung]].walks:
        if not walk.within(chosen):
            for order in orders:
                yield rungs.below[rung], np.flatnonzero(~walk.largest_without(chosen, order))


def _of_ladder(rungs: Rungs, rung: int, chosen: Bools, orders: Sequence[Ints]) -> Iterator[tuple[int, Ints]]:
    """Cut at the rung, or at a length below it where the walk is shorter than asked but not as short as thought."""
    ladder = rungs.hopes.ladders[rungs.ladder[rung]]
    length = ladder.length(chosen)
    steps = rungs.steps[rungs.ladder[rung]]
    place = steps.index(rung)
    end = rungs.below[steps[place + 1]] if place + 1 < len(steps) else max(ladder.bottom, ladder.enough)
    if length <= end:
        return
    below = min(length, rungs.below[rung])
    for order in orders:
        grown = ladder.walk.largest_without(chosen, order, ladder.top - below)
        yield min(ladder.length(grown), rungs.below[rung]), np.flatnonzero(~grown)
