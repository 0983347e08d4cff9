"""``save_report``: a comparison on paper or for another program, by the ending of the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison, People

FORMATS = (".html", ".pdf", ".xlsx", ".gpkg", ".dxf")


def save_report(
    options: Comparison, path: str | Path, *, lang: str = "zh", paper: str = "a3", people: People | None = None
) -> Path:
    """Write options beside today in the form that the file's ending names.

    Parameters
    ----------
    options : Comparison
        What ``compare`` gives.
    path : str or Path
        ``.html`` to print from a browser, ``.pdf`` with plans at a true scale, ``.xlsx`` with tables and charts,
        ``.gpkg`` styled for QGIS, ``.dxf`` with the plan of the last option in metres of the area's system.
    lang : str
        ``zh`` or ``en``. Names in the data stay as they are.
    paper : str
        ``a3`` or ``a4``, for a PDF.
    people : People, optional
        What ``gather_people`` gives, told in HTML.

    Returns
    -------
    Path
        The file; the same options give the same bytes.

    Raises
    ------
    InputError
        The ending, language or paper is unknown, what writes it is not installed, or the file cannot be written.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> save_report(sr.compare(today, [clear]), "out/doc/report.xlsx").name
    'report.xlsx'
    """
    file = Path(path)
    ending = file.suffix.lower()
    if ending == ".html":
        from spatialreno.maps.paper.html_report import report

        return report(options, lang=lang, people=people).save(file)
    if ending == ".pdf":
        from spatialreno.maps.paper.pdf import write_pdf

        return write_pdf(options, file, lang=lang, paper=paper)
    if ending == ".xlsx":
        from spatialreno.maps.paper.workbook import write_xlsx

        return write_xlsx(options, file, lang=lang)
    if ending == ".gpkg":
        from spatialreno.maps.paper.qgis import write_styled_gpkg

        return write_styled_gpkg(options, file, lang=lang)
    if ending == ".dxf":
        from spatialreno.maps.paper.cad import write_dxf

        return write_dxf(options, file, lang=lang)
    raise InputError(f"{file}: a report ends in one of {', '.join(FORMATS)}.")
