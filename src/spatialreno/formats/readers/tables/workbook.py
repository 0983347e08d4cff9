"""Workbooks of every age and program: which sheet is read, and its cells; merged cells and formulas known."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from spatialreno.catalog import folded
from spatialreno.files import guarded, once_imported, refused
from spatialreno.formats.readers.tables.book import Book, Grid


def read_workbook(path: Path, kind: str, sheet: str, key: str) -> Grid:
    """Read the cells of one sheet, in a child process with limits.

    Parameters
    ----------
    path
        A workbook.
    kind
        Its kind as ``file_kinds`` of the catalog has it: ``xlsx``, ``xls`` or ``ods``.
    sheet
        Its name, however it is written; nothing for the only one that holds anything.
    key
        By which key of ``area.toml`` a sheet is named, for messages.

    Raises
    ------
    InputError
        Damage, a password, no such sheet, several sheets and none named, limits.
    """
    once_imported("openpyxl" if kind == "xlsx" else "python_calamine")
    return guarded(lambda: _read(path, kind, sheet, key), path)


def sheets_of(path: Path, kind: str) -> list[str]:
    """List the sheets of a workbook that hold anything: those that are shown, or else the hidden ones."""

    def listed() -> list[str]:
        book = _opened(path, kind)
        full = _filled(book)
        return [name for name in full if name not in book.hidden] or full

    return guarded(listed, path)


def _opened(path: Path, kind: str) -> Book:
    if kind == "xlsx":
        from spatialreno.formats.readers.tables.excel import open_excel

        return open_excel(path)
    from spatialreno.formats.readers.tables.old_workbook import open_old

    return open_old(path)


def _read(path: Path, kind: str, sheet: str, key: str) -> Grid:
    book = _opened(path, kind)
    names = book.names
    chosen = next((n for n in names if n == sheet), None) or next((n for n in names if folded(n) == folded(sheet)), "")
    told: list[tuple[str, str, str]] = []
    if not sheet:
        full = _filled(book)
        hidden = [n for n in full if n in book.hidden]
        full = [n for n in full if n not in hidden] or full
        if len(full) == 1:
            chosen = full[0]
            told = _passed_over(chosen, [n for n in names if n not in (*full, *hidden)], sorted({*hidden} - {*full}))
        elif len(full) > 1:
            mend = f"Name one of them in area.toml ({key} = …): {', '.join(full)}"
            raise refused(path, f"has {len(full)} sheets that hold something", mend)
    if not chosen:
        what = f"has no sheet {sheet}" if sheet else "has no row with names of columns"
        mend = f"Name one of them in area.toml ({key} = …): {', '.join(names) or 'there is none'}"
        raise refused(path, what, mend if sheet else "Write the names of the columns in its first row")
    rows = [[_cell(v) for v in row] for row in book.rows(chosen)]
    merged, hollow = book.beside(chosen)
    return Grid(rows, merged, hollow, told)


def _passed_over(chosen: str, empty: list[str], hidden: list[str]) -> list[tuple[str, str, str]]:
    """Tell which sheet is read, and which are not."""
    said = [f"{', '.join(empty)} are empty"] if empty else []
    said += [f"{', '.join(hidden)} are hidden and not read"] if hidden else []
    return [("sheets", f"sheet {chosen} is read; {'; '.join(said)}", "")] if said else []


def _filled(book: Book) -> list[str]:
    """List the sheets that hold anything."""
    return [n for n in book.names if any(v is not None and str(v).strip() for row in book.rows(n) for v in row)]


def _cell(value: object) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()[:10]
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    return str(value)
