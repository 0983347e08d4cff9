"""Siting: where a facility serves best, and by how much that is proven."""

from spatialreno.land.station import heat_demand, stations_needed
from spatialreno.siting.facilities import site_facilities
from spatialreno.siting.models import Choice, least_count, max_coverage, p_median
from spatialreno.siting.problem import Problem, siting_problem

__all__ = [
    "Choice",
    "Problem",
    "heat_demand",
    "least_count",
    "max_coverage",
    "p_median",
    "site_facilities",
    "siting_problem",
    "stations_needed",
]
