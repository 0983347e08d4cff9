"""A page of a design: people over money with the band, the openings of each step on a map, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.maps.charts.labels import INK, label
from spatialreno.maps.content.tables import grid, headed
from spatialreno.maps.drawing.svg import way
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.words.design_words import say_design
from spatialreno.maps.words.numbers import number, short
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.design import Design

_WAN = 10_000.0
_WIDE, _HIGH, _LEFT, _LOW, _EDGE = 900.0, 320.0, 90.0, 50.0, 30.0
_BEST, _GREEDY, _HAIR, _OPENED, _ALTERED = "#0072b2", "#d55e00", "#9a978f", "#d55e00", "#b36b00"
_STYLE = """
body { font: 15px/1.5 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif; margin: 1.5em auto;
  max-width: 62em; padding: 0 1em; color: #1f2937; background: #fff; font-variant-numeric: tabular-nums }
h1 { font-size: 1.4em } h2 { font-size: 1.1em; margin: 1.6em 0 .4em } .lead { font-size: 1.1em }
svg { width: 100%; height: auto; background: #fafaf7; border: 1px solid #d9d9d4 }
table { border-collapse: collapse } td, th { border-bottom: 1px solid #e2e8f0; padding: .3em .8em; text-align: right }
.text { text-align: left } .scroll { overflow-x: auto }
.invented { display: inline-block; padding: 1px 8px; border: 1px dashed #b45309; color: #8a3f06 }
.step { display: none } .chips { display: flex; flex-wrap: wrap; gap: .4em; margin: .6em 0 }
input.at { position: absolute; opacity: 0 }
label.chip { border: 1px solid #6b7280; border-radius: 1em; padding: .1em .9em; cursor: pointer }
@media print { .step { display: block } .chips { display: none } }
"""
_CHOSEN = (
    "#at{k}:checked ~ .steps #step{k} {{ display: block }} "
    "#at{k}:checked ~ .chips label[for=at{k}] {{ background: #0072b2; color: #fff }} "
    "#at{k}:focus-visible ~ .chips label[for=at{k}] {{ outline: 3px solid #111827 }} "
)


def draw_design(design: Design, steps: Sequence[Design] | None = None, *, lang: str = "zh") -> Page:
    """Draw what a design gives for the money, and what more or less money would, as one offline page without scripts.

    Parameters
    ----------
    design
        What ``design_openings`` gives.
    steps
        Other answers to the same question, as ``design.designs()`` gives them (asked for when left out).
    lang
        ``zh`` or ``en``.

    Returns
    -------
    Page
        A sentence; people over money with the band that is not proven; the openings of each step on a map, step by
        step by mouse or keyboard; why each is opened; what is nearly as good; what guards cost; what greedy loses.

    Raises
    ------
    InputError
        The language is unknown.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> found = sr.design_openings(area, budget_yuan=10_000, candidates=["gates"])
    >>> sr.maps.draw_design(found).title
    '方案生成：西工地片区（示意）'
    """
    language = checked(lang)
    points = list(design.designs() if steps is None else steps)
    points = sorted({one.cost_yuan: one for one in [*points, design]}.values(), key=lambda one: one.cost_yuan)
    area = design.area
    named = (area.title or area.name) if area is not None else design.provenance["area"]
    title = f"{say_design('title', language)}{'：' if language == 'zh' else ': '}{named}"
    made_up = tag("p", word("invented", language), class_="invented") if area and area.meta.get("invented") else ""
    greedy = design.greedy()
    body = tag(
        "main",
        tag("h1", isolated(title)),
        made_up,
        tag("p", _lead(design, language), class_="lead"),
        *_part("frontier", language, _chart(points, greedy, design, language)),
        *_part("steps", language, _steps(points, area, language)),
        *_part("reasons", language, _reasons(design.reasons(), language)),
        *_part("nearly", language, _nearly(design.best_sets(), language)),
        *_part("pairs", language, _pairs(design.pairs(), language)),
        *_part("guards", language, _guards(design.guard_prices(), language)),
        *_part("greedy", language, _greedy(greedy, language)),
        tag("p", " · ".join(str(value) for value in design.provenance.values()), class_="note"),
    )
    style = _STYLE + "".join(_CHOSEN.format(k=k) for k in range(len(points)))
    return printed(title, body, language, style=style)


def _part(key: str, lang: Lang, found: Markup | None) -> list[Markup]:
    return headed(say_design(key, lang), found)


def _what(design: Design, lang: Lang) -> str:
    return say_design(design.goal.partition(":")[0], lang)


def _told(value: float, design: Design) -> str:
    return number(value, 2 if design.goal == "score" else 0)


def _lead(design: Design, lang: Lang) -> str:
    proof = say_design("proven", lang)
    if design.status != "proven":
        proof = say_design("at_most", lang, bound=_told(design.bound, design))
    said = say_design(
        "lead", lang, cost=number(design.cost_yuan / _WAN, 1), count=str(len(design.chosen)), proof=proof,
        what=_what(design, lang), today=_told(design.today, design), value=_told(design.value, design),
    )  # fmt: skip
    lost = say_design("lost", lang, lost=number(design.out_of_reach, 0)) if design.out_of_reach > 0 else ""
    return f"{said}{'' if lang == 'zh' else ' '}{lost}"


# ---- the chart


def _chart(points: list[Design], greedy: pd.DataFrame, design: Design, lang: Lang) -> Markup:
    """Draw the frontier as steps: what a budget gives holds until the next answer is affordable."""
    most = max(*(one.cost_yuan for one in points), *greedy["cost_yuan"], 1.0) * 1.08
    low = min(design.today, *(one.value for one in points))
    high = max(*(one.bound for one in points), low + 1e-9)
    scale = _Scale(most, low - 0.08 * (high - low), high + 0.1 * (high - low))
    value = [(0.0, design.today), *((one.cost_yuan, one.value) for one in points)]
    bound = [(0.0, design.today), *((one.cost_yuan, one.bound) for one in points)]
    outline = [*scale.stairs(value), *reversed(scale.stairs(bound))]
    shapes = [
        *_axes(scale, points, design, lang),
        tag("polygon", points=_xy(outline), fill=_BEST, fill_opacity="0.18"),
        tag("polyline", points=_xy(scale.stairs(value)), fill="none", stroke=_BEST, stroke_width="2.5"),
        *(_dot(scale, one, lang) for one in points),
        *_crosses(scale, greedy, design, lang),
    ]
    key = tag("p", f"■ {say_design('band', lang)}　✕ {say_design('greedy', lang)}", class_="note")
    view = f"0 0 {_WIDE:.0f} {_HIGH:.0f}"
    return joined(tag("svg", *shapes, viewBox=view, role="img", aria_label=say_design("frontier", lang)), key)


class _Scale:
    """Where money and people lie on the picture."""

    def __init__(self, most: float, low: float, high: float) -> None:
        self.most, self.low, self.high = most, low, high

    def at(self, cost: float, value: float) -> tuple[float, float]:
        x = _LEFT + (_WIDE - _LEFT - _EDGE) * cost / self.most
        y = _HIGH - _LOW - (_HIGH - _LOW - _EDGE) * (value - self.low) / (self.high - self.low)
        return x, y

    def stairs(self, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        found = [self.at(*points[0])]
        for cost, value in points[1:]:
            found += [(self.at(cost, value)[0], found[-1][1]), self.at(cost, value)]
        return [*found, (_WIDE - _EDGE, found[-1][1])]


def _xy(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _text(said: str, x: float, y: float, *, anchor: str = "middle", color: str = INK) -> Markup:
    return label(said, x, y, anchor=anchor, size=13, fill=color)


def _axes(scale: _Scale, points: list[Design], design: Design, lang: Lang) -> list[Markup]:
    left, foot = scale.at(0.0, scale.low)
    axis = tag("path", d=f"M{left} {_EDGE}L{left} {foot}L{_WIDE - _EDGE} {foot}", fill="none", stroke=_HAIR)
    marks = [_text(say_design("money", lang), _WIDE - _EDGE, _HIGH - 8, anchor="end")]
    marks.append(_text(_what(design, lang), 8, 18, anchor="start"))
    for cost in np.linspace(0.0, scale.most / 1.08, 6).tolist():
        marks.append(_text(short(cost / _WAN, 1), scale.at(cost, scale.low)[0], foot + 18))
    for value in sorted({design.today, points[-1].value}):
        marks.append(_text(_told(value, design), left - 8, scale.at(0.0, value)[1] + 4, anchor="end"))
    return [axis, *marks]


def _dot(scale: _Scale, one: Design, lang: Lang) -> Markup:
    x, y = scale.at(one.cost_yuan, one.value)
    said = ", ".join(one.chosen) or say_design("nothing", lang)
    spot = tag("circle", tag("title", said), cx=f"{x:.1f}", cy=f"{y:.1f}", r="5", fill=_BEST, stroke="#fff")
    return joined(spot, _text(_told(one.value, one), x - 6, y - 7, anchor="end", color=_BEST) if one.chosen else "")


def _crosses(scale: _Scale, greedy: pd.DataFrame, design: Design, lang: Lang) -> list[Markup]:
    """Mark what greedy ways reach where they lose something."""
    drawn = []
    for row in greedy[greedy["lost"] > 0].to_dict("records"):
        x, y = scale.at(row["cost_yuan"], row["value"])
        said = f"{say_design(row['way'], lang)}: {_told(row['value'], design)}"
        cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0-10l-10 10"
        drawn.append(tag("path", tag("title", said), d=cross, stroke=_GREEDY, stroke_width="2.5", fill="none"))
        drawn.append(_text(said, x + 8, y + 18, anchor="end", color="#a84300"))
    return drawn


# ---- the steps


def _steps(points: list[Design], area: StudyArea | None, lang: Lang) -> Markup:
    last = len(points) - 1
    knob: dict[str, object] = {"type": "radio", "name": "at", "class_": "at"}
    inputs = [tag("input", id=f"at{k}", checked=k == last, **knob) for k in range(last + 1)]
    chips = [
        tag("label", f"{number(one.cost_yuan / _WAN, 1)} · {_told(one.value, one)}", for_=f"at{k}", class_="chip")
        for k, one in enumerate(points)
    ]
    steps = [tag("div", *_step(one, area, lang), class_="step", id=f"step{k}") for k, one in enumerate(points)]
    return tag("div", *inputs, tag("div", *chips, class_="chips"), tag("div", *steps, class_="steps"))


def _step(one: Design, area: StudyArea | None, lang: Lang) -> list[Markup]:
    said = ", ".join(one.chosen) or say_design("nothing", lang)
    line = tag("p", f"{say_design('opened', lang)}: ", isolated(said))
    return [line] if area is None else [line, _map(one, area)]


def _map(one: Design, area: StudyArea) -> Markup:
    """Draw ground in grey and what opens in colour."""
    boxes = [frame.total_bounds for frame in (area.compounds, area.buildings) if len(frame)]
    west, south = (min(box[k] for box in boxes) for k in (0, 1))
    east, north = (max(box[k] for box in boxes) for k in (2, 3))
    edge, unit = max(east - west, north - south) / 40, max(east - west, north - south) / 900
    corner = (west - edge, north + edge)
    drawn = [_path(shape, corner, unit, fill="#f1efe8", stroke="#6b7280") for shape in area.compounds.geometry]
    drawn += [_path(shape, corner, 5 * unit, stroke="#d9d9d4") for shape in area.paths.geometry]
    drawn += [_path(shape, corner, unit, fill="#cfcdc6", stroke="#9a978f") for shape in area.buildings.geometry]
    drawn += [_path(shape, corner, 2 * unit, stroke="#4b5563") for shape in area.walls.geometry]
    for candidate in one.opened:
        for layer, name, becomes in candidate.acts:
            shape = candidate.new.geometry if candidate.new is not None else area.layer(layer).geometry[name]
            drawn.append(_opened(shape, corner, unit, candidate.id, becomes))
    view = f"0 0 {east - west + 2 * edge:.1f} {north - south + 2 * edge:.1f}"
    return tag("svg", *drawn, viewBox=view, role="img", aria_label=", ".join(one.chosen))


def _opened(shape: Any, corner: tuple[float, float], unit: float, name: str, becomes: str) -> Markup:
    spot = shapely.point_on_surface(shape)
    x, y = spot.x - corner[0], corner[1] - spot.y
    color = _OPENED if becomes == "gone" else _ALTERED
    if becomes == "gone":
        mark = _path(shape, corner, 5 * unit, stroke=color, dash=f"{8 * unit:.1f} {4 * unit:.1f}")
    else:
        mark = tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{7 * unit:.1f}", fill=color, stroke="#fff")
    halo = {"stroke": "#fff", "stroke_width": f"{3 * unit:.1f}", "paint_order": "stroke"}
    size = {"x": f"{x + 8 * unit:.1f}", "y": f"{y - 6 * unit:.1f}", "font_size": f"{15 * unit:.1f}"}
    return joined(mark, tag("text", name, **size, **halo, fill="#111827", font_weight="bold"))


def _path(
    shape: Any, corner: tuple[float, float], width: float, *, fill: str = "none", stroke: str, dash: str | None = None
) -> Markup:
    return tag(
        "path", d=way(shape, *corner), fill=fill, stroke=stroke, stroke_width=f"{width:.2f}", stroke_dasharray=dash,
        fill_rule="evenodd",
    )  # fmt: skip


# ---- the tables


def _reasons(table: pd.DataFrame, lang: Lang) -> Markup | None:
    if table.empty:
        return None
    heads = [say_design(key, lang) for key in ("opened", "because", "cost", "alone", "last")]
    rows = [[r["id"], ", ".join(r["because_of"]), r["cost_yuan"], r["alone"], r["last"]] for r in _rows(table)]
    return grid(heads, rows, texts=2)


def _nearly(table: pd.DataFrame, lang: Lang) -> Markup | None:
    if len(table) < 2:
        return None
    heads = [say_design(key, lang) for key in ("opened", "value", "less", "cost")]
    return grid(heads, [[", ".join(r["chosen"]), r["value"], r["lost"], r["cost_yuan"]] for r in _rows(table)])


def _pairs(table: pd.DataFrame, lang: Lang, most: int = 10) -> Markup | None:
    if table.empty:
        return None
    heads = [*(say_design(key, lang) for key in ("opened", "pairs", "alone")), "", say_design("both", lang)]
    rows = [
        [f"{r['one']} + {r['other']}", say_design(r["kind"], lang), r["alone_one"], r["alone_other"], r["both"]]
        for r in _rows(table.head(most))
    ]
    return grid(heads, rows, texts=2)


def _guards(table: pd.DataFrame, lang: Lang) -> Markup | None:
    if table.empty:
        return None
    heads = [say_design("guard", lang), "", say_design("without", lang), say_design("price", lang)]
    rows = [[say_design(r["guard"], lang), r["setting"], r["value_without"], r["price"]] for r in _rows(table)]
    return grid(heads, rows, texts=2)


def _greedy(table: pd.DataFrame, lang: Lang) -> Markup:
    heads = [say_design(key, lang) for key in ("way", "opened", "value", "less", "cost")]
    names = [say_design(key, lang) for key in table["way"]]
    cells = zip(names, table["chosen"].map(", ".join), table["value"], table["lost"], table["cost_yuan"], strict=True)
    return grid(heads, cells, texts=2)


def _rows(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.to_dict("records")
