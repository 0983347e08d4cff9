"""Walls that are drawn twice, as two neighbours digitise one boundary, and are met by another wall: nothing leaks.

Yards stand side by side in one area, so that one fabric serves them all. What is true is told by shapely from the
walls drawn once: the parts into which they cut the yard, and in each part the way round the corners.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from conftest import at, make_area, throw
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Point, box

from spatialreno.area import StudyArea
from spatialreno.walk import travel_times

YARDS = [128, pytest.param(960, marks=pytest.mark.long)]
SIZE, PITCH, PER_ROW, SPOTS = 60, 80, 31, 5
KINDS = ("once", "twice", "cut in two", "one vertex more", "in part", "1 mm off", "2 cm off", "15 cm off")
TURN = 37.0
Move = Any


@dataclass(frozen=True)
class Yard:
    """A wall through a yard, a second one that meets it and is drawn again in some way, and places clear of both."""

    name: str
    through: LineString
    other: LineString
    again: tuple[LineString, ...]
    places: tuple[Point, ...]

    @property
    def walls(self) -> tuple[LineString, ...]:
        return (self.through, self.other, *self.again)


def yard(number: int, dice: np.random.Generator) -> Yard:
    """Throw a yard: of each kind as many are crossed as joined; most second walls end on the yard's edge."""
    kind, crossed = KINDS[number % len(KINDS)], number // len(KINDS) % 2 == 0
    through, other = pair(crossed, dice)
    while gap(through, other) < 1.0:
        through, other = pair(crossed, dice)
    again = drawn_again(kind, other, dice)
    drawn = shapely.union_all([through, other])
    places: list[Point] = []
    while len(places) < SPOTS:
        spot = Point(*np.round(dice.uniform(1, SIZE - 1, 2), 3))
        if drawn.distance(spot) > 0.5:
            places.append(spot)
    return Yard(f"{number} {kind}, {'crossed' if crossed else 'joined'}", through, other, again, tuple(places))


def pair(crossed: bool, dice: np.random.Generator) -> tuple[LineString, LineString]:
    """A wall from side to side, and one that begins beside it and ends on it or beyond."""
    x = round(float(dice.uniform(15, 45)), 3)
    through = LineString([(x, 0), (round(x + float(dice.uniform(-8, 8)), 3), SIZE)])
    begin = (SIZE, round(float(dice.uniform(2, 40)), 3))
    if dice.random() < 0.3:
        begin = (round(float(dice.uniform(x + 9, SIZE)), 3), begin[1])  # people walk round this end
    aim = through.interpolate(float(dice.uniform(0.2, 0.9)), normalized=True)
    if not crossed:
        return through, LineString([begin, aim])
    end = (begin[0] + (aim.x - begin[0]) * 20, begin[1] + (aim.y - begin[1]) * 20)
    return through, LineString([begin, end]).intersection(box(0, 0, SIZE, SIZE))


def gap(through: LineString, other: LineString) -> float:
    """The narrowest way past the ends of the second wall, where it does not stand against something."""
    begin, end = (Point(xy) for xy in other.coords)
    edge = box(0, 0, SIZE, SIZE).exterior
    ways = [begin.distance(through), end.distance(through), *(edge.distance(tip) for tip in (begin, end))]
    return min((way for way in ways if way > 1e-6), default=SIZE)


def drawn_again(kind: str, line: LineString, dice: np.random.Generator) -> tuple[LineString, ...]:
    (ax, ay), (bx, by) = line.coords
    share = float(dice.uniform(0.2, 0.8))
    middle = (round(ax + (bx - ax) * share, 3), round(ay + (by - ay) * share, 3))  # as digitised, a hair off the line
    away = {"1 mm off": 0.001, "2 cm off": 0.02, "15 cm off": 0.15}.get(kind, 0.0)
    dx, dy = away * (by - ay) / line.length, -away * (bx - ax) / line.length
    return {
        "once": (),
        "twice": (line,),
        "cut in two": (LineString([(ax, ay), middle]), LineString([middle, (bx, by)])),
        "one vertex more": (LineString([(ax, ay), middle, (bx, by)]),),
        "in part": (LineString([middle, (bx, by)]),),
    }.get(kind, (translate(line, dx, dy),))


@functools.cache
def worlds(turned: bool, count: int) -> tuple[list[Yard], StudyArea, gpd.GeoSeries]:
    """All yards side by side, perhaps turned, and their places by the number of the yard."""
    dice = np.random.default_rng(throw(14))
    yards = [yard(number, dice) for number in range(count)]

    def move(shape: Any, number: int) -> Any:
        laid = translate(shape, PITCH * (number % PER_ROW), PITCH * (number // PER_ROW))
        return rotate(laid, TURN, origin=(0, 0)) if turned else laid

    ground = [{"id": f"C{k}", "name": "院", "geometry": move(box(0, 0, SIZE, SIZE), k)} for k in range(count)]
    walls = [{"id": f"W{k}.{n}", "geometry": move(line, k)}
             for k, one in enumerate(yards) for n, line in enumerate(one.walls)]  # fmt: skip
    area = make_area(compounds=ground, walls=walls, buildings=[{"id": "Z", "geometry": box(-900, -900, -899, -899)}])
    named = {f"{k}.{n}": move(spot, k) for k, one in enumerate(yards) for n, spot in enumerate(one.places)}
    points = [at(point.x, point.y) for point in named.values()]
    return yards, area, gpd.GeoSeries(points, index=list(named), crs="EPSG:4546")


@functools.cache
def walked(turned: bool, count: int) -> dict[tuple[str, str], float]:
    _, area, points = worlds(turned, count)
    table = travel_times(area, points, points, limit_m=500)
    return dict(zip(zip(table["origin"], table["destination"], strict=True), table["distance_m"], strict=True))


def true_walks(one: Yard) -> dict[tuple[int, int], float]:
    """Walk between the places of a yard in straight lines past the ends of the walls as they are drawn once."""
    parts = split_yard(one)
    part = [next(n for n, ground in enumerate(parts) if ground.contains(spot)) for spot in one.places]
    ends = [Point(xy) for line in (one.through, one.other) for xy in line.coords]
    points, stops = [*one.places, *ends], shapely.union_all([one.through, one.other])
    graph = nx.Graph()
    for a, b in combinations(range(len(points)), 2):
        line = LineString([points[a], points[b]])
        if not line.crosses(stops) and not shapely.relate_pattern(line, stops, "1********"):
            graph.add_edge(a, b, weight=line.length)
    walks = {}
    for a, b in combinations(range(len(one.places)), 2):
        same = part[a] == part[b]
        free = graph.subgraph([a, b, *(n for n in range(SPOTS, len(points)) if _free_end(one, points[n], parts))])
        walks[a, b] = nx.dijkstra_path_length(free, a, b, weight="weight") if same else np.inf
    return walks


def split_yard(one: Yard) -> list[Any]:
    """Cut a yard along the walls into the parts that cannot be left."""
    whole = box(0, 0, SIZE, SIZE)
    begin, end = (np.array(xy) for xy in one.other.coords)
    ahead = (end - begin) / one.other.length * 1e-3  # a millimetre more, so that rounding opens no joint
    longer = LineString([begin - ahead, end + ahead])
    lines = shapely.node(shapely.union_all([whole.exterior, one.through, longer]))
    return list(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))


def _free_end(one: Yard, end: Point, parts: list[Any]) -> bool:
    """Whether people walk round an end of a wall: nothing else meets it there."""
    return end.distance(box(0, 0, SIZE, SIZE).exterior) > 0.01 and end.distance(one.through) > 0.01


@pytest.mark.parametrize("count", YARDS)
@pytest.mark.parametrize("turned", [False, True])
def test_doubled_walls_do_not_leak_and_let_round_their_ends(turned: bool, count: int) -> None:
    yards, _, _ = worlds(turned, count)
    found, leaks, long, shut = walked(turned, count), [], [], []
    for number, one in enumerate(yards):
        for (a, b), true in true_walks(one).items():
            metres = found.get((f"{number}.{a}", f"{number}.{b}"), np.inf)
            if np.isinf(true) and np.isfinite(metres):
                leaks.append(one.name)
            elif np.isfinite(true) and np.isinf(metres):
                shut.append(one.name)
            elif np.isfinite(true) and abs(metres - true) > (0.4 if "15 cm" in one.name else 0.06):
                long.append((one.name, metres, true))
    assert not leaks
    assert not shut
    assert not long


@pytest.mark.parametrize("count", YARDS)
def test_walks_are_the_same_when_the_world_is_turned(count: int) -> None:
    straight, turned = walked(False, count), walked(True, count)
    assert straight.keys() == turned.keys()
    assert max(abs(straight[pair] - turned[pair]) for pair in straight) < 0.02
