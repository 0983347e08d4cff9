"""Buildings whose heat load cannot be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import heat_demand, heated_today, is_home
from spatialreno.errors import Fault, Severity

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


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
