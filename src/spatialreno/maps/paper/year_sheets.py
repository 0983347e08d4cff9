"""The year on paper: a bar a task over the months, every task as a line, and what each payer owes in which year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.maps.content.indicator_tables import option_titles
from spatialreno.maps.content.schedule_parts import (
    STAGE_COLOURS,
    money_by_year,
    stage_title,
    task_lines,
    task_title,
    told_end,
)
from spatialreno.maps.paper.paper_sheet import MARGIN_MM, Sheet, table, width_em
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.people_words import say

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, Schedule
    from spatialreno.maps.words.words import Lang

_NAMES_MM = 92.0  # the column of task names beside the bars
_ROW_MM = 4.6
_MONTHS_MM = 8.0
_KEY_MM = 30.0
_HOT, _HAIR, _EDGE = "#d62728", "#c9c9c3", "#4b5563"


def year_sheets(
    options: Comparison, schedules: Mapping[str, Schedule], lang: Lang, size: tuple[float, float]
) -> list[Sheet]:
    """Lay out the year of every planned option, then the money of all by year."""
    titles = dict(zip(options.areas, option_titles(options, lang), strict=True))
    sheets: list[Sheet] = []
    for option, found in schedules.items():
        sheets += _bars(found, titles[option], lang, size) + _lines(found, titles[option], lang, size)
    heads, rows = money_by_year(options, schedules, lang)
    if rows:
        last = [Sheet(*size)]
        last[0].heading(say("money_by_year", lang))
        said = [[number(cell, 1) if isinstance(cell, float) else cell for cell in row] for row in rows]
        table(last, heads, said, [2.4, 1.6, *[1.2] * (len(heads) - 2)], texts=2)
        sheets += last
    return sheets


def _lines(found: Schedule, title: str, lang: Lang, size: tuple[float, float]) -> list[Sheet]:
    sheets = [Sheet(*size)]
    sheets[0].heading(f"{title} · {say('task_by_task', lang)}")
    for note in found.notes(lang=lang):
        sheets[0].paragraph(note)
    heads, rows = task_lines(found, lang)
    table(sheets, heads, rows, [4, 1.3, 2, 1.2, 1.2, 0.9, 1.1, 0.9], texts=5)
    return sheets


def _bars(found: Schedule, title: str, lang: Lang, size: tuple[float, float]) -> list[Sheet]:
    """Draw a bar a task, on as many sheets as it takes; months and key stand on each."""
    sheets: list[Sheet] = []
    rows = found.tasks.to_dict("records")
    while rows:
        sheet = Sheet(*size)
        sheet.heading(f"{title} · {say('schedule', lang)}")
        sheet.paragraph(told_end(found, lang))
        sheet.y -= 2
        _key(sheet, found, lang)
        count = max(1, int((sheet.room - _MONTHS_MM) / _ROW_MM))
        _gantt(sheet, found, rows[:count], lang)
        rows = rows[count:]
        sheets.append(sheet)
    return sheets


def _gantt(sheet: Sheet, found: Schedule, rows: list[dict[Any, Any]], lang: Lang) -> None:
    first, left = found.asked.start, MARGIN_MM + _NAMES_MM
    scale = (sheet.width - MARGIN_MM - left) / ((found.end - first).days + 1)
    top, bottom = sheet.y - _MONTHS_MM, sheet.y - _MONTHS_MM - _ROW_MM * len(rows)
    months = pd.date_range(first, found.end, freq="MS")
    for day in months:
        x = left + (day - first).days * scale
        sheet.line(x, top + 1, x, bottom, width=0.3, color=_HAIR)
        sheet.put(x, top + 2, f"{day.year}-{day.month:02d}", size=8)
    for k, row in enumerate(rows):
        y = top - _ROW_MM * (k + 1)
        x, wide = left + (row["start"] - first).days * scale, ((row["end"] - row["start"]).days + 1) * scale
        sheet.put(left - 2, y + 1.2, _cut(task_title(row, lang)), size=8, right=True)
        if row["slack_days"]:
            until = min(x + wide + row["slack_days"] * scale, sheet.width - MARGIN_MM)
            sheet.line(x + wide, y + _ROW_MM / 2, until, y + _ROW_MM / 2, width=0.8, color=_HAIR)
        _bar(sheet, x, y + 0.8, wide, STAGE_COLOURS[row["stage"]], _HOT if row["critical"] else "")
    sheet.y = bottom


def _bar(sheet: Sheet, x: float, y: float, wide: float, fill: str, edge: str) -> None:
    from matplotlib.patches import Rectangle

    place = (x / sheet.width, y / sheet.height)
    box = Rectangle(place, wide / sheet.width, (_ROW_MM - 1.6) / sheet.height, fc=fill, ec=edge or _EDGE,
                    lw=1.1 if edge else 0.2, transform=sheet.figure.transFigure)  # fmt: skip
    sheet.figure.add_artist(box)


def _key(sheet: Sheet, found: Schedule, lang: Lang) -> None:
    """Say which colour is which stage, and what a red edge and a thin line mean."""
    stages = [one for one in STAGE_COLOURS if one in set(found.tasks["stage"])]
    told = [(STAGE_COLOURS[one], "", stage_title(found, one, lang)) for one in stages]
    told += [("#ffffff", _HOT, say("critical_task", lang)), ("", "", say("slack", lang))]
    sheet.y -= 5
    x = MARGIN_MM
    for fill, edge, title in told:
        if fill:
            _bar(sheet, x, sheet.y, 5, fill, edge)
        else:
            sheet.line(x, sheet.y + 1.5, x + 5, sheet.y + 1.5, width=0.8, color=_HAIR)
        sheet.put(x + 6.5, sheet.y + 0.4, title, size=8)
        x += max(_KEY_MM, 10 + 3 * width_em(title))
    sheet.y -= 4


def _cut(title: str) -> str:
    """Shorten what is longer than the column of names."""
    most = _NAMES_MM / 2.9
    while width_em(title) > most:
        title = f"{title.removesuffix('…')[:-1]}…"
    return title
