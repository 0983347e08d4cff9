"""``completed``: planned against built, from a new survey: quantities, money, metres; what came back as illegal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.area import same_system
from spatialreno.community import Tally, read_register, register_facilities
from spatialreno.comparison.after.found import altered_share, match, standing_share
from spatialreno.errors import Fault, InputError
from spatialreno.files import write_book
from spatialreno.scenario import priced_acts

if TYPE_CHECKING:
    from pathlib import Path

    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

_ACTS = [
    *("verb", "layer", "id", "kind", "unit", "planned", "built", "share", "state"),
    *("payer", "planned_yuan", "built_yuan"),
]


@dataclass(frozen=True, eq=False, repr=False)
class Completed:
    """What a new survey finds of a plan.

    Attributes
    ----------
    acts
        One row a thing the plan touches: verb, layer, id, kind, unit, planned and built quantity, share, state
        (``done``, ``partly``, ``not_built``), payer, planned_yuan and built_yuan (what was planned for what is
        there, by its share).
    returned
        Structures of the new survey that are not legal and stand as one stood that was to come down (``still_there``),
        otherwise where one was to come down (``came_back``), or where none stood (``new``): id, found (which),
        legality, floor_area_m2, where (id of what stood there).
    unplanned
        Walls of the new survey that neither stood before nor were planned: id, length_m.
    register
        Public facilities and open spaces as surveyed, with owner and manager (确权).
    satisfied
        Votes of satisfaction by place.
    faults
        Ballots and rights of the survey that were refused.
    """

    option: str
    acts: pd.DataFrame
    returned: pd.DataFrame
    unplanned: pd.DataFrame
    register: pd.DataFrame
    satisfied: Mapping[str, Tally]
    faults: tuple[Fault, ...] = field(default=())

    @property
    def table(self) -> pd.DataFrame:
        """Sums by verb, layer and unit: planned, built, difference; acts and how many are not done; money."""
        keys = ["verb", "layer", "unit"]
        own = self.acts.assign(open=self.acts["state"] != "done")
        sums = own.groupby(keys, as_index=False).agg(
            acts=("id", "size"), not_done=("open", "sum"), planned=("planned", "sum"), built=("built", "sum"),
            planned_yuan=("planned_yuan", "sum"), built_yuan=("built_yuan", "sum"),
        )  # fmt: skip
        sums.insert(list(sums).index("built") + 1, "difference", (sums["built"] - sums["planned"]).round(2))
        return sums.round({"planned": 2, "built": 2, "planned_yuan": 2, "built_yuan": 2})

    def money(self, paid: Mapping[str, float] | None = None) -> pd.DataFrame:
        """Hold what was paid against what was planned and what of it is built, by payer.

        Parameters
        ----------
        paid
            Payer to yuan.

        Returns
        -------
        DataFrame
            payer, planned_yuan, built_yuan, paid_yuan (missing: not stated), over_yuan (paid beyond what is built).

        Raises
        ------
        InputError
            A payer the plan does not have, or money below 0.
        """
        table = self.acts.groupby("payer")[["planned_yuan", "built_yuan"]].sum().round(2)
        given = dict(paid or {})
        strange = sorted(set(given) - set(table.index)) + sorted(p for p, yuan in given.items() if not yuan >= 0)
        if strange:
            known = ", ".join(table.index)
            raise InputError(f"paid: {', '.join(strange)}: unknown payer, or below 0. Payers of the plan: {known}.")
        table["paid_yuan"] = pd.Series(given, dtype="float64").reindex(table.index)
        table["over_yuan"] = (table["paid_yuan"] - table["built_yuan"]).round(2)
        return table.reset_index()

    def write(self, path: str | Path) -> Path:
        """Write all tables as sheets of one workbook.

        Raises
        ------
        InputError
            The file cannot be written.
        """
        sheets = {"table": self.table, "acts": self.acts, "returned": self.returned, "unplanned": self.unplanned,
                  "register": self.register.reset_index()}  # fmt: skip
        return write_book(sheets, path)

    def __repr__(self) -> str:
        """Read it aloud."""
        count = self.acts["state"].value_counts()
        back = int((self.returned["found"] == "came_back").sum()) if len(self.returned) else 0
        told = f"{int(count.get('done', 0))} of {len(self.acts)} acts done, {int(count.get('partly', 0))} in part"
        return f"<Completed {self.option}: {told}, {back} structures came back>"


def completed(today: StudyArea, scenario: Scenario, survey: StudyArea, *, keep_rest: bool = False) -> Completed:
    """Hold a plan against a new survey: what was built, what was not, what came back (竣工核对).

    A new survey numbers things anew, so they are found by their ground: of a wall the length that still stands within
    ``completed_near_m`` of where it stood, of a structure the area, of what was to be built the part that is there with
    the same kind, of a change the cell that came least far.

    Parameters
    ----------
    today
        The area as it was before.
    scenario
        What was planned.
    survey
        The area as it was surveyed afterwards, in the same coordinate system.
    keep_rest
        Leave refused ballots of the survey out and list them, instead of refusing them.

    Returns
    -------
    Completed

    Raises
    ------
    InputError
        The two areas are in different systems, or ballots of the survey are refused.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> completed(today, clear, clear.apply(today)).table["difference"].tolist()
    [0.0]
    """
    if not same_system(today.crs, survey.crs):
        raise InputError(f"survey: is in {survey.crs.name}, the plan in {today.crs.name}. Survey in the same system.")
    book = read_register(survey, keep_rest=keep_rest)
    near = today.catalog.constants["completed_near_m"]
    after = scenario.apply(today)
    return Completed(
        option=scenario.name, acts=_acts(today, scenario, after, survey, near),
        returned=_returned(today, after, survey), unplanned=_unplanned(today, after, survey, near),
        register=register_facilities(survey), satisfied=book.counts("satisfied"), faults=tuple(book.faults),
    )  # fmt: skip


def _acts(today: StudyArea, scenario: Scenario, after: StudyArea, survey: StudyArea, near: float) -> pd.DataFrame:
    ledger = priced_acts(scenario, today)
    rows = []
    for (verb, layer, thing), own in ledger[ledger["verb"] != "keep"].groupby(["verb", "layer", "id"], sort=False):
        first = own.iloc[0]
        share = round(_share(str(verb), str(layer), str(thing), (today, after, survey), near), 4)
        fen = int((own["cost_yuan"] * 100).round().sum())
        state = "done" if share >= 0.99 else "not_built" if share <= 0.01 else "partly"
        rows.append(
            (verb, layer, thing, first["kind"], first["unit"], first["quantity"], round(first["quantity"] * share, 2),
             share, state, first["payer"], fen / 100, round(fen * share) / 100)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=_ACTS)


def _share(verb: str, layer: str, thing: str, areas: tuple[StudyArea, StudyArea, StudyArea], near: float) -> float:
    today, after, survey = areas
    frame = survey.layer(layer)
    if verb == "demolish":
        return 1.0 - standing_share(today.layer(layer).geometry[thing], frame.geometry, near)
    planned = after.layer(layer).loc[thing]
    if verb == "build":
        same = frame[frame["kind"] == planned["kind"]] if "kind" in frame else frame
        return standing_share(planned.geometry, same.geometry, near)
    found = match(planned, layer, survey, near)
    return altered_share(today.layer(layer).loc[thing], planned, frame.loc[found]) if found else 0.0


def _returned(today: StudyArea, after: StudyArea, survey: StudyArea) -> pd.DataFrame:
    """List what is not legal and stands where something was taken down, or where nothing stood."""
    down = today.structures[~today.structures.index.isin(after.structures.index)]
    kept = shapely.union_all(after.structures.geometry)
    at, same = (today.catalog.constants[f"completed_{what}_share"] for what in ("place", "same"))
    rows = []
    for name, row in survey.structures[survey.structures["legality"] != "legal"].iterrows():
        shape = row.geometry
        if not shape.area or shape.intersection(kept).area / shape.area > at:
            continue
        shares = down.geometry.intersection(shape).area / shape.area
        where = str(shares.idxmax()) if len(shares) and float(shares.max()) >= at else ""
        found = "new"
        if where:
            whole = down.geometry[where].union(shape).area
            found = "still_there" if down.geometry[where].intersection(shape).area >= same * whole else "came_back"
        rows.append((str(name), found, row["legality"], float(row["floor_area_m2"]), where))
    return pd.DataFrame(rows, columns=["id", "found", "legality", "floor_area_m2", "where"])


def _unplanned(today: StudyArea, after: StudyArea, survey: StudyArea, near: float) -> pd.DataFrame:
    planned = [*today.walls.geometry, *after.walls.geometry]
    rows = []
    for name, line in survey.walls.geometry.items():
        metres = round(line.length * (1.0 - standing_share(line, planned, near)), 2)
        if metres > near:
            rows.append((str(name), metres))
    return pd.DataFrame(rows, columns=["id", "length_m"])


def satisfaction(satisfied: Mapping[str, Tally]) -> pd.DataFrame:
    """Tell votes of satisfaction as a table.

    Parameters
    ----------
    satisfied
        Counts by place, as ``Completed.satisfied`` has them.

    Returns
    -------
    pandas.DataFrame
        Columns place, heads (who may vote; missing where nobody knows how many live there), voted, satisfied, state.

    Examples
    --------
    >>> import spatialreno as sr
    >>> votes = sr.community.read_register(sr.read_area("data/geo/xigongdi"))
    >>> satisfaction({"C01": votes.count("willing", "C01")})["state"].tolist()  # counted as any vote is
    ['passed']
    """
    rows: list[dict[str, Any]] = [
        {"place": place, "heads": None if c.uncounted else c.heads, "voted": c.voted_heads,
         "satisfied": c.agreed_heads, "state": c.state}
        for place, c in satisfied.items()
    ]
    return pd.DataFrame(rows, columns=["place", "heads", "voted", "satisfied", "state"])
