"""A gate taken out of a wall that stands leaves a hole: the wall is cut where the gate was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely.ops import substring

from spatialreno.area import in_pieces

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry.base import BaseGeometry


def with_holes(walls: gpd.GeoDataFrame, taken: pd.DataFrame) -> gpd.GeoDataFrame:
    """Cut the stretches of gates out of walls; nobody is stopped where a gate was.

    A gate that stood in a gap between walls leaves the gap, and cuts nothing.

    Parameters
    ----------
    walls
        Walls that stand, by id.
    taken
        The stretches of gates taken down: wall, low_m and high_m along it. Of walls that are not there nothing is cut.

    Returns
    -------
    geopandas.GeoDataFrame
        A wall in two pieces becomes ``W12/1`` and ``W12/2``; one that keeps a single piece keeps its id.
    """
    cuts: dict[str, list[tuple[float, float]]] = {}
    for wall, low, high in zip(taken["wall"], taken["low_m"], taken["high_m"], strict=True):
        cuts.setdefault(wall, []).append((low, high))
    pieces = [_rest(line, sorted(cuts.get(wall, []))) for wall, line in walls.geometry.items()]
    return in_pieces(walls, pieces)


def _rest(line: BaseGeometry, cuts: list[tuple[float, float]]) -> list[Any]:
    """Give what is left of a line without stretches (low, high), in order along it."""
    parts, at = [], 0.0
    for low, high in cuts:
        if low > at:
            parts.append(substring(line, at, low))
        at = max(at, high)
    if at < line.length:
        parts.append(substring(line, at, line.length) if at > 0 else line)
    return parts
