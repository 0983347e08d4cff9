"""Shapes of another type than their layer has, where they have one meaning: strips of walls, lines of gates, rings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from spatialreno.area.conform import Notes
from spatialreno.area.place.sides import in_pieces
from spatialreno.area.place.strips import strip_lines
from spatialreno.catalog import Catalog

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_LINE, _RING, _POLYGON = 1, 2, 3  # as shapely numbers types
_ROUND = 0.8  # share of the least circle around a crown that it must fill


def with_types(layers: Mapping[str, pd.DataFrame], catalog: Catalog, notes: Notes) -> dict[str, pd.DataFrame]:
    """Read shapes of another type as what they stand for, and tell each row; others are left for the rules to refuse.

    A strip as wide as a wall is the line in its middle with its thickness; a line across a gate is the gate in its
    middle with its width; a closed line is the area it goes round; a round crown is its tree.

    Parameters
    ----------
    layers
        Conformed layers in metres.
    catalog
        Dictionaries and constants.
    notes
        Where it is told, and which cells were filled by default.
    """
    done = dict(layers)
    for name, frame in layers.items():
        wanted = catalog.layers[name].geometry
        if not wanted or not len(frame):
            continue
        kinds = shapely.get_type_id(np.asarray(frame.geometry.to_numpy()))
        if wanted == ("LineString",) and name == "walls" and (kinds == _POLYGON).any():
            done[name] = _walls_of_strips(frame, kinds == _POLYGON, catalog.constants, notes)
        elif wanted[0] == "Polygon" and (kinds == _LINE).any():
            done[name] = _areas_of_rings(frame, kinds == _LINE, name, notes)
        elif wanted == ("Point",) and name in _POINTS and (kinds > 0).any():
            done[name] = _points_of(frame, kinds, name, catalog.constants, notes)
    return done


def _walls_of_strips(
    walls: gpd.GeoDataFrame, rows: npt.NDArray[np.bool_], constants: Mapping[str, float], notes: Notes
) -> gpd.GeoDataFrame:
    least, most = constants["double_wall_min_m"], constants["double_wall_max_m"]
    strips = {i: strip_lines(shape, least, most) for i, shape in walls.geometry[rows].items()}
    found = {i: strip for i, strip in strips.items() if strip is not None}
    if not found:
        return walls
    pieces = _met(walls, found, constants["snap_m"])
    silent = _silent(walls, "walls", "thickness_m", notes)
    widths = pd.Series({i: round(width, 3) for i, (_, width) in found.items() if i in silent}, dtype="float64")
    walls = walls.assign(thickness_m=widths.reindex(walls.index).fillna(walls["thickness_m"]))
    notes.act("walls", found, "strip", f"{len(found)} strips read as walls with their thickness")
    notes.valid.pop("walls", None)
    return in_pieces(walls, pieces)


def _met(walls: gpd.GeoDataFrame, found: Mapping[Any, tuple[list[Any], float]], near: float) -> list[list[Any]]:
    """Draw the lines of strips on to the line of the strip that they touch: its face stands half its width off."""
    drawn = [found[i][0] if i in found else [shape] for i, shape in walls.geometry.items()]
    outlines = walls.geometry.to_numpy()
    tree = shapely.STRtree(outlines)
    for place, key in enumerate(walls.index):
        if key not in found:
            continue
        width = found[key][1]
        beside = [n for n in tree.query(outlines[place], predicate="dwithin", distance=near) if n != place]
        others = [line for n in sorted(beside) for line in drawn[n] if line.geom_type == "LineString"]
        drawn[place] = [_drawn_on(line, others, width) for line in drawn[place]]
    return drawn


def _drawn_on(line: BaseGeometry, others: list[Any], width: float) -> Any:
    """Let a line end on the nearest other one, if that is no farther than two walls are thick."""
    corners = list(line.coords)
    for end in (0, -1) if others and not line.is_closed else ():
        point = shapely.Point(corners[end])
        away = shapely.distance(np.array(others), point)
        nearest = int(np.argmin(away))
        if 0 < away[nearest] <= 2 * width:
            foot = others[nearest].interpolate(others[nearest].project(point)).coords[0]
            corners = [foot, *corners] if end == 0 else [*corners, foot]
    return shapely.LineString(corners) if len(corners) > len(line.coords) else line


def _areas_of_rings(frame: gpd.GeoDataFrame, rows: npt.NDArray[np.bool_], name: str, notes: Notes) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy().copy()
    closed = rows & shapely.is_closed(shapes) & (shapely.get_num_coordinates(shapes) > 3)
    if not closed.any():
        return frame
    shapes[closed] = [shapely.Polygon(line.coords) for line in shapes[closed]]
    what = f"{closed.sum()} closed lines read as the areas that they go round"
    notes.act(name, frame.index[closed], "ring", what)
    notes.valid.pop(name, None)
    return _placed(frame, shapes)


_POINTS = {"gates": "width_m", "trees": "crown_m"}


def _points_of(
    frame: gpd.GeoDataFrame, kinds: npt.NDArray[Any], name: str, constants: Mapping[str, float], notes: Notes
) -> gpd.GeoDataFrame:
    shapes, column = frame.geometry.to_numpy().copy(), _POINTS[name]
    sizes: dict[Any, float] = {}
    for i in np.flatnonzero(kinds > 0):
        found = _gate(shapes[i], constants["gate_most_m"]) if name == "gates" else _tree(shapes[i])
        if found is not None:
            shapes[i], sizes[frame.index[i]] = found
    if not sizes:
        return frame
    silent = _silent(frame, name, column, notes)
    measured = pd.Series({i: round(size, 2) for i, size in sizes.items() if i in silent}, dtype="float64")
    what = f"{len(sizes)} lines or areas read as the points in their middle, as wide as they are ({column})"
    notes.act(name, sizes, "line as point", what)
    notes.valid.pop(name, None)
    return _placed(frame.assign(**{column: measured.reindex(frame.index).fillna(frame[column])}), shapes)


def _gate(shape: BaseGeometry, most: float) -> tuple[Any, float] | None:
    """Find the middle of a gate drawn from post to post, or round its leaves, and how wide it is."""
    if shape.is_empty or not np.isfinite(shape.bounds).all():
        return None
    if shape.geom_type == "LineString" and not shape.is_closed:
        width = float(shapely.distance(shapely.get_point(shape, 0), shapely.get_point(shape, -1)))
        place = shapely.line_interpolate_point(shape, 0.5, normalized=True)
    else:
        corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
        width = float(np.hypot(*np.diff(corners, axis=0).T).max()) if len(corners) > 1 else 0.0
        place = shapely.centroid(shape)
    return (place, width) if 0 < width <= most else None


def _tree(shape: BaseGeometry) -> tuple[Any, float] | None:
    """Find the middle of a crown, which is about a circle."""
    if shape.geom_type != "Polygon" or shape.is_empty or not np.isfinite(shape.bounds).all():
        return None
    circle = shapely.minimum_bounding_circle(shape)
    if shape.area < _ROUND * circle.area:
        return None
    return shapely.centroid(shape), 2 * float(np.sqrt(shape.area / np.pi))


def _silent(frame: gpd.GeoDataFrame, name: str, column: str, notes: Notes) -> set[Any]:
    """List the rows that say nothing themselves of a measure that their shape shows."""
    return {*notes.defaults.get((name, column), frozenset()), *frame.index[frame[column].isna()]}


def _placed(frame: gpd.GeoDataFrame, shapes: npt.NDArray[Any]) -> pd.DataFrame:
    placed: pd.DataFrame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return placed
