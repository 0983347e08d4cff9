"""Heat for the quarter: load, stations, the pipes to every unit, the primary, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import STATION, heat_load, seen_from_outside, usable_mains
from spatialreno.errors import Fault, InputError
from spatialreno.optimise import Limit, reached
from spatialreno.siting import site_facilities
from spatialreno.works.heat.assign import assign_stations
from spatialreno.works.heat.costs import heat_costs, table_of
from spatialreno.works.heat.demand import load_faults
from spatialreno.works.heat.faces import by_place
from spatialreno.works.heat.loop import LOOP, worst_loops
from spatialreno.works.heat.pipe_ground import Ground, pipe_ground
from spatialreno.works.heat.routes import HeatNet, PrimaryWays, lay_secondary, primary_ways, station_net
from spatialreno.works.heat.sizing import size_pipes

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

PIPES = [
    "kind", "station", "part", "load_kw", "flow_m3_h", "diameter_mm", "velocity_m_s", "drop_pa_m",
    "length_m", "walls", "existing", "cost_yuan", "geometry",
]  # fmt: skip
STATIONS = [
    "capacity_m2", "heated_area_m2", "load_kw", "buildings", "households", "main", "main_spare_kw",
    "main_left_kw", "secondary_m", "primary_m", "tree_yuan", "bound_yuan", "gap", "status",
]  # fmt: skip
_TOLD = [*STATIONS, *LOOP]


@dataclass(frozen=True, repr=False)
class HeatPlan:
    """Who is heated, from where, through which pipes, at what cost.

    Attributes
    ----------
    buildings
        Index building_id: heated (today), heated_area_m2, w_m2, source, load_kw, households, station, side
        (``front``, ``back``), connected, reason (why not).
    stations
        Index station id; columns ``STATIONS``, then of its worst loop worst_m (one way), loop_kpa (pipes and
        fittings, there and back) and pump_head_m. ``main_left_kw`` below 0 says by how much the main is short.
    pipes
        New and old pipes in the area's CRS; columns ``PIPES``; ``existing`` names an old pipe that is used,
        ``part`` the main line (``main``, by economic friction) or a ``branch`` (by the limit).
    costs
        Lines for the bill, each pipe in a trench of its own: part, layer, kind, verb, item, item_en, ids, quantity,
        unit, unit_price_yuan, cost_yuan, payer, phase, source, confidence; estimates.
    sign_up
        Share of households that sign up (报装率). Pipes are sized for all of them.
    reason
        Why nobody is newly heated, when nobody is.
    faults
        What is wrong with the input; the rest is computed.
    phase
        Phase in which its pipes are laid, after clearing and before paving (catalog ``pipes_phase``).

    Examples
    --------
    >>> import spatialreno as sr
    >>> plan = sr.supply_heat(sr.read_area("data/geo/xigongdi"))
    >>> plan.households_connected, "binding = land" in plan.reason
    (0.0, True)
    """

    buildings: pd.DataFrame
    stations: pd.DataFrame
    pipes: gpd.GeoDataFrame
    costs: pd.DataFrame
    sign_up: float
    reason: str
    faults: tuple[Fault, ...]
    phase: int

    @cached_property
    def households_reached(self) -> float:
        """Households in buildings that a station newly heats."""
        rows = self.buildings[self.buildings["connected"]]
        return float(rows["households"].sum())

    @property
    def households_connected(self) -> float:
        """Households newly heated at the stated share that signs up."""
        return float(np.floor(self.households_reached * self.sign_up + 1e-9))

    @property
    def cost_yuan(self) -> float:
        """Cost of pipes, inlets and risers; the station itself is in the scenario's ledger."""
        return float(self.costs["cost_yuan"].sum())

    @property
    def working_pipes(self) -> gpd.GeoDataFrame:
        """New pipes of the stations that heat somebody; of all, where none does."""
        new = self.pipes[self.pipes["existing"] == ""]
        works = set(self.buildings.loc[self.buildings["connected"], "station"].dropna())
        return new[new["station"].isin(works)] if works else new

    def as_scenario(self, name: str, *, title: str = "", phase: int | None = None) -> Scenario:
        """Write the plan down as a scenario: it builds the new pipes, and heats the homes that are connected.

        Of a connected building the share of households that sign up is heated (``heated_share``).

        Parameters
        ----------
        name, title
            Of the scenario.
        phase
            In which all of it is done; default is the plan's own.

        Returns
        -------
        Scenario
            A ``build`` for each new pipe, and one ``alter`` of the homes; empty where nobody is heated.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> plan = sr.supply_heat(today)  # has no station to lead heat from
        >>> len(plan.as_scenario("heat").interventions), plan.households_connected
        (0, 0.0)
        """
        from spatialreno.scenario import Scenario, alter, build

        phase = self.phase if phase is None else phase
        acts: list[Any] = [
            build("pipes", str(i), geometry=row["geometry"], kind=row["kind"], status="planned",
                  diameter_mm=float(row["diameter_mm"]), phase=phase)
            for i, row in self.working_pipes.iterrows()
        ]  # fmt: skip
        homes = sorted(map(str, self.buildings.index[self.buildings["connected"]]))
        if homes:
            heated = {"heated": True, "heated_share": self.sign_up}
            acts.append(alter("buildings", ids=homes, set=heated, phase=phase))
        return Scenario(name, title=title, interventions=acts)

    def __repr__(self) -> str:
        """Read the plan aloud."""
        if not self.households_reached:
            return f"<HeatPlan: no home newly heated; {self.reason}>"
        metres = self.pipes.groupby("kind")["length_m"].sum()
        gap = float(self.stations["gap"].max())
        return (
            f"<HeatPlan: {self.households_connected:,.0f} of {self.households_reached:,.0f} households newly heated "
            f"({self.sign_up:.0%} sign up), {len(self.stations)} station(s), "
            f"secondary {metres.get('heat_secondary', 0.0):,.0f} m, primary {metres.get('heat_primary', 0.0):,.0f} m, "
            f"{self.cost_yuan:,.0f} yuan (estimate), tree gap {gap:.2%}>"
        )


def supply_heat(
    area: StudyArea,
    *,
    sign_up: float | None = None,
    exact: bool | None = None,
    time_limit_s: float | None = None,
) -> HeatPlan:
    """Lead heat from the primary main through the area's stations to every unit that waits for it.

    Parameters
    ----------
    area
        The study area; its heat-exchange stations (open or planned) are used. Where there is none, the
        reason is told in numbers (:func:`spatialreno.site_facilities`).
    sign_up
        Share of households that sign up; None: ``heat_sign_up_share`` of the catalog.
    exact
        True: prove the tree; False: approximate, with its bound; None: by the size of the net.
    time_limit_s
        Seconds for each tree, after which the best one and its bound are kept; None: the work that the catalog
        allows (``solver_work``), the same on every computer.

    Returns
    -------
    HeatPlan

    Raises
    ------
    InputError
        For a share that is not between 0 and 1.

    Notes
    -----
    The tree is the cheapest at one price a metre (``costs``, pipes, heat_secondary) plus breaches of walls; each
    building is entered from one side, the pipe running along all its units there. The pipes of a station stay within
    ``pipe_detour_m`` of the hull of what it serves, unless a building can be reached only from farther off. Diameters
    follow from the load behind each pipe (:func:`spatialreno.works.heat.sizing.size_pipes`).

    Examples
    --------
    >>> import spatialreno as sr
    >>> supply_heat(sr.read_area("data/geo/xigongdi")).households_connected
    0.0
    """
    share = area.catalog.constants["heat_sign_up_share"] if sign_up is None else sign_up
    if not 0 <= share <= 1:
        raise InputError(f"supply_heat: sign_up = {sign_up}. Give a share between 0 and 1.")
    table, faults = heat_load(area), load_faults(area)
    waiting = table.index[(table["load_kw"] > 0) & ~table["heated"]]
    stations, more = _stations(area)
    faults += more
    if not len(stations) or not len(waiting):
        reason = "every home is heated today or nothing waits" if not len(waiting) else _no_station(area)
        return _nothing(area, table, share, reason, faults)
    ground = pipe_ground(area, waiting, stations.geometry)
    given = _assigned(area, table.loc[waiting], stations)
    return _Plan(area, ground, table, stations, given, share, faults).made(exact, time_limit_s)


def _stations(area: StudyArea) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """List the stations that can work, with their capacity in m²."""
    here = area.facilities[area.facilities["kind"].eq(STATION)].sort_index()
    live = here[here["status"].fillna("open").isin(["open", "planned"])]
    live = live.set_geometry(seen_from_outside(area, live))
    sizes, most = area.catalog.heat_stations, area.catalog.constants["heat_station_max_m2"]
    by_room = [sizes.loc[sizes["footprint_low_m2"] <= a, "heated_max_m2"].max() for a in live["area_m2"]]
    capacity = live["capacity"].fillna(pd.Series(by_room, index=live.index, dtype=float)).fillna(most)
    zero = live.index[capacity <= 0]
    faults = []
    if len(zero):
        text = f"{STATION} of capacity 0 heats nobody"
        faults.append(Fault("facilities", tuple(map(str, zero)), "no_capacity", text, "State the m² it can heat"))
    return live.assign(capacity=capacity)[capacity > 0], faults


def _no_station(area: StudyArea) -> str:
    """Say why there is no station: what is asked, what there is, or where one could stand."""
    found = site_facilities(area, STATION, count=None)
    if found.feasible:
        forms = zip(found.sites["candidate"], found.sites["area_m2"], strict=True)
        room = ", ".join(f"{name} ({m2:,.0f} m²)" for name, m2 in forms)
        return f"no heat-exchange station stands or is planned; it could stand at {room}"
    return f"no heat-exchange station, and no place for one: {found.shortfall()}"


def _assigned(area: StudyArea, table: pd.DataFrame, stations: gpd.GeoDataFrame) -> pd.Series:
    shapes = area.buildings.geometry.loc[by_place(area.buildings.geometry.loc[table.index])]
    table, stations = table.loc[shapes.index], stations.loc[by_place(stations.geometry)]
    away = shapely.distance(shapes.to_numpy()[:, None], stations.geometry.to_numpy()[None, :])
    distance = pd.DataFrame(away, index=table.index, columns=stations.index)
    radius = area.catalog.constants["heat_station_radius_m"]
    return assign_stations(distance, table["heated_area_m2"], stations["capacity"], radius)


class _Plan:
    """Puts a plan together, station by station."""

    def __init__(
        self, area: StudyArea, ground: Ground, table: pd.DataFrame, stations: gpd.GeoDataFrame,
        given: pd.Series, sign_up: float, faults: list[Fault],
    ) -> None:  # fmt: skip
        self.area, self.ground, self.stations, self.sign_up, self.faults = area, ground, stations, sign_up, faults
        self.table = table.assign(station=given.reindex(table.index), side="", connected=False, reason="")
        self.table.loc[self.table["load_kw"] <= 0, "reason"] = "nothing to heat"
        self.table.loc[self.table["heated"], "reason"] = "heated today"
        waits = (self.table["load_kw"] > 0) & ~self.table["heated"] & self.table["station"].isna()
        self.table.loc[waits, "reason"] = "beyond the radius or the capacity of every station"
        self.spare: dict[str, float] = {}
        self.ways: dict[tuple[str, ...], PrimaryWays] = {}
        self.pipes: list[pd.DataFrame] = []
        self.loops = pd.DataFrame(columns=LOOP)
        self.rows: list[tuple[Any, ...]] = []

    def made(self, exact: bool | None, time_limit_s: float | None) -> HeatPlan:
        mains, faults = usable_mains(self.area, "heat_primary", loaded=True)
        self.faults += faults
        self.spare = {str(k): float(v) for k, v in mains["capacity"].fillna(np.inf).items()}
        for name in by_place(self.stations.geometry):
            self._station(name, mains, exact, time_limit_s)
        pipes = self._sized()
        connected = self.table["connected"]
        stations = pd.DataFrame(self.rows, columns=["id", *STATIONS]).set_index("id").sort_index()
        stations = stations.join(self.loops)[_TOLD]
        reason = "" if connected.any() else _short(stations, self.faults)
        works = set(self.table.loc[connected, "station"].dropna()) or set(stations.index)
        paid, fed = pipes[pipes["station"].isin(works)], self.table[self.table["station"].isin(works)]
        phase = int(self.area.catalog.constants["pipes_phase"])
        costs = heat_costs(self.area, paid, self.ground, fed, self.sign_up, phase)
        told = tuple(dict.fromkeys(self.faults))
        return HeatPlan(self.table, stations, pipes, costs, self.sign_up, reason, told, phase)

    def _station(self, name: str, mains: pd.DataFrame, exact: bool | None, time_limit_s: float | None) -> None:
        own = self.table.index[self.table["station"].eq(name)]
        load = self.table["load_kw"].loc[own]
        arcs = int(self.area.catalog.constants["pipe_exact_arcs"])
        tree, pieces, doors = lay_secondary(
            self._net(name, load), exact=exact, exact_arcs=arcs, limit=Limit(time_limit_s)
        )
        lost = own[~own.isin(doors["building_id"])]
        self._lose(lost, name)
        fed = own[own.isin(doors["building_id"])]
        sides = doors.groupby("building_id")["side"].first()
        self.table.loc[fed, "side"] = sides.reindex(fed)
        need = float(self.table["load_kw"].loc[fed].sum())
        main, line, crossed = self._main(name, mains, need)
        spare = self.spare.get(main, np.nan) if main else np.nan
        left = spare - need
        if main and left >= -1e-9:
            self.spare[main] = left
            self.table.loc[fed, "connected"] = True
        elif len(fed):
            self.table.loc[fed, "reason"] = "no primary main with room" if main else "no primary main within reach"
        if line is not None:
            way = {"load_kw": need, "length_m": line.length, "walls": crossed, "existing": "", "geometry": line}
            self.pipes.append(pd.DataFrame([{**way, "kind": "heat_primary", "station": name, "part": "branch"}]))
        self.pipes.append(pieces.assign(kind="heat_secondary", station=name))
        self.rows.append((
            name, float(self.stations["capacity"][name]), float(self.table["heated_area_m2"].loc[fed].sum()), need,
            len(fed), float(self.table["households"].loc[fed].sum()), main or "", spare, left,
            float(pieces["length_m"].sum()), line.length if line is not None else 0.0,
            tree.cost, tree.bound, tree.gap, tree.status,
        ))  # fmt: skip

    def _net(self, name: str, load: pd.Series) -> HeatNet:
        """Take the ground round the station; all of it where somebody could then not be reached."""
        near = self.ground.near(name, load.index, self.area.catalog.constants["pipe_detour_m"])
        net = station_net(self.area, near, name, load)
        if reached(net.net)[list(net.net.terminals)].all():
            return net
        return station_net(self.area, self.ground, name, load)

    def _lose(self, lost: pd.Index, name: str) -> None:
        if len(lost):
            self.table.loc[lost, "reason"] = "no lane or yard leads to it from the station"
            text = f"cannot be reached from {name} by any lane or yard"
            mend = "Draw the lane that leads there, or open what stands in the way"
            self.faults.append(Fault("buildings", tuple(map(str, lost)), "disconnected", text, mend))

    def _main(self, name: str, mains: pd.DataFrame, need: float) -> tuple[str | None, Any, float]:
        """Take the cheapest way from a main with room; when none has, from the one with most, and say so."""
        room = [m for m in mains.index if self.spare[str(m)] >= need - 1e-9]
        most = max(self.spare.values(), default=0.0)
        chosen = mains.loc[room] if room else mains.loc[[m for m in mains.index if self.spare[str(m)] == most]]
        ways = self._ways(chosen)
        main, line, crossed = ways.to(self.ground.ports[name])
        if main is None and room and len(chosen) < len(mains):
            main, line, crossed = self._ways(mains).to(self.ground.ports[name])
        self.faults += ways.faults
        return main, line, crossed

    def _ways(self, mains: pd.DataFrame) -> PrimaryWays:
        """Seek the ways from some mains once, for every station that may hang on them."""
        key = tuple(map(str, mains.index))
        if key not in self.ways:
            self.ways[key] = primary_ways(self.area, self.ground, mains)
        return self.ways[key]

    def _sized(self) -> gpd.GeoDataFrame:
        constants, catalog = self.area.catalog.constants, self.area.catalog
        laid = sorted(self.pipes, key=lambda own: str(own["station"].min()))
        found = pd.concat(laid, ignore_index=True) if laid else pd.DataFrame(columns=PIPES)
        parts = []
        for kind, drop in (("heat_primary", "heat_dt_primary_k"), ("heat_secondary", "heat_dt_secondary_k")):
            rows = found[found["kind"] == kind]
            sizes = size_pipes(rows["load_kw"].astype(float), constants[drop], catalog, main=rows["part"].eq("main"))
            parts.append(rows.assign(**{c: sizes[c] for c in sizes.columns if c != "within"}))
        table = pd.concat(parts).sort_index()
        self.loops = worst_loops(table[table["kind"] == "heat_secondary"], catalog)
        new = table["existing"].fillna("") == ""
        cost = (table["length_m"] * table["price_yuan_m"]).where(new, 0.0) + table["walls"] * constants[
            "pipe_wall_yuan"
        ]
        table = table.assign(diameter_mm=table["dn"], cost_yuan=cost, existing=table["existing"].fillna(""))
        names = _new_ids(self.area, table["kind"])
        table = table.set_axis(pd.Index(names, dtype="str", name="id"), axis=0)
        return gpd.GeoDataFrame(table[PIPES], geometry="geometry", crs=self.area.crs)


def _short(stations: pd.DataFrame, faults: list[Fault]) -> str:
    short = stations[stations["main_left_kw"] < 0]
    if len(short):
        words = [f"{r.main} has {r.main_spare_kw:,.0f} kW, {i} asks {r.load_kw:,.0f} kW" for i, r in short.iterrows()]
        return f"the primary main is short: {'; '.join(words)}"
    told = [str(f) for f in faults if f.severity == "error"]
    return "; ".join(told) or "no primary main within reach"


def _new_ids(area: StudyArea, kinds: pd.Series) -> list[str]:
    taken = {str(i) for layer in area.catalog.layers for i in area.layer(layer).index}
    names, count = [], {"heat_primary": 0, "heat_secondary": 0}
    for kind in kinds:
        while True:
            count[kind] += 1
            name = f"{'HP' if kind == 'heat_primary' else 'HS'}{count[kind]:03d}"
            if name not in taken:
                break
        names.append(name)
    return names


def _nothing(area: StudyArea, table: pd.DataFrame, share: float, reason: str, faults: list[Fault]) -> HeatPlan:
    none = pd.DataFrame(columns=PIPES, index=pd.Index([], dtype="str", name="id"))
    empty = gpd.GeoDataFrame(none, geometry="geometry", crs=area.crs)
    why = np.where(table["heated"], "heated today", np.where(table["load_kw"] > 0, reason, "nothing to heat"))
    buildings = table.assign(station=None, side="", connected=False, reason=why)
    phase = int(area.catalog.constants["pipes_phase"])
    costs = table_of([], phase)
    stations = pd.DataFrame(columns=STATIONS, index=pd.Index([], name="id"))
    return HeatPlan(buildings, stations, empty, costs, share, reason, tuple(faults), phase)
