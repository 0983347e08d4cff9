"""Walking on centrelines, and the joins between yards and streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno.walk.frame import Bools, Floats, Frame, Geometries, Ints, lines
from spatialreno.walk.ground import Ground
from spatialreno.walk.noding import node_segments, ring_segments
from spatialreno.walk.obstacles import Obstacles

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


@dataclass(frozen=True)
class Streets:
    """Straight pieces of paths that meet in shared points, each with the row of its path."""

    start: Floats
    end: Floats
    path: Ints


@dataclass(frozen=True)
class Links:
    """Straight joins from a point beside a street to its foot on the street; `piece` is the piece it lies on."""

    source: Ints
    foot: Floats
    piece: Ints


def read_streets(area: StudyArea, frame: Frame, ground: Ground) -> Streets:
    """Cut the paths at vertices and crossings, and every few metres where they run through walkable ground.

    Parameters
    ----------
    area
        The study area.
    frame
        The millimetre frame.
    ground
        Cells of free walking.

    Returns
    -------
    Streets
        Pieces in whole millimetres; `path` counts rows of `area.paths`.
    """
    shapes = frame.geometries_mm(area.paths.geometry.to_numpy())
    coords, row = shapely.get_coordinates(shapes, return_index=True)
    pieces = node_segments(*ring_segments(coords, row)) if len(coords) else _no_pieces()
    entered = _cut_at_edges(Streets(*pieces), ground)
    return _sampled(entered, ground, area.catalog.constants["frontage_step_m"] * 1000.0)


def link(
    sources: Floats, streets: Streets, usable: Ints, reach_mm: float, ground: Ground, obstacles: Obstacles
) -> Links:
    """Join each source to the nearest point of a street it can reach without passing a building or a cell.

    Parameters
    ----------
    sources
        Points in millimetres.
    streets
        Pieces of paths.
    usable
        Numbers of the pieces that may be joined to.
    reach_mm
        Longest join.
    ground, obstacles
        What a join may not enter; removable obstacles do not stop it, they become its labels.

    Returns
    -------
    Links
        At most one for each source, in the order of the sources.
    """
    drawn = lines(streets.start[usable], streets.end[usable])
    points = shapely.points(sources)
    source, near = shapely.STRtree(drawn).query(points, predicate="dwithin", distance=reach_mm)
    join = shapely.shortest_line(points[source], drawn[near])
    foot = np.rint(shapely.get_coordinates(join).reshape(-1, 2, 2)[:, 1])
    order = np.lexsort((near, shapely.length(join), source))
    source, near, foot = source[order], near[order], foot[order]
    free = _unhindered(lines(sources[source], foot), ground, obstacles)
    source, near, foot = source[free], near[free], foot[free]
    _, best = np.unique(source, return_index=True)
    return Links(source[best].astype(np.int64), foot[best], usable[near[best]])


def add_points(streets: Streets, piece: Ints, point: Floats) -> Streets:
    """Make points on pieces into ends of pieces."""
    count = len(streets.start)
    which = np.concatenate([np.arange(count), np.arange(count), piece])
    where = np.concatenate([streets.start, streets.end, point])
    along = (streets.end - streets.start)[which]
    share = ((where - streets.start[which]) * along).sum(axis=1)
    share[count : 2 * count] = np.inf
    share[:count] = -np.inf
    order = np.lexsort((where[:, 1], where[:, 0], share, which))
    start, end, part = ring_segments(where[order], which[order])
    return Streets(start, end, streets.path[part])


def _no_pieces() -> tuple[Floats, Floats, Ints]:
    return np.empty((0, 2)), np.empty((0, 2)), np.empty(0, np.int64)


def _cut_at_edges(streets: Streets, ground: Ground) -> Streets:
    """Set a point where a path enters or leaves a cell, so that people can turn off there."""
    drawn = lines(streets.start, streets.end)
    edges = shapely.boundary(ground.outlines)
    piece, edge = shapely.STRtree(edges).query(drawn, predicate="intersects")
    met, row = shapely.get_coordinates(shapely.intersection(drawn[piece], edges[edge]), return_index=True)
    return add_points(streets, piece[row], np.rint(met))


def _sampled(streets: Streets, ground: Ground, step_mm: float) -> Streets:
    """Set a point every step along the pieces that run through a cell."""
    along = streets.end - streets.start
    count = np.maximum(np.ceil(np.sqrt((along**2).sum(axis=1)) / step_mm).astype(np.int64) - 1, 0)
    piece = np.repeat(np.arange(len(count)), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + 1
    point = np.rint(streets.start[piece] + along[piece] * (place / (count[piece] + 1))[:, None])
    inside = ground.cell_of(point) >= 0
    return add_points(streets, piece[inside], point[inside])


def _unhindered(drawn: Geometries, ground: Ground, obstacles: Obstacles) -> Bools:
    """Tell which joins pass no building and enter no cell."""
    free = np.ones(len(drawn), bool)
    free[obstacles.permanent_tree.query(drawn, predicate="intersects")[0]] = False
    free[ground.core_tree.query(drawn, predicate="intersects")[0]] = False
    return free
