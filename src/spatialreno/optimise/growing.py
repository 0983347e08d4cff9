"""A linear programme that grows by rows and is solved again from where it stood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from spatialreno._types import Floats
from spatialreno.optimise.limit import Limit
from spatialreno.optimise.milp import Milp, highs_model, new_highs

Row = tuple[list[int], list[float], float, float]
_STEPS = 1000  # of the simplex method that count as one look
_MOST_STEPS = 2**31 - 1


def milp_of(
    cost: Floats, lower: Floats, upper: Floats, integer: NDArray[np.bool_], rows: Sequence[Row]
) -> Milp:
    """Write a programme down from its rows.

    Parameters
    ----------
    cost, lower, upper, integer
        By column: what it costs, its least and most, and whether it is a whole number.
    rows
        Columns, coefficients, least and most of each.

    Returns
    -------
    Milp
        As :func:`solve_milp` takes it; the least sum of costs is sought.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(2)
    >>> milp_of(one, 0 * one, one, one > 0, [([0, 1], [1.0, 1.0], 1.0, 2.0)]).matrix.toarray().tolist()
    [[1.0, 1.0]]
    """
    pointer = np.cumsum([0, *(len(row[0]) for row in rows)])
    columns = np.concatenate([np.empty(0, np.int64), *(np.asarray(row[0], np.int64) for row in rows)])
    values = np.concatenate([np.empty(0), *(np.asarray(row[1], float) for row in rows)])
    matrix = scipy.sparse.csr_array((values, columns, pointer), shape=(len(rows), len(cost)))
    low, high = np.array([row[2] for row in rows], float), np.array([row[3] for row in rows], float)
    return Milp(cost, lower, upper, integer, matrix, low, high)


class GrowingLp:
    """The relaxation of a programme, kept by the solver between rounds of cuts.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> one, whole = np.ones(2), np.zeros(2, bool)
    >>> lp = GrowingLp(Milp(one, 0 * one, one, whole, sparse.csc_matrix((0, 2)), np.empty(0), np.empty(0)))
    >>> lp.solve()
    (0.0, array([0., 0.]), array([1., 1.]))
    >>> lp.grow([([0, 1], [1.0, 1.0], 1.0, np.inf)])
    >>> lp.solve(Limit(work=0.0)) is None
    True
    >>> lp.solve(Limit())[0], lp.prices
    (1.0, array([1.]))
    """

    def __init__(self, model: Milp) -> None:
        import highspy

        self._highs = new_highs({"random_seed": 0})
        lp = highs_model(model, highspy)
        lp.integrality_ = []
        self._highs.passModel(lp)
        state = highspy.HighsModelStatus
        self._solved = state.kOptimal, state.kModelEmpty
        self._none = state.kInfeasible, state.kUnboundedOrInfeasible

    def grow(self, rows: Sequence[Row]) -> None:
        """Add rows: columns, coefficients, least and most."""
        starts = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows])])[:-1].astype(np.int32)
        columns = np.concatenate([row[0] for row in rows]).astype(np.int32)
        values = np.concatenate([row[1] for row in rows]).astype(float)
        low, high = np.array([row[2] for row in rows], float), np.array([row[3] for row in rows], float)
        self._highs.addRows(len(rows), low, high, len(columns), starts, columns, values)

    def close(self, columns: Sequence[int]) -> None:
        """Hold variables at 0 from now on."""
        for column in columns:
            self._highs.changeColBounds(int(column), 0.0, 0.0)

    @property
    def prices(self) -> Floats:
        """What one more of each row's least or most would change the objective by, where it was solved last."""
        return np.array(self._highs.getSolution().row_dual)

    def solve(self, limit: Limit | None = None) -> tuple[float, Floats, Floats] | None:
        """Give the least objective, the values and the reduced costs; inf and nothing when there is no solution.

        None when the limit came first.
        """
        size = max(self._highs.getNumNz(), 1)
        limit = limit or Limit(work=float("inf"))
        left = float("inf") if limit.seconds is None else self._highs.getRunTime() + limit.seconds
        steps = min(max(limit.work / size * _STEPS, 0.0), _MOST_STEPS)
        self._highs.setOptionValue("time_limit", left)
        self._highs.setOptionValue("simplex_iteration_limit", int(steps))
        self._highs.run()
        limit.spend(size * (1.0 + self._highs.getInfo().simplex_iteration_count / _STEPS))
        status = self._highs.getModelStatus()
        if status in self._none:
            return float("inf"), np.empty(0), np.empty(0)
        if status not in self._solved:
            return None
        found = self._highs.getSolution()
        objective = float(self._highs.getInfo().objective_function_value)
        return objective, np.array(found.col_value), np.array(found.col_dual)
