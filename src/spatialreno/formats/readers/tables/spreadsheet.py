"""One reader of tables: Excel and CSV alike, for layers, ledgers and programmes."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from spatialreno.files import csv_rows, refused
from spatialreno.formats.readers.raw import RawTable
from spatialreno.formats.readers.sniff import FileKind, sniff
from spatialreno.formats.readers.tables.book import WORKBOOKS, Grid
from spatialreno.formats.readers.tables.heading import table_of
from spatialreno.formats.readers.tables.places import placed
from spatialreno.formats.readers.tables.workbook import read_workbook

if TYPE_CHECKING:
    from spatialreno.formats.readers.entry import Source

_END = "\x1a"  # the mark with which old programs end a file


def read_rows(
    path: str | Path, *, known: Collection[str] = (), sheet: str = "", heading: int = 0, key: str = "sheet"
) -> RawTable:
    """Read the rows of one sheet of a workbook, or of a CSV.

    Formulas are not run: their last value is read, and those without one are told. Titles above the names of the
    columns, headings of several rows, units, totals and remarks are told apart from rows.

    Parameters
    ----------
    path
        An ``.xlsx``, ``.xls``, ``.et``, ``.ods`` or ``.csv`` file.
    known
        Names of columns that are looked for.
    sheet
        Of a workbook that has several that hold something.
    heading
        Number of the row with the names of the columns; 0 to look for it.
    key
        By which key of ``area.toml`` a sheet is named, for messages.

    Returns
    -------
    RawTable
        ``columns``: texts by name of the column; ``ids``: number of each row in the sheet; ``acts``: what was told
        apart.

    Raises
    ------
    InputError
        No such sheet, several and none named, no heading, two columns of one name, damage, limits.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = Path(folder) / "ledger.csv"
    ...     _ = ledger.write_text("楼号,户数\\nB1,30\\nB2,40\\n合计,70\\n", encoding="utf-8")
    ...     read = read_rows(ledger, known=["户数"])
    >>> read.columns["户数"], read.acts  # the sum below the rows is no row
    (['30', '40'], [('total row', 'row 4 is a total and no row', '4')])
    """
    path = Path(path)
    return rows_of(path, sniff(path), known, sheet, heading, key)


def rows_of(
    path: Path, kind: FileKind, known: Collection[str], sheet: str = "", heading: int = 0, key: str = "sheet"
) -> RawTable:
    """Read rows as ``read_rows``, of a file whose kind is known."""
    if kind.kind in WORKBOOKS:
        return table_of(read_workbook(path, kind.kind, sheet, key), path, known, heading)
    if kind.kind != "csv":
        raise refused(path, f"is {kind.title} and no table", "Give .xlsx, .xls, .ods or .csv")
    rows, told = csv_rows(path)
    grid = Grid([[cell.strip().strip(_END).strip() or None for cell in row] for row in rows], told=told)
    raw = table_of(grid, path, known, heading)
    shifted = [ids for rule, _, ids in raw.acts if rule == "unnamed column"]
    if shifted:
        mend = "Put texts that hold a comma between double quotes"
        names = [f"row {i}" for i in shifted[0].split(", ")]
        raise refused(path, f"{len(names)} rows have more cells than there are columns", mend, names)
    return raw


def read_sheet(path: Path, kind: FileKind, source: Source, known: Collection[str] = ()) -> RawTable:
    """Read one sheet for a layer; rows with coordinates become points, a column WKT becomes shapes.

    Raises
    ------
    InputError
        As ``read_rows``, and coordinates that are none.
    """
    raw = rows_of(path, kind, {*known, *source.columns.values()}, source.layer, source.heading, "layer")
    return placed(raw, path, stated=bool(source.crs or source.shift), x=source.x, y=source.y)
