"""A question about openings made ready once, and its answers for any budget and guards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from spatialreno._types import Bools
from spatialreno._version import __version__
from spatialreno.design.alternatives import best_sets, greedy, minimal, pairs, reasons
from spatialreno.design.binding import what_binds
from spatialreno.design.design import Design
from spatialreno.design.proof.hunt import Answer
from spatialreno.design.proof.study import Effort, Study
from spatialreno.design.question.candidates import Candidate, find_candidates, scenario_of
from spatialreno.design.question.costs import asked_by_candidate, opening_costs
from spatialreno.design.question.goals import Goal, find_goal
from spatialreno.design.question.guards import CHECKS, Guards, Places, terms_of
from spatialreno.design.question.hopes import Hopes
from spatialreno.design.question.new_gates import find_new_gates, with_new_gates
from spatialreno.design.question.terms import Terms, checked_budget
from spatialreno.design.tiles.study_by_tiles import study_of, tile_side
from spatialreno.errors import InfeasibleError, RenoError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard
    from spatialreno.scenario import Scenario

_STEPS = 10
_AGREES = 1e-6
_BILLS = 20
_FEN = 0.01
PRICES = ["guard", "setting", "value_without", "price", "bound_without", "proven"]


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
    ready: StudyArea

    @classmethod
    def of(
        cls, area: StudyArea, goal: str, candidates: Sequence[str] | None, standard: str | Standard, guards: Guards,
        progress: Callable[[str], None] | None = None, effort: Effort | None = None, tiles_m: float | None = None,
    ) -> Question:  # fmt: skip
        """Make everything ready that does not depend on the budget."""
        from spatialreno.walk import OpeningChoices

        aim = find_goal(area, goal, standard)
        side_m = tile_side(aim, tiles_m)
        new = find_new_gates(area) if "paths" in (candidates or ()) else []
        ready = with_new_gates(area, new)
        found, left_out = find_candidates(ready, candidates, new)
        cost = opening_costs(area, found)
        priced = [one for one in found if not np.isnan(cost[one.id])]
        left_out |= {one.id: "has no price in the catalog" for one in found if np.isnan(cost[one.id])}
        choices = OpeningChoices.of(ready, [one.acts for one in priced], list(aim.people.index))
        study = study_of(aim, choices, priced, ready, side_m, effort, progress or (lambda _: None))
        asked = asked_by_candidate(area, priced)
        terms = terms_of(
            Places(area, ready, tuple(priced)), cost[[one.id for one in priced]], guards, study.hopes, aim, asked
        )
        notes = tuple(f"{name} is left out: it {why}" for name, why in sorted(left_out.items()))
        return cls(area, aim, tuple(priced), study.hopes, study, terms, asked, guards, notes, ready)

    def design(self, budget_yuan: float) -> Design:
        """Answer for one budget, prove, prune, apply and measure."""
        terms = replace(self.terms, budget=budget_yuan)
        answer, chosen, cost = self.answered(terms)
        self._check(chosen)
        return self._told(terms, answer, chosen, cost)

    def again(self, area: StudyArea, budget_yuan: float) -> Design:
        """Ask the same of another state of the area, of what is still there."""
        there = {(layer, name) for one in self.candidates for layer, name in one.features}
        words = sorted(name for layer, name in there if name in area.layer(layer).index)
        guards: dict[str, Any] = {**self.guards}
        for key in ("must_open", "must_keep"):
            if guards.get(key):
                guards[key] = [one for one in guards[key] if one in words]
        words += ["paths"] * any(one.new is not None for one in self.candidates)
        norm, plain = self.goal.standard, cast("Guards", guards)
        return Question.of(area, self.goal.word, words, norm, plain, effort=self.study.effort).design(budget_yuan)

    def answered(self, terms: Terms) -> tuple[Answer, Bools, float]:
        """Find the most for the money, the least money for that, and its bill, which must be within the budget."""
        for _ in range(_BILLS):
            answer = self.study.most(terms)
            if answer.status == "infeasible":
                why = what_binds(self.study, terms, [one.id for one in self.candidates])
                raise InfeasibleError(f"design: no choice keeps to all terms. {why}")
            if not np.isfinite(answer.value):
                raise InfeasibleError(
                    "design: the effort was used up before any choice kept to all terms. Ask for less."
                )
            chosen = minimal(self.study, terms, self.study.cheapened(terms, answer))
            cost = self.bill(chosen)
            if cost <= terms.budget:
                return answer, chosen, cost
            # Shares of the bill are rounded to the fen: what is over by that is no answer, nor is anything more.
            terms = replace(terms, never_all=(*terms.never_all, tuple(np.flatnonzero(chosen).tolist())))
        raise InfeasibleError(
            f"design: {_BILLS} choices cost more than {terms.budget:,.2f} yuan by the fen to which a bill is rounded. "
            "Give one yuan more."
        )

    def bill(self, chosen: Bools) -> float:
        """Say what the bill of a choice comes to, in yuan."""
        if not chosen.any():
            return 0.0
        return float(self.scenario_of(chosen).bill(self.area).total["designed"])

    def scenario_of(self, chosen: Bools) -> Scenario:
        """Write a choice down as a scenario."""
        return scenario_of(self.opened(chosen), "designed")

    def designs(self, budgets_yuan: Sequence[float] | None, top: float) -> list[Design]:
        """Answer for several budgets, from least to most; by default down from some money, each answer another one."""
        if budgets_yuan is not None:
            return [self.design(budget) for budget in sorted(checked_budget(one) for one in budgets_yuan)]
        found: list[Design] = []
        for step in range(_STEPS, 0, -1):
            budget = min(top * step / _STEPS, found[-1].cost_yuan - _FEN if found else np.inf)
            if budget <= 0 or (found and found[-1].value <= self.hopes.today):
                break
            found.append(self.design(budget))
        return found[::-1]

    @property
    def names(self) -> list[str]:
        """Ids of the candidates."""
        return [one.id for one in self.candidates]

    def best_sets(self, budget_yuan: float, within: float, most: int) -> pd.DataFrame:
        """List the sets nearly as good."""
        return best_sets(self.study, self._within(budget_yuan), self.names, within, most)

    def reasons(self, ids: Sequence[str]) -> pd.DataFrame:
        """Say what each opening brings, and only because of which others."""
        return reasons(self.study, self.terms, self.names, self._flags(ids))

    def pairs(self, ids: Sequence[str], most: int) -> pd.DataFrame:
        """Say which two openings help only together, and which stand in for one another."""
        return pairs(self.study, self.names, self._flags(ids), most)

    def greedy(self, budget_yuan: float, value: float) -> pd.DataFrame:
        """Say what would be chosen without a proof."""
        return greedy(self.study, self._within(budget_yuan), self.names, value)

    def guard_prices(self, budget_yuan: float, value: float) -> pd.DataFrame:
        """Say what each guard costs: the answer without it, and with all the others."""
        rows = []
        for guard, setting in self.guards.items():
            if setting is None or setting is False:
                continue
            found = self.study.most(replace(self._without(guard), budget=budget_yuan))
            rows.append([guard, str(setting), found.value, found.value - value, found.bound, found.status == "proven"])
        return pd.DataFrame(rows, columns=PRICES)

    def _without(self, guard: str) -> Terms:
        """Take one guard back."""
        rest: dict[str, Any] = {name: value for name, value in self.guards.items() if name != guard}
        plain = {name: value for name, value in rest.items() if name not in CHECKS}
        costs = pd.Series(self.terms.cost, index=self.names)
        places = Places(self.area, self.ready, self.candidates)
        terms = terms_of(places, costs, cast("Guards", plain), self.hopes, self.goal, self.asked)
        return replace(terms, checks=tuple(check for check in self.terms.checks if check.name in rest))

    def _within(self, budget_yuan: float) -> Terms:
        return replace(self.terms, budget=budget_yuan)

    def _flags(self, ids: Sequence[str]) -> Bools:
        return np.isin(self.names, list(ids))

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

    def _told(self, terms: Terms, answer: Answer, chosen: Bools, cost: float) -> Design:
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
            cost_yuan=cost,
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
            tiles=self.study.tiles,
            question=self,
        )  # fmt: skip
