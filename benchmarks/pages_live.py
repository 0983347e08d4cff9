"""Size and speed of the live page in Chromium: an area from a folder, or made-up towns of so many buildings.

    python benchmarks/pages_live.py [AREA | COUNT ...]

A toggle is measured from the click to the end of its script (walks, scores, money, tables, classes of what is drawn),
and once more up to the frame that shows it, which waits for the display.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pages_browser import browser, first_draw_s
from pages_town import town

import spatialreno as sr
from spatialreno.errors import InputError

_CLICKS = 60
_CHOICES = (
    "const m = spatialreno.page.model; return [...Object.keys(m.works.walls).map(id => ['walls', id]),"
    "...Object.keys(m.works.structures).map(id => ['structures', id]),"
    "...Object.keys(m.works.gates).map(id => ['gates', id])]"
)
_CLICK = """const [layer, id, state, done] = arguments, begun = performance.now();
if (layer === "gates") spatialreno.setGate(id, state); else spatialreno.toggle(layer, id);
const took = spatialreno.took;
requestAnimationFrame(() => setTimeout(() => done([took, performance.now() - begun])));"""


def measured(driver: Any, area: Any, name: str) -> None:
    """Write one page, open it and click; print a row."""
    begun = time.perf_counter()
    try:
        page = sr.live(area)
    except InputError as refused:
        print(f"{name:>20}  refused: {refused}", flush=True)
        return
    wrote = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        file = page.save(Path(folder, "live.html"))
        drawn = first_draw_s(driver, file)
        hops = driver.execute_script("return spatialreno.page.model.walk.hops")
        took, shown = toggled(driver)
        size = file.stat().st_size / 1e6
    numbers = (statistics.median(took), percentile(took, 95), max(took), statistics.median(shown))
    print(f"{name:>20} {len(area.buildings):>9} {hops:>9} {wrote:>8.1f} {size:>7.2f} {drawn:>12.2f}",
          *(f"{number:>8.1f}" for number in numbers), flush=True)  # fmt: skip


def toggled(driver: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Click what an open live page can change: milliseconds to the end of the script, and to the frame."""
    choices, choice = driver.execute_script(_CHOICES), random.Random(1)
    states = ("public", "residents", "closed")
    took, shown = zip(*(driver.execute_async_script(_CLICK, *choice.choice(choices), choice.choice(states))
                        for _ in range(_CLICKS)), strict=True)  # fmt: skip
    return took, shown


def percentile(values: tuple[float, ...], share: int) -> float:
    """Give the value that so many in a hundred do not pass."""
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]


def main() -> None:
    """Print one row for each area."""
    wanted = sys.argv[1:] or ["data/geo/xigongdi", "1000", "10000", "50000"]
    print(f"{'area':>20} {'buildings':>9} {'hops':>9} {'write s':>8} {'MB':>7} {'first draw s':>12}"
          f" {'median':>8} {'p95':>8} {'worst':>8} {'to frame':>8} ms of {_CLICKS} toggles")  # fmt: skip
    with browser() as driver:
        for word in wanted:
            area = town(int(word)) if word.isdigit() else sr.read_area(word)
            measured(driver, area, Path(word).name)


if __name__ == "__main__":
    main()
