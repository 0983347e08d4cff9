"""Make mapped walls and compounds agree: openings closed by their gate, edges moved onto their wall."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from spatialreno._types import Array
from spatialreno.formats.osm.clip import Desk

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_SAME_M = 0.01
_GRID_M = 0.001  # coordinates are kept to the millimetre
_OPPOSITE = -0.5  # cosine: the two ends lie more than 120 degrees apart as seen from the gate
_ALONG = 0.3  # share of a sliver's outline that must run along the edge, and along a mapped wall
_WALL_COLUMNS = ["id", "kind", "removable", "inferred", "geometry"]


def bridge_gaps(walls: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, desk: Desk) -> gpd.GeoDataFrame:
    """Draw the missing stretch of a mapped wall through a mapped gate that stands in its opening.

    Mappers often end a wall on either side of a gate. Where a gate has a free wall end within
    ``osm_gate_snap_m`` on both of its sides, the two ends are joined through the gate.

    Parameters
    ----------
    walls, gates
        Mapped layers in the desk's metric CRS.
    desk
        Constants and notes.

    Returns
    -------
    GeoDataFrame
        The stretches drawn, index ``id`` (``n5-w`` for gate n5), marked inferred.
    """
    lines = walls.geometry.to_numpy()
    ends, owner = _free_ends(lines)
    rows: list[dict[str, Any]] = []
    tree, walled = shapely.STRtree(ends), shapely.STRtree(lines)
    for key, gate in gates.geometry.items() if len(ends) else ():
        if len(walled.query(gate, "dwithin", distance=desk.constants["gate_snap_m"])):
            continue
        near = np.sort(tree.query(gate, "dwithin", distance=desk.constants["osm_gate_snap_m"]))
        pairs = [
            (ends[a].distance(gate) + ends[b].distance(gate), a, b)
            for a, b in combinations(near, 2)
            if _opposite(ends[a], ends[b], gate)
        ]
        if pairs:
            _, a, b = min(pairs)
            kind = walls["kind"].iloc[owner[a]]
            line = shapely.LineString([ends[a], gate, ends[b]])
            rows.append({"id": f"{key}-w", "kind": kind, "removable": True, "inferred": True, "geometry": line})
            desk.acts.add("walls", f"{key}-w", "inferred_wall", "opening of a wall closed by the gate in it")
    return gpd.GeoDataFrame(rows, columns=_WALL_COLUMNS, geometry="geometry", crs=desk.crs).set_index("id")


def _free_ends(lines: Array) -> tuple[Array, Array]:
    """List the ends of lines that touch no other line, and the line each belongs to."""
    open_ = np.flatnonzero(~shapely.is_closed(lines)) if len(lines) else np.empty(0, dtype=int)
    owner = np.concatenate([open_, open_])
    ends = np.concatenate([shapely.get_point(lines[open_], 0), shapely.get_point(lines[open_], -1)])
    if not len(ends):
        return ends, owner
    at, _ = shapely.STRtree(lines).query(ends, "dwithin", distance=_SAME_M)
    free = np.bincount(at, minlength=len(ends)) == 1
    return ends[free], owner[free]


def _opposite(one: BaseGeometry, two: BaseGeometry, gate: BaseGeometry) -> bool:
    to = np.array([[one.x - gate.x, one.y - gate.y], [two.x - gate.x, two.y - gate.y]])
    lengths = np.hypot(*to.T)
    return bool(lengths.min() > 0 and (to[0] @ to[1]) / lengths.prod() < _OPPOSITE)


def trim_compounds(compounds: gpd.GeoDataFrame, walls: gpd.GeoDataFrame, desk: Desk) -> gpd.GeoDataFrame:
    """Move the edge of a compound onto its mapped wall where the wall was drawn a little inside.

    The ground between edge and wall is given up when it is nowhere wider than ``osm_wall_near_m``;
    otherwise such a wall would have the same compound on both sides.

    Parameters
    ----------
    compounds, walls
        Layers in the desk's metric CRS; walls with the column ``inferred``.
    desk
        Constants and notes.
    """
    lines = walls.geometry.to_numpy()
    mapped = ~walls["inferred"].to_numpy(dtype=bool) if len(walls) else np.empty(0, dtype=bool)
    if not mapped.any():
        return compounds
    tree, shapes = shapely.STRtree(lines), []
    for key, shape in compounds.geometry.items():
        own = np.sort(tree.query(shape, "intersects"))
        kept = _without_slivers(shape, lines[own], lines[own][mapped[own]], desk.constants["osm_wall_near_m"])
        if shape.area - kept.area > 1:
            reason = f"{shape.area - kept.area:.0f} m2 outside its mapped wall given up"
            desk.acts.add("compounds", str(key), "trimmed", reason)
        shapes.append(kept)
    return compounds.set_geometry(gpd.GeoSeries(shapes, index=compounds.index, crs=compounds.crs))


def _without_slivers(shape: BaseGeometry, lines: Array, mapped: Array, near_m: float) -> Any:
    if not len(mapped):
        return shape
    ends = np.concatenate([shapely.get_point(mapped, 0), shapely.get_point(mapped, -1)])
    ends = ends[shapely.dwithin(ends, shape.boundary, near_m)]
    links = shapely.shortest_line(ends, shape.boundary)
    rims = shapely.union_all([shape.boundary, *lines, *links], grid_size=_GRID_M)
    faces = shapely.get_parts(shapely.polygonize([rims]))
    inside = faces[shapely.covers(shape, shapely.point_on_surface(faces))]
    stone = shapely.buffer(shapely.union_all(mapped), _SAME_M)
    edge = shapely.buffer(shape.boundary, _SAME_M)
    rim = shapely.boundary(inside)
    sliver = shapely.is_empty(shapely.buffer(inside, -near_m / 2))
    for along in (stone, edge):
        sliver &= shapely.length(shapely.intersection(rim, along)) > _ALONG * shapely.length(rim)
    kept = shapely.union_all(inside[~sliver]) if sliver.any() else shape  # a difference leaves hairlines
    parts = shapely.get_parts(kept)
    broad = parts[~shapely.is_empty(shapely.buffer(parts, -near_m / 2))]
    return broad[0] if len(broad) == 1 else shape
