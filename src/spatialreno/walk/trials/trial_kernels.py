"""Compiled what-ifs: what opens is pushed onto known distances, for visitors and for the people of each block."""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialreno.walk.millimetres.compiled import compiled
from spatialreno.walk.search.bucket_queue import FAR, fresh_queue, fresh_state, spread, undo


@compiled
def _hang(state: Any, more: Any, count: Any, hops: Any) -> Any:
    """Hang hops (first, second, length) on their nodes in both directions, before those that hang there already."""
    for k in range(len(hops)):
        for way in range(2):
            one, two = hops[k, way], hops[k, 1 - way]
            more[count, 0], more[count, 1], more[count, 2] = state[one, 3], two, hops[k, 2]
            state[one, 3] = count
            count += 1
    return count


@compiled
def _unhang(state: Any, hops: Any) -> None:
    """Take all that hangs off the ends of hops."""
    for k in range(len(hops)):
        state[hops[k, 0], 3] = state[hops[k, 1], 3] = -1


@compiled
def _sown(state: Any, hops: Any, ways: Any) -> Any:
    """List seeds (node, distance, name): ends of hops that are nearer by the hop, and ways (node, distance)."""
    seeds, count = np.empty((len(hops) + len(ways), 3), np.int32), 0
    for k in range(len(ways)):
        seeds[count, 0], seeds[count, 1], seeds[count, 2] = ways[k, 0], ways[k, 1], 0
        count += 1
    for k in range(len(hops)):
        for way in range(2):
            one, two = hops[k, way], hops[k, 1 - way]
            # The nearer end never gains from the farther one, so a hop sows at one end at most.
            if state[one, 0] < FAR and state[one, 0] + hops[k, 2] < state[two, 0]:
                seeds[count, 0], seeds[count, 1], seeds[count, 2] = two, state[one, 0] + hops[k, 2], 0
                count += 1
    return seeds[:count]


@compiled
def _read(state: Any, journal: Any, count: int, doors: Any, member: Any, group: int, far: Any, seen: Any) -> None:
    """Take for buildings (of one group, or -1 of all) the nearer of the doors at nodes that have changed.

    `seen` is (flags, buildings that came nearer so far, how many).
    """
    door_at, building, out = doors
    known, nearer, many = seen
    for k in range(count):
        node = journal[k, 0]
        for door in range(door_at[node], door_at[node + 1]):
            home, reach = building[door], state[node, 0] + out[door]
            if reach < far[home] and (group < 0 or member[home] == group):
                far[home] = reach
                if not known[home]:
                    known[home], nearer[many[0]] = True, home
                    many[0] += 1


@compiled
def _unseen(homes: int) -> Any:
    """Note that no building has come nearer."""
    known, many = np.empty(homes, np.bool_), np.empty(1, np.int64)
    for home in range(homes):
        known[home] = False
    many[0] = 0
    return known, np.empty(homes, np.int64), many


@compiled
def prepared(graph: Any, ways: Any, hop_at: Any, hops: Any, way_at: Any, group_ways: Any, doors: Any, member: Any,
             limit: int, shift: int) -> Any:  # fmt: skip
    """Measure one kind for visitors, then for each group with what is open to it.

    Group g has the hops `hop_at[g]:hop_at[g + 1]` and the ways `way_at[g]:way_at[g + 1]`; doors are (pointer by node,
    building, step from the face). Returns the state, millimetres to each building, and rows (node, distance) of what
    is nearer for each group than for visitors, with their pointer.
    """
    nodes = len(graph[0]) - 1
    state, far = fresh_state(nodes), np.empty(len(member), np.int64)
    for home in range(len(member)):
        far[home] = FAR
    for node in range(nodes):
        # Whose walk it is does not matter here: with one name for all, equal walks are not told twice.
        state[node, 1] = 0
    slot, pool = fresh_queue((limit >> shift) + 1, 1024)
    more, journal = np.empty((2 * len(hops) + 1, 3), np.int32), np.empty((nodes, 3), np.int32)
    rows, size, run, first = np.empty((4096, 2), np.int32), np.int64(0), np.int64(0), np.int64(0)
    seen = _unseen(len(member))
    sown = _sown(state, hops[:0], ways)
    pool, first, count = spread(graph, more, state, run, sown, limit, (slot, pool, first, shift), journal)
    _read(state, journal, count, doors, member, -1, far, seen)
    row_at = np.zeros(len(hop_at), np.int64)
    for group in range(len(hop_at) - 1):
        own, mine = hops[hop_at[group] : hop_at[group + 1]], group_ways[way_at[group] : way_at[group + 1]]
        run += 1
        _hang(state, more, np.int64(0), own)
        sown = _sown(state, own, mine)
        pool, first, count = spread(graph, more, state, run, sown, limit, (slot, pool, first, shift), journal)
        _read(state, journal, count, doors, member, group, far, seen)
        if size + count > len(rows):
            rows = _longer(rows, size, count)
        for k in range(count):
            rows[size, 0], rows[size, 1] = journal[k, 0], state[journal[k, 0], 0]
            size += 1
        row_at[group + 1] = size
        undo(state, journal, count)
        _unhang(state, own)
    return state, far, row_at, rows[:size]


@compiled
def _longer(rows: Any, size: int, more: int) -> Any:
    """Copy rows into a table of twice the length and more."""
    grown = np.empty((2 * len(rows) + more, 2), np.int32)
    for k in range(size):
        grown[k, 0], grown[k, 1] = rows[k, 0], rows[k, 1]
    return grown


@compiled
def _swap(state: Any, rows: Any) -> None:
    """Exchange the distances of nodes with those written down; twice is as before."""
    for k in range(len(rows)):
        state[rows[k, 0], 0], rows[k, 1] = rows[k, 1], state[rows[k, 0], 0]


@compiled
def tried(graph: Any, base: Any, run: int, groups: Any, steps: Any, ways: Any, asked: Any, doors: Any, member: Any,
          after: Any, limit: int, shift: int) -> Any:  # fmt: skip
    """Measure one kind after a change and leave no trace but in `after`, which must be as before the change.

    `base` is (state, pointer and rows of what is nearer for each group, pointer by node and groups that feel a change
    there), `groups` (pointer, hops) open to each group. Step 0 has what opens to visitors, step k + 1 all that opens to
    the group `asked[k]`; `steps` is (pointer, hops), `ways` (pointer, rows). Returns the buildings that are nearer, and
    the number of the last run.
    """
    state, row_at, rows, felt_at, felt = base
    group_at, group_hops = groups
    step_at, step_hops = steps
    way_at, way_rows = ways
    change = step_hops[step_at[0] : step_at[1]]
    more = np.empty((2 * (len(group_hops) + len(step_hops)) + 1, 3), np.int32)
    journal = np.empty((len(state), 3), np.int32)
    slot, pool = fresh_queue((limit >> shift) + 1, 1024)
    first, seen = np.int64(0), _unseen(len(member))
    # What is asked of each group: -1 nothing, 0 what opens to visitors beside its own, else its own step.
    step_of = _orders(len(group_at) - 1, asked)
    for turn in range(-1, len(step_of)):
        if turn >= 0 and step_of[turn] < 0:
            continue
        step = max(step_of[turn], 0) if turn >= 0 else 0
        opens, own = step_hops[step_at[step] : step_at[step + 1]], group_hops[:0]
        if turn >= 0:
            own = group_hops[group_at[turn] : group_at[turn + 1]]
            _swap(state, rows[row_at[turn] : row_at[turn + 1]])
        _hang(state, more, _hang(state, more, np.int64(0), opens), own)
        run += 1
        sown = _sown(state, opens, way_rows[way_at[step] : way_at[step + 1]])
        pool, first, count = spread(graph, more, state, run, sown, limit, (slot, pool, first, shift), journal)
        _read(state, journal, count, doors, member, turn, after, seen)
        undo(state, journal, count)
        _unhang(state, opens)
        _unhang(state, own)
        if turn >= 0:
            _swap(state, rows[row_at[turn] : row_at[turn + 1]])
        else:
            _feel(journal, count, change, felt_at, felt, step_of)
    return seen[1][: seen[2][0]], run


@compiled
def _orders(groups: int, asked: Any) -> Any:
    """Number the step asked of each group, -1 for those of whom nothing is asked yet."""
    step_of = np.empty(groups, np.int64)
    for group in range(groups):
        step_of[group] = -1
    for k in range(len(asked)):
        step_of[asked[k]] = k + 1
    return step_of


@compiled
def _feel(journal: Any, count: int, hops: Any, felt_at: Any, felt: Any, step_of: Any) -> None:
    """Mark the groups that feel a change at nodes or at the ends of hops, unless more is asked of them already."""
    for k in range(count + 2 * len(hops)):
        node = journal[k, 0] if k < count else hops[(k - count) // 2, (k - count) % 2]
        for place in range(felt_at[node], felt_at[node + 1]):
            step_of[felt[place]] = max(step_of[felt[place]], 0)


@compiled
def gained(far: Any, after: Any, nearer: Any, reach: float, people: Any, marks: Any) -> Any:
    """Count people newly within reach, people who could not walk there before, and millimetres saved by the others.

    What is nearer after the change is then as before it again; `marks` keeps of each home, over all kinds, whether it
    was newly within reach (1) or could not walk there before (2), so that its people can be counted once.
    """
    inside, fresh, saved = 0.0, 0.0, 0.0
    for k in range(len(nearer)):
        home = nearer[k]
        if after[home] <= reach < far[home]:
            inside += people[home]
            marks[home] |= 1
        if far[home] >= FAR:
            fresh += people[home]
            marks[home] |= 2
        else:
            saved += (far[home] - after[home]) * people[home]
        after[home] = far[home]
    return inside, fresh, saved
