"""The area as each walker meets it: gates shut for the night, and what stops a wheelchair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from spatialreno._types import Bools
from spatialreno.area import overlaid
from spatialreno.errors import InputError
from spatialreno.walk.state.hours import said_hours, shut_gates
from spatialreno.walk.state.ramps import find_ramps, kerbs, ramp_gates
from spatialreno.walk.state.standing import fabric_of
from spatialreno.walk.state.state import State

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

LONGEST_MIN = 1440


@dataclass(frozen=True)
class Needs:
    """What somebody needs to get through: clear width in metres, no steps, no level difference beyond some metres."""

    clear_width_m: float = 0.0
    steps: bool = True
    level_diff_m: float = np.inf


@dataclass(frozen=True)
class SeenState(State):
    """A state as a walker meets it; who lives in which block still follows from the real area."""

    real: StudyArea

    @cached_property
    def blocks(self) -> dict[str, int]:
        """The block of each compound in the real area."""
        return State(self.real, self.fabric).blocks


def checked_times(minutes: Sequence[float] | float) -> list[float]:
    """Refuse times that are none: none is less than nothing or longer than a day."""
    try:
        times = [float(time) for time in ([minutes] if isinstance(minutes, int | float) else minutes)]
    except (TypeError, ValueError) as error:
        raise InputError(f"walk: minutes {minutes!r}: expected a list of numbers, such as (5, 10, 15).") from error
    odd = [time for time in times if not 0 <= time <= LONGEST_MIN]
    if odd:
        message = f"walk: minutes {', '.join(f'{time:g}' for time in odd[:8])}"
        raise InputError(f"{message}: each must be 0 or more and at most {LONGEST_MIN}, a day.")
    return times


def needs_of(area: StudyArea, group: str) -> Needs:
    """Read from the catalog what a walking group needs.

    Raises
    ------
    InputError
        The group is unknown.
    """
    groups = area.catalog.groups
    if not isinstance(group, str) or group not in groups.index:
        raise InputError(f"walk: group {group} is not in the catalog. Use one of {', '.join(groups.index)}.")
    row = groups.loc[group]
    width, level = row["clear_width_m"], row["level_diff_m"]
    return Needs(
        clear_width_m=0.0 if pd.isna(width) else float(width),
        steps=bool(row["steps"]),
        level_diff_m=np.inf if pd.isna(level) else float(level),
    )


def state_for(area: StudyArea, group: str | Needs = "general", at: str | datetime | None = None) -> State:
    """Lay an area on its fabric as a walking group meets it at a moment.

    Parameters
    ----------
    area
        The study area.
    group
        Walking group of the catalog, or what somebody needs.
    at
        A moment of local time; without one, gates count as open at all hours.

    Returns
    -------
    State
        The plain state for whom nothing is in the way.
    """
    seen = as_met(area, group if isinstance(group, Needs) else needs_of(area, group), at)
    return State(area, fabric_of(area)) if seen is area else SeenState(seen, fabric_of(seen), area)


def as_met(area: StudyArea, needs: Needs, at: str | datetime | None = None) -> StudyArea:
    """Give the area as somebody meets it: what stops them is closed in it, nothing is opened.

    Parameters
    ----------
    area
        The study area.
    needs
        Passages between obstacles and gates narrower than the clear width are closed, and so are paths that are
        narrower (declared or measured) or have steps; a wall that has gone still stands where it left a level
        difference beyond the limit, but for ramps.
    at
        A moment at which gates are shut by their hours.

    Returns
    -------
    StudyArea
        The area itself when nothing is in the way.
    """
    stay = kerbs(area, needs.level_diff_m)
    changed: dict[str, Any] = {"walls": _stacked(area.walls, stay)} if len(stay) else {}
    gates = _gates_met(area, needs, stay, at)
    if len(stay) or not gates["walkers"].equals(area.gates["walkers"]):
        changed["gates"] = gates
    barred = _barred_paths(area, needs)
    if barred.any():
        walkable = area.paths["walkable"].to_numpy(bool)
        changed["paths"] = area.paths.assign(walkable=pd.array(walkable & ~barred, dtype="boolean"))
    if needs.clear_width_m:
        return overlaid(area, changed, passage_m=needs.clear_width_m)
    return overlaid(area, changed) if changed else area


def _gates_met(area: StudyArea, needs: Needs, stay: gpd.GeoDataFrame, at: str | datetime | None) -> gpd.GeoDataFrame:
    """Close the gates that are too narrow or shut; a gate of a wall that has gone is shut at no hour."""
    gates, left = area.gates, _left(area, stay)
    shut = gates.index[shut_gates(area, at)] if at is not None else gates.index[:0]
    if len(stay):
        gates = _stacked(_stacked(gates.drop(index=gates.index.intersection(left.index)), left), ramp_gates(area, stay))
    narrow = (gates["width_m"] < needs.clear_width_m - area.catalog.constants["snap_m"]).to_numpy(bool)
    closed = narrow | gates.index.isin(shut.difference(left.index))
    return gates.assign(walkers=gates["walkers"].mask(closed, "closed"))


def _left(area: StudyArea, stay: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """List the gates of walls that have gone: the ground is level there, and nobody is stopped any more."""
    gates = area.survey.gates
    return gates[gates["wall_id"].isin(stay.index)].assign(walkers="public")


def assumed(area: StudyArea, group: str, at: str | datetime | None) -> dict[str, str]:
    """Say for the `attrs` of a table who walks, what was assumed about hours, and how many ramps are missing."""
    said = {"group": group, "gates": said_hours(area, at), "at": "" if at is None else str(at)}
    needs = needs_of(area, group)
    if np.isfinite(needs.level_diff_m):
        ramps = find_ramps(area, level_diff_m=needs.level_diff_m)
        missing = int(ramps["built"].isna().sum())
        said["ramps"] = f"{missing} of {len(ramps)} openings that need a ramp have none"
    return said


def _barred_paths(area: StudyArea, needs: Needs) -> Bools:
    """Tell which paths are too narrow or have steps."""
    paths = area.paths
    width = np.fmin(paths["width_m"].to_numpy(float), paths["clear_width_m"].to_numpy(float))
    barred = np.asarray(width < needs.clear_width_m - area.catalog.constants["snap_m"])
    if not needs.steps:
        barred |= ((paths["kind"] == "steps") | paths["steps"]).to_numpy(bool)
    return np.asarray(barred)


def _stacked(layer: gpd.GeoDataFrame, more: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add rows to a layer, sorted by id."""
    if not len(more):
        return layer
    rows = pd.concat([layer.astype(object), more.reindex(columns=layer.columns).astype(object)]).sort_index()
    plain = {name: kind for name, kind in layer.dtypes.items() if name != "geometry"}
    table = rows.drop(columns="geometry").astype(plain)
    return gpd.GeoDataFrame(table, geometry=list(rows["geometry"]), crs=layer.crs)[list(layer.columns)]
