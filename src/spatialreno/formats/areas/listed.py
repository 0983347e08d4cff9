"""Rows of a list of structures that nobody has drawn: they become the table of what is to be placed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from spatialreno.catalog import Catalog, Layer, find_column
from spatialreno.formats.areas.join import Join, Ledger
from spatialreno.formats.readers.entry import Act
from spatialreno.formats.readers.source import in_our_words

_NEEDED = ("compound", "legality")


def is_list_of_structures(columns: list[str], catalog: Catalog) -> bool:
    """Tell whether a table says of structures in which compound they stand and how they are established."""
    layer = catalog.layers["listed"]
    return all(find_column((name, *layer.columns[name].aliases), columns) for name in _NEEDED)


def listed_of(
    ledger: Ledger, join: Join, rows: Sequence[int], catalog: Catalog, acts: list[Act]
) -> pd.DataFrame | None:
    """Take the rows of a list that are on no map, in our columns; None when it does not say where and how they stand.

    Rows without an id of their own are called by the file and their number in it.
    """
    layer = catalog.layers["listed"]
    table = ledger.table.iloc[list(rows)].reset_index(drop=True)
    if "compound" in join.by:
        table = table.rename(columns={join.by["compound"]: "compound"})
    table = _in_our_columns(table, layer)
    if not all(name in table.columns for name in _NEEDED):
        return None
    if "id" not in table.columns or table["id"].isna().any():
        table["id"] = [f"{Path(join.file).stem}-{ledger.rows[i]}" for i in rows]
    return in_our_words(table, layer, catalog, acts)


def with_listed(before: pd.DataFrame | None, more: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Put rows of a list under those of others."""
    if before is None:
        return more
    return pd.concat([_in_our_columns(before, catalog.layers["listed"]), more], ignore_index=True)


def _in_our_columns(table: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    names: dict[str, str] = {}
    for column in layer.columns.values():
        rest = [c for c in table.columns if c not in names]
        found = None if column.column in table.columns else find_column(column.aliases, rest)
        names |= {found[0]: column.column} if found else {}
    return table.rename(columns=names)
