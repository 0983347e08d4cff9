"""The walk fabric: every hop that could be walked once what is removable has gone, and what each hop crosses."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely

from spatialreno._types import Bools, Floats, Ints
from spatialreno.walk.fabric.cells import Cell, Points
from spatialreno.walk.fabric.entrances import Doors
from spatialreno.walk.fabric.obstacles import PERMANENT, Obstacles, in_the_way
from spatialreno.walk.fabric.sectors import Sectors, expand
from spatialreno.walk.fabric.walkable_ground import Ground
from spatialreno.walk.millimetres.frame import Frame

NODE_KINDS = ("corner", "door", "street")
HOP_KINDS = ("yard", "joint", "street", "link")
CORNER, DOOR, STREET = range(3)
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

    @cached_property
    def by_label(self) -> Ints:
        """Order of the pairs by label."""
        return np.argsort(self.label, kind="stable")


@dataclass(frozen=True)
class Fabric:
    """Nodes and hops of one survey. Everything about a state of the area is a mask over it."""

    frame: Frame
    ground: Ground
    obstacles: Obstacles
    path_ids: tuple[str, ...]
    building_ids: tuple[str, ...]
    doors: Doors
    points: Points
    sectors: Sectors
    cells: list[Cell]
    of_sector: Ints
    sector: Ints
    xy: Floats
    kind: Ints
    cell: Ints
    door_node: Ints
    hops: Hops
    gate_reach_mm: float
    step_mm: float
    memory: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def node_tree(self) -> shapely.STRtree:
        """Index of the nodes."""
        return shapely.STRtree(shapely.points(self.xy))

    @cached_property
    def streets(self) -> tuple[Ints, shapely.STRtree]:
        """Numbers of the hops on streets, and their index as lines."""
        which = np.flatnonzero(self.hops.kind == ON_STREET)
        ends = np.stack([self.xy[self.hops.first[which]], self.xy[self.hops.second[which]]], axis=1)
        return which, shapely.STRtree(shapely.linestrings(ends))

    @cached_property
    def node_point(self) -> Ints:
        """The point of each node."""
        return np.asarray(self.sectors.point[self._plain_sector])

    @cached_property
    def _plain_sector(self) -> Ints:
        return self.sector % max(len(self.sectors), 1)

    @cached_property
    def node_rays(self) -> tuple[Ints, Floats, Ints]:
        """What a walk bends round at each node: node (sorted), direction and label; the edge of its cell never goes."""
        rays = self.points.rays
        node, ray = expand(rays.pointer, np.arange(len(rays.x)), self.node_point)
        row, label = expand(rays.label_pointer, rays.label, ray)
        found = [(node[row], rays.angle[ray[row]], label)]
        for at, cell in enumerate(self.cells):
            mine = np.flatnonzero(self.cell == at)
            held = np.minimum(np.searchsorted(cell.points, self.node_point[mine]), len(cell.points) - 1)
            here = cell.points[held] == self.node_point[mine]
            mine, held = mine[here], held[here]
            own, edge = expand(cell.edges.pointer, np.arange(len(cell.edges.x)), held)
            found.append((mine[own], cell.edges.angle[edge], np.full(len(edge), PERMANENT)))
        nodes, angle, labels = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(nodes, kind="stable")
        return nodes[order], angle[order], labels[order]

    def held(self, stands: Bools) -> Bools:
        """Tell which nodes lie in a building or in a structure that stands."""
        solid = np.zeros(len(self.sectors), bool)
        solid[self.sectors.fill_sector[in_the_way(stands, self.sectors.fill)]] = True
        return np.asarray(solid[self._plain_sector])
