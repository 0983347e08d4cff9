"""What opens what: candidates and residents' gates as switches, obstacles as labels, hops as classes of labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spatialreno._types import Bools, Ints
from spatialreno.area import parts_that_go
from spatialreno.walk.state.state import State
from spatialreno.walk.trials import choice_kernels as kernels

#: Layer, id, and what becomes of it: ``gone``; for a gate also ``public`` or ``residents``.
Act = tuple[str, str, str]
Table = tuple[Ints, Ints]


@dataclass(frozen=True)
class Switches:
    """Candidates, and the gates that know their residents, as switches of the labels of a fabric.

    Attributes
    ----------
    count, gates, compounds
        How many candidates, residents' gates and compounds there are.
    labels
        Pointer by label and the switches of which any one takes it out of the way.
    free
        Labels that stop nobody today.
    pairs
        Neighbouring compounds and the sets of candidates that open them to one another, as `kernels.marked` takes them.
    waiting
        Residents' gates: the candidate each waits for or -1, and the compounds beside it.
    """

    count: int
    gates: int
    compounds: int
    labels: Table
    free: Bools
    pairs: tuple[Ints, Ints, Ints, Ints]
    waiting: tuple[Ints, Ints, Ints]

    @classmethod
    def of(cls, state: State, candidates: Sequence[Sequence[Act]]) -> Switches:
        """Find what each candidate opens."""
        by_act: dict[Act, list[int]] = {}
        for at, acts in enumerate(candidates):
            for act in acts:
                by_act.setdefault(act, []).append(at)
        knowing = _knowing(state, by_act)
        number = {name: len(candidates) + at for at, (name, _) in enumerate(knowing)}
        openers = _openers(state, by_act, number)
        compounds = {str(name): at for at, name in enumerate(state.area.compounds.index)}
        return cls(
            count=len(candidates),
            gates=len(knowing),
            compounds=len(compounds),
            labels=_table(openers),
            free=~state.stands,
            pairs=_pairs(state, by_act, compounds) if knowing else _no_pairs(),
            waiting=_waiting(state, knowing, compounds),
        )


@dataclass(frozen=True)
class Classes:
    """Sets of labels that hops and ways carry: class 0 carries none; -1 is for what can never open."""

    labels: Table
    of_hop: Ints
    of_way: Ints

    @classmethod
    def of(cls, switches: Switches, hops: tuple[Ints, Ints, Bools], ways: tuple[Ints, Ints, Bools]) -> Classes:
        """Sort what carries labels (rows, labels, and which rows may be walked at all) into classes."""
        shut = np.diff(switches.labels[0]) == 0
        shut &= ~switches.free
        size = len(hops[2])
        row, label = np.concatenate([hops[0], ways[0] + size]), np.concatenate([hops[1], ways[1]])
        fine = np.concatenate([hops[2], ways[2]])
        fine[row[shut[label]]] = False
        kept = fine[row] & ~switches.free[label]
        sets, number = _classes(row[kept], label[kept], len(fine))
        number[~fine] = -1
        return cls(_table(sets), number[:size], number[size:])

    def clear(self, switches: Switches, on: Bools) -> Bools:
        """Tell which classes are open with some switches on."""
        free = np.empty(len(switches.free), np.bool_)
        clear = np.empty(len(self.labels[0]) - 1, np.bool_)
        kernels.opened(on, switches.labels, self.labels, free, clear)
        return clear


def _classes(row: Ints, label: Ints, count: int) -> tuple[list[Ints], Ints]:
    """Number the sets of labels of rows; rows without labels are of class 0."""
    order = np.lexsort((label, row))
    row, label = row[order], label[order]
    rows, begin = np.unique(row, return_index=True)
    sizes = np.diff(np.append(begin, len(row)))
    number, sets = np.zeros(count, np.int64), [np.empty(0, np.int64)]
    for size in np.unique(sizes).tolist():
        mine = np.flatnonzero(sizes == size)
        table = label[begin[mine][:, None] + np.arange(size)]
        found, place = np.unique(table, axis=0, return_inverse=True)
        number[rows[mine]] = len(sets) + place.ravel()
        sets.extend(found)
    return sets, number


def _table(lists: Iterable[Any]) -> Table:
    """Put lists of numbers one after another."""
    parts = [np.asarray(part, np.int64) for part in lists]
    return np.cumsum([0, *map(len, parts)]), np.concatenate([np.empty(0, np.int64), *parts])


def _knowing(state: State, by_act: dict[Act, list[int]]) -> list[tuple[str, int]]:
    """List gates that let residents through: today (-1), or once a candidate makes them."""
    today = set(state.area.gates.index[state.area.gates["walkers"] == "residents"])
    found = [(str(name), -1) for name in sorted(today)]
    for (layer, name, becomes), numbers in sorted(by_act.items()):
        if layer == "gates" and becomes == "residents" and name not in today:
            found += [(name, at) for at in numbers]
    return found


def _openers(state: State, by_act: dict[Act, list[int]], knowing: dict[str, int]) -> list[list[int]]:
    """List for each label the switches of which any one takes it out of the way."""
    found: list[list[int]] = []
    onward = parts_that_go(state.area)
    for layer, name, other in state.fabric.obstacles.labels:
        if layer == "seals":
            found.append(sorted({*found[int(name)], *found[int(other)]}))
            continue
        mine = list(by_act.get((layer, name, "gone"), []))
        if layer == "gates":
            mine = [*by_act.get(("walls", other, "gone"), []), *by_act.get((layer, name, "public"), [])]
            mine += by_act.get(("walls", onward.get((name, other), ""), "gone"), [])
            mine += [knowing[name]] if name in knowing else []
        found.append(sorted(set(mine)))
    return found


def _waiting(state: State, knowing: list[tuple[str, int]], compounds: dict[str, int]) -> tuple[Ints, Ints, Ints]:
    """Write for each residents' gate what it waits for and which compounds it lies beside."""
    area = state.area
    walls = area.walls[["compound_a", "compound_b"]].astype(object)
    sides = dict(zip(walls.index, walls.to_numpy().tolist(), strict=True))
    gates = area.gates[["compound_id", "wall_id"]].astype(object)
    beside = []
    for name, _ in knowing:
        own, wall = gates.loc[name]
        beside.append(sorted(compounds[c] for c in {own, *sides.get(wall, ())} if c in compounds))
    return np.array([at for _, at in knowing], np.int64), *_table(beside)


def _pairs(state: State, by_act: dict[Act, list[int]], compounds: dict[str, int]) -> tuple[Ints, Ints, Ints, Ints]:
    """Lay out which sets of candidates open two compounds to one another."""
    from spatialreno.blocks import merging_sets

    things = {(layer, name): numbers for (layer, name, becomes), numbers in by_act.items() if becomes == "gone"}
    found = merging_sets(state.area, set(things))
    ends = [(compounds[pair.a], compounds[pair.b]) for pair in found]
    sets = [_by_candidates(pair.sets, things) for pair in found]
    return (
        np.array(ends, np.int64).reshape(-1, 2),
        np.cumsum([0, *map(len, sets)]),
        *_table([members for options in sets for members in options]),
    )


def _by_candidates(sets: Iterable[frozenset[tuple[str, str]]], things: dict[tuple[str, str], list[int]]) -> list[Any]:
    """Say sets of things as sets of candidates: of several that take a thing away any one will do."""
    from spatialreno.blocks import least_sets

    found: set[frozenset[int]] = set()
    for one in sets:
        options: list[frozenset[int]] = [frozenset()]
        for thing in sorted(one):
            options = [option | {at} for option in options for at in things[thing]]
        found |= set(options)
    return [sorted(members) for members in least_sets(found)]


def _no_pairs() -> tuple[Ints, Ints, Ints, Ints]:
    none = np.empty(0, np.int64)
    return none.reshape(0, 2), np.zeros(1, np.int64), np.zeros(1, np.int64), none
