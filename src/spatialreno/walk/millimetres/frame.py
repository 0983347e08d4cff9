"""The fabric's own coordinates: whole millimetres from a corner of the area, exact in binary floating point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno._types import Floats, Geometries, Ints

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MM_PER_M = 1000.0


@dataclass(frozen=True)
class Frame:
    """Turn metres of the area's CRS into whole millimetres near zero, and back."""

    x0: float
    y0: float

    def to_mm(self, coords: Floats) -> Floats:
        """Round metres to the nearest millimetre, counted from the corner."""
        return np.asarray(np.rint((np.asarray(coords, float) - (self.x0, self.y0)) * MM_PER_M))

    def to_m(self, coords: Floats) -> Floats:
        """Give millimetres back as metres of the area's CRS."""
        return np.asarray(np.asarray(coords, float) / MM_PER_M + (self.x0, self.y0))

    def geometries_mm(self, geometries: ArrayLike) -> Geometries:
        """Round whole geometries to the nearest millimetre."""
        return np.asarray(shapely.transform(shapely.force_2d(np.asarray(geometries, object)), self.to_mm))

    def geometries_m(self, geometries: ArrayLike) -> Geometries:
        """Give whole geometries back in metres."""
        return np.asarray(shapely.transform(np.asarray(geometries, object), self.to_m))


def lengths_mm(start: Floats, end: Floats) -> Ints:
    """Measure straight lines between points in millimetres, rounded up to whole ones."""
    away = np.asarray(np.sqrt(((end - start) ** 2).sum(axis=1)))
    return np.asarray(np.ceil(away), np.int64)


def lines(start: Floats, end: Floats) -> Geometries:
    """Draw one straight line for each pair of points."""
    return np.asarray(shapely.linestrings(np.stack([start, end], axis=1)))
