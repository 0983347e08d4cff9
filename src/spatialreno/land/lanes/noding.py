"""Paths joined at their crossings: every junction becomes a vertex of each path that meets there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from spatialreno._types import Floats, Geometries, Indices

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry


#: Decimals of a metre to which two ends are one node.
_DIGITS = 3


def noded(paths: gpd.GeoDataFrame, reach_m: float) -> tuple[gpd.GeoDataFrame, NDArray[np.float64]]:
    """Give paths a vertex wherever they meet, and list the gaps that are closed.

    Parameters
    ----------
    paths
        Lines.
    reach_m
        An end this close to another path is joined to it.

    Returns
    -------
    GeoDataFrame, array
        The paths with more vertices; pairs of points (n × 2 × 2) that are one place although a gap no
        wider than the reach lies between them.
    """
    lines = paths.geometry.to_numpy()
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=reach_m)
    pairs = one != other
    one, other = one[pairs], other[pairs]
    ends = shapely.points(np.stack([_tips(lines[one], 0), _tips(lines[one], -1)]).reshape(-1, 2))
    theirs = np.tile(other, 2)
    near = shapely.dwithin(ends, lines[theirs], reach_m)
    ends, theirs = ends[near], theirs[near]
    feet = shapely.line_interpolate_point(lines[theirs], shapely.line_locate_point(lines[theirs], ends))
    crossing, owner = _crossings(lines, one, other)
    points = np.concatenate([crossing, feet])
    owners = np.concatenate([owner, theirs])
    gaps = np.stack([shapely.get_coordinates(ends), shapely.get_coordinates(feet)], axis=1)
    order = np.argsort(owners, kind="stable")
    first = np.searchsorted(owners[order], np.arange(len(lines) + 1))
    shapes = [
        _with_points(line, points[order[low:high]])
        for line, low, high in zip(lines, first[:-1], first[1:], strict=True)
    ]
    return paths.set_geometry(np.asarray(shapes, object), crs=paths.crs), gaps


def node_ids(start: Floats, end: Floats, gaps: Floats) -> tuple[Indices, Indices, Floats]:
    """Number the ends of pieces: equal places, and places joined by a gap, share a number."""
    ends = np.concatenate([start, end, gaps[:, 0], gaps[:, 1]]).round(_DIGITS)
    places, number = np.unique(ends, axis=0, return_inverse=True)
    number = number.reshape(-1)
    count, pieces = len(places), len(start)
    left, right = np.split(number[2 * pieces :], 2)
    joined = scipy.sparse.coo_matrix((np.ones(len(left)), (left, right)), shape=(count, count))
    _, label = scipy.sparse.csgraph.connected_components(joined, directed=False)
    node = label[number]
    where = np.zeros((label.max() + 1 if count else 0, 2))
    where[label[::-1]] = places[::-1]
    return node[:pieces], node[pieces : 2 * pieces], where


def _tips(lines: Geometries, which: int) -> Floats:
    tips: Floats = shapely.get_coordinates(shapely.get_point(lines, which))
    return tips


def _crossings(lines: Geometries, one: Indices, other: Indices) -> tuple[Any, Indices]:
    """Points that two paths share; along a common stretch, the ends of the stretch."""
    once = one < other
    one, other = one[once], other[once]
    met = shapely.intersection(lines[one], lines[other])
    points, pair = shapely.get_coordinates(met, return_index=True)
    both = np.concatenate([one[pair], other[pair]])
    return shapely.points(np.concatenate([points, points])), both.astype(np.intp)


def _with_points(line: BaseGeometry, points: Geometries) -> Any:
    """Add vertices to a line at the feet of points."""
    if not len(points):
        return line
    vertices = shapely.get_coordinates(line)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(vertices, axis=0).T))])
    extra = shapely.line_locate_point(line, points)
    coords = np.concatenate([vertices, shapely.get_coordinates(shapely.line_interpolate_point(line, extra))])
    at = np.concatenate([along, extra])
    order = np.lexsort((np.arange(len(at)), at.round(_DIGITS + 1)))
    coords, at = coords[order], at[order]
    apart = np.concatenate([[True], np.diff(at) > 10.0 ** -(_DIGITS + 1)])
    return shapely.linestrings(coords[apart]) if apart.sum() > 1 else line
