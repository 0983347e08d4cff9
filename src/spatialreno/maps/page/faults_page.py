"""A map of what a check found: the layers in grey, each finding numbered where it is, and in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import Fault
from spatialreno.maps.page.page import Page
from spatialreno.maps.words import safe_html as door
from spatialreno.maps.words.safe_html import Markup, tag

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

_STYLE = """
body { font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 1.5em; color: #1f2937 }
svg { width: 100%; max-height: 75vh; background: #f8fafc; border: 1px solid #cbd5e1 }
table { border-collapse: collapse; margin-top: 1em } td, th { border-bottom: 1px solid #e2e8f0; padding: .3em .6em }
td { vertical-align: top } td.long { overflow-wrap: anywhere } td a { color: inherit }
.error { color: #b91c1c } .warning { color: #b45309 } .note { color: #475569 }
svg .place:target circle { fill: #fde047 }
.key span { display: inline-block; margin-right: 1.2em } .key i { display: inline-block; width: 1.4em; height: .7em;
border: 1px solid; margin-right: .4em }
"""
_COLORS = {"error": "#b91c1c", "warning": "#b45309", "note": "#475569"}
_PLACES = 200  # marks of one finding; the table has all ids
_WORDS = {"error": "错误 error", "warning": "提醒 warning", "note": "说明 note"}
_LOOKS = {  # fill and line, in widths of the thinnest line; other layers are thin and empty
    "compounds": ("#eef2f7", "#94a3b8", 1.0),
    "buildings": ("#d8dee8", "#94a3b8", 1.0),
    "walls": ("none", "#1f2937", 2.0),
    "gates": ("#ffffff", "#15803d", 2.0),
}
_PLAIN = ("none", "#94a3b8", 1.0)
_HEADS = ("#", "程度 severity", "图层 layer", "规则 rule", "编号 ids", "问题 finding", "处理 mend", "文件 file")


def draw_faults(
    faults: Sequence[Fault], layers: Mapping[str, Any], *, title: str, catalog: Catalog | None = None
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
        What layers are called; default is the one that ships.

    Returns
    -------
    Page
    """
    drawn = {n: f for n, f in layers.items() if hasattr(f, "geometry") and len(f) and np.isfinite(f.total_bounds).all()}
    table = tag(
        "table", tag("tr", *(tag("th", head) for head in _HEADS)), *map(_row, range(1, len(faults) + 1), faults)
    )
    counts = [f"{_WORDS[level]} {sum(f.severity == level for f in faults)}" for level in _WORDS]
    key = _key(drawn, catalog or read_catalog())
    parts = (tag("h1", title), tag("p", " · ".join(counts)), _plan(faults, drawn), key, table)
    return Page(title, door.plain(tag("main", *parts), lang="zh-CN", title=title, style=_STYLE))


def _key(drawn: Mapping[str, Any], catalog: Catalog) -> Markup:
    """Name the layers as they are drawn."""
    names = {name: layer.title_zh for name, layer in catalog.layers.items()}
    looks = [(name, *_LOOKS.get(name, _PLAIN)) for name in drawn]
    return tag(
        "p",
        *(
            tag("span", tag("i", style=f"background:{fill};border-color:{line}"), f"{names.get(name, '')} {name}")
            for name, fill, line, _ in looks
        ),
        class_="key",
    )


def _row(number: int, fault: Fault) -> Markup:
    cells = ((fault.layer, ""), (fault.rule, ""), (", ".join(fault.ids), "long"), (fault.message, "long"))
    more = ((fault.mend, "long"), (fault.file, ""))
    return tag(
        "tr",
        tag("td", tag("a", number, href=f"#f{number}")),
        tag("td", _WORDS[fault.severity], class_=fault.severity),
        *(tag("td", cell, class_=kind) for cell, kind in (*cells, *more)),
    )


def _plan(faults: Sequence[Fault], drawn: Mapping[str, Any]) -> Markup:
    if not drawn:
        return tag("p", "读不出图形，只有下表。 Nothing can be drawn; see the table.")
    bounds = np.array([frame.total_bounds for frame in drawn.values()])
    (west, south), (east, north) = bounds[:, :2].min(axis=0).tolist(), bounds[:, 2:].max(axis=0).tolist()
    size = max(east - west, north - south, 1.0)
    edge = size / 30
    box = (west - edge, south - edge, east + edge, north + edge)
    order = sorted(drawn, key=lambda n: list(_LOOKS).index(n) if n in _LOOKS else len(_LOOKS))
    lines = [_outline(drawn[name], box, size, _LOOKS.get(name, _PLAIN)) for name in order]
    taken: dict[tuple[int, int], int] = {}
    marks = [_marked(n, f, _apart(_places(f, drawn), size, taken), box, size) for n, f in enumerate(faults, 1)]
    view = f"0 0 {box[2] - box[0]:.2f} {box[3] - box[1]:.2f}"
    return tag("svg", *lines, *marks, viewBox=view, role="img", aria_label="map of findings")


def _outline(frame: gpd.GeoDataFrame, box: Sequence[float], size: float, look: tuple[str, str, float]) -> Markup:
    ways = []
    for part in shapely.get_parts(frame.geometry.to_numpy()):
        for ring in [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]:
            xy = shapely.get_coordinates(ring) if ring.geom_type != "Point" else _square(ring, size / 250)
            if len(xy) > 1:
                ways.append("M" + "L".join(f"{x - box[0]:.2f} {box[3] - y:.2f}" for x, y in xy))
    fill, line, wide = look
    path = "".join(ways)
    return tag("path", d=path, fill=fill, fill_rule="evenodd", stroke=line, stroke_width=f"{wide * size / 800:.3f}")


def _square(point: BaseGeometry, half: float) -> Any:
    return shapely.get_coordinates(shapely.box(point.x - half, point.y - half, point.x + half, point.y + half))


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


def _marked(number: int, fault: Fault, places: list[Any], box: Sequence[float], size: float) -> Markup:
    """Mark all places of one finding; the number in the table leads here."""
    said = tag("title", f"{fault.layer} {', '.join(fault.ids[:8])}: {fault.message}")
    marks = [_mark(number, _COLORS[fault.severity], x - box[0], box[3] - y, size) for x, y in places]
    return tag("g", said, *marks, id=f"f{number}", class_="place")


def _mark(number: int, color: str, x: float, y: float, size: float) -> Markup:
    radius = size / 90
    disc = tag("circle", cx=f"{x:.2f}", cy=f"{y:.2f}", r=f"{radius:.2f}", fill="#ffffff", stroke=color,
               stroke_width=f"{size / 400:.3f}")  # fmt: skip
    letters = {"dy": "0.36em", "text_anchor": "middle", "font_size": f"{radius * 1.2:.2f}", "fill": color}
    return door.joined(disc, tag("text", number, x=f"{x:.2f}", y=f"{y:.2f}", **letters))
