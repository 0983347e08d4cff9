"""What a home is, and where anybody lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialreno.area.study_area import StudyArea

HOME_USES = ("residential", "mixed")


def is_inhabited(buildings: pd.DataFrame) -> pd.Series[bool]:
    """Tell in which buildings somebody is known to live."""
    return (buildings["residents"].fillna(0) > 0) | (buildings["households"].fillna(0) > 0)


def is_home(buildings: pd.DataFrame) -> pd.Series[bool]:
    """Tell which buildings are homes (住宅楼栋): in residential or mixed use, or somebody lives there."""
    return buildings["use"].isin(HOME_USES) | is_inhabited(buildings)


def inhabited_buildings(area: StudyArea) -> gpd.GeoDataFrame:
    """List the buildings where somebody is known to live."""
    buildings = area.buildings
    return buildings[is_inhabited(buildings)]


def home_buildings(area: StudyArea) -> gpd.GeoDataFrame:
    """List the homes, whether or not anybody is known to live there."""
    buildings = area.buildings
    return buildings[is_home(buildings)]
