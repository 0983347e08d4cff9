"""Read the rows of one source: by the reader of its kind, in our columns and words, in its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from spatialreno.area import crs_name, half_characters, on_new_datum, on_the_plan, same_system, shifted, stated_crs
from spatialreno.catalog import Catalog, Layer, find_column, folded
from spatialreno.errors import InputError
from spatialreno.files import geojson_rows, refused
from spatialreno.formats.readers.entry import Act, Source
from spatialreno.formats.readers.gdal import read_gdal, read_parquet
from spatialreno.formats.readers.raw import RawTable
from spatialreno.formats.readers.sniff import FileKind, sniff

_METRES = {"": 1.0, "m": 1.0, "cm": 0.01, "mm": 0.001}


def read_source(path: Path, source: Source, layer: Layer, catalog: Catalog) -> tuple[pd.DataFrame, list[Act]]:
    """Read the rows of one source in our columns and words.

    Parameters
    ----------
    path
        The file; whether it may be read from there is the caller's to know.
    source
        How it is to be read.
    layer
        The layer that the rows are for.
    catalog
        What usual words and drawing layers mean.

    Returns
    -------
    tuple
        The rows, and what was understood or done: layer, id, rule, reason.

    Raises
    ------
    InputError
        Naming file, layer and rows.
    """
    acts: list[Act] = []
    frame = _rows(path, source, layer, catalog, acts)
    frame = _in_our_columns(frame, source, layer, path)
    frame = in_our_words(frame, layer, catalog, acts, source.words)
    frame = _with_values(frame, source, layer, path, acts)
    if isinstance(frame, gpd.GeoDataFrame):
        frame = _in_place(frame, source, layer, path, acts)
    return frame, acts


def _rows(path: Path, source: Source, layer: Layer, catalog: Catalog, acts: list[Act]) -> pd.DataFrame:
    kind = sniff(path)
    if kind.kind == "geojson":
        frame, told = geojson_rows(path, _stated(source, path))
        ids: list[str] = []
    else:
        raw = read_raw(path, kind, source, catalog, layer)
        frame, told = raw.frame(path, ("id", *layer.columns["id"].aliases) if layer.has_id else ())
        ids = raw.ids
    acts += [{"layer": layer.name, "id": i, "rule": rule, "reason": f"{path.name}: {why}"} for rule, why, i in told]
    _refuse_halves(frame, path)
    return _with_ids(frame, layer, ids, acts)


def _refuse_halves(frame: pd.DataFrame, path: Path) -> None:
    """Refuse text that holds half a character, which can be neither compared nor written."""
    for column, rows in half_characters(frame).items():
        names = [f"row {i + 1}" for i in rows]
        raise refused(path, f"{column!a} holds half characters in {len(rows)} rows", "Type the text again", names)


def read_raw(path: Path, kind: FileKind, source: Source, catalog: Catalog, layer: Layer | None = None) -> RawTable:
    """Read rows just as the file has them, by the reader of its kind."""
    if kind.status == "osm":
        raise refused(path, f"is {kind.title}", kind.mend)
    if kind.status == "unpack":
        from spatialreno.formats.readers.packed import read_packed

        def inside(inner: Path, its: FileKind, named: bool) -> RawTable:
            own = source.model_copy(update={"layer": ""}) if named else source
            return read_raw(inner, its, own, catalog, layer)

        return read_packed(path, inside, source.layer)
    if kind.kind == "geojson":
        return _as_raw(*geojson_rows(path, _stated(source, path)))
    if kind.kind == "parquet":
        return read_parquet(path)
    if kind.kind == "kml":
        from spatialreno.formats.readers.kml import read_kml

        return read_kml(path, layer=source.layer)
    if kind.kind in ("xlsx", "xls", "ods", "csv"):
        from spatialreno.formats.readers.tables.spreadsheet import read_sheet

        return read_sheet(path, kind, source, _known(catalog, layer))
    if kind.kind == "dxf":
        from spatialreno.formats.readers.drawings.dxf import read_dxf

        return read_dxf(path, source, layer, catalog)
    return read_gdal(path, kind, layer=source.layer, encoding=source.encoding)


def _known(catalog: Catalog, layer: Layer | None) -> set[str]:
    """List the names of columns by which the heading of a table is told: of one layer, or of all."""
    layers = [layer] if layer is not None else list(catalog.layers.values())
    return {n for one in layers for c in one.columns.values() for n in (c.column, *c.aliases)}


def _as_raw(frame: gpd.GeoDataFrame, told: list[tuple[str, str, str]]) -> RawTable:
    columns = {str(c): frame[c].tolist() for c in frame if c != "geometry"}
    shapes = list(shapely.to_wkb(frame.geometry.to_numpy())) if len(frame) else []
    crs = None if frame.crs is None else frame.crs.to_wkt()
    return RawTable(columns, shapes, crs, [str(i + 1) for i in range(len(frame))], told)


def _stated(source: Source, path: Path) -> CRS | None:
    """Read the coordinate system that ``area.toml`` states for a file."""
    if not source.crs:
        return None
    try:
        return on_the_plan(stated_crs(source.crs, f"{path.name}: crs"))
    except InputError as error:
        raise refused(path, f"crs {source.crs!r} in area.toml is no coordinate system", "Give an EPSG code") from error


def _with_ids(frame: pd.DataFrame, layer: Layer, ids: list[str], acts: list[Act]) -> pd.DataFrame:
    """Number rows by the file when not one of them brings an id of its own."""
    if not layer.has_id or not len(frame):
        return frame
    names = ("id", *layer.columns["id"].aliases)
    own = [n for n in names if n in frame.columns]
    if any(frame[n].notna().any() for n in own) or not ids:
        return frame
    reason = f"the file has no ids; its own row numbers are used ({ids[0]} … {ids[-1]})"
    acts.append({"layer": layer.name, "id": "", "rule": "ids given", "reason": reason})
    return frame.drop(columns=own).assign(id=ids)


def _in_our_columns(frame: pd.DataFrame, source: Source, layer: Layer, path: Path) -> pd.DataFrame:
    unknown = sorted({*source.columns, *source.values, *source.words} - set(layer.columns))
    if unknown:
        mend = f"Columns are {', '.join(layer.columns)}"
        raise refused(path, f"area.toml maps columns that {layer.name} does not have ({', '.join(unknown)})", mend)
    there = [str(c) for c in frame.columns if c != "geometry"]
    found = {ours: find_column([theirs], there) for ours, theirs in source.columns.items()}
    gone = [source.columns[ours] for ours, column in found.items() if column is None]
    if gone:
        what = f"has no column {', '.join(sorted(gone))}, which area.toml names"
        raise refused(path, what, f"Its columns are {', '.join(' '.join(c.split()) for c in there)}")
    ours = {column[0]: our + (f"({column[1]})" if column[1] else "") for our, column in found.items() if column}
    clash = [c for c in frame.columns if c in source.columns and c not in ours]
    return frame.drop(columns=clash).rename(columns=ours)


_TITLES = ("title_zh", "title_en")


def _usual_words(layer: str, catalog: Catalog) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    for row in catalog.rows("word_aliases"):
        if row["layer"] == layer:
            words.setdefault(row["column"], {})[folded(row["theirs"])] = row["ours"]
    titles = [r for r in catalog.rows("words") if r["layer"] == layer]
    kinds = catalog.rows("facilities") if layer == "facilities" else []
    titles += [{"column": "kind", "value": k["kind"], **{t: k[t] for t in _TITLES}} for k in kinds]
    for row in titles:
        for title in filter(None, (row[t] for t in _TITLES)):
            words.setdefault(row["column"], {}).setdefault(folded(title), row["value"])
    return words


def in_our_words(
    frame: pd.DataFrame,
    layer: Layer,
    catalog: Catalog,
    acts: list[Act],
    own: Mapping[str, dict[str, str]] = MappingProxyType({}),
) -> pd.DataFrame:
    """Translate usual Chinese words, and those that ``area.toml`` adds, into the words of the dictionary."""
    usual = _usual_words(layer.name, catalog)
    for column in layer.columns.values():
        words = {w: w for w in column.allowed} | usual.get(column.column, {})
        words |= {folded(theirs): ours for theirs, ours in own.get(column.column, {}).items()}
        found = find_column((column.column, *column.aliases), frame.columns) if words else None
        if found is None:
            continue
        name = found[0]
        texts = {cell for cell in frame[name] if isinstance(cell, str)}  # a rogue's cell may hold a list
        said = {text: words[folded(text)] for text in texts if folded(text) in words}
        told = ", ".join(f"{theirs} as {ours}" for theirs, ours in sorted(said.items()) if theirs.strip() != ours)
        if any(theirs != ours for theirs, ours in said.items()):
            frame = frame.assign(
                **{name: frame[name].map(lambda v, said=said: said.get(v, v) if isinstance(v, str) else v)}
            )
        if told:
            acts.append({"layer": layer.name, "id": "", "rule": "words", "reason": f"{column.column}: read {told}"})
    return frame


def _with_values(frame: pd.DataFrame, source: Source, layer: Layer, path: Path, acts: list[Act]) -> pd.DataFrame:
    """Give rows that say nothing of a column the value that ``area.toml`` states; what a row says itself stays."""
    for column, value in source.values.items() if len(frame) else ():
        found = find_column((column, *layer.columns[column].aliases), [c for c in frame.columns if c != "geometry"])
        if found is None:
            frame = frame.assign(**{column: value})
            continue
        empty = frame[found[0]].isna()
        cells = frame[found[0]].astype(object)
        frame = frame.assign(**{found[0]: cells.where(~empty, value)})
        if not empty.all():
            why = f"{path.name}: {column} = {value} in {empty.sum()} rows; {(~empty).sum()} say for themselves"
            acts.append({"layer": layer.name, "id": "", "rule": "values", "reason": why})
    return frame


def _in_place(frame: gpd.GeoDataFrame, source: Source, layer: Layer, path: Path, acts: list[Act]) -> gpd.GeoDataFrame:
    """Give the rows the coordinates that the file and ``area.toml`` together state."""
    frame = _with_stated_crs(frame, _stated(source, path), path, acts, layer)
    done = []
    if source.unit in ("cm", "mm"):
        factor = _METRES[source.unit]
        frame = frame.set_geometry(frame.geometry.affine_transform([factor, 0, 0, factor, 0, 0]))
        done.append(("unit", f"coordinates read as {source.unit}"))
    if source.swap:
        frame = frame.set_geometry(frame.geometry.affine_transform([0, 1, 1, 0, 0, 0]))
        done.append(("swap", "northing and easting were swapped back"))
    if source.shift:
        frame = shifted(frame, source.shift)
        done.append(("shift", f"converted from {source.shift} to WGS 84 by fixed point, to 1e-6 m"))
    if source.datum_shift is not None and frame.crs is not None and len(frame):
        east, north = source.datum_shift
        old = crs_name(frame.crs)
        frame = on_new_datum(frame, source.datum_shift)
        done.append(("datum", f"read from {old} as on CGCS2000, moved by {east:g} m east and {north:g} m north"))
    acts += [{"layer": layer.name, "id": "", "rule": rule, "reason": f"{path.name}: {why}"} for rule, why in done]
    return frame


def _with_stated_crs(frame: gpd.GeoDataFrame, crs: CRS | None, path: Path, acts: list[Act], layer: Layer) -> Any:
    if crs is None:
        return frame
    if frame.crs is None:
        why = f"{path.name}: declares no coordinate system; {crs_name(crs)} as area.toml says"
        acts.append({"layer": layer.name, "id": "", "rule": "stated crs", "reason": why})
        return frame.set_crs(crs)
    if not same_system(frame.crs, crs):
        mend = "Take crs out of area.toml, or correct the file (QGIS: Assign Projection)"
        message = f"declares {crs_name(frame.crs)}, but area.toml says {crs_name(crs)}"
        raise refused(path, message, mend, rule="coordinate system")
    return frame


def source_table(source: Source) -> str | dict[str, Any]:
    """Write a source as it stands in ``area.toml``: short when only the file is named."""
    table = {k: v for k, v in source.model_dump().items() if v not in ("", {}, False, None, 0)}
    return source.file if set(table) == {"file"} else table


def files_table(files: Mapping[str, tuple[Source, ...]]) -> dict[str, Any]:
    """Write all sources as the table ``[files]``."""
    return {n: source_table(s[0]) if len(s) == 1 else [source_table(x) for x in s] for n, s in files.items()}
