"""Lanes: the clear width between what stands on both sides, station by station."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from spatialreno._types import Floats, Indices
from spatialreno.area import lasting, once_an_area
from spatialreno.errors import InputError
from spatialreno.land.lanes.chainage import LEFT, RIGHT, Hits, Stations, cut_paths
from spatialreno.land.lanes.obstacles import Obstacles, read_obstacles
from spatialreno.land.lanes.same_hits import hits_beside

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_SUMMARY = [
    "name", "kind", "width_m", "clear_width_m", "median_m", "parked_least_m", "parked_median_m",
    "at_m", "left", "right", "left_m", "right_m", "stations", "geometry",
]  # fmt: skip


@dataclass(frozen=True)
class Survey:
    """Stations of an area's paths, the obstacles beside them and the pairs of both."""

    stations: Stations
    obstacles: Obstacles
    hits: Hits
    reach_m: float

    def widths(self, gone: NDArray[np.bool_] | None = None) -> tuple[Floats, Indices]:
        """Give offsets (station × side) and nearest obstacles when some obstacles are taken away."""
        hits = self.hits if gone is None else self.hits.without(gone)
        return hits.nearest(len(self.stations.path), self.reach_m)


def survey_lanes(area: StudyArea, paths: gpd.GeoDataFrame, *, step_m: float | None = None) -> Survey:
    """Put stations along paths and find what stands beside them."""
    constants = area.catalog.constants
    step = constants["lane_step_m"] if step_m is None else step_m
    if not step > 0:
        raise InputError(f"lane_widths: step_m = {step_m}. Give a positive number of metres.")
    stations, obstacles = cut_paths(paths, step), read_obstacles(area)
    return Survey(stations, obstacles, hits_beside(area, stations, obstacles), constants["lane_reach_m"])


@once_an_area
@lasting
def lanes_surveyed(area: StudyArea) -> Survey:
    """Survey all paths of an area at the step of its catalog."""
    return survey_lanes(area, area.paths)


def lane_sections(area: StudyArea, *, step_m: float | None = None, parked: bool = False) -> gpd.GeoDataFrame:
    """Measure the clear width of every path, station by station.

    Parameters
    ----------
    area
        The study area.
    step_m
        Longest piece in metres; None: ``lane_step_m`` of the catalog.
    parked
        Whether parking counts as if cars stood on it.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (``L1@0.5``: path and metres along), in the area's CRS: ``path_id, along_m, left_m,
        right_m`` (offset of the nearest obstacle to each side, at most ``lane_reach_m``), ``clear_m`` (their
        sum), ``left, right`` (``layer:id`` of what stands there; empty where nothing is in reach),
        ``geometry`` (the piece of path).

    Notes
    -----
    With O the obstacles and w the window beside a piece p (the rectangle square to it),

    .. math:: clear(p) = \\min_{O} d(p, O \\cap w_{left}(p)) + \\min_{O} d(p, O \\cap w_{right}(p))

    so a station is never told wider than its narrowest place; a path that runs through an obstacle has
    clear width 0 there.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> rows = lane_sections(today, step_m=0.5)
    >>> bool(rows.geometry.length.max() <= 0.5)
    True
    """
    found = lanes_surveyed(area) if step_m is None else survey_lanes(area, area.paths, step_m=step_m)
    return _sections(area, found, parked=parked)


def _sections(area: StudyArea, found: Survey, *, parked: bool) -> gpd.GeoDataFrame:
    gone = np.zeros(len(found.obstacles.layer), bool) if parked else found.obstacles.layer == "parking"
    offset, which = found.widths(gone)
    names = np.array([*found.obstacles.names, None], object)  # the last is what index -1 finds
    stations, paths = found.stations, area.paths.index.to_numpy()
    data = {
        "path_id": paths[stations.path],
        "along_m": stations.along_m.round(3),
        "left_m": offset[:, LEFT],
        "right_m": offset[:, RIGHT],
        "clear_m": offset.sum(axis=1),
        "left": names[which[:, LEFT]],
        "right": names[which[:, RIGHT]],
    }
    ids = [f"{path}@{along:g}" for path, along in zip(data["path_id"], data["along_m"], strict=True)]
    words = dict.fromkeys(["path_id", "left", "right"], "str")
    frame = pd.DataFrame(data, index=pd.Index(ids, dtype="str", name="id")).astype(words)
    return gpd.GeoDataFrame(frame, geometry=stations.lines, crs=area.crs)


def lane_widths(area: StudyArea, *, step_m: float | None = None) -> gpd.GeoDataFrame:
    """Tell of every path how wide it is clear, where it is narrowest and what makes it so.

    Parameters
    ----------
    area
        The study area.
    step_m
        Longest piece in metres; None: ``lane_step_m`` of the catalog (1 m).

    Returns
    -------
    GeoDataFrame
        Index ``id`` of the path, in the area's CRS: ``name, kind, width_m`` (declared), ``clear_width_m``
        (least) and ``median_m`` without parked cars, ``parked_least_m, parked_median_m`` with them,
        ``at_m`` (metres along to the narrowest place), ``left, right`` (what stands there, ``layer:id``),
        ``left_m, right_m``, ``stations``, ``geometry`` (the line across at the narrowest place).
        Nothing beyond ``lane_reach_m`` to a side is looked at: twice that means "at least".

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> float(lane_widths(today).loc["L1", "clear_width_m"].round(1))
    2.0
    """
    found = lanes_surveyed(area) if step_m is None else survey_lanes(area, area.paths, step_m=step_m)
    bare, full = _sections(area, found, parked=False), _clear_by_path(area, found)
    if bare.empty:
        empty = pd.DataFrame(columns=_SUMMARY, index=pd.Index([], dtype="str", name="id"))
        return gpd.GeoDataFrame(empty, geometry="geometry", crs=area.crs)
    at = bare.reset_index().groupby("path_id")["clear_m"].idxmin()  # the first of equals
    narrow = bare.iloc[at.to_numpy()].set_index(at.index)
    by_path, parked = bare.groupby("path_id")["clear_m"], full.groupby(level=0)
    table = area.paths[["name", "kind", "width_m"]].loc[at.index]
    table = table.assign(
        clear_width_m=narrow["clear_m"],
        median_m=by_path.median(),
        parked_least_m=parked.min(),
        parked_median_m=parked.median(),
        at_m=narrow["along_m"],
        **{column: narrow[column] for column in ("left", "right", "left_m", "right_m")},
        stations=by_path.size(),
    )
    across = gpd.GeoSeries(_across(narrow), index=narrow.index, crs=area.crs)
    return gpd.GeoDataFrame(pd.DataFrame(table), geometry=across, crs=area.crs).rename_axis("id")[_SUMMARY]


def _clear_by_path(area: StudyArea, found: Survey) -> pd.Series[float]:
    """Give the clear width at each station with cars parked, by the id of its path."""
    offset, _ = found.widths()
    return pd.Series(offset.sum(axis=1), index=pd.Index(area.paths.index.to_numpy()[found.stations.path], dtype="str"))


def _across(stations: gpd.GeoDataFrame) -> Any:
    """Draw the line across the path in the middle of each station."""
    ends = shapely.get_coordinates(stations.geometry.to_numpy()).reshape(-1, 2, 2)
    run = ends[:, 1] - ends[:, 0]
    square = np.column_stack([-run[:, 1], run[:, 0]]) / np.maximum(np.hypot(*run.T), 1e-12)[:, None]
    middle = ends.mean(axis=1)
    left = middle + stations["left_m"].to_numpy()[:, None] * square
    right = middle - stations["right_m"].to_numpy()[:, None] * square
    return shapely.linestrings(np.stack([left, right], axis=1))
