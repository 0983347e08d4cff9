"""The shortest plan of jobs in days: order, crews, days that are closed; with a bound, by CP-SAT of OR-Tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spatialreno.errors import InputError

_FOUR_YEARS = 1461  # days that are looked at, at most
Arc = tuple[str, str]


@dataclass(frozen=True)
class Job:
    """Something that takes days of work.

    Attributes
    ----------
    name
        Unique.
    days
        Days of work, 1 or more.
    crew
        Whose crews it needs one of; empty: none.
    release
        First day on which it may start; days count from 0.
    due
        Day by which it is to have ended (its last day is ``due - 1`` at the latest); None: any.
    closed
        Spans of days [from, to) on which nothing is done; a crew waits in between.
    """

    name: str
    days: int
    crew: str = ""
    release: int = 0
    due: int | None = None
    closed: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Together:
    """At most ``most`` of these jobs may be under way on one day."""

    jobs: frozenset[str]
    most: int


@dataclass(frozen=True)
class ShortestPlan:
    """When each job starts and ends (the day after its last), and what is proven.

    Attributes
    ----------
    start, end
        By job.
    latest
        Latest start by job that moves neither the end of all nor what is due.
    last
        Day after the last day of all.
    late
        Days by which the worst job with a due day is late; 0: none.
    bound
        No plan with this ``late`` ends before it.
    proved
        ``late`` and ``last`` are proven least.
    """

    start: Mapping[str, int]
    end: Mapping[str, int]
    latest: Mapping[str, int]
    last: int
    late: int
    bound: int
    proved: bool


@dataclass
class _Rules:
    """Jobs by name with everything that ties them."""

    jobs: dict[str, Job]
    before: dict[str, list[str]]
    after: dict[str, list[str]]
    crews: Mapping[str, int]
    together: Sequence[Together]
    open_days: dict[str, Any] = field(default_factory=dict)

    def ends(self, job: Job) -> Any:
        """Give for every start day the day after the last day of work; 0 where it cannot start then."""
        if job.name not in self.open_days:
            self.open_days[job.name] = _ends(job)
        return self.open_days[job.name]

    def places(self, name: str) -> list[tuple[str, int]]:
        """Name the crews and groups a job takes one of, with how many there are."""
        crew = self.jobs[name].crew
        own = [(f"crew {crew}", self.crews[crew])] if crew else []
        return own + [(f"group {k}", g.most) for k, g in enumerate(self.together) if name in g.jobs]


def shortest_plan(
    jobs: Iterable[Job],
    arcs: Iterable[Arc] = (),
    *,
    crews: Mapping[str, int] | None = None,
    together: Sequence[Together] = (),
    work: float = 20.0,
) -> ShortestPlan:
    """Find the plan whose worst lateness is least and which then ends soonest.

    .. math:: \\min (\\max_j (e_j - due_j)^+, \\max_j e_j) \\quad \\text{s.t.} \\quad s_j \\ge e_i \\; (i \\to j),
              \\; |\\{j: s_j \\le t < e_j, crew_j = c\\}| \\le n_c

    A resource-constrained project scheduling problem; solved with CP-SAT in one thread, so that the same input gives
    the same plan. More crews never end later, one more constraint never sooner, where both are proved.

    Parameters
    ----------
    jobs
        What is to be done.
    arcs
        (first, then): the second starts when the first has ended.
    crews
        How many crews there are of each kind.
    together
        Groups of jobs of which only so many may be under way.
    work
        Deterministic time of the solver after which it stops with what is proven.

    Returns
    -------
    ShortestPlan

    Raises
    ------
    InputError
        Names given twice, arcs to jobs that there are not or in a circle, a crew of which there is none, a job that
        cannot be done within four years; or OR-Tools is not installed.

    Examples
    --------
    >>> from spatialreno.optimise import Job
    >>> jobs = [Job("dig", 3, "dig"), Job("pipe", 2, "dig"), Job("pave", 2, "pave")]
    >>> plan = shortest_plan(jobs, [("dig", "pave"), ("pipe", "pave")], crews={"dig": 1, "pave": 1})
    >>> plan.last, plan.bound, plan.proved, plan.start["pave"]
    (7, 7, True, 5)
    """
    rules = _rules(jobs, arcs, crews or {}, together)
    order = _by_tail(rules)
    first = _serial(rules, order)
    if not rules.jobs:
        return ShortestPlan({}, {}, {}, 0, 0, 0, True)
    starts, bound, late_bound = _solved(rules, first, work)
    start = _serial(rules, sorted(starts, key=lambda n: (starts[n], order.index(n))))
    end = {n: int(rules.ends(rules.jobs[n])[s]) for n, s in start.items()}
    last, late = max(end.values()), _late(rules, end)
    proved = late_bound == late and bound == last
    return ShortestPlan(start, end, _latest(rules, start, end, last), last, late, bound, proved)


def _rules(
    jobs: Iterable[Job], arcs: Iterable[Arc], crews: Mapping[str, int], together: Sequence[Together]
) -> _Rules:
    given = sorted(jobs, key=lambda job: job.name)
    named = {job.name: job for job in given}
    pairs = sorted(set(arcs))
    faults = []
    if len(named) < len(given):
        twice = _said(job.name for k, job in enumerate(given[1:]) if job.name == given[k].name)
        faults.append(f"jobs are given twice: {twice}")
    lost = {name for arc in pairs for name in arc if name not in named}
    if lost:
        faults.append(f"arcs name jobs that there are not: {_said(lost)}")
    idle = {job.name for job in given if job.days < 1}
    if idle:
        faults.append(f"{_said(idle)} takes no day")
    bare = {job.crew for job in given if job.crew and crews.get(job.crew, 0) < 1}
    if bare:
        faults.append(f"there is no crew of {_said(bare)}")
    if faults:
        raise InputError(f"plan: {'; '.join(faults)}. Correct them.")
    before: dict[str, list[str]] = {name: [] for name in named}
    after: dict[str, list[str]] = {name: [] for name in named}
    for first, then in pairs:
        before[then].append(first)
        after[first].append(then)
    return _Rules(named, before, after, crews, together)


def _said(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))


def _ends(job: Job) -> Any:
    is_open = np.ones(_FOUR_YEARS, dtype=bool)
    for first, last in job.closed:
        is_open[max(first, 0) : max(last, 0)] = False
    days = np.flatnonzero(is_open)
    ends = np.zeros(_FOUR_YEARS, dtype=np.int64)
    starts = days[: max(len(days) - job.days + 1, 0)]
    ends[starts] = days[job.days - 1 : job.days - 1 + len(starts)] + 1
    return ends


def _by_tail(rules: _Rules) -> list[str]:
    """Order jobs so that each stands after those before it, the longest way to the end first; refuse circles."""
    tail: dict[str, int] = {}
    waiting = {name: len(after) for name, after in rules.after.items()}
    ready = sorted(name for name, count in waiting.items() if not count)
    while ready:
        name = ready.pop()
        tail[name] = rules.jobs[name].days + max((tail[n] for n in rules.after[name]), default=0)
        for earlier in rules.before[name]:
            waiting[earlier] -= 1
            if not waiting[earlier]:
                ready.append(earlier)
    circle = sorted(set(rules.jobs) - set(tail))
    if circle:
        raise InputError(f"plan: {_said(circle)} wait for one another in a circle. Take an arc out.")
    order: list[str] = []
    left = {name: len(before) for name, before in rules.before.items()}
    ready = [name for name, count in left.items() if not count]
    while ready:
        ready.sort(key=lambda n: (rules.jobs[n].due is None, -tail[n], n), reverse=True)
        name = ready.pop()
        order.append(name)
        for then in rules.after[name]:
            left[then] -= 1
            if not left[then]:
                ready.append(then)
    return order


def _serial(rules: _Rules, order: Sequence[str]) -> dict[str, int]:
    """Put each job in turn on the first days that are free; it waits for those before it."""
    used: dict[str, Any] = {}
    start: dict[str, int] = {}
    end: dict[str, int] = {}
    waiting = list(order)
    while waiting:
        name = next(n for n in waiting if all(b in end for b in rules.before[n]))
        waiting.remove(name)
        job = rules.jobs[name]
        begin = max([job.release, *(end[b] for b in rules.before[name])])
        start[name], end[name] = _first_free(rules, job, begin, used)
    return start


def _first_free(rules: _Rules, job: Job, begin: int, used: dict[str, Any]) -> tuple[int, int]:
    ends, places = rules.ends(job), rules.places(job.name)
    for day in range(begin, _FOUR_YEARS):
        last = int(ends[day])
        if last and all((_held(used, place)[day:last] < most).all() for place, most in places):
            for place, _ in places:
                used[place][day:last] += 1
            return day, last
    raise InputError(f"plan: {job.name} cannot be done within four years. Check its days, crews and closed days.")


def _held(used: dict[str, Any], place: str) -> Any:
    return used.setdefault(place, np.zeros(_FOUR_YEARS, dtype=np.int64))


def _late(rules: _Rules, end: Mapping[str, int]) -> int:
    return max([0, *(end[n] - job.due for n, job in rules.jobs.items() if job.due is not None)])


def _latest(rules: _Rules, start: Mapping[str, int], end: Mapping[str, int], last: int) -> dict[str, int]:
    """Push every job as far back as crews and order allow, the last one first; nothing ends later than it may."""
    used: dict[str, Any] = {}
    found: dict[str, int] = {}
    for name in sorted(start, key=lambda n: (end[n], start[n], n), reverse=True):
        job, ends, places = rules.jobs[name], rules.ends(rules.jobs[name]), rules.places(name)
        most = min([last, *(found[n] for n in rules.after[name] if n in found)])
        most = most if job.due is None else min(most, max(job.due, end[name]))
        found[name] = start[name]
        for day in range(most, start[name], -1):
            until = int(ends[day]) if day < _FOUR_YEARS else 0
            if until and until <= most and all((_held(used, p)[day:until] < n).all() for p, n in places):
                found[name] = day
                break
        for place, _ in places:
            _held(used, place)[found[name] : int(ends[found[name]])] += 1
    return found


def _solved(rules: _Rules, first: Mapping[str, int], work: float) -> tuple[dict[str, int], int, int]:
    """Solve with CP-SAT from a first plan; starts, the bound on the last day, the bound on lateness."""
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise InputError("schedule: needs OR-Tools. Install it with pip install 'spatialreno[schedule]'.") from error
    ends = {n: int(rules.ends(rules.jobs[n])[s]) for n, s in first.items()}
    horizon, most_late = max(ends.values()), _late(rules, ends)
    if most_late:  # lateness comes first: a plan that is less late may end later
        horizon = min(2 * horizon + most_late, _FOUR_YEARS - 1)
    model = cp_model.CpModel()
    start, end, spans = {}, {}, {}
    for name, job in rules.jobs.items():
        start[name], end[name], spans[name] = _variables(model, cp_model, rules, job, max(horizon, 1))
        model.add_hint(start[name], first[name])
    for name, then in ((n, t) for n, after in rules.after.items() for t in after):
        model.add(start[then] >= end[name])
    for place, most in sorted({p for n in rules.jobs for p in rules.places(n)}):
        held = [spans[n] for n in rules.jobs if (place, most) in rules.places(n)]
        model.add_cumulative(held, [1] * len(held), most)
    last, late = model.new_int_var(0, horizon, "last"), model.new_int_var(0, most_late, "late")
    model.add_max_equality(last, list(end.values()))
    for name, job in rules.jobs.items():
        if job.due is not None:
            model.add(late >= end[name] - job.due)
    weight = horizon + 1
    model.minimize(weight * late + last)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, 0
    solver.parameters.max_deterministic_time = work
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return dict(first), 0, 0
    floor = int(np.ceil(solver.best_objective_bound - 1e-6))
    late_bound = min(floor // weight, solver.value(late))
    bound = floor - weight * late_bound if late_bound == solver.value(late) else 0
    return {n: solver.value(v) for n, v in start.items()}, bound, late_bound


def _variables(model: Any, cp_model: Any, rules: _Rules, job: Job, horizon: int) -> tuple[Any, Any, Any]:
    ends = rules.ends(job)[: horizon + 1]
    days = np.arange(len(ends))
    allowed = (ends <= horizon) & (days >= job.release) & (ends > 0)
    start = model.new_int_var_from_domain(cp_model.Domain.from_values([int(d) for d in days[allowed]]), f"s{job.name}")
    if not job.closed:
        end = start + job.days
        return start, end, model.new_interval_var(start, job.days, end, job.name)
    end = model.new_int_var(0, horizon, f"e{job.name}")
    size = model.new_int_var(0, horizon, f"d{job.name}")
    model.add_element(start, [int(e) for e in ends], end)
    return start, end, model.new_interval_var(start, size, end, job.name)
