"""The plan of the reach page is seen closer without the net: by wheel, drag, double click, buttons and keys."""

from __future__ import annotations

import re

import pytest
from maps.conftest import CRS, quarter

from spatialreno.area import assemble
from spatialreno.maps import draw_reach
from spatialreno.walk import isochrones

pytestmark = pytest.mark.long

STATE = """const plan = document.querySelector('svg.plan'), pin = plan.querySelector('.pin:last-of-type');
const shape = plan.querySelector('.zoomed > path').getBoundingClientRect();
const text = plan.querySelector('.furniture text');
const bar = plan.querySelector('.furniture path').getBBox().width;
return {size: shape.width, x: shape.left, y: shape.top, name: pin.querySelector('text').getBoundingClientRect().height,
  bar: bar / plan.viewBox.baseVal.width, metres: parseFloat(text.textContent), wide: plan.viewBox.baseVal.width,
  k: parseFloat((/scale\\(([\\d.]+)/.exec(plan.querySelector('.zoomed').getAttribute('transform')) || [0, 1])[1])}"""


@pytest.fixture
def opened(browser, tmp_path):
    area = assemble(quarter(str), name="small", title="示例片区", crs=CRS)
    page = draw_reach(area, isochrones(area, ["F1"]))
    browser.set_window_size(1440, 900)
    browser.get(page.save(tmp_path / "reach.html").as_uri())
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def state(browser):
    return browser.execute_script(STATE)


def click(browser, title):
    browser.find_element("css selector", f'.zoom [title="{title}"]').click()
    return state(browser)


def test_buttons_go_nearer_and_back_and_the_scale_bar_follows(opened):
    first = state(opened)
    assert first["k"] == 1 and first["bar"] == pytest.approx(first["metres"] / first["wide"])
    near = [click(opened, "放大") for _ in range(3)][-1]
    assert near["k"] == pytest.approx(1.5**3) and near["size"] == pytest.approx(first["size"] * 1.5**3, rel=1e-3)
    assert near["bar"] == pytest.approx(near["metres"] * near["k"] / near["wide"]) and near["metres"] < first["metres"]
    assert near["name"] == pytest.approx(first["name"], rel=0.02)  # names keep their size
    assert click(opened, "回到全图") == first
    assert [b.is_enabled() for b in opened.find_elements("css selector", ".zoom button")] == [True, False, False]


def test_keys_move_and_never_leave_the_plan(opened):
    plan, first = opened.find_element("css selector", "svg.plan"), state(opened)
    plan.send_keys("+", "+")
    near = state(opened)
    plan.send_keys("\ue014")  # to the right
    assert state(opened)["x"] < near["x"]
    plan.send_keys(*["\ue012"] * 30)  # left, to the edge and no farther
    edge = re.search(r"translate\((\S+)", opened.execute_script(
        "return document.querySelector('.zoomed').getAttribute('transform')"))  # fmt: skip
    assert float(edge.group(1)) == 0
    plan.send_keys("0")
    assert state(opened) == first


def test_wheel_and_double_click_keep_the_place_under_the_mouse_and_a_drag_moves_it(opened):
    keys = pytest.importorskip("selenium.webdriver")
    plan = opened.find_element("css selector", "svg.plan")
    under = """const plan = document.querySelector('svg.plan'), box = plan.getBoundingClientRect();
        const at = new DOMPoint(Math.round(box.left + box.width / 3), Math.round(box.top + box.height / 3));
        const own = at.matrixTransform(plan.querySelector('.zoomed').getScreenCTM().inverse());
        if (arguments[0]) plan.dispatchEvent(new (arguments[0] === 'wheel' ? WheelEvent : MouseEvent)(arguments[0],
          {clientX: at.x, clientY: at.y, deltaY: -100, cancelable: true, bubbles: true}));
        return [own.x, own.y]"""
    before = opened.execute_script(under)
    for event in ("wheel", "dblclick"):
        opened.execute_script(under, event)
        assert opened.execute_script(under) == pytest.approx(before, abs=0.01)
    assert state(opened)["k"] == pytest.approx(1.2 * 1.5)
    start = state(opened)
    keys.ActionChains(opened).drag_and_drop_by_offset(plan, -40, -30).perform()
    moved = state(opened)
    assert (moved["x"] - start["x"], moved["y"] - start["y"]) == pytest.approx((-40, -30), abs=2)


def test_paper_shows_no_button_and_names_stand_as_text(opened):
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not opened.find_element("css selector", ".zoom").is_displayed()
    finally:
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    names = "return [...document.querySelectorAll('.pin text')].map(t => t.textContent)"
    assert opened.execute_script(names) == ["0号院", "1号院", "卫生站（F1）"]
