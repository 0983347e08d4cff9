"""What stands beside a lane: outlines with the names of their features, gates cut from the walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from spatialreno.area import gate_spans, on_ground, once_an_area
from spatialreno.land.geometry.grow_shrink import common, disc, joined, less, wall_bodies

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea

#: Categories of facility that are ground, not a body.
_GROUND = ("open_space", "parking", "sport")
#: How deep inside an outline something must lie to be in it, metres.
_INSIDE_M = 0.5
#: Metres of wall beside an opening that are named after the gate.
_JAMB_M = 0.3


@dataclass(frozen=True)
class Obstacles:
    """Outlines (array of polygons), the layer and id each belongs to, in a stable order."""

    shapes: NDArray[np.object_]
    layer: NDArray[np.str_]
    id: NDArray[np.str_]

    @property
    def names(self) -> NDArray[np.str_]:
        """Name each as ``layer:id``; pieces of one feature share a name."""
        joined: NDArray[np.str_] = np.char.add(np.char.add(self.layer, ":"), self.id)
        return joined

    def only(self, keep: NDArray[np.bool_]) -> Obstacles:
        """Keep some of them."""
        return Obstacles(self.shapes[keep], self.layer[keep], self.id[keep])

    def without(self, *layers: str) -> Obstacles:
        """Leave out whole layers."""
        return self.only(~np.isin(self.layer, layers))


@once_an_area
def read_obstacles(area: StudyArea) -> Obstacles:
    """List what a wheel cannot pass: walls with their gates cut out, buildings, structures, trunks, cars.

    Structures on a roof or a balcony stand in nobody's way. Marked and unmarked parking is listed under
    ``parking``, whoever asks without parked cars leaves that layer out. A facility drawn as polygon
    counts unless its kind is open ground. Parking and facilities that a path runs through (a car park with
    aisles, a school's grounds) are ground, and so is a facility's outline with buildings in it.
    """
    structures, parking = area.structures, area.parking
    parts = [
        *_walls(area),
        _bodies("buildings", area.buildings),
        _bodies("structures", structures[on_ground(structures)]),
        _trunks(area),
        _bodies("facilities", _solid(area)),
        _bodies("parking", parking[~_met(parking, area.paths)] if len(parking) else parking),
    ]
    shapes, layers, ids = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return Obstacles(shapes, layers.astype(str), ids.astype(str))


def openings(area: StudyArea, *, jamb_m: float = 0.0) -> dict[str, Any]:
    """Give the stretch of wall that each gate opens, or the gap it closes, wider by a jamb on both sides, by gate id.

    Gates without a wall open nothing.
    """
    return _opened(area, jamb_m) if jamb_m else dict(area.derive(_bare))


def _bare(area: StudyArea) -> dict[str, Any]:
    """Cut the openings without jambs, once an area."""
    return _opened(area, 0.0)


def _opened(area: StudyArea, jamb_m: float) -> dict[str, Any]:
    lines, thick = area.walls.geometry, area.walls["thickness_m"].fillna(0.0)
    found: dict[str, list[Any]] = {}
    for row in gate_spans(area).itertuples():
        if np.isnan(row.low_m):
            span, body = (
                _longer(row.geometry, jamb_m),
                thick[[w for w in (row.wall, row.other) if w in thick.index]].max(),
            )
        else:
            span, body = _stretch(lines[row.wall], row.low_m - jamb_m, row.high_m + jamb_m), thick[row.wall]
        # A hair wider than the wall, so that nothing of it is left in the opening.
        shape = shapely.buffer(span, float(body) / 2 + 1e-3, cap_style="flat", join_style="mitre")
        found.setdefault(str(row.gate), []).append(shape)
    return {gate: joined(shapes) if len(shapes) > 1 else shapes[0] for gate, shapes in found.items()}


def _stretch(line: BaseGeometry, start: float, end: float) -> Any:
    from shapely.ops import substring

    return substring(line, max(start, 0.0), min(end, line.length))


def _longer(line: BaseGeometry, more_m: float) -> Any:
    """Draw a straight line on at both ends."""
    (ax, ay), (bx, by) = line.coords
    dx, dy = (bx - ax) / line.length * more_m, (by - ay) / line.length * more_m
    return shapely.LineString([(ax - dx, ay - dy), (bx + dx, by + dy)])


def _walls(area: StudyArea) -> list[tuple[Any, Any, Any]]:
    """Wall bodies without their openings; the jambs beside an opening bear the name of the gate."""
    thick = area.walls[area.walls["thickness_m"].fillna(0.0) > 0]
    bodies = dict(zip(thick.index, wall_bodies(thick), strict=True))
    gaps, wider = openings(area), openings(area, jamb_m=_JAMB_M)
    jambs: dict[str, list[Any]] = {}
    spans = gate_spans(area)
    beside = {(str(g), w) for side in ("wall", "other") for g, w in zip(spans["gate"], spans[side], strict=True)}
    for gate, wall in sorted((gate, wall) for gate, wall in beside if wall in bodies):
        jambs.setdefault(gate, []).append(less(common(bodies[wall], wider[gate]), gaps[gate]))
        bodies[wall] = less(bodies[wall], wider[gate])
    return [_named("walls", bodies), _named("gates", {gate: joined(parts) for gate, parts in jambs.items()})]


def _named(layer: str, shapes: dict[str, Any]) -> tuple[Any, Any, Any]:
    filled = {str(name): shape for name, shape in shapes.items() if not shape.is_empty}
    bodies = np.array([*filled.values(), None], object)[:-1]  # an array of shapes even when there is none
    return bodies, np.full(len(filled), layer, object), np.array(list(filled), object)


def _bodies(layer: str, frame: gpd.GeoDataFrame) -> tuple[Any, Any, Any]:
    shapes = frame.geometry.to_numpy()
    drawn = shapely.get_dimensions(shapes) == 2
    ids = frame.index.to_numpy().astype(object)[drawn]
    return shapes[drawn], np.full(len(ids), layer, object), ids


def _trunks(area: StudyArea) -> tuple[Any, Any, Any]:
    trees = area.trees
    radius = trees["trunk_m"].fillna(0.0).to_numpy(float) / 2
    ids = trees.index.to_numpy().astype(object)[radius > 0]
    return disc(trees.geometry.to_numpy(), radius), np.full(len(ids), "trees", object), ids


def _solid(area: StudyArea) -> gpd.GeoDataFrame:
    """Give the facilities that are bodies."""
    facilities, kinds = area.facilities, area.catalog.facilities
    if not len(facilities):
        return facilities
    category = facilities["kind"].map(kinds["category"])
    ground = category.isin(_GROUND) | (facilities["kind"].map(kinds["public_space"]).fillna("") != "")
    solid = (~ground).to_numpy(bool)
    return facilities[solid & ~_met(facilities, area.paths) & ~_met(facilities, area.buildings)]


def _met(outlines: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which outlines something runs through or stands in, drawing apart."""
    inner = shapely.buffer(outlines.geometry.to_numpy(), -_INSIDE_M)
    found = np.zeros(len(inner), bool)
    found[shapely.STRtree(others.geometry.to_numpy()).query(inner, predicate="intersects")[0]] = True
    return found
