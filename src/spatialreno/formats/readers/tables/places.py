"""Where rows of a table are: points from columns of coordinates, shapes from a column of WKT."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.catalog import find_column
from spatialreno.files import guarded, refused, shapes_of
from spatialreno.formats.readers.raw import RawTable

if TYPE_CHECKING:
    from collections.abc import Iterable

_X = ("x", "经度", "lon", "lng", "long", "longitude", "东坐标", "横坐标", "x坐标", "坐标x", "东经", "easting",
      "wgs84_lng", "wgs_lng", "gcj02_lng", "gcj_lng", "bd09_lng", "bd_lng", "lng84")  # fmt: skip
_Y = ("y", "纬度", "lat", "latitude", "北坐标", "纵坐标", "y坐标", "坐标y", "北纬", "northing", "wgs84_lat", "wgs_lat",
      "gcj02_lat", "gcj_lat", "bd09_lat", "bd_lat", "lat84")  # fmt: skip
_BOTH = ("经纬度", "坐标", "location", "lnglat", "lonlat", "高德坐标", "百度坐标")
_PAIR = re.compile(r"^\s*[(\[]?\s*(-?\d+(?:\.\d+)?)\s*[,，;；\s]\s*(-?\d+(?:\.\d+)?)\s*[)\]]?\s*$")
_DEGREES = re.compile(
    r"^\s*(?:[东北]经?纬?|[EN])?\s*(\d{1,3})\s*[°度]\s*(?:(\d{1,2})\s*[′'分]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*[″\"秒]\s*)?[EN]?\s*$"
)
_HALF_CIRCLE = 180
_WKT = ("WKT", "geom", "geometry", "the_geom")


def placed(raw: RawTable, path: Path, *, stated: bool, x: str = "", y: str = "") -> RawTable:
    """Give rows of a table their points or shapes, when their coordinate system is stated.

    Parameters
    ----------
    raw
        Rows, by column as the file calls them.
    path
        How messages call the file.
    stated
        Whether ``area.toml`` says in which system the coordinates are.
    x, y
        Columns of easting or longitude and of northing or latitude, as ``area.toml`` names them.

    Raises
    ------
    InputError
        Columns that ``area.toml`` names are not there, or shapes that cannot be read, by row.
    """
    columns = list(raw.columns)
    found = _columns(columns, x, y, path)
    shapes = next((n for n in _WKT if n in columns and _looks_like_wkt(raw.columns[n])), None)
    if not stated:
        if found or shapes:
            names = " and ".join(dict.fromkeys(found or (str(shapes),)))
            raw.note("no place", f"coordinates in {names} are not read: state crs in area.toml (degrees: EPSG:4326)")
        return raw
    if shapes:
        return _with_shapes(raw, shapes, path)
    if found:
        return _with_points(raw, found, path)
    looked = f"names of columns that are looked for: {', '.join(_X[:7])}, with {', '.join(_Y[:6])}; or {_WKT[0]}"
    raw.note("no place", f"{looked}; state x and y in area.toml for others. Its columns are {', '.join(columns)}")
    return raw


def degrees_or_metres(raw: RawTable) -> str:
    """Tell whether a table has columns of coordinates, by their usual names: ``degrees``, ``metres`` or nothing."""
    found = _columns(list(raw.columns), "", "", Path())
    if not found:
        return ""
    first = raw.columns[found[0]]
    numbers = np.array([_pair(v)[0] if len(found) == 1 else _degrees(v) for v in first], dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return ""
    return "degrees" if (np.abs(numbers) <= _HALF_CIRCLE).all() else "metres"


def _columns(columns: list[str], x: str, y: str, path: Path) -> tuple[str, ...] | None:
    """Find the columns of coordinates: two, or one that holds both."""
    if x or y:
        pair = tuple(find_column([n], columns) for n in (x, y) if n)
        gone = [n for n, found in zip((n for n in (x, y) if n), pair, strict=True) if found is None]
        if gone:
            what = f"has no column {', '.join(gone)}, which area.toml names"
            raise refused(path, what, f"It has {', '.join(columns)}")
        return tuple(found[0] for found in pair if found is not None)
    pair = (find_column(_X, columns), find_column(_Y, columns))
    if pair[0] is not None and pair[1] is not None and pair[0] != pair[1]:
        return pair[0][0], pair[1][0]
    both = find_column(_BOTH, columns)
    return (both[0],) if both is not None else None


def _looks_like_wkt(cells: Iterable[object]) -> bool:
    first = next((str(v) for v in cells if v is not None and str(v).strip()), "")
    return bool(re.match(r"\s*(?:SRID=\d+;)?\s*[A-Za-z]+\s*(?:Z|M|ZM)?\s*(?:\(|EMPTY)", first))


def _with_shapes(raw: RawTable, column: str, path: Path) -> RawTable:
    texts = [None if v is None or not str(v).strip() else str(v) for v in raw.columns[column]]
    names = raw.ids or [f"row {i + 1}" for i in range(len(texts))]

    def read() -> Any:  # text may nest without end: that breaks a child process only
        shapes, told = shapes_of(texts, names, path, text=True)
        return list(shapely.to_wkb(shapes)), told

    shapes, told = guarded(read, path)
    rest = {k: v for k, v in raw.columns.items() if k != column}
    return RawTable(rest, shapes, None, raw.ids, [*raw.acts, *told])


def _with_points(raw: RawTable, names: tuple[str, ...], path: Path) -> RawTable:
    if len(names) == 1:
        pairs = [_pair(v) for v in raw.columns[names[0]]]
        x, y = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    else:
        x, y = (np.array([_degrees(v) for v in raw.columns[n]]) for n in names)
    xy = np.column_stack([x, y]).astype(float)
    there = np.isfinite(xy).all(axis=1)
    said = [any(raw.columns[n][i] is not None for n in names) for i in range(len(xy))]
    lost = [raw.ids[i] if raw.ids else f"row {i + 1}" for i in range(len(xy)) if said[i] and not there[i]]
    if lost:
        raise refused(path, f"{' and '.join(names)} hold no coordinates in {len(lost)} rows", "Correct them", lost)
    shapes = np.full(len(xy), None, dtype=object)
    shapes[there] = shapely.to_wkb(shapely.points(xy[there]))
    raw.note("points", f"points made from {' and '.join(names)} in {there.sum()} of {len(xy)} rows")
    rest = {k: v for k, v in raw.columns.items() if k not in names}
    return RawTable(rest, list(shapes), None, raw.ids, raw.acts)


def _pair(value: object) -> tuple[float, float]:
    found = _PAIR.match(str(value)) if value is not None else None
    return (float(found[1]), float(found[2])) if found else (np.nan, np.nan)


def _degrees(value: object) -> float:
    """Read a number, or degrees, minutes and seconds.

    >>> round(_degrees("112°25′45.6″"), 6), _degrees("631020.5")
    (112.429333, 631020.5)
    """
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return np.nan
    found = _DEGREES.match(str(value))
    if found:
        return float(found[1]) + float(found[2] or 0) / 60 + float(found[3] or 0) / 3600
    number = pd.to_numeric(str(value).strip().replace(",", ""), errors="coerce")
    return float(number)
