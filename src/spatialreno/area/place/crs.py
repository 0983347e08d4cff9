"""Coordinate systems: the CGCS2000 3-degree Gauss-Krüger zones and nothing guessed."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from spatialreno.catalog import read_catalog
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    import geopandas as gpd

LONLAT = CRS.from_user_input("OGC:CRS84")
# The same where x comes before y, as it always does here; PROJ finds the way from it five times as fast.
_WGS84 = CRS.from_epsg(4326)
LENGTH_ERROR = 0.002  # share; twice what the edge of a 6-degree zone has at 20 degrees north
_MARGIN = 5.0  # degrees beyond the area a system is made for
_MOST_ZONES = 60  # of 6 degrees; those of 3 in China end at 45
_FAR = 25.0  # degrees beyond it where no place can be meant
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
    """Accept a projected CRS in metres; say what is wrong with any other."""
    crs = stated_crs(value, where)
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info[:2]):
        raise InputError(
            f"{where}: {crs.to_string()} is not in metres. "
            "Give a projected system such as EPSG:4546 (CGCS2000, 3-degree zone, 111E)."
        )
    return crs


def stated_crs(value: object, where: str) -> CRS:
    """Accept any coordinate system that is known, in degrees or in metres."""
    try:
        return CRS.from_user_input(value)
    except CRSError as error:
        raise InputError(f"{where}: {value!r} is no coordinate system. Give an EPSG code such as EPSG:4546.") from error


def crs_text(crs: CRS) -> str:
    """Write a CRS as short as it can be read back (EPSG code if it has one)."""
    code = epsg_of(crs)
    return f"EPSG:{code}" if code else str(crs.to_wkt())


@lru_cache(maxsize=256)
def epsg_of(crs: CRS) -> int | None:
    """Look the code of a CRS up once: PROJ goes through its whole table for every question."""
    code: int | None = crs.to_epsg()
    return code


def crs_name(crs: CRS) -> str:
    """Name a CRS for people: its EPSG code, else what it calls itself.

    Examples
    --------
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
    """Leave the heights of a system out: the plan of a compound one, two axes of three."""
    while crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs.to_2d() if crs.is_geographic and len(crs.axis_info) > 2 else crs


def same_system(one: CRS, two: CRS) -> bool:
    """Tell whether two systems put the same numbers at the same place, whatever they are called and say of heights."""
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
    return len({_frame_of(crs) for crs in (one, two)}) == 1


def _frame_of(crs: CRS) -> str:
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

    Examples
    --------
    >>> soon_found(LONLAT).to_epsg()
    4326
    """
    return _WGS84 if crs == LONLAT else crs


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
    if _frame_of(target) != _frame_of(LONLAT):
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
    """
    import geopandas as gpd

    base = frame.crs.geodetic_crs
    degrees = frame.to_crs(on_the_plan(base)) if base is not None else frame
    west, _, east, _ = degrees.total_bounds
    target = zone_crs((west + east) / 2)
    there = degrees.set_crs(target.geodetic_crs, allow_override=True).to_crs(target)
    moved = there.geometry.translate(*shift)
    return there.set_geometry(gpd.GeoSeries(moved, index=there.index, crs=target))


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
    if meridian is None or base is None or _frame_of(crs) != _frame_of(LONLAT):
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
    """
    import geopandas as gpd
    import shapely

    from spatialreno.area.place.shift import unshift

    degrees = frame if frame.crs is None or frame.crs.is_geographic else frame.to_crs(LONLAT)
    shapes = shapely.transform(
        degrees.geometry.to_numpy(), lambda xy: np.column_stack(unshift(xy[:, 0], xy[:, 1], shift))
    )
    return degrees.set_geometry(gpd.GeoSeries(shapes, index=degrees.index, crs=LONLAT))
