"""Files as they are sent: packed by Windows and Mac, drawings bound into others, hidden sheets, rows by stairwell."""

import zipfile

import ezdxf
import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from conftest import ORIGIN

from spatialreno import adopt, check_area, read_area
from spatialreno.errors import InputError

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
BY_HOUSE = (
    '[[joins]]\nfile = "台账.xlsx"\nlayer = "buildings"\nby = { compound = "小区名称", name = "楼号" }\n'
    'columns = { households = "户数", structure = "结构" }\n'
)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    yards = [shapely.box(X + i, Y, X + i + 100, Y + 100) for i in (0, 100)]
    gpd.GeoDataFrame({"id": ["C1", "C2"], "name": ["一院", "二院"]}, geometry=yards, crs=4546).to_parquet(
        path / "compounds.parquet"
    )
    homes = [shapely.box(X + x, Y + 10, X + x + 30, Y + 22) for x in (5, 105)]
    gpd.GeoDataFrame({"id": ["B1", "B2"], "name": "1号楼", "storeys": 6}, geometry=homes, crs=4546).to_parquet(
        path / "buildings.parquet"
    )
    return path


def walls():
    return gpd.GeoDataFrame(
        {"id": ["W1"], "材料": ["砖"]}, geometry=[shapely.LineString([(X, Y), (X + 100, Y)])], crs=4546
    )


def reasons(area, rule):
    return area.report[area.report.rule == rule].reason.to_list()


def read(folder, text):
    (folder / "area.toml").write_text(HEAD + text, encoding="utf-8")
    return read_area(folder)


def book(folder, *sheets, hidden=()):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
        page.sheet_state = "hidden" if name in hidden else "visible"
    made.save(folder / "台账.xlsx")


# ------------------------------------------------------------------ packed


class ByWindows(zipfile.ZipInfo):
    """A name in GBK that does not say so."""

    def _encodeFilenameFlags(self):  # noqa: N802 - as zipfile calls it
        return self.filename.encode("gbk"), 0


@pytest.mark.parametrize("info", [ByWindows, zipfile.ZipInfo])
@pytest.mark.long
def test_names_in_an_archive_are_read_as_windows_wrote_them(folder, tmp_path, info):
    pyogrio.write_dataframe(walls(), tmp_path / "围墙.shp", driver="ESRI Shapefile", encoding="GBK")
    with zipfile.ZipFile(folder / "walls.zip", "w") as archive:
        for file in tmp_path.glob("围墙.*"):
            archive.writestr(info(f"数据/{file.name}"), file.read_bytes())
        archive.writestr("__MACOSX/数据/._围墙.shp", b"what a Mac leaves")
        archive.writestr(".DS_Store", b"too")
    area = read(folder, '[files]\nwalls = "walls.zip"\n')
    assert area.walls.material.to_list() == ["砖"]
    assert reasons(area, "unpacked") == ["walls.zip: read 围墙.shp inside"]


def test_a_kmz_called_after_its_layer_is_read(folder):
    pyogrio.write_dataframe(walls().to_crs(4326), folder / "doc.kml", driver="KML")
    with zipfile.ZipFile(folder / "walls.kmz", "w") as archive:
        archive.write(folder / "doc.kml", "doc.kml")
    (folder / "doc.kml").unlink()
    assert read(folder, "").walls.length_m.sum() == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize("file", ["资料.zip", "资料.gpkg", "资料.rar"])
def test_files_that_nobody_claims_are_named(folder, file):
    (folder / file).write_bytes(b"x")
    (folder / "area.toml").write_text(HEAD, encoding="utf-8")
    assert f"not read: {file}" in set(check_area(folder).message)


# ------------------------------------------------------------------ drawings


@pytest.mark.parametrize("layer", ["底图$0$围墙", "底图|围墙", "总图$0$底图$0$围墙"])
@pytest.mark.long
def test_layers_of_a_drawing_bound_into_another_are_known(folder, layer):
    drawing = ezdxf.new("R2018", units=6)
    drawing.layers.add("围墙")
    drawing.modelspace().add_line((X, Y), (X + 90, Y), dxfattribs={"layer": layer})
    drawing.saveas(folder / "图.dxf")
    area = read(folder, '[files]\nwalls = { file = "图.dxf", crs = "EPSG:4546", unit = "m" }\n')
    assert area.walls.length_m.to_list() == pytest.approx([90])


# ------------------------------------------------------------------ sheets


ROWS = [["小区名称", "楼号", "户数", "结构"], ["一院", "1号楼", 30, "砖混"], ["二院", "1号楼", 20, "砖混"]]


def test_a_hidden_sheet_is_told_and_not_read(folder):
    book(folder, ("旧数据", [ROWS[0], ["一院", "1号楼", 1, "砖"]]), ("楼栋", ROWS), hidden=["旧数据"])
    area = read(folder, BY_HOUSE)
    assert area.buildings.households.to_list() == [30, 20]
    assert reasons(area, "sheets") == ["台账.xlsx: sheet 楼栋 is read; 旧数据 are hidden and not read"]


def test_a_sheet_that_is_hidden_alone_is_read(folder):
    book(folder, ("楼栋", ROWS), ("Sheet2", []), hidden=["楼栋"])
    assert read(folder, BY_HOUSE).buildings.households.to_list() == [30, 20]


STAIRS = [
    ["小区名称", "楼号", "单元", "户数", "结构"],
    ["一院", "1号楼", 1, 12, "砖混"],
    ["一院", "1号楼", 2, "约14", "砖混结构"],
    ["二院", "1号楼", 1, 20, None],
    ["填表人：张三", None, None, "审核：李四", None],
]


def test_rows_by_stairwell_are_added_up_by_house(folder):
    book(folder, ("楼栋", STAIRS))
    area = read(folder, BY_HOUSE)
    assert area.buildings.households.to_list() == [26, 20]
    assert area.buildings.structure.iloc[0] == "mixed"
    assert "households" in area.buildings.estimated.iloc[0]  # about so many in one of its parts
    assert "台账.xlsx: 2 rows by stairwell are added up by house: 户数" in reasons(area, "joined")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([2, 14, "框架"], "names a place more than once"),  # two structures of one house
        ([1, 14, "砖混"], "names a place more than once"),  # one stairwell twice
        ([2, "许多", "砖混"], "names a place more than once"),
    ],
)
def test_rows_of_a_house_that_contradict_are_not_added_up(folder, cells, told):
    book(folder, ("楼栋", [STAIRS[0], STAIRS[1], ["一院", "1号楼", *cells], STAIRS[3]]))
    with pytest.raises(InputError, match=told):
        read(folder, BY_HOUSE)


def test_a_sum_with_an_unknown_part_is_unknown(folder):
    book(folder, ("楼栋", [STAIRS[0], STAIRS[1], ["一院", "1号楼", 2, None, "砖混"], STAIRS[3]]))
    assert read(folder, BY_HOUSE).buildings.households.isna().to_list() == [True, False]


def test_a_ledger_without_rows_is_a_warning(folder):
    (folder / "台账.csv").write_text("小区名称,楼号,户数,结构\n\x1a", encoding="utf-8")
    (folder / "area.toml").write_text(HEAD + BY_HOUSE.replace("xlsx", "csv"), encoding="utf-8")
    found = check_area(folder)
    (row,) = found[found.rule == "joined badly"].to_dict("records")
    assert row["severity"] == "warning"
    assert "0 of 0 rows" in row["message"]


# ------------------------------------------------------------------ what adopt is given


def test_a_table_with_a_column_called_geometry_has_no_shapes(tmp_path):
    pd.DataFrame({"geometry": ["none"], "a": [1]}).to_parquet(tmp_path / "t.parquet")
    (found,) = adopt([tmp_path / "t.parquet"], tmp_path / "out", crs="EPSG:4546")
    assert found.role == ""


def test_the_table_of_a_shapefile_alone_is_named(tmp_path):
    pyogrio.write_dataframe(walls(), tmp_path / "围墙.shp", driver="ESRI Shapefile", encoding="GBK")
    with pytest.raises(InputError, match=r"围墙.dbf: is the table of a shapefile.*Give its .shp"):
        adopt([tmp_path / "围墙.dbf"], tmp_path / "out", crs="EPSG:4546")


@pytest.mark.parametrize(("wanted", "y"), [("a", 30), ("b.shp", 40)])
@pytest.mark.long
def test_one_of_several_files_in_an_archive_may_be_named(folder, tmp_path, wanted, y):
    (made := tmp_path / "made").mkdir()
    for name, north in (("a", 30), ("b", 40)):
        line = shapely.LineString([(X, Y + north), (X + 50, Y + north)])
        gpd.GeoDataFrame({"id": ["W1"]}, geometry=[line], crs=4546).to_file(made / f"{name}.shp")
    with zipfile.ZipFile(folder / "w.zip", "w") as archive:
        for file in sorted(made.iterdir()):
            archive.write(file, f"测绘/{file.name}")
    text = HEAD + '[files.walls]\nfile = "w.zip"\n'
    (folder / "area.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r'Name one of them in area.toml \(layer = "a"\)'):
        read_area(folder)
    (folder / "area.toml").write_text(f'{text}layer = "{wanted}"\n', encoding="utf-8")
    assert read_area(folder).walls.geometry["W1"].coords[0] == (X, Y + y)
