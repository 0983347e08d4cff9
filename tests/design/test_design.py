"""A design is the best there is: equal to trying every set, and equal to the product once it is applied."""

from __future__ import annotations

import pickle
from itertools import product
from typing import Any

import numpy as np
import pytest
from conftest import examples, make_area
from design_yards import yard
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from quarters import area_of, prefixed, quarters, renamed, shuffled
from shapely import LineString, Point, box

import spatialreno as sr
from spatialreno.design import find_candidates, find_goal, opening_costs, scenario_of
from spatialreno.walk import OpeningChoices

# Without shrinking: an area is a whole fabric, and a failing one is small as it is.
FEW = settings(
    max_examples=examples(3), deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
GOALS = ("covered:kindergarten", "kinds", "score", "metres")


def worth(area: sr.StudyArea, goal: str, names: list[str]) -> Any:
    """What the search counts for any set, and what each candidate costs."""
    aim = find_goal(area, goal, "gb50180-2018")
    found, _ = find_candidates(area, names)
    choices = OpeningChoices.of(area, [one.acts for one in found], list(aim.people.index))
    return aim, found, aim.hopes(choices), opening_costs(area, found)


def every_set(area: sr.StudyArea, goal: str, names: list[str]) -> list[tuple[float, float]]:
    """What each set of walls costs and brings."""
    _, found, hopes, cost = worth(area, goal, names)
    sets = []
    for some in product([False, True], repeat=len(found)):
        chosen = np.array(some, bool)
        sets.append((float(cost.to_numpy()[chosen].sum()), hopes.value(chosen)))
    return sets


@FEW
@given(st.data())
@pytest.mark.long
def test_the_search_counts_what_the_product_counts(data: st.DataObject) -> None:
    area = area_of(data.draw(quarters(2)))
    goal = data.draw(st.sampled_from(GOALS))
    aim, found, hopes, _ = worth(area, goal, ["walls"])
    chosen = np.array([data.draw(st.booleans()) for _ in found], bool)
    after = scenario_of([one for one, yes in zip(found, chosen, strict=True) if yes], "o").apply(area)
    assert hopes.value(chosen) == pytest.approx(aim.measure(after), abs=1e-6)


@FEW
@given(st.data())
@pytest.mark.long
def test_more_open_is_never_worse(data: st.DataObject) -> None:
    area = area_of(data.draw(quarters(3)))
    _, found, hopes, _ = worth(area, data.draw(st.sampled_from(GOALS)), ["walls", "gates"])
    order = data.draw(st.permutations(range(len(found))))
    chosen, before = np.zeros(len(found), bool), hopes.today
    for one in order:
        chosen[one] = True
        now = hopes.value(chosen)
        assert now >= before - 1e-9
        before = now


@FEW
@given(st.data())
@pytest.mark.long
def test_names_and_the_order_of_rows_change_nothing(data: st.DataObject) -> None:
    rows = data.draw(quarters(2))
    other = shuffled(renamed(rows, prefixed(rows, "X")), data.draw)
    names = sorted(row["id"] for row in rows["walls"])[:6]
    one = sr.design_openings(area_of(rows), budget_yuan=9000, goal="kinds", candidates=names)
    two = sr.design_openings(area_of(other), budget_yuan=9000, goal="kinds", candidates=["X" + name for name in names])
    assert (two.value, two.cost_yuan, two.bound) == (one.value, one.cost_yuan, one.bound)
    assert two.chosen == tuple("X" + name for name in one.chosen)


# ---- the example


@pytest.mark.parametrize("count", [6, pytest.param(10, marks=pytest.mark.long)])
def test_some_walls_of_the_example(example: sr.StudyArea, count: int) -> None:
    names = sorted(example.walls.index[example.walls["removable"].astype(bool)])[:count]
    sets = every_set(example, "basket:four", names)
    for budget in (15_000, 30_000):
        found = sr.design_openings(example, budget_yuan=budget, candidates=names)
        assert found.status == "proven"
        assert found.value == max(value for cost, value in sets if cost <= budget)


@pytest.mark.long
def test_guards_are_kept(example: sr.StudyArea) -> None:
    free = sr.design_openings(example, budget_yuan=30_000)
    assert free.value >= sr.design_openings(example, budget_yuan=30_000, must_keep=[free.chosen[0]]).value
    asked = {who for one in free.table[free.table["chosen"]]["asks"] for who in one if who in example.parties.index}
    party = sorted(asked)[0]
    kept = sr.design_openings(example, budget_yuan=30_000, keep_party=[party])
    assert party not in {who for one in kept.table[kept.table["chosen"]]["asks"] for who in one}
    few = sr.design_openings(example, budget_yuan=30_000, most_parties=1)
    assert len({w for one in few.table[few.table["chosen"]]["asks"] for w in one if w in example.parties.index}) <= 1
    assert few.value <= free.value
    assert "W04" in sr.design_openings(example, budget_yuan=30_000, must_open=["W04"]).chosen


def test_an_impossible_question_names_what_binds(example: sr.StudyArea) -> None:
    with pytest.raises(sr.InfeasibleError, match="budget of 100 yuan"):
        sr.design_openings(example, budget_yuan=100, must_open=["W04"])
    with pytest.raises(sr.InfeasibleError, match=r"floor .* lacks 73 residents"):
        sr.design_openings(example, floor=1.0)


def test_what_must_open_and_must_stay_is_told_and_not_searched_for() -> None:
    asked = {"goal": "covered:kindergarten", "must_open": ["W1"]}
    with pytest.raises(sr.InfeasibleError, match=r"must_keep \(opening W1 would do\); must_open \(W1"):
        sr.design_openings(yard(), must_keep=["W1"], **asked)


def test_nothing_may_open_so_nothing_opens() -> None:
    found = sr.design_openings(yard(), goal="covered:kindergarten", candidates=[])
    assert (found.chosen, found.status, found.value, found.bound) == ((), "proven", 0, 0)


@pytest.mark.parametrize("place", ["yard", pytest.param("example", marks=pytest.mark.long)])
def test_other_budgets(place: str, example: sr.StudyArea) -> None:
    area = yard(ring=True) if place == "yard" else example
    found = sr.design_openings(area, budget_yuan=20_000, goal="covered:kindergarten")
    table = found.frontier([0, 10_000, 20_000])
    assert table["value"].is_monotonic_increasing
    assert table["chosen"].iloc[0] == []
    assert table["chosen"].iloc[-1] == list(found.chosen)
    assert (table["bound"] >= table["value"]).all()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"goal": "baskt"}, "basket:four"),
        ({"candidates": ["W44"]}, r"near: .*W4"),
        ({"must_open": ["W99"]}, "no candidate"),
        ({"keep_party": ["nobody"]}, "no such party"),
        ({"consent": "yes"}, "in_hand"),
        ({"wish": 1}, "no guard wish"),
        ({"budget_yuan": -1}, "0 or more"),
        ({"budget_yuan": float("nan")}, "0 or more"),
        ({"budget_yuan": "30000"}, "'30000', expected 0 or more"),
        ({"goal": None}, "goal is None"),
        ({"most_parties": -1}, "whole number"),
        ({"most_parties": 1.5}, "whole number"),
        ({"most_parties": "3"}, "whole number"),
        ({"most_parties": float("nan")}, "whole number"),
    ],
)
def test_slips_are_named(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(sr.InputError, match=says):
        sr.design_openings(yard(), **asked)


# ---- a yard by hand


@pytest.mark.long
def test_a_stretch_costs_less_than_the_whole_wall_and_the_bill_says_so() -> None:
    found = {m: sr.design_openings(yard(), goal="covered:kindergarten", max_m=m) for m in (None, 20.0)}
    assert [one.value for one in found.values()] == [100, 100]
    assert found[20.0].cost_yuan == pytest.approx(found[None].cost_yuan / 3, abs=0.05)
    area = found[20.0].area
    assert area is not None
    assert found[20.0].scenario("s").bill(area).total["s"] == found[20.0].cost_yuan


@pytest.mark.long
def test_a_new_gate_where_a_path_meets_the_wall() -> None:
    found = sr.design_openings(yard(), goal="covered:kindergarten", candidates=["walls", "paths"])
    assert found.chosen == ("W1@L1:residents",)
    scenario = found.scenario("gate")
    after = scenario.apply(yard())
    assert after.gates.at["W1@L1", "walkers"] == "residents"
    assert found.cost_yuan == scenario.bill(yard()).total["gate"]
    assert sr.design_openings(yard(), goal="covered:kindergarten", candidates=["paths"], budget_yuan=100).chosen == ()


def test_trips_that_cut_through_are_held_to_a_share() -> None:
    row = yard(ring=True)
    free = sr.design_openings(row, goal="covered:kindergarten", candidates=["walls"], must_open=["W1", "W3"])
    assert free.value == 100
    kept = sr.design_openings(row, goal="covered:kindergarten", candidates=["walls"], most_through=0.0)
    assert kept.value == 100
    assert len(kept.chosen) == 1
    with pytest.raises(sr.InfeasibleError, match=r"most_through .*% of"):
        sr.design_openings(
            row, goal="covered:kindergarten", candidates=["walls"], must_open=["W1", "W3"], most_through=0.0
        )


# ---- what stands around a design


@pytest.mark.long
def test_what_stands_around_a_design() -> None:
    found = sr.design_openings(
        yard(ring=True), goal="covered:kindergarten", candidates=["walls", "paths"], must_keep=["W1"], most_through=0.5
    )
    assert found.chosen == ("W1@L1:residents",)
    nearly = found.best_sets(most=3)
    assert nearly["value"].tolist() == [100, 100, 100]
    assert nearly["proven"].all()
    assert not nearly.attrs["complete"]
    reasons = found.reasons()
    assert reasons[["alone", "last"]].to_numpy().tolist() == [[100, 100]]
    pairs = found.pairs()
    assert (pairs["kind"] == "stand_in").all()
    assert found.guard_prices()["price"].tolist() == [0, 0]
    assert found.greedy()["lost"].tolist() == [0, 0, 0]
    assert pickle.loads(pickle.dumps(found)) == found


def test_two_walls_that_only_help_together() -> None:
    walls = [(20, 0, 20, 40), (22, 0, 22, 40), (0, 0, 20, 0), (0, 40, 20, 40), (0, 0, 0, 40), (22, 0, 60, 0)]
    area = make_area(
        compounds=[
            {"id": "C1", "name": "一号院", "geometry": box(0, 0, 20, 40)},
            {"id": "C2", "name": "二号院", "geometry": box(22, 0, 60, 40)},
        ],
        buildings=[{"id": "B1", "residents": 80, "storeys": 6, "geometry": box(2, 15, 15, 25)}],
        walls=[
            {"id": f"W{at}", "kind": "wall", "geometry": LineString([(a, b), (c, d)])}
            for at, (a, b, c, d) in enumerate([*walls, (22, 40, 60, 40), (60, 0, 60, 40)], start=1)
        ],
        facilities=[{"id": "F1", "kind": "kindergarten", "geometry": Point(40, 20)}],
    )
    found = sr.design_openings(area, goal="covered:kindergarten", candidates=["W1", "W2"])
    assert found.chosen == ("W1", "W2")
    assert found.reasons()["because_of"].tolist() == [["W2"], ["W1"]]
    assert found.pairs()[["both", "together", "kind"]].to_numpy().tolist() == [[80, 80, "only_together"]]
    assert found.greedy()["lost_share"].tolist() == [1, 1, 1]
    assert found.best_sets().attrs["complete"]


def test_fire_access_and_a_wheelchairs_way_are_not_lost() -> None:
    kept = sr.design_openings(
        yard(ring=True), goal="covered:kindergarten", candidates=["walls"], keep_fire=True, keep_wheelchair=True
    )
    assert kept.value == 100
    assert kept.guard_prices()[["guard", "price"]].to_numpy().tolist() == [["keep_fire", 0], ["keep_wheelchair", 0]]
