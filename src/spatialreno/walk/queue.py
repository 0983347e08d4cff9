"""Compiled shortest walks on compressed arrays: whole millimetres, a bucket queue, nothing but loops.

Dial's queue with wide buckets: nodes of one bucket are taken in any order, and taken again when they improve, so the
answer is that of Dijkstra to the millimetre. Every search is a push onto known distances that is written down in a
journal and can be undone. Kernels are compiled once and cached on disk.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

FAR = 2_000_000_000
NOBODY = 2_000_000_000


@numba.njit(cache=True, nogil=True)
def _put(node: int, reach: int, at: int, slot: Any, pool: Any, first: int) -> Any:
    """Put a node into a bucket; the pool of places grows when it is full."""
    if first < 0:
        size = len(pool)
        grown = np.empty((2 * size, 3), np.int32)
        grown[:size] = pool
        for k in range(size, 2 * size):
            grown[k, 2] = k + 1
        grown[2 * size - 1, 2] = -1
        pool, first = grown, size
    place = first
    first = pool[place, 2] + 0
    pool[place, 0], pool[place, 1], pool[place, 2] = node, reach, slot[at]
    slot[at] = place
    return pool, first


@numba.njit(cache=True, nogil=True)
def spread(graph: Any, more: Any, state: Any, run: int, seeds: Any, limit: int, queue: Any, journal: Any) -> Any:
    """Push seeds (node, distance, name) onto distances until nothing within the limit improves.

    `graph` is (pointer, head, weight); `more` adds arcs as linked lists (first of node, next, head, weight); `state` is
    (distance, name, stamp) of each node; `queue` is (buckets, pool, first free place, shift). Of equal walks the lower name wins.
    `journal` gets (node, distance before, name before). Returns the pool, its free place, the length of the journal.
    """
    pointer, head, weight = graph
    more_first, more_next, more_head, more_weight = more
    far, name, stamp = state
    slot, pool, first, shift = queue
    waiting, at, count = 0, len(slot), 0
    for s in range(len(seeds) + 1):
        sowing = s < len(seeds)
        if sowing:
            here, label, arc, last, link = seeds[s, 1], seeds[s, 2], 0, 1, -1
        while sowing or waiting:
            if not sowing:
                place = slot[at]
                if place < 0:
                    at += 1
                    continue
                node, key = pool[place, 0], pool[place, 1]
                slot[at], pool[place, 2] = pool[place, 2], first
                first = place
                waiting -= 1
                here, label = far[node], name[node]
                if key != here:
                    continue
                arc, last = pointer[node], pointer[node + 1]
                link = more_first[node] if len(more_first) else -1
            while arc < last or link >= 0:
                if sowing:
                    other, reach = seeds[s, 0], here
                    arc += 1
                elif arc < last:
                    other, reach = head[arc], here + weight[arc]
                    arc += 1
                else:
                    other, reach = more_head[link], here + more_weight[link]
                    link = more_next[link]
                old = far[other]
                if reach > limit or reach > old or (reach == old and label >= name[other]):
                    continue
                if stamp[other] != run:
                    stamp[other] = run
                    journal[count, 0], journal[count, 1], journal[count, 2] = other, old, name[other]
                    count += 1
                far[other] = reach
                name[other] = label
                pool, first = _put(other, reach, reach >> shift, slot, pool, first)
                waiting += 1
                at = min(at, reach >> shift)
            if sowing:
                break
    return pool, first, count


@numba.njit(cache=True, nogil=True)
def undo(state: Any, journal: Any, count: int) -> None:
    """Put back what a push has changed."""
    far, name, _ = state
    for k in range(count):
        node = journal[k, 0]
        far[node], name[node] = journal[k, 1], journal[k, 2]


@numba.njit(cache=True, nogil=True)
def fresh_queue(buckets: int, size: int) -> Any:
    """Make empty buckets and a pool."""
    pool = np.empty((size, 3), np.int32)
    for k in range(size):
        pool[k, 2] = k + 1
    pool[size - 1, 2] = -1
    return np.full(buckets, -1, np.int32), pool


@numba.njit(cache=True, nogil=True)
def balls(graph: Any, more: Any, starts: Any, ends: Any, seeds: Any, wanted: Any, limit: int, shift: int) -> Any:
    """Measure from each start (rows `starts[k]:ends[k]` of the seeds) to the wanted nodes within the limit.

    Returns pointers into rows (node, distance).
    """
    nodes = len(graph[0]) - 1
    state = (np.full(nodes, FAR, np.int32), np.full(nodes, NOBODY, np.int32), np.full(nodes, -1, np.int32))
    slot, pool = fresh_queue((limit >> shift) + 1, 1024)
    first = 0
    journal = np.empty((nodes, 3), np.int32)
    pointer = np.zeros(len(starts) + 1, np.int64)
    rows, size = np.empty((4096, 2), np.int32), 0
    for k in range(len(starts)):
        own = seeds[starts[k] : ends[k]]
        pool, first, count = spread(
            graph, more, state, k, own, limit, (slot, pool, first, shift), journal
        )
        while size + count > len(rows):
            grown = np.empty((2 * len(rows), 2), np.int32)
            grown[:size] = rows[:size]
            rows = grown
        for j in range(count):
            node = journal[j, 0]
            if wanted[node]:
                rows[size, 0], rows[size, 1] = node, state[0][node]
                size += 1
        undo(state, journal, count)
        pointer[k + 1] = size
    return pointer, rows[:size]


@numba.njit(cache=True, nogil=True)
def masked(pointer: Any, head: Any, weight: Any, hop: Any, usable: Any) -> Any:
    """Keep the arcs of usable hops."""
    count = 0
    for arc in range(len(head)):
        count += usable[hop[arc]]
    kept, heads, weights = np.zeros(len(pointer), np.int64), np.empty(count, np.int32), np.empty(count, np.int32)
    at = 0
    for node in range(len(pointer) - 1):
        for arc in range(pointer[node], pointer[node + 1]):
            if usable[hop[arc]]:
                heads[at], weights[at] = head[arc], weight[arc]
                at += 1
        kept[node + 1] = at
    return kept, heads, weights
