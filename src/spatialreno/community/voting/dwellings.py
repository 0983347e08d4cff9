"""The electorate: every home with its stairwell, building, compound, floor and private area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.area import home_buildings
from spatialreno.works import stairwells

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

COLUMNS = ["entrance_id", "building_id", "compound_id", "floor", "area_m2", "estimated"]


def homes(area: StudyArea) -> pd.DataFrame:
    """List every home: who lives where, on which floor, with which private area.

    A stairwell's households are laid on its floors evenly from the ground up; a home's area is the floor area of
    its building, less shops, over the building's households. Both are estimates until a deed says otherwise
    (``estimated``); a ballot that states its area replaces the estimate, see ``read_register``.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    DataFrame
        Index household (``B01-1-302``: stairwell, floor, home on the floor), sorted; entrance_id, building_id,
        compound_id, floor, area_m2, estimated.

    Examples
    --------
    >>> import spatialreno as sr
    >>> int(homes(sr.read_area("data/geo/xigongdi")).floor.max())
    6
    """
    each = _home_m2(area)
    rows: list[tuple[Any, ...]] = []
    for door, well in stairwells(area).iterrows():
        place = (str(door), well["building_id"], well["compound_id"])
        rows += [
            (f"{door}-{name}", *place, floor, each[well["building_id"]], True)
            for name, floor in _floors(int(well["households"]), int(well["storeys"]))
        ]
    frame = pd.DataFrame(rows, columns=["household", *COLUMNS])
    return frame.astype({"floor": int, "area_m2": float, "estimated": bool}).set_index("household").sort_index()


def uncounted_homes(area: StudyArea) -> pd.Series[str]:
    """List the homes of which nobody knows how many households live there: compound by building."""
    buildings = home_buildings(area)
    found: pd.Series[str] = buildings.loc[buildings["households"].isna(), "compound_id"]
    return found


def _floors(households: int, storeys: int) -> list[tuple[str, int]]:
    """Name homes by floor and place: 101, 102, 201 …

    Home k lies on floor ⌊k · storeys / households⌋ + 1, and the first one there is the first k that reaches it.

    >>> _floors(3, 2)
    [('101', 1), ('102', 1), ('201', 2)]
    """
    storeys = max(1, storeys)
    floors = [k * storeys // households for k in range(households)]
    firsts = (-(-floor * households // storeys) for floor in floors)
    return [
        (f"{floor + 1}{k - first + 1:02d}", floor + 1)
        for k, (floor, first) in enumerate(zip(floors, firsts, strict=True))
    ]


def _home_m2(area: StudyArea) -> dict[str, float]:
    """Give the mean private area of a home by building, in whole hundredths of a square metre."""
    buildings = area.buildings[area.buildings["households"].fillna(0) > 0]
    storeys = buildings["storeys"].fillna(area.catalog.constants["default_storeys"]).astype(float)
    floors = buildings["floor_area_m2"].fillna(buildings["footprint_m2"] * storeys).astype(float)
    private = floors - buildings["shop_area_m2"].fillna(0).astype(float)
    each = (private / buildings["households"].astype(float)).round(2)
    usual = area.catalog.constants["floor_area_per_household_m2"]
    return {str(i): float(m2) for i, m2 in each.where(each > 0, usual).items()}
