"""Three yards in a row, with two walls between: small enough for everything to be known by arithmetic."""

from __future__ import annotations

from conftest import make_area
from shapely import LineString, Point, box

from spatialreno.area import StudyArea

PEOPLE = {"C1": 100, "C2": 50, "C3": 200}
SIDE = 40


def row_of_yards() -> StudyArea:
    """Draw C1, C2, C3 with walls all round, W12 and W23 between, and a kindergarten in C3."""
    left = {f"C{n}": (n - 1) * SIDE for n in (1, 2, 3)}
    walls = [{"id": f"W{n}{n + 1}", "geometry": LineString([(n * SIDE, 0), (n * SIDE, SIDE)])} for n in (1, 2)]
    ring = LineString([(40, 0), (0, 0), (0, 40), (120, 40), (120, 0), (40, 0)])
    return make_area(
        compounds=[
            {"id": i, "name": f"{i}院", "heated": False, "geometry": box(x, 0, x + SIDE, SIDE)} for i, x in left.items()
        ],
        buildings=[
            {"id": f"B{i[1]}", "residents": PEOPLE[i], "households": PEOPLE[i] // 2, "storeys": 5,
             "geometry": box(x + 15, 15, x + 25, 25)}
            for i, x in left.items()
        ],
        walls=[*walls, {"id": "R", "removable": False, "geometry": ring}],
        gates=[{"id": "G3", "walkers": "public", "geometry": Point(120, 20)}],
        facilities=[{"id": "F1", "kind": "kindergarten", "geometry": Point(110, 35)}],
        parties=[{"id": "P1", "name": "<b>甲厂</b>"}],
        rights=[{"feature_id": c, "party_id": "P1", "right": "land_use"} for c in ("C1", "C2")],
    )  # fmt: skip
