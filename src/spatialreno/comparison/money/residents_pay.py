"""What residents pay (居民出资), building by building: each line of the bill is shared out to the fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.area import is_home, largest_remainder, lineage
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.comparison.options import Comparison

RESIDENTS = "residents"
_YARDS = ("compound_id", "compound_a", "compound_b")
_COLUMNS = ("compound_id", "households", "residents", "pays_yuan", "paying", "yuan_household", "unpriced")


def residents_pay(options: Comparison, option: str) -> pd.DataFrame:
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
    homes = _homes(options.today)
    lines = options.bill().of(option).lines
    places = _Places(options, option, homes)
    for line in lines[lines["payer"] == RESIDENTS].to_dict("records"):
        _share_out(line, places.weights(line), homes)
    homes["pays_yuan"] = homes.pop("fen") / 100
    found: pd.DataFrame = homes[list(_COLUMNS)]
    return found


def _homes(today: StudyArea) -> pd.DataFrame:
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


def whole_shares(whole: int, weights: pd.Series[float]) -> pd.Series[int]:
    """Share a whole number out by weights, in whole numbers that add up to it; largest remainders first, then by id.

    Examples
    --------
    >>> whole_shares(806, pd.Series([30.0, 36.0], ["B1", "B2"])).tolist()
    [366, 440]
    """
    ordered = weights.sort_index()
    parts = largest_remainder(whole, ordered if ordered.sum() > 0 else np.ones(len(ordered)))
    shares: pd.Series[int] = pd.Series(parts, ordered.index).reindex(weights.index)
    return shares


class _Places:
    """Finds the homes that a line of the bill is for, and how much of it each of them weighs."""

    def __init__(self, options: Comparison, option: str, homes: pd.DataFrame) -> None:
        self.homes, self.layers = homes, (options.today, options.areas[option])
        ledger = options.ledgers[option]
        self.costs = ledger.groupby(["layer", "id", "item"])["cost_yuan"].sum().to_dict() if len(ledger) else {}
        works = options.works.get(option)
        lifts = works.lifts.table if works is not None and works.lifts is not None else None
        self.lifts = {} if lifts is None else (lifts["cost_yuan"] - lifts["subsidy_yuan"]).to_dict()

    def weights(self, line: Mapping[Any, Any]) -> pd.Series[float]:
        """Weigh the homes of one line; all homes where nothing of it lies anywhere."""
        ids = [str(one) for one in line["ids"]]
        if line["unit"] == "household":
            own = self.homes["households"].reindex([one for one in ids if one in self.homes.index]).fillna(0.0)
            return own if len(own) else self._shares(self.homes.index)
        worth = pd.Series([self._worth(line, one) for one in ids], dtype="float64")
        worth = worth if worth.notna().all() and worth.sum() > 0 else pd.Series(1.0, worth.index)
        found: dict[str, float] = {}
        for one, yuan in zip(ids, worth, strict=True):
            for home, share in self._shares(self._near(str(line["layer"]), one)).items():
                found[str(home)] = found.get(str(home), 0.0) + share * float(yuan)
        return pd.Series(found, dtype="float64") if found else self._shares(self.homes.index)

    def _worth(self, line: Mapping[Any, Any], one: str) -> float:
        """Tell what one thing of a line costs by itself: of a lift what its stairwell pays."""
        if line["layer"] == "lifts":
            return float(self.lifts.get(one, float("nan")))
        return float(self.costs.get((line["layer"], one, line["item"]), float("nan")))

    def _near(self, layer: str, one: str) -> Iterable[str]:
        """Name the homes of a thing: its own building, else those of the yards it stands in or between."""
        if one in self.homes.index:
            return [one]
        row = self._row("entrances" if layer == "lifts" else layer, one)
        if row.get("building_id") in self.homes.index:
            return [str(row["building_id"])]
        yards = {row.get(column) for column in _YARDS}
        return self.homes.index[self.homes["compound_id"].isin([y for y in yards if isinstance(y, str)])]

    def _row(self, layer: str, one: str) -> Mapping[Any, Any]:
        for area in self.layers:
            frame = area.layer(layer) if layer in area.catalog.layers else None
            for name in (one, *lineage(one)):
                if frame is not None and name in frame.index:
                    return dict(frame.loc[name])
        return {}

    def _shares(self, names: Iterable[str]) -> pd.Series[float]:
        """Share one among homes by their households; equally where nobody knows how many there are."""
        own = self.homes["households"].reindex(list(names)).fillna(0.0)
        return own / own.sum() if own.sum() > 0 else pd.Series(1.0 / max(len(own), 1), own.index)
