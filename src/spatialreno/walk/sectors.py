"""Corner nodes: where walks may bend, one for each sector between the obstacles that meet at a point.

With one node per corner a walk could slip through a joint of two walls. So the obstacles that meet at a point
cut its surroundings into sectors, each sector gets its own node a little way out, and neighbouring sectors are
joined by a short hop that carries every obstacle between them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely

from spatialreno.walk.frame import Floats, Ints
from spatialreno.walk.obstacles import PERMANENT, Obstacles

_FULL = 2 * math.pi
_FLAT = math.pi + 1e-6
_WIDE = 1.5 * math.pi + 1e-6
_LEAST_OFFSET_MM = 3.0
_LEAST_CLEAR_MM = 2.0
_SHARE_OF_GAP = 0.4

Wedge = tuple[float, float, float, float]


@dataclass
class Corners:
    """Corner nodes, the short hops round their points, the wedges that say which hops can be taut there.

    `rays` are (node, angle, label): the obstacles that leave the point of each node.
    """

    xy: list[tuple[float, float]] = field(default_factory=list)
    hops: list[tuple[int, int, frozenset[int]]] = field(default_factory=list)
    wedges: dict[int, list[Wedge]] = field(default_factory=dict)
    rays: list[tuple[int, float, int]] = field(default_factory=list)


@dataclass(frozen=True)
class _Ray:
    angle: float
    labels: frozenset[int]


@dataclass
class _Spot:
    """A node that might be kept: its place, the ray before it and whether any state can bend a walk there."""

    xy: tuple[float, float]
    ray: int
    first: bool
    useful: bool
    fills: frozenset[int] = frozenset()


def read_corners(obstacles: Obstacles, clear_mm: float) -> Corners:
    """Place the corner nodes of all obstacles.

    Parameters
    ----------
    obstacles
        Noded obstacles.
    clear_mm
        Distance of a node from its corner; less where another obstacle is near.

    Returns
    -------
    Corners
        Nodes sorted by place, hops between neighbouring sectors, wedges for pruning.
    """
    points, rays = _rays(obstacles)
    offset = _offsets(obstacles, points, clear_mm)
    spots = [_spots(point, ray, reach) for point, ray, reach in zip(points, rays, offset, strict=True)]
    _fill(obstacles, spots)
    corners = Corners()
    for point, ray, found in zip(points, rays, spots, strict=True):
        _settle(corners, point, ray, found)
    return corners


def _rays(obstacles: Obstacles) -> tuple[Floats, list[list[_Ray]]]:
    """Collect, for every point, the directions in which obstacles leave it, anticlockwise."""
    tail = np.concatenate([obstacles.start, obstacles.end])
    head = np.concatenate([obstacles.end, obstacles.start])
    label = np.tile(obstacles.label, 2)
    points, at = np.unique(tail, axis=0, return_inverse=True)
    angle = np.arctan2(head[:, 1] - tail[:, 1], head[:, 0] - tail[:, 0])
    order = np.lexsort((label, angle, at.ravel()))
    rays: list[list[_Ray]] = [[] for _ in range(len(points))]
    for where, turn, owner in zip(
        at.ravel()[order].tolist(), angle[order].tolist(), label[order].tolist(), strict=True
    ):
        here = rays[where]
        if here and here[-1].angle == turn:
            here[-1] = _Ray(turn, here[-1].labels | {owner})
        else:
            here.append(_Ray(turn, frozenset({owner})))
    return points, rays


def _offsets(obstacles: Obstacles, points: Floats, clear_mm: float) -> Floats:
    """Keep nodes nearer to their own point than to anything that does not meet there."""
    near = shapely.STRtree(obstacles.pieces).query(
        shapely.points(points), predicate="dwithin", distance=clear_mm / _SHARE_OF_GAP
    )
    point, piece = near
    own = (obstacles.start[piece] == points[point]).all(axis=1)
    own |= (obstacles.end[piece] == points[point]).all(axis=1)
    point, piece = point[~own], piece[~own]
    gap = np.full(len(points), np.inf)
    np.minimum.at(gap, point, shapely.distance(shapely.points(points[point]), obstacles.pieces[piece]))
    return np.minimum(clear_mm, _SHARE_OF_GAP * gap)


def _spots(point: Floats, rays: list[_Ray], reach: float) -> list[_Spot]:
    """Set one node into each sector, two where it is wider than three quarters of a turn."""
    spots: list[_Spot] = []
    lone = len(frozenset().union(*(ray.labels for ray in rays))) == 1
    for at, ray in enumerate(rays):
        after = rays[(at + 1) % len(rays)]
        width = (after.angle - ray.angle) % _FULL or _FULL
        useful = (width > _FLAT) if lone else _permanent_width(rays, at) > _FLAT
        count = 1 if width <= _WIDE else 2
        tight = reach * math.sin(min(width / (count + 1), math.pi / 2)) < _LEAST_CLEAR_MM
        useful = useful and not tight and reach >= _LEAST_OFFSET_MM
        for part in range(count):
            turn = ray.angle + width * (part + 1) / (count + 1)
            xy = (round(point[0] + reach * math.cos(turn)), round(point[1] + reach * math.sin(turn)))
            spots.append(_Spot(xy, at, part == 0, useful))
    return spots


def _permanent_width(rays: list[_Ray], at: int) -> float:
    """Measure the sector round ray `at` that is left when everything removable has gone."""
    fixed = [ray.angle for ray in rays if PERMANENT in ray.labels]
    if not fixed:
        return _FULL
    here = rays[at].angle
    back = min((here - angle) % _FULL for angle in fixed)
    ahead = min((angle - here) % _FULL or _FULL for angle in fixed)
    return back + ahead


def _fill(obstacles: Obstacles, spots: list[list[_Spot]]) -> None:
    """Note which buildings and structures each node lies in."""
    flat = [spot for here in spots for spot in here]
    if not flat:
        return
    node, label = obstacles.inside(np.array([spot.xy for spot in flat], float))
    for at, owner in zip(node.tolist(), label.tolist(), strict=True):
        flat[at].fills |= {owner}


def _settle(corners: Corners, point: Floats, rays: list[_Ray], spots: list[_Spot]) -> None:
    """Keep the useful nodes of one point and join neighbours by hops that carry what lies between."""
    labels = frozenset().union(*(ray.labels for ray in rays))
    kept = [at for at, spot in enumerate(spots) if _keeps(spot, labels)]
    number = {at: len(corners.xy) + place for place, at in enumerate(kept)}
    corners.xy.extend(spots[at].xy for at in kept)
    leaving = [(ray.angle, label) for ray in rays for label in sorted(ray.labels)]
    corners.rays.extend((number[at], angle, label) for at in kept for angle, label in leaving)
    wedges = _wedges(rays)
    if wedges:
        corners.wedges.update({number[at]: wedges for at in kept})
    if len(kept) < 2:
        return
    for place, at in enumerate(kept):
        after = kept[(place + 1) % len(kept)]
        carried = frozenset().union(*_between(rays, spots, at, after))
        if PERMANENT not in carried:
            corners.hops.append((number[at], number[after], carried))


def _keeps(spot: _Spot, labels: frozenset[int]) -> bool:
    """Tell whether some state of the area can bend a walk at this node."""
    return spot.useful and PERMANENT not in spot.fills and not labels <= spot.fills


def _between(rays: list[_Ray], spots: list[_Spot], at: int, after: int) -> Iterator[frozenset[int]]:
    """Yield what a step from one node anticlockwise to the next has to pass."""
    yield spots[at].fills
    while True:
        at = (at + 1) % len(spots)
        if spots[at].first:
            yield rays[spots[at].ray].labels
        yield spots[at].fills
        if at == after:
            return


def _wedges(rays: list[_Ray]) -> list[Wedge]:
    """List the pairs of edges a taut walk must bend round, one for each obstacle; none if any bend is possible."""
    by_label: dict[int, list[float]] = {}
    for ray in rays:
        for label in ray.labels:
            by_label.setdefault(label, []).append(ray.angle)
    if PERMANENT in by_label:
        by_label = {PERMANENT: by_label[PERMANENT]}
    if any(len(angles) != 2 for angles in by_label.values()):
        return []
    return [(math.cos(a), math.sin(a), math.cos(b), math.sin(b)) for a, b in by_label.values()]


def wedge_table(corners: Corners) -> tuple[Ints, Floats]:
    """Lay the wedges out as (node, edges) rows."""
    rows = [(node, wedge) for node, wedges in corners.wedges.items() for wedge in wedges]
    nodes = np.array([node for node, _ in rows], np.int64)
    return nodes, np.array([wedge for _, wedge in rows], float).reshape(-1, 4)
