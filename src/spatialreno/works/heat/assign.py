"""Which station heats which building: capacity and service radius kept, as much as can be served."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from spatialreno._types import Floats, Indices
from spatialreno.optimise import Limit, Milp, solve_milp
from spatialreno.works.heat.share_out import share_out

_UNSERVED = 1e4  # metres: worse than any way to a station
_SEARCHED = 2_000  # pairs of house and station; with more, the search ends far from the best when its work is done
_WHOLE = 1e-7


def assign_stations(distance: pd.DataFrame, weight: pd.Series, capacity: pd.Series, radius_m: float) -> pd.Series:
    """Give every building to at most one station: most floor area first, then the shortest ways.

    .. math:: \\min \\sum_{bj} w_b (d_{bj} - M) x_{bj} \\;\\; \\text{s.t.} \\;\\;
              \\sum_j x_{bj} \\le 1, \\; \\sum_b w_b x_{bj} \\le C_j

    Parameters
    ----------
    distance
        Metres, index building, columns station.
    weight
        Floor area to heat, m², by building.
    capacity
        m² by station (inf: no limit).
    radius_m
        Farthest a station serves.

    Returns
    -------
    Series
        Station by building; NaN where no station can take it. Of many houses and stations the relaxed programme says
        who goes where, and the few that it divides are shared out by changing two at a time
        (:func:`spatialreno.works.heat.share_out.share_out`), within about 0.2 parts in 100 of what could be served.

    Examples
    --------
    >>> way = pd.DataFrame({"S": [10.0, 20.0, 900.0]}, index=["a", "b", "c"])
    >>> assign_stations(way, pd.Series(100.0, way.index), pd.Series({"S": 150.0}), 500.0).tolist()
    ['S', nan, nan]
    """
    names, stations = list(distance.index), list(distance.columns)
    answer = np.full(len(names), np.nan, object)
    b, j = np.nonzero(distance.to_numpy(float) <= radius_m)
    if not len(b):
        return pd.Series(answer, index=distance.index, dtype="object")
    w = weight.reindex(names).to_numpy(float)
    metres = distance.to_numpy(float)[b, j]
    column = np.arange(len(b))
    rows = scipy.sparse.coo_matrix((np.ones(len(b)), (b, column)), (len(names), len(b)))
    loads = scipy.sparse.coo_matrix((w[b], (j, column)), (len(stations), len(b)))
    limits = np.minimum(capacity.reindex(stations).to_numpy(float), w.sum() + 1.0)
    model = Milp(
        cost=w[b] * (metres - _UNSERVED), lower=np.zeros(len(b)), upper=np.ones(len(b)),
        integer=np.ones(len(b), bool), matrix=scipy.sparse.vstack([rows, loads]),
        row_lower=np.full(len(names) + len(stations), -np.inf), row_upper=np.concatenate([np.ones(len(names)), limits]),
    )  # fmt: skip
    if len(b) > _SEARCHED:
        chosen = _shared_out(model, w, limits, b, j)
    else:
        held = _nearest_first(w[b], metres, b, j, limits)
        found = solve_milp(model, limit=Limit(), start=dict(enumerate(held.astype(float))))
        chosen = np.rint(found.values) > 0 if len(found.values) else held
    for building, station in zip(b[chosen], j[chosen], strict=True):
        answer[building] = str(stations[station])
    return pd.Series(answer, index=distance.index, dtype="object")


def _shared_out(model: Milp, weight: Floats, room: Floats, b: Indices, j: Indices) -> NDArray[np.bool_]:
    """Take whole what the relaxed programme gives to one station, then change houses about."""
    relaxed = solve_milp(replace(model, integer=np.zeros(len(b), bool))).values
    worth = np.full((len(weight), len(room)), -np.inf)
    worth[b, j] = -model.cost
    start, whole = np.full(len(weight), -1), relaxed > 1.0 - _WHOLE
    start[b[whole]] = j[whole]
    return np.asarray(share_out(worth, weight, room, start)[b] == j)


def _nearest_first(
    weight: Floats, metres: Floats, b: Indices, j: Indices, room: Floats
) -> NDArray[np.bool_]:
    """Give buildings, largest first, to the nearest station that still has room for them."""
    left, taken, held = room.copy(), set[int](), np.zeros(len(b), bool)
    for k in np.lexsort((j, b, metres, -weight)):
        if b[k] not in taken and weight[k] <= left[j[k]] + 1e-9:
            left[j[k]] -= weight[k]
            taken.add(int(b[k]))
            held[k] = True
    return held
