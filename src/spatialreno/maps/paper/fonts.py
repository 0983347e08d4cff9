"""Fonts for paper: Chinese must be readable, or said not to be."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from spatialreno.errors import InputError

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
    with matplotlib.rc_context(settings), warnings.catch_warnings(), _each_text_once():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


@contextmanager
def _each_text_once() -> Iterator[None]:
    """Lay out and measure each text once for all sheets: names stand on every plan, and that is most of the work.

    matplotlib does both anew for every sheet. The bytes are the same. A release that has other names inside draws
    without this, in more time.
    """
    try:
        helpers: Any = import_module("matplotlib._text_helpers")
        renderer: Any = import_module("matplotlib.backends.backend_pdf").RendererPdf
        layout, measure, draw = helpers.layout, renderer.get_text_width_height_descent, renderer.draw_text
    except (ImportError, AttributeError):
        yield
        return
    size, laid_out, sizes = [0.0], dict[Any, list[Any]](), dict[Any, Any]()

    def drawn(self: Any, gc: Any, x: float, y: float, s: str, prop: Any, *more: Any, **named: Any) -> None:
        size[0] = prop.get_size_in_points()
        draw(self, gc, x, y, s, prop, *more, **named)

    def laid(string: str, font: Any, **how: Any) -> list[Any]:
        key = (string, font, size[0], repr(how))
        if key not in laid_out:
            laid_out[key] = list(layout(string, font, **how))
        return laid_out[key]

    def measured(self: Any, s: str, prop: Any, ismath: Any) -> Any:
        key = (s, hash(prop), ismath)
        if key not in sizes:
            sizes[key] = measure(self, s, prop, ismath)
        return sizes[key]

    helpers.layout = laid
    renderer.draw_text, renderer.get_text_width_height_descent = drawn, measured
    try:
        yield
    finally:
        helpers.layout = layout
        renderer.draw_text, renderer.get_text_width_height_descent = draw, measure
