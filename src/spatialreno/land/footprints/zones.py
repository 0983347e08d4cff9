"""Zones: the yards and strips a site may lie in, with the directions in which footprints are tried there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from spatialreno._types import Indices
from spatialreno.area import lasting, may_go, once_an_area
from spatialreno.land.footprints.buildable import Sides
from spatialreno.land.footprints.yards import yards_of
from spatialreno.land.free.free_land import ground
from spatialreno.land.geometry.fit_rectangle import edge_angles, feasible_centres, turned
from spatialreno.land.geometry.grow_shrink import common, less, polygons

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

#: Kinds of wall that always stay.
STAYING = ("retaining", "building_face")


@dataclass(frozen=True)
class Zone:
    """A compound, or a strip between compounds, and the directions of what stands in and by it.

    ``angles`` are degrees from 0 to 90. They follow buildings, compounds and the walls that stay whatever is
    planned, never what may go: so taking something down takes no place away.
    """

    ground: Any
    angles: tuple[float, ...]


@dataclass(frozen=True)
class Place:
    """Where the middle of a rectangle of one shape and direction may lie in one zone of one piece of land."""

    piece: int
    region: Any
    width_m: float
    depth_m: float
    angle_deg: float


def zones_of(area: StudyArea, reach_m: float) -> list[Zone]:
    """List the compounds and the strips between them, with the directions of what stands within a reach."""
    _, strips = ground(area)
    shapes = polygons(shapely.geometrycollections([*area.compounds.geometry, *polygons(strips)]))
    found = _near_each(area, shapes, reach_m)
    return [Zone(shape, tuple(_directions(area, shape, near))) for shape, near in zip(shapes, found, strict=True)]


def directions(area: StudyArea, shape: BaseGeometry, reach_m: float) -> list[float]:
    """List the directions of the buildings, compounds and staying walls that stand by a shape."""
    return _directions(area, shape, _near_each(area, [shape], reach_m)[0])


def _near_each(area: StudyArea, shapes: Sequence[BaseGeometry], reach_m: float) -> list[Indices]:
    """Number for each shape what gives directions and stands within a reach."""
    _, tree = _standing(area)
    asked, near = tree.query(np.array([*shapes, None], object)[:-1], predicate="dwithin", distance=reach_m)
    order = np.lexsort((near, asked))
    return np.split(near[order], np.searchsorted(asked[order], np.arange(1, len(shapes))))[: len(shapes)]


def _directions(area: StudyArea, shape: BaseGeometry, near: Indices) -> list[float]:
    """List the directions of those near a shape, or its own where none is."""
    constants = area.catalog.constants
    edges, _ = _standing(area)
    known, asked = _known_angles(area), near.tobytes()
    if len(near) and asked in known:  # kinds differ in their reach, and often find the same
        return known[asked]
    found = edge_angles(
        edges[near] if len(near) else shape,
        resolution_deg=constants["edge_angle_deg"],
        limit=int(constants["angle_limit"]),
    )
    if len(near):
        known[asked] = found
    return found


def places(
    area: StudyArea,
    pieces: list[Any],
    sides: Sides,
    *,
    sweep: Iterable[float] = (),
    apart_m: float | None = None,
) -> Iterator[Place]:
    """Go through pieces of land zone by zone, shape by shape and direction by direction.

    Where a rectangle fits is exact (:func:`feasible_centres`); its middle is reached from a path of its yard.

    Parameters
    ----------
    area
        The area.
    pieces
        Polygons of buildable land.
    sides
        Width and depth of the rectangles to try, metres.
    sweep
        Directions to try everywhere, degrees, beside those of each zone.
    apart_m
        Where one shape and direction has places, the next are asked only farther away than this; None:
        everywhere.
    """
    found = zones_of(area, max(max(own) for own in sides))
    tree = shapely.STRtree([zone.ground for zone in found])
    for number, piece in enumerate(pieces):
        reach = yards_of(area).reached_from(piece)
        for at in np.sort(tree.query(piece, predicate="intersects")):
            zone = found[at]
            asked = zone.ground if reach is None else common(zone.ground, reach)
            angles = sorted({*zone.angles, *sweep}) if sweep else list(zone.angles)
            yield from _in_zone((number, piece, asked), sides, angles, apart_m)


def _in_zone(
    where: tuple[int, Any, Any], sides: Sides, angles: list[float], apart_m: float | None
) -> Iterator[Place]:
    number, piece, asked = where
    land = clipped(piece, asked, max(float(np.hypot(*own)) for own in sides))
    for width, depth in sides:
        for angle in turned(angles, width, depth):
            region = feasible_centres(land, width, depth, angle_deg=angle, within=asked)
            if not region.is_empty:
                yield Place(number, region, width, depth, angle)
                if apart_m is not None:
                    asked = less(asked, shapely.buffer(region, apart_m, quad_segs=2))


def clipped(land: BaseGeometry, asked: BaseGeometry, margin_m: float) -> Any:
    """Cut land to what a footprint with its middle in a region could touch; small pieces are left as they are."""
    if asked.is_empty:
        return shapely.Polygon()
    left, low, right, high = asked.bounds
    near = shapely.box(left - margin_m, low - margin_m, right + margin_m, high + margin_m)
    return land if shapely.covers(near, shapely.box(*land.bounds)) else common(land, near)


@once_an_area
def _known_angles(area: StudyArea) -> dict[bytes, list[float]]:
    """Begin the list of directions by the shapes that gave them."""
    return {}


@once_an_area
@lasting
def _standing(area: StudyArea) -> tuple[NDArray[np.object_], Any]:
    """Gather what gives directions, whatever is planned, and index it."""
    kept = ~may_go(area.walls) | area.walls["kind"].isin(STAYING)
    layers = (area.buildings, area.walls[kept], area.compounds)
    shapes = np.concatenate([layer.geometry.to_numpy() for layer in layers])
    return shapes, shapely.STRtree(shapes)
