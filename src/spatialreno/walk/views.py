"""What can be seen from a point past everything that stands: exact polygons, cut at walls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from spatialreno.walk.frame import Bools, Floats, Geometries, Ints

_BINS = 720
_TURN = 2 * np.pi
_ASIDE = 1e-7
_CIRCLE = 48
_LEAVES = 9


@dataclass(frozen=True)
class Scene:
    """Standing pieces of one cell, its own edge among them."""

    start: Floats
    end: Floats
    tree: shapely.STRtree


def make_scene(start: Floats, end: Floats) -> Scene:
    """Index the pieces of a cell."""
    return Scene(start, end, shapely.STRtree(shapely.linestrings(np.stack([start, end], axis=1))))


def view(scene: Scene, eye: Floats, reach_mm: float) -> shapely.Polygon:
    """Draw what is seen from a point within a distance.

    Parameters
    ----------
    scene
        What blocks sight.
    eye
        The point, millimetres, shape (2,).
    reach_mm
        How far to look; the round edge is drawn with a polygon inside the circle.

    Returns
    -------
    shapely.Polygon
        Nothing in it lies behind a piece: rays go just past both ends of every piece in sight.
    """
    near = np.sort(scene.tree.query(shapely.Point(eye), predicate="dwithin", distance=reach_mm))
    start, end = scene.start[near] - eye, scene.end[near] - eye
    keep = _in_sight(start, end)
    start, end = start[keep], end[keep]
    tips = np.concatenate([start, end])
    turn = np.arctan2(tips[:, 1], tips[:, 0])
    turns = np.concatenate([turn - _ASIDE, turn + _ASIDE, np.arange(_CIRCLE) * (_TURN / _CIRCLE)]) % _TURN
    turns = np.unique(turns)
    ray = np.column_stack([np.cos(turns), np.sin(turns)])
    far = np.minimum(_first_hit(ray, start, end), reach_mm)
    return shapely.Polygon(eye + ray * far[:, None])


def _first_hit(ray: Floats, start: Floats, end: Floats) -> Floats:
    """Measure along each ray to the first piece it meets."""
    along = end - start
    turn = ray[:, :1] * along[:, 1] - ray[:, 1:] * along[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        far = (start[:, 0] * along[:, 1] - start[:, 1] * along[:, 0]) / turn
        share = (start[:, 0] * ray[:, 1:] - start[:, 1] * ray[:, :1]) / turn
    hit = (turn != 0) & (far > 0) & (share >= 0) & (share <= 1)
    return np.asarray(np.where(hit, far, np.inf).min(axis=1, initial=np.inf))


def _in_sight(start: Floats, end: Floats) -> Bools:
    """Drop pieces that certainly lie behind others: in every direction they span, something whole is nearer."""
    one, two = np.arctan2(start[:, 1], start[:, 0]), np.arctan2(end[:, 1], end[:, 0])
    span = (two - one + np.pi) % _TURN - np.pi
    low = np.where(span >= 0, one, two) * (_BINS / _TURN)
    high = low + np.abs(span) * (_BINS / _TURN)
    reach = np.sqrt(np.maximum((start**2).sum(axis=1), (end**2).sum(axis=1)))
    depth = np.full(_BINS, np.inf)
    piece, bins = _spread(np.ceil(low + 1e-9), np.floor(high - 1e-9))
    np.minimum.at(depth, bins, reach[piece])
    nearest = _least_distance(start, end)
    piece, bins = _spread(np.floor(low - 1e-9), np.ceil(high + 1e-9))
    seen = np.zeros(len(start), bool)
    seen[piece[nearest[piece] <= depth[bins] + 1.0]] = True
    return seen


def _spread(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """List (piece, bin) for the bins from low up to high."""
    first = low.astype(np.int64)
    count = np.maximum(high.astype(np.int64) - first, 0)
    piece = np.repeat(np.arange(len(low)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return piece, (first[piece] + step) % _BINS


def _least_distance(start: Floats, end: Floats) -> Floats:
    """Measure from the origin to each piece."""
    along = end - start
    share = -(start * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-12)
    foot = start + np.clip(share, 0, 1)[:, None] * along
    return np.asarray(np.sqrt((foot**2).sum(axis=1)))


def discs(xy: Floats, radius_mm: Floats) -> Geometries:
    """Draw circles as polygons that lie within them."""
    return np.asarray(shapely.buffer(shapely.points(xy), radius_mm, quad_segs=12))


def fans(xy: Floats, angle: Floats, left: Floats, right: Floats, radius_mm: float) -> Geometries:
    """Draw what lies between two directions of points, as wide fans that reach at least half the radius."""
    share = np.linspace(0.0, 1.0, _LEAVES)
    turns = angle[:, None] - right[:, None] + share * np.minimum(left + right, _TURN - 0.01)[:, None]
    rim = xy[:, None, :] + radius_mm * np.stack([np.cos(turns), np.sin(turns)], axis=2)
    return np.asarray(shapely.polygons(np.concatenate([xy[:, None, :], rim], axis=1)))
