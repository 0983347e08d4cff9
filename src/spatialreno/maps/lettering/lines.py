"""Lines of text on a sheet, all as one artist: a page of tables holds some hundred, most of one look."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure


class _Line(NamedTuple):
    """One line: its place in shares of the figure, its words, and how they look."""

    place: tuple[float, float]
    text: str
    font: FontProperties
    color: str
    right: bool


class Lines(Artist):
    """Lines that stand level on their baseline, set left or right, drawn in turn as ``Figure.text`` would draw each.

    What a text of matplotlib can do besides (turn, wrap, stand in a box) is not worked out for each of them.
    """

    zorder = 3  # that of texts

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self.set_figure(figure)
        self.set_transform(figure.transSubfigure)
        self._lines: list[_Line] = []
        self._fonts: dict[tuple[float, str], FontProperties] = {}

    def add(
        self, place: tuple[float, float], text: str, *, size: float, color: str, weight: str, right: bool
    ) -> None:
        """Write one line more, in the font that is set now."""
        if (size, weight) not in self._fonts:
            self._fonts[size, weight] = FontProperties(size=size, weight=weight)
        self._lines.append(_Line(place, text, self._fonts[size, weight], color, right))

    def draw(self, renderer: RendererBase) -> None:
        """Draw every line that holds anything."""
        told = [line for line in self._lines if line.text]
        if not told:
            return
        places = self.get_transform().transform(np.array([line.place for line in told]))
        height = renderer.get_canvas_width_height()[1]
        for line, (x, y) in zip(told, places.tolist(), strict=True):
            _draw(renderer, line, x, height - y if renderer.flipy() else y)


def _draw(renderer: RendererBase, line: _Line, x: float, y: float) -> None:
    pen = renderer.new_gc()
    pen.set_foreground(to_rgba(line.color), isRGBA=True)
    wide = renderer.get_text_width_height_descent(line.text, line.font, False)[0] if line.right else 0.0
    renderer.draw_text(pen, x - wide, y, line.text, line.font, 0.0)
    pen.restore()
