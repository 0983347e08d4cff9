"""Indicators that are rows: a measure bound to a layer, a kind, a distance and a target, without code."""

from __future__ import annotations

from collections.abc import Collection
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from spatialreno.area import open_facilities, standing_structures
from spatialreno.indicators.rows import Row, marks, surveyed

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


class _Declared(NamedTuple):
    """An indicator of the catalog with its measure."""

    name: str
    levels: tuple[str, ...]
    layer: str
    kind: str
    column: str
    distance_m: float
    target: float
    told: str


def declared_rows(
    area: StudyArea,
    people: pd.DataFrame,
    *,
    only: Collection[str] | None = None,
    group: str = "general",
    at: Any = None,
) -> list[Row]:
    r"""Measure the indicators that the catalog declares with a measure.

    ``count`` counts what stands of a layer, or of a kind of it; ``total`` adds a column of numbers up, and is unknown
    where one of the numbers is; ``reached`` is the share of residents within ``distance_m`` of walking,

    .. math:: \sum_{b:\, d_b \le distance} r_b / \sum_b r_b

    Parameters
    ----------
    area
        As surveyed or as a plan would leave it.
    people
        Homes, as from ``homes``.
    only
        Names of those that are measured; without it all.
    group, at
        Who walks and when, as for ``spatialreno.walk.travel_times``.

    Returns
    -------
    list of Row
        One for the area, and one for each compound where the row says so; the target is the row's.
    """
    table = area.catalog.indicators
    rows: list[Row] = []
    asked_for = table["measure"] != ""
    if only is not None:
        asked_for &= table.index.isin(list(only))
    for measure, of_measure in table[asked_for].groupby("measure"):
        for name, cells in of_measure.to_dict("index").items():
            asked = _asked(str(name), cells)
            if measure == "reached":
                rows += _reached(area, asked, people, group=group, at=at)
            else:
                rows += _added_up(area, asked, count=measure == "count")
    return rows


def _asked(name: str, cells: dict[Any, Any]) -> _Declared:
    return _Declared(
        name=name,
        levels=tuple(str(cells["level"]).split("|")),
        layer=str(cells["layer"]),
        kind=str(cells["kind"]),
        column=str(cells["column"]),
        distance_m=float(cells["distance_m"]),
        target=float(cells["target"]),
        told=str(cells["description"]),
    )


def _standing(area: StudyArea, asked: _Declared) -> pd.DataFrame:
    """Take what counts of a layer: of facilities those that serve, of structures those that stand."""
    own = {"facilities": open_facilities, "structures": standing_structures}
    rows: pd.DataFrame = own[asked.layer](area) if asked.layer in own else area.layer(asked.layer)
    return rows[rows["kind"] == asked.kind] if asked.kind else rows


def _added_up(area: StudyArea, asked: _Declared, *, count: bool) -> list[Row]:
    rows = _standing(area, asked)
    known = surveyed(area, asked.layer)
    values = pd.Series(1.0, rows.index) if count else rows[asked.column].astype("float64")
    guessed = rows["estimated"].fillna("").str.split(",").map(lambda columns: asked.column in columns)
    mark = marks(estimated=not count and bool(guessed.any()), inferred=bool(rows["inferred"].any()))

    def told(level: str, place: str, own: pd.Series[float]) -> Row:
        value = float(own.sum(skipna=False)) if known else nan
        return Row(level, place, asked.name, value, asked.target, asked.told, mark)

    found = [told("area", area.name, values)]
    if "compound" in asked.levels and "compound_id" in rows:
        groups = dict(list(values.groupby(rows["compound_id"])))
        found += [told("compound", str(i), groups.get(i, values[:0])) for i in area.compounds.index]
    return found


def _reached(area: StudyArea, asked: _Declared, people: pd.DataFrame, *, group: str, at: Any) -> list[Row]:
    from spatialreno.walk import nearest

    inferred = bool(area.walls["inferred"].any())
    walks = nearest(area, [asked.kind], limit_m=asked.distance_m, group=group, at=at)
    near = walks.set_index("building_id")["distance_m"].reindex(people.index) <= asked.distance_m
    known = surveyed(area, "facilities")

    def told(level: str, place: str, own: pd.DataFrame) -> Row:
        residents = own["residents"].dropna()
        share = residents[near.reindex(residents.index)].sum() / residents.sum() if residents.sum() > 0 else nan
        mark = marks(estimated=bool(own["estimated"].any()), inferred=inferred)
        return Row(level, place, asked.name, float(share) if known else nan, asked.target, asked.told, mark)

    found = [told("area", area.name, people)]
    if "compound" in asked.levels:
        found += [told("compound", str(i), own) for i, own in people.groupby("compound_id")]
    return found
