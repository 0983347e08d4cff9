"""Site facilities: from an area and a kind to a solution that is itself a scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import STATION
from spatialreno.errors import InputError, nearest
from spatialreno.optimise import Solution
from spatialreno.siting.answer import Found, solution
from spatialreno.siting.candidates import (
    given_candidates,
    joint_floor_m2,
    joint_rooms,
    land_candidates,
    overlapping,
    spare_rooms,
    together,
)
from spatialreno.siting.distances import existing_distances, walking_distances
from spatialreno.siting.heat import choose_stations
from spatialreno.siting.models.objectives import OBJECTIVES, Asked
from spatialreno.siting.models.problem import Problem, siting_problem
from spatialreno.siting.models.walk_models import least_count

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


def site_facilities(
    area: StudyArea,
    kind: str,
    *,
    count: int | None = 1,
    objective: str | None = None,
    candidates: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
    radius_m: float | None = None,
    time_limit_s: float | None = None,
) -> Solution:
    """Find where facilities of a kind serve best among the candidates there are, with proof.

    People walk: residents of each building, to the sites and to the open facilities of the kind there
    are already. A ``heat_exchange_station`` is sited for the floor area that waits for heating, at least cost:
    free land, old boiler houses and spare rooms compete; a station keeps its distance from homes, carries at
    most its capacity, serves within its radius and hangs on a primary main that is near enough and has room
    (mains are left out of it where none is drawn).

    Parameters
    ----------
    area
        The study area, today's or a scenario's.
    kind
        Facility kind of the catalog.
    count
        New facilities. None, for heat-exchange stations only: as few as carry the load, beginning with one for
        100 000 m² (catalog).
    objective
        None or ``p-median``: least total walk (:func:`p_median`). ``coverage``: most people within ``radius_m``
        (:func:`max_coverage`). ``p-center``: least walk of whoever walks farthest (:func:`p_center`).
        Heat-exchange stations have one objective, their cost, and take None only.
    candidates
        Features to choose among, any geometry and CRS, ids (taken as text) as index; None: what free land and spare
        rooms can hold.
        ``capacity``, ``area_m2`` and ``building_id`` are kept where given.
    radius_m
        Service radius in metres. Coverage needs it. With the others everyone must be within it; without it a
        home that no site reaches counts ``walk_limit_m`` (p-median) or does not decide (p-center); how many
        residents that are is in ``provenance``. For stations None is the catalog's.
    time_limit_s
        Seconds after which the best choice is told with its bound; None: the work that the catalog allows
        (``solver_work``), the same on every computer.

    Returns
    -------
    Solution
        ``objective``: residents × metres (p-median), residents covered (coverage), metres (p-center) or
        yuan (stations, primary and a weight on the way of heat). When impossible: status ``infeasible`` and
        ``missing`` in numbers, for stations with ``binding``, ``short_by`` and ``short_unit``; no error is raised.

    Raises
    ------
    InputError
        For an unknown kind or objective, a count that is none, candidates without ids or CRS, coverage without a
        radius.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> rooms = today.facilities.loc[["F01", "F03"], ["building_id", "geometry"]]
    >>> found = site_facilities(today, "pharmacy", candidates=rooms)  # beside the one there is
    >>> found.sites["candidate"].tolist(), found.status
    (['F01'], 'optimal')
    """
    _check(area, kind, count, objective, radius_m)
    asked, best = Asked(int(count or 1), radius_m, time_limit_s=time_limit_s), objective or "p-median"
    if kind == STATION:
        found = choose_stations(area, count=count, candidates=candidates, radius_m=radius_m, time_limit_s=time_limit_s)
    elif candidates is None:
        found = _choose(area, kind, best, asked)
    else:
        found = _choose_among(area, kind, given_candidates(area, kind, candidates), best, asked)
    return solution(area, kind, found)


def _check(area: StudyArea, kind: str, count: int | None, objective: str | None, radius_m: float | None) -> None:
    faults = []
    if not isinstance(kind, str) or kind not in area.catalog.facilities.index:
        near = nearest(str(kind), area.catalog.facilities.index).strip(" .")
        faults.append(f"no kind {kind} in the catalog ({near or '`spatialreno catalog facilities` lists them'})")
    if objective is not None and objective not in OBJECTIVES:
        faults.append(f"no objective {objective}; choose one of {', '.join(OBJECTIVES)}")
    if kind == STATION and objective in OBJECTIVES:
        faults.append(f"{kind} is sited at least cost; leave objective out")
    elif objective == "coverage" and radius_m is None:
        faults.append("coverage needs radius_m=, the service radius in metres")
    whole = isinstance(count, int | np.integer) and count >= 1
    if not (whole or (count is None and kind == STATION)):
        faults.append(f"count = {count}; ask for at least one, in whole numbers")
    if faults:
        raise InputError("site_facilities: " + "; ".join(faults) + ".")


def _choose(area: StudyArea, kind: str, objective: str, asked: Asked) -> Found:
    """Choose among free land and rooms that can hold it; when there are none, say what there is."""
    sites = together([land_candidates(area, kind, None), joint_rooms(area, kind)])
    found = _choose_among(area, kind, sites, objective, asked)
    if len(sites) >= asked.count:
        return found
    return replace(found, missing={**_land_there_is(area, kind), **found.missing})


def _choose_among(area: StudyArea, kind: str, sites: gpd.GeoDataFrame, objective: str, asked: Asked) -> Found:
    limit = area.catalog.constants["walk_limit_m"] if asked.radius_m is None else asked.radius_m
    problem = _problem(area, kind, sites, asked.count, limit)
    instead = limit if asked.radius_m is None else None
    choice = OBJECTIVES[objective](problem, replace(asked, radius_m=limit, unserved_m=instead))
    served = choice.assignment["demand"]
    basis = {
        "objective": objective,
        "distance": "walk",
        "radius_m": asked.radius_m,
        "limit_m": limit,
        "count": asked.count,
        "unserved_residents": round(float(problem.weights[~problem.demands.isin(served)].sum()), 1),
    }
    return Found(sites, choice, {} if choice.sites else _short(problem, asked), basis)


def _problem(area: StudyArea, kind: str, sites: gpd.GeoDataFrame, count: int, limit_m: float) -> Problem:
    standing = existing_distances(area, kind, limit_m=limit_m)
    frames = [frame for frame in (walking_distances(area, sites, limit_m=limit_m), standing) if len(frame)]
    pairs = pd.concat(frames, ignore_index=True) if frames else standing
    return siting_problem(
        pairs,
        area.buildings["residents"].fillna(0).astype(float),
        existing=sorted(set(standing["destination"])),
        capacity=pd.Series(float("inf"), index=sites.index),
        conflicts=overlapping(sites) if count > 1 else (),
    )


def _short(problem: Problem, asked: Asked) -> dict[str, Any]:
    """Say in numbers what is asked of the candidates and what they can do."""
    there = int((~problem.existing).sum())
    found: dict[str, Any] = {"count": asked.count, "candidates": there}
    if asked.radius_m is not None and there:
        fewest = least_count(problem, time_limit_s=asked.time_limit_s)
        found |= {"radius_m": asked.radius_m, "buildings_beyond_radius": list(problem.unreached)}
        found |= {"sites_needed": len(fewest.sites)} if fewest.sites else {}
    return found


def _land_there_is(area: StudyArea, kind: str) -> dict[str, Any]:
    from spatialreno.land import free_land, kind_sides, largest_site

    best = [largest_site(area, kind, sides) for sides in kind_sides(area, kind)]
    asked = float(area.catalog.facilities["footprint_m2"][kind])
    large = [fit.rectangle for fit in best if fit and fit.rectangle.area >= asked]
    return {
        **_rooms_there_are(area, kind),
        **(_no_way_in(area, large) if large else {}),
        "footprint_m2": asked,
        "largest_free_rectangle_m2": round(max((fit.rectangle.area for fit in best if fit), default=0.0), 1),
        "usable_land_m2": round(float(free_land(area)["usable_m2"].sum()), 1),
    }


def _rooms_there_are(area: StudyArea, kind: str) -> dict[str, float]:
    """Hold the largest spare room to the floor area asked, where the kind may share a building."""
    floor, rooms = joint_floor_m2(area, kind), spare_rooms(area, kind)["area_m2"]
    largest = round(float(rooms.max()), 1) if len(rooms) else 0.0
    return {"floor_m2": floor, "largest_spare_room_m2": largest} if floor > 0 else {}


def _no_way_in(area: StudyArea, large: list[Any]) -> dict[str, Any]:
    """Name the condition that leaves land unused which is large enough: no path within reach in its own yard."""
    paths = area.paths[area.paths["walkable"].fillna(True).astype(bool)].geometry.to_numpy()
    middles = np.array([shape.centroid for shape in large], dtype=object)
    near = [float(shapely.distance(middle, paths).min()) for middle in middles] if len(paths) else []
    known = {"nearest_path_m": round(min(near), 1)} if near else {}
    return {"binding": "access", "access_m": area.catalog.constants["access_m"], **known}
