"""What keeps fire engines out: the households behind each obstacle, and what removing it alone would gain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from spatialreno._types import Bools, Floats, Indices
from spatialreno.land.fire.access import FireAccess, building_verdicts, drives, with_verdicts
from spatialreno.land.fire.net import Net

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_COLUMNS = ["layer", "feature_id", "households_behind", "buildings_gained", "households_gained", "geometry"]
#: A turn that cannot be made counts like so many metres of lane that is too narrow.
_TURN_COST_M = 5.0
#: Driving one metre where it is wide enough, against one metre where it is not.
_EASY = 1e-4


def fire_blockers(area: StudyArea, access: FireAccess, *, limit: int = 10) -> gpd.GeoDataFrame:
    """Rank the obstacles that keep a fire engine from homes.

    Every stairwell that is not reached is traced back to the street over the route with the fewest metres
    of lane too narrow; its households stand behind each obstacle that narrows that route. The first of
    them are then taken away one at a time, and access is worked out anew.

    Parameters
    ----------
    area
        The area.
    access
        Its :func:`fire_access`.
    limit
        How many obstacles to take away for trial.

    Returns
    -------
    GeoDataFrame
        Index ``id`` (``layer:id``), most households behind first: ``layer, feature_id, households_behind,
        buildings_gained, households_gained`` (when it alone goes; empty beyond the limit), ``geometry``.
        Where both walls of a lane must go, one alone gains nothing.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> fire_blockers(today, sr.fire_access(today)).index.tolist()
    ['gates:G13']
    """
    behind = _behind(area, access)
    names = sorted(behind, key=lambda name: (-round(behind[name], 6), name))
    rows = [_row(area, access, name, behind[name], tried=rank < limit) for rank, name in enumerate(names)]
    index = pd.Index(names, dtype="str", name="id")
    frame = pd.DataFrame(rows, columns=_COLUMNS, index=index)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=area.crs)


def _row(area: StudyArea, access: FireAccess, name: str, behind: float, *, tried: bool) -> dict[str, Any]:
    layer, _, feature = name.partition(":")
    gone = access.net.gone(name)
    shape = shapely.union_all(access.net.survey.obstacles.shapes[gone])
    buildings, households = _gained(area, access, gone) if tried else (None, None)
    return {
        "layer": layer,
        "feature_id": feature,
        "households_behind": round(behind, 1),
        "buildings_gained": buildings,
        "households_gained": households,
        "geometry": shape,
    }


def _gained(area: StudyArea, access: FireAccess, gone: Bools) -> tuple[float, float]:
    """Count the buildings and households that gain access when some obstacles are taken away."""
    found = drives(area, access.net, gone)
    doors = with_verdicts(area, access.doors, access.hoses, access.net, found, gone)
    after = building_verdicts(doors).reindex(access.buildings.index).fillna("fail").eq("pass")
    before = building_verdicts(access.doors).reindex(access.buildings.index).fillna("fail").eq("pass")
    new = after & ~before
    return float(new.sum()), float(access.buildings.loc[new, "households"].fillna(0).sum())


def _behind(area: StudyArea, access: FireAccess) -> dict[str, float]:
    """Add up by obstacle the households of the stairwells whose best route it narrows."""
    net, constants = access.net, area.catalog.constants
    offset, which = net.survey.widths()
    narrow = offset.sum(axis=1) < constants["fire_width_m"] - constants["fire_rounding_m"]
    cost, before = _routes(net, narrow)
    ends = _best_ports(net, access, cost)
    weight = _door_households(access)
    names = np.array([*net.survey.obstacles.names, ""], object)
    total: dict[str, float] = {}
    for door, port in ends.items():
        pieces = [piece for piece in _trace(before, port) if narrow[piece]]
        met = {str(name) for name in names[which[pieces]].ravel() if name}
        for name in met:
            total[name] = total.get(name, 0.0) + weight[door]
    return {name: value for name, value in total.items() if value > 0}


def _routes(net: Net, narrow: Bools) -> tuple[Floats, Indices]:
    """Find the route of least narrow metres from the streets to every end of every drivable piece."""
    drive = np.flatnonzero(net.drivable)
    none = np.zeros(len(net.survey.obstacles.layer), bool)
    length = np.maximum(net.length_m[drive], 1e-3)
    turn = 2 * net.turns.piece + net.turns.end
    left, right = np.concatenate([2 * drive, turn[:, 0]]), np.concatenate([2 * drive + 1, turn[:, 1]])
    weight = np.where(narrow[drive], length, _EASY * length)
    turning = np.where(net.turns.open(none), _EASY * 1e-3, _TURN_COST_M)
    size = 2 * len(narrow)
    graph = scipy.sparse.coo_matrix((np.concatenate([weight, turning]), (left, right)), shape=(size, size)).tocsr()
    source = 2 * np.flatnonzero(net.street & net.drivable)
    if not len(source):
        return np.full(size, np.inf), np.full(size, -9999, np.intp)
    dijkstra = scipy.sparse.csgraph.dijkstra
    cost, before, _ = dijkstra(graph, directed=False, indices=source, min_only=True, return_predecessors=True)
    return cost, before.astype(np.intp)


def _best_ports(net: Net, access: FireAccess, cost: Floats) -> dict[int, int]:
    """Choose for every stairwell not reached the end of a piece from which a straight hose would reach it."""
    at_node = np.full(len(net.where), np.inf)
    port_at = np.full(len(net.where), -1, np.intp)
    for end in (0, 1):
        port = 2 * np.flatnonzero(net.drivable) + end
        node = net.node[net.drivable, end]
        order = np.argsort(cost[port], kind="stable")[::-1]
        better = cost[port][order] < at_node[node[order]]
        at_node[node[order][better]], port_at[node[order][better]] = cost[port][order][better], port[order][better]
    clear = np.ones(len(access.hoses.door), bool)
    clear[access.hoses.sight] = False
    missed = np.flatnonzero(access.doors["verdict"].to_numpy() != "pass")
    seen = clear & np.isin(access.hoses.door, missed) & np.isfinite(at_node[access.hoses.node])
    door, node = access.hoses.door[seen], access.hoses.node[seen]
    order = np.lexsort((node, at_node[node].round(6), door))
    first = order[np.unique(door[order], return_index=True)[1]]
    return {int(d): int(port_at[n]) for d, n in zip(door[first], node[first], strict=True)}


def _door_households(access: FireAccess) -> Floats:
    """Households of each stairwell; a building's own, shared out, where they are not given by stairwell."""
    doors, buildings = access.doors, access.buildings
    share = (buildings["households"].astype("float64") / buildings["doors"].clip(lower=1)).fillna(0.0)
    own: Floats = doors["households"].fillna(doors["building_id"].map(share)).to_numpy(float)
    return own


def _trace(before: Indices, port: int) -> list[int]:
    """List the pieces of the route back to the street."""
    pieces = []
    while port >= 0:
        last = int(before[port])
        if last >= 0 and last // 2 == port // 2:
            pieces.append(port // 2)
        port = last
    return pieces
