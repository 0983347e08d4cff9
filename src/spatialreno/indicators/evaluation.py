"""evaluate: one area held to one planning standard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import Shown, as_area, refuse_unknown
from spatialreno.catalog import Standard
from spatialreno.indicators.parts import asked_stems, found_rows
from spatialreno.indicators.rows import tidy
from spatialreno.indicators.workings import Ground, NotWorkedOut, Workings

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Shown):
    """What an area offers its residents, held to a standard.

    Attributes
    ----------
    table
        Findings: index (level, place, indicator); columns value, unit, target, meets, source, mark.
    access
        A row a home and facility kind: building_id, kind, facility_id, distance_m (NaN when unreached),
        straight_m, radius_m, level, within, min_general, min_elderly, clause, confidence; its ``attrs`` tell who
        walked and what was assumed about opening hours and ramps.
    scores
        Index building_id; columns score (0 to 100, NaN when unknown), residents and households.
    baskets
        Index building_id, a column a basket of the standard: 1 where the whole basket is within radius, 0 where not,
        NaN where reach is not known.
    standard
        The standard.
    weights
        Weight of each kind in the score, sum 1; index kind.
    place
        Name of the area, the place of rows at level ``area``.
    fingerprint
        Of the area.
    ground
        What the land rows rest on: free land, lane widths, fire access.

    After ``only=``, what was not worked out refuses to be used: ``ground`` and ``weights``, and without an indicator of
    the living circle ``access``, ``scores`` and ``baskets``, too.
    """

    table: pd.DataFrame
    access: pd.DataFrame
    scores: pd.DataFrame
    baskets: pd.DataFrame
    standard: Standard
    weights: pd.Series[float]
    place: str
    fingerprint: str
    ground: Ground

    def value(self, indicator: str) -> float:
        """Look up one indicator of the whole area.

        Parameters
        ----------
        indicator
            Its key, such as ``score``, ``covered:pharmacy`` or ``wall_length_m``; ``catalog.indicators`` lists them.

        Returns
        -------
        float
            In the unit of the catalog's ``indicators``; NaN where it is not known.

        Raises
        ------
        InputError
            The standard or the catalog has no such indicator, or it was not asked for; the nearest names are told.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> sr.evaluate(today, only=["homes", "residents"]).value("residents")
        2523.0
        """
        told = self.table.index[self.table.index.get_level_values("level") == "area"].get_level_values("indicator")
        refuse_unknown([indicator], told, what="value", noun="indicator that was worked out")
        return float(self.table["value"].loc[("area", self.place, indicator)])

    def __repr__(self) -> str:
        """Read the findings aloud."""
        if isinstance(self.ground, NotWorkedOut):
            return f"Evaluation of {self.place} by {self.standard.name}, {len(self.table)} findings asked for"
        found = self.table["value"].xs(("area", self.place))
        shares = [
            f"{_said(share, '.0%')} reach {self._basket(name)} within their radius"
            for name, share in found.items()
            if str(name).startswith("basket:")
        ]
        lines = [f"{_said(found['residents'], ',.0f')} residents in {found['homes']:.0f} homes"]
        unread = f"{found['score_unread']:.0%} of its weight on norms unread in print"
        lines += [f"circle score {_said(found['score'], '.1f')} of 100 ({unread})", *shares]
        return f"Evaluation of {self.place} by {self.standard.name}: " + "; ".join(lines)

    def _basket(self, name: object) -> str:
        titles = {f"basket:{b.id}": b.title_en or b.title_zh for b in self.standard.baskets}
        return titles[str(name)].lower()


def _said(value: float, form: str) -> str:
    return "unknown" if pd.isna(value) else format(value, form)


def evaluate(
    area: StudyArea,
    standard: str | Standard = "gb50180-2018",
    *,
    only: Iterable[str] | str | None = None,
    group: str = "general",
    at: str | datetime | None = None,
) -> Evaluation:
    """Hold an area to a planning standard: walking, living circles, open space, walls and what else stands.

    Parameters
    ----------
    area
        As surveyed or as a plan would leave it.
    standard
        A standard's name in the catalog, the path of its TOML file, or a ``Standard``.
    only
        Indicators that are wanted, such as ``["score", "covered:pharmacy", "wall_length_m"]``; a name without its
        colon stands for all it is told of (``covered``). Nothing else is worked out: counts cost milliseconds, walks
        and land seconds. Without it, everything.
    group
        Walking group of the catalog whose ways count: ``wheelchair`` takes no steps and no narrow places.
    at
        A moment of local time, at which gates are open by their hours; without one they count as open at all hours.

    Returns
    -------
    Evaluation
        Table of findings, access by home and kind, scores by home.

    Raises
    ------
    InputError
        The standard is unknown or names kinds that the catalog lacks; ``only`` names what is no indicator of an area.

    Notes
    -----
    Compliance is judged by walking distance, each kind at its own radius and level (levels are not
    nested); minutes are told beside it, for general and elderly walkers. The score is explained in
    docs/circle-score.md.

    Examples
    --------
    >>> import spatialreno as sr
    >>> found = evaluate(sr.read_area("data/geo/xigongdi"))
    >>> found.value("residents")
    2523.0
    >>> evaluate(sr.read_area("data/geo/xigongdi"), only="homes").value("homes")
    30.0
    """
    area = as_area(area, what="evaluate")
    norm = standard if isinstance(standard, Standard) else area.catalog.standard(standard)
    names = None if only is None else asked_stems(area.catalog, only, what="only")
    work = Workings(area, norm, group, at)
    told = tidy(found_rows(work, names), area.catalog)
    rest = _worked_out(work, whole=only is None)
    return Evaluation(table=told, standard=norm, place=area.name, fingerprint=area.fingerprint, **rest)


def _worked_out(work: Workings, *, whole: bool) -> dict[str, Any]:
    """Give what findings rest on: everything, or what the walks gave where they were asked for."""
    walked = whole or work.has_walked
    circle = {"access": work.access, "scores": work.scored, "baskets": work.baskets} if walked else {}
    rest = {"weights": work.weights, "ground": work.ground} if whole else {}
    names = ("access", "scores", "baskets", "weights", "ground")
    return {name: NotWorkedOut(name) for name in names} | circle | rest
