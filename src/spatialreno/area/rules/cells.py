"""Rules about cells: words, numbers, references, shares."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from spatialreno.area.facts.named import compounds_named
from spatialreno.area.place.sides import lineages
from spatialreno.area.rules.checked import Checked, Rule
from spatialreno.area.rules.checked import fault as _fault
from spatialreno.catalog import Column
from spatialreno.errors import Fault, nearest


def _cell_fault(name: str, ids: list[str], rule: str, column: Column, told: tuple[str, str]) -> Fault:
    """Tell what is wrong with cells of one column, so that the table they came from can be named."""
    return replace(_fault(name, ids, rule, *told), column=column.column)


def required_cells_are_filled(checked: Checked) -> Iterator[Fault]:
    """Required columns are there and have no gaps."""
    for name, frame in checked.fresh():
        for column in checked.catalog.layers[name].columns.values():
            if column.status != "required" or column.column not in frame.columns:
                continue
            gaps = frame[column.column].isna()
            if gaps.any():
                how_many = "all" if gaps.all() else f"{gaps.sum()}"
                told = f"{column.column} is empty in {how_many} rows"
                yield _cell_fault(name, checked.names(name, gaps), "required cell", column, (told, _fill_in(column)))


def _fill_in(column: Column) -> str:
    """Say how a required column is filled: from a column of another name, or with one value for all rows."""
    mend = f"Fill the column {column.column}; it may also be called {', '.join(column.aliases)}"
    if not column.allowed:
        return mend
    return f'{mend}; or state one value for all rows (values.{column.column} = "{column.allowed[1]}") in area.toml'


def words_are_known(checked: Checked) -> Iterator[Fault]:
    """Closed vocabularies hold only their words."""
    for name, frame in checked.fresh():
        for column in checked.catalog.layers[name].columns.values():
            if not column.allowed or column.status == "derived":
                continue
            cells = frame[column.column]
            if not cells.notna().any():
                continue
            wrong = cells.notna() & ~cells.isin(column.allowed)
            if wrong.any():
                seen = ", ".join(repr(v) for v in sorted(cells[wrong].unique())[:3])
                told = f"{column.column} holds {seen}, expected one of {', '.join(column.allowed)}"
                mend = f"Correct {column.column}"
                yield _cell_fault(name, checked.names(name, wrong), "known words", column, (told, mend))


def numbers_are_possible(checked: Checked) -> Iterator[Fault]:
    """Numbers keep the bounds of their column; those above what is usual are told."""
    for name, frame in checked.fresh():
        for column in checked.catalog.layers[name].columns.values():
            if column.dtype not in ("float", "int") or column.status == "derived":
                continue
            if not frame[column.column].notna().any():
                continue
            cells = pd.to_numeric(frame[column.column]).astype("float64")
            yield from _out_of_bounds(checked, name, column, cells)


def _out_of_bounds(checked: Checked, name: str, column: Column, cells: pd.Series[Any]) -> Iterator[Fault]:
    least, most, usual = (_INFINITE[i] if b is None else b for i, b in enumerate(_bounds(column)))
    wrong = (cells < least) | (cells > most)
    if wrong.any():
        values = sorted(set(cells[wrong]))
        seen = ", ".join(f"{v:g}" for v in values[:_SHOWN])
        told = (f"{column.column} is {seen}, expected {_span(column, values)}", _number_mend(column, values))
        yield _cell_fault(name, checked.names(name, wrong), "possible numbers", column, told)
    odd = (cells > usual) & ~wrong
    if odd.any():
        worst = float(cells[odd].max())
        told = (f"{column.column} is {worst:g}, more than the usual {usual:g}", f"Look at {column.column} once")
        fault = _cell_fault(name, checked.names(name, odd), "unusual numbers", column, told)
        yield replace(fault, severity="warning")


_INFINITE = (float("-inf"), float("inf"), float("inf"))


def _bounds(column: Column) -> tuple[float | None, float | None, float | None]:
    return column.least, column.most, column.usual


def _span(column: Column, values: list[float]) -> str:
    """Say what numbers may be, from the sides that they miss."""
    least, most, _ = _bounds(column)
    low = least is not None and values[0] < least
    high = most is not None and values[-1] > most
    if column.unit == "share" or (low and high):
        return f"{least:g} to {most:g}"
    return f"{least:g} or more" if low else f"{most:g} or less"


def _number_mend(column: Column, values: list[float]) -> str:
    """Name the slip that a number looks like: a date of Excel in the place of a year, per cent in that of a share."""
    for value in values:
        if column.unit == "year" and _DATES[0] <= value <= _DATES[1]:
            day = pd.Timestamp("1899-12-30") + pd.Timedelta(days=int(value))
            return f"{value:g} may be a date of Excel, {day:%Y-%m-%d}: format the cells as dates, or write the year"
        if column.unit == "share" and 1 < value <= _PER_CENT:
            return f"Write {value:g} per cent as {value / _PER_CENT:g}, or {value:g}%"
    return f"Correct {column.column}"


_SHOWN = 3
_DATES = (7_000, 60_000)  # days since 1900, as Excel counts them: 1919 to 2064
_PER_CENT = 100.0


def references_are_filled(checked: Checked) -> Iterator[Fault]:
    """What one row says of another row exists."""
    for name, frame in checked.filled():
        for column in checked.catalog.layers[name].columns.values():
            if not column.refers_to or column.status == "derived":
                continue
            cells = frame[column.column]
            if not cells.notna().any():
                continue  # the ids of large layers are gathered only when somebody names one
            lost = cells.notna() & ~cells.isin(_targets(column.refers_to, checked))
            if lost.any():
                seen = ", ".join(sorted(cells[lost].unique())[:5])
                told = f"{column.column} names {seen}, which is not in {_target_name(column.refers_to)}"
                mend = f"Correct {column.column}{_meant(cells[lost], column, checked)}, or add the row it names"
                yield _cell_fault(name, checked.names(name, lost), "references", column, (told, mend))


def texts_are_plain(checked: Checked) -> Iterator[Fault]:
    """No text steers a terminal, turns the reading direction round, or hides letters that look like others' ids."""
    for name, frame in checked.fresh():
        columns = {c: frame[c] for c in checked.catalog.layers[name].columns if c in frame.columns}
        if frame.index.name == "id":
            columns["id"] = pd.Series(frame.index, index=frame.index, dtype="str")
        for column, cells in columns.items():
            words = cells.tolist() if isinstance(cells.dtype, pd.StringDtype) else []
            if not re.search(_STEERING, "".join(word for word in words if isinstance(word, str))):
                continue
            odd = cells.str.contains(_STEERING, regex=True, na=False)
            seen = sorted({f"U+{ord(c):04X}" for text in cells[odd] for c in re.findall(_STEERING, text)})
            message = f"{column} holds characters that steer terminals or turn text round ({', '.join(seen[:5])})"
            ids = [ascii(i)[1:-1] if re.search(_STEERING, i) else i for i in checked.names(name, odd)]
            mend = "Type the text again; it is shown with these characters written out"
            yield _fault(name, ids, "control characters", message, mend, "warning")


_STEERING = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"


def shares_do_not_exceed_one(checked: Checked) -> Iterator[Fault]:
    """The shares of one right in one feature sum to at most 1."""
    rights = checked.layers["rights"]
    possible = rights[rights["share"] <= 1]
    total = possible.groupby(["feature_id", "right"])["share"].sum()
    over = total[total > 1 + 1e-6]
    if len(over):
        ids = sorted({feature for feature, _ in over.index})
        yield _fault(
            "rights",
            ids,
            "shares",
            f"shares of one right sum to {over.iloc[0]:g}, expected at most 1",
            "Correct the shares",
        )


def _targets(target: str, checked: Checked) -> set[str]:
    if target == "catalog:facilities":
        return set(checked.catalog.facilities.index)
    held = [name for name, layer in checked.catalog.layers.items() if layer.may_hold_rights]
    names = held if target == "any" else [target]
    return {key for name in names for key in lineages(checked.layers[name].index)}


def _meant(cells: pd.Series, column: Column, checked: Checked) -> str:
    """Name the words of the catalog nearest to those that are not in it."""
    if not column.refers_to.startswith("catalog:"):
        return ""
    near = nearest(sorted(cells.unique())[:5], sorted(_targets(column.refers_to, checked)))
    return f" ({near.strip()})" if near else ""


def _target_name(target: str) -> str:
    special = {"any": "any layer", "catalog:facilities": "the catalog (spatialreno catalog facilities)"}
    return special.get(target, target)


def lists_wait_to_be_drawn(checked: Checked) -> Iterator[Fault]:
    """What a list names and nobody has drawn is counted; compounds that it names must be there."""
    listed, compounds = checked.layers["listed"], checked.layers["compounds"]
    if not len(listed):
        return
    homes = compounds_named(list(listed["compound"]), compounds)
    both = list(zip(homes, listed["compound"], strict=True))
    names = Counter(str(said) if home is None else str(compounds["name"][home]) for home, said in both)
    told = ", ".join(f"{name} {count}" for name, count in sorted(names.items()))
    message = f"{len(listed)} structures of a list are not on the map ({told}); they are counted, and stop nobody"
    mend = "Draw them under structures, and take them out of the list"
    yield _fault("listed", listed.index, "to be placed", message, mend, "warning")
    lost = sorted({str(said) for home, said in both if home is None})
    if lost:
        known = ", ".join(sorted(map(str, compounds["name"].dropna()))[:8])
        message = f"names compounds that are not there, or are several ({', '.join(lost[:5])}): no compound counts them"
        rows = listed.index[[home is None for home in homes]]
        yield _fault("listed", rows, "references", message, f"Compounds are called {known}", "warning")


RULES: tuple[Rule, ...] = (
    required_cells_are_filled,
    words_are_known,
    numbers_are_possible,
    references_are_filled,
    texts_are_plain,
    shares_do_not_exceed_one,
    lists_wait_to_be_drawn,
)
