"""Built things that stand in the way are told by ledger and comparison, and refused when asked."""

import shutil

import pytest
from land.yards import layer, there, two_yards
from shapely import LineString, box
from typer.testing import CliRunner

import spatialreno as sr
from spatialreno.cli.app import app
from spatialreno.errors import ScenarioError


@pytest.fixture(scope="module")
def today():
    street = layer({"id": "L1", "kind": "street", "geometry": LineString([(-5, -6), (90, -6)])})
    return two_yards(paths=street)


@pytest.fixture(scope="module")
def over():
    plaza = sr.build("open_spaces", "P1", kind="plaza", geometry=there(box(10, 5, 30, 25)))
    return sr.Scenario("over", "压楼广场", [plaza])


@pytest.mark.long
def test_ledger_tells_what_is_built_over_a_house_and_strict_refuses_it(today, over, tmp_path):
    area = sr.write_area(today, tmp_path / "yard")
    file = sr.write_scenario(over.placed(today), tmp_path / "over.toml")
    told = CliRunner().invoke(app, ["ledger", str(area), str(file)])
    assert told.exit_code == 0
    assert "拟建 绿地、广场 P1 压占楼栋 B1：240.0 m²" in told.output
    assert CliRunner().invoke(app, ["ledger", str(area), str(file), "--strict"]).exit_code != 0


def test_a_comparison_notes_it_and_refuses_it_when_strict(today, over):
    with pytest.raises(ScenarioError, match="Open spaces P1 over building B1"):
        sr.compare(today, over, strict=True)
    notes = [text for option, text in sr.compare(today, over).notes() if option == "over"]
    assert "拟建 绿地、广场 P1 压占楼栋 B1：240.0 m²" in notes


@pytest.mark.every_day
def test_a_plan_that_chooses_nothing_is_told_by_whoever_reads_it(small, run, tmp_path):
    """Not one command takes it for done: it is told on stderr, and ``check`` lists it as a warning."""
    folder = shutil.copytree(small, tmp_path / "yard")
    plan = sr.Scenario("vain", "空", [sr.demolish("structures", where={"height_m": {"min": 90}})])
    (folder / "scenarios").mkdir(exist_ok=True)
    file = sr.write_scenario(plan, folder / "scenarios" / "vain.toml")
    for words in (["ledger", folder, file], ["lanes", folder, "-s", file], ["consent", folder, file],
                  ["apply", folder, file, "-o", tmp_path / "after"], ["checkup", folder, "-s", file]):
        told = run(*words)
        assert told.code == 0 and told.err.count("未选中任何对象") == 1, words
    checked = run("check", file, "--csv")
    assert checked.code == 0 and "chooses nothing" in checked.out and "warning" in checked.out
