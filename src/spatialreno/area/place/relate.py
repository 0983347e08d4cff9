"""Derive what follows from geometry: which compound, which wall, how long, how large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pandas.api.extensions import ExtensionArray

from spatialreno.area.place.gate_spans import walls_of_gates
from spatialreno.area.place.sides import sides

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.catalog import Catalog


_MEASURES = {"area_m2": shapely.area, "footprint_m2": shapely.area, "length_m": shapely.length}


def relate(layers: Mapping[str, pd.DataFrame], catalog: Catalog) -> dict[str, pd.DataFrame]:
    """Fill every derived column of every layer; the tables given stay as they were.

    Parameters
    ----------
    layers
        Conformed layers in one metric CRS.
    catalog
        What lies in a compound, which columns are derived, and tolerances in metres.
    """
    done: dict[str, Any] = {name: frame.copy(deep=False) for name, frame in layers.items()}
    compounds, constants = done["compounds"], catalog.constants
    for name, layer in catalog.layers.items():
        if layer.lies_in_compound:
            done[name]["compound_id"] = owners(done[name].geometry, compounds.geometry, constants["tolerance_m"])
        for column in layer.of_status("derived"):
            if column in _MEASURES:
                done[name][column] = _MEASURES[column](done[name].geometry.to_numpy())
    done["walls"] = _with_sides(done["walls"], compounds, constants)
    done["gates"] = _with_walls(done["gates"], done["walls"], done["buildings"], compounds, constants)
    return done


def owners(shapes: gpd.GeoSeries, polygons: gpd.GeoSeries, reach_m: float) -> pd.Series[Any]:
    """Find for each shape the polygon that holds its inner point, or the nearest within reach.

    Parameters
    ----------
    shapes, polygons
        GeoSeries indexed by id, same metric CRS.
    reach_m
        How far outside a shape may lie and still belong, in metres.

    Returns
    -------
    Series
        Polygon id by shape id; NaN where none is near. Ties go to the first id.

    Examples
    --------
    >>> import shapely
    >>> import geopandas as gpd
    >>> from spatialreno.area import owners
    >>> yards = gpd.GeoSeries([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], index=["C1", "C2"])
    >>> spots = gpd.GeoSeries(shapely.points([[5, 5], [10, 5], [21, 5], [99, 5]]), index=["a", "b", "c", "d"])
    >>> owners(spots, yards, 2.0).tolist()
    ['C1', 'C1', 'C2', nan]
    """
    found = np.full(len(shapes), None, dtype=object)
    if len(shapes) and len(polygons):
        points = shapely.point_on_surface(shapes.to_numpy())
        tree = shapely.STRtree(polygons.to_numpy())
        rows, hits = tree.query_nearest(points, max_distance=reach_m + 1e-9, all_matches=True)
        order = np.lexsort((hits, rows))[::-1]  # the first id is written last and stays
        found[rows[order]] = polygons.index.to_numpy()[hits[order]]
    return pd.Series(found, index=shapes.index, dtype="str")


def _with_sides(walls: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, constants: Mapping[str, float]) -> Any:
    left, right = sides(walls.geometry.to_numpy(), compounds.geometry, constants)
    walls["compound_a"], walls["compound_b"] = ordered_pairs(left, right)
    return walls


def ordered_pairs(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> tuple[ExtensionArray, ExtensionArray]:
    """Put the two sides in the order of their ids, nothing last."""
    pairs = [sorted((a, b), key=lambda v: (v is None, v or "")) for a, b in zip(left, right, strict=True)]
    first = pd.array([p[0] for p in pairs], dtype="str")
    second = pd.array([p[1] for p in pairs], dtype="str")
    return first, second


def _with_walls(
    gates: gpd.GeoDataFrame,
    walls: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    constants: Mapping[str, float],
) -> Any:
    gates["wall_id"] = walls_of_gates(gates, walls, buildings.geometry, constants)
    inside = owners(gates.geometry, compounds.geometry, constants["strip_m"])
    by_wall = gates["wall_id"].map(walls["compound_a"])
    gates["compound_id"] = by_wall.where(by_wall.notna(), inside).astype("str")
    return gates
