"""What stops people on foot: buildings for good, walls, gates and structures until they go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
import shapely.ops

from spatialreno.walk.frame import Floats, Frame, Geometries, Ints
from spatialreno.walk.noding import node_segments, ring_segments

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

PERMANENT = -1
ON_GROUND = ("ground", "attached")

Label = tuple[str, str, str]


@dataclass(frozen=True)
class Obstacles:
    """All obstacles as straight pieces that meet in shared points, each with the label of what it belongs to.

    A label is (layer, id, wall): the wall is filled for gates only, since the stretch of a gate stands only
    while its wall does. Pieces and polygons of buildings have the label PERMANENT.
    """

    labels: tuple[Label, ...]
    start: Floats
    end: Floats
    label: Ints
    polygons: Geometries
    polygon_label: Ints

    @cached_property
    def pieces(self) -> Geometries:
        """The pieces as lines."""
        return np.asarray(shapely.linestrings(np.stack([self.start, self.end], axis=1)))

    @cached_property
    def permanent_tree(self) -> shapely.STRtree:
        """Index of the pieces that never go."""
        return shapely.STRtree(self.pieces[self.label == PERMANENT])

    @cached_property
    def removable_tree(self) -> shapely.STRtree:
        """Index of the pieces that may go; its numbering is that of `removable_label`."""
        return shapely.STRtree(self.pieces[self.label != PERMANENT])

    @cached_property
    def removable_label(self) -> Ints:
        """Labels of the pieces that may go."""
        return np.asarray(self.label[self.label != PERMANENT])

    @cached_property
    def polygon_tree(self) -> shapely.STRtree:
        """Index of buildings and structures."""
        return shapely.STRtree(self.polygons)

    def inside(self, xy: Floats) -> tuple[Ints, Ints]:
        """List (point, label) for points inside buildings and structures."""
        point, polygon = self.polygon_tree.query(shapely.points(xy), predicate="within")
        return point.astype(np.int64), self.polygon_label[polygon]


def read_obstacles(area: StudyArea, frame: Frame, outlines: Geometries) -> Obstacles:
    """Gather the obstacles of an area, cut gates from walls, close narrow gaps, and join all in shared points.

    Parameters
    ----------
    area
        The study area.
    frame
        The millimetre frame to express it in.
    outlines
        Edges of the walkable ground, to which walls that end just short of them are closed.

    Returns
    -------
    Obstacles
        Pieces and polygons in whole millimetres.
    """
    lines = list(_wall_stretches(area))
    standing = area.structures[area.structures["position"].isin(ON_GROUND)]
    labels = tuple(sorted({key for key, _ in lines} | {("structures", str(i), "") for i in standing.index}))
    number = {key: at for at, key in enumerate(labels)}
    polygons = np.concatenate([area.buildings.geometry.to_numpy(), standing.geometry.to_numpy()])
    structure_labels = [number["structures", str(i), ""] for i in standing.index]
    polygon_label = np.array([PERMANENT] * len(area.buildings) + structure_labels, np.int64)
    polygons = frame.geometries_mm(polygons)
    shapes = np.concatenate([frame.geometries_mm([line for _, line in lines]), polygons])
    owner = np.concatenate([np.array([number[key] for key, _ in lines], np.int64), polygon_label])
    start, end, shape = _outlines(shapes)
    seal = area.catalog.constants["seal_m"] * 1000.0
    extra_start, extra_end, extra = _seals(shapes, len(lines), owner, shapely.boundary(outlines), seal)
    noded = node_segments(
        np.concatenate([start, extra_start]),
        np.concatenate([end, extra_end]),
        np.concatenate([owner[shape], extra]),
    )
    return Obstacles(labels, *noded, polygons, polygon_label)


def gate_points(area: StudyArea) -> Geometries:
    """Put each gate onto the line of its wall, in metres; a gate without a wall stays where it is."""
    points = area.gates.geometry.to_numpy().copy()
    for at, wall in enumerate(area.gates["wall_id"]):
        if pd.notna(wall) and wall in area.walls.index:
            line = area.walls.geometry.loc[wall]
            points[at] = shapely.line_interpolate_point(line, shapely.line_locate_point(line, points[at]))
    return np.asarray(points)


def _wall_stretches(area: StudyArea) -> Iterator[tuple[Label, shapely.LineString]]:
    """Yield the stretches of walls, and of the gates cut from them."""
    cuts = _gate_cuts(area)
    for wall, line in zip(area.walls.index, area.walls.geometry.to_numpy(), strict=True):
        at = 0.0
        for low, high, gate in sorted(cuts.get(wall, [])):
            if low > at:
                yield ("walls", str(wall), ""), shapely.ops.substring(line, at, low)
            if high > max(low, at):
                yield ("gates", gate, str(wall)), shapely.ops.substring(line, max(low, at), high)
            at = max(at, high)
        if at < line.length:
            yield ("walls", str(wall), ""), shapely.ops.substring(line, at, line.length)


def _gate_cuts(area: StudyArea) -> dict[str, list[tuple[float, float, str]]]:
    """Find the stretch each gate takes from its wall and from any other wall drawn along the same line."""
    walls, gates = area.walls.geometry.to_numpy(), area.gates
    near = shapely.STRtree(walls).query(
        gates.geometry.to_numpy(), predicate="dwithin", distance=area.catalog.constants["tolerance_m"]
    )
    pairs = set(zip(*near.tolist(), strict=True))
    order = {wall: at for at, wall in enumerate(area.walls.index)}
    pairs |= {(at, order[wall]) for at, wall in enumerate(gates["wall_id"]) if wall in order}
    cuts: dict[str, list[tuple[float, float, str]]] = {}
    for gate, wall in sorted(pairs):
        at = float(shapely.line_locate_point(walls[wall], gates.geometry.iloc[gate]))
        half = float(gates["width_m"].iloc[gate]) / 2
        stretch = (max(at - half, 0.0), min(at + half, walls[wall].length), str(gates.index[gate]))
        cuts.setdefault(area.walls.index[wall], []).append(stretch)
    return cuts


def _outlines(shapes: Geometries) -> tuple[Floats, Floats, Ints]:
    """Cut lines and polygons into straight pieces; returns start, end and the shape of each."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    polygon = shapely.get_type_id(parts) == 3
    rings, ring_part = shapely.get_rings(parts[polygon], return_index=True)
    drawn = np.concatenate([parts[~polygon], rings])
    owner = np.concatenate([shape[~polygon], shape[polygon][ring_part]])
    coords, run = shapely.get_coordinates(drawn, return_index=True)
    start, end, run = ring_segments(coords, run)
    return start, end, owner[run]


def _seals(
    shapes: Geometries, lines: int, owner: Ints, edges: Geometries, seal_mm: float
) -> tuple[Floats, Floats, Ints]:
    """Close gaps too narrow to walk through with a short piece that goes when its owner goes."""
    near = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=seal_mm)
    one, two = near[:, near[0] < near[1]]
    bridge = shapely.shortest_line(shapes[one], shapes[two])
    # Of two owners the removable one keeps the seal, so that nothing permanent is ever added beside a wall.
    keeper = np.where(owner[one] == PERMANENT, owner[two], owner[one])
    ends = shapely.get_point(shapes[:lines], [[0], [-1]]).ravel()
    end_owner = np.tile(np.arange(lines), 2)
    at, other = shapely.STRtree(shapes).query(ends, predicate="dwithin", distance=seal_mm)
    at, other = at[end_owner[at] != other], other[end_owner[at] != other]
    bridge = np.concatenate([bridge, shapely.shortest_line(ends[at], shapes[other])])
    keeper = np.concatenate([keeper, owner[end_owner[at]]])
    at, edge = shapely.STRtree(edges).query(ends, predicate="dwithin", distance=seal_mm)
    bridge = np.concatenate([bridge, shapely.shortest_line(ends[at], edges[edge])])
    keeper = np.concatenate([keeper, owner[end_owner[at]]])
    loops = shapely.distance(ends[:lines], ends[lines:]) <= seal_mm
    bridge = np.concatenate([bridge, shapely.shortest_line(ends[:lines][loops], ends[lines:][loops])])
    keeper = np.concatenate([keeper, owner[:lines][loops]])
    coords = np.rint(shapely.get_coordinates(bridge)).reshape(-1, 2, 2)
    wide = (coords[:, 0] != coords[:, 1]).any(axis=1)
    return coords[wide, 0], coords[wide, 1], keeper[wide]
