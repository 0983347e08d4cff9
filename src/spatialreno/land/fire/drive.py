"""How far a fire engine gets: wide enough, connected to the street, and no dead end it cannot leave."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
import shapely

from spatialreno._angles import arctan2
from spatialreno._types import Bools, Floats, Geometries, Indices, Shapes
from spatialreno.area import once_an_area
from spatialreno.land.fire.net import Net
from spatialreno.land.geometry.fit_rectangle import feasible_centres
from spatialreno.land.geometry.grow_shrink import common, joined, less

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

#: Kinds of open ground on which an engine may turn.
_FIRM = ("plaza", "sport")
#: Directions tried for a turning place, against that of the lane's last piece.
_TURNED = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0)


@dataclass(frozen=True)
class Drive:
    """Where an engine gets to, by piece of path.

    ``clear_m`` is the clear width; ``connected`` is what it can drive to from the street; ``stands`` is the
    part of it that is not a dead end too long to leave.
    """

    clear_m: Floats
    connected: Bools
    stands: Bools


def drive(area: StudyArea, net: Net, gone: Bools, *, width_m: float) -> Drive:
    """Drive from the public streets over every piece that is wide enough.

    Parameters
    ----------
    area, net
        The area and its graph.
    gone
        Obstacles taken away (True).
    width_m
        Least clear width.
    """
    offset, _ = net.survey.widths(gone)
    clear = offset.sum(axis=1)
    fits = net.drivable & (clear >= width_m - area.catalog.constants["fire_rounding_m"])
    connected = _connected(net, fits, gone)
    return Drive(clear, connected, connected & ~_dead_ends(area, net, connected, gone))


def _connected(net: Net, fits: Bools, gone: Bools) -> Bools:
    """Find what is joined to a street through pieces that fit and turns that can be made."""
    count = len(fits)
    turns = net.turns.open(gone) & fits[net.turns.piece].all(axis=1)
    whole = np.flatnonzero(fits)
    ports = 2 * net.turns.piece[turns] + net.turns.end[turns]
    left, right = np.concatenate([2 * whole, ports[:, 0]]), np.concatenate([2 * whole + 1, ports[:, 1]])
    joined = scipy.sparse.coo_matrix((np.ones(len(left)), (left, right)), shape=(2 * count, 2 * count))
    _, label = scipy.sparse.csgraph.connected_components(joined, directed=False)
    reached = np.isin(label, label[2 * np.flatnonzero(fits & net.street)])
    found: Bools = fits & reached[::2]
    return found


def _dead_ends(area: StudyArea, net: Net, connected: Bools, gone: Bools) -> Bools:
    """Find the pieces too far up a dead end in which nothing lets an engine turn."""
    longest = area.catalog.constants["fire_dead_end_m"]
    lanes = np.flatnonzero(connected & ~net.street)
    streets = np.unique(net.node[connected & net.street])
    loops, tips = _pruned(net, lanes, streets)
    deep = _depth(net, lanes, loops)
    far = [tip for tip in tips if deep[tip] > longest]
    places = [tip for tip in far if _turning_place(area, net, tip, gone)]
    if places:
        loops, _ = _pruned(net, lanes, np.union1d(streets, places))
        deep = _depth(net, lanes, loops)
    middle = deep[net.node].min(axis=1) + net.length_m / 2
    found = np.zeros(len(connected), bool)
    found[lanes] = middle[lanes] > longest
    return found


def _pruned(net: Net, lanes: Indices, fixed: Indices) -> tuple[Indices, list[int]]:
    """Take away dead ends piece by piece; return the nodes that are left, and the tips begun from.

    The streets count as one place: a lane with both ends on streets is no dead end.
    """
    node = net.node[lanes]
    degree = np.bincount(node.ravel(), minlength=len(net.where))
    neighbours: dict[int, list[int]] = {}
    for a, b in node.tolist():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    keep = np.zeros(len(net.where), bool)
    keep[fixed] = True
    tips = [int(tip) for tip in np.flatnonzero((degree == 1) & ~keep)]
    left, queue, pruned = degree.copy(), deque(tips), np.zeros(len(net.where), bool)
    while queue:
        here = queue.popleft()
        pruned[here] = True
        for beside in neighbours[here]:
            left[beside] -= 1
            if left[beside] == 1 and not keep[beside] and not pruned[beside]:
                queue.append(beside)
    alive = ~pruned & ((left > 0) | keep)
    return np.flatnonzero(alive), tips


def _depth(net: Net, lanes: Indices, loops: Indices) -> Floats:
    """Measure along the lanes how far each node is from where an engine can go round."""
    count = len(net.where)
    if not len(loops) or not len(lanes):
        return np.full(count, np.inf)
    a, b = net.node[lanes].T
    graph = scipy.sparse.coo_matrix((np.maximum(net.length_m[lanes], 1e-6), (a, b)), shape=(count, count)).tocsr()
    depth: Floats = scipy.sparse.csgraph.dijkstra(graph, directed=False, indices=loops, min_only=True)
    return depth


def _turning_place(area: StudyArea, net: Net, tip: int, gone: Bools) -> bool:
    """Tell whether a square to turn in lies open at the end of a lane and nothing stands on it."""
    side = area.catalog.constants["fire_turning_m"]
    point = shapely.Point(net.where[tip])
    near = shapely.buffer(point, 2 * side)
    stands = (~gone) & shapely.intersects(net.survey.obstacles.shapes, near)
    key = (tip, np.flatnonzero(stands).tobytes())
    if key not in net.turned:
        net.turned[key] = _turns_round(area, net, tip, stands)
    return net.turned[key]


def _turns_round(area: StudyArea, net: Net, tip: int, stands: Bools) -> bool:
    """Look for the square, or take what was found where another state of the survey has the same ground there."""
    side = area.catalog.constants["fire_turning_m"]
    point = shapely.Point(net.where[tip])
    near = shapely.buffer(point, 2 * side)
    soft = _soft_ground(area)
    taken = np.concatenate([net.survey.obstacles.shapes[stands], soft[shapely.intersects(soft, near)]])
    along = _direction(net, tip)
    read = hashlib.sha256(repr((area.catalog.digest, along)).encode())
    read.update(b"".join(shapely.to_wkb([point, *taken], byte_order=1)))
    known = area.survey.derive(_known_places)
    if read.digest() not in known:
        known[read.digest()] = _finds_square(area, point, taken, along)
    return known[read.digest()]


@once_an_area
def _soft_ground(area: StudyArea) -> Geometries:
    """Give the open ground on which no engine turns."""
    spaces = area.open_spaces
    found: Geometries = spaces.geometry.to_numpy()[~spaces["kind"].isin(_FIRM).to_numpy(bool)]
    return found


def _known_places(area: StudyArea) -> dict[bytes, bool]:
    """Begin what is remembered of turning places for all states of a survey."""
    return {}


def _finds_square(area: StudyArea, point: BaseGeometry, taken: Shapes, along_deg: float) -> bool:
    """Look for the square beside a point, clear of what takes ground, at every angle."""
    side = area.catalog.constants["fire_turning_m"]
    ground = less(shapely.buffer(point, 2 * side), joined(taken))
    beside = common(shapely.buffer(point, side), _roomy(area, ground, point))
    return any(
        not feasible_centres(ground, side, side, angle_deg=along_deg + turned, within=beside).is_empty
        for turned in _TURNED
    )


def _roomy(area: StudyArea, ground: shapely.Geometry, point: BaseGeometry) -> Any:
    """Give the middle of the ground that an engine gets onto from a point, without squeezing through gaps."""
    constants = area.catalog.constants
    half = constants["fire_width_ask_m"] / 2 - constants["fire_rounding_m"]
    parts = shapely.get_parts(shapely.buffer(ground, -half, join_style="mitre"))
    return joined(parts[shapely.dwithin(parts, point, half)])


def _direction(net: Net, tip: int) -> float:
    """Give the direction of the lane that ends at a node, in degrees from 0 to 90."""
    piece = np.flatnonzero((net.node == tip).any(axis=1) & net.drivable)[0]
    run = net.survey.stations.end[piece] - net.survey.stations.start[piece]
    return float(np.degrees(arctan2(run[1], run[0])) % 90.0)
