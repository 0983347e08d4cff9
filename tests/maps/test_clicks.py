"""A click means the nearest thing that matters, by kind: a building's middle tells of the building, on every page."""

from __future__ import annotations

import pytest
from conftest import EXAMPLE

from spatialreno import compare, live, read_area
from spatialreno.maps import draw

# Each building brought to the middle of the map and clicked there: what the card says of it.
CLICKED = """
const app = spatialreno, map = app.map, said = {};
const theme = app.themes.find(one => one.key === "buildings");
for (const one of theme.features.filter(one => one.kind === 2)) {
  const shape = L.polygon(app.points(one.shape[0][0])).addTo(map), centre = shape.getCenter();
  shape.remove();
  if (!app.covers(one, centre)) continue;
  map.setView(centre, 19, { animate: false });
  const box = map.getContainer().getBoundingClientRect(), at = map.latLngToContainerPoint(centre);
  const [x, y] = [box.left + at.x, box.top + at.y], target = document.elementFromPoint(x, y);
  if (target.closest(".leaflet-marker-icon")) continue; // a facility in the building comes first
  const pointer = { bubbles: true, clientX: x, clientY: y, pointerType: "mouse" };
  target.dispatchEvent(new PointerEvent("click", pointer));
  const card = document.querySelector(".inspect");
  said[one.rows[0][1]] = card.hidden ? "" : card.querySelector(".tip-head").firstChild.textContent;
}
return said;
"""


pytestmark = pytest.mark.long  # two pages of the whole example, and a browser on every building


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    area, folder = read_area(EXAMPLE), tmp_path_factory.mktemp("clicks")
    drawn = draw(compare(area, [])).save(folder / "map.html")
    return {"map": drawn, "live": live(area).save(folder / "live.html")}


@pytest.mark.parametrize("name", ["map", "live"])
def test_the_middle_of_a_building_tells_of_the_building(browser, pages, name):
    browser.set_window_size(1440, 900)
    browser.get("about:blank")
    browser.get(pages[name].as_uri())
    if name == "live":
        browser.find_elements("css selector", '[name="mode"][value="look"]')[0].click()
    told = browser.execute_script(CLICKED)
    assert len(told) > 30
    covered = {"B27"}  # an addition on its roof lies over its middle, and comes first
    assert {who for who, said in told.items() if said != "楼栋"} <= covered
    assert browser.get_log("browser") == []


def test_shapes_are_no_stops_for_the_tab_key(browser, pages):
    browser.get(pages["map"].as_uri())
    stops = "return document.querySelectorAll('path.leaflet-interactive:not([tabindex=\"-1\"])').length"
    assert browser.execute_script(stops) == 0
