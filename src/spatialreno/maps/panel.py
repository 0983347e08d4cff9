"""The panel beside the map: title, options as tabs, the leaders' table, indicators, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spatialreno.maps.door import Markup, isolated, joined, tag, text
from spatialreno.maps.payers import payer_table
from spatialreno.maps.people import sections
from spatialreno.maps.tables import (
    Line,
    confidence_counts,
    estimates,
    facts,
    fingerprints,
    indicator_lines,
    leader_lines,
    option_titles,
)
from spatialreno.maps.words import Lang, word
from spatialreno.maps.works import cross_section

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, People

_SENSE = {1: "better", -1: "worse", 0: "same"}
# Facilities one by one are many lines; they are folded under the headline figures.
_DETAIL = ("covered:", "facilities:", "level_mean:", "open_space_renewal:")


def panel(options: Comparison, lang: Lang, *, chosen: int, people: People | None = None) -> Markup:
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
    """
    titles = option_titles(options, lang)
    return tag(
        "aside",
        _head(options, lang),
        _tabs(titles, lang, chosen),
        _leaders(options, titles, lang, chosen),
        payer_table(options, titles, lang, chosen),
        *(
            _indicators(options, key, position, titles, lang, hidden=position != chosen)
            for position, key in enumerate(options.areas)
        ),
        *(tag("details", tag("summary", s.title), *s.parts, class_="people") for s in sections(options, people, lang)),
        tag("details", tag("summary", word("assumptions", lang)), *assumptions(options, lang), class_="assumptions"),
        tag("footer", facts_list(options, lang)),
        class_="panel",
    )


def _head(options: Comparison, lang: Lang) -> Markup:
    area = options.areas["today"]
    return tag(
        "header",
        tag("h1", isolated(area.title or area.name)),
        tag("p", word("compare", lang), class_="subtitle"),
        tag("p", word("invented", lang), class_="invented") if area.meta.get("invented") else "",
        tag("noscript", word("no_script", lang)),
    )


def _tabs(titles: Sequence[str], lang: Lang, chosen: int) -> Markup:
    tabs = [
        tag(
            "button",
            isolated(title),
            type="button",
            role="tab",
            id=f"tab-{position}",
            data_option=str(position),
            aria_controls=f"panel-{position}",
            aria_selected="true" if position == chosen else "false",
            tabindex="0" if position == chosen else "-1",
        )
        for position, title in enumerate(titles)
    ]
    return tag("div", *tabs, class_="tabs", role="tablist", aria_label=word("options", lang))


def _leaders(options: Comparison, titles: Sequence[str], lang: Lang, chosen: int) -> Markup:
    lines = leader_lines(options, lang)
    if not lines:
        return Markup("")

    def cell(name: str, value: object, position: int) -> Markup:
        own = "chosen" if position == chosen else None
        return tag(name, value, class_=own, data_option=str(position), scope="col" if name == "th" else None)

    head = tag("tr", tag("th", word("indicator", lang), scope="col"),
               *(cell("th", isolated(title), k) for k, title in enumerate(titles)))  # fmt: skip
    body = [
        tag(
            "tr",
            tag("th", _titled(title, unit), scope="row"),
            *(cell("td", v, k) for k, v in enumerate(values)),
        )
        for title, unit, values in lines
    ]
    table = tag("table", tag("thead", head), tag("tbody", *body))
    return tag("section", tag("h2", word("leaders", lang)), tag("div", table, class_="scroll"), class_="leaders")


def _titled(title: str, unit: str) -> Markup:
    return joined(isolated(title), " ", tag("span", unit, class_="unit")) if unit else isolated(title)


def _indicators(
    options: Comparison, key: str, position: int, titles: Sequence[str], lang: Lang, *, hidden: bool
) -> Markup:
    """Write what the option changes; what it leaves as it is, and facilities one by one, are folded."""
    lines = indicator_lines(options, key, lang)
    main = [line for line in lines if not line.key.startswith(_DETAIL)]
    detail = [line for line in lines if line.key.startswith(_DETAIL)]
    same = [line for line in main if position and line.change in {"0", "—"}]
    alone = position == 0
    parts = [
        tag("h2", word("indicators", lang), "：" if lang == "zh" else ": ", isolated(titles[position])),
        _table([line for line in main if line not in same], lang, title=titles[position], alone=alone),
    ]
    for name, folded in (("unchanged", same), ("more", detail)):
        if folded:
            table = _table(folded, lang, title=titles[position], alone=alone)
            parts.append(tag("details", tag("summary", f"{word(name, lang)} ({len(folded)})"), table))
    cut = cross_section(options, key, lang)
    if cut is not None:
        parts.append(cut)
    return tag(
        "section", *parts, role="tabpanel", id=f"panel-{position}", data_option=str(position),
        aria_labelledby=f"tab-{position}", hidden=hidden,
    )  # fmt: skip


def _table(lines: Sequence[Line], lang: Lang, *, title: str, alone: bool) -> Markup:
    """Write 现状 | 方案 | 变化, or only 现状 for today itself."""
    columns = [word("today", lang)] if alone else [word("today", lang), title, word("change", lang)]
    heads = [tag("th", isolated(name), scope="col") for name in columns]
    head = tag("tr", tag("th", word("indicator", lang), scope="col"), *heads)
    return tag(
        "div",
        tag("table", tag("thead", head), tag("tbody", *(_row(line, lang, alone=alone) for line in lines))),
        class_="scroll",
    )


def _row(line: Line, lang: Lang, *, alone: bool) -> Markup:
    mark = ""
    if line.estimated:
        mark = tag("span", word("estimate", lang), class_="mark", title=word("estimated", lang))
    head = tag("th", _titled(line.title, line.unit), mark, scope="row", title=line.source or None)
    now = tag("td", line.value if alone else line.today, _met(line, lang) if alone else "")
    if alone:
        return tag("tr", head, now)
    sense = _SENSE[line.sense]
    told = word(sense, lang) if line.sense else None
    change = tag("td", line.change, class_=sense, title=told, aria_label=f"{line.change} {told}" if told else None)
    return tag("tr", head, now, tag("td", line.value, _met(line, lang)), change)


def _met(line: Line, lang: Lang) -> Markup:
    if line.meets is None:
        return Markup("")
    name, sign = ("meets", "✓") if line.meets else ("fails", "✗")
    return joined(" ", tag("span", sign, class_=name, title=word(name, lang), role="img", aria_label=word(name, lang)))


def assumptions(options: Comparison, lang: Lang) -> list[Markup]:
    """Tell what the numbers rest on: notes, norms by confidence, estimates by layer, stamps."""
    note = options.areas["today"].meta.get("note")
    titles = dict(zip(options.areas, option_titles(options, lang), strict=True))
    lists = {
        "review": [joined(isolated(titles[key]), ": ", isolated(told)) for key, told in options.notes()],
        "confidence": [text(f"{_confidence(name, lang)}: {count}") for name, count in confidence_counts(options)],
        "rests_on": [
            text(f"{layer} · {what}: {count} / {total}") for layer, what, count, total in estimates(options, lang)
        ],
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
