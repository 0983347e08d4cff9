"""Weaving a fabric: points that see each other become hops, and hops learn what they cross."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from spatialreno._types import Bools, Ints
from spatialreno.errors import InputError
from spatialreno.walk.fabric.cells import Cell, Points, hops_in, read_cells
from spatialreno.walk.fabric.entrances import Doors, read_doors
from spatialreno.walk.fabric.fabric import CORNER, DOOR, JOINT, LINK, ON_STREET, STREET, YARD, Fabric, Hops
from spatialreno.walk.fabric.obstacles import Obstacles, gate_points, outline_pieces, read_obstacles
from spatialreno.walk.fabric.sectors import Sectors, find_joints, find_sectors, packed, rays_of, with_fill
from spatialreno.walk.fabric.sight import removable_crossings
from spatialreno.walk.fabric.street_joins import Links, Streets, add_points, link, read_streets, sampled
from spatialreno.walk.fabric.walkable_ground import Ground, read_ground
from spatialreno.walk.millimetres.compiled import EndlessError
from spatialreno.walk.millimetres.frame import Frame, lengths_mm, lines
from spatialreno.walk.millimetres.split_pieces import Pieces, node_pieces

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_STREET_OWNER = 1 << 40
_EDGE_OWNER = 1 << 41


@dataclass(frozen=True)
class _Drawing:
    """Everything on the ground, in whole millimetres, joined in shared points."""

    frame: Frame
    ground: Ground
    obstacles: Obstacles
    streets: Streets
    stops: Ints
    edges: Pieces
    doors: Doors
    links: Links


def build_fabric(area: StudyArea) -> Fabric:
    """Build the fabric of an area from its layers alone.

    Method: visibility hops between obstacle corners (one node per sector), doors and street points of one cell;
    centrelines elsewhere. A hop that meets a removable obstacle carries its label, a hop that meets a building or
    leaves its cell is not made. Orientation is decided in whole numbers, so no joint leaks and none is too tight.

    Parameters
    ----------
    area
        The study area, usually a survey.

    Returns
    -------
    Fabric
        Nodes along a Hilbert curve, so that the order of rows does not matter and near nodes lie near in memory.

    Raises
    ------
    InputError
        What is drawn somewhere cannot be joined in shared points; names the place.
    """
    frame = _frame(area)
    try:
        drawing = _draw(area, frame)
    except EndlessError as error:
        x, y = frame.to_m(np.array([error.args], float))[0]
        message = f"walk: what is drawn near {x:.1f} {y:.1f} does not settle into pieces that meet in points."
        raise InputError(f"{message} Draw it anew there, once and without corners a few millimetres apart.") from error
    points = _points(drawing)
    sectors = find_sectors(points.xy.astype(float), points.rays, drawing.obstacles)
    cells = read_cells(drawing.ground, drawing.obstacles, drawing.edges, points, sectors)
    hops = _hops(drawing, points, cells, sectors)
    node, hops = _numbered(points, cells, sectors, hops)
    return _fabric(area, drawing, points, cells, sectors, node, hops)


def _draw(area: StudyArea, frame: Frame) -> _Drawing:
    """Read the layers, reach from yards to streets, and join all in shared points."""
    constants = area.catalog.constants
    step, reach = constants["frontage_step_m"] * 1000.0, constants["gate_reach_m"] * 1000.0
    ground = read_ground(area, frame)
    obstacles = read_obstacles(area, frame, ground.outlines)
    doors = read_doors(area, frame, obstacles)
    streets = read_streets(area, frame)
    walkable = np.flatnonzero(area.paths["walkable"].to_numpy(bool)[streets.path])
    gates = frame.geometries_mm(gate_points(area))
    front, ring = ground.frontage(step / 2, gates, 2 * constants["tolerance_m"] * 1000.0)
    joins = link(front, streets, walkable, reach, ground, obstacles)
    ground = ground.reaching(front, ring, joins.source, joins.foot, step)
    lone = np.flatnonzero(ground.cell_of(doors.xy) < 0)
    links = link(doors.xy[lone], streets, walkable, reach, ground, obstacles)
    feet = np.concatenate([joins.piece, links.piece]), np.concatenate([joins.foot, links.foot])
    streets = sampled(add_points(streets, *feet), ground, step)
    links = Links(lone[links.source], links.foot, links.piece)
    stops = np.unique(packed(np.concatenate([streets.start, streets.end])))
    return _joined(_Drawing(frame, ground, obstacles, streets, stops, _no_edges(), doors, links))


def _joined(drawing: _Drawing) -> _Drawing:
    """Split obstacles, edges of cells and streets where they meet, and at doors."""
    rims = outline_pieces(drawing.ground.cells, np.arange(len(drawing.ground.cells)) + _EDGE_OWNER)
    streets = drawing.streets.pieces
    streets = replace(streets, owner=streets.owner + _STREET_OWNER)
    noded = node_pieces(Pieces.joined(drawing.obstacles.lines, rims, streets), drawing.doors.xy)
    street = (noded.owner >= _STREET_OWNER) & (noded.owner < _EDGE_OWNER)
    edge, rest = noded.owner >= _EDGE_OWNER, noded.owner < _STREET_OWNER
    return replace(
        drawing,
        obstacles=replace(drawing.obstacles, lines=noded.of(rest)),
        streets=Streets(noded.start[street], noded.end[street], noded.owner[street] - _STREET_OWNER),
        edges=replace(noded.of(edge), owner=noded.owner[edge] - _EDGE_OWNER),
    )


def _no_edges() -> Pieces:
    return Pieces(np.empty((0, 2)), np.empty((0, 2)), np.empty(0, np.int64), np.empty(0, np.int64))


def _frame(area: StudyArea) -> Frame:
    """Choose the corner from which millimetres are counted."""
    layers = (area.compounds, area.buildings, area.walls, area.paths, area.open_spaces)
    bounds = np.array([layer.total_bounds for layer in layers if len(layer)]).reshape(-1, 4)
    corner = np.floor(bounds[:, :2].min(axis=0)) if len(bounds) else np.zeros(2)
    return Frame(float(corner[0]), float(corner[1]))


def _points(drawing: _Drawing) -> Points:
    """Number every end of a piece and every door."""
    parts = (drawing.obstacles.lines, drawing.edges, drawing.streets)
    xy = np.concatenate([drawing.doors.xy, *(part.start for part in parts), *(part.end for part in parts)])
    code, first = np.unique(packed(xy), return_index=True)
    free = np.isin(code, np.concatenate([drawing.stops, packed(drawing.doors.xy)]))
    return Points(xy[first].astype(np.int64), code, rays_of(code, drawing.obstacles.lines), free)


def _hops(drawing: _Drawing, points: Points, cells: list[Cell], sectors: Sectors) -> Hops:
    """Make hops of all kinds between sectors; sectors passed on a street alone are counted on from the others.

    A street that meets a wall's end midway is not left there, so that nothing depends on the wall once it has gone.
    """
    street = _street_hops(drawing, points, sectors)
    yards = _yard_hops(points, cells, sectors)
    parts = [yards, street, _link_hops(drawing, points, sectors)]
    total = len(sectors)
    used = np.zeros(2 * total, bool)
    for part in parts:
        used[part.first] = used[part.second] = True
    busy = _busy(points, cells, sectors, used)
    for at in (0, 1):
        exists = busy[at, sectors.point] & (~sectors.solid | used[at * total : (at + 1) * total])
        joints = find_joints(points.rays, sectors, exists)
        base = at * total
        parts.append(
            _plain(points, sectors, (joints.first + base, joints.second + base), JOINT, joints.joint, joints.label)
        )
    return _gather(parts)


def _yard_hops(points: Points, cells: list[Cell], sectors: Sectors) -> Hops:
    """Join the points of each cell that see each other past what is permanent."""
    found = [hops_in(cell, points) for cell in cells]
    base = np.cumsum([0, *(len(one) for one, _, _, _ in found)])
    one, two, hop, label = (
        np.concatenate([np.empty(0, np.int64), *column]) for column in zip(*found, strict=True)
    ) if found else [np.empty(0, np.int64)] * 4  # fmt: skip
    hop = hop + np.repeat(base[:-1], [len(rows) for _, _, rows, _ in found])
    hops = _between(points, sectors, (one, two), YARD, np.full(len(one), -1), (hop, label))
    solid = sectors.solid
    return _keep(hops, ~(solid[hops.first] | solid[hops.second]))


def _street_hops(drawing: _Drawing, points: Points, sectors: Sectors) -> Hops:
    """Walk along centrelines; buildings do not stop a path (passages), what it meets stands at its ends."""
    streets = drawing.streets
    ends = points.find(streets.start), points.find(streets.end)
    none = np.empty(0, np.int64)
    hops = _between(points, sectors, ends, ON_STREET, streets.path, (none, none))
    shift = np.where(points.free, 0, len(sectors))
    first, second = (end + shift[sectors.point[end]] for end in (hops.first, hops.second))
    return replace(hops, first=first, second=second)


def _between(
    points: Points, sectors: Sectors, ends: tuple[Ints, Ints], kind: int, path: Ints, carried: tuple[Ints, Ints]
) -> Hops:
    """Turn straight lines between points into hops between sectors: along a wall there are two, left and right."""
    one, two = ends
    along = points.xy[two] - points.xy[one]
    left_one, right_one = points.rays.sides(one, along[:, 0], along[:, 1])
    left_two, right_two = points.rays.sides(two, -along[:, 0], -along[:, 1])
    # What is left of the way out is right of the way back.
    first = np.concatenate([sectors.pointer[one] + left_one, sectors.pointer[one] + right_one])
    second = np.concatenate([sectors.pointer[two] + right_two, sectors.pointer[two] + left_two])
    line = np.tile(np.arange(len(one)), 2)
    twice = np.ones(2 * len(one), bool)
    twice[len(one) :] = (left_one != right_one) | (left_two != right_two)
    number = np.cumsum(twice) - 1
    hop = np.concatenate([carried[0], carried[0] + len(one)])
    label = np.tile(carried[1], 2)
    kept = twice[hop]
    pair = (first[twice], second[twice])
    made = _plain(points, sectors, pair, kind, number[hop[kept]], label[kept])
    return replace(made, path=path[line[twice]])


def _link_hops(drawing: _Drawing, points: Points, sectors: Sectors) -> Hops:
    """Walk straight between doors outside yards and the street."""
    source, foot = points.find(drawing.doors.xy[drawing.links.source]), points.find(drawing.links.foot)
    drawn = lines(points.xy[source].astype(float), points.xy[foot].astype(float))
    crossed = removable_crossings(drawing.obstacles, drawn)
    return _between(points, sectors, (source, foot), LINK, np.full(len(source), -1), crossed)


def _plain(points: Points, sectors: Sectors, ends: tuple[Ints, Ints], kind: int, hop: Ints, label: Ints) -> Hops:
    """Make hops of one kind between sectors, carrying also what fills the sectors."""
    first, second = (end % max(len(sectors), 1) for end in ends)
    one, two = sectors.point[first], sectors.point[second]
    hop, label = with_fill(sectors, first, second, hop, label)
    hop, label = hop[label >= 0], label[label >= 0]
    length = lengths_mm(points.xy[one].astype(float), points.xy[two].astype(float))
    count = len(first)
    return Hops(ends[0], ends[1], length, np.full(count, kind), np.full(count, -1), hop, label)


def _numbered(points: Points, cells: list[Cell], sectors: Sectors, hops: Hops) -> tuple[Ints, Hops]:
    """Number the sectors that hops use along a Hilbert curve; returns the sector of each node."""
    total = len(sectors)
    real = np.zeros(2 * total, bool)
    for end in (hops.first, hops.second):
        real[end[hops.kind != JOINT]] = True
    layer, point = np.repeat([0, 1], total), np.tile(sectors.point, 2)
    busy = _busy(points, cells, sectors, real)
    real[hops.first] = real[hops.second] = True
    real[:total] |= busy[0, sectors.point] & ~sectors.solid
    used = np.flatnonzero(real & busy[layer, point])
    order = np.lexsort((used, hilbert(points.xy[point[used]])))
    node = used[order]
    number = np.full(2 * total, -1, np.int64)
    number[node] = np.arange(len(node))
    return node, replace(hops, first=number[hops.first], second=number[hops.second])


def _busy(points: Points, cells: list[Cell], sectors: Sectors, used: Bools) -> Bools:
    """Tell at which points walks may turn (row 0) or streets pass (row 1): where a hop ends, or could for a guest."""
    busy = np.zeros((2, len(points)), bool)
    total = len(sectors)
    for at in (0, 1):
        busy[at, sectors.point[used[at * total : (at + 1) * total]]] = True
    for cell in cells:
        busy[0, cell.points[cell.useful]] = True
    return busy


def hilbert(xy: Ints) -> Ints:
    """Place points along a Hilbert curve, so that near points are near in memory."""
    if not len(xy):
        return np.empty(0, np.int64)
    span = max(int((xy.max(axis=0) - xy.min(axis=0)).max()), 1)
    side = 1 << 16
    x, y = (((xy - xy.min(axis=0)) * (side - 1)) // span).T.copy()
    place = np.zeros(len(xy), np.int64)
    step = side >> 1
    while step:
        right, top = (x & step) > 0, (y & step) > 0
        place += step * step * ((3 * right) ^ top)
        flip = ~top
        mirrored = flip & right
        x[mirrored], y[mirrored] = side - 1 - x[mirrored], side - 1 - y[mirrored]
        x[flip], y[flip] = y[flip], x[flip].copy()
        step >>= 1
    return place


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


def _fabric(
    area: StudyArea, drawing: _Drawing, points: Points, cells: list[Cell], sectors: Sectors, node: Ints, hops: Hops
) -> Fabric:
    """Put all parts together."""
    constants = area.catalog.constants
    of_sector = np.full(len(sectors), -1, np.int64)
    plain = node < len(sectors)
    of_sector[node[plain]] = np.flatnonzero(plain)
    doors = _door_nodes(points, sectors, of_sector, drawing.doors)
    point = sectors.point[node % max(len(sectors), 1)]
    xy = points.xy[point].astype(float)
    kind = np.where(points.free[point], STREET, CORNER)
    kind[doors[doors >= 0]] = DOOR
    return Fabric(
        frame=drawing.frame,
        ground=drawing.ground,
        obstacles=drawing.obstacles,
        path_ids=tuple(area.paths.index),
        building_ids=tuple(area.buildings.index),
        doors=drawing.doors,
        points=points,
        sectors=sectors,
        cells=cells,
        of_sector=of_sector,
        sector=node,
        xy=xy,
        kind=kind,
        cell=drawing.ground.cell_of(xy),
        door_node=doors,
        hops=hops,
        gate_reach_mm=constants["gate_reach_m"] * 1000.0,
        step_mm=constants["frontage_step_m"] * 1000.0,
    )


def _door_nodes(points: Points, sectors: Sectors, of_sector: Ints, doors: Doors) -> Ints:
    """Find the node of each door: the first sector of its point that is one, -1 for a door that leads nowhere."""
    point = points.find(doors.xy)
    nodes = np.full(len(point), -1, np.int64)
    for at, where in enumerate(point.tolist()):
        here = of_sector[sectors.pointer[where] : sectors.pointer[where + 1]]
        nodes[at] = next((node for node in here.tolist() if node >= 0), -1)
    return nodes
