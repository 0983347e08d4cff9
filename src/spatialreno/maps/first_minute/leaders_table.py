"""The leaders' table of the first minute: a figure a line with a bar against the line's largest, equal lines folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spatialreno.maps.content.leader_parts import LeaderRow, Part, leader_rows
from spatialreno.maps.content.side_by_side import option_cell, option_heads, titled
from spatialreno.maps.words.safe_html import Markup, tag
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

def leaders_table(options: Comparison, titles: Sequence[str], lang: Lang, chosen: int) -> Markup:
    """Write the table; figures that are equal today and in every option are folded under it.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    titles : sequence of str
        Names of the options, today first.
    lang : str
        ``zh`` or ``en``.
    chosen : int
        Position of the option that is open at first.
    """
    rows = leader_rows(options, lang)
    if not rows:
        return Markup("")
    head = tag("thead", tag("tr", tag("th", word("indicator", lang), scope="col"), *option_heads(titles, chosen)))
    differ, equal = ([row.only(equal=which) for row in rows] for which in (False, True))
    parts = [tag("div", tag("table", head, *_bodies(differ, chosen)), class_="scroll")]
    if count := sum(len(row.parts) for row in equal):
        told = tag("summary", f"{word('same_everywhere', lang)} ({count})")
        table = tag("div", tag("table", head, *_bodies(equal, chosen)), class_="scroll")
        parts.append(tag("details", told, table))
    return tag("section", tag("h2", word("leaders", lang)), *parts, class_="leaders")


def _bodies(rows: Sequence[LeaderRow], chosen: int) -> list[Markup]:
    """Write a body for each row: its first figure, under it the others; a group is named once."""
    bodies, before = [], ""
    for row in rows:
        if not row.parts:
            continue
        first, *others = row.parts
        lines = [_line(first, first.whole_title, chosen, group=row.group, again=row.group == before)]
        lines += [_line(part, part.title, chosen) for part in others]
        bodies.append(tag("tbody", *lines))
        before = row.group
    return bodies


def _line(part: Part, title: str, chosen: int, *, group: str = "", again: bool = False) -> Markup:
    mark = tag("span", group, class_="group again" if again else "group") if group else ""
    cells = [
        option_cell(at, chosen, cell, share=share)
        for at, (cell, share) in enumerate(zip(part.cells, part.shares(), strict=True))
    ]
    return tag("tr", tag("th", mark, titled(title, part.unit), scope="row"), *cells, class_=None if group else "part")
