"""Small geometry shared by the rooms of land: growing, shrinking, bodies of lines and points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from spatialreno._angles import cos
from spatialreno._types import Floats, Shapes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea


#: Sides of the polygon that stands for a quarter of a circle.
_QUARTER = 8
_MITRE = 3.0
#: Half the body of a wall without thickness, metres.
_HAIR_M = 1e-3
#: A corner this close to the line through its neighbours is none, metres.
_STRAIGHT_M = 1e-5
#: Type numbers of shapely's polygons and multipolygons.
_AREAL = (3, 6)


def dilate(shapes: Shapes, distance_m: float) -> Any:
    """Grow outlines by a distance measured square to their sides; corners stay corners."""
    return shapely.buffer(shapes, distance_m, join_style="mitre", mitre_limit=_MITRE)


def erode(shapes: BaseGeometry, distance_m: float) -> Any:
    """Shrink outlines by a distance measured square to their sides."""
    return shapely.buffer(shapes, -distance_m, join_style="mitre", mitre_limit=_MITRE)


def set_back(shapes: Shapes, distance_m: float) -> Any:
    """Grow outlines by a true distance: straight sides exact, round corners never short.

    A drawn arc is a chain of chords inside the true one; drawing it a little larger and cutting it by
    the mitred outline keeps every chord outside and every side exact.
    """
    if distance_m <= 0:
        return shapes
    outside = distance_m / cos(np.pi / (4 * _QUARTER))
    rounded = shapely.buffer(shapes, outside, quad_segs=_QUARTER)
    mitred = shapely.buffer(shapes, distance_m, join_style="mitre", mitre_limit=1e3)
    return common(rounded, mitred)


def disc(points: Shapes, radius_m: ArrayLike) -> Any:
    """Draw circles as polygons that contain them."""
    radius = np.asarray(radius_m, float)
    discs = shapely.buffer(points, radius / cos(np.pi / (4 * _QUARTER)), quad_segs=_QUARTER)
    return discs[radius > 0] if np.ndim(discs) else discs


def wall_bodies(walls: gpd.GeoDataFrame) -> Any:
    """Give each wall its thickness, evenly on both sides; gates are not cut out.

    Parameters
    ----------
    walls
        Rows of the layer ``walls``: ``thickness_m`` and lines in metres.

    Returns
    -------
    numpy.ndarray
        A polygon for each wall that has a thickness, in the order of the rows, with square ends that close the corners.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> walls = gpd.GeoDataFrame({"thickness_m": [0.24]}, geometry=[LineString([(0, 0), (10, 0)])])
    >>> round(wall_bodies(walls)[0].area, 4)  # (10 + 0.24) × 0.24
    2.4576
    """
    half = walls["thickness_m"].to_numpy(float, na_value=0.0) / 2
    # Square ends close the corner where two rows of wall meet.
    bodies = shapely.buffer(walls.geometry.to_numpy(), half, cap_style="square", join_style="mitre")
    return bodies[half > 0]


def solid_walls(walls: gpd.GeoDataFrame) -> Any:
    """Give each wall its thickness, or a hair where it is drawn without one: it stands all the same."""
    half = np.fmax(walls["thickness_m"].to_numpy(float, na_value=0.0) / 2, _HAIR_M)
    return shapely.buffer(walls.geometry.to_numpy(), half, cap_style="square", join_style="mitre")


def polygons(shape: BaseGeometry) -> list[Any]:
    """List the polygons of any shape, in a stable order; lines and points are dropped."""
    parts = shapely.get_parts(shapely.get_parts(shape))  # twice: a collection may hold multipolygons
    flat = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return sorted(flat, key=lambda part: tuple(np.round(part.bounds, 6)))


def areal(shapes: Shapes) -> Any:
    """Keep of each shape (one, or an array) what has an area; the lines and points of an overlay are dropped.

    Two shapes that meet in a face and touch along a line besides have a mixed collection in common, which no
    further overlay takes.
    """
    kinds = shapely.get_type_id(shapes)
    # Two comparisons: isin costs a hundred times as much for one shape, and shapes are asked about one by one.
    mixed = (kinds >= 0) & (kinds != _AREAL[0]) & (kinds != _AREAL[1])
    if not np.ndim(kinds):
        return shapely.MultiPolygon(polygons(shapes)) if mixed else shapes
    kept = np.asarray(shapes, object).copy()
    for at in np.flatnonzero(mixed):
        kept[at] = shapely.MultiPolygon(polygons(kept[at]))
    return kept


def common(one: Shapes, other: object, *, grid_m: float | None = None) -> Any:
    """Give the ground that two shapes share (element by element for arrays); what they touch in is none."""
    return areal(shapely.intersection(areal(one), areal(other), grid_size=grid_m))


def common_m2(pieces: Shapes, whole: BaseGeometry, *, grid_m: float | None = None) -> Floats:
    """Measure the ground that each of many pieces shares with one shape of many parts.

    Of the shape only the parts near a piece are overlaid with it, so that many pieces cost as many times what one does.
    """
    parts = shapely.get_parts(areal(whole))
    piece, part = shapely.STRtree(parts).query(pieces)
    order = np.lexsort((part, piece))
    rows, at = np.unique(piece[order], return_inverse=True)
    area = np.zeros(len(pieces))
    if len(rows):
        near = shapely.multipolygons(parts[part[order]], indices=at)
        area[rows] = shapely.area(common(pieces[rows], near, grid_m=grid_m))
    return area


def less(one: BaseGeometry, other: BaseGeometry, *, grid_m: float | None = None) -> Any:
    """Give the ground of one shape without that of another (element by element for arrays)."""
    return areal(shapely.difference(areal(one), areal(other), grid_size=grid_m))


def joined(shapes: Shapes, *, grid_m: float | None = None) -> Any:
    """Give the ground of many shapes as one."""
    return areal(shapely.union_all(areal(np.asarray([*np.atleast_1d(shapes), None], object)[:-1]), grid_size=grid_m))


def corners(shape: BaseGeometry) -> Floats:
    """List the corners of a computed shape (n × 2), in the order of their places: the same however it was computed.

    Overlays leave points on straight sides wherever the outlines that they cut had one, and two points for
    one where sides all but meet; such points depend on the order of the outlines, a shape's corners do not.
    """
    found = [_ring_corners(ring) for part in polygons(shape) for ring in (part.exterior, *part.interiors)]
    points = np.concatenate([np.empty((0, 2)), *found])
    kept: Floats = points[np.unique(points.round(6), axis=0, return_index=True)[1]]
    return kept


def tidied(polygon: BaseGeometry) -> Any:
    """Draw a computed polygon by its corners alone, to a micrometre, always from the same corner on.

    Empty where the polygon is thinner than that.
    """
    outer, *inner = (_ring_corners(ring).round(6) for ring in (polygon.exterior, *polygon.interiors))
    if len(outer) < 3:
        return shapely.Polygon()
    shape = shapely.Polygon(outer, [ring for ring in inner if len(ring) > 2])
    return shapely.normalize(areal(shapely.set_precision(shape, 1e-6)))


def _ring_corners(ring: BaseGeometry) -> Floats:
    points = shapely.get_coordinates(ring)[:-1]
    far = np.hypot(*(points - np.roll(points, 1, axis=0)).T) > _STRAIGHT_M
    points = points[far] if far.sum() > 2 else points
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    across = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    length = np.maximum(np.hypot(*(before + after).T), _STRAIGHT_M)
    backwards = (before * after).sum(axis=1) < 0
    turning = (np.abs(across) / length > _STRAIGHT_M) | backwards
    found: Floats = points[turning] if turning.any() else points
    return found


def origin(area: StudyArea) -> Floats:
    """Give a whole-metre point at the corner of an area.

    Far from it coordinates lose the digits that make areas add up: cut near the origin, then move back.
    Moving by whole metres towards the origin is exact.
    """
    corner: Floats = np.floor(np.nan_to_num(np.asarray(area.compounds.total_bounds[:2], float)))
    return corner


def moved(shapes: Shapes, by: Floats) -> Any:
    """Move shapes (one, or an array) by a vector in metres."""
    return shapely.transform(shapes, lambda points: points + by)
