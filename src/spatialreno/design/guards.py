"""Guards of a design: whom not to ask, what stays, what must open, what every compound must get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np
import pandas as pd

from spatialreno.design.candidates import Candidate, exclusions
from spatialreno.design.goals import Goal
from spatialreno.design.hopes import Hopes
from spatialreno.design.terms import Bools, Floor, Terms, flags
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


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
    """

    keep_party: Sequence[str]
    most_parties: int
    consent: Literal["in_hand", "not_refused"]
    must_open: Sequence[str]
    must_keep: Sequence[str]
    floor: float | Mapping[str, float]


def terms_of(
    area: StudyArea, candidates: Sequence[Candidate], cost: pd.Series[float], budget_yuan: float, guards: Guards,
    hopes: Hopes, goal: Goal, asked: pd.DataFrame,
) -> Terms:  # fmt: skip
    """Write budget and guards as terms over candidates.

    Raises
    ------
    InputError
        A guard that is not known, or names a party, a candidate or a compound that is not there.
    """
    unknown = sorted(set(guards) - set(Guards.__annotations__))
    if unknown:
        raise InputError(f"design: no guard {', '.join(unknown)}. Guards: {', '.join(Guards.__annotations__)}.")
    number = {one.id: at for at, one in enumerate(candidates)}
    must = flags(len(candidates), _numbers(guards.get("must_open", ()), number, "must_open"))
    shut = flags(len(candidates), _numbers(guards.get("must_keep", ()), number, "must_keep"))
    shut |= _of_parties(area, guards.get("keep_party", ()), asked, number)
    shut |= _without_consent(guards.get("consent"), asked, number)
    parties = asked[asked["kind"] == "party"].groupby("who", sort=True)["id"]
    return Terms(
        cost=np.asarray(cost, np.float64),
        budget=budget_yuan,
        shut=shut,
        must=must,
        rivals=tuple(exclusions(candidates, area)),
        asked=tuple(tuple(sorted({number[name] for name in ids})) for _, ids in parties),
        parties=guards.get("most_parties"),
        floors=_floors(area, guards.get("floor"), hopes, goal),
    )


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
