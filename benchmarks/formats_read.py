"""Reading and checking 100 000 features against plain ``geopandas.read_file`` of the same file.

    python benchmarks/formats_read.py [features]

Buildings in a GeoPackage and in a GBK shapefile; the best of seven runs each, by turns. Ours tells the script,
counts rows, reads in a child process with limits, conforms, mends and asks every rule of one layer.
"""

from __future__ import annotations

import resource
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

RUNS = 7


def buildings(count: int) -> gpd.GeoDataFrame:
    """Lay out buildings in rows near Luoyang."""
    number = np.arange(count)
    x, y = 600_000.0 + (number % 400) * 60, 3_800_000.0 + (number // 400) * 30
    columns = {"id": [f"B{n}" for n in number], "name": [f"{n}号楼" for n in number], "storeys": number % 6 + 1}
    return gpd.GeoDataFrame(columns, geometry=shapely.box(x, y, x + 40, y + 12), crs=4546)


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Measure the wall time of one run, and its CPU time with that of its children, in seconds."""
    before, start = cpu_s(), time.perf_counter()
    work()
    return time.perf_counter() - start, cpu_s() - before


def cpu_s() -> float:
    """CPU seconds of this process and its children so far, to the microsecond: ``os.times`` counts in hundredths."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in used)


def compared(path: Path) -> str:
    """Run both by turns, so that other work on the machine slows both; take the best of each."""
    plain, ours = [], []
    for _ in range(RUNS):
        plain.append(spent(lambda: gpd.read_file(path)))
        ours.append(spent(lambda: check_area(path, layer="buildings")))
    told = []
    for what, times in zip(
        ("wall", "CPU"), zip(zip(*plain, strict=True), zip(*ours, strict=True), strict=True), strict=True
    ):
        theirs, own = map(min, times)
        told.append(f"{what}: geopandas {theirs:5.2f} s, read and checked {own:5.2f} s, {own / theirs:4.2f} x")
    return "   ".join(told)


def main() -> None:
    """Measure both formats and print the ratio, which should be at most 2."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    frame = buildings(count)
    with tempfile.TemporaryDirectory() as folder:
        for name, driver, encoding in (("buildings.gpkg", "GPKG", None), ("buildings.shp", "ESRI Shapefile", "GBK")):
            path = Path(folder) / name
            pyogrio.write_dataframe(frame, path, driver=driver, encoding=encoding)
            print(f"{name:15} {count} features   {compared(path)}")


if __name__ == "__main__":
    main()
