"""A small yard for designs, with the answers by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from conftest import make_area
from shapely import LineString, Point, box

import spatialreno as sr


def yard_with_two_homes() -> sr.StudyArea:
    """The yard with a second home of 50 residents north of the first."""
    return yard(second=True)


def yard(*, ring: bool = False, second: bool = False) -> sr.StudyArea:
    """A yard walled on all sides; a kindergarten beyond its east wall of 60 m, where a path ends; a street round it."""
    round_it = LineString([(45, 30), (45, 65), (-5, 65), (-5, 30), (-5, -5), (45, -5), (45, 30)])
    streets = {"L2": round_it, "L3": LineString([(-5, 30), (-20, 30)])} if ring else {}
    return make_area(
        compounds=[{"id": "C1", "name": "一号院", "geometry": box(0, 0, 40, 60)}],
        buildings=[
            {"id": "B1", "residents": 100, "storeys": 6, "geometry": box(5, 25, 25, 35)},
            *([{"id": "B2", "residents": 50, "storeys": 6, "geometry": box(5, 45, 25, 55)}] if second else []),
        ],
        walls=[
            {"id": f"W{at}", "kind": "wall", "geometry": LineString(ends)}
            for at, ends in enumerate(pairwise([(40, 0), (40, 60), (0, 60), (0, 0), (40, 0)]), start=1)
        ],
        paths=[
            {"id": name, "kind": "street", "geometry": line}
            for name, line in {"L1": LineString([(40, 30), (60, 30)]), **streets}.items()
        ],
        facilities=[{"id": "F1", "kind": "kindergarten", "geometry": Point(60, 30)}],
    )


def two_yards(**more: Any) -> sr.StudyArea:
    """Draw C1 (100 residents, estimated) and C2 (200) with a kindergarten; W12 between, X13 within C1 was inferred."""
    return make_area(
        compounds=[
            {"id": "C1", "name": "一院", "geometry": box(0, 0, 40, 40)},
            {"id": "C2", "name": "二院", "geometry": box(40, 0, 80, 40)},
        ],
        buildings=[
            {"id": "B1", "residents": 100, "estimated": "residents", "storeys": 5, "geometry": box(5, 15, 15, 25)},
            {"id": "B2", "residents": 200, "storeys": 5, "geometry": box(55, 15, 65, 25)},
        ],
        walls=[
            {"id": "W12", "geometry": LineString([(40, 0), (40, 40)])},
            {"id": "X13", "inferred": True, "geometry": LineString([(25, 0), (25, 40)])},
            {"id": "R", "removable": False, "geometry": LineString(box(0, 0, 80, 40).exterior.coords)},
        ],
        facilities=[{"id": "F1", "kind": "kindergarten", "geometry": Point(75, 35)}],
        **more,
    )  # fmt: skip
