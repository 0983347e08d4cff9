"""The empty survey for QGIS: forms from the catalog, read back by the product without a word; checked by parsing."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pyogrio
import pytest
import shapely
from conftest import ORIGIN

import spatialreno as sr


def project_of(path: Path) -> Any:
    """Open the project as QGIS does: hexadecimal text, a zip, one .qgs."""
    with closing(sqlite3.connect(path)) as base:
        ((_, changed, content),) = base.execute("SELECT * FROM qgis_projects").fetchall()
    assert json.loads(changed)["last_modified_time"]
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        (name,) = archive.namelist()
        assert name == f"{path.stem}.qgs"
        return Xml.fromstring(archive.read(name).decode("utf-8").partition("\n")[2])


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sr.new_area(tmp_path_factory.mktemp("new") / "我的 片区", name="mine", title="我的片区", qgis=True)
    return folder / "模板" / "调查.gpkg"


def test_every_layer_of_the_tree_is_a_table_of_the_file(survey: Path) -> None:
    root, have = project_of(survey), set(pyogrio.list_layers(survey)[:, 0]) - {"qgis_projects"}
    leaves = [leaf.get("source") for leaf in root.iter("layer-tree-layer")]
    assert {str(s).removeprefix("./调查.gpkg|layername=") for s in leaves} == have
    assert have == {name for name, layer in sr.read_catalog().layers.items() if not layer.is_table}
    ids = [leaf.get("id") for leaf in root.iter("layer-tree-layer")]
    assert ids == [one.findtext("id") for one in root.iter("maplayer")] and len(set(ids)) == len(ids)
    assert root.findtext("projectCrs/spatialrefsys/authid") == "EPSG:4546"
    assert root.findtext("properties/Paths/Absolute") == "false"


def test_forms_say_what_the_dictionary_says(survey: Path) -> None:
    catalog, root = sr.read_catalog(), project_of(survey)
    for one in root.iter("maplayer"):
        layer = catalog.layers[one.findtext("id")]
        stored = pyogrio.read_info(survey, layer=layer.name)["fields"]
        widgets = {f.get("name"): f.find("editWidget") for f in one.iter("field")}
        assert list(widgets) == list(stored), layer.name
        aliases = {a.get("field"): a.get("name") for a in one.iter("alias")}
        rules = {c.get("field"): c for c in one.find("constraints")}
        checks = {c.get("field"): c.get("exp") for c in one.find("constraintExpressions")}
        for name, widget in widgets.items():
            column = layer.columns[name]
            assert aliases[name].startswith(column.title_zh)
            assert (rules[name].get("notnull_strength") == "1") == (column.status == "required")
            if column.allowed and column.dtype == "str":
                words = {o.get("value") for o in widget.iter("Option") if o.get("value")}
                assert words == set(column.allowed) and widget.get("type") == "ValueMap"
            if column.least is not None:
                assert f'"{name}" >= {column.least:g}' in checks[name]
    kinds = {o.get("value") for o in root.find(".//maplayer[id='facilities']//field[@name='kind']").iter("Option")}
    assert set(catalog.facilities.index) <= kinds


def test_columns_are_called_by_their_titles_in_the_file_itself(survey: Path) -> None:
    with closing(sqlite3.connect(survey)) as base:
        asked = "SELECT title FROM gpkg_data_columns WHERE table_name = 'walls' AND column_name = 'height_m'"
        assert base.execute(asked).fetchone() == ("高度（米）",)
        (named,) = base.execute("SELECT identifier FROM gpkg_contents WHERE table_name = 'walls'").fetchone()
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert named == "围墙 (walls)"


@pytest.mark.long
def test_what_is_drawn_into_it_is_read_as_an_area(survey: Path, tmp_path: Path) -> None:
    """A surveyor draws a yard, a house and a wall in QGIS; the product reads the file as it is."""
    drawn = tmp_path / "调查.gpkg"
    drawn.write_bytes(survey.read_bytes())
    yard = shapely.box(*ORIGIN, ORIGIN[0] + 60, ORIGIN[1] + 60)
    rows = {
        "compounds": {"id": "N1", "name": "一号院", "geometry": shapely.MultiPolygon([yard])},
        "buildings": {"id": "N2", "storeys": 6, "geometry": shapely.MultiPolygon([yard.buffer(-20)])},
        "walls": {"id": "N3", "kind": "fence", "geometry": yard.exterior},
    }
    for name, row in rows.items():
        frame = gpd.GeoDataFrame([row], geometry="geometry", crs="EPSG:4546")
        pyogrio.write_dataframe(frame, drawn, layer=name, driver="GPKG", append=True)
    sr.adopt([drawn], tmp_path / "area", crs="EPSG:4546")
    area = sr.read_area(tmp_path / "area")
    assert list(area.compounds.index) == ["N1"] and area.walls["kind"].tolist() == ["fence"]
    walls = pyogrio.read_dataframe(drawn, layer="walls")
    assert walls["id"].tolist() == ["N3"]


def test_the_same_bytes_each_time(survey: Path, tmp_path: Path) -> None:
    again = sr.new_area(tmp_path / "again", name="mine", title="我的片区", qgis=True) / "模板" / "调查.gpkg"
    assert again.read_bytes() == survey.read_bytes()
