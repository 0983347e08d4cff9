"""The bar and the panel of the live page; its script fills in the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spatialreno.maps.content.funding_parts import funding_parts
from spatialreno.maps.content.schedule_parts import schedule_parts
from spatialreno.maps.page.panel import assumptions, facts_list, left_out_line
from spatialreno.maps.page.toolbar import search
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison
    from spatialreno.scenario import Scenario

_MODES = ("edit", "put", "reach", "look")
_BUTTONS = ("undo", "redo", "clear", "export")


def tools(kinds: Sequence[tuple[str, str]], lang: Lang, starts: Sequence[str] = ()) -> Markup:
    """Write the bar: what a click does, undo, export and import, and the running totals.

    Parameters
    ----------
    kinds : sequence of (kind, title)
        Facilities that can be put.
    lang : str
        ``zh`` or ``en``.
    starts : sequence of str
        Titles of options that the plan can start from.
    """
    modes = [_mode(mode, lang) for mode in _MODES]
    choice = tag("select", *(tag("option", title, value=kind) for kind, title in kinds), class_="kind",
                 aria_label=word("kind", lang))  # fmt: skip
    modes.insert(2, choice)
    file = tag("label", word("import", lang), tag("input", type="file", accept=".toml", class_="import"), class_="file")
    titles = [word("start_from", lang), *starts]
    rows = [tag("option", title, value=str(k - 1)) for k, title in enumerate(titles)]
    begin = [tag("select", *rows, class_="from", aria_label=titles[0]), *_steps(lang)] if starts else []
    return tag(
        "div",
        search(lang),
        tag("fieldset", tag("legend", word("mode", lang)), *modes, class_="modes"),
        *(tag("button", word(name, lang), type="button", class_=f"do-{name}") for name in _BUTTONS),
        tag("input", type="text", class_="plan-name", maxlength="60", placeholder=word("plan_name", lang),
            aria_label=word("plan_name", lang)),
        file,
        *begin,
        tag("button", word("print", lang), type="button", class_="print"),
        tag("button", "A3", type="button", class_="print-large", title=word("print_a3", lang),
            aria_label=word("print_a3", lang)),
        tag("output", class_="said", role="status"),
        tag("ul", class_="totals"),
        class_="tools live",
        role="toolbar",
        aria_label=word("tools", lang),
    )  # fmt: skip


def _steps(lang: Lang) -> list[Markup]:
    """Write the buttons that go from one option to the next, as along what a design gives for more or less money."""
    return [
        tag("button", sign, type="button", class_="step-start", data_by=by, title=word(key, lang),
            aria_label=word(key, lang))
        for sign, by, key in (("◀", "-1", "step_back"), ("▶", "1", "step_on"))
    ]  # fmt: skip


def _mode(mode: str, lang: Lang) -> Markup:
    radio = tag("input", type="radio", name="mode", value=mode, checked=mode == "edit")
    return tag("label", radio, " ", word(f"mode_{mode}", lang))


def years(
    planned: Comparison | None, start: str | None, scenarios: Sequence[Scenario], lang: Lang
) -> list[Markup]:
    """Write the year of each option that can be started from: its schedule and who pays; shown once it is chosen.

    Parameters
    ----------
    planned : Comparison, optional
        The options, compared.
    start : str, optional
        First day of the works; None: no year is told.
    scenarios : sequence of Scenario
        What can be started from, in the order of the page.
    lang : str
        ``zh`` or ``en``.
    """
    if planned is None or start is None:
        return []
    moved = tag("p", word("year_moved", lang), class_="year-moved", hidden=True)
    found = []
    for number, one in enumerate(scenarios):
        if one.name not in planned.ledgers or not (planned.ledgers[one.name]["verb"] != "keep").any():
            continue
        titles = {one.name: one.title or one.name}
        parts = schedule_parts(planned, {one.name: planned.schedule(one.name, start=start)}, lang)
        money = funding_parts(planned, titles, lang, only=one.name)
        paid = [tag("h3", say("funding", lang)), *money] if money else []
        found.append(tag("details", tag("summary", say("schedule", lang)), moved, *parts, *paid, class_="year",
                         data_year=str(number), data_print="open", hidden=True))  # fmt: skip
    return found


def panel(
    options: Comparison, lang: Lang, *, step_m: int, left_out: frozenset[str], told: Sequence[Markup] = ()
) -> Markup:
    """Write the panel; empty tables are filled by the page's script, and layers that are not drawn are named.

    ``told`` are the years of the options that can be started from.
    """
    area = options.areas["today"]
    return tag(
        "main",
        tag(
            "header",
            tag("h1", isolated(area.title or area.name)),
            tag("p", word("live", lang), class_="subtitle"),
            tag("p", word("invented", lang), class_="invented") if area.meta.get("invented") else "",
            left_out_line(options, lang, left_out),
            tag("noscript", word("no_script", lang)),
        ),
        tag("section", tag("h2", word("leaders", lang)), tag("div", class_="live-table scroll"), class_="leaders"),
        tag("section", tag("h2", word("acts", lang)), tag("ul", class_="live-acts")),
        tag("section", tag("h2", word("by_payer", lang)), tag("table", tag("tbody", class_="live-payers"))),
        tag("section", tag("h2", word("ask", lang)), tag("ul", class_="live-asked"),
            tag("table", tag("tbody", class_="live-votes"))),
        *told,
        tag("details", tag("summary", word("covered_kinds", lang)), tag("div", class_="live-kinds"), data_print="open"),
        tag("details", tag("summary", word("assumptions", lang)),
            tag("p", word("how_exact", lang).format(step=step_m)), tag("p", word("prices", lang)),
            *assumptions(options, lang), class_="assumptions", data_print="open"),
        tag("footer", facts_list(options, lang)),
        class_="panel",
    )  # fmt: skip
