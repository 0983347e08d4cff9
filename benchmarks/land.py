"""Time the land of a quarter of 10 compounds, and of several such quarters side by side, and how it grows.

    python benchmarks/land.py [quarters …]        # default: 1 3 10, that is 10, 30 and 100 compounds

Each quarter is the example 西工地, moved east; walls and illegal structures come down in the second state.
Prints seconds by step and the exponent of growth between the first and the last size (1 is linear).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from math import log
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from spatialreno import Scenario, StudyArea, assemble, demolish, read_area
from spatialreno.land import (
    fewest_removals,
    fire_access,
    fire_blockers,
    fit_footprints,
    free_land,
    freed_land,
    lane_widths,
)

EXAMPLE = Path(__file__).parents[1] / "data" / "geo" / "xigongdi"
APART_M = 700.0
LAYERS = ("compounds", "buildings", "walls", "gates", "structures", "paths", "trees", "parking", "entrances")
OWN_IDS = ("building_id", "host_building")
KINDS = ["bookstore", "pocket_garden", "plaza"]


def quarters(one: StudyArea, count: int) -> StudyArea:
    """Put copies of an area side by side, each with ids of its own."""
    layers: dict[str, Any] = {}
    for name in LAYERS:
        copies = [moved(one.layer(name), number) for number in range(count)]
        layers[name] = gpd.GeoDataFrame(pd.concat(copies, ignore_index=True), crs=one.crs)
    return assemble(layers, name=f"{count}", crs=one.crs)


def moved(layer: gpd.GeoDataFrame, number: int) -> gpd.GeoDataFrame:
    """Move a layer east and mark its ids with the number of the copy."""
    frame = layer.reset_index()
    frame["geometry"] = frame.geometry.translate(APART_M * number)
    for column in ["id", *(c for c in OWN_IDS if c in frame)]:
        frame[column] = frame[column].map(lambda own: f"{number}-{own}" if isinstance(own, str) else own)
    return frame


def timed(step: Callable[[], Any]) -> float:
    """Return the seconds that a step takes."""
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def steps(area: StudyArea) -> dict[str, float]:
    """Time every question about the land of one area."""
    after = Scenario(
        "opened",
        interventions=[
            demolish("structures", where={"legality": "illegal"}),
            demolish("walls", between=list(area.compounds.index)),
        ],
    ).apply(area)
    access = fire_access(area)
    return {
        "free_land": timed(lambda: free_land(area)),
        "freed_land": timed(lambda: freed_land(area, after)),
        "lane_widths": timed(lambda: lane_widths(area)),
        "fire_access": timed(lambda: fire_access(area)),
        "fire_blockers": timed(lambda: fire_blockers(area, access)),
        "fit_footprints": timed(lambda: fit_footprints(after, KINDS, time_limit_s=20)),
        "fewest_removals": timed(lambda: fewest_removals(area, "heat_exchange_station", sides=[(10.0, 15.0)])),
    }


def main(sizes: list[int]) -> None:
    """Print a line for each step."""
    one = read_area(EXAMPLE)
    table = pd.DataFrame({size * len(one.compounds): steps(quarters(one, size)) for size in sizes})
    table.columns.name = "compounds"
    if len(sizes) > 1:
        ratio = log(sizes[-1] / sizes[0])
        table["growth"] = [
            log(last / first) / ratio for first, last in zip(table.iloc[:, 0], table.iloc[:, -1], strict=True)
        ]
    print(table.round(2).to_string())


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1, 3, 10])
