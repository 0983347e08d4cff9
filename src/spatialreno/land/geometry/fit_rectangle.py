"""Footprints that fit: exactly where a rectangle can stand, and which sites a kind could have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import affinity

from spatialreno._angles import arctan2, cos, sin
from spatialreno._types import Floats, Shapes
from spatialreno.land.geometry.grow_shrink import common, corners, joined, less, polygons

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


#: Metres by which a rectangle may shrink so that "fits exactly" survives rounding; 0.6 mm² at most.
_EXACT_M = 1e-8
#: Steps of the search for the largest rectangle.
_STEP_M = 1e-3
#: Directions this close differ by rounding alone, degrees.
_PARALLEL_DEG = 1e-6
#: Share of a distance that a buffer surely reaches.
_SURE = 0.97
_CORNERS = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])


@dataclass(frozen=True)
class Fit:
    """A rectangle that stands in a polygon: its outline, centre, sides and angle.

    ``angle_deg`` is the direction of the width side, counter-clockwise from east, 0 to 180.
    """

    rectangle: Any
    centre: Any
    width_m: float
    depth_m: float
    angle_deg: float


def feasible_centres(
    polygon: BaseGeometry,
    width_m: float,
    depth_m: float,
    *,
    angle_deg: float = 0.0,
    within: shapely.Geometry | None = None,
) -> Any:
    """Give every point at which a rectangle of one direction can be centred inside a polygon.

    The polygon eroded by the rectangle, exactly, without sampling: with R the rectangle around 0,

    .. math:: P \\ominus R = P \\setminus (\\partial P \\oplus R),\\qquad
              \\partial P \\oplus R = \\bigcup_{edges\\ e} \\mathrm{conv}(e \\oplus R)

    R is symmetric, and a rectangle centred in P that no edge of P enters lies in P.

    Parameters
    ----------
    polygon
        Polygon or multipolygon, metres. Parts of a multipolygon count as apart.
    width_m, depth_m
        Sides of the rectangle in metres.
    angle_deg
        Direction of the width side, counter-clockwise from east.
    within
        Only centres in this region are asked for; None: everywhere.

    Returns
    -------
    Multipolygon
        Empty when the rectangle fits nowhere at this angle. Where it fits exactly (a point or a line
        of centres) the set is a sliver 0.01 µm wide.

    References
    ----------
    Serra, J. (1982). Image Analysis and Mathematical Morphology, ch. 2: erosion as Minkowski subtraction.

    Examples
    --------
    >>> import shapely
    >>> round(feasible_centres(shapely.box(0, 0, 30, 20), 10, 10).area, 6)
    200.0
    """
    origin = _origin(polygon)
    sides = np.array([width_m, depth_m]) - _EXACT_M
    upright, asked = (
        None if shape is None else affinity.rotate(_moved(shape, -origin), -angle_deg, origin=(0, 0))
        for shape in (polygon, within)
    )
    parts = [part for one in polygons(upright) for part in polygons(_eroded(one, sides, asked))]
    centres = affinity.rotate(shapely.MultiPolygon(parts), angle_deg, origin=(0, 0))
    return _moved(centres, origin)


def fit_rectangle(
    polygon: BaseGeometry, width_m: float, depth_m: float, angles: Iterable[float] | None = None
) -> Fit | None:
    """Place a rectangle in a polygon, or say that it fits at none of the angles.

    Parameters
    ----------
    polygon
        Polygon or multipolygon, metres.
    width_m, depth_m
        Sides in metres; both ways round are tried.
    angles
        Directions in degrees; None: those of the polygon's own edges.

    Returns
    -------
    Fit or None
        At the first angle that works, in the middle of the widest part of the feasible set.

    Examples
    --------
    >>> import shapely
    >>> fit_rectangle(shapely.box(0, 0, 12, 10), 10, 12) is None
    False
    >>> fit_rectangle(shapely.box(0, 0, 12, 9.99), 10, 12) is None
    True
    """
    for angle in turned(edge_angles(polygon) if angles is None else angles, width_m, depth_m):
        centres = polygons(feasible_centres(polygon, width_m, depth_m, angle_deg=angle))
        if centres:
            roomiest = max(centres, key=lambda part: part.area)
            return place(middle(roomiest), width_m, depth_m, angle)
    return None


def largest_rectangle(
    polygon: BaseGeometry,
    proportion: float = 1.0,
    angles: Iterable[float] | None = None,
    *,
    wider_than_m: float = 0.0,
) -> Fit | None:
    """Find the largest rectangle of one proportion that fits, to a millimetre of width.

    A smaller rectangle of the same proportion and angle fits wherever a larger one does, so halving the
    interval finds the largest at each angle; parts and angles that cannot beat the best so far are
    passed over after one look.

    Parameters
    ----------
    polygon
        Polygon or MultiPolygon, in metres.
    proportion
        Depth over width, above 0.
    angles
        Directions in degrees to try, each also turned by a right angle; by default those of the polygon's edges.
    wider_than_m
        Only rectangles wider than this, in metres, are looked for.

    Returns
    -------
    Fit or None
        Rectangle, middle, ``width_m``, ``depth_m``, ``angle_deg``; None when nothing is wider than ``wider_than_m``.

    Examples
    --------
    >>> import shapely
    >>> round(largest_rectangle(shapely.box(0, 0, 30, 20), 1.5).width_m, 2)
    20.0
    """
    directions = turned(edge_angles(polygon) if angles is None else angles, 1.0, proportion)
    width, best = wider_than_m, None
    for part in sorted(polygons(polygon), key=lambda one: -one.area):
        for angle in directions:
            found = _widest(part, proportion, angle, width + _STEP_M)
            if found is not None:
                width, best = found.width_m, found
    return best


def _widest(part: BaseGeometry, proportion: float, angle: float, least: float) -> Fit | None:
    """Halve between ``least`` and the extent of the part; None when not even ``least`` fits."""

    def centres(width: float) -> list[Any]:
        return polygons(feasible_centres(part, width, width * proportion, angle_deg=angle))

    fitting, most = centres(least), min(_extent(part), float(np.sqrt(part.area / proportion)) + _STEP_M)
    if not fitting:
        return None
    while most - least > _STEP_M:
        width = (least + most) / 2
        trial = centres(width)
        least, most, fitting = (width, most, trial) if trial else (least, width, fitting)
    return place(middle(fitting[0]), least, least * proportion, angle)


def edge_angles(
    shapes: Shapes, *, resolution_deg: float = 0.5, limit: int = 12, shortest_m: float = 1.0
) -> list[float]:
    """List the directions of edges in degrees from 0 to 90 (each stands for itself and its square).

    Parameters
    ----------
    shapes
        Geometry or array of geometries, in metres.
    resolution_deg
        Directions closer than this are one; that of the longest edge stands for it, whatever the order of edges.
    limit
        Most directions; those with the greatest total length of edges are kept.
    shortest_m
        Edges shorter than this say nothing about direction (they draw curves).

    Returns
    -------
    list of float
        The direction with the greatest total length of edges first; [0.0] where no edge is long enough.

    Examples
    --------
    >>> import shapely
    >>> edge_angles(shapely.box(0, 0, 3, 2))
    [0.0]
    """
    kept: list[list[float]] = []
    for _, angle, total in sorted(_parallels(shapes, shortest_m), key=lambda one: (-round(one[0], 6), one[1])):
        for entry in kept:
            if _apart(entry[0], angle) < resolution_deg:
                entry[1] += total
                break
        else:
            kept.append([angle, total])
    strongest = sorted(kept, key=lambda entry: (-round(entry[1], 6), entry[0]))
    return [entry[0] for entry in strongest[:limit]] or [0.0]


def _parallels(shapes: Shapes, shortest_m: float) -> list[tuple[float, float, float]]:
    """Group edges that are parallel but for rounding: the longest, the mean direction, and metres in all.

    The mean is taken in the order of angle and length, so it is the same whatever the order of the shapes.
    """
    start, end = _edges(shapes)
    run = end - start
    length = np.hypot(*run.T)
    run, length = run[length >= shortest_m], length[length >= shortest_m]
    angle = np.degrees(arctan2(run[:, 1], run[:, 0])) % 90.0
    angle = np.where(angle > 90.0 - _PARALLEL_DEG, angle - 90.0, angle)
    order = np.lexsort((length, angle))
    angle, length = angle[order], length[order]
    groups = np.split(np.arange(len(angle)), np.flatnonzero(np.diff(angle) > _PARALLEL_DEG) + 1)
    return [
        (float(length[own].max()), float(np.average(angle[own], weights=length[own]) % 90.0), float(length[own].sum()))
        for own in groups
        if len(own)
    ]


def turned(angles: Iterable[float], width_m: float, depth_m: float) -> list[float]:
    """Add to each direction its square, unless the footprint is a square itself."""
    if width_m == depth_m:
        return [angle % 180 for angle in angles]
    return [turn % 180 for angle in angles for turn in (angle, angle + 90)]


def place(centre: BaseGeometry, width_m: float, depth_m: float, angle_deg: float) -> Fit:
    """Draw the rectangle of these sides and this direction around a point."""
    corners = _CORNERS * [width_m, depth_m] @ _rotation(angle_deg).T
    outline = shapely.polygons(corners + np.array([centre.x, centre.y]))
    return Fit(outline, centre, width_m, depth_m, angle_deg)


def swept(body: shapely.Geometry, footprint: Fit) -> Any:
    """Give every point at which a footprint of this shape and direction would overlap a body.

    The Minkowski sum of the body and the footprint (symmetric about its middle), short of mere touching.
    """
    sides = np.array([footprint.width_m, footprint.depth_m]) - _EXACT_M
    corners = _CORNERS * sides @ _rotation(footprint.angle_deg).T
    start, end = _edges(body)
    hulls = np.concatenate([edge[:, None] + corners for edge in (start, end)], axis=1)
    points = shapely.multipoints(shapely.points(hulls.reshape(-1, 2)), indices=np.repeat(np.arange(len(start)), 8))
    return joined([body, *shapely.convex_hull(points)])


def middle(centres: BaseGeometry) -> Any:
    """Choose one point well inside a part of a feasible set."""
    inside = centres.centroid
    return inside if centres.covers(inside) else centres.representative_point()


def spread(centres: BaseGeometry, towards: BaseGeometry) -> list[Any]:
    """List the telling points of one part of a feasible set: nearest to a point, middle, corners."""
    nearest = shapely.shortest_line(centres, towards)
    return [shapely.get_point(nearest, 0), middle(centres), *shapely.points(corners(centres))]


def rectangle_sides(footprint_m2: float, least_width_m: float) -> list[tuple[float, float]]:
    """List the rectangles tried for an area with a least width: square, between, and slim.

    Parameters
    ----------
    footprint_m2
        Area of each, in m².
    least_width_m
        Least width in metres; 0 where there is none, and only the square is tried.

    Returns
    -------
    list of (float, float)
        Width and depth in metres, the square first; a least width beyond the square's side is the square's.

    Examples
    --------
    >>> rectangle_sides(200, 8)[-1]
    (8.0, 25.0)
    """
    square = float(np.sqrt(footprint_m2))
    slim = float(min(least_width_m, square)) if least_width_m > 0 else square
    widths: Sequence[float] = sorted({slim, float(np.sqrt(slim * square)), square}, reverse=True)
    return [(width, footprint_m2 / width) for width in widths]


def _eroded(polygon: BaseGeometry, sides: Floats, within: shapely.Geometry | None) -> Any:
    if min(_bounds_size(polygon) - sides) < 0 or polygon.area < sides.prod():
        return shapely.Polygon()
    # Every centre is at least half the short side from the edges: look only there, and only at edges
    # that a corner could meet. Buffers may be off by 1 % of their distance, hence the margin.
    core = shapely.buffer(polygon, -_SURE * min(sides) / 2, quad_segs=2)
    core = core if within is None else common(core, within)
    if core.is_empty:
        return core
    start, end = _edges(polygon)
    shapely.prepare(core)
    near = shapely.dwithin(shapely.linestrings(np.stack([start, end], axis=1)), core, np.hypot(*sides))
    swept = np.concatenate([edge[near, None] + _CORNERS * sides for edge in (start, end)], axis=1)
    points = shapely.multipoints(shapely.points(swept.reshape(-1, 2)), indices=np.repeat(np.arange(int(near.sum())), 8))
    return less(core, shapely.union_all(shapely.convex_hull(points)))


def _edges(shapes: Shapes) -> tuple[Floats, Floats]:
    """Start and end points of all edges of polygons and lines."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    flat = shapely.get_dimensions(parts) == 2
    chains = np.concatenate([shapely.get_rings(parts[flat]), parts[~flat]])
    points, chain = shapely.get_coordinates(chains, return_index=True)
    inner = np.flatnonzero(chain[:-1] == chain[1:])
    return points[inner], points[inner + 1]


def _origin(polygon: BaseGeometry) -> Floats:
    """Point near the polygon: far from it, coordinates would lose the digits that exactness needs."""
    bounds = np.nan_to_num(shapely.bounds(polygon))
    corner: Floats = np.floor(np.array([bounds[0], bounds[1]], float))
    return corner


def _moved(shape: BaseGeometry, by: Floats) -> Any:
    return affinity.translate(shape, by[0], by[1])


def _rotation(angle_deg: float) -> Floats:
    turn = np.radians(angle_deg)
    rotation: Floats = np.array([[cos(turn), -sin(turn)], [sin(turn), cos(turn)]])
    return rotation


def _bounds_size(shape: BaseGeometry) -> Floats:
    bounds = shapely.bounds(shape)
    return np.asarray(bounds[2:] - bounds[:2], float)


def _extent(shape: BaseGeometry) -> float:
    return float(np.hypot(*_bounds_size(shape)))


def _apart(one: float, other: float) -> float:
    difference = abs(one - other) % 90.0
    return min(difference, 90.0 - difference)
