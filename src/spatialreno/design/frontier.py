"""``Frontier``: what more or less money gives, as a design found it or as its folder holds it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.design.design import Design

_NUMBERS = ("today", "budget_yuan", "cost_yuan", "value", "bound")
_COLUMNS = ("goal", *_NUMBERS, "status", "chosen")
_FILE, _PAGE = "frontier.csv", "design.html"


@dataclass(frozen=True)
class Frontier:
    """What each sum of money gives at best.

    Attributes
    ----------
    table
        A row for each answer, by what it costs: goal, today (the measure today), budget_yuan, cost_yuan, value, bound,
        status, chosen (list of ids).
    page
        Address of the page that tells all of the design; empty where there is none.
    """

    table: pd.DataFrame
    page: str = ""

    @classmethod
    def of(cls, designs: Sequence[Design], *, page: str = "") -> Frontier:
        """Take the answers to one question, as ``design.designs()`` gives them.

        Parameters
        ----------
        designs
            At least one.
        page
            Address of their page.
        """
        rows: list[dict[str, Any]] = [{"goal": one.goal, "today": one.today} | one.row() for one in designs]
        table = pd.DataFrame(rows, columns=list(_COLUMNS)).sort_values("cost_yuan", kind="stable", ignore_index=True)
        return cls(table.drop_duplicates("cost_yuan", ignore_index=True), page)

    @classmethod
    def read(cls, folder: str | Path, *, beside: str | Path = ".") -> Frontier:
        """Read the folder that ``spatialreno design … -o`` wrote.

        Parameters
        ----------
        folder
            With ``frontier.csv``.
        beside
            Folder from which the address of its page is told.

        Raises
        ------
        InputError
            There is no such file, or it is not of this form.
        """
        file = Path(folder) / _FILE
        try:
            table = pd.read_csv(file, dtype={"goal": "str", "status": "str", "chosen": "str"})
            table = table[list(_COLUMNS)].astype(dict.fromkeys(_NUMBERS, "float64"))
        except (OSError, ValueError, KeyError) as fault:
            raise InputError(
                f"{file}: no frontier can be read ({fault}). "
                f"Write it with `spatialreno design AREA --frontier -o {folder}`."
            ) from fault
        if table.empty:
            raise InputError(f"{file}: has no row. Write it anew (`spatialreno design AREA --frontier -o {folder}`).")
        chosen = table["chosen"].fillna("").map(lambda ids: [one for one in str(ids).split("|") if one])
        table = table.assign(chosen=chosen).sort_values("cost_yuan", kind="stable", ignore_index=True)
        page = Path(folder) / _PAGE
        address = _address(page, beside) if page.exists() else ""
        return cls(table.drop_duplicates("cost_yuan", ignore_index=True), address)

    @property
    def best(self) -> pd.Series[Any]:
        """The answer that gives most."""
        return self.table.iloc[-1]


def _address(page: Path, beside: str | Path) -> str:
    """Write the way from a folder to a page as an address; empty where there is none, as between two drives."""
    try:
        way = Path(os.path.relpath(page.resolve(), Path(beside).resolve()))
    except ValueError:
        return ""
    return "/".join(quote(part, safe="") if part != ".." else part for part in way.parts)
