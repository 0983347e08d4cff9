"""Routes of heat: the secondary tree of a station, and the way of the primary from a main to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy
import shapely

from spatialreno._types import Floats, Indices, Shapes
from spatialreno.area import pipes_in_use
from spatialreno.optimise import Limit, Net, Tree, least_tree, make_net, pruned
from spatialreno.works.heat.branches import carried, chains
from spatialreno.works.heat.faces import by_place
from spatialreno.works.heat.loop import main_line
from spatialreno.works.heat.mains import find_taps
from spatialreno.works.heat.pipe_ground import Ground

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

PIECE = ["load_kw", "length_m", "walls", "existing", "part", "start", "end", "geometry"]


@dataclass(frozen=True)
class HeatNet:
    """The net of one station and what its nodes and arcs are.

    Attributes
    ----------
    net
        Root: the station; terminals: buildings, entered by one of their sides.
    xy
        Coordinates of every node that has a place (ground, then old pipes).
    doors, sides
        Inlets of the units; sides with their rows of inlets, and the two nodes of each.
    names
        Building of each terminal.
    old
        Arc (tail, head) to the id of the old pipe it lies in.
    walls
        Walls crossed by a run of the ground, where it crosses any.
    """

    net: Net
    xy: Floats
    doors: pd.DataFrame
    sides: pd.DataFrame
    names: tuple[str, ...]
    old: Mapping[tuple[int, int], str]
    walls: Mapping[tuple[int, int], int]


def station_net(area: StudyArea, ground: Ground, station: str, load: pd.Series) -> HeatNet:
    """Put ground, inlets and old pipes with room into one net rooted at a station.

    Parameters
    ----------
    area
        The study area.
    ground
        Where pipes can lie.
    station
        Id of the station, a key of ``ground.ports``.
    load
        kW by building to be served from it.
    """
    price, wall = _prices(area)
    old_xy, old_edges, old_of, limits = _old_pipes(area, ground)
    doors = ground.inlets[ground.inlets["building_id"].isin(load.index)]
    base = len(ground.points) + len(old_xy)
    sides = _sides(doors, price, base + 1)
    names = list(sides["building_id"].unique())
    first = base + 1 + 2 * len(sides)
    end = {name: first + k for k, name in enumerate(names)}
    runs = zip(ground.tail, ground.head, ground.length_m * price + ground.walls * wall, strict=True)
    edges = [(int(u), int(v), float(c)) for u, v, c in runs]
    arcs = [(base, node, 0.0) for node in ground.ports[station]]
    for side in sides.to_dict("records"):
        into, out = int(side["into"]), int(side["out"])
        arcs += [(node, into, 0.0) for node in side["nodes"]] + [(out, node, 0.0) for node in side["nodes"]]
        arcs += [(into, out, float(side["cost"])), (out, end[side["building_id"]], 0.0)]
    net = make_net(
        [*edges, *((u, v, c * price) for u, v, c in old_edges)], base, list(end.values()),
        arcs=arcs, count=first + len(names),
    )  # fmt: skip
    net = replace(net, demand=tuple(float(load[name]) for name in names), limit=_limits(net, limits))
    return HeatNet(net, np.vstack([ground.points, old_xy]), doors, sides, tuple(names), old_of, walls_by_run(ground))


def _sides(doors: pd.DataFrame, price: float, first: int) -> pd.DataFrame:
    """List the sides from which a whole building can be entered, with the cost of the row of inlets.

    A side is a pair of nodes: whoever comes in at any inlet pays the pipe along the row and the stubs, and
    may go on from any inlet. Where no side is whole, the longer part serves.
    """
    rows = []
    buildings, named, node = (doors[column].to_list() for column in ("building_id", "side", "node"))
    places, stubs = doors[["x", "y"]].to_numpy(float), doors["stub_m"].to_numpy(float)
    parts: dict[tuple[str, str], list[int]] = {}
    for at, key in enumerate(zip(buildings, named, strict=True)):
        parts.setdefault(key, []).append(at)
    for (building, side), part in parts.items():
        xy = places[part]
        along = _along(xy)
        row = float(np.hypot(*np.diff(xy[along], axis=0).T).sum()) if len(xy) > 1 else 0.0
        nodes = tuple(int(node[part[k]]) for k in along)
        rows.append((str(building), str(side), len(part), (row + stubs[part].sum()) * price, nodes))
    table = pd.DataFrame(rows, columns=["building_id", "side", "units", "cost", "nodes"])
    most = table.groupby("building_id")["units"].transform("max")
    table = table[table["units"] == most].reset_index(drop=True)
    return table.assign(into=first + 2 * np.arange(len(table)), out=first + 1 + 2 * np.arange(len(table)))


def _along(xy: Floats) -> Any:
    """Order points along the line through them."""
    way = xy[np.argmax(np.hypot(*(xy - xy[0]).T))] - xy[0]
    return np.argsort((xy - xy[0]) @ way, kind="stable")


def _limits(net: Net, limits: Mapping[tuple[int, int], float]) -> Floats | None:
    if not limits:
        return None
    number = {pair: k for k, pair in enumerate(zip(net.tail.tolist(), net.head.tolist(), strict=True))}
    limit = np.full(len(net.tail), np.inf)
    for pair, most in limits.items():
        limit[number[pair]] = most
    return limit


def _prices(area: StudyArea) -> tuple[float, float]:
    costs = area.catalog.costs
    row = costs[(costs["layer"] == "pipes") & (costs["verb"] == "build") & (costs["kind"] == "heat_secondary")]
    return float(row["price"].iloc[0]), area.catalog.constants["pipe_wall_yuan"]


def _old_pipes(area: StudyArea, ground: Ground) -> tuple[Floats, list[Any], dict[Any, str], dict[Any, float]]:
    """Give old secondary pipes with room as runs that cost nothing, joined to the ground nearby."""
    pipes = pipes_in_use(area).loc[lambda pipes: pipes["kind"].eq("heat_secondary")]
    pipes = pipes[pipes["capacity"] > 0]
    xy: list[Floats] = []
    edges: list[tuple[int, int, float]] = []
    names: dict[tuple[int, int], str] = {}
    limits: dict[tuple[int, int], float] = {}
    first = len(ground.points)
    step = area.catalog.constants["pipe_step_m"]
    for name, row in pipes.loc[by_place(pipes.geometry)].iterrows():
        count = max(1, int(np.ceil(row["geometry"].length / step)))
        places = shapely.line_interpolate_point(row["geometry"], np.linspace(0, 1, count + 1), normalized=True)
        nodes = range(first + len(xy), first + len(xy) + count + 1)
        xy += list(shapely.get_coordinates(places))
        for u, v in pairwise(nodes):
            edges.append((u, v, 0.0))
            for pair in ((u, v), (v, u)):
                names[pair], limits[pair] = str(name), float(row["capacity"])
        edges += _joins(area, ground, places, nodes)
    return np.array(xy, float).reshape(-1, 2), edges, names, limits


def _joins(area: StudyArea, ground: Ground, places: Shapes, nodes: range) -> list[tuple[int, int, float]]:
    """Join an old pipe to the nearest two points of the ground from each of its points."""
    away = np.hypot(*(shapely.get_coordinates(places)[:, None, :] - ground.points[None, :, :]).transpose(2, 0, 1))
    near = np.argsort(away, axis=1, kind="stable")[:, :2]
    reach = area.catalog.constants["pipe_step_m"]
    found = [(nodes[k], int(n), float(away[k, n])) for k in range(len(nodes)) for n in near[k]]
    return [join for join in found if join[2] <= reach]


def lay_secondary(
    net: HeatNet, *, exact: bool | None, exact_arcs: int, limit: Limit
) -> tuple[Tree, pd.DataFrame, pd.DataFrame]:
    """Find the least-cost tree of a station: tree, pipes (load, length, walls, old pipe), inlets of its units."""
    tree = least_tree(net.net, exact=exact, exact_arcs=exact_arcs, limit=limit)
    used = {(int(net.net.tail[a]), int(net.net.head[a])) for a in tree.arcs}
    sides = net.sides[[(s.into, s.out) in used for s in net.sides.itertuples()]]
    keys = set(zip(sides["building_id"], sides["side"], strict=True))
    doors = net.doors[[key in keys for key in zip(net.doors["building_id"], net.doors["side"], strict=True)]]
    return tree, _pieces(net, used, sides, doors), doors


def _pieces(net: HeatNet, used: set[tuple[int, int]], sides: pd.DataFrame, doors: pd.DataFrame) -> pd.DataFrame:
    """Write the tree as pipes: rows of inlets laid out, every run with what it carries."""
    import networkx as nx

    root, place = net.net.root, len(net.xy)
    graph = nx.Graph()
    rows: list[tuple[int, int]] = [pair for nodes in sides["nodes"] for pair in pairwise(nodes)]
    for u, v in sorted({*rows, *((u, v) for u, v in used if u < place and v < place)}):
        graph.add_edge(u, v, length=float(np.hypot(*(net.xy[u] - net.xy[v]))))
    graph.add_edges_from((u, v, {"length": 0.0}) for u, v in sorted(used) if u == root)
    if root not in graph:
        return pd.DataFrame(columns=PIECE)
    forest = nx.minimum_spanning_tree(graph, weight="length")
    edges = [(int(u), int(v), float(forest[u][v]["length"])) for u, v in nx.bfs_edges(forest, root)]
    share = dict(zip(net.names, net.net.demand, strict=True))
    units = doors.groupby("building_id")["unit"].transform("size")
    demand: dict[int, float] = {}
    for node, name, count in zip(doors["node"], doors["building_id"], units, strict=True):
        demand[int(node)] = demand.get(int(node), 0.0) + share[name] / count
    flat = make_net([], root, list(demand), arcs=edges, count=net.net.count)
    arcs = pruned(flat, np.arange(len(flat.tail), dtype=np.intp))
    return _runs(net, flat, arcs, carried(flat, arcs, demand))


def _runs(net: HeatNet, flat: Net, arcs: Indices, load: Mapping[int, float]) -> pd.DataFrame:
    pairs = {int(a): (int(flat.tail[a]), int(flat.head[a])) for a in arcs}
    label: dict[int, object] = {a: (round(load[a], 6), net.old.get(pair, "")) for a, pair in pairs.items()}
    trunk = main_line(flat, arcs, {a: float(flat.cost[a]) for a in pairs})
    rows = []
    for chain in chains(flat, arcs, label):
        ends = [n for n in (pairs[chain[0]][0], *(pairs[a][1] for a in chain)) if n != flat.root]
        if len(ends) < 2:
            continue
        line = shapely.linestrings(net.xy[ends])
        old = net.old.get(pairs[chain[-1]], "")
        part = "main" if chain[-1] in trunk else "branch"
        walls = _walls_on(net.walls, ends)
        rows.append((load[chain[-1]], line.length, walls, old, part, ends[0], ends[-1], line))
    return pd.DataFrame(rows, columns=PIECE)


@dataclass(frozen=True)
class PrimaryWays:
    """The cheapest way from any of some mains to every place of the ground, sought once for all stations.

    Attributes
    ----------
    mains
        Main of each tap; the nodes of the taps follow those of the ground, after them stands the source.
    xy
        Coordinates of ground and taps.
    distance, before
        Cost to each node, and the node before it.
    walls
        Walls crossed by a run of the ground, where it crosses any.
    faults
        Mains that touch nothing.
    """

    mains: tuple[str, ...]
    xy: Floats
    distance: Floats
    before: Any
    walls: Mapping[tuple[int, int], int]
    faults: list[Any]

    def to(self, ports: Sequence[int]) -> tuple[str | None, Any, float]:
        """Give the main, the line and the walls crossed to the cheapest of some places; None where no way leads."""
        port = min(ports, key=lambda node: (self.distance[node], node))
        if not np.isfinite(self.distance[port]):
            return None, None, 0.0
        nodes = [port]
        while self.before[nodes[-1]] >= 0:
            nodes.append(int(self.before[nodes[-1]]))
        way = nodes[-2::-1]  # without the source
        base = len(self.xy) - len(self.mains)
        return self.mains[way[0] - base], shapely.linestrings(self.xy[way]), _walls_on(self.walls, way)


def primary_ways(area: StudyArea, ground: Ground, mains: pd.DataFrame) -> PrimaryWays:
    """Seek the cheapest ways from any of the mains (:class:`PrimaryWays`)."""
    price, wall = _prices(area)
    taps, faults = find_taps(area, mains, ground)
    cost = ground.length_m * price + ground.walls * wall
    base = len(ground.points)
    source = base + len(taps.main)
    edges = [(int(u), int(v), float(c)) for u, v, c in zip(ground.tail, ground.head, cost, strict=True)]
    arcs = [(base + k, int(n), float(m) * price) for k, (n, m) in enumerate(zip(taps.node, taps.length_m, strict=True))]
    arcs += [(source, base + k, 0.0) for k in range(len(taps.main))]
    net = make_net(edges, source, [], arcs=arcs, count=source + 1)
    distance, before = scipy.sparse.csgraph.dijkstra(net.matrix(net.cost), indices=source, return_predecessors=True)
    return PrimaryWays(taps.main, np.vstack([ground.points, taps.xy]), distance, before, walls_by_run(ground), faults)


def _walls_on(walls: Mapping[tuple[int, int], int], nodes: Sequence[int]) -> int:
    pairs = pairwise(nodes)
    return sum(walls.get((u, v), walls.get((v, u), 0)) for u, v in pairs)


def walls_by_run(ground: Ground) -> dict[tuple[int, int], int]:
    """Tell how many walls each run of the ground crosses, where it crosses any."""
    on = np.flatnonzero(ground.walls)
    return {(int(ground.tail[k]), int(ground.head[k])): int(ground.walls[k]) for k in on}
