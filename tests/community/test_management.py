"""Management: a break-even by hand, the Luoyang figures, what merging changes."""

from __future__ import annotations

import math

import pytest
import shapely
from community.court import court
from conftest import EXAMPLE
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from spatialreno import read_scenario
from spatialreno.catalog import read_catalog
from spatialreno.community import break_even_fee, documented_case, manage, pays_from
from spatialreno.community.management import Costs
from spatialreno.errors import InputError

COSTS = Costs(gate=2000.0, household=8.0, place=3000.0)


def test_a_break_even_by_hand():
    # 500 households, 2 gates: 3000 + 2 × 2000 + 8 × 500 = 11 000 yuan a month
    assert COSTS.month(households=500, gates=2) == 11_000
    assert break_even_fee(11_000, 500, 0.5) == 44.0
    assert break_even_fee(11_000, 500, 1.0) == 22.0
    # at 20 yuan and 90 %: 18 in, 8 out for each household: 10 left to carry 5000 with one gate
    assert pays_from(COSTS, gates=1, fee_yuan=20.0, rate=0.9) == 500
    assert pays_from(COSTS, gates=1, fee_yuan=20.0, rate=0.4) == math.inf  # 8 in, 8 out


def test_luoyang_30_to_80_per_cent_at_20_yuan():
    told = documented_case(read_catalog()).set_index("state")
    assert told["rate"].tolist() == [0.3, 0.8] and told.loc["after", "fee_yuan"] == 20
    # 2 × 2600 + 936 × 7 + 3200 = 14 952; over 936 × 0.8 and 936 × 0.3
    assert told.loc["after", "break_even_yuan"] == pytest.approx(14_952 / (936 * 0.8)) == pytest.approx(20, rel=0.01)
    assert told.loc["before", "break_even_yuan"] == pytest.approx(14_952 / (936 * 0.3))
    assert told.loc["before", "break_even_yuan"] / told.loc["after", "break_even_yuan"] == pytest.approx(0.8 / 0.3)


rates = st.floats(0.05, 1.0)


@given(st.integers(1, 5000), st.integers(0, 9), rates, rates)
def test_the_fee_carries_the_cost_and_falls_as_more_pay(households, gates, a, b):
    cost = COSTS.month(households=households, gates=gates)
    assert break_even_fee(cost, households, a) * households * a == pytest.approx(cost)
    low, high = sorted((a, b))
    assert break_even_fee(cost, households, high) <= break_even_fee(cost, households, low)


@given(st.integers(0, 9), st.integers(5, 60), rates)
def test_from_that_size_on_and_not_before(gates, fee, rate):
    size = pays_from(COSTS, gates=gates, fee_yuan=fee, rate=rate)
    if math.isfinite(size) and size < 1e7:
        income = lambda n: fee * rate * n  # noqa: E731
        assert income(size) >= COSTS.month(households=size, gates=gates) - 1e-6
        assert income(size - 1) < COSTS.month(households=size - 1, gates=gates) + 1e-6


@pytest.fixture(scope="module")
def gated():
    """Two yards, each with a gate to the street and one gate between them."""
    walls = [
        {"id": "W1", "geometry": LineString([(50, 0), (50, 100)])},
        {"id": "W2", "geometry": LineString([(0, 0), (50, 0)])},
        {"id": "W3", "geometry": LineString([(50, 0), (100, 0)])},
    ]
    gates = [
        {"id": "G1", "walkers": "residents", "width_m": 2.0, "geometry": Point(50, 30)},
        {"id": "G2", "walkers": "public", "width_m": 4.0, "geometry": Point(20, 0)},
        {"id": "G3", "walkers": "residents", "width_m": 4.0, "geometry": Point(80, 0)},
        {"id": "G4", "walkers": "closed", "vehicles": "closed", "width_m": 4.0, "geometry": Point(90, 0)},
    ]
    compounds = [
        {"id": c, "name": c, "fee_yuan_month": fee, "fee_rate": rate, "households": 6, "geometry": yard}
        for c, yard, fee, rate in (
            ("C1", shapely.box(0, 0, 50, 100), 10.0, 0.5),
            ("C2", shapely.box(50, 0, 100, 100), 30.0, 1.0),
        )
    ]
    return court(walls=walls, gates=gates, compounds=compounds)


def test_merging_saves_the_inner_gate_and_one_fixed_part(gated):
    apart = manage(gated, clusters={"C1": ["C1"], "C2": ["C2"]}, costs=COSTS, every_gate=True).table
    whole = manage(gated, clusters={"all": ["C1", "C2"]}, costs=COSTS, every_gate=True).table
    assert apart["gates"].sum() == 3 and whole.loc["all", "gates"] == 2  # a closed gate needs no guard
    assert apart["cost_yuan"].sum() - whole["cost_yuan"].sum() == 2000 + 3000
    assert whole.loc["all", ["fee_yuan", "rate", "income_yuan"]].tolist() == [20.0, 0.75, 6 * 10 * 0.5 + 6 * 30 * 1.0]


def test_one_gate_of_a_compound_is_guarded(gated):
    """3000 + 2000 + 8 × 6 = 5048 a month for each yard and 5096 for both; C1 takes in 30 and loses 5018."""
    apart = manage(gated, clusters={"C1": ["C1"], "C2": ["C2"]}, costs=COSTS).table
    assert apart["guarded"].tolist() == [1, 1] and apart["cost_yuan"].tolist() == [5048, 5048]
    assert apart.loc["C1", ["income_yuan", "balance_yuan"]].tolist() == [30, 30 - 5048]
    whole = manage(gated, clusters={"all": ["C1", "C2"]}, costs=COSTS).table.loc["all"]
    assert (whole["gates"], whole["guarded"], whole["cost_yuan"]) == (2, 1, 5096)
    dear = gated.with_catalog(constants={"gate_guard_households": 6}, source="本地", date="2026")
    assert manage(dear, clusters={"all": ["C1", "C2"]}, costs=COSTS).table.loc["all", "guarded"] == 2


def test_the_example_costs_what_a_compound_can_bear(example):
    """C01: one guarded gate 2600 + 126 × 7 + 3200 = 6682 yuan a month; 126 × 22 × 0.42 come in."""
    own = manage(example).table.loc["C01"]
    assert own["cost_yuan"] == 6682 and own["income_yuan"] == pytest.approx(126 * 22 * 0.42)
    assert break_even_fee(6682, 126, 0.8) == pytest.approx(66.29, abs=0.01)


def test_blocks_are_places(example):
    after = read_scenario(EXAMPLE / "scenarios" / "full.toml").apply(example)
    now, then = manage(example), manage(after)
    assert len(now.table) == 10 and len(then.table) == 3
    assert then.table["cost_yuan"].sum() < now.table["cost_yuan"].sum()
    assert now.table["households"].sum() == then.table["households"].sum() == 1008
    assert len(then.fees) == 3 * 8


def test_bad_questions_are_named(example):
    for wrong in ((-1, 10, 0.5), (1, 0, 0.5), (1, 10, 0.0), (1, 10, 1.1)):
        with pytest.raises(InputError, match="rate"):
            break_even_fee(*wrong)
    with pytest.raises(InputError) as refused:
        manage(example, clusters={"a": ["C01", "C99"], "b": ["C01"]})
    assert [f.ids for f in refused.value.faults] == [("C99",), ("C01",)]
    with pytest.raises(InputError, match="jiankang"):
        documented_case(read_catalog(), "atlantis")
