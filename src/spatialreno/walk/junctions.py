"""Compiled search from junction to junction over chains, which are filled in afterwards.

A key is millimetres and, in the lower half, the name walked from: so the least key is the shortest walk, and of equal
ones that with the lower name. Seeds inside chains and dead ends are spread there first, to the junctions they reach.
Loops take plain arrays and grow none: what is handed over or back is counted each time, which would take longer than
the search. Nodes below 0 are not asked for.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

# A thousand kilometres on top of it still fit into 64 bits.
NEVER = 1 << 62
LONGEST_MM = 1_000_000_000


@numba.njit(cache=True, nogil=True)
def _spread(pointer: Any, arcs: Any, best: Any, stop: Any, found: Any, count: int, slot: Any, pool: Any, used: int,
            shift: int) -> Any:  # fmt: skip
    """Push the keys of junctions on until none within the limit improves; gives the number found and the pool.

    `pool` has rows (key, junction, next of its bucket); a row whose key is no longer the best is stale.
    """
    for bucket in range(len(slot)):
        while slot[bucket] >= 0:
            at = slot[bucket]
            key, here, slot[bucket] = pool[at, 0], pool[at, 1], pool[at, 2]
            if key != best[here]:
                continue
            first, last = pointer[here], pointer[here + 1]
            if used + last - first > len(pool):
                grown = np.empty((2 * used + last - first, 3), np.int64)
                grown[:used] = pool[:used]
                pool = grown
            for arc in range(first, last):
                other, reach = arcs[arc, 0], key + (np.int64(arcs[arc, 1]) << 32)
                old = best[other]
                if reach >= old or reach > stop:
                    continue
                if old == NEVER:
                    found[count] = other
                    count += 1
                best[other], to = reach, reach >> shift
                pool[used, 0], pool[used, 1], pool[used, 2] = reach, other, slot[to]
                slot[to] = used
                used += 1
    return count, pool


@numba.njit(cache=True, nogil=True)
def _sow(row: int, key: Any, rows: Any, back: Any, value: Any) -> Any:
    """Walk from a seed back along its dead end, noting keys; gives the row where that hangs, and the key there."""
    value[row] = min(value[row], key)
    while back[row, 0] != row:
        before = back[row, 0]
        key += np.int64(rows[row, 2] - rows[before, 2]) << 32
        row = before
        value[row] = min(value[row], key)
    return row, key


@numba.njit(cache=True, nogil=True)
def _report(node: int, key: int, stop: Any, out: Any, size: int, far: Any, name: Any) -> int:
    """Write a distance within the limit: into the list, or where there is room for every node, there."""
    if len(far):
        if key <= stop and node >= 0:
            far[node], name[node] = key >> 32, key & 0xFFFFFFFF
        return size
    out[size, 0], out[size, 1] = node, key >> 32
    return size + int((key <= stop) & (node >= 0))


@numba.njit(cache=True, nogil=True)
def _fill(hold: Any, rows: Any, into: Any, ends: Any, best: Any, found: Any, count: int, sown: Any, stop: Any,
          out: Any, size: int, far: Any, name: Any) -> int:  # fmt: skip
    """Report what the junctions found hold, and chains that end there when their beginning was not reached."""
    for k in range(count):
        junction = found[k]
        here = best[junction]
        if not sown[junction]:
            for row in range(hold[junction], hold[junction + 1]):
                there = best[rows[row, 1]] + (np.int64(rows[row, 3]) << 32)
                reach = min(here + (np.int64(rows[row, 2]) << 32), there)
                size = _report(rows[row, 0], reach, stop, out, size, far, name)
        for end in range(into[junction], into[junction + 1]):
            begin = ends[end, 0]
            if best[begin] == NEVER and not sown[begin]:
                for row in range(ends[end, 1], ends[end, 2]):
                    reach = here + (np.int64(rows[row, 3]) << 32)
                    size = _report(rows[row, 0], reach, stop, out, size, far, name)
    return size


@numba.njit(cache=True, nogil=True)
def _reap(junction: int, hold: Any, rows: Any, back: Any, best: Any, value: Any, stop: Any, out: Any, size: int,
          far: Any, name: Any) -> int:  # fmt: skip
    """Report what a junction holds when seeds lie on it: keys run along chains both ways, then into dead ends."""
    first, last = hold[junction], hold[junction + 1]
    key, at, line = NEVER, np.int32(0), np.int32(-2)
    for row in range(first, last):
        if back[row, 0] == row:
            if back[row, 2] != line:
                key, at, line = best[junction], np.int32(0), back[row, 2]
            key = min(value[row], key + (np.int64(rows[row, 2] - at) << 32))
            value[row], at = key, rows[row, 2]
    line = np.int32(-2)
    for row in range(last - 1, first - 1, -1):
        if back[row, 0] == row:
            if back[row, 2] != line:
                key, at, line = best[rows[row, 1]], np.int32(0), back[row, 2]
            key = min(value[row], key + (np.int64(rows[row, 3] - at) << 32))
            value[row], at = key, rows[row, 3]
    for row in range(first, last):
        before = back[row, 0]
        key = min(value[row], value[before] + (np.int64(rows[row, 2] - rows[before, 2]) << 32))
        value[row] = key
        size = _report(rows[row, 0], key, stop, out, size, far, name)
    for row in range(first, last):
        value[row] = NEVER
    return size


@numba.njit(cache=True, nogil=True)
def search(  # noqa: C901 (one search after another, without handing arrays over)
    chains: Any, order: Any, starts: Any, seeds: Any, limit: int, shift: int, far: Any, name: Any
) -> Any:
    """Measure from each start (rows `starts[k]:starts[k + 1]` of the seeds) to all nodes within the limit.

    Seeds are rows (node, millimetres, name). Starts are taken in the given order. Returns the first row and the row
    after the last of each start, and all rows (node, millimetres). Where `far` and `name` have a row as long as the
    nodes for each start these are written instead, and there are no rows.
    """
    pointer, arcs, hold, rows, into, ends, back, row_of = chains
    nodes, junctions, lists = len(row_of), len(pointer) - 1, far.shape[1] == 0
    stop = (np.int64(limit) << 32) | 0xFFFFFFFF
    best, value = np.full(junctions, NEVER, np.int64), np.full(nodes, NEVER, np.int64)
    found, sown = np.empty(junctions, np.int32), np.zeros(junctions, np.bool_)
    some = np.empty(junctions, np.int32)
    slot, pool = np.full((limit >> shift) + 1, -1, np.int64), np.empty((4096, 3), np.int64)
    shift += 32
    first_row, last_row = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    out, size = np.empty((4 * nodes * lists + 1, 2), np.int32), 0
    for k in order:
        if lists and size + nodes >= len(out):
            grown = np.empty((2 * len(out), 2), np.int32)
            grown[:size] = out[:size]
            out = grown
        first_row[k] = size
        used, count, many = 0, 0, 0
        if len(pool) < 2 * (starts[k + 1] - starts[k]):
            pool = np.empty((2 * (starts[k + 1] - starts[k]), 3), np.int64)
        for s in range(starts[k], starts[k + 1]):
            key = (np.int64(seeds[s, 1]) << 32) | seeds[s, 2]
            if key > stop:
                continue
            row, key = _sow(row_of[seeds[s, 0]], key, rows, back, value)
            holder = back[row, 1]
            if not sown[holder]:
                sown[holder], some[many] = True, holder
                many += 1
            for end in range(2):
                to = holder if end == 0 else rows[row, 1]
                reach = key + (np.int64(rows[row, 2 + end]) << 32)
                if reach <= stop and reach < best[to]:
                    if best[to] == NEVER:
                        found[count] = to
                        count += 1
                    best[to], at = reach, reach >> shift
                    pool[used, 0], pool[used, 1], pool[used, 2] = reach, to, slot[at]
                    slot[at] = used
                    used += 1
        count, pool = _spread(pointer, arcs, best, stop, found, count, slot, pool, used, shift)
        here, called = far[k * (not lists)], name[k * (not lists)]
        size = _fill(hold, rows, into, ends, best, found, count, sown, stop, out, size, here, called)
        for j in range(many):
            size = _reap(some[j], hold, rows, back, best, value, stop, out, size, here, called)
            sown[some[j]] = False
        for j in range(count):
            best[found[j]] = NEVER
        last_row[k] = size
    return first_row, last_row, out[:size]
