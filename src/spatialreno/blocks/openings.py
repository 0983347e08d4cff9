"""Where two neighbouring compounds are open to one another, measured along their boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

Array = npt.NDArray[Any]
COLUMNS = ["a", "b", "run", "width_m", "geometry"]


def open_frontages(area: StudyArea) -> gpd.GeoDataFrame:
    """Find every stretch along which one compound is open to its neighbour.

    From each straight edge of a compound a zone reaches outwards by ``strip_m``. What stands in the part
    of the zone between the two compounds (walls, structures on the ground, buildings, public paths) is
    projected on the edge; the stretches that face the neighbour and are free of any projection are open.
    Stretches that meet around the ring join into one run. A shared corner faces nothing.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        a, b (compound ids, a < b as measured from a's edges), run (number of the run along the ring),
        width_m (metres of open edge), geometry (the zone between the two compounds along it).
    """
    edges = _edges(area)
    if not len(edges):
        return gpd.GeoDataFrame(columns=COLUMNS, geometry="geometry", crs=area.crs)
    zones = _zones(edges, area)
    facing = _facing(zones, area)
    if not len(facing):
        return gpd.GeoDataFrame(columns=COLUMNS, geometry="geometry", crs=area.crs)
    stretches = _free_stretches(facing, area)
    return _with_runs(stretches, area)


def neighbours(area: StudyArea) -> Array:
    """Return pairs of positions of compounds no farther apart than a strip, first < second."""
    shapes = area.compounds.geometry.to_numpy()
    reach = _reach(area)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach)
    pairs: Array = np.column_stack([a, b])[a < b]
    return pairs


def obstacles(area: StudyArea) -> Array:
    """Gather what keeps two compounds apart: walls, structures on the ground, buildings, public paths."""
    structures, paths = area.structures, area.paths
    low = structures["position"].isin(["ground", "attached"])
    public = paths["public"].fillna(True).astype(bool)
    shapes = [area.walls.geometry, structures.geometry[low], area.buildings.geometry, paths.geometry[public]]
    return np.concatenate([s.to_numpy() for s in shapes])


def _reach(area: StudyArea) -> float:
    return area.catalog.constants["strip_m"] + area.catalog.constants["tolerance_m"]


def _edges(area: StudyArea) -> pd.DataFrame:
    """List the straight edges of each pair's first compound that lie near the second."""
    shapes, pairs = area.compounds.geometry.to_numpy(), neighbours(area)
    rings = shapely.get_exterior_ring(shapely.orient_polygons(shapes))
    segments, owner = _segments(rings)
    start = shapely.line_locate_point(rings[owner], shapely.points(segments[:, 0]))
    lines = shapely.linestrings(segments)
    rows = [(owner == a).nonzero()[0] for a, _ in pairs]
    frame = pd.DataFrame(
        {
            "a": np.repeat(pairs[:, 0], [len(r) for r in rows]),
            "b": np.repeat(pairs[:, 1], [len(r) for r in rows]),
            "edge": np.concatenate(rows) if rows else np.array([], dtype=int),
        }
    )
    near = shapely.dwithin(lines[frame["edge"]], shapes[frame["b"]], _reach(area)) if len(frame) else []
    frame = frame[np.asarray(near, dtype=bool)].reset_index(drop=True)
    xy = segments[frame["edge"]]
    frame["x0"], frame["y0"], frame["x1"], frame["y1"] = xy[:, 0, 0], xy[:, 0, 1], xy[:, 1, 0], xy[:, 1, 1]
    frame["along"] = start[frame["edge"]]
    frame["ring_m"] = shapely.length(rings)[frame["a"]]
    return frame


def _segments(rings: Array) -> tuple[Array, Array]:
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    segments = np.stack([xy[:-1], xy[1:]], axis=1)[same]
    long = np.hypot(*(segments[:, 1] - segments[:, 0]).T) > 0
    return segments[long], ring[:-1][same][long]


def _zones(edges: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    """Put on each edge a rectangle from just inside the compound to ``strip_m`` outside it."""
    tolerance, reach = area.catalog.constants["tolerance_m"], _reach(area)
    start, end = edges[["x0", "y0"]].to_numpy(), edges[["x1", "y1"]].to_numpy()
    along = (end - start) / np.hypot(*(end - start).T)[:, None]
    out = np.column_stack([along[:, 1], -along[:, 0]])  # rings run counter-clockwise: outside is on the right
    corners = np.stack([start - out * tolerance, end - out * tolerance, end + out * reach, start + out * reach], 1)
    return edges.assign(ux=along[:, 0], uy=along[:, 1], zone=shapely.polygons(corners))


def _facing(zones: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    """Keep the part of each zone that lies between the edge and the neighbour that faces it."""
    shapes = area.compounds.geometry.to_numpy()
    tolerance = area.catalog.constants["tolerance_m"]
    core = shapely.buffer(shapes, -tolerance, join_style="mitre")
    face = shapely.intersection(zones["zone"].to_numpy(), shapes[zones["b"]])
    between = shapely.difference(zones["zone"].to_numpy(), shapely.union(core[zones["a"]], core[zones["b"]]))
    seen = ~shapely.is_empty(face)
    kept: pd.DataFrame = zones.assign(face=face, between=between)[seen].reset_index(drop=True)
    return kept


def _free_stretches(facing: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    shapes = obstacles(area)
    tree = shapely.STRtree(shapes)
    zone, hit = tree.query(facing["between"].to_numpy(), predicate="intersects")
    blocked = shapely.intersection(facing["between"].to_numpy()[zone], shapes[hit])
    shadows = _spans(facing, zone, blocked)
    faces = _spans(facing, np.arange(len(facing)), facing["face"].to_numpy())
    rows = []
    for i, spans in faces.items():
        for low, high in _free(spans, shadows.get(i, [])):
            rows.append((i, low, high))
    free = pd.DataFrame(rows, columns=["i", "low", "high"])
    return (
        facing.drop(columns=["zone", "face"])
        .iloc[free["i"]]
        .assign(low=free["low"].to_numpy(), high=free["high"].to_numpy())
        .reset_index(drop=True)
    )


def _spans(zones: pd.DataFrame, row: Array, shapes: Array) -> dict[int, list[tuple[float, float]]]:
    """Project shapes on the edge of their zone: metres from the edge's start."""
    parts, part = shapely.get_parts(shapes, return_index=True)
    xy, point = shapely.get_coordinates(parts, return_index=True)
    owner = row[part[point]]
    start, along = zones[["x0", "y0"]].to_numpy()[owner], zones[["ux", "uy"]].to_numpy()[owner]
    t = ((xy - start) * along).sum(axis=1)
    bounds = pd.DataFrame({"part": point, "t": t}).groupby("part")["t"].agg(["min", "max"])
    spans: dict[int, list[tuple[float, float]]] = {}
    for i, low, high in zip(row[part[bounds.index]], bounds["min"], bounds["max"], strict=True):
        spans.setdefault(int(i), []).append((float(low), float(high)))
    return spans


def _free(spans: list[tuple[float, float]], shadows: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Take the shadows out of the spans; a shadow without width still cuts."""
    free = sorted(spans)
    for low, high in sorted(shadows):
        free = [piece for a, b in free for piece in _without(a, b, low, high)]
    return [(a, b) for a, b in free if b > a]


def _without(a: float, b: float, low: float, high: float) -> list[tuple[float, float]]:
    if high <= a or low >= b:
        return [(a, b)]
    return [(a, min(low, b)), (max(high, a), b)]


def _with_runs(stretches: pd.DataFrame, area: StudyArea) -> gpd.GeoDataFrame:
    """Join stretches that touch along the ring of the first compound into runs."""
    snap = area.catalog.constants["snap_m"]
    ids = area.compounds.index
    table = stretches.assign(begin=stretches["along"] + stretches["low"], end=stretches["along"] + stretches["high"])
    table = table.sort_values(["a", "b", "begin"], kind="stable", ignore_index=True)
    same = (table["a"].diff() == 0) & (table["b"].diff() == 0)
    joined = same & (table["begin"] <= table["end"].shift() + snap)
    table["run"] = (~joined).cumsum()
    table = _over_the_seam(table, snap)
    return gpd.GeoDataFrame(
        {
            "a": ids[table["a"]],
            "b": ids[table["b"]],
            "run": table["run"].to_numpy(),
            "width_m": (table["high"] - table["low"]).to_numpy(),
        },
        geometry=_open_zones(table),
        crs=area.crs,
    )


def _over_the_seam(table: pd.DataFrame, snap: float) -> pd.DataFrame:
    """A run that ends where the ring closes goes on with the run that begins at its start."""
    for _, group in table.groupby(["a", "b"], sort=True):
        first, last = group.iloc[0], group.iloc[-1]
        if first["run"] != last["run"] and first["begin"] <= snap and last["end"] >= last["ring_m"] - snap:
            table.loc[table["run"] == last["run"], "run"] = first["run"]
    return table


def _open_zones(table: pd.DataFrame) -> Array:
    if table.empty:  # shapely.polygons cannot be told the shape of no rings
        return np.empty(0, dtype=object)
    start, along = table[["x0", "y0"]].to_numpy(), table[["ux", "uy"]].to_numpy()
    out = np.column_stack([along[:, 1], -along[:, 0]]) * 1e3
    low = start + along * table["low"].to_numpy()[:, None]
    high = start + along * table["high"].to_numpy()[:, None]
    slabs = shapely.polygons(np.stack([low - out, high - out, high + out, low + out], axis=1))
    zones: Array = shapely.intersection(table["between"].to_numpy(), slabs)
    return zones
