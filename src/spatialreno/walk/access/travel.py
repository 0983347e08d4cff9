"""Walking distances and times between buildings, facilities and points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Floats, Geometries, Ints
from spatialreno.area import as_kinds, open_facilities
from spatialreno.errors import InputError
from spatialreno.walk.fabric.attach import direct
from spatialreno.walk.fabric.sectors import expand
from spatialreno.walk.millimetres.frame import MM_PER_M
from spatialreno.walk.search.engine import FAR, Field, nearest_place, reach
from spatialreno.walk.state.places import Asked, Places, find_places, host_shapes
from spatialreno.walk.state.standing import VISITOR, Walker, paths_open
from spatialreno.walk.state.state import Guests, State, state_of
from spatialreno.walk.state.walkers import assumed, needs_of, state_for

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_ROWS_AT_ONCE = 512
_SECONDS_PER_MIN = 60.0


def travel_times(
    area: StudyArea,
    origins: Asked | None = None,
    destinations: Asked | None = None,
    *,
    limit_m: float | None = None,
    group: str = "general",
    at: str | datetime | None = None,
) -> pd.DataFrame:
    r"""Measure walks between places along streets and through yards, stopped by walls, open at gates.

    .. math:: minutes = distance / (60 \, v_{group})

    Parameters
    ----------
    area
        The study area.
    origins, destinations
        Ids of buildings or facilities (one, or several), or points or polygons: a GeoSeries or GeoDataFrame in any CRS
        whose index names them, shapely geometries, or one (x, y) in the area's CRS. By default every building, and
        every facility.
    limit_m
        Farthest walk, in metres; by default the catalog's `walk_limit_m`.
    group
        Walking group of the catalog, which sets the speed and what stops it: a wheelchair needs clear width, no steps,
        and a ramp where a wall that has gone left a level difference.
    at
        A moment of local time such as ``2026-05-04T22:30``, at which gates are open by their hours; without one they
        count as open at all hours.

    Returns
    -------
    pandas.DataFrame
        Columns origin, destination (of points the labels of their index), distance_m, minutes; sorted as asked. Pairs
        that are not reached are absent.
        A `residents` gate opens to those who start in a compound of its block. `attrs` tell who walked and what was
        assumed about hours and ramps.

    Raises
    ------
    InputError
        An id or the group is unknown, hours cannot be read, or the limit is no number of metres.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point, box
    >>> from spatialreno.area import assemble
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> x, y = 631_000, 3_838_000
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1"], name=["院"], geometry=[box(x, y, x + 60, y + 60)]),
    ...         "buildings": layer(id=["B1"], geometry=[box(x + 10, y + 50, x + 20, y + 55)]),
    ...         "walls": layer(id=["W1"], geometry=[LineString([(x + 30, y), (x + 30, y + 40)])]),
    ...     },
    ...     name="yard",
    ... )
    >>> travel_times(area, (x, y), (x + 60, y))["distance_m"].tolist()  # round the wall's end: twice √(30² + 40²)
    [100.0]
    """
    state = state_for(area, group, at)
    starts = find_places(area, state.fabric, list(area.buildings.index) if origins is None else origins)
    ends = find_places(area, state.fabric, list(area.facilities.index) if destinations is None else destinations)
    table = _pairs(state, starts, ends, walk_limit(area, limit_m))
    table = table.assign(minutes=table["distance_m"] / metres_per_minute(area, group))
    return _noted(table, assumed(area, group, at))


def walk_distances(area: StudyArea, points: gpd.GeoSeries, targets: gpd.GeoSeries, *, limit_m: float) -> pd.DataFrame:
    """Measure walks from points to targets, such as from doors to candidate sites.

    Parameters
    ----------
    area
        The study area.
    points, targets
        Points or polygons: a GeoSeries or GeoDataFrame in any CRS; the index names them. What lies in a building is
        reached by its doors.
    limit_m
        Farthest walk, in metres.

    Returns
    -------
    pandas.DataFrame
        Columns origin, destination, distance_m; unreached pairs are absent. Visitors walk: `residents` gates open to
        those who start in their block.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> shapes = area.facilities.geometry
    >>> walk_distances(area, shapes[["F01", "F02"]], shapes[["F03"]], limit_m=200)["distance_m"].tolist()  # one house
    [129.698, 129.698]
    """
    state = state_of(area)
    starts, ends = find_places(area, state.fabric, points), find_places(area, state.fabric, targets)
    return _pairs(state, starts, ends, limit_m)


def nearest(
    area: StudyArea,
    kinds: Sequence[str] | str | None = None,
    *,
    limit_m: float | None = None,
    group: str = "general",
    at: str | datetime | None = None,
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
    group, at
        Who walks and when, as for `travel_times`.

    Returns
    -------
    pandas.DataFrame
        One row for each building and kind, sorted: building_id, kind, facility_id (NaN when none is reached),
        distance_m (NaN when none is reached), straight_m (to the facility nearest in a straight line; NaN when
        there is none at all). People pass the `residents` gates of their own block, no others.

    Raises
    ------
    InputError
        A kind or the group is unknown, or the limit is no number of metres.

    Examples
    --------
    >>> import spatialreno as sr
    >>> table = nearest(sr.read_area("data/geo/xigongdi"), "pharmacy").set_index("building_id")
    >>> table.loc["B01", "facility_id"]
    'F09'
    >>> table.loc["B01", ["distance_m", "straight_m"]].astype(int).tolist()  # round the walls, and in a straight line
    [270, 157]
    """
    state = state_for(area, group, at)
    serving = open_facilities(area)
    wanted = sorted(set(serving["kind"]) if kinds is None else set(as_kinds(area, kinds, what="nearest")))
    facilities = find_places(area, state.fabric, list(serving.index))
    buildings = find_places(area, state.fabric, list(area.buildings.index))
    limit_mm = walk_limit(area, limit_m) * MM_PER_M
    far = np.full((len(buildings), len(wanted)), np.inf)
    which = np.full((len(buildings), len(wanted)), -1, np.int64)
    kinds_at = serving["kind"].to_numpy()
    seeds = state.seeds(VISITOR, facilities)
    groups = [(walker, _doors(buildings, members)) for walker, members in state.walkers(buildings)]
    guests = Guests.of(state, facilities)
    ours = [(guests.fresh(frozenset(state.freed(walker))), state.extra_of(walker)) for walker, _ in groups]
    for column, kind in enumerate(wanted):
        sources = np.flatnonzero(kinds_at == kind)
        field = nearest_place(state.graph, seeds, sources, limit_mm)
        for (_, doors), (ways, extra) in zip(groups, ours, strict=True):
            undo = [] if extra is None else [field.push(ways.of(sources)), field.open(extra)]
            _read_doors(doors, field, far[:, column], which[:, column])
            for journal in undo[::-1]:
                field.undo(journal)
        _stay_inside(buildings, facilities, sources, far[:, column], which[:, column])
    return _noted(_nearest_table(state, serving, wanted, far, which), assumed(area, group, at))


def _doors(buildings: Places, members: Ints) -> tuple[Ints, Ints, Ints]:
    """List the doors (building, node, step from the face) of some buildings, sorted."""
    mine = np.isin(buildings.own_place, members)
    order = np.lexsort((buildings.own_node[mine], buildings.own_place[mine]))
    table = (buildings.own_place, buildings.own_node, buildings.own_length)
    one, two, three = (part[mine][order] for part in table)
    return one, two, three


def _read_doors(doors: tuple[Ints, Ints, Ints], field: Field, far: Floats, which: Ints) -> None:
    """Take for each building the nearest of its doors, of equal ones that with the first facility."""
    building, node, out = doors
    away, name = field.far[node].astype(np.int64), field.name[node].astype(np.int64)
    order = np.lexsort((name, away + out, building))
    order = order[away[order] < FAR]
    rows, first = np.unique(building[order], return_index=True)
    far[rows], which[rows] = (away + out)[order][first], name[order][first]


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
    own = buildings.geometry.to_numpy()
    kinds = serving["kind"].to_numpy()
    bodies = host_shapes(state.area, state.fabric, serving)
    straight = [_straight(own, bodies[kinds == kind]) for kind in wanted]
    return pd.DataFrame(
        {
            "building_id": np.repeat(buildings.index.to_numpy(object), len(wanted)),
            "kind": np.tile(np.array(wanted, object), len(buildings)),
            "facility_id": names[np.where(reached, which, -1)].ravel(),
            "distance_m": np.where(reached, far / MM_PER_M, np.nan).ravel(),
            "straight_m": np.column_stack([*straight, np.empty((len(buildings), 0))]).ravel(),
        }
    )


def _straight(buildings: Geometries, bodies: Geometries) -> Floats:
    """Measure from each building straight to the nearest of some facilities."""
    result = np.full(len(buildings), np.nan)
    if len(bodies):
        (row, _), distance = shapely.STRtree(bodies).query_nearest(buildings, return_distance=True, all_matches=False)
        result[row] = distance
    return result


def _noted(table: pd.DataFrame, notes: dict[str, str]) -> pd.DataFrame:
    """Write beside a table what was assumed."""
    table.attrs.update(notes)
    return table


def metres_per_minute(area: StudyArea, group: str) -> float:
    """Read the speed of a walking group."""
    needs_of(area, group)
    return float(area.catalog.groups["speed_m_s"][group]) * _SECONDS_PER_MIN


def walk_limit(area: StudyArea, limit_m: float | None) -> float:
    """Give the farthest walk, the catalog's unless another is asked for."""
    given = area.catalog.constants["walk_limit_m"] if limit_m is None else limit_m
    if isinstance(given, str) or not 0 <= given < np.inf:
        raise InputError(f"walk: limit_m = {given}. Give a number of metres, 0 or more.")
    return float(given)


def _pairs(state: State, starts: Places, ends: Places, limit_m: float) -> pd.DataFrame:
    """Measure all pairs, and name them."""
    table = pair_rows(state, starts, ends, limit_m)
    return pd.DataFrame(
        {
            "origin": starts.names[table[:, 0]],
            "destination": ends.names[table[:, 1]],
            "distance_m": table[:, 2] / MM_PER_M,
        }
    )


def pair_rows(state: State, starts: Places, ends: Places, limit_m: float) -> Ints:
    """Measure all pairs, for each group of walkers from the side that has fewer places.

    Returns
    -------
    numpy.ndarray
        Rows (number of the start, number of the end, millimetres), sorted; unreached pairs are absent.
    """
    limit_mm = limit_m * MM_PER_M
    straight = _straight_walks(state, starts, ends)
    parts = [np.empty((0, 3), np.int64)]
    for walker, members in state.walkers(starts):
        everything = np.arange(len(ends))
        if len(members) <= len(ends):
            found = _measured(state, walker, (starts, members), (ends, everything), limit_mm)
        else:
            found = _measured(state, walker, (ends, everything), (starts, members), limit_mm)[:, [1, 0, 2]]
        parts += [found, straight(walker, members), _indoors(starts, ends, members)]
    table = _least(np.concatenate(parts))
    return np.asarray(table[table[:, 2] <= limit_mm])


def _least(rows: Ints) -> Ints:
    """Keep of rows (one, two, millimetres) the least for each pair, sorted."""
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    fresh = np.ones(len(rows), bool)
    fresh[1:] = (rows[1:, :2] != rows[:-1, :2]).any(axis=1)
    return np.asarray(rows[fresh])


def _measured(
    state: State, walker: Walker, sources: tuple[Places, Ints], targets: tuple[Places, Ints], limit_mm: float
) -> Ints:
    """List (source, target, millimetres) for walks over the fabric within the limit."""
    place, node, length = state.starts(walker, targets[0])
    pick = np.isin(place, targets[1])
    order = np.argsort(node[pick], kind="stable")
    place, node, length = place[pick][order], node[pick][order], length[pick][order]
    pointer = np.searchsorted(node, np.arange(len(state.fabric.xy) + 1))
    seeds, extra = state.seeds(walker, sources[0]), state.extra_of(walker)
    parts = [np.empty((0, 3), np.int64)]
    for low in range(0, len(sources[1]), _ROWS_AT_ONCE):
        which = sources[1][low : low + _ROWS_AT_ONCE]
        found = reach(state.graph, seeds, limit_mm, which, np.diff(pointer) > 0, extra)
        source, far = which[found.searches()], found.rows[:, 1]
        row, way = expand(pointer, np.arange(len(node)), found.rows[:, 0].astype(np.int64))
        parts.append(_least(np.column_stack([source[row], place[way], far[row] + length[way]])))
    return np.concatenate(parts)


def _straight_walks(state: State, starts: Places, ends: Places) -> Callable[[Walker, Ints], Ints]:
    """Find the straight walks between free points, to be asked for the open ones of a group of walkers."""
    found = direct(state.fabric, starts.point_xy, starts.ways, ends.point_xy, ends.ways)
    walked = paths_open(state.area, state.fabric, found.path)
    rows = np.column_stack([starts.point_place[found.one], ends.point_place[found.two], found.length])

    def open_ones(walker: Walker, members: Ints) -> Ints:
        fine = walked & state.usable(walker, found.label_walk, found.label, len(found.one))
        return np.asarray(rows[fine & np.isin(rows[:, 0], members)])

    return open_ones


def _indoors(starts: Places, ends: Places, members: Ints) -> Ints:
    """List the pairs that are in one building, at no distance."""
    hosts = np.flatnonzero(ends.host >= 0)
    order = hosts[np.argsort(ends.host[hosts], kind="stable")]
    mine = members[starts.host[members] >= 0]
    low, high = (np.searchsorted(ends.host[order], starts.host[mine], side) for side in ("left", "right"))
    row, at = _spread(low, high)
    return np.column_stack([mine[row], order[at], np.zeros(len(row), np.int64)])


def _spread(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """List (row, position) for ranges of positions."""
    count = high - low
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(np.arange(len(low)), count), np.repeat(low, count) + step
