"""A page in English has no sentence in Chinese, and one in Chinese none in English: only names are as they are."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, at
from design_yards import yard
from maps.test_district import record
from scenario.yards import two_yards

import spatialreno as sr
from spatialreno.catalog import read_catalog, said_source
from spatialreno.comparison import District
from spatialreno.errors import Fault

HAN = re.compile(r"[\u4e00-\u9fff]+")
NAMES = {"一号院", "二号院", "第一毛纺厂", "街道办", "国办发", "号", "建科", "国办函", "拆墙并院"}  # holders, documents
LATIN = re.compile(r"[A-Za-z]{3,}")
# Standards and their clauses, keys of norms and prices, coordinate systems, the product and the files it names.
KEPT = re.compile(
    r"GB \d+|EPSG:\d+|spatialreno( \d\S*)?|\b(UC|F|FI|V|SUN|EL)(-[A-Z0-9]+)+\b|Approved Document B|catalog/\w+\.csv"
    r"|ceiling_yuan 或 share|expect = 0|方案 opened|gb\d+-\d+|\b[0-9a-f]{8,16}\b|CC0-1\.0|--\w+|Python"
    r"|heavy=True|TOML|Esc|kPa|Delete|Enter|\btest\b|luoyang-xigong"
)


class Seen(HTMLParser):
    """All that is read or read out: text outside scripts, titles and labels; what is marked as English apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag not in ("meta", "link", "br", "input", "img", "hr", "col"):
            self.open.append((tag, tag in ("script", "style") or (told.get("lang") == "en" and tag != "html")))
        self.words += [str(told[key]) for key in ("title", "aria-label", "placeholder", "alt") if told.get(key)]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(hidden for _, hidden in self.open):
            self.words.append(data.strip())


def wrong(words: list[str], lang: str) -> list[str]:
    """List what is not in the language of the reader."""
    if lang == "en":
        return [w for w in words if set(HAN.findall(w)) - NAMES]
    return [w for w in words if LATIN.search(KEPT.sub("", w))]


@pytest.fixture(scope="module")
def options() -> sr.Comparison:
    plan = sr.Scenario("opened", "拆墙并院", [
        sr.demolish("structures", where={"legality": "illegal"}),
        sr.demolish("walls", between=["C1", "C2"], phase=2),
        sr.alter("paths", ids=["L1"], set={"width_m": 7.0}, phase=3),
        sr.build("facilities", "F9", kind="canteen", geometry=at(15, 15), area_m2=100, phase=3),
    ])  # fmt: skip
    return sr.compare(two_yards(), [plan])


@pytest.fixture(scope="module")
def people(options: sr.Comparison) -> Any:
    pytest.importorskip("ortools")
    return sr.comparison.gather_people(options, terms=sr.community.LiftTerms(sun=""), start="2026-03-01")


PROGRAMME = ROOT / "data" / "programme" / "luoyang-xigong.csv"
FAULT = Fault("walls", ("W1",), "gap without a gate", "1 gap has no gate", "Draw the gate", "warning")
PAGES: dict[str, Callable[[Any, Any, Any], sr.Page]] = {
    "map": lambda o, p, lang: sr.draw(o, people=p, lang=lang),
    "today": lambda o, p, lang: sr.draw(sr.compare(o.today, []), lang=lang),
    "live": lambda o, p, lang: sr.maps.live_of(sr.compare(o.today, []), lang=lang, scenarios=o.scenarios),
    "report": lambda o, p, lang: sr.report(o, people=p, lang=lang),
    "residents": lambda o, p, lang: sr.maps.draw_residents(o, schedule=p.schedules["opened"], lang=lang).together,
    "year": lambda o, p, lang: sr.maps.draw_schedule(p.schedules["opened"], lang=lang),
    "reach": lambda o, p, lang: sr.maps.draw_reach(
        o.areas["opened"], sr.isochrones(o.areas["opened"], ["B1"]),
        change=sr.walk.isochrone_change(o.today, o.areas["opened"], ["B1"]), lang=lang,
    ),
    "programme": lambda o, p, lang: sr.maps.draw_programme(
        sr.read_programme(PROGRAMME), lang=lang
    ),
    "faults": lambda o, p, lang: sr.maps.draw_faults(
        [FAULT], {"walls": o.today.walls, "trees": o.today.trees}, title="1", lang=lang
    ),
    "district": lambda o, p, lang: sr.maps.draw_district(District({"1": record("1", 112.0)}), lang=lang),
    "design": lambda o, p, lang: sr.maps.draw_design(
        sr.design_openings(yard(), goal="covered:kindergarten", candidates=["walls"]), lang=lang
    ),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.long
def test_a_page_is_in_one_language(options: sr.Comparison, people: Any, name: str, lang: str) -> None:
    page = PAGES[name](options, people, lang).html()
    words = Seen(page).words
    if name == "programme":  # the file's own places, titles and notes are told as they are
        own = set(HAN.findall(PROGRAMME.read_text(encoding="utf-8")))
        words = [" ".join(part for part in re.split(r"[ ·]+", w) if not set(HAN.findall(part)) <= own) for w in words]
    if name == "district":  # and so are titles of options
        words = [w for w in words if w != "现状"]
    assert len(words) > 5 and wrong(words, lang) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.long
def test_papers_and_workbook_are_in_one_language(
    options: sr.Comparison, people: Any, tmp_path: Path, lang: Any
) -> None:
    pytest.importorskip("matplotlib")
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    book = openpyxl.load_workbook(sr.report(options, tmp_path / "r.xlsx", lang=lang, people=people))
    keys = {c.coordinate[0] for c in book.worksheets[-2][1] if c.value in ("编号", "Id")}  # of all findings
    cells = [str(c.value) for page in book for row in page.iter_rows() for c in row
             if c.data_type == "s" and not (page is book.worksheets[-2] and c.column_letter in keys)]  # fmt: skip
    assert wrong([*book.sheetnames, *cells], lang) == []
    if not shutil.which("pdftotext"):
        pytest.skip("no poppler on this machine")
    papers = [sr.report(options, tmp_path / "r.pdf", lang=lang, people=people)]
    papers.append(sr.maps.owner_sheets(options, tmp_path / "s.pdf", lang=lang))
    for paper in papers:
        text = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True).stdout
        assert wrong(re.split(r"\s{2,}", text), lang) == []


def test_every_source_of_the_norms_and_prices_is_told_in_chinese() -> None:
    catalog = read_catalog()
    norms = [catalog.standard(name) for name in ("gb50180-2018", "wzsq-2020")]
    told = [row.clause for norm in norms for rows in (norm.services, norm.unjudged, norm.open_spaces) for row in rows]
    told += [level.clause for norm in norms for level in norm.levels.values()] + [norm.score.clause for norm in norms]
    told += [row["source"] for table in ("costs", "bill_shares") for row in catalog.rows(table)]
    told += [row["source"] for row in catalog.rows("matters") if not row["clause_zh"]]
    assert wrong([said_source(catalog, source) for source in told], "zh") == []
    assert said_source(catalog, "App. B", "en") == "App. B"


def test_a_source_keeps_what_is_no_word_of_the_table() -> None:
    assert said_source(read_catalog(), "洛阳市 2022 年通知 <script>") == "洛阳市 2022 年通知 <script>"
    assert html.escape(said_source(read_catalog(), "<b> (memory)")) == "&lt;b&gt;（凭记忆，待核对）"


def test_every_rule_of_reading_and_checking_has_its_chinese() -> None:
    catalog = read_catalog()
    known = {row["rule"] for row in catalog.rows("rules")}
    used = {row["rule"] for row in catalog.rows("acts")}
    source = ROOT / "src" / "spatialreno" / "area" / "rules"
    for file in source.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        used |= set(re.findall(r'\bfault\(\s*[^"()]*(?:\([^()]*\))?[^"()]*,\s*"([a-z ]+)",', text))
    assert len(used) > 30 and used - known <= {"warning"}
    assert all(LATIN.search(KEPT.sub("", row["title_zh"] + row["mend_zh"])) is None or "DXF" in row["mend_zh"]
               or "UTF-8" in row["mend_zh"] or "Excel" in row["mend_zh"] or "GCJ" in row["title_zh"]
               or "catalog" in row["mend_zh"] for row in catalog.rows("rules"))  # fmt: skip


def test_notes_are_told_in_the_language_asked_for(options: sr.Comparison) -> None:
    zh, en = options.notes(), options.notes(lang="en")
    assert len(zh) == len(en)
    assert not any(HAN.search(text) for _, text in en if not text.startswith("ballots"))
