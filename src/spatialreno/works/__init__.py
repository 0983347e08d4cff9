"""Works: heat for the quarter, one dig for all that lies under the lanes, and lifts."""

from spatialreno.works.bill import dig_book, heat_book
from spatialreno.works.corridor import Section, fit_section
from spatialreno.works.demand import heat_load
from spatialreno.works.dig import Dig, plan_dig
from spatialreno.works.heat import HeatPlan, supply_heat
from spatialreno.works.lift_sun import LiftSun, shade_lifts, sun_is_known
from spatialreno.works.lifts import fit_lifts, stairwells
from spatialreno.works.rooms import cut_lane
from spatialreno.works.stations import site_stations

__all__ = [
    "Dig",
    "HeatPlan",
    "LiftSun",
    "Section",
    "cut_lane",
    "dig_book",
    "fit_lifts",
    "fit_section",
    "heat_book",
    "heat_load",
    "plan_dig",
    "shade_lifts",
    "site_stations",
    "stairwells",
    "sun_is_known",
    "supply_heat",
]
