"""The steps of a design in rows: what each sum buys, what the next one adds, and what opens where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from spatialreno._types import Row
from spatialreno.maps.charts.frontier import told_value
from spatialreno.maps.content.tables import grid
from spatialreno.maps.words.design_words import say_design
from spatialreno.maps.words.numbers import number, ten_thousands
from spatialreno.maps.words.safe_html import Markup, tag
from spatialreno.maps.words.words import Lang

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.design import Candidate, Design

_YARDS = ("compound_a", "compound_b", "compound_id")


def counted(key: str, design: Design, lang: Lang) -> str:
    """Head a column of what a design counts, with what it is counted in."""
    return say_design("counted", lang, what=say_design(key, lang), unit=_unit(design, lang))


def _unit(design: Design, lang: Lang) -> str:
    return say_design(f"unit_{design.goal.partition(':')[0]}", lang)


def step_rows(points: Sequence[Design], lang: Lang) -> Markup | None:
    """Tell for each sum what it gives, what it adds to the step before, and what each one more takes of what it adds.

    Parameters
    ----------
    points
        Answers from the least money to the most.
    lang
        ``zh`` or ``en``.
    """
    if len(points) < 2:
        return None
    one = points[0]
    heads = [say_design("money", lang), say_design("places", lang), counted("value", one, lang)]
    each_more = say_design("each_more", lang, unit=_unit(one, lang))
    heads += [counted("added", one, lang), each_more, say_design("state", lang)]
    rows: list[list[object]] = []
    cost, value = 0.0, one.today
    for point in points:
        more = point.value - value
        each = number((point.cost_yuan - cost) / more, 0) if more > 0 else "—"
        told = say_design("state_proven", lang)
        if point.status != "proven":
            told = f"{say_design('at_best', lang)} {told_value(point.bound, point.goal)}"
        cells = (ten_thousands(point.cost_yuan), str(len(point.chosen)), told_value(point.value, point.goal),
                 told_value(more, point.goal), each)  # fmt: skip
        rows.append([*(tag("span", cell) for cell in cells), tag("span", told)])
        cost, value = point.cost_yuan, point.value
    return grid(heads, rows, texts=0)


def deeds(one: Design, lang: Lang) -> str:
    """Say in words what is done and how often."""
    count = Counter(_deeds(some, lang) for some in one.opened)
    said = [say_design("deeds", lang, deed=deed, count=str(often)) for deed, often in count.most_common()]
    return _joined(said, lang)


def opened_rows(one: Design, area: StudyArea, lang: Lang) -> Markup | None:
    """Tell what opens, what is done to it, which compounds it lies between, what it costs, and how many are asked."""
    if not one.opened:
        return None
    rows = {row["id"]: row for _, row in one.table.iterrows()}
    heads = [say_design(key, lang) for key in ("opened", "done", "between", "cost", "asked")]
    return grid(heads, [_opened(some, rows[some.id], area, lang) for some in one.opened], texts=3)


def _opened(some: Candidate, row: Row, area: StudyArea, lang: Lang) -> list[object]:
    yards = dict.fromkeys(yard for layer, name, _ in some.acts for yard in _yards(area, some, layer, name))
    known = area.compounds["name"].astype("str")
    between = " | ".join(f"{known.get(yard, '')} {yard}".strip() for yard in yards)
    return [some.id, _deeds(some, lang), between or "—", float(row["cost_yuan"]), len(row["asks"])]


def _deeds(some: Candidate, lang: Lang) -> str:
    """Say what is done to all that a candidate touches."""
    done = sorted({say_design(_deed(some, layer, becomes), lang) for layer, _, becomes in some.acts})
    return _joined(done, lang)


def _joined(words: Sequence[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(words)


def _deed(some: Candidate, layer: str, becomes: str) -> str:
    """Say what is done to a thing of a layer."""
    return f"new_{becomes}" if some.new is not None else f"{layer}_{becomes}"


def _yards(area: StudyArea, some: Candidate, layer: str, name: str) -> list[str]:
    """Name the compounds beside a thing; beside a gate those of its wall."""
    if some.new is not None:
        layer, name = "walls", name.partition("@")[0]
    own = area.layer(layer)
    if name not in own.index:
        return []
    row = own.loc[name]
    wall = row.get("wall_id")
    if isinstance(wall, str) and wall in area.walls.index:
        row = area.walls.loc[wall]
    return [row[column] for column in _YARDS if isinstance(row.get(column), str)]
