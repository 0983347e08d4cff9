"""Split straight pieces where they meet, so that every joint is one shared point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from spatialreno.walk.millimetres.frame import Floats, Ints, lines

_TOUCH_MM = 1.0
_ROUNDS = 4
LEFT, RIGHT = 1, 2


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

    An end within 1 mm of another piece becomes a vertex of it. Rounding a crossing moves a piece by less than
    a millimetre and may bring it onto another point, so this repeats until nothing is added.

    Parameters
    ----------
    pieces
        Pieces with ends on whole millimetres.
    points
        Further points, shape (n, 2), that become vertices of the pieces they lie on.

    Returns
    -------
    Pieces
        Each written from its lower end, sorted, without doubles of one owner.
    """
    extra = np.empty((0, 2)) if points is None else points
    pieces = unique_pieces(pieces)
    for _ in range(_ROUNDS):
        # Walls drawn over one another share pieces: each is looked at once, for all its owners.
        shapes, shape = np.unique(np.column_stack([pieces.start, pieces.end]), axis=0, return_inverse=True)
        found, point = _joints(shapes[:, :2], shapes[:, 2:], extra)
        if not len(found):
            break
        joints = np.unique(np.column_stack([found, point]), axis=0)
        pieces = unique_pieces(split_pieces(pieces, *for_owners(joints, shape.ravel())))
    return pieces


def for_owners(joints: Floats, shape: Ints) -> tuple[Ints, Floats]:
    """Give the joints (shape, x, y; sorted) of each shape to all pieces of that shape."""
    low, high = (np.searchsorted(joints[:, 0], shape, side) for side in ("left", "right"))
    count = high - low
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(np.arange(len(shape)), count), joints[np.repeat(low, count) + step, 1:]


def _joints(start: Floats, end: Floats, points: Floats) -> tuple[Ints, Floats]:
    """Find the points where pieces are to be split."""
    drawn = lines(start, end)
    tree = shapely.STRtree(drawn)
    first, second = tree.query(drawn, predicate="dwithin", distance=_TOUCH_MM)
    first, second = first[first != second], second[first != second]
    loose, held = tree.query(shapely.points(points), predicate="dwithin", distance=_TOUCH_MM)
    found = [
        (first, start[second]),
        (first, end[second]),
        _crossings(start, end, first, second),
        (held, points[loose]),
    ]
    piece = np.concatenate([part for part, _ in found]).astype(np.int64)
    point = np.concatenate([where for _, where in found])
    apart = (point != start[piece]).any(axis=1) & (point != end[piece]).any(axis=1)
    piece, point = piece[apart], point[apart]
    near = _distance(point, start[piece], end[piece]) <= _TOUCH_MM
    return piece[near], point[near]


def _crossings(start: Floats, end: Floats, first: Ints, second: Ints) -> tuple[Ints, Floats]:
    """Cross pairs of pieces; each crossing is a rounded point on the first."""
    u, v = (end - start)[first], (end - start)[second]
    gap = start[second] - start[first]
    turn = _cross(u, v)
    with np.errstate(divide="ignore", invalid="ignore"):
        at, other = _cross(gap, v) / turn, _cross(gap, u) / turn
    inside = (turn != 0) & (at > 0) & (at < 1) & (other > 0) & (other < 1)
    # Both pieces of a pair must round to one point, so the crossing is measured on the lower-numbered of them.
    low = np.where(first < second, first, second)[inside]
    share = np.where(first < second, at, other)[inside]
    point = np.rint(start[low] + share[:, None] * (end - start)[low])
    return first[inside], point


def _cross(u: Floats, v: Floats) -> Floats:
    return np.asarray(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])


def _distance(point: Floats, start: Floats, end: Floats) -> Floats:
    """Measure from points to pieces, pair by pair."""
    along = end - start
    share = ((point - start) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12)
    foot = start + np.clip(share, 0, 1)[:, None] * along
    return np.asarray(np.sqrt(((point - foot) ** 2).sum(axis=1)))


def split_pieces(pieces: Pieces, piece: Ints, point: Floats) -> Pieces:
    """Cut pieces at the points found on them."""
    start, end = pieces.start, pieces.end
    count = len(start)
    which = np.concatenate([np.arange(count), np.arange(count), piece])
    where = np.concatenate([start, end, point])
    along = (end - start)[which]
    share = ((where - start[which]) * along).sum(axis=1)
    share[:count], share[count : 2 * count] = -np.inf, np.inf
    order = np.lexsort((where[:, 1], where[:, 0], share, which))
    begin, finish, part = ring_segments(where[order], which[order])
    return Pieces(begin, finish, pieces.owner[part], pieces.side[part])


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
