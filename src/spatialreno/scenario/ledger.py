"""The bill of quantities: every touched feature with quantity, unit price, payer and parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import lineage
from spatialreno.catalog import Finding, sentence
from spatialreno.scenario.interventions import Acts, Intervention
from spatialreno.scenario.quantities import Quantities, footprints, hundredths
from spatialreno.scenario.resolve import Resolved, nothing_chosen, resolve

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog

Row = dict[Any, Any]
COLUMNS = [
    *("verb", "layer", "id", "kind", "item", "item_en", "measure", "quantity", "unit", "unit_price_yuan"),
    *("cost_yuan", "payer", "parties", "phase", "reason", "source", "confidence"),
]
_UPON = ("buildings", "structures", "facilities", "open_spaces", "parking", "paths")


def priced_acts(scenario: Acts, area: StudyArea) -> pd.DataFrame:
    """Price every thing that a scenario touches; one row for each feature and price item.

    Parameters
    ----------
    scenario
        The option.
    area
        The area it would be applied to.

    Returns
    -------
    DataFrame
        As ``Scenario.ledger``, without the rows that tell of acts which choose nothing.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> priced_acts(sr.Scenario("s", interventions=[sr.demolish("walls", ids=["W15"])]), today)["unit"].tolist()
    ['m', 'm2']
    """
    found = resolve(scenario, area)
    if found.priced is None:
        found.priced = _priced_rows(found)
    return found.priced.copy()


def work_done(scenario: Acts, area: StudyArea) -> list[tuple[str, str, str, int]]:
    """List what a scenario does to things, in the order of its ledger, for those who ask for no price.

    Parameters
    ----------
    scenario, area
        As for :func:`priced_acts`.

    Returns
    -------
    list
        Verb (demolish, alter, build), layer, id and phase of each thing that is touched.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> work_done(sr.Scenario("s", interventions=[sr.demolish("walls", ids=["W15"])]), today)
    [('demolish', 'walls', 'W15', 1)]
    """
    found = resolve(scenario, area)
    altered = {thing: act for thing, (act, _) in _altered(found).items()}
    parts: tuple[tuple[str, Mapping[tuple[str, str], Intervention]], ...] = (
        ("demolish", found.gone), ("alter", altered), ("build", found.built)
    )  # fmt: skip
    return [(verb, layer, i, acts[layer, i].phase) for verb, acts in parts for layer, i in sorted(acts)]


def with_unmatched(scenario: Acts, area: StudyArea) -> pd.DataFrame:
    """List what a scenario touches and, last, what it leaves as it is, so that nobody takes it for done."""
    rows, found = priced_acts(scenario, area), resolve(scenario, area)
    empty = [_idle_row(area, thing, act) for thing, act in sorted(found.idle.items(), key=lambda one: one[0])]
    empty += [_empty_row(area.catalog, act) for act in found.unmatched]
    if not empty:
        return rows
    told = pd.DataFrame(empty, columns=COLUMNS)
    return pd.concat([rows, told], ignore_index=True) if len(rows) else told


def _empty_row(catalog: Catalog, act: Intervention) -> Row:
    """Say of an act that it chooses nothing."""
    return _nothing(act) | {"item": nothing_chosen(catalog, act, "zh"), "item_en": nothing_chosen(catalog, act, "en")}


def _idle_row(area: StudyArea, thing: tuple[str, str], act: Intervention) -> Row:
    """Say of a thing that nothing is done to it: it is so already, or something is only recorded of it."""
    layer, i = thing
    told = [sentence(area.catalog, Finding("idle", {"layer": layer, "id": i}), lang) for lang in ("zh", "en")]
    kind = _kind(dict(area.layer(layer).loc[i]))
    return _nothing(act) | {"layer": layer, "id": i, "kind": kind, "item": told[0], "item_en": told[1]}


def _nothing(act: Intervention) -> Row:
    texts = dict.fromkeys(("id", "kind", "measure", "unit", "payer", "source", "confidence"), "")
    own = {"verb": act.verb, "layer": act.layer, "parties": (), "phase": act.phase, "reason": act.reason}
    return texts | own | {"quantity": 0.0, "unit_price_yuan": float("nan"), "cost_yuan": 0.0}


def _priced_rows(resolved: Resolved) -> pd.DataFrame:
    area, after = resolved.area, resolved.after
    holders, standing = _holders(area), set(area.buildings.index)
    prices = _by_act(area.catalog.costs.to_dict("records"))
    sizes, altered = Quantities(area, tuple(_built_upon(resolved))), _altered(resolved)
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
            base |= {"kind": _kind(feature), "parties": tuple(_parties(i, feature, holders))}
            columns = altered[(layer, i)][1] if verb == "alter" else _given(feature, standing)
            found = _priced(base, feature, _prices(prices.get((layer, verb), []), feature, columns), sizes)
            within = verb == "demolish" and ("buildings", str(feature.get("building_id"))) in resolved.gone
            paid = prices.get(("buildings", verb), [{"payer": ""}])[0]["payer"]
            rows += [_within(area, feature, row, str(paid)) for row in found] if within else found
    return _in_order(pd.DataFrame(rows, columns=COLUMNS))


def _altered(resolved: Resolved) -> dict[tuple[str, str], tuple[Intervention, set[str]]]:
    """Give the things that are altered by work, each with the last act that does and the columns it sets."""
    altered: dict[tuple[str, str], tuple[Intervention, set[str]]] = {}
    for (layer, i, column), (_, by) in resolved.cells.items():
        if (layer, i, column) in resolved.work_cells:
            altered[(layer, i)] = (by, altered.get((layer, i), (by, set()))[1] | {column})
    return altered


def _built_upon(resolved: Resolved) -> Iterable[Any]:
    """Outline what the plan builds or paves anew: no ground is made good there."""
    for layer in _UPON:
        ids = [i for name, i in resolved.built if name == layer]
        if layer == "paths":
            ids += sorted({i for name, i, column in resolved.work_cells if name == layer and column == "width_m"})
        if ids:
            yield from footprints(layer, resolved.after.layer(layer).loc[ids])


def _in_order(bill: pd.DataFrame) -> pd.DataFrame:
    order = {"keep": 0, "demolish": 1, "alter": 2, "build": 3}
    whole = bill.assign(last=bill["measure"] == "open_m2")
    ordered = whole.sort_values(
        ["verb", "layer", "id", "last", "item"],
        key=lambda c: c.map(order) if c.name == "verb" else c,
        kind="stable",
        ignore_index=True,
    )
    return ordered.drop(columns="last")


def _features(source: StudyArea, acts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Row]:
    """Take the rows of things out of an area, a layer at a time."""
    ids: dict[str, list[str]] = {}
    for layer, i in acts:
        ids.setdefault(layer, []).append(i)
    return {
        (layer, i): row | {"id": i}
        for layer, own in ids.items()
        for i, row in zip(own, source.layer(layer).loc[own].to_dict("records"), strict=True)
    }


def _kind(feature: Row) -> str:
    kind = feature.get("kind")
    return kind if isinstance(kind, str) else ""


def _given(feature: Row, standing: set[str]) -> set[str]:
    """Name the columns that something built has; a room is one only in a building that stands today."""
    known = {str(column) for column, value in feature.items() if isinstance(value, str) and value}
    return known if feature.get("building_id") in standing else known - {"building_id"}


# ---- prices


def _by_act(costs: list[Row]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in costs:
        found.setdefault((row["layer"], row["verb"]), []).append(row)
    return found


def _prices(rows: list[Row], feature: Row, columns: set[str]) -> list[Row]:
    """Take one price for each quantity: the one that names what is set comes first, then that of the kind itself."""
    kind, best = _kind(feature), dict[str, tuple[tuple[int, bool], Row]]()
    for row in rows:
        if row["kind"] not in ("", kind) or not _sets(str(row["sets"]), feature, columns):
            continue
        rank = (2 if "=" in row["sets"] else 1 if row["sets"] else 0, row["kind"] != "")
        if row["quantity"] not in best or rank > best[row["quantity"]][0]:
            best[row["quantity"]] = (rank, row)
    return [row for _, row in best.values()]


def _sets(asked: str, feature: Row, columns: set[str]) -> bool:
    """Tell whether a price holds for what an act sets: any act, one of some columns, or a column to a value."""
    if not asked:
        return True
    parts = [part.partition("=") for part in asked.split("|")]
    return any(column in columns and (not equals or str(feature.get(column)).lower() == value)
               for column, equals, value in parts)  # fmt: skip


def _priced(base: Row, feature: Row, prices: list[Row], sizes: Quantities) -> list[Row]:
    found = [] if base["verb"] == "keep" else [_row(base, feature, price, sizes) for price in prices]
    own = [row for row in found if row["measure"] != "open_m2"]
    bare = [row for row in found if row["measure"] == "open_m2" and row["quantity"] > 0]
    return (own or [_unpriced(base, feature, sizes)]) + bare


def _within(area: StudyArea, feature: Row, row: Row, payer: str) -> Row:
    """Count a door or a room without a price of its own in the floor of the building that goes with it."""
    if not pd.isna(row["unit_price_yuan"]):
        return row
    house = {"id": str(feature["building_id"])}
    told = [sentence(area.catalog, Finding("within_building", house), lang) for lang in ("zh", "en")]
    return row | {"item": told[0], "item_en": told[1], "payer": payer, "cost_yuan": 0.0}


def _unpriced(base: Row, feature: Row, sizes: Quantities) -> Row:
    """Tell the natural quantity; what is kept costs nothing, what has no price has no cost."""
    layer = sizes.area.catalog.layers[base["layer"]]
    name = layer.natural_quantity
    unit = layer.columns[name].unit if name in layer.columns else "piece"
    cost = 0.0 if base["verb"] == "keep" else float("nan")
    size = {"measure": name, "quantity": sizes.of(base["layer"], feature, name), "unit": unit}
    empty = dict.fromkeys(("item", "item_en", "payer", "source", "confidence"), "")
    return base | size | empty | {"unit_price_yuan": float("nan"), "cost_yuan": cost}


def _row(base: Row, feature: Row, price: Row, sizes: Quantities) -> Row:
    quantity, each = sizes.of(base["layer"], feature, str(price["quantity"])), float(price["price"])
    cost = quantity * each
    return base | {
        "item": price["item_zh"],
        "item_en": price["item_en"],
        "measure": price["quantity"],
        "quantity": quantity,
        "unit": price["unit"],
        "unit_price_yuan": each,
        "cost_yuan": hundredths(cost) / 100 if cost == cost else float("nan"),
        "payer": price["payer"],
        "source": price["source"],
        "confidence": price["confidence"],
    }


# ---- parties


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
