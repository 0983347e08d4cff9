"""Places that walks start from or end at: buildings by their doors, facilities, points and polygons."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Floats, Geometries, Ints
from spatialreno.area import as_ids, as_points
from spatialreno.errors import InputError, nearest
from spatialreno.walk.fabric.attach import Ways, attach
from spatialreno.walk.fabric.fabric import Fabric
from spatialreno.walk.fabric.obstacles import PERMANENT

if TYPE_CHECKING:
    from spatialreno.area import Ids, Points, StudyArea

_MOSTLY = 0.5
_FACE_MM = 2.0

Asked: TypeAlias = "Ids | Points | Sequence[shapely.Geometry]"


@dataclass(frozen=True)
class Places:
    """Places on a fabric: nodes that belong to a place (a door is a step off), and free points with their ways.

    `home` is the compound a place stands in ("" for none); its gates know the people who start there. `host` is
    the row of the building that a place is or lies in, else -1.
    """

    ids: tuple[Hashable, ...]
    home: tuple[str, ...]
    host: Ints
    own_place: Ints
    own_node: Ints
    own_length: Ints
    point_place: Ints
    point_xy: Floats
    ways: Ways

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def names(self) -> pd.Index[Any]:
        """The ids as a column of a table holds them: text of our layers, points as their index names them."""
        return pd.Index(list(self.ids), tupleize_cols=False)


def find_places(area: StudyArea, fabric: Fabric, asked: Asked) -> Places:
    """Lay what was asked about on the fabric.

    Parameters
    ----------
    area
        The study area.
    fabric
        Its fabric.
    asked
        Ids of buildings or facilities (one, or several), or points or polygons: a GeoSeries or GeoDataFrame in any CRS,
        index = ids, shapely geometries, or one (x, y) in the area's CRS.

    Returns
    -------
    Places
        In the order asked; points keep the labels of their index. A building, and whatever lies in one, is reached by
        its doors; a polygon by the nodes in it and by points along its edge; a point by what it sees.

    Raises
    ------
    InputError
        An id is neither a building nor a facility, or is both and not told by `buildings:` or `facilities:` before it.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.walk import fabric_of
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> places = find_places(area, fabric_of(area), ["B01", "F03"])
    >>> places.ids, places.home  # the day care F03 stands in a building of compound C08
    (('B01', 'F03'), ('C01', 'C08'))
    """
    points = as_points(area, asked, what="walk")
    if points is not None:
        return _laid(area, fabric, points.index.tolist(), points.to_numpy(), np.full(len(points), -1))
    ids = as_ids(cast("Ids", asked))
    return _laid(area, fabric, ids, *_named(area, fabric, ids))


def host_shapes(area: StudyArea, fabric: Fabric, asked: gpd.GeoDataFrame) -> Geometries:
    """Give facilities the outline of the building that holds them, others their own."""
    shapes = asked.geometry.to_numpy().copy()
    hosts = _hosts(fabric, shapes, _stated_hosts(area, asked))
    inside = hosts >= 0
    shapes[inside] = area.buildings.geometry.to_numpy()[hosts[inside]]
    return np.asarray(shapes)


def _named(area: StudyArea, fabric: Fabric, ids: list[str]) -> tuple[Geometries, Ints]:
    """Look ids up among buildings and facilities: shape, and row of the building that holds it or -1."""
    layers = {"buildings": area.buildings.index, "facilities": area.facilities.index}
    found = [_layers_of(layers, name) for name in ids]
    lost = [name for name, layers in zip(ids, found, strict=True) if not layers]
    if lost:
        message = f"walk: {', '.join(lost[:8])} must each name a building or a facility."
        near = nearest(lost, [*area.buildings.index, *area.facilities.index])
        raise InputError(f"{message} Use ids of these layers, or give points.{near}")
    twice = [name for name, layers in zip(ids, found, strict=True) if len(layers) > 1]
    if twice:
        message = f"walk: {', '.join(twice[:8])} names a building and a facility."
        raise InputError(f"{message} Say which: buildings:{twice[0]} or facilities:{twice[0]}.")
    in_buildings = np.array(["buildings" in layers for layers in found], bool)
    in_facilities, ids = ~in_buildings, [next(iter(layers.values())) for layers in found]
    shapes = np.empty(len(ids), object)
    hosts = area.buildings.index.get_indexer(pd.Index(ids)).astype(np.int64)
    shapes[in_buildings] = area.buildings.geometry.to_numpy()[hosts[in_buildings]]
    chosen = area.facilities.loc[[name for name, yes in zip(ids, in_facilities, strict=True) if yes]]
    shapes[in_facilities] = chosen.geometry.to_numpy()
    hosts[in_facilities] = _stated_hosts(area, chosen)
    return shapes, hosts


def _layers_of(layers: Mapping[str, pd.Index[Any]], name: str) -> dict[str, str]:
    """Name the layers an id may mean, and the id there; `buildings:` or `facilities:` before it says which."""
    found = {layer: name for layer, index in layers.items() if name in index}
    layer, _, bare = name.partition(":")
    return {layer: bare} if not found and layer in layers and bare in layers[layer] else found


def _stated_hosts(area: StudyArea, facilities: gpd.GeoDataFrame) -> Ints:
    return np.asarray(area.buildings.index.get_indexer(facilities["building_id"]), np.int64)


def _laid(area: StudyArea, fabric: Fabric, ids: Sequence[Hashable], shapes: Geometries, hosts: Ints) -> Places:
    """Find doors, nodes and points of each place."""
    hosts = _hosts(fabric, shapes, hosts)
    own: list[tuple[int, int, int]] = []
    points: list[tuple[int, Floats]] = []
    for at, (shape, host) in enumerate(zip(fabric.frame.geometries_mm(shapes), hosts, strict=True)):
        if host >= 0:
            own += [(at, node, out) for node, out in doors_of(fabric, int(host))]
        elif shape.geom_type == "Point":
            points.append((at, shapely.get_coordinates(shape)))
        else:
            nodes = fabric.node_tree.query(shape, predicate="contains")
            own += [(at, int(node), 0) for node in np.sort(nodes)]
            points.append((at, _edge_points(fabric, shape)))
    own_table = np.array(own, np.int64).reshape(-1, 3)
    xy = np.concatenate([np.empty((0, 2)), *(part for _, part in points)])
    place = np.repeat(np.array([at for at, _ in points], np.int64), [len(part) for _, part in points])
    return Places(
        ids=tuple(ids),
        home=_homes(area, shapes, hosts),
        host=hosts,
        own_place=own_table[:, 0],
        own_node=own_table[:, 1],
        own_length=own_table[:, 2],
        point_place=place,
        point_xy=xy,
        ways=_kept_ways(fabric, xy),
    )


def doors_of(fabric: Fabric, building: int) -> list[tuple[int, int]]:
    """List the doors of a building on a fabric.

    Parameters
    ----------
    fabric
        Of the area.
    building
        Number of the building in ``fabric.building_ids``.

    Returns
    -------
    list of (int, int)
        Node of each door, and the millimetres from the building's face out to it; doors that lead nowhere are left out.

    Examples
    --------
    >>> import spatialreno as sr
    >>> from spatialreno.walk import fabric_of
    >>> fabric = fabric_of(sr.read_area("data/geo/xigongdi"))
    >>> [out for _, out in doors_of(fabric, fabric.building_ids.index("B01"))]  # three stairwells, 10 cm from the face
    [101, 101, 100]
    """
    low, high = np.searchsorted(fabric.doors.building, [building, building + 1])
    part = slice(low, high)
    found = zip(fabric.door_node[part].tolist(), fabric.doors.out[part].tolist(), strict=True)
    return [(node, out) for node, out in found if node >= 0]


def _hosts(fabric: Fabric, shapes: Geometries, hosts: Ints) -> Ints:
    """Find the building that holds a point, or most of a polygon."""
    hosts = hosts.copy()
    buildings = fabric.obstacles.polygons[fabric.obstacles.polygon_label == PERMANENT]
    free = np.flatnonzero(hosts < 0)
    drawn = fabric.frame.geometries_mm(shapes[free])
    row, building = shapely.STRtree(buildings).query(drawn, predicate="dwithin", distance=_FACE_MM)
    point = shapely.get_type_id(drawn[row]) == 0
    shared = shapely.area(shapely.intersection(drawn[row], buildings[building]))
    held = point | (shared > _MOSTLY * shapely.area(drawn[row]))
    # Of several buildings the nearest, then the first, so that the order of rows does not matter.
    away = np.where(point, shapely.distance(drawn[row], buildings[building]), -shared)
    order = np.lexsort((building, away, row))
    order = order[held[order]]
    rows, first = np.unique(row[order], return_index=True)
    hosts[free[rows]] = building[order][first]
    return hosts


def _edge_points(fabric: Fabric, shape: shapely.Geometry) -> Floats:
    """Set points along the edge of a polygon or a line, and one within; several points are themselves."""
    if shape.geom_type == "MultiPoint":
        return np.asarray(np.rint(shapely.get_coordinates(shape)))
    edge = shape.boundary if shape.geom_type.endswith("Polygon") else shape
    count = max(int(np.ceil(edge.length / fabric.step_mm)), 4)
    spread = shapely.line_interpolate_point(edge, np.arange(count) / count, normalized=True)
    if edge.geom_type.startswith("Multi"):
        spread = shapely.points(shapely.get_coordinates(edge))
    xy = np.rint(shapely.get_coordinates([*spread, shape.representative_point()]))
    point, label = fabric.obstacles.inside(xy)
    blind = np.isin(np.arange(len(xy)), point[label == PERMANENT])
    return np.asarray(xy[~blind])


def _homes(area: StudyArea, shapes: Geometries, hosts: Ints) -> tuple[str, ...]:
    """Name the compound each place stands in."""
    compounds = area.compounds
    home = np.full(len(shapes), "", object)
    inside = shapely.points(shapely.get_coordinates(shapely.point_on_surface(shapes)))
    place, compound = shapely.STRtree(compounds.geometry.to_numpy()).query(inside, predicate="intersects")
    for at, row in sorted(zip(place.tolist(), compound.tolist(), strict=True), reverse=True):
        home[at] = str(compounds.index[row])
    stated = area.buildings["compound_id"].to_numpy()
    for at in np.flatnonzero(hosts >= 0).tolist():
        if pd.notna(stated[hosts[at]]):
            home[at] = str(stated[hosts[at]])
    return tuple(home)


def _kept_ways(fabric: Fabric, xy: Floats) -> Ways:
    """Lay points on the fabric, once for each set of points."""
    key = ("ways", xy.tobytes())
    if key not in fabric.memory:
        fabric.memory[key] = attach(fabric, xy)
    found = fabric.memory[key]
    assert isinstance(found, Ways)
    return found
