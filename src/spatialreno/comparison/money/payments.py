"""When money is due (合同与付款): what a payer owes for a phase, by the terms of payment, quarter by quarter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area import as_day
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

Span = tuple[str | pd.Timestamp, str | pd.Timestamp]
_PAID = ["option", "payer", "phase", "term", "quarter", "yuan"]


def payments(lines: pd.DataFrame, spans: Mapping[int, Span], catalog: Catalog) -> pd.DataFrame:
    """Spread what payers owe over quarters; what is paid adds up to the lines, to the fen."""
    days, terms = _days(lines, spans), _terms(catalog)
    rows = []
    for option, payer, phase, fen in _sums(lines):
        for term, quarter, paid in _paid(fen, *days[phase], terms):
            rows.append((option, payer, phase, term, quarter, paid / 100))
    return pd.DataFrame(rows, columns=_PAID)


def contracts(lines: pd.DataFrame, spans: Mapping[int, Span]) -> pd.DataFrame:
    """Tell in which quarter each phase is put under contract, and for how much by payer."""
    days = _days(lines, spans)
    rows = [
        (option, payer, phase, _quarter(days[phase][0]), fen / 100) for option, payer, phase, fen in _sums(lines)
    ]
    return pd.DataFrame(rows, columns=["option", "payer", "phase", "quarter", "yuan"])


def by_year(paid: pd.DataFrame, budgets: pd.DataFrame) -> pd.DataFrame:
    """Hold what is due in a year against the year's budget; what is left of one year is not carried over."""
    due = paid.assign(year=paid["quarter"].str[:4].astype(int), fen=(paid["yuan"] * 100).round().astype("int64"))
    table = due.groupby(["option", "payer", "year"])["fen"].sum().reset_index()
    table["needed_yuan"] = table.pop("fen") / 100
    given = budgets.dropna(subset=["year"]).astype({"year": int}).rename(columns={"yuan": "available_yuan"})
    table = table.merge(given, on=["payer", "year"], how="left")
    table["short_yuan"] = (table["needed_yuan"] - table["available_yuan"]).clip(lower=0).round(2)
    return table


def _sums(lines: pd.DataFrame) -> list[tuple[str, str, int, int]]:
    sums = lines.groupby(["option", "payer", "phase"], sort=True)["fen"].sum().reset_index()
    return [(str(r["option"]), str(r["payer"]), int(r["phase"]), int(r["fen"])) for r in sums.to_dict("records")]


def _days(lines: pd.DataFrame, spans: Mapping[int, Span]) -> dict[int, tuple[pd.Timestamp, pd.Timestamp]]:
    """Read the days of every phase; all that is missing or runs backwards is named at once."""
    found, faults = {}, []
    for phase, span in spans.items():
        try:
            start, end = (as_day(day, what="phases") for day in ([] if isinstance(span, str) else span))
        except (ValueError, TypeError, InputError):
            said = repr(span) if isinstance(span, str) or len(span) != 2 else " to ".join(map(repr, span))
            faults.append(_fault(phase, f"{said} is no span", "Write its first and last day as YYYY-MM-DD"))
            continue
        if end < start:
            faults.append(_fault(phase, f"ends {end.date()} before it starts {start.date()}", "Correct the dates"))
        found[int(phase)] = (start, end)
    told = {int(phase) for phase in spans}
    lost = sorted({int(p) for p in lines["phase"].dropna()} - told)
    faults += [_fault(phase, "has no days", "Give its first and last day") for phase in lost]
    if lines["phase"].isna().any():
        faults.append(Fault("phases", (), "dates", "lines stand in no phase", "Give each act a phase"))
    if faults:
        raise InputError.of(faults)
    return found


def _fault(phase: int, message: str, mend: str) -> Fault:
    return Fault("phases", (str(phase),), "dates", message, mend)


def _terms(catalog: Catalog) -> list[dict[str, str]]:
    rows = sorted(catalog.rows("payment_terms"), key=lambda row: (int(row["order"]), row["term"]))
    whole = sum((Fraction(row["share"]) for row in rows), Fraction(0))
    if whole != 1:
        raise InputError(f"payment_terms: shares add up to {float(whole):g}, expected 1. Correct them in the catalog.")
    return rows


def _paid(
    fen: int, start: pd.Timestamp, end: pd.Timestamp, terms: list[dict[str, str]]
) -> Iterator[tuple[str, str, int]]:
    """Yield term, quarter and fen; each amount is the difference of two rounded running sums, so nothing is lost."""
    whole, before = Fraction(0), 0
    for row in terms:
        share = Fraction(row["share"])
        for quarter, part in _quarters(row, start, end):
            whole += share * part
            now = round(fen * whole)
            if now != before:
                yield row["term"], quarter, now - before
            before = now


def _quarters(row: dict[str, str], start: pd.Timestamp, end: pd.Timestamp) -> Iterator[tuple[str, Fraction]]:
    """Yield the quarters of one term, and the part of it that falls there."""
    if row["spread"] == "no":
        day = (start if row["from"] == "start" else end) + pd.Timedelta(days=int(row["days"]))
        yield _quarter(day), Fraction(1)
        return
    days = pd.date_range(start, end)
    counted = pd.Series(days.year.astype(str) + "Q" + days.quarter.astype(str)).value_counts(sort=False).sort_index()
    for quarter, count in counted.items():
        yield str(quarter), Fraction(int(count), len(days))


def _quarter(day: pd.Timestamp) -> str:
    return f"{day.year}Q{day.quarter}"
