"""Findings of the land: usable free land, the narrowest lane, and whom a fire engine reaches."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.indicators.rows import Row, marks, surveyed

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea
    from spatialreno.land import FireAccess

#: Kinds of path whose narrowest place is told.
LANE_KINDS = ("lane", "service")


def land_rows(area: StudyArea, free: gpd.GeoDataFrame) -> list[Row]:
    """Measure usable free land, of the whole area and of each compound, in m2.

    Parameters
    ----------
    area
        The area.
    free
        Its ``spatialreno.land.free_land``.
    """
    known = surveyed(area, "compounds")
    mark = marks(inferred=bool(area.walls["inferred"].any() or area.compounds["inferred"].any()))
    by = free["usable_m2"].groupby(free["compound_id"]).sum().reindex(area.compounds.index, fill_value=0.0)
    whole = Row("area", area.name, "usable_land_m2", float(free["usable_m2"].sum()) if known else nan, mark=mark)
    own = [Row("compound", str(name), "usable_land_m2", float(value), mark=mark) for name, value in by.items()]
    return [whole, *own]


def lane_rows(area: StudyArea, lanes: gpd.GeoDataFrame) -> list[Row]:
    """Tell the least clear width of the area's lanes and service roads, in metres, without parked cars.

    Parameters
    ----------
    area
        The area.
    lanes
        Its ``spatialreno.land.lane_widths``.
    """
    widths = lanes.loc[lanes["kind"].isin(LANE_KINDS), "clear_width_m"].astype("float64")
    mark = marks(inferred=bool(area.walls["inferred"].any() or area.paths["inferred"].any()))
    return [Row("area", area.name, "narrowest_lane_m", float(widths.min()) if len(widths) else nan, mark=mark)]


def fire_rows(area: StudyArea, fire: FireAccess, block: pd.Series[str]) -> list[Row]:
    """Share of buildings, and of their residents, that a fire engine reaches.

    Parameters
    ----------
    area
        The area.
    fire
        Its ``spatialreno.land.fire_access``.
    block
        Contiguous block by building id.
    """
    known = surveyed(area, "paths")
    guessed = bool(fire.doors["estimated"].any() or area.buildings["estimated"].fillna("").str.contains("resid").any())
    mark = marks(estimated=guessed, inferred=bool(area.walls["inferred"].any()))
    norms = fire.norms.loc[["fire_width_m", "fire_dead_end_m", "hose_reach_m"]]
    source = " + ".join(f"{source} ({sure})" for source, sure in zip(norms["source"], norms["confidence"], strict=True))
    table = pd.DataFrame(
        {
            "reached": fire.buildings["verdict"].eq("pass").to_numpy(float),
            "residents": fire.buildings["residents"].astype("float64").fillna(0.0).to_numpy(),
            "area": area.name,
            "block": fire.buildings.index.map(block),
        }
    )
    rows = []
    for level in ("area", "block"):
        for place, own in table.dropna(subset=level).groupby(level):
            people = float(own["residents"].sum())
            shares = {
                "fire_buildings": float(own["reached"].mean()),
                "fire_residents": float((own["reached"] * own["residents"]).sum()) / people if people else nan,
            }
            rows += [
                Row(level, str(place), name, value if known else nan, source=source, mark=mark)
                for name, value in shares.items()
            ]
    return rows
