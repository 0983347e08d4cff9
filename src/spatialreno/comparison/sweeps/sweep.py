"""sweep: many plans in one table, each measured only by what is asked for."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from spatialreno.area import refuse_unknown
from spatialreno.comparison.options import TODAY
from spatialreno.comparison.run import check_names
from spatialreno.comparison.sweeps.measures import MEASURES, Tried, Values, kept
from spatialreno.errors import InputError
from spatialreno.indicators import known_indicators
from spatialreno.scale import Workers, run_each
from spatialreno.scenario import as_scenarios

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

#: An indicator by name, or a function of the area after.
Wanted: TypeAlias = "str | Callable[[StudyArea], float]"


@dataclass(frozen=True)
class _Question:
    """What is asked of every plan; goes to every worker."""

    today: StudyArea
    standard: str
    names: tuple[str, ...]
    own: tuple[Callable[[StudyArea], float], ...]


def sweep(
    area: StudyArea,
    plans: Sequence[Scenario] | Scenario,
    measures: Iterable[Wanted] | Wanted,
    *,
    standard: str | None = None,
    workers: Workers | Executor | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Apply many plans to an area and measure each by what is asked for alone: one row a plan.

    Parameters
    ----------
    area
        Today.
    plans
        Scenarios with names of their own, each applied to today.
    measures
        Indicators of the catalog, of the area after (``score``, ``covered:pharmacy``; ``covered`` for every kind) or of
        the plan itself (``cost_yuan``, ``residents_gain``, ``freed_m2``, ``households_missing``), and functions that
        take the area after and give a number; a function's column has its name. Costs are those of the plan itself,
        without joint works (:func:`spatialreno.compare` plans those).
    standard
        Planning standard by name or path; by default the area's own.
    workers
        As for :func:`spatialreno.scale.run_each`: None, what ``sr.scale.open_workers(4)`` gives, or an executor.
        Functions among the measures must then be named in a module.
    progress
        Called with a sentence as each plan comes back.

    Returns
    -------
    pandas.DataFrame
        Index ``option``, ``today`` first, then the plans as given. A column of float64 for each measure (of two under
        one name the first), NaN where it is unknown; last ``fault``, a str, empty where nothing went wrong: a plan that
        does not fit the area is told there, and the rest stands.

    Raises
    ------
    InputError
        A measure that is none (the nearest are named), or a function that cannot be sent to another process.
    ScenarioError
        Two plans of one name, or one called ``today``.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> plans = [sr.Scenario(f"without-{wall}", wall, [sr.demolish("walls", ids=wall)]) for wall in ("W04", "W05")]
    >>> table = sweep(today, plans, ["wall_demolished_m", "homes"])
    >>> table["homes"].tolist(), list(table.index)
    ([30.0, 30.0, 30.0], ['today', 'without-W04', 'without-W05'])
    """
    several = as_scenarios(plans, what="options")
    check_names(several)
    names, own = _asked(area, [measures] if isinstance(measures, str) or callable(measures) else list(measures))
    if own and workers is not None:
        _refuse_unsendable(own)
    question = _Question(area, standard or str(area.meta.get("standard") or "gb50180-2018"), names, own)
    jobs = {TODAY: (question, None)} | {plan.name: (question, plan) for plan in several}
    found = run_each(_one, jobs, workers=workers, progress=progress)
    rows = {name: done.answer or {} for name, done in found.items()}
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    cells = [[row.get(column, nan) for column in columns] for row in rows.values()]
    table = pd.DataFrame(cells, index=pd.Index(rows, name="option"), columns=columns, dtype="float64")
    table["fault"] = pd.Series([done.fault for done in found.values()], index=table.index, dtype="str")
    table.attrs = {"area": area.name, "fingerprint": area.fingerprint, "standard": question.standard}
    return table


def plan_measures() -> list[str]:
    """List the indicators that a sweep tells of a plan itself, by what stands before the colon.

    Returns
    -------
    list of str
        Sorted; an area's own indicators are not among them.

    Examples
    --------
    >>> [name for name in plan_measures() if name.startswith("parking")]
    ['parking_gained', 'parking_lost']
    """
    return sorted(stem for measure in MEASURES for stem in measure.stems)


def _asked(area: StudyArea, given: Sequence[Any]) -> tuple[tuple[str, ...], tuple[Callable[..., float], ...]]:
    """Part names from functions; refuse what is neither, and names that are not known."""
    odd = [repr(one) for one in given if not isinstance(one, str) and not callable(one)]
    if odd:
        raise InputError(f"measures: {', '.join(odd)} is neither a name nor a function. Name indicators.")
    names = tuple(dict.fromkeys(one for one in given if isinstance(one, str)))
    known = {*known_indicators(area.catalog), *plan_measures()}
    stems = [name if name in known else name.partition(":")[0] for name in names]
    refuse_unknown(stems, known, what="measures", noun="indicator of an area or a plan")
    return names, tuple(one for one in given if not isinstance(one, str))


def _refuse_unsendable(own: Sequence[Callable[..., float]]) -> None:
    try:
        pickle.dumps(own)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        mend = "Name it in a module (def), or leave workers out."
        raise InputError(f"measures: {own[0].__name__} cannot be sent to another process. {mend}") from error


def _one(job: tuple[_Question, Scenario | None]) -> Values:
    """Measure one plan, in the order asked."""
    question, plan = job
    stems = {name.partition(":")[0] for name in question.names}
    asked = [measure for measure in MEASURES if stems & {*measure.stems}]
    own_area = tuple(n for n in question.names if n.partition(":")[0] not in plan_measures())
    walks = ("score",) if any(measure.walks for measure in asked) else ()
    tried = Tried(kept(question.today), plan, question.standard, (*own_area, *walks))
    values: Values = {}
    for measure in asked:
        values |= measure.values(tried)
    if own_area:
        values |= tried.evaluation.table["value"].loc[("area", tried.today.name)].to_dict()
    told = {key: value for name in question.names for key, value in _of(name, values).items()}
    return told | {function.__name__: _number(function, tried.after) for function in question.own}


def _of(name: str, values: Values) -> Values:
    """Take a measure, or all that it is told of; one that the area does not tell is unknown."""
    if name in values:
        return {name: float(values[name])}
    found = {key: float(value) for key, value in values.items() if key.partition(":")[0] == name}
    return found or {name: nan}


def _number(function: Callable[[StudyArea], float], area: StudyArea) -> float:
    try:
        return float(function(area))
    except Exception as error:
        where = f"measures: {function.__name__} failed with {type(error).__name__}: {error}."
        raise InputError(f"{where} Mend the function, or leave it out.") from error
