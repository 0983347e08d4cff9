"""``spatialreno district``: everything is written, a broken area ends with 1, a second run computes nothing."""

from __future__ import annotations

import json
import shutil

import pytest


@pytest.mark.long
def test_a_folder_of_areas(run, small, tmp_path):
    shutil.copytree(small, tmp_path / "in" / "甲")
    done = run("district", tmp_path / "in", "-o", tmp_path / "out", "--choose", "clear", "--json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert [row["选定方案"] for row in rows] == ["clear", ""]
    assert (tmp_path / "out" / "areas" / "甲" / "page.html").stat().st_size > 10_000
    assert "areas/%E7%94%B2/page.html" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    (tmp_path / "in" / "乙").mkdir()
    (tmp_path / "in" / "乙" / "area.toml").write_text("name = 3", encoding="utf-8")
    again = run("district", tmp_path / "in", "-o", tmp_path / "out", "--choose", "clear=clear")
    assert again.code == 1
    assert "clear clear is not known" in again.err
    again = run("district", tmp_path / "in", "-o", tmp_path / "out", "--choose", "甲=clear")
    assert again.code == 1
    assert "乙: not compared, the rest is" in again.err
    assert "乙" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_two_choices_for_all_are_refused(run, tmp_path):
    done = run("district", tmp_path, "-o", tmp_path / "out", "--choose", "a", "--choose", "b")
    assert done.code == 1
    assert "give one option for all" in done.err
