"""The table of a shapefile: in which script its text is written, and whether all its rows are there."""

from __future__ import annotations

import codecs
import struct
from functools import lru_cache
from pathlib import Path

from spatialreno.catalog.layers import catalog_rows
from spatialreno.formats.guard import refused

_FIELD = 32
_SHX_HEAD, _SHX_ROW = 100, 8
_AGAIN = "Export it again, and copy .shp, .shx, .dbf and .prj together"


@lru_cache(maxsize=1)
def codecs_by_word() -> dict[str, str]:
    """Read which codec each word of a ``.cpg`` file stands for."""
    return {row["word"]: row["codec"] for row in catalog_rows("encodings.csv")}


def codec_of(word: str) -> str | None:
    """Find the codec that a word such as ``GBK`` or ``936`` stands for."""
    word = word.strip().strip("\0\ufeff").upper()
    if word in codecs_by_word():
        return codecs_by_word()[word]
    try:
        return codecs.lookup(word).name if word else None
    except LookupError:
        return None


def encoding_of(path: Path, stated: str = "") -> tuple[str, str]:
    """Tell in which script a shapefile's text is written, and how that is known.

    Parameters
    ----------
    path
        The ``.shp`` file; ``.dbf`` and ``.cpg`` lie beside it.
    stated
        What ``area.toml`` says; nothing else is tried then.

    Returns
    -------
    tuple of str
        Python codec, and the reason in words.

    Raises
    ------
    InputError
        The text cannot be read in what was stated, or in any script that is tried.
    """
    text = _texts(_beside(path, ".dbf").read_bytes())
    if stated:
        codec = codec_of(stated)
        if codec is None or not _reads(text, codec):
            raise refused(path, f"its text is not {stated}, as area.toml says", "Correct encoding in area.toml")
        return codec, f"text read as {stated}, as area.toml says"
    word = _cpg(path)
    codec = codec_of(word) if word else None
    if codec and _reads(text, codec):
        return codec, f"text read as {word}, as its .cpg says"
    why = f", not {word} as its .cpg says" if word else " (no .cpg says so)"
    if all(byte < 128 for byte in text):
        return "utf-8", "text is plain ASCII"
    for codec, title in (("utf-8", "UTF-8"), ("gb18030", "GBK/GB18030")):
        if _reads(text, codec):
            return codec, f"text read as {title}{why}"
    raise refused(path, "its text is neither UTF-8 nor GB18030", "State encoding in area.toml, such as Big5")


def row_count(path: Path) -> int:
    """Count the rows of a shapefile; its three files must agree.

    Raises
    ------
    InputError
        ``.shx`` or ``.dbf`` is missing, cut short, or of another length.
    """
    index, table = _beside(path, ".shx"), _beside(path, ".dbf")
    raw = table.read_bytes()
    if len(raw) < _FIELD or index.stat().st_size < _SHX_HEAD:
        raise refused(path, "its .dbf or .shx is cut short", _AGAIN)
    rows, head, width = struct.unpack("<IHH", raw[4:12])
    shapes = (index.stat().st_size - _SHX_HEAD) // _SHX_ROW
    whole = (len(raw) - head) // max(1, width)
    (words,) = struct.unpack(">I", path.read_bytes()[24:28].rjust(4, b"\0"))
    if path.stat().st_size < words * 2:
        raise refused(path, "is cut short: its header promises more bytes than it has", _AGAIN)
    if not rows == shapes == min(rows, whole):
        raise refused(path, f"its .dbf promises {rows} rows and holds {whole}, its .shx has {shapes} shapes", _AGAIN)
    return int(rows)


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
        spans += [(at, at + size)] if is_text else []
        at += size
    parts = [name for name, _, _ in fields]
    for row in range(head, len(raw) - width + 1, max(1, width)):
        parts += [raw[row + a : row + b].rstrip(b" \0").replace(b"\n", b" ") for a, b in spans]
    return b"\n".join(parts)


def _reads(text: bytes, codec: str) -> bool:
    """Try a codec; a last character that the width of a field cut in two does not count."""
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return all(_cut(line, codec) is not None for line in text.split(b"\n"))
    return True


def _cut(line: bytes, codec: str) -> bool | None:
    """Tell whether a cell ends in half a character; None when it is not of this script at all."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        decoder.decode(line, final=False)
    except UnicodeDecodeError:
        return None
    return bool(decoder.getstate()[0])


def cut_rows(path: Path, codec: str) -> list[int]:
    """Number the rows in which the width of a field cut a character in two; what is left of it is no text."""
    raw = _beside(path, ".dbf").read_bytes()
    text = _texts(raw)
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        names, width = _layout(raw)
        cells = text.split(b"\n")[len(names) :]
        return sorted({i // width for i, cell in enumerate(cells) if _cut(cell, codec)})
    return []
