"""The works of an option, put into it: heat, one dig, lifts — what they build, whom they heat, what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import STATION, pipes_in_use
from spatialreno.catalog import Finding, sentence
from spatialreno.community import LiftPlan, LiftTerms, plan_lifts, read_register
from spatialreno.errors import InputError
from spatialreno.scenario import Alter, Build, Intervention, Scenario, alter, line, priced_acts
from spatialreno.works import KINDS, Dig, HeatPlan, dig_lines, heat_lines, plan_dig, supply_heat

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog

WORKS = ("heat", "dig", "lifts")
USUAL = ("heat", "dig")  # what True asks for: every lift is a vote of its own stairwell
Asked = bool | Sequence[str] | Mapping[str, Sequence[str]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Works:
    """What is planned together for one option.

    Attributes
    ----------
    heat, dig, lifts
        The plans; None where the option has none.
    scenario
        What they build and alter, as part of the option.
    cold
        Why a station of the option heats nobody anew; empty where it does, or where there is none.
    """

    heat: HeatPlan | None
    dig: Dig | None
    scenario: Scenario
    lifts: LiftPlan | None = None
    cold: str = ""

    def lines(self, area: StudyArea) -> list[pd.DataFrame]:
        """List what they cost, as lines of the bill; the pipes of heat and their trench once."""
        found = [] if self.heat is None else [heat_lines(self.heat, area.catalog, self.dig)]
        found += [] if self.lifts is None else [lift_lines(self.lifts, area.catalog)]
        return found if self.dig is None else [*found, dig_lines(self.dig, area.catalog)]


def works_findings(works: Works, area: StudyArea, lang: str = "zh") -> list[str]:
    """Tell what a heat plan asks of its pump and a dig of the houses beside it, a line each.

    Parameters
    ----------
    works
        Of one option.
    area
        The option's area.
    lang
        Language of the lines, zh or en.
    """
    limits, found = area.catalog.constants, list[str]()
    if works.cold:
        found.append(sentence(area.catalog, Finding("heat_nobody", {"why": works.cold}), lang))
    stations = works.heat.stations if works.heat is not None else None
    for name, row in stations.iterrows() if stations is not None else ():
        if row["worst_m"] == row["worst_m"]:
            told = {
                "station": name, "way_m": row["worst_m"], "loop_kpa": row["loop_kpa"], "head_m": row["pump_head_m"],
                "main_pa_m": limits["heat_main_drop_pa_m"], "branch_pa_m": limits["heat_drop_pa_m"],
            }  # fmt: skip
            found.append(sentence(area.catalog, Finding("heat_loop", told), lang))
    deep = works.dig.faults if works.dig is not None else ()
    return found + [str(fault) for fault in deep if fault.rule == "deep_drain"]


def asked_works(asked: Asked, scenarios: Sequence[Scenario]) -> dict[str, tuple[str, ...]]:
    """Say by option which works were asked for.

    Raises
    ------
    InputError
        A work or an option that there is not.
    """
    names = [s.name for s in scenarios]
    if isinstance(asked, Mapping):
        by_option = {name: _names(kinds) for name, kinds in asked.items()}
    else:
        kinds = (USUAL if asked else ()) if isinstance(asked, bool) else _names(asked)
        by_option = dict.fromkeys(names, kinds)
    strange = sorted({kind for kinds in by_option.values() for kind in kinds} - set(WORKS))
    if strange or set(by_option) - set(names):
        unknown = strange or sorted(set(by_option) - set(names))
        raise InputError(f"works: {', '.join(unknown)} is not known. Works: {', '.join(WORKS)}. "
                         f"Options: {', '.join(names)}.")  # fmt: skip
    return by_option


def _names(kinds: Sequence[str]) -> tuple[str, ...]:
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def plan_works(today: StudyArea, scenario: Scenario, asked: Sequence[str], *, always: bool, say: Say) -> Works | None:
    """Plan the works of one option.

    Lifts go wherever there is room for one. Heat goes into an option with a heat-exchange station from which homes are
    newly heated. One dig goes into an option that opens the ground or paves anew; ``always`` puts it in whenever there
    are mains to join.

    Parameters
    ----------
    today
        The area as it is.
    scenario
        The option as its author wrote it.
    asked
        Of ``WORKS``.
    always
        Whether the author named this option.
    say
        Is told each step.
    """
    if not asked:
        return None
    area = scenario.apply(today)
    heat, cold = _heat(area, say) if "heat" in asked and _can_join(area) else (None, "")
    works = Scenario("works", scenario.title, [])
    if heat is not None:
        works |= heat.as_scenario("works")
    dig = None
    if "dig" in asked and _can_join(area) and (always or heat is not None or _opens_ground(scenario, today)):
        whole = joined(scenario, works, today)
        dig = _dig(whole, today, scenario, heat, say)
        works |= dig.as_scenario("works")
    lifts = _lifts(area, say) if "lifts" in asked else None
    if lifts is not None:
        ids, phase = sorted(map(str, new_lifts(lifts).index)), _lift_phase(area.catalog)
        works |= Scenario("works", scenario.title, [alter("entrances", ids=ids, set={"lift": True}, phase=phase)])
    nothing = heat is None and dig is None and lifts is None and not cold
    return None if nothing else Works(heat, dig, works, lifts, cold)


def with_works(
    today: StudyArea, scenario: Scenario, works: Asked = True, *, progress: Say | None = None
) -> Scenario:
    """Put the works of an option into it, as ``compare`` does: what they build and whom they heat.

    Parameters
    ----------
    today, scenario
        The area as it is, and the option as its author wrote it.
    works, progress
        As for :func:`spatialreno.compare`.

    Returns
    -------
    Scenario
        Of the same name; the option itself where no works are planned.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.read_scenario("data/geo/xigongdi/scenarios/clear.toml")
    >>> len(with_works(today, clear).interventions)  # no station, and no ground opened: nothing to plan
    1
    """
    asked = asked_works(works, [scenario])[scenario.name]
    found = plan_works(today, scenario, asked, always=isinstance(works, Mapping), say=progress or (lambda _: None))
    return scenario if found is None else joined(scenario, found.scenario, today)


def _can_join(area: StudyArea) -> bool:
    """Tell whether there are mains in use, and lanes in which a pipe could lie."""
    return bool(len(area.paths) and len(pipes_in_use(area)))


def _heat(area: StudyArea, say: Say) -> tuple[HeatPlan | None, str]:
    """Plan heat where a station stands or is planned; None, and why, where nobody is newly heated."""
    if not area.facilities["kind"].eq(STATION).any():
        return None, ""
    say(f"heat {area.name}")
    plan = supply_heat(area, exact=False)
    return (plan, "") if plan.households_reached else (None, plan.reason)


def _lifts(area: StudyArea, say: Say) -> LiftPlan | None:
    """Plan a lift for each stairwell without one; None where there is room for none."""
    say(f"lifts {area.name}")
    plan = plan_lifts(area, LiftTerms(sun=""), register=read_register(area, keep_rest=True))
    have = area.entrances.index[area.entrances["lift"].fillna(False).astype(bool)]
    plan = replace(plan, table=plan.table[~plan.table.index.isin(have)])
    return plan if len(new_lifts(plan)) else None


def new_lifts(plan: LiftPlan) -> pd.DataFrame:
    """List the stairwells that get a lift."""
    fits: pd.DataFrame = plan.table[plan.table["verdict"] == "fits"]
    return fits


def lift_count(plan: LiftPlan) -> float:
    """Count lifts: two stairwells share one."""
    return float((1.0 - 0.5 * new_lifts(plan)["form"].eq("shared")).sum())


def lift_lines(plan: LiftPlan, catalog: Catalog) -> pd.DataFrame:
    """List what lifts cost as lines of the bill: the subsidy, and what the households of the stairwells pay."""
    rows, fits = [], new_lifts(plan)
    told = {row["key"]: row for row in catalog.rows("constants")}["lift_cost_yuan"]
    subsidy = {row["subsidy"]: row for row in catalog.rows("subsidies")}[LiftTerms().subsidy]
    count = lift_count(plan)
    for payer, what, of, yuan in (
        (subsidy["payer"], "lifts_subsidy", subsidy, fits["subsidy_yuan"]),
        ("residents", "lifts_households", told, fits["cost_yuan"] - fits["subsidy_yuan"]),
    ):
        total = float(yuan.sum())
        if total > 0:
            cells = {"payer": payer, "phase": _lift_phase(catalog), "kind": "", "measure": "joint", "unit": "set",
                     "ids": tuple(map(str, fits.index)), "quantity": count, "price": total / count, "cost_yuan": total,
                     "source": of["source"], "confidence": of["confidence"]}  # fmt: skip
            rows.append(line("lifts", "lifts", catalog.both("", "bill", what), **cells))
    return pd.DataFrame(rows)


def _lift_phase(catalog: Catalog) -> int:
    return int(catalog.constants["lift_phase"])


def _opens_ground(scenario: Scenario, today: StudyArea) -> bool:
    """Tell whether an option lays pipes or paves a path anew."""
    acts = priced_acts(scenario, today)
    paves = acts["layer"].eq("paths") & acts["measure"].eq("paved_m2")
    return bool((paves | (acts["layer"].eq("pipes") & acts["verb"].eq("build"))).any())


def _dig(whole: Scenario, today: StudyArea, own: Scenario, heat: HeatPlan | None, say: Say) -> Dig:
    """Dig once for all kinds but those that the option's author lays himself."""
    say(f"one dig {own.name}")
    laid = {dict(act.values).get("kind") for act in own.interventions if isinstance(act, Build)}
    kinds = [kind for kind in KINDS if kind not in laid]
    return plan_dig(whole.apply(today), kinds, scenario=whole, heat=heat)


def joined(scenario: Scenario, works: Scenario, today: StudyArea) -> Scenario:
    """Join an option with its works; what they alter on things that the option builds is built so."""
    built = {(act.layer, act.id): act for act in scenario.interventions if isinstance(act, Build)}
    acts: list[Intervention] = []
    for act in works.interventions:
        if not isinstance(act, Alter):
            acts.append(act)
            continue
        new = [i for i in act.chosen.ids or () if (act.layer, i) in built]
        for i in new:
            own = built[act.layer, i]
            built[act.layer, i] = replace(own, values=tuple(sorted({**dict(own.values), **dict(act.values)}.items())))
        old = [i for i in act.chosen.ids or () if i not in new]
        if old:
            acts.append(alter(act.layer, ids=old, set=dict(act.values), reason=act.reason, phase=act.phase))
    own_acts = [built[act.layer, act.id] if isinstance(act, Build) else act for act in scenario.interventions]
    return Scenario(scenario.name, scenario.title, [*own_acts, *acts])


def asked_of_owners(whole: Scenario) -> Scenario:
    """Leave out of an option what the owners of a compound are not asked for.

    Whoever wants heat signs up for it himself (报装), and a lift is voted on by its own stairwell
    (:func:`spatialreno.plan_lifts` counts those votes).
    """
    acts = [act for act in whole.interventions if not _is_sign_up(act)]
    return Scenario(whole.name, whole.title, acts)


def _is_sign_up(act: Intervention) -> bool:
    own = {"buildings": {"heated", "heated_share"}, "entrances": {"lift"}}
    return isinstance(act, Alter) and {column for column, _ in act.values} <= own.get(act.layer, set())


def works_of(scenario: Scenario) -> set[tuple[str, str]]:
    """Name what works build or alter, by layer and id."""
    found: set[tuple[str, str]] = set()
    for act in scenario.interventions:
        ids: Iterable[Any] = [act.id] if isinstance(act, Build) else act.chosen.ids or ()
        found |= {(act.layer, str(i)) for i in ids}
    return found


def works_values(area: StudyArea, works: Works | None, asked: Sequence[str] = ()) -> dict[str, float]:
    """Give the figures of one option that go into the tables of a comparison; money stands in the bill.

    Parameters
    ----------
    area, works
        The option.
    asked
        What was asked for: where heat was, and there is none, nobody is newly heated.
    """
    stations = area.facilities["kind"].eq(STATION)
    lifts = lift_count(works.lifts) if works is not None and works.lifts is not None else 0.0
    found = {"heat_stations": float(stations.sum()), "lifts_built": lifts}
    if "heat" in asked:
        found["homes_newly_heated"] = 0.0
    if works is None:
        return found
    if works.heat is not None:
        found["homes_newly_heated"] = works.heat.households_connected
    if works.dig is not None:
        once, apart = (works.dig.summary.loc[way].to_dict() for way in ("once", "separately"))
        found |= {
            "dig_once_m": float(once["lanes_m"]),
            "dig_separately_m": float(apart["lanes_m"]),
            "dig_saved_yuan": float(apart["cost_yuan"]) - float(once["cost_yuan"]),
            "dig_overfull_m": float(works.dig.overfull["length_m"].sum()),
        }
    return found


