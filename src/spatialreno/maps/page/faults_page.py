"""A map of what a check found: the layers by kind, each finding numbered where it is, and in a table beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from spatialreno.area import as_made, several
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import Fault, InputError
from spatialreno.maps.page.page import Page
from spatialreno.maps.words import safe_html as door
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    import geopandas as gpd

_STYLE = """
body { font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 1.5em; color: #1f2937 }
h1 { font-size: 22px; margin: 0 }
.sides { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 1.5em; align-items: start }
.plan { display: block; width: 100%; height: auto; max-height: 88vh; background: #f8fafc; border: 1px solid #cbd5e1 }
.chart { position: sticky; top: .5em }
table { border-collapse: collapse; width: 100% } td, th { border-bottom: 1px solid #e2e8f0; padding: .3em .5em }
td { vertical-align: top } th { text-align: left; white-space: nowrap } td a { color: inherit }
td.long { overflow-wrap: anywhere } td small { display: block; color: #475569 } td b { font-weight: 600 }
.error { color: #b91c1c } .warning { color: #8a3f06 } .note { color: #475569 } td.level { white-space: nowrap }
svg .place:target circle { fill: #fde047 }
.key { font-size: 13px; margin: .4em 0 } .key span { display: inline-flex; align-items: center; margin-right: 1.1em }
.key svg { width: 22px; height: 14px; margin-right: .35em }
thead { display: table-header-group } tr { break-inside: avoid }
@media (max-width: 999px) { .sides { display: block } .chart { position: static } }
@page { size: A4 landscape; margin: 12mm }
@media print {
  body { margin: 0; font-size: 11px } .sides { display: block } .chart { position: static } .plan { max-height: 150mm }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
"""
_COLORS = {"error": "#b91c1c", "warning": "#b45309", "note": "#475569"}
_PLACES = 200  # marks of one finding; the table has all ids
_Rules = Mapping[str, Mapping[str, str]]
_LEVELS = ("error", "warning", "note")
_HEADS = ("#", "severity", "layer", "finding", "mend", "ids_file")


class _Look(NamedTuple):
    """How a layer is drawn: fill, line, its width in hair-lines, the mark of a point, dashes."""

    fill: str
    line: str
    width: float = 1.0
    mark: str = "square"
    dash: str = ""


_MARKS = {  # corners, to a half-width of 1
    "square": ((-0.75, -0.75), (0.75, -0.75), (0.75, 0.75), (-0.75, 0.75)),
    "diamond": ((0, -1), (1, 0), (0, 1), (-1, 0)),
    "triangle": ((0, -1), (0.87, 0.5), (-0.87, 0.5)),
    "hexagon": ((0, -1), (0.87, -0.5), (0.87, 0.5), (0, 1), (-0.87, 0.5), (-0.87, -0.5)),
    "round": ((0, -1), (0.71, -0.71), (1, 0), (0.71, 0.71), (0, 1), (-0.71, 0.71), (-1, 0), (-0.71, -0.71)),
}
# From what lies underneath to what stands on it.
_LOOKS = {
    "compounds": _Look("#eef2f7", "#94a3b8"),
    "open_spaces": _Look("#dcf3e1", "#5fae78"),
    "paths": _Look("none", "#b8b2a6", 1.4),
    "pipes": _Look("none", "#a855f7", 0.9, dash="6 3"),
    "parking": _Look("#e5e7eb", "#6b7280", 0.8, dash="3 2"),
    "buildings": _Look("#d8dee8", "#64748b"),
    "structures": _Look("#fde3b3", "#b45309"),
    "trees": _Look("#bfe5c7", "#2f8f4e", 0.8, "round"),
    "entrances": _Look("#ffffff", "#7c5a2b", 0.9, "triangle"),
    "facilities": _Look("#dbeafe", "#0072b2", 1.5, "diamond"),
    "walls": _Look("none", "#1f2937", 2.0),
    "gates": _Look("#ffffff", "#15803d", 2.0),
}
_PLAIN = _Look("none", "#94a3b8", mark="hexagon")


def draw_faults(
    faults: Sequence[Fault], layers: Mapping[str, Any], *, title: str, catalog: Catalog | None = None, lang: Lang = "zh"
) -> Page:
    """Draw findings on a plan of their layers, one page without scripts.

    Parameters
    ----------
    faults
        What a check found; ``at`` are places in the system of the layers, else the rows named by ``ids`` are marked.
    layers
        The layers that were read, in one CRS in metres; may be empty.
    title
        Title of the page, any text.
    catalog
        What layers and rules are called; default is the one that ships.
    lang
        ``zh``: what is wrong and its mend in Chinese, by the catalog's table ``rules``, over the English finding with
        its numbers; ``en``: that alone.

    Returns
    -------
    Page
        ``save(path)`` writes it; ``html()`` is its text.

    Raises
    ------
    InputError
        The language is unknown, or something else than findings and layers is handed in.

    Examples
    --------
    >>> from spatialreno.errors import Fault
    >>> short = Fault("walls", ("W1",), "length", "is 0 m long", "Draw it anew")
    >>> page = draw_faults([short], {}, title="检查", lang="en")
    >>> "Draw it anew" in page.html()
    True
    """
    for one in several(faults):
        as_made(one, Fault, what="draw_faults", noun="finding", maker="check_area")
    if not isinstance(layers, Mapping):
        raise InputError(f"draw_faults: {type(layers).__name__} names no layers. Give tables by the names of layers.")
    language, words = checked(lang), catalog or read_catalog()
    drawn = {n: f for n, f in layers.items() if hasattr(f, "geometry") and len(f) and np.isfinite(f.total_bounds).all()}
    colon, rules = word("colon", language), _rules(words, language)
    counts = [f"{word(level, language)}{colon}{sum(f.severity == level for f in faults)}" for level in _LEVELS]
    chart = tag("div", _plan(faults, drawn, rules, words, language), _key(drawn, words, language), class_="chart")
    parts = (tag("h1", isolated(title)), tag("p", " · ".join(counts)))
    body = tag("main", *parts, tag("div", chart, _table(faults, rules, words, language), class_="sides"))
    return Page(title, door.plain(body, lang=word("html_lang", language), title=title, style=_STYLE))


def _rules(catalog: Catalog, lang: Lang) -> dict[str, dict[str, str]]:
    """Give the words of each rule; none in English, which findings are made in."""
    return {row["rule"]: row for row in catalog.rows("rules")} if lang == "zh" else {}


def _key(drawn: Mapping[str, Any], catalog: Catalog, lang: Lang) -> Markup:
    """Name the layers beside how each is drawn."""
    keys = []
    for name, frame in _in_order(drawn):
        look, half = _LOOKS.get(name, _PLAIN), 5.0
        kind = int(shapely.get_dimensions(frame.geometry.to_numpy()).max())
        shape = (_mark_of(11, 7, look, half), "M1 7H21", "M2 2H20V12H2Z")[kind]
        title = catalog.layers[name].title(lang) if name in catalog.layers else name
        keys.append(tag("span", tag("svg", _path(shape, look, 1.0), viewBox="0 0 22 14", aria_hidden="true"), title))
    return tag("p", *keys, class_="key")


def _in_order(drawn: Mapping[str, Any]) -> list[tuple[str, Any]]:
    order = [*_LOOKS, *sorted(set(drawn) - set(_LOOKS))]
    return [(name, drawn[name]) for name in order if name in drawn]


def _table(faults: Sequence[Fault], rules: _Rules, catalog: Catalog, lang: Lang) -> Markup:
    if not faults:
        return tag("p", word("nothing_found", lang))
    heads = tag("tr", *(tag("th", name if name == "#" else word(name, lang), scope="col") for name in _HEADS))
    rows = [_row(number, fault, rules.get(fault.rule), catalog, lang) for number, fault in enumerate(faults, 1)]
    return tag("table", tag("thead", heads), tag("tbody", *rows))


def _row(number: int, fault: Fault, rule: Mapping[str, str] | None, catalog: Catalog, lang: Lang) -> Markup:
    """Write a finding: in the reader's words what is wrong and its mend, under them what was found in particular."""
    files = tag("small", isolated(fault.file)) if fault.file and fault.file != fault.layer else ""
    return tag(
        "tr",
        tag("td", tag("a", number, href=f"#f{number}")),
        tag("td", word(fault.severity, lang), class_=f"level {fault.severity}"),
        tag("td", isolated(_layer(fault, catalog, lang))),
        tag("td", *_told(fault.rule if rule is None else rule["title_zh"], fault.message, rule), class_="long"),
        tag("td", *_told("", fault.mend, rule) if rule is None else _told(rule["mend_zh"], fault.mend, rule),
            class_="long"),
        tag("td", isolated(", ".join(fault.ids)), files, class_="long"),
    )  # fmt: skip


def _layer(fault: Fault, catalog: Catalog, lang: Lang) -> str:
    return catalog.layers[fault.layer].title(lang) if fault.layer in catalog.layers else fault.layer


def _told(first: str, found: str, rule: Mapping[str, str] | None) -> list[Markup]:
    """Put the reader's words first; a finding stays in the English it was made in, and says so."""
    lead = [tag("b", isolated(first))] if first else []
    return [*lead, tag("small", isolated(found), lang="en" if rule is not None else None)]


def _plan(
    faults: Sequence[Fault], drawn: Mapping[str, Any], rules: _Rules, catalog: Catalog, lang: Lang
) -> Markup:
    if not drawn:
        return tag("p", word("nothing_drawn", lang))
    bounds = np.array([frame.total_bounds for frame in drawn.values()])
    (west, south), (east, north) = bounds[:, :2].min(axis=0).tolist(), bounds[:, 2:].max(axis=0).tolist()
    size = max(east - west, north - south, 1.0)
    edge = size / 30
    box = (west - edge, south - edge, east + edge, north + edge)
    lines = [_outline(frame, box, size, _LOOKS.get(name, _PLAIN)) for name, frame in _in_order(drawn)]
    taken: dict[tuple[int, int], int] = {}
    marks = [
        _marked(n, f, _apart(_places(f, drawn), size, taken), box, size, _said(f, rules, catalog, lang))
        for n, f in enumerate(faults, 1)
    ]
    view = f"0 0 {box[2] - box[0]:.2f} {box[3] - box[1]:.2f}"
    return tag("svg", *lines, *marks, viewBox=view, role="img", aria_label=word("map_of_findings", lang), class_="plan")


def _outline(frame: gpd.GeoDataFrame, box: Sequence[float], size: float, look: _Look) -> Markup:
    ways = []
    for part in shapely.get_parts(frame.geometry.to_numpy()):
        if part.geom_type == "Point":
            ways.append(_mark_of(part.x - box[0], box[3] - part.y, look, size / 200))
            continue
        closed = part.geom_type == "Polygon"
        for ring in [part.exterior, *part.interiors] if closed else [part]:
            xy = shapely.get_coordinates(ring)
            if len(xy) > 1:
                way = "L".join(f"{x - box[0]:.2f} {box[3] - y:.2f}" for x, y in xy)
                ways.append(f"M{way}{'Z' if closed else ''}")
    return _path("".join(ways), look, size / 800)


def _path(way: str, look: _Look, unit: float) -> Markup:
    dash = " ".join(f"{float(one) * unit:.3f}" for one in look.dash.split()) or None
    return tag("path", d=way, fill=look.fill, fill_rule="evenodd", stroke=look.line,
               stroke_width=f"{look.width * unit:.3f}", stroke_dasharray=dash)  # fmt: skip


def _mark_of(x: float, y: float, look: _Look, half: float) -> str:
    """Outline the mark of a point."""
    return "M" + "L".join(f"{x + half * u:.2f} {y + half * v:.2f}" for u, v in _MARKS[look.mark]) + "Z"


def _apart(places: list[tuple[float, float]], size: float, taken: dict[tuple[int, int], int]) -> list[Any]:
    """Set marks that would hide one another side by side; one finding needs one mark where its places meet."""
    cell, moved = size / 40, []
    for n, (x, y) in enumerate(places):
        if any(np.hypot(x - u, y - v) < cell / 2 for u, v in places[:n]):
            continue
        key = (round(x / cell), round(y / cell))
        moved.append((x + taken.get(key, 0) * size / 38, y))
        taken[key] = taken.get(key, 0) + 1
    return moved


def _places(fault: Fault, drawn: Mapping[str, Any]) -> list[tuple[float, float]]:
    if fault.at:
        return list(fault.at)[:_PLACES]
    frame = drawn.get(fault.layer)
    if frame is None or fault.severity == "note":
        return []
    shapes = frame.geometry[frame.index.isin(fault.ids)].to_numpy()[:_PLACES]
    points = shapely.centroid(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])
    return [(p.x, p.y) for p in points if np.isfinite([p.x, p.y]).all()]


def _marked(
    number: int, fault: Fault, places: list[Any], box: Sequence[float], size: float, told: str
) -> Markup:
    """Mark all places of one finding; the number in the table leads here."""
    said = tag("title", told)
    marks = [_mark(number, _COLORS[fault.severity], x - box[0], box[3] - y, size) for x, y in places]
    return tag("g", said, *marks, id=f"f{number}", class_="place")


def _said(fault: Fault, rules: _Rules, catalog: Catalog, lang: Lang) -> str:
    """Say at the mark of a finding what is wrong with what."""
    told = rules[fault.rule]["title_zh"] if fault.rule in rules else fault.message
    return f"{_layer(fault, catalog, lang)} {', '.join(fault.ids[:8])}{word('colon', lang)}{told}"


def _mark(number: int, color: str, x: float, y: float, size: float) -> Markup:
    radius = size / 65
    disc = tag("circle", cx=f"{x:.2f}", cy=f"{y:.2f}", r=f"{radius:.2f}", fill="#ffffff", stroke=color,
               stroke_width=f"{size / 300:.3f}")  # fmt: skip
    letters = {"dy": "0.36em", "text_anchor": "middle", "font_size": f"{radius * 1.2:.2f}", "fill": color}
    return joined(disc, tag("text", number, x=f"{x:.2f}", y=f"{y:.2f}", **letters))
