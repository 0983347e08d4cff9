"""Shortest walks on whole millimetres: compressed arrays of the hops that are open, searched by compiled kernels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spatialreno._types import Bools, Ints
from spatialreno.walk.search import bucket_queue as queue

FAR = queue.FAR
NOBODY = queue.NOBODY
_SHIFT = 12
_MOST_BUCKETS = 1 << 17
_ENDLESS_MM = 1_900_000_000

Int32s = np.ndarray[tuple[int, ...], np.dtype[np.int32]]
Csr = tuple[Ints, Int32s]
_NO_MORE: Int32s = np.empty((0, 3), np.int32)


@dataclass(frozen=True)
class Arcs:
    """Hops in both directions as rows of a compressed table, ready to be masked; of parallel hops all are kept."""

    pointer: Ints
    head: Int32s
    weight: Int32s
    hop: Int32s


@dataclass(frozen=True)
class Extra:
    """Hops that open beyond those of a graph, hung on their nodes: rows (next, head, weight) from `start` of `tail`."""

    first: Ints
    second: Ints
    length: Ints
    tail: Ints
    start: Int32s
    rows: Int32s

    @classmethod
    def of(cls, first: Ints, second: Ints, length: Ints) -> Extra:
        """Hang hops on their nodes, in both directions."""
        tail, head = np.concatenate([first, second]), np.concatenate([second, first])
        order = np.argsort(tail, kind="stable")
        tail = tail[order]
        follow = np.arange(1, len(tail) + 1, dtype=np.int32)
        last = np.append(tail[1:] != tail[:-1], True)[: len(tail)]
        follow[last] = -1
        start = np.concatenate([[0], np.flatnonzero(last)[:-1] + 1]).astype(np.int32)[: len(tail)]
        rows = np.column_stack([follow, head[order], np.concatenate([length, length])[order]]).astype(np.int32)
        return cls(first, second, length, tail[start], start, rows)

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class Seeds:
    """Ways from places to nodes: place, node and millimetres, sorted by place."""

    place: Ints
    node: Ints
    length: Ints
    places: int

    def rows(self) -> tuple[Ints, Int32s]:
        """Give pointers by place into rows (node, distance, place)."""
        order = np.lexsort((self.node, self.place))
        rows = self._table[order]
        return np.searchsorted(self.place[order], np.arange(self.places + 1)), rows

    def of(self, places: Ints) -> Int32s:
        """Give the rows (node, distance, place) of some places."""
        asked = np.zeros(self.places, bool)
        asked[places] = True
        return self._table[asked[self.place]]

    @cached_property
    def _table(self) -> Int32s:
        return np.column_stack([self.node, self.length, self.place]).astype(np.int32)


@dataclass(frozen=True)
class Reached:
    """What several searches found: search k has rows `first[k]:last[k]` of (node, millimetres)."""

    first: Ints
    last: Ints
    rows: Int32s

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, search: int) -> tuple[Int32s, Int32s]:
        """Give the nodes and millimetres of one search."""
        part = self.rows[self.first[search] : self.last[search]]
        return part[:, 0], part[:, 1]

    def searches(self) -> Ints:
        """Name the search of each row."""
        order = np.argsort(self.first, kind="stable")
        return np.asarray(np.repeat(order, (self.last - self.first)[order]))


def both_ways(first: Ints, second: Ints, length: Ints, nodes: int) -> Arcs:
    """Lay undirected hops out in both directions.

    Parameters
    ----------
    first, second, length
        Ends and millimetres of the hops.
    nodes
        Number of nodes.

    Returns
    -------
    Arcs
        Sorted by tail and head.
    """
    tail, head = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.lexsort((head, tail))
    hop = np.tile(np.arange(len(first), dtype=np.int32), 2)[order]
    pointer = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=nodes))])
    return Arcs(pointer, head[order].astype(np.int32), np.tile(length, 2)[order].astype(np.int32), hop)


def open_graph(arcs: Arcs, usable: Bools) -> Csr:
    """Keep the arcs of usable hops."""
    pointer, rows = queue.masked(arcs.pointer, arcs.head, arcs.weight, arcs.hop, usable)
    return pointer, rows


def reach(
    graph: Csr,
    seeds: Seeds,
    limit_mm: float,
    places: Ints | None = None,
    wanted: Bools | None = None,
    extra: Extra | None = None,
) -> Reached:
    """Measure from places to every node within the limit, one search for each.

    Parameters
    ----------
    graph
        Open arcs.
    seeds
        The ways out of the places.
    limit_mm
        Farthest walk.
    places
        Which places; by default all.
    wanted
        Nodes to report; by default all.
    extra
        Further hops that are open.

    Returns
    -------
    Reached
        Nodes and millimetres; what is not reached is absent. Searches run in the order in which places lie, so that
        near ones find what they need in the cache.
    """
    limit, shift = span(limit_mm)
    starts, rows = seeds.rows()
    which = np.arange(seeds.places) if places is None else places
    nodes = len(graph[0]) - 1
    flags = np.ones(nodes, bool) if wanted is None else wanted
    begin, more = np.full(nodes, -1, np.int32), _NO_MORE
    if extra is not None and len(extra):
        begin[extra.tail], more = extra.start, extra.rows
    one, two = starts[which], starts[which + 1]
    lead = np.append(rows[:, 0], 0)[np.minimum(one, len(rows))]
    order = np.argsort(lead, kind="stable")
    return Reached(*queue.balls(graph, more, begin, order, one, two, rows, flags, limit, shift))


class Field:
    """Distances from the nearest of some places to every node, onto which more can be pushed and undone.

    Attributes
    ----------
    far, name
        Millimetres (FAR where nothing is reached) and the place walked from (NOBODY), for each node.
    """

    def __init__(self, graph: Csr, limit_mm: float) -> None:
        nodes = len(graph[0]) - 1
        self._graph = graph
        self._limit, self._shift = span(limit_mm)
        self._state, self._run = queue.fresh_state(nodes), 0
        self._slot, self._pool = queue.fresh_queue((self._limit >> self._shift) + 1, 1024)
        self._first = 0
        self._journal = np.empty((nodes, 3), np.int32)

    @property
    def far(self) -> Int32s:
        """Millimetres to every node."""
        return np.asarray(self._state[:, 0])

    @property
    def name(self) -> Int32s:
        """The place walked from, for every node."""
        return np.asarray(self._state[:, 1])

    def push(self, rows: Int32s, extra: Extra | None = None) -> Int32s:
        """Push seeds (node, distance, name) on, along open arcs and along some more.

        Parameters
        ----------
        rows
            Seeds.
        extra
            Further hops that are open.

        Returns
        -------
        numpy.ndarray
            What has changed: node, distance before, name before; for `undo`.
        """
        more = _NO_MORE
        if extra is not None and len(extra):
            self._state[extra.tail, 3], more = extra.start, extra.rows
        box = (self._slot, self._pool, self._first, self._shift)
        args = (self._graph, more, self._state, self._run, rows, self._limit, box, self._journal)
        self._pool, self._first, count = queue.spread(*args)
        self._run += 1
        if extra is not None:
            self._state[extra.tail, 3] = -1
        return np.asarray(self._journal[:count].copy())

    def open(self, extra: Extra) -> Int32s:
        """Open hops: push what they shorten on from their ends. Returns what has changed."""
        return self.push(queue.leaps(self._state, extra.first, extra.second, extra.length), extra)

    def undo(self, journal: Int32s) -> None:
        """Take a push back; the latest first."""
        queue.undo(self._state, journal, len(journal))


def nearest_place(graph: Csr, seeds: Seeds, places: Ints, limit_mm: float) -> Field:
    """Measure from the nearest of some places to every node; of equal walks the lower place is named."""
    field = Field(graph, limit_mm)
    field.push(seeds.of(places))
    return field


def span(limit_mm: float) -> tuple[int, int]:
    """Turn a limit into whole millimetres, and choose the width of buckets for it."""
    limit = int(min(limit_mm, _ENDLESS_MM))
    shift = _SHIFT
    while limit >> shift >= _MOST_BUCKETS:
        shift += 1
    return limit, shift
