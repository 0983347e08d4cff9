"""Turn features in degrees into layers in metres, cut to the bounds; every loss is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from spatialreno.area import LONLAT
from spatialreno.formats.osm.read import Acts, Feature
from spatialreno.formats.osm.tags import Kinds

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno._types import Geometries

_DENSE_DEGREES = 0.001  # the edge of the extract bends when it is projected
Row = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """What every layer needs while it is made: bounds, CRS, kinds, constants and the notes."""

    box: Any
    crs: CRS
    kinds: Kinds
    constants: Mapping[str, float]
    acts: Acts

    def edge(self) -> Any:
        """Return the edge of the extract in the metric CRS."""
        ring = shapely.segmentize(self.box.exterior, _DENSE_DEGREES)
        return gpd.GeoSeries([ring], crs=LONLAT).to_crs(self.crs).iloc[0]


def layer(
    desk: Desk,
    name: str,
    features: Iterable[Feature],
    row: Callable[[Feature], Row | None],
    *,
    whole: bool = False,
) -> gpd.GeoDataFrame:
    """Make one layer of features: columns by ``row``, cut to the bounds, single parts, metres.

    Parameters
    ----------
    desk
        Bounds, CRS and notes.
    name
        Layer name, for the notes.
    features
        In longitude and latitude.
    row
        Columns of a feature, or None when it does not belong into the layer.
    whole
        Keep shapes whole whose middle lies inside and leave the others out, instead of cutting.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (``w12``, or ``w12/1`` … for parts), sorted, in the desk's CRS.
    """
    picked = [(feature, columns) for feature in features if (columns := row(feature)) is not None]
    ids = np.array([columns.pop("id", feature.id) for feature, columns in picked], dtype=object)
    shapes = np.array([feature.shape for feature, _ in picked], dtype=object)
    frame = pd.DataFrame([columns for _, columns in picked], index=pd.Index(ids, dtype="object"))
    kept = _kept_whole(shapes, desk, name, ids) if whole else _cut(shapes, desk, name, ids)
    spread = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(kept, index=frame.index, crs=LONLAT), crs=LONLAT)
    spread = _single_parts(spread[~spread.geometry.isna()])
    return _sorted(spread.to_crs(desk.crs))


def _cut(shapes: Geometries, desk: Desk, name: str, ids: Geometries) -> Any:
    shapely.prepare(desk.box)
    inside = shapely.covers(desk.box, shapes)
    result = shapes.copy()
    dimension = shapely.get_dimensions(shapes)
    result[~inside] = [
        _of_dimension(part, d)
        for part, d in zip(shapely.intersection(shapes[~inside], desk.box), dimension[~inside], strict=True)
    ]
    gone = np.array([shape is None for shape in result], dtype=bool)
    desk.acts.add(name, ids[gone], "outside", "lies outside the bounds of the extract; left out")
    desk.acts.add(name, ids[~inside & ~gone], "clipped", "cut at the bounds of the extract")
    return result


def _kept_whole(shapes: Geometries, desk: Desk, name: str, ids: Geometries) -> Any:
    shapely.prepare(desk.box)
    inside = shapely.covers(desk.box, shapely.centroid(shapes)) if len(shapes) else np.zeros(0, dtype=bool)
    over = inside & ~shapely.covers(desk.box, shapes)
    reason = "its middle lies outside the bounds of the extract; left out"
    desk.acts.add(name, ids[~inside], "outside", reason)
    desk.acts.add(name, ids[over], "kept_whole", "reaches over the bounds of the extract; kept whole")
    return np.where(inside, shapes, np.array(None, object)) if len(shapes) else shapes


def _of_dimension(shape: BaseGeometry, dimension: int) -> Any:
    """Keep the parts of a cut that are still points, lines or areas as before."""
    if shape is None or shape.is_empty:
        return None
    parts = shapely.get_parts([shape])
    deep = shapely.get_parts(parts)
    kept = [part for part in deep if shapely.get_dimensions(part) == dimension and not part.is_empty]
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else shapely.GeometryCollection(kept)


def _single_parts(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    count = shapely.get_num_geometries(frame.geometry.to_numpy())
    single = frame.loc[frame.index.repeat(count)].copy()
    parts = shapely.get_parts(frame.geometry.to_numpy())
    number = np.concatenate([np.arange(1, n + 1) for n in count]) if len(count) else np.zeros(0, dtype=int)
    many = np.repeat(count > 1, count)
    ids = [f"{key}/{n}" if m else key for key, n, m in zip(single.index, number, many, strict=True)]
    single = single.set_geometry(gpd.GeoSeries(parts, index=single.index, crs=frame.crs))
    single.index = pd.Index(ids, dtype="object")
    return single


def _sorted(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame.index.name = "id"
    return frame.sort_index(kind="stable")
