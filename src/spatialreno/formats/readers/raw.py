"""What a reader hands on: columns, shapes as WKB, and what was noticed; plain enough to leave a child process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from spatialreno.area import declared_crs
from spatialreno.catalog import find_column
from spatialreno.files import shapes_of

Told = tuple[str, str, str]


@dataclass
class RawTable:
    """Rows of one file, not yet in the form of a layer.

    Attributes
    ----------
    columns
        Cells by column name, as the file calls them.
    shapes
        WKB by row (None without a shape), in a list or an Arrow array; None when the file holds no geometry at all.
    crs
        What the file says of its coordinate system, as WKT; None when it says nothing.
    ids
        How the file itself numbers its rows, for rows that bring no id of their own.
    acts
        What was noticed on reading: (rule, reason, row names joined).
    """

    columns: dict[str, Any]
    shapes: Any = None
    crs: str | None = None
    ids: list[str] = field(default_factory=list)
    acts: list[Told] = field(default_factory=list)

    def note(self, rule: str, reason: str, ids: str = "") -> None:
        """Write down one thing that was noticed or done."""
        self.acts.append((rule, reason, ids))

    def frame(self, path: Path, own: Sequence[str] = ("id",)) -> tuple[pd.DataFrame, list[Told]]:
        """Make a table of the rows, one with geometry when there are shapes; with all that was noticed.

        ``own`` are names of the column by which rows are called in messages.

        Raises
        ------
        InputError
            Naming the file and the rows whose shapes cannot be drawn.
        """
        index = pd.RangeIndex(len(self.ids) or len(next(iter(self.columns.values()), [])))
        table = pd.DataFrame(self.columns, index=index)
        if self.shapes is None:
            return table, self.acts
        crs, told = declared_crs(self.crs)
        shapes, drawn = shapes_of(
            self.shapes, lambda: self._names(table, own), path, degrees=crs is not None and crs.is_geographic
        )
        placed = gpd.GeoDataFrame(
            table.rename(columns={"geometry": "geometry_"}), geometry=gpd.GeoSeries(shapes, index=index, crs=crs)
        )
        said = [("coordinate system", told, "")] if told else []
        return placed, [*self.acts, *said, *drawn]

    def _names(self, table: pd.DataFrame, own: Sequence[str]) -> list[str]:
        """Call rows by their own ids where every row has one, else as the file numbers them."""
        found = find_column(own, table.columns)
        ids = table[found[0]] if found else None
        if ids is not None and len(ids) and ids.notna().all():
            return [str(i) for i in ids]
        return self.ids or [f"row {i + 1}" for i in range(len(table))]
