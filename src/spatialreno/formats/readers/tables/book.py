"""What a workbook is to us, whatever wrote it: sheets, and the cells of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

WORKBOOKS = ("xlsx", "xls", "ods")  # kinds of files with sheets


@dataclass
class Grid:
    """The cells of one sheet.

    Attributes
    ----------
    rows
        Cells by row, from the first row of the sheet.
    merged
        Ranges of cells that are one: first and last row, first and last column, counted from 0.
    hollow
        Cells that hold a formula whose value was never worked out: row and column, counted from 0.
    told
        What was noticed on opening: (rule, reason, rows).
    """

    rows: list[list[Any]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hollow: list[tuple[int, int]] = field(default_factory=list)
    told: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Book:
    """An open workbook: its sheets, those of them that are hidden, and how cells are read from one."""

    names: list[str]
    hidden: set[str]
    rows: Callable[[str], Iterator[tuple[Any, ...]]]
    beside: Callable[[str], tuple[list[tuple[int, int, int, int]], list[tuple[int, int]]]]


def column_letters(column: int) -> str:
    """Name a column as a sheet does.

    Examples
    --------
    >>> [column_letters(n) for n in (0, 25, 26)]
    ['A', 'Z', 'AA']
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
