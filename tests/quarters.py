"""Generated quarters: compounds in a grid with walls, strips, gates, sheds, houses, facilities and streets.

A quarter is plain rows by layer, in metres from ``conftest.ORIGIN``, so that a test can shuffle or rename the
rows before they become an area.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pandas as pd
import shapely
from conftest import make_area
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry import LineString, Point, box

from spatialreno import Scenario, StudyArea, alter, demolish

Rows = dict[str, list[dict[str, Any]]]
WIDE, DEEP = 40, 30
KINDS = ("health_station", "kindergarten", "convenience_store", "outdoor_fitness", "elderly_day_care")
# Where ids of other layers stand in a row, by (layer, column).
_REFERS = {
    ("facilities", "building_id"): ("buildings",),
    ("entrances", "building_id"): ("buildings",),
    ("structures", "host_building"): ("buildings",),
    ("rights", "party_id"): ("parties",),
    ("rights", "feature_id"): ("compounds", "buildings", "walls", "structures"),
}


@st.composite
def quarters(draw: st.DrawFn, most: int = 3) -> Rows:
    """One or two rows of up to ``most`` compounds; between columns a shared wall, or two walls and a strip."""
    columns, lines = draw(st.integers(2, most)), draw(st.integers(1, 2))
    gaps = [draw(st.sampled_from([0, 2])) for _ in range(columns - 1)]
    left = [sum(gaps[:i]) + i * WIDE for i in range(columns)]
    rows: Rows = {"compounds": [], "buildings": [], "structures": [], "rights": []}
    for number, (x, y) in enumerate([(x, j * DEEP) for x in left for j in range(lines)], start=1):
        _add_compound(rows, draw, number, x, y)
    rows["walls"] = _walls(left, gaps, lines)
    rows["gates"] = [_gate(draw, wall, i) for i, wall in enumerate(rows["walls"], 1) if draw(st.booleans())]
    right, top = left[-1] + WIDE, lines * DEEP
    rows["paths"] = _streets(right, top)
    rows["facilities"] = _facilities(draw, right, top)
    rows["parties"] = [{"id": f"P{i}", "name": f"产权单位{i}"} for i in (1, 2)]
    turn = draw(st.sampled_from([0, 17]))
    return {layer: [_turned(row, turn) for row in found] for layer, found in rows.items() if found}


def area_of(rows: Rows, name: str = "quarter") -> StudyArea:
    """Assemble the rows of a quarter."""
    known = {layer: [{k: v for k, v in row.items() if k != "on"} for row in found] for layer, found in rows.items()}
    return make_area(name, **known)


@st.composite
def openings(draw: st.DrawFn, rows: Rows) -> Scenario:
    """Take down some walls and sheds and open some of the gates that stay."""
    walls = draw(st.lists(st.sampled_from([w["id"] for w in rows["walls"]]), unique=True))
    sheds = [s["id"] for s in rows.get("structures", []) if draw(st.booleans())]
    stay = [g["id"] for g in rows.get("gates", []) if g["on"] not in walls and draw(st.booleans())]
    acts: list[Any] = [demolish("walls", ids=walls)] if walls else []
    acts += [demolish("structures", ids=sheds)] if sheds else []
    acts += [alter("gates", ids=stay, set={"walkers": "public"})] if stay else []
    return Scenario("opened", "打开", acts)


def everything_open(rows: Rows) -> Scenario:
    """Every wall and shed of a quarter gone."""
    acts = [demolish(layer, ids=[r["id"] for r in rows[layer]]) for layer in ("walls", "structures") if rows.get(layer)]
    return Scenario("all", "全拆", acts)


def shuffled(rows: Rows, draw: st.DrawFn | Any) -> Rows:
    """Put the rows of every layer in another order."""
    return {layer: draw(st.permutations(found)) for layer, found in rows.items()}


def renamed(rows: Rows, names: dict[str, dict[str, str]]) -> Rows:
    """Give things other ids, by layer; what refers to them follows."""
    result: Rows = {}
    for layer, found in rows.items():
        own = names.get(layer, {})
        result[layer] = [{k: _cell(layer, k, v, own, names) for k, v in row.items()} for row in found]
    return result


def scenario_renamed(scenario: Scenario, names: dict[str, dict[str, str]]) -> Scenario:
    """Let a scenario of ``openings`` speak of the same things by their other ids."""
    acts: list[Any] = []
    for act in scenario.interventions:
        ids = [names.get(act.layer, {}).get(i, i) for i in act.chosen.ids]
        acts.append(replace(act, chosen=replace(act.chosen, ids=tuple(sorted(ids)))))
    return Scenario(scenario.name, scenario.title, acts)


def prefixed(rows: Rows, prefix: str) -> dict[str, dict[str, str]]:
    """Names that keep the order: every id with the same beginning."""
    return {layer: {r["id"]: prefix + r["id"] for r in found if "id" in r} for layer, found in rows.items()}


@st.composite
def any_names(draw: st.DrawFn, rows: Rows) -> dict[str, dict[str, str]]:
    """Names in any order: within each layer the ids are dealt out anew."""
    ids = {layer: [r["id"] for r in found if "id" in r] for layer, found in rows.items()}
    return {layer: dict(zip(old, draw(st.permutations(old)), strict=True)) for layer, old in ids.items() if old}


def all_bytes(area: StudyArea) -> bytes:
    """Every cell and coordinate of an area, read afresh."""
    frames = [area.layer(name) for name in area.catalog.layers]
    shapes = [shapely.to_wkb(f.geometry.to_numpy()) for f in frames if hasattr(f, "geometry")]
    return "".join(pd.DataFrame(f).to_csv() for f in frames).encode() + b"".join(b for layer in shapes for b in layer)


def _turned(row: dict[str, Any], degrees: float) -> dict[str, Any]:
    """Turn a row's shape about the origin, so that not everything lies along the axes."""
    return row | {"geometry": rotate(row["geometry"], degrees, origin=(0, 0))} if "geometry" in row else row


def _cell(layer: str, column: str, value: Any, own: dict[str, str], names: dict[str, dict[str, str]]) -> Any:
    if column == "id":
        return own.get(value, value)
    if (layer, column) == ("gates", "on"):
        return names.get("walls", {}).get(value, value)
    for other in _REFERS.get((layer, column), ()):
        if value in names.get(other, {}):
            return names[other][value]
    return value


def _add_compound(rows: Rows, draw: st.DrawFn, number: int, x: float, y: float) -> None:
    rows["compounds"].append({"id": f"C{number}", "name": f"{number}号院", "geometry": box(x, y, x + WIDE, y + DEEP)})
    rows["rights"].append({"feature_id": f"C{number}", "party_id": f"P{number % 2 + 1}", "right": "land_use"})
    south = y + draw(st.integers(4, 14))
    house = {"id": f"B{number}", "storeys": 6, "households": draw(st.integers(1, 60))}
    house |= {"residents": draw(st.integers(1, 150)), "geometry": box(x + 6, south, x + 30, south + 10)}
    rows["buildings"].append(house)
    if draw(st.booleans()):
        a, b = x + draw(st.integers(31, 34)), y + draw(st.integers(1, 22))
        shape = box(a, b, a + draw(st.integers(2, 6)), b + draw(st.integers(2, 7)))
        shed = {"id": f"S{number}", "storeys": 1, "geometry": shape}
        shed["legality"] = draw(st.sampled_from(["illegal", "undecided"]))
        rows["structures"].append(shed)


def _walls(left: list[int], gaps: list[int], lines: int) -> list[dict[str, Any]]:
    """Walls on every edge of every compound; one where two compounds share it."""
    ends: list[tuple[float, float, float, float]] = []
    for i, x in enumerate(left):
        for j in range(lines):
            y = j * DEEP
            ends.append((x, y, x + WIDE, y))
            if i == 0 or gaps[i - 1]:
                ends.append((x, y, x, y + DEEP))
            ends.append((x + WIDE, y, x + WIDE, y + DEEP))
        ends.append((x, lines * DEEP, x + WIDE, lines * DEEP))
    return [
        {"id": f"W{n:02d}", "geometry": LineString([(a, b), (c, d)])} for n, (a, b, c, d) in enumerate(ends, start=1)
    ]


def _gate(draw: st.DrawFn, wall: dict[str, Any], number: int) -> dict[str, Any]:
    where = wall["geometry"].interpolate(draw(st.sampled_from([0.3, 0.5, 0.8])), normalized=True)
    walkers = draw(st.sampled_from(["public", "residents", "closed"]))
    width = draw(st.sampled_from([1.5, 3.0, 5.0]))
    gate = {"id": f"G{number:02d}", "walkers": walkers, "width_m": width, "on": wall["id"]}
    return gate | {"geometry": Point(where.x, where.y)}


def _streets(right: float, top: float) -> list[dict[str, Any]]:
    ring = [(-6, -6), (right + 6, -6), (right + 6, top + 6), (-6, top + 6), (-6, -6)]
    return [
        {"id": f"L{n}", "kind": "street", "geometry": LineString(side)}
        for n, side in enumerate(pairwise(ring), start=1)
    ]


def _facilities(draw: st.DrawFn, right: float, top: float) -> list[dict[str, Any]]:
    """Points in a corner of a yard or beside a street."""
    found = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        kind = draw(st.sampled_from(KINDS))
        x = draw(st.integers(0, int(right) - 1)) + 0.5
        y = draw(st.sampled_from([-5.5, 2.5, top - 2.5]))
        found.append({"id": f"F{number}", "kind": kind, "geometry": Point(x, y)})
    return found
