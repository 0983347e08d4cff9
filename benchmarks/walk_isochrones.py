"""Yard-true isochrones: origins a CPU second, and how true they are.

    python benchmarks/walk_isochrones.py [example|compounds] [origins]

CPU time of polygons for 5, 10 and 15 minutes: on the shipped example, or on the generated district of so many walled
compounds. What is prepared once for a survey (fabric, cover of triangles) is told apart. Truth: points every 5 m, not
nearer than 5 cm to what stands; one is wrong if it is drawn and its walk takes longer than the time (by 0.3 m or more),
or the other way round.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from walk_district import district
from walk_graphs import cpu

import spatialreno as sr
from spatialreno.walk import isochrones, travel_times
from spatialreno.walk.reach.mesh import mesh_of
from spatialreno.walk.state.state import state_of

MINUTES = (5, 10, 15)
STEP_M, PLAY_M, CHECKED = 5.0, 0.3, 3
EXAMPLE = Path(__file__).resolve().parents[1] / "data" / "geo" / "xigongdi"


def main(name: str, count: int) -> None:
    """Run and print."""
    small = district(2)
    isochrones(small, _homes(small)[:1])  # kernels are compiled, or read from disk
    area = sr.read_area(EXAMPLE) if name == "example" else district(int(name))
    homes = _homes(area)
    origins = homes[:: max(len(homes) // count, 1)][:count]
    woven, state = cpu(lambda: state_of(area))
    covered, mesh = cpu(lambda: mesh_of(state.fabric))
    print(f"{area.name}: {len(area.compounds)} compounds, {len(state.fabric.xy)} nodes; fabric {woven:.2f} s")
    print(f"cover      {covered:8.3f} s  {int(mesh.ground.sum())} triangles on ground, once for each survey")
    spent, drawn = cpu(lambda: isochrones(area, origins, MINUTES))
    print(
        f"polygons   {spent:8.3f} s  {len(origins)} origins x {len(MINUTES)} times: {len(origins) / spent:.1f} a second"
    )
    wrong, points = _wrong(area, drawn, origins[:CHECKED])
    print(f"truth      {wrong} of {points} points wrong")


def _homes(area: sr.StudyArea) -> list[str]:
    return [str(name) for name in area.buildings.index[area.buildings["residents"].fillna(0) > 0]]


def _wrong(area: sr.StudyArea, drawn: gpd.GeoDataFrame, origins: list[str]) -> tuple[int, int]:
    """Count points drawn that are not walked to in time, and the other way round."""
    ground = area.compounds.union_all()
    stands: Any = shapely.union_all(np.concatenate([area.buildings.geometry, area.structures.geometry]))
    west, south, east, north = ground.bounds
    x, y = np.meshgrid(np.arange(west + 0.33, east, STEP_M), np.arange(south + 0.41, north, STEP_M))
    spots = shapely.points(x.ravel(), y.ravel())
    spots = spots[shapely.contains(ground, spots) & ~shapely.dwithin(stands, spots, 0.05)]
    points = gpd.GeoSeries(spots, index=[f"P{k}" for k in range(len(spots))], crs=area.crs)
    speed = float(area.catalog.groups.loc["general", "speed_m_s"]) * 60
    wrong = 0
    for origin in origins:
        walks = travel_times(area, [origin], points, limit_m=max(MINUTES) * speed + 1).set_index("destination")
        far = walks["distance_m"].reindex(points.index).fillna(np.inf).to_numpy()
        for row in drawn[drawn["origin"] == origin].itertuples():
            inside = shapely.contains(row.geometry, spots)
            limit = row.minutes * speed
            wrong += int((inside & (far > limit + PLAY_M)).sum() + (~inside & (far < limit - PLAY_M)).sum())
    return wrong, len(spots) * len(origins) * len(MINUTES)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "example", int(sys.argv[2]) if len(sys.argv) > 2 else 20)
