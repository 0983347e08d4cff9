"""How collection, fee and people move after renewal (健康新村): a small model with stated assumptions and ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.community.management import break_even_fee, management_costs
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

CASES = ("low", "mid", "high")


@dataclass(frozen=True, eq=False, repr=False)
class CollectionStory:
    """Years after renewal: ``table`` with case, year, rate, fee_yuan, households, income_yuan, cost_yuan (a month)."""

    table: pd.DataFrame
    assumptions: pd.DataFrame

    def range(self, year: int, column: str) -> tuple[float, float]:
        """Give the least and the most of a column in one year over the three cases."""
        own = self.table[self.table["year"] == year][column]
        return float(own.min()), float(own.max())

    def __repr__(self) -> str:
        """Read the story aloud."""
        last = int(self.table["year"].max())
        low, high = self.range(last, "rate")
        least, most = self.range(last, "fee_yuan")
        return f"<Collection after {last} years: {low:.0%} to {high:.0%}, fee {least:.1f} to {most:.1f} yuan>"


def collection_story(
    catalog: Catalog, *, households: float, gates: float, rate: float, years: int = 5, occupied: float = 1.0
) -> CollectionStory:
    """Let collection, fee and people move year by year after renewal, in a low, a middle and a high case.

    .. math:: r_{t+1} = r_t + p \\, (w - r_t), \\quad o_{t+1} = o_t + b \\, (1 - o_t), \\quad
              f_t = C(H o_t) / (r_t H o_t)

    Each year a share *p* (``pays_again``) of the households that would pay for good service and do not yet, begins to;
    *w* (``would_pay``) is the share that ever would; a share *b* (``come_back``) of empty homes fills. The fee is
    the one that carries the cost *C* of management. None of the three is fitted to the documented case: they are stated
    in the catalog's ``collection_model`` as ranges, and the case is told beside the answer.

    Parameters
    ----------
    catalog
        With ``collection_model`` and ``management_costs``.
    households, gates
        Of the place.
    rate
        Share that pays in year 0.
    years
        How many years.
    occupied
        Share of homes lived in, in year 0.

    Returns
    -------
    CollectionStory

    Raises
    ------
    InputError
        Shares that are none, no households or no years.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> story = collection_story(read_catalog(), households=936, gates=2, rate=0.3)
    >>> story.range(0, "rate")
    (0.3, 0.3)
    """
    if not (0 < rate <= 1 and 0 < occupied <= 1 and households > 0 and gates >= 0 and years >= 0):
        raise InputError("collection: shares above 0 and up to 1, households above 0, years from 0 on. Correct them.")
    rows = catalog.rows("collection_model")
    costs = management_costs(catalog)
    told = []
    for case in CASES:
        value = {row["assumption"]: float(row[case]) for row in rows}
        pays, lived = rate, occupied
        for year in range(years + 1):
            homes = households * lived
            cost = costs.month(households=homes, gates=gates)
            fee = break_even_fee(cost, homes, pays)
            told.append((case, year, pays, fee, homes, fee * pays * homes, cost))
            pays += value["pays_again"] * max(0.0, value["would_pay"] - pays)
            lived += value["come_back"] * (1.0 - lived)
    columns = ["case", "year", "rate", "fee_yuan", "households", "income_yuan", "cost_yuan"]
    return CollectionStory(pd.DataFrame(told, columns=columns), pd.DataFrame(rows))
