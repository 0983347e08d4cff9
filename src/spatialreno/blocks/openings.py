"""Where two neighbouring compounds are open to one another, measured along their boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Array
from spatialreno.area import closed_gaps, lasting, on_ground, once_an_area, once_where_same

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

# What keeps two compounds apart, and nothing else, is read here.
_READS = {
    "compounds": ["geometry"],
    "walls": ["geometry"],
    "gates": ["width_m", "wall_id", "geometry"],
    "structures": ["position", "geometry"],
    "buildings": ["geometry"],
    "paths": ["public", "geometry"],
}
COLUMNS = ["a", "b", "run", "width_m", "run_m", "geometry"]


@once_an_area
@lasting
def open_frontages(area: StudyArea) -> gpd.GeoDataFrame:
    """Find every stretch along which one compound is open to its neighbour.

    From each straight edge of a compound a zone reaches outwards by ``strip_m``. What stands in the part
    of the zone between the two compounds (walls, gates, structures on the ground, buildings, public paths) is
    projected on the edge; the stretches that face the neighbour and are free of any projection are open.
    Stretches that meet around the ring join into one run, unless something stands where they meet.
    A shared corner faces nothing. A public path that runs more across than along passes through.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        a, b (compound ids, a < b as measured from a's edges), run (number of the run along the ring),
        width_m (metres of open edge), run_m (clear width of the whole run: the farthest two points of its
        edge, so that jogs of the edge widen nothing), geometry (the zone between the two compounds along it).

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> import spatialreno as sr
    >>> yards, home = shapely.box([0, 40], 0, [40, 80], 60), shapely.box(5, 5, 20, 15)  # 60 m of common edge
    >>> shapes = shapely.transform([*yards, home], lambda xy: xy + (627_000, 3_838_000))
    >>> layers = {
    ...     "compounds": gpd.GeoDataFrame({"id": ["C1", "C2"], "name": "院"}, geometry=shapes[:2], crs="EPSG:4546"),
    ...     "buildings": gpd.GeoDataFrame({"id": ["B1"]}, geometry=shapes[2:], crs="EPSG:4546"),
    ... }
    >>> open_frontages(sr.assemble(layers, name="small"))[["a", "b", "run_m"]].values.tolist()
    [['C1', 'C2', 60.0]]
    """
    return once_where_same(area, _open_frontages, _READS)


def _open_frontages(area: StudyArea) -> gpd.GeoDataFrame:
    edges = near_edges(area)
    if not len(edges):
        return gpd.GeoDataFrame(columns=COLUMNS, geometry="geometry", crs=area.crs)
    zones = edge_zones(edges, area)
    facing = facing_edges(zones, area)
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


def obstacles(area: StudyArea) -> tuple[Array, Array]:
    """Gather what keeps two compounds apart: solid things (walls, gates in gaps of walls, low structures, buildings),
    and public paths. A gate keeps apart whoever it lets through.
    """
    structures, paths = area.structures, area.paths
    low = on_ground(structures)
    public = paths["public"].fillna(True).astype(bool)
    shapes = [area.walls.geometry, closed_gaps(area).geometry, structures.geometry[low], area.buildings.geometry]
    return np.concatenate([s.to_numpy() for s in shapes]), paths.geometry[public].to_numpy()


def _reach(area: StudyArea) -> float:
    return area.catalog.constants["strip_m"] + area.catalog.constants["tolerance_m"]


def near_edges(area: StudyArea) -> pd.DataFrame:
    """List the straight edges of each pair's first compound that lie near the second."""
    shapes, pairs = area.compounds.geometry.to_numpy(), neighbours(area)
    rings, polygon = shapely.get_rings(shapely.orient_polygons(shapes), return_index=True)
    segments, ring = _segments(rings)
    owner = polygon[ring]
    start = shapely.line_locate_point(rings[ring], shapely.points(segments[:, 0]))
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
    frame["along"], frame["ring"] = start[frame["edge"]], ring[frame["edge"]]
    frame["ring_m"] = shapely.length(rings)[frame["ring"]]
    return frame


def _segments(rings: Array) -> tuple[Array, Array]:
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    segments = np.stack([xy[:-1], xy[1:]], axis=1)[same]
    long = np.hypot(*(segments[:, 1] - segments[:, 0]).T) > 0
    return segments[long], ring[:-1][same][long]


def edge_zones(edges: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    """Put on each edge a rectangle from just inside the compound to ``strip_m`` outside it."""
    tolerance, reach = area.catalog.constants["tolerance_m"], _reach(area)
    start, end = edges[["x0", "y0"]].to_numpy(), edges[["x1", "y1"]].to_numpy()
    along = (end - start) / np.hypot(*(end - start).T)[:, None]
    out = np.column_stack([along[:, 1], -along[:, 0]])  # the polygon is on the left of its rings
    corners = np.stack([start - out * tolerance, end - out * tolerance, end + out * reach, start + out * reach], 1)
    return edges.assign(ux=along[:, 0], uy=along[:, 1], zone=shapely.polygons(corners))


def facing_edges(zones: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    """Keep the part of each zone that lies between the edge and the neighbour that faces it."""
    shapes = area.compounds.geometry.to_numpy()
    tolerance = area.catalog.constants["tolerance_m"]
    core = shapely.buffer(shapes, -tolerance, join_style="mitre")
    face = shapely.intersection(zones["zone"].to_numpy(), shapes[zones["b"]])
    between = shapely.difference(zones["zone"].to_numpy(), shapely.union(core[zones["a"]], core[zones["b"]]))
    both = shapely.multipolygons(np.column_stack([shapes[zones["a"]], shapes[zones["b"]]]))
    between = shapely.intersection(between, shapely.convex_hull(both))  # not what lies behind a narrow neighbour
    seen = ~shapely.is_empty(face)
    kept: pd.DataFrame = zones.assign(face=face, between=between)[seen].reset_index(drop=True)
    return kept


def _free_stretches(facing: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    solid, paths = obstacles(area)
    zone, blocked = blocked_zones(facing, solid)
    shadows = spans_by_edge(projections(facing, zone, blocked))
    zone, blocked = blocked_zones(facing, paths)
    lanes = projections(facing, zone, blocked)
    for i, spans in spans_by_edge(lanes[lanes["high"] - lanes["low"] > lanes["across"]]).items():
        shadows.setdefault(i, []).extend(spans)
    snap = area.catalog.constants["snap_m"]
    rows = []
    for i, spans in spans_by_edge(projections(facing, np.arange(len(facing)), facing["face"].to_numpy())).items():
        for low, high in _free(spans, shadows.get(i, [])):
            rows.append((i, low, high, *(_stands(end, shadows.get(i, []), snap) for end in (low, high))))
    free = pd.DataFrame(rows, columns=["i", "low", "high", "shut_low", "shut_high"])
    kept = facing.drop(columns=["zone", "face"]).iloc[free["i"]].reset_index(drop=True)
    return kept.join(free.drop(columns="i"))


def blocked_zones(facing: pd.DataFrame, shapes: Array) -> tuple[Array, Array]:
    between = facing["between"].to_numpy()
    zone, hit = shapely.STRtree(shapes).query(between, predicate="intersects")
    return zone, shapely.intersection(between[zone], shapes[hit])


def projections(zones: pd.DataFrame, row: Array, shapes: Array) -> pd.DataFrame:
    """Measure each part of each shape from the start of its zone's edge: low, high along it, and its extent across."""
    parts, part = shapely.get_parts(shapes, return_index=True)
    xy, point = shapely.get_coordinates(parts, return_index=True)
    owner = row[part[point]]
    away = xy - zones[["x0", "y0"]].to_numpy()[owner]
    ux, uy = zones[["ux", "uy"]].to_numpy()[owner].T
    t, n = away[:, 0] * ux + away[:, 1] * uy, away[:, 0] * uy - away[:, 1] * ux
    groups = pd.DataFrame({"part": point, "t": t, "n": n}).groupby("part")
    low, high = groups.min(), groups.max()
    return pd.DataFrame({"i": row[part[low.index]], "low": low["t"], "high": high["t"], "across": high["n"] - low["n"]})


def spans_by_edge(projected: pd.DataFrame) -> dict[int, list[tuple[float, float]]]:
    spans: dict[int, list[tuple[float, float]]] = {}
    for i, low, high in zip(projected["i"], projected["low"], projected["high"], strict=True):
        spans.setdefault(int(i), []).append((float(low), float(high)))
    return spans


def _stands(end: float, shadows: list[tuple[float, float]], snap: float) -> bool:
    """Tell whether something stands at the end of a stretch."""
    return any(low - snap <= end <= high + snap for low, high in shadows)


def _free(spans: list[tuple[float, float]], shadows: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Take the shadows out of the spans; a shadow without width still cuts."""
    free = joined_spans(spans)
    for low, high in sorted(shadows):
        free = [piece for a, b in free for piece in _without(a, b, low, high)]
    return [(a, b) for a, b in free if b > a]


def joined_spans(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Count once what faces two parts of the neighbour."""
    merged: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _without(a: float, b: float, low: float, high: float) -> list[tuple[float, float]]:
    if high <= a or low >= b:
        return [(a, b)]
    return [(a, min(low, b)), (max(high, a), b)]


def _with_runs(stretches: pd.DataFrame, area: StudyArea) -> gpd.GeoDataFrame:
    """Join stretches that touch along the ring of the first compound into runs."""
    snap = area.catalog.constants["snap_m"]
    ids = area.compounds.index
    table = stretches.assign(begin=stretches["along"] + stretches["low"], end=stretches["along"] + stretches["high"])
    table = table.sort_values(["a", "b", "ring", "begin"], kind="stable", ignore_index=True)
    same = (table[["a", "b", "ring"]].diff() == 0).all(axis=1)
    shut = table["shut_low"].astype(bool) | table["shut_high"].shift(fill_value=False).astype(bool)
    joined = same & ~shut & (table["begin"] <= table["end"].shift() + snap)
    table["run"] = (~joined).cumsum()
    table = _over_the_seam(table, snap)
    return gpd.GeoDataFrame(
        {
            "a": ids[table["a"]],
            "b": ids[table["b"]],
            "run": table["run"].to_numpy(),
            "width_m": (table["high"] - table["low"]).to_numpy(),
            "run_m": table["run"].map(_clear_widths(table)).to_numpy(),
        },
        geometry=_open_zones(table),
        crs=area.crs,
    )


def _over_the_seam(table: pd.DataFrame, snap: float) -> pd.DataFrame:
    """A run that ends where the ring closes goes on with the run that begins at its start."""
    for _, group in table.groupby(["a", "b", "ring"], sort=True):
        first, last = group.iloc[0], group.iloc[-1]
        if first["shut_low"] or last["shut_high"]:
            continue
        if first["run"] != last["run"] and first["begin"] <= snap and last["end"] >= last["ring_m"] - snap:
            table.loc[table["run"] == last["run"], "run"] = first["run"]
    return table


def _clear_widths(table: pd.DataFrame) -> dict[Any, float]:
    from scipy.spatial.distance import pdist  # a quarter of a second that only who looks for openings pays

    start, along = table[["x0", "y0"]].to_numpy(), table[["ux", "uy"]].to_numpy()
    ends = np.stack([start + along * table[[end]].to_numpy() for end in ("low", "high")], axis=1)
    return {run: float(pdist(ends[rows].reshape(-1, 2)).max()) for run, rows in table.groupby("run").indices.items()}


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
