"""The money plan for a page or paper: who pays in each option as stacked bars, by class, by rule, and what is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from spatialreno.maps.charts.labels import label
from spatialreno.maps.content.tables import grid
from spatialreno.maps.words.numbers import ten_thousands
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.words import Lang, payer_word, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, Funding

_TEN_THOUSAND = 10_000.0
_WIDE, _LEFT, _ROW, _KEY = 900.0, 190.0, 30.0, 24.0
#: Colours of payers, apart also in grey and for those who do not tell red from green.
PAYER_COLOURS = {
    "central": "#08306b", "province": "#2171b5", "city": "#6baed6", "utility": "#807dba", "units": "#bf812d",
    "residents": "#f6a623", "society": "#9a978f",
}  # fmt: skip


def funding_parts(
    options: Comparison, titles: Mapping[str, str], lang: Lang, *, only: str | None = None
) -> list[Markup]:
    """Tell the money plan: bars, a table by payer and class, the rules and what they take, what no rule covers.

    ``only`` tells of one option.
    """
    found = options.funding()
    if only is not None:
        table, rules = (frame[frame["option"] == only] for frame in (found.table, found.rules))
        found = replace(found, table=table, rules=rules)
    if not len(found.table):
        return []
    keys = ("option", "payer", "needed", "basic", "improved", "raised", "ineligible", "each")
    columns = ("needed_yuan", "basic_yuan", "improved_yuan", "raised_yuan", "ineligible_yuan")
    rows = [
        [titles[r["option"]], payer_word(str(r["payer"]), lang), *(r[c] / _TEN_THOUSAND for c in columns),
         r["yuan_each"]]
        for r in found.table.to_dict("records")
    ]  # fmt: skip
    told = [tag("li", isolated(titles[option]), "：", isolated(text)) for option, text in found.notes(lang=lang)
            if only in {None, option}]  # fmt: skip
    return [
        _bars(found, titles, lang),
        grid([say(k, lang) for k in keys], rows, texts=2),
        *_rules(found, titles, lang),
        *([tag("ul", *told)] if told else []),
    ]


def _rules(found: Funding, titles: Mapping[str, str], lang: Lang) -> list[Markup]:
    keys = ("option", "rule", "payer", "households", "eligible", "ceiling", "taken", "document", "sure")
    rows = [
        [titles[r["option"]], r[f"title_{lang}"], payer_word(r["payer"], lang), r["homes"],
         r["eligible_yuan"] / _TEN_THOUSAND, _known(r["ceiling_yuan"]), r["taken_yuan"] / _TEN_THOUSAND,
         f"{r['document']} {r['issued']}", word(r["confidence"], lang)]
        for r in found.rules.to_dict("records") if r["eligible_yuan"]
    ]  # fmt: skip
    return [grid([say(k, lang) for k in keys], rows, texts=3)] if rows else []


def _known(yuan: float | None) -> float:
    return float("nan") if yuan is None else float(yuan) / _TEN_THOUSAND


def _bars(found: Funding, titles: Mapping[str, str], lang: Lang) -> Markup:
    """Draw one bar an option, its payers one after the other, all to one scale."""
    payers = [p for p in PAYER_COLOURS if p in set(found.table["payer"])]
    most = float(found.table.groupby("option")["needed_yuan"].sum().max())
    scale = (_WIDE - _LEFT - 110) / most if most else 0.0
    parts = [piece for k, payer in enumerate(payers) for piece in _key(payer, k, lang)]
    options = list(dict.fromkeys(found.table["option"]))
    for k, option in enumerate(options):
        own = found.table[found.table["option"] == option].set_index("payer")["needed_yuan"]
        top, at = _KEY + 8 + _ROW * k, _LEFT
        parts.append(label(titles[option], _LEFT - 8, top + 15, anchor="end"))
        for payer in payers:
            wide = float(own.get(payer, 0.0)) * scale
            told = f"{payer_word(payer, lang)} {ten_thousands(float(own.get(payer, 0.0)))}"
            if wide:
                parts.append(_box(at, top, wide, PAYER_COLOURS[payer], told))
            at += wide
        parts.append(label(ten_thousands(float(own.sum())), at + 6, top + 15))
    high = _KEY + 14 + _ROW * len(options)
    view, title = f"0 0 {_WIDE:.0f} {high:.0f}", say("funding", lang)
    return tag("svg", *parts, viewBox=view, role="img", aria_label=title, class_="picture")


def _key(payer: str, place: int, lang: Lang) -> list[Markup]:
    x = 8 + place * 126.0
    return [_box(x, 2, 14, PAYER_COLOURS[payer], ""), label(payer_word(payer, lang), x + 18, 16)]


def _box(x: float, y: float, wide: float, fill: str, told: str) -> Markup:
    inside = [tag("title", told)] if told else []
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{wide:.1f}", "height": "18"}
    return tag("rect", *inside, **place, fill=fill, stroke="#ffffff")
