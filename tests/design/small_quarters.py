"""Small quarters drawn from a seed, cheap enough for hundreds: yards in a row, walls, gates, facilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from conftest import make_area
from shapely import LineString, Point, box

import spatialreno as sr

WIDE, DEEP = 40, 30
KINDS = ("kindergarten", "health_station", "elderly_day_care", "outdoor_fitness", "convenience_store")


def small_quarter(dice: np.random.Generator) -> sr.StudyArea:
    """Draw two yards or three, seven to ten walls, a gate or two, facilities inside and outside."""
    yards = int(dice.integers(2, 4))
    right = yards * WIDE
    walls = _walls(yards)
    gated = dice.choice(len(walls), int(dice.integers(0, 3)), replace=False).tolist()
    return make_area(
        compounds=[
            {"id": f"C{k}", "name": f"{k}号院", "geometry": box(k * WIDE, 0, (k + 1) * WIDE, DEEP)}
            for k in range(yards)
        ],
        buildings=[
            {"id": f"B{k}", "storeys": 6, "residents": int(dice.integers(1, 150)),
             "geometry": box(k * WIDE + 6, south, k * WIDE + 26, south + 10)}
            for k, south in enumerate(dice.integers(4, 14, yards).tolist())
        ],
        walls=[{"id": f"W{k}", "geometry": wall} for k, wall in enumerate(walls)],
        gates=[
            {"id": f"G{k}", "width_m": 3.0, "geometry": walls[k].interpolate(0.4, normalized=True),
             "walkers": str(dice.choice(["public", "residents", "closed"]))}
            for k in gated
        ],
        paths=[{"id": "L1", "kind": "street", "geometry": LineString([(-6, -6), (right + 6, -6)])}],
        facilities=[
            {"id": f"F{k}", "kind": kind, "geometry": Point(*_place(dice, right))}
            for k, kind in enumerate(dice.choice(KINDS, int(dice.integers(2, 6))).tolist())
        ],
        parties=[{"id": f"P{k}", "name": f"产权单位{k}"} for k in (0, 1)],
        rights=[{"feature_id": f"C{k}", "party_id": f"P{k % 2}", "right": "land_use"} for k in range(yards)],
    )  # fmt: skip


def _walls(yards: int) -> list[LineString]:
    """Walls along every edge; one where two yards meet."""
    found = [LineString([(0, 0), (0, DEEP)])]
    for k in range(yards):
        left, right = k * WIDE, (k + 1) * WIDE
        ends: list[Any] = [[(left, 0), (right, 0)], [(left, DEEP), (right, DEEP)], [(right, 0), (right, DEEP)]]
        found += [LineString(one) for one in ends]
    return found


def _place(dice: np.random.Generator, right: float) -> tuple[float, float]:
    """In a corner of a yard, or beside the street."""
    return float(dice.integers(0, int(right))) + 0.5, float(dice.choice([-5.5, 2.5, DEEP - 2.5]))
