"""Hoses: from where an engine stands to the stairwells, along paths and straight where nothing stands between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from spatialreno._types import Bools, Floats, Geometries, Indices
from spatialreno.land.fire.net import Net

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from spatialreno.area import StudyArea

_BODIES = ("buildings", "structures", "facilities")
#: Bodies shrink by this for sight lines, so that a door in a face does not look into its own house.
_FACE_M = 0.05
_PLAIN_M = 0.5


@dataclass(frozen=True)
class Hoses:
    """Straight lines from doors to nodes of paths, and the obstacles each crosses (rows of sight, obstacle)."""

    door: Indices
    node: Indices
    length_m: Floats
    sight: Indices
    obstacle: Indices

    def distances(self, net: Net, gone: Bools, stands: Bools, *, doors: int, reach_m: float) -> Floats:
        """Measure the shortest hose from any piece where an engine stands to each door (inf: none).

        Parameters
        ----------
        net
            The graph.
        gone
            Obstacles taken away.
        stands
            Pieces where an engine stands.
        doors
            Number of doors.
        reach_m
            Longest hose, metres.
        """
        source = np.unique(net.node[stands])
        if not len(source):
            return np.full(doors, np.inf)
        passable = net.survey.widths(gone)[0].sum(axis=1) > 0
        clear = np.ones(len(self.door), bool)
        clear[self.sight[~gone[self.obstacle]]] = False
        places = len(net.where)
        row = np.concatenate([net.node[passable, 0], self.node[clear]])
        column = np.concatenate([net.node[passable, 1], places + self.door[clear]])
        length = np.concatenate([net.length_m[passable], self.length_m[clear]])
        graph = scipy.sparse.coo_matrix((np.maximum(length, 1e-6), (row, column)), shape=(places + doors,) * 2).tocsr()
        dijkstra = scipy.sparse.csgraph.dijkstra
        found: Floats = dijkstra(graph, directed=False, indices=source, min_only=True, limit=reach_m)
        return found[places:]


def read_doors(area: StudyArea) -> gpd.GeoDataFrame:
    """List the stairwells: mapped entrances, else the middle of each side of a building (estimated).

    Returns
    -------
    GeoDataFrame
        Index ``id``: ``building_id, households, estimated, geometry`` (on the face of the building).
    """
    mapped = area.entrances[area.entrances["building_id"].isin(area.buildings.index)]
    faces = shapely.boundary(area.buildings.geometry.loc[mapped["building_id"]].to_numpy())
    onto = shapely.line_interpolate_point(faces, shapely.line_locate_point(faces, mapped.geometry.to_numpy()))
    known = _doors(mapped.index, mapped["building_id"], mapped["households"], onto, estimated=False)
    bare = area.buildings[~area.buildings.index.isin(mapped["building_id"])]
    ids, owners, points = _sides(bare, area.catalog.constants["door_side_m"])
    guessed = _doors(ids, owners, np.full(len(ids), np.nan), points, estimated=True)
    frames = [frame for frame in (known, guessed) if len(frame)] or [known]
    return gpd.GeoDataFrame(pd.concat(frames), geometry="geometry", crs=area.crs).sort_index()


def read_hoses(area: StudyArea, net: Net, doors: gpd.GeoDataFrame) -> Hoses:
    """Draw the straight lines from doors to the paths around them, and find what they cross."""
    constants = area.catalog.constants
    stations = net.survey.stations
    every = max(1, round(constants["hose_step_m"] / constants["lane_step_m"]))
    chosen = np.unique(np.concatenate([net.node[::every, 0], net.node[stations.last, 1]]))
    tree = shapely.STRtree(shapely.points(net.where[chosen]))
    points = doors.geometry.to_numpy()
    door, at = tree.query(points, predicate="dwithin", distance=constants["hose_reach_m"])
    node = chosen[at]
    ends = np.stack([shapely.get_coordinates(points[door]), net.where[node]], axis=1)
    lines = shapely.linestrings(ends)
    sight, obstacle = _crossed(net, lines)
    return Hoses(door.astype(np.intp), node.astype(np.intp), shapely.length(lines), sight, obstacle)


def _crossed(net: Net, lines: Geometries) -> tuple[Indices, Indices]:
    """Find the bodies and walls that lines run through; trunks and parked cars do not stop a hose."""
    obstacles = net.survey.obstacles
    stops = np.isin(obstacles.layer, [*_BODIES, "walls", "gates"])
    stops[net.solid :] = False
    rows = np.flatnonzero(stops)
    bodies = np.isin(obstacles.layer[rows], _BODIES)
    shapes = shapely.buffer(obstacles.shapes[rows], np.where(bodies, -_FACE_M, 0.0), join_style="mitre")
    sight, met = shapely.STRtree(shapes).query(lines, predicate="intersects")
    return sight.astype(np.intp), rows[met].astype(np.intp)


def _doors(
    ids: ArrayLike, owners: ArrayLike, households: Any, points: Geometries, *, estimated: bool
) -> gpd.GeoDataFrame:
    data = {
        "building_id": pd.array(np.asarray(owners, object), dtype="str"),
        "households": np.asarray(pd.Series(households).astype("float64")),
        "estimated": np.full(len(points), estimated),
    }
    index = pd.Index(np.asarray(ids, object), dtype="str", name="id")
    return gpd.GeoDataFrame(pd.DataFrame(data, index=index), geometry=np.asarray(points, object))


def _sides(buildings: gpd.GeoDataFrame, least_m: float) -> tuple[list[str], list[str], Any]:
    """Name and find the middle of each side of buildings; short sides only where there is no long one."""
    rings = shapely.simplify(shapely.get_exterior_ring(buildings.geometry.to_numpy()), _PLAIN_M)
    coords, owner = shapely.get_coordinates(rings, return_index=True)
    inner = np.flatnonzero(owner[:-1] == owner[1:])
    start, end, owner = coords[inner], coords[inner + 1], owner[inner]
    length = pd.Series(np.hypot(*(end - start).T))
    longest = length.groupby(owner).transform("max")
    keep = (length >= np.minimum(least_m, longest)).to_numpy(bool)
    owners = buildings.index.to_numpy()[owner[keep]].astype(str).tolist()
    numbers = (pd.Series(owners, dtype="str").groupby(np.array(owners, str)).cumcount() + 1).tolist()
    ids = [f"{name}#{number}" for name, number in zip(owners, numbers, strict=True)]
    return ids, owners, shapely.points((start[keep] + end[keep]) / 2)
