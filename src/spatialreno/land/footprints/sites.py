"""Candidate sites: places in free land that hold the footprint of a kind of facility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import home_buildings, lasting, once_an_area
from spatialreno.land.footprints.buildable import Given, asked_sides, buildable_land
from spatialreno.land.footprints.zones import Place, directions, places
from spatialreno.land.geometry.fit_rectangle import (
    Fit,
    largest_rectangle,
    place,
    spread,
)
from spatialreno.land.geometry.grow_shrink import joined, polygons

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

_COLUMNS = ["kind", "form", "compound_id", "width_m", "depth_m", "angle_deg", "area_m2", "geometry"]

#: Rounding of distances, metres.
_SAME_M = 1e-6


@dataclass(frozen=True)
class _Spot:
    piece: int
    fit: Fit
    distance_m: float


def candidate_sites(area: StudyArea, kind: str, *, sides: Given = None) -> gpd.GeoDataFrame:
    """List places in free land that hold the footprint of a kind, clear of homes by its setback.

    Directions follow the buildings, compounds and staying walls in and by each yard; at each direction the
    set of possible centres is exact (:func:`feasible_centres`), and its corners, its middle and its point
    nearest to the residents are offered, thinned to ``candidate_spacing_m`` and ``candidate_limit``.
    When the list is empty, the footprint fits nowhere in any of those directions.

    Parameters
    ----------
    area
        The study area.
    kind
        Facility kind of the catalog; its ``footprint_m2``, ``least_width_m`` and ``setback_m`` are used.
    sides
        Width and depth in metres to try instead of the catalog's footprint, or several such; or an area in m².

    Returns
    -------
    GeoDataFrame
        Index ``id`` (S01…, nearest to the residents first), in the area's CRS: ``kind, form`` (land),
        ``compound_id, width_m, depth_m, angle_deg, area_m2, geometry`` (the footprint, a rectangle).

    Raises
    ------
    InputError
        For an unknown kind, or one without a footprint in the catalog, or sides that are none.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> sites = candidate_sites(today, "parcel_station", sides=(3, 5))
    >>> sites.index[0], set(sites["area_m2"].round(6))
    ('S01', {15.0})
    """
    tried = asked_sides(area, kind, sides, what="candidate_sites")
    constants = area.catalog.constants
    centre, spacing = residents_centre(area), constants["candidate_spacing_m"]
    spots: dict[int, list[_Spot]] = {}
    for where in places(area, polygons(buildable_land(area, kind)), tried, apart_m=spacing):
        spots.setdefault(where.piece, []).extend(_spots(where, centre))
    thinned = [spot for number in sorted(spots) for spot in _thinned(spots[number], spacing)]
    return _frame(area, kind, _chosen(thinned, int(constants["candidate_limit"])))


def largest_site(area: StudyArea, kind: str, sides: tuple[float, float]) -> Fit | None:
    """Find the largest rectangle of these proportions that a kind could have on the land there is.

    Parameters
    ----------
    area
        The study area in any state.
    kind
        Facility kind of the catalog, which sets where it could stand (:func:`buildable_land`).
    sides
        Width and depth in metres; only their proportion counts.

    Returns
    -------
    Fit or None
        Rectangle in the area's CRS with its middle, ``width_m``, ``depth_m`` and ``angle_deg``; None without land.

    Raises
    ------
    InputError
        For an unknown kind.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from spatialreno.area import assemble
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> x, y = 631_000, 3_838_000
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1"], name=["院"], geometry=[box(x, y, x + 60, y + 60)]),
    ...         "buildings": layer(id=["B1"], geometry=[box(x, y + 40, x + 60, y + 60)]),
    ...     },
    ...     name="yard",
    ... )
    >>> fit = largest_site(area, "pocket_garden", (10, 10))  # 60 × 40, less 3 m in front of the homes
    >>> round(fit.width_m, 1), round(fit.depth_m, 1)
    (37.0, 37.0)
    """
    proportion = sides[1] / sides[0]
    best: Fit | None = None
    for piece in sorted(polygons(buildable_land(area, kind)), key=lambda one: -one.area):
        width = best.width_m if best else 0.0
        if piece.area <= width**2 * proportion:
            break
        angles = directions(area, piece, max(sides))
        best = largest_rectangle(piece, proportion, angles, wider_than_m=width) or best
    return best


@once_an_area
@lasting
def residents_centre(area: StudyArea) -> Any:
    """Give the point in the middle of the residents (of the homes when nobody is counted), to a millimetre."""
    homes = home_buildings(area)
    if homes.empty:
        return shapely.centroid(joined(area.compounds.geometry.to_numpy()))
    points = shapely.get_coordinates(shapely.centroid(homes.geometry.to_numpy()))
    weight = np.nan_to_num(homes["residents"].to_numpy(float, na_value=0.0))
    middle = np.average(points, axis=0, weights=weight if weight.sum() > 0 else None)
    return shapely.Point(middle.round(3))


def new_ids(area: StudyArea, kind: str, count: int) -> list[str]:
    """Name new facilities by the initials of their kind, past every id of the area.

    Parameters
    ----------
    area
        The study area; ids of all its layers are passed over.
    kind
        Kind of what is built: ``heat_exchange_station`` becomes HES1, HES2…; ``pharmacy`` becomes PH1.
    count
        How many ids.

    Returns
    -------
    list of str
        So many ids, in order.

    Examples
    --------
    >>> import spatialreno as sr
    >>> new_ids(sr.read_area("data/geo/xigongdi"), "heat_exchange_station", 2)
    ['HES1', 'HES2']
    """
    words = kind.split("_")
    prefix = ("".join(word[0] for word in words) if len(words) > 1 else kind[:2]).upper()
    taken = {str(name) for layer in area.catalog.layers for name in area.layer(layer).index}
    ids: list[str] = []
    number = 1
    while len(ids) < count:
        if f"{prefix}{number}" not in taken:
            ids.append(f"{prefix}{number}")
        number += 1
    return ids


def _spots(where: Place, centre: shapely.Geometry) -> list[_Spot]:
    """List the telling places of one shape and direction."""
    points = [point for part in polygons(where.region) for point in spread(part, centre)]
    fits = [place(point, where.width_m, where.depth_m, where.angle_deg) for point in points]
    return [_Spot(where.piece, fit, fit.centre.distance(centre)) for fit in fits]


def _thinned(spots: list[_Spot], spacing_m: float) -> list[_Spot]:
    """Keep the spots nearest to the residents, none closer to another than the spacing."""
    kept: list[_Spot] = []
    kept_at = np.empty((0, 2))
    for spot in sorted(spots, key=_rank):
        here = np.array([spot.fit.centre.x, spot.fit.centre.y])
        if len(kept_at) and np.hypot(*(kept_at - here).T).min() < spacing_m - _SAME_M:
            continue
        kept.append(spot)
        kept_at = np.vstack([kept_at, here])
    return kept


def _chosen(spots: list[_Spot], limit: int) -> list[_Spot]:
    """The first spot of every piece, then the others, up to the limit; nearest to the residents first."""
    ranked = sorted(spots, key=_rank)
    first = {spot.piece: spot for spot in reversed(ranked)}
    leading = sorted(first.values(), key=_rank)
    others = [spot for spot in ranked if first[spot.piece] is not spot]
    return sorted((leading + others)[:limit], key=_rank)


def _rank(spot: _Spot) -> tuple[float, ...]:
    fit = spot.fit
    place_m = (round(fit.centre.y, 6), round(fit.centre.x, 6))
    return (round(spot.distance_m, 6), *place_m, round(fit.width_m, 6), round(fit.angle_deg, 6))


def _frame(area: StudyArea, kind: str, spots: list[_Spot]) -> gpd.GeoDataFrame:
    rows = [
        {
            "kind": kind,
            "form": "land",
            "compound_id": _compound_at(area, spot.fit.centre),
            "width_m": spot.fit.width_m,
            "depth_m": spot.fit.depth_m,
            "angle_deg": spot.fit.angle_deg,
            "area_m2": round(spot.fit.width_m * spot.fit.depth_m, 6),
            "geometry": spot.fit.rectangle,
        }
        for spot in spots
    ]
    digits = max(2, len(str(len(rows))))
    ids = pd.Index([f"S{number:0{digits}d}" for number in range(1, len(rows) + 1)], dtype="str", name="id")
    frame = pd.DataFrame(rows, columns=_COLUMNS, index=ids)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=area.crs)


def _compound_at(area: StudyArea, point: BaseGeometry) -> str | None:
    inside = area.compounds.index[shapely.covers(area.compounds.geometry.to_numpy(), point)]
    return str(inside[0]) if len(inside) else None
