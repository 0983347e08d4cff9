"""Who pays, whether they may, and whether it adds up (资金平衡表)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog


@dataclass(frozen=True, repr=False)
class Balance:
    """Every priced line with class and eligibility, and what each payer has and needs.

    Attributes
    ----------
    lines
        The ledger's lines that cost something; verb, layer, id, item, cost_yuan, payer, class (基础 完善 提升),
        eligible (payers that may pay for it, joined by ``|``), allowed, source, confidence.
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


def balance_money(ledger: pd.DataFrame, catalog: Catalog, sources: Mapping[str, float] | None = None) -> Balance:
    """Balance a bill of quantities: each line with payer and eligibility, each payer with need and means.

    Parameters
    ----------
    ledger
        As ``scenario.ledger(area)`` gives it.
    catalog
        With the table ``funding``: which class a work belongs to, and who may pay for it.
    sources
        Payer to yuan there is.

    Returns
    -------
    Balance

    Raises
    ------
    InputError
        Negative money, or a payer the catalog does not know.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> list(balance_money(clear.ledger(today), today.catalog).table.index)
    ['city']
    """
    means = dict(sources or {})
    _check(means, catalog)
    lines = _lines(ledger[ledger["cost_yuan"].fillna(0) > 0], catalog)
    by_payer = lines.groupby("payer")["cost_yuan"]
    table = pd.DataFrame({"needed_yuan": by_payer.sum()})
    for name in ("basic", "improved", "raised"):
        table[f"{name}_yuan"] = lines[lines["class"] == name].groupby("payer")["cost_yuan"].sum()
    table["ineligible_yuan"] = lines[~lines["allowed"].astype(bool)].groupby("payer")["cost_yuan"].sum()
    table = table.reindex(sorted({*table.index, *means})).fillna(0.0).rename_axis("payer")
    table["available_yuan"] = pd.Series(means, dtype="float64").reindex(table.index)
    table["gap_yuan"] = table["needed_yuan"] - table["available_yuan"]
    return Balance(lines, table)


def _lines(bill: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    rules = catalog.rows("funding")
    keys = list(zip(bill["layer"], bill["verb"], bill["kind"], strict=True))
    found = [_rule(rules, *key) for key in keys]
    lines = bill[["verb", "layer", "id", "kind", "item", "cost_yuan", "payer"]].reset_index(drop=True)
    for column in ("class", "eligible", "source", "confidence"):
        lines[column] = pd.Series([rule.get(column, "") for rule in found], dtype="str")
    pairs = zip(lines["payer"], lines["eligible"], strict=True)
    lines.insert(9, "allowed", [payer in str(eligible).split("|") for payer, eligible in pairs])
    return lines


def _rule(rules: list[dict[str, str]], layer: str, verb: str, kind: str) -> dict[str, str]:
    """Take the row of the kind itself, else that of the layer."""
    own = [r for r in rules if r["layer"] == layer and r["verb"] in ("", verb)]
    exact = [r for r in own if r["kind"] == kind and kind]
    return (exact or [r for r in own if not r["kind"]] or [{}])[0]


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
