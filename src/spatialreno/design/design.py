"""Design: a proposed set of openings with its value and what no other set can exceed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.design.question.candidates import Candidate, scenario_of
from spatialreno.errors import InfeasibleError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

_UNITS = {"basket": "residents", "covered": "residents", "kinds": "residents × kinds", "score": "points", "metres": "m"}


@dataclass(frozen=True, repr=False)
class Design:
    """A proposed set of openings (方案生成), with its proof.

    Attributes
    ----------
    chosen
        Ids of what is opened, sorted; ``G05:residents`` is a gate opened to residents only.
    goal
        The measure, as ``design_openings`` takes it.
    today, value, bound
        The measure today, with the design, and what no set of candidates within the terms can exceed.
    cost_yuan, budget_yuan
        What the design costs, and what could be spent.
    status
        ``proven``: no other set gives more. ``stopped``: the effort was used up first; the bound holds all the same.
    table
        A row for each candidate: id, layer, cost_yuan, chosen, asks (party ids and votes, a list).
    out_of_reach
        Residents who do not come to hold the goal whatever is opened; NaN for goals that a home does not hold or not.
    notes
        What else must be known, a sentence each.
    provenance
        Area, fingerprint, goal, standard and version this rests on.
    area
        The area that the scenario is for: the one given, with its walls split where ``max_m`` was.
    opened
        What is opened, as candidates.
    """

    chosen: tuple[str, ...]
    goal: str
    today: float
    value: float
    bound: float
    cost_yuan: float
    budget_yuan: float
    status: str
    table: pd.DataFrame
    out_of_reach: float = float("nan")
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    area: StudyArea | None = field(default=None, compare=False)
    opened: tuple[Candidate, ...] = field(default=(), compare=False)
    along: Callable[[Sequence[float] | None], list[Design]] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Close the mapping, so that an answer stays what was found."""
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))

    @property
    def gap(self) -> float:
        """How far the value may be from the best, as a share of what is gained over today (0: proven)."""
        gained = self.bound - self.today
        return max(self.bound - self.value, 0.0) / gained if gained > 0 else 0.0

    def scenario(self, name: str, title: str = "") -> Scenario:
        """Write the design down as a scenario.

        Parameters
        ----------
        name, title
            Of the scenario.
        """
        return scenario_of(self.opened, name, title, f"design: {self.goal}")

    def designs(self, budgets_yuan: Sequence[float] | None = None) -> list[Design]:
        """Answer the same question, with the same guards, for other budgets.

        Parameters
        ----------
        budgets_yuan
            Budgets to try; by default ten equal steps up to this design's budget, or up to the price of everything.

        Returns
        -------
        list of Design
            From the least budget to the largest.
        """
        if self.along is None:
            raise InfeasibleError("design: this one knows no other budgets. Call design_openings again.")
        return self.along(budgets_yuan)

    def frontier(self, budgets_yuan: Sequence[float] | None = None) -> pd.DataFrame:
        """Tell what more or less money would give under the same guards.

        Parameters
        ----------
        budgets_yuan
            As for ``designs``.

        Returns
        -------
        pandas.DataFrame
            A row for each budget: budget_yuan, cost_yuan, value, bound, status, chosen (list of ids).
        """
        return pd.DataFrame([one.row() for one in self.designs(budgets_yuan)])

    def row(self) -> dict[str, Any]:
        """Give this design as a row of a frontier."""
        named = ("budget_yuan", "cost_yuan", "value", "bound", "status")
        return {name: getattr(self, name) for name in named} | {"chosen": list(self.chosen)}

    def __repr__(self) -> str:
        """Read the design aloud."""
        unit = _UNITS[self.goal.partition(":")[0]]
        form = ",.0f" if unit != "points" else ",.2f"
        what = ", ".join(self.chosen) or "nothing"
        proof = "no other set gives more" if self.status == "proven" else f"no set gives more than {self.bound:{form}}"
        lost = f"; {self.out_of_reach:,.0f} are out of reach whatever is opened" if self.out_of_reach > 0 else ""
        return (
            f"Design for {self.goal}: open {what} for {self.cost_yuan:,.0f} yuan: "
            f"{self.value:{form}} {unit} (today {self.today:{form}}); {proof}{lost}"
        )
