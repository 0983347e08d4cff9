"""Excel workbooks since 2007, whatever wrote them: strict ones, ones with broken styles."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from spatialreno.files import refused
from spatialreno.formats.readers.tables.book import Book

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 1_000
_STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml", b"http://schemas.openxmlformats.org/drawingml/2006"),
)
_STYLES = "xl/styles.xml"
_LOOK_NAMES = rb"fonts|fills|borders|cellStyleXfs|cellStyles|dxfs|tableStyles|colors|extLst"
_LOOKS = re.compile(rb"<(?:\w+:)?(" + _LOOK_NAMES + rb")\b.*?</(?:\w+:)?\1>", re.DOTALL)
_PLAIN = {b"fonts": b"<font/>", b"fills": b"<fill><patternFill/></fill>", b"borders": b"<border/>"}
_LOOK_OF = re.compile(rb'\s(?:fontId|fillId|borderId|xfId)="\d*"')
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def open_excel(path: Path) -> Book:
    """Open an ``.xlsx`` workbook; a sheet of charts has no cells.

    Raises
    ------
    InputError
        Damage, or ``openpyxl`` is not installed.
    """
    book = _opened(path)
    names = book.sheetnames
    cells = {page.title for page in book.worksheets}
    hidden = {name for name in cells if book[name].sheet_state != "visible"}
    return Book(
        names,
        hidden,
        lambda name: _cells(book[name], path) if name in cells else iter(()),
        lambda name: _beside_the_cells(path, names.index(name)),
    )


def _cells(page: Any, path: Path) -> Iterator[tuple[Any, ...]]:
    page.reset_dimensions()  # what a file says of its own size is not to be believed
    for number, row in enumerate(page.iter_rows(values_only=True, max_col=_MOST_COLUMNS), start=1):
        if number > _MOST_ROWS:
            raise refused(path, "has more rows than a sheet can have", "Save it again as .xlsx", rule="limit")
        yield row


def _opened(path: Path) -> Any:
    try:
        import openpyxl
    except ImportError as error:
        mend = "Install it with pip install 'spatialreno[excel]', or save the table as CSV"
        raise refused(path, "needs openpyxl to be read", mend) from error
    try:
        return _plain_copy(path, openpyxl, strict=_is_strict(path), styles=False)
    except (TypeError, AttributeError, ValueError, KeyError, IndexError, SyntaxError) as first:
        try:  # how cells look says nothing of what they hold
            return _plain_copy(path, openpyxl, strict=_is_strict(path), styles=True)
        except (TypeError, AttributeError, ValueError, KeyError, IndexError, SyntaxError):
            raise refused(path, f"is a damaged workbook ({first})", "Save it again as .xlsx") from first


def _plain_copy(path: Path, openpyxl: Any, *, strict: bool, styles: bool) -> Any:
    """Open a workbook, or a copy of it in the usual form."""
    options = {"read_only": True, "data_only": True, "keep_links": False}
    if not strict and not styles:
        return openpyxl.load_workbook(path, **options)
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the book reads from it as long as it lives
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as after:
        for item in before.infolist():
            raw = before.read(item)
            if strict and item.filename.endswith((".xml", ".rels")):
                for theirs, usual in _STRICT:
                    raw = raw.replace(theirs, usual)
            after.writestr(item.filename, _without_looks(raw) if styles and item.filename == _STYLES else raw)
    copy.seek(0)
    return openpyxl.load_workbook(copy, **options)


def _is_strict(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return _STRICT[0][0] in archive.read("xl/workbook.xml")
    except (KeyError, zipfile.BadZipFile, OSError, RuntimeError):
        return False


def _without_looks(raw: bytes) -> bytes:
    """Keep of the styles only what tells a date from a number."""
    plain = _LOOKS.sub(lambda m: b"", raw)
    plain = re.sub(rb"<(?:\w+:)?(?:fonts|fills|borders|cellStyleXfs|cellStyles|dxfs|tableStyles)\b[^>]*/>", b"", plain)
    looks = (
        b"".join(b'<%s xmlns="%s" count="1">%s</%s>' % (n, _MAIN, inner, n) for n, inner in _PLAIN.items())
        + b'<cellStyleXfs xmlns="%s" count="1"><xf/></cellStyleXfs>' % _MAIN
    )
    head = re.search(rb"<(?:\w+:)?styleSheet\b[^>]*>", plain)
    numbers = re.search(rb"<(?:\w+:)?numFmts\b.*?</(?:\w+:)?numFmts>|<(?:\w+:)?numFmts\b[^>]*/>", plain, re.DOTALL)
    at = numbers.end() if numbers else head.end() if head else 0
    return _LOOK_OF.sub(b"", plain[:at] + looks + plain[at:])


def _beside_the_cells(path: Path, place: int) -> tuple[list[tuple[int, int, int, int]], list[tuple[int, int]]]:
    """Find merged ranges and formulas without a value in the XML of one sheet; nothing where it is not as usual."""
    merged: list[tuple[int, int, int, int]] = []
    hollow: list[tuple[int, int]] = []
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_part_of(archive, place)) as part:
            for _, element in ET.iterparse(part):
                tag = str(element.tag).rsplit("}", 1)[-1]
                if tag == "mergeCell":
                    merged.append(_range(str(element.get("ref", ""))))
                elif tag == "c":
                    parts = {str(child.tag).rsplit("}", 1)[-1]: child for child in element}
                    value = parts.get("v")
                    if "f" in parts and "is" not in parts and (value is None or not (value.text or "").strip()):
                        hollow.append(_place(str(element.get("r", ""))))
                    element.clear()
    except (KeyError, ValueError, zipfile.BadZipFile, OSError, RuntimeError, ET.ParseError):
        return [], []
    return merged, hollow


def _part_of(archive: zipfile.ZipFile, place: int) -> str:
    """Name the file of a sheet inside the workbook, by its place in the list of sheets."""
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    sheets = [e for e in book.iter() if str(e.tag).rsplit("}", 1)[-1] == "sheet"]
    wanted = next(v for k, v in sheets[place].attrib.items() if k.rsplit("}", 1)[-1] == "id" and "}" in k)
    links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(str(e.get("Target")) for e in links if e.get("Id") == wanted)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


_CELL = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})$")


def _place(name: str) -> tuple[int, int]:
    """Read a cell's name as row and column, counted from 0."""
    match = _CELL.match(name)
    if match is None:
        raise ValueError(name)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


def _range(name: str) -> tuple[int, int, int, int]:
    first, _, last = name.partition(":")
    (top, left), (bottom, right) = _place(first), _place(last or first)
    return top, bottom, left, right
