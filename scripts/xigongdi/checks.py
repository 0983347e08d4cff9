"""Proof by geometry that the drawing keeps its promises; the drawing is not written when one fails."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import shapely
from shapely import affinity
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from .frame import beside
from .ground import LANE_M, THICKNESS_M
from .options import SITES

WALL_M, ILLEGAL_M2, ILLEGAL_COUNT = 1200.0, 1500.0, 68
STATION = (10.0, 15.0)
SMALL_STATION = (8.0, 12.5)
SETBACK_M = 10.0
OPEN_LANE_M = 7.0
ANGLES = range(0, 90, 5)
NEXT_TO_M = 3.0

Layers = dict[str, dict[str, tuple[BaseGeometry, dict[str, object]]]]


def check_all(layers: Layers) -> list[str]:
    """Say what holds in one line each; raise ``AssertionError`` at the first thing that does not."""
    return [
        _totals(layers),
        _lane(layers),
        _no_overlaps(layers),
        _station_today(layers),
        _sites_after(layers),
    ]


def between_walls(layers: Layers) -> dict[str, float]:
    """Length of every wall that has a compound on both sides."""
    compounds = {cid: shape for cid, (shape, _) in layers["compounds"].items()}
    found = {}
    for wid, (wall, _) in layers["walls"].items():
        middle = wall.length / 2
        probes = [beside(wall, middle - 0.01, 0.02, 0.3 * side, NEXT_TO_M * side) for side in (1, -1)]
        met = [{c for c, shape in compounds.items() if shape.intersects(probe)} for probe in probes]
        if met[0] and met[1] and met[0] != met[1]:
            found[wid] = wall.length
    return found


def _totals(layers: Layers) -> str:
    metres = sum(between_walls(layers).values())
    illegal = [v for _, v in layers["structures"].values() if v["legality"] == "illegal"]
    floor = sum(float(str(v["floor_area_m2"])) for v in illegal)
    heated = sum(float(str(v["heated_area_m2"])) for _, v in layers["buildings"].values())
    homes = sum(int(str(v["households"])) for _, v in layers["buildings"].values())
    land = sum(shape.area for shape, _ in layers["compounds"].values())
    assert abs(metres - WALL_M) < WALL_M / 100, f"{metres:.1f} m of wall between compounds"
    assert abs(floor - ILLEGAL_M2) < ILLEGAL_M2 / 1000, f"{floor:.1f} m2 of illegal floor"
    assert len(illegal) == ILLEGAL_COUNT, f"{len(illegal)} illegal structures"
    assert 60_000 < heated < 90_000, f"{heated:.0f} m2 to heat"
    return (
        f"{metres:.1f} m of wall between compounds, {floor:.1f} m2 in {len(illegal)} illegal structures, "
        f"{heated:.0f} m2 to heat, {homes} households, floor area ratio {heated / land:.2f}"
    )


def _lane(layers: Layers) -> str:
    lane = layers["paths"]["L1"][0]
    cut = set(between_walls(layers))
    now = [w.buffer(THICKNESS_M / 2, cap_style="flat") for w, _ in layers["walls"].values()]
    gap = 2 * min(shape.distance(lane) for shape in now)
    assert abs(gap - LANE_M) < 0.01, f"lane is {gap:.3f} m wide"
    kept = [w.buffer(THICKNESS_M / 2) for wid, (w, _) in layers["walls"].items() if wid not in cut]
    kept += [shape for shape, _ in layers["buildings"].values()]
    kept += [s for s, v in layers["structures"].values() if v["legality"] != "illegal"]
    clear = 2 * min(shape.distance(lane) for shape in kept)
    assert clear > OPEN_LANE_M + 0.5, f"only {clear:.2f} m clear"
    return f"lane {gap:.2f} m today, {clear:.2f} m clear once walls and illegal structures are gone"


def _no_overlaps(layers: Layers) -> str:
    solid = {bid: shape for bid, (shape, _) in layers["buildings"].items()}
    low = {i: s for i, (s, v) in layers["structures"].items() if v["position"] in ("ground", "attached")}
    walls = {i: s.buffer(THICKNESS_M / 2 - 0.01) for i, (s, _) in layers["walls"].items()}
    roads = {
        i: s.buffer(float(str(v["width_m"])) / 2, cap_style="flat")
        for i, (s, v) in layers["paths"].items()
        if v["kind"] != "street"
    }
    flat = {i: s for name in ("parking", "open_spaces") for i, (s, _) in layers[name].items()}
    flat |= {i: s for i, (s, _) in layers["facilities"].items() if s.area > 0}
    gates = {i: s.buffer(float(str(v["width_m"])) / 2 + 0.3) for i, (s, v) in layers["gates"].items()}
    _apart(solid | low, solid | low)
    _apart(solid | low, walls | gates)
    _apart(solid | low | flat, roads)
    _apart(flat, solid | low | flat)
    for entrance, (point, _) in layers["entrances"].items():
        assert all(s.distance(point) > 0.6 for s in low.values()), f"door {entrance} is blocked"
    return "no building, structure, wall, road or parking place lies on another"


def _apart(a: dict[str, BaseGeometry], b: dict[str, BaseGeometry]) -> None:
    names, shapes = list(b), list(b.values())
    tree = shapely.STRtree(shapes)
    for key, shape in a.items():
        for hit in tree.query(shape):
            over = shape.intersection(shapes[hit]).area
            assert names[hit] == key or over < 0.02, f"{key} lies on {names[hit]}: {over:.2f} m2"


def _free(layers: Layers, *, opened: bool) -> BaseGeometry:
    """Ground of the compounds that a stand-alone station could use; generous today, strict once opened."""
    cut = between_walls(layers) if opened else {}
    walls = [w.buffer(THICKNESS_M / 2) for wid, (w, _) in layers["walls"].items() if wid not in cut]
    standing = [
        s
        for s, v in layers["structures"].values()
        if v["position"] in ("ground", "attached") and not (opened and v["legality"] == "illegal")
    ]
    used = [s for s, v in layers["parking"].values() if opened or v["formal"]]
    used += [s for s, _ in layers["open_spaces"].values()] + [s for s, _ in layers["buildings"].values()]
    used += [s for s, _ in layers["facilities"].values() if s.area > 0]
    used += [s.buffer(float(str(v["width_m"])) / 2, cap_style="square") for s, v in layers["paths"].values()]
    crown = 1.5 if opened else 0.3
    used += [s.buffer(crown) for s, _ in layers["trees"].values()]
    land = shapely.union_all([shape for shape, _ in layers["compounds"].values()])
    if opened:
        land = land.buffer(1.6, join_style="mitre").buffer(-1.6, join_style="mitre")
    return land.difference(shapely.union_all([*walls, *standing, *used]))


def _homes(layers: Layers) -> BaseGeometry:
    return shapely.union_all([s for s, v in layers["buildings"].values() if int(str(v["households"])) > 0])


def _station_today(layers: Layers) -> str:
    quiet = _free(layers, opened=False).difference(_homes(layers).buffer(SETBACK_M))
    for sides in (STATION, SMALL_STATION):
        for piece in shapely.get_parts(quiet):
            assert not fits(piece, sides, ANGLES), f"a station of {sides} m fits today near {piece.centroid}"
    boilers = [s.area for s, v in layers["buildings"].values() if v["use"] == "boiler_house"]
    spare = max(float(str(v["spare_room_m2"])) for _, v in layers["buildings"].values())
    assert max(boilers) < 80 and spare < 50
    return (
        f"today no {STATION} m and no {SMALL_STATION} m place; boiler house {max(boilers):.0f} m2; "
        f"rooms up to {spare:.0f} m2"
    )


def _sites_after(layers: Layers) -> str:
    free = _free(layers, opened=True)
    quiet = free.difference(_homes(layers).buffer(SETBACK_M))
    away = _homes(layers).buffer(1.0)
    for sid, shape in SITES.items():
        room = quiet if sid == "HX1" else free.difference(away)
        out = shape.difference(room.buffer(1e-6)).area
        assert out < 1e-3, f"{sid}: {out:.2f} m2 do not fit at {shape.difference(room).centroid}"
    places = [p for p in shapely.get_parts(quiet) if p.area > 120 and fits(p, STATION, (0,))]
    return (
        f"after the full option {len(places)} pieces of ground hold the station; every planned site is free"
    )


def fits(ground: Polygon, sides: tuple[float, float], angles: Iterable[float]) -> bool:
    """Whether a rectangle lies in the ground at one of the angles or across it (Minkowski erosion)."""
    for angle in angles:
        turned = affinity.rotate(ground, -angle, origin=(0, 0))
        for width, depth in (sides, sides[::-1]):
            if not _erode(turned, width, depth).is_empty:
                return True
    return False


def _erode(ground: Polygon, width: float, depth: float) -> BaseGeometry:
    west, south, east, north = ground.bounds
    if east - west < width or north - south < depth:
        return Polygon()
    around = box(west - 1, south - 1, east + 1, north + 1).difference(ground)
    swept = _sweep(_sweep(around, -width, 0.0), 0.0, -depth)
    return box(west, south, east - width, north - depth).difference(swept)


def _sweep(shape: BaseGeometry, dx: float, dy: float) -> BaseGeometry:
    """Everything a shape passes over when it moves by (dx, dy)."""
    parts = [shape, affinity.translate(shape, dx, dy)]
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        xy = shapely.get_coordinates(ring)
        for a, b in pairwise(xy):
            move = (dx, dy)
            quad = Polygon([a, b, (b[0] + move[0], b[1] + move[1]), (a[0] + move[0], a[1] + move[1])])
            if quad.area > 1e-9:
                parts.append(quad)
    return shapely.union_all(parts)
