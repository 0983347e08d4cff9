"""Where the names of columns stand, and which rows below them are rows: titles, totals and remarks are told apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from spatialreno.catalog import PARTS, folded, heading, unit_factor
from spatialreno.files import refused
from spatialreno.formats.readers.raw import RawTable
from spatialreno.formats.readers.tables.book import Grid, column_letters

_HEAD_ROWS = 15  # a title and notes may stand above the names of the columns
_OF_WHAT = "本页|全[区市县镇片]|全?街道|各?小区|以上"
_TOTAL = re.compile(rf"(?:(?:{_OF_WHAT})?(?:合计|总计|小计|共计|累计|汇总|总数|平均)|计|∑|total|sum)(?:\(.*\))?")
_SIGNED = ("填表", "制表", "审核", "填报", "单位负责人", "联系电话", "数据来源", "资料来源")  # signed below a table
_REMARKS = ("备注", "注:", "※", "说明", "note", *_SIGNED)
_TITLE = 0.7  # share of the columns from which a merged text is a title and no group
_SAME = 0.005  # share by which a total may miss its sum
Names = Collection[str]


@dataclass(frozen=True)
class _Head:
    """Which rows hold the names of the columns, and the names."""

    first: int
    last: int
    names: list[str]


def table_of(grid: Grid, path: Path, known: Names, stated: int = 0) -> RawTable:
    """Make a table of the cells of a sheet.

    Parameters
    ----------
    grid
        Cells, merged ranges, formulas without a value.
    path
        How messages call the file.
    known
        Names of columns that are looked for: the first row of the first few that has most of them is the heading.
    stated
        Number of the row with the names, as ``area.toml`` says it; 0 to look for it.

    Returns
    -------
    RawTable
        Rows named by their number in the sheet. Headings of several rows are joined by ``/``; merged cells say the same
        in each; a number merged over several rows is left out, as it belongs to none of them.

    Raises
    ------
    InputError
        No heading, or two columns of one name that is looked for.
    """
    rows = _spread(grid)
    wanted = {folded(name) for name in known}
    start = stated - 1 if stated else _found(rows, wanted)
    if start is None or start >= len(rows):
        raise refused(path, "has no row with names of columns", "Write the names of the columns in its first row")
    head = _head(rows, start, grid)
    names = _apart(head.names, wanted, path)
    raw = RawTable({}, ids=[], acts=list(grid.told))
    body = _body(rows, head, names, raw)
    _tell_heading(raw, rows, head, names)
    _tell_unnamed(raw, body, names)
    amounts = _merged_numbers(grid, head, names, rows)
    _tell_cells(raw, grid, head, names, amounts)
    units = _units(rows, head, names)
    body = [(i, row) for i, row in body if i not in units[1]]
    raw.ids = [str(i + 1) for i, _ in body]
    raw.columns = {
        name + (f"({units[0][c]})" if c in units[0] else ""): [
            None if (i, c) in amounts else row[c] if c < len(row) else None for i, row in body
        ]
        for c, name in names.items()
    }
    return raw


def _spread(grid: Grid) -> list[list[Any]]:
    """Write what a merged cell says into each of its cells."""
    rows = [list(row) for row in grid.rows]
    for top, bottom, left, right in grid.merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for i in range(top, min(bottom + 1, len(rows))):
            rows[i] += [None] * (right + 1 - len(rows[i]))
            rows[i][left : right + 1] = [value] * (right + 1 - left)
    return rows


def _found(rows: list[list[Any]], wanted: set[str]) -> int | None:
    """Find the first row with most of the names that are looked for, else the fullest of texts of the first few."""
    hits = [len({heading(v).name for v in row if isinstance(v, str)} & wanted) for row in rows[:_HEAD_ROWS]]
    if hits and max(hits) >= 1:
        return hits.index(max(hits))
    best, found = 0, None
    for i, row in islice(enumerate(rows), _HEAD_ROWS):
        texts = [v for v in row if v is not None]
        if len(set(map(str, texts))) > best and all(isinstance(v, str) for v in texts):
            best, found = len(set(map(str, texts))), i
    return found


def _head(rows: list[list[Any]], start: int, grid: Grid) -> _Head:
    """Take in the rows above and below that go on with the names: groups over several columns, and their parts."""
    first, last = start, start
    while first > 0 and _groups(rows, first - 1, grid):
        first -= 1
    while last + 1 < len(rows) and _goes_on(rows, first, last + 1, grid):
        last += 1
    width = max(len(rows[i]) for i in range(first, last + 1))
    return _Head(first, last, [_name(rows, first, last, c) for c in range(width)])


def _groups(rows: list[list[Any]], at: int, grid: Grid) -> bool:
    """Tell whether a row names groups of the columns below: merged over some of them, not over most as a title is."""
    width = len(rows[at + 1])
    spans = [(left, right) for top, bottom, left, right in grid.merged if top <= at <= bottom < at + 2 and right > left]
    texts = {v for v in rows[at] if v is not None}
    if not spans or len(texts) < 2 or not all(isinstance(v, str) for v in texts):
        return False
    return max(right - left + 1 for left, right in spans) <= _TITLE * width


def _goes_on(rows: list[list[Any]], first: int, at: int, grid: Grid) -> bool:
    """Tell whether a row goes on with the heading: parts of merged or blank names, nothing new under the others."""
    above, row = rows[at - 1], rows[at]
    filled = {i: v for i, v in enumerate(row) if v is not None}
    if not filled or not all(isinstance(v, str) for v in filled.values()):
        return False
    wide = {
        c
        for top, bottom, left, right in grid.merged
        if first <= top <= at - 1 and bottom < at and right > left
        for c in range(left, right + 1)
    }
    tall = {c for top, bottom, left, right in grid.merged if top < at <= bottom for c in range(left, right + 1)}
    blank = {c for c in filled if c >= len(above) or above[c] is None}
    open_ = wide | blank | _right_before(blank)
    if not (set(filled) & (wide | blank)):
        return False
    return all(c in open_ or c in tall for c in filled) and not any(str(v).strip().isdigit() for v in filled.values())


def _right_before(columns: set[int]) -> set[int]:
    """List the columns just before blank ones: a group's name stands over the first of its columns."""
    return {c - 1 for c in columns if c and c - 1 not in columns}


def _name(rows: list[list[Any]], first: int, last: int, column: int) -> str:
    parts: list[str] = []
    for i in range(first, last + 1):
        value = rows[i][column] if column < len(rows[i]) else None
        if value is None and i < last and first != last and _under_group(rows, i, column, last):
            before = [v for v in rows[i][: column + 1] if v is not None]
            value = before[-1] if before else None
        text = "" if value is None else " ".join(str(value).split())
        if text and text not in parts:
            parts.append(text)
    return PARTS.join(parts)


def _under_group(rows: list[list[Any]], i: int, column: int, last: int) -> bool:
    """Tell whether a blank in a row of groups stands over a part: the name to its left goes for it."""
    return any(column < len(rows[k]) and rows[k][column] is not None for k in range(i + 1, last + 1))


def _apart(names: list[str], wanted: set[str], path: Path) -> dict[int, str]:
    """Give each named column a name of its own; two of one name that is looked for are refused."""
    found: dict[int, str] = {}
    twice = sorted({n for n in names if n and names.count(n) > 1 and (heading(n).name in wanted or not wanted)})
    if twice:
        raise refused(path, f"two columns have one name ({', '.join(twice)})", "Give every column a name of its own")
    for c, name in enumerate(names):
        if name:
            found[c] = name if name not in found.values() else f"{name} {column_letters(c)}"
    return found


def _body(rows: list[list[Any]], head: _Head, names: dict[int, str], raw: RawTable) -> list[tuple[int, list[Any]]]:
    """List the rows of data; numbers of columns, totals and remarks are told and left out."""
    body = []
    totals: list[tuple[int, list[Any]]] = []
    for i, row in enumerate(rows):
        said = {c: v for c, v in enumerate(row) if v is not None}
        if i <= head.last or not said:
            continue
        texts = {folded(v) for v in said.values() if isinstance(v, str)}
        first = folded(next(iter(said.values())))
        if i == head.last + 1 and len(said) > 2 and _counted(said.values()):
            raw.note("heading", f"row {i + 1} numbers the columns", str(i + 1))
            continue
        if _TOTAL.fullmatch(first) or (any(map(_TOTAL.fullmatch, texts)) and len(texts) <= 2):
            totals.append((i, row))
            continue
        if _is_remark(first, list(said.values()), len(names)):
            told = " ".join(dict.fromkeys(map(str, said.values())))
            raw.note("remark", f"row {i + 1} is a remark: {told:.60}", str(i + 1))
            continue
        body.append((i, row))
    _tell_totals(raw, totals, body, names)
    return body


def _counted(said: Iterable[Any]) -> bool:
    """Tell a row that numbers the columns."""
    return all(folded(value) == str(number) for number, value in enumerate(said, start=1))


def _is_remark(first: str, said: list[Any], columns: int) -> bool:
    """Tell a note or a signature below a table from a row: it says one thing only, or holds no number."""
    if first.startswith(_SIGNED) and not any(_is_number(v) for v in said):
        return True
    return len(set(map(str, said))) == 1 and (first.startswith(_REMARKS) or len(said) > columns / 2 > 1)


def _tell_totals(
    raw: RawTable, totals: list[tuple[int, list[Any]]], body: list[tuple[int, list[Any]]], names: dict[int, str]
) -> None:
    for i, row in totals:
        raw.note("total row", f"row {i + 1} is a total and no row", str(i + 1))
        if len(totals) > 1:
            continue
        for c, name in names.items():
            value = row[c] if c < len(row) else None
            cells = [r[c] for _, r in body if c < len(r) and r[c] is not None]
            numbers = [v for v in cells if _is_number(v)]
            if len(numbers) < len(cells):  # about so many, or with their unit: no sum can be held against them here
                continue
            if isinstance(value, (int, float)) and numbers and abs(value - sum(numbers)) > _SAME * max(1.0, abs(value)):
                said = f"{name}: the total in row {i + 1} says {value:g}, its rows sum to {sum(numbers):g}"
                raw.note("sum differs", said, str(i + 1))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _units(rows: list[list[Any]], head: _Head, names: dict[int, str]) -> tuple[dict[int, str], set[int]]:
    """Find a row of units right below the names: its units, by column, and the row."""
    at = head.last + 1
    row = rows[at] if at < len(rows) else []
    said = {c: folded(v).strip("()") for c, v in enumerate(row) if isinstance(v, str) and c in names}
    full = sum(v is not None for v in row)
    if not said or full > len(said) or not all(unit_factor(v, v) is not None for v in said.values()):
        return {}, set()
    return {c: v for c, v in said.items() if not heading(names[c]).unit}, {at}


def _merged_numbers(grid: Grid, head: _Head, names: dict[int, str], rows: list[list[Any]]) -> set[tuple[int, int]]:
    """List cells of numbers that are merged over several rows: the number belongs to all of them together."""
    cells: set[tuple[int, int]] = set()
    for top, bottom, left, right in grid.merged:
        inside = top > head.last and bottom > top and top < len(rows) and left < len(rows[top])
        year = left in names and "年" in names[left]
        if inside and _is_number(rows[top][left]) and not year:
            cells |= {(i, c) for i in range(top, bottom + 1) for c in range(left, right + 1)}
    return cells


def _tell_heading(raw: RawTable, rows: list[list[Any]], head: _Head, names: dict[int, str]) -> None:
    if head.first or head.last > head.first:
        above = "; ".join(dict.fromkeys(str(v) for row in rows[: head.first] for v in row if v is not None))[:80]
        where = f"row {head.first + 1}" if head.first == head.last else f"rows {head.first + 1} to {head.last + 1}"
        told = f"names of columns are in {where}" + (f"; above it stands: {above}" if above else "")
        raw.note("heading", told)


def _tell_unnamed(raw: RawTable, body: list[tuple[int, list[Any]]], names: dict[int, str]) -> None:
    loose: dict[int, list[int]] = {}
    for i, row in body:
        for c, value in enumerate(row):
            if value is not None and c not in names:
                loose.setdefault(c, []).append(i + 1)
    for c, numbers in sorted(loose.items()):
        told = f"column {column_letters(c)} has no name: its {len(numbers)} cells are not read"
        raw.note("unnamed column", told, ", ".join(map(str, numbers[:8])))


def _tell_cells(raw: RawTable, grid: Grid, head: _Head, names: dict[int, str], amounts: set[tuple[int, int]]) -> None:
    """Tell of formulas without a value, and of numbers that several rows share."""
    empty = [(i, c) for i, c in grid.hollow if i > head.last and c in names]
    if empty:
        cells = ", ".join(f"{column_letters(c)}{i + 1}" for i, c in empty[:8])
        columns = ", ".join(dict.fromkeys(names[c] for _, c in empty))
        told = (
            f"{len(empty)} cells hold a formula whose value was never worked out ({columns}: {cells}); they are empty"
        )
        raw.note("formula", told, ", ".join(dict.fromkeys(str(i + 1) for i, _ in empty)))
    if amounts:
        columns = ", ".join(dict.fromkeys(names[c] for _, c in sorted(amounts) if c in names))
        numbers = sorted({i + 1 for i, _ in amounts})
        told = f"{columns}: a number merged over {len(numbers)} rows belongs to none of them alone; it is not read"
        raw.note("merged", told, ", ".join(map(str, numbers[:8])))
