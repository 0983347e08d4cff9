"""A page of a design: people over money with the band, the openings of each step on a map, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.area import as_made, several
from spatialreno.design import Frontier
from spatialreno.maps.charts.frontier import frontier_chart, frontier_lead, told_value
from spatialreno.maps.content.tables import grid, headed
from spatialreno.maps.drawing.svg import way
from spatialreno.maps.page.page import Page, printed
from spatialreno.maps.proposals.design_steps import counted, deeds, opened_rows, step_rows
from spatialreno.maps.words.design_words import say_design
from spatialreno.maps.words.numbers import number, ten_thousands
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, checked, word

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea
    from spatialreno.design import Design

_OPENED, _ALTERED = "#d55e00", "#b36b00"
_STYLE = """
body { font: 15px/1.5 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC",sans-serif; margin: 1.5em auto;
  max-width: 62em; padding: 0 1em; color: #1f2937; background: #fff; font-variant-numeric: tabular-nums }
h1 { font-size: 1.4em } h2 { font-size: 1.1em; margin: 1.6em 0 .4em } .lead { font-size: 1.1em }
svg { width: 100%; height: auto; background: #fafaf7; border: 1px solid #d9d9d4 }
table { border-collapse: collapse } td, th { border-bottom: 1px solid #e2e8f0; padding: .3em .8em; text-align: right }
.text { text-align: left } .scroll { overflow-x: auto }
.invented { display: inline-block; padding: 1px 8px; border: 1px dashed #b45309; color: #8a3f06 }
.ground { position: absolute; width: 0; height: 0; border: 0 }
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


def draw_design(design: Design, steps: Sequence[Design] | None = None, *, lang: Lang = "zh") -> Page:
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
        For a design by tiles the last three, which would ask every home again and again, are left out and named.

    Raises
    ------
    InputError
        The language is unknown, or something else than designs is handed in, such as a comparison.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> found = sr.design_openings(area, budget_yuan=10_000, candidates=["gates"])
    >>> sr.maps.draw_design(found).title
    '方案生成：西工地片区（示意）'
    """
    from spatialreno.design import Design

    for one in [design, *several([] if steps is None else steps)]:
        as_made(one, Design, what="draw_design", noun="design", maker="design_openings")
    language = checked(lang)
    points = design.designs() if steps is None else several(steps)
    points = sorted({one.cost_yuan: one for one in [*points, design]}.values(), key=lambda one: one.cost_yuan)
    area = design.area
    named = (area.title or area.name) if area is not None else design.provenance["area"]
    title = f"{say_design('title', language)}{'：' if language == 'zh' else ': '}{named}"
    made_up = tag("p", word("invented", language), class_="invented") if area and area.meta.get("invented") else ""
    in_one_piece = design.tiles == 1
    greedy = design.greedy() if in_one_piece else None
    body = tag(
        "main",
        tag("h1", isolated(title)),
        made_up,
        tag("p", _lead(design, language), class_="lead"),
        *_part("frontier", language, frontier_chart(Frontier.of(points), language, greedy=greedy)),
        *_part("step_rows", language, step_rows(points, language)),
        *_part("steps", language, _steps(points, area, language)),
        *_part("reasons", language, _reasons(design, language)),
        *(_rivals(design, greedy, language) if greedy is not None else [_left_out(design, language)]),
        tag("p", " · ".join(str(value) for key, value in design.provenance.items() if key != "goal"), class_="note"),
    )
    style = _STYLE + "".join(_CHOSEN.format(k=k) for k in range(len(points)))
    return printed(title, body, language, style=style)


def _part(key: str, lang: Lang, found: Markup | None) -> list[Markup]:
    return headed(say_design(key, lang), found)


def _rivals(design: Design, greedy: pd.DataFrame, lang: Lang) -> list[Markup]:
    """Set other choices beside the design."""
    return [
        *_part("nearly", lang, _nearly(design, lang)),
        *_part("pairs", lang, _pairs(design, lang)),
        *_part("guards", lang, _guards(design.guard_prices(), lang)),
        *_part("greedy", lang, _greedy(greedy, lang)),
    ]


def _left_out(design: Design, lang: Lang) -> Markup:
    return tag("p", say_design("by_tiles", lang, tiles=number(design.tiles, 0)), class_="note")


def _told(value: float, design: Design) -> str:
    return told_value(value, design.goal)


def _lead(design: Design, lang: Lang) -> str:
    said = frontier_lead(Frontier.of([design]), lang, where=deeds(design, lang))
    lost = say_design("lost", lang, lost=number(design.out_of_reach, 0)) if design.out_of_reach > 0 else ""
    return f"{said}{'' if lang == 'zh' else ' '}{lost}"


# ---- the steps


def _steps(points: list[Design], area: StudyArea | None, lang: Lang) -> Markup:
    last = len(points) - 1
    knob: dict[str, object] = {"type": "radio", "name": "at", "class_": "at"}
    inputs = [tag("input", id=f"at{k}", checked=k == last, **knob) for k in range(last + 1)]
    chips = [tag("label", _chip(one, lang), for_=f"at{k}", class_="chip") for k, one in enumerate(points)]
    steps = [tag("div", *_step(one, area, lang), class_="step", id=f"step{k}") for k, one in enumerate(points)]
    ground = [] if area is None else [_ground(area)]
    return tag("div", *ground, *inputs, tag("div", *chips, class_="chips"), tag("div", *steps, class_="steps"))


def _chip(one: Design, lang: Lang) -> str:
    """Name a step by its money and what it gives."""
    return say_design("chip", lang, cost=ten_thousands(one.cost_yuan), value=_told(one.value, one))


def _step(one: Design, area: StudyArea | None, lang: Lang) -> list[Markup]:
    said = ", ".join(one.chosen) or say_design("nothing", lang)
    line = tag("p", f"{say_design('opened', lang)}: ", isolated(said))
    return [line] if area is None else [opened_rows(one, area, lang) or line, _map(one, area)]


def _frame(area: StudyArea) -> tuple[tuple[float, float], float, str]:
    """Give the corner of the maps, the unit of their strokes, and their view."""
    boxes = [frame.total_bounds for frame in (area.compounds, area.buildings) if len(frame)]
    west, south = (min(box[k] for box in boxes) for k in (0, 1))
    east, north = (max(box[k] for box in boxes) for k in (2, 3))
    longest = max(east - west, north - south)
    edge = longest / 40
    view = f"0 0 {east - west + 2 * edge:.1f} {north - south + 2 * edge:.1f}"
    return (west - edge, north + edge), longest / 900, view


def _ground(area: StudyArea) -> Markup:
    """Draw the ground in grey, once for the maps of all steps."""
    corner, unit, _ = _frame(area)
    drawn = [_path(shape, corner, unit, fill="#f1efe8", stroke="#6b7280") for shape in area.compounds.geometry]
    drawn += [_path(shape, corner, 5 * unit, stroke="#d9d9d4") for shape in area.paths.geometry]
    drawn += [_path(shape, corner, unit, fill="#cfcdc6", stroke="#9a978f") for shape in area.buildings.geometry]
    drawn += [_path(shape, corner, 2 * unit, stroke="#4b5563") for shape in area.walls.geometry]
    return tag("svg", tag("g", *drawn, id="ground"), class_="ground", aria_hidden="true")


def _map(one: Design, area: StudyArea) -> Markup:
    """Draw what opens in colour upon the ground."""
    corner, unit, view = _frame(area)
    drawn = [tag("use", href="#ground")]
    for candidate in one.opened:
        for layer, name, becomes in candidate.acts:
            shape = candidate.new.geometry if candidate.new is not None else area.layer(layer).geometry[name]
            drawn.append(_opened(shape, corner, unit, candidate.id, becomes))
    return tag("svg", *drawn, viewBox=view, role="img", aria_label=", ".join(one.chosen))


def _opened(shape: BaseGeometry, corner: tuple[float, float], unit: float, name: str, becomes: str) -> Markup:
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
    shape: shapely.Geometry,
    corner: tuple[float, float],
    width: float,
    *,
    fill: str = "none",
    stroke: str,
    dash: str | None = None,
) -> Markup:
    return tag(
        "path", d=way(shape, *corner), fill=fill, stroke=stroke, stroke_width=f"{width:.2f}", stroke_dasharray=dash,
        fill_rule="evenodd",
    )  # fmt: skip


# ---- the tables


def _reasons(design: Design, lang: Lang) -> Markup | None:
    table = design.reasons()
    if table.empty:
        return None
    heads = [say_design(key, lang) for key in ("opened", "because", "cost")]
    heads += [counted(key, design, lang) for key in ("alone", "last")]
    rows = [[r["id"], ", ".join(r["because_of"]), r["cost_yuan"], r["alone"], r["last"]] for r in _rows(table)]
    return grid(heads, rows, texts=2)


def _nearly(design: Design, lang: Lang) -> Markup | None:
    """List the other choices, not the design itself."""
    table = design.best_sets()
    table = table[table["chosen"].map(tuple) != design.chosen]
    if table.empty:
        return None
    heads = [say_design("opened", lang), counted("value", design, lang), counted("less", design, lang)]
    heads.append(say_design("cost", lang))
    return grid(heads, [[", ".join(r["chosen"]), r["value"], r["lost"], r["cost_yuan"]] for r in _rows(table)])


def _pairs(design: Design, lang: Lang, most: int = 10) -> Markup | None:
    table = design.pairs()
    if table.empty:
        return None
    heads = [say_design("opened", lang), say_design("pairs", lang), counted("alone", design, lang), ""]
    heads.append(counted("both", design, lang))
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
