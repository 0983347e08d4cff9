"""The siting problem as one plain record: who asks, where one could build, how far it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from spatialreno._types import Floats, Indices
from spatialreno.errors import InputError

_COLUMNS = ("origin", "destination", "distance_m")


@dataclass(frozen=True)
class Problem:
    """Demands, sites and the distances between them, sorted by id.

    Attributes
    ----------
    demands, sites
        Ids, sorted. ``sites`` holds existing facilities and candidates.
    weights
        Weight of each demand (residents, or m² to heat).
    existing
        True where a site already stands: open in every choice and not counted.
    demand, site, distance_m
        The pairs that can serve each other: positions in ``demands`` and ``sites``, metres.
    capacity
        Weight a site can serve (inf = no limit).
    conflicts
        Pairs of positions in ``sites`` that cannot both be built.
    """

    demands: pd.Index
    weights: Floats
    sites: pd.Index
    existing: NDArray[np.bool_]
    demand: Indices
    site: Indices
    distance_m: Floats
    capacity: Floats
    conflicts: Indices

    @property
    def capacitated(self) -> bool:
        """Tell whether any site has a limit."""
        return bool(np.isfinite(self.capacity).any())

    @property
    def unreached(self) -> pd.Index:
        """Ids of the demands that no site can serve."""
        seen = np.zeros(len(self.demands), bool)
        seen[self.demand] = True
        return self.demands[~seen]

    @property
    def loosened(self) -> Problem:
        """Drop capacities that cannot bind: any one site could serve everybody."""
        if self.capacitated and self.capacity.min() >= self.weights.sum():
            return replace(self, capacity=np.full(len(self.sites), np.inf))
        return self

    def without(self, demands: pd.Index) -> Problem:
        """Leave out demands that are unreached."""
        keep = ~self.demands.isin(demands)
        place = np.cumsum(keep) - 1
        return replace(self, demands=self.demands[keep], weights=self.weights[keep], demand=place[self.demand])

    def within(self, radius_m: float) -> Problem:
        """Keep only the pairs no farther apart than a radius in metres."""
        keep = self.distance_m <= radius_m
        return replace(self, demand=self.demand[keep], site=self.site[keep], distance_m=self.distance_m[keep])


def siting_problem(
    distance: pd.DataFrame,
    weights: pd.Series,
    *,
    existing: Iterable[str] = (),
    capacity: pd.Series | None = None,
    conflicts: Iterable[tuple[str, str]] = (),
) -> Problem:
    """Put distances and weights into one record, sorted by id.

    Parameters
    ----------
    distance
        Tidy pairs ``origin`` (demand), ``destination`` (site), ``distance_m``; a pair that is absent
        cannot be served.
    weights
        Weight by demand id, not negative; demands of weight 0 are left out.
    existing
        Sites that already stand.
    capacity
        Weight a site can serve, by site id; sites without a number have no limit. Its index also names
        sites that no pair mentions.
    conflicts
        Pairs of site ids that cannot both be built, such as footprints that overlap.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        For a missing column, a weight that is negative or no number, or a pair given twice.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"origin": ["b", "a"], "destination": ["S1", "S1"], "distance_m": [2.0, 1.0]})
    >>> siting_problem(pairs, pd.Series({"a": 1, "b": 3})).distance_m.tolist()
    [1.0, 2.0]
    """
    asked = _checked_weights(weights)
    pairs = _checked_pairs(distance)
    standing = set(existing)
    limits = pd.Series(dtype=float) if capacity is None else capacity
    named = set(pairs["destination"]) | standing | set(limits.index)
    sites = pd.Index(sorted(named), dtype="object")
    pairs = pairs[pairs["origin"].isin(asked.index)].sort_values(["origin", "destination"], kind="stable")
    clashes = sorted({tuple(sorted(pair)) for pair in conflicts})
    return Problem(
        demands=asked.index,
        weights=asked.to_numpy(float),
        sites=sites,
        existing=np.array([site in standing for site in sites], bool),
        demand=asked.index.get_indexer(pd.Index(pairs["origin"])),
        site=sites.get_indexer(pd.Index(pairs["destination"])),
        distance_m=pairs["distance_m"].to_numpy(float),
        capacity=limits.reindex(sites).fillna(np.inf).to_numpy(float),
        conflicts=np.array([sites.get_indexer(pd.Index(pair)) for pair in clashes], np.intp).reshape(-1, 2),
    )


def _checked_weights(weights: pd.Series) -> pd.Series:
    values = weights.astype(float).sort_index()
    bad = values[values.isna() | (values < 0)]
    if len(bad):
        raise InputError(f"weights: {len(bad)} are negative or empty ({', '.join(map(str, bad.index[:8]))}).")
    kept = values[values > 0]
    return pd.Series(kept.to_numpy(), index=pd.Index(kept.index.tolist(), dtype="object"))


def _checked_pairs(distance: pd.DataFrame) -> pd.DataFrame:
    lacking = [column for column in _COLUMNS if column not in distance]
    if lacking:
        raise InputError(f"distance: no column {', '.join(lacking)}. Give origin, destination, distance_m.")
    twice = distance.duplicated(["origin", "destination"])
    if twice.any():
        raise InputError(f"distance: {int(twice.sum())} pairs are given twice. Keep one row per pair.")
    return distance[list(_COLUMNS)].dropna()
