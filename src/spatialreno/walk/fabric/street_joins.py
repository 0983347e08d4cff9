"""Walking on centrelines, and the straight joins from the frontage of yards to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno._types import Bools, Floats, Geometries, Ints
from spatialreno.walk.fabric.obstacles import Obstacles
from spatialreno.walk.fabric.walkable_ground import Ground
from spatialreno.walk.millimetres.frame import Frame, lines
from spatialreno.walk.millimetres.split_pieces import Pieces, node_pieces, ring_segments

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


@dataclass(frozen=True)
class Streets:
    """Straight pieces of paths that meet in shared points, each with the row of its path."""

    start: Floats
    end: Floats
    path: Ints

    @property
    def pieces(self) -> Pieces:
        """The pieces ready to be noded with others; the owner is the row of the path."""
        return Pieces(self.start, self.end, self.path, np.zeros(len(self.path), np.int64))


@dataclass(frozen=True)
class Links:
    """Straight joins from a point beside a street to its foot on the street; `piece` is the piece it lies on."""

    source: Ints
    foot: Floats
    piece: Ints


def read_streets(area: StudyArea, frame: Frame) -> Streets:
    """Cut the paths at vertices and crossings.

    Parameters
    ----------
    area
        The study area.
    frame
        The millimetre frame.

    Returns
    -------
    Streets
        Pieces in whole millimetres; `path` counts rows of `area.paths`.
    """
    shapes = frame.geometries_mm(area.paths.geometry.to_numpy())
    coords, row = shapely.get_coordinates(shapes, return_index=True)
    start, end, path = ring_segments(coords, row)
    noded = node_pieces(Streets(start, end, path).pieces)
    return Streets(noded.start, noded.end, noded.owner)


def link(
    sources: Floats, streets: Streets, usable: Ints, reach_mm: float, ground: Ground, obstacles: Obstacles
) -> Links:
    """Join each source to the nearest point of a street it can reach without passing a building or a yard.

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
        What a join may not enter; removable obstacles do not stop it.

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


def sampled(streets: Streets, ground: Ground, step_mm: float) -> Streets:
    """Set a point every step along the pieces that run through walkable ground or beside it."""
    along = streets.end - streets.start
    count = np.maximum(np.ceil(np.sqrt((along**2).sum(axis=1)) / step_mm).astype(np.int64) - 1, 0)
    piece = np.repeat(np.arange(len(count)), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + 1
    point = np.rint(streets.start[piece] + along[piece] * (place / (count[piece] + 1))[:, None])
    inside = ground.cell_of(point) >= 0
    return add_points(streets, piece[inside], point[inside])


def _unhindered(drawn: Geometries, ground: Ground, obstacles: Obstacles) -> Bools:
    """Tell which joins pass no building and enter no yard."""
    free = np.ones(len(drawn), bool)
    free[obstacles.permanent_tree.query(drawn, predicate="intersects")[0]] = False
    free[ground.core_tree.query(drawn, predicate="intersects")[0]] = False
    return free
