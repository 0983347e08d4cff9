"""Both long sides of a building: where pipes run along them and where its units can be entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Floats
from spatialreno.area import on_ground

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

INLETS = ["unit", "building_id", "side", "x", "y", "stub_m"]
_SHARES = (1.0, 0.6, 0.3)


def by_place(shapes: gpd.GeoSeries) -> list[str]:
    """List ids by where their shapes lie, west to east and south to north, so that no name decides about pipes."""
    box = np.round(shapely.bounds(shapes.geometry.to_numpy()) * 1000)
    order = np.lexsort((np.array(shapes.index.astype(str), str), *box.T[::-1]))
    return [str(shapes.index[k]) for k in order]


def obstacles(area: StudyArea) -> Any:
    """Give what no pipe runs under, as shapes: buildings, structures on the ground, built facilities."""
    structures = area.structures
    solid = structures[on_ground(structures)]
    stations = area.facilities[area.facilities["kind"].eq("heat_exchange_station") & (area.facilities.area > 0)]
    parts = [frame.geometry.to_numpy() for frame in (area.buildings, solid, stations)]
    return np.concatenate(parts)


def long_box(shape: BaseGeometry) -> Floats:
    """Give the corners of the smallest rectangle round a shape; the first side is a long one."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))[:4]
    if len(corners) < 4:  # a line or a point
        corners = np.repeat(shapely.get_coordinates(shape)[:1], 4, axis=0)
    first, second = np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[1]))
    return corners if first >= second else np.roll(corners, -1, axis=0)


def inlets(area: StudyArea, ids: pd.Index, tree: shapely.STRtree) -> pd.DataFrame:
    """List where each unit of each building can be entered from its front and from its back.

    The front is the long side nearest the stair doors; without doors one of both. A point stands
    ``pipe_face_m`` off the house, nearer where something else stands there; a side that is built up to has
    none.

    Parameters
    ----------
    area
        The study area.
    ids
        Buildings.
    tree
        STRtree of all obstacles.

    Returns
    -------
    DataFrame
        Columns unit, building_id, side (``front``, ``back``), x, y, stub_m (from the house to the point).
    """
    face = area.catalog.constants["pipe_face_m"]
    doors = area.entrances.dropna(subset=["building_id"])
    doors = doors.loc[by_place(doors.geometry)]
    by_building = {str(k): frame for k, frame in doors.groupby("building_id")}
    buildings, rows = area.buildings, list[tuple[Any, ...]]()
    units = buildings["units"].to_dict()
    for name, shape in buildings.geometry.loc[by_place(buildings.geometry.loc[ids])].items():
        rows += _of_building((str(name), shape, units[name]), by_building.get(str(name)), face, tree)
    return pd.DataFrame(rows, columns=INLETS)


def _of_building(
    building: tuple[str, BaseGeometry, Any], doors: gpd.GeoDataFrame | None, face: float, tree: shapely.STRtree
) -> list[tuple[Any, ...]]:
    """List the inlets of a building: its id, its shape and how many units it is known to have."""
    name, shape, given = building
    corners = long_box(shape)
    along = corners[1] - corners[0]
    length = max(float(np.hypot(*along)), 1e-9)
    along = along / length
    across = corners[3] - corners[0]
    depth = max(float(np.hypot(*across)), 1e-9)
    out = across / depth
    units, shares, front_low = _units((name, given), doors, corners[0], along, length, out, depth)
    rows = []
    for side, low in (("front", front_low), ("back", not front_low)):
        start, way = (corners[0], -out) if low else (corners[3], out)
        for unit, share in zip(units, shares, strict=True):
            foot = start + share * length * along
            point, stub = _free_point(foot, way, face, shape, tree)
            if point is not None:
                rows.append((unit, name, side, point[0], point[1], stub))
    return rows


def _units(
    building: tuple[str, Any], doors: gpd.GeoDataFrame | None, origin: Floats, along: Floats, length: float,
    out: Floats, depth: float,
) -> tuple[list[str], list[float], bool]:  # fmt: skip
    """Name the units, where along the house they are (0 to 1), and whether the first long side is the front."""
    if doors is not None and len(doors):
        xy = shapely.get_coordinates(doors.geometry.to_numpy()) - origin
        shares = np.clip(xy @ along / length, 0.05, 0.95)
        along_it = np.argsort(shares, kind="stable")
        names, places = [str(doors.index[k]) for k in along_it], [float(shares[k]) for k in along_it]
        return names, places, bool((xy @ out).mean() < depth / 2)
    name, given = building
    count = max(1, int(given)) if not pd.isna(given) else 1
    return [f"{name}/{k + 1}" for k in range(count)], [(k + 0.5) / count for k in range(count)], True


def _free_point(
    foot: Floats, way: Floats, face: float, own: object, tree: shapely.STRtree
) -> tuple[Any, float]:
    """Step off the house until nothing stands there; None where the side is built up to."""
    for share in _SHARES:
        point = foot + way * face * share
        stub = shapely.linestrings([foot + way * 0.1, point])
        near = tree.geometries[tree.query(stub, predicate="dwithin", distance=0.3)]
        if all(shape is own or shapely.equals(shape, own) for shape in near):
            return point, float(face * share)
    return None, 0.0


def corners_round(area: StudyArea, tree: shapely.STRtree) -> Floats:
    """Give points round every building, off its corners, where nothing stands."""
    face = area.catalog.constants["pipe_face_m"]
    found = []
    for shape in area.buildings.geometry.loc[by_place(area.buildings.geometry)]:
        box = long_box(shape)
        centre = box.mean(axis=0)
        half = np.abs(np.array([np.hypot(*(box[1] - box[0])), np.hypot(*(box[2] - box[1]))])) / 2
        for corner in box:
            away = corner - centre
            unit = away / max(float(np.hypot(*away)), 1e-9)
            u = (box[1] - box[0]) / max(2 * half[0], 1e-9)
            v = (box[2] - box[1]) / max(2 * half[1], 1e-9)
            found.append(corner + face * (np.sign(unit @ u) * u + np.sign(unit @ v) * v))
    if not found:
        return np.empty((0, 2))
    points = np.array(found)
    taken = np.unique(tree.query(shapely.points(points), predicate="dwithin", distance=0.3)[0])
    return np.delete(points, taken, axis=0)
