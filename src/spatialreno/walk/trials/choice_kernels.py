"""Compiled walks of one home under any set of openings: which hops are open, how far, and how much may still open.

What decides is written as switches: one for each candidate, then one for each gate that knows its residents. A label
(a wall, the stretch of a gate, a closed gap) is out of the way when any of its switches is on; a class of hops is open
when all its labels are out of the way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialreno.walk.millimetres.compiled import EndlessError, compiled

FAR = 2_000_000_000
_DEEPEST, _HALVINGS = 64, 64  # a heap of 64 levels, and halves of halves, hold all there can be


@compiled
def _climb(keys: Any, nodes: Any, at: int) -> None:
    """Let the entry at a place of a heap rise to where it belongs."""
    key, node = keys[at], nodes[at]
    for _ in range(_DEEPEST):
        over = (at - 1) >> 1
        if at == 0 or keys[over] <= key:
            break
        keys[at], nodes[at] = keys[over], nodes[over]
        at = over
    keys[at], nodes[at] = key, node


@compiled
def _sink(keys: Any, nodes: Any, size: int) -> None:
    """Let the first entry of a heap sink to where it belongs."""
    key, node, at = keys[0], nodes[0], 0
    for _ in range(_DEEPEST):
        under = 2 * at + 1
        if under >= size:
            break
        if under + 1 < size and keys[under + 1] < keys[under]:
            under += 1
        if keys[under] >= key:
            break
        keys[at], nodes[at] = keys[under], nodes[under]
        at = under
    keys[at], nodes[at] = key, node


@compiled
def _most(seeds: int, arcs: int, nodes: int) -> int:
    """Say how many entries a search takes at most: each node improves every arc that leaves it once for each node."""
    return seeds + (arcs + 1) * (nodes + 1)


@compiled
def _all_chosen(chosen: Any, member: Any, first: int, last: int) -> bool:
    """Tell whether all members of a set are chosen."""
    for place in range(first, last):  # noqa: SIM110 (compiled)
        if not chosen[member[place]]:
            return False
    return True


@compiled
def marked(chosen: Any, home: int, pairs: Any, seen: Any) -> None:
    """Mark the compounds of the block of one home; `pairs` is (rows of two ends, sets of each pair, members of sets).

    Two compounds are open to one another when all members of one of their sets are chosen.
    """
    ends, set_at, member_at, member = pairs
    for compound in range(len(seen)):
        seen[compound] = False
    if home < 0:
        return
    seen[home] = True
    again = True
    for _ in range(len(seen) + 1):  # each round but the last marks one more
        if not again:
            break
        again = False
        for pair in range(len(ends)):
            one, two = ends[pair, 0], ends[pair, 1]
            if seen[one] == seen[two]:
                continue
            for which in range(set_at[pair], set_at[pair + 1]):
                if _all_chosen(chosen, member, member_at[which], member_at[which + 1]):
                    seen[one] = seen[two] = again = True
                    break


@compiled
def switched(chosen: Any, home: int, pairs: Any, gates: Any, seen: Any, on: Any) -> None:
    """Turn the switches: candidates as chosen, gates for whom they let through.

    `gates` is (candidate that a gate waits for or -1, pointer and rows of the compounds beside it).
    """
    need, beside_at, beside = gates
    for k in range(len(chosen)):
        on[k] = chosen[k]
    if not len(need):
        return
    marked(chosen, home, pairs, seen)
    for gate in range(len(need)):
        let = False
        if need[gate] < 0 or chosen[need[gate]]:
            for place in range(beside_at[gate], beside_at[gate + 1]):
                if seen[beside[place]]:
                    let = True
                    break
        on[len(chosen) + gate] = let


@compiled
def opened(on: Any, labels: Any, classes: Any, free: Any, clear: Any) -> None:
    """Tell which labels are out of the way (`free`) and which classes of hops are open (`clear`)."""
    label_at, switch = labels
    class_at, label = classes
    for k in range(len(free)):
        out = False
        for place in range(label_at[k], label_at[k + 1]):
            if on[switch[place]]:
                out = True
                break
        free[k] = out
    for k in range(len(clear)):
        fine = True
        for place in range(class_at[k], class_at[k + 1]):
            if not free[label[place]]:
                fine = False
                break
        clear[k] = fine


@compiled
def walked(  # noqa: C901 (the inner loop of every search)
    graph: Any, seeds: Any, exits: Any, room: Any, limit: int, less: int, clear: Any, heap: Any, far: Any, touched: Any,
    first: bool,
) -> Any:  # fmt: skip
    """Walk from seeds (node, distance) towards exits, only where the exit may still be within its limit.

    `graph` is (pointer, rows of head, length, class), `exits` (pointer by node, rows of length, limit, class); `room`
    is how far a walk may be at each node to reach an exit within its limit (`limit` is the longest), which is shortened
    by `less`. With `first` any walk within the limit ends the search; else the shortest is found, for exits of one
    limit. `far` must be FAR everywhere and is so again at the end; `touched` has room for every node. Returns the
    distance, or FAR.
    """
    pointer, arcs = graph
    exit_at, exit_rows = exits
    keys, nodes = heap
    size, count, best = 0, 0, np.int64(FAR)
    for k in range(len(seeds)):
        node, here = seeds[k, 0], np.int64(seeds[k, 1])
        if here < far[node] and here <= room[node] - less:
            if far[node] == FAR:
                touched[count] = node
                count += 1
            far[node] = here
            if size == len(keys):
                keys, nodes = _longer(keys, nodes)
            keys[size], nodes[size] = here - room[node], node
            _climb(keys, nodes, size)
            size += 1
    done, taken, most = False, 0, _most(len(seeds), len(arcs), len(room))
    while size and not done:
        taken += 1
        if taken > most:
            raise EndlessError(nodes[0])
        key, node = keys[0], nodes[0]
        size -= 1
        keys[0], nodes[0] = keys[size], nodes[size]
        _sink(keys, nodes, size)
        here = far[node]
        if key != here - room[node]:
            continue
        for place in range(exit_at[node], exit_at[node + 1]):
            reach = here + exit_rows[place, 0]
            if reach <= exit_rows[place, 1] - less and reach < best and clear[exit_rows[place, 2]]:
                best = reach
                done = first
        for arc in range(pointer[node], pointer[node + 1]):
            other, reach = arcs[arc, 0], here + arcs[arc, 1]
            if reach >= far[other] or reach > room[other] - less or not clear[arcs[arc, 2]]:
                continue
            if reach - room[other] + limit >= best:
                continue
            if far[other] == FAR:
                touched[count] = other
                count += 1
            far[other] = reach
            if size == len(keys):
                keys, nodes = _longer(keys, nodes)
            keys[size], nodes[size] = reach - room[other], other
            _climb(keys, nodes, size)
            size += 1
    for k in range(count):
        far[touched[k]] = FAR
    return best


@compiled
def reaches(walk: Any, chosen: Any, less: int, first: bool) -> Any:
    """Walk of one home with some candidates chosen: the distance, or FAR; for `walk` see `HomeWalk`."""
    graph, seeds, exits, room, limit, labels, classes, pairs, gates, home, work, _ = walk
    on, free, clear, seen, heap, far, touched = work
    switched(chosen, home, pairs, gates, seen, on)
    opened(on, labels, classes, free, clear)
    return walked(graph, seeds, exits, room, limit, less, clear, heap, far, touched, first)


@compiled
def _tried(
    graph: Any, exits: Any, room: Any, less: int, by_class: Any, old: Any, new: Any, far: Any, journal: Any, heap: Any,
    trial: int,
) -> Any:  # fmt: skip
    """Open the classes that are open in `new` and were not in `old`, and go on from what that shortens.

    Returns whether an exit within its limit is reached; then all is as before. `journal` is (nodes, distances before,
    number of the trial that last wrote each node down), `by_class` (pointer and rows of tail, head, length of arcs,
    pointer and rows of node, length, limit of exits).
    """
    count, reached = _shortened(room, less, by_class, old, new, far, journal, trial)
    if not reached:
        count, reached = _gone_on(graph, exits, room, less, new, far, journal, heap, trial, count)
    if reached:
        written, before, _ = journal
        for k in range(count):
            far[written[k]] = before[k]
    return reached


@compiled
def _noted(journal: Any, node: int, count: int, far: Any, trial: int) -> int:
    """Write down how far a node was before this trial, once; returns how many are written down."""
    written, before, stamp = journal
    if stamp[node] == trial:
        return count
    stamp[node], written[count], before[count] = trial, node, far[node]
    return count + 1


@compiled
def _shortened(
    room: Any, less: int, by_class: Any, old: Any, new: Any, far: Any, journal: Any, trial: int
) -> Any:
    """Take the arcs and exits that open: nodes that come nearer are written down; tell whether an exit is reached."""
    arc_at, arc_rows, way_at, way_rows = by_class
    count, reached = 0, False
    for kind in range(len(new)):
        if not new[kind] or old[kind]:
            continue
        for place in range(way_at[kind], way_at[kind + 1]):
            if far[way_rows[place, 0]] + way_rows[place, 1] <= way_rows[place, 2] - less:
                reached = True
        for arc in range(arc_at[kind], arc_at[kind + 1]):
            node = arc_rows[arc, 1]
            reach = far[arc_rows[arc, 0]] + arc_rows[arc, 2]
            if reach >= far[node] or reach > room[node] - less:
                continue
            count = _noted(journal, node, count, far, trial)
            far[node] = reach
    return count, reached


@compiled
def _gone_on(  # noqa: C901 (the inner loop of every cut)
    graph: Any, exits: Any, room: Any, less: int, new: Any, far: Any, journal: Any, heap: Any, trial: int, count: int
) -> Any:
    """Walk on from the nodes written down, until an exit is reached or nothing comes nearer."""
    pointer, arcs = graph
    exit_at, exit_rows = exits
    keys, nodes = heap
    written, size, reached = journal[0], 0, False
    for k in range(count):
        if size == len(keys):
            keys, nodes = _longer(keys, nodes)
        keys[size], nodes[size] = far[written[k]] - room[written[k]], written[k]
        _climb(keys, nodes, size)
        size += 1
    taken, most = 0, _most(count, len(arcs), len(room))
    while size and not reached:
        taken += 1
        if taken > most:
            raise EndlessError(nodes[0])
        key, node = keys[0], nodes[0]
        size -= 1
        keys[0], nodes[0] = keys[size], nodes[size]
        _sink(keys, nodes, size)
        here = far[node]
        if key != here - room[node]:
            continue
        for place in range(exit_at[node], exit_at[node + 1]):
            if here + exit_rows[place, 0] <= exit_rows[place, 1] - less and new[exit_rows[place, 2]]:
                reached = True
        for arc in range(pointer[node], pointer[node + 1]):
            other, reach = arcs[arc, 0], here + arcs[arc, 1]
            if reach >= far[other] or reach > room[other] - less or not new[arcs[arc, 2]]:
                continue
            count = _noted(journal, other, count, far, trial)
            far[other] = reach
            if size == len(keys):
                keys, nodes = _longer(keys, nodes)
            keys[size], nodes[size] = reach - room[other], other
            _climb(keys, nodes, size)
            size += 1
    return count, reached


@compiled
def largest_without(walk: Any, chosen: Any, order: Any, less: int) -> Any:
    """Choose as many more candidates, in order, as leave the walk beyond its limit; returns the number of searches.

    Halves of what is left are tried at once: where all of it may be chosen one search is enough. Walks found before
    are kept, and only what opens is gone on from. `chosen` is changed in place and does not reach at first.
    """
    graph, seeds, exits, room, _, labels, classes, pairs, gates, home, work, by_class = walk
    on, free, clear, seen, heap, far, _ = work
    switched(chosen, home, pairs, gates, seen, on)
    opened(on, labels, classes, free, clear)
    journal = np.empty(len(room), np.int64), np.empty(len(room), np.int64), np.full(len(room), -1)
    old = clear.copy()
    settled(graph, seeds, room, less, clear, heap, far)
    searches = 1
    low, high, sure = np.empty(128, np.int64), np.empty(128, np.int64), np.empty(128, np.bool_)
    low[0], high[0], sure[0], size = 0, len(order), False, 1
    while size:
        if searches > _HALVINGS * (len(order) + 1):
            raise EndlessError(size)
        size -= 1
        begin, end = low[size], high[size]
        if begin == end or (sure[size] and end - begin == 1):
            continue
        # All of it reaches: so where the first half does not, the first and the second do together.
        stop = (begin + end) // 2 if sure[size] else end
        for k in range(begin, stop):
            chosen[order[k]] = True
        switched(chosen, home, pairs, gates, seen, on)
        opened(on, labels, classes, free, clear)
        searches += 1
        if not _tried(graph, exits, room, less, by_class, old, clear, far, journal, heap, searches):
            old[:] = clear
            if sure[size]:
                low[size], high[size] = stop, end
                size += 1
            continue
        for k in range(begin, stop):
            chosen[order[k]] = False
        if sure[size]:
            low[size], high[size], sure[size] = stop, end, False
            size += 1
        low[size], high[size], sure[size] = begin, stop, True
        size += 1
    far[:] = FAR
    return searches


@compiled
def settled(graph: Any, seeds: Any, room: Any, less: int, clear: Any, heap: Any, far: Any) -> None:
    """Walk from seeds as far as an exit may still be within its limit, shortened by `less`; writes to `far`."""
    pointer, arcs = graph
    keys, nodes = heap
    size = 0
    for k in range(len(seeds)):
        node, here = seeds[k, 0], seeds[k, 1]
        if here < far[node] and here <= room[node] - less:
            far[node] = here
            if size == len(keys):
                keys, nodes = _longer(keys, nodes)
            keys[size], nodes[size] = here, node
            _climb(keys, nodes, size)
            size += 1
    taken, most = 0, _most(len(seeds), len(arcs), len(room))
    while size:
        taken += 1
        if taken > most:
            raise EndlessError(nodes[0])
        here, node = keys[0], nodes[0]
        size -= 1
        keys[0], nodes[0] = keys[size], nodes[size]
        _sink(keys, nodes, size)
        if here != far[node]:
            continue
        for arc in range(pointer[node], pointer[node + 1]):
            other, reach = arcs[arc, 0], here + arcs[arc, 1]
            if reach >= far[other] or reach > room[other] - less or not clear[arcs[arc, 2]]:
                continue
            far[other] = reach
            if size == len(keys):
                keys, nodes = _longer(keys, nodes)
            keys[size], nodes[size] = reach, other
            _climb(keys, nodes, size)
            size += 1


@compiled
def cut_out(graph: Any, room: Any, clear: Any, far: Any, touched: Any, number: Any) -> Any:
    """Keep the arcs on which some walk may still be within its limit, among nodes renumbered by `number`.

    Returns (pointer, rows). `far` holds the least distances of the nodes touched.
    """
    pointer, arcs = graph
    kept, count = np.zeros(len(touched) + 1, np.int64), 0
    for k in range(len(touched)):
        node = touched[k]
        for arc in range(pointer[node], pointer[node + 1]):
            count += clear[arcs[arc, 2]] and far[node] + arcs[arc, 1] <= room[arcs[arc, 0]]
        kept[k + 1] = count
    rows, count = np.empty((count, 3), np.int32), 0
    for k in range(len(touched)):
        node = touched[k]
        for arc in range(pointer[node], pointer[node + 1]):
            other = arcs[arc, 0]
            if clear[arcs[arc, 2]] and far[node] + arcs[arc, 1] <= room[other]:
                rows[count, 0], rows[count, 1], rows[count, 2] = number[other], arcs[arc, 1], arcs[arc, 2]
                count += 1
    return kept, rows


@compiled
def _longer(keys: Any, nodes: Any) -> Any:
    """Copy a heap into one of twice the length."""
    more, others = np.empty(2 * len(keys), np.int64), np.empty(2 * len(keys), np.int64)
    for k in range(len(keys)):
        more[k], others[k] = keys[k], nodes[k]
    return more, others
