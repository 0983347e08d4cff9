"""What fits where: the rectangles of a kind that could stand at points of the ground, and what must go first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._angles import cos, sin
from spatialreno._types import Floats, Geometries, Indices
from spatialreno.area import STATION, as_points, may_go, once_an_area, standing_structures
from spatialreno.errors import InputError
from spatialreno.land.footprints.buildable import (
    OPEN_GROUND,
    Sides,
    buildable_land,
    edges_of_land,
    kind_row,
    kind_sides,
    wall_zones,
)
from spatialreno.land.footprints.zones import zones_of
from spatialreno.land.geometry.fit_rectangle import turned
from spatialreno.land.geometry.grow_shrink import solid_walls
from spatialreno.scenario import Scenario, demolish

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_COLUMNS = ["point", "width_m", "depth_m", "angle_deg", "needs"]
#: Metres by which a rectangle may lie over an edge: rounding, not building.
_EXACT_M = 1e-6
_CORNERS = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
Needs = tuple[tuple[str, str], ...]


def footprint_fits(area: StudyArea, kind: str, points: gpd.GeoSeries) -> pd.DataFrame:
    """List the rectangles of a kind that can be centred at points once some walls and structures are gone.

    A rectangle keeps clear of what :func:`buildable_land` keeps it clear of; it follows the directions of its yard,
    as :func:`candidate_sites` does. What may be taken down (``removable``) is no refusal but a need.

    Parameters
    ----------
    area
        The area.
    kind
        Facility kind of the catalog, with a footprint.
    points
        Points in any CRS that they state; several kinds may be asked about the same points.

    Returns
    -------
    DataFrame
        A row a point and rectangle: ``point`` (its label), ``width_m, depth_m, angle_deg`` and ``needs`` (pairs of
        layer and id that must go, nothing where it fits today). Of one point only rectangles stand here that need
        nothing which another does not need too; the squarest first. A point without a row holds the kind never.

    Raises
    ------
    InputError
        For an unknown kind, or one without a footprint in the catalog.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> middle = today.open_spaces.geometry.representative_point()
    >>> len(sr.land.footprint_fits(today, "kindergarten", middle))
    0
    """
    sides, cleared = kind_sides(area, kind), _cleared(area)
    land = buildable_land(cleared, kind)
    shapely.prepare(land)
    placed = as_points(area, points, what="footprint_fits")
    if placed is None:
        raise InputError(f"footprint_fits: {str(points)[:80]} are no points. Give a GeoSeries, or shapely points.")
    xy = shapely.get_coordinates(placed.to_numpy())
    inside = np.flatnonzero(shapely.contains_xy(land, xy[:, 0], xy[:, 1]))
    roomy = inside[_far_inside(edges_of_land(cleared, kind), xy[inside], min(min(own) for own in sides))]
    at, asked = _tried(area, xy, roomy, sides)
    inner = rectangles(xy[at], asked - [_EXACT_M, _EXACT_M, 0.0])
    fits = shapely.covers(land, inner)
    at, asked = at[fits], asked[fits]
    needs = _needs(area, kind, inner[fits])
    kept = _least(at, needs)
    names = placed.index.tolist()
    rows = [(names[at[k]], *asked[k].tolist(), needs[k]) for k in kept]
    return pd.DataFrame(rows, columns=_COLUMNS)


def kinds_alike(area: StudyArea) -> list[tuple[str, ...]]:
    """Group the kinds of the catalog that ask for the same ground; kinds without a footprint are left out.

    Parameters
    ----------
    area
        The study area, whose catalog is read.

    Returns
    -------
    list of tuple of str
        Kinds of equal sides, setback and openness, in the catalog's order; each kind stands in one group.

    Examples
    --------
    >>> import spatialreno as sr
    >>> ("convenience_store", "property_office") in [one[:2] for one in kinds_alike(sr.read_area("data/geo/xigongdi"))]
    True
    """
    found: dict[tuple[Any, ...], list[str]] = {}
    for kind, row in area.catalog.facilities.iterrows():
        if kind != STATION and not row["footprint_m2"] > 0:
            continue
        asks = (*kind_sides(area, str(kind)), row["setback_m"], row["category"] in OPEN_GROUND, kind == STATION)
        found.setdefault(asks, []).append(str(kind))
    return [tuple(kinds) for kinds in found.values()]


def rectangles(centres: Floats, sides: Floats) -> Any:
    """Draw rectangles around centres; ``sides`` holds width, depth (metres) and direction (degrees) of each."""
    turn = np.radians(sides[:, 2])
    corners = _CORNERS[None] * sides[:, None, :2]
    ahead, aside = cos(turn)[:, None], sin(turn)[:, None]
    x = corners[..., 0] * ahead - corners[..., 1] * aside
    y = corners[..., 0] * aside + corners[..., 1] * ahead
    return shapely.polygons(np.stack([x, y], axis=-1) + centres[:, None, :])


@once_an_area
def _cleared(area: StudyArea) -> StudyArea:
    """Take down everything that may go."""
    acts = [demolish(layer, ids=ids) for layer in ("walls", "structures") if (ids := _removable(area, layer))]
    return Scenario("cleared", "", acts).apply(area) if acts else area


def _removable(area: StudyArea, layer: str) -> list[str]:
    frame = area.layer(layer)
    return list(frame.index[may_go(frame)].astype(str))


def _far_inside(edges: shapely.STRtree, xy: Floats, least_m: float) -> Any:
    """Number the points of some land that lie far enough from its edges for the slimmest rectangle."""
    if not len(xy):
        return np.empty(0, np.intp)
    at, away = edges.query_nearest(shapely.points(xy), return_distance=True, all_matches=False)
    return at[0][away >= least_m / 2 - _EXACT_M]


def _tried(area: StudyArea, xy: Floats, roomy: Indices, sides: Sides) -> tuple[Any, Floats]:
    """List the rectangles to try: for each point those of its yard's directions, the squarest first."""
    zones = zones_of(area, max(max(own) for own in sides))
    point, zone = shapely.STRtree([one.ground for one in zones]).query(
        shapely.points(xy[roomy]), predicate="intersects"
    )
    alike = {
        angles: np.array([(w, d, a) for w, d in sides for a in turned(angles, w, d)], float).reshape(-1, 3)
        for angles in {one.angles for one in zones}
    }
    shapes = [alike[one.angles] for one in zones]
    at = [np.empty(0, np.intp), *(np.repeat(roomy[p], len(shapes[z])) for p, z in zip(point, zone, strict=True))]
    asked = [np.empty((0, 3)), *(shapes[z] for z in zone)]
    return np.concatenate(at), np.concatenate(asked)


def _needs(area: StudyArea, kind: str, inner: Geometries) -> list[Needs]:
    """Name what stands in each rectangle and may go."""
    known, open_ground = _known_bodies(area), kind_row(area, kind)["category"] in OPEN_GROUND
    if open_ground not in known:
        given, bodies = solid_bodies(area, kind)
        known[open_ground] = given, shapely.STRtree(bodies)
    names, tree = known[open_ground]
    own, met = tree.query(inner, predicate="intersects")
    order = np.lexsort((met, own))
    found: list[list[tuple[str, str]]] = [[] for _ in inner]
    for k, body in zip(own[order], met[order], strict=True):
        found[k].append(names[body])
    return [tuple(one) for one in found]


@once_an_area
def _known_bodies(area: StudyArea) -> dict[bool, tuple[list[tuple[str, str]], shapely.STRtree]]:
    """Begin the list of what may go, for open ground and for buildings: kinds differ in no more."""
    del area
    return {}


def solid_bodies(area: StudyArea, kind: str = "") -> tuple[list[tuple[str, str]], Any]:
    """List what may go and takes ground: layer and id, and the ground each keeps a kind (or nothing) off.

    Parameters
    ----------
    area
        The study area in any state.
    kind
        Facility kind of the catalog, which may keep a distance from walls; "" for the bodies alone.

    Returns
    -------
    list of (str, str), numpy.ndarray
        Layer and id of each wall and standing structure that may be taken down, and their polygons in the area's CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, box
    >>> from spatialreno.area import assemble
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> x, y = 631_000, 3_838_000
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1"], name=["院"], geometry=[box(x, y, x + 60, y + 60)]),
    ...         "buildings": layer(id=["B1"], geometry=[box(x, y + 40, x + 60, y + 60)]),
    ...         "structures": layer(id=["S1"], legality=["illegal"], geometry=[box(x + 10, y + 10, x + 20, y + 16)]),
    ...     },
    ...     name="yard",
    ... )
    >>> names, bodies = solid_bodies(area)
    >>> names, bodies[0].area
    ([('structures', 'S1')], 60.0)
    """
    walls = area.walls[may_go(area.walls)]
    sheds = standing_structures(area)
    sheds = sheds[may_go(sheds)]
    names = [("walls", str(i)) for i in walls.index] + [("structures", str(i)) for i in sheds.index]
    beside = wall_zones(area, kind, walls) if kind else solid_walls(walls)
    return names, np.concatenate([beside, sheds.geometry.to_numpy()])


def _least(at: Indices, needs: list[Needs]) -> list[int]:
    """Keep of each point the rectangles whose needs hold no other's; of equal ones the first."""
    kept: dict[int, list[int]] = {}
    order = np.lexsort((np.array([len(one) for one in needs], np.intp), at))
    for point, k in zip(at[order].tolist(), order.tolist(), strict=True):
        own = kept.setdefault(point, [])
        # Where something fits today nothing else is asked: what needs nothing comes first.
        if not own or (needs[own[0]] and not any(set(needs[other]) <= set(needs[k]) for other in own)):
            own.append(k)
    return [k for own in kept.values() for k in own]
