"""What heat every building asks for, and which mains can feed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.area.facts.heat import heat_demand, heated_today
from spatialreno.area.facts.people import built_years
from spatialreno.errors import Fault, InputError, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatialreno.area.study_area import StudyArea


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
    >>> round(float(sr.area.heat_load(sr.read_area("data/geo/xigongdi"))["load_kw"].sum()), 1)
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
    year: Any = built_years(area).fillna(area.catalog.constants["unknown_built_year"]).to_numpy()
    insulated = buildings["insulated"].fillna(False).astype(bool).to_numpy()
    found = np.full(len(buildings), -1)
    for k, row in enumerate(table.itertuples()):
        fits = np.isin(use, str(row.uses).split("|")) & (year >= row.built_from) & (year <= row.built_to)
        found[fits & (insulated == bool(row.insulated)) & (found < 0)] = k
    if (found < 0).any():
        lost = ", ".join(sorted(set(use[found < 0])))
        raise InputError(
            f"heat_intensity: no row fits buildings of use {lost}. Add a row for their years and insulation."
        )
    rows = table.iloc[found]
    return pd.DataFrame(
        {"w_m2": rows["w_m2"].to_numpy(float), "source": rows["source"].to_numpy()}, index=buildings.index
    )


def usable_mains(area: StudyArea, kind: str, *, loaded: bool) -> tuple[pd.DataFrame, list[Fault]]:
    """List the mains of a kind that are in use, and what is wrong with the others.

    Parameters
    ----------
    area
        The study area.
    kind
        Kind of pipe, such as ``heat_primary`` or ``water``; of a kind that nobody drew there are none.
    loaded
        Whether spare capacity matters (heat): a main of capacity 0 is left out, one without a number is
        taken with a warning.

    Returns
    -------
    tuple of GeoDataFrame and list of Fault
        Rows of ``area.pipes`` of status existing, capacity in kW; an error for mains left out, a warning for mains
        whose capacity nobody states.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> mains, faults = sr.area.usable_mains(today, "heat_primary", loaded=True)
    >>> list(mains.index), faults
    (['N01', 'N02'], [])
    """
    pipes = area.pipes[area.pipes["kind"].eq(kind)]
    live = pipes[pipes["status"].eq("existing")]
    faults = list[Fault]()
    if not loaded:
        return live, faults
    empty, unknown = live.index[live["capacity"] <= 0], live.index[live["capacity"].isna()]
    if len(empty):
        faults.append(_fault(empty, "no_capacity", f"{kind} of capacity 0 feeds nobody", "State its spare kW"))
    if len(unknown):
        text = f"{kind} without capacity is taken to have room"
        faults.append(_fault(unknown, "capacity_unknown", text, "State its spare kW", "warning"))
    return live[~live.index.isin(empty)], faults


def _fault(ids: Iterable[str], rule: str, message: str, mend: str, severity: Severity = "error") -> Fault:
    return Fault("pipes", tuple(map(str, ids)), rule, message, mend, severity)
