"""The assignment programme shared by the siting models, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from spatialreno._types import Floats, Indices
from spatialreno.optimise import Milp
from spatialreno.siting.models.problem import Problem


@dataclass(frozen=True)
class Pairs:
    """Who can be served from where at what cost; ``instead`` is the cost of not being served."""

    demand: Indices
    site: Indices
    cost: Floats
    instead: Floats


def assignment_milp(problem: Problem, pairs: Pairs, *, site_cost: Floats, count: tuple[float, float]) -> Milp:
    """Write the programme: every demand to one open site, or to its alternative.

    .. math::
        \\min \\sum_j f_j y_j + \\sum_{ij} c_{ij} x_{ij} + \\sum_i a_i u_i \\quad \\text{s.t.}\\quad
        \\sum_j x_{ij} + u_i = 1,\\; x_{ij} \\le y_j,\\; \\sum_i w_i x_{ij} \\le Q_j y_j,\\;
        p_l \\le \\sum_{j\\,new} y_j \\le p_u,\\; y_a + y_b \\le 1

    for conflicting a, b. Columns are y (sites), x (pairs), u (demands). Without capacities x is whole by
    itself; with them it must be, because a building hangs on one station.
    """
    sites, demands, many = len(problem.sites), len(problem.demands), len(pairs.demand)
    index = np.arange(many)
    served = scipy.sparse.csr_matrix(
        (
            np.ones(many + demands),
            (
                np.r_[pairs.demand, np.arange(demands)],
                np.r_[sites + index, sites + many + np.arange(demands)],
            ),
        ),
        shape=(demands, sites + many + demands),
    )
    linked = _rows(np.r_[index, index], np.r_[sites + index, pairs.site], many, served.shape[1])
    linked.data[:] = np.where(linked.indices >= sites, 1.0, -1.0)
    blocks = [(served, 1.0, 1.0), (linked, -np.inf, 0.0)]
    blocks += [_capacity_rows(problem, pairs, served.shape[1])] if problem.capacitated else []
    new = np.flatnonzero(~problem.existing)
    blocks.append((_rows(np.zeros_like(new), new, 1, served.shape[1]), *count))
    blocks += [_conflict_rows(problem, served.shape[1])] if len(problem.conflicts) else []
    alone = np.isfinite(pairs.instead)
    return stacked(
        blocks,
        cost=np.r_[site_cost, pairs.cost, np.where(alone, pairs.instead, 0.0)],
        lower=np.r_[problem.existing.astype(float), np.zeros(many + demands)],
        upper=np.r_[np.ones(sites + many), alone.astype(float)],
        integer=np.r_[np.ones(sites, bool), np.full(many, problem.capacitated), np.zeros(demands, bool)],
    )


def coverage_milp(problem: Problem, *, count: int) -> Milp:
    """Write the maximal covering programme of :func:`spatialreno.siting.max_coverage` (columns y, z)."""
    sites, demands = len(problem.sites), len(problem.demands)
    wide = sites + demands
    rows = np.r_[problem.demand, np.arange(demands)]
    near = _rows(rows, np.r_[problem.site, sites + np.arange(demands)], demands, wide)
    near.data[:] = np.where(near.indices >= sites, -1.0, 1.0)
    new = np.flatnonzero(~problem.existing)
    blocks = [
        (near, 0.0, np.inf),
        (_rows(np.zeros_like(new), new, 1, wide), float(count), float(count)),
    ]
    blocks += [_conflict_rows(problem, wide)] if len(problem.conflicts) else []
    return stacked(
        blocks,
        cost=np.r_[np.zeros(sites), -problem.weights],
        lower=np.r_[problem.existing.astype(float), np.zeros(demands)],
        upper=np.ones(wide),
        integer=np.r_[np.ones(sites, bool), np.zeros(demands, bool)],
    )


def cover_milp(problem: Problem, *, count: int) -> Milp:
    """Write the question whether ``count`` sites have every demand in reach (columns y)."""
    new = np.flatnonzero(~problem.existing)
    wide = len(problem.sites)
    reach = _rows(problem.demand, problem.site, len(problem.demands), wide)
    blocks = [(reach, 1.0, np.inf), (_rows(np.zeros_like(new), new, 1, wide), float(count), float(count))]
    blocks += [_conflict_rows(problem, wide)] if len(problem.conflicts) else []
    standing = problem.existing.astype(float)
    return stacked(blocks, cost=np.zeros(wide), lower=standing, upper=np.ones(wide), integer=np.ones(wide, bool))


def stacked(
    blocks: list[tuple[scipy.sparse.csr_matrix, float, float]],
    *,
    cost: Floats,
    lower: Floats,
    upper: Floats,
    integer: NDArray[np.bool_],
) -> Milp:
    """Stack blocks of rows, each with one lower and one upper limit, into a programme."""
    return Milp(
        cost=cost,
        lower=lower,
        upper=upper,
        integer=integer,
        matrix=scipy.sparse.vstack([rows for rows, _, _ in blocks], format="csc"),
        row_lower=np.concatenate([np.full(rows.shape[0], low) for rows, low, _ in blocks]),
        row_upper=np.concatenate([np.full(rows.shape[0], high) for rows, _, high in blocks]),
    )


def _rows(row: Indices, column: Indices, high: int, wide: int) -> scipy.sparse.csr_matrix:
    return scipy.sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(high, wide))


def _capacity_rows(problem: Problem, pairs: Pairs, wide: int) -> tuple[scipy.sparse.csr_matrix, float, float]:
    sites = len(problem.sites)
    limited = np.flatnonzero(np.isfinite(problem.capacity))
    of_site = np.full(sites, -1)
    of_site[limited] = np.arange(len(limited))
    mine = np.flatnonzero(of_site[pairs.site] >= 0)
    row = np.r_[of_site[pairs.site[mine]], np.arange(len(limited))]
    column = np.r_[sites + mine, limited]
    value = np.r_[problem.weights[pairs.demand[mine]], -problem.capacity[limited]]
    return scipy.sparse.csr_matrix((value, (row, column)), shape=(len(limited), wide)), -np.inf, 0.0


def _conflict_rows(problem: Problem, wide: int) -> tuple[scipy.sparse.csr_matrix, float, float]:
    many = len(problem.conflicts)
    row = np.repeat(np.arange(many), 2)
    return _rows(row, problem.conflicts.ravel(), many, wide), -np.inf, 1.0
