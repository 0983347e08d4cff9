"""One cell at a time: which points of a yard see each other past what is permanent, kept by what the cell holds."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import shapely

from spatialreno._angles import arctan2, unit
from spatialreno._types import Bools, Floats, Ints
from spatialreno.walk.fabric.obstacles import PERMANENT, Obstacles
from spatialreno.walk.fabric.sectors import Rays, Sectors, expand, packed, rays_of, unique_pairs
from spatialreno.walk.fabric.walkable_ground import Ground
from spatialreno.walk.millimetres.sight_kernels import crossed_labels, grid_of, seen_pairs
from spatialreno.walk.millimetres.split_pieces import Pieces

_BIN_MM = 12_000
_KEPT_CELLS = 4096
_seen: OrderedDict[bytes, tuple[Ints, Ints, Ints]] = OrderedDict()


@dataclass(frozen=True)
class Points:
    """All points of a fabric, sorted; `free` ones (doors, streets) keep every hop."""

    xy: Ints
    code: Ints
    rays: Rays
    free: Bools

    def __len__(self) -> int:
        return len(self.xy)

    def find(self, xy: Floats | Ints) -> Ints:
        """Number points that are known to be here."""
        return np.asarray(np.searchsorted(self.code, packed(xy)), np.int64)


@dataclass(frozen=True)
class Cell:
    """What stands in one cell and round it: pieces with labels (PERMANENT for buildings and the cell's edge).

    `corner` has the rows of `points` at both ends of each piece, -1 for what lies outside the cell.
    """

    points: Ints
    segs: Ints
    corner: Ints
    label: Ints
    edges: Rays
    bends: tuple[Ints, ...] = ()
    useful: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    @cached_property
    def names(self) -> Ints:
        """Labels that occur in the cell, sorted."""
        return np.asarray(np.unique(self.label[self.label != PERMANENT]))

    @cached_property
    def ends(self) -> Ints:
        """Both ends of the pieces, each place once."""
        return np.asarray(np.unique(np.concatenate([self.segs[:, :2], self.segs[:, 2:]]), axis=0))

    @cached_property
    def local(self) -> Ints:
        """Labels counted within the cell."""
        return np.where(self.label == PERMANENT, PERMANENT, np.searchsorted(self.names, self.label)).astype(np.int64)

    @cached_property
    def grid(self) -> tuple[Ints, Ints, Ints]:
        """The pieces in square bins."""
        found: tuple[Ints, Ints, Ints] = grid_of(self.segs, _BIN_MM)
        return found

    def cross(self, lines: Ints) -> tuple[Ints, Ints, Ints]:
        """Tell of straight lines (ax, ay, bx, by) what they are (0 clear, 1 through a vertex, -1 blocked).

        Returns this, and (line, label) for the removable obstacles they properly cross.
        """
        if not len(self.segs):
            return np.zeros(len(lines), np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
        kind, rows = crossed_labels(lines, self.segs, self.corner, self.local, self.grid, len(self.names))
        return kind, rows[:, 0], self.names[rows[:, 1]]

    def leaves(self, at: Ints, dx: Ints, dy: Ints) -> Bools:
        """Tell which directions out of points (rows of `points`) lead out of the cell at once."""
        left, right = self.edges.sides(at, dx, dy)
        count = np.diff(self.edges.pointer)[at]
        ray = np.minimum(self.edges.pointer[at] + left, max(len(self.edges.x) - 1, 0))
        if not len(self.edges.x):
            return np.zeros(len(at), bool)
        solid = self.edges.solid[self.edges.label_pointer[ray]]
        return np.asarray((count > 0) & (left == right) & (solid & 1 == 0) & ~self._along(at, dx, dy, ray))

    def _along(self, at: Ints, dx: Ints, dy: Ints, ray: Ints) -> Bools:
        """Tell which directions run along an edge at a point where it is the only ray."""
        x, y = self.edges.x[ray], self.edges.y[ray]
        return np.asarray((dx * y == dy * x) & (dx * x + dy * y > 0))


def read_cells(ground: Ground, obstacles: Obstacles, edges: Pieces, points: Points, sectors: Sectors) -> list[Cell]:
    """Gather what belongs to each cell.

    Parameters
    ----------
    ground
        The cells.
    obstacles, edges
        Noded pieces; the owner of an edge is its cell.
    points, sectors
        All points, and what fills the sectors round them.

    Returns
    -------
    list
        One for each cell of the ground.
    """
    drawn = shapely.points(points.xy)
    held, within = shapely.STRtree(drawn).query(ground.cells, predicate="contains_properly")
    piece_cell, piece = shapely.STRtree(obstacles.pieces).query(ground.cells, predicate="intersects")
    ends = np.concatenate([points.find(edges.start), points.find(edges.end)])
    cell = np.concatenate([held, np.tile(edges.owner, 2)])
    pairs = np.column_stack(unique_pairs(cell, np.concatenate([within, ends])))
    cells = []
    for at in range(len(ground.cells)):
        mine = pairs[pairs[:, 0] == at, 1]
        rim = edges.of(edges.owner == at)
        inner = obstacles.lines.of(np.sort(piece[piece_cell == at]))
        segs = np.concatenate([np.hstack([inner.start, inner.end]), np.hstack([rim.start, rim.end])]).astype(np.int64)
        label = np.concatenate([inner.owner, np.full(len(rim), PERMANENT)])
        code = points.code[mine]
        corner = np.column_stack([_rows(code, segs[:, :2]), _rows(code, segs[:, 2:])])
        cells.append(Cell(mine, segs, corner, label, rays_of(code, rim)))
    shared = np.bincount(pairs[:, 1].astype(np.int64), minlength=len(points)) > 1
    bends = [_bends(one, points, sectors, shared) for one in cells]
    return [replace(one, bends=bend, useful=useful) for one, (bend, useful) in zip(cells, bends, strict=True)]


def _rows(code: Ints, xy: Ints) -> Ints:
    """Find points in sorted codes, -1 for those that are not there."""
    found = np.minimum(np.searchsorted(code, packed(xy)), max(len(code) - 1, 0))
    return np.where(code[found] == packed(xy), found, -1) if len(code) else np.full(len(xy), -1)


def hops_in(cell: Cell, points: Points) -> tuple[Ints, Ints, Ints, Ints]:
    """Find the hops of a cell: those that can be part of a shortest walk in some state.

    Parameters
    ----------
    cell
        The cell.
    points
        All points.

    Returns
    -------
    tuple
        First and second point of each hop, and (hop, label) for what it properly crosses. A walk bends only round a
        standing obstacle, so hops keep to directions tangent to one; the answer depends on the cell alone and is kept.
    """
    key = _key(cell, points)
    if key not in _seen:
        _seen[key] = _search(cell, points)
    _seen.move_to_end(key)
    while len(_seen) > _KEPT_CELLS:
        _seen.popitem(last=False)
    ends, hop, label = _seen[key]
    return cell.points[ends[:, 0]], cell.points[ends[:, 1]], hop, cell.names[label]


def _search(cell: Cell, points: Points) -> tuple[Ints, Ints, Ints]:
    """Look from every point to every other; (row, row) of the cell's points, and (hop, local label)."""
    none = np.empty(0, np.int64)
    xy = points.xy[cell.points]
    useful = cell.useful
    if len(useful) < 2 or not len(cell.segs):
        return np.empty((0, 2), np.int64), none, none
    serves = np.isin(np.arange(len(xy)), useful)
    standing = (cell.segs, cell.corner, cell.local, cell.grid, len(cell.names))
    lines = seen_pairs(xy, useful, serves, cell.bends, *standing)
    code = points.code[cell.points]
    first, second = _rows(code, lines[:, :2]), _rows(code, lines[:, 2:])
    # A vertex passed on the way may be a wall's that lies just outside the cell; then the line is no hop.
    known = (first >= 0) & (second >= 0) & (first != second)
    low, high = np.minimum(first, second)[known], np.maximum(first, second)[known]
    ends = np.column_stack(unique_pairs(low, high))
    along = xy[ends[:, 1]] - xy[ends[:, 0]]
    inside = ~cell.leaves(ends[:, 0], along[:, 0], along[:, 1])
    inside &= ~cell.leaves(ends[:, 1], -along[:, 0], -along[:, 1])
    ends = ends[inside]
    drawn = np.hstack([xy[ends[:, 0]], xy[ends[:, 1]]])
    kind, rows = crossed_labels(drawn, *standing)
    clear = kind == 0
    number = np.cumsum(clear) - 1
    rows = rows[clear[rows[:, 0]]]
    return ends[clear], number[rows[:, 0]], rows[:, 1]


def _bends(cell: Cell, points: Points, sectors: Sectors, shared: Bools) -> tuple[tuple[Ints, ...], Ints]:
    """Group the rays at each point of a cell by the obstacle a walk may bend round, and list points of use.

    Points that several cells share keep every hop, like doors. Something permanent always stands: where a ray is
    permanent, all permanent rays are one group.
    """
    mine, rays = cell.points, points.rays
    row, ray = expand(rays.pointer, np.arange(len(rays.x)), mine)
    at, label = expand(rays.label_pointer, rays.label, ray)
    point = np.concatenate([row[at], np.repeat(np.arange(len(mine)), np.diff(cell.edges.pointer))])
    x = np.concatenate([rays.x[ray][at], cell.edges.x])
    y = np.concatenate([rays.y[ray][at], cell.edges.y])
    owner = np.concatenate([label, np.full(len(cell.edges.x), PERMANENT)])
    fixed = np.zeros(len(mine), bool)
    fixed[point[owner == PERMANENT]] = True
    keep = ~fixed[point] | (owner == PERMANENT)
    point, x, y, owner = point[keep], x[keep], y[keep], owner[keep]
    order = np.lexsort((y, x, owner, point))
    point, x, y, owner = point[order], x[order], y[order], owner[order]
    fresh = np.ones(len(point), bool)
    fresh[1:] = (point[1:] != point[:-1]) | (owner[1:] != owner[:-1])
    first = np.flatnonzero(fresh)
    group_pointer = np.searchsorted(point[first], np.arange(len(mine) + 1))
    free = points.free[mine] | shared[mine] | (np.diff(group_pointer) == 0)
    gap = _widest_gap(first, x, y)
    open_ = (gap != 0).any(axis=1)
    inward = cell.leaves(point[first], gap[:, 0], gap[:, 1]) | _solid(points, sectors, mine[point[first]], gap)
    useful = free.copy()
    useful[point[first[open_ & ~inward]]] = True
    bends = (free, group_pointer, np.append(first, len(point)), x, y)
    return bends, np.flatnonzero(useful)


def _widest_gap(first: Ints, x: Ints, y: Ints) -> Ints:
    """Give for groups of rays a direction in the gap of more than half a turn, (0, 0) where there is none.

    A walk bends only there.
    """
    size = np.diff(np.append(first, len(x)))
    angle = arctan2(y.astype(float), x.astype(float))
    group = np.repeat(np.arange(len(first)), size)
    order = np.lexsort((angle, group))
    turn = angle[order]
    after = np.append(turn[1:], 0.0)
    last = first + size - 1
    after[last] = turn[first] + 2 * np.pi
    width = after - turn
    # Compared by angle only to find the gap; whether a walk fits is decided in whole numbers later.
    wide = width > np.pi + 1e-9
    found = np.zeros((len(first), 2), np.int64)
    middle = (turn + width / 2)[wide]
    found[group[wide]] = np.rint(1e6 * unit(middle)).astype(np.int64)
    return found


def _solid(points: Points, sectors: Sectors, at: Ints, along: Ints) -> Bools:
    """Tell which directions out of points lead into a building."""
    left, _ = points.rays.sides(at, along[:, 0], along[:, 1])
    return np.asarray(sectors.solid[sectors.pointer[at] + left])


def _key(cell: Cell, points: Points) -> bytes:
    """Hash all that the hops of a cell depend on."""
    digest = hashlib.sha256()
    edges = (cell.edges.x, cell.edges.y, cell.edges.solid)
    for part in (points.xy[cell.points], cell.segs, cell.local, *edges, *cell.bends):
        digest.update(np.ascontiguousarray(part).tobytes() + b"|")
    return digest.digest()
