"""A quarter of a real city and a district of a hundred compounds: map, live page and report, numbers as Python's."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from conftest import ROOT, SHARED
from maps.test_live import equal_to_python, find, random_clicks, run

import spatialreno as sr
from spatialreno.maps import draw, live, report

FILE = SHARED / "beijing_haidian" / "map.osm"
pytestmark = pytest.mark.long
READY = "const done = arguments[0], look = () => spatialreno.ready ? done() : setTimeout(look, 50); look()"


def beijing() -> sr.StudyArea:
    if not FILE.is_file():
        pytest.skip(f"needs the real extract {FILE}")
    return sr.import_osm(FILE, name="haidian", title="海淀")


def hundred() -> sr.StudyArea:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        from walk_district import district
    finally:
        sys.path.pop(0)
    return district(100)


@pytest.fixture(scope="module", params=[hundred, beijing])
def area(request: pytest.FixtureRequest) -> sr.StudyArea:
    make: Callable[[], sr.StudyArea] = request.param
    return make()


def plan_of(area: sr.StudyArea) -> sr.Scenario:
    """Every removable wall between adjoining compounds goes, and every shed."""
    acts = [sr.demolish("walls", between=list(area.compounds.index))]
    if len(area.structures):
        acts.append(sr.demolish("structures", where={"legality": "illegal"}))
    return sr.Scenario("opened", "拆墙并院", acts)


def test_map_and_report_show_it_whole(browser, area, tmp_path):
    options = sr.compare(area, [plan_of(area)])
    browser.set_window_size(1440, 900)
    browser.get(draw(options).save(tmp_path / "map.html").as_uri())
    browser.execute_async_script(READY)
    assert find(browser, ".panel > .verdict")[0].is_displayed()
    count = "return spatialreno.themes.find(theme => theme.key === 'buildings').features.length"
    assert run(browser, count) >= len(area.buildings) > 99
    assert len(find(browser, ".panel > .leaders:not(.payers) > .scroll tbody")) <= 14
    share = """const pane = document.querySelector('.folium-map').getBoundingClientRect();
        return pane.width * pane.height / window.innerWidth / window.innerHeight"""
    assert run(browser, share) >= 0.6
    browser.get(report(options).save(tmp_path / "report.html").as_uri())
    assert len(find(browser, "figure svg.picture")) == 2 and len(find(browser, ".key li")) > 5
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_live_starts_from_the_option_and_reckons_as_python_does(browser, area, tmp_path):
    browser.get(live(area, scenarios=[plan_of(area)]).save(tmp_path / "live.html").as_uri())
    browser.set_script_timeout(120)
    browser.execute_async_script(READY)
    find(browser, "select.from option")[1].click()
    assert run(browser, "return spatialreno.plan.walls.length") > 0
    random_clicks(browser, 5, 12)
    equal_to_python(browser, area, tmp_path)
    assert [entry["message"] for entry in browser.get_log("browser")] == []
