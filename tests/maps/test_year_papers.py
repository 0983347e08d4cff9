"""The year on page, paper and in the workbook: every task, and money by year that adds up to the bill."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from comparison.test_schedule import PLAN
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.maps.content.schedule_parts import money_by_year, task_lines

pytestmark = pytest.mark.long

pytest.importorskip("ortools")


@pytest.fixture(scope="module")
def planned() -> tuple[sr.Comparison, Any]:
    options = sr.compare(two_yards(), [PLAN])
    return options, sr.comparison.gather_people(options, terms=sr.community.LiftTerms(sun=""), start="2026-11-20")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.long
def test_money_by_year_adds_up_to_the_bill(planned: tuple[sr.Comparison, Any], lang: Any) -> None:
    """Works go on into 2027 and a part is kept back a year longer; what every payer owes is the bill."""
    options, people = planned
    heads, rows = money_by_year(options, people.schedules, lang)
    years = [int(found[0]) for head in heads if (found := re.match(r"\d{4}", head))]
    assert years == sorted(years) and len(years) >= 2 and years[0] >= 2026
    for row in rows:
        assert sum(row[2:-1]) == pytest.approx(row[-1])
    assert 10_000 * sum(row[-1] for row in rows) == pytest.approx(options.bill().of("opened").lines["cost_yuan"].sum())


def test_works_without_days_are_told_as_such(planned: tuple[sr.Comparison, Any]) -> None:
    """A phase of the bill that has no tasks keeps its money in sight, in a column of its own."""
    options, people = planned
    found = people.schedules["opened"]
    lane = found.tasks["phase"] == 3
    part = type(found)(**{**found.__dict__, "tasks": found.tasks[~lane]})
    heads, rows = money_by_year(options, {"opened": part}, "zh")
    at = heads.index("未排期（万元）")
    lines = options.bill().of("opened").lines
    assert 10_000 * sum(row[at] for row in rows) == pytest.approx(lines.loc[lines["phase"] == 3, "cost_yuan"].sum())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tasks_are_named_in_the_language_asked_for(planned: tuple[sr.Comparison, Any], lang: Any) -> None:
    _, rows = task_lines(planned[1].schedules["opened"], lang)
    last = rows[-1]
    assert (last[0], last[1]) == (("路面 · L1", "路面队") if lang == "zh" else ("Pavement · L1", "Paving"))
    assert "560.0 m²" in str(last[2])


@pytest.mark.long
def test_every_task_stands_in_workbook_and_pdf(planned: tuple[sr.Comparison, Any], tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("matplotlib")
    options, people = planned
    tasks = people.schedules["opened"].tasks
    book = openpyxl.load_workbook(sr.report(options, tmp_path / "r.xlsx", people=people))
    rows = list(book["进度计划"].iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows] == list(tasks["title"]) and {row[0] for row in rows} == {"拆墙并院"}
    money = list(book["分年度资金（按付款条件）"].iter_rows(min_row=2, values_only=True))
    whole = options.bill().of("opened").lines["cost_yuan"].sum()
    assert 10_000 * sum(row[-1] for row in money) == pytest.approx(whole)
    without = openpyxl.load_workbook(sr.report(options, tmp_path / "w.xlsx"))
    assert "进度计划" not in without.sheetnames
    paper = sr.report(options, tmp_path / "r.pdf", people=people)
    if not shutil.which("pdftotext"):
        pytest.skip("no poppler on this machine")
    text = re.sub(r"\s", "", subprocess.run(["pdftotext", paper, "-"], capture_output=True, text=True).stdout)
    for title in tasks["title"]:
        assert re.sub(r"\s", "", title) in text
    assert "分年度资金" in text and "2027（万元）" in text


def test_the_report_page_tells_the_same(planned: tuple[sr.Comparison, Any]) -> None:
    options, people = planned
    page = sr.report(options, people=people).html()
    assert "分年度资金" in page and page.count('class="stage-key"') == 1
    assert "分年度资金" not in sr.report(options).html()
