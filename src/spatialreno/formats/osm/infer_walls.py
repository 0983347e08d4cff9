"""Walls that nobody mapped: inferred from the edges of compounds, each shared edge once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from spatialreno._types import Array
from spatialreno.formats.osm.clip import Desk

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_STEP_M = 1.0  # how finely an edge is looked at
_ON_EDGE_M = 0.5  # the edge of the extract is no wall
_PARALLEL = 0.7  # cosine: within 45 degrees
_COLLINEAR_M = 0.001
_OUTSIDE, _MAPPED, _BUILDING, _FACE, _WALL = range(5)


@dataclass(frozen=True)
class _Ground:
    """What an edge is held against."""

    mapped: Array  # two-point segments of mapped walls
    buildings: Array
    paths: Array
    edge: Any
    gone: Array  # two-point segments of walls that were taken down
    near_m: float
    strip_m: float
    face_m: float


def infer_walls(
    compounds: gpd.GeoDataFrame, walls: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame,
    paths: gpd.GeoDataFrame, desk: Desk, *, gone: Sequence[Any] = (),
) -> gpd.GeoDataFrame:  # fmt: skip
    """Infer a wall along every stretch of a compound's edge where none is mapped.

    The edge is looked at metre by metre. A metre needs no wall when a mapped wall runs beside it (within
    ``osm_wall_near_m``, less than 45 degrees askew), when the inferred wall of a neighbour does (within
    ``strip_m``, no path between), when it lies inside a building, or on the edge of the extract. Along a
    building's face (within ``osm_face_m``) the wall is of kind ``building_face`` and not removable.
    Openings of mapped walls up to ``osm_wall_near_m`` stay open. Ends are joined to the wall they meet.

    Parameters
    ----------
    compounds, walls, buildings, paths
        Layers in the desk's metric CRS, index ``id``.
    desk
        Constants, the edge of the extract, and the notes.
    gone
        Lines in metres along which a wall was taken down: none is inferred there.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (``w7-e1`` …), columns kind, removable, inferred, geometry.
    """
    constants = desk.constants
    taken_down = _segments(np.array(gone, dtype=object))
    ground = _Ground(
        _segments(walls.geometry.to_numpy()), buildings.geometry.to_numpy(), paths.geometry.to_numpy(), desk.edge(),
        taken_down, constants["osm_wall_near_m"], constants["strip_m"], constants["osm_face_m"],
    )  # fmt: skip
    shapes, ids = compounds.geometry.to_numpy(), compounds.index.to_numpy()
    near: dict[int, list[int]] = defaultdict(list)
    for one, two in zip(*shapely.STRtree(shapes).query(shapes, "dwithin", distance=ground.strip_m), strict=True):
        near[one].append(two)
    done: dict[int, Array] = {}
    rows: list[dict[str, Any]] = []
    for place, shape in enumerate(shapes):
        beside = [done[other] for other in sorted(near[place]) if other in done]
        segments = np.concatenate(beside) if beside else np.empty(0, dtype=object)
        found = [piece for ring in _rings(shape) for piece in _ring_walls(ring, ground, segments)]
        done[place] = _segments(np.array([line for line, _ in found], dtype=object))
        rows += [_row(f"{ids[place]}-e{n}", line, kind) for n, (line, kind) in enumerate(found, 1)]
        length = sum(line.length for line, _ in found)
        if found:
            desk.acts.add("walls", str(ids[place]), "inferred_wall", f"{length:.0f} m inferred from the edge")
    columns = ["id", "kind", "removable", "inferred", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=desk.crs).set_index("id").sort_index()


def _row(key: str, line: BaseGeometry, kind: int) -> dict[str, Any]:
    face = kind == _FACE
    return {
        "id": key, "kind": "building_face" if face else "wall", "removable": not face, "inferred": True,
        "geometry": line,
    }  # fmt: skip


def _rings(polygon: BaseGeometry) -> list[Any]:
    return [polygon.exterior, *polygon.interiors]


def _ring_walls(ring: BaseGeometry, ground: _Ground, neighbours: Array) -> list[tuple[Any, int]]:
    """Sort the metres of one ring into kinds and draw a line for each run that needs a wall."""
    points = shapely.get_coordinates(shapely.segmentize(ring, _STEP_M))
    kinds = _smooth(_kinds(points, ground, neighbours), points, ground.near_m)
    changes = np.flatnonzero(kinds != np.roll(kinds, 1))
    if not len(changes):  # one kind all around
        return [(_line(points), int(kinds[0]))] if kinds[0] >= _FACE else []
    obstacles = np.concatenate([ground.mapped, neighbours])
    found = []
    for start, end in zip(changes, np.roll(changes, -1), strict=True):
        kind = kinds[start]
        if kind < _FACE:
            continue
        run = np.arange(start, end if end > start else end + len(kinds))
        coords = points[np.append(run, run[-1] + 1) % len(kinds)]
        before, after = kinds[start - 1], kinds[end % len(kinds)]
        reach = 1.5 * max(ground.near_m, ground.strip_m)
        head = _joint(coords[0], obstacles, reach) if before == _MAPPED else None
        tail = _joint(coords[-1], obstacles, reach) if after == _MAPPED else None
        whole = [*([head] if head is not None else []), *coords, *([tail] if tail is not None else [])]
        found.append((_line(np.array(whole)), int(kind)))
    return found


def _kinds(points: Array, ground: _Ground, neighbours: Array) -> Array:
    middle = (points[:-1] + points[1:]) / 2
    along = points[1:] - points[:-1]
    here = shapely.points(middle)
    steps = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1))
    kinds = np.full(len(middle), _WALL)
    if len(ground.buildings):
        tree = shapely.STRtree(ground.buildings)
        kinds[tree.query(steps, "dwithin", distance=ground.face_m)[0]] = _FACE
        kinds[tree.query(steps, "within")[0]] = _BUILDING
    kinds[_beside(middle, along, ground.mapped, ground.near_m)[0]] = _MAPPED
    rows, feet = _beside(middle, along, neighbours, ground.strip_m)
    if len(rows) and len(ground.paths):
        links = shapely.linestrings(np.stack([middle[rows], feet], axis=1))
        crossed = np.unique(shapely.STRtree(ground.paths).query(links, "intersects")[0])
        rows = np.delete(rows, crossed)  # a lane runs between: both sides have their wall
    kinds[rows] = _MAPPED
    kinds[_beside(middle, along, ground.gone, ground.near_m)[0]] = _OUTSIDE
    kinds[shapely.dwithin(here, ground.edge, _ON_EDGE_M)] = _OUTSIDE
    return kinds


def _beside(middle: Array, along: Array, segments: Array, reach_m: float) -> tuple[Array, Array]:
    """Find the metres that have a segment beside them, and the nearest point on it."""
    none = np.empty(0, dtype=int), np.empty((0, 2))
    if not len(segments):
        return none
    rows, hits = shapely.STRtree(segments).query(shapely.points(middle), "dwithin", distance=reach_m)
    ends = shapely.get_coordinates(segments).reshape(-1, 2, 2)[hits]
    base, run = ends[:, 0], ends[:, 1] - ends[:, 0]
    length = np.hypot(*run.T)
    share = np.einsum("ij,ij->i", middle[rows] - base, run) / length**2
    cosine = np.abs(np.einsum("ij,ij->i", along[rows], run)) / (length * np.hypot(*along[rows].T))
    slack = _STEP_M / 2 / length
    good = (cosine >= _PARALLEL) & (share >= -slack) & (share <= 1 + slack)
    rows, feet = rows[good], (base + np.clip(share, 0, 1)[:, None] * run)[good]
    order = np.lexsort((np.hypot(*(feet - middle[rows]).T), rows))
    first, index = np.unique(rows[order], return_index=True)
    return first, feet[order][index]


def _smooth(kinds: Array, points: Array, least_m: float) -> Array:
    """Runs too short to mean anything take the kind of what is around them."""
    result = kinds.copy()
    for short, into in ((_FACE, _WALL), (_MAPPED, _WALL), (_WALL, _MAPPED)):
        for run in _runs(result == short):
            around = result[run[0] - 1], result[(run[-1] + 1) % len(result)]
            length = float(np.hypot(*(points[run + 1] - points[run]).T).sum())
            bounded = into in around if into == _WALL else around == (_MAPPED, _MAPPED)
            if length <= least_m and bounded and len(run) < len(result):
                result[run] = into
    return result


def _runs(mask: Array) -> list[Array]:
    """List the runs of true values around a ring, each as positions."""
    if mask.all() or not mask.any():
        return []
    turn = int(np.flatnonzero(~mask)[0])
    rolled = np.flatnonzero(np.roll(mask, -turn))
    return [(run + turn) % len(mask) for run in np.split(rolled, np.flatnonzero(np.diff(rolled) > 1) + 1)]


def _joint(point: Array, obstacles: Array, reach_m: float) -> Array | None:
    """Find the point of a wall to which the end of an inferred one is joined, so that nothing leaks."""
    if not len(obstacles):
        return None
    here = shapely.Point(point)
    away = shapely.distance(obstacles, here)
    nearest = int(np.argmin(away))
    if away[nearest] > reach_m or away[nearest] < _COLLINEAR_M:
        return None
    foot: Array = shapely.get_coordinates(shapely.shortest_line(here, obstacles[nearest]))[1]
    return foot


def _segments(lines: Array) -> Array:
    """Cut lines into their two-point segments."""
    if not len(lines):
        return np.empty(0, dtype=object)
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[:-1] == owner[1:]
    pairs = np.stack([coords[:-1][same], coords[1:][same]], axis=1)
    result: Array = shapely.linestrings(pairs[np.hypot(*(pairs[:, 1] - pairs[:, 0]).T) > 0])
    return result


def _line(coords: Array) -> Any:
    """Draw a line without the points that were put in only to look at it metre by metre."""
    return shapely.simplify(shapely.LineString(coords), _COLLINEAR_M)
