"""Where gates are: the stretches that they take from walls, and the gaps between posts that they close.

A gate is its width of its own wall and of what goes on where that ends (a wall is cut at a T-joint, at a corner of
compounds, or on purpose), and of any wall drawn along the same stretch, as neighbours digitise one boundary twice. A
wall that only meets it there stays whole. In a drawing the wall is often left out at a gate: then the gate closes the
gap between two wall ends, or a wall end and a building, that it stands in and is wide enough for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from spatialreno._angles import cos
from spatialreno._types import Array
from spatialreno.area.place.sides import lineage

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

COLUMNS = ["gate", "wall", "other", "low_m", "high_m", "beside", "geometry"]
_STRAIGHT_ON = cos(np.radians(30))  # a wall goes on in another that turns no more than this
_ALONG = cos(np.radians(15))  # and runs along another at no more than this
_MOST_WALLS = 64  # that one gate goes on into


class Post(NamedTuple):
    """What a gap lies beside: the end of a wall (its row), or a building (-1)."""

    wall: int
    x: float
    y: float


class Gap(NamedTuple):
    """A way between two posts past a gate; the first post is that of a wall."""

    one: Post
    two: Post
    width: float
    away: float


@dataclass(frozen=True)
class Walls:
    """Walls with their ends: end k of wall w is number 2 w + k."""

    names: list[str]
    lines: Array
    seal_m: float

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the walls."""
        return shapely.STRtree(self.lines)

    @cached_property
    def ends(self) -> Array:
        """Both ends of each wall, one after the other."""
        return np.asarray(shapely.get_point(self.lines[:, None], np.array([0, -1])).ravel())

    @cached_property
    def end_tree(self) -> shapely.STRtree:
        """Index of the ends of walls."""
        return shapely.STRtree(self.ends)

    @cached_property
    def closed(self) -> Array:
        """Tell which walls come back to where they begin; they have no posts."""
        return np.asarray(shapely.is_closed(self.lines), bool)

    def out(self, end: int) -> Array:
        """Give the direction in which a wall leaves at one of its ends."""
        xy = shapely.get_coordinates(self.lines[end // 2])
        away = xy[0] - xy[1] if end % 2 == 0 else xy[-1] - xy[-2]
        return np.asarray(away / max(np.hypot(*away), 1e-12))

    def next(self, end: int) -> int | None:
        """Find the end of the wall in which a wall goes on beyond its own end: its next piece, or the straightest."""
        ahead, own = self.out(end), lineage(self.names[end // 2])[0]
        near = self.end_tree.query(self.ends[end], predicate="dwithin", distance=self.seal_m)
        found = []
        for other in sorted(int(at) for at in near if at != end):
            cosine = float(-(ahead @ self.out(other)))
            same = other // 2 != end // 2 and lineage(self.names[other // 2])[0] == own
            if cosine >= _STRAIGHT_ON or same:
                found.append((not same, -cosine, other))
        return min(found)[2] if found else None


def spans_of_gates(
    gates: gpd.GeoDataFrame, walls: gpd.GeoDataFrame, buildings: gpd.GeoSeries, constants: Mapping[str, float]
) -> gpd.GeoDataFrame:
    """List what each gate takes of walls, and what it closes between posts.

    Parameters
    ----------
    gates
        Gates by id with ``width_m`` and ``wall_id``; one without a wall near it has no stretch.
    walls
        Walls by id.
    buildings
        Outlines of buildings.
    constants
        ``gate_snap_m``, ``tolerance_m``, ``seal_m``.

    Returns
    -------
    GeoDataFrame
        One row for each stretch: gate, wall, low_m and high_m along it, beside (True for a wall that is drawn along the
        gate's own), geometry. And one for each gap: gate, wall and other (the walls at both ends, the same where both
        are of one; other is missing beside a building), geometry from post to post. A gap is closed while both walls
        stand. The stretch of the own wall comes first.
    """
    held = Walls([str(name) for name in walls.index], walls.geometry.to_numpy(), constants["seal_m"])
    rows: list[tuple[Any, ...]] = []
    for name, point, width, own in _placed(gates, held, constants["gate_snap_m"]):
        taken = list(_stretches(held, own, point, width / 2)) if own >= 0 else []
        count = len(taken)
        taken += _beside(held, taken, constants["tolerance_m"]) if taken else []
        for at, (wall, low, high) in enumerate(taken):
            stretch = substring(held.lines[wall], low, high)
            rows.append((name, held.names[wall], None, low, high, at >= count, stretch))
        for gap in _closed(held, buildings, point, width, own, constants):
            other = held.names[gap.two.wall] if gap.two.wall >= 0 else None
            line = shapely.LineString([gap.one[1:], gap.two[1:]])
            rows.append((name, held.names[gap.one.wall], other, np.nan, np.nan, False, line))
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"beside": bool})
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(table["geometry"], crs=walls.crs), crs=walls.crs)


def walls_of_gates(
    gates: gpd.GeoDataFrame, walls: gpd.GeoDataFrame, buildings: gpd.GeoSeries, constants: Mapping[str, float]
) -> pd.Series[Any]:
    """Name the wall of each gate: the one it stands on, else that of the nearer post of the gap it closes.

    Of walls within ``gate_snap_m`` the nearest is taken, first those that go on to both sides of the gate. A wall that
    only ends in the gap of others is none of the gate's.

    Parameters
    ----------
    gates
        Gates by id with ``width_m``.
    walls, buildings, constants
        As for ``spans_of_gates``.

    Returns
    -------
    Series
        Wall by gate; missing where there is none.
    """
    held = Walls([str(name) for name in walls.index], walls.geometry.to_numpy(), constants["seal_m"])
    found: list[str | None] = []
    for point, width in zip(gates.geometry, gates["width_m"].to_numpy(float), strict=True):
        near = held.tree.query(point, predicate="dwithin", distance=constants["gate_snap_m"]).tolist()
        ends_here = all(_ends_in(held, at, point, width / 2) for at in near)
        gaps = _gaps_of_others(held, buildings, point, width, constants, near) if ends_here else []
        rank: list[tuple[float, float, str]] = [
            (_ends_in(held, at, point, width / 2), point.distance(held.lines[at]), held.names[at])
            for at in ([] if gaps else near)
        ]
        for gap in gaps:
            posts = [post for post in gap[:2] if post.wall >= 0]
            rank += [(gap.width, point.distance(shapely.Point(post[1:])), held.names[post.wall]) for post in posts]
        found.append(min(rank)[2] if rank else None)
    return pd.Series(found, index=gates.index, dtype="str")


def _gaps_of_others(
    walls: Walls, buildings: gpd.GeoSeries, point: BaseGeometry, width: float, constants: Mapping[str, float],
    near: list[int],
) -> list[Gap]:  # fmt: skip
    """List the gaps that a gate closes between other walls than those that end at it."""
    gaps = _closed(walls, buildings, point, width, -1, constants)
    return [gap for gap in gaps if not {gap.one.wall, gap.two.wall} & set(near)]


def gap_widths(
    gates: gpd.GeoDataFrame, walls: gpd.GeoDataFrame, buildings: gpd.GeoSeries, constants: Mapping[str, float]
) -> pd.Series[float]:
    """Measure the gap that each gate stands in, however wide the gate is, up to ``gate_gap_m``; NaN for the others.

    Parameters
    ----------
    gates
        Gates by id.
    walls, buildings, constants
        As for ``spans_of_gates``. A gate on a wall stands in no gap.
    """
    held = Walls([str(name) for name in walls.index], walls.geometry.to_numpy(), constants["seal_m"])
    snap, widest = constants["gate_snap_m"], constants["gate_gap_m"]
    found = []
    for point in gates.geometry:
        near = _gaps(held, buildings, point, widest, constants)
        on_wall = len(held.tree.query(point, predicate="dwithin", distance=snap)) > 0
        found.append(min((gap.width for gap in near if gap.away <= snap and not on_wall), default=np.nan))
    return pd.Series(found, index=gates.index, dtype="float64")


def _placed(gates: gpd.GeoDataFrame, walls: Walls, snap_m: float) -> Iterator[tuple[str, Any, float, int]]:
    """Give id, point and width of each gate, and the row of the wall that it stands on, -1 for none."""
    number = {name: at for at, name in enumerate(walls.names)}
    columns = (gates.geometry, gates["width_m"].to_numpy(float), gates["wall_id"])
    for name, point, width, wall in zip(gates.index, *columns, strict=True):
        own = number.get(wall, -1) if isinstance(wall, str) else -1
        yield str(name), point, width, own if own >= 0 and point.distance(walls.lines[own]) <= snap_m else -1


def _stretches(walls: Walls, own: int, point: BaseGeometry, half: float) -> Iterator[tuple[int, float, float]]:
    """Go half the width of a gate each way along its wall, and on into the walls that go on where it ends."""
    line = walls.lines[own]
    at, length = float(shapely.line_locate_point(line, point)), float(line.length)
    yield own, max(at - half, 0.0), min(at + half, length)
    yield from _onward(walls, 2 * own, half - at)
    yield from _onward(walls, 2 * own + 1, at + half - length)


def _onward(walls: Walls, end: int, rest: float) -> Iterator[tuple[int, float, float]]:
    """Go some metres on from the end of a wall."""
    gone = {end}
    for _ in range(_MOST_WALLS):
        after = walls.next(end) if rest > 0 else None
        if after is None or after in gone:
            return
        whole = float(walls.lines[after // 2].length)
        yield after // 2, *((0.0, min(rest, whole)) if after % 2 == 0 else (max(whole - rest, 0.0), whole))
        end, rest = after ^ 1, rest - whole
        gone |= {after, end}


def _ends_in(walls: Walls, own: int, point: BaseGeometry, half: float) -> bool:
    """Tell whether a wall ends in a gate, as one that is joined there does: it fills less than half of one side."""
    at = float(shapely.line_locate_point(walls.lines[own], point))
    sides = ((at, 2 * own), (float(walls.lines[own].length) - at, 2 * own + 1))
    filled = [room + sum(high - low for _, low, high in _onward(walls, end, half - room)) for room, end in sides]
    return min(filled) < half / 2


def _beside(walls: Walls, taken: list[tuple[int, float, float]], reach_m: float) -> list[tuple[int, float, float]]:
    """List the stretches of other walls that run along those of a gate."""
    own = {wall for wall, _, _ in taken}
    found: dict[int, list[tuple[float, float]]] = {}
    for wall, low, high in taken:
        stretch = substring(walls.lines[wall], low, high)
        for other in sorted(set(walls.tree.query(stretch, predicate="dwithin", distance=reach_m).tolist()) - own):
            found.setdefault(other, []).extend(_shared(stretch, walls.lines[other], reach_m))
    return [(wall, low, high) for wall in sorted(found) for low, high in _merged(found[wall], reach_m)]


def _shared(stretch: BaseGeometry, line: BaseGeometry, reach_m: float) -> Iterator[tuple[float, float]]:
    """Give from where to where a line runs beside a stretch, piece by piece."""
    own, other = shapely.get_coordinates(stretch), shapely.get_coordinates(line)
    sizes = np.hypot(*np.diff(other, axis=0).T)
    begin = np.concatenate([[0.0], np.cumsum(sizes)])
    for a, b in pairwise(own):
        size = float(np.hypot(*(b - a)))
        if size == 0:
            continue
        u = (b - a) / size
        along, across = (other - a) @ u, (other - a) @ np.array([-u[1], u[0]])
        for k in np.flatnonzero(np.abs(np.diff(along)) >= _ALONG * np.maximum(sizes, 1e-12)).tolist():
            low, high = _clipped(along[k : k + 2], (0.0, size), (0.0, 1.0))
            low, high = _clipped(across[k : k + 2], (-reach_m, reach_m), (low, high))
            if (high - low) * sizes[k] > 1e-6:
                yield float(begin[k] + low * sizes[k]), float(begin[k] + high * sizes[k])


def _clipped(values: Array, bounds: tuple[float, float], share: tuple[float, float]) -> tuple[float, float]:
    """Keep of a share of a piece what lies within bounds, where a value goes evenly from one end to the other."""
    first, last = float(values[0]), float(values[1])
    if abs(last - first) < 1e-12:
        return share if bounds[0] <= first <= bounds[1] else (0.0, 0.0)
    one, two = sorted((bound - first) / (last - first) for bound in bounds)
    return max(share[0], one), min(share[1], two)


def _merged(parts: Iterable[tuple[float, float]], reach_m: float) -> list[tuple[float, float]]:
    """Join stretches that nearly meet."""
    found: list[tuple[float, float]] = []
    for low, high in sorted(parts):
        if found and low <= found[-1][1] + reach_m:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _closed(
    walls: Walls, buildings: gpd.GeoSeries, point: BaseGeometry, width: float, own: int, constants: Mapping[str, float]
) -> Iterator[Gap]:
    """Find the gaps that a gate is wide enough for; one on a wall closes only what lies beside that wall."""
    reach = width / 2 + constants["tolerance_m"]
    for gap in _gaps(walls, buildings, point, 2 * reach, constants):
        spans = all(point.distance(shapely.Point(post[1:])) <= reach for post in gap[:2])
        if (spans or gap.away <= constants["gate_snap_m"]) and (own < 0 or own in (gap.one.wall, gap.two.wall)):
            yield gap


def _gaps(
    walls: Walls, buildings: gpd.GeoSeries, point: BaseGeometry, widest: float, constants: Mapping[str, float]
) -> Iterator[Gap]:
    """Find the pairs of posts, one of them of a wall, between which a point lies, no farther apart than given."""
    posts = _posts(walls, buildings, point, widest + constants["gate_snap_m"])
    if not posts:
        return
    here, slack = np.array([point.x, point.y]), constants["tolerance_m"]
    for one, two in combinations(posts, 2):
        a, b = np.array(one[1:]), np.array(two[1:])
        width = float(np.hypot(*(b - a)))
        if one.wall < 0 or not constants["seal_m"] < width <= widest:
            continue
        along = float((here - a) @ (b - a)) / width
        if -slack <= along <= width + slack:
            foot = a + (b - a) * min(max(along / width, 0.0), 1.0)
            yield Gap(one, two, width, float(np.hypot(*(here - foot))))


def _posts(walls: Walls, buildings: gpd.GeoSeries, point: BaseGeometry, reach: float) -> list[Post]:
    """List the ends of walls near a point, and the nearest point of each building; walls come first.

    Where a wall goes on in another, as one cut into pieces does, there is no post.
    """
    near = sorted(walls.end_tree.query(point, predicate="dwithin", distance=reach).tolist())
    free = [end for end in near if not walls.closed[end // 2] and walls.next(end) is None]
    posts = [Post(end // 2, walls.ends[end].x, walls.ends[end].y) for end in free]
    if not posts:
        return []
    houses = np.sort(buildings.sindex.query(point, predicate="dwithin", distance=reach))
    for shape in buildings.to_numpy()[houses]:
        x, y = shapely.get_coordinates(shapely.shortest_line(shape, point))[0]
        posts.append(Post(-1, float(x), float(y)))
    return posts
