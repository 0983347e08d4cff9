"""Passages between obstacles that are too narrow for somebody."""

from __future__ import annotations

import numpy as np
import shapely

from spatialreno._types import Bools, Floats, Geometries, Ints
from spatialreno.walk.millimetres.frame import lines
from spatialreno.walk.millimetres.split_pieces import Pieces

_ROUNDING_MM = 1.5


def narrows(
    pieces: Pieces, polygons: Geometries, polygon_owner: Ints, half_mm: Floats, width_mm: float
) -> tuple[Floats, Ints]:
    """Bar the narrowest places between obstacles, so that nothing as wide as `width_mm` passes.

    A disc can be moved between obstacles wherever it need not pass two of them that are closer than its width, and the
    places where it must are the shortest lines between two pieces whose spanning disc is empty (the saddles of the
    distance to the obstacles). A bar across each closes what is too narrow and nothing else.

    Parameters
    ----------
    pieces
        All obstacles, in millimetres.
    polygons, polygon_owner
        Solid obstacles and whose they are; nothing passes within them.
    half_mm
        Half the thickness of what each owner is drawn as a line for; the last is that of buildings.
    width_mm
        The clear width needed.

    Returns
    -------
    tuple
        Ends of the bars, shape (n, 2, 2), and the owners on both sides, sorted, shape (n, 2).
    """
    drawn = lines(pieces.start, pieces.end)
    tree = shapely.STRtree(drawn)
    reach = width_mm + 2 * float(half_mm.max(initial=0.0))
    one, two = tree.query(drawn, predicate="dwithin", distance=reach)
    one, two = one[one < two], two[one < two]
    ends = shapely.get_coordinates(shapely.shortest_line(drawn[one], drawn[two])).reshape(-1, 2, 2)
    gap = np.sqrt(((ends[:, 1] - ends[:, 0]) ** 2).sum(axis=1))
    body = _body(pieces, one, ends, half_mm) + _body(pieces, two, ends, half_mm)
    close = (gap > _ROUNDING_MM) & (gap < width_mm + body - _ROUNDING_MM)
    one, two, ends, gap = one[close], two[close], ends[close], gap[close]
    owners = np.column_stack([pieces.owner[one], pieces.owner[two]])
    middle = shapely.points(ends.mean(axis=1))
    row, other = tree.query(middle, predicate="dwithin", distance=np.maximum(gap / 2 - _ROUNDING_MM, 0.0))
    blocked = _always_there(owners, row, pieces.owner[other])
    row, solid = shapely.STRtree(polygons).query(middle, predicate="within")
    blocked |= _always_there(owners, row, polygon_owner[solid])
    bars, names = np.rint(ends[~blocked]), np.sort(owners[~blocked], axis=1)
    wide = (bars[:, 0] != bars[:, 1]).any(axis=1)
    return bars[wide], names[wide]


def _body(pieces: Pieces, which: Ints, ends: Floats, half_mm: Floats) -> Floats:
    """Measure how far the bodies of walls reach into bars: all of it where a bar meets them at a right angle."""
    along = (pieces.end - pieces.start)[which]
    bar = ends[:, 1] - ends[:, 0]
    sizes = np.sqrt((along**2).sum(axis=1) * (bar**2).sum(axis=1))
    cross = np.abs(along[:, 0] * bar[:, 1] - along[:, 1] * bar[:, 0])
    return np.asarray(half_mm[pieces.owner[which]] * cross / np.maximum(sizes, 1e-9))


def _always_there(owners: Ints, row: Ints, other: Ints) -> Bools:
    """Tell which bars meet something that stands whenever they do: a building, or what they lie between."""
    stays = (other < 0) | (other == owners[row, 0]) | (other == owners[row, 1])
    met = np.zeros(len(owners), bool)
    met[row[stays]] = True
    return met
