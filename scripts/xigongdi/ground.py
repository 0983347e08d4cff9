"""Boundaries of the quarter: compounds, their walls and gates, streets, the lane and the yard paths."""

from __future__ import annotations

from dataclasses import dataclass, field

import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, polygonize

from .frame import line, meet

THICKNESS_M = 0.24
GRID_M = 0.001
LANE_M = 2.0
MOUTH_M = 4.35  # perimeter walls end here, so that the widened lane has a mouth

COMPOUNDS = {
    "C01": ("市委西院", 1978, (40, 175), "company", 0.42, 22.0, "缺供暖;缺停车位;缺养老设施"),
    "C02": (
        "纺织机械厂家属院",
        1976,
        (40, 100),
        "self",
        0.18,
        8.0,
        "缺供暖;雨污合流;缺养老设施;消防通道不畅",
    ),
    "C03": ("商业局家属院", 1981, (40, 30), "community", 0.25, 10.0, "缺供暖;管网老化;缺活动场地"),
    "C04": ("第二中学教职工院", 1984, (130, 172), "company", 0.55, 20.0, "缺供暖;缺停车位"),
    "C05": ("印刷厂家属院", 1975, (130, 100), "none", 0.0, 0.0, "缺供暖;无物业;消防车不能进入;缺活动场地"),
    "C06": ("供电局家属院", 1986, (180, 100), "self", 0.48, 15.0, "缺供暖;缺停车位"),
    "C07": ("棉纺厂北院", 1979, (150, 30), "community", 0.22, 9.0, "缺供暖;雨污合流;违建占道;缺活动场地"),
    "C08": ("建筑公司家属院", 1983, (260, 172), "self", 0.3, 10.0, "缺供暖;屋面渗漏"),
    "C09": ("粮食局家属院", 1982, (260, 100), "community", 0.2, 8.0, "缺供暖;锅炉房废弃占用;管网老化"),
    "C10": ("运输公司家属院", 1988, (260, 30), "none", 0.0, 0.0, "缺供暖;无物业;缺停车位"),
}

SOUTH = line((-20, 0.12), (320, -1.92))
NORTH = line((-20, 203.76), (320, 207.84))
WEST = line((0.4, -20), (-4.6, 230))
LANE = line((99.0, -60), (99.5, 0), (101.6, 96), (99.2, 207.2), (98.6, 260))
LANE_WEST = LANE.offset_curve(LANE_M / 2 + THICKNESS_M / 2, join_style="mitre")
LANE_EAST = LANE.offset_curve(-(LANE_M / 2 + THICKNESS_M / 2), join_style="mitre")
MID_WEST = line((207.2, -20), (204.7, 230))
MID_EAST = line((223.2, -20), (220.7, 230))
EAST = line((287.8, -20), (291.55, 230))


def _between(a: LineString, b: LineString, ya: float, *middle: tuple[float, float], yb: float) -> LineString:
    """A boundary from line ``a`` (at height ya) to line ``b`` (at height yb), ends exactly on both."""
    start = meet(a, line((-60, ya), (400, ya)))
    end = meet(b, line((-60, yb), (400, yb)))
    return line((start.x, start.y), *middle, (end.x, end.y))


INNER = [
    _between(WEST, LANE_WEST, 64.9, yb=64.6),
    _between(WEST, LANE_WEST, 66.3, yb=65.5),
    _between(WEST, LANE_WEST, 136.2, (46.8, 136.0), (46.8, 134.2), yb=133.8),
    _between(LANE_EAST, MID_WEST, 66.4, (155.6, 66.2), yb=65.9),
    _between(LANE_EAST, MID_WEST, 138.4, (154.4, 138.0), yb=137.6),
    line((155.6, 66.2), (154.4, 138.0)),
    _between(MID_EAST, EAST, 67.6, yb=68.2),
    _between(MID_EAST, EAST, 136.6, yb=137.0),
    _between(MID_EAST, EAST, 137.95, yb=138.35),
]


BOUNDARIES = [SOUTH, NORTH, WEST, LANE_WEST, LANE_EAST, MID_WEST, MID_EAST, EAST, *INNER]


Walls = dict[str, tuple[LineString, tuple[str, ...]]]
Gates = dict[str, tuple[Point, dict[str, object]]]
Paths = dict[str, tuple[LineString, dict[str, object]]]


@dataclass
class Ground:
    """The drawn boundaries: polygons by compound, walls and paths by id, with their own columns."""

    compounds: dict[str, Polygon]
    walls: Walls = field(default_factory=dict)
    gates: Gates = field(default_factory=dict)
    paths: Paths = field(default_factory=dict)


def draw_ground() -> Ground:
    """Draw compounds, walls, gates and paths."""
    # on a grid, so that every T-end is a vertex of both walls
    edges = shapely.union_all(BOUNDARIES, grid_size=GRID_M)
    faces = list(polygonize(edges))
    compounds = {}
    for cid, row in COMPOUNDS.items():
        compounds[cid] = next(face for face in faces if face.contains(Point(row[2])))
    ground = Ground(compounds)
    ground.walls = _walls(edges, compounds)
    ground.gates = _gates(ground.walls)
    ground.paths = _paths(ground.gates)
    return ground


def _walls(edges: BaseGeometry, compounds: dict[str, Polygon]) -> Walls:
    """One wall for every stretch of boundary of one compound, or shared by the same two."""
    sides: dict[tuple[tuple[str, ...], int], list[LineString]] = {}
    for edge in edges.geoms:
        middle = edge.interpolate(0.5, normalized=True)
        owners = tuple(c for c, shape in compounds.items() if shape.distance(middle) < 2 * GRID_M)
        if owners:
            source = min(range(len(BOUNDARIES)), key=lambda i: round(BOUNDARIES[i].distance(middle), 3))
            sides.setdefault((owners, source), []).append(edge)
    mouth = LANE.buffer(MOUTH_M, cap_style="flat")
    walls = {}
    for number, (key, parts) in enumerate(sorted(sides.items()), start=1):
        merged = linemerge(parts) if len(parts) > 1 else parts[0]
        if len(key[0]) == 1 and key[1] < 2:
            merged = merged.difference(mouth)
        walls[f"W{number:02d}"] = (merged, key[0])
    return walls


# id: name, compound, a point near it, walkers, vehicles, width
GATES = {
    "G01": ("市委西院西门", "C01", (-3, 161.0), "residents", "residents", 4.5),
    "G02": ("市委西院北门", "C01", (46.2, 206.5), "residents", "closed", 2.4),
    "G03": ("纺机院西门", "C02", (-2, 91.3), "public", "residents", 4.0),
    "G04": ("纺机院东小门（常闭）", "C02", (100.0, 124.0), "closed", "closed", 1.2),
    "G05": ("商业局院南门", "C03", (48.9, 0), "residents", "residents", 4.0),
    "G06": ("二中院北门", "C04", (136.9, 207.6), "public", "residents", 4.2),
    "G07": ("印刷厂院巷口门", "C05", (102.6, 92.4), "residents", "closed", 1.8),
    "G08": ("供电局院东门", "C06", (205.9, 97.0), "public", "residents", 4.0),
    "G09": ("棉纺北院南门", "C07", (153.2, -1), "residents", "residents", 4.0),
    "G10": ("棉纺北院东门", "C07", (206.4, 53.6), "residents", "residents", 3.6),
    "G11": ("建筑公司院西门", "C08", (221.4, 163.6), "public", "residents", 4.0),
    "G12": ("建筑公司院东门", "C08", (293.0, 196.8), "residents", "closed", 2.0),
    "G13": ("粮食局院西门", "C09", (222.1, 92.6), "residents", "residents", 3.8),
    "G14": ("运输公司院西门", "C10", (222.8, 21.0), "residents", "residents", 4.0),
    "G15": ("运输公司院南侧小门", "C10", (225.9, -1.3), "residents", "closed", 1.5),
    "G16": ("粮食局与运输公司院便门（常闭）", "C09", (284.5, 68.0), "closed", "closed", 1.2),
}


def _gates(walls: Walls) -> Gates:
    """Put every gate on the nearest wall of its compound."""
    gates = {}
    for gid, (name, compound, near, walkers, vehicles, width) in GATES.items():
        own = [wall for wall, owners in walls.values() if compound in owners]
        wall = min(own, key=lambda w: w.distance(Point(near)))
        emergency = "public" if width >= 3.5 else "closed"
        values: dict[str, object] = {
            "name": name,
            "walkers": walkers,
            "vehicles": vehicles,
            "emergency": emergency,
            "width_m": width,
            "clear_height_m": 4.5 if vehicles != "closed" else 2.4,
            "hours": "06:00-23:00" if walkers == "residents" else None,
        }
        gates[gid] = (wall.interpolate(wall.project(Point(near))), values)
    return gates


STREETS = {
    "S1": ("健康西路", line((-170, -16.98), (430, -20.58)), 20.0),
    "S2": ("行署北街", line((-130, 213.94), (420, 220.54)), 16.0),
    "S3": ("纱厂路", line((-9.0, -150), (-18.6, 330)), 18.0),
    "S4": ("光明街", line((216.2, -120), (212.0, 300)), 14.0),
    "S5": ("和平路", line((302.75, -150), (309.95, 330)), 24.0),
}

# id: name, kind, width, gate it comes through, street it starts from, points in the yard
YARD_PATHS = {
    "P01": ("service", 3.5, "G01", "S3", [(46.2, 161.0), (95.0, 161.0)]),
    "P02": ("service", 3.0, "G02", "S2", [(46.2, 195.0), (46.2, 161.0)]),
    "P03": ("service", 3.5, "G03", "S3", [(48.1, 91.6), (95.0, 91.6)]),
    "P05": ("service", 3.5, "G05", "S1", [(49.0, 19.8), (49.1, 53.4)]),
    "P06": ("service", 3.5, "G06", "S2", [(136.9, 197.0), (136.9, 163.2)]),
    "P07": ("footway", 1.8, "G07", "L1", [(142.0, 92.4)]),
    "P08": ("service", 3.5, "G08", "S4", [(170.0, 97.0)]),
    "P09": ("service", 3.5, "G09", "S1", [(153.4, 19.8), (153.8, 53.6)]),
    "P10": ("service", 3.0, "G10", "S4", [(153.8, 53.6), (110.0, 53.6)]),
    "P11": ("service", 3.5, "G11", "S4", [(225.2, 163.6), (284.0, 163.6)]),
    "P12": ("footway", 2.0, "G12", "S5", [(225.2, 196.8), (225.2, 163.6)]),
    "P13": ("service", 3.5, "G13", "S4", [(225.4, 92.6), (284.0, 92.6)]),
    "P14": ("service", 3.5, "G14", "S4", [(225.4, 21.0), (284.0, 21.0)]),
    "P15": ("footway", 1.5, "G15", "S1", [(225.4, 21.0)]),
}
INSIDE_PATHS = {
    "P21": ("footway", 2.0, [(0.0, 195.0), (46.2, 195.0), (93.0, 195.0)]),
    "P22": ("service", 3.0, [(48.1, 91.6), (48.1, 124.6), (3.0, 124.6)]),
    "P23": ("footway", 2.0, [(48.1, 124.6), (92.0, 124.6)]),
    "P24": ("service", 3.0, [(5.0, 19.8), (49.0, 19.8), (92.0, 19.8)]),
    "P25": ("footway", 2.0, [(5.0, 53.4), (49.1, 53.4), (92.0, 53.4)]),
    "P26": ("service", 3.0, [(107.0, 163.2), (136.9, 163.2), (198.0, 163.2)]),
    "P27": ("footway", 2.0, [(107.0, 197.0), (136.9, 197.0), (196.0, 197.0)]),
    "P28": ("service", 3.0, [(108.0, 19.8), (153.4, 19.8), (198.0, 19.8)]),
    "P29": ("service", 3.0, [(225.4, 92.6), (225.4, 125.8), (282.0, 125.8)]),
    "P30": ("service", 3.0, [(225.4, 21.0), (225.4, 54.4), (282.0, 54.4)]),
}


def _paths(gates: Gates) -> Paths:
    """Streets with a vertex at every junction, the lane, and the yard paths through their gates."""
    lines = {sid: shape for sid, (_, shape, _) in STREETS.items()}
    start, end = meet(LANE, lines["S1"]), meet(LANE, lines["S2"])
    lines["L1"] = line((start.x, start.y), *list(LANE.coords)[1:4], (end.x, end.y))
    ends: dict[str, list[Point]] = {sid: [] for sid in lines}
    yard = {}
    for pid, (kind, width, gate, street, points) in YARD_PATHS.items():
        at = gates[gate][0]
        foot = lines[street].interpolate(lines[street].project(at))
        ends[street].append(foot)
        yard[pid] = (line((foot.x, foot.y), (at.x, at.y), *points), _yard_columns(kind, width))
    for pid, (kind, width, points) in INSIDE_PATHS.items():
        yard[pid] = (line(*points), _yard_columns(kind, width))
    for a in lines:
        ends[a] += [meet(lines[a], lines[b]) for b in lines if b != a and lines[a].intersects(lines[b])]
    roads = {}
    for sid, shape in lines.items():
        name, _, width = STREETS.get(sid, ("工农巷", shape, LANE_M))
        columns = {
            "name": name,
            "kind": "lane" if sid == "L1" else "street",
            "width_m": width,
            "public": True,
        }
        roads[sid] = (with_vertices(shape, ends[sid]), columns | {"walkable": True, "steps": False})
    return roads | yard


def _yard_columns(kind: str, width: float) -> dict[str, object]:
    return {"name": None, "kind": kind, "width_m": width, "public": False, "walkable": True, "steps": False}


def with_vertices(shape: LineString, points: list[Point]) -> LineString:
    """The same line with the given points as vertices."""
    places = {round(shape.project(p), 6): (p.x, p.y) for p in points}
    places |= {round(shape.project(Point(xy)), 6): xy for xy in shape.coords}
    return LineString([places[key] for key in sorted(places)])
