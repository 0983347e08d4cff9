"""compare: apply every option to today and evaluate all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno.area import all_households, as_area, as_ids, inhabited_buildings, refuse_unknown
from spatialreno.blocks import merge_blocks
from spatialreno.community import find_consents, read_register
from spatialreno.comparison.options import TODAY, Comparison
from spatialreno.comparison.plan import plan_rows
from spatialreno.comparison.streets import street_gained_m2, widened_lanes
from spatialreno.comparison.works import Asked, Works, asked_of_owners, asked_works, joined, plan_works, works_of
from spatialreno.errors import InputError, ScenarioError
from spatialreno.indicators import Evaluation, evaluate, gain_values, who_gains
from spatialreno.land import built_conflicts, freed_land
from spatialreno.scenario import Bill, Build, Scenario, as_scenarios, ledger_lines, make_bill, priced_acts
from spatialreno.walk import isochrones

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea


def compare(
    today: StudyArea,
    scenarios: Sequence[Scenario] | Scenario,
    *,
    standard: str = "gb50180-2018",
    origins: Sequence[str] | str | None = None,
    works: Asked = False,
    strict: bool = False,
    progress: Callable[[str], None] | None = None,
    before: Comparison | None = None,
) -> Comparison:
    """Apply each scenario to today and evaluate all of them alike.

    Parameters
    ----------
    today
        The area as it is.
    scenarios
        The options, each applied to today.
    standard
        Planning standard by name or path.
    origins
        Ids of facilities or buildings whose isochrones are drawn; default is the home nearest the
        residents' centre.
    works
        Plan joint works and put them into the options, some seconds each: True for heat and dig, a list such as
        ``["heat"]``, or a list by option, ``{"full": ["heat", "dig"]}``. ``heat`` (:func:`spatialreno.supply_heat`)
        goes into an option with a station from which homes are newly heated, ``dig``
        (:func:`spatialreno.plan_dig`) into one that opens the ground or paves anew, or that is named, ``lifts``
        (:func:`spatialreno.plan_lifts`), only where asked for, at every stairwell with room for one.
        Today stays as it is. What they build is part of the option: its area, its indicators, its bill, its file.
    strict
        Refuse an option that builds where something stands, over a fire lane or a protected tree
        (:func:`spatialreno.land.built_conflicts`), and an intervention that chooses nothing; otherwise ``notes()``
        tells them.
    progress
        Called with a sentence before each step.
    before
        What this gives of today alone, by the same standard; today is then not worked out once more.

    Returns
    -------
    Comparison

    Raises
    ------
    ScenarioError
        Two options with one name, an option called ``today``, or one that does not fit the area (with ``strict``:
        that builds where there is no room).
    InputError
        ``before`` is of something else.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> bool(compare(today, [clear]).leaders().loc["拆除认定违建（建筑面积）", "clear"] > 1000)
    True
    """
    say = progress or (lambda _: None)
    today, scenarios = as_area(today, what="compare"), as_scenarios(scenarios, what="options")
    check_names(scenarios)
    _check_before(before, today, standard)
    wanted = asked_works(works, scenarios)
    planned: dict[str, Works] = {}
    for scenario in scenarios:
        named = isinstance(works, Mapping)
        found = plan_works(today, scenario, wanted.get(scenario.name, ()), always=named, say=say)
        planned |= {} if found is None else {scenario.name: found}
    whole = [joined(s, planned[s.name].scenario, today) if s.name in planned else s for s in scenarios]
    areas: dict[str, StudyArea] = {TODAY: today}
    for scenario in whole:
        say(f"apply {scenario.name} {scenario.title}")
        areas[scenario.name] = scenario.apply(today)
        if strict:
            scenario.unmatched(today, strict=True)
            built_conflicts(today, scenario, strict=True)
    evaluations = _evaluated(areas, standard, before, say)
    say("freed land, gains and isochrones")
    ledgers = {s.name: _ledger(s, planned.get(s.name), today) for s in whole}
    bill = _bill(ledgers, planned, areas)
    freed = {TODAY: freed_land(today, today), **{s.name: freed_land(today, only_cleared(s, today)) for s in scenarios}}
    gained = {name: who_gains(evaluations[TODAY], evaluations[name]) for name in areas}
    baskets = tuple(b.id for b in evaluations[TODAY].standard.baskets)
    gains = {name: gain_values(found, today.catalog.constants, baskets) for name, found in gained.items()}
    lanes = widened_lanes(areas, {name: e.ground.lanes for name, e in evaluations.items()})
    for name, area in areas.items():
        gains[name] |= {"street_gained_m2": street_gained_m2(today, area), **lanes[name]}
    say("consents")
    register = read_register(today, keep_rest=True)
    consents = {s.name: find_consents(today, asked_of_owners(s), register=register, keep_rest=True) for s in whole}
    return Comparison(
        areas=areas,
        scenarios=tuple(whole),
        evaluations=evaluations,
        ledgers={TODAY: next(iter(ledgers.values())).iloc[:0] if ledgers else pd.DataFrame(), **ledgers},
        blocks={name: merge_blocks(area) for name, area in areas.items()},
        freed=freed,
        gained=gained,
        isochrones=_walks(areas, origins, before),
        consents=consents,
        register=register,
        money=bill,
        plans=plan_rows(areas, ledgers, bill, freed, gains, consents, planned, register=register, asked=wanted),
        works=planned,
        before=before,
    )


def _evaluated(
    areas: Mapping[str, StudyArea], standard: str, before: Comparison | None, say: Callable[[str], None]
) -> dict[str, Evaluation]:
    """Evaluate every state alike; today's is taken where it is known."""
    found = {} if before is None else dict(before.evaluations)
    for name, area in areas.items():
        if name not in found:
            say(f"evaluate {name}")
            found[name] = evaluate(area, standard)
    return found


def _walks(
    areas: Mapping[str, StudyArea], origins: Sequence[str] | str | None, before: Comparison | None
) -> dict[str, gpd.GeoDataFrame]:
    """Draw the isochrones of every state; today's are taken where they are known from the same origins."""
    start = _origins(areas[TODAY], origins)
    found = {} if before is None or origins is not None else dict(before.isochrones)
    missing = {name: area for name, area in areas.items() if name not in found}
    return found | {name: isochrones(area, [i for i in start if _is_there(area, i)]) for name, area in missing.items()}


def _check_before(before: Comparison | None, today: StudyArea, standard: str) -> None:
    if before is None:
        return
    if before.today is not today or len(before.areas) > 1:
        raise InputError(f"compare: before is not {today.name} as it is, without options. Leave it out.")
    if before.evaluations[TODAY].standard != today.catalog.standard(standard):
        raise InputError(f"compare: before is held to {before.standard}, not to {standard}. Leave it out.")


def _ledger(whole: Scenario, works: Works | None, today: StudyArea) -> pd.DataFrame:
    """List what an option touches; what its works lay is priced in the bill, not here."""
    rows = priced_acts(whole, today)
    laid = works_of(works.scenario) if works else set()
    own = [(layer, i) not in laid for layer, i in zip(rows["layer"], rows["id"], strict=True)]
    rows["part"] = np.where(own, "plan", "works")
    rows.loc[rows["part"] == "works", ["item", "item_en", "payer", "source", "confidence"]] = ""
    rows.loc[rows["part"] == "works", ["unit_price_yuan", "cost_yuan"]] = float("nan")
    return rows


def _bill(ledgers: Mapping[str, pd.DataFrame], works: Mapping[str, Works], areas: Mapping[str, StudyArea]) -> Bill:
    """Put the ledgers' lines, those of the works and what comes on top into one bill; today pays nothing."""
    today = areas[TODAY]
    parts: dict[str, list[pd.DataFrame]] = {TODAY: []}
    for name, rows in ledgers.items():
        joint = works[name].lines(areas[name]) if name in works else []
        parts[name] = [ledger_lines(rows[rows["part"] == "plan"]), *joint]
    return make_bill(parts, today.catalog, all_households(today))


def only_cleared(scenario: Scenario, today: StudyArea) -> StudyArea:
    """Apply what takes down and alters; what is then built on the freed land does not make it less freed."""
    acts = [act for act in scenario.interventions if not isinstance(act, Build)]
    return Scenario(scenario.name, scenario.title, acts).apply(today)


def check_names(scenarios: Sequence[Scenario]) -> None:
    """Refuse two options of one name, and one called ``today``."""
    names = [s.name for s in scenarios]
    twice = sorted({n for n in names if names.count(n) > 1 or n == TODAY})
    if twice:
        raise ScenarioError(f"options: {', '.join(twice)} is taken. Give every option a name of its own.")


def _origins(area: StudyArea, asked: Sequence[str] | str | None) -> list[str]:
    """Take the homes and facilities that isochrones start from; without a word, the home in the middle."""
    if asked is None:
        return _centre_home(area)
    names = as_ids(asked)
    refuse_unknown(names, [*area.buildings.index, *area.facilities.index], what="origins", noun="building or facility")
    return names


def _centre_home(area: StudyArea) -> list[str]:
    """Choose the home nearest the residents' centre; ties go to the first id."""
    homes = inhabited_buildings(area)
    if not len(homes):
        return []
    points = homes.geometry.centroid
    weight = homes["residents"].astype("float64")
    x, y = (points.x * weight).sum() / weight.sum(), (points.y * weight).sum() / weight.sum()
    away = (points.x - x) ** 2 + (points.y - y) ** 2
    return [str(away.round(6).idxmin())]


def _is_there(area: StudyArea, name: str) -> bool:
    return name in area.buildings.index or name in area.facilities.index
