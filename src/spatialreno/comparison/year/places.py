"""Where works are: the lane or the yard of each thing, which lanes pass which yards, and their ways in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

_IN_LANES = ("pipes", "paths")
_SCHOOLS = ("primary_school", "junior_school", "senior_school", "kindergarten")


class Places:
    """Lanes and yards of an area as an option leaves it."""

    def __init__(self, area: StudyArea) -> None:
        self.area = area
        self.near = area.catalog.constants["yard_lane_m"]
        self._school = area.catalog.constants["school_near_m"]

    def of(self, layer: str, thing: str) -> str:
        """Name the place of a thing: what lies in a lane belongs to it, all else to its compound."""
        frame = self.area.layer(layer)
        if layer == "paths" or thing not in frame.index:
            return thing if layer in ("paths", "compounds") else self._gone(layer, thing)
        if layer == "compounds":
            return thing
        point = _midpoint(frame.geometry[thing])
        if layer in _IN_LANES:
            lane = self._lane_at(point)
            if lane:
                return lane
        row: Any = frame.loc[thing]
        own = row.get("compound_id")
        return str(own) if isinstance(own, str) else self._nearest(point)

    def title(self, layer: str, thing: str, place: str) -> str:
        """Name a thing, else its place, for people."""
        for name, found in ((layer, thing), ("compounds", place), ("paths", place)):
            frame = self.area.layer(name) if name else None
            if frame is not None and found in frame.index and isinstance(frame["name"].get(found), str):
                return str(frame["name"][found])
        return thing or place

    @cached_property
    def beside(self) -> dict[str, list[str]]:
        """Yards that each lane passes."""
        yards = self.area.compounds
        return {
            str(lane): sorted(str(i) for i in yards.index[yards.geometry.distance(line) <= self.near])
            for lane, line in self.area.paths.geometry.items()
        }

    @cached_property
    def ways_in(self) -> dict[str, list[str]]:
        """Lanes at the gates of each yard."""
        gates = self.area.gates
        found: dict[str, set[str]] = {}
        for yard, point in zip(gates["compound_id"], gates.geometry, strict=True):
            lane = self._nearest_lane(point)
            if isinstance(yard, str) and lane:
                found.setdefault(yard, set()).add(lane)
        return {yard: sorted(lanes) for yard, lanes in sorted(found.items())}

    def at_school(self, place: str) -> bool:
        """Tell whether a lane passes a school."""
        if place not in self.area.paths.index:
            return False
        schools = self.area.facilities[self.area.facilities["kind"].isin(_SCHOOLS)]
        return bool((schools.geometry.distance(self.area.paths.geometry[place]) <= self._school).any())

    def _gone(self, layer: str, thing: str) -> str:
        """Give the place of what the option takes down, from the area as it was surveyed."""
        survey = self.area.survey
        frame = survey.layer(layer)
        if thing not in frame.index:
            return ""
        own = frame.loc[thing].get("compound_id")
        return str(own) if isinstance(own, str) else self._nearest(_midpoint(frame.geometry[thing]))

    def _lane_at(self, point: shapely.Point) -> str:
        paths = self.area.paths
        wide = paths["width_m"].astype("float64").fillna(0.0) / 2
        away = (paths.geometry.distance(point) - wide).sort_index()
        return str(away.idxmin()) if len(away) and float(away.min()) <= 1.0 else ""

    def _nearest_lane(self, point: shapely.Point) -> str:
        away = self.area.paths.geometry.distance(point).round(3).sort_index()
        return str(away.idxmin()) if len(away) and float(away.min()) <= self.near else ""

    def _nearest(self, point: shapely.Point) -> str:
        away = self.area.compounds.geometry.distance(point).round(3).sort_index()
        return str(away.idxmin()) if len(away) else ""


def _midpoint(shape: BaseGeometry) -> shapely.Point:
    return shape.interpolate(0.5, normalized=True) if shape.geom_type == "LineString" else shape.representative_point()
