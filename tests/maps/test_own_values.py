"""A page, a report, a workbook and a PDF name the values that are the area's own, with source and date."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.maps.content.own_values import own_values

OWN = "拆除砖墙（含清运） 单价（元） 105 → 140（洛阳市2025年询价，2025-06）"


@pytest.fixture(scope="module")
def options() -> sr.Comparison:
    prices = [{"layer": "walls", "verb": "demolish", "quantity": "length_m", "price": 140}]
    today = two_yards().with_catalog(costs=prices, source="洛阳市2025年询价", date="2025-06")
    return sr.compare(today, [sr.Scenario("open", "拆墙", [sr.demolish("walls", between=["C1", "C2"])])])


@pytest.mark.long
def test_the_bill_is_of_the_own_price_and_the_pages_say_whose_it_is(options: sr.Comparison) -> None:
    bill = options.bill().lines
    line = bill[(bill["layer"] == "walls") & (bill["item"] == "拆除砖墙（含清运）")].iloc[0]
    assert line["cost_yuan"] == pytest.approx(140 * line["quantity"])
    assert OWN in sr.report(options).html().replace("<bdi>", "").replace("</bdi>", "")
    assert "price (yuan) 105 → 140" in sr.report(options, lang="en").html().lower()
    assert options.provenance["own_rows"][0]["now"] == "140"


def test_without_own_values_nothing_is_said() -> None:
    assert own_values(SimpleNamespace(today=two_yards()), "zh") == []  # type: ignore[arg-type]


def test_the_workbook_says_so_too(options: sr.Comparison, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "r.xlsx"
    sr.report(options, path)
    cells = [c.value for row in openpyxl.load_workbook(path)["依据与假设"] for c in row]
    assert any(OWN in str(cell) for cell in cells)
