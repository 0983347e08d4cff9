"""Yearly budgets (年度预算): payer, year, yuan — as a table, a mapping or a file; each row judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.catalog import read_catalog
from spatialreno.errors import Fault, InputError
from spatialreno.files import named_columns, read_table

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

_COLUMNS = {"payer": ("出资方", "资金来源"), "year": ("年度", "年份"), "yuan": ("金额", "预算", "金额（元）")}
_FIRST, _LAST = 1990, 2100
Given = Mapping[str, float | Mapping[int, float]]


@dataclass(frozen=True)
class Budgets:
    """Money there is: ``rows`` with payer, year (missing: of no stated year), yuan; ``faults`` of refused rows."""

    rows: pd.DataFrame
    faults: tuple[Fault, ...] = ()


def read_budgets(path: str | Path, *, keep_rest: bool = False, catalog: Catalog | None = None) -> Budgets:
    """Read yearly budgets from a CSV file.

    Parameters
    ----------
    path
        Columns payer (出资方, by word or by its Chinese name), year (年度; empty: of no stated year), yuan (金额).
    keep_rest
        Leave refused rows out and list them in ``faults``, instead of refusing the file.
    catalog
        With the words for payers; default is the package's.

    Returns
    -------
    Budgets

    Raises
    ------
    InputError
        Every fault at once: a missing column, an unknown payer, a year that is none, negative money, a payer's
        year given twice.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "budgets.csv"
    ...     _ = path.write_text("出资方,年度,金额\\n中央补助,2026,1500000\\n", encoding="utf-8")
    ...     read_budgets(path).rows.values.tolist()
    [['central', 2026, 1500000.0]]
    """
    path = Path(path)
    raw = named_columns(read_table(path), _COLUMNS, ["payer", "yuan"], what="budgets", file=path.name)
    return judged(raw, catalog or read_catalog(), path.name, keep_rest=keep_rest)


def as_budgets(given: Budgets | Given | None, catalog: Catalog) -> Budgets:
    """Take budgets in whatever form they are given: payer to yuan, or payer to year to yuan."""
    if isinstance(given, Budgets):
        return given
    if given is not None and not isinstance(given, Mapping):
        raise InputError(f"budgets: {given!r} names no payer. Give yuan by payer, such as {{'city': 1_000_000}}.")
    rows = [
        (payer, year, yuan)
        for payer, money in (given or {}).items()
        for year, yuan in (money.items() if isinstance(money, Mapping) else [(None, money)])
    ]
    return judged(pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object), catalog, "budgets", keep_rest=False)


def judged(raw: pd.DataFrame, catalog: Catalog, file: str, *, keep_rest: bool) -> Budgets:
    """Type every row and name what is wrong with it."""
    words = {row["title_zh"]: row["value"] for row in catalog.rows("words") if row["column"] == "payer"}
    names = [f"row {k + 2}" for k in range(len(raw))] if file != "budgets" else [str(p) for p in raw["payer"]]
    frame = pd.DataFrame({
        "payer": [words.get(str(p).strip(), str(p).strip()) for p in raw["payer"]],
        "year": pd.to_numeric(raw["year"], errors="coerce").astype("float64"),
        "yuan": pd.to_numeric(raw["yuan"].astype("str").str.replace(r"[,，\s]", "", regex=True), errors="coerce"),
    })  # fmt: skip
    bad = dict(_faulty(frame, raw, set(words.values()), catalog.constants["yuan_most"]))
    faults = [
        Fault("budgets", tuple(n for n, is_bad in zip(names, rows, strict=True) if is_bad), rule, told, mend, file=file)
        for (rule, told, mend), rows in bad.items()
        if rows.any()
    ]
    if faults and not keep_rest:
        raise InputError.of(faults)
    wrong = pd.concat(list(bad.values()), axis=1).any(axis=1)
    rest = frame[~wrong].assign(year=lambda f: f["year"].astype("Int64"), yuan=lambda f: f["yuan"].astype("float64"))
    rest = rest.sort_values(["payer", "year"], ignore_index=True)
    return Budgets(rest, tuple(faults))


def _faulty(
    frame: pd.DataFrame, raw: pd.DataFrame, payers: set[str], most: float
) -> Iterator[tuple[tuple[str, str, str], pd.Series[Any]]]:
    """Yield what is wrong with its mend, and the rows that it is wrong with."""
    strange = ~frame["payer"].isin(payers)
    yield ("payer", "payer is not known", f"Use one of {', '.join(sorted(payers))}"), strange
    stated = raw["year"].notna() & (raw["year"].astype("str").str.strip() != "")
    year = frame["year"]
    odd = stated & ~((year >= _FIRST) & (year <= _LAST) & (year % 1 == 0))
    yield ("year", "year is none", f"Write a year from {_FIRST} to {_LAST}, or leave it empty"), odd
    amount = f"Give 0 or more yuan, at most {most:,.0f}"
    yield ("money", "yuan is no number of 0 or more, or beyond all money", amount), ~frame["yuan"].between(0, most)
    twice = frame.duplicated(["payer", "year"], keep=False) & ~strange
    yield ("twice", "a payer's year is given twice", "Leave one row for each payer and year"), twice
