"""Lay free points on a fabric: the nodes each can walk to in a straight line, or its foot on the nearest street."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from spatialreno.walk.fabric import Fabric
from spatialreno.walk.frame import Bools, Floats, Ints, lengths_mm, lines
from spatialreno.walk.sight import crossings, removable_crossings, surely_hidden, unique_pairs

_TRIED_STREETS = 12


@dataclass(frozen=True)
class Ways:
    """Ways from points to nodes: over `foot` where they follow a street (else NaN), labels as sorted pairs."""

    point: Ints
    node: Ints
    length: Ints
    foot: Floats
    path: Ints
    label_way: Ints
    label: Ints

    def __len__(self) -> int:
        return len(self.point)


@dataclass(frozen=True)
class Straights:
    """Walks between two sets of points without a node; `path` is -1 off streets; labels as (walk, label)."""

    one: Ints
    two: Ints
    length: Ints
    path: Ints
    label_walk: Ints
    label: Ints


def attach(fabric: Fabric, xy: Floats) -> Ways:
    """Find the ways from points to the nodes of a fabric.

    Parameters
    ----------
    fabric
        The fabric.
    xy
        Points in whole millimetres, shape (n, 2).

    Returns
    -------
    Ways
        In a cell all nodes in sight; elsewhere, or where none is in sight, both ends of the nearest piece of a
        street that can be reached past buildings and cells. A structure that holds the point does not stop it.
    """
    cell = fabric.ground.cell_of(xy)
    point, node, line, label = _sights(fabric, xy, cell)
    without = np.setdiff1d(np.arange(len(xy)), point)
    feet = _feet(fabric, xy, cell, without)
    return _merged(fabric, xy, (point, node, line, label), feet)


def direct(fabric: Fabric, xy: Floats, ways: Ways, other: Floats, other_ways: Ways) -> Straights:
    """Find the walks between two sets of points that touch no node: in sight, or on one piece of a street.

    Parameters
    ----------
    fabric
        The fabric.
    xy, ways
        Points in whole millimetres, and what `attach` found for them.
    other, other_ways
        The points to walk to, and what `attach` found for them.

    Returns
    -------
    Straights
        Pairs (row of `xy`, row of `other`), each with its labels.
    """
    seen = _straight_sights(fabric, xy, other)
    street = _straight_streets(fabric, xy, ways, other, other_ways)
    parts = (seen, street)
    shift = np.repeat([0, len(seen.one)], [len(part.label) for part in parts])
    return Straights(
        one=np.concatenate([part.one for part in parts]),
        two=np.concatenate([part.two for part in parts]),
        length=np.concatenate([part.length for part in parts]),
        path=np.concatenate([part.path for part in parts]),
        label_walk=np.concatenate([part.label_walk for part in parts]) + shift,
        label=np.concatenate([part.label for part in parts]),
    )


def _straight_sights(fabric: Fabric, xy: Floats, other: Floats) -> Straights:
    """Pair points of one cell that see each other."""
    cells, others = fabric.ground.cell_of(xy), fabric.ground.cell_of(other)
    one, two = shapely.STRtree(shapely.points(other)).query(
        shapely.points(xy), predicate="dwithin", distance=fabric.sight_mm
    )
    same = (cells[one] >= 0) & (cells[one] == others[two])
    one, two = one[same].astype(np.int64), two[same].astype(np.int64)
    drawn = lines(xy[one], other[two])
    met = crossings(fabric.obstacles, drawn)
    free = ~met.blocked
    free[fabric.cell_edges.query(drawn, predicate="intersects")[0]] = False
    label = _without_own(fabric, xy, one, met.line, met.label)
    label = _without_own(fabric, other, two, *label)
    one, two, line, owner = _picked(free, one, two, *label)
    return Straights(one, two, lengths_mm(xy[one], other[two]), np.full(len(one), -1), line, owner)


def _straight_streets(fabric: Fabric, xy: Floats, ways: Ways, other: Floats, other_ways: Ways) -> Straights:
    """Pair points whose feet lie on one piece of a street."""
    mine, theirs = _feet_by_piece(ways), _feet_by_piece(other_ways)
    rows = [(a, b) for piece in sorted(set(mine) & set(theirs)) for a in mine[piece] for b in theirs[piece]]
    table = np.array(rows, np.int64).reshape(-1, 2)
    first, second = table[:, 0], table[:, 1]
    one, two = ways.point[first], other_ways.point[second]
    stops = [xy[one], ways.foot[first], other_ways.foot[second], other[two]]
    legs = list(pairwise(stops))
    met = [removable_crossings(fabric.obstacles, lines(start, end)) for start, end in legs]
    walk, label = unique_pairs(*(np.concatenate(part) for part in zip(*met, strict=True)))
    walk, label = _without_own(fabric, xy, one, walk, label)
    walk, label = _without_own(fabric, other, two, walk, label)
    length = np.array([lengths_mm(start, end) for start, end in legs]).sum(axis=0)
    return Straights(one, two, length, ways.path[first], walk, label)


def _feet_by_piece(ways: Ways) -> dict[tuple[int, int], list[int]]:
    """Group ways over a foot by the piece of street, named by its ends; one way for each point."""
    rows = np.flatnonzero(np.isfinite(ways.foot[:, 0]))
    half = len(rows) // 2  # the ways to first ends come first, then those to second ends, in the same order
    groups: dict[tuple[int, int], list[int]] = {}
    for row, back in zip(rows[:half].tolist(), rows[half:].tolist(), strict=True):
        groups.setdefault((int(ways.node[row]), int(ways.node[back])), []).append(row)
    return groups


def _sights(fabric: Fabric, xy: Floats, cell: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """List (point, node) in sight in one cell, with labels as (row, label)."""
    points, nodes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for at in np.flatnonzero(cell >= 0).tolist():
        here = fabric.cell_nodes[cell[at]]
        here = here[((fabric.xy[here] - xy[at]) ** 2).sum(axis=1) <= fabric.sight_mm**2]
        seen = here[~surely_hidden(xy[at], fabric.xy[here], *fabric.cell_walls[cell[at]])]
        points.append(np.full(len(seen), at, np.int64))
        nodes.append(seen)
    point, node = np.concatenate(points), np.concatenate(nodes)
    drawn = lines(xy[point], fabric.xy[node])
    met = crossings(fabric.obstacles, drawn)
    free = ~met.blocked
    free[fabric.cell_edges.query(drawn, predicate="intersects")[0]] = False
    line, label = _without_own(fabric, xy, point, met.line, met.label)
    return _picked(free, point, node, line, label)


def _picked(free: Bools, point: Ints, node: Ints, line: Ints, label: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    number = np.cumsum(free) - 1
    kept = free[line]
    return point[free], node[free], number[line[kept]], label[kept]


def _without_own(fabric: Fabric, xy: Floats, point: Ints, line: Ints, label: Ints) -> tuple[Ints, Ints]:
    """Forget the structure a point lies in: who is in it can leave it."""
    held, holder = fabric.obstacles.inside(xy)
    own = set(zip(held.tolist(), holder.tolist(), strict=True))
    pairs = zip(point[line].tolist(), label.tolist(), strict=True)
    keep = np.array([pair not in own for pair in pairs], bool)
    return line[keep], label[keep]


def _feet(fabric: Fabric, xy: Floats, cell: Ints, which: Ints) -> tuple[Ints, Ints, Floats]:
    """Find for points the nearest piece of a street (number of the hop) and the foot on it."""
    hops, tree = fabric.streets
    points = shapely.points(xy[which])
    row, near = tree.query(points, predicate="dwithin", distance=fabric.gate_reach_mm)
    join = shapely.shortest_line(points[row], tree.geometries[near])
    order = np.lexsort((near, shapely.length(join), row))
    rank = np.arange(len(row)) - np.searchsorted(row[order], row[order], "left")
    order = order[rank < _TRIED_STREETS]
    row, near, join = row[order], near[order], join[order]
    free = np.ones(len(row), bool)
    free[fabric.obstacles.permanent_tree.query(join, predicate="intersects")[0]] = False
    line, core = fabric.ground.core_tree.query(join, predicate="intersects")
    free[line[core != cell[which[row[line]]]]] = False
    row, near, join = row[free], near[free], join[free]
    _, best = np.unique(row, return_index=True)
    foot = np.rint(shapely.get_coordinates(join[best]).reshape(-1, 2, 2)[:, 1])
    return which[row[best]], hops[near[best]], foot


def _merged(
    fabric: Fabric, xy: Floats, sights: tuple[Ints, Ints, Ints, Ints], feet: tuple[Ints, Ints, Floats]
) -> Ways:
    """Put sights and ways over a foot into one table."""
    point, node, line, label = sights
    walker, hop, foot = (np.concatenate([part, part]) for part in feet)
    end = np.concatenate([fabric.hops.first[feet[1]], fabric.hops.second[feet[1]]])
    over = removable_crossings(fabric.obstacles, lines(xy[walker], foot))
    along = removable_crossings(fabric.obstacles, lines(foot, fabric.xy[end]))
    extra = unique_pairs(np.concatenate([over[0], along[0]]), np.concatenate([over[1], along[1]]))
    extra = _without_own(fabric, xy, walker, *extra)
    length = lengths_mm(xy[walker], foot) + lengths_mm(foot, fabric.xy[end])
    return Ways(
        point=np.concatenate([point, walker]),
        node=np.concatenate([node, end]),
        length=np.concatenate([lengths_mm(xy[point], fabric.xy[node]), length]),
        foot=np.concatenate([np.full((len(point), 2), np.nan), foot]),
        path=np.concatenate([np.full(len(point), -1), fabric.hops.path[hop]]),
        label_way=np.concatenate([line, extra[0] + len(point)]),
        label=np.concatenate([label, extra[1]]),
    )
