"""What a home is, told from rows of buildings alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

HOME_USES = ("residential", "mixed")


def is_inhabited(buildings: pd.DataFrame) -> pd.Series[bool]:
    """Tell in which buildings somebody is known to live."""
    return (buildings["residents"].fillna(0) > 0) | (buildings["households"].fillna(0) > 0)


def is_home(buildings: pd.DataFrame) -> pd.Series[bool]:
    """Tell which buildings are homes (住宅楼栋): in residential or mixed use, or somebody lives there.

    Parameters
    ----------
    buildings
        Rows of the layer ``buildings``: use, residents and households are read.

    Returns
    -------
    Series of bool
        By building.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialreno as sr
    >>> rows = {"use": ["residential", "office", "office"], "residents": [None, 0, 3], "households": [None, 0, 1]}
    >>> sr.area.is_home(pd.DataFrame(rows)).tolist()
    [True, False, True]
    """
    return buildings["use"].isin(HOME_USES) | is_inhabited(buildings)
