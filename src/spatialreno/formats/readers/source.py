"""Where a layer comes from: a file, a part of it, and how its columns, words and coordinates are to be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
from pydantic import BaseModel, ConfigDict

from spatialreno.area import crs_text, shifted, stated_crs
from spatialreno.catalog import Catalog, Layer
from spatialreno.errors import InputError
from spatialreno.files import read_geojson, read_table, refused
from spatialreno.formats.readers.gdal import read_gdal, read_parquet
from spatialreno.formats.readers.raw import RawTable
from spatialreno.formats.readers.sniff import FileKind, sniff

_METRES = {"": 1.0, "m": 1.0, "cm": 0.01, "mm": 0.001}
Act = dict[str, str]
Unit = Literal["", "m", "cm", "mm"]


class Source(BaseModel):
    """One entry of ``[files]`` in ``area.toml``; a plain file name stands for ``{ file = … }``.

    Attributes
    ----------
    file
        Name of a file in the area's folder; a ``.zip`` may hold one shapefile or GeoPackage.
    layer
        Its layer, sheet, or drawing layers (joined by ``|``, ``*`` at the end stands for any rest).
    columns
        Our column = theirs. Usual Chinese names need no entry.
    values
        Our column = one value for every row.
    words
        Our column = { theirs = ours }. Usual Chinese words need no entry.
    crs, unit, swap, shift
        What the file itself does not say: coordinate system; ``mm`` or ``cm`` of a drawing; northing
        written first; coordinates in ``gcj02`` or ``bd09``.
    encoding
        Script of a shapefile's text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    file: str
    layer: str = ""
    columns: dict[str, str] = {}
    values: dict[str, str | bool | int | float] = {}
    words: dict[str, dict[str, str]] = {}
    crs: str = ""
    unit: Unit = ""
    swap: bool = False
    shift: Literal["", "gcj02", "bd09"] = ""
    encoding: str = ""


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
    frame = frame.assign(**source.values) if source.values and len(frame) else frame
    if isinstance(frame, gpd.GeoDataFrame):
        frame = _in_place(frame, source, layer, path, acts)
    return frame, acts


def _rows(path: Path, source: Source, layer: Layer, catalog: Catalog, acts: list[Act]) -> pd.DataFrame:
    kind = sniff(path)
    if kind.kind == "geojson":
        return _with_ids(read_geojson(path), layer, [], acts)
    if kind.kind == "csv" and layer.is_table and not source.layer:
        return read_table(path)
    raw = read_raw(path, kind, source, catalog, layer)
    told = f"{path.name}: " if source.layer or kind.kind != layer.name else ""
    acts += [{"layer": layer.name, "id": ids, "rule": rule, "reason": told + why} for rule, why, ids in raw.acts]
    return _with_ids(raw.frame(), layer, raw.ids, acts)


def read_raw(path: Path, kind: FileKind, source: Source, catalog: Catalog, layer: Layer | None = None) -> RawTable:
    """Read rows just as the file has them, by the reader of its kind."""
    if kind.status == "osm":
        raise refused(path, f"is {kind.title}", kind.mend)
    if kind.status == "unpack":
        from spatialreno.formats.readers.packed import read_packed

        return read_packed(path, lambda inner, its: read_raw(inner, its, source, catalog, layer))
    if kind.kind == "parquet":
        return read_parquet(path)
    if kind.kind in ("xlsx", "csv"):
        from spatialreno.formats.readers.spreadsheet import read_sheet

        return read_sheet(path, kind, source)
    if kind.kind == "dxf":
        from spatialreno.formats.readers.dxf import read_dxf

        return read_dxf(path, source, layer, catalog)
    return read_gdal(path, kind, layer=source.layer, encoding=source.encoding)


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
    gone = sorted(set(source.columns.values()) - set(map(str, frame.columns)))
    if gone:
        there = ", ".join(str(c) for c in frame.columns if c != "geometry")
        raise refused(path, f"has no column {', '.join(gone)}, which area.toml names", f"Its columns are {there}")
    ours = {theirs: our for our, theirs in source.columns.items()}
    clash = [c for c in frame.columns if c in source.columns and c not in ours]
    return frame.drop(columns=clash).rename(columns=ours)


def _usual_words(layer: str, catalog: Catalog) -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = {}
    for row in catalog.rows("word_aliases"):
        if row["layer"] == layer:
            words.setdefault(row["column"], {})[row["theirs"]] = row["ours"]
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
        words = {**usual.get(column.column, {}), **own.get(column.column, {})}
        name = next((n for n in (column.column, *column.aliases) if n in frame.columns), None)
        if name is None or not words:
            continue
        texts = frame[name].map(lambda v: v.strip() if isinstance(v, str) else v)
        known = texts.isin(list(words))
        if known.any():
            frame = frame.assign(**{name: texts.where(~known, texts.map(words))})
            told = ", ".join(f"{theirs} as {words[theirs]}" for theirs in sorted(texts[known].unique()))
            acts.append({"layer": layer.name, "id": "", "rule": "words", "reason": f"{column.column}: read {told}"})
    return frame


def _in_place(frame: gpd.GeoDataFrame, source: Source, layer: Layer, path: Path, acts: list[Act]) -> gpd.GeoDataFrame:
    """Give the rows the coordinates that the file and ``area.toml`` together state."""
    frame = _with_stated_crs(frame, source.crs, path, acts, layer)
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
    acts += [{"layer": layer.name, "id": "", "rule": rule, "reason": f"{path.name}: {why}"} for rule, why in done]
    return frame


def _with_stated_crs(frame: Any, stated: str, path: Path, acts: list[Act], layer: Layer) -> Any:
    if not stated:
        return frame
    try:
        crs = stated_crs(stated, f"{path.name}: crs")
    except InputError as error:
        raise refused(path, f"crs {stated!r} in area.toml is no coordinate system", "Give an EPSG code") from error
    if frame.crs is None:
        why = f"{path.name}: declares no coordinate system; {crs_text(crs)} as area.toml says"
        acts.append({"layer": layer.name, "id": "", "rule": "stated crs", "reason": why})
        return frame.set_crs(crs)
    if frame.crs != crs and not frame.crs.equals(crs, ignore_axis_order=True):
        mend = "Take crs out of area.toml, or correct the file (QGIS: Assign Projection)"
        message = f"declares {crs_text(frame.crs)}, but area.toml says {crs_text(crs)}"
        raise refused(path, message, mend, rule="coordinate system")
    return frame


def source_table(source: Source) -> str | dict[str, Any]:
    """Write a source as it stands in ``area.toml``: short when only the file is named."""
    table = {k: v for k, v in source.model_dump().items() if v not in ("", {}, False)}
    return source.file if set(table) == {"file"} else table


def files_table(files: Mapping[str, tuple[Source, ...]]) -> dict[str, Any]:
    """Write all sources as the table ``[files]``."""
    return {n: source_table(s[0]) if len(s) == 1 else [source_table(x) for x in s] for n, s in files.items()}
