"""Works: heat for the quarter, and one dig for all that lies under the lanes."""

from spatialreno.works.bill import dig_book, heat_book
from spatialreno.works.corridor import Section, fit_section
from spatialreno.works.demand import heat_load
from spatialreno.works.dig import Dig, plan_dig
from spatialreno.works.heat import HeatPlan, supply_heat
from spatialreno.works.rooms import cut_lane
from spatialreno.works.stations import site_stations

__all__ = [
    "Dig",
    "HeatPlan",
    "Section",
    "cut_lane",
    "dig_book",
    "fit_section",
    "heat_book",
    "heat_load",
    "plan_dig",
    "site_stations",
    "supply_heat",
]
