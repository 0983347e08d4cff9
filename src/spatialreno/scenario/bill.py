"""The bill (投资估算): every line of every option, each with payer, class and phase; its sum is the only total."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from spatialreno.errors import InputError
from spatialreno.scenario.quantities import fen

LINES = [
    *("option", "part", "payer", "class", "phase", "verb", "layer", "kind", "item", "item_en", "ids"),
    *("quantity", "unit", "unit_price_yuan", "cost_yuan", "source", "confidence", "estimate"),
]
#: What a line may be added up by.
KEYS = ("payer", "class", "phase", "part", "layer", "verb", "kind", "item")
PARTS = ("plan", "heat", "dig", "lifts", "fees")
CLASSES = ("basic", "improved", "raised", "")


@dataclass(frozen=True, eq=False, repr=False)
class Bill:
    """All lines of some options, and their sums; money is counted in whole fen, so that sums are exact.

    Attributes
    ----------
    lines
        One row a line: option, part (``plan`` 拆改建, ``heat``, ``dig``, ``lifts``, ``fees`` 设计监理预备费), payer
        (central, province, city, utility, residents, society), class (``basic`` 基础, ``improved`` 完善, ``raised``
        提升), phase, verb, layer, kind, item, item_en, ids (tuple: what it pays for), quantity, unit,
        unit_price_yuan, cost_yuan (to the fen; missing without a price), source and confidence of the price,
        estimate.
    options
        Names in order, also of options without a line.
    households
        Over which ``per_household`` shares the total out; missing where some home's are not known.
    """

    lines: pd.DataFrame
    options: tuple[str, ...]
    households: float

    @property
    def total(self) -> pd.Series[float]:
        """What each option comes to, in yuan; missing for one that invests nothing, such as today."""
        sums = fen(self.lines["cost_yuan"]).groupby(self.lines["option"]).sum(min_count=1)
        return (sums.reindex(list(self.options)).astype("Float64") / 100).astype("float64").rename("cost_yuan")

    @property
    def per_household(self) -> pd.Series[float]:
        """The total over all households, in yuan; missing where their number is not known."""
        return (self.total / (self.households or float("nan"))).rename("yuan_household")

    @property
    def unpriced(self) -> pd.DataFrame:
        """Lines that the total leaves out: option, verb, layer, kind, ids, quantity, unit, unit_price_yuan.

        One of the last three is missing: the unit price, or the quantity.
        """
        rows = self.lines[self.lines["cost_yuan"].isna()]
        columns = ["option", "verb", "layer", "kind", "ids", "quantity", "unit", "unit_price_yuan"]
        return rows[columns].reset_index(drop=True)

    def unpriced_count(self, option: str) -> int:
        """Count the things of an option that the total leaves out: without a price, or without what it multiplies.

        Parameters
        ----------
        option
            Its name.

        Returns
        -------
        int
            Things, not lines.

        Raises
        ------
        InputError
            There is no such option.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
        >>> bill = clear.bill(today)
        >>> bill.unpriced_count("clear")
        0
        """
        self._refuse_other(option)
        rows = self.unpriced
        return int(rows.loc[rows["option"] == option, "ids"].map(len).sum())

    def unmeasured_count(self, option: str) -> int:
        """Count those among them that have a price, and whose quantity nobody knows.

        Parameters
        ----------
        option
            Its name.

        Returns
        -------
        int
            Things, not lines.

        Raises
        ------
        InputError
            There is no such option.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
        >>> bill = clear.bill(today)
        >>> bill.unmeasured_count("clear") <= bill.unpriced_count("clear")
        True
        """
        self._refuse_other(option)
        rows = self.unpriced
        own = (rows["option"] == option) & rows["unit_price_yuan"].notna()
        return int(rows.loc[own, "ids"].map(len).sum())

    def by(self, *keys: str) -> pd.DataFrame:
        """Add the lines up by payer, class, phase, part, layer, verb, kind or item, or by several of them.

        Parameters
        ----------
        keys
            What to add up by, e.g. ``"payer", "phase"``.

        Returns
        -------
        DataFrame
            option, the keys, cost_yuan, lines (how many are added up); the costs of an option add up to its total.

        Raises
        ------
        InputError
            A key that lines do not have.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
        >>> bill = clear.bill(today)
        >>> float(bill.by("payer", "class")["cost_yuan"].sum().round(2)) == float(bill.total["clear"])
        True
        """
        strange = [key for key in keys if key not in KEYS]
        if strange or not keys:
            raise InputError(f"bill: by {', '.join(map(str, strange)) or 'nothing'}. Choose from {', '.join(KEYS)}.")
        rows = self.lines[self.lines["cost_yuan"].notna()]
        found = rows.assign(fen=fen(rows["cost_yuan"])).groupby(["option", *keys], as_index=False, sort=False)
        table = found.agg(fen=("fen", "sum"), lines=("fen", "size"))
        table.insert(len(keys) + 1, "cost_yuan", table.pop("fen").astype("float64") / 100)
        return in_order(table, self.options, keys)

    def of(self, option: str) -> Bill:
        """Take the lines of one option.

        Parameters
        ----------
        option
            Its name.

        Returns
        -------
        Bill
            Of this option alone.

        Raises
        ------
        InputError
            There is no such option.

        Examples
        --------
        >>> import spatialreno as sr
        >>> today = sr.read_area("data/geo/xigongdi")
        >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
        >>> bill = clear.bill(today)
        >>> bill.of("clear").options
        ('clear',)
        """
        self._refuse_other(option)
        own = self.lines[self.lines["option"] == option].reset_index(drop=True)
        return replace(self, lines=own, options=(option,))

    def _refuse_other(self, option: str) -> None:
        if option not in self.options:
            raise InputError(f"bill: {option} is no option. Options: {', '.join(self.options)}.")

    def __repr__(self) -> str:
        """Read the bill aloud."""
        said = [_said(self, name) for name in self.options]
        return f"<Bill, estimate in yuan: {'; '.join(said)}>"


def _said(bill: Bill, option: str) -> str:
    total = bill.total[option]
    without = bill.unpriced_count(option)
    more = f", {without} without a price" if without else ""
    if total != total:
        return f"{option} —{more}"
    payers = bill.of(option).by("payer")
    parts = ", ".join(f"{payer} {cost:,.2f}" for payer, cost in zip(payers["payer"], payers["cost_yuan"], strict=True))
    return f"{option} {total:,.2f} ({parts}){more}"


def in_order(table: pd.DataFrame, options: tuple[str, ...], keys: Iterable[str]) -> pd.DataFrame:
    """Sort by option, then by keys: parts and classes in their own order, the rest by name."""
    orders = {"option": options, "part": PARTS, "class": CLASSES}

    def place(column: pd.Series) -> pd.Series:
        order = orders.get(str(column.name))
        return column.map({name: k for k, name in enumerate(order)}) if order else column

    return table.sort_values(["option", *keys], key=place, kind="stable", ignore_index=True)
