"""Walls drawn as two lines, or as a thin ring: one centre line with its thickness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialreno.area import middle, strip_lines

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Rows = list[dict[str, Any]]


def single_walls(
    shapes: list[Any], rows: Rows, constants: Mapping[str, float], metre: float, acts: list[Any]
) -> tuple[list[Any], Rows]:
    """Make one line of each wall drawn as two.

    Two lines whose every point lies within ``double_wall_max_m`` of the other, and whose usual distance is
    at least ``double_wall_min_m``, are the two faces of one wall; so are the long sides of a thin ring.

    Parameters
    ----------
    shapes, rows
        Lines in drawing units, and their cells.
    constants
        The catalog's.
    metre
        Length of a drawing unit in metres.
    acts
        Where each wall made so is told.

    Returns
    -------
    tuple
        Lines and cells, with ``thickness_m`` where it was measured.
    """
    least, most = constants["double_wall_min_m"] / metre, constants["double_wall_max_m"] / metre
    done: list[tuple[Any, dict[str, Any]]] = []
    lines: list[tuple[Any, dict[str, Any]]] = []
    for shape, row in zip(shapes, rows, strict=True):
        strip = _strip(shape, least, most)
        if strip is None:
            lines.append((shape, row))
            continue
        acts.append(("double line", f"thin ring read as one wall {strip[1] * metre:.2f} m thick", row["handle"]))
        for n, line in enumerate(strip[0]):
            name = f"{row['handle']}.{n + 1}" if n else row["handle"]
            done.append((line, {**row, "handle": name, "thickness_m": round(strip[1] * metre, 3)}))
    done += _paired(lines, least, most, metre, acts)
    done.sort(key=lambda pair: str(pair[1]["handle"]))
    return [s for s, _ in done], [r for _, r in done]


def _paired(
    lines: list[tuple[BaseGeometry, dict[str, Any]]], least: float, most: float, metre: float, acts: list[Any]
) -> list[tuple[Any, dict[str, Any]]]:
    """Pair faces greedily, closest first; a line is a face of one wall only."""
    shapes = [s for s, _ in lines]
    used: set[int] = set()
    done = []
    for gap, i, j in sorted(_candidates(shapes, least, most)):
        if i in used or j in used:
            continue
        used |= {i, j}
        row = lines[i][1]
        why = f"two lines ({row['handle']}, {lines[j][1]['handle']}) read as one wall {gap * metre:.2f} m thick"
        acts.append(("double line", why, row["handle"]))
        done.append((middle(shapes[i], shapes[j]), {**lines[j][1], **row, "thickness_m": round(gap * metre, 3)}))
    return done + [pair for n, pair in enumerate(lines) if n not in used]


def _candidates(shapes: list[Any], least: float, most: float) -> list[tuple[float, int, int]]:
    if not shapes:
        return []
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=most)
    found = []
    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        if i >= j or min(shapes[i].length, shapes[j].length) <= 2 * most:
            continue
        if shapely.hausdorff_distance(shapes[i], shapes[j], densify=0.25) > most:
            continue
        line = middle(shapes[i], shapes[j])
        gap = 2 * float(np.median(shapely.distance(shapely.points(_along(line)), shapes[i])))
        if gap >= least:
            found.append((gap, i, j))
    return found


def _along(line: BaseGeometry) -> Any:
    return shapely.get_coordinates(shapely.line_interpolate_point(line, np.linspace(0.1, 0.9, 9), normalized=True))


def _strip(shape: BaseGeometry, least: float, most: float) -> tuple[list[Any], float] | None:
    """Read a closed thin outline as the wall in its middle."""
    if not shape.is_ring or len(shape.coords) < 4:
        return None
    return strip_lines(shapely.Polygon(shape.coords), least, most)
