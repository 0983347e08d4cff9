"""Small geometry shared by the rooms of land: growing, shrinking, bodies of lines and points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

FloatArray = NDArray[np.float64]

#: Sides of the polygon that stands for a quarter of a circle.
_QUARTER = 8
_MITRE = 3.0
#: Type numbers of shapely's polygons and multipolygons.
_AREAL = (3, 6)


def dilate(shapes: Any, distance_m: float) -> Any:
    """Grow outlines by a distance measured square to their sides; corners stay corners."""
    return shapely.buffer(shapes, distance_m, join_style="mitre", mitre_limit=_MITRE)


def erode(shapes: Any, distance_m: float) -> Any:
    """Shrink outlines by a distance measured square to their sides."""
    return shapely.buffer(shapes, -distance_m, join_style="mitre", mitre_limit=_MITRE)


def set_back(shapes: Any, distance_m: float) -> Any:
    """Grow outlines by a true distance: straight sides exact, round corners never short.

    A drawn arc is a chain of chords inside the true one; drawing it a little larger and cutting it by
    the mitred outline keeps every chord outside and every side exact.
    """
    if distance_m <= 0:
        return shapes
    outside = distance_m / np.cos(np.pi / (4 * _QUARTER))
    rounded = shapely.buffer(shapes, outside, quad_segs=_QUARTER)
    mitred = shapely.buffer(shapes, distance_m, join_style="mitre", mitre_limit=1e3)
    return common(rounded, mitred)


def disc(points: Any, radius_m: Any) -> Any:
    """Draw circles as polygons that contain them."""
    radius = np.asarray(radius_m, float)
    discs = shapely.buffer(points, radius / np.cos(np.pi / (4 * _QUARTER)), quad_segs=_QUARTER)
    return discs[radius > 0] if np.ndim(discs) else discs


def wall_bodies(walls: gpd.GeoDataFrame) -> Any:
    """Give each wall its thickness, evenly on both sides; gates are not cut out."""
    half = walls["thickness_m"].to_numpy(float, na_value=0.0) / 2
    # Square ends close the corner where two rows of wall meet.
    bodies = shapely.buffer(walls.geometry.to_numpy(), half, cap_style="square", join_style="mitre")
    return bodies[half > 0]


def polygons(shape: Any) -> list[Any]:
    """List the polygons of any shape, in a stable order; lines and points are dropped."""
    parts = shapely.get_parts(shapely.get_parts(shape))  # twice: a collection may hold multipolygons
    flat = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return sorted(flat, key=lambda part: tuple(np.round(part.bounds, 6)))


def areal(shapes: Any) -> Any:
    """Keep of each shape (one, or an array) what has an area; the lines and points of an overlay are dropped.

    Two shapes that meet in a face and touch along a line besides have a mixed collection in common, which no
    further overlay takes.
    """
    kept = np.atleast_1d(np.asarray(shapes, object)).copy()
    kinds = shapely.get_type_id(kept)
    for at in np.flatnonzero((kinds >= 0) & ~np.isin(kinds, _AREAL)):
        kept[at] = shapely.MultiPolygon(polygons(kept[at]))
    return kept if np.ndim(shapes) else kept[0]


def common(one: Any, other: Any, *, grid_m: float | None = None) -> Any:
    """Give the ground that two shapes share (element by element for arrays); what they touch in is none."""
    return areal(shapely.intersection(areal(one), areal(other), grid_size=grid_m))


def less(one: Any, other: Any, *, grid_m: float | None = None) -> Any:
    """Give the ground of one shape without that of another (element by element for arrays)."""
    return areal(shapely.difference(areal(one), areal(other), grid_size=grid_m))


def joined(shapes: Any, *, grid_m: float | None = None) -> Any:
    """Give the ground of many shapes as one."""
    return areal(shapely.union_all(areal(np.asarray([*np.atleast_1d(shapes), None], object)[:-1]), grid_size=grid_m))


def origin(area: StudyArea) -> FloatArray:
    """Give a whole-metre point at the corner of an area.

    Far from it coordinates lose the digits that make areas add up: cut near the origin, then move back.
    Moving by whole metres towards the origin is exact.
    """
    corner: FloatArray = np.floor(np.nan_to_num(np.asarray(area.compounds.total_bounds[:2], float)))
    return corner


def moved(shapes: Any, by: FloatArray) -> Any:
    """Move shapes (one, or an array) by a vector in metres."""
    return shapely.transform(shapes, lambda points: points + by)
