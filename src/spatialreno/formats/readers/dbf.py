"""The table of a shapefile: in which script its text is written, and whether all its rows are there."""

from __future__ import annotations

import codecs
import struct
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spatialreno.catalog import read_catalog
from spatialreno.files import refused

_FIELD, _NAME = 32, 11
_END, _BLANK = 10, 32
_SHX_HEAD, _SHX_ROW = 100, 8
_AGAIN = "Export it again, and copy .shp, .shx, .dbf and .prj together"


@lru_cache(maxsize=1)
def codecs_by_word() -> dict[str, str]:
    """Read which codec each word of a ``.cpg`` file stands for."""
    return {row["word"]: row["codec"] for row in read_catalog().rows("encodings")}


def codec_of(word: str) -> str | None:
    """Find the codec that a word such as ``GBK`` or ``936`` stands for."""
    word = word.strip().strip("\0\ufeff").upper()
    if word in codecs_by_word():
        return codecs_by_word()[word]
    try:
        return codecs.lookup(word).name if word else None
    except LookupError:
        return None


def encoding_of(path: Path, stated: str = "") -> tuple[str, str, list[int]]:
    """Tell in which script a shapefile's text is written, and how that is known.

    Parameters
    ----------
    path
        The ``.shp`` file; ``.dbf`` and ``.cpg`` lie beside it.
    stated
        What ``area.toml`` says; nothing else is tried then.

    Returns
    -------
    tuple
        Python codec, the reason in words, and the rows in which the width of a field cut a character in two: what
        is left of it is no text.

    Raises
    ------
    InputError
        The text cannot be read in what was stated, or in any script that is tried.
    """
    raw = _beside(path, ".dbf").read_bytes()
    text = _texts(raw)
    if stated:
        codec = codec_of(stated)
        if codec is None or not _reads(text, codec):
            raise refused(path, f"its text is not {stated}, as area.toml says", "Correct encoding in area.toml")
        return codec, f"text read as {stated}, as area.toml says", _cut_rows(raw, text, codec)
    word = _cpg(path)
    said = codec_of(word) if word else None
    if said and _reads(text, said):
        return said, f"text read as {word}, as its .cpg says", _cut_rows(raw, text, said)
    why = f", not {word} as its .cpg says" if word else " (no .cpg says so)"
    if text.isascii():
        return "utf-8", "text is plain ASCII", []
    for codec, title in (("utf-8", "UTF-8"), ("gb18030", "GBK/GB18030")):
        if _reads(text, codec):
            return codec, f"text read as {title}{why}", _cut_rows(raw, text, codec)
    raise refused(path, "its text is neither UTF-8 nor GB18030", "State encoding in area.toml, such as Big5")


def row_count(path: Path) -> int:
    """Count the rows of a shapefile; its three files must agree.

    Raises
    ------
    InputError
        ``.shx`` or ``.dbf`` is missing, cut short, or of another length.
    """
    index, table = _beside(path, ".shx"), _beside(path, ".dbf")
    raw, size = _first(table, _FIELD), table.stat().st_size
    if len(raw) < _FIELD or index.stat().st_size < _SHX_HEAD:
        raise refused(path, "its .dbf or .shx is cut short", _AGAIN)
    rows, head, width = struct.unpack("<IHH", raw[4:12])
    shapes = (index.stat().st_size - _SHX_HEAD) // _SHX_ROW
    whole = (size - head) // max(1, width)
    (words,) = struct.unpack(">I", _first(path, 28)[24:].rjust(4, b"\0"))
    if path.stat().st_size < words * 2:
        raise refused(path, "is cut short: its header promises more bytes than it has", _AGAIN)
    if not rows == shapes == min(rows, whole):
        raise refused(path, f"its .dbf promises {rows} rows and holds {whole}, its .shx has {shapes} shapes", _AGAIN)
    return int(rows)


def _first(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _beside(path: Path, suffix: str) -> Path:
    for file in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if file.is_file():
            return file
    raise refused(path, f"its {suffix} is missing", "A shapefile is .shp, .shx and .dbf together, best with .prj")


def _cpg(path: Path) -> str:
    for file in (path.with_suffix(".cpg"), path.with_suffix(".CPG")):
        if file.is_file():
            return file.read_bytes()[:64].decode("ascii", "replace").strip().strip("\0")
    return ""


def _layout(raw: bytes) -> tuple[list[tuple[bytes, bool, int]], int]:
    """List the fields of a table (name, whether it is text, width), and count those of text."""
    fields = []
    (head,) = struct.unpack("<H", raw[8:10]) if len(raw) >= _FIELD else (0,)
    for start in range(_FIELD, max(_FIELD, head - 1), _FIELD):
        field = raw[start : start + _FIELD]
        if len(field) < _FIELD or field[0] == 0x0D:
            break
        fields.append((field[:11].split(b"\0")[0], field[11:12] in b"CM", field[16]))
    return fields, sum(is_text for _, is_text, _ in fields)


def _texts(raw: bytes) -> bytes:
    """Gather names of fields and cells of text, each ended by a line end."""
    fields, _ = _layout(raw)
    head, width = struct.unpack("<HH", raw[8:12]) if len(raw) >= _FIELD else (0, 0)
    spans, at = [], 1
    for _, is_text, size in fields:
        spans += [(at, min(at + size, width))] if is_text else []
        at += size
    names = b"".join(name + b"\n" for name, _, _ in fields)
    rows = (len(raw) - head) // width if 0 < head <= len(raw) and width else 0
    table = np.frombuffer(raw, np.uint8, rows * width, head if rows else 0).reshape(rows, width)
    cells = [table[:, a : a + _used(table[:, a:b])] for a, b in spans]
    cells = [np.where(cell == _END, _BLANK, cell) for cell in cells]
    ends = np.full((rows, 1), _END, dtype=np.uint8)
    block = np.hstack([part for cell in cells for part in (cell, ends)]) if cells else ends[:0]
    return names + block.tobytes()


def _used(cell: npt.NDArray[np.uint8]) -> int:
    """Count the bytes of a field up to the last that any row uses."""
    filled = np.flatnonzero(((cell != _BLANK) & (cell != 0)).any(axis=0))
    return int(filled[-1]) + 1 if len(filled) else 0


def _reads(text: bytes, codec: str) -> bool:
    """Try a codec; a last character that the width of a field cut in two does not count."""
    return _decodes(text, codec) or all(_cut(line, codec) is not None for line in text.split(b"\n"))


def _decodes(text: bytes, codec: str) -> bool:
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _cut(line: bytes, codec: str) -> bool | None:
    """Tell whether a cell ends in half a character; None when it is not of this script at all."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        decoder.decode(line.rstrip(b" \0"), final=False)
    except UnicodeDecodeError:
        return None
    return bool(decoder.getstate()[0])


def whole_names(path: Path, codec: str) -> tuple[bytes | None, list[str]]:
    """Return the table with whole characters only in the names of its columns, and the names that were cut.

    A name has ten bytes: the fourth Chinese character of one in UTF-8 is cut in two. None when no name was cut.
    """
    raw = bytearray(_beside(path, ".dbf").read_bytes())
    cut = []
    for n, (name, _, _) in enumerate(_layout(bytes(raw))[0]):
        if _cut(name, codec):
            whole = name.decode(codec, "ignore")
            cut.append(whole)
            raw[_FIELD * (n + 1) : _FIELD * (n + 1) + _NAME] = whole.encode(codec).ljust(_NAME, b"\0")
    return (bytes(raw), cut) if cut else (None, [])


def _cut_rows(raw: bytes, text: bytes, codec: str) -> list[int]:
    """Number the rows whose last character is cut in two."""
    if _decodes(text, codec):
        return []
    names, width = _layout(raw)
    cells = text.split(b"\n")[len(names) : -1]
    return sorted({i // width for i, cell in enumerate(cells) if _cut(cell, codec)})
