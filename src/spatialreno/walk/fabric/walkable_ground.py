"""Where people walk freely in two dimensions: compounds, open spaces, strips between them, frontage to the street."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno._types import Floats, Geometries, Ints
from spatialreno.walk.millimetres.frame import Frame, lines

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_PINHOLE_MM2 = 1e6
HAIR_MM = 2.0
_PASSAGE_MM = 300.0
_GRID_MM = 1.0


@dataclass(frozen=True)
class Ground:
    """Cells of free walking, in whole millimetres, from south-west to north-east.

    `outlines` are the compounds and open spaces as drawn, joined over strips; `cells` reach on to the streets in
    front of them; `cores` stay a drawing tolerance inside the outlines, so that a line along the edge does not enter.
    """

    outlines: Geometries
    cells: Geometries
    cores: Geometries

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the cells."""
        return shapely.STRtree(self.cells)

    @cached_property
    def core_tree(self) -> shapely.STRtree:
        """Index of the cores."""
        return shapely.STRtree(self.cores)

    @cached_property
    def whole(self) -> shapely.Geometry:
        """All cells in one shape."""
        return shapely.union_all(self.cells)

    def cells_of(self, xy: Floats) -> tuple[Ints, Ints]:
        """List (point, cell) for every cell a point lies in or within a hair of; an edge can belong to several."""
        point, cell = self.tree.query(shapely.points(xy), predicate="dwithin", distance=HAIR_MM)
        order = np.lexsort((cell, point))
        return point[order].astype(np.int64), cell[order].astype(np.int64)

    def cell_of(self, xy: Floats) -> Ints:
        """Name the first cell each point lies in, -1 for none."""
        found = np.full(len(xy), -1, np.int64)
        point, cell = self.cells_of(xy)
        found[point[::-1]] = cell[::-1]
        return found

    def frontage(self, step_mm: float, gates: Geometries, reach_mm: float) -> tuple[Floats, Ints]:
        """Set points along the outlines in order: corners, every step, and both sides of gates.

        Returns the points and the ring each belongs to.
        """
        rings = shapely.get_rings(self.outlines)
        at, near = shapely.STRtree(rings).query(gates, predicate="dwithin", distance=reach_mm)
        points, owner = [np.empty((0, 2))], [np.empty(0, np.int64)]
        for number, ring in enumerate(rings):
            corners = shapely.line_locate_point(ring, shapely.points(shapely.get_coordinates(ring)[:-1]))
            doors = shapely.line_locate_point(ring, gates[at[near == number]])
            places = np.concatenate([corners, np.arange(0, ring.length, step_mm), doors - _PASSAGE_MM, doors])
            places = np.unique(np.concatenate([places, doors + _PASSAGE_MM]) % ring.length)
            points.append(np.rint(shapely.get_coordinates(shapely.line_interpolate_point(ring, places))))
            owner.append(np.full(len(places), number))
        return np.concatenate(points), np.concatenate(owner)

    def reaching(self, points: Floats, ring: Ints, source: Ints, foot: Floats, step_mm: float) -> Ground:
        """Take in the ground between the frontage and the street it is joined to.

        Parameters
        ----------
        points, ring
            Points along the outlines as `frontage` gives them.
        source, foot
            Their straight joins to streets: number of the point, and where on the street it ends.
        step_mm
            Two joins enclose ground where their feet are not much farther apart than a step.

        Returns
        -------
        Ground
            The same outlines; no cell enters another's outline.
        """
        _, ring_cell = shapely.get_rings(self.outlines, return_index=True)
        feet = np.full((len(points), 2), np.nan)
        feet[source] = foot
        shapes: list[list[shapely.Geometry]] = [[] for _ in self.outlines]
        for number, cell in enumerate(ring_cell.tolist()):
            here = np.flatnonzero(ring == number)
            shapes[cell] += _aprons(points[here], feet[here], 2 * step_mm)
        return replace(self, cells=np.array([self._grown(at, parts) for at, parts in enumerate(shapes)], object))

    def _grown(self, cell: int, parts: list[shapely.Geometry]) -> shapely.Polygon:
        """Join ground in front of a cell to it, cut back at other outlines."""
        outline = self.outlines[cell]
        if not parts:
            return outline
        apron = shapely.union_all(parts, grid_size=_GRID_MM)
        others = [at for at in self._outline_tree.query(apron, predicate="intersects").tolist() if at != cell]
        if others:
            apron = shapely.difference(apron, shapely.union_all(self.outlines[others]), grid_size=_GRID_MM)
        whole = shapely.get_parts(shapely.union(outline, apron, grid_size=_GRID_MM))
        return _plugged(whole[np.argmax(shapely.area(shapely.intersection(whole, outline)))])

    @cached_property
    def _outline_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.outlines)


def read_ground(area: StudyArea, frame: Frame) -> Ground:
    """Join compounds, open spaces and the strips between them into cells.

    Parameters
    ----------
    area
        The study area.
    frame
        The millimetre frame to express it in.

    Returns
    -------
    Ground
        Cells that do not touch one another; gaps narrower than the catalog's `strip_m` belong to them.
    """
    strip = area.catalog.constants["strip_m"] * 1000.0
    slack = area.catalog.constants["tolerance_m"] * 1000.0
    drawn = np.concatenate([area.compounds.geometry.to_numpy(), area.open_spaces.geometry.to_numpy()])
    joined = shapely.union_all(shapely.make_valid(frame.geometries_mm(drawn)))
    grown = shapely.buffer(joined, strip / 2, join_style="mitre", mitre_limit=2.0)
    closed = shapely.union(shapely.buffer(grown, -strip / 2, join_style="mitre", mitre_limit=2.0), joined)
    parts = shapely.get_parts(shapely.set_precision(closed, _GRID_MM))
    outlines = np.array([_plugged(part) for part in parts if part.area > 0], object)
    corner = shapely.bounds(outlines).reshape(-1, 4)
    outlines = outlines[np.lexsort((corner[:, 3], corner[:, 2], corner[:, 1], corner[:, 0]))]
    return Ground(outlines, outlines, shapely.buffer(outlines, -slack, join_style="mitre", mitre_limit=2.0))


def _aprons(points: Floats, foot: Floats, apart_mm: float) -> list[shapely.Geometry]:
    """Draw the ground between neighbouring joins, and a narrow passage along joins that stand alone."""
    count = len(points)
    used = np.zeros(count, bool)
    found = []
    joined = np.isfinite(foot[:, 0])
    for one, two in pairwise([*range(count), 0] if count > 1 else []):
        if not (joined[one] and joined[two]) or np.abs(foot[one] - foot[two]).max() > apart_mm:
            continue
        used[one] = used[two] = True
        corners = shapely.MultiPoint(np.stack([points[one], foot[one], foot[two], points[two]]))
        found.append(corners.convex_hull)
    alone = joined & ~used
    passages = shapely.buffer(lines(points[alone], foot[alone]), _PASSAGE_MM, cap_style="flat")
    return [shape for shape in [*found, *passages] if shape.area > 0]


def _plugged(cell: shapely.Polygon) -> shapely.Polygon:
    """Fill holes too small to mean anything."""
    holes = [ring for ring in cell.interiors if shapely.Polygon(ring).area > _PINHOLE_MM2]
    return shapely.Polygon(cell.exterior, holes)
