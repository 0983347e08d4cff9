"""Lanes as a net for digging: pieces between houses' feet, links to houses, taps on mains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialreno._types import Floats, Geometries
from spatialreno.area import once_an_area, pipes_in_use
from spatialreno.errors import Fault
from spatialreno.works.heat.faces import obstacles
from spatialreno.works.heat.pipe_ground import lane_owners

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatialreno.area import StudyArea


@dataclass(frozen=True)
class Lanes:
    """Pieces of lanes and what hangs on them.

    Attributes
    ----------
    pieces
        Columns path_id, from_m, tail, head, length_m, geometry; index like ``L1@12``.
    xy
        Coordinates of the nodes.
    links
        Columns served (building or station), node, length_m, geometry.
    """

    pieces: gpd.GeoDataFrame
    xy: Floats
    links: gpd.GeoDataFrame


def lane_net(area: StudyArea, served: gpd.GeoSeries) -> tuple[Lanes, list[Fault]]:
    """Cut lanes at crossings and where what is to be served faces them; list the ways from lane to door.

    Parameters
    ----------
    area
        The study area.
    served
        Outlines by id of buildings and stations.
    """
    paths = area.paths
    lines = shapely.get_parts(shapely.node(shapely.union_all(paths.geometry.to_numpy()))) if len(paths) else []
    lines = np.array(lines, object)
    owner = lane_owners(paths, lines) if len(lines) else []
    links, faults = _links(area, served, lines)
    marks = {
        k: sorted({0.0, line.length} | set(links.loc[links["line"] == k, "along"])) for k, line in enumerate(lines)
    }
    nodes: dict[tuple[float, float], int] = {}
    rows, at = [], {}
    for k, line in enumerate(lines):
        before = None
        for mark in marks[k]:
            point = line.interpolate(mark)
            node = nodes.setdefault((round(point.x, 3), round(point.y, 3)), len(nodes))
            at[k, mark] = node
            if before is not None and before[0] != node:
                piece = shapely.ops.substring(line, before[1], mark)
                along = float(paths.geometry[owner[k]].project(piece.interpolate(0.5, normalized=True)))
                rows.append((owner[k], along, before[0], node, piece.length, piece))
            before = (node, mark)
    pieces = pd.DataFrame(rows, columns=["path_id", "from_m", "tail", "head", "length_m", "geometry"])
    names = [f"{r.path_id}@{r.from_m:.0f}" for r in pieces.itertuples()]
    pieces.index = pd.Index(_unique(names), dtype="str", name="id")
    links["node"] = [at[k, mark] for k, mark in zip(links["line"], links["along"], strict=True)]
    return Lanes(
        gpd.GeoDataFrame(pieces, geometry="geometry", crs=area.crs),
        np.array(list(nodes), float).reshape(-1, 2),
        gpd.GeoDataFrame(links.drop(columns=["line", "along"]), geometry="geometry", crs=area.crs),
    ), faults


def _unique(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}/{seen[name]}")
    return found


def _links(area: StudyArea, served: gpd.GeoSeries, lines: Geometries) -> tuple[pd.DataFrame, list[Fault]]:
    """Find for each outline the shortest ways to lanes that it sees; who sees none is told."""
    constants, shapes = area.catalog.constants, obstacles(area)
    reach, most = constants["pipe_link_m"], int(constants["dig_links"])
    solid = shapely.STRtree(shapely.buffer(shapes, -0.05))
    tree = shapely.STRtree(lines) if len(lines) else None
    rows, lost = [], []
    for name, shape in sorted(served.items()):
        near = np.sort(tree.query(shape, predicate="dwithin", distance=reach)) if tree is not None else np.empty(0, int)
        ways = [way for k in near for way in _feet(lines[k], int(k), shape, shapes, solid, constants)]
        nearest = sorted({way[1]: way[0] for way in sorted(ways, key=lambda w: (-w[0], w[1]))}.items(),
                         key=lambda item: (item[1], item[0]))[:most]  # fmt: skip
        for length, k, along, way in sorted(ways, key=lambda w: w[:3]):
            if k in dict(nearest):
                rows.append((str(name), k, along, length, way))
        if not ways:
            lost.append(str(name))
    faults = []
    if lost:
        text = f"see no lane within {reach:g} m and are left out of the dig"
        faults.append(Fault("buildings", tuple(lost), "disconnected", text, "Draw the lane that leads there"))
    return pd.DataFrame(rows, columns=["served", "line", "along", "length_m", "geometry"]), faults


def _feet(
    line: BaseGeometry, k: int, shape: BaseGeometry, shapes: Geometries, solid: shapely.STRtree,
    constants: Mapping[str, float],
) -> list[tuple[float, int, float, Any]]:  # fmt: skip
    """List ways from a lane to an outline: from both ends and the middle of the stretch it faces, past obstacles."""
    corners = shapely.points(shapely.get_coordinates(shape))
    faced = shapely.line_locate_point(line, corners)
    asked, step = (faced.min(), (faced.min() + faced.max()) / 2, faced.max()), constants["dig_lane_step_m"]
    ways = []
    for along in sorted({_mark(line.length, float(a), step) for a in asked}):
        way = shapely.shortest_line(line.interpolate(along), shape)
        hit = [h for h in solid.query(way, predicate="intersects") if not shapely.equals(shapes[h], shape)]
        if not hit:
            ways.append((float(way.length), k, along, way))
    least = min((way[0] for way in ways), default=0.0)
    return [way for way in ways if way[0] <= least + constants["dig_aside_m"]]


def _mark(length: float, along: float, step_m: float) -> float:
    """Round a foot to a point of the lane where it may be cut."""
    mark = min(length, round(along / step_m) * step_m)
    return length if length - mark < step_m / 2 else mark


def public_mains(area: StudyArea, kind: str) -> gpd.GeoDataFrame:
    """List the pipes of a kind from which the quarter can be fed: in use, and along streets where any are.

    What lies in the quarter's own lanes is old and is laid anew.
    """
    own = str(area.catalog.pipe_kinds["main"][kind])
    pipes = pipes_in_use(area).loc[lambda pipes: pipes["kind"].isin([kind, own])]
    ground = _street_ground(area)
    if not len(pipes) or ground is None:
        return pipes
    inside = shapely.length(shapely.intersection(pipes.geometry.to_numpy(), ground))
    along = pipes[inside >= pipes.geometry.length / 2]
    return along if len(along) else pipes


@once_an_area
def _street_ground(area: StudyArea) -> shapely.Geometry | None:
    """Give the ground of the streets; None where none is drawn."""
    streets = area.paths[area.paths["kind"].eq("street")]
    if not len(streets):
        return None
    half = streets["width_m"].fillna(area.catalog.constants["street_width_m"]).astype(float).to_numpy() / 2
    return shapely.union_all(shapely.buffer(streets.geometry.to_numpy(), half))


def tapped(area: StudyArea, lanes: Lanes, mains: gpd.GeoDataFrame) -> tuple[list[tuple[int, str, float]], list[Fault]]:
    """List the nodes at which mains can be tapped: node, main, metres; and mains that touch nothing."""
    reach = area.catalog.constants["pipe_main_reach_m"] / 2
    found, lost = [], []
    tree = shapely.STRtree(shapely.points(lanes.xy)) if len(lanes.xy) else None
    for name, line in mains.geometry.sort_index().items():
        near = np.sort(tree.query(line, predicate="dwithin", distance=reach)) if tree is not None else np.empty(0, int)
        found += [(int(n), str(name), float(line.distance(shapely.Point(lanes.xy[n])))) for n in near]
        if not len(near):
            lost.append(str(name))
    faults = []
    if lost:
        text = f"touch no lane within {reach:g} m and feed nobody"
        faults.append(
            Fault("pipes", tuple(lost), "main_alone", text, "Draw the main to a lane, or the lane to the main")
        )
    return found, faults
