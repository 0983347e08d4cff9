"""What stands beside the paths, measured once for all states of an area: a plan changes little and leaves the rest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno._types import Indices
from spatialreno.land.lanes.chainage import Hits, Stations, find_hits
from spatialreno.land.lanes.obstacles import Obstacles

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

#: How many ways to lay stations are remembered of one survey; lanes and fire engines lay them differently.
_MOST = 4


@dataclass(frozen=True)
class _Measured:
    """What was found beside some stations: the row of each outline by its bytes, and hits in the order of outlines."""

    row: dict[bytes, int]
    hits: Hits
    begin: Indices


def hits_beside(area: StudyArea, stations: Stations, obstacles: Obstacles) -> Hits:
    """Find what stands beside stations (``find_hits``), and measure only what no other state of the survey had.

    Whether and how far an obstacle stands beside a piece of path depends on these two alone.

    Parameters
    ----------
    area
        The area; its survey remembers.
    stations, obstacles
        Pieces and outlines.
    """
    constants = area.catalog.constants
    reach, end = constants["lane_reach_m"], constants["tolerance_m"]
    laid = hashlib.sha256(repr((reach, end)).encode())
    for part in (stations.path, stations.start, stations.end):
        laid.update(np.ascontiguousarray(part).tobytes())
    known, key = area.survey.derive(_known), laid.digest()
    outlines = shapely.to_wkb(obstacles.shapes).tolist()
    if key not in known:
        hits = find_hits(stations, obstacles, reach_m=reach, end_m=end)
        known[key] = _measured(outlines, hits)
        if len(known) > _MOST:
            del known[next(iter(known))]
        return hits
    before = known[key]
    old = np.array([before.row.get(outline, -1) for outline in outlines], np.intp)
    new = np.flatnonzero(old < 0)
    same, at = _of(before, old[old >= 0]), np.flatnonzero(old >= 0)
    more = find_hits(stations, obstacles.only(old < 0), reach_m=reach, end_m=end)
    return _joined(same, at, more, new)


def _known(area: StudyArea) -> dict[bytes, _Measured]:
    """Begin what is remembered of a survey."""
    return {}


def _measured(outlines: list[bytes], hits: Hits) -> _Measured:
    order = np.argsort(hits.obstacle, kind="stable")
    begin = np.searchsorted(hits.obstacle[order], np.arange(len(outlines) + 1))
    row = {outline: at for at, outline in enumerate(outlines)}
    sorted_ = Hits(hits.station[order], hits.side[order], hits.obstacle[order], hits.offset_m[order])
    return _Measured(row, sorted_, begin.astype(np.intp))


def _of(before: _Measured, rows: Indices) -> Hits:
    """Take the hits of some outlines, numbered anew in their order."""
    count = np.diff(before.begin)[rows]
    number = np.repeat(np.arange(len(rows)), count)
    shift = np.arange(len(number)) - np.repeat(np.cumsum(count) - count, count)
    at = np.repeat(before.begin[rows], count) + shift
    return Hits(before.hits.station[at], before.hits.side[at], number, before.hits.offset_m[at])


def _joined(same: Hits, old: Indices, more: Hits, new: Indices) -> Hits:
    """Put hits of two lots of obstacles together, with the numbers that the obstacles have in all."""
    obstacle = np.concatenate([old[same.obstacle], new[more.obstacle]])
    return Hits(
        np.concatenate([same.station, more.station]),
        np.concatenate([same.side, more.side]),
        obstacle.astype(np.intp),
        np.concatenate([same.offset_m, more.offset_m]),
    )
