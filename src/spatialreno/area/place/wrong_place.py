"""Coordinates that cannot be where their system says: the one slip that explains them, and lengths that are off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Proj

from spatialreno.area.place.crs import LONLAT, crs_name, frame_of, zone_crs
from spatialreno.errors import Fault

if TYPE_CHECKING:
    import geopandas as gpd

LENGTH_ERROR = 0.002  # share; twice what the edge of a 6-degree zone has at 20 degrees north
_MARGIN = 5.0  # degrees beyond the area a system is made for
_MOST_ZONES = 60  # of 6 degrees; those of 3 in China end at 45
_FAR = 25.0  # degrees beyond it where no place can be meant


def length_error(crs: CRS, x: float, y: float) -> float:
    """Tell by which share lengths on the map are off around one place.

    Parameters
    ----------
    crs
        Projected CRS in metres.
    x, y
        The place, in that CRS.

    Returns
    -------
    float
        Largest of east-west and north-south, e.g. 0.21 for EPSG:3857 in Luoyang; infinite where the CRS ends.
    """
    step = 50.0
    lon, lat = Proj(crs)([x - step, x + step, x, x], [y, y, y - step, y + step], inverse=True)
    geod = crs.get_geod()
    if geod is None or not np.isfinite([lon, lat]).all():
        return float("inf")
    _, _, true = geod.inv([lon[0], lon[2]], [lat[0], lat[2]], [lon[1], lon[3]], [lat[1], lat[3]])
    return float(np.abs(2 * step / np.maximum(true, 1e-9) - 1).max())


def place_fault(frame: gpd.GeoDataFrame, layer: str) -> Fault | None:
    """Find rows that cannot be where their CRS says: swapped axes, metres as degrees, degrees as metres."""
    west, south, east, north = np.abs(frame.bounds.to_numpy()).T
    x, y = np.fmax(west, east), np.fmax(south, north)
    in_degrees = (x <= 180) & (y <= 90)
    if not frame.crs.is_geographic:
        degrees = in_degrees.all() and np.isfinite(x).any() and _within_use(frame.crs, *_middle(frame))
        return _degrees_as_metres(frame, layer) if degrees else _elsewhere(frame, layer)
    off = ~in_degrees & np.isfinite(x) & np.isfinite(y)  # a rule of its own tells of lost coordinates
    if not off.any():
        return None
    mend = (
        "Latitude and longitude are swapped: write longitude first"
        if ((x <= 90) & (y <= 180))[off].all()
        else "The file looks like metres: export it in WGS 84 (EPSG:4326), or state its true system in it"
    )
    first = frame.bounds[off].iloc[0]
    message = f"{off.sum()} rows are at {first.minx:g}, {first.miny:g}: no longitude and latitude"
    return Fault(layer, tuple(map(str, frame.index[off])), "degrees", message, mend)


def _degrees_as_metres(frame: gpd.GeoDataFrame, layer: str) -> Fault:
    message = f"coordinates look like degrees, but {crs_name(frame.crs)} is in metres"
    return Fault(layer, tuple(map(str, frame.index)), "degrees", message, "State the system the file is really in")


def _elsewhere(frame: gpd.GeoDataFrame, layer: str) -> Fault | None:
    """Find metres that cannot be where their CRS says, and the one slip that would explain them."""
    x, y = _middle(frame)
    if not np.isfinite([x, y]).all() or _plausible(frame.crs, x, y):
        return None
    message = f"coordinates such as {x:.0f}, {y:.0f} lie outside {crs_name(frame.crs)}"
    for place, what, mend in _slips(frame.crs, x, y):
        if place != (x, y) and _plausible(frame.crs, *place):
            return Fault(layer, (), "degrees", f"{message}, as if {what}", mend)
    if _plausible(frame.crs, x, y, _FAR):
        return None  # far from where the system is made for, but it can be
    mend = "Ask which system they are in, and state it (crs) in area.toml or assign it in the file"
    return Fault(layer, (), "degrees", f"{message}, and no usual slip explains them", mend)


def _slips(crs: CRS, x: float, y: float) -> list[tuple[tuple[float, float], str, str]]:
    """List where a place would lie without each usual slip, with its name and its mend."""
    zone, own = int(x // 1e6), _zone_number(crs)
    zone = zone if 0 < zone <= _MOST_ZONES else 0
    both = 'State unit = "mm" and swap = true in area.toml'
    other = f"the easting begins with zone {zone}, those of this system with {own}"
    return [
        ((y, x), "northing is written first", "Swap them, or state swap = true in area.toml"),
        ((x / 1000, y / 1000), "they are millimetres", 'State unit = "mm" in area.toml'),
        ((y / 1000, x / 1000), "they are millimetres, northing first", both),
        ((x / 100, y / 100), "they are centimetres", 'State unit = "cm" in area.toml'),
        ((x - zone * 1e6, y), f"the easting begins with a zone number ({zone})", "State the system with zone numbers"),
        (
            (x + own * 1e6, y) if zone == 0 else (x, y),
            f"the easting lacks the zone number ({own}) that this system begins it with",
            f"State the system without zone numbers{_without_zone(crs)}",
        ),
        ((x + (own - zone) * 1e6, y) if own and zone else (x, y), other, f"State the system of zone {zone}"),
    ]


def _zone_number(crs: CRS) -> int:
    """Read the zone number that eastings of a system begin with; 0 for none."""
    operation = crs.coordinate_operation
    easting = next((p.value for p in operation.params if p.name == "False easting"), 0.0) if operation else 0.0
    return int(float(easting) // 1e6)


def _without_zone(crs: CRS) -> str:
    """Name the system of the same meridian and datum without zone numbers, where there is one."""
    operation = crs.coordinate_operation
    params = {p.name: p.value for p in operation.params} if operation else {}
    meridian = params.get("Longitude of natural origin")
    base = crs.geodetic_crs
    if meridian is None or base is None or frame_of(crs) != frame_of(LONLAT):
        return ""
    zone = zone_crs(float(meridian))
    return f", such as {crs_name(zone)}" if zone.geodetic_crs == base else ""


def _middle(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    west, south, east, north = frame.total_bounds
    return (west + east) / 2, (south + north) / 2


def _plausible(crs: CRS, x: float, y: float, margin: float = _MARGIN) -> bool:
    """Tell whether a place lies where a projected CRS is made for, give or take some degrees."""
    if crs.area_of_use is None:
        return True
    there = Proj(crs)
    lon, lat = there(x, y, inverse=True)
    if not np.isfinite([lon, lat]).all():
        return False
    back = there(lon, lat)
    return _within_use(crs, lon, lat, margin) and bool(np.hypot(back[0] - x, back[1] - y) < 1.0)


def _within_use(crs: CRS, lon: float, lat: float, margin: float = _MARGIN) -> bool:
    """Tell whether degrees lie where a CRS is made for, give or take some."""
    use = crs.area_of_use
    if use is None:
        return True
    return bool(use.west - margin <= lon <= use.east + margin and use.south - margin <= lat <= use.north + margin)
