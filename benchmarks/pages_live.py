"""Time per toggle in the live page, in Chromium: clicks on walls, structures and gates of an area.

    python benchmarks/pages_live.py [AREA] [CLICKS]
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pages_browser import browser, first_draw_s

import spatialreno as sr

_CHOICES = (
    "const m = spatialreno.page.model; return [...Object.keys(m.works.walls).map(id => ['walls', id]),"
    "...Object.keys(m.works.structures).map(id => ['structures', id])]"
)
_CLICK = "spatialreno.toggle(...arguments); return spatialreno.took"


def main() -> None:
    """Print size, hops, first draw, and the milliseconds of random toggles, redraw and tables included."""
    area = sys.argv[1] if len(sys.argv) > 1 else "data/geo/xigongdi"
    clicks = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    begun = time.perf_counter()
    page = sr.live(sr.read_area(area))
    wrote = time.perf_counter() - begun
    with browser() as driver, tempfile.TemporaryDirectory() as folder:
        file = page.save(Path(folder, "live.html"))
        drawn = first_draw_s(driver, file)
        hops = driver.execute_script("return spatialreno.unpacked(spatialreno.page.model.walk.second).length")
        choices = driver.execute_script(_CHOICES)
        choice = random.Random(1)
        took = [driver.execute_script(_CLICK, *choice.choice(choices)) for _ in range(clicks)]
    print(f"{area}: {file.name} {len(page.html().encode()) / 1e6:.2f} MB, {hops} hops")
    print(f"written in {wrote:.1f} s, first draw {drawn:.2f} s")
    print(f"toggle: median {statistics.median(took):.0f} ms, worst {max(took):.0f} ms of {clicks}")


if __name__ == "__main__":
    main()
