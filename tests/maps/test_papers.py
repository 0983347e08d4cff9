"""Reports by the ending of the file: whole, the same bytes, true in scale and number, and no name that is more."""

import contextlib
import html
import io
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import zipfile
from xml.etree import ElementTree

import pandas as pd
import pyogrio
import pytest
from maps.conftest import CRS, quarter
from maps.hostile import ALL, PAYLOADS, hostile
from maps.test_door import Reader

from spatialreno.area import assemble
from spatialreno.comparison import compare
from spatialreno.errors import InputError
from spatialreno.maps import draw_residents, live, owner_sheets, report
from spatialreno.maps.lettering import fonts
from spatialreno.maps.outputs.forms import OUTPUTS
from spatialreno.maps.paper.cad import plain_text
from spatialreno.maps.paper.paper_sheet import Sheet, width_em, wrapped
from spatialreno.maps.paper.pdf import bound
from spatialreno.maps.paper.plot import one_line, true_scale
from spatialreno.maps.words.safe_html import clean
from spatialreno.scenario import Scenario, build, demolish

openpyxl = pytest.importorskip("openpyxl")
ezdxf = pytest.importorskip("ezdxf")
pytest.importorskip("matplotlib")
pytest.importorskip("xlsxwriter")


def compared(text):
    area = assemble(quarter(text), name="small", title=text("示例片区"), crs=CRS, meta={"source": text("测绘院")})
    clear = Scenario("clear", text("拆违"), [demolish("structures", where={"legality": "illegal"})])
    garden = build("facilities", "F9", geometry=area.buildings.geometry["B0"].centroid, kind="market",
                   name=text("市场"), phase=2)  # fmt: skip
    return compare(area, [clear, clear | Scenario("opened", text("拆墙"), [demolish("walls", ids=["W1"]), garden])])


@pytest.fixture(scope="module")
def attacked():
    return compared(hostile)


@pytest.fixture(scope="module")
def files(attacked, tmp_path_factory):
    """All that a folder holds, by form, and its first page."""
    folder = report(attacked, tmp_path_factory.mktemp("papers") / "all")
    return {one.key: folder / one.place for one in OUTPUTS} | {"index": folder / "index.html"}


@pytest.mark.long
@pytest.mark.spread(2)
@pytest.mark.parametrize("ending", ["pdf", "xlsx", "gpkg", "dxf"])
def test_same_options_same_bytes(attacked, files, tmp_path, ending):
    again = report(attacked, tmp_path / f"report.{ending}")
    assert again.read_bytes() == files[ending].read_bytes()


@pytest.mark.long
def test_a_pdf_of_vectors_with_letters_and_no_clock(files):
    data = files["pdf"].read_bytes()
    assert data.startswith(b"%PDF-") and b"/CreationDate" not in data
    assert len(re.findall(rb"/Type /Page\b", data)) >= 7
    assert b"1190.55" in data  # 420 mm in points


@pytest.mark.long
def test_a4_is_smaller_paper(attacked, tmp_path):
    assert b"841.88" in report(attacked, tmp_path / "a4.pdf", paper="a4", lang="en").read_bytes()
    with pytest.raises(InputError, match="a5"):
        report(attacked, tmp_path / "a5.pdf", paper="a5")


def test_the_plan_is_true_to_scale():
    """A quarter of 300 m by 200 m fits 300 mm by 200 mm at 1 : 1 000, and no larger."""
    assert true_scale([0, 0, 300, 200], 300, 200) == 1000
    assert true_scale([0, 0, 300, 210], 300, 200) == 1500
    assert true_scale([0, 0, 10, 10], 300, 200) == 100


@pytest.mark.long
def test_text_laid_out_once_gives_the_same_bytes(tmp_path, monkeypatch):
    """Each size, weight and place of a name by itself, and on two sheets."""

    def write(name):
        with fonts.lettering():
            sheets = [Sheet(200, 100), Sheet(200, 100)]
            for sheet in sheets:
                for k, size in enumerate((8, 12, 8)):
                    sheet.put(20, 20 + 20 * k, "三号院 AV·Wall 12", size=size, weight="bold" if k == 2 else "normal")
                sheet.figure.text(0.5, 0.5, "三号院", rotation=30, ha="center")
                sheet.put(120, 20, "三号院", color="#c00000", right=True)
            return bound(sheets, tmp_path / name, title="one").read_bytes()

    def put(self, x, y, text, *, size=9, color="#1f2937", weight="normal", right=False):
        look = {"fontsize": size, "color": color, "weight": weight, "ha": "right" if right else "left"}
        self.figure.text(x / self.width, y / self.height, text, va="baseline", **look)

    quick = write("quick.pdf")
    monkeypatch.setattr(fonts, "each_text_once", contextlib.nullcontext)
    assert quick == write("slow.pdf") and b"/Contents" in quick
    monkeypatch.setattr(Sheet, "put", put)
    assert quick == write("slower.pdf")


@pytest.mark.long
def test_a_cut_font_is_kept_and_gives_the_same_bytes(tmp_path, monkeypatch):
    """Cut once for the same letters; what is kept and not whole is not taken."""
    from fontTools.subset import Subsetter

    cuts, subset = [], Subsetter.subset
    monkeypatch.setenv("SPATIALRENO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(Subsetter, "subset", lambda self, font: (cuts.append(1), subset(self, font)))

    def write(name):
        with fonts.lettering():
            sheet = Sheet(200, 100)
            sheet.put(20, 20, "三号院 AV·Wall 12")
            return bound([sheet], tmp_path / name, title="one").read_bytes()

    first, once = write("first.pdf"), len(cuts)
    assert once and write("again.pdf") == first and len(cuts) == once
    for file in (tmp_path / "cache" / "spatialreno" / "fonts").iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    assert write("broken.pdf") == first and len(cuts) == 2 * once
    monkeypatch.setattr(fonts, "unfit_folder", lambda folder: "nobody's")
    assert write("unkept.pdf") == first and len(cuts) == 3 * once
    if not shutil.which("pdftotext"):
        pytest.skip("no poppler on this machine")
    read = subprocess.run(["pdftotext", tmp_path / "first.pdf", "-"], capture_output=True, text=True, check=True)
    assert "三号院 AV·Wall 12" in read.stdout and read.stderr == ""  # the font is what the document says it is


def test_fonts_that_were_not_used_for_longest_go(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "MOST", 250)
    for k in range(4):
        fonts._put_cut(tmp_path / f"font{k}", fonts._Cut(bytes(60), {1: 2}))
        os.utime(tmp_path / f"font{k}", (k, k))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["font2", "font3"]
    assert fonts._read_cut(tmp_path / "font3") == fonts._Cut(bytes(60), {1: 2})


def test_text_wraps_and_loses_nothing():
    for text in ("拆除围墙一千二百米 and ten metres of fence", "x" * 40, "", "一"):
        lines = wrapped(text, 8)
        assert all(width_em(line) <= 8.5 or len(line) == 1 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_lines_cannot_be_turned_round_or_broken():
    told = one_line(ALL + "\n\x07")
    assert not set("\u202e\u202c\u2067\u2028\n\x07") & set(told)
    assert "{{7*7}}" in told and "=HYPERLINK(1)" in told


@pytest.mark.long
def test_workbook_holds_numbers_and_text_but_no_formula(files):
    book = openpyxl.load_workbook(files["xlsx"])
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    leaders = book.worksheets[0]
    values = {row[1].value: [cell.value for cell in row[3:]] for row in leaders.iter_rows(min_row=2) if row[1].value}
    assert values["拆除围墙"] == [0, 0, 80]
    assert ALL in leaders["E1"].value.replace("␤", "\n") or clean(ALL) in leaders["E1"].value
    assert len(leaders._charts) >= 1


@pytest.mark.long
def test_a_cell_that_begins_like_a_formula_is_text(tmp_path):
    starts = ["=1+1", "+1 a", "-1 a", "@SUM(1)", "\t=1", "http://x.y", "1234567890123456789012"]
    names = itertools.cycle(starts)
    book = openpyxl.load_workbook(report(compared(lambda name: next(names)), tmp_path / "r.xlsx"))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    found = [cell for cell in cells if str(cell.value).strip() in {start.strip() for start in starts}]
    assert len({str(cell.value) for cell in found}) >= 3
    assert {cell.data_type for cell in cells} == {"s", "n"} and {cell.data_type for cell in found} == {"s"}


@pytest.mark.long
def test_geopackage_carries_a_style_for_every_layer(files):
    layers = {str(name) for name, kind in pyogrio.list_layers(files["gpkg"]) if kind is not None}
    with sqlite3.connect(files["gpkg"]) as base:
        styles = dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))
    assert set(styles) == layers
    walls = pyogrio.read_dataframe(files["gpkg"], layer="opened_walls_line").set_index("id")
    assert walls.loc["W1", "class"] == "line-gone" and walls.loc["W2", "class"] == "wall"
    assert walls.crs.to_string() == CRS
    renderer = ElementTree.fromstring(styles["opened_walls_line"].partition("\n")[2]).find("renderer-v2")
    assert renderer is not None and renderer.get("attr") == "class"
    values = {c.get("value"): c.get("symbol") for c in renderer.iter("category")}
    assert set(values) == set(walls["class"])
    colors = {s.get("name"): o.get("value") for s in renderer.iter("symbol") for o in s.iter("Option")
              if o.get("name") == "line_color"}  # fmt: skip
    assert colors[values["line-gone"]] == "213,94,0,255"


@pytest.mark.long
def test_geopackage_holds_one_project_with_groups_styles_labels_and_facts(files, attacked):
    with sqlite3.connect(files["gpkg"]) as base:
        ((content,),) = base.execute("SELECT content FROM qgis_projects").fetchall()
        ((told,),) = base.execute("SELECT metadata FROM gpkg_metadata").fetchall()
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        root = ElementTree.fromstring(archive.read("report.qgs").decode("utf-8").partition("\n")[2])
    leaves = {leaf.get("id"): leaf for leaf in root.iter("layer-tree-layer")}
    assert set(leaves) == {str(n) for n, kind in pyogrio.list_layers(files["gpkg"]) if kind is not None}
    assert all(leaf.get("source") == f"./report.gpkg|layername={name}" for name, leaf in leaves.items())
    groups = [group.get("name") for group in root.findall("layer-tree-group/layer-tree-group")]
    assert len(groups) == len(attacked.areas) and [p.get("name") for p in root.iter("visibility-preset")] == groups
    drawn = {one.findtext("id"): one for one in root.iter("maplayer")}
    assert all(one.find("renderer-v2").get("attr") == "class" for one in drawn.values())
    named = drawn["today_names_point"]
    assert named.find("labeling/settings/text-style").get("fieldName") == "label" and named.get("labelsEnabled") == "1"
    walls = pyogrio.read_dataframe(files["gpkg"], layer="opened_walls_line").set_index("id")
    lines = attacked.areas["today"].walls
    assert walls["length_m"]["W1"] == pytest.approx(lines.length["W1"], abs=0.01)
    bill = attacked.ledgers["opened"].query("layer == 'walls' and id == 'W1'")
    assert walls["cost_yuan"]["W1"] == pytest.approx(bill["cost_yuan"].sum()) and walls["act"]["W1"] == "拆除"
    assert pd.isna(walls["cost_yuan"]["W2"]) and not walls["act"]["W2"]
    aliases = {a.get("field"): a.get("name") for a in drawn["opened_walls_line"].iter("alias")}
    assert aliases["cost_yuan"] == "投资估算（元）" and aliases["owner"] == "权利人"
    assert json.loads(told)["fingerprint"] == attacked.provenance["fingerprint"]


@pytest.mark.long
def test_drawing_is_in_metres_on_named_layers(files):
    drawing = ezdxf.readfile(files["dxf"])
    assert drawing.header["$INSUNITS"] == 6
    assert drawing.header.custom_vars.get("CRS") == CRS
    gone = [e for e in drawing.modelspace() if e.dxf.layer == "RENO_LINE-GONE"]
    assert len(gone) == 1
    (x0, y0), (x1, y1) = gone[0].get_points("xy")
    assert (x0, x1) == (627_100.0, 627_100.0) and abs(y1 - y0) == 80.0
    assert not drawing.audit().has_errors
    texts = [e.dxf.text for e in drawing.modelspace() if e.dxftype() == "TEXT"]
    assert any("{{7*7}}" in text for text in texts)
    assert not any("%%" in text or "\\" in text for text in texts)


def test_control_codes_of_drawings_mean_nothing():
    assert plain_text("%%c \\P ^J") == "％％c ＼P ＾J"


@pytest.mark.long
def test_one_sheet_for_each_owner_that_is_asked(files, attacked, tmp_path):
    data = files["sheets"].read_bytes()
    assert len(re.findall(rb"/Type /Page\b", data)) >= 1
    assert owner_sheets(attacked, tmp_path / "again.pdf").read_bytes()[:2000] == data[:2000]
    with pytest.raises(InputError, match="nobody"):
        bare = quarter(str) | {"rights": quarter(str)["rights"].iloc[:0]}
        area = assemble(bare, name="bare", crs=CRS)
        owner_sheets(compare(area, [Scenario("a", "甲", [demolish("walls", ids=["W1"])])]), tmp_path / "none.pdf")
    with pytest.raises(InputError, match="no option"):
        owner_sheets(attacked, tmp_path / "none.pdf", option="other")


def test_another_ending_is_refused(attacked, tmp_path):
    with pytest.raises(InputError, match=r"\.html, \.pdf"):
        report(attacked, tmp_path / "report.docx")
    assert list(tmp_path.iterdir()) == []


def test_without_a_chinese_font_there_is_a_warning(monkeypatch):
    from spatialreno.maps.lettering import fonts

    monkeypatch.setattr(fonts, "CHINESE", ())
    with pytest.warns(UserWarning, match="no Chinese font"), fonts.lettering():
        pass


def test_every_payload_is_named_in_the_list():
    assert len(PAYLOADS) >= 12


@pytest.mark.long
def test_a_name_without_an_ending_is_a_folder_of_every_form(attacked, files, tmp_path):
    """Each form is the one that is written by itself; the first page leads to each, and no name in it is more."""
    assert {path.name for path in files["index"].parent.iterdir()} == {"index.html", *(one.place for one in OUTPUTS)}
    assert files["html"].read_text("utf-8") == report(attacked).html()
    assert files["live"].read_text("utf-8") == live(attacked.today).html()
    sheets = owner_sheets(attacked, tmp_path / "sheets.pdf")
    assert files["sheets"].read_bytes() == sheets.read_bytes()
    assert {path.name for path in files["tables"].iterdir()} >= {"leaders.csv", "bill.csv", "options.gpkg"}
    first = files["index"].read_text("utf-8")
    places = [one.opens or (one.place if "." in one.place else f"{one.place}/") for one in OUTPUTS]
    assert files["residents"].joinpath("index.html").read_text("utf-8") == draw_residents(attacked).index.html()
    assert re.findall(r'href="([^"]*)"', first) == places
    assert "script" not in Reader(first).tags and clean(ALL) in html.unescape(first)


@pytest.mark.long
def test_a_folder_lacks_what_is_left_out_or_asks_nobody_and_tells_what_failed(tmp_path, monkeypatch):
    today = assemble(quarter(str), name="small", crs=CRS)
    told: list[str] = []
    heavy = ["page", "live", "pdf", "gpkg", "dxf", "tables"]
    folder = report(compare(today, []), tmp_path / "few", without=heavy, progress=told.append)
    assert {path.name for path in folder.iterdir()} == {"index.html", "report.html", "report.xlsx"}
    said = (folder / "index.html").read_text("utf-8")
    assert said.count("按要求未输出") == len(heavy) and said.count("无须告知任何权利人") == 1
    with pytest.raises(InputError, match=r"without lives: no such form.*Did you mean live"):
        report(compare(today, []), tmp_path / "none", without=["lives"])
    assert not (tmp_path / "none").exists()

    def full(*_, **__):
        raise InputError("report.xlsx: cannot be written")

    monkeypatch.setattr("spatialreno.maps.paper.workbook.write_xlsx", full)
    with pytest.raises(InputError, match=r"report\.xlsx"):
        report(compare(today, []), tmp_path / "rest", without=heavy)
    assert "未能写出" in (tmp_path / "rest" / "index.html").read_text("utf-8")
    assert (tmp_path / "rest" / "report.html").is_file()


def test_a_matplotlib_with_other_names_inside_draws_without_the_memory_of_texts(monkeypatch):
    def gone(name):
        raise ImportError(name)

    monkeypatch.setattr(fonts, "import_module", gone)
    with fonts.lettering():
        pass
