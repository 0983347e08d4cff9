"""Lay free points on a fabric: the nodes each can walk to in a straight line, or its foot on the nearest street."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from spatialreno._types import Floats, Ints
from spatialreno.walk.fabric.fabric import Fabric
from spatialreno.walk.fabric.sectors import unique_pairs, with_fill
from spatialreno.walk.fabric.sight import removable_crossings, sight_lines, touching
from spatialreno.walk.fabric.walkable_ground import HAIR_MM
from spatialreno.walk.millimetres.frame import lengths_mm, lines
from spatialreno.walk.millimetres.sight_kernels import taut_from

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
        In a cell all nodes in sight; elsewhere, where none is in sight and on streets, both ends of the nearest
        piece of a street that can be reached past buildings and cells. A structure that holds the point does not
        stop it.
    """
    cell = fabric.ground.cell_of(xy)
    point, node, line, label = _sights(fabric, xy)
    line, label = _without_own(fabric, xy, point, line, label)
    on_street = fabric.streets[1].query(shapely.points(xy), predicate="dwithin", distance=HAIR_MM)[0]
    without = np.union1d(np.setdiff1d(np.arange(len(xy)), point), on_street)
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
    mine, theirs = fabric.ground.cells_of(xy), fabric.ground.cells_of(other)
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for cell in np.intersect1d(mine[1], theirs[1]).tolist():
        here, there = mine[0][mine[1] == cell], theirs[0][theirs[1] == cell]
        one, two = np.repeat(here, len(there)), np.tile(there, len(here))
        start, end = _settled(fabric, cell, xy, here)[one], _settled(fabric, cell, other, there)[two]
        seen = sight_lines(fabric.cells[cell], fabric.points, start, end)
        parts.append((one[seen.line], two[seen.line], seen.row, seen.label))
    one, two, row, label = _stacked(parts)
    row, label = _without_own(fabric, xy, one, row, label)
    row, label = _without_own(fabric, other, two, row, label)
    return Straights(one, two, lengths_mm(xy[one], other[two]), np.full(len(one), -1), row, label)


def _settled(fabric: Fabric, cell: int, xy: Floats, which: Ints) -> Floats:
    """Move the points of a cell that lie on its edge just inside; all others stay as they are."""
    moved = xy.copy()
    moved[which] = touching(xy[which], fabric.ground.cells[cell], HAIR_MM)
    return moved


def _stacked(parts: list[tuple[Ints, Ints, Ints, Ints]]) -> tuple[Ints, Ints, Ints, Ints]:
    """Put tables (one, two) with their labels (row, label) into one."""
    none = np.empty(0, np.int64)
    shift = np.cumsum([0, *(len(part[0]) for part in parts)])
    return (
        np.concatenate([none, *(part[0] for part in parts)]),
        np.concatenate([none, *(part[1] for part in parts)]),
        np.concatenate([none, *(part[2] + at for part, at in zip(parts, shift, strict=False))]),
        np.concatenate([none, *(part[3] for part in parts)]),
    )


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


def _sights(fabric: Fabric, xy: Floats) -> tuple[Ints, Ints, Ints, Ints]:
    """List (point, node) in sight in one cell, with labels as (row, label)."""
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    point, cell = fabric.ground.cells_of(xy)
    for at in np.unique(cell).tolist():
        here = point[cell == at]
        places = _settled(fabric, at, xy, here)
        parts += [_seen_from(fabric, at, one, places[one]) for one in here.tolist()]
    return _stacked(parts)


def _seen_from(fabric: Fabric, at: int, name: int, eye: Floats) -> tuple[Ints, Ints, Ints, Ints]:
    """List the nodes of one cell in sight of a point at which a walk may bend."""
    cell, points, sectors = fabric.cells[at], fabric.points, fabric.sectors
    row = cell.useful
    back = eye.astype(np.int64) - points.xy[cell.points[row]]
    fine = (back != 0).any(axis=1) & taut_from(row, back[:, 0], back[:, 1], cell.bends)
    row = row[fine & ~cell.leaves(row, back[:, 0], back[:, 1])]
    back = eye.astype(np.int64) - points.xy[cell.points[row]]
    target = cell.points[row]
    seen = sight_lines(cell, points, np.tile(eye, (len(row), 1)), points.xy[target].astype(float))
    target, back = target[seen.line], back[seen.line]
    left, right = points.rays.sides(target, back[:, 0], back[:, 1])
    nodes = [fabric.of_sector[sectors.pointer[target] + side] for side in (left, right)]
    twice = nodes[1] != nodes[0]
    line = np.concatenate([np.arange(len(target)), np.flatnonzero(twice)])
    node = np.concatenate([nodes[0], nodes[1][twice]])
    line, node = line[node >= 0], node[node >= 0]
    way, label = _picked(line, seen.row, seen.label)
    extra = _fills(fabric, node)
    way, label = unique_pairs(np.concatenate([way, extra[0]]), np.concatenate([label, extra[1]]))
    here = _nodes_at(fabric, cell.points, eye)
    return np.full(len(node) + len(here), name), np.concatenate([node, here]), way, label


def _nodes_at(fabric: Fabric, known: Ints, eye: Floats) -> Ints:
    """List the nodes of the point that lies exactly where somebody stands."""
    same = known[(fabric.points.xy[known] == eye.astype(np.int64)).all(axis=1)]
    first = fabric.sectors.pointer
    nodes = np.concatenate([np.empty(0, np.int64), *(fabric.of_sector[first[at] : first[at + 1]] for at in same)])
    return np.asarray(nodes[nodes >= 0])


def _picked(line: Ints, row: Ints, label: Ints) -> tuple[Ints, Ints]:
    """Repeat the labels of lines for the ways chosen among them."""
    order = np.argsort(row, kind="stable")
    low, high = (np.searchsorted(row[order], line, side) for side in ("left", "right"))
    count = high - low
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(np.arange(len(line)), count), label[order][np.repeat(low, count) + step]


def _fills(fabric: Fabric, node: Ints) -> tuple[Ints, Ints]:
    """List (position, label) for the structures in which nodes lie."""
    none = np.empty(0, np.int64)
    sector = fabric.sector[node] % max(len(fabric.sectors), 1)
    way, label = with_fill(fabric.sectors, sector, sector, none, none)
    return way[label >= 0], label[label >= 0]


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


def _merged(fabric: Fabric, xy: Floats, sights: tuple[Ints, Ints, Ints, Ints], feet: tuple[Ints, Ints, Floats]) -> Ways:
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
