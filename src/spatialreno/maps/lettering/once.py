"""Each text is laid out, measured and written once for all sheets of a PDF; matplotlib does it anew for every sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.backends.backend_pdf import RendererPdf
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font
    from matplotlib.text import Text

# What of a text besides its letters and their font tells how its lines lie in its box.
_LOOKS = ("_horizontalalignment", "_verticalalignment", "_multialignment", "_rotation", "_rotation_mode",
          "_transform_rotates_text", "_linespacing", "_usetex", "_parse_math", "_features", "_language")  # fmt: skip
_LETTERS = ("_features", "_language")  # what of a text besides its font tells which letters are written
Written = Callable[..., None]


@contextmanager
def each_text_once() -> Iterator[None]:
    """Do for a text what is done for it on every sheet once: names stand on every plan, and that is most of the work.

    The bytes are the same. A release of matplotlib that has other names inside draws without this, in more time.
    """
    try:
        helpers, letters = import_module("matplotlib._text_helpers"), import_module("matplotlib.ft2font")
        backend, texts = import_module("matplotlib.backends.backend_pdf"), import_module("matplotlib.text").Text
        renderer = backend.RendererPdf
        made = [
            (helpers, "layout", _laid(helpers, letters)),
            (texts, "_get_layout", _arranged(texts._get_layout)),
            (renderer, "get_text_width_height_descent", _measured(renderer.get_text_width_height_descent)),
            (renderer, "draw_text", _drawn(renderer.draw_text, backend)),
        ]
    except (ImportError, AttributeError):
        made = []
    before = [(where, name, getattr(where, name)) for where, name, _ in made]
    try:
        for where, name, quick in made:
            setattr(where, name, quick)
        yield
    finally:
        for where, name, slow in before:
            setattr(where, name, slow)


def _drawn(draw: Written, backend: ModuleType) -> Written:
    """Write a text as it was written before in the same file, at another place."""
    form, said, put = backend._fill, backend.pdfRepr, backend.Op.concat_matrix
    written = WeakKeyDictionary[Any, dict[Any, bytes]]()

    def place(x: float, y: float, angle: float) -> bytes:
        turn = math.radians(angle)
        matrix = (math.cos(turn), math.sin(turn), -math.sin(turn), math.cos(turn), x, y, put)
        return b"q\n" + bytes(form([said(part) for part in matrix])) + b"\n"

    def drawn(
        self: Any, gc: Any, x: float, y: float, s: str, prop: FontProperties, angle: float,
        ismath: bool | str = False, mtext: Text | None = None,
    ) -> None:  # fmt: skip
        if ismath or gc.get_url() is not None:
            draw(self, gc, x, y, s, prop, angle, ismath, mtext)
            return
        looks = {} if mtext is None else vars(mtext)
        own, key = written.setdefault(self.file, {}), (s, hash(prop), *map(looks.get, _LETTERS))
        self.check_gc(gc, gc._rgb)  # what the pen needs comes first, and only when it is new
        before = place(x, y, angle)
        if key in own:
            self.file.write(before + own[key])
            return
        with _overheard(self.file) as parts:
            draw(self, gc, x, y, s, prop, angle, ismath, mtext)
        whole = b"".join(parts)
        if whole.startswith(before):
            own[key] = whole.removeprefix(before)

    return drawn


@contextmanager
def _overheard(file: Any) -> Iterator[list[bytes]]:
    """Note what is written into a file meanwhile."""
    parts: list[bytes] = []
    write = file.write

    def noting(part: bytes) -> None:
        parts.append(part)
        write(part)

    file.write = noting
    try:
        yield parts
    finally:
        del file.write


def _laid(helpers: ModuleType, letters: ModuleType) -> Callable[..., Any]:
    """Lay out as matplotlib does, but for loading the shape of each letter."""
    unhinted, layout = letters.LoadFlags.NO_HINTING, helpers.layout
    if not hasattr(letters.FT2Font, "_layout"):
        return layout  # type: ignore[no-any-return]

    def laid(string: str, font: FT2Font, **how: object) -> object:
        return vars(type(font))["_layout"](font, string, unhinted, **how)

    return laid


def _measured(measure: Callable[..., Any]) -> Callable[..., Any]:
    sizes: dict[Any, Any] = {}

    def measured(self: RendererPdf, s: str, prop: FontProperties, ismath: bool | str) -> object:
        key = (s, hash(prop), ismath)
        if key not in sizes:
            sizes[key] = measure(self, s, prop, ismath)
        return sizes[key]

    return measured


def _arranged(arrange: Callable[..., Any]) -> Callable[..., Any]:
    """Give the box of a text and the places of its lines in it, which do not hang on where it stands."""
    boxes: dict[Any, Any] = {}

    def arranged(self: Text, canvas: RendererBase) -> object:
        if self.get_wrap():
            return arrange(self, canvas)
        told = [vars(self).get(name) for name in _LOOKS]
        dots = self.get_figure(root=True).dpi  # type: ignore[union-attr]
        key = (self.get_text(), hash(self.get_fontproperties()), type(canvas), dots, *told)
        if key not in boxes:
            boxes[key] = arrange(self, canvas)
        return boxes[key]

    return arranged
