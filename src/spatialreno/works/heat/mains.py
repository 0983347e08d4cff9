"""Mains: where they can be tapped, and which touch nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from spatialreno._types import Floats
from spatialreno.errors import Fault
from spatialreno.works.heat.faces import by_place, obstacles
from spatialreno.works.heat.pipe_ground import Ground

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatialreno.area import StudyArea
    from spatialreno.errors import Severity

_TAPS = 40


@dataclass(frozen=True)
class Taps:
    """Straight ways from mains to the ground: main, point on it, node of the ground, metres."""

    main: tuple[str, ...]
    xy: Floats
    node: NDArray[np.intp]
    length_m: Floats


def _fault(ids: Iterable[object], rule: str, message: str, mend: str, severity: Severity = "error") -> Fault:
    return Fault("pipes", tuple(map(str, ids)), rule, message, mend, severity)


def find_taps(area: StudyArea, mains: pd.DataFrame, ground: Ground) -> tuple[Taps, list[Fault]]:
    """Find the short ways from each main to points of the ground, past buildings.

    From every node of the ground within ``pipe_main_reach_m`` the foot on the main is taken; the nearest
    forty of each main are kept. A main that is near nothing is told.
    """
    reach = area.catalog.constants["pipe_main_reach_m"]
    shapes = shapely.buffer(obstacles(area), -0.05)
    solid, tree = shapely.STRtree(shapes), shapely.STRtree(shapely.points(ground.points))
    names: list[str] = []
    xy: list[Floats] = []
    node: list[int] = []
    length: list[float] = []
    lost = []
    for name, line in mains.geometry.loc[by_place(mains.geometry)].items():
        near = np.sort(tree.query(line, predicate="dwithin", distance=reach))
        points = shapely.points(ground.points[near])
        ways = shapely.shortest_line(np.full(len(near), line), points) if len(near) else np.empty(0, object)
        free = np.setdiff1d(np.arange(len(near)), solid.query(ways, predicate="intersects")[0])
        best = free[np.argsort(shapely.length(ways[free]), kind="stable")][:_TAPS] if len(free) else free
        for k in best:
            names.append(str(name))
            xy.append(shapely.get_coordinates(ways[k])[0])
            node.append(int(near[k]))
            length.append(float(shapely.length(ways[k])))
        if not len(best):
            lost.append(str(name))
    faults = []
    if lost:
        text = f"touch no lane or yard within {reach:g} m and feed nobody"
        faults.append(_fault(lost, "main_alone", text, "Draw the main to the quarter, or the lane to the main"))
    taps = Taps(tuple(names), np.array(xy, float).reshape(-1, 2), np.array(node, np.intp), np.array(length))
    return taps, faults
