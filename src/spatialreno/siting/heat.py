"""Heat-exchange stations (热力交换站): how many, how large, and where they can stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from spatialreno.area import STATION, heat_demand, station_sizes, stations_needed
from spatialreno.siting.answer import Found
from spatialreno.siting.candidates import (
    boiler_houses,
    given_candidates,
    land_candidates,
    overlapping,
    spare_rooms,
    together,
)
from spatialreno.siting.choice import no_choice
from spatialreno.siting.distances import straight_distances
from spatialreno.siting.models import least_count
from spatialreno.siting.objectives import OBJECTIVES, Asked
from spatialreno.siting.problem import Problem, siting_problem

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


def station_candidates(area: StudyArea, size: pd.Series) -> gpd.GeoDataFrame:
    """List what could hold a station of one size: free land, old boiler houses and spare rooms compete.

    A box unit (箱式换热站) stands on free land only.
    """
    rooms = together([boiler_houses(area, STATION), spare_rooms(area, STATION)])
    land = land_candidates(area, STATION, [(float(size["width_m"]), float(size["depth_m"]))])
    if size["form"] == "box":
        return land.assign(form="box", capacity=float(size["capacity_m2"]))
    sites = together([land, rooms[rooms["area_m2"] >= float(size["footprint_m2"])]])
    return sites.assign(capacity=float(size["capacity_m2"]))


def choose_stations(
    area: StudyArea, objective: str, asked: Asked, *, count: int | None, candidates: gpd.GeoDataFrame | None
) -> Found:
    """Choose stations for the load that waits, or tell what is missing.

    Sizes are tried from the smallest that carries an equal share of the load; a larger one only where
    whole buildings cannot be shared out among the smaller. A box unit is tried last, where it can carry
    the load: it asks for less land and serves less well.
    """
    constants, load = area.catalog.constants, heat_demand(area)
    number = stations_needed(load.sum(), constants) if count is None else count
    radius = constants["heat_station_radius_m"] if asked.radius_m is None else asked.radius_m
    asked = replace(asked, count=number, radius_m=radius)
    basis = {
        "objective": objective,
        "distance": "straight",
        "radius_m": radius,
        "count": number,
        "heated_area_m2": round(float(load.sum()), 1),
        "below_least_load": bool(load.sum() / number < constants["heat_station_min_m2"]),
    }
    houses, boxes = (station_sizes(area, load.sum() / number, form=form) for form in ("house", "box"))
    sizes = [size for _, size in houses.iterrows()]
    if load.empty or not sizes:
        return Found(spare_rooms(area, STATION).iloc[:0], no_choice(), _asked(area, basis, load), basis)
    tried = sizes if number > 1 else sizes[:1]  # one station takes the whole load: size is settled
    for size in [*tried, *(box for _, box in boxes.iterrows())]:
        sites = _sites(area, size, candidates)
        problem = _problem(area, sites, load, number, radius)
        choice = OBJECTIVES[objective](problem, asked)
        if choice.sites:
            return Found(sites, choice, {}, {**basis, "footprint_m2": float(size["footprint_m2"])})
    return Found(sites, choice, _asked(area, basis, load) | _there(area, sizes[0], problem), basis)


def _sites(area: StudyArea, size: pd.Series, given: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if given is None:
        return station_candidates(area, size)
    sites = given_candidates(area, STATION, given)
    return sites.assign(capacity=sites["capacity"].fillna(float(size["capacity_m2"])))


def _problem(area: StudyArea, sites: gpd.GeoDataFrame, load: pd.Series, count: int, radius_m: float) -> Problem:
    buildings = area.buildings.geometry.loc[load.index]
    return siting_problem(
        straight_distances(buildings, sites.geometry, limit_m=radius_m),
        load,
        capacity=sites["capacity"],
        conflicts=overlapping(sites) if count > 1 else (),
    )


def _asked(area: StudyArea, basis: dict[str, Any], load: pd.Series) -> dict[str, Any]:
    """Say in numbers what is asked."""
    constants = area.catalog.constants
    return {
        "heated_area_m2": basis["heated_area_m2"],
        "buildings_waiting": len(load),
        "count": basis["count"],
        "stations_needed": stations_needed(load.sum(), constants) if len(load) else 0,
        "largest_station_m2": constants["heat_station_max_m2"],
        "radius_m": basis["radius_m"],
    }


def _there(area: StudyArea, size: pd.Series, problem: Problem) -> dict[str, Any]:
    """Say in numbers what there is: the largest places, and whom the candidates leave out."""
    found: dict[str, Any] = {"footprint_m2": float(size["footprint_m2"]), **what_there_is(area, size)}
    found["candidates"] = len(problem.sites)
    if len(problem.sites):
        found["buildings_beyond_radius"] = list(problem.unreached)
        fewest = least_count(problem)
        if fewest.sites:
            found["stations_needed"] = len(fewest.sites)
    return found


def what_there_is(area: StudyArea, size: pd.Series) -> dict[str, float]:
    """Give the largest place of each form, in m², whether or not it is large enough."""
    from spatialreno.land import free_land, largest_site

    free = free_land(area)
    best = largest_site(area, STATION, (float(size["width_m"]), float(size["depth_m"])))
    houses, rooms = boiler_houses(area, STATION), spare_rooms(area, STATION)
    return {
        "largest_free_rectangle_m2": round(best.rectangle.area, 1) if best else 0.0,
        "largest_boiler_house_m2": round(float(houses["area_m2"].max()), 1) if len(houses) else 0.0,
        "largest_spare_room_m2": round(float(rooms["area_m2"].max()), 1) if len(rooms) else 0.0,
        "usable_land_m2": round(float(free["usable_m2"].sum()), 1),
    }
