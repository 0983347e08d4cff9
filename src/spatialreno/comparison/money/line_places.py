"""Where a line of the bill lies: which homes it is for, and how much of it each of them weighs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.area import largest_remainder, lineage

if TYPE_CHECKING:
    from spatialreno.comparison.sheet import Compared

_YARDS = ("compound_id", "compound_a", "compound_b")


def whole_shares(whole: int, weights: pd.Series[float]) -> pd.Series[int]:
    """Share a whole number out by weights, in whole numbers that add up to it; largest remainders first, then by id.

    Parameters
    ----------
    whole
        What is shared out, such as households or fen; 0 or more.
    weights
        By id, not negative; where all are 0 everyone counts alike.

    Returns
    -------
    pandas.Series
        Whole numbers in the order of ``weights``.

    Examples
    --------
    >>> import pandas as pd
    >>> whole_shares(806, pd.Series([30.0, 36.0], ["B1", "B2"])).tolist()
    [366, 440]
    """
    ordered = weights.sort_index()
    parts = largest_remainder(whole, ordered if ordered.sum() > 0 else np.ones(len(ordered)))
    shares: pd.Series[int] = pd.Series(parts, ordered.index).reindex(weights.index)
    return shares


class LinePlaces:
    """Finds the homes that a line of the bill of one option is for."""

    def __init__(self, options: Compared, option: str, homes: pd.DataFrame) -> None:
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
