"""The year by arithmetic: two yards and the lane between them; seasons, votes, school days, money to the fen."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from conftest import at
from scenario.yards import two_yards
from shapely import LineString, Point
from shapely.affinity import translate

import spatialreno as sr
from spatialreno.comparison.year.schedule import plan_year
from spatialreno.scenario import ledger_lines, make_bill

pytest.importorskip("ortools")
PAVED = 560.0  # 80 m of lane, 7 m wide
START = "2026-03-01"
PLAN = sr.Scenario("opened", "拆墙并院", [
    sr.demolish("structures", where={"legality": "illegal"}),
    sr.demolish("walls", between=["C1", "C2"], phase=2),
    sr.alter("paths", ids=["L1"], set={"width_m": 7.0}, phase=3),
])  # fmt: skip


def planned(scenario: sr.Scenario = PLAN, area: sr.StudyArea | None = None, consents: Any = None, **asked: Any) -> Any:
    applied, ledger, bill = made() if scenario is PLAN and area is None else _made(scenario, area or two_yards())
    asked = {"start": START, "by": None, "crews": {}, "late": {}, "work": None} | asked
    return plan_year(applied, ledger, bill, consents, title=scenario.title, asked=asked)


@cache
def made() -> tuple[Any, ...]:
    return _made(PLAN, two_yards())


def _made(scenario: sr.Scenario, today: sr.StudyArea) -> tuple[Any, ...]:
    ledger = scenario.ledger(today).assign(part="plan")
    return scenario.apply(today), ledger, make_bill({"opened": [ledger_lines(ledger)]}, today.catalog, 100.0)


def days(found: Any, task: str) -> tuple[int, int]:
    """First and last day of a task, counted from the first of the plan."""
    row = found.tasks.loc[task]
    return (row["start"] - found.asked.start).days, (row["end"] - found.asked.start).days


def votes(state: str = "no_vote") -> SimpleNamespace:
    asked = pd.DataFrame({k: [] for k in ("basis", "state", "party_id", "layer", "id")}, dtype="str")
    return SimpleNamespace(asked=asked, votes=pd.DataFrame([{"matter": "open", "place": "C1", "state": state}]))


def test_the_plan_by_hand() -> None:
    """15 days of notice, 80 m² of sheds a day; drawings 30, tender 30; walls 40 m or fence 80 m a day; lane 150 m²."""
    found = planned()
    assert days(found, "structures:C1") == (15, 16)  # 100 m²
    assert days(found, "structures:C2") == (15, 17)  # 200 m² on two storeys
    assert days(found, "approval:tender") == (30, 59)
    assert days(found, "walls:C1") == (60, 61) and days(found, "walls:C2") == (60, 60)
    paved = -(-PAVED // 150)
    assert days(found, "roads:L1") == (62, 62 + paved - 1)
    # the fence may slip by one day, and the sheds before it
    assert found.proved and found.end == found.bound and found.heat_late_days is None
    assert found.tasks.loc["structures:C2", "slack_days"] == 43 and found.tasks.loc["roads:L1", "critical"]
    assert found.spans[3] == (pd.Timestamp("2026-05-02"), found.end)


def test_one_crew_is_never_sooner_than_two() -> None:
    """With one crew the fence waits for the wall or the wall for the fence: a day later."""
    assert (planned(crews={"demolition": 1}).end - planned().end).days == 1
    assert planned(crews={"demolition": 9}).end == planned().end


def test_a_day_asked_for() -> None:
    end = planned().end
    assert planned(by=str((end + pd.Timedelta(days=3)).date())).over_days == -3
    assert planned(by=str((end - pd.Timedelta(days=3)).date())).over_days == 3


def test_a_vote_that_comes_late() -> None:
    """The vote takes 30 days and the walls stand at day 60: 30 days late moves nothing, 40 days move the end by 10."""
    found = planned(consents=votes())
    assert days(found, "vote:open:C1") == (0, 29) and found.end == planned().end
    assert found.if_late("vote:open:C1", 30).end == found.end
    later = found.if_late("vote:open:C1", 40)
    assert (later.end - found.end).days == 10
    assert found.slips(later)["days"].to_dict() == {"vote:open:C1": 40, "walls:C1": 10, "roads:L1": 10}
    assert "vote:open:C1" not in planned(consents=votes("passed")).tasks.index


def test_pavement_waits_for_winter_and_for_the_school_holidays() -> None:
    """Begun on 1 November the walls fall by 2 January; the lane waits for the end of winter, 28 February."""
    assert planned(start="2026-11-01").tasks.loc["roads:L1", "start"] == pd.Timestamp("2027-03-01")
    today = two_yards()
    school = sr.build("facilities", "SC", geometry=translate(Point(43, 20), *at(0, 0).coords[0]), kind="primary_school")
    with_school = sr.Scenario("school", "", [school]).apply(today)
    found = planned(area=with_school)
    assert found.tasks.loc["roads:L1", "start"] == pd.Timestamp("2026-07-09")  # term ends on 8 July
    assert found.end > planned().end


def test_heat_is_in_time_or_says_by_how_much_not() -> None:
    """100 m of heat pipes are 4 days after 60 of papers: begun on 12 September they end on 14 November."""
    line = translate(LineString([(45, 20), (45, 120)]), *at(0, 0).coords[0])
    pipes = sr.Scenario("heat", "供暖", [sr.build("pipes", "H1", kind="heat_secondary", geometry=line)])
    in_time, late = (planned(pipes, start=day) for day in ("2026-09-12", "2026-09-15"))
    assert (in_time.heat_late_days, str(in_time.end.date())) == (0, "2026-11-14")
    assert (late.heat_late_days, str(late.end.date())) == (3, "2026-11-17") and "3 days late" in repr(late)


def test_money_and_metres_add_up() -> None:
    found = planned()
    whole = round(found.tasks["cost_yuan"].sum() + found.unplanned_yuan, 2)
    assert whole == made()[2].total["opened"] and found.unplanned_yuan == 0
    last = found.curve().iloc[-1]
    assert last["yuan"] == pytest.approx(whole) and last["metres"] == 120.0  # two walls of 60 m
    assert found.curve()["yuan"].is_monotonic_increasing


def test_papers_for_other_programs(tmp_path: Any) -> None:
    hostile = sr.Scenario("opened", "拆\x07<墙>", PLAN.interventions)
    found = planned(hostile)
    root = ElementTree.parse(found.write(tmp_path / "plan.xml")).getroot()
    space = {"p": "http://schemas.microsoft.com/project"}
    tasks = {t.findtext("p:WBS", namespaces=space): t for t in root.iterfind(".//p:Task", space)}
    assert set(tasks) == set(found.tasks.index) and root.findtext("p:Name", namespaces=space) == "拆\ufffd<墙>"
    road = tasks["roads:L1"]
    assert road.findtext("p:Start", namespaces=space) == "2026-05-02T08:00:00"
    first = {e.text for e in road.iterfind(".//p:PredecessorUID", space)}
    assert {tasks[n].findtext("p:UID", namespaces=space) for n in found.tasks.at["roads:L1", "after"]} == first
    book = pd.read_excel(found.write(tmp_path / "plan.xlsx"), sheet_name="tasks", engine="openpyxl")
    assert list(book["task"]) == list(found.tasks.index)
    with pytest.raises(sr.InputError, match=r"\.xlsx, or as \.xml"):
        found.write(tmp_path / "plan.mpp")


def test_the_page_has_a_bar_for_each_task() -> None:
    page = sr.maps.draw_schedule(planned(sr.Scenario("opened", "<b>拆</b>", PLAN.interventions))).html()
    assert page.count("<rect") == len(planned().tasks) and "<b>拆" not in page and "已证最短" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"start": "2026-13-01"}, "no day"),
        ({"by": "2025-01-01"}, "before the start"),
        ({"crews": {"dancers": 2}}, "dancers"),
        ({"crews": {"paving": 0}}, "1 or more"),
        ({"late": {"vote:open:C9": 3}}, "no such task"),
    ],
)
def test_bad_questions_are_named(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(sr.InputError, match=said):
        planned(**asked)
