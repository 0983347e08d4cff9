"""The leaders' table a figure a line, so that no cell holds three numbers; what is equal is told apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spatialreno.maps.content.indicator_tables import spoken
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, LeaderFigure
    from spatialreno.comparison import LeaderRow as Row


@dataclass(frozen=True)
class Part:
    """One figure of a row: what it is part of, its own title, unit, a cell for each option, and how long its bar is."""

    stem: str
    title: str
    unit: str
    cells: Sequence[str]
    values: Sequence[float | None] = ()

    @property
    def is_equal(self) -> bool:
        """Tell whether every option and today say the same."""
        return len(set(self.cells)) == 1 < len(self.cells)

    @property
    def whole_title(self) -> str:
        """Name the figure where it stands without its row."""
        return f"{self.stem}{self.title}"

    def shares(self) -> list[float | None]:
        """Hold each figure to the largest of its line; None where it is not known, alone, or tells before and after."""
        values = self.values if len(self.values) > 1 else [None] * len(self.cells)
        most = max((value for value in values if value is not None), default=0.0)
        return [None if value is None or most <= 0 else max(value, 0.0) / most for value in values]


@dataclass(frozen=True)
class LeaderRow:
    """One row of the leaders' table: its group, and its figures one by one."""

    group: str
    parts: Sequence[Part]

    def only(self, *, equal: bool) -> LeaderRow:
        """Keep the figures that are equal everywhere, or those that are not."""
        return replace(self, parts=[part for part in self.parts if part.is_equal == equal])


def leader_rows(options: Comparison, lang: Lang) -> list[LeaderRow]:
    """Read the leaders' table, each row as its figures.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    lang : str
        ``zh`` or ``en``.
    """
    count = len(options.areas)
    return [LeaderRow(row.group, _parts(row, count, lang)) for row in options.leader_rows(lang=lang)]


def _parts(row: Row, options: int, lang: Lang) -> list[Part]:
    if not row.figures:
        return [Part("", row.title, row.unit, (word("none", lang),) * options)]
    if len(row.figures) == 1 and not row.named:
        return [_part("", row.title, row.figures[0], lang)]
    parts = [_part(row.stem, figure.title, figure, lang) for figure in row.figures]
    return [*parts[:-1], replace(parts[-1], title=parts[-1].title + row.more)]


def _part(stem: str, title: str, figure: LeaderFigure, lang: Lang) -> Part:
    own = word("their_households", lang) if title == figure.unit else title  # its title says only what it counts
    cells = tuple(spoken(one.text + one.beside) for one in figure.told)
    values = [None if figure.changes or math.isnan(one.value) else float(one.value) for one in figure.told]
    return Part(stem, own, figure.unit, cells, values)
