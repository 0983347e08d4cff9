"""Who pays what for a lift: published coefficient tables, subsidy, compensation, exact to the fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

_FEN = 100
_MEND_SCHEME = "See `spatialreno catalog lift_shares` for the published tables"


@dataclass(frozen=True)
class Scheme:
    """One published table of coefficients by floor.

    Attributes
    ----------
    kind
        ``weight``: times each home's area; ``percent``: of the cost, by floor; ``yuan``: per household.
    by_floor
        Coefficient by floor; ``beyond`` is added for each floor above the last, where the table says so.
    """

    name: str
    title_zh: str
    title_en: str
    kind: str
    by_floor: Mapping[int, Fraction]
    beyond: Fraction | None
    source: str
    confidence: str

    def title(self, lang: str = "zh") -> str:
        """Name the scheme for people."""
        return self.title_en if lang == "en" else self.title_zh

    def coefficient(self, floor: int) -> Fraction | None:
        """Give the coefficient of a floor; None when the table does not say."""
        top = max(self.by_floor)
        if floor > top and self.beyond is not None:
            return self.by_floor[top] + self.beyond * (floor - top)
        return self.by_floor.get(floor)


@dataclass(frozen=True, repr=False)
class LiftShares:
    """What each household pays or receives for one lift.

    Attributes
    ----------
    table
        Index household; floor, area_m2, coefficient, pays_fen and receives_fen (whole fen), pays_yuan (what it
        pays less what it receives).
    cost_yuan, subsidy_yuan
        ``table.pays_yuan.sum() + subsidy_yuan == cost_yuan`` to the fen.
    note
        What was done to a table that does not add up; empty when nothing was.
    """

    table: pd.DataFrame
    scheme: Scheme
    cost_yuan: float
    subsidy_yuan: float
    note: str

    @property
    def range_yuan(self) -> tuple[float, float]:
        """Give the least and the most that a paying household pays."""
        paying = self.table.loc[self.table["pays_fen"] > self.table["receives_fen"], "pays_yuan"]
        return (float(paying.min()), float(paying.max())) if len(paying) else (0.0, 0.0)

    def __repr__(self) -> str:
        """Read the shares aloud."""
        low, high = self.range_yuan
        note = f"; {self.note}" if self.note else ""
        return (
            f"{self.scheme.title()}: {self.cost_yuan:,.2f} yuan less {self.subsidy_yuan:,.2f} subsidy over "
            f"{len(self.table)} households, {low:,.2f} to {high:,.2f} each{note}"
        )


def share_scheme(catalog: Catalog, name: str) -> Scheme:
    """Read one published table of lift shares from the catalog.

    Parameters
    ----------
    catalog
        Its ``lift_shares`` are read.
    name
        Name of the table, such as ``guangzhou``.

    Returns
    -------
    Scheme
        Share or weight of each floor, what a floor beyond the table adds, titles and source.

    Raises
    ------
    InputError
        There is no table of that name.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> scheme = share_scheme(read_catalog(), "guangzhou")  # the third floor is 1, each above 0.1 more
    >>> [float(scheme.by_floor[floor]) for floor in (1, 2, 3, 4)]
    [0.0, 0.5, 1.0, 1.1]
    """
    rows = [row for row in catalog.rows("lift_shares") if row["scheme"] == name]
    if not rows:
        known = ", ".join(dict.fromkeys(row["scheme"] for row in catalog.rows("lift_shares")))
        raise InputError(f"lift shares: no table {name!r}. Choose one of {known}.")
    head = rows[0]
    return Scheme(
        name=name,
        title_zh=head["title_zh"],
        title_en=head["title_en"],
        kind=head["kind"],
        by_floor={int(row["floor"]): Fraction(row["value"]) for row in rows},
        beyond=Fraction(head["beyond"]) if head["beyond"] else None,
        source=head["source"],
        confidence=head["confidence"],
    )


def share_lift(
    homes: pd.DataFrame,
    cost_yuan: float,
    scheme: Scheme,
    *,
    subsidy_yuan: float = 0.0,
    normalise: bool = False,
    compensation_yuan: Mapping[int, float] | None = None,
) -> LiftShares:
    """Share the cost of one lift among the homes of its stairwell, to the fen.

    .. math:: pay_h = \\frac{w_{f(h)} a_h}{\\sum_k w_{f(k)} a_k}\\,(C - S + K)

    with cost C, subsidy S and compensation K in all (paid out to lower floors, carried by the payers). In
    tables by per cent the floor's share is split among its homes by area; in tables by yuan each household of a
    floor pays alike. Amounts are rounded down to the fen and what is left goes, a fen each, to the largest
    remainders (ties by household), so that they add up.

    Parameters
    ----------
    homes
        Index household; floor (1 upwards) and area_m2.
    cost_yuan, subsidy_yuan
        Of this lift.
    scheme
        Table of coefficients, see :func:`share_scheme`.
    normalise
        Scale a table by per cent or yuan that does not add up to the cost; otherwise it is refused.
    compensation_yuan
        Floor to what each of its households receives.

    Returns
    -------
    LiftShares

    Raises
    ------
    InputError
        Shares that do not add up, floors that the table does not have, negative money or areas.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialreno.catalog import read_catalog
    >>> from spatialreno.community import share_scheme
    >>> homes = pd.DataFrame({"floor": [1, 2, 3], "area_m2": [60.0, 60.0, 60.0]}, index=["101", "201", "301"])
    >>> guangzhou = share_scheme(read_catalog(), "guangzhou")
    >>> [float(yuan) for yuan in share_lift(homes, 300.0, guangzhou).table["pays_yuan"]]
    [0.0, 100.0, 200.0]
    """
    homes = homes.sort_index()
    cost, subsidy = _fen(cost_yuan), _fen(subsidy_yuan)
    paid_out = {floor: _fen(yuan) for floor, yuan in (compensation_yuan or {}).items()}
    _refuse(_bad_money(cost, subsidy, paid_out) + _bad_homes(homes, scheme))
    receives = [paid_out.get(int(floor), 0) for floor in homes["floor"]]
    weights = _weights(homes, scheme)
    note = _agrees(weights, scheme, cost - subsidy, normalise=normalise)
    pays = split_fen(cost - subsidy + sum(receives), weights, list(homes.index))
    table = homes[["floor", "area_m2"]].assign(
        coefficient=[float(scheme.coefficient(int(floor)) or 0) for floor in homes["floor"]],
        pays_fen=pd.array(pays, dtype="Int64"),
        receives_fen=pd.array(receives, dtype="Int64"),
    )
    table["pays_yuan"] = [(p - r) / _FEN for p, r in zip(pays, receives, strict=True)]
    return LiftShares(table.rename_axis("household"), scheme, cost / _FEN, subsidy / _FEN, note)


def subsidy_of(catalog: Catalog, name: str, cost_yuan: float) -> float:
    """Give the subsidy for one lift: the amount, at most a share of the cost where one is stated.

    Parameters
    ----------
    catalog
        Its ``subsidies`` are read.
    name
        Name of the subsidy, such as ``luoyang``.
    cost_yuan
        What the lift costs.

    Returns
    -------
    float
        Yuan, never more than the cost.

    Raises
    ------
    InputError
        There is no subsidy of that name, or the cost is below 0.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> subsidy_of(read_catalog(), "luoyang", 450_000)
    80000.0
    """
    rows = {row["subsidy"]: row for row in catalog.rows("subsidies")}
    if name not in rows:
        raise InputError(f"subsidy {name!r}: not known. Choose one of {', '.join(rows)} (catalog subsidies).")
    if not cost_yuan >= 0:
        raise InputError(f"subsidy: a cost of {cost_yuan} yuan. Give 0 or more.")
    row = rows[name]
    most = float(row["amount_yuan"])
    return min(most, float(row["share_of_cost"]) * cost_yuan) if row["share_of_cost"] else min(most, cost_yuan)


def split_fen(total: int, weights: list[Fraction], names: list[str]) -> list[int]:
    """Split whole fen by weights so that they add up: round down, then a fen to the largest remainders.

    >>> split_fen(100, [Fraction(1), Fraction(1), Fraction(1)], ["a", "b", "c"])
    [34, 33, 33]
    """
    whole = sum(weights, Fraction(0))
    if not whole:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(amount // 1) for amount in exact]
    order = sorted(range(len(parts)), key=lambda k: (parts[k] - exact[k], names[k]))
    for k in order[: total - sum(parts)]:
        parts[k] += 1
    return parts


def _weights(homes: pd.DataFrame, scheme: Scheme) -> list[Fraction]:
    """Give each home's exact share: its part of the floor's, or the floor's coefficient times its area."""
    coefficients = [scheme.coefficient(int(floor)) or Fraction(0) for floor in homes["floor"]]
    areas = [Fraction(str(area)) for area in homes["area_m2"]]
    if scheme.kind == "yuan":
        return coefficients
    if scheme.kind == "weight":
        return [c * a for c, a in zip(coefficients, areas, strict=True)]
    floors: dict[int, Fraction] = {}
    for floor, area in zip(homes["floor"], areas, strict=True):
        floors[int(floor)] = floors.get(int(floor), Fraction(0)) + area
    return [c * a / floors[int(f)] for c, a, f in zip(coefficients, areas, homes["floor"], strict=True)]


def _agrees(weights: list[Fraction], scheme: Scheme, net: int, *, normalise: bool) -> str:
    """Refuse a table that does not add up to the whole, or say what was done about it."""
    found = sum(weights, Fraction(0))
    if not found:
        _refuse([Fault("lift_shares", (scheme.name,), "shares", "nobody pays", "Take a table in which a floor pays")])
    if scheme.kind == "weight":
        return ""
    due = Fraction(100) if scheme.kind == "percent" else Fraction(net, _FEN)
    if found == due:
        return ""
    unit = "%" if scheme.kind == "percent" else " yuan"
    told = f"shares add up to {float(found):g}{unit} instead of {float(due):g}{unit}"
    if not normalise:
        mend = "Normalise them (normalise=True, --normalise), or take a table for these floors"
        _refuse([Fault("lift_shares", (scheme.name,), "shares", told, mend, file="lift_shares.csv")])
    return f"{told}: normalised"


def _bad_money(cost: int, subsidy: int, paid_out: Mapping[int, int]) -> list[Fault]:
    given = {"cost": cost, "subsidy": subsidy} | {f"compensation of floor {f}": p for f, p in paid_out.items()}
    faults = [
        Fault("lift", (), "money", f"{what} is {fen / _FEN:,.2f} yuan", "Give 0 or more")
        for what, fen in given.items()
        if fen < 0
    ]
    if subsidy > cost >= 0:
        told = f"subsidy {subsidy / _FEN:,.2f} is more than the cost {cost / _FEN:,.2f} yuan"
        faults.append(Fault("lift", (), "money", told, "Lower the subsidy to the cost"))
    return faults


def _bad_homes(homes: pd.DataFrame, scheme: Scheme) -> list[Fault]:
    if not len(homes):
        return [Fault("lift", (), "homes", "the stairwell has no households", "Give entrances their households")]
    faults = []
    flat = tuple(map(str, homes.index[~(homes["area_m2"] > 0)]))
    if flat:
        faults.append(Fault("homes", flat, "area", "private area is missing or not above 0", "Give it in m²"))
    unknown = tuple(str(i) for i, f in homes["floor"].items() if scheme.coefficient(int(f)) is None)
    if unknown:
        told = f"floors that the table {scheme.name} does not have"
        faults.append(Fault("homes", unknown, "floor", told, _MEND_SCHEME, file="lift_shares.csv"))
    return faults


def _fen(yuan: float) -> int:
    return round(Fraction(str(yuan)) * _FEN)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InputError.of(faults)
