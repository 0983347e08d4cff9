"""A made-up town for the page benchmarks: walled compounds of a hundred buildings, with gates, sheds and facilities."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from spatialreno.area import StudyArea, assemble

CRS = "EPSG:4546"
YARD_M, STREET_M, GATE_M = 240.0, 20.0, 6.0
_X, _Y = 600_000.0, 3_838_000.0
_ROWS, _COLUMNS = 10, 10
_KINDS = ("health_station", "kindergarten", "market", "elderly_day_care")


def town(count: int) -> StudyArea:
    """Lay out walled compounds of a hundred buildings each, four to a street block, a gate to the south of each.

    Parameters
    ----------
    count : int
        How many buildings; rounded up to whole compounds.
    """
    yards = -(-count // (_ROWS * _COLUMNS))
    side = int(np.ceil(np.sqrt(yards)))
    at = np.arange(yards)
    # Two and two compounds share a wall; a street lies between the pairs.
    x = _X + (at % side) * YARD_M + (at % side) // 2 * STREET_M
    y = _Y + (at // side) * (YARD_M + STREET_M)
    layers: dict[str, Any] = {
        "compounds": _frame(shapely.box(x, y, x + YARD_M, y + YARD_M), "C", name=[f"{k}号院" for k in at]),
        "buildings": _buildings(x, y, count),
        "walls": _walls(x, y, side),
        "gates": _frame(shapely.points(x + YARD_M / 2, y), "G", walkers=["residents", "public"] * (yards // 2 + 1),
                        width_m=GATE_M, compound_id=[f"C{k}" for k in at], wall_id=[f"W{k}s" for k in at]),
        "structures": _frame(shapely.box(x + 2, y + 110, x + 8, y + 116), "S", legality="illegal", position="ground"),
        "facilities": _facilities(x, y),
    }  # fmt: skip
    return assemble(layers, name=f"town{count}", title="许多院子", crs=CRS, meta={"invented": True})


def _frame(shapes: Any, stem: str, **columns: Any) -> gpd.GeoDataFrame:
    short = {key: value[: len(shapes)] if isinstance(value, list) else value for key, value in columns.items()}
    return gpd.GeoDataFrame({"id": [f"{stem}{k}" for k in range(len(shapes))], **short}, geometry=shapes, crs=CRS)


def _buildings(x: Any, y: Any, count: int) -> gpd.GeoDataFrame:
    """Ten rows of ten in each compound."""
    number = np.arange(_ROWS * _COLUMNS)
    left = np.add.outer(x + 4, number % _COLUMNS * 23.6).ravel()[:count]
    low = np.add.outer(y + 4, number // _COLUMNS * 23.4).ravel()[:count]
    homes = _frame(shapely.box(left, low, left + 16, low + 10), "B", use="residential", storeys=6.0,
                   households=36, residents=90)  # fmt: skip
    return homes.assign(name=[f"{k}号楼" for k in range(len(homes))])


def _walls(x: Any, y: Any, side: int) -> gpd.GeoDataFrame:
    """South and north walls of each compound, west walls, and east walls where no neighbour shares one."""
    own = np.arange(len(x))
    ends = ~((own % side % 2 == 0) & (own % side < side - 1) & (own < len(x) - 1))
    rows = [
        *((f"W{k}s", (a, b), (a + YARD_M, b)) for k, a, b in zip(own, x, y, strict=True)),
        *((f"W{k}n", (a, b + YARD_M), (a + YARD_M, b + YARD_M)) for k, a, b in zip(own, x, y, strict=True)),
        *((f"W{k}w", (a, b), (a, b + YARD_M)) for k, a, b in zip(own, x, y, strict=True)),
        *((f"W{k}e", (a + YARD_M, b), (a + YARD_M, b + YARD_M)) for k, a, b in zip(own, x, y, strict=True) if ends[k]),
    ]
    lines = shapely.linestrings([[start, end] for _, start, end in rows])
    return gpd.GeoDataFrame({"id": [name for name, _, _ in rows], "height_m": 2.2}, geometry=lines, crs=CRS)


def _facilities(x: Any, y: Any) -> gpd.GeoDataFrame:
    """One of four kinds in every third compound."""
    chosen = np.arange(0, len(x), 3)
    return _frame(shapely.points(x[chosen] + 120.0, y[chosen] + 20.0), "F",
                  kind=[_KINDS[k % len(_KINDS)] for k in range(len(chosen))])  # fmt: skip
