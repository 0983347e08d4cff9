"""The live page in Chromium with the network cut: its numbers are Python's, and everything can be taken back."""

import random

import numpy as np
import pytest
import shapely
from maps.conftest import CRS, quarter
from maps.hostile import ALL, hostile
from selenium.webdriver.support.ui import WebDriverWait

from spatialreno.area import assemble
from spatialreno.blocks import compound_blocks
from spatialreno.community import find_consents
from spatialreno.comparison import compare
from spatialreno.indicators import evaluate, gain_values, who_gains
from spatialreno.land import buildable_land
from spatialreno.maps import live, live_of
from spatialreno.scenario import Scenario, alter, build, demolish, read_scenario

TEXT = "return arguments[0].textContent"
ENTER, CONTROL, DOWN = "\ue007", "\ue009", "\ue015"
FAR = 2**31 - 1


@pytest.fixture(scope="module")
def town():
    return assemble(quarter(str), name="small", title="示例片区", crs=CRS, meta={"invented": True})


@pytest.fixture(scope="module")
def today(town):
    """The town as it is, worked out once for every page of it; ``live`` itself is asked in ``test_live_table``."""
    return compare(town, [], origins=[])


@pytest.fixture(scope="module")
def page(today, tmp_path_factory):
    return live_of(today).save(tmp_path_factory.mktemp("live") / "live.html")


@pytest.fixture
def opened(browser, page):
    browser.set_window_size(1440, 900)
    browser.get("about:blank")
    browser.get(page.as_uri())
    yield browser
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def find(browser, css):
    return browser.find_elements("css selector", css)


def total(browser, key):
    return find(browser, f'[data-total="{key}"] strong')[0].text.replace("\u202f", "")


def run(browser, code, *arguments):
    return browser.execute_script(code, *arguments)


def looked_up(browser, text):
    box = find(browser, ".search-text")[0]
    box.clear()
    box.send_keys(text)
    box.send_keys(ENTER)
    return find(browser, ".inspect")[0]


def random_clicks(browser, seed, count):
    """Do what people do: walls, structures, gates, facilities on dots and in buildings, undo."""
    choice = random.Random(seed)
    walls, sheds, gates, kinds, dots, buildings = run(
        browser,
        "const m = spatialreno.page.model; return [Object.keys(m.works.walls), Object.keys(m.works.structures),"
        "Object.keys(m.works.gates), Object.keys(m.works.kinds), m.ground.placeable,"
        "m.walk.doors.map((d, k) => d.length ? k : -1).filter(k => k >= 0)]",
    )
    states = ["public", "residents", "closed"]
    for _ in range(count):
        act = choice.choice(["walls"] * 5 + ["structures"] * 3 + ["gate"] * 2 + ["dot", "building", "undo"])
        if act in {"walls", "structures"}:
            if known := walls if act == "walls" else sheds:  # a real quarter may have no sheds
                run(browser, f"spatialreno.toggle('{act}', arguments[0])", choice.choice(known))
        elif act == "gate" and gates:
            run(browser, "spatialreno.setGate(...arguments)", choice.choice(gates), choice.choice(states))
        elif act in {"undo", "gate"}:
            run(browser, "spatialreno.undo()")
        else:
            place = ("ground", choice.randrange(dots)) if act == "dot" else ("building", choice.choice(buildings))
            run(browser, "spatialreno.put({kind: arguments[0], [arguments[1]]: arguments[2]})",
                choice.choice(kinds), *place)  # fmt: skip


def equal_to_python(browser, area, folder):
    """Read the exported file back and hold every number of the page to Python's."""
    got = run(browser, "const n = spatialreno.now; return {...n, metres: n.metres.map(row => Array.from(row))}")
    file = folder / "live.toml"
    file.write_text(run(browser, "return spatialreno.toml('live', '试算')"), encoding="utf-8")
    plan = read_scenario(file)
    after, bill = plan.apply(area), plan.bill(area)
    found = evaluate(after)
    walks = found.access.pivot(index="building_id", columns="kind", values="distance_m")
    walks = walks.reindex(index=found.scores.index, columns=list(found.standard.kinds)).to_numpy(float)
    metres = np.array(got["metres"])
    assert ((metres == FAR) == np.isnan(walks)).all()
    assert (metres[metres != FAR] == np.rint(walks[~np.isnan(walks)] * 1000)).all()
    assert got["mean"] == pytest.approx(found.value("score"), abs=1e-9)
    assert got["share"] == pytest.approx(found.value("basket:four"), abs=1e-12)
    assert got["cost"] == (0 if np.isnan(bill.total["live"]) else bill.total["live"])  # to the fen
    gains = who_gains(evaluate(area), found)
    told, points = gain_values(gains, area.catalog.constants, ("four",)), area.catalog.constants["gain_points"]
    assert (got["gained"], got["lost"]) == (told["residents_gain"], told["residents_lose"])
    assert got["gained_homes"] == told["households_gain"]
    assert got["lost_homes"] == gains.loc[gains["gain"] <= -points, "households"].sum()
    assert got["unpriced"] == bill.unpriced_count("live")
    paid = bill.by("payer").set_index("payer")["cost_yuan"].to_dict()
    assert {payer: round(yuan, 2) for payer, yuan in got["payers"].items()} == paid
    asked = find_consents(area, plan)
    assert got["parties"] == list(asked.parties.index)
    assert got["parties_open"] == asked.parties_to_win
    assert got["votes"] == sorted(asked.counts)
    if any(name.startswith("common:") for name in got["votes"]):  # votes of one building are added to its yard's
        assert got["households_missing"] >= asked.households_to_win
    else:
        assert got["households_missing"] == asked.households_to_win
    fits_as_python_says(browser, after, got)
    block = compound_blocks(after)
    own = dict(zip(after.compounds.index, got["block"], strict=True))
    assert all((block[a] == block[b]) == (own[a] == own[b]) for a in own for b in own)
    assert got["blocks"] == block.nunique()
    return plan


def fits_as_python_says(browser, after, got):
    """A footprint that the page draws as fitting lies on land where its kind may stand; one that does not, does not."""
    puts = run(browser, "return spatialreno.plan.facilities")
    x0, y0 = run(browser, "return spatialreno.page.model.walk.origin")
    for put, fit in zip(puts, got["fits"], strict=True):
        if "building" in put or fit["ok"] is None or "重叠" in fit["said"]:
            continue
        ring = shapely.Polygon([(x0 + x / 1000, y0 + y / 1000) for x, y in fit["ring"]])
        land = buildable_land(after, put["kind"])
        assert fit["ok"] == shapely.covers(land, shapely.buffer(ring, -0.002, join_style="mitre")), (put, fit)


@pytest.mark.long
def test_no_request_and_no_complaint(opened):
    assert run(opened, "return performance.getEntriesByType('resource').map(e => e.name)") == []
    assert find(opened, ".live-acts li")[0].text.startswith("还没有措施")


@pytest.mark.long
def test_same_area_same_bytes(town, page):
    assert live(town).html() == page.read_text(encoding="utf-8")


@pytest.mark.spread(2)
@pytest.mark.parametrize("seed", range(4))
def test_numbers_equal_pythons_after_random_clicks(opened, town, tmp_path, seed):
    random_clicks(opened, seed, 14)
    equal_to_python(opened, town, tmp_path)


@pytest.mark.long
def test_the_export_compares_to_the_same_leaders(opened, town, tmp_path):
    """Wall between the yards and the shed: one block, 80 m, as `spatialreno compare` says."""
    run(opened, "spatialreno.toggle('walls', 'W1'); spatialreno.toggle('structures', 'S1')")
    plan = equal_to_python(opened, town, tmp_path)
    table = compare(town, [plan]).table()["value"].loc["live"]
    found = table[table.index.get_level_values("level").isin(["area", "plan"])].droplevel(["level", "place"])
    assert total(opened, "wall_m") == "80" == f"{found['wall_demolished_m']:.0f}"
    assert total(opened, "illegal_m2") == f"{found['illegal_demolished_m2']:.0f}"
    assert total(opened, "blocks") == "1" == f"{found['blocks']:.0f}"
    assert total(opened, "mean") == f"{found['score']:.1f}"
    assert total(opened, "cost") == f"{found['cost_yuan'] / 1e4:.1f}"
    assert total(opened, "asked") == f"{found['parties_asked']:.0f}"


def test_a_mouse_click_on_a_wall_takes_it_down_and_undo_restores_it(opened):
    wall = run(
        opened,
        "const theme = spatialreno.themes.find(t => t.key === 'walls');"
        "return theme.features.find(f => f.rows[0][1] === 'W1').drawn[0].layer.getElement()",
    )
    opened.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", wall)
    assert run(opened, "return spatialreno.plan.walls") == ["W1"]
    assert total(opened, "wall_m") == "80"
    assert wall.get_attribute("stroke") == "#d55e00"
    find(opened, ".do-undo")[0].click()
    assert total(opened, "wall_m") == "0"
    find(opened, ".do-redo")[0].click()
    find(opened, "body")[0].send_keys(CONTROL, "z")
    assert run(opened, "return spatialreno.plan.walls") == []


def test_a_gate_goes_round_and_people_walk_through(opened):
    before = run(opened, "return spatialreno.now.metres.map(row => Array.from(row))")
    card = looked_up(opened, "G1")
    card.find_element("xpath", ".//button[text()='对公众开放']").send_keys(ENTER)
    assert run(opened, "return spatialreno.plan.gates") == {"G1": "public"}
    after = run(opened, "return spatialreno.now.metres.map(row => Array.from(row))")
    assert np.array(after).sum() <= np.array(before).sum()


def test_everything_by_keyboard(opened):
    """Find a wall, tab to its button, press Enter; the card then offers to restore it."""
    card = looked_up(opened, "中墙")
    button = card.find_element("css selector", ".actions button")
    assert button.text == "拆除"
    button.send_keys(ENTER)
    assert run(opened, "return spatialreno.plan.walls") == ["W1"]
    assert find(opened, ".actions button")[0].text == "恢复"
    assert "纺织厂" in find(opened, ".live-asked")[0].text


def test_a_facility_is_put_by_a_click_and_taken_back(opened):
    find(opened, '[value="put"]')[0].click()
    opened.execute_script("document.querySelector('.kind').value = 'kindergarten'")
    run(opened, "spatialreno.map.fire('click', {latlng: L.latLng(spatialreno.lonlat("
                "spatialreno.page.model.ground.x[7], spatialreno.page.model.ground.y[7]))})")  # fmt: skip
    assert run(opened, "return spatialreno.plan.facilities") == [{"kind": "kindergarten", "ground": 7}]
    disc = find(opened, ".disc.facility-built.leaflet-marker-icon")[0]
    assert disc.text == "幼"
    disc.send_keys(ENTER)
    assert run(opened, "return spatialreno.plan.facilities") == []
    run(opened, "spatialreno.map.fire('click', {latlng: L.latLng(0, 0)})")
    assert find(opened, ".said")[0].text.startswith("这里放不下")


def test_walks_from_a_building_count_residents(opened, town):
    from spatialreno.walk import travel_times

    find(opened, '[value="reach"]')[0].click()
    run(opened, "spatialreno.walkFrom({building: 0})")
    walks = travel_times(town, ["B0"], ["B0", "B1"]).set_index("destination")["minutes"]
    residents = town.buildings["residents"].astype(float)
    expected = [float(residents[walks.index[walks <= limit]].sum()) for limit in (5, 10, 15)]
    assert run(opened, "return spatialreno.reached.people") == expected
    assert "步行可达居民" in find(opened, ".said")[0].text


@pytest.mark.long
def test_ground_is_as_far_as_a_facility_there_would_be(opened):
    """Under random plans, the ground coloured around home B0 lies as far as B0 would walk to a clinic put there."""
    random_clicks(opened, 5, 8)
    got = run(opened, """const app = spatialreno, g = app.page.model.ground, found = [];
        const kind = app.page.model.norm.kinds.indexOf("nursery"), home = 0;
        for (let k = 0; k < g.placeable; k += 41) {
          const far = app.reach({building: app.page.model.people.homes[home]}).ground[k];
          app.put({kind: "nursery", ground: k});
          found.push([far, app.now.metres[home][kind]]);
          app.undo();
        }
        return found""")  # fmt: skip
    limit = run(opened, "return spatialreno.page.model.norm.limit_mm")
    assert len(got) > 30 and any(there <= limit for _, there in got)
    assert all(here == there or (there == FAR and here > limit) for here, there in got)


def test_a_click_beside_a_wall_stays_on_its_side(opened):
    """No point on the other side is taken while the wall at x = 100 stands, and the nearest of all when it is down."""
    free = "return arguments[0].every(x => { const [a] = (%s)(x, 40.3); return (a < 100) === (x < 100); })"
    clicks = [98.6, 99.2, 99.7, 99.9, 100.1, 100.3, 100.8, 101.4]
    snap = f"(...arguments) => {{ {SNAP} }}"
    assert run(opened, free % snap, clicks)
    run(opened, "spatialreno.toggle('walls', 'W1')")
    assert not run(opened, free % snap, clicks)


SNAP = """const app = spatialreno, m = app.page.model, [x, y] = arguments;
const [x0, y0] = [627000 - m.walk.origin[0], 3838000 - m.walk.origin[1]];
const k = app.groundAt([(x + x0) * 1000, (y + y0) * 1000], m.ground.many);
return [m.ground.x[k] / 1000 - x0, m.ground.y[k] / 1000 - y0]"""


def test_the_page_turns_degrees_back_into_metres(opened):
    back = run(opened, "const [lat, lng] = spatialreno.lonlat(150000, 60000); return spatialreno.metresAt({lat, lng})")
    assert back == pytest.approx([150000, 60000], abs=0.01)


def test_the_plan_is_in_the_address(opened, page):
    run(opened, "spatialreno.toggle('walls', 'W2'); spatialreno.put({kind: 'market', building: 1})")
    WebDriverWait(opened, 20).until(lambda _: "market" in opened.current_url)
    address = opened.current_url
    opened.get("about:blank")
    opened.get(address)
    assert run(opened, "return spatialreno.plan") == {
        "walls": ["W2"], "structures": [], "gates": {}, "facilities": [{"kind": "market", "building": 1}], "told": {},
    }  # fmt: skip
    assert total(opened, "wall_m") == "100"


@pytest.mark.parametrize("address", ["#xyz", "#%5B%22other%22%5D", "#%7B%7D", "#%E0%A4%A"])
@pytest.mark.long
def test_a_foreign_address_is_left_out_with_a_word(browser, page, address):
    browser.get("about:blank")
    browser.get(page.as_uri() + address)
    assert find(browser, ".said")[0].text == "地址中的方案不属于这份数据，已忽略。"
    assert run(browser, "return spatialreno.isEmpty()")


def wait_until_said(opened, text):
    """Wait until the page says it: a file is read when the browser gets to it."""
    WebDriverWait(opened, 20).until(lambda _: text in find(opened, ".said")[0].text, text)


def test_import_reads_the_export_back(opened, tmp_path):
    random_clicks(opened, 11, 12)
    plan = run(opened, "return spatialreno.plan")
    file = tmp_path / "plan.toml"
    file.write_text(run(opened, "return spatialreno.toml('live', 'x')"), encoding="utf-8")
    run(opened, "spatialreno.clear()")
    assert run(opened, "return spatialreno.isEmpty()")
    find(opened, ".import")[0].send_keys(str(file))
    wait_until_said(opened, "已导入。")
    assert run(opened, "return spatialreno.plan") == plan


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "a"\nbase = "clear"\n', "base"),
        ('[[demolish]]\nlayer = "walls"\nbetween = ["C0", "C1"]\n', "demolish walls"),
        ('[[demolish]]\nlayer = "walls"\nids = ["W9"]\n', "W9"),
        ('[[alter]]\nlayer = "paths"\nids = ["L2"]\nset = { width_m = 7.0 }\n', "alter paths"),
        ("name = \n", "第 1 行"),
        ("[demolish]\n", "第 1 行"),
    ],
)
@pytest.mark.long
def test_a_file_that_cannot_be_shown_is_refused_whole(opened, tmp_path, text, said):
    run(opened, "spatialreno.toggle('walls', 'W1')")
    file = tmp_path / "plan.toml"
    file.write_text(text, encoding="utf-8")
    find(opened, ".import")[0].send_keys(str(file))
    wait_until_said(opened, said)
    assert run(opened, "return spatialreno.plan.walls") == ["W1"]


def test_narrow_window(opened):
    opened.set_window_size(500, 800)
    opened.refresh()
    assert run(opened, "return document.documentElement.scrollWidth <= window.innerWidth")
    opened.set_window_size(1440, 900)


@pytest.mark.long
def test_english(today):
    html = live_of(today, lang="en").html()
    assert "Try it live" in html and "现场试算" not in html


@pytest.mark.long
def test_hostile_names_are_text(browser, tmp_path):
    area = assemble(quarter(hostile), name="small", title=hostile("片区"), crs=CRS, meta={"source": hostile("院")})
    browser.get(live(area).save(tmp_path / "hostile.html").as_uri())
    run(browser, "window.ran = []; window.alert = value => window.ran.push(value)")
    run(browser, "spatialreno.toggle('walls', 'W1')")
    card = looked_up(browser, "中墙")
    assert ALL in run(browser, TEXT, card)
    assert ALL in run(browser, TEXT, find(browser, ".live-asked")[0])
    assert ALL in run(browser, TEXT, find(browser, "h1")[0])
    assert run(browser, "return window.ran") == []
    assert find(browser, "img, b, i, svg[onload], [onmouseover], [onfocus]") == []
    assert [entry["message"] for entry in browser.get_log("browser")] == []


@pytest.mark.long
def test_hostile_ids_survive_the_file_and_the_address(browser, tmp_path):
    """A wall may be called anything; file and address name it exactly."""
    layers = quarter(str)
    name = 'W"1\\ {{7*7}} </script> \u2028 ]] # 墙'
    layers["walls"].loc[0, "id"] = name
    area = assemble(layers, name="small", crs=CRS)
    browser.get(live(area).save(tmp_path / "ids.html").as_uri())
    run(browser, "spatialreno.toggle('walls', arguments[0])", name)
    plan = equal_to_python(browser, area, tmp_path)
    assert next(iter(plan.interventions)).chosen.ids == (name,)
    browser.refresh()
    assert run(browser, "return spatialreno.plan.walls") == [name]
    assert run(browser, "return spatialreno.planOf(spatialreno.toml('a', 'b')).walls") == [name]


def test_a_model_that_comes_compressed_walks_the_same(opened, today, tmp_path, monkeypatch):
    """Columns that lie behind the model hold what columns written as text hold."""
    metres = "JSON.stringify(spatialreno.now.metres.map(row => Array.from(row)))"
    walked = f"spatialreno.toggle('walls', 'W1'); return {metres}"
    plain = run(opened, walked)
    monkeypatch.setattr("spatialreno.maps.live_page.page._PACKED_FROM", 0)
    opened.get(live_of(today).save(tmp_path / "compressed.html").as_uri())
    opened.execute_async_script(
        "const done = arguments[0], look = () => spatialreno.ready ? done() : setTimeout(look, 20); look()"
    )
    assert run(opened, "return spatialreno.columns.byteLength") > 0
    assert run(opened, walked) == plain


def test_of_very_many_marks_those_out_of_sight_wait(opened):
    """Marks far away are not laid out while there are hundreds; all come back when there are few."""
    added = """const icon = L.divIcon({ className: 'disc', html: '' });
window.many = L.layerGroup([...Array(500)].map((_, k) => L.marker([1, k / 9], { icon }))).addTo(spatialreno.map);
spatialreno.thin();"""
    own = len(find(opened, ".disc.leaflet-marker-icon"))
    run(opened, added)
    assert len(find(opened, ".disc.away")) == 500
    run(opened, "spatialreno.map.setView([1, 3], 10, { animate: false })")  # some of them are in sight here
    assert 0 < len(find(opened, ".disc.leaflet-marker-icon:not(.away)")) < 500
    run(opened, "window.many.remove(); spatialreno.thin()")
    assert len(find(opened, ".disc.leaflet-marker-icon:not(.away)")) == own


def test_names_are_on_the_map_where_they_can_be_read(opened):
    """From afar the map does not carry the names; close up they are all there again, once each."""
    seen = "spatialreno.map.setView(spatialreno.map.getCenter(), arguments[0], { animate: false })"
    run(opened, seen, 18)
    names = len(find(opened, ".leaflet-marker-pane .name"))
    assert names
    run(opened, seen, 17)
    assert not find(opened, ".leaflet-marker-pane .name")
    run(opened, seen, 18)
    assert len(find(opened, ".leaflet-marker-pane .name")) == names


def test_marks_are_no_layers_of_their_own(opened):
    """A mark is placed flat in its pane, where Leaflet says, and one that is pointed at lies over the others."""
    placed = """const discs = [...document.querySelectorAll('.leaflet-marker-pane > .disc')];
return discs.every(({ style, _leaflet_pos: at }) =>
  !style.transform && !style.zIndex && style.left === `${at.x}px` && style.top === `${at.y}px`)"""
    assert run(opened, placed)
    disc = find(opened, ".leaflet-marker-pane > .disc")[0]
    run(opened, "arguments[0].dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))", disc)
    assert int(run(opened, "return arguments[0].style.zIndex", disc)) > 0


WRITTEN = """const tables = [".live-table", ".live-kinds", ".live-payers", ".live-votes", ".totals", ".live-acts",
  ".live-asked"].map(css => document.querySelector(css)), said = () => tables.map(one => one.innerHTML).join("\\n");
const kept = said();
for (const one of tables) one.replaceChildren();
spatialreno.planned();
return kept === said()"""


def test_rows_that_say_the_same_stay_and_all_say_what_is_so(opened):
    """A click writes anew the rows that it changes and no others; the tables are those of a page written at once."""
    run(opened, "spatialreno.toggle('walls', 'W2')")
    run(opened, "for (const row of document.querySelectorAll('.live-acts li, .live-table tr')) row.stayed = true")
    run(opened, "spatialreno.toggle('walls', 'W1')")
    stayed = "return [...document.querySelectorAll(arguments[0])].map(row => row.stayed === true)"
    assert run(opened, stayed, ".live-acts li") == [False, True]
    assert run(opened, stayed, ".live-table [data-line=facilities], .live-table [data-line=wall_m]") == [False, True]
    for seed in (1, 2):
        random_clicks(opened, seed, 6)
        assert run(opened, WRITTEN)


FRESH = """const [app, m, plan] = [spatialreno, spatialreno.page.model, spatialreno.plan];
const gone = {walls: new Set(plan.walls), structures: new Set(plan.structures)};
const state = {gone, walkers: id => plan.gates[id] || m.works.gates[id].walkers, thing: (l, id) => !gone[l].has(id)};
const block = app.merging(m.edges, m.yards.ids.length)(state.thing);
const {metres} = app.walking(m, app.spot).update(state, block, plan.facilities);
const plain = rows => JSON.stringify(rows.map(row => Array.from(row)));
return [plain(metres) === plain(app.now.metres), block.join() === app.now.block.join()]"""


@pytest.mark.long
def test_what_is_mended_is_what_is_walked_anew(opened):
    """After every change, undone ones too, the kept walks are those of a start from nothing."""
    for seed in range(40):
        random_clicks(opened, 100 + seed, 1)
        assert run(opened, FRESH) == [True, True]


@pytest.mark.long
def test_a_plan_starts_from_an_option_and_reckons_as_python_does(browser, town, today, tmp_path):
    """Walls, sheds, gates and a facility in a building come over whole; a lane is told, not dropped in silence."""
    acts = [demolish("walls", ids=["W1"]), demolish("structures", where={"legality": "illegal"}),
            alter("gates", ids=["G1"], set={"walkers": "public"}), alter("paths", ids=["L2"], set={"width_m": 7.0}),
            build("facilities", "N9", geometry=town.buildings.geometry["B1"].representative_point(), kind="market",
                  building_id="B1")]  # fmt: skip
    plan = Scenario("opened", hostile("拆墙"), acts)
    less = Scenario("less", "少拆", acts[1:2])
    browser.get(live_of(today, scenarios=[less, plan]).save(tmp_path / "starts.html").as_uri())
    back, on = find(browser, ".step-start")
    on.click()  # along a design, or from any option to the next
    assert run(browser, "const p = spatialreno.plan; return [p.walls, p.structures]") == [[], ["S1"]]
    on.click()
    on.click()  # the last one stays
    back.click()
    assert run(browser, "return [spatialreno.plan.walls, document.querySelector('.from').selectedIndex]") == [[], 1]
    find(browser, "select.from option")[2].click()
    assert run(browser, "const p = spatialreno.plan; return [p.walls, p.structures, p.gates, p.facilities]") == [
        ["W1"], ["S1"], {"G1": "public"}, [{"building": 1, "kind": "market"}]
    ]  # fmt: skip
    said = find(browser, "output.said")[0].text
    assert "道路、巷道、步道 ×1" in said and ALL[:8] in said
    (tmp_path / "out.toml").write_text(run(browser, "return spatialreno.toml('out', 'out')"), encoding="utf-8")
    whole = compare(town, [Scenario("same", "", [act for act in acts if "paths" not in str(act)])])
    same = compare(town, [read_scenario(tmp_path / "out.toml")])
    assert same.evaluations["out"].value("score") == whole.evaluations["same"].value("score")
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def test_an_export_has_the_name_it_is_given_and_an_import_says_what_it_left_out(opened):
    named = "return [' 拆墙 A/B ', '..', '\\\\x'].map(spatialreno.named)"
    assert run(opened, named) == ["-拆墙-A-B-".strip("-") + "-", "live", "x"]
    assert find(opened, ".plan-name")[0].get_attribute("aria-label") == "方案名称"
    act = '[[demolish]]\nlayer = "walls"\nids = ["W1"]\nreason = "堵路"\nphase = 2\nexpect = 1\n'
    read = "const plan = spatialreno.planOf(arguments[0]); return [plan.told, spatialreno.unkept]"
    assert run(opened, read, act) == [{"walls:W1": {"reason": "堵路", "phase": 2}}, ["expect"]]
    flying = '[[alter]]\nlayer = "gates"\nids = ["G1"]\nset = { walkers = "flying" }\n'
    refused = "try { spatialreno.planOf(arguments[0]); return '' } catch (error) { return error.message }"
    assert "walkers = flying" in run(opened, refused, flying)
