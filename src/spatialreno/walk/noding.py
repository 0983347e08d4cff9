"""Split straight pieces where they meet, so that every joint is one shared point."""

from __future__ import annotations

import numpy as np
import shapely

from spatialreno.walk.frame import Floats, Ints, lines

_TOUCH_MM = 1.0
_ROUNDS = 4


def ring_segments(coords: Floats, part: Ints) -> tuple[Floats, Floats, Ints]:
    """Cut runs of vertices into straight pieces; returns start, end and the part each came from."""
    same = (part[1:] == part[:-1]) & (coords[1:] != coords[:-1]).any(axis=1)
    return coords[:-1][same], coords[1:][same], part[:-1][same]


def node_segments(start: Floats, end: Floats, owner: Ints) -> tuple[Floats, Floats, Ints]:
    """Split pieces at each other's ends and crossings, all on whole millimetres.

    An end within 1 mm of another piece becomes a vertex of it. Rounding a crossing moves a piece by less than
    a millimetre and may bring it onto another point, so this repeats until nothing is added.

    Parameters
    ----------
    start, end
        End points of the pieces, shape (n, 2), whole millimetres.
    owner
        A number carried by each piece.

    Returns
    -------
    tuple
        Start, end and owner of the parts, without doubles of one owner.
    """
    for _ in range(_ROUNDS):
        piece, point = _joints(start, end)
        if not len(piece):
            break
        start, end, owner = _split(start, end, owner, piece, point)
    return _unique(start, end, owner)


def _joints(start: Floats, end: Floats) -> tuple[Ints, Floats]:
    """Find the points where pieces are to be split."""
    drawn = lines(start, end)
    first, second = shapely.STRtree(drawn).query(drawn, predicate="dwithin", distance=_TOUCH_MM)
    first, second = first[first != second], second[first != second]
    found = [(first, start[second]), (first, end[second]), _crossings(start, end, first, second)]
    piece = np.concatenate([part for part, _ in found]).astype(np.int64)
    point = np.concatenate([points for _, points in found])
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
    point = np.rint(start[first[inside]] + at[inside, None] * u[inside])
    return first[inside], point


def _cross(u: Floats, v: Floats) -> Floats:
    return np.asarray(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])


def _distance(point: Floats, start: Floats, end: Floats) -> Floats:
    """Measure from points to pieces, pair by pair."""
    along = end - start
    share = ((point - start) * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12)
    foot = start + np.clip(share, 0, 1)[:, None] * along
    return np.asarray(np.sqrt(((point - foot) ** 2).sum(axis=1)))


def _split(
    start: Floats, end: Floats, owner: Ints, piece: Ints, point: Floats
) -> tuple[Floats, Floats, Ints]:
    """Cut pieces at the points found on them."""
    count = len(start)
    which = np.concatenate([np.arange(count), np.arange(count), piece])
    where = np.concatenate([start, end, point])
    along = (end - start)[which]
    share = ((where - start[which]) * along).sum(axis=1)
    order = np.lexsort((where[:, 1], where[:, 0], share, which))
    begin, finish, part = ring_segments(where[order], which[order])
    return begin, finish, owner[part]


def _unique(start: Floats, end: Floats, owner: Ints) -> tuple[Floats, Floats, Ints]:
    """Drop doubles, each piece written from its lower end; sorted."""
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low, high = np.where(swap[:, None], end, start), np.where(swap[:, None], start, end)
    if not len(low):
        return low, high, owner
    table = np.unique(np.column_stack([low, high, owner]), axis=0)
    return table[:, :2], table[:, 2:4], table[:, 4].astype(np.int64)
