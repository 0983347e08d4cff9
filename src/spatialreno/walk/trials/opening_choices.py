"""Openings that may be chosen: what any set of them lets each home reach, exactly, without applying a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialreno._types import Bools, Ints
from spatialreno.walk.fabric.sectors import expand
from spatialreno.walk.millimetres.frame import MM_PER_M
from spatialreno.walk.search.engine import Csr, Int32s, Seeds, both_ways, nearest_place
from spatialreno.walk.state.places import Places, find_places
from spatialreno.walk.state.standing import paths_open
from spatialreno.walk.state.state import State, state_of
from spatialreno.walk.trials import choice_kernels as kernels
from spatialreno.walk.trials.home_walk import HomeWalk, Part, Target, no_classes, room_to_work
from spatialreno.walk.trials.switches import Act, Classes, Switches

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

FAR = kernels.FAR
_ROUNDING = 1e-6


@dataclass(frozen=True)
class OpeningChoices:
    """An area in which some things may be opened, ready to tell what any choice of them lets a home reach.

    A choice is one flag for each candidate. The more is chosen the shorter is every walk, never longer.
    """

    state: State
    switches: Switches
    classes: Classes
    graph: tuple[Ints, Int32s]
    homes: Places
    facilities: Places
    kinds: tuple[str, ...]
    exits: Int32s
    exit_node: Ints

    @classmethod
    def of(cls, area: StudyArea, candidates: Sequence[Sequence[Act]], homes: Sequence[str]) -> OpeningChoices:
        """Lay an area on its fabric once for all choices.

        Parameters
        ----------
        area
            The area in any state.
        candidates
            What each candidate does: acts of layer, id and what becomes of it (``gone``, or ``public`` or ``residents``
            for a gate).
        homes
            Ids of the buildings whose walks are asked for.
        """
        state = state_of(area)
        switches = Switches.of(state, candidates)
        serving = area.facilities[area.facilities["status"].fillna("open") == "open"]
        facilities = find_places(area, state.fabric, list(serving.index))
        hops, ways = state.fabric.hops, facilities.ways
        fine = [paths_open(area, state.fabric, path) for path in (hops.path, ways.path)]
        classes = Classes.of(switches, (hops.label_hop, hops.label, fine[0]), (ways.label_way, ways.label, fine[1]))
        own = np.zeros(len(facilities.own_place), np.int32)
        place = np.concatenate([facilities.own_place, facilities.point_place[ways.point]])
        node = np.concatenate([facilities.own_node, ways.node])
        length = np.concatenate([facilities.own_length, ways.length])
        group = np.concatenate([own, classes.of_way])
        order = np.lexsort((place, node))
        order = order[group[order] >= 0]
        return cls(
            state=state,
            switches=switches,
            classes=classes,
            graph=_graph(state, classes.of_hop),
            homes=find_places(area, state.fabric, list(homes)),
            facilities=facilities,
            kinds=tuple(serving["kind"]),
            exits=np.column_stack([place, length, group])[order].astype(np.int32),
            exit_node=node[order],
        )

    def target(self, limits_m: Mapping[str, float]) -> Target:
        """Make ready to ask for facilities of some kinds, each within its own limit in metres."""
        most = {kind: int(limit * MM_PER_M + _ROUNDING) for kind, limit in limits_m.items()}
        limit = np.array([most.get(kind, -1) for kind in self.kinds], np.int64)
        room = np.full(len(self.state.fabric.xy), -1, np.int64)
        for reach in sorted(set(limit[limit >= 0].tolist())):
            far = self._least(np.flatnonzero(limit == reach), reach)
            np.maximum(room, np.where(far <= reach, reach - far, -1), out=room)
        wanted = limit[self.exits[:, 0]] >= 0
        rows = np.column_stack([self.exits[wanted, 1], limit[self.exits[wanted, 0]], self.exits[wanted, 2]])
        pointer = np.searchsorted(self.exit_node[wanted], np.arange(len(room) + 1))
        hosts = self.facilities.host[limit >= 0]
        return Target(room, pointer, rows.astype(np.int64), max(most.values(), default=0), frozenset(hosts[hosts >= 0]))

    @property
    def count(self) -> int:
        """How many candidates there are."""
        return self.switches.count

    @property
    def far(self) -> int:
        """What stands for a walk that is longer than its limit."""
        return FAR

    def walk(self, home: int, target: Target, within: int | None = None) -> HomeWalk:
        """Take the walks of one home (its number among those asked for) to a target out of the whole.

        With ``within`` only walks of at most so many millimetres count, for kinds of one limit.
        """
        if int(self.homes.host[home]) in target.hosts:
            return HomeWalk.indoors()
        compound = self._compound.get(self.homes.home[home], -1)
        aim = target if within is None else target.within(within)
        return HomeWalk.of(
            self.switches, self.classes, compound, self._part(self._seeds[home], aim, compound), self.searches
        )

    def millimetres(self, chosen: Bools, home: int, target: Target) -> int:
        """Measure the walk of one home to the nearest facility, for kinds of one limit; FAR where none is within it."""
        if int(self.homes.host[home]) in target.hosts:
            return 0
        switches = self.switches
        whole = (
            self.graph, self._seeds[home], (target.exit_at, target.exits), target.room, target.limit, switches.labels,
            self.classes.labels, switches.pairs, switches.waiting, self._compound.get(self.homes.home[home], -1),
            self._work, no_classes(),
        )  # fmt: skip
        return int(kernels.reaches(whole, chosen, 0, False))

    def _part(self, seeds: Ints, target: Target, compound: int) -> Part:
        """Cut out of the whole what any walk within the limit may touch."""
        switches, far, number = self.switches, self._far, self._number
        on = np.empty(switches.count + switches.gates, np.bool_)
        seen = np.empty(max(switches.compounds, 1), np.bool_)
        kernels.switched(np.ones(switches.count, np.bool_), compound, switches.pairs, switches.waiting, seen, on)
        clear = self.classes.clear(switches, on)
        kernels.settled(self.graph, seeds, target.room, 0, clear, self._work[4], far)
        nodes = np.flatnonzero(far < FAR)
        number[nodes] = np.arange(len(nodes))
        arc_at, arcs = kernels.cut_out(self.graph, target.room, clear, far, nodes, number)
        node, row = expand(target.exit_at, np.arange(len(target.exits)), nodes)
        exits = np.column_stack([node, target.exits[row]])
        exits = exits[clear[exits[:, 3]] & (far[nodes[node]] + exits[:, 1] <= exits[:, 2])]
        own = seeds[far[seeds[:, 0]] < FAR]
        far[nodes] = FAR
        local = np.column_stack([number[own[:, 0]], own[:, 1]])
        return Part(arc_at, arcs, exits, local, target.room[nodes], target.limit)

    def _least(self, facilities: Ints, limit: int) -> Ints:
        """Measure to the nearest of some facilities from every node, with everything open to everybody."""
        pick = np.isin(self.exits[:, 0], facilities)
        seeds = Seeds(
            self.exits[pick, 0].astype(np.int64), self.exit_node[pick], self.exits[pick, 1].astype(np.int64), 0
        )
        order = np.argsort(seeds.place, kind="stable")
        seeds = Seeds(seeds.place[order], seeds.node[order], seeds.length[order], len(self.kinds))
        return nearest_place(self._whole, seeds, facilities, limit).far.astype(np.int64)

    @cached_property
    def searches(self) -> list[int]:
        """How many searches have been made so far, in one place for all walks."""
        return [0]

    @cached_property
    def _whole(self) -> Csr:
        """All hops that may ever open."""
        return self.graph[0], np.ascontiguousarray(self.graph[1][:, :2])

    @cached_property
    def _far(self) -> Ints:
        return np.full(len(self.state.fabric.xy), FAR, np.int64)

    @cached_property
    def _work(self) -> Any:
        switches = self.switches
        sizes = (len(switches.free), len(self.classes.labels[0]) - 1, switches.compounds, len(self.state.fabric.xy))
        return room_to_work(switches.count + switches.gates, *sizes)

    @cached_property
    def _number(self) -> Ints:
        return np.zeros(len(self.state.fabric.xy), np.int64)

    @cached_property
    def _compound(self) -> dict[str, int]:
        return {str(name): at for at, name in enumerate(self.state.area.compounds.index)}

    @cached_property
    def _seeds(self) -> list[Ints]:
        """Doors of each home: node, and step from the face."""
        homes = self.homes
        order = np.lexsort((homes.own_node, homes.own_place))
        rows = np.column_stack([homes.own_node, homes.own_length])[order].astype(np.int64)
        cuts = np.searchsorted(homes.own_place[order], np.arange(len(homes) + 1))
        return [rows[cuts[at] : cuts[at + 1]] for at in range(len(homes))]


def _graph(state: State, of_hop: Ints) -> tuple[Ints, Int32s]:
    """Lay the hops that may ever open out in both directions, each with its class."""
    hops = state.fabric.hops
    kept = np.flatnonzero(of_hop >= 0)
    arcs = both_ways(hops.first[kept], hops.second[kept], hops.length[kept], len(state.fabric.xy))
    rows = np.column_stack([arcs.head, arcs.weight, of_hop[kept][arcs.hop]]).astype(np.int32)
    return arcs.pointer, rows


def doubled_walls(area: StudyArea) -> list[tuple[str, str]]:
    """List pairs of walls drawn along one line that share a gate.

    Parameters
    ----------
    area
        The study area.

    Returns
    -------
    list of (str, str)
        Ids of the wall the gate belongs to, and of the other, which must go too before the gate lets anybody through;
        both stand. Sorted.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point, box
    >>> from spatialreno.area import assemble
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> x, y = 631_000, 3_838_000
    >>> line = LineString([(x + 30, y), (x + 30, y + 60)])
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1"], name=["院"], geometry=[box(x, y, x + 60, y + 60)]),
    ...         "buildings": layer(id=["B1"], geometry=[box(x + 10, y + 50, x + 20, y + 55)]),
    ...         "walls": layer(id=["W1", "W2"], geometry=[line, line]),
    ...         "gates": layer(id=["G1"], wall_id=["W1"], width_m=[3.0], geometry=[Point(x + 30, y + 30)]),
    ...     },
    ...     name="yard",
    ... )
    >>> doubled_walls(area)
    [('W1', 'W2')]
    """
    own = dict(zip(area.gates.index, area.gates["wall_id"], strict=True))
    labels = state_of(area).fabric.obstacles.labels
    found = {(str(own.get(gate)), wall) for layer, gate, wall in labels if layer == "gates" and own.get(gate) != wall}
    standing = set(area.walls.index)
    return sorted((one, two) for one, two in found if one in standing and two in standing)
