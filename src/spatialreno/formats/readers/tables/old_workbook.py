"""Workbooks of Excel 97-2003 and WPS (.xls, .et), and of LibreOffice (.ods)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spatialreno.files import refused
from spatialreno.formats.readers.tables.book import Book

_LOCKED = "EncryptedPackage".encode("utf-16-le")  # what Excel calls a workbook behind a password


def open_old(path: Path) -> Book:
    """Open a workbook of an older program; values of formulas are those that were worked out last.

    Raises
    ------
    InputError
        Damage, a password, another document of an old office, or ``python-calamine`` is not installed.
    """
    book = _opened(path)
    sheets = book.sheets_metadata
    hidden = {s.name for s in sheets if not str(s.visible).endswith("Visible")}
    return Book(
        [s.name for s in sheets],
        hidden,
        lambda name: _rows(book.get_sheet_by_name(name)),
        lambda name: (_merged(book.get_sheet_by_name(name)), []),
    )


def _opened(path: Path) -> Any:
    again = "Open it in Excel or WPS, and save it as .xlsx"
    try:
        import python_calamine
    except ImportError as error:
        mend = "Install it with pip install 'spatialreno[excel]', or save the table as .xlsx or CSV"
        raise refused(path, "needs python-calamine to be read", mend) from error
    if _LOCKED in path.read_bytes():
        raise refused(path, "is locked with a password", "Save it without a password")
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError as error:
        raise refused(path, "is locked with a password", "Save it without a password") from error
    except python_calamine.CalamineError as error:
        raise refused(path, f"is a damaged workbook, or no workbook ({error})", again) from error


def _rows(page: Any) -> Iterator[tuple[Any, ...]]:
    """Give the cells of a sheet from its first row; one that holds nothing has none."""
    if page.start is not None:
        yield from (tuple(map(_whole, row)) for row in page.to_python(skip_empty_area=False))


def _whole(value: Any) -> Any:
    """Read a whole number as one: these files keep every number with a fraction."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _merged(page: Any) -> list[tuple[int, int, int, int]]:
    ranges = page.merged_cell_ranges or []
    return [(top, bottom, left, right) for (top, left), (bottom, right) in ranges]
