"""Where pipes can lie: along lanes, across yards in straight runs, never under a building."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from spatialreno._types import Floats, Geometries, Indices
from spatialreno.works.heat.faces import by_place, corners_round, inlets, long_box, obstacles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatialreno.area import StudyArea

_SHRINK_M = 0.05
_FOOT_M = 2.0
_STRAIGHT = 1.05
#: Metres around a point in which lanes are looked for first.
_NEAR_M = 40.0


@dataclass(frozen=True)
class Ground:
    """Points and straight runs between them on which a pipe can be laid.

    Attributes
    ----------
    points
        Coordinates.
    tail, head, length_m
        Runs.
    walls
        Walls that each run crosses.
    lane
        Path each run lies in; empty across a yard.
    inlets
        Columns unit, building_id, side, stub_m, node: where units can be entered.
    ports
        Facility id to its nodes (round a heat station).
    blocked
        Paths of which a part lies under a building.
    """

    points: Floats
    tail: Indices
    head: Indices
    length_m: Floats
    walls: Indices
    lane: NDArray[np.object_]
    inlets: pd.DataFrame
    ports: dict[str, tuple[int, ...]]
    blocked: tuple[str, ...]

    def near(self, station: str, buildings: pd.Index, reach_m: float) -> Ground:
        """Cut out what lies round one station and the buildings it serves, no farther than a reach from their hull."""
        mine = self.inlets["building_id"].isin(buildings).to_numpy()
        nodes = np.concatenate([self.inlets["node"].to_numpy()[mine], np.array(self.ports[station], np.intp)])
        hull = shapely.buffer(shapely.convex_hull(shapely.multipoints(self.points[nodes])), reach_m)
        shapely.prepare(hull)
        inside = shapely.contains_xy(hull, self.points)
        inside[nodes] = True
        place = np.where(inside, np.cumsum(inside) - 1, -1)
        runs = np.flatnonzero(inside[self.tail] & inside[self.head])
        doors = self.inlets[inside[self.inlets["node"].to_numpy()]]
        return Ground(
            points=self.points[inside], tail=place[self.tail[runs]], head=place[self.head[runs]],
            length_m=self.length_m[runs], walls=self.walls[runs], lane=self.lane[runs],
            inlets=doors.assign(node=place[doors["node"].to_numpy()]),
            ports={station: tuple(int(place[n]) for n in self.ports[station])}, blocked=self.blocked,
        )  # fmt: skip

    def line(self, run: int) -> Any:
        """Draw a run."""
        return shapely.linestrings(self.points[[self.tail[run], self.head[run]]])


def pipe_ground(area: StudyArea, ids: pd.Index, stations: gpd.GeoSeries) -> Ground:
    """Find where pipes can lie between lanes, buildings and stations.

    Parameters
    ----------
    area
        The study area.
    ids
        Buildings to be served.
    stations
        Outlines or points of stations by id, in the area's CRS.

    Returns
    -------
    Ground
        Lanes cut where houses face them and at most every ``pipe_step_m``; yards crossed in straight runs
        of at most ``pipe_link_m`` that pass no building and no structure; walls that stay may be crossed
        at a cost.
    """
    constants = area.catalog.constants
    shapes = obstacles(area)
    shapes = np.concatenate([shapes, stations.geometry[stations.area > 0].to_numpy()]) if len(stations) else shapes
    tree = shapely.STRtree(shapes)
    solid = shapely.STRtree(shapely.buffer(shapes, -_SHRINK_M))
    doors = inlets(area, ids, tree)
    ports, port_xy = _ports(area, stations, tree)
    yard = np.vstack([doors[["x", "y"]].to_numpy(float).reshape(-1, 2), port_xy, corners_round(area, tree)])
    facing = yard[: len(doors) + len(port_xy)]
    lanes, lane_of, lane_xy, blocked = _lanes(area, facing, solid, constants["pipe_step_m"])
    points = np.vstack([yard, lane_xy])
    links = _links(yard, lane_xy, constants, _rows_of_house(doors))
    links = _open(points, links, solid)
    links = _thinned(points, links)
    runs = np.vstack([links, lanes + len(yard)]).astype(np.intp)
    length = np.hypot(*(points[runs[:, 0]] - points[runs[:, 1]]).T)
    return Ground(
        points=points, tail=runs[:, 0], head=runs[:, 1], length_m=length,
        walls=_crossings(area, points, runs, len(links)),
        lane=np.array([""] * len(links) + list(lane_of), object),
        inlets=doors.assign(node=np.arange(len(doors))),
        ports={name: tuple(len(doors) + k for k in nodes) for name, nodes in ports.items()},
        blocked=blocked,
    )  # fmt: skip


def _ports(area: StudyArea, stations: gpd.GeoSeries, tree: shapely.STRtree) -> tuple[dict[str, list[int]], Floats]:
    """Give points just outside each station, in the middle of its sides."""
    found: dict[str, list[int]] = {}
    xy: list[Floats] = []
    for name, shape in stations.loc[by_place(stations)].items():
        if shape.geom_type == "Point":
            sides = [shapely.get_coordinates(shape)[0]]
        else:
            box = long_box(shape)
            middle = box.mean(axis=0)
            sides = [(box[k] + box[(k + 1) % 4]) / 2 for k in range(4)]
            sides = [side + (side - middle) / max(np.hypot(*(side - middle)), 1e-9) * 0.8 for side in sides]
            free = [s for s in sides if not len(tree.query(shapely.points(s), predicate="dwithin", distance=0.3))]
            sides = free or sides
        found[str(name)] = list(range(len(xy), len(xy) + len(sides)))
        xy += sides
    return found, np.array(xy, float).reshape(-1, 2)


def _lanes(
    area: StudyArea, facing: Floats, solid: shapely.STRtree, step_m: float
) -> tuple[Any, list[str], Floats, Any]:
    """Cut lanes at their crossings, where houses face them, and every so many metres."""
    paths = area.paths
    if not len(paths):
        return np.empty((0, 2), np.intp), [], np.empty((0, 2)), ()
    pieces = _in_place(shapely.get_parts(shapely.node(shapely.union_all(paths.geometry.to_numpy()))))
    owner = lane_owners(paths, pieces)
    feet = _feet(pieces, facing)
    nodes: dict[tuple[float, float], int] = {}
    runs, names, blocked = [], [], set()
    for k, piece in enumerate(pieces):
        marks = _marks(piece.length, feet.get(k, ()), step_m)
        xy = shapely.get_coordinates(shapely.line_interpolate_point(piece, marks))
        lines = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
        under = set(solid.query(lines, predicate="intersects")[0].tolist())
        for n in range(len(lines)):
            if n in under:
                blocked.add(owner[k])
                continue
            ends = [nodes.setdefault((round(x, 3), round(y, 3)), len(nodes)) for x, y in (xy[n], xy[n + 1])]
            if ends[0] != ends[1]:
                runs.append(ends)
                names.append(owner[k])
    return (
        np.array(runs, np.intp).reshape(-1, 2),
        names,
        np.array(list(nodes), float).reshape(-1, 2),
        tuple(sorted(blocked)),
    )


def _in_place(pieces: Geometries) -> Geometries:
    """Draw pieces of lanes from one and the same end, in the order of where they lie."""
    pieces = shapely.normalize(pieces)
    ends = np.round(np.hstack([shapely.get_coordinates(shapely.get_point(pieces, k)) for k in (0, -1)]), 3)
    order: Geometries = pieces[np.lexsort((shapely.length(pieces), *ends.T[::-1]))]
    return order


def lane_owners(paths: gpd.GeoDataFrame, pieces: Geometries) -> list[str]:
    """Tell which path each piece belongs to; the first by id where two lie on one another."""
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, path = shapely.STRtree(paths.geometry.to_numpy()).query_nearest(middle, all_matches=True)
    owner: dict[int, str] = {}
    for k, p in zip(piece, path, strict=True):
        name = str(paths.index[p])
        owner[int(k)] = min(owner.get(int(k), name), name)
    return [owner[k] for k in range(len(pieces))]


def _feet(pieces: Geometries, facing: Floats) -> dict[int, list[float]]:
    """Find where points face the two pieces of lane nearest to them, in metres along."""
    feet: dict[int, list[float]] = {}
    if not len(facing):
        return feet
    points, lines = shapely.points(facing), np.asarray(pieces)
    rows, near = _two_nearest(points, lines)
    for k, metres in zip(near.tolist(), shapely.line_locate_point(lines[near], points[rows]).tolist(), strict=True):
        feet.setdefault(k, []).append(metres)
    return feet


def _two_nearest(points: Geometries, lines: Geometries) -> tuple[Indices, Indices]:
    """Pair each point with the two lines nearest to it, in order; the first in the table where two are as near."""
    tree, left, reach = shapely.STRtree(lines), np.arange(len(points)), _NEAR_M
    parts: list[tuple[Indices, Indices]] = []
    while len(left):
        at, line = tree.query(points[left], predicate="dwithin", distance=reach)
        away = shapely.distance(points[left][at], lines[line])
        order = np.lexsort((line, away, at))
        at, line = at[order], line[order]
        count = np.bincount(at, minlength=len(left))
        enough = count >= min(2, len(lines))
        rank = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
        kept = enough[at] & (rank < 2)
        parts.append((left[at[kept]], line[kept]))
        left, reach = left[~enough], reach * 4
    rows, near = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(rows, kind="stable")
    return rows[order], near[order]


def _marks(length: float, feet: Iterable[float], step_m: float) -> Floats:
    """Put ends, feet (to 2 m) and points between them no farther apart than a step."""
    inner = {round(f / _FOOT_M) * _FOOT_M for f in feet}
    marks = np.array(sorted({0.0, length} | {m for m in inner if 0 < m < length - _FOOT_M / 2}))
    filled = [
        np.linspace(a, b, max(1, int(np.ceil((b - a) / step_m - 1e-9))), endpoint=False) for a, b in pairwise(marks)
    ]
    return np.concatenate([*filled, [length]])


def _rows_of_house(doors: pd.DataFrame) -> Indices:
    """Join neighbouring inlets along each side of a house."""
    same = (doors["building_id"].to_numpy()[1:] == doors["building_id"].to_numpy()[:-1]) & (
        doors["side"].to_numpy()[1:] == doors["side"].to_numpy()[:-1]
    )
    first = np.flatnonzero(same)
    return np.column_stack([first, first + 1]).astype(np.intp)


def _links(yard: Floats, lane_xy: Floats, constants: Mapping[str, float], rows: Indices) -> Indices:
    """Propose runs from each yard point to its neighbours in the yards and on the lanes."""
    from scipy.spatial import cKDTree

    count, limit = int(constants["pipe_links"]), constants["pipe_link_m"]
    found = [rows]
    for target, offset in ((yard, 0), (lane_xy, len(yard))):
        if not len(target) or not len(yard):
            continue
        away, other = cKDTree(target).query(yard, k=min(count + 1, len(target)), distance_upper_bound=limit)
        away, other = away.reshape(len(yard), -1), other.reshape(len(yard), -1)
        one, nth = np.nonzero(np.isfinite(away))
        found.append(np.column_stack([one, other[one, nth] + offset]))
    pairs = np.sort(np.vstack(found), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0).astype(np.intp)


def _open(points: Floats, links: Indices, solid: shapely.STRtree) -> Indices:
    if not len(links):
        return links
    lines = shapely.linestrings(points[links])
    return np.delete(links, np.unique(solid.query(lines, predicate="intersects")[0]), axis=0)


def _thinned(points: Floats, links: Indices) -> Indices:
    """Leave out runs that two shorter ones replace with hardly a detour."""
    length = {(int(a), int(b)): float(np.hypot(*(points[a] - points[b]))) for a, b in links}
    near: dict[int, set[int]] = {}
    for a, b in length:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    for (a, b), way in sorted(length.items(), key=lambda item: (-item[1], item[0])):
        for c in near[a] & near[b]:
            if length[min(a, c), max(a, c)] + length[min(c, b), max(c, b)] <= _STRAIGHT * way:
                near[a].discard(b)
                near[b].discard(a)
                break
    kept = sorted((a, b) for a in near for b in near[a] if a < b)
    return np.array(kept, np.intp).reshape(-1, 2)


def _crossings(area: StudyArea, points: Floats, runs: Indices, yard_runs: int) -> Indices:
    """Count the walls that each run across a yard crosses, gates left out; lanes pass by their openings."""
    count = np.zeros(len(runs), np.intp)
    walls, gates = area.walls, area.gates
    if not len(walls) or not yard_runs:
        return count
    half = gates["width_m"].to_numpy(float) / 2
    gaps = shapely.union_all(shapely.buffer(gates.geometry.to_numpy(), half)) if len(gates) else shapely.Point()
    shapes = shapely.difference(walls.geometry.to_numpy(), gaps)
    lines = shapely.linestrings(points[runs[:yard_runs]])
    hit, _ = shapely.STRtree(shapes).query(lines, predicate="intersects")
    np.add.at(count, hit, 1)
    return count
