"""One door for text: the script is found by how it reads, never by what a file says alone; each choice is told."""

import sqlite3
import zipfile

import ezdxf
import geopandas as gpd
import pyogrio
import pytest
import shapely
from conftest import ORIGIN
from hypothesis import given
from hypothesis import strategies as st

from spatialreno import adopt, check_area, read_area
from spatialreno.errors import InputError
from spatialreno.files import decoded, script_of

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
NAMES = [
    "光明小区",
    "机械厂家属院",
    "涧西区丽春路3号院",
    "瀍河回族区",
    "一院",
    "翟泉镇",
    "交通局家属院（北）",
    "中天小区",
]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    home = gpd.GeoDataFrame(
        {"id": ["B1"], "residents": [9]}, geometry=[shapely.box(X + 5, Y + 5, X + 9, Y + 9)], crs=4546
    )
    home.to_parquet(path / "buildings.parquet")
    (path / "area.toml").write_text(HEAD, encoding="utf-8")
    return path


def yard(name="光明小区"):
    return gpd.GeoDataFrame({"id": ["C1"], "name": [name]}, geometry=[shapely.box(X, Y, X + 90, Y + 90)], crs=4546)


# ------------------------------------------------------------------ the door itself


@pytest.mark.spread(12)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
@pytest.mark.parametrize("said", ["", "1252", "ISO-8859-1", "LATIN1", "ANSI 1252", "UTF-8", "GBK", "nonsense"])
def test_what_a_file_says_never_makes_rubbish_of_chinese(name, codec, said):
    text, script = decoded(name.encode(codec), said, "its .cpg")
    assert text == name
    assert said in script.why or not said or script.why.startswith(("UTF-8", "GBK"))


@given(
    st.text(st.characters(codec="gb2312", min_codepoint=0x4E00), min_size=4, max_size=40),
    st.sampled_from(["", "1252", "UTF-8"]),
)
def test_chinese_in_gbk_is_read_whatever_is_said(text, said):
    found = decoded(text.encode("gb18030"), said, "its .cpg")
    assert found is None or found[0] == text or found[1].codec == "utf-8"


@given(
    st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), min_size=1, max_size=40),
    st.sampled_from(["", "1252", "GBK"]),
)
def test_chinese_in_utf_8_is_always_read(text, said):
    assert decoded(text.encode(), said, "its .cpg")[0] == text


@pytest.mark.parametrize(("word", "codec"), [("Straße", "cp1252"), ("Müller Größe", "latin-1"), ("Москва", "cp1251")])
def test_a_page_of_one_byte_is_believed_when_it_makes_words(word, codec):
    assert script_of(word.encode(codec), codec, "its .cpg").codec in (codec, "cp1252")
    assert codec in script_of(word.encode(codec), codec, "its .cpg").why


def test_big5_is_told_from_gbk():
    names = "國際花園、光明社區、機械廠宿舍、備註"
    assert decoded(names.encode("big5"))[0] == names


def test_text_that_makes_no_sense_has_no_script():
    assert script_of(bytes(range(128, 256)), "1252", "its .cpg") is None


# ------------------------------------------------------------------ shapefiles


@pytest.mark.parametrize("cpg", ["ISO-8859-1", "88591", "1252", "LATIN1", "ANSI 1252", "CP437"])
def test_a_one_byte_cpg_over_gbk_is_not_believed(folder, cpg):
    pyogrio.write_dataframe(yard(), folder / "compounds.shp", driver="ESRI Shapefile", encoding="GBK")
    (folder / "compounds.cpg").write_text(cpg)
    area = read_area(folder)
    assert area.compounds.name.to_list() == ["光明小区"]
    (told,) = area.report[area.report.rule == "encoding"].reason
    assert told == f"compounds.shp: text read as GBK/GB18030, not {cpg} as its .cpg says"


def test_letters_with_accents_are_read_by_a_true_cpg(folder):
    pyogrio.write_dataframe(yard("Größe"), folder / "compounds.shp", driver="ESRI Shapefile", encoding="ISO-8859-1")
    (folder / "compounds.cpg").write_text("ISO-8859-1")
    assert read_area(folder).compounds.name.to_list() == ["Größe"]


def test_a_stated_script_that_makes_rubbish_is_refused(folder):
    pyogrio.write_dataframe(yard(), folder / "compounds.shp", driver="ESRI Shapefile", encoding="GBK")
    (folder / "area.toml").write_text(
        HEAD + '[files.compounds]\nfile = "compounds.shp"\nencoding = "1252"\n', encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"its text is not 1252, as area\.toml says"):
        read_area(folder)


def test_rows_that_are_marked_as_deleted_are_left_out_and_counted(folder):
    frame = gpd.pd.concat(
        [yard(), yard("红旗小区").assign(id="C2").translate(100).to_frame("geometry").assign(id="C2", name="红旗小区")]
    )
    pyogrio.write_dataframe(
        gpd.GeoDataFrame(frame, crs=4546), folder / "compounds.shp", driver="ESRI Shapefile", encoding="GBK"
    )
    raw = bytearray((folder / "compounds.dbf").read_bytes())
    head, width = int.from_bytes(raw[8:10], "little"), int.from_bytes(raw[10:12], "little")
    raw[head + width] = ord("*")
    (folder / "compounds.dbf").write_bytes(raw)
    area = read_area(folder)
    assert area.compounds.index.to_list() == ["C1"]
    assert "1 rows that are marked as deleted" in area.report[area.report.rule == "deleted rows"].reason.iloc[0]
    assert not (check_area(folder).severity == "error").any()


# ------------------------------------------------------------------ KML

PLACE = """<Placemark><name>{name}</name>{data}<Polygon><outerBoundaryIs><LinearRing><coordinates>
{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"""
KML = '<?xml version="1.0" encoding="{}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'


def kml(folder, data, *, encoding="UTF-8", declared=None, file="buildings.kml", name="1号楼"):
    (folder / "buildings.parquet").unlink(missing_ok=True)
    yard().to_parquet(folder / "compounds.parquet")
    ring = gpd.GeoSeries([shapely.box(X + 5, Y + 5, X + 35, Y + 15)], crs=4546).to_crs(4326).iloc[0].exterior.coords
    text = KML.format(
        declared or encoding, PLACE.format(name=name, data=data, ring=" ".join(f"{x},{y}" for x, y in ring))
    )
    (folder / file).write_bytes(text.encode(encoding))
    return folder


DATA = "<ExtendedData>{}</ExtendedData>"
CELLS = {"户数": "30", "层数": "6", "建成年代": "1985年"}
SCHEMA = '<SchemaData schemaUrl="#s">{}</SchemaData>'


@pytest.mark.parametrize(
    "data",
    [
        DATA.format("".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in CELLS.items())),
        DATA.format(SCHEMA.format("".join(f'<SimpleData name="{k}">{v}</SimpleData>' for k, v in CELLS.items()))),
        "<description><![CDATA[<table>"
        + "".join(f"<tr><td>{k}</td><td>{v}</td></tr>" for k, v in CELLS.items())
        + "</table>]]></description>",
    ],
)
def test_data_of_placemarks_keep_their_chinese_names(folder, data):
    row = read_area(kml(folder, data)).buildings.iloc[0]
    assert (row["name"], row.households, row.storeys, row.built_year) == ("1号楼", 30, 6, 1985)


@pytest.mark.parametrize("encoding", ["GB2312", "GBK", "GB18030", "UTF-16"])
@pytest.mark.long
def test_a_kml_in_another_script_is_read_and_told(folder, encoding):
    area = read_area(kml(folder, "", encoding=encoding))
    assert area.buildings.name.to_list() == ["1号楼"]
    assert area.report[area.report.rule == "encoding"].reason.str.contains(encoding).any()


def test_a_kml_that_says_a_script_it_is_not_in(folder):
    area = read_area(kml(folder, "", encoding="GBK", declared="UTF-8", name="光明小区一号楼"))
    assert area.buildings.name.to_list() == ["光明小区一号楼"]
    assert "not UTF-8 as its first line says" in area.report[area.report.rule == "encoding"].reason.iloc[0]


def test_two_values_under_one_key_are_refused(folder):
    twice = DATA.format('<Data name="户数"><value>30</value></Data><Data name="户数"><value>31</value></Data>')
    with pytest.raises(InputError, match=r"1 places say two things under one name \(户数\)"):
        read_area(kml(folder, twice))


def test_what_adopt_proposes_of_a_kml_can_be_read(folder, tmp_path):
    kml(folder, "", file="小区.kml", name="光明小区")
    kml(folder, "", file="楼栋.kml")
    out = tmp_path / "out"
    found = adopt([folder / "小区.kml", folder / "楼栋.kml"], out, crs="EPSG:4546")
    assert {p.source.file: p.role for p in found} == {"小区.kml": "compounds", "楼栋.kml": "buildings"}
    area = read_area(out)
    assert (area.compounds.name.to_list(), area.buildings.name.to_list()) == (["光明小区"], ["1号楼"])


def test_folders_and_overlays_of_a_kmz(folder):
    kml(folder, "", file="a.kml")
    inner = (folder / "a.kml").read_text(encoding="utf-8")
    place = inner[inner.index("<Placemark") : inner.index("</Document>")]
    text = KML.format(
        "UTF-8", f"<Folder><name>楼</name>{place}</Folder><Folder><name>空</name></Folder><GroundOverlay/>"
    )
    (folder / "a.kml").unlink()
    with zipfile.ZipFile(folder / "a.kmz", "w") as packed:
        packed.writestr("doc.kml", text)
    (folder / "area.toml").write_text(HEAD + '[files]\nbuildings = "a.kmz"\n', encoding="utf-8")
    area = read_area(folder)
    assert area.buildings.name.to_list() == ["1号楼"]
    assert area.report[area.report.rule == "unread"].reason.str.contains(r"GroundOverlay \(1\)").any()


# ------------------------------------------------------------------ drawings


def drawing(path, version="R2000", page="ANSI_936", text="砖混6"):
    """Write a drawing in GBK whose header says another code page, or none."""
    document = ezdxf.new(version)
    space = document.modelspace()
    document.layers.add("围墙")
    space.add_line((X, Y), (X + 90, Y), dxfattribs={"layer": "围墙"})
    corners = shapely.box(X + 5, Y + 5, X + 35, Y + 15).exterior.coords[:-1]
    space.add_lwpolyline(list(corners), close=True, dxfattribs={"layer": "JMD"})
    space.add_text(text, dxfattribs={"layer": "JMD", "insert": (X + 10, Y + 8)})
    document.encoding = "gbk"
    document.saveas(path, encoding="gbk")
    raw = path.read_bytes()
    at = raw.index(b"$DWGCODEPAGE")
    end = raw.index(b"\n", raw.index(b"ANSI_", at)) + 1
    start = raw.rindex(b"  9", 0, at)
    raw = (
        raw[:start] + raw[end:]
        if page is None
        else raw[:at] + raw[at:end].replace(b"ANSI_936", page.encode()) + raw[end:]
    )
    path.write_bytes(raw)


@pytest.mark.spread(2)
@pytest.mark.parametrize("page", [None, "ANSI_1252", "ANSI_936", "gb2312", "ANSI_950"])
def test_a_drawing_in_gbk_is_read_whatever_its_code_page_says(folder, page):
    yard().to_parquet(folder / "compounds.parquet")
    (folder / "buildings.parquet").unlink()
    drawing(folder / "图.dxf", page=page)
    stated = 'file = "图.dxf"\ncrs = "EPSG:4546"\nunit = "m"\n'
    (folder / "area.toml").write_text(HEAD + f"[files.walls]\n{stated}[files.buildings]\n{stated}", encoding="utf-8")
    area = read_area(folder)
    assert area.walls.length_m.sum() == pytest.approx(90)
    assert (area.buildings.structure.iloc[0], area.buildings.storeys.iloc[0]) == ("mixed", 6)
    told = area.report[area.report.rule == "encoding"].reason.iloc[0]
    assert "GB" in told or "gb2312" in told or page == "ANSI_936"


def test_adopt_knows_the_layers_of_such_a_drawing(tmp_path):
    drawing(tmp_path / "图.dxf", page="ANSI_1252")
    found = adopt([tmp_path / "图.dxf"], tmp_path / "out", crs="EPSG:4546", unit="m")
    assert {p.role: p.rows for p in found} == {"walls": 1, "buildings": 1}


# ------------------------------------------------------------------ a GeoPackage that another program holds open


@pytest.fixture
def held(folder):
    """A package with an edit in its log, held open as QGIS holds it."""
    path = folder / "compounds.gpkg"
    pyogrio.write_dataframe(yard("旧名"), path, driver="GPKG", layer="compounds", SPATIAL_INDEX="NO")
    base = sqlite3.connect(path)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA wal_autocheckpoint=0")
    base.execute("UPDATE compounds SET name = '新名'")
    base.commit()
    (folder / "area.toml").write_text(HEAD + '[files]\ncompounds = "compounds.gpkg"\n', encoding="utf-8")
    yield folder
    base.close()


def test_edits_that_lie_beside_a_package_are_read_and_told(held):
    before = {f.name: f.read_bytes() for f in held.iterdir() if f.suffix != ".gpkg-shm"}
    area = read_area(held)
    assert area.compounds.name.to_list() == ["新名"]
    assert "open elsewhere" in set(check_area(held).rule)
    assert {f.name: f.read_bytes() for f in held.iterdir() if f.suffix != ".gpkg-shm"} == before


def test_adopt_copies_the_edits_too(held, tmp_path):
    adopt([held / "compounds.gpkg"], tmp_path / "out", crs="EPSG:4546")
    assert sorted(f.name for f in (tmp_path / "out").iterdir()) == ["area.toml", "compounds.gpkg"]
    with sqlite3.connect(tmp_path / "out" / "compounds.gpkg") as base:
        assert base.execute("SELECT name FROM compounds").fetchall() == [("新名",)]


def test_a_row_deleted_in_the_log_is_no_damage(held):
    other = sqlite3.connect(held / "compounds.gpkg")
    other.execute("DELETE FROM compounds")
    other.commit()
    assert "has no rows" in set(check_area(held / "compounds.gpkg").message)
    other.close()
