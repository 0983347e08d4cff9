"""Commands on the catalog: tables are printed, written to fill in, and laid over for one command."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import typer
from cli.conftest import Run

import spatialreno as sr
from spatialreno.catalog import read_catalog
from spatialreno.cli.app import app

PRICE = "layer,verb,kind,quantity,price,source,date\nwalls,demolish,,length_m,140,洛阳市2025年询价,2025-06\n"
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.fixture
def bureau(tmp_path: Path) -> Path:
    folder = tmp_path / "局里"
    folder.mkdir()
    (folder / "costs.csv").write_text(PRICE, encoding="utf-8")
    return folder


def test_every_command_that_reads_an_area_takes_tables_of_one_s_own() -> None:
    options = {name: {o for p in c.params for o in p.opts} for name, c in COMMANDS.items()}
    areas = {name: options[name] for name, c in COMMANDS.items() if any(p.name == "area" for p in c.params)}
    assert len(areas) > 20
    assert not [name for name, taken in areas.items() if "--catalog" not in taken]
    assert "--catalog" in options["check"]


def test_a_template_goes_to_the_screen_or_into_a_file_and_reads_back(run: Run, tmp_path: Path) -> None:
    done = run("catalog", "costs", "--template")
    assert done.code == 0
    assert done.out == read_catalog().template("costs")
    out = tmp_path / "mine" / "costs.csv"
    assert run("catalog", "costs", "--template", "-o", out).code == 0
    text = out.read_text("utf-8-sig")
    assert text == done.out
    head, first, *rest = csv.reader(text.splitlines())
    mine = {**dict(zip(head, first, strict=True)), "price": "140", "source": "局", "date": "2025"}
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, list(mine.values()), *rest])
    assert read_catalog(out.parent).costs["price"][0] == 140.0


def test_a_table_without_own_rows_has_no_template(run: Run) -> None:
    done = run("catalog", "file_kinds", "--template")
    assert done.code == 1
    assert "no table that takes rows of your own" in done.err


@pytest.mark.long
def test_own_prices_hold_for_one_command(run: Run, small: Path, bureau: Path) -> None:
    plan = small / "scenarios" / "opened.toml"
    bills = [json.loads(run("ledger", small, plan, "--json", *more).out) for more in ((), ("--catalog", bureau), ())]
    walls = [[r for r in bill if (r["layer"], r["kind"]) == ("walls", "wall")] for bill in bills]
    prices = [sorted({r["unit_price_yuan"] for r in rows}) for rows in walls]
    assert prices == [[105.0], [140.0], [105.0]]


def test_own_rows_and_tables_of_an_area_are_listed(run: Run, small: Path, bureau: Path, tmp_path: Path) -> None:
    area = sr.write_area(sr.read_area(small, catalog=bureau), tmp_path / "area")
    rows = json.loads(run("catalog", "--own", "--area", area, "--json").out)
    assert [(r["table"], r["was"], r["now"], r["date"]) for r in rows] == [("costs", "105", "140", "2025-06")]
    assert json.loads(run("catalog", "costs", "--area", area, "--json").out)[0]["price"] == "140"
    assert json.loads(run("catalog", "costs", "--catalog", bureau, "--json").out)[0]["price"] == "140"
    assert json.loads(run("catalog", "costs", "--json").out)[0]["price"] == "105"


def test_a_faulty_table_is_refused_by_file_and_row(run: Run, small: Path, bureau: Path) -> None:
    (bureau / "costs.csv").write_text(PRICE.replace("140", "-1"), encoding="utf-8")
    done = run("show", small, "--catalog", bureau)
    assert done.code == 1
    assert "costs.csv: costs: price is -1, expected 0 or more (row 2)" in done.err
    told = run("check", small, "--catalog", bureau, "--json")
    assert told.code == 1
    assert "price is -1" in told.out
