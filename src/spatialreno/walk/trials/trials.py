"""An area ready to try openings on: each candidate alone, by pushing on only what changes, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from spatialreno._types import Bools, Floats, Ints
from spatialreno.area import open_facilities, parts_that_go
from spatialreno.walk.millimetres.frame import MM_PER_M
from spatialreno.walk.search.engine import Int32s, span
from spatialreno.walk.state.places import Places, find_places
from spatialreno.walk.state.standing import VISITOR, Walker
from spatialreno.walk.state.state import Guests, State, state_of
from spatialreno.walk.trials import trial_kernels as pushes
from spatialreno.walk.trials.merged_blocks import merged_blocks

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

Gain = tuple[float, float, float]
Marks = npt.NDArray[np.uint8]
NEWLY_INSIDE, NEWLY_REACHED = 1, 2  # what `Trial.gains` marks a home with


@dataclass(frozen=True)
class Opening:
    """What opens when labels go: hops (first, second, length) and ways (node, distance), by kind from `way_at`."""

    hops: Int32s
    ways: Int32s
    way_at: Ints

    def of(self, kind: int) -> Int32s:
        """Give the ways out of facilities of one kind."""
        return self.ways[self.way_at[kind] : self.way_at[kind + 1]]


@dataclass(frozen=True)
class Table:
    """Rows of several openings one after another: opening k has rows `pointer[k]:pointer[k + 1]`."""

    pointer: Ints
    rows: Int32s

    @classmethod
    def of(cls, parts: Sequence[Int32s], width: int) -> Table:
        """Put rows one after another."""
        pointer = np.cumsum([0, *(len(part) for part in parts)])
        return cls(pointer, np.concatenate([np.empty((0, width), np.int32), *parts]))


@dataclass(frozen=True)
class Change:
    """What a candidate changes: step 0 for visitors, and one for each group that must be asked anew."""

    asked: Ints
    steps: Table
    ways: tuple[Table, ...]


@dataclass(frozen=True)
class Base:
    """One kind before anything opens.

    `state` has a row for each node as the kernels keep it. Rows `row_at[g]:row_at[g + 1]` are (node, distance) of what
    is nearer for group g than for visitors; `felt[felt_at[n]:felt_at[n + 1]]` are the groups that feel a change at
    node n. `far` counts millimetres to each building, and `after` is the same, for the kernels to write to.
    """

    state: Int32s
    row_at: Ints
    rows: Int32s
    felt_at: Ints
    felt: Ints
    far: Ints
    after: Ints


@dataclass(frozen=True)
class Trial:
    """An area ready to try openings on. One group for each block, the last of people who live in no compound."""

    state: State
    kinds: list[str]
    reach_mm: Floats
    people: Floats
    facilities: Places
    kind_of: Ints
    doors: tuple[Ints, Ints, Ints]
    walkers: list[Walker]
    member: Ints
    span: tuple[int, int]
    bases: list[Base]
    runs: list[int]

    @classmethod
    def of(cls, area: StudyArea, radii: Mapping[str, float], limit_m: float | None = None) -> Trial:
        """Measure the state before, for kinds and the radius that counts for each, in metres."""
        state = state_of(area)
        serving = open_facilities(area)
        kinds = sorted(radii)
        buildings = find_places(area, state.fabric, list(area.buildings.index))
        walkers = [VISITOR] * (max(state.blocks.values(), default=-1) + 2)
        for compound, block in state.blocks.items():
            walkers[block] = state.homes.get(compound, VISITOR)
        number = {kind: at for at, kind in enumerate(kinds)}
        limit = float(area.catalog.constants["walk_limit_m"] if limit_m is None else limit_m) * MM_PER_M
        trial = cls(
            state=state,
            kinds=kinds,
            reach_mm=np.array([radii[kind] for kind in kinds]) * MM_PER_M,
            people=area.buildings["residents"].astype("float64").fillna(0.0).to_numpy(),
            facilities=find_places(area, state.fabric, list(serving.index)),
            kind_of=np.array([number.get(kind, -1) for kind in serving["kind"]], np.int64),
            doors=_doors(buildings, len(state.fabric.xy)),
            walkers=walkers,
            member=np.array([state.blocks.get(home, len(walkers) - 1) for home in buildings.home], np.int64),
            span=span(limit),
            bases=[],
            runs=[len(walkers) + 1],
        )
        trial.bases.extend(trial._base(kind, buildings.host) for kind in range(len(kinds)))
        return trial

    def judges(self, names: Sequence[tuple[str, str]]) -> Bools:
        """Tell for which candidates walking knows what opening them gives.

        Outside compounds and open spaces people walk on paths alone: what stands there and stops no path has walkable
        ground on neither side, and nobody can say who would cross where it stood.
        """
        fabric = self.state.fabric
        carried = set(np.unique(fabric.hops.label).tolist())
        shapes = [self.state.area.layer(layer).geometry[name] for layer, name in names]
        reach_mm = self.state.area.catalog.constants["tolerance_m"] * MM_PER_M
        beside, _ = shapely.STRtree(fabric.ground.cells).query(
            fabric.frame.geometries_mm(shapes), predicate="dwithin", distance=reach_mm
        )
        known = np.array([bool(carried & set(self._labels_of.get(key, []))) for key in names], bool)
        known[beside] = True
        return known

    def openings(self, names: Sequence[tuple[str, str]]) -> Iterator[Change]:
        """Find what opening each candidate (layer and id) changes."""
        some = any(walker != VISITOR for walker in self.walkers)
        blocks = self.state.blocks
        merged = merged_blocks(self.state.area, names, blocks) if some else [[] for _ in names]
        for (layer, name), parts in zip(names, merged, strict=True):
            freed = self.state.with_seals(set(self._labels_of.get((layer, name), [])))
            more = self._more_gates(parts)
            asked = sorted(group for group in self._crossing(freed) | set(more) if self._lived_in[group])
            both = [self.state.freed(more.get(group, self.walkers[group])) | freed for group in asked]
            steps = [self._opening(self.state.with_seals(labels)) for labels in (freed, *both)]
            yield Change(
                np.array(asked, np.int64),
                Table.of([step.hops for step in steps], 3),
                tuple(Table.of([step.of(kind) for step in steps], 2) for kind in range(len(self.kinds))),
            )

    def gains(self, change: Change) -> tuple[list[Gain], Marks]:
        """Tell for each kind the residents newly within reach, those who had no walk, and metres saved by others.

        Beside them, for each building, whether any kind is newly within reach (1) or had no walk to it before (2).
        """
        marks: Marks = np.zeros(len(self.people), np.uint8)
        found = []
        for kind, (base, ways) in enumerate(zip(self.bases, change.ways, strict=True)):
            nearer, reach = self._nearer(base, change, ways), self.reach_mm[kind]
            inside, fresh, saved = pushes.gained(base.far, base.after, nearer, reach, self.people, marks)
            found.append((inside, fresh, saved / MM_PER_M))
        return found, marks

    def _nearer(self, base: Base, change: Change, ways: Table) -> Ints:
        """Measure one kind after a change, into `after`; returns the buildings that are nearer."""
        nearer, self.runs[0] = pushes.tried(
            self.state.graph,
            (base.state, base.row_at, base.rows, base.felt_at, base.felt),
            self.runs[0],
            (self._own_hops.pointer, self._own_hops.rows),
            (change.steps.pointer, change.steps.rows),
            (ways.pointer, ways.rows),
            change.asked,
            self.doors,
            self.member,
            base.after,
            *self.span,
        )
        return np.asarray(nearer)

    def _base(self, kind: int, hosts: Ints) -> Base:
        sources = np.flatnonzero(self.kind_of == kind)
        seeds = self.state.seeds(VISITOR, self.facilities).of(sources)
        ways, hops = Table.of([own.of(kind) for own in self._own], 2), self._own_hops
        graph, seeds = self.state.graph, np.ascontiguousarray(seeds[:, :2])
        state, far, row_at, rows = pushes.prepared(
            graph, seeds, hops.pointer, hops.rows, ways.pointer, ways.rows, self.doors, self.member, *self.span
        )
        inside = self.facilities.host[sources]
        far[np.isin(hosts, inside[inside >= 0])] = 0
        felt_at, felt = self._feelers(row_at, rows)
        return Base(state, row_at, rows, felt_at, felt, far, far.copy())

    def _feelers(self, row_at: Ints, rows: Int32s) -> tuple[Ints, Ints]:
        """List by node the groups whose own gates matter there."""
        hops = self._own_hops
        node = np.concatenate([rows[:, 0], hops.rows[:, 0], hops.rows[:, 1]]).astype(np.int64)
        groups = np.arange(len(self.walkers))
        by_hop = np.repeat(groups, np.diff(hops.pointer))
        group = np.concatenate([np.repeat(groups, np.diff(row_at)), by_hop, by_hop])
        code = np.unique(node * len(self.walkers) + group)
        pointer = np.searchsorted(code, np.arange(len(self.state.fabric.xy) + 1) * len(self.walkers))
        return pointer, code % len(self.walkers)

    @cached_property
    def _guests(self) -> Guests:
        return Guests.of(self.state, self.facilities)

    def _opening(self, freed: set[int]) -> Opening:
        """Find what opens with some labels."""
        which = self.state.hops.opened(freed) if freed else np.empty(0, np.int64)
        table = self.state.fabric.hops
        hops = np.column_stack([table.first[which], table.second[which], table.length[which]]).astype(np.int32)
        ways = self._guests.fresh(frozenset(freed))
        kind = self.kind_of[ways.place]
        order = np.argsort(kind, kind="stable")
        rows = np.column_stack([ways.node[order], ways.length[order]]).astype(np.int32)
        return Opening(hops, rows, np.searchsorted(kind[order], np.arange(len(self.kinds) + 1)))

    @cached_property
    def _lived_in(self) -> list[bool]:
        """Which groups have buildings."""
        return [count > 0 for count in np.bincount(self.member, minlength=len(self.walkers)).tolist()]

    @cached_property
    def _own(self) -> list[Opening]:
        """What opens to each group beyond visitors; nothing where nobody lives."""
        lived = zip(self.walkers, self._lived_in, strict=True)
        return [self._opening(self.state.freed(walker) if here else set()) for walker, here in lived]

    @cached_property
    def _own_hops(self) -> Table:
        return Table.of([own.hops for own in self._own], 3)

    @cached_property
    def _labels_of(self) -> dict[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], list[int]] = {}
        onward = parts_that_go(self.state.area)
        for at, (layer, name, wall) in enumerate(self.state.fabric.obstacles.labels):
            found.setdefault(("gates" if layer == "gaps" else layer, name), []).append(at)
            if layer in ("gates", "gaps"):
                found.setdefault(("walls", wall), []).append(at)
            if layer == "gates" and (name, wall) in onward:
                found.setdefault(("walls", onward[name, wall]), []).append(at)
        return found

    def _more_gates(self, parts: list[set[int]]) -> dict[int, Walker]:
        """Find the groups whose gates become more because their blocks merge."""
        changes: dict[int, Walker] = {}
        for part in parts:
            every: Walker = frozenset().union(*(self.walkers[block] for block in part))
            changes |= {block: every for block in part if self.walkers[block] != every}
        return changes

    def _crossing(self, freed: set[int]) -> set[int]:
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


def _doors(buildings: Places, nodes: int) -> tuple[Ints, Ints, Ints]:
    """List the doors (building, step from the face) at each node, with their pointer."""
    order = np.lexsort((buildings.own_place, buildings.own_node))
    pointer = np.searchsorted(buildings.own_node[order], np.arange(nodes + 1))
    return pointer, buildings.own_place[order], buildings.own_length[order]
