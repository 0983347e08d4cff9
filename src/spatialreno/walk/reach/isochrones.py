"""What can be reached on foot in a time, drawn so that nothing lies behind a standing wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from spatialreno._types import Bools, Geometries, Ints
from spatialreno.errors import InputError
from spatialreno.walk.access.travel import metres_per_minute
from spatialreno.walk.millimetres.frame import MM_PER_M
from spatialreno.walk.reach.seen_ground import Walked
from spatialreno.walk.reach.strips import Strips
from spatialreno.walk.state.places import Asked, Places, find_places
from spatialreno.walk.state.state import State
from spatialreno.walk.state.walkers import assumed, checked_times, state_for

if TYPE_CHECKING:
    from spatialreno.area import StudyArea

_GRID_MM = 1.0
_CRACK_MM = 1.0


def isochrones(
    area: StudyArea,
    origins: Asked,
    minutes: Sequence[float] | float = (5, 10, 15),
    group: str = "general",
    *,
    at: str | datetime | None = None,
    simplify_m: float = 0.0,
) -> gpd.GeoDataFrame:
    """Draw what can be reached on foot from each origin in given times.

    In yards the reach is the union, over all corners, doors and joins walked to, of what is seen from there within
    the walk that is left; so it ends at walls, gates that do not open, structures and buildings. On streets
    the centreline is cut where the time ends and drawn as wide as the street.

    Parameters
    ----------
    area
        The study area.
    origins
        Ids of buildings or facilities (one, or several), or points or polygons: a GeoSeries or GeoDataFrame in any CRS
        whose index names them, shapely geometries, or one (x, y) in the area's CRS.
    minutes
        Times, each 0 or more and at most a day.
    group
        Walking group of the catalog, which sets the speed and what stops it.
    at
        A moment of local time such as ``2026-05-04T22:30``, at which gates are open by their hours; without one they
        count as open at all hours.
    simplify_m
        Leave out corners that change an outline by no more than this (m), for lighter files; 0 leaves all in, and then
        alone a longer time contains a shorter one to the millimetre.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns origin, minutes, group, geometry in the area's CRS; a longer time contains a shorter one. `attrs` says
        what was assumed about hours and ramps.

    Raises
    ------
    InputError
        An id or the group is unknown, a time is none, or ``simplify_m`` is no length of 0 or more.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> from spatialreno.area import assemble
    >>> def layer(**columns):
    ...     return gpd.GeoDataFrame(columns, crs="EPSG:4546")
    >>> x, y = 631_000, 3_838_000
    >>> area = assemble(
    ...     {
    ...         "compounds": layer(id=["C1"], name=["院"], geometry=[box(x, y, x + 60, y + 60)]),
    ...         "buildings": layer(id=["B1"], geometry=[box(x + 50, y + 50, x + 55, y + 55)]),
    ...     },
    ...     name="yard",
    ... )
    >>> reach = isochrones(area, [Point(x + 20, y + 20)], minutes=10 / 72)  # 10 m at 72 m/min, nothing in the way
    >>> round(float(reach.area[0]) / 10**2, 2)
    3.14
    """
    times, tolerance = checked_times(minutes), _tolerance(simplify_m)
    state = state_for(area, group, at)
    places = find_places(area, state.fabric, origins)
    speed = metres_per_minute(area, group)
    limits = [time * speed * MM_PER_M for time in times]
    rows: dict[int, list[shapely.Geometry]] = {}
    for walker, members in state.walkers(places):
        canvas = _Canvas(state, Walked(state, walker))
        for place in members.tolist():
            rows[place] = canvas.draw(places, place, limits)
    drawn = [shape for place in range(len(places)) for shape in rows[place]]
    table = gpd.GeoDataFrame(
        {
            "origin": places.names.repeat(len(limits)),
            "minutes": np.tile(np.array(minutes), len(places)),
            "group": group,
        },
        geometry=list(_simplified(_valid(state.fabric.frame.geometries_m(drawn)), tolerance)),
        crs=area.crs,
    )
    table.attrs.update(assumed(area, group, at))
    return table


@dataclass
class _Canvas:
    """Draws reach for one walker in one state; what many origins reach in full is joined once."""

    state: State
    walked: Walked
    joined: dict[tuple[bytes, bytes], shapely.Geometry] = field(default_factory=dict)

    @cached_property
    def strips(self) -> Strips:
        """Streets as wide as they are."""
        return Strips(self.state, self.walked.walker, self.walked.street_hops)

    def draw(self, places: Places, at: int, limits: list[float]) -> list[shapely.Geometry]:
        """Draw the reach of one place for each limit."""
        walk = self.walked.walk(places, at, max(limits, default=0.0))
        ground = self.walked.ground(places, walk, max(limits, default=0.0))
        shapes: dict[float, shapely.Geometry] = {}
        whole = shapely.Polygon()
        for limit in sorted(set(limits)):
            full, parts = self.walked.seen(ground, limit)
            paths, strips = self.strips.drawn(places, walk, limit)
            drawn = self._full(full, paths)
            if len(parts) or len(strips):
                drawn = _closed(shapely.union_all([drawn, *parts, *strips], grid_size=_GRID_MM))
            # Without the grid, so that not even a millimetre of what was reached before is lost.
            whole = drawn if not shapes or drawn is whole else shapely.union(whole, drawn)
            shapes[limit] = whole
        return [shapes[limit] for limit in limits]

    def _full(self, full: Bools, paths: Ints) -> shapely.Geometry:
        """Join triangles and paths that are reached in full, on a grid of whole millimetres."""
        key = (np.packbits(full).tobytes(), paths.tobytes())
        if key not in self.joined:
            mesh, which = self.walked.mesh, np.flatnonzero(full)
            cells = np.unique(mesh.cell[which])
            whole = [shapely.coverage_union_all(mesh.shapes(which[mesh.cell[which] == cell])) for cell in cells]
            streets = [self.strips.path_shape(path) for path in paths.tolist()]
            self.joined[key] = shapely.union_all([*whole, *streets], grid_size=_GRID_MM)
        return self.joined[key]


def _closed(shape: shapely.Geometry) -> shapely.Geometry:
    """Close the cracks that rounding leaves between parts that end on one line."""
    grown = shapely.buffer(shape, _CRACK_MM, join_style="mitre")
    return shapely.union(shapely.buffer(grown, -_CRACK_MM, join_style="mitre"), shape)


def _tolerance(given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < inf:
        raise InputError(f"isochrones: simplify_m is {given!r}. Give a length in metres, 0 or more.")
    return float(given)


def _simplified(shapes: Geometries, tolerance: float) -> Geometries:
    """Leave out corners within a tolerance; an outline that would cross itself stays whole."""
    if not tolerance:
        return shapes
    # Half, since GEOS may leave out a ring's first point after the others were measured with it.
    light = shapely.simplify(shapes, tolerance / 2, preserve_topology=False)
    return np.where(shapely.is_valid(light) & ~shapely.is_empty(light), light, shapes)


def _valid(shapes: Geometries) -> Geometries:
    """Mend what rounding to metres far from zero may have crossed."""
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.buffer(shapes[broken], 0.0)
    return shapes
