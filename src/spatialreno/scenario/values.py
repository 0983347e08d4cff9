"""What a scenario may hold: plain text, numbers and truths, phases, shapes of one part. Data, never code."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

from shapely import Point
from shapely.geometry.base import BaseGeometry

from spatialreno.area import crs_text, stated_crs
from spatialreno.errors import ScenarioError

LONLAT_TEXT = "OGC:CRS84"
_SHAPES = ("Point", "LineString", "Polygon")


def cell(value: Any, where: str) -> str | int | float | bool:
    """Return a text, a finite number or a truth; numpy's become Python's, everything else is refused."""
    if getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ScenarioError(f"{where} = {value!r}: is no text, finite number or true/false. Give one of these.")


def cells(values: Mapping[str, Any], where: str) -> tuple[tuple[str, Any], ...]:
    """Freeze columns and their values, sorted by column."""
    return tuple((str(k), cell(v, f"{where}: {k}")) for k, v in sorted(values.items()))


def phase_number(phase: object, where: str) -> int:
    """Return the phase of the works, counted from 1."""
    if isinstance(phase, bool) or not isinstance(phase, int) or phase < 1:
        raise ScenarioError(f"{where}: phase = {phase!r}. Phases are counted 1, 2, 3 …")
    return phase


def expected_number(expect: object, where: str) -> int | None:
    """Return how many things the author saw, or None where nothing is expected."""
    if expect is None or (isinstance(expect, Integral) and not isinstance(expect, bool) and int(expect) >= 0):
        return None if expect is None else int(expect)
    raise ScenarioError(f"{where}: expect = {expect!r}. Give how many things it finds: 0, 1, 2 …")


def crs_word(crs: object, where: str) -> str:
    """Write down the coordinate system of a shape; "" is the area's own."""
    return crs if isinstance(crs, str) else crs_text(stated_crs(crs, f"{where}: crs"))


def lonlat_point(at: Sequence[float], where: str) -> Point:
    """Make a point of longitude and latitude."""
    pair = [cell(v, f"{where}: at") for v in at] if isinstance(at, Sequence) and not isinstance(at, str) else []
    if len(pair) != 2 or any(isinstance(v, str | bool) for v in pair):
        raise ScenarioError(f"{where}: at = {at!r}. Give at = [longitude, latitude] in degrees.")
    return Point(pair)


def one_shape(shape: BaseGeometry, crs: str, where: str) -> BaseGeometry:
    """Accept a point, line or polygon; in degrees it must lie on the globe."""
    kind = getattr(shape, "geom_type", type(shape).__name__)
    if not isinstance(shape, BaseGeometry) or kind not in _SHAPES or shape.is_empty:
        empty = "empty " if isinstance(shape, BaseGeometry) and shape.is_empty else ""
        raise ScenarioError(f"{where}: its geometry is {empty}{kind}, expected one Point, LineString or Polygon.")
    if crs == LONLAT_TEXT:
        west, south, east, north = shape.bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise ScenarioError(
                f"{where}: {west:g}, {south:g} is no longitude and latitude. Longitude comes first: [112.43, 34.67]."
            )
    return shape
