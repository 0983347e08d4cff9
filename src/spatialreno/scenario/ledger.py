"""The bill of quantities: every touched feature with quantity, unit price, payer and parties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import lineage
from spatialreno.scenario.interventions import Intervention
from spatialreno.scenario.resolve import Resolved

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Layer

Row = dict[Any, Any]
COLUMNS = [
    "verb",
    "layer",
    "id",
    "kind",
    "item",
    "quantity",
    "unit",
    "unit_price_yuan",
    "cost_yuan",
    "payer",
    "parties",
    "phase",
    "reason",
    "confidence",
]

# A lane is paved anew when its width is altered, not when its name or its use is.
_RESTS_ON = {"paved_m2": "width_m"}


def ledger(resolved: Resolved) -> pd.DataFrame:
    """Price every act of a resolved scenario; one row for each feature and price item."""
    area, after = resolved.area, resolved.after
    holders = _holders(area)
    prices: list[Row] = area.catalog.costs.to_dict("records")
    altered: dict[tuple[str, str], tuple[Intervention, set[str]]] = {}
    for (layer, i, column), (_, by) in resolved.cells.items():
        altered[(layer, i)] = (by, altered.get((layer, i), (by, set()))[1] | {column})
    rows: list[Row] = []
    for verb, acts, source in (
        ("demolish", resolved.gone, area),
        ("keep", resolved.kept, area),
        ("alter", {thing: act for thing, (act, _) in altered.items()}, after),
        ("build", resolved.built, after),
    ):
        for (layer, i), feature in _features(source, acts).items():
            act = acts[(layer, i)]
            base = {"verb": verb, "layer": layer, "id": i, "phase": act.phase, "reason": act.reason}
            base |= {"kind": _kind(feature), "parties": ", ".join(_parties(i, feature, holders))}
            columns = altered[(layer, i)][1] if verb == "alter" else set()
            rows += _priced(base, feature, _prices(prices, base), columns, area.catalog.layers[layer])
    return _in_order(pd.DataFrame(rows, columns=COLUMNS))


def _in_order(bill: pd.DataFrame) -> pd.DataFrame:
    order = {"keep": 0, "demolish": 1, "alter": 2, "build": 3}
    return bill.sort_values(
        ["verb", "layer", "id", "item"],
        key=lambda c: c.map(order) if c.name == "verb" else c,
        kind="stable",
        ignore_index=True,
    )


def _features(source: StudyArea, acts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Row]:
    """Take the rows of things out of an area, a layer at a time."""
    ids: dict[str, list[str]] = {}
    for layer, i in acts:
        ids.setdefault(layer, []).append(i)
    return {
        (layer, i): row
        for layer, own in ids.items()
        for i, row in zip(own, source.layer(layer).loc[own].to_dict("records"), strict=True)
    }


def _kind(feature: Row) -> str:
    kind = feature.get("kind")
    return kind if isinstance(kind, str) else ""


def _priced(base: Row, feature: Row, prices: list[Row], altered: set[str], layer: Layer) -> list[Row]:
    if base["verb"] == "alter":
        rests = [_RESTS_ON.get(str(price["quantity"])) for price in prices]
        prices = [price for price, column in zip(prices, rests, strict=True) if column is None or column in altered]
    if base["verb"] == "keep" or not prices:
        return [_unpriced(base, feature, layer)]
    return [_row(base, feature, price) for price in prices]


def _unpriced(base: Row, feature: Row, layer: Layer) -> Row:
    """Tell the natural quantity; what is kept costs nothing, what has no price has no cost."""
    column = layer.natural_quantity
    unit = layer.columns[column].unit if column in layer.columns else "piece"
    return {
        **base,
        "item": "",
        "quantity": _quantity(feature, column),
        "unit": unit,
        "payer": "",
        "unit_price_yuan": float("nan"),
        "confidence": "",
        "cost_yuan": 0.0 if base["verb"] == "keep" else float("nan"),
    }


def _row(base: Row, feature: Row, price: Row) -> Row:
    quantity = _quantity(feature, price["quantity"])
    return {
        **base,
        "item": price["item_zh"],
        "quantity": quantity,
        "unit": price["unit"],
        "unit_price_yuan": float(price["price"]),
        "cost_yuan": quantity * float(price["price"]),
        "payer": price["payer"],
        "confidence": price["confidence"],
    }


def _prices(costs: list[Row], base: Row) -> list[Row]:
    """Take the rows of the kind itself, else those of any kind."""
    rows = [row for row in costs if (row["layer"], row["verb"]) == (base["layer"], base["verb"])]
    own = [row for row in rows if row["kind"] == base["kind"]]
    return own or [row for row in rows if row["kind"] == ""]


def _quantity(feature: Row, column: str) -> float:
    if column == "count":
        return 1.0
    if column == "paved_m2":
        return float(feature["length_m"]) * float(feature["width_m"])
    value = feature.get(column)
    if column == "area_m2" and (value is None or pd.isna(value)):
        value = feature["geometry"].area or None
    return float("nan") if value is None or pd.isna(value) else float(value)


def _holders(area: StudyArea) -> dict[str, dict[str, str]]:
    """Give for each feature that somebody holds a right in the parties: id to name."""
    names = area.parties["name"]
    known = dict(zip(names.index, names.where(names.notna(), names.index.to_series()), strict=True))
    found: dict[str, dict[str, str]] = {}
    for thing, party in zip(area.rights["feature_id"], area.rights["party_id"], strict=True):
        found.setdefault(thing, {})[party] = known.get(party, party)
    return found


def _parties(name: str, feature: Row, holders: dict[str, dict[str, str]]) -> list[str]:
    """Name who holds a right in the thing itself; if nobody, in the compounds it stands in or between."""
    own = [holders[i] for i in lineage(name) if i in holders]
    yards = [feature.get(c) for c in ("compound_a", "compound_b", "compound_id")]
    found = own or [holders[y] for y in yards if isinstance(y, str) and y in holders]
    return [name for _, name in sorted({i: name for some in found for i, name in some.items()}.items())]
