"""What no choice can exceed, tile by tile: each tile chooses its own copy of every opening, at a price of its own.

A home belongs to one tile; an opening may help homes of several. Let every tile choose for itself and pay its own
price for each opening, and let the money choose once more, paid by the tiles. Whatever the prices are, what all
get together is no less than what the best choice for the whole gains: there the copies agree and prices cancel out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from spatialreno._types import Bools, Floats, Ints
from spatialreno.design.proof.master import Cut, Rungs, master
from spatialreno.design.question.hopes import Hopes
from spatialreno.design.question.terms import Terms
from spatialreno.optimise import Limit, milp_of, solve_milp

_CLOSE = 1e-4
_SOME = 1e-12
# How far prices move: between tiles that do and do not open a thing, and with money over or short.
_APART, _MONEY, _LESS = 0.15, 0.1, 0.9


@dataclass(frozen=True)
class Priced:
    """What tiles choose at their prices.

    Attributes
    ----------
    bound
        What no choice for the whole can gain more than.
    opened
        By tile and candidate: what the tile opens.
    """

    bound: float
    opened: Bools


@dataclass(frozen=True)
class Prices:
    """What each tile pays for each opening, in the unit of the measure.

    Attributes
    ----------
    each
        By tile and candidate.
    used
        By tile and candidate: the tile has a cut with it.
    step
        How far prices move next, as a share of the first time.
    """

    each: Floats
    used: Bools
    step: float = 1.0

    @classmethod
    def of(cls, cuts: Sequence[Cut], worth: Floats, tile: Ints, cost: Floats, yuan: float) -> Prices:
        """Share the price of each opening among the tiles that it helps.

        Parameters
        ----------
        cuts
            Rung, and the candidates of which at least one must open for it.
        worth
            What each cut is worth in the relaxation of the whole.
        tile
            The tile of each rung.
        cost, yuan
            Yuan of each candidate, and what a yuan is worth in the relaxation.
        """
        size = int(tile.max(initial=-1)) + 1, len(cost)
        shares, cuts_with = np.zeros(size), np.zeros(size)
        for (rung, members), each in zip(cuts, worth.tolist(), strict=True):
            shares[tile[rung], members] += each
            cuts_with[tile[rung], members] += 1.0
        rest = np.maximum(yuan * cost - shares.sum(axis=0), 0.0)
        weights = np.where(shares.sum(axis=0) > _SOME, shares, cuts_with)
        return cls(shares + rest * _in_all(weights), cuts_with > 0)

    @property
    def shares(self) -> Floats:
        """What part of each opening's price each tile pays."""
        return _in_all(self.each)

    def after(self, found: Priced, terms: Terms) -> Prices:
        """Move prices to where tiles agree more, and cost what there is."""
        total = self.each.sum(axis=0)
        spent = float((found.opened * self.shares).sum(axis=0) @ terms.cost)
        dearer = 1.0 + self.step * _MONEY * float(np.clip(spent / max(terms.budget, 1.0) - 1.0, -1.0, 1.0))
        opened = found.opened & self.used
        apart = self.used * (opened - opened.sum(axis=0) / np.maximum(self.used.sum(axis=0), 1))
        moved = np.maximum(self.each + self.step * _APART * total * apart, 0.0)
        return replace(self, each=_in_all(moved) * total * dearer, step=self.step * _LESS)


def priced_bound(
    terms: Terms, weights: Floats, cuts: Sequence[Cut], tile: Ints, prices: Floats, limit: Limit | None = None
) -> Priced:
    """Let every tile choose at its prices, and the money at their sum.

    Parameters
    ----------
    terms
        Budget and guards; floors and checks are left aside, which only raises the bound.
    weights, tile
        What each rung adds, and its tile.
    cuts
        Known to hold, all or some.
    prices
        By tile and candidate.
    limit
        Work of the solver; where it ends first the bound is worse and holds.
    """
    own: list[list[Cut]] = [[] for _ in prices]
    for cut in cuts:
        own[tile[cut[0]]].append(cut)
    gained, opened = _of_money(terms, prices.sum(axis=0), limit), np.zeros(prices.shape, np.bool_)
    for at, mine in enumerate(own):
        gain, opened[at] = _of_tile(terms, np.where(tile == at, weights, 0.0), mine, prices[at], limit)
        gained += gain
    return Priced(gained, opened)


def _in_all(weights: Floats) -> Floats:
    """Scale weights by tile and candidate so that they come to one for each candidate that any tile wants."""
    shares: Floats = weights / np.maximum(weights.sum(axis=0), _SOME)
    return shares


def _of_money(terms: Terms, price: Floats, limit: Limit | None) -> float:
    """Say what openings within the terms can be worth at most, at their prices."""
    model = master(replace(terms, floors=()), Rungs(Hopes(0.0)), ())
    cost = model.cost.copy()
    cost[: len(price)] = -price
    return -solve_milp(replace(model, cost=cost), limit=limit, gap=_CLOSE).bound


def _of_tile(
    terms: Terms, weights: Floats, cuts: Sequence[Cut], price: Floats, limit: Limit | None
) -> tuple[float, Bools]:
    """Say what a tile can gain at most less what it pays, and what it opens for that."""
    must = np.flatnonzero(terms.must)
    used, mine = np.unique(np.concatenate([must, *(members for _, members in cuts)])), np.flatnonzero(weights)
    width = len(used) + len(mine)
    if not width:
        return 0.0, terms.must.copy()
    rows = [
        ([len(used) + int(np.searchsorted(mine, rung)), *np.searchsorted(used, members).tolist()],
         [1.0] + [-1.0] * len(members), -np.inf, 0.0)
        for rung, members in cuts if weights[rung] > 0
    ]  # fmt: skip
    lower, upper = np.zeros(width), np.ones(width)
    lower[: len(used)], upper[: len(used)] = terms.must[used], (~terms.shut | terms.must)[used]
    model = milp_of(np.concatenate([price[used], -weights[mine]]), lower, upper, np.arange(width) < len(used), rows)
    found, opened = solve_milp(model, limit=limit, gap=_CLOSE), terms.must.copy()
    if len(found.values):
        opened[used] = found.values[: len(used)] > 0.5
    return -found.bound, opened
