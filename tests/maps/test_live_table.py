"""The live page as a planning table: what fits, from an option on, why and when, who pays and who must still agree."""

from __future__ import annotations

import pytest
from maps.conftest import CRS, X, Y, quarter
from maps.test_live import equal_to_python, find, random_clicks, run, wait_until_said
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.support.ui import WebDriverWait
from shapely import Point

from spatialreno.area import assemble
from spatialreno.comparison import compare
from spatialreno.indicators import evaluate, who_gains
from spatialreno.maps import live
from spatialreno.scenario import Scenario, alter, build, demolish, read_scenario
from spatialreno.walk import travel_times

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def town():
    return assemble(quarter(str), name="small", title="示例片区", crs=CRS)


@pytest.fixture(scope="module")
def option():
    """A shed and a gate, with reasons and stages, and a playground with its outline where the shed stood."""
    place = Point(X + 24, Y + 14).buffer(4, cap_style="square")
    return Scenario("opened", "拆墙", [
        demolish("structures", ids=["S1"], reason="占道", phase=1),
        alter("gates", ids=["G1"], set={"walkers": "public"}, reason="共用", phase=2),
        build("facilities", "N9", geometry=place, kind="outdoor_fitness", reason="腾出的地", phase=3),
    ])  # fmt: skip


@pytest.fixture(scope="module")
def address(town, option, tmp_path_factory):
    page = live(town, scenarios=[option], start="2026-03-01")
    return page.save(tmp_path_factory.mktemp("table") / "live.html").as_uri()


@pytest.fixture
def table(browser, address):
    browser.set_window_size(1440, 900)
    browser.get("about:blank")
    browser.get(address)
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def in_mode(browser, mode):
    find(browser, f'[name="mode"][value="{mode}"]')[0].click()


def clicked_at(browser, x, y, kind=None, times=1):
    """Click with the mouse at metres from the corner of the quarter; with a kind, put it there."""
    if kind:
        in_mode(browser, "put")
        run(browser, "document.querySelector('.kind').value = arguments[0]", kind)
    at = run(browser, """const app = spatialreno, [x0, y0] = app.page.model.walk.origin;
        const at = app.map.latLngToContainerPoint(app.lonlat((arguments[0] - x0) * 1000, (arguments[1] - y0) * 1000));
        const box = app.map.getContainer().getBoundingClientRect();
        return [box.left + at.x, box.top + at.y]""", X + x, Y + y)  # fmt: skip
    actions = ActionChains(browser)
    pointer = actions.w3c_actions.pointer_action.move_to_location(*map(round, at))
    for _ in range(times):
        pointer.click()
    actions.perform()


def pressed(browser, text):
    """Press a button of the card."""
    next(one for one in find(browser, ".actions button") if one.text == text).click()


def cell(browser, line):
    """Read what the table says of the plan."""
    return find(browser, f'tr[data-line="{line}"] td.chosen')[0].text.replace("\u202f", "")


def marks(browser):
    return [path.get_attribute("class").split()[0:2] for path in find(browser, "path.footprint")]


def test_what_does_not_fit_is_red_until_the_wall_is_down(table):
    """At 2 m from the middle wall a shop of 7 m by 7 m lies over it; the wall down, it fits; so it does put twice."""
    clicked_at(table, 97.5, 62, "convenience_store")
    assert len(find(table, "path.footprint.unfit")) == 1 and "中墙" in find(table, ".said")[0].text
    assert find(table, '[data-total="unfit"] strong')[0].text == "1"
    assert "先拆围墙 中墙" in find(table, ".live-acts small.unfit")[0].text
    run(table, "spatialreno.toggle('walls', 'W1')")
    assert len(find(table, "path.footprint")) == 1 and find(table, "path.footprint.unfit") == []
    ring = run(table, "return spatialreno.now.fits[0].ring")
    width = ((ring[0][0] - ring[1][0]) ** 2 + (ring[0][1] - ring[1][1]) ** 2) ** 0.5
    depth = ((ring[2][0] - ring[1][0]) ** 2 + (ring[2][1] - ring[1][1]) ** 2) ** 0.5
    assert width * depth / 1e6 == pytest.approx(50.0, abs=0.1)  # the catalog's least footprint, to scale
    clicked_at(table, 95, 64, "parcel_locker")
    assert run(table, "return spatialreno.now.fits[1].said") == "放不下：与另一处新增设施重叠"


def test_a_plan_from_an_option_keeps_outline_reasons_and_stages(table, town, option, tmp_path):
    find(table, "select.from option")[1].click()
    assert run(table, "return spatialreno.plan.told") == {
        "structures:S1": {"reason": "占道"}, "gates:G1": {"reason": "共用", "phase": 2},
        f"put:outdoor_fitness:g{run(table, 'return spatialreno.plan.facilities[0].ground')}":
            {"reason": "腾出的地", "phase": 3},
    }  # fmt: skip
    assert run(table, "return spatialreno.now.fits[0].ring.length") == 4 and find(table, ".unfit.footprint") == []
    run(table, "spatialreno.toggle('structures', 'S1')")  # the shed stands again: its ground is taken
    random_clicks(table, 3, 10)
    plan = equal_to_python(table, town, tmp_path)
    assert {act.phase for act in plan.interventions} >= {1}


@pytest.mark.parametrize("seed", [8, 9])
def test_live_equals_python_from_an_option_on(table, town, tmp_path, seed):
    find(table, "select.from option")[1].click()
    random_clicks(table, seed, 12)
    equal_to_python(table, town, tmp_path)


def test_reasons_and_stages_are_written_and_two_exports_compare(table, town, tmp_path):
    run(table, "spatialreno.toggle('walls', 'W1'); spatialreno.toggle('structures', 'S1')")
    reason = find(table, '[data-act="walls:W1"] .act-reason')[0]
    reason.send_keys("两院合用", Keys.TAB)
    stage = find(table, '[data-act="walls:W1"] .act-phase')[0]
    stage.clear()
    stage.send_keys("2", Keys.TAB)
    plans = []
    for name in ("甲", "乙"):
        file = tmp_path / f"{name}.toml"
        file.write_text(run(table, "return spatialreno.toml(arguments[0], arguments[0])", name), "utf-8")
        plans.append(read_scenario(file))
        run(table, "spatialreno.toggle('structures', 'S1')")
    assert [(a.reason, a.phase) for a in plans[0].interventions if a.layer == "walls"] == [("两院合用", 2)]
    both = compare(town, plans)
    assert list(both.areas) == ["today", "甲", "乙"]
    find(table, ".do-undo")[0].click()
    assert run(table, "return spatialreno.plan.structures") == []
    find(table, ".import")[0].send_keys(str(tmp_path / "甲.toml"))
    wait_until_said(table, "已导入")
    assert run(table, "return [spatialreno.plan.told, spatialreno.plan.structures]") == [
        {"walls:W1": {"reason": "两院合用", "phase": 2}}, ["S1"]
    ]  # fmt: skip


def test_money_by_payer_and_missing_consent_change_with_each_click(table):
    assert find(table, ".live-payers tr[data-payer]") == []
    run(table, "spatialreno.toggle('walls', 'W1')")
    paid = {row.get_attribute("data-payer"): row.find_element("css selector", "td").text
            for row in find(table, ".live-payers tr")}  # fmt: skip
    cost = run(table, "return spatialreno.now.payers")
    assert paid and {who: f"{yuan / 1e4:.1f}" for who, yuan in cost.items()} == paid
    told = "return [0.0428, 0.28, 0, -0.00012, 12].map(value => spatialreno.borne(value, 1))"
    assert run(table, told) == [3, 1, 1, 5, 1]  # 428 yuan are 0.043 ten thousands
    assert "纺织厂 未签" in find(table, ".live-asked")[0].text
    assert "尚需争取" in find(table, ".live-votes")[0].text
    assert int(find(table, '[data-total="households_missing"] strong')[0].text) > 0
    find(table, ".do-undo")[0].click()
    assert find(table, '[data-total="households_missing"] strong')[0].text == "0"


def test_a_gate_is_set_to_a_state(table):
    """A click on a gate opens its card, whose buttons set it; nothing goes round."""
    clicked_at(table, 50, 0)
    assert run(table, "return spatialreno.plan.gates") == {}
    states = {one.text: one.get_attribute("aria-pressed") for one in find(table, ".actions button")}
    assert states == {"对公众开放": "false", "仅居民通行": "true", "关闭": "false"}
    pressed(table, "关闭")
    assert run(table, "return spatialreno.plan.gates") == {"G1": "closed"}
    pressed(table, "仅居民通行")
    assert run(table, "return spatialreno.plan.gates") == {}


def test_losers_stand_beside_winners(table, town):
    """The wall between the yards down, the second yard comes to the clinic of the first: as Python counts them."""
    clicked_at(table, 100, 60)
    gains = who_gains(evaluate(town), evaluate(Scenario("one", "", [demolish("walls", ids=["W1"])]).apply(town)))
    least = town.catalog.constants["gain_points"]
    won, lost = gains[gains["gain"] >= least], gains[gains["gain"] <= -least]
    said = [cell(table, line) for line in ("gained", "gained_homes", "lost", "lost_homes")]
    assert said == [f"{own[of].sum():.0f}" for own in (won, lost) for of in ("residents", "households")]
    assert said[0] == "90"
    lines = [row.get_attribute("data-line") for row in find(table, ".live-table tbody tr")]
    assert lines[lines.index("gained"):][:4] == ["gained", "gained_homes", "lost", "lost_homes"]


def test_walks_are_told_from_a_facility_that_is_clicked(table, town):
    in_mode(table, "reach")
    disc = find(table, ".disc.leaflet-marker-icon:not(.facility-built)")[0]
    disc.click()
    own = run(table, "return spatialreno.page.model.facility_ids[spatialreno.reached.place.facility]")
    walks = travel_times(town, ["B0", "B1"], [own]).set_index("origin")["minutes"]
    residents = town.buildings["residents"].astype(float)
    told = [float(residents[walks.index[walks <= limit]].sum()) for limit in (5, 10, 15)]
    assert run(table, "return spatialreno.reached.people") == told and max(told) > 0
    assert len(find(table, ".disc.reach-origin.leaflet-marker-icon")) == 1


def test_no_click_deletes_in_another_mode_and_a_double_click_does_not_zoom(table):
    clicked_at(table, 170, 62, "parcel_locker")
    zoom = run(table, "return spatialreno.map.getZoom()")
    for mode in ("look", "reach"):
        in_mode(table, mode)
        find(table, ".disc.facility-built.leaflet-marker-icon")[0].click()
        clicked_at(table, 100, 40)  # the wall between the yards
        plan = run(table, "return [spatialreno.plan.facilities.length, spatialreno.plan.walls.length]")
        assert plan == [1, 0], mode
    in_mode(table, "edit")
    clicked_at(table, 100, 40, times=2)  # two quick clicks are two acts
    assert run(table, "return [spatialreno.map.getZoom(), spatialreno.plan.walls]") == [zoom, []]
    find(table, ".disc.facility-built.leaflet-marker-icon")[0].click()
    assert run(table, "return spatialreno.plan.facilities") == []


def test_an_export_asks_for_a_name(table):
    run(table, "window.saved = []; URL.createObjectURL = blob => { window.saved.push(blob); return '#'; };"
               "HTMLAnchorElement.prototype.click = function () { window.saved.push(this.download); }")  # fmt: skip
    find(table, ".do-export")[0].click()
    assert run(table, "return window.saved.length") == 0 and "起个名" in find(table, ".said")[0].text
    assert run(table, "return document.activeElement.className") == "plan-name"
    table.switch_to.active_element.send_keys("拆墙 甲")
    find(table, ".do-export")[0].click()
    assert run(table, "return window.saved[1]") == "small-拆墙-甲.toml"


def test_an_import_says_what_it_left_out(table, tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text('[[demolish]]\nlayer = "walls"\nids = ["W1"]\nexpect = 1\n', encoding="utf-8")
    find(table, ".import")[0].send_keys(str(file))
    wait_until_said(table, "已略去：expect")
    assert run(table, "return spatialreno.plan.walls") == ["W1"]


def test_a_click_on_a_wall_moves_money_and_consent(table):
    clicked_at(table, 100, 60)
    assert run(table, "return spatialreno.plan.walls") == ["W1"]
    assert find(table, ".live-payers tr[data-payer]") and "纺织厂" in find(table, ".live-asked")[0].text


def test_what_nobody_knows_of_facilities_is_no_zero(browser, town, tmp_path):
    """Without any facility surveyed scores, shares and gains are unknown; a plan that builds one tells of that one."""
    bare = assemble({k: v for k, v in quarter(str).items() if k != "facilities"}, name="bare", crs=CRS)
    browser.get(live(bare).save(tmp_path / "bare.html").as_uri())
    lines = ("share", "mean", "gained", "gained_homes", "lost", "lost_homes")
    shown = [[one.text for one in find(browser, f'[data-line="{line}"] td')] for line in lines]
    assert shown == [["—"] * 3] * len(lines)
    run(browser, "spatialreno.put({kind: 'health_station', building: 0})")
    plan = read_scenario_of(browser, tmp_path)
    score = evaluate(plan.apply(bare)).value("score")
    assert score > 0 and run(browser, "return spatialreno.now.mean") == pytest.approx(score, abs=1e-9)
    assert run(browser, "return [spatialreno.now.gained, spatialreno.now.lost_homes]") == [None, None]
    run(browser, "spatialreno.undo()")
    assert run(browser, "return [spatialreno.now.mean, spatialreno.now.share]") == [None, None]
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def read_scenario_of(browser, folder):
    file = folder / "plan.toml"
    file.write_text(run(browser, "return spatialreno.toml('live', '试算')"), encoding="utf-8")
    return read_scenario(file)


def test_the_year_of_the_option_is_told_and_says_when_the_plan_moves_on(table, town, option):
    """Schedule and money of the option it began as, as Python has them; nothing before an option is chosen."""
    year = find(table, ".year")[0]
    assert not year.is_displayed()
    find(table, "select.from option")[1].click()
    year.find_element("css selector", "summary").click()
    planned = compare(town, [option], works=["heat", "dig"])
    end = planned.schedule("opened", start="2026-03-01").end.date()
    assert f"2026-03-01 – {end}" in year.text and year.find_elements("css selector", "svg.picture")
    total = planned.funding().table["needed_yuan"].sum() / 1e4
    assert f"{total:.1f}" in year.text.replace("\u202f", "")
    moved = find(table, ".year-moved")[0]
    assert not moved.is_displayed()
    run(table, "spatialreno.toggle('walls', 'W1')")
    assert moved.is_displayed()
    find(table, ".do-undo")[0].click()
    assert not moved.is_displayed()
    find(table, ".do-clear")[0].click()
    assert not year.is_displayed()


def test_it_works_in_a_frame(browser, town):
    """As a notebook shows it: no address, no permission to leave; clicks change numbers all the same."""
    browser.get("about:blank")
    run(browser, "document.body.innerHTML = arguments[0]", live(town)._repr_html_())
    frame = find(browser, "iframe")[0]
    browser.switch_to.frame(frame)
    ready = "return typeof spatialreno === 'object' && Boolean(spatialreno.ready)"
    WebDriverWait(browser, 20).until(lambda _: run(browser, ready))
    wall = run(browser, "return spatialreno.drawnOf('walls', 'W1')[0][1].drawn[0].layer.getElement()")
    run(browser, "arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", wall)
    assert cell(browser, "wall_m") == "80" and run(browser, "return spatialreno.plan.walls") == ["W1"]
    browser.switch_to.default_content()
    assert [entry["message"] for entry in browser.get_log("browser")] == []


@pytest.mark.parametrize("wide", [1093, 1366, 1440])
def test_the_bar_takes_one_line_and_its_totals_another(table, wide):
    table.set_window_size(wide, 768)
    tops = run(table, """const all = [...document.querySelectorAll(".tools > *")];
        const shown = all.filter(e => e.getClientRects().length);
        return shown.map(e => [e.className, Math.round(e.getBoundingClientRect().top)])""")  # fmt: skip
    lines = {top for name, top in tops if name not in {"totals", "said"}}
    assert max(lines) - min(lines) < 8, tops
    assert run(table, "return document.documentElement.scrollWidth <= window.innerWidth")


def test_an_open_card_hides_nothing_from_clicks_where_the_map_is_one_canvas(browser, town, tmp_path, monkeypatch):
    """As on a district: the outline of what the card tells of lies on a canvas over the whole map."""
    monkeypatch.setattr("spatialreno.maps.page.page._CANVAS_FROM", 0)
    file = live(town).save(tmp_path / "canvas.html")
    browser.set_window_size(1440, 900)
    browser.get(file.as_uri())
    clicked_at(browser, 50, 0)
    assert find(browser, ".inspect")[0].is_displayed()
    clicked_at(browser, 100, 40)
    assert run(browser, "return spatialreno.plan.walls") == ["W1"]
    assert [entry["message"] for entry in browser.get_log("browser")] == []
