"""Sectors: the obstacles that meet at a point cut its surroundings into parts, and each part is a node of its own.

With one node for each point a walk could slip through a joint of two walls. So who stands at a point stands in one
sector of it, and steps from sector to sector only past the obstacle between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spatialreno._angles import arctan2
from spatialreno._types import Bools, Floats, Ints
from spatialreno.walk.fabric.obstacles import PERMANENT, Obstacles
from spatialreno.walk.millimetres.compiled import compiled
from spatialreno.walk.millimetres.sight_kernels import sectors_of
from spatialreno.walk.millimetres.split_pieces import LEFT, RIGHT, Pieces

_SHIFT = 1 << 31


@dataclass(frozen=True)
class Rays:
    """Directions in which pieces leave points, anticlockwise from west, in rows `pointer[p]:pointer[p + 1]`.

    What a ray belongs to is in rows `label_pointer[r]:label_pointer[r + 1]` of `label`; `solid` tells whether the
    owner is solid on the anticlockwise side of the ray (bit 1) and on the clockwise side (bit 2).
    """

    pointer: Ints
    x: Ints
    y: Ints
    angle: Floats
    label_pointer: Ints
    label: Ints
    solid: Ints

    def sides(self, point: Ints, dx: Ints, dy: Ints) -> tuple[Ints, Ints]:
        """Name the sector left and right of directions out of points; they differ only along a ray."""
        # In one form only, since a kernel is compiled anew for every form of its arguments.
        asked = (np.ascontiguousarray(part, np.int64) for part in (point, dx, dy))
        left, right = sectors_of(*asked, self.pointer, self.x, self.y, self.angle)
        return np.asarray(left), np.asarray(right)


@dataclass(frozen=True)
class Sectors:
    """The sectors of all points: sector k of point p is number ``pointer[p] + k``; what fills it as sorted pairs."""

    pointer: Ints
    fill_sector: Ints
    fill: Ints

    def __len__(self) -> int:
        return int(self.pointer[-1])

    @property
    def solid(self) -> Bools:
        """Which sectors lie in a building."""
        flags = np.zeros(len(self), bool)
        flags[self.fill_sector[self.fill == PERMANENT]] = True
        return flags

    @property
    def point(self) -> Ints:
        """The point of each sector."""
        return np.asarray(np.repeat(np.arange(len(self.pointer) - 1), np.diff(self.pointer)))


@dataclass(frozen=True)
class Joints:
    """Steps between neighbouring sectors of one point, and the labels they pass as (joint, label)."""

    first: Ints
    second: Ints
    joint: Ints
    label: Ints


def packed(xy: Floats | Ints) -> Ints:
    """Write points on whole millimetres as single numbers that sort like them."""
    whole = np.asarray(xy, np.int64)
    return np.asarray(whole[:, 0] * _SHIFT + whole[:, 1] + (_SHIFT >> 1))


def rays_of(points: Ints, pieces: Pieces) -> Rays:
    """Collect the rays of pieces at points.

    Parameters
    ----------
    points
        Packed points, sorted.
    pieces
        Noded pieces; ends that are not among the points are left out.

    Returns
    -------
    Rays
        Pieces between the same two points share a ray.
    """
    tail = np.concatenate([pieces.start, pieces.end])
    head = np.concatenate([pieces.end, pieces.start])
    owner, side = np.tile(pieces.owner, 2), pieces.side
    mirrored = ((side & LEFT) << 1) | ((side & RIGHT) >> 1)
    solid = np.concatenate([side, mirrored])
    code = packed(tail)
    at = np.minimum(np.searchsorted(points, code), max(len(points) - 1, 0))
    known = points[at] == code if len(points) else np.zeros(0, bool)
    at, owner, solid = at[known], owner[known], solid[known]
    along = (head - tail)[known].astype(np.int64)
    angle = arctan2(along[:, 1].astype(float), along[:, 0].astype(float))
    order = np.lexsort((owner, along[:, 1], along[:, 0], angle, at))
    at, along, angle, owner, solid = at[order], along[order], angle[order], owner[order], solid[order]
    fresh = np.ones(len(at), bool)
    fresh[1:] = (at[1:] != at[:-1]) | (along[1:] != along[:-1]).any(axis=1)
    first = np.flatnonzero(fresh)
    pointer = np.searchsorted(at[first], np.arange(len(points) + 1))
    return Rays(pointer, along[first, 0], along[first, 1], angle[first], np.append(first, len(at)), owner, solid)


def find_sectors(points: Floats, rays: Rays, obstacles: Obstacles) -> Sectors:
    """Tell what fills the sectors of points: buildings and structures beside their rays, or round the whole point."""
    pointer = np.concatenate([[0], np.cumsum(np.maximum(np.diff(rays.pointer), 1))])
    sector, label = _fills(rays.pointer, rays.label_pointer, rays.label, rays.solid, pointer)
    sector, label = sector[sector >= 0], label[sector >= 0]
    point, around = obstacles.inside(points)
    ray = np.repeat(np.arange(len(rays.x)), np.diff(rays.label_pointer))
    ray_point = np.repeat(np.arange(len(points)), np.diff(rays.pointer))
    # Who has a ray of a polygon stands on its edge, whatever rounding says.
    edge = set(zip(ray_point[ray].tolist(), rays.label.tolist(), strict=True))
    within = np.array([pair not in edge for pair in zip(point.tolist(), around.tolist(), strict=True)], bool)
    point, around = point[within], around[within]
    count = np.diff(pointer)[point]
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    pairs = np.column_stack(
        [
            np.concatenate([sector, np.repeat(pointer[point], count) + step]),
            np.concatenate([label, np.repeat(around, count)]),
        ]
    )
    return Sectors(pointer, *unique_pairs(pairs[:, 0], pairs[:, 1]))


def find_joints(rays: Rays, sectors: Sectors, exists: Bools) -> Joints:
    """Join neighbouring sectors of one point past the ray between them.

    Parameters
    ----------
    rays, sectors
        What meets at the points.
    exists
        Which sectors are nodes. A sector in a building is one only where a street leads into it, and may be
        entered there.

    Returns
    -------
    Joints
        None past a building, unless it is a passage.
    """
    count = np.diff(rays.pointer)
    point = np.repeat(np.arange(len(count)), count)
    ray = np.arange(len(rays.x))
    several = count[point] > 1
    ray, point = ray[several], point[several]
    second = sectors.pointer[point] + (ray - rays.pointer[point])
    first = sectors.pointer[point] + (ray - rays.pointer[point] - 1) % count[point]
    carried, label = expand(rays.label_pointer, rays.label, ray)
    fixed = np.zeros(len(ray), bool)
    fixed[carried[label == PERMANENT]] = True
    solid = sectors.solid
    fine = exists[first] & exists[second] & (~fixed | solid[first] | solid[second])
    joint, label = with_fill(sectors, first, second, carried, label)
    number = np.cumsum(fine) - 1
    kept = fine[joint] & (label != PERMANENT)
    return Joints(first[fine], second[fine], number[joint[kept]], label[kept])


def with_fill(sectors: Sectors, first: Ints, second: Ints, row: Ints, label: Ints) -> tuple[Ints, Ints]:
    """Add to rows of labels what fills the sectors at both ends, without doubles."""
    rows, labels = [row], [label]
    for end in (first, second):
        low = np.searchsorted(sectors.fill_sector, end, "left")
        high = np.searchsorted(sectors.fill_sector, end, "right")
        size = high - low
        step = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        rows.append(np.repeat(np.arange(len(end)), size))
        labels.append(sectors.fill[np.repeat(low, size) + step])
    return unique_pairs(np.concatenate(rows), np.concatenate(labels))


def unique_pairs(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Sort pairs and drop doubles; numbers are at least -1."""
    width = int(second.max(initial=0)) + 2
    code = np.sort(first.astype(np.int64) * width + (second + 1))
    code = code[np.append(True, code[1:] != code[:-1])[: len(code)]]
    return np.asarray(code // width), np.asarray(code % width - 1)


def expand(pointer: Ints, values: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """List (position in rows, value) for rows of a compressed table."""
    count = pointer[rows + 1] - pointer[rows]
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(np.arange(len(rows)), count), values[np.repeat(pointer[rows], count) + step]


@compiled
def _fills(pointer: Ints, label_pointer: Ints, label: Ints, solid: Ints, sector: Ints) -> tuple[Ints, Ints]:
    """List (sector, label) for polygons with rays at a point: the nearest ray clockwise decides."""
    total = 0
    for p in range(len(pointer) - 1):
        rays = pointer[p + 1] - pointer[p]
        total += rays * (label_pointer[pointer[p + 1]] - label_pointer[pointer[p]])
    sectors, labels, size = np.empty(total, np.int64), np.empty(total, np.int64), 0
    for p in range(len(pointer) - 1):
        first, count = pointer[p], pointer[p + 1] - pointer[p]
        for k in range(count):
            begin = size
            for back in range(count):
                ray = first + (k - back) % count
                for place in range(label_pointer[ray], label_pointer[ray + 1]):
                    known = solid[place] == 0
                    for done in range(begin, size):
                        known = known or labels[done] == label[place]
                    if not known:
                        labels[size] = label[place]
                        sectors[size] = sector[p] + k if solid[place] & 1 else -1
                        size += 1
    return sectors[:size], labels[:size]
