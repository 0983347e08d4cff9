"""Rules about cells: words, numbers, references, shares."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from spatialreno.area.place.sides import lineages
from spatialreno.area.rules.checked import Checked, Rule
from spatialreno.area.rules.checked import fault as _fault
from spatialreno.errors import Fault


def required_cells_are_filled(checked: Checked) -> Iterator[Fault]:
    """Required columns are there and have no gaps."""
    for name, frame in checked.layers.items():
        for column in checked.catalog.layers[name].columns.values():
            if column.status != "required" or column.column not in frame.columns:
                continue
            gaps = frame[column.column].isna()
            if gaps.any():
                how_many = "all" if gaps.all() else f"{gaps.sum()}"
                yield _fault(
                    name,
                    checked.names(name, gaps),
                    "required cell",
                    f"{column.column} is empty in {how_many} rows",
                    f"Fill the column {column.column}; it may also be called {', '.join(column.aliases)}",
                )


def words_are_known(checked: Checked) -> Iterator[Fault]:
    """Closed vocabularies hold only their words."""
    for name, frame in checked.layers.items():
        for column in checked.catalog.layers[name].columns.values():
            if not column.allowed or column.status == "derived":
                continue
            cells = frame[column.column]
            if not cells.notna().any():
                continue
            wrong = cells.notna() & ~cells.isin(column.allowed)
            if wrong.any():
                seen = ", ".join(repr(v) for v in sorted(cells[wrong].unique())[:3])
                yield _fault(
                    name,
                    checked.names(name, wrong),
                    "known words",
                    f"{column.column} holds {seen}, expected one of {', '.join(column.allowed)}",
                    f"Correct {column.column}",
                )


def numbers_are_possible(checked: Checked) -> Iterator[Fault]:
    """No measure is negative; shares lie between 0 and 1."""
    for name, frame in checked.layers.items():
        for column in checked.catalog.layers[name].columns.values():
            if column.dtype not in ("float", "int") or column.status == "derived":
                continue
            if not frame[column.column].notna().any():
                continue
            cells = pd.to_numeric(frame[column.column]).astype("float64")
            wrong = cells < 0
            if column.unit == "share":
                wrong |= cells > 1
            if wrong.any():
                yield _fault(
                    name,
                    checked.names(name, wrong),
                    "possible numbers",
                    f"{column.column} is {cells[wrong].iloc[0]:g}, expected "
                    f"{'0 to 1' if column.unit == 'share' else '0 or more'}",
                    f"Correct {column.column}",
                )


def references_are_filled(checked: Checked) -> Iterator[Fault]:
    """What one row says of another row exists."""
    for name, frame in checked.layers.items():
        for column in checked.catalog.layers[name].columns.values():
            if not column.refers_to or column.status == "derived":
                continue
            cells = frame[column.column]
            if not cells.notna().any():
                continue  # the ids of large layers are gathered only when somebody names one
            lost = cells.notna() & ~cells.isin(_targets(column.refers_to, checked))
            if lost.any():
                seen = ", ".join(sorted(cells[lost].unique())[:5])
                yield _fault(
                    name,
                    checked.names(name, lost),
                    "references",
                    f"{column.column} names {seen}, which is not in {_target_name(column.refers_to)}",
                    f"Correct {column.column}, or add the row it names",
                )


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


def _target_name(target: str) -> str:
    special = {"any": "any layer", "catalog:facilities": "the catalog (spatialreno catalog facilities)"}
    return special.get(target, target)


RULES: tuple[Rule, ...] = (
    required_cells_are_filled,
    words_are_known,
    numbers_are_possible,
    references_are_filled,
    shares_do_not_exceed_one,
)
