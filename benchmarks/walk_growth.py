"""Time and memory for districts of 10, 100 and 800 compounds: fabric, one full evaluation, one what-if.

    python benchmarks/walk_growth.py [compounds ...]

CPU seconds. The evaluation is `evaluate` of the indicators, once the fabric is built; a what-if is one wall between two
compounds, after the first (median of 30). Each size runs in its own process, so that its peak memory is its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np


def measure(count: int) -> None:
    """Measure one size and print a row."""
    from walk_district import district

    from spatialreno.indicators import evaluate
    from spatialreno.walk import nearest, whatif
    from spatialreno.walk.state import fabric_of
    from spatialreno.walk.trials import Trial

    district(10)
    fabric_of(district(10, seed=9))
    marks = [time.process_time()]
    area = district(count)
    marks.append(time.process_time())
    fabric = fabric_of(area)
    marks.append(time.process_time())
    nearest(area)
    marks.append(time.process_time())
    evaluate(area)
    marks.append(time.process_time())
    trial = Trial.of(area, whatif.radii_of(area, None, None, "gb50180-2018"))
    marks.append(time.process_time())
    inner = list(area.walls.index[area.walls["compound_b"].notna()])[:31]
    each = []
    begin = time.process_time()
    changes = list(trial.openings([("walls", name) for name in inner]))
    ready = (time.process_time() - begin) / len(inner)
    for change in changes:
        begin = time.process_time() - ready
        list(trial.gains(change))
        each.append(time.process_time() - begin)
    steps = np.diff(marks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{count:5d} compounds {len(area.buildings):5d} buildings {len(fabric.xy):8d} nodes "
        f"{len(fabric.hops):9d} hops | "
        f"assemble {steps[0]:6.1f} s, fabric {steps[1]:6.1f} s, nearest {steps[2]:6.1f} s, evaluate {steps[3]:6.1f} s, "
        f"what-ifs ready {steps[4]:6.1f} s, each {1000 * float(np.median(each[1:])):6.1f} ms | {peak:.2f} GB"
    )


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        measure(int(sys.argv[2]))
    else:
        for size in sys.argv[1:] or ["10", "100", "800"]:
            subprocess.run([sys.executable, __file__, "--one", size], check=True)
