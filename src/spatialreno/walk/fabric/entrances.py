"""Where people leave buildings: mapped entrances, else the middle of each side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Bools, Floats, Geometries, Ints
from spatialreno.walk.fabric.obstacles import PERMANENT, Obstacles
from spatialreno.walk.millimetres.frame import MM_PER_M, Frame, lengths_mm, lines

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_PLAIN_MM = 500.0
_LEAST_OUT_MM = 3.0


@dataclass(frozen=True)
class Doors:
    """Points `out` millimetres outside buildings; `building` counts rows of `area.buildings`."""

    xy: Floats
    building: Ints
    out: Ints
    estimated: Bools


def read_doors(area: StudyArea, frame: Frame, obstacles: Obstacles) -> Doors:
    """Place the doors of every building a little way out of its face.

    Parameters
    ----------
    area
        The study area; `entrances` with a `building_id` are doors. A building without any gets one in the
        middle of each side that faces its own compound (any side if it has no compound), marked as estimated.
    frame, obstacles
        The millimetre frame and what stands in it.

    Returns
    -------
    Doors
        Sorted by building and place; a door that opens into another building is left out.
    """
    shapes = frame.geometries_mm(area.buildings.geometry.to_numpy())
    out = 2 * area.catalog.constants["clear_m"] * 1000.0
    mapped, owner = _entrances(area, frame)
    guessed, guess_owner = _sides(area, frame, shapes, np.setdiff1d(np.arange(len(shapes)), owner), out)
    face = np.concatenate([_faces(mapped, shapes[owner]), guessed])
    building = np.concatenate([owner, guess_owner]).astype(np.int64)
    estimated = np.repeat([False, True], [len(owner), len(guess_owner)])
    xy, fine = _step_out(face, shapes[building], obstacles, out)
    fine &= ~_walled_in(xy, obstacles)
    order = np.lexsort((xy[:, 1], xy[:, 0], building))
    order = order[fine[order]]
    away = lengths_mm(face, xy)
    return Doors(xy[order], building[order], away[order], estimated[order])


def _entrances(area: StudyArea, frame: Frame) -> tuple[Floats, Ints]:
    """Read mapped entrances whose building is known."""
    known = area.entrances[area.entrances["building_id"].isin(area.buildings.index)]
    points = frame.to_mm(shapely.get_coordinates(known.geometry.to_numpy()))
    return points, area.buildings.index.get_indexer(known["building_id"]).astype(np.int64)


def _faces(points: Floats, shapes: Geometries) -> Floats:
    """Move entrances to the nearest point of their building's outline."""
    rings = shapely.boundary(shapes)
    joins = shapely.get_coordinates(shapely.shortest_line(rings, shapely.points(points)))
    return np.asarray(joins.reshape(-1, 2, 2)[:, 0])


def _sides(area: StudyArea, frame: Frame, shapes: Geometries, which: Ints, out: float) -> tuple[Floats, Ints]:
    """Find the middle of each side; short sides only where a building has no long one."""
    plain = shapely.simplify(shapely.get_exterior_ring(shapes[which]), _PLAIN_MM)
    coords, run = shapely.get_coordinates(plain, return_index=True)
    same = run[1:] == run[:-1]
    start, end, building = coords[:-1][same], coords[1:][same], which[run[:-1][same]]
    size = np.sqrt(((end - start) ** 2).sum(axis=1))
    longest = pd.Series(size).groupby(building).transform("max").to_numpy(float)
    long = size >= np.minimum(area.catalog.constants["door_side_m"] * MM_PER_M, longest)
    face, building = _faces(((start + end) / 2)[long], shapes[building[long]]), building[long]
    own = _own_compound(area, frame, face, building, out)
    has_own = pd.Series(own).groupby(building).transform("any").to_numpy(bool)
    return face[own | ~has_own], building[own | ~has_own]


def _own_compound(area: StudyArea, frame: Frame, face: Floats, building: Ints, out: float) -> Bools:
    """Tell which sides face the compound their building belongs to."""
    compound = area.compounds.index.get_indexer(area.buildings["compound_id"])[building]
    inside = np.zeros(len(face), bool)
    held = compound >= 0
    homes = frame.geometries_mm(area.compounds.geometry.to_numpy())
    inside[held] = shapely.dwithin(homes[compound[held]], shapely.points(face[held]), out)
    return np.asarray(inside | ~held)


def _step_out(face: Floats, shapes: Geometries, obstacles: Obstacles, out: float) -> tuple[Floats, Bools]:
    """Go out at a right angle to the face, less far where something stands close."""
    ring = shapely.boundary(shapes)
    points = shapely.points(face)
    at = shapely.line_locate_point(ring, points)
    # The direction of the face is taken from the outline itself, a few millimetres to both sides.
    before = shapely.get_coordinates(shapely.line_interpolate_point(ring, np.maximum(at - 20, 0)))
    after = shapely.get_coordinates(shapely.line_interpolate_point(ring, at + 20))
    along = after - before
    size = np.maximum(np.sqrt((along**2).sum(axis=1)), 1e-9)
    normal = np.column_stack([along[:, 1], -along[:, 0]]) / size[:, None]
    outward = ~shapely.contains(shapes, shapely.points(face + 10 * normal))
    normal = np.where(outward[:, None], normal, -normal)
    reach = _room(face, normal, obstacles, out)
    return np.rint(face + reach[:, None] * normal), reach >= _LEAST_OUT_MM


def _room(face: Floats, normal: Floats, obstacles: Obstacles, out: float) -> Floats:
    """Measure how far one can step out before the nearest thing that is not the face itself."""
    ray = lines(face + 2 * normal, face + out / 0.4 * normal)
    hit, piece = shapely.STRtree(obstacles.pieces).query(ray, predicate="intersects")
    gap = np.full(len(face), np.inf)
    met = shapely.intersection(ray[hit], obstacles.pieces[piece])
    np.minimum.at(gap, hit, shapely.distance(shapely.points(face[hit]), met))
    return np.minimum(out, 0.4 * gap)


def _walled_in(xy: Floats, obstacles: Obstacles) -> Bools:
    """Tell which doors open into another building."""
    inside = np.zeros(len(xy), bool)
    point, label = obstacles.inside(xy)
    inside[point[label == PERMANENT]] = True
    return inside
