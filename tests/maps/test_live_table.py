"""The live page as a planning table: what fits, from an option on, why and when, who pays and who must still agree."""

from __future__ import annotations

import pytest
from maps.conftest import CRS, X, Y, quarter
from maps.test_live import equal_to_python, find, random_clicks, run
from selenium.webdriver import ActionChains, Keys
from shapely import Point

from spatialreno.area import assemble
from spatialreno.comparison import compare
from spatialreno.maps import live
from spatialreno.scenario import Scenario, alter, build, demolish, read_scenario


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
    return live(town, scenarios=[option]).save(tmp_path_factory.mktemp("table") / "live.html").as_uri()


@pytest.fixture
def table(browser, address):
    browser.set_window_size(1440, 900)
    browser.get("about:blank")
    browser.get(address)
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def clicked_at(browser, x, y, kind):
    """Put a kind by a real mouse click at metres from the corner of the quarter."""
    find(browser, '[name="mode"][value="put"]')[0].click()
    run(browser, "document.querySelector('.kind').value = arguments[0]", kind)
    at = run(browser, """const app = spatialreno, [x0, y0] = app.page.model.walk.origin;
        const at = app.map.latLngToContainerPoint(app.lonlat((arguments[0] - x0) * 1000, (arguments[1] - y0) * 1000));
        const box = app.map.getContainer().getBoundingClientRect();
        return [box.left + at.x, box.top + at.y]""", X + x, Y + y)  # fmt: skip
    actions = ActionChains(browser)
    actions.w3c_actions.pointer_action.move_to_location(*map(round, at)).click()
    actions.perform()


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
    assert "纺织厂 未签" in find(table, ".live-asked")[0].text
    assert "尚需争取" in find(table, ".live-votes")[0].text
    assert int(find(table, '[data-total="households_missing"] strong')[0].text) > 0
    find(table, ".do-undo")[0].click()
    assert find(table, '[data-total="households_missing"] strong')[0].text == "0"
