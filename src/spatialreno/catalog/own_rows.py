"""Rows that an area or a bureau brings: read from a folder of CSV files, or out of tables handed in."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialreno.catalog.tables import EVIDENCE, LAYER_TABLES, Row, TableSchema
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

_MOST = 5_000_000  # bytes of one file: tables are written by people
_BESIDE = (".md", ".txt")  # papers that may lie beside the tables
_STANDARDS = "standards"


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One row as it was given, with the place it was read from."""

    table: str
    cells: Row
    file: str
    place: str

    def fault(self, message: str, mend: str) -> Fault:
        """Tell what is wrong with the row."""
        return Fault(self.table, (self.place,), "catalog", message, mend, file=self.file)


@dataclass
class Own:
    """Everything that a folder or a call brings, and what could not be read of it."""

    rows: list[OwnRow] = field(default_factory=list)
    standards: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_own(folder: Path, tables: Iterable[str]) -> Own:
    """Read a folder of tables: ``costs.csv`` … , ``layers/<layer>.csv``, ``standards/<name>.toml``.

    Parameters
    ----------
    folder
        Where they lie.
    tables
        Names of the tables that are known.
    """
    own, known = Own(), sorted(tables)
    if not folder.is_dir():
        mend = "Make the folder, or correct catalog in area.toml (--catalog)"
        own.faults.append(Fault("catalog", (), "catalog", "no such folder", mend, file=str(folder)))
        return own
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name.startswith(".") or path.name.startswith(("~$", ".")) or path.suffix in _BESIDE:
            continue
        _read_file(path, name, folder, known, own)
    return own


def _read_file(path: Path, name: str, folder: Path, known: Sequence[str], own: Own) -> None:
    stem, _, suffix = name.rpartition(".")
    if not path.resolve().is_relative_to(folder.resolve()):
        own.faults.append(_of_file(name, "leads out of the folder", "Put the file itself into the folder"))
    elif suffix == "toml" and path.parent == folder / _STANDARDS:
        if (text := _text(path, name, own)) is not None:
            own.standards[path.stem] = text
    elif suffix != "csv" or (stem not in known and not (stem.startswith(LAYER_TABLES) and stem.count("/") == 1)):
        mend = f"Call it after a table{_meant(stem, known)}: `spatialreno catalog` lists them"
        own.faults.append(_of_file(name, "is no table of the catalog", mend))
    elif (text := _text(path, name, own)) is not None:
        own.rows += _rows_of(text, stem, name, own.faults)


def _text(path: Path, name: str, own: Own) -> str | None:
    try:
        if path.stat().st_size > _MOST:
            own.faults.append(_of_file(name, "is larger than a table can be", "Keep the rows that differ only"))
            return None
        raw = path.read_bytes()
    except OSError as error:
        own.faults.append(_of_file(name, f"cannot be read ({error.strerror})", "Check the file and its rights"))
        return None
    for script in ("utf-8-sig", "gb18030"):  # Excel writes the second one on Chinese Windows
        try:
            return raw.decode(script)
        except UnicodeDecodeError:
            continue
    own.faults.append(_of_file(name, "is neither UTF-8 nor GB18030", "Save it as CSV UTF-8"))
    return None


def _rows_of(text: str, table: str, file: str, faults: list[Fault]) -> Iterator[OwnRow]:
    try:
        lines = [[cell.strip() for cell in line] for line in csv.reader(StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        faults.append(_of_file(file, f"does not read as CSV ({error})", "Save it again as CSV UTF-8"))
        return
    head = lines[0] if lines else []
    if not any(head) or len(set(head)) < len(head):
        faults.append(_of_file(file, "its first line does not name each column once", "Begin with the template's line"))
        return
    for number, line in enumerate(lines[1:], start=2):
        if not any(line):
            continue
        row = OwnRow(table, dict(zip(head, line, strict=False)), file, f"row {number}")
        if any(line[len(head) :]):
            faults.append(row.fault("has more cells than there are columns", "Put texts with a comma between quotes"))
        else:
            yield row


def own_of(tables: Mapping[str, Any], *, source: str, date: str) -> Own:
    """Take rows out of tables handed in: frames, lists of rows, or key and value of constants."""
    own = Own()
    if not isinstance(tables, Mapping):
        raise InputError(f"catalog: {type(tables).__name__} names no table. Give rows by table: {{'costs': [...]}}.")
    for table, given in tables.items():
        for number, cells in enumerate(_records(table, given), start=1):
            row = {str(k): _cell(v) for k, v in cells.items()}
            row |= {k: v for k, v in zip(EVIDENCE, (source, date), strict=True) if not row.get(k)}
            own.rows.append(OwnRow(table, row, "", f"row {number}"))
    return own


def _records(table: str, given: Any) -> list[Mapping[Any, Any]]:
    if isinstance(given, Mapping):
        return [{"key": key, "value": value} for key, value in given.items()]
    if hasattr(given, "to_dict"):
        frame: pd.DataFrame = given
        named = [name for name in frame.index.names if name is not None and name not in frame.columns]
        return list((frame.reset_index(level=named) if named else frame).to_dict("records"))
    if isinstance(given, str) or not all(isinstance(row, Mapping) for row in given):
        raise InputError(f"catalog: {table}: {given!r:.60} is no list of rows. Give a DataFrame, or a dict a row.")
    return list(given)


def _cell(value: object) -> str:
    """Write a cell as text; a whole number loses its point, nothing is an empty cell."""
    if value is None or value != value:  # NaN is not itself
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return "|".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _of_file(file: str, message: str, mend: str) -> Fault:
    return Fault("catalog", (), "catalog", message, mend, file=file)


def _meant(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" ({near[0]}?)" if near else ""


def said_near(words: Iterable[str], known: Iterable[str]) -> str:
    """Name words that are not known, each with the nearest one that is."""
    known = list(known)
    return ", ".join(f"{word}{_meant(word, known)}" for word in words)


def template(schema: TableSchema, rows: Iterable[Row]) -> str:
    """Write a table to fill in: the rows that hold now, with room for source and date.

    What belongs to the present source (its range, confidence and note) is left empty.
    """
    columns = (*schema.names, *(c for c in EVIDENCE if c not in schema.names))
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({**row, **dict.fromkeys(own_evidence(schema), "")} for row in rows)
    return text.getvalue()


def own_evidence(schema: TableSchema) -> tuple[str, ...]:
    """List the columns that belong to a row's source and are never taken over from another row."""
    found = ("source", "date", "confidence", "low", "high", "note", "limits_source", "limits_confidence")
    return tuple(c for c in found if c in (*schema.names, *EVIDENCE))
