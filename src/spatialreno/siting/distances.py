"""Distances between those who ask and the places that could serve them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import inhabited_buildings, open_facilities

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

#: Marks the existing facilities among the sites, so that their ids never meet a candidate's.
EXISTING = "existing:"
_PAIR = ["origin", "destination", "distance_m"]


def straight_distances(origins: gpd.GeoSeries, targets: gpd.GeoSeries, *, limit_m: float) -> pd.DataFrame:
    """Measure straight lines between outlines, in metres: columns origin, destination, distance_m."""
    table = (
        shapely.distance(origins.to_numpy()[:, None], targets.to_numpy()[None, :])
        if len(origins) and len(targets)
        else np.empty((len(origins), len(targets)))
    )
    row, column = np.nonzero(table <= limit_m)
    values = (origins.index[row], targets.index[column], table[row, column])
    return pd.DataFrame(dict(zip(_PAIR, values, strict=True)))


def walking_distances(area: StudyArea, sites: gpd.GeoDataFrame, *, limit_m: float) -> pd.DataFrame:
    """Measure walks from the doors of homes to candidate sites, in metres, no farther than a limit."""
    from spatialreno.walk import walk_distances

    homes = inhabited_buildings(area)
    if sites.empty or homes.empty:
        return _no_pairs()
    return walk_distances(area, homes.geometry, sites.geometry, limit_m=limit_m)


def existing_distances(area: StudyArea, kind: str, *, limit_m: float) -> pd.DataFrame:
    """Measure the walk of every building to its nearest open facility of a kind, in metres."""
    from spatialreno.walk import nearest

    if not open_facilities(area)["kind"].eq(kind).any():
        return _no_pairs()
    rows = nearest(area, [kind], limit_m=limit_m).dropna(subset=["distance_m"])
    return pd.DataFrame(
        {
            "origin": rows["building_id"].to_numpy(),
            "destination": [f"{EXISTING}{name}" for name in rows["facility_id"]],
            "distance_m": rows["distance_m"].to_numpy(float),
        }
    )


def _no_pairs() -> pd.DataFrame:
    return pd.DataFrame({"origin": [], "destination": [], "distance_m": np.empty(0)})
