"""The command ``design`` writes scenarios that others read, tables and a page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from conftest import make_area
from design_yards import yard, yard_with_two_homes
from shapely import box
from typer.testing import CliRunner

import spatialreno as sr
from spatialreno.cli.app import app


def test_designs_are_written_as_scenarios_tables_and_a_page(tmp_path: Path) -> None:
    sr.write_area(yard(ring=True), tmp_path / "yard")
    out = tmp_path / "out"
    words = ["design", str(tmp_path / "yard"), "--goal", "covered:kindergarten", "--max-m", "20", "--frontier"]
    done = CliRunner().invoke(app, [*words, "--most-through", "0.5", "--candidate", "walls", "-o", str(out)])
    assert done.exit_code == 0, done.output
    frontier = pd.read_csv(out / "frontier.csv")
    assert frontier["value"].tolist() == [0, 100]
    (path,) = out.glob("*.toml")
    after = sr.read_scenario(path).apply(sr.read_area(out / "area"))
    assert len(after.walls) == len(sr.read_area(out / "area").walls) - 1
    assert "方案生成" in (out / "design.html").read_text("utf-8")
    for name in ("nearly_as_good", "reasons", "pairs", "guards", "greedy"):
        assert (out / f"{name}.csv").exists()


def test_a_design_by_tiles_is_written_without_what_takes_hours(tmp_path: Path) -> None:
    sr.write_area(yard_with_two_homes(), tmp_path / "yards")
    out = tmp_path / "out"
    words = ["design", str(tmp_path / "yards"), "--goal", "covered:kindergarten", "--candidate", "walls"]
    done = CliRunner().invoke(app, [*words, "--tiles-m", "15", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert "2 tiles of 15 m" in done.output and "are left out" in done.output
    (path,) = out.glob("*.toml")
    assert sr.read_scenario(path).apply(yard_with_two_homes()).walls.shape[0] == 3
    assert pd.read_csv(out / "frontier.csv")["value"].tolist() == [150]
    assert pd.read_csv(out / "reasons.csv")["last"].tolist() == [150]
    page = (out / "design.html").read_text("utf-8")
    assert "分 2 片推算" in page and "2% 以内的其他选法" not in page
    assert (out / "reasons.csv").exists() and not (out / "greedy.csv").exists()


def test_clusters_are_written_for_compare_and_as_a_page(tmp_path: Path) -> None:
    rows = [
        {"id": f"C{n}", "name": f"院{n}", "households": 10, "geometry": box(n * 40, 0, n * 40 + 40, 40)}
        for n in range(4)
    ]
    sr.write_area(make_area(compounds=rows), tmp_path / "row")
    plan, page = tmp_path / "clusters.toml", tmp_path / "clusters.html"
    for out in (plan, page):
        done = CliRunner().invoke(app, ["clusters", str(tmp_path / "row"), "--households", "15", "25", "-o", str(out)])
        assert done.exit_code == 0, done.output
    assert "2 个组团" in page.read_text("utf-8")
    told = CliRunner().invoke(app, ["compare", str(tmp_path / "row"), str(plan), "--by", "cluster", "--csv"])
    assert told.exit_code == 0 and "K1" in told.output and "K2" in told.output
