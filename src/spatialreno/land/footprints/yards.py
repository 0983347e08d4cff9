"""Yards: the open ground between bodies, what parts one from the next, and how far from a path a site may lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy
import shapely
from numpy.typing import NDArray

from spatialreno._types import Geometries, Indices
from spatialreno.area import lasting, once_an_area, standing_structures
from spatialreno.land.geometry.grow_shrink import joined, solid_walls

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

#: Side of the squares that wide ground is cut into, so that finding a place in it stays quick, metres.
_TILE_M = 100.0
#: Grid on which outlines are joined: far below what is drawn, far above rounding.
_GRID_M = 1e-6


@dataclass(frozen=True)
class Yards:
    """Ground cut into faces along the outlines of bodies; what may go covers a face until it is gone.

    Attributes
    ----------
    faces
        Polygons on which nothing stands that stays.
    cover
        For each face, what stands on it and may go (numbers of things; empty: open ground).
    node
        For each face, the number of the yard or covered ground that it belongs to.
    links
        For each node, the nodes it borders on.
    paths, path_node
        Pieces of walkable path and the node each runs in; None where the area has no paths at all.
    reach_m
        How far from a path of its own yard the middle of a site may lie, measured straight.
    """

    faces: NDArray[np.object_]
    cover: tuple[frozenset[int], ...]
    node: Indices
    links: tuple[tuple[int, ...], ...]
    paths: NDArray[np.object_] | None
    path_node: Indices
    reach_m: float

    def nodes_at(self, point: BaseGeometry, gone: frozenset[int] = frozenset()) -> list[int]:
        """List the nodes that are open at a point once some things are gone."""
        found = np.sort(self._tree.query(point, predicate="intersects"))
        return list(dict.fromkeys(int(self.node[face]) for face in found if self.cover[face] <= gone))

    def node_cover(self, node: int) -> frozenset[int]:
        """Name what stands on the ground of a node."""
        return self._covers[node]

    def path_nodes(self, region: shapely.Geometry) -> set[int]:
        """List the nodes with a path from which some of a region is reached."""
        return {int(self.path_node[at]) for at in self._near(region)}

    def reached(self, region: BaseGeometry, nodes: set[int] | None) -> Any:
        """Give the ground within reach of the paths that run in some nodes, near a region."""
        own = [at for at in self._near(region) if nodes is None or int(self.path_node[at]) in nodes]
        return joined(shapely.buffer(self._lines[own], self.reach_m))

    def reached_from(self, piece: BaseGeometry) -> Any:
        """Give the region of sites' middles that a piece of land is reached in, as things stand.

        None where the area has no paths at all: then nothing is asked.
        """
        if self.paths is None:
            return None
        return self.reached(piece, set(self.nodes_at(piece.representative_point())))

    def open_from(self, starts: Sequence[int], gone: frozenset[int]) -> set[int]:
        """List the nodes one gets to from some nodes once some things are gone."""
        seen, left = set(starts), list(starts)
        while left:
            for other in self.links[left.pop()]:
                if other not in seen and self._covers[other] <= gone:
                    seen.add(other)
                    left.append(other)
        return seen

    def _near(self, region: BaseGeometry) -> Indices:
        found: Indices = np.sort(self._path_tree.query(region, predicate="dwithin", distance=self.reach_m))
        return found

    @cached_property
    def _lines(self) -> NDArray[np.object_]:
        return np.empty(0, object) if self.paths is None else self.paths

    @cached_property
    def _covers(self) -> list[frozenset[int]]:
        covers = [frozenset[int]()] * len(self.links)
        for face, node in enumerate(self.node):
            covers[node] = self.cover[face]
        return covers

    def joins(self, starts: Sequence[int], others: set[int]) -> set[int]:
        """List those of other nodes that one would get to from some nodes if everything that may go were gone."""
        there = {int(self._whole[node]) for node in starts}
        return {node for node in others if int(self._whole[node]) in there}

    @cached_property
    def _whole(self) -> Indices:
        pairs = [(one, other) for one, own in enumerate(self.links) for other in own]
        one, other = zip(*pairs, strict=True) if pairs else ((), ())
        graph = scipy.sparse.coo_matrix((np.ones(len(one)), (one, other)), shape=(len(self.links), len(self.links)))
        joined_up: Indices = scipy.sparse.csgraph.connected_components(graph, directed=False)[1].astype(np.intp)
        return joined_up

    @cached_property
    def _tree(self) -> Any:
        return shapely.STRtree(self.faces)

    @cached_property
    def _path_tree(self) -> Any:
        return shapely.STRtree(self._lines)


@once_an_area
@lasting
def yards_of(area: StudyArea) -> Yards:
    """Cut the ground of an area into the yards that walls, buildings and structures part."""
    bodies = [*solid_walls(area.walls), *area.buildings.geometry, *standing_structures(area).geometry]
    return cut_yards(area, np.array([*bodies, None], object)[:-1], np.empty(0, object))


def cut_yards(area: StudyArea, stays: NDArray[np.object_], goes: NDArray[np.object_]) -> Yards:
    """Cut the ground of an area along bodies that stay and along those that may go."""
    reach = area.catalog.constants["access_m"]
    bounds = area.compounds.total_bounds + np.array([-reach, -reach, reach, reach])
    faces = _faces([*stays, *goes], bounds)
    inside = shapely.point_on_surface(faces)
    blocked = np.zeros(len(faces), bool)
    blocked[shapely.STRtree(stays).query(inside, predicate="intersects")[0]] = True
    faces, inside = faces[~blocked], inside[~blocked]
    cover = _cover(inside, goes)
    beside = _beside(faces)
    node, links = _nodes(cover, beside)
    paths = area.paths[area.paths["walkable"].fillna(True).astype(bool)].geometry.to_numpy()
    lines, own = _cut_lines(paths, faces)
    return Yards(faces, cover, node, links, lines if len(paths) else None, node[own], reach)


def _faces(bodies: list[Any], bounds: Sequence[float]) -> NDArray[np.object_]:
    """Cut a rectangle along the outlines of bodies, and along a grid."""
    left, low, right, high = bounds
    across = [*np.arange(left, right, _TILE_M), right]
    along = [*np.arange(low, high, _TILE_M), high]
    grid = [[(x, low), (x, high)] for x in across] + [[(left, y), (right, y)] for y in along]
    outlines = shapely.boundary(np.array([*bodies, None], object)[:-1])
    noded = shapely.union_all([*outlines, *shapely.linestrings(grid)], grid_size=_GRID_M)
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    frame = shapely.box(*bounds)
    within: NDArray[np.object_] = found[shapely.intersects(frame, shapely.point_on_surface(found))]
    return within


def _cover(points: Geometries, goes: NDArray[np.object_]) -> tuple[frozenset[int], ...]:
    """Name what may go and stands at each point."""
    at, thing = shapely.STRtree(goes).query(points, predicate="intersects")
    own: dict[int, list[int]] = {}
    for point, number in zip(at.tolist(), thing.tolist(), strict=True):
        own.setdefault(point, []).append(number)
    return tuple(frozenset(own.get(point, ())) for point in range(len(points)))


def _beside(faces: NDArray[np.object_]) -> Indices:
    """List the pairs of faces that share an edge: all were cut along the same lines, so edges are equal."""
    rings, face = shapely.get_rings(faces, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inner = np.flatnonzero(ring[:-1] == ring[1:])
    whole = np.round(points / _GRID_M).astype(np.int64)
    ends = np.concatenate([whole[inner], whole[inner + 1]], axis=1)
    turned = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[turned] = ends[turned][:, [2, 3, 0, 1]]
    order = np.lexsort(ends.T)
    same = np.flatnonzero((ends[order][1:] == ends[order][:-1]).all(axis=1))
    owner = face[ring[inner]][order]
    pairs: Indices = np.unique(np.sort(np.column_stack([owner[same], owner[same + 1]]), axis=1), axis=0)
    return pairs.reshape(-1, 2)


def _nodes(cover: tuple[frozenset[int], ...], beside: Indices) -> tuple[Indices, tuple[tuple[int, ...], ...]]:
    """Join neighbouring faces that bear the same things, and list what borders on what."""
    same = np.array([cover[one] == cover[other] for one, other in beside], bool)
    one, other = beside[same].T if len(beside) else (np.empty(0, int), np.empty(0, int))
    graph = scipy.sparse.coo_matrix((np.ones(len(one)), (one, other)), shape=(len(cover), len(cover)))
    count, node = scipy.sparse.csgraph.connected_components(graph, directed=False)
    links: list[set[int]] = [set() for _ in range(count)]
    for a, b in node[beside[~same]] if len(beside) else ():
        links[a].add(int(b))
        links[b].add(int(a))
    return node.astype(np.intp), tuple(tuple(sorted(own)) for own in links)


def _cut_lines(lines: Geometries, faces: NDArray[np.object_]) -> tuple[NDArray[np.object_], Indices]:
    """Cut lines at the edges of faces; give the pieces and the face of each."""
    line, face = shapely.STRtree(faces).query(lines, predicate="intersects")
    pieces = shapely.intersection(lines[line], faces[face])
    long = shapely.length(pieces) > _GRID_M
    return pieces[long], face[long].astype(np.intp)

