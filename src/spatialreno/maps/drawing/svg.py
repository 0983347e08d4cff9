"""One option as a still picture for paper: the same features and styles as the page, drawn as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import shapely

from spatialreno.maps.drawing.features import Drawn
from spatialreno.maps.drawing.style import styles
from spatialreno.maps.drawing.themes import Theme, themes
from spatialreno.maps.words.safe_html import Markup, joined, tag
from spatialreno.maps.words.words import Lang, legend_words, word

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.comparison import Comparison

# A small picture shows what a plan changes and what it changes it in; no names, no trees, no pipes.
SMALL = ("streets", "blocks", "freed", "grounds", "buildings", "structures", "works", "new_grounds", "walls")
MOST_SMALL = 4000  # above so many buildings a picture of them all is too heavy
_MARGIN_M = 12.0
_DISC_M = 3.2  # radius of a facility's disc; people read its character at A4
_STEPS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_HATCHED = 0.35  # what the page hatches is pale on paper


def thumbnails(
    options: Comparison, titles: Sequence[str], corners: Sequence[float], lang: Lang, *, only: Sequence[str] = SMALL
) -> list[Markup]:
    """Draw every option small, at one extent; nothing where there is too much to draw small.

    Parameters
    ----------
    options
        Today and the options.
    titles
        Their names, for readers who cannot see the pictures.
    corners
        West, south, east and north of the pictures, in the CRS of the area.
    lang
        ``zh`` or ``en``.
    only
        Keys of the themes to draw.
    """
    if len(options.areas["today"].buildings) > MOST_SMALL:
        return []
    laid_out = themes(options, lang, only=only)
    return [picture(laid_out, place, corners, lang, title=title) for place, title in enumerate(titles)]


def picture(laid_out: Sequence[Theme], position: int, corners: Sequence[float], lang: Lang, *, title: str) -> Markup:
    """Draw one option in metres, north up, with scale bar and north arrow.

    Parameters
    ----------
    laid_out
        What ``themes`` laid out.
    position
        Which option; 0 is today.
    corners
        West, south, east and north of the picture, in the CRS of the area.
    lang
        ``zh`` or ``en``.
    title
        Text for readers who cannot see the picture.
    """
    west, south, east, north = corners
    wide, high = east - west + 2 * _MARGIN_M, north - south + 2 * _MARGIN_M
    pen = _Pen(west - _MARGIN_M, north + _MARGIN_M, unit_m=max(wide, high) / 900)
    shapes = [
        pen.draw(thing.geometry, thing.classes[position], thing.more)
        for theme in laid_out
        if theme.shown and theme.key != "paths"
        for thing in theme.drawn
        if thing.classes[position] is not None
    ]
    return tag(
        "svg",
        *shapes,
        scale_bar(wide, high, lang),
        viewBox=f"0 0 {wide:.1f} {high:.1f}",
        role="img",
        aria_label=title,
        class_="picture",
    )


def drawn_things(things: Sequence[Drawn], position: int, corner: tuple[float, float], unit_m: float) -> list[Markup]:
    """Draw things of one option in metres from a north-west corner.

    Parameters
    ----------
    things
        What ``Shown.within`` found.
    position
        Which option; 0 is today.
    corner
        West and north, in the CRS of the area.
    unit_m
        Metres that a pixel of the style table is wide.
    """
    pen = _Pen(*corner, unit_m=unit_m)
    return [pen.draw(one.geometry, one.classes[position], one.more) for one in things]


class Shown:
    """What one option shows, lowest first, found by place."""

    def __init__(self, laid_out: Sequence[Theme], position: int) -> None:
        self.position = position
        self.things = [
            thing
            for theme in laid_out
            if theme.shown and theme.key != "paths"
            for thing in theme.drawn
            if thing.classes[position] is not None
        ]
        self._tree = shapely.STRtree([thing.geometry for thing in self.things])

    def within(self, box: BaseGeometry) -> list[Drawn]:
        """List what lies in a place; of what is much larger than it, such as all streets, the part around it."""
        return [_around(self.things[at], box) for at in sorted(self._tree.query(box, predicate="intersects"))]


def _around(thing: Drawn, box: BaseGeometry) -> Drawn:
    west, south, east, north = box.bounds
    edge = max(east - west, north - south)
    left, low, right, high = thing.geometry.bounds
    if max(right - left, high - low) <= 3 * edge:
        return thing
    part = shapely.clip_by_rect(thing.geometry, west - edge, south - edge, east + edge, north + edge)
    plain = shapely.get_dimensions(part) >= 1 and part.geom_type != "GeometryCollection"
    return replace(thing, geometry=part) if plain else thing


def way(shape: BaseGeometry, west: float, north: float, *, scale: float = 1.0, end: str = "") -> str:
    """Write lines, or the rings of areas, as the way of an SVG path, north up.

    Parameters
    ----------
    shape
        Line or area, of one part or many, in metres.
    west, north
        The corner from which the picture counts, in metres.
    scale
        Units of the picture a metre.
    end
        ``Z`` closes each ring.

    Examples
    --------
    >>> way(shapely.LineString([(1, 9), (3, 5)]), 0, 10)
    'M1.0 1.0L3.0 5.0'
    """
    parts = shapely.get_parts(shape)
    lines = shapely.get_rings(parts) if shapely.get_dimensions(shape) == 2 else parts
    ways = [
        "L".join(f"{(x - west) * scale:.1f} {(north - y) * scale:.1f}" for x, y in shapely.get_coordinates(line))
        for line in lines
    ]
    return "".join(f"M{one}{end}" for one in ways)


class _Pen:
    """Turns shapes of the area into SVG; a screen pixel of the style table is ``unit_m`` metres of paper."""

    def __init__(self, west: float, north: float, *, unit_m: float) -> None:
        self.west, self.north, self.unit_m = west, north, unit_m
        self.styles = styles()

    def draw(self, shape: BaseGeometry, name: str | None, more: Mapping[str, Any]) -> Markup:
        if more.get("label"):
            return self._disc(shape, name or "", more)
        if more.get("name"):
            return self._name(shape, more)
        look = self.styles.get((name or "").removesuffix("~"))
        if look is None:
            return Markup("")
        if shape.geom_type == "Point":
            shape = shape.buffer(more.get("radius") or 1, quad_segs=4)
        closed = str(shape.geom_type).endswith("Polygon")
        drawn = way(shape, self.west, self.north, end="Z" if closed else "")
        return tag("path", d=drawn, **self._look(look, filled=closed))

    def _at(self, x: float, y: float) -> str:
        return f"{x - self.west:.1f} {self.north - y:.1f}"

    def _look(self, look: Mapping[str, Any], *, filled: bool) -> dict[str, Any]:
        dashes = look.get("dashArray")
        return {
            "fill": look.get("fillColor", "none") if filled else "none",
            "fill_opacity": (_HATCHED if look.get("hatch") else look.get("fillOpacity")) if filled else None,
            "fill_rule": "evenodd",
            "stroke": look["color"],
            "stroke_opacity": look.get("opacity"),
            "stroke_width": f"{look['weight'] * self.unit_m:.2f}",
            "stroke_dasharray": " ".join(f"{float(d) * self.unit_m:.2f}" for d in dashes.split()) if dashes else None,
        }

    def _disc(self, shape: BaseGeometry, name: str, more: Mapping[str, Any]) -> Markup:
        kind = name.removesuffix("~")
        line = {"facility-built": "area-built", "facility-altered": "area-altered", "facility-gone": "area-gone"}
        color = self.styles[line[kind]]["color"] if kind in line else "#6b7280"
        x, y = self._at(shape.x, shape.y).split()
        loud = kind in line
        radius = _DISC_M * (1.4 if loud else 1)
        circle = tag("circle", cx=x, cy=y, r=f"{radius:.1f}", fill="#ffffff", stroke=color,
                     stroke_width=f"{(2.5 if loud else 1) * self.unit_m:.2f}")  # fmt: skip
        face = tag("text", more["label"], x=x, y=y, dy="0.36em", text_anchor="middle", font_size=f"{radius * 1.25:.1f}",
                   fill=color if loud else "#374151")  # fmt: skip
        return tag("g", tag("title", more.get("alt", "")), circle, face)

    def _name(self, shape: BaseGeometry, more: Mapping[str, Any]) -> Markup:
        x, y = self._at(shape.x, shape.y).split()
        turn = f"rotate({more['angle']} {x} {y})" if more.get("angle") else None
        return tag("text", more["name"], x=x, y=y, text_anchor="middle", class_="name",
                   font_size=f"{11 * self.unit_m:.1f}", transform=turn)  # fmt: skip


def scale_bar(wide: float, high: float, lang: Lang) -> Markup:
    """Draw a bar of a round number of metres, about a fifth of the picture, and an arrow to the north."""
    length = max(step for step in _STEPS_M if step <= max(wide / 4, _STEPS_M[0]))
    size = wide / 60
    x, y = size, high - size
    bar = tag("path", d=f"M{x:.1f} {y - size / 2:.1f}V{y:.1f}H{x + length:.1f}V{y - size / 2:.1f}", fill="none",
              stroke="#1f2937", stroke_width=f"{wide / 700:.2f}")  # fmt: skip
    said = tag("text", f"{length} m", x=f"{x + length / 2:.1f}", y=f"{y - size * 0.4:.1f}", text_anchor="middle",
               font_size=f"{size:.1f}", fill="#1f2937")  # fmt: skip
    top, right = size * 3.4, wide - size * 1.6
    arrow = tag("path", d=f"M{right:.1f} {top - size * 1.2:.1f}l{size * 0.5:.1f} {size * 1.5:.1f}h{-size:.1f}Z",
                fill="#1f2937")  # fmt: skip
    north = tag("text", word("north", lang), x=f"{right:.1f}", y=f"{top - size * 1.5:.1f}", text_anchor="middle",
                font_size=f"{size:.1f}", fill="#1f2937")  # fmt: skip
    return tag("g", bar, said, arrow, north, class_="furniture")


def key_of(laid_out: Sequence[Theme], lang: Lang) -> Markup:
    """Write a legend of the classes that some option shows, in the order of the legend.

    Parameters
    ----------
    laid_out
        What ``themes`` laid out.
    lang
        ``zh`` or ``en``.
    """
    shown = [drawn for theme in laid_out if theme.shown for drawn in theme.drawn]
    found = {_base(name) for drawn in shown for name in drawn.classes if name}
    titles: dict[str, str] = {}
    for name, title in legend_words(lang).items():
        if name in found and title not in titles.values():
            titles[name] = title
    items = [tag("li", _swatch(name), " ", title) for name, title in titles.items()]
    return tag("ul", *items, class_="key")


def _base(name: str) -> str:
    plain = name.removesuffix("~")
    return "block" if plain.startswith("block-") and plain != "block-single" else plain


def _swatch(name: str) -> Markup:
    """Draw a sample: a disc for facilities, ticks for gates, a line or a box for the others."""
    known = styles()
    look = known.get("block-1" if name == "block" else name)
    if look is None:
        change = {"facility-built": "area-built", "facility-altered": "area-altered", "facility-gone": "area-gone"}
        colour = known[change[name]]["color"] if name in change else "#6b7280"
        return _boxed(tag("circle", cx="14", cy="8", r="6.5", fill="#ffffff", stroke=colour, stroke_width="2"))
    stroke = {"stroke": look["color"], "stroke_width": look["weight"], "stroke_dasharray": look.get("dashArray")}
    if name.startswith("gate"):
        return _boxed(*(tag("line", x1=x, y1="2", x2=x, y2="14", **stroke) for x in ("9", "19")))
    if look.get("fill", True) and not name.startswith("line"):
        return _boxed(tag("rect", x="2", y="2", width="24", height="12", **_filled(look), **stroke))
    return _boxed(tag("line", x1="1", y1="8", x2="27", y2="8", **stroke))


def _filled(look: Mapping[str, Any]) -> dict[str, Any]:
    colour = look.get("fillColor", "none")
    opacity = _HATCHED if look.get("hatch") else look.get("fillOpacity")
    return {"fill": colour if isinstance(colour, str) else look["color"], "fill_opacity": opacity}


def _boxed(*drawn: Markup) -> Markup:
    return tag("svg", joined(*drawn), viewBox="0 0 28 16", width="28", height="16", aria_hidden="true")
