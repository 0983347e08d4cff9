"""Shapes by their ids, asked one after another which of them lie at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    import pandas as pd
    from shapely.geometry.base import BaseGeometry


class Nearby:
    """Many shapes with their ids, in a tree: a question costs what lies near, not what there is."""

    def __init__(self, shapes: pd.Series[Any]) -> None:
        """Lay the shapes of a series into a tree; its index holds the ids."""
        self._ids = shapes.index.to_numpy(object)  # one text at a time is read from these ten times as fast
        self._tree = shapely.STRtree(np.array([*shapes, None], object)[:-1])  # an array even when there is none

    def met(self, shape: BaseGeometry, how: str = "intersects") -> list[Any]:
        """Name those that a shape intersects (or ``crosses``), in their order."""
        return self._named(self._tree.query(shape, predicate=how))

    def near(self, shape: BaseGeometry, distance_m: float) -> list[Any]:
        """Name those no farther from a shape than a distance, in their order."""
        return self._named(self._tree.query(shape, predicate="dwithin", distance=distance_m))

    def _named(self, rows: Any) -> list[Any]:
        return list(self._ids[np.sort(rows)])
