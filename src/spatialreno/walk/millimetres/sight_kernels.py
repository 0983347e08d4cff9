"""Compiled search for sight lines: exact in whole millimetres, cached on disk after the first run."""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialreno.walk.millimetres.compiled import compiled

_BLOCK = -1
_TURNS, _NEAR = 720, 3


@compiled
def grid_of(segs: Any, size: int) -> Any:
    """Sort segments (x1, y1, x2, y2) into square bins; returns corner, shape and the bins as pointers."""
    frame = np.empty(5, np.int64)
    frame[0], frame[1], frame[2], frame[3] = segs[0, 0], segs[0, 1], segs[0, 0], segs[0, 1]
    for s in range(len(segs)):
        for k in range(4):
            frame[k % 2] = min(frame[k % 2], segs[s, k])
            frame[2 + k % 2] = max(frame[2 + k % 2], segs[s, k])
    frame[2], frame[3] = (frame[2] - frame[0]) // size + 1, (frame[3] - frame[1]) // size + 1
    frame[4] = size
    bins = frame[2] * frame[3]
    # First the bins are counted, then filled from behind; a filled bin's pointer is its first place again.
    pointer, held = np.zeros(bins + 1, np.int64), np.empty(1, np.int64)
    for fill in range(2):
        for back in range(len(segs)):
            s = len(segs) - 1 - back
            ax, ay, bx, by = segs[s, 0], segs[s, 1], segs[s, 2], segs[s, 3]
            first, last = _rows(ay, by, frame)
            for row in range(first, last + 1):
                low, high = _columns(ax, ay, bx, by, row, frame)
                for bin_ in range(row * frame[2] + low, row * frame[2] + high + 1):
                    if fill:
                        pointer[bin_] -= 1
                        held[pointer[bin_]] = s
                    else:
                        pointer[bin_] += 1
        if not fill:
            for bin_ in range(1, bins + 1):
                pointer[bin_] += pointer[bin_ - 1]
            held = np.empty(pointer[bins], np.int64)
    return frame, pointer, held


@compiled
def _rows(ay: int, by: int, frame: Any) -> Any:
    """Give the rows of bins that a line touches, a millimetre more than it does."""
    first = (min(ay, by) - frame[1] - 1) // frame[4]
    last = (max(ay, by) - frame[1] + 1) // frame[4]
    return max(first, 0), min(last, frame[3] - 1)


@compiled
def _columns(ax: int, ay: int, bx: int, by: int, row: int, frame: Any) -> Any:
    """Give the bins of one row that a line touches, a millimetre wider than it is."""
    x0, y0, size = frame[0], frame[1], frame[4]
    low, high = float(min(ax, bx)), float(max(ax, bx))
    if ay != by:
        bottom, top = float(y0 + row * size - 1), float(y0 + (row + 1) * size + 1)
        slope = (bx - ax) / (by - ay)
        one, two = ax + (bottom - ay) * slope, ax + (top - ay) * slope
        low, high = max(low, min(one, two)), min(high, max(one, two))
    first, last = int(np.floor((low - 1 - x0) / size)), int(np.floor((high + 1 - x0) / size))
    return max(first, 0), min(last, frame[2] - 1)


@compiled
def turn(ax: int, ay: int, bx: int, by: int, cx: int, cy: int) -> int:
    """Tell on which side of the line from a to b the point c lies: positive is left."""
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


@compiled
def trace(  # noqa: C901 (compiled: calls would be inlined anyway)
    ax: int, ay: int, bx: int, by: int, segs: Any, corner: Any, label: Any, grid: Any, desk: Any, mark: int
) -> Any:
    """Follow a line from a to b.

    Writes to the desk the labels it properly crosses and the vertices (x, y, number) it passes strictly between its
    ends. Returns (number of labels, number of vertices), or (-1, 0) when a permanent segment is properly crossed.
    """
    stamp, out, vias = desk
    frame, pointer, held = grid
    columns = frame[2]
    crossed, passed = 0, 0
    length = (bx - ax) * (bx - ax) + (by - ay) * (by - ay)
    first, last = _rows(ay, by, frame)
    # From a towards b, since what blocks a line mostly stands near its beginning.
    for i in range(last - first + 1):
        row = first + i if by >= ay else last - i
        low, high = _columns(ax, ay, bx, by, row, frame)
        for j in range(high - low + 1):
            bin_ = row * columns + (low + j if bx >= ax else high - j)
            for place in range(pointer[bin_], pointer[bin_ + 1]):
                s = held[place]
                if stamp[s] == mark:
                    continue
                stamp[s] = mark
                ux, uy, vx, vy = segs[s, 0], segs[s, 1], segs[s, 2], segs[s, 3]
                one, two = turn(ax, ay, bx, by, ux, uy), turn(ax, ay, bx, by, vx, vy)
                if one == 0:
                    along = (bx - ax) * (ux - ax) + (by - ay) * (uy - ay)
                    if 0 < along < length:
                        vias[passed, 0], vias[passed, 1], vias[passed, 2] = ux, uy, corner[s, 0]
                        passed += 1
                if two == 0:
                    along = (bx - ax) * (vx - ax) + (by - ay) * (vy - ay)
                    if 0 < along < length:
                        vias[passed, 0], vias[passed, 1], vias[passed, 2] = vx, vy, corner[s, 1]
                        passed += 1
                if (one > 0 and two < 0) or (one < 0 and two > 0):
                    three, four = turn(ux, uy, vx, vy, ax, ay), turn(ux, uy, vx, vy, bx, by)
                    if (three > 0 and four < 0) or (three < 0 and four > 0):
                        if label[s] < 0:
                            return -1, 0
                        known = False
                        for k in range(crossed):
                            known = known or out[k] == label[s]
                        if not known:
                            out[crossed] = label[s]
                            crossed += 1
    return crossed, passed


@compiled
def taut(p: int, dx: int, dy: int, free: Any, group_ptr: Any, ray_ptr: Any, rx: Any, ry: Any) -> bool:
    """Tell whether a walk along (dx, dy) can bend at p: all rays of one group there lie on one side of it."""
    if free[p]:
        return True
    for group in range(group_ptr[p], group_ptr[p + 1]):
        left, right = False, False
        for ray in range(ray_ptr[group], ray_ptr[group + 1]):
            side = dx * ry[ray] - dy * rx[ray]
            left, right = left or side > 0, right or side < 0
        if not (left and right):
            return True
    return False


@compiled
def _bearing(dx: int, dy: int) -> Any:
    """Place a direction on a square wheel of `_TURNS` spokes: in order as angles are, without trigonometry."""
    part = dy / (abs(dx) + abs(dy))
    if dx < 0:
        part = 2.0 - part
    elif dy < 0:
        part += 4.0
    return part * (_TURNS / 4.0)


@compiled
def _look_round(ax: int, ay: int, segs: Any, label: Any, grid: Any, depth: Any) -> None:
    """Note for each small turn how far one can see at most (squared): past a near wall that spans it, nothing."""
    frame, pointer, held = grid
    x0, y0, columns, rows, size = frame[0], frame[1], frame[2], frame[3], frame[4]
    for bin_ in range(_TURNS):
        depth[bin_] = np.inf
    here_x, here_y = (ax - x0) // size, (ay - y0) // size
    for row in range(max(here_y - _NEAR, 0), min(here_y + _NEAR + 1, rows)):
        for column in range(max(here_x - _NEAR, 0), min(here_x + _NEAR + 1, columns)):
            for place in range(pointer[row * columns + column], pointer[row * columns + column + 1]):
                s = held[place]
                ux, uy, vx, vy = segs[s, 0] - ax, segs[s, 1] - ay, segs[s, 2] - ax, segs[s, 3] - ay
                if label[s] >= 0 or (ux == 0 and uy == 0) or (vx == 0 and vy == 0) or ux * vy == uy * vx:
                    continue
                if ux * vy < uy * vx:
                    ux, uy, vx, vy = vx, vy, ux, uy
                low, high = _bearing(ux, uy), _bearing(vx, vy)
                if high < low:
                    high += _TURNS
                far = max(float(ux) * ux + float(uy) * uy, float(vx) * vx + float(vy) * vy)
                for bin_ in range(int(np.ceil(low + 1e-6)), int(np.floor(high - 1e-6))):
                    depth[bin_ % _TURNS] = min(depth[bin_ % _TURNS], far)


@compiled
def seen_pairs(
    xy: Any, useful: Any, serves: Any, bends: Any, segs: Any, corner: Any, label: object, grid: Any, labels: int
) -> Any:
    """List pairs of useful points (rows of xy) that see each other past what is permanent.

    A pair is tried when both ends can bend the walk. Returns straight pieces (ax, ay, bx, by): a line through vertices
    is given piece by piece, and left out where it passes one that can bend the walk too, since both parts are pairs.
    `serves` tells of all points which are useful; `corner` has the numbers of the points at both ends of each segment,
    -1 outside the cell.
    """
    free, group_ptr, ray_ptr, rx, ry = bends
    desk = _desk(len(segs), labels)
    found, size, mark = np.empty((1024, 4), np.int64), np.int64(0), np.int64(0)
    depth = np.empty(_TURNS, np.float64)
    for a in useful:
        _look_round(xy[a, 0], xy[a, 1], segs, label, grid, depth)
        for b in useful:
            if b <= a:
                continue
            dx, dy = xy[b, 0] - xy[a, 0], xy[b, 1] - xy[a, 1]
            if float(dx) * dx + float(dy) * dy > depth[int(_bearing(dx, dy)) % _TURNS]:
                continue
            if not taut(a, dx, dy, free, group_ptr, ray_ptr, rx, ry):
                continue
            if not taut(b, dx, dy, free, group_ptr, ray_ptr, rx, ry):
                continue
            crossed, passed = trace(xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], segs, corner, label, grid, desk, mark)
            mark += 1
            if crossed < 0:
                continue
            if _bends_midway(desk[2], passed, serves, dx, dy, bends):
                continue
            if size + passed + 1 > len(found):
                found = _grown(found, size, passed)
            size = _pieces(xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], desk[2], passed, found, size)
    return found[:size]


@compiled
def _bends_midway(vias: Any, passed: int, serves: Any, dx: int, dy: int, bends: Any) -> bool:
    """Tell whether a line passes a useful point at which a walk along it can bend."""
    free, group_ptr, ray_ptr, rx, ry = bends
    for k in range(passed):
        p = vias[k, 2]
        if p >= 0 and serves[p] and taut(p, dx, dy, free, group_ptr, ray_ptr, rx, ry):
            return True
    return False


@compiled
def _desk(segs: int, labels: int) -> Any:
    """Lay out what a trace writes to: stamps of segments, labels crossed, vertices passed with their numbers."""
    stamp = np.empty(segs, np.int64)
    for s in range(segs):
        stamp[s] = -1
    return stamp, np.empty(labels + 1, np.int64), np.empty((2 * segs + 1, 3), np.int64)


@compiled
def _grown(table: Any, size: int, more: int) -> Any:
    """Copy a table into one of twice its length and more."""
    grown = np.empty((2 * len(table) + more, table.shape[1]), np.int64)
    for row in range(size):
        for column in range(table.shape[1]):
            grown[row, column] = table[row, column]
    return grown


@compiled
def _pieces(ax: int, ay: int, bx: int, by: int, vias: Any, passed: int, found: Any, size: int) -> int:
    """Write the line from a to b piece by piece, cut where it passes vertices."""
    x, y, gone = ax, ay, 0
    for _ in range(passed + 1):
        # The next vertex on the way: there are few.
        nx, ny, least = bx, by, (bx - ax) * (bx - ax) + (by - ay) * (by - ay)
        for k in range(passed):
            reach = (bx - ax) * (vias[k, 0] - ax) + (by - ay) * (vias[k, 1] - ay)
            if gone < reach < least:
                nx, ny, least = vias[k, 0], vias[k, 1], reach
        found[size, 0], found[size, 1], found[size, 2], found[size, 3] = x, y, nx, ny
        size += 1
        if nx == bx and ny == by:
            break
        x, y, gone = nx, ny, least
    return size


@compiled
def crossed_labels(pieces: Any, segs: Any, corner: Any, label: object, grid: Any, labels: int) -> Any:
    """List (piece, label) for straight pieces, and what each is: 0 clear, 1 through a vertex, -1 blocked."""
    desk = _desk(len(segs), labels)
    out, kind = desk[1], np.empty(len(pieces), np.int64)
    rows, size = np.empty((1024, 2), np.int64), np.int64(0)
    for p in range(len(pieces)):
        ax, ay, bx, by = pieces[p, 0], pieces[p, 1], pieces[p, 2], pieces[p, 3]
        crossed, passed = trace(ax, ay, bx, by, segs, corner, label, grid, desk, p)
        if crossed < 0:
            kind[p] = _BLOCK
            continue
        kind[p] = 1 if passed else 0
        if size + crossed > len(rows):
            rows = _grown(rows, size, crossed)
        for k in range(crossed):
            rows[size, 0], rows[size, 1] = p, out[k]
            size += 1
    return kind, rows[:size]


@compiled
def sectors_of(point: Any, dx: Any, dy: Any, ray_ptr: Any, rx: Any, ry: Any, angle: Any) -> Any:
    """Find for directions out of points the sector to their left and to their right (the same off a ray).

    Sector k lies anticlockwise of ray k; a point without rays has the one sector 0.
    """
    left, right = np.zeros(len(point), np.int64), np.zeros(len(point), np.int64)
    for i in range(len(point)):
        first, last = ray_ptr[point[i]], ray_ptr[point[i] + 1]
        count = last - first
        if count == 0:
            continue
        turn_ = np.arctan2(float(dy[i]), float(dx[i]))
        below, on = count - 1, -1
        for k in range(count):
            ray = first + k
            if dx[i] * ry[ray] == dy[i] * rx[ray] and dx[i] * rx[ray] + dy[i] * ry[ray] > 0:
                on = k
            if angle[ray] <= turn_:
                below = k
        if on >= 0:
            left[i], right[i] = on, (on - 1 + count) % count
        else:
            left[i], right[i] = below, below
    return left, right


@compiled
def taut_from(point: Any, dx: Any, dy: Any, bends: Any) -> Any:
    """Tell which directions out of points a walk can come along to bend there."""
    free, group_ptr, ray_ptr, rx, ry = bends
    found = np.empty(len(point), np.bool_)
    for i in range(len(point)):
        found[i] = taut(point[i], dx[i], dy[i], free, group_ptr, ray_ptr, rx, ry)
    return found
