"""The command ``design`` writes scenarios that others read, tables and a page."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from design_yards import yard
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
