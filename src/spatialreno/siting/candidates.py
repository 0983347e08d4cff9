"""What could be a site: rectangles of free land, old boiler houses, spare rooms, or what the caller gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import on_ground, open_facilities
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

#: Columns of every table of candidates and, with ``candidate``, of ``Solution.sites``.
SITE_COLUMNS = [
    "kind",
    "form",
    "compound_id",
    "building_id",
    "area_m2",
    "capacity",
    "width_m",
    "depth_m",
    "angle_deg",
    "geometry",
]
_VACANT = ("vacant", "disused", "idle", "闲置", "空置", "停用")
_OVERLAP_M2 = 1e-6


def given_candidates(area: StudyArea, kind: str, asked: gpd.GeoDataFrame | gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Take the caller's features as candidates: form ``given``, ids kept, sorted, in the area's CRS.

    Raises
    ------
    InputError
        When they are no table of shapes, or have no CRS, no unique ids or empty geometry.
    """
    given = gpd.GeoDataFrame(geometry=asked) if isinstance(asked, gpd.GeoSeries) else asked
    if not isinstance(given, gpd.GeoDataFrame):
        raise InputError(
            f"candidates: {type(given).__name__} is no table of shapes. Give a GeoDataFrame or a GeoSeries."
        )
    if given.crs is None:
        raise InputError("candidates: no CRS. Set one with set_crs(); the area's is area.crs.")
    if not given.index.is_unique:
        raise InputError("candidates: ids are not unique. Give every candidate its own index label.")
    empty = given.index[given.geometry.isna() | given.geometry.is_empty]
    if len(empty):
        raise InputError(f"candidates: no geometry ({', '.join(map(str, empty[:8]))}). Draw or drop them.")
    sites = given.to_crs(area.crs).set_axis(given.index.astype(str), axis=0).sort_index()
    if "area_m2" not in sites:
        sites = sites.assign(area_m2=sites.geometry.area.where(sites.geometry.area > 0))
    return _conformed(sites.assign(kind=kind, form="given"), area)


def boiler_houses(area: StudyArea, kind: str) -> gpd.GeoDataFrame:
    """List the old boiler houses that stand empty and legal, whatever their size.

    Buildings used as boiler house without an open facility in them, and structures of that kind on the
    ground that are legal and whose ``use`` is empty or says they are vacant.
    """
    buildings = area.buildings[area.buildings["use"].eq("boiler_house").fillna(False)]
    taken = open_facilities(area)["building_id"].dropna()
    free = buildings[~buildings.index.isin(taken)]
    structures = area.structures
    vacant = structures["use"].isna() | structures["use"].isin(_VACANT)
    stands = on_ground(structures)
    legal = structures["kind"].eq("boiler_house").fillna(False) & structures["legality"].eq("legal")
    huts = structures[(legal & stands & vacant).to_numpy(bool)]
    rows = [_row(free, "boiler_house", free.index, free.geometry.area)]
    rows += [_row(huts, "boiler_house", [None] * len(huts), huts.geometry.area)]
    return _joined(rows, kind, area)


def spare_rooms(area: StudyArea, kind: str) -> gpd.GeoDataFrame:
    """List the spare rooms in buildings, whatever their size."""
    rooms = area.buildings[area.buildings["spare_room_m2"].fillna(0) > 0]
    return _joined([_row(rooms, "spare_room", rooms.index, rooms["spare_room_m2"])], kind, area)


def joint_rooms(area: StudyArea, kind: str) -> gpd.GeoDataFrame:
    """List the spare rooms that hold the least floor area of a kind that may share a building (catalog, ``joint``).

    ``area_m2`` is that floor area: the rest of the room is not taken.
    """
    floor, rooms = joint_floor_m2(area, kind), spare_rooms(area, kind)
    return rooms[(rooms["area_m2"] >= floor).to_numpy(bool)].assign(area_m2=floor)


def joint_floor_m2(area: StudyArea, kind: str) -> float:
    """Give the least floor area of a kind that may share a building; of any other nothing is known (NaN)."""
    kinds = area.catalog.facilities
    return float(kinds["floor_m2"][kind]) if kinds["joint"][kind] else float("nan")


def land_candidates(area: StudyArea, kind: str, sides: list[tuple[float, float]] | None) -> gpd.GeoDataFrame:
    """List the rectangles of free land that hold the footprint (:func:`spatialreno.land.candidate_sites`)."""
    from spatialreno.land import candidate_sites

    return _conformed(candidate_sites(area, kind, sides=sides), area)


def together(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put tables of candidates into one, sorted by id."""
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return gpd.GeoDataFrame(pd.concat(filled), geometry="geometry", crs=frames[0].crs).sort_index()


def overlapping(sites: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """List the pairs of candidates whose footprints overlap: both cannot be built."""
    shapes = sites.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    same_room = shapely.equals(shapes[left], shapes[right])
    common = shapely.area(shapely.intersection(shapes[left], shapes[right])) > _OVERLAP_M2
    clash = np.flatnonzero(common | same_room)
    return [(str(sites.index[left[k]]), str(sites.index[right[k]])) for k in clash]


def _row(source: gpd.GeoDataFrame, form: str, building_id: Any, area_m2: pd.Series) -> gpd.GeoDataFrame:
    data = {
        "form": form,
        "compound_id": source["compound_id"],
        "building_id": building_id,
        "area_m2": area_m2.astype(float),
    }
    frame = gpd.GeoDataFrame(data, index=source.index, geometry=source.geometry.representative_point(), crs=source.crs)
    return frame.set_axis([f"{form}:{name}" for name in source.index], axis=0)


def _joined(frames: list[gpd.GeoDataFrame], kind: str, area: StudyArea) -> gpd.GeoDataFrame:
    return _conformed(together(frames).assign(kind=kind), area)


def _conformed(sites: gpd.GeoDataFrame, area: StudyArea) -> gpd.GeoDataFrame:
    """Give every column and its type, so that tables of candidates can be put together."""
    frame = pd.DataFrame(sites).reindex(columns=SITE_COLUMNS)
    numbers = ["area_m2", "capacity", "width_m", "depth_m", "angle_deg"]
    words = ["kind", "form", "compound_id", "building_id"]
    frame = frame.astype({**dict.fromkeys(numbers, "float64"), **dict.fromkeys(words, "str")})
    frame.index = pd.Index(frame.index.astype(str), dtype="str", name="id")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=area.crs)
