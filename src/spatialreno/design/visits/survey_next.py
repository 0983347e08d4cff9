"""``survey_next``: which of the things that are assumed would change what is chosen, if they were otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from spatialreno.catalog import Finding, read_catalog, sentence
from spatialreno.design.question.goals import find_goal, not_of_residents
from spatialreno.design.visits.facts import Fact, find_facts
from spatialreno.design.visits.held_options import HeldOptions, lines_of, made_design, plans_of
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard
    from spatialreno.design import Design
    from spatialreno.scenario import Scenario

_FORM = ["place", "layer", "id", "assumed", "otherwise", "flips", "moves"]
_PAIRS_OF = 12


@dataclass(frozen=True, repr=False)
class Visits:
    """What to survey next: what is worth a visit, and what a visit could change.

    Attributes
    ----------
    choice
        The option chosen as things are assumed: most of the goal among those within the budget, then least cost.
    value
        Its measure.
    table
        A row for each fact and way it may be otherwise: layer, id, kind, assumed, otherwise, choice (the option chosen
        then), flips (another than now), moves (by how much the measure of the option chosen now would change), share
        (of its value). First those that flip, then those that move most.
    flip_sets
        The smallest sets that change the choice, each a list of ``layer id: otherwise``; pairs only where no single
        fact does.
    visits
        The places worth most, in order: place (number), layer, id, assumed, otherwise, flips, moves, geometry.
    findings, provenance
        What else must be known (``notes`` tells it), and what this rests on.
    """

    choice: str
    value: float
    table: pd.DataFrame
    flip_sets: tuple[tuple[str, ...], ...]
    visits: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Close the mapping, so that an answer stays what was found."""
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Give what is stored to be pickled."""
        told = (self.choice, self.value, self.table, self.flip_sets, self.visits, self.findings)
        return Visits, (*told, dict(self.provenance))

    @property
    def notes(self) -> tuple[str, ...]:
        """What else must be known, a sentence each."""
        return tuple(sentence(read_catalog(), one, "en") for one in self.findings)

    def form(self) -> pd.DataFrame:
        """Give the visits as a form to fill in: what is assumed, and blanks for what was found, by whom and when."""
        rows = pd.DataFrame(self.visits.drop(columns="geometry"))
        return rows.assign(found="", by_whom="", date="")

    def write_form(self, path: str | Path) -> Path:
        """Write the form as ``.csv`` or ``.xlsx``.

        Parameters
        ----------
        path
            The file to write.

        Returns
        -------
        Path
            The file written.

        Raises
        ------
        InputError
            Another ending, or the file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> plan = sr.Scenario("p", interventions=[sr.demolish("walls", between=["C01", "C02"])])
        >>> visits = sr.survey_next(today, [plan], goal="covered:kindergarten", budget_yuan=0)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     visits.write_form(f"{folder}/visits.csv").name
        'visits.csv'
        """
        from spatialreno.files import write_book, write_sheet

        file = Path(path)
        if file.suffix.lower() == ".xlsx":
            return write_book({"visits": self.form()}, file)
        if file.suffix.lower() != ".csv":
            raise InputError(f"{file}: a form ends in .csv or .xlsx.")
        write_sheet(self.form(), file)
        return file

    def __repr__(self) -> str:
        """Read the answer aloud."""
        flips = int(self.table["flips"].sum())
        said = f"{flips} of {len(self.table)} ways in which things may be otherwise would change it"
        first = f"; first see {self.visits['layer'].iloc[0]} {self.visits['id'].iloc[0]}" if len(self.visits) else ""
        return f"Visits: {self.choice} is chosen ({self.value:,.0f}); {said}{first}"


def survey_next(
    area: StudyArea,
    options: Sequence[Scenario] | Scenario | Design,
    *,
    goal: str | None = None,
    standard: str | Standard = "gb50180-2018",
    budget_yuan: float = float("inf"),
    number_share: float = 0.3,
    least_share: float = 0.0,
    most: int = 10,
    progress: Callable[[str], None] | None = None,
) -> Visits:
    """Find what is assumed and would change the choice, or move its value, if it were otherwise.

    No probability is invented: each inferred wall, structure or gate is taken for not there or closed, each estimated
    number for so much less and more, each price that nobody quoted for its low and its high, one at a time, and in
    pairs where none alone changes the choice. What is surveyed is not doubted.

    Parameters
    ----------
    area
        The area today.
    options
        Scenarios, of which one is chosen: most of the goal within the budget, then least cost; or a ``Design``, held
        against doing nothing and against its rivals: the sets nearly as good, and those for a little less money.
    goal
        ``basket``, ``covered:KIND`` or ``kinds``, as in ``design_openings``; by default ``basket``, or the design's.
    standard
        The standard whose radii count.
    budget_yuan
        Most that an option may cost, by its bill.
    number_share
        So much less and more an estimated number may be, as a share.
    least_share
        Leave out what flips nothing and moves the value by a smaller share.
    most
        How many visits are listed.
    progress
        Called with a line of words now and then.

    Returns
    -------
    Visits

    Raises
    ------
    InputError
        There is no option, the goal is not known or counts no residents, or a number is out of range.
    ScenarioError
        An option does not fit the area.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> plan = sr.Scenario("p", interventions=[sr.demolish("walls", between=["C01", "C02"])])
    >>> survey_next(today, [plan], goal="covered:kindergarten", budget_yuan=0).choice
    'today'
    """
    plans, budget = plans_of(options, budget_yuan)
    goal = goal or (options.goal if made_design(options) else "basket")
    _checked(goal, number_share=number_share, least_share=least_share, most=most)
    aim = find_goal(area, goal, standard)
    lines = {name: lines_of(area, plan) for name, plan in plans.items()}
    asked = HeldOptions(area, aim, plans, budget, lines)
    chosen = asked.choice()
    items = {str(item) for table in lines.values() if len(table) for item in table["item"]}
    facts = [fact for fact in find_facts(area, number_share) if fact.kind != "price" or fact.id in items]
    if progress is not None:
        progress(f"{len(facts)} ways in which things may be otherwise")
    table, sets = _tried(asked, facts, chosen)
    kept = table[table["flips"] | (table["share"].abs() >= least_share)].reset_index(drop=True)
    notes = [Finding("survey_numbers", {"share": number_share})]
    if not facts:
        notes.append(Finding("survey_nothing", {}))
    if made_design(options):
        notes.append(Finding("survey_rivals", {"count": len(plans) - 2}))
    return Visits(
        chosen, asked.value(chosen), kept, sets, _visits(area, kept, most), tuple(notes),
        {"area": area.fingerprint, "goal": aim.word, "standard": aim.standard.name, "options": sorted(plans)},
    )  # fmt: skip


def _checked(goal: str, **numbers: float) -> None:
    wrong = [f"{name} is {value:g}, expected 0 or more" for name, value in numbers.items() if not value >= 0]
    if numbers["number_share"] > 1:
        wrong.append(f"number_share is {numbers['number_share']:g}, expected at most 1")
    wrong += not_of_residents(goal)
    if wrong:
        raise InputError(f"survey: {'; '.join(wrong)}.")


def _tried(asked: HeldOptions, facts: list[Fact], chosen: str) -> tuple[pd.DataFrame, tuple[tuple[str, ...], ...]]:
    """Try each fact otherwise; in pairs where none alone changes the choice."""
    now = asked.value(chosen)
    rows = []
    for fact in facts:
        then, moves = asked.choice([fact]), asked.value(chosen, [fact]) - now
        rows.append(
            {"layer": fact.layer, "id": fact.id, "kind": fact.kind, "assumed": fact.assumed,
             "otherwise": fact.otherwise, "choice": then, "flips": then != chosen, "moves": round(moves, 6),
             "share": moves / now if now else 0.0}
        )  # fmt: skip
    columns = ["layer", "id", "kind", "assumed", "otherwise", "choice", "flips", "moves", "share"]
    table = pd.DataFrame(rows, columns=columns).astype({"flips": bool, "moves": float, "share": float})
    order = pd.DataFrame({"flips": ~table["flips"], "moves": -table["moves"].abs(), "at": table.index})
    places = order.sort_values(["flips", "moves", "at"]).index
    sets: tuple[tuple[str, ...], ...] = tuple((facts[at].name,) for at in places if rows[at]["flips"])
    if not sets:
        best = [facts[at] for at in places[:_PAIRS_OF]]
        pairs = [pair for pair in combinations(best, 2) if (pair[0].layer, pair[0].id) != (pair[1].layer, pair[1].id)]
        sets = tuple((a.name, b.name) for a, b in pairs if asked.choice([a, b]) != chosen)
    return table.loc[places].reset_index(drop=True), sets


def _visits(area: StudyArea, table: pd.DataFrame, most: int) -> gpd.GeoDataFrame:
    """List places once each, by what their worst alternative does."""
    first = table.drop_duplicates(["layer", "id"])
    first = first[first["flips"] | (first["moves"] != 0)].head(most).reset_index(drop=True)
    rows = first.assign(place=range(1, len(first) + 1))[_FORM]
    shapes = [
        area.layer(layer).geometry[name] if layer != "costs" else None
        for layer, name in zip(rows["layer"], rows["id"], strict=True)
    ]
    return gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(shapes, index=rows.index, crs=area.crs), crs=area.crs)
