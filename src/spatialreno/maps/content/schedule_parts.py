"""The year's schedule for a page or paper: a Gantt chart, the curve of money and metres, and what is critical."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.maps.charts.labels import INK, label
from spatialreno.maps.content.funding_parts import PAYER_COLOURS
from spatialreno.maps.content.indicator_tables import option_titles, unit_text
from spatialreno.maps.content.tables import grid
from spatialreno.maps.words.numbers import borne, number
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.words import Lang, payer_word

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatialreno.comparison import Comparison, Schedule

_WIDE, _LEFT, _ROW, _HEAD = 900.0, 230.0, 15.0, 22.0
_HIGH = 200.0
_TEN_THOUSAND = 10_000.0
_HAIR, _HOT = "#d6d3cb", "#d62728"
#: Colours of the stages, in the order of the works.
STAGE_COLOURS = {
    "approval": "#9a978f", "structures": "#bf812d", "walls": "#dfa65c", "pipes": "#2171b5", "station": "#807dba",
    "roads": "#525252", "green": "#41ab5d", "homes": "#f6a623",
}  # fmt: skip


def schedule_parts(options: Comparison, schedules: Mapping[str, Schedule], lang: Lang) -> list[Markup]:
    """Tell the year of every option, and what each payer owes in which year."""
    titles = dict(zip(options.areas, option_titles(options, lang), strict=True))
    parts: list[Markup] = []
    for option, found in schedules.items():
        parts += [tag("h3", isolated(titles[option])), *schedule_of(found, lang)]
    heads, rows = money_by_year(options, schedules, lang)
    if rows:
        parts += [tag("h3", say("money_by_year", lang)), grid(heads, rows, texts=2)]
    return parts


def schedule_of(found: Schedule, lang: Lang) -> list[Markup]:
    """Tell the year of one option: its end, every task as a bar, the curve, what is critical, what is assumed."""
    notes = [tag("li", isolated(text)) for text in found.notes(lang=lang)]
    parts = [tag("p", told_end(found, lang)), _stage_key(found, lang), gantt(found, lang), curve(found, lang)]
    return [*parts, critical(found, lang), *([tag("ul", *notes)] if notes else [])]


def task_lines(found: Schedule, lang: Lang) -> tuple[list[str], list[list[object]]]:
    """Write every task as a line: what, who, how much, first and last day, days of work, slack, whether critical."""
    heads = ("task", "crew", "quantity", "from_day", "to_day", "work_days", "slack", "is_critical")
    rows: list[list[object]] = [
        [task_title(r, lang), found.crew_title(str(r["crew"]), lang=lang), _quantity(str(r["quantity"]), lang),
         str(r["start"].date()), str(r["end"].date()), int(r["days"]), int(r["slack_days"]),
         say("yes_critical", lang) if r["critical"] else ""]
        for r in found.tasks.to_dict("records")
    ]  # fmt: skip
    return [say(key, lang) for key in heads], rows


def money_by_year(
    options: Comparison, schedules: Mapping[str, Schedule], lang: Lang
) -> tuple[list[str], list[list[object]]]:
    """Write what each payer of a planned option owes in which year (万元); what falls in no day stands beside it."""
    titles = dict(zip(options.areas, option_titles(options, lang), strict=True))
    owed = {option: _owed(options, option, found) for option, found in schedules.items()}
    years = sorted({year for by_payer in owed.values() for cells in by_payer.values() for year in cells if year})
    undated = any(0 in cells for by_payer in owed.values() for cells in by_payer.values())
    columns = [*years, *([0] if undated else [])]
    rows: list[list[object]] = [
        [titles[option], payer_word(payer, lang), *(cells.get(c, 0.0) / _TEN_THOUSAND for c in columns),
         sum(cells.values()) / _TEN_THOUSAND]
        for option, by_payer in owed.items() for payer, cells in by_payer.items()
    ]  # fmt: skip
    told = [str(c) if c else say("no_day", lang) for c in columns]
    heads = [say("option", lang), say("payer", lang), *(f"{one}{say('10k', lang)}" for one in told)]
    return [*heads, f"{say('sum', lang)}{say('10k', lang)}"], rows


def _owed(options: Comparison, option: str, found: Schedule) -> dict[str, dict[int, float]]:
    """Sum payments by payer and year; under 0 what stands in a phase without works that take days."""
    whole = options.funding()
    own = whole.lines[whole.lines["option"] == option]
    dated = own["phase"].isin(list(found.spans))
    paid = replace(whole, lines=own[dated]).years(found.spans)
    owed: dict[str, dict[int, float]] = {}
    for row in paid.to_dict("records"):
        owed.setdefault(str(row["payer"]), {})[int(row["year"])] = float(row["needed_yuan"])
    for payer, fen in own[~dated].groupby("payer")["fen"].sum().items():
        owed.setdefault(str(payer), {})[0] = int(fen) / 100
    return {payer: owed[payer] for payer in (*PAYER_COLOURS, *sorted(set(owed) - set(PAYER_COLOURS))) if payer in owed}


def task_title(row: Mapping[Any, Any], lang: Lang) -> str:
    """Name a task for people."""
    return str(row["title" if lang == "zh" else "title_en"])


def stage_title(found: Schedule, stage: str, lang: Lang) -> str:
    """Name a stage of the works, or the papers before them."""
    return say("approval", lang) if stage == "approval" else found.stage_title(stage, lang=lang)


def _quantity(told: str, lang: Lang) -> str:
    """Write amounts with the units of the reader's language."""
    pairs = [one.rpartition(" ")[::2] for one in told.split(", ")] if told else []
    return "、".join(f"{amount} {unit_text(unit, lang)}" for amount, unit in pairs)


def _stage_key(found: Schedule, lang: Lang) -> Markup:
    """Say which colour is which stage, and what the red edge and the thin line behind a bar mean."""
    stages = [one for one in STAGE_COLOURS if one in set(found.tasks["stage"])]
    keys = [tag("span", tag("i", style=f"background:{STAGE_COLOURS[one]}"), stage_title(found, one, lang))
            for one in stages]  # fmt: skip
    hot = tag("span", tag("i", style=f"border:2px solid {_HOT}"), say("critical_task", lang))
    slack = tag("span", tag("i", style=f"height:0;border-top:2px solid {_HAIR}"), say("slack", lang))
    return tag("p", *keys, hot, slack, class_="stage-key")


def told_end(found: Schedule, lang: Lang) -> str:
    said = [f"{found.asked.start.date()} – {found.end.date()}", say("shortest" if found.proved else "bounded", lang)]
    if not found.proved:
        said[-1] = said[-1].format(day=found.bound.date())
    if found.heat_late_days is not None and found.heat_due is not None:
        key = "heat_late" if found.heat_late_days else "heat_in_time"
        said.append(say(key, lang).format(days=found.heat_late_days, day=found.heat_due.date()))
    if found.over_days is not None and found.asked.by is not None:
        key = "after_day" if found.over_days > 0 else "before_day"
        said.append(say(key, lang).format(days=abs(found.over_days), day=found.asked.by.date()))
    return ("；" if lang == "zh" else "; ").join(said)


def gantt(found: Schedule, lang: Lang) -> Markup:
    """Draw a bar a task; critical ones have a red edge, slack is a thin line behind."""
    tasks = found.tasks
    first, last = found.asked.start, found.end
    scale = (_WIDE - _LEFT - 10) / max((last - first).days + 1, 1)
    high = _HEAD + _ROW * len(tasks) + 6

    def at(day: pd.Timestamp) -> float:
        return _LEFT + float((day - first).days) * scale

    parts = [*_months(first, last, at, high)]
    for k, row in enumerate(tasks.to_dict("records")):
        parts += _bar(row, _HEAD + _ROW * k, at, scale, lang)
    return _svg(parts, high, say("schedule", lang))


def _months(first: pd.Timestamp, last: pd.Timestamp, at: Callable[[pd.Timestamp], float], high: float) -> list[Markup]:
    parts = []
    for day in pd.date_range(first, last, freq="MS"):
        parts.append(tag("path", d=f"M{at(day):.1f} {_HEAD - 8}V{high:.1f}", stroke=_HAIR, fill="none"))
        parts.append(_text(f"{day.year}-{day.month:02d}", at(day) + 2, 12))
    return parts


def _bar(
    row: Mapping[Any, Any], top: float, at: Callable[[pd.Timestamp], float], scale: float, lang: Lang
) -> list[Markup]:
    x, wide = at(row["start"]), ((row["end"] - row["start"]).days + 1) * scale
    title = task_title(row, lang)
    told = f"{title} {row['start'].date()} – {row['end'].date()}"
    edge = _HOT if row["critical"] else STAGE_COLOURS[row["stage"]]
    bar = tag("rect", tag("title", told), x=f"{x:.1f}", y=f"{top + 2:.1f}", width=f"{max(wide, 1):.1f}", height="10",
              fill=STAGE_COLOURS[row["stage"]], stroke=edge)  # fmt: skip
    y, until = top + 7, x + wide + row["slack_days"] * scale
    slack = tag("path", d=f"M{x + wide:.1f} {y:.1f}H{min(until, _WIDE - 4):.1f}", stroke=_HAIR, fill="none")
    return [slack, bar, _text(_short(title), _LEFT - 6, top + 11, "end")]


def curve(found: Schedule, lang: Lang) -> Markup:
    """Draw money and metres, each as a share of its whole, week by week."""
    table = found.curve()
    wide, days = _WIDE - _LEFT - 110, max(len(table) - 1, 1)
    parts = [tag("path", d=f"M{_LEFT} 10V{_HIGH}H{_LEFT + wide}", fill="none", stroke=INK)]
    for k, (column, color, unit, part) in enumerate(
        (("yuan", "#f6a623", say("10k", lang), _TEN_THOUSAND), ("metres", "#2171b5", " m", 1.0))
    ):
        whole = float(table[column].iloc[-1])
        if not whole:
            continue
        points = " ".join(
            f"{_LEFT + wide * n / days:.1f},{_HIGH - (_HIGH - 20) * float(value) / whole:.1f}"
            for n, value in enumerate(table[column])
        )
        parts.append(tag("polyline", points=points, fill="none", stroke=color, stroke_width="2"))
        told = number(whole / part, borne(whole / part, 1))
        parts.append(_text(f"{told}{unit}", _LEFT + wide + 6, 24 + 16 * k, fill=color))
    parts += [_text(str(table["week"].iloc[0].date()), _LEFT, _HIGH + 16)]
    parts += [_text(str(table["week"].iloc[-1].date()), _LEFT + wide, _HIGH + 16, "end")]
    return _svg(parts, _HIGH + 24, say("s_curve", lang))


def critical(found: Schedule, lang: Lang) -> Markup:
    """List the tasks whose slip moves the end."""
    heads, lines = task_lines(found, lang)
    rows = [line[:6] for line in lines if line[7]]
    return grid([say("critical_task", lang), *heads[1:6]], rows, texts=5)


def _short(title: str, most: int = 18) -> str:
    return title if len(title) <= most else f"{title[: most - 1]}…"


def _svg(parts: list[Markup], high: float, title: str) -> Markup:
    return tag("svg", *parts, viewBox=f"0 0 {_WIDE:.0f} {high:.0f}", role="img", aria_label=title, class_="picture")


def _text(said: str, x: float, y: float, anchor: str = "start", fill: str = INK) -> Markup:
    return label(said, x, y, anchor=anchor, size=10, fill=fill)
