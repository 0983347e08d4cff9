"""Shapes of drawing entities: bulges, arcs, ellipses, splines and hatches as chords within a sagitta."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

DATA = "SPATIALRENO"  # the application whose data hang on an entity
_LINES = frozenset({"LINE", "LWPOLYLINE", "POLYLINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE", "HELIX"})
_FILLED = ("HATCH", "MPOLYGON")
_DRAWN = _LINES | {*_FILLED, "POINT", "INSERT", "SOLID", "3DFACE", "TRACE"}
_FAILS = (ArithmeticError, ValueError, TypeError, KeyError, AttributeError, IndexError, NotImplementedError)


def drawn(entity: Any, sagitta: float) -> tuple[list[Any], float | None]:
    """Make the shapes of one entity in drawing units, and the width that it states.

    Closed lines come as polygons, hatches as polygons with holes, inserts and points as points; a multiline as the
    line in its middle with its width; an object of another program as what is stored of its outline.

    Returns
    -------
    tuple
        Shapes (none for what has none on a plan), and a width, or None when it states none.
    """
    kind = entity.dxftype()
    try:
        if kind == "MLINE":
            return _multiline(entity)
        if kind not in _DRAWN:
            return _outline(entity, sagitta), None
        shape = _shape(entity, sagitta)
        width = float(entity.dxf.get("const_width", 0.0)) if kind == "LWPOLYLINE" else 0.0
    except _FAILS:
        return [], None
    return ([] if shape is None or shape.is_empty else [shape]), width or None


def _outline(entity: Any, sagitta: float) -> list[Any]:
    """Draw what another program has stored of its object's outline; nothing when it stored none."""
    if not getattr(entity, "proxy_graphic", None):
        return []
    shapes = [_shape(part, sagitta) for part in entity.virtual_entities()]
    return [shape for shape in shapes if shape is not None and not shape.is_empty]


def _shape(entity: Any, sagitta: float) -> Any:
    kind = entity.dxftype()
    if kind == "POINT":
        return shapely.Point(entity.dxf.location.vec2)
    if kind == "INSERT":  # its point is in the coordinates of the block, which a mirrored one turns over
        return shapely.Point(entity.ocs().to_wcs(entity.dxf.insert).vec2)
    if kind in _FILLED:
        return _hatch(entity, sagitta)
    if kind in ("SOLID", "3DFACE", "TRACE"):
        return _ring([v.vec2 for v in entity.wcs_vertices()])
    if kind not in _LINES or (kind == "POLYLINE" and not (entity.is_2d_polyline or entity.is_3d_polyline)):
        return None
    from ezdxf.path import make_path

    path = make_path(entity)
    points = [(v.x, v.y) for v in path.flattening(sagitta)]
    points = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    closed = bool(getattr(entity, "is_closed", False)) or kind == "CIRCLE" or points[:1] == points[-1:]
    if closed and len(points) >= 3:
        return _ring(points)
    return shapely.LineString(points) if len(points) > 1 else None


def _multiline(entity: Any) -> tuple[list[Any], float | None]:
    """Draw the line in the middle of a multiline, and tell how far apart its outermost lines are."""
    middle, widths = [], []
    for vertex in entity.vertices:
        along = [params[0] for params in vertex.line_params if len(params)]
        least, most = (min(along), max(along)) if along else (0.0, 0.0)
        place = vertex.location + vertex.miter_direction * ((least + most) / 2)
        middle.append((place.x, place.y))
        turned = vertex.line_direction.vec2.det(vertex.miter_direction.vec2)
        widths.append(abs(turned) * (most - least))
    if len(set(middle)) < 2:
        return [], None
    if entity.is_closed and middle[0] != middle[-1]:
        middle.append(middle[0])
    width = float(np.median(widths))
    return [shapely.LineString(middle)], width if width > 0 else None


def _ring(points: list[Any]) -> Any:
    ring = [(p[0], p[1]) for p in points]
    return shapely.Polygon(ring) if len(set(ring)) > 2 else None


def _hatch(entity: Any, sagitta: float) -> Any:
    """Outer edges less what lies within them; pattern and colour do not count."""
    from ezdxf.path import from_hatch

    rings = [_ring([(v.x, v.y) for v in path.flattening(sagitta)]) for path in from_hatch(entity)]
    rings = [r for r in rings if r is not None]
    filled = shapely.Polygon()
    for ring in sorted(rings, key=lambda r: -r.area):  # an edge within an edge is a hole, within a hole an island
        filled = shapely.symmetric_difference(filled, ring)
    return filled
