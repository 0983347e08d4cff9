"""Where anybody lives, and when it was built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.area.facts.homes import is_home, is_inhabited

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialreno.area.study_area import StudyArea


def inhabited_buildings(area: StudyArea) -> gpd.GeoDataFrame:
    """List the buildings where somebody is known to live.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        Rows of ``area.buildings`` with residents or households above 0, whatever their use.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> lived_in = sr.area.inhabited_buildings(today)
    >>> len(lived_in), int(lived_in["households"].sum()) == int(today.buildings["households"].sum())
    (30, True)
    """
    buildings = area.buildings
    return buildings[is_inhabited(buildings)]


def home_buildings(area: StudyArea) -> gpd.GeoDataFrame:
    """List the homes, whether or not anybody is known to live there.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        Rows of ``area.buildings`` in residential or mixed use, or where somebody is known to live.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> empty = today.with_layer("buildings", today.buildings.assign(households=None, residents=None))
    >>> len(sr.area.home_buildings(empty)), len(sr.area.inhabited_buildings(empty))
    (30, 0)
    """
    buildings = area.buildings
    return buildings[is_home(buildings)]


def all_households(area: StudyArea) -> float:
    """Count the households of an area; missing where nobody knows how many live in one of its homes.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    float
        Households of all homes; NaN while one home states none, and where there is no home.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> sr.area.all_households(today)
    1008.0
    """
    households = home_buildings(area)["households"].astype("float64")
    return float(households.sum(skipna=False)) if len(households) else float("nan")


def built_years(area: StudyArea) -> pd.Series[float]:
    """Tell the year each building was built: its own, else its compound's; missing where neither is known.

    Parameters
    ----------
    area
        Any study area: ``built_year`` of its buildings and compounds is read.

    Returns
    -------
    Series of float
        Year by building id; NaN where neither is known.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> silent = today.with_layer("buildings", today.buildings.assign(built_year=None))
    >>> float(sr.area.built_years(silent)["B01"]), int(today.compounds["built_year"]["C01"])
    (1978.0, 1978)
    """
    buildings, years = area.buildings, area.compounds["built_year"].astype("Float64")
    yard = buildings["compound_id"].map(years).astype("Float64")
    found: pd.Series[float] = buildings["built_year"].astype("Float64").fillna(yard).astype("float64")
    return found
