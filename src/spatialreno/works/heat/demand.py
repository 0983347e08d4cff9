"""Heat load by building, and which homes are unheated today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialreno.area import heat_demand, heated_today, is_home
from spatialreno.errors import Fault, Severity

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


def heat_load(area: StudyArea) -> pd.DataFrame:
    """Tell the heat load of every building, and whether it is heated today.

    Parameters
    ----------
    area
        The study area.

    Returns
    -------
    DataFrame
        Index building id; columns ``heated`` (today: the building's own word, else its compound's),
        ``heated_area_m2`` (to be heated; 0 where there is nothing), ``w_m2``, ``source`` of that figure,
        ``load_kw``, ``households``.

    Notes
    -----
    ``heat_load_w_m2`` of the building where it is given, else the catalog's figure for its use, year built
    and insulation (``catalog.heat_intensity``); a building of unknown age counts as one of 1990.

    .. math:: Q = A \\, q / 1000

    Examples
    --------
    >>> import spatialreno as sr
    >>> round(float(heat_load(sr.read_area("data/geo/xigongdi"))["load_kw"].sum()), 1)
    4151.4
    """
    buildings = area.buildings
    waiting = heat_demand(area).reindex(buildings.index).fillna(0.0)
    heated = heated_today(area)
    intensity = heat_intensity(area)
    given = buildings["heat_load_w_m2"]
    w_m2 = given.where(given > 0, intensity["w_m2"])
    return pd.DataFrame(
        {
            "heated": heated,
            "heated_area_m2": waiting,
            "w_m2": w_m2,
            "source": intensity["source"].where(~(given > 0), "heat_load_w_m2"),
            "load_kw": waiting * w_m2 / 1000,
            "households": buildings["households"].fillna(0).astype(float),
        }
    ).rename_axis("building_id")


def heat_intensity(area: StudyArea) -> pd.DataFrame:
    """Look up W/m² of every building by use, year built and insulation: columns w_m2, source."""
    buildings = area.buildings
    table = area.catalog.heat_intensity
    use = buildings["use"].fillna("residential").to_numpy()
    own = buildings["built_year"].astype("Float64")
    yard = buildings["compound_id"].map(area.compounds["built_year"].astype("Float64")).astype("Float64")
    year = own.fillna(yard).fillna(1990).astype(float).to_numpy()
    insulated = buildings["insulated"].fillna(False).astype(bool).to_numpy()
    found = np.full(len(buildings), -1)
    for k, row in enumerate(table.itertuples()):
        fits = np.isin(use, str(row.uses).split("|")) & (year >= row.built_from) & (year <= row.built_to)
        found[fits & (insulated == bool(row.insulated)) & (found < 0)] = k
    rows = table.iloc[found]
    return pd.DataFrame(
        {"w_m2": rows["w_m2"].to_numpy(float), "source": rows["source"].to_numpy()}, index=buildings.index
    )


def load_faults(area: StudyArea) -> list[Fault]:
    """List buildings whose load cannot be trusted: homes without floor area, storeys or footprint to go by."""
    buildings = area.buildings
    home = is_home(buildings)
    blank = buildings[["heated_area_m2", "floor_area_m2"]].isna().all(axis=1)
    faults = []
    guessed = buildings.index[home & blank]
    if len(guessed):
        text = "have no floor area; footprint x storeys was taken"
        faults.append(_fault(guessed, "floor_area", text, "Fill floor_area_m2 or heated_area_m2", "warning"))
    zero = buildings.index[home & ~blank & (heat_demand(area).reindex(buildings.index).fillna(0) <= 0)]
    zero = zero[~heated_today(area).loc[zero]]
    if len(zero):
        faults.append(
            _fault(zero, "no_load", "have nothing to heat", "Fill floor_area_m2 or heated_area_m2", "warning")
        )
    return faults


def _fault(ids: pd.Index, rule: str, message: str, mend: str, severity: Severity) -> Fault:
    return Fault("buildings", tuple(map(str, ids)), rule, message, mend, severity)
