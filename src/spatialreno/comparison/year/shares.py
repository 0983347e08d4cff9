"""Money of a bill on the tasks that it is paid for, to the fen."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.comparison.year.tasks import Task


def money_of(tasks: Mapping[str, Task], lines: pd.DataFrame) -> tuple[dict[str, int], int]:
    """Share the lines of one option's bill out over its tasks by quantity; fees follow what they are taken of.

    Returns
    -------
    tuple
        Fen by task, and the fen that no task stands for; together they are the bill.
    """
    owner = {thing: (task.name, quantity) for task in tasks.values() for thing, quantity in task.things.items()}
    fen: dict[str, int] = dict.fromkeys(tasks, 0)
    groups: dict[tuple[Any, ...], dict[str, int]] = {}
    left, fees = 0, []
    for row in lines[lines["cost_yuan"].notna()].to_dict("records"):
        whole, group = round(row["cost_yuan"] * 100), (row["payer"], row["class"], row["phase"])
        if row["part"] == "fees":
            fees.append((whole, group))
            continue
        weights: dict[str, Fraction] = {}
        for thing in row["ids"]:
            for name, weight in _held(row["layer"], thing, owner, tasks):
                weights[name] = weights.get(name, Fraction(0)) + weight
        left += whole - _spread(whole, weights, fen, groups.setdefault(group, {}))
    for whole, group in fees:
        left += whole - _spread(whole, {n: Fraction(f) for n, f in groups.get(group, {}).items()}, fen, {})
    return fen, left


def _held(
    layer: str, thing: str, owner: Mapping[tuple[str, str], tuple[str, float]], tasks: Mapping[str, Task]
) -> list[tuple[str, Fraction]]:
    """Find the task of what a line names: the thing, its building, or the dig of the lane it is a piece of."""
    for key in ((layer, thing), ("buildings", thing)):
        if key in owner:
            return [(owner[key][0], Fraction(round(owner[key][1] * 100)))]
    dig = f"pipes:{thing.partition('@')[0]}"
    return [(dig, Fraction(1))] if "@" in thing and dig in tasks else []


def _spread(whole: int, weights: Mapping[str, Fraction], fen: dict[str, int], group: dict[str, int]) -> int:
    """Add a sum to tasks by weight, as differences of rounded running sums; tell how much was added."""
    total = sum(weights.values(), Fraction(0))
    if not total:
        return 0
    done, running = 0, Fraction(0)
    for name in sorted(weights):
        running += weights[name]
        now = round(whole * running / total)
        fen[name] += now - done
        group[name] = group.get(name, 0) + now - done
        done = now
    return done
