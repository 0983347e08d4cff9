"""What stands on the ground: structures that are walked round and built over; roofs and balconies are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialreno.area.study_area import StudyArea

ON_GROUND = ("ground", "attached")


def on_ground(structures: pd.DataFrame) -> pd.Series[bool]:
    """Tell which structures stand on the ground, beside a building or apart from any."""
    return structures["position"].isin(ON_GROUND)


def standing_structures(area: StudyArea) -> gpd.GeoDataFrame:
    """List the structures that stand on the ground."""
    structures = area.structures
    return structures[on_ground(structures)]
