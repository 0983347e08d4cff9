"""High-rises: does an engine find a place along one long side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Bools
from spatialreno.land.fire.net import Net

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry


def long_sides(buildings: gpd.GeoSeries, net: Net, stands: Bools, constants: Mapping[str, float]) -> pd.Series:
    """Tell which buildings have a lane an engine can stand on along a long side.

    The clear ground of the lane must touch, for ``fire_operation_m``, the strip beside the side in which
    the edge of an operation place may lie (``fire_operation_near_m`` to ``fire_operation_far_m``).

    Parameters
    ----------
    buildings
        Outlines by id.
    net, stands
        The graph and its pieces where an engine stands.
    constants
        Of the catalog.

    Returns
    -------
    Series
        bool by id.
    """
    near, far = constants["fire_operation_near_m"], constants["fire_operation_far_m"]
    tree, length = shapely.STRtree(_clear_ground(net, stands)), net.length_m[stands]
    found = {}
    for name, outline in buildings.items():
        strips = _strips(outline, near, far)
        lengths = [float(length[tree.query(strip, predicate="intersects")].sum()) for strip in strips]
        found[str(name)] = max(lengths, default=0.0) >= constants["fire_operation_m"] - 1e-6
    return pd.Series(found, dtype=bool)


def _strips(outline: BaseGeometry, near_m: float, far_m: float) -> list[Any]:
    """Draw the strips beside both long sides of the smallest rectangle around a building."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(outline))[:4]
    sides = [(corners[k], corners[(k + 1) % 4]) for k in range(4)]
    length = [float(np.hypot(*(b - a))) for a, b in sides]
    middle = corners.mean(axis=0)
    strips = []
    for (a, b), size in zip(sides, length, strict=True):
        if size < max(length) - 1e-6 or not size:
            continue
        square = np.array([b[1] - a[1], a[0] - b[0]]) / size
        square = square if square @ (a - middle) > 0 else -square
        strips.append(
            shapely.polygons([a + near_m * square, b + near_m * square, b + far_m * square, a + far_m * square])
        )
    return strips


def _clear_ground(net: Net, stands: Bools) -> Any:
    """Draw the clear ground of each piece, from what stands on its left to what stands on its right."""
    stations, offset = net.survey.stations, net.survey.widths()[0][stands]
    start, end = stations.start[stands], stations.end[stands]
    run = end - start
    square = np.column_stack([-run[:, 1], run[:, 0]]) / np.maximum(np.hypot(*run.T), 1e-12)[:, None]
    left, right = offset[:, :1] * square, -offset[:, 1:] * square
    return shapely.polygons(np.stack([start + left, end + left, end + right, start + right], axis=1))
