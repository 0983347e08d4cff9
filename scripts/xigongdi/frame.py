"""The drawing's own frame (x along the streets, y towards north, metres) and the way to the map.

The quarter is drawn in a frame of its own and then turned a few degrees and moved to EPSG:4546,
so that nothing in the example is parallel to the grid by accident.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from pyproj import Transformer
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

CRS = "EPSG:4546"
CENTRE_LONLAT = (112.43, 34.67)
CENTRE_LOCAL = (146.0, 103.0)
ANGLE_DEG = 6.5
DECIMALS = 10

_TO_METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
_TO_LONLAT = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def to_world(shape: BaseGeometry) -> BaseGeometry:
    """Turn and move a shape of the drawing to EPSG:4546."""
    east, north = _TO_METRES.transform(*CENTRE_LONLAT)
    turned = affinity.rotate(shape, ANGLE_DEG, origin=CENTRE_LOCAL)
    return affinity.translate(turned, east - CENTRE_LOCAL[0], north - CENTRE_LOCAL[1])


def to_lonlat(shape: BaseGeometry) -> BaseGeometry:
    """Longitude and latitude of a shape of the drawing, polygons anticlockwise (RFC 7946)."""
    world = to_world(shape)
    degrees = _TO_LONLAT.transform(*shapely.get_coordinates(world).T)
    lonlat = shapely.set_coordinates(world, np.round(np.column_stack(degrees), DECIMALS))
    return shapely.orient_polygons(lonlat)


def line(*points: tuple[float, float]) -> LineString:
    """A line of the drawing."""
    return LineString(points)


def rect(x: float, y: float, width: float, depth: float) -> Polygon:
    """A rectangle by its south-west corner."""
    return box(x, y, x + width, y + depth)


def meet(a: LineString, b: LineString) -> Point:
    """The one point where two lines of the drawing cross."""
    point = a.intersection(b)
    if not isinstance(point, Point):
        raise ValueError(f"lines meet in {point.geom_type}, one point was expected")
    return point


def beside(wall: LineString, start: float, length: float, near: float, far: float) -> Polygon:
    """A quadrangle along a wall: from ``start``, ``length`` long, between two offsets (left positive)."""
    a, b = wall.interpolate(start), wall.interpolate(start + length)
    run = math.hypot(b.x - a.x, b.y - a.y)
    nx, ny = -(b.y - a.y) / run, (b.x - a.x) / run
    corners = [(p.x + nx * d, p.y + ny * d) for p, d in ((a, near), (b, near), (b, far), (a, far))]
    return Polygon(corners)
