"""The walk fabric for the live page: nodes, hops and what each hop crosses, in whole millimetres.

The page walks on the very graph that Python walks on, so that its distances are the same whole millimetres.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialreno.errors import InputError
from spatialreno.maps.live_page.ground_model import Ground, ground_cells
from spatialreno.maps.live_page.model import yard_of
from spatialreno.maps.live_page.typed_arrays import LabelSets, packed
from spatialreno.walk import Places, doors_of, fabric_of, find_places, paths_open

if TYPE_CHECKING:
    from spatialreno._types import Ints
    from spatialreno.area import StudyArea
    from spatialreno.walk import Fabric

# More hops than this and an office computer takes longer than a tenth of a second for a click.
_MOST_HOPS = 4_000_000


def walk_model(area: StudyArea, facilities: list[str], ground: Ground) -> dict[str, Any]:
    """Export what the page needs to walk.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed.
    facilities : list of str
        Ids of the facilities that serve.
    ground : Ground
        Points where anybody can stand.

    Returns
    -------
    dict
        ``x`` and ``y`` of nodes, hops (``degree``, ``steps``, ``set``; ``odd`` holds lengths that are not the
        straight line rounded up), ``labels``, ``sets``, ``doors`` by building, ``ways`` by facility, ``ground``:
        points where anybody can stand, ``step_m`` apart, with their ways and cells; on the first ``placeable``
        something may be put.

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
    sets = LabelSets()
    hops = _hops(area, fabric, sets)
    places = find_places(area, fabric, facilities)
    return {
        **hops,
        "origin": [fabric.frame.x0, fabric.frame.y0],
        "labels": [list(label) for label in fabric.obstacles.labels],
        "doors": [[list(pair) for pair in doors_of(fabric, row)] for row in range(len(area.buildings))],
        "ways": _columns(_ways(area, fabric, places, sets)),
        "hosts": places.host.tolist(),
        "ground": _ground(area, fabric, sets, ground),
        "sets": sets.table(),
    }


def _hops(area: StudyArea, fabric: Fabric, sets: LabelSets) -> dict[str, Any]:
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
        "hops": len(order),
        "x": packed(xy[:, 0]),
        "y": packed(xy[:, 1]),
        "degree": packed(np.bincount(first[order], minlength=len(xy))),
        "steps": packed(_steps(first[order], second[order])),
        "set": packed(number[order]),
        "odd": [packed(odd), packed(hops.length[order][odd])],
    }


def _columns(ways: list[list[int]]) -> dict[str, Any]:
    """Write the ways of places as columns: how many each has, and their nodes (as steps), lengths and sets."""
    rows = np.concatenate([np.empty(0, np.int64), *ways]).astype(np.int64).reshape(-1, 3)
    count = [len(own) // 3 for own in ways]
    return {
        "count": packed(count),
        "steps": packed(_steps(np.repeat(np.arange(len(ways)), count), rows[:, 0])),
        "length": packed(rows[:, 1]),
        "set": packed(rows[:, 2]),
    }


def _steps(first: Ints, second: Ints) -> Any:
    """Write the far end of each hop as a step from that of the hop before at the same node, or from the node."""
    anew = np.diff(first, prepend=-1) != 0
    return second - np.where(anew, first, np.roll(second, 1))


def _ground(area: StudyArea, fabric: Fabric, sets: LabelSets, ground: Ground) -> dict[str, Any]:
    """Write the points where anybody can stand, their cells, and their ways into the fabric."""
    points = ground.points.to_numpy()
    xy = np.rint(fabric.frame.to_mm(shapely.get_coordinates(points))).astype(np.int64).reshape(-1, 2)
    places = find_places(area, fabric, ground.points)
    ways = [np.asarray(own, np.int64).reshape(-1, 3) for own in _ways(area, fabric, places, sets)]
    count = [len(own) for own in ways]
    node, length, number = np.concatenate([np.empty((0, 3), np.int64), *ways]).T
    away = np.repeat(xy, count, axis=0) - np.rint(fabric.xy).astype(np.int64)[node]
    straight = np.ceil(np.sqrt((away.astype(float) ** 2).sum(axis=1))).astype(np.int64)
    return {
        "x": packed(xy[:, 0]),
        "y": packed(xy[:, 1]),
        "yard": yard_of(area, points),
        "placeable": ground.placeable,
        "count": packed(count),
        "steps": packed(_steps(np.repeat(np.arange(len(xy)), count), node)),
        "more": packed(length - straight),
        "set": packed(number),
        "cells": ground_cells(area, ground, fabric.frame),
        "step_m": ground.step_m,
    }


def _ways(area: StudyArea, fabric: Fabric, places: Places, sets: LabelSets) -> list[list[int]]:
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
