"""One scheme a stairwell (一梯一策): the lift that fits, who pays what, who is compensated, whether it is agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from spatialreno.community.shares import LiftShares, Scheme, share_lift, share_scheme, subsidy_of
from spatialreno.community.voting.ballots import Register, read_register
from spatialreno.community.voting.votes import Tally
from spatialreno.works import LiftSun, fit_lifts, shade_lifts

if TYPE_CHECKING:
    from spatialreno._types import Row
    from spatialreno.area import StudyArea

MATTER = "lift"
_MONEY = ("cost_yuan", "subsidy_yuan", "lowest_yuan", "highest_yuan", "ground_yuan", "sunroom_yuan")
_VOTES = ("voted", "agreed", "vote", "to_win")
_NO_VOTES = (0, 0, "no_vote", pd.NA)
_SUN = ["windows", "most_lost_min", "worst_before_h", "worst_after_h", "below"]


@dataclass(frozen=True)
class LiftTerms:
    """What a lift costs and how it is shared.

    Attributes
    ----------
    scheme
        Table of the catalog's ``lift_shares``; Luoyang's own was not found.
    cost_yuan
        Of one lift with its shaft; None: the catalog's estimate.
    subsidy
        Row of the catalog's ``subsidies``.
    normalise
        Scale tables by per cent or yuan that do not add up for a stairwell.
    compensation_yuan
        Floor to what each of its households receives.
    sun
        Rule of the catalog's ``sun_rules``; empty: the sun is not computed.

    Examples
    --------
    >>> LiftTerms(scheme="hangzhou", normalise=True, compensation_yuan={1: 10_000}).subsidy
    'luoyang'
    """

    scheme: str = "guangzhou"
    cost_yuan: float | None = None
    subsidy: str = "luoyang"
    normalise: bool = False
    compensation_yuan: Mapping[int, float] | None = None
    sun: str = "dahan"


@dataclass(frozen=True, repr=False)
class LiftPlan:
    """Every stairwell judged.

    Attributes
    ----------
    table
        Index entrance_id; the columns of ``fit_lifts``, then cost_yuan, subsidy_yuan (half of each where two
        stairwells share one lift), lowest_yuan and highest_yuan (of the households that pay), ground_yuan (what
        a first-floor household pays, negative when it is compensated), sunroom_yuan (for the first-floor homes
        with room), voted and agreed (heads), vote (``passed``, ``agreed_short``, ``quorum_short``,
        ``no_vote``), to_win, and, where the sun was computed, windows, most_lost_min, worst_before_h,
        worst_after_h, below; geometry is the footprint.
    shares
        Who pays what, by entrance_id; only where a lift fits.
    counts
        The votes, by entrance_id; only where somebody voted. Where two stairwells share one lift, the owners of both
        are counted together, under either.
    sun
        Hours of sun by window; None when it was not computed.
    """

    table: gpd.GeoDataFrame
    shares: Mapping[str, LiftShares]
    counts: Mapping[str, Tally]
    sun: LiftSun | None
    scheme: Scheme

    def missing(self) -> pd.DataFrame:
        """List the votes still to be won, stairwell by stairwell: entrance_id, household, floor, state."""
        floors = {str(h): int(f) for s in self.shares.values() for h, f in s.table["floor"].items()}
        each = {c.matter: (i, c) for i, c in reversed(list(self.counts.items()))}  # a shared lift once
        rows = [(i, v, floors.get(v), c.state) for i, c in sorted(each.values(), key=lambda e: e[0]) for v in c.to_win]
        return pd.DataFrame(rows, columns=["entrance_id", "household", "floor", "state"])

    def __repr__(self) -> str:
        """Read the plan aloud."""
        verdicts, votes = self.table["verdict"].value_counts(), self.table["vote"].value_counts()
        forms = self.table.loc[self.table["verdict"] == "fits", "form"].value_counts()
        said = ", ".join(f"{n} {form}" for form, n in sorted(forms.items()))
        return (
            f"Lifts for {len(self.table)} stairwells: room in {verdicts.get('fits', 0)} ({said}; "
            f"survey pipes, structure, entry), {verdicts.get('blocked', 0)} blocked, "
            f"{votes.get('passed', 0)} agreed by vote"
        )


@dataclass(frozen=True)
class LiftGround:
    """What lifts find in an area, whoever lives there.

    Attributes
    ----------
    fit
        As ``fit_lifts`` gives it.
    sun
        As ``shade_lifts`` gives it; None when it was not asked for.
    """

    fit: gpd.GeoDataFrame
    sun: LiftSun | None


def lift_ground(area: StudyArea, sun: str = "") -> LiftGround:
    """Judge where a lift fits, and by which rule of the catalog it takes sun from windows.

    Parameters
    ----------
    area
        The area as it stands.
    sun
        Rule of the catalog's ``sun_rules``; "" leaves the sun out.

    Returns
    -------
    LiftGround
        ``fit``, as ``spatialreno.works.fit_lifts`` gives it, and ``sun``: ``shade_lifts``, or None.

    Raises
    ------
    InputError
        For an unknown rule.

    Examples
    --------
    >>> import spatialreno as sr
    >>> len(lift_ground(sr.read_area("data/geo/xigongdi")).fit)
    96
    """
    fit = fit_lifts(area)
    return LiftGround(fit, shade_lifts(area, fit, rule=sun) if sun else None)


def plan_lifts(
    area: StudyArea,
    terms: LiftTerms | None = None,
    *,
    register: Register | None = None,
    ground: LiftGround | None = None,
) -> LiftPlan:
    """Judge a lift for every stairwell: fit, sun, cost, shares to the fen, votes.

    Parameters
    ----------
    area
        Any area: as it is, or as a scenario would leave it.
    terms
        Cost, subsidy, table of shares, compensation, sun rule.
    register
        The ballot book; read from the area when not given.
    ground
        Where lifts fit and what they shade, if that is known already (``lift_ground`` by the same sun rule).

    Returns
    -------
    LiftPlan

    Raises
    ------
    InputError
        An unknown table, subsidy or rule; shares that do not add up; ballots that cannot be counted; the sun
        is asked for and pvlib is not installed.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.community import LiftTerms
    >>> plan = plan_lifts(sr.read_area("data/geo/xigongdi"), LiftTerms(sun=""))
    >>> float(plan.table.loc["B02-1", "subsidy_yuan"])
    80000.0
    """
    terms, book = terms or LiftTerms(), register or read_register(area)
    scheme = share_scheme(area.catalog, terms.scheme)
    ground = ground or lift_ground(area, terms.sun)
    fit, sun = ground.fit, ground.sun
    counts = _counts(fit, book)
    shares = {
        str(i): _shared(str(i), row, book, scheme, terms) for i, row in fit.iterrows() if row["verdict"] == "fits"
    }
    rows = [_row(str(i), row, shares, counts, area) for i, row in fit.iterrows()]
    told = pd.DataFrame(rows, index=fit.index, columns=[*_MONEY, *_VOTES])
    if sun is not None:
        told = told.join(sun.table[_SUN])
    table = gpd.GeoDataFrame(fit.drop(columns="geometry").join(told), geometry=fit.geometry, crs=area.crs)
    return LiftPlan(table, shares, counts, sun, scheme)


def _counts(fit: pd.DataFrame, book: Register) -> dict[str, Tally]:
    """Count the votes; a lift that two stairwells share asks the owners of both."""
    said = set(book.votes.loc[book.votes["kind"] == MATTER, "place"])
    counts = {}
    for i, partner in fit["partner"].items():
        wells = sorted({str(i), *([partner] if partner else [])})
        if not said.isdisjoint(wells):
            counts[str(i)] = book.joint_poll(MATTER, wells).count(f"{MATTER}:{'+'.join(wells)}")
    return counts


def _shared(i: str, row: Row, book: Register, scheme: Scheme, terms: LiftTerms) -> LiftShares:
    """Share one lift among the homes of its stairwell, or of the two that share it."""
    homes = book.homes[book.homes["entrance_id"].isin({i, row["partner"]})]
    constants = book.area.catalog.constants
    cost = constants["lift_cost_yuan"] if terms.cost_yuan is None else terms.cost_yuan
    return share_lift(
        homes,
        cost,
        scheme,
        subsidy_yuan=subsidy_of(book.area.catalog, terms.subsidy, cost),
        normalise=terms.normalise,
        compensation_yuan=terms.compensation_yuan,
    )


def _row(
    i: str, fit: Row, shares: Mapping[str, LiftShares], counts: Mapping[str, Tally], area: StudyArea
) -> dict[str, Any]:
    """Sum up money and votes of one stairwell."""
    row: dict[str, Any] = dict.fromkeys(_MONEY, float("nan"))
    if i in shares:
        own, parts = shares[i], 2 if fit["partner"] else 1
        low, high = own.range_yuan
        ground = own.table.loc[own.table["floor"] == 1, "pays_yuan"]
        row |= {"cost_yuan": own.cost_yuan / parts, "subsidy_yuan": own.subsidy_yuan / parts, "lowest_yuan": low,
                "highest_yuan": high, "ground_yuan": float(ground.mean()) if len(ground) else float("nan")}  # fmt: skip
        constants = area.catalog.constants
        row["sunroom_yuan"] = fit["sunrooms"] * constants["sunroom_m2"] * constants["sunroom_yuan_m2"]
    count = counts.get(i)
    votes = (count.voted_heads, count.agreed_heads, count.state, len(count.to_win)) if count else _NO_VOTES
    return row | dict(zip(_VOTES, votes, strict=True))
