"""Reach as lines and as differences: the ways walked within a time, and what a plan adds to reach and takes from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import shapely

from spatialreno._types import Geometries
from spatialreno.area import as_ids, as_points
from spatialreno.errors import InputError
from spatialreno.walk.access.travel import metres_per_minute
from spatialreno.walk.fabric.fabric import LINK, YARD
from spatialreno.walk.millimetres.frame import MM_PER_M, lines
from spatialreno.walk.reach.differences import change_of
from spatialreno.walk.reach.isochrones import isochrones
from spatialreno.walk.reach.seen_ground import Walk, Walked
from spatialreno.walk.reach.strips import Strips
from spatialreno.walk.state.places import Asked, Places, find_places
from spatialreno.walk.state.state import State
from spatialreno.walk.state.walkers import assumed, checked_times, state_for

if TYPE_CHECKING:
    from datetime import datetime

    from spatialreno.area import Ids, StudyArea


def reach_lines(
    area: StudyArea,
    origins: Asked,
    minutes: Sequence[float] | float = (5, 10, 15),
    group: str = "general",
    *,
    at: str | datetime | None = None,
) -> gpd.GeoDataFrame:
    """Draw the ways walked from each origin within given times as lines, cut exactly where the time ends.

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
        A moment of local time at which gates are open by their hours; see ``isochrones``.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns origin, minutes, group, path_id, length_m, geometry in the area's CRS. A row for each street or lane
        reached, all of it that can be walked to in the time; and one with path_id NaN for the shortest walks through
        yards to corners, doors and streets. Lengths are of whole millimetres; nothing reached gives no row.

    Raises
    ------
    InputError
        An id or the group is unknown, or a time is none.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> ways = reach_lines(today, ["F03"], minutes=(1, 2))
    >>> sums = ways[ways["path_id"].notna()].groupby("minutes")["length_m"].sum()
    >>> bool(0 < sums[1] < sums[2])
    True
    """
    times = checked_times(minutes)
    state = state_for(area, group, at)
    places = find_places(area, state.fabric, origins)
    speed = metres_per_minute(area, group) * MM_PER_M
    rows = []
    for walker, members in state.walkers(places):
        walked = Walked(state, walker)
        strips = Strips(state, walker, walked.street_hops)
        longest = float(state.fabric.hops.length.max(initial=0))
        for place in members.tolist():
            # Walks that end within a hop are known by where the hop would lead.
            walk = walked.walk(places, place, max(times, default=0.0) * speed + longest)
            for order, time in enumerate(times):
                rows += [(place, order, *row) for row in _rows(state, strips, places, walk, time * speed)]
    rows.sort(key=lambda row: (row[0], row[1], row[2] < 0, row[2]))
    names = np.append(np.array(state.fabric.path_ids, object), np.nan)
    shapes = state.fabric.frame.geometries_m(np.array([row[3] for row in rows], object))
    table = gpd.GeoDataFrame(
        {
            "origin": places.names[[row[0] for row in rows]] if rows else [],
            "minutes": [times[row[1]] for row in rows],
            "group": group,
            "path_id": [names[row[2]] for row in rows],
            "length_m": shapely.length(shapes),
        },
        geometry=list(shapes),
        crs=area.crs,
    )
    table.attrs.update(assumed(area, group, at))
    return table


def _rows(state: State, strips: Strips, places: Places, walk: Walk, limit: float) -> list[tuple[int, shapely.Geometry]]:
    """Draw what is walked within a limit: one shape for each path, and one (-1) for all yards."""
    row, low, high = strips.spans(places, walk, limit)
    drawn, path = strips.stretches(row, low, high), strips.path[row]
    rows = [(int(one), shapely.line_merge(shapely.multilinestrings(drawn[path == one]))) for one in np.unique(path)]
    yards = _yard_ways(state, places, walk, limit)
    return rows if not len(yards) else [*rows, (-1, shapely.multilinestrings(yards))]


def _yard_ways(state: State, places: Places, walk: Walk, limit: float) -> Geometries:
    """Draw the last hop to each node where it leads through a yard, cut where the walk ends."""
    fabric = state.fabric
    node = np.flatnonzero((walk.hop >= 0) & np.isin(fabric.hops.kind[walk.hop], (YARD, LINK)))
    tail = walk.before[node]
    run = np.minimum(limit - walk.far[tail], fabric.hops.length[walk.hop[node]])
    start, end, length = fabric.xy[tail], fabric.xy[node], fabric.hops.length[walk.hop[node]]
    first = np.flatnonzero(walk.before == len(fabric.xy) + walk.place)
    free = places.point_xy[places.point_place == walk.place]
    if len(free) == 1 and not (places.own_place == walk.place).any():
        seen = first[fabric.cell[first] >= 0]
        start = np.concatenate([start, np.repeat(free, len(seen), axis=0)])
        end, length = np.concatenate([end, fabric.xy[seen]]), np.concatenate([length, walk.far[seen]])
        run = np.concatenate([run, np.minimum(limit, walk.far[seen])])
    fine = run > 0
    tip = start + (end - start) * (run / np.maximum(length, 1))[:, None]
    return lines(start[fine], tip[fine])


def isochrone_change(
    before: StudyArea,
    after: StudyArea,
    origins: Asked,
    minutes: Sequence[float] | float = (5, 10, 15),
    group: str = "general",
    *,
    at: str | datetime | None = None,
) -> gpd.GeoDataFrame:
    """Draw what a plan adds to the reach of each origin and what it takes from it.

    Parameters
    ----------
    before, after
        The area in two states.
    origins
        Ids of buildings or facilities in both states, or a GeoSeries of points or polygons in the areas' CRS.
    minutes
        Times.
    group
        Walking group of the catalog, which sets the speed and what stops it.
    at
        A moment of local time at which gates are open by their hours; see ``isochrones``.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns origin, minutes, group, change (gained or lost), area_m2, geometry in the area's CRS; a change that is
        nothing has no row. Threads thinner than 2 cm, which rounding leaves, are not counted.

    Raises
    ------
    InputError
        An id is unknown in one of the states, or the group is.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> opened = sr.read_scenario("data/geo/xigongdi/scenarios/opened.toml").apply(today)
    >>> change = isochrone_change(today, opened, ["F03"], minutes=(5,))
    >>> bool(change.set_index("change")["area_m2"]["gained"] > 20_000)
    True
    """
    _both_know(before, after, origins)
    today = isochrones(before, origins, minutes, group, at=at)
    later = isochrones(after, origins, minutes, group, at=at)
    return change_of(today, later)


def _both_know(before: StudyArea, after: StudyArea, origins: Asked) -> None:
    """Refuse ids that one state does not have."""
    if as_points(before, origins, what="isochrone_change") is not None:
        return
    known = [set(state.buildings.index) | set(state.facilities.index) for state in (before, after)]
    lost = [name for name in as_ids(cast("Ids", origins)) if (name in known[0]) != (name in known[1])]
    if lost:
        raise InputError(
            f"isochrone_change: {', '.join(lost[:8])} is in one of the two states only. "
            "Ask for origins that stand before and after, or give points."
        )
