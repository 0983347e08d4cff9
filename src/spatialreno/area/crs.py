"""Coordinate systems: the CGCS2000 3-degree Gauss-Krüger zones and nothing guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from spatialreno.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

LONLAT = CRS.from_user_input("OGC:CRS84")
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
    return CRS.from_epsg(32600 + int((longitude + 180) // 6) + 1)


def metric_crs(value: Any, where: str) -> CRS:
    """Accept a projected CRS in metres; say what is wrong with any other."""
    try:
        crs = CRS.from_user_input(value)
    except CRSError as error:
        raise InputError(f"{where}: {value!r} is no coordinate system. Give an EPSG code such as EPSG:4546.") from error
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info[:2]):
        raise InputError(
            f"{where}: {crs.to_string()} is not in metres. "
            "Give a projected system such as EPSG:4546 (CGCS2000, 3-degree zone, 111E)."
        )
    return crs


def crs_text(crs: CRS) -> str:
    """Write a CRS as short as it can be read back (EPSG code if it has one)."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def reproject(frame: gpd.GeoDataFrame, crs: CRS, layer: str) -> gpd.GeoDataFrame:
    """Bring one layer into the area's CRS; a layer without a CRS is refused."""
    if frame.crs is None:
        raise InputError(f"{layer}: has no coordinate system. State it in the file or with set_crs().")
    return frame if frame.crs == crs else frame.to_crs(crs)


def default_crs(frame: gpd.GeoDataFrame) -> CRS:
    """Return the 3-degree zone of the middle of a layer."""
    if frame.crs is None:
        raise InputError('compounds: has no coordinate system. State it in area.toml: crs = "EPSG:4546".')
    west, _, east, _ = frame.to_crs(LONLAT).total_bounds
    return zone_crs((west + east) / 2)
