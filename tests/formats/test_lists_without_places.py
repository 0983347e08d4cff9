"""Lists of structures that nobody has drawn: counted by compound and legality, and listed for placing."""

import geopandas as gpd
import openpyxl
import pytest
import shapely
from conftest import ORIGIN, make_area

from spatialreno import adopt, check_area, evaluate, read_area, write_area

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
NAMES = ["一院（北）", "二院"]
LIST = (
    ["违法建设清单", None, None, None, None],
    ["序号", "所属小区", "类型", "面积（㎡）", "认定情况"],
    [1, "一院(北)", "彩钢棚", 18.5, "违建"],
    [2, "一院(北)", "储藏室", "约12", "待认定"],
    [3, "二院", "阳光房", 26, "违法建设"],
    [4, "二院", "平房", None, "历史遗留"],
)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    yards = [shapely.box(X + i, Y, X + i + 100, Y + 100) for i in (0, 100)]
    gpd.GeoDataFrame({"id": ["C1", "C2"], "name": NAMES}, geometry=yards, crs=4546).to_parquet(
        path / "compounds.parquet"
    )
    home = {"id": ["B1"], "residents": [9]}
    gpd.GeoDataFrame(home, geometry=[shapely.box(X + 5, Y + 5, X + 9, Y + 9)], crs=4546).to_parquet(
        path / "buildings.parquet"
    )
    shed = {"id": ["S1"], "legality": ["illegal"]}
    gpd.GeoDataFrame(shed, geometry=[shapely.box(X + 20, Y + 5, X + 24, Y + 9)], crs=4546).to_parquet(
        path / "structures.parquet"
    )
    return path


def book(path, rows):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)


def read(folder, rows=LIST, entry='[files]\nlisted = "违建清单.xlsx"\n'):
    book(folder / "违建清单.xlsx", rows)
    (folder / "area.toml").write_text(HEAD + entry, encoding="utf-8")
    return read_area(folder)


def counted(area):
    table = evaluate(area).table.reset_index()
    rows = table[table.indicator.str.startswith("listed_")]
    return {(r.place, r.indicator): r.value for r in rows.itertuples() if r.value == r.value}


@pytest.mark.long
def test_a_list_is_counted_by_compound_and_legality(folder):
    area = read(folder)
    assert counted(area) == {
        ("yard", "listed_m2:illegal"): 44.5,
        ("yard", "listed_count:illegal"): 2,
        ("yard", "listed_m2:undecided"): 12,
        ("yard", "listed_count:undecided"): 1,
        ("yard", "listed_count:historical"): 1,  # its floor area is unknown, and never 0
        ("C1", "listed_m2:illegal"): 18.5,
        ("C1", "listed_count:illegal"): 1,
        ("C1", "listed_m2:undecided"): 12,
        ("C1", "listed_count:undecided"): 1,
        ("C2", "listed_m2:illegal"): 26,
        ("C2", "listed_count:illegal"): 1,
        ("C2", "listed_count:historical"): 1,
    }
    assert len(area.structures) == 1


def test_it_is_listed_for_placing(folder):
    read(folder)
    found = check_area(folder)
    (row,) = found[found.rule == "to be placed"].to_dict("records")
    assert (row["severity"], row["file"], row["ids"]) == ("warning", "违建清单.xlsx", "3, 4, 5, 6")
    assert "4 structures of a list are not on the map (一院（北） 2, 二院 2)" in row["message"]


def test_compounds_that_are_not_there_are_named_and_counted_in_the_area_alone(folder):
    area = read(folder, [*LIST[:3], [9, "三院", "棚", 7, "违建"]])
    assert counted(area)["yard", "listed_m2:illegal"] == 25.5
    assert {place for place, _ in counted(area)} == {"yard", "C1"}
    found = check_area(folder)
    assert "compounds that are not there, or are several (三院)" in found[found.rule == "references"].message.item()


@pytest.mark.long
def test_rows_of_a_joined_list_without_a_place_are_counted_too(folder):
    rows = [["编号", "小区", "认定", "面积"], ["S1", NAMES[0], "违建", 16], ["S7", NAMES[1], "违建", 30]]
    entry = '[[joins]]\nfile = "违建清单.xlsx"\nlayer = "structures"\nby = { id = "编号" }\n'
    entry += 'columns = { floor_area_m2 = "面积" }\n'
    area = read(folder, rows, entry)
    assert area.structures.floor_area_m2.to_list() == [16]
    assert area.listed.index.to_list() == ["S7"]
    assert counted(area) == {
        ("yard", "listed_m2:illegal"): 30,
        ("yard", "listed_count:illegal"): 1,
        ("C2", "listed_m2:illegal"): 30,
        ("C2", "listed_count:illegal"): 1,
    }


def test_adopt_knows_such_a_list(folder, tmp_path):
    book(folder / "台账2025.xlsx", LIST)
    (found,) = adopt([folder / "台账2025.xlsx"], tmp_path / "out", crs="EPSG:4546")
    assert (found.role, found.rows) == ("listed", 4)


def test_it_is_written_and_read_back(folder, tmp_path):
    area = read(folder)
    assert read_area(write_area(area, tmp_path / "yard.gpkg")).fingerprint == area.fingerprint


def test_an_area_without_a_list_says_nothing_of_one():
    assert counted(make_area()) == {}
