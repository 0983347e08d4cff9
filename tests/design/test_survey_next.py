"""What to survey next: the wall on which the choice hangs comes first, by arithmetic."""

from __future__ import annotations

import csv

import pandas as pd
import pytest
from conftest import make_area
from design_yards import two_yards
from shapely import LineString, Point, box

import spatialreno as sr
from spatialreno.design import Visits, choose_again, resurveyed

OPEN = sr.Scenario("open", "拆墙", [sr.demolish("walls", ids=["W12"])])
GOAL = "covered:kindergarten"


@pytest.fixture(scope="module")
def found() -> Visits:
    return sr.survey_next(two_yards(), [OPEN], goal=GOAL)


def test_the_inferred_wall_decides(found: Visits) -> None:
    """As assumed, opening W12 reaches nobody, so nothing is done; without X13 it reaches 100 more."""
    assert (found.choice, found.value) == ("today", 200)
    first = found.table.iloc[0]
    assert (first["layer"], first["id"], first["choice"], bool(first["flips"])) == ("walls", "X13", "open", True)
    assert found.flip_sets == (("walls X13: not there",),)
    assert found.visits["id"].tolist() == ["X13"] and found.visits.geometry.iloc[0].length == 40
    assert "first see walls X13" in repr(found)


def test_after_the_survey_it_is_asked_again() -> None:
    """Found not to be there: the option is chosen, and the estimated number now moves its value."""
    seen = sr.Scenario("seen", interventions=[sr.demolish("walls", ids=["X13"])]).apply(two_yards())
    then = sr.survey_next(seen, [OPEN], goal=GOAL)
    assert (then.choice, then.value) == ("open", 300)
    numbers = then.table[then.table["kind"] == "number"]
    assert sorted(numbers["moves"]) == pytest.approx([-30, 30]) and not numbers["flips"].any()
    assert sr.survey_next(seen, [OPEN], goal=GOAL, least_share=0.2).table["kind"].isin(["number"]).sum() == 0


def test_a_price_that_nobody_quoted_flips_what_the_budget_allows() -> None:
    seen = sr.Scenario("seen", interventions=[sr.demolish("walls", ids=["X13"])]).apply(two_yards())
    cost = OPEN.bill(seen).total["open"]
    tight = sr.survey_next(seen, [OPEN], goal=GOAL, budget_yuan=cost * 1.05)
    flips = tight.table[tight.table["flips"]]
    assert tight.choice == "open" and set(flips["kind"]) == {"price"} and set(flips["choice"]) == {"today"}


def test_the_form_and_its_page(found: Visits, tmp_path) -> None:
    text = found.write_form(tmp_path / "f.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[0]["id"] == "X13" and rows[0]["found"] == "" and "by_whom" in rows[0]
    pytest.importorskip("xlsxwriter")
    assert found.write_form(tmp_path / "f.xlsx").stat().st_size > 0
    with pytest.raises(sr.InputError, match="ends in"):
        found.write_form(tmp_path / "f.pdf")
    html = sr.maps.draw_visits(found, two_yards()).html()
    assert "X13" in html and "<svg" in html


def test_what_is_wrong_is_told() -> None:
    area = two_yards()
    with pytest.raises(sr.InputError, match="no option"):
        sr.survey_next(area, [])
    with pytest.raises(sr.InputError, match="different names"):
        sr.survey_next(area, [OPEN, OPEN])
    with pytest.raises(sr.InputError, match="at most 1"):
        sr.survey_next(area, [OPEN], number_share=2)
    assert isinstance(sr.survey_next(area, [OPEN], goal=GOAL, most=0).visits, pd.DataFrame)


def test_a_design_is_held_against_its_rivals() -> None:
    """Money for one wall: C1 brings 100, estimated, C3 brings 96; were C1 smaller, the other wall would be chosen."""
    yards = [
        {"id": f"C{n}", "name": f"院{n}", "geometry": box(n * 40 - 40, 0, n * 40, 40)} for n in (1, 2, 3)
    ]
    homes = [
        {"id": f"B{n}", "residents": people, "estimated": guessed, "storeys": 5,
         "geometry": box(n * 40 - 25, 15, n * 40 - 15, 25)}
        for n, people, guessed in ((1, 100, "residents"), (2, 200, None), (3, 96, None))
    ]  # fmt: skip
    walls = [
        {"id": "W12", "geometry": LineString([(40, 0), (40, 40)])},
        {"id": "W23", "geometry": LineString([(80, 0), (80, 40)])},
        {"id": "R", "removable": False, "geometry": LineString(box(0, 0, 120, 40).exterior.coords)},
    ]
    near = [{"id": "F1", "kind": "kindergarten", "geometry": Point(60, 5)}]
    area = make_area(compounds=yards, buildings=homes, walls=walls, facilities=near)
    one = sr.Scenario("one", interventions=[sr.demolish("walls", ids=["W12"])]).bill(area).total["one"]
    design = sr.design_openings(area, budget_yuan=one * 1.5, goal=GOAL, candidates=["walls"])
    assert design.chosen == ("W12",)
    found = sr.survey_next(area, design)
    assert (found.choice, found.value) == ("design", 300)
    flips = found.table[found.table["flips"]]
    assert flips["id"].tolist() == ["B1"] and flips["choice"].tolist() == ["rival-1"]
    assert found.flip_sets == (("buildings B1: 70 residents",),) and found.visits["id"].tolist()[0] == "B1"
    html = sr.maps.draw_visits(found, area).html()
    assert "还与 1 个相近或略省钱的选法比较" in html and "B1" in html


def form(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["layer", "id", "found"])


@pytest.mark.long
def test_the_form_filled_in_chooses_again(found: Visits, tmp_path) -> None:
    """X13 is not there and B1 has 40 residents: opening W12 reaches them, and is chosen."""
    rows = found.form().astype({"found": object})
    rows.loc[rows["id"] == "X13", "found"] = "不在"
    rows = pd.concat([rows, form(("buildings", "B1", "40"))])
    rows.to_csv(tmp_path / "visits.csv", index=False)
    for filled in (rows, tmp_path / "visits.csv"):
        table = choose_again(two_yards(), [OPEN], filled, goal=GOAL)
        assert table["value_assumed"].tolist() == [200, 200] and table["value"].tolist() == [200, 240]
        assert table.index[table["chosen_before"]].tolist() == ["today"]
        assert table.index[table["chosen"]].tolist() == ["open"]
    after = resurveyed(two_yards(), rows)
    assert "X13" not in after.walls.index and after.buildings.at["B1", "residents"] == 40
    assert not sr.survey_next(after, [OPEN], goal=GOAL).table["kind"].isin(["shape", "number"]).any()


@pytest.mark.long
def test_a_design_is_made_anew_on_what_was_found() -> None:
    """As assumed both walls must go; X13 is not there, so one is enough and the design made anew costs less."""
    design = sr.design_openings(two_yards(), goal=GOAL, candidates=["walls"])
    assert set(design.chosen) == {"W12", "X13"}
    table = choose_again(two_yards(), design, form(("walls", "X13", "not there")))
    assert table.loc[["design", "again"], "value"].tolist() == [300, 300]
    assert table.at["again", "cost_yuan"] == table.at["design", "cost_yuan"] < table.at["design", "cost_assumed"]
    dear = choose_again(two_yards(), [OPEN], form(("costs", "拆除砖墙（含清运）", "210")), goal=GOAL)
    assert dear.at["open", "cost_yuan"] > dear.at["open", "cost_assumed"]
    there = choose_again(two_yards(), [OPEN], form(("walls", "X13", "there")), goal=GOAL)
    assert there.index[there["chosen"]].tolist() == ["today"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("walls", "X13", "maybe"), "neither there"),
        (("walls", "X99", "there"), "no such thing"),
        (("buildings", "B1", "many"), "no number of residents"),
        (("costs", "拆除砖墙（含清运）", "dear"), "no price"),
        (("costs", "拆云", "3"), "no such item"),
        (("trees", "T1", "there"), "no such"),
    ],
)
def test_what_a_form_may_not_say(row: tuple[str, str, str], says: str) -> None:
    with pytest.raises(sr.InputError, match=says):
        resurveyed(two_yards(), form(row))
