"""Heat-exchange stations: the load that waits, how many stations it asks for, and how large they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno.area.facts.homes import is_home

if TYPE_CHECKING:
    from spatialreno.area.study_area import StudyArea

STATION = "heat_exchange_station"


def heated(area: StudyArea) -> pd.Series[bool]:
    """Tell which buildings are heated: the building's own word, else its compound's; missing where neither says."""
    buildings = area.buildings
    by_compound = buildings["compound_id"].map(area.compounds["heated"].astype("object"))
    own = buildings["heated"].astype("object")
    found: pd.Series[bool] = own.where(own.notna(), by_compound).astype("boolean").rename("heated")
    return found


def heated_today(area: StudyArea) -> pd.Series[bool]:
    """Tell which buildings are known to be heated."""
    return heated(area).fillna(False).astype(bool)


def heated_share(area: StudyArea) -> pd.Series[float]:
    """Tell which share of each building's households is heated; of a heated building all, where it does not say."""
    share = area.buildings["heated_share"].astype("float64").fillna(1.0)
    found: pd.Series[float] = (heated(area).astype("float64") * share).rename("heated_share")
    return found


def heat_demand(area: StudyArea) -> pd.Series:
    """Give the floor area that waits for heating, by building, in m².

    Buildings not heated (nor in a heated compound, where the building itself does not say):
    ``heated_area_m2``; where it is empty, the floor area of homes; where that is empty, footprint ×
    storeys.

    Returns
    -------
    Series
        Index building id, m², only buildings that wait.
    """
    buildings = area.buildings
    storeys = buildings["storeys"].fillna(area.catalog.constants["default_storeys"])
    floors = buildings["floor_area_m2"].fillna(buildings.geometry.area * storeys)
    homes = floors.where(is_home(buildings), 0.0)
    waiting: pd.Series = buildings["heated_area_m2"].fillna(homes)[~heated_today(area)]
    return waiting[waiting > 0].astype(float).rename("heated_area_m2")


def stations_needed(heated_m2: float, constants: Mapping[str, float]) -> int:
    """Tell how many stations a load asks for: one per usual capacity, none above the largest.

    .. math:: n = \\max(1,\\; \\mathrm{round}(A / A_{usual}),\\; \\lceil A / A_{max} \\rceil)

    Examples
    --------
    >>> limits = {"heat_station_capacity_m2": 100_000.0, "heat_station_max_m2": 150_000.0}
    >>> [stations_needed(load, limits) for load in (70_000, 140_000, 160_000)]
    [1, 1, 2]
    """
    usual, most = constants["heat_station_capacity_m2"], constants["heat_station_max_m2"]
    return int(max(1, np.floor(heated_m2 / usual + 0.5), np.ceil(heated_m2 / most)))


def station_sizes(area: StudyArea, share_m2: float, *, form: str = "house") -> pd.DataFrame:
    """List the station sizes that can carry a share of the load, smallest first, with their capacity.

    Parameters
    ----------
    area
        The area.
    share_m2
        Heated floor area a station must carry.
    form
        ``house`` (a building of its own) or ``box`` (a box unit, 箱式换热站).
    """
    table = area.catalog.heat_stations
    sizes = table[table["form"] == form].sort_values("heated_max_m2")
    most = area.catalog.constants["heat_station_max_m2"]
    sizes = sizes.assign(capacity_m2=sizes["heated_max_m2"].clip(upper=most))
    return sizes[sizes["capacity_m2"] >= share_m2 - 1e-6]


def station_side(area: StudyArea) -> tuple[float, float]:
    """Give width and depth in metres of the station that the load of an area asks for.

    The load that waits is shared out equally among the stations it needs; where nothing waits, the
    smallest station stands for all.
    """
    load = float(heat_demand(area).sum())
    sizes = station_sizes(area, load / stations_needed(load, area.catalog.constants))
    row = sizes.iloc[0]
    return float(row["width_m"]), float(row["depth_m"])
