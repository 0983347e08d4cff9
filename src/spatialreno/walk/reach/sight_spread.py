"""Compiled looks over a cover of triangles: what is seen from corners walked to, side by side, as far as the walk goes.

A cover is points, triangles, neighbours, sides that can be crossed and the wedge of each corner (`mesh`). A look is
x, y, the millimetres walked to it, right x, y, left x, y to look between, and 1 if it looks all round. A look goes no
farther where a corner has reached everything before the look could.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialreno.walk.millimetres.compiled import EndlessError, compiled

_SLACK_MM = 50.0
_ROW, _DEPTH = 18, 64
LOOK, NEAREST, FARTHEST, RIGHT, LEFT, SHAPE = 1, 2, 3, 4, 6, 8


@compiled
def spread(cover: Any, far: Any, looks: Any, pointer: Any, starts: Any, limit: float, want: Any) -> Any:
    """Look from each point as far as the limit lets it walk, and lower `far` of the wedges that come in sight.

    `starts[pointer[s]:pointer[s + 1]]` are the corners look s begins at, or -1 - t in the middle of triangle t.
    Returns, for the triangles wanted, rows of triangle, look, nearest and farthest millimetre, right and left
    direction, and the five points of the part in sight. A straight look passes a triangle once at most: `EndlessError`
    names the point of one that goes on.
    """
    rows, count, part = np.empty((256, _ROW)), 0, np.zeros(_ROW)
    stack, cone = np.empty((_DEPTH, 3), np.int64), np.empty((_DEPTH, 4))
    for s in range(len(looks)):
        if looks[s, 2] >= limit:
            continue
        part[LOOK] = s
        for k in range(pointer[s], pointer[s + 1]):
            if starts[k] < 0:
                size, seen = _from_within(cover, far, looks[s], -1 - starts[k], stack, cone, part)
            else:
                size, seen = _from_corner(cover, far, looks[s], starts[k] // 3, starts[k] % 3, stack, cone, part)
            rows, count = _kept(rows, count, part, seen and want[int(part[0])])
            while size > 0:
                if stack[size - 1, 2] > len(cover[1]):
                    raise EndlessError(looks[s, 0], looks[s, 1])
                if size + 2 >= len(stack):
                    stack, cone = np.concatenate((stack, stack)), np.concatenate((cone, cone))
                size, seen = _onward(cover, far, looks[s], limit, stack, cone, size - 1, part)
                seen = seen and want[int(part[0])] and not _all_sooner(cover, far, looks[s], part)
                rows, count = _kept(rows, count, part, seen)
    return rows[:count]


@compiled
def _kept(rows: Any, count: int, part: Any, seen: bool) -> Any:
    """Write a part down, if it is to be."""
    if not seen:
        return rows, count
    if count == len(rows):
        rows = np.concatenate((rows, np.empty_like(rows)))
    rows[count] = part
    return rows, count + 1


@compiled
def _from_within(cover: Any, far: Any, look: Any, t: int, stack: Any, cone: Any, part: Any) -> Any:
    """Begin in the middle of a triangle: all of it is seen, and all that lies beyond its sides."""
    xy, tri, near, open_, _ = cover
    size = 0
    part[0], part[NEAREST] = t, 0.0
    part[RIGHT:SHAPE] = 0.0
    for i in range(3):
        px, py = _away(xy, tri[t, (i + 1) % 3], look)
        qx, qy = _away(xy, tri[t, (i + 2) % 3], look)
        _lower(cover, far, look, t, i)
        if open_[t, i]:
            size = _put_off(near, stack, cone, size, 1, t, i, px, py, qx, qy)
    for k in range(5):
        part[SHAPE + 2 * k], part[SHAPE + 1 + 2 * k] = xy[tri[t, min(k, 2)]]
    _measure(part, look)
    return size, True


@compiled
def _from_corner(cover: Any, far: Any, look: Any, t: int, i: int, stack: Any, cone: Any, part: Any) -> Any:
    """Begin at a corner of a triangle, between the directions of the look."""
    xy, tri, near, open_, _ = cover
    p, q = tri[t, (i + 1) % 3], tri[t, (i + 2) % 3]
    rx, ry = _away(xy, p, look)
    lx, ly = _away(xy, q, look)
    if look[7] == 0.0:
        rx, ry, lx, ly = _both(rx, ry, lx, ly, look[3], look[4], look[5], look[6])
    if rx * ly - ry * lx <= 0.0:
        return 0, False
    for k in (1, 2):
        dx, dy = _away(xy, tri[t, (i + k) % 3], look)
        if rx * dy - ry * dx >= 0.0 and dx * ly - dy * lx >= 0.0:
            _lower(cover, far, look, t, (i + k) % 3)
    part[0], part[NEAREST] = t, 0.0
    part[4], part[5], part[6], part[7] = rx, ry, lx, ly
    part[8], part[9], part[16], part[17] = look[0], look[1], look[0], look[1]
    part[10], part[11] = _hit(xy, p, q, look, rx, ry)
    part[14], part[15] = _hit(xy, p, q, look, lx, ly)
    part[12], part[13] = part[10], part[11]
    _measure(part, look)
    return _put_off(near, stack, cone, 0, 1, t, i, rx, ry, lx, ly) if open_[t, i] else 0, True


@compiled
def _onward(cover: Any, far: Any, look: Any, limit: float, stack: Any, cone: Any, size: int, part: Any) -> Any:
    """Look through a side into the triangle beyond, and put off looking through its other sides."""
    xy, tri, near, open_, _ = cover
    t, i, deep = stack[size, 0], stack[size, 1], stack[size, 2] + 1
    rx, ry, lx, ly = cone[size, 0], cone[size, 1], cone[size, 2], cone[size, 3]
    c, left, right = tri[t, i], tri[t, (i + 1) % 3], tri[t, (i + 2) % 3]
    part[0] = t
    part[4], part[5], part[6], part[7] = rx, ry, lx, ly
    part[8], part[9] = _hit(xy, right, left, look, rx, ry)
    part[16], part[17] = _hit(xy, right, left, look, lx, ly)
    part[NEAREST] = _from_line(part[8], part[9], part[16], part[17], look[0], look[1])
    least = look[2] + part[NEAREST]
    if least >= limit or _sooner(cover, far, part, (i + 1) % 3, least) or _sooner(cover, far, part, (i + 2) % 3, least):
        return size, False
    cx, cy = _away(xy, c, look)
    over_right, over_left = rx * cy - ry * cx, cx * ly - cy * lx
    if over_right >= 0.0 and over_left >= 0.0:
        _lower(cover, far, look, t, i)
    part[10], part[11] = _hit(xy, right if over_right > 0.0 else left, c, look, rx, ry)
    part[14], part[15] = _hit(xy, left if over_left > 0.0 else right, c, look, lx, ly)
    part[12], part[13] = part[10], part[11]
    if over_right > 0.0 and over_left > 0.0:
        part[12], part[13] = xy[c, 0], xy[c, 1]
    _measure(part, look)
    # Right of the far corner the look goes on through the right side, left of it through the left one.
    if over_right > 0.0 and open_[t, (i + 1) % 3]:
        ox, oy = (cx, cy) if over_left > 0.0 else (lx, ly)
        size = _put_off(near, stack, cone, size, deep, t, (i + 1) % 3, rx, ry, ox, oy)
    if over_left > 0.0 and open_[t, (i + 2) % 3]:
        ox, oy = (cx, cy) if over_right > 0.0 else (rx, ry)
        size = _put_off(near, stack, cone, size, deep, t, (i + 2) % 3, ox, oy, lx, ly)
    return size, True


@compiled
def _put_off(
    near: Any, stack: Any, cone: Any, size: int, deep: int, t: int, i: int, rx: float, ry: float, lx: float, ly: float
) -> int:
    """Put off looking through a side of a triangle between two directions; it is the `deep`th on the way."""
    if rx * ly - ry * lx <= 0.0:
        return size
    u = near[t, i]
    stack[size, 0], stack[size, 1] = u, 0 if near[u, 0] == t else 1 if near[u, 1] == t else 2
    stack[size, 2] = deep
    cone[size, 0], cone[size, 1], cone[size, 2], cone[size, 3] = rx, ry, lx, ly
    return size + 1


@compiled
def _away(xy: Any, p: int, look: Any) -> Any:
    """Give the way from a look to a point."""
    return xy[p, 0] - look[0], xy[p, 1] - look[1]


@compiled
def _lower(cover: Any, far: Any, look: Any, t: int, i: int) -> None:
    """Note that a corner has been seen."""
    xy, tri, _, _, wedge = cover
    dx, dy = _away(xy, tri[t, i], look)
    at = wedge[3 * t + i]
    far[at] = min(far[at], look[2] + np.hypot(dx, dy))


@compiled
def _both(ax: float, ay: float, bx: float, by: float, rx: float, ry: float, lx: float, ly: float) -> Any:
    """Give what two spans of directions, each from right to left and at most half a turn, have in common."""
    if ax * ry - ay * rx > 0.0 and rx * by - ry * bx > 0.0:
        ox, oy = rx, ry
    elif rx * ay - ry * ax >= 0.0 and ax * ly - ay * lx >= 0.0:
        ox, oy = ax, ay
    else:
        return 0.0, 0.0, 0.0, 0.0
    if ax * ly - ay * lx > 0.0 and lx * by - ly * bx > 0.0:
        return ox, oy, lx, ly
    if rx * by - ry * bx >= 0.0 and bx * ly - by * lx >= 0.0:
        return ox, oy, bx, by
    return 0.0, 0.0, 0.0, 0.0


@compiled
def _hit(xy: Any, p: int, q: int, look: Any, dx: float, dy: float) -> Any:
    """Find where a direction of a look meets the line between two points."""
    ex, ey = xy[q, 0] - xy[p, 0], xy[q, 1] - xy[p, 1]
    down = dx * ey - dy * ex
    share = 0.0 if down == 0.0 else (dy * (xy[p, 0] - look[0]) - dx * (xy[p, 1] - look[1])) / down
    share = min(max(share, 0.0), 1.0)
    return xy[p, 0] + share * ex, xy[p, 1] + share * ey


@compiled
def _from_line(px: float, py: float, qx: float, qy: float, x: float, y: float) -> float:
    """Measure from a point to a piece of a line."""
    ex, ey = qx - px, qy - py
    long = ex * ex + ey * ey
    share = 0.0 if long == 0.0 else min(max(((x - px) * ex + (y - py) * ey) / long, 0.0), 1.0)
    return float(np.hypot(px + share * ex - x, py + share * ey - y))


@compiled
def _sooner(cover: Any, far: Any, part: Any, i: int, least: float) -> bool:
    """Tell whether a corner reaches all of the side that is looked through before the least a look walks to it."""
    xy, tri, _, _, wedge = cover
    t = int(part[0])
    x, y = xy[tri[t, i], 0], xy[tri[t, i], 1]
    most = max(np.hypot(part[8] - x, part[9] - y), np.hypot(part[16] - x, part[17] - y))
    return bool(far[wedge[3 * t + i]] + most + _SLACK_MM < least)


@compiled
def _all_sooner(cover: Any, far: Any, look: Any, part: Any) -> bool:
    """Tell whether a corner reaches all of a part of a triangle before a look does."""
    xy, tri, _, _, wedge = cover
    t = int(part[0])
    for i in range(3):
        most = _farthest(part, xy[tri[t, i], 0], xy[tri[t, i], 1])
        if far[wedge[3 * t + i]] + most + _SLACK_MM < look[2] + part[NEAREST]:
            return True
    return False


@compiled
def _measure(part: Any, look: Any) -> None:
    """Note the farthest point of a part."""
    part[FARTHEST] = _farthest(part, look[0], look[1])


@compiled
def _farthest(part: Any, x: float, y: float) -> float:
    """Measure from a point to the farthest point of a part."""
    most = 0.0
    for k in range(SHAPE, _ROW, 2):
        most = max(most, np.hypot(part[k] - x, part[k + 1] - y))
    return most
