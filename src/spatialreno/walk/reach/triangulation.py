"""Compiled triangles between points and along obstacles: exact in whole millimetres, cached on disk.

A point is put into its triangle, edges are turned until the triangles are round (Lawson), then the edges that cross
an obstacle are turned out of its way (Sloan). Corners of a triangle run anticlockwise; side i lies across from corner
i. `mark` names what runs along a side, -1 for nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialreno.walk.millimetres.compiled import EndlessError, compiled

_NEAR_ROUND = 1e-12
_MOST_SWEEPS = 40
_MOST_TURNS = 64


@compiled
def turn(xy: Any, a: int, b: int, c: int) -> int:
    """Tell on which side of a line from a to b a point lies: above 0 left, below 0 right; exact."""
    left = (xy[b, 0] - xy[a, 0]) * (xy[c, 1] - xy[a, 1])
    return int(left - (xy[b, 1] - xy[a, 1]) * (xy[c, 0] - xy[a, 0]))


@compiled
def triangulate(xy: Any, order: Any, sides: Any) -> Any:
    """Cover a plane with triangles whose sides hold all of `sides`.

    `xy` are distinct points of which the last three frame the others; `order` is that of putting them in; `sides`
    are pairs of points that cross no other pair. Returns triangles, neighbours, marks (rows of `sides`), and the
    number of sides that could not be had, which is 0 unless some cross. Every loop has a bound that exact triangles
    keep; where one is passed `EndlessError` names the point it happened at.
    """
    size = 2 * len(order) + 1
    tri, near = np.empty((size, 3), np.int64), np.full((size, 3), -1)
    mark, home = np.full((size, 3), -1), np.zeros(len(xy), np.int64)
    for i in range(3):
        tri[0, i] = len(xy) - 3 + i
    count, at = 1, 0
    for p in order:
        at = _find(xy, tri, near, at, p, count)
        count = _put(xy, tri, near, mark, home, at, p, count)
    lost = 0
    for s in range(len(sides)):
        lost += _force(xy, tri, near, mark, home, sides[s, 0], sides[s, 1], s)
    _round_off(xy, tri[:count], near[:count], mark[:count], home)
    return tri[:count], near[:count], mark[:count], lost


@compiled
def _find(xy: Any, tri: Any, near: Any, at: int, p: int, count: int) -> int:
    """Walk to the triangle that holds a point."""
    for _ in range(count):
        out = -1
        for i in range(3):
            if turn(xy, tri[at, (i + 1) % 3], tri[at, (i + 2) % 3], p) < 0:
                out = i
                break
        if out < 0:
            return at
        if near[at, out] < 0:
            raise EndlessError(xy[p, 0], xy[p, 1])  # beyond the frame
        at = near[at, out]
    for t in range(count):
        a, b, c = tri[t]
        if turn(xy, a, b, p) >= 0 and turn(xy, b, c, p) >= 0 and turn(xy, c, a, p) >= 0:
            return t
    raise EndlessError(xy[p, 0], xy[p, 1])


@compiled
def _put(xy: Any, tri: Any, near: Any, mark: object, home: Any, t: int, p: int, count: int) -> int:
    """Put a point into a triangle or on its side, and turn sides until all are round."""
    on = -1
    for i in range(3):
        if turn(xy, tri[t, (i + 1) % 3], tri[t, (i + 2) % 3], p) == 0:
            on = i
    i = max(on, 0)
    a, b, c = tri[t, i], tri[t, (i + 1) % 3], tri[t, (i + 2) % 3]
    over, na, nb = near[t, i], near[t, (i + 1) % 3], near[t, (i + 2) % 3]
    if on < 0:
        one, two = count, count + 1
        _set(tri, near, home, t, p, b, c, over, one, two)
        _set(tri, near, home, one, p, c, a, na, two, t)
        _set(tri, near, home, two, p, a, b, nb, t, one)
        _relink(near, na, t, one)
        _relink(near, nb, t, two)
        todo = [t, one, two]
    else:
        j = _side(near, over, t)
        d, nbd, ndc = tri[over, j], near[over, (j + 1) % 3], near[over, (j + 2) % 3]
        one, two = count, count + 1
        _set(tri, near, home, t, p, a, b, nb, two, one)
        _set(tri, near, home, one, p, c, a, na, t, over)
        _set(tri, near, home, over, p, d, c, ndc, one, two)
        _set(tri, near, home, two, p, b, d, nbd, over, t)
        _relink(near, na, t, one)
        _relink(near, nbd, over, two)
        todo = [t, one, over, two]
    # Every side turned here ends at p, so no more are turned than there are points.
    for _ in range(5 * len(xy)):
        if not len(todo):
            return count + 2
        s = todo.pop()
        u = near[s, 0]
        if u >= 0:
            j = _side(near, u, s)
            if _inside(xy, tri[s, 0], tri[s, 1], tri[s, 2], tri[u, j]):
                _flip(tri, near, mark, home, s, 0, u, j)
                todo.append(s)
                todo.append(u)
    raise EndlessError(xy[p, 0], xy[p, 1])


@compiled
def _set(tri: Any, near: Any, home: Any, t: int, a: int, b: int, c: int, na: int, nb: int, nc: int) -> None:
    tri[t, 0], tri[t, 1], tri[t, 2] = a, b, c
    near[t, 0], near[t, 1], near[t, 2] = na, nb, nc
    home[a], home[b], home[c] = t, t, t


@compiled
def _side(near: Any, t: int, other: int) -> int:
    """Find the side of a triangle towards a neighbour."""
    return 0 if near[t, 0] == other else 1 if near[t, 1] == other else 2


@compiled
def _relink(near: Any, t: int, old: int, new: int) -> None:
    if t >= 0:
        near[t, _side(near, t, old)] = new


@compiled
def _inside(xy: Any, a: int, b: int, c: int, d: int) -> bool:
    """Tell whether d lies clearly in the circle through three points that run anticlockwise."""
    ax, ay = float(xy[a, 0] - xy[d, 0]), float(xy[a, 1] - xy[d, 1])
    bx, by = float(xy[b, 0] - xy[d, 0]), float(xy[b, 1] - xy[d, 1])
    cx, cy = float(xy[c, 0] - xy[d, 0]), float(xy[c, 1] - xy[d, 1])
    one, two, three = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    value = one * (bx * cy - by * cx) - two * (ax * cy - ay * cx) + three * (ax * by - ay * bx)
    size = one * (abs(bx * cy) + abs(by * cx)) + two * (abs(ax * cy) + abs(ay * cx))
    return bool(value > _NEAR_ROUND * (size + three * (abs(ax * by) + abs(ay * bx))))


@compiled
def _flip(tri: Any, near: Any, mark: Any, home: Any, t: int, i: int, u: int, j: int) -> None:
    """Turn the side between two triangles: it then joins the corners that lay across from it."""
    p, b, c, d = tri[t, i], tri[t, (i + 1) % 3], tri[t, (i + 2) % 3], tri[u, j]
    cp, pb = near[t, (i + 1) % 3], near[t, (i + 2) % 3]
    bd, dc = near[u, (j + 1) % 3], near[u, (j + 2) % 3]
    mcp, mpb = mark[t, (i + 1) % 3], mark[t, (i + 2) % 3]
    mbd, mdc = mark[u, (j + 1) % 3], mark[u, (j + 2) % 3]
    _set(tri, near, home, t, p, b, d, bd, u, pb)
    _set(tri, near, home, u, p, d, c, dc, cp, t)
    mark[t, 0], mark[t, 1], mark[t, 2] = mbd, -1, mpb
    mark[u, 0], mark[u, 1], mark[u, 2] = mdc, mcp, -1
    _relink(near, bd, u, t)
    _relink(near, cp, t, u)


@compiled
def _corner(tri: Any, t: int, p: int) -> int:
    return 0 if tri[t, 0] == p else 1 if tri[t, 1] == p else 2


@compiled
def _force(xy: Any, tri: Any, near: Any, mark: Any, home: Any, a: int, b: int, name: int) -> int:
    """Make a line between two points a side, or several if it passes through points."""
    for _ in range(2 * len(xy)):
        if a == b:
            return 0
        goal, t, i, kind = _leave(xy, tri, near, home, a, b)
        if kind == 0:  # a side that is there already
            mark[t, i] = name
            u = near[t, i]
            if u >= 0:
                mark[u, _side(near, u, t)] = name
        else:
            goal = _clear_way(xy, tri, near, mark, home, a, b, t, i)
            if goal < 0:
                return 1
            continue
        a = goal
    raise EndlessError(xy[a, 0], xy[a, 1])


@compiled
def _leave(xy: Any, tri: Any, near: Any, home: Any, a: int, b: int) -> Any:
    """Find round a point the side that leads towards another (kind 0), or the side a line to it crosses (1)."""
    t = home[a]
    for _ in range(len(tri)):
        i = _corner(tri, t, a)
        p, q = tri[t, (i + 1) % 3], tri[t, (i + 2) % 3]
        one, two = turn(xy, a, b, p), turn(xy, a, b, q)
        if one == 0:
            ahead = (xy[b, 0] - xy[a, 0]) * (xy[p, 0] - xy[a, 0]) + (xy[b, 1] - xy[a, 1]) * (xy[p, 1] - xy[a, 1])
            if ahead > 0:
                return p, t, (i + 2) % 3, 0
        if one < 0 and two > 0:
            return b, t, i, 1
        t = near[t, (i + 1) % 3]
        if t < 0:
            break
    raise EndlessError(xy[a, 0], xy[a, 1])


@compiled
def _clear_way(xy: Any, tri: Any, near: Any, mark: object, home: Any, a: int, b: int, t: int, i: int) -> int:
    """Turn away all sides that cross a line, as far as the first point on it; -1 if one of them may not be turned."""
    pairs, goal = _in_the_way(xy, tri, near, mark, a, b, t, i)
    if goal < 0:
        return -1
    at, waiting, most = 0, 0, _MOST_TURNS * (len(pairs) + 1) ** 2
    while at < len(pairs):
        if waiting > len(pairs) - at or at > most:
            raise EndlessError(xy[a, 0], xy[a, 1])
        p, q = pairs[at]
        at += 1
        t = _from_to(xy, tri, near, home, p, q)
        i = (_corner(tri, t, p) + 2) % 3
        u = near[t, i]
        j = _side(near, u, t)
        e, d = tri[t, i], tri[u, j]
        if turn(xy, e, d, p) * np.sign(turn(xy, e, d, q)) >= 0:
            # Their four corners are not convex yet: put off until a neighbour has been turned.
            pairs.append((p, q))
            waiting += 1
            continue
        _flip(tri, near, mark, home, t, i, u, j)
        waiting = 0
        new = e != a and d != a and e != goal and d != goal
        if new and turn(xy, a, goal, e) * np.sign(turn(xy, a, goal, d)) < 0:
            pairs.append((e, d))
    return int(goal)


@compiled
def _in_the_way(xy: Any, tri: Any, near: Any, mark: Any, a: int, b: int, t: int, i: int) -> Any:
    """List the sides that cross a line from a, as far as the first point on it; that is -1 if one may not be turned."""
    pairs = [(tri[t, (i + 1) % 3], tri[t, (i + 2) % 3])]
    for _ in range(len(tri)):
        if mark[t, i] >= 0:
            return pairs, -1
        u = near[t, i]
        if u < 0:
            break
        j = _side(near, u, t)
        d = tri[u, j]
        side = 0 if d == b else turn(xy, a, b, d)
        if side == 0:
            return pairs, d
        t, i = u, (j + 1) % 3 if side > 0 else (j + 2) % 3
        # Of the two other sides of u the line leaves through the one with d and the corner on the far side.
        pairs.append((tri[t, (i + 1) % 3], tri[t, (i + 2) % 3]))
    raise EndlessError(xy[a, 0], xy[a, 1])


@compiled
def _from_to(xy: Any, tri: Any, near: Any, home: Any, p: int, q: int) -> int:
    """Find the triangle in which q follows p, one way round p and, where that ends at the frame, the other way."""
    for way in (1, 2):
        t = home[p]
        for _ in range(len(tri)):
            i = _corner(tri, t, p)
            if tri[t, (i + 1) % 3] == q:
                return int(t)
            t = near[t, (i + way) % 3]
            if t < 0:
                break
    raise EndlessError(xy[p, 0], xy[p, 1])


@compiled
def _round_off(xy: Any, tri: Any, near: Any, mark: Any, home: Any) -> None:
    """Turn free sides until triangles are as round as the obstacles allow."""
    for _ in range(_MOST_SWEEPS):
        turned = 0
        for t in range(len(tri)):
            for i in range(3):
                u = near[t, i]
                if u < 0 or mark[t, i] >= 0:
                    continue
                j = _side(near, u, t)
                e, d, p, q = tri[t, i], tri[u, j], tri[t, (i + 1) % 3], tri[t, (i + 2) % 3]
                if turn(xy, e, d, p) < 0 < turn(xy, e, d, q) and _inside(xy, e, p, q, d):
                    _flip(tri, near, mark, home, t, i, u, j)
                    turned += 1
        if turned == 0:
            return
