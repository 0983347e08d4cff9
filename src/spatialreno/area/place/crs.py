"""Coordinate systems: the CGCS2000 3-degree Gauss-Krüger zones and nothing guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError

from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    import geopandas as gpd

LONLAT = CRS.from_user_input("OGC:CRS84")
LENGTH_ERROR = 0.002  # share; twice what the edge of a 6-degree zone has at 20 degrees north
_MARGIN = 5.0  # degrees beyond the area a system is made for
_FIRST_ZONE_MERIDIAN, _FIRST_ZONE_EPSG, _ZONES = 75, 4534, 21


def zone_crs(longitude: float) -> CRS:
    """Return the CGCS2000 3-degree zone that holds a longitude.

    Parameters
    ----------
    longitude
        Degrees east, 73.5 to 136.5 inside China; elsewhere the UTM zone is returned.

    Returns
    -------
    pyproj.CRS
        EPSG:4534 to 4554 (central meridian 75E to 135E, no zone prefix), in metres.

    Examples
    --------
    >>> zone_crs(112.43).to_epsg()
    4546
    """
    zone = round((longitude - _FIRST_ZONE_MERIDIAN) / 3)
    if 0 <= zone < _ZONES:
        return CRS.from_epsg(_FIRST_ZONE_EPSG + zone)
    return CRS.from_epsg(32600 + int((longitude + 180) % 360 // 6) + 1)


def metric_crs(value: Any, where: str) -> CRS:
    """Accept a projected CRS in metres; say what is wrong with any other."""
    crs = stated_crs(value, where)
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info[:2]):
        raise InputError(
            f"{where}: {crs.to_string()} is not in metres. "
            "Give a projected system such as EPSG:4546 (CGCS2000, 3-degree zone, 111E)."
        )
    return crs


def stated_crs(value: Any, where: str) -> CRS:
    """Accept any coordinate system that is known, in degrees or in metres."""
    try:
        return CRS.from_user_input(value)
    except CRSError as error:
        raise InputError(f"{where}: {value!r} is no coordinate system. Give an EPSG code such as EPSG:4546.") from error


def crs_text(crs: CRS) -> str:
    """Write a CRS as short as it can be read back (EPSG code if it has one)."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())


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
        if (
            in_degrees.all()
            and np.isfinite(x).any()
            and (layer == "compounds" or not _plausible(frame.crs, *_middle(frame)))
        ):
            return _degrees_as_metres(frame, layer)
        return _elsewhere(frame, layer)
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
    message = f"coordinates look like degrees, but {crs_text(frame.crs)} is in metres"
    return Fault(layer, tuple(map(str, frame.index)), "degrees", message, "State the system the file is really in")


def _elsewhere(frame: gpd.GeoDataFrame, layer: str) -> Fault | None:
    """Find metres that cannot be where their CRS says, and the one slip that would explain them."""
    x, y = _middle(frame)
    if not np.isfinite([x, y]).all() or _plausible(frame.crs, x, y):
        return None
    zone = int(x // 1e6)
    slips = (
        ((y, x), "northing is written first", "Swap them, or state swap = true in area.toml"),
        ((x / 1000, y / 1000), "they are millimetres", 'State unit = "mm" in area.toml'),
        (
            (y / 1000, x / 1000),
            "they are millimetres, northing first",
            'State unit = "mm" and swap = true in area.toml',
        ),
        ((x / 100, y / 100), "they are centimetres", 'State unit = "cm" in area.toml'),
        ((x - zone * 1e6, y), f"the easting begins with a zone number ({zone})", "State the system with zone numbers"),
    )
    for place, what, mend in slips[: 5 if zone > 0 else 4]:
        if _plausible(frame.crs, *place):
            message = f"coordinates such as {x:.0f}, {y:.0f} lie outside {crs_text(frame.crs)}, as if {what}"
            return Fault(layer, (), "degrees", message, mend)
    return None


def _middle(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    west, south, east, north = frame.total_bounds
    return (west + east) / 2, (south + north) / 2


def _plausible(crs: CRS, x: float, y: float) -> bool:
    """Tell whether a place lies where a projected CRS is made for, give or take some degrees."""
    use = crs.area_of_use
    if use is None:
        return True
    there = Proj(crs)
    lon, lat = there(x, y, inverse=True)
    if not np.isfinite([lon, lat]).all():
        return False
    back = there(lon, lat)
    near = use.west - _MARGIN <= lon <= use.east + _MARGIN and use.south - _MARGIN <= lat <= use.north + _MARGIN
    return bool(near and np.hypot(back[0] - x, back[1] - y) < 1.0)


def default_crs(frame: gpd.GeoDataFrame) -> CRS:
    """Return the 3-degree zone of the middle of a layer that has a CRS."""
    west, _, east, _ = frame.to_crs(LONLAT).total_bounds
    return zone_crs((west + east) / 2)


def shifted(frame: gpd.GeoDataFrame, shift: str) -> gpd.GeoDataFrame:
    """Bring a layer whose coordinates are in GCJ-02 or BD-09 back to where it is.

    Parameters
    ----------
    frame
        Its CRS says degrees (whatever datum) or metres made from shifted degrees.
    shift
        ``gcj02`` or ``bd09``.

    Returns
    -------
    GeoDataFrame
        The same rows in WGS 84 degrees (OGC:CRS84), within 1e-6 m.
    """
    import geopandas as gpd
    import shapely

    from spatialreno.area.place.shift import unshift

    degrees = frame if frame.crs is None or frame.crs.is_geographic else frame.to_crs(LONLAT)
    shapes = shapely.transform(
        degrees.geometry.to_numpy(), lambda xy: np.column_stack(unshift(xy[:, 0], xy[:, 1], shift))
    )
    return degrees.set_geometry(gpd.GeoSeries(shapes, index=degrees.index, crs=LONLAT))
