"""Land: what is free, what a plan frees, and which footprints fit on it."""

from spatialreno.land.balance import land_balance, parking_change
from spatialreno.land.buildable import buildable_land, kind_sides
from spatialreno.land.fire import FireAccess, fire_access
from spatialreno.land.fire_blockers import fire_blockers
from spatialreno.land.fit import (
    Fit,
    edge_angles,
    feasible_centres,
    fit_rectangle,
    largest_rectangle,
    rectangle_sides,
)
from spatialreno.land.footprints import fit_footprints
from spatialreno.land.free import free_land, freed_land, taken_land, usable_part
from spatialreno.land.lanes import lane_sections, lane_widths
from spatialreno.land.removals import Removals, fewest_removals
from spatialreno.land.sites import candidate_sites, largest_site
from spatialreno.land.station import STATION, heat_demand, station_sizes, stations_needed

__all__ = [
    "STATION",
    "FireAccess",
    "Fit",
    "Removals",
    "buildable_land",
    "candidate_sites",
    "edge_angles",
    "feasible_centres",
    "fewest_removals",
    "fire_access",
    "fire_blockers",
    "fit_footprints",
    "fit_rectangle",
    "free_land",
    "freed_land",
    "heat_demand",
    "kind_sides",
    "land_balance",
    "lane_sections",
    "lane_widths",
    "largest_rectangle",
    "largest_site",
    "parking_change",
    "rectangle_sides",
    "station_sizes",
    "stations_needed",
    "taken_land",
    "usable_part",
]
