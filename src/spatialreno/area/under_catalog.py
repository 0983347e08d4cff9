"""Layers closed against changes, and an area with other layers or under another catalog than it was read with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

import geopandas as gpd
import pandas as pd

from spatialreno.area.conform import Notes, conform
from spatialreno.area.estimate import with_estimates, without_estimates
from spatialreno.area.own_columns import own_columns
from spatialreno.area.place.relate import relate
from spatialreno.area.rules.check import check_layers
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

T = TypeVar("T")


class Held(Protocol):
    """A study area, as far as it is looked into here."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def catalog(self) -> Catalog:
        """What it was read with."""

    @property
    def survey(self) -> Self:
        """The area as surveyed."""

    @property
    def meta(self) -> Mapping[str, Any]:
        """What its file says of it."""

    @property
    def _acts(self) -> tuple[Mapping[str, Any], ...]:
        """What was done to its rows."""

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return one layer."""

    def derive(self, function: Callable[[Any], T]) -> T:
        """Work something out once."""


Area = TypeVar("Area", bound=Held)


def freeze(layers: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """Set geometry arrays read-only and close the mapping, so that nobody edits behind the area's back."""
    for frame in layers.values():
        if isinstance(frame, gpd.GeoDataFrame):
            frame.geometry.to_numpy().flags.writeable = False
            frame.geometry.array._data.flags.writeable = False
    return MappingProxyType(dict(layers))


def refuse_errors(found: list[Fault]) -> None:
    """Raise one error that tells all that are errors; warnings and notes pass."""
    errors = [f for f in found if f.severity == "error"]
    if errors:
        raise InputError.of(errors)


def under_catalog(area: Area, catalog: Catalog) -> Area:
    """Return the area as it is under another catalog: estimated, checked and related anew where that asks for it.

    Parameters
    ----------
    area
        The area, which stays as it is.
    catalog
        What is to hold; it may know more layers, which are empty then.

    Raises
    ------
    InputError
        When the area breaks a rule of the new catalog.
    """
    survey = None if area.survey is area else under_catalog(area.survey, catalog)
    old = area.catalog
    if dict(old.constants) == dict(catalog.constants) and dict(old.layers) == dict(catalog.layers):
        return replace(area, catalog=catalog, _survey=survey)
    notes = Notes(known=area.derive(_own_of))
    layers = {n: conform(None, d, notes) if n not in old.layers else area.layer(n) for n, d in catalog.layers.items()}
    for name, dictionary in catalog.layers.items():
        if name in old.layers and dictionary != old.layers[name]:
            derived = dictionary.of_status("derived")
            layers[name] = conform(layers[name].drop(columns=derived, errors="ignore"), dictionary, notes)
    formed = with_estimates(without_estimates(layers, old.constants), catalog.constants, notes)
    refuse_errors(check_layers(formed, catalog, notes.faults, notes.valid))
    related = freeze(relate(formed, catalog))
    return replace(area, catalog=catalog, _layers=related, _survey=survey, _acts=(*area._acts, *notes.acts))


@dataclass(frozen=True)
class Changes:
    """What a changed area has of its own, with nothing of its tables of people (``changes_of``).

    Attributes
    ----------
    layers
        By name; only those that differ.
    rows
        By table, which of the rows of the area it came from are left: their positions.
    acts
        What was done on forming them.
    """

    layers: Mapping[str, pd.DataFrame]
    rows: Mapping[str, list[int]]
    acts: tuple[Mapping[str, Any], ...]


def changes_of(after: Area, before: Area) -> Changes | None:
    """Tell what an area has of its own beside the one it came from; None where a table was more than shortened.

    Parameters
    ----------
    after
        The area as a plan leaves it.
    before
        The area it came from.

    Returns
    -------
    Changes or None
        Layers that differ, rows of tables that are left, acts since; None where that does not make ``after`` again:
        a table has new or other rows, or the catalog or the meta data is another.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.area import with_changes
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> found = changes_of(clear.apply(today), today)
    >>> sorted(found.layers), with_changes(today, found) == clear.apply(today)
    (['structures'], True)
    """
    layers: dict[str, pd.DataFrame] = {}
    rows: dict[str, list[int]] = {}
    for name, dictionary in before.catalog.layers.items():
        now, was = after.layer(name), before.layer(name)
        if now.equals(was) and now.index.equals(was.index):
            continue
        if not dictionary.is_table:
            layers[name] = now
            continue
        if len(now) > len(was):
            return None
        rows[name] = _rows_left(now, was)
        if not _some_rows(was, rows[name]).equals(now):
            return None
    start = len(before._acts)
    if after._acts[:start] != before._acts or after.catalog is not before.catalog or after.meta != before.meta:
        return None
    return Changes(layers, rows, tuple(dict(act) for act in after._acts[start:]))


def _rows_left(now: pd.DataFrame, was: pd.DataFrame) -> list[int]:
    """Find the rows of a table in the longer one, in their order."""
    cells, left = pd.util.hash_pandas_object(was, index=False).tolist(), []
    at = 0
    for cell in pd.util.hash_pandas_object(now, index=False).tolist():
        while at < len(cells) and cells[at] != cell:
            at += 1
        left.append(min(at, len(cells) - 1))
        at += 1
    return left


def _some_rows(frame: pd.DataFrame, rows: list[int]) -> pd.DataFrame:
    found = frame.iloc[rows]
    return found.reset_index(drop=True) if isinstance(frame.index, pd.RangeIndex) else found


def with_changes(before: Area, changes: Changes) -> Area:
    """Return the area that ``changes_of`` told of, as it was.

    Parameters
    ----------
    before
        The area it came from, the very same.
    changes
        What ``changes_of`` gave.

    Returns
    -------
    StudyArea
        Neither checked nor related again: it was.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.area import changes_of
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> with_changes(today, changes_of(today, today)) == today
    True
    """
    layers = {name: before.layer(name) for name in before.catalog.layers}
    layers |= {name: _some_rows(before.layer(name), rows) for name, rows in changes.rows.items()}
    layers |= changes.layers
    acts = (*before._acts, *changes.acts)
    return replace(before, _layers=freeze(layers), _survey=before.survey, _acts=acts)


def _own_of(area: Held) -> dict[str, frozenset[str]]:
    """Name the office's own columns of each layer, which were told when they came."""
    return {n: frozenset(own_columns(area.layer(n), layer)) for n, layer in area.catalog.layers.items()}


def rows_in_form(area: Area, layer: str, rows: pd.DataFrame) -> pd.DataFrame | None:
    """Return some rows of a layer with their cells in the form of its dictionary; nothing is checked across layers.

    Parameters
    ----------
    area
        The area whose catalog holds.
    layer
        Name of the layer.
    rows
        Rows by id, in the area's CRS.

    Returns
    -------
    DataFrame or None
        The rows without what is derived; None where a cell cannot take its form.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> rows = today.paths.iloc[:1].assign(width_m="7")
    >>> float(rows_in_form(today, "paths", rows)["width_m"].iloc[0])
    7.0
    """
    dictionary, notes = area.catalog.layers[layer], Notes(known=area.derive(_own_of))
    formed = conform(rows.drop(columns=[c for c in dictionary.of_status("derived") if c in rows]), dictionary, notes)
    return None if notes.faults else formed


def replace_layers(
    area: Area, changed: Mapping[str, pd.DataFrame], *, fewer: Mapping[str, pd.DataFrame] = MappingProxyType({})
) -> Area:
    """Return the area with some layers changed, checked and related again; its survey stays.

    Parameters
    ----------
    area
        The area to start from.
    changed
        New tables by layer name, in the area's CRS.
    fewer
        Layers of the area with some of their rows left out, the others as they are: in form already.

    Returns
    -------
    StudyArea
        With derived columns (lengths, areas, compounds, sides of walls) worked out anew in every layer.

    Raises
    ------
    InputError
        When the changed layers break a rule.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> moved = replace_layers(today, {"trees": today.trees.assign(geometry=today.trees.translate(0, 1000))})
    >>> int(today.trees["compound_id"].notna().sum()), int(moved.trees["compound_id"].notna().sum())
    (85, 0)
    """
    notes = Notes(known=area.derive(_own_of))
    dictionaries = area.catalog.layers
    before: dict[str, pd.DataFrame] = {n: area.layer(n) for n in dictionaries}
    formed = {**before, **fewer}
    for name, frame in changed.items():
        given = frame.drop(columns=[c for c in dictionaries[name].of_status("derived") if c in frame.columns])
        formed[name] = conform(given, dictionaries[name], notes)
    kept = {n: frame for n, frame in formed.items() if n not in changed}  # held to the rules before, unless filled up
    formed = with_estimates(formed, area.catalog.constants, notes)
    passed = frozenset(n for n, frame in kept.items() if formed[n] is frame)
    refuse_errors(check_layers(formed, area.catalog, notes.faults, notes.valid, passed))
    related = relate(formed, area.catalog)
    return replace(area, _layers=freeze(related), _survey=area.survey, _acts=(*area._acts, *notes.acts))
