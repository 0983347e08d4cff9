"""Residents' sheets by arithmetic: money and households add up to the bill; one A4 each, whole; names stay text."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from conftest import EXAMPLE, examples, make_area
from hypothesis import given, settings
from hypothesis import strategies as st
from maps.hostile import ALL, hostile
from maps.test_door import Reader
from maps.test_print import printed
from shapely import LineString, Point, box

from spatialreno.comparison import compare, residents_pay, whole_shares
from spatialreno.errors import InputError
from spatialreno.maps import VoteNotice, draw_residents
from spatialreno.maps.words.safe_html import clean
from spatialreno.scenario import Scenario, build, demolish

pytestmark = pytest.mark.long


def town(text=str, more=0):
    """Two yards and a house outside, 10, 7 and 3 households, a main and a station: heat reaches B1 to B3."""
    homes = [
        {"id": f"B{k}", "name": text(f"{k}号楼"), "use": "residential", "households": n, "residents": 2 * n,
         "storeys": 5, "floor_area_m2": 90.0 * n, "geometry": box(x, 6, x + 20, 16)}
        for k, n, x in ((1, 10, 20), (2, 7, 70), (3, 3, 150))
    ]  # fmt: skip
    homes += [
        {"id": f"D{k:02d}", "name": text(f"{k + 4}号楼"), "use": "residential", "households": 2, "storeys": 3,
         "geometry": box(64 + 2 * k, -28, 65 + 2 * k, -20)}
        for k in range(more)
    ]  # fmt: skip
    return make_area(
        compounds=[{"id": "C1", "name": text("一号院"), "geometry": box(-5, -30, 60, 30)},
                   {"id": "C2/../x", "name": text("二号院"), "geometry": box(60, -30, 145, 30)}],
        buildings=homes,
        walls=[{"id": "W1", "geometry": LineString([(60, 3), (60, 30)])}],
        structures=[{"id": "S1", "legality": "illegal", "name": text("棚"), "geometry": box(40, -20, 50, -10)}],
        paths=[{"id": "P1", "kind": "lane", "width_m": 8.0, "geometry": LineString([(-20, 0), (180, 0)])}],
        facilities=[{"id": "F1", "kind": "market", "geometry": Point(5, 3)},
                    {"id": "HX", "kind": "heat_exchange_station", "capacity": 5e3, "geometry": box(0, -16, 10, -6)}],
        pipes=[{"id": "M1", "kind": "heat_primary", "capacity": 500.0,
                "geometry": LineString([(-10, -40), (-10, 40)])}],
        parties=[{"id": "U", "name": text("毛纺厂"), "kind": "unit"},
                 {"id": "A", "name": text("全体业主"), "kind": "all_owners"}],
        rights=[{"feature_id": "C1", "party_id": "U", "right": "land_use"},
                {"feature_id": "W1", "party_id": "A", "right": "ownership"}],
    )  # fmt: skip


def opened(text=str):
    garden = build("facilities", "F9", geometry=box(631_022, 3_837_980, 631_032, 3_837_990), kind="pocket_garden",
                   name=text("花园"), phase=4)  # fmt: skip
    acts = [demolish("walls", ids=["W1"]), demolish("structures", ids=["S1"]), garden]
    return Scenario("opened", text("拆墙并院"), acts)


@pytest.fixture(scope="module")
def options():
    return compare(town(), [opened()], works=["heat"])


@pytest.fixture(scope="module")
def papers(options):
    return draw_residents(options)


@given(st.integers(0, 10**7), st.lists(st.floats(0, 1e6), min_size=1, max_size=8))
@settings(max_examples=examples(60))
def test_shares_are_whole_add_up_and_lie_within_one(whole, weights):
    series = pd.Series(weights, [f"B{k}" for k in range(len(weights))])
    shares = whole_shares(whole, series)
    assert shares.sum() == whole and (shares >= 0).all()
    exact = whole * (series / series.sum() if series.sum() > 0 else pd.Series(1 / len(series), series.index))
    assert ((shares - exact).abs() < 1 + 1e-6 * max(whole, 1)).all()


@pytest.mark.long
def test_residents_pay_what_the_bill_says_building_by_building(options):
    """80 % of 20 households sign up: 16 at 4 000 yuan; 8, 5.6 and 2.4 are 8, 6 and 2."""
    paid = residents_pay(options, "opened")
    assert paid["paying"].to_dict() == {"B1": 8.0, "B2": 6.0, "B3": 2.0}
    assert paid["pays_yuan"].to_dict() == {"B1": 32_000.0, "B2": 24_000.0, "B3": 8_000.0}
    assert (paid["yuan_household"] == 4_000).all()
    bill = options.bill().of("opened").by("payer").set_index("payer")["cost_yuan"]
    assert paid["pays_yuan"].sum() == bill["residents"]


def test_what_stands_in_a_yard_is_paid_by_its_households(options):
    """Nobody asks residents for the wall here; if they paid for it, both yards would: 10 of 17 and 7 of 17."""
    bill = options.bill()
    lines = bill.lines[bill.lines["layer"] == "walls"].assign(payer="residents")
    theirs = replace(options, money=replace(bill, lines=lines))
    paid = residents_pay(theirs, "opened")["pays_yuan"]
    total = round(lines["cost_yuan"].sum(), 2)
    assert round(paid.sum(), 2) == total and paid["B3"] == 0
    assert paid["B1"] == pytest.approx(total * 10 / 17, abs=0.01 * len(lines))
    unpriced = replace(bill, lines=lines.assign(cost_yuan=float("nan")))
    blank = residents_pay(replace(options, money=unpriced), "opened")
    assert blank["pays_yuan"].sum() == 0 and blank.at["B1", "unpriced"] == len(lines)


def test_every_household_stands_on_one_sheet(options, papers):
    assert list(papers.table.index) == ["C1", "C2/../x", ""]
    assert papers.table["households"].tolist() == [10, 7, 3] and papers.table["newly_heated"].tolist() == [8, 6, 2]
    assert papers.table["pays_yuan"].tolist() == [32_000, 24_000, 8_000]
    assert list(papers.papers) == ["C1.html", "page-002.html", "page-003.html"]
    assert sum(page.html().count('class="a4"') for page in papers.papers.values()) == 3
    assert papers.together.html().count('class="a4"') == 3


def text_of(page):
    return re.sub(r"\s", "", Reader(page.html()).words)


def test_a_sheet_tells_what_when_how_much_and_how_to_vote(options, papers):
    said = text_of(papers.papers["C1.html"])
    for told in ("致一号院全体居民", "新接8", "32000", "拆除院墙1段，27m",
                 "其中1处为已认定违建", "院内新建：花园", "第1期",
                 "供暖入户",
                 "《民法典》第278条第1款第（七）（八）项", "三分之二参与、四分之三同意", "应投10：同意0、反对0、未投10",
                 "书面同意的单位1家（已签0家）：毛纺厂", "本图为规划方案示意", "投票地点：____"):  # fmt: skip
        assert told in said, told
    assert "毛纺厂" not in text_of(papers.papers["page-003.html"])
    given = draw_residents(options, notice=VoteNotice("活动室", "5月1日", "张工"), lang="en")
    said = text_of(given.papers["C1.html"])
    assert "Wheretovote:活动室" in said and "Until:5月1日" in said and "Whomtoask:张工" in said
    assert "CivilCodeart.278para.1(7)and(8),byanalogy" in said and "new:8" in said


def test_what_cannot_be_told_is_refused(options):
    with pytest.raises(InputError, match="Options: opened"):
        draw_residents(options, option="full")
    with pytest.raises(InputError, match="Compare at least one scenario"):
        draw_residents(replace(options, areas={"today": options.today}))
    with pytest.raises(InputError, match="is no option"):
        residents_pay(options, "today")


@pytest.fixture(scope="module")
def attacked():
    """Every name carries every payload, and one yard has 30 more houses than a sheet has lines."""
    return compare(town(hostile, more=30), [opened(hostile)], works=False)


@pytest.mark.long
def test_names_stay_text_and_files_stay_in_their_folder(attacked, papers, tmp_path):
    notice = VoteNotice(ALL, ALL, ALL)
    found = draw_residents(attacked, notice=notice)
    for page, clear in ((found.index, papers.index), (found.together, papers.together)):
        read, plain = Reader(page.html()), Reader(clear.html())
        assert set(read.tags) <= set(plain.tags) and set(read.attributes) <= set(plain.attributes)
        assert "script-src" in page.html() and "script" not in read.tags
    assert clean(ALL) in Reader(found.index.html()).words
    files = found.save(tmp_path / "sheets")
    assert {file.parent for file in files} == {tmp_path / "sheets"} and len(files) == 5
    assert draw_residents(attacked, notice=notice).together.html() == found.together.html()


ROOM = """return [...document.querySelectorAll('.a4')].map(a => {
  const sheet = a.getBoundingClientRect(), foot = a.querySelector('footer').getBoundingClientRect();
  return [a.scrollHeight <= a.clientHeight, sheet.bottom - foot.bottom, a.scrollWidth <= a.clientWidth] })"""


def whole(browser, folder, found, sheets):
    """Print all sheets; each is one A4, and all that stands on them is read back."""
    browser.get(found.together.save(folder / "all.html").as_uri())
    for fits, under, beside in browser.execute_script(ROOM):
        assert fits and beside and under > 8  # pixels of the margin below
    pages, size, text = printed(browser, folder / "all.pdf")
    assert pages == sheets and size == [210, 297]
    told = browser.execute_script(
        "return [...document.querySelectorAll('h1, h2, p, li, th, td')].map(e => e.innerText)"
    )
    words = {re.sub(r"\s", "", line) for cell in told for line in cell.split("\n")}
    assert not [word for word in words if word and word not in text]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.long
def test_each_sheet_is_one_a4_and_nothing_is_cut(browser, options, tmp_path, lang):
    browser.set_window_size(1200, 1300)
    whole(browser, tmp_path, draw_residents(options, lang=lang), 3)


def test_many_buildings_and_long_names_stay_one_a4(browser, attacked, tmp_path):
    found = draw_residents(attacked)
    assert "其余22栋" in text_of(found.papers["page-002.html"])
    browser.set_window_size(1200, 1300)
    browser.get(found.together.save(tmp_path / "all.html").as_uri())
    assert all(fits and beside and under > 8 for fits, under, beside in browser.execute_script(ROOM))


@pytest.mark.long
def test_the_example_s_sheets_add_up_to_its_bill(browser, example, tmp_path):
    from spatialreno.scenario import read_scenario

    full = compare(example, [read_scenario(EXAMPLE / "scenarios" / "full.toml")], works=["heat", "dig"])
    found = draw_residents(full)
    bill = full.bill().of("full").by("payer").set_index("payer")["cost_yuan"]
    assert round(found.table["pays_yuan"].sum(), 2) == bill["residents"] == 3_224_000.0
    assert found.table["households"].sum() == 1008 and found.table["newly_heated"].sum() == 806
    votes = full.consents["full"].votes
    assert found.table["votes_open"].sum() == (votes["state"] != "passed").sum()
    assert found.table["votes_missing"].sum() == votes["to_win"].sum()
    browser.set_window_size(1200, 1300)
    for lang, sheets in (("zh", found), ("en", draw_residents(full, lang="en"))):
        (tmp_path / lang).mkdir()
        whole(browser, tmp_path / lang, sheets, 10)
