"""Where people walk freely in two dimensions: compounds, open spaces and the narrow strips between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno.walk.frame import Floats, Frame, Geometries, Ints

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_PINHOLE_MM2 = 1e6
HAIR_MM = 2.0
_BESIDE_MM = 300.0


@dataclass(frozen=True)
class Ground:
    """Cells of free walking, in whole millimetres, from south-west to north-east.

    `outlines` are the cells as drawn; `cells` reach a hair farther, so that points on the edge lie within;
    `cores` stay a drawing tolerance inside, so that a line along the edge does not enter.
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
        """All cells as drawn, in one shape."""
        return shapely.union_all(self.outlines)

    def cell_of(self, xy: Floats) -> Ints:
        """Name the cell each point lies in, -1 for none."""
        found = np.full(len(xy), -1, np.int64)
        point, cell = self.tree.query(shapely.points(xy), predicate="within")
        found[point] = cell
        return found

    def edge_samples(self, step_mm: float) -> Floats:
        """Set points along the outlines, at most a step apart."""
        rings = shapely.get_rings(self.outlines)
        points = []
        for ring in rings:
            count = max(int(np.ceil(ring.length / step_mm)), 1)
            points.append(shapely.line_interpolate_point(ring, np.arange(count) * (ring.length / count)))
        return np.asarray(np.rint(shapely.get_coordinates(np.concatenate([np.empty(0, object), *points]))))

    def mouths(self, walls: Geometries) -> Floats:
        """Set a point into the middle of each stretch of an outline that no wall closes, such as a lane's end."""
        along = shapely.buffer(shapely.union_all(walls), _BESIDE_MM, cap_style="flat")
        open_ = shapely.difference(shapely.boundary(self.outlines), along)
        parts = shapely.get_parts(shapely.line_merge(open_))
        parts = parts[shapely.length(parts) > _BESIDE_MM]
        return np.asarray(
            np.rint(shapely.get_coordinates(shapely.line_interpolate_point(parts, 0.5, normalized=True)))
        )

    def on_edge(self, points: Geometries, slack_mm: float) -> Floats:
        """Move points that lie near an outline onto it, and leave out the others."""
        edges = shapely.boundary(self.outlines)
        (point, edge) = shapely.STRtree(edges).query_nearest(points, max_distance=slack_mm, all_matches=False)
        joins = shapely.shortest_line(edges[edge], points[point])
        return np.asarray(np.rint(shapely.get_coordinates(joins).reshape(-1, 2, 2)[:, 0]))

    def inward_turns(self) -> Floats:
        """List the corners of the outlines round which a walk within a cell can bend."""
        turns = [_inward_turns(ring) for ring in shapely.get_rings(shapely.orient_polygons(self.outlines))]
        return np.asarray(np.rint(np.concatenate([np.empty((0, 2)), *turns])))


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
    outlines = np.array([_plugged(part) for part in shapely.get_parts(closed) if part.area > 0], object)
    corner = shapely.bounds(outlines).reshape(-1, 4)
    outlines = outlines[np.lexsort((corner[:, 3], corner[:, 2], corner[:, 1], corner[:, 0]))]
    cells = shapely.buffer(outlines, HAIR_MM, join_style="mitre", mitre_limit=2.0)
    return Ground(outlines, cells, shapely.buffer(outlines, -slack, join_style="mitre", mitre_limit=2.0))


def _inward_turns(ring: shapely.LinearRing) -> Floats:
    """Find the corners at which a ring turns right; the cell lies to its left."""
    at = shapely.get_coordinates(ring)[:-1]
    before, after = at - np.roll(at, 1, axis=0), np.roll(at, -1, axis=0) - at
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return np.asarray(at[turn < 0])


def _plugged(cell: shapely.Polygon) -> shapely.Polygon:
    """Fill holes too small to mean anything."""
    holes = [ring for ring in cell.interiors if shapely.Polygon(ring).area > _PINHOLE_MM2]
    return shapely.Polygon(cell.exterior, holes)
