"""Options held against one another: what each gives and costs as things are assumed, or otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.design.question.candidates import scenario_of
from spatialreno.design.question.goals import Goal
from spatialreno.design.visits.facts import Fact
from spatialreno.errors import InputError, ScenarioError
from spatialreno.scenario import as_scenarios

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from spatialreno.area import StudyArea
    from spatialreno.design import Design
    from spatialreno.scenario import Scenario

_NONE = "today"
_RIVALS = 4


@dataclass(frozen=True)
class HeldOptions:
    """Options with what each gives by home, and what each costs, as things are assumed."""

    area: StudyArea
    goal: Goal
    plans: dict[str, Scenario | None]
    budget: float
    lines: dict[str, pd.DataFrame]
    held: dict[tuple[str, tuple[str, ...]], pd.Series[float]] = field(default_factory=dict)

    def value(self, option: str, facts: Sequence[Fact] = ()) -> float:
        """Measure an option when some facts are otherwise."""
        shapes = tuple(fact for fact in facts if fact.acts)
        key = (option, tuple(fact.name for fact in shapes))
        if key not in self.held:
            self.held[key] = self._by_home(option, shapes)
        people = self.goal.people.copy()
        for fact in facts:
            if fact.kind == "number":
                people[fact.id] *= fact.factor
        return float((self.held[key].reindex(people.index) * people).sum())

    def cost(self, option: str, facts: Sequence[Fact] = ()) -> float:
        """Add up an option's bill when some prices are otherwise; what comes on top grows with the works."""
        lines = self.lines[option]
        if lines.empty:
            return 0.0
        factor = {fact.id: fact.factor for fact in facts if fact.kind == "price"}
        cost = lines["cost_yuan"].fillna(0.0)
        works = lines["part"] != "fees"
        changed = float((cost * lines["item"].map(factor).fillna(1.0))[works].sum())
        on_top = float(cost[~works].sum()) / float(cost[works].sum()) if cost[works].sum() else 0.0
        return changed * (1 + on_top)

    def choice(self, facts: Sequence[Fact] = ()) -> str:
        """Choose most of the goal within the budget, then least cost, then the first by name."""
        rated = [
            (-round(self.value(name, facts), 6), round(cost, 2), name)
            for name in sorted(self.plans)
            if (cost := self.cost(name, facts)) <= self.budget
        ]
        return min(rated)[2] if rated else _NONE

    def _by_home(self, option: str, facts: Sequence[Fact]) -> pd.Series[float]:
        """Tell for each home what one of its residents adds to the measure."""
        from spatialreno.scenario import Scenario

        plan, area = self.plans[option], self.area
        acts = [act for fact in facts for act in fact.acts]
        if acts:
            # Done first: the option then chooses among what is there. What it names and is gone is no fault of it.
            other = Scenario("otherwise", interventions=acts)
            try:
                area = (other if plan is None else other | plan).apply(self.area)
            except ScenarioError:  # the option sets the very thing itself, so that it does not matter how it is today
                area = self.area if plan is None else plan.apply(self.area)
        elif plan is not None:
            area = plan.apply(self.area)
        return self.goal.by_resident(area)


def made_design(options: Sequence[Scenario] | Scenario | Design) -> TypeIs[Design]:
    """Tell a design from scenarios."""
    return hasattr(options, "frontier")


def plans_of(
    options: Sequence[Scenario] | Scenario | Design, budget: float
) -> tuple[dict[str, Scenario | None], float]:
    """Name what is held against one another, today first, and say how much it may cost at most."""
    if made_design(options):
        own = {_NONE: None, "design": options.scenario("design")}
        return own | _rivals(options), min(budget, options.budget_yuan)
    given = as_scenarios(options, what="survey")
    if not given:
        raise InputError("survey: no option is given. Give scenarios, or a Design.")
    names = [one.name for one in given]
    if len(set(names)) < len(names) or _NONE in names:
        raise InputError(f"survey: options must have different names, none of them {_NONE}. Given: {', '.join(names)}.")
    return {_NONE: None, **{one.name: one for one in given}}, budget


def _rivals(design: Design) -> dict[str, Scenario | None]:
    """Give the sets that might have been chosen instead, each named by its place."""
    if design.question is None:
        return {}
    by_id = {one.id: one for one in design.question.candidates}
    nearly = design.best_sets(most=_RIVALS)["chosen"].tolist()
    less = [one.chosen for one in design.designs()[-_RIVALS:]]
    sets = dict.fromkeys(tuple(sorted(ids)) for ids in (*nearly, *less) if ids)
    sets.pop(design.chosen, None)
    return {
        f"rival-{at}": scenario_of([by_id[one] for one in ids], f"rival-{at}", "", f"design: {design.goal}")
        for at, ids in enumerate(sets, start=1)
    }


def lines_of(area: StudyArea, plan: Scenario | None) -> pd.DataFrame:
    """Give the lines of a plan's bill; none where nothing is done."""
    return pd.DataFrame() if plan is None else plan.bill(area).lines
