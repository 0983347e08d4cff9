"""Worth together: shares by arithmetic, classical games, and what a plan is worth among three yards in a row."""

from __future__ import annotations

import pickle
from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import make_area
from row_of_yards import row_of_yards
from shapely import LineString, Point, box

import spatialreno as sr
from spatialreno.design import find_core, sampled_shapley, shapley, worst_off
from spatialreno.design.together.causes import trench_value
from spatialreno.design.together.players import find_players

PLAN = sr.Scenario("open", "拆墙", [sr.demolish("walls", ids=["W12", "W23"])])


@pytest.fixture(scope="module")
def yards() -> sr.StudyArea:
    return row_of_yards()


@pytest.fixture(scope="module")
def found(yards: sr.StudyArea):
    return sr.synergy(yards, PLAN, goal="covered:kindergarten")


# ---- games, by arithmetic


def test_three_owners_by_all_six_orders() -> None:
    values = np.array([0, 10, 20, 50, 0, 40, 30, 90.0])
    by_hand = np.zeros(3)
    for order in permutations(range(3)):
        who = 0
        for one in order:
            by_hand[one] += (values[who | 1 << one] - values[who]) / 6
            who |= 1 << one
    assert shapley(values) == pytest.approx(by_hand)
    assert shapley(values).sum() == pytest.approx(90)


def test_the_glove_game() -> None:
    """Two left gloves and a right one: whoever holds the right one is stronger, and has all of it in the core."""
    pair = np.array([0, 0, 0, 0, 0, 1, 1, 1.0])
    assert shapley(pair) == pytest.approx([1 / 6, 1 / 6, 4 / 6])
    core = find_core(pair)
    assert core.shares == pytest.approx([0, 0, 1], abs=1e-6) and not core.empty()
    assert worst_off(pair, shapley(pair))[1] == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("estate", "shares"), [(100, [100 / 3] * 3), (200, [50, 75, 75]), (300, [50, 100, 150])]
)
def test_the_nucleolus_of_the_talmud(estate: int, shares: list[float]) -> None:
    """Claims of 100, 200 and 300 on an estate (Aumann and Maschler 1985)."""
    claims = np.array([100, 200, 300])
    rest = [claims[[i for i in range(3) if not who >> i & 1]].sum() for who in range(8)]
    values = np.maximum(0, estate - np.array(rest)).astype(float)
    assert find_core(values).shares == pytest.approx(shares, abs=1e-4)


def test_a_core_that_is_empty() -> None:
    majority = np.array([0, 0, 0, 1, 0, 1, 1, 1.0])
    core = find_core(majority)
    assert core.empty() and core.epsilon == pytest.approx(1 / 3) and core.shares == pytest.approx([1 / 3] * 3)


def test_renaming_players_renames_shares() -> None:
    dice = np.random.default_rng(3)
    values = dice.integers(0, 50, 32).astype(float)
    values[0] = 0
    turn = dice.permutation(5)
    moved = np.array([values[sum(1 << turn[i] for i in range(5) if who >> i & 1)] for who in range(32)])
    assert shapley(moved) == pytest.approx(shapley(values)[turn])
    assert find_core(moved).shares == pytest.approx(find_core(values).shares[turn], abs=1e-4)


def test_sampled_shares_come_near_and_tell_their_error() -> None:
    dice = np.random.default_rng(5)
    values = np.sort(dice.random(64) * 100)
    values[0] = 0
    shares, error = sampled_shapley(6, lambda who: values[who], samples=400)
    assert shares.sum() == pytest.approx(values[-1])
    assert (np.abs(shares - shapley(values)) <= 4 * error + 1e-9).all()


# ---- three yards


def test_people_by_arithmetic(found) -> None:
    """50 of C2 need C2 and C3; 100 of C1 need all three; 200 of C3 have it today."""
    assert found.causes.loc["access", ["alone", "all", "together"]].tolist() == [0, 150, 150]
    rows = found.table[found.table["cause"] == "access"].set_index("player")
    third = 100 / 3
    assert rows["share"].tolist() == pytest.approx([third, third + 25, third + 25], abs=1e-5)
    assert rows["own"].tolist() == [100, 50, 0]
    assert found.givers() == ["C3"] and "C3 give without gaining" in repr(found)


def test_shares_sum_to_the_whole_in_every_cause(found) -> None:
    sums = found.table.groupby("cause")["share"].sum()
    for cause, row in found.causes.iterrows():
        assert sums[cause] == pytest.approx(row["all"], abs=1e-4)


def test_the_parts_of_the_bill_sum_to_it(yards, found) -> None:
    bill = found.table.drop_duplicates("player")["bill_yuan"].sum()
    assert bill == pytest.approx(PLAN.bill(yards).total["open"], abs=0.05)


def test_stations_that_two_share_and_three_do_not_leave_the_core_empty(yards) -> None:
    """A station carries two of three equal yards: any pair saves one, all three save no more."""
    tight = yards.with_catalog(constants={"heat_station_max_m2": 1000.0, "heat_station_set_yuan": 300.0})
    pipes = sr.synergy(tight, PLAN, goal="covered:kindergarten").causes.loc["pipes"]
    assert (pipes["all"], pipes["core_empty"]) == (300, True)
    assert pipes["epsilon"] == pytest.approx(100)


def test_owners_and_what_a_resident_is_worth(yards) -> None:
    owners = sr.synergy(yards, PLAN, by="owner", goal="covered:kindergarten", yuan_per_resident=1e6, years=0)
    assert owners.table["player"].unique().tolist() == ["C3", "P1"]
    assert owners.causes.at["access", "all"] == 150
    net = owners.causes.at["net", "all"]
    pipes = owners.causes.at["pipes", "all"]
    assert net == pytest.approx(150e6 + pipes - PLAN.bill(yards).total["open"], abs=0.05)
    html = sr.maps.draw_synergy(owners).html()
    assert "&lt;b&gt;甲厂" in html and "<b>甲厂" not in html


def test_it_comes_back_from_a_pickle_and_refuses_what_it_does_not_know(yards, found) -> None:
    back = pickle.loads(pickle.dumps(found))
    assert back.table.equals(found.table) and repr(back) == repr(found)
    with pytest.raises(sr.InputError, match="by is 'street'"):
        sr.synergy(yards, PLAN, by="street")
    with pytest.raises(sr.InputError, match="counts no residents"):
        sr.synergy(yards, PLAN, goal="score", years=-1)


def test_above_twelve_players_shares_are_sampled_with_their_error() -> None:
    """Thirteen yards in a row, open by one wall each: only the two beside the first wall are needed for it."""
    count = 13
    area = make_area(
        compounds=[
            {"id": f"C{n:02}", "name": "院", "heated": True, "geometry": box(n * 20, 0, n * 20 + 20, 20)}
            for n in range(count)
        ],
        buildings=[{"id": "B0", "residents": 90, "geometry": box(5, 5, 10, 10)}],
        walls=[
            {"id": "W", "geometry": LineString([(20, 0), (20, 20)])},
            {"id": "R", "removable": False, "geometry": LineString(box(0, 0, 20 * count, 20).exterior.coords)},
        ],
        facilities=[{"id": "F1", "kind": "kindergarten", "geometry": Point(30, 15)}],
    )
    plan = sr.Scenario("open", interventions=[sr.demolish("walls", ids=["W"])])
    found = sr.synergy(area, plan, goal="covered:kindergarten", samples=4)
    rows = found.table[found.table["cause"] == "access"].set_index("player")
    assert rows["share"].sum() == pytest.approx(90) and rows.loc["C02":, "share"].eq(0).all()
    assert rows["nucleolus"].isna().all() and found.causes.at["access", "core_empty"] is None
    assert found.causes.at["access", "together"] == 90 and "sampled" in " ".join(found.notes)
    assert "未判定" in sr.maps.draw_synergy(found).html()


def test_trenches_by_arithmetic(yards) -> None:
    """A lane of 100 yuan on the way to all three, one of 50 to the first alone: each more saves the first 100 again."""
    served = pd.DataFrame(
        [("water", "L/1", home) for home in ("B1", "B2", "B3")] + [("water", "L/2", "B1")],
        columns=["kind", "piece", "building_id"],
    )
    costs = pd.DataFrame({"piece": ["L/1", "L/2"], "pipe_yuan": [60.0, 50.0], "trench_yuan": [40.0, 0.0]})
    costs["kind"] = "water"
    dig = SimpleNamespace(served=served, costs=costs)
    saved = trench_value(yards, dig, find_players(yards, "compound"))
    assert [saved(who) for who in (0b001, 0b011, 0b101, 0b111, 0)] == [0, 100, 100, 200, 0]
    found = sr.synergy(yards, PLAN, goal="covered:kindergarten", dig=dig)
    stations = sr.synergy(yards, PLAN, goal="covered:kindergarten").causes.at["pipes", "all"]
    assert found.causes.at["pipes", "all"] == pytest.approx(stations + 200)
    assert "单干者付沿途全部沟槽" in sr.maps.draw_synergy(found).html()
