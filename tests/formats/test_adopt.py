"""Files as they come from the bureau become an area.toml to correct; what is not known is said."""

import ezdxf
import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely
from conftest import ORIGIN

from spatialreno import adopt, read_area
from spatialreno.errors import InputError

X, Y = ORIGIN


@pytest.fixture
def inbox(tmp_path):
    path = tmp_path / "收件"
    path.mkdir()
    yards = gpd.GeoDataFrame(
        {"编号": ["C1"], "小区名称": ["一院"]}, geometry=[shapely.box(X, Y, X + 100, Y + 100)], crs=4546
    )
    pyogrio.write_dataframe(yards, path / "西工地小区.shp", driver="ESRI Shapefile", encoding="GBK")
    (path / "西工地小区.prj").unlink()
    homes = gpd.GeoDataFrame(
        {"层数": [6, 5], "结构": ["砖混", "砖混"], "单元数": [3, 2]},
        geometry=[shapely.box(X + x, Y + 10, X + x + 30, Y + 22) for x in (5, 50)],
        crs=4546,
    )
    pyogrio.write_dataframe(homes, path / "quarter.gpkg", layer="ly_2025", driver="GPKG")
    lines = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.LineString([(X, Y), (X + 9, Y)])], crs=4546)
    pyogrio.write_dataframe(lines, path / "quarter.gpkg", layer="misc", driver="GPKG", append=True)
    book = openpyxl.Workbook()
    for row in (["小区名称", "户数"], ["一院", 90]):
        book.active.append(row)
    book.save(path / "户数台账.xlsx")
    return path


@pytest.mark.long
def test_an_inbox_becomes_an_area(inbox, tmp_path):
    folder = tmp_path / "quarter"
    found = adopt(sorted(inbox.glob("*.[sgx][hpl][pks]*")), folder, crs="EPSG:4546", title="西工地")
    assert {(p.source.file, p.source.layer): p.role for p in found} == {
        ("西工地小区.shp", ""): "compounds",
        ("quarter.gpkg", "ly_2025"): "buildings",
        ("quarter.gpkg", "misc"): "",
        ("户数台账.xlsx", ""): "compounds",
    }
    text = (folder / "area.toml").read_text(encoding="utf-8")
    assert "Not known, so not read:\n#   quarter.gpkg misc: holds LineString; columns a" in text
    area = read_area(folder)
    assert area.compounds.name.to_list() == ["一院"]
    assert area.buildings.households.sum() == 90
    assert area.buildings.structure.to_list() == ["mixed", "mixed"]
    assert {"stated crs", "encoding", "joined", "spread", "ids given"} <= set(area.report.rule)


def test_a_drawing_needs_its_unit_and_brings_its_layers(tmp_path):
    document = ezdxf.new("R2018")
    for name, box in (("JZD", (0, 0, 90, 90)), ("JMD", (5, 5, 30, 20))):
        corners = shapely.box(*box).exterior.coords[:-1]
        document.modelspace().add_lwpolyline(
            [(X + x, Y + y) for x, y in corners], close=True, dxfattribs={"layer": name}
        )
    document.header["$INSUNITS"] = 0  # a header that says nothing
    document.saveas(tmp_path / "图.dxf")
    with pytest.raises(InputError, match="State the unit"):
        adopt([tmp_path / "图.dxf"], tmp_path / "yard", crs="EPSG:4546")
    assert not (tmp_path / "yard").exists()
    found = adopt([tmp_path / "图.dxf"], tmp_path / "yard", crs="EPSG:4546", unit="m")
    assert {p.role for p in found} == {"compounds", "buildings"}
    with pytest.raises(InputError, match="name is empty in all rows"):  # a drawing does not name its yards
        read_area(tmp_path / "yard")


def test_an_area_that_is_there_is_not_written_over(inbox, tmp_path):
    (tmp_path / "area.toml").write_text("name = 1")
    with pytest.raises(InputError, match="is already there"):
        adopt([inbox / "quarter.gpkg"], tmp_path, crs="EPSG:4546")
    assert (tmp_path / "area.toml").read_text() == "name = 1"


def test_files_already_in_the_folder_stay_where_they_are(inbox):
    before = {f.name: f.stat().st_mtime_ns for f in inbox.iterdir()}
    adopt([inbox / "西工地小区.shp", inbox / "quarter.gpkg"], inbox, crs="EPSG:4546")
    assert {f.name: f.stat().st_mtime_ns for f in inbox.iterdir() if f.name != "area.toml"} == before


@pytest.mark.parametrize("crs", ["EPSG:4326", "Luoyang"])
def test_the_system_must_be_in_metres(inbox, tmp_path, crs):
    with pytest.raises(InputError, match="crs"):
        adopt([inbox / "quarter.gpkg"], tmp_path / "new", crs=crs)


def test_columns_called_by_initials_are_known(tmp_path):
    yards = gpd.GeoDataFrame(
        {"XQMC": ["一院"], "JCND": ["1983"], "ZHS": [80], "CQDW": ["市纺织厂"]},
        geometry=[shapely.box(X, Y, X + 100, Y + 100)],
        crs=4546,
    )
    pyogrio.write_dataframe(yards, tmp_path / "红线.shp", driver="ESRI Shapefile", encoding="GBK")
    home = {"LH": ["1号楼"], "CS": [6], "JG": ["砖混"], "HS": [80]}
    homes = gpd.GeoDataFrame(home, geometry=[shapely.box(X + 5, Y + 5, X + 35, Y + 17)], crs=4546)
    pyogrio.write_dataframe(homes, tmp_path / "LD2025.shp", driver="ESRI Shapefile", encoding="GBK")
    found = adopt([tmp_path / "红线.shp", tmp_path / "LD2025.shp"], tmp_path / "out", crs="EPSG:4546")
    assert [p.role for p in found] == ["compounds", "buildings"]
    area = read_area(tmp_path / "out")
    assert area.compounds[["name", "built_year", "households"]].values.tolist() == [["一院", 1983, 80]]
    assert area.buildings[["name", "storeys", "structure", "households"]].values.tolist() == [["1号楼", 6, "mixed", 80]]
    assert "CQDW (1 cells)" in " ".join(area.report.reason)
