"""Shapes made for drawing only: carriageways, ticks of gates, rings of isochrones, places of names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.maps.drawing.features import Drawn, Version
from spatialreno.maps.drawing.style import DRAWN_WIDTH_M

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

_TICK_M = 1.4  # half the length of a gate's tick
_DRAWN_M = 0.5  # outlines of walks are drawn no finer
GROUND_LABELS = {
    "public_green": ("园", "Gd"), "cluster_green": ("园", "Gd"), "plaza": ("场", "Pz"), "sport": ("体", "SG"),
}  # fmt: skip
_WALKWAYS = ("footway", "steps")


def streets(area: StudyArea, options: int) -> list[Drawn]:
    """Draw all carriageways as one white shape and footways as thin lines.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed.
    options : int
        How many options there are.
    """
    paths = area.paths
    if not len(paths):
        return []
    kinds = paths["kind"].fillna("lane").to_numpy()
    walkway = np.isin(kinds, _WALKWAYS)
    found = []
    if walkway.any():
        lines = shapely.multilinestrings(shapely.get_parts(paths.geometry.to_numpy()[walkway]))
        found.append(Drawn(lines, ("walkway",) * options))
    if not walkway.all():
        widths = np.array([_width(row) for row in paths[~walkway].to_dict("records")])
        ways = shapely.buffer(paths.geometry.to_numpy()[~walkway], widths / 2, quad_segs=4)
        found.append(Drawn(shapely.simplify(shapely.union_all(ways), 0.05), ("street",) * options))
    return found


def carriageway(version: Version) -> Any:
    """Widen a path to its stated width."""
    return version.geometry.buffer(_width(version.row) / 2, quad_segs=4, cap_style="flat")


def _width(row: Mapping[str, Any]) -> float:
    stated = row.get("width_m")
    if stated is not None and not pd.isna(stated) and float(stated) > 0:
        return float(stated)
    kind = row.get("kind")
    return DRAWN_WIDTH_M.get(kind if isinstance(kind, str) else "lane", DRAWN_WIDTH_M["lane"])


def gaps(area: StudyArea) -> dict[str, Any]:
    """Give each wall with gates the shape to be left out of its line."""
    gates = area.gates
    discs = shapely.buffer(gates.geometry.to_numpy(), gates["width_m"].to_numpy(dtype=float) / 2)
    found: dict[str, list[Any]] = {}
    for wall, disc in zip(gates["wall_id"], discs, strict=True):
        if isinstance(wall, str):
            found.setdefault(wall, []).append(disc)
    return {wall: shapely.union_all(parts) for wall, parts in found.items()}


def ticks(version: Version, wall: object, walls: Sequence[Any]) -> Any:
    """Draw a gate as two short lines across its wall, one at each post."""
    line = next((frame.geometry[wall] for frame in walls if isinstance(wall, str) and wall in frame.index), None)
    east, north = _direction(line, version.geometry) if line is not None else (1.0, 0.0)
    half = float(version.row["width_m"]) / 2
    x, y = version.geometry.x, version.geometry.y
    posts = [(x + side * half * east, y + side * half * north) for side in (-1, 1)]
    return shapely.MultiLineString(
        [[(px - _TICK_M * north, py + _TICK_M * east), (px + _TICK_M * north, py - _TICK_M * east)] for px, py in posts]
    )


def _direction(line: BaseGeometry, point: shapely.Geometry) -> tuple[float, float]:
    along = line.project(point)
    before, after = line.interpolate(max(along - 0.5, 0)), line.interpolate(min(along + 0.5, line.length))
    east, north = after.x - before.x, after.y - before.y
    size = math.hypot(east, north) or 1.0
    return east / size, north / size


def rings(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut each isochrone by the next shorter one, so that shades do not add up; farthest first."""
    general = frame[frame["group"] == "general"]
    others = frame[frame["group"] != "general"]
    parts = []
    for _, walk in general.groupby("origin", sort=True):
        walk = walk.sort_values("minutes")
        shapes = shapely.simplify(walk.geometry.to_numpy(), _DRAWN_M)
        cut = [
            shapes[0],
            *(shapely.difference(far, near) for near, far in pairwise(shapes)),
        ]
        parts.append(walk.assign(geometry=cut).iloc[::-1])
    parts.append(others.sort_values(["origin", "minutes"], ascending=[True, False]))
    joined = pd.concat(parts) if len(parts) > 1 else parts[0]
    return joined[~joined.geometry.is_empty]


def names(area: StudyArea, options: int) -> list[Drawn]:
    """Write the names of compounds in their middle and of streets along them, once each."""
    found = []
    compounds = area.compounds
    for name, shape in zip(compounds["name"], compounds.geometry, strict=True):
        if isinstance(name, str) and name:
            found.append(Drawn(shape.representative_point(), ("name",) * options, (), {"name": name}))
    paths = area.paths
    named = paths[paths["name"].notna() & (paths["name"] != "")]
    for name, rows in named.groupby("name", sort=True):
        line = max(rows.geometry, key=lambda shape: (shape.length, shape.wkt))
        found.append(_street_name(line, str(name), options))
    return found


def _street_name(line: BaseGeometry, name: str, options: int) -> Drawn:
    middle = line.interpolate(0.5, normalized=True)
    east, north = _direction(line, middle)
    angle = -math.degrees(math.atan2(north, east))
    if angle > 90 or angle <= -90:  # never upside down
        angle += 180 if angle < 0 else -180
    return Drawn(middle, ("street-name",) * options, (), {"name": name, "angle": round(angle)})
