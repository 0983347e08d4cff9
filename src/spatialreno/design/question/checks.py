"""Guards that only the finished area can answer: trips that cut through, fire access, a wheelchair's way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno._types import Bools
from spatialreno.design.question.candidates import Candidate, scenario_of

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_SOME = 1e-9


@dataclass(eq=False)
class Check:
    """A measure of the finished area that must not exceed a limit; what was learnt of it serves every question.

    Attributes
    ----------
    name
        The guard.
    most
        What the measure may come to.
    measure
        Tells the measure of a choice.
    rises
        The measure never falls as more opens: then no larger choice keeps to the guard where a smaller one does not.
    told
        How a measure is told to people.
    never_all
        Sets of candidates not all of which may be opened.
    never_just
        Choices that are forbidden, but no larger ones.
    """

    name: str
    most: float
    measure: Callable[[Bools], float]
    rises: bool
    told: Callable[[float], str]
    never_all: list[tuple[int, ...]] = field(default_factory=list)
    never_just: list[tuple[int, ...]] = field(default_factory=list)
    known: dict[bytes, float] = field(default_factory=dict)

    def of(self, chosen: Bools) -> float:
        """Measure a choice, remembered."""
        key = chosen.tobytes()
        if key not in self.known:
            self.known[key] = self.measure(chosen)
        return self.known[key]

    def keeps(self, chosen: Bools) -> bool:
        """Tell whether a choice keeps to the guard."""
        if any(chosen[list(some)].all() for some in self.never_all):
            return False
        return self.of(chosen) <= self.most + _SOME

    def learn(self, chosen: Bools) -> int:
        """Forbid a choice that does not keep to the guard; returns how many new sets are forbidden."""
        if any(chosen[list(some)].all() for some in self.never_all) or self.keeps(chosen):
            return 0
        if not self.rises:
            some = tuple(np.flatnonzero(chosen).tolist())
            fresh = some not in self.never_just
            self.never_just += [some] if fresh else []
            return int(fresh)
        least = chosen.copy()
        for one in np.flatnonzero(chosen).tolist():
            least[one] = False
            if self.keeps(least):
                least[one] = True
        self.never_all.append(tuple(np.flatnonzero(least).tolist()))
        return 1


def through_check(area: StudyArea, ready: StudyArea, candidates: Sequence[Candidate], most: float) -> Check:
    """Hold the share of outside trips that cut through the compounds to a limit."""
    from spatialreno.walk import OutsideTrips

    everything = [one for one in candidates if one.acts[0][2] == "gone"]
    gone = {thing for one in everything for thing in one.features}
    wall_of = dict(zip(ready.gates.index, ready.gates["wall_id"], strict=True))
    everything += [
        one for one in candidates
        if one.acts[0][2] == "public" and ("walls", wall_of[one.acts[0][1]]) not in gone
    ]  # fmt: skip
    opened = scenario_of(everything, "everything").apply(area)
    trips = OutsideTrips.of(opened, sorted(_beside(ready, candidates)))

    def share(chosen: Bools) -> float:
        return trips.share(_after(area, candidates, chosen))

    return Check("most_through", most, share, True, lambda value: f"{value:.1%} of {trips.count:,} outside trips")


def fire_check(area: StudyArea, candidates: Sequence[Candidate]) -> Check:
    """Let no building lose its fire access."""
    from spatialreno.land import fire_access

    def verdicts(at: StudyArea) -> pd.Series:
        told: pd.Series = fire_access(at).buildings["verdict"]
        return told.map({"pass": 2, "ask": 1}).fillna(0)

    today = verdicts(area)

    def lost(chosen: Bools) -> float:
        after = verdicts(_after(area, candidates, chosen)).reindex(today.index)
        return float((after < today).sum())

    return Check("keep_fire", 0.0, lost, False, lambda value: f"{value:,.0f} buildings lose fire access")


def wheelchair_check(area: StudyArea, candidates: Sequence[Candidate]) -> Check:
    """Let no building lose a way in a wheelchair to a kind of facility."""
    from spatialreno.walk import nearest

    def reached(at: StudyArea) -> pd.Series:
        table: pd.Series = nearest(at, group="wheelchair").set_index(["building_id", "kind"])["distance_m"]
        return table.notna()

    today = reached(area)

    def lost(chosen: Bools) -> float:
        after = reached(_after(area, candidates, chosen)).reindex(today.index, fill_value=False)
        return float((today & ~after).sum())

    return Check("keep_wheelchair", 0.0, lost, False, lambda value: f"{value:,.0f} ways in a wheelchair are lost")


def _after(area: StudyArea, candidates: Sequence[Candidate], chosen: Bools) -> StudyArea:
    some = [one for one, yes in zip(candidates, chosen, strict=True) if yes]
    return scenario_of(some, "tried").apply(area) if some else area


def _beside(area: StudyArea, candidates: Sequence[Candidate]) -> set[str]:
    """Name the compounds beside what may be opened."""
    known = set(area.compounds.index)
    found: set[str] = set()
    for one in candidates:
        for layer, name in one.features:
            row = area.layer(layer).loc[name]
            found |= {str(row[c]) for c in ("compound_a", "compound_b", "compound_id") if c in row.index}
            if layer == "gates" and row["wall_id"] in area.walls.index:
                wall = area.walls.loc[row["wall_id"]]
                found |= {str(wall["compound_a"]), str(wall["compound_b"])}
    return found & known
