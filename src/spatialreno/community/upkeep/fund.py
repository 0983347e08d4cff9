"""The upkeep fund (维修资金): what comes in each year, what has to be renewed when its life ends, when it runs dry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import home_buildings
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


@dataclass(frozen=True, eq=False, repr=False)
class UpkeepFund:
    """Years of a fund: ``table`` with year, in_yuan, out_yuan, balance_yuan, renewed; ``dry`` is the first below 0."""

    table: pd.DataFrame

    @property
    def dry(self) -> int | None:
        """The first year that ends below 0; None: none does."""
        below = self.table[self.table["balance_yuan"] < 0]
        return int(below["year"].iloc[0]) if len(below) else None

    def __repr__(self) -> str:
        """Read the fund aloud."""
        told = "never below 0" if self.dry is None else f"below 0 in {self.dry}"
        last = self.table.iloc[-1]
        return f"<Upkeep fund to {int(last['year'])}: {last['balance_yuan']:,.0f} yuan, {told}>"


def upkeep_fund(
    area: StudyArea, *, first: int, years: int = 20, opening_yuan: float = 0.0, yuan_m2_year: float | None = None
) -> UpkeepFund:
    """Add an upkeep fund up year by year.

    Every home pays ``yuan_m2_year`` for its floor area. What the catalog's ``upkeep`` names is renewed whenever its
    life ends, counted from the year before ``first`` in which all was new: quantity × price, all paid by the fund.

    Parameters
    ----------
    area
        As it is after renewal.
    first
        First year.
    years
        How many.
    opening_yuan
        What the fund holds before.
    yuan_m2_year
        What homes pay for a square metre and year; default is the constant ``upkeep_yuan_m2_year``.

    Returns
    -------
    UpkeepFund

    Raises
    ------
    InputError
        No years, or money below 0.

    Examples
    --------
    >>> import spatialreno as sr
    >>> upkeep_fund(sr.read_area("data/geo/xigongdi"), first=2027, years=5).table["year"].tolist()
    [2027, 2028, 2029, 2030, 2031]
    """
    each = area.catalog.constants["upkeep_yuan_m2_year"] if yuan_m2_year is None else yuan_m2_year
    if years < 1 or not each >= 0 or not opening_yuan >= 0:
        raise InputError("upkeep: years from 1 on, and money of 0 or more. Correct them.")
    income = round(float(home_buildings(area)["floor_area_m2"].sum()) * each, 2)
    balance, rows = opening_yuan, []
    for k in range(1, years + 1):
        due = [(row, _quantity(area, row)) for row in area.catalog.rows("upkeep") if k % int(row["life_years"]) == 0]
        out = round(sum(quantity * float(row["yuan"]) for row, quantity in due), 2)
        balance = round(balance + income - out, 2)
        renewed = "、".join(row["title_zh"] for row, quantity in due if quantity)
        rows.append((first + k - 1, income, out, balance, renewed))
    return UpkeepFund(pd.DataFrame(rows, columns=["year", "in_yuan", "out_yuan", "balance_yuan", "renewed"]))


def _quantity(area: StudyArea, row: dict[str, str]) -> float:
    """Measure what there is of one thing: a column of its layer added up, or the number of rows."""
    frame = area.layer(row["layer"])
    if row["kind"]:
        frame = frame[frame["kind"] == row["kind"]]
    return float(len(frame)) if row["quantity"] == "count" else float(frame[row["quantity"]].sum())
