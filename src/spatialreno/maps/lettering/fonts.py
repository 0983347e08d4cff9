"""Fonts for paper: Chinese must be readable, or said not to be."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from spatialreno.errors import InputError
from spatialreno.files import unfit_folder, user_cache
from spatialreno.maps.lettering.once import each_text_once

_NEAR = 0.5  # of the units of a letter, by which a curve may differ
_NO_PROGRAMS = (
    "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
    "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth",
)  # fmt: skip
#: Most that is kept of fonts, in bytes; what was not used for longest goes first.
MOST = 50_000_000
# Fonts with Chinese, the likelier first: Windows, macOS, Linux.
CHINESE = (
    "Microsoft YaHei", "SimHei", "SimSun", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "Noto Sans CJK SC",
    "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Droid Sans Fallback", "Noto Serif CJK SC", "Noto Serif CJK JP",
)  # fmt: skip


def plotting() -> Any:
    """Import matplotlib for files, without a window.

    Raises
    ------
    InputError
        It is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise InputError(
            "report: a PDF needs matplotlib. Install it with pip install 'spatialreno[report]', or write .html."
        ) from error
    matplotlib.use("Agg", force=False)
    return matplotlib


def chinese_fonts() -> list[str]:
    """Name the installed fonts that hold Chinese, the likelier first."""
    plotting()
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in CHINESE if name in installed]


@contextmanager
def lettering() -> Iterator[None]:
    """Draw text as text: with a Chinese font, and no formula in any name.

    Warns
    -----
    UserWarning
        No Chinese font is installed; then Chinese shows as boxes.
    """
    matplotlib = plotting()
    found = chinese_fonts()
    if not found:
        warnings.warn(
            "report: no Chinese font is installed, so Chinese will show as boxes. "
            "Install one, such as Noto Sans CJK SC (Debian: apt install fonts-noto-cjk).",
            stacklevel=2,
        )
    settings = {
        "font.family": [*found[:1], "DejaVu Sans"],
        "text.parse_math": False,  # a name such as $x$ is a name
        "text.usetex": False,
        "axes.unicode_minus": False,
        "hatch.linewidth": 0.5,
        "pdf.fonttype": 42,
        "pdf.compression": 6,
    }
    with matplotlib.rc_context(settings), warnings.catch_warnings(), each_text_once(), _each_cut_kept():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


class _Cut(NamedTuple):
    """Part of a font: the file, and the number of each glyph in it by its number in the whole."""

    font: bytes
    glyph_index_map: dict[int, int]


@contextmanager
def _each_cut_kept() -> Iterator[None]:
    """Keep the part of a font that a document needs: cutting it out takes longer than most documents.

    It lies under the numbers of its glyphs in a folder of the user's cache that nobody else can write to. The bytes
    are the same where nothing can be kept; a release of matplotlib that has other names inside cuts and writes itself.
    """
    folder = user_cache() / "fonts"
    keeps = not unfit_folder(folder)
    try:
        inside: Any = import_module("matplotlib.backends._backend_pdf_ps")
        cut, write, known = inside.get_glyphs_subset, inside.font_as_file, hasattr(inside, "SubsetResults")
    except (ImportError, AttributeError):
        known = False
    if not known:
        yield
        return

    @contextmanager
    def kept(fontfile: Any, glyphs: Iterable[int]) -> Iterator[_Cut]:
        numbers = sorted(set(glyphs))
        file = folder / _cut_key(fontfile, numbers)
        found = _read_cut(file) if keeps else None
        if found is None:
            with cut(fontfile, numbers) as part:
                _as_declared(part.font)
                found = _Cut(write(part.font).getvalue(), dict(part.glyph_index_map))
            if keeps:
                _put_cut(file, found)
        yield found

    inside.get_glyphs_subset, inside.font_as_file = kept, BytesIO
    try:
        yield
    finally:
        inside.get_glyphs_subset, inside.font_as_file = cut, write


def _as_declared(font: Any) -> None:
    """Draw a font's letters by quadratic curves: matplotlib writes every font as TrueType, also one of cubic curves.

    Readers of PDF complain of the latter or guess. The curves are the same to 0.5 of 1000 units.
    """
    if "CFF " not in font:
        return
    names, tables = font.getGlyphOrder(), import_module("fontTools.ttLib")
    drawn, glyphs = font.getGlyphSet(), {}
    curves, pens = (import_module(f"fontTools.pens.{name}") for name in ("cu2quPen", "ttGlyphPen"))
    for name in names:
        pen = pens.TTGlyphPen(None)
        drawn[name].draw(curves.Cu2QuPen(pen, _NEAR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = tables.newTable("loca"), tables.newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = names, glyphs
    most = font["maxp"]
    most.tableVersion = 0x00010000
    for name in _NO_PROGRAMS:
        setattr(most, name, 0)
    most.maxZones = 1
    for gone in {"CFF ", "VORG"} & set(font.keys()):
        del font[gone]
    font.sfntVersion, font.recalcBBoxes = "\x00\x01\x00\x00", True


def _cut_key(fontfile: Any, numbers: list[int]) -> str:
    """Name all that a part of a font rests on: the font as it lies there, the glyphs, and who cuts it."""
    versions = [import_module(name).__version__ for name in ("matplotlib", "fontTools")]
    state = Path(fontfile).stat()
    found = [str(fontfile), getattr(fontfile, "face_index", 0), state.st_size, state.st_mtime_ns]
    rests = ["glyf", *found, versions, numbers]
    return hashlib.sha256(json.dumps(rests).encode()).hexdigest()


def _read_cut(file: Path) -> _Cut | None:
    """Read what is kept, if it is whole."""
    try:
        told = file.read_bytes()
        file.touch()
    except OSError:
        return None
    if hashlib.sha256(told[32:]).digest() != told[:32]:
        return None
    pairs, _, font = told[32:].partition(b"\n")
    return _Cut(font, dict(json.loads(pairs)))


def _put_cut(file: Path, found: _Cut) -> None:
    """Keep it, and let go of what was not used for longest; a full disk keeps nothing."""
    told = json.dumps(sorted(found.glyph_index_map.items())).encode() + b"\n" + found.font
    with suppress(OSError):
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_bytes(hashlib.sha256(told).digest() + told)
        draft.replace(file)
        room = MOST
        for old in sorted(file.parent.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True):
            room -= old.stat().st_size
            if room < 0:
                old.unlink()
