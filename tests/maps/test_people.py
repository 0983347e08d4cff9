"""Sections and layers about people: everything told once, names stay text, the same bytes."""

from __future__ import annotations

import re

import geopandas as gpd
import pytest
import shapely
from community.court import BALLOT, court, votes
from conftest import EXAMPLE, ROOT
from maps.hostile import ALL, PAYLOADS

import spatialreno as sr
from spatialreno.errors import InputError
from spatialreno.maps.people import sections
from spatialreno.maps.people_layers import people_themes

KEYS = ["consent", "willing", "lifts", "menu", "management", "checkup", "money", "register", "programme"]
STILL = sr.LiftTerms(sun="")


@pytest.fixture(scope="module")
def options(example):
    return sr.compare(example, [sr.read_scenario(EXAMPLE / "scenarios" / "full.toml")])


@pytest.fixture(scope="module")
def people(options):
    pytest.importorskip("pabutools")
    menu = sr.read_menu(EXAMPLE / "community" / "menu.csv")
    told = sr.read_programme(ROOT / "data" / "programme" / "pingdingshan-2022.csv")
    return sr.gather_people(options, terms=STILL, menu=menu, budget_yuan=9e6, trials=5, programme=told)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_subject_has_its_section(options, people, lang):
    found = sections(options, people, lang)
    assert [s.key for s in found] == KEYS
    assert len({s.title for s in found}) == len(KEYS) and all(s.parts for s in found)


def test_layers_draw_what_is_judged(options, people):
    themes = {theme.key: theme for theme in people_themes(options, people, "zh")}
    assert set(themes) == {"willing", "management", "checkup", "lifts", "consents"}
    assert len(themes["lifts"].drawn) == 96 and len(themes["willing"].drawn) == 10
    states = [thing.classes for thing in themes["consents"].drawn]
    assert all(now is None and then for now, then in states)  # nothing is asked today
    assert sum(then == "consent-enforcement" for _, then in states) == 68
    assert not any(theme.shown for theme in themes.values())


def test_consents_stand_on_every_page(options):
    assert [s.key for s in sections(options, None, "zh")] == ["consent"]
    assert [t.key for t in people_themes(options, None, "zh")] == ["consents"]


def test_the_page_and_the_report_tell_them(options, people):
    page, paper = sr.draw(options, people=people).html(), sr.report(options, people=people).html()
    for text in ("加装电梯（一梯一策）", "群众点菜", "资金平衡", "平层入户", "产权与同意", "雨污分流与排水管网"):
        assert text in page and text in paper
    assert "<details open" in paper
    assert page == sr.draw(options, people=people).html()


def test_a_menu_needs_a_budget(options):
    with pytest.raises(InputError, match="budget"):
        sr.gather_people(options, terms=STILL, menu=sr.read_menu(EXAMPLE / "community" / "menu.csv"))


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
    people = sr.gather_people(options, terms=STILL)
    return sr.draw(options, people=people).html(), sr.report(options, people=people).html()


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if "<" in p or "{" in p])
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
    page = sr.draw_programme(dated(tmp_path), as_of="2022-12-31", districts=shapes).html()
    assert "甲区 1/2" in page and "丙区 —" in page  # one of two projects done; no figure for the other district
    assert page.count("<svg") == 3 and "逾期天数" in page and "&#123;&#123;7*7" in page
    assert "{{7*7}}" not in page.partition("<body")[2]


def test_published_figures_have_no_curve(tmp_path):
    told = sr.read_programme(ROOT / "data" / "programme" / "luoyang-2022.csv")
    page = sr.draw_programme(told, lang="en").html()
    assert page.count("<svg") == 1 and "109" in page and "20220411A094YX00" in page
    assert page == sr.draw_programme(told, lang="en").html()


def test_outlines_need_names_and_a_place(tmp_path):
    nameless = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4326")
    with pytest.raises(InputError, match="name"):
        sr.draw_programme(dated(tmp_path), districts=nameless)
