"""Clusters by growth from spread seeds and moves along their borders: quick, and without a proof."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from spatialreno.design.grouping.map_of_yards import Yards

Parts = list[list[int]]
_STARTS = 8
_ROUNDS = 30


@dataclass
class _Division:
    """Compounds by cluster, with each cluster's middle and how far it is from keeping to its limits."""

    yards: Yards
    parts: Parts

    def cost(self, part: list[int]) -> tuple[float, float]:
        """Tell how far a cluster is outside its limits, and its household metres to the middle."""
        if not part:
            return np.inf, np.inf
        over = 0.0
        for limit in self.yards.limits:
            total = float(limit.amounts[part].sum())
            size = max([1.0, *(abs(edge) for edge in (limit.least, limit.most) if np.isfinite(edge))])
            over += (max(limit.least - total, 0.0) + max(total - limit.most, 0.0)) / size
        return over, middle_of(self.yards, part)[1]


def middle_of(yards: Yards, part: list[int]) -> tuple[int, float]:
    """Find the compound from which the households of a cluster are nearest, and their metres in all."""
    inside = yards.metres[np.ix_(part, part)]
    sums = yards.households[part] @ inside
    best = int(np.argmin(sums.round(6)))
    return part[best], float(sums[best])


def grown(yards: Yards, count: int, *, seed: int = 0) -> Parts | None:
    """Find a division into so many clusters that keeps to all limits; None where none was found."""
    dice = np.random.default_rng(seed)
    best: tuple[float, Parts] | None = None
    for _ in range(_STARTS):
        parts = _spread(yards, count, dice)
        if parts is None:
            continue
        value = _improved(_Division(yards, parts))
        if value is not None and (best is None or value[0] < best[0] - 1e-6):
            best = value
    return None if best is None else best[1]


def _spread(yards: Yards, count: int, dice: np.random.Generator) -> Parts | None:
    """Choose seeds far from one another, and let the smallest cluster take the nearest free neighbour in turn."""
    pieces = yards.pieces()
    if len(pieces) > count:
        return None
    seeds = [int(dice.choice(piece)) for piece in pieces]
    while len(seeds) < count:
        reached = yards.metres[seeds].min(axis=0)  # finite: each piece has a seed
        away = np.where(np.isin(np.arange(yards.count), seeds), 0.0, reached) * dice.uniform(0.7, 1.0, yards.count)
        seeds.append(int(np.argmax(away)))
    owner = np.full(yards.count, -1)
    owner[seeds] = np.arange(count)
    size = yards.households[seeds].copy()
    while (owner < 0).any():
        taken = _take(yards, seeds, owner, size)
        if not taken:
            return None
    return [np.flatnonzero(owner == at).tolist() for at in range(count)]


def _take(yards: Yards, seeds: list[int], owner: np.ndarray, size: np.ndarray) -> bool:
    for at in np.argsort(size, kind="stable").tolist():
        mine = np.flatnonzero(owner == at).tolist()
        free = sorted({b for a in mine for b in yards.beside[a] if owner[b] < 0})
        if free:
            nearest = min(free, key=lambda b: (float(yards.metres[seeds[at], b]), b))
            owner[nearest], size[at] = at, size[at] + yards.households[nearest]
            return True
    return False


def _improved(division: _Division) -> tuple[float, Parts] | None:
    """Move compounds across borders as long as that helps; first towards the limits, then towards the middle."""
    yards, parts = division.yards, division.parts
    costs = [division.cost(part) for part in parts]
    owner = np.empty(yards.count, int)
    for at, part in enumerate(parts):
        owner[part] = at
    for _ in range(_ROUNDS):
        moved = False
        for one in range(yards.count):
            moved |= _moved(division, costs, owner, one)
        if not moved:
            break
    if any(over > 1e-9 for over, _ in costs):
        return None
    return sum(metres for _, metres in costs), [sorted(part) for part in parts]


def _moved(division: _Division, costs: list[tuple[float, float]], owner: np.ndarray, one: int) -> bool:
    """Give one compound to the neighbour cluster where it does most good."""
    yards, parts, home = division.yards, division.parts, int(owner[one])
    others = sorted({int(owner[b]) for b in yards.beside[one]} - {home})
    rest = [b for b in parts[home] if b != one]
    if not others or not rest or not hangs_together(yards, rest):
        return False
    left = division.cost(rest)
    best = None
    for at in others:
        found = division.cost([*parts[at], one])
        gain = (
            costs[home][0] + costs[at][0] - left[0] - found[0],
            costs[home][1] + costs[at][1] - left[1] - found[1],
        )
        helps = gain[0] > 1e-9 or (gain[0] > -1e-9 and gain[1] > 1e-6)
        if helps and (best is None or gain > best[0]):
            best = (gain, at, found)
    if best is None:
        return False
    _, at, found = best
    parts[home], parts[at] = rest, [*parts[at], one]
    costs[home], costs[at], owner[one] = left, found, at
    return True


def hangs_together(yards: Yards, part: list[int]) -> bool:
    """Tell whether one can go from each compound of a part to each other through neighbours of the part."""
    inside, seen, line = set(part), {part[0]}, deque([part[0]])
    while line:
        for b in yards.beside[line.popleft()]:
            if b in inside and b not in seen:
                seen.add(b)
                line.append(b)
    return len(seen) == len(inside)
