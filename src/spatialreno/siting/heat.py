"""Heat-exchange stations (热力交换站): how many, how large, and where they can stand, in one model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Floats
from spatialreno.area import STATION, heat_load, inhabited_buildings, station_sizes, stations_needed, usable_mains
from spatialreno.optimise import Limit, relative_gap
from spatialreno.siting.answer import Found
from spatialreno.siting.candidates import (
    boiler_houses,
    given_candidates,
    land_candidates,
    overlapping,
    spare_rooms,
    together,
)
from spatialreno.siting.models.choice import Choice, no_choice
from spatialreno.siting.models.station_model import (
    UNITS,
    CaseAnswer,
    Condition,
    StationCase,
    solve_case,
    what_binds,
)

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


def choose_stations(
    area: StudyArea,
    *,
    count: int | None,
    candidates: gpd.GeoDataFrame | gpd.GeoSeries | None,
    radius_m: float | None,
    time_limit_s: float | None,
) -> Found:
    """Choose stations for the load that waits, at least cost, or tell which condition binds and by how much.

    Each must be able to carry its share of the load, so that four may be small where one may not. A box unit
    (箱式换热站) is tried where no house and no room will do: it asks for less land and serves less well.
    """
    asked = _Asked(area, count, candidates, radius_m)
    if not len(asked.demand):
        return asked.nowhere(spare_rooms(area, STATION).iloc[:0], {"binding": "nothing waits for heat"})
    told: dict[str, Any] = {}
    sites = spare_rooms(area, STATION).iloc[:0]
    for forms in (("house",), ("house", "box")) if candidates is None else ((),):  # what is given has its form
        sites = asked.places(forms)
        if not len(sites):
            continue
        case = asked.case(sites)
        answer, told = _solved(case, count is None, time_limit_s)
        if len(answer.sites):
            return asked.found(sites, case, answer)
    status = told.pop("status", "infeasible")
    return asked.nowhere(sites, told or asked.no_land(), status)


def _solved(case: StationCase, any_count: bool, time_limit_s: float | None) -> tuple[CaseAnswer, dict[str, Any]]:
    """Solve a case; where the count alone is in the way and none was asked for, with the least that will do."""
    answer, _ = solve_case(case, limit=Limit(time_limit_s))
    if len(answer.sites):
        return answer, {}
    if answer.result.status != "infeasible":
        return answer, {"binding": "not decided before the limit", "status": "bounded"}
    found = what_binds(case, limit=Limit(time_limit_s))
    if any_count and "count" in found and case.count is not None:
        answer, _ = solve_case(replace(case, count=case.count + round(found["count"])), limit=Limit(time_limit_s))
    needed = {"stations_needed": case.count + round(found["count"])} if case.count and "count" in found else {}
    return answer, {**_told(found), **needed}


def _told(found: dict[Condition, float]) -> dict[str, Any]:
    if not found:
        return {"binding": "several conditions together"}
    first, *others = found
    also = [f"{name} {found[name]:,.1f} {UNITS[name]}" for name in others]
    return {"binding": first, "short_by": found[first], "short_unit": UNITS[first], **({"also": also} if also else {})}


@dataclass(frozen=True)
class _Asked:
    """What is asked of an area: its load, how many stations, what they may stand on, how far they serve."""

    area: StudyArea
    count: int | None
    given: gpd.GeoDataFrame | None
    within_m: float | None

    @cached_property
    def demand(self) -> pd.DataFrame:
        """The buildings that wait: area_m2, load_kw."""
        table = heat_load(self.area)
        waits = (table["load_kw"] > 0) & ~table["heated"]
        return table.loc[waits, ["heated_area_m2", "load_kw"]].rename(columns={"heated_area_m2": "area_m2"})

    @property
    def load_m2(self) -> float:
        return float(self.demand["area_m2"].sum())

    @property
    def number(self) -> int:
        """How many stations: as asked, else as many as the load asks for at their usual size."""
        return stations_needed(self.load_m2, self.area.catalog.constants) if self.count is None else self.count

    @property
    def radius_m(self) -> float:
        return self.area.catalog.constants["heat_station_radius_m"] if self.within_m is None else self.within_m

    def sizes(self, form: str) -> pd.DataFrame:
        """The sizes that carry a share; one station takes the whole load, so that its size is settled."""
        found = station_sizes(self.area, self.load_m2 / self.number, form=form)
        return found if self.number > 1 else found.iloc[:1]

    def places(self, forms: tuple[str, ...]) -> gpd.GeoDataFrame:
        """What could hold a station of these forms, with the floor area it can heat."""
        if self.given is not None:
            sites = given_candidates(self.area, STATION, self.given)
            return sites.assign(capacity=sites["capacity"].fillna(self.area.catalog.constants["heat_station_max_m2"]))
        found = [spare_rooms(self.area, STATION).iloc[:0]]
        for form in forms:
            for _, size in self.sizes(form).iterrows():
                found.append(self._on_land(form, size))
        return together([*found, self._in_rooms()])

    def _on_land(self, form: str, size: pd.Series) -> gpd.GeoDataFrame:
        sites = land_candidates(self.area, STATION, [(float(size["width_m"]), float(size["depth_m"]))])
        sites = sites.assign(capacity=float(size["capacity_m2"]), form="land" if form == "house" else form)
        mark = f"~{form}-{size['heated_max_m2']:.0f}"
        return sites.set_axis(pd.Index([f"{i}{mark}" for i in sites.index], dtype="str", name="id"), axis=0)

    def _in_rooms(self) -> gpd.GeoDataFrame:
        """Old boiler houses and spare rooms, each with the largest station that it holds."""
        rooms = together([boiler_houses(self.area, STATION), spare_rooms(self.area, STATION)])
        for _, size in self.sizes("house").iterrows():
            large = rooms["area_m2"] >= float(size["footprint_m2"])
            rooms = rooms.assign(capacity=rooms["capacity"].mask(large, float(size["capacity_m2"])))
        return rooms[rooms["capacity"].notna()]

    def case(self, sites: gpd.GeoDataFrame) -> StationCase:
        """Put places, load, mains and limits into one record."""
        constants, costs = self.area.catalog.constants, self.area.catalog.costs
        mains, _ = usable_mains(self.area, "heat_primary", loaded=True)
        shapes = sites.geometry.to_numpy()
        price = costs[(costs["layer"] == "facilities") & (costs["kind"] == STATION) & (costs["quantity"] == "area_m2")]
        houses_m2 = self.area.catalog.heat_stations.query("form == 'house'")
        small, large = houses_m2["footprint_m2"].min(), houses_m2["footprint_high_m2"].max()
        room = sites["area_m2"].fillna(small).clip(upper=large).astype(float)  # a larger room is not all built out
        primary = costs[(costs["layer"] == "pipes") & (costs["kind"] == "heat_primary")]["price"].iloc[0]
        return StationCase(
            demand=self.demand,
            sites=pd.DataFrame({
                "capacity_m2": sites["capacity"].astype(float),
                "fixed_yuan": constants["heat_station_set_yuan"] + room * float(price["price"].iloc[0]),
                "noise_m": self._quiet_m(sites),
            }, index=sites.index),
            way_m=self.way_m(sites),
            spare_kw=mains["capacity"].fillna(np.inf),
            reach_m=shapely.distance(shapes[:, None], mains.geometry.to_numpy()[None, :]),
            conflicts=_overlapping(sites),
            radius_m=self.radius_m,
            noise_m=constants["heat_noise_m"],
            main_reach_m=constants["heat_main_reach_m"],
            way_yuan=constants["heat_way_yuan_m2_m"], main_yuan=float(primary), count=self.number,
        )  # fmt: skip

    def way_m(self, sites: gpd.GeoDataFrame) -> Floats:
        """Straight distance of each building that waits to each place."""
        houses = self.area.buildings.geometry.loc[self.demand.index].to_numpy()
        found: Floats = shapely.distance(houses[:, None], sites.geometry.to_numpy()[None, :])
        return found

    def _quiet_m(self, sites: gpd.GeoDataFrame) -> Any:
        """Distance to the nearest home, to a millimetre; inside a house damping is asked for instead of distance."""
        homes = inhabited_buildings(self.area).geometry.to_numpy()
        away = shapely.distance(sites.geometry.to_numpy(), shapely.union_all(homes)) if len(homes) else np.inf
        return np.where(sites["building_id"].notna(), np.inf, np.round(away, 3))

    def no_land(self) -> dict[str, Any]:
        """Say how much land the smallest station that could carry its share lacks."""
        sizes = self.sizes("house")
        if not len(sizes):
            needed = stations_needed(self.load_m2, self.area.catalog.constants)
            return {"binding": "count", "short_by": needed - self.number, "short_unit": "piece"}
        there, asked = _what_there_is(self.area, sizes.iloc[0]), float(sizes.iloc[0]["footprint_m2"])
        best = max(there[k] for k in ("largest_free_rectangle_m2", "largest_boiler_house_m2", "largest_spare_room_m2"))
        short = {"short_by": round(asked - best, 1), "short_unit": "m2", "footprint_m2": asked}
        return {"binding": "land", **short, **there}

    def nowhere(self, sites: gpd.GeoDataFrame, why: dict[str, Any], status: str = "infeasible") -> Found:
        """Tell that there is no choice, what is asked and what there is."""
        constants = self.area.catalog.constants
        asked = {
            "heated_area_m2": round(self.load_m2, 1), "buildings_waiting": len(self.demand), "count": self.number,
            "stations_needed": stations_needed(self.load_m2, constants) if len(self.demand) else 0,
            "largest_station_m2": constants["heat_station_max_m2"], "radius_m": self.radius_m,
            "candidates": len(sites),
        }  # fmt: skip
        beyond = dict[str, Any]()
        if len(sites):
            near = self.way_m(sites).min(axis=1) <= self.radius_m
            beyond["buildings_beyond_radius"] = sorted(self.demand.index[~near])
        return Found(sites, replace(no_choice(), status=status), {**why, **asked, **beyond, **why}, self.basis)

    def found(self, sites: gpd.GeoDataFrame, case: StationCase, answer: CaseAnswer) -> Found:
        """Write the choice down by id; each station is bought for the load that it carries."""
        load, result = self.demand["area_m2"].to_numpy(float), answer.result
        names = sites.index[answer.given]
        rows = pd.DataFrame({
            "demand": self.demand.index.to_numpy(), "site": names.to_numpy(),
            "distance_m": case.way_m[np.arange(len(load)), answer.given], "weight": load,
        }).sort_values("demand", ignore_index=True)  # fmt: skip
        carried = pd.Series(load).groupby(np.asarray(names)).sum()
        pairs = zip(answer.sites, answer.main, strict=True)
        hangs = {sites.index[j]: str(case.spare_kw.index[m]) for j, m in pairs if m >= 0}
        told = sites.assign(capacity=carried.reindex(sites.index), main=[hangs.get(i, "") for i in sites.index])
        status = "optimal" if result.status == "optimal" else "bounded"
        gap = relative_gap(result.objective, result.bound)
        chosen = tuple(sites.index[np.sort(answer.sites)])
        return Found(told, Choice(chosen, rows, result.objective, result.bound, gap, status, ()), {}, self.basis)

    @property
    def basis(self) -> dict[str, Any]:
        """What the answer rests on."""
        least = self.area.catalog.constants["heat_station_min_m2"]
        return {
            "objective": "cost", "distance": "straight", "radius_m": self.radius_m, "count": self.number,
            "heated_area_m2": round(self.load_m2, 1), "below_least_load": bool(self.load_m2 / self.number < least),
        }  # fmt: skip


def _overlapping(sites: gpd.GeoDataFrame) -> list[tuple[int, int]]:
    place = {name: k for k, name in enumerate(sites.index)}
    return [(place[a], place[b]) for a, b in overlapping(sites)]


def _what_there_is(area: StudyArea, size: pd.Series) -> dict[str, float]:
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
