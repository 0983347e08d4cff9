"""Where anybody lives, and when it was built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.area.facts.homes import is_home, is_inhabited

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialreno.area.study_area import StudyArea


def inhabited_buildings(area: StudyArea) -> gpd.GeoDataFrame:
    """List the buildings where somebody is known to live."""
    buildings = area.buildings
    return buildings[is_inhabited(buildings)]


def home_buildings(area: StudyArea) -> gpd.GeoDataFrame:
    """List the homes, whether or not anybody is known to live there."""
    buildings = area.buildings
    return buildings[is_home(buildings)]


def all_households(area: StudyArea) -> float:
    """Count the households of an area; missing where nobody knows how many live in one of its homes."""
    households = home_buildings(area)["households"].astype("float64")
    return float(households.sum(skipna=False)) if len(households) else float("nan")


def built_years(area: StudyArea) -> pd.Series[float]:
    """Tell the year each building was built: its own, else its compound's; missing where neither is known."""
    buildings, years = area.buildings, area.compounds["built_year"].astype("Float64")
    yard = buildings["compound_id"].map(years).astype("Float64")
    found: pd.Series[float] = buildings["built_year"].astype("Float64").fillna(yard).astype("float64")
    return found
