"""Counts and sums of what stands: walls, illegal structures, blocks, heating, facilities, parking."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import listed_structures, open_facilities
from spatialreno.indicators.rows import Row, marks, surveyed

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea

PARKING_KINDS = ("car", "ebike", "charging")


def wall_rows(area: StudyArea) -> list[Row]:
    """Measure the walls (围墙) that stand, in metres."""
    walls = area.walls
    length = float(walls["length_m"].sum()) if surveyed(area, "walls") else nan
    return [Row("area", area.name, "wall_length_m", length, mark=marks(inferred=bool(walls["inferred"].any())))]


def illegal_rows(area: StudyArea) -> list[Row]:
    """Measure illegal structures (认定违建) in m2 of floor and in number; undecided ones are not counted."""
    illegal = area.structures[area.structures["legality"] == "illegal"]
    known = surveyed(area, "structures")
    floors = illegal["floor_area_m2"].fillna(illegal["area_m2"] * illegal["storeys"].fillna(1.0))
    mark = marks(estimated=bool(illegal["estimated"].notna().any()), inferred=bool(illegal["inferred"].any()))
    return [
        Row("area", area.name, "illegal_m2", float(floors.sum()) if known else nan, mark=mark),
        Row("area", area.name, "illegal_count", float(len(illegal)) if known else nan),
    ]


def listed_rows(area: StudyArea) -> list[Row]:
    """Count structures that lists name and nobody has drawn, by legality, in the area and in each compound."""
    table = listed_structures(area)
    rows = []
    for legality, part in table.groupby("legality", sort=True):
        whole = ("area", area.name, part)
        yards = [("compound", str(c), own) for c, own in part.dropna(subset="compound_id").groupby("compound_id")]
        for level, place, own in (whole, *yards):
            mark = marks(estimated=bool(own["estimated"].any()))
            floors = float(own["floor_area_m2"].sum(skipna=False))
            rows.append(Row(level, place, f"listed_m2:{legality}", floors, mark=mark))
            rows.append(Row(level, place, f"listed_count:{legality}", float(own["count"].sum())))
    return rows


def block_rows(area: StudyArea, blocks: gpd.GeoDataFrame) -> list[Row]:
    """Count buildings, compounds and contiguous blocks (连片街区), and measure the largest block."""
    known = surveyed(area, "compounds")
    mark = marks(inferred=bool(area.walls["inferred"].any() or area.compounds["inferred"].any()))
    largest = float(blocks["area_m2"].max()) if known and len(blocks) else nan
    return [
        Row("area", area.name, "buildings", float(len(area.buildings))),
        Row("area", area.name, "compounds", float(len(area.compounds)) if known else nan),
        Row("area", area.name, "blocks", float(len(blocks)) if known else nan, mark=mark),
        Row("area", area.name, "largest_block_m2", largest, mark=mark),
    ]


def facility_rows(area: StudyArea) -> list[Row]:
    """Count open facilities, all together and by kind of the catalog; a kind that is nowhere counts 0."""
    known = surveyed(area, "facilities")
    counts = open_facilities(area)["kind"].value_counts()
    by_kind = counts.reindex(area.catalog.facilities.index, fill_value=0).sort_index()
    total = Row("area", area.name, "facilities", float(counts.sum()) if known else nan)
    return [
        total,
        *(
            Row("area", area.name, f"facilities:{kind}", float(count) if known else nan)
            for kind, count in by_kind.items()
        ),
    ]


def parking_rows(area: StudyArea, households: float, *, estimated: bool) -> list[Row]:
    """Count places for cars, e-bikes and charging, and car places per household.

    Parameters
    ----------
    area
        The area.
    households
        Households of the area's homes; NaN when unknown.
    estimated
        Whether the number of people was estimated.
    """
    parking = area.parking
    known = surveyed(area, "parking")
    places = parking["places"].astype("float64").groupby(parking["kind"]).agg(lambda own: own.sum(skipna=False))
    count = {kind: _places(places, kind) if known else nan for kind in PARKING_KINDS}
    guessed = bool(parking["estimated"].notna().any())
    rows = [
        Row("area", area.name, f"parking:{kind}", value, mark=marks(estimated=guessed)) for kind, value in count.items()
    ]
    ratio = count["car"] / households if households > 0 else nan
    return [
        *rows,
        Row("area", area.name, "parking_household", ratio, mark=marks(estimated=guessed or estimated)),
    ]


def _places(places: pd.Series[float], kind: str) -> float:
    # a kind of which one lot was mapped without its number of places is unknown; one that was not mapped is none
    return float(places[kind]) if kind in places.index else 0.0
