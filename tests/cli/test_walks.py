"""The command of walking reach: a table that parses, files that open, a page without scripts."""

from __future__ import annotations

import json

import pyogrio
import pytest


def test_reach_tells_a_table(run, small):
    done = run("reach", small, "--from", "B1", "--from", "F1", "--minutes", "0.2,0.5", "--json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert [(row["origin"], row["minutes"]) for row in rows] == [("B1", 0.2), ("B1", 0.5), ("F1", 0.2), ("F1", 0.5)]
    assert 0 < rows[0]["reach_m2"] <= rows[1]["reach_m2"]
    assert "gained_m2" not in rows[0]


def test_reach_writes_what_a_plan_adds(run, small, tmp_path):
    words = ("reach", small, "--from", "B1", "--minutes", "1", "-s", small / "scenarios" / "opened.toml", "--json")
    for name in ("reach.html", "reach.gpkg", "reach.geojson"):
        done = run(*words, "-o", tmp_path / name)
        assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    assert row["gained_m2"] > 100
    assert {layer for layer, _ in pyogrio.list_layers(tmp_path / "reach.gpkg")} == {
        "isochrones",
        "reach_lines",
        "isochrone_change",
    }
    drawn = pyogrio.read_dataframe(tmp_path / "reach.geojson").set_index("what")
    assert drawn.loc["gained", "area_m2"] == pytest.approx(row["gained_m2"])
    page = (tmp_path / "reach.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "<script src" not in page


def test_whatif_tells_people_and_not_kinds(run, small):
    done = run("whatif", small, "--json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert {"layer", "id", "name", "length_m", "inferred", "people", "person_kinds"} <= set(rows[0])
    assert [row["people"] for row in rows] == sorted((row["people"] for row in rows), reverse=True)
    kinds = run("whatif", small, "--by-kind", "--json", "--by", "person_m")
    assert kinds.code == 0, kinds.err
    by_kind = json.loads(kinds.out)
    assert all(row["residents"] > 0 for row in by_kind)
    for row in rows:
        assert sum(k["residents"] for k in by_kind if k["id"] == row["id"]) == row["person_kinds"]
