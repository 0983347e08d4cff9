"""Tables joined to layers by id or name."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from spatialreno.area import Numbers, mark, read_numbers, texts, truths, whole_numbers
from spatialreno.catalog import Column, Layer, find_column, folded, heading, unit_factor
from spatialreno.errors import Fault
from spatialreno.formats.areas.stairwells import added_up
from spatialreno.formats.readers.entry import Act

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatialreno._types import Cell


class Join(BaseModel):
    """One entry of ``[[joins]]`` in ``area.toml``: a table whose rows say more about the rows of a layer.

    Attributes
    ----------
    file, sheet
        The table, and its sheet when it has several.
    layer
        The layer whose rows are meant.
    by
        Our columns that tell rows apart = theirs; several make one key. ``compound`` stands for the name of the
        compound that a row lies in, so that 小区 and 楼号 together name a building.
    columns
        Our column = theirs: what is filled.
    spread
        Columns of compounds whose number is spread over their buildings (``households``, ``residents``).
    heading
        Number of the row with the names of the columns, where it is not found.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str
    layer: str
    by: dict[str, str]
    sheet: str = ""
    columns: dict[str, str] = {}
    spread: tuple[str, ...] = ()
    heading: int = 0


@dataclass(frozen=True)
class Ledger:
    """A table to be joined: its cells, how its rows are called, and the columns that are meant."""

    table: pd.DataFrame
    rows: list[str]


class Joined(NamedTuple):
    """What came of a join: the layer, what was done, what is wrong, and the rows of the table without a place."""

    frame: pd.DataFrame
    acts: list[Act]
    faults: list[Fault]
    homeless: tuple[int, ...] = ()


def join_rows(
    frame: pd.DataFrame, ledger: Ledger, join: Join, layer: Layer, places: pd.Series[Any] | None = None
) -> Joined:
    """Fill columns of a layer from a table.

    Parameters
    ----------
    frame
        The layer, in our columns; cells that are filled keep their value unless the table says another.
    ledger
        The table, in its own columns.
    join
        How they belong together.
    layer
        The layer's dictionary.
    places
        Name of the compound that each row of the layer lies in, for the key ``compound``.

    Returns
    -------
    Joined
        The filled layer; acts, one for each row that was joined or has no place (``to be placed``); faults:
        keys missing, given twice, cells that cannot be read or contradict the layer, each with its row of the table;
        and the rows of the table that have no place.
    """
    table, rows = ledger.table, ledger.rows
    faults = _column_faults(frame, table, join, layer, places)
    if faults:
        return Joined(frame, [], faults)
    own_cells = [frame[_column(frame, layer, ours)] if ours != _PLACE else places for ours in join.by]
    their_cells = [table[_theirs(table, theirs)] for theirs in join.by.values()]
    own, keys = _key(own_cells), _key(their_cells)
    keys, zeros = _without_zeros(keys, own)
    theirs = {ours: _theirs(table, name) for ours, name in join.columns.items()}
    table, rows, keys, sums = added_up(table, rows, keys, theirs, layer)
    their_cells = [table[_theirs(table, name)] for name in join.by.values()]
    names = dict(zip(own, _labels(own_cells), strict=True))
    faults = _key_faults(keys, own, join, rows, names | dict(zip(keys, _labels(their_cells), strict=True)))
    if faults:
        return Joined(frame, [], faults)
    frame = frame.copy()
    place = keys.map(dict(zip(own, frame.index, strict=True)))
    acts = [_act(join, "", "joined", f"{join.file}: {told}") for told in filter(None, (zeros, *sums))]
    acts += _unplaced(table, join, rows, (keys, _labels(their_cells), place), names)
    there = place.notna().to_numpy()
    meant = [rows[i] for i in np.flatnonzero(there)]
    for our, their in join.columns.items():
        what = _Cells(our, their, meant)
        cells = table[_theirs(table, their)][there]
        frame, told, found = _filled(frame, place[there], cells, what, join, layer)
        acts += told
        faults += found
    filled = ", ".join(f"{our} from {' '.join(their.split())}" for our, their in join.columns.items())
    said = f"{join.file}: {there.sum()} of {len(table)} rows by {' and '.join(join.by)}; {filled}"
    acts.append(_act(join, "", "joined badly" if not len(table) or 2 * there.sum() < len(table) else "joined", said))
    bare = sorted(names[k] for k in set(own.dropna()) - set(keys.dropna()))
    if bare:
        reason = f"{join.file}: has no row for {len(bare)} of {len(frame)}: {', '.join(bare[:8])}"
        acts.append(_act(join, "", "not in the table", reason))
    return Joined(frame, acts, faults, tuple(np.flatnonzero(~there).tolist()))


def _labels(parts: list[Any]) -> list[str]:
    """Write keys as people typed them, for messages."""
    cells = [["" if v is None or pd.isna(v) else str(v).strip() for v in part] for part in parts]
    return [_JOINT.join(filter(None, row)) for row in zip(*cells, strict=True)]


_PLACE = "compound"  # stands for the name of the compound that a row lies in
_JOINT = " · "  # between the parts of a key


@dataclass(frozen=True)
class _Cells:
    """What is filled: our column, theirs, and how the rows of the table are called."""

    ours: str
    theirs: str
    rows: list[str]


def _act(join: Join, ids: str, rule: str, reason: str) -> Act:
    return {"layer": join.layer, "id": ids, "rule": rule, "reason": reason}


def _column(frame: pd.DataFrame, layer: Layer, ours: str) -> str:
    names = (ours, *layer.columns[ours].aliases) if ours in layer.columns else (ours,)
    found = find_column(names, [c for c in frame.columns if c != "geometry"])
    return found[0] if found else ""


def _theirs(table: pd.DataFrame, name: str) -> str:
    found = find_column([name], table.columns)
    return found[0] if found else ""


def _key(parts: list[Any]) -> pd.Series[Any]:
    """Make keys of cells, folded, of several columns in one; a key without one of its parts is none."""
    folded_parts = [_keys(part) for part in parts]
    key = folded_parts[0]
    for part in folded_parts[1:]:
        key = (key + _JOINT + part).where(key.notna() & part.notna())
    return key.astype("str")


def _keys(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Make keys of cells: folded as people read them, whole numbers without their point."""

    def key(value: object) -> str | None:
        if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return folded(value) or None

    return pd.Series([key(v) for v in cells], index=cells.index, dtype="str")


def _without_zeros(keys: pd.Series[Any], own: pd.Series[Any]) -> tuple[pd.Series[Any], str]:
    """Match numbers that one side writes with zeros before them, when that tells no two rows apart any more."""
    mine = [k for k in own.dropna() if k.isdigit()]
    plain = {_bare(k): k for k in mine}
    if len(plain) < len(mine):
        return keys, ""
    alike = {k: plain[_bare(k)] for k in sorted(set(keys.dropna()) - set(own)) if k.isdigit() and _bare(k) in plain}
    if not alike:
        return keys, ""
    theirs, ours = next(iter(alike.items()))
    return keys.replace(alike), f"numbers matched without the zeros before them, such as {theirs} and {ours}"


def _bare(number: str) -> str:
    return number.lstrip("0") or "0"


def _column_faults(frame: pd.DataFrame, table: pd.DataFrame, join: Join, layer: Layer, places: Any) -> list[Fault]:
    """Name columns that are not there, on either side, with those that are."""
    there = ", ".join(" ".join(str(c).split()) for c in table.columns)
    gone = [c for c in (*join.by.values(), *join.columns.values()) if not _theirs(table, c)]
    if not join.by:
        return [_fault(join, "names no column to join by", 'State by = { name = "…" } in area.toml')]
    if gone:
        return [_fault(join, f"has no column {', '.join(gone)}", f"Its columns are {there}")]
    odd = [c for c in (*join.by, *join.columns, *join.spread) if c not in layer.columns and c != _PLACE]
    if odd:
        return [_fault(join, f"{join.layer} has no column {', '.join(odd)}", f"Columns are {', '.join(layer.columns)}")]
    for ours in join.by:
        if ours == _PLACE and places is None:
            return [
                _fault(
                    join, f"{join.layer} lie in no compound that is known", "Draw compounds, or join by another column"
                )
            ]
        if ours != _PLACE and not _column(frame, layer, ours):
            mine = ", ".join(str(c) for c in frame.columns if c != "geometry")
            mend = f"Its columns are {mine}; map one of them in area.toml (columns.{ours} = …), or join by another"
            return [_fault(join, f"{join.layer} has no column {ours} to join by", mend)]
    return []


def _fault(join: Join, message: str, mend: str, ids: Iterable[object] = ()) -> Fault:
    return Fault(join.layer, tuple(map(str, ids)), "join", message, mend, file=join.file)


def _key_faults(
    keys: pd.Series[Any], own: pd.Series[Any], join: Join, rows: list[str], names: dict[Any, str]
) -> list[Fault]:
    """Name keys that are missing or told twice: neither row is believed then."""
    theirs = " and ".join(join.by.values())
    found = []
    if keys.isna().any():
        ids = [f"row {rows[i]}" for i in np.flatnonzero(keys.isna())]
        found.append(_fault(join, f"{theirs} is empty in {len(ids)} rows", "Fill it, or take the rows out", ids))
    twice = sorted(names[k] for k in keys[keys.duplicated(keep=False)].dropna().unique())
    if twice:
        mend = "Leave one row for each place"
        if len(join.by) == 1:
            mend += "; where 小区 and 楼号 name one house, join by both (by = { compound = …, name = … })"
        found.append(_fault(join, f"{theirs} names a place more than once", mend, twice))
    same = sorted(names[k] for k in set(own[own.duplicated(keep=False)].dropna()) & set(keys.dropna()))
    if same:
        mend = "Join by id" if _PLACE in join.by else "Join by id, or add the compound to by"
        found.append(_fault(join, f"{join.layer} has several rows with one {' and '.join(join.by)}", mend, same))
    return found


def _unplaced(
    table: pd.DataFrame, join: Join, rows: list[str], keys: tuple[Any, list[str], Any], names: dict[Any, str]
) -> list[Act]:
    """List rows that belong to nothing on the map, with all that they say and the nearest name, for placing."""
    folded_keys, labels, place = keys
    acts, known = [], sorted(k for k in names if isinstance(k, str))
    for i in np.flatnonzero(place.isna()):
        said = "; ".join(f"{' '.join(str(c).split())} {v}" for c, v in table.iloc[i].items() if not pd.isna(v))
        near = difflib.get_close_matches(str(folded_keys.iloc[i]), known, 1, 0.5)
        hint = f" (nearest: {names[near[0]]})" if near else ""
        reason = f"{join.file}: row {rows[i]} has no geometry in {join.layer}: {said}{hint}"
        acts.append(_act(join, labels[i], "to be placed", reason))
    return acts


def _filled(
    frame: pd.DataFrame, place: Any, cells: pd.Series[Any], what: _Cells, join: Join, layer: Layer
) -> tuple[Any, list[Act], list[Fault]]:
    """Write cells into their rows; where the layer already says something else, neither is believed."""
    column = layer.columns[what.ours]
    values, told, faults, rough = _read(cells, column, what, join)
    target = _column(frame, layer, what.ours) or what.ours
    given = values.notna()
    values, rows = values[given], [r for r, keep in zip(what.rows, given, strict=True) if keep]
    place = place[values.index]
    before = frame.loc[place, target] if target in frame.columns else pd.Series([None] * len(place), index=place)
    differs = [r for r, a, b in zip(rows, before, values, strict=True) if _contradict(a, b)]
    if differs:
        said = [
            f"row {r}: {a} in {join.layer}, {b} in {join.file}"
            for r, a, b in zip(rows, before, values, strict=True)
            if r in differs
        ]
        message = f"{what.ours} contradicts {join.layer} in {len(differs)} rows ({'; '.join(said)[:200]})"
        mend = "Settle which is right, and leave it in one place only"
        faults.append(_fault(join, message, mend, [f"row {r}" for r in differs]))
        return frame, told, faults
    nothing = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    frame[target] = frame[target].astype(object) if target in frame.columns else nothing
    frame.loc[place, target] = values.to_numpy(dtype=object)
    if rough.any() and "estimated" in layer.columns:
        frame = _marked_rough(frame, place[rough[rough].index.intersection(values.index)], what.ours, layer)
    return frame.rename(columns={target: what.ours}) if target != what.ours else frame, told, faults


def _marked_rough(frame: pd.DataFrame, place: Any, ours: str, layer: Layer) -> Any:
    """Mark the rows that a ledger says about how much of as estimated."""
    name = _column(frame, layer, "estimated")
    marks = frame[name] if name else pd.Series(None, index=frame.index, dtype="str")
    return frame.drop(columns=[name] if name else []).assign(
        estimated=mark(marks.astype("str"), pd.Series(frame.index.isin(place), index=frame.index), ours)
    )


def _contradict(before: Cell, after: Cell) -> bool:
    """Tell whether two cells say different things: numbers by what they are, texts folded, the rest as it is."""
    if before is None or (isinstance(before, float) and pd.isna(before)):
        return False
    one, two = (folded(v) for v in (before, after))
    try:
        return float(one) != float(two)
    except ValueError:
        return one != two


def _read(
    cells: pd.Series[Any], column: Column, what: _Cells, join: Join
) -> tuple[pd.Series[Any], list[Act], list[Fault], Any]:
    """Read cells as their column wants them, with what is told, what cannot be read, and what is only about so."""
    raw = pd.Series(cells.to_numpy(dtype=object), index=cells.index)
    if column.dtype not in ("float", "int"):
        values = texts(raw) if column.dtype == "str" else truths(raw)
        lost = raw.notna() & values.isna() & (raw.astype(str).str.strip() != "")
        read = Numbers(values, lost, pd.Series(False, index=raw.index), [])
    else:
        unit = heading(what.theirs).unit or ""
        factor = unit_factor(unit, column.unit) if unit else 1.0
        if factor is None:
            message = f"{what.theirs} is in {unit}, expected {column.unit or 'a plain number'}"
            nothing = pd.Series(None, index=raw.index, dtype=object)
            return nothing, [], [_fault(join, message, "Correct the heading")], nothing.notna()
        read = read_numbers(raw, column.unit, factor)
        if column.dtype == "int":
            whole = whole_numbers(read.values)
            read = Numbers(whole, read.lost | (whole.isna() & read.values.notna()), read.rough, read.told)
    told = [_act(join, "", "numbers", f"{join.file}: {what.ours}: {line}") for line in read.told]
    faults = []
    if read.lost.any():
        rows = [f"row {r}" for r, gone in zip(what.rows, read.lost, strict=True) if gone]
        seen = ", ".join(sorted({repr(v) for v in raw[read.lost]})[:3])
        message = f"{what.ours} holds {seen}, expected {column.dtype}, in the column {what.theirs}"
        fault = _fault(join, message, f"Correct these cells in {join.file}", rows)
        faults = [replace(fault, rule="type", column=what.ours)]
    return read.values, told, faults, read.rough


def marked(buildings: pd.DataFrame, values: pd.Series[Any], column: str, layer: Layer) -> Any:
    """Put spread values into raw rows of buildings, by id, marked as estimated."""
    ids = texts(buildings[_column(buildings, layer, "id")])
    own = _column(buildings, layer, column)
    before = pd.to_numeric(buildings[own], errors="coerce") if own in buildings else pd.Series(np.nan, buildings.index)
    before = before.astype("float64")
    new = before.isna() & ids.isin(values.index[values.notna()])
    cells = before.where(~new, ids.map(values)).astype("Int64")
    name = _column(buildings, layer, "estimated")
    marks = buildings[name] if name else pd.Series(None, index=buildings.index, dtype="str")
    rest = buildings.drop(columns=[c for c in (own, name) if c])
    return rest.assign(**{column: cells, "estimated": mark(marks.astype("str"), new, column)})
