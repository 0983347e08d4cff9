"""Coordinate systems: the CGCS2000 3-degree Gauss-Krüger zones and nothing guessed."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from spatialreno.catalog import read_catalog
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    import geopandas as gpd

LONLAT = CRS.from_user_input("OGC:CRS84")
# The same where x comes before y, as it always does here; PROJ finds the way from it five times as fast.
_WGS84 = CRS.from_epsg(4326)
_LONGEST = 60  # letters of a name in a message
_SAME_M = 0.001
_WELL_KNOWN_M = 5.0  # accuracy from which a way between two datums is taken as known
_MIDDLE_OF_CHINA = (110.0, 35.0)
_FIRST_ZONE_MERIDIAN, _FIRST_ZONE_EPSG, _ZONES = 75, 4534, 21


def zone_crs(longitude: float) -> CRS:
    """Return the CGCS2000 3-degree zone that holds a longitude.

    Parameters
    ----------
    longitude
        Floats east, 73.5 to 136.5 inside China; elsewhere the UTM zone is returned.

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


def metric_crs(value: object, where: str) -> CRS:
    """Accept a projected CRS in metres; say what is wrong with any other.

    Parameters
    ----------
    value
        Whatever pyproj takes: an EPSG code, WKT, a CRS.
    where
        Where it was said, for the message.

    Returns
    -------
    pyproj.CRS
        Projected, its first two axes in metres.

    Raises
    ------
    InputError
        It is no system, one in degrees, or one in feet.

    Examples
    --------
    >>> metric_crs("EPSG:4546", "crs").name
    'CGCS2000 / 3-degree Gauss-Kruger CM 111E'
    >>> metric_crs("EPSG:4326", "crs")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: crs: EPSG:4326 is not in metres. Give a projected system such as ...
    """
    crs = stated_crs(value, where)
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info[:2]):
        raise InputError(
            f"{where}: {crs.to_string()} is not in metres. "
            "Give a projected system such as EPSG:4546 (CGCS2000, 3-degree zone, 111E)."
        )
    return crs


def stated_crs(value: object, where: str) -> CRS:
    """Accept any coordinate system that is known, in degrees or in metres.

    Parameters
    ----------
    value
        Whatever pyproj takes: an EPSG code, WKT, a CRS.
    where
        Where it was said, for the message.

    Returns
    -------
    pyproj.CRS
        The system.

    Raises
    ------
    InputError
        There is no such system.

    Examples
    --------
    >>> stated_crs(4490, "crs").name
    'China Geodetic Coordinate System 2000'
    >>> stated_crs("Luoyang", "crs")
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: crs: 'Luoyang' is no coordinate system. Give an EPSG code such as EPSG:4546.
    """
    try:
        return CRS.from_user_input(value)
    except CRSError as error:
        raise InputError(f"{where}: {value!r} is no coordinate system. Give an EPSG code such as EPSG:4546.") from error


def crs_text(crs: CRS) -> str:
    """Write a CRS as short as it can be read back (EPSG code if it has one).

    Parameters
    ----------
    crs
        Any system.

    Returns
    -------
    str
        ``EPSG:…``, else WKT.

    Examples
    --------
    >>> from pyproj import CRS
    >>> crs_text(CRS.from_epsg(4546)), crs_text(CRS.from_user_input('LOCAL_CS["城市坐标系"]'))[:12]
    ('EPSG:4546', 'ENGCRS["城市坐标')
    """
    code = epsg_of(crs)
    return f"EPSG:{code}" if code else str(crs.to_wkt())


@lru_cache(maxsize=256)
def epsg_of(crs: CRS) -> int | None:
    """Look the code of a CRS up once: PROJ goes through its whole table for every question."""
    code: int | None = crs.to_epsg()
    return code


def crs_name(crs: CRS) -> str:
    """Name a CRS for people: its EPSG code, else what it calls itself.

    Parameters
    ----------
    crs
        Any system.

    Returns
    -------
    str
        At most 60 letters; it cannot be read back as ``crs_text`` can.

    Examples
    --------
    >>> from pyproj import CRS
    >>> crs_name(CRS.from_epsg(4546)), crs_name(CRS.from_user_input('LOCAL_CS["城市坐标系"]'))
    ('EPSG:4546', '城市坐标系')
    """
    code = epsg_of(crs)
    return f"EPSG:{code}" if code else f"{crs.name[:_LONGEST]}"


def declared_crs(said: object) -> tuple[CRS | None, str]:
    """Take what a file says of its coordinate system for what it is worth.

    Parameters
    ----------
    said
        WKT, a code, or None when the file says nothing.

    Returns
    -------
    tuple
        The system on the plan, or None when what is said fixes no place; and why, or an empty text.

    Examples
    --------
    >>> declared_crs("EPSG:4546+5737")[0].to_epsg()
    4546
    >>> declared_crs('LOCAL_CS["城市坐标系"]')
    (None, '城市坐标系 is a local system, which says nothing of the place; taken as none')
    """
    if said is None:
        return None, ""
    try:
        crs = on_the_plan(CRS.from_user_input(said))
    except (ProjError, ValueError, TypeError):
        return None, "what it says of its coordinate system cannot be read; taken as none"
    name = crs_name(crs)
    if crs.is_engineering or (crs.is_geographic and name.lower().startswith(("undefined", "unknown"))):
        return None, f"{name} is a local system, which says nothing of the place; taken as none"
    if not (crs.is_projected or crs.is_geographic):
        return None, f"{name} is no system for a plan; taken as none"
    try:
        Proj(crs)
    except ProjError:
        return None, f"{name} is a system that cannot be worked with; taken as none"
    return crs, ""


def on_the_plan(crs: CRS) -> CRS:
    """Leave the heights of a system out: the plan of a compound one, two axes of three.

    Parameters
    ----------
    crs
        Any system.

    Returns
    -------
    pyproj.CRS
        Of two axes; the same where it has no more.

    Examples
    --------
    >>> from pyproj import CRS
    >>> on_the_plan(CRS.from_user_input("EPSG:4546+5737")).to_epsg()
    4546
    """
    while crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs.to_2d() if crs.is_geographic and len(crs.axis_info) > 2 else crs


def same_system(one: CRS, two: CRS) -> bool:
    """Tell whether two systems put the same numbers at the same place, whatever they are called and say of heights.

    Parameters
    ----------
    one, two
        Systems in degrees or in metres.

    Returns
    -------
    bool
        True where they rest on one datum (those of satellites agree within a metre and count as one) and, in metres,
        put the middle of their area of use within a millimetre of each other.

    Examples
    --------
    >>> from pyproj import CRS
    >>> wgs84, cgcs2000, zone, next_zone = (CRS.from_epsg(code) for code in (4326, 4490, 4546, 4547))
    >>> same_system(wgs84, cgcs2000), same_system(zone, next_zone), same_system(zone, wgs84)
    (True, False, False)
    """
    one, two = on_the_plan(one), on_the_plan(two)
    if one == two or one.equals(two, ignore_axis_order=True):
        return True
    if one.is_projected != two.is_projected or not _same_datum(one, two):
        return False
    if not one.is_projected:
        return True
    use = one.area_of_use or two.area_of_use
    lon, lat = ((use.west + use.east) / 2, (use.south + use.north) / 2) if use else (_MIDDLE_OF_CHINA)
    places = np.array([Proj(crs)([lon, lon + 1], [lat, lat + 1]) for crs in (one, two)])
    return bool(np.isfinite(places).all() and np.abs(places[0] - places[1]).max() < _SAME_M)


def _same_datum(one: CRS, two: CRS) -> bool:
    """Tell whether two systems rest on one datum, or on such as lie within a metre of each other."""
    return len({frame_of(crs) for crs in (one, two)}) == 1


def frame_of(crs: CRS) -> str:
    """Name the datum of a system; those of satellites, which agree within a metre, are one."""
    base = crs.geodetic_crs
    name = base.datum.name if base is not None and base.datum is not None else base.name if base is not None else ""
    plain = "".join(c for c in name.lower().removeprefix("d_") if c.isalnum())
    known = {
        "".join(c for c in row["datum"].lower() if c.isalnum()): row["frame"] for row in read_catalog().rows("datums")
    }
    return next((frame for datum, frame in known.items() if plain.startswith(datum)), plain)


def soon_found(crs: CRS) -> CRS:
    """Name a system to ask PROJ for a way from or to: coordinates are the same, degrees come first as longitude.

    Parameters
    ----------
    crs
        Any system.

    Returns
    -------
    pyproj.CRS
        EPSG:4326 for OGC:CRS84, which PROJ finds ways from five times as fast; any other as it is.

    Examples
    --------
    >>> from spatialreno.area import LONLAT
    >>> soon_found(LONLAT).to_epsg()
    4326
    """
    return _WGS84 if crs == LONLAT else crs


@lru_cache(maxsize=16)
def way_to_degrees(crs: CRS) -> Transformer:
    """Find the way from a system to longitude and latitude, once a process: PROJ looks for it some 70 ms.

    Parameters
    ----------
    crs
        Any system.

    Returns
    -------
    pyproj.Transformer
        Its ``transform`` takes east and north and gives longitude and latitude in WGS 84.

    Examples
    --------
    >>> import spatialreno as sr
    >>> longitude, latitude = way_to_degrees(sr.read_area("data/geo/xigongdi").crs).transform(631_000, 3_838_900)
    >>> round(longitude, 3), round(latitude, 3)
    (112.429, 34.67)
    """
    return Transformer.from_crs(crs, _WGS84, always_xy=True)


def datum_fault(crs: CRS, target: CRS, layer: str) -> Fault | None:
    """Find a system from which nobody knows the exact way to another: its datum is older than satellites."""
    if _same_datum(crs, target):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of better ways whose grids are not here
        ways = TransformerGroup(crs, target, always_xy=True).transformers
    if ways and 0 <= ways[0].accuracy <= _WELL_KNOWN_M:
        return None
    base = crs.geodetic_crs.name if crs.geodetic_crs is not None else crs_name(crs)
    message = (
        f"is in {crs_name(crs)}, on the datum {base}, from which the way to {crs_name(target)} is not known here: "
        "rows could lie up to some 100 m off"
    )
    if frame_of(target) != frame_of(LONLAT):
        mend = f"Give the area a system on CGCS2000 in its area.toml instead of {crs_name(target)}"
    else:
        mend = (
            "Ask for the data in CGCS2000; or state datum_shift = [east, north] for it in area.toml, in metres, "
            "measured at control points ([0, 0] takes it as it lies)"
        )
    return Fault(layer, (), "coordinate system", message, mend)


def on_new_datum(frame: gpd.GeoDataFrame, shift: tuple[float, float]) -> gpd.GeoDataFrame:
    """Read rows on an old datum as on CGCS2000, moved by metres east and north.

    Parameters
    ----------
    frame
        Rows in a known system.
    shift
        Metres east and north, as measured at control points.

    Returns
    -------
    GeoDataFrame
        In the 3-degree zone of its longitude.

    Examples
    --------
    >>> import geopandas as gpd
    >>> old = gpd.GeoDataFrame(geometry=gpd.points_from_xy([112.43], [34.66]), crs="EPSG:4214")  # Beijing 1954
    >>> there, moved = on_new_datum(old, (0.0, 0.0)), on_new_datum(old, (30.0, -4.0))
    >>> moved.crs.to_epsg(), round(float(moved.distance(there).iloc[0]), 3)
    (4546, 30.265)
    """
    import geopandas as gpd

    base = frame.crs.geodetic_crs
    degrees = frame.to_crs(on_the_plan(base)) if base is not None else frame
    west, _, east, _ = degrees.total_bounds
    target = zone_crs((west + east) / 2)
    there = degrees.set_crs(target.geodetic_crs, allow_override=True).to_crs(target)
    moved = there.geometry.translate(*shift)
    return there.set_geometry(gpd.GeoSeries(moved, index=there.index, crs=target))


def default_crs(frame: gpd.GeoDataFrame) -> CRS:
    """Return the 3-degree zone of the middle of a layer that has a CRS."""
    bounds = frame.to_crs(LONLAT).bounds[["minx", "maxx"]].to_numpy()
    known = bounds[np.isfinite(bounds).all(axis=1)]
    return zone_crs(float(known.min() + known.max()) / 2 if len(known) else 0.0)


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

    Raises
    ------
    InputError
        The shift is another.

    Examples
    --------
    >>> import geopandas as gpd
    >>> drawn = gpd.GeoDataFrame(geometry=gpd.points_from_xy([116.397590], [39.908776]), crs="EPSG:4326")
    >>> shifted(drawn, "gcj02").geometry.iloc[0].wkt[:25]
    'POINT (116.39134880890171'
    """
    import geopandas as gpd
    import shapely

    from spatialreno.area.place.shift import SHIFTS, unshift

    if shift not in SHIFTS:
        raise InputError(f"shift: {shift!r} is none that is known. Use one of {', '.join(SHIFTS)}.")
    degrees = frame if frame.crs is None or frame.crs.is_geographic else frame.to_crs(LONLAT)
    shapes = shapely.transform(
        degrees.geometry.to_numpy(), lambda xy: np.column_stack(unshift(xy[:, 0], xy[:, 1], shift))
    )
    return degrees.set_geometry(gpd.GeoSeries(shapes, index=degrees.index, crs=LONLAT))
