"""Which openings bring most for the money: proven designs beside greedy choice and a ranking of single openings.

    python benchmarks/design.py example [goal …]
    python benchmarks/design.py 100 50000 150000 400000
    python benchmarks/design.py 776 400000 3000000
    python benchmarks/design.py 100 400000 --tiles-m 500

CPU time of the process, and the most memory it took. ``example``: the shipped area, all candidates, every goal at a few
budgets, and the frontier of the basket. A number: a generated district of so many compounds (see walk_district), walls
as candidates, the basket, at each budget in turn; cuts are kept from one budget to the next. Beside each design: people
reached for the same money by choosing the largest gain next, the largest gain per yuan next, and by a ranking of single
openings (the way of MissingLinks); by tiles only what lies near the last opening is looked at again, so that this is
done of 776 compounds too. More than 600 homes go by tiles; with ``--tiles-m`` any do, and up to 100 compounds the same
question in one piece is set beside it.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

from walk_district import district

import spatialreno as sr
from spatialreno.design import Design, Question

EXAMPLE = Path(__file__).parent.parent / "data" / "geo" / "xigongdi"
GOALS = ("basket", "kinds", "score")
BUDGETS = (10_000.0, 30_000.0, 60_000.0, 100_000.0)
ONE_PIECE_UP_TO = 100


def told(found: Design, seconds: float) -> str:
    """Say what was found in one line."""
    gained = found.value - found.today
    short = (found.bound - found.value) / max(found.bound, 1.0)
    return (
        f"{found.goal:<12} {found.budget_yuan:>10,.0f} yuan: {found.value:,.2f} of at most {found.bound:,.2f} "
        f"(gained {gained:,.2f}; gap {found.gap:.2%} of the gain, {short:.2%} of the bound; "
        f"{found.status}), {len(found.chosen)} openings, {seconds:.1f} CPU s"
    )


def example(goals: list[str]) -> None:
    """Ask the shipped area for every goal."""
    area = sr.read_area(EXAMPLE)
    for goal in goals or GOALS:
        start = time.process_time()
        question = Question.of(area, goal, None, "gb50180-2018", {})
        print(f"{goal}: made ready in {time.process_time() - start:.1f} CPU s, {len(question.candidates)} candidates")
        for budget in BUDGETS:
            start = time.process_time()
            found = question.design(budget)
            print(told(found, time.process_time() - start), flush=True)
        if goal == "basket":
            start = time.process_time()
            points = found.designs()
            print(f"frontier of {len(points)} points: {time.process_time() - start:.1f} CPU s")
            start = time.process_time()
            nearly = found.best_sets()
            print(f"{len(nearly)} sets within 2 %, proven: {time.process_time() - start:.1f} CPU s")
            beside(found)


def beside(found: Design) -> None:
    """Set what greedy ways reach beside a design."""
    start = time.process_time()
    for row in found.greedy().to_dict("records"):
        print(f"    {row['way']}: {row['value']:,.0f}, {row['lost_share']:.0%} of the gain lost")
    print(f"    ({time.process_time() - start:.1f} CPU s)", flush=True)


def _say(line: str) -> None:
    print(f"    {time.process_time():,.0f} CPU s in all: {line}", flush=True)


def generated(compounds: int, budgets: list[float], tiles_m: float | None) -> None:
    """Ask a generated district for the basket."""
    area = district(compounds)
    small = compounds <= ONE_PIECE_UP_TO
    for side_m in dict.fromkeys([tiles_m, None] if small else [tiles_m]):
        start = time.process_time()
        question = Question.of(area, "basket", ["walls"], "gb50180-2018", {}, _say, tiles_m=side_m)
        ready = time.process_time() - start
        print(f"{compounds} compounds, {len(question.candidates)} walls: ready in {ready:.1f} CPU s", flush=True)
        for budget in budgets:
            start = time.process_time()
            found = question.design(budget)
            print(told(found, time.process_time() - start), flush=True)
            beside(found)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("what", nargs="*", default=["example"])
    words.add_argument("--tiles-m", type=float)
    asked = words.parse_args()
    what, *rest = asked.what
    if what == "example":
        example(rest)
    else:
        generated(int(what), [float(word) for word in rest] or [50_000.0], asked.tiles_m)
