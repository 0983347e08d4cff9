"""One dig for everything: which lanes are opened, what lies in each, and what it saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.area import STATION, inhabited_buildings, once_alike, pipes_in_use, seen_from_outside
from spatialreno.errors import Fault, InputError
from spatialreno.optimise import Limit
from spatialreno.works.dig.both_ways import LANES, BothWays
from spatialreno.works.dig.cross_section import Section, checked_kinds
from spatialreno.works.dig.falls import FALLS, check_falls, deep_drains
from spatialreno.works.dig.joint import Joint, KindNet, both_routes, kind_net, routed_from, tight_groups
from spatialreno.works.dig.lane_net import Lanes, lane_net, public_mains, tapped
from spatialreno.works.dig.lane_rooms import lane_rooms
from spatialreno.works.dig.phases import dig_phases
from spatialreno.works.dig.served import served_through
from spatialreno.works.dig.trench import Laid, laid_heat

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario
    from spatialreno.works.heat.supply_heat import HeatPlan

KINDS = ("heat_secondary", "sewage", "storm", "power", "telecom", "water", "gas")


@dataclass(frozen=True, repr=False)
class Dig:
    """Lanes opened once, against as many separate digs.

    Attributes
    ----------
    lanes
        Pieces of lane that are opened: columns ``LANES``. ``kinds`` laid there; ``width_m`` between what stands on
        both sides; ``needed_m`` in the best ``order``; ``help``: the first measure with which it fits;
        ``times_separate``: how often it would be opened; ``phase`` in which it is opened, ``paved`` in which it
        is paved anew.
    routes
        Pieces by kind, links to houses included: columns kind, piece, length_m, geometry.
    summary
        One row for ``once`` and ``separately``: lanes_m, openings (lanes opened, each time counted), pipes_m,
        cost_yuan, days.
    costs
        What each kind costs in each piece, dug once: kind, piece, metres, price_yuan_m, link (leads to a house),
        shared (with other kinds), alone_yuan (dug by itself), pipe_yuan, trench_yuan, phase.
    laid
        Heat pipes of a heat plan that lie in these lanes (their pipes are that plan's, their trench this one's).
    by_kind
        Index kind: served, unreached, mains, once_m, separately_m.
    falls
        Gravity pipes: slope, cover, whether they fall to their main (:func:`check_falls`); empty when levels miss.
    replaced
        Old pipes in the quarter's lanes that are laid anew.
    served
        Which homes each piece of a route serves: kind, piece, building_id; without the pipes of a heat plan.
    joint
        Objective, bound and gap of the joint routing (penalties for lanes too narrow included).
    faults
        What is wrong or unknown; the rest is computed.

    Examples
    --------
    >>> import spatialreno as sr
    >>> dig = sr.plan_dig(sr.read_area("data/geo/xigongdi"), ["sewage"])
    >>> list(dig.summary.index), dig.joint.status
    (['once', 'separately'], 'optimal')
    """

    lanes: gpd.GeoDataFrame
    routes: gpd.GeoDataFrame
    summary: pd.DataFrame
    costs: pd.DataFrame
    by_kind: pd.DataFrame
    falls: pd.DataFrame
    replaced: tuple[str, ...]
    served: pd.DataFrame
    joint: Joint
    faults: tuple[Fault, ...]
    laid: Laid | None
    _sections: Mapping[str, Section]

    def section(self, piece: str) -> Section:
        """Cut across a piece of lane with what is laid there.

        Parameters
        ----------
        piece
            Id of a piece of lane that is opened, as ``lanes`` has it.

        Returns
        -------
        Section
            What lies where across the lane, in metres.

        Raises
        ------
        InputError
            No such piece is opened; those that are stand in the message.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> dig = sr.plan_dig(today, ["sewage"])
        >>> bool(dig.section(dig.lanes.index[0]).fits)
        True
        """
        if piece not in self._sections:
            raise InputError(f"{piece}: no such piece is opened. Pieces: {', '.join(self._sections)}.")
        return self._sections[piece]

    @property
    def overfull(self) -> gpd.GeoDataFrame:
        """Pieces that cannot carry what must be laid in them, under the code."""
        return self.lanes[~self.lanes["fits"].astype(bool)]

    def as_scenario(self, name: str, *, title: str = "") -> Scenario:
        """Write the pipes down as a scenario, each in the phase of its lane; old pipes laid anew are given up.

        Parameters
        ----------
        name, title
            Of the scenario.

        Returns
        -------
        Scenario
            A ``build`` for each pipe, planned, in the area's coordinates.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> dig = sr.plan_dig(today, ["sewage"])
        >>> plan = dig.as_scenario("sewer", title="排水")
        >>> len(today.apply(plan).pipes) > len(today.pipes)
        True
        """
        from spatialreno.scenario import Scenario, alter, build

        phases, first = self.phases, self.first_phase
        acts: list[Any] = [
            build("pipes", pipe_id(r.kind, r.piece), geometry=r.geometry, kind=r.kind, status="planned",
                  phase=phases.get(r.piece, first))
            for r in self.routes.itertuples()
        ]  # fmt: skip
        if self.replaced:
            acts.append(alter("pipes", ids=list(self.replaced), set={"status": "abandoned"}, phase=first))
        return Scenario(name, title=title, interventions=acts)

    @property
    def phases(self) -> dict[str, int]:
        """Phase in which each piece is opened."""
        return {str(piece): int(phase) for piece, phase in self.lanes["phase"].items()}

    @property
    def first_phase(self) -> int:
        """Phase in which the first piece is opened; what leads to a house is laid then."""
        return min(self.phases.values(), default=2)

    def __repr__(self) -> str:
        """Read the dig aloud."""
        once, apart = self.summary.loc["once"], self.summary.loc["separately"]
        return (
            f"<Dig of {len(self.by_kind)} kinds: {once.lanes_m:,.0f} m of lane opened once instead of "
            f"{apart.lanes_m:,.0f} m, {once.cost_yuan:,.0f} yuan instead of {apart.cost_yuan:,.0f}, "
            f"{once.days:,.0f} days instead of {apart.days:,.0f}; {len(self.overfull)} pieces too narrow; "
            f"gap {self.joint.gap:.2%}>"
        )


def plan_dig(
    area: StudyArea,
    kinds: Sequence[str] | str = KINDS,
    *,
    scenario: Scenario | None = None,
    phase: int | None = None,
    heat: HeatPlan | None = None,
    time_limit_s: float | None = None,
) -> Dig:
    """Route utilities together so that every lane is opened once, and say where they do not fit.

    Parameters
    ----------
    area
        The study area. Heat comes from its heat-exchange stations, the others from the mains in its streets.
    kinds
        Kinds of pipe (catalog ``pipe_kinds``); ``low_voltage`` is known too.
    scenario
        The plan that made the area: its phases say when lanes are cleared and paved.
    phase
        Phase of pipe works (拆违 1, 管网 2, 路面 3, 绿化 4); by default the catalog's ``pipes_phase``.
    heat
        A heat plan for this area: its secondary pipes lie where it leads them, take room and share the trench
        where they run along a lane. Without one, heat is led along the lanes from the stations.
    time_limit_s
        Seconds for the joint routing, after which the best plan and its bound are kept; None: the work that the
        catalog allows (``solver_work``), the same on every computer.

    Returns
    -------
    Dig

    Raises
    ------
    InputError
        For unknown kinds.

    Examples
    --------
    >>> import spatialreno as sr
    >>> dig = plan_dig(sr.read_area("data/geo/xigongdi"), ["sewage", "water"])
    >>> bool(dig.summary.loc["once", "lanes_m"] < dig.summary.loc["separately", "lanes_m"])
    True
    """
    asked, faults = checked_kinds(area.catalog, kinds), list[Fault]()
    homes = inhabited_buildings(area)
    stations = area.facilities[area.facilities["kind"].eq(STATION)]
    served = pd.concat([homes.geometry, seen_from_outside(area, stations)]) if len(stations) else homes.geometry
    lanes, lost = lane_net(area, served)
    laid = laid_heat(heat, lanes.pieces, area.catalog) if heat is not None and "heat_secondary" in asked else None
    routed = [kind for kind in asked if laid is None or kind != laid.kind]
    nets, outfalls, more = _nets(area, routed, lanes, list(map(str, homes.index)))
    faults += [*lost, *more]
    rooms = lane_rooms(area, lanes.pieces.geometry, [*([laid.kind] if laid else []), *(n.kind for n in nets)])
    rooms.index = lanes.pieces.index
    tight, limit = tight_groups(nets, lanes, rooms, area.catalog, laid), Limit(time_limit_s)
    given, alike = (nets, lanes, tight, area.catalog, laid, limit), routed_from(nets, lanes, tight, laid)
    joint, alone = once_alike(area, both_routes, alike, *given) if time_limit_s is None else both_routes(*given)
    work = BothWays(area, lanes, rooms, nets, joint, alone, laid)
    falls = [check_falls(area, lanes, n.kind, joint.used[n.kind], outfalls[n.kind])
             for n in nets if area.catalog.pipe_kinds.loc[n.kind, "gravity"]]  # fmt: skip
    for _, told in falls:
        faults += told
    table, sections = work.lanes()
    fallen = pd.concat([f for f, _ in falls] or [pd.DataFrame(columns=FALLS)], ignore_index=True)
    faults += deep_drains(fallen, table, sections, area.catalog.constants)
    phase = int(area.catalog.constants["pipes_phase"]) if phase is None else phase
    phases, late = dig_phases(area, table, scenario, phase)
    table = table.assign(phase=pd.array(phases["phase"], "Int64"), paved=pd.array(phases["paved"], "Int64"))
    opened = gpd.GeoDataFrame(table[LANES], geometry="geometry", crs=area.crs)
    costs = work.costs()
    when = {str(piece): int(number) for piece, number in opened["phase"].items()}
    costs["phase"] = [when.get(str(piece), min(when.values(), default=phase)) for piece in costs["piece"]]
    return Dig(
        lanes=opened, routes=work.routes(), summary=work.summary(costs), costs=costs, by_kind=work.by_kind(outfalls),
        falls=fallen, replaced=_replaced(area, asked, opened), joint=joint,
        served=served_through(nets, joint.used, work.piece),
        faults=tuple(dict.fromkeys([*faults, *late])),
        laid=laid, _sections=sections,
    )  # fmt: skip


def pipe_id(kind: str, piece: str) -> str:
    """Name the pipe of a kind in a piece of lane."""
    return f"D-{kind}-{piece}"


def _nets(
    area: StudyArea, kinds: Sequence[str], lanes: Lanes, homes: list[str]
) -> tuple[list[KindNet], dict[str, dict[int, str]], list[Fault]]:
    """Make the net of each kind; a kind without a source is told and left out."""
    nets, outfalls, faults = [], {}, list[Fault]()
    costs = area.catalog.costs
    seen = set(lanes.links["served"])
    for kind in kinds:
        taps, told = _sources(area, kind, lanes)
        faults += told
        if not taps:
            text = f"no {kind} can be brought: no main or station that touches a lane"
            layer = "facilities" if kind == "heat_secondary" else "pipes"
            faults.append(
                Fault(layer, (), "no_source", text, "Draw its main, or site a station; the others are routed")
            )
            continue
        row = costs[(costs["layer"] == "pipes") & (costs["verb"] == "build") & (costs["kind"] == kind)]
        net = kind_net(
            kind, lanes, [(n, m) for n, _, m in taps], [h for h in homes if h in seen], float(row["price"].iloc[0])
        )
        nets.append(net)
        nearest = sorted(taps, key=lambda t: (t[0], -t[2]))
        outfalls[kind] = {n: main for n, main, _ in nearest}
        if net.unreached:
            text = f"cannot be reached by {kind}: no lane leads there from its main"
            mend = "Draw the lane, or open what stands in the way"
            faults.append(Fault("buildings", net.unreached, "disconnected", text, mend))
    return nets, outfalls, faults


def _sources(area: StudyArea, kind: str, lanes: Lanes) -> tuple[list[tuple[int, str, float]], list[Fault]]:
    if kind != "heat_secondary":
        return tapped(area, lanes, public_mains(area, kind))
    stations = area.facilities.index[area.facilities["kind"].eq(STATION)]
    links = lanes.links[lanes.links["served"].isin(stations)]
    return [(int(r.node), str(r.served), float(r.length_m)) for r in links.itertuples()], []


def _replaced(area: StudyArea, kinds: Sequence[str], lanes: gpd.GeoDataFrame) -> tuple[str, ...]:
    """List old pipes of the kinds that lie within the opened lanes and are no public main."""
    old = pipes_in_use(area).loc[lambda pipes: pipes["kind"].isin(kinds)]
    mains = {str(i) for kind in kinds for i in public_mains(area, kind).index}
    old = old[~old.index.isin(mains)]
    if not len(old) or not len(lanes):
        return ()
    strip = shapely.union_all(shapely.buffer(lanes.geometry.to_numpy(), lanes["width_m"].to_numpy() / 2))
    inside = shapely.length(shapely.intersection(old.geometry.to_numpy(), strip)) > 1.0
    return tuple(map(str, old.index[inside]))
