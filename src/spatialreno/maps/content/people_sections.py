"""Sections about people, for the panel and for paper: each a title and its tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.community import checkup_lines, documented_case
from spatialreno.maps.content.funding_parts import funding_parts
from spatialreno.maps.content.indicator_tables import option_titles, unit_text
from spatialreno.maps.content.proposal_parts import cluster_parts, frontier_parts
from spatialreno.maps.content.schedule_parts import schedule_parts
from spatialreno.maps.content.tables import grid
from spatialreno.maps.words.numbers import bracketed, facility_title, number, ten_thousands
from spatialreno.maps.words.people_words import holder_word, say
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.words import Lang, payer_word, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialreno._types import Row
    from spatialreno.catalog import Catalog
    from spatialreno.community import Consents, Tally
    from spatialreno.comparison import Comparison, People
    from spatialreno.programme import Programme

_TEN_THOUSAND = 10_000.0
_RATE = 0.8  # the collection rate that the documented case reached; its fee stands in a column of its own


@dataclass(frozen=True)
class Section:
    """One subject: its key, its title, and what it shows."""

    key: str
    title: str
    parts: Sequence[Markup]


def sections(options: Comparison, people: People | None, lang: Lang, *, opened: bool = False) -> list[Section]:
    """Write every section there is something to tell in.

    Parameters
    ----------
    options
        What ``compare`` gives.
    people
        What ``gather_people`` gives; None: only the consents of the comparison.
    lang
        ``zh`` or ``en``.
    opened
        Show details unfolded, as paper must.
    """
    parts = {"consent": _consent(options, lang, opened)}
    parts["clusters"] = cluster_parts(options, _titles(options, lang), lang)
    parts["funding"] = funding_parts(options, _titles(options, lang), lang)
    if people is not None:
        parts |= {
            "willing": _votes(people.willing, options, lang),
            "satisfied": _votes(people.satisfied, options, lang),
            "lifts": _lifts(people, lang, opened),
            "menu": _menu(people, options, lang),
            "management": _management(people, options, lang),
            "checkup": _checkup(people, options, lang, opened),
            "money": _money(people, options, lang),
            "register": _register(people, options, lang),
            "schedule": schedule_parts(options, people.schedules, lang),
            "frontier": frontier_parts(people.frontier, lang) if people.frontier is not None else [],
            "programme": programme_parts(people.programme, lang) if people.programme is not None else [],
        }
    parts["heat_loops"] = _heat(options, lang)
    return [Section(key, say(key, lang), found) for key, found in parts.items() if found]


def _heat(options: Comparison, lang: Lang) -> list[Markup]:
    """Tell of each heat station what it carries, its worst loop and its pump."""
    titles, rows = _titles(options, lang), list[list[object]]()
    for name, works in options.works.items():
        stations = works.heat.stations if works.heat is not None else None
        for station, r in stations.iterrows() if stations is not None else ():
            numbers = [float(r[c]) for c in ("load_kw", "main_left_kw", "worst_m", "loop_kpa", "pump_head_m")]
            rows.append([titles[name], str(station), *numbers])
    keys = ("option", "heat_station", "load_kw", "main_left_kw", "worst_m", "loop_kpa", "pump_head_m")
    limits = options.today.catalog.constants
    told = say("heat_sized", lang).format(main=limits["heat_main_drop_pa_m"], branch=limits["heat_drop_pa_m"])
    return [grid([say(k, lang) for k in keys], rows, texts=2), tag("p", told)] if rows else []


def _titles(options: Comparison, lang: Lang) -> dict[str, str]:
    return dict(zip(options.areas, option_titles(options, lang), strict=True))


def say_place(place: str, options: Comparison) -> str:
    """Name a compound for people; another place by its id."""
    names = options.today.compounds["name"]
    return str(names[place]) if place in names.index else place


# ---- consent


def _consent(options: Comparison, lang: Lang, opened: bool) -> list[Markup]:
    """Tell each option's consents in a line, then the parties and the votes that are not in hand."""
    if not options.consents:
        return []
    titles = _titles(options, lang)
    asked = ("parties", "signed", "refused_count", "votes", "passed")
    still = ("parties_to_win", "households_to_win", "enforced")
    heads = [say(k, lang) for k in ("option", *asked, *still)]
    parts = [grid(heads, [[titles[name], *_consent_line(found)] for name, found in options.consents.items()])]
    for name, found in options.consents.items():
        parts += _consent_details(titles[name], found, options, lang, opened)
    return parts


def _consent_line(found: Consents) -> list[int]:
    enforced = int(found.asked.loc[found.asked["basis"] == "enforcement", "id"].nunique())
    signed = int((found.parties["state"] == "in_hand").sum())
    passed = int((found.votes["state"] == "passed").sum())
    asked = [len(found.parties), signed, found.against_count, len(found.votes), passed]
    return [*asked, found.parties_to_win, found.households_to_win, enforced]


def _consent_details(title: str, found: Consents, options: Comparison, lang: Lang, opened: bool) -> list[Markup]:
    parts = []
    if len(found.parties):
        heads = [say(k, lang) for k in ("party", "state", "asked", "signed")]
        rows = [
            [r["party"], say(_party_state(r["state"]), lang), r["rows"], r["in_hand"]]
            for r in found.parties.to_dict("records")
        ]
        named = f"{title} · {say('party', lang)}{bracketed(len(rows), lang)}"
        parts.append(_folded(named, opened, grid(heads, rows, texts=2)))
    if len(found.votes):
        votes = {f"{say_matter(k, options, lang)}": c for k, c in found.counts.items()}
        named = f"{title} · {say('owners_vote', lang)}{bracketed(len(votes), lang)}"
        parts.append(_folded(named, opened, _vote_grid(votes, lang)))
    return parts


def _party_state(state: str) -> str:
    return "not_in_hand" if state == "open" else state


def say_matter(matter: str, options: Comparison, lang: Lang) -> str:
    """Name a matter, and its place where it has one."""
    kind, _, place = matter.partition(":")
    rows = {row["matter"]: row for row in options.today.catalog.rows("matters")}
    title = rows[kind][f"title_{lang}"]
    return f"{title} · {say_place(place, options)}" if place else title


def _votes(counts: Mapping[Any, Tally], options: Comparison, lang: Lang) -> list[Markup]:
    return [_vote_grid({say_place(place, options): c for place, c in counts.items()}, lang)] if counts else []


def _vote_grid(counts: dict[str, Tally], lang: Lang) -> Markup:
    heads = [say(k, lang) for k in ("place", "state", "heads", "took_part", "agreed", "agreed_area", "missing_votes")]
    rows = [
        [name, say(c.state, lang), c.heads, c.voted_heads, c.agreed_heads, _percent(c.agreed_area_m2, c.area_m2),
         math.nan if c.uncounted else len(c.to_win)]
        for name, c in counts.items()
    ]  # fmt: skip
    return grid(heads, rows, texts=2)


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole else float("nan")


def _folded(title: str, opened: bool, *parts: Markup) -> Markup:
    return tag("details", tag("summary", isolated(title)), *parts, open=opened)


# ---- lifts and the menu


def _lifts(people: People, lang: Lang, opened: bool) -> list[Markup]:
    """Tell how many stairwells take which lift, what is in the way of the others, and the votes there are."""
    table = people.lifts.table
    if not len(table):
        return []
    keys = ["verdict", "stairwells", "pay", "sunrooms"] + (
        ["sun_windows", "sun_lost", "sun_below"] if people.lifts.sun else []
    )
    stop = "。" if lang == "zh" else ". "
    rows = [_lift_line(str(v), str(f), own, people, lang) for (v, f), own in table.groupby(["verdict", "form"])]
    parts = [
        grid([say(k, lang) for k in keys], rows),
        tag("p", people.lifts.scheme.title(lang), stop, say("estimate_note", lang), _sun_note(people, lang)),
    ]
    blocked = table[table["verdict"] == "blocked"]
    if len(blocked):
        heads = [say("stairwell", lang), say("obstacles", lang)]
        title = f"{say('blocked', lang)}{bracketed(len(blocked), lang)}"
        rows = [[str(i), obstacles_said(o, lang)] for i, o in blocked["obstacles"].items()]
        parts.append(_folded(title, opened, grid(heads, rows, texts=2)))
    if people.lifts.counts:
        named = f"{say('vote', lang)}{bracketed(len(people.lifts.counts), lang)}"
        parts.append(_folded(named, opened, _vote_grid(dict(people.lifts.counts), lang)))
    return parts


def obstacles_said(obstacles: str, lang: Lang) -> str:
    """Name what is in the way of a lift: ids as they are, the two words of the room in the reader's language."""
    return "、".join(say(part, lang) if part in ("fire_lane", "edge") else part for part in obstacles.split(", "))


def _sun_note(people: People, lang: Lang) -> str:
    """Name the rule of sunlight with its source and how sure it is."""
    if people.lifts.sun is None:
        return ""
    rule = people.lifts.sun.rule
    exempt = "" if rule.name == "lift_exempt" else say("sun_exempt", lang)
    sure = word(rule.confidence, lang)
    if lang == "zh":
        return f"{rule.title(lang)}（{rule.source}，{sure}）。{exempt}"
    return f" {rule.title(lang)} ({rule.source}, {sure}). {exempt}"


def _lift_line(verdict: str, form: str, own: pd.DataFrame, people: People, lang: Lang) -> list[object]:
    fits = verdict == "fits"
    said = f"{say(verdict, lang)} · {say(form, lang)}" if fits else say(verdict, lang)
    pays = f"{number(own['lowest_yuan'].min(), 0)}–{number(own['highest_yuan'].max(), 0)}" if fits else "—"
    line: list[object] = [said, len(own), pays, int(own["sunrooms"].sum())]
    if people.lifts.sun is not None:
        line += [own["windows"].sum(), own["most_lost_min"].max(), own["below"].sum()] if fits else [None] * 3
    return line


def _menu(people: People, options: Comparison, lang: Lang) -> list[Markup]:
    found = people.menu
    if found is None:
        return []
    rules = {row["rule"]: row for row in options.today.catalog.rows("menu_rules")}
    note = (
        f"{rules[found.rule][f'title_{lang}']}；{say('budget', lang)} {ten_thousands(found.budget_yuan, 0)}，"
        f"{say('spent', lang)} {ten_thousands(found.spent_yuan, 0)}{say('10k', lang)}；"
        f"{say('voters', lang)} {found.voters}"
    )
    heads = [say(k, lang) for k in ("item", "class", "chosen", "cost_10k", "wanted", "stable")]
    rows = []
    for r in found.table.to_dict("records"):
        why = menu_reason(r["reason"], found.table, lang)
        result = say("yes" if r["chosen"] else "no", lang) + (f" · {why}" if why else "")
        told = [say(r["class"], lang), result]
        rows.append([r["title"], *told, r["cost_yuan"] / _TEN_THOUSAND, r["votes"], r["stable"] * 100])
    return [tag("p", note), grid(heads, rows, texts=3)]


def menu_reason(reason: str, table: pd.DataFrame, lang: Lang) -> str:
    """Say why an item of the menu is left out; nothing of one that is chosen.

    Parameters
    ----------
    reason
        As ``choose_works`` writes it: ``needs:drain;water``, ``short:560000``, ``outvoted``, ``no_votes``.
    table
        The choice, whose titles name what is needed.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    str
        A few words, sums in 万元.

    Examples
    --------
    >>> import pandas as pd
    >>> menu_reason("short:560000", pd.DataFrame(), "zh")
    '余额不足，差（万元）：56.0'
    """
    what, _, detail = reason.partition(":")
    if what == "needs":
        detail = "、".join(str(table.at[i, "title"]) for i in detail.split(";"))
    elif what == "short":
        detail = ten_thousands(float(detail))
    return f"{say(what, lang)}{detail}"


# ---- management, check-up, money, register


def _management(people: People, options: Comparison, lang: Lang) -> list[Markup]:
    titles, names = _titles(options, lang), options.today.compounds["name"]
    month = ("cost_month", "income_month", "balance_month", "break_even_80")
    keys = ("option", "compounds", "households", "guarded", *month)
    rows = []
    today = next(iter(people.management.values()))
    for name, found in people.management.items():
        if found is not today and found.table.equals(today.table):
            continue  # nothing merged: as today
        at = found.fees[found.fees["rate"] == _RATE].set_index("place")["break_even_yuan"]
        for place, r in found.table.iterrows():
            who = "、".join(str(names.get(c, c)) for c in r["compounds"].split(", "))
            rows.append([titles[name], who, r["households"], r["guarded"], r["cost_yuan"], r["income_yuan"],
                         r["balance_yuan"], at.get(place)])  # fmt: skip
    case = documented_case(options.today.catalog).set_index("state")["break_even_yuan"]
    told = say("documented", lang).format(before=number(case["before"], 1), after=number(case["after"], 1))
    return [
        grid([say(k, lang) for k in keys], rows, texts=2),
        tag("p", told),
        tag("p", say("estimate_note", lang)),
    ]


def _checkup(people: People, options: Comparison, lang: Lang, opened: bool) -> list[Markup]:
    """Tell how many lacks each option closes, then, lack by lack, how far and by what."""
    titles = _titles(options, lang)
    found = {name: table for name, table in people.checkups.items() if len(table)}
    if not found:
        return []
    catalog = options.today.catalog
    states = ("closed", "partly", "open", "unknown", "unlisted")
    heads = [say(k, lang) for k in ("option", "lacks")] + [catalog.word("", "checkup", s, lang) for s in states]
    rows = [[titles[n], len(t), *(int((t["state"] == s).sum()) for s in states)] for n, t in found.items()]
    parts = [grid(heads, rows)]
    for name, table in found.items():
        heads, lines = said_checkup(table, options, lang)
        shown = grid(heads, lines, texts=len(heads))
        parts.append(_folded(f"{titles[name]} · {say('lacks', lang)}{bracketed(len(lines), lang)}", opened, shown))
    return parts


def said_checkup(table: pd.DataFrame, options: Comparison, lang: Lang) -> tuple[list[str], list[list[str]]]:
    """Write one option's check-up as heads and lines: compound, lack, how far, by what."""
    lines = checkup_lines(table, options.today.catalog, lang=lang).iloc[:, :4]
    return list(map(str, lines.columns)), lines.to_numpy().tolist()


def _money(people: People, options: Comparison, lang: Lang) -> list[Markup]:
    titles = _titles(options, lang)
    columns = ("needed_yuan", "basic_yuan", "improved_yuan", "raised_yuan", "ineligible_yuan")
    heads = [say(k, lang) for k in ("option", "payer", "needed", "basic", "improved", "raised", "ineligible")]
    rows = [
        [titles[name], payer_word(str(payer), lang), *(float(r[c]) / _TEN_THOUSAND for c in columns)]
        for name, balance in people.balances.items()
        for payer, r in balance.table.iterrows()
    ]
    return [grid(heads, rows, texts=2)] if rows else []


def _register(people: People, options: Comparison, lang: Lang) -> list[Markup]:
    """List what each option builds, with who is to hold it."""
    titles, catalog = _titles(options, lang), options.today.catalog
    rows = [
        [titles[name], r["name"] or str(i), _kind(r, catalog, lang),
         *(_holder(r, who, catalog, lang) for who in ("owner", "manager"))]
        for name, table in people.registers.items() for i, r in table[table["built"]].iterrows()
    ]  # fmt: skip
    heads = [say(k, lang) for k in ("option", "item", "class", "owner", "manager")]
    return [grid(heads, rows, texts=5)] if rows else []


def _kind(row: Row, catalog: Catalog, lang: Lang) -> str:
    if row["layer"] == "facilities":
        return facility_title(row["kind"], catalog, lang)
    return catalog.word(row["layer"], "kind", row["kind"], lang)


def _holder(row: Row, what: str, catalog: Catalog, lang: Lang) -> str:
    if row[what]:
        return str(row[what])
    proposed = row[f"{what}_proposed"]
    return f"{say('proposed', lang)}{holder_word(proposed, catalog, lang)}" if proposed else "—"


# ---- programme


def programme_parts(programme: Programme, lang: Lang, as_of: str | None = None) -> list[Markup]:
    """Tell a programme by district, year, unit and status, and what was published beside; unknown is a dash."""
    table = programme.table(as_of)
    known = [m for m in table.columns[5:] if m != "count" and table[m].notna().any()]
    heads = [say(k, lang) for k in ("district", "year", "state", "unit", "count")]
    heads += [programme_head(programme, m, lang) for m in known]
    rows = []
    for r in table.to_dict("records"):
        status = say(r["status"] or ("stated_only" if r["unit"] else ""), lang) or "—"
        told = [r["district"] or say("whole_city", lang), str(r["year"]), status, say(r["unit"], lang) or "—"]
        measures = (r[m] / _TEN_THOUSAND if m == "money_yuan" else r[m] for m in known)
        rows.append([*told, r["count"], *measures])
    sources = sorted(set(programme.rows["source"].dropna()))
    told = [tag("li", isolated(source)) for source in sources]
    return [grid(heads, rows, texts=4), tag("p", say("not_published", lang)), tag("ul", *told)]


def programme_head(programme: Programme, measure: str, lang: Lang) -> str:
    """Name a measure of a programme; money is told in ten thousand yuan."""
    if measure == "money_yuan":
        return say("money_10k", lang)
    rows = {row["column"]: row for row in programme.catalog.rows("programme")}
    unit = rows[measure]["unit"]
    return f"{rows[measure][f'title_{lang}']}{bracketed(unit_text(unit, lang), lang) if unit else ''}"
