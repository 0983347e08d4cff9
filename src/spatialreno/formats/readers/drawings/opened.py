"""A DXF opened once: its text in the script that it is really in, its header, what can be seen of it."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spatialreno.errors import InputError
from spatialreno.files import believable, codec_of, refused, script_of

_AGAIN = "Save it again as DXF R2018"
_UNICODE = b"AC1021"  # from R2007 on text is UTF-8
_BAD_LINES = 0.02  # share of lines beyond ASCII that may be damaged without hiding the script of the rest
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_INSUNITS = {4: "mm", 5: "cm", 6: "m"}


@dataclass(frozen=True)
class Opened:
    """A drawing, in which script its text was read, what could not be kept of it, and whether its end is there."""

    document: Any
    script: str
    lost: tuple[str, ...] = ()
    whole: bool = True

    @property
    def unit(self) -> str:
        """Name the unit that the header states: m, cm or mm; nothing when it states none of these."""
        return _INSUNITS.get(int(self.document.header.get("$INSUNITS", 0)), "")


def opened(path: Path, encoding: str = "") -> Opened:
    """Open a drawing.

    Parameters
    ----------
    path
        A text DXF of any version.
    encoding
        Script of its text, as ``area.toml`` states it; else it is found out.

    Raises
    ------
    InputError
        Damage, or text of no script that is known.
    """
    from ezdxf import recover
    from ezdxf.lldxf.const import DXFError

    raw = path.read_bytes()
    try:
        if raw.isascii():
            script = ""
            document, auditor = recover.readfile(path)
        else:
            plain, script = _in_ascii(raw, path, encoding)
            with tempfile.TemporaryDirectory(prefix="spatialreno-") as folder:
                copy = Path(folder) / "drawing.dxf"
                copy.write_bytes(plain)
                document, auditor = recover.readfile(copy)
    except InputError:
        raise
    except (DXFError, OSError, ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise refused(path, f"is a damaged drawing ({error})", _AGAIN) from error
    if auditor.has_errors:
        lost = "; ".join(str(e.message) for e in auditor.errors[:3])
        raise refused(path, f"has {len(auditor.errors)} errors that lose entities ({lost})", _AGAIN)
    gone = tuple(str(fix.message) for fix in auditor.fixes if str(fix.message).startswith("Deleted"))
    return Opened(document, script, gone, raw.rstrip().endswith(b"EOF"))


def _in_ascii(raw: bytes, path: Path, encoding: str) -> tuple[bytes, str]:
    """Write every character beyond ASCII as DXF's own escape, which means the same in every version and code page."""
    codec, why = _script(raw, path, encoding)
    text = raw.decode(codec, "replace")
    lost = text.count("\ufffd")
    told = f"text read as {why}" + (f"; {lost} characters are damaged" if lost else "")
    return _FOREIGN.sub(_escaped, text).encode("ascii"), told


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\U+{code:04X}" if code <= 0xFFFF else "?"


def _script(raw: bytes, path: Path, encoding: str) -> tuple[str, str]:
    lines = [line for line in raw.split(b"\n") if not line.isascii()]
    sample = b"\n".join(lines)

    def reads(codec: str) -> bool:
        return sum(not _decodes(line, codec) for line in lines) <= _BAD_LINES * len(lines)

    if encoding:
        codec = codec_of(encoding)
        if codec is None or not believable(sample, codec, reads):
            raise refused(path, f"its text is not {encoding}, as area.toml says", "Correct encoding in area.toml")
        return codec, f"{encoding}, as area.toml says"
    version, page = _header(raw, b"$ACADVER", b"1"), _header(raw, b"$DWGCODEPAGE", b"3")
    said = "UTF-8" if version >= _UNICODE else page.decode("ascii", "replace")
    script = script_of(sample, said, "its version" if version >= _UNICODE else "its $DWGCODEPAGE", reads)
    if script is None:
        raise refused(path, "its text is of no script that is known", "State encoding in area.toml, such as GBK")
    return script.codec, script.why if said else script.why.replace(" (no $DWGCODEPAGE says so)", "")


def _decodes(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except (UnicodeError, LookupError):
        return False
    return True


def _header(raw: bytes, name: bytes, code: bytes) -> bytes:
    found = re.search(rb"%s\s*\r?\n\s*%s\s*\r?\n([^\r\n]*)" % (re.escape(name), code), raw[:200_000])
    return found[1].strip() if found else b""


def hidden_why(document: Any, layer: str, entity: Any) -> str:
    """Tell why an entity cannot be seen in the drawing: itself, or its layer; nothing when it can."""
    if entity.dxf.hasattr("invisible") and entity.dxf.invisible:
        return "invisible"
    found = document.layers.get(layer) if layer in document.layers else None
    if found is None:
        return ""
    return "frozen" if found.is_frozen() else "off" if found.is_off() else ""
