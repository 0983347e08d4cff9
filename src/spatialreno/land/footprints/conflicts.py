"""What a plan builds needs room: ground that nothing stands on, or an empty room of a building that is large enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import empty_rooms, on_ground, once_an_area, room_taken, standing_structures
from spatialreno.catalog import Finding, Things, sentence
from spatialreno.errors import ScenarioError
from spatialreno.land.fire.net import DRIVABLE
from spatialreno.land.geometry.grow_shrink import common, disc, erode, joined, less, wall_bodies
from spatialreno.land.lanes.obstacles import openings

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

#: Layers whose outlines take ground.
_OUTLINES = ("buildings", "structures", "facilities", "open_spaces", "parking")
#: Greenery is planted around trees, not in their place.
_GREEN = ("public_green", "cluster_green")
#: A path is no outline, and may run where engines drive and under a tree.
_NOT_FOR_PATHS = ("fire_lane", "tree", "built")
#: Less than this beyond an empty room is rounding.
_NO_ROOM_M2 = 0.05
_COLUMNS = ["layer", "feature_id", "kind", "meets", "meets_layer", "meets_id", "overlap_m2", "overlap_m", "geometry"]


def built_conflicts(area: StudyArea, scenario: Scenario, *, strict: bool = False) -> gpd.GeoDataFrame:
    """List where a scenario builds over what stands in its state, over a fire lane or a protected tree.

    What is built with an outline (buildings, structures on the ground, facilities, open spaces, parking) and every
    new path is held against buildings, standing structures, walls that stay (their gates open), the fire lane along
    every path that engines drive on, the crowns of protected trees, and the other outlines built. What is taken
    down by the same scenario is in nobody's way; greenery may stand under a tree. A facility in a building needs a
    room: what all of them ask beyond its ``spare_room_m2`` (where nobody has looked, beyond its floor area) is in use;
    a plan that has it vacated says so, by altering ``spare_room_m2``.

    Parameters
    ----------
    area
        The area the scenario is made for.
    scenario
        The plan.
    strict
        Refuse a plan with such a conflict.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (X01…), in the area's CRS: ``layer, feature_id, kind`` of what is built; ``meets``
        (``building``, ``structure``, ``wall``, ``fire_lane``, ``tree``, ``built`` or ``room``, what is beyond an empty
        room; titles in the catalog's ``in_the_way``), ``meets_layer, meets_id``; ``overlap_m2``; ``overlap_m``, the
        metres of a path; and ``geometry``, where it is. A path of unknown width has metres and no area. What reaches
        in by no more than ``tolerance_m`` is drawing and not listed.

    Raises
    ------
    ScenarioError
        With ``strict``, naming every conflict.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> over = sr.build("open_spaces", "P1", kind="plaza", geometry=today.buildings.geometry["B20"])
    >>> sr.land.built_conflicts(today, sr.Scenario("over", interventions=[over]))["meets_id"].tolist()
    ['B20']
    """
    after = scenario.apply(area)
    rows = [row for built in _built(area, after) for row in _met(built, _in_the_way(area, after))]
    rows = _once([*rows, *_without_room(area, after, scenario)])
    digits = max(2, len(str(len(rows))))
    index = pd.Index([f"X{number:0{digits}d}" for number in range(1, len(rows) + 1)], dtype="str", name="id")
    found = gpd.GeoDataFrame(pd.DataFrame(rows, columns=_COLUMNS, index=index), geometry="geometry", crs=area.crs)
    if strict and len(found):
        told = "\n- ".join(conflict_lines(area, found, lang="en"))
        raise ScenarioError(
            f"scenario {scenario.name} builds where there is no room:\n- {told}\n"
            "Move or shrink what is built, or take down what stands there."
        )
    return found


def conflict_lines(area: StudyArea, conflicts: gpd.GeoDataFrame, *, lang: str = "zh") -> list[str]:
    """Read conflicts aloud, a line each, in Chinese or English.

    Parameters
    ----------
    area
        The study area whose catalog has the words.
    conflicts
        What :func:`built_conflicts` gives.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    list of str
        A sentence for each row: what is built, what it meets, and over how many m² or m.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.land import built_conflicts
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> over = sr.build("open_spaces", "P1", kind="plaza", geometry=today.buildings.geometry["B20"])
    >>> conflict_lines(today, built_conflicts(today, sr.Scenario("over", interventions=[over])), lang="en")
    ['Open spaces P1 over building B20: 449.3 m²']
    """
    words = {row["key"]: row[f"title_{lang}"] for row in area.catalog.rows("in_the_way")}
    lines = []
    for row in conflicts.itertuples():
        size = f"{row.overlap_m2:,.1f} m²" if pd.notna(row.overlap_m2) else f"{row.overlap_m:,.1f} m"
        built, met = Things(row.layer, (str(row.feature_id),)), f"{words[row.meets]} {row.meets_id}"
        lines.append(sentence(area.catalog, Finding("built_over", {"built": built, "met": met, "size": size}), lang))
    return lines


@dataclass(frozen=True)
class _Built:
    """What a plan adds: its ground (a line where a path's width is unknown), and that less the drawing tolerance."""

    layer: str
    name: str
    kind: str
    ground: Any
    core: Any
    line: Any = None


def _built(area: StudyArea, after: StudyArea) -> Iterator[_Built]:
    margin = area.catalog.constants["tolerance_m"]
    for layer in (*_OUTLINES, "paths"):
        for name, row in _new(area, after, layer).iterrows():
            kind = row["kind"] if isinstance(row.get("kind"), str) else ""
            shape, line = row["geometry"], row["geometry"] if layer == "paths" else None
            if line is not None and row["width_m"] > 0:
                shape = shapely.buffer(line, row["width_m"] / 2, cap_style="flat", join_style="mitre")
            core: Any = shape if shape is line else erode(shape, margin)
            yield _Built(layer, str(name), kind, shape, shape if core.is_empty else core, line)


def _met(built: _Built, in_the_way: list[tuple[str, str, Any, Any]]) -> Iterator[dict[str, Any]]:
    for meets, layer, names, bodies in in_the_way:
        if (built.line is not None and meets in _NOT_FOR_PATHS) or (meets == "tree" and built.kind in _GREEN):
            continue
        for at in np.flatnonzero(shapely.intersects(bodies, built.core)):
            row = _overlap(built, bodies[at])
            if row["geometry"].length > 0 and (layer, names[at]) != (built.layer, built.name):
                yield row | {"meets": meets, "meets_layer": layer, "meets_id": names[at]}


def _without_room(area: StudyArea, after: StudyArea, scenario: Scenario) -> Iterator[dict[str, Any]]:
    """List what facilities ask of a building beyond the room that is empty in it; the first by id has it first."""
    new = after.facilities[~after.facilities.index.isin(area.facilities.index)]
    new = new[new["building_id"].notna()].sort_index()
    asked = room_taken(new)
    if not asked.gt(0).any():
        return
    left = _rooms_before(area, scenario)
    for name in asked.index[asked > 0]:
        house, kind = str(new.at[name, "building_id"]), str(new.at[name, "kind"])
        over = float(asked[name] - left.get(house, np.nan))
        left[house] = 0.0 if over > 0 else -over  # what is not known stays unknown for the next
        if over > _NO_ROOM_M2:
            yield {
                "layer": "facilities", "feature_id": str(name), "kind": kind,
                "meets": "room", "meets_layer": "buildings", "meets_id": house,
                "overlap_m2": round(over, 3), "overlap_m": np.nan, "geometry": after.buildings.geometry[house],
            }  # fmt: skip


def _rooms_before(area: StudyArea, scenario: Scenario) -> dict[str, float]:
    """Say what is empty in each building when a plan puts nothing into any: m², or its floor where none is known.

    Only what it does to buildings and facilities matters: pipes of a joint dig would be done some hundred times over.
    """
    own = [act for act in scenario.interventions if act.layer in ("buildings", "facilities")]
    acts = [act for act in own if (act.verb, act.layer) != ("build", "facilities")]
    vacant = type(scenario)(scenario.name, interventions=acts).apply(area)
    rooms = empty_rooms(vacant).fillna(vacant.buildings["floor_area_m2"].astype("float64"))
    return {str(house): float(m2) for house, m2 in rooms.items()}


def _overlap(built: _Built, body: shapely.Geometry) -> dict[str, Any]:
    line = built.line
    along = np.nan if line is None else round(float(shapely.length(shapely.intersection(line, body))), 3)
    here = shapely.intersection(line, body) if built.ground is line else common(built.ground, body)
    size = np.nan if built.ground is line else round(float(here.area), 3)
    named = {"layer": built.layer, "feature_id": built.name, "kind": built.kind}
    return named | {"overlap_m2": size, "overlap_m": along, "geometry": here}


def _once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort, and tell two things that are both built, one over the other, as one conflict."""

    def place(row: dict[str, Any]) -> tuple[str, ...]:
        return row["layer"], row["feature_id"], row["meets"], row["meets_id"]

    seen: set[frozenset[tuple[str, str]]] = set()
    kept = []
    for row in sorted(rows, key=lambda row: (row["meets"] == "built", place(row))):
        pair = frozenset({(row["layer"], row["feature_id"]), (row["meets_layer"], row["meets_id"])})
        if pair not in seen:
            kept.append(row)
        seen.add(pair)
    return sorted(kept, key=place)


def _in_the_way(area: StudyArea, after: StudyArea) -> list[tuple[str, str, Any, Any]]:
    """List what may be met: the word for it, its layer, ids and bodies."""
    new = [
        ("built", layer, frame.index.to_numpy(str), frame.geometry.to_numpy())
        for layer in ("facilities", "open_spaces", "parking")
        if len(frame := _new(area, after, layer))
    ]
    return [*_bodies(after), *new]


@once_an_area
def _bodies(after: StudyArea) -> list[tuple[str, str, Any, Any]]:
    sheds, trees = standing_structures(after), after.trees
    thick = after.walls[after.walls["thickness_m"].fillna(0.0) > 0]
    lanes = after.paths[after.paths["kind"].fillna("lane").isin(DRIVABLE)]
    half = after.catalog.constants["fire_width_m"] / 2
    bands = shapely.buffer(lanes.geometry.to_numpy(), half, cap_style="flat", join_style="mitre")
    kept = trees[trees["protected"].fillna(False).astype(bool) & (trees["crown_m"].fillna(0.0) > 0)]
    crowns = disc(kept.geometry.to_numpy(), kept["crown_m"].to_numpy(float) / 2)
    return [
        ("building", "buildings", after.buildings.index.to_numpy(str), after.buildings.geometry.to_numpy()),
        ("structure", "structures", sheds.index.to_numpy(str), sheds.geometry.to_numpy()),
        ("wall", "walls", thick.index.to_numpy(str), _gated(after, thick)),
        ("fire_lane", "paths", lanes.index.to_numpy(str), bands),
        ("tree", "trees", kept.index.to_numpy(str), crowns),
    ]


def _gated(after: StudyArea, walls: gpd.GeoDataFrame) -> Any:
    """Give the bodies of walls without what their gates open."""
    bodies, gaps = wall_bodies(walls), openings(after)
    own: dict[str, list[Any]] = {}
    for gate, gap in gaps.items():
        own.setdefault(str(after.gates.at[gate, "wall_id"]), []).append(gap)
    names = walls.index.astype(str)
    cut = [less(body, joined(own[name])) if name in own else body for name, body in zip(names, bodies, strict=True)]
    return np.array([*cut, None], object)[:-1]


def _new(area: StudyArea, after: StudyArea, layer: str) -> gpd.GeoDataFrame:
    """List what a plan adds to a layer and takes ground."""
    frame = after.layer(layer)
    frame = frame[~frame.index.isin(area.layer(layer).index)]
    if layer == "structures":
        frame = frame[on_ground(frame)]
    if layer == "facilities":
        frame = frame[frame["building_id"].isna()]
    return frame if layer == "paths" else frame[shapely.get_dimensions(frame.geometry.to_numpy()) == 2]
