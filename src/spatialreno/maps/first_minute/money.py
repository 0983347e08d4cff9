"""Money of one option: who pays in which stage, with bars to one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.maps.content.side_by_side import cell_bar
from spatialreno.maps.content.stage_names import stage_names
from spatialreno.maps.words.numbers import ten_thousands
from spatialreno.maps.words.safe_html import Markup, isolated, tag
from spatialreno.maps.words.words import Lang, payer_word, word

if TYPE_CHECKING:
    from spatialreno.comparison import Comparison


def money_bars(options: Comparison, key: str, lang: Lang) -> Markup:
    """Write payers by stages, sums last, in 10 000 yuan; nothing where the option costs nothing.

    Parameters
    ----------
    options : Comparison
        Today and the options.
    key : str
        The option.
    lang : str
        ``zh`` or ``en``.
    """
    lines = options.bill().of(key).lines
    lines = lines[lines["cost_yuan"].fillna(0) != 0]
    if not len(lines):
        return Markup("")
    total = word("total", lang)
    sums = lines.pivot_table("cost_yuan", "payer", "phase", "sum", fill_value=0.0, sort=True)
    names = stage_names(options, lang, key)
    stages = [int(str(phase)) for phase in sums]
    heads = [names.get(stage, word("stage", lang).format(n=stage)) for stage in stages]
    payers = [payer_word(str(payer), lang) for payer in sums.index]
    most = max(sums.sum().max(), sums.sum(axis=1).max())
    rows = [*zip(payers, sums.to_numpy().tolist(), strict=True), (total, sums.sum().tolist())]
    head = tag("tr", *(tag("th", isolated(h), scope="col") for h in (word("payer", lang), *heads, total)))
    body = [_row(title, [*costs, sum(costs)], most, last=title == total) for title, costs in rows]
    caption = tag("caption", word("money_key", lang))
    table = tag("table", caption, tag("thead", head), tag("tbody", *body), class_="bars money")
    return tag("div", table, class_="scroll")


def _row(title: str, costs: list[float], most: float, *, last: bool) -> Markup:
    *stages, whole = costs
    cells = [_cell(yuan, yuan / most) for yuan in stages]
    return tag("tr", tag("th", isolated(title), scope="row"), *cells, _cell(whole, 0.0 if last else whole / most))


def _cell(yuan: float, share: float) -> Markup:
    said = ten_thousands(yuan) if yuan else "0"
    return tag("td", said, cell_bar(share), class_="held")
