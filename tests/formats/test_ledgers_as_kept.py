"""Ledgers as offices keep them: headings, merged cells, totals, units, formulas; several keys, faults by cell."""

import zipfile

import geopandas as gpd
import openpyxl
import pytest
import shapely
from conftest import ORIGIN

from spatialreno import adopt, check_area, read_area, read_programme
from spatialreno.errors import InputError
from spatialreno.formats.readers.tables.spreadsheet import read_rows

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
FILL = 'by = { name = "小区名称" }\ncolumns = { households = "户数" }\n'
JOIN = f'[[joins]]\nfile = "台账.xlsx"\nlayer = "compounds"\n{FILL}'
NAMES = ["光明小区（北院）", "3号院"]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    yards = [shapely.box(X + i, Y, X + i + 100, Y + 100) for i in (0, 100)]
    gpd.GeoDataFrame({"id": ["001", "002"], "name": NAMES}, geometry=yards, crs=4546).to_parquet(
        path / "compounds.parquet"
    )
    homes = [shapely.box(X + x, Y + 10, X + x + 30, Y + 22) for x in (5, 50, 110, 150)]
    rows = {"id": list("1234"), "name": ["1号楼", "2号楼", "1号楼", "2号楼"], "storeys": [6, 6, 5, 5]}
    gpd.GeoDataFrame(rows, geometry=homes, crs=4546).to_parquet(path / "buildings.parquet")
    return path


def book(path, *rows, merged=(), sheets=()):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for cells in merged:
        made.active.merge_cells(cells)
    for name in sheets:
        made.create_sheet(name)
    made.save(path)
    return path


def joined(folder, *rows, join=JOIN, **more):
    book(folder / "台账.xlsx", *rows, **more)
    (folder / "area.toml").write_text(HEAD + join, encoding="utf-8")
    return read_area(folder)


def reasons(area, rule):
    return area.report[area.report.rule == rule].reason.to_list()


PLAIN = (["小区名称", "户数"], [NAMES[0], 60], [NAMES[1], 62])


# ------------------------------------------------------------------ the heading


def test_empty_sheets_are_left_out_and_told(folder, tmp_path):
    area = joined(folder, *PLAIN, sheets=("Sheet2", "Sheet3"))
    assert area.compounds.households.to_list() == [60, 62]
    assert "Sheet2, Sheet3 are empty" in reasons(area, "sheets")[0]
    (found,) = adopt([folder / "台账.xlsx"], tmp_path / "out", crs="EPSG:4546")
    assert (found.role, found.join.spread) == ("compounds", ("households",))


@pytest.mark.parametrize("column", ["住宅", "户数/住宅"])
def test_a_heading_of_two_rows_with_merged_cells(folder, column):
    rows = (["小区名称", "户数", None], [None, "住宅", "商铺"], [NAMES[0], 60, 5], [NAMES[1], 62, 7])
    area = joined(folder, *rows, merged=("A1:A2", "B1:C1"), join=JOIN.replace('"户数"', f'"{column}"'))
    assert area.compounds.households.to_list() == [60, 62]
    assert "rows 1 to 2" in reasons(area, "heading")[0]


def test_data_fuller_than_its_heading(folder):
    area = joined(folder, ["小区名称", "户数", None], [NAMES[0], "60", "已改"], [NAMES[1], "62", "未改"])
    assert area.compounds.households.to_list() == [60, 62]
    assert "column C has no name: its 2 cells are not read" in reasons(area, "unnamed column")[0]
    found = check_area(folder).set_index("rule").loc["unnamed column"]
    assert (found.severity, found.file) == ("warning", "台账.xlsx")


def test_a_heading_that_is_stated(folder):
    rows = (["甲", "乙"], ["小区名称", "户数"], [NAMES[0], 60], [NAMES[1], 62])
    assert joined(folder, *rows, join=JOIN + "heading = 2\n").compounds.households.to_list() == [60, 62]


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    "head",
    [
        ["小区名称", "户数【户】"],
        ["小区名称", "户数（单位：户）"],
        ["小区\n名称", "户 数"],
        ["小区名称*", "户数（户）"],
        ["小区名称：", "户数(户)"],
        ["​小区名称", "户　数"],
    ],
)
def test_headings_are_read_as_people_read_them(folder, tmp_path, head):
    area = joined(folder, head, [NAMES[0], 60], [NAMES[1], 62])
    assert area.compounds.households.to_list() == [60, 62]
    (found,) = adopt([folder / "台账.xlsx"], tmp_path / "out", crs="EPSG:4546")
    assert found.role == "compounds"


def test_a_unit_in_brackets_is_used_and_one_of_another_measure_refused(folder):
    join = JOIN.replace("compounds", "buildings").replace('name = "小区名称"', 'id = "编号"')
    join = join.replace('households = "户数"', 'floor_area_m2 = "建筑面积（万㎡）"')
    area = joined(folder, ["编号", "建筑面积（万㎡）"], ["1", 0.36], join=join)
    assert area.buildings.floor_area_m2["1"] == pytest.approx(3600)
    with pytest.raises(InputError, match=r"台账.xlsx: compounds: 户数（人） is in 人, expected household"):
        joined(folder, ["小区名称", "户数（人）"], [NAMES[0], 60], join=JOIN.replace('"户数"', '"户数（人）"'))


# ------------------------------------------------------------------ rows


def test_titles_totals_numbers_of_columns_and_remarks_are_no_rows(folder):
    rows = [
        ["西工区老旧小区台账", None, None],
        ["小区名称", "户数", "电话"],
        ["1", "2", "3"],
        [NAMES[0], 60, None],
        [NAMES[1], 62, None],
        ["合计", 130, None],
        ["备注：以社区核实为准", None, None],
    ]
    area = joined(folder, *rows, merged=("A1:C1", "A7:C7"))
    assert area.compounds.households.to_list() == [60, 62]
    assert not reasons(area, "to be placed")
    assert reasons(area, "total row") == ["台账.xlsx: row 6 is a total and no row"]
    assert "the total in row 6 says 130, its rows sum to 122" in reasons(area, "sum differs")[0]
    assert "row 7 is a remark" in reasons(area, "remark")[0]


@pytest.mark.parametrize("word", ["总数", "本页小计", "全区合计", "总 计（户）", "合计（2个）", "计", "∑", "TOTAL"])
def test_a_total_by_any_word_is_no_row(folder, word):
    area = joined(folder, *PLAIN, [word, 122], ["※ 以实测为准", None])
    assert reasons(area, "total row") == ["台账.xlsx: row 4 is a total and no row"]
    assert "2 of 2 rows" in reasons(area, "joined")[0]


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    ("cell", "year", "about"),
    [("二〇〇五年", 2005, False), ("建于1998年", 1998, False), ("1998年底", 1998, True), ("1998年以前", 1998, True),
     ("八十年代", 1985, True), ("80年代初", 1981, True)],
)  # fmt: skip
def test_years_are_read_as_they_are_said(folder, cell, year, about):
    join = JOIN.replace('households = "户数"', 'built_year = "年代"')
    area = joined(folder, ["小区名称", "年代"], [NAMES[0], cell], [NAMES[1], 1990], join=join)
    assert area.compounds.built_year["001"] == year
    assert ("built_year" in str(area.compounds.estimated["001"])) is about


def test_a_number_merged_over_rows_belongs_to_none_of_them(folder):
    join = JOIN.replace("compounds", "buildings").replace('name = "小区名称"', 'compound = "小区", name = "楼号"')
    rows = (
        ["小区", "楼号", "户数"],
        [NAMES[0], "1号楼", 70],
        [None, "2号楼", None],
        [NAMES[1], "1号楼", 20],
        [None, "2号楼", 21],
    )
    area = joined(folder, *rows, merged=("A2:A3", "A4:A5", "C2:C3"), join=join)
    households = area.buildings.households.astype(object)
    assert households.where(households.notna(), None).to_list() == [None, None, 20, 21]
    assert "a number merged over 2 rows belongs to none of them alone" in reasons(area, "merged")[0]


# ------------------------------------------------------------------ cells


@pytest.mark.spread(5)
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,060", 1060),
        ("60户", 60),
        ("６０", 60),
        (" 60 ", 60),
        ("六十户", 60),
        ("60戶", 60),
        ("0.6万户", 6000),
        ("暂缺", None),
        ("待统计", None),
        ("-", None),
        ("/", None),
        ("—", None),
        ("无", None),
    ],
)
def test_numbers_are_read_as_they_are_written_and_told(folder, cell, value):
    area = joined(folder, ["小区名称", "户数"], [NAMES[0], cell], [NAMES[1], 62])
    households = area.compounds.households.astype(object)
    assert households.where(households.notna(), None)["001"] == value
    assert cell.strip().isdigit() or any("台账.xlsx: households: " in r for r in reasons(area, "numbers"))


def test_about_so_many_is_read_and_marked(folder):
    area = joined(folder, ["小区名称", "户数"], [NAMES[0], "约80户"], [NAMES[1], 62])
    assert area.compounds.households.to_list() == [80, 62]
    assert area.compounds.estimated["001"] == "households"


@pytest.mark.parametrize("cell", ["many", "#N/A", "80%", "60人", "60-80"])
@pytest.mark.long
def test_a_cell_that_cannot_be_read_is_blamed_on_its_ledger_and_row(folder, cell):
    with pytest.raises(InputError) as caught:
        joined(folder, ["小区名称", "户数"], [NAMES[0], 60], [NAMES[1], cell])
    assert str(caught.value).startswith("台账.xlsx: compounds: households holds")
    assert "(row 3)" in str(caught.value)
    assert "compounds.parquet" not in str(caught.value)


def test_a_formula_without_a_value_is_named_by_its_cell(folder):
    area = joined(folder, ["小区名称", "户数"], [NAMES[0], "=30+30"], [NAMES[1], 62])
    assert area.compounds.households.isna()["001"]
    assert "1 cells hold a formula whose value was never worked out (户数: B2)" in reasons(area, "formula")[0]
    assert check_area(folder).set_index("rule").severity["formula"] == "warning"


# ------------------------------------------------------------------ workbooks of other programs


def rewritten(path, change):
    with zipfile.ZipFile(path) as before:
        files = {n: before.read(n) for n in before.namelist()}
    with zipfile.ZipFile(path, "w") as after:
        for name, raw in files.items():
            after.writestr(name, change(name, raw))


def test_a_strict_workbook_is_read(folder, tmp_path):
    book(folder / "台账.xlsx", *PLAIN)
    rewritten(folder / "台账.xlsx", lambda _, raw: raw.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    ).replace(b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
              b"http://purl.oclc.org/ooxml/officeDocument/relationships"))  # fmt: skip
    (folder / "area.toml").write_text(HEAD + JOIN, encoding="utf-8")
    assert read_area(folder).compounds.households.to_list() == [60, 62]
    (found,) = adopt([folder / "台账.xlsx"], tmp_path / "out", crs="EPSG:4546")
    assert (found.source.file, found.role) == ("台账.xlsx", "compounds")


def test_how_cells_look_does_not_matter_but_dates_stay_dates(folder):
    import datetime

    join = JOIN.replace('households = "户数"', 'households = "户数", built_year = "建成年代"')
    book(
        folder / "台账.xlsx",
        ["小区名称", "户数", "建成年代"],
        [NAMES[0], 60, datetime.date(1985, 6, 1)],
        [NAMES[1], 62, 1990],
    )
    rewritten(folder / "台账.xlsx", lambda name, raw: raw.replace(b"<fill><patternFill /></fill>", b"<fill/>").replace(
        b"<fill><patternFill/></fill>", b"<fill/>") if name == "xl/styles.xml" else raw)  # fmt: skip
    (folder / "area.toml").write_text(HEAD + join, encoding="utf-8")
    area = read_area(folder)
    assert area.compounds.built_year.to_list() == [1985, 1990]


# ------------------------------------------------------------------ joins


def test_all_keys_count(folder):
    join = JOIN.replace('by = { name = "小区名称" }', 'by = { name = "小区", id = "编号" }')
    area = joined(folder, ["小区", "编号", "户数"], [NAMES[0], "002", 11], [NAMES[1], "002", 22], join=join)
    households = area.compounds.households.astype(object)
    assert households.where(households.notna(), None).to_list() == [None, 22]
    assert len(reasons(area, "to be placed")) == 1


def test_a_ledger_by_yard_and_house_is_joined_and_proposed(folder, tmp_path):
    rows = (
        ["小区", "楼号", "户数"],
        [NAMES[0], "1号楼", 30],
        [NAMES[0], "2号楼", 31],
        [NAMES[1], "1号楼", 20],
        [NAMES[1], "2号楼", 21],
    )
    join = JOIN.replace("compounds", "buildings").replace('name = "小区名称"', 'compound = "小区", name = "楼号"')
    assert joined(folder, *rows, join=join).buildings.households.to_list() == [30, 31, 20, 21]
    (found,) = adopt([folder / "台账.xlsx"], tmp_path / "out", crs="EPSG:4546")
    assert (found.role, found.join.by) == ("buildings", {"compound": "小区", "name": "楼号"})


@pytest.mark.parametrize(
    "names", [["光明小区〔北院〕", "3号院"], ["光明小区(北院)", "３号院"], ["光明 小区（北院）", "3号院 "]]
)
@pytest.mark.long
def test_names_are_matched_as_people_read_them(folder, names):
    area = joined(folder, ["小区名称", "户数"], [names[0], 60], [names[1], 62])
    assert area.compounds.households.to_list() == [60, 62]


def test_numbers_are_matched_without_the_zeros_before_them(folder):
    join = JOIN.replace('name = "小区名称"', 'id = "编号"')
    area = joined(folder, ["编号", "户数"], [1, 60], [2, 62], join=join)
    assert area.compounds.households.to_list() == [60, 62]
    assert any("without the zeros before them" in r for r in reasons(area, "joined"))


def test_a_join_that_places_little_is_a_warning_with_the_nearest_names(folder):
    joined(folder, ["小区名称", "户数"], ["光明小区北院", 60], ["别处", 62])
    found = check_area(folder)
    assert found[found.rule == "joined badly"].severity.to_list() == ["warning"]
    placing = found[found.rule == "to be placed"]
    assert set(placing.severity) == {"warning"}
    assert placing.message.str.contains(r"\(nearest: 光明小区（北院）\)").any()


@pytest.mark.parametrize("order", ['"households", "residents"', '"residents", "households"'])
@pytest.mark.long
def test_people_of_a_ledger_reach_the_buildings_in_whatever_order(folder, order):
    join = JOIN.replace('"户数" }', f'"户数", residents = "人口" }}\nspread = [{order}]')
    area = joined(folder, ["小区名称", "户数", "人口"], [NAMES[0], 60, 188], [NAMES[1], 62, 150], join=join)
    assert area.buildings.groupby("compound_id").residents.sum().to_list() == [188, 150]
    assert area.buildings.groupby("compound_id").households.sum().to_list() == [60, 62]


# ------------------------------------------------------------------ coordinates, programmes, CSV


@pytest.mark.spread(5)
@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (("lng", "lat"), ("112.4299", "34.6613")), (("LNG", "LAT"), ("112.4299", "34.6613")),
        (("Longitude", "Latitude"), ("112.4299", "34.6613")), (("wgs84_lng", "wgs84_lat"), ("112.4299", "34.6613")),
        (("经度", "纬度"), ("112°25′47.64″", "34°39′40.68″")), (("location", "类别"), ("112.4299,34.6613", "门")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_points_by_the_names_of_map_services(folder, names, cells, mark):
    if mark == "," and "," in cells[0]:
        cells = (f'"{cells[0]}"', cells[1])
    lines = [mark.join(("编号", "名称", *names)), mark.join(("G1", "东门", *cells)), mark.join(("G2", "西门", *cells))]
    (folder / "g.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "area.toml").write_text(HEAD + '[files.gates]\nfile = "g.csv"\ncrs = "EPSG:4490"\n', encoding="utf-8")
    lon, lat = read_area(folder).gates.to_crs(4490).geometry["G1"].coords[0]
    assert (lon, lat) == (pytest.approx(112.4299, abs=1e-6), pytest.approx(34.6613, abs=1e-6))


def test_columns_of_coordinates_may_be_stated_and_else_what_was_looked_for_is_told(folder):
    (folder / "g.csv").write_text("编号,A,B\nG1,631010,3838000\n", encoding="utf-8")
    text = HEAD + '[files.gates]\nfile = "g.csv"\ncrs = "EPSG:4546"\n'
    (folder / "area.toml").write_text(text, encoding="utf-8")
    found = check_area(folder)
    assert found.message.str.contains("names of columns that are looked for: x, 经度, lon, lng").any() or (
        found.mend.str.contains("lng").any()
    )
    (folder / "area.toml").write_text(text + 'x = "A"\ny = "B"\n', encoding="utf-8")
    assert read_area(folder).gates.geometry["G1"].coords[0] == (631010, 3838000)


def test_a_programme_has_the_same_reader(tmp_path):
    rows = [
        ["2022年老旧小区改造项目表", None, None, None],
        ["项目编号", "年度", "户数（户）", "投资（万元）"],
        ["P1", 2022, "1,060", 120],
        ["P2", 2022, 50, 3.5],
        ["合计", None, 1110, 123.5],
    ]
    book(tmp_path / "计划.xlsx", *rows, merged=("A1:D1",), sheets=("Sheet2",))
    table = read_programme(tmp_path / "计划.xlsx").rows
    assert table.households.to_list() == [1060, 50]
    assert table.money_yuan.to_list() == [1_200_000, 35_000]


@pytest.mark.spread(5)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";", "，"])
def test_a_csv_of_any_script_parted_by_any_mark(folder, encoding, mark):
    lines = [mark.join(("编号", "户数")), mark.join(("001", "60")), mark.join(("002", "62"))]
    (folder / "t.csv").write_bytes("\n".join(lines).encode(encoding))
    join = JOIN.replace("台账.xlsx", "t.csv").replace('name = "小区名称"', 'id = "编号"')
    (folder / "area.toml").write_text(HEAD + join, encoding="utf-8")
    assert read_area(folder).compounds.households.to_list() == [60, 62]


def test_words_of_a_ledger_do_not_contradict_those_of_a_layer(folder):
    homes = gpd.read_parquet(folder / "buildings.parquet").assign(structure="砖混")
    homes.to_parquet(folder / "buildings.parquet")
    join = '[[joins]]\nfile = "台账.xlsx"\nlayer = "buildings"\nby = { id = "编号" }\n'
    join += 'columns = { structure = "结构" }\n'
    area = joined(folder, ["编号", "结构"], ["1", "砖混结构"], ["2", "混"], join=join)
    assert area.buildings.structure.to_list() == ["mixed"] * 4


def test_a_total_is_held_against_plain_numbers_only(folder):
    rows = (["小区名称", "户数"], [NAMES[0], "约60"], [NAMES[1], 62])
    told = joined(folder, *rows, ["合计", 122]).report
    assert "sum differs" not in set(told.rule)
    told = joined(folder, ["小区名称", "户数"], [NAMES[0], 60], [NAMES[1], 62], ["合计", 130]).report
    assert "sum differs" in set(told.rule)


def test_blanks_of_any_width_and_the_mark_of_an_old_file_are_no_text(tmp_path):
    (tmp_path / "台账.csv").write_text("名称,户数\n\u2003一院\u3000,\u20098\n\x1a", encoding="utf-8")
    assert read_rows(tmp_path / "台账.csv").columns == {"名称": ["一院"], "户数": ["8"]}
