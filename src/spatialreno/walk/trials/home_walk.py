"""The walks of one home to the nearest facility of some kinds, cut out of the whole, under any choice of openings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from spatialreno._types import Bools, Ints
from spatialreno.walk.fabric.sectors import expand
from spatialreno.walk.search.engine import Int32s
from spatialreno.walk.trials import choice_kernels as kernels
from spatialreno.walk.trials.switches import Classes, Switches, Table

FAR = kernels.FAR
ByClass = tuple[Ints, Int32s, Ints, Ints]


@dataclass(frozen=True)
class Target:
    """Facilities of some kinds within their limits: how far a walk may be at each node to get to one in time.

    `exits` has rows (length, limit, class) by node from `exit_at`; `hosts` are rows of buildings that hold one.
    """

    room: Ints
    exit_at: Ints
    exits: Ints
    limit: int
    hosts: frozenset[int]

    def within(self, limit: int) -> Target:
        """Shorten the one limit of its kinds."""
        exits = self.exits.copy()
        exits[:, 1] = limit
        return replace(self, room=self.room - (self.limit - limit), exits=exits, limit=limit)


@dataclass(frozen=True)
class HomeWalk:
    """Walks of one home to a target under any choice of candidates.

    Attributes
    ----------
    relevant
        The candidates that can matter, in order.
    limit
        The longest walk that counts, in millimetres.
    inside
        A facility is in the building itself.
    """

    relevant: Ints
    limit: int
    inside: bool
    local: Any = field(repr=False, compare=False)
    memory: dict[tuple[bytes, int], bool] = field(default_factory=dict, repr=False, compare=False)
    lengths: dict[bytes, int] = field(default_factory=dict, repr=False, compare=False)
    searches: list[int] = field(default_factory=lambda: [0], repr=False, compare=False)

    @classmethod
    def indoors(cls) -> HomeWalk:
        """Walk nowhere: what is asked for is in the building."""
        return cls(np.empty(0, np.int64), 0, True, None)

    @classmethod
    def of(cls, switches: Switches, classes: Classes, compound: int, part: Part, searches: list[int]) -> HomeWalk:
        """Number anew what a home's walks can touch."""
        used, rows = _used(np.concatenate([part.arcs[:, 2], part.exits[:, 3]]))
        arcs = np.column_stack([part.arcs[:, :2], rows[: len(part.arcs)]]).astype(np.int32)
        exits = np.column_stack([part.exits[:, 1:3], rows[len(part.arcs) :]])
        exit_at = np.searchsorted(part.exits[:, 0], np.arange(len(part.room) + 1))
        label, of_class = _part(classes.labels, used)
        switch, of_label = _part(switches.labels, label)
        gates = switch[switch >= switches.count] - switches.count
        pairs, waiting, compounds, home, asked = _around(switches, gates, compound)
        relevant = np.union1d(switch[switch < switches.count], asked)
        number = np.zeros(switches.count + switches.gates, np.int64)
        number[relevant] = np.arange(len(relevant))
        number[switches.count + gates] = len(relevant) + np.arange(len(gates))
        waits = np.where(waiting[0] >= 0, number[waiting[0]], -1)
        work = room_to_work(len(relevant) + len(gates), len(label), len(used), compounds, len(part.room))
        local = (
            (part.arc_at, arcs), part.seeds, (exit_at, exits), part.room, part.limit,
            (of_label[0], number[switch[of_label[1]]]), of_class, (*pairs[:3], number[pairs[3]]),
            (waits, *waiting[1:]), home, work,
            _by_class(part.arc_at, arcs, part.exits[:, 0], exits, len(used)),
        )  # fmt: skip
        return cls(relevant, part.limit, False, local, {}, {}, searches)

    def within(self, chosen: Bools, less: int = 0) -> bool:
        """Tell whether a facility is within its limit, shortened by `less` millimetres."""
        if self.inside:
            return True
        mine = chosen[self.relevant]
        key = (mine.tobytes(), less)
        if key not in self.memory:
            self.searches[0] += 1
            self.memory[key] = kernels.reaches(self.local, mine, less, True) < FAR
        return self.memory[key]

    def millimetres(self, chosen: Bools) -> int:
        """Measure the walk to the nearest, for kinds of one limit; FAR where none is within it."""
        if self.inside:
            return 0
        mine = chosen[self.relevant]
        key = mine.tobytes()
        if key not in self.lengths:
            self.searches[0] += 1
            self.lengths[key] = int(kernels.reaches(self.local, mine, 0, False))
        return self.lengths[key]

    def largest_without(self, chosen: Bools, order: Ints, less: int = 0) -> Bools:
        """Choose more, in order, as long as no facility is within its limit.

        Parameters
        ----------
        chosen
            A choice under which none is within the limit.
        order
            All candidates, those to be chosen first at first.
        less
            By how many millimetres the limit is shortened.

        Returns
        -------
        numpy.ndarray
            A largest choice: any further relevant candidate brings a facility within the limit. What is not relevant
            is chosen as well.
        """
        place = np.full(len(chosen), -1)
        place[self.relevant] = np.arange(len(self.relevant))
        mine = chosen[self.relevant]
        queue = place[order]
        queue = queue[(queue >= 0)]
        queue = queue[~mine[queue]]
        self.searches[0] += int(kernels.largest_without(self.local, mine, queue, less))
        grown = np.ones(len(chosen), np.bool_)
        grown[self.relevant] = mine
        return grown


@dataclass(frozen=True)
class Part:
    """What a home's walks within the limit can touch: arcs (head, length, class) by node, exits (node, length, limit,
    class), seeds (node, distance), and how far a walk may be at each node."""

    arc_at: Ints
    arcs: Int32s
    exits: Ints
    seeds: Ints
    room: Ints
    limit: int


def _by_class(arc_at: Ints, arcs: Int32s, node: Ints, exits: Ints, count: int) -> ByClass:
    """Sort arcs (tail, head, length) and exits (node, length, limit) by class."""
    tail = np.repeat(np.arange(len(arc_at) - 1), np.diff(arc_at))
    # Numbers of two bytes are sorted digit by digit, which is many times faster.
    narrow = np.uint16 if count <= np.iinfo(np.uint16).max else np.int64
    order, exit_order = (np.argsort(rows[:, 2].astype(narrow), kind="stable") for rows in (arcs, exits))
    starts = [np.searchsorted(rows[o, 2], np.arange(count + 1)) for rows, o in ((arcs, order), (exits, exit_order))]
    by_arc = np.column_stack([tail, arcs[:, 0], arcs[:, 1]])[order].astype(np.int32)
    by_exit = np.column_stack([node, exits[:, :2]])[exit_order].astype(np.int64)
    return starts[0].astype(np.int64), by_arc, starts[1].astype(np.int64), by_exit


def no_classes() -> ByClass:
    """Give nothing sorted by class, for walks that only ask how far."""
    none = np.empty(0, np.int64)
    return none, np.empty((0, 3), np.int32), none, none.reshape(0, 3)


def _used(numbers: Ints) -> tuple[Ints, Ints]:
    """Name what is used, sorted, and number it anew; the numbers are not negative."""
    used = np.zeros(int(numbers.max(initial=-1)) + 1, np.bool_)
    used[numbers] = True
    found = np.flatnonzero(used)
    return found.astype(np.int64), (np.cumsum(used) - 1)[numbers]


def _part(table: Table, rows: Ints) -> tuple[Ints, Table]:
    """Take some rows of a table of lists; returns what they hold, and the lists numbered anew."""
    row, value = expand(*table, rows)
    found, place = _used(value)
    return found, (np.searchsorted(row, np.arange(len(rows) + 1)), place)


def _around(switches: Switches, gates: Ints, compound: int) -> Any:
    """Take the compounds that may become one block with the home's, their pairs, and the gates beside them.

    Returns pairs, gates, how many compounds, the home's own, and the candidates asked about.
    """
    seen = np.zeros(max(switches.compounds, 1), np.bool_)
    if len(gates):
        kernels.marked(np.ones(switches.count, np.bool_), compound, switches.pairs, seen)
    ends, set_at, member_at, member = switches.pairs
    inner = np.flatnonzero(seen[ends].all(axis=1)) if len(ends) else np.empty(0, np.int64)
    number = np.cumsum(seen) - 1
    pair, sets = expand(set_at, np.arange(len(member_at) - 1), inner)
    which, members = expand(member_at, member, sets)
    pairs = (
        number[ends[inner]].reshape(-1, 2), np.searchsorted(pair, np.arange(len(inner) + 1)),
        np.searchsorted(which, np.arange(len(sets) + 1)), members,
    )  # fmt: skip
    gate, beside = expand(*switches.waiting[1:], gates)
    known = seen[beside]
    need = switches.waiting[0][gates]
    waiting = (need, np.searchsorted(gate[known], np.arange(len(gates) + 1)), number[beside[known]])
    home = int(number[compound]) if compound >= 0 and len(gates) else -1
    return pairs, waiting, max(int(seen.sum()), 1), home, np.union1d(members, need[need >= 0])


def room_to_work(switches: int, labels: int, classes: int, compounds: int, nodes: int) -> Any:
    """Make the arrays that the kernels write to."""
    flags = [np.empty(size, np.bool_) for size in (switches, labels, classes, max(compounds, 1))]
    heap = (np.empty(4 * nodes + 16, np.int64), np.empty(4 * nodes + 16, np.int64))
    return (*flags, heap, np.full(nodes, FAR, np.int64), np.empty(nodes, np.int64))
