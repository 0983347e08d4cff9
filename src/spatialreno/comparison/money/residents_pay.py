"""What residents pay (居民出资), building by building: each line of the bill is shared out to the fen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.area import is_home
from spatialreno.comparison.money.line_places import LinePlaces, whole_shares
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.comparison.sheet import Compared

RESIDENTS = "residents"
_COLUMNS = ("compound_id", "households", "residents", "pays_yuan", "paying", "yuan_household", "unpriced")


def residents_pay(options: Compared, option: str) -> pd.DataFrame:
    r"""Share out what the residents pay of an option, home building by home building (居民出资到楼).

    Each line of the bill that residents pay is shared among the buildings it is for: connections to heat by the
    households of each building, lifts by what each stairwell pays, other things in a yard by the households of that
    yard, what is nowhere in particular by all households. Shares are whole fen by largest remainders, so that

    .. math:: \sum_b \mathrm{pays}_b = \text{the residents' total of the bill}

    Parameters
    ----------
    options
        What ``compare`` gives.
    option
        Its name.

    Returns
    -------
    DataFrame
        Index building_id, every home of today: compound_id, households, residents, pays_yuan (0 where it pays nothing),
        paying (households that pay; of a line counted by household, such as heat at the share that signs up, those of
        the line), yuan_household (what one of them pays, by all lines), unpriced (things without a price).

    Raises
    ------
    InputError
        There is no such option.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> float(residents_pay(sr.compare(today, [clear]), "clear")["pays_yuan"].sum())
    0.0
    """
    if option not in options.areas or option == "today":
        known = ", ".join(name for name in options.areas if name != "today")
        raise InputError(f"residents: {option or 'no name'} is no option. Options: {known}.")
    homes = homes_of(options.today)
    lines = options.bill().of(option).lines
    places = LinePlaces(options, option, homes)
    for line in lines[lines["payer"] == RESIDENTS].to_dict("records"):
        _share_out(line, places.weights(line), homes)
    homes["pays_yuan"] = homes.pop("fen") / 100
    found: pd.DataFrame = homes[list(_COLUMNS)]
    return found


def homes_of(today: StudyArea) -> pd.DataFrame:
    """List the homes of an area, who lives there, and nothing to pay yet."""
    buildings = today.buildings[is_home(today.buildings)]
    people = buildings[["compound_id", "households", "residents"]].astype({"households": float, "residents": float})
    zero = {"fen": 0, "paying": 0.0, "yuan_household": 0.0, "unpriced": 0}
    found: pd.DataFrame = people.assign(**zero).rename_axis("building_id").sort_index()
    return found


def _share_out(line: Mapping[Any, Any], weights: pd.Series[float], homes: pd.DataFrame) -> None:
    """Add one line to the homes it is for; a line without a price is counted only."""
    if not len(weights):
        return
    if pd.isna(line["cost_yuan"]):
        homes.loc[weights.index, "unpriced"] += 1
        return
    by_household = line["unit"] == "household"
    if by_household and float(line["quantity"]).is_integer():
        paying = whole_shares(int(line["quantity"]), weights).astype(float)
        weights = paying
    else:
        paying = homes["households"].reindex(weights.index)
    fen = whole_shares(round(float(line["cost_yuan"]) * 100), weights)
    homes.loc[fen.index, "fen"] += fen
    homes.loc[fen.index, "paying"] = np.fmax(homes.loc[fen.index, "paying"], paying)
    homes.loc[fen.index, "yuan_household"] += (fen / 100 / paying.where(paying > 0)).fillna(0.0)
