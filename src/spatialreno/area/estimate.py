"""Fill what follows from what is known (residents, floor areas); mark and report every estimate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.area.cells import mark
from spatialreno.area.conform import Notes
from spatialreno.area.place.gate_spans import gap_widths

if TYPE_CHECKING:
    import geopandas as gpd


def with_estimates(
    layers: Mapping[str, pd.DataFrame], constants: Mapping[str, float], notes: Notes
) -> dict[str, pd.DataFrame]:
    """Fill residents from households, floor area from plan area × storeys, gates from gaps; each marked ``estimated``.

    Parameters
    ----------
    layers
        Conformed layers in metres.
    constants
        ``persons_per_household``, ``gate_width_m`` and those of ``gap_widths``.
    notes
        Where the acts are reported.
    """
    buildings, structures = layers["buildings"], layers["structures"]
    people = (buildings["households"].astype("float64") * constants["persons_per_household"]).round().astype("Int64")
    how = f"households × {constants['persons_per_household']:g}"
    buildings = _filled(buildings, "residents", people, how, "buildings", notes)
    buildings = _filled(buildings, "floor_area_m2", _floors(buildings), "plan area × storeys", "buildings", notes)
    structures = _filled(structures, "floor_area_m2", _floors(structures), "plan area × storeys", "structures", notes)
    gates = _with_widths(layers["gates"], layers["walls"], buildings, constants, notes)
    return {**layers, "buildings": buildings, "structures": structures, "gates": gates}


def without_estimates(layers: Mapping[str, pd.DataFrame], constants: Mapping[str, float]) -> dict[str, pd.DataFrame]:
    """Take the residents away that follow from households and these constants, with their mark."""
    buildings = layers["buildings"]
    people = (buildings["households"].astype("float64") * constants["persons_per_household"]).round().astype("Int64")
    marks = buildings["estimated"].fillna("").str.split(",").map(lambda names: "residents" in names)
    ours = marks.astype(bool) & (buildings["residents"] == people).fillna(False).astype(bool)
    if not ours.any():
        return dict(layers)
    buildings = buildings.copy()
    buildings["residents"] = buildings["residents"].where(~ours)
    rest = buildings["estimated"].map(lambda names: ",".join(n for n in str(names).split(",") if n != "residents"))
    rest = buildings["estimated"].where(~ours, rest)
    buildings["estimated"] = rest.where(rest != "").astype("str")
    return {**layers, "buildings": buildings}


def _filled(
    frame: pd.DataFrame, column: str, values: pd.Series[Any], how: str, layer: str, notes: Notes
) -> pd.DataFrame:
    gaps = frame[column].isna() & (values >= 0).fillna(False).astype(bool)
    if not gaps.any():
        return frame
    before = notes.reckoned.get((layer, column), frame.index[:0])
    notes.reckoned[layer, column] = before.union(frame.index[gaps])
    filled = frame.copy()
    filled[column] = filled[column].where(~gaps, values)
    filled["estimated"] = mark(filled["estimated"], gaps, column)
    notes.act(layer, (), "estimated", f"{column} = {how} in {gaps.sum()} rows")
    return filled


def _with_widths(
    gates: gpd.GeoDataFrame,
    walls: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    constants: Mapping[str, float],
    notes: Notes,
) -> Any:
    """A gate whose width nobody states is as wide as the gap that was left for it, else as gates usually are."""
    unknown = gates["width_m"].isna()
    if not unknown.any():
        return gates
    gaps = gap_widths(gates[unknown], walls, buildings.geometry, constants).reindex(gates.index)
    gates = _filled(gates, "width_m", gaps, "the gap in the wall", "gates", notes)
    unknown = gates["width_m"].isna()
    if unknown.any():
        names, usual = () if unknown.all() else gates.index[unknown], constants["gate_width_m"]
        notes.act("gates", names, "default", f"width_m = {usual:g} in {unknown.sum()} rows")
    return gates.assign(width_m=gates["width_m"].fillna(constants["gate_width_m"]))


def _floors(frame: gpd.GeoDataFrame) -> pd.Series[Any]:
    plan = pd.Series(shapely.area(frame.geometry.to_numpy()), index=frame.index, dtype="float64")
    return plan.mul(frame["storeys"])
