"""Rooms that stand empty in buildings, and what a facility put into one takes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

if TYPE_CHECKING:
    from spatialreno.area.study_area import StudyArea


def empty_rooms(area: StudyArea) -> pd.Series:
    """Say how much of each building stands empty, m²: its spare room, or the ground of an old boiler house.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    Series of float
        m² by building id: ``spare_room_m2``, else the footprint where ``use`` is boiler_house; NaN where nobody has
        looked.

    Examples
    --------
    >>> import spatialreno as sr
    >>> sr.area.empty_rooms(sr.read_area("data/geo/xigongdi"))[["B01", "B02"]].tolist()
    [0.0, 36.0]
    """
    spare = area.buildings["spare_room_m2"].astype("float64")
    boiler = area.buildings["use"].eq("boiler_house").fillna(False).to_numpy(bool)
    found: pd.Series = spare.mask(spare.isna() & boiler, area.buildings.geometry.area)
    return found


def room_taken(facilities: gpd.GeoDataFrame) -> pd.Series:
    """Say how much room each facility takes, m²: the area it states, or that of its outline; missing for points.

    Parameters
    ----------
    facilities
        Rows of the layer ``facilities`` in a CRS in metres: area_m2 and geometry are read.

    Returns
    -------
    Series of float
        m² by facility id; NaN for a point that states no area.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> import spatialreno as sr
    >>> yard, spot = shapely.box(0, 0, 10, 8), shapely.Point(3, 3)
    >>> rows = gpd.GeoDataFrame({"area_m2": [None, 60, None]}, geometry=[yard, spot, spot], crs="EPSG:4546")
    >>> sr.area.room_taken(rows).tolist()
    [80.0, 60.0, nan]
    """
    told = pd.to_numeric(facilities["area_m2"], errors="coerce").astype("float64")
    outlined = shapely.get_dimensions(facilities.geometry.to_numpy()) == 2
    found: pd.Series = told.mask(told.isna() & outlined, facilities.geometry.area)
    return found


def seen_from_outside(area: StudyArea, facilities: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Outline facilities as whoever comes along the lane finds them: one in a building by that building's outline.

    Parameters
    ----------
    area
        The area whose buildings they may stand in.
    facilities
        Rows of the layer ``facilities``, in the area's CRS: building_id and geometry are read.

    Returns
    -------
    GeoSeries
        By facility id, in the area's CRS: the building's polygon, or the facility's own point or polygon.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> station = today.facilities.loc[["F01"]]
    >>> sr.area.seen_from_outside(today, station)["F01"] == today.buildings.geometry[station.loc["F01", "building_id"]]
    True
    """
    houses = area.buildings.geometry.to_dict()
    shapes = [houses.get(house, own) for house, own in zip(facilities["building_id"], facilities.geometry, strict=True)]
    return gpd.GeoSeries(shapes, index=facilities.index, crs=area.crs)
