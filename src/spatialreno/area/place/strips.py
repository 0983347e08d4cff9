"""Strips drawn as areas: a wall as wide as it is thick is the line in its middle, with its thickness."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialreno._types import Array

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_COVERED = 0.9  # share of a strip that its line must fill again at its width
_STRAIGHT = 0.01  # share of the width by which points may lie off a straight side
_MOST_ENDS = 12  # short edges that are tried as the two ends
_MOST_POINTS = 4_000  # of an outline whose middle is worked out


def strip_lines(shape: shapely.Geometry, least: float, most: float) -> tuple[list[Any], float] | None:
    """Find the lines in the middle of a strip, and how wide it is.

    Parameters
    ----------
    shape
        A polygon: a strip with two ends, one that closes on itself (with a hole), or one with branches.
    least, most
        Widths between which a strip is one, in its units.

    Returns
    -------
    tuple
        Lines, and the width; None when the shape is no strip of an even width.

    Examples
    --------
    >>> import shapely
    >>> lines, width = strip_lines(shapely.box(0, 0, 50, 0.24), 0.05, 0.6)
    >>> [line.length for line in lines], round(width, 2)
    ([50.0], 0.24)
    """
    if shape.geom_type != "Polygon" or shape.is_empty or not shape.is_valid:
        return None
    plain = shape.simplify(least * _STRAIGHT)
    found = _with_two_ends(plain, most) or _around(plain, most) or _with_branches(plain, most)
    if found is None:
        return None
    lines, width = found
    again = shapely.union_all(shapely.buffer(np.array(lines), width / 2, cap_style="flat", join_style="mitre"))
    even = shapely.area(shapely.intersection(again, shape)) >= _COVERED * shapely.area(shape)
    long_enough = sum(line.length for line in lines) > 2 * width
    return found if least <= width <= most and even and long_enough else None


def _with_two_ends(shape: BaseGeometry, most: float) -> tuple[list[Any], float] | None:
    """Split an outline at its two ends, which are as short as the strip is wide, into its two sides."""
    if shape.interiors:
        return None
    xy = shapely.get_coordinates(shape.exterior)[:-1]
    edges = np.hypot(*(np.roll(xy, -1, axis=0) - xy).T)
    short = sorted(np.flatnonzero(edges <= most).tolist(), key=lambda i: (edges[i], i))[:_MOST_ENDS]
    best: tuple[float, list[Any], float] | None = None
    for one, two in combinations(sorted(short), 2):
        sides = _sides(xy, one, two)
        if sides is None or shapely.hausdorff_distance(*sides, densify=0.25) > 1.5 * most:
            continue
        line = middle(*sides)
        if best is None or line.length > best[0]:
            best = (line.length, [line], float(edges[one] + edges[two]) / 2)
    return None if best is None else (best[1], best[2])


def _sides(xy: Array, one: int, two: int) -> tuple[Any, Any] | None:
    first, second = xy[one + 1 : two + 1], np.concatenate([xy[two + 1 :], xy[: one + 1]])
    if len(first) < 2 or len(second) < 2:
        return None
    return shapely.LineString(first), shapely.LineString(second[::-1])


def _around(shape: BaseGeometry, most: float) -> tuple[list[Any], float] | None:
    """Draw the ring between an outline and its one hole."""
    if len(shape.interiors) != 1:
        return None
    outer, inner = shapely.LineString(shape.exterior), shapely.LineString(shape.interiors[0])
    if shapely.hausdorff_distance(outer, inner) > 1.5 * most:
        return None
    feet = shapely.line_interpolate_point(inner, shapely.line_locate_point(inner, shapely.points(outer.coords)))
    corners = (shapely.get_coordinates(outer) + shapely.get_coordinates(feet)) / 2
    away = shapely.distance(shapely.points(_along(outer)), inner)
    return [shapely.LineString(corners)], float(np.median(away))


def _with_branches(shape: BaseGeometry, most: float) -> tuple[list[Any], float] | None:
    """Draw the middle of a strip that branches: where its sides are equally far on both hands."""
    width = 2 * shape.area / shape.length
    if width > most or shape.length / width > _MOST_POINTS:
        return None
    rim = shapely.segmentize(shape.simplify(width / 5).boundary, width / 2)
    edges = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(shapely.get_coordinates(rim)), only_edges=True)
    )
    if len(edges) and edges[0].geom_type != "LineString":
        edges = shapely.get_parts(edges)
    inside = edges[shapely.within(edges, shape)]
    if not len(inside):
        return None
    lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(inside)))
    for _ in range(3):  # twigs into corners, then twigs of twigs
        lines = _without_twigs(lines, width)
    drawn = [shapely.simplify(line, width / 3) for line in lines]
    return (drawn, width) if min(line.length for line in drawn) > width / 10 else None


def _without_twigs(lines: Array, width: float) -> Array:
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    _, where, count = np.unique(ends.round(9), axis=0, return_inverse=True, return_counts=True)
    loose = (count[where.reshape(2, -1)] == 1).any(axis=0)
    kept = lines[~(loose & (shapely.length(lines) < width))]
    if not len(kept):
        return lines
    merged: Array = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(kept)))
    return merged


def middle(a: shapely.Geometry, b: shapely.Geometry) -> Any:
    """Draw the line between two sides: corner by corner when they have as many, else point by nearest point.

    Parameters
    ----------
    a, b
        LineStrings of one CRS, drawn in either direction.

    Returns
    -------
    LineString
        In the direction of ``a`` where both have as many points, else in that of the one with more.

    Examples
    --------
    >>> import shapely
    >>> a, b = shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(10, 2), (0, 2)])
    >>> middle(a, b).wkt
    'LINESTRING (0 1, 10 1)'
    """
    xy, other = shapely.get_coordinates(a), shapely.get_coordinates(b)
    if np.hypot(*(xy[0] - other[0])) > np.hypot(*(xy[0] - other[-1])):
        other = other[::-1]
    if len(xy) == len(other):
        return shapely.LineString((xy + other) / 2)
    longer, rest = (xy, b) if len(xy) > len(other) else (other, a)
    points = shapely.points(longer)
    near = shapely.line_interpolate_point(rest, shapely.line_locate_point(rest, points))
    return shapely.LineString((longer + shapely.get_coordinates(near)) / 2)


def _along(line: BaseGeometry) -> Array:
    found: Array = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.linspace(0.05, 0.95, 19), normalized=True)
    )
    return found
