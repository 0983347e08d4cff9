"""The commands about people and programme: tables that parse, bad rows named, the rest told."""

from __future__ import annotations

import csv
import io
import json
import shutil

import pytest
from conftest import EXAMPLE, ROOT

DATA = ROOT / "data" / "programme" / "pingdingshan-2022.csv"
SMALL, OPENED = "{small}", "{small}/scenarios/opened.toml"
FULL = EXAMPLE / "scenarios" / "full.toml"
TABLES = {
    "lifts": ("lifts", EXAMPLE, "--sun", "none"),
    "stairwell": ("lifts", EXAMPLE, "--sun", "none", "--stairwell", "B02-1", "--ground", "5000"),
    "missing": ("lifts", EXAMPLE, "--sun", "none", "--missing"),
    "consent": ("consent", SMALL),
    "asked": ("consent", SMALL, OPENED, "--show", "asked"),
    "parties": ("consent", SMALL, OPENED, "--show", "parties"),
    "votes": ("consent", EXAMPLE, FULL, "--show", "votes"),
    "to win": ("consent", SMALL, OPENED, "--show", "missing"),
    "register": ("consent", SMALL, OPENED, "--show", "register"),
    "menu": ("menu", EXAMPLE, "--budget", "9000000", "--trials", "2", "--by", "area"),
    "management": ("management", SMALL, "--together", "C1,C2"),
    "fees": ("management", EXAMPLE, "--fees"),
    "documented": ("management", SMALL, "--documented"),
    "checkup": ("checkup", EXAMPLE, "-s", FULL, "--works", "none"),
    "resources": ("checkup", SMALL, "--show", "resources"),
    "money": ("checkup", SMALL, "-s", OPENED, "--show", "money"),
    "programme": ("programme", DATA),
    "rows": ("programme", DATA, "--show", "rows"),
    "sums": ("programme", DATA, "--show", "sums"),
}


# Those of the stairwells are parsed by the next test.
@pytest.mark.spread(6)
@pytest.mark.parametrize("name", [name for name in TABLES if name not in ("lifts", "stairwell")])
@pytest.mark.long
def test_tables_parse(run, small, name):
    if name == "menu":
        pytest.importorskip("pabutools")
    done = run(*(str(word).format(small=small) for word in TABLES[name]), "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out) and "NaN" not in done.out
    assert all(line.startswith("…") for line in done.err.splitlines())


def test_every_stairwell_and_the_shares_of_one(run):
    rows = json.loads(run(*TABLES["lifts"], "--json").out)
    assert len(rows) == 96 and {"lane_left_m", "ground_yuan", "to_win"} <= set(rows[0])
    shares = json.loads(run(*TABLES["stairwell"], "--json").out)
    assert sum(round(100 * row["pays_yuan"]) for row in shares) == 37_000_000


def test_a_table_that_does_not_add_up_is_refused_and_mended(run):
    done = run("lifts", EXAMPLE, "--sun", "none", "--scheme", "shanghai")
    assert done.code == 1 and "instead of 100%" in done.err and "--normalise" in done.err
    assert run("lifts", EXAMPLE, "--sun", "none", "--scheme", "shanghai", "--normalise").code == 0
    done = run("lifts", EXAMPLE, "--sun", "none", "--stairwell", "B18-1")
    assert done.code == 1 and "B18-1" in done.err


def test_bad_rows_are_named_and_the_rest_is_told(run, tmp_path):
    file = tmp_path / "p.csv"
    file.write_text("id,year,money_yuan,status\nP1,2022,-5,done\nP2,2022,5,烂尾\nP3,2022,5,done\n", encoding="utf-8")
    done = run("programme", file)
    assert done.code == 1 and "P1" in done.err and "烂尾" in done.err and "p.csv" in done.err
    kept = run("programme", file, "--keep-rest", "--show", "rows", "--json")
    assert kept.code == 0 and [row["id"] for row in json.loads(kept.out)] == ["P3"] and "烂尾" in kept.err


def test_questions_that_lack_something(run, small):
    assert "as-of" in run("programme", DATA, "--show", "late").err
    assert "--scenario" in run("checkup", small, "--show", "money").err
    assert "C99" in run("management", small, "--together", "C1,C99").err
    assert "menu.csv" in run("menu", small, "--budget", "1").err


def test_the_programme_as_a_page(run, tmp_path):
    done = run("programme", DATA, "--page", tmp_path / "p.html")
    assert done.code == 0 and done.out.strip().endswith("p.html")
    assert "新华区" in (tmp_path / "p.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_sheets_ask_owners_for_what_the_page_counts(run, tmp_path):
    """The command takes the comparison of all options with their works, which the page shows; alone, it is made so."""
    import spatialreno as sr
    from spatialreno.scenario import read_scenarios

    file = EXAMPLE / "scenarios" / "full.toml"
    plans = read_scenarios(EXAMPLE / "scenarios")
    options = sr.comparison.compare_once(sr.read_area(EXAMPLE), plans, works=["heat", "dig"])
    asked = sr.maps.owner_index(options, option="full")
    told = run("sheets", EXAMPLE, file, "-o", tmp_path / "sheets.pdf", "--csv")
    rows = list(csv.DictReader(io.StringIO(told.out)))
    assert [row["party"] for row in rows] == asked["party"].tolist()
    assert [int(row["asked"]) for row in rows] == asked["asked"].tolist()
    assert "compared before" in told.err
    elsewhere = shutil.copytree(EXAMPLE / "scenarios", tmp_path / "plans") / "full.toml"
    alone = run("sheets", EXAMPLE, elsewhere, "-o", tmp_path / "alone.pdf", "--csv")
    assert alone.out == told.out
