"""Straight lines between points that are no nodes, and what they cross."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno._types import Floats, Geometries, Ints
from spatialreno.walk.fabric.obstacles import PERMANENT, Obstacles
from spatialreno.walk.fabric.sectors import Rays, unique_pairs

if TYPE_CHECKING:
    from spatialreno.walk.fabric.cells import Cell, Points

_MOST_VERTICES = 6


@dataclass(frozen=True)
class Sights:
    """Lines that can be walked in some state: `line` counts what was asked, several rows are ways round a vertex.

    Labels are (row, label).
    """

    line: Ints
    row: Ints
    label: Ints


def removable_crossings(obstacles: Obstacles, drawn: Geometries) -> tuple[Ints, Ints]:
    """List (line, label) for the removable obstacles each line touches, without doubles."""
    line, piece = obstacles.removable_tree.query(drawn, predicate="intersects")
    return unique_pairs(line, obstacles.removable_label[piece])


def sight_lines(cell: Cell, points: Points, start: Floats, end: Floats) -> Sights:
    """Look along straight lines of one cell.

    Parameters
    ----------
    cell
        The cell both ends lie in.
    points
        All points of the fabric.
    start, end
        Ends in whole millimetres.

    Returns
    -------
    Sights
        None for lines that meet something permanent. A line through a vertex may pass it on either side, and carries
        what leaves the vertex on that side.
    """
    drawn = np.hstack([start, end]).astype(np.int64)
    kind, line, label = cell.cross(drawn)
    clear = np.flatnonzero(kind == 0)
    number = np.full(len(drawn), -1)
    number[clear] = np.arange(len(clear))
    plain = kind[line] == 0
    lines, rows, labels = [clear], [number[line[plain]]], [label[plain]]
    count = len(clear)
    for at in np.flatnonzero(kind == 1).tolist():
        own = frozenset(label[line == at].tolist())
        for carried in _ways_round(cell, points, drawn[at], own):
            lines.append(np.array([at]))
            rows.append(np.full(len(carried), count))
            labels.append(np.array(sorted(carried), np.int64))
            count += 1
    return Sights(np.concatenate(lines), np.concatenate(rows), np.concatenate(labels))


def _ways_round(cell: Cell, points: Points, line: Ints, own: frozenset[int]) -> list[frozenset[int]]:
    """List what a line through vertices carries, for each choice of sides that is not blocked for good."""
    choices = [_sides(cell, points, line, via) for via in _vertices(cell, line)]
    if len(choices) > _MOST_VERTICES:
        choices = [[frozenset().union(*one)] if one else one for one in choices]
    found = {own.union(*chosen) for chosen in product(*choices)}
    return sorted((one for one in found if not any(other < one for other in found)), key=sorted)


def _vertices(cell: Cell, line: Ints) -> Ints:
    """Find the ends of pieces that lie strictly between the ends of a line."""
    ends = cell.ends
    along, away = line[2:] - line[:2], ends - line[:2]
    on = along[0] * away[:, 1] == along[1] * away[:, 0]
    share = away @ along
    return np.asarray(ends[on & (share > 0) & (share < along @ along)])


def _sides(cell: Cell, points: Points, line: Ints, via: Ints) -> list[frozenset[int]]:
    """Gather what leaves a vertex left and right of a line; a side with something permanent is left out."""
    along = line[2:] - line[:2]
    point = int(points.find(via[None, :])[0])
    sides: list[set[int]] = [set(), set()]
    _gather(points.rays, point, along, sides)
    row = int(np.searchsorted(cell.points, point))
    if row < len(cell.points) and cell.points[row] == point:
        rims: list[set[int]] = [set(), set()]
        _gather(cell.edges, row, along, rims)
        sides = [side | {PERMANENT} if rim else side for side, rim in zip(sides, rims, strict=True)]
    return [frozenset(side) for side in sides if PERMANENT not in side]


def _gather(rays: Rays, at: int, along: Ints, sides: list[set[int]]) -> None:
    """Add the labels of the rays on both sides of a direction."""
    for ray in range(rays.pointer[at], rays.pointer[at + 1]):
        turn = along[0] * rays.y[ray] - along[1] * rays.x[ray]
        if turn:
            owners = rays.label[rays.label_pointer[ray] : rays.label_pointer[ray + 1]]
            sides[0 if turn > 0 else 1].update(owners.tolist())


def touching(xy: Floats, cell: shapely.Polygon, inset_mm: float) -> Floats:
    """Move points that lie a hair outside a cell, or on its edge, just inside it."""
    points = shapely.points(xy)
    core = shapely.buffer(cell, -inset_mm, join_style="mitre")
    out = ~shapely.contains_properly(cell, points)
    moved = xy.copy()
    if out.any() and not core.is_empty:
        joins = shapely.shortest_line(core, points[out])
        moved[out] = np.rint(shapely.get_coordinates(joins).reshape(-1, 2, 2)[:, 0])
    return moved
