"""An office's own columns survive reading, applying and writing, in every format that carries an area."""

from __future__ import annotations

import pickle
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import make_area
from shapely.geometry import LineString, Point, box

import spatialreno as sr

OWN = {"档案号": ["甲-1", "乙/2"], "得分": [3, None], "误差": [0.25, 1.5], "已核": [True, False]}


def yard() -> sr.StudyArea:
    area = make_area(
        compounds=[{"id": "C1", "name": "院", "geometry": box(0, 0, 100, 60)}],
        buildings=[{"id": f"B{k}", "residents": 9, "geometry": box(30 * k, 10, 30 * k + 20, 20)} for k in (0, 1)],
        walls=[{"id": "W1", "geometry": LineString([(0, 60), (100, 60)])}],
        parties=[{"id": "P1", "name": "毛纺厂", "微信": "王"}],
        rights=[{"feature_id": "C1", "party_id": "P1", "right": "land_use", "证号": "豫-7"}],
    )
    return area.with_layer("buildings", area.buildings.assign(**OWN))


def own(area: sr.StudyArea) -> list[list[Any]]:
    frame = area.buildings[list(OWN)]
    return [[None if pd.isna(v) else v for v in frame[name].astype(object)] for name in OWN]


def test_they_are_told_once_and_travel() -> None:
    area = yard()
    assert own(area) == [list(cells) for cells in OWN.values()]
    told = area.report.query("rule == 'unknown column'").set_index("layer")["reason"]
    counted = "已核 (2 cells), 得分 (1 cells), 档案号 (2 cells), 误差 (2 cells)"
    assert told["buildings"] == f"kept, read by no rule: {counted}"
    assert own(pickle.loads(pickle.dumps(area))) == own(deepcopy(area)) == own(area)
    moved = area.with_catalog(constants={"persons_per_household": 3.1})
    assert own(moved) == own(area) and len(moved.report) == len(area.report)
    scored = area.with_layer("buildings", area.buildings.assign(得分=[1, 2]))
    assert scored.fingerprint != area.fingerprint


def test_they_are_there_after_a_plan() -> None:
    area = yard()
    x, y = area.compounds.geometry["C1"].bounds[:2]
    plan = sr.Scenario("p", interventions=[
        sr.demolish("walls", ids=["W1"]),
        sr.alter("buildings", ids=["B0"], set={"residents": 12}),
        sr.build("buildings", "N1", geometry=box(x + 70, y + 30, x + 90, y + 40), use="residential"),
    ])  # fmt: skip
    after = plan.apply(area)
    assert own(after) == [[*cells, None] for cells in OWN.values()]
    assert len(after.report.query("rule == 'unknown column'")) == len(area.report.query("rule == 'unknown column'"))
    assert after.rights["证号"].tolist() == ["豫-7"]


@pytest.mark.every_day
@pytest.mark.parametrize("form", ["folder", "area.gpkg", "gpkg", "geojson", "parquet", "fgb", "csv", "shp"])
@pytest.mark.long
def test_they_are_written_and_read_back(tmp_path: Path, form: str) -> None:
    area = yard()
    if form == "folder":
        back = sr.read_area(sr.write_area(area, tmp_path / "院"))
    elif form == "area.gpkg":
        back = sr.read_area(sr.write_area(area, tmp_path / form))
    else:
        back = sr.read_area(sr.export_area(area, tmp_path / form, form))
    assert own(back)[0] == OWN["档案号"]
    if form not in ("csv", "shp"):  # which hold a yes as text, or as a number
        assert own(back) == own(area)
    assert (back.parties["微信"]["P1"], back.rights["证号"].tolist()) == ("王", ["豫-7"])


def test_what_no_format_can_name_is_left_out_aloud() -> None:
    area = make_area(
        compounds=[{"id": "C1", "name": "院", "geometry": box(0, 0, 9, 9)}],
        trees=[{"id": "T", "FID": 7, "Trunk_M": 1, "a\tb": 1, "档" * 30: 1, "": 2, "geometry": Point(1, 1)}],
    )
    (said,) = area.report.query("rule == 'unknown column' and layer == 'trees'")["reason"]
    assert said.startswith("left out: ") and "FID (1 cells)" in said
    assert not set(area.trees.columns) & {"FID", "a\tb", "档" * 30, ""}
