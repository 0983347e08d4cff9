"""What the tool proposes, on pages and in reports: people over money (方案生成), and clusters (组团)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.comparison import by_cluster, cluster_ground
from spatialreno.maps.charts.frontier import frontier_chart, frontier_lead, told_value
from spatialreno.maps.content.tables import grid
from spatialreno.maps.words.design_words import say_design
from spatialreno.maps.words.numbers import number, ten_thousands
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import Markup, tag
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialreno.comparison import Comparison
    from spatialreno.design import Frontier


def frontier_parts(frontier: Frontier, lang: Lang) -> list[Markup]:
    """Write a sentence of the best answer, people over money, a row for each answer, and the way to all of it.

    Parameters
    ----------
    frontier
        What ``Frontier.of`` or ``Frontier.read`` gives.
    lang
        ``zh`` or ``en``.
    """
    keys = ("opened", "money", "value", "at_best")
    rows = [_row(one) for one in frontier.table.to_dict("records")]
    more = [tag("p", tag("a", say_design("all_of_it", lang), href=frontier.page))] if frontier.page else []
    return [
        tag("p", frontier_lead(frontier, lang)),
        frontier_chart(frontier, lang),
        grid([say_design(key, lang) for key in keys], rows, texts=1),
        *more,
    ]


def _row(one: dict[Any, Any]) -> list[object]:
    cells = [ten_thousands(float(one["cost_yuan"])), told_value(float(one["value"]), str(one["goal"])),
             told_value(float(one["bound"]), str(one["goal"]))]  # fmt: skip
    return [", ".join(one["chosen"]) or "—", *(tag("span", cell) for cell in cells)]


def cluster_parts(options: Comparison, titles: Mapping[str, str], lang: Lang) -> list[Markup]:
    """Write the members of each cluster, and below them the options side by side in each; nothing without clusters.

    Parameters
    ----------
    options
        What ``compare`` gives.
    titles
        Title by option.
    lang
        ``zh`` or ``en``.
    """
    ground = cluster_ground(options)
    if ground.empty:
        return []
    members = [[name, row["names"], row["compounds"]] for name, row in ground.iterrows()]
    table = by_cluster(options, lang=lang)
    heads = [say("cluster_one", lang), word("indicator", lang), *titles.values()]
    return [
        tag("p", say("clusters_said", lang)),
        grid([say("cluster_one", lang), say("members", lang), say("count", lang)], members, texts=2),
        grid(heads, [_line(key, row, list(titles)) for key, row in table.iterrows()], texts=2),
    ]


def _line(key: object, row: pd.Series, options: list[str]) -> list[object]:
    """Write one indicator of one cluster, shares in percent."""
    cluster, title = key if isinstance(key, tuple) else (key, "")
    share = row["unit"] == "share"
    said = f"{title} (%)" if share else f"{title}"
    cells = [float(row[one]) * (100 if share else 1) for one in options]
    decimals = 1 if row["unit"] in {"share", "point"} else 0
    return [f"{cluster}", said, *(tag("span", number(cell, decimals)) if cell == cell else None for cell in cells)]
