"""A study of a large area: its bound is tightened tile by tile, and what tiles choose is put together and offered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spatialreno._types import Bools
from spatialreno.design.proof.hunt import Answer, Hunt
from spatialreno.design.proof.study import Study
from spatialreno.design.question.terms import Terms
from spatialreno.design.tiles.priced_tiles import Priced, Prices, priced_bound
from spatialreno.design.tiles.tiled_hopes import TiledHopes
from spatialreno.optimise import GrowingLp

# Prices are bettered so often, and no more after some rounds that lower nothing.
_ROUNDS, _IN_VAIN = 6, 2


@dataclass
class TiledStudy(Study):
    """Questions about an area too large for one piece; ``hopes`` tell the tile of each gain."""

    hopes: TiledHopes

    @property
    def tiles(self) -> int:
        """How many tiles it is worked out by."""
        return max(self.hopes.tile, default=0) + 1

    def tightened(self, terms: Terms, hunt: Hunt, lp: GrowingLp) -> float:
        """Say what can be gained at most when every tile chooses for itself; what they choose is put together."""
        best, in_vain = np.inf, 0
        for prices, found in self._by_tiles(terms, lp):
            in_vain = 0 if found.bound < best else in_vain + 1
            best = min(best, found.bound)
            hunt.round((found.opened * prices.shares).sum(axis=0))
            self._say(hunt.value, self.hopes.today + best)
            enough = self.enough(hunt.value, self._floored(self.hopes.today + best))
            if enough or in_vain == _IN_VAIN or self.spent():
                break
        return best

    def cheapened(self, terms: Terms, answer: Answer) -> Bools:
        """Give an answer's value for the least money, where it is proven that no other gives more."""
        return super().cheapened(terms, answer) if answer.status == "proven" else answer.chosen

    def _by_tiles(self, terms: Terms, lp: GrowingLp) -> Iterator[tuple[Prices, Priced]]:
        """Let tiles choose, beginning at the prices of the relaxation, and again at better ones."""
        tile = np.array(self.hopes.tile, np.int64)
        worth = np.maximum(-lp.prices, 0.0)
        first = len(worth) - len(self.cuts.rows)
        yuan = float(worth[first - 1 - len(terms.floors)]) if np.isfinite(terms.budget) and first else 0.0
        prices = Prices.of(self.cuts.rows, worth[first:], tile, terms.cost, yuan)
        for _ in range(_ROUNDS):
            found = priced_bound(terms, self.rungs.weights(), self.cuts.rows, tile, prices.each, self._limit)
            yield prices, found
            prices = prices.after(found, terms)
