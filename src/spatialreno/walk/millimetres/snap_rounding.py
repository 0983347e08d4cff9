"""Snap rounding: where straight pieces are to be cut so that none crosses another between whole millimetres.

A point on whole millimetres is hot when a piece ends there or a crossing of two pieces rounds to it. Every piece that
passes the millimetre square round a hot point is drawn through that point. Then no two pieces have more in common than
ends, no end lies within a piece, and nothing changes from one side of a piece to the other (Guibas and Marimont,
"Rounding arrangements dynamically", 1998). This holds only if squares and crossings are told exactly, so all is
decided in whole numbers.
"""

from __future__ import annotations

import numpy as np
import shapely

from spatialreno._types import Bools, Floats, Ints
from spatialreno.walk.millimetres.compiled import EndlessError
from spatialreno.walk.millimetres.frame import lines

_TOUCH_MM = 1.0
_CORNER_MM = 0.7072
_HAIR = 1e-6


def touching(start: Floats, end: Floats, points: Floats) -> Floats:
    """List the points and ends within a millimetre of a piece, where it is drawn to them.

    Rounding moves both ends of a piece and the end of what was drawn onto it, each by up to 0.7 mm.

    Parameters
    ----------
    start, end
        Ends of the pieces, on whole millimetres.
    points
        Further points, shape (n, 2).

    Returns
    -------
    numpy.ndarray
        Rows of piece, x, y.
    """
    spots = np.unique(np.concatenate([start, end, points]), axis=0)
    drawn = lines(start, end)
    spot, piece = shapely.STRtree(drawn).query(shapely.points(spots), predicate="dwithin", distance=_TOUCH_MM)
    return _within(start, end, piece, spots[spot])


def rounded(start: Floats, end: Floats) -> Floats:
    """List the hot points that each piece passes between its ends.

    Parameters
    ----------
    start, end
        Ends of the pieces, on whole millimetres.

    Returns
    -------
    numpy.ndarray
        Rows of piece, x, y.
    """
    drawn = lines(start, end)
    tree = shapely.STRtree(drawn)
    one, two = tree.query(drawn, predicate="crosses")
    one, two = one[one < two], two[one < two]
    spots = np.unique(np.concatenate([start, end, crossings(start[one], end[one], start[two], end[two])]), axis=0)
    spot, piece = tree.query(shapely.points(spots), predicate="dwithin", distance=_CORNER_MM)
    passed = _passes(start[piece], end[piece], spots[spot])
    return _within(start, end, piece[passed], spots[spot[passed]])


def check_joints(start: Floats, end: Floats) -> None:
    """Raise `EndlessError` with the place if two different pieces have more in common than ends."""
    drawn = lines(start, end)
    one, two = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    one, two = one[one < two], two[one < two]
    shared, along = np.zeros(len(one), bool), np.zeros(len(one), bool)
    for own, far in ((start, end), (end, start)):
        for other, beyond in ((start, end), (end, start)):
            same = (own[one] == other[two]).all(axis=1)
            u, v = far[one] - own[one], beyond[two] - other[two]
            along |= same & (_cross(u, v) == 0) & ((u * v).sum(axis=1) > 0)
            shared |= same
    bad = ~shared | along
    if bad.any():
        raise EndlessError(*start[one[bad][0]].tolist())


def crossings(start: Floats, end: Floats, other_start: Floats, other_end: Floats) -> Floats:
    """Round the crossings of pairs of pieces to whole millimetres, halves up; exact."""
    u, v, gap = end - start, other_end - other_start, other_start - start
    turn, part = _cross(u, v), _cross(gap, v)
    at = start + (part / turn)[:, None] * u
    spot = np.floor(at + 0.5)
    # Within a hair of a half, floating point cannot tell the side.
    for row, axis in np.argwhere(np.abs(at - np.floor(at) - 0.5) < _HAIR).tolist():
        below = 2 * int(turn[row])
        above = below * int(start[row, axis]) + 2 * int(part[row]) * int(u[row, axis]) + int(turn[row])
        spot[row, axis] = above // below
    return np.asarray(spot)


def _passes(start: Floats, end: Floats, spot: Floats) -> Bools:
    """Tell which pieces pass the square round a point: half a millimetre to each side, without its upper edges.

    Pieces end on whole millimetres, so they can touch a square without entering it only at a corner; of these the
    lower left one belongs to it.
    """
    along, low, high = end - start, np.minimum(start, end), np.maximum(start, end)
    side = _cross(along, spot - start)
    room = np.abs(along).sum(axis=1).astype(np.int64) - 2 * np.abs(side)
    lower_left = np.sign(along) * np.sign(side)[:, None] == (1, -1)
    return np.asarray(
        ((low <= spot) & (spot <= high)).all(axis=1) & ((room > 0) | ((room == 0) & lower_left.all(axis=1)))
    )


def _within(start: Floats, end: Floats, piece: Ints, spot: Floats) -> Floats:
    """Leave out points at which a piece ends, and put rows together."""
    inner = (spot != start[piece]).any(axis=1) & (spot != end[piece]).any(axis=1)
    return np.column_stack([piece[inner], spot[inner]])


def _cross(u: Floats, v: Floats) -> Ints:
    """Turn from u to v, in whole numbers."""
    u, v = u.astype(np.int64), v.astype(np.int64)
    return np.asarray(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
