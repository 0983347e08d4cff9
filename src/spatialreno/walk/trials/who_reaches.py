"""Who has a facility within its radius, and who loses it in a wheelchair or when gates are shut for the night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from spatialreno.walk.access.travel import nearest
from spatialreno.walk.trials.what_if import radii_of

if TYPE_CHECKING:
    from spatialreno.area import StudyArea


def who_reaches(
    area: StudyArea,
    kinds: Sequence[str] | str | None = None,
    *,
    group: str = "wheelchair",
    at: str | datetime | None = None,
    standard: str = "gb50180-2018",
    radius_m: float | Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Count for each kind the residents within its radius: of all walkers by day, and of one group at a moment.

    Parameters
    ----------
    area
        The study area in any state.
    kinds
        Facility kinds; by default every kind that is open in the area and has a radius.
    group, at
        Who walks and when, as for `travel_times`. The radius is a distance, so a slow pace loses nothing.
    standard
        The standard whose radii count.
    radius_m
        How far the circle reaches, in metres, for all kinds or by kind; by default as the standard says.

    Returns
    -------
    pandas.DataFrame
        A row for each kind: kind, radius_m, residents (all whose number is known), inside (within the radius for
        anybody on foot while all gates are open), inside_then (for the group at the moment), lost (their difference),
        lost_share (of those inside, NaN when nobody is), cut_off (residents of lost who cannot get there at all within
        the walk limit). `attrs` tell what was assumed.

    Raises
    ------
    InputError
        The group is unknown, hours cannot be read, or a kind has no radius.

    Examples
    --------
    >>> import spatialreno as sr
    >>> table = sr.walk.who_reaches(sr.read_area("data/geo/xigongdi"), at="2026-05-04T22:30")
    >>> bool((table["inside_then"] <= table["inside"]).all())
    True
    """
    radii = radii_of(area, kinds, radius_m, standard)
    limit = max([area.catalog.constants["walk_limit_m"], *radii.values()])
    anybody = _far(nearest(area, list(radii), limit_m=limit))
    table = nearest(area, list(radii), limit_m=limit, group=group, at=at)
    then = _far(table)
    people = area.buildings["residents"].astype("float64").fillna(0.0)
    reach = pd.Series(radii, dtype="float64")
    inside, inside_then = anybody.le(reach), then.le(reach)
    lost = inside & ~inside_then
    found = pd.DataFrame(
        {
            "radius_m": reach,
            "residents": people.sum(),
            "inside": inside.mul(people, axis=0).sum(),
            "inside_then": inside_then.mul(people, axis=0).sum(),
            "lost": lost.mul(people, axis=0).sum(),
            "cut_off": (lost & then.isna()).mul(people, axis=0).sum(),
        }
    )
    found.insert(5, "lost_share", found["lost"] / found["inside"].where(found["inside"] > 0))
    found = found.rename_axis("kind").reset_index()
    found.attrs.update(table.attrs)
    return found


def _far(walks: pd.DataFrame) -> pd.DataFrame:
    """Lay distances out, a row a building and a column a kind."""
    return walks.pivot(index="building_id", columns="kind", values="distance_m")
