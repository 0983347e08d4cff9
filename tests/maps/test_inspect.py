"""The comparison page in Chromium: swipe, stages, search, click, who gains; all by hand and by keyboard."""

import pytest
from maps.hostile import ALL

TEXT = "return arguments[0].textContent"
HOME, LEFT, DOWN, ENTER, ESCAPE = "\ue011", "\ue012", "\ue015", "\ue007", "\ue00c"


@pytest.fixture
def opened(browser, page_file):
    browser.set_window_size(1600, 1000)
    browser.get(page_file.as_uri())
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def find(browser, css):
    return browser.find_elements("css selector", css)


def legend(browser):
    return [browser.execute_script(TEXT, line) for line in find(browser, "#legend li span:last-child")]


def look_up(browser, text):
    box = find(browser, ".search-text")[0]
    box.clear()
    box.send_keys(text)
    box.send_keys(ENTER)
    return browser.execute_script(TEXT, find(browser, ".inspect")[0])


def test_a_building_tells_its_walks_in_one_sentence(opened):
    look_up(opened, "1号楼")
    said = find(opened, ".inspect .sentence")[0].text
    assert said == (
        "1号楼：新走得到托儿所，210 m；到社区卫生服务站由 160 m 变为 95 m，近了 65 m；"
        "到菜市场或生鲜超市由 300 m 变为 312 m，远了 12 m。"
    )


def test_the_sentence_follows_the_option(opened):
    said = "0号楼：到菜市场或生鲜超市由 400 m 变为 {} m，近了 {} m；其余 1 类不变。"
    look_up(opened, "0号楼")
    assert find(opened, ".sentence")[0].text == said.format(330, 70)
    find(opened, "#tab-1")[0].click()
    assert find(opened, ".sentence")[0].text == said.format(380, 20)
    find(opened, "#tab-0")[0].click()
    assert find(opened, ".sentence")[0].text == "0号楼：到 2 类设施的步行距离都不变。"


def test_a_wall_tells_owner_length_cost_and_options(opened):
    told = look_up(opened, "中墙")
    for part in ("权利人纺织厂", "金额8\u202f400 元（估）", "哪些方案改动拆墙并院", "理由理由", "长度（m）80"):
        assert part in told
    assert "哪些方案改动无" in look_up(opened, "南墙")


def test_a_click_on_the_map_opens_and_escape_closes(opened):
    disc = find(opened, ".disc.facility.leaflet-marker-icon")[0]
    disc.click()
    card = find(opened, ".inspect")[0]
    assert card.is_displayed() and "卫生站" in card.text
    find(opened, ".inspect .close")[0].send_keys(ESCAPE)
    assert not card.is_displayed()


def test_search_by_arrows_and_a_miss(opened):
    box = find(opened, ".search-text")[0]
    box.send_keys("号院")
    assert len(find(opened, ".search-list [role=option]")) == 2
    box.send_keys(DOWN + DOWN)
    assert find(opened, '.search-list [aria-selected="true"]')[0].get_attribute("id") == "found-1"
    box.send_keys(ENTER)
    assert "1号院" in find(opened, ".inspect")[0].text
    box.clear()
    box.send_keys("没有这个")
    assert find(opened, ".search-list .none")[0].text == "没有找到"


def test_who_gains_is_drawn_and_named(opened):
    find(opened, '[data-theme="gains"]')[0].click()
    assert {"平均近 30–80 m", "平均近 1–30 m"} <= set(legend(opened))
    find(opened, '[data-theme="scores"]')[0].click()
    assert not find(opened, '[data-theme="gains"]')[0].is_selected()
    assert "平均近 30–80 m" not in legend(opened)


def test_stages_walk_through_the_ledger(opened):
    """Before the works nothing is built; stage 1 takes shed and wall; the garden comes in stage 2."""
    slider = find(opened, ".phase-range")[0]
    assert find(opened, ".phase-said")[0].text == "第 2 期 路面、绿化与设施"
    assert "新建设施" in legend(opened)
    slider.send_keys(LEFT)
    assert find(opened, ".phase-said")[0].text == "第 1 期 拆违、拆墙"
    assert "新建设施" not in legend(opened) and "拆除（围墙等）" in legend(opened)
    slider.send_keys(HOME)
    assert find(opened, ".phase-said")[0].text == "开工前"
    assert "拆除（围墙等）" not in legend(opened) and "认定违建（未拆）" in legend(opened)
    assert "腾出空间" not in legend(opened)


def test_the_works_of_each_stage_are_listed(opened):
    opened.execute_script("document.querySelector('.phases').open = true")
    lines = [line.text.split() for line in find(opened, ".phase-works li")]
    assert lines[0][:3] == ["第", "1", "期"]
    assert "1.1" in lines[0] and "2.7" in lines[1]


@pytest.mark.long
def test_swipe_shows_two_options_side_by_side(opened):
    """Left of the curtain lies today with its wall, right of it the option that takes the wall down."""
    find(opened, ".swipe-on")[0].click()
    assert [find(opened, css)[0].text for css in (".swipe-left", ".swipe-right")] == ["现状", "拆墙并院"]
    both = legend(opened)
    assert "认定违建（未拆）" in both and "拆除（违建等）" in both
    clips = opened.execute_script(
        "return ['overlayPane', 'swipe'].map(n => getComputedStyle(spatialreno.map.getPane(n)).clipPath)"
    )
    assert all(clip.startswith("polygon") for clip in clips) and clips[0] != clips[1]
    range_ = find(opened, ".swipe-range")[0]
    range_.send_keys(HOME)
    at = opened.execute_script("return getComputedStyle(document.querySelector('.swipe-bar')).getPropertyValue('--at')")
    assert at == "0px"
    find(opened, ".swipe-on")[0].click()
    assert find(opened, ".swipe-bar") == []
    assert "认定违建（未拆）" not in legend(opened)


def test_the_legend_lies_over_the_bar_between_two_options(opened):
    over = """document.querySelector('#legend').closest('details').open = true;
        const bar = document.querySelector('.swipe-bar');
        const box = document.querySelector('#legend').getBoundingClientRect();
        bar.style.setProperty('--at', `${box.left + 20 - bar.getBoundingClientRect().left}px`);
        bar.style.pointerEvents = 'auto';
        return document.elementFromPoint(box.left + 20, box.top + 8).closest('.card, .swipe-bar').className"""
    opened.refresh()
    find(opened, ".swiping input")[0].click()
    assert "legend" in opened.execute_script(over)
    opened.refresh()


def test_the_bar_fits_a_narrow_window(opened):
    opened.set_window_size(500, 800)
    opened.refresh()
    assert opened.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    look_up(opened, "1号楼")
    card, plan = find(opened, ".inspect")[0].rect, find(opened, ".folium-map")[0].rect
    assert card["x"] >= plan["x"] and card["x"] + card["width"] <= plan["x"] + plan["width"]
    opened.set_window_size(1600, 1000)


def test_print_leaves_the_plan_and_the_tables(opened):
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = {css: find(opened, css)[0].is_displayed() for css in (".tools", ".card.layers", ".leaders", ".folium-map")}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert shown == {".tools": False, ".card.layers": False, ".leaders": True, ".folium-map": True}


def test_hostile_names_in_card_search_stages_and_swipe(browser, attacked_file):
    browser.set_window_size(1440, 900)
    browser.get(attacked_file.as_uri())
    browser.execute_script("window.ran = []; window.alert = value => window.ran.push(value)")
    assert ALL in look_up(browser, "中墙")
    assert look_up(browser, "1号楼").count(ALL) >= 2
    assert ALL in browser.execute_script(TEXT, find(browser, ".search-list")[0])
    find(browser, ".swipe-on")[0].click()
    assert ALL in browser.execute_script(TEXT, find(browser, ".swipe-other option[value='1']")[0])
    assert browser.execute_script("return window.ran") == []
    assert find(browser, "img, b, i, [onmouseover], [onfocus]") == []
    assert [entry["message"] for entry in browser.get_log("browser")] == []
