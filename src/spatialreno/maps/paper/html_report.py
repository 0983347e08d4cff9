"""The report as a page: pictures, the leaders' table, the bill by payer, what it all rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from spatialreno.maps.content.indicator_tables import Line, bill_lines, indicator_lines, leader_lines, option_titles
from spatialreno.maps.content.people_sections import sections
from spatialreno.maps.drawing.svg import picture
from spatialreno.maps.drawing.themes import shown_themes
from spatialreno.maps.page.page import Page
from spatialreno.maps.page.panel import assumptions, facts_list
from spatialreno.maps.words import safe_html as door
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, People


def report_page(options: Comparison, *, lang: Lang = "zh", people: People | None = None) -> Page:
    """Write options beside today as a report to print: no script, one file, nothing fetched."""
    language = checked(lang)
    area = options.areas["today"]
    title = area.title or area.name
    titles = option_titles(options, language)
    body = tag(
        "main",
        _head(options, title, language),
        tag("section", tag("h2", word("leaders", language)), _leaders(options, titles, language)),
        *_pictures(options, titles, language),
        tag("section", tag("h2", word("bill", language)), _bill(options, titles, language)),
        *(_changes(options, key, titles[place], language) for place, key in enumerate(options.areas) if place),
        *(tag("section", tag("h2", s.title), *s.parts) for s in sections(options, people, language, opened=True)),
        tag("section", tag("h2", word("assumptions", language)), *assumptions(options, language)),
        class_="report",
    )
    text = door.plain(body, lang=word("html_lang", language), title=f"{title} · {word('report', language)}",
                      style=door.asset("report.css"))  # fmt: skip
    return Page(title, text)


def _head(options: Comparison, title: str, lang: Lang) -> Markup:
    invented = options.areas["today"].meta.get("invented")
    return tag(
        "header",
        tag("h1", isolated(title), " · ", word("report", lang)),
        tag("p", word("invented", lang), class_="invented") if invented else "",
        facts_list(options, lang),
    )


def _leaders(options: Comparison, titles: Sequence[str], lang: Lang) -> Markup:
    lines = leader_lines(options, lang)
    return _table(
        ["", word("indicator", lang), word("unit", lang), *titles],
        ([group, title, unit, *cells] for group, title, unit, cells in lines),
        texts=3,
    )


def _pictures(options: Comparison, titles: Sequence[str], lang: Lang) -> list[Markup]:
    laid_out = shown_themes(options, lang)
    corners = [float(value) for value in options.areas["today"].compounds.total_bounds]
    return [
        tag("figure", tag("figcaption", isolated(title)), picture(laid_out, place, corners, lang, title=title))
        for place, title in enumerate(titles)
    ]


def _bill(options: Comparison, titles: Sequence[str], lang: Lang) -> Markup:
    heads = [word(key, lang) for key in ("payer", "item")] + [word("unit", lang)]
    for title in titles[1:]:
        heads += [f"{title} · {word('quantity', lang)}", f"{title} · {word('cost', lang)}"]
    return joined(tag("p", word("prices", lang), class_="note"), _table(heads, bill_lines(options, lang), texts=3))


def _changes(options: Comparison, key: str, title: str, lang: Lang) -> Markup:
    """Tell what an option changes, indicator by indicator."""
    lines = [line for line in indicator_lines(options, key, lang) if line.change not in {"0", "—"}]
    heads = [word(name, lang) for name in ("indicator", "unit", "today")] + [title, word("change", lang)]
    heads.append(word("source", lang))
    return tag("section", tag("h2", isolated(title)), _table(heads, (_change(line, lang) for line in lines)))


def _change(line: Line, lang: Lang) -> list[object]:
    mark = f"（{word('estimate', lang)}）" if line.estimated else ""
    sense = {1: "better", -1: "worse", 0: "same"}[line.sense]
    told = f" {word(sense, lang)}" if line.sense else ""
    change = tag("span", f"{line.change}{told}", class_=sense)
    return [f"{line.title}{mark}", line.unit, line.today, line.value, change, tag("small", line.source)]


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, texts: int = 2) -> Markup:
    """Write a table whose first columns are text and whose others are numbers."""
    body = [
        tag("tr", *(tag("td", cell, class_="text" if place < texts else None) for place, cell in enumerate(row)))
        for row in rows
    ]
    head = tag(
        "tr",
        *(
            tag("th", isolated(name), scope="col", class_="text" if place < texts else None)
            for place, name in enumerate(heads)
        ),
    )
    return tag("table", tag("thead", head), tag("tbody", *body))
