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

    Missing where nobody has looked.
    """
    spare = area.buildings["spare_room_m2"].astype("float64")
    boiler = area.buildings["use"].eq("boiler_house").fillna(False).to_numpy(bool)
    found: pd.Series = spare.mask(spare.isna() & boiler, area.buildings.geometry.area)
    return found


def room_taken(facilities: gpd.GeoDataFrame) -> pd.Series:
    """Say how much room each facility takes, m²: the area it states, or that of its outline; missing for points."""
    told = pd.to_numeric(facilities["area_m2"], errors="coerce").astype("float64")
    outlined = shapely.get_dimensions(facilities.geometry.to_numpy()) == 2
    found: pd.Series = told.mask(told.isna() & outlined, facilities.geometry.area)
    return found


def seen_from_outside(area: StudyArea, facilities: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Outline facilities as whoever comes along the lane finds them: one in a building by that building's outline."""
    houses = area.buildings.geometry.to_dict()
    shapes = [houses.get(house, own) for house, own in zip(facilities["building_id"], facilities.geometry, strict=True)]
    return gpd.GeoSeries(shapes, index=facilities.index, crs=area.crs)
