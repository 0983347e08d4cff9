"""How much of a thing a new survey holds: by its ground, not by its id, for a new survey numbers anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from spatialreno._types import Cell, Row
    from spatialreno.area import StudyArea

_DERIVED = ("geometry", "inferred", "estimated", "compound_id", "length_m", "area_m2", "footprint_m2")


def standing_share(shape: BaseGeometry, others: Iterable[BaseGeometry], near_m: float) -> float:
    """Say which share of a shape is there among others: of its length or area; a point wholly or not at all.

    Examples
    --------
    >>> wall = shapely.LineString([(0, 0), (60, 0)])
    >>> standing_share(wall, [shapely.LineString([(0, 0.2), (20, 0.2)])], 0.5)
    0.3333333333333333
    """
    own = list(others)
    if not own:
        return 0.0
    there = shapely.union_all(own)
    if shape.geom_type in ("Point", "MultiPoint"):
        return float(shapely.distance(shape, there) <= near_m)
    if shape.area:
        return float(shape.intersection(there).area / shape.area)
    wide = shapely.union_all(shapely.buffer(own, near_m, cap_style="flat"))
    return float(shape.intersection(wide).length / shape.length) if shape.length else 0.0


def match(row: Row, layer: str, survey: StudyArea, near_m: float) -> str:
    """Find the row of a new survey that is this one: by its id where it lies there, else by its ground; empty: none."""
    frame = survey.layer(layer)
    name, shape = str(row.name), row.geometry
    if name in frame.index and frame.geometry[name].distance(shape) <= near_m:
        return name
    shares = {str(i): standing_share(shape, [g], near_m) for i, g in frame.geometry.items() if g.intersects(
        shape.buffer(near_m))}  # fmt: skip
    best = max(sorted(shares), key=lambda i: shares[i], default="")
    return best if best and shares[best] > 0.5 else ""


def altered_share(before: Row, planned: Row, found: Row) -> float:
    """Say which share of a change was made, by the cell that came least far; a number may stop on the way."""
    shares = []
    for column in planned.index:
        was, wanted = before[column], planned[column]
        if column in _DERIVED or _same(was, wanted):
            continue
        is_: Any = found.get(column)
        if _number(was) and _number(wanted) and _number(is_):
            shares.append(min(1.0, max(0.0, (float(is_) - float(was)) / (float(wanted) - float(was)))))
        else:
            shares.append(float(_same(is_, wanted)))
    return min(shares, default=0.0)


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not pd.isna(value)


def _same(one: Cell, other: Cell) -> bool:
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) and pd.isna(other))
    return bool(one == other)
