"""Lifts (一梯一策): for every stairwell, does a shaft fit, level or half-way, shared, with room for a sunroom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Floats, Row
from spatialreno.area import inhabited_buildings, standing_structures
from spatialreno.land import wall_bodies

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

COLUMNS = [
    *("building_id", "compound_id", "unit", "storeys", "households", "verdict", "form", "level_entry", "obstacles"),
    *("lane", "lane_left_m", "pipes", "partner", "sunrooms", "height_m", "confidence", "geometry"),
]
#: Contact with the own wall is no collision.
_TOUCH_M = 0.05
_DRIVEN = ("street", "lane", "service")
#: Doors whose outward directions differ by more than this do not face one another (cosine).
_FACING = -0.9


def stairwells(area: StudyArea) -> pd.DataFrame:
    """List the stairwells that homes open on; a building whose doors are unknown is one stairwell.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    DataFrame
        Index entrance_id, sorted; building_id, compound_id, unit, storeys, households.

    Examples
    --------
    >>> import spatialreno as sr
    >>> wells = stairwells(sr.read_area("data/geo/xigongdi"))
    >>> wells[wells["building_id"] == "B01"]["households"].to_dict()
    {'B01-1': 10, 'B01-2': 10, 'B01-3': 10}
    """
    buildings = inhabited_buildings(area)
    buildings = buildings[buildings["households"].fillna(0) > 0]  # residents alone do not say how many homes there are
    doors = area.entrances[area.entrances["building_id"].isin(buildings.index)]
    doors = doors[doors["households"].fillna(0) > 0]
    counted = buildings["households"].fillna(0) > 0  # how many share a lift must be known
    unknown = buildings[counted & ~buildings.index.isin(doors["building_id"])]
    alone = unknown.assign(building_id=unknown.index, unit=unknown["name"])
    columns = ["building_id", "unit", "storeys", "households"]
    found: pd.DataFrame = pd.concat([doors[columns], alone[columns]]).rename_axis("entrance_id").sort_index()
    storeys = found["building_id"].map(buildings["storeys"])
    found["storeys"] = found["storeys"].fillna(storeys).fillna(area.catalog.constants["default_storeys"]).astype(int)
    found["households"] = found["households"].astype(int)
    found.insert(1, "compound_id", found["building_id"].map(buildings["compound_id"]))
    return found


def fit_lifts(area: StudyArea) -> gpd.GeoDataFrame:
    """Judge for every stairwell whether a lift fits, and which.

    The forms of the catalog (``lift_forms``) are tried against the building's outer wall at the door: a level
    entry first, then a half-landing; where two stairwells of two buildings face each other at the right
    distance, one shaft for both is proposed. A footprint fits when it keeps clear of buildings, structures on the
    ground, walls, facilities and protected trees, stays in the compound, and leaves ``fire_width_m`` where
    a lane passes in front. Where two lifts would stand in one another's way, the stairwell that comes first by its id
    has its own, and the other the next smaller form.

    Parameters
    ----------
    area
        Any area: as it is, or as a scenario would leave it.

    Returns
    -------
    GeoDataFrame
        Index entrance_id; building_id, compound_id, unit, storeys, households, verdict (``fits``, ``blocked``,
        ``low``: fewer storeys than a lift needs, ``no_door``: the door is not known), form (``level``, ``half``,
        ``shared``), level_entry, obstacles (ids in the way of the smallest form, comma-joined; ``edge``: of the
        compound; ``fire_lane``: what follows narrows it), lane (path in front), lane_left_m (free room ahead of the
        shaft, at most ``lift_look_m``), pipes (to be moved), partner (stairwell that shares the shaft), sunrooms
        (how many of two first-floor homes have room for one), height_m (of the shaft), confidence; geometry is
        the footprint.

    Examples
    --------
    >>> import spatialreno as sr
    >>> found = fit_lifts(sr.read_area("data/geo/xigongdi"))
    >>> len(found), set(found.verdict) <= {"fits", "blocked", "low", "no_door"}
    (96, True)
    """
    site = _Site(area)
    wells = stairwells(area)
    doors = {str(i): site.door(str(i), row) for i, row in wells.iterrows()}
    partners = dict(_partners(_without_lift(doors, wells, site), site))
    known = dict(wells.iterrows())
    judged = {str(i): _judge(str(i), row, doors, partners, site) for i, row in known.items()}
    for i, others in _in_one_anothers_way(judged).items():
        site.lifts = {other: judged[other]["geometry"] for other in others if judged[other]["verdict"] == "fits"}
        judged[i] = _judge(i, known[i], doors, partners, site)
    rows = [{**row.to_dict(), **judged[str(i)]} for i, row in known.items()]
    frame = gpd.GeoDataFrame(rows, columns=COLUMNS, geometry="geometry", crs=area.crs)
    frame.index = wells.index
    return frame


@dataclass(frozen=True)
class _Door:
    """Where a stairwell meets the wall: the point on it, outward and along, and how deep the building is."""

    at: Floats
    out: Floats
    along: Floats
    deep_m: float
    building: str

    def box(self, along: tuple[float, float], out: tuple[float, float]) -> Any:
        """Draw a rectangle in the door's own directions, metres."""
        corners = [(along[0], out[0]), (along[1], out[0]), (along[1], out[1]), (along[0], out[1])]
        return shapely.Polygon([self.at + a * self.along + o * self.out for a, o in corners])


class _Site:
    """What stands in an area, and the catalog's forms."""

    def __init__(self, area: StudyArea) -> None:
        self.area = area
        self.constants = area.catalog.constants
        self.forms = {row["form"]: row for row in area.catalog.rows("lift_forms")}
        parts = list(_solid(area))
        self.names = np.array([name for names, _ in parts for name in names], dtype=object)
        self.shapes = np.concatenate([shapes for _, shapes in parts]) if parts else np.array([], dtype=object)
        self.tree = shapely.STRtree(self.shapes)
        self.lifts: dict[str, BaseGeometry] = {}  # of other stairwells, which have their place already
        self.entrances, self.yards, self.pipes = area.entrances, area.compounds.geometry, area.pipes
        self.houses = area.buildings.geometry
        paths = area.paths[area.paths["kind"].isin(_DRIVEN) & area.paths["width_m"].notna()]
        self.lanes = paths.geometry.buffer(paths["width_m"].astype(float) / 2, cap_style="flat")

    def door(self, i: str, well: Row) -> _Door | None:
        """Find the wall at a door; None where the door is not known."""
        if i not in self.entrances.index:
            return None
        house = self.houses[well["building_id"]]
        house = max(shapely.get_parts(house), key=lambda part: part.area)
        ring = shapely.get_coordinates(shapely.orient_polygons(house).exterior)
        point = shapely.get_coordinates(self.entrances.geometry[i])[0]
        start, run = ring[:-1], np.diff(ring, axis=0)
        length = np.hypot(*run.T)
        share = np.clip(((point - start) * run).sum(axis=1) / length**2, 0, 1)
        feet = start + share[:, None] * run
        near = int(np.argmin(np.round(np.hypot(*(feet - point).T), 6)))
        along = run[near] / length[near]
        out = np.array([along[1], -along[0]])  # the ring runs counter-clockwise
        ray = shapely.LineString([feet[near], feet[near] - out * 200.0])
        return _Door(feet[near], out, along, float(ray.intersection(house).length), str(well["building_id"]))

    def hits(self, shape: BaseGeometry, ignore: str = "") -> list[str]:
        """Name what stands in a footprint."""
        core = shapely.buffer(shape, -_TOUCH_M, join_style="mitre")
        found = self.names[self.tree.query(core, predicate="intersects")]
        lifts = {name for name, lift in self.lifts.items() if shapely.intersects(core, lift)}
        return sorted(({str(name) for name in found} | lifts) - {ignore})

    def room_ahead(self, door: _Door, half: float, depth: float) -> float:
        """Measure the free room straight ahead of a shaft, metres, as far as one looks."""
        look = self.constants["lift_look_m"]
        corridor = door.box((-half, half), (depth, depth + look))
        found = self.tree.query(shapely.buffer(corridor, -_TOUCH_M, join_style="mitre"), predicate="intersects")
        front = shapely.LineString([door.at + s * half * door.along + depth * door.out for s in (-1, 1)])
        parts = shapely.intersection(self.shapes[found], corridor)
        return float(min([look, *shapely.distance(parts, front)]))

    def lane_at(self, shape: BaseGeometry) -> str:
        """Name the lane that passes within a fire lane's width of a footprint."""
        near = self.lanes[self.lanes.distance(shape) < self.constants["fire_width_m"]]
        return str(min(near.index)) if len(near) else ""


def _solid(area: StudyArea) -> Iterator[tuple[list[str], Any]]:
    """Give everything a shaft may not stand on, with names."""
    low = standing_structures(area)
    thick = area.walls[area.walls["thickness_m"].fillna(0) > 0]
    outlined = area.facilities[area.facilities.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    old = area.trees[area.trees["protected"].fillna(False).astype(bool)]
    for layer in (area.buildings, low, outlined):
        yield list(layer.index), layer.geometry.to_numpy()
    yield list(thick.index), wall_bodies(thick)
    yield (
        list(old.index),
        shapely.buffer(old.geometry.to_numpy(), old["crown_m"].fillna(0).astype(float).to_numpy() / 2),
    )


def _in_one_anothers_way(judged: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Name for each lift those before it that it would overlap; one that two stairwells share comes before."""
    fits = [i for i, row in judged.items() if row["verdict"] == "fits"]
    order = sorted(fits, key=lambda i: (not judged[i]["partner"], i))
    shapes = np.array([judged[i]["geometry"] for i in order], object)
    cores = shapely.buffer(shapes, -_TOUCH_M, join_style="mitre")
    found: dict[str, list[str]] = {}
    for later, earlier in sorted(shapely.STRtree(cores).query(cores, predicate="intersects").T.tolist()):
        if earlier < later and judged[order[later]]["partner"] != order[earlier]:
            found.setdefault(order[later], []).append(order[earlier])
    return found


def _without_lift(doors: dict[str, _Door | None], wells: pd.DataFrame, site: _Site) -> dict[str, _Door | None]:
    """Keep the doors that could share a shaft: the house is high enough for a lift, and has none."""
    have = site.entrances["lift"].fillna(False).astype(bool)
    high = wells["storeys"] >= site.constants["lift_least_storeys"]
    return {i: door for i, door in doors.items() if bool(high[i]) and not bool(have.get(i, False))}


def _partners(doors: dict[str, _Door | None], site: _Site) -> Iterator[tuple[str, str]]:
    """Pair stairwells of two buildings that face each other at the distance one shaft can serve."""
    form = site.forms["shared"]
    snap, half = site.constants["snap_m"], float(form["width_m"]) / 2
    least, most = float(form["gap_least_m"]) - snap, float(form["gap_most_m"]) + snap
    known = {i: door for i, door in doors.items() if door is not None}
    taken: set[str] = set()
    for i, one in known.items():
        for j, other in known.items():
            if j <= i or {i, j} & taken or one.building == other.building:
                continue
            across = other.at - one.at
            ahead, aside = float(across @ one.out), abs(float(across @ one.along))
            if float(one.out @ other.out) < _FACING and least <= ahead <= most and aside <= half:
                taken |= {i, j}
                yield from ((i, j), (j, i))


def _judge(i: str, well: Row, doors: dict[str, _Door | None], partners: dict[str, str], site: _Site) -> dict[str, Any]:
    """Try the forms in turn; the first that fits is proposed, else the smallest tells what is in its way."""
    door = doors[i]
    height = float(well["storeys"]) * site.constants["storey_height_m"] + site.constants["lift_overrun_m"]
    empty = {"form": "", "level_entry": False, "obstacles": "", "lane": "", "lane_left_m": np.nan, "pipes": ""}
    empty |= {"partner": "", "sunrooms": 0, "height_m": height, "confidence": "", "geometry": shapely.Polygon()}
    if door is None:
        return empty | {"verdict": "no_door"}
    empty["sunrooms"] = _sunrooms(door, site)
    if well["storeys"] < site.constants["lift_least_storeys"]:
        return empty | {"verdict": "low"}
    tried: dict[str, Any] = {}
    for form in (("shared",) if i in partners else ()) + ("level", "half"):
        other = doors[partners[i]] if form == "shared" else None
        tried = _try(site.forms[form], door, other, well, site)
        if tried["verdict"] == "fits":
            return empty | tried | ({"partner": partners[i]} if other is not None else {})
    return empty | tried


def _try(form: dict[str, str], door: _Door, other: _Door | None, well: Row, site: _Site) -> dict[str, Any]:
    """Stand one form at one door and say whether it fits, and what is in its way."""
    half = float(form["width_m"]) / 2
    depth = float(form["depth_m"]) if other is None else float((other.at - door.at) @ door.out)
    shape = door.box((-half, half), (0.0, depth))
    hits = site.hits(shape)
    if not _inside(shape, well["compound_id"], site) and other is None:
        hits.append("edge")
    lane = site.lane_at(shape)
    left = np.nan if other is not None else site.room_ahead(door, half, depth)
    needed = site.constants["fire_width_m"]
    if lane and left < needed:
        hits += ["fire_lane", *site.hits(door.box((-half, half), (depth, depth + needed)))]
    return {
        "verdict": "blocked" if hits else "fits",
        "form": form["form"],
        "level_entry": form["form"] != "half",
        "obstacles": ", ".join(dict.fromkeys(hits)),
        "lane": lane,
        "lane_left_m": left,
        "pipes": ", ".join(site.pipes.index[shapely.intersects(site.pipes.geometry.to_numpy(), shape)]),
        "confidence": form["confidence"],
        "geometry": shape,
    }


def _inside(shape: BaseGeometry, compound: object, site: _Site) -> bool:
    """Tell whether a footprint stays in its compound; one without a compound has nowhere to stand."""
    reach = site.constants["tolerance_m"]
    return compound in site.yards.index and bool(shapely.buffer(site.yards[compound], reach).covers(shape))


def _sunrooms(door: _Door, site: _Site) -> int:
    """Count the first-floor homes, left and right of the stair, with room for a sunroom at the far side."""
    depth = site.constants["sunroom_depth_m"]
    width = site.constants["sunroom_m2"] / depth
    behind = (-door.deep_m - depth, -door.deep_m)
    rooms = [door.box(side, behind) for side in ((-width - _TOUCH_M, -_TOUCH_M), (_TOUCH_M, width + _TOUCH_M))]
    yards = site.yards.to_numpy()
    return sum(not site.hits(room) and bool(shapely.covers(yards, room).any()) for room in rooms)
