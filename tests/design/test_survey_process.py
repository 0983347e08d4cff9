"""A survey's form on the way a planner takes it: written by one command, filled in, read back by another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from design_yards import two_yards

import spatialreno as sr

ASKED = ["--goal", "covered:kindergarten", "--propose", "walls"]


def told(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a shell does."""
    return subprocess.run(
        [sys.executable, "-m", "spatialreno", *words], capture_output=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONUTF8": "1"}, timeout=600,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> str:
    sr.write_area(two_yards(), tmp_path / "yard")
    return str(tmp_path / "yard")


@pytest.mark.long
def test_a_form_is_written_filled_in_and_chosen_by(folder: str, tmp_path: Path) -> None:
    form = tmp_path / "visits.csv"
    first = told("survey", folder, *ASKED, "-o", str(form))
    assert first.returncode == 0, first.stderr
    rows = pd.read_csv(form, dtype=object)
    assert "found" in rows.columns and len(rows)
    rows = pd.concat([rows, pd.DataFrame([{"layer": "walls", "id": "X13", "found": "不在"}])])
    rows.drop_duplicates(["layer", "id"], keep="last").to_csv(form, index=False)
    again = told("survey", folder, *ASKED, "--found", str(form), "--json")
    assert again.returncode == 0, again.stderr
    table = pd.DataFrame(json.loads(again.stdout)).set_index("option")
    assert table.loc[["design", "again"], "value"].tolist() == [300, 300]
    assert table.at["again", "cost_yuan"] < table.at["design", "cost_assumed"]


@pytest.mark.long
def test_a_form_that_cannot_be_read_is_refused_in_one_sentence(folder: str, tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("layer,id,found\nwalls,W99,不在\n", "utf-8")
    for name in ("visits.csv", "nowhere.csv"):
        done = told("survey", folder, *ASKED, "--found", str(tmp_path / name))
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert ("W99" if name == "visits.csv" else "nowhere.csv") in done.stderr
