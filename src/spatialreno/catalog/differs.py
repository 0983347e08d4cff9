"""What in a table is not the package's: own rows as a folder would hold them, and cell by cell what they change."""

from __future__ import annotations

from spatialreno.catalog.overlay import CLEAR
from spatialreno.catalog.own_rows import own_evidence
from spatialreno.catalog.tables import Row, Table, package_tables


def own_rows_of(name: str, table: Table) -> list[Row]:
    """Write own rows so that they read back alike: what they empty in a row of the package is a dash."""
    before = _shipped(name)
    evidence, rows = own_evidence(table.schema), []
    for row, origin in zip(table.records(), table.origins, strict=True):
        if origin:
            old = before.get(table.schema.key_of(row), {})
            rows.append({c: CLEAR if not v and old.get(c) and c not in evidence else v for c, v in row.items()})
    return rows


def _shipped(name: str) -> dict[tuple[str, ...], Row]:
    table = package_tables().get(name)
    return {table.schema.key_of(row): row for row in table.records()} if table else {}


def own_lines(name: str, table: Table) -> list[list[str]]:
    """Lay the own rows of a table beside those of the package, a line for each cell that differs."""
    before, lines = _shipped(name), []
    for row, origin in zip(table.records(), table.origins, strict=True):
        if not origin:
            continue
        key = table.schema.key_of(row)
        told = [row.get("source", ""), row.get("date", ""), origin]
        old = before.get(key)
        changed = [c for c in table.schema.names if c not in own_evidence(table.schema) and old and row[c] != old[c]]
        cells = [[c, old[c], row[c]] for c in changed] if old and changed else [["", "", ""]]
        lines += [[name, " ".join(filter(None, key)), *cell, *told] for cell in cells]
    return lines
