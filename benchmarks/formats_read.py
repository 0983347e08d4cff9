"""Reading and checking 100 000 features against plain ``geopandas.read_file`` of the same file.

    python benchmarks/formats_read.py [features]

Buildings in a GeoPackage and in a GBK shapefile; the best of three runs each, wall time. Ours tells the script,
counts rows, reads in a child process with limits, conforms, mends and asks every rule of one layer.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from spatialreno import check_area

RUNS = 3


def buildings(count: int) -> gpd.GeoDataFrame:
    """Lay out buildings in rows near Luoyang."""
    number = np.arange(count)
    x, y = 600_000.0 + (number % 400) * 60, 3_800_000.0 + (number // 400) * 30
    columns = {"id": [f"B{n}" for n in number], "name": [f"{n}号楼" for n in number], "storeys": number % 6 + 1}
    return gpd.GeoDataFrame(columns, geometry=shapely.box(x, y, x + 40, y + 12), crs=4546)


def best(work: Callable[[], object]) -> float:
    """Take the least wall time of some runs."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Measure both formats and print the ratio, which should be at most 2."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    frame = buildings(count)
    with tempfile.TemporaryDirectory() as folder:
        for name, driver, encoding in (("buildings.gpkg", "GPKG", None), ("buildings.shp", "ESRI Shapefile", "GBK")):
            path = Path(folder) / name
            pyogrio.write_dataframe(frame, path, driver=driver, encoding=encoding)
            plain = best(lambda p=path: gpd.read_file(p))
            ours = best(lambda p=path: check_area(p, layer="buildings"))
            ratio = f"{ours / plain:5.2f} x"
            print(f"{name:15} {count} features  geopandas {plain:6.2f} s  read and checked {ours:6.2f} s  {ratio}")


if __name__ == "__main__":
    main()
