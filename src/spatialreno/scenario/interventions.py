"""The three verbs: demolish 拆, alter 改, build 建. An intervention is one of them on one layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from shapely.geometry.base import BaseGeometry

from spatialreno.errors import ScenarioError
from spatialreno.scenario.select import CHOICES, Selector, selector
from spatialreno.scenario.values import (
    LONLAT_TEXT,
    cells,
    crs_word,
    expected_number,
    lonlat_point,
    one_shape,
    phase_number,
)

if TYPE_CHECKING:
    from spatialreno._types import Crs

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_A_SLIP = 0.7  # how like a choice a word is that was meant as one: id, wher, betwen; width_m is less like within


@dataclass(frozen=True)
class Demolish:
    """Take rows out of a layer (拆)."""

    layer: str
    chosen: Selector
    expect: int | None = None
    reason: str = ""
    phase: int = 1
    origin: str = field(default="", compare=False)
    verb = "demolish"

    def __str__(self) -> str:
        """Name the intervention in a message."""
        return _told(self, f"demolish {self.layer} ({self.chosen})")


@dataclass(frozen=True)
class Alter:
    """Change cells of a layer (改)."""

    layer: str
    chosen: Selector
    values: tuple[tuple[str, Any], ...] = ()
    expect: int | None = None
    reason: str = ""
    phase: int = 1
    origin: str = field(default="", compare=False)
    verb = "alter"

    def __str__(self) -> str:
        """Name the intervention in a message."""
        return _told(self, f"alter {self.layer} ({self.chosen})")


@dataclass(frozen=True)
class Build:
    """Add one row to a layer (建). ``crs`` is empty when the geometry is in the area's own CRS."""

    layer: str
    id: str
    geometry: BaseGeometry
    values: tuple[tuple[str, Any], ...] = ()
    crs: str = ""
    reason: str = ""
    phase: int = 1
    origin: str = field(default="", compare=False)
    verb = "build"

    def __str__(self) -> str:
        """Name the intervention in a message."""
        return _told(self, f"build {self.layer} {self.id}")


Intervention = Demolish | Alter | Build


class Acts(Protocol):
    """A named set of interventions: a scenario, as far as it is read below it."""

    @property
    def name(self) -> str:
        """Short name."""

    @property
    def title(self) -> str:
        """Name for people."""

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        """What is done."""


def demolish(
    layer: str,
    *,
    ids: Sequence[str] | str | None = None,
    where: Mapping[str, Any] | None = None,
    between: Sequence[str] | None = None,
    within: str | None = None,
    party: str | None = None,
    street: str | None = None,
    expect: int | None = None,
    reason: str = "",
    phase: int = 1,
) -> Demolish:
    """Take down what is chosen (拆); of several choices all must hold.

    Parameters
    ----------
    layer
        ``walls``, ``structures``, ``gates``, ``buildings`` … A gate taken down leaves a hole of its width in its wall.
    ids
        Ids; ``W12`` also means its pieces ``W12/1``, ``W12/2``.
    where
        Column to value, to a list of values, or to ``{"min": …, "max": …}``.
    between
        Compound ids: every wall whose two sides are two of them.
    within
        Id of a compound or open space the thing stands in, or ``cluster:K1`` for the compounds of a cluster.
    party
        Id of a party holding a right on it.
    street
        Name of a path: what lies on it, and in the compounds along it.
    expect
        Number of things the author saw; another number is refused.
    reason, phase
        Why, and in which phase of the works.

    Returns
    -------
    Demolish
        One act of a :class:`Scenario`; layer and ids are looked up when it is applied.

    Raises
    ------
    ScenarioError
        A choice is no list, mapping or word, ``expect`` no number of things, or the phase none.

    Examples
    --------
    >>> print(demolish("walls", between=["C02", "C01"]))
    demolish walls (between = ['C01', 'C02'])
    """
    chosen = selector(ids=ids, where=where, between=between, within=within, party=party, street=street)
    told = f"demolish {layer}"
    return Demolish(layer, chosen, expected_number(expect, told), reason, phase_number(phase, told))


def alter(
    layer: str,
    *,
    set: Mapping[str, Any] = _NOTHING,  # the word of the scenario file
    expect: int | None = None,
    reason: str = "",
    phase: int = 1,
    **choices: Any,
) -> Alter:
    """Change cells of what is chosen (改).

    Parameters
    ----------
    layer
        Layer name.
    set
        Column to new value, as in a scenario file; lengths in metres, areas in m², as the layer's dictionary says.
    expect, reason, phase
        As in ``demolish``.
    choices
        ``ids``, ``where``, ``between``, ``within``, ``party``, ``street`` as in ``demolish``; any other word is a
        column and its new value, as in ``build``.

    Returns
    -------
    Alter
        One act of a :class:`Scenario`; layer and columns are looked up when it is applied.

    Raises
    ------
    ScenarioError
        Nothing is set, a column is given twice, a word is near a choice, or a value is no text, number or truth.

    Examples
    --------
    >>> print(alter("paths", ids=["L1"], set={"width_m": 7.0}))
    alter paths (ids = ['L1'])
    >>> alter("paths", ids=["L1"], width_m=7.0) == alter("paths", ids=["L1"], set={"width_m": 7.0})
    True
    """
    where = f"alter {layer}"
    values = _values(set, {k: v for k, v in choices.items() if k not in CHOICES}, where)
    chosen = selector(**{key: choices.get(key) for key in CHOICES})
    seen = expected_number(expect, where)
    return Alter(layer, chosen, cells(values, where), seen, reason, phase_number(phase, where))


def _values(set_: Mapping[str, Any], named: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Join the values of ``set`` and those that are named; a word near a choice is a slip and no column."""
    if not isinstance(set_, Mapping):
        raise ScenarioError(f"{where}: set is {type(set_).__name__}. Give set = {{ column = value }}.")
    slips = sorted(k for k in named if get_close_matches(k, CHOICES, 1, _A_SLIP))
    if slips:
        listed = f"{', '.join(slips)} chooses nothing. Use {', '.join(CHOICES)}"
        raise ScenarioError(f"{where}: {listed}; a column of that name goes into set = {{ column = value }}.")
    twice = sorted(named.keys() & set_.keys())
    if twice:
        raise ScenarioError(f"{where}: {', '.join(twice)} is given twice, in set and by name. Give it once.")
    if not set_ and not named:
        raise ScenarioError(f"{where}: nothing is set. Give set = {{ column = value }}.")
    return {**set_, **named}


def build(
    layer: str,
    id: str,  # the word of the scenario file
    *,
    geometry: BaseGeometry | None = None,
    at: Sequence[float] | None = None,
    crs: Crs = "",
    reason: str = "",
    phase: int = 1,
    **values: Any,
) -> Build:
    """Add one thing (建).

    Parameters
    ----------
    layer, id
        Where it goes and what it is called.
    geometry
        Point, line or polygon in the area's CRS, or in ``crs`` when given.
    at
        Instead of a geometry: longitude and latitude of a point, in degrees.
    crs
        Coordinate system of the geometry, in any form; by default the area's.
    reason, phase
        As in ``demolish``.
    values
        Further columns, e.g. ``kind="bookstore"``, ``name="河洛书苑"``.

    Returns
    -------
    Build
        One act of a :class:`Scenario`; layer, columns and place are checked when it is applied.

    Raises
    ------
    ScenarioError
        Neither or both of geometry and ``at`` are given, the shape is none, or a value is no text, number or truth.
    InputError
        ``crs`` names no coordinate system.

    Examples
    --------
    >>> print(build("facilities", "BK1", at=(112.43, 34.67), kind="bookstore"))
    build facilities BK1
    """
    where = f"build {layer} {id}"
    crs = crs_word(crs, where)
    if (geometry is None) == (at is None):
        raise ScenarioError(f"{where}: give either geometry or at = [longitude, latitude].")
    if at is not None:
        geometry, crs = lonlat_point(at, where), LONLAT_TEXT
    shape = one_shape(geometry, crs, where)
    return Build(layer, str(id), shape, cells(values, where), crs, reason, phase_number(phase, where))


def _told(act: Intervention, text: str) -> str:
    return f"{text} in {act.origin}" if act.origin else text
