"""The page of a design: every step is on it, hostile names stay text, and no script runs."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from design_yards import yard

import spatialreno as sr
from spatialreno.design import Frontier
from spatialreno.files import write_sheet
from spatialreno.maps.charts.frontier import frontier_chart, frontier_lead
from spatialreno.maps.content.proposal_parts import frontier_parts
from spatialreno.maps.proposals.design_steps import deeds, opened_rows, step_rows


@pytest.mark.long
def test_the_page_tells_the_answer_and_every_step() -> None:
    found = sr.design_openings(yard(), goal="covered:kindergarten", candidates=["walls", "paths"], max_m=20)
    html = sr.maps.draw_design(found).html()
    assert html == sr.maps.draw_design(found).html()
    for word in ("方案生成", "已证明", "W1/", "逐个挑选"):
        assert word in html
    assert html.count('type="radio"') == len({one.cost_yuan for one in [*found.designs(), found]})
    assert "<script" not in html
    assert "Step along" in sr.maps.draw_design(found, lang="en").html()


def test_each_step_says_what_it_adds_and_what_is_done_where() -> None:
    """100 residents for the wall: the step from nothing adds 100, each for a hundredth of its cost."""
    found = sr.design_openings(yard(ring=True), goal="covered:kindergarten", candidates=["W1"])
    none = found.question.design(0) if found.question is not None else found
    rows = str(step_rows([none, found], "zh"))
    cells = re.findall(r"<td[^>]*>(?:<span>)?([^<]*)", rows)
    each = f"{found.cost_yuan / 100:,.0f}"
    assert cells[6:] == [f"{found.cost_yuan / 1e4:,.1f}", "1", "100", "100", each, "已证明最优"]
    assert "每多 1 人花（元）" in rows and "比上一步多（人）" in rows
    assert found.area is not None
    done = re.findall(r"<bdi>([^<]*)", str(opened_rows(found, found.area, "zh")))
    assert done == ["W1", "拆除围墙", "一号院 C1"]
    both = replace(found.opened[0], acts=(("walls", "W1", "gone"), ("gates", "G1", "public")))
    assert not re.search("[\u3000-\u9fff]", deeds(SimpleNamespace(opened=[both]), "en"))  # type: ignore[arg-type]
    assert step_rows([found], "zh") is None and opened_rows(none, found.area, "zh") is None


def test_hostile_names_are_text() -> None:
    found = sr.design_openings(yard(), goal="covered:kindergarten", candidates=["walls"])
    bad = replace(found, chosen=("<script>alert(1)</script>",), status="stopped", bound=120.0)
    html = sr.maps.draw_design(replace(bad, question=found.question), [bad]).html()
    assert "<script>" not in html
    assert "不超过 120" in html


def made_up(**more: object) -> Frontier:
    """Three answers: nothing, 10 people for 1 000 yuan, 40 people for 30 000 yuan."""
    rows = [
        {"goal": "basket:four", "today": 100.0, "budget_yuan": cost, "cost_yuan": cost, "value": value, "bound": value,
         "status": "proven", "chosen": chosen} | more
        for cost, value, chosen in ((0.0, 100.0, []), (1000.0, 110.0, ["W1"]), (30_000.0, 140.0, ["G1", "W1"]))
    ]  # fmt: skip
    return Frontier(pd.DataFrame(rows), "design/design.html")


def written(folder: Path, frontier: Frontier) -> Path:
    folder.mkdir()
    write_sheet(frontier.table.assign(chosen=frontier.table["chosen"].map("|".join)), folder / "frontier.csv")
    return folder


def test_a_frontier_is_told_in_a_sentence_a_chart_and_a_table() -> None:
    html = "".join(map(str, frontier_parts(made_up(), "zh")))
    assert "花 3.0 万元打开 2 处（G1、W1）" in html and "平均每多一人 750 元" in html and "已证明" in html
    assert 'href="design/design.html"' in html and html.count("<circle") == 3
    assert "href" not in "".join(map(str, frontier_parts(Frontier(made_up().table), "zh")))
    open_band = made_up(status="stopped", bound=150.0)
    assert "不超过 150" in frontier_lead(open_band, "zh") and "尚未证明" in frontier_chart(open_band, "zh")
    assert "尚未证明" not in frontier_chart(made_up(), "zh")
    assert "平均每多一人" not in frontier_lead(made_up(goal="kinds"), "zh")  # kinds are no persons


def test_greedy_ways_that_come_out_at_one_place_are_one_mark() -> None:
    place = {"value": 120.0, "lost": 20.0, "cost_yuan": 25_000.0}
    ways = [{"way": way, **place} for way in ("gain", "ranking")]
    assert str(frontier_chart(made_up(), "zh", greedy=pd.DataFrame(ways))).count("逐个挑选只得 120") == 1


def test_a_folder_gives_back_its_frontier(tmp_path: Path) -> None:
    folder = written(tmp_path / "a b", made_up())
    read = Frontier.read(folder, beside=tmp_path)
    pd.testing.assert_frame_equal(read.table, made_up().table)
    assert read.page == "" and read.best["cost_yuan"] == 30_000
    (folder / "design.html").write_text("", "utf-8")
    assert Frontier.read(folder, beside=tmp_path).page == "a%20b/design.html"
    assert Frontier.read(folder, beside=tmp_path / "x").page == "../a%20b/design.html"
    with pytest.raises(sr.InputError, match="design AREA --frontier"):
        Frontier.read(tmp_path)


def test_the_steps_of_a_design_are_named_by_money_and_people(tmp_path: Path) -> None:
    folder = written(tmp_path / "design", made_up())
    for cost in (1000, 30_000):
        sr.write_scenario(sr.Scenario(f"design-{cost}"), folder / f"design-{cost}.toml")
    steps = sr.maps.design_steps(folder)
    assert [one.title for one in steps] == ["0.1 万元 · 110 成套服务半径内居民", "3.0 万元 · 140 成套服务半径内居民"]


def test_hostile_ids_of_a_frontier_are_text() -> None:
    bad = "<script>alert(1)</script>"
    frontier = made_up()
    frontier = Frontier(frontier.table.assign(chosen=[[], [bad], [bad]]))
    assert bad not in "".join(map(str, frontier_parts(frontier, "zh")))


def test_labels_of_the_curve_never_lie_upon_one_another() -> None:
    rows = [
        {"goal": "basket:four", "today": 100.0, "budget_yuan": cost, "cost_yuan": cost, "value": value, "bound": value,
         "status": "proven", "chosen": ["W1"]}
        for cost, value in ((1000.0, 110.0), (1010.0, 111.0), (1020.0, 112.0), (40_000.0, 300.0))
    ]  # fmt: skip
    ways = [
        {"way": way, "value": 290.0, "lost": 10.0, "cost_yuan": cost}
        for way, cost in (("gain", 4e4), ("ranking", 4.01e4))
    ]
    html = str(frontier_chart(Frontier(pd.DataFrame(rows)), "zh", greedy=pd.DataFrame(ways)))
    boxes = []
    for attributes, said in re.findall(r"<text([^>]*)>([^<]*)</text>", html):
        x, y = (float(re.findall(rf' {key}="([^"]*)"', attributes)[0]) for key in "xy")
        if "#0072b2" in attributes or "#a84300" in attributes:
            wide = sum(13 if ord(sign) > 0x2E80 else 7.8 for sign in said)
            left = x - wide if 'anchor="end"' in attributes else x
            boxes.append((left, y - 13, left + wide, y))
    # The third dot and the second cross have no room for words; their marks tell it.
    assert len(boxes) == 4 and html.count("<circle") == 4 and html.count("l10 10m0-10l-10 10") == 2
    for one, two in combinations(boxes, 2):
        assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
