"""A quarter of two walled yards, small enough to work out by hand, for the tests of this room."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from shapely import LineString, Point, box

from spatialreno.area import StudyArea, assemble

CRS = "EPSG:4546"
X, Y = 631_000.0, 3_838_000.0


def at(x: float, y: float) -> Point:
    return Point(X + x, Y + y)


def rect(x0: float, y0: float, x1: float, y1: float) -> Any:
    return box(X + x0, Y + y0, X + x1, Y + y1)


def frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def quarter(**changed: list[dict[str, Any]]) -> StudyArea:
    """West yard (60 residents) and east yard (40), a wall between them, the clinic in the east one."""
    line = LineString([(X + 100, Y), (X + 100, Y + 100)])
    street = LineString([(X - 20, Y - 6), (X + 220, Y - 6)])
    layers: dict[str, list[dict[str, Any]]] = {
        "compounds": [
            {"id": "W", "name": "西院", "geometry": rect(0, 0, 100, 100)},
            {"id": "E", "name": "东院", "geometry": rect(100, 0, 200, 100)},
        ],
        "buildings": [
            {
                "id": "B1",
                "storeys": 6,
                "households": 24,
                "residents": 60,
                "heated": True,
                "geometry": rect(20, 40, 60, 52),
            },
            {"id": "B2", "storeys": 6, "households": 16, "heated": False, "geometry": rect(140, 40, 180, 52)},
            {"id": "B3", "use": "office", "storeys": 2, "geometry": rect(140, 80, 180, 92)},
        ],
        "walls": [{"id": "P", "geometry": line}],
        "paths": [{"id": "S", "public": True, "walkable": True, "geometry": street}],
        "structures": [
            {"id": "I1", "legality": "illegal", "storeys": 2, "geometry": rect(10, 70, 20, 80)},
            {"id": "I2", "legality": "undecided", "geometry": rect(30, 70, 40, 80)},
        ],
        "facilities": [
            {"id": "F1", "kind": "health_station", "geometry": at(160, 70)},
            {"id": "F2", "kind": "kindergarten", "status": "planned", "geometry": at(50, 70)},
        ],
        "open_spaces": [
            {"id": "G1", "kind": "cluster_green", "geometry": rect(120, 10, 140, 20)},
            {"id": "G2", "kind": "cluster_green", "geometry": rect(150, 10, 190, 13)},
            {"id": "G3", "kind": "plaza", "access": "closed", "geometry": rect(20, 10, 40, 20)},
        ],
        "parking": [{"id": "K", "kind": "car", "places": 10, "geometry": rect(60, 10, 90, 20)}],
    }
    return assemble({name: frame(rows) for name, rows in {**layers, **changed}.items() if rows}, name="q", title="试")
