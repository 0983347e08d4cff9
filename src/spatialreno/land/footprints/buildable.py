"""Where something could be built: free land that keeps its distance from homes, walls, pipes and fire lanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.area import STATION, as_kind, home_buildings, once_an_area, station_side
from spatialreno.errors import InputError
from spatialreno.land.fire.net import DRIVABLE
from spatialreno.land.free.free_land import free_surface, ground
from spatialreno.land.geometry.fit_rectangle import rectangle_sides
from spatialreno.land.geometry.grow_shrink import erode, joined, less, polygons, set_back, solid_walls

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea

Sides = list[tuple[float, float]]
#: What people give for them: one or several (width, depth) in metres, or an area in m².
Given = Sequence[tuple[float, float]] | tuple[float, float] | float | None
#: Categories of kinds that are open ground: they keep no distance from walls and pipes.
OPEN_GROUND = ("open_space", "parking", "sport")


def kind_row(area: StudyArea, kind: str) -> pd.Series:
    """Look up a facility kind.

    Raises
    ------
    InputError
        When the catalog has no such kind.
    """
    return pd.Series(area.catalog.facilities.loc[as_kind(area, kind, what="facilities")])


def built_as(area: StudyArea, kind: str) -> tuple[str, str]:
    """Tell the layer and the word under which a kind is built: gardens and squares are open spaces."""
    row = kind_row(area, kind)
    space = str(row["public_space"])
    return ("open_spaces", space) if row["category"] in OPEN_GROUND and space else ("facilities", kind)


def kind_sides(area: StudyArea, kind: str) -> Sides:
    """Give the rectangles to try for a kind, from the catalog's footprint and least width.

    A heat-exchange station is as large as the load of the area asks for (``heat_stations`` of the catalog).

    Parameters
    ----------
    area
        The study area, whose catalog (and heat load) decides.
    kind
        Facility kind of the catalog.

    Returns
    -------
    list of (float, float)
        Width and depth in metres: a square, one of the least width, and one between, all of the footprint's area.

    Raises
    ------
    InputError
        For an unknown kind, or one without a footprint in the catalog.

    Examples
    --------
    >>> import spatialreno as sr
    >>> [(round(w, 2), round(d, 2)) for w, d in kind_sides(sr.read_area("data/geo/xigongdi"), "pharmacy")]
    [(7.75, 7.75), (6.22, 9.64), (5.0, 12.0)]
    """
    row = kind_row(area, kind)
    if kind == STATION:
        return [station_side(area)]
    footprint, least = float(row["footprint_m2"]), float(row["least_width_m"])
    if np.isnan(footprint):
        raise InputError(f"facilities: kind {kind} has no footprint in the catalog. Give candidates= to choose among.")
    return rectangle_sides(footprint, 0.0 if np.isnan(least) else least)


def asked_sides(area: StudyArea, kind: str, given: Given, *, what: str) -> Sides:
    """Take rectangles in any natural form: (width, depth), several such, an area in m²; None: the catalog's.

    Raises
    ------
    InputError
        A side or the area is no length; or the kind is unknown, or has no size of its own and none is given.
    """
    if given is None:
        return kind_sides(area, kind)
    try:
        sides: Any = np.asarray(given, float)
    except (TypeError, ValueError):
        sides = np.empty(0)
    lengths = sides.size and ((sides > 0) & (sides < np.inf)).all()
    if not lengths or sides.shape not in ((), (2,), (sides.size // 2, 2)):
        mend = "Give width and depth in metres such as (8, 12), several of them, or an area in m²."
        raise InputError(f"{what}: {given!r} is no size of a {kind}. {mend}")
    if not sides.ndim:
        least = float(kind_row(area, kind)["least_width_m"])
        return rectangle_sides(float(sides), 0.0 if np.isnan(least) else least)
    return [(float(width), float(depth)) for width, depth in sides.reshape(-1, 2)]


def buildable_land(area: StudyArea, kind: str) -> Any:
    """Give the free land on which a kind could stand, as one multipolygon.

    Free land, less the kind's setback around homes and the width of a fire lane along every path that
    engines drive on; a building also keeps ``boundary_setback_m`` from walls and from the edge of the land,
    and its distance from pipes that are in use.

    Parameters
    ----------
    area
        The study area in any state.
    kind
        Facility kind of the catalog; its ``setback_m`` and category are used.

    Returns
    -------
    shapely.Geometry
        Polygon or MultiPolygon in the area's CRS, empty where there is none; worked out once an area.

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
    >>> buildable_land(area, "pocket_garden").area  # 60 m by 40 m, less 3 m in front of the homes
    2220.0
    """
    known, keeps = _by_what_it_keeps(area), _what_it_keeps(area, kind)
    if keeps not in known:
        known[keeps] = less(free_surface(area), kept_clear(area, kind))
    return known[keeps]


def edges_of_land(area: StudyArea, kind: str) -> shapely.STRtree:
    """Index the edges of the land on which a kind could stand, one by one; worked out once an area."""
    known, keeps = _edges_by_what_it_keeps(area), _what_it_keeps(area, kind)
    if keeps not in known:
        rings = shapely.get_rings(polygons(buildable_land(area, kind)))
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        on = np.flatnonzero(ring[:-1] == ring[1:])
        known[keeps] = shapely.STRtree(shapely.linestrings(np.stack([corners[on], corners[on + 1]], axis=1)))
    return known[keeps]


@once_an_area
def _edges_by_what_it_keeps(area: StudyArea) -> dict[tuple[float, bool, bool], shapely.STRtree]:
    """Keep the edges of the land of an area's kinds."""
    del area
    return {}


@once_an_area
def _by_what_it_keeps(area: StudyArea) -> dict[tuple[float, bool, bool], Any]:
    """Keep what was worked out for the kinds of an area: many keep clear of the same."""
    del area
    return {}


def _what_it_keeps(area: StudyArea, kind: str) -> tuple[float, bool, bool]:
    """Tell what a kind keeps clear of: its setback, whether it is open ground, whether it is joined to heat mains."""
    row = kind_row(area, kind)
    return float(np.nan_to_num(float(row["setback_m"]))), row["category"] in OPEN_GROUND, kind == STATION


def kept_clear(area: StudyArea, kind: str) -> Any:
    """Give the land a kind must keep clear of, whether or not it is free."""
    setback_m, open_ground, _ = _what_it_keeps(area, kind)
    homes = home_buildings(area).geometry.to_numpy()
    zones = [*np.atleast_1d(set_back(homes, setback_m))]
    zones = [*zones, *fire_bands(area)] if setback_m > 0 else fire_bands(area)
    if not open_ground:
        return joined([*zones, *_pipe_zones(area, kind), *_boundary_zones(area)])
    return joined([*zones, *solid_walls(area.walls)])  # those too that are drawn without thickness


def fire_bands(area: StudyArea) -> list[Any]:
    """Draw the width of a fire lane along every path that engines drive on."""
    paths = area.paths[area.paths["kind"].fillna("lane").isin(DRIVABLE)]
    half = area.catalog.constants["fire_width_m"] / 2
    return list(shapely.buffer(paths.geometry.to_numpy(), half, cap_style="flat", join_style="mitre"))


def _pipe_zones(area: StudyArea, kind: str) -> list[Any]:
    pipes = area.pipes[area.pipes["status"].ne("abandoned")]
    what = pipes["kind"].replace({"heat_primary": "heat", "heat_secondary": "heat"})
    pipes, what = (pipes[what.ne("heat")], what[what.ne("heat")]) if kind == STATION else (pipes, what)
    distance = what.map(lambda name: area.catalog.constants[f"pipe_building_{name}_m"]).to_numpy(float)
    outside = shapely.buffer(pipes.geometry.to_numpy(), distance, cap_style="square", join_style="mitre")
    return list(outside)


def _boundary_zones(area: StudyArea) -> list[Any]:
    """The strip along the edge of the land and along every wall that stands."""
    yards, strips = ground(area)
    land = joined([yards, strips])
    edge = less(land, erode(land, area.catalog.constants["boundary_setback_m"]))
    return [edge, *_beside_walls(area, area.walls)]


def wall_zones(area: StudyArea, kind: str, walls: gpd.GeoDataFrame) -> Any:
    """Draw the ground on which each of some walls keeps a kind off while it stands."""
    if kind_row(area, kind)["category"] in OPEN_GROUND:
        return solid_walls(walls)
    return _beside_walls(area, walls)


def _beside_walls(area: StudyArea, walls: gpd.GeoDataFrame) -> Any:
    distance = area.catalog.constants["boundary_setback_m"]
    return shapely.buffer(solid_walls(walls), distance, cap_style="flat", join_style="mitre")
