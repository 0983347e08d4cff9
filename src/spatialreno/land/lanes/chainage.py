"""Stations along paths: short pieces, a window to each side of every piece, and what stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from spatialreno._types import Floats, Indices
from spatialreno.land.lanes.obstacles import Obstacles

if TYPE_CHECKING:
    import geopandas as gpd

LEFT, RIGHT = 0, 1
#: Pieces to one obstacle from which on only those are drawn that something stands near.
_FEW = 10


@dataclass(frozen=True)
class Stations:
    """Pieces of paths, in the order of the paths and along them.

    Attributes
    ----------
    path
        Row of the path of each piece.
    start, end
        Coordinates of both ends, metres.
    along_m
        Distance of the middle of the piece from the beginning of its path.
    first, last
        Whether the piece begins or ends its path.
    """

    path: Indices
    start: Floats
    end: Floats
    along_m: Floats
    first: NDArray[np.bool_]
    last: NDArray[np.bool_]

    @property
    def lines(self) -> Any:
        """The pieces as lines."""
        return shapely.linestrings(np.stack([self.start, self.end], axis=1))


@dataclass(frozen=True)
class Hits:
    """Which obstacle stands how far to which side of which station: one row for each pair in reach."""

    station: Indices
    side: Indices
    obstacle: Indices
    offset_m: Floats

    def without(self, obstacles: NDArray[np.bool_]) -> Hits:
        """Take away some obstacles (True where one goes)."""
        keep = ~obstacles[self.obstacle]
        return Hits(self.station[keep], self.side[keep], self.obstacle[keep], self.offset_m[keep])

    def nearest(self, count: int, reach_m: float) -> tuple[Floats, Indices]:
        """Give the offset of the nearest obstacle by station and side, and which one (-1: none in reach)."""
        offset, which = np.full((count, 2), reach_m), np.full((count, 2), -1, np.intp)
        order = np.lexsort((self.obstacle, self.offset_m))[::-1]  # the nearest is written last and stays
        offset[self.station[order], self.side[order]] = self.offset_m[order]
        which[self.station[order], self.side[order]] = self.obstacle[order]
        return offset, which


def cut_paths(paths: gpd.GeoDataFrame, step_m: float) -> Stations:
    """Cut every path into equal pieces no longer than a step; no piece runs round a bend."""
    points, path = shapely.get_coordinates(paths.geometry.to_numpy(), return_index=True)
    run = np.flatnonzero((path[:-1] == path[1:]) & (points[:-1] != points[1:]).any(axis=1))
    begin, stop, owner = points[run], points[run + 1], path[run]
    length = np.hypot(*(stop - begin).T)
    pieces = np.maximum(np.ceil(length / step_m - 1e-9), 1).astype(np.intp)
    segment = np.repeat(np.arange(len(run)), pieces)
    nth = np.arange(len(segment)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = nth / pieces[segment], (nth + 1) / pieces[segment]
    vector = (stop - begin)[segment]
    start, end = (begin[segment] + part[:, None] * vector for part in share)
    before = np.concatenate([[0.0], np.cumsum(length)[:-1]]) if len(length) else length
    before = before - np.repeat(*_runs(before, owner)) if len(owner) else before
    along = before[segment] + (share[0] + share[1]) / 2 * length[segment]
    edge = np.flatnonzero(np.diff(owner[segment], prepend=-1, append=-1))
    first, last = np.zeros(len(segment), bool), np.zeros(len(segment), bool)
    if len(segment):
        first[edge[:-1]], last[edge[1:] - 1] = True, True
    return Stations(owner[segment].astype(np.intp), start, end, along, first, last)


def _runs(before: Floats, owner: Indices) -> tuple[Floats, Indices]:
    """Give for each path the length of all paths before it, and how many segments it has."""
    _, begin, count = np.unique(owner, return_index=True, return_counts=True)
    return before[begin], count.astype(np.intp)


def find_hits(stations: Stations, obstacles: Obstacles, *, reach_m: float, end_m: float) -> Hits:
    """Measure how far to each side of every station each obstacle in reach stands.

    A window is the rectangle beside a piece, as deep as the reach; on the outside of a bend it also covers
    the wedge up to the next piece. Offsets are measured square to the piece, exactly, over the whole
    window, so nothing thinner than a step is missed.

    Parameters
    ----------
    stations, obstacles
        Pieces and outlines.
    reach_m
        How far to look.
    end_m
        What stands this close to the very end of a path is what the path leads to, not what narrows it.
    """
    tree, lines = shapely.STRtree(obstacles.shapes), stations.lines
    ends = _ends(stations, tree, end_m)
    rows = np.arange(len(lines))
    if len(obstacles.shapes) * _FEW < len(rows):  # a window lies within the reach of its piece
        rows = np.unique(tree.query(lines, predicate="dwithin", distance=reach_m + end_m)[0])
    parts = []
    for side in (LEFT, RIGHT):
        windows = _windows(stations, side, reach_m, rows)
        at, obstacle = tree.query(windows, predicate="intersects")
        met, station = windows[at], rows[at]
        beside = ~np.isin(station * len(obstacles.shapes) + obstacle, ends)
        station, obstacle = station[beside], obstacle[beside]
        met = shapely.intersection(met[beside], obstacles.shapes[obstacle])
        parts.append((station, np.full(len(station), side), obstacle, shapely.distance(lines[station], met)))
    station, side_of, obstacle, offset = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Hits(station.astype(np.intp), side_of.astype(np.intp), obstacle.astype(np.intp), offset.astype(float))


def _ends(stations: Stations, tree: shapely.STRtree, end_m: float) -> Indices:
    """List, as one number each, the pairs of an end piece and an obstacle that its path leads to."""
    pairs = []
    for rows, points in ((stations.first, stations.start), (stations.last, stations.end)):
        here = np.flatnonzero(rows)
        station, obstacle = tree.query(shapely.points(points[here]), predicate="dwithin", distance=end_m)
        pairs.append(here[station] * len(tree.geometries) + obstacle)
    return np.concatenate(pairs).astype(np.intp)


def _windows(stations: Stations, side: int, reach_m: float, rows: Indices) -> Any:
    """Draw the window of some pieces on one side, with the wedge of a bend where it lies outside."""
    run = stations.end - stations.start
    square = np.column_stack([-run[:, 1], run[:, 0]]) / np.maximum(np.hypot(*run.T), 1e-12)[:, None]
    square = square if side == LEFT else -square
    after = np.where(stations.last[:, None], square, np.roll(square, -1, axis=0))
    turn = square[:, 0] * after[:, 1] - square[:, 1] * after[:, 0]
    outside = (turn < 0) if side == LEFT else (turn > 0)
    after = np.where(outside[:, None], after, square)
    middle = square + after
    middle = middle / np.maximum(np.hypot(*middle.T), 1e-12)[:, None]
    far = [stations.end + reach_m * way for way in (after, middle, square)]
    ring = [stations.start, stations.end, *far, stations.start + reach_m * square]
    return shapely.polygons(np.stack([*ring, stations.start], axis=1)[rows])
