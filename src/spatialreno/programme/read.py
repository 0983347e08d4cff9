"""Read a programme from CSV or XLSX: every row judged, every fault named with file, row and mend."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.catalog import Catalog, find_column, folded, read_catalog, unit_factor
from spatialreno.errors import Fault, InputError, as_path
from spatialreno.formats import read_rows
from spatialreno.programme.programme import Programme
from spatialreno.programme.sums import MEASURES, sum_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatialreno._types import Cell

_NUMBERS = ("int", "float")
#: A row that states one of these alone may be a project; with any other measure, and no count, it is a figure.
_OF_A_PROJECT = ("count", "compounds", "buildings", "households")


def read_programme(path: str | Path, *, keep_rest: bool = False, catalog: Catalog | None = None) -> Programme:
    """Read many projects, or published figures, from a CSV or XLSX file.

    Parameters
    ----------
    path
        A ``.csv`` (UTF-8 or GB18030), ``.xlsx``, ``.xls`` or ``.ods`` file. Columns as ``spatialreno catalog
        programme`` lists them, by name or by their usual Chinese names. A row with ``count`` is a published
        figure, one without is one project.
    keep_rest
        Leave refused rows out and list them in ``faults``, instead of refusing the file.
    catalog
        Column dictionary and words of status; default is the package's.

    Returns
    -------
    Programme

    Raises
    ------
    InputError
        Every fault at once: a missing file or column, an id given twice, an unknown status, negative money,
        a date that is none, an end before its start, parts that do not add up to their whole.

    Examples
    --------
    >>> read_programme("data/programme/pingdingshan-2022.csv").figure("PDS22-started", "households")
    31331.0
    """
    path, catalog = as_path(path, what="read_programme"), catalog or read_catalog()
    dictionary = catalog.rows("programme")
    known = {n for row in dictionary for n in (row["column"], *row["aliases"].split("|")) if n}
    cells, rows = _cells(path, known)
    raw = _named(cells, catalog, path)
    frame, faults = _typed(raw, catalog, path.name, rows)
    faults += _row_faults(frame, path.name)
    bad = {i for fault in faults for i in fault.ids}
    rest = frame[~frame["id"].map(_said).isin(bad) & ~frame["row"].isin(bad)]
    rest = rest.drop(columns="row").set_index("id").sort_index()
    faults += sum_faults(rest, path.name)
    if faults and not keep_rest:
        raise InputError.of(faults)
    return Programme(path.stem, rest, catalog, tuple(faults))


def _cells(path: Path, known: set[str]) -> tuple[pd.DataFrame, list[str]]:
    """Read a file as cells of text, and how its rows are numbered; titles, units and totals are told from rows."""
    if path.suffix.lower() not in (".csv", ".xlsx", ".xls", ".et", ".ods"):
        raise InputError(f"{path}: a programme is a .csv, .xlsx, .xls or .ods file. Save it as one of them.")
    raw = read_rows(path, known=known)
    frame = pd.DataFrame(raw.columns, dtype=object, index=range(len(raw.ids)))
    return frame.map(_text), raw.ids


def _text(value: Cell) -> str | None:
    if value is None or pd.isna(value):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip() or None


def _named(raw: pd.DataFrame, catalog: Catalog, path: Path) -> pd.DataFrame:
    """Give every column its name of the dictionary; what the dictionary does not know is refused."""
    dictionary = catalog.rows("programme")
    names, open_ = dict[str, str](), [str(c) for c in raw.columns]
    for row in dictionary:
        found = find_column((row["column"], *filter(None, row["aliases"].split("|"))), open_)
        if found is not None:
            names[found[0]] = row["column"]
            open_.remove(found[0])
            raw = _in_its_unit(raw, found[0], found[1], row, path)
    exact = {n: row["column"] for row in dictionary for n in (row["column"], *row["aliases"].split("|")) if n}
    twice_named = {c: exact[c] for c in open_ if c in exact}
    unknown = [c for c in open_ if c not in twice_named]
    named = raw.rename(columns=names | twice_named)
    missing = [row["column"] for row in dictionary if row["status"] == "required" and row["column"] not in named]
    twice = sorted({c for c in named.columns if list(named.columns).count(c) > 1})
    mend = "See `spatialreno catalog programme` for the columns"
    told = {"are not known": unknown, "are missing": missing, "are given twice": twice}
    faults = [
        Fault("programme", (), "columns", f"columns {what}: {', '.join(which)}", mend, file=path.name)
        for what, which in told.items()
        if which
    ]
    if faults:
        raise InputError.of(faults)
    return named.reindex(columns=[row["column"] for row in dictionary]).astype("str")


def _in_its_unit(raw: pd.DataFrame, theirs: str, unit: str, row: dict[str, str], path: Path) -> pd.DataFrame:
    """Multiply numbers whose heading states another unit, such as 投资（万元）."""
    if not unit or row["dtype"] not in _NUMBERS:
        return raw
    factor = unit_factor(unit, row["unit"])
    if factor is None:
        message = f"column {theirs} is in {unit}, expected {row['unit'] or 'a plain number'}"
        raise InputError.of([Fault("programme", (), "unit", message, "Correct the heading", file=path.name)])
    if factor == 1:
        return raw
    numbers = pd.to_numeric(raw[theirs].astype("str").str.replace(r"[,，\s]", "", regex=True), errors="coerce") * factor
    scaled = numbers.round(6).map(lambda v: None if pd.isna(v) else _text(float(v)))
    return raw.assign(**{theirs: scaled.where(numbers.notna(), raw[theirs])})


def _typed(raw: pd.DataFrame, catalog: Catalog, file: str, rows: list[str]) -> tuple[pd.DataFrame, list[Fault]]:
    """Turn text into numbers, dates and words of the vocabularies; name what cannot be turned."""
    raw = raw.reset_index(drop=True)
    frame = pd.DataFrame({"row": [f"row {number}" for number in rows]})
    statuses = {folded(n): row["status"] for row in catalog.rows("statuses") for n in row["aliases"].split("|") if n}
    faults: list[Fault] = []
    for column in catalog.rows("programme"):
        name, cells = column["column"], raw[column["column"]]
        if name == "status":
            cells = cells.map(lambda cell: statuses.get(folded(cell), cell), na_action="ignore")
        values, bad, mend = _column(cells, column)
        if bad.any():
            ids = tuple(raw["id"].where(raw["id"].notna(), frame["row"])[bad].astype(str))
            found = ", ".join(sorted({str(c) for c in cells[bad]}))
            faults.append(Fault("programme", ids, "value", f"{name} {found} is not allowed", mend, file=file))
        frame[name] = values
    stated = frame[[m for m in MEASURES if m not in _OF_A_PROJECT]].notna().any(axis=1)
    figure = stated & frame[["count", "status", "area"]].isna().all(axis=1)
    frame["unit"] = frame["unit"].where(frame["unit"].notna() | figure, "project")
    return frame, faults


def _column(cells: pd.Series[Any], column: dict[str, str]) -> tuple[pd.Series[Any], pd.Series[bool], str]:
    """Type one column: values, where they are wrong, and the mend."""
    given = cells.notna()
    if column["dtype"] in _NUMBERS:
        numbers = pd.to_numeric(cells.str.replace(r"[,\s]", "", regex=True), errors="coerce").astype("float64")
        least, most = float(column["min"] or 0), float(column["max"] or "inf")
        bad = given & ~numbers.between(least, most)
        if column["dtype"] == "int":
            bad |= given & numbers.notna() & (numbers % 1 != 0)
        known = numbers.mask(bad)
        values: Any = known.astype("Int64") if column["dtype"] == "int" else known
        if column["unit"] == "share":
            return values, bad, "Give a share of 0 to 1"
        kind = "a whole number" if column["dtype"] == "int" else "a number"
        return values, bad, f"Give {kind} of {least:g} or more, at most {most:,.0f}"
    if column["dtype"] == "date":
        dates = pd.to_datetime(cells.str.replace(r"[/.]", "-", regex=True), format="%Y-%m-%d", errors="coerce")
        return dates, given & dates.isna(), "Write dates as YYYY-MM-DD"
    allowed = [word for word in column["allowed"].split("|") if word]
    bad = given & ~cells.isin(allowed) if allowed else given & False
    return cells.mask(bad), bad, f"Use one of {', '.join(allowed)}"


def _row_faults(frame: pd.DataFrame, file: str) -> list[Fault]:
    return [
        Fault(
            "programme",
            tuple(frame.loc[bad, "id"].where(frame["id"].notna(), frame["row"]).map(_said)),
            rule,
            told,
            mend,
            file=file,
        )
        for rule, bad, told, mend in _rules(frame)
        if bad.any()
    ]


def _rules(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series[bool], str, str]]:
    """Yield rule, rows that break it, what is wrong, and the mend."""
    yield "id", frame["id"].isna(), "rows without an id", "Give each row an id of its own"
    twice = frame["id"].notna() & frame["id"].duplicated(keep=False)
    yield "twice", twice, "ids given to more than one row", "Give each row an id of its own"
    yield "year", frame["year"].isna(), "rows without a year", "Give the year of the plan"
    area = frame["area"].notna() & frame.duplicated(["area", "year"], keep=False)
    yield "area", area, "one area named by more than one row of a year", "Leave one row for each area and year"
    lost = frame["part_of"].notna() & ~frame["part_of"].isin(frame["id"])
    yield "part_of", lost, "rows that are part of a row that is not there", "Correct part_of"
    yield "part_of", frame["part_of"] == frame["id"], "rows that are part of themselves", "Correct part_of"
    for first, last in (("start_planned", "end_planned"), ("start", "end")):
        yield "dates", frame[last] < frame[first], f"{last} before {first}", "Correct the dates"
    unfinished = frame["end"].notna() & frame["status"].isin(["planned", "started", "in_progress"])
    yield "status", unfinished, "rows that have ended but are not done", "Set status to done, or empty end"


def _said(value: object) -> str:
    return str(value)
