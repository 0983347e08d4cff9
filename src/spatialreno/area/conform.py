"""Give a raw table the columns, types and defaults of its layer dictionary; report every act."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from spatialreno.area.cells import half_characters, mark, read_numbers, texts, truths, whole_numbers
from spatialreno.area.own_columns import own_cells, that_can_stay
from spatialreno.area.place.crs import LONLAT
from spatialreno.area.repair import in_single_parts, repaired
from spatialreno.area.rules.checked import row_names
from spatialreno.catalog import Column, Layer, find_column, unit_factor
from spatialreno.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike


@dataclass
class Notes:
    """What was found and what was done while a layer is brought into form."""

    faults: list[Fault] = field(default_factory=list)
    acts: list[dict[str, Any]] = field(default_factory=list)
    valid: dict[str, Any] = field(default_factory=dict)  # which shapes of a layer are, while they stay as they are
    defaults: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)  # ids of cells filled by default
    reckoned: dict[tuple[str, str], Any] = field(default_factory=dict)  # ids of cells that follow from other cells
    rough: dict[str, Any] = field(default_factory=dict)  # rows of the layer in hand that say about how many
    known: dict[str, frozenset[str]] = field(default_factory=dict)  # own columns of a layer that were told before

    def act(self, layer: str, ids: Iterable[object], rule: str, reason: str) -> None:
        """Write down one act; no ids stand for the whole layer."""
        self.acts.append({"layer": layer, "id": tuple(map(str, ids)), "rule": rule, "reason": reason})

    def fault(self, layer: str, ids: Iterable[object], rule: str, message: str, mend: str, column: str = "") -> None:
        """Write down one fault; ``column`` is the one whose cells hold it."""
        self.faults.append(Fault(layer, tuple(map(str, ids)), rule, message, mend, column=column))


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
    frame = _in_whole_characters(frame, layer, notes)
    frame, factors, own = _renamed(frame, layer, notes)
    frame, cut = in_single_parts(frame, layer)
    if cut:
        notes.act(layer.name, cut, "parts", f"{len(cut)} rows of several parts cut into rows of one (id/1, id/2 …)")
    crs = frame.crs if isinstance(frame, gpd.GeoDataFrame) else None
    notes.rough = {}
    data = {n: _cells(frame, column, layer, notes, factors.get(n, 1.0)) for n, column in layer.columns.items()}
    data |= {name: own_cells(frame[name]) for name in own}
    for name, rows in notes.rough.items() if "estimated" in data else ():
        data["estimated"] = mark(data["estimated"], rows, name)
    if layer.is_table:
        result: pd.DataFrame = pd.DataFrame(data)
    else:
        result = gpd.GeoDataFrame(data, geometry=_flat(frame, layer, notes), crs=crs)
    return _indexed(result, layer, notes)


def empty(layer: Layer) -> pd.DataFrame:
    """Return a layer without rows but with all its columns."""
    columns = tuple((n, c.dtype) for n, c in layer.columns.items() if not (n == "id" and layer.has_id))
    return _empty(columns, layer.has_id, layer.is_table).copy(deep=False)


@lru_cache(maxsize=64)
def _empty(columns: tuple[tuple[str, str], ...], has_id: bool, is_table: bool) -> pd.DataFrame:
    index = pd.Index([], dtype="str", name="id") if has_id else pd.RangeIndex(0)
    data = {name: pd.array([], dtype=_PANDAS_DTYPES[dtype]) for name, dtype in columns}
    return pd.DataFrame(data, index=index) if is_table else gpd.GeoDataFrame(data, geometry=[], index=index)


def _with_id_column(frame: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    if layer.has_id and "id" not in frame.columns and frame.index.name == "id":
        return frame.reset_index()
    return frame.reset_index(drop=True)


def _in_whole_characters(frame: pd.DataFrame, layer: Layer, notes: Notes) -> pd.DataFrame:
    """Name the rows whose text holds half a character; a mark stands for it, so that the other rules can be asked."""
    halves = half_characters(frame)
    for column, rows in halves.items():
        names = [f"row {i + 1}" for i in rows]
        cells = frame[column].map(lambda v: v.encode("utf-8", "replace").decode() if isinstance(v, str) else v)
        frame = frame.assign(**{column: cells})
        notes.fault(layer.name, names, "text", f"{column!a} holds half characters", "Type the text again", column)
    return frame


def _renamed(frame: pd.DataFrame, layer: Layer, notes: Notes) -> tuple[pd.DataFrame, dict[str, float], list[str]]:
    """Give columns their names of the dictionary, however written; tell by what the unit of each multiplies.

    The third answer are the office's own columns, which stay as they are.
    """
    shapes = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    open_ = [str(c) for c in frame.columns if str(c) not in {*layer.columns, "geometry", shapes}]
    names, factors = {}, {}
    for column in layer.columns.values():
        found = None if column.column in frame.columns else find_column((column.column, *column.aliases), open_)
        if found is None:
            continue
        theirs, unit = found
        names[theirs] = column.column
        open_.remove(theirs)
        notes.act(layer.name, (), "renamed", f"column {_one_line(theirs)} read as {column.column}")
        factors[column.column] = _factor(theirs, unit, column, layer, notes)
    own = _own(frame, open_, layer, notes)
    derived = [c for c in layer.of_status("derived") if c in frame.columns]
    if derived:
        notes.act(layer.name, (), "derived column", f"derived again: {', '.join(derived)}")
    return frame.rename(columns=names) if names else frame, factors, own


def _own(frame: pd.DataFrame, open_: list[str], layer: Layer, notes: Notes) -> list[str]:
    """Keep columns that the dictionary does not know and that say something; tell them, and those left out, once."""
    filled = {c: _filled_cells(frame[c]) for c in sorted(open_) if c in frame.columns}
    own = that_can_stay((c for c, count in filled.items() if count), layer)
    known = notes.known.get(layer.name, frozenset())
    for word, told in (("kept, read by no rule", own), ("left out", [c for c in filled if c not in own])):
        listed = ", ".join(f"{_one_line(c)} ({filled[c]} cells)" for c in told if c not in known)
        if listed:
            notes.act(layer.name, (), "unknown column", f"{word}: {listed}")
    return own


def _factor(theirs: str, unit: str, column: Column, layer: Layer, notes: Notes) -> float:
    """Tell by what numbers under a heading are multiplied; a unit that measures another thing is a fault."""
    if not unit or column.dtype not in ("float", "int"):
        return 1.0
    factor = unit_factor(unit, column.unit)
    if factor is None:
        message = f"column {_one_line(theirs)} is in {unit}, expected {column.unit or 'a plain number'}"
        notes.fault(layer.name, (), "unit", message, f"Correct the heading, or leave {column.column} out")
        return 1.0
    if factor != 1:
        notes.act(layer.name, (), "unit", f"{column.column}: numbers in {unit} multiplied by {factor:g}")
    return factor


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _filled_cells(cells: pd.Series[Any]) -> int:
    return int(cells.notna().sum())


def _cells(frame: pd.DataFrame, column: Column, layer: Layer, notes: Notes, factor: float) -> pd.Series[Any]:
    if column.column not in frame.columns or column.status == "derived":
        nothing = _nothing(column.dtype).take(np.zeros(len(frame), dtype=int))
        cells = pd.Series(nothing, index=frame.index, copy=False)
        if not column.default:
            return cells
    else:
        cells = _typed(frame[column.column], column, layer, frame, notes, factor)
    return _with_default(cells, column, layer, frame, notes)


def _typed(
    raw: pd.Series[Any], column: Column, layer: Layer, frame: pd.DataFrame, notes: Notes, factor: float
) -> pd.Series[Any]:
    if column.dtype in ("float", "int"):
        cells, lost = _measured(raw, column, layer, frame, notes, factor)
    else:
        cells = texts(raw) if column.dtype == "str" else truths(raw)
        lost = raw.notna() & cells.isna()
        if lost.any():
            lost &= raw.astype(str).str.strip() != ""
    if lost.any():
        seen = ", ".join(sorted({repr(v) for v in raw[lost]})[:3])
        notes.fault(
            layer.name,
            _names(frame, lost),
            "type",
            f"{column.column} holds {seen}, expected {column.dtype}",
            f"Correct {column.column} in these rows",
            column.column,
        )
    return cells


def _measured(
    raw: pd.Series[Any], column: Column, layer: Layer, frame: pd.DataFrame, notes: Notes, factor: float
) -> tuple[pd.Series[Any], Any]:
    """Read numbers; what was read as what is told, and rows that say about how many are marked as estimated."""
    read = read_numbers(raw, column.unit, factor)
    for what in read.told:
        notes.act(layer.name, (), "numbers", f"{column.column}: {what}")
    if read.rough.any():
        notes.rough[column.column] = read.rough
    if column.dtype == "float":
        return read.values, read.lost
    whole = whole_numbers(read.values)
    return whole, read.lost | (whole.isna() & read.values.notna())


def _with_default(
    cells: pd.Series[Any], column: Column, layer: Layer, frame: pd.DataFrame, notes: Notes
) -> pd.Series[Any]:
    if column.status != "optional" or not column.default:
        return cells
    missing = cells.isna()
    if not missing.any():
        return cells
    value: Any = column.default
    if column.dtype in ("float", "int"):
        value = float(value)
    elif column.dtype == "bool":
        value = value == "true"
    if column.unit in ("m", "mm"):  # what a shape shows may stand for it
        notes.defaults[layer.name, column.column] = frozenset(_names(frame, missing))
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


def _names(frame: pd.DataFrame, rows: ArrayLike) -> list[str]:
    """Name raw rows by id, or by their place in the file when they have none."""
    ids = texts(frame["id"]) if "id" in frame.columns else pd.Series(index=frame.index, dtype="str")
    places = [f"row {i + 1}" for i in range(len(frame))]
    return list(ids.where(ids.notna(), places)[np.asarray(rows, dtype=bool)])


def _listed(frame: pd.DataFrame, rows: ArrayLike) -> list[str]:
    """List the names of some rows; none stand for all of them."""
    return [] if np.asarray(rows, dtype=bool).all() else _names(frame, rows)


@cache
def _nothing(dtype: str) -> Any:
    """One cell without anything in it."""
    return pd.Series([None], dtype=_PANDAS_DTYPES[dtype]).array


_PANDAS_DTYPES: dict[str, Any] = {"str": "str", "float": "float64", "int": "Int64", "bool": "boolean"}
