"""The commands of the land: tables that parse, answers that can be applied, and a clear no."""

from __future__ import annotations

import json

import pytest
from conftest import EXAMPLE

from spatialreno import read_scenario

TABLES = {
    "land": ("land", "{area}"),
    "land scenario": ("land", "{area}", "-s", "{area}/scenarios/opened.toml"),
    "fit": ("fit", "{area}", "recycling_point"),
    "lanes": ("lanes", "{area}", "--step", "0.5"),
    "lanes fire": ("lanes", "{area}", "--fire"),
}


@pytest.mark.spread(2)
@pytest.mark.parametrize("name", TABLES)
def test_tables_parse(run, small, name):
    words = [word.format(area=small) for word in TABLES[name]]
    done = run(*words, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)
    assert "NaN" not in done.out
    assert all(line.startswith("…") for line in done.err.splitlines())
    assert run(*words).code == 0


def test_land_adds_up(run, small):
    rows = json.loads(run("land", small, "-s", small / "scenarios" / "opened.toml", "--json").out)
    total = {}
    for row in rows:
        total[row["item"]] = total.get(row["item"], 0.0) + row["area_m2"]
    balance = total["free_before"] + total.get("freed", 0.0) + total.get("taken", 0.0)
    assert balance == pytest.approx(total["free_after"], abs=0.1)  # what rounding leaves is not shown


def test_fit_says_what_would_make_room_and_writes_what_fits(run, tmp_path):
    done = run("fit", EXAMPLE, "heat_exchange_station", "--least", "number", "--json")
    assert done.code == 1
    assert [row["id"] for row in json.loads(done.out)] == ["V51", "V52", "V56", "W21"]
    assert "does not fit" in done.err
    out = tmp_path / "garden.toml"
    assert run("fit", EXAMPLE, "pocket_garden", "-o", out).code == 0
    (built,) = read_scenario(out).interventions
    assert (built.layer, dict(built.values)["kind"]) == ("open_spaces", "public_green")


def test_lanes_tell_the_norms_with_their_confidence(run, small):
    done = run("lanes", small, "--fire")
    assert "fire_width_m = 4 m" in done.err
    assert "(secondary)" in done.err
