"""What a plan gives to streets: land that becomes carriageway, and each widened lane before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

#: Kinds of path on which people and vehicles share a carriageway.
_STREETS = ("street", "lane", "service")


def street_gained_m2(today: StudyArea, after: StudyArea) -> float:
    """Measure the ground of streets and lanes that was none before: bodies after less bodies before."""
    changed = _changed(today, after)
    if not len(changed):
        return 0.0
    new = shapely.union_all(_bodies(changed))
    return float(shapely.difference(new, shapely.union_all(_bodies(_streets(today)))).area)


def widened_lanes(areas: Mapping[str, StudyArea], lanes: Mapping[str, gpd.GeoDataFrame]) -> dict[str, dict[str, float]]:
    """Give by option the clear width at the narrowest of every lane that some option widens.

    Parameters
    ----------
    areas
        By option, today first.
    lanes
        By option, ``lane_widths``.

    Returns
    -------
    dict
        By option, ``lane_width_m:PATH`` in metres, missing where it is not measured; the widest gain first.
    """
    today = next(iter(areas.values()))
    names = {str(i) for area in areas.values() for i in _wider(today, area)}
    widths = {option: own["clear_width_m"].astype("float64") for option, own in lanes.items()}
    first = next(iter(widths.values()))
    gain = {i: max(float(own.get(i, float("nan"))) - float(first.get(i, float("nan"))) for own in widths.values())
            for i in names}  # fmt: skip
    order = sorted(names, key=lambda i: (-gain[i] if gain[i] == gain[i] else 0.0, i))
    return {
        option: {f"lane_width_m:{i}": float(own.get(i, float("nan"))) for i in order} for option, own in widths.items()
    }


def _wider(today: StudyArea, after: StudyArea) -> list[str]:
    """Name the paths of today that a plan declares wider."""
    then = after.paths["width_m"].astype("float64").reindex(today.paths.index)
    return [str(i) for i in today.paths.index[then > today.paths["width_m"].astype("float64")]]


def _streets(area: StudyArea) -> gpd.GeoDataFrame:
    paths = area.paths
    return paths[paths["kind"].isin(_STREETS) & paths["width_m"].notna()]


def _changed(today: StudyArea, after: StudyArea) -> gpd.GeoDataFrame:
    """List streets that are new, of another width or drawn elsewhere."""
    then = _streets(after)
    now = _streets(today).reindex(then.index)
    same = then["width_m"].astype("float64").eq(now["width_m"].astype("float64"))
    same &= shapely.equals(then.geometry.to_numpy(), now.geometry.to_numpy())
    return then[~same]


def _bodies(paths: gpd.GeoDataFrame) -> list[shapely.Geometry]:
    half = paths["width_m"].to_numpy(float) / 2
    return list(shapely.buffer(paths.geometry.to_numpy(), half, cap_style="flat"))
