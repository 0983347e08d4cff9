"""Games of coalitions: from what each coalition is worth to shares, by arithmetic; who they are does not matter here.

A coalition of ``n`` players is a whole number whose bit ``i`` says that player ``i`` is in. Values of all coalitions
are an array of ``2 ** n`` numbers that begins with nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial

import numpy as np
import numpy.typing as npt

from spatialreno._types import Bools, Floats
from spatialreno.errors import InputError, RenoError
from spatialreno.optimise import GrowingLp, Row, milp_of

#: Most players for whom every coalition is looked at.
MOST_EXACT = 12
_SAME = 1e-9


@dataclass(frozen=True)
class Core:
    """Whether some way to share leaves no coalition worse off than it would be alone.

    Attributes
    ----------
    epsilon
        What the worst-off coalition must forgo at the least, whatever is shared out how; 0 or less: nobody must.
    shares
        The nucleolus: the one way to share that makes the worst-off coalition as well off as can be, then the next, and
        so on.
    """

    epsilon: float
    shares: Floats

    def empty(self, tolerance: float = 1e-6) -> bool:
        """Tell that whatever is shared out how, some coalition would be better off alone."""
        return self.epsilon > tolerance


def members(count: int) -> Bools:
    """Tell for each coalition, by row, who is in.

    Examples
    --------
    >>> members(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    found: Bools = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    return found


def shapley(values: Floats) -> Floats:
    r"""Share out what all are worth by what each adds on average over all orders in which they may join.

    .. math:: \phi_i = \sum_{S \not\ni i} \frac{|S|!\,(n-|S|-1)!}{n!} \left( v(S \cup i) - v(S) \right)

    Parameters
    ----------
    values
        What each coalition is worth, as for :func:`find_core`.

    Returns
    -------
    numpy.ndarray
        A share for each player; they add up to what all together are worth.

    Raises
    ------
    InputError
        The number of values is none of 2, 4, 8 …

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games II, 307-317.

    Examples
    --------
    Two who need one another, and a third who adds 30 to anything:

    >>> import numpy as np
    >>> shapley(np.array([0, 0, 0, 60, 30, 30, 30, 90.0])).round(6).tolist()
    [30.0, 30.0, 30.0]
    """
    count = _count(values)
    size = members(count).sum(axis=1)
    chance = np.array([factorial(k) * factorial(count - k - 1) / factorial(count) for k in range(count)])
    shares = np.zeros(count)
    every = np.arange(len(values))
    for one in range(count):
        without = every[(every >> one) & 1 == 0]
        shares[one] = chance[size[without]] @ (values[without | 1 << one] - values[without])
    return shares


def sampled_shapley(
    count: int, value: Callable[[int], float], *, samples: int = 200, seed: int = 0
) -> tuple[Floats, Floats]:
    """Estimate Shapley shares from orders drawn by chance, each with its reverse.

    Parameters
    ----------
    count
        How many players.
    value
        What a coalition is worth.
    samples
        How many orders are drawn; half of them are the reverse of the others.
    seed
        Of the draw.

    Returns
    -------
    tuple
        The shares, which sum up to what all are worth, and the standard error of each.

    Examples
    --------
    >>> shares, error = sampled_shapley(3, lambda who: float(10 * (who & 1) + (who.bit_count() == 3)), samples=4)
    >>> float(shares.sum().round(6)), bool(error.max() < 1)
    (11.0, True)
    """
    dice = np.random.default_rng(seed)
    pairs = max(samples // 2, 1)
    added = np.zeros((pairs, count))
    for at in range(pairs):
        order = dice.permutation(count)
        added[at] = (_added(order, value) + _added(order[::-1], value)) / 2
    error = added.std(axis=0, ddof=1) / np.sqrt(pairs) if pairs > 1 else np.full(count, np.inf)
    return added.mean(axis=0), error


def worst_off(values: Floats, shares: Floats) -> tuple[int, float]:
    """Find the coalition that is given least against what it is worth alone, and how much less (below 0: more).

    Of several, the one with fewest players, then the first.

    Parameters
    ----------
    values
        What each coalition is worth, as for :func:`find_core`.
    shares
        What each player is given.

    Returns
    -------
    int, float
        Number of the coalition (a bit for each player), and what it lacks.

    Raises
    ------
    InputError
        The number of values is none of 2, 4, 8 …, or the shares are not one for each player.

    Examples
    --------
    >>> import numpy as np
    >>> worst_off(np.array([0, 0, 0, 60, 0, 60, 60, 60.0]), np.full(3, 20.0))
    (3, 20.0)
    """
    count = _count(values)
    if len(shares) != count:
        raise InputError(f"games: {len(shares)} shares of {count} players. Give one for each.")
    who = members(count)
    short = (values - who @ shares)[1:-1]
    if not len(short):
        return len(values) - 1, 0.0
    size = who.sum(axis=1)[1:-1]
    worst = np.lexsort((np.arange(len(short)), size, -short.round(6)))[0]
    return int(worst) + 1, float(short[worst])


def find_core(values: Floats) -> Core:
    r"""Find the least that the worst-off coalition must forgo, and the nucleolus.

    .. math:: \min \epsilon \quad \text{s.t.} \quad x(S) \ge v(S) - \epsilon \;\; \forall\, S \ne \emptyset, N,
              \qquad x(N) = v(N)

    then, with the coalitions that can do no better held, the same for the others, until one way to share is left. Who
    comes first changes nothing: the nucleolus is unique.

    Parameters
    ----------
    values
        What each coalition is worth; its number has a bit for each player, so there are 2 to the number of players, and
        the first, of nobody, is 0.

    Returns
    -------
    Core
        ``epsilon`` (above 0: no way of sharing keeps everybody), ``empty()``, and ``shares`` by player, the nucleolus.

    Raises
    ------
    InputError
        The number of values is none of 2, 4, 8 …

    References
    ----------
    Schmeidler, D. (1969). The nucleolus of a characteristic function game. SIAM J. Appl. Math. 17, 1163-1170.
    Maschler, M., Peleg, B., Shapley, L. (1979). Mathematics of Operations Research 4, 303-338.

    Examples
    --------
    Of three any two may have 60, and all three together not more: somebody is always better off with somebody else.

    >>> import numpy as np
    >>> core = find_core(np.array([0, 0, 0, 60, 0, 60, 60, 60.0]))
    >>> core.empty(), core.epsilon, core.shares.round(6).tolist()
    (True, 20.0, [20.0, 20.0, 20.0])
    """
    count = _count(values)
    if count == 1:
        return Core(0.0, np.array([values[-1]]))
    scale = max(float(np.abs(values).max()), 1.0)
    who, worth = members(count)[1:-1].astype(float), values[1:-1] / scale
    held, known = np.ones((1, count)), np.array([values[-1] / scale])
    free = np.ones(len(worth), bool)
    first = 0.0
    for turn in range(count):
        least, shares, tight = _level(who[free], worth[free], held, known)
        first = least if turn == 0 else first
        rows = np.flatnonzero(free)[tight]
        held, known = np.vstack([held, who[rows]]), np.append(known, worth[rows] - least)
        free &= ~_spanned(who, held)
        if not free.any():
            break
    shares = shares * scale
    return Core(round(first * scale, 6), shares + (values[-1] - shares.sum()) / count)


def _level(who: Floats, worth: Floats, held: Floats, known: Floats) -> tuple[float, Floats, npt.NDArray[np.int64]]:
    """Make the worst-off of some coalitions as well off as can be; tell which of them can then do no better."""
    coalitions, count = who.shape
    kept = _rows_kept(held)
    loose_by_row = [0.0] + [_SAME] * (len(kept) - 1)  # rounding may set what is held by a hair against itself
    # Columns: a share for each player, what is forgone, and for each coalition what it has to spare.
    width = count + 1 + coalitions
    rows: list[Row] = [
        ([*np.flatnonzero(one).tolist(), count, count + 1 + at], [1.0] * int(one.sum()) + [1.0, -1.0], most, most)
        for at, (one, most) in enumerate(zip(who, worth.tolist(), strict=True))
    ]
    rows += [
        (np.flatnonzero(one).tolist(), [1.0] * int(one.sum()), most - loose, most + loose)
        for one, most, loose in zip(held[kept], known[kept].tolist(), loose_by_row, strict=True)
    ]
    cost = np.zeros(width)
    cost[count] = 1.0
    lower = np.concatenate([np.full(count + 1, -np.inf), np.zeros(coalitions)])
    found = GrowingLp(milp_of(cost, lower, np.full(width, np.inf), np.zeros(width, bool), rows)).solve()
    if found is None or not len(found[1]):
        raise RenoError("synergy: the nucleolus has no answer. This is a fault of spatialreno; report it.")
    least, point, price = found
    # What is dear to loosen is tight in every answer (complementary slackness).
    return least, point[:count], np.flatnonzero(price[count + 1 :] > 1e-7)


def _rows_kept(rows: Floats) -> npt.NDArray[np.int64]:
    """Choose rows, first come first kept, none of which follows from those before."""
    kept: list[int] = []
    base = np.zeros((0, rows.shape[1]))
    for at, row in enumerate(rows):
        rest = row - base.T @ (base @ row)
        length = float(np.linalg.norm(rest))
        if length > 1e-6:
            rest = rest - base.T @ (base @ rest)
            base = np.vstack([base, rest / np.linalg.norm(rest)])
            kept.append(at)
    return np.array(kept, np.int64)


def _spanned(who: Floats, held: Floats) -> Bools:
    """Tell which coalitions' shares are settled by those that are held."""
    base = np.linalg.qr(held[_rows_kept(held)].T)[0]
    left: Floats = who - (who @ base) @ base.T
    found: Bools = np.linalg.norm(left, axis=1) < 1e-6
    return found


def _added(order: npt.NDArray[np.int64], value: Callable[[int], float]) -> Floats:
    """Tell what each adds when they join in an order."""
    added = np.zeros(len(order))
    who, before = 0, value(0)
    for one in order.tolist():
        who |= 1 << one
        now = value(who)
        added[one], before = now - before, now
    return added


def _count(values: Floats) -> int:
    if len(values) < 2 or len(values) & (len(values) - 1):
        raise InputError(f"games: {len(values)} values. Give one for each coalition: 2, 4, 8 …")
    return len(values).bit_length() - 1
