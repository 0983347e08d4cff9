"""The land as it is drawn: free land, clear widths of lanes, fire access, and what would make room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from spatialreno.maps.drawing.features import Drawn, Rows, by_option
from spatialreno.maps.words.numbers import facility_title, number
from spatialreno.maps.words.words import word

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno._types import Row
    from spatialreno.maps.drawing.scene import Scene

#: Kinds of path whose narrowest place is marked.
_LANES = ("lane", "service")


def free(scene: Scene) -> list[Drawn]:
    """Draw the usable pieces of free land."""
    frames = [scene.options.evaluations[key].ground.free for key in scene.keys]

    def describe(row: Row) -> tuple[str, Rows, dict[str, Any]]:
        rows = [(word("free", scene.lang), f"{number(float(row['usable_m2']), 0)} m²")]
        if isinstance(row["compound_id"], str):
            rows.append((word("compound", scene.lang), scene.names.get(row["compound_id"], row["compound_id"])))
        return "free", tuple(rows), {}

    return by_option([frame[frame["usable"]] for frame in frames], describe)


def lanes(scene: Scene) -> list[Drawn]:
    """Draw paths by the class of their clear width, and mark the narrowest place of each lane too narrow."""
    limits = [scene.catalog.constants[key] for key in ("fire_width_ask_m", "fire_width_m", "lane_target_m")]
    short = scene.catalog.constants["fire_rounding_m"]
    stretches = [_stretches(frame, limits, short) for frame in scene.own(scene.options.sections)]
    widths = [scene.options.evaluations[key].ground.lanes for key in scene.keys]
    narrow = [w[w["kind"].isin(_LANES) & (w["clear_width_m"] < limits[1] - short)].reset_index() for w in widths]

    def stretch(row: Row) -> tuple[str, Rows, dict[str, Any]]:
        said = (word("clear_width", scene.lang), f"≥ {number(row['clear_m'], 1)} m")
        return f"lane-{row['rank']}", (("id", row["path_id"]), said), {}

    return by_option(stretches, stretch) + by_option(narrow, lambda row: _narrowest(scene, row)) + _labels(narrow)


def _stretches(sections: gpd.GeoDataFrame, limits: list[float], short: float) -> gpd.GeoDataFrame:
    """Join neighbouring stations of one class."""
    import geopandas as gpd

    if sections.empty:
        return sections.assign(rank=0)
    rank = 1 + (sections["clear_m"].to_numpy()[:, None] >= np.array(limits) - short).sum(axis=1)
    path = sections["path_id"].to_numpy()
    new = np.concatenate([[True], (rank[1:] != rank[:-1]) | (path[1:] != path[:-1])])
    run = np.cumsum(new) - 1
    lines = shapely.line_merge(shapely.multilinestrings(sections.geometry.to_numpy(), indices=run))
    least = np.minimum.reduceat(sections["clear_m"].to_numpy(), np.flatnonzero(new))
    data = {"path_id": path[new], "rank": rank[new], "clear_m": least}
    return gpd.GeoDataFrame(data, geometry=shapely.simplify(lines, 0.01), crs=sections.crs)


def _narrowest(scene: Scene, row: Row) -> tuple[str, Rows, dict[str, Any]]:
    name = f"{row['id']} {row['name']}" if isinstance(row["name"], str) else str(row["id"])
    rows = [(word("narrowest", scene.lang), f"{name} {number(row['clear_width_m'], 1)} m")]
    beside = [row[side] for side in ("left", "right") if isinstance(row[side], str)]
    rows.append((word("beside", scene.lang), "、".join(dict.fromkeys(beside)) or "—"))
    return "lane-narrowest", tuple(rows), {}


def _labels(narrow: list[gpd.GeoDataFrame]) -> list[Drawn]:
    """Write the width beside each narrowest place."""
    frames = [frame.set_geometry(frame.geometry.centroid) if len(frame) else frame for frame in narrow]
    return by_option(frames, lambda row: ("name", (), {"name": f"{number(row['clear_width_m'], 1)} m"}))


def fire(scene: Scene) -> list[Drawn]:
    """Draw the lanes a fire engine can drive and those it cannot, and the buildings it does not reach."""
    found = [scene.options.evaluations[key].ground.fire for key in scene.keys]
    classes = {"pass": "fire-pass", "ask": "fire-ask"}

    def lane(row: Row) -> tuple[str, Rows, dict[str, Any]]:
        said = scene.catalog.word("", "fire", str(row["verdict"]), scene.lang)
        rows = [("id", row["path_id"]), (word("fire", scene.lang), said)]
        rows.append((word("clear_width", scene.lang), f"≥ {number(row['clear_m'], 1)} m"))
        if row["verdict"] != "pass" and row["cause"]:
            rows.append((word("beside", scene.lang), str(row["cause"])))
        return classes.get(row["verdict"], "fire-no"), tuple(rows), {}

    def building(row: Row) -> tuple[str, Rows, dict[str, Any]]:
        said = scene.catalog.word("", "fire", str(row["verdict"]), scene.lang)
        return f"fire-building-{row['verdict']}", (("id", str(row["id"])), (word("fire", scene.lang), said)), {}

    missed = [own.buildings[own.buildings["verdict"] != "pass"].reset_index(names="id") for own in found]
    return by_option(missed, building) + by_option([own.lanes for own in found], lane)


def room(scene: Scene) -> list[Drawn]:
    """Draw the fewest removals that would make room for the heat station today, and the footprint they free."""
    found = scene.options.room
    if found is None or found.fits_now or found.fit is None:
        return []
    today = scene.areas[0]
    rows = ((word("room", scene.lang), facility_title(found.kind, scene.catalog, scene.lang)),)
    drawn = [Drawn(found.fit.rectangle, ("room",) * len(scene.keys), rows)]
    joint = "、" if scene.lang == "zh" else ", "
    for layer, name, parties in zip(found.table["layer"], found.table["id"], found.table["parties"], strict=True):
        stands = [name in area.layer(layer).index for area in scene.areas]
        base = "room-wall" if layer == "walls" else "room-structure"
        told = (("id", name), (word("parties", scene.lang), joint.join(parties) or "—"))
        shape = today.layer(layer).geometry[name]
        drawn.append(Drawn(shape, tuple(base if there else None for there in stands), told))
    return drawn
