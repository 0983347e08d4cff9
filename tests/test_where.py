"""The page "Where do I put …": what it names is there, and each trial that no other test does is done in a copy."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from conftest import ROOT, at
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.formats.readers import sniff
from spatialreno.formats.readers.entry import Source
from spatialreno.formats.readers.source import read_raw
from spatialreno.maps.content import people_sections
from spatialreno.maps.page import panel
from spatialreno.maps.words import safe_html
from spatialreno.siting import facilities
from spatialreno.siting.models.objectives import OBJECTIVES

PAGE = (ROOT / "docs" / "where.md").read_text("utf-8")


def test_every_file_the_page_names_is_there() -> None:
    named = re.findall(r"`((?:src|tests|docs)/[^`]+|CONTRIBUTING\.md)`", PAGE)
    assert len(named) > 10
    assert not [path for path in named if not (ROOT / path).exists()]
    tables = {f"catalog/{name}.csv" for name in (*sr.read_catalog().tables, "layers/street_lamps")}
    assert set(re.findall(r"`(catalog/[a-z_/]+\.csv)`", PAGE)) <= tables


def test_the_rows_of_its_example_are_read_and_measured() -> None:
    head, *rows = re.search(r"```text\n(.+?)```", PAGE, re.S)[1].strip().splitlines()  # type: ignore[index]
    cells = [dict(zip(head.split(","), row.split(","), strict=True)) for row in rows if "street_lamps" not in row]
    area = two_yards().with_catalog(indicators=cells, source="试", date="2025-06")
    assert sr.evaluate(area).value("canteen_500") == 0.0  # there is no canteen


def test_a_kind_with_its_own_norm_is_two_tables(tmp_path: Any) -> None:
    (tmp_path / "facilities.csv").write_text(
        "kind,title_zh,title_en,label,category,source,date\n"
        "shared_laundry,共享洗衣房,Shared laundry,洗,service,局,2025-06\n",
        "utf-8",
    )
    (tmp_path / "standards").mkdir()
    (tmp_path / "standards" / "bendi.toml").write_text(
        'name = "bendi"\ntitle_zh = "本地"\nextends = "gb50180-2018"\n\n[[services]]\nkind = "shared_laundry"\n'
        'level = "5min"\nradius_m = 300\nobligation = "M"\nclause = "局文"\nconfidence = "read"\n', "utf-8",
    )  # fmt: skip
    area = two_yards().with_catalog(tmp_path)
    laundry = sr.build("facilities", "F9", kind="shared_laundry", geometry=at(5, 5))
    after = sr.Scenario("laundry", interventions=[laundry]).apply(area)
    assert sr.evaluate(after, "bendi").value("covered:shared_laundry") > 0


@pytest.mark.long
def test_a_word_for_a_value_is_a_row() -> None:
    rows = [{"layer": "walls", "column": "kind", "value": "fence", "title_zh": "铁艺栏杆"}]
    area = two_yards().with_catalog(words=rows, source="局", date="2025-06")
    options = sr.compare(area, [sr.Scenario("open", interventions=[sr.demolish("walls", between=["C1", "C2"])])])
    assert "铁艺栏杆" in sr.draw(options).html()


def test_a_siting_objective_is_a_function_in_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def mine(problem: Any, how: Any) -> Any:
        asked.append(how)
        return OBJECTIVES["p-median"](problem, how)

    monkeypatch.setattr(facilities, "OBJECTIVES", MappingProxyType({**OBJECTIVES, "mine": mine}))
    found = sr.site_facilities(two_yards(), "canteen", count=1, objective="mine")  # type: ignore[arg-type]
    assert len(asked) == 1
    assert found.objective == sr.site_facilities(two_yards(), "canteen", count=1, objective="p-median").objective


def test_a_format_that_gdal_reads_is_a_row(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = sniff.file_kinds()
    path = tmp_path / "walls.gml"
    two_yards().walls[["kind", "geometry"]].to_file(path, driver="GML")
    with pytest.raises(sr.InputError, match="is a GML"):
        sniff.sniff(path)
    monkeypatch.setitem(kinds, "gml", replace(kinds["gml"], status="read", driver="GML"))
    raw = read_raw(path, sniff.sniff(path), Source(file=path.name), sr.read_catalog())
    assert sorted(raw.columns["kind"]) == sorted(two_yards().walls["kind"])


@pytest.mark.long
def test_a_result_on_the_page_is_a_section(monkeypatch: pytest.MonkeyPatch) -> None:
    made = people_sections.sections

    def more(*given: Any, **how: Any) -> list[Any]:
        return [*made(*given, **how), people_sections.Section("lamps", "照明", (safe_html.tag("p", "每盏灯"),))]

    monkeypatch.setattr(panel, "sections", more)
    plan = sr.Scenario("open", interventions=[sr.demolish("walls", between=["C1", "C2"])])
    told = sr.draw(sr.compare(two_yards(), [plan])).html()
    assert "<summary>照明</summary>" in told
    assert "每盏灯" in told
