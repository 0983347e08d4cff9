"""What no division into clusters can be below: every compound has a price, and each cluster is the best by itself.

With the rows "each compound is in one cluster" left out, clusters know nothing of one another: around each middle lies
what pays for its way, and the best middles are chosen. That is a bound whatever the prices are; they are moved until it
grows no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatialreno._types import Floats
from spatialreno.design.grouping.map_of_yards import Yards

_ROUNDS, _PATIENCE = 1000, 15
_FIRST_STEP, _LEAST_STEP, _MEMORY = 1.5, 1e-4, 0.3
_TINY = 1e-9


@dataclass(frozen=True)
class Bound:
    """What no division into so many clusters can be below.

    Attributes
    ----------
    value
        Household metres; infinite where no division is possible.
    places
        The same for divisions with compound i in the cluster around compound r, by (i, r).
    """

    value: float
    places: Floats


def find_bound(yards: Yards, count: int, reach_m: float, known: float = np.inf) -> Bound:
    r"""Raise the bound of the Lagrangian relaxation.

    .. math:: \max_u \; \sum_i u_i + \min_{|R| = P} \sum_{r \in R} \min_x \sum_i (h_i d_{ir} - u_i) x_{ir},
              \quad L \le \sum_i h_i x_{ir} \le U, \; 0 \le x \le 1, \; x_{rr} = 1

    Of the limits only that of households is asked, and a cluster need not hang together: the bound holds with them.

    Parameters
    ----------
    yards
        The compounds, with their households as first limit.
    count
        How many clusters.
    reach_m
        Farthest from a middle, in metres.
    known
        Household metres of a division that is known; infinite where none is.

    References
    ----------
    Held, M., Karp, R. (1971). The traveling-salesman problem and minimum spanning trees: part II. Mathematical
    Programming 1, 6-25.
    """
    around = _Around.of(yards, reach_m)
    reached = np.sort(yards.metres, axis=1)[:, min(max(1, yards.count // count // 2), yards.count - 1)]
    prices = yards.households * np.minimum(reached, reach_m)
    kept, value, step, still, way = prices, -np.inf, _FIRST_STEP, 0, np.zeros(yards.count)
    for _ in range(_ROUNDS):
        best = around.best(prices)
        now, missing = _missing(around, best, prices, count)
        if now == np.inf:
            return Bound(np.inf, np.full_like(yards.metres, np.inf))
        still = 0 if now > value + 1e-6 * max(abs(value), 1.0) or value == -np.inf else still + 1
        if now > value:
            kept, value = prices, now
        if still >= _PATIENCE:
            still, step, prices = 0, step / _FIRST_STEP, kept
            continue
        if step < _LEAST_STEP or not missing.any():
            break
        way = missing + _MEMORY * way
        aim = known if np.isfinite(known) else 1.05 * value + 1.0
        prices = prices + step * max(aim - now, 0.0) / max(float(way @ way), _TINY) * way
    return Bound(value, _by_place(around, around.best(kept), kept, value, count))


@dataclass(frozen=True)
class _Best:
    """By middle: the least that its cluster costs at some prices, whom it takes, what a further household costs."""

    least: Floats
    taken: Floats
    unit: Floats


@dataclass(frozen=True)
class _Around:
    """By middle, in rows filled up to one length: who may be in its cluster, with what households and metres."""

    who: npt.NDArray[np.int64]
    real: npt.NDArray[np.bool_]
    homes: Floats
    cost: Floats
    least: Floats
    most: Floats

    @classmethod
    def of(cls, yards: Yards, reach_m: float) -> _Around:
        """Look around each middle; its own households are taken off the limits."""
        near = (yards.metres <= reach_m).T
        np.fill_diagonal(near, val=False)
        who = np.argsort(~near, axis=1, kind="stable")[:, : max(int(near.sum(axis=1).max()), 1)]
        real = np.take_along_axis(near, who, axis=1)
        metres = np.where(real, np.take_along_axis(yards.metres.T, who, axis=1), 0.0)
        homes, limit = np.where(real, yards.households[who], 0.0), yards.limits[0]
        return cls(who, real, homes, homes * metres, limit.least - yards.households, limit.most - yards.households)

    def gains(self, prices: Floats) -> Floats:
        """Tell what each adds to a cluster."""
        return np.where(self.real, self.cost - prices[self.who], 0.0)

    def best(self, prices: Floats) -> _Best:
        """Fill clusters with whom pays best by household: all who pay, as far as the limits let and ask."""
        gain = self.gains(prices)
        free = self.homes <= 0
        worth = np.where(free, np.inf, gain / np.where(free, 1.0, self.homes))
        order = np.argsort(worth, axis=1, kind="stable")
        homes = np.take_along_axis(self.homes, order, axis=1)
        before = np.cumsum(homes, axis=1) - homes
        fill = np.clip(np.where(gain < 0, self.homes, 0.0).sum(axis=1), self.least, self.most)
        part = np.clip((fill[:, None] - before) / np.where(homes > 0, homes, 1.0), 0.0, 1.0) * (homes > 0)
        taken = np.empty_like(part)
        np.put_along_axis(taken, order, part, axis=1)
        taken = np.where(free, (gain < 0).astype(float), taken)
        least = (gain * taken).sum(axis=1) - prices
        least[(before[:, -1] + homes[:, -1] < self.least - _TINY) | (self.most < -_TINY)] = np.inf
        return _Best(least, taken, self._unit(worth, order, part, fill))

    def _unit(self, worth: Floats, order: npt.NDArray[np.int64], part: Floats, fill: Floats) -> Floats:
        """Tell what the last household taken in costs where a limit binds; 0 where none does."""
        last = np.maximum((part > 0).sum(axis=1) - 1, 0)
        rows = np.arange(len(last))
        edge = worth[rows, order[rows, last]]
        binds = np.where(edge > 0, fill <= self.least + _TINY, fill >= self.most - _TINY) & (part > 0).any(axis=1)
        return np.where(binds & np.isfinite(edge), edge, 0.0)


def _missing(around: _Around, best: _Best, prices: Floats, count: int) -> tuple[float, Floats]:
    """Give the bound at some prices, and for each compound how much of it is in no chosen cluster."""
    chosen = np.argsort(best.least, kind="stable")[:count]
    missing: Floats = np.ones(len(prices))
    missing[chosen] = 0.0
    missing -= np.bincount(around.who[chosen].ravel(), best.taken[chosen].ravel(), len(prices))
    return float(prices.sum() + best.least[chosen].sum()), missing


def _by_place(around: _Around, best: _Best, prices: Floats, value: float, count: int) -> Floats:
    """Tell what no division is below in which one compound is in the cluster around another."""
    gain, unit = around.gains(prices), best.unit[:, None]
    edge = np.where(best.unit > 0, around.least, around.most)
    # The dual of filling: any unit gives a bound, so that rounding can do no harm.
    filled = np.minimum(gain - unit * around.homes, 0.0).sum(axis=1) + best.unit * edge - prices
    filled[~np.isfinite(best.least)] = np.inf
    middle = value + np.maximum(filled - np.sort(best.least)[count - 1], 0.0)
    found = np.full((len(prices), len(prices)), np.inf)
    rows, columns = np.nonzero(around.real)
    more = np.maximum(gain - unit * around.homes, 0.0)[rows, columns]
    found[around.who[rows, columns], rows] = middle[rows] + more
    np.fill_diagonal(found, middle)
    return found
