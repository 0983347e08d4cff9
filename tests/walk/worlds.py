"""Small worlds to walk in, and an independent way to measure walks: visibility between points a hair off corners."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from conftest import ORIGIN, at, make_area
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from spatialreno.area import StudyArea
from spatialreno.area.under_catalog import replace_layers
from spatialreno.walk import travel_times

SIZE = 30
_HAIR = 0.002


def wall(name: str, *points: tuple[float, float]) -> dict[str, Any]:
    return {"id": name, "geometry": LineString(points)}


def gate(name: str, x: float, y: float, walkers: str = "public", width_m: float = 3.0) -> dict[str, Any]:
    return {"id": name, "geometry": Point(x, y), "walkers": walkers, "width_m": width_m}


def shed(name: str, *bounds: float, position: str = "ground") -> dict[str, Any]:
    return {"id": name, "legality": "illegal", "position": position, "geometry": box(*bounds)}


def house(name: str, *bounds: float) -> dict[str, Any]:
    return {"id": name, "geometry": box(*bounds)}


def yard(size: float = SIZE, **layers: list[dict[str, Any]]) -> StudyArea:
    """One compound without streets."""
    compound = {"id": "C1", "name": "院", "geometry": box(0, 0, size, size)}
    layers.setdefault("buildings", [house("Z9", size + 50, 0, size + 51, 1)])
    return make_area(compounds=[compound], **layers)


def spots(**named: tuple[float, float]) -> gpd.GeoSeries:
    """Points by name, in metres from the origin."""
    return gpd.GeoSeries([at(*xy) for xy in named.values()], index=list(named), crs="EPSG:4546")


def distance(area: StudyArea, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Walk between two points, infinite when there is none."""
    table = travel_times(area, spots(a=a), spots(b=b), limit_m=5000)
    return float(table["distance_m"].iloc[0]) if len(table) else float("inf")


def without(area: StudyArea, **gone: list[str]) -> StudyArea:
    """Take features away."""
    return replace_layers(area, {layer: area.layer(layer).drop(index=ids) for layer, ids in gone.items()})


def standing_shapes(area: StudyArea) -> list[Any]:
    """What stops a visitor, drawn anew from the layers."""
    shapes = list(area.buildings.geometry)
    shapes += list(area.structures.geometry[area.structures["position"].isin(["ground", "attached"])])
    through = area.gates[area.gates["walkers"] == "public"]
    holes = shapely.union_all([point.buffer(width / 2) for point, width in zip(
        through.geometry, through["width_m"], strict=True)]) if len(through) else Point()  # fmt: skip
    shapes += [line.difference(holes) for line in area.walls.geometry]
    return [shape for shape in shapes if not shape.is_empty]


def true_distance(area: StudyArea, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Measure by brute force: every pair of points a hair off the corners that see each other."""
    stops = shapely.union_all(standing_shapes(area))
    ground = area.compounds.union_all()
    corners = np.unique(shapely.get_coordinates(stops), axis=0)
    turn = np.arange(8) * (2 * np.pi / 8) + 0.1
    around = _HAIR * np.column_stack([np.cos(turn), np.sin(turn)])
    near = (corners[:, None, :] + around[None, :, :]).reshape(-1, 2)
    ends = np.array([np.add(ORIGIN, a), np.add(ORIGIN, b)])
    points = np.concatenate([ends, near])
    free = ~shapely.intersects(stops, shapely.points(points)) & shapely.within(shapely.points(points), ground)
    points = points[free | (np.arange(len(points)) < 2)]
    one, two = np.array(list(combinations(range(len(points)), 2))).T
    lines = shapely.linestrings(np.stack([points[one], points[two]], axis=1))
    shapely.prepare(stops)
    seen = ~shapely.intersects(stops, lines) & shapely.within(lines, ground)
    graph = nx.Graph()
    graph.add_nodes_from([0, 1])
    length = shapely.length(lines)
    graph.add_weighted_edges_from(
        zip(one[seen].tolist(), two[seen].tolist(), length[seen].tolist(), strict=True)
    )
    try:
        return float(nx.dijkstra_path_length(graph, 0, 1))
    except nx.NetworkXNoPath:
        return float("inf")


@st.composite
def yards(draw: st.DrawFn) -> StudyArea:
    """Random walls, sheds, gates and perhaps a house on a grid of metres, in one yard."""
    place = st.integers(2, SIZE - 2)
    walls, gates = [], []
    for number in range(draw(st.integers(1, 4))):
        x, y = draw(place), draw(place)
        run = draw(st.integers(3, 20)) * draw(st.sampled_from([-1, 1]))
        ends = [(x, y), (x + run, y) if draw(st.booleans()) else (x, y + run)]
        ends = [(min(max(x, 0), SIZE), min(max(y, 0), SIZE)) for x, y in ends]
        if LineString(ends).length < 2:
            continue
        walls.append(wall(f"W{number}", *ends))
        if draw(st.integers(0, 3)) == 0:
            middle = LineString(ends).interpolate(0.5, normalized=True)
            kind = draw(st.sampled_from(["public", "closed"]))
            gates.append(gate(f"G{number}", middle.x, middle.y, kind, 1.0))
    sheds = []
    for number in range(draw(st.integers(0, 2))):
        x, y = draw(place), draw(place)
        sheds.append(shed(f"S{number}", x, y, x + draw(st.integers(1, 5)), y + draw(st.integers(1, 5))))
    layers: dict[str, Any] = {"walls": walls, "gates": gates, "structures": sheds}
    if draw(st.booleans()):
        x, y = draw(st.integers(3, 20)), draw(st.integers(3, 20))
        layers["buildings"] = [house("B1", x, y, x + draw(st.integers(2, 6)), y + draw(st.integers(2, 6)))]
    return yard(**{name: rows for name, rows in layers.items() if rows})
