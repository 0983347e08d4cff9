"""How much through-walking and riding an opening invites, next to what the residents gain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Bools, Floats
from spatialreno.walk.access.travel import nearest, walk_limit
from spatialreno.walk.fabric.fabric import ON_STREET, Fabric
from spatialreno.walk.fabric.sectors import packed
from spatialreno.walk.millimetres.frame import MM_PER_M, lines
from spatialreno.walk.search.engine import Csr, Seeds, open_graph, reach
from spatialreno.walk.state.standing import open_groups
from spatialreno.walk.state.state import State
from spatialreno.walk.state.walkers import Needs, state_for
from spatialreno.walk.trials.what_if import candidate_layers, radii_of

if TYPE_CHECKING:
    from spatialreno.area import Ids, StudyArea
    from spatialreno.scenario import Scenario

_EDGE_M = 0.05
_LAYERS = ("walls", "gates", "structures")
COLUMNS = [
    "opening", "compounds", "trips", "through_before", "through_after", "share_before", "share_after", "saved_m",
    "ride_before", "ride_after", "residents", "newly_inside", "person_m", "geometry",
]  # fmt: skip


def cut_through(
    area: StudyArea,
    openings: Ids | Scenario,
    *,
    kinds: Sequence[str] | str | None = None,
    radius_m: float | Mapping[str, float] | None = None,
    standard: str = "gb50180-2018",
    reach_m: float | None = None,
) -> gpd.GeoDataFrame:
    r"""Tell what share of outside trips would cross a block once it is opened, next to what its residents gain.

    .. math:: share = |\{(i, j): d_{ij} < d^{around}_{ij}\}| \; / \; |\{(i, j): d_{ij} \le limit\}|

    Method: outside trips are all pairs of street nodes around the block, each of equal weight: points outside the block
    and within `reach_m` of it where public paths end or three or more meet. A trip crosses the block if its shortest
    walk for a visitor is shorter than the shortest one that keeps off the block's compounds. The trips counted are
    those that can be walked within the catalog's `walk_limit_m` afterwards, before as after.

    Parameters
    ----------
    area
        The area before.
    openings
        Ids of walls, gates (opened to everybody) or structures, each opened alone; or one scenario, taken as a whole.
    kinds, radius_m, standard
        What the residents count as gained, as for `what_if`.
    reach_m
        How far around a block outside trips begin and end, in metres; by default the catalog's `through_reach_m`.

    Returns
    -------
    geopandas.GeoDataFrame
        A row for each opening and block it touches: opening (id, or the scenario's name), compounds (of the block
        afterwards, comma-joined), trips, through_before, through_after (trips that cross the block), share_before,
        share_after (NaN without trips), saved_m (metres outsiders save on trips that cross and could be made before),
        ride_before, ride_after (shares for who needs the catalog's `ride_width_m` and no steps), residents (of the
        block), newly_inside (residents of the block with one more kind within its radius), person_m (metres they save
        to the nearest of each kind, summed over residents and kinds, one way), geometry (the block's compounds).

    Raises
    ------
    InputError
        An opening is no wall, gate or structure on the ground, or a kind has no radius.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> table = cut_through(area, list(area.walls.index[:1]), kinds=["pharmacy"])
    >>> bool((table["share_after"] >= table["share_before"]).all())
    True
    """
    radii = radii_of(area, kinds, radius_m, standard)
    around = area.catalog.constants["through_reach_m"] if reach_m is None else reach_m
    ride = Needs(clear_width_m=area.catalog.constants["ride_width_m"], steps=False)
    gain = _Gain.of(area, radii)
    rows = []
    for name, after in _plans(area, openings):
        for compounds in _touched_blocks(area, after):
            block = shapely.union_all(area.compounds.geometry[compounds].to_numpy())
            walked = _trips(area, after, Needs(), block, around)
            ridden = _trips(area, after, ride, block, around)
            shares = (ridden["share_before"], ridden["share_after"])
            rows.append([name, ",".join(compounds), *walked.values(), *shares, *gain.to(after, compounds), block])
    table = pd.DataFrame(rows, columns=COLUMNS)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=area.crs)


@dataclass(frozen=True, eq=False)
class OutsideTrips:
    """Outside trips around some compounds, counted once for all choices of openings.

    Its share never falls as more opens: which trips count, and how long each is around the compounds, is settled with
    everything open, and no opening makes a walk longer.
    """

    compounds: shapely.Geometry
    ends: Floats
    around: Floats
    limit_mm: float

    @classmethod
    def of(cls, opened: StudyArea, compounds: Sequence[str], reach_m: float | None = None) -> OutsideTrips:
        """Settle the trips.

        Parameters
        ----------
        opened
            The area with everything open that may be.
        compounds
            Ids of the compounds that may be crossed.
        reach_m
            How far around them outside trips begin and end, in metres; by default the catalog's ``through_reach_m``.
        """
        block = shapely.union_all(opened.compounds.geometry[list(compounds)].to_numpy())
        near = opened.catalog.constants["through_reach_m"] if reach_m is None else reach_m
        limit, state = walk_limit(opened, None) * MM_PER_M, state_for(opened, Needs())
        ends = _portals(state, block, near)
        whole, around = _both(state, block, ends, limit)
        return cls(block, ends, np.where(np.isfinite(whole), around, np.nan), limit)

    @property
    def count(self) -> int:
        """How many trips there are."""
        return int((~np.isnan(self.around)).sum())

    def share(self, area: StudyArea) -> float:
        """Tell what share of the trips is shorter through the compounds than around them; 0 without trips."""
        state = state_for(area, Needs())
        far = _matrix(state.graph, _seeds(state.fabric, self.ends), self.limit_mm)
        through = far[np.triu_indices(len(self.ends), 1)] < self.around
        return float(through.sum() / self.count) if self.count else 0.0


def _plans(area: StudyArea, openings: Ids | Scenario) -> Iterator[tuple[str, StudyArea]]:
    """Give the area after each opening."""
    from spatialreno.scenario import Scenario, alter, demolish

    if isinstance(openings, Scenario):
        yield openings.name, openings.apply(area)
        return
    for layer, name in candidate_layers(area, openings):
        act = alter("gates", ids=[name], set={"walkers": "public"}) if layer == "gates" else demolish(layer, ids=[name])
        yield name, Scenario("opened", interventions=[act]).apply(area)


def _touched_blocks(before: StudyArea, after: StudyArea) -> list[list[str]]:
    """List the blocks, as they are afterwards, beside which a wall, a gate or a structure goes or changes."""
    names: set[str] = set()
    for layer in _LAYERS:
        old, new = before.layer(layer), after.layer(layer)
        changed = ~old.index.isin(new.index)
        if layer == "gates":
            changed |= (old["walkers"] != new["walkers"].reindex(old.index)).to_numpy(bool)
        beside = [column for column in ("compound_a", "compound_b", "compound_id") if column in old]
        names |= set(old.loc[changed, beside].to_numpy(object).ravel()) & set(before.compounds.index)
        if layer == "gates":
            walls = before.walls.reindex(old.loc[changed, "wall_id"].dropna())
            names |= set(walls[["compound_a", "compound_b"]].to_numpy(object).ravel()) & set(before.compounds.index)
    group = open_groups(after)
    wanted = sorted({group[name] for name in names if name in group})
    return [sorted(name for name, number in group.items() if number == at) for at in wanted]


# ---- outside trips


def _trips(
    before: StudyArea, after: StudyArea, needs: Needs, block: shapely.Geometry, reach_m: float
) -> dict[str, float]:
    """Count the outside trips that cross a block in both states."""
    limit = walk_limit(after, None) * MM_PER_M
    states = [state_for(one, needs) for one in (before, after)]
    ends = _portals(states[1], block, reach_m)
    far, free = zip(*(_both(state, block, ends, limit) for state in states), strict=True)
    counted = np.isfinite(far[1])
    total = float(counted.sum())
    through = [counted & (one < other) for one, other in zip(far, free, strict=True)]
    gained = through[1] & np.isfinite(far[0])
    numbers = [float(one.sum()) for one in through]
    return {
        "trips": total,
        "through_before": numbers[0],
        "through_after": numbers[1],
        "share_before": numbers[0] / total if total else np.nan,
        "share_after": numbers[1] / total if total else np.nan,
        "saved_m": float((far[0] - far[1])[gained].sum()) / MM_PER_M,
    }


def _portals(state: State, block: shapely.Geometry, reach_m: float) -> Floats:
    """Find where public paths end or meet around a block: points in metres, sorted."""
    fabric, hops = state.fabric, state.fabric.hops
    public = state.area.paths["public"].to_numpy(bool) & state.area.paths["walkable"].to_numpy(bool)
    known = set(state.area.paths.index[public])
    usable = np.array([name in known for name in fabric.path_ids] + [False], bool)[hops.path]
    street = np.flatnonzero(usable & (hops.kind == ON_STREET))
    ends = np.sort(np.column_stack([packed(fabric.xy[hops.first[street]]), packed(fabric.xy[hops.second[street]])]))
    point, degree = np.unique(np.unique(ends, axis=0), return_counts=True)
    code = packed(fabric.xy)
    order = np.argsort(code, kind="stable")
    node = order[np.searchsorted(code[order], point[degree != 2])]
    xy = fabric.frame.to_m(fabric.xy[node])
    points = shapely.points(xy)
    outside = ~shapely.intersects(shapely.buffer(block, -_EDGE_M), points)
    xy = xy[outside & shapely.dwithin(block, points, reach_m)]
    return np.asarray(xy[np.lexsort((xy[:, 1], xy[:, 0]))])


def _both(state: State, block: shapely.Geometry, ends: Floats, limit_mm: float) -> tuple[Floats, Floats]:
    """Measure between all pairs of points: as visitors walk, and keeping off the block. One value for each pair."""
    fabric = state.fabric
    usable = state.hops.barred == 0
    seeds = _seeds(fabric, ends)
    graphs = (state.graph, open_graph(state.arcs, usable & ~_entering(fabric, block)))
    whole, around = (_matrix(graph, seeds, limit_mm) for graph in graphs)
    pairs = np.triu_indices(len(ends), 1)
    return whole[pairs], around[pairs]


def _seeds(fabric: Fabric, ends: Floats) -> Seeds:
    """Start from every node at a point of a street."""
    hops = fabric.hops
    street = hops.kind == ON_STREET
    nodes = np.unique(np.concatenate([hops.first[street], hops.second[street]]))
    place = pd.Index(packed(fabric.frame.to_mm(ends))).get_indexer(pd.Index(packed(fabric.xy[nodes])))
    order = np.argsort(place, kind="stable")
    order = order[place[order] >= 0]
    return Seeds(place[order].astype(np.int64), nodes[order], np.zeros(len(order), np.int64), len(ends))


def _entering(fabric: Fabric, block: shapely.Geometry) -> Bools:
    """Tell which hops run through a block, not only along its edge."""
    inner = fabric.frame.geometries_mm([shapely.buffer(block, -_EDGE_M)])[0]
    hops = fabric.hops
    start, end = fabric.xy[hops.first], fabric.xy[hops.second]
    shapely.prepare(inner)
    # A hop of no length lies where it is; drawn as a line it would be none.
    drawn = lines(start, np.where((start == end).all(axis=1)[:, None], end + 1.0, end))
    return np.asarray(shapely.intersects(inner, drawn))


def _matrix(graph: Csr, seeds: Seeds, limit_mm: float) -> Floats:
    """Measure between places; infinite where there is no way within the limit."""
    far = np.full((seeds.places, seeds.places), np.inf)
    wanted = np.zeros(len(graph[0]) - 1, bool)
    wanted[seeds.node] = True
    place = np.full(len(wanted), -1)
    place[seeds.node] = seeds.place
    found = reach(graph, seeds, limit_mm, None, wanted)
    search = found.searches()
    np.minimum.at(far, (search, place[found.rows[:, 0]]), found.rows[:, 1].astype(float))
    return far


# ---- what the residents gain


@dataclass(frozen=True)
class _Gain:
    """Walks of the homes before, a row a building and a column a kind."""

    area: StudyArea
    radii: pd.Series[float]
    far: pd.DataFrame

    @classmethod
    def of(cls, area: StudyArea, radii: Mapping[str, float]) -> _Gain:
        return cls(area, pd.Series(dict(radii), dtype="float64"), _far(area, list(radii)))

    def to(self, after: StudyArea, compounds: Sequence[str]) -> tuple[float, float, float]:
        """Count for the people of some compounds: residents, those newly inside a circle, and metres saved."""
        mine = self.area.buildings["compound_id"].isin(compounds)
        people = self.area.buildings["residents"].astype("float64").fillna(0.0).where(mine, 0.0)
        then = _far(after, list(self.radii.index)).reindex(self.far.index)
        newly = (then.le(self.radii) & ~self.far.le(self.radii)).any(axis=1)
        saved = (self.far - then).fillna(0.0).sum(axis=1)
        count = people.reindex(self.far.index, fill_value=0.0)
        return float(people.sum()), float(count[newly].sum()), float((saved * count).sum())


def _far(area: StudyArea, kinds: list[str]) -> pd.DataFrame:
    """Lay the walks to the nearest of each kind out."""
    return nearest(area, kinds).pivot(index="building_id", columns="kind", values="distance_m")[kinds]
