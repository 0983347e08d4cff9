"""Time and memory for districts of 10, 100 and 800 compounds: fabric, one full evaluation, one what-if, and the law.

    python benchmarks/walk_growth.py [compounds ...]

CPU seconds. The evaluation is `evaluate` of the indicators, once the fabric is built; a what-if is one wall between two
compounds, after the first (median of 30). Each size runs in its own process, so that its peak memory is its own. The
law is the exponent p of `compounds ** p` between one size and the next.
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np


def measure(count: int) -> dict[str, float]:
    """Measure one size."""
    from walk_district import district

    from spatialreno.indicators import evaluate
    from spatialreno.walk import load_fabric, nearest, save_fabric
    from spatialreno.walk.state.standing import fabric_of
    from spatialreno.walk.trials import what_if as trial_rows
    from spatialreno.walk.trials.trials import Trial

    small = district(10, seed=9)
    nearest(small)
    found: dict[str, float] = {"compounds": count}
    marks = [time.process_time()]

    def mark(name: str) -> None:
        marks.append(time.process_time())
        found[name] = marks[-1] - marks[-2]

    area = district(count)
    mark("assemble s")
    fabric = fabric_of(area)
    mark("fabric s")
    with tempfile.TemporaryDirectory() as folder:
        saved = save_fabric(area, Path(folder) / "fabric.npz")
        found["saved MB"] = saved.stat().st_size / 1e6
        mark("save s")
        load_fabric(area, saved)
        mark("load s")
    nearest(area)
    mark("nearest s")
    evaluate(area)
    mark("evaluate s")
    trial = Trial.of(area, trial_rows.radii_of(area, None, None, "gb50180-2018"))
    mark("what-ifs ready s")
    found["what-if ms"] = _each(trial, list(area.walls.index[area.walls["compound_b"].notna()])[:31])
    found |= {"buildings": len(area.buildings), "nodes": len(fabric.xy), "hops": len(fabric.hops)}
    return found | {"peak GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def _each(trial: object, walls: list[str]) -> float:
    """Take the median milliseconds of one what-if."""
    each = []
    begin = time.process_time()
    changes = list(trial.openings([("walls", name) for name in walls]))  # type: ignore[attr-defined]
    ready = (time.process_time() - begin) / len(walls)
    for change in changes:
        begin = time.process_time() - ready
        list(trial.gains(change))  # type: ignore[attr-defined]
        each.append(time.process_time() - begin)
    return 1000 * float(np.median(each[1:]))


def main(sizes: list[str]) -> None:
    """Measure all sizes and print a table with the law."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    rows = []
    for size in sizes:
        done = subprocess.run([sys.executable, __file__, "--one", size], check=True, capture_output=True, text=True)
        rows.append(json.loads(done.stdout.splitlines()[-1]))
    for name in rows[0]:
        values = [row[name] for row in rows]
        cells = "".join(f"{value:12,.3g}" if value < 1000 else f"{value:12,.0f}" for value in values)
        steps = pairwise(rows)
        law = [math.log(b[name] / a[name]) / math.log(b["compounds"] / a["compounds"]) for a, b in steps]
        print(f"{name:18s}{cells}   " + "  ".join(f"n^{p:.2f}" for p in law))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        print(json.dumps(measure(int(sys.argv[2]))))
    else:
        main(sys.argv[1:] or ["10", "100", "800"])
