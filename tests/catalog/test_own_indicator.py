"""An indicator that is a row of an area's own catalog: measured, held to its target, shown and refused."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import at
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.catalog import Catalog
from spatialreno.errors import InputError

LAMPS = [
    {"layer": "street_lamps", "geometry": "Point", "title_zh": "路灯", "lies_in_compound": "yes"},
]
COLUMNS = [
    {"column": "id", "dtype": "str", "status": "required", "title_zh": "编号"},
    {"column": "height_m", "dtype": "float", "unit": "m", "status": "optional", "title_zh": "高度"},
    {"column": "inferred", "dtype": "bool", "status": "optional", "title_zh": "推断"},
    {"column": "estimated", "dtype": "str", "status": "optional", "title_zh": "估算"},
    {"column": "compound_id", "dtype": "str", "status": "derived", "title_zh": "小区"},
]


def row(name: str, **cells: Any) -> dict[str, Any]:
    shown = {"title_zh": f"指标{name}", "unit": "piece", "level": "area|compound", "better": "up", "decimals": 0}
    return {"indicator": name} | shown | cells


def with_rows(area: sr.StudyArea, *rows: dict[str, Any]) -> sr.StudyArea:
    tables = {"layers": LAMPS, "layers/street_lamps": COLUMNS, "indicators": list(rows)}
    return area.with_catalog(**tables, source="测试", date="2025-06")


@pytest.fixture(scope="module")
def today() -> sr.StudyArea:
    return with_rows(
        two_yards(),
        row("lamps", measure="count", layer="street_lamps", target=3),
        row("lamp_metres", measure="total", layer="street_lamps", column="height_m"),
        row("fences_m", measure="total", layer="walls", column="length_m", kind="fence", level="area", better="down"),
    )


@pytest.mark.long
def test_rows_are_measured_by_area_and_by_compound(today: sr.StudyArea) -> None:
    lit = [sr.build("street_lamps", f"A{n}", geometry=at(5 + n, 5), height_m=4.0 + n) for n in range(2)]
    found = sr.evaluate(sr.Scenario("lit", interventions=lit).apply(today)).table
    assert found.loc[("area", today.name, "lamps"), ["value", "target", "unit"]].tolist() == [2, 3, "piece"]
    assert not found.loc[("area", today.name, "lamps"), "meets"]
    assert found.loc[("area", today.name, "lamp_metres"), "value"] == 4.0 + 5.0
    by_yard = found["value"].xs("lamps", level="indicator").xs("compound", level="level")
    assert by_yard.to_dict() == {"C1": 2.0, "C2": 0.0}
    fences = today.walls.loc[today.walls["kind"] == "fence", "length_m"].sum()
    assert found.loc[("area", today.name, "fences_m"), "value"] == pytest.approx(fences)


def test_what_was_never_surveyed_is_unknown_not_none(today: sr.StudyArea) -> None:
    found = sr.evaluate(today).table["value"]
    assert found.loc[("area", today.name, ["lamps", "lamp_metres"])].isna().all()


def test_whom_a_kind_reaches_within_a_distance() -> None:
    near, far = (
        row(name, measure="reached", layer="facilities", kind="canteen", distance_m=metres, decimals=3,
            unit="share", level="area", target=0.5)
        for name, metres in (("canteen_near", 1), ("canteen_far", 900))
    )  # fmt: skip
    area = with_rows(two_yards(), near, far)
    canteen = sr.build("facilities", "F9", kind="canteen", geometry=at(5, 5))
    served = sr.Scenario("canteen", interventions=[canteen]).apply(area)
    found = sr.evaluate(served)
    walks = found.access[found.access["kind"] == "canteen"].set_index("building_id")["distance_m"]
    people = found.scores["residents"]
    for name, metres in (("canteen_near", 1), ("canteen_far", 900)):
        share = people[walks.reindex(people.index) <= metres].sum() / people.sum()
        assert found.value(name) == pytest.approx(share)


@pytest.mark.long
def test_an_own_indicator_stands_in_what_options_change(today: sr.StudyArea) -> None:
    lamp = sr.Scenario("lit", "亮化", [sr.build("street_lamps", "A1", geometry=at(5, 5), height_m=6.0)])
    options = sr.compare(today, [lamp], works=())
    table = options.table()["value"]
    assert table.xs("lamps", level="indicator").xs("area", level="level").loc["lit"].tolist() == [1.0]
    assert "指标lamps" in sr.report(options).html()


@pytest.mark.spread(4)
@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (row("lamps"), "has no measure"),
        (row("lamps", measure="count"), "has no layer"),
        (row("lamps", measure="count", layer="street_lampz"), "street_lamps"),
        (row("lamps", measure="total", layer="street_lamps", column="id"), "no column of numbers"),
        (row("lamps", measure="reached", layer="street_lamps"), "does not say who is reached"),
        (row("lamps", measure="sum", layer="street_lamps"), "count"),
        (row("lamps", measure="count", layer="street_lamps", level="building"), "area[|]compound"),
        (row("score", measure="count", layer="street_lamps"), "measured by the package|locked|cannot"),
        (row("lamps", measure="count", layer="trees", kind="oak"), "no kinds|not known"),
    ],
)
def test_what_cannot_be_measured_is_refused(cells: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        with_rows(two_yards(), cells)


def test_the_package_has_no_row_that_code_and_table_both_measure() -> None:
    table = sr.read_catalog().indicators
    assert isinstance(sr.read_catalog(), Catalog)
    assert (table["measure"] == "").all()
