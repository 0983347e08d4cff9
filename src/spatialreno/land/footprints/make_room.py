"""Make room: the least removals that let a footprint stand and be reached, searched yard by yard and exactly."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialreno.land.footprints.buildable import Sides, buildable_land
from spatialreno.land.footprints.things import Key, Things, Which, staying_bodies, without
from spatialreno.land.footprints.yards import Yards, cut_yards
from spatialreno.land.footprints.zones import Zone, clipped, zones_of
from spatialreno.land.free.free_land import ground, takers, usable_part
from spatialreno.land.geometry.fit_rectangle import Fit, feasible_centres, middle, place, swept, turned
from spatialreno.land.geometry.grow_shrink import common, joined, less, polygons

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

#: What must go, and where the footprint then stands.
Best = tuple[Which, Fit] | None
_SAMPLE_M = 3.0
#: Best choices of the sampled points that are looked at before the plane is cut.
_GUESSES = 4
#: Bodies this close touch, metres.
_TOUCH_M = 1e-6
#: How much more ground is looked at where a free piece goes on beyond it, metres.
_WIDER_M = 30.0
_NOTHING: Which = frozenset()
_NOWHERE = shapely.Polygon()


@dataclass(frozen=True)
class Case:
    """One question: the area with everything removable gone, its yards, and what is kept least."""

    area: StudyArea
    cleared: StudyArea
    things: Things
    yards: Yards
    land: tuple[Any, ...]
    by: str

    def key(self, which: Which) -> Key:
        """Weigh a choice of things."""
        return self.things.key(which, self.by)

    def beaten(self, which: Which, limit: Key | None) -> bool:
        """Tell whether a choice is no better than what is known to do."""
        return limit is not None and self.key(which) >= limit

    @cached_property
    def land_tree(self) -> Any:
        """Index of the pieces of land that everything removable would leave."""
        return shapely.STRtree(self.land)

    @cached_property
    def zone_tree(self) -> Any:
        """Index of what the things keep a footprint out of."""
        return shapely.STRtree(self.things.zones)

    @cached_property
    def body_tree(self) -> Any:
        """Index of the bodies of the things."""
        return shapely.STRtree(self.things.bodies)

    @cached_property
    def compound_tree(self) -> Any:
        """Index of the compounds."""
        return shapely.STRtree(self.area.compounds.geometry.to_numpy())

    @cached_property
    def takers_tree(self) -> Any:
        """Index of what takes land and stays."""
        shapes = [shape for _, own in takers(self.cleared) for shape in own]
        return shapely.STRtree(np.array([*shapes, None], object)[:-1])


def least_removals(area: StudyArea, kind: str, tried: Sides, *, things: Things, by: str) -> Best:
    """Search all yards and strips, shapes and directions for the choice of things that is kept least."""
    cleared = without(area, things.table)
    land = tuple(polygons(buildable_land(cleared, kind)))
    case = Case(area, cleared, things, cut_yards(area, staying_bodies(area), things.bodies), land, by)
    best: Best = None
    for zone in zones_of(area, max(max(own) for own in tried)):
        best = _in_zone(case, zone, tried, best)
    return best


def _in_zone(case: Case, zone: Zone, tried: Sides, best: Best) -> Best:
    asked = zone.ground
    if case.yards.paths is not None:
        asked = common(asked, case.yards.reached(asked, None))
    margin = max(float(np.hypot(*own)) for own in tried)
    if asked.is_empty:
        return best
    for at in np.sort(case.land_tree.query(asked, predicate="intersects")):
        land = clipped(case.land[at], asked, margin)
        near = np.sort(case.zone_tree.query(asked, predicate="dwithin", distance=margin))
        for width, depth in tried:
            for angle in turned(zone.angles, width, depth):
                shape = place(shapely.Point(0, 0), width, depth, angle)
                best = _one_way(case, (land, asked, near.tolist()), shape, best)
    return best


def _one_way(case: Case, where: tuple[Any, Any, list[int]], shape: Fit, best: Best) -> Best:
    """Improve the best known choice with footprints of one shape and direction.

    What alone is dearer than the best known stays, so land without it is all that must be looked at. There the
    plane is cut along the regions in which each thing is hit. Only a choice that was found to stand bounds the
    cutting.
    """
    land, asked, near = where
    limit = case.key(best[0]) if best else None
    dear = [thing for thing in near if case.beaten(frozenset({thing}), limit)]
    open_land = less(land, joined(case.things.zones[dear])) if dear else land
    base = feasible_centres(open_land, shape.width_m, shape.depth_m, angle_deg=shape.angle_deg, within=asked)
    if base.is_empty:
        return best
    hit = _hit_regions(case.things, [thing for thing in near if thing not in set(dear)], base, shape)
    if best is None:
        best = _guessed(case, base, hit, shape)
        if best is not None:
            return _one_way(case, where, shape, best)
    for which, cell in _cut(case, base, hit, limit):
        if case.beaten(which, limit):
            break
        found = _settled(case, cell, which, shape, limit)
        if found is not None:
            best, limit = found, case.key(found[0])
    return best


def _guessed(case: Case, base: shapely.Geometry, hit: dict[int, Any], shape: Fit) -> Best:
    """Look at a few choices met at sampled points, cheapest first, for one that stands."""
    for which in sorted(_sampled(base, hit), key=lambda own: (case.key(own), sorted(own)))[:_GUESSES]:
        found = _settled(case, _cell(base, hit, which), which, shape, None)
        if found is not None:
            return found
    return None


def _hit_regions(things: Things, near: list[int], base: shapely.Geometry, shape: Fit) -> dict[int, Any]:
    """Where the middle of the footprint would touch each thing."""
    regions = {thing: swept(things.zones[thing], shape) for thing in near}
    return {thing: region for thing, region in regions.items() if shapely.intersects(region, base)}


def _sampled(base: BaseGeometry, hit: dict[int, Any]) -> set[Which]:
    """List the choices met at points a few metres apart: a good guess lets most of the plane be left out."""
    left, low, right, high = base.bounds
    x, y = np.meshgrid(np.arange(left, right, _SAMPLE_M), np.arange(low, high, _SAMPLE_M))
    points = shapely.points(x.ravel(), y.ravel())
    shapely.prepare(base)
    inner = [part.representative_point() for part in polygons(base)]
    points = np.array([*points[shapely.contains(base, points)], *inner])
    names, regions = list(hit), np.array([*hit.values(), None], object)[:-1]
    point, region = shapely.STRtree(regions).query(points, predicate="intersects")
    met: list[set[int]] = [set() for _ in points]
    for at, which in zip(point.tolist(), region.tolist(), strict=True):
        met[at].add(names[which])
    return {frozenset(own) for own in met}


def _cell(base: shapely.Geometry, hit: dict[int, Any], which: Which) -> Any:
    """Give the part of the base in which exactly these things are hit."""
    cell = base
    for thing in sorted(which):
        cell = common(cell, hit[thing])
    others = [region for thing, region in hit.items() if thing not in which]
    return less(cell, joined(others)) if others else cell


def _cut(case: Case, base: shapely.Geometry, hit: dict[int, Any], limit: Key | None) -> list[tuple[Which, Any]]:
    """Cut the base along all regions and give the parts better than the limit, best first."""
    cells: list[tuple[Which, Any]] = [(_NOTHING, base)]
    for thing in sorted(hit, key=lambda one: (-case.things.cost[one], one)):
        after = []
        for which, cell in cells:
            if not shapely.intersects(cell, hit[thing]):
                after.append((which, cell))
                continue
            more = which | {thing}
            outside = less(cell, hit[thing])
            after += [] if outside.is_empty else [(which, outside)]
            inside = _NOWHERE if case.beaten(more, limit) else common(cell, hit[thing])
            after += [] if inside.is_empty else [(more, inside)]
        cells = after
    return sorted(cells, key=lambda one: (case.key(one[0]), sorted(one[0])))


def _settled(case: Case, cell: object, which: Which, shape: Fit, limit: Key | None) -> Best:
    """Find the least choice, with what is hit, for which the footprint stands somewhere in a cell and is reached."""
    best: Best = None
    for part in sorted(polygons(cell), key=lambda one: -round(one.area, 6)):
        starts = case.yards.nodes_at(part.representative_point(), which)
        found = _reached(case, part, starts, which, shape, limit)
        if found is not None:
            best, limit = found, case.key(found[0])
            if best[0] == which:
                break
    return best


def _reached(
    case: Case, part: shapely.Geometry, starts: list[int], which: Which, shape: Fit, limit: Key | None
) -> Best:
    """Open the way from a yard to a path near by, and the strip that nobody could use, at the least."""
    best: Best = None
    for gone, region in _ways(case, part, starts, which, limit):
        if case.beaten(gone, limit):
            break
        roomiest = max(polygons(region), key=lambda one: round(one.area, 9))
        fit = place(middle(roomiest), shape.width_m, shape.depth_m, shape.angle_deg)
        opened = _usable(case, fit, gone, limit)
        if opened is not None:
            best, limit = (opened, fit), case.key(opened)
            if opened == gone:
                break
    return best


def _ways(
    case: Case, part: shapely.Geometry, starts: list[int], which: Which, limit: Key | None
) -> Iterator[tuple[Which, Any]]:
    """Give the choices of things that join a yard to a path near enough, least first, with what is reached then."""
    yards = case.yards
    if yards.paths is None:
        yield which, part
        return
    targets = yards.joins(starts, yards.path_nodes(part))
    for gone, node in _opened(case, starts, which, targets, limit):
        region = common(part, yards.reached(part, {node}))
        if not region.is_empty:
            nodes = targets & yards.open_from(starts, gone)
            yield gone, common(part, yards.reached(part, nodes))


def _opened(
    case: Case, starts: list[int], which: Which, targets: set[int], limit: Key | None
) -> Iterator[tuple[Which, int]]:
    """Walk from node to node, taking away what covers them, to every target; the least choice of things first.

    A way that takes away all that another way to the same node does, and more, is no better from there on.
    """
    if not targets:
        return
    heap = [(case.key(which), sorted(which), start) for start in starts]
    seen: dict[int, list[Which]] = {}
    while heap:
        _, names, node = heapq.heappop(heap)
        gone = frozenset(names)
        if any(other <= gone for other in seen.get(node, ())):
            continue
        seen.setdefault(node, []).append(gone)
        if node in targets:
            yield gone, node
        for other in case.yards.links[node]:
            more = gone | case.yards.node_cover(other)
            if not case.beaten(more, limit) and not any(own <= more for own in seen.get(other, ())):
                heapq.heappush(heap, (case.key(more), sorted(more), other))


def _usable(case: Case, fit: Fit, gone: Which, limit: Key | None) -> Which | None:
    """Take away as little more as lets the free ground under a footprint be used: a strip that is shut is not."""
    if _in_yard(case, fit):
        return gone
    heap, seen = [(case.key(gone), sorted(gone))], set()
    while heap:
        _, names = heapq.heappop(heap)
        chosen = frozenset(names)
        if chosen in seen:
            continue
        seen.add(chosen)
        shut = _shut_ground(case, fit, chosen)
        if shut is None:
            return chosen
        for thing in case.body_tree.query(shut, predicate="dwithin", distance=_TOUCH_M):
            more = chosen | {int(thing)}
            if more != chosen and not case.beaten(more, limit):
                heapq.heappush(heap, (case.key(more), sorted(more)))
    return None


def _in_yard(case: Case, fit: Fit) -> bool:
    """Tell whether enough of a footprint lies in compounds to be usable ground itself."""
    own = case.compound_tree.query(fit.rectangle, predicate="intersects")
    inside = common(fit.rectangle, joined(case.compound_tree.geometries[own]))
    return not usable_part(inside, case.area.catalog.constants["sliver_m"]).is_empty


def _shut_ground(case: Case, fit: Fit, gone: Which) -> Any:
    """Give the free ground around a footprint when no usable yard opens onto it; None when one does."""
    yards, strips = ground(case.area)
    whole, wider = shapely.box(*case.area.compounds.total_bounds), 0.0
    while True:
        wider += _WIDER_M
        window = shapely.box(*fit.rectangle.bounds).buffer(wider, join_style="mitre")
        left = [thing for thing in case.body_tree.query(window) if int(thing) not in gone]
        bodies = [*case.takers_tree.geometries[case.takers_tree.query(window)], *case.things.bodies[left]]
        free = less(common(joined([common(yards, window), common(strips, window)]), window), joined(bodies))
        own = max(polygons(free), key=lambda piece: common(piece, fit.rectangle).area)
        inner = common(own, yards)
        if not usable_part(inner, case.area.catalog.constants["sliver_m"]).is_empty:
            return None
        if shapely.contains_properly(window, own) or shapely.covers(window, whole):
            return own

