"""Split straight pieces where they meet, so that every joint is one shared point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from spatialreno._types import Floats, Ints
from spatialreno.walk.millimetres.doubled_sides import LEFT as LEFT
from spatialreno.walk.millimetres.doubled_sides import RIGHT as RIGHT
from spatialreno.walk.millimetres.doubled_sides import settled_sides
from spatialreno.walk.millimetres.snap_rounding import check_joints, rounded, touching


@dataclass(frozen=True)
class Pieces:
    """Straight pieces, each with what it belongs to and the sides on which its owner is solid (LEFT | RIGHT)."""

    start: Floats
    end: Floats
    owner: Ints
    side: Ints

    def __len__(self) -> int:
        return len(self.start)

    def of(self, mask: Ints | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Pieces:
        """Pick some pieces."""
        return Pieces(self.start[mask], self.end[mask], self.owner[mask], self.side[mask])

    @classmethod
    def joined(cls, *parts: Pieces) -> Pieces:
        """Put several tables into one."""
        return cls(
            np.concatenate([part.start for part in parts]),
            np.concatenate([part.end for part in parts]),
            np.concatenate([part.owner for part in parts]),
            np.concatenate([part.side for part in parts]),
        )


def ring_segments(coords: Floats, part: Ints) -> tuple[Floats, Floats, Ints]:
    """Cut runs of vertices into straight pieces; returns start, end and the part each came from."""
    same = (part[1:] == part[:-1]) & (coords[1:] != coords[:-1]).any(axis=1)
    return coords[:-1][same], coords[1:][same], part[:-1][same]


def node_pieces(pieces: Pieces, points: Floats | None = None) -> Pieces:
    """Split pieces at each other's ends and crossings, and at free points on them, all on whole millimetres.

    An end within 1 mm of another piece becomes a vertex of it; then crossings are rounded so that nothing changes
    sides (`snap_rounding`). Both are done once and for all: there is nothing to settle.

    Parameters
    ----------
    pieces
        Pieces with ends on whole millimetres.
    points
        Further points, shape (n, 2), that become vertices of the pieces they lie on.

    Returns
    -------
    Pieces
        Each written from its lower end, sorted, without doubles of one owner (`doubled_sides` tells where these are
        solid). Two that are not the same have at most ends in common.

    Raises
    ------
    EndlessError
        Two pieces still cross, which cannot be; holds the place.
    """
    extra = np.empty((0, 2)) if points is None else points
    pieces = _cut(unique_pieces(pieces), lambda start, end: touching(start, end, extra))
    pieces = _cut(pieces, rounded)
    check_joints(*np.split(np.unique(np.column_stack([pieces.start, pieces.end]), axis=0), 2, axis=1))
    return replace(pieces, side=settled_sides(pieces.start, pieces.end, pieces.owner, pieces.side))


def _cut(pieces: Pieces, find: Callable[[Floats, Floats], Floats]) -> Pieces:
    """Cut pieces at what is found on them; walls drawn over one another are looked at once, for all their owners."""
    shapes, shape = np.unique(np.column_stack([pieces.start, pieces.end]), axis=0, return_inverse=True)
    joints = np.unique(find(shapes[:, :2], shapes[:, 2:]), axis=0)
    return unique_pieces(split_pieces(pieces, *for_owners(joints, shape.ravel())))


def for_owners(joints: Floats, shape: Ints) -> tuple[Ints, Floats]:
    """Give the joints (shape, x, y; sorted) of each shape to all pieces of that shape."""
    low, high = (np.searchsorted(joints[:, 0], shape, side) for side in ("left", "right"))
    count = high - low
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(np.arange(len(shape)), count), joints[np.repeat(low, count) + step, 1:]


def split_pieces(pieces: Pieces, piece: Ints, point: Floats) -> Pieces:
    """Cut pieces at the points found on them; to a point just beyond an end leads a piece of its own."""
    start, end, side = pieces.start, pieces.end, pieces.side
    along = end - start
    share = ((point - start[piece]) * along[piece]).sum(axis=1)
    before, after = share <= 0, share >= (along**2).sum(axis=1)[piece]
    inner, outer = ~(before | after), before | after
    count = len(start)
    which = np.concatenate([np.arange(count), np.arange(count), piece[inner]])
    where = np.concatenate([start, end, point[inner]])
    order = np.lexsort((where[:, 1], where[:, 0], _in_order(count, share[inner]), which))
    begin, finish, part = ring_segments(where[order], which[order])
    cut = Pieces(begin, finish, pieces.owner[part], side[part])
    # It is solid on neither side: drawn into the outline of a house it went out and back, solid on both.
    near = np.where(before[outer, None], start[piece[outer]], end[piece[outer]])
    owner = pieces.owner[piece[outer]]
    return Pieces.joined(cut, Pieces(near, point[outer], owner, np.zeros(len(owner), np.int64)))


def _in_order(count: int, share: Floats) -> Floats:
    """Sort starts before and ends behind all that lies between."""
    return np.concatenate([np.full(count, -np.inf), np.full(count, np.inf), share])


def unique_pieces(pieces: Pieces) -> Pieces:
    """Write each piece from its lower end; of doubles of one owner one is kept, solid on the sides of all."""
    start, end, side = pieces.start, pieces.end, pieces.side
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low, high = np.where(swap[:, None], end, start), np.where(swap[:, None], start, end)
    mirrored = ((side & LEFT) << 1) | ((side & RIGHT) >> 1)
    table = np.column_stack([low, high, pieces.owner]).astype(np.int64)
    rows, place = np.unique(table, axis=0, return_inverse=True)
    both = np.zeros(len(rows), np.int64)
    np.bitwise_or.at(both, place.ravel(), np.where(swap, mirrored, side))
    return Pieces(rows[:, :2].astype(float), rows[:, 2:4].astype(float), rows[:, 4], both)
