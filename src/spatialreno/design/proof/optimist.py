"""Choices that the cuts known so far promise most of: found by trying neighbours, far quicker than by the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spatialreno._types import Bools, Floats, Indices, Ints
from spatialreno.design.proof.master import Rungs
from spatialreno.design.proof.separation import Cuts
from spatialreno.design.question.terms import Terms

_MOVES, _BACK = 60, 5


@dataclass(frozen=True)
class Optimist:
    """What a choice brings at most by the cuts known so far: the master problem at whole numbers.

    Attributes
    ----------
    members
        By cut and candidate, 1 where opening the candidate meets the cut; sorted by rung.
    first
        Where the cuts of each rung that has any begin.
    cut_rungs
        Those rungs.
    weights
        What each rung adds.
    ladders
        Rungs of each ladder from the easiest on, -1 beyond the last: who does not reach one reaches none after it.
    """

    members: NDArray[np.float32]
    first: Indices
    cut_rungs: Ints
    weights: Floats
    ladders: Ints

    @classmethod
    def of(cls, rungs: Rungs, cuts: Cuts, count: int) -> Optimist:
        """Lay the cuts out for many choices at once."""
        rows = sorted(cuts.rows, key=lambda cut: cut[0])
        members = np.zeros((len(rows), count), np.float32)
        for at, (_, some) in enumerate(rows):
            members[at, some] = 1.0
        cut_rungs, first = np.unique([rung for rung, _ in rows], return_index=True)
        longest = max((len(steps) for steps in rungs.steps), default=0)
        ladders = np.full((len(rungs.steps), longest), -1)
        for at, steps in enumerate(rungs.steps):
            ladders[at, : len(steps)] = steps
        return cls(members, first, cut_rungs.astype(np.int64), rungs.weights(), ladders)

    def most(self, choices: Bools) -> Floats:
        """Say for each of many choices (a row each) what it gains at most."""
        found: Floats = self.reached(choices) @ self.weights
        return found

    def reached(self, choices: Bools) -> Bools:
        """Say for each of many choices which rungs no cut keeps it from."""
        reached = np.ones((len(choices), len(self.weights)), np.bool_)
        if len(self.first):
            with np.errstate(all="ignore"):  # zeros and ones: flags come from lanes that BLAS leaves unused
                met = choices.astype(np.float32) @ self.members.T > 0.5
            reached[:, self.cut_rungs] = np.logical_and.reduceat(met, self.first, axis=1)
        if self.ladders.size:
            climbed = np.logical_and.accumulate(reached[:, self.ladders] | (self.ladders < 0), axis=2)
            reached[:, self.ladders[self.ladders >= 0]] = climbed[:, self.ladders >= 0]
        return reached

    def risen(self, chosen: Bools, terms: Terms) -> tuple[Bools, float]:
        """Open one more or put one for another as long as that promises more; gives the choice and what it promises."""
        best = float(self.most(chosen[None])[0])
        for _ in range(_MOVES):
            near = _neighbours(chosen, terms)
            promised = self.most(near)
            order = np.argsort(-promised, kind="stable")
            better = (near[at] for at in order.tolist() if promised[at] > best + 1e-9)
            found = next((some for some in better if terms.allows(some)), None)
            if found is None:
                break
            chosen, best = found, float(self.most(found[None])[0])
        return chosen, best


def started(best: Bools, terms: Terms, turn: int, dice: np.random.Generator) -> Bools:
    """Begin at the best choice; at further turns some of it, drawn anew, is taken back."""
    chosen, held = best.copy(), np.flatnonzero(best & ~terms.must)
    chosen[dice.choice(held, min(len(held), turn % _BACK), replace=False)] = False
    return chosen


def _neighbours(chosen: Bools, terms: Terms) -> Bools:
    """Give the choices within the budget that open one more, with none or one of the others taken back."""
    more = np.flatnonzero(terms.free & ~chosen)
    back = np.concatenate([[-1], np.flatnonzero(chosen & ~terms.must)])
    out, added = (grid.ravel() for grid in np.meshgrid(back, more, indexing="ij"))
    near = np.repeat(chosen[None], len(added), axis=0)
    row = np.arange(len(added))
    near[row, added] = True
    near[row[out >= 0], out[out >= 0]] = False
    return near[near @ terms.cost <= terms.budget + terms.slack]
