"""Sides of pieces that two edges of one owner were drawn onto: inside on both, or outside on both.

Rounding draws the two edges at a sharp corner of a house onto one piece (a spike: both its sides are outside), and the
facing edges of two houses a millimetre apart too (a slit: both are inside). The flags of both edges are the same then.
Which it is, the pieces around tell: round a point, what is solid changes only at pieces that are solid on one side.
"""

from __future__ import annotations

from math import atan2
from typing import NamedTuple

import numpy as np

from spatialreno._types import Floats, Ints

LEFT, RIGHT = 1, 2
_BOTH = LEFT | RIGHT
_Place = tuple[int, float, float]


class _Ray(NamedTuple):
    """A piece as it leaves a point, and whether its owner is solid beside it: anticlockwise of it, and clockwise."""

    angle: float
    piece: int
    ahead: bool
    behind: bool


def settled_sides(start: Floats, end: Floats, owner: Ints, side: Ints) -> Ints:
    """Tell spikes from slits.

    Parameters
    ----------
    start, end
        Pieces that have at most ends in common.
    owner, side
        What each belongs to, and the sides on which its owner is solid.

    Returns
    -------
    numpy.ndarray
        The sides, of spikes none. What has nothing around it is a shape that has fallen together: none, too.
    """
    double = np.flatnonzero(side == _BOTH)
    if not len(double):
        return side
    rays = _rays(start, end, owner, side, double)
    inside: dict[int, bool] = {}
    waiting = double.tolist()
    for _ in range(len(waiting)):  # a spike of many pieces is told from its foot, one after another
        told = {at: known for at in waiting if (known := _told(at, start, end, owner, rays, inside)) is not None}
        if not told:
            break
        inside |= told
        waiting = [at for at in waiting if at not in told]
    found = side.copy()
    found[double] = [_BOTH if inside.get(at, False) else 0 for at in double.tolist()]
    return found


def _rays(start: Floats, end: Floats, owner: Ints, side: Ints, double: Ints) -> dict[_Place, list[_Ray]]:
    """List the pieces of the same owners round the ends of doubles, anticlockwise; those solid nowhere are left out."""
    ends = np.concatenate([start[double], end[double]])
    asked = {(int(o), x, y) for o, (x, y) in zip(np.tile(owner[double], 2), ends.tolist(), strict=True)}
    near = np.isin(owner, owner[double]) & (side > 0)
    near &= np.isin(start[:, 0], ends[:, 0]) | np.isin(end[:, 0], ends[:, 0])
    found: dict[_Place, list[_Ray]] = {place: [] for place in asked}
    for at in np.flatnonzero(near).tolist():
        left, right = bool(side[at] & LEFT), bool(side[at] & RIGHT)
        for here, there, ahead, behind in ((start[at], end[at], left, right), (end[at], start[at], right, left)):
            place = (int(owner[at]), float(here[0]), float(here[1]))
            if place in found:
                found[place].append(_Ray(atan2(there[1] - here[1], there[0] - here[0]), at, ahead, behind))
    return {place: sorted(own) for place, own in found.items()}


def _told(
    at: int, start: Floats, end: Floats, owner: Ints, rays: dict[_Place, list[_Ray]], inside: dict[int, bool]
) -> bool | None:
    """Look anticlockwise from a double at both its ends for what says whether it lies inside; None for nothing."""
    for here in (start[at], end[at]):
        own = rays[int(owner[at]), float(here[0]), float(here[1])]
        first = next(k for k, ray in enumerate(own) if ray.piece == at)
        for ray in (*own[first + 1 :], *own[:first]):
            if ray.ahead != ray.behind:
                return ray.behind
            if ray.piece in inside:
                return inside[ray.piece]
    return None
