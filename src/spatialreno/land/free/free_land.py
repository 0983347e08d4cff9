"""Free land: what is left of the yards when everything that stands or is spoken for is taken away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import lasting, once_an_area, standing_structures
from spatialreno.land.geometry.grow_shrink import (
    areal,
    common,
    common_m2,
    dilate,
    disc,
    erode,
    joined,
    less,
    moved,
    origin,
    polygons,
    wall_bodies,
)

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno._types import Shapes
    from spatialreno.area import StudyArea

#: Kinds of path that always take land; the others only where their width is declared.
_LANES = ("street", "lane", "service")
#: Areas below this are hairs that rounding leaves between outlines, not land.
_DUST_M2 = 1e-7
#: Grid on which usable parts are cut.
_GRID_M = 1e-6
_PIECE_COLUMNS = ["compound_id", "area_m2", "usable_m2", "usable", "geometry"]
_CHANGE_COLUMNS = ["compound_id", "owner", "cause", "area_m2", "usable_m2", "geometry"]


def free_land(area: StudyArea) -> gpd.GeoDataFrame:
    """List the pieces of land on which nothing stands and nothing is planned to pass.

    Compounds and the strips between them (up to ``strip_m``), less buildings with a strip kept clear
    around them (``clear_strip_m``), standing structures on the ground or attached (a roof or balcony
    structure takes no land), wall bodies, the declared width of lanes, formal parking, trees (the trunk;
    the crown of a protected one), open spaces and facilities with an outline. A strip that walls shut
    off on both sides is not free: nobody can use it.

    Parameters
    ----------
    area
        The study area.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (F001…), in the area's CRS: ``compound_id`` (empty on a strip between compounds),
        ``area_m2``, ``usable_m2`` (the part at least ``sliver_m`` wide), ``usable`` (is there such a
        part), ``geometry``. Pieces do not overlap; their areas add up to all free land.

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
    ...         "structures": layer(id=["S1"], legality=["illegal"], geometry=[box(x + 10, y + 10, x + 20, y + 16)]),
    ...     },
    ...     name="yard",
    ... )
    >>> free_land(area)["area_m2"].tolist()  # 60 × 40, less 1 m in front of the house and a shed of 60 m²
    [2280.0]
    """
    pieces = _by_compound(area, moved(free_surface(area), -origin(area)))
    pieces["usable_m2"] = common_m2(pieces.geometry.to_numpy(), _usable(area))
    pieces["usable"] = pieces["usable_m2"] > _DUST_M2
    return _named(pieces, "F", _PIECE_COLUMNS)


def freed_land(before: StudyArea, after: StudyArea) -> gpd.GeoDataFrame:
    """List the land that is free afterwards and was not before, and what stood in its way.

    Parameters
    ----------
    before, after
        Two states of one area.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (L001…), in the CRS of ``before``: ``compound_id``, ``owner`` (who holds the land use,
        by name), ``cause`` (``structure``, ``wall``, ``gap``: a strip that walls had shut, ``building``,
        ``lane``, ``parking``, ``tree``, ``open_space``, ``facility`` or ``other``), ``area_m2``,
        ``usable_m2`` (the part at least ``sliver_m`` wide), ``geometry``.
        free(after) = free(before) + freed - taken, with :func:`taken_land`; :func:`land_balance` shows it.
        Ground under two things goes to the first of the causes in this order.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from spatialreno import Scenario, demolish
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
    >>> clear = Scenario("clear", interventions=[demolish("structures", ids=["S1"])]).apply(area)
    >>> freed_land(area, clear)[["cause", "area_m2"]].to_numpy().tolist()
    [['structure', 60.0]]
    """
    now, then = free_surface(after), free_surface(before)
    return _changed(before, _by_cause(before, (now, then), _freeing_bodies(before)), after, "L")


def taken_land(before: StudyArea, after: StudyArea) -> gpd.GeoDataFrame:
    """List the land that was free before and is not afterwards, and what takes it.

    Parameters
    ----------
    before, after
        Two states of one area.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (T001…), in the CRS of ``after``: ``compound_id, owner`` (who holds the land use, by name),
        ``cause`` (the layer that takes it, or ``other``), ``area_m2, usable_m2`` (the part at least ``sliver_m`` wide),
        ``geometry``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from spatialreno import Scenario, build
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
    >>> shop = build("facilities", id="P1", kind="pharmacy", geometry=box(x + 10, y + 10, x + 20, y + 16))
    >>> taken_land(area, Scenario("shop", interventions=[shop]).apply(area))[["cause", "area_m2"]].to_numpy().tolist()
    [['facilities', 60.0]]
    """
    then, now = free_surface(before), free_surface(after)
    return _changed(after, _by_cause(after, (then, now), _bodies(after, takers(after))), before, "T")


@once_an_area
@lasting
def free_surface(area: StudyArea) -> Any:
    """Give all free land of an area as one (multi)polygon, strips between compounds included."""
    corner, bodies = origin(area), joined([shape for _, shapes in takers(area) for shape in shapes])
    yards, strips, taken = (_sound(moved(shape, -corner)) for shape in (*ground(area), bodies))
    strips = dilate(strips, _GRID_M)  # by a hair into the yards: rounding may leave one between them
    surface = less(joined([yards, strips]), taken)
    pieces = _without_shut_gaps(surface, strips, _constant(area, "sliver_m"))
    return _sound(moved(_multi(list(pieces)), corner))


@once_an_area
@lasting
def takers(area: StudyArea) -> list[tuple[str, Any]]:
    """Name each layer that takes land with the outlines it takes (arrays of polygons)."""
    return [
        ("buildings", dilate(area.buildings.geometry.to_numpy(), _constant(area, "clear_strip_m"))),
        ("structures", _standing(area)),
        ("walls", wall_bodies(area.walls)),
        ("paths", _lane_bodies(area)),
        ("parking", _outlines(area.parking[area.parking["formal"].fillna(True).astype(bool)])),
        ("trees", _tree_discs(area.trees)),
        ("open_spaces", _outlines(area.open_spaces)),
        ("facilities", _outlines(area.facilities)),
    ]


@once_an_area
def _usable(area: StudyArea) -> Any:
    """Give what of all free land is wide enough to use, across the compounds' edges where they are open."""
    return usable_part(free_surface(area), _constant(area, "sliver_m"))


def usable_part(shapes: BaseGeometry, width_m: float) -> Any:
    """Keep what is at least so wide: erode by half the width and grow back, within the outline.

    Parameters
    ----------
    shapes
        Polygon or MultiPolygon, in metres.
    width_m
        Least width in metres.

    Returns
    -------
    shapely.Geometry
        Part of ``shapes``, empty where nothing is so wide; corners stay sharp.

    Examples
    --------
    >>> import shapely
    >>> yard, passage = shapely.box(0, 0, 10, 10), shapely.box(10, 4, 20, 5)
    >>> usable_part(shapely.union(yard, passage), 2).area  # the passage is 1 m wide
    100.0
    """
    corner = np.floor(np.nan_to_num(shapely.total_bounds(shapes)[:2]))
    near = _sound(moved(shapes, -corner))
    opened = _sound(dilate(erode(near, width_m / 2), width_m / 2))
    # On a grid, for edges that all but coincide: growing back comes within rounding of the outline.
    return moved(common(opened, near, grid_m=_GRID_M), corner)


@once_an_area
@lasting
def ground(area: StudyArea) -> tuple[Any, Any]:
    """Give compounds as one shape, and the strips between two of them that are no wider than strip_m."""
    compounds = area.compounds.geometry.to_numpy()
    yards = joined(compounds)
    half = _constant(area, "strip_m") / 2
    closed = erode(dilate(yards, half), half)
    tree = shapely.STRtree(compounds)
    near = _constant(area, "tolerance_m")
    gaps = polygons(less(closed, yards))
    between = [gap for gap in gaps if len(tree.query(gap, predicate="dwithin", distance=near)) > 1]
    return yards, joined(between)


def _without_shut_gaps(surface: BaseGeometry, strips: BaseGeometry, width_m: float) -> Iterator[Any]:
    """Drop strip land that no usable yard opens onto; walls on both sides keep everyone out."""
    for piece in polygons(surface):
        gap = common(piece, strips)
        yard = less(piece, strips)
        if gap.is_empty or not usable_part(yard, width_m).is_empty:
            yield piece
        else:
            yield from polygons(yard)


def _standing(area: StudyArea) -> Any:
    return standing_structures(area).geometry.to_numpy()


def _lane_bodies(area: StudyArea) -> Any:
    paths = area.paths
    lane = paths["kind"].isin(_LANES).to_numpy(bool)
    width = paths["width_m"].to_numpy(float, na_value=np.nan)
    width = np.where(np.isnan(width) & lane, _constant(area, "lane_width_m"), width)
    known = ~np.isnan(width)
    return shapely.buffer(paths.geometry.to_numpy()[known], width[known] / 2, cap_style="flat", join_style="mitre")


def _tree_discs(trees: gpd.GeoDataFrame) -> Any:
    protected = trees["protected"].fillna(False).to_numpy(bool)
    across = np.where(protected, trees["crown_m"], trees["trunk_m"]).astype(float)
    return disc(trees.geometry.to_numpy(), np.nan_to_num(across) / 2)


def _outlines(layer: gpd.GeoDataFrame) -> Any:
    shapes = layer.geometry.to_numpy()
    return shapes[shapely.get_dimensions(shapes) == 2]


@once_an_area
def _freeing_bodies(before: StudyArea) -> list[tuple[str, Any]]:
    """Join what stands by cause, once for all that is compared with today."""
    return list(_bodies(before, _freeing(before)))


def _bodies(area: StudyArea, causes: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Join the outlines of each cause, drawn from the area's origin, when it comes to it."""
    corner = origin(area)
    for cause, shapes in causes:
        yield cause, _whole(moved(joined(shapes), -corner))


def _freeing(before: StudyArea) -> list[tuple[str, Any]]:
    taking = dict(takers(before))
    _, strips = ground(before)
    first = [("structure", taking["structures"]), ("wall", taking["walls"]), ("gap", [strips])]
    words = {"buildings": "building", "paths": "lane", "parking": "parking", "trees": "tree"}
    words |= {"open_spaces": "open_space", "facilities": "facility"}
    return first + [(word, taking[layer]) for layer, word in words.items()]


def _changed(area: StudyArea, pieces: gpd.GeoDataFrame, free_in: StudyArea, letter: str) -> gpd.GeoDataFrame:
    """Add to pieces of changed land who holds it and how much of it is wide enough to use, where it is free."""
    near, corner, usable = pieces.geometry.to_numpy(), origin(area), np.zeros(len(pieces))
    if len(pieces):
        # On a grid, for edges that all but coincide; near the origin, where a number keeps more of its places.
        pair = (areal(shapely.set_precision(moved(shape, -corner), _GRID_M)) for shape in (near, _usable(free_in)))
        usable = common_m2(*pair, grid_m=_GRID_M)
    owner = pieces["compound_id"].map(land_users(area)).astype("str")
    return _named(pieces.assign(usable_m2=usable, owner=owner), letter, _CHANGE_COLUMNS)


def land_users(area: StudyArea) -> pd.Series:
    """Name who holds the land use of each compound; several are joined."""
    rights = area.rights[area.rights["right"].eq("land_use")].sort_values(["feature_id", "party_id"])
    names = rights["party_id"].map(area.parties["name"]).fillna(rights["party_id"])
    joined: pd.Series = names.groupby(rights["feature_id"]).agg(lambda own: ", ".join(dict.fromkeys(own)))
    return joined.astype("str")


def _by_cause(area: StudyArea, surfaces: tuple[Any, Any], causes: Iterable[tuple[str, Any]]) -> gpd.GeoDataFrame:
    """Share what the first surface has beyond the second out among the bodies of causes, each what those before left.

    Bodies are drawn from the area's origin.
    """
    corner = origin(area)
    one, other = (moved(surface, -corner) for surface in surfaces)
    # Multipolygons throughout: GEOS cannot overlay two empty collections.
    parts, left = [], _whole(less(one, other))
    for cause, body in causes:
        if left.is_empty:
            break
        freed = _whole(common(left, body))
        parts += [] if freed.is_empty else [_by_compound(area, freed).assign(cause=cause)]
        left = _whole(less(left, body))
    parts.append(_by_compound(area, left).assign(cause="other"))
    filled = [part for part in parts if len(part)] or parts[:1]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True))


def _by_compound(area: StudyArea, shape: BaseGeometry) -> gpd.GeoDataFrame:
    """Cut a shape, drawn from the area's origin, along the compounds; overlapping compounds go to the first id."""
    corner = origin(area)
    outlines = moved(area.compounds.geometry.to_numpy(), -corner)
    rows: list[tuple[str | None, Any]] = []
    left = polygons(shape)
    for number, at in sorted(shapely.STRtree(left).query(outlines, predicate="intersects").T.tolist()):
        compound, outline = str(area.compounds.index[number]), outlines[number]
        rows += [(compound, part) for part in polygons(common(left[at], outline))]
        left[at] = less(left[at], outline)
    rows += [(None, part) for rest in left for part in polygons(rest)]
    rows = [(compound, part) for compound, part in rows if part.area > _DUST_M2]
    data = {"compound_id": pd.Series([compound for compound, _ in rows], dtype="str")}
    shapes = np.array([*(part for _, part in rows), None], object)[:-1]
    frame = gpd.GeoDataFrame(data, geometry=_sound(moved(shapes, corner)), crs=area.crs)
    return frame.assign(area_m2=shapely.area(shapes))


def _sound(shapes: Shapes) -> Any:
    """Mend outlines that rounding far from the origin made cross themselves, by less than a hair."""
    mended = np.atleast_1d(np.asarray(shapes, object))
    broken = ~shapely.is_valid(mended)
    # By structure, so that a hole stays one: by lines a hole that touches its outline became ground.
    made = shapely.make_valid(mended[broken], method="structure", keep_collapsed=False)
    mended[broken] = [joined(polygons(shape)) for shape in made]
    return mended if np.ndim(shapes) else mended[0]


def _named(pieces: gpd.GeoDataFrame, letter: str, columns: list[str]) -> gpd.GeoDataFrame:
    """Sort by compound, cause and place, and number the pieces."""
    bounds = pieces.geometry.bounds.round(3)
    cause = pieces.get("cause", "")
    keys = pd.DataFrame({"compound": pieces["compound_id"], "cause": cause}).join(bounds)
    order = keys.sort_values(["compound", "cause", "miny", "minx", "maxy", "maxx"], na_position="last").index
    sorted_pieces = pieces.loc[order, columns]
    ids = [f"{letter}{number:03d}" for number in range(1, len(order) + 1)]
    return sorted_pieces.set_index(pd.Index(ids, dtype="str", name="id"))


def _whole(shape: BaseGeometry) -> Any:
    return shapely.MultiPolygon(polygons(shape))


def _multi(parts: list[Any]) -> Any:
    return shapely.MultiPolygon([part for part in parts if part.area > _DUST_M2])


def _constant(area: StudyArea, key: str) -> float:
    return float(area.catalog.constants[key])
