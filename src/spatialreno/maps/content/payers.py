"""What each option costs, by payer, class and phase: sums of the bill in all, and per household."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spatialreno.maps.content.side_by_side import option_cell, option_heads
from spatialreno.maps.content.stage_names import stage_names
from spatialreno.maps.words.numbers import number, ten_thousands
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.words import Lang, payer_word, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison
    from spatialreno.scenario import Bill

Line = tuple[str, list[tuple[str, str]]]


def payer_lines(options: Comparison, lang: Lang) -> list[Line]:
    """Read the bill by payer: for each option what is priced, in 10 000 yuan, and yuan per household.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    lang : str
        ``zh`` or ``en``.

    Returns
    -------
    list of (title, cells)
        A cell for each option, today first: a line a payer, then the total, then how many things have no price,
        where some have none. An option that invests nothing has a dash.
    """
    bill = options.bill()
    if not len(bill.lines):
        return []
    titles = {payer: payer_word(payer, lang) for payer in sorted(set(bill.by("payer")["payer"]))}
    total = [_cell(bill.total[key], bill.households) for key in options.areas]
    lines = [*_lines(bill, options, "payer", titles), (word("total", lang), total)]
    missing = [bill.unpriced_count(key) for key in options.areas]
    return [*lines, (word("unpriced", lang), [(str(n) if n else "—", "") for n in missing])] if any(missing) else lines


def class_lines(options: Comparison, lang: Lang) -> list[Line]:
    """Read the bill by class of work (基础 完善 提升); they add up to the total."""
    rows = options.areas["today"].catalog.rows("menu_classes")
    titles = {row["class"]: row[f"title_{lang}"] for row in rows} | {"": word("no_class", lang)}
    return _lines(options.bill(), options, "class", titles)


def phase_lines(options: Comparison, lang: Lang) -> list[Line]:
    """Read the bill by phase; they add up to the total."""
    bill, names = options.bill(), stage_names(options, lang)
    phases = sorted(set(bill.lines["phase"].dropna().astype(int)))
    titles = {phase: names.get(phase, word("stage", lang).format(n=phase)) for phase in phases}
    return _lines(bill, options, "phase", titles)


def _lines(bill: Bill, options: Comparison, key: str, titles: Mapping[Any, str]) -> list[Line]:
    sums = bill.by(key).set_index(["option", key])["cost_yuan"]
    found = []
    for value, title in titles.items():
        costs = [float(sums.get((option, value), 0.0)) for option in options.areas]
        if any(costs):
            totals = bill.total
            found.append((title, [_cell(cost if totals[o] == totals[o] else float("nan"), bill.households)
                                  for o, cost in zip(options.areas, costs, strict=True)]))  # fmt: skip
    return found


def _cell(cost: float, households: float) -> tuple[str, str]:
    if cost != cost:
        return "—", ""
    each = number(cost / households, 0) if households and households == households else "—"
    return (ten_thousands(cost), each) if cost else ("0", "0")


def payer_table(options: Comparison, titles: Sequence[str], lang: Lang, chosen: int) -> Markup:
    """Write the table by payer, then by class and by phase; a share per household stands under each sum."""
    lines = payer_lines(options, lang)
    if not lines:
        return Markup("")
    parts = [("payer", lines), ("class", class_lines(options, lang)), ("stages", phase_lines(options, lang))]
    units = tag("span", word("payer_units", lang), class_="unit")
    bodies = [
        tag("tbody", tag("tr", tag("th", word(key, lang), scope="rowgroup", colspan=str(1 + len(titles)))),
            *(_row(title, cells, chosen) for title, cells in own))
        for key, own in parts
        if own
    ]  # fmt: skip
    head = tag("tr", tag("th", units, scope="col"), *option_heads(titles, chosen))
    table = tag("table", tag("thead", head), *bodies)
    return tag("section", tag("h2", word("bill", lang)), tag("div", table, class_="scroll"), class_="leaders payers")


def _row(title: str, cells: Sequence[tuple[str, str]], chosen: int) -> Markup:
    told = (option_cell(at, chosen, cost, tag("small", each)) for at, (cost, each) in enumerate(cells))
    return tag("tr", tag("th", isolated(title), scope="row"), *told)
