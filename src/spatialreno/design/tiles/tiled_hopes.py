"""What opening may bring in a large area: homes in the order of their tiles, walks cut out when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno._types import Bools, Ints
from spatialreno.design.question.candidates import Candidate, everything
from spatialreno.design.question.goals import Goal
from spatialreno.design.question.hopes import Gain, Hopes
from spatialreno.walk import OpeningChoices, Shelf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatialreno.area import StudyArea


@dataclass(frozen=True)
class TiledHopes(Hopes):
    """Hopes whose gains are sorted by tile, and measured again only where what is open near them has changed.

    Attributes
    ----------
    tile
        The tile of each gain, a number.
    count
        How many candidates there are.
    last, near
        The choice measured last with what it holds, and by candidate the gains that it can matter to.
    """

    tile: tuple[int, ...] = ()
    count: int = 0
    last: list[Bools] = field(default_factory=list, compare=False, repr=False)
    near: list[Ints] = field(default_factory=list, compare=False, repr=False)

    def holding(self, chosen: Bools) -> list[bool]:
        """Tell which gains a choice truly reaches."""
        if not self.last:
            self.last[:] = [np.zeros(self.count, np.bool_), np.zeros(len(self.gains), np.bool_)]
        before, holds, near = *self.last, self._near()
        changed = np.flatnonzero(before != chosen)
        if len(changed):
            for at in np.unique(np.concatenate([near[one] for one in changed.tolist()])).tolist():
                holds[at] = self.gains[at].holds(chosen)
            before[:] = chosen
        return list(holds.tolist())

    def beside(self, one: int, others: Sequence[int]) -> list[int]:
        """Name of other candidates those that matter to a gain that one matters to."""
        near = self._near()
        touched = np.zeros(len(self.gains), np.bool_)
        touched[near[one]] = True
        return [at for at in others if touched[near[at]].any()]

    def _near(self) -> list[Ints]:
        if not self.near:
            self.near[:] = self._gains_by_candidate()
        return self.near

    def _gains_by_candidate(self) -> list[Ints]:
        """List for each candidate the gains that it can matter to."""
        pairs = [(one, at) for at, gain in enumerate(self.gains) for walk in gain.walks for one in walk.relevant]
        found = np.array(sorted(set(pairs)), np.int64).reshape(-1, 2)
        cuts = np.searchsorted(found[:, 0], np.arange(self.count + 1))
        return [found[cuts[at] : cuts[at + 1], 1] for at in range(self.count)]


def tiles_of(area: StudyArea, homes: pd.Index[str], side_m: float) -> Ints:
    """Number the square of whole sides that each home's centroid lies in, row by row."""
    middles = area.buildings.geometry.loc[homes].centroid
    columns, rows = (np.floor(axis / side_m).astype(np.int64) for axis in (middles.x, middles.y))
    return np.unique(np.column_stack([rows, columns]), axis=0, return_inverse=True)[1].ravel()


def hopes_by_tiles(
    goal: Goal, choices: OpeningChoices, candidates: Sequence[Candidate], ready: StudyArea, tile: Ints
) -> TiledHopes:
    """Find what may change by opening, as ``Goal.hopes`` does; today and the most are walked by the product at once.

    Parameters
    ----------
    goal
        A goal that counts who reaches something.
    choices
        For the homes of the goal's people, in order.
    candidates
        What may be opened.
    ready
        The area with new gates standing closed.
    tile
        The tile of each home.
    """
    people = goal.people.to_numpy(float)
    missing, never = goal.missing(goal.area), goal.missing(everything(candidates, ready).apply(goal.area))
    shelf = Shelf(choices)
    targets = [shelf.target(need) for need in goal.needs]
    gains, at = [], []
    for home in np.argsort(tile, kind="stable").tolist():
        wanted = np.flatnonzero(missing[home])
        if goal.by_home:
            sets = [wanted] if len(wanted) and not never[home].any() else []
        else:
            sets = [wanted[[k]] for k in range(len(wanted)) if not never[home, wanted[k]]]
        for needs in sets:
            walks = tuple(shelf.held(home, targets[need]) for need in needs.tolist())
            gains.append(Gain(home, float(people[home]), walks))
            at.append(int(tile[home]))
    held = np.flatnonzero(~missing.any(axis=1)) if goal.by_home else np.empty(0, np.int64)
    lost = np.flatnonzero(never.any(axis=1)) if goal.by_home else np.empty(0, np.int64)
    today = people[held].sum() if goal.by_home else (people[:, None] * ~missing).sum()
    return TiledHopes(
        float(today), tuple(gains), (), tuple(held.tolist()), tuple(lost.tolist()), tuple(at), choices.count
    )
