"""The bill (投资估算): every line of every option, each with payer, class and phase; its sum is the only total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.errors import InputError
from spatialreno.scenario.quantities import hundredths

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

LINES = [
    *("option", "part", "payer", "class", "phase", "verb", "layer", "kind", "item", "item_en", "ids"),
    *("quantity", "unit", "unit_price_yuan", "cost_yuan", "source", "confidence", "estimate"),
]
#: What a line may be added up by.
KEYS = ("payer", "class", "phase", "part", "layer", "verb", "kind", "item")
PARTS = ("plan", "heat", "dig", "lifts", "fees")
CLASSES = ("basic", "improved", "raised", "")
_SURE = ("read", "own")
_SAME = ["payer", "class", "phase", "verb", "layer", "kind", "item", "item_en", "unit", "unit_price_yuan"]


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
        fen = _fen(self.lines["cost_yuan"]).groupby(self.lines["option"]).sum(min_count=1)
        return (fen.reindex(list(self.options)).astype("Float64") / 100).astype("float64").rename("cost_yuan")

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
        found = rows.assign(fen=_fen(rows["cost_yuan"])).groupby(["option", *keys], as_index=False, sort=False)
        table = found.agg(fen=("fen", "sum"), lines=("fen", "size"))
        table.insert(len(keys) + 1, "cost_yuan", table.pop("fen").astype("float64") / 100)
        return _sorted(table, self.options, keys)

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


# ---- making one


def make_bill(
    parts: Mapping[str, Iterable[pd.DataFrame]], catalog: Catalog, households: float = float("nan")
) -> Bill:
    """Put lines of options into one bill; design, supervision and reserve are added as shares of them.

    Parameters
    ----------
    parts
        By option, in order: tables with the columns of ``Bill.lines``, without ``option``, ``class`` and ``estimate``.
    catalog
        Its ``funding`` says which class a work is of, ``bill_shares`` what comes on top.
    households
        Over which the total is shared out.

    Returns
    -------
    Bill
        All lines, money in whole fen; its ``total``, ``by`` and ``per_household`` are sums of them.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialreno.catalog import read_catalog
    >>> sheds = line("plan", "structures", ("拆除储藏棚", "Take down sheds"), verb="demolish", kind="shed", ids=("S1",),
    ...              phase=1, quantity=100.0, unit="m2", price=70.0, payer="city", source="", confidence="own")
    >>> bill = make_bill({"clear": [pd.DataFrame([sheds])]}, read_catalog(), households=10)
    >>> bill.lines["cost_yuan"].tolist()  # works, 4 % design, 2 % supervision, and of these three 6 % reserve
    [7000.0, 280.0, 140.0, 445.2]
    """
    tables = []
    for option, given in parts.items():
        rows = [rows for rows in given if len(rows)]
        if rows:
            lines = _classed(pd.concat(rows, ignore_index=True), catalog)
            tables.append(pd.concat([lines, _fees(lines, catalog)], ignore_index=True).assign(option=option))
    lines = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=LINES)
    lines["estimate"] = ~lines["confidence"].isin(_SURE)
    lines["phase"] = lines["phase"].astype("Int64")
    lines["cost_yuan"] = lines["cost_yuan"].astype("float64")
    return Bill(_sorted(lines[LINES], tuple(parts), ("part", "phase", "class", "payer")), tuple(parts), households)


def ledger_lines(ledger: pd.DataFrame) -> pd.DataFrame:
    """Add up a bill of quantities into lines: what has one price, payer and phase is one line.

    Parameters
    ----------
    ledger
        What ``Scenario.ledger`` gives; rows that keep a thing are left out.

    Returns
    -------
    pandas.DataFrame
        Columns part (``plan``), payer, phase, verb, layer, kind, item, item_en, unit, unit_price_yuan, ids (tuple),
        quantity, cost_yuan (exact sums; missing where there is no price), source, confidence.

    Examples
    --------
    >>> import pandas as pd
    >>> one = {"payer": "city", "phase": 1, "verb": "demolish", "layer": "structures", "kind": "shed",
    ...        "item": "拆除储藏棚", "item_en": "Take down sheds", "unit": "m2", "unit_price_yuan": 70.0,
    ...        "source": "", "confidence": "own"}
    >>> ledger = pd.DataFrame([{**one, "id": "S1", "quantity": 10.0, "cost_yuan": 700.0},
    ...                        {**one, "id": "S2", "quantity": 5.5, "cost_yuan": 385.0}])
    >>> ledger_lines(ledger)[["ids", "quantity", "cost_yuan"]].to_numpy().tolist()
    [[('S1', 'S2'), 15.5, 1085.0]]
    """
    rows = ledger[ledger["verb"] != "keep"]
    rows = rows.assign(part="plan", known=rows["cost_yuan"].notna())
    fields = [field for field in _SAME if field != "class"]
    found = rows.groupby(["part", *fields, "known"], as_index=False, sort=False, dropna=False).agg(
        ids=("id", tuple), quantity=("quantity", _exact), cost_yuan=("cost_yuan", _exact),
        source=("source", "first"), confidence=("confidence", "first"),
    )  # fmt: skip
    return found.drop(columns="known")


def line(part: str, layer: str, item: tuple[str, str], **cells: Any) -> dict[str, Any]:
    """Make one joint line of a bill.

    Parameters
    ----------
    part
        ``plan``, ``heat``, ``dig``, ``lifts`` or ``fees``.
    layer
        Layer of what it pays for.
    item
        Chinese and English name.
    cells
        quantity, price (yuan for a unit); payer, phase, verb, kind, ids, unit, source, confidence. ``cost_yuan`` may be
        given where a share of a joint cost is no quantity times a price.

    Returns
    -------
    dict
        Cells of a row that :func:`make_bill` takes: quantity and cost_yuan to a hundredth, the price as given.

    Examples
    --------
    >>> row = line("dig", "pipes", ("污水管", "Sewer"), quantity=12.345, price=300.0, payer="utility")
    >>> row["quantity"], row["cost_yuan"]  # the bill pays what it says: 12.35 m at 300 yuan
    (12.35, 3705.0)
    """
    quantity, each = _hundredth(cells.pop("quantity")), float(cells.pop("price"))
    cost = cells.pop("cost_yuan", quantity * each)
    return {
        "part": part, "layer": layer, "item": item[0], "item_en": item[1], "verb": "build", "quantity": quantity,
        "unit_price_yuan": each, "cost_yuan": _hundredth(cost), **cells,
    }  # fmt: skip


def _hundredth(value: float) -> float:
    """Round to hundredths; what is missing stays missing."""
    return hundredths(value) / 100 if value == value else value


def funding_rule(catalog: Catalog, layer: str, verb: str, kind: str) -> dict[str, str]:
    """Find the class of a work and who may pay for it: the row of the kind itself, else that of the layer.

    Parameters
    ----------
    catalog
        Its table ``funding`` is read.
    layer, verb, kind
        What is done to what: ``structures``, ``demolish``, ``shed``; kind may be "".

    Returns
    -------
    dict of str to str
        The row: class (``basic``, ``improved``, ``raised``), eligible (payers, ``|`` between), source; empty where no
        row fits.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> funding_rule(read_catalog(), "structures", "demolish", "shed")["eligible"]
    'city'
    """
    own = [r for r in catalog.rows("funding") if r["layer"] == layer and r["verb"] in ("", verb)]
    exact = [r for r in own if kind and r["kind"] == kind]
    return (exact or [r for r in own if not r["kind"]] or [{}])[0]


def _classed(lines: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    keys = list(zip(lines["layer"], lines["verb"], lines["kind"], strict=True))
    known = {key: funding_rule(catalog, *key).get("class", "") for key in dict.fromkeys(keys)}
    return lines.assign(**{"class": [known[key] for key in keys]})


def _fees(lines: pd.DataFrame, catalog: Catalog) -> pd.DataFrame:
    """Work out what comes on top of the works: a share of what each payer pays in each class and phase."""
    rows = []
    table = sorted(catalog.rows("bill_shares"), key=lambda row: int(row["order"]))
    for (payer, kind, phase), own in lines[lines["cost_yuan"].notna()].groupby(["payer", "class", "phase"]):
        before: list[int] = []
        for row in table:
            works = own[own["part"].isin(row["parts"].split("|"))]
            if payer not in row["payers"].split("|") or not len(works):
                continue
            base = int(_fen(works["cost_yuan"]).sum()) + (sum(before) if "fees" in row["of"].split("|") else 0)
            fen = (base * millionths(row["rate"]) + 500_000) // 1_000_000
            before.append(fen)
            rows.append({
                "part": "fees", "payer": payer, "class": kind, "phase": phase, "verb": "", "layer": "",
                "kind": row["share"], "item": row["title_zh"], "item_en": row["title_en"], "ids": (),
                "quantity": base / 100, "unit": "yuan", "unit_price_yuan": float(row["rate"]), "cost_yuan": fen / 100,
                "source": row["source"], "confidence": row["confidence"],
            })  # fmt: skip
    return pd.DataFrame(rows, columns=[column for column in LINES if column not in ("option", "estimate")])


def millionths(rate: str) -> int:
    """Count a share in millionths, so that a share of whole fen is exact.

    Parameters
    ----------
    rate
        A share as a table writes it, such as ``0.035``.

    Returns
    -------
    int
        Millionths.

    Examples
    --------
    >>> millionths("0.035")
    35000
    """
    return round(Decimal(rate) * 1_000_000)


def _fen(yuan: pd.Series) -> pd.Series:
    return (yuan * 100).round().astype("Int64")


def _exact(values: pd.Series) -> float:
    """Add up hundredths exactly; a value that is missing leaves the sum missing."""
    return float("nan") if values.isna().any() else int(_fen(values).sum()) / 100


def _sorted(table: pd.DataFrame, options: tuple[str, ...], keys: Iterable[str]) -> pd.DataFrame:
    orders = {"option": options, "part": PARTS, "class": CLASSES}

    def place(column: pd.Series) -> pd.Series:
        order = orders.get(str(column.name))
        return column.map({name: k for k, name in enumerate(order)}) if order else column

    return table.sort_values(["option", *keys], key=place, kind="stable", ignore_index=True)
