"""Solve the OR-Library p-median instances and compare with the known optima, and with spopt if it is here.

    python benchmarks/siting_orlib.py [folder with pmed1.txt …]

Prints one line per instance: objective, known optimum, proven bound, seconds; and the seconds and objective
of ``spopt.locate.PMedian`` with CBC on the same matrix, with the ratio of the times.
"""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import shortest_path

from spatialreno.siting import p_median, siting_problem

OPTIMA = {"pmed1": 5819, "pmed2": 4093, "pmed3": 4250, "pmed6": 7824, "pmed7": 5631}
DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "orlib"


def read_instance(path: Path) -> tuple[np.ndarray, int]:
    """Read one instance: all-pairs shortest distances and the number of sites to choose."""
    numbers = np.array(path.read_text().split(), int)
    size, edges, count = numbers[:3]
    graph = np.zeros((size, size))
    for start, end, cost in numbers[3:].reshape(edges, 3):
        graph[start - 1, end - 1] = graph[end - 1, start - 1] = cost
    return shortest_path(graph, directed=False), int(count)


def ours(table: np.ndarray, count: int) -> tuple[float, float, float]:
    """Return objective, bound and seconds of spatialreno (record, bounds and solver)."""
    ids = [f"{k:04d}" for k in range(len(table))]
    pairs = pd.DataFrame(
        {
            "origin": np.repeat(ids, len(ids)),
            "destination": np.tile(ids, len(ids)),
            "distance_m": table.ravel(),
        }
    )
    start = time.perf_counter()
    choice = p_median(siting_problem(pairs, pd.Series(1.0, index=ids)), count=count)
    return choice.objective, choice.bound, time.perf_counter() - start


def theirs(table: np.ndarray, count: int) -> tuple[float, float]:
    """Return objective and seconds of spopt with the CBC that PuLP brings."""
    import pulp
    from spopt.locate import PMedian

    start = time.perf_counter()
    model = PMedian.from_cost_matrix(table, np.ones(len(table)), p_facilities=count)
    model = model.solve(pulp.PULP_CBC_CMD(msg=False, threads=1))
    return float(model.problem.objective.value()), time.perf_counter() - start


def main(folder: Path) -> int:
    """Print the table; 1 when an optimum is missed, 2 when there is nothing to solve."""
    if not folder.is_dir():
        print(f"No OR-Library files in {folder}. Give the folder that holds pmed1.txt as an argument.")
        return 2
    have_spopt = find_spec("spopt") is not None and find_spec("pulp") is not None
    if not have_spopt:
        print("spopt is not installed (pip install spopt): no ratio is shown.")
    missed = 0
    for name, optimum in OPTIMA.items():
        table, count = read_instance(folder / f"{name}.txt")
        value, bound, seconds = ours(table, count)
        missed += value != optimum
        line = f"{name}: n {len(table)} p {count} objective {value:.0f} (known {optimum}) bound {bound:.3f}"
        line += f" {seconds:.2f} s"
        if have_spopt:
            other, other_seconds = theirs(table, count)
            line += f"; spopt + CBC {other:.0f} {other_seconds:.2f} s, ratio {other_seconds / seconds:.1f}"
        print(line, flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT))
