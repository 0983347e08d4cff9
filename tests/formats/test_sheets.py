"""Ledgers from Excel and CSV: joined by name or id, spread so that they sum, rows without a place listed."""

import geopandas as gpd
import openpyxl
import pytest
import shapely
from conftest import ORIGIN
from hypothesis import given
from hypothesis import strategies as st

from spatialreno import check_area, read_area
from spatialreno.area.spread import largest_remainder
from spatialreno.errors import InputError

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
JOIN = '[[joins]]\nfile = "台账.xlsx"\nlayer = "compounds"\nby = { name = "小区名称" }\n'


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    boxes = [shapely.box(X + i, Y, X + i + 100, Y + 100) for i in (0, 100)]
    yards = gpd.GeoDataFrame({"id": ["C1", "C2"], "name": ["一院", "二院"]}, geometry=boxes, crs=4546)
    yards.to_parquet(path / "compounds.parquet")
    homes = [shapely.box(X + x, Y + 10, X + x + 30, Y + 22) for x in (5, 40, 110, 150)]
    storeys = {"id": ["B1", "B2", "B3", "B4"], "storeys": [6, 3, 5, 5], "households": [None, None, 11, None]}
    gpd.GeoDataFrame(storeys, geometry=homes, crs=4546).to_parquet(path / "buildings.parquet")
    return path


def ledger(folder, rows, *, name="台账.xlsx"):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / name)


def join(folder, text=""):
    (folder / "area.toml").write_text(HEAD + JOIN + text, encoding="utf-8")


ROWS = [["西工区老旧小区台账（2025）"], ["小区名称", "户数", "物业"], [" 一 院 ", 100, "自管"], ["二院", 31, "无物业"]]
FILL = 'columns = { households = "户数", management = "物业" }\nspread = ["households"]\n'


def test_households_of_a_ledger_are_spread_and_sum_to_it(folder):
    ledger(folder, ROWS)
    join(folder, FILL)
    area = read_area(folder)
    assert area.compounds.households.to_list() == [100, 31]
    assert area.compounds.management.to_list() == ["self", "none"]
    assert area.buildings.households.to_list() == [67, 33, 11, 20]  # 6:3 storeys; the 11 that were known stay
    assert area.buildings.groupby("compound_id").households.sum().to_list() == [100, 31]
    assert "households" in area.buildings.estimated["B1"]
    assert area.buildings.estimated.isna()["B3"] or "households" not in area.buildings.estimated["B3"]
    told = set(area.report.rule)
    assert {"heading", "joined", "spread"} <= told


def test_rows_without_a_place_are_listed_for_placing(folder):
    sheds = [shapely.box(X + 60, Y + 60, X + 62, Y + 65)]
    gpd.GeoDataFrame({"id": ["S1"], "legality": ["illegal"]}, geometry=sheds, crs=4546).to_parquet(
        folder / "structures.parquet"
    )
    ledger(folder, [["编号", "面积", "位置"], ["S1", 12.5, "1号楼东"], ["S2", 8, "2号楼后"]])
    text = JOIN.replace("compounds", "structures").replace('name = "小区名称"', 'id = "编号"')
    text += 'columns = { floor_area_m2 = "面积" }\n'
    (folder / "area.toml").write_text(HEAD + text, encoding="utf-8")
    area = read_area(folder)
    assert area.structures.floor_area_m2.to_list() == [12.5]
    (row,) = area.report[area.report.rule == "to be placed"].to_dict("records")
    assert (row["layer"], row["id"]) == ("structures", "S2")
    assert "row 3 has no geometry in structures: 编号 S2; 面积 8; 位置 2号楼后" in row["reason"]
    assert "to be placed" in set(check_area(folder).rule)


def test_csv_in_gbk_is_a_ledger_too(folder):
    (folder / "t.csv").write_bytes("编号,户数\nC1,20\nC2,40\n".encode("gb18030"))
    text = '[[joins]]\nfile = "t.csv"\nlayer = "compounds"\nby = { id = "编号" }\ncolumns = { households = "户数" }\n'
    (folder / "area.toml").write_text(HEAD + text, encoding="utf-8")
    assert read_area(folder).compounds.households.to_list() == [20, 40]


def test_points_from_coordinates_in_a_table(folder):
    ledger(folder, [["编号", "名称", "经度", "纬度"], ["G1", "东门", 112.4299, 34.6613]], name="gates.xlsx")
    text = '[files.gates]\nfile = "gates.xlsx"\ncrs = "EPSG:4490"\n'
    (folder / "area.toml").write_text(HEAD + text, encoding="utf-8")
    area = read_area(folder)
    assert area.gates.name.to_list() == ["东门"]
    lon, lat = area.gates.to_crs(4490).geometry["G1"].coords[0]
    assert (round(lon, 7), round(lat, 7)) == (112.4299, 34.6613)


@pytest.mark.spread(4)
@pytest.mark.parametrize(
    ("rows", "text", "told"),
    [
        ([["小区名称", "户数"], ["一院", 5], ["一院", 6]], FILL, "has no column 物业"),
        (
            [["小区名称", "户数"], ["一院", 5], ["一院", 6]],
            'columns = {households="户数"}',
            "names a place more than once",
        ),
        ([["小区名称", "户数"], [None, 5]], 'columns = {households="户数"}', "小区名称 is empty in 1 rows (row 2)"),
        ([["名", "户数"], ["一院", 5]], 'columns = {households="户数"}', "has no column 小区名称"),
        ([["小区名称", "小区名称"], ["一院", 5]], "", "two columns have one name"),
        ([[]], "", "has no row with names of columns"),
        ([["小区名称", "户数"], ["一院", 5]], 'columns = {flats="户数"}', "compounds has no column flats"),
        ([["小区名称", "户数"], ["一院", 5]], 'columns = {id="户数"}', "id contradicts compounds in 1 rows"),
        ([["小区名称", "户数"], ["一院", "many"]], 'columns = {households="户数"}', "households holds 'many'"),
    ],
)
def test_a_ledger_that_does_not_do(folder, rows, text, told):
    ledger(folder, rows)
    join(folder, text)
    with pytest.raises(InputError) as caught:
        read_area(folder)
    assert told in str(caught.value)
    assert "error" in set(check_area(folder).severity)


def test_two_sheets_and_none_named(folder):
    book = openpyxl.Workbook()
    book.active.append(["小区名称"])
    book.create_sheet("二").append(["小区名称"])
    book.save(folder / "台账.xlsx")
    join(folder)
    told = r"has 2 sheets that hold something. Name one of them in area.toml \(sheet = …\): Sheet, 二"
    with pytest.raises(InputError, match=told):
        read_area(folder)


def test_a_ledger_that_its_buildings_exceed_is_told(folder):
    ledger(folder, [["小区名称", "户数"], ["一院", 100], ["二院", 4]])
    join(folder, 'columns = { households = "户数" }\nspread = ["households"]\n')
    found = check_area(folder)
    assert "households: the ledger says 4, its buildings 11" in set(found.message)


@given(st.integers(0, 10**6), st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40))
def test_parts_are_whole_and_sum(total, weights):
    parts = largest_remainder(total, weights)
    assert parts.sum() == total
    assert (abs(parts - total * gpd.pd.Series(weights) / sum(weights)) < 1 + 1e-6).all()
