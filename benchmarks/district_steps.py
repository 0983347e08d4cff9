"""What each step of the planner costs on a whole district, and how it grows with the number of compounds.

    python benchmarks/district_steps.py [COUNT ...] [--steps evaluate,compare,page] [--browser]

CPU seconds of one process with kernels warm; the most memory the process held while the step ran, at the last count;
and the exponent of growth from the first count to the last: 1 is linear. A step that others rest on is made once and
not counted in them. ``--browser`` also opens the pages in Chromium and clicks on the live page. What is asked of sums
of steps is printed below. Above 300 compounds ``page`` and ``live`` leave out what is heavy, ``heavy_page`` does not.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from math import log
from pathlib import Path
from typing import Any

from shapely import Point
from shapely.affinity import translate
from walk_district import STREET, district

import spatialreno as sr
from spatialreno.area import StudyArea

Made = dict[str, Any]
MAINS = ("heat_primary", "sewage", "storm", "power", "telecom", "water")


def _plan(area: StudyArea) -> list[sr.Scenario]:
    """Two options: sheds down; sheds down and every inner wall open."""
    clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    walls = sr.demolish("walls", between=list(area.compounds.index))
    return [clear, clear | sr.Scenario("opened", "拆墙", [walls])]


def _report(ending: str) -> Callable[[Made], Any]:
    def write(made: Made) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            return sr.report(made["compare"], f"{folder}/report{ending}")

    return write


def _with_mains(area: StudyArea) -> StudyArea:
    """Put six mains into every street and a heat-exchange station into every block of ten compounds."""
    acts = [sr.demolish("structures", where={"legality": "illegal"})]
    acts.append(sr.alter("paths", ids=list(area.paths.index), set={"kind": "street", "width_m": STREET - 1.0}))
    for name, line in area.paths.geometry.items():
        west_east = abs(line.bounds[2] - line.bounds[0]) > abs(line.bounds[3] - line.bounds[1])
        for k, kind in enumerate(MAINS):
            aside = k - 2.5
            shape = translate(line, 0 if west_east else aside, aside if west_east else 0)
            room = {"capacity": 20_000.0} if kind == "heat_primary" else {}
            acts.append(sr.build("pipes", f"{kind}-{name}", geometry=shape, kind=kind, diameter_mm=400, **room))
    for name, yard in area.compounds.geometry.items():
        if str(name).endswith("-0"):
            west, south, _, _ = yard.bounds
            acts.append(sr.build("facilities", f"HX{name}", geometry=Point(west + 4.0, south + 6.0),
                                 kind="heat_exchange_station", capacity=40_000.0))  # fmt: skip
    return sr.Scenario("mains", "干管", acts).apply(area)


STEPS: dict[str, Callable[[Made], Any]] = {
    "evaluate": lambda made: sr.evaluate(made["area"]),
    "lane_sections": lambda made: sr.land.lane_sections(made["area"]),
    "fire_access": lambda made: sr.fire_access(made["area"]),
    "fire_blockers": lambda made: sr.land.fire_blockers(made["area"], made["fire_access"]),
    "compare": lambda made: sr.compare(made["area"], _plan(made["area"])),
    "notes": lambda made: made["compare"].notes(),
    "room": lambda made: made["compare"].room,
    "page": lambda made: sr.draw(made["compare"]),
    "heavy_page": lambda made: sr.draw(made["compare"], heavy=True),
    "lifts": lambda made: sr.plan_lifts(made["area"]),
    "people": lambda made: sr.comparison.gather_people(made["compare"]),
    "html": _report(".html"),
    "pdf": _report(".pdf"),
    "xlsx": _report(".xlsx"),
    "gpkg": _report(".gpkg"),
    "dxf": _report(".dxf"),
    "consent": lambda made: sr.find_consents(made["area"], _plan(made["area"])[1]),
    "mains": lambda made: _with_mains(made["area"]),
    "heat": lambda made: sr.supply_heat(made["mains"], exact=False),
    "dig": lambda made: sr.plan_dig(made["mains"]),
    "live": lambda made: sr.live(made["area"]),
    "works": lambda made: sr.compare(made["mains"], _plan(made["mains"]), works=["heat", "dig"]),
    "works_people": lambda made: sr.comparison.gather_people(made["works"]),
    "works_page": lambda made: sr.draw(made["works"], people=made["works_people"]),
}
# Steps that are asked for together, and the CPU seconds they may take at 800 compounds.
TOGETHER = {
    "compare": (("compare",), 40), "page of it": (("notes", "page"), 40),
    "page of it with what is heavy": (("room", "notes", "heavy_page"), 40), "live page": (("live",), 90),
    "all reports": (("html", "pdf", "xlsx", "gpkg", "dxf"), 60), "heat": (("heat",), 30), "one dig": (("dig",), 30),
    "map, people and works": (("works", "works_people", "works_page"), 200),
}  # fmt: skip
GROWTH = 1.15
Row = tuple[float, float]  # CPU seconds, MB


def main() -> None:
    """Print one row a step, then what is asked of several together."""
    words = sys.argv[1:]
    chosen = words[words.index("--steps") + 1].split(",") if "--steps" in words else list(STEPS)
    counts = [int(word) for word in words if word.isdigit()] or [100, 200, 400]
    found = {count: measured(count, chosen, browser="--browser" in words) for count in counts}
    print(f"{'step':<14}" + "".join(f"{count:>9}" for count in counts) + f"{'peak MB':>9}{'grows':>8}")
    for step in chosen:
        took = [found[count][step][0] for count in counts]
        grown = _exponent(took, counts)
        mark = "  more than asked" if grown > GROWTH and took[-1] > 1.0 else ""
        print(f"{step:<14}" + "".join(f"{seconds:>9.2f}" for seconds in took)
              + f"{found[counts[-1]][step][1]:>9.0f}{grown:>8.2f}{mark}")  # fmt: skip
    for name, (steps, most) in TOGETHER.items():
        if set(steps) <= set(chosen):
            total = sum(found[counts[-1]][step][0] for step in steps)
            print(f"{name}: {total:.1f} CPU s at {counts[-1]} compounds (asked at 800: {most})")
    print(f"most memory of all: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _exponent(took: list[float], counts: list[int]) -> float:
    if len(counts) < 2:
        return 1.0
    return log(max(took[-1], 1e-2) / max(took[0], 1e-2)) / log(counts[-1] / counts[0])


def measured(count: int, steps: list[str], *, browser: bool = False) -> dict[str, Row]:
    """Run the steps one after another on one district; CPU seconds and MB of each."""
    made: Made = {"area": district(count)}
    found: dict[str, Row] = {}
    for step in steps:
        _forget_peak()
        begun = time.process_time()
        made[step] = STEPS[step](made)
        found[step] = (time.process_time() - begun, _peak_mb())
        print(f"… {count} {step} {found[step][0]:.2f} s, {found[step][1]:.0f} MB", file=sys.stderr, flush=True)
        if browser and step in ("page", "live", "works_page"):
            _opened(made[step], f"{count} {step}")
    return found


def _forget_peak() -> None:
    """Begin to count the most memory anew, where the system can (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> float:
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _opened(page: Any, name: str) -> None:
    """Open a page in Chromium; say how large it is and when it is drawn, and of a live page how long a click takes."""
    from pages_browser import browser, first_draw_s
    from pages_live import percentile, toggled

    with tempfile.TemporaryDirectory() as folder, browser() as driver:
        file = page.save(Path(folder, "page.html"))
        drawn = first_draw_s(driver, file)
        print(f"{name}: {file.stat().st_size / 1e6:.2f} MB, first draw {drawn:.2f} s (asked: 6 MB, 3 s)", flush=True)
        if name.endswith("live"):
            _, shown, worked = toggled(driver)
            print(f"{name}: toggle to the next frame {percentile(shown, 50):.1f} ms, worst {max(shown):.1f} ms; the "
                  f"page's thread worked {percentile(worked, 50):.1f} and {max(worked):.1f} ms (asked: 50)",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
