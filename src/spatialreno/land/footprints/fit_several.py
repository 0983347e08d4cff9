"""Footprints that fit together: several kinds at once, with sides, setbacks, access and a proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from spatialreno.area import STATION, heat_demand, refuse_unknown, several, station_sizes, stations_needed
from spatialreno.errors import InputError
from spatialreno.land.footprints.buildable import Given, Sides, asked_sides, buildable_land, built_as
from spatialreno.land.footprints.packing import Choice, Packed, cells_of, pack
from spatialreno.land.footprints.sites import largest_site, new_ids, residents_centre
from spatialreno.land.footprints.zones import places
from spatialreno.land.geometry.fit_rectangle import Fit, place, spread
from spatialreno.land.geometry.grow_shrink import polygons
from spatialreno.optimise import Milp, Solution, relative_gap, solve_milp

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno._types import Geometries, Indices
    from spatialreno.area import StudyArea

_LEFT_OUT_M = 1e5
_CLOSED_M = 1e-6
#: Room left around the known answer where a better one is looked for, metres.
_NEAR_M = 1e-2
#: Rounding of places, metres: on which side of a line a place lies is not left to it.
_SAME_M = 1e-8
#: Squares that places are thinned by start this far off whole metres, where drawn corners lie.
_OFF_M = 1e-4
_COLUMNS = [
    "kind", "layer", "as_kind", "form", "compound_id", "width_m", "depth_m", "angle_deg", "area_m2", "capacity",
    "distance_m", "candidate", "geometry",
]  # fmt: skip


def fit_footprints(
    area: StudyArea,
    kinds: Sequence[str] | Mapping[str, int] | str,
    *,
    sizes: Mapping[str, Given] | None = None,
    sweep_deg: float | None = None,
    time_limit_s: float | None = None,
) -> Solution:
    """Place the footprints of several kinds on free land, none overlapping, near the residents.

    Where a footprint can stand is worked out exactly for every direction of the buildings and walls
    around (:func:`feasible_centres`); the joint choice is a mixed-integer model on those sets
    (:func:`spatialreno.land.footprints.packing.pack`). First as many as possible are placed, then as near as possible
    to the middle of the residents.

    Parameters
    ----------
    area
        The area, today's or a scenario's.
    kinds
        Facility kinds of the catalog; a kind named twice, or with a number in a mapping, is placed so often.
    sizes
        Instead of the catalog's, by kind: width and depth in metres (or a list of such to choose from), or an area in
        m² with the kind's least width.
    sweep_deg
        Also try every so many degrees, beside the directions around.
    time_limit_s
        Limit of the joint model; None: ``pack_node_limit`` of the catalog, the same on every machine.

    Returns
    -------
    Solution
        ``sites``: index ``id``, ``kind, layer, as_kind, form, compound_id, width_m, depth_m, angle_deg, area_m2,
        capacity, distance_m, candidate, geometry``, in the area's CRS. ``objective``: sum of ``distance_m`` (to
        the middle of the residents), ``bound`` and ``gap`` proven against it; ``status`` is ``optimal`` where
        they meet, ``bounded`` where a gap is left. ``missing`` names the kinds left out and the largest footprint
        of their proportions that would fit. Gardens, plazas and sport grounds are built as open spaces, the rest
        as facilities.

    Raises
    ------
    InputError
        For an unknown kind or one without a size, a size or sweep that is none, a size of a kind not asked for.

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
    ...         "buildings": layer(id=["B1"], residents=[90], geometry=[box(x, y + 40, x + 60, y + 60)]),
    ...     },
    ...     name="yard",
    ... )
    >>> found = fit_footprints(area, ["pharmacy"], sizes={"pharmacy": (6, 10)})
    >>> found.sites["area_m2"].tolist(), found.status
    ([60.0], 'optimal')
    """
    wanted = _wanted(kinds)
    given = sizes or {}
    refuse_unknown(given, wanted, what="fit_footprints: sizes", noun="kind to place")
    if sweep_deg is not None and not 0 < sweep_deg < np.inf:
        raise InputError(f"fit_footprints: sweep_deg = {sweep_deg}. Give degrees above 0, or None.")
    sides = {k: asked_sides(area, k, given.get(k), what="fit_footprints") for k in dict.fromkeys(wanted)}
    choices = {kind: feasible_sets(area, kind, own, sweep_deg=sweep_deg) for kind, own in sides.items()}
    can = [kind for kind in wanted if choices[kind]]
    packed = _joint(area, can, choices, time_limit_s)
    fits: dict[int, Fit] = {row: fit for row, fit in enumerate(packed.fits) if fit is not None}
    sites = _frame(area, [can[row] for row in fits], list(fits.values()))
    left = [kind for kind in wanted if not choices[kind]] + [kind for row, kind in enumerate(can) if row not in fits]
    return _solution(area, wanted, sites, packed, _missing(area, left, sides))


def feasible_sets(area: StudyArea, kind: str, sides: Sides, *, sweep_deg: float | None = None) -> list[Choice]:
    """List, for every piece of land, shape and direction, where the middle of a footprint can lie.

    An empty list proves that the footprint fits nowhere in any of the directions.
    """
    sweep = [] if sweep_deg is None else np.arange(0.0, 90.0, sweep_deg).tolist()
    found = places(area, polygons(buildable_land(area, kind)), sides, sweep=sweep)
    return [Choice(own.region, own.width_m, own.depth_m, own.angle_deg) for own in found]


def _wanted(kinds: Sequence[str] | Mapping[str, int]) -> list[str]:
    if not isinstance(kinds, Mapping):
        return several(kinds)
    odd = [f"{kind}: {count}" for kind, count in kinds.items() if not isinstance(count, int) or count < 0]
    if odd:
        raise InputError(f"fit_footprints: {', '.join(odd)} is no count. Give whole numbers, 0 or more.")
    return [kind for kind, count in kinds.items() for _ in range(count)]


def _joint(area: StudyArea, kinds: list[str], choices: dict[str, list[Choice]], time_limit_s: float | None) -> Packed:
    """Choose among telling points first; then close what is left between that and the bound, exactly."""
    centre, constants = residents_centre(area), area.catalog.constants
    least = [min(choice.region.distance(centre) for choice in choices[kind]) for kind in kinds]
    first = _among_points(kinds, choices, centre, constants)
    placed = [fit for fit in first if fit is not None]
    total = sum(fit.centre.distance(centre) for fit in placed)
    if len(placed) == len(kinds) and total - sum(least) <= _CLOSED_M:
        return Packed(tuple(first), total, "optimal")
    whole = len(placed) == len(kinds)
    near = [total - sum(least) + own + _NEAR_M if whole else None for own in least]
    items = [cells_of(choices[kind], centre, within) for kind, within in zip(kinds, near, strict=True)]
    if sum(map(len, items)) > constants["pack_cell_limit"]:
        return Packed(tuple(first), sum(least), "bounded")
    known = tuple(placed) if whole else ()
    gap = constants["site_gap_m"]
    nodes = None if time_limit_s else int(constants["pack_node_limit"])
    exact = pack(items, centre, gap_m=gap, optional=not whole, known=known, nodes=nodes, time_limit_s=time_limit_s)
    return _better(Packed(tuple(first), sum(least), "bounded"), exact, centre)


def _better(first: Packed, exact: Packed, centre: BaseGeometry) -> Packed:
    """Keep the better of two answers with the bound that holds for both."""

    def worth(packed: Packed) -> tuple[int, float]:
        placed = [fit for fit in packed.fits if fit is not None]
        return -len(placed), round(sum(fit.centre.distance(centre) for fit in placed), 6)

    best = min((first, exact), key=worth)
    bound = exact.bound if np.isfinite(exact.bound) else first.bound
    if exact.status != "optimal":
        return Packed(best.fits, bound, exact.status)
    closed = worth(best)[1] - bound <= _CLOSED_M * max(1.0, abs(bound))
    return Packed(best.fits, bound, "optimal" if closed else "bounded")


def _among_points(
    kinds: list[str], choices: dict[str, list[Choice]], centre: BaseGeometry, constants: Mapping[str, float]
) -> list[Fit | None]:
    """Place as many as possible on corners, middles and nearest points of the sets, as near as possible."""
    offered = {kind: _points(choices[kind], centre, constants) for kind in dict.fromkeys(kinds)}
    owner = np.array([row for row, kind in enumerate(kinds) for _ in offered[kind]], np.intp)
    fits = [fit for kind in kinds for fit in offered[kind]]
    if not fits:
        return [None] * len(kinds)
    shapes = np.array([fit.rectangle for fit in fits])
    matrix = _clash_rows(shapes, owner, len(kinds), constants["site_gap_m"])
    size = matrix.shape[0]
    cost = shapely.distance(np.array([fit.centre for fit in fits]), centre).round(6) - _LEFT_OUT_M
    ones = np.ones(len(fits))
    found = solve_milp(Milp(cost, 0 * ones, ones, ones > 0, matrix, np.zeros(size), np.ones(size)))
    chosen: list[Fit | None] = [None] * len(kinds)
    for column in np.flatnonzero(found.values > 0.5):
        chosen[owner[column]] = fits[column]
    return chosen


def _clash_rows(shapes: Geometries, owner: Indices, count: int, gap_m: float) -> Any:
    """One of each at most; and none of another that a place overlaps, all of them in one row."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=gap_m - 1e-6)
    clash = owner[one] != owner[other]
    one, other = one[clash], other[clash]
    names, row = np.unique(one * count + owner[other], return_inverse=True)
    own = names // count
    rows = np.concatenate([owner, count + row, count + np.arange(len(names))])
    columns = np.concatenate([np.arange(len(owner)), other, own])
    return scipy.sparse.csc_matrix((np.ones(len(rows)), (rows, columns)), shape=(count + len(names), len(owner)))


def _points(choices: list[Choice], centre: BaseGeometry, constants: Mapping[str, float]) -> list[Fit]:
    """Offer corners, middles and a grid of each set, thinned to a spacing, nearest to the residents first."""
    spacing = constants["candidate_spacing_m"] / 2
    found = [
        place(point, choice.width_m, choice.depth_m, choice.angle_deg)
        for choice in choices
        for part in polygons(choice.region)
        for point in [*spread(part, centre), *_grid(part, centre, spacing)]
    ]
    found.sort(key=lambda fit: _rank(fit, centre))
    kept: list[Fit] = []
    taken: set[tuple[int, int]] = set()
    for fit in found:
        cell = (int((fit.centre.x + _OFF_M) // spacing), int((fit.centre.y + _OFF_M) // spacing))
        if cell not in taken:
            taken.add(cell)
            kept.append(fit)
    limit = int(constants["candidate_limit"])
    return kept[:limit] + kept[limit : 4 * limit : 3]  # dense near the residents, thinner farther away


def _rank(fit: Fit, centre: BaseGeometry) -> tuple[float, ...]:
    """Order places by what they are, to a micrometre: never by how they were come by."""
    where = (round(fit.centre.y, 6), round(fit.centre.x, 6))
    return (round(fit.centre.distance(centre), 6), *where, round(fit.angle_deg, 6), fit.width_m)


def _grid(part: BaseGeometry, centre: BaseGeometry, spacing_m: float) -> Any:
    """Points of a grid around the centre inside one part of a set."""
    left, low, right, high = part.bounds
    first = centre.x + np.ceil((left - _SAME_M - centre.x) / spacing_m) * spacing_m
    lowest = centre.y + np.ceil((low - _SAME_M - centre.y) / spacing_m) * spacing_m
    x, y = np.meshgrid(np.arange(first, right + _SAME_M, spacing_m), np.arange(lowest, high + _SAME_M, spacing_m))
    points = shapely.points(x.ravel(), y.ravel())
    shapely.prepare(part)
    return points[shapely.dwithin(part, points, _SAME_M)]


def _frame(area: StudyArea, kinds: list[str], fits: list[Fit]) -> gpd.GeoDataFrame:
    centre = residents_centre(area)
    count: dict[str, int] = {}
    rows, ids = [], []
    names = {kind: new_ids(area, kind, kinds.count(kind)) for kind in dict.fromkeys(kinds)}
    for kind, fit in zip(kinds, fits, strict=True):
        number = count[kind] = count.get(kind, -1) + 1
        ids.append(names[kind][number])
        rows.append(_site(area, kind, fit, centre) | {"candidate": ids[-1]})
    index = pd.Index(ids, dtype="str", name="id")
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=_COLUMNS, index=index), geometry="geometry", crs=area.crs)


def _site(area: StudyArea, kind: str, fit: Fit, centre: BaseGeometry) -> dict[str, Any]:
    layer, word = built_as(area, kind)
    inside = area.compounds.index[shapely.covers(area.compounds.geometry.to_numpy(), fit.centre)]
    return {
        "kind": kind,
        "layer": layer,
        "as_kind": word,
        "form": "land",
        "compound_id": str(inside[0]) if len(inside) else None,
        "width_m": fit.width_m,
        "depth_m": fit.depth_m,
        "angle_deg": fit.angle_deg,
        "area_m2": round(fit.width_m * fit.depth_m, 6),
        "capacity": _capacity(area) if kind == STATION else float("nan"),
        "distance_m": fit.centre.distance(centre),
        "geometry": fit.rectangle,
    }


def _capacity(area: StudyArea) -> float:
    load = float(heat_demand(area).sum())
    sizes = station_sizes(area, load / stations_needed(load, area.catalog.constants))
    return float(sizes["capacity_m2"].iloc[0])


def _missing(area: StudyArea, left: list[str], sides: dict[str, Sides]) -> dict[str, Any]:
    if not left:
        return {}
    found: dict[str, Any] = {"unplaced": list(left)}
    for kind in dict.fromkeys(left):
        best = [largest_site(area, kind, own) for own in sides[kind]]
        found[f"{kind}_m2"] = round(max(width * depth for width, depth in sides[kind]), 1)
        found[f"{kind}_largest_m2"] = round(max((fit.rectangle.area for fit in best if fit), default=0.0), 1)
    return found


def _solution(
    area: StudyArea, wanted: list[str], sites: gpd.GeoDataFrame, packed: Packed, missing: dict[str, Any]
) -> Solution:
    total = float(sites["distance_m"].sum()) if len(sites) else float("inf")
    bound = min(packed.bound, total)
    pairs = {"demand": sites["kind"].to_numpy(), "site": sites.index, "distance_m": sites["distance_m"].to_numpy()}
    try:
        release = version("spatialreno")
    except PackageNotFoundError:  # a source tree that was never installed
        release = "unknown"
    basis = {"area": area.name, "fingerprint": area.fingerprint, "version": release, "model": "packing"}
    return Solution(
        kind=", ".join(dict.fromkeys(wanted)),
        layer="facilities",
        sites=sites,
        assignment=pd.DataFrame(pairs).assign(weight=1.0),
        objective=total,
        bound=bound,
        gap=relative_gap(total, bound) if len(sites) else float("inf"),
        status=packed.status if len(sites) else "infeasible",
        missing=missing,
        provenance=basis,
    )
