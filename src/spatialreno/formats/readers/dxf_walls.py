"""Walls drawn as two lines, or as a thin ring: one centre line with its thickness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

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
        faces = _faces(shape, least, most)
        if faces is None:
            lines.append((shape, row))
            continue
        acts.append(("double line", f"thin ring read as one wall {faces[1] * metre:.2f} m thick", row["handle"]))
        done.append((faces[0], {**row, "thickness_m": round(faces[1] * metre, 3)}))
    done += _paired(lines, least, most, metre, acts)
    done.sort(key=lambda pair: str(pair[1]["handle"]))
    return [s for s, _ in done], [r for _, r in done]


def _paired(lines: Any, least: float, most: float, metre: float, acts: list[Any]) -> list[tuple[Any, dict[str, Any]]]:
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
        done.append((_middle(shapes[i], shapes[j]), {**lines[j][1], **row, "thickness_m": round(gap * metre, 3)}))
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
        middle = _middle(shapes[i], shapes[j])
        gap = 2 * float(np.median(shapely.distance(shapely.points(_along(middle)), shapes[i])))
        if gap >= least:
            found.append((gap, i, j))
    return found


def _along(line: Any) -> Any:
    return shapely.get_coordinates(shapely.line_interpolate_point(line, np.linspace(0.1, 0.9, 9), normalized=True))


def _middle(a: Any, b: Any) -> Any:
    """Draw the line between two faces: corner by corner when they have as many, else point by nearest point."""
    xy, other = shapely.get_coordinates(a), shapely.get_coordinates(b)
    if np.hypot(*(xy[0] - other[0])) > np.hypot(*(xy[0] - other[-1])):
        other = other[::-1]
    if len(xy) == len(other):
        return shapely.LineString((xy + other) / 2)
    points = shapely.points(xy)
    near = shapely.line_interpolate_point(b, shapely.line_locate_point(b, points))
    return shapely.LineString((xy + shapely.get_coordinates(near)) / 2)


def _faces(shape: Any, least: float, most: float) -> tuple[Any, float] | None:
    """Split a closed thin outline at its two ends (its shortest edges) into the two faces of a wall."""
    xy = shapely.get_coordinates(shape)[:-1]
    if not shape.is_ring or len(xy) < 4 or len(xy) % 2:
        return None
    edges = np.hypot(*(np.roll(xy, -1, axis=0) - xy).T)
    half = len(xy) // 2
    ends = edges[:half] + edges[half:]
    k = int(np.argmin(ends))
    width = float(ends[k]) / 2
    if not least <= width <= most or shapely.Polygon(xy).area < width * width * 2:
        return None
    turned = np.roll(xy, -(k + 1), axis=0)
    one, two = turned[:half], turned[half:][::-1]
    if len(one) < 2 or shapely.LineString(one).hausdorff_distance(shapely.LineString(two)) > most * 1.5:
        return None
    return shapely.LineString((one + two) / 2), width
