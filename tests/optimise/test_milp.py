"""The solver: small programmes by arithmetic, statuses, and the answer as a record."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from shapely import Point

from spatialreno.errors import InfeasibleError
from spatialreno.optimise import Limit, Milp, Solution, relative_gap, solve_milp


def _milp(cost, matrix, low, high, *, whole=True, upper=9.0):
    size = len(cost)
    return Milp(
        cost=np.array(cost, float),
        lower=np.zeros(size),
        upper=np.full(size, upper),
        integer=np.full(size, whole),
        matrix=sparse.csc_matrix(np.array(matrix, float)),
        row_lower=np.array(low, float),
        row_upper=np.array(high, float),
    )


def test_whole_numbers_cost_something():
    rows = ([[2, 2]], [-np.inf], [5])
    whole, parts = _milp([-1, -1], *rows), _milp([-1, -1], *rows, whole=False)
    assert solve_milp(whole).objective == pytest.approx(-2)
    assert solve_milp(parts).objective == pytest.approx(-2.5)
    assert solve_milp(whole).status == solve_milp(parts).status == "optimal"
    assert solve_milp(whole).gap == solve_milp(parts).gap == 0


def test_impossible_and_without_end():
    assert solve_milp(_milp([1], [[1]], [10], [20])).status == "infeasible"
    assert solve_milp(_milp([-1], [[0]], [0], [0], whole=False, upper=np.inf)).status == "unbounded"


def test_knapsack_equals_brute_force():
    rng = np.random.default_rng(7)
    value, weight = rng.integers(1, 30, 12), rng.integers(1, 20, 12)
    bits = (np.arange(2**12)[:, None] >> np.arange(12)) & 1
    best = (bits @ value)[bits @ weight <= 60].max()
    model = _milp(-value, [weight], [-np.inf], [60], upper=1.0)
    first, second = solve_milp(model), solve_milp(model)
    assert first.objective == pytest.approx(-best)
    assert first.bound == pytest.approx(-best)
    assert np.array_equal(first.values, second.values)


def test_gap():
    assert relative_gap(10, 9) == pytest.approx(0.1)
    assert relative_gap(float("inf"), 1) == float("inf")


def _solution(rows=(), missing=None):
    sites = gpd.GeoDataFrame(
        pd.DataFrame(list(rows), columns=["id", "kind", "area_m2", "capacity", "geometry"]).set_index("id"),
        geometry="geometry",
        crs="EPSG:4546",
    )
    table = pd.DataFrame(columns=["demand", "site", "distance_m", "weight"])
    status = "optimal" if rows else "infeasible"
    return Solution("clinic", "facilities", sites, table, 5.0, 5.0, 0.0, status, missing or {})


def test_an_impossible_answer_says_the_numbers():
    none = _solution(missing={"footprint_m2": 150.0, "largest_free_rectangle_m2": 84.0})
    assert not none.feasible
    with pytest.raises(InfeasibleError, match=r"footprint_m2 = 150.0; largest_free_rectangle_m2 = 84.0"):
        none.as_scenario("full")
    assert "84.0" in repr(none)


def test_an_answer_is_a_scenario():
    found = _solution([("CL1", "clinic", 120.0, float("nan"), Point(500_000, 3_800_000))])
    plan = found.as_scenario("clinic", title="诊所")
    (act,) = plan.interventions
    assert (plan.name, plan.title) == ("clinic", "诊所")
    assert (act.layer, act.id, act.geometry) == ("facilities", "CL1", Point(500_000, 3_800_000))
    assert dict(act.values) == {"area_m2": 120.0, "kind": "clinic"}
    assert "CL1" in repr(found)


def test_an_answer_is_closed():
    with pytest.raises(TypeError):
        _solution(missing={"a": 1}).missing["a"] = 2


def test_work_stops_every_run_at_the_same_place():
    """A covering programme that takes longer to prove is left after the same looks, with the same answer."""
    dice = np.random.default_rng(0)
    rows = (dice.random((100, 200)) < 0.05).astype(float)
    ones = np.ones(200)
    model = Milp(dice.integers(5, 20, 200) * 1.0, 0 * ones, ones, ones > 0, rows, np.ones(100), np.full(100, np.inf))
    limits = [Limit(work=2e4), Limit(work=2e4)]
    first, second = (solve_milp(model, limit=limit) for limit in limits)
    assert first.status == "bounded"
    assert (first.objective, first.bound, first.gap) == (second.objective, second.bound, second.gap)
    assert first.bound < first.objective
    assert limits[0].work == limits[1].work < 0
