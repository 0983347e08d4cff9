"""A district: areas by themselves and in all, people once, unchanged not once more, a broken one told."""

from __future__ import annotations

import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest
from comparison.test_write import contents
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.comparison import District
from spatialreno.comparison.districts import run as district_run
from spatialreno.comparison.districts.record import kept_record
from spatialreno.comparison.key import comparison_key
from spatialreno.errors import InputError

pytestmark = pytest.mark.long

CLEAR = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
OPENED = CLEAR | sr.Scenario("opened", "拆墙", [sr.demolish("walls", between=["C1", "C2"])])


def moved(name: str, east: float, *, households: float = 40.0) -> sr.StudyArea:
    """Draw the two yards some metres farther east, each home with its households."""
    here = two_yards()
    layers = {k: here.layer(k).drop(columns=[c for c, d in here.catalog.layers[k].columns.items()
                                             if d.status == "derived"], errors="ignore") for k in here}  # fmt: skip
    for frame in layers.values():
        if "geometry" in frame:
            frame["geometry"] = frame.geometry.translate(east, 0.0)
    layers["buildings"]["households"] = households
    raw = {k: frame.reset_index() if frame.index.name == "id" else frame for k, frame in layers.items() if len(frame)}
    return sr.assemble(raw, name=name, crs="EPSG:4546")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three areas: 甲, 乙 that touches it with one home of both, and one that is broken."""
    folder = tmp_path_factory.mktemp("district")
    for name, east in (("甲", 0.0), ("乙", 45.0)):
        sr.write_area(moved(name, east), folder / name)
        sr.write_scenario(CLEAR, folder / name / "scenarios" / "clear.toml")
    (folder / "丙").mkdir()
    (folder / "丙" / "area.toml").write_text('name = "丙"\ncrs = "EPSG:4546"\n', encoding="utf-8")
    (folder / "district.csv").write_text("area,option,project\n甲,clear,P-1\n乙,,\n戊,clear,\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def district(folder: Path, out: Path) -> District:
    return sr.compare_areas(folder, out)


@pytest.mark.long
def test_people_count_once_where_areas_overlap(district: District) -> None:
    """乙's B1 (50–70 m) lies on 甲's B2 (50–70 m): 乙 comes first by name, so that 甲's 200 count once, as 乙's 100."""
    assert district.twice[["area", "building_id", "first", "first_id"]].values.tolist() == [["甲", "B2", "乙", "B1"]]
    total, table = district.total(), district.table()["value"]
    own = table.xs("residents", level="indicator").xs("today", level="option")
    assert own.tolist() == [300.0, 300.0]
    assert total.at["residents", "today"] == 400.0
    assert total.at["households", "chosen"] == 120.0
    once = [score(district, area, home) for area, home in (("乙", "B1"), ("乙", "B2"), ("甲", "B1"))]
    assert total.at["score", "today"] == pytest.approx(sum(s * r for s, r in once) / 400)


def score(district: District, area: str, home: str) -> tuple[float, float]:
    people = district.records[area].people
    row = people[(people["option"] == "today") & (people["building_id"] == home)].iloc[0]
    return float(row["score"]), float(row["residents"])


def test_areas_that_only_touch_add_up(district: District) -> None:
    record = district.records["甲"]
    wide = float(record.outline.bounds[2] - record.outline.bounds[0])
    beside = replace(record, homes=record.homes.set_geometry(record.homes.translate(wide, 0.0)))
    found = District({"a": record, "b": beside})
    assert found.twice.empty
    for indicator in ("residents", "households", "compounds"):
        both = found.table()["value"].xs((indicator, "today"), level=("indicator", "option")).sum()
        assert found.total().at[indicator, "today"] == both
    assert found.total().at["score", "today"] == pytest.approx(found.table().at[("a", "today", "score"), "value"])


def test_costs_are_those_of_what_was_chosen(district: District) -> None:
    table = district.table()["value"]
    total = district.total()
    assert district.chosen == {"甲": "clear"}
    assert total.at["cost_yuan", "chosen"] == table["甲", "clear", "cost_yuan"]
    assert total.at["cost_household_yuan", "chosen"] == pytest.approx(table["甲", "clear", "cost_yuan"] / 120)
    assert total.at["cost_yuan", "areas"] == 1
    assert pd.isna(total.at["cost_yuan", "today"])  # nothing invested is not a cost of nothing
    both = district.choosing("clear").total()
    assert both.at["illegal_demolished_m2", "chosen"] == table["甲", "clear", "illegal_demolished_m2"] * 2
    assert pd.isna(both.at["fire_homes", "chosen"])  # a share of buildings does not add up


def test_a_broken_area_is_told_and_the_rest_stands(district: District) -> None:
    assert list(district.records) == ["乙", "甲"]
    assert "compounds" in district.broken["丙"]
    assert district.states == {"丙": "broken", "乙": "compared", "甲": "chosen"}
    told = dict(district.notes())
    assert {"丙", "甲", "戊"} <= set(told)
    assert list(district.leaders(lang="en").index) == ["乙", "甲", "丙", "in all"]


def test_what_is_unchanged_is_not_computed_again(
    folder: Path, out: Path, district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = contents(out)
    asked: list[str] = []
    real = district_run.compare

    def counted(area: sr.StudyArea, *more: object, **terms: object) -> sr.Comparison:
        asked.append(area.name)
        return real(area, *more, **terms)  # type: ignore[arg-type]

    monkeypatch.setattr(district_run, "compare", counted)
    again = sr.compare_areas(folder, out)
    assert asked == []
    assert contents(out) == before
    pd.testing.assert_frame_equal(again.total(), district.total())
    other = shutil.copytree(folder, tmp_path / "other")
    renamed = sr.Scenario("clear", "拆违（改）", CLEAR.interventions)
    sr.write_scenario(renamed, other / "乙" / "scenarios" / "clear.toml")
    sr.compare_areas(other, shutil.copytree(out, tmp_path / "out"))
    assert asked == ["乙"]
    folder, key = tmp_path / "out" / "areas" / "甲", district.records["甲"].key
    assert kept_record(folder, key) is not None
    assert kept_record(folder, "another") is None
    (folder / "people.parquet").write_bytes(b"spoilt")
    assert kept_record(folder, key) is None


def test_a_key_changes_with_all_it_rests_on() -> None:
    area = two_yards()
    keys = {
        comparison_key(area, [CLEAR], "gb50180-2018"),
        comparison_key(area, [CLEAR], "wzsq-2020"),
        comparison_key(area, [OPENED], "gb50180-2018"),
        comparison_key(replace(area, title="甲"), [CLEAR], "gb50180-2018"),
        comparison_key(area.with_catalog(constants={"gain_points": 0.6}), [CLEAR], "gb50180-2018"),
        comparison_key(CLEAR.apply(area), [CLEAR], "gb50180-2018"),
    }
    assert len(keys) == 6
    assert comparison_key(two_yards(), [CLEAR], "gb50180-2018") in keys


@pytest.mark.long
def test_processes_write_the_same_bytes(folder: Path, out: Path, district: District, tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        found = sr.compare_areas(folder, tmp_path, workers=pool)
    assert contents(tmp_path) == contents(out)
    assert found.broken == district.broken
    pd.testing.assert_frame_equal(found.leaders(), district.leaders())


def test_a_programme_joins_by_project(district: District, tmp_path: Path) -> None:
    file = tmp_path / "programme.csv"
    rows = ["id,title,year,status,end_planned", "P-1,甲片,2026,in_progress,2026-11-30", "乙,乙片,2026,done,", ""]
    file.write_text("\n".join(rows), encoding="utf-8")
    joined = replace(district, programme=sr.read_programme(file))
    assert joined.states == {"丙": "broken", "乙": "done", "甲": "in_progress"}
    assert joined.projects.loc["甲", "project"] == "P-1"


def test_wrong_choices_are_refused_all_at_once(folder: Path, district: District, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"乙 none, 己 clear is not known.*甲: clear"):
        district.choosing({"甲": "clear", "乙": "none", "己": "clear"})
    with pytest.raises(InputError, match="not known"):
        district.choosing("nothing")
    with pytest.raises(InputError, match="holds no area"):
        sr.compare_areas(tmp_path)
    with pytest.raises(InputError, match="each with a name of its own"):
        sr.compare_areas([folder / "甲", folder / "甲"])
    (tmp_path / "district.csv").write_text("area,plan\n甲,x\n甲,y\n", encoding="utf-8")
    with pytest.raises(InputError, match="column plan is not known; area 甲"):
        district_run.read_choices(tmp_path / "district.csv")


def test_it_writes_tables_and_outlines(district: District, tmp_path: Path) -> None:
    names = {path.name for path in district.write(tmp_path)}
    assert names == {"leaders.csv", "areas.csv", "total.csv", "twice.csv", "projects.csv", "notes.csv", "district.gpkg"}
    rows = pd.read_csv(tmp_path / "leaders.csv", encoding="utf-8-sig")
    assert rows.iloc[-1, 0] == "合计"
    assert "2 areas, 1 broken: 400 residents" in repr(district)
