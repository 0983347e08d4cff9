"""``report``: a comparison as a page, or on paper and for other programs by the ending of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from spatialreno.errors import InputError
from spatialreno.maps.page.page import Page

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, People


@overload
def report(options: Comparison, path: None = None, *, lang: str = "zh", people: People | None = None) -> Page: ...


@overload
def report(
    options: Comparison, path: str | Path, *, lang: str = "zh", paper: str = "a3", people: People | None = None
) -> Path: ...


def report(
    options: Comparison,
    path: str | Path | None = None,
    *,
    lang: str = "zh",
    paper: str = "a3",
    people: People | None = None,
) -> Page | Path:
    """Write options beside today as a report to print, or in the form that a file's ending names.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives.
    path : str or Path, optional
        ``.html`` to print from a browser, ``.pdf`` with plans at a true scale, ``.xlsx`` with tables and charts,
        ``.gpkg`` styled for QGIS, ``.dxf`` with the plan of the last option in metres of the area's system; a name
        without an ending is a folder, which gets all of them. Without a path the page itself is given.
    lang : str
        ``zh`` or ``en``. Names in the data stay as they are.
    paper : str
        ``a3`` or ``a4``, for a PDF.
    people : People, optional
        What ``spatialreno.comparison.gather_people`` gives (lifts, menu, management, check-up), told in HTML.

    Returns
    -------
    Page or Path
        The page where no path is given, else the file or folder; the same options give the same bytes.

    Raises
    ------
    InputError
        The ending, language or paper is unknown, what writes it is not installed, or the file cannot be written.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> options = sr.compare(today, [clear])
    >>> "拆违" in report(options).html()
    True
    >>> report(options, "out/doc/report.xlsx").name
    'report.xlsx'
    """
    from spatialreno.maps.paper.html_report import report_page

    if path is None:
        return report_page(options, lang=lang, people=people)
    file = Path(path)
    ending = file.suffix.lower()
    given: dict[str, Any] = {"lang": lang, "paper": paper, "people": people}
    if not ending:
        for form in FORMS:
            FORMS[form](options, file / f"report{form}", given)
        return file
    if ending not in FORMS:
        raise InputError(f"{file}: a report ends in one of {', '.join(FORMS)}, or in nothing: a folder of all.")
    return FORMS[ending](options, file, given)


def _html(options: Comparison, file: Path, given: dict[str, Any]) -> Path:
    from spatialreno.maps.paper.html_report import report_page

    return report_page(options, lang=given["lang"], people=given["people"]).save(file)


def _pdf(options: Comparison, file: Path, given: dict[str, Any]) -> Path:
    from spatialreno.maps.paper.pdf import write_pdf

    return write_pdf(options, file, lang=given["lang"], paper=given["paper"])


def _xlsx(options: Comparison, file: Path, given: dict[str, Any]) -> Path:
    from spatialreno.maps.paper.workbook import write_xlsx

    return write_xlsx(options, file, lang=given["lang"])


def _gpkg(options: Comparison, file: Path, given: dict[str, Any]) -> Path:
    from spatialreno.maps.paper.qgis import write_styled_gpkg

    return write_styled_gpkg(options, file, lang=given["lang"])


def _dxf(options: Comparison, file: Path, given: dict[str, Any]) -> Path:
    from spatialreno.maps.paper.cad import write_dxf

    return write_dxf(options, file, lang=given["lang"])


# Each form is imported when it is asked for: most offices write one.
FORMS: dict[str, Callable[[Comparison, Path, dict[str, Any]], Path]] = {
    ".html": _html,
    ".pdf": _pdf,
    ".xlsx": _xlsx,
    ".gpkg": _gpkg,
    ".dxf": _dxf,
}
