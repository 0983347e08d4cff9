"""Repairs of shapes that have one meaning only; each is told, everything else is left for the rules to refuse."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatialreno._types import Array
from spatialreno.catalog import Layer

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_AMOUNTS = frozenset({"household", "person", "m2", "unit", "yuan", "space", "bed", "place", "m3/h", "MW", "kW"})
_WHOLE = frozenset({"compounds", "buildings"})  # rights, votes and people hang on them: they are not cut
_MOST = 5_000  # vertices; rebuilding takes the square of them at worst
_SAME = 1e-9  # share of the area by which a rebuilt ring may differ

Told = list[tuple[npt.NDArray[np.bool_], str, str]]


def repaired(shapes: Array) -> tuple[Array, Told, npt.NDArray[np.bool_]]:
    """Mend what has one meaning: heights, repeated points, collections of one, rings that touch themselves.

    Parameters
    ----------
    shapes
        Geometries in any CRS; left as they are.

    Returns
    -------
    tuple
        The shapes; which rows were mended: (rows, rule, what was done); and which are valid now.
    """
    told: Told = []
    with_z = shapely.has_z(shapes)
    if with_z.any():
        told.append((with_z, "heights", "heights left out"))
        shapes = shapely.force_2d(shapes)
    single = (shapely.get_type_id(shapes) >= 4) & (shapely.get_num_geometries(shapes) == 1)
    if single.any():
        told.append((single, "multi", "collections of one opened"))
        shapes = np.where(single, shapely.get_geometry(shapes, 0), shapes)
    shapes = _without_repeats(shapes, told)
    shapes, valid = _rebuilt(shapes, told)
    return shapes, told, valid


def _without_repeats(shapes: Array, told: Told) -> Array:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    rows = np.flatnonzero((np.diff(xy, axis=0) == 0).all(axis=1) & (np.diff(owner) == 0))
    if not len(rows):
        return shapes
    some = np.unique(owner[rows])  # parts of one row may meet: only what gets fewer points had any twice
    plain = shapes.copy()
    plain[some] = _fewer_points(shapes[some])
    fewer = shapely.get_num_coordinates(plain) < shapely.get_num_coordinates(shapes)
    if not fewer.any():
        return shapes
    told.append((fewer, "repeated points", "points drawn twice taken out"))
    return np.where(fewer, plain, shapes)


def _fewer_points(shapes: Array) -> Array:
    """Take points out that are drawn twice; a ring that is one point stays as it is, for the rules to refuse."""
    try:
        fewer: Array = shapely.remove_repeated_points(shapes, 0.0)
    except shapely.errors.GEOSException:
        fewer = shapes.copy()
        for i, shape in enumerate(shapes):
            with suppress(shapely.errors.GEOSException):
                fewer[i] = shapely.remove_repeated_points(shape, 0.0)
    return fewer


def _rebuilt(shapes: Array, told: Told) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Rebuild rings that touch themselves without crossing: a yard drawn round in one stroke."""
    valid = shapely.is_valid(shapes)
    bad = np.flatnonzero(~valid & (shapely.get_type_id(shapes) == 3))
    done = np.zeros(len(shapes), dtype=bool)
    mended = shapes.copy()
    for i in bad:
        whole = _one_meaning(shapes[i])
        if whole is not None:
            mended[i], done[i] = whole, True
    if not done.any():
        return shapes, valid
    told.append((done, "rebuilt", "rings that touch themselves rebuilt, area kept"))
    return mended, np.where(done, shapely.is_valid(mended), valid)


def _one_meaning(shape: BaseGeometry) -> Any:
    """Rebuild a polygon when its edges neither cross nor cancel: one part, with the area its edges enclose."""
    if not str(shapely.is_valid_reason(shape)).startswith("Ring Self-intersection"):
        return None  # its edges cross: there is no telling which side was meant
    xy = shapely.get_coordinates(shape.exterior)
    if len(xy) > _MOST or not np.isfinite(xy).all() or shapely.get_num_interior_rings(shape):
        return None
    whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if whole.geom_type != "Polygon" or whole.is_empty:
        return None
    x, y = (xy - xy[0]).T
    enclosed = abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2
    return whole if abs(whole.area - enclosed) <= _SAME * max(enclosed, 1e-12) else None


def in_single_parts(frame: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, list[str]]:
    """Cut rows of several parts into rows of one, ``W1`` into ``W1/1``, ``W1/2``.

    Compounds and buildings stay whole, as do rows that state an amount (households, area): how it is to be
    shared is for the planner to say.

    Returns
    -------
    tuple
        The rows, and the ids that were cut.
    """
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None or layer.name in _WHOLE:
        return frame, []
    shapes = frame.geometry.to_numpy()
    several = (shapely.get_type_id(shapes) >= 4) & (shapely.get_num_geometries(shapes) > 1)
    amounts = [c.column for c in layer.columns.values() if c.unit in _AMOUNTS and c.column in frame.columns]
    several &= ~frame[amounts].notna().any(axis=1).to_numpy() if amounts else True
    if not several.any() or "id" not in frame.columns:
        return frame, []
    parts = shapely.get_num_geometries(shapes)
    rows = np.repeat(np.arange(len(frame)), np.where(several, np.maximum(parts, 1), 1))
    number = np.arange(len(rows)) - np.searchsorted(rows, rows)
    cut = several[rows]
    single = np.where(cut, shapely.get_geometry(shapes[rows], number), shapes[rows])
    ids = frame["id"].astype(object).to_numpy()[rows]
    names = [f"{i}/{n + 1}" if c else i for i, n, c in zip(ids, number, cut, strict=True)]
    whole = frame.iloc[rows].reset_index(drop=True).assign(id=names)
    placed = whole.set_geometry(gpd.GeoSeries(single, index=whole.index, crs=frame.crs))
    return placed, [str(i) for i in frame["id"][several]]
