"""A small area's first evaluation in a fresh environment, and its second.

    python benchmarks/walk_cold.py [area]

CPU and wall seconds of `spatialreno score` as a process of its own: with no compiled kernel, then again, and once with
no compiled Python either (a fresh installation whose installer compiled nothing).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = [sys.executable, "-m", "spatialreno", "score"]


def run(area: str, **more: str) -> tuple[float, float]:
    """Run the command; returns CPU and wall seconds."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*COMMAND, area], check=True, capture_output=True, env=os.environ | more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, time.perf_counter() - begin


def main(area: str) -> None:
    """Run three times and print."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        caches = {"NUMBA_CACHE_DIR": f"{folder}/kernels"}
        for title in ("first", "second"):
            spent, wall = run(area, **caches)
            print(f"{title:24s} {spent:6.1f} s CPU {wall:6.1f} s wall")
        caches = {"NUMBA_CACHE_DIR": f"{folder}/others", "PYTHONPYCACHEPREFIX": f"{folder}/python"}
        spent, wall = run(area, **caches)
        print(f"{'no compiled Python either':24s} {spent:6.1f} s CPU {wall:6.1f} s wall")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else str(Path(__file__).parent.parent / "data" / "geo" / "xigongdi"))
