"""The report as a page: pictures, the leaders' table, the bill by payer, what it all rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from spatialreno.maps.content.indicator_tables import Line, bill_lines, option_titles
from spatialreno.maps.content.leader_parts import leader_rows
from spatialreno.maps.content.people_sections import sections
from spatialreno.maps.content.side_by_side import SENSE, indicator_rows
from spatialreno.maps.drawing.svg import key_of, picture
from spatialreno.maps.drawing.themes import shown_themes
from spatialreno.maps.page.page import Page
from spatialreno.maps.page.panel import assumptions, facts_list
from spatialreno.maps.words import safe_html as door
from spatialreno.maps.words.numbers import bracketed
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
    alone = len(titles) == 1  # today by itself: what stands, and nothing of plans
    changes = [_changes(options, titles, language)]
    planned = [(word("bill", language), _bill(options, titles, language)), (word("what_changes", language), changes)]
    parts = [
        (word("leaders", language), [_leaders(options, titles, language)]),
        (word("plan_of_today" if alone else "pictures", language), _pictures(options, titles, language)),
        *([(word("indicators", language), changes)] if alone else planned),
        *((s.title, s.parts) for s in sections(options, people, language, opened=True)),
        (word("assumptions", language), assumptions(options, language)),
    ]
    body = tag(
        "main",
        _head(options, title, language),
        tag("nav", tag("h2", word("contents", language)), tag("ol", *(tag("li", name) for name, _ in parts))),
        *(tag("section", tag("h2", f"{at}  {name}"), *own) for at, (name, own) in enumerate(parts, start=1)),
        class_="report",
    )
    text = door.plain(body, lang=word("html_lang", language), title=f"{title} · {report_title(options, language)}",
                      style=door.asset("report.css"))  # fmt: skip
    return Page(title, text)


def report_title(options: Comparison, lang: Lang) -> str:
    """Name the report: of options, or of today alone."""
    return word("report" if len(options.areas) > 1 else "report_of_today", lang)


def _head(options: Comparison, title: str, lang: Lang) -> Markup:
    invented = options.areas["today"].meta.get("invented")
    return tag(
        "header",
        tag("h1", isolated(title), " · ", report_title(options, lang)),
        tag("p", word("invented", lang), class_="invented") if invented else "",
        facts_list(options, lang),
    )


def _leaders(options: Comparison, titles: Sequence[str], lang: Lang) -> Markup:
    """Write a figure a line; the group stands before the first of a row."""
    lines = [
        [row.group if not at else "", part.title if at else part.whole_title, part.unit, *part.cells]
        for row in leader_rows(options, lang)
        for at, part in enumerate(row.parts)
    ]
    return _table(["", word("indicator", lang), word("unit", lang), *titles], lines, texts=3)


def _pictures(options: Comparison, titles: Sequence[str], lang: Lang) -> list[Markup]:
    laid_out = shown_themes(options, lang)
    corners = [float(value) for value in options.areas["today"].compounds.total_bounds]
    figures = [
        tag("figure", tag("figcaption", isolated(title)), picture(laid_out, place, corners, lang, title=title))
        for place, title in enumerate(titles)
    ]
    return [key_of(laid_out, lang), *figures]


def _bill(options: Comparison, titles: Sequence[str], lang: Lang) -> list[Markup]:
    """Write quantity and cost of each option beside one another, under its name."""
    named = [tag("th", word(key, lang), class_="text", rowspan="2") for key in ("payer", "item", "unit")]
    over = [tag("th", isolated(title), colspan="2", scope="colgroup") for title in titles[1:]]
    under = [tag("th", word(key, lang), scope="col") for _ in titles[1:] for key in ("quantity", "cost")]
    head = tag("thead", tag("tr", *named, *over), tag("tr", *under))
    body = _body(bill_lines(options, lang), texts=3)
    return [tag("p", word("prices", lang), class_="note"), tag("table", head, body)]


def _changes(options: Comparison, titles: Sequence[str], lang: Lang) -> Markup:
    """Tell what the options change, indicator by indicator, beside one another; what none changes is left out."""
    alone = len(titles) == 1
    rows = [row for row in indicator_rows(options, lang) if alone or any(_differs(line) for line in row[1:])]
    heads = [word("indicator", lang), word("unit", lang), *titles, word("source", lang)]
    return _table(heads, (_change(row, lang) for row in rows), class_="changes")


def _differs(line: Line | None) -> bool:
    return line is not None and line.change not in {"0", word("none", "zh")}


def _change(row: Sequence[Line | None], lang: Lang) -> list[object]:
    known = next(line for line in reversed(row) if line is not None)
    mark = bracketed(word("estimate", lang), lang) if any(line is not None and line.estimated for line in row) else ""
    cells = [_after(line, lang) if at else _today(row) for at, line in enumerate(row)]
    return [f"{known.title}{mark}", known.unit, *cells, tag("small", known.source)]


def _today(row: Sequence[Line | None]) -> object:
    return next(line.today for line in row if line is not None)


def _after(line: Line | None, lang: Lang) -> object:
    """Write the value of an option and under it the change, with a word whether that is better."""
    if line is None or not _differs(line):
        return "—" if line is None else line.value
    told = f" {word(SENSE[line.sense], lang)}" if line.sense else ""
    return joined(line.value, tag("br"), tag("small", f"{line.change}{told}", class_=SENSE[line.sense]))


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], *, texts: int = 2, class_: str | None = None
) -> Markup:
    """Write a table whose first columns are text and whose others are numbers."""
    head = tag(
        "tr",
        *(
            tag("th", isolated(name), scope="col", class_="text" if place < texts else None)
            for place, name in enumerate(heads)
        ),
    )
    return tag("table", tag("thead", head), _body(rows, texts=texts), class_=class_)


def _body(rows: Iterable[Sequence[object]], *, texts: int) -> Markup:
    lines = [
        tag("tr", *(tag("td", cell, class_="text" if place < texts else None) for place, cell in enumerate(row)))
        for row in rows
    ]
    return tag("tbody", *lines)
