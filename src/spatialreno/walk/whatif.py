"""What if this wall went: each candidate alone, by pushing on only what changes, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import shapely

from spatialreno.errors import InputError
from spatialreno.walk.engine import FAR, Field, Int32s, Seeds, nearest_place
from spatialreno.walk.frame import MM_PER_M, Bools, Floats, Ints
from spatialreno.walk.masks import State, state_of
from spatialreno.walk.obstacles import ON_GROUND
from spatialreno.walk.places import Places, find_places
from spatialreno.walk.sectors import expand
from spatialreno.walk.state import VISITOR, Walker, open_groups

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_NEAR_M = 30.0
COLUMNS = ["layer", "id", "kind", "residents", "newly_reached", "person_m"]


def what_if(
    area: StudyArea,
    candidates: Sequence[str] | None = None,
    *,
    kinds: Sequence[str] | None = None,
    radius_m: float | Mapping[str, float] | None = None,
    standard: str = "gb50180-2018",
    limit_m: float | None = None,
) -> pd.DataFrame:
    """Tell for each wall, gate or structure what opening it alone would give to the residents.

    Method: the nearest facility of each kind is known for every node of the fabric; opening something opens hops, whose
    gain is pushed on from their ends and taken back afterwards. Exact: equal to applying the scenario and recomputing.

    Parameters
    ----------
    area
        The study area in any state.
    candidates
        Ids of walls (taken away with the gates in them), of gates (opened to everybody) or of structures on the ground
        (taken away). By default all removable walls and structures, and all gates that are not public.
    kinds
        Facility kinds; by default every kind that is open in the area and has a radius.
    radius_m
        How far the circle reaches, in metres, for all kinds or by kind; by default as the standard says.
    standard
        The standard whose circle counts.
    limit_m
        Farthest walk, in metres; by default the catalog's `walk_limit_m`.

    Returns
    -------
    pandas.DataFrame
        A row for each candidate and kind, sorted by candidate as asked: layer, id, kind, residents (newly inside the
        circle), newly_reached (residents who could not walk there within the limit at all), person_m (metres saved by
        those who could, summed over residents; one way).

    Raises
    ------
    InputError
        A candidate is none of these, or a kind has no radius.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.walk import what_if
    >>> table = what_if(sr.read_area("data/geo/xigongdi"))
    >>> bool((table["residents"] >= 0).all())
    True
    """
    names = _asked(area, candidates)
    radii = _radii(area, kinds, radius_m, standard)
    trial = _Trial.of(area, list(radii), limit_m)
    radius = np.array([radii[kind] for kind in trial.kinds]) * MM_PER_M
    people = area.buildings["residents"].astype("float64").fillna(0.0).to_numpy()
    rows = [
        (layer, name, kind, *gain)
        for layer, name in names
        for kind, gain in zip(trial.kinds, _gains(trial, trial.opening(layer, name), radius, people), strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True)
class _Change:
    """What a candidate changes: labels that go, and the new gates of walkers whose blocks it merges."""

    freed: set[int]
    walkers: dict[int, Walker]


@dataclass(frozen=True)
class _Base:
    """One kind before anything opens: a field, millimetres to each building, and who feels a change at which node.

    Rows `pointer[n]:pointer[n + 1]` of `group` are the groups whose own gates matter at node n.
    """

    sources: Ints
    field: Field
    far: Ints
    pointer: Ints
    group: Ints


@dataclass(frozen=True)
class _Trial:
    """An area ready to try openings on."""

    state: State
    kinds: list[str]
    facilities: Places
    doors: tuple[Ints, Ints, Ints]
    walkers: list[Walker]
    member: Ints
    bases: list[_Base]

    @classmethod
    def of(cls, area: StudyArea, kinds: Sequence[str] | None, limit_m: float | None) -> _Trial:
        """Measure the state before."""
        state = state_of(area)
        serving = area.facilities[area.facilities["status"].fillna("open") == "open"]
        wanted = sorted(set(serving["kind"]) if kinds is None else set(kinds))
        facilities = find_places(area, state.fabric, list(serving.index))
        buildings = find_places(area, state.fabric, list(area.buildings.index))
        order = np.lexsort((buildings.own_node, buildings.own_place))
        doors = buildings.own_place[order], buildings.own_node[order], buildings.own_length[order]
        walkers, member = [], np.zeros(len(buildings), np.int64)
        for at, (walker, members) in enumerate(state.walkers(buildings)):
            walkers.append(walker)
            member[members] = at
        trial = cls(state, wanted, facilities, doors, walkers, member, [])
        limit = float(area.catalog.constants["walk_limit_m"] if limit_m is None else limit_m) * MM_PER_M
        at_kind = serving["kind"].to_numpy()
        indoors = [np.isin(buildings.host, facilities.host[(at_kind == kind) & (facilities.host >= 0)]) for kind in wanted]
        for kind, inside in zip(wanted, indoors, strict=True):
            trial.bases.append(trial._base(np.flatnonzero(at_kind == kind), inside, limit))
        return trial

    def _base(self, sources: Ints, indoors: Bools, limit_mm: float) -> _Base:
        field = nearest_place(self.state.graph, self._seeds(frozenset()), sources, limit_mm)
        far = np.full(len(self.member), FAR, np.int64)
        rows, groups = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for group, walker in enumerate(self.walkers):
            touched = self._as_group(field, sources, group, frozenset(self.state.freed(walker)), far)
            rows.append(touched)
            groups.append(np.full(len(touched), group))
        far[indoors] = 0
        node, group_of = np.concatenate(rows), np.concatenate(groups)
        order = np.argsort(node, kind="stable")
        pointer = np.searchsorted(node[order], np.arange(len(self.state.fabric.xy) + 1))
        return _Base(sources, field, far, pointer, group_of[order])

    def _seeds(self, freed: frozenset[int]) -> Seeds:
        """List the ways out of facilities once some labels have gone."""
        ways, state = self.facilities.ways, self.state
        stands = state.stands.copy()
        stands[sorted(freed)] = False
        shut = np.zeros(len(ways), bool)
        shut[ways.label_way[stands[ways.label]]] = True
        fine = ~shut & self._way_paths
        places = self.facilities
        return Seeds(
            np.concatenate([places.own_place, places.point_place[ways.point[fine]]]),
            np.concatenate([places.own_node, ways.node[fine]]),
            np.concatenate([places.own_length, ways.length[fine]]),
            len(places),
        )

    @cached_property
    def _way_paths(self) -> Bools:
        from spatialreno.walk.state import paths_open

        return paths_open(self.state.area, self.state.fabric, self.facilities.ways.path)

    def _push(self, field: Field, sources: Ints, freed: frozenset[int], hops: Ints) -> list[Int32s]:
        """Open labels for everybody: push on what this shortens."""
        journals = []
        if freed & self._way_labels:
            journals.append(field.push(self._seeds(freed).of(sources)))
        if len(hops):
            journals.append(field.open(*self.state.extra(hops)))
        return journals

    @cached_property
    def _way_labels(self) -> frozenset[int]:
        return frozenset(np.unique(self.facilities.ways.label).tolist())

    def _as_group(self, field: Field, sources: Ints, group: int, freed: frozenset[int], far: Ints) -> Ints:
        """Measure to the buildings of a group with what is open to it, and take it back; returns the nodes concerned."""
        hops = self._hops(freed)
        journals = self._push(field, sources, freed, hops)
        self._read(field, self._group_doors[group], far)
        table = self.state.fabric.hops
        nodes = [journal[:, 0].astype(np.int64) for journal in journals]
        for journal in journals[::-1]:
            field.undo(journal)
        return np.unique(np.concatenate([table.first[hops], table.second[hops], *nodes]))

    def _hops(self, freed: frozenset[int]) -> Ints:
        """List the hops that open with some labels; asked again and again for the same group."""
        memory = self.state.fabric.memory.setdefault(("opened", id(self)), {})
        assert isinstance(memory, dict)
        if freed not in memory:
            if len(memory) > 4 * len(self.walkers) + 64:
                memory.clear()
            memory[freed] = self.state.opened(set(freed)) if freed else np.empty(0, np.int64)
        return np.asarray(memory[freed])

    @cached_property
    def _group_doors(self) -> list[Ints]:
        """Rows of the doors of each group's buildings."""
        owner = self.member[self.doors[0]]
        return [np.flatnonzero(owner == group) for group in range(len(self.walkers))]

    @cached_property
    def _doors_at(self) -> tuple[Ints, Ints]:
        """Rows of the doors at each node, as pointers and rows."""
        order = np.argsort(self.doors[1], kind="stable")
        return np.searchsorted(self.doors[1][order], np.arange(len(self.state.fabric.xy) + 1)), order

    def _read(self, field: Field, rows: Ints, far: Ints) -> None:
        """Take for buildings the nearest of some doors, where it is nearer."""
        building, node, out = (part[rows] for part in self.doors)
        away = field.far[node].astype(np.int64)
        np.minimum.at(far, building[away < FAR], (away + out)[away < FAR])

    def opening(self, layer: str, name: str) -> _Change:
        """Find what opening a candidate changes."""
        labels = set()
        for at in self._labels_of.get((layer, name), []):
            labels.add(at)
        freed = self.state.with_seals(labels)
        return _Change(freed, self._merged(layer, name))

    @cached_property
    def _labels_of(self) -> dict[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], list[int]] = {}
        for at, (layer, name, wall) in enumerate(self.state.fabric.obstacles.labels):
            found.setdefault((layer, name), []).append(at)
            if layer == "gates":
                found.setdefault(("walls", wall), []).append(at)
        return found

    def _merged(self, layer: str, name: str) -> dict[int, Walker]:
        """Find the groups whose gates become more because their blocks merge."""
        if layer == "gates" or all(walker == VISITOR for walker in self.walkers):
            return {}
        old, new = self._neighbourhood.before_and_after(layer, name)
        homes = self.state.homes
        joined: dict[int, set[str]] = {}
        for compound, block in new.items():
            joined.setdefault(block, set()).update(homes.get(compound, VISITOR))
        changes: dict[int, Walker] = {}
        if len(set(old.values())) == len(set(new.values())):
            return changes
        for group, walker in enumerate(self.walkers):
            here = [frozenset(joined[block]) for compound, block in new.items() if homes.get(compound) == walker]
            for more in here:
                if more != walker:
                    changes[group] = changes.get(group, walker) | more
        return changes

    @cached_property
    def _neighbourhood(self) -> _Neighbourhood:
        return _Neighbourhood(self.state.area)

    def after(self, base: _Base, change: _Change) -> Ints:
        """Measure one kind to every building after a change, leaving no trace."""
        freed = frozenset(change.freed)
        hops, table = self._hops(freed), self.state.fabric.hops
        journals = self._push(base.field, base.sources, freed, hops)
        ends = [table.first[hops], table.second[hops]]
        touched = np.unique(np.concatenate([*ends, *(journal[:, 0] for journal in journals)]).astype(np.int64))
        far = base.far.copy()
        pointer, rows = self._doors_at
        self._read(base.field, expand(pointer, rows, touched)[1], far)
        feels = set(expand(base.pointer, base.group, touched)[1].tolist()) | self._crossing(change) | set(change.walkers)
        for group in sorted(feels):
            walker = change.walkers.get(group, self.walkers[group])
            if walker:
                own = self.state.freed(walker)
                self._as_group(base.field, base.sources, group, frozenset(self.state.with_seals(own | change.freed)), far)
        for journal in journals[::-1]:
            base.field.undo(journal)
        return far

    def _crossing(self, change: _Change) -> set[int]:
        """Find groups whose gates stand on hops together with what goes: only both together open these."""
        if not change.freed:
            return set()
        state, hops = self.state, self.state.fabric.hops
        carriers = state.ledger.carriers(change.freed)
        carriers = carriers[state.barred[carriers] > state.carried(carriers, change.freed)]
        low, high = (np.searchsorted(hops.label_hop, carriers, side) for side in ("left", "right"))
        count = high - low
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        met = np.unique(hops.label[np.repeat(low, count) + step])
        return {group for label in met.tolist() for group in self._keepers.get(label, ())}

    @cached_property
    def _keepers(self) -> dict[int, list[int]]:
        """The groups that each label lets through."""
        found: dict[int, list[int]] = {}
        for group, walker in enumerate(self.walkers):
            for label in self.state.freed(walker):
                found.setdefault(label, []).append(group)
        return found


class _Neighbourhood:
    """Blocks near one obstacle, with and without it."""

    def __init__(self, area: StudyArea) -> None:
        self._area = area
        self._shapes = area.compounds.geometry.to_numpy()
        self._trees = {layer: shapely.STRtree(area.layer(layer).geometry.to_numpy()) for layer in
                       ("compounds", "walls", "structures", "buildings", "paths")}  # fmt: skip

    def before_and_after(self, layer: str, name: str) -> tuple[dict[str, int], dict[str, int]]:
        """Group the compounds beside an obstacle into blocks, before and after it goes."""
        shape = self._area.layer(layer).geometry.loc[name]
        constants = self._area.catalog.constants
        reach = constants["strip_m"] + 2 * constants["tolerance_m"]
        beside = np.sort(self._trees["compounds"].query(shape, predicate="dwithin", distance=reach))
        if len(beside) < 2:
            return {}, {}
        zone = shapely.union_all(self._shapes[beside]).buffer(2 * reach)
        parts = {key: self._cut(key, zone) for key in self._trees if key != "compounds"}
        parts["compounds"] = self._area.compounds.iloc[beside]
        before = open_groups(self._local(parts))
        parts[layer] = parts[layer].drop(index=name)
        return before, open_groups(self._local(parts))

    def _cut(self, layer: str, zone: Any) -> Any:
        rows = np.sort(self._trees[layer].query(zone, predicate="intersects"))
        return self._area.layer(layer).iloc[rows]

    def _local(self, parts: dict[str, Any]) -> StudyArea:
        return cast("StudyArea", SimpleNamespace(**parts, catalog=self._area.catalog, crs=self._area.crs))


def _gains(trial: _Trial, change: _Change, radius: Floats, people: Floats) -> Iterator[tuple[float, float, float]]:
    """Count for each kind who gains what."""
    for base, reach in zip(trial.bases, radius.tolist(), strict=True):
        after = trial.after(base, change)
        inside = (after <= reach) & (base.far > reach)
        fresh = (after < FAR) & (base.far >= FAR)
        both = base.far < FAR
        saved = float(((base.far - after)[both] * people[both]).sum()) / MM_PER_M
        yield float(people[inside].sum()), float(people[fresh].sum()), saved


def _asked(area: StudyArea, candidates: Sequence[str] | None) -> list[tuple[str, str]]:
    """Name the layer of each candidate."""
    standing = area.structures.index[area.structures["position"].isin(ON_GROUND)]
    layers = {"walls": area.walls.index, "gates": area.gates.index, "structures": standing}
    if candidates is None:
        loose = {
            "walls": area.walls.index[area.walls["removable"].fillna(True).astype(bool)],
            "gates": area.gates.index[area.gates["walkers"] != "public"],
            "structures": area.structures.index[
                area.structures["removable"].fillna(True).astype(bool) & area.structures["position"].isin(ON_GROUND)
            ],
        }
        return [(layer, str(name)) for layer, names in loose.items() for name in names]
    found = [[layer for layer, names in layers.items() if name in names] for name in candidates]
    odd = [name for name, here in zip(candidates, found, strict=True) if len(here) != 1]
    if odd:
        message = f"what_if: {', '.join(odd[:8])} must each name one wall, gate or structure on the ground."
        raise InputError(f"{message} Use ids of these layers, each in one of them only.")
    return [(here[0], str(name)) for name, here in zip(candidates, found, strict=True)]


def _radii(
    area: StudyArea, kinds: Sequence[str] | None, radius_m: float | Mapping[str, float] | None, standard: str
) -> dict[str, float]:
    """Give the radius of each kind to count, in metres."""
    serving = area.facilities[area.facilities["status"].fillna("open") == "open"]
    wanted = sorted(set(serving["kind"] if kinds is None else kinds))
    if isinstance(radius_m, int | float):
        return dict.fromkeys(wanted, float(radius_m))
    known = dict(area.catalog.standard(standard).table["radius_m"] if radius_m is None else radius_m)
    lost = [kind for kind in wanted if kind not in known]
    if lost and kinds is not None:
        message = f"what_if: {standard} gives no radius for {', '.join(lost)}."
        raise InputError(f"{message} Leave them out of kinds=, or give radius_m=.")
    return {kind: float(known[kind]) for kind in wanted if kind in known}
