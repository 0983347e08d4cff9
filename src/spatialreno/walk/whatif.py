"""What if this wall went: each candidate alone, by pushing on only what changes, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno.errors import InputError
from spatialreno.walk.engine import FAR, Extra, Field, Int32s, Seeds, nearest_place
from spatialreno.walk.frame import MM_PER_M, Bools, Floats, Ints
from spatialreno.walk.masks import Guests, State, state_of
from spatialreno.walk.merging import merged_blocks
from spatialreno.walk.obstacles import ON_GROUND
from spatialreno.walk.places import Places, find_places
from spatialreno.walk.sectors import expand
from spatialreno.walk.state import VISITOR, Walker

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

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
    names = candidate_layers(area, candidates)
    radii = radii_of(area, kinds, radius_m, standard)
    trial = _Trial.of(area, list(radii), limit_m)
    radius = np.array([radii[kind] for kind in trial.kinds]) * MM_PER_M
    people = area.buildings["residents"].astype("float64").fillna(0.0).to_numpy()
    rows = [
        (layer, name, kind, *gain)
        for (layer, name), change in zip(names, trial.openings(names), strict=True)
        for kind, gain in zip(trial.kinds, _gains(trial, change, radius, people), strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True)
class _Step:
    """What opens when labels go: hops beyond the graph of visitors, and ways out of facilities."""

    extra: Extra
    ways: Seeds

    @property
    def ends(self) -> Ints:
        """Nodes at which hops open."""
        return self.extra.tail


@dataclass(frozen=True)
class _Change:
    """What a candidate changes: labels that go, new gates of groups whose blocks merge, groups that feel it anyway."""

    freed: frozenset[int]
    walkers: dict[int, Walker]
    crossing: set[int]
    step: _Step
    steps: dict[int, _Step]


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
        blocks, homes = state.blocks, state.homes
        # One group for each block, and one of people who live in no compound.
        walkers = [VISITOR] * (max(blocks.values(), default=-1) + 2)
        for compound, block in blocks.items():
            walkers[block] = homes.get(compound, VISITOR)
        member = np.array([blocks.get(home, len(walkers) - 1) for home in buildings.home], np.int64)
        trial = cls(state, wanted, facilities, doors, walkers, member, [])
        limit = float(area.catalog.constants["walk_limit_m"] if limit_m is None else limit_m) * MM_PER_M
        at_kind = serving["kind"].to_numpy()
        for kind in wanted:
            sources = np.flatnonzero(at_kind == kind)
            hosts = facilities.host[sources]
            trial.bases.append(trial._base(sources, np.isin(buildings.host, hosts[hosts >= 0]), limit))
        return trial

    def _base(self, sources: Ints, indoors: Bools, limit_mm: float) -> _Base:
        field = nearest_place(self.state.graph, self.state.seeds(VISITOR, self.facilities), sources, limit_mm)
        far = np.full(len(self.member), FAR, np.int64)
        rows, groups = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for group, walker in enumerate(self.walkers):
            if not walker or not len(self._group_doors[group]):
                self._read(field, self._group_doors[group], far)
                continue
            touched = self._as_group(field, sources, group, self._step(frozenset(self.state.freed(walker))), far)
            rows.append(touched)
            groups.append(np.full(len(touched), group))
        far[indoors] = 0
        node, group_of = np.concatenate(rows), np.concatenate(groups)
        order = np.argsort(node, kind="stable")
        pointer = np.searchsorted(node[order], np.arange(len(self.state.fabric.xy) + 1))
        return _Base(sources, field, far, pointer, group_of[order])

    @cached_property
    def _guests(self) -> Guests:
        return Guests.of(self.state, self.facilities)

    def _step(self, freed: frozenset[int]) -> _Step:
        """Find what opens with some labels."""
        hops = self.state.hops.opened(freed) if freed else np.empty(0, np.int64)
        return _Step(self.state.extra(hops), self._guests.fresh(freed))

    def _push(self, field: Field, sources: Ints, step: _Step) -> list[Int32s]:
        """Push on what opens."""
        journals = []
        rows = step.ways.of(sources) if len(step.ways.place) else ()
        if len(rows):
            journals.append(field.push(np.asarray(rows)))
        if len(step.extra):
            journals.append(field.open(step.extra))
        return journals

    def _as_group(self, field: Field, sources: Ints, group: int, step: _Step, far: Ints) -> Ints:
        """Measure to the buildings of a group with what is open to it, and take it back; returns the nodes met."""
        journals = self._push(field, sources, step)
        self._read(field, self._group_doors[group], far)
        for journal in journals[::-1]:
            field.undo(journal)
        return np.unique(np.concatenate([step.ends, *(journal[:, 0] for journal in journals)]).astype(np.int64))

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

    def openings(self, names: Sequence[tuple[str, str]]) -> Iterator[_Change]:
        """Find what opening each candidate changes."""
        some = any(walker != VISITOR for walker in self.walkers)
        blocks = self.state.blocks
        merged = merged_blocks(self.state.area, names, blocks) if some else [[] for _ in names]
        for (layer, name), parts in zip(names, merged, strict=True):
            freed = frozenset(self.state.with_seals(set(self._labels_of.get((layer, name), []))))
            yield _Change(freed, self._more_gates(parts), self._crossing(freed), self._step(freed), {})

    @cached_property
    def _labels_of(self) -> dict[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], list[int]] = {}
        for at, (layer, name, wall) in enumerate(self.state.fabric.obstacles.labels):
            found.setdefault((layer, name), []).append(at)
            if layer == "gates":
                found.setdefault(("walls", wall), []).append(at)
        return found

    def _more_gates(self, parts: list[set[int]]) -> dict[int, Walker]:
        """Find the groups whose gates become more because their blocks merge."""
        changes: dict[int, Walker] = {}
        for part in parts:
            every: Walker = frozenset().union(*(self.walkers[block] for block in part))
            changes |= {block: every for block in part if self.walkers[block] != every}
        return changes

    def after(self, base: _Base, change: _Change) -> Ints:
        """Measure one kind to every building after a change, leaving no trace."""
        journals = self._push(base.field, base.sources, change.step)
        met = [journal[:, 0].astype(np.int64) for journal in journals]
        touched = np.concatenate([change.step.ends, *met])
        far = base.far.copy()
        pointer, rows = self._doors_at
        self._read(base.field, expand(pointer, rows, touched)[1], far)
        feels = set(np.unique(expand(base.pointer, base.group, touched)[1]).tolist())
        for group in sorted(feels | change.crossing | set(change.walkers)):
            step = self._group_step(change, group)
            if step is not None:
                self._as_group(base.field, base.sources, group, step, far)
        for journal in journals[::-1]:
            base.field.undo(journal)
        return far

    def _group_step(self, change: _Change, group: int) -> _Step | None:
        """Find what opens to a group after a change, once for all kinds; None for those without gates of their own."""
        walker = change.walkers.get(group, self.walkers[group])
        if not walker:
            return None
        if group not in change.steps:
            both = self.state.with_seals(self.state.freed(walker) | change.freed)
            change.steps[group] = self._step(frozenset(both))
        return change.steps[group]

    def _crossing(self, freed: frozenset[int]) -> set[int]:
        """Find groups whose gates stand on hops together with what goes: only both together open these."""
        if not freed:
            return set()
        met = np.union1d(self.state.hops.beside(freed), self._guests.ways.beside(freed))
        return {group for label in met.tolist() for group in self._keepers.get(label, ())}

    @cached_property
    def _keepers(self) -> dict[int, list[int]]:
        """The groups that each label lets through."""
        found: dict[int, list[int]] = {}
        for group, walker in enumerate(self.walkers):
            for label in self.state.freed(walker):
                found.setdefault(label, []).append(group)
        return found


def _gains(trial: _Trial, change: _Change, radius: Floats, people: Floats) -> Iterator[tuple[float, float, float]]:
    """Count for each kind who gains what."""
    for base, reach in zip(trial.bases, radius.tolist(), strict=True):
        after = trial.after(base, change)
        inside = (after <= reach) & (base.far > reach)
        fresh = (after < FAR) & (base.far >= FAR)
        both = base.far < FAR
        saved = float(((base.far - after)[both] * people[both]).sum()) / MM_PER_M
        yield float(people[inside].sum()), float(people[fresh].sum()), saved


def candidate_layers(area: StudyArea, candidates: Sequence[str] | None) -> list[tuple[str, str]]:
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


def radii_of(
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
