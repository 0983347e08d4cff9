"""Weaving a fabric: points that see each other become hops, and hops learn what they cross."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatialreno.walk.doors import read_doors
from spatialreno.walk.frame import Bools, Floats, Frame, Ints, lengths_mm
from spatialreno.walk.ground import HAIR_MM, Ground, read_ground
from spatialreno.walk.obstacles import PERMANENT, Obstacles, gate_points, read_obstacles
from spatialreno.walk.sectors import Corners, read_corners, wedge_table
from spatialreno.walk.sight import (
    clear_hops,
    outline_pieces,
    removable_crossings,
    seen_pairs,
    taut,
    unique_pairs,
)
from spatialreno.walk.streets import Links, Streets, add_points, link, read_streets

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

from spatialreno.walk.fabric import (
    CORNER,
    DOOR,
    EDGE,
    GATE,
    JOINT,
    LINK,
    ON_STREET,
    STREET,
    YARD,
    Fabric,
    Hops,
    Rays,
    permanent_pieces,
)

_RIM_MM = 1000.0


@dataclass(frozen=True)
class _Nodes:
    """All points of a fabric before they see each other."""

    xy: Floats
    kind: Ints
    cell: Ints
    fill_node: Ints
    fill: Ints
    blind: Bools


def build_fabric(area: StudyArea) -> Fabric:
    """Build the fabric of an area from its layers alone.

    Method: visibility hops between obstacle corners (one node per sector), doors, gates and street points of one
    cell; centrelines elsewhere; both joined along the edges of the cells. A hop that meets a removable obstacle
    carries its label, a hop that meets a building or leaves its cell is not made.

    Parameters
    ----------
    area
        The study area, usually a survey.

    Returns
    -------
    Fabric
        Nodes sorted by kind and place, so that the order of rows does not matter.
    """
    constants = area.catalog.constants
    frame = _frame(area)
    ground = read_ground(area, frame)
    obstacles = read_obstacles(area, frame, ground.outlines)
    corners = read_corners(obstacles, constants["clear_m"] * 1000.0)
    doors = read_doors(area, frame, obstacles)
    streets = read_streets(area, frame, ground)
    gates = _unique_points(frame.to_mm(shapely.get_coordinates(gate_points(area))))
    step = constants["frontage_step_m"] * 1000.0
    bends = ground.inward_turns()
    edges = _unique_points(np.concatenate([bends, _openings(area, frame, ground), ground.edge_samples(step)]))
    fixed = [np.array(corners.xy, float).reshape(-1, 2), gates, doors.xy, edges]
    links = _joins(area, streets, fixed, ground, obstacles)
    streets = add_points(streets, links.piece, links.foot)
    fixed, links = _useful_edges(fixed, links, bends)
    street_xy = _unique_points(np.concatenate([streets.start, streets.end]))
    nodes = _nodes([*fixed, street_xy], ground, obstacles)
    hops = _gather(
        [
            _yard_hops(nodes, ground, obstacles, corners, constants),
            _joint_hops(nodes, corners),
            _street_hops(nodes, streets, obstacles),
            _link_hops(nodes, links, obstacles),
        ]
    )
    return Fabric(
        frame=frame,
        ground=ground,
        obstacles=obstacles,
        path_ids=tuple(area.paths.index),
        building_ids=tuple(area.buildings.index),
        doors=doors,
        xy=nodes.xy,
        kind=nodes.kind,
        cell=nodes.cell,
        door_node=np.flatnonzero(nodes.kind == DOOR),
        hops=hops,
        rays=Rays(*(np.array(column) for column in zip(*corners.rays, strict=True)))
        if corners.rays
        else Rays.none(),
        clear_mm=constants["clear_m"] * 1000.0,
        sight_mm=constants["sight_m"] * 1000.0,
        gate_reach_mm=constants["gate_reach_m"] * 1000.0,
        step_mm=constants["frontage_step_m"] * 1000.0,
    )


def _frame(area: StudyArea) -> Frame:
    """Choose the corner from which millimetres are counted."""
    layers = (area.compounds, area.buildings, area.walls, area.paths, area.open_spaces)
    bounds = np.array([layer.total_bounds for layer in layers if len(layer)]).reshape(-1, 4)
    corner = np.floor(bounds[:, :2].min(axis=0)) if len(bounds) else np.zeros(2)
    return Frame(float(corner[0]), float(corner[1]))


def _openings(area: StudyArea, frame: Frame, ground: Ground) -> Floats:
    """List the points of cell edges where streets are joined to what is open or may be opened."""
    walls = frame.geometries_mm(area.walls.geometry.to_numpy())
    middles = shapely.line_interpolate_point(walls, 0.5, normalized=True)
    doors = np.concatenate([middles, frame.geometries_mm(gate_points(area))])
    slack = 2 * area.catalog.constants["tolerance_m"] * 1000.0
    return np.concatenate([ground.mouths(walls), ground.on_edge(doors, slack)])


def _unique_points(xy: Floats) -> Floats:
    return np.asarray(np.unique(xy.reshape(-1, 2), axis=0))


def _joins(
    area: StudyArea, streets: Streets, fixed: list[Floats], ground: Ground, obstacles: Obstacles
) -> Links:
    """Link cell edges, gates and doors outside cells to the street."""
    walkable = np.flatnonzero(area.paths["walkable"].to_numpy(bool)[streets.path])
    xy = np.concatenate(fixed)
    kind = _kinds(fixed)
    sources = np.flatnonzero((kind == GATE) | (kind == EDGE) | ((kind == DOOR) & (ground.cell_of(xy) < 0)))
    reach = area.catalog.constants["gate_reach_m"] * 1000.0
    found = link(xy[sources], streets, walkable, reach, ground, obstacles)
    return Links(sources[found.source], found.foot, found.piece)


def _useful_edges(fixed: list[Floats], links: Links, bends: Floats) -> tuple[list[Floats], Links]:
    """Leave out points on the edge that neither join a street nor bend a walk."""
    kind, xy = _kinds(fixed), np.concatenate(fixed)
    keep = kind != EDGE
    keep[links.source] = True
    turning = set(map(tuple, bends.tolist()))
    keep |= np.fromiter((tuple(point) in turning for point in xy.tolist()), bool, len(xy)) & (kind == EDGE)
    number = np.cumsum(keep) - 1
    edges = xy[keep & (kind == EDGE)]
    return [*fixed[:EDGE], edges], Links(number[links.source], links.foot, links.piece)


def _kinds(groups: list[Floats]) -> Ints:
    return np.repeat(np.arange(len(groups)), [len(group) for group in groups])


def _nodes(groups: list[Floats], ground: Ground, obstacles: Obstacles) -> _Nodes:
    """Number the points, find the cell of each and what it lies in."""
    xy, kind = np.concatenate(groups), _kinds(groups)
    node, label = (
        np.concatenate(parts)
        for parts in zip(obstacles.inside(xy), _touched(xy, kind, obstacles), strict=True)
    )
    blind = np.zeros(len(xy), bool)
    blind[node[label == PERMANENT]] = True
    node, label = unique_pairs(node[label != PERMANENT], label[label != PERMANENT])
    return _Nodes(xy, kind, ground.cell_of(xy), node, label, blind)


def _touched(xy: Floats, kind: Ints, obstacles: Obstacles) -> tuple[Ints, Ints]:
    """List (point, label) for points that were set on an obstacle and rounded to one side of it.

    A point on a wall belongs to the wall: else it would slip past on the side it was rounded to.
    """
    loose = np.flatnonzero(kind != CORNER)
    point, piece = shapely.STRtree(obstacles.pieces).query(
        shapely.points(xy[loose]), predicate="dwithin", distance=HAIR_MM
    )
    return loose[point], obstacles.label[piece]


def _yard_hops(
    nodes: _Nodes, ground: Ground, obstacles: Obstacles, corners: Corners, constants: dict[str, float]
) -> Hops:
    """Join all points of each cell that see each other past what is permanent and can be taut."""
    first, second = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for at, cell in enumerate(ground.cells):
        here = np.flatnonzero((nodes.cell == at) & ~nodes.blind)
        one, two = seen_pairs(
            nodes.xy[here], *permanent_pieces(obstacles, cell), constants["sight_m"] * 1000.0
        )
        first.append(here[one])
        second.append(here[two])
    one, two = np.concatenate(first), np.concatenate(second)
    apart = (nodes.xy[one] != nodes.xy[two]).any(axis=1)
    one, two = one[apart], two[apart]
    wedges, clear = _away_from_edges(wedge_table(corners), nodes.xy, ground), constants["clear_m"] * 1000.0
    bends = taut(nodes.xy, one, two, wedges, clear) & taut(nodes.xy, two, one, wedges, clear)
    one, two = one[bends], two[bends]
    free, hop, label = clear_hops(obstacles, nodes.xy, one, two)
    free &= _within_cells(nodes.xy, one, two, ground)
    hop, label = _with_fills(nodes, one, two, hop, label)
    return _keep(_plain(nodes.xy, one, two, YARD, hop, label), free)


def _away_from_edges(wedges: tuple[Ints, Floats], xy: Floats, ground: Ground) -> tuple[Ints, Floats]:
    """Keep the wedges of corners well inside a cell: near its edge a walk may bend round the edge instead."""
    node, edges = wedges
    rims = shapely.STRtree(_edge_lines(ground))
    near = np.unique(rims.query(shapely.points(xy[node]), predicate="dwithin", distance=_RIM_MM)[0])
    far = np.setdiff1d(np.arange(len(node)), near)
    return node[far], edges[far]


def _within_cells(xy: Floats, first: Ints, second: Ints, ground: Ground) -> Bools:
    """Tell which hops do not leave their cell."""
    edges = shapely.STRtree(_edge_lines(ground))
    fine = np.ones(len(first), bool)
    if len(first):
        drawn = shapely.linestrings(np.stack([xy[first], xy[second]], axis=1))
        fine[edges.query(drawn, predicate="intersects")[0]] = False
    return fine


def _edge_lines(ground: Ground) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    pieces = [np.stack(outline_pieces(cell), axis=1) for cell in ground.cells]
    return np.asarray(shapely.linestrings(np.concatenate([np.empty((0, 2, 2)), *pieces])))


def _joint_hops(nodes: _Nodes, corners: Corners) -> Hops:
    """Join neighbouring sectors of one point."""
    first = np.array([one for one, _, _ in corners.hops], np.int64)
    second = np.array([two for _, two, _ in corners.hops], np.int64)
    hop = np.repeat(np.arange(len(first)), [len(carried) for _, _, carried in corners.hops])
    label = np.array([at for _, _, carried in corners.hops for at in sorted(carried)], np.int64)
    return _plain(nodes.xy, first, second, JOINT, hop, label)


def _street_hops(nodes: _Nodes, streets: Streets, obstacles: Obstacles) -> Hops:
    """Walk along centrelines; buildings do not stop a path (passages), walls, gates and structures do."""
    first, second = _find(nodes, streets.start), _find(nodes, streets.end)
    drawn = shapely.linestrings(np.stack([streets.start, streets.end], axis=1))
    hop, label = _with_fills(nodes, first, second, *removable_crossings(obstacles, drawn))
    plain = _plain(nodes.xy, first, second, ON_STREET, hop, label)
    return Hops(first, second, plain.length, plain.kind, streets.path, hop, label)


def _link_hops(nodes: _Nodes, links: Links, obstacles: Obstacles) -> Hops:
    """Walk between the edge of a cell and the street beside it."""
    foot = _find(nodes, links.foot)
    drawn = shapely.linestrings(np.stack([nodes.xy[links.source], nodes.xy[foot]], axis=1))
    hop, label = _with_fills(nodes, links.source, foot, *removable_crossings(obstacles, drawn))
    return _plain(nodes.xy, links.source, foot, LINK, hop, label)


def _find(nodes: _Nodes, xy: Floats) -> Ints:
    """Number street points (they are sorted by place)."""
    base = int(np.searchsorted(nodes.kind, STREET))
    known = nodes.xy[base:]
    if not len(known):
        return np.empty(0, np.int64)
    width = known[:, 1].max() - known[:, 1].min() + 1
    low = known[:, 1].min()
    code = known[:, 0] * width + (known[:, 1] - low)
    place = np.searchsorted(code, xy[:, 0] * width + (xy[:, 1] - low))
    return np.asarray(base + place, np.int64)


def _with_fills(nodes: _Nodes, first: Ints, second: Ints, hop: Ints, label: Ints) -> tuple[Ints, Ints]:
    """Add the structures in which either end of a hop lies."""
    hops, labels = [hop], [label]
    for end in (first, second):
        low = np.searchsorted(nodes.fill_node, end, "left")
        count = np.searchsorted(nodes.fill_node, end, "right") - low
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        hops.append(np.repeat(np.arange(len(end)), count))
        labels.append(nodes.fill[np.repeat(low, count) + step])
    return unique_pairs(np.concatenate(hops), np.concatenate(labels))


def _plain(xy: Floats, first: Ints, second: Ints, kind: int, hop: Ints, label: Ints) -> Hops:
    """Make hops of one kind."""
    count = len(first)
    length = lengths_mm(xy[first], xy[second])
    return Hops(first, second, length, np.full(count, kind), np.full(count, -1), hop, label)


def _keep(hops: Hops, mask: Bools) -> Hops:
    """Drop hops together with their labels."""
    number = np.cumsum(mask) - 1
    carried = mask[hops.label_hop]
    return Hops(
        hops.first[mask],
        hops.second[mask],
        hops.length[mask],
        hops.kind[mask],
        hops.path[mask],
        number[hops.label_hop[carried]],
        hops.label[carried],
    )


def _gather(parts: list[Hops]) -> Hops:
    """Put hops of all kinds into one table."""
    base = np.cumsum([0, *(len(part) for part in parts)])
    return Hops(
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.second for part in parts]),
        np.concatenate([part.length for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.path for part in parts]),
        np.concatenate([part.label_hop + at for part, at in zip(parts, base, strict=False)]),
        np.concatenate([part.label for part in parts]),
    )
