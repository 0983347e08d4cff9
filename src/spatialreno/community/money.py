"""Who pays, whether they may, and whether it adds up (资金平衡表)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.errors import Fault, InputError
from spatialreno.scenario import funding_rule

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog
    from spatialreno.scenario import Bill


@dataclass(frozen=True, repr=False)
class Balance:
    """Every priced line with class and eligibility, and what each payer has and needs.

    Attributes
    ----------
    lines
        The bill's lines that have a price, with eligible (payers that may pay for it, joined by ``|``), allowed, and
        source and confidence of that rule.
    table
        Index payer; needed_yuan, basic_yuan, improved_yuan, raised_yuan, ineligible_yuan, available_yuan (missing
        where not stated), gap_yuan (needed beyond what is available).
    """

    lines: pd.DataFrame
    table: pd.DataFrame

    def __repr__(self) -> str:
        """Read the balance aloud."""
        gaps = self.table["gap_yuan"].dropna()
        said = f", gap {gaps.clip(lower=0).sum():,.0f}" if len(gaps) else ""
        return f"Balance: {self.table['needed_yuan'].sum():,.0f} yuan by {len(self.table)} payers{said}"


def balance_money(bill: Bill, catalog: Catalog, sources: Mapping[str, float] | None = None) -> Balance:
    """Balance a bill: each line with payer and eligibility, each payer with need and means.

    Parameters
    ----------
    bill
        Of one option: ``options.bill().of(name)``, or ``scenario.bill(area)``.
    catalog
        With the table ``funding``: which class a work belongs to, and who may pay for it.
    sources
        Payer to yuan there is.

    Returns
    -------
    Balance
        What is needed adds up to the bill's total.

    Raises
    ------
    InputError
        Negative money, a payer the catalog does not know, or a bill of several options.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> list(balance_money(clear.bill(today), today.catalog).table.index)
    ['city']
    """
    if len(bill.options) != 1:
        raise InputError(f"money: a bill of {len(bill.options)} options. Take one: bill.of(name).")
    means = dict(sources or {})
    _check(means, catalog)
    lines = _lines(bill.lines[bill.lines["cost_yuan"].notna()], catalog)
    table = pd.DataFrame({"needed_yuan": _sums(lines)})
    for name in ("basic", "improved", "raised"):
        table[f"{name}_yuan"] = _sums(lines[lines["class"] == name])
    table["ineligible_yuan"] = _sums(lines[~lines["allowed"].astype(bool)])
    table = table.reindex(sorted({*table.index, *means})).fillna(0.0).rename_axis("payer")
    table["available_yuan"] = pd.Series(means, dtype="float64").reindex(table.index)
    table["gap_yuan"] = (table["needed_yuan"] - table["available_yuan"]).round(2)
    return Balance(lines, table)


def _sums(lines: pd.DataFrame) -> pd.Series:
    """Add up by payer, to the fen."""
    return lines.groupby("payer")["cost_yuan"].sum().round(2)


def _lines(bill: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Say of each line who may pay for it; design, supervision and reserve go with the works of their payer."""
    keys = zip(bill["layer"], bill["verb"], bill["kind"], bill["part"], bill["payer"], strict=True)
    found = [
        {"eligible": payer} if part == "fees" else funding_rule(catalog, layer, verb, kind)
        for layer, verb, kind, part, payer in keys
    ]
    lines = bill.drop(columns=["option", "source", "confidence"]).reset_index(drop=True)
    for column in ("eligible", "source", "confidence"):
        lines[column] = pd.Series([rule.get(column, "") for rule in found], dtype="str")
    pairs = zip(lines["payer"], lines["eligible"], strict=True)
    lines["allowed"] = [payer in str(eligible).split("|") for payer, eligible in pairs]
    return lines


def _check(means: Mapping[str, float], catalog: Catalog) -> None:
    known = {p for row in catalog.rows("funding") for p in row["eligible"].split("|")}
    negative = tuple(sorted(p for p, yuan in means.items() if not yuan >= 0))
    strange = tuple(sorted(set(means) - known))
    faults = [
        Fault("sources", ids, rule, told, mend)
        for rule, ids, told, mend in (
            ("money", negative, "negative money", "Give 0 or more yuan"),
            ("payer", strange, "unknown payer", f"Use one of {', '.join(sorted(known))}"),
        )
        if ids
    ]
    if faults:
        raise InputError.of(faults)
