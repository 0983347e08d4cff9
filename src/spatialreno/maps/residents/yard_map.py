"""The map of a resident's sheet: one compound at a round scale, what changes in it, numbers of its buildings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import shapely

from spatialreno.maps.drawing.style import DEMOLISHED, styles
from spatialreno.maps.drawing.svg import Shown, drawn_things, way
from spatialreno.maps.words.resident_words import told
from spatialreno.maps.words.safe_html import Markup, clean, joined, tag
from spatialreno.maps.words.words import Lang, legend_words, word

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Look: TypeAlias = Mapping[str, Any]  # one row of the style table

#: What is drawn: what stands and what changes; names of things are written by this map itself.
DRAWN = (
    "streets", "freed", "grounds", "trees", "buildings", "heat_net", "structures", "works", "new_grounds", "sites",
    "walls", "facilities",
)  # fmt: skip
WIDE_MM = 106.0
_SCALES = (
    200,
    250,
    300,
    400,
    500,
    600,
    750,
    800,
    900,
    1000,
    1200,
    1250,
    1500,
    2000,
    2500,
    3000,
    4000,
    5000,
    7500,
    10000,
    20000,
    50000,
)
_BARS_M = (5, 10, 20, 50, 100, 200, 500, 1000, 2000)
_AROUND = 1.08  # of the compound's own size
_INK, _VEIL = "#1f2937", "#ffffff"
_LEGEND = 10
_LABEL = 9  # letters of a building's name
# Classes that every map of a town has, and that nobody need be told.
_SILENT = {"street", "walkway", "home", "building", "tree", "other-area", "other-line", "facility-area"}


@dataclass(frozen=True)
class YardMap:
    """A drawn map, its legend, and its scale (metres of ground a metre of paper)."""

    picture: Markup
    legend: Markup
    scale: int


def draw_yard(
    shown: Shown, shape: BaseGeometry, names: Sequence[tuple[str, BaseGeometry]],
    lang: Lang, high_mm: float,
) -> YardMap:  # fmt: skip
    """Draw one compound, north up, at the largest round scale that fits.

    Parameters
    ----------
    shown
        What the option shows, of ``DRAWN``.
    shape
        The compound, in metres.
    names
        Name and shape of each of its buildings.
    lang
        ``zh`` or ``en``.
    high_mm
        Height on paper.
    """
    west, south, east, north = shape.bounds
    scale = next(
        (s for s in _SCALES if (east - west) * _AROUND <= WIDE_MM * s / 1000 and (north - south) * _AROUND <=
         high_mm * s / 1000), _SCALES[-1],
    )  # fmt: skip
    wide, high = WIDE_MM * scale / 1000, high_mm * scale / 1000
    left, top = (west + east - wide) / 2, (north + south + high) / 2
    box = shapely.box(left, top - high, left + wide, top)
    unit = wide / 420
    here, position = shown.within(box), shown.position
    picture = tag(
        "svg",
        *drawn_things([one for one in here if not one.more.get("label")], position, (left, top), unit),
        *_focus(shape, box, unit),
        *drawn_things([one for one in here if one.more.get("label")], position, (left, top), unit),
        *(_name(name, one, left, top, unit) for name, one in names),
        *_furniture(wide, high, lang),
        viewBox=f"0 0 {wide:.2f} {high:.2f}", role="img", aria_label=told("map", lang), class_="picture",
        style=f"width:{WIDE_MM:g}mm;height:{high_mm:g}mm",
    )  # fmt: skip
    return YardMap(picture, _legend([str(thing.classes[position]) for thing in here], lang), scale)


def _focus(shape: BaseGeometry, box: BaseGeometry, unit: float) -> list[Markup]:
    """Pale what lies outside the compound, and outline it."""
    left, _, _, top = box.bounds
    around = way(box, left, top, end="Z") + way(shape, left, top, end="Z")
    veil = tag("path", d=around, fill=_VEIL, fill_opacity="0.55", fill_rule="evenodd", stroke="none")
    edge = tag("path", d=way(shape, left, top, end="Z"), fill="none", stroke=_INK, stroke_width=f"{1.6 * unit:.2f}",
               stroke_dasharray=f"{8 * unit:.2f} {2.5 * unit:.2f} {1.5 * unit:.2f} {2.5 * unit:.2f}")  # fmt: skip
    return [veil, edge]


def _name(name: str, shape: BaseGeometry, left: float, top: float, unit: float) -> Markup:
    spot = shape.representative_point()
    return tag("text", shortened(name, _LABEL), x=f"{spot.x - left:.2f}", y=f"{top - spot.y:.2f}", dy="0.36em",
               text_anchor="middle", font_size=f"{12 * unit:.2f}", class_="name")  # fmt: skip


def shortened(name: object, most: int) -> str:
    """Cut a name that is longer than a sheet has room for."""
    text = clean(" ".join(str(name).split()))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _furniture(wide: float, high: float, lang: Lang) -> list[Markup]:
    """Draw a bar of a round number of metres and an arrow to the north, on white."""
    size = wide / 34
    length = max(bar for bar in _BARS_M if bar <= max(wide / 4, _BARS_M[0]))
    x, y = size * 0.8, high - size * 0.8
    back = tag("rect", x=f"{x - size * 0.4:.2f}", y=f"{y - size * 1.5:.2f}", width=f"{length + size * 0.8:.2f}",
               height=f"{size * 1.9:.2f}", fill=_VEIL, fill_opacity="0.8")  # fmt: skip
    bar = tag("path", d=f"M{x:.2f} {y - size * 0.4:.2f}v{size * 0.4:.2f}h{length}v{-size * 0.4:.2f}", fill="none",
              stroke=_INK, stroke_width=f"{size / 9:.2f}")  # fmt: skip
    said = tag("text", f"{length} m", x=f"{x + length / 2:.2f}", y=f"{y - size * 0.5:.2f}", text_anchor="middle",
               font_size=f"{size * 0.9:.2f}", fill=_INK)  # fmt: skip
    right, top = wide - size * 1.2, size * 2.6
    disc = tag("circle", cx=f"{right:.2f}", cy=f"{top - size:.2f}", r=f"{size * 1.5:.2f}", fill=_VEIL,
               fill_opacity="0.8")  # fmt: skip
    arrow = tag("path", d=f"M{right:.2f} {top - size * 1.3:.2f}l{size * 0.5:.2f} {size * 1.4:.2f}"
                f"l{-size * 0.5:.2f} {-size * 0.35:.2f}l{-size * 0.5:.2f} {size * 0.35:.2f}Z", fill=_INK)  # fmt: skip
    north = tag("text", word("north", lang), x=f"{right:.2f}", y=f"{top - size * 1.45:.2f}", text_anchor="middle",
                font_size=f"{size * 0.8:.2f}", fill=_INK)  # fmt: skip
    return [back, bar, said, disc, arrow, north]


def _legend(classes: Sequence[str], lang: Lang) -> Markup:
    """Tell what the map draws, changes first; what everybody knows is left out."""
    there = {name.removesuffix("~") for name in classes} - _SILENT
    words = legend_words(lang)
    known = {name: words[name] for name in sorted(words, key=_last) if name in there}
    titles: dict[str, str] = {}
    for name, title in known.items():
        titles.setdefault(title, name)
    chosen = list(titles.items())[:_LEGEND]
    own = tag("span", _key({"color": _INK, "weight": 1.6, "dashArray": "8 2.5 1.5 2.5"}, "line"), told("own", lang))
    looks = styles()
    keys = [tag("span", _sample(name, looks), title) for title, name in chosen]
    return tag("p", own, *keys, class_="legend")


def _last(name: str) -> bool:
    """Put what stands behind what a plan does; of equal ones the order of the legend holds."""
    return not name.endswith(("-gone", "-altered", "-built")) and name != "freed" and not name.startswith("pipe-heat")


def _sample(name: str, looks: Mapping[str, Look]) -> Markup:
    if name.startswith("facility"):
        line = {"facility-built": "area-built", "facility-altered": "area-altered", "facility-gone": "area-gone"}
        color = looks[line[name]]["color"] if name in line else "#6b7280"
        ring = tag("circle", cx="11", cy="6", r="4.6", fill="#fff", stroke=color,
                   stroke_width="2" if name in line else "1")  # fmt: skip
        return tag("svg", ring, viewBox="0 0 22 12", aria_hidden="true")
    look = looks.get(name, {"color": DEMOLISHED, "weight": 1})
    return _key(look, "area" if "fillColor" in look else "line")


def _key(look: Look, form: str) -> Markup:
    stroke = {"stroke": look["color"], "stroke_width": min(float(look["weight"]), 3.0),
              "stroke_dasharray": look.get("dashArray")}  # fmt: skip
    if form == "line":
        return tag("svg", tag("path", d="M1 6H21", fill="none", **stroke), viewBox="0 0 22 12", aria_hidden="true")
    fill = 0.35 if look.get("hatch") else look.get("fillOpacity")
    box = tag("rect", x="2", y="2", width="18", height="8", fill=look["fillColor"], fill_opacity=fill, **stroke)
    return joined(tag("svg", box, viewBox="0 0 22 12", aria_hidden="true"))
