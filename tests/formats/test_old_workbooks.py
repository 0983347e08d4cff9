"""Workbooks of old Excel, WPS and LibreOffice: read as those of today; what only calls itself one is named."""

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from conftest import ORIGIN

from spatialreno import adopt, read_area
from spatialreno.errors import InputError
from spatialreno.formats.readers.tables.spreadsheet import read_rows
from spatialreno.programme import read_programme

# Written by xlwt: a title over merged cells, an empty and a hidden sheet.
OLD = Path(__file__).parent / "old" / "台账.xls"
X, Y = ORIGIN
ODS = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="台账">{rows}</table:table></office:spreadsheet></office:body>
</office:document-content>"""
KIND = "application/vnd.oasis.opendocument.spreadsheet"


def ods(path, rows):
    def cell(value):
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", KIND)
        file.writestr("content.xml", ODS.format(rows=lines))
        file.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    yards = [shapely.box(X + i, Y, X + i + 100, Y + 100) for i in (0, 100)]
    gpd.GeoDataFrame({"id": ["C1", "C2"], "name": ["一院", "二院"]}, geometry=yards, crs=4546).to_parquet(
        path / "compounds.parquet"
    )
    homes = [shapely.box(X + x, Y + 10, X + x + 30, Y + 22) for x in (5, 105)]
    gpd.GeoDataFrame({"id": ["B1", "B2"], "storeys": 6}, geometry=homes, crs=4546).to_parquet(
        path / "buildings.parquet"
    )
    return path


@pytest.mark.parametrize("name", ["台账.xls", "台账.et"])
@pytest.mark.long
def test_a_ledger_of_old_excel_is_read_as_one_of_today(folder, name):
    shutil.copyfile(OLD, folder / name)
    join = f'[[joins]]\nfile = "{name}"\nlayer = "compounds"\nby = {{ name = "小区名称" }}\n'
    columns = 'columns = { households = "户数", built_year = "建成年份" }\n'
    (folder / "area.toml").write_text(f'name = "yard"\ncrs = "EPSG:4546"\n{join}{columns}', encoding="utf-8")
    area = read_area(folder)
    assert area.compounds.households.tolist() == [60, 1060]
    assert area.compounds.built_year.tolist() == [1985, 1998]
    told = " ".join(area.report.reason.astype(str))
    assert "Sheet2 are empty" in told
    assert "旧 are hidden" in told


def test_dates_and_titles_of_old_excel():
    raw = read_rows(OLD, known=["小区名称"])
    assert raw.columns["登记日期"] == ["2025-03-01", "2025-04-02"]
    assert raw.columns["备注"] == ["甲, 乙", None]
    assert {rule for rule, _, _ in raw.acts} >= {"sheets", "heading", "total row"}


def test_a_table_of_libreoffice_with_coordinates_becomes_points(folder):
    ods(folder / "facilities.ods", [("id", "kind", "x", "y"), ("F1", "pharmacy", X + 10, Y + 20.5)])
    (folder / "area.toml").write_text(
        'name = "yard"\ncrs = "EPSG:4546"\n[files]\nfacilities = { file = "facilities.ods", crs = "EPSG:4546" }\n'
    )
    (spot,) = read_area(folder).facilities.geometry
    assert (spot.x, spot.y) == (X + 10, Y + 20.5)


def test_a_programme_of_libreoffice(tmp_path):
    rows = [("编号", "项目名称", "年度", "县区"), ("P1", "一院", 2025, "西工区")]
    csv = tmp_path / "p.csv"
    csv.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    kinds = [read_programme(ods(tmp_path / "p.ods", rows)), read_programme(csv)]
    assert kinds[0].rows.equals(kinds[1].rows)


def test_adopt_proposes_sheets_of_old_excel(tmp_path):
    shutil.copyfile(OLD, tmp_path / "台账.xls")
    (found,) = adopt([tmp_path / "台账.xls"], tmp_path / "mine", crs="EPSG:4546")
    assert found.source.file == "台账.xls"
    assert found.rows == 2


@pytest.mark.parametrize(
    ("name", "held", "told"),
    [
        ("a.xls", b"<html><body><table/></body></html>", "is a Web page"),
        ("b.xls", b"<TABLE><tr><td>1</td></tr></TABLE>", "is a Web page"),
        ("c.xls", b'<?xml version="1.0"?><Workbook/>', "XML workbook of 2003"),
        ("d.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "no workbook"),
        ("e.xls", OLD.read_bytes()[:3000], "damaged workbook"),
        ("f.xls", OLD.read_bytes() + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        ("g.xls", "小区名称\t户数\n一院\t60\n".encode(), "calls itself .xls but holds CSV table"),
        ("h.xlsx", OLD.read_bytes(), "calls itself .xlsx but holds Old Excel or WPS workbook"),
    ],
)
def test_what_only_calls_itself_a_workbook_is_named(tmp_path, name, held, told):
    path = tmp_path / name
    path.write_bytes(held)
    with pytest.raises(InputError) as caught:
        read_rows(path)
    assert told in str(caught.value)
    assert ".xls" in str(caught.value)
