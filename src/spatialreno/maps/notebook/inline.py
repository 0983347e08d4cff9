"""What a notebook shows of a value: a small map and a table. No script; every name is text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import StudyArea
from spatialreno.catalog import read_catalog
from spatialreno.design import Design
from spatialreno.indicators import Evaluation, indicator_title
from spatialreno.maps.content.indicator_tables import leader_lines, option_titles, unit_text
from spatialreno.maps.drawing.sight import extent, seen
from spatialreno.maps.drawing.svg import MOST_SMALL, SMALL, thumbnails
from spatialreno.maps.words.numbers import short
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, word
from spatialreno.scenario import Scenario

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

_LANG: Lang = "zh"
_STANDING = tuple(key for key in SMALL if key not in {"blocks", "freed"})
_LEFT = "text-align:left"


def inline(shown: object) -> str:
    """Write what a notebook shows of an area, a scenario, an evaluation, a comparison or a design.

    Parameters
    ----------
    shown : StudyArea, Scenario, Evaluation, Comparison or Design
        The value.

    Returns
    -------
    str
        HTML without scripts, in Chinese; what ``_repr_html_`` of the value gives.

    Examples
    --------
    >>> import spatialreno as sr
    >>> plan = sr.Scenario("open", "拆一段墙", [sr.demolish("walls", ids=["W03/2"])])
    >>> "拆一段墙" in inline(plan), "<script" in inline(plan)
    (True, False)
    """
    if isinstance(shown, Scenario):
        return _written(shown.title, table_of(["措施"], [[str(act)] for act in shown.interventions]))
    if isinstance(shown, Evaluation):
        return _written(f"{shown.place} · {shown.standard.name}", _findings(shown))
    options = seen(shown, _LANG)
    area = options.areas["today"]
    title = area.title or area.name
    if isinstance(shown, StudyArea):
        return _written(title, _pictures(options, _STANDING), _counts(shown))
    if isinstance(shown, Design):
        return _written(title, _pictures(options, _STANDING), _openings(shown))
    return _written(title, _pictures(options, SMALL), _leaders(options))


def _written(title: str, *parts: Markup) -> str:
    return str(tag("div", tag("p", tag("b", isolated(title))), *parts, class_="spatialreno"))


def _pictures(options: Comparison, only: Sequence[str]) -> Markup:
    titles = option_titles(options, _LANG)
    drawn = thumbnails(options, titles, extent(options), _LANG, only=only)
    if not drawn:
        return tag("p", f"建筑超过 {MOST_SMALL} 栋，不在此画图；用 .explore()。")
    style = f"margin:0;flex:1 1 260px;max-width:{420 if len(drawn) < 3 else 300}px"
    figures = [
        tag("figure", one, tag("figcaption", isolated(title)), style=style)
        for one, title in zip(drawn, titles, strict=True)
    ]
    return tag("div", *figures, style="display:flex;flex-wrap:wrap;gap:12px;background:#fff;color:#1f2937")


def table_of(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """Write a small table whose first column is text."""
    head = tag("tr", *(tag("th", name, scope="col", style=None if k else _LEFT) for k, name in enumerate(heads)))
    body = [tag("tr", *(tag("td", c, style=None if k else _LEFT) for k, c in enumerate(row))) for row in rows]
    return tag("table", tag("thead", head), tag("tbody", *body))


def _counts(area: StudyArea) -> Markup:
    layers = area.catalog.layers
    counts = [(layers[name].title(_LANG), len(area.layer(name))) for name in area.layers]
    return table_of([word("layer", _LANG), "数量"], [row for row in counts if row[1]])


def _leaders(options: Comparison) -> Markup:
    heads = [word("indicator", _LANG), word("unit", _LANG), *map(isolated, option_titles(options, _LANG))]
    return table_of(heads, [[title, unit, *cells] for _, title, unit, cells in leader_lines(options, _LANG)])


def _findings(found: Evaluation) -> Markup:
    catalog = read_catalog()
    rows = []
    level = found.table.index.get_level_values("level")
    own = found.table[level == "area"].droplevel(["level", "place"])
    for name, value, unit, target in zip(own.index, own["value"], own["unit"], own["target"], strict=True):
        title = indicator_title(catalog, str(name), lang=_LANG, norm=found.standard)
        rows.append([title, _said(value), unit_text(str(unit), _LANG), _said(target)])
    heads = [word(key, _LANG) for key in ("indicator", "value", "unit", "target")]
    return table_of(heads, rows)


def _said(value: float | None) -> str:
    return word("none", _LANG) if pd.isna(value) else short(float(value), 3)


def _openings(design: Design) -> Markup:
    rows = [
        [row["id"], row["layer"], _said(row["cost_yuan"])]
        for row in design.table.to_dict("records")
        if row["chosen"]
    ]
    told = tag("p", f"{design.goal}: {_said(design.today)} → {_said(design.value)} (≤ {_said(design.bound)})")
    return joined(told, table_of([word("id", _LANG), word("layer", _LANG), f"{word('cost', _LANG)}（元）"], rows))
