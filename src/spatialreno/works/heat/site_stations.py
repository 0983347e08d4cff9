"""Where heat-exchange stations go: land, capacity, radius, noise and mains weighed in one model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import STATION, inhabited_buildings, station_sizes, stations_needed
from spatialreno.errors import InputError
from spatialreno.land import new_ids
from spatialreno.optimise import Limit, Solution
from spatialreno.siting import given_candidates, overlapping, spare_rooms, station_candidates, together, what_there_is
from spatialreno.works.heat.demand import heat_load
from spatialreno.works.heat.mains import usable_mains
from spatialreno.works.heat.station_model import UNITS, CaseAnswer, Condition, StationCase, solve_case, what_binds

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_SITES = ["kind", "form", "compound_id", "building_id", "area_m2", "capacity", "candidate", "main", "geometry"]


def site_stations(
    area: StudyArea,
    *,
    count: int | None = None,
    candidates: gpd.GeoDataFrame | None = None,
    radius_m: float | None = None,
    noise_m: float | None = None,
    time_limit_s: float | None = None,
) -> Solution:
    """Site heat-exchange stations at least cost, with proof, or say which condition binds and by how much.

    Free land, old boiler houses and spare rooms compete, in every size a station can have. A station keeps its
    distance from homes, carries at most its capacity, serves within its radius and hangs on a primary main
    that is near enough and has room; mains are left out of it where none is drawn.

    Parameters
    ----------
    area
        The study area.
    count
        Most stations; None: as many as the load asks for (one for 100 000 m², catalog). Each must be able to
        carry its share, so that four may be box units where one may not.
    candidates
        Features to choose among, any CRS, ids as index; ``capacity`` in m². None: what the land can hold.
    radius_m, noise_m
        Service radius, and distance of a station of its own to homes; None: the catalog's.
    time_limit_s
        Seconds, after which the best answer is given with its bound; None: the work that the catalog allows
        (``solver_work``), the same on every computer.

    Returns
    -------
    Solution
        ``objective`` in yuan (stations, primary, and a weight on the way of heat; :func:`solve_case`).
        ``sites`` has the column ``main``. When impossible: ``missing["binding"]``, ``["short_by"]``,
        ``["short_unit"]`` and the numbers of what there is.

    Examples
    --------
    >>> import spatialreno as sr
    >>> site_stations(sr.read_area("data/geo/xigongdi")).missing["binding"]
    'land'
    """
    if count is not None and count < 1:
        raise InputError(f"site_stations: count = {count}. Ask for at least one, or None.")
    table = heat_load(area)
    demand = table.loc[(table["load_kw"] > 0) & ~table["heated"], ["heated_area_m2", "load_kw"]]
    demand = demand.rename(columns={"heated_area_m2": "area_m2"})
    load = float(demand["area_m2"].sum())
    number = stations_needed(load, area.catalog.constants) if count is None else count
    sites = _candidates(area, candidates, load / number)
    case = _case(area, demand, sites, number, radius_m, noise_m)
    if not len(demand) or not len(sites):
        return _impossible(area, case, sites, _no_land(area, demand, number))
    answer, _ = solve_case(case, limit=Limit(time_limit_s))
    if answer.result.status == "infeasible":
        return _impossible(area, case, sites, _told(what_binds(case, limit=Limit(time_limit_s))))
    if not len(answer.sites):
        undecided = _impossible(area, case, sites, {"binding": "not decided before the limit"})
        return replace(undecided, status="bounded", bound=answer.result.bound)
    return _solution(area, case, sites, answer)


def _candidates(area: StudyArea, given: gpd.GeoDataFrame | None, share_m2: float) -> gpd.GeoDataFrame:
    """List what could hold a station of a size that carries a share of the load; ids say which size."""
    if given is not None:
        sites = given_candidates(area, STATION, given)
        return sites.assign(capacity=sites["capacity"].fillna(area.catalog.constants["heat_station_max_m2"]))
    sizes = pd.concat([station_sizes(area, share_m2, form=form) for form in ("house", "box")])
    found = [spare_rooms(area, STATION).iloc[:0]]
    for _, size in sizes.iterrows():
        sites = station_candidates(area, size)
        mark = f"{size['form']}-{size['heated_max_m2']:.0f}"
        found.append(sites.assign(form=sites["form"]).set_axis([f"{i}~{mark}" for i in sites.index], axis=0))
    return together(found)


def _case(
    area: StudyArea, demand: pd.DataFrame, sites: gpd.GeoDataFrame, count: int | None,
    radius_m: float | None, noise_m: float | None,
) -> StationCase:  # fmt: skip
    constants, costs = area.catalog.constants, area.catalog.costs
    mains, _ = usable_mains(area, "heat_primary", loaded=True)
    houses = area.buildings.geometry.loc[demand.index].to_numpy()
    homes = inhabited_buildings(area).geometry
    shapes = sites.geometry.to_numpy()
    noise = shapely.distance(shapes, shapely.union_all(homes.to_numpy())) if len(homes) else np.full(len(sites), np.inf)
    inside = sites["building_id"].notna().to_numpy() if len(sites) else np.zeros(0, bool)
    building = costs[(costs["layer"] == "facilities") & (costs["kind"] == STATION) & (costs["quantity"] == "area_m2")]
    room = sites["area_m2"].fillna(100.0).clip(upper=260.0).astype(float) if len(sites) else pd.Series(dtype=float)
    primary = costs[(costs["layer"] == "pipes") & (costs["kind"] == "heat_primary")]["price"].iloc[0]
    return StationCase(
        demand=demand,
        sites=pd.DataFrame({
            "capacity_m2": sites["capacity"].astype(float),
            "fixed_yuan": constants["heat_station_set_yuan"] + room * float(building["price"].iloc[0]),
            "noise_m": np.where(inside, np.inf, noise),  # in a house: damping is asked for instead of distance
        }, index=sites.index),
        way_m=shapely.distance(houses[:, None], shapes[None, :]),
        spare_kw=mains["capacity"].fillna(np.inf),
        reach_m=shapely.distance(shapes[:, None], mains.geometry.to_numpy()[None, :]),
        conflicts=_overlapping(sites),
        radius_m=constants["heat_station_radius_m"] if radius_m is None else radius_m,
        noise_m=constants["heat_noise_m"] if noise_m is None else noise_m,
        main_reach_m=constants["heat_main_reach_m"],
        way_yuan=constants["heat_way_yuan_m2_m"], main_yuan=float(primary), count=count,
    )  # fmt: skip


def _overlapping(sites: gpd.GeoDataFrame) -> list[tuple[int, int]]:
    if len(sites) < 2:
        return []
    place = {name: k for k, name in enumerate(sites.index)}
    return [(place[a], place[b]) for a, b in overlapping(sites)]


def _no_land(area: StudyArea, demand: pd.DataFrame, number: int) -> dict[str, Any]:
    """Say how much land the smallest station that could carry its share lacks."""
    if not len(demand):
        return {"binding": "nothing waits for heat"}
    share = float(demand["area_m2"].sum()) / number
    sizes = station_sizes(area, share)
    if not len(sizes):
        most = area.catalog.constants["heat_station_max_m2"]
        return {"binding": "count", "short_by": stations_needed(share * number, area.catalog.constants) - number,
                "short_unit": "piece", "largest_station_m2": most}  # fmt: skip
    there = what_there_is(area, sizes.iloc[0])
    asked = float(sizes.iloc[0]["footprint_m2"])
    best = max(there[k] for k in ("largest_free_rectangle_m2", "largest_boiler_house_m2", "largest_spare_room_m2"))
    return {"binding": "land", "short_by": round(asked - best, 1), "short_unit": "m2", "footprint_m2": asked, **there}


def _told(found: dict[Condition, float]) -> dict[str, Any]:
    if not found:
        return {"binding": "several conditions together"}
    first, *others = found
    also = [f"{name} {found[name]:,.1f} {UNITS[name]}" for name in others]
    return {"binding": first, "short_by": found[first], "short_unit": UNITS[first], "also": also}


def _impossible(area: StudyArea, case: StationCase, sites: gpd.GeoDataFrame, missing: dict[str, Any]) -> Solution:
    asked = {
        "heated_area_m2": round(float(case.demand["area_m2"].sum()), 1), "buildings_waiting": len(case.demand),
        "radius_m": case.radius_m, "candidates": len(sites),
    }  # fmt: skip
    empty = gpd.GeoDataFrame(pd.DataFrame(columns=_SITES), geometry="geometry", crs=area.crs)
    rows = pd.DataFrame(columns=["demand", "site", "distance_m", "weight"])
    inf = float("inf")
    return Solution(STATION, "facilities", empty, rows, inf, inf, inf, "infeasible", {**missing, **asked}, _stamp(area))


def _solution(area: StudyArea, case: StationCase, sites: gpd.GeoDataFrame, answer: CaseAnswer) -> Solution:
    chosen = sites.iloc[answer.sites]
    names = new_ids(area, STATION, len(chosen))
    number = dict(zip(answer.sites.tolist(), names, strict=True))
    mains = [str(case.spare_kw.index[m]) if m >= 0 else "" for m in answer.main]
    frame = chosen.assign(candidate=chosen.index.astype(str), main=mains, kind=STATION)
    load = case.demand["area_m2"].to_numpy(float)
    frame["capacity"] = [max(load[answer.given == j].sum(), 1.0) for j in answer.sites]
    frame = frame.set_axis(pd.Index(names, dtype="str", name="id"), axis=0)[_SITES]
    rows = pd.DataFrame({
        "demand": case.demand.index.to_numpy(), "site": [number[j] for j in answer.given],
        "distance_m": case.way_m[np.arange(len(load)), answer.given], "weight": load,
    })  # fmt: skip
    found = answer.result
    status = "optimal" if found.status == "optimal" else "bounded"
    return Solution(
        STATION, "facilities", frame, rows, found.objective, found.bound, found.gap, status, {}, _stamp(area)
    )


def _stamp(area: StudyArea) -> dict[str, Any]:
    return {"area": area.name, "fingerprint": area.fingerprint, "kind": STATION, "model": "stations"}
