"""Siting stations as one mixed-integer programme: capacity, radius, noise, mains, land, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from spatialreno._types import Floats, Indices
from spatialreno.optimise import CutModel, Limit, MilpResult, solve_milp

Condition = Literal["capacity", "radius", "noise", "main_reach", "main_power", "count", "land"]
#: Conditions that can be let go one at a time, with the unit of the shortfall.
UNITS: dict[Condition, str] = {
    "capacity": "m2", "radius": "m", "noise": "m", "main_reach": "m", "main_power": "kW", "count": "piece",
    "land": "m2",
}  # fmt: skip


@dataclass(frozen=True)
class StationCase:
    """Who asks for heat, where stations could stand, and which mains could feed them.

    Attributes
    ----------
    demand
        Index id; columns area_m2, load_kw.
    sites
        Index id; columns capacity_m2, fixed_yuan, noise_m (distance to the nearest home; inf: none near).
    way_m
        Demand × site.
    spare_kw
        By main; empty: mains are not looked at.
    reach_m
        Site × main.
    conflicts
        Pairs of positions in ``sites`` that cannot both be built.
    radius_m, noise_m, main_reach_m
        Limits.
    way_yuan, main_yuan
        Cost by m² and metre of way, and by metre of primary.
    count
        Number of stations; None: as many as it takes.
    """

    demand: pd.DataFrame
    sites: pd.DataFrame
    way_m: Floats
    spare_kw: pd.Series
    reach_m: Floats
    conflicts: Sequence[tuple[int, int]]
    radius_m: float
    noise_m: float
    main_reach_m: float
    way_yuan: float
    main_yuan: float
    count: int | None = None


@dataclass(frozen=True)
class CaseAnswer:
    """Sites chosen (positions), site of each demand (-1: none), main of each site, and the proof."""

    sites: Indices
    given: Indices
    main: Indices
    result: MilpResult


def solve_case(
    case: StationCase, *, loose: Condition | None = None, limit: Limit | None = None
) -> tuple[CaseAnswer, float]:
    """Choose stations at least cost; with ``loose``, break that one condition by as little as possible instead.

    .. math:: \\min \\sum_j f_j y_j + p \\sum_{jm} d_{jm} z_{jm} + w \\sum_{bj} A_b d_{bj} x_{bj} \\\\
              \\sum_j x_{bj} = 1, \\; x_{bj} \\le y_j, \\; \\sum_b A_b x_{bj} \\le C_j y_j, \\;
              \\sum_m g_{jm} = \\sum_b Q_b x_{bj}, \\; g_{jm} \\le S_m z_{jm}, \\; \\sum_j g_{jm} \\le S_m

    Returns
    -------
    CaseAnswer, float
        The answer, and by how much the loosened condition is broken at the worst place (capacity and power:
        in all).
    """
    built = _Built(case, loose)
    found = solve_milp(built.model.milp(relaxed=False), limit=limit)
    if not len(found.values):
        none = np.empty(0, np.intp)
        return CaseAnswer(none, np.full(len(case.demand), -1), none, found), float("inf")
    return built.read(found)


class _Built:
    """The programme of a case: variables and rows."""

    def __init__(self, case: StationCase, loose: Condition | None) -> None:
        self.case, self.loose, self.model = case, loose, CutModel()
        area = case.demand["area_m2"].to_numpy(float)
        free = loose is None
        near = np.ones_like(case.way_m, bool) if loose == "radius" else case.way_m <= case.radius_m
        self.b, self.j = np.nonzero(near)
        way = case.way_m[self.b, self.j]
        excess = np.maximum(way - case.radius_m, 0.0) if loose == "radius" else np.zeros(len(way))
        self.x = self.model.add(case.way_yuan * area[self.b] * way if free else excess)
        noise = np.maximum(case.noise_m - case.sites["noise_m"].to_numpy(float), 0.0)
        cost = case.sites["fixed_yuan"].to_numpy(float) if free else noise * (loose == "noise")
        self.y = self.model.add(cost + (1.0 if loose == "count" else 0.0))
        if loose != "noise":
            self._close(self.y[noise > 1e-9])
        self._serve(area)
        self._mains(case.demand["load_kw"].to_numpy(float))
        for one, other in case.conflicts:
            self.model.row([int(self.y[one]), int(self.y[other])], [1.0, 1.0], 0.0, 1.0)
        if case.count is not None and loose != "count":
            self.model.row([int(v) for v in self.y], [1.0] * len(self.y), float(case.count), float(case.count))

    def _close(self, columns: Indices) -> None:
        for column in columns:
            self.model.upper[int(column)] = 0.0

    def _serve(self, area: Floats) -> None:
        """Everybody is served once, by a site that is built, within its capacity."""
        case, model = self.case, self.model
        for b in range(len(area)):
            columns = [int(c) for c in self.x[self.b == b]]
            model.row(columns, [1.0] * len(columns), 1.0, 1.0)
        for k in range(len(self.x)):
            model.row([int(self.x[k]), int(self.y[self.j[k]])], [1.0, -1.0], -np.inf, 0.0)
        self.more = model.add(np.ones(len(self.y)), upper=np.inf, integer=False) if self.loose == "capacity" else None
        for j, most in enumerate(case.sites["capacity_m2"].to_numpy(float)):
            mine = np.flatnonzero(self.j == j)
            columns = [*(int(c) for c in self.x[mine]), int(self.y[j])]
            values = [*(float(a) for a in area[self.b[mine]]), -min(most, float(area.sum()))]
            if self.more is not None:
                columns, values = [*columns, int(self.more[j])], [*values, -1.0]
            model.row(columns, values, -np.inf, 0.0)
            if case.count is not None:  # a station that serves nobody does not count
                model.row([*(int(c) for c in self.x[mine]), int(self.y[j])], [1.0] * len(mine) + [-1.0], 0.0, np.inf)

    def _mains(self, load: Floats) -> None:
        """Every site that is built hangs on mains with room, near enough."""
        case, model, count = self.case, self.model, len(self.case.spare_kw)
        self.z = np.empty((len(self.y), 0), np.intp)
        if not count:
            return
        over = np.maximum(case.reach_m - case.main_reach_m, 0.0)
        cost = case.reach_m * case.main_yuan if self.loose is None else over * (self.loose == "main_reach")
        self.z = np.reshape(model.add(cost.ravel()), cost.shape)
        flow = model.add(np.zeros(cost.size), upper=float(load.sum()), integer=False).reshape(cost.shape)
        if self.loose != "main_reach":
            self._close(self.z[over > 1e-9])
        spare = np.minimum(case.spare_kw.to_numpy(float), load.sum())
        self.lack = model.add(np.ones(count), upper=np.inf, integer=False) if self.loose == "main_power" else None
        for j in range(len(self.y)):
            model.row([*(int(c) for c in self.z[j]), int(self.y[j])], [1.0] * count + [-1.0], 0.0, 0.0)
            mine = np.flatnonzero(self.j == j)
            columns = [*(int(c) for c in flow[j]), *(int(c) for c in self.x[mine])]
            model.row(columns, [1.0] * count + [-float(q) for q in load[self.b[mine]]], 0.0, 0.0)
            for m in range(count):
                most = float(load.sum()) if self.lack is not None else float(spare[m])
                model.row([int(flow[j, m]), int(self.z[j, m])], [1.0, -most], -np.inf, 0.0)
        for m in range(count):
            columns, values = [int(c) for c in flow[:, m]], [1.0] * len(self.y)
            if self.lack is not None:
                columns, values = [*columns, int(self.lack[m])], [*values, -1.0]
            model.row(columns, values, -np.inf, float(spare[m]))

    def read(self, found: MilpResult) -> tuple[CaseAnswer, float]:
        """Read sites, assignment and mains from the values."""
        values = found.values
        sites = np.flatnonzero(np.rint(values[self.y]) > 0)
        given = np.full(len(self.case.demand), -1)
        used = np.rint(values[self.x]) > 0
        given[self.b[used]] = self.j[used]
        main = np.array([int(np.argmax(values[self.z[j]])) if self.z.size else -1 for j in sites], np.intp)
        return CaseAnswer(sites, given, main, found), self._short(values, sites, given, main)

    def _short(self, values: Floats, sites: Indices, given: Indices, main: Indices) -> float:
        case = self.case
        if self.loose == "capacity" and self.more is not None:
            return float(values[self.more].sum())
        if self.loose == "main_power" and self.z.size and self.lack is not None:
            return float(values[self.lack].sum())
        worst = {
            "radius": case.way_m[np.arange(len(given)), given] - case.radius_m,
            "noise": case.noise_m - case.sites["noise_m"].to_numpy(float)[sites],
            "main_reach": case.reach_m[sites, main] - case.main_reach_m if self.z.size else np.zeros(1),
            "count": np.array([abs(float(len(sites) - (case.count or 0)))]),
        }
        return float(np.max(worst[self.loose], initial=0.0)) if self.loose in worst else 0.0


def what_binds(case: StationCase, *, limit: Limit | None = None) -> dict[Condition, float]:
    """Tell which single condition, let go, makes stations possible, and by how much it must be broken.

    An empty answer means that several bind together (or that there is no site at all).
    """
    found: dict[Condition, float] = {}
    for condition in UNITS:
        if condition == "land" or not len(case.sites):
            continue
        if condition.startswith("main") and not len(case.spare_kw):
            continue
        answer, short = solve_case(case, loose=condition, limit=limit)
        if len(answer.sites) and short > 1e-6:
            found[condition] = round(short, 3)
    return found
