"""Which points of one cell see each other past everything permanent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from spatialreno.walk.frame import Bools, Floats, Geometries, Ints, lines
from spatialreno.walk.obstacles import Obstacles

_BINS = 1024
_CHUNK = 200_000


@dataclass(frozen=True)
class Crossings:
    """What straight lines meet: `blocked` by something permanent; pairs (line, label) of what is removable."""

    blocked: Bools
    line: Ints
    label: Ints


def crossings(obstacles: Obstacles, drawn: Geometries) -> Crossings:
    """Find what each line touches; touching counts as crossing."""
    blocked = np.zeros(len(drawn), bool)
    blocked[obstacles.permanent_tree.query(drawn, predicate="intersects")[0]] = True
    return Crossings(blocked, *removable_crossings(obstacles, drawn))


def removable_crossings(obstacles: Obstacles, drawn: Geometries) -> tuple[Ints, Ints]:
    """List (line, label) for the removable obstacles each line touches, without doubles."""
    line, piece = obstacles.removable_tree.query(drawn, predicate="intersects")
    return unique_pairs(line, obstacles.removable_label[piece])


def unique_pairs(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Sort pairs and drop doubles."""
    pairs = np.unique(np.column_stack([first, second]).astype(np.int64), axis=0)
    return pairs[:, 0], pairs[:, 1]


def surely_hidden(eye: Floats, target: Floats, start: Floats, end: Floats) -> Bools:
    """Tell cheaply which targets certainly lie behind a piece, seen from the eye.

    Directions are sorted into bins; a piece that spans a whole bin hides all that is farther in it. What is not
    surely hidden may still be, so the exact test follows for the rest.
    """
    near, far = start - eye, end - eye
    one, two = np.arctan2(near[:, 1], near[:, 0]), np.arctan2(far[:, 1], far[:, 0])
    span = (two - one + np.pi) % (2 * np.pi) - np.pi
    low = np.where(span >= 0, one, two) * (_BINS / (2 * np.pi))
    first = np.ceil(low + 1e-9).astype(np.int64)
    count = np.maximum(
        np.floor(low + np.abs(span) * (_BINS / (2 * np.pi)) - 1e-9).astype(np.int64) - first, 0
    )
    depth = np.full(_BINS, np.inf)
    reach = np.sqrt(np.maximum((near**2).sum(axis=1), (far**2).sum(axis=1)))
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    np.minimum.at(depth, (np.repeat(first, count) + step) % _BINS, np.repeat(reach, count))
    ray = target - eye
    turn = np.floor(np.arctan2(ray[:, 1], ray[:, 0]) * (_BINS / (2 * np.pi))).astype(np.int64) % _BINS
    return np.asarray(np.sqrt((ray**2).sum(axis=1)) > depth[turn] + 1.0)


def seen_pairs(xy: Floats, start: Floats, end: Floats, reach_mm: float) -> tuple[Ints, Ints]:
    """List pairs of points of one cell, lower number first, that lie within reach and are not surely hidden."""
    first, second = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for at in range(len(xy) - 1):
        rest = xy[at + 1 :]
        close = np.flatnonzero(((rest - xy[at]) ** 2).sum(axis=1) <= reach_mm**2)
        seen = close[~surely_hidden(xy[at], rest[close], start, end)] + at + 1
        first.append(np.full(len(seen), at, np.int64))
        second.append(seen.astype(np.int64))
    return np.concatenate(first), np.concatenate(second)


def taut(xy: Floats, node: Ints, other: Ints, wedges: tuple[Ints, Floats], clear_mm: float) -> Bools:
    """Tell which hops can be part of a shortest walk at `node`: those that leave along an obstacle's side.

    A walk bends at a corner only round an obstacle there, so the obstacle lies on one side of the line of each
    of its hops. Nodes stand a little off their corners; directions are allowed that much play.
    """
    row_node, edges = wedges
    first = np.searchsorted(row_node, node, "left")
    count = np.searchsorted(row_node, node, "right") - first
    hop = np.repeat(np.arange(len(node)), count)
    row = np.repeat(first, count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    ray = xy[other] - xy[node]
    size = np.maximum(np.sqrt((ray**2).sum(axis=1)), 1.0)
    play = (4 * clear_mm / size)[hop]
    ray = (ray / size[:, None])[hop]
    left = ray[:, 0] * edges[row, 1] - ray[:, 1] * edges[row, 0]
    right = ray[:, 0] * edges[row, 3] - ray[:, 1] * edges[row, 2]
    fits = (left * right >= 0) | (np.abs(left) <= play) | (np.abs(right) <= play)
    result = count == 0
    result[hop[fits]] = True
    return np.asarray(result)


def clear_hops(obstacles: Obstacles, xy: Floats, first: Ints, second: Ints) -> tuple[Bools, Ints, Ints]:
    """Test pairs exactly: which are free of permanent obstacles, and (pair, label) of what else they cross."""
    free = np.zeros(len(first), bool)
    hop, label = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for low in range(0, len(first), _CHUNK):
        part = slice(low, low + _CHUNK)
        drawn = lines(xy[first[part]], xy[second[part]])
        met = crossings(obstacles, drawn)
        free[part] = ~met.blocked
        hop.append(met.line + low)
        label.append(met.label)
    return free, np.concatenate(hop), np.concatenate(label)


def outline_pieces(cell: shapely.Polygon) -> tuple[Floats, Floats]:
    """Cut the edge of a cell into straight pieces."""
    coords, ring = shapely.get_coordinates(shapely.get_rings(cell), return_index=True)
    same = ring[1:] == ring[:-1]
    return coords[:-1][same], coords[1:][same]
