"""The account of the land: free before, freed, taken, free after, to the last square millimetre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

from spatialreno.land.free.free_land import free_land, freed_land, land_users, taken_land
from spatialreno.land.geometry.grow_shrink import common, joined

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea

_OVERLAP_M2 = 0.01


def land_balance(before: StudyArea, after: StudyArea) -> pd.DataFrame:
    """Balance the free land of two states of an area, by compound and cause.

    Parameters
    ----------
    before, after
        Two states of one area.

    Returns
    -------
    DataFrame
        ``compound_id`` (empty: strips between compounds), ``owner``, ``item`` (``free_before``, ``freed``,
        ``taken``, ``free_after``), ``cause``, ``area_m2``, ``usable_m2``; ``taken`` is negative, so that for
        every compound the first three add up to the last.

    Notes
    -----
    .. math:: free_{after} = free_{before} + freed - taken

    Illegal floor area taken down is another number: a roof or a balcony frees no land.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.read_scenario("data/geo/xigongdi/scenarios/clear.toml")
    >>> total = land_balance(today, clear.apply(today)).groupby("item")["area_m2"].sum()
    >>> float(total["freed"].round(1))
    1319.4
    """
    parts = [
        free_land(before).assign(item="free_before"),
        freed_land(before, after).assign(item="freed"),
        taken_land(before, after).assign(item="taken"),
        free_land(after).assign(item="free_after"),
    ]
    table = pd.concat([pd.DataFrame(part.drop(columns="geometry")) for part in parts if len(part)])
    sign = table["item"].map({"taken": -1.0}).fillna(1.0)
    owner = table["compound_id"].map(land_users(after)).astype("str")
    table = table.assign(owner=owner, area_m2=table["area_m2"] * sign, usable_m2=table["usable_m2"] * sign)
    table = table.reindex(columns=["compound_id", "owner", "item", "cause", "area_m2", "usable_m2"])
    order = {"free_before": 0, "freed": 1, "taken": 2, "free_after": 3}
    summed = table.groupby(["compound_id", "owner", "item", "cause"], dropna=False, as_index=False).sum()
    return summed.sort_values(
        ["compound_id", "item", "cause"], key=lambda c: c.map(order) if c.name == "item" else c, na_position="last"
    ).reset_index(drop=True)


def parking_change(before: StudyArea, after: StudyArea) -> pd.DataFrame:
    """Count the parking places lost and gained between two states of an area.

    Parameters
    ----------
    before, after
        Two states of one area.

    Returns
    -------
    DataFrame
        Index parking id: ``kind, formal, places, change`` (``lost``; ``gained``; ``built_over``: unmarked
        places that something new stands on).

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> len(parking_change(today, today))
    0
    """
    old, new = before.parking, after.parking
    gone = old[~old.index.isin(new.index)].assign(change="lost")
    come = new[~new.index.isin(old.index)].assign(change="gained")
    stays = new[new.index.isin(old.index) & ~new["formal"].fillna(True).astype(bool)]
    covered = stays[_built_over(before, after, stays)].assign(change="built_over")
    table = pd.concat([pd.DataFrame(part) for part in (gone, come, covered)])
    return table[["kind", "formal", "places", "change"]].sort_index()


def _built_over(before: StudyArea, after: StudyArea, parking: gpd.GeoDataFrame) -> list[bool]:
    layers = ("buildings", "structures", "facilities", "open_spaces")
    frames = [(before.layer(name), after.layer(name)) for name in layers]
    built = joined([shape for old, new in frames for shape in new.geometry[~new.index.isin(old.index)]])
    covered = shapely.area(common(parking.geometry.to_numpy(), built))
    return [bool(area > _OVERLAP_M2) for area in covered]
