"""The ballot book: which home said what on which matter, each vote checked and counted once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from spatialreno.area import as_day
from spatialreno.community.voting.dwellings import homes, uncounted_homes
from spatialreno.community.voting.fewest import Poll
from spatialreno.community.voting.votes import Tally, VoteRule, vote_rule
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_FILE = "ballots.csv"
MENU = "menu"
K = TypeVar("K")


@dataclass(frozen=True, repr=False)
class Register:
    """Homes and their votes.

    Attributes
    ----------
    homes
        As ``homes(area)``, with the private areas that ballots state.
    votes
        Columns household, kind (of the matter), place, choice; for the menu the choice is the item wanted.
    faults
        Ballots that were refused, when the rest was kept.
    """

    area: StudyArea
    homes: pd.DataFrame
    votes: pd.DataFrame
    faults: tuple[Fault, ...] = ()

    @cached_property
    def _living(self) -> dict[str, dict[str, list[int]]]:
        """Rows of the homes of each stairwell, building and compound."""
        return {unit: _rows_by(self.homes[f"{unit}_id"].tolist()) for unit in ("entrance", "building", "compound")}

    @cached_property
    def _said(self) -> dict[tuple[str, str], list[int]]:
        """Rows of the votes on each matter at each place."""
        return _rows_by(zip(self.votes["kind"], self.votes["place"], strict=True))

    @cached_property
    def _uncounted(self) -> pd.Series[str]:
        return uncounted_homes(self.area)

    def uncounted(self, unit: str, place: str) -> tuple[str, ...]:
        """Name the homes of a place whose households nobody knows: its electorate is larger than ``homes``."""
        if not len(self._uncounted):
            return ()
        found = self._uncounted
        if unit == "compound":
            found = found[found == place]
        elif unit != "area":
            found = found[found.index == self.area.entrances["building_id"].get(place, place)]
        return tuple(sorted(map(str, found.index)))

    def places(self, unit: str) -> set[str]:
        """Name the stairwells, buildings or compounds with homes, however many households live there."""
        found = set(self.homes[f"{unit}_id"].dropna().unique().tolist())
        if unit == "entrance":
            return found
        return found | set(self._uncounted.dropna() if unit == "compound" else self._uncounted.index)

    def __getstate__(self) -> dict[str, Any]:
        """Give what is stored, and nothing that was worked out, to be pickled or copied."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def electorate(self, kind: str, place: str) -> pd.DataFrame:
        """List the homes whose owners decide a matter at a place.

        Parameters
        ----------
        kind
            A matter of the catalog (``spatialreno catalog matters``), which states its electorate.
        place
            Id of the stairwell, building or compound; for matters of the whole area its name.

        Raises
        ------
        InputError
            An unknown matter, or a place where nobody lives.
        """
        unit = matter_row(self.area, kind)["electorate"]
        rows = self._voting(kind, unit, place)
        return self.homes if unit == "area" else self.homes.iloc[list(rows)]

    def _voting(self, kind: str, unit: str, place: str) -> Sequence[int]:
        """Number the homes whose owners decide a matter at a place, or refuse a place without any."""
        rows = self._at(unit, place)
        if not rows and unit != "area":
            raise InputError(f"{kind}:{place}: no homes. Name the {unit} whose owners decide, by its id.")
        return rows

    def _at(self, unit: str, place: str) -> Sequence[int]:
        return range(len(self.homes)) if unit == "area" else self._living[unit].get(place, [])

    @cached_property
    def _areas(self) -> list[tuple[str, float]]:
        """Each home with its m², in the order of ``homes``: districts ask for thousands of polls."""
        homes = self.homes
        return list(zip(map(str, homes.index.tolist()), homes["area_m2"].astype(float).tolist(), strict=True))

    @cached_property
    def _choices(self) -> list[tuple[str, str]]:
        """Each home that said something with what it said, in the order of ``votes``."""
        return list(zip(self.votes["household"], self.votes["choice"], strict=True))

    def poll(self, kind: str, place: str, *, rule: VoteRule | None = None) -> Poll:
        """Gather one matter at one place: who may vote, who said what, and the rule.

        Raises
        ------
        InputError
            An unknown matter or place.
        """
        row = matter_row(self.area, kind)
        uncounted = self.uncounted(row["electorate"], place)
        unit = row["electorate"]
        own = self._at(unit, place) if uncounted else self._voting(kind, unit, place)
        said = self._said.get((kind, place), [])
        law = rule or vote_rule(self.area.catalog, row["rule"])
        return Poll(dict(self._areas[k] for k in own), dict(self._choices[k] for k in said), law, uncounted)

    def joint_poll(self, kind: str, places: Sequence[str]) -> Poll:
        """Gather one matter that concerns several places at once: everybody votes at his own place.

        Raises
        ------
        InputError
            An unknown matter, or a place where nobody lives.
        """
        polls = [self.poll(kind, place) for place in places]
        areas = {voter: m2 for poll in polls for voter, m2 in poll.areas_m2.items()}
        said = {voter: choice for poll in polls for voter, choice in poll.votes.items()}
        return Poll(areas, said, polls[0].rule, tuple(sorted({i for poll in polls for i in poll.uncounted})))

    def count(self, kind: str, place: str, *, rule: VoteRule | None = None) -> Tally:
        """Count one matter at one place, by the rule the catalog states for it or another one.

        Raises
        ------
        InputError
            An unknown matter or place.
        """
        return self.poll(kind, place, rule=rule).count(f"{kind}:{place}")

    def counts(self, kind: str) -> dict[str, Tally]:
        """Count one kind of matter at every place where somebody voted on it."""
        places = sorted(set(self.votes.loc[self.votes["kind"] == kind, "place"]))
        return {place: self.count(kind, place) for place in places}

    def __repr__(self) -> str:
        """Read the register aloud."""
        counts = f"{len(self.homes)} homes, {len(self.votes)} votes, {len(self.faults)} faults"
        return f"Register of {self.area.name}: {counts}"


def _rows_by(keys: Iterable[K]) -> dict[K, list[int]]:
    """Give the rows of each key, in order."""
    found: dict[K, list[int]] = {}
    for row, key in enumerate(keys):
        found.setdefault(key, []).append(row)
    return found


def matter_row(area: StudyArea, kind: str) -> dict[str, str]:
    """Give the catalog's row of one kind of matter."""
    rows = {row["matter"]: row for row in area.catalog.rows("matters")}
    if kind not in rows:
        raise InputError(f"matter {kind!r}: not known. Choose one of {', '.join(rows)} (catalog matters).")
    return rows[kind]


def read_register(
    area: StudyArea, *, keep_rest: bool = False, closes: Mapping[str, str] | None = None
) -> Register:
    """Check the table of ballots against the homes and open the register.

    A matter is written ``kind:place`` (``lift:B01-1``, ``open:C03``, ``willing:C03``), the menu ``menu`` with a
    row for each item wanted. A voter is a home of :func:`homes`, or any name with its ``building_id``: such a
    voter takes the place of a home of that building that nobody else claims. Where a ballot states its private
    area, that replaces the estimate.

    Parameters
    ----------
    area
        Any study area with ballots.
    keep_rest
        Leave refused ballots out and list them in ``faults``, instead of refusing the table.
    closes
        Matter (``open:C03``, or ``open`` for all places) to its last day (YYYY-MM-DD); a ballot dated later is refused.

    Returns
    -------
    Register

    Raises
    ------
    InputError
        Every fault at once: a vote counted twice, an unknown matter, place or choice, a household in no
        building, more voters than households, an area that is not above 0, a voter who lives elsewhere, a date that is
        none, or a vote after its matter closed.

    Examples
    --------
    >>> import spatialreno as sr
    >>> read_register(sr.read_area("data/geo/xigongdi")).count("willing", "C01").passed
    True
    """
    dwellings = homes(area)
    votes = _with_matters(area.ballots, area)
    votes["household"] = _claims(votes, dwellings)
    faults = [f for rule in (_own_faults, _twice_faults) for f in rule(votes, dwellings, area)]
    faults += _late_faults(votes, closes or {})
    if faults and not keep_rest:
        raise InputError.of(faults)
    bad = {i for fault in faults for i in fault.ids}
    good = votes[~votes["row"].isin(bad)]
    stated = good.dropna(subset=["area_m2"]).drop_duplicates("household").set_index("household")["area_m2"]
    dwellings["area_m2"] = dwellings["area_m2"].where(
        ~dwellings.index.isin(stated.index), stated.reindex(dwellings.index)
    )
    dwellings["estimated"] &= ~dwellings.index.isin(stated.index)
    return Register(
        area, dwellings, good[["household", "kind", "place", "choice"]].reset_index(drop=True), tuple(faults)
    )


def _with_matters(ballots: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    """Split ``kind:place``, and put choices into the words of the catalog."""
    words = {a: r["choice"] for r in area.catalog.rows("choices") for a in (r["choice"], *r["aliases"].split("|"))}
    votes = ballots[["voter", "matter", "choice", "area_m2", "building_id", "date"]].copy()
    parts = votes["matter"].astype("str").str.partition(":")
    kind, place = (parts[0], parts[2]) if len(votes) else (votes["matter"], votes["matter"])
    whole = {row["matter"] for row in area.catalog.rows("matters") if row["electorate"] == "area"}
    votes["kind"], votes["place"] = kind, place.where(~kind.isin(whole), area.name)
    votes["choice"] = votes["choice"].where(kind == MENU, votes["choice"].map(lambda c: words.get(str(c).strip(), c)))
    wish = (" " + votes["choice"].astype("str")).where(kind == MENU, "")
    votes["row"] = votes["voter"].astype("str") + " " + votes["matter"].astype("str") + wish
    return votes


def _claims(votes: pd.DataFrame, dwellings: pd.DataFrame) -> pd.Series[Any]:
    """Match voters with homes: by the home's own name, else a home of the building nobody else claims."""
    named = set(votes["voter"]) & set(dwellings.index)
    free: dict[str, Iterator[str]] = {
        str(b): iter([str(i) for i in own.index if i not in named]) for b, own in dwellings.groupby("building_id")
    }
    found: dict[str, str | None] = {name: name for name in named}
    others = votes[~votes["voter"].isin(named)].drop_duplicates("voter").sort_values("voter", kind="stable")
    for voter, building in zip(others["voter"], others["building_id"], strict=True):
        found[voter] = next(free.get(str(building), iter(())), None)
    return votes["voter"].map(found).astype("object")


def _own_faults(votes: pd.DataFrame, dwellings: pd.DataFrame, area: StudyArea) -> list[Fault]:
    """Judge each ballot by itself."""
    matters = {row["matter"]: row for row in area.catalog.rows("matters")}
    lived_in = set(dwellings["building_id"].unique().tolist())
    nowhere = votes["household"].isna() & ~votes["building_id"].isin(lived_in)
    crowded = votes["household"].isna() & ~nowhere
    known = votes["kind"].isin(matters)
    choices = ", ".join(row["choice"] for row in area.catalog.rows("choices"))
    rules = (
        ("matter", ~known, "matter is not known", f"Write kind:place with a kind of {', '.join(matters)}"),
        ("building", nowhere, "household in no building with homes", "Give its building_id"),
        ("building", crowded, "more voters than the building has households", "Correct households, or the voters"),
        (
            "choice",
            known & (votes["kind"] != MENU) & ~votes["choice"].isin(choices.split(", ")),
            "choice is not known",
            f"Use one of {choices}",
        ),
        (
            "area",
            votes["area_m2"].notna() & ~(votes["area_m2"] > 0),
            "area is not above 0",
            "Give the private area in m²",
        ),
        (
            "place",
            known & ~_at_home(votes, dwellings, matters) & votes["household"].notna(),
            "voter does not live where the matter is decided",
            "Correct the place after the colon, or the voter",
        ),
    )
    return [_fault(votes, rule, bad, told, mend) for rule, bad, told, mend in rules if bad.any()]


def _at_home(votes: pd.DataFrame, dwellings: pd.DataFrame, matters: Mapping[str, dict[str, str]]) -> pd.Series[bool]:
    """Tell whether each voter belongs to the electorate of the place."""
    units = votes["kind"].map({k: row["electorate"] for k, row in matters.items()})
    right = units == "area"
    for unit in ("entrance", "building", "compound"):
        right |= (units == unit) & (votes["household"].map(dwellings[f"{unit}_id"]) == votes["place"])
    return right


def _twice_faults(votes: pd.DataFrame, dwellings: pd.DataFrame, area: StudyArea) -> list[Fault]:
    """Name every home that votes twice on one matter, wants one item twice, or states two areas."""
    known = votes[votes["household"].notna()]
    once = known["choice"].where(known["kind"] == MENU, "")
    twice = known.assign(once=once).duplicated(["household", "kind", "place", "once"], keep=False)
    two = known.groupby("household")["area_m2"].transform("nunique") > 1
    rules = (
        ("twice", twice, "vote counted twice", "Keep one ballot a home and matter"),
        ("area", two, "one home with two private areas", "Give every ballot of a home the same area"),
    )
    wide = [(rule, bad.reindex(votes.index, fill_value=False), told, mend) for rule, bad, told, mend in rules]
    return [_fault(votes, *parts) for parts in wide if parts[1].any()]


def _late_faults(votes: pd.DataFrame, closes: Mapping[str, str]) -> list[Fault]:
    """Name ballots whose day is none, or that came after their matter had closed."""
    stated = votes["date"].notna()
    day = pd.to_datetime(votes["date"].astype("str"), format="%Y-%m-%d", errors="coerce").where(stated)
    last = {matter: as_day(text, what=f"closes: {matter}") for matter, text in closes.items()}
    ends = pd.to_datetime(votes["matter"].map(last).fillna(votes["kind"].map(last)))
    rules = (
        ("date", stated & day.isna(), "date is no day", "Write it as YYYY-MM-DD"),
        ("closed", day > ends, "vote after its matter closed", "Leave it out, or correct the day"),
    )
    return [_fault(votes, *parts) for parts in rules if parts[1].any()]


def _fault(votes: pd.DataFrame, rule: str, bad: pd.Series[bool], told: str, mend: str) -> Fault:
    return Fault("ballots", tuple(votes.loc[bad, "row"].drop_duplicates()), rule, told, mend, file=_FILE)
