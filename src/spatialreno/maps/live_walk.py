"""The walk fabric for the live page: nodes, hops and what each hop crosses, in whole millimetres.

The page walks on the very graph that Python walks on, so that its distances are the same whole millimetres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from spatialreno.errors import InputError
from spatialreno.maps.live_plan import yard_of
from spatialreno.maps.packing import packed
from spatialreno.walk.places import Places, doors_of, find_places
from spatialreno.walk.state import fabric_of, paths_open

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.walk.fabric import Fabric

# More hops than this and an office computer takes longer than a tenth of a second for a click.
_MOST_HOPS = 2_000_000
_MOST_GROUND_POINTS = 400
_LEAST_STEP_M = 6
_FROM_BUILDINGS_M = 0.6


@dataclass
class _Sets:
    """Sets of labels, each stored once."""

    number: dict[tuple[int, ...], int] = field(default_factory=lambda: {(): 0})

    def of(self, carrier: Any, label: Any, count: int) -> Any:
        """Number the set of labels of each of ``count`` carriers, given sorted pairs (carrier, label)."""
        order = np.lexsort((label, carrier))
        carrier, label = carrier[order], label[order]
        found = np.zeros(count, np.int64)
        bounds = [*np.flatnonzero(np.diff(carrier, prepend=-1)), len(carrier)]
        for low, high in pairwise(bounds):
            key = tuple(label[low:high].tolist())
            found[carrier[low]] = self.number.setdefault(key, len(self.number))
        return found

    def table(self) -> dict[str, list[str]]:
        """Write all sets: where each begins, and its labels."""
        sizes = [len(key) for key in self.number]
        return {
            "begin": packed(np.concatenate([[0], np.cumsum(sizes)])),
            "labels": packed([label for key in self.number for label in key]),
        }


def walk_model(area: StudyArea, facilities: list[str]) -> dict[str, Any]:
    """Export what the page needs to walk.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed.
    facilities : list of str
        Ids of the facilities that serve.

    Returns
    -------
    dict
        ``xy`` of nodes, hops (``first``, ``second``, ``set``; ``odd`` holds lengths that are not the straight line
        rounded up), ``labels``, ``sets``, ``doors`` by building, ``ways`` by facility, ``ground``: points where a
        facility may be put, with their ways, ``step_m`` apart.

    Raises
    ------
    InputError
        The area is too large for one page.
    """
    fabric = fabric_of(area)
    if len(fabric.hops) > _MOST_HOPS:
        raise InputError(
            f"live: {area.name} has {len(fabric.hops):,} hops to walk, more than {_MOST_HOPS:,}. Cut the area "
            "into parts and make a page of each."
        )
    sets = _Sets()
    hops = _hops(area, fabric, sets)
    places = find_places(area, fabric, facilities)
    points, step = _ground_points(area)
    ground = find_places(area, fabric, points)
    ways = _ways(area, fabric, ground, sets)
    kept = [at for at, own in enumerate(ways) if own]
    xy = np.rint(fabric.frame.to_mm(shapely.get_coordinates(points.to_numpy()))).astype(np.int64).reshape(-1, 2)
    return {
        **hops,
        "origin": [fabric.frame.x0, fabric.frame.y0],
        "labels": [list(label) for label in fabric.obstacles.labels],
        "doors": [[list(pair) for pair in doors_of(fabric, row)] for row in range(len(area.buildings))],
        "ways": _ways(area, fabric, places, sets),
        "hosts": places.host.tolist(),
        "ground": {
            "x": packed(xy[kept, 0]),
            "y": packed(xy[kept, 1]),
            "yard": yard_of(area, points.to_numpy()[kept]),
            "ways": [ways[at] for at in kept],
        },
        "step_m": step,
        "sets": sets.table(),
    }


def _hops(area: StudyArea, fabric: Fabric, sets: _Sets) -> dict[str, Any]:
    """Write hops sorted by their ends; those on paths that cannot be walked are left out."""
    hops = fabric.hops
    number = sets.of(hops.label_hop, hops.label, len(hops))
    first, second = np.minimum(hops.first, hops.second), np.maximum(hops.first, hops.second)
    order = np.lexsort((number, hops.length, second, first))
    order = order[paths_open(area, fabric, hops.path)[order] & (first != second)[order]]
    xy = np.rint(fabric.xy).astype(np.int64)
    away = (xy[first[order]] - xy[second[order]]).astype(float)
    straight = np.ceil(np.sqrt((away**2).sum(axis=1))).astype(np.int64)
    odd = np.flatnonzero(straight != hops.length[order])
    return {
        "x": packed(xy[:, 0]),
        "y": packed(xy[:, 1]),
        "degree": packed(np.bincount(first[order], minlength=len(xy))),
        "second": packed(second[order]),
        "set": packed(number[order]),
        "odd": [packed(odd), packed(hops.length[order][odd])],
    }


def _ways(area: StudyArea, fabric: Fabric, places: Places, sets: _Sets) -> list[list[int]]:
    """List the ways from each place into the fabric, flat: node, length, set of labels."""
    ways = places.ways
    number = sets.of(ways.label_way, ways.label, len(ways))
    fine = paths_open(area, fabric, ways.path)
    place = np.concatenate([places.own_place, places.point_place[ways.point[fine]]])
    rows = np.column_stack(
        [
            np.concatenate([places.own_node, ways.node[fine]]),
            np.concatenate([places.own_length, ways.length[fine]]),
            np.concatenate([np.zeros(len(places.own_place), np.int64), number[fine]]),
        ]
    )
    order = np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0], place))
    place, rows = place[order], rows[order]
    edges = np.searchsorted(place, np.arange(len(places) + 1))
    return [rows[low:high].ravel().tolist() for low, high in pairwise(edges)]


def _ground_points(area: StudyArea) -> tuple[gpd.GeoSeries, int]:
    """Lay a grid of whole metres over compounds and open spaces, clear of buildings."""
    grounds = np.concatenate([area.compounds.geometry.to_numpy(), area.open_spaces.geometry.to_numpy()])
    ground = shapely.union_all(grounds)
    step = max(_LEAST_STEP_M, math.ceil(math.sqrt(ground.area / _MOST_GROUND_POINTS)))
    west, south, east, north = ground.bounds if not ground.is_empty else (0.0, 0.0, 0.0, 0.0)
    x, y = np.meshgrid(
        np.arange(math.ceil(west / step) * step, east, step), np.arange(math.ceil(south / step) * step, north, step)
    )
    points = shapely.points(x.ravel(), y.ravel())
    shapely.prepare(ground)
    inside = shapely.contains(ground, points)
    near = shapely.STRtree(area.buildings.geometry.to_numpy()).query(
        points, predicate="dwithin", distance=_FROM_BUILDINGS_M
    )[0]
    inside[near] = False
    names = [f"at{at}" for at in range(int(inside.sum()))]
    return gpd.GeoSeries(points[inside], index=names, crs=area.crs), step
