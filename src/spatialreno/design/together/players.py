"""Who takes part: compounds or owner units, what each would do by itself, and what only several can do together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

BY = ("compound", "owner")
#: Coalition of those without whom a work cannot be done; 0: nobody's, taken as done.
Asked = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Players:
    """Who takes part, in the order of their bits.

    Attributes
    ----------
    ids
        Ids of compounds or parties, sorted.
    names
        What they are called.
    of_compound
        By compound id, the number of its player.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    of_compound: dict[str, int]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ids)

    @property
    def everybody(self) -> int:
        """The coalition of all."""
        return (1 << self.count) - 1

    def coalition(self, compounds: Iterable[object]) -> int:
        """Name those who hold some compounds."""
        found = 0
        for one in compounds:
            at = self.of_compound.get(one) if isinstance(one, str) else None
            found |= 0 if at is None else 1 << at
        return found

    def told(self, coalition: int) -> list[str]:
        """List the ids of a coalition."""
        return [one for at, one in enumerate(self.ids) if coalition >> at & 1]

    @cached_property
    def compounds(self) -> tuple[tuple[str, ...], ...]:
        """The compounds of each player."""
        found: list[list[str]] = [[] for _ in self.ids]
        for compound, at in sorted(self.of_compound.items()):
            found[at].append(compound)
        return tuple(tuple(each) for each in found)


def find_players(area: StudyArea, by: str) -> Players:
    """Let each compound be a player, or each party that holds the land use of some; a compound without one is its own.

    Raises
    ------
    InputError
        ``by`` is neither word, or there is no compound.
    """
    if by not in BY:
        raise InputError(f"synergy: by is {by!r}. Use one of {', '.join(BY)}.")
    compounds = area.compounds
    if compounds.empty:
        raise InputError("synergy: the area has no compound, so nobody can do anything together. Add the layer.")
    holder = _holders(area) if by == "owner" else {}
    player = {str(one): holder.get(str(one), str(one)) for one in compounds.index}
    ids = tuple(sorted(set(player.values())))
    number = {one: at for at, one in enumerate(ids)}
    called = {**compounds["name"].to_dict(), **(area.parties["name"].to_dict() if by == "owner" else {})}
    names = tuple(str(called.get(one) or one) for one in ids)
    return Players(ids, names, {compound: number[one] for compound, one in player.items()})


def _holders(area: StudyArea) -> dict[str, str]:
    """Find for each compound the party that holds most of its land use; of equals the first by id."""
    rights = area.rights[(area.rights["right"] == "land_use") & area.rights["feature_id"].isin(area.compounds.index)]
    shares = pd.DataFrame(rights).assign(share=rights["share"].fillna(1.0))
    best = shares.sort_values(["feature_id", "share", "party_id"], ascending=[True, False, True], kind="stable")
    first = best.drop_duplicates("feature_id")
    return dict(zip(first["feature_id"].astype(str), first["party_id"].astype(str), strict=True))


def who_must(area: StudyArea, after: StudyArea, players: Players, things: Iterable[tuple[str, str]]) -> Asked:
    """Name for each thing that a scenario touches the players in or between whose compounds it stands."""
    found: Asked = {}
    for layer, name in things:
        before, then = area.layer(layer), after.layer(layer)
        source = area if name in before.index else after
        row = (before if source is area else then).loc[name]
        walls = source.walls
        wall = row.get("wall_id") if layer == "gates" else None
        line = walls.loc[wall] if isinstance(wall, str) and wall in walls.index else row
        found[layer, name] = players.coalition(line.get(c) for c in ("compound_a", "compound_b", "compound_id"))
    return found


def bill_by_coalition(area: StudyArea, scenario: Scenario, asked: Asked) -> dict[int, float]:
    """Add up what works cost by those without whom they cannot be done, with design, supervision and reserve."""
    from spatialreno.scenario import ledger_lines, make_bill, priced_acts

    ledger = priced_acts(scenario, area)
    ledger = ledger[ledger["verb"] != "keep"]
    key = [asked.get(thing, 0) for thing in zip(ledger["layer"], ledger["id"], strict=True)]
    parts = {str(who): [ledger_lines(rows)] for who, rows in ledger.groupby(key, sort=True)}
    if not parts:
        return {}
    return {int(str(who)): float(cost) for who, cost in make_bill(parts, area.catalog).total.fillna(0.0).items()}
