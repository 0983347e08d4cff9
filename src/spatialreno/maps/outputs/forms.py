"""All that one comparison is written as: a row a form, imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, People
    from spatialreno.maps.words.words import Lang


@dataclass(frozen=True)
class Asked:
    """How things are to be written.

    Attributes
    ----------
    lang
        ``zh`` or ``en``.
    paper
        Of a PDF: ``a3`` or ``a4``.
    people
        What ``gather_people`` gives, where it is to be told.
    """

    lang: Lang
    paper: str
    people: People | None


@dataclass(frozen=True)
class Output:
    """One form of a comparison.

    Attributes
    ----------
    key
        Its name, also among the words (``out_…``).
    place
        File or folder inside the folder of all.
    write
        Writes it to a path.
    ending
        Of a file name that asks for this form alone; empty where none does.
    opens
        What the first page leads to, where it is a file inside the folder of this form.
    lacks
        Says whether there is nothing to write.
    why
        Word that tells why nothing is written then.
    """

    key: str
    place: str
    write: Callable[[Comparison, Path, Asked], object]
    ending: str = ""
    opens: str = ""
    lacks: Callable[[Comparison], bool] = lambda _: False
    why: str = "nothing_asked"


def _page(options: Comparison, file: Path, asked: Asked) -> object:
    from spatialreno.maps.page.page import draw

    return draw(options, lang=asked.lang, people=asked.people).save(file)


def _live(options: Comparison, file: Path, asked: Asked) -> object:
    from spatialreno.comparison import today_alone
    from spatialreno.maps.live_page.page import live_of

    return live_of(today_alone(options), lang=asked.lang).save(file)


def _html(options: Comparison, file: Path, asked: Asked) -> object:
    from spatialreno.maps.paper.html_report import report_page

    return report_page(options, lang=asked.lang, people=asked.people).save(file)


def _pdf(options: Comparison, file: Path, asked: Asked) -> object:
    from spatialreno.maps.paper.pdf import write_pdf

    return write_pdf(options, file, lang=asked.lang, paper=asked.paper, people=asked.people)


def _xlsx(options: Comparison, file: Path, asked: Asked) -> object:
    from spatialreno.maps.paper.workbook import write_xlsx

    return write_xlsx(options, file, lang=asked.lang, people=asked.people)


def _gpkg(options: Comparison, file: Path, asked: Asked) -> object:
    from spatialreno.maps.paper.qgis import write_styled_gpkg

    return write_styled_gpkg(options, file, lang=asked.lang)


def _dxf(options: Comparison, file: Path, asked: Asked) -> object:
    from spatialreno.maps.paper.cad import write_dxf

    return write_dxf(options, file, lang=asked.lang)


def _sheets(options: Comparison, file: Path, asked: Asked) -> object:
    from spatialreno.maps.paper.owner_sheets import owner_sheets

    return owner_sheets(options, file, lang=asked.lang)


def _asks_nobody(options: Comparison) -> bool:
    from spatialreno.maps.content.owner_asks import asks_nobody

    return asks_nobody(options)


def _residents(options: Comparison, folder: Path, asked: Asked) -> object:
    from spatialreno.maps.residents.papers import draw_residents

    schedules = {} if asked.people is None else asked.people.schedules
    return draw_residents(options, schedule=schedules.get(list(options.areas)[-1]), lang=asked.lang).save(folder)


def _nobody_lives_there(options: Comparison) -> bool:
    from spatialreno.maps.residents.facts import tells_nobody

    return tells_nobody(options)


def _tables(options: Comparison, folder: Path, asked: Asked) -> object:
    return options.write(folder)


# In the order in which a reader wants them.
OUTPUTS: Final[tuple[Output, ...]] = (
    Output("page", "page.html", _page),
    Output("live", "live.html", _live),
    Output("html", "report.html", _html, ".html"),
    Output("pdf", "report.pdf", _pdf, ".pdf"),
    Output("xlsx", "report.xlsx", _xlsx, ".xlsx"),
    Output("sheets", "sheets.pdf", _sheets, lacks=_asks_nobody),
    Output("residents", "residents", _residents, opens="residents/index.html", lacks=_nobody_lives_there,
           why="no_residents"),
    Output("gpkg", "report.gpkg", _gpkg, ".gpkg"),
    Output("dxf", "report.dxf", _dxf, ".dxf"),
    Output("tables", "tables", _tables),
)
