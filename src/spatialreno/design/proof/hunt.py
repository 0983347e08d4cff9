"""The best choice so far within some terms, and ways to better ones: rounding, adding whole ways, taking some back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from spatialreno._types import Bools, Floats
from spatialreno.design.proof.ways import Knows, cheapest_way
from spatialreno.design.question.terms import Terms

Status = Literal["proven", "stopped", "infeasible"]
_TINY_YUAN = 1.0
_SAMPLE = 40


@dataclass(frozen=True)
class Answer:
    """What a study found for one question: a choice, its true value, and what no choice can exceed."""

    chosen: Bools
    value: float
    bound: float
    status: Status


@dataclass
class Hunt:
    """The best choice found so far for one question."""

    study: Knows
    terms: Terms
    chosen: Bools | None = None
    value: float = -np.inf
    tried: set[bytes] = field(default_factory=set)

    def offer(self, chosen: Bools) -> bool:
        """Take a choice if it keeps to the terms and is better than the best; tells whether it is."""
        key = chosen.tobytes()
        if key in self.tried:
            return False
        self.tried.add(key)
        if not self.terms.allows(chosen):
            return False
        value = self.study.value(chosen)
        if value <= self.value or not self.study.allowed(self.terms, chosen):
            return False
        self.chosen, self.value = chosen.copy(), value
        return True

    def round(self, opened: Floats) -> None:
        """Round a fractional point: take what is most open first as long as the terms allow it."""
        chosen = self.terms.must.copy()
        for one in np.argsort(-opened, kind="stable").tolist():
            if opened[one] < 1e-9:
                break
            self._add(chosen, [one])
        self.offer(chosen)

    def improve(self, turns: int, dice: np.random.Generator) -> None:
        """Take some of the best choice back, fill it up anew with whole ways, and keep what is better."""
        if self.chosen is None:
            return
        self.offer(self._filled(self.chosen))
        for turn in range(turns):
            held = np.flatnonzero(self.chosen & ~self.terms.must)
            if not len(held) or self.study.spent():
                return
            back = dice.choice(held, min(len(held), 1 + turn % 4), replace=False)
            chosen = self.chosen.copy()
            chosen[back] = False
            self.offer(self._filled(chosen, dice))

    def answer(self, bound: float, status: Status) -> Answer:
        """Give the best found, with a bound."""
        none = np.zeros(self.study.count, np.bool_)
        return Answer(none if self.chosen is None else self.chosen, self.value, bound, status)

    def _add(self, chosen: Bools, way: list[int]) -> bool:
        """Open some more where the terms allow it."""
        before = chosen[way].copy()
        chosen[way] = True
        if self.terms.allows(chosen):
            return True
        chosen[way] = before
        return False

    def _filled(self, chosen: Bools, dice: np.random.Generator | None = None) -> Bools:
        """Add the cheapest ways of single homes, by what they bring for their cost, until nothing fits any more."""
        chosen, rungs, weights = chosen.copy(), self.study.rungs, self.study.rungs.weights()
        dear = set()
        while True:
            left = self.terms.budget - self.terms.cost[chosen].sum()
            holds = rungs.holds(chosen)
            asked = [
                rung for rung in np.argsort(-weights, kind="stable").tolist() if not holds[rung] and rung not in dear
            ]
            if dice is not None:
                asked = sorted(dice.choice(asked, min(len(asked), _SAMPLE), replace=False).tolist()) if asked else []
            options = []
            for rung in asked:
                way = cheapest_way(self.study, self.terms, chosen, rung, left)
                if way is None:
                    dear.add(rung)
                elif way:
                    options.append(way)
            ranked = self._ranked(chosen, options)
            if not any(self._add(chosen, way) for way in ranked):
                return chosen

    def _ranked(self, chosen: Bools, options: list[list[int]]) -> list[list[int]]:
        """Sort ways by what they bring for what they cost."""
        rated = []
        for way in {tuple(sorted(way)) for way in options}:
            opened = chosen.copy()
            opened[list(way)] = True
            gain = self.study.value(opened) - self.study.value(chosen)
            rated.append((-gain / max(float(self.terms.cost[list(way)].sum()), _TINY_YUAN), way))
        return [list(way) for _, way in sorted(rated)]

