"""Findings of the land: usable free land, the narrowest lane, and whom a fire engine reaches."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import is_home
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
    """Share of homes, and of their households and residents, that a fire engine reaches.

    Parameters
    ----------
    area
        The area.
    fire
        Its ``spatialreno.land.fire_access``.
    block
        Contiguous block by building id.
    """
    known = surveyed(area, "paths") and not fire.reason
    guessed = bool(fire.doors["estimated"].any() or area.buildings["estimated"].fillna("").str.contains("resid").any())
    mark = marks(estimated=guessed, inferred=bool(area.walls["inferred"].any()))
    norms = fire.norms.loc[["fire_width_m", "fire_dead_end_m", "hose_reach_m"]]
    source = " + ".join(f"{source} ({sure})" for source, sure in zip(norms["source"], norms["confidence"], strict=True))
    homes = fire.buildings[is_home(area.buildings).reindex(fire.buildings.index)]
    table = pd.DataFrame(
        {
            "reached": homes["verdict"].eq("pass").to_numpy(float),
            "residents": homes["residents"].astype("float64").fillna(0.0).to_numpy(),
            "households": homes["households"].astype("float64").fillna(0.0).to_numpy(),
            "block": homes.index.map(block),
        }
    )
    rows = []
    blocks = (("block", str(name), own) for name, own in table.dropna(subset="block").groupby("block"))
    for level, place, own in (("area", area.name, table), *blocks):  # the area is told where nobody lives, too
        shares = {
            "fire_homes": float(own["reached"].mean()),
            "fire_households": _weighed(own, "households"),
            "fire_residents": _weighed(own, "residents"),
        }
        rows += [
            Row(level, place, name, value if known else nan, source=source, mark=mark)
            for name, value in shares.items()
        ]
    return rows


def _weighed(homes: pd.DataFrame, column: str) -> float:
    """Give the share of people whose home is reached; missing where nobody is known to live."""
    people = float(homes[column].sum())
    return float((homes["reached"] * homes[column]).sum()) / people if people else nan
