"""Lifts as negotiation: which table of shares, and which compensation of the first floor, lets a stairwell pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.community.lifts import LiftTerms
from spatialreno.community.shares import Scheme, share_lift, share_scheme, subsidy_of
from spatialreno.community.voting.ballots import Register, read_register
from spatialreno.community.voting.fewest import Poll
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

MATTER = "lift"
GROUND = (0.0, 5_000.0, 10_000.0, 15_000.0, 20_000.0, 30_000.0)


@dataclass(frozen=True, eq=False, repr=False)
class LiftOffers:
    """Offers tried for one stairwell.

    Attributes
    ----------
    table
        One row a table of shares and a compensation, those that pass first, then by what the most is that anyone pays:
        scheme, ground_yuan (each first-floor household receives), least_yuan and most_yuan (of those who pay), agreed
        (heads), agreed_m2, voted, to_win (votes it lacks), passes.
    sunroom
        What a first-floor home may get instead: area_m2, yuan, who must agree.
    left_out
        Tables that do not add up or lack a floor: scheme, why.
    """

    stairwell: str
    table: pd.DataFrame
    sunroom: Mapping[str, object]
    left_out: pd.DataFrame

    @property
    def best(self) -> pd.Series | None:
        """The passing offer in which the most that anyone pays is least; None: none passes."""
        passing = self.table[self.table["passes"]]
        return passing.iloc[0] if len(passing) else None

    def __repr__(self) -> str:
        """Read the offers aloud."""
        best = self.best
        if best is None:
            return f"<Lift {self.stairwell}: none of {len(self.table)} offers passes>"
        told = f"{best['scheme']} with {best['ground_yuan']:,.0f} yuan for each first-floor home"
        return f"<Lift {self.stairwell}: {int(self.table['passes'].sum())} of {len(self.table)} offers pass; {told}>"


def negotiate_lift(
    area: StudyArea,
    stairwell: str,
    *,
    limits: Mapping[int | str, float],
    terms: LiftTerms | None = None,
    ground: Sequence[float] = GROUND,
    register: Register | None = None,
) -> LiftOffers:
    """Try every table of shares with every compensation, and tell which lets a stairwell pass its vote.

    A household agrees to an offer when it pays no more than its limit; a limit below 0 is what it wants to receive. A
    household without a limit votes as its ballot says, and not at all without one.

    Parameters
    ----------
    area
        Any area with entrances.
    stairwell
        Id of the entrance.
    limits
        Floor, or household, to the most it would pay in yuan; a household's own limit comes before its floor's.
    terms
        Cost and subsidy; its table and compensation are what is tried.
    ground
        What each first-floor household receives, in the offers.
    register
        The ballot book; read from the area when not given.

    Returns
    -------
    LiftOffers

    Raises
    ------
    InputError
        No such stairwell, limits for floors or households that there are not, or compensation below 0.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> limits = {1: 0, 2: 25_000, 3: 45_000, 4: 50_000, 5: 55_000, 6: 60_000}
    >>> bool(negotiate_lift(today, "B02-1", limits=limits).best["passes"])
    True
    """
    terms, book = terms or LiftTerms(), register or read_register(area)
    homes = book.homes[book.homes["entrance_id"] == stairwell]
    _check(homes, stairwell, limits, ground)
    cost = area.catalog.constants["lift_cost_yuan"] if terms.cost_yuan is None else terms.cost_yuan
    subsidy = subsidy_of(area.catalog, terms.subsidy, cost)
    poll = book.poll(MATTER, stairwell)
    rows, left = [], []
    for name in dict.fromkeys(row["scheme"] for row in area.catalog.rows("lift_shares")):
        scheme = share_scheme(area.catalog, name)
        for each in ground:
            try:
                rows.append(_offer(homes, cost, subsidy, scheme, each, limits, poll))
            except InputError as error:
                left.append((name, str(error).partition(". ")[0]))
                break
    table = pd.DataFrame(rows, columns=["scheme", "ground_yuan", "least_yuan", "most_yuan", "agreed", "agreed_m2",
                                        "voted", "to_win", "passes"])  # fmt: skip
    table = table.sort_values(["passes", "most_yuan", "ground_yuan", "scheme"], ascending=[False, True, True, True],
                              ignore_index=True)  # fmt: skip
    return LiftOffers(stairwell, table, _sunroom(area), pd.DataFrame(left, columns=["scheme", "why"]))


def _offer(
    homes: pd.DataFrame, cost: float, subsidy: float, scheme: Scheme, each: float,
    limits: Mapping[int | str, float], poll: Poll,
) -> tuple[object, ...]:  # fmt: skip
    shares = share_lift(homes, cost, scheme, subsidy_yuan=subsidy, compensation_yuan={1: each} if each else None)
    votes = dict(poll.votes)
    for household, row in shares.table.iterrows():
        limit = limits.get(str(household), limits.get(int(row["floor"])))
        if limit is not None:
            votes[str(household)] = "yes" if row["pays_yuan"] <= limit else "no"
    count = replace(poll, votes=votes).count(MATTER)
    low, high = shares.range_yuan
    return (scheme.name, each, low, high, count.agreed_heads, count.agreed_area_m2, count.voted_heads,
            len(count.to_win), count.passed)  # fmt: skip


def _check(
    homes: pd.DataFrame, stairwell: str, limits: Mapping[int | str, float], ground: Sequence[float]
) -> None:
    if not len(homes):
        raise InputError(f"lift: {stairwell!r} is no stairwell with homes. Give the id of an entrance.")
    known = {*map(int, homes["floor"].unique()), *map(str, homes.index)}
    strange = sorted(str(key) for key in limits if key not in known)
    if strange:
        floors = ", ".join(str(floor) for floor in sorted(homes["floor"].unique()))
        raise InputError(f"lift: limits for {', '.join(strange)}, not in {stairwell}. Floors: {floors}; or its homes.")
    if not ground or any(not each >= 0 for each in ground):
        raise InputError("lift: compensation below 0, or none to try. Give 0 or more yuan.")


def _sunroom(area: StudyArea) -> dict[str, object]:
    constants = area.catalog.constants
    size = constants["sunroom_m2"]
    return {"area_m2": size, "yuan": size * constants["sunroom_yuan_m2"],
            "agree": "本单元业主表决（lift），并取得规划许可；相邻二层住户同意"}  # fmt: skip
