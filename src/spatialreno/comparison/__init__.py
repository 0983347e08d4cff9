"""Comparison: today and the options side by side."""

from spatialreno.comparison.options import Comparison
from spatialreno.comparison.people import People, gather_people
from spatialreno.comparison.run import compare
from spatialreno.comparison.write import write_postgis_results

__all__ = ["Comparison", "People", "compare", "gather_people", "write_postgis_results"]
