"""Where a wall that has gone left a step in the ground: which openings need a ramp, and which have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spatialreno._types import Ints
from spatialreno.area import lineages

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

RAMP = "ramp"


def kerbs(area: StudyArea, level_diff_m: float) -> gpd.GeoDataFrame:
    """List the walls of the survey that have gone and left a level difference beyond some metres."""
    walls = area.survey.walls
    high = walls["level_diff_m"].abs() > level_diff_m
    standing = lineages(area.walls.index)  # a wall that was cut at a gate taken down still stands
    return walls[high.fillna(False).to_numpy(bool) & ~walls.index.isin(standing)]


def find_ramps(area: StudyArea, *, level_diff_m: float | None = None) -> gpd.GeoDataFrame:
    r"""List the openings that a wheelchair passes only over a ramp, and whether there is one.

    .. math:: ramp = \Delta h / slope

    Parameters
    ----------
    area
        The area as a plan would leave it; `walls.level_diff_m` of the walls it took away tells the step in the ground.
        Where it is not known the ground counts as level.
    level_diff_m
        Highest step passed without a ramp, in metres; by default the catalog's for a wheelchair.

    Returns
    -------
    geopandas.GeoDataFrame
        A row for each connected opening: walls (comma-joined ids), level_diff_m (the least along it), ramp_m (length of
        a ramp at the catalog's `ramp_slope`), built (ids of the paths of kind ramp that cross it and are long enough;
        NaN when there is none), geometry (the old line). The ramps needed are the rows without `built`.

    Examples
    --------
    >>> import spatialreno as sr
    >>> find_ramps(sr.read_area("data/geo/xigongdi")).empty  # nothing has been taken down yet
    True
    """
    levels = area.catalog.groups["level_diff_m"]
    limit = float(levels["wheelchair"]) if level_diff_m is None else level_diff_m
    gone = kerbs(area, limit)
    number = _openings(gone, area.catalog.constants["snap_m"])
    crossing = _crossing(area, gone)
    rows = []
    for at in range(int(number.max(initial=-1)) + 1):
        part = gone[number == at]
        built = sorted({path for wall, path in crossing if wall in part.index})
        level = float(part["level_diff_m"].abs().min())
        rows.append(
            {
                "walls": ",".join(part.index),
                "level_diff_m": level,
                "ramp_m": level / area.catalog.constants["ramp_slope"],
                "built": ",".join(built) or None,
                "geometry": shapely.union_all(part.geometry.to_numpy()),
            }
        )
    columns = ["walls", "level_diff_m", "ramp_m", "built", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=area.crs)


def ramp_gates(area: StudyArea, stay: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Open walls that count as standing where a ramp crosses them: a public gate as wide as the ramp."""
    rows = {}
    for wall, path in _crossing(area, stay):
        place = shapely.intersection(stay.geometry[wall], area.paths.geometry[path])
        rows[f"{RAMP}:{path}:{wall}"] = {
            "walkers": "public",
            "width_m": _width(area, path),
            "wall_id": wall,
            "geometry": place.representative_point(),
        }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["walkers", "width_m", "wall_id", "geometry"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=area.crs)


def _width(area: StudyArea, path: str) -> float:
    """Give the width of a ramp, the catalog's where it is not stated."""
    width = area.paths.loc[path, "width_m"]
    return float(area.catalog.constants["ramp_width_m"] if pd.isna(width) else width)


def _crossing(area: StudyArea, walls: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """List (wall, path) for ramps that cross the line of a wall and are no steeper than allowed."""
    ramps = area.paths[(area.paths["kind"] == RAMP).to_numpy(bool) & area.paths["walkable"].to_numpy(bool)]
    wall, ramp = shapely.STRtree(ramps.geometry.to_numpy()).query(walls.geometry.to_numpy(), predicate="intersects")
    slope = area.catalog.constants["ramp_slope"]
    rise = walls["level_diff_m"].abs().to_numpy(float)[wall]
    gentle = rise <= slope * ramps.geometry.length.to_numpy()[ramp] + area.catalog.constants["snap_m"]
    return sorted(zip(walls.index[wall[gentle]], ramps.index[ramp[gentle]], strict=True))


def _openings(walls: gpd.GeoDataFrame, snap_m: float) -> Ints:
    """Number the connected openings that walls left."""
    shapes = walls.geometry.to_numpy()
    if not len(shapes):
        return np.empty(0, np.int64)
    one, two = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=snap_m)
    graph = coo_array((np.ones(len(one)), (one, two)), shape=(len(shapes),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)
