"""What a design is good for, by name: the measure, how opening may raise it, and how the product measures it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno._types import Bools, Floats
from spatialreno.design.question.hopes import Hopes, Scale, hopes_of_kinds, hopes_of_lengths, hopes_of_needs
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard
    from spatialreno.walk import OpeningChoices

WORDS = ("basket", "covered:KIND", "kinds", "score", "metres")
_NO_RESIDENTS = ("score", "metres")
_MM = 1000.0


@dataclass(frozen=True)
class Goal:
    """A measure of an area that never falls as more is opened.

    Attributes
    ----------
    word
        ``basket:ID``, ``covered:KIND``, ``kinds``, ``score`` or ``metres``.
    standard
        The standard whose radii and weights count.
    area
        The area today.
    people
        Residents by home, only homes with any.
    """

    word: str
    standard: Standard
    area: StudyArea
    people: pd.Series[float]

    @property
    def needs(self) -> list[dict[str, float]]:
        """Give kinds and radii of each need; any kind of it will do. For ``kinds`` each kind is a need of its own."""
        what, _, name = self.word.partition(":")
        if what == "kinds":
            return [{kind: radius} for kind, radius in sorted(self._radius.items())]
        if what == "covered":
            return [{name: self._radius[name]}]
        baskets = {basket.id: basket for basket in self.standard.baskets}
        return [{kind: self._radius[kind] for kind in need} for need in baskets[name].needs.values()]

    @property
    def by_home(self) -> bool:
        """Tell whether each person counts once or not at all."""
        return self.word.startswith(("basket:", "covered:"))

    @property
    def by_reach(self) -> bool:
        """Tell whether people count by what is within reach, and not by how far it is."""
        return self.word not in _NO_RESIDENTS

    @property
    def whole(self) -> bool:
        """Tell whether the measure is a whole number wherever residents are."""
        return self.word not in _NO_RESIDENTS and bool((self.people % 1 == 0).all())

    def hopes(self, choices: OpeningChoices) -> Hopes:
        """Find what may change by opening; the choices are for the homes of ``people``, in order."""
        weights: Floats = np.asarray(self.people, np.float64)
        if self.by_home:
            return hopes_of_needs(choices, self.needs, weights)
        if self.word == "kinds":
            return hopes_of_kinds(choices, self._radius, weights)
        if self.word == "score":
            return hopes_of_lengths(choices, self._score_scales(), weights / weights.sum())
        limit = self.area.catalog.constants["walk_limit_m"]
        metres = {kind: Scale(limit, lambda length: -length / _MM) for kind in self._radius}
        return hopes_of_lengths(choices, metres, weights, only_walked=True)

    def measure(self, after: StudyArea) -> float:
        """Measure an area as the product does: by its own walks and its own indicators."""
        from spatialreno.indicators import access

        people = self.people.to_frame("residents")
        found = access(after, self.standard, people)
        if self.word == "metres":
            return self._metres(found)
        if self.word == "score":
            score = self._scores(found, after)
            return float((score.reindex(self.people.index) * self.people).sum() / self.people.sum())
        return float(self._held(found, after).mul(self.people, axis=0).to_numpy().sum())

    def missing(self, after: StudyArea) -> Bools:
        """Tell by home and need what is not within reach in an area; for goals that count residents."""
        from spatialreno.indicators import access

        found = access(after, self.standard, self.people.to_frame("residents"))
        within = found.pivot(index="building_id", columns="kind", values="within").reindex(self.people.index)
        held = [within[list(need)].fillna(False).astype(bool).any(axis=1).to_numpy() for need in self.needs]
        return ~np.column_stack(held)

    def by_resident(self, after: StudyArea) -> pd.Series[float]:
        """Tell by home what one resident adds to the measure in an area; for goals that count residents."""
        from spatialreno.indicators import access

        found = access(after, self.standard, self.people.to_frame("residents"))
        return self._held(found, after).sum(axis=1)

    def _scores(self, found: pd.DataFrame, after: StudyArea) -> pd.Series[float]:
        from spatialreno.indicators import kind_weights, scores

        return scores(found, kind_weights(self.standard, after.catalog.facilities), self.standard.score.fade)

    def _held(self, found: pd.DataFrame, after: StudyArea) -> pd.DataFrame:
        """Tell by home which of what counts one resident holds: the basket, or each kind."""
        from spatialreno.indicators import circle_values

        values = circle_values(found, self.standard, self._scores(found, after)).reindex(self.people.index)
        return values[[self.word] if self.by_home else [f"covered:{kind}" for kind in self._radius]]

    def _metres(self, found: pd.DataFrame) -> float:
        """Sum the metres by which walks of today have become shorter."""
        from spatialreno.indicators import access

        limit = self.area.catalog.constants["walk_limit_m"]
        before, after = (
            table.pivot(index="building_id", columns="kind", values="distance_m")
            for table in (access(self.area, self.standard, self.people.to_frame("residents")), found)
        )
        saved = (before - after).where(before <= limit, 0.0).fillna(0.0)
        return float(saved.mul(self.people, axis=0).to_numpy().sum())

    @property
    def _radius(self) -> dict[str, float]:
        return {str(kind): float(reach) for kind, reach in self.standard.table["radius_m"].items()}

    def _score_scales(self) -> dict[str, Scale]:
        """Say what a walk to each kind adds to the score of a home."""
        from spatialreno.indicators import kind_weights

        weights, fade = kind_weights(self.standard, self.area.catalog.facilities), self.standard.score.fade
        return {
            kind: Scale(reach * (1.0 + fade), _credit(100.0 * float(weights[kind]), reach, fade), int(reach * _MM))
            for kind, reach in self._radius.items()
            if weights[kind] > 0
        }


def _credit(points: float, radius_m: float, fade: float) -> Callable[[int], float]:
    """Give points up to the radius, and fewer from there on, down to none."""
    return lambda length: points * min(1.0, max(0.0, 1.0 - (length / _MM / radius_m - 1.0) / fade))


def not_of_residents(word: str) -> list[str]:
    """Tell what is wrong with a goal where residents must be counted; nothing, where it counts them."""
    if word.partition(":")[0] not in _NO_RESIDENTS:
        return []
    return [f"goal {word!r} counts no residents. Use basket, covered:KIND or kinds"]


def find_goal(area: StudyArea, word: str, standard: str | Standard) -> Goal:
    """Read a goal by its name.

    Parameters
    ----------
    area
        The area today.
    word
        ``basket`` (the standard's first) or ``basket:ID``: residents with the whole basket, each counted once;
        ``covered:KIND``: residents within the radius of a kind; ``kinds``: residents times kinds within their radius;
        ``score``: mean circle score of the residents; ``metres``: metres saved by walks of today, over residents and
        kinds, one way.
    standard
        A standard or its name.

    Returns
    -------
    Goal
        What a state of the area is worth by it, over the buildings whose residents are known.

    Raises
    ------
    InputError
        The word is none of these, or nobody's number is known.

    Examples
    --------
    >>> import spatialreno as sr
    >>> goal = find_goal(sr.read_area("data/geo/xigongdi"), "basket", "gb50180-2018")
    >>> goal.word, int(goal.people["B01"])
    ('basket:four', 77)
    """
    norm = area.catalog.standard(standard) if isinstance(standard, str) else standard
    known = [f"basket:{basket.id}" for basket in norm.baskets]
    known += [f"covered:{kind}" for kind in norm.table.index] + ["kinds", "score", "metres"]
    full = known[0] if word == "basket" and norm.baskets else word
    if full not in known:
        near = get_close_matches(word, known, n=3) or list(WORDS)
        raise InputError(f"design: goal {word!r} is not known in {norm.name}. Use one of {', '.join(near)}.")
    people = area.buildings["residents"].astype("float64")
    people = people[people > 0]
    if people.empty:
        raise InputError("design: the residents of no building are known. Fill residents or households in buildings.")
    if area.facilities.empty:
        raise InputError("design: no facility is known, so nobody can come to reach one. Add the layer facilities.")
    return Goal(full, norm, area, people)
