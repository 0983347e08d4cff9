"""What is worked out once: of an area, or of a few columns for all states of its survey in which they are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pandas as pd
import shapely

if TYPE_CHECKING:
    from spatialreno.area.study_area import StudyArea

T = TypeVar("T")
#: How many answers of one function are remembered.
_MOST = 6


def lasting(function: Callable[[StudyArea], T]) -> Callable[[StudyArea], T]:
    """Mark what a function works out of an area as free of people: it may be kept on disk between commands.

    Stands below ``once_an_area``. What holds rights, ballots, names or an area must not be marked.

    Parameters
    ----------
    function
        A pure function of an area, defined by name in a module.

    Returns
    -------
    function
        The same, marked; ``StudyArea.lasting`` lists what marked functions gave.

    Examples
    --------
    >>> import spatialreno as sr
    >>> @sr.area.lasting
    ... def wall_metres(area):
    ...     return float(area.walls.length.sum())
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> metres = today.derive(wall_metres)
    >>> any(fact is metres for fact in today.lasting.values())
    True
    """
    vars(function)["lasting"] = True
    return function


def once_an_area(function: Callable[[StudyArea], T]) -> Callable[[StudyArea], T]:
    """Let a function of an area work its answer out once for each area (``StudyArea.derive``).

    Parameters
    ----------
    function
        A pure function of an area.

    Returns
    -------
    function
        Gives what was worked out before where it is asked for the same area again; a table as a shallow copy.

    Examples
    --------
    >>> import spatialreno as sr
    >>> worked = []
    >>> @sr.area.once_an_area
    ... def wall_metres(area):
    ...     worked.append(area.name)
    ...     return float(area.walls.length.sum())
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> wall_metres(today) == wall_metres(today), worked
    (True, ['xigongdi'])
    """

    @wraps(function)
    def remembered(area: StudyArea) -> T:
        return area.derive(function)

    return remembered


def once_where_same(area: StudyArea, work: Callable[[StudyArea], T], reads: Mapping[str, Sequence[str]]) -> T:
    """Work something out, or take what was worked out for a state of the same survey that differs elsewhere only.

    A plan that lets others through a gate or builds a clinic leaves where compounds are open to one another as it was.

    Parameters
    ----------
    area
        Any state of a survey; the survey remembers, as long as it lives.
    work
        A pure function of an area, named.
    reads
        Layers it reads, each with its columns; ids and the catalog count always.

    Returns
    -------
    object
        What the function gives; a table as a shallow copy.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today, worked = sr.read_area("data/geo/xigongdi"), []
    >>> def wall_metres(area):
    ...     worked.append(area.name)
    ...     return float(area.walls.length.sum())
    >>> painted = sr.Scenario("painted", interventions=[sr.alter("gates", set={"walkers": "public"}, ids=["G01"])])
    >>> states, reads = [today, painted.apply(today)], {"walls": ["geometry"]}
    >>> metres = [sr.area.once_where_same(state, wall_metres, reads) for state in states]
    >>> metres[0] == metres[1], len(worked)
    (True, 1)
    """
    return once_alike(area, work, _digest(area, reads), area)


def once_alike(area: StudyArea, work: Callable[..., T], told: bytes, *given: Any) -> T:
    """Work something out, or take what was worked out for a state of the same survey from what says the same.

    Parameters
    ----------
    area
        Any state of a survey; the survey remembers, as long as it lives.
    work
        A pure function, named.
    told
        All that ``work`` reads of what it is given, or a digest of it; the catalog counts always.
    *given
        What ``work`` is given.

    Returns
    -------
    object
        What the function gives; a table as a shallow copy.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today, worked = sr.read_area("data/geo/xigongdi"), []
    >>> def metres(lengths):
    ...     worked.append(len(lengths))
    ...     return float(sum(lengths))
    >>> [sr.area.once_alike(today, metres, repr(lengths).encode(), lengths) for lengths in ([1, 2], [1, 2])], worked
    ([3.0, 3.0], [2])
    """
    known = area.survey.derive(_known).setdefault(work, {})
    key = area.catalog.digest.encode() + told
    if key not in known:
        known[key] = work(*given)
        if len(known) > _MOST:
            del known[next(iter(known))]
    found = known[key]
    return cast(T, found.copy(deep=False)) if isinstance(found, pd.DataFrame) else cast(T, found)


def _known(area: StudyArea) -> dict[Callable[..., Any], dict[bytes, Any]]:
    """Begin what is remembered of a survey."""
    return {}


def _digest(area: StudyArea, reads: Mapping[str, Sequence[str]]) -> bytes:
    digest = hashlib.sha256(area.crs.to_string().encode())
    for layer, columns in reads.items():
        frame = area.layer(layer)
        plain = [column for column in columns if column != "geometry"]
        digest.update(f"{layer}|{len(frame)}|".encode())
        digest.update(pd.DataFrame(frame)[plain].to_csv(lineterminator="\n").encode())
        if "geometry" in columns:
            digest.update(b"".join(shapely.to_wkb(frame.geometry.to_numpy(), byte_order=1)))
    return digest.digest()
