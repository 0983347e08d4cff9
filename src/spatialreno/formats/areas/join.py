"""Tables joined to layers by id or name; a ledger's households spread over buildings so that they sum to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from spatialreno.area import HOME_USES, mark, owners, texts
from spatialreno.catalog import Layer
from spatialreno.errors import Fault
from spatialreno.formats.readers.source import Act


class Join(BaseModel):
    """One entry of ``[[joins]]`` in ``area.toml``: a table whose rows say more about the rows of a layer.

    Attributes
    ----------
    file, sheet
        The table, and its sheet when it has several.
    layer
        The layer whose rows are meant.
    by
        Our column that tells rows apart (``id`` or ``name``) = theirs.
    columns
        Our column = theirs: what is filled.
    spread
        Columns of compounds whose number is spread over their buildings (``households``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str
    layer: str
    by: dict[str, str]
    sheet: str = ""
    columns: dict[str, str] = {}
    spread: tuple[str, ...] = ()


def join_rows(
    frame: pd.DataFrame, table: pd.DataFrame, join: Join, layer: Layer, rows: list[str]
) -> tuple[pd.DataFrame, list[Act], list[Fault]]:
    """Fill columns of a layer from a table.

    Parameters
    ----------
    frame
        The layer, in our columns; cells that are filled keep their value unless the table says another.
    table
        The ledger, in its own columns.
    join
        How they belong together.
    layer
        The layer's dictionary.
    rows
        How the table names its rows (numbers of lines).

    Returns
    -------
    tuple
        The filled layer; acts, one for each row that was joined or has no place (``to be placed``); faults:
        keys missing, given twice, or values that contradict the layer.
    """
    (ours, theirs), *_ = join.by.items()
    faults = _key_faults(frame, table, join, layer, rows, ours, theirs)
    if faults:
        return frame, [], faults
    frame = frame.copy()
    own = _keys(frame[_column(frame, layer, ours)])
    keys = _keys(table[theirs])
    place = keys.map(dict(zip(own, frame.index, strict=True)))
    acts = _unplaced(table, join, rows, keys, place)
    there = place.notna().to_numpy()
    for our, their in join.columns.items():
        target = _column(frame, layer, our) or our
        faults += _fill(frame, target, place[there], table[their][there], join, own)
        frame = frame.rename(columns={target: our}) if target != our else frame
    filled = ", ".join(f"{our} from {their}" for our, their in join.columns.items())
    acts.append(_act(join, "", "joined", f"{join.file}: {there.sum()} of {len(table)} rows by {ours}; {filled}"))
    bare = sorted(set(own.dropna()) - set(keys.dropna()))
    if bare:
        reason = f"{join.file}: has no row for {len(bare)} of {len(frame)}: {', '.join(bare[:8])}"
        acts.append(_act(join, "", "not in the table", reason))
    return frame, acts, faults


def _act(join: Join, ids: str, rule: str, reason: str) -> Act:
    return {"layer": join.layer, "id": ids, "rule": rule, "reason": reason}


def _column(frame: pd.DataFrame, layer: Layer, ours: str) -> str:
    names = (ours, *layer.columns[ours].aliases) if ours in layer.columns else (ours,)
    return next((n for n in names if n in frame.columns), "")


def _keys(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Make keys of cells: without blanks around or within, whole numbers without their point."""

    def key(value: Any) -> str | None:
        if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "".join(str(value).split()) or None

    return pd.Series([key(v) for v in cells], index=cells.index, dtype="str")


def _key_faults(
    frame: pd.DataFrame, table: pd.DataFrame, join: Join, layer: Layer, rows: list[str], ours: str, theirs: str
) -> list[Fault]:
    def fault(message: str, mend: str, ids: Any = ()) -> Fault:
        return Fault(join.layer, tuple(map(str, ids)), "join", message, mend, file=join.file)

    gone = [c for c in (theirs, *join.columns.values()) if c not in table.columns]
    if gone:
        return [fault(f"has no column {', '.join(gone)}", f"Its columns are {', '.join(map(str, table.columns))}")]
    odd = [c for c in (ours, *join.columns, *join.spread) if c not in layer.columns]
    if odd:
        return [fault(f"{join.layer} has no column {', '.join(odd)}", f"Columns are {', '.join(layer.columns)}")]
    if not _column(frame, layer, ours):
        return [fault(f"{join.layer} has no column {ours} to join by", "Join by another column")]
    keys = _keys(table[theirs])
    found = []
    if keys.isna().any():
        ids = [f"row {rows[i]}" for i in np.flatnonzero(keys.isna())]
        found.append(fault(f"{theirs} is empty in {len(ids)} rows", "Fill it, or take the rows out", ids))
    twice = sorted(keys[keys.duplicated(keep=False)].dropna().unique())
    if twice:
        found.append(fault(f"{theirs} names a place more than once", "Leave one row for each place", twice))
    own = _keys(frame[_column(frame, layer, ours)])
    same = sorted(set(own[own.duplicated(keep=False)].dropna()) & set(keys.dropna()))
    if same:
        found.append(fault(f"{join.layer} has several rows with one {ours}", "Join by id", same))
    return found


def _unplaced(table: pd.DataFrame, join: Join, rows: list[str], keys: Any, place: Any) -> list[Act]:
    """List rows that belong to nothing on the map, with all that they say, for somebody to place."""
    acts = []
    for i in np.flatnonzero(place.isna()):
        said = "; ".join(f"{c} {v}" for c, v in table.iloc[i].items() if v is not None and not pd.isna(v))
        reason = f"{join.file}: row {rows[i]} has no geometry in {join.layer}: {said}"
        acts.append(_act(join, str(keys.iloc[i]), "to be placed", reason))
    return acts


def _fill(frame: Any, target: str, place: Any, cells: Any, join: Join, own: Any) -> list[Fault]:
    """Write cells into their rows; where the layer already says something else, neither is believed."""
    cells = cells[cells.notna()]
    place = place[cells.index]
    if target not in frame.columns:
        frame[target] = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    before = frame.loc[place, target]
    both = before.notna().to_numpy()
    differs = both & (_keys(before).to_numpy() != _keys(cells).to_numpy())
    frame[target] = frame[target].astype(object)
    frame.loc[place, target] = cells.to_numpy(dtype=object)
    if not differs.any():
        return []
    said = ", ".join(
        f"{own[p]}: {a} there, {b} here" for p, a, b in list(zip(place, before, cells, strict=True)) if a != b
    )[:200]
    message = f"{target} contradicts {join.layer} in {differs.sum()} rows ({said})"
    ids = [str(own[p]) for p in place[differs]]
    return [Fault(join.layer, tuple(ids), "join", message, "Settle which is right, and leave it in one place only")]


def spread_over_buildings(
    compounds: Any, buildings: Any, column: str, reach_m: float
) -> tuple[pd.Series[Any], list[Act], list[Fault]]:
    """Spread a number of each compound over its buildings without one, by floor area, so that it sums exactly.

    Floor area is ``floor_area_m2``, else plan area × storeys (one storey when unknown); only homes
    (``use`` residential, mixed or empty) take part. Whole numbers by largest remainder, ties by order of rows.

    Parameters
    ----------
    compounds, buildings
        Conformed layers in one CRS in metres, indexed by id.
    column
        ``households`` or ``residents``.
    reach_m
        How far a building may lie outside its compound, in metres.

    Returns
    -------
    tuple
        The buildings' column, filled; acts for each compound; faults where buildings say more than the ledger.
    """
    known = _numbers(buildings, column)
    weight = _floors(buildings)
    total = _numbers(compounds, column)
    home = owners(buildings.geometry, compounds.geometry, reach_m).to_numpy()
    values, acts, faults = known.copy(), [], []
    for compound, wanted in total.dropna().items():
        inside = home == compound
        open_rows = inside & known.isna().to_numpy() & (weight.to_numpy() > 0)
        rest = round(wanted - known[inside].sum())
        name = str(compound)
        if rest < 0 or (rest and not open_rows.any()):
            message = f"{column}: the ledger says {wanted:g}, its buildings {known[inside].sum():g}"
            mend = "Settle which is right" if inside.any() else "Draw its buildings"
            faults.append(Fault("compounds", (name,), column, message, mend, "warning"))
            continue
        if open_rows.any():
            values[open_rows] = largest_remainder(rest, weight[open_rows].to_numpy())
            why = f"{column}: {rest} of the ledger spread over {open_rows.sum()} buildings by floor area"
            acts.append({"layer": "buildings", "id": name, "rule": "spread", "reason": why})
    return values, acts, faults


def marked(buildings: Any, values: pd.Series[Any], column: str, layer: Layer) -> Any:
    """Put spread values into raw rows of buildings, by id, marked as estimated."""
    ids = texts(buildings[_column(buildings, layer, "id")])
    own = _column(buildings, layer, column)
    before = _numbers(buildings, own)
    new = before.isna() & ids.isin(values.index[values.notna()])
    cells = before.where(~new, ids.map(values)).astype("Int64")
    name = _column(buildings, layer, "estimated")
    marks = buildings[name] if name else pd.Series(None, index=buildings.index, dtype="str")
    rest = buildings.drop(columns=[c for c in (own, name) if c])
    return rest.assign(**{column: cells, "estimated": mark(marks.astype("str"), new, column)})


def largest_remainder(total: int, weights: Any) -> Any:
    """Divide a whole number by weights so that the parts are whole and sum to it.

    Examples
    --------
    >>> largest_remainder(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    """
    weights = np.asarray(weights, dtype=float)
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(int)
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: total - parts.sum()]] += 1
    return parts


def _numbers(frame: Any, column: str) -> pd.Series[Any]:
    if column not in frame.columns:
        return pd.Series(np.nan, index=frame.index, dtype="float64")
    numbers: pd.Series[Any] = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    return numbers


def _floors(buildings: Any) -> pd.Series[Any]:
    plan = buildings.geometry.area
    floors = _numbers(buildings, "floor_area_m2").fillna(plan * _numbers(buildings, "storeys").fillna(1))
    if "use" not in buildings.columns:
        return floors
    homes = buildings["use"].isna() | buildings["use"].isin(HOME_USES)
    counted: pd.Series[Any] = floors.where(homes, 0.0)
    return counted
