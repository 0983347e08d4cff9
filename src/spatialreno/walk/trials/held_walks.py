"""Walks that are cut out of the whole when they are asked for and put away again, so that memory stays bounded."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from spatialreno._types import Bools, Ints

if TYPE_CHECKING:
    from spatialreno.walk.trials.home_walk import HomeWalk, Target
    from spatialreno.walk.trials.opening_choices import OpeningChoices

_ROOM = 1_500_000_000


class Shelf:
    """Walks at hand, as many as there is room for; what was not asked for longest is put away first.

    Parameters
    ----------
    choices
        The whole that walks are cut out of.
    room
        Bytes that walks at hand may take together; the one asked for last stays in any case.
    """

    def __init__(self, choices: OpeningChoices, room: int = _ROOM) -> None:
        self._choices, self._room = choices, room
        self._walks: OrderedDict[tuple[int, int], HomeWalk] = OrderedDict()
        self._targets: list[Target] = []
        self._sizes: dict[tuple[int, int], int] = {}
        self._taken = 0

    def target(self, limits_m: dict[str, float]) -> int:
        """Make ready to ask for facilities of some kinds; returns the number to ask by."""
        self._targets.append(self._choices.target(limits_m))
        return len(self._targets) - 1

    def walk(self, home: int, target: int) -> HomeWalk:
        """Give the walk of a home to a target, cut out anew where it is not at hand."""
        key = home, target
        if key not in self._walks:
            self._walks[key] = self._choices.walk(home, self._targets[target])
            self._sizes[key] = _bytes(self._walks[key].local)
            self._taken += self._sizes[key]
            while self._taken > self._room and len(self._walks) > 1:
                old, _ = self._walks.popitem(last=False)
                self._taken -= self._sizes.pop(old)
        self._walks.move_to_end(key)
        return self._walks[key]

    def held(self, home: int, target: int) -> HeldWalk:
        """Name a walk that is cut out whenever it is asked for."""
        return HeldWalk(self, home, target, self.walk(home, target).relevant)


@dataclass(frozen=True)
class HeldWalk:
    """The walks of one home to a target, as a ``HomeWalk`` that need not be at hand; what it told is remembered.

    Attributes
    ----------
    relevant
        The candidates that can matter, in order.
    """

    shelf: Shelf = field(repr=False, compare=False)
    home: int
    target: int
    relevant: Ints = field(compare=False)
    memory: dict[tuple[bytes, int], bool] = field(default_factory=dict, repr=False, compare=False)

    def within(self, chosen: Bools, less: int = 0) -> bool:
        """Tell whether a facility is within its limit, shortened by `less` millimetres."""
        key = (np.packbits(chosen[self.relevant]).tobytes(), less)
        if key not in self.memory:
            self.memory[key] = self._walk.within(chosen, less)
        return self.memory[key]

    def millimetres(self, chosen: Bools) -> int:
        """Measure the walk to the nearest, for kinds of one limit."""
        return self._walk.millimetres(chosen)

    def largest_without(self, chosen: Bools, order: Ints, less: int = 0) -> Bools:
        """Choose more, in order, as long as no facility is within its limit; see ``HomeWalk``."""
        return self._walk.largest_without(chosen, order, less)

    @property
    def _walk(self) -> HomeWalk:
        return self.shelf.walk(self.home, self.target)


def _bytes(some: object) -> int:
    """Count the bytes of arrays in tuples of tuples."""
    if isinstance(some, tuple):
        return sum(_bytes(one) for one in some)
    return int(getattr(some, "nbytes", 0))
