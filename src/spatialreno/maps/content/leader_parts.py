"""The leaders' table taken apart: a figure a line, so that no cell holds three numbers; what is equal is told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spatialreno.maps.content.indicator_tables import leader_lines
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

_BETWEEN = re.compile(r" / |；|; ")
_STEM = re.compile(r"^(.+?)(：|: )(.+)$")
_HOUSEHOLDS = re.compile(r"（(户)）$| \((households)\)$")
_LAST = re.compile(r"(?:（| \()([^（）()]+)[）)]$")
_UNPRICED = re.compile(r"（另 [^（）]+无单价）$| \([^()]+ without a price\)$")
_LANE = re.compile(r"^(\D\S*) (\d+(?:\.\d+)?(?: → \d+(?:\.\d+)?)?)$")
_BECOMES = "→"
_FIGURE = re.compile(r"-?\d[\d\u202f]*(?:\.\d+)?")


@dataclass(frozen=True)
class Part:
    """One figure of a row: what it is part of, its own title, unit, and a cell for each option."""

    stem: str
    title: str
    unit: str
    cells: Sequence[str]

    @property
    def is_equal(self) -> bool:
        """Tell whether every option and today say the same."""
        return len(set(self.cells)) == 1 < len(self.cells)

    @property
    def whole_title(self) -> str:
        """Name the figure where it stands without its row."""
        return f"{self.stem}{self.title}"

    def shares(self) -> list[float | None]:
        """Hold each cell to the largest of its line; None where it begins with no number."""
        changes = any(_BECOMES in cell for cell in self.cells)  # before → after is no size
        values = [None if changes else _figure(cell) for cell in self.cells]
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
    lines = leader_lines(options, lang)
    return [LeaderRow(group, apart(title, unit, cells, lang)) for group, title, unit, cells in lines]


def apart(title: str, unit: str, cells: Sequence[str], lang: Lang) -> list[Part]:
    """Take a row apart where title, unit and every cell have as many parts; else leave it whole.

    >>> apart("腾出空间 / 其中可利用", "m²", ["—", "12 / 9"], "zh")[1]
    Part(stem='', title='其中可利用', unit='m²', cells=('—', '9'))
    """
    titles, units, split = _split(title), _split(unit), [_figures(cell) for cell in cells]
    if len(titles) == 1 and (lanes := _lanes(title, unit, cells)):
        return lanes
    if found := _HOUSEHOLDS.search(unit):  # a / b（c）: the households stand in brackets behind the people
        titles = [*titles[:-1], _LAST.sub("", titles[-1]), word("their_households", lang)]
        units = [*units[:-1], _LAST.sub("", units[-1]), found[1] or found[2]]
        split = [_split(_LAST.sub(r" / \1", cell)) for cell in cells]
    count, none = len(titles), word("none", lang)
    units = units * count if len(units) == 1 else units
    split = [[none] * count if own == [none] else own for own in split]
    if count == 1 or len(units) != count or any(len(own) != count for own in split):
        return [Part("", title, unit, tuple(cells))]
    stem, first = "", titles[0]
    if begun := _STEM.match(first):
        stem, first = begun[1] + begun[2], begun[3]
    told = zip([first, *titles[1:]], units, zip(*split, strict=True), strict=True)
    return [Part(stem, name, own, figures) for name, own, figures in told]


def _split(text: str) -> list[str]:
    return _BETWEEN.split(text)


def _figures(cell: str) -> list[str]:
    """Split a cell; what has no price is said of the first figure, the total, and not of the last."""
    tail = _UNPRICED.search(cell)
    own = _split(cell[: tail.start()] if tail else cell)
    return [own[0] + (tail[0] if tail else ""), *own[1:]]


def _lanes(title: str, unit: str, cells: Sequence[str]) -> list[Part]:
    """Take the names of lanes out of the cells, where every cell tells of the same ones."""
    split = [[_LANE.match(lane) for lane in _split(cell)] for cell in cells]
    if not split or not all(all(own) for own in split) or len({tuple(m[1] for m in own if m) for own in split}) > 1:
        return []
    columns = zip(*split, strict=True)
    return [Part(f"{title} ", own[0][1], unit, tuple(m[2] for m in own if m)) for own in columns if own[0]]


def _figure(cell: str) -> float | None:
    found = _FIGURE.match(cell)
    return float(found[0].replace("\u202f", "")) if found else None
