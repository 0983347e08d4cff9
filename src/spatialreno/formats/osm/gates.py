"""Gates on their walls: mapped ones moved onto the wall, missing ones inferred where a path crosses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Array, Row
from spatialreno.formats.osm.clip import Desk

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


_ON_PATH_M = 0.5
_SAME_M = 0.01
_PROBE_M = 1.0  # how far along a path one looks to see which side of the wall it is on
_STRAIGHT_M = 0.05
_ON_FOOT = frozenset({"footway", "steps", "cycleway"})
_ESTIMATED = "vehicles,walkers,width_m"


@dataclass(frozen=True)
class _Scene:
    """Walls and the paths on the ground, as arrays."""

    walls: Array
    wall_tree: Any
    paths: gpd.GeoDataFrame
    lines: Array
    path_tree: Any
    constants: Mapping[str, float]


def place_gates(
    gates: gpd.GeoDataFrame, walls: gpd.GeoDataFrame, paths: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, desk: Desk,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Move mapped gates onto their wall and infer those without which a mapped path would end at a wall.

    A mapped gate goes to where its own path (if it lies on none: any path) crosses a wall, at most
    ``osm_gate_snap_m`` away, else to a wall within ``osm_wall_near_m``, else it stays and is noted.
    Every other crossing of a path on the ground gets an inferred gate as wide as the path: public if the
    path is, else for residents. A compound with walls and no gate at all gets one where its wall is
    nearest to a path outside it.

    Parameters
    ----------
    gates, walls, paths, compounds, buildings
        Layers in the desk's metric CRS, index ``id``; paths with the column ``level``.
    desk
        Constants and notes.

    Returns
    -------
    GeoDataFrame
        Mapped and inferred gates, index ``id`` (``n5``; ``w7-g1`` for the first crossing of path w7).
    """
    ground = paths[paths["level"] == 0] if len(paths) else paths
    lines, stones = ground.geometry.to_numpy(), walls.geometry.to_numpy()
    scene = _Scene(stones, shapely.STRtree(stones), ground, lines, shapely.STRtree(lines), desk.constants)
    crossings = _crossings(scene)
    mapped = _moved(gates, crossings, scene, desk)
    opened = _inferred(_unserved(crossings, mapped), scene, desk)
    both = _joined([mapped, opened], desk)
    blocks = shapely.STRtree(np.concatenate([buildings.geometry.to_numpy(), stones]))
    return _joined([both, _ways_out(both, compounds, blocks, scene, desk)], desk).sort_index()


def _crossings(scene: _Scene) -> pd.DataFrame:
    """List where paths pass from one side of a wall to the other: columns path, point."""
    walls, paths = scene.path_tree.query(scene.walls, "intersects")
    shapes = shapely.get_parts(shapely.intersection(scene.walls[walls], scene.lines[paths]), return_index=True)
    points, owner = shapes
    single = shapely.get_dimensions(points) == 0
    points, owner = points[single], owner[single]
    rows = [
        {"path": int(paths[o]), "wall": int(walls[o]), "point": point, "x": point.x, "y": point.y}
        for point, o in zip(points, owner, strict=True)
        if _passes(point, scene.walls[walls[o]], scene)
    ]
    frame = pd.DataFrame(rows, columns=["path", "wall", "point", "x", "y"])
    return frame.sort_values(["path", "x", "y"], kind="stable", ignore_index=True)


def _passes(point: BaseGeometry, wall: BaseGeometry, scene: _Scene) -> bool:
    """Tell whether paths lead away from the point on both sides of the wall (or along it)."""
    place = wall.project(point)
    back, on = (wall.interpolate(min(max(place + d, 0), wall.length)) for d in (-_PROBE_M / 2, _PROBE_M / 2))
    along = np.array([on.x - back.x, on.y - back.y])
    sides = set()
    for hit in scene.path_tree.query(point, "dwithin", distance=_SAME_M):
        line = scene.lines[hit]
        at = line.project(point)
        for probe in (at - _PROBE_M, at + _PROBE_M):
            if 0 <= probe <= line.length or min(abs(probe), abs(probe - line.length)) < _PROBE_M - _SAME_M:
                to = line.interpolate(min(max(probe, 0), line.length))
                sides.add(_side(along, np.array([to.x - point.x, to.y - point.y])))
    return len(sides) > 1


def _side(along: Array, to: Array) -> int:
    cross = (along[0] * to[1] - along[1] * to[0]) / max(float(np.hypot(*along)), 1e-9)
    return 0 if abs(cross) < _STRAIGHT_M else int(np.sign(cross))


def _moved(gates: gpd.GeoDataFrame, crossings: pd.DataFrame, scene: _Scene, desk: Desk) -> gpd.GeoDataFrame:
    if not len(gates):
        return gates.assign(inferred=pd.Series(dtype="boolean"))
    places, widths = [], []
    for key, here, width in zip(gates.index, gates.geometry, gates["width_m"], strict=True):
        on = scene.path_tree.query(here, "dwithin", distance=_ON_PATH_M)
        place = _wall_point(here, on, crossings, scene)
        moved = here.distance(place) if place is not None else None
        if moved is None:
            desk.acts.add("gates", str(key), "no_wall", "lies on no wall and no path leads it to one; kept")
        elif moved > desk.constants["snap_m"]:
            desk.acts.add("gates", str(key), "moved", f"moved {moved:.1f} m onto its wall")
        places.append(here if place is None else place)
        widths.append(_width(scene, int(on[0])) if pd.isna(width) and len(on) else width)
    return gates.assign(width_m=widths, inferred=False).set_geometry(
        gpd.GeoSeries(places, index=gates.index, crs=gates.crs)
    )


def _wall_point(gate: BaseGeometry, on: Array, crossings: pd.DataFrame, scene: _Scene) -> Any:
    """Find the point of a wall a mapped gate belongs to; None when there is none."""
    nearest, away = None, np.inf
    if len(scene.walls):
        hit = scene.wall_tree.nearest(gate)
        nearest = shapely.get_point(shapely.shortest_line(gate, scene.walls[hit]), 1)
        away = gate.distance(nearest)
    if away <= scene.constants["gate_snap_m"]:
        return nearest
    own = crossings[crossings["path"].isin(on)] if len(on) else crossings
    if len(own):
        apart = shapely.distance(own["point"].to_numpy(), gate)
        if apart.min() <= scene.constants["osm_gate_snap_m"]:
            return own["point"].iloc[int(apart.argmin())]
    return nearest if away <= scene.constants["osm_wall_near_m"] else None


def _unserved(crossings: pd.DataFrame, gates: gpd.GeoDataFrame) -> pd.DataFrame:
    """Keep the crossings that no gate serves: farther from each than half its width."""
    if not len(gates) or not len(crossings):
        return crossings
    points = crossings["point"].to_numpy()
    near, _ = shapely.STRtree(_reach(gates)).query(points, "intersects")
    return crossings.drop(index=crossings.index[np.unique(near)])


def _reach(gates: gpd.GeoDataFrame) -> Array:
    half = gates["width_m"].astype(float).fillna(2 * _PROBE_M).to_numpy() / 2
    result: Array = shapely.buffer(gates.geometry.to_numpy(), half)
    return result


def _inferred(crossings: pd.DataFrame, scene: _Scene, desk: Desk) -> gpd.GeoDataFrame:
    """Make one gate at each place where a path crosses walls."""
    rows: list[dict[str, Any]] = []
    for path in sorted(set(crossings["path"])):
        group = crossings[crossings["path"] == path]
        line, key = scene.lines[path], str(scene.paths.index[path])
        width, last = _width(scene, path), -np.inf
        number = 0
        for place, point in sorted(((line.project(p), p) for p in group["point"]), key=lambda pair: pair[0]):
            if place - last <= _SAME_M:
                continue
            last, number = place, number + 1
            rows.append(_gate(f"{key}-g{number}", point, scene.paths.iloc[path], width))
    frame = _frame(rows, desk)
    desk.acts.add("gates", frame.index, "inferred_gate", "a mapped path crosses a wall here; gate inferred")
    return frame


def _gate(key: str, point: BaseGeometry, path: Row, width_m: float) -> dict[str, Any]:
    walkers = "public" if path["public"] else "residents"
    street = path["kind"] == "street" and walkers == "public"
    vehicles = "closed" if path["kind"] in _ON_FOOT else "public" if street else "residents"
    return {
        "id": key, "walkers": walkers, "vehicles": vehicles, "width_m": width_m, "inferred": True,
        "estimated": _ESTIMATED, "geometry": point,
    }  # fmt: skip


def _ways_out(
    gates: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, blocks: shapely.STRtree, scene: _Scene, desk: Desk
) -> gpd.GeoDataFrame:
    """Give a compound whose walls have no gate at all one way out, towards the nearest path."""
    rows: list[dict[str, Any]] = []
    doors = shapely.STRtree(gates.geometry.to_numpy())
    near_m = scene.constants["osm_wall_near_m"]
    for key, shape in compounds.geometry.items():
        if len(doors.query(shape.boundary, "dwithin", distance=near_m)) or not len(scene.walls):
            continue
        own = scene.walls[np.sort(scene.wall_tree.query(shape.boundary, "dwithin", distance=near_m))]
        if not len(own):
            continue
        places = _places(own, shapely.buffer(shape.boundary, near_m), scene)
        others = compounds.geometry.drop(key).to_numpy()
        others = others[shapely.dwithin(others, shape, 2 * near_m)]
        found = _best_way_out(places, shape, others, blocks, scene, desk)
        if found is None:
            desk.acts.add("compounds", str(key), "no_way_out", "walled all around and no path is near; left so")
            continue
        point, path = found
        rows.append(_gate(f"{key}-g0", point, scene.paths.iloc[path], _width(scene, path)))
        desk.acts.add("gates", f"{key}-g0", "inferred_gate", "the compound had no way out; gate inferred")
    return _frame(rows, desk)


def _places(walls: Array, along: BaseGeometry, scene: _Scene) -> Array:
    """List the points of a compound's walls at which a gate could stand, a step apart."""
    lines = shapely.get_parts(shapely.intersection(walls, along))
    lines = shapely.segmentize(lines[shapely.length(lines) > 0], scene.constants["frontage_step_m"] / 2)
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[:-1] == owner[1:]
    result: Array = shapely.points(((coords[:-1] + coords[1:]) / 2)[same])
    return result


def _best_way_out(
    places: Array, shape: BaseGeometry, others: Array, blocks: shapely.STRtree, scene: _Scene, desk: Desk
) -> tuple[Any, int] | None:
    """Choose the place from which the straight way to a path outside is free and short."""
    reach, step = scene.constants["gate_reach_m"], scene.constants["frontage_step_m"]
    near: Array = np.sort(scene.path_tree.query(shape, "dwithin", distance=reach)).astype(int)
    outside: Array = shapely.difference(scene.lines[near], shape)
    near, outside = near[~shapely.is_empty(outside)], outside[~shapely.is_empty(outside)]
    if not len(outside) or not len(places):
        return None
    (at, path), away = shapely.STRtree(outside).query_nearest(places, all_matches=False, return_distance=True)
    links = shapely.shortest_line(places[at], outside[path])
    blocked = np.bincount(blocks.query(links, "intersects")[0], minlength=len(places)) > 1  # its own wall is one
    shared = shapely.dwithin(places, shapely.union_all(others), scene.constants["strip_m"])
    last = shapely.dwithin(places, desk.edge(), scene.constants["osm_gate_snap_m"])
    aside = shapely.distance(places, shape.centroid).round(3)  # of equal ways the one nearest the middle
    best = int(np.lexsort((aside, away // step, last, shared, blocked))[0])
    return (places[best], int(near[path[best]])) if away[best] <= reach else None


def _width(scene: _Scene, path: int) -> float:
    """Return a path's declared width, else the usual width of its kind, in metres."""
    row = scene.paths.iloc[path]
    if not pd.isna(row["width_m"]):
        return float(row["width_m"])
    if row["kind"] == "street":
        return scene.constants["street_width_m"]
    return scene.constants["osm_foot_width_m" if row["kind"] in _ON_FOOT else "osm_service_width_m"]


def _frame(rows: list[dict[str, Any]], desk: Desk) -> gpd.GeoDataFrame:
    columns = ["id", "walkers", "vehicles", "width_m", "inferred", "estimated", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=desk.crs).set_index("id")


def _joined(frames: list[gpd.GeoDataFrame], desk: Desk) -> gpd.GeoDataFrame:
    some = [frame for frame in frames if len(frame)]
    return gpd.GeoDataFrame(pd.concat(some), crs=desk.crs) if some else frames[0]
