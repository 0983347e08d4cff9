"""What can be reached on foot in a time, drawn so that nothing lies behind a standing wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from spatialreno.walk.engine import reach
from spatialreno.walk.fabric import CORNER, DOOR, ON_STREET
from spatialreno.walk.frame import MM_PER_M, Bools, Floats, Geometries, Ints
from spatialreno.walk.masks import State
from spatialreno.walk.obstacles import in_the_way
from spatialreno.walk.places import Asked, Places, find_places
from spatialreno.walk.state import Walker, open_hops, standing
from spatialreno.walk.travel import metres_per_minute
from spatialreno.walk.views import Scene, discs, fans, make_scene, view
from spatialreno.walk.walkers import state_for

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_SPECK_MM2 = 1e4
_GRID_MM = 1.0
_PLAY = 0.02
_LEAST_STEP_MM = 4.0
_HAIR_MM = 2.0


def isochrones(
    area: StudyArea,
    origins: Asked,
    minutes: Sequence[float] = (5, 10, 15),
    group: str = "general",
    *,
    at: str | datetime | None = None,
) -> gpd.GeoDataFrame:
    """Draw what can be reached on foot from each origin in given times.

    In yards the reach is the union, over all corners, doors and joins walked to, of what is seen from there within
    the walk that is left; so it ends at walls, gates that do not open, structures and buildings. On streets
    the centreline is cut where the time ends and drawn as wide as the street.

    Parameters
    ----------
    area
        The study area.
    origins
        Ids of buildings or facilities, or a GeoSeries of points or polygons in the area's CRS.
    minutes
        Times.
    group
        Walking group of the catalog, which sets the speed and what stops it.
    at
        A moment of local time such as ``2026-05-04T22:30``, at which gates are open by their hours; without one they
        count as open at all hours.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns origin, minutes, group, geometry in the area's CRS; a longer time contains a shorter one.

    Raises
    ------
    InputError
        An id or the group is unknown.
    """
    state = state_for(area, group, at)
    places = find_places(area, state.fabric, origins)
    speed = metres_per_minute(area, group)
    limits = [float(time) * speed * MM_PER_M for time in minutes]
    rows: dict[int, list[shapely.Geometry]] = {}
    for walker, members in state.walkers(places):
        canvas = _Canvas(state, walker, max(limits))
        for place in members.tolist():
            rows[place] = canvas.draw(places, place, limits)
    drawn = [shape for place in range(len(places)) for shape in rows[place]]
    return gpd.GeoDataFrame(
        {
            "origin": np.repeat(np.array(places.ids, object), len(limits)),
            "minutes": np.tile(np.array(minutes), len(places)),
            "group": group,
        },
        geometry=list(_valid(state.fabric.frame.geometries_m(drawn))),
        crs=area.crs,
    )


@dataclass(frozen=True)
class _Eyes:
    """Points to look from; `parent` is the number of the point a walk came from in sight of it, or -1."""

    node: Ints
    xy: Floats
    cell: Ints
    away: Floats
    parent: Ints


@dataclass
class _Canvas:
    """Draws reach for one walker in one state; views are kept, since several origins share them."""

    state: State
    walker: Walker
    sight_mm: float
    views: dict[tuple[float, float], shapely.Geometry] = field(default_factory=dict)
    scenes: dict[int, Scene] = field(default_factory=dict)

    @cached_property
    def stands(self) -> Bools:
        """Labels that stop this walker."""
        return standing(self.state.area, self.state.fabric, self.walker)

    @cached_property
    def street_hops(self) -> Ints:
        """Hops on streets that can be walked."""
        return np.flatnonzero(self.usable & (self.state.fabric.hops.kind == ON_STREET))

    @cached_property
    def usable(self) -> Bools:
        """Hops that can be walked."""
        return open_hops(self.state.area, self.state.fabric, self.walker)

    @cached_property
    def half_width(self) -> Floats:
        """Half the width of the path of each street hop, in millimetres."""
        area, fabric = self.state.area, self.state.fabric
        width = area.paths["width_m"].reindex(list(fabric.path_ids)).to_numpy(float)
        width = np.where(np.isnan(width), area.catalog.constants["street_width_m"], width)
        return np.asarray(width[fabric.hops.path[self.street_hops]] * MM_PER_M / 2)

    def draw(self, places: Places, at: int, limits: list[float]) -> list[shapely.Geometry]:
        """Draw the reach of one place for each limit."""
        far, before = self._walked(places, at, max(limits))
        eyes = self._eyes(places, at, far, before)
        seen = self._fresh_views(eyes)
        blank = self.state.fabric.ground.whole
        shapes: dict[float, shapely.Geometry] = {}
        whole, before_limit = shapely.Polygon(), -np.inf
        for limit in sorted(limits):
            # What was seen in full within a shorter time is in `whole` already; so times are nested exactly.
            new = before_limit - eyes.away < self.sight_mm
            yards = _within(seen[new], eyes.xy[new], (limit - eyes.away)[new], self.sight_mm)
            streets = _joined(self._streets(places, at, far, limit))
            parts = [_joined(yards[eyes.cell[new] == cell]) for cell in np.unique(eyes.cell[new])]
            outside = shapely.difference(streets, blank, grid_size=_GRID_MM)
            # Without the grid, so that not even a millimetre of what was reached before is lost.
            whole = shapely.union(whole, shapely.union_all([outside, *parts], grid_size=_GRID_MM))
            shapes[limit], before_limit = whole, limit
        return [shapes[limit] for limit in limits]

    def _walked(self, places: Places, at: int, limit: float) -> tuple[Floats, Ints]:
        """Measure from a place to all nodes, and name the node walked from last: -1 for none or the place itself."""
        seeds = self.state.seeds(self.walker, places)
        extra = self.state.extra_of(self.walker)
        node, away = reach(self.state.graph, seeds, limit, np.array([at]), None, extra).of(0)
        far = np.full(len(self.state.fabric.xy), np.inf)
        far[node] = away
        hops, usable = self.state.fabric.hops, self.usable
        tail = np.concatenate([hops.first[usable], hops.second[usable]])
        head = np.concatenate([hops.second[usable], hops.first[usable]])
        length = np.tile(hops.length[usable], 2)
        last = np.isfinite(far[head]) & (length > 0) & (far[tail] + length == far[head])
        before = np.full(len(far), -1)
        before[head[last][::-1]] = tail[last][::-1]
        own = seeds.place == at
        direct = seeds.length[own] == far[seeds.node[own]]
        before[seeds.node[own][direct]] = len(far) + at
        return far, before

    def _eyes(self, places: Places, at: int, far: Floats, before: Ints) -> _Eyes:
        """List the points to look from, their cells, the walk to each and the point looked from before."""
        fabric = self.state.fabric
        turns = self._lookouts & np.isfinite(far)
        own = places.own_node[places.own_place == at]
        turns[own] = fabric.cell[own] >= 0
        last = before[turns]
        last = last[(last >= 0) & (last < len(turns))]
        turns[last[(fabric.cell[last] >= 0) & ~self._blind[last]]] = True
        node = np.flatnonzero(turns)
        free = places.point_xy[places.point_place == at]
        cell = fabric.ground.cell_of(free)
        free, cell = free[cell >= 0], cell[cell >= 0]
        number = np.full(len(turns) + len(places), -1)
        number[node] = np.arange(len(node))
        if len(free) == 1 and not len(own):
            number[len(turns) + at] = len(node)
        parent = np.where(before[node] >= 0, number[before[node]], -1)
        return _Eyes(
            node=np.concatenate([node, np.full(len(free), -1)]),
            xy=np.concatenate([fabric.eyes[node], free]),
            cell=np.concatenate([fabric.cell[node], cell]),
            away=np.concatenate([far[node], np.zeros(len(free))]),
            parent=np.concatenate([parent, np.full(len(free), -1)]),
        )

    def _fresh_views(self, eyes: _Eyes) -> Geometries:
        """Look from each point; past a corner only into what the walk comes to see by bending round it."""
        pairs = zip(eyes.xy, eyes.cell, strict=True)
        seen = np.array([self._view(eye, int(cell)) for eye, cell in pairs], object)
        child = np.flatnonzero((eyes.parent >= 0) & (eyes.cell[eyes.parent] == eyes.cell))
        ahead = eyes.xy[child] - eyes.xy[eyes.parent[child]]
        left, right, known = self._bends(eyes.node[child], ahead)
        fresh = seen.copy()
        bend = child[known]
        shades = fans(eyes.xy[bend], np.arctan2(ahead[known, 1], ahead[known, 0]), left[known], right[known],
                      2 * self.sight_mm)  # fmt: skip
        fresh[bend] = shapely.intersection(seen[bend], shades)
        rest = child[~known]
        fresh[rest] = shapely.difference(seen[rest], seen[eyes.parent[rest]])
        return fresh

    def _bends(self, node: Ints, ahead: Floats) -> tuple[Floats, Floats, Bools]:
        """Measure how far a walk can turn left and right at corners before it meets what stands there.

        A walk bends only round something, so it turns to a side only if an obstacle leaves the corner within half
        a turn on that side. Unknown (False) at points that are no corners and after steps round one corner.
        """
        fabric = self.state.fabric
        (ray_node, ray_angle, ray_label), size = fabric.node_rays, np.sqrt((ahead**2).sum(axis=1))
        known = (node >= 0) & (size > _LEAST_STEP_MM)
        known[known] = fabric.kind[node[known]] == CORNER
        first = np.searchsorted(ray_node, node, "left")
        count = np.where(known, np.searchsorted(ray_node, node, "right") - first, 0)
        row = np.repeat(first, count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        at = np.repeat(np.arange(len(node)), count)
        stands = in_the_way(self.stands, ray_label[row])
        turn = ray_angle[row] - np.arctan2(ahead[at, 1], ahead[at, 0])
        sides = []
        for side in (turn, -turn):
            least = np.full(len(node), np.inf)
            np.minimum.at(least, at[stands], (side[stands] % (2 * np.pi)))
            sides.append(np.where(least <= np.pi + _PLAY, least, 0.0) + _PLAY + _HAIR_MM / size)
        return sides[0], sides[1], known

    @cached_property
    def _blind(self) -> Bools:
        """Nodes in buildings or in standing structures."""
        return self.state.fabric.held(self.stands)

    @cached_property
    def _lookouts(self) -> Bools:
        """Nodes at which a walk may turn or enter a cell."""
        fabric = self.state.fabric
        turns = (fabric.kind == CORNER) | ((fabric.kind != DOOR) & self._entries)
        return np.asarray(turns & (fabric.cell >= 0) & ~self._blind)

    @cached_property
    def _entries(self) -> Bools:
        """Nodes at which people come into a cell or leave it along a street or a join."""
        fabric, hops = self.state.fabric, self.state.fabric.hops
        outside = self.usable & (fabric.cell[hops.first] != fabric.cell[hops.second])
        entry = np.zeros(len(fabric.xy), bool)
        entry[np.concatenate([hops.first[outside], hops.second[outside]])] = True
        street = self.street_hops
        entry[np.concatenate([hops.first[street], hops.second[street]])] = True
        return entry

    def _view(self, eye: Floats, cell: int) -> shapely.Geometry:
        """Look round from a point, once."""
        key = (float(eye[0]), float(eye[1]))
        if key not in self.views:
            seen = view(self._scene(cell), eye, self.sight_mm)
            # Who looks from the edge of a cell looks out of it as well, where nobody walks.
            self.views[key] = _plain(shapely.intersection(seen, self.state.fabric.ground.cells[cell]))
        return self.views[key]

    def _scene(self, cell: int) -> Scene:
        """Gather what stands in a cell."""
        if cell not in self.scenes:
            held = self.state.fabric.cells[cell]
            up = in_the_way(self.stands, held.label)
            self.scenes[cell] = make_scene(held.segs[up, :2].astype(float), held.segs[up, 2:].astype(float))
        return self.scenes[cell]

    def _streets(self, places: Places, at: int, far: Floats, limit: float) -> Geometries:
        """Draw the parts of streets walked within a limit as wide as the streets are."""
        fabric, which = self.state.fabric, self.street_hops
        one, two = fabric.hops.first[which], fabric.hops.second[which]
        length = fabric.hops.length[which].astype(float)
        ahead, back = np.clip(limit - far[one], 0, length), np.clip(limit - far[two], 0, length)
        whole = ahead + back >= length
        ahead, back = np.where(whole, 0, ahead), np.where(whole, 0, back)
        start, end, half = fabric.xy[one], fabric.xy[two], self.half_width
        strips = [_strips(_drawn(start[whole], end[whole]), fabric.hops.path[which][whole], half[whole])]
        for tail, head, run in ((start, end, ahead), (end, start, back)):
            part = run > 0
            tip = tail + (head - tail) * (run / np.maximum(length, 1))[:, None]
            strips.append(shapely.buffer(_drawn(tail[part], tip[part]), half[part], cap_style="flat"))
        strips.append(self._first_steps(places, at, limit))
        return np.concatenate(strips)

    def _first_steps(self, places: Places, at: int, limit: float) -> Geometries:
        """Draw the street from the foot of an origin that lies beside it."""
        ways = places.ways
        place, _, _ = self.state.starts(self.walker, places)
        if at not in place or not len(ways):
            return np.empty(0, object)
        fine = np.flatnonzero((places.point_place[ways.point] == at) & np.isfinite(ways.foot[:, 0]))
        usable = self.state.usable(self.walker, ways.label_way, ways.label, len(ways))
        fine = fine[usable[fine]]
        foot, node = ways.foot[fine], self.state.fabric.xy[ways.node[fine]]
        size = np.sqrt(((node - foot) ** 2).sum(axis=1))
        run = np.clip(limit - (ways.length[fine] - size), 0, size)
        tip = foot + (node - foot) * (run / np.maximum(size, 1))[:, None]
        width = self.state.area.catalog.constants["street_width_m"] * MM_PER_M
        return np.asarray(shapely.buffer(_drawn(foot[run > 0], tip[run > 0]), width / 2, cap_style="flat"))


def _plain(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the areas of a shape, without lines and points left over from cutting."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _drawn(start: Floats, end: Floats) -> Geometries:
    return np.asarray(shapely.linestrings(np.stack([start, end], axis=1)))


def _valid(shapes: Geometries) -> Geometries:
    """Mend what rounding to metres far from zero may have crossed."""
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.buffer(shapes[broken], 0.0)
    return shapes


def _joined(shapes: Geometries) -> shapely.Geometry:
    """Join shapes on a grid of whole millimetres, which keeps the result valid in any other frame."""
    return shapely.union_all(shapely.set_precision(shapes, _GRID_MM), grid_size=_GRID_MM)


def _strips(pieces: Geometries, path: Ints, half: Floats) -> Geometries:
    """Widen pieces of paths, joined where they continue each other, since few long strips are quicker than many."""
    if not len(pieces):
        return np.empty(0, object)
    order = np.argsort(path, kind="stable")
    rows, first = np.unique(path[order], return_index=True)
    joined = shapely.line_merge(
        shapely.multilinestrings(pieces[order], indices=np.searchsorted(rows, path[order]))
    )
    parts, row = shapely.get_parts(joined, return_index=True)
    return np.asarray(shapely.buffer(parts, half[order][first][row], quad_segs=4))


def _within(seen: Geometries, eyes: Floats, left: Floats, sight_mm: float) -> Geometries:
    """Cut views where the walk ends."""
    cut = seen.copy()
    cut[(left <= 0) | (shapely.area(seen) <= _SPECK_MM2)] = shapely.Polygon()
    short = (left > 0) & (left < sight_mm)
    cut[short] = shapely.intersection(cut[short], discs(eyes[short], left[short]))
    return cut
