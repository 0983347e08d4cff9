"""A layer that an area brings as two tables: street lamps, from the survey to the drawing."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from conftest import at
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.errors import InputError

TABLES = {
    "layers": "layer,geometry,title_zh,title_en,lies_in_compound,may_hold_rights,natural_quantity,theme\n"
    "street_lamps,Point,路灯,Street lamps,yes,yes,count,generic\n",
    "layers/street_lamps": "column,dtype,unit,status,title_zh,title_en,aliases\n"
    "id,str,,required,编号,Id,\nheight_m,float,m,optional,高度,Height,灯高\n"
    "inferred,bool,,optional,推断,Inferred,\nestimated,str,,optional,估算字段,Estimated columns,\n"
    "compound_id,str,,derived,所属小区,Compound,\n",
    "costs": "layer,verb,kind,item_zh,item_en,quantity,unit,price,payer,source,date\n"
    "street_lamps,build,,新装路灯,New street lamp,count,piece,6500,city,洛阳市2025年询价,2025-06\n",
}


def tables(place: Path, **changed: str) -> Path:
    for name, text in (TABLES | changed).items():
        file = place / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> sr.StudyArea:
    """Two yards with one lamp, read from a folder whose area.toml names the tables."""
    place = sr.write_area(two_yards(), tmp_path_factory.mktemp("lamps") / "area")
    tables(place / "catalog")
    toml = place / "area.toml"
    toml.write_text('catalog = "catalog"\n' + toml.read_text("utf-8"), encoding="utf-8")
    yard = two_yards().compounds.geometry.iloc[0].representative_point()
    lamps = gpd.GeoDataFrame({"编号": ["A1"], "灯高": [4.5]}, geometry=[yard], crs="EPSG:4546")
    lamps.rename(columns={"编号": "id"}).to_crs(4326).to_file(place / "street_lamps.geojson", driver="GeoJSON")
    return sr.read_area(place)


@pytest.fixture(scope="module")
def plan() -> sr.Scenario:
    return sr.Scenario("lit", "亮化", [sr.build("street_lamps", "A2", geometry=at(5, 5), height_m=6.0)])


def test_tables_that_lie_beside_the_area_hold_without_being_named(tmp_path: Path) -> None:
    place = sr.write_area(two_yards(), tmp_path / "area")
    price = "layer,verb,kind,quantity,price,source,date\nwalls,demolish,,length_m,33.33,询价,2026-01\n"
    tables(place, **{"catalog/costs": price})
    costs = sr.read_area(place).catalog.costs.query("layer == 'walls' and verb == 'demolish' and kind == ''")
    assert costs.set_index("quantity")["price"]["length_m"] == 33.33


def test_a_line_of_the_leaders_table_needs_a_title_for_each_figure() -> None:
    line = {"row": "own", "group": "money", "title_zh": "甲|乙", "title_en": "a", "form_zh": "{}",
            "indicators": "cost_yuan|subsidy_yuan"}  # fmt: skip
    with pytest.raises(InputError, match=r"title_en tells 1 figures, indicators 2(.|\n)*form_zh has no place"):
        two_yards().with_catalog(leaders=[line])
    two_yards().with_catalog(leaders=[line | {"title_en": "a|b", "form_zh": "{}，{}"}])


def test_it_is_read_related_and_checked(today: sr.StudyArea) -> None:
    assert today.street_lamps["height_m"].tolist() == [4.5]
    assert today.street_lamps["compound_id"].tolist() == [today.compounds.index[0]]
    with pytest.raises(InputError, match="street_lamps: height_m is -1"):
        sr.area.replace_layers(today, {"street_lamps": today.street_lamps.assign(height_m=-1.0)})
    with pytest.raises(AttributeError, match="street_lampz"):
        today.street_lampz  # noqa: B018  # type: ignore[attr-defined]


def test_it_is_applied_and_billed(today: sr.StudyArea, plan: sr.Scenario) -> None:
    assert list(plan.apply(today).street_lamps.index) == ["A1", "A2"]
    bill = plan.ledger(today).iloc[0]
    assert (bill["item"], bill["quantity"], bill["cost_yuan"], bill["payer"]) == ("新装路灯", 1.0, 6500.0, "city")
    gone = sr.Scenario("dark", interventions=[sr.demolish("street_lamps", ids="A1")]).ledger(today).iloc[0]
    assert (gone["quantity"], gone["unit"]) == (1.0, "piece")  # no price: told in its natural quantity


def test_it_survives_writing(today: sr.StudyArea, plan: sr.Scenario, tmp_path: Path) -> None:
    after = plan.apply(today)
    assert sr.read_area(sr.write_area(after, tmp_path / "a.gpkg")).fingerprint == after.fingerprint


def test_it_is_drawn_and_written_everywhere(today: sr.StudyArea, plan: sr.Scenario, tmp_path: Path) -> None:
    import pyogrio

    options = sr.compare(today, [plan])
    options.write(tmp_path / "out")
    assert "lit_street_lamps" in pyogrio.list_layers(tmp_path / "out" / "options.gpkg")[:, 0]
    assert "路灯" in sr.draw(options).html()
    sr.report(options, tmp_path / "q.gpkg")
    assert "lit_street_lamps_point" in pyogrio.list_layers(tmp_path / "q.gpkg")[:, 0]
    ezdxf = pytest.importorskip("ezdxf")
    sr.report(options, tmp_path / "q.dxf")
    layers = {e.dxf.layer for e in ezdxf.readfile(tmp_path / "q.dxf").modelspace()}
    assert {"RENO_OTHER-AREA", "RENO_AREA-BUILT"} <= layers


def test_what_a_layer_needs_is_said(tmp_path: Path) -> None:
    less = TABLES["layers/street_lamps"].replace("compound_id,str,,derived,所属小区,Compound,\n", "")
    with pytest.raises(InputError, match="street_lamps has no derived column compound_id"):
        sr.read_catalog(tables(tmp_path, **{"layers/street_lamps": less}))
