"""What a reader hands on: columns, shapes as WKB, and what was noticed; plain enough to leave a child process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


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
    acts: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, rule: str, reason: str, ids: str = "") -> None:
        """Write down one thing that was noticed or done."""
        self.acts.append((rule, reason, ids))

    def frame(self) -> pd.DataFrame:
        """Make a table of the rows; one with geometry when there are shapes."""
        index = pd.RangeIndex(len(self.ids) or len(next(iter(self.columns.values()), [])))
        table: Any = pd.DataFrame(self.columns, index=index)
        if self.shapes is None:
            return pd.DataFrame(self.columns, index=index)
        table = table.rename(columns={"geometry": "geometry_"})
        shapes = shapely.from_wkb(np.asarray(self.shapes, dtype=object))
        placed: pd.DataFrame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=index, crs=self.crs))
        return placed
