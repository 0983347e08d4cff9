"""Clusters with a proof: each compound goes to the middle of its cluster, at least household metres in all."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt

from spatialreno.design.grouping.bound import find_bound
from spatialreno.design.grouping.growth import Parts, middle_of
from spatialreno.design.grouping.map_of_yards import Yards
from spatialreno.optimise import Row, milp_of, solve_milp

_ROUNDS = 25
_SAME = 1e-9


@dataclass(frozen=True)
class Division:
    """Clusters with what they cost in household metres, and what none can be below."""

    parts: Parts
    value: float
    bound: float
    status: str


def divided(yards: Yards, count: int, reach_m: float, start: Parts | None, nodes: int) -> Division:
    """Find the best division; places that a known one proves to be worse are left out of the search."""
    value = np.inf if start is None else value_of(yards, start)
    bound = find_bound(yards, count, reach_m, value)
    if bound.value == np.inf:
        return Division([], np.inf, np.inf, "infeasible")
    near = (yards.metres <= reach_m) & (bound.places <= value + _SAME * max(value, 1.0))
    found = Model(yards, count, near).best(start, nodes)
    if found is None:
        return Division([], np.inf, bound.value, "stopped")
    # The search was among divisions no worse than the known one, so that what it proves holds for all.
    return Division(found.parts, found.value, min(max(found.bound, bound.value), found.value), found.status)


class Model:
    r"""The programme of a division, among the places (compound, middle) that are looked at.

    .. math:: \min \sum_{ir} h_i d_{ir} x_{ir}, \quad \sum_r x_{ir} = 1, \quad \sum_r x_{rr} = P, \quad
              L\,x_{rr} \le \sum_i a_i x_{ir} \le U\,x_{rr}, \quad x_{ir} \le x_{rr}

    and, where a cluster falls apart, for a part :math:`K` without its middle and :math:`i \in K`:
    :math:`x_{ir} \le \sum_{j \in N(K)} x_{jr}`, which every cluster that hangs together meets.
    """

    def __init__(self, yards: Yards, count: int, places: npt.NDArray[np.bool_]) -> None:
        self.yards, self.count = yards, count
        near = places & places.diagonal()
        self.pairs = [(int(i), int(r)) for i, r in np.argwhere(near)]
        self.column = {pair: at for at, pair in enumerate(self.pairs)}
        self.cost = np.array([yards.households[i] * yards.metres[i, r] for i, r in self.pairs])
        self.by_middle: dict[int, list[tuple[int, int]]] = {}
        for at, (i, r) in enumerate(self.pairs):
            self.by_middle.setdefault(r, []).append((i, at))
        self.rows = self._rows()

    def _rows(self) -> list[Row]:
        yards, column = self.yards, self.column
        rows: list[Row] = []
        by_yard: dict[int, list[int]] = {}
        for at, (i, _) in enumerate(self.pairs):
            by_yard.setdefault(i, []).append(at)
        rows += [(by_yard.get(i, []), [1.0] * len(by_yard.get(i, [])), 1.0, 1.0) for i in range(yards.count)]
        middles = [column[r, r] for r in self.by_middle]
        rows.append((middles, [1.0] * len(middles), float(self.count), float(self.count)))
        for r, mine in self.by_middle.items():
            rows += [([at, column[r, r]], [1.0, -1.0], -np.inf, 0.0) for i, at in mine if i != r]
            for limit in yards.limits:
                if limit.least > -np.inf:
                    rows.append(self._sum(mine, limit.amounts, column[r, r], limit.least, above=True))
                if limit.most < np.inf:
                    rows.append(self._sum(mine, limit.amounts, column[r, r], limit.most, above=False))
        return rows

    def _sum(self, mine: list[tuple[int, int]], amounts: np.ndarray, middle: int, edge: float, *, above: bool) -> Row:
        values = {at: float(amounts[i]) for i, at in mine}
        values[middle] -= edge
        low, high = (0.0, np.inf) if above else (-np.inf, 0.0)
        return list(values), list(values.values()), low, high

    def best(self, start: Parts | None, nodes: int) -> Division | None:
        """Solve until every cluster hangs together and nothing costs less, or the nodes are used up."""
        size, bound = len(self.pairs), -np.inf
        known = None if start is None else self._point(start)
        left = nodes
        for _ in range(_ROUNDS):
            model = milp_of(self.cost, np.zeros(size), np.ones(size), np.ones(size, bool), self.rows)
            found = solve_milp(model, nodes=max(left, 1), start=known)
            left -= found.nodes
            bound = max(bound, found.bound)
            if found.status == "infeasible":
                return Division([], np.inf, np.inf, "infeasible")
            if not len(found.values):
                break
            cuts, parts = self._cuts(found.values)
            if not cuts:
                status = "proven" if found.status == "optimal" else "stopped"
                return Division(parts, float(found.objective), bound, status)
            self.rows += cuts
            if left <= 0:
                break
        return None if start is None else Division(start, value_of(self.yards, start), bound, "stopped")

    def _point(self, parts: Parts) -> dict[int, float] | None:
        pairs = [(i, middle_of(self.yards, part)[0]) for part in parts for i in part]
        if any(pair not in self.column for pair in pairs):
            return None
        chosen = {self.column[pair] for pair in pairs}
        return {at: float(at in chosen) for at in range(len(self.pairs))}

    def _cuts(self, values: np.ndarray) -> tuple[list[Row], Parts]:
        """Read the clusters of a point, and cut off those that fall apart."""
        cuts: list[Row] = []
        parts: Parts = []
        for r, mine in sorted(self.by_middle.items()):
            part = sorted(i for i, at in mine if values[at] > 0.5)
            if not part or values[self.column[r, r]] < 0.5:
                continue
            parts.append(part)
            for piece in nx.connected_components(self.yards.net(part)):
                if r not in piece:
                    cuts += self._cut(r, piece)
        return cuts, parts

    def _cut(self, r: int, piece: set[int]) -> list[Row]:
        around = sorted({b for a in piece for b in self.yards.beside[a]} - piece)
        gate = [self.column[b, r] for b in around if (b, r) in self.column]
        return [([self.column[i, r], *gate], [1.0] + [-1.0] * len(gate), -np.inf, 0.0) for i in sorted(piece)]


def value_of(yards: Yards, parts: Parts) -> float:
    """Add up household metres to the middles."""
    return sum(middle_of(yards, part)[1] for part in parts)
