"""Lay rows of an area's own over the package's: every row is held to its schema, all faults are told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from spatialreno.catalog.layers import Layer
from spatialreno.catalog.own_rows import OwnRow, own_evidence, said_near
from spatialreno.catalog.read_only import ReadOnly
from spatialreno.catalog.tables import (
    EVIDENCE,
    LAYER_TABLES,
    Row,
    Table,
    TableColumn,
    TableSchema,
    layer_schema,
    new_table,
    package_tables,
)
from spatialreno.errors import Fault

CLEAR = "-"  # a cell that says: nothing, whatever the package says
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?[0-9]{1,12}")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: Columns that tell what a thing is, and what an act may do besides: open a way, leave its wall, lead through one.
_KINDS = ("kind", "legality", "use")
_EFFECTS = ("opens", "alone", "through")
Keyed = dict[tuple[str, ...], OwnRow]


@dataclass(frozen=True)
class _Known:
    """What references are held to: the tables once the new rows lie in them."""

    tables: Mapping[str, Table]
    layers: Mapping[str, Layer]

    @cached_property
    def measured(self) -> frozenset[str]:
        """Name the indicators that the package measures by code."""
        return frozenset(row["indicator"].partition(":")[0] for row in package_tables()["indicators"].records())


# What a thing is priced by beside the numbers that its row holds; ``scenario`` measures them.
COUNTED = ("count", "paved_m2", "facade_m2", "open_m2", "households")


def lay_over(
    tables: Mapping[str, Table], given: list[OwnRow], *, dated: bool
) -> tuple[ReadOnly[str, Table], list[OwnRow], list[Fault]]:
    """Put rows into the tables by key.

    Parameters
    ----------
    tables
        What holds so far.
    given
        Rows as they were read.
    dated
        Every row with a source needs its date too.

    Returns
    -------
    tuple
        The tables with every row that is possible in itself; all rows, filled; faults of those left out.
    """
    faults: list[Fault] = []
    done, laid = dict(tables), list[OwnRow]()
    for name in dict.fromkeys(row.table for row in given):
        table = tables.get(name) or _of_new_layer(name, given)
        rows = [row for row in given if row.table == name]
        if table is None or not table.schema.own:
            faults.append(_refused(rows[0], name, tables))
            continue
        keyed = _filled(table, rows, faults, dated=dated)
        found = {key: _faults_of(row, table) for key, row in keyed.items()}
        faults += [fault for some in found.values() for fault in some]
        sound = {key: row for key, row in keyed.items() if not found[key]}
        laid += keyed.values()
        origins = {key: row.file or "given" for key, row in sound.items()}
        done[name] = table.laid_over({key: row.cells for key, row in sound.items()}, origins)
    return ReadOnly(done), laid, faults


def _of_new_layer(name: str, given: list[OwnRow]) -> Table | None:
    """A layer of one's own brings its row in ``layers`` and a table of its columns."""
    mine = {row.cells.get("layer") for row in given if row.table == "layers"}
    return new_table(layer_schema(name)) if name.removeprefix(LAYER_TABLES) in mine else None


def _refused(row: OwnRow, name: str, tables: Mapping[str, Table]) -> Fault:
    if name in tables:
        return Fault(name, (), "catalog", "takes no rows of an area's own", "Take the file away", file=row.file)
    mend = "Give it a row in layers.csv" if name.startswith(LAYER_TABLES) else "`spatialreno catalog` lists the tables"
    return Fault(name, (), "catalog", "no such table", mend, file=row.file)


def _filled(table: Table, rows: list[OwnRow], faults: list[Fault], *, dated: bool) -> Keyed:
    """Fill each row from the one it replaces; leave out rows of a template that nobody touched."""
    old = {table.schema.key_of(row): row for row in table.records()}
    keyed: Keyed = {}
    for row in rows:
        strange = [c for c in row.cells if c not in (*table.schema.names, *EVIDENCE)]
        if strange:
            named = said_near(strange, table.schema.names)
            faults.append(row.fault(f"has no column {named}", f"Columns are {', '.join(table.schema.names)}"))
            continue
        key = table.schema.key_of(row.cells)
        before = old.get(key)
        if before is not None and _says_nothing(row.cells, before):
            continue
        if key in keyed:
            what = f"is there twice ({' '.join(filter(None, key))}; also {keyed[key].place})"
            faults.append(row.fault(what, "Keep one of them"))
            continue
        if before is None and table.schema.closed:
            named = said_near(["|".join(key)], ["|".join(k) for k in old])
            faults.append(row.fault(f"{named} is not known", "The program asks only for the keys that are there"))
            continue
        cells = _row(row.cells, before or {}, table.schema)
        keyed[key] = OwnRow(row.table, cells, row.file, row.place)
        faults += _without_evidence(keyed[key], table.schema, dated=dated)
    return keyed


def _says_nothing(cells: Row, before: Row) -> bool:
    said = {k: v for k, v in cells.items() if v}
    return not said.get("source") and not said.get("date") and all(before.get(k) == v for k, v in said.items())


def _row(cells: Row, before: Row, schema: TableSchema) -> Row:
    """An empty cell keeps what was said before, but for what belongs to the source; ``-`` says nothing."""
    base = {c: "" if c in own_evidence(schema) else before.get(c, "") for c in (*schema.names, *EVIDENCE)}
    row = {c: cells.get(c) or base[c] for c in base}
    if "confidence" in schema.names:
        row["confidence"] = row["confidence"] or "own"
    return {c: "" if value == CLEAR else value for c, value in row.items()}


def _without_evidence(row: OwnRow, schema: TableSchema, *, dated: bool) -> Iterator[Fault]:
    missing = [c for c in EVIDENCE if schema.sourced and not row.cells[c] and (dated or c == "source")]
    if missing:
        mend = "Fill the columns source (where it comes from) and date (such as 2026-03)"
        yield row.fault(f"has no {' and no '.join(missing)}", mend)
    day = row.cells["date"]
    if day and not _is_date(day):
        yield row.fault(f"date is {day!r}", "Write it as 2025, 2025-06 or 2025-06-30")


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - len("2025") :])
    except ValueError:
        return False
    return True


def _faults_of(row: OwnRow, table: Table) -> list[Fault]:
    """Hold a row to its schema: filled where it must be, of its type, within its bounds, one of its words."""
    schema = table.schema
    old = {schema.key_of(r): r for r in table.records()}.get(schema.key_of(row.cells))
    found = [fault for column in schema.columns for fault in _cell_faults(row, column)]
    for column in schema.columns if old else ():
        if column.locked and old is not None and row.cells[column.column] != old[column.column]:
            was, now = old[column.column] or "empty", row.cells[column.column] or "empty"
            found.append(row.fault(f"{column.column} is {now}, expected {was}", "It cannot be changed; leave it out"))
    if schema.name == "layers" and not _NAME.fullmatch(row.cells["layer"]):
        found.append(row.fault(f"layer is {row.cells['layer']!r}", "Use small letters, digits and _ (street_lamps)"))
    if schema.name.startswith(LAYER_TABLES) and old is not None:
        lost = sorted(set(_listed(old["allowed"])) - set(_listed(row.cells["allowed"])))
        if lost:
            found.append(row.fault(f"allowed leaves out {', '.join(lost)}", "Words may be added, not taken away"))
    return found


def _cell_faults(row: OwnRow, column: TableColumn) -> Iterator[Fault]:
    cell, name = row.cells[column.column], column.column
    if not cell:
        if column.required:
            yield row.fault(f"{name} is empty", f"Fill {name}")
        return
    wanted = _TYPES.get(column.dtype)
    if wanted is not None and not wanted[0](cell):
        yield row.fault(f"{name} is {cell!r}, expected {wanted[1]}", f"Correct {name}")
        return
    if column.dtype in ("int", "float") and float(cell) < 0 and not column.least.startswith("-"):
        yield row.fault(f"{name} is {cell}, expected 0 or more", f"Correct {name}")
        return
    strange = [v for v in (_listed(cell) if column.dtype == "list" else [cell]) if v not in column.allowed]
    if column.allowed and strange:
        yield row.fault(f"{name} is {said_near(strange, column.allowed)}", f"Use {', '.join(column.allowed)}")
    for side, text, sign in (("least", column.least, 1), ("most", column.most, -1)):
        bound = row.cells.get(text, text) if text else ""
        if _is_number(bound) and sign * float(cell) < sign * float(bound):
            other = f" ({text})" if text != bound else ""
            yield row.fault(f"{name} is {cell}, expected at {side} {bound}{other}", f"Correct {name}")
    if name == "value" and row.cells.get("unit") == "share" and float(cell) > 1:
        yield row.fault(f"{name} is {cell}, expected a share of 0 to 1", f"Correct {name}")


def references(laid: list[OwnRow], tables: Mapping[str, Table], layers: Mapping[str, Layer]) -> Iterator[Fault]:
    """Hold what rows say of other tables, layers and words to what is there now."""
    known = _Known(tables, layers)
    for row in laid:
        for column in known.tables[row.table].schema.columns:
            cell = row.cells[column.column]
            words = _targets(column.refers_to, row.cells, known) if cell and column.refers_to else None
            if words is not None and not {cell, cell.partition(":")[0]} & set(words):
                mend = f"Use one of {', '.join(list(words)[:40])}" if words else "Leave it empty"
                yield row.fault(f"{column.column} is {said_near([cell], words)}, which is not known", mend)
    for row in laid:
        if row.table == "layers":
            yield from _layer_faults(row, known)
        if row.table == "indicators":
            yield from _indicator_faults(row, known)
        if row.table == "leaders":
            yield from _leader_faults(row)


def _targets(target: str, cells: Row, known: _Known) -> list[str] | None:
    """List the words a cell may hold; None when any will do."""
    if target == "layers or catalog":
        return [*known.layers, *(f"catalog:{name}" for name in ("facilities",)), "any"]
    if " of " not in target:
        return [key for key, *_ in map(known.tables[target].schema.key_of, known.tables[target].records())]
    layer = known.layers.get(cells.get("layer", ""))
    if layer is None:
        return None
    if target == "column of layer":
        return list(layer.columns)
    if target == "quantity of layer":
        shape = ("area_m2",) if "Polygon" in layer.geometry else ()
        numbers = [c.column for c in layer.columns.values() if c.dtype in ("float", "int")]
        return [*COUNTED, *shape, *numbers]
    if target == "kind or effect of layer":  # what an act does to a thing, beside what the thing is
        words = _words(layer, _KINDS, known)
        return None if words is None else [*_EFFECTS, *words]
    return _words(layer, _KINDS if target == "kind of layer" else (cells.get("column", ""),), known)


def _words(layer: Layer, names: tuple[str, ...], known: _Known) -> list[str] | None:
    columns = [layer.columns[name] for name in names if name in layer.columns]
    if any(c.refers_to == "catalog:facilities" for c in columns):
        return ["in_building", *(row["kind"] for row in known.tables["facilities"].records())]
    words = [word for column in columns for word in column.allowed]
    return words or (None if columns else [])


def _layer_faults(row: OwnRow, known: _Known) -> Iterator[Fault]:
    name = row.cells["layer"]
    if f"{LAYER_TABLES}{name}" not in known.tables:
        yield row.fault(f"{name} has no dictionary", f"Write its columns into {LAYER_TABLES}{name}.csv")
        return
    if name not in known.layers:  # its row is impossible in itself, which is told already
        return
    layer = known.layers[name]
    missing: dict[str, tuple[str, str]] = {}
    if layer.geometry:
        missing |= {"id": ("required", "str"), "inferred": ("optional", "bool"), "estimated": ("optional", "str")}
    if layer.lies_in_compound:
        missing["compound_id"] = ("derived", "str")
    for column, (status, dtype) in missing.items():
        held = layer.columns.get(column)
        if held is None or (held.status, held.dtype) != (status, dtype):
            yield row.fault(f"{name} has no {status} column {column} ({dtype})", f"Add it to {LAYER_TABLES}{name}.csv")
    if layer.natural_quantity not in ("count", *layer.columns):
        yield row.fault(f"natural_quantity is {layer.natural_quantity}, no column of {name}", "Name one, or count")


def _leader_faults(row: OwnRow) -> Iterator[Fault]:
    """Hold a line of the leaders' table to its indicators: a title for each, a place for each where it has a form."""
    count = len(_listed(row.cells["indicators"]))
    for column in ("title_zh", "title_en", "unit_zh", "unit_en", "divide"):
        found = len(row.cells[column].split("|"))
        if found != count and (found != 1 or column.startswith("title")):
            yield row.fault(f"{column} tells {found} figures, indicators {count}", "Give each its own, between |")
    for column in ("form_zh", "form_en"):
        if row.cells[column] and row.cells[column].count("{}") != count:
            yield row.fault(f"{column} has no place for each figure", f"Write {{}} {count} times, or leave it empty")


def _indicator_faults(row: OwnRow, known: _Known) -> Iterator[Fault]:
    """Hold an indicator that is a row to what its measure needs; those of the package are measured by code."""
    name, measure = row.cells["indicator"], row.cells["measure"]
    if not measure:
        if name.partition(":")[0] not in known.measured:
            yield row.fault(f"{name} has no measure", "Write count, total or reached into measure, and a layer")
        return
    if ":" in name or name in known.measured:
        yield row.fault(f"{name} is measured by the package", "Choose another name, without a colon")
    if not set(_listed(row.cells["level"])) <= {"area", "compound"}:
        yield row.fault(f"{name} is told for {row.cells['level']}", "Write area, or area|compound")
    layer = known.layers.get(row.cells["layer"])
    if layer is None:
        yield row.fault(f"{name} has no layer", "Name the layer that is measured")
        return
    if row.cells["kind"] and "kind" not in layer.columns:
        yield row.fault(f"{layer.name} has no kinds", "Leave kind empty")
    column = layer.columns.get(row.cells["column"])
    if measure == "total" and (column is None or column.dtype not in ("int", "float")):
        yield row.fault(f"{name} has no column of numbers to add up", f"Name a column of numbers of {layer.name}")
    if measure == "reached" and not (layer.name == "facilities" and row.cells["kind"] and row.cells["distance_m"]):
        yield row.fault(f"{name} does not say who is reached", "Write layer facilities, a kind and a distance_m")


def _listed(text: str) -> list[str]:
    return [part for part in text.split("|") if part]


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text))


def _is_fraction(text: str) -> bool:
    try:
        return 0 <= Fraction(text) <= 1
    except (ValueError, ZeroDivisionError):
        return False


_TYPES: dict[str, tuple[Callable[[str], bool], str]] = {
    "int": (lambda text: bool(_WHOLE.fullmatch(text)), "a whole number in digits"),
    "float": (_is_number, "a number"),
    "bool": (lambda text: text in ("true", "false"), "true or false"),
    "fraction": (_is_fraction, "a share such as 2/3"),
    "date": (lambda text: len(text) == len("2025-06-30") and _is_date(text), "a day such as 2025-01-20"),
}
