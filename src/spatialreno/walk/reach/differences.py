"""What one table of isochrones has that another has not; apart from the walks, whose kernels it does not need."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Geometries

_THIN_M = 0.01
_SPECK_M2 = 0.05


def change_of(today: gpd.GeoDataFrame, later: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw the differences of two tables of isochrones that list the same origins and times.

    Parameters
    ----------
    today, later
        What ``isochrones`` gives, in one CRS in metres; rows that only one of them has are left out.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns origin, minutes, group, change (gained or lost), area_m2, geometry in the tables' CRS; a change that is
        nothing has no row. Threads thinner than 2 cm, which rounding leaves, are not counted.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> def reach(shape):
    ...     row = {"origin": ["F1"], "minutes": [5], "group": ["general"]}
    ...     return gpd.GeoDataFrame(row, geometry=[shape], crs="EPSG:4546")
    >>> change_of(reach(box(0, 0, 100, 50)), reach(box(20, 0, 130, 50)))[["change", "area_m2"]].to_numpy().tolist()
    [['gained', 1500.0], ['lost', 1000.0]]
    """
    keys = ["origin", "minutes", "group"]
    # An origin asked for twice is told twice.
    frames = [pd.DataFrame(frame).assign(again=frame.groupby(keys).cumcount()) for frame in (today, later)]
    both = frames[0].merge(frames[1], on=[*keys, "again"], suffixes=("_today", "_later"))
    old, new = both["geometry_today"].to_numpy(), both["geometry_later"].to_numpy()
    parts = []
    for order, (change, more, less) in enumerate((("gained", new, old), ("lost", old, new))):
        shapes = _thick(shapely.difference(more, less))
        parts.append(both[keys].assign(change=change, area_m2=shapely.area(shapes), geometry=shapes, order=order))
    table = pd.concat(parts).sort_index(kind="stable")
    table = table[table["area_m2"] > 0].drop(columns="order").reset_index(drop=True)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=today.crs)


def _thick(shapes: Geometries) -> Geometries:
    """Keep of shapes the parts that are more than threads and specks."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    real = (shapely.area(parts) > _SPECK_M2) & ~shapely.is_empty(shapely.buffer(parts, -_THIN_M))
    found = np.array([shapely.Polygon()] * len(shapes), object)
    rows, first = np.unique(row[real], return_index=True)
    bounds = [*first.tolist(), int(real.sum())]
    for at, low, high in zip(rows.tolist(), bounds[:-1], bounds[1:], strict=True):
        some = parts[real][low:high]
        found[at] = some[0] if len(some) == 1 else shapely.multipolygons(some)
    return found
