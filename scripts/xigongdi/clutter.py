"""What fills the yards: structures with and without papers, trees, parking."""

from __future__ import annotations

import random
from dataclasses import dataclass

import shapely
from shapely.geometry import LineString, Point, Polygon

from .frame import beside, line, rect
from .ground import LANE, THICKNESS_M, Ground

ILLEGAL_M2 = 1500.0
DOCUMENT = "区城管局违法建设认定书〔2024〕西字第{}号"

Rows = dict[str, tuple[Polygon, dict[str, object]]]
Trees = dict[str, tuple[Point, dict[str, object]]]


@dataclass(frozen=True)
class Row:
    """Sheds in a row along a wall: where on it, how many, how deep, on which side (1 left, -1 right)."""

    wall: str
    start: float
    count: int
    length: tuple[float, float]
    depth: tuple[float, float]
    side: int
    kinds: tuple[str, ...] = ("shed", "storage")


# The lane walls run north, the inner walls run east: 1 is west or north of them, -1 east or south.
ROWS = (
    Row("W03", 22.0, 2, (5.0, 8.0), (2.2, 2.6), 1),
    Row("W06", 19.0, 2, (5.0, 8.0), (2.2, 2.7), 1, ("storage", "shed")),
    Row("W10", 20.5, 3, (4.0, 6.0), (2.2, 2.7), 1),
    Row("W13", 22.0, 2, (5.0, 8.0), (2.3, 2.7), -1),
    Row("W17", 29.0, 2, (5.0, 7.0), (2.2, 2.6), -1, ("shed", "house")),
    Row("W23", 19.0, 3, (4.0, 6.5), (2.3, 2.7), -1),
    Row("W04", 9.0, 1, (4.0, 6.0), (2.6, 3.4), 1),
    Row("W04", 62.0, 2, (5.0, 7.0), (2.6, 3.2), -1),
    Row("W07", 58.0, 4, (4.5, 6.5), (3.2, 4.2), 1, ("shed", "storage", "house")),
    Row("W11", 56.0, 4, (4.5, 6.5), (3.4, 4.4), -1, ("storage", "shed")),
    Row("W15", 36.0, 1, (5.0, 7.0), (2.6, 3.2), -1),
    Row("W16", 12.0, 1, (4.0, 6.0), (2.6, 3.2), 1),
    Row("W19", 22.0, 1, (4.0, 6.0), (2.8, 3.4), 1),
    Row("W21", 8.0, 5, (5.5, 7.0), (4.6, 5.4), 1, ("shed", "house", "garage")),
    Row("W21", 6.5, 4, (6.0, 8.0), (4.2, 4.9), -1, ("storage", "shed", "garage")),
    Row("W18", 30.0, 3, (4.0, 5.5), (4.0, 5.0), 1, ("house", "shed")),
    Row("W18", 29.0, 3, (4.0, 6.0), (4.2, 5.2), -1, ("garage", "shed")),
    Row("W28", 27.0, 1, (5.0, 7.0), (3.0, 3.8), 1),
    Row("W31", 24.0, 3, (5.0, 7.0), (3.0, 3.8), -1, ("storage", "shed")),
    Row("W32", 10.0, 1, (4.0, 6.0), (2.6, 3.2), 1),
    Row("W32", 40.0, 1, (4.0, 6.0), (2.6, 3.2), -1),
)

# kiosks that fill the gap between a street wall and the lane wall at the four corners of the lane
KIOSKS = (("S", 1), ("S", -1), ("N", 1), ("N", -1))

# building, kind, position, x and y from its south-west corner, width, depth
ON_BUILDINGS = (
    ("B01", "house", "attached", 3.0, -2.6, 4.2, 2.6),
    ("B05", "shop", "attached", 20.0, -2.4, 4.5, 2.4),
    ("B10", "shed", "attached", 30.0, -2.8, 3.6, 2.8),
    ("B17", "house", "attached", 8.0, -2.6, 4.0, 2.6),
    ("B22", "shed", "attached", 14.5, -2.4, 3.8, 2.4),
    ("B25", "shop", "attached", 40.0, -2.5, 4.0, 2.5),
    ("B02", "roof_room", "roof", 16.0, 3.0, 6.0, 4.0),
    ("B19", "roof_room", "roof", 4.0, 2.8, 6.5, 4.2),
    ("B27", "roof_room", "roof", 30.0, 3.0, 5.5, 4.2),
    ("B08", "balcony", "balcony", 17.0, -1.2, 3.2, 1.2),
    ("B12", "balcony", "balcony", 2.0, -1.2, 3.0, 1.2),
    ("B24", "balcony", "balcony", 31.0, -1.2, 3.2, 1.2),
)

# legality, kind, name, position, host, rectangle, storeys, removable, document
PAPERED = (
    ("legal", "shed", "自行车棚", "ground", None, (50.0, 170.2, 16.0, 3.0), 1, True, "1987年院建批文"),
    ("legal", "shed", "自行车棚", "ground", None, (157.2, 27.6, 15.0, 3.0), 1, True, "1985年厂建批文"),
    ("legal", "shed", "自行车棚", "ground", None, (240.0, 30.6, 18.0, 3.0), 1, True, "1990年院建批文"),
    ("legal", "other", "门卫室", "ground", None, (0.4, 164.0, 3.2, 4.0), 1, True, "建字第(1979)021号"),
    ("legal", "other", "门卫室", "ground", None, (199.6, 99.6, 3.4, 3.6), 1, True, "建字第(1987)105号"),
    ("legal", "other", "门卫室", "ground", None, (156.0, 1.0, 3.2, 3.6), 1, True, "建字第(1980)033号"),
    ("legal", "other", "配电室", "ground", None, (66.0, 99.0, 6.0, 4.6), 1, False, "供电局1992年竣工图"),
    ("historical", "storage", "旧煤棚", "ground", None, (20.0, 27.0, 11.0, 3.4), 1, True, None),
    ("historical", "house", "无证平房", "ground", None, (112.0, 168.0, 9.0, 5.0), 1, True, None),
    ("historical", "storage", "旧煤棚", "ground", None, (246.0, 102.0, 12.0, 3.6), 1, True, None),
    ("undecided", "shed", "铁皮房", "ground", None, (74.0, 29.6, 7.0, 4.0), 1, True, None),
    ("undecided", "storage", "车库改建库房", "ground", None, (187.0, 171.0, 8.0, 5.0), 1, True, None),
    ("undecided", "house", "南侧接建", "attached", "B18", (111.0, 111.8, 4.0, 2.4), 1, True, None),
    (
        "temporary",
        "canopy",
        "临时核酸亭（停用）",
        "ground",
        None,
        (226.9, 170.0, 3.0, 3.0),
        1,
        True,
        "临时许可至2023-12",
    ),
    (
        "temporary",
        "other",
        "工地板房",
        "ground",
        None,
        (270.0, 101.0, 9.0, 3.2),
        1,
        True,
        "临时许可至2025-10",
    ),
    (
        "extension",
        "house",
        "一层超建部分",
        "attached",
        "B26",
        (262.0, 180.8, 5.0, 2.2),
        1,
        True,
        "1996年翻建图",
    ),
)


def draw_structures(ground: Ground, homes: Rows, dice: random.Random) -> Rows:
    """Illegal structures whose floor areas sum to the published total, and those of other standing."""
    drawn = [*_kiosks(ground), *_plugs(ground), *_on_buildings(homes)]
    fixed = sum(float(str(values["floor_area_m2"])) for _, values in drawn)
    sheds = [shed for row in ROWS for shed in _row(row, dice)]
    area = sum(length * depth * storeys for _, _, length, depth, _, storeys, _ in sheds)
    stretch = (ILLEGAL_M2 - fixed) / area
    for wall, start, length, depth, side, storeys, kind in sheds:
        shape = _lean(ground.walls[wall][0], start, length, depth * stretch, side)
        drawn.append((shape, _illegal(kind, "ground", None, shape, storeys)))
    rows: Rows = {}
    for number, (shape, values) in enumerate(drawn, start=1):
        rows[f"V{number:02d}"] = (shape, values | {"document": DOCUMENT.format(number)})
    return rows | _papered(len(rows))


def _row(row: Row, dice: random.Random) -> list[tuple[str, float, float, float, int, int, str]]:
    sheds, at = [], row.start
    for place in range(row.count):
        length, depth = _uniform(dice, row.length), _uniform(dice, row.depth)
        kind = row.kinds[place % len(row.kinds)]
        sheds.append(
            (row.wall, at, length, depth, row.side, 2 if kind == "house" and place == 2 else 1, kind)
        )
        at += length + _uniform(dice, (0.3, 1.6))
    return sheds


def _uniform(dice: random.Random, limits: tuple[float, float]) -> float:
    return round(limits[0] + (limits[1] - limits[0]) * dice.random(), 2)


def _lean(wall: LineString, start: float, length: float, depth: float, side: int) -> Polygon:
    """A shed whose back touches the face of the wall."""
    face = THICKNESS_M / 2
    return beside(wall, start, length, side * face, side * (face + depth))


def _illegal(
    kind: str, position: str, host: str | None, shape: Polygon, storeys: int = 1
) -> dict[str, object]:
    names = {
        "shed": "棚屋",
        "storage": "杂物间",
        "house": "私搭平房",
        "garage": "私搭车库",
        "shop": "私搭门面",
        "roof_room": "楼顶加建",
        "balcony": "外挑阳台",
        "canopy": "雨棚",
    }
    height = {"roof_room": 2.8, "balcony": 2.6}.get(kind, 2.4 if storeys == 1 else 5.2)
    return {
        "legality": "illegal",
        "name": names[kind] if storeys == 1 else "私搭二层楼",
        "kind": kind,
        "storeys": storeys,
        "floor_area_m2": round(shape.area * storeys, 2),
        "position": position,
        "host_building": host,
        "height_m": height,
        "removable": True,
    }


def _kiosks(ground: Ground) -> list[tuple[Polygon, dict[str, object]]]:
    """Iron kiosks beside the mouths of the lane: once gone, nothing stands in the way of its widening."""
    ends = {("S", 1): "W10", ("S", -1): "W23", ("N", 1): "W03", ("N", -1): "W13"}
    rows = []
    for corner in KIOSKS:
        wall = ground.walls[ends[corner]][0]
        start = 0.05 if corner[0] == "S" else wall.length - 4.25
        shape = _lean(wall, start, 4.2, 3.0, corner[1])
        rows.append((shape, _illegal("shop", "ground", None, shape)))
    return rows


def _plugs(ground: Ground) -> list[tuple[Polygon, dict[str, object]]]:
    """Boxes that close the narrow strips between two parallel walls."""
    rows = []
    for wall, start, width, side in (("W07", 1.2, 1.05, -1), ("W31", 0.6, 1.1, 1), ("W31", 64.0, 1.1, 1)):
        shape = _lean(ground.walls[wall][0], start, 4.0, width, side)
        rows.append((shape, _illegal("storage", "ground", None, shape)))
    return rows


def _on_buildings(homes: Rows) -> list[tuple[Polygon, dict[str, object]]]:
    rows = []
    for host, kind, position, dx, dy, width, depth in ON_BUILDINGS:
        west, south, _, _ = homes[host][0].bounds
        shape = rect(west + dx, south + dy, width, depth)
        rows.append((shape, _illegal(kind, position, host, shape)))
    return rows


def _papered(count: int) -> Rows:
    rows: Rows = {}
    for number, row in enumerate(PAPERED, start=count + 1):
        legality, kind, name, position, host, (x, y, w, d), storeys, removable, document = row
        rows[f"V{number:02d}"] = (
            rect(x, y, w, d),
            {
                "legality": legality,
                "name": name,
                "kind": kind,
                "storeys": storeys,
                "floor_area_m2": round(w * d * storeys, 2),
                "position": position,
                "host_building": host,
                "height_m": 2.6,
                "removable": removable,
                "document": document,
            },
        )
    return rows


# kind, places, formal, rectangle
PARKING = (
    ("car", 14, True, (52.0, 198.6, 38.0, 5.0)),
    ("car", 10, False, (4.0, 198.2, 26.0, 4.6)),
    ("ebike", 24, True, (70.0, 168.4, 14.0, 2.0)),
    ("car", 6, False, (8.0, 100.0, 16.0, 5.0)),
    ("ebike", 16, True, (78.0, 99.0, 9.0, 2.0)),
    ("car", 8, False, (54.0, 24.4, 18.0, 4.8)),
    ("car", 12, True, (158.0, 199.2, 31.0, 5.0)),
    ("charging", 4, True, (190.5, 199.4, 6.0, 2.4)),
    ("car", 5, False, (112.0, 94.6, 14.0, 4.6)),
    ("car", 6, False, (171.0, 101.6, 13.0, 5.0)),
    ("car", 10, True, (174.6, 23.4, 26.0, 5.0)),
    ("car", 6, False, (124.5, 26.0, 16.0, 5.0)),
    ("car", 9, False, (230.0, 167.0, 24.0, 5.0)),
    ("car", 11, True, (230.0, 198.6, 28.0, 5.0)),
    ("car", 8, False, (262.0, 106.0, 20.0, 5.0)),
    ("car", 9, True, (262.0, 24.6, 24.0, 5.0)),
    ("ebike", 20, False, (240.0, 58.8, 12.0, 2.0)),
)


def draw_parking() -> dict[str, tuple[Polygon, dict[str, object]]]:
    """Marked places, and the corners where people park anyway."""
    rows = {}
    for number, (kind, places, formal, box) in enumerate(PARKING, start=1):
        rows[f"K{number:02d}"] = (rect(*box), {"kind": kind, "places": places, "formal": formal})
    return rows


PROTECTED = ((32.0, 96.6), (92.0, 30.0), (128.6, 171.6), (240.4, 164.9))


def draw_trees(ground: Ground, taken: list[Polygon], dice: random.Random) -> Trees:
    """Plane trees along the streets, old yard trees wherever nothing stands, a few of them protected."""
    spots = [(Point(xy), True) for xy in PROTECTED]
    spots += [(point, False) for point in _yard_spots(ground, dice) + _street_spots()]
    blocked = shapely.union_all([*taken, LANE.buffer(4.5)])
    shapely.prepare(blocked)
    rows: Trees = {}
    for point, protected in spots:
        if protected or blocked.distance(point) > 0.8:
            trunk = 0.9 if protected else round(0.18 + 0.3 * dice.random(), 2)
            crown = 10.0 if protected else round(3.0 + 10 * trunk * dice.random(), 1)
            values = {"trunk_m": trunk, "crown_m": crown, "protected": protected}
            rows[f"T{len(rows) + 1:03d}"] = (point, values)
    return rows


def _yard_spots(ground: Ground, dice: random.Random) -> list[Point]:
    spots = []
    for cid in sorted(ground.compounds):
        shape = ground.compounds[cid].buffer(-1.4)
        west, south, east, north = shape.bounds
        for _ in range(26):
            point = Point(west + (east - west) * dice.random(), south + (north - south) * dice.random())
            if shape.contains(point) and all(point.distance(other) > 4.0 for other in spots):
                spots.append(point)
    return spots


def _street_spots() -> list[Point]:
    kerbs = [
        line((-140, -6.9), (400, -9.9)),
        line((-140, -27.6), (400, -30.9)),
        line((-120, 224.0), (400, 229.9)),
        line((-22.5, -130), (-30.5, 310)),
        line((288.6, -120), (295.0, 300)),
        line((316.5, -120), (322.7, 300)),
    ]
    return [kerb.interpolate(float(at)) for kerb in kerbs for at in range(6, int(kerb.length), 12)]
