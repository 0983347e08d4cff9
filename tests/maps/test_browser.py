"""The page in Chromium with the network cut: it draws, switches, obeys keys, and runs nothing foreign."""

import json

import pytest
from maps.hostile import ALL

from spatialreno.maps import draw

TEXT = "return arguments[0].textContent"


@pytest.fixture(scope="module")
def opened(browser, page_file):
    browser.set_window_size(1600, 1000)  # wide enough for the cards to stand open
    browser.get_log("performance")  # what other tests asked for is theirs
    browser.get(page_file.as_uri())
    return browser


def find(browser, css):
    return browser.find_elements("css selector", css)


def legend(browser):
    return [browser.execute_script(TEXT, line) for line in find(browser, "#legend li span:last-child")]


def tick(browser, theme):
    find(browser, f'input[data-theme="{theme}"]')[0].click()


def test_no_request_and_no_complaint(opened):
    assert [entry["message"] for entry in opened.get_log("browser")] == []
    assert opened.execute_script("return performance.getEntriesByType('resource').map(e => e.name)") == []
    sent = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = [m["params"] for m in sent if m["method"] == "Network.requestWillBeSent"]
    own = [ask["request"]["url"] for ask in asked if ask["documentURL"].startswith("file:")]
    assert own[0].endswith("/page.html")
    assert {url.partition(":")[0] for url in own[1:]} <= {"data"}


def test_the_fullest_option_is_open_and_drawn(opened):
    chosen = find(opened, '[role="tab"][aria-selected="true"]')
    assert [tab.text.split("\n")[0] for tab in chosen] == ["拆墙并院"]
    assert "拆除（围墙等）" in legend(opened)
    assert "新建设施" in legend(opened)
    assert len(find(opened, "path.leaflet-interactive")) > 8


def test_the_first_minute_tells_the_open_option(opened):
    """One sentence of the open option, a picture of each option in its tab, the scale for the print."""
    told = [line.text for line in find(opened, ".verdict") if line.is_displayed()]
    assert len(told) == 1 and "总投资 100 万元" in told[0] and "生活圈得分变化 +12.5" in told[0]
    assert len(find(opened, '[role="tab"] svg')) == 3
    opened.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    scale = opened.execute_script(TEXT, find(opened, "#paper-scale")[0])
    opened.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert scale.startswith("1 : ") and int(scale[4:]) > 100


def test_tabs_by_keyboard_switch_map_and_tables(opened):
    find(opened, '[role="tab"][aria-selected="true"]')[0].send_keys("\ue011")  # Home
    assert [tab.text.split("\n")[0] for tab in find(opened, '[role="tab"][aria-selected="true"]')] == ["现状"]
    assert opened.switch_to.active_element.text.split("\n")[0] == "现状"
    assert find(opened, '[role="tabpanel"]')[0].get_attribute("aria-labelledby") == "tab-0"
    assert [cell for cell in find(opened, ".options .change") if cell.is_displayed()] == []
    assert "拆除（围墙等）" not in legend(opened)
    assert "认定违建（未拆）" in legend(opened)
    opened.switch_to.active_element.send_keys("\ue012")  # left of the first is the last
    assert [tab.text.split("\n")[0] for tab in find(opened, '[role="tab"][aria-selected="true"]')] == ["拆墙并院"]


@pytest.mark.long
def test_switches_add_and_take_away(opened):
    assert "得分 60–80" not in legend(opened)
    tick(opened, "scores")
    assert {"得分 60–80", "得分 80–100"} <= set(legend(opened))
    tick(opened, "scores")
    tick(opened, "isochrones")
    assert {"步行可达：5 分钟", "步行可达：10 分钟", "步行可达：15 分钟"} <= set(legend(opened))
    tick(opened, "isochrones")
    tick(opened, "walls")
    assert "拆除（围墙等）" not in legend(opened)
    tick(opened, "walls")
    assert "拆除（围墙等）" in legend(opened)


def test_controls_do_not_cover_each_other(opened):
    boxes = [control.rect for control in find(opened, ".leaflet-control") if control.is_displayed()]
    for k, a in enumerate(boxes):
        for b in boxes[:k]:
            apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            assert apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]


def test_hovering_tells_the_feature(opened):
    """A disc says its kind and name; it can be reached by keyboard as well."""
    opened.execute_script("arguments[0].focus()", find(opened, ".disc.facility.leaflet-marker-icon")[0])
    tips = [opened.execute_script(TEXT, tip) for tip in find(opened, ".leaflet-tooltip .tip")]
    assert any("社区卫生服务站" in tip and "卫生站" in tip for tip in tips)


def test_narrow_window_puts_the_panel_under_the_map(opened):
    opened.set_window_size(500, 800)
    opened.refresh()
    plan, panel = find(opened, ".folium-map")[0].rect, find(opened, ".panel")[0].rect
    assert panel["y"] >= plan["y"] + plan["height"]
    assert opened.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    opened.set_window_size(1440, 900)


@pytest.mark.long
def test_big_maps_are_painted_on_one_canvas(browser, options, tmp_path, monkeypatch):
    monkeypatch.setattr("spatialreno.maps.page.page._CANVAS_FROM", 1)
    browser.get(draw(options).save(tmp_path / "canvas.html").as_uri())
    assert len(find(browser, ".leaflet-overlay-pane canvas")) == 1
    assert find(browser, "path.leaflet-interactive") == []
    assert [entry["message"] for entry in browser.get_log("browser")] == []


@pytest.mark.long
def test_packed_layers_draw_the_same(browser, options, page_file, tmp_path, monkeypatch):
    browser.get(page_file.as_uri())
    plain = legend(browser)
    monkeypatch.setattr("spatialreno.maps.page.page._PACKED_FROM", 0)
    page = draw(options)
    assert '"key":"walls"' not in page.html()
    browser.get(page.save(tmp_path / "packed.html").as_uri())
    browser.execute_async_script(
        "const done = arguments[0], look = () => spatialreno.ready ? done() : setTimeout(look, 20); look()"
    )
    assert legend(browser) == plain
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_hostile_names_are_shown_and_never_run(browser, attacked_file):
    """Tabs, tables and names on the map show the payloads; no dialog, no error, no element of theirs."""
    browser.set_window_size(1440, 900)
    browser.get(attacked_file.as_uri())
    browser.execute_script("window.ran = []; window.alert = value => window.ran.push(value)")
    for tab in find(browser, '[role="tab"]'):
        tab.click()
        assert browser.execute_script(
            "return [...document.querySelectorAll('.leaflet-interactive')].every(e => {"
            "  for (const name of ['mouseover', 'mousemove', 'click', 'focus', 'mouseout'])"
            "    e.dispatchEvent(new MouseEvent(name, {bubbles: true, clientX: 300, clientY: 300}));"
            "  return true; })"
        )
    assert browser.execute_script("return window.ran") == []
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    assert find(browser, "img, b, i, svg[onload], [onmouseover], [onfocus]") == []
    assert ALL in browser.execute_script(TEXT, find(browser, "h1")[0])
    assert ALL in browser.execute_script(TEXT, find(browser, '[role="tab"]')[2])
    assert any(ALL in browser.execute_script(TEXT, name) for name in find(browser, ".name, .street-name"))


def test_hostile_names_in_tooltips(browser, attacked_file):
    browser.get(attacked_file.as_uri())
    disc = find(browser, ".disc.leaflet-marker-icon")[0]
    browser.execute_script("arguments[0].focus()", disc)
    assert ALL in browser.execute_script(TEXT, find(browser, ".leaflet-tooltip")[0])
    assert ALL in disc.get_attribute("aria-label")


@pytest.mark.long
def test_with_every_layer_on_the_legend_is_read_in_lines(opened):
    """No swatch is cut and no text breaks into a column of characters, however many lines there are."""
    opened.refresh()
    for box in find(opened, "input[data-theme]"):
        if not box.is_selected():
            opened.execute_script("arguments[0].click()", box)
    opened.execute_script("for (const fold of document.querySelectorAll('.card')) fold.open = true")
    more = "const list = document.querySelector('#legend'); while (list.children.length < 60) "
    opened.execute_script(f"{more} list.append(list.children[list.children.length % 7].cloneNode(true))")
    narrow = """const card = document.querySelector('.card.legend');
        const edge = card.getBoundingClientRect().left + card.clientWidth;
        return [...card.querySelectorAll('li')].filter(line => {
          const said = line.lastElementChild.getBoundingClientRect();
          return said.right > edge + 1 || said.height > 34 || line.firstElementChild.getBoundingClientRect().width < 16;
        }).map(line => line.textContent)"""
    assert opened.execute_script(narrow) == []
    opened.refresh()


@pytest.mark.parametrize("size", [(1920, 1080), (1440, 900), (1366, 768), (1093, 614), (500, 800)])
@pytest.mark.long
def test_the_map_is_seen_at_every_width(opened, size):
    """Cards cover at most two fifths of the map's pane when the page opens, and the page does not scroll sideways."""
    opened.set_window_size(*size)
    opened.refresh()
    pane = find(opened, ".folium-map")[0].rect
    cards = [card.rect for card in find(opened, ".leaflet-control") if card.is_displayed()]
    covered = sum(card["width"] * card["height"] for card in cards)
    assert covered <= 0.4 * pane["width"] * pane["height"]
    assert opened.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    opened.set_window_size(1440, 900)
