"""An area in one state laid on its fabric: which hops are open to visitors, and what more to the people of a block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from spatialreno.walk.engine import Arcs, Csr, Extra, Seeds, both_ways, open_graph
from spatialreno.walk.fabric import Fabric
from spatialreno.walk.frame import Bools, Ints
from spatialreno.walk.places import Places
from spatialreno.walk.sectors import expand
from spatialreno.walk.state import VISITOR, Walker, fabric_of, homes, paths_open, standing

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


@dataclass(frozen=True)
class Ledger:
    """What of a fabric does not change with its state: arcs, and the hops that carry each label."""

    arcs: Arcs
    pointer: Ints
    hop: Ints
    seals: dict[int, list[int]]

    def carriers(self, labels: Iterable[int]) -> Ints:
        """List the hops that carry any of some labels."""
        rows = np.array(sorted(labels), np.int64)
        return np.asarray(np.unique(expand(self.pointer, self.hop, rows)[1]))


@dataclass(frozen=True)
class State:
    """An area in one state, laid on the fabric that serves it."""

    area: StudyArea
    fabric: Fabric

    @cached_property
    def homes(self) -> dict[str, Walker]:
        """The residents' gates open to the people of each compound."""
        return homes(self.area)

    @cached_property
    def ledger(self) -> Ledger:
        """Arcs and carriers, once for each fabric."""
        if "ledger" not in self.fabric.memory:
            self.fabric.memory["ledger"] = _ledger(self.fabric)
        found = self.fabric.memory["ledger"]
        assert isinstance(found, Ledger)
        return found

    @cached_property
    def stands(self) -> Bools:
        """Labels that stop visitors."""
        return standing(self.area, self.fabric)

    @cached_property
    def barred(self) -> Ints:
        """Number of standing obstacles each hop meets for visitors; a path that may not be walked counts as one."""
        hops = self.fabric.hops
        count = np.bincount(hops.label_hop[self.stands[hops.label]], minlength=len(hops))
        return np.asarray(count + ~paths_open(self.area, self.fabric, hops.path))

    @cached_property
    def graph(self) -> Csr:
        """The hops open to visitors."""
        return open_graph(self.ledger.arcs, self.barred == 0)

    @cached_property
    def gate_labels(self) -> dict[str, list[int]]:
        """The labels of each gate in a wall that stands."""
        walls, found = set(self.area.walls.index), {}
        for at, (layer, name, wall) in enumerate(self.fabric.obstacles.labels):
            if layer == "gates" and wall in walls:
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
        every = labels | {seal for at in labels for seal in self.ledger.seals.get(at, [])}
        return {at for at in every if self.stands[at]}

    def opened(self, labels: set[int]) -> Ints:
        """List the hops that open when these labels of standing obstacles go."""
        hops = self.ledger.carriers(labels)
        return hops[self.barred[hops] == self.carried(hops, labels)]

    def carried(self, hops: Ints, labels: set[int]) -> Ints:
        """Count how many of some labels each of some hops carries."""
        rows = np.array(sorted(labels), np.int64)
        _, held = expand(self.ledger.pointer, self.ledger.hop, rows)
        place = np.searchsorted(hops, held)
        place = np.minimum(place, max(len(hops) - 1, 0))
        mine = hops[place] == held if len(hops) else np.zeros(0, bool)
        return np.asarray(np.bincount(place[mine], minlength=len(hops)))

    def extra(self, hops: Ints) -> Extra:
        """Give hops as (first, second, length)."""
        table = self.fabric.hops
        return table.first[hops], table.second[hops], table.length[hops]

    def extra_of(self, walker: Walker) -> Extra | None:
        """Give the hops open to a walker but not to visitors, None for visitors."""
        labels = self.freed(walker)
        return self.extra(self.opened(labels)) if labels else None

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


def state_of(area: StudyArea) -> State:
    """Lay an area on its fabric."""
    return State(area, fabric_of(area))


def _ledger(fabric: Fabric) -> Ledger:
    """Sort the hops of a fabric by end, and by label."""
    hops, labels = fabric.hops, fabric.obstacles.labels
    order = np.argsort(hops.label, kind="stable")
    pointer = np.searchsorted(hops.label[order], np.arange(len(labels) + 1))
    seals: dict[int, list[int]] = {}
    for at, (layer, one, two) in enumerate(labels):
        if layer == "seals":
            seals.setdefault(int(one), []).append(at)
            seals.setdefault(int(two), []).append(at)
    arcs = both_ways(hops.first, hops.second, hops.length, len(fabric.xy))
    return Ledger(arcs, pointer, hops.label_hop[order], seals)
