"""``report``: a comparison as a page, or on paper and for other programs by the ending of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from spatialreno.errors import InputError
from spatialreno.maps.outputs.forms import OUTPUTS, Asked
from spatialreno.maps.words.words import Lang

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, People
    from spatialreno.maps.page.page import Page

Paper = Literal["a3", "a4"]


@overload
def report(options: Comparison, path: None = None, *, lang: Lang = "zh", people: People | None = None) -> Page: ...


@overload
def report(
    options: Comparison,
    path: str | Path,
    *,
    lang: Lang = "zh",
    paper: Paper = "a3",
    people: People | None = None,
    without: Iterable[str] = (),
    progress: Callable[[str], None] | None = None,
) -> Path: ...


def report(
    options: Comparison,
    path: str | Path | None = None,
    *,
    lang: Lang = "zh",
    paper: Paper = "a3",
    people: People | None = None,
    without: Iterable[str] = (),
    progress: Callable[[str], None] | None = None,
) -> Page | Path:
    """Write options beside today as a report to print, in the form that a file's ending names, or in every form.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives.
    path : str or Path, optional
        ``.html`` to print from a browser, ``.pdf`` with plans at a true scale, ``.xlsx`` with tables and charts,
        ``.gpkg`` styled for QGIS, ``.dxf`` with the plan of the last option in metres of the area's system; a name
        without an ending is a folder, which gets all of them and the page of ``draw``, the live page, the sheets of
        the owners and of the residents, the tables, and ``index.html`` that leads to each.
        Without a path the page itself is given.
    lang : str
        ``zh`` or ``en``. Names in the data stay as they are.
    paper : str
        ``a3`` or ``a4``, for a PDF.
    people : People, optional
        What ``spatialreno.comparison.gather_people`` gives (lifts, menu, management, check-up), told in HTML;
        the year of each option, where a first day was given, in HTML, PDF and workbook.
    without : iterable of str, optional
        What a folder is to lack: ``page``, ``live``, ``html``, ``pdf``, ``xlsx``, ``gpkg``, ``dxf``, ``sheets``,
        ``residents``, ``tables``.
    progress : callable, optional
        Called with a sentence before each file of a folder.

    Returns
    -------
    Page or Path
        The page where no path is given, else the file or folder; the same options give the same bytes.

    Raises
    ------
    InputError
        The ending, language, paper or what is to be lacking is unknown, what writes it is not installed, or a file
        cannot be written. What a folder can hold of the rest is written all the same.

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
    from spatialreno.comparison import as_comparison

    options = as_comparison(options, what="report")
    if path is None:
        from spatialreno.maps.paper.html_report import report_page

        return report_page(options, lang=lang, people=people)
    file = Path(path)
    ending = file.suffix.lower()
    asked = Asked(lang, paper, people)
    if not ending:
        from spatialreno.maps.outputs.folder import write_folder

        return write_folder(options, file, asked, without=without, progress=progress)
    by_ending = {one.ending: one for one in OUTPUTS if one.ending}
    if ending not in by_ending:
        raise InputError(f"{file}: a report ends in one of {', '.join(by_ending)}, or in nothing: a folder of all.")
    by_ending[ending].write(options, file, asked)
    return file
