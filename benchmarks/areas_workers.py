"""Many small areas on Dask workers beside one process: the same bytes, and how much sooner.

    python benchmarks/areas_workers.py [AREAS [COMPOUNDS [WORKERS]]]

``sooner`` is the CPU seconds of one process over those of the busiest worker, starting up included: what the clock
would show on a machine with a free core for each. The clock itself is printed beside it.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from district_steps import _plan
from walk_district import district

import spatialreno as sr
from spatialreno.area import StudyArea
from spatialreno.scale import open_workers
from spatialreno.scenario import Scenario

Given = list[tuple[StudyArea, list[Scenario]]]


@dataclass(frozen=True)
class Clock:
    """Notes, after each area, how many CPU seconds the process that did it has taken."""

    folder: Path

    def __call__(self, options: Any, place: Path) -> None:
        """Note it outside the folder that is compared."""
        (self.folder / str(os.getpid())).write_text(f"{time.process_time()}", encoding="ascii")

    def __repr__(self) -> str:
        """Be the same in the keys of both runs."""
        return "Clock"


def areas(count: int, compounds: int) -> Given:
    """Make small districts, each from its own seed, with two options each."""
    from dataclasses import replace

    made = [replace(district(compounds, seed=k + 1), name=f"area{k:03d}") for k in range(count)]
    return [(area, _plan(area)) for area in made]


def measured(given: Given, out: Path, workers: Any) -> tuple[float, float, str]:
    """Compare all; CPU seconds of the busiest process, seconds by the clock, and a digest of all that was written."""
    clock, begun, before = out / "clock", time.perf_counter(), time.process_time()
    clock.mkdir(parents=True)
    done = sr.compare_areas(given, out / "found", workers=workers, also=Clock(clock))
    if done.broken:
        raise SystemExit(f"broken: {done.broken}")
    took = [float(file.read_text()) - (before if file.name == str(os.getpid()) else 0.0) for file in clock.iterdir()]
    digest = hashlib.sha256()
    for file in sorted(path for path in (out / "found").rglob("*") if path.is_file()):
        digest.update(str(file.relative_to(out)).encode() + file.read_bytes())
    return max(took), time.perf_counter() - begun, digest.hexdigest()


def main() -> None:
    """Print one row for one process and one for the workers."""
    from distributed import LocalCluster

    count, compounds, workers = (int(word) for word in (sys.argv[1:] + ["80", "10", "2"][len(sys.argv) - 1 :]))
    given = areas(count, compounds)
    with tempfile.TemporaryDirectory() as folder:
        alone = measured(given, Path(folder, "alone"), None)
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
            shared = measured(given, Path(folder, "shared"), open_workers(scheduler=cluster.scheduler_address))
    print(f"{count} areas of {compounds} compounds: one process {alone[0]:.1f} CPU s, clock {alone[1]:.1f} s")
    print(f"{workers} workers: the busiest {shared[0]:.1f} CPU s, clock {shared[1]:.1f} s")
    print(f"sooner {alone[0] / shared[0]:.2f} times, bytes {'equal' if alone[2] == shared[2] else 'DIFFER'}")
    if alone[2] != shared[2]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
