"""A thousand small snapped worlds in a few areas, and an independent way to measure walks in each.

A world is one yard of 30 × 30 m with walls, gates, sheds and houses on whole metres. Many worlds stand side by side in
one area, far enough apart not to see each other, so that one fabric serves them all.

The independent measure shares no code with the room: it puts a point a hundredth of a millimetre into every sector
round every corner, asks shapely which of them see each other, and walks between them with networkx.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from conftest import at, make_area
from shapely.geometry import LineString, box
from worlds import gate, house, shed

from spatialreno.area import StudyArea

SIZE, PITCH, PER_ROW = 30, 50, 10
HAIR = 1e-5
_RUNS = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (1, -1), (-1, 1), (2, 1), (1, -2), (3, 1)]


@dataclass
class World:
    """One yard: its obstacles by id (in metres from its own corner), and two places in it."""

    number: int
    walls: dict[str, LineString] = field(default_factory=dict)
    gates: dict[str, tuple[str, float, float, float, str]] = field(default_factory=dict)
    sheds: dict[str, Any] = field(default_factory=dict)
    houses: dict[str, Any] = field(default_factory=dict)
    ends: tuple[tuple[float, float], tuple[float, float]] = ((0, 0), (0, 0))

    @property
    def corner(self) -> tuple[float, float]:
        return PITCH * (self.number % PER_ROW), PITCH * (self.number // PER_ROW)


def random_world(number: int, dice: np.random.Generator) -> World:
    """Throw walls, sheds, houses and gates onto whole metres; joints of all kinds come by themselves."""
    world = World(number)
    name = f"{number}"
    for k in range(dice.integers(2, 7)):
        run = _RUNS[dice.integers(len(_RUNS))]
        start = _start(world, dice)
        steps = int(dice.integers(2, 15))
        points = [start, (start[0] + run[0] * steps, start[1] + run[1] * steps)]
        if dice.random() < 0.3:
            turn = _RUNS[dice.integers(len(_RUNS))]
            points.append((points[1][0] + 3 * turn[0], points[1][1] + 3 * turn[1]))
        line = shapely.intersection(LineString(points), box(0, 0, SIZE, SIZE))
        whole = shapely.get_coordinates(line)
        if line.geom_type != "LineString" or line.length < 2 or (whole != np.rint(whole)).any() or not line.is_simple:
            continue
        world.walls[f"W{name}.{k}"] = line
        if dice.random() < 0.3 and run in _RUNS[:4] and len(whole) == 2:
            x, y = np.rint(shapely.get_coordinates(line.interpolate(0.5, normalized=True)))[0]
            kind = ["public", "closed", "residents"][dice.integers(3)]
            world.gates[f"G{name}.{k}"] = (f"W{name}.{k}", float(x), float(y), 1.0, kind)
    for k in range(dice.integers(0, 3)):
        world.sheds[f"S{name}.{k}"] = _block(dice, 6)
    for k in range(dice.integers(0, 3)):
        world.houses[f"H{name}.{k}"] = _block(dice, 9)
    world.ends = (_spot(world, dice), _spot(world, dice))
    return world


def _start(world: World, dice: np.random.Generator) -> tuple[float, float]:
    """Start a wall anywhere, or on a corner of what is there already."""
    if dice.random() < 0.5:
        return int(dice.integers(0, SIZE + 1)), int(dice.integers(0, SIZE + 1))
    corners = [xy for line in world.walls.values() for xy in line.coords] or [(0.0, 15.0)]
    return corners[dice.integers(len(corners))]


def _block(dice: np.random.Generator, most: int) -> Any:
    x, y = dice.integers(1, SIZE - most, 2)
    wide, deep = dice.integers(1, most, 2)
    if dice.random() < 0.3:
        return shapely.Polygon([(x, y), (x + wide, y), (x + wide, y + deep)])
    return box(x, y, x + wide, y + deep)


def _spot(world: World, dice: np.random.Generator) -> tuple[float, float]:
    """Find a place that stands clear of everything."""
    stops = shapely.union_all([*world.walls.values(), *world.sheds.values(), *world.houses.values()])
    while True:
        x, y = dice.integers(1000, (SIZE - 1) * 1000, 2) / 1000
        if stops.is_empty or stops.distance(shapely.Point(x, y)) > 0.3:
            return float(x), float(y)


def area_of(worlds: list[World]) -> StudyArea:
    """Assemble worlds side by side, a compound each."""
    layers = ("compounds", "buildings", "walls", "gates", "structures")
    rows: dict[str, list[dict[str, Any]]] = {layer: [] for layer in layers}
    rows["buildings"].append(house("Z0", -100, -100, -99, -99))
    for world in worlds:
        dx, dy = world.corner
        ground = box(dx, dy, dx + SIZE, dy + SIZE)
        rows["compounds"].append({"id": f"C{world.number}", "name": "院", "geometry": ground})
        moved = {k: shapely.affinity.translate(v, dx, dy) for k, v in
                 (world.walls | world.sheds | world.houses).items()}  # fmt: skip
        rows["walls"] += [{"id": k, "geometry": moved[k]} for k in world.walls]
        rows["structures"] += [shed(k, 0, 0, 1, 1) | {"geometry": moved[k]} for k in world.sheds]
        rows["buildings"] += [{"id": k, "geometry": moved[k]} for k in world.houses]
        for k, (_, x, y, width, kind) in world.gates.items():
            rows["gates"].append(gate(k, dx + x, dy + y, kind, width))
    return make_area(**{layer: table for layer, table in rows.items() if table})


def places(worlds: list[World], end: int) -> gpd.GeoSeries:
    """One end of each world, by the world's number."""
    points = [at(w.corner[0] + w.ends[end][0], w.corner[1] + w.ends[end][1]) for w in worlds]
    return gpd.GeoSeries(points, index=[f"{w.number}" for w in worlds], crs="EPSG:4546")


def pieces(world: World, gone: frozenset[str], opened: frozenset[str]) -> Iterator[LineString]:
    """What stops somebody for whom the gates in `opened` are open, piece by piece."""
    for name, line in world.walls.items():
        if name in gone:
            continue
        spans = [box(x - w / 2, y - w / 2, x + w / 2, y + w / 2) for g, (_, x, y, w, _k) in world.gates.items()
                 if g in opened and line.distance(shapely.Point(x, y)) < 1e-9]  # fmt: skip
        rest = line.difference(shapely.union_all(spans)) if spans else line
        for part in shapely.get_parts(rest):
            coords = part.coords
            yield from (LineString(pair) for pair in pairwise(coords))
    for name, shape in (world.sheds | world.houses).items():
        if name not in gone:
            coords = shape.exterior.coords
            yield from (LineString(pair) for pair in pairwise(coords))


def measured(world: World, gone: frozenset[str], opened: frozenset[str]) -> float:
    """Measure the walk between the two ends of a world, infinite when there is none."""
    lines = list(pieces(world, gone, opened))
    solids = [shape for name, shape in (world.sheds | world.houses).items() if name not in gone]
    stops = shapely.union_all([*lines, *solids]) if lines else shapely.Point(-1e6, 0)
    ground = box(0, 0, SIZE, SIZE)
    points = np.array([*world.ends, *_hairs(lines)])
    free = ~shapely.intersects(stops, shapely.points(points)) & shapely.within(shapely.points(points), ground)
    points = points[free | (np.arange(len(points)) < 2)]
    one, two = np.array(list(combinations(range(len(points)), 2))).T
    drawn = shapely.linestrings(np.stack([points[one], points[two]], axis=1))
    shapely.prepare(stops)
    seen = ~shapely.intersects(stops, drawn)
    graph = nx.Graph()
    graph.add_nodes_from([0, 1])
    size = shapely.length(drawn)
    graph.add_weighted_edges_from(zip(one[seen].tolist(), two[seen].tolist(), size[seen].tolist(), strict=True))
    try:
        return float(nx.dijkstra_path_length(graph, 0, 1))
    except nx.NetworkXNoPath:
        return float("inf")


def _hairs(lines: list[LineString]) -> Iterator[tuple[float, float]]:
    """Put a point a hair into each sector wider than half a turn round each end of a piece."""
    ends = {xy for line in lines for xy in line.coords}
    for x, y in sorted(ends):
        turns = set()
        for line in lines:
            if line.distance(shapely.Point(x, y)) < 1e-9:
                turns |= {np.arctan2(v - y, u - x) for u, v in line.coords if abs(u - x) + abs(v - y) > 1e-9}
        order = sorted(turns)
        for low, high in zip(order, [*order[1:], order[0] + 2 * np.pi], strict=True):
            if high - low > np.pi - 1e-3:
                middle = (low + high) / 2
                yield x + HAIR * np.cos(middle), y + HAIR * np.sin(middle)
