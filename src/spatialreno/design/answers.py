"""A question about openings made ready once, and its answers for any budget and guards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno._version import __version__
from spatialreno.design.binding import what_binds
from spatialreno.design.design import Design
from spatialreno.design.proof.hunt import Answer
from spatialreno.design.proof.study import Effort, Study
from spatialreno.design.question.candidates import Candidate, find_candidates, scenario_of
from spatialreno.design.question.costs import asked_by_candidate, opening_costs
from spatialreno.design.question.goals import Goal, find_goal
from spatialreno.design.question.guards import Guards, Places, terms_of
from spatialreno.design.question.hopes import Hopes
from spatialreno.design.question.new_gates import find_new_gates, with_new_gates
from spatialreno.design.question.terms import Bools, Terms
from spatialreno.errors import InfeasibleError, RenoError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard
    from spatialreno.scenario import Scenario

_STEPS = 10
_AGREES = 1e-6
_BILLS = 20


@dataclass(frozen=True)
class Question:
    """An area, a goal and candidates made ready to be asked with any budget; what is learnt serves every budget."""

    area: StudyArea
    goal: Goal
    candidates: tuple[Candidate, ...]
    hopes: Hopes
    study: Study
    terms: Terms
    asked: pd.DataFrame
    guards: Guards
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls, area: StudyArea, goal: str, candidates: Sequence[str] | None, standard: str | Standard, guards: Guards,
        progress: Callable[[str], None] | None = None, effort: Effort | None = None,
    ) -> Question:  # fmt: skip
        """Make everything ready that does not depend on the budget."""
        from spatialreno.walk import OpeningChoices

        aim = find_goal(area, goal, standard)
        new = find_new_gates(area) if "paths" in (candidates or ()) else []
        ready = with_new_gates(area, new)
        found, left_out = find_candidates(ready, candidates, new)
        cost = opening_costs(area, found)
        priced = [one for one in found if not np.isnan(cost[one.id])]
        left_out |= {one.id: "has no price in the catalog" for one in found if np.isnan(cost[one.id])}
        choices = OpeningChoices.of(ready, [one.acts for one in priced], list(aim.people.index))
        hopes = aim.hopes(choices)
        study = Study(hopes, len(priced), aim.whole, choices.searches, effort or Effort(), progress or (lambda _: None))
        asked = asked_by_candidate(area, priced)
        terms = terms_of(
            Places(area, ready, tuple(priced)), cost[[one.id for one in priced]], guards, hopes, aim, asked
        )
        notes = tuple(f"{name} is left out: it {why}" for name, why in sorted(left_out.items()))
        return cls(area, aim, tuple(priced), hopes, study, terms, asked, guards, notes)

    def design(self, budget_yuan: float) -> Design:
        """Answer for one budget, prove, prune, apply and measure."""
        terms = replace(self.terms, budget=budget_yuan)
        answer, chosen = self.answered(terms)
        self._check(chosen)
        return self._told(terms, answer, chosen)

    def answered(self, terms: Terms) -> tuple[Answer, Bools]:
        """Find the most for the money, and the least money for that; the bill itself must be within the budget."""
        for _ in range(_BILLS):
            answer = self.study.most(terms)
            if answer.status == "infeasible":
                why = what_binds(self.study, terms, [one.id for one in self.candidates])
                raise InfeasibleError(f"design: no choice keeps to all terms. {why}")
            if not np.isfinite(answer.value):
                raise InfeasibleError(
                    "design: the effort was used up before any choice kept to all terms. Ask for less."
                )
            chosen = self.study.least(terms, answer.value, answer.chosen).chosen
            if self.bill(chosen) <= terms.budget:
                break
            # Shares of the bill are rounded to the fen: what is over by that is no answer, nor is anything more.
            terms = replace(terms, never_all=(*terms.never_all, tuple(np.flatnonzero(chosen).tolist())))
        return answer, chosen

    def bill(self, chosen: Bools) -> float:
        """Say what the bill of a choice comes to, in yuan."""
        if not chosen.any():
            return 0.0
        return float(self.scenario_of(chosen).bill(self.area).total["designed"])

    def scenario_of(self, chosen: Bools) -> Scenario:
        """Write a choice down as a scenario."""
        return scenario_of(self.opened(chosen), "designed")

    def designs(self, budgets_yuan: Sequence[float] | None, most: float) -> list[Design]:
        """Answer for several budgets, from least to most."""
        top = most if np.isfinite(most) else float(self.terms.cost.sum())
        asked = (
            np.linspace(0.0, top, _STEPS + 1)[1:] if budgets_yuan is None else np.sort(np.asarray(budgets_yuan, float))
        )
        return [self.design(budget) for budget in asked.tolist()]

    def opened(self, chosen: Bools) -> tuple[Candidate, ...]:
        """Name what a choice opens."""
        return tuple(one for one, yes in zip(self.candidates, chosen, strict=True) if yes)

    def _check(self, chosen: Bools) -> None:
        """Apply a choice and measure it with the product; both must agree."""
        after = self.scenario_of(chosen).apply(self.area)
        found, told = self.goal.measure(after), self.study.value(chosen)
        if abs(found - told) > _AGREES * max(1.0, abs(told)):
            names = ", ".join(one.id for one in self.opened(chosen))
            raise RenoError(
                f"design: {names}: the search counts {told:,.3f}, the area itself {found:,.3f}. This is a fault of "
                "spatialreno; report it with the area."
            )

    def _told(self, terms: Terms, answer: Answer, chosen: Bools) -> Design:
        """Write the answer for people."""
        asks = self.asked.groupby("id")["who"].agg(list).to_dict()
        table = pd.DataFrame(
            {
                "id": [one.id for one in self.candidates],
                "layer": [one.acts[0][0] for one in self.candidates],
                "cost_yuan": terms.cost,
                "chosen": chosen,
                "asks": [asks.get(one.id, []) for one in self.candidates],
            }
        )
        weights = self.goal.people.to_numpy(float)
        return Design(
            chosen=tuple(one.id for one in self.opened(chosen)),
            goal=self.goal.word,
            today=self.hopes.today,
            value=self.study.value(chosen),
            bound=max(answer.bound, answer.value),
            cost_yuan=self.bill(chosen),
            budget_yuan=terms.budget,
            status=answer.status,
            table=table,
            out_of_reach=float(weights[list(self.hopes.lost)].sum()) if self.goal.by_home else float("nan"),
            notes=self.notes,
            provenance={
                "area": self.area.name, "fingerprint": self.area.fingerprint, "goal": self.goal.word,
                "standard": self.goal.standard.name, "version": __version__,
            },
            area=self.area,
            opened=self.opened(chosen),
            along=lambda budgets: self.designs(budgets, terms.budget),
        )  # fmt: skip
