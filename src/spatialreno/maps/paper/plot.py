"""The plan on paper: the same features and styles as the page, as vectors at a true scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialreno.maps.drawing.style import styles
from spatialreno.maps.drawing.themes import Theme
from spatialreno.maps.words.safe_html import clean
from spatialreno.maps.words.words import Lang, legend_words, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from shapely.geometry.base import BaseGeometry

    from spatialreno.maps.drawing.features import Drawn

MM_PER_INCH = 25.4
SCALES = (100, 200, 250, 500, 750, 1000, 1500, 2000, 2500, 5000, 7500, 10000, 20000, 50000, 100000)
_POINTS_PER_PIXEL = 0.55
_DISC = {"facility-built": "#0072b2", "facility-altered": "#7a4b00", "facility-gone": "#a34700"}
# Ends of lines become visible; marks that turn the direction of writing go, since nothing here closes them.
_TURNS: dict[int, str | None] = {
    **dict.fromkeys(map(ord, "\n\u2028\u2029"), "␤"),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F]),
}
_BARS_M = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass
class Drawing:
    """One option drawn into axes at a true scale; ``classes`` are those that a legend must name."""

    axes: Any
    scale: int
    classes: set[str] = field(default_factory=set)


def true_scale(corners: Sequence[float], width_mm: float, height_mm: float) -> int:
    """Choose the largest usual scale at which an extent fits a sheet.

    Parameters
    ----------
    corners : sequence of float
        West, south, east, north in metres.
    width_mm, height_mm : float
        Room on the paper.

    Examples
    --------
    >>> true_scale([0, 0, 300, 200], 300, 200)
    1000
    """
    west, south, east, north = corners
    needed = max((east - west) * 1000 / width_mm, (north - south) * 1000 / height_mm)
    return next((scale for scale in SCALES if scale >= needed * 0.999), SCALES[-1])


def draw_plan(
    figure: Figure, box_mm: Sequence[float], laid_out: Iterable[Theme], position: int, corners: Sequence[float]
) -> Drawing:
    """Draw one option into a box of a sheet, north up.

    Parameters
    ----------
    figure : matplotlib Figure
        The sheet.
    box_mm : sequence of float
        Left, bottom, width and height on the sheet, in millimetres.
    laid_out : iterable of Theme
        What ``themes`` laid out.
    position : int
        Which option; 0 is today.
    corners : sequence of float
        West, south, east and north that must be seen, in the CRS of the area.
    """
    left, bottom, width, height = box_mm
    scale = true_scale(corners, width, height)
    sheet = [side * MM_PER_INCH for side in figure.get_size_inches()]
    axes = figure.add_axes((left / sheet[0], bottom / sheet[1], width / sheet[0], height / sheet[1]))
    axes.set_facecolor("#fafaf7")
    axes.set_xticks([])
    axes.set_yticks([])
    middle = ((corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2)
    half = (width * scale / 2000, height * scale / 2000)
    axes.set_xlim(middle[0] - half[0], middle[0] + half[0])
    axes.set_ylim(middle[1] - half[1], middle[1] + half[1])
    drawing = Drawing(axes, scale)
    window = shapely.box(middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1])
    for order, theme in enumerate(theme for theme in laid_out if theme.shown and theme.key != "paths"):
        _draw_theme(drawing, theme, position, window, order)
    return drawing


def _draw_theme(drawing: Drawing, theme: Theme, position: int, window: shapely.Geometry, order: int) -> None:
    groups: dict[str, list[Any]] = {}
    for thing in theme.drawn:
        name = thing.classes[position]
        if name is None or not window.intersects(thing.geometry):
            continue
        drawing.classes.add(name.removesuffix("~"))
        if thing.more.get("label"):
            _disc(drawing, thing, name.removesuffix("~"))
        elif thing.more.get("name"):
            _name(drawing, thing)
        else:
            shape = thing.geometry
            if shape.geom_type == "Point":
                shape = shape.buffer(thing.more.get("radius") or 1, quad_segs=4)
            groups.setdefault(name, []).append(shape)
    for name in sorted(groups):
        _shapes(drawing.axes, groups[name], name, order)


def _shapes(axes: Axes, shapes: list[Any], name: str, order: int) -> None:
    """Paint all shapes of one class as one collection."""
    from matplotlib.collections import LineCollection, PathCollection

    look = styles().get(name.removesuffix("~"))
    if look is None:
        return
    parts = shapely.get_parts(shapes)
    areas = parts[shapely.get_type_id(parts) == 3]
    lines = parts[np.isin(shapely.get_type_id(parts), [1, 2])]
    stroke = {"linewidths": look["weight"] * _POINTS_PER_PIXEL, "linestyles": _dashes(look, name), "zorder": order + 1}
    if len(areas):
        fill = _tint(look.get("fillColor", "#ffffff"), 0.0 if look.get("hatch") else look.get("fillOpacity", 0.0))
        edge = _tint(look["color"], look.get("opacity", 1.0))
        hatch = {"hatch": "/////"} if look.get("hatch") else {}
        paths = [_path(part) for part in areas]
        axes.add_collection(PathCollection(paths, facecolors=[fill], edgecolors=[edge], **hatch, **stroke))
    if len(lines):
        color = _tint(look["color"], look.get("opacity", 1.0))
        runs = [shapely.get_coordinates(line) for line in lines]
        axes.add_collection(LineCollection(runs, colors=[color], **stroke))


def _tint(color: str, opacity: float) -> tuple[float, ...]:
    from matplotlib.colors import to_rgba

    return tuple(to_rgba(color, opacity))


def _dashes(look: Mapping[str, Any], name: str) -> Any:
    if name.endswith("~"):
        return (0, (1, 2))
    dashes = look.get("dashArray")
    return (0, tuple(float(part) for part in dashes.split())) if dashes else "solid"


def _path(polygon: BaseGeometry) -> Any:
    from matplotlib.path import Path

    rings = [shapely.get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]
    codes = [[Path.MOVETO, *([Path.LINETO] * (len(ring) - 2)), Path.CLOSEPOLY] for ring in rings]
    return Path(np.concatenate(rings), np.concatenate(codes))


def _disc(drawing: Drawing, thing: Drawn, kind: str) -> None:
    loud = kind in _DISC
    color = _DISC.get(kind, "#6b7280")
    drawing.axes.text(
        thing.geometry.x, thing.geometry.y, clean(thing.more["label"]), fontsize=8 if loud else 5.5,
        ha="center", va="center", color=color if loud else "#374151", zorder=60 + loud, clip_on=True,
        bbox={"boxstyle": "circle,pad=0.18", "fc": "#ffffff", "ec": color, "lw": 1.2 if loud else 0.5},
    )  # fmt: skip


def _name(drawing: Drawing, thing: Drawn) -> None:
    drawing.axes.text(
        thing.geometry.x, thing.geometry.y, one_line(thing.more["name"]), fontsize=7, ha="center", va="center",
        rotation=-float(thing.more.get("angle") or 0), color="#374151", zorder=70, clip_on=True,
        bbox={"boxstyle": "square,pad=0.05", "fc": "#ffffff", "ec": "none", "alpha": 0.6},
    )  # fmt: skip


def one_line(value: object) -> str:
    """Write a name so that it stays on its line and cannot turn the line round."""
    return clean(value).translate(_TURNS)


def furnish(drawing: Drawing, lang: Lang) -> None:
    """Add the scale bar with the scale in words, and the arrow to the north."""
    axes = drawing.axes
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    length = max(step for step in _BARS_M if step <= max((east - west) / 6, _BARS_M[0]))
    x, y, rise = west + (east - west) * 0.02, south + (north - south) * 0.02, (north - south) * 0.006
    ink = {"color": "#1f2937", "zorder": 90}
    axes.plot([x, x, x + length, x + length], [y + rise, y, y, y + rise], lw=1.2, **ink)
    axes.text(x + length / 2, y + rise * 1.6, f"{length} m   1 : {drawing.scale}", ha="center", fontsize=7, **ink)
    axes.annotate(
        word("north", lang), xy=(0.975, 0.985), xytext=(0.975, 0.93), xycoords="axes fraction", ha="center",
        fontsize=9, arrowprops={"arrowstyle": "-|>", "color": "#1f2937", "lw": 1.5}, va="top", zorder=90,
    )  # fmt: skip


def legend(figure: Figure, drawing: Drawing, lang: Lang, box_mm: Sequence[float]) -> float:
    """List what is drawn, only that, downwards from left and top; returns the height used, in millimetres."""
    table, said = styles(), set()
    left, top = box_mm
    sheet = [side * MM_PER_INCH for side in figure.get_size_inches()]
    classes = {"block" if name.startswith("block-") and name != "block-single" else name for name in drawing.classes}
    y = top
    for name, title in legend_words(lang).items():
        if name not in classes or title in said:
            continue
        said.add(title)
        place = (left / sheet[0], (y - 3.2) / sheet[1], 8 / sheet[0], 2.8 / sheet[1])
        _swatch(figure, name, table.get("block-1" if name == "block" else name), place, word("disc_sample", lang))
        figure.text(place[0] + place[2] + 2 / sheet[0], place[1] + place[3] / 2, title, fontsize=7, va="center")
        y -= 4.6
    return top - y


def _swatch(
    figure: Figure, name: str, look: Mapping[str, Any] | None, place: tuple[float, float, float, float], letter: str
) -> None:
    """Draw one sample of the legend; a disc holds the letter of a kind."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    x, y, width, height = place
    on: dict[str, Any] = {"transform": figure.transFigure}
    if look is None or name.startswith("facility"):
        color = _DISC.get(name, "#6b7280")
        figure.text(x + width / 2, y + height / 2, letter, fontsize=5.5, ha="center", va="center", color=color,
                    bbox={"boxstyle": "circle,pad=0.15", "fc": "#ffffff", "ec": color, "lw": 0.7})  # fmt: skip
    elif "fillColor" in look:
        hatch: dict[str, Any] = {"hatch": "/////"} if look.get("hatch") else {}
        fill = _tint(look["fillColor"], 0.0 if hatch else look.get("fillOpacity", 1.0))
        dashes = _dashes(look, name)
        figure.add_artist(Rectangle((x, y), width, height, fc=fill, ec=look["color"], lw=0.6, ls=dashes, **hatch, **on))
    else:
        ends, weight = ([x, x + width], [y + height / 2] * 2), look["weight"] * _POINTS_PER_PIXEL
        figure.add_artist(Line2D(*ends, color=look["color"], lw=weight, ls=_dashes(look, name), **on))
