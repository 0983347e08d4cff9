"""Doors that other tests do not knock at: findings, cross-sections, file names; and the same bytes in every process."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from maps.conftest import CRS, quarter
from maps.hostile import ALL, PAYLOADS, hostile
from maps.test_door import Reader
from maps.test_papers import compared

from spatialreno.area import assemble
from spatialreno.area.rules.check import Fault
from spatialreno.catalog import read_catalog
from spatialreno.maps import draw_programme, draw_reach, draw_schedule, draw_section
from spatialreno.maps.page.faults_page import draw_faults
from spatialreno.maps.paper.qgis import _many
from spatialreno.maps.words.safe_html import clean
from spatialreno.programme import read_programme
from spatialreno.walk import isochrones
from spatialreno.works import fit_section

TESTS = Path(__file__).parent.parent
WRITE = """
import hashlib, sys
from pathlib import Path
from maps.conftest import CRS, quarter
from maps.test_papers import compared
from spatialreno.area import assemble
from spatialreno.maps import draw, live, owner_sheets, report
folder, options = Path(sys.argv[1]), compared(str)
files = [draw(options).save(folder / "page.html"), report(options).save(folder / "paper.html"),
         live(assemble(quarter(str), name="small", crs=CRS)).save(folder / "live.html"),
         owner_sheets(options, folder / "sheets.pdf")]
files += [report(options, folder / f"report.{ending}") for ending in ("pdf", "xlsx", "gpkg", "dxf")]
for file in files:
    print(file.name, hashlib.sha256(file.read_bytes()).hexdigest())
"""


def written(seed: int, folder: Path) -> subprocess.Popen[str]:
    folder.mkdir()
    path = os.pathsep.join([str(TESTS), *sys.path])
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(folder)],
        env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.long
def test_every_output_is_the_same_under_another_order_of_hashes(tmp_path):
    for name in ("matplotlib", "xlsxwriter", "ezdxf", "openpyxl"):
        pytest.importorskip(name)
    running = [written(seed, tmp_path / str(seed)) for seed in (1, 4242)]
    one, other = (process.communicate(timeout=600)[0].splitlines() for process in running)
    assert len(one) == 8 and one == other
    assert len({line.split()[1] for line in one}) == 8
    page = tmp_path / "1" / "page.html"
    assert f"page.html {hashlib.sha256(page.read_bytes()).hexdigest()}" in one


def test_findings_show_every_name_as_text():
    fault = Fault(
        hostile("walls"), (hostile("W1"),), hostile("rule"), hostile("问题"), hostile("处理"), file=hostile("f")
    )
    page = draw_faults([fault], {}, title=hostile("检查"))
    read = Reader(page.html())
    same = Fault("walls", ("W1",), "rule", "问题", "处理", file="f")
    plain = Reader(draw_faults([same], {}, title="检查").html())
    assert read.tags == plain.tags and read.attributes == plain.attributes
    assert read.words.count(clean(ALL)) >= 7


def test_a_section_shows_its_title_as_text():
    section = fit_section(read_catalog(), 7.0, ["sewage", "storm"])
    read, plain = Reader(draw_section(section, title=hostile("巷"))), Reader(draw_section(section, title="巷"))
    assert read.tags == plain.tags and read.attributes == plain.attributes
    assert clean(ALL) in read.words


@pytest.mark.spread(5)
@pytest.mark.parametrize("payload", [p for p in PAYLOADS if "/" not in p])
@pytest.mark.long
def test_a_page_may_be_saved_under_any_name(page, tmp_path, payload):
    saved = page.save(tmp_path / f"{payload}.html")
    assert saved.is_file() and saved.parent == tmp_path


def test_a_mixture_of_shapes_is_written_by_its_areas():
    square, line, point = shapely.box(0, 0, 2, 2), shapely.LineString([(0, 0), (9, 0)]), shapely.Point(5, 5)
    mixed = shapely.GeometryCollection([line, square, point, shapely.MultiPolygon([shapely.box(5, 0, 6, 1)])])
    assert _many(mixed).geom_type == "MultiPolygon" and _many(mixed).area == 5
    assert _many(shapely.GeometryCollection([line, point])).equals(shapely.MultiLineString([line]))
    assert _many(square).geom_type == "MultiPolygon" and _many(point) is point


def _both(make):
    """Draw a page under plain names and under hostile ones: the same elements and attributes, other words."""
    plain, read = Reader(make(str).html()), Reader(make(hostile).html())
    assert read.tags == plain.tags and read.attributes == plain.attributes
    return read.words


def test_reach_shows_every_name_as_text():
    def make(text):
        area = assemble(quarter(text), name="small", title=text("示例片区"), crs=CRS)
        return draw_reach(area, isochrones(area, ["F1"]))

    words = _both(make)
    assert words.count(clean(ALL)) >= 4


@pytest.mark.long
def test_the_year_shows_every_name_as_text():
    pytest.importorskip("ortools")

    def make(text):
        options = compared(text)
        return draw_schedule(options.schedule("opened", start="2026-03-01"))

    assert clean(ALL) in _both(make)


def test_a_programme_shows_every_name_as_text():
    told = read_programme(TESTS.parent / "data" / "programme" / "pingdingshan-2022.csv")

    def make(text):
        named = {c: told.rows[c].map(text, na_action="ignore") for c in ("title", "city", "district", "source", "note")}
        return draw_programme(replace(told, name=text(told.name), rows=told.rows.assign(**named)))

    assert _both(make).count(clean(ALL)) >= 6
