"""Compiled shortest walks on compressed arrays: whole millimetres, a bucket queue, nothing but loops.

Dial's queue with wide buckets: nodes of one bucket are taken in any order, and taken again when they improve, so the
answer is that of Dijkstra to the millimetre. Every search is a push onto known distances that is written down in a
journal and can be undone. Kernels are compiled once and cached on disk.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialreno.walk.millimetres.compiled import EndlessError, compiled

FAR = 2_000_000_000
NOBODY = 2_000_000_000


@compiled
def _put(node: int, reach: int, at: int, slot: Any, pool: Any, first: Any) -> Any:
    """Put a node into a bucket; the pool of places grows when it is full."""
    if first < 0:
        size = len(pool)
        grown = np.empty((2 * size, 3), np.int32)
        for k in range(2 * size):
            if k < size:
                grown[k, 0], grown[k, 1], grown[k, 2] = pool[k, 0], pool[k, 1], pool[k, 2]
            else:
                grown[k, 2] = k + 1
        grown[2 * size - 1, 2] = -1
        pool, first = grown, size
    place = first
    first = np.int64(pool[place, 2])
    pool[place, 0], pool[place, 1], pool[place, 2] = node, reach, slot[at]
    slot[at] = place
    return pool, first


@compiled
def spread(  # noqa: C901 (the inner loop of every search)
    graph: Any, more: Any, state: Any, run: int, seeds: Any, limit: int, queue: Any, journal: Any
) -> Any:
    """Push seeds (node, distance, name) onto distances until nothing within the limit improves.

    `graph` is (pointer, rows of head and weight); `more` adds arcs as linked rows (next, head, weight); `state` has a
    row (distance, name, stamp, first of `more`) for each node; `queue` is (buckets, pool, first free place, shift). Of
    equal walks the lower name wins. `journal` gets (node, distance before, name before). Returns the pool, its free
    place and the length of the journal.
    """
    pointer, arcs = graph
    slot, pool, first, shift = queue
    waiting, at, count, stop, some = 0, len(slot), np.int64(0), np.int32(limit), len(more) > 0
    for s in range(len(seeds)):
        node, reach, label = seeds[s, 0], np.int64(seeds[s, 1]), seeds[s, 2]
        if reach > stop or reach > state[node, 0] or (reach == state[node, 0] and label >= state[node, 1]):
            continue
        count = _note(node, reach, label, state, run, journal, count)
        pool, first = _put(node, reach, reach >> shift, slot, pool, first)
        waiting += 1
        at = min(at, reach >> shift)
    while waiting:
        place = slot[at]
        if place < 0:
            # Whoever waits is in a bucket from here on: distances only fall, and hops are no less than 0 long.
            at += 1
            if at == len(slot):
                raise EndlessError(at)
            continue
        node, here = pool[place, 0], pool[place, 1]
        slot[at], pool[place, 2] = pool[place, 2], first
        first = np.int64(place)
        waiting -= 1
        if here != state[node, 0]:
            continue
        label = state[node, 1]
        for arc in range(pointer[node], pointer[node + 1]):
            other, reach = arcs[arc, 0], here + arcs[arc, 1]
            old = state[other, 0]
            if reach > old or reach > stop or (reach == old and label >= state[other, 1]):
                continue
            count = _note(other, reach, label, state, run, journal, count)
            pool, first = _put(other, reach, reach >> shift, slot, pool, first)
            waiting += 1
        if some:
            link = state[node, 3]
            for _ in range(len(more)):
                if link < 0:
                    break
                other, reach = more[link, 1], here + more[link, 2]
                link = more[link, 0]
                old = state[other, 0]
                if reach > old or reach > stop or (reach == old and label >= state[other, 1]):
                    continue
                count = _note(other, reach, label, state, run, journal, count)
                pool, first = _put(other, reach, reach >> shift, slot, pool, first)
                waiting += 1
    return pool, first, count


@compiled
def _note(node: int, reach: int, label: int, state: Any, run: int, journal: Any, count: int) -> int:
    """Write a better distance down, and in the journal what was there before this run."""
    if state[node, 2] != run:
        state[node, 2] = run
        journal[count, 0], journal[count, 1], journal[count, 2] = node, state[node, 0], state[node, 1]
        count += 1
    state[node, 0], state[node, 1] = reach, label
    return count


@compiled
def undo(state: Any, journal: Any, count: int) -> None:
    """Put back what a push has changed."""
    for k in range(count):
        state[journal[k, 0], 0], state[journal[k, 0], 1] = journal[k, 1], journal[k, 2]


@compiled
def leaps(state: Any, first: Any, second: Any, length: Any) -> Any:
    """List seeds (node, distance, name) at ends of hops that are nearer by the hop."""
    rows, count = np.empty((2 * len(first), 3), np.int32), 0
    for k in range(len(first)):
        for way in range(2):
            one, two = (first[k], second[k]) if way == 0 else (second[k], first[k])
            if state[one, 0] == FAR:
                continue
            reach = state[one, 0] + length[k]
            if reach < state[two, 0] or (reach == state[two, 0] and state[one, 1] < state[two, 1]):
                rows[count, 0], rows[count, 1], rows[count, 2] = two, reach, state[one, 1]
                count += 1
    return rows[:count]


@compiled
def fresh_state(nodes: int) -> Any:
    """Make the rows of nodes that nothing has reached."""
    state = np.empty((nodes, 4), np.int32)
    for node in range(nodes):
        state[node, 0], state[node, 1], state[node, 2], state[node, 3] = FAR, NOBODY, -1, -1
    return state


@compiled
def fresh_queue(buckets: int, size: int) -> Any:
    """Make empty buckets and a pool."""
    pool = np.empty((size, 3), np.int32)
    for k in range(size):
        pool[k, 2] = k + 1
    pool[size - 1, 2] = -1
    slot = np.empty(buckets, np.int32)
    for k in range(buckets):
        slot[k] = -1
    return slot, pool


@compiled
def balls(graph: Any, more: object, begin: Any, order: Any, starts: Any, ends: Any, seeds: Any, wanted: Any,
          limit: int, shift: int) -> Any:  # fmt: skip
    """Measure from each start (rows `starts[k]:ends[k]` of the seeds) to the wanted nodes within the limit.

    Starts are taken in the given order. Returns the first row and the row after the last of each start, and all rows
    (node, distance).
    """
    nodes = len(graph[0]) - 1
    state = fresh_state(nodes)
    state[:, 3] = begin
    slot, pool = fresh_queue((limit >> shift) + 1, 1024)
    first = 0
    journal = np.empty((nodes, 3), np.int32)
    first_row, last_row = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    rows, size = np.empty((4096, 2), np.int32), 0
    for k in order:
        own = seeds[starts[k] : ends[k]]
        pool, first, count = spread(graph, more, state, k, own, limit, (slot, pool, first, shift), journal)
        if size + count > len(rows):
            grown = np.empty((2 * len(rows) + count, 2), np.int32)
            grown[:size] = rows[:size]
            rows = grown
        begun = size
        for j in range(count):
            node = journal[j, 0]
            if wanted[node]:
                rows[size, 0], rows[size, 1] = node, state[node, 0]
                size += 1
        undo(state, journal, count)
        first_row[k], last_row[k] = begun, size
    return first_row, last_row, rows[:size]


@compiled
def masked(pointer: Any, head: Any, weight: Any, hop: Any, usable: Any) -> Any:
    """Keep the arcs of usable hops."""
    count = 0
    for arc in range(len(head)):
        count += usable[hop[arc]]
    kept, arcs = np.zeros(len(pointer), np.int64), np.empty((count, 2), np.int32)
    at = 0
    for node in range(len(pointer) - 1):
        for arc in range(pointer[node], pointer[node + 1]):
            if usable[hop[arc]]:
                arcs[at, 0], arcs[at, 1] = head[arc], weight[arc]
                at += 1
        kept[node + 1] = at
    return kept, arcs
