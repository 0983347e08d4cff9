"""Why nothing fits, and the fewest walls and structures whose removal makes it fit: found exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from spatialreno.area import on_ground
from spatialreno.errors import InfeasibleError, InputError
from spatialreno.land.footprints.buildable import (
    OPEN_GROUND,
    Sides,
    access_region,
    buildable_land,
    built_as,
    kind_row,
    kind_sides,
    reached,
)
from spatialreno.land.footprints.sites import directions, largest_site, new_ids
from spatialreno.land.geometry.fit_rectangle import Fit, feasible_centres, middle, place, swept, turned
from spatialreno.land.geometry.grow_shrink import polygons, wall_bodies

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

By = Literal["cost", "number", "owners"]
Key = tuple[float, float, float]
_Best = tuple[frozenset[int], Fit] | None
_BY = ("cost", "number", "owners")
_SAMPLE_M = 3.0
_DUST_M2 = 1e-7
_COLUMNS = ["layer", "id", "kind", "legality", "quantity", "unit", "cost_yuan", "parties"]
#: Kinds of wall that always stay.
_KEPT = ("retaining", "building_face")


@dataclass(frozen=True, repr=False, eq=False)
class Removals:
    """What must go so that a footprint fits.

    Attributes
    ----------
    kind, by
        What is to fit, and what was kept least: ``cost``, ``number`` or ``owners``.
    fits_now
        Whether it fits with nothing removed.
    largest
        The largest footprint of its proportions that fits now (None: none).
    fit
        Where it fits after the removals (None: nowhere, even with everything removable gone).
    table
        What to remove: ``layer, id, kind, legality, quantity, unit, cost_yuan, parties``.
    cost_yuan, number, owners
        Totals; owners counts the different parties to ask.
    built
        Layer, id and kind under which the footprint would be built.
    """

    kind: str
    by: str
    fits_now: bool
    largest: Fit | None
    fit: Fit | None
    table: pd.DataFrame
    cost_yuan: float
    number: int
    owners: int
    built: tuple[str, str, str] = field(default=("facilities", "", ""))

    def as_scenario(self, name: str, *, title: str = "", build: bool = False) -> Scenario:
        """Write the removals down as a scenario; with ``build`` the footprint is built too.

        Raises
        ------
        InfeasibleError
            When the footprint fits nowhere whatever is removed.
        """
        from spatialreno.scenario import Scenario, demolish
        from spatialreno.scenario import build as built

        if self.fit is None:
            raise InfeasibleError(f"{self.kind}: fits nowhere, even with every removable wall and structure gone.")
        acts: list[Any] = [
            demolish(str(layer), ids=rows["id"].tolist(), reason=f"makes room for {self.kind}")
            for layer, rows in self.table.groupby("layer")
        ]
        if build:
            layer, name, word = self.built
            acts.append(built(layer, name, geometry=self.fit.rectangle, kind=word))
        return Scenario(name, title, acts)

    def __repr__(self) -> str:
        """Read the finding aloud."""
        if self.fits_now:
            return f"<Removals {self.kind}: it fits as things stand>"
        if self.fit is None:
            return f"<Removals {self.kind}: fits nowhere, whatever is removed>"
        names = ", ".join(f"{row.layer} {row.id}" for row in self.table.itertuples())
        return (
            f"<Removals {self.kind}, least {self.by}: {names}; {self.number} to remove, "
            f"{self.cost_yuan:,.0f} yuan, {self.owners} parties>"
        )


@dataclass(frozen=True)
class _Things:
    """Removable things: bodies that a footprint may not touch, price and parties, in one order."""

    table: pd.DataFrame
    bodies: NDArray[np.object_]
    cost: NDArray[np.float64]
    parties: tuple[frozenset[str], ...]

    def key(self, which: frozenset[int], by: str) -> Key:
        cost = float(self.cost[list(which)].sum()) if which else 0.0
        owners = float(len(frozenset().union(*(self.parties[k] for k in which))))
        values = {"cost": round(cost, 3), "number": float(len(which)), "owners": owners}
        first, second, third = (by, *(name for name in _BY if name != by))
        return values[first], values[second], values[third]


def fewest_removals(area: StudyArea, kind: str, *, by: By = "cost", sides: Sides | None = None) -> Removals:
    """Find the removals that let a footprint of a kind stand, at the least cost, number or owners to ask.

    All places, all directions of the buildings and walls around. For one direction the place of the middle
    decides which things are in the way: thing i is hit in the region :math:`F_i = B_i \\oplus R` (its body
    swept by the footprint). The plane is cut along these regions, leaving out every part that is no better
    than the best known; what remains is the optimum, not a sample.

    Parameters
    ----------
    area
        The area.
    kind
        Facility kind of the catalog.
    by
        What is kept least; the other two break ties.
    sides
        Width and depth in metres to try instead of the catalog's.

    Returns
    -------
    Removals
        Walls are removed by whole rows (``split_walls`` makes shorter ones); roofs and balconies stand in
        nobody's way; retaining walls and what is not removable stay.

    Raises
    ------
    InputError
        For an unknown kind or ``by``.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> fewest_removals(today, "heat_exchange_station", by="number").table["id"].tolist()
    ['V51', 'V52', 'V56', 'W21']
    """
    if by not in _BY:
        raise InputError(f"fewest_removals: by = {by!r}. Choose one of {', '.join(_BY)}.")
    tried = sides or kind_sides(area, kind)
    now = _fits_now(area, kind, tried)
    things = _removables(area, kind)
    best: _Best = (frozenset(), now) if now else None
    fits = [] if now else [fit for own in tried if (fit := largest_site(area, kind, own))]
    largest = max(fits, key=lambda fit: fit.rectangle.area, default=None)
    if best is None:
        best = _search(area, kind, tried, things, by)
    return _told(area, kind, by, largest=largest, best=best, things=things)


def _fits_now(area: StudyArea, kind: str, tried: Sides) -> Fit | None:
    from spatialreno.land.footprints.sites import candidate_sites

    sites = candidate_sites(area, kind, sides=tried)
    if sites.empty:
        return None
    row = sites.iloc[0]
    return place(shapely.centroid(row["geometry"]), row["width_m"], row["depth_m"], row["angle_deg"])


def _removables(area: StudyArea, kind: str) -> _Things:
    """List what may go, with price and parties from the bill of removing all of it."""
    from spatialreno.scenario import Scenario, demolish

    walls = area.walls[area.walls["removable"].fillna(True).astype(bool) & ~area.walls["kind"].isin(_KEPT)]
    stands = on_ground(area.structures)
    sheds = area.structures[stands & area.structures["removable"].fillna(True).astype(bool)]
    acts = [
        demolish(layer, ids=frame.index.tolist())
        for layer, frame in (("structures", sheds), ("walls", walls))
        if len(frame)
    ]
    bill = Scenario("all", interventions=acts).ledger(area)
    priced = _priced(bill[bill["verb"] == "demolish"], area)
    legality = priced["id"].map(area.structures["legality"]).where(priced["layer"] == "structures")
    table = priced.assign(legality=legality)[
        ["layer", "id", "kind", "legality", "quantity", "unit", "cost_yuan", "parties"]
    ]
    shapes = {("structures", name): shape for name, shape in sheds.geometry.items()} | _wall_zones(area, kind, walls)
    keys = list(zip(table["layer"], table["id"], strict=True))
    return _Things(
        table=table,
        bodies=np.array([*(shapes[key] for key in keys), None], object)[:-1],
        cost=table["cost_yuan"].fillna(np.inf).to_numpy(float),  # without a price, only as a last resort
        parties=tuple(frozenset(str(own).split(", ")) - {""} for own in table["parties"].fillna("")),
    )


def _wall_zones(area: StudyArea, kind: str, walls: Any) -> dict[tuple[str, str], Any]:
    """Draw what each wall keeps a footprint out of: its body, and for a building the distance it keeps."""
    open_ground = kind_row(area, kind)["category"] in OPEN_GROUND
    clear = 0.0 if open_ground else area.catalog.constants["boundary_setback_m"]
    solid = walls[walls["thickness_m"].fillna(0) > 0]
    lines = shapely.buffer(walls.geometry.to_numpy(), clear + 1e-3, cap_style="flat")  # a wall without thickness
    thick = shapely.buffer(wall_bodies(solid), clear, cap_style="flat", join_style="mitre")
    zones = dict(zip(walls.index, lines, strict=True)) | dict(zip(solid.index, thick, strict=True))
    return {("walls", str(name)): zone for name, zone in zones.items()}


def _priced(bill: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    """Sum a bill by thing; a gate goes with its wall and is paid with it."""
    gate = bill["layer"] == "gates"
    whose = bill["id"].map(area.gates["wall_id"]).where(gate, bill["id"])
    rows = bill.assign(id=whose, layer=bill["layer"].mask(gate, "walls"), own=~gate)
    rows = rows.sort_values(["layer", "id", "own"], ascending=[True, True, False], kind="stable")
    return rows.groupby(["layer", "id"], as_index=False).agg(
        kind=("kind", "first"), quantity=("quantity", "first"), unit=("unit", "first"),
        cost_yuan=("cost_yuan", lambda own: own.sum(min_count=len(own))),
        parties=("parties", lambda own: ", ".join(dict.fromkeys(", ".join(own).split(", ")))),
    )  # fmt: skip


def _without(area: StudyArea, table: pd.DataFrame) -> StudyArea:
    """Take things away, as a plan would."""
    from spatialreno.scenario import Scenario, demolish

    acts = [demolish(str(layer), ids=rows["id"].tolist()) for layer, rows in table.groupby("layer")]
    return Scenario("without", interventions=acts).apply(area)


def _search(area: StudyArea, kind: str, tried: Sides, things: _Things, by: str) -> _Best:
    """Go through all pieces of the land there could be, shapes and directions."""
    cleared = _without(area, things.table) if len(things.table) else area
    regions, reach = access_region(cleared), max(max(own) for own in tried)
    best: _Best = None
    for piece in polygons(buildable_land(cleared, kind)):
        within = reached(piece, regions)
        angles = directions(area, piece, reach)
        for width, depth in tried:
            for angle in turned(angles, width, depth):
                base = feasible_centres(piece, width, depth, angle_deg=angle, within=within)
                if not base.is_empty:
                    shape = place(shapely.Point(0, 0), width, depth, angle)
                    best = _better(area, kind, (base, shape), things, by=by, best=best)
    return best


def _better(
    area: StudyArea, kind: str, where: tuple[Any, Fit], things: _Things, *, by: str,
    best: _Best,
) -> _Best:  # fmt: skip
    """Improve the best known choice in one direction: first on a grid, then by cutting the plane."""
    base, shape = where
    hit = _hit_regions(base, things, shape)
    limit = things.key(best[0], by) if best else None
    found = sorted(_sampled(base, hit), key=lambda one: things.key(one[0], by))
    for which, point in [*found[:1], *_cut(base, hit, things, by=by, limit=_least(limit, found[:1], things, by))]:
        key = things.key(which, by)
        fit = place(point, shape.width_m, shape.depth_m, shape.angle_deg)
        if (limit is None or key < limit) and _stands(area, kind, fit, things, which):
            best, limit = (which, fit), key
    return best


def _least(limit: Key | None, found: list[tuple[frozenset[int], Any]], things: _Things, by: str) -> Key | None:
    keys = [things.key(which, by) for which, _ in found] + ([] if limit is None else [limit])
    return min(keys, default=None)


def _hit_regions(base: Any, things: _Things, shape: Fit) -> dict[int, Any]:
    """Where the middle of the footprint would touch each thing."""
    near = np.flatnonzero(shapely.dwithin(things.bodies, base, np.hypot(shape.width_m, shape.depth_m)))
    regions = {int(k): swept(things.bodies[k], shape) for k in near}
    return {k: region for k, region in regions.items() if shapely.intersects(region, base)}


def _sampled(base: Any, hit: dict[int, Any]) -> list[tuple[frozenset[int], Any]]:
    """Try points a few metres apart: a good first guess lets most of the plane be left out."""
    left, low, right, high = base.bounds
    x, y = np.meshgrid(np.arange(left, right, _SAMPLE_M), np.arange(low, high, _SAMPLE_M))
    points = shapely.points(x.ravel(), y.ravel())
    shapely.prepare(base)
    points = np.array([*points[shapely.contains(base, points)], base.representative_point()])
    names = np.array(list(hit), int)
    point, region = shapely.STRtree(np.array([*hit.values(), None], object)[:-1]).query(points, predicate="intersects")
    met: dict[int, set[int]] = {}
    for at, which in zip(point.tolist(), region.tolist(), strict=True):
        met.setdefault(at, set()).add(int(names[which]))
    return [(frozenset(met.get(at, set())), points[at]) for at in range(len(points))]


def _cut(
    base: Any, hit: dict[int, Any], things: _Things, *, by: str, limit: Key | None
) -> Iterator[tuple[frozenset[int], Any]]:
    """Cut the base along all regions and give the parts better than the limit, best first."""
    cells: list[tuple[frozenset[int], Any]] = [(frozenset(), base)]
    for number, region in sorted(hit.items(), key=lambda one: (-things.cost[one[0]], one[0])):
        after = []
        for which, cell in cells:
            if not shapely.intersects(cell, region):
                after.append((which, cell))
                continue
            more = which | {number}
            outside = shapely.difference(cell, region)
            after += [(which, outside)] if outside.area > 0 else []
            if limit is None or things.key(more, by) < limit:
                inside = shapely.intersection(cell, region)
                after += [(more, inside)] if inside.area > _DUST_M2 else []
        cells = after
    for which, cell in sorted(cells, key=lambda one: things.key(one[0], by)):
        for part in sorted(polygons(cell), key=lambda one: -round(one.area, 6))[:3]:
            yield which, middle(part)


def _stands(area: StudyArea, kind: str, fit: Fit, things: _Things, which: frozenset[int]) -> bool:
    """Check on the land as it would be that the footprint stands there and is reached."""
    after = _without(area, things.table.iloc[sorted(which)]) if which else area
    land = buildable_land(after, kind)
    if fit.rectangle.difference(land).area > 1e-6:
        return False
    piece = [part for part in polygons(land) if part.intersects(fit.centre)]
    return bool(piece) and bool(reached(piece[0], access_region(after)).intersects(fit.centre))


def _told(
    area: StudyArea,
    kind: str,
    by: str,
    *,
    largest: Fit | None,
    best: _Best,
    things: _Things,
) -> Removals:
    which = sorted(best[0]) if best else []
    table = things.table.iloc[which].reset_index(drop=True)
    owners = frozenset().union(*(things.parties[k] for k in which))
    layer, word = built_as(area, kind)
    return Removals(
        kind=kind,
        by=by,
        fits_now=best is not None and not which,
        largest=largest,
        fit=best[1] if best else None,
        table=table,
        cost_yuan=float(things.cost[which].sum()),
        number=len(which),
        owners=len(owners),
        built=(layer, new_ids(area, kind, 1)[0], word),
    )
