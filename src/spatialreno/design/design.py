"""Design: a proposed set of openings with its value and what no other set can exceed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from spatialreno.area import Shown
from spatialreno.design.question.candidates import Candidate, scenario_of
from spatialreno.errors import InfeasibleError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

_UNITS = {"basket": "residents", "covered": "residents", "kinds": "residents × kinds", "score": "points", "metres": "m"}


class Answers(Protocol):
    """What answers further questions about a design."""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What may be opened."""

    def designs(self, budgets_yuan: Sequence[float] | None, top: float) -> list[Design]:
        """Answer for other budgets."""

    def again(self, area: StudyArea, budget_yuan: float) -> Design:
        """Ask the same of another state of the area."""

    def best_sets(self, budget_yuan: float, within: float, most: int) -> pd.DataFrame:
        """List the sets nearly as good."""

    def reasons(self, ids: Sequence[str]) -> pd.DataFrame:
        """Say what each opening brings."""

    def pairs(self, ids: Sequence[str], most: int) -> pd.DataFrame:
        """Say what helps only together."""

    def guard_prices(self, budget_yuan: float, value: float) -> pd.DataFrame:
        """Say what guards cost."""

    def greedy(self, budget_yuan: float, value: float) -> pd.DataFrame:
        """Say what would be chosen without a proof."""


@dataclass(frozen=True, repr=False)
class Design(Shown):
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
    tiles
        How many tiles it was worked out by; 1: in one piece. By many tiles ``pairs``, ``greedy`` and ``best_sets`` ask
        every home again and again, which takes hours.
    question
        What answers further questions; a design that was stored has none.
    """

    chosen: tuple[str, ...]
    goal: str
    today: float
    value: float
    bound: float
    cost_yuan: float
    budget_yuan: float
    status: str
    table: pd.DataFrame = field(compare=False)
    out_of_reach: float = field(default=float("nan"), compare=False)
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    area: StudyArea | None = field(default=None, compare=False)
    opened: tuple[Candidate, ...] = field(default=(), compare=False)
    tiles: int = field(default=1, compare=False)
    question: Answers | None = field(default=None, compare=False)

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

        Returns
        -------
        Scenario
            One act a layer: walls and structures go, gates are let through by; the goal stands as the reason.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> found = sr.design_openings(today, budget_yuan=10_000, candidates=["gates"])
        >>> found.chosen, len(found.scenario("gates", "开门").interventions)
        (('G04:residents',), 1)
        """
        return scenario_of(self.opened, name, title, f"design: {self.goal}")

    def designs(self, budgets_yuan: Sequence[float] | None = None) -> list[Design]:
        """Answer the same question, with the same guards, for other budgets.

        Parameters
        ----------
        budgets_yuan
            Budgets to try; by default down from what this design costs in at most ten steps, each with another answer.

        Returns
        -------
        list of Design
            From the least budget to the largest.

        Raises
        ------
        InfeasibleError
            The design was stored and no longer knows its question.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> found = sr.design_openings(today, budget_yuan=10_000, candidates=["gates"])
        >>> [one.cost_yuan <= budget for one, budget in zip(found.designs([0, 5_000]), [0, 5_000])]
        [True, True]
        """
        return self._known().designs(budgets_yuan, self.cost_yuan)

    def frontier(self, budgets_yuan: Sequence[float] | None = None) -> pd.DataFrame:
        """Tell what more or less money would give under the same guards.

        Parameters
        ----------
        budgets_yuan
            As for ``designs``.

        Returns
        -------
        pandas.DataFrame
            A row for each budget: budget_yuan, cost_yuan, value, bound (the band between value and bound is what is not
            proven), status, chosen (list of ids).

        Raises
        ------
        InfeasibleError
            The design was stored and no longer knows its question.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> found = sr.design_openings(today, budget_yuan=10_000, candidates=["gates"])
        >>> found.frontier([0, 5_000])[["budget_yuan", "chosen"]].values.tolist()
        [[0.0, []], [5000.0, []]]
        """
        return pd.DataFrame([one.row() for one in self.designs(budgets_yuan)])

    def best_sets(self, within: float = 0.02, *, most: int = 10) -> pd.DataFrame:
        """List the sets that are nearly as good, each without anything that changes nothing.

        Parameters
        ----------
        within
            How much less they may give, as a share of the best.
        most
            List at most so many.

        Returns
        -------
        pandas.DataFrame
            From the best down: place, value, lost (against the best), cost_yuan, proven (no set that is not listed
            above gives more), chosen (list of ids). ``attrs["complete"]`` tells that no other minimal set gives as
            much.

        Raises
        ------
        InfeasibleError
            The design was stored and no longer knows its question.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> found = sr.design_openings(today, budget_yuan=10_000, candidates=["gates"])
        >>> best = found.best_sets(within=0.5, most=3)
        >>> best["chosen"].iloc[0] == list(found.chosen), bool(best["value"].is_monotonic_decreasing)
        (True, True)
        """
        return self._known().best_sets(self.budget_yuan, within, most)

    def reasons(self) -> pd.DataFrame:
        """Tell what each opening brings, and which are opened only because of others.

        Returns
        -------
        pandas.DataFrame
            A row for each opening: id, cost_yuan, alone (what it brings by itself), last (what is lost without it),
            because_of (list of the other openings without which it brings nothing; empty where it helps alone).
        """
        return self._known().reasons(self.chosen)

    def pairs(self, most: int = 12) -> pd.DataFrame:
        """Tell which two openings help only together, and which stand in for one another.

        Parameters
        ----------
        most
            Besides the chosen ones so many that bring most alone.

        Returns
        -------
        pandas.DataFrame
            A row for each pair that is worth more or less than its parts: one, other, alone_one, alone_other, both,
            together (both less each alone), kind (``only_together``: nothing alone; ``more_together``;
            ``stand_in``: one for the other).

        Raises
        ------
        InfeasibleError
            The design was stored and no longer knows its question.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> found = sr.design_openings(today, budget_yuan=10_000, candidates=["gates"])
        >>> sorted(set(found.pairs(most=2)["kind"]) - {"only_together", "more_together", "stand_in"})
        []
        """
        return self._known().pairs(self.chosen, most)

    def guard_prices(self) -> pd.DataFrame:
        """Tell what each guard costs in what is gained: the answer without it and with all the others.

        Returns
        -------
        pandas.DataFrame
            A row for each guard: guard, setting, value_without, price (in the unit of the goal), bound_without, proven.
        """
        return self._known().guard_prices(self.budget_yuan, self.value)

    def greedy(self) -> pd.DataFrame:
        """Tell what would be chosen without a proof for the same money, and what that loses.

        Returns
        -------
        pandas.DataFrame
            A row for each way: way (``gain``: one after the other by what it adds; ``gain_per_yuan``; ``ranking``: by
            what each brings alone), value, lost, lost_share (of what the design gains over today), cost_yuan, chosen.
        """
        return self._known().greedy(self.budget_yuan, self.value)

    def _known(self) -> Answers:
        if self.question is None:
            raise InfeasibleError("design: this one no longer knows its question. Call design_openings again.")
        return self.question

    def __getstate__(self) -> dict[str, Any]:
        """Leave the question behind: a design that is stored tells its answer only."""
        return self.__dict__ | {"question": None, "provenance": dict(self.provenance)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Come back as it was found, closed."""
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self.__post_init__()

    @property
    def unit(self) -> str:
        """What the measure is counted in."""
        return _UNITS[self.goal.partition(":")[0]]

    def row(self) -> dict[str, Any]:
        """Give this design as a row of a frontier."""
        named = ("budget_yuan", "cost_yuan", "value", "bound", "status")
        return {name: getattr(self, name) for name in named} | {"chosen": list(self.chosen)}

    def __repr__(self) -> str:
        """Read the design aloud."""
        unit = self.unit
        form = ",.0f" if unit != "points" else ",.2f"
        what = ", ".join(self.chosen) or "nothing"
        proof = "no other set gives more" if self.status == "proven" else f"no set gives more than {self.bound:{form}}"
        lost = f"; {self.out_of_reach:,.0f} are out of reach whatever is opened" if self.out_of_reach > 0 else ""
        return (
            f"Design for {self.goal}: open {what} for {self.cost_yuan:,.0f} yuan: "
            f"{self.value:{form}} {unit} (today {self.today:{form}}); {proof}{lost}"
        )
