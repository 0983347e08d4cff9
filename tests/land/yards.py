"""Small walled yards drawn by hand, for the tests of land and siting."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import LineString, box
from shapely.affinity import translate

from spatialreno.area import StudyArea, assemble

CRS = "EPSG:4546"
EAST, NORTH = 500_000.0, 3_838_000.0


def layer(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Make a layer of rows drawn near (0, 0), moved to where Luoyang lies in its zone."""
    frame = gpd.GeoDataFrame(pd.DataFrame(list(rows)), geometry="geometry", crs=CRS)
    frame["geometry"] = frame.geometry.translate(EAST, NORTH)
    return frame


def there(shape: Any) -> Any:
    """Move a shape drawn near (0, 0) to the area."""
    return translate(shape, EAST, NORTH)


def area(**layers: gpd.GeoDataFrame) -> StudyArea:
    """Assemble layers into an area; without buildings, one stands far outside (an area needs one)."""
    outside = layer({"id": "B0", "use": "office", "geometry": box(-90, -90, -80, -80)})
    return assemble({"buildings": outside} | layers, name="yard", crs=CRS)


def two_yards(*, walls: bool = True, shed: bool = True, **more: gpd.GeoDataFrame) -> StudyArea:
    """Draw two yards of 40 × 60 m, 2 m apart, each with a wall on its edge and a building."""
    layers = {
        "compounds": layer(
            {"id": "C1", "name": "一号院", "geometry": box(0, 0, 40, 60)},
            {"id": "C2", "name": "二号院", "geometry": box(42, 0, 82, 60)},
        ),
        "buildings": layer(
            {"id": "B1", "storeys": 6, "residents": 100, "geometry": box(5, 5, 35, 17)},
            {"id": "B2", "storeys": 6, "residents": 200, "geometry": box(47, 5, 77, 17)},
        ),
    }
    if walls:
        layers["walls"] = layer(
            {"id": "W1", "thickness_m": 0.24, "geometry": LineString([(40, 0), (40, 60)])},
            {"id": "W2", "thickness_m": 0.24, "geometry": LineString([(42, 0), (42, 60)])},
        )
    sheds = [{"id": "R1", "legality": "illegal", "position": "roof", "geometry": box(10, 6, 20, 10)}]
    if shed:
        sheds += [{"id": "S1", "legality": "illegal", "position": "ground", "geometry": box(10, 30, 20, 40)}]
    layers["structures"] = layer(*sheds)
    return area(**(layers | more))
