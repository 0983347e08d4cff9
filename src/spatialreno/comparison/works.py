"""The works of an option, put into it: heat, one dig, lifts — what they build, whom they heat, what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import STATION, pipes_in_use
from spatialreno.errors import InputError
from spatialreno.scenario import Alter, Build, Intervention, Scenario, alter
from spatialreno.works import KINDS, Dig, HeatPlan, dig_lines, heat_lines, plan_dig, supply_heat

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

WORKS = ("heat", "dig")
Asked = bool | Sequence[str] | Mapping[str, Sequence[str]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Works:
    """What is planned together for one option.

    Attributes
    ----------
    heat, dig
        The plans; None where the option has none.
    scenario
        What they build and alter, as part of the option.
    """

    heat: HeatPlan | None
    dig: Dig | None
    scenario: Scenario

    def lines(self, area: StudyArea) -> list[pd.DataFrame]:
        """List what they cost, as lines of the bill; the pipes of heat and their trench once."""
        found = [] if self.heat is None else [heat_lines(self.heat, area.catalog, self.dig)]
        return found if self.dig is None else [*found, dig_lines(self.dig, area.catalog)]


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
        kinds = (WORKS if asked else ()) if isinstance(asked, bool) else _names(asked)
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

    Heat goes into an option with a heat-exchange station from which homes are newly heated. One dig goes into an
    option that opens the ground or paves anew; ``always`` puts it in whenever there are mains to join.

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
    heat = _heat(area, say) if "heat" in asked and _can_join(area) else None
    works = Scenario("works", scenario.title, [])
    if heat is not None:
        works |= heat.as_scenario("works")
    dig = None
    if "dig" in asked and _can_join(area) and (always or heat is not None or _opens_ground(scenario, today)):
        whole = joined(scenario, works, today)
        dig = _dig(whole, today, scenario, heat, say)
        works |= dig.as_scenario("works")
    return None if heat is None and dig is None else Works(heat, dig, works)


def with_works(
    today: StudyArea, scenario: Scenario, works: Asked = True, *, progress: Say | None = None
) -> Scenario:
    """Put the works of an option into it, as ``compare`` does: what they build and whom they heat.

    Parameters
    ----------
    today
        The area as it is.
    scenario
        The option as its author wrote it.
    works
        As for :func:`spatialreno.compare`.
    progress
        Called with a sentence before each step.

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


def _heat(area: StudyArea, say: Say) -> HeatPlan | None:
    """Plan heat where a station stands or is planned; None where nobody is newly heated."""
    if not area.facilities["kind"].eq(STATION).any():
        return None
    say(f"heat {area.name}")
    plan = supply_heat(area, exact=False)
    return plan if plan.households_reached else None


def _opens_ground(scenario: Scenario, today: StudyArea) -> bool:
    """Tell whether an option lays pipes or paves a path anew."""
    acts = scenario.ledger(today)
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
    """Leave out of an option what no owner is asked for: whoever wants heat signs up for it himself (报装)."""
    acts = [act for act in whole.interventions if not _is_sign_up(act)]
    return Scenario(whole.name, whole.title, acts)


def _is_sign_up(act: Intervention) -> bool:
    heats = {"heated", "heated_share"}
    return isinstance(act, Alter) and act.layer == "buildings" and {column for column, _ in act.values} <= heats


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
    found = {"heat_stations": float(stations.sum())}
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


