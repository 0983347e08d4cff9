"""The hazard list: basic first, by priority and households; works as a scenario; bad rows named."""

from __future__ import annotations

import pytest
from community.court import court

import spatialreno as sr
from spatialreno.community import read_hazards

HEAD = "编号,位置,隐患,照片,日期\n"


def written(folder, text):
    path = folder / "hazards.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_basic_comes_first(tmp_path):
    text = (
        "A,H1,not_insulated,,\nB,H2,屋面渗漏,b.jpg,2026-03-01\nC,C1,meter_under_sewage,,\n"
        "D,H1,roof_leak,,\nE,H1,roof_leak,,\n"
    )
    found = read_hazards(written(tmp_path, text), court())
    assert list(found.table.index) == ["C", "B", "D", "E", "A"] and list(found.table["order"]) == [1, 2, 3, 4, 5]
    assert found.table.loc["C", ["households", "works", "compound_id"]].tolist() == [6, "", "C1"]
    plan = found.as_scenario()
    area = plan.apply(court())
    assert (area.buildings["roof"] == "good").all() and bool(area.buildings["insulated"]["H1"])
    assert {(act.phase, act.layer) for act in plan.interventions} == {(1, "buildings"), (2, "buildings")}
    bill = plan.bill(court())
    assert set(bill.by("class")["class"]) == {"basic"} and bill.unpriced.empty


def test_bad_rows_are_named_and_the_rest_stands(tmp_path):
    text = (
        "A,H9,roof_leak,,\nB,H1,鬼屋,,\nC,C1,roof_leak,,\nD,H1,roof_leak,,2026-13-01\n"
        "E,H1,,,\nE,H1,roof_leak,,\nF,H2,roof_leak,,\n"
    )
    with pytest.raises(sr.InputError) as told:
        read_hazards(written(tmp_path, text), court())
    for said in ("no building or compound", "not known", "another layer", "no day", "given twice"):
        assert said in str(told.value)
    assert list(read_hazards(written(tmp_path, text), court(), keep_rest=True).table.index) == ["F"]
