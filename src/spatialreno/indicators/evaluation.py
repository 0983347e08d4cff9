"""evaluate: one area held to one planning standard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import Shown
from spatialreno.catalog import Standard
from spatialreno.indicators.access import access
from spatialreno.indicators.circle import circle_sources, circle_values, kind_weights, scores, unread_share
from spatialreno.indicators.declared import declared_rows
from spatialreno.indicators.lanes import fire_rows, land_rows, lane_rows
from spatialreno.indicators.measures import (
    block_rows,
    facility_rows,
    illegal_rows,
    listed_rows,
    parking_rows,
    wall_rows,
)
from spatialreno.indicators.open_space import block_green_rows, open_space_rows
from spatialreno.indicators.people import head_counts, homes, places_of, resident_means
from spatialreno.indicators.rows import Row, marks, tidy

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea
    from spatialreno.land import FireAccess

_LOCAL = ("score", "basket")  # told for blocks and compounds too


@dataclass(frozen=True, eq=False)
class Ground:
    """The land of an area: its free pieces, the clear widths of its paths, and whom a fire engine reaches."""

    free: gpd.GeoDataFrame
    lanes: gpd.GeoDataFrame
    fire: FireAccess


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

        Raises
        ------
        KeyError
            The standard or the catalog has no such indicator.
        """
        return float(self.table["value"].loc[("area", self.place, indicator)])

    def __repr__(self) -> str:
        """Read the findings aloud."""
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
        The standard is unknown or names kinds that the catalog lacks.

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
    """
    from spatialreno.blocks import compound_blocks, merge_blocks

    norm = standard if isinstance(standard, Standard) else area.catalog.standard(standard)
    weights = kind_weights(norm, area.catalog.facilities)
    people = homes(area)
    found = access(area, norm, people, group=group, at=at)
    score = scores(found, weights, norm.score.fade).reindex(people.index)
    values = circle_values(found, norm, score).reindex(people.index)
    merged = compound_blocks(area)
    places = places_of(area, people, merged)
    ground, unread = _ground(area), unread_share(norm, weights)
    rows = [
        *_people_rows(area, norm, people, values, places, unread=unread),
        *_ground_rows(area, norm, people.assign(block=places["block"]), merge_blocks(area)),
        *land_rows(area, ground.free),
        *lane_rows(area, ground.lanes),
        *fire_rows(area, ground.fire, area.buildings["compound_id"].map(merged)),
        *declared_rows(area, people, group=group, at=at),
        Row("area", area.name, "score_unread", unread, source=norm.name),
    ]
    return Evaluation(
        table=tidy(rows, area.catalog),
        access=found,
        scores=pd.DataFrame({"score": score, "residents": people["residents"], "households": people["households"]}),
        baskets=pd.DataFrame({b.id: values[f"basket:{b.id}"] for b in norm.baskets}, index=people.index),
        standard=norm,
        weights=weights,
        place=area.name,
        fingerprint=area.fingerprint,
        ground=ground,
    )


def _ground(area: StudyArea) -> Ground:
    from spatialreno.land import fire_access, free_land, lane_widths

    return Ground(free_land(area), lane_widths(area), fire_access(area))


def _people_rows(
    area: StudyArea,
    norm: Standard,
    people: pd.DataFrame,
    values: pd.DataFrame,
    places: dict[str, pd.Series[str]],
    *,
    unread: float,
) -> list[Row]:
    inferred = bool(area.walls["inferred"].any())
    local = values[[c for c in values if str(c).startswith(_LOCAL)]]
    sources = circle_sources(norm)
    sources["score"] += f"; {unread:.0%} of its weight rests on norms unread in print"
    rows = []
    for level, of in places.items():
        told = values if level == "area" else local
        rows += head_counts(people, of, level=level)
        rows += resident_means(told, people, of, level=level, inferred=inferred, sources=sources)
    heated = people[["heated"]].rename(columns={"heated": "heated_share"})
    rows += resident_means(heated, people, places["area"], level="area")
    mark, source = marks(inferred=inferred), sources["score"]
    own = (
        Row("building", str(home), "score", float(score), source=source, mark=mark)
        for home, score in values["score"].items()
    )
    return [*rows, *own]


def _ground_rows(area: StudyArea, norm: Standard, people: pd.DataFrame, blocks: gpd.GeoDataFrame) -> list[Row]:
    residents, households = (float(people[c].sum(min_count=1)) for c in ("residents", "households"))
    guessed = bool(people["estimated"].any())
    return [
        *block_rows(area, blocks),
        *wall_rows(area),
        *illegal_rows(area),
        *listed_rows(area),
        *facility_rows(area),
        *parking_rows(area, households, estimated=bool(people["households_estimated"].any())),
        *open_space_rows(area, norm, residents, estimated=guessed),
        *block_green_rows(area, norm, blocks, people),
    ]
