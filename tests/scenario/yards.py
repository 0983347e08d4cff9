"""Two yards with a strip of two metres between, and one of everything a scenario can touch."""

from __future__ import annotations

from conftest import make_area
from shapely import LineString, Point, box

from spatialreno.area import StudyArea


def two_yards() -> StudyArea:
    """Draw C1 and C2: walls W1 and W2 between them, W3 to the street with a gate, sheds, a lane, rights."""
    return make_area(
        compounds=[
            {"id": "C1", "name": "一号院", "geometry": box(0, 0, 40, 60)},
            {"id": "C2", "name": "二号院", "geometry": box(42, 0, 82, 60)},
        ],
        buildings=[
            {"id": "B1", "residents": 100, "storeys": 6, "geometry": box(5, 5, 25, 15)},
            {"id": "B2", "residents": 200, "storeys": 6, "geometry": box(50, 5, 70, 15)},
        ],
        walls=[
            {"id": "W1", "kind": "wall", "geometry": LineString([(40, 0), (40, 60)])},
            {"id": "W2", "kind": "fence", "geometry": LineString([(42, 0), (42, 60)])},
            {"id": "W3", "kind": "retaining", "removable": False, "geometry": LineString([(0, 0), (0, 60)])},
        ],
        gates=[
            {"id": "G1", "walkers": "closed", "geometry": Point(40, 30)},
            {"id": "G3", "geometry": Point(0, 30)},
        ],
        structures=[
            {"id": "S1", "legality": "illegal", "kind": "shed", "height_m": 2.0, "geometry": box(10, 30, 20, 40)},
            {"id": "S2", "legality": "illegal", "height_m": 3.0, "storeys": 2, "geometry": box(50, 30, 60, 40)},
            {"id": "S3", "legality": "legal", "height_m": 4.0, "removable": False, "geometry": box(62, 30, 70, 40)},
        ],
        paths=[{"id": "L1", "kind": "lane", "width_m": 2.0, "geometry": LineString([(41, -10), (41, 70)])}],
        facilities=[{"id": "F1", "kind": "bookstore", "building_id": "B1", "geometry": Point(10, 10)}],
        entrances=[{"id": "E1", "building_id": "B1", "geometry": Point(15, 15)}],
        parties=[{"id": "P1", "name": "第一毛纺厂"}, {"id": "P2", "name": "=1+1"}, {"id": "P3", "name": "街道办"}],
        rights=[
            {"feature_id": "C1", "party_id": "P1", "right": "land_use"},
            {"feature_id": "C2", "party_id": "P2", "right": "land_use"},
            {"feature_id": "W1", "party_id": "P3", "right": "ownership"},
            {"feature_id": "S2", "party_id": "P3", "right": "ownership"},
        ],
    )
