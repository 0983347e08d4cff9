"""The commands from plan to year: tables that parse, papers written, faults named."""

from __future__ import annotations

import json

import pytest

OPENED = "{small}/scenarios/opened.toml"


@pytest.mark.long
def test_who_pays_and_when(run, small, tmp_path):
    budgets = tmp_path / "budgets.csv"
    budgets.write_text("payer,year,yuan\ncity,2026,10\n谁,2026,1\n", encoding="utf-8")
    option = OPENED.format(small=small)
    refused = run("funding", small, option, "--works", "none", "--budgets", budgets)
    assert refused.code == 1 and "row 3" in refused.err and "payer is not known" in refused.err
    done = run("funding", small, option, "--works", "none", "--budgets", budgets, "--keep-rest", "--json")
    rows = json.loads(done.out)
    assert done.code == 0 and [r["payer"] for r in rows] == ["city"] and rows[0]["available_yuan"] == 10
    assert round(rows[0]["needed_yuan"] - 10, 2) == rows[0]["short_yuan"]
    assert "--phase" in run("funding", small, option, "--show", "years").err
    for wrong in ("1", "1=2026-05-01:2026-04-30", "1=2026-02-30:2026-03-30", "1=spring:summer"):
        assert f"--phase {wrong}: expected each phase once" in run("funding", small, option, "--phase", wrong).err


def test_the_year_of_an_option(run, small, tmp_path):
    pytest.importorskip("ortools")
    option = OPENED.format(small=small)
    done = run("schedule", small, option, "--works", "none", "--start", "2026-03-01", "--by", "2026-12-31", "--json")
    rows = json.loads(done.out)
    assert done.code == 0 and {"walls:C1", "roads:L1", "approval:tender"} <= {r["task"] for r in rows}
    paper = run("schedule", small, option, "--works", "none", "--start", "2026-03-01", "-o", tmp_path / "plan.xml")
    assert paper.code == 0 and (tmp_path / "plan.xml").read_text("utf-8").count("<Task>") == len(rows)
    paid = run("funding", small, option, "--works", "none", "--start", "2026-03-01", "--show", "payments", "--json")
    assert {r["term"] for r in json.loads(paid.out)} == {"advance", "progress", "settlement", "retention"}
    assert "one option" in run("funding", small, option, option, "--start", "2026-03-01").err
    wrong = run("schedule", small, option, "--works", "none", "--start", "2026-03-01", "--crews", "paving")
    assert wrong.code == 1 and "paving" in wrong.err
    assert "--late" in run("schedule", small, option, "--works", "none", "--start", "2026-03-01", "--show", "slips").err


def test_after_completion(run, small, tmp_path):
    option = OPENED.format(small=small)
    done = run("completed", small, option, small, "--show", "acts", "--json")
    assert done.code == 0 and {r["state"] for r in json.loads(done.out)} == {"not_built"}  # nothing was done yet
    money = run("completed", small, option, small, "--show", "money", "--paid", "city=5", "--json")
    assert json.loads(money.out)[0]["over_yuan"] == 5
    assert "谁" in run("completed", small, option, small, "--show", "money", "--paid", "谁=5").err
    book = tmp_path / "done.xlsx"
    assert run("completed", small, option, small, "-o", book).code == 0 and book.stat().st_size
    assert len(json.loads(run("upkeep", small, "--years", "5", "--json").out)) == 5
    assert "households above 0" in run("upkeep", small, "--show", "collection").err  # nobody stated how many there are
    assert "--log" in run("upkeep", small, "--show", "log").err


@pytest.mark.long
def test_consent_as_work(run, small, tmp_path):
    option, book = OPENED.format(small=small), tmp_path / "book.xlsx"
    assert run("casework", small, option, "--due", "2026-06-30", "-o", book).code == 0
    now = json.loads(run("casework", small, option, "--book", book, "--show", "now", "--json").out)
    assert {r["who"] for r in now} == {"P1", "P2", "P3"} and {r["due"] for r in now} == {"2026-06-30"}
    late = run("casework", small, option, "--book", book, "--show", "reminders", "--as-of", "2026-07-02", "--json")
    assert [r["days"] for r in json.loads(late.out)] == [2, 2, 2]
    steps = run("casework", small, option, "--heads", "3", "--json")  # nobody knows how many vote there
    assert json.loads(steps.out) == [] and "of the votes cannot be counted" in steps.err
    assert "--as-of" in run("casework", small, option, "--show", "reminders").err
