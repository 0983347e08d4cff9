"""The lanes a fire engine could drive: pieces of path, what stands beside them, and every turn between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from spatialreno._angles import arccos, arctan2, cos, sin, tan
from spatialreno._types import Bools, Floats, Indices
from spatialreno.land.geometry.grow_shrink import disc
from spatialreno.land.lanes.chainage import cut_paths
from spatialreno.land.lanes.noding import node_ids, noded
from spatialreno.land.lanes.obstacles import Obstacles, openings, read_obstacles
from spatialreno.land.lanes.same_hits import hits_beside
from spatialreno.land.lanes.widths import Survey

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea

STREET = "street"
#: Kinds of path an engine may drive on.
DRIVABLE = (STREET, "lane", "service", "track")
#: How far a driver swings out before a turn, in metres to the first and to the second lane.
_SWINGS = ((0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0), (2.0, 0.0), (0.0, 2.0))
#: Beyond this change of direction a turn is a turning back.
_BACK_DEG = 150.0


@dataclass(frozen=True)
class Turns:
    """Pairs of pieces that meet at a node, and what stands in the band an engine sweeps between them.

    ``piece`` and ``end`` are n × 2; ``straight`` needs no band. ``turn, swing, obstacle`` are the obstacles
    met, a row each; a turn can be made when one of its swings meets none.
    """

    piece: Indices
    end: Indices
    straight: Bools
    turn: Indices
    swing: Indices
    obstacle: Indices

    def open(self, gone: Bools) -> Bools:
        """Tell which turns can be made when some obstacles are taken away."""
        met = np.zeros((len(self.piece), len(_SWINGS)), bool)
        stands = ~gone[self.obstacle]
        met[self.turn[stands], self.swing[stands]] = True
        can: Bools = self.straight | ~met.all(axis=1)
        return can


@dataclass(frozen=True)
class Net:
    """Pieces of all walkable and drivable paths as a graph, surveyed for obstacles.

    Attributes
    ----------
    paths
        Noded paths; ``survey.stations.path`` counts their rows.
    survey
        Widths; its obstacles end with those that only stop an engine: shut gates, low beams and crowns.
    solid
        Number of obstacles that stop people as well.
    node
        Node of both ends of each piece (n × 2).
    where
        Coordinates of the nodes.
    drivable, street
        By piece.
    turns
        Where an engine passes from piece to piece.
    turned
        What was found of turning places: by node, and by which obstacles stand near it.
    """

    paths: gpd.GeoDataFrame
    survey: Survey
    solid: int
    node: Indices
    where: Floats
    drivable: Bools
    street: Bools
    turns: Turns
    turned: dict[tuple[int, bytes], bool] = field(default_factory=dict, repr=False, compare=False)

    @property
    def length_m(self) -> Floats:
        """Length of each piece."""
        run = self.survey.stations.end - self.survey.stations.start
        length: Floats = np.hypot(*run.T)
        return length

    def gone(self, *names: str) -> Bools:
        """Mark the obstacles of these names."""
        marked: Bools = np.isin(self.survey.obstacles.names, names)
        return marked


def fire_net(area: StudyArea, *, parked: bool = True) -> Net:
    """Lay the graph of an area's paths and survey it for a fire engine."""
    constants = area.catalog.constants
    kinds = area.paths["kind"].fillna("lane")
    wanted = kinds.isin(DRIVABLE) | area.paths["walkable"].fillna(True).astype(bool)
    paths, gaps = noded(area.paths[wanted.to_numpy(bool)], constants["tolerance_m"])
    stations = cut_paths(paths, constants["lane_step_m"])
    obstacles = read_obstacles(area) if parked else read_obstacles(area).without("parking")
    solid = len(obstacles.shapes)
    obstacles = _joined(obstacles, *_overhead(area))
    hits = hits_beside(area, stations, obstacles)
    a, b, where = node_ids(stations.start, stations.end, gaps)
    kind = paths["kind"].fillna("lane").to_numpy(object)[stations.path]
    public = paths["public"].fillna(True).to_numpy(bool)[stations.path]
    net = Net(
        paths=paths,
        survey=Survey(stations, obstacles, hits, constants["lane_reach_m"]),
        solid=solid,
        node=np.stack([a, b], axis=1),
        where=where,
        drivable=np.isin(kind, DRIVABLE),
        street=(kind == STREET) & public,
        turns=_no_turns(),
    )
    return replace(net, turns=_turns(net, constants))


def _overhead(area: StudyArea) -> tuple[Obstacles, Obstacles]:
    """Gates that stay shut in an emergency or hang too low, and crowns known to be too low."""
    height = area.catalog.constants["fire_height_m"]
    gates, trees = area.gates, area.trees
    shut = gates["emergency"].eq("closed").fillna(False) | (gates["clear_height_m"] < height).fillna(False)
    panels = {gate: shape for gate, shape in openings(area).items() if shut[gate]}
    low = trees[(trees["crown_base_m"] < height).fillna(False).to_numpy(bool)]
    low = low[low["crown_m"].fillna(0) > 0]
    crowns = disc(low.geometry.to_numpy(), low["crown_m"].to_numpy(float) / 2)
    return _obstacles("gates", panels), _obstacles("trees", dict(zip(low.index, crowns, strict=True)))


def _obstacles(layer: str, shapes: dict[str, Any]) -> Obstacles:
    bodies = np.array([*shapes.values(), None], object)[:-1]
    return Obstacles(bodies, np.full(len(shapes), layer, "<U16"), np.array(list(shapes), str))


def _joined(*parts: Obstacles) -> Obstacles:
    shapes, layer, ids = (np.concatenate([getattr(p, k) for p in parts]) for k in ("shapes", "layer", "id"))
    return Obstacles(shapes, layer.astype(str), ids.astype(str))


def _no_turns() -> Turns:
    none = np.zeros(0, np.intp)
    return Turns(none.reshape(0, 2), none.reshape(0, 2), none.astype(bool), none, none, none)


def _turns(net: Net, constants: Mapping[str, float]) -> Turns:
    """Pair the drivable pieces at every node, and sweep the band of a turn where the direction changes."""
    piece, end, node = _ends(net)
    frame = pd.DataFrame({"node": node, "at": np.arange(len(node))})
    pairs = frame.merge(frame, on="node")
    pairs = pairs[pairs["at_x"] < pairs["at_y"]].sort_values(["at_x", "at_y"])
    left, right = pairs["at_x"].to_numpy(np.intp), pairs["at_y"].to_numpy(np.intp)
    away = _directions(net, piece, end)
    cosine = np.clip((away[left] * away[right]).sum(axis=1), -1.0, 1.0)
    bend = 180.0 - np.degrees(arccos(cosine))
    keep = bend <= _BACK_DEG
    left, right, bend = left[keep], right[keep], bend[keep]
    straight = bend < constants["fire_bend_deg"]
    sharp = np.flatnonzero(~straight)
    at = net.where[node[left[sharp]]]
    turn, swing, obstacle = _swept(net.survey.obstacles, at, away[left[sharp]], away[right[sharp]], constants)
    return Turns(
        piece=np.stack([piece[left], piece[right]], axis=1),
        end=np.stack([end[left], end[right]], axis=1),
        straight=straight,
        turn=sharp[turn],
        swing=swing,
        obstacle=obstacle,
    )


def _ends(net: Net) -> tuple[Indices, Indices, Indices]:
    """List both ends of every drivable piece with their nodes."""
    drive = np.flatnonzero(net.drivable)
    piece, end = np.tile(drive, 2), np.repeat([0, 1], len(drive))
    return piece, end, net.node[piece, end]


def _directions(net: Net, piece: Indices, end: Indices) -> Floats:
    """Unit vectors away from the node along each piece."""
    run = net.survey.stations.end[piece] - net.survey.stations.start[piece]
    run = np.where((end == 0)[:, None], run, -run)
    unit: Floats = run / np.maximum(np.hypot(*run.T), 1e-12)[:, None]
    return unit


def _swept(
    obstacles: Obstacles, at: Floats, one: Floats, other: Floats, constants: Mapping[str, float]
) -> tuple[Indices, Indices, Indices]:
    """Draw the band of each turn for every swing, and list the obstacles it meets."""
    half = constants["fire_width_m"] / 2
    tree = shapely.STRtree(obstacles.shapes)
    parts = []
    for number, (first, second) in enumerate(_SWINGS):
        band = _bands(_swung(at, one, other, first, second), one, other, constants["fire_radius_m"] - half, half)
        turn, obstacle = tree.query(band, predicate="intersects")
        parts.append((turn, np.full(len(turn), number), obstacle))
    turn, swing, obstacle = (np.concatenate(column).astype(np.intp) for column in zip(*parts, strict=True))
    return turn, swing, obstacle


def _swung(at: Floats, one: Floats, other: Floats, first: float, second: float) -> Floats:
    """Move the corner outwards: both lanes' middles shifted away from the inside of the turn.

    Shifting the first line by f and the second by s away from the other's direction moves their crossing
    to at - (f · other + s · one) / sin(angle).
    """
    sine = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    moved: Floats = at - (first * other + second * one) / np.maximum(sine, 1e-6)[:, None]
    return moved


def _bands(at: Floats, one: Floats, other: Floats, radius_m: float, half_m: float) -> Any:
    """Draw arcs of a radius that touch both directions from a corner, as wide as the lane must be."""
    between = arccos(np.clip((one * other).sum(axis=1), -1.0, 1.0)) / 2
    bisector = one + other
    bisector = bisector / np.maximum(np.hypot(*bisector.T), 1e-12)[:, None]
    centre = at + (radius_m / sin(between))[:, None] * bisector
    start = at + (radius_m / tan(between))[:, None] * one - centre
    finish = at + (radius_m / tan(between))[:, None] * other - centre
    angle = arctan2(start[:, 0] * finish[:, 1] - start[:, 1] * finish[:, 0], (start * finish).sum(axis=1))
    steps = angle[:, None] * np.linspace(0.0, 1.0, 9)
    ahead, aside = cos(steps), sin(steps)
    x = centre[:, :1] + ahead * start[:, :1] - aside * start[:, 1:]
    y = centre[:, 1:] + aside * start[:, :1] + ahead * start[:, 1:]
    return shapely.buffer(shapely.linestrings(np.stack([x, y], axis=2)), half_m, cap_style="flat", join_style="mitre")
