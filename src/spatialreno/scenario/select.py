"""Which rows an intervention means: ids, where, between, within, street, party; all given must hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatialreno.area import as_ids, lineage, lineages
from spatialreno.errors import ScenarioError, nearest
from spatialreno.scenario.values import cell

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog, Column

# Python types a cell of each dtype of the dictionary is compared with; int stands for a whole number in any.
_HOLDS: dict[str, tuple[type, ...]] = {"str": (str,), "float": (int, float), "int": (int, float), "bool": (bool,)}
_CLUSTER = "cluster:"
_NAMES_SHOWN = 8


@dataclass(frozen=True)
class Selector:
    """A choice of rows in one layer; what is None chooses nothing away."""

    ids: tuple[str, ...] | None = None
    where: tuple[tuple[str, Any], ...] | None = None
    between: tuple[str, ...] | None = None
    within: str | None = None
    party: str | None = None
    street: str | None = None

    def __str__(self) -> str:
        """Write the choice as in a scenario file."""
        parts = [f"{k} = {_written(v) if k == 'where' else v}" for k, v in self.given()]
        return ", ".join(parts) or "nothing"

    def given(self) -> Iterator[tuple[str, Any]]:
        """Go through the choices that were made."""
        for key in CHOICES:
            value = getattr(self, key)
            if value is not None:
                yield key, value if isinstance(value, str) else list(value)


#: What a choice may be made by, in the order in which it is written.
CHOICES = tuple(field.name for field in fields(Selector))


def selector(
    *,
    ids: Sequence[str] | str | None,
    where: Mapping[str, Any] | None,
    between: Sequence[str] | pd.DataFrame | None,
    within: str | None,
    party: str | None,
    street: str | None = None,
) -> Selector:
    """Freeze the choices of one call; a single id may stand without its list."""
    names = None if ids is None else as_ids(ids)
    if isinstance(between, str):
        raise ScenarioError(f"between = {between!r}: give a list of compounds.")
    if where is not None and not isinstance(where, Mapping):
        raise ScenarioError(f"where: {type(where).__name__} is no mapping. Give column to value, {{'kind': 'fence'}}.")
    return Selector(
        ids=None if names is None else tuple(sorted({str(i) for i in names})),
        where=None if where is None else tuple((k, _frozen(v, k)) for k, v in sorted(where.items())),
        between=None if between is None else tuple(sorted({*as_ids(between)})),
        within=within,
        party=party,
        street=street,
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
        (chosen.street, _by_street),
    ]
    made = [(value, test) for value, test in tests if value is not None]
    if not made:
        raise ScenarioError(f"{layer}: nothing is chosen. Give ids, where, between, within, street or party.")
    mask = np.ones(len(frame), dtype=bool)
    for value, test in made:
        mask &= test(area, layer, frame, value)
    ids: pd.Index = frame.index[mask]
    return ids


def _by_ids(area: StudyArea, layer: str, frame: pd.DataFrame, ids: tuple[str, ...]) -> Any:
    unknown = sorted(set(ids) - lineages(frame.index))
    if unknown:
        raise ScenarioError(
            f"{layer}: no such id ({', '.join(unknown)}). See `spatialreno show AREA --layer {layer}` for the ids."
            f"{nearest(unknown, frame.index)}"
        )
    return _named(frame.index, ids)


def _named(index: pd.Index, names: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Tell which ids are named, or are pieces of what is named."""
    wanted = set(names)
    return np.array([not wanted.isdisjoint(lineage(str(i))) for i in index], dtype=bool)


def _by_where(area: StudyArea, layer: str, frame: pd.DataFrame, where: tuple[tuple[str, Any], ...]) -> Any:
    known = area.catalog.layers[layer].columns
    unknown = sorted(k for k, _ in where if k not in known or k == "id")
    if unknown:
        near = nearest(unknown, known)
        raise ScenarioError(f"{layer}: no such column ({', '.join(unknown)}). Columns: {', '.join(known)}.{near}")
    mask = np.ones(len(frame), dtype=bool)
    for column, wanted in where:
        _fits(known[column], wanted, area.catalog)
        mask &= _meets(frame[column], wanted)
    return mask


def _fits(column: Column, wanted: Any, catalog: Catalog) -> None:
    """Refuse what the column can never hold: a slip of the pen would choose nothing in silence."""
    where = f"where: {column.column}"
    if isinstance(wanted, _Range):
        if column.dtype not in ("float", "int"):
            raise ScenarioError(f"{where}: min and max need numbers. Give a value or a list.")
        return
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    wrong = [v for v in values if type(v) not in _HOLDS[column.dtype]]
    if wrong:
        raise ScenarioError(f"{where}: holds {column.dtype}, not {', '.join(map(repr, wrong))}. Correct the value.")
    words = tuple(catalog.facilities.index) if column.refers_to == "catalog:facilities" else column.allowed
    unknown = sorted(set(values) - set(words)) if words else []
    if unknown:
        near = nearest(map(str, unknown), words)
        raise ScenarioError(f"{where}: no such word ({', '.join(unknown)}). Words: {', '.join(words)}.{near}")


def _meets(cells: pd.Series[Any], wanted: Any) -> Any:
    if isinstance(wanted, _Range):
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


def _by_within(area: StudyArea, layer: str, frame: gpd.GeoDataFrame, name: str) -> Any:
    if area.catalog.layers[layer].is_table:
        raise ScenarioError(f"{layer}: is a table and stands nowhere. Use ids or where.")
    polygon = _cluster(area, name) if name.startswith(_CLUSTER) else _polygon(area, name)
    return shapely.within(_inner_points(frame), polygon)


def _inner_points(frame: gpd.GeoDataFrame) -> Any:
    """Give a point of each thing that is not at its edge: the middle of a line, whose ends may touch a border."""
    shapes = frame.geometry.to_numpy()
    points = shapely.point_on_surface(shapes)
    lines = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    points[lines] = shapely.line_interpolate_point(shapes[lines], 0.5, normalized=True)
    return points


def _polygon(area: StudyArea, name: str) -> Any:
    for layer in ("compounds", "open_spaces"):
        if name in area.layer(layer).index:
            return area.layer(layer).geometry[name]
    raise ScenarioError(
        f"within = {name!r}: no compound or open space has this id. See `spatialreno show AREA`; a cluster is written "
        f"{_CLUSTER}K1.{nearest(name, [*area.compounds.index, *area.open_spaces.index])}"
    )


def _cluster(area: StudyArea, name: str) -> Any:
    """Give the ground of a cluster: its compounds and the strips between them, without the walls around it."""
    compounds = area.compounds
    own = compounds.geometry[(compounds["cluster"] == name.removeprefix(_CLUSTER)).fillna(False).astype(bool)]
    if own.empty:
        known = ", ".join(sorted(set(compounds["cluster"].dropna().astype(str)))) or "none yet"
        raise ScenarioError(
            f"within = {name!r}: no compound is in this cluster. Clusters: {known}. Set the column cluster of "
            "compounds (`spatialreno clusters`)."
        )
    half = area.catalog.constants["strip_m"] / 2
    joined = shapely.buffer(shapely.union_all(own.to_numpy()), half, join_style="mitre")
    return shapely.buffer(joined, -half - area.catalog.constants["snap_m"], join_style="mitre")


def _by_street(area: StudyArea, layer: str, frame: gpd.GeoDataFrame, name: str) -> Any:
    """Choose what lies on a street: within the width of its paths and of the yards that they pass."""
    if area.catalog.layers[layer].is_table:
        raise ScenarioError(f"{layer}: is a table and stands nowhere. Use ids or where.")
    paths = area.paths
    lines = paths.geometry[(paths["name"] == name).fillna(False).astype(bool)].to_numpy()
    if not len(lines):
        known = ", ".join(sorted(set(paths["name"].dropna().astype(str)))[:_NAMES_SHOWN]) or "none"
        raise ScenarioError(f"street = {name!r}: no path has this name. Names of paths: {known}. Correct the name.")
    if layer == "paths":
        return (frame["name"] == name).fillna(False).to_numpy(dtype=bool)
    yards, front = area.compounds.geometry.to_numpy(), area.catalog.constants["street_front_m"]
    line = shapely.union_all(lines)
    along = shapely.distance(yards, line) <= front
    if layer == "compounds":
        return along
    ground = shapely.union_all([*yards[along], shapely.buffer(line, front)])
    return shapely.within(_inner_points(frame), ground)


def _by_party(area: StudyArea, layer: str, frame: pd.DataFrame, party: str) -> Any:
    _known("parties", area.parties.index, (party,))
    held = area.rights.loc[area.rights["party_id"] == party, "feature_id"]
    return _named(frame.index, held)


def _known(layer: str, index: pd.Index, ids: tuple[str, ...]) -> None:
    unknown = sorted(set(ids) - set(index))
    if unknown:
        near = nearest(unknown, map(str, index))
        raise ScenarioError(f"{layer}: no such id ({', '.join(unknown)}). See `spatialreno show AREA`.{near}")


@dataclass(frozen=True, order=True)
class _Range:
    low: float | None
    high: float | None

    def __repr__(self) -> str:
        parts = [f"{k} = {v:g}" for k, v in (("min", self.low), ("max", self.high)) if v is not None]
        return "{ " + ", ".join(parts) + " }"


def _frozen(value: object, column: str) -> Any:
    where = f"where: {column}"
    if isinstance(value, Mapping):
        return _range(value, where)
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(sorted({cell(v, where) for v in value}, key=str))
    return cell(value, where)


def _range(value: Mapping[str, Any], where: str) -> _Range:
    bounds = {k: cell(v, where) for k, v in value.items()}
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in bounds.values())
    if not bounds or set(bounds) - {"min", "max"} or not numbers:
        raise ScenarioError(f"{where} = {dict(value)} is no range. Use {{ min = number, max = number }}.")
    low, high = (None if k not in bounds else float(bounds[k]) for k in ("min", "max"))
    if low is not None and high is not None and low > high:
        raise ScenarioError(f"{where} = {dict(value)}: min is more than max. Exchange them.")
    return _Range(low, high)


def _written(where: list[tuple[str, Any]]) -> str:
    told = [f"{k} = {list(v) if isinstance(v, tuple) else v!r}" for k, v in where]
    return "{ " + ", ".join(told) + " }"


def thawed(value: object) -> Any:
    """Write a frozen value back as a file holds it."""
    if isinstance(value, _Range):
        return {k: v for k, v in (("min", value.low), ("max", value.high)) if v is not None}
    return list(value) if isinstance(value, tuple) else value
