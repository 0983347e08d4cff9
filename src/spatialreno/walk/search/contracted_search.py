"""Compiled search from junction to junction over chains, which are filled in afterwards.

A key is millimetres and, in the lower half, the name walked from: so the least key is the shortest walk, and of equal
ones that with the lower name. Seeds inside chains and dead ends are spread there first, to the junctions they reach.
Loops take plain arrays and grow none: what is handed over or back is counted each time, which would take longer than
the search.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialreno.walk.millimetres.compiled import EndlessError, compiled

# A thousand kilometres on top of it still fit into 64 bits.
NEVER = 1 << 62
LONGEST_MM = 1_000_000_000
_LOW = 0xFFFFFFFF


@compiled
def _grown(table: Any, size: int, room: int) -> Any:
    """Copy rows of two into a larger table; in a loop, since slices take seconds to compile."""
    larger = np.empty((room, 2), table.dtype)
    for row in range(size):
        larger[row, 0], larger[row, 1] = table[row, 0], table[row, 1]
    return larger


@compiled
def _spread(pointer: Any, arcs: Any, best: Any, stop: Any, found: Any, count: int, slot: Any, pool: Any, used: int,
            shift: int) -> Any:  # fmt: skip
    """Push the keys of junctions on until none within the limit improves; gives the number found and the pool.

    `pool` has rows (key, next of its bucket and junction); a row whose key is no longer the best is stale. Every arc
    writes a row, which counts when it improves something (else it goes to the last bucket): cheaper than to branch.
    """
    trash, taken = len(slot) - 1, 0
    for bucket in range(trash):
        while slot[bucket] >= 0:
            # A row is written once and taken once.
            taken += 1
            if taken > used:
                raise EndlessError(bucket)
            key, here = pool[slot[bucket], 0], pool[slot[bucket], 1] & _LOW
            slot[bucket] = pool[slot[bucket], 1] >> 32
            if key != best[here]:
                continue
            first, last = pointer[here], pointer[here + 1]
            if used + last - first >= len(pool):
                pool = _grown(pool, used, 2 * (used + last - first))
            for arc in range(first, last):
                other, reach = np.int64(arcs[arc, 0]), key + (np.int64(arcs[arc, 1]) << 32)
                old = best[other]
                good = (reach < old) & (reach <= stop)
                best[other] = reach if good else old
                found[count] = other
                count += int(good & (old == NEVER))
                to = reach >> shift if good else trash
                pool[used, 0], pool[used, 1] = reach, (slot[to] << 32) | other
                slot[to] = used
                used += int(good)
    slot[trash] = -1
    return count, pool


@compiled
def _sow(row: int, key: Any, rows: Any, back: Any, value: Any) -> Any:
    """Walk from a seed back along its dead end, noting keys; gives the row where that hangs, and the key there."""
    value[row] = min(value[row], key)
    for _ in range(len(back)):
        before = back[row, 0]
        if before == row:
            return row, key
        key += np.int64(rows[row, 1] - rows[before, 1]) << 32
        row = before
        value[row] = min(value[row], key)
    raise EndlessError(row)


@compiled
def _list(hold: Any, rows: Any, into: Any, ends: Any, best: Any, found: Any, count: int, sown: Any, stop: Any,
          out: Any, size: int) -> int:  # fmt: skip
    """List what the junctions found hold, and chains that end there when their beginning was not reached.

    A line is written always and counts when it is within the limit: cheaper than to branch. (An unsigned index is
    not asked whether it counts from behind.)
    """
    for k in range(count):
        junction = found[k]
        here = best[junction]
        if not sown[junction]:
            for row in range(hold[junction], hold[junction + 1]):
                there = best[np.uint32(rows[row, 0])] + (np.int64(rows[row, 2]) << 32)
                reach = min(here + (np.int64(rows[row, 1]) << 32), there)
                out[size, 0], out[size, 1] = row, reach >> 32
                size += int(reach <= stop)
        for end in range(into[junction], into[junction + 1]):
            begin = ends[end, 0]
            if best[begin] == NEVER and not sown[begin]:
                for row in range(ends[end, 1], ends[end, 2]):
                    reach = here + (np.int64(rows[row, 2]) << 32)
                    out[size, 0], out[size, 1] = row, reach >> 32
                    size += int(reach <= stop)
    return size


@compiled
def _chart(hold: Any, rows: Any, into: Any, ends: Any, best: Any, found: Any, count: int, sown: Any, stop: Any,
           node: Any, far: Any, name: Any) -> None:  # fmt: skip
    """Write for each node what `_list` would list, with the name walked from."""
    for k in range(count):
        junction = found[k]
        here = best[junction]
        if not sown[junction]:
            for row in range(hold[junction], hold[junction + 1]):
                there = best[rows[row, 0]] + (np.int64(rows[row, 2]) << 32)
                reach = min(here + (np.int64(rows[row, 1]) << 32), there)
                if reach <= stop:
                    far[node[row]], name[node[row]] = reach >> 32, reach & _LOW
        for end in range(into[junction], into[junction + 1]):
            begin = ends[end, 0]
            if best[begin] == NEVER and not sown[begin]:
                for row in range(ends[end, 1], ends[end, 2]):
                    reach = here + (np.int64(rows[row, 2]) << 32)
                    if reach <= stop:
                        far[node[row]], name[node[row]] = reach >> 32, reach & _LOW


@compiled
def _reap(junction: int, hold: Any, rows: Any, back: Any, best: Any, value: Any) -> None:
    """Find the keys of what a junction holds when seeds lie on it: along chains both ways, then into dead ends."""
    first, last = hold[junction], hold[junction + 1]
    key, at, line = NEVER, np.int32(0), np.int32(-2)
    for row in range(first, last):
        if back[row, 0] == row:
            if back[row, 2] != line:
                key, at, line = best[junction], np.int32(0), back[row, 2]
            key = min(value[row], key + (np.int64(rows[row, 1] - at) << 32))
            value[row], at = key, rows[row, 1]
    line = np.int32(-2)
    for row in range(last - 1, first - 1, -1):
        if back[row, 0] == row:
            if back[row, 2] != line:
                key, at, line = best[rows[row, 0]], np.int32(0), back[row, 2]
            key = min(value[row], key + (np.int64(rows[row, 2] - at) << 32))
            value[row], at = key, rows[row, 2]
    for row in range(first, last):
        before = back[row, 0]
        value[row] = min(value[row], value[before] + (np.int64(rows[row, 1] - rows[before, 1]) << 32))


@compiled
def _list_sown(first: int, last: int, value: Any, stop: Any, out: Any, size: int) -> int:
    """List the rows of a junction on which seeds lie, and forget their keys."""
    for row in range(first, last):
        out[size, 0], out[size, 1] = row, value[row] >> 32
        size += int(value[row] <= stop)
        value[row] = NEVER
    return size


@compiled
def _chart_sown(first: int, last: int, value: Any, stop: Any, node: Any, far: Any, name: Any) -> None:
    """Write what `_list_sown` would list, with the name walked from."""
    for row in range(first, last):
        if value[row] <= stop:
            far[node[row]], name[node[row]] = value[row] >> 32, value[row] & _LOW
        value[row] = NEVER


@compiled
def _begin(first: int, last: int, seeds: Any, stop: Any, rows: Any, back: Any, row_of: Any, value: Any, best: Any,
           found: Any, sown: Any, some: Any, slot: Any, pool: Any, shift: int) -> Any:  # fmt: skip
    """Walk from seeds to the junctions at both ends; gives how many hold seeds, are reached, and rows of the pool."""
    many, count, used = 0, 0, 0
    for s in range(first, last):
        key = (np.int64(seeds[s, 1]) << 32) | seeds[s, 2]
        if key > stop:
            continue
        row, key = _sow(row_of[seeds[s, 0]], key, rows, back, value)
        holder = back[row, 1]
        if not sown[holder]:
            sown[holder], some[many] = True, holder
            many += 1
        for end in range(2):
            to = holder if end == 0 else rows[row, 0]
            reach = key + (np.int64(rows[row, 1 + end]) << 32)
            if reach <= stop and reach < best[to]:
                if best[to] == NEVER:
                    found[count] = to
                    count += 1
                best[to], at = reach, reach >> shift
                pool[used, 0], pool[used, 1] = reach, (slot[at] << 32) | to
                slot[at] = used
                used += 1
    return many, count, used


@compiled
def search(chains: Any, order: Any, starts: Any, seeds: Any, limit: int, shift: int, far: Any, name: Any) -> Any:
    """Measure from each start (rows `starts[k]:starts[k + 1]` of the seeds) to all nodes within the limit.

    Seeds are rows (node, millimetres, name). Starts are taken in the given order. Returns the first line and the line
    after the last of each start, and all lines (row of `chains`, millimetres). Where `far` and `name` have a row as
    long as the nodes for each start, these are written instead, by node, and there are no lines.
    """
    pointer, arcs, hold, rows, into, ends, back, node, row_of = chains
    nodes, junctions, lists = len(row_of), len(pointer) - 1, far.shape[1] == 0
    stop = (np.int64(limit) << 32) | _LOW
    best, value = np.full(junctions, NEVER, np.int64), np.full(nodes, NEVER, np.int64)
    found, sown = np.empty(junctions + 1, np.int32), np.zeros(junctions, np.bool_)
    some = np.empty(junctions, np.int32)
    slot, pool = np.full((limit >> shift) + 2, -1, np.int64), np.empty((4096, 2), np.int64)
    shift += 32
    first_line, last_line = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    out, size = np.empty((1, 2), np.int32), 0
    for turn in range(len(order)):
        k = order[turn]
        first_line[k] = size
        if len(pool) < 2 * (starts[k + 1] - starts[k]):
            pool = np.empty((2 * (starts[k + 1] - starts[k]), 2), np.int64)
        many, count, used = _begin(starts[k], starts[k + 1], seeds, stop, rows, back, row_of, value, best, found, sown,
                                   some, slot, pool, shift)  # fmt: skip
        count, pool = _spread(pointer, arcs, best, stop, found, count, slot, pool, used, shift)
        if lists:
            if size + nodes >= len(out):
                # How many there will be at last is guessed from the searches done.
                out = _grown(out, size, max(3 * len(out), nodes + 1 + 2 * (size // max(turn, 1)) * len(order)))
            size = _list(hold, rows, into, ends, best, found, count, sown, stop, out, size)
        else:
            _chart(hold, rows, into, ends, best, found, count, sown, stop, node, far[k], name[k])
        for j in range(many):
            _reap(some[j], hold, rows, back, best, value)
            first, last, sown[some[j]] = hold[some[j]], hold[some[j] + 1], False
            if lists:
                size = _list_sown(first, last, value, stop, out, size)
            else:
                _chart_sown(first, last, value, stop, node, far[k], name[k])
        for j in range(count):
            best[found[j]] = NEVER
        last_line[k] = size
    return first_line, last_line, out[:size]
