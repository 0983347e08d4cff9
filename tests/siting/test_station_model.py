"""Stations in one model: arithmetic, brute force over choices, and what binds by how much."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno.siting.models.station_model import StationCase, solve_case, what_binds


def case(**changes):
    """Two demands of 100 m² and 50 kW, 10 m and 90 m from site S, the other way round from T; one main."""
    base = StationCase(
        demand=pd.DataFrame({"area_m2": [100.0, 100.0], "load_kw": [50.0, 50.0]}, index=["a", "b"]),
        sites=pd.DataFrame({"capacity_m2": 300.0, "fixed_yuan": 1000.0, "noise_m": 20.0}, index=["S", "T"]),
        way_m=np.array([[10.0, 90.0], [90.0, 10.0]]),
        spare_kw=pd.Series({"M": 200.0}),
        reach_m=np.array([[5.0], [50.0]]),
        conflicts=(),
        radius_m=100.0,
        noise_m=10.0,
        main_reach_m=100.0,
        way_yuan=0.01,
        main_yuan=1.0,
    )
    return replace(base, **changes)


def test_one_station_by_arithmetic():
    """S: 1000 + 5 m of primary + 0.01 · 100 · (10 + 90) = 1105; T 1150; both 2000 + 55 + 20 = 2075."""
    answer, _ = solve_case(case())
    assert answer.sites.tolist() == [0]
    assert answer.result.objective == pytest.approx(1105.0)
    assert answer.result.gap == 0.0
    assert answer.main.tolist() == [0]


def test_two_stations_where_distance_is_dear():
    answer, _ = solve_case(case(way_yuan=1.0))
    assert answer.sites.tolist() == [0, 1]
    assert answer.given.tolist() == [0, 1]
    assert answer.result.objective == pytest.approx(2000 + 55 + 2000)


@pytest.mark.parametrize(
    ("changes", "condition", "short"),
    [
        ({"radius_m": 60.0, "count": 1}, "radius", 30.0),
        ({"noise_m": 26.0}, "noise", 6.0),
        ({"main_reach_m": 3.0}, "main_reach", 2.0),
        ({"spare_kw": pd.Series({"M": 70.0})}, "main_power", 30.0),
        ({"count": 1, "sites": case().sites.assign(capacity_m2=150.0)}, "capacity", 50.0),
        ({"count": 1, "sites": case().sites.assign(capacity_m2=150.0)}, "count", 1.0),
    ],
)
def test_what_binds_and_by_how_much(changes, condition, short):
    bad = case(**changes)
    assert not len(solve_case(bad)[0].sites)
    assert what_binds(bad)[condition] == pytest.approx(short)


def test_two_conditions_that_bind_together_are_not_blamed_on_one():
    assert what_binds(case(noise_m=26.0, spare_kw=pd.Series({"M": 70.0}))) == {}


def test_sites_that_overlap_are_not_both_built():
    answer, _ = solve_case(case(way_yuan=1.0, conflicts=((0, 1),)))
    assert len(answer.sites) == 1


def test_without_mains_nothing_is_asked_of_them():
    free = case(spare_kw=pd.Series(dtype=float), reach_m=np.empty((2, 0)))
    assert solve_case(free)[0].result.objective == pytest.approx(1100.0)
    assert "main_power" not in what_binds(replace(free, noise_m=26.0))


@settings(max_examples=examples(30), deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 99), min_size=3, max_size=3), min_size=3, max_size=3),
    st.lists(st.integers(60, 300), min_size=3, max_size=3),
)
def test_equal_to_brute_force(way, capacity):
    demand = pd.DataFrame({"area_m2": [60.0, 50.0, 40.0], "load_kw": 1.0}, index=list("abc"))
    sites = pd.DataFrame({"capacity_m2": [float(c) for c in capacity], "fixed_yuan": 100.0, "noise_m": 99.0})
    small = case(
        demand=demand, sites=sites, way_m=np.array(way, float), spare_kw=pd.Series(dtype=float),
        reach_m=np.empty((3, 0)), radius_m=80.0, way_yuan=0.05,
    )  # fmt: skip
    area, best = demand["area_m2"].to_numpy(), np.inf
    for given_to in product(range(3), repeat=3):
        load = np.bincount(given_to, weights=area, minlength=3)
        metres = np.array([way[b][j] for b, j in enumerate(given_to)], float)
        if (load <= capacity).all() and (metres <= 80).all():
            best = min(best, 100.0 * len(set(given_to)) + 0.05 * float(area @ metres))
    answer, _ = solve_case(small)
    if np.isfinite(best):
        assert answer.result.objective == pytest.approx(best)
        assert answer.result.bound <= best + 1e-6
    else:
        assert not len(answer.sites)
