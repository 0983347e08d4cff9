"""Isochrones along streets alone, as other tools draw them, but cut exactly where the time ends, and fast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import contourpy
import geopandas as gpd
import numpy as np
import shapely

from spatialreno._types import Floats, Ints
from spatialreno.catalog import read_catalog
from spatialreno.errors import InputError
from spatialreno.walk.millimetres.compiled import compiled
from spatialreno.walk.millimetres.frame import MM_PER_M
from spatialreno.walk.search.contraction import reach_from
from spatialreno.walk.search.engine import FAR, both_ways
from spatialreno.walk.state.walkers import checked_times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatialreno.walk.centrelines.street_network import Spots, StreetNetwork

_Rings: TypeAlias = tuple[Floats, Ints, Ints]

_SECONDS_PER_MIN = 60.0
# A contour that runs exactly through a point of the grid would touch itself there.
_NUDGE_M = 1e-6


def street_isochrones(
    network: StreetNetwork,
    origins: Spots,
    minutes: Sequence[float] = (5, 10, 15),
    group: str = "general",
    *,
    half_width_m: float = 25.0,
    grain_m: float = 10.0,
) -> gpd.GeoDataFrame:
    """Draw what lies within a distance of the streets that are reached on foot in given times.

    Streets are cut where the time ends. The distance to the reached parts is measured exactly at the points of a grid
    and its contour at the half width is drawn; between the points it runs straight. Walls and yards are unknown here:
    for an area use `isochrones`.

    Parameters
    ----------
    network
        Streets.
    origins
        Names of nodes, or a GeoSeries of points in the network's CRS.
    minutes
        Times.
    group
        Walking group of the catalog, which sets the speed.
    half_width_m
        How far from a reached street counts as reached, in metres.
    grain_m
        Distance of the points of the grid in metres; at most as large as the half width.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns origin, minutes, group, geometry in the network's CRS; a longer time contains a shorter one.

    Raises
    ------
    InputError
        A node or the group is unknown, a time is none, or the grid is too coarse.

    Examples
    --------
    >>> import networkx as nx
    >>> from spatialreno.walk import street_network
    >>> graph = nx.Graph(crs="EPSG:3857")
    >>> graph.add_nodes_from([("a", {"x": 0.0, "y": 0.0}), ("b", {"x": 300.0, "y": 400.0})])
    >>> _ = graph.add_edge("a", "b", length=500.0)
    >>> shape = street_isochrones(street_network(graph), ["a"], [5]).geometry.item()
    >>> round(shape.area / (2 * 25 * 360 + 3.14159 * 25**2), 2)  # 5 minutes at 1.2 m/s reach 360 m
    1.0
    """
    if not 0 < grain_m <= half_width_m:
        raise InputError(f"streets: a grid of {grain_m} m cannot draw {half_width_m} m. Use a finer one.")
    limits = [round(time * _metres_per_minute(group) * MM_PER_M) for time in checked_times(minutes)]
    names, seeds = network.seeds(origins)
    found = reach_from(network.chains, seeds, max(limits, default=0))
    first_steps = network.first_steps(origins)
    pen = _Pen(network, half_width_m, grain_m)
    rings = [pen.draw(*found.of(at), first_steps[at], limit) for at in range(len(names)) for limit in limits]
    return gpd.GeoDataFrame(
        {"origin": np.repeat(names, len(limits)), "minutes": np.tile(np.array(minutes), len(names)), "group": group},
        geometry=_shapes(rings),
        crs=network.crs,
    )


class _Pen:
    """Draws the reach of one origin after another on a grid that is the same for all of them."""

    def __init__(self, network: StreetNetwork, half_width_m: float, grain_m: float) -> None:
        arcs = both_ways(network.first, network.second, network.length, len(network.xy))
        self._streets = arcs.pointer, np.column_stack([arcs.head, arcs.weight]), np.ascontiguousarray(network.xy)
        self._far = np.full(len(network.xy), FAR, np.int32)
        self._half_width, self._grain = float(half_width_m), float(grain_m)

    def draw(self, node: NDArray[np.int32], away: NDArray[np.int32], first_steps: Floats, limit: int) -> _Rings:
        """Draw streets within a limit of the nodes walked to, and the first steps (ends, millimetres, away)."""
        parts = reached_parts(*self._streets, node, away, self._far, first_steps, limit)
        if not len(parts):
            return np.empty((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64)
        distance, column, row = nearness(parts, self._half_width, self._grain)
        lines: Any = contourpy.contour_generator(
            (np.arange(distance.shape[1]) + column) * self._grain,
            (np.arange(distance.shape[0]) + row) * self._grain,
            distance,
            name="serial",
            fill_type=contourpy.FillType.ChunkCombinedOffsetOffset,
        )
        points, rings, outers = lines.filled(-1.0, self._half_width)
        return points[0], rings[0].astype(np.int64), outers[0].astype(np.int64)


def _shapes(drawn: list[_Rings]) -> Any:
    """Make one multipolygon of each drawing."""
    if not drawn:
        return np.empty(0, object)
    points, rings, outers = zip(*drawn, strict=True)
    ring = np.cumsum([0, *(len(part) - 1 for part in rings)])
    point = np.cumsum([0, *map(len, points)])
    outer = np.cumsum([0, *(len(part) - 1 for part in outers)])
    starts = [np.concatenate([[0], *(part[1:] + at for part, at in zip(parts, begin, strict=False))])
              for parts, begin in ((rings, point), (outers, ring))]  # fmt: skip
    return shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, np.concatenate(points), (*starts, outer))


def _metres_per_minute(group: str) -> float:
    """Read the speed of a walking group."""
    speeds = read_catalog().groups["speed_m_s"]
    if group not in speeds.index:
        raise InputError(f"walk: group {group} is not in the catalog. Use one of {', '.join(speeds.index)}.")
    return float(speeds[group]) * _SECONDS_PER_MIN


@compiled
def reached_parts(pointer: Any, arcs: Any, xy: Any, node: Any, away: Any, far: Any, steps: Any, limit: int) -> Any:
    """List the parts of pieces within the limit as rows of two ends.

    `steps` has rows (x, y, x, y, millimetres long, millimetres away) beside the pieces. `far` is lent: FAR before and
    after.
    """
    size = len(steps)
    for k in range(len(node)):
        far[node[k]] = away[k]
        size += pointer[node[k] + 1] - pointer[node[k]]
    parts, count = np.empty((size, 4)), 0
    for k in range(len(steps)):
        if steps[k, 5] <= limit:
            share = min((limit - steps[k, 5]) / max(steps[k, 4], 1.0), 1.0)
            x, y = steps[k, 0], steps[k, 1]
            parts[count, 0], parts[count, 1] = x, y
            parts[count, 2], parts[count, 3] = x + (steps[k, 2] - x) * share, y + (steps[k, 3] - y) * share
            count += 1
    for k in range(len(node)):
        here, left = node[k], limit - away[k]
        if left < 0:
            continue
        for arc in range(pointer[here], pointer[here + 1]):
            other, length = arcs[arc, 0], arcs[arc, 1]
            whole = left + max(limit - far[other], 0) >= length
            if whole and far[other] <= limit and other < here:
                continue
            share = 1.0 if whole else left / length
            x, y = xy[here, 0], xy[here, 1]
            parts[count, 0], parts[count, 1] = x, y
            parts[count, 2], parts[count, 3] = x + (xy[other, 0] - x) * share, y + (xy[other, 1] - y) * share
            count += 1
    for k in range(len(node)):
        far[node[k]] = FAR
    return parts[:count]


@compiled
def nearness(parts: Any, half_width: float, grain: float) -> Any:
    """Measure from points of a grid to the nearest of some lines, where that is about the half width or less.

    Returns the distances by row and column, and the first column and row, in grains from the origin.
    """
    reach = half_width + grain
    low_x, low_y, high_x, high_y = np.inf, np.inf, -np.inf, -np.inf
    for k in range(len(parts)):
        low_x, high_x = min(low_x, parts[k, 0], parts[k, 2]), max(high_x, parts[k, 0], parts[k, 2])
        low_y, high_y = min(low_y, parts[k, 1], parts[k, 3]), max(high_y, parts[k, 1], parts[k, 3])
    column, row = int(np.floor((low_x - reach) / grain)), int(np.floor((low_y - reach) / grain))
    columns, rows = int(np.ceil((high_x + reach) / grain)) - column, int(np.ceil((high_y + reach) / grain)) - row
    columns, rows = columns + 1, rows + 1
    near = np.full((rows, columns), 4 * reach * reach)
    for k in range(len(parts)):
        ax, ay = parts[k, 0] - column * grain, parts[k, 1] - row * grain
        dx, dy = parts[k, 2] - parts[k, 0], parts[k, 3] - parts[k, 1]
        size = dx * dx + dy * dy
        scale = 1.0 / size if size > 0.0 else 0.0
        first = max(int((ay + min(dy, 0.0) - reach) / grain), 0)
        last = min(int((ay + max(dy, 0.0) + reach) / grain) + 1, rows - 1)
        for r in range(first, last + 1):
            y = r * grain - ay
            # The stretch of the line that can be near this row.
            one, two = 0.0, 1.0
            if dy != 0.0:
                one, two = (y - reach) / dy, (y + reach) / dy
                one, two = min(max(min(one, two), 0.0), 1.0), min(max(max(one, two), 0.0), 1.0)
            left, right = ax + min(one * dx, two * dx) - reach, ax + max(one * dx, two * dx) + reach
            for c in range(max(int(left / grain), 0), min(int(right / grain) + 1, columns - 1) + 1):
                x = c * grain - ax
                share = min(max((x * dx + y * dy) * scale, 0.0), 1.0)
                ex, ey = x - share * dx, y - share * dy
                near[r, c] = min(near[r, c], ex * ex + ey * ey)
    for r in range(rows):
        for c in range(columns):
            near[r, c] = np.sqrt(near[r, c])
            if near[r, c] == half_width:
                near[r, c] += _NUDGE_M
    return near, column, row
