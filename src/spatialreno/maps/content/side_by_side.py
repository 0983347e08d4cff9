"""The indicators of all options side by side: today, each option, and the change of the option that is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from spatialreno.maps.content.indicator_tables import Line, indicator_lines
from spatialreno.maps.words.safe_html import Markup, isolated, joined, tag
from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

SENSE = {1: "better", -1: "worse", 0: "same"}
# Facilities one by one are many lines; they are folded under the headline figures.
_DETAIL = ("covered:", "covered_straight:", "covered_elderly:", "facilities:", "level_mean:", "open_space_renewal:")
_NOTHING = {"0", "—"}
_SHORT = 12  # letters of a title that stand whole in any head
Row = Sequence[Line | None]  # one indicator: its line in each option, today first


def indicator_rows(options: Comparison, lang: Lang) -> list[Row]:
    """Read every indicator with its line in each option; None where an option does not have it.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    lang : str
        ``zh`` or ``en``.
    """
    by_option = [{line.key: line for line in indicator_lines(options, key, lang)} for key in options.areas]
    return [[own.get(key) for own in by_option] for key in _in_order(by_option)]


def _in_order(tables: Sequence[Mapping[str, Line]]) -> list[str]:
    """List the keys of all tables; what only a later table has follows what stands before it there."""
    order = list(tables[0])
    for table in tables[1:]:
        last = -1
        for key in table:
            if key in order:
                last = order.index(key)
            else:
                last += 1
                order.insert(last, key)
    return order


def indicators(options: Comparison, titles: Sequence[str], lang: Lang, *, chosen: int) -> list[Markup]:
    """Write the indicators; what no option changes, and facilities one by one, are folded.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    titles : sequence of str
        Names of the options.
    lang : str
        ``zh`` or ``en``.
    chosen : int
        Position of the option that is open at first.
    """
    rows = indicator_rows(options, lang)
    detail = [row for row in rows if _any(row).key.startswith(_DETAIL)]
    main = [row for row in rows if row not in detail]
    same = [row for row in main if len(titles) > 1 and not any(line and line.change not in _NOTHING for line in row)]
    parts = [_table([row for row in main if row not in same], titles, lang, chosen)]
    for name, folded in (("unchanged", same), ("more", detail)):
        if folded:
            table = _table(folded, titles, lang, chosen)
            parts.append(tag("details", tag("summary", f"{word(name, lang)} ({len(folded)})"), table))
    return parts


def _any(row: Row) -> Line:
    return next(line for line in reversed(row) if line is not None)


def _table(rows: Sequence[Row], titles: Sequence[str], lang: Lang, chosen: int) -> Markup:
    changes = [
        tag("th", word("change", lang), scope="col", class_="change", data_only=str(at), hidden=at != chosen)
        for at in range(1, len(titles))
    ]
    head = tag("tr", tag("th", word("indicator", lang), scope="col"), *option_heads(titles, chosen), *changes)
    body = tag("tbody", *(_row(row, lang, chosen) for row in rows))
    return tag("div", tag("table", tag("thead", head), body), class_="scroll")


def _row(row: Row, lang: Lang, chosen: int) -> Markup:
    known = _any(row)
    mark = ""
    if any(line is not None and line.estimated for line in row):
        mark = tag("span", word("estimate", lang), class_="mark", title=word("estimated", lang))
    source = next((line.source for line in row if line is not None and line.source), None)
    head = tag("th", titled(known.title, known.unit), mark, scope="row", title=source)
    values = [option_cell(at, chosen, line.value if line else "—", _met(line, lang)) for at, line in enumerate(row)]
    changes = [_change(line, lang, at, hidden=at != chosen) for at, line in enumerate(row) if at]
    return tag("tr", head, *values, *changes)


def _change(line: Line | None, lang: Lang, at: int, *, hidden: bool) -> Markup:
    """Write the change against today: its sign, its colour, and in words whether that is better."""
    sense = SENSE[line.sense if line else 0]
    told = word(sense, lang) if line and line.sense else None
    return tag(
        "td", line.change if line else "—", class_=f"change {sense}", data_only=str(at), hidden=hidden,
        title=told, aria_label=f"{line.change} {told}" if line and told else None,
    )  # fmt: skip


def option_heads(titles: Sequence[str], chosen: int) -> list[Markup]:
    """Head a column for each option; that of the open tab stands out."""
    return [
        tag("th", isolated(title), scope="col", class_=_own(at, chosen), data_option=str(at), title=_if_long(title))
        for at, title in enumerate(titles)
    ]


def _if_long(title: str) -> str | None:
    """Repeat a title that the head of a narrow column cuts, for whoever points at it."""
    return title if len(title) > _SHORT else None


def option_cell(at: int, chosen: int, *children: object, share: float | None = None) -> Markup:
    """Write what is told of one option, over a bar where it is a share of something."""
    own = _own(at, chosen)
    if share is None:
        return tag("td", *children, class_=own, data_option=str(at))
    return tag("td", *children, cell_bar(share), class_=f"held {own or ''}".rstrip(), data_option=str(at))


def cell_bar(share: float) -> Markup:
    """Draw a bar at the foot of a cell of class ``held``."""
    whole = tag("rect", width=f"{100 * share:.1f}", height="3")
    return tag("svg", whole, viewBox="0 0 100 3", preserveAspectRatio="none", aria_hidden="true")


def _own(at: int, chosen: int) -> str | None:
    return "chosen" if at == chosen else None


def titled(title: str, unit: str) -> Markup:
    """Write a title with its unit."""
    return joined(isolated(title), " ", tag("span", unit, class_="unit")) if unit else isolated(title)


def _met(line: Line | None, lang: Lang) -> Markup:
    if line is None or line.meets is None:
        return Markup("")
    name, sign = ("meets", "✓") if line.meets else ("fails", "✗")
    return joined(" ", tag("span", sign, class_=name, title=word(name, lang), role="img", aria_label=word(name, lang)))
