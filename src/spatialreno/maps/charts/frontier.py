"""People over money as steps: what a sum gives holds until the next answer is affordable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.maps.charts.labels import INK, label
from spatialreno.maps.words.design_words import say_design
from spatialreno.maps.words.numbers import number, ten_thousands
from spatialreno.maps.words.safe_html import Markup, joined, tag
from spatialreno.maps.words.words import Lang

if TYPE_CHECKING:
    from spatialreno.design import Frontier

_WAN = 10_000.0
_PEOPLE = ("basket", "covered")  # goals that count residents, each once
_WIDE, _HIGH, _LEFT, _LOW, _EDGE = 900.0, 320.0, 90.0, 50.0, 30.0
_SIZE, _LATIN = 13, 0x2E80
_BEST, _GREEDY, _HAIR = "#0072b2", "#d55e00", "#9a978f"


def what_counts(goal: str, lang: Lang) -> str:
    """Name what a goal counts."""
    return say_design(goal.partition(":")[0], lang)


def told_value(value: float, goal: str) -> str:
    """Write a value of a goal."""
    return number(value, 2 if goal == "score" else 0)


def frontier_lead(frontier: Frontier, lang: Lang, *, where: str = "") -> str:
    """Tell the answer that gives most in a sentence: money, places, people, proof, and what each person more takes.

    Parameters
    ----------
    frontier
        The answers.
    lang
        ``zh`` or ``en``.
    where
        What is opened, in words; its ids when left out.
    """
    best = frontier.best
    goal, today, value = str(best["goal"]), float(best["today"]), float(best["value"])
    proof = say_design("proven", lang)
    if best["status"] != "proven":
        proof = say_design("at_most", lang, bound=told_value(float(best["bound"]), goal))
    said = say_design(
        "lead", lang, cost=ten_thousands(float(best["cost_yuan"])), count=str(len(best["chosen"])), proof=proof,
        where=where or ("、" if lang == "zh" else ", ").join(best["chosen"]) or say_design("nothing", lang),
        what=what_counts(goal, lang), today=told_value(today, goal), value=told_value(value, goal),
    )  # fmt: skip
    if not goal.startswith(_PEOPLE) or value <= today or not best["cost_yuan"]:
        return said
    each = say_design("each", lang, yuan=number(float(best["cost_yuan"]) / (value - today), 0))
    return f"{said}{'' if lang == 'zh' else ' '}{each}"


def frontier_chart(frontier: Frontier, lang: Lang, *, greedy: pd.DataFrame | None = None) -> Markup:
    """Draw what each sum of money gives, the band that is not proven, and what greedy ways would lose.

    Parameters
    ----------
    frontier
        The answers.
    lang
        ``zh`` or ``en``.
    greedy
        As ``design.greedy()`` gives it.
    """
    points: list[dict[Any, Any]] = frontier.table.to_dict("records")
    goal, today = str(points[0]["goal"]), float(points[0]["today"])
    others = [] if greedy is None else greedy[greedy["lost"] > 0].to_dict("records")
    most = max(*(float(one["cost_yuan"]) for one in [*points, *others]), 1.0) * 1.08
    low = min(today, *(float(one["value"]) for one in [*points, *others]))
    high = max(*(float(one["bound"]) for one in points), low + 1e-9)
    scale = _Scale(most, low - 0.08 * (high - low), high + 0.1 * (high - low))
    value = [(0.0, today), *((float(one["cost_yuan"]), float(one["value"])) for one in points)]
    bound = [(0.0, today), *((float(one["cost_yuan"]), float(one["bound"])) for one in points)]
    outline = [*scale.stairs(value), *reversed(scale.stairs(bound))]
    taken = _Taken()
    shapes = [
        *_axes(scale, goal, sorted({today, float(points[-1]["value"])}), lang),
        tag("polygon", points=_xy(outline), fill=_BEST, fill_opacity="0.18"),
        tag("polyline", points=_xy(scale.stairs(value)), fill="none", stroke=_BEST, stroke_width="2.5"),
        *_dots(scale, points, lang, taken),
        *_crosses(scale, others, goal, lang, taken),
    ]
    open_band = any(float(one["bound"]) > float(one["value"]) + 1e-6 for one in points)
    keys = [f"■ {say_design('band', lang)}"] * open_band + [f"✕ {say_design('greedy_key', lang)}"] * bool(others)
    view = f"0 0 {_WIDE:.0f} {_HIGH:.0f}"
    drawn = tag("svg", *shapes, viewBox=view, role="img", aria_label=say_design("frontier", lang))
    return joined(drawn, tag("p", "　".join(keys), class_="note")) if keys else drawn


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
    return label(said, x, y, anchor=anchor, size=_SIZE, fill=color)


def _axes(scale: _Scale, goal: str, values: list[float], lang: Lang) -> list[Markup]:
    left, foot = scale.at(0.0, scale.low)
    axis = tag("path", d=f"M{left} {_EDGE}L{left} {foot}L{_WIDE - _EDGE} {foot}", fill="none", stroke=_HAIR)
    marks = [_text(say_design("money", lang), _WIDE - _EDGE, _HIGH - 8, anchor="end")]
    marks.append(_text(what_counts(goal, lang), 8, 18, anchor="start"))
    for wan in _round_steps(scale.most / _WAN):
        marks.append(_text(f"{wan:g}", scale.at(wan * _WAN, scale.low)[0], foot + 18))
    for key, value in zip(("today", ""), values, strict=False):
        said = f"{say_design(key, lang)} {told_value(value, goal)}"
        marks.append(_text(said.strip(), left - 8, scale.at(0.0, value)[1] + 4, anchor="end"))
    return [axis, *marks]


class _Taken:
    """Where something is written already: a label that would lie upon another is left out, its mark still tells it."""

    def __init__(self) -> None:
        self._boxes: list[tuple[float, float, float, float]] = []

    def written(self, said: str, places: Sequence[tuple[float, float, str]], color: str) -> Markup | None:
        """Write at the first place that is free: x, y and anchor of each."""
        wide = sum(_SIZE if ord(sign) > _LATIN else 0.6 * _SIZE for sign in said)
        for x, y, anchor in places:
            left = x - wide if anchor == "end" else x
            box = left, y - _SIZE, left + wide, y + 3
            if left > 0 and left + wide < _WIDE and not any(_over(box, other) for other in self._boxes):
                self._boxes.append(box)
                return _text(said, x, y, anchor=anchor, color=color)
        return None

    def keep(self, x: float, y: float) -> None:
        """Keep the place of a mark free."""
        self._boxes.append((x - 5, y - 5, x + 5, y + 5))


def _over(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def _dots(scale: _Scale, points: Sequence[dict[Any, Any]], lang: Lang, taken: _Taken) -> list[Markup]:
    """Mark the answers; what the last and then the largest steps give is written first."""
    drawn, rise, before = [], [], -np.inf
    for one in points:
        x, y = scale.at(float(one["cost_yuan"]), float(one["value"]))
        taken.keep(x, y)
        said = ", ".join(one["chosen"]) or say_design("nothing", lang)
        drawn.append(tag("circle", tag("title", said), cx=f"{x:.1f}", cy=f"{y:.1f}", r="5", fill=_BEST, stroke="#fff"))
        rise.append(float(one["value"]) - before)
        before = float(one["value"])
    order = sorted(range(len(points)), key=lambda at: (at != len(points) - 1, -rise[at], at))
    for one in (points[at] for at in order if points[at]["chosen"]):
        x, y = scale.at(float(one["cost_yuan"]), float(one["value"]))
        told = told_value(float(one["value"]), str(one["goal"]))
        drawn.append(taken.written(told, [(x - 6, y - 7, "end"), (x + 8, y + 14, "start")], _BEST) or joined())
    return drawn


def _crosses(
    scale: _Scale, rows: list[dict[Any, Any]], goal: str, lang: Lang, taken: _Taken
) -> list[Markup]:
    """Mark what greedy ways reach where they lose something, once for all that come out at one place."""
    places: dict[tuple[float, float], list[str]] = {}
    for row in rows:
        places.setdefault((float(row["cost_yuan"]), float(row["value"])), []).append(say_design(str(row["way"]), lang))
    drawn = []
    for (cost, value), ways in sorted(places.items(), reverse=True):
        x, y = scale.at(cost, value)
        said = f"{say_design('one_by_one', lang)} {told_value(value, goal)}"
        mark = tag("title", f"{', '.join(ways)}: {told_value(value, goal)}")
        cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0-10l-10 10"
        drawn.append(tag("path", mark, d=cross, stroke=_GREEDY, stroke_width="2.5", fill="none"))
        spots = [(x + 9, y + 18, "start"), (x + 8, y + 18, "end"), (x + 9, y + 36, "start")]
        drawn.append(taken.written(said, spots, "#a84300") or joined())
    return drawn


def _round_steps(most: float) -> list[float]:
    """Choose four to ten round sums from nothing to the most.

    >>> _round_steps(3.7)
    [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
    """
    size = 10.0 ** np.floor(np.log10(most))
    step = next(part * size for part in (0.1, 0.2, 0.5, 1.0) if most / (part * size) <= 10)
    return [float(round(k * step, 9)) for k in range(int(most / step) + 1)]
