"""The bill of quantities: every touched feature with quantity, unit price, payer and parties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area.sides import lineage
from spatialreno.scenario.resolve import Resolved

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

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
# The quantity of a thing for which the catalog has no price: still told, in its natural unit.
_NATURAL = {
    "walls": ("length_m", "m"),
    "paths": ("length_m", "m"),
    "pipes": ("length_m", "m"),
    "structures": ("floor_area_m2", "m2"),
    "buildings": ("floor_area_m2", "m2"),
    "open_spaces": ("area_m2", "m2"),
    "facilities": ("area_m2", "m2"),
}


# A lane is paved anew when its width is altered, not when its name or its use is.
_RESTS_ON = {"paved_m2": "width_m"}


def ledger(resolved: Resolved) -> pd.DataFrame:
    """Price every act of a resolved scenario; one row for each feature and price item."""
    area, after = resolved.area, resolved.apply()
    touched: list[dict[str, Any]] = []
    for verb, acts, source in (
        ("demolish", resolved.gone, area),
        ("keep", resolved.kept, area),
        ("alter", {(layer, i): act for (layer, i, _), (_, act) in resolved.cells.items()}, after),
        ("build", resolved.built, after),
    ):
        for (layer, i), act in acts.items():
            touched.append(
                {"verb": verb, "layer": layer, "id": i, "phase": act.phase, "reason": act.reason, "source": source}
            )
    altered = {(layer, i, column) for layer, i, column in resolved.cells}
    rows = [row for one in touched for row in _priced(one, area, altered)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    order = {"keep": 0, "demolish": 1, "alter": 2, "build": 3}
    return frame.sort_values(
        ["verb", "layer", "id", "item"],
        key=lambda c: c.map(order) if c.name == "verb" else c,
        kind="stable",
        ignore_index=True,
    )


def _priced(one: dict[str, Any], area: StudyArea, altered: set[tuple[str, str, str]]) -> list[dict[str, Any]]:
    source: StudyArea = one.pop("source")
    feature = source.layer(one["layer"]).loc[one["id"]]
    kind = feature.get("kind")
    base = {**one, "kind": kind if isinstance(kind, str) else "", "parties": ", ".join(_parties(one, feature, area))}
    prices = _prices(area.catalog.costs, base)
    if one["verb"] == "alter":
        rests = [_RESTS_ON.get(str(quantity)) for quantity in prices["quantity"]]
        prices = prices[[c is None or (one["layer"], one["id"], c) in altered for c in rests]]
    if one["verb"] == "keep" or not len(prices):
        return [_unpriced(base, feature)]
    return [_row(base, feature, price) for _, price in prices.iterrows()]


def _unpriced(base: dict[str, Any], feature: Any) -> dict[str, Any]:
    """Tell the natural quantity; what is kept costs nothing, what has no price has no cost."""
    column, unit = _NATURAL.get(base["layer"], ("count", "piece"))
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


def _row(base: dict[str, Any], feature: Any, price: Any) -> dict[str, Any]:
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


def _prices(costs: pd.DataFrame, base: dict[str, Any]) -> pd.DataFrame:
    """Take the rows of the kind itself, else those of any kind."""
    rows: pd.DataFrame = costs[(costs["layer"] == base["layer"]) & (costs["verb"] == base["verb"])]
    own = rows[rows["kind"] == base["kind"]]
    return own if len(own) else rows[rows["kind"] == ""]


def _quantity(feature: Any, column: str) -> float:
    if column == "count":
        return 1.0
    if column == "paved_m2":
        return float(feature["length_m"]) * float(feature["width_m"])
    value = feature.get(column)
    if column == "area_m2" and (value is None or pd.isna(value)):
        value = feature["geometry"].area or None
    return float("nan") if value is None or pd.isna(value) else float(value)


def _parties(one: dict[str, Any], feature: Any, area: StudyArea) -> list[str]:
    """Name who holds a right in the thing itself; if nobody, in the compounds it stands in or between."""
    rights = area.rights
    own = rights.loc[rights["feature_id"].isin(lineage(one["id"])), "party_id"]
    if not len(own):
        yards = [feature.get(c) for c in ("compound_a", "compound_b", "compound_id")]
        own = rights.loc[rights["feature_id"].isin([y for y in yards if isinstance(y, str)]), "party_id"]
    names = area.parties["name"].reindex(sorted(set(own)))
    return list(names.where(names.notna(), names.index.to_series()))
