"""Households of a compound over its buildings, so that they sum to its ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.area.cells import mark
from spatialreno.area.conform import Notes
from spatialreno.area.facts.homes import HOME_USES
from spatialreno.area.place.relate import owners
from spatialreno.errors import Fault

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike


def with_compounds_spread(
    layers: Mapping[str, pd.DataFrame], constants: Mapping[str, float], notes: Notes
) -> dict[str, pd.DataFrame]:
    """Spread the households and residents of a compound whose homes state none; each is marked ``estimated``."""
    compounds, buildings = layers["compounds"], layers["buildings"]
    for column in ("households", "residents"):
        if compounds[column].notna().any() and buildings[column].isna().any():
            buildings = _spread(compounds, buildings, column, constants["tolerance_m"], notes)
    return {**layers, "buildings": buildings}


def _spread(compounds: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, column: str, reach_m: float, notes: Notes) -> Any:
    """Spread one column where no building of a compound says anything and a home could."""
    compounds, placed = _whole(compounds), _whole(buildings)
    home = owners(placed.geometry, compounds.geometry, reach_m)
    said = set(home[_numbers(placed, column).notna()].dropna())
    could = set(home[_floors(placed) > 0].dropna())
    quiet = compounds[compounds.index.isin(could - said)]
    values, acts, _ = spread_over_buildings(quiet, placed, column, reach_m)
    new = buildings[column].isna() & buildings.index.isin(values.index[values.notna()])
    if not new.any():
        return buildings
    notes.acts += acts
    notes.reckoned["buildings", column] = buildings.index[new]
    cells = buildings[column].where(~new, values.reindex(buildings.index).astype("Int64"))
    return buildings.assign(**{column: cells, "estimated": mark(buildings["estimated"], new, column)})


def _whole(frame: gpd.GeoDataFrame) -> Any:
    """Leave out shapes that no place can be told of; a rule names them."""
    shapes = frame.geometry.to_numpy()
    return frame[shapely.is_valid(shapes) & ~shapely.is_empty(shapes) & np.isfinite(shapely.area(shapes))]


def spread_over_buildings(
    compounds: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, column: str, reach_m: float
) -> tuple[pd.Series[Any], list[dict[str, str]], list[Fault]]:
    """Spread a number of each compound over its buildings without one, by floor area, so that it sums exactly.

    Floor area is ``floor_area_m2``, else plan area × storeys (one storey when unknown); only homes
    (``use`` residential, mixed or empty) take part. Whole numbers by largest remainder, ties by order of rows.

    Parameters
    ----------
    compounds, buildings
        Conformed layers in one CRS in metres, indexed by id.
    column
        ``households`` or ``residents``.
    reach_m
        How far a building may lie outside its compound, in metres.

    Returns
    -------
    tuple
        The buildings' column, filled; acts for each compound; faults where buildings say more than the ledger.

    Examples
    --------
    >>> import shapely
    >>> import geopandas as gpd
    >>> from spatialreno.area import spread_over_buildings
    >>> yard = gpd.GeoDataFrame({"households": [31]}, index=["C1"], geometry=[shapely.box(0, 0, 50, 50)])
    >>> homes = [shapely.box(0, 0, 10, 10), shapely.box(20, 0, 40, 10)]  # 100 and 200 m² of ground
    >>> rows = gpd.GeoDataFrame({"storeys": [6, 6]}, index=["B1", "B2"], geometry=homes)
    >>> spread_over_buildings(yard, rows, "households", 1.0)[0].tolist()
    [10.0, 21.0]
    """
    known = _numbers(buildings, column)
    weight = _floors(buildings)
    total = _numbers(compounds, column)
    home = owners(buildings.geometry, compounds.geometry, reach_m).to_numpy()
    values, acts, faults = known.copy(), [], []
    for compound, wanted in total.dropna().items():
        inside = home == compound
        open_rows = inside & known.isna().to_numpy() & (weight.to_numpy() > 0)
        rest = round(wanted - known[inside].sum())
        name = str(compound)
        if rest < 0 or (rest and not open_rows.any()):
            message = f"{column}: the ledger says {wanted:g}, its buildings {known[inside].sum():g}"
            mend = "Settle which is right" if inside.any() else "Draw its buildings"
            faults.append(Fault("compounds", (name,), column, message, mend, "warning"))
            continue
        if open_rows.any():
            values[open_rows] = largest_remainder(rest, weight[open_rows].to_numpy())
            why = f"{column}: {rest} of the ledger spread over {open_rows.sum()} buildings by floor area"
            acts.append({"layer": "buildings", "id": name, "rule": "spread", "reason": why})
    return values, acts, faults


def largest_remainder(total: int, weights: ArrayLike) -> Any:
    """Divide a whole number by weights so that the parts are whole and sum to it.

    Parameters
    ----------
    total
        What is divided.
    weights
        One number a part, none below zero, not all zero.

    Returns
    -------
    array of int
        Parts in the order of the weights; ties go to the first.

    Examples
    --------
    >>> largest_remainder(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    """
    weights = np.asarray(weights, dtype=float)
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(int)
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: total - parts.sum()]] += 1
    return parts


def _numbers(frame: gpd.GeoDataFrame, column: str) -> pd.Series[Any]:
    if column not in frame.columns:
        return pd.Series(np.nan, index=frame.index, dtype="float64")
    numbers: pd.Series[Any] = pd.to_numeric(frame[column], errors="coerce").astype("float64")
    return numbers


def _floors(buildings: gpd.GeoDataFrame) -> pd.Series[Any]:
    plan = buildings.geometry.area
    floors = _numbers(buildings, "floor_area_m2").fillna(plan * _numbers(buildings, "storeys").fillna(1))
    if "use" not in buildings.columns:
        return floors
    homes = buildings["use"].isna() | buildings["use"].isin(HOME_USES)
    counted: pd.Series[Any] = floors.where(homes, 0.0)
    return counted
