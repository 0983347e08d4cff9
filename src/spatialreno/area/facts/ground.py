"""What stands on the ground (roofs and balconies do not), and what may be taken down."""

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


def may_go(things: pd.DataFrame) -> pd.Series[bool]:
    """Tell which walls or structures may be taken down."""
    return things["removable"].fillna(True).astype(bool)


def standing_structures(area: StudyArea) -> gpd.GeoDataFrame:
    """List the structures that stand on the ground."""
    structures = area.structures
    return structures[on_ground(structures)]
