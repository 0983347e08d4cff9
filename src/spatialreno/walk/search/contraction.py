"""Graphs drawn together: of a street graph only junctions are searched, what lies between them is filled in.

Most nodes of a street graph bend a street or lie on a dead end. A run of nodes with two neighbours each becomes one
chain between two junctions, and dead ends hang on the node where they begin. All in whole millimetres, so a search
gives to the millimetre what it gives on the whole graph.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spatialreno._types import Ints
from spatialreno.walk.millimetres.compiled import EndlessError, compiled
from spatialreno.walk.search import contracted_search as junctions
from spatialreno.walk.search.engine import FAR, NOBODY, Arcs, Int32s, Reached, Seeds

_SHIFT = 14
_MOST_BUCKETS = 1 << 14


class Chains(NamedTuple):
    """A graph drawn together; each node has a row, and each junction holds the rows of the chains that begin there.

    Attributes
    ----------
    pointer, arcs
        For each junction rows (junction at the other end of a chain, its millimetres).
    hold, rows
        For each junction rows (junction at the other end, millimetres from here, millimetres from there): first the
        junction itself and its dead ends, near ones first, then chain by chain each node and its dead ends.
    into, ends
        For each junction rows (junction where it begins, first row, row after the last) of chains that end there.
    back
        For each row (row one step back along a dead end, else the row itself; the junction that holds it; chain).
    node, row
        The node of each row, and the row of each node.
    """

    pointer: Int32s
    arcs: Int32s
    hold: Int32s
    rows: Int32s
    into: Int32s
    ends: Int32s
    back: Int32s
    node: Int32s
    row: Int32s


class _Places(NamedTuple):
    """Nodes that are on no dead end, junction by junction and along the chains that begin there."""

    node: Int32s
    line: Int32s
    offset: Int32s


def draw_together(graph: Arcs) -> Chains:
    """Draw a graph together.

    Parameters
    ----------
    graph
        Hops in both directions.

    Returns
    -------
    Chains
        Junctions and what lies between them.
    """
    table = np.column_stack([graph.head, graph.weight, graph.hop]).astype(np.int32)
    degree, before, peeled = _peel(graph.pointer, table)
    node, line, offset, chain = _runs(graph.pointer, table, degree)
    places = _Places(node, line, offset)
    root, depth = _depths(node, peeled, before)
    return _laid_out(places, chain, peeled[::-1], before[:, 0], root, depth)


def reach_from(chains: Chains, seeds: Seeds, limit_mm: float) -> Reached:
    """Measure from places to every node within the limit, one search for each, as `engine.reach` does.

    Parameters
    ----------
    chains
        The graph.
    seeds
        The ways out of the places.
    limit_mm
        Farthest walk; a thousand kilometres at most.

    Returns
    -------
    Reached
        Nodes and millimetres. Searches run in the order in which places lie.
    """
    found = rows_from(chains, seeds, limit_mm)
    found.rows[:, 0] = chains.node[found.rows[:, 0]]
    return found


def rows_from(chains: Chains, seeds: Seeds, limit_mm: float) -> Reached:
    """Measure as `reach_from` does, with rows of the chains in place of nodes."""
    starts, rows = seeds.rows()
    lead = np.append(rows[:, 0], 0)[np.minimum(starts[:-1], len(rows))]
    order = np.argsort(chains.row[lead], kind="stable")
    nothing = np.empty((1, 0), np.int32)
    return Reached(*junctions.search(chains, order, starts, rows, *_scale(limit_mm), nothing, nothing))


def nearest_from(chains: Chains, seeds: Seeds, group: Ints, groups: int, limit_mm: float) -> tuple[Int32s, Int32s]:
    """Measure to every node from the nearest place of each group.

    Parameters
    ----------
    chains
        The graph.
    seeds
        The ways out of the places.
    group
        The group of each place, from 0.
    groups
        Number of groups.
    limit_mm
        Farthest walk; a thousand kilometres at most.

    Returns
    -------
    tuple
        Millimetres (FAR where nothing is reached) and the place (NOBODY), a row for each group; of equal walks the
        lower place is named.
    """
    key = group[seeds.place]
    order = np.argsort(key, kind="stable")
    rows = np.column_stack([seeds.node, seeds.length, seeds.place])[order].astype(np.int32)
    starts = np.searchsorted(key[order], np.arange(groups + 1))
    far = np.full((groups, len(chains.row)), FAR, np.int32)
    name = np.full((groups, len(chains.row)), NOBODY, np.int32)
    if groups and len(chains.row):
        junctions.search(chains, np.arange(groups), starts, rows, *_scale(limit_mm), far, name)
    return far, name


def _scale(limit_mm: float) -> tuple[int, int]:
    """Turn a limit into whole millimetres, and choose the width of buckets for it."""
    limit, shift = int(min(limit_mm, junctions.LONGEST_MM)), _SHIFT
    while limit >> shift >= _MOST_BUCKETS:
        shift += 1
    return limit, shift


def _laid_out(places: _Places, chain: Int32s, hung: Ints, before: Int32s, root: Int32s, depth: Int32s) -> Chains:
    """Lay places and what hangs on them out in rows; `hung` has nodes nearer the root first."""
    hung = hung[np.lexsort((depth[hung], root[hung]))]
    start = np.concatenate([[0], np.cumsum(1 + np.bincount(root[hung], minlength=len(places.node)))])
    first = np.zeros(len(root), bool)
    first[start[:-1]] = True
    node = np.empty(len(root), np.int64)
    node[first], node[~first] = places.node, hung
    row = np.empty(len(root), np.int32)
    row[node] = np.arange(len(root))
    at, holder = root[node], np.cumsum(places.line < 0) - 1
    line, off = places.line[at], depth[node]
    near = places.offset[at]
    # The row after the last chain stands for junctions: it leads back to them, and is no way long.
    _, head, length = np.vstack([chain, [-1, -1, 0]]).T
    other = np.where(line < 0, holder[at], head[line])
    rows = np.column_stack([other, near + off, length[line] - near + off]).astype(np.int32)
    back = np.column_stack([row[np.where(first, node, before[node])], holder[at], line]).astype(np.int32)
    hold = np.append(start[:-1][places.line < 0], len(root)).astype(np.int32)
    junctions = len(hold) - 1
    ends = _ends(chain, line, junctions)
    return Chains(*_arcs(chain, junctions), hold, rows, *ends, back, node.astype(np.int32), row)


def _arcs(chain: Int32s, junctions: int) -> tuple[Int32s, Int32s]:
    """List the chains at each junction, in both directions; those that come back to it lead nowhere else."""
    on = chain[chain[:, 0] != chain[:, 1]]
    return _grouped(np.concatenate([on, on[:, [1, 0, 2]]]), junctions)


def _ends(chain: Int32s, line: Int32s, junctions: int) -> tuple[Int32s, Int32s]:
    """List the chains with nodes on them by the junction where they end."""
    held, first, count = np.unique(line[line >= 0], return_index=True, return_counts=True)
    first = np.flatnonzero(line >= 0)[first]
    return _grouped(np.column_stack([chain[held, 1], chain[held, 0], first, first + count]), junctions)


def _grouped(table: Int32s, groups: int) -> tuple[Int32s, Int32s]:
    """Sort rows by their first column; gives pointers and the other columns."""
    order = np.argsort(table[:, 0], kind="stable")
    pointer = np.concatenate([[0], np.cumsum(np.bincount(table[:, 0], minlength=groups))])
    return pointer.astype(np.int32), table[order, 1:].astype(np.int32)


@compiled
def _peel(pointer: Any, table: Any) -> Any:
    """Take dead ends off from their tips; gives degrees without them (-1: off), (node, step) back, and the order."""
    nodes, count = len(pointer) - 1, 0
    degree, before = np.empty(nodes, np.int32), np.zeros((nodes, 2), np.int32)
    peeled = np.empty(nodes, np.int64)
    for node in range(nodes):
        degree[node] = pointer[node + 1] - pointer[node]
    for tip in range(nodes):
        node = tip
        for _ in range(nodes):
            if degree[node] != 1:
                break
            peeled[count], degree[node] = node, -1
            count += 1
            for arc in range(pointer[node], pointer[node + 1]):
                if degree[table[arc, 0]] >= 0:
                    before[node, 0], before[node, 1] = table[arc, 0], table[arc, 1]
            node = before[node, 0]
            degree[node] -= 1
    return degree, before, peeled[:count]


@compiled
def _runs(pointer: Any, table: Any, degree: Any) -> Any:  # noqa: C901 (one walk along everything)
    """Follow the runs from junctions, and then rings that have none, of which one node becomes one.

    Returns node, chain (-1: a junction) and millimetres for each place, and rows (junction, junction, millimetres).
    """
    nodes, hops = len(degree), len(table) // 2
    number, used = np.full(nodes, -1, np.int32), np.zeros(hops, np.bool_)
    place, chain = np.empty((nodes, 3), np.int32), np.empty((hops, 3), np.int32)
    junctions, count, chains = 0, 0, 0
    for node in range(nodes):
        if degree[node] >= 0 and degree[node] != 2:
            number[node] = junctions
            junctions += 1
    for ring in range(2):
        for node in range(nodes):
            if ring and degree[node] == 2 and number[node] == -1:
                number[node] = junctions
                junctions += 1
            elif ring or number[node] < 0:
                continue
            place[count, 0], place[count, 1], place[count, 2] = node, -1, 0
            count += 1
            for first in range(pointer[node], pointer[node + 1]):
                if used[table[first, 2]] or degree[table[first, 0]] < 0:
                    continue
                at, length = first, 0
                for _ in range(hops + 1):
                    here, hop = table[at, 0], table[at, 2]
                    length += table[at, 1]
                    if used[hop]:
                        raise EndlessError(here)
                    used[hop] = True
                    if number[here] >= 0:
                        break
                    number[here] = -2
                    place[count, 0], place[count, 1], place[count, 2] = here, chains, length
                    count += 1
                    for way in range(pointer[here], pointer[here + 1]):
                        if table[way, 2] != hop and degree[table[way, 0]] >= 0:
                            at = way
                chain[chains, 0], chain[chains, 1], chain[chains, 2] = number[node], number[here], length
                chains += 1
    return place[:count, 0], place[:count, 1], place[:count, 2], chain[:chains]


@compiled
def _depths(node: Any, peeled: Any, before: Any) -> Any:
    """Give for each node the place where its dead end hangs, and how far it is from there."""
    place, depth = np.zeros(len(before), np.int32), np.zeros(len(before), np.int32)
    for k in range(len(node)):
        place[node[k]] = k
    for k in range(len(peeled) - 1, -1, -1):
        here = peeled[k]
        place[here] = place[before[here, 0]]
        depth[here] = depth[before[here, 0]] + before[here, 1]
    return place, depth
