"""What stands on the ground (roofs and balconies do not), and what may be taken down."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialreno.area.study_area import StudyArea

ON_GROUND = ("ground", "attached")


def on_ground(structures: pd.DataFrame) -> pd.Series[bool]:
    """Tell which structures stand on the ground, beside a building or apart from any.

    Parameters
    ----------
    structures
        Rows of the layer ``structures``: ``position`` is read (ground, attached, roof, balcony …).

    Returns
    -------
    Series of bool
        By structure; False where nothing is said.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> sr.area.on_ground(pd.DataFrame({"position": ["ground", "attached", "roof", None]})).tolist()
    [True, True, False, False]
    """
    return structures["position"].isin(ON_GROUND)


def may_go(things: pd.DataFrame) -> pd.Series[bool]:
    """Tell which walls or structures may be taken down.

    Parameters
    ----------
    things
        Rows of ``walls`` or ``structures``: ``removable`` is read, yes where it is empty.

    Returns
    -------
    Series of bool
        By row.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> sr.area.may_go(pd.DataFrame({"removable": [True, False, None]})).tolist()
    [True, False, True]
    """
    return things["removable"].fillna(True).astype(bool)


def standing_structures(area: StudyArea) -> gpd.GeoDataFrame:
    """List the structures that stand on the ground.

    Parameters
    ----------
    area
        Any study area.

    Returns
    -------
    GeoDataFrame
        Rows of ``area.structures`` whose ``position`` is ground or attached, as ``on_ground`` tells.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> len(today.structures), len(sr.area.standing_structures(today))
    (84, 78)
    """
    structures = area.structures
    return structures[on_ground(structures)]
