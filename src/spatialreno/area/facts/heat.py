"""Heat-exchange stations: the load that waits, how many stations it asks for, and how large they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno.area.facts.homes import is_home
from spatialreno.errors import InputError, nearest

if TYPE_CHECKING:
    from spatialreno.area.study_area import StudyArea

STATION = "heat_exchange_station"


def heated(area: StudyArea) -> pd.Series[bool]:
    """Tell which buildings are heated: the building's own word, else its compound's; missing where neither says.

    Parameters
    ----------
    area
        Any study area: ``heated`` of its buildings and compounds is read.

    Returns
    -------
    Series of boolean
        By building id; <NA> where neither the building nor its compound says.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> silent = today.with_layer("buildings", today.buildings.assign(heated=None))
    >>> bool(sr.area.heated(silent)["B01"]), bool(silent.compounds["heated"]["C01"])
    (False, False)
    """
    buildings = area.buildings
    by_compound = buildings["compound_id"].map(area.compounds["heated"].astype("object"))
    own = buildings["heated"].astype("object")
    found: pd.Series[bool] = own.where(own.notna(), by_compound).astype("boolean").rename("heated")
    return found


def heated_today(area: StudyArea) -> pd.Series[bool]:
    """Tell which buildings are known to be heated.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    Series of bool
        By building id; False, too, where ``heated`` knows nothing.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> int(sr.area.heated_today(today).sum()), len(today.buildings)
    (0, 45)
    """
    return heated(area).fillna(False).astype(bool)


def heated_share(area: StudyArea) -> pd.Series[float]:
    """Tell which share of each building's households is heated; of a heated building all, where it does not say.

    Parameters
    ----------
    area
        Any study area: ``heated_share`` of its buildings is read, and what ``heated`` says.

    Returns
    -------
    Series of float
        By building id, from 0 to 1; NaN where nobody says whether the building is heated.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> half = today.with_layer("buildings", today.buildings.assign(heated=True, heated_share=0.5))
    >>> sr.area.heated_share(half).unique().tolist()
    [0.5]
    """
    share = area.buildings["heated_share"].astype("float64").fillna(1.0)
    found: pd.Series[float] = (heated(area).astype("float64") * share).rename("heated_share")
    return found


def heat_demand(area: StudyArea) -> pd.Series:
    """Give the floor area that waits for heating, by building, in m².

    Buildings not heated (nor in a heated compound, where the building itself does not say):
    ``heated_area_m2``; where it is empty, the floor area of homes; where that is empty, footprint ×
    storeys.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    Series
        Index building id, m², only buildings that wait.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> waiting = sr.area.heat_demand(today)
    >>> float(waiting["B01"]), round(float(waiting.sum()))
    (2246.4, 75479)
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

    Parameters
    ----------
    heated_m2
        Floor area to be heated, in m².
    constants
        ``heat_station_capacity_m2`` (usual) and ``heat_station_max_m2``, both m² a station:
        ``area.catalog.constants``.

    Returns
    -------
    int
        At least one, even for no load.

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
        The area, whose catalog has the table ``heat_stations``.
    share_m2
        Heated floor area a station must carry, in m².
    form
        ``house`` (a building of its own) or ``box`` (a box unit, 箱式换热站).

    Returns
    -------
    DataFrame
        Rows of ``catalog.heat_stations`` with width_m, depth_m and heated_max_m2; capacity_m2 is the smaller of
        heated_max_m2 and the constant ``heat_station_max_m2``. Empty where no size carries so much.

    Raises
    ------
    InputError
        The catalog has no station of such a form.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> sizes = sr.area.station_sizes(today, 80_000)
    >>> bool((sizes["capacity_m2"] >= 80_000).all()), len(sr.area.station_sizes(today, 1e9))
    (True, 0)
    """
    table = area.catalog.heat_stations
    forms = list(dict.fromkeys(table["form"]))
    if form not in forms:
        near = nearest(str(form), forms)
        raise InputError(f"stations: {form!r} is no form of a station. Forms: {', '.join(forms)}.{near}")
    sizes = table[table["form"] == form].sort_values("heated_max_m2")
    most = area.catalog.constants["heat_station_max_m2"]
    sizes = sizes.assign(capacity_m2=sizes["heated_max_m2"].clip(upper=most))
    return sizes[sizes["capacity_m2"] >= share_m2 - 1e-6]


def station_side(area: StudyArea) -> tuple[float, float]:
    """Give width and depth in metres of the station that the load of an area asks for.

    The load that waits is shared out equally among the stations it needs; where nothing waits, the
    smallest station stands for all.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    tuple of float
        Width and depth, in metres.

    Examples
    --------
    >>> import spatialreno as sr
    >>> sr.area.station_side(sr.read_area("data/geo/xigongdi"))
    (10.0, 15.0)
    """
    load = float(heat_demand(area).sum())
    sizes = station_sizes(area, load / stations_needed(load, area.catalog.constants))
    row = sizes.iloc[0]
    return float(row["width_m"]), float(row["depth_m"])
