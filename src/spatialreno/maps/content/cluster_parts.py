"""Clusters (组团) on pages and in reports: who is in which, and what each option gives to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.comparison import by_cluster, cluster_ground
from spatialreno.maps.content.tables import grid
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.people_words import say
from spatialreno.maps.words.safe_html import Markup, tag
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialreno.comparison import Comparison


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
    decimals = 0 if row["unit"] in {"person", "household", "m2"} else 1
    return [f"{cluster}", said, *(tag("span", number(cell, decimals)) if cell == cell else None for cell in cells)]
