"""Pages on paper, and by keyboard: the first minute on one A3, whole; every stop has a name; the text comes first."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess

import pytest
from maps.conftest import CRS, quarter

from spatialreno.area import assemble
from spatialreno.maps import draw, live
from spatialreno.maps.paper.html_report import report_page

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def pages(options, tmp_path_factory):
    folder = tmp_path_factory.mktemp("print")
    town = assemble(quarter(str), name="small", title="示例片区", crs=CRS)
    return {
        "map": draw(options).save(folder / "map.html"),
        "live": live(town).save(folder / "live.html"),
        "report": report_page(options).save(folder / "report.html"),
    }


@pytest.fixture
def shown(browser, pages, request):
    browser.set_window_size(1440, 900)
    browser.get("about:blank")
    browser.get(pages[request.param].as_uri())
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []


A3 = {"paperWidth": 11.69, "paperHeight": 16.54}


def printed(browser, path, **paper):
    """Print and read back: number of pages, size in millimetres, text without blanks."""
    if not shutil.which("pdftotext"):
        pytest.skip("no poppler on this machine")
    made = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True, **paper})
    path.write_bytes(base64.b64decode(made["data"]))
    about = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    text = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True).stdout
    size = [round(float(side) / 72 * 25.4) for side in re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", about).groups()]
    return int(re.search(r"Pages:\s+(\d+)", about).group(1)), size, re.sub(r"\s", "", text)


def words_of(browser, css):
    all_of = "return [...document.querySelectorAll(arguments[0])].filter(p => p.checkVisibility())"
    found = browser.execute_script(f"{all_of}.map(p => p.textContent)", css)
    return [re.sub(r"\s", "", text) for text in found]


FIRST = ".panel > .verdict, .panel > .leaders:not(.payers) tbody :is(th, td), .panel > section .bars :is(th, td)"


@pytest.mark.parametrize("shown", ["map"], indirect=True)
def test_the_first_minute_is_one_a3_and_nothing_is_missing(shown, tmp_path):
    before = shown.execute_script("return document.body.children.length")
    told = words_of(shown, f"{FIRST}, .panel > header h1, .tabs button > span:first-child, .tabs button small span")
    shown.execute_script("window.print = () => {}")
    shown.find_element("css selector", ".print-one").click()
    pages, size, text = printed(shown, tmp_path / "one.pdf")
    assert pages == 1 and size == [420, 297]
    assert len(told) > 8 and [word for word in told if word and word not in text] == []
    for word in ("项目", "图名", "区位", "°E", "比例", "编制", "校对", "审核", "单位", "版本", "图例", "北"):
        assert word in text
    assert re.search(r"1:\d+", text)
    # after printing everything stands where it stood
    assert shown.execute_script("return document.documentElement.className") == ""
    assert shown.execute_script("return document.body.children.length") == before
    assert printed(shown, tmp_path / "again.pdf")[1] == [297, 210]


@pytest.mark.parametrize("shown", ["map", "live"], indirect=True)
def test_a4_tells_the_table_whole(shown, tmp_path):
    told = words_of(shown, ".panel > .leaders tbody th, .panel > .leaders tbody td")
    _, size, text = printed(shown, tmp_path / "a4.pdf")
    assert size == [297, 210] and [word for word in told if word and word not in text] == []


@pytest.mark.parametrize("shown", ["live"], indirect=True)
def test_the_live_page_on_a3_is_whole(shown, tmp_path):
    """Map as wide as the paper, each act with its stage and reason, what is folded opened, no button; once."""
    shown.execute_script("spatialreno.toggle('walls', 'W1')")
    shown.execute_script("spatialreno.note('walls:W1', { reason: '业主大会同意', phase: 2 }); spatialreno.planned()")
    folded = ".panel > details[data-print] :is(li, td, th, dd)"
    told = [*words_of(shown, ".panel > .leaders :is(th, td), .totals strong, footer dd"),
            *(re.sub(r"\s", "", t) for t in shown.execute_script(
                "return [...document.querySelectorAll(arguments[0])].map(p => p.textContent)", folded)),
            "业主大会同意"]  # fmt: skip
    shown.execute_script("window.print = () => {}")
    shown.find_element("css selector", ".print-large").click()
    _, size, text = printed(shown, tmp_path / "a3.pdf")
    assert size == [420, 297] and [word for word in told if word and word not in text] == []
    assert "期2·业主大会同意" in text
    buttons = words_of(shown, ".tools button, .live-acts button")
    assert [word for word in buttons if len(word) > 1 and word in text] == []
    assert shown.execute_script("return document.querySelectorAll('details[data-print][open]').length") == 0
    assert printed(shown, tmp_path / "again.pdf")[1] == [297, 210]


@pytest.mark.parametrize("shown", ["report"], indirect=True)
@pytest.mark.parametrize(("paper", "wide"), [({}, 216), (A3, 297)])
def test_the_report_takes_the_paper_it_is_given_and_tells_all(shown, tmp_path, paper, wide):
    told = words_of(shown, ".report :is(h1, h2, figcaption, td, th, dd, li)")
    _, size, text = printed(shown, tmp_path / "report.pdf", **paper)
    assert size[0] == wide and len(told) > 50 and [word for word in told if word and word not in text] == []
    # what a source column tells is read in lines, not in columns of single characters
    assert shown.execute_script("""return [...document.querySelectorAll('.changes td:last-child')]
        .every(cell => cell.getBoundingClientRect().width > 150)""")


STOPS = """const seen = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')]
  .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility());
const labels = e => [...(e.labels || [])].map(l => l.textContent).join('');
const name = e => (e.getAttribute('aria-label') || e.title || e.alt || labels(e) || e.textContent || '').trim();
return seen.map(e => [name(e), !!e.closest('.panel'), !!e.closest('.leaflet-container'), e.className])"""


@pytest.mark.parametrize("shown", ["map", "live"], indirect=True)
def test_the_text_comes_before_the_map_and_every_stop_has_a_name(shown):
    stops = shown.execute_script(STOPS)
    assert stops[0][0] == "跳到地图" and [one for one in stops if not one[0]] == []
    panel = [at for at, one in enumerate(stops) if one[1]]
    chart = [at for at, one in enumerate(stops) if one[2]]
    assert max(panel) < min(chart)
    assert len(shown.find_elements("css selector", "main")) == 1
    bare = "return [...document.querySelectorAll('.panel table')].filter(t => t.rows.length && !t.caption).length"
    assert shown.execute_script(bare) == 0
    shown.find_element("css selector", ".skip").send_keys("\ue007")
    assert shown.execute_script("return document.activeElement.classList.contains('leaflet-container')")


# Windows as they are; 720 by 450 is one of 1440 by 900 at 200 %, 390 by 844 a telephone.
SIZES = [(1920, 1080), (1440, 900), (1366, 768), (1093, 614), (720, 450), (390, 844)]
CUT = """const found = [];
for (const cell of document.querySelectorAll('.panel td, .panel strong, .tools strong, .tabs small span')) {
  if (!/\\d/.test(cell.textContent) || !cell.checkVisibility()) continue;
  const own = cell.getBoundingClientRect(), range = document.createRange(), scroll = cell.closest('.scroll');
  range.selectNodeContents(cell);
  const text = range.getBoundingClientRect();
  if (text.left < own.left - 1 || text.right > own.right + 1) found.push('cut: ' + cell.textContent);
  if (!scroll || !cell.matches('td[data-option="0"], td.chosen')) continue;
  const box = scroll.getBoundingClientRect();
  if (own.left < box.left - 1 || own.right > box.right + 1) found.push('aside: ' + cell.textContent);
  const at = document.elementFromPoint(own.left + own.width / 2, own.top + own.height / 2);
  if (at && at.closest('td, th') && at.closest('td, th') !== cell) found.push('under: ' + cell.textContent);
}
return found"""
FREE = """const pane = document.querySelector('.folium-map').getBoundingClientRect();
const cards = [...document.querySelectorAll('.leaflet-control')].filter(card => card.checkVisibility());
const boxes = cards.map(card => card.getBoundingClientRect());
return 1 - boxes.reduce((sum, box) => sum + box.width * box.height, 0) / (pane.width * pane.height)"""


@pytest.mark.parametrize("shown", ["map", "live"], indirect=True)
@pytest.mark.parametrize("size", SIZES)
def test_the_map_is_free_today_is_in_sight_and_no_digit_is_cut(shown, size):
    screen = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    shown.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        shown.refresh()
        assert shown.execute_script("return window.innerWidth") == size[0]
        assert shown.execute_script(CUT) == []
        assert shown.execute_script(FREE) >= 0.6
        assert shown.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        shown.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
