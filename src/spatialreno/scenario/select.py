"""Which rows an intervention means: ids, where, between, within, party; all given must hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno.errors import ScenarioError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


@dataclass(frozen=True)
class Selector:
    """A choice of rows in one layer; what is None chooses nothing away."""

    ids: tuple[str, ...] | None = None
    where: tuple[tuple[str, Any], ...] | None = None
    between: tuple[str, ...] | None = None
    within: str | None = None
    party: str | None = None

    def __str__(self) -> str:
        """Write the choice as in a scenario file."""
        parts = [f"{k} = {v}" for k, v in self.given()]
        return ", ".join(parts) or "nothing"

    def given(self) -> Iterator[tuple[str, Any]]:
        """Go through the choices that were made."""
        for key in ("ids", "where", "between", "within", "party"):
            value = getattr(self, key)
            if value is not None:
                yield key, value if isinstance(value, str) else list(value)


def selector(
    *,
    ids: Sequence[str] | str | None,
    where: Mapping[str, Any] | None,
    between: Sequence[str] | None,
    within: str | None,
    party: str | None,
) -> Selector:
    """Freeze the choices of one call; a single id may stand without its list."""
    names = (ids,) if isinstance(ids, str) else ids
    return Selector(
        ids=None if names is None else tuple(sorted(set(names))),
        where=None if where is None else tuple(sorted((k, _frozen(v)) for k, v in where.items())),
        between=None if between is None else tuple(sorted(set(between))),
        within=within,
        party=party,
    )


def select(area: StudyArea, layer: str, chosen: Selector) -> pd.Index:
    """Return the ids in a layer that meet every choice, sorted.

    Raises
    ------
    ScenarioError
        Unknown ids, columns, compounds or parties, or no choice at all.
    """
    frame: pd.DataFrame = area.layer(layer)
    tests: list[tuple[Any, Callable[..., Any]]] = [
        (chosen.ids, _by_ids),
        (chosen.where, _by_where),
        (chosen.between, _by_between),
        (chosen.within, _by_within),
        (chosen.party, _by_party),
    ]
    made = [(value, test) for value, test in tests if value is not None]
    if not made:
        raise ScenarioError(f"{layer}: nothing is chosen. Give ids, where, between, within or party.")
    mask = np.ones(len(frame), dtype=bool)
    for value, test in made:
        mask &= test(area, layer, frame, value)
    ids: pd.Index = frame.index[mask]
    return ids


def stems(index: pd.Index) -> pd.Index:
    """Return the ids before walls were cut: W12 for W12/1."""
    return pd.Index([str(i).rsplit("/", 1)[0] for i in index])


def _by_ids(area: StudyArea, layer: str, frame: pd.DataFrame, ids: tuple[str, ...]) -> Any:
    stem = stems(frame.index)
    unknown = sorted(set(ids) - set(frame.index) - set(stem))
    if unknown:
        raise ScenarioError(
            f"{layer}: no such id ({', '.join(unknown)}). See `spatialreno show AREA --layer {layer}` for the ids."
        )
    return frame.index.isin(ids) | stem.isin(ids)


def _by_where(area: StudyArea, layer: str, frame: pd.DataFrame, where: tuple[tuple[str, Any], ...]) -> Any:
    known = area.catalog.layers[layer].columns
    unknown = sorted(k for k, _ in where if k not in known or k == "id")
    if unknown:
        raise ScenarioError(f"{layer}: no such column ({', '.join(unknown)}). Columns: {', '.join(known)}.")
    mask = np.ones(len(frame), dtype=bool)
    for column, wanted in where:
        mask &= _meets(frame[column], wanted, f"{layer}.{column}")
    return mask


def _meets(cells: pd.Series[Any], wanted: Any, where: str) -> Any:
    if isinstance(wanted, _Range):
        if not pd.api.types.is_numeric_dtype(cells):
            raise ScenarioError(f"{where}: min and max need numbers. Give a value or a list.")
        low = wanted.low if wanted.low is not None else -np.inf
        high = wanted.high if wanted.high is not None else np.inf
        return cells.astype("float64").between(low, high).to_numpy()
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    return cells.isin(list(values)).fillna(False).to_numpy(dtype=bool)


def _by_between(area: StudyArea, layer: str, frame: pd.DataFrame, compounds: tuple[str, ...]) -> Any:
    if layer != "walls":
        raise ScenarioError(f"{layer}: between chooses walls only. Use within or where.")
    _known("compounds", area.compounds.index, compounds)
    a, b = frame["compound_a"], frame["compound_b"]
    return (a.isin(compounds) & b.isin(compounds) & (a != b)).to_numpy()


def _by_within(area: StudyArea, layer: str, frame: Any, name: str) -> Any:
    polygon = next(
        (area.layer(n).geometry[name] for n in ("compounds", "open_spaces") if name in area.layer(n).index), None
    )
    if polygon is None:
        raise ScenarioError(f"within = {name!r}: no compound or open space has this id. See `spatialreno show AREA`.")
    return shapely.within(shapely.point_on_surface(frame.geometry.to_numpy()), polygon)


def _by_party(area: StudyArea, layer: str, frame: pd.DataFrame, party: str) -> Any:
    _known("parties", area.parties.index, (party,))
    held = area.rights.loc[area.rights["party_id"] == party, "feature_id"]
    return frame.index.isin(held) | stems(frame.index).isin(held)


def _known(layer: str, index: pd.Index, ids: tuple[str, ...]) -> None:
    unknown = sorted(set(ids) - set(index))
    if unknown:
        raise ScenarioError(f"{layer}: no such id ({', '.join(unknown)}). See `spatialreno show AREA`.")


@dataclass(frozen=True, order=True)
class _Range:
    low: float | None
    high: float | None

    def __repr__(self) -> str:
        parts = [f"{k} = {v:g}" for k, v in (("min", self.low), ("max", self.high)) if v is not None]
        return "{ " + ", ".join(parts) + " }"


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        extra = sorted(set(value) - {"min", "max"})
        if extra or not value:
            raise ScenarioError(f"where: {dict(value)} is no range. Use min and max.")
        return _Range(value.get("min"), value.get("max"))
    if isinstance(value, (list, tuple, set)):
        return tuple(sorted(value, key=str))
    return value


def thawed(value: Any) -> Any:
    """Write a frozen value back as a file holds it."""
    if isinstance(value, _Range):
        return {k: v for k, v in (("min", value.low), ("max", value.high)) if v is not None}
    return list(value) if isinstance(value, tuple) else value
