"""What a site can be best at: one table of objectives by name, each with the model that finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spatialreno.siting.models.choice import Choice
    from spatialreno.siting.models.problem import Problem


@dataclass(frozen=True)
class Asked:
    """How many sites, within what radius (metres), what a demand out of reach counts (metres), how long to try."""

    count: int
    radius_m: float | None = None
    unserved_m: float | None = None
    time_limit_s: float | None = None


def least_walk(problem: Problem, asked: Asked) -> Choice:
    """Make all walks together shortest (:func:`spatialreno.siting.p_median`)."""
    from spatialreno.siting.models.walk_models import p_median

    return p_median(problem, count=asked.count, unserved_m=asked.unserved_m, time_limit_s=asked.time_limit_s)


def most_people(problem: Problem, asked: Asked) -> Choice:
    """Bring most people within the radius (:func:`spatialreno.siting.max_coverage`)."""
    from spatialreno.siting.models.walk_models import max_coverage

    radius = float("inf") if asked.radius_m is None else asked.radius_m
    return max_coverage(problem, count=asked.count, radius_m=radius, time_limit_s=asked.time_limit_s)


def shortest_farthest_walk(problem: Problem, asked: Asked) -> Choice:
    """Make the longest walk shortest (:func:`spatialreno.siting.p_center`).

    Homes that no site reaches at all are unserved whatever is chosen; without a radius they do not decide.
    """
    from spatialreno.siting.models.center import p_center

    if asked.unserved_m is not None:
        problem = problem.without(problem.unreached)
    return p_center(problem, count=asked.count, time_limit_s=asked.time_limit_s)


#: Every objective by the name it is asked for.
OBJECTIVES: Mapping[str, Callable[[Problem, Asked], Choice]] = MappingProxyType(
    {"p-median": least_walk, "coverage": most_people, "p-center": shortest_farthest_walk}
)
