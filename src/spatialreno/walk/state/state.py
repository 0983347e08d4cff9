"""An area in one state laid on its fabric: which hops are open to visitors, and what more to the people of a block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from spatialreno._types import Bools, Ints
from spatialreno.walk.fabric.fabric import Fabric
from spatialreno.walk.fabric.sectors import expand
from spatialreno.walk.search.engine import Arcs, Csr, Extra, Seeds, both_ways, open_graph
from spatialreno.walk.state.places import Places
from spatialreno.walk.state.standing import VISITOR, Walker, fabric_of, homes, open_groups, paths_open, standing

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


@dataclass(frozen=True)
class Carriers:
    """Things that carry labels (hops, ways), sorted by label too; `barred` counts what stands in the way of each."""

    barred: Ints
    row: Ints
    label: Ints
    pointer: Ints
    by_label: Ints

    @classmethod
    def of(
        cls, row: Ints, label: Ints, labels: int, stands: Bools, closed: Bools, order: Ints | None = None
    ) -> Carriers:
        """Sort by label (in `order`, if that is known); `row` is sorted already, `closed` things count one more."""
        order = np.argsort(label, kind="stable") if order is None else order
        pointer = np.searchsorted(label[order], np.arange(labels + 1))
        barred = np.bincount(row[stands[label]], minlength=len(closed)) + closed
        return cls(barred, row, label, pointer, row[order])

    def carrying(self, labels: Iterable[int]) -> tuple[Ints, Ints]:
        """List what carries any of some labels, and how many of them."""
        held = expand(self.pointer, self.by_label, np.array(sorted(labels), np.int64))[1]
        found, count = np.unique(held, return_counts=True)
        return found, count

    def opened(self, labels: Iterable[int]) -> Ints:
        """List what opens when these labels, all standing, go."""
        found, count = self.carrying(labels)
        return np.asarray(found[self.barred[found] == count])

    def beside(self, labels: Iterable[int]) -> Ints:
        """List the labels carried together with some, by what does not open when these go."""
        found, count = self.carrying(labels)
        rows = found[self.barred[found] > count]
        low, high = (np.searchsorted(self.row, rows, side) for side in ("left", "right"))
        size = high - low
        step = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        return np.asarray(np.unique(self.label[np.repeat(low, size) + step]))


@dataclass(frozen=True)
class State:
    """An area in one state, laid on the fabric that serves it."""

    area: StudyArea
    fabric: Fabric

    @cached_property
    def homes(self) -> dict[str, Walker]:
        """The residents' gates open to the people of each compound."""
        return homes(self.area, self.blocks)

    @cached_property
    def blocks(self) -> dict[str, int]:
        """The block of each compound; where no gate is for residents it does not matter, and each is its own."""
        if (self.area.gates["walkers"] == "residents").any():
            return open_groups(self.area)
        return {str(name): at for at, name in enumerate(self.area.compounds.index)}

    @cached_property
    def arcs(self) -> Arcs:
        """The hops in both directions, once for each fabric."""
        if "arcs" not in self.fabric.memory:
            hops = self.fabric.hops
            self.fabric.memory["arcs"] = both_ways(hops.first, hops.second, hops.length, len(self.fabric.xy))
        found = self.fabric.memory["arcs"]
        assert isinstance(found, Arcs)
        return found

    @cached_property
    def seals(self) -> dict[int, list[int]]:
        """The closed gaps beside each label."""
        found: dict[int, list[int]] = {}
        for at, (layer, one, two) in enumerate(self.fabric.obstacles.labels):
            if layer == "seals":
                found.setdefault(int(one), []).append(at)
                found.setdefault(int(two), []).append(at)
        return found

    @cached_property
    def stands(self) -> Bools:
        """Labels that stop visitors."""
        return standing(self.area, self.fabric)

    @cached_property
    def hops(self) -> Carriers:
        """What stands in the way of hops for visitors; a path that may not be walked counts as one."""
        hops, labels = self.fabric.hops, len(self.fabric.obstacles.labels)
        closed = ~paths_open(self.area, self.fabric, hops.path)
        return Carriers.of(hops.label_hop, hops.label, labels, self.stands, closed, hops.by_label)

    @cached_property
    def graph(self) -> Csr:
        """The hops open to visitors."""
        return open_graph(self.arcs, self.hops.barred == 0)

    @cached_property
    def gate_labels(self) -> dict[str, list[int]]:
        """The labels of each gate in a wall that stands."""
        walls = set(self.area.walls.index)
        found: dict[str, list[int]] = {}
        for at, (layer, name, wall) in enumerate(self.fabric.obstacles.labels):
            if layer in ("gates", "gaps") and wall in walls:
                found.setdefault(name, []).append(at)
        return found

    def walkers(self, places: Places) -> Iterator[tuple[Walker, Ints]]:
        """Group places by the gates that let their people through."""
        groups: dict[Walker, list[int]] = {}
        for at, home in enumerate(places.home):
            groups.setdefault(self.homes.get(home, VISITOR), []).append(at)
        for walker in sorted(groups, key=sorted):
            yield walker, np.array(groups[walker], np.int64)

    def freed(self, walker: Walker) -> set[int]:
        """List the labels that stop visitors but not this walker."""
        return self.with_seals({at for gate in walker for at in self.gate_labels.get(gate, [])})

    def with_seals(self, labels: set[int]) -> set[int]:
        """Add to labels that go the closed gaps that go with them, and leave out what does not stand anyway."""
        every, fresh = set(labels), set(labels)
        while fresh:  # a gap may be closed between a wall and another closed gap
            fresh = {seal for at in fresh for seal in self.seals.get(at, [])} - every
            every |= fresh
        return {at for at in every if self.stands[at]}

    def extra(self, hops: Ints) -> Extra:
        """Give hops as what opens beyond the graph of visitors."""
        table = self.fabric.hops
        return Extra.of(table.first[hops], table.second[hops], table.length[hops])

    def extra_of(self, walker: Walker) -> Extra | None:
        """Give the hops open to a walker but not to visitors, None for visitors."""
        labels = self.freed(walker)
        return self.extra(self.hops.opened(labels)) if labels else None

    def seeds(self, walker: Walker, places: Places) -> Seeds:
        """List the ways between places and the fabric that this walker can use."""
        place, node, length = self.starts(walker, places)
        return Seeds(place, node, length, len(places))

    def starts(self, walker: Walker, places: Places) -> tuple[Ints, Ints, Ints]:
        """List the ways (place, node, length) between places and the fabric that this walker can use."""
        ways = places.ways
        fine = self.usable(walker, ways.label_way, ways.label, len(ways))
        fine &= paths_open(self.area, self.fabric, ways.path)
        return (
            np.concatenate([places.own_place, places.point_place[ways.point[fine]]]),
            np.concatenate([places.own_node, ways.node[fine]]),
            np.concatenate([places.own_length, ways.length[fine]]),
        )

    def usable(self, walker: Walker, carrier: Ints, label: Ints, count: int) -> Bools:
        """Tell which carriers of labels this walker can use."""
        stands = self.stands.copy()
        stands[sorted(self.freed(walker))] = False
        fine = np.ones(count, bool)
        fine[carrier[stands[label]]] = False
        return fine


@dataclass(frozen=True)
class Guests:
    """Places laid on the fabric in one state, ready to tell which of their ways open when something goes."""

    places: Places
    ways: Carriers

    @classmethod
    def of(cls, state: State, places: Places) -> Guests:
        """Sort the ways of places by label."""
        ways = places.ways
        closed = ~paths_open(state.area, state.fabric, ways.path)
        order = np.lexsort((ways.label, ways.label_way))
        labels = len(state.fabric.obstacles.labels)
        return cls(places, Carriers.of(ways.label_way[order], ways.label[order], labels, state.stands, closed))

    @cached_property
    def labels(self) -> frozenset[int]:
        """Labels that any way carries."""
        return frozenset(np.unique(self.ways.label).tolist())

    def fresh(self, freed: frozenset[int]) -> Seeds:
        """List the ways that open when some labels go."""
        ways, places = self.places.ways, self.places
        fine = self.ways.opened(freed) if freed & self.labels else np.empty(0, np.int64)
        return Seeds(places.point_place[ways.point[fine]], ways.node[fine], ways.length[fine], len(places))


def state_of(area: StudyArea) -> State:
    """Lay an area on its fabric."""
    return State(area, fabric_of(area))
