"""Fill what follows from what is known (residents, floor areas); mark and report every estimate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import shapely

from spatialreno.area.cells import mark
from spatialreno.area.conform import Notes


def with_estimates(
    layers: Mapping[str, pd.DataFrame], constants: Mapping[str, float], notes: Notes
) -> dict[str, pd.DataFrame]:
    """Fill residents from households and floor area from plan area × storeys, each marked ``estimated``.

    Parameters
    ----------
    layers
        Conformed layers in metres.
    constants
        ``persons_per_household``.
    notes
        Where the acts are reported.
    """
    buildings, structures = layers["buildings"], layers["structures"]
    people = (buildings["households"].astype("float64") * constants["persons_per_household"]).round().astype("Int64")
    how = f"households × {constants['persons_per_household']:g}"
    buildings = _filled(buildings, "residents", people, how, "buildings", notes)
    buildings = _filled(buildings, "floor_area_m2", _floors(buildings), "plan area × storeys", "buildings", notes)
    structures = _filled(structures, "floor_area_m2", _floors(structures), "plan area × storeys", "structures", notes)
    return {**layers, "buildings": buildings, "structures": structures}


def _filled(
    frame: pd.DataFrame, column: str, values: pd.Series[Any], how: str, layer: str, notes: Notes
) -> pd.DataFrame:
    gaps = frame[column].isna() & (values >= 0).fillna(False).astype(bool)
    if not gaps.any():
        return frame
    filled = frame.copy()
    filled[column] = filled[column].where(~gaps, values)
    filled["estimated"] = mark(filled["estimated"], gaps, column)
    notes.act(layer, "", "estimated", f"{column} = {how} in {gaps.sum()} rows")
    return filled


def _floors(frame: Any) -> pd.Series[Any]:
    plan = pd.Series(shapely.area(frame.geometry.to_numpy()), index=frame.index, dtype="float64")
    return plan.mul(frame["storeys"])
