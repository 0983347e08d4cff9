"""Every control of every page is clicked: no error, and something changes, is printed, or leads somewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from maps.conftest import X, Y, frame, line
from shapely import Point

import spatialreno as sr
from spatialreno.errors import Fault

pytestmark = pytest.mark.long

CLICKED = """
window.printed = 0; window.print = () => { window.printed++; };
document.addEventListener("click", event => { // a link that is followed would leave the page
  const link = event.target.closest("a[href]:not([href^='#'])"); if (link) event.preventDefault();
});
for (const fold of document.querySelectorAll("details")) fold.open = true;
const all = () => [...document.querySelectorAll("a[href], button, input, select, summary, [role=tab], [role=button]")];
const state = () => [document.body.outerHTML, scrollX, scrollY, location.hash, window.printed,
  document.activeElement.className,
  ...all().map(e => `${e.checked}${e.value}${e.open}${e === document.activeElement}`)].join("|");
const idle = [], names = all().map(e => e.outerHTML.slice(0, 160));
for (let at = 0; at < names.length; at++) {
  const one = all()[at];
  if (!one || one.disabled || !one.checkVisibility()) continue;
  const before = state(), link = one.matches("a[href]") ? one.getAttribute("href") : "";
  if (one.matches("select")) {
    one.selectedIndex = one.options.length - 1; one.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (one.matches("input[type=range]")) {
    one.value = Number(one.value) > Number(one.min) ? one.min : one.max;
    one.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (one.matches("input[type=search], input[type=text], input:not([type])")) one.focus();
  else one.click();
  await new Promise(done => setTimeout(done, 25));
  const told = one.matches("[aria-selected=true], :checked[type=radio], select")
    || (link.startsWith("#") && document.getElementById(link.slice(1))) || /^https?:/.test(link);
  if (state() === before && !told) idle.push(names[at]);
}
return [names.length, idle];
"""
FEWEST = {"map": 25, "today": 15, "report": 0, "reach": 3, "programme": 0, "faults": 1, "design": 2}


def pages(options: Any) -> dict[str, sr.Page]:
    from design_yards import yard

    area = options.today
    fault = Fault("walls", ("W1",), "gap without a gate", "1 gap has no gate", "Draw the gate", "warning",
                  at=((X + 100, Y),))  # fmt: skip
    walls = frame([{"id": "W1", "geometry": line((0, 0), (100, 0))}]).set_index("id")
    trees = frame([{"id": "T1", "geometry": Point(X + 20, Y + 20)}]).set_index("id")
    return {
        "map": sr.draw(options),
        "today": sr.draw(sr.compare(area, [])),
        "report": sr.report(options),
        "reach": sr.maps.draw_reach(area, sr.isochrones(area, ["F1"])),
        "programme": sr.maps.draw_programme(
            sr.read_programme(ROOT / "data" / "programme" / "pingdingshan-2022.csv"), as_of="2022-12-31"
        ),
        "faults": sr.maps.draw_faults([fault], {"walls": walls, "trees": trees}, title="检查"),
        "design": sr.maps.draw_design(
            sr.design_openings(yard(), goal="covered:kindergarten", candidates=["walls", "paths"], max_m=20)
        ),
    }


@pytest.fixture(scope="module")
def drawn(options: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("controls")
    return {name: page.save(folder / f"{name}.html") for name, page in pages(options).items()}


@pytest.mark.parametrize("name", FEWEST)
def test_every_control_does_something(browser: Any, drawn: dict[str, Path], name: str) -> None:
    browser.set_window_size(1440, 900)
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get(drawn[name].as_uri())
    browser.set_script_timeout(120)
    waited = "const done = arguments[arguments.length - 1]; (async () => {%s})().then(done, e => done([0, [`${e}`]]))"
    count, idle = browser.execute_async_script(waited % CLICKED)
    assert idle == [] and count >= FEWEST[name]
    assert [entry["message"] for entry in browser.get_log("browser")] == []


SIZES = [(1920, 1080), (1366, 768), (390, 844)]


@pytest.mark.parametrize("name", ["report", "reach", "programme", "faults", "design"])
def test_a_plain_page_does_not_slide_sideways(browser: Any, drawn: dict[str, Path], name: str) -> None:
    for width, height in SIZES:
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        try:
            browser.get(drawn[name].as_uri())
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        finally:
            browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
