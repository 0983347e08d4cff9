"""Tell what a file is by what it holds, never by what it is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spatialreno.catalog import read_catalog
from spatialreno.files import refused
from spatialreno.formats.readers.archive import archive_kind

_HEAD = 65_536
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DBF = (b"\x03", b"\x30", b"\x31", b"\x83", b"\x8b", b"\xf5")  # versions of dBase and FoxPro
_BINARY = (".dwg", ".shp", ".gpkg", ".fgb", ".parquet", ".xlsx", ".ods", ".kmz", ".zip", ".dxf")
_ZIP = b"PK\x03\x04"
_DXF = re.compile(rb"\A(?:\s*999[ \t]*\r?\n[^\n]*\n)*\s*0[ \t]*\r?\n\s*SECTION\b")
_ROOT = re.compile(
    rb"\A(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>|\s)*<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL
)


@dataclass(frozen=True)
class FileKind:
    """A kind of file: how it is told, who reads it, and what to do when nobody does."""

    kind: str
    suffixes: tuple[str, ...]
    magic: bytes
    root: str
    driver: str
    status: str
    title: str
    mend: str


@lru_cache(maxsize=1)
def file_kinds() -> dict[str, FileKind]:
    """Read the table ``file_kinds`` of the catalog."""
    return {
        row["kind"]: FileKind(
            row["kind"],
            tuple(row["suffixes"].split("|")),
            bytes.fromhex(row["magic_hex"]),
            row["root"],
            row["driver"],
            row["status"],
            row["title_en"],
            row["mend"],
        )
        for row in read_catalog().rows("file_kinds")
    }


def sniff(path: Path) -> FileKind:
    """Tell the kind of a file or geodatabase folder by its content.

    Raises
    ------
    InputError
        The file cannot be read, is of no kind that is known, or of one that is never read; with the mend.
        A name that says another kind than the content is refused too.

    Examples
    --------
    >>> sniff(Path("data/geo/xigongdi/walls.geojson")).kind
    'geojson'
    """
    kind = file_kinds()[_kind(path)]
    if kind.status == "refused":
        raise refused(path, f"is a {kind.title}", kind.mend)
    if path.suffix.lower() not in kind.suffixes and _claims_another(path, kind):
        mend = f"Rename it to end in {kind.suffixes[0]} if that is what it is, or export it again"
        raise refused(path, f"calls itself {path.suffix} but holds {kind.title}", mend)
    return kind


def _claims_another(path: Path, kind: FileKind) -> bool:
    return any(path.suffix.lower() in other.suffixes for other in file_kinds().values() if other is not kind)


def _kind(path: Path) -> str:
    if path.is_dir():
        if any(path.glob("*.gdbtable")):
            return "gdb"
        raise refused(path, "is a folder", "Give one file, or a .gdb folder")
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise refused(path, "is no file but a pipe or a device", "Give a file")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise refused(path, f"cannot be read ({error.strerror})", "Check the path and its rights") from error
    if not head.strip():
        raise refused(path, "is empty", "Export it again")
    for kind in file_kinds().values():
        if kind.magic and head.startswith(kind.magic):
            return kind.kind
    if head.startswith(_ZIP):
        return archive_kind(path)
    return _binary_or_text(path, head)


def _binary_or_text(path: Path, head: bytes) -> str:
    if b"OSMHeader" in head[:32]:
        return "pbf"
    if head.startswith(_UTF16):
        head = head.decode("utf-16", "ignore").encode()
    text = head.lstrip(b"\xef\xbb\xbf").lstrip()
    if text[:1] in b"{[":
        return "geojson"
    if text.startswith(b"<"):
        return _xml_kind(path, text)
    if _DXF.match(text):
        return "dxf"
    if path.suffix.lower() in (".geojson", ".json"):
        return "geojson"  # its own reader says best what is wrong with it
    if path.suffix.lower() == ".dbf" and head[:1] in _DBF:
        mend = "Give its .shp; of a table alone: open it in Excel or WPS, and save it as .xlsx"
        raise refused(path, "is the table of a shapefile, or one of FoxPro", mend)
    if b"\0" in head:
        raise refused(path, "is of no kind that is known", _KNOWN)
    if path.suffix.lower() in _BINARY:
        raise refused(path, f"is not what its name ({path.suffix}) says", "It may have been cut short: export it again")
    return "csv"


def _xml_kind(path: Path, text: bytes) -> str:
    root = _ROOT.match(text)
    name = root[1].decode() if root else ""
    for kind in file_kinds().values():
        if kind.root and name.lower() in kind.root.lower().split("|"):
            return kind.kind
    raise refused(path, f"is XML of no kind that is known ({name or 'no root'})", _KNOWN)


_KNOWN = "Give GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, .gdb, DXF, XLSX, XLS, ODS or CSV"
