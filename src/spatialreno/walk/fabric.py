"""The walk fabric: every hop that could be walked once what is removable has gone, and what each hop crosses."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno.walk.doors import Doors
from spatialreno.walk.frame import Floats, Frame, Ints
from spatialreno.walk.ground import Ground
from spatialreno.walk.obstacles import PERMANENT, Obstacles
from spatialreno.walk.sight import (
    outline_pieces,
)

if TYPE_CHECKING:
    pass

NODE_KINDS = ("corner", "gate", "door", "edge", "street")
HOP_KINDS = ("yard", "joint", "street", "link")
CORNER, GATE, DOOR, EDGE, STREET = range(5)
YARD, JOINT, ON_STREET, LINK = range(4)


@dataclass(frozen=True)
class Hops:
    """Undirected hops; `path` is a row of the paths for hops on streets, else -1; labels as sorted pairs."""

    first: Ints
    second: Ints
    length: Ints
    kind: Ints
    path: Ints
    label_hop: Ints
    label: Ints

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True)
class Rays:
    """Obstacles that leave the points of corner nodes: node (sorted), direction and label of each."""

    node: Ints
    angle: Floats
    label: Ints

    @classmethod
    def none(cls) -> Rays:
        """Make an empty table."""
        return cls(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64))


@dataclass(frozen=True)
class Fabric:
    """Nodes and hops of one survey. Everything about a state of the area is a mask over it."""

    frame: Frame
    ground: Ground
    obstacles: Obstacles
    path_ids: tuple[str, ...]
    building_ids: tuple[str, ...]
    doors: Doors
    xy: Floats
    kind: Ints
    cell: Ints
    door_node: Ints
    hops: Hops
    rays: Rays
    clear_mm: float
    sight_mm: float
    gate_reach_mm: float
    step_mm: float
    memory: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def node_tree(self) -> shapely.STRtree:
        """Index of the nodes."""
        return shapely.STRtree(shapely.points(self.xy))

    @cached_property
    def cell_nodes(self) -> list[Ints]:
        """Numbers of the nodes of each cell."""
        return [np.flatnonzero(self.cell == at) for at in range(len(self.ground.cells))]

    @cached_property
    def cell_walls(self) -> list[tuple[Floats, Floats]]:
        """Permanent pieces in and round each cell."""
        return [permanent_pieces(self.obstacles, cell) for cell in self.ground.cells]

    @cached_property
    def cell_edges(self) -> shapely.STRtree:
        """Index of the edges of the cells."""
        return shapely.STRtree(shapely.boundary(self.ground.cells))

    @cached_property
    def streets(self) -> tuple[Ints, shapely.STRtree]:
        """Numbers of the hops on streets, and their index as lines."""
        which = np.flatnonzero(self.hops.kind == ON_STREET)
        ends = np.stack([self.xy[self.hops.first[which]], self.xy[self.hops.second[which]]], axis=1)
        return which, shapely.STRtree(shapely.linestrings(ends))


def permanent_pieces(obstacles: Obstacles, cell: shapely.Polygon) -> tuple[Floats, Floats]:
    """Collect what blocks sight for good in a cell: buildings and the cell's own edge."""
    near = obstacles.permanent_tree.query(cell, predicate="intersects")
    fixed = np.flatnonzero(obstacles.label == PERMANENT)[near]
    start, end = outline_pieces(cell)
    return np.concatenate([obstacles.start[fixed], start]), np.concatenate([obstacles.end[fixed], end])
