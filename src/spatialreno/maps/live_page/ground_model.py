"""The ground of the live page: points where anybody can stand, and the cell around each that no wall cuts off.

Points lie on a grid of whole metres. A cell is the square around its point, without buildings and what stands on the
ground, cut along every wall; a part that is cut off goes to the neighbour on its side. So an area filled by cells never
shows ground behind a wall that stands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from spatialreno.area import standing_structures

if TYPE_CHECKING:
    from spatialreno._types import Geometries, Indices
    from spatialreno.area import StudyArea
    from spatialreno.walk import Frame

_MOST_POINTS = 8000
_LEAST_STEP_M = 3
_FROM_BUILDINGS_M = 0.6
_VERGE_M = 3.0
_LEAST_STREET_M = 3.0
_WALL_M = 0.1
_LEAST_PART_M2 = 0.2
_TOUCH_M = 0.01
_LEAST_EDGE_M = 0.1


@dataclass(frozen=True)
class Ground:
    """Points ``step_m`` apart on the ground that people walk on; on the first ``placeable`` something may be put.

    ``blocked`` are those of the grid where nobody can stand, such as in a building.
    """

    shape: Any
    points: gpd.GeoSeries
    blocked: Any
    placeable: int
    step_m: int


def ground_points(area: StudyArea) -> Ground:
    """Lay a grid over compounds, open spaces and streets, clear of buildings.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed.

    Returns
    -------
    Ground
        Its points in compounds and open spaces first, then those on streets.
    """
    own = shapely.union_all(np.concatenate([area.compounds.geometry.to_numpy(), area.open_spaces.geometry.to_numpy()]))
    width = np.fmax(area.paths["width_m"].astype("float64").to_numpy(), _LEAST_STREET_M)
    streets = shapely.buffer(area.paths.geometry.to_numpy(), width / 2)
    ground = shapely.union_all([own, *streets]).buffer(_VERGE_M).buffer(-_VERGE_M)
    step = max(_LEAST_STEP_M, math.ceil(math.sqrt(ground.area / _MOST_POINTS)))
    grid = _grid(ground.bounds, step)
    free = _free(area, grid, ground)
    points = grid[free]
    shapely.prepare(own)
    inside = shapely.contains(own, points)
    points = np.concatenate([points[inside], points[~inside]])
    names = [f"at{k}" for k in range(len(points))]
    return Ground(ground, gpd.GeoSeries(points, index=names, crs=area.crs), grid[~free], int(inside.sum()), step)


def _grid(bounds: tuple[float, ...], step: int) -> Any:
    west, south, east, north = (0.0, 0.0, 0.0, 0.0) if any(math.isnan(side) for side in bounds) else bounds
    x = np.arange(math.ceil(west / step) * step, east, step)
    y = np.arange(math.ceil(south / step) * step, north, step)
    return shapely.points(*(axis.ravel() for axis in np.meshgrid(x, y)))


def _free(area: StudyArea, points: Geometries, ground: shapely.Geometry) -> Any:
    """Tell which points are on the ground, not in or at a building, on a wall or on the edge of a structure."""
    shapely.prepare(ground)
    free = np.asarray(shapely.contains(ground, points))
    edges = [*area.walls.geometry, *shapely.boundary(area.structures.geometry.to_numpy())]
    for shapes, away in ((area.buildings.geometry.to_numpy(), _FROM_BUILDINGS_M), (np.array(edges, object), _WALL_M)):
        near = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=away)[0]
        free[near] = False
    return free


def ground_cells(area: StudyArea, ground: Ground, frame: Frame) -> list[Any]:
    """Cut the cell of each point.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed.
    ground : Ground
        What ``ground_points`` gave.
    frame : Frame
        Turns coordinates into millimetres from the corner of the area.

    Returns
    -------
    list
        By point 0 for the whole square, else rings of centimetres from the corner, flat.
    """
    points = ground.points.to_numpy()
    centres, half = np.concatenate([points, ground.blocked]), ground.step_m / 2
    x, y = shapely.get_x(centres), shapely.get_y(centres)
    squares = shapely.box(x - half, y - half, x + half, y + half)
    parts, square, shed = _parts(area, _on_ground(squares, ground.shape))
    own = (square < len(points)) & shapely.covers(parts, centres[square])
    owner = _owners(parts, np.where(own, square, -1), shed)
    order = np.argsort(owner, kind="stable")
    edges = np.searchsorted(owner[order], np.arange(len(points) + 1))
    cells = [parts[order[low:high]] for low, high in pairwise(edges)]
    return [_rings(mine, whole, frame) for mine, whole in zip(cells, squares[: len(points)], strict=True)]


def _on_ground(squares: Geometries, shape: shapely.Geometry) -> Any:
    """Cut squares to the ground; most lie on it whole."""
    shapely.prepare(shape)
    cut, edge = squares.copy(), np.flatnonzero(~shapely.covers(shape, squares))
    tiles = np.array(_tiles(shape), object)
    at, tile = shapely.STRtree(tiles).query(squares[edge], predicate="intersects")
    order = np.argsort(at, kind="stable")
    pieces = shapely.intersection(squares[edge][at[order]], tiles[tile[order]])
    bounds = np.searchsorted(at[order], np.arange(len(edge) + 1))
    cut[edge] = [shapely.union_all(pieces[low:high]) for low, high in pairwise(bounds)]
    return cut


def _tiles(shape: Any, most: int = 200) -> list[Any]:
    """Halve a shape until each part has few corners, so that a cut costs what lies near."""
    if shapely.get_num_coordinates(shape) <= most:
        return [shape]
    west, south, east, north = shape.bounds
    if east - west > north - south:
        middle = (west + east) / 2
        halves = [(west, south, middle, north), (middle, south, east, north)]
    else:
        middle = (south + north) / 2
        halves = [(west, south, east, middle), (west, middle, east, north)]
    quick = [shapely.clip_by_rect(shape, *half) for half in halves]
    parts = [part if part.is_valid else shape.intersection(shapely.box(*half))
             for part, half in zip(quick, halves, strict=True)]  # fmt: skip
    return [tile for part in parts if not part.is_empty for tile in _tiles(part, most)]


def _parts(area: StudyArea, squares: Geometries) -> tuple[Any, Any, Any]:
    """Cut squares along buildings and walls, and then into what lies under each structure (its row) and not (-1)."""
    walls = shapely.buffer(area.walls.geometry.to_numpy(), _WALL_M, cap_style="flat")
    free = _without(squares, np.concatenate([area.buildings.geometry.to_numpy(), walls]))
    sheds = standing_structures(area).geometry.to_numpy()
    at, shed = shapely.STRtree(sheds).query(free, predicate="intersects")
    shapes = np.concatenate([_without(free, sheds), shapely.intersection(free[at], sheds[shed])])
    rows, under = np.concatenate([np.arange(len(squares)), at]), np.concatenate([np.full(len(squares), -1), shed])
    parts, row = shapely.get_parts(shapes, return_index=True)
    kept = shapely.area(parts) > _LEAST_PART_M2
    return parts[kept], rows[row[kept]], under[row[kept]]


def _without(shapes: Geometries, obstacles: Geometries) -> Any:
    """Take from each shape the obstacles that touch it."""
    left = shapes.copy()
    at, near = shapely.STRtree(obstacles).query(shapes, predicate="intersects")
    order = np.lexsort((near, at))
    rows, begin = np.unique(at[order], return_index=True)
    cuts = [shapely.union_all(own) for own in np.split(obstacles[near[order]], begin[1:])] if len(rows) else []
    left[rows] = shapely.difference(shapes[rows], np.array(cuts, object))
    return left


def _owners(parts: Geometries, owner: Indices, shed: Indices) -> Any:
    """Give each part without an owner to the cell it shares most of its edge with; -1 where there is none."""
    loose, whole = np.flatnonzero(owner < 0), np.flatnonzero(owner >= 0)
    one, other = shapely.STRtree(parts[whole]).query(parts[loose], predicate="dwithin", distance=_TOUCH_M)
    one, other = loose[one], whole[other]
    alike = shed[one] == shed[other]
    one, other = one[alike], other[alike]
    near = shapely.buffer(parts[other], _TOUCH_M, quad_segs=1)
    shared = shapely.length(shapely.intersection(shapely.boundary(parts[one]), near))
    found = owner.copy()
    for at in np.lexsort((-owner[other], shared)):
        if shared[at] > _LEAST_EDGE_M:
            found[one[at]] = owner[other[at]]
    return found


def _rings(parts: Geometries, square: shapely.Geometry, frame: Frame) -> Any:
    if not len(parts):
        return []
    if len(parts) == 1 and parts[0].equals(square):
        return 0
    rings = shapely.get_rings(shapely.get_parts(shapely.union_all(parts)))
    corners = [frame.to_mm(shapely.get_coordinates(ring)[:-1]) / 10 for ring in rings]
    return [np.rint(xy).astype(int).ravel().tolist() for xy in corners]
