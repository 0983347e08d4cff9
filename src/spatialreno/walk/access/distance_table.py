"""Distances between many places as a sparse matrix with ids."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from spatialreno._types import Ints
from spatialreno.walk.access.travel import pair_rows, walk_limit
from spatialreno.walk.millimetres.frame import MM_PER_M
from spatialreno.walk.state.places import Asked, Places, find_places
from spatialreno.walk.state.walkers import state_for

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_PLACES_AT_ONCE = 512


@dataclass(frozen=True, eq=False, repr=False)
class DistanceTable:
    """Walks between origins and destinations.

    Attributes
    ----------
    matrix
        Whole millimetres, int32, in canonical form; a pair that is not reached is not stored, and a walk of no length
        is a stored zero, as in `scipy.sparse.csgraph`. So never `eliminate_zeros()`, and do not make it dense.
    origins, destinations
        Ids of the rows and of the columns, in the order asked.
    limit_m
        Farthest walk, in metres.
    """

    matrix: csr_array
    origins: pd.Index[Any]
    destinations: pd.Index[Any]
    limit_m: float

    def metres(self, origin: Hashable, destination: Hashable) -> float:
        """Look one walk up, in metres; NaN when it is not reached.

        Raises
        ------
        KeyError
            An id is unknown.
        """
        row = int(self.origins.get_indexer(pd.Index([origin]))[0])
        column = int(self.destinations.get_indexer(pd.Index([destination]))[0])
        if row < 0 or column < 0:
            raise KeyError(origin if row < 0 else destination)
        low, high = self.matrix.indptr[row : row + 2]
        at = int(low + np.searchsorted(self.matrix.indices[low:high], column))
        stored = at < high and self.matrix.indices[at] == column
        return float(self.matrix.data[at]) / MM_PER_M if stored else float("nan")

    def rows(self) -> pd.DataFrame:
        """Give the walks as rows: origin, destination, distance_m."""
        pairs = self.matrix.tocoo()
        return pd.DataFrame(
            {
                "origin": self.origins.to_numpy()[pairs.row],
                "destination": self.destinations.to_numpy()[pairs.col],
                "distance_m": pairs.data / MM_PER_M,
            }
        )

    def __repr__(self) -> str:
        """Read the table aloud."""
        count = f"{len(self.origins)} origins and {len(self.destinations)} destinations"
        return f"DistanceTable of {count}: {self.matrix.nnz} walks within {self.limit_m:g} m"


def distance_table(
    area: StudyArea,
    origins: Asked | None = None,
    destinations: Asked | None = None,
    *,
    limit_m: float | None = None,
    group: str = "general",
    at: str | datetime | None = None,
) -> DistanceTable:
    """Measure the walks between many places into a sparse matrix.

    Parameters
    ----------
    area
        The study area.
    origins, destinations
        Ids of buildings or facilities, or a GeoSeries of points or polygons in the area's CRS whose index names
        them. By default every building, and every facility.
    limit_m
        Farthest walk, in metres; by default the catalog's `walk_limit_m`.
    group, at
        Who walks and when, as for `travel_times`.

    Returns
    -------
    DistanceTable
        The same walks as `travel_times` gives. Origins are measured some hundreds at a time, so memory grows with the
        pairs that are reached (12 bytes each while they are gathered) and not with all pairs.

    Raises
    ------
    InputError
        An id or the group is unknown, or hours cannot be read.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> table = distance_table(area, limit_m=500)
    >>> table.matrix.shape == (len(area.buildings), len(area.facilities))
    True
    """
    state, limit = state_for(area, group, at), walk_limit(area, limit_m)
    starts = find_places(area, state.fabric, list(area.buildings.index) if origins is None else origins)
    ends = find_places(area, state.fabric, list(area.facilities.index) if destinations is None else destinations)
    # Searches start from the side with fewer places; only that side is cut, so that none is searched from twice.
    flipped = len(ends) < len(starts)
    cut = ends if flipped else starts
    parts = [np.empty((0, 3), np.int32)]
    for low in range(0, len(cut), _PLACES_AT_ONCE):
        which = np.arange(low, min(low + _PLACES_AT_ONCE, len(cut)))
        some = some_places(cut, which)
        rows = pair_rows(state, starts, some, limit) if flipped else pair_rows(state, some, ends, limit)
        rows[:, 1 if flipped else 0] += low
        parts.append(rows.astype(np.int32))
    table = np.concatenate(parts)
    matrix = coo_array((table[:, 2], (table[:, 0], table[:, 1])), shape=(len(starts), len(ends))).tocsr()
    matrix.sort_indices()
    return DistanceTable(matrix, starts.names, ends.names, limit)


def some_places(places: Places, which: Ints) -> Places:
    """Keep some places, given by sorted numbers."""
    number = np.full(len(places), -1)
    number[which] = np.arange(len(which))
    own, point = number[places.own_place] >= 0, number[places.point_place] >= 0
    ways, point_number = places.ways, np.cumsum(point) - 1
    way = point[ways.point]
    carried, way_number = way[ways.label_way], np.cumsum(way) - 1
    kept = replace(
        ways,
        point=point_number[ways.point[way]],
        node=ways.node[way],
        length=ways.length[way],
        foot=ways.foot[way],
        path=ways.path[way],
        label_way=way_number[ways.label_way[carried]],
        label=ways.label[carried],
    )
    return Places(
        ids=tuple(places.ids[at] for at in which.tolist()),
        home=tuple(places.home[at] for at in which.tolist()),
        host=places.host[which],
        own_place=number[places.own_place[own]],
        own_node=places.own_node[own],
        own_length=places.own_length[own],
        point_place=number[places.point_place[point]],
        point_xy=places.point_xy[point],
        ways=kept,
    )
