"""What a plan itself does: metres down, land freed, people who gain, cost, parties to ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import home_buildings
from spatialreno.comparison.works import Works, works_values
from spatialreno.land import parking_change
from spatialreno.scenario import PARTS

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea
    from spatialreno.community import Consents, Register
    from spatialreno.scenario import Bill

#: Causes of freed land that have a row of their own.
_CAUSES = ("structure", "wall", "gap", "lane")
#: Payers from above whose money is a subsidy (上级补助).
_SUBSIDISERS = ("central", "province")
_INDEX = ["option", "level", "place", "indicator"]


def plan_rows(
    areas: Mapping[str, StudyArea],
    ledgers: Mapping[str, pd.DataFrame],
    bill: Bill,
    freed: Mapping[str, gpd.GeoDataFrame],
    gains: Mapping[str, Mapping[str, float]],
    consents: Mapping[str, Consents],
    works: Mapping[str, Works],
    *,
    register: Register,
    asked: Mapping[str, tuple[str, ...]],
) -> pd.DataFrame:
    """Tell what each plan does, as rows at level ``plan``; the first area is today.

    Parameters
    ----------
    areas, ledgers, freed, consents, works
        By option.
    gains
        By option, as ``gain_values`` counts them, and what streets gain.
    register
        Ballots of today: who is satisfied.
    asked
        By option, the works that were asked for.

    Returns
    -------
    DataFrame
        Index option, level, place, indicator; columns value, unit, target, meets, source, mark.
    """
    today = next(iter(areas.values()))
    frames = []
    for name in areas:
        values = {**done_values(ledgers.get(name), today), **money_values(bill, name)}
        values |= {**land_values(freed[name]), **gains[name]}
        values |= parking_values(today, areas[name])
        values |= consent_values(consents.get(name))
        values |= works_values(areas[name], works.get(name), asked.get(name, ()))
        values |= served_values(areas[name], register if areas[name] is today else None)
        index = pd.MultiIndex.from_tuples([(name, "plan", today.name, k) for k in values], names=_INDEX)
        frame = pd.DataFrame({"value": list(values.values())}, index=index, dtype="float64")
        known = today.catalog.indicators
        frame["unit"] = [known["unit"].get(k, known["unit"].get(k.partition(":")[0], "")) for k in values]
        unjudged = pd.array([None] * len(values), dtype="boolean")
        frames.append(frame.assign(target=float("nan"), meets=unjudged, source="", mark=_plan_marks(values, today)))
    return pd.concat(frames)


def done_values(acts: pd.DataFrame | None, today: StudyArea) -> dict[str, float]:
    """Measure what comes down and what is built; today does nothing."""
    names = ["wall_demolished_m", "illegal_demolished_m2", "facilities_built", "facilities_built_m2"]
    if acts is None:
        return dict.fromkeys([*names, "open_space_built_m2"], 0.0)
    once = acts.drop_duplicates(["verb", "layer", "id"])
    gone, built = once[once["verb"] == "demolish"], once[once["verb"] == "build"]
    illegal = today.structures.index[today.structures["legality"] == "illegal"]
    shed = gone[(gone["layer"] == "structures") & gone["id"].isin(illegal)]["id"]
    return {
        "wall_demolished_m": float(today.walls["length_m"].reindex(gone.loc[gone["layer"] == "walls", "id"]).sum()),
        "illegal_demolished_m2": float(today.structures["floor_area_m2"].reindex(shed).sum(skipna=False)),
        "facilities_built": float((built["layer"] == "facilities").sum()),
        "facilities_built_m2": _built_m2(acts, "facilities"),
        "open_space_built_m2": _built_m2(acts, "open_spaces"),
    }


def money_values(bill: Bill, option: str) -> dict[str, float]:
    """Take an option's total from the bill, in all, per household and by part; missing where nothing is invested."""
    parts = bill.of(option).by("part").set_index("part")["cost_yuan"]
    payers = bill.of(option).by("payer").set_index("payer")["cost_yuan"]
    return {
        "subsidy_yuan": float(payers[payers.index.isin(_SUBSIDISERS)].sum(min_count=1)),
        "cost_yuan": float(bill.total[option]),
        "cost_household_yuan": float(bill.per_household[option]),
        "unpriced": float(bill.unpriced_count(option)),
        **_some("unmeasured", bill.unmeasured_count(option)),
        **{f"cost_yuan:{part}": float(parts.get(part, float("nan"))) for part in PARTS},
    }


def _some(name: str, count: int) -> dict[str, float]:
    """Tell a count only where there is something to count."""
    return {name: float(count)} if count else {}


def consent_values(found: Consents | None) -> dict[str, float]:
    """Count whom an option must ask, who has agreed or said no, and the fewest still to be won; today asks nobody.

    Parties and votes, and parties and households, are never added up; every head counts once. Households still to be
    won are missing where votes are needed, and of none of them the electorate is known.
    """
    votes = found.votes["state"] if found else pd.Series([], dtype="str")
    counts = {
        "parties_asked": len(found.parties) if found else 0,
        "parties_signed": int((found.parties["state"] == "in_hand").sum()) if found else 0,
        "parties_against": found.against_count if found else 0,
        "votes_asked": len(found.votes) if found else 0,
        "votes_passed": int((votes == "passed").sum()),
        "parties_missing": found.parties_to_win if found else 0,
        "households_missing": found.households_to_win if found else 0,
    }
    values = {name: float(count) for name, count in counts.items()}
    if len(votes) and (votes == "uncounted").all():
        values["households_missing"] = float("nan")
    beside = _some("votes_uncounted", found.uncounted_votes) | _some("ownerless", found.ownerless) if found else {}
    return values | beside


def served_values(area: StudyArea, register: Register | None) -> dict[str, float]:
    """Tell whose compound is managed, whose renewal is done, and who of those who voted is satisfied; where known."""
    homes = home_buildings(area)
    people = homes["households"].astype("float64").groupby(homes["compound_id"]).sum()
    manager, renewal = (area.compounds[name].reindex(people.index) for name in ("management", "renewal"))
    counts = register.counts("satisfied").values() if register else ()
    voted, agreed = sum(c.voted_heads for c in counts), sum(c.agreed_heads for c in counts)
    return {
        "managed_share": _share(people, manager.ne("none"), manager.notna()),
        "completed_share": _share(people, renewal.eq("done"), renewal.notna()),
        "satisfied_share": agreed / voted if voted else float("nan"),
    }


def _share(people: pd.Series[float], such: pd.Series[bool], known: pd.Series[bool]) -> float:
    """Give the share of people of whom something holds, among those of whom it is known; unknown where of nobody."""
    there = float(people[known].sum())
    return float(people[known & such.fillna(False)].sum()) / there if there else float("nan")


def _built_m2(bill: pd.DataFrame, layer: str) -> float:
    """Sum what is built by area, missing where one is not known; equipment priced by another unit adds no ground."""
    rows = bill[(bill["verb"] == "build") & (bill["layer"] == layer) & (bill["unit"] == "m2")]
    return float(rows.drop_duplicates("id")["quantity"].sum(skipna=False))


def land_values(freed: gpd.GeoDataFrame) -> dict[str, float]:
    """Measure land freed, in all, usable, and by cause."""
    cause = freed["cause"].where(freed["cause"].isin(_CAUSES), "other")
    by = freed["area_m2"].groupby(cause).sum()
    parts = {f"freed_m2:{name}": float(by.get(name, 0.0)) for name in (*_CAUSES, "other")}
    return {"freed_m2": float(freed["area_m2"].sum()), "freed_usable_m2": float(freed["usable_m2"].sum()), **parts}


def parking_values(today: StudyArea, after: StudyArea) -> dict[str, float]:
    """Count the parking places that go and come."""
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
        if "yuan" in k or (people and k.partition(":")[0].endswith(("gain", "lose")))
        else "inferred"
        if walls and k == "wall_demolished_m"
        else ""
        for k in values
    ]
