"""What a design is asked to keep to: money, guards and forbidden sets, as rows over candidates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from numbers import Real

import numpy as np

from spatialreno._types import Bools, Floats
from spatialreno.design.question.checks import Check
from spatialreno.errors import InputError

_CENT = 1e-6


@dataclass(frozen=True)
class Floor:
    """So much of the measure must come from some gains: a compound's share, less what it has today."""

    place: str
    gains: tuple[int, ...]
    least: float


@dataclass(frozen=True, eq=False)
class Terms:
    """Budget and guards of one question.

    Attributes
    ----------
    cost
        Yuan of each candidate.
    budget
        Most to be spent; infinite when nothing is said.
    shut, must
        Candidates that stay, and that are opened in any case. What is in both can be kept by no choice.
    kept_by
        The guards that say so of ``shut``, each with its own candidates.
    rivals
        Pairs of which only one can be chosen.
    asked
        For each party the candidates whose opening asks it.
    parties
        At most so many parties are asked; None for any number.
    floors
        What each compound must get.
    never_all
        Sets of candidates not all of which may be opened.
    checks
        Guards that only the finished area can answer.
    slack
        By how many yuan the costs of candidates may come to more than the bill, which rounds to the fen.
    """

    cost: Floats
    budget: float
    shut: Bools
    must: Bools
    rivals: tuple[tuple[int, int], ...] = ()
    asked: tuple[tuple[int, ...], ...] = ()
    parties: int | None = None
    floors: tuple[Floor, ...] = ()
    never_all: tuple[tuple[int, ...], ...] = field(default=())
    checks: tuple[Check, ...] = ()
    slack: float = _CENT
    kept_by: tuple[tuple[str, Bools], ...] = ()

    @property
    def contradict(self) -> bool:
        """Tell whether something must open that must stay."""
        return bool((self.must & self.shut).any())

    @property
    def free(self) -> Bools:
        """Candidates that may be chosen, each by itself."""
        return ~self.shut & (self.cost <= self.budget + self.slack)

    def allows(self, chosen: Bools, within_budget: bool = True) -> bool:
        """Tell whether a choice keeps to everything but floors and checks."""
        if (chosen & self.shut).any() or (self.must & ~chosen).any():
            return False
        if within_budget and self.cost[chosen].sum() > self.budget + self.slack:
            return False
        if any(chosen[one] and chosen[two] for one, two in self.rivals):
            return False
        if self.parties is not None and self.asks(chosen) > self.parties:
            return False
        return not any(chosen[list(some)].all() for some in self.never_all)

    def faults(self, chosen: Bools) -> list[Check]:
        """Name the checks that a choice does not keep to."""
        return [check for check in self.checks if not check.keeps(chosen)]

    def asks(self, chosen: Bools) -> int:
        """Count the parties that a choice asks."""
        return sum(bool(chosen[list(some)].any()) for some in self.asked)

    def keeps_floors(self, holds: Sequence[bool], weights: Sequence[float]) -> bool:
        """Tell whether every compound gets its least, given which gains hold."""
        return all(sum(weights[at] for at in floor.gains if holds[at]) >= floor.least - _CENT for floor in self.floors)


def checked_budget(budget_yuan: float) -> float:
    """Take a sum of money; infinite: without a limit.

    Raises
    ------
    InputError
        It is no number, or below 0.
    """
    if not (isinstance(budget_yuan, Real) and budget_yuan >= 0):
        raise InputError(f"design: budget_yuan is {budget_yuan!r}, expected 0 or more. Give yuan, such as 300000.")
    return float(budget_yuan)


def named(chosen: Bools, names: Sequence[str]) -> list[str]:
    """Name a choice."""
    return [name for name, yes in zip(names, chosen, strict=True) if yes]


def flags(count: int, which: Iterable[int]) -> Bools:
    """Write numbers as flags."""
    found = np.zeros(count, np.bool_)
    found[list(which)] = True
    return found
