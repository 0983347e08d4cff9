"""New gates where a path meets a wall: built closed, so that opening one is a candidate like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno.area import may_go

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Build


def find_new_gates(area: StudyArea) -> list[Build]:
    """Find where a walkable path crosses a removable wall, or ends at one, and no gate stands yet.

    Method: a gate of the catalog's ``gate_width_m`` must have room between the ends of its wall and beside the gates
    that stand; of several places of one wall that are nearer to one another than that the first is kept.
    """
    from spatialreno.scenario import build

    width, near = area.catalog.constants["gate_width_m"], area.catalog.constants["gate_snap_m"]
    walls = area.walls[may_go(area.walls)]
    paths = area.paths[area.paths["walkable"].fillna(True).astype(bool)]
    tree = shapely.STRtree(paths.geometry.to_numpy())
    found = []
    for wall, line in walls.geometry.items():
        taken = [line.project(gate) for gate in area.gates.geometry[(area.gates["wall_id"] == wall).to_numpy(bool)]]
        places = [
            (along, str(paths.index[at]))
            for at in np.sort(tree.query(line, predicate="dwithin", distance=near)).tolist()
            for along in _meetings(line, paths.geometry.iloc[at], near)
        ]
        seen: dict[str, int] = {}
        for along, path in sorted(places):
            if not width / 2 < along < line.length - width / 2 or any(abs(along - one) < width for one in taken):
                continue
            taken.append(along)
            seen[path] = seen.get(path, 0) + 1
            name = f"{wall}@{path}" + (f".{seen[path]}" if seen[path] > 1 else "")
            found.append(build("gates", name, geometry=line.interpolate(along), width_m=width, walkers="closed"))
    return found


def with_new_gates(area: StudyArea, gates: list[Build]) -> StudyArea:
    """Build new gates, closed."""
    from spatialreno.scenario import Scenario

    return Scenario("prepared", interventions=gates).apply(area) if gates else area


def _meetings(wall: shapely.LineString, path: shapely.Geometry, near: float) -> list[float]:
    """Tell where along a wall a path crosses it or ends at it."""
    common = shapely.intersection(wall, path)
    points = [part for part in shapely.get_parts(common) if part.geom_type == "Point"]
    ends = [part for part in shapely.get_parts(shapely.boundary(path)) if shapely.dwithin(part, wall, near)]
    return sorted({round(float(wall.project(point)), 3) for point in (*points, *ends)})
