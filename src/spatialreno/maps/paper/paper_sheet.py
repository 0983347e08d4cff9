"""A sheet of paper in millimetres: text that wraps, tables that break, a title block."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spatialreno.maps.paper.plot import MM_PER_INCH, one_line

if TYPE_CHECKING:
    from spatialreno.maps.lettering.lines import Lines

PAPERS = {"a3": (420.0, 297.0), "a4": (297.0, 210.0), "a4-portrait": (210.0, 297.0)}
MARGIN_MM = 12.0
_POINT_MM = MM_PER_INCH / 72
_INK, _SOFT = "#1f2937", "#4b5563"


@dataclass
class Sheet:
    """One sheet and how far down it is written."""

    width: float
    height: float
    figure: Any = field(init=False)
    y: float = field(init=False)

    def __post_init__(self) -> None:
        """Make the empty sheet."""
        from matplotlib.figure import Figure

        self.figure = Figure(figsize=(self.width / MM_PER_INCH, self.height / MM_PER_INCH))
        self.y = self.height - MARGIN_MM

    @property
    def letters(self) -> float:
        """Points of the letters that suit the paper."""
        return 11.0 if self.width > 400 else 8.5

    @property
    def room(self) -> float:
        """Millimetres left above the lower margin."""
        return self.y - MARGIN_MM

    def put(
        self, x: float, y: float, text: object, *, size: float = 9, color: str = _INK, weight: str = "normal",
        right: bool = False,
    ) -> None:  # fmt: skip
        """Write one line from a place, or (``right``) up to it."""
        place = (x / self.width, y / self.height)
        self._lines().add(place, one_line(text), size=size, color=color, weight=weight, right=right)

    def _lines(self) -> Lines:
        """Give the lines written last; what a legend wrote meanwhile stays between."""
        from spatialreno.maps.lettering.lines import Lines

        texts = self.figure.texts
        if not texts or not isinstance(texts[-1], Lines):
            texts.append(Lines(self.figure))
        last: Lines = texts[-1]
        return last

    def line(self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.5, color: str = _INK) -> None:
        """Draw a rule."""
        from matplotlib.lines import Line2D

        ends = ([x0 / self.width, x1 / self.width], [y0 / self.height, y1 / self.height])
        self.figure.add_artist(Line2D(*ends, lw=width, color=color, transform=self.figure.transFigure))

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a box."""
        for a, b, c, d in ((0, 0, 1, 0), (1, 0, 1, 1), (1, 1, 0, 1), (0, 1, 0, 0)):
            self.line(x + a * width, y + b * height, x + c * width, y + d * height, width=0.7)

    def heading(self, text: object, *, size: float = 13) -> None:
        """Write a heading and step below it."""
        self.y -= size * _POINT_MM * 1.6
        self.put(MARGIN_MM, self.y, text, size=size, weight="bold")
        self.y -= 3

    def paragraph(self, text: object, *, size: float = 9, x: float = MARGIN_MM, width: float | None = None) -> None:
        """Write text over as many lines as it needs."""
        for line in wrapped(one_line(text), (width or self.width - 2 * MARGIN_MM) / (size * _POINT_MM)):
            self.y -= size * _POINT_MM * 1.45
            self.put(x, self.y, line, size=size)


def width_em(text: str) -> float:
    """Estimate how wide a text is, in letters of Chinese.

    >>> width_em("围墙 m")
    3.1
    """
    return round(sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.55 for char in text), 2)


def wrapped(text: str, width: float) -> list[str]:
    """Break a text into lines of at most a width, in letters of Chinese; words of Latin letters stay whole.

    >>> wrapped("拆围墙 ten metres", 5)
    ['拆围墙', 'ten', 'metres']
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_em(line + piece) > width:
            lines.append(line.strip())
            line = ""
        while width_em(piece) > width and len(piece) > 1:
            cut = max(1, int(width / 1.0))
            lines.append(piece[:cut])
            piece = piece[cut:]
        line += piece
    return [*lines, line.strip()] if line.strip() or not lines else lines


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        if pieces and not wide and char != " " and not pieces[-1].endswith(" ") and _narrow(pieces[-1]):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _narrow(piece: str) -> bool:
    return all(unicodedata.east_asian_width(char) not in "WF" for char in piece)


def table(
    sheets: list[Sheet],
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    shares: Sequence[float],
    *,
    texts: int = 2,
    size: float | None = None,
) -> None:
    """Write a table on the last sheet and on as many more as it needs; heads are repeated.

    Parameters
    ----------
    sheets : list of Sheet
        The sheets so far; new ones are appended.
    heads : sequence of str
        Heads of the columns.
    rows : iterable of sequences
        Cells.
    shares : sequence of float
        Widths of the columns, as shares.
    texts : int
        How many columns from the left are text; the others are numbers, set right.
    size : float, optional
        Of the letters, in points; larger paper has larger ones.
    """
    size = size or sheets[-1].letters
    whole = sheets[-1].width - 2 * MARGIN_MM
    widths = [share / sum(shares) * whole for share in shares]
    _row(sheets[-1], heads, widths, texts, size, head=True)
    for row in rows:
        lines = _lines(row, widths, size)
        if sheets[-1].room < _height(lines, size):
            sheets.append(Sheet(sheets[-1].width, sheets[-1].height))
            sheets[-1].y -= 2
            _row(sheets[-1], heads, widths, texts, size, head=True)
        _row(sheets[-1], row, widths, texts, size)


def _lines(row: Sequence[object], widths: Sequence[float], size: float) -> list[list[str]]:
    return [wrapped(one_line(cell), (w - 2) / (size * _POINT_MM)) for cell, w in zip(row, widths, strict=True)]


def _height(lines: list[list[str]], size: float) -> float:
    return max(map(len, lines)) * size * _POINT_MM * 1.3 + 1.6


def _row(
    sheet: Sheet, row: Sequence[object], widths: Sequence[float], texts: int, size: float, *, head: bool = False
) -> None:
    lines, weight = _lines(row, widths, size), "bold" if head else "normal"
    x = MARGIN_MM
    for place, (cell, width) in enumerate(zip(lines, widths, strict=True)):
        for number, line in enumerate(cell):
            y = sheet.y - (number + 1) * size * _POINT_MM * 1.3
            right = place >= texts
            sheet.put(x + width - 1 if right else x + 1, y, line, size=size, weight=weight, right=right)
        x += width
    sheet.y -= _height(lines, size)
    sheet.line(MARGIN_MM, sheet.y, x, sheet.y, width=0.9 if head else 0.3, color=_INK if head else "#c9c9c3")
