"""OpenStreetMap features as layers: compounds, walls, gates, paths, green, parking, trees, doors."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno.area import LONLAT
from spatialreno.formats.osm.clip import Desk, Row, layer
from spatialreno.formats.osm.read import Feature, RawOsm
from spatialreno.formats.osm.tags import Kind, hours, level, number, state, unread_conditions, vehicles, walkers

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_UNDERGROUND = frozenset({"underground"})
_SIDEWALK = frozenset({"both", "left", "right", "yes", "separate"})
_TOUCH_M2 = 1e-6  # shared edges overlap by rounding
_NAME = ("name:zh", "name")


def title(tags: dict[str, str]) -> str | None:
    """Return the Chinese name, else the name, else None."""
    return next((tags[key] for key in _NAME if tags.get(key)), None)


def compounds(raw: RawOsm, desk: Desk) -> gpd.GeoDataFrame:
    """Make compounds of residential land use; nothing is drawn twice, the unnamed get a number."""
    frame = layer(desk, "compounds", raw.areas, lambda f: _named(f, "compounds", desk))
    if not len(frame):
        return frame
    frame = _apart(frame, desk)
    nameless = frame.index[frame["name"].isna()]
    frame.loc[nameless, "name"] = [f"未命名小区 {n}" for n in range(1, len(nameless) + 1)]
    desk.acts.add("compounds", nameless, "named", "has no name on the map; given a number")
    return frame


def _named(feature: Feature, name: str, desk: Desk) -> Row | None:
    if not desk.kinds.of(feature.tags, name):
        return None
    year = number(feature.tags.get("start_date"))
    return {"name": title(feature.tags), "built_year": int(year) if year and year > 1000 else None}


def _apart(frame: gpd.GeoDataFrame, desk: Desk) -> gpd.GeoDataFrame:
    """Let the smaller of two overlapping compounds keep the ground both cover."""
    order = np.lexsort((frame.index.to_numpy().astype(str), frame["name"].isna(), frame.area.round()))
    shapes, ids, names = frame.geometry.to_numpy(), frame.index.to_numpy(), frame["name"].to_numpy(dtype=object)
    tree, done = shapely.STRtree(shapes), dict[int, Any]()
    for here in order:
        beside = [i for i in np.sort(tree.query(shapes[here], "intersects")) if i in done]
        hits = [i for i in beside if shapes[here].intersection(done[i]).area > _TOUCH_M2]
        twin = next((i for i in hits if _share(shapes[here], done[i]) > desk.constants["osm_duplicate_share"]), None)
        if twin is not None:
            names[twin] = names[twin] if isinstance(names[twin], str) else names[here]
            desk.acts.add("compounds", ids[here], "duplicate", f"covers the same ground as {ids[twin]}; left out")
            continue
        if hits:
            reason = f"ground it shared with {', '.join(ids[hits])} left to those"
            desk.acts.add("compounds", ids[here], "overlap", reason)
        done[here] = shapely.difference(shapes[here], shapely.union_all([done[i] for i in hits]))
    return _large_parts(frame.assign(name=names).iloc[sorted(done)], [done[i] for i in sorted(done)], desk)


def _large_parts(frame: gpd.GeoDataFrame, shapes: list[Any], desk: Desk) -> gpd.GeoDataFrame:
    """Make a compound of every part that is large enough (``w5/p1`` … where there are several)."""
    least = desk.constants["osm_least_compound_m2"]
    rows, keys, kept = [], [], []
    for place, (key, shape) in enumerate(zip(frame.index, shapes, strict=True)):
        parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
        large = [part for part in parts if part.area >= least]
        if len(large) < len(parts):
            lost = len(parts) - len(large)
            desk.acts.add("compounds", str(key), "remnant", f"{lost} pieces under {least:g} m2 left out")
        rows += [place] * len(large)
        keys += [f"{key}/p{n}" if len(large) > 1 else str(key) for n in range(1, len(large) + 1)]
        kept += large
    result = frame.iloc[rows].set_axis(pd.Index(keys, name="id", dtype="object"))
    return result.set_geometry(gpd.GeoSeries(kept, index=result.index, crs=frame.crs)).sort_index()


def _share(one: BaseGeometry, two: BaseGeometry) -> float:
    return float(one.intersection(two).area / one.union(two).area)


def walls(raw: RawOsm, desk: Desk) -> gpd.GeoDataFrame:
    """Make walls of wall, fence, hedge and retaining wall, closed rings included."""

    def row(feature: Feature) -> Row | None:
        tags = feature.tags
        kinds = desk.kinds.of(tags, "walls")
        if not kinds:
            return None
        if level(tags):
            desk.acts.add("walls", feature.id, "off_ground", "runs on a bridge or in a tunnel; left out")
            return None
        carries = kinds[0].kind == "retaining" or tags["barrier"] == "city_wall"
        return {
            "name": title(tags), "kind": kinds[0].kind, "height_m": number(tags.get("height")),
            "thickness_m": number(tags.get("width")), "removable": not carries,
            "material": tags.get("material") or tags.get("wall") or tags.get("fence_type"),
        }  # fmt: skip

    return layer(desk, "walls", raw.lines, row)


def gates(raw: RawOsm, desk: Desk) -> gpd.GeoDataFrame:
    """Make gates of barrier nodes, and of ways and areas drawn as gates; what is not said is marked as estimated.

    A gate drawn from post to post stands in the middle of its line, as wide as that is.
    """
    drawn, wide = _drawn_gates(raw, desk)

    def row(feature: Feature) -> Row | None:
        tags = feature.tags
        kinds = desk.kinds.of(tags, "gates")
        if not kinds:
            return None
        width = _width(tags) or wide.get(feature.id)
        on_foot, by_car = walkers(tags), vehicles(tags)
        for text in unread_conditions(tags):
            desk.acts.add("gates", feature.id, "condition", f"{text} is not read: state hours, or who may pass")
        silent = {"walkers": on_foot is None, "vehicles": by_car is None, "width_m": width is None}
        return {
            "name": title(tags), "walkers": on_foot or "public", "vehicles": by_car or kinds[0].kind,
            "emergency": state(tags.get("emergency")), "width_m": width, "hours": hours(tags),
            "clear_height_m": number(tags.get("maxheight")),
            "estimated": ",".join(sorted(key for key, missing in silent.items() if missing)) or None,
        }  # fmt: skip

    return layer(desk, "gates", [*raw.points, *drawn], row)


def _drawn_gates(raw: RawOsm, desk: Desk) -> tuple[list[Feature], dict[str, float]]:
    """Make points of gates that are drawn as ways or round their leaves, and tell how wide each is."""
    found, widths = list[Feature](), dict[str, float]()
    for feature in raw.lines:
        if not desk.kinds.of(feature.tags, "gates"):
            continue
        line = gpd.GeoSeries([feature.shape], crs=LONLAT).to_crs(desk.crs).iloc[0]
        if line.is_closed:
            corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(line))
            width, place = float(np.hypot(*np.diff(corners, axis=0).T).max()), shapely.centroid(feature.shape)
        else:
            width = float(shapely.distance(shapely.get_point(line, 0), shapely.get_point(line, -1)))
            place = shapely.line_interpolate_point(feature.shape, 0.5, normalized=True)
        if not 0 < width <= desk.constants["gate_most_m"]:
            desk.acts.add("gates", feature.id, "no_gate", f"drawn {width:.0f} m wide, more than a gate is; left out")
            continue
        found.append(Feature(feature.id, feature.tags, place))
        widths[feature.id] = round(width, 2)
        desk.acts.add("gates", feature.id, "line as point", f"drawn {width:.1f} m wide; stands in the middle")
    return found, widths


def _width(tags: dict[str, str]) -> float | None:
    return number(tags.get("maxwidth:physical")) or number(tags.get("width")) or number(tags.get("est_width"))


def paths(raw: RawOsm, desk: Desk) -> gpd.GeoDataFrame:
    """Make paths of the ways one may walk; column ``level`` (0 on the ground) is for this import only."""

    def row(feature: Feature) -> Row | None:
        kinds = desk.kinds.of(feature.tags, "paths")
        reason = _no_walking(feature.tags, kinds)
        if reason:
            desk.acts.add("paths", feature.id, "not_walkable", f"{reason}; left out")
        if reason or "highway" not in feature.tags:
            return None
        tags = feature.tags
        return {
            "name": title(tags), "kind": kinds[0].kind, "walkable": True, "width_m": _width(tags),
            "public": state(tags.get("foot"), tags.get("access")) in {None, "public"},
            "steps": kinds[0].kind == "steps", "level": level(tags),
        }  # fmt: skip

    return layer(desk, "paths", raw.lines, row)


def _no_walking(tags: dict[str, str], kinds: list[Kind]) -> str:
    """Say why a way may not be walked; empty when it may."""
    road = tags.get("highway")
    if road is None:
        return ""
    if not kinds:
        return f"highway={road} is no walkable way"
    allowed = state(tags.get("foot")) == "public"
    if state(tags.get("foot"), tags.get("access")) == "closed":
        return "walking is forbidden"
    if tags.get("indoor") == "yes":
        return "runs indoors"
    beside = any(tags.get(f"sidewalk{side}") in _SIDEWALK for side in ("", ":both", ":left", ":right"))
    if (road.startswith("trunk") or tags.get("motorroad") == "yes") and not (allowed or beside):
        return f"highway={road} without a sidewalk"
    return ""


def open_spaces(raw: RawOsm, desk: Desk, compounds: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make parks, gardens, squares and sports grounds; green inside a compound is cluster green."""

    def row(feature: Feature) -> Row | None:
        kinds = desk.kinds.of(feature.tags, "open_spaces")
        if not kinds:
            return None
        access = state(feature.tags.get("access"))
        if feature.tags.get("garden:type") == "residential":
            access = access or "residents"
        return {"kind": kinds[0].kind, "name": title(feature.tags), "access": access or "public"}

    frame = layer(desk, "open_spaces", raw.areas, row)
    if len(frame):
        inner = shapely.point_on_surface(frame.geometry.to_numpy())
        within = len(compounds) and shapely.STRtree(compounds.geometry.to_numpy()).query(inner, "within")[0]
        green = np.zeros(len(frame), dtype=bool)
        green[within] = bool(len(compounds))
        frame.loc[green & (frame["kind"] == "public_green").to_numpy(), "kind"] = "cluster_green"
    return frame


def parking(raw: RawOsm, desk: Desk) -> gpd.GeoDataFrame:
    """Make parking of car parks, bicycle stands and chargers; underground ones become points."""

    def row(feature: Feature) -> Row | None:
        kinds = desk.kinds.of(feature.tags, "parking")
        if not kinds:
            return None
        places = number(feature.tags.get("capacity"))
        return {"kind": kinds[0].kind, "places": int(places) if places else None, "formal": True}

    points = [_sunk(f, desk) for f in chain(raw.points, raw.areas)]
    return layer(desk, "parking", points, row)


def _sunk(feature: Feature, desk: Desk) -> Feature:
    """Underground parking takes no ground, so its area is drawn as a point."""
    below = feature.tags.get("parking") in _UNDERGROUND and shapely.get_dimensions(feature.shape) > 0
    if not (below and desk.kinds.of(feature.tags, "parking")):
        return feature
    desk.acts.add("parking", feature.id, "underground", "takes no ground; drawn as a point")
    return Feature(feature.id, feature.tags, shapely.point_on_surface(feature.shape))


def trees(raw: RawOsm, desk: Desk) -> gpd.GeoDataFrame:
    """Make single trees; trunk from diameter or girth, crown and protection from their tags."""

    def row(feature: Feature) -> Row | None:
        tags = feature.tags
        if not desk.kinds.of(tags, "trees"):
            return None
        girth = number(tags.get("circumference"))
        trunk = number(tags.get("diameter")) or (girth / np.pi if girth else None)
        kept = tags.get("denotation") == "natural_monument" or tags.get("protected") == "yes"
        return {"trunk_m": trunk, "crown_m": number(tags.get("diameter_crown")), "protected": kept}

    return layer(desk, "trees", raw.points, row)


def entrances(raw: RawOsm, desk: Desk, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make doors; each names the building on whose outline it lies, within the drawing tolerance."""

    def row(feature: Feature) -> Row | None:
        tags = feature.tags
        if not desk.kinds.of(tags, "entrances"):
            return None
        return {"building_id": None, "unit": tags.get("addr:unit") or tags.get("ref")}

    frame = layer(desk, "entrances", raw.points, row)
    if len(frame) and len(buildings):
        tree = shapely.STRtree(buildings.geometry.boundary.to_numpy())
        near, hit = tree.query_nearest(
            frame.geometry.to_numpy(), max_distance=desk.constants["tolerance_m"], all_matches=False
        )
        frame["building_id"] = frame["building_id"].astype(object)
        frame.iloc[near, frame.columns.get_loc("building_id")] = buildings.index.to_numpy()[hit]
    lost = frame.index[frame["building_id"].isna()] if len(frame) else []
    desk.acts.add("entrances", lost, "no_building", "lies on no building of the extract; kept without one")
    return frame
