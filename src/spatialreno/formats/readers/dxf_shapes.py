"""Shapes of drawing entities: bulges, arcs, ellipses, splines and hatches as chords within a sagitta."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import shapely

DATA = "SPATIALRENO"  # the application whose data hang on an entity
TOO_MANY = "more entities than a survey has"
_DEEP = 16  # blocks within blocks
_LINES = frozenset({"LINE", "LWPOLYLINE", "POLYLINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE", "HELIX"})


def taken_apart(document: Any, symbols: bool, most: float) -> Iterator[tuple[Any, Any]]:
    """Go through the entities of the model space, blocks taken apart; each with the insert that it came by.

    Parameters
    ----------
    document
        An ezdxf drawing.
    symbols
        Leave blocks whole: each stands for one thing at its insertion point.
    most
        Most entities that the blocks may unfold to; they are counted before any is taken apart.

    Raises
    ------
    RecursionError
        Blocks nest deeper than any survey, or within themselves.
    """
    if not symbols and _unfolded(document, document.modelspace(), {}, 0) > most:
        raise RecursionError(TOO_MANY)
    for entity in document.modelspace():
        yield from _apart(entity, entity, symbols, 0)


def _unfolded(document: Any, space: Any, known: dict[str, int], depth: int) -> int:
    """Count what a space unfolds to, each block once."""
    if depth > _DEEP:
        raise RecursionError(f"blocks within blocks, {_DEEP} deep")
    count = 0
    for entity in space:
        count += 1
        if entity.dxftype() != "INSERT":
            continue
        name = str(entity.dxf.name)
        if name not in known:
            block = document.blocks.get(name)
            known[name] = 0 if block is None else _unfolded(document, block, known, depth + 1)
        count += max(1, entity.mcount) * known[name]
    return count


def _apart(entity: Any, owner: Any, symbols: bool, depth: int) -> Iterator[tuple[Any, Any]]:
    if entity.dxftype() != "INSERT" or symbols:
        yield entity, owner
        return
    for copy in entity.multi_insert() if entity.mcount > 1 else [entity]:
        for part in copy.virtual_entities():
            yield from _apart(part, entity if owner is entity or not owner.attribs else owner, symbols, depth + 1)


def shape_of(entity: Any, sagitta: float) -> Any:
    """Make the shape of one entity in drawing units; None for what has none on a plan.

    Closed lines come as polygons, hatches as polygons with holes, inserts and points as points.
    """
    kind = entity.dxftype()
    if kind == "POINT":
        return shapely.Point(entity.dxf.location.vec2)
    if kind == "INSERT":
        return shapely.Point(entity.dxf.insert.vec2)
    if kind == "HATCH":
        return _hatch(entity, sagitta)
    if kind in ("SOLID", "3DFACE", "TRACE"):
        return _ring([v.vec2 for v in entity.wcs_vertices()])
    if kind not in _LINES or (kind == "POLYLINE" and not (entity.is_2d_polyline or entity.is_3d_polyline)):
        return None
    return _line(entity, sagitta)


def _line(entity: Any, sagitta: float) -> Any:
    from ezdxf.path import make_path

    path = make_path(entity)
    points = [(v.x, v.y) for v in path.flattening(sagitta)]
    points = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    closed = bool(getattr(entity, "is_closed", False)) or entity.dxftype() == "CIRCLE" or points[:1] == points[-1:]
    if closed and len(points) >= 3:
        return _ring(points)
    return shapely.LineString(points) if len(points) > 1 else None


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
