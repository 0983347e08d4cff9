"""Plain tables of a page: text columns, then numbers; what is missing is a dash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from spatialreno.maps.words.numbers import borne, number
from spatialreno.maps.words.safe_html import Markup, isolated, tag


def grid(heads: Sequence[str], rows: Iterable[Sequence[object]], *, texts: int = 1) -> Markup:
    """Write a table whose first columns are text and whose others are numbers."""
    body = [
        tag("tr", *(tag("td", _shown(cell), class_="text" if k < texts else None) for k, cell in enumerate(row)))
        for row in rows
    ]
    head = tag("tr", *(tag("th", h, scope="col", class_="text" if k < texts else None) for k, h in enumerate(heads)))
    return tag("div", tag("table", tag("thead", head), tag("tbody", *body)), class_="scroll")


def headed(title: str, found: Markup | None) -> list[Markup]:
    """Put a title over a part of a page; nothing where there is no such part."""
    return [] if found is None else [tag("h2", title), found]


def _shown(cell: object) -> object:
    """Write a cell: text and markup as they are, whole numbers grouped, what is missing as a dash."""
    if isinstance(cell, Markup):
        return cell
    if isinstance(cell, str):
        return isolated(cell)
    value: Any = cell
    if value is None or pd.isna(value):
        return "—"
    return number(float(value), _decimals(float(value)))


def _decimals(value: float) -> int:
    return 0 if value.is_integer() or abs(value) >= 1000 else borne(value, 1)
