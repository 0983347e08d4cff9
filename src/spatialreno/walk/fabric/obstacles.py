"""What stops people on foot: buildings for good, walls, gates and structures until they go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.ops

from spatialreno._types import Bools, Floats, Geometries, Ints
from spatialreno.area import closed_gaps, gate_spans, standing_structures, taken_stretches
from spatialreno.walk.fabric.passages import narrows
from spatialreno.walk.millimetres.frame import Frame
from spatialreno.walk.millimetres.split_pieces import LEFT, Pieces, ring_segments

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

PERMANENT = -1

Label = tuple[str, str, str]


@dataclass(frozen=True)
class Obstacles:
    """All obstacles as straight pieces that meet in shared points, each with the label of what it belongs to.

    A label is (layer, id, wall): the wall is filled for gates only, since the stretch of a gate stands only
    while its wall does. ("gaps", gate, wall) is a gate beside which the wall was left out: it stands while the gate
    is there, too. A closed gap has the label ("seals", n, m), where n and m count the labels it lies between:
    it stands while both do; ("passages", "", "") is what is too narrow between buildings. Pieces and polygons of
    buildings have the label PERMANENT.
    """

    labels: tuple[Label, ...]
    lines: Pieces
    polygons: Geometries
    polygon_label: Ints

    @property
    def start(self) -> Floats:
        """Lower ends of the pieces."""
        return self.lines.start

    @property
    def end(self) -> Floats:
        """Upper ends of the pieces."""
        return self.lines.end

    @property
    def label(self) -> Ints:
        """What each piece belongs to."""
        return self.lines.owner

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
    """Gather the obstacles of an area, cut gates from walls or put them into gaps, and close what is too narrow.

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
    standing = standing_structures(area)
    labels, drawn, numbers = _drawn(area, [("structures", str(i), "") for i in standing.index])
    number = {key: at for at, key in enumerate(labels)}
    polygons = np.concatenate([area.buildings.geometry.to_numpy(), standing.geometry.to_numpy()])
    structure_labels = [number["structures", str(i), ""] for i in standing.index]
    polygon_label = np.array([PERMANENT] * len(area.buildings) + structure_labels, np.int64)
    polygons = shapely.set_precision(frame.geometries_mm(polygons), 1.0)
    drawn = frame.geometries_mm(drawn)
    seal = area.catalog.constants["seal_m"] * 1000.0
    shapes, owner = np.concatenate([drawn, polygons]), np.concatenate([numbers, polygon_label])
    bridges, between = _seals(shapes, len(drawn), owner, shapely.boundary(outlines), seal)
    seals, seal_labels = _owned(bridges, between, len(labels))
    # Buildings that overlap are one obstacle, so that no face of one lies within another.
    fixed = polygon_label == PERMANENT
    houses = _joined(polygons[fixed])
    solid = np.concatenate([houses, polygons[~fixed]])
    solid_label = np.concatenate([np.full(len(houses), PERMANENT), polygon_label[~fixed]])
    pieces = Pieces.joined(_runs(drawn, numbers), outline_pieces(solid, solid_label))
    labels += seal_labels
    bars, bar_labels = _bars(area, pieces, (polygons, polygon_label), labels)
    return Obstacles(labels + bar_labels, Pieces.joined(pieces, seals, bars), polygons, polygon_label)


def _drawn(area: StudyArea, more: list[Label]) -> tuple[tuple[Label, ...], Geometries, Ints]:
    """Draw walls and gates; returns all labels, first those given and those of walls, the lines and their labels."""
    lines, gaps = list(_wall_stretches(area)), list(_gate_gaps(area))
    named = tuple(sorted({key for key, _ in lines} | {key for pair, _ in gaps for key in pair} | set(more)))
    number = {key: at for at, key in enumerate(named)}
    between = sorted({tuple(sorted(number[key] for key in pair)) for pair, _ in gaps if len(set(pair)) > 1})
    doubles = {pair: len(named) + at for at, pair in enumerate(between)}
    owner = [number[key] for key, _ in lines]
    for pair, _ in gaps:
        one, *two = sorted({number[key] for key in pair})
        owner.append(doubles[one, *two] if two else one)
    shapes = np.array([*(line for _, line in lines), *(line for _, line in gaps), None], object)[:-1]
    seals: tuple[Label, ...] = tuple(("seals", str(one), str(two)) for one, two in between)
    return named + seals, shapes, np.array(owner, np.int64)


def _bars(
    area: StudyArea, pieces: Pieces, solids: tuple[Geometries, Ints], labels: tuple[Label, ...]
) -> tuple[Pieces, tuple[Label, ...]]:
    """Close passages narrower than the catalog's `passage_m` (0 for people on foot), measured between wall bodies."""
    width = area.catalog.constants["passage_m"] * 1000.0
    if not width:
        return pieces.of(np.empty(0, np.int64)), ()
    thick = area.walls["thickness_m"].fillna(0.0) * 1000.0
    half = [thick[name] / 2 if layer == "walls" else 0.0 for layer, name, _ in labels]
    bridges, between = narrows(pieces, *solids, np.array([*half, 0.0]), width)
    # Between buildings a bar stays for good, but as a label, so that streets are joined to as for everybody.
    fixed = between[:, 1] == PERMANENT
    loose, names = _owned(bridges[~fixed], between[~fixed], len(labels))
    owner = np.full(int(fixed.sum()), len(labels) + len(names))
    stay = Pieces(bridges[fixed, 0], bridges[fixed, 1], owner, np.zeros(len(owner), np.int64))
    return Pieces.joined(loose, stay), (*names, ("passages", "", ""))


def _joined(polygons: Geometries) -> Geometries:
    """Join polygons that touch; the others stay as they are."""
    one, two = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    touching = np.zeros(len(polygons), bool)
    touching[one[one != two]] = True
    joined = shapely.get_parts(shapely.union_all(polygons[touching], grid_size=1.0))
    return np.asarray(np.concatenate([shapely.get_parts(polygons[~touching]), joined]))


def outline_pieces(polygons: Geometries, owner: Ints) -> Pieces:
    """Cut the outlines of polygons into straight pieces that know on which side the polygon lies."""
    parts, part = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
    rings, ring = shapely.get_rings(parts, return_index=True)
    coords, run = shapely.get_coordinates(rings, return_index=True)
    start, end, run = ring_segments(np.rint(coords), run)
    return Pieces(start, end, owner[part[ring[run]]], np.full(len(start), LEFT, np.int64))


def gate_points(area: StudyArea) -> Geometries:
    """Put each gate onto its wall or into its gap, in metres; a gate without either stays where it is."""
    points = area.gates.geometry.to_numpy().copy()
    spans = gate_spans(area).drop_duplicates("gate")
    row = area.gates.index.get_indexer(spans["gate"])
    lines = spans.geometry.to_numpy()
    points[row] = shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, points[row]))
    return np.asarray(points)


def _wall_stretches(area: StudyArea) -> Iterator[tuple[Label, shapely.LineString]]:
    """Yield the stretches of walls, and of the gates cut from them."""
    cuts: dict[str, list[tuple[float, float, str]]] = {}
    for gate, wall, low, high in taken_stretches(area)[["gate", "wall", "low_m", "high_m"]].to_numpy().tolist():
        cuts.setdefault(wall, []).append((low, high, gate))
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


def _gate_gaps(area: StudyArea) -> Iterator[tuple[tuple[Label, Label], shapely.LineString]]:
    """Yield the gaps that gates close, each with the labels at both posts, the same beside a building."""
    for gate, one, two, line in closed_gaps(area)[["gate", "wall", "other", "geometry"]].to_numpy().tolist():
        pair = one, two if isinstance(two, str) else one
        yield (("gaps", gate, pair[0]), ("gaps", gate, pair[1])), line


def _runs(drawn: Geometries, owner: Ints) -> Pieces:
    """Cut lines into straight pieces."""
    coords, run = shapely.get_coordinates(drawn, return_index=True)
    start, end, run = ring_segments(coords, run)
    return Pieces(start, end, owner[run], np.zeros(len(start), np.int64))


def _seals(shapes: Geometries, lines: int, owner: Ints, edges: Geometries, seal_mm: float) -> tuple[Floats, Ints]:
    """Bridge gaps too narrow to walk through; returns their ends and the owners on both sides."""
    near = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=seal_mm)
    one, two = near[:, near[0] < near[1]]
    bridge, between = [shapely.shortest_line(shapes[one], shapes[two])], [(owner[one], owner[two])]
    ends = shapely.get_point(shapes[:lines], [[0], [-1]]).ravel()
    end_owner = np.tile(np.arange(lines), 2)
    at, other = shapely.STRtree(shapes).query(ends, predicate="dwithin", distance=seal_mm)
    at, other = at[end_owner[at] != other], other[end_owner[at] != other]
    bridge.append(shapely.shortest_line(ends[at], shapes[other]))
    between.append((owner[end_owner[at]], owner[other]))
    at, edge = shapely.STRtree(edges).query(ends, predicate="dwithin", distance=seal_mm)
    bridge.append(shapely.shortest_line(ends[at], edges[edge]))
    between.append((owner[end_owner[at]], owner[end_owner[at]]))
    loops = shapely.distance(ends[:lines], ends[lines:]) <= seal_mm
    bridge.append(shapely.shortest_line(ends[:lines][loops], ends[lines:][loops]))
    between.append((owner[:lines][loops], owner[:lines][loops]))
    coords = np.rint(shapely.get_coordinates(np.concatenate(bridge))).reshape(-1, 2, 2)
    wide = (coords[:, 0] != coords[:, 1]).any(axis=1)
    return coords[wide], np.sort(np.concatenate([np.stack(pair, axis=1) for pair in between])[wide], axis=1)


def _owned(bridges: Floats, between: Ints, labels: int) -> tuple[Pieces, tuple[Label, ...]]:
    """Give each bridge a label that stands while what it joins stands; beside a building that of the other side."""
    single = (between[:, 0] == PERMANENT) | (between[:, 0] == between[:, 1])
    pairs, place = np.unique(between[~single], axis=0, return_inverse=True)
    owner = between[:, 1].copy()
    owner[~single] = labels + place.ravel()
    names = tuple(("seals", str(one), str(two)) for one, two in pairs.tolist())
    return Pieces(bridges[:, 0], bridges[:, 1], owner, np.zeros(len(owner), np.int64)), names


def in_the_way(stands: Bools, labels: Ints) -> Bools:
    """Tell which labels stop: the permanent ones, and those of obstacles that stand (there may be none)."""
    return np.asarray((labels == PERMANENT) | np.append(stands, False)[labels])
