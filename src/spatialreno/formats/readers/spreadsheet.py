"""Tables from Excel and CSV: the heading row found, cells as they read, nothing run."""

from __future__ import annotations

import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialreno.files import guarded, read_table, refused
from spatialreno.formats.readers.raw import RawTable
from spatialreno.formats.readers.sniff import FileKind

if TYPE_CHECKING:
    from spatialreno.formats.readers.source import Source

_HEAD_ROWS = 10  # a title and notes may stand above the names of the columns
_MOST_ROWS = 1_048_576
_MOST_COLUMNS = 1_000
_X = ("x", "X", "经度", "lon", "longitude", "东坐标", "横坐标")
_WKT = "WKT"  # as QGIS and GDAL write it
_Y = ("y", "Y", "纬度", "lat", "latitude", "北坐标", "纵坐标")


def read_sheet(path: Path, kind: FileKind, source: Source) -> RawTable:
    """Read one sheet of a workbook, or a CSV; rows with x and y become points, a column WKT becomes shapes.

    Formulas are not run: their last value is read. Rows that are wholly empty are left out; a title above
    the names of the columns is told.

    Raises
    ------
    InputError
        No such sheet, several sheets and none named, two columns of one name, damage, limits.
    """
    if kind.kind == "csv":
        frame = read_table(path)
        columns = {str(c): frame[c].astype(object).where(frame[c].notna(), None).tolist() for c in frame}
        raw = RawTable(columns, ids=[str(i + 1) for i in range(len(frame))])
    else:
        raw = guarded(lambda: _workbook(path, source.layer), path)
    stated = bool(source.crs or source.shift)
    return _with_shapes(raw, path) if stated and _WKT in raw.columns else _with_points(raw, stated)


def sheets_of(path: Path) -> list[str]:
    """List the sheets of a workbook."""
    return guarded(lambda: _opened(path).sheetnames, path)


def _opened(path: Path) -> Any:
    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (KeyError, ValueError, SyntaxError) as error:  # ElementTree's ParseError is a SyntaxError
        raise refused(path, f"is a damaged workbook ({error})", "Save it again as .xlsx") from error


def _workbook(path: Path, sheet: str) -> RawTable:
    book = _opened(path)
    names = book.sheetnames
    if sheet not in names and (sheet or len(names) != 1):
        what = f"has no sheet {sheet}" if sheet else f"has {len(names)} sheets"
        raise refused(path, what, f"Name one of them in area.toml (layer = …): {', '.join(names)}")
    page = book[sheet or names[0]]
    page.reset_dimensions()  # what a file says of its own size is not to be believed
    rows = []
    for number, row in enumerate(page.iter_rows(values_only=True, max_col=_MOST_COLUMNS), start=1):
        if number > _MOST_ROWS:
            raise refused(path, "has more rows than a sheet can have", "Save it again as .xlsx", rule="limit")
        rows.append([_cell(v) for v in row])
    return _table(path, rows)


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()[:10]
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    return str(value)


def _table(path: Path, rows: list[list[Any]]) -> RawTable:
    start = _heading(rows)
    if start is None:
        raise refused(path, "has no row with names of columns", "Write the names of the columns in its first row")
    names = [None if v is None else str(v) for v in rows[start]]
    used = [i for i, n in enumerate(names) if n is not None]
    twice = sorted({names[i] or "" for i in used if names.count(names[i]) > 1})
    if twice:
        raise refused(path, f"two columns have one name ({', '.join(twice)})", "Give every column a name of its own")
    body = [(i + 1, row) for i, row in enumerate(rows) if i > start and any(v is not None for v in row)]
    loose = [str(n) for n, row in body if any(v is not None for i, v in enumerate(row) if i not in used)]
    if loose:
        raise refused(path, "has cells in columns without a name", "Name the columns, or clear the cells", loose)
    columns = {str(names[i]): [row[i] if i < len(row) else None for _, row in body] for i in used}
    raw = RawTable(columns, ids=[str(n) for n, _ in body])
    if start:
        above = "; ".join(str(v) for row in rows[:start] for v in row if v is not None)[:80]
        raw.note("heading", f"names of columns are in row {start + 1}; above it stands: {above}")
    return raw


def _heading(rows: list[list[Any]]) -> int | None:
    """Find the first row that is full of texts: the fullest of the first few."""
    best, found = 0, None
    for i, row in islice(enumerate(rows), _HEAD_ROWS):
        texts = sum(isinstance(v, str) for v in row)
        if texts > best and texts == sum(v is not None for v in row):
            best, found = texts, i
    return found


def _with_shapes(raw: RawTable, path: Path) -> RawTable:
    """Make shapes of a column WKT; their coordinate system is for ``area.toml`` to say."""
    import numpy as np
    import shapely

    texts = np.array([str(v) if v is not None else None for v in raw.columns[_WKT]], dtype=object)

    def read() -> Any:  # text may nest without end: that breaks a child process only
        return shapely.to_wkb(shapely.from_wkt(texts, on_invalid="ignore"))

    shapes = guarded(read, path)
    lost = [raw.ids[i] for i, (t, s) in enumerate(zip(texts, shapes, strict=True)) if t is not None and s is None]
    if lost:
        raise refused(path, f"the shapes of {len(lost)} rows cannot be read (WKT)", "Export it again", lost)
    rest = {k: v for k, v in raw.columns.items() if k != _WKT}
    return RawTable(rest, shapes, None, raw.ids, raw.acts)


def _with_points(raw: RawTable, stated: bool) -> RawTable:
    """Make points of rows with x and y; their coordinate system is for ``area.toml`` to say."""
    x = next((n for n in _X if n in raw.columns), None)
    y = next((n for n in _Y if n in raw.columns), None)
    if not (stated and x and y):
        return raw
    import numpy as np
    import pandas as pd
    import shapely

    xy = np.column_stack([pd.to_numeric(pd.Series(raw.columns[n]), errors="coerce") for n in (x, y)])
    there = np.isfinite(xy).all(axis=1)
    shapes = np.full(len(xy), None, dtype=object)
    shapes[there] = shapely.to_wkb(shapely.points(xy[there]))
    raw.note("points", f"points made from {x} and {y} in {there.sum()} of {len(xy)} rows")
    rest = {k: v for k, v in raw.columns.items() if k not in (x, y)}
    return RawTable(rest, shapes, None, raw.ids, raw.acts)
