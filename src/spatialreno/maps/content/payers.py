"""Who pays how much for each option: in all, and per household."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.maps.content.side_by_side import option_cell, option_heads
from spatialreno.maps.words.numbers import number
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.words import Lang, payer_word, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison

_TEN_THOUSAND = 10_000


def payer_lines(options: Comparison, lang: Lang) -> list[tuple[str, list[tuple[str, str]]]]:
    """Read the bill by payer: for each option what is priced, in 10 000 yuan, and yuan per household.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    lang : str
        ``zh`` or ``en``.

    Returns
    -------
    list of (payer, cells)
        A cell for each option, today first; the total comes last. Rows without a price count nowhere.
    """
    bill = options.bill()
    bill = bill[bill["cost_yuan"].notna()]
    if not len(bill):
        return []
    households = float(options.areas["today"].buildings["households"].astype("float64").sum())
    rows = [(payer_word(str(payer), lang), own) for payer, own in bill.groupby("payer", sort=True)]
    return [(title, _cells(own, options, households)) for title, own in [*rows, (word("total", lang), bill)]]


def _cells(rows: pd.DataFrame, options: Comparison, households: float) -> list[tuple[str, str]]:
    costs = [float(rows.loc[rows["option"] == key, "cost_yuan"].sum()) for key in options.areas]
    return [
        (number(cost / _TEN_THOUSAND, 1), number(cost / households, 0) if households else "—") if cost else ("0", "0")
        for cost in costs
    ]


def payer_table(options: Comparison, titles: Sequence[str], lang: Lang, chosen: int) -> Markup:
    """Write the table by payer; a payer's share per household stands under the sum."""
    lines = payer_lines(options, lang)
    if not lines:
        return Markup("")

    units = tag("span", word("payer_units", lang), class_="unit")
    head = tag("tr", tag("th", word("payer", lang), " ", units, scope="col"), *option_heads(titles, chosen))

    def cell(at: int, cost: str, each: str) -> Markup:
        return option_cell(at, chosen, cost, tag("small", each))

    body = [
        tag("tr", tag("th", isolated(payer), scope="row"), *(cell(at, *told) for at, told in enumerate(cells)))
        for payer, cells in lines
    ]
    table = tag("table", tag("thead", head), tag("tbody", *body))
    return tag("section", tag("h2", word("bill", lang)), tag("div", table, class_="scroll"), class_="leaders payers")
