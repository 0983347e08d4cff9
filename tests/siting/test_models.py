"""The siting models against arithmetic, brute force and the OR-Library."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import shortest_path

from spatialreno.errors import InputError
from spatialreno.optimise import Limit
from spatialreno.siting import OBJECTIVES, least_count, max_coverage, p_center, p_median, siting_problem
from spatialreno.siting.models.objectives import Asked

ORLIB = Path(__file__).parents[3] / "shared" / "data" / "orlib"
OPTIMA = {"pmed1": 5819, "pmed2": 4093, "pmed3": 4250, "pmed7": 5631}  # pmed6 (5 s): see benchmarks/


def pairs(table, *, limit=np.inf, demands=None, sites=None):
    """Write a matrix as tidy pairs, ids d00… and s00…; pairs beyond the limit are left out."""
    table = np.asarray(table, float)
    rows, columns = np.nonzero(table <= limit)
    demands = demands or [f"d{k:03d}" for k in range(table.shape[0])]
    sites = sites or [f"s{k:03d}" for k in range(table.shape[1])]
    return pd.DataFrame(
        {
            "origin": [demands[k] for k in rows],
            "destination": [sites[k] for k in columns],
            "distance_m": table[rows, columns],
        }
    )


def weights(values):
    return pd.Series(list(values), index=[f"d{k:03d}" for k in range(len(values))], dtype=float)


def everyone(sites):
    """Capacity without limit, which also names sites that no pair mentions."""
    return pd.Series(np.inf, index=[f"s{k:03d}" for k in range(sites)])


def exactly(values, size):
    return st.lists(values, min_size=size, max_size=size)


matrices = st.tuples(st.integers(2, 7), st.integers(2, 6)).flatmap(
    lambda size: st.tuples(
        exactly(exactly(st.integers(0, 20), size[1]), size[0]),
        exactly(st.integers(1, 9), size[0]),
        st.integers(1, size[1]),
    )
)


@settings(max_examples=examples(120), deadline=None)
@given(matrices, st.integers(5, 25), st.booleans(), st.booleans())
def test_p_median_equals_brute_force(case, limit, hard, standing):
    table, asked, count = np.array(case[0], float), np.array(case[1], float), case[2]
    existing = ["s000"] if standing else []
    count = min(count, table.shape[1] - len(existing))
    problem = siting_problem(
        pairs(table, limit=limit), weights(asked), existing=existing, capacity=everyone(table.shape[1])
    )
    choice = p_median(problem, count=count, unserved_m=None if hard else float(limit))
    far = np.where(table <= limit, table, np.inf)
    best = np.inf
    for chosen in combinations(range(len(existing), table.shape[1]), count):
        near = far[:, [*chosen, *range(len(existing))]].min(axis=1)
        best = min(best, (asked * (near if hard else np.minimum(near, limit))).sum())
    assert choice.objective == pytest.approx(best)
    assert choice.status == ("optimal" if np.isfinite(best) else "infeasible")
    if choice.sites:
        assert choice.bound == pytest.approx(best)
        assert len(choice.sites) == count
        assert not set(choice.sites) & set(existing)


@settings(max_examples=examples(80), deadline=None)
@given(matrices, st.integers(0, 20), st.booleans())
def test_coverage_equals_brute_force(case, radius, standing):
    table, asked, count = np.array(case[0], float), np.array(case[1], float), case[2]
    existing = ["s000"] if standing else []
    count = min(count, table.shape[1] - len(existing))
    choice = max_coverage(siting_problem(pairs(table), weights(asked), existing=existing), count=count, radius_m=radius)
    new = range(len(existing), table.shape[1])
    covers = [
        asked[(table[:, [*chosen, *range(len(existing))]] <= radius).any(axis=1)].sum()
        for chosen in combinations(new, count)
    ]
    assert choice.objective == pytest.approx(max(covers))
    assert choice.bound == pytest.approx(max(covers))
    assert choice.assignment["weight"].sum() == pytest.approx(max(covers))
    first = min(c for c, value in zip(combinations(new, count), covers, strict=True) if value == max(covers))
    if count == 1:
        assert choice.sites == (f"s{first[0]:03d}",)


@settings(max_examples=examples(60), deadline=None)
@given(matrices, st.integers(5, 30))
def test_capacities_equal_brute_force(case, capacity):
    table, asked = np.array(case[0][:5], float), np.array(case[1][:5], float)
    count = min(case[2], 3)
    sites = table.shape[1]
    room = pd.Series(float(capacity), index=[f"s{k:03d}" for k in range(sites)])
    choice = p_median(siting_problem(pairs(table), weights(asked), capacity=room), count=count)
    best = np.inf
    for chosen in combinations(range(sites), count):
        ways = np.array(np.meshgrid(*[chosen] * len(asked))).T.reshape(-1, len(asked))
        for way in ways:
            load = np.bincount(way, weights=asked, minlength=sites)
            if load.max() <= capacity:
                best = min(best, (asked * table[np.arange(len(asked)), way]).sum())
    assert choice.objective == pytest.approx(best)
    load = choice.assignment.groupby("site")["weight"].sum()
    assert (load <= capacity + 1e-9).all()


def test_conflicts_keep_sites_apart():
    table = [[0, 1, 9], [1, 0, 9], [9, 9, 3]]
    free = p_median(siting_problem(pairs(table), weights([5, 5, 1])), count=2)
    apart = p_median(siting_problem(pairs(table), weights([5, 5, 1]), conflicts=[("s001", "s000")]), count=2)
    assert free.sites == ("s000", "s002")
    assert apart.sites == ("s000", "s002")
    heavy = [[0, 1, 9], [1, 0, 9], [9, 9, 9]]
    assert p_median(siting_problem(pairs(heavy), weights([50, 50, 1])), count=2).sites == ("s000", "s001")
    kept = p_median(siting_problem(pairs(heavy), weights([50, 50, 1]), conflicts=[("s000", "s001")]), count=2)
    assert kept.sites == ("s000", "s002")


def test_equal_optima_go_to_the_earlier_ids():
    table = np.full((4, 5), 7.0)
    assert p_median(siting_problem(pairs(table), weights([1, 1, 1, 1])), count=2).sites == ("s000", "s001")
    cover = max_coverage(siting_problem(pairs(table), weights([1, 1, 1, 1])), count=2, radius_m=10)
    assert cover.sites == ("s000", "s001")
    assert set(cover.assignment["site"]) == {"s000"}


@settings(max_examples=examples(25), deadline=None)
@given(matrices, st.randoms(use_true_random=False))
def test_shuffled_rows_change_nothing(case, random):
    table, asked, count = case
    frame, values = pairs(table), weights(asked)
    order = list(range(len(frame)))
    random.shuffle(order)
    again = siting_problem(frame.iloc[order], values.iloc[::-1])
    first, second = p_median(siting_problem(frame, values), count=count), p_median(again, count=count)
    assert first.sites == second.sites
    assert first.objective == second.objective
    pd.testing.assert_frame_equal(first.assignment, second.assignment)


def test_existing_facilities_serve_and_are_not_counted():
    table = [[1, 50, 60], [80, 2, 90], [80, 90, 3]]
    problem = siting_problem(pairs(table), weights([10, 10, 11]), existing=["s000"])
    choice = p_median(problem, count=1)
    assert choice.sites == ("s002",)
    assert choice.objective == 10 * 1 + 10 * 80 + 11 * 3
    assert choice.assignment["site"].tolist() == ["s000", "s000", "s002"]


def test_demands_out_of_reach():
    problem = siting_problem(pairs([[5], [500]], limit=100), weights([1, 1]))
    assert p_median(problem, count=1).status == "infeasible"
    assert p_median(problem, count=1).unserved == ("d001",)
    capped = p_median(problem, count=1, unserved_m=100)
    assert capped.objective == 105
    assert capped.unserved == ("d001",)
    assert p_median(problem, count=2, unserved_m=100).status == "infeasible"


def test_fewest_sites():
    table = [[1, 9, 9], [9, 1, 9], [9, 1, 9]]
    assert least_count(siting_problem(pairs(table, limit=2), weights([1, 1, 1]))).objective == 2
    assert least_count(siting_problem(pairs(table, limit=10), weights([1, 1, 1]))).objective == 1
    room = pd.Series(1.0, index=["s000", "s001", "s002"])
    assert least_count(siting_problem(pairs(table), weights([1, 1, 1]), capacity=room)).objective == 3
    assert least_count(siting_problem(pairs(table, limit=0), weights([1, 1, 1]))).status == "infeasible"


def test_faults_are_named():
    with pytest.raises(InputError, match="distance_m"):
        siting_problem(pd.DataFrame({"origin": [], "destination": []}), weights([1]))
    with pytest.raises(InputError, match="twice"):
        siting_problem(pd.concat([pairs([[1]])] * 2), weights([1]))
    with pytest.raises(InputError, match="d001"):
        siting_problem(pairs([[1], [1]]), weights([1, -1]))


@settings(max_examples=examples(100), deadline=None)
@given(matrices, st.booleans(), st.booleans())
def test_p_center_equals_brute_force(case, standing, clash):
    table, asked, count = np.array(case[0], float), np.array(case[1], float), case[2]
    existing = ["s000"] if standing else []
    count = min(count, table.shape[1] - len(existing))
    clashes = [("s000", "s001")] if clash else []
    problem = siting_problem(
        pairs(table), weights(asked), existing=existing, capacity=everyone(table.shape[1]), conflicts=clashes
    )
    choice = p_center(problem, count=count)
    old = list(range(len(existing)))
    farthest = {
        chosen: table[:, [*chosen, *old]].min(axis=1).max()
        for chosen in combinations(range(len(existing), table.shape[1]), count)
        if not (clash and {0, 1} <= {*chosen, *old})
    }
    best = min(farthest.values(), default=np.inf)
    assert choice.objective == choice.bound == best
    assert choice.status == ("optimal" if np.isfinite(best) else "infeasible")
    if choice.sites:  # among the choices that are as good, the one with the shortest walks in all
        walks = [(asked * table[:, [*c, *old]].min(axis=1)).sum() for c, value in farthest.items() if value == best]
        assert (choice.assignment["weight"] * choice.assignment["distance_m"]).sum() == pytest.approx(min(walks))


def test_p_center_within_capacity():
    table, asked = [[1, 9], [2, 4], [3, 3]], weights([1, 1, 1])
    room = pd.Series([2.0, 1.0], index=["s000", "s001"])
    assert p_center(siting_problem(pairs(table), asked), count=2).objective == 3
    tight = p_center(siting_problem(pairs(table), asked, capacity=room), count=2)
    assert tight.objective == 3
    assert tight.assignment["site"].tolist() == ["s000", "s000", "s001"]
    assert p_center(siting_problem(pairs(table), asked, capacity=room - 1), count=2).status == "infeasible"


def test_every_objective_by_its_name():
    problem = siting_problem(pairs([[0, 6], [9, 7], [9, 7]]), weights([90, 1, 1]))
    found = {name: model(problem, Asked(1, radius_m=8.0)).sites for name, model in OBJECTIVES.items()}
    assert found == {"p-median": ("s000",), "coverage": ("s001",), "p-center": ("s001",)}


def scattered(seed, many):
    spots = np.random.default_rng(seed).random((2, many, 2)) * 1000
    return np.hypot(*(spots[0][:, None] - spots[1][None]).transpose(2, 0, 1)).round()


def test_out_of_time_still_tells_how_far_off():
    problem = siting_problem(pairs(scattered(3, 80)), weights(range(1, 81)))
    best, hasty = p_median(problem, count=6), p_median(problem, count=6, time_limit_s=0.0)
    assert best.status == "optimal"
    assert hasty.status in ("bounded", "optimal")
    assert len(hasty.sites) == 6
    assert hasty.bound <= best.objective + 1e-6 <= hasty.objective + 2e-6


@pytest.mark.parametrize("seed", range(6))
def test_a_limit_never_returns_less_than_is_in_hand(monkeypatch, seed):
    """With next to no work allowed the exchange, or the greedy choice, is what is told."""
    from spatialreno.siting.models.median import exchange, greedy

    table = scattered(seed, 60)
    clash = [(f"s{k:03d}", f"s{k + 1:03d}") for k in range(0, 58, 2)]
    loose, tied = (siting_problem(pairs(table), weights([1] * 60), conflicts=c) for c in ((), clash))
    far = np.full(60, 1e9)
    held = exchange(table, far, greedy(table, far, 5), Limit())[1]
    optimum = [p_median(p, count=5).objective for p in (loose, tied)]
    monkeypatch.setattr("spatialreno.optimise.limit.usual_work", lambda: 1.0)
    hasty = [p_median(p, count=5) for p in (loose, tied)]
    assert hasty[0].objective <= held + 1e-6
    for found, best in zip(hasty, optimum, strict=True):
        assert len(found.sites) == 5
        assert found.bound <= best + 1e-6 <= found.objective + 2e-6
        assert not any(set(pair) <= set(hasty[1].sites) for pair in clash)
    cover = max_coverage(tied, count=5, radius_m=200)
    assert cover.assignment["weight"].sum() == cover.objective > 0
    assert p_center(loose, count=5).status in ("optimal", "bounded")


@pytest.mark.skipif(not ORLIB.is_dir(), reason="OR-Library files are not here (../shared/data/orlib)")
@pytest.mark.parametrize(("name", "optimum"), OPTIMA.items())
def test_or_library(name, optimum):
    text = (ORLIB / f"{name}.txt").read_text().split()
    size, edges, count = map(int, text[:3])
    graph = np.zeros((size, size))
    for start, end, cost in np.array(text[3:], int).reshape(edges, 3):
        graph[start - 1, end - 1] = graph[end - 1, start - 1] = cost
    distance = pairs(shortest_path(graph, directed=False))
    choice = p_median(siting_problem(distance, weights([1] * size)), count=count)
    assert choice.objective == optimum
    assert choice.bound == pytest.approx(optimum)
    assert choice.gap < 1e-9
