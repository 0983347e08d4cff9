"""Who walks where on foot in one state: nodes walked to, corners to look from, and the ground seen in time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from spatialreno._angles import arccos, arctan2, cos, sin, unit
from spatialreno._types import Bools, Floats, Geometries, Ints
from spatialreno.walk.fabric.fabric import CORNER, DOOR, ON_STREET
from spatialreno.walk.fabric.obstacles import in_the_way
from spatialreno.walk.fabric.sectors import expand
from spatialreno.walk.millimetres.compiled import EndlessError
from spatialreno.walk.reach import sight_spread as rows_of
from spatialreno.walk.reach.mesh import Mesh, endless, mesh_of
from spatialreno.walk.reach.sight_spread import spread
from spatialreno.walk.search.engine import reach
from spatialreno.walk.state.places import Places
from spatialreno.walk.state.standing import Walker, open_hops, standing
from spatialreno.walk.state.state import State

_PLAY = 0.02
_LEAST_STEP_MM = 4.0
_HAIR_MM = 2.0
_SAG_MM = 10.0
_SPECK_MM2 = 1.0
_PARTS = 4


@dataclass(frozen=True)
class Walk:
    """Millimetres walked to each node (inf where not), and the node and hop walked from last.

    The node is -1 for none, and ``len(far) + place`` for the place itself; the hop is -1 for both.
    """

    place: int
    far: Floats
    before: Ints
    hop: Ints


@dataclass(frozen=True)
class Ground:
    """Ground looked over on a walk: looks, where each begins, and what is walked to each wedge of the cover."""

    looks: Floats
    pointer: Ints
    starts: Ints
    far: Floats


@dataclass
class Walked:
    """Walks of one walker in one state."""

    state: State
    walker: Walker

    @cached_property
    def stands(self) -> Bools:
        """Labels that stop this walker."""
        return standing(self.state.area, self.state.fabric, self.walker)

    @cached_property
    def usable(self) -> Bools:
        """Hops that can be walked."""
        return open_hops(self.state.area, self.state.fabric, self.walker)

    @cached_property
    def street_hops(self) -> Ints:
        """Hops on streets that can be walked."""
        return np.flatnonzero(self.usable & (self.state.fabric.hops.kind == ON_STREET))

    @cached_property
    def mesh(self) -> Mesh:
        """The ground as triangles."""
        return mesh_of(self.state.fabric)

    @cached_property
    def open_sides(self) -> Bools:
        """Sides of triangles that can be crossed."""
        return self.mesh.open_sides(self.stands)

    @cached_property
    def wedge(self) -> Ints:
        """The wedge of each corner."""
        return self.mesh.wedges(self.open_sides)

    @cached_property
    def corners(self) -> tuple[Ints, Ints]:
        """The corners of each wedge that lie on ground, as a compressed table."""
        on = np.flatnonzero(np.repeat(self.mesh.ground, 3))
        order = on[np.argsort(self.wedge[on], kind="stable")]
        return np.searchsorted(self.wedge[order], np.arange(self.wedge.max(initial=-1) + 2)), order

    @cached_property
    def coords(self) -> Floats:
        """The corners of triangles as floats, in which whole millimetres are exact."""
        return self.mesh.xy.astype(float)

    def walk(self, places: Places, at: int, limit: float) -> Walk:
        """Measure from a place to all nodes, and name the node walked from last."""
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
        before, by = np.full(len(far), -1), np.full(len(far), -1)
        before[head[last][::-1]] = tail[last][::-1]
        by[head[last][::-1]] = np.tile(np.flatnonzero(usable), 2)[last][::-1]
        own = seeds.place == at
        direct = seeds.length[own] == far[seeds.node[own]]
        before[seeds.node[own][direct]], by[seeds.node[own][direct]] = len(far) + at, -1
        return Walk(at, far, before, by)

    def ground(self, places: Places, walk: Walk, limit: float) -> Ground:
        """Look over the ground from all that was walked to."""
        far = np.full(len(self.corners[0]) - 1, np.inf)
        np.minimum.at(far, self.wedge[self.mesh.held_corner], walk.far[self.mesh.held_node])
        looks, pointer, starts = self._looks(places, walk)
        nothing = np.zeros(len(self.mesh), bool)
        self._spread(Ground(looks, pointer, starts, far), limit, nothing)
        return Ground(looks, pointer, starts, far)

    def _spread(self, ground: Ground, limit: float, want: Bools) -> Floats:
        mesh = self.mesh
        cover = (self.coords, mesh.tri, mesh.near, self.open_sides, self.wedge)
        try:
            found = spread(cover, ground.far, ground.looks, ground.pointer, ground.starts, float(limit), want)
        except EndlessError as error:
            raise endless(self.state.fabric, error) from error
        return np.asarray(found)

    def seen(self, ground: Ground, limit: float) -> tuple[Bools, Geometries]:
        """Tell which triangles are reached in full within a limit, and draw what is reached of others."""
        full = self._full(ground, limit)
        rows = self._spread(ground, limit, self.mesh.ground & ~full)
        shapes = shapely.polygons(rows[:, rows_of.SHAPE :].reshape(-1, 5, 2))
        left = limit - ground.looks[rows[:, rows_of.LOOK].astype(np.int64), 2]
        size = shapely.area(shapes)
        whole = rows[:, rows_of.FARTHEST] <= left
        tri = rows[:, 0].astype(np.int64)
        full[tri[whole & (size >= self._sizes[tri] - _SPECK_MM2)]] = True
        fine = (size > _SPECK_MM2) & (rows[:, rows_of.NEAREST] < left) & ~full[tri]
        cut = fine & ~whole
        shapes[cut] = shapely.intersection(shapes[cut], self._slices(ground, rows[cut], left[cut]))
        return full, shapes[fine]

    @cached_property
    def _sizes(self) -> Floats:
        """Areas of the triangles in square millimetres."""
        one, two, three = (self.coords[self.mesh.tri[:, i]] for i in range(3))
        a, b = two - one, three - one
        return np.asarray((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2)

    def _full(self, ground: Ground, limit: float) -> Bools:
        """Tell which triangles are certainly reached in full, by what is walked from their corners."""
        far = ground.far[self.wedge.reshape(-1, 3)]
        some = np.flatnonzero((far < limit).any(axis=1) & self.mesh.ground)
        spots, split = _split()
        xy = self.coords[self.mesh.tri[some]]
        inner = np.einsum("pk,tkd->tpd", spots, xy)
        away = np.sqrt(((xy[:, :, None, :] - inner[:, None, :, :]) ** 2).sum(axis=3))
        # A distance is greatest at a corner of each part, and of the three corners the nearest will do.
        most = far[some][:, :, None] + away[:, :, split].max(axis=3)
        full = np.zeros(len(self.mesh), bool)
        full[some] = most.min(axis=1).max(axis=1) <= limit
        return full

    def _slices(self, ground: Ground, rows: Floats, left: Floats) -> Geometries:
        """Draw the slices of circles in which walks end, inside the circles."""
        look = ground.looks[rows[:, rows_of.LOOK].astype(np.int64)]
        right, ahead = rows[:, 4:6], rows[:, 6:8]
        first = arctan2(right[:, 1], right[:, 0])
        span = arctan2(right[:, 0] * ahead[:, 1] - right[:, 1] * ahead[:, 0], (right * ahead).sum(axis=1))
        round_ = (right == 0).all(axis=1)
        span = np.where(round_, 2 * np.pi, span)
        step = 2 * arccos(1 - np.minimum(_SAG_MM / left, 0.5))
        count = np.ceil(span / step).astype(np.int64) + 1
        row = np.repeat(np.arange(len(rows)), count)
        share = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        angle = first[row] + span[row] * share / (count[row] - 1)
        rim = look[row, :2] + left[row, None] * unit(angle)
        ends = np.cumsum(count) - count
        # A slice begins and ends at its eye; a whole round does not visit it.
        eyes = np.where(round_[:, None], rim[ends], look[:, :2])
        coords = np.insert(rim, ends, eyes, axis=0)
        rings = shapely.linearrings(coords, indices=np.insert(row, ends, np.arange(len(rows))))
        return np.asarray(shapely.polygons(rings))

    def _looks(self, places: Places, walk: Walk) -> tuple[Floats, Ints, Ints]:
        """List the points to look from, the directions to look in and the corners to start at, nearest first."""
        fabric = self.state.fabric
        node = self._eyes(places, walk)
        pairs = np.flatnonzero(np.isin(self.mesh.held_node, node))
        known, angle, left, right = self._bends(places, walk, node)
        at = np.searchsorted(node, self.mesh.held_node[pairs])
        wedge = self.wedge[self.mesh.held_corner[pairs]]
        order = np.lexsort((node[at], ~known[at], walk.far[node[at]], wedge))
        wedge, first = np.unique(wedge[order], return_index=True)
        at = at[order[first]]
        one = _fans(angle[at], left[at], right[at], known[at])
        row, fan = one
        xy = fabric.xy[node[at[row]]]
        looks = np.column_stack([xy, walk.far[node[at[row]]], fan, ~known[at[row]]])
        number, start = expand(*self.corners, wedge[row])
        free, where = self._free(places, walk.place)
        looks = np.concatenate([looks, free])
        number = np.concatenate([number, len(row) + where[0]])
        start = np.concatenate([start, where[1]])
        order = np.argsort(looks[:, 2], kind="stable")
        place = np.argsort(order, kind="stable")[number]
        by = np.argsort(place, kind="stable")
        return looks[order], np.searchsorted(place[by], np.arange(len(looks) + 1)), start[by]

    def _eyes(self, places: Places, walk: Walk) -> Ints:
        """Name the nodes to look from: where a walk may turn, where it enters, and what those are walked to from."""
        fabric = self.state.fabric
        turns = self._lookouts & np.isfinite(walk.far)
        own = places.own_node[places.own_place == walk.place]
        turns[own] = fabric.cell[own] >= 0
        last = walk.before[turns]
        last = last[(last >= 0) & (last < len(turns))]
        turns[last[(fabric.cell[last] >= 0) & ~self._blind[last]]] = True
        return np.flatnonzero(turns)

    def _free(self, places: Places, at: int) -> tuple[Floats, tuple[Ints, Ints]]:
        """Look all round from the points of a place that are no nodes."""
        spots = places.point_xy[places.point_place == at]
        looks = np.zeros((len(spots), 8))
        looks[:, :2], looks[:, 7] = spots, 1.0
        where, tri = self.mesh.holding(spots)
        return looks, (where, -1 - tri)

    def _bends(self, places: Places, walk: Walk, node: Ints) -> tuple[Bools, Floats, Floats, Floats]:
        """Measure how far a walk can turn left and right at corners before it meets what stands there.

        A walk bends only round something, so it turns to a side only if an obstacle leaves the corner within half
        a turn on that side. Unknown (False) at points that are no corners and after steps round one corner.
        """
        fabric = self.state.fabric
        ahead, known = self._came(places, walk, node)
        size = np.maximum(np.sqrt((ahead**2).sum(axis=1)), 1.0)
        known &= (size > _LEAST_STEP_MM) & (fabric.kind[node] == CORNER)
        ray_node, ray_angle, ray_label = fabric.node_rays
        first = np.searchsorted(ray_node, node, "left")
        count = np.where(known, np.searchsorted(ray_node, node, "right") - first, 0)
        row = np.repeat(first, count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        at = np.repeat(np.arange(len(node)), count)
        stands = in_the_way(self.stands, ray_label[row])
        angle = arctan2(ahead[:, 1], ahead[:, 0])
        turn = ray_angle[row] - angle[at]
        sides = []
        for side in (turn, -turn):
            least = np.full(len(node), np.inf)
            np.minimum.at(least, at[stands], (side[stands] % (2 * np.pi)))
            sides.append(np.where(least <= np.pi + _PLAY, least, 0.0) + _PLAY + _HAIR_MM / size)
        return known, angle, sides[0], sides[1]

    def _came(self, places: Places, walk: Walk, node: Ints) -> tuple[Floats, Bools]:
        """Give the last step of the walk to each node, where it is a straight one over its own cell."""
        fabric, last = self.state.fabric, walk.before[node]
        ahead = np.zeros((len(node), 2))
        known = (last >= 0) & (last < len(fabric.xy))
        known[known] = fabric.cell[last[known]] == fabric.cell[node[known]]
        ahead[known] = fabric.xy[node[known]] - fabric.xy[last[known]]
        free = places.point_xy[places.point_place == walk.place]
        if len(free) == 1 and not (places.own_place == walk.place).any():
            own = last == len(fabric.xy) + walk.place
            own &= np.isin(fabric.cell[node], fabric.ground.cells_of(free)[1])
            ahead[own], known = fabric.xy[node[own]] - free[0], known | own
        return ahead, known

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


def _fans(angle: Floats, left: Floats, right: Floats, known: Bools) -> tuple[Ints, Floats]:
    """Give directions to look in, right and left, at most half a turn apart: two spans where one is wider."""
    left, right = np.minimum(left, np.pi), np.minimum(right, np.pi)
    two = known & (left + right > np.pi)
    low = np.concatenate([np.where(two, angle, angle - right), (angle - right)[two]])
    high = np.concatenate([angle + left, angle[two]])
    row = np.concatenate([np.arange(len(angle)), np.flatnonzero(two)])
    return row, np.column_stack([cos(low), sin(low), cos(high), sin(high)])


def _split() -> tuple[Floats, Ints]:
    """Split a triangle into small ones: shares of its corners at each point, and three points for each part."""
    spots = [(i, j) for i in range(_PARTS + 1) for j in range(_PARTS + 1 - i)]
    at = {spot: number for number, spot in enumerate(spots)}
    up = [(at[i, j], at[i + 1, j], at[i, j + 1]) for i, j in spots if i + j < _PARTS]
    down = [(at[i + 1, j], at[i, j + 1], at[i + 1, j + 1]) for i, j in spots if i + j < _PARTS - 1]
    shares = np.array([(i, j, _PARTS - i - j) for i, j in spots]) / _PARTS
    return shares, np.array(up + down)
