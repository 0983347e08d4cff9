"""Distances between those who ask and the places that could serve them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

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

    doors = home_doors(area)
    if sites.empty or doors.empty:
        return pd.DataFrame({"origin": [], "destination": [], "distance_m": np.empty(0)})
    targets = gpd.GeoSeries(sites.geometry.representative_point(), index=sites.index, crs=area.crs)
    walks = walk_distances(area, doors.geometry, targets, limit_m=limit_m)
    homes = doors["building_id"].reindex(walks["origin"]).to_numpy()
    return walks.assign(origin=homes).groupby(_PAIR[:2], as_index=False)["distance_m"].min()


def existing_distances(area: StudyArea, kind: str, *, limit_m: float) -> pd.DataFrame:
    """Measure the walk of every building to its nearest open facility of a kind, in metres."""
    from spatialreno.walk import nearest

    open_now = area.facilities["kind"].eq(kind) & area.facilities["status"].fillna("open").eq("open")
    if not open_now.any():
        return pd.DataFrame({"origin": [], "destination": [], "distance_m": np.empty(0)})
    rows = nearest(area, [kind], limit_m=limit_m).dropna(subset=["distance_m"])
    return pd.DataFrame(
        {
            "origin": rows["building_id"].to_numpy(),
            "destination": [f"{EXISTING}{name}" for name in rows["facility_id"]],
            "distance_m": rows["distance_m"].to_numpy(float),
        }
    )


def home_doors(area: StudyArea) -> gpd.GeoDataFrame:
    """List the doors of the homes: entrances, else the middle of every side of the building.

    Index: door ids; columns ``building_id, geometry``.
    """
    homes = area.buildings[area.buildings["residents"].fillna(0) > 0]
    known = area.entrances[area.entrances["building_id"].isin(homes.index)]
    doors = [(f"{row.building_id}@{door}", row.building_id, row.geometry) for door, row in known.iterrows()]
    for building, outline in homes.geometry[~homes.index.isin(known["building_id"])].items():
        corners = shapely.get_coordinates(shapely.get_exterior_ring(outline))
        sides = (corners[:-1] + corners[1:]) / 2
        doors += [(f"{building}@side{k}", building, shapely.Point(side)) for k, side in enumerate(sides)]
    frame = pd.DataFrame(doors, columns=["id", "building_id", "geometry"]).set_index("id")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=area.crs)
