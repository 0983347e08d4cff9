"""What serves today: facilities that are open, pipes that are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.area.facts.same_ground import once_an_area

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area.study_area import StudyArea


@once_an_area
def open_facilities(area: StudyArea) -> gpd.GeoDataFrame:
    """List the facilities that are open; planned and closed ones serve nobody.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        Rows of ``area.facilities`` whose ``status`` is open.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> shut = today.with_layer("facilities", today.facilities.assign(status="closed"))
    >>> len(sr.area.open_facilities(today)) > 0, len(sr.area.open_facilities(shut))
    (True, 0)
    """
    facilities = area.facilities
    return facilities[facilities["status"].eq("open")]


@once_an_area
def pipes_in_use(area: StudyArea) -> gpd.GeoDataFrame:
    """List the pipes that carry something today.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        Rows of ``area.pipes`` whose ``status`` is existing.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> dead = today.with_layer("pipes", today.pipes.assign(status="abandoned"))
    >>> len(sr.area.pipes_in_use(today)), len(sr.area.pipes_in_use(dead))
    (14, 0)
    """
    pipes = area.pipes
    return pipes[pipes["status"].eq("existing")]
