"""Walking distances and times between buildings, facilities and points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.errors import InputError
from spatialreno.walk.attach import Straights, direct
from spatialreno.walk.engine import Arcs, Graph, both_ways, make_graph, reach, reach_nearest
from spatialreno.walk.fabric import Fabric
from spatialreno.walk.frame import MM_PER_M, Bools, Floats, Ints
from spatialreno.walk.places import Asked, Places, doors_of, find_places, host_shapes
from spatialreno.walk.state import (
    VISITOR,
    Walker,
    carriers_open,
    fabric_of,
    homes,
    open_hops,
    paths_open,
    standing,
)

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_ROWS_AT_ONCE = 64
_SECONDS_PER_MIN = 60.0


@dataclass(frozen=True)
class State:
    """An area in one state, laid on the fabric that serves it."""

    area: StudyArea
    fabric: Fabric

    @cached_property
    def homes(self) -> dict[str, Walker]:
        """The residents' gates open to the people of each compound."""
        return homes(self.area)

    @property
    def arcs(self) -> Arcs:
        """All hops in both directions, once for each fabric."""
        hops = self.fabric.hops
        if "arcs" not in self.fabric.memory:
            self.fabric.memory["arcs"] = both_ways(hops.first, hops.second, hops.length)
        found = self.fabric.memory["arcs"]
        assert isinstance(found, Arcs)
        return found

    def walkers(self, places: Places) -> Iterator[tuple[Walker, Ints]]:
        """Group places by the gates that let their people through."""
        groups: dict[Walker, list[int]] = {}
        for at, home in enumerate(places.home):
            groups.setdefault(self.homes.get(home, VISITOR), []).append(at)
        for walker in sorted(groups, key=sorted):
            yield walker, np.array(groups[walker], np.int64)

    def graph(self, walker: Walker, sources: Places) -> Graph:
        """Make the graph a walker can use, with places to start from."""
        place, node, length = self.starts(walker, sources)
        usable = open_hops(self.area, self.fabric, walker)
        return make_graph(self.arcs, usable, len(self.fabric.xy), (place, node, length), len(sources))

    def starts(self, walker: Walker, places: Places) -> tuple[Ints, Ints, Ints]:
        """List the ways (place, node, length) between places and the fabric that this walker can use."""
        ways = places.ways
        fine = self.usable(walker, ways.label_way, ways.label, len(ways))
        fine &= paths_open(self.area, self.fabric, ways.path)
        return (
            np.concatenate([places.own_place, places.point_place[ways.point[fine]]]),
            np.concatenate([places.own_node, ways.node[fine]]),
            np.concatenate([places.own_length, ways.length[fine]]),
        )

    def usable(self, walker: Walker, carrier: Ints, label: Ints, count: int) -> Bools:
        """Tell which carriers of labels this walker can use."""
        return carriers_open(standing(self.area, self.fabric, walker), carrier, label, count)


def state_of(area: StudyArea) -> State:
    """Lay an area on its fabric."""
    return State(area, fabric_of(area))


def travel_times(
    area: StudyArea,
    origins: Asked | None = None,
    destinations: Asked | None = None,
    *,
    limit_m: float | None = None,
    group: str = "general",
) -> pd.DataFrame:
    r"""Measure walks between places along streets and through yards, stopped by walls, open at gates.

    .. math:: minutes = distance / (60 \, v_{group})

    Parameters
    ----------
    area
        The study area.
    origins, destinations
        Ids of buildings or facilities, or a GeoSeries of points or polygons in the area's CRS whose index names
        them. By default every building, and every facility.
    limit_m
        Farthest walk, in metres; by default the catalog's `walk_limit_m`.
    group
        Walking group of the catalog, which sets the speed.

    Returns
    -------
    pandas.DataFrame
        Columns origin, destination, distance_m, minutes; sorted as asked. Pairs that are not reached are absent.
        A `residents` gate opens to those who start in a compound of its block.

    Raises
    ------
    InputError
        An id or the group is unknown.
    """
    state = state_of(area)
    starts = find_places(area, state.fabric, list(area.buildings.index) if origins is None else origins)
    ends = find_places(
        area, state.fabric, list(area.facilities.index) if destinations is None else destinations
    )
    table = _pairs(state, starts, ends, _limit(area, limit_m))
    return table.assign(minutes=table["distance_m"] / metres_per_minute(area, group))


def walk_distances(
    area: StudyArea, points: gpd.GeoSeries, targets: gpd.GeoSeries, *, limit_m: float
) -> pd.DataFrame:
    """Measure walks from points to targets, such as from doors to candidate sites.

    Parameters
    ----------
    area
        The study area.
    points, targets
        Points or polygons in the area's CRS; the index names them. What lies in a building is reached by its doors.
    limit_m
        Farthest walk, in metres.

    Returns
    -------
    pandas.DataFrame
        Columns origin, destination, distance_m; unreached pairs are absent.
    """
    state = state_of(area)
    starts, ends = find_places(area, state.fabric, points), find_places(area, state.fabric, targets)
    return _pairs(state, starts, ends, limit_m)


def nearest(
    area: StudyArea, kinds: Sequence[str] | None = None, *, limit_m: float | None = None
) -> pd.DataFrame:
    """Find for every building the nearest facility of each kind on foot, and the straight line beside it.

    Parameters
    ----------
    area
        The study area. Facilities whose status is not `open` do not count.
    kinds
        Facility kinds; by default every kind of the catalog that the area has.
    limit_m
        Farthest walk, in metres; by default the catalog's `walk_limit_m`.

    Returns
    -------
    pandas.DataFrame
        One row for each building and kind, sorted: building_id, kind, facility_id (NaN when none is reached),
        distance_m (NaN when none is reached), straight_m (to the facility nearest in a straight line; NaN when
        there is none at all). People pass the `residents` gates of their own block, no others.
    """
    state = state_of(area)
    serving = area.facilities[area.facilities["status"].fillna("open") == "open"]
    wanted = sorted(set(serving["kind"]) if kinds is None else set(kinds))
    facilities = find_places(area, state.fabric, list(serving.index))
    buildings = find_places(area, state.fabric, list(area.buildings.index))
    limit_mm = _limit(area, limit_m) * MM_PER_M
    far = np.full((len(buildings), len(wanted)), np.inf)
    which = np.full((len(buildings), len(wanted)), -1, np.int64)
    for walker, members in state.walkers(buildings):
        graph = state.graph(walker, facilities)
        for column, kind in enumerate(wanted):
            sources = np.flatnonzero((serving["kind"] == kind).to_numpy())
            distance, source = reach_nearest(graph, sources, limit_mm)
            _read_doors(state.fabric, members, distance, source, far[:, column], which[:, column])
            _stay_inside(buildings, facilities, sources, far[:, column], which[:, column])
    return _nearest_table(state, serving, wanted, far, which)


def _read_doors(
    fabric: Fabric, members: Ints, distance: Floats, source: Ints, far: Floats, which: Ints
) -> None:
    """Take for each building the nearest of its doors."""
    for at in members.tolist():
        for node, out in doors_of(fabric, at):
            away = distance[node] + out
            if away < far[at] or (away == far[at] and source[node] < which[at]):
                far[at], which[at] = away, source[node]


def _stay_inside(buildings: Places, facilities: Places, sources: Ints, far: Floats, which: Ints) -> None:
    """Walk nowhere to what is in the same building."""
    for source in sources[facilities.host[sources] >= 0][::-1].tolist():
        same = buildings.host == facilities.host[source]
        far[same], which[same] = 0.0, source


def _nearest_table(
    state: State, serving: gpd.GeoDataFrame, wanted: list[str], far: Floats, which: Ints
) -> pd.DataFrame:
    """Write the answer as rows."""
    buildings = state.area.buildings
    reached = np.isfinite(far)
    names = np.append(serving.index.to_numpy(object), np.nan)
    straight = [_straight(state, serving[serving["kind"] == kind]) for kind in wanted]
    return pd.DataFrame(
        {
            "building_id": np.repeat(buildings.index.to_numpy(object), len(wanted)),
            "kind": np.tile(np.array(wanted, object), len(buildings)),
            "facility_id": names[np.where(reached, which, -1)].ravel(),
            "distance_m": np.where(reached, far / MM_PER_M, np.nan).ravel(),
            "straight_m": np.column_stack([*straight, np.empty((len(buildings), 0))]).ravel(),
        }
    )


def _straight(state: State, serving: gpd.GeoDataFrame) -> Floats:
    """Measure from each building straight to the nearest of some facilities."""
    buildings = state.area.buildings.geometry.to_numpy()
    result = np.full(len(buildings), np.nan)
    if len(serving):
        tree = shapely.STRtree(host_shapes(state.area, state.fabric, serving))
        (row, _), distance = tree.query_nearest(buildings, return_distance=True, all_matches=False)
        result[row] = distance
    return result


def metres_per_minute(area: StudyArea, group: str) -> float:
    """Read the speed of a walking group."""
    speeds = area.catalog.groups["speed_m_s"]
    if group not in speeds.index:
        raise InputError(f"walk: group {group} is not in the catalog. Use one of {', '.join(speeds.index)}.")
    return float(speeds[group]) * _SECONDS_PER_MIN


def _limit(area: StudyArea, limit_m: float | None) -> float:
    return float(area.catalog.constants["walk_limit_m"] if limit_m is None else limit_m)


def _pairs(state: State, starts: Places, ends: Places, limit_m: float) -> pd.DataFrame:
    """Measure all pairs, searching from the side that has fewer places."""
    parts = []
    straight = direct(state.fabric, starts.point_xy, starts.ways, ends.point_xy, ends.ways)
    for walker, members in state.walkers(starts):
        if len(members) <= len(ends):
            far = _matrix(state, walker, starts, ends, members, limit_m)
        else:
            everything = np.arange(len(ends))
            far = _matrix(state, walker, ends, starts, everything, limit_m).T[members]
        _shorten(state, walker, starts, ends, straight, members, far)
        indoors = (starts.host[members, None] == ends.host[None, :]) & (ends.host[None, :] >= 0)
        far[indoors] = 0.0
        row, column = np.nonzero(far <= limit_m * MM_PER_M)
        parts.append(np.column_stack([members[row], column, far[row, column]]))
    table = np.concatenate([np.empty((0, 3)), *parts])
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    return pd.DataFrame(
        {
            "origin": np.array(starts.ids, object)[table[:, 0].astype(np.int64)],
            "destination": np.array(ends.ids, object)[table[:, 1].astype(np.int64)],
            "distance_m": table[:, 2] / MM_PER_M,
        }
    )


def _matrix(
    state: State, walker: Walker, sources: Places, targets: Places, rows: Ints, limit_m: float
) -> Floats:
    """Measure from some sources to all targets, in millimetres."""
    graph = state.graph(walker, sources)
    place, node, length = state.starts(walker, targets)
    result = np.full((len(rows), len(targets)), np.inf)
    for low in range(0, len(rows), _ROWS_AT_ONCE):
        part = slice(low, low + _ROWS_AT_ONCE)
        far = reach(graph, rows[part], limit_m * MM_PER_M)[:, node] + length
        for column in np.unique(place):
            result[part, column] = far[:, place == column].min(axis=1)
    return result


def _shorten(
    state: State,
    walker: Walker,
    starts: Places,
    ends: Places,
    straight: Straights,
    members: Ints,
    far: Floats,
) -> None:
    """Take the straight walk between two free points where it is open."""
    fine = state.usable(walker, straight.label_walk, straight.label, len(straight.one))
    fine &= paths_open(state.area, state.fabric, straight.path)
    row = np.full(len(starts), -1)
    row[members] = np.arange(len(members))
    at = row[starts.point_place[straight.one]]
    fine &= at >= 0
    end = ends.point_place[straight.two[fine]]
    np.minimum.at(far, (at[fine], end), straight.length[fine].astype(float))
