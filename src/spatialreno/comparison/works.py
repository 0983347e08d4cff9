"""What the works of each option come to: homes heated, stations, metres dug, cost, lanes too narrow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatialreno.area import pipes_in_use
from spatialreno.works import Dig, HeatPlan, plan_dig, supply_heat

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario


@dataclass(frozen=True)
class Works:
    """Heat and dig of one option."""

    heat: HeatPlan
    dig: Dig


def plan_works(
    areas: Mapping[str, StudyArea], scenarios: Sequence[Scenario], say: Callable[[str], None]
) -> dict[str, Works]:
    """Plan heat and one dig for every option that has mains to join; others are left out."""
    plans = {s.name: s for s in scenarios}
    found = {}
    for name, area in areas.items():
        if len(pipes_in_use(area)) and len(area.paths):
            say(f"heat and dig {name}")
            heat = supply_heat(area, exact=False)
            dig = plan_dig(area, scenario=plans.get(name))
            found[name] = Works(heat, dig)
    return found


def works_values(area: StudyArea, works: Works | None) -> dict[str, float]:
    """Give the figures of one option that go into the tables of a comparison."""
    if works is None:
        return {}
    stations = area.facilities["kind"].eq("heat_exchange_station")
    once, apart = (works.dig.summary.loc[way].to_dict() for way in ("once", "separately"))
    return {
        "homes_newly_heated": works.heat.households_connected,
        "heat_stations": float(stations.sum()),
        "heat_cost_yuan": works.heat.cost_yuan,
        "dig_once_m": float(once["lanes_m"]),
        "dig_separately_m": float(apart["lanes_m"]),
        "dig_once_cost_yuan": float(once["cost_yuan"]),
        "dig_separately_cost_yuan": float(apart["cost_yuan"]),
        "dig_overfull_m": float(works.dig.overfull["length_m"].sum()),
    }
