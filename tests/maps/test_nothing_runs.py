"""Every page that shows names, opened in Chromium under hostile ones: no dialog, no element of theirs, no complaint."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from design_yards import yard
from maps.conftest import CRS, quarter
from maps.hostile import ALL
from maps.test_district import record
from maps.test_papers import compared
from maps.test_residents import compare, opened, town

import spatialreno as sr
from spatialreno.area import assemble
from spatialreno.comparison import District
from spatialreno.errors import Fault
from spatialreno.maps import draw_district, draw_programme, draw_reach, draw_residents, inline
from spatialreno.maps.page.faults_page import draw_faults
from spatialreno.maps.words.safe_html import library
from spatialreno.walk import isochrones

pytestmark = pytest.mark.long

MORE = (
    '";alert(20)//',
    "{{constructor.constructor('alert(21)')()}}",
    "<details open ontoggle=alert(22)>",
    "<iframe srcdoc='<script>parent.alert(23)</script>'></iframe>",
    "\x1b[31m\x07",
    "</title></textarea><img src=x onerror=alert(24)>",
    "&lt;img src=x onerror=alert(25)&gt;",
)
EVERY = f"{ALL} {' '.join(MORE)}"
LISTENING = "window.ran = []; for (const name of ['alert', 'confirm', 'prompt']) window[name] = v => window.ran.push(v)"
TOUCHED = """for (const fold of document.querySelectorAll('details')) fold.open = true;
for (const thing of document.querySelectorAll('.leaflet-interactive, .leaflet-marker-icon, [role=tab], path, text, td'))
  for (const name of ['mouseover', 'mousemove', 'click', 'focus', 'mouseout', 'toggle'])
    thing.dispatchEvent(new MouseEvent(name, {bubbles: true, clientX: 300, clientY: 300}));
const ours = /^(data|about):/;
return [window.ran, [...document.querySelectorAll('img, iframe, details[ontoggle], b > script, svg[onload], textarea')]
  .filter(e => !/leaflet-/.test(e.className.baseVal || e.className) && !ours.test(e.src || 'x') && !e.srcdoc
    || e.hasAttribute('onerror') || /alert/.test(e.srcdoc && e.srcdoc.length < 200 ? e.srcdoc : ''))
  .map(e => e.outerHTML.slice(0, 200)), document.body.innerText.includes('{{7*7}}')]"""


def bad(name: str) -> str:
    return f"{name} {EVERY}"


def offline(markup: str) -> str:
    """Put the library that an ordinary folium map fetches into it; leave out the others."""

    def own(found: re.Match[str]) -> str:
        known = "leaflet@" in found.group(1) and found.group(1).endswith("leaflet.js")
        return f"<script>{library(found.group(1))}</script>" if known else ""

    return re.sub(r'<script src="([^"]*)"></script>', own, re.sub(r'<link rel="stylesheet"[^>]*>', "", markup))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bad")
    options = compared(bad)
    area = assemble(quarter(bad), name="small", title=bad("片区"), crs=CRS)
    fault = Fault(bad("walls"), (bad("W1"),), bad("rule"), bad("问题"), bad("处理"), file=bad("f"))
    told = sr.read_programme(Path(__file__).parents[2] / "data" / "programme" / "pingdingshan-2022.csv")
    named = {c: told.rows[c].map(bad, na_action="ignore") for c in ("title", "city", "district", "source", "note")}
    design = sr.design_openings(yard(), goal="covered:kindergarten", candidates=["walls"])
    papers = draw_residents(compare(town(bad), [opened(bad)], works=False))
    cells = [inline(one) for one in (options, area, sr.Scenario("a", bad("拆"), [sr.demolish("walls", ids=["W1"])]))]
    written = {
        "map": sr.draw(options).html(),
        "report": sr.report(options).html(),
        "live": sr.live(area).html(),
        "reach": draw_reach(area, isochrones(area, ["F1"])).html(),
        "faults": draw_faults([fault], {}, title=bad("检查")).html(),
        "programme": draw_programme(replace(told, name=bad(told.name), rows=told.rows.assign(**named))).html(),
        "district": draw_district(District({bad("甲"): record(bad("甲"), 112.0)}, broken={bad("丙"): EVERY})).html(),
        "design": sr.maps.draw_design(replace(design, chosen=(bad("W1"),)), [design]).html(),
        "residents": papers.together.html(),
        "notebook": f"<!DOCTYPE html><meta charset=utf-8><body>{''.join(cells)}{sr.draw(options)._repr_html_()}",
        "folium": offline(sr.folium_map(options).get_root().render()),
    }
    for name, text in written.items():
        (folder / f"{name}.html").write_text(text, "utf-8")
    return {name: folder / f"{name}.html" for name in written}


NAMES = ["map", "report", "live", "reach", "faults", "programme", "district", "design", "residents", "notebook",
         "folium"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_and_nothing_breaks(browser: Any, pages: dict[str, Path], name: str) -> None:
    """A script of a name would be heard; one that the page's policy refused would stand in the browser's log."""
    heard = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTENING})
    browser.get("about:blank")
    browser.get_log("browser")
    try:
        browser.get(pages[name].as_uri())
        browser.set_script_timeout(60)
        ran, foreign, shown = browser.execute_script(TOUCHED)
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", heard)
    said = [entry["message"] for entry in browser.get_log("browser")]
    assert ran == [] and foreign == [] and said == []
    assert shown or name == "design"  # it tells ids, and none of the answer's own is drawn


def test_a_script_in_a_page_would_be_heard(browser: Any, tmp_path: Path) -> None:
    heard = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTENING})
    try:
        page = tmp_path / "open.html"
        page.write_text("<!DOCTYPE html><body><img src=x onerror=alert(1)>", "utf-8")
        browser.get(page.as_uri())
        browser.execute_async_script("setTimeout(arguments[0], 300)")
        ran, foreign, _ = browser.execute_script(TOUCHED)
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", heard)
    browser.get_log("browser")
    assert ran == [1] and len(foreign) == 1
