"""Structures that a list names and nobody has drawn yet: counted by compound and legality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.area.facts.named import compounds_named

if TYPE_CHECKING:
    from spatialreno.area.study_area import StudyArea


def listed_structures(area: StudyArea) -> pd.DataFrame:
    """Count what lists name and nobody has drawn, by compound and legality.

    Parameters
    ----------
    area
        Any study area: its table ``listed`` (未落图违建清单) is read.

    Returns
    -------
    DataFrame
        Columns compound_id (missing where the name is none of the area's), legality, count, floor_area_m2 (missing
        while one of them has none) and estimated.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> rows = {"id": ["Y1", "Y2"], "compound": ["C01", "市委西院"], "legality": "illegal", "floor_area_m2": [6.0, 4.0]}
    >>> noted = today.with_layer("listed", pd.DataFrame(rows))
    >>> sr.area.listed_structures(noted)[["compound_id", "count", "floor_area_m2"]].values.tolist()
    [['C01', 2, 10.0]]
    """
    rows = area.listed
    table = pd.DataFrame(
        {
            "compound_id": pd.Series(compounds_named(list(rows["compound"]), area.compounds), dtype="str").to_numpy(),
            "legality": rows["legality"].to_numpy(),
            "floor_area_m2": rows["floor_area_m2"].to_numpy(),
            "estimated": rows["estimated"].notna().to_numpy(),
        }
    )
    groups = table.groupby(["compound_id", "legality"], dropna=False, sort=True)
    counted = groups.agg(
        count=("legality", "size"),
        floor_area_m2=("floor_area_m2", lambda cells: cells.sum(skipna=False)),
        estimated=("estimated", "any"),
    )
    return counted.reset_index()
