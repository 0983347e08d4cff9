"""What an area assumes and nobody surveyed: shapes, hours, numbers, prices, each with how it might be otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import may_go

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Intervention

_SURE = ("read", "own")
_ABSENT = ("walls", "structures")
_NUMBERS = ("residents", "households")


@dataclass(frozen=True)
class Fact:
    """One thing that is assumed, and one way in which it may be otherwise.

    Attributes
    ----------
    layer, id
        Where it stands; a price stands in ``costs``, its id is the item's name.
    kind
        ``shape``, ``hours``, ``number`` or ``price``.
    assumed, otherwise
        In words or numbers.
    acts
        What turns the area into the other one.
    factor
        By how much people of a building, or the price of an item, are multiplied.
    """

    layer: str
    id: str
    kind: str
    assumed: str
    otherwise: str
    acts: tuple[Intervention, ...] = field(default=(), compare=False)
    factor: float = 1.0

    @property
    def name(self) -> str:
        """Name it with its alternative."""
        return f"{self.layer} {self.id}: {self.otherwise}"


def find_facts(area: StudyArea, number_share: float) -> list[Fact]:
    """List what is inferred, estimated or priced without a quotation, sorted by layer and id."""
    found = [*_shapes(area), *_gates(area), *_numbers(area, number_share), *_prices(area)]
    return sorted(found, key=lambda fact: (fact.layer, fact.id, fact.otherwise))


def _shapes(area: StudyArea) -> Iterator[Fact]:
    from spatialreno.scenario import demolish

    for layer in _ABSENT:
        frame = area.layer(layer)
        for name in frame.index[frame["inferred"].fillna(False).astype(bool) & may_go(frame)]:
            acts = (demolish(layer, ids=[str(name)]),)
            yield Fact(layer, str(name), "shape", "there", "not there", acts)


def _gates(area: StudyArea) -> Iterator[Fact]:
    """A gate that was inferred, or whose hours or passage are estimated, may be closed when it is walked."""
    from spatialreno.scenario import alter

    gates = area.gates
    guessed = _guessed(gates, ("walkers", "hours"))
    inferred = gates["inferred"].fillna(False).astype(bool)
    for name in gates.index[inferred | guessed]:
        now = str(gates.at[name, "walkers"])
        other = "closed" if now != "closed" else "public"
        kind = "shape" if inferred[name] else "hours"
        yield Fact("gates", str(name), kind, now, other, (alter("gates", ids=[str(name)], set={"walkers": other}),))


def _numbers(area: StudyArea, share: float) -> Iterator[Fact]:
    buildings = area.buildings
    guessed = _guessed(buildings, _NUMBERS)
    people = buildings["residents"].astype("float64")
    for name in buildings.index[guessed & (people > 0)]:
        for factor in (1 - share, 1 + share):
            said = f"{people[name] * factor:,.0f} residents"
            yield Fact("buildings", str(name), "number", f"{people[name]:,.0f} residents", said, (), factor)


def _guessed(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series[bool]:
    """Tell which rows say that one of some columns is estimated."""
    told = frame["estimated"].fillna("").str.split(",")
    return told.map(lambda names: not set(columns).isdisjoint(one.strip() for one in names)).astype(bool)


def _prices(area: StudyArea) -> Iterator[Fact]:
    costs = area.catalog.costs
    loose = costs[~costs["confidence"].isin(_SURE) & (costs["price"] > 0)].drop_duplicates("item_zh")
    for row in pd.DataFrame(loose).to_dict("records"):
        for edge in ("low", "high"):
            if pd.notna(row[edge]) and row[edge] != row["price"]:
                price, other = float(row["price"]), float(row[edge])
                said = (f"{price:g} yuan/{row['unit']}", f"{other:g} yuan/{row['unit']}")
                yield Fact("costs", str(row["item_zh"]), "price", *said, (), other / price)
