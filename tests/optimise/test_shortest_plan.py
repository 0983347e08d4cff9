"""The shortest plan: proved by brute force on six jobs; more crews never later, one more constraint never sooner."""

from __future__ import annotations

from itertools import permutations

import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.errors import InputError
from spatialreno.optimise import Job, Together, shortest_plan

pytest.importorskip("ortools")
NAMES = "abcdef"


def open_days(job: Job, start: int) -> list[int]:
    """List the days a job works on when it starts on a day; empty when that day is closed."""
    days: list[int] = []
    day = start
    while len(days) < job.days:
        if not any(first <= day < last for first, last in job.closed):
            days.append(day)
        elif day == start:
            return []
        day += 1
    return days


def brute(jobs: list[Job], arcs: list[tuple[str, str]], crews: dict[str, int]) -> tuple[int, int]:
    """Try every order of placing jobs as early as they fit: (worst lateness, last day) of the best."""
    best = (10**6, 10**6)
    for order in permutations(jobs):
        ends: dict[str, int] = {}
        used: dict[tuple[str, int], int] = {}
        for job in order:
            first = [a for a, b in arcs if b == job.name]
            if any(a not in ends for a in first):
                break
            day = max([job.release, *(ends[a] for a in first)])
            while True:
                days = open_days(job, day)
                held = range(day, days[-1] + 1) if days else ()
                if days and all(used.get((job.crew, d), 0) < crews[job.crew] for d in held):
                    break
                day += 1
            for d in held:
                used[job.crew, d] = used.get((job.crew, d), 0) + 1
            ends[job.name] = days[-1] + 1
        else:
            late = max([0, *(ends[j.name] - j.due for j in jobs if j.due is not None)])
            best = min(best, (late, max(ends.values())))
    return best


job_lists = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from("xy"), st.integers(0, 3), st.sampled_from([None, None, 4, 9]),
              st.sampled_from([(), ((3, 5),), ((2, 3), (6, 9))])),
    min_size=6, max_size=6,
).map(lambda rows: [Job(n, *row) for n, row in zip(NAMES, rows, strict=True)])  # fmt: skip
arc_lists = st.lists(st.sampled_from([(a, b) for a in NAMES for b in NAMES if a < b]), max_size=6, unique=True)


@given(jobs=job_lists, arcs=arc_lists)
@settings(max_examples=examples(8))
def test_six_jobs_as_brute_force_finds_them(jobs: list[Job], arcs: list[tuple[str, str]]) -> None:
    crews = {"x": 1, "y": 2}
    plan = shortest_plan(jobs, arcs, crews=crews)
    assert (plan.late, plan.last) == brute(jobs, arcs, crews) and plan.proved
    assert all(plan.start[n] <= plan.latest[n] for n in NAMES)


@given(jobs=job_lists, arcs=arc_lists)
@settings(max_examples=examples(10))
def test_more_crews_never_later_and_one_more_constraint_never_sooner(
    jobs: list[Job], arcs: list[tuple[str, str]]
) -> None:
    def best(
        crews: dict[str, int], more: list[tuple[str, str]], together: tuple[Together, ...] = ()
    ) -> tuple[int, int]:
        plan = shortest_plan(jobs, [*arcs, *more], crews=crews, together=together)
        return plan.late, plan.last

    base = best({"x": 1, "y": 1}, [])
    assert best({"x": 2, "y": 1}, []) <= base
    assert best({"x": 1, "y": 1}, [("a", "f")]) >= base
    assert best({"x": 1, "y": 1}, [], (Together(frozenset("abc"), 1),)) >= base


@given(jobs=job_lists, arcs=arc_lists)
@settings(max_examples=examples(10))
def test_the_order_in_which_jobs_are_given_changes_nothing(jobs: list[Job], arcs: list[tuple[str, str]]) -> None:
    crews = {"x": 1, "y": 1}
    assert shortest_plan(jobs, arcs, crews=crews) == shortest_plan(jobs[::-1], arcs[::-1], crews=crews)


def test_closed_days_are_waited_out_and_slack_is_told() -> None:
    """Three days of paving from day 2, closed on 3 and 4: days 2, 5, 6. The other crew has four days to spare."""
    jobs = [Job("dig", 2, "x"), Job("pave", 3, "x", closed=((3, 5),)), Job("plant", 3, "y")]
    plan = shortest_plan(jobs, [("dig", "pave")], crews={"x": 1, "y": 1})
    assert (plan.start["pave"], plan.end["pave"], plan.last) == (2, 7, 7)
    assert plan.latest == {"dig": 0, "pave": 2, "plant": 4}


def test_what_cannot_be_is_named() -> None:
    with pytest.raises(InputError, match="a, b wait for one another"):
        shortest_plan([Job("a", 1), Job("b", 1)], [("a", "b"), ("b", "a")])
    with pytest.raises(InputError, match=r"given twice: a; .*not: z; .*no crew of w"):
        shortest_plan([Job("a", 1), Job("a", 2, "w")], [("a", "z")])
    with pytest.raises(InputError, match="four years"):
        shortest_plan([Job("a", 2000)])
    assert shortest_plan([]).proved
