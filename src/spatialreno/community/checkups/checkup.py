"""Check-up to plan (体检 → 方案): what each compound lacks, by which measure, and how far a scenario closes it."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.community.checkups.measures import MEASURES, Found, Ground, Ruled
from spatialreno.community.consents.touched import touched_features

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

COLUMNS = [
    *("compound_id", "compound", "lack", "title", "scale", "indicator", "state", "measure", "before", "value"),
    *("target", "missing", "unit", "closed_by", "source", "confidence"),
]
STATES = ("closed", "partly", "open", "unknown", "unlisted")
_EPS = 1e-6


def answer_checkup(
    area: StudyArea, scenario: Scenario | None = None, *, after: StudyArea | None = None
) -> pd.DataFrame:
    """Measure what each compound lacks, and how far a scenario closes it (问题清单 → 项目清单).

    A compound's ``checkup`` names its lacks, joined by semicolons; the catalog's ``lacks`` knows them by title or
    alias, and ``lack_measures`` says what each is measured by and what it is held to: households connected to heat,
    households that a fire engine serves, places, m2 of ground for each resident, metres of pipe. What a scenario does
    is only ever judged by that measure, never by the kind of its acts.

    Parameters
    ----------
    area
        The area as it is.
    scenario
        The option, with its works (``compare`` puts them in); None: only the list of lacks, as measured today.
    after
        The area as the scenario leaves it, where it is at hand.

    Returns
    -------
    DataFrame
        Columns compound_id, compound (its name), lack, title, scale, indicator (of the check-up guide), state, measure,
        before, value (today, and with the option), target, missing (target less value), unit, closed_by (verb layer
        id of what works towards it, a tuple), source and confidence (of measure and target). The state is
        ``closed`` (the target is reached), ``partly``, ``open`` (no better than today), ``unknown`` (better than today,
        and it is not known whether that is enough; or today's data already reach the target, which the check-up
        denies) or ``unlisted`` (the catalog does not know this lack).

    Examples
    --------
    >>> import spatialreno as sr
    >>> found = answer_checkup(sr.read_area("data/geo/xigongdi"))
    >>> found.state.value_counts().to_dict()
    {'open': 29, 'unknown': 1}
    """
    lacks = {name: row for row in area.catalog.rows("lacks")
             for name in (row["lack"], row["title_zh"], *row["aliases"].split("|")) if name}  # fmt: skip
    if scenario is not None:
        after = scenario.apply(area) if after is None else after
    now = area.derive(_as_it_is)
    then = now if after is None or after is area else Ground(after, area)
    measures = {row["lack"]: row for row in area.catalog.rows("lack_measures")}
    rules = {lack: _rule(row) for lack, row in measures.items()}
    acts = _acts(area, scenario, then) if scenario is not None else []
    rows = []
    for compound, values in area.compounds.sort_index().iterrows():
        for told in _told(values["checkup"]):
            row = lacks.get(told, {})
            lack, place = row.get("lack", ""), str(compound)
            found = _judged(now, then, rules.get(lack), place) if row else _UNLISTED
            helps = found["state"] in ("closed", "partly")
            closers = dict.fromkeys(name for name, reach in acts if (lack, place) in reach) if helps else ()
            rows.append(
                {
                    "compound_id": place,
                    "compound": values["name"],
                    "lack": lack,
                    "title": told,
                    "scale": row.get("scale", ""),
                    "indicator": row.get("indicator_zh", ""),
                    **found,
                    "closed_by": tuple(closers),
                    "source": measures.get(lack, row).get("source", ""),
                    "confidence": measures.get(lack, row).get("confidence", ""),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def _as_it_is(area: StudyArea) -> Ground:
    """Ask the area as it is; every option is held against the same."""
    return Ground(area, area)


_UNLISTED: Mapping[str, Any] = {"state": "unlisted", "measure": "", "before": nan, "value": nan, "target": nan,
                                "missing": nan, "unit": ""}  # fmt: skip


def _rule(row: Mapping[str, str]) -> Ruled:
    kinds = tuple(filter(None, row["kinds"].split("|")))
    return Ruled(row["measure"], kinds, row["within"], float(row["target"]), row["per"], row["unit"])


def _judged(now: Ground, then: Ground, rule: Ruled | None, compound: str) -> Mapping[str, Any]:
    """Measure one lack of one compound today and with the option, and hold it to its target."""
    if rule is None:
        return {**_UNLISTED, "state": "unknown"}
    places = then.places(compound, rule.within)
    were = places if rule.within == "pool" else now.places(compound, rule.within)
    (was, need), (found, target) = _measured(now, rule, were), _measured(then, rule, places)
    return {
        "state": _state((was, need), (found, target)),
        "measure": rule.measure,
        "before": was.value,
        "value": found.value,
        "target": target,
        "missing": max(0.0, target - found.value),
        "unit": found.unit or rule.unit,
    }


def _measured(ground: Ground, rule: Ruled, places: list[str]) -> tuple[Found, float]:
    """Measure what there is, and what there shall be."""
    key = (rule, tuple(places))
    if key not in ground.measured:
        found = MEASURES[rule.measure](ground, rule, places)
        basis = found.whole if rule.per == "whole" else ground.basis(places, rule.per)
        ground.measured[key] = (found, rule.target * basis)
    return ground.measured[key]


def _state(was: tuple[Found, float], now: tuple[Found, float]) -> str:
    """Tell closed from partly, open and unknown."""
    found, target = now
    if was[1] > 0 and _share(*was) >= 1 - _EPS:
        return "unknown"  # today's data say that it is enough, which the check-up denies
    if was[1] == target == 0:
        return "unknown"  # the survey has nothing of what the check-up found, such as an illegal structure
    if not _share(*now) > _share(*was) + _EPS:
        return "unknown" if found.unsure and not was[0].unsure else "open"  # something of no known size was built
    if not target > 0:
        return "unknown"  # nobody knows of how much
    if _share(found, target) >= 1 - _EPS:
        return "closed"
    return "unknown" if found.unsure else "partly"


def _share(found: Found, target: float) -> float:
    """Say how much of the target is reached; what has no known target, by its size."""
    return found.value / target if target > 0 else found.value


def list_resources(area: StudyArea) -> pd.DataFrame:
    """List what there is to build on (资源清单): usable land, spare rooms, disused boiler houses.

    Parameters
    ----------
    area
        The area in any state.

    Returns
    -------
    DataFrame
        Columns compound_id, resource (``land``, ``room``, ``boiler_house``), id, area_m2; largest first in each.

    Examples
    --------
    >>> import spatialreno as sr
    >>> found = list_resources(sr.read_area("data/geo/xigongdi"))
    >>> found.query("resource == 'room' and id == 'B02'")["area_m2"].tolist()
    [36.0]
    """
    from spatialreno.land import free_land

    land = free_land(area)
    land = land[land["usable"].astype(bool)]
    houses = area.buildings
    spare = houses[houses["spare_room_m2"].fillna(0) > 0]
    boilers = houses[houses["use"] == "boiler_house"]
    parts = [
        pd.DataFrame(
            {"compound_id": f["compound_id"], "resource": what, "id": f.index, "area_m2": f[column].astype(float)}
        )
        for f, what, column in (
            (land, "land", "usable_m2"),
            (spare, "room", "spare_room_m2"),
            (boilers, "boiler_house", "footprint_m2"),
        )
    ]
    found = pd.concat(parts, ignore_index=True)
    found["compound_id"] = found["compound_id"].fillna("")
    return found.sort_values(["compound_id", "resource", "area_m2"], ascending=[True, True, False], ignore_index=True)


def _told(text: object) -> list[str]:
    """Read a cell of lacks, joined by semicolons of either width."""
    parts = str(text).replace("；", ";").split(";") if isinstance(text, str) else []
    return [part.strip() for part in parts if part.strip()]


def _acts(area: StudyArea, scenario: Scenario, then: Ground) -> list[tuple[str, set[tuple[str, str]]]]:
    """Give each act of a scenario with the (lack, compound) pairs it works towards."""
    every, closers = {str(i) for i in area.compounds.index}, area.catalog.rows("closers")
    acts = []
    for one in touched_features(area, scenario).to_dict("records"):
        own = set(one["places"]) | set(one["beside"])
        spread = {
            "compound": set(one["places"]),
            "beside": own,
            "block": own.union(*(then.blocks.get(c, [c]) for c in own)),
            "area": every,
        }
        reach = {
            (rule["lack"], compound)
            for rule in closers
            if (rule["verb"], rule["layer"]) == (one["verb"], one["layer"])
            and rule["kind"] in ("", one["kind"], one["sort"])
            for compound in spread[rule["within"]]
        }
        acts.append((f"{one['verb']} {one['layer']} {one['id']}", reach))
    return acts
