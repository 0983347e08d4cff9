"""Guards of a design: whom not to ask, what stays, what must open, what every compound must get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Real
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np
import pandas as pd

from spatialreno._types import Bools
from spatialreno.design.question.candidates import Candidate, exclusions
from spatialreno.design.question.checks import Check, fire_check, through_check, wheelchair_check
from spatialreno.design.question.goals import Goal
from spatialreno.design.question.hopes import Hopes
from spatialreno.design.question.terms import Floor, Terms, flags
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


#: Guards that only the finished area can answer.
CHECKS = ("most_through", "keep_fire", "keep_wheelchair")
# The bill rounds what comes on top of works to the fen, for each payer, class and share.
_ROUNDED_YUAN = 0.2


class Guards(TypedDict, total=False):
    """What a design keeps to besides its budget; each may be left out.

    Attributes
    ----------
    keep_party
        Ids of parties that are not asked for anything.
    most_parties
        At most so many parties are asked.
    consent
        ``in_hand``: only what everyone asked has agreed to; ``not_refused``: nothing that anyone has refused.
    must_open, must_keep
        Ids of candidates.
    floor
        Least share of the residents of each compound who hold the goal, from 0 to 1; or by compound.
    most_through
        Most share, from 0 to 1, of outside trips that are shorter through the compounds beside candidates than around
        them. The trips are counted once, with everything open, so that the share never falls as more opens.
    keep_fire, keep_wheelchair
        No building loses its fire access; none loses a way in a wheelchair to a kind of facility.
    """

    keep_party: Sequence[str]
    most_parties: int
    consent: Literal["in_hand", "not_refused"]
    must_open: Sequence[str]
    must_keep: Sequence[str]
    floor: float | Mapping[str, float]
    most_through: float
    keep_fire: bool
    keep_wheelchair: bool


@dataclass(frozen=True, eq=False)
class Places:
    """Where things may open: the area, the same with new gates standing closed, and the candidates in it."""

    area: StudyArea
    ready: StudyArea
    candidates: tuple[Candidate, ...]


def terms_of(
    places: Places, cost: pd.Series[float], guards: Guards, hopes: Hopes, goal: Goal, asked: pd.DataFrame
) -> Terms:
    """Write budget and guards as terms over candidates.

    Raises
    ------
    InputError
        A guard that is not known, or names a party, a candidate or a compound that is not there.
    """
    unknown = sorted(set(guards) - set(Guards.__annotations__))
    if unknown:
        raise InputError(f"design: no guard {', '.join(unknown)}. Guards: {', '.join(Guards.__annotations__)}.")
    area, candidates = places.area, places.candidates
    number = {one.id: at for at, one in enumerate(candidates)}
    must = flags(len(candidates), _numbers(guards.get("must_open", ()), number, "must_open"))
    kept_by = {
        "must_keep": flags(len(candidates), _numbers(guards.get("must_keep", ()), number, "must_keep")),
        "keep_party": _of_parties(area, guards.get("keep_party", ()), asked, number),
        "consent": _without_consent(guards.get("consent"), asked, number),
    }
    parties = asked[asked["kind"] == "party"].groupby("who", sort=True)["id"]
    return Terms(
        cost=np.asarray(cost, np.float64),
        budget=float("inf"),
        shut=np.any(list(kept_by.values()), axis=0),
        must=must,
        rivals=tuple(exclusions(candidates, places.ready)),
        asked=tuple(tuple(sorted({number[name] for name in ids})) for _, ids in parties),
        parties=_most_parties(guards.get("most_parties")),
        floors=_floors(area, guards.get("floor"), hopes, goal),
        checks=tuple(_checks(places, guards)),
        slack=_ROUNDED_YUAN,
        kept_by=tuple((guard, kept) for guard, kept in kept_by.items() if kept.any()),
    )


def _most_parties(most: int | None) -> int | None:
    if most is not None and not (isinstance(most, Real) and most >= 0 and float(most).is_integer()):
        raise InputError(f"design: most_parties is {most!r}, expected a whole number from 0 on, such as 3.")
    return most


def _checks(places: Places, guards: Guards) -> Iterator[Check]:
    """Make the guards that only the finished area can answer."""
    most = guards.get("most_through")
    if most is not None and not 0 <= most <= 1:
        raise InputError(f"design: most_through is {most:g}, expected a share from 0 to 1, such as 0.1.")
    if most is not None:
        yield through_check(places.area, places.ready, places.candidates, float(most))
    if guards.get("keep_fire"):
        yield fire_check(places.area, places.candidates)
    if guards.get("keep_wheelchair"):
        yield wheelchair_check(places.area, places.candidates)


def _numbers(ids: Sequence[str], number: dict[str, int], guard: str) -> list[int]:
    if isinstance(ids, str):
        raise InputError(f"design: {guard} is {ids!r}, expected a list of ids. Put it in a list.")
    lost = [name for name in ids if name not in number]
    if lost:
        near = get_close_matches(lost[0], number, n=3)
        hint = f" (near: {', '.join(near)})" if near else ""
        raise InputError(f"design: {guard}: {', '.join(lost)} is no candidate{hint}. Name it in candidates too.")
    return [number[name] for name in ids]


def _of_parties(area: StudyArea, parties: Sequence[str], asked: pd.DataFrame, number: dict[str, int]) -> Bools:
    if isinstance(parties, str):
        raise InputError(f"design: keep_party is {parties!r}, expected a list of party ids. Put it in a list.")
    lost = sorted(set(parties) - set(area.parties.index))
    if lost:
        raise InputError(f"design: keep_party: no such party ({', '.join(lost)}). See `spatialreno show AREA`.")
    return flags(len(number), [number[i] for i in asked.loc[asked["who"].isin(list(parties)), "id"]])


def _without_consent(consent: str | None, asked: pd.DataFrame, number: dict[str, int]) -> Bools:
    """Name the candidates that somebody has not agreed to, or has refused."""
    if consent not in (None, "in_hand", "not_refused"):
        raise InputError(f"design: consent is {consent!r}. Use in_hand or not_refused.")
    if consent is None:
        return flags(len(number), [])
    held = asked["state"].isin(["in_hand", "passed"])
    wrong = ~held if consent == "in_hand" else asked["state"] == "refused"
    return flags(len(number), [number[name] for name in asked.loc[wrong, "id"]])


def _floors(area: StudyArea, floor: float | Mapping[str, float] | None, hopes: Hopes, goal: Goal) -> tuple[Floor, ...]:
    """Say what each compound must still get, beyond who holds the goal today."""
    if floor is None:
        return ()
    if not goal.by_home:
        message = f"design: a floor needs a goal that a home holds or not, not {goal.word}."
        raise InputError(f"{message} Use basket or covered:KIND.")
    compound = area.buildings["compound_id"].reindex(goal.people.index)
    people = goal.people.groupby(compound).sum()
    shares = dict(floor) if isinstance(floor, Mapping) else dict.fromkeys(people.index, float(floor))
    lost = sorted(set(shares) - set(people.index))
    odd = [name for name, share in shares.items() if not 0 <= share <= 1]
    if lost or odd:
        message = f"design: floor: {', '.join(lost or odd)}: expected a lived-in compound and a share from 0 to 1."
        raise InputError(f"{message} Correct the floor.")
    found = []
    for place, share in sorted(shares.items()):
        today = sum(float(goal.people.iloc[home]) for home in hopes.held if compound.iloc[home] == place)
        gains = tuple(at for at, gain in enumerate(hopes.gains) if compound.iloc[gain.home] == place)
        if share * people[place] > today:
            found.append(Floor(str(place), gains, float(share * people[place] - today)))
    return tuple(found)
