"""Which walls come down and which gates open within a budget, so that most people gain: an answer with its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from spatialreno._version import __version__
from spatialreno.design.candidates import Candidate, find_candidates, scenario_of
from spatialreno.design.costs import asked_by_candidate, opening_costs
from spatialreno.design.design import Design
from spatialreno.design.goals import Goal, find_goal
from spatialreno.design.guards import Guards, terms_of
from spatialreno.design.hopes import Hopes
from spatialreno.design.hunt import Answer
from spatialreno.design.study import Effort, Study
from spatialreno.design.terms import Bools, Terms
from spatialreno.errors import InfeasibleError, InputError, RenoError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard

_STEPS = 10
_AGREES = 1e-6


def design_openings(
    area: StudyArea,
    *,
    budget_yuan: float = float("inf"),
    goal: str = "basket",
    candidates: Sequence[str] | None = None,
    standard: str | Standard = "gb50180-2018",
    progress: Callable[[str], None] | None = None,
    **guards: Unpack[Guards],
) -> Design:
    r"""Choose walls to take down and gates to open, so that a measure is highest for the money, with a proof.

    .. math:: \max \sum_g r_g z_g \quad \text{s.t.} \quad \sum_w c_w y_w \le B, \qquad
              z_g \le \sum_{w \in C} y_w \text{ for every cut } C \text{ of } g

    Method: opening never lengthens a walk. So wherever somebody does not reach what he is after under a choice, that
    choice is grown to a largest one under which he still does not; at least one of the remaining candidates must open
    (a cut). A solver chooses, the walk engine tells whom the choice reaches, and cuts are added until value and bound
    meet or the effort is used up. At the end the answer is applied and measured by the product; both must agree.

    Parameters
    ----------
    area
        The area in any state.
    budget_yuan
        Most to be spent, by the bill of quantities; without a limit by default.
    goal
        ``basket`` or ``basket:ID`` (residents with the whole basket, each counted once), ``covered:KIND`` (residents
        within the radius of a kind), ``kinds`` (residents × kinds within their radius), ``score`` (mean circle score)
        or ``metres`` (metres saved by walks of today, over residents and kinds, one way).
    candidates
        Ids of walls, gates and structures, and the words ``walls`` and ``gates``; by default both words. Shorter pieces
        of walls come from ``split_walls``.
    standard
        The standard whose radii, baskets and weights count.
    progress
        Called with a line of words now and then.
    guards
        ``keep_party`` (ids of parties that are not asked), ``most_parties`` (asked at most), ``consent`` (``in_hand``
        or ``not_refused``), ``must_open``, ``must_keep`` (ids), ``floor`` (least share of each compound's residents who
        hold the goal, or by compound).

    Returns
    -------
    Design
        The pruned answer: least money for its value.

    Raises
    ------
    InputError
        A goal, a candidate or a guard that is not known.
    InfeasibleError
        No choice keeps to all guards; the message names the guard without which there is one.

    Examples
    --------
    >>> import spatialreno as sr
    >>> found = design_openings(sr.read_area("data/geo/xigongdi"), budget_yuan=10_000, candidates=["gates"])
    >>> found.status, found.cost_yuan <= 10_000, found.value >= found.today
    ('proven', True, True)
    """
    if not budget_yuan >= 0:
        raise InputError(f"design: budget_yuan is {budget_yuan:g}, expected 0 or more. Give yuan, such as 300000.")
    question = Question.of(area, goal, candidates, standard, guards, progress)
    return question.design(budget_yuan)


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
        found, left_out = find_candidates(area, candidates)
        cost = opening_costs(area, found)
        priced = [one for one in found if not np.isnan(cost[one.id])]
        left_out |= {one.id: "has no price in the catalog" for one in found if np.isnan(cost[one.id])}
        choices = OpeningChoices.of(area, [one.acts for one in priced], list(aim.people.index))
        hopes = aim.hopes(choices)
        study = Study(hopes, len(priced), aim.whole, choices.searches, effort or Effort(), progress or (lambda _: None))
        asked = asked_by_candidate(area, priced)
        terms = terms_of(area, priced, cost[[one.id for one in priced]], np.inf, guards, hopes, aim, asked)
        notes = tuple(f"{name} is left out: it {why}" for name, why in sorted(left_out.items()))
        return cls(area, aim, tuple(priced), hopes, study, terms, asked, guards, notes)

    def design(self, budget_yuan: float) -> Design:
        """Answer for one budget, prove, prune, apply and measure."""
        terms = replace(self.terms, budget=budget_yuan)
        answer = self.study.most(terms)
        if answer.status == "infeasible":
            raise InfeasibleError(f"design: no choice keeps to all terms. {self._binding(terms)}")
        if not np.isfinite(answer.value):
            raise InfeasibleError("design: the effort was used up before any choice kept to all terms. Ask for less.")
        chosen = self.study.least(terms, answer.value, answer.chosen).chosen
        self._check(chosen)
        return self._told(terms, answer, chosen)

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
        after = scenario_of(self.opened(chosen), "designed").apply(self.area)
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
            cost_yuan=float(terms.cost[chosen].sum()),
            budget_yuan=terms.budget,
            status=answer.status,
            table=table,
            out_of_reach=float(weights[list(self.hopes.lost)].sum()) if self.goal.by_home else float("nan"),
            notes=self.notes,
            provenance={
                "area": self.area.name, "fingerprint": self.area.fingerprint, "goal": self.goal.word,
                "standard": self.goal.standard.name, "version": __version__,
            },
            opened=self.opened(chosen),
            along=lambda budgets: self.designs(budgets, terms.budget),
        )  # fmt: skip

    def _binding(self, terms: Terms) -> str:
        """Say which term binds: without it, and with all the others, there is a choice."""
        none = np.zeros(len(terms.cost), np.bool_)
        must = (
            f"what must open costs {terms.cost[terms.must].sum():,.0f} yuan and asks {terms.asks(terms.must)} parties"
        )
        without = [
            (f"budget of {terms.budget:,.0f} yuan", np.isfinite(terms.budget), replace(terms, budget=float("inf"))),
            ("must_keep, keep_party and consent", terms.shut.any(), replace(terms, shut=none)),
            (f"must_open ({must})", terms.must.any(), replace(terms, must=none)),
            (f"most_parties of {terms.parties}", terms.parties is not None, replace(terms, parties=None)),
            (f"floor ({self._short(terms)})", bool(terms.floors), replace(terms, floors=())),
        ]
        binding = [name for name, used, easier in without if used and self._possible(easier)]
        if not binding:
            return "Several guards bind together: take back more than one."
        return f"Without one of these there would be: {'; '.join(binding)}."

    def _short(self, terms: Terms) -> str:
        """Say by how many people compounds stay short of their floors even with all that may be opened."""
        holds, weights = self.study.rungs.holds(~terms.shut), self.study.rungs.weights()
        short = {f.place: f.least - sum(weights[at] for at in f.gains if holds[at]) for f in terms.floors}
        told = [f"{place} lacks {lack:,.0f} residents" for place, lack in short.items() if lack > _AGREES]
        return (
            f"with all open that may be, {', '.join(told)}" if told else "within reach, but not within the other terms"
        )

    def _possible(self, terms: Terms) -> bool:
        return self.study.most(terms).status != "infeasible"
