"""Two small yards with a wall between them, one house each; every number known by hand."""

from __future__ import annotations

import shapely
from conftest import make_area
from shapely.geometry import LineString, Point

BALLOT = ("voter", "matter", "choice", "area_m2", "building_id")
HOUSES = {"H1": (10, 60), "H2": (60, 60)}
WALL = {"id": "W1", "geometry": LineString([(50, 0), (50, 100)])}


def court(*, ballots=(), rights=(), parties=(), **layers):
    """Two yards of 50 × 100 m; each a house of one stairwell with 6 homes of 60 m2 on 3 floors."""
    told = {
        "compounds": [
            {"id": "C1", "name": "东院", "geometry": shapely.box(0, 0, 50, 100)},
            {"id": "C2", "name": "西院", "geometry": shapely.box(50, 0, 100, 100)},
        ],
        "buildings": [
            {"id": i, "use": "residential", "storeys": 3, "households": 6, "residents": 15, "floor_area_m2": 360.0,
             "geometry": shapely.box(x, y, x + 15, y + 10)}
            for i, (x, y) in HOUSES.items()
        ],
        "entrances": [
            {"id": f"{i}-1", "building_id": i, "storeys": 3, "households": 6, "geometry": Point(x + 7.5, y + 10)}
            for i, (x, y) in HOUSES.items()
        ],
        "walls": [WALL],
        "parties": [
            {"id": "U1", "name": "东厂", "kind": "unit"},
            {"id": "U2", "name": "西厂", "kind": "unit"},
            {"id": "A1", "name": "东院全体业主", "kind": "all_owners"},
            {"id": "G1", "name": "居委会", "kind": "community"},
            *parties,
        ],
        "rights": [
            {"feature_id": "C1", "party_id": "U1", "right": "land_use", "consent": "signed"},
            {"feature_id": "C2", "party_id": "U2", "right": "land_use", "consent": "visited"},
            {"feature_id": "W1", "party_id": "U1", "right": "ownership", "share": 0.5, "consent": "signed"},
            {"feature_id": "W1", "party_id": "A1", "right": "ownership", "share": 0.5, "consent": "visited"},
            {"feature_id": "W1", "party_id": "G1", "right": "management", "consent": "not_visited"},
            *rights,
        ],
        "ballots": [dict(zip(BALLOT, row, strict=True)) for row in ballots],
    }  # fmt: skip
    return make_area(**(told | layers))


def votes(matter, house, yes, no=0):
    """Ballots of one house: the first homes say yes, the next say no."""
    names = [f"{house}-1-{floor}0{k}" for floor in (1, 2, 3) for k in (1, 2)]
    said = ["yes"] * yes + ["no"] * no
    return [(name, matter, choice, None, house) for name, choice in zip(names, said, strict=False)]
