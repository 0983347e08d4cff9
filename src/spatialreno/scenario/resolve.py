"""Resolve a scenario against an area: who touches what, which conflicts there are, and do it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from spatialreno.area import (
    gates_that_stay,
    lineage,
    lineages,
    may_go,
    replace_layers,
    room_taken,
    rows_in_form,
    soon_found,
    taken_stretches,
    too_wide_gates,
)
from spatialreno.catalog import Finding, sentence
from spatialreno.errors import Fault, InputError, ScenarioError, nearest
from spatialreno.scenario.holes import with_holes
from spatialreno.scenario.interventions import Acts, Alter, Build, Demolish, Intervention
from spatialreno.scenario.select import select

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog

Feature = tuple[str, str]
Cell = tuple[str, str, str]  # layer, id, column
_IDS_SHOWN = 8
_RECENT = 32  # scenarios: all options of a comparison, not all that a search tries

# What goes with a thing that is taken down: (layer of the thing, layer that follows, column that names it).
_FOLLOWS = (
    ("walls", "gates", "wall_id"),
    ("buildings", "entrances", "building_id"),
    ("buildings", "structures", "host_building"),
    ("buildings", "facilities", "building_id"),
)


@dataclass
class Resolved:
    """A scenario's acts on the rows of one area."""

    area: StudyArea
    name: str = ""
    gone: dict[Feature, Demolish] = field(default_factory=dict)
    kept: dict[Feature, Demolish] = field(default_factory=dict)
    cells: dict[Cell, tuple[Any, Alter]] = field(default_factory=dict)
    built: dict[Feature, Build] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unmatched: list[Intervention] = field(default_factory=list)
    priced: pd.DataFrame | None = None

    def ids_of(self, layer: str) -> pd.Index[str]:
        """Name the rows of a layer as they are; a works plan builds thousands of things in one."""
        if layer not in self._ids:
            self._ids[layer] = self.area.layer(layer).index
        return self._ids[layer]

    @cached_property
    def _ids(self) -> dict[str, pd.Index[str]]:
        return {}

    @cached_property
    def new_cells(self) -> frozenset[Cell]:
        """What the plan sets to something else than it is."""
        columns: dict[tuple[str, str], list[str]] = defaultdict(list)
        for layer, i, column in self.cells:
            columns[layer, column].append(i)
        altered = {layer: self._altered(layer) for layer, _ in columns}
        new: set[Cell] = set()
        for (layer, column), ids in columns.items():
            was, will = self.area.layer(layer)[column].reindex(ids), altered[layer][column].reindex(ids)
            same = (was == will).fillna(False) | (was.isna() & will.isna())
            new |= {(layer, i, column) for i in same.index[~same.astype(bool)]}
        return frozenset(new)

    def _altered(self, layer: str) -> pd.DataFrame:
        """Give the altered rows as they will be: formed alone, which is cheap, unless more than their cells decides."""
        today, columns = self.area.layer(layer), [column for name, _, column in self.cells if name == layer]
        ids = sorted({i for name, i, _ in self.cells if name == layer})
        if set(ids) <= set(today.index):  # else this very plan builds it
            formed = rows_in_form(self.area, layer, _with_cells(today.loc[ids], layer, self.cells))
            if formed is not None and formed.reindex(ids)[columns].notna().all(axis=None):
                return formed
        after: pd.DataFrame = self.after.layer(layer)  # an estimate may fill what is emptied
        return after

    @cached_property
    def work_cells(self) -> frozenset[Cell]:
        """What is work among the cells: set to something new, no mere record; or done again, as a new surface is."""
        told = {(row["layer"], row["column"]) for row in self.area.catalog.rows("records")}
        new = {cell for cell in self.new_cells if told.isdisjoint({("", cell[2]), (cell[0], cell[2])})}
        return frozenset(new | self._done_again())

    def _done_again(self) -> set[Cell]:
        costs = self.area.catalog.rows("costs")
        again = {
            (row["layer"], part.partition("=")[0])
            for row in costs
            if row["verb"] == "alter" and row.get("again") == "true"
            for part in row["sets"].split("|")
        }
        return {cell for cell in self.cells if (cell[0], cell[2]) in again}

    @cached_property
    def idle(self) -> dict[Feature, Alter]:
        """Things of which the plan alters nothing by work, each with an act that names it."""
        busy = {(layer, i) for layer, i, _ in self.work_cells}
        return {(layer, i): act for (layer, i, _), (_, act) in self.cells.items() if (layer, i) not in busy}

    @cached_property
    def so_already(self) -> list[Alter]:
        """Acts that set only what is so already, and do nothing again."""
        some = {act for _, act in self.cells.values()}
        some -= {self.cells[cell][1] for cell in self.new_cells | self.work_cells}
        return sorted(some, key=str)

    @cached_property
    def after(self) -> StudyArea:
        """The area with 拆, then 改, then 建 done, on copies."""
        left: dict[str, pd.DataFrame] = {}
        for layer in self._touched():
            left[layer] = self.area.layer(layer).drop(index=[i for name, i in self.gone if name == layer])
        if not left:
            return self.area
        changed = self._changed(left)
        if self.gone:
            left["rights"] = self._rights_left({**left, **changed})
        try:
            after = replace_layers(self.area, changed, fewer={n: f for n, f in left.items() if n not in changed})
        except InputError as error:
            raise self.error([str(f) for f in error.faults] or [str(error)], error.faults) from error
        wide = self._too_wide(after)
        if wide:
            raise self.error(wide)
        return after

    def _changed(self, left: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """Give the layers with cells or rows that are new, out of what is left of the touched ones."""
        named = {name for name, *_ in (*self.built, *self.cells)}
        frames: dict[str, pd.DataFrame] = {
            layer: _with_rows(_with_cells(frame, layer, self.cells), layer, self.built, self.area)
            for layer, frame in left.items()
            if layer in named
        }
        walls = frames.get("walls", left.get("walls", self.area.walls))
        holes = self._holes(walls)
        if len(holes):
            frames["walls"] = with_holes(walls, holes)
        return frames | self._rooms_left({**left, **frames})

    def _holes(self, walls: pd.DataFrame) -> pd.DataFrame:
        """List what gates that go leave open in walls that stay: their own, or the next piece of it."""
        out = [i for layer, i in self.gone if layer == "gates"]
        if not out:
            return pd.DataFrame()
        taken = taken_stretches(self.area)
        found: pd.DataFrame = taken[taken["gate"].isin(out) & taken["wall"].isin(walls.index)]
        return found

    def _rooms_left(self, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """What is built in the spare room of a building takes it."""
        new = [i for layer, i in self.built if layer == "facilities"]
        if not new:
            return {}
        houses, own = frames.get("buildings", self.area.buildings), frames["facilities"].loc[new]
        taken = room_taken(own).groupby(own["building_id"].astype(str)).sum()
        less = houses["spare_room_m2"].astype("float64") - taken.reindex(houses.index.astype(str)).to_numpy()
        left = less.clip(lower=0).dropna()
        return {} if left.empty else {"buildings": _with_left(houses, left)}

    def _too_wide(self, after: StudyArea) -> list[str]:
        """Tell gates that the plan makes wider than a gate, or than their wall: these are openings and no gates."""
        made: dict[str, Intervention] = {i: act for (layer, i), act in self.built.items() if layer == "gates"}
        made |= {i: act for (layer, i, c), (_, act) in self.cells.items() if (layer, c) == ("gates", "width_m")}
        gates = after.gates.loc[sorted(made)]
        most = too_wide_gates(gates, after.walls, after.catalog.constants)
        return [
            f"{made[str(i)]}: gate {i} of {gates['width_m'][i]:g} m is wider than {metres:g} m, the most that its "
            "wall or any gate allows. Make it narrower, or take that stretch of wall down."
            for i, metres in most.items()
        ]

    def error(self, problems: Iterable[str], faults: Iterable[Fault] = ()) -> ScenarioError:
        """Gather all problems into one error, a line each."""
        return ScenarioError("\n- ".join([f"scenario {self.name} does not fit {self.area.name}:", *problems]), faults)

    def _touched(self) -> list[str]:
        names = {f[0] for f in (*self.gone, *self.built)} | {c[0] for c in self.cells}
        return [n for n in self.area.catalog.layers if n in names]

    def _rights_left(self, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """A right in a thing ends with the thing; W12 goes when all its pieces are gone."""
        rights: pd.DataFrame = self.area.rights
        lost: set[str] = set()
        for layer in {name for name, _ in self.gone}:
            before, after = self.area.layer(layer).index, frames[layer].index
            lost |= lineages(before) - lineages(after)
        return rights[~rights["feature_id"].isin(lost)].reset_index(drop=True)


def resolve(scenario: Acts, area: StudyArea) -> Resolved:
    """Resolve every intervention against the area, once for both; raise one error that holds all problems."""
    if not hasattr(area, "derive"):
        raise InputError(f"{scenario.name}: {type(area).__name__} is no study area. Give what read_area returns.")
    recent = area.derive(_recent)
    found = recent.pop(scenario, None) or _resolved(scenario, area)
    recent[scenario] = found
    if len(recent) > _RECENT:
        del recent[next(iter(recent))]
    return found


def _recent(area: StudyArea) -> dict[Acts, Resolved]:
    """Begin the list of scenarios last resolved against an area."""
    return {}


def _resolved(scenario: Acts, area: StudyArea) -> Resolved:
    result = Resolved(area, scenario.name)
    for act in sorted(scenario.interventions, key=lambda a: (a.phase, str(a), a.reason)):  # the earliest phase takes it
        if act.layer not in area.catalog.layers:
            near = nearest(act.layer, area.catalog.layers)
            result.problems.append(f"{act}: no such layer. Layers: {', '.join(area.catalog.layers)}.{near}")
        elif isinstance(act, Build):
            _resolve_build(act, result)
        else:
            _resolve_choice(act, result)
    _add_followers(result)
    _find_conflicts(result)
    if result.problems:
        raise result.error(result.problems)
    return result


def nothing_chosen(catalog: Catalog, act: Intervention, lang: str) -> str:
    """Tell of an act that it chooses nothing, with the mend."""
    return sentence(catalog, Finding("nothing_chosen", {"act": str(act)}), lang)


def without_effect(catalog: Catalog, resolved: Resolved, lang: str) -> list[str]:
    """Tell the acts that do nothing: what they choose is not there, or is so already."""
    empty = [nothing_chosen(catalog, act, lang) for act in resolved.unmatched]
    return empty + [sentence(catalog, Finding("so_already", {"act": str(act)}), lang) for act in resolved.so_already]


def _resolve_choice(act: Demolish | Alter, result: Resolved) -> None:
    if not result.area.catalog.layers[act.layer].has_id:
        result.problems.append(f"{act}: rows of {act.layer} have no ids. Edit the table itself.")
        return
    try:
        ids = select(result.area, act.layer, act.chosen)
    except ScenarioError as error:
        result.problems.append(f"{act}: {error}")
        return
    if act.expect is not None and len(ids) != act.expect:
        result.problems.append(
            f"{act}: finds {len(ids)}, expected {act.expect}. The data changed: look again, then set expect."
        )
    if not len(ids) and act.expect is None:
        result.unmatched.append(act)
    if isinstance(act, Demolish):
        _resolve_demolish(act, ids, result)
    else:
        _resolve_alter(act, ids, result)


def _resolve_demolish(act: Demolish, ids: pd.Index, result: Resolved) -> None:
    frame = result.area.layer(act.layer)
    fixed = set(frame.index[~may_go(frame)]) if "removable" in frame else set()
    named = set(act.chosen.ids or ())
    bound = sorted(i for i in ids if i in fixed and not named.isdisjoint(lineage(i)))
    if bound:
        result.problems.append(f"{act}: not removable ({', '.join(bound)}). Leave them out, or correct removable.")
    for i in ids:
        (result.kept if i in fixed else result.gone).setdefault((act.layer, i), act)


def _resolve_alter(act: Alter, ids: pd.Index, result: Resolved) -> None:
    columns = result.area.catalog.layers[act.layer].columns
    for column, value in act.values:
        known = columns.get(column)
        if known is None or known.status == "derived" or column == "id":
            near = nearest(column, _settable(columns))
            result.problems.append(f"{act}: {column} cannot be set. Columns: {', '.join(_settable(columns))}.{near}")
            continue
        _set_cells(act, column, value, ids, result)


def _set_cells(act: Alter, column: str, value: object, ids: pd.Index, result: Resolved) -> None:
    clashes: dict[tuple[Any, Alter], list[str]] = defaultdict(list)
    for i in ids:
        before = result.cells.setdefault((act.layer, str(i), column), (value, act))
        if before[0] != value:
            clashes[before].append(str(i))
    for (other_value, other), where in clashes.items():
        result.problems.append(
            f"{column} of {act.layer} {_some(where)}: {other} sets {other_value!r}, {act} sets {value!r}. Keep one."
        )


def _resolve_build(act: Build, result: Resolved) -> None:
    layer = result.area.catalog.layers[act.layer]
    if layer.is_table:
        result.problems.append(f"{act}: {act.layer} is a table and holds nothing to build. Add rows to its file.")
        return
    if not act.id.strip():
        result.problems.append(f"{act}: has no id. Give what is built an id of its own.")
    _check_crs(act, result)
    unknown = sorted(c for c, _ in act.values if c not in _settable(layer.columns))
    if unknown:
        result.problems.append(
            f"{act}: no such column ({', '.join(unknown)}). Columns: {', '.join(_settable(layer.columns))}."
            f"{nearest(unknown, _settable(layer.columns))}"
        )
    key = (act.layer, act.id)
    if key in result.built:
        result.problems.append(f"{act.layer} {act.id} is built twice: {result.built[key]} and {act}. Rename one.")
    elif act.id in result.ids_of(act.layer):
        result.problems.append(f"{act}: {act.layer} {act.id} is there already. Take another id, or alter it.")
    result.built.setdefault(key, act)


def _add_followers(result: Resolved) -> None:
    """Gates go with their wall unless it is drawn twice; entrances, facilities and what leans on it with a building."""
    owners: dict[str, dict[str, Demolish]] = defaultdict(dict)
    for (layer, i), act in result.gone.items():
        owners[layer][i] = act
    for layer, follower, column in _FOLLOWS:
        if not owners[layer]:
            continue
        frame = result.area.layer(follower)
        stay = gates_that_stay(result.area, owners[layer]) if follower == "gates" else ()
        for i, owner in frame.loc[frame[column].isin(owners[layer]) & ~frame.index.isin(stay), column].items():
            result.gone.setdefault((follower, str(i)), owners[layer][owner])
            result.kept.pop((follower, str(i)), None)


def _find_conflicts(result: Resolved) -> None:
    clashes: dict[tuple[Demolish, Alter, str], list[str]] = defaultdict(list)
    for (layer, i, column), (_, act) in sorted(result.cells.items(), key=lambda item: item[0]):
        if (layer, i) in result.gone:
            clashes[result.gone[layer, i], act, f"{column} of {layer}"].append(i)
    for (taker, setter, column), ids in clashes.items():
        result.problems.append(f"{column} {_some(ids)}: {taker} takes it down, {setter} sets it. Keep one.")


def _some(ids: list[str]) -> str:
    more = f" and {len(ids) - _IDS_SHOWN} more" if len(ids) > _IDS_SHOWN else ""
    return ", ".join(ids[:_IDS_SHOWN]) + more


def _settable(columns: Mapping[str, Any]) -> list[str]:
    return [name for name, c in columns.items() if c.status != "derived" and name != "id"]


def _with_cells(frame: gpd.GeoDataFrame, layer: str, cells: dict[Cell, tuple[Any, Alter]]) -> Any:
    frame = frame.copy()
    changes: dict[str, dict[str, Any]] = defaultdict(dict)
    for (name, i, column), (value, _) in cells.items():
        if name == layer and i in frame.index:
            changes[column][i] = value
    for column, values in changes.items():
        cell = frame[column].astype(object)
        cell.loc[list(values)] = list(values.values())
        frame[column] = cell  # conform gives it its type back, or says why it cannot
    return frame


def _with_rows(frame: gpd.GeoDataFrame, layer: str, built: dict[Feature, Build], area: StudyArea) -> Any:
    acts = [act for (name, _), act in sorted(built.items()) if name == layer]
    if not acts:
        return frame
    rows = pd.DataFrame([dict(act.values) for act in acts], index=pd.Index([a.id for a in acts], name="id"))
    shapes = _in_area(acts, area)
    added = gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(shapes, index=rows.index, crs=area.crs))
    plain = frame.astype({c: object for c in frame.columns if c != "geometry"})
    return gpd.GeoDataFrame(pd.concat([plain, added.astype(dict.fromkeys(rows.columns, object))]), crs=area.crs)


def _with_left(houses: pd.DataFrame, left: pd.Series) -> pd.DataFrame:
    frame = houses.copy()
    frame.loc[left.index, "spare_room_m2"] = left.to_numpy()
    return frame


def _in_area(acts: list[Build], area: StudyArea) -> list[Any]:
    """Give the shapes of what is built in the area's own CRS."""
    shapes: list[Any] = [act.geometry for act in acts]
    for crs in dict.fromkeys(act.crs for act in acts if act.crs):
        own = [k for k, act in enumerate(acts) if act.crs == crs]
        there = gpd.GeoSeries([shapes[k] for k in own], crs=soon_found(CRS.from_user_input(crs))).to_crs(area.crs)
        for k, shape in zip(own, there, strict=True):
            shapes[k] = shape
    return shapes


def _check_crs(act: Build, result: Resolved) -> None:
    try:
        CRS.from_user_input(act.crs or result.area.crs)
    except CRSError:
        result.problems.append(f"{act}: {act.crs!r} is no coordinate system. Give EPSG:4546 or leave it out.")


__all__ = ["Feature", "Intervention", "Resolved", "nothing_chosen", "resolve"]
