"""Lines of a bill: what has one price, payer and phase; the class of a work, and what comes on top of the works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.scenario.bill import LINES, Bill, in_order
from spatialreno.scenario.quantities import fen, hundredths

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

_SURE = ("read", "own")
_SAME = ["payer", "class", "phase", "verb", "layer", "kind", "item", "item_en", "unit", "unit_price_yuan"]


def make_bill(
    parts: Mapping[str, Iterable[pd.DataFrame]], catalog: Catalog, households: float = float("nan")
) -> Bill:
    """Put lines of options into one bill; design, supervision and reserve are added as shares of them.

    Parameters
    ----------
    parts
        By option, in order: tables with the columns of ``Bill.lines``, without ``option``, ``class`` and ``estimate``.
    catalog
        Its ``funding`` says which class a work is of, ``bill_shares`` what comes on top.
    households
        Over which the total is shared out.

    Returns
    -------
    Bill
        All lines, money in whole fen; its ``total``, ``by`` and ``per_household`` are sums of them.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialreno.catalog import read_catalog
    >>> from spatialreno.scenario import line
    >>> sheds = line("plan", "structures", ("拆除储藏棚", "Take down sheds"), verb="demolish", kind="shed", ids=("S1",),
    ...              phase=1, quantity=100.0, unit="m2", price=70.0, payer="city", source="", confidence="own")
    >>> bill = make_bill({"clear": [pd.DataFrame([sheds])]}, read_catalog(), households=10)
    >>> bill.lines["cost_yuan"].tolist()  # works, 4 % design, 2 % supervision, and of these three 6 % reserve
    [7000.0, 280.0, 140.0, 445.2]
    """
    tables = []
    for option, given in parts.items():
        rows = [rows for rows in given if len(rows)]
        if rows:
            lines = _classed(pd.concat(rows, ignore_index=True), catalog)
            tables.append(pd.concat([lines, _fees(lines, catalog)], ignore_index=True).assign(option=option))
    lines = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=LINES)
    lines["estimate"] = ~lines["confidence"].isin(_SURE)
    lines["phase"] = lines["phase"].astype("Int64")
    lines["cost_yuan"] = lines["cost_yuan"].astype("float64")
    return Bill(in_order(lines[LINES], tuple(parts), ("part", "phase", "class", "payer")), tuple(parts), households)


def ledger_lines(ledger: pd.DataFrame) -> pd.DataFrame:
    """Add up a bill of quantities into lines: what has one price, payer and phase is one line.

    Parameters
    ----------
    ledger
        What ``Scenario.ledger`` gives; rows that keep a thing are left out.

    Returns
    -------
    pandas.DataFrame
        Columns part (``plan``), payer, phase, verb, layer, kind, item, item_en, unit, unit_price_yuan, ids (tuple),
        quantity, cost_yuan (exact sums; missing where there is no price), source, confidence.

    Examples
    --------
    >>> import pandas as pd
    >>> one = {"payer": "city", "phase": 1, "verb": "demolish", "layer": "structures", "kind": "shed",
    ...        "item": "拆除储藏棚", "item_en": "Take down sheds", "unit": "m2", "unit_price_yuan": 70.0,
    ...        "source": "", "confidence": "own"}
    >>> ledger = pd.DataFrame([{**one, "id": "S1", "quantity": 10.0, "cost_yuan": 700.0},
    ...                        {**one, "id": "S2", "quantity": 5.5, "cost_yuan": 385.0}])
    >>> ledger_lines(ledger)[["ids", "quantity", "cost_yuan"]].to_numpy().tolist()
    [[('S1', 'S2'), 15.5, 1085.0]]
    """
    rows = ledger[ledger["verb"] != "keep"]
    rows = rows.assign(part="plan", known=rows["cost_yuan"].notna())
    fields = [field for field in _SAME if field != "class"]
    found = rows.groupby(["part", *fields, "known"], as_index=False, sort=False, dropna=False).agg(
        ids=("id", tuple), quantity=("quantity", _exact), cost_yuan=("cost_yuan", _exact),
        source=("source", "first"), confidence=("confidence", "first"),
    )  # fmt: skip
    return found.drop(columns="known")


def line(part: str, layer: str, item: tuple[str, str], **cells: Any) -> dict[str, Any]:
    """Make one joint line of a bill.

    Parameters
    ----------
    part
        ``plan``, ``heat``, ``dig``, ``lifts`` or ``fees``.
    layer
        Layer of what it pays for.
    item
        Chinese and English name.
    cells
        quantity, price (yuan for a unit); payer, phase, verb, kind, ids, unit, source, confidence. ``cost_yuan`` may be
        given where a share of a joint cost is no quantity times a price.

    Returns
    -------
    dict
        Cells of a row that :func:`make_bill` takes: quantity and cost_yuan to a hundredth, the price as given.

    Examples
    --------
    >>> row = line("dig", "pipes", ("污水管", "Sewer"), quantity=12.345, price=300.0, payer="utility")
    >>> row["quantity"], row["cost_yuan"]  # the bill pays what it says: 12.35 m at 300 yuan
    (12.35, 3705.0)
    """
    quantity, each = _hundredth(cells.pop("quantity")), float(cells.pop("price"))
    cost = cells.pop("cost_yuan", quantity * each)
    return {
        "part": part, "layer": layer, "item": item[0], "item_en": item[1], "verb": "build", "quantity": quantity,
        "unit_price_yuan": each, "cost_yuan": _hundredth(cost), **cells,
    }  # fmt: skip


def _hundredth(value: float) -> float:
    """Round to hundredths; what is missing stays missing."""
    return hundredths(value) / 100 if value == value else value


def funding_rule(catalog: Catalog, layer: str, verb: str, kind: str) -> dict[str, str]:
    """Find the class of a work and who may pay for it: the row of the kind itself, else that of the layer.

    Parameters
    ----------
    catalog
        Its table ``funding`` is read.
    layer, verb, kind
        What is done to what: ``structures``, ``demolish``, ``shed``; kind may be "".

    Returns
    -------
    dict of str to str
        The row: class (``basic``, ``improved``, ``raised``), eligible (payers, ``|`` between), source; empty where no
        row fits.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> funding_rule(read_catalog(), "structures", "demolish", "shed")["eligible"]
    'city'
    """
    own = [r for r in catalog.rows("funding") if r["layer"] == layer and r["verb"] in ("", verb)]
    exact = [r for r in own if kind and r["kind"] == kind]
    return (exact or [r for r in own if not r["kind"]] or [{}])[0]


def _classed(lines: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    keys = list(zip(lines["layer"], lines["verb"], lines["kind"], strict=True))
    known = {key: funding_rule(catalog, *key).get("class", "") for key in dict.fromkeys(keys)}
    return lines.assign(**{"class": [known[key] for key in keys]})


def _fees(lines: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Work out what comes on top of the works: a share of what each payer pays in each class and phase."""
    rows = []
    table = sorted(catalog.rows("bill_shares"), key=lambda row: int(row["order"]))
    paid = lines[lines["cost_yuan"].fillna(0.0).ne(0.0)]  # nothing comes on top of nothing
    for (payer, kind, phase), own in paid.groupby(["payer", "class", "phase"]):
        before: list[int] = []
        for row in table:
            works = own[own["part"].isin(row["parts"].split("|"))]
            if payer not in row["payers"].split("|") or not len(works):
                continue
            base = int(fen(works["cost_yuan"]).sum()) + (sum(before) if "fees" in row["of"].split("|") else 0)
            share = (base * millionths(row["rate"]) + 500_000) // 1_000_000
            before.append(share)
            rows.append({
                "part": "fees", "payer": payer, "class": kind, "phase": phase, "verb": "", "layer": "",
                "kind": row["share"], "item": row["title_zh"], "item_en": row["title_en"], "ids": (),
                "quantity": base / 100, "unit": "yuan", "unit_price_yuan": float(row["rate"]), "cost_yuan": share / 100,
                "source": row["source"], "confidence": row["confidence"],
            })  # fmt: skip
    return pd.DataFrame(rows, columns=[column for column in LINES if column not in ("option", "estimate")])


def millionths(rate: str) -> int:
    """Count a share in millionths, so that a share of whole fen is exact.

    Parameters
    ----------
    rate
        A share as a table writes it, such as ``0.035``.

    Returns
    -------
    int
        Millionths.

    Examples
    --------
    >>> millionths("0.035")
    35000
    """
    return round(Decimal(rate) * 1_000_000)


def _exact(values: pd.Series) -> float:
    """Add up hundredths exactly; a value that is missing leaves the sum missing."""
    return float("nan") if values.isna().any() else int(fen(values).sum()) / 100
