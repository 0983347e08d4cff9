"""Property management (物业): what it costs, the fee that carries it, the size that pays, what merging changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno._types import Floats
from spatialreno.blocks import compound_blocks
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Catalog

#: Collection rates at which the break-even fee is told.
RATES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_OPEN = ("public", "residents")


@dataclass(frozen=True)
class Costs:
    """Monthly cost of managing one place: yuan a gate, a household, and fixed.

    Examples
    --------
    >>> Costs(gate=2000.0, household=8.0, place=3000.0).month(households=500, gates=2)
    11000.0
    """

    gate: float
    household: float
    place: float

    def month(self, *, households: float, gates: float) -> float:
        """Add up one month in yuan."""
        return self.place + self.gate * gates + self.household * households


@dataclass(frozen=True, repr=False)
class Management:
    """Places as they are managed, or would be together.

    Attributes
    ----------
    table
        Index place; compounds (comma-joined), households, gates (that lead out), guarded (of them with a guard: one for
        each ``gate_guard_households`` of the catalog, at least one), fee_yuan (per household and month)
        and rate as they are (weighted by households), cost_yuan, income_yuan and balance_yuan a month,
        break_even_yuan (the fee that carries the cost at this rate), pays_from (households from which the
        place pays for itself at this fee, rate and number of gates; missing where no size is enough).
    fees
        Columns place, rate, break_even_yuan: the fee that carries the cost at each collection rate.
    """

    table: pd.DataFrame
    fees: pd.DataFrame
    costs: Costs

    def __repr__(self) -> str:
        """Read the management aloud."""
        own = self.table
        return (
            f"Management of {len(own)} places, {int(own['households'].sum())} households: "
            f"{own['cost_yuan'].sum():,.0f} yuan a month, {int((own['balance_yuan'] >= 0).sum())} pay for themselves"
        )


def management_costs(catalog: Catalog) -> Costs:
    """Sum up the catalog's monthly prices by what they depend on.

    Parameters
    ----------
    catalog
        Its ``management_costs`` are read.

    Returns
    -------
    Costs
        Yuan a month for each gate, each household and each place; ``month(households=…, gates=…)`` adds them up.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> management_costs(read_catalog())
    Costs(gate=2600.0, household=7.0, place=3200.0)
    """
    rows = catalog.rows("management_costs")
    parts = {b: sum(float(r["yuan_month"]) for r in rows if r["basis"] == b) for b in ("gate", "household", "place")}
    return Costs(**parts)


def break_even_fee(cost_yuan: float, households: float, rate: float) -> float:
    """Give the fee per household and month that carries a monthly cost at a collection rate.

    .. math:: fee = \\frac{cost}{households \\cdot rate}

    Parameters
    ----------
    cost_yuan
        What managing the place costs a month, in yuan.
    households
        Households that are asked to pay.
    rate
        Share of the fees that comes in, above 0 and at most 1.

    Returns
    -------
    float
        Yuan a household and month.

    Raises
    ------
    InputError
        A rate outside (0, 1], no households, or a negative cost.

    Examples
    --------
    >>> break_even_fee(16_000, 1000, 0.8), round(break_even_fee(16_000, 1000, 0.3), 2)
    (20.0, 53.33)
    """
    if not 0 < rate <= 1 or not households > 0 or not cost_yuan >= 0:
        raise InputError(
            f"management: {cost_yuan} yuan, {households} households, rate {rate}. "
            "Give a cost of 0 or more, some households, and a rate above 0 and at most 1."
        )
    return cost_yuan / (households * rate)


def pays_from(costs: Costs, *, gates: float, fee_yuan: float, rate: float) -> float:
    """Give the number of households from which a place pays for itself.

    .. math:: H^* = \\left\\lceil \\frac{fixed + gate \\cdot G}{fee \\cdot rate - household} \\right\\rceil

    Parameters
    ----------
    costs
        Yuan a month for each gate, household and place.
    gates
        Gates that are watched.
    fee_yuan
        What a household is asked a month, in yuan.
    rate
        Share of the fees that comes in, from 0 to 1.

    Returns
    -------
    float
        A whole number of households; infinite where none is enough, for each costs more than it brings; missing where
        the fee or the rate is not known.

    Raises
    ------
    InputError
        A rate outside [0, 1], or a number below 0.

    Examples
    --------
    >>> from spatialreno.community.management import Costs
    >>> pays_from(Costs(gate=2000.0, household=8.0, place=3000.0), gates=1, fee_yuan=20.0, rate=0.9)  # 5000 / (18 - 8)
    500.0
    """
    if any(number < 0 for number in (gates, fee_yuan, rate)) or rate > 1:  # what is unknown passes
        mend = "Give gates and a fee of 0 or more, and a rate from 0 to 1."
        raise InputError(f"management: {gates} gates, a fee of {fee_yuan} yuan, rate {rate}. {mend}")
    left = fee_yuan * rate - costs.household
    needed = costs.place + costs.gate * gates
    if math.isnan(left):
        return math.nan
    return float(math.ceil(round(needed / left, 9))) if left > 0 else math.inf


def manage(
    area: StudyArea,
    *,
    clusters: Mapping[str, Sequence[str]] | None = None,
    rates: Sequence[float] = RATES,
    costs: Costs | None = None,
    every_gate: bool = False,
) -> Management:
    """Tell for each place what its management costs, what it takes in, and the fee that would carry it.

    Parameters
    ----------
    area
        Any area: as it is, or as a scenario would leave it.
    clusters
        Name to compound ids managed as one; None: every block of open compounds is one place. A gate in a
        wall between two compounds of one place does not lead out.
    rates
        Collection rates at which the break-even fee is told.
    costs
        Monthly prices; default is the catalog's ``management_costs``.
    every_gate
        Put a guard at every gate that leads out; otherwise all but the guarded ones open by card.

    Returns
    -------
    Management

    Raises
    ------
    InputError
        A cluster that names an unknown compound, or one compound in two clusters.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> apart = manage(today, clusters={c: [c] for c in today.compounds.index})
    >>> whole = manage(today, clusters={"all": list(today.compounds.index)})
    >>> bool(whole.table.cost_yuan.sum() < apart.table.cost_yuan.sum())
    True
    """
    prices = costs or management_costs(area.catalog)
    if clusters is not None and not isinstance(clusters, Mapping):
        told = f"{type(clusters).__name__} names no clusters"
        raise InputError(f"clusters: {told}. Give ids of compounds by name: {{'K1': ['C01', 'C02']}}.")
    places = dict(clusters) if clusters is not None else _blocks(area)
    _check(area, places)
    yards = _Yards(area)
    rows = {name: _place(yards, sorted(members), prices, every_gate=every_gate) for name, members in places.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("place").sort_index()
    fees = [
        (name, rate, break_even_fee(float(row["cost_yuan"]), float(row["households"]), rate))
        for name, row in table.iterrows()
        for rate in rates
        if row["households"] > 0
    ]
    return Management(table, pd.DataFrame(fees, columns=["place", "rate", "break_even_yuan"]), prices)


def documented_case(catalog: Catalog, case: str = "jiankang") -> pd.DataFrame:
    """Tell a documented case by the catalog's prices: before and after, with the fee that carries the cost.

    Parameters
    ----------
    catalog
        Its ``management_cases`` and ``management_costs`` are read.
    case
        Name of the case.

    Returns
    -------
    DataFrame
        Two rows; columns state, households, gates, rate, cost_yuan (a month), break_even_yuan (:func:`break_even_fee`),
        fee_yuan (as published; missing before), source, confidence.

    Raises
    ------
    InputError
        There is no case of that name.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> case = documented_case(read_catalog()).set_index("state")
    >>> case["rate"].tolist(), case["break_even_yuan"].round(1).tolist()  # yuan a month
    ([0.3, 0.8], [53.2, 20.0])
    """
    rows = {row["case"]: row for row in catalog.rows("management_cases")}
    if case not in rows:
        raise InputError(f"management: no case {case!r}. Choose one of {', '.join(rows)} (catalog management_cases).")
    row = rows[case]
    homes, gates = float(row["households"]), float(row["gates"])
    cost = management_costs(catalog).month(households=homes, gates=gates)
    told = [
        ("before", float(row["rate_before"]), math.nan),
        ("after", float(row["rate_after"]), float(row["fee_after_yuan"])),
    ]
    return pd.DataFrame(
        [
            (state, homes, gates, rate, cost, break_even_fee(cost, homes, rate), fee, row["source"], row["confidence"])
            for state, rate, fee in told
        ],
        columns=[
            "state",
            "households",
            "gates",
            "rate",
            "cost_yuan",
            "break_even_yuan",
            "fee_yuan",
            "source",
            "confidence",
        ],
    )


def _blocks(area: StudyArea) -> dict[str, list[str]]:
    """Group compounds by the block they are part of; one on its own keeps its own id."""
    labels = compound_blocks(area)
    groups = {str(b): [str(i) for i in own.index] for b, own in labels.groupby(labels)}
    return {members[0] if len(members) == 1 else name: members for name, members in groups.items()}


class _Yards:
    """What management asks of compounds, laid out once: places are put together from it."""

    def __init__(self, area: StudyArea) -> None:
        compounds, gates = area.compounds, area.gates
        by_homes = area.buildings.groupby("compound_id")["households"].sum().reindex(compounds.index)
        self.constants, self.index = area.catalog.constants, compounds.index
        self.homes = compounds["households"].fillna(by_homes).fillna(0).to_numpy(float)
        self.fee, self.rate = (compounds[name].astype("float64").to_numpy() for name in ("fee_yuan_month", "fee_rate"))
        used = gates[gates["walkers"].isin(_OPEN) | gates["vehicles"].isin(_OPEN)]
        sides = [used["wall_id"].map(area.walls[side]) for side in ("compound_a", "compound_b")]
        self.gates: dict[str, list[tuple[str, str]]] = {}
        for yard, *beside in zip(used["compound_id"], *sides, strict=True):
            self.gates.setdefault(yard, []).append((beside[0], beside[1]))

    def gates_out(self, members: Sequence[str]) -> int:
        """Count the gates that are open to anyone and lead out of the place."""
        inside = set(members)
        return sum(not {*beside} <= inside for yard in members for beside in self.gates.get(yard, []))


def _place(yards: _Yards, members: list[str], costs: Costs, *, every_gate: bool) -> dict[str, Any]:
    rows = yards.index.get_indexer(pd.Index(members))
    homes, fees, rates = yards.homes[rows], yards.fee[rows], yards.rate[rows]
    gates, count = yards.gates_out(members), float(homes.sum())
    guarded = gates if every_gate else _guarded(gates, count, yards.constants)
    fee, rate = _mean(fees, homes), _mean(rates, homes)
    cost = costs.month(households=count, gates=guarded)
    paid = fees * rates * homes
    income = math.nan if np.isnan(paid).all() else float(np.nan_to_num(paid).sum())
    size = pays_from(costs, gates=guarded, fee_yuan=fee, rate=rate)
    return {
        "compounds": ", ".join(members),
        "households": int(count),
        "gates": gates,
        "guarded": guarded,
        "fee_yuan": fee,
        "rate": rate,
        "cost_yuan": cost,
        "income_yuan": income,
        "balance_yuan": income - cost,
        "break_even_yuan": break_even_fee(cost, count, rate) if rate > 0 and count else math.nan,
        "pays_from": size if math.isfinite(size) else math.nan,
    }


def _guarded(gates: int, households: float, constants: Mapping[str, float]) -> int:
    """Count the gates that keep a guard."""
    wanted = math.ceil(households / constants["gate_guard_households"])
    return min(gates, max(1, wanted))


def _mean(values: Floats, weights: Floats) -> float:
    known = ~np.isnan(values) & (weights > 0)
    total = float(weights[known].sum())
    return float((values[known] * weights[known]).sum()) / total if total else math.nan


def _check(area: StudyArea, places: Mapping[str, Sequence[str]]) -> None:
    members = [c for own in places.values() for c in own]
    unknown = tuple(sorted(set(members) - set(area.compounds.index)))
    twice = tuple(sorted({c for c in members if members.count(c) > 1}))
    faults = [
        Fault("clusters", ids, "compounds", told, mend)
        for ids, told, mend in (
            (unknown, "name compounds that are not there", "Correct the ids"),
            (twice, "name a compound more than once", "A compound belongs to one cluster"),
        )
        if ids
    ]
    if faults:
        raise InputError.of(faults)
