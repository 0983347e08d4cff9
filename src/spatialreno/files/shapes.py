"""One door for shapes: what a file calls a shape becomes one that rules can be asked about, or its row is named."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError

from spatialreno._angles import arccos, arctan2, unit
from spatialreno._types import Array
from spatialreno.catalog import read_catalog
from spatialreno.files.child_process import refused
from spatialreno.files.shape_nodes import (
    ARC,
    CHAIN,
    CURVED,
    LINE,
    NOTHING,
    POINT,
    POLYGON,
    TRIANGLE,
    Node,
    UnreadableError,
    node_of_geojson,
    node_of_wkb,
    node_of_wkt,
)

Told = list[tuple[str, str, str]]
Names = Sequence[str] | Callable[[], Sequence[str]]

_WHOLE = {
    4: shapely.multipoints, 5: shapely.multilinestrings, 6: shapely.multipolygons, 7: shapely.geometrycollections,
    11: shapely.multilinestrings, 12: shapely.multipolygons, 15: shapely.multipolygons, 16: shapely.multipolygons,
}  # fmt: skip
_MOST_CHORDS = 4096  # of half an arc
_METRES_A_DEGREE = 111_320.0
_REDRAW = "Draw them again, or repair them where they come from (QGIS: Fix geometries)"
_FAILS = (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, struct.error,
          RecursionError)  # fmt: skip


@dataclass
class _Door:
    """What is noticed while shapes are drawn: rows by what was done to them."""

    sagitta: float
    curved: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    lifted: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    def told(self, within: str = "") -> Told:
        """Say what was done, each with its rows."""
        done = (
            ("curves", self.curved, f"arcs drawn as chords within {within}"),
            ("ring closed", self.closed, "rings whose last point is not their first closed"),
            ("heights", self.lifted, "heights left out"),
        )
        rows = [(rule, why, list(dict.fromkeys(ids))) for rule, ids, why in done if ids]
        return [(rule, f"{why} in {len(ids)} rows", ", ".join(ids)) for rule, why, ids in rows]


def shapes_of(
    raw: Sequence[Any], names: Names, path: Path, *, degrees: bool = False, text: bool = False
) -> tuple[Array, Told]:
    """Make shapes of WKB or WKT, row by row where they do not come in one go.

    Parameters
    ----------
    raw
        WKB by row (WKT with ``text``); None for a row without a shape.
    names
        How rows are called in messages; a function is asked only when there is something to say.
    path
        How messages call the file.
    degrees
        Coordinates are degrees; else they are metres.
    text
        Whether the shapes are WKT.

    Returns
    -------
    tuple
        Shapes, and what was done: (rule, reason, rows). Arcs are chords within ``dxf_sagitta_m`` of the catalog.

    Raises
    ------
    InputError
        Naming each row whose shape cannot be drawn, with the reason.

    Examples
    --------
    >>> from pathlib import Path
    >>> shapes, told = shapes_of(["CIRCULARSTRING (0 0, 1 1, 2 0)"], ["W1"], Path("walls.gpkg"), text=True)
    >>> round(float(shapes[0].length), 1), told[0][:2]  # half a circle of radius 1 m
    (3.1, ('curves', 'arcs drawn as chords within 0.01 m in 1 rows'))
    """
    values = np.asarray(raw, dtype=object)
    try:
        return (shapely.from_wkt(values) if text else shapely.from_wkb(values)), []
    except (ShapelyError, NotImplementedError, TypeError, ValueError):
        metres = read_catalog().constants["dxf_sagitta_m"]  # some row has arcs, is open or is no shape
    door = _Door(metres / _METRES_A_DEGREE if degrees else metres)
    called = names() if callable(names) else names
    drawn = _each(values, called, node_of_wkt if text else node_of_wkb, door)
    if door.broken:
        said = "; ".join(sorted(set(door.broken.values()))[:3])
        raise refused(path, f"the shapes of {len(door.broken)} rows cannot be read ({said})", _REDRAW, door.broken)
    return drawn, door.told(f"{metres:g} m")


def shapes_of_geojson(geometries: Sequence[Any], names: Sequence[str], path: Path) -> tuple[Array, Told]:
    """Make shapes of GeoJSON geometries; returns and raises as ``shapes_of``.

    Parameters
    ----------
    geometries
        The ``geometry`` of each feature; None for a row without a shape.
    names
        How rows are called in messages.
    path
        How messages call the file.

    Returns
    -------
    tuple
        Shapes; and what was done: (rule, reason, rows), for rings that were closed and heights left out.

    Raises
    ------
    InputError
        Naming each row whose coordinates cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> shapes, told = shapes_of_geojson([{"type": "Point", "coordinates": [112.4, 34.6, 80.0]}], ["G1"], Path("g"))
    >>> shapes[0].wkt, told
    ('POINT (112.4 34.6)', [('heights', 'heights left out in 1 rows', 'G1')])
    """
    door = _Door(0.0)
    drawn = _each(geometries, names, node_of_geojson, door)
    if door.broken:
        message = f"the coordinates of {len(door.broken)} rows cannot be read"
        raise refused(path, message, "Redraw them", door.broken)
    return drawn, door.told()


def _each(
    values: Sequence[Any] | Array, names: Sequence[str], parse: Callable[[Any], Node | None], door: _Door
) -> Array:
    drawn = np.full(len(values), None, dtype=object)
    for i, value in enumerate(values):
        drawn[i] = _drawn(value, names[i], parse, door)
    return drawn


def _drawn(value: object, name: str, parse: Callable[[Any], Node | None], door: _Door) -> Any:
    """Draw one shape; a row that cannot be drawn is written down with its reason."""
    if value is None:
        return None
    try:
        node = parse(value)
        return None if node is None else _linear(node, name, door)
    except _FAILS as error:
        door.broken[name] = str(error) if isinstance(error, UnreadableError) else "its shape is damaged"
        return None


def _linear(node: Node, name: str, door: _Door) -> Any:
    """Draw a node with straight lines only."""
    if node.kind == POINT:
        xy = _corners(Node(LINE, node.parts) if len(node.parts) != 1 else Node(POINT, node.parts), name, door)
        return shapely.Point(*xy[0]) if len(xy) else shapely.Point()
    if node.kind in (LINE, ARC, CHAIN):
        return shapely.LineString(_corners(node, name, door))
    if node.kind in (POLYGON, CURVED, TRIANGLE):
        rings = [_ring(_corners(part, name, door), name, door) for part in node.parts]
        return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()
    parts = [_linear(part, name, door) for part in node.parts]
    return _WHOLE[node.kind](np.array(parts, dtype=object))


def _corners(node: Node, name: str, door: _Door) -> Array:
    """List the corners of a line on the plan; arcs become chords."""
    if node.kind == CHAIN:
        pieces = [_corners(part, name, door) for part in node.parts]
        joined: Array = np.concatenate([p if i == 0 else p[1:] for i, p in enumerate(pieces)]) if pieces else NOTHING
        return joined
    if node.kind not in (POINT, LINE, ARC):
        raise UnreadableError("a ring that is no line")
    if node.parts.shape[1] > 2:
        door.lifted.append(name)
    plan: Array = node.parts[:, :2]
    if node.kind == ARC:
        door.curved.append(name)
        return _chords(plan, door.sagitta)
    if node.kind == LINE and len(plan) == 1:
        raise UnreadableError("a line of one point")
    return plan


def _ring(corners: Array, name: str, door: _Door) -> Array:
    if len(corners) and (corners[0] != corners[-1]).any():
        corners = np.concatenate([corners, corners[:1]])
        door.closed.append(name)
    if 0 < len(corners) < 4:
        raise UnreadableError("a ring of fewer than three corners")
    return corners


def _chords(points: Array, sagitta: float) -> Array:
    """Draw arcs, each through a start, a middle and an end, which is the next one's start."""
    if len(points) < 3 or len(points) % 2 == 0:
        raise UnreadableError("an arc without a middle or an end")
    pieces = [points[:1]]
    for start, middle, end in zip(points[:-2:2], points[1:-1:2], points[2::2], strict=True):
        pieces += [_between(start, middle, end, sagitta), end[None, :]]
    return np.concatenate(pieces)


def _between(start: Array, middle: Array, end: Array, sagitta: float) -> Array:
    """List the points between the ends of one arc; the middle is always one of them."""
    centre = _centre(start, middle, end)
    if centre is None:
        return middle[None, :]
    radius = float(np.hypot(*(start - centre)))
    first, via, last = (arctan2(p[1] - centre[1], p[0] - centre[0]) for p in (start, middle, end))
    half, whole = (via - first) % (2 * np.pi), (last - first) % (2 * np.pi) or 2 * np.pi
    if half > whole:  # clockwise
        half, whole = half - 2 * np.pi, whole - 2 * np.pi
    step = 2 * arccos(max(-1.0, 1 - sagitta / radius)) if radius else np.pi
    one, two = (_turned(centre, radius, a, b, step) for a, b in ((first, first + half), (first + half, first + whole)))
    return np.concatenate([one, middle[None, :], two])


def _centre(start: Array, middle: Array, end: Array) -> Array | None:
    """Find the centre of the circle through three points; none when they lie on a line."""
    if (start == end).all():  # a whole circle, whose middle lies opposite
        opposite: Array = (start + middle) / 2
        return opposite
    (ax, ay), (bx, by) = middle - start, end - start
    double = 2 * (ax * by - ay * bx)
    if abs(double) <= 1e-12 * (bx * bx + by * by):
        return None
    a, b = ax * ax + ay * ay, bx * bx + by * by
    centre: Array = start + np.array([by * a - ay * b, ax * b - bx * a]) / double
    return centre


def _turned(centre: Array, radius: float, first: float, last: float, step: float) -> Array:
    count = int(np.clip(np.ceil(abs(last - first) / step), 1, _MOST_CHORDS))
    angles = np.linspace(first, last, count + 1)[1:-1]
    points: Array = centre + radius * unit(angles)
    return points
