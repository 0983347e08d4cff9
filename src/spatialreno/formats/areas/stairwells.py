"""Ledgers by stairwell (单元): rows of one house are added up before they are joined to it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from spatialreno.area import read_numbers
from spatialreno.catalog import Layer, find_column, folded

STAIRWELL = ("单元", "单元号", "单元名称", "门洞", "unit")
_ADDED = ("households", "residents", "floor_area_m2", "heated_area_m2", "shop_area_m2")


def added_up(
    table: pd.DataFrame, rows: list[str], keys: pd.Series[Any], columns: dict[str, str], layer: Layer
) -> tuple[pd.DataFrame, list[str], pd.Series[Any], list[str]]:
    """Add up the rows of each house, when a ledger names its stairwells.

    Numbers of people and areas are added; all else must be the same in the rows of a house, which stay apart when it is
    not. A sum of which one part is unknown is unknown.

    Parameters
    ----------
    table, rows
        The ledger, and how its rows are called.
    keys
        What tells houses apart, by row.
    columns
        Our column = theirs, as the ledger calls them.
    layer
        The dictionary.

    Returns
    -------
    tuple
        Table, names of rows and keys, with one row a house; and what is told.
    """
    stair = find_column(STAIRWELL, table.columns)
    if layer.name != "buildings" or stair is None or not keys.dropna().duplicated().any():
        return table, rows, keys, []
    parts = keys.groupby(keys, dropna=True, sort=False).groups
    called = dict(zip(table.index.tolist(), rows, strict=True))
    done: list[tuple[pd.Series[Any], str, Any]] = [
        (table.iloc[n], rows[n], None) for n in range(len(rows)) if pd.isna(keys.iloc[n])
    ]
    count = 0
    for key, index in parts.items():
        own = table.loc[index]
        units = [folded(v) for v in own[stair[0]].dropna()]
        whole = _one_row(own, columns, layer) if len(own) > 1 and len(set(units)) == len(own) else None
        if whole is None:
            done += [(table.loc[i], called[int(i)], key) for i in index]
            continue
        count += len(own)
        done.append((whole, ", ".join(called[int(i)] for i in index), key))
    new = pd.DataFrame([row for row, _, _ in done], columns=table.columns, dtype=object).reset_index(drop=True)
    added = ", ".join(theirs for ours, theirs in columns.items() if ours in _ADDED)
    told = [f"{count} rows by stairwell are added up by house: {added or 'nothing to add'}"] if count else []
    return new, [name for _, name, _ in done], pd.Series([k for _, _, k in done], index=new.index, dtype="str"), told


def _one_row(own: pd.DataFrame, columns: dict[str, str], layer: Layer) -> pd.Series[Any] | None:
    """Make one row of those of a house; None when they differ in more than what is added."""
    whole = own.iloc[0].copy()
    for ours, theirs in columns.items():
        cells = own[theirs]
        if ours in _ADDED:
            read = read_numbers(cells, layer.columns[ours].unit)
            if read.lost.any():
                return None  # its own rows are blamed
            total = read.values.sum(skipna=False)
            whole[theirs] = None if pd.isna(total) else f"约{total:g}" if read.rough.any() else total
        elif len({folded(v) for v in cells.dropna()}) > 1:
            return None
        else:
            whole[theirs] = next(iter(cells.dropna()), None)
    return whole
