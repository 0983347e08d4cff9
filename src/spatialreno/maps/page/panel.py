"""The panel beside the map: title, options as tabs, the leaders' table, indicators, what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from spatialreno.maps.content.indicator_tables import (
    confidence_counts,
    estimates,
    facts,
    fingerprints,
    option_titles,
)
from spatialreno.maps.content.own_values import own_values
from spatialreno.maps.content.payers import payer_table
from spatialreno.maps.content.people_sections import sections
from spatialreno.maps.content.side_by_side import indicators
from spatialreno.maps.drawing.sight import extent
from spatialreno.maps.drawing.svg import thumbnails
from spatialreno.maps.drawing.themes import theme_titles
from spatialreno.maps.drawing.works_themes import cross_section
from spatialreno.maps.first_minute.bars import metres_bars, vote_bars
from spatialreno.maps.first_minute.leaders_table import leaders_table
from spatialreno.maps.first_minute.location import location
from spatialreno.maps.first_minute.minute import Minute, minutes, sentence, tab_lines
from spatialreno.maps.first_minute.money import money_bars
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag, text
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, People

_MOST_IN_TABS = 600  # above so many buildings a small picture of each option would be half of the page


def panel(
    options: Comparison, lang: Lang, *, chosen: int, people: People | None = None,
    left_out: frozenset[str] = frozenset(),
) -> Markup:
    """Write the panel.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    lang : str
        ``zh`` or ``en``.
    chosen : int
        Position of the option that is open at first.
    people : People, optional
        What ``gather_people`` gives.
    left_out : frozenset of str
        Keys of the themes that the page does not draw.
    """
    titles = option_titles(options, lang)
    told = minutes(options, lang)
    return tag(
        "main",
        _head(options, lang, left_out),
        _tabs(options, titles, told, lang, chosen),
        *(
            tag("p", isolated(sentence(key, told, lang)), class_="verdict", data_only=str(at), hidden=at != chosen)
            for at, key in enumerate(options.areas)
            if at or len(titles) == 1
        ),
        leaders_table(options, titles, lang, chosen),
        *_bars(options, lang, chosen),
        payer_table(options, titles, lang, chosen),
        _indicators(options, titles, lang, chosen),
        *(tag("details", tag("summary", s.title), *s.parts, class_="people") for s in sections(options, people, lang)),
        tag("details", tag("summary", word("assumptions", lang)), *assumptions(options, lang), class_="assumptions"),
        tag("footer", facts_list(options, lang)),
        _title_block(options, titles, lang, chosen),
        class_="panel",
    )


def _head(options: Comparison, lang: Lang, left_out: frozenset[str]) -> Markup:
    area = options.areas["today"]
    return tag(
        "header",
        tag("h1", isolated(area.title or area.name)),
        tag("p", word("compare" if len(options.areas) > 1 else "as_it_stands", lang), class_="subtitle"),
        tag("p", word("invented", lang), class_="invented") if area.meta.get("invented") else "",
        left_out_line(options, lang, left_out),
        tag("noscript", word("no_script", lang)),
    )


def left_out_line(options: Comparison, lang: Lang, left_out: frozenset[str]) -> Markup:
    """Say which themes the page of a large area does not draw, and how to ask for them."""
    if not left_out:
        return Markup("")
    names = [title for key, title in theme_titles(options, lang).items() if key in left_out]
    count = len(options.areas["today"].compounds)
    said = word("not_drawn", lang).format(count=count, themes=word("comma", lang).join(names))
    return tag("p", said, class_="left-out")


def _tabs(options: Comparison, titles: Sequence[str], told: Mapping[str, Minute], lang: Lang, chosen: int) -> Markup:
    """Write the options as tabs: each its name, its picture at one extent, and its numbers in a line."""
    several = len(titles) > 1  # today by itself has its numbers in the table alone
    small = several and len(options.areas["today"].buildings) <= _MOST_IN_TABS
    drawn = thumbnails(options, titles, extent(options), lang) if small else [Markup("")] * len(titles)
    lines = [tag("small", *(tag("span", n) for n in tab_lines(key, told, lang) if several)) for key in options.areas]
    tabs = [
        tag(
            "button",
            tag("span", isolated(title), title=title),
            tag("span", drawn[position], aria_hidden="true"),
            lines[position],
            type="button",
            role="tab",
            id=f"tab-{position}",
            data_option=str(position),
            aria_controls="of-option",
            aria_selected="true" if position == chosen else "false",
            tabindex="0" if position == chosen else "-1",
        )
        for position, title in enumerate(titles)
    ]
    rows = tag("div", *tabs, class_="tabs", role="tablist", aria_label=word("options", lang))
    key = tag("p", word("minute_tab_key", lang), class_="tabs-key") if several else ""
    return joined(rows, key)


def _bars(options: Comparison, lang: Lang, chosen: int) -> list[Markup]:
    """Draw who pays when, who comes nearer and who farther, and each yard's votes, of the option that is open."""
    kinds = (money_bars, metres_bars, vote_bars)
    drawn = [joined(*(bars(options, key, lang) for bars in kinds)) for key in options.areas]
    return [tag("section", one, data_only=str(at), hidden=at != chosen) for at, one in enumerate(drawn) if one]


def _title_block(options: Comparison, titles: Sequence[str], lang: Lang, chosen: int) -> Markup:
    """Write the title block (图签) that only paper shows; who drew and checked it is written by hand."""
    area = options.areas["today"]
    named = [tag("span", isolated(title), data_only=str(k), hidden=k != chosen) for k, title in enumerate(titles)]
    rows = [
        ("project", isolated(area.title or area.name)),
        ("option", joined(*named)),
        ("drawing_title", word("one_minute", lang)),
        ("scale", tag("span", id="paper-scale")),
        ("drawing_date", isolated(area.meta.get("date") or "")),
        ("version", f"{options.provenance['version']}"),
        *((key, "") for key in ("drawn_by", "checked_by", "approved_by", "office")),
    ]
    cells = [part for key, said in rows for part in (tag("dt", word(key, lang)), tag("dd", said))]
    if place := location(area, lang):
        cells += [tag("dt", word("location", lang), class_="place"), tag("dd", place, class_="place")]
    return tag("dl", *cells, class_="title-block", aria_label=word("title_block", lang))


def _indicators(options: Comparison, titles: Sequence[str], lang: Lang, chosen: int) -> Markup:
    """Write the indicators of all options side by side, and under them the lane that an option opens."""
    cuts = [(at, cross_section(options, key, lang)) for at, key in enumerate(options.areas)]
    return tag(
        "section",
        tag("h2", word("indicators", lang)),
        *indicators(options, titles, lang, chosen=chosen),
        *(tag("div", cut, data_only=str(at), hidden=at != chosen) for at, cut in cuts if cut is not None),
        class_="options", role="tabpanel", id="of-option", aria_labelledby=f"tab-{chosen}",
    )  # fmt: skip


def assumptions(options: Comparison, lang: Lang) -> list[Markup]:
    """Tell what the numbers rest on: notes, norms by confidence, estimates by layer, values of one's own, stamps."""
    note = options.areas["today"].meta.get("note")
    titles = dict(zip(options.areas, option_titles(options, lang), strict=True))
    lists = {
        "review": [joined(isolated(titles[key]), ": ", isolated(told)) for key, told in options.notes(lang=lang)],
        "confidence": [text(f"{_confidence(name, lang)}: {count}") for name, count in confidence_counts(options)],
        "rests_on": [
            text(f"{layer} · {what}: {count} / {total}") for layer, what, count, total in estimates(options, lang)
        ],
        "own_values": [isolated(told) for told in own_values(options, lang)],
    }
    parts = [tag("p", isolated(note))] if note else []
    for name, items in lists.items():
        if items:
            parts += [tag("h3", word(name, lang)), tag("ul", *(tag("li", item) for item in items))]
    stamps = tag("dl", *_pairs(fingerprints(options, lang)))
    return [*parts, tag("h3", word("provenance", lang)), stamps]


def facts_list(options: Comparison, lang: Lang) -> Markup:
    """List date, source, licence, standard, CRS and version."""
    return tag("dl", *_pairs(facts(options, lang)))


def _confidence(name: str, lang: Lang) -> str:
    try:
        return word(name, lang)
    except KeyError:
        return name


def _pairs(rows: Sequence[tuple[str, str]]) -> list[Markup]:
    return [joined(tag("dt", name), tag("dd", isolated(value))) for name, value in rows]
