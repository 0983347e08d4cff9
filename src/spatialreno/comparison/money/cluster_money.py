"""What each cluster (组团) costs: every line of the bill shared out to the fen among the homes it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.comparison.money.line_places import LinePlaces, whole_shares
from spatialreno.comparison.money.residents_pay import RESIDENTS, homes_of

if TYPE_CHECKING:
    from spatialreno.comparison.sheet import Compared

COST, HOUSEHOLD, PAID, UNPRICED = "cost_yuan", "cost_household_yuan", "cost_yuan:residents", "unpriced"
COLUMNS = (COST, HOUSEHOLD, PAID, UNPRICED)


def cluster_money(options: Compared, option: str, cluster: pd.Series[str]) -> pd.DataFrame:
    r"""Share the whole bill of an option out among clusters, as ``residents_pay`` shares what residents pay.

    .. math:: \sum_k \mathrm{cost}_k = \text{the option's total}

    Parameters
    ----------
    options
        What ``compare`` gives.
    option
        Its name.
    cluster
        Cluster by home, for every home; what is for nobody in particular is shared among all by their households.

    Returns
    -------
    DataFrame
        Index cluster: cost_yuan, cost_household_yuan (over all its households; missing where their number is not
        known), cost_yuan:residents (what residents pay of it), unpriced (things without a price, in each cluster they
        are for). Missing throughout for an option that invests nothing, such as today.
    """
    bill, homes = options.bill(), homes_of(options.today)
    names = pd.Index(sorted(set(cluster.reindex(homes.index))), dtype="str")
    if option not in bill.options or pd.isna(bill.total[option]):
        return pd.DataFrame(index=names, columns=list(COLUMNS), dtype="float64")
    found = pd.DataFrame({COST: 0.0, PAID: 0.0, UNPRICED: 0.0}, names)
    places = LinePlaces(options, option, homes)
    for line in bill.of(option).lines.to_dict("records"):
        if pd.isna(line["cost_yuan"]):
            for one in line["ids"]:
                near = cluster.reindex(places.weights({**line, "ids": (one,)}).index)
                found.loc[sorted(set(near)), UNPRICED] += 1
            continue
        weights = places.weights(line)
        mine = cluster.reindex(weights.index)
        fen = whole_shares(round(float(line["cost_yuan"]) * 100), weights).groupby(mine).sum()
        found.loc[fen.index, COST] += fen
        found.loc[fen.index, PAID] += fen * (line["payer"] == RESIDENTS)
    found[[COST, PAID]] /= 100
    households = homes["households"].groupby(cluster.reindex(homes.index)).sum(min_count=1)
    return found.assign(**{HOUSEHOLD: found[COST] / households.where(households > 0)})[list(COLUMNS)]
