"""The report as a PDF: leaders' table, plans at a true scale, bill by payer, stages, what it all rests on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialreno.errors import InputError
from spatialreno.files import put_whole
from spatialreno.maps.content.indicator_tables import (
    bill_lines,
    confidence_counts,
    estimates,
    facts,
    fingerprints,
    indicator_lines,
    leader_lines,
    option_titles,
)
from spatialreno.maps.content.own_values import own_values
from spatialreno.maps.content.people_sections import said_checkup
from spatialreno.maps.drawing.cards import stages
from spatialreno.maps.drawing.themes import Theme, shown_themes
from spatialreno.maps.lettering.fonts import lettering
from spatialreno.maps.paper.html_report import report_title
from spatialreno.maps.paper.paper_sheet import MARGIN_MM, PAPERS, Sheet, table
from spatialreno.maps.paper.plot import draw_plan, furnish, legend
from spatialreno.maps.paper.year_sheets import year_sheets
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, People

_SIDE_MM = 74.0  # the column of legend and title block beside a plan
_BLOCK_MM = 44.0
_MARGIN_M = 12.0


def write_pdf(
    options: Comparison, path: Path, *, lang: Lang = "zh", paper: str = "a3", people: People | None = None
) -> Path:
    """Write the report as a PDF of vectors; the same options give the same bytes.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives.
    path : Path
        The file.
    lang : str
        ``zh`` or ``en``.
    paper : str
        ``a3`` or ``a4``, both landscape.
    people : People, optional
        What ``gather_people`` gives; the year of each option is told where a first day was given.

    Raises
    ------
    InputError
        The language or the paper is unknown, matplotlib is missing, or the file cannot be written.
    """
    language = checked(lang)
    if paper not in PAPERS:
        raise InputError(f'report: paper is "{paper}". Use one of {", ".join(PAPERS)}.')
    with lettering():
        sheets = report_sheets(options, language, PAPERS[paper], people)
        return bound(sheets, path, title=_title(options))


def bound(sheets: Sequence[Sheet], path: Path, *, title: str) -> Path:
    """Bind sheets into one PDF that carries no clock."""
    from matplotlib.backends.backend_pdf import PdfPages

    about = {"Title": title, "Creator": "spatialreno", "CreationDate": None, "ModDate": None}

    def write(folder: Path) -> None:
        with PdfPages(folder / path.name, metadata=about) as book:
            for sheet in sheets:
                book.savefig(sheet.figure)

    put_whole(path.parent, write, what=path)
    return path


def _title(options: Comparison) -> str:
    area = options.areas["today"]
    return area.title or area.name


def report_sheets(
    options: Comparison, lang: Lang, size: tuple[float, float], people: People | None = None
) -> list[Sheet]:
    """Lay out all sheets of the report."""
    titles = option_titles(options, lang)
    laid_out = shown_themes(options, lang)
    sheets = _first(options, titles, lang, size)
    sheets += [
        _plan(options, laid_out, place, f"{place + 1} / {len(titles)}", lang, size) for place in range(len(titles))
    ]
    sheets += _bill(options, titles, lang, size)
    if len(titles) == 1:
        sheets += _standing(options, lang, size)
    for place, key in enumerate(options.areas):
        if place:
            sheets += _changes(options, key, titles[place], lang, size)
    sheets += _checkups(options, titles, lang, size) + _stages(options, titles, lang, size)
    if people is not None and people.schedules:
        sheets += year_sheets(options, people.schedules, lang, size)
    return sheets + _grounds(options, lang, size)


def _first(options: Comparison, titles: list[str], lang: Lang, size: tuple[float, float]) -> list[Sheet]:
    sheets = [Sheet(*size)]
    sheets[0].heading(f"{_title(options)} · {report_title(options, lang)}", size=18)
    if options.areas["today"].meta.get("invented"):
        sheets[0].paragraph(word("invented", lang))
    sheets[0].heading(word("leaders", lang))
    rows = [[group, title, unit, *cells] for group, title, unit, cells in leader_lines(options, lang)]
    shares = [0.4, 3.6, 1.2, *[1.6] * len(titles)]
    table(sheets, ["", word("indicator", lang), word("unit", lang), *titles], rows, shares, texts=3, size=10)
    return sheets


def _plan(
    options: Comparison, laid_out: Sequence[Theme], place: int, number: str, lang: Lang, size: tuple[float, float]
) -> Sheet:
    """Draw one option: the plan at a true scale, its legend, its title block at the lower right."""
    sheet = Sheet(*size)
    title = option_titles(options, lang)[place]
    west, south, east, north = (float(value) for value in options.areas["today"].compounds.total_bounds)
    corners = (west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M)
    box = (MARGIN_MM, MARGIN_MM, size[0] - 2 * MARGIN_MM - _SIDE_MM - 4, size[1] - 2 * MARGIN_MM)
    drawing = draw_plan(sheet.figure, box, laid_out, place, corners)
    furnish(drawing, lang)
    left = size[0] - MARGIN_MM - _SIDE_MM
    sheet.put(left, size[1] - MARGIN_MM - 5, title, size=14, weight="bold")
    sheet.put(left, size[1] - MARGIN_MM - 12, word("legend", lang), size=10, weight="bold")
    legend(sheet.figure, drawing, lang, (left, size[1] - MARGIN_MM - 15))
    _title_block(sheet, left, options, title, f"1 : {drawing.scale}", number, lang)
    return sheet


def _title_block(
    sheet: Sheet, left: float, options: Comparison, title: str, scale: str, number: str, lang: Lang
) -> None:
    known = dict(facts(options, lang))
    rows = [
        (word("project", lang), _title(options)),
        (word("option", lang), title),
        (word("scale", lang), scale),
        (word("date", lang), known.get(word("date", lang), "")),
        (word("drawn_by", lang), ""),
        (word("sheet", lang), number),
    ]
    step = _BLOCK_MM / len(rows)
    sheet.frame(left, MARGIN_MM, _SIDE_MM, _BLOCK_MM)
    for place, (name, value) in enumerate(rows):
        y = MARGIN_MM + _BLOCK_MM - (place + 1) * step
        sheet.line(left, y, left + _SIDE_MM, y, width=0.3)
        sheet.put(left + 2, y + step * 0.3, name, size=7, color="#4b5563")
        sheet.put(left + 20, y + step * 0.3, str(value)[:40], size=8)


def _bill(options: Comparison, titles: list[str], lang: Lang, size: tuple[float, float]) -> list[Sheet]:
    rows = bill_lines(options, lang)
    if not rows:
        return []
    sheets = [Sheet(*size)]
    sheets[0].heading(word("bill", lang))
    sheets[0].paragraph(word("prices", lang))
    heads = [word(key, lang) for key in ("payer", "item", "unit")]
    for title in titles[1:]:
        heads += [f"{title} {word('quantity', lang)}", f"{title} {word('cost', lang)}"]
    table(sheets, heads, rows, [1.6, 2.6, 0.8, *[1.2] * (len(heads) - 3)], texts=3)
    return sheets


def _changes(options: Comparison, key: str, title: str, lang: Lang, size: tuple[float, float]) -> list[Sheet]:
    lines = [line for line in indicator_lines(options, key, lang) if line.change not in {"0", "—"}]
    sheets = [Sheet(*size)]
    sheets[0].heading(f"{title} · {word('change', lang)}")
    heads = [word(name, lang) for name in ("indicator", "unit", "source", "today", "value", "change")]
    rows = [
        [f"{line.title}{word('estimate_mark', lang) if line.estimated else ''}", line.unit, line.source, line.today,
         line.value, f"{line.change} {word({1: 'better', -1: 'worse'}[line.sense], lang) if line.sense else ''}"]
        for line in lines
    ]  # fmt: skip
    table(sheets, heads, rows, [3, 0.9, 3.6, 1, 1, 1.4], texts=3)
    return sheets


def _standing(options: Comparison, lang: Lang, size: tuple[float, float]) -> list[Sheet]:
    """Tell every indicator of today alone."""
    sheets = [Sheet(*size)]
    sheets[0].heading(word("indicators", lang))
    rows = [
        [f"{line.title}{word('estimate_mark', lang) if line.estimated else ''}", line.unit, line.source, line.today]
        for line in indicator_lines(options, "today", lang)
    ]
    heads = [word(name, lang) for name in ("indicator", "unit", "source", "today")]
    table(sheets, heads, rows, [3, 0.9, 4.5, 1], texts=3)
    return sheets


def _checkups(options: Comparison, titles: list[str], lang: Lang, size: tuple[float, float]) -> list[Sheet]:
    """Tell option by option how far each lack of the check-up is closed."""
    sheets: list[Sheet] = []
    for title, found in zip(titles[1:], options.checkups.values(), strict=True):
        heads, lines = said_checkup(found, options, lang)
        if lines:
            own = [Sheet(*size)]
            own[0].heading(f"{title} · {say('checkup', lang)}")
            table(own, heads, lines, [1.6, 1.2, 3, 4], texts=4)
            sheets += own
    return sheets


def _stages(options: Comparison, titles: list[str], lang: Lang, size: tuple[float, float]) -> list[Sheet]:
    rows: list[list[Any]] = []
    for title, own in zip(titles, stages(options, lang), strict=True):
        rows += [[title, stage["title"], stage["works"], stage["sum"]] for stage in own]
    if not rows:
        return []
    sheets = [Sheet(*size)]
    sheets[0].heading(word("stages_year", lang))
    heads = [word("option", lang), word("stages", lang), word("works_done", lang), word("cost", lang)]
    table(sheets, heads, rows, [1.4, 0.8, 5, 1.6], texts=4)
    return sheets


def _grounds(options: Comparison, lang: Lang, size: tuple[float, float]) -> list[Sheet]:
    """Tell what the numbers rest on."""
    sheets = [Sheet(*size)]
    sheets[0].heading(word("assumptions", lang))
    titles = dict(zip(options.areas, option_titles(options, lang), strict=True))
    rows = [["", str(options.areas["today"].meta.get("note") or "")]]
    rows += [[word("review", lang), f"{titles[key]}: {told}"] for key, told in options.notes(lang=lang)]
    rows += [[word("confidence", lang), f"{_known(name, lang)}: {count}"] for name, count in confidence_counts(options)]
    rows += [
        [word("rests_on", lang), f"{layer} · {what}: {count} / {total}"]
        for layer, what, count, total in estimates(options, lang)
    ]
    rows += [[word("own_values", lang), told] for told in own_values(options, lang)]
    rows += [[name, value] for name, value in facts(options, lang)]
    rows += [[word("provenance", lang), f"{name}: {stamp}"] for name, stamp in fingerprints(options, lang)]
    table(sheets, [word("what", lang), ""], [row for row in rows if row[1]], [1, 5], texts=2)
    return sheets


def _known(name: str, lang: Lang) -> str:
    try:
        return word(name, lang)
    except KeyError:
        return name
