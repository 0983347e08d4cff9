"""Give a raw table the columns, types and defaults of its layer dictionary; report every act."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from spatialreno.area.place.crs import LONLAT
from spatialreno.area.repair import in_single_parts, repaired
from spatialreno.area.rules.checked import row_names
from spatialreno.catalog import Column, Layer
from spatialreno.errors import Fault

_TRUE = frozenset({"true", "1", "1.0", "yes", "y", "t", "是", "有"})
_FALSE = frozenset({"false", "0", "0.0", "no", "n", "f", "否", "无"})

_MOST_EXACT = 2.0**53  # beyond this a float no longer tells whole numbers apart


@dataclass
class Notes:
    """What was found and what was done while a layer is brought into form."""

    faults: list[Fault] = field(default_factory=list)
    acts: list[dict[str, str]] = field(default_factory=list)
    valid: dict[str, Any] = field(default_factory=dict)  # which shapes of a layer are, while they stay as they are

    def act(self, layer: str, ids: str, rule: str, reason: str) -> None:
        """Write down one act; no ids stand for the whole layer."""
        self.acts.append({"layer": layer, "id": ids, "rule": rule, "reason": reason})

    def fault(self, layer: str, ids: Any, rule: str, message: str, mend: str) -> None:
        """Write down one fault."""
        self.faults.append(Fault(layer, tuple(map(str, ids)), rule, message, mend))


def conform(frame: pd.DataFrame | None, layer: Layer, notes: Notes) -> pd.DataFrame:
    """Return the table in the form of its dictionary, sorted by id; the input stays as it was.

    Parameters
    ----------
    frame
        Raw rows, ids in a column ``id`` or in the index; None for a layer that is not there.
    layer
        The dictionary.
    notes
        Gathers faults and acts.
    """
    if frame is None:
        return empty(layer)
    frame = _with_id_column(frame, layer)
    frame = _renamed(frame, layer, notes)
    frame, cut = in_single_parts(frame, layer)
    if cut:
        notes.act(
            layer.name, ", ".join(cut), "parts", f"{len(cut)} rows of several parts cut into rows of one (id/1, id/2 …)"
        )
    crs = frame.crs if isinstance(frame, gpd.GeoDataFrame) else None
    data = {name: _cells(frame, column, layer, notes) for name, column in layer.columns.items()}
    if layer.is_table:
        result: pd.DataFrame = pd.DataFrame(data)
    else:
        result = gpd.GeoDataFrame(data, geometry=_flat(frame, layer, notes), crs=crs)
    return _indexed(result, layer, notes)


def empty(layer: Layer) -> pd.DataFrame:
    """Return a layer without rows but with all its columns."""
    names = [n for n in layer.columns if not (n == "id" and layer.has_id)]
    index = pd.Index([], dtype="str", name="id") if layer.has_id else pd.RangeIndex(0)
    data = {name: pd.array([], dtype=_pandas_dtype(layer.columns[name])) for name in names}
    return pd.DataFrame(data, index=index) if layer.is_table else gpd.GeoDataFrame(data, geometry=[], index=index)


def _with_id_column(frame: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    if layer.has_id and "id" not in frame.columns and frame.index.name == "id":
        return frame.reset_index()
    return frame.reset_index(drop=True)


def _renamed(frame: pd.DataFrame, layer: Layer, notes: Notes) -> pd.DataFrame:
    names = {}
    for column in layer.columns.values():
        found = [a for a in column.aliases if a in frame.columns]
        if found and column.column not in frame.columns:
            names[found[0]] = column.column
            notes.act(layer.name, "", "renamed", f"column {found[0]} read as {column.column}")
    frame = frame.rename(columns=names)
    shapes = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    unknown = sorted(set(map(str, frame.columns)) - set(layer.columns) - {"geometry", shapes})
    if unknown:
        notes.act(layer.name, "", "unknown column", f"left out: {', '.join(unknown)}")
    derived = [c for c in layer.of_status("derived") if c in frame.columns]
    if derived:
        notes.act(layer.name, "", "derived column", f"derived again: {', '.join(derived)}")
    return frame


def _cells(frame: pd.DataFrame, column: Column, layer: Layer, notes: Notes) -> pd.Series[Any]:
    if column.column not in frame.columns or column.status == "derived":
        nothing = pd.Series([None], dtype=_pandas_dtype(column))
        cells = nothing.take(np.zeros(len(frame), dtype=int)).set_axis(frame.index)
    else:
        cells = _typed(frame[column.column], column, layer, frame, notes)
    return _with_default(cells, column, layer, frame, notes)


def _typed(raw: pd.Series[Any], column: Column, layer: Layer, frame: pd.DataFrame, notes: Notes) -> pd.Series[Any]:
    cells = {"str": texts, "float": _numbers, "int": _whole_numbers, "bool": _truths}[column.dtype](raw)
    lost = raw.notna() & cells.isna() & (raw.astype(str).str.strip() != "")
    if lost.any():
        seen = ", ".join(sorted({repr(v) for v in raw[lost]})[:3])
        notes.fault(
            layer.name,
            _names(frame, lost),
            "type",
            f"{column.column} holds {seen}, expected {column.dtype}",
            f"Correct {column.column} in these rows",
        )
    return cells


def texts(raw: pd.Series[Any]) -> pd.Series[Any]:
    """Read cells as text; whole numbers lose their point, blanks become nothing."""

    if isinstance(raw.dtype, pd.StringDtype):
        plain = raw.str.strip()
        return plain if (plain != "").all() else plain.where(plain != "")

    def text(value: Any) -> str | None:
        if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a column of whole numbers with a gap arrives as floats
        return str(value).strip() or None

    return pd.Series([text(v) for v in raw], index=raw.index, dtype="str")


def _numbers(raw: pd.Series[Any]) -> pd.Series[Any]:
    numbers = pd.to_numeric(raw, errors="coerce").astype("float64")
    return numbers.where(np.isfinite(numbers))


def _whole_numbers(raw: pd.Series[Any]) -> pd.Series[Any]:
    numbers = _numbers(raw)
    exact = (numbers == numbers.round()) & (numbers.abs() <= _MOST_EXACT)
    return numbers.where(exact).astype("Int64")


def _truths(raw: pd.Series[Any]) -> pd.Series[Any]:
    words = raw.astype(str).str.strip().str.lower()
    truth = words.map({**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)})
    return truth.astype("boolean")


def _with_default(
    cells: pd.Series[Any], column: Column, layer: Layer, frame: pd.DataFrame, notes: Notes
) -> pd.Series[Any]:
    missing = cells.isna()
    if column.status != "optional" or not column.default or not missing.any():
        return cells
    value: Any = column.default
    if column.dtype in ("float", "int"):
        value = float(value)
    elif column.dtype == "bool":
        value = value == "true"
    if column.column != "inferred":  # not being inferred is no news
        where = _listed(frame, missing)
        notes.act(layer.name, where, "default", f"{column.column} = {column.default} in {missing.sum()} rows")
    return cells.fillna(value)


def _flat(frame: pd.DataFrame, layer: Layer, notes: Notes) -> gpd.GeoSeries:
    """Mend what has one meaning only, and tell each row."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        notes.fault(layer.name, (), "geometry", "has no geometry", f"Give {' or '.join(layer.geometry)} rows")
        return gpd.GeoSeries([None] * len(frame), index=frame.index, crs=LONLAT)
    shapes, mended, notes.valid[layer.name] = repaired(frame.geometry.to_numpy())
    for rows, rule, what in mended:
        notes.act(layer.name, _listed(frame, rows), rule, f"{what} in {rows.sum()} rows")
    return gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)


def _indexed(frame: pd.DataFrame, layer: Layer, notes: Notes) -> pd.DataFrame:
    if not layer.has_id:
        return _sorted_table(frame, layer, notes)
    nameless = frame["id"].isna()
    if nameless.any():
        names = _names(frame, nameless)
        aliases = ", ".join(layer.columns["id"].aliases)
        mend = f"Give every row an id of its own, in a column id (or {aliases})"
        notes.fault(layer.name, names, "id", f"{nameless.sum()} rows have no id", mend)
        frame.loc[nameless, "id"] = names
    twice = frame["id"].duplicated(keep=False)
    if twice.any():
        ids = sorted(frame.loc[twice, "id"].unique())
        notes.fault(layer.name, ids, "id", "ids are used more than once", "Give every row an id of its own")
    order = np.asarray(frame["id"].argsort(kind="stable"))
    if layer.name in notes.valid:
        notes.valid[layer.name] = notes.valid[layer.name][order]
    return frame.iloc[order].set_index("id")


def _sorted_table(frame: pd.DataFrame, layer: Layer, notes: Notes) -> pd.DataFrame:
    """Sort a table without ids by what its rows say; the same row twice would count twice."""
    keys = layer.of_status("required")
    twice = frame.duplicated(keys, keep=False) & frame[keys].notna().all(axis=1)
    if twice.any():
        names = sorted(set(row_names(frame[twice], layer)))
        notes.fault(layer.name, names, "row", f"rows with the same {', '.join(keys)}", "Leave one of them")
    return frame.sort_values([*keys, *(c for c in frame.columns if c not in keys)], kind="stable", ignore_index=True)


def _names(frame: pd.DataFrame, rows: Any) -> list[str]:
    """Name raw rows by id, or by their place in the file when they have none."""
    ids = texts(frame["id"]) if "id" in frame.columns else pd.Series(index=frame.index, dtype="str")
    places = [f"row {i + 1}" for i in range(len(frame))]
    return list(ids.where(ids.notna(), places)[np.asarray(rows, dtype=bool)])


def _listed(frame: pd.DataFrame, rows: Any) -> str:
    """Join the names of some rows; nothing stands for all of them."""
    return "" if np.asarray(rows, dtype=bool).all() else ", ".join(_names(frame, rows))


def _pandas_dtype(column: Column) -> Any:
    return {"str": "str", "float": "float64", "int": "Int64", "bool": "boolean"}[column.dtype]
