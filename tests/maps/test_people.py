"""Sections and layers about people: everything told once, names stay text, the same bytes."""

from __future__ import annotations

import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from community.court import BALLOT, court, votes
from conftest import ORIGIN, ROOT
from maps.hostile import ALL, PAYLOADS
from shapely.affinity import translate

import spatialreno as sr
from spatialreno.area.under_catalog import replace_layers
from spatialreno.errors import InputError
from spatialreno.maps.content.people_sections import sections
from spatialreno.maps.drawing.people_themes import people_themes

KEYS = ["consent", "funding", "willing", "lifts", "menu", "management", "checkup", "money", "register", "programme"]
STILL = sr.community.LiftTerms(sun="")


@pytest.fixture(scope="module")
def options():
    """Two tall houses in two yards; the wall goes, a shed is enforced, a plaza is built."""
    shed = {"id": "V1", "legality": "illegal", "geometry": shapely.box(30, 10, 35, 15)}
    yards = [
        {"id": "C1", "name": "东院", "checkup": "缺活动场地;屋面渗漏", "geometry": shapely.box(0, 0, 50, 100)},
        {"id": "C2", "name": "西院", "fee_yuan_month": 10.0, "fee_rate": 0.5, "geometry": shapely.box(50, 0, 100, 100)},
    ]
    wishes = [("H1-1-101", "menu", "drain", None, "H1"), ("H1-1-102", "menu", "paving", None, "H1")]
    said = [*votes("willing:C1", "H1", 6), *votes("open:C1", "H1", 4), *votes("lift:H1-1", "H1", 5), *wishes]
    area = court(ballots=said, compounds=yards, structures=[shed])
    tall = {n: area.layer(n).assign(storeys=6.0) for n in ("buildings", "entrances")}
    spot = translate(shapely.box(20, 10, 30, 20), *ORIGIN)
    acts = [
        sr.demolish("walls", ids=["W1"]),
        sr.demolish("structures", ids=["V1"]),
        sr.build("open_spaces", "O1", geometry=spot, kind="plaza", name="小广场"),
    ]
    return sr.compare(replace_layers(area, tall), [sr.Scenario("full", "并院", acts)])


@pytest.fixture(scope="module")
def people(options):
    pytest.importorskip("pabutools")
    needs = {"drain": (), "paving": ("drain",)}
    menu = pd.DataFrame(
        {"title": ["雨污分流", "铺装"], "class": "basic", "cost_yuan": [50.0, 60.0], "needs": list(needs.values())},
        index=pd.Index(list(needs), name="item"),
    )
    told = sr.read_programme(ROOT / "data" / "programme" / "pingdingshan-2022.csv")
    return sr.comparison.gather_people(options, terms=STILL, menu=menu, budget_yuan=60.0, trials=5, programme=told)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.long
def test_every_subject_has_its_section(options, people, lang):
    found = sections(options, people, lang)
    assert [s.key for s in found] == KEYS
    assert len({s.title for s in found}) == len(KEYS) and all(s.parts for s in found)


def test_layers_draw_what_is_judged(options, people):
    themes = {theme.key: theme for theme in people_themes(options, people, "zh")}
    assert set(themes) == {"willing", "management", "checkup", "lifts", "consents"}
    assert len(themes["lifts"].drawn) == 2 and len(themes["willing"].drawn) == 1
    states = [thing.classes for thing in themes["consents"].drawn]
    assert all(now is None and then for now, then in states)  # nothing is asked today
    assert sum(then == "consent-enforcement" for _, then in states) == 1
    assert not any(theme.shown for theme in themes.values())


def test_consents_stand_on_every_page(options):
    assert [s.key for s in sections(options, None, "zh")] == ["consent", "funding"]
    assert [t.key for t in people_themes(options, None, "zh")] == ["consents"]


@pytest.mark.long
def test_the_page_and_the_report_tell_them(options, people):
    page, paper = sr.draw(options, people=people).html(), sr.report(options, people=people).html()
    for text in ("加装电梯（一梯一策）", "群众点菜", "资金平衡", "平层入户", "产权与同意", "雨污分流", "余额不足"):
        assert text in page and text in paper
    assert "<details open" in paper
    assert page == sr.draw(options, people=people).html()


def test_a_menu_needs_a_budget(options):
    with pytest.raises(InputError, match="budget"):
        sr.comparison.gather_people(options, terms=STILL, menu=pd.DataFrame())


@pytest.fixture(scope="module")
def hostile_pages():
    """A court whose people, matters and papers all carry names that try to be code."""
    compounds = [
        {"id": "C1", "name": f"东院 {ALL}", "checkup": f"缺供暖;怪 {ALL}", "geometry": shapely.box(0, 0, 50, 100)},
        {"id": "C2", "name": f"西院 {ALL}", "geometry": shapely.box(50, 0, 100, 100)},
    ]
    parties = [{"id": "E1", "name": f"恶 {ALL}", "kind": "unit"}]
    rights = [{"feature_id": "W1", "party_id": "E1", "right": "ownership", "consent": "against"}]
    ballots = [(f"客{ALL}", "open:C1", "yes", None, "H1"), *votes("willing:C2", "H2", 5)]
    assert len(ballots[0]) == len(BALLOT)
    area = court(compounds=compounds, parties=parties, rights=rights, ballots=ballots)
    options = sr.compare(area, [sr.Scenario("o", f"拆墙 {ALL}", [sr.demolish("walls", ids=["W1"])])])
    people = sr.comparison.gather_people(options, terms=STILL)
    return sr.draw(options, people=people).html(), sr.report(options, people=people).html()


@pytest.mark.every_day
@pytest.mark.parametrize("payload", [p for p in PAYLOADS if "<" in p or "{" in p])
@pytest.mark.long
def test_names_stay_text(hostile_pages, payload):
    for page in hostile_pages:
        outside = re.sub(r"<script\b.*?</script>", "", page.partition("<body")[2], flags=re.DOTALL)  # data, not markup
        assert payload not in outside


# ---- the programme's page


def dated(tmp_path):
    rows = ["P1,甲区,2022,100,done,2022-06-30,2022-06-01", "P2,甲区,2022,200,in_progress,2022-09-30,",
            "P3,乙区{{7*7}},2022,300,planned,2022-12-31,"]  # fmt: skip
    path = tmp_path / "p.csv"
    path.write_text("id,district,year,households,status,end_planned,end\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return sr.read_programme(path)


def test_the_programme_has_bars_curves_late_and_map(tmp_path):
    boxes = [shapely.box(112, 34, 113, 35), shapely.box(113, 34, 114, 35)]
    shapes = gpd.GeoDataFrame({"name": ["甲区", "丙区"]}, geometry=boxes, crs="EPSG:4326")
    page = sr.maps.draw_programme(dated(tmp_path), as_of="2022-12-31", districts=shapes).html()
    assert "甲区 1/2" in page and "丙区 —" in page  # one of two projects done; no figure for the other district
    assert page.count("<svg") == 2 and page.count('class="line"') == 4
    assert "逾期天数" in page and "&#123;&#123;7*7" in page
    assert "{{7*7}}" not in page.partition("<body")[2]


def test_published_figures_have_no_curve(tmp_path):
    told = sr.read_programme(ROOT / "data" / "programme" / "luoyang-2022.csv")
    page = sr.maps.draw_programme(told, lang="en").html()
    assert "<svg" not in page and 'class="line"' in page and "109" in page and "20220411A094YX00" in page
    assert page == sr.maps.draw_programme(told, lang="en").html()


def test_outlines_need_names_and_a_place(tmp_path):
    nameless = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4326")
    with pytest.raises(InputError, match="name"):
        sr.maps.draw_programme(dated(tmp_path), districts=nameless)
