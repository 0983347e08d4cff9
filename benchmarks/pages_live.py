"""Size and speed of the live page in Chromium: an area from a folder, made-up towns, or the made-up district.

    python benchmarks/pages_live.py [AREA | BUILDINGS | district:COMPOUNDS ...]

CPU seconds to write the page; seconds to its first draw, and until every walk is ready; and toggles: walls, gates and
structures brought to the middle of the map and clicked there as a mouse clicks, from before the event to the end of its
script (walks, scores, money, tables, classes of what is drawn), and to the end of the next frame's layout; beside them
what the thread of the page worked, which other processes lengthen less. Asked of 776 compounds: 90 CPU s, a toggle in
50 ms.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pages_browser import browser, first_draw_s
from pages_town import town
from walk_district import district

import spatialreno as sr
from spatialreno.area import StudyArea
from spatialreno.errors import InputError

_CLICKS = 40
_WARM = """const done = arguments[0], look = () => spatialreno.warm ? done(performance.now()) : setTimeout(look, 20);
look();"""
_CHOICES = (
    "const m = spatialreno.page.model; return [...Object.keys(m.works.walls).map(id => ['walls', id]),"
    "...Object.keys(m.works.structures).map(id => ['structures', id]),"
    "...Object.keys(m.works.gates).map(id => ['gates', id])]"
)
# Where a thing is clicked: the middle of a line, a point on an outline's ground, the middle of a gate.
_SHOWN = """const [layer, id, done] = arguments, app = spatialreno, drawn = app.drawnOf(layer, id);
if (!drawn.length) { done(null); return; }
const { shape, kind } = drawn[0][1], path = app.points(kind === 2 ? shape[0][0] : kind === 1 ? shape[0] : shape);
const k = kind === 2 ? 0 : Math.floor((path.length - 1) / 2), next = path[k + 1] || path[k];
let at = [0, 1].map(axis => path[k][axis] + (next[axis] - path[k][axis]) * .35);
if (kind === 2) at = [0, 1].map(axis => path.reduce((sum, point) => sum + point[axis], 0) / path.length);
app.map.setView(at, Math.max(app.map.getZoom(), 18), { animate: false });
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(at))));"""
_CLICK = """const [layer, id, at, done] = arguments, app = spatialreno, was = app.plan;
const box = app.map.getContainer().getBoundingClientRect(), there = app.map.latLngToContainerPoint(at);
const at_screen = { clientX: box.left + there.x, clientY: box.top + there.y };
const where = { bubbles: true, cancelable: true, pointerType: "mouse", ...at_screen };
let target = document.elementFromPoint(where.clientX, where.clientY);
if (layer === "gates") { // a gate is set by the buttons of its card
  app.show(...app.drawnOf(layer, id)[0]);
  target = document.querySelector(".actions button:not([disabled])");
}
const begun = performance.now();
target.dispatchEvent(new PointerEvent("click", where));
const took = performance.now() - begun;
requestAnimationFrame(() => setTimeout(() => done(app.plan === was ? null : [took, performance.now() - begun])));"""


def measured(driver: Any, area: StudyArea, name: str) -> None:
    """Write one page, open it and click; print a row."""
    begun = time.process_time()
    try:
        page = sr.live(area)
    except InputError as refused:
        print(f"{name:>20}  refused: {refused}", flush=True)
        return
    wrote = time.process_time() - begun
    with tempfile.TemporaryDirectory() as folder:
        opened(driver, page.save(Path(folder, "live.html")), name, wrote)


def opened(driver: Any, file: Path, name: str, wrote: float = 0.0) -> None:
    """Open a live page and click on it; print a row."""
    driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    drawn, drawn_cpu = first_draw_s(driver, file), worked_s(driver)
    warm = driver.execute_async_script(_WARM) / 1000
    took, shown, worked = toggled(driver)
    count = driver.execute_script("return [spatialreno.page.model.people.buildings.length, "
                                  "spatialreno.page.model.walk.hops]")  # fmt: skip
    numbers = (statistics.median(took), max(took), statistics.median(shown), max(shown), statistics.median(worked),
               max(worked))  # fmt: skip
    print(f"{name:>20} {count[0]:>9} {count[1]:>9} {wrote:>8.1f} {file.stat().st_size / 1e6:>7.2f} {drawn:>6.2f}"
          f" {drawn_cpu:>6.2f} {warm:>7.2f}", *(f"{number:>8.1f}" for number in numbers), f"{os.getloadavg()[0]:>6.1f}",
          flush=True)  # fmt: skip


def worked_s(driver: Any) -> float:
    """Seconds that the page's main thread has worked since it was opened; ``Performance.enable`` comes first."""
    metrics = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def toggled(driver: Any) -> list[tuple[float, ...]]:
    """Click what a live page can change: ms to the end of the script, to the next frame's end, and of thread work."""
    driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    driver.execute_async_script(_WARM)
    choices, choice = driver.execute_script(_CHOICES), random.Random(1)
    found: list[tuple[float, float, float]] = []
    for _ in range(4 * _CLICKS):  # a thing under another one is not clicked
        layer, name = choice.choice(choices)
        at = driver.execute_async_script(_SHOWN, layer, name)
        before = worked_s(driver)
        once = driver.execute_async_script(_CLICK, layer, name, at) if at else None
        found += [(*once, 1000 * (worked_s(driver) - before))] if once else []
        if len(found) == _CLICKS:
            break
    return list(zip(*found, strict=True))


def percentile(values: tuple[float, ...], share: int) -> float:
    """Give the value that so many in a hundred do not pass."""
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]


def _area(word: str) -> StudyArea:
    if word.startswith("district:"):
        return district(int(word.partition(":")[2]))
    return town(int(word)) if word.isdigit() else sr.read_area(word)


def main() -> None:
    """Print one row for each area, or for each live page that is written already."""
    wanted = sys.argv[1:] or ["data/geo/xigongdi", "1000", "10000", "district:100", "district:776"]
    heads = (("area", 20), ("buildings", 9), ("hops", 9), ("CPU s", 8), ("MB", 7), ("draw s", 6), ("CPU s", 6),
             ("ready s", 7), ("script", 8), ("worst", 8), ("to frame", 8), ("worst", 8), ("CPU", 8),
             ("worst", 8))  # fmt: skip
    print(*(f"{head:>{wide}}" for head, wide in heads), f"  ms of {_CLICKS} toggles, load")
    with browser() as driver:
        for word in wanted:
            if word.endswith(".html"):
                opened(driver, Path(word), Path(word).stem)
            else:
                measured(driver, _area(word), Path(word).name)


if __name__ == "__main__":
    main()
