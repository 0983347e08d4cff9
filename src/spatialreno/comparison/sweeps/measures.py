"""What a plan does, measure by measure: each worked out only where it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from spatialreno.community import find_consents, read_register
from spatialreno.comparison.plan import (
    consent_values,
    done_values,
    land_values,
    money_values,
    parking_values,
    served_values,
)
from spatialreno.comparison.run import only_cleared
from spatialreno.comparison.streets import street_gained_m2
from spatialreno.indicators import Evaluation, evaluate, gain_values, who_gains
from spatialreno.land import freed_land
from spatialreno.scenario import Scenario, ledger_lines, make_bill, priced_acts

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.area import StudyArea
    from spatialreno.scenario import Bill

_NOTHING = Scenario("today", "现状", [])
Values = dict[str, float]


@dataclass(frozen=True, eq=False)
class Tried:
    """One plan tried on today (no plan: today itself), and what it comes to."""

    today: StudyArea
    plan: Scenario | None
    standard: str
    names: tuple[str, ...]  # of the indicators of an area that are asked for

    @cached_property
    def after(self) -> StudyArea:
        """The area as the plan would leave it."""
        return self.today if self.plan is None else self.plan.apply(self.today)

    @cached_property
    def evaluation(self) -> Evaluation:
        """What is asked for of the area after."""
        if self.plan is None:
            return evaluated(self.today, self.standard, self.names)
        return evaluate(self.after, self.standard, only=self.names)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """What the plan touches."""
        return priced_acts(self.plan or _NOTHING, self.today).assign(part="plan")

    @cached_property
    def bill(self) -> Bill:
        """What the plan costs by itself, without joint works."""
        lines = [] if self.plan is None else [ledger_lines(self.ledger)]
        households = float(self.today.buildings["households"].sum())
        return make_bill({"today": [], self.name: lines}, self.today.catalog, households)

    @property
    def name(self) -> str:
        """Name of the plan."""
        return (self.plan or _NOTHING).name


@lru_cache(maxsize=1)
def kept(area: StudyArea) -> StudyArea:
    """Give the area that was handed in first of all that are equal, so that what it remembers serves the next plan.

    A process that measures plans for another is sent the area with each; only the process can hold on to the first.
    """
    return area


def evaluated(area: StudyArea, standard: str, names: tuple[str, ...]) -> Evaluation:
    """Evaluate today once for all plans; the area remembers it."""
    known = area.derive(_evaluations)
    if (standard, names) not in known:
        known[standard, names] = evaluate(area, standard, only=names)
    return known[standard, names]


def _evaluations(_: StudyArea) -> dict[tuple[str, tuple[str, ...]], Evaluation]:
    return {}


def _done(tried: Tried) -> Values:
    return done_values(None if tried.plan is None else tried.ledger, tried.today)


def _money(tried: Tried) -> Values:
    return money_values(tried.bill, tried.name)


def _land(tried: Tried) -> Values:
    cleared = tried.today if tried.plan is None else only_cleared(tried.plan, tried.today)
    return land_values(freed_land(tried.today, cleared))


def _gains(tried: Tried) -> Values:
    before = evaluated(tried.today, tried.standard, tried.names)
    baskets = tuple(basket.id for basket in before.standard.baskets)
    return gain_values(who_gains(before, tried.evaluation), tried.today.catalog.constants, baskets)


def _streets(tried: Tried) -> Values:
    return {"street_gained_m2": street_gained_m2(tried.today, tried.after)}


def _consents(tried: Tried) -> Values:
    if tried.plan is None:
        return consent_values(None)
    register = read_register(tried.today, keep_rest=True)
    return consent_values(find_consents(tried.today, tried.plan, register=register, keep_rest=True))


def _served(tried: Tried) -> Values:
    register = read_register(tried.today, keep_rest=True) if tried.plan is None else None
    return served_values(tried.after, register)


class Measure(NamedTuple):
    """Indicators of a plan, by what stands before the colon; whether they need walks, and what measures them."""

    stems: tuple[str, ...]
    walks: bool
    values: Callable[[Tried], Values]


MEASURES = (
    Measure(("wall_demolished_m", "illegal_demolished_m2", "facilities_built", "facilities_built_m2",
             "open_space_built_m2"), False, _done),
    Measure(("cost_yuan", "cost_household_yuan", "unpriced", "subsidy_yuan"), False, _money),
    Measure(("freed_m2", "freed_usable_m2"), False, _land),
    Measure(("residents_gain", "households_gain", "residents_lose", "basket_gain", "basket_lose", "kind_gain",
             "kind_lose", "kind_gain_households", "near_gain", "far_lose"), True, _gains),
    Measure(("street_gained_m2",), False, _streets),
    Measure(("parking_lost", "parking_gained"), False, lambda tried: parking_values(tried.today, tried.after)),
    Measure(("parties_asked", "parties_signed", "parties_against", "votes_asked", "votes_passed", "parties_missing",
             "households_missing"), False, _consents),
    Measure(("managed_share", "satisfied_share"), False, _served),
)  # fmt: skip
