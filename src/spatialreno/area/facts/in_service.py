"""What serves today: facilities that are open, pipes that are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area.study_area import StudyArea


def open_facilities(area: StudyArea) -> gpd.GeoDataFrame:
    """List the facilities that are open; planned and closed ones serve nobody."""
    facilities = area.facilities
    return facilities[facilities["status"].eq("open")]


def pipes_in_use(area: StudyArea) -> gpd.GeoDataFrame:
    """List the pipes that carry something today."""
    pipes = area.pipes
    return pipes[pipes["status"].eq("existing")]
