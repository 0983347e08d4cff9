"""What a plan itself does: metres down, land freed, people who gain, cost, parties to ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.comparison.works import Works, works_values
from spatialreno.land import parking_change

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea
    from spatialreno.community import Consents

#: Causes of freed land that have a row of their own.
_CAUSES = ("structure", "wall", "gap", "lane")
_INDEX = ["option", "level", "place", "indicator"]


def plan_rows(
    areas: Mapping[str, StudyArea],
    ledgers: Mapping[str, pd.DataFrame],
    freed: Mapping[str, gpd.GeoDataFrame],
    gains: Mapping[str, Mapping[str, float]],
    consents: Mapping[str, Consents],
    works: Mapping[str, Works],
) -> pd.DataFrame:
    """Tell what each plan does, as rows at level ``plan``; the first area is today.

    Parameters
    ----------
    areas, ledgers, freed, consents, works
        By option.
    gains
        By option, as ``gain_values`` counts them.

    Returns
    -------
    DataFrame
        Index option, level, place, indicator; columns value, unit, target, meets, source, mark.
    """
    today = next(iter(areas.values()))
    frames = []
    for name in areas:
        bill = ledgers.get(name)
        values = {**_bill_values(bill, today), **_land_values(freed[name]), **gains[name]}
        values |= _parking_values(today, areas[name])
        values |= _consent_values(consents.get(name))
        values |= works_values(areas[name], works.get(name))
        index = pd.MultiIndex.from_tuples([(name, "plan", today.name, k) for k in values], names=_INDEX)
        frame = pd.DataFrame({"value": list(values.values())}, index=index, dtype="float64")
        known = today.catalog.indicators
        frame["unit"] = [known["unit"].get(k, known["unit"].get(k.partition(":")[0], "")) for k in values]
        unjudged = pd.array([None] * len(values), dtype="boolean")
        frames.append(frame.assign(target=float("nan"), meets=unjudged, source="", mark=_plan_marks(values, today)))
    return pd.concat(frames)


def _bill_values(bill: pd.DataFrame | None, today: StudyArea) -> dict[str, float]:
    if bill is None:
        return dict.fromkeys(
            [
                "wall_demolished_m",
                "illegal_demolished_m2",
                "facilities_built",
                "facilities_built_m2",
                "open_space_built_m2",
                "cost_yuan",
                "cost_household_yuan",
                "unpriced",
            ],
            0.0,
        )
    once = bill.drop_duplicates(["verb", "layer", "id"])
    gone, built = once[once["verb"] == "demolish"], once[once["verb"] == "build"]
    illegal = today.structures.index[today.structures["legality"] == "illegal"]
    shed = gone[(gone["layer"] == "structures") & gone["id"].isin(illegal)]["id"]
    households = float(today.buildings["households"].sum())
    cost = float(bill["cost_yuan"].sum())
    return {
        "wall_demolished_m": float(today.walls["length_m"].reindex(gone.loc[gone["layer"] == "walls", "id"]).sum()),
        "illegal_demolished_m2": float(today.structures["floor_area_m2"].reindex(shed).sum()),
        "facilities_built": float((built["layer"] == "facilities").sum()),
        "facilities_built_m2": _built_m2(bill, "facilities"),
        "open_space_built_m2": _built_m2(bill, "open_spaces"),
        "cost_yuan": cost,
        "cost_household_yuan": cost / households if households else float("nan"),
        "unpriced": float((bill["cost_yuan"].isna()).sum()),
    }


def _consent_values(found: Consents | None) -> dict[str, float]:
    """Count whom an option must ask, who has agreed or said no, and the fewest still to be won; today asks nobody.

    Parties and votes, and parties and households, are never added up; every head counts once.
    """
    counts = {
        "parties_asked": len(found.parties) if found else 0,
        "parties_signed": int((found.parties["state"] == "in_hand").sum()) if found else 0,
        "parties_against": found.against_count if found else 0,
        "votes_asked": len(found.votes) if found else 0,
        "votes_passed": int((found.votes["state"] == "passed").sum()) if found else 0,
        "parties_missing": found.parties_to_win if found else 0,
        "households_missing": found.households_to_win if found else 0,
    }
    return {name: float(count) for name, count in counts.items()}


def bill_rows(ledgers: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Add up the ledgers by option, payer, layer, verb, item and unit; costs that are missing stay missing."""
    keys = ["option", "payer", "layer", "verb", "item", "unit"]
    whole = [bill.assign(option=name) for name, bill in ledgers.items() if len(bill)]
    if not whole:
        return pd.DataFrame(columns=[*keys, "quantity", "cost_yuan", "items"])
    rows = pd.concat(whole, ignore_index=True)
    rows = rows[rows["verb"] != "keep"]
    place = {name: k for k, name in enumerate(ledgers)}
    added = rows.groupby(keys, as_index=False).agg(
        quantity=("quantity", "sum"),
        cost_yuan=("cost_yuan", lambda cost: cost.sum(min_count=1)),
        items=("id", "size"),
    )
    return added.sort_values(keys, key=lambda c: c.map(place) if c.name == "option" else c, ignore_index=True)


def _built_m2(bill: pd.DataFrame, layer: str) -> float:
    """Sum what is built by area; equipment priced by another unit adds no ground."""
    rows = bill[(bill["verb"] == "build") & (bill["layer"] == layer) & (bill["unit"] == "m2")]
    return float(rows.drop_duplicates("id")["quantity"].sum())


def _land_values(freed: gpd.GeoDataFrame) -> dict[str, float]:
    cause = freed["cause"].where(freed["cause"].isin(_CAUSES), "other")
    by = freed["area_m2"].groupby(cause).sum()
    parts = {f"freed_m2:{name}": float(by.get(name, 0.0)) for name in (*_CAUSES, "other")}
    return {"freed_m2": float(freed["area_m2"].sum()), "freed_usable_m2": float(freed["usable_m2"].sum()), **parts}


def _parking_values(today: StudyArea, after: StudyArea) -> dict[str, float]:
    change = parking_change(today, after)
    places = change["places"].astype("float64").groupby(change["change"]).sum()
    lost = float(places.get("lost", 0.0) + places.get("built_over", 0.0))
    return {"parking_lost": lost, "parking_gained": float(places.get("gained", 0.0))}


def _plan_marks(values: Mapping[str, float], today: StudyArea) -> list[str]:
    """Mark what rests on estimates: every cost, and people where their number was estimated."""
    people = today.buildings["estimated"].fillna("").str.contains("residents|households").any()
    walls = bool(today.walls["inferred"].fillna(False).any())
    return [
        "estimated"
        if "cost" in k or (people and k.partition(":")[0].endswith(("gain", "lose")))
        else "inferred"
        if walls and k == "wall_demolished_m"
        else ""
        for k in values
    ]
