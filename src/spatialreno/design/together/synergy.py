"""``synergy``: what compounds or owners gain by doing a plan together, what each brings, and who would rather not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno._types import Floats
from spatialreno.area import refuse_unknown
from spatialreno.catalog import Finding, read_catalog, sentence
from spatialreno.design.question.goals import not_of_residents
from spatialreno.design.together.causes import (
    access_value,
    land_by_coalition,
    management_value,
    pipes_value,
    trench_value,
)
from spatialreno.design.together.games import MOST_EXACT, find_core, sampled_shapley, shapley, worst_off
from spatialreno.design.together.players import Players, bill_by_coalition, find_players, who_must
from spatialreno.errors import InputError
from spatialreno.scenario import as_scenarios, priced_acts

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard
    from spatialreno.scenario import Scenario
    from spatialreno.works import Dig

Value = Callable[[int], float]
UNITS = {"access": "residents", "land": "m2", "pipes": "yuan", "management": "yuan a year", "net": "yuan"}
_SOME = 1e-6
_WORST = ["cause", "way", "coalition", "short"]
#: Row of a cause, rows of its players, rows of who is worst off.
_Part = tuple[dict[str, Any], pd.DataFrame, list[dict[str, Any]]]


@dataclass(frozen=True, repr=False)
class Synergy:
    """What a plan is worth together and apart (集中连片), each coalition's own residents counted.

    No row of it says what is fair: a share is a proposal to be talked over.

    Attributes
    ----------
    by
        ``compound`` or ``owner``.
    causes
        Index cause (``access``: residents who come to hold the goal; ``land``: m² that come free; ``pipes``: yuan that
        fewer heat stations save; ``management``: yuan a year; ``net``: yuan, the last two less the bill, and whatever a
        resident was said to be worth); unit, alone (sum of what each would have by itself), all, together (all less
        alone), epsilon (what the worst-off coalition must forgo however it is shared; NaN where too many take part),
        core_empty.
    table
        A row for each cause and player: cause, player, name, alone, share (Shapley), error (standard error; 0 when
        exact), nucleolus (NaN where too many take part), last (what is lost without it), own (for access: its own
        residents who gain when all take part), bill_yuan (its part of the bill).
    worst
        A row for each cause and way to share (``shapley``, ``nucleolus``): cause, way, coalition (list of ids), short
        (how much more it would have alone; below 0: nobody would).
    findings
        What else must be known (``notes`` tells it).
    provenance
        Area, scenario, goal, standard, samples and version this rests on.
    """

    by: str
    causes: pd.DataFrame
    table: pd.DataFrame
    worst: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Close the mapping, so that an answer stays what was found."""
        object.__setattr__(self, "provenance", MappingProxyType(dict(self.provenance)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Give what is stored to be pickled."""
        return Synergy, (self.by, self.causes, self.table, self.worst, self.findings, dict(self.provenance))

    @property
    def notes(self) -> tuple[str, ...]:
        """What else must be known, a sentence each."""
        return tuple(sentence(read_catalog(), one, "en") for one in self.findings)

    def givers(self, cause: str = "access") -> list[str]:
        """List who brings something and, all together, has none of it among its own residents.

        Parameters
        ----------
        cause
            Only ``access`` is held by residents; of the other causes everybody's part is a share.

        Returns
        -------
        list of str
            Players, such as compounds or parties, in the order of ``table``.

        Raises
        ------
        InputError
            There is no such cause.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> plan = sr.Scenario("p", interventions=[sr.demolish("walls", between=["C01", "C02", "C03"])])
        >>> sr.synergy(today, plan).givers()
        ['C01']
        """
        refuse_unknown([cause], ["access", *self.causes.index], what="givers", noun="cause")
        rows = self.table[self.table["cause"] == cause]
        return rows.loc[(rows["own"] <= _SOME) & (rows["share"] > _SOME), "player"].tolist()

    def __repr__(self) -> str:
        """Read the answer aloud."""
        told = [
            f"{cause} {row['all']:,.0f} {row['unit']} ({row['alone']:,.0f} apart)"
            for cause, row in self.causes.iterrows()
            if cause != "net"
        ]
        giving = self.givers()
        more = f"; {', '.join(giving)} give without gaining" if giving else ""
        return f"Synergy by {self.by}, together: {'; '.join(told)}{more}"


def synergy(
    area: StudyArea,
    scenario: Scenario,
    *,
    by: str = "compound",
    goal: str = "basket",
    standard: str | Standard = "gb50180-2018",
    years: float = 10.0,
    yuan_per_resident: float = 0.0,
    samples: int = 200,
    seed: int = 0,
    dig: Dig | None = None,
) -> Synergy:
    r"""Tell what doing a plan together is worth, by cause, and what each one brings.

    .. math:: \text{together} = V(N) - \sum_i V(\{i\})

    A coalition does what it can without anybody else: a wall between two opens when both are in. Only its own residents
    count for it, for counted for everybody a coalition would live on the neighbours' gain. People, land and yuan are
    never added, except in ``net`` by the price that you give yourself. In ``net`` a coalition does the works that pay
    best for it, or none.

    Parameters
    ----------
    area
        The area today.
    scenario
        The plan. What it does on nobody's ground, and what it builds, is taken as done.
    by
        ``compound``, or ``owner``: who holds most of a compound's land use.
    goal
        ``basket``, ``covered:KIND`` or ``kinds``, as in ``design_openings``.
    standard
        The standard whose radii count.
    years
        So many years of management count in ``net``.
    yuan_per_resident
        What a resident who comes to hold the goal is worth to you in ``net``; 0: nothing.
    samples, seed
        Above 12 players, orders drawn by chance for the shares; their standard error is told.
    dig
        What ``sr.plan_dig`` gives for the area with the plan: ``pipes`` then counts trenches that several share too.

    Returns
    -------
    Synergy

    Raises
    ------
    InputError
        ``by`` or the goal is not known, a number is negative, or nobody takes part.
    ScenarioError
        The plan does not fit the area.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> plan = sr.Scenario("p", interventions=[sr.demolish("walls", between=["C01", "C02", "C03"])])
    >>> found = synergy(today, plan)
    >>> float(found.causes.at["management", "alone"]), bool(found.causes.at["management", "all"] > 0)
    (0.0, True)
    """
    _checked(goal, years=years, yuan_per_resident=yuan_per_resident, samples=samples)
    as_scenarios([scenario], what="synergy")
    after, players = scenario.apply(area), find_players(area, by)
    ledger = priced_acts(scenario, area)
    things = list(dict.fromkeys(zip(ledger["layer"], ledger["id"], strict=True)))
    asked = who_must(area, after, players, things)
    access, notes = access_value(area, scenario, players, goal, standard)
    land, bill = land_by_coalition(area, after, asked, players), bill_by_coalition(area, scenario, asked)
    games: dict[str, Value] = {
        "access": access, "land": _sum_of(land), "pipes": _pipes(area, dig, players),
        "management": management_value(after, players),
    }  # fmt: skip

    def net(who: int) -> float:
        saved = games["pipes"](who) + years * games["management"](who)
        return saved + yuan_per_resident * access(who) - _sum_of(bill)(who)

    exact = players.count <= MOST_EXACT
    found = [
        _exact(cause, value, players) if exact else _sampled(cause, value, players, samples, seed)
        for cause, value in {**games, "net": _best_of(net, players.count) if exact else net}.items()
    ]
    shares = _bill_shares(bill, players)
    table = pd.concat([part[1] for part in found], ignore_index=True)
    table["own"] = table["player"].map(access.own(players)).where(table["cause"] == "access")
    table["bill_yuan"] = table["player"].map(dict(zip(players.ids, shares, strict=True)))
    causes = pd.DataFrame([part[0] for part in found]).set_index("cause")
    notes += _notes(causes, bill, players, access, dig, years=years)
    return Synergy(
        by, causes, table, pd.DataFrame([row for part in found for row in part[2]], columns=_WORST), tuple(notes),
        _provenance(area, scenario, goal, standard, 0 if exact else samples),
    )  # fmt: skip


def _checked(goal: str, **numbers: float) -> None:
    wrong = [f"{name} is {value:g}, expected 0 or more" for name, value in numbers.items() if not value >= 0]
    wrong += not_of_residents(goal)
    if wrong:
        raise InputError(f"synergy: {'; '.join(wrong)}.")


def _exact(cause: str, value: Value, players: Players) -> _Part:
    """Look at every coalition."""
    every = np.array([value(who) for who in range(1 << players.count)])
    share, core = shapley(every), find_core(every)
    last = every[-1] - every[[players.everybody & ~(1 << at) for at in range(players.count)]]
    worst = [
        {"cause": cause, "way": way, "coalition": players.told(who), "short": round(short, 6)}
        for way, (who, short) in (("shapley", worst_off(every, share)), ("nucleolus", worst_off(every, core.shares)))
    ]
    row = _cause_row(cause, value, players, core.epsilon)
    zeros = np.zeros(players.count)
    return row, _player_rows(cause, value, players, (share, zeros, core.shares, last)), worst


def _sampled(cause: str, value: Value, players: Players, samples: int, seed: int) -> _Part:
    """Look at the coalitions that orders drawn by chance run through."""
    seen: dict[int, float] = {}

    def remembered(who: int) -> float:
        if who not in seen:
            seen[who] = value(who)
        return seen[who]

    share, error = sampled_shapley(players.count, remembered, samples=samples, seed=seed)
    last = np.array([remembered(players.everybody) - remembered(players.everybody & ~(1 << at))
                     for at in range(players.count)])  # fmt: skip
    short = {who: v - sum(share[at] for at in range(players.count) if who >> at & 1) for who, v in seen.items()}
    some = sorted((who for who in seen if 0 < who < players.everybody), key=lambda who: (-round(short[who], 6), who))
    worst = [{"cause": cause, "way": "shapley", "coalition": players.told(who), "short": round(short[who], 6)}
             for who in some[:1]]  # fmt: skip
    row = _cause_row(cause, remembered, players, np.nan)
    nothing = np.full(players.count, np.nan)
    return row, _player_rows(cause, remembered, players, (share, error, nothing, last)), worst


def _cause_row(cause: str, value: Value, players: Players, epsilon: float) -> dict[str, Any]:
    alone = sum(value(1 << at) for at in range(players.count))
    every = value(players.everybody)
    empty = None if np.isnan(epsilon) else bool(epsilon > _SOME * max(1.0, abs(every)))
    return {
        "cause": cause, "unit": UNITS[cause], "alone": alone, "all": every, "together": every - alone,
        "epsilon": epsilon, "core_empty": empty,
    }  # fmt: skip


def _player_rows(
    cause: str, value: Value, players: Players, found: tuple[Floats, Floats, Floats, Floats]
) -> pd.DataFrame:
    share, error, nucleolus, last = found
    alone = [value(1 << at) for at in range(players.count)]
    return pd.DataFrame(
        {
            "cause": cause, "player": players.ids, "name": players.names, "alone": alone, "share": share,
            "error": error, "nucleolus": nucleolus, "last": last,
        }
    ).round({"share": 6, "error": 6, "nucleolus": 4, "last": 6, "alone": 6}).replace(-0.0, 0.0)  # fmt: skip


def _sum_of(by_coalition: Mapping[int, float]) -> Value:
    """Add up what a coalition can do without anybody else; what is nobody's is left out."""
    parts = [(who, value) for who, value in by_coalition.items() if who]
    return lambda who: float(sum(value for needed, value in parts if needed & ~who == 0))


def _pipes(area: StudyArea, dig: Dig | None, players: Players) -> Value:
    """Add up what stations save and, where a dig is given, what trenches save."""
    stations = pipes_value(area, players)
    if dig is None:
        return stations
    trenches = trench_value(area, dig, players)
    return lambda who: stations(who) + trenches(who)


def _best_of(value: Value, count: int) -> Value:
    """Let a coalition do what pays best for it: the works of some of its members, or none."""
    best = np.array([value(who) for who in range(1 << count)])
    best[0] = 0.0
    every = np.arange(1 << count)
    for one in range(count):
        with_one = every[every >> one & 1 == 1]
        best[with_one] = np.maximum(best[with_one], best[with_one ^ (1 << one)])
    return lambda who: float(best[who])


def _bill_shares(bill: Mapping[int, float], players: Players) -> list[float]:
    """Part each work's cost equally among those whom it needs."""
    shares = [0.0] * players.count
    for who, cost in bill.items():
        for at in range(players.count):
            if who >> at & 1:
                shares[at] += cost / who.bit_count()
    return [round(each, 2) for each in shares]


def _notes(
    causes: pd.DataFrame, bill: Mapping[int, float], players: Players, access: Value, dig: Dig | None, *, years: float
) -> list[Finding]:
    """Say what a reader of the numbers must know."""
    told = [
        Finding("synergy_core", {}),
        Finding("synergy_net", {"years": years}),
        Finding("synergy_stations" if dig is None else "synergy_trenches", {}),
    ]
    if bill.get(0):
        told.append(Finding("synergy_nobody", {"yuan": bill[0]}))
    if players.count > MOST_EXACT:
        told.append(Finding("synergy_sampled", {"count": players.count}))
    people = access(players.everybody)
    whole = causes["all"].astype("float64")
    short = sum(bill.values()) - float(whole["pipes"]) - years * float(whole["management"])
    if people and short > 0:
        told.append(Finding("synergy_each", {"yuan": short / people}))
    return told


def _provenance(
    area: StudyArea, scenario: Scenario, goal: str, standard: str | Standard, samples: int
) -> dict[str, Any]:
    from spatialreno._version import __version__

    norm = area.catalog.standard(standard) if isinstance(standard, str) else standard
    return {
        "area": area.fingerprint, "scenario": scenario.fingerprint, "goal": goal, "standard": norm.name,
        "samples": samples, "version": __version__,
    }  # fmt: skip
