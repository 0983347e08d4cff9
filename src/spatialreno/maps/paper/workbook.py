"""The report as a workbook: leaders' table, indicators, bill of quantities, stages, charts; text is never a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.catalog import said_source
from spatialreno.errors import InputError
from spatialreno.files import listed, put_whole
from spatialreno.indicators import indicator_title
from spatialreno.maps.content.indicator_tables import facts, item_title, option_titles, unit_text
from spatialreno.maps.content.own_values import own_values
from spatialreno.maps.content.people_sections import said_checkup
from spatialreno.maps.content.schedule_parts import money_by_year, task_lines
from spatialreno.maps.drawing.cards import stages
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import clean
from spatialreno.maps.words.words import Lang, checked, payer_word, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, People, Schedule

_NO_CLOCK = datetime(2000, 1, 1)
_LONGEST = 32_000  # letters of one cell; Excel takes 32 767


def write_xlsx(options: Comparison, path: Path, *, lang: Lang = "zh", people: People | None = None) -> Path:
    """Write tables that a spreadsheet can reckon with; numbers are numbers, all else is text.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives.
    path : Path
        The file.
    lang : str
        ``zh`` or ``en``.
    people : People, optional
        What ``gather_people`` gives; the year of each option is told where a first day was given.

    Raises
    ------
    InputError
        The language is unknown, XlsxWriter is missing, or the file cannot be written.
    """
    language = checked(lang)
    try:
        import xlsxwriter
    except ImportError as error:
        raise InputError(
            "report: a workbook needs XlsxWriter. Install it with pip install 'spatialreno[report]', or write .html."
        ) from error
    safe = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)

    def write(folder: Path) -> None:
        with xlsxwriter.Workbook(str(folder / path.name), safe) as book:
            book.set_properties({"title": clean(options.today.title or options.today.name), "created": _NO_CLOCK})
            _fill(_Pen(book, language), options, language, people)

    put_whole(path.parent, write, what=path)
    return path


class _Pen:
    """Writes sheets of one workbook."""

    def __init__(self, book: Any, lang: Lang) -> None:
        self.book, self.lang = book, lang
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0.##", "valign": "top"})

    def sheet(self, name: str, heads: Sequence[object], rows: Iterable[Sequence[object]], *, texts: int = 2) -> Any:
        """Write one table; its heads stay in sight."""
        page = self.book.add_worksheet(name[:31])
        for column, head in enumerate(heads):
            page.write_string(0, column, _cell(head), self.head)
            page.set_column(column, column, 28 if column < texts else 14)
        for at, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self.put(page, at, column, value)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        return page

    def put(self, page: Any, row: int, column: int, value: object) -> None:
        """Write a number as a number, nothing as nothing, all else as text."""
        if value is None or value is pd.NA or value is pd.NaT:
            return
        if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
            if not np.isnan(value):
                page.write_number(row, column, float(value), self.number)
        else:
            page.write_string(row, column, _cell(value), self.text)


def _cell(value: object) -> str:
    return clean(value)[:_LONGEST]


def _fill(pen: _Pen, options: Comparison, lang: Lang, people: People | None) -> None:
    titles = option_titles(options, lang)
    leaders = options.leaders(lang=lang)
    rows = [[row["group"], title, row["unit"], *(row[key] for key in options.areas)]
            for title, row in leaders.iterrows()]  # fmt: skip
    page = pen.sheet(word("leaders", lang), ["", word("indicator", lang), word("unit", lang), *titles], rows, texts=3)
    page.set_column(0, 0, 4)
    _charts(pen, page, leaders, titles, len(rows), word("leaders", lang)[:31])
    _changes(pen, options, titles, lang)
    _bill(pen, options, titles, lang)
    stage_rows = [[title, stage["title"], stage["works"], stage["sum"]]
                  for title, own in zip(titles, stages(options, lang), strict=True) for stage in own]  # fmt: skip
    heads = [word(k, lang) for k in ("option", "stages", "works_done", "cost")]
    pen.sheet(word("stages", lang), heads, stage_rows, texts=4)
    _checkup(pen, options, titles, lang)
    if people is not None and people.schedules:
        _year(pen, options, people.schedules, lang)
    _findings(pen, options, titles, lang)
    pen.sheet(word("assumptions", lang), [word("what", lang), ""], _grounds(options, lang))


def _findings(pen: _Pen, options: Comparison, titles: list[str], lang: Lang) -> None:
    """Write every finding as a row, in the reader's words; the key of an indicator stands beside its title."""
    names, catalog = dict(zip(options.areas, titles, strict=True)), options.today.catalog
    places, norm = options.today.compounds["name"], options.evaluations["today"].standard
    rows = [
        [names[str(r["option"])], word(f"level_{r['level']}", lang), places.get(r["place"], r["place"]),
         indicator_title(catalog, str(r["indicator"]), lang=lang, norm=norm), r["value"],
         unit_text(str(r["unit"]), lang), r["target"], _met(r["meets"], lang),
         said_source(catalog, str(r["source"] or ""), lang), word("estimate", lang) if r["mark"] else "",
         r["indicator"]]
        for r in options.table(rounded=True).reset_index().to_dict("records")
    ]  # fmt: skip
    heads = ("option", "level", "place", "indicator", "value", "unit", "target", "is_met", "source", "mark", "id")
    page = pen.sheet(word("all_findings", lang), [word(key, lang) for key in heads], rows, texts=4)
    page.set_column(8, 8, 40)


def _met(meets: object, lang: Lang) -> str:
    return "" if meets is None or meets is pd.NA else word("yes" if meets else "no", lang)


def _changes(pen: _Pen, options: Comparison, titles: list[str], lang: Lang) -> None:
    change = options.change(lang=lang, rounded=True)
    changed = [f"{title} {word('change', lang)}" for title in titles[1:]]
    heads = [word("indicator", lang), word("unit", lang), titles[0], *changed]
    rows = [[title, unit_text(str(row["unit"]), lang), *(row[key] for key in options.areas)]
            for title, row in change.iterrows()]  # fmt: skip
    pen.sheet(word("change", lang), heads, rows)


def _bill(pen: _Pen, options: Comparison, titles: list[str], lang: Lang) -> None:
    """Write every line of the bill, then its sums by payer, class and phase."""
    names = dict(zip(options.areas, titles, strict=True))
    catalog = options.today.catalog
    classes = {row["class"]: row[f"title_{lang}"] for row in catalog.rows("menu_classes")}
    bill = options.bill()
    rows = [
        [names[str(row["option"])], payer_word(str(row["payer"]), lang), classes.get(row["class"], row["class"]),
         row["phase"], item_title(row, options, lang), unit_text(str(row["unit"]), lang), row["quantity"],
         row["unit_price_yuan"], row["cost_yuan"], said_source(catalog, row["source"], lang),
         word(row["confidence"], lang), listed(row["ids"])]
        for row in bill.lines.to_dict("records")
    ]  # fmt: skip
    keys = ("option", "payer", "class", "stages", "item", "unit", "quantity", "unit_price", "cost", "price_source")
    heads = [word(key, lang) for key in (*keys, "confidence", "id")]
    page = pen.sheet(word("bill_lines", lang), heads, rows, texts=6)
    page.set_column(4, 4, 36)
    for key, sums in (("payer", "payer"), ("class", "class"), ("phase", "stages")):
        table = bill.by(key)
        said = {"payer": lambda v: payer_word(str(v), lang), "class": lambda v: classes.get(v, v)}.get(key, int)
        pen.sheet(f"{word('cost', lang)} · {word(sums, lang)}", [word(k, lang) for k in ("option", sums, "cost")],
                  [[names[r["option"]], said(r[key]), r["cost_yuan"]] for r in table.to_dict("records")])  # fmt: skip


def _checkup(pen: _Pen, options: Comparison, titles: list[str], lang: Lang) -> None:
    """Write every lack of every option; no sheet where the check-up found none."""
    names = dict(zip(options.areas, titles, strict=True))
    found = [(names[key], *said_checkup(table, options, lang)) for key, table in options.checkups.items()]
    rows = [[name, *line] for name, _, lines in found for line in lines]
    if rows:
        pen.sheet(say("checkup", lang), [word("option", lang), *found[0][1]], rows, texts=5)


def _year(pen: _Pen, options: Comparison, schedules: Mapping[str, Schedule], lang: Lang) -> None:
    """Write every task of every planned option, and what each payer owes in which year."""
    names = dict(zip(options.areas, option_titles(options, lang), strict=True))
    lines = {option: task_lines(found, lang) for option, found in schedules.items()}
    rows = [[names[option], *row] for option, (_, own) in lines.items() for row in own]
    pen.sheet(say("schedule", lang), [word("option", lang), *next(iter(lines.values()))[0]], rows, texts=6)
    heads, owed = money_by_year(options, schedules, lang)
    if owed:
        pen.sheet(say("money_by_year", lang), heads, owed)


def _grounds(options: Comparison, lang: Lang) -> list[list[str]]:
    names = dict(zip(options.areas, option_titles(options, lang), strict=True))
    rows = [[name, value] for name, value in facts(options, lang)]
    rows += [[word("own_values", lang), told] for told in own_values(options, lang)]
    rows += [[names[key], told] for key, told in options.notes(lang=lang)]
    invented = [[word("what", lang), word("invented", lang)]] if options.today.meta.get("invented") else []
    return [*invented, [word("cost", lang), word("prices", lang)], *rows]


def _charts(pen: _Pen, page: Any, leaders: pd.DataFrame, titles: list[str], count: int, sheet: str) -> None:
    """Draw one small chart for each figure that differs between options, the options side by side."""
    last = 2 + len(titles)
    shown = 0
    for at in range(count):
        values = pd.to_numeric(leaders.iloc[at][list(leaders.columns[2:])], errors="coerce")
        if values.isna().any() or values.nunique() < 2 or shown == 6:
            continue  # a row of several figures is no bar
        chart = pen.book.add_chart({"type": "bar"})
        cells = {"categories": [sheet, 0, 3, 0, last], "values": [sheet, at + 1, 3, at + 1, last]}
        look = {"name": [sheet, at + 1, 1], "fill": {"color": "#0072b2"}, "data_labels": {"value": True}}
        chart.add_series({**cells, **look})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        chart.set_size({"width": 420, "height": 60 + 36 * len(titles)})
        page.insert_chart(count + 2 + (shown // 2) * 12, (shown % 2) * 3, chart)
        shown += 1
