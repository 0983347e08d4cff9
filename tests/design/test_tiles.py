"""A design by tiles: never less than the best, equal to the product, and the same as in one piece."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import examples
from design_yards import yard, yard_with_two_homes
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from made_up import best_of_all, made_up
from quarters import area_of, prefixed, quarters, renamed, shuffled

import spatialreno as sr
from spatialreno.design.alternatives import greedy
from spatialreno.design.answers import Question
from spatialreno.design.proof.study import Effort, Study
from spatialreno.design.question.hopes import Hopes
from spatialreno.design.question.terms import Terms
from spatialreno.design.tiles.priced_tiles import priced_bound
from spatialreno.design.tiles.tiled_hopes import TiledHopes
from spatialreno.design.tiles.tiled_study import TiledStudy
from spatialreno.walk import OpeningChoices, Shelf

# Without shrinking: an area is a whole fabric, and a failing one is small as it is.
FEW = settings(
    max_examples=examples(3), deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
NORM = "gb50180-2018"


def by_tiles(dice: np.random.Generator, rounds: int = 60) -> tuple[Study, TiledStudy, Terms]:
    """Draw a question that a home holds or not, in one piece and its homes dealt out to tiles."""
    plain, terms = made_up(dice)
    gains = plain.hopes.gains
    whole = Hopes(plain.hopes.today, gains)
    tile = tuple(np.sort(dice.integers(0, 3, len(gains))).tolist())
    tiled = TiledHopes(whole.today, gains, tile=tile, count=plain.count)
    rest = (plain.count, True, [0], Effort(rounds=rounds))
    return Study(whole, *rest), TiledStudy(tiled, *rest), terms


@pytest.mark.spread(10)
@pytest.mark.parametrize("seed", range(100))
def test_tiles_against_every_set(seed: int) -> None:
    whole, tiled, terms = by_tiles(np.random.default_rng(seed))
    best, found = best_of_all(whole, terms), tiled.most(terms)
    if best == -np.inf:
        assert found.status == "infeasible" or found.value == -np.inf
        return
    assert found.bound >= best - 1e-6
    assert tiled.allowed(terms, found.chosen)
    assert found.value == whole.hopes.value(found.chosen)
    assert found.value == pytest.approx(best, abs=1e-5)
    assert found.status == "proven"


@pytest.mark.spread(6)
@pytest.mark.parametrize("seed", range(60))
def test_greedy_ways_are_the_same_by_tiles(seed: int) -> None:
    whole, tiled, terms = by_tiles(np.random.default_rng(4000 + seed))
    names = [f"W{at}" for at in range(whole.count)]
    one, two = (greedy(study, terms, names, 100.0) for study in (whole, tiled))
    assert one.to_dict("records") == two.to_dict("records")


@pytest.mark.spread(6)
@pytest.mark.parametrize("seed", range(60))
def test_no_prices_bound_too_low(seed: int) -> None:
    dice = np.random.default_rng(1000 + seed)
    whole, tiled, terms = by_tiles(dice)
    best = best_of_all(whole, terms)
    tiled.most(terms)  # finds cuts
    tile, rows = np.array(tiled.hopes.tile, np.int64), tiled.cuts.rows
    prices = dice.random((3, tiled.count)) * dice.choice([0, 3, 50])
    for cuts in (rows, rows[::2], []):
        found = priced_bound(terms, tiled.rungs.weights(), cuts, tile, prices)
        assert whole.hopes.today + found.bound >= best - 1e-6


@pytest.mark.parametrize("seed", range(30))
def test_a_little_effort_gives_a_bound_that_holds(seed: int) -> None:
    whole, tiled, terms = by_tiles(np.random.default_rng(2000 + seed), rounds=0)
    best, found = best_of_all(whole, terms), tiled.most(terms)
    assert found.bound >= best - 1e-6
    assert found.value <= best + 1e-6


# ---- areas


def asked(area: sr.StudyArea, goal: str, words: list[str], tiles_m: float | None, **guards: Any) -> Question:
    return Question.of(area, goal, words, NORM, guards, effort=Effort(rounds=60), tiles_m=tiles_m)  # type: ignore[arg-type]


@FEW
@given(st.data())
@pytest.mark.long
def test_tiles_of_a_quarter_against_one_piece(data: st.DataObject) -> None:
    area = area_of(data.draw(quarters(3)))
    goal = data.draw(st.sampled_from(["basket:four", "covered:kindergarten", "kinds"]))
    words = data.draw(st.sampled_from([["walls"], ["walls", "gates"], ["gates", "paths"]]))
    whole, tiled = asked(area, goal, words, None), asked(area, goal, words, 35.0)
    assert isinstance(tiled.study, TiledStudy)
    assert (tiled.hopes.today, tiled.hopes.most) == (whole.hopes.today, whole.hopes.most)
    assert (set(tiled.hopes.held), set(tiled.hopes.lost)) == (set(whole.hopes.held), set(whole.hopes.lost))
    for budget in (4_000.0, 15_000.0, float("inf")):
        one, other = whole.design(budget), tiled.design(budget)  # design() holds both to the product
        assert (one.status, other.status) == ("proven", "proven")
        assert (other.value, other.bound, other.today) == (one.value, one.bound, one.today)
        assert other.cost_yuan == pytest.approx(one.cost_yuan, abs=0.2)


@FEW
@given(st.data())
@pytest.mark.long
def test_tiles_keep_to_guards(data: st.DataObject) -> None:
    area = area_of(data.draw(quarters(2)))
    walls = sorted(area.walls.index)[:6]
    guards = data.draw(
        st.sampled_from(
            [
                {"must_open": walls[:1]},
                {"must_keep": walls[:3]},
                {"most_parties": 1},
                {"keep_party": ["P1"]},
                {"floor": {"C1": 1.0}},
            ]
        )
    )
    answers = []
    for tiles_m in (None, 35.0):
        try:
            found = asked(area, "kinds" if "floor" not in guards else "basket:four", walls, tiles_m, **guards)
            answers.append(found.design(30_000.0).value)
        except sr.InfeasibleError as error:
            answers.append(str(error))
    assert answers[0] == answers[1]


@FEW
@given(st.data())
@pytest.mark.long
def test_names_and_the_order_of_rows_change_nothing_by_tiles(data: st.DataObject) -> None:
    rows = data.draw(quarters(2))
    other = shuffled(renamed(rows, prefixed(rows, "X")), data.draw)
    names = sorted(row["id"] for row in rows["walls"])[:6]
    one = asked(area_of(rows), "kinds", names, 35.0).design(9_000)
    two = asked(area_of(other), "kinds", ["X" + name for name in names], 35.0).design(9_000)
    assert (two.value, two.cost_yuan, two.bound) == (one.value, one.cost_yuan, one.bound)
    assert two.chosen == tuple("X" + name for name in one.chosen)


@FEW
@given(st.data())
@pytest.mark.long
def test_walks_put_away_come_back_the_same(data: st.DataObject) -> None:
    area = area_of(data.draw(quarters(2)))
    homes = list(area.buildings.index)
    acts = [[("walls", str(name), "gone")] for name in area.walls.index]
    choices = OpeningChoices.of(area, acts, homes)
    needs = dict.fromkeys(area.facilities["kind"].unique(), 60.0)
    shelf, target = Shelf(choices, room=1), choices.target(needs)
    number = shelf.target(needs)
    held = [shelf.held(home, number) for home in range(len(homes))]
    dice = np.random.default_rng(0)
    for _ in range(6):
        chosen, order = dice.random(len(acts)) < 0.5, dice.permutation(len(acts))
        for home, walk in enumerate(held):
            true = choices.walk(home, target)
            assert walk.within(chosen) == true.within(chosen)
            if not true.within(chosen):
                assert (walk.largest_without(chosen, order) == true.largest_without(chosen, order)).all()


# ---- by hand


def test_a_yard_in_two_tiles() -> None:
    yards = yard_with_two_homes()
    whole = sr.design_openings(yards, goal="kinds")
    tiled = sr.design_openings(yards, goal="kinds", tiles_m=15, effort=Effort())
    assert isinstance(asked(yards, "kinds", ["walls"], 15.0).study, TiledStudy)
    assert (tiled.value, tiled.bound, tiled.cost_yuan, tiled.status) == (150, 150, whole.cost_yuan, "proven")
    assert tiled == whole


@pytest.mark.parametrize("seed", range(30))
def test_what_is_good_enough_is_within_the_gap(seed: int) -> None:
    whole, tiled, terms = by_tiles(np.random.default_rng(3000 + seed))
    tiled.effort = replace(tiled.effort, gap=0.5)
    best, found = best_of_all(whole, terms), tiled.most(terms)
    assert found.bound >= best - 1e-6
    if best > -np.inf:
        assert found.bound - found.value <= 0.5 * (found.bound - whole.hopes.today) + 1e-6
        assert (found.status == "proven") == (found.bound == pytest.approx(found.value))


@pytest.mark.long
def test_one_tile_is_one_piece() -> None:
    whole = sr.design_openings(yard(), goal="covered:kindergarten")
    assert sr.design_openings(yard(), goal="covered:kindergarten", tiles_m=50_000) == whole
    assert type(asked(yard(), "covered:kindergarten", ["walls"], 50_000).study) is Study


@pytest.mark.long
def test_what_cannot_be_met_is_told_by_tiles(example: sr.StudyArea) -> None:
    said: list[str] = []
    with pytest.raises(sr.InfeasibleError, match="budget of 100 yuan"):
        sr.design_openings(example, budget_yuan=100, must_open=["W04"], tiles_m=150, progress=said.append)
    assert "tiles of 150 m" in said[0]


@pytest.mark.long
def test_the_example_by_tiles(example: sr.StudyArea) -> None:
    for budget in (15_000, 40_000):
        whole = sr.design_openings(example, budget_yuan=budget)
        tiled = sr.design_openings(example, budget_yuan=budget, tiles_m=150, effort=Effort())
        assert (tiled.value, tiled.bound, tiled.out_of_reach) == (whole.value, whole.bound, whole.out_of_reach)
    assert tiled.frontier([0, 20_000])["value"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("asks", "says"), [({"tiles_m": 0}, "above 0"), ({"tiles_m": 100, "goal": "score"}, "not score")]
)
def test_slips_about_tiles_are_named(asks: dict[str, Any], says: str) -> None:
    with pytest.raises(sr.InputError, match=says):
        sr.design_openings(yard(), **asks)


def test_terms_without_an_answer_have_no_bound() -> None:
    whole, tiled, terms = by_tiles(np.random.default_rng(3))
    none = replace(terms, budget=0.0, must=np.ones(whole.count, bool), shut=np.zeros(whole.count, bool))
    assert tiled.most(none).status == "infeasible"
