"""Compounds by what a list calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.catalog import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def compounds_named(names: Sequence[object], compounds: pd.DataFrame) -> list[str | None]:
    """Find the compounds that a list names, by id or by name as people read it; None where there is no such one.

    Two compounds of one name are neither.
    """
    called: dict[str, set[str]] = {}
    for column in (compounds.index, compounds["name"]):
        for text, compound in zip(column, compounds.index, strict=True):
            called.setdefault(folded(text), set()).add(str(compound))
    found = [called.get(folded(name), set()) for name in names]
    return [next(iter(one)) if len(one) == 1 else None for one in found]
