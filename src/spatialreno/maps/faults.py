"""A map of what a check found: the layers in grey, each finding numbered where it is, and in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from spatialreno.errors import Fault
from spatialreno.maps import door
from spatialreno.maps.door import Markup, tag
from spatialreno.maps.page import Page

_STYLE = """
body { font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 1.5em; color: #1f2937 }
svg { width: 100%; max-height: 75vh; background: #f8fafc; border: 1px solid #cbd5e1 }
table { border-collapse: collapse; margin-top: 1em } td, th { border-bottom: 1px solid #e2e8f0; padding: .3em .6em }
td { vertical-align: top; overflow-wrap: anywhere } .error { color: #b91c1c } .warning { color: #b45309 }
"""
_COLORS = {"error": "#b91c1c", "warning": "#b45309", "note": "#475569"}
_PLACES = 200  # marks of one finding; the table has all ids
_HEADS = ("#", "程度 severity", "图层 layer", "规则 rule", "编号 ids", "问题 finding", "处理 mend", "文件 file")


def draw_faults(faults: Sequence[Fault], layers: Mapping[str, Any], *, title: str) -> Page:
    """Draw findings on a plan of their layers, one page without scripts.

    Parameters
    ----------
    faults
        What a check found; ``at`` are places in the system of the layers, else the rows named by ``ids`` are marked.
    layers
        The layers that were read, in one CRS in metres; may be empty.
    title
        Title of the page, any text.

    Returns
    -------
    Page
    """
    drawn = {n: f for n, f in layers.items() if hasattr(f, "geometry") and len(f) and np.isfinite(f.total_bounds).all()}
    table = tag(
        "table", tag("tr", *(tag("th", head) for head in _HEADS)), *map(_row, range(1, len(faults) + 1), faults)
    )
    body = tag("main", tag("h1", title), _plan(faults, drawn), table)
    return Page(title, door.plain(body, lang="zh-CN", title=title, style=_STYLE))


def _row(number: int, fault: Fault) -> Markup:
    cells = (fault.layer, fault.rule, ", ".join(fault.ids), fault.message, fault.mend, fault.file)
    return tag(
        "tr", tag("td", number), tag("td", fault.severity, class_=fault.severity), *(tag("td", c) for c in cells)
    )


def _plan(faults: Sequence[Fault], drawn: Mapping[str, Any]) -> Markup:
    if not drawn:
        return tag("p", "读不出图形，只有下表。 Nothing can be drawn; see the table.")
    bounds = np.array([frame.total_bounds for frame in drawn.values()])
    (west, south), (east, north) = bounds[:, :2].min(axis=0).tolist(), bounds[:, 2:].max(axis=0).tolist()
    size = max(east - west, north - south, 1.0)
    edge = size / 30
    box = (west - edge, south - edge, east + edge, north + edge)
    lines = [_outline(frame, box, size) for frame in drawn.values()]
    marks = [_mark(n, f, x, y, box, size) for n, f in enumerate(faults, 1) for x, y in _places(f, drawn)]
    view = f"0 0 {box[2] - box[0]:.2f} {box[3] - box[1]:.2f}"
    return tag("svg", *lines, *marks, viewBox=view, role="img", aria_label="map of findings")


def _outline(frame: Any, box: Any, size: float) -> Markup:
    ways = []
    for part in shapely.get_parts(frame.geometry.to_numpy()):
        xy = shapely.get_coordinates(part)
        if len(xy) > 1:
            ways.append("M" + "L".join(f"{x - box[0]:.2f} {box[3] - y:.2f}" for x, y in xy))
    return tag("path", d="".join(ways), fill="none", stroke="#94a3b8", stroke_width=f"{size / 800:.3f}")


def _places(fault: Fault, drawn: Mapping[str, Any]) -> list[tuple[float, float]]:
    if fault.at:
        return list(fault.at)[:_PLACES]
    frame = drawn.get(fault.layer)
    if frame is None or fault.severity == "note":
        return []
    shapes = frame.geometry[frame.index.isin(fault.ids)].to_numpy()[:_PLACES]
    points = shapely.centroid(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])
    return [(p.x, p.y) for p in points if np.isfinite([p.x, p.y]).all()]


def _mark(number: int, fault: Fault, x: float, y: float, box: Any, size: float) -> Markup:
    color, radius = _COLORS[fault.severity], size / 90
    at = {"x": f"{x - box[0]:.2f}", "y": f"{box[3] - y:.2f}"}
    disc = tag("circle", cx=at["x"], cy=at["y"], r=f"{radius:.2f}", fill="#ffffff", stroke=color,
               stroke_width=f"{size / 400:.3f}")  # fmt: skip
    face = tag("text", number, **at, dy="0.36em", text_anchor="middle", font_size=f"{radius * 1.2:.2f}", fill=color)
    return tag("g", tag("title", f"{fault.layer} {', '.join(fault.ids[:8])}: {fault.message}"), disc, face)
