"""A gate taken out of a wall that stands leaves a hole: the wall is cut where the gate was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from shapely.ops import substring

from spatialreno.area import in_pieces

if TYPE_CHECKING:
    import geopandas as gpd


def with_holes(walls: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, reach_m: float) -> gpd.GeoDataFrame:
    """Cut the width of gates out of walls; nobody is stopped where a gate was.

    Parameters
    ----------
    walls
        Walls that stand, by id.
    gates
        Gates taken down, with `width_m` and `wall_id`.
    reach_m
        A gate also cuts walls drawn as near as this to it, along the same line.

    Returns
    -------
    geopandas.GeoDataFrame
        A wall in two pieces becomes ``W12/1`` and ``W12/2``; one that keeps a single piece keeps its id.
    """
    places, widths = gates.geometry.to_numpy(), gates["width_m"].to_numpy(float)
    pieces = []
    for wall, line in walls.geometry.items():
        mine = (gates["wall_id"] == wall).to_numpy(bool) | shapely.dwithin(places, line, reach_m)
        cuts = [
            (float(shapely.line_locate_point(line, place)) - width / 2, width)
            for place, width in zip(places[mine], widths[mine], strict=True)
        ]
        pieces.append(_rest(line, sorted(cuts)) if cuts else [line])
    return in_pieces(walls, pieces)


def _rest(line: Any, cuts: list[tuple[float, float]]) -> list[Any]:
    """Give what is left of a line without stretches (begin, width), in order along it."""
    parts, at = [], 0.0
    for begin, width in cuts:
        if begin > at:
            parts.append(substring(line, at, begin))
        at = max(at, begin + width)
    if at < line.length:
        parts.append(substring(line, at, line.length))
    return parts
