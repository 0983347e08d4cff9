"""How much room the parts of an A4 take, so that the map gets what is left and nothing is cut."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from spatialreno.maps.residents.homes_table import MOST_LINES
from spatialreno.maps.words.words import Lang

#: Most votes told one by one.
MOST_VOTES = 4
_MAP_MM = (50.0, 96.0)
_FIXED_MM = {"zh": 143.0, "en": 155.0}  # head, figures, headings, legend, foot, margins; English words take more
_BUILDING_MM, _VOTE_MM, _LINE_MM = 5.4, 7.7, 4.2


class Used(NamedTuple):
    """What stands on a sheet besides its map: buildings, votes, lines of money and days, lines under the votes."""

    lang: Lang
    buildings: int
    votes: int
    beside: int
    under: int

    @property
    def map_mm(self) -> float:
        """Height that is left for the map, in millimetres.

        >>> Used("zh", 4, 3, 5, 1).map_mm > Used("zh", 10, 4, 9, 3).map_mm
        True
        """
        rows = min(self.buildings, MOST_LINES) + 1
        votes = min(self.votes, MOST_VOTES)
        taken = rows * _BUILDING_MM + votes * _VOTE_MM + (self.beside + self.under) * _LINE_MM
        return min(max(297.0 - _FIXED_MM[self.lang] - taken, _MAP_MM[0]), _MAP_MM[1])


def lines(said: Iterable[str], wide: int) -> int:
    """Count the lines that paragraphs take where so many half-width letters stand in one.

    >>> lines(["本院", "a" * 61], 60)
    3
    """
    return sum(max(1, math.ceil(_width(text) / wide)) for text in said)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
