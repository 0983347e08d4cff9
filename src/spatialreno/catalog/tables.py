"""The tables of the catalog: each one CSV, with a schema that says what its columns may hold."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from io import StringIO
from typing import TYPE_CHECKING

from spatialreno.catalog.read_only import ReadOnly

if TYPE_CHECKING:
    import pandas as pd

LAYER_TABLES = "layers/"  # one table a layer: its columns
EVIDENCE = ("source", "date")  # what a row that is not the package's says of itself, in any table
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """What one column of a table may hold; ``least`` and ``most`` are numbers or other columns."""

    column: str
    dtype: str
    required: bool
    allowed: tuple[str, ...]
    refers_to: str
    least: str
    most: str
    locked: bool
    title_zh: str
    title_en: str

    def title(self, lang: str = "zh") -> str:
        """Name the column for people."""
        return self.title_en if lang == "en" else self.title_zh


@dataclass(frozen=True, slots=True)
class TableSchema:
    """What a table is: its key, its columns, and whether an area may bring rows of its own.

    Attributes
    ----------
    key
        Columns that tell one row from another.
    own
        An area may bring rows; otherwise the program itself depends on every row.
    closed
        Rows may be replaced, but not added: the program asks for the keys that are there.
    """

    name: str
    key: tuple[str, ...]
    own: bool
    closed: bool
    title_zh: str
    title_en: str
    columns: tuple[TableColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """List the columns."""
        return tuple(column.column for column in self.columns)

    @property
    def sourced(self) -> bool:
        """Tell whether every row must say where it comes from."""
        return "source" in self.names

    def key_of(self, row: Row) -> tuple[str, ...]:
        """Take the key of a row."""
        return tuple(row.get(column, "") for column in self.key)

    def title(self, lang: str = "zh") -> str:
        """Name the table for people."""
        return self.title_en if lang == "en" else self.title_zh


@dataclass(frozen=True)
class Table:
    """Rows of text under a schema; ``origins`` names the file of each row that is not the package's.

    Attributes
    ----------
    schema
        What the columns may hold.
    columns
        Names of the columns, in order.
    cells
        One tuple a row.
    origins
        Empty for a row of the package.
    """

    schema: TableSchema
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    origins: tuple[str, ...]

    def records(self) -> list[Row]:
        """Return all rows, as they are printed."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.cells]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All rows with numbers as numbers; an empty cell of words is an empty word."""
        import pandas as pd

        types = {column.column: column.dtype for column in self.schema.columns}
        texts = {c: [row[i] for row in self.cells] for i, c in enumerate(self.columns)}
        return pd.DataFrame({c: _typed(values, types.get(c, "str")) for c, values in texts.items()})

    @cached_property
    def digest(self) -> str:
        """Tell all that the rows say in 64 hex digits."""
        text = json.dumps([self.columns, self.cells], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def laid_over(self, rows: dict[tuple[str, ...], Row], origins: dict[tuple[str, ...], str]) -> Table:
        """Replace rows by key and add the rest after them."""
        if not rows:
            return self
        old = {self.schema.key_of(row): row for row in self.records()}
        merged = old | rows
        told = dict(zip(old, self.origins, strict=True)) | origins
        more = [c for c in EVIDENCE if c not in self.columns and any(row.get(c) for row in rows.values())]
        columns = (*self.columns, *more)
        cells = tuple(tuple(row.get(c, "") for c in columns) for row in merged.values())
        return replace(self, columns=columns, cells=cells, origins=tuple(told[key] for key in merged))


def _typed(values: list[str], dtype: str) -> pd.Series[int] | pd.Series[float] | pd.Series[bool] | pd.Series[str]:
    import pandas as pd

    if dtype == "bool":
        return pd.Series([value == "true" for value in values], dtype="bool")
    if dtype not in ("int", "float"):
        return pd.Series(values, dtype="str")
    whole = dtype == "int" and all(values)
    numbers = pd.Series([float(value) if value else float("nan") for value in values], dtype="float64")
    return numbers.astype("int64") if whole else numbers


@lru_cache(maxsize=1)
def package_tables() -> ReadOnly[str, Table]:
    """Read every table that ships with the package."""
    schemas = _schemas()
    names = [name for name in schemas if not name.startswith(LAYER_TABLES)]
    tables = {name: _package_table(name, schemas[name]) for name in names}
    for row in tables["layers"].records():
        name = f"{LAYER_TABLES}{row['layer']}"
        tables[name] = _package_table(name, layer_schema(name))
    return ReadOnly(tables)


def package_text(name: str) -> str:
    """Read one file of the package's catalog."""
    return files("spatialreno.catalog").joinpath(name).read_text(encoding="utf-8")


def layer_schema(name: str) -> TableSchema:
    """Give the schema of a layer's dictionary (``layers/walls``)."""
    return replace(_schemas()[f"{LAYER_TABLES}*"], name=name)


def new_table(schema: TableSchema) -> Table:
    """Begin a table without rows."""
    return Table(schema, schema.names, (), ())


def _package_table(name: str, schema: TableSchema) -> Table:
    head, *rows = csv.reader(StringIO(package_text(f"{name}.csv"), newline=""))
    return Table(schema, tuple(head), tuple(map(tuple, rows)), ("",) * len(rows))


@lru_cache(maxsize=1)
def _schemas() -> ReadOnly[str, TableSchema]:
    columns: dict[str, list[TableColumn]] = {}
    for row in csv.DictReader(StringIO(package_text("table_columns.csv"), newline="")):
        columns.setdefault(row["table"], []).append(_column(row))
    tables = csv.DictReader(StringIO(package_text("tables.csv"), newline=""))
    return ReadOnly({row["table"]: _schema(row, tuple(columns[row["table"]])) for row in tables})


def _schema(row: Row, columns: tuple[TableColumn, ...]) -> TableSchema:
    key, own, closed = tuple(row["key"].split("|")), row["own"] == "yes", row["closed"] == "yes"
    return TableSchema(row["table"], key, own, closed, row["title_zh"], row["title_en"], columns)


def _column(row: Row) -> TableColumn:
    allowed = tuple(filter(None, row["allowed"].split("|")))
    return TableColumn(
        row["column"], row["dtype"], row["required"] == "yes", allowed, row["refers_to"], row["least"], row["most"],
        row["locked"] == "yes", row["title_zh"], row["title_en"],
    )  # fmt: skip
