"""A seeded district of walled compounds for benchmarks, as dense as old districts are.

Densities: Kunming Xishan 2022 and Luoyang Luolong 2020 (about 0.8 ha, 3 buildings and 110 households a compound, 34 to
42 households a building, 5 to 6 storeys), two unapproved sheds and one or two gates a compound, walls along every edge.
Ten compounds share a street block; streets are 14 m wide.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from shapely.geometry import LineString, Point, box

from spatialreno.area import StudyArea, assemble

ORIGIN = (631_000.0, 3_838_000.0)
WIDE, DEEP, ACROSS, STREET = 80.0, 100.0, 5, 14.0


def district(compounds: int, *, seed: int = 1, kinds: tuple[str, ...] | None = None) -> StudyArea:
    """Make a district.

    Parameters
    ----------
    compounds
        How many, in blocks of ten (five by two).
    seed
        Seed of the dice.
    kinds
        Kinds of facility, one of each to every ten compounds; by default twenty kinds of the catalog.

    Returns
    -------
    StudyArea
        With compounds, buildings, walls, gates, sheds, paths and facilities.
    """
    dice = np.random.default_rng(seed)
    rows: dict[str, list[dict[str, Any]]] = {
        layer: [] for layer in ("compounds", "buildings", "walls", "gates", "structures", "paths", "facilities")
    }
    blocks = -(-compounds // (2 * ACROSS))
    wide = int(np.ceil(np.sqrt(blocks * 0.6)))
    for block in range(blocks):
        x = (block % wide) * (ACROSS * WIDE + STREET)
        y = (block // wide) * (2 * DEEP + STREET)
        _block(rows, block, x, y, min(2 * ACROSS, compounds - block * 2 * ACROSS), dice)
    _streets(rows, wide, -(-blocks // wide))
    _facilities(rows, kinds or _twenty(), compounds, dice)
    frames = {layer: _frame(table) for layer, table in rows.items() if table}
    return assemble(frames, name=f"district-{compounds}", crs="EPSG:4546")


def _twenty() -> tuple[str, ...]:
    from spatialreno.catalog import read_catalog

    return tuple(read_catalog().standard("gb50180-2018").table.index[:20])


def _frame(table: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4546")
    return frame.set_geometry(frame.geometry.translate(*ORIGIN))


def _block(rows: dict[str, list[dict[str, Any]]], block: int, x: float, y: float, count: int, dice: Any) -> None:
    """Two rows of compounds back to back, a wall on every edge, gates to the street."""
    for k in range(count):
        column, row = k % ACROSS, k // ACROSS
        left, low = x + column * WIDE, y + row * DEEP
        name = f"{block:03d}-{k}"
        rows["compounds"].append(
            {"id": f"C{name}", "name": f"院{name}", "geometry": box(left, low, left + WIDE, low + DEEP)}
        )
        front = low if row == 0 else low + DEEP
        _walls(rows, name, left, low, front, row, column)
        for g in range(1 + int(dice.random() < 0.4)):
            kind = ["residents", "public", "closed"][dice.choice(3, p=[0.6, 0.3, 0.1])]
            place = Point(left + 15 + 40 * g + dice.integers(0, 10), front)
            rows["gates"].append({"id": f"G{name}.{g}", "walkers": kind, "width_m": 4.0, "geometry": place})
        _buildings(rows, name, left, low, dice)


def _walls(rows: dict[str, list[dict[str, Any]]], name: str, left: float, low: float, front: float, row: int,
           column: int) -> None:  # fmt: skip
    right, top = left + WIDE, low + DEEP
    edges = {"f": [(left, front), (right, front)], "r": [(right, low), (right, top)]}
    if column == 0:
        edges["l"] = [(left, low), (left, top)]
    if row == 0:
        edges["b"] = [(left, top), (right, top)]
    rows["walls"] += [{"id": f"W{name}.{side}", "geometry": LineString(ends)} for side, ends in edges.items()]


def _buildings(rows: dict[str, list[dict[str, Any]]], name: str, left: float, low: float, dice: Any) -> None:
    """Slabs of five or six storeys across the yard, two sheds among them."""
    for k in range(3):
        bottom = low + 14 + 28 * k + dice.integers(0, 4)
        start = left + 8 + dice.integers(0, 8)
        households = int(dice.integers(30, 43))
        rows["buildings"].append({
            "id": f"B{name}.{k}", "use": "residential", "storeys": int(dice.integers(5, 7)), "households": households,
            "residents": round(2.5 * households),
            "geometry": box(start, bottom, start + 46 + dice.integers(0, 8), bottom + 12),
        })  # fmt: skip
    for k in range(2):
        bottom = low + 28 + 28 * k + dice.integers(1, 4)
        start = left + 5 + dice.integers(0, 60)
        shape = box(start, bottom, start + dice.integers(3, 9), bottom + dice.integers(3, 7))
        rows["structures"].append({"id": f"S{name}.{k}", "legality": "illegal", "geometry": shape})


def _streets(rows: dict[str, list[dict[str, Any]]], wide: int, deep: int) -> None:
    """A street on every side of the blocks."""
    step_x, step_y = ACROSS * WIDE + STREET, 2 * DEEP + STREET
    for k in range(wide + 1):
        x = k * step_x - STREET / 2
        rows["paths"].append({"id": f"X{k}", "geometry": LineString([(x, -STREET), (x, deep * step_y)])})
    for k in range(deep + 1):
        y = k * step_y - STREET / 2
        rows["paths"].append({"id": f"Y{k}", "geometry": LineString([(-STREET, y), (wide * step_x, y)])})


def _facilities(rows: dict[str, list[dict[str, Any]]], kinds: tuple[str, ...], compounds: int, dice: Any) -> None:
    """Half of them in buildings, half at the street."""
    homes, gates = rows["buildings"], rows["gates"]
    for kind in kinds:
        for k in range(max(compounds // 10, 1)):
            if dice.random() < 0.5:
                place = homes[dice.integers(len(homes))]["geometry"].centroid
            else:
                gate = gates[dice.integers(len(gates))]["geometry"]
                place = Point(gate.x + dice.integers(-20, 20), gate.y + dice.choice([-4.0, 4.0]))
            rows["facilities"].append({"id": f"F{kind}{k}", "kind": kind, "geometry": place})
