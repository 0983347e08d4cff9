"""Who walks how far to what: the nearest facility of each kind, held to the kind's own radius and level."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.indicators.rows import surveyed

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard

GROUPS = ("general", "elderly")
_WALK = ["building_id", "kind", "facility_id", "distance_m", "straight_m"]


def access(
    area: StudyArea,
    norm: Standard,
    people: pd.DataFrame,
    *,
    group: str = "general",
    at: str | datetime | None = None,
) -> pd.DataFrame:
    """Find for every home the nearest open facility of each kind of a standard, on foot.

    Parameters
    ----------
    area
        The area as it would be.
    norm
        Kinds, levels and radii: ``area.catalog.standard(name)``.
    people
        Homes: index building_id; only the index is read.
    group, at
        Who walks and when, as for ``spatialreno.walk.travel_times``.

    Returns
    -------
    pandas.DataFrame
        A row a home and kind, sorted: building_id, kind, facility_id, distance_m, straight_m, radius_m (metres), level,
        within (boolean), min_general, min_elderly, clause, confidence. Nothing is within reach of anybody, and nothing
        is out of it (``within`` missing), when no facility was ever surveyed.

    Raises
    ------
    InputError
        For an unknown group or moment.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> found = access(today, today.catalog.standard("gb50180-2018"), today.buildings.loc[["B01"]])
    >>> found.set_index("kind").loc["bank", ["facility_id", "radius_m"]].tolist(), bool(found["within"].all())
    (['F12', np.float64(500.0)], False)
    """
    from spatialreno.walk import nearest

    limit_m = max(area.catalog.constants["walk_limit_m"], norm.reach_m)
    walks = nearest(area, list(norm.kinds), limit_m=limit_m, group=group, at=at)
    speeds = area.catalog.groups["speed_m_s"]
    found = judge(walks, norm.table, speeds, people.index, known=surveyed(area, "facilities"))
    found.attrs.update(walks.attrs)
    return found


def judge(
    walks: pd.DataFrame,
    services: pd.DataFrame,
    speeds: pd.Series[float],
    buildings: pd.Index[str],
    *,
    known: bool = True,
) -> pd.DataFrame:
    r"""Hold walks to the radius of their kind and tell the minutes of slower walkers on the same way.

    .. math:: within = d \le radius, \qquad min_g = d / (60 \, v_g)

    Parameters
    ----------
    walks
        Columns building_id, kind, facility_id, distance_m (NaN when unreached), straight_m; metres.
    services
        ``Standard.table``: index kind; level, radius_m, clause, confidence.
    speeds
        Metres per second by walking group.
    buildings
        Homes to judge; a home and kind without a walk is unreached.
    known
        False when no facility was surveyed: then ``within`` is missing, not false.

    Returns
    -------
    pandas.DataFrame
        A row a home and kind, sorted: building_id, kind, facility_id, distance_m, straight_m, radius_m,
        level, within (boolean), min_general, min_elderly, clause, confidence.
    """
    pairs = pd.MultiIndex.from_product([buildings, services.index], names=["building_id", "kind"])
    frame = pairs.to_frame(index=False).merge(
        walks[_WALK], on=["building_id", "kind"], how="left", validate="one_to_one"
    )
    frame = frame.join(services[["radius_m", "level", "clause", "confidence"]], on="kind")
    distance = frame["distance_m"].astype("float64")
    within = (distance <= frame["radius_m"]).astype("boolean")
    frame["within"] = within if known else within.mask(pd.Series(True, index=within.index))
    for group in GROUPS:
        frame[f"min_{group}"] = distance / (60.0 * float(speeds[group]))
    order = [*_WALK, "radius_m", "level", "within", *(f"min_{g}" for g in GROUPS), "clause", "confidence"]
    return frame[order].sort_values(["building_id", "kind"], ignore_index=True)
