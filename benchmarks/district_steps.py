"""What each step of the planner costs on a whole district, and how it grows with the number of compounds.

    python benchmarks/district_steps.py [COUNT ...] [--steps evaluate,compare,page]

CPU seconds of one process with kernels warm, peak memory so far, and the exponent of growth from the first count to
the last: 1 is linear. A step that others rest on is made once and not counted in them.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from math import log
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
}


def main() -> None:
    """Print one row a step."""
    words = sys.argv[1:]
    chosen = words[words.index("--steps") + 1].split(",") if "--steps" in words else list(STEPS)
    counts = [int(word) for word in words if word.isdigit()] or [100, 200, 400]
    found = {count: measured(count, chosen) for count in counts}
    print(f"{'step':<14}" + "".join(f"{count:>9}" for count in counts) + f"{'grows':>8}")
    for step in chosen:
        took = [found[count][step] for count in counts]
        grown = log(max(took[-1], 1e-3) / max(took[0], 1e-3)) / log(counts[-1] / counts[0]) if len(counts) > 1 else 1.0
        print(f"{step:<14}" + "".join(f"{seconds:>9.2f}" for seconds in took) + f"{grown:>8.2f}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def measured(count: int, steps: list[str]) -> dict[str, float]:
    """Run the steps one after another on one district; CPU seconds of each."""
    made: Made = {"area": district(count)}
    found = {}
    for step in steps:
        begun = time.process_time()
        made[step] = STEPS[step](made)
        found[step] = time.process_time() - begun
        print(f"… {count} {step} {found[step]:.2f} s", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    main()
