"""Bounds for the p-median: a good choice, a proven limit, and what neither can be part of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spatialreno._types import Floats, Indices
from spatialreno.optimise import Limit

_ROUNDS = 400
_PATIENCE = 15
_SAME = 1e-9


@dataclass(frozen=True)
class Limits:
    """Two sides of the optimum, and the sites and pairs an optimal choice may use."""

    chosen: Indices
    upper: float
    lower: float
    sites: NDArray[np.bool_]
    pairs: NDArray[np.bool_]
    alone: NDArray[np.bool_]


def limits(cost: Floats, instead: Floats, count: int, limit: Limit) -> Limits:
    """Enclose the p-median optimum and rule out what cannot be in it.

    The choice comes from a greedy start and best exchanges (Teitz and Bart 1968); the limit from the
    Lagrangian relaxation of "every demand is served once" (Cornuejols, Fisher, Nemhauser 1977):

    .. math:: L(u) = \\sum_i u_i + \\sum_i \\min(0, a_i - u_i) + \\sum_{p\\ least} \\rho_j(u),\\quad
              \\rho_j = \\sum_i \\min(0, c_{ij} - u_i)

    A site or a pair whose use would lift the limit above the choice is in no optimal choice.

    Parameters
    ----------
    cost
        Demand by site, finite.
    instead
        Cost of each demand when no chosen site serves it (an existing facility, or being unserved).
    count
        Sites to choose.
    limit
        Seconds, where there are any; the greedy choice is always made.
    """
    chosen, upper = exchange(cost, instead, greedy(cost, instead, count), limit)
    lower, price = _ascend(cost, instead, count, upper, limit)
    rent = np.minimum(0.0, cost - price[:, None]).sum(axis=0)
    last = np.partition(rent, count - 1)[count - 1]
    slack = upper - lower + _SAME * max(1.0, abs(upper))
    sites = (rent - last) <= slack
    sites[chosen] = True
    pairs = (cost - price[:, None] <= slack) & sites[None, :]
    return Limits(chosen, upper, lower, sites, pairs, instead - price <= slack)


def greedy(
    cost: Floats, instead: Floats, count: int, clashes: Mapping[int, list[int]] | None = None
) -> Indices:
    """Choose sites one after another, each time the one that saves most; ties by position.

    ``clashes`` names, for a site, those that cannot be built beside it (-1: those that cannot be built at all); there
    are fewer than ``count`` where they leave no more.
    """
    best = instead.copy()
    chosen: list[int] = []
    shut, beside = np.zeros(cost.shape[1], bool), clashes or {}
    shut[beside.get(-1, [])] = True
    for _ in range(count):
        if shut.all():
            break
        total = np.minimum(best[:, None], cost).sum(axis=0)
        total[shut] = np.inf
        chosen.append(int(np.argmin(total)))
        best = np.minimum(best, cost[:, chosen[-1]])
        shut[[chosen[-1], *beside.get(chosen[-1], [])]] = True
    return np.array(sorted(chosen), np.intp)


def exchange(cost: Floats, instead: Floats, chosen: Indices, limit: Limit) -> tuple[Indices, float]:
    """Exchange one chosen site for another while that lowers the cost; best exchange first."""
    current = np.sort(chosen)
    value = float(np.minimum(cost[:, current].min(axis=1), instead).sum())
    while not limit.late:
        table = _exchanged(cost, instead, current)
        table[:, current] = np.inf
        out, into = np.unravel_index(int(np.argmin(table)), table.shape)
        if not table[out, into] < value - _SAME * max(1.0, abs(value)):
            break
        value = float(table[out, into])
        current = np.sort(np.r_[np.delete(current, out), into]).astype(np.intp)
    return current, value


def _exchanged(cost: Floats, instead: Floats, current: Indices) -> Floats:
    """Cost after each exchange: rows are sites that leave, columns sites that enter."""
    own = np.column_stack([cost[:, current], instead])
    order = np.argsort(own, axis=1, kind="stable")[:, :2]
    first, second = np.take_along_axis(own, order, axis=1).T
    stay = np.minimum(first[:, None], cost)
    rise = np.minimum(second[:, None], cost) - stay
    leaving = (order[:, 0][None, :] == np.arange(len(current))[:, None]).astype(float)
    return np.asarray(stay.sum(axis=0) + leaving @ rise)


def _ascend(cost: Floats, instead: Floats, count: int, upper: float, limit: Limit) -> tuple[float, Floats]:
    """Climb the Lagrangian by subgradient steps; return the best limit and its prices."""
    price = np.minimum(instead, np.partition(cost, min(count, cost.shape[1] - 1), axis=1)[:, 0])
    best, best_price, step, stale = -np.inf, price, 2.0, 0
    for _ in range(_ROUNDS):
        rent = np.minimum(0.0, cost - price[:, None]).sum(axis=0)
        used = np.argsort(rent, kind="stable")[:count]
        value = float(price.sum() + np.minimum(0.0, instead - price).sum() + rent[used].sum())
        stale += 1
        if value > best + _SAME * max(1.0, abs(best) if np.isfinite(best) else 1.0):
            best, best_price, stale = value, price, 0
        slope = 1.0 - (instead < price) - (cost[:, used] < price[:, None]).sum(axis=1)
        norm = float(slope @ slope)
        if norm == 0 or upper - best <= _SAME * max(1.0, abs(upper)) or limit.late:
            break
        if stale > _PATIENCE:
            step, stale, price = step / 2, 0, best_price
        else:
            price = price + step * max(upper - value, _SAME) / norm * slope
    return best, best_price
