"""Street networks from study areas and from graphs of OSMnx and networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from spatialreno._types import Floats, Geometries, Ints
from spatialreno.errors import InputError
from spatialreno.walk.centrelines.street_network import StreetNetwork
from spatialreno.walk.fabric.street_joins import read_streets
from spatialreno.walk.millimetres.frame import MM_PER_M, Frame, lengths_mm, lines

if TYPE_CHECKING:
    import networkx as nx

    from spatialreno.area import StudyArea


def street_network(source: StudyArea | Any) -> StreetNetwork:
    """Make a network of street centrelines, on which whole cities are walked.

    Unlike `walk_network` it knows no yards, walls and gates.

    Parameters
    ----------
    source
        A study area, of which the walkable paths are taken (nodes are numbered), or a networkx graph as OSMnx makes
        it: projected, nodes with x and y, edges with `length` in metres and perhaps a geometry. People walk both ways
        on every edge.

    Returns
    -------
    StreetNetwork
        With `distances` and `nearest`; `street_isochrones` draws polygons on it.

    Raises
    ------
    InputError
        The graph is not projected.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph(crs="EPSG:3857")
    >>> graph.add_nodes_from([("a", {"x": 0.0, "y": 0.0}), ("b", {"x": 30.0, "y": 40.0})])
    >>> _ = graph.add_edge("a", "b", length=50.0)
    >>> sorted(street_network(graph).distances(["a"], limit_m=100)["distance_m"])
    [0.0, 50.0]
    """
    return _of_area(source) if hasattr(source, "paths") else _of_graph(source)


def _of_area(area: StudyArea) -> StreetNetwork:
    """Cut the walkable paths of an area where they meet."""
    corner = np.floor(area.paths.total_bounds[:2]) if len(area.paths) else np.zeros(2)
    frame = Frame(float(corner[0]), float(corner[1]))
    streets = read_streets(area, frame)
    walked = area.paths["walkable"].to_numpy(bool)[streets.path]
    start, end = streets.start[walked], streets.end[walked]
    xy, number = np.unique(np.concatenate([start, end]), axis=0, return_inverse=True)
    first, second = number.reshape(2, -1)
    index = pd.RangeIndex(len(xy), name="node")
    return StreetNetwork(index, frame.to_m(xy), first, second, lengths_mm(start, end), area.crs)


def _of_graph(graph: nx.Graph) -> StreetNetwork:
    """Take a networkx graph in; edges with geometry are cut at its vertices."""
    crs = graph.graph.get("crs")
    if crs is None or not CRS(crs).is_projected:
        raise InputError("streets: the graph has no projected CRS. Use osmnx.project_graph, or set graph.graph['crs'].")
    ids = pd.Index(list(graph.nodes))
    where = np.array([(node["x"], node["y"]) for _, node in graph.nodes(data=True)], float).reshape(-1, 2)
    one, two, length, line = _edges(graph, ids, where)
    coords, edge = shapely.get_coordinates(line, return_index=True)
    first = np.searchsorted(edge, np.arange(len(line)), "left")
    last = np.searchsorted(edge, np.arange(len(line)), "right") - 1
    node = np.empty(len(coords), np.int64)
    inner = np.ones(len(coords), bool)
    inner[first] = inner[last] = False
    node[inner] = len(ids) + np.arange(inner.sum())
    node[first], node[last] = one, two
    tail = np.flatnonzero(edge[1:] == edge[:-1])
    along = _stations(coords, edge, first, last, length)
    return StreetNetwork(
        ids, np.concatenate([where, coords[inner]]), node[tail], node[tail + 1], np.diff(along)[tail], CRS(crs)
    )


def _edges(graph: nx.Graph, ids: pd.Index[Any], where: Floats) -> tuple[Ints, Ints, Ints, Geometries]:
    """List the edges once for both directions: ends, millimetres, and the line from one end to the other."""
    tails, heads, table = zip(*graph.edges(data=True), strict=True) if graph.number_of_edges() else ((), (), ())
    one, two = ids.get_indexer(pd.Index(tails)), ids.get_indexer(pd.Index(heads))
    given = np.array([data.get("geometry") for data in table], object)
    straight = shapely.is_missing(given)
    given[straight] = lines(where[one[straight]], where[two[straight]])
    length = np.array([data.get("length", np.nan) for data in table], float)
    length = np.where(np.isnan(length), shapely.length(given), length)
    turned = one > two
    one, two = np.where(turned, two, one), np.where(turned, one, two)
    ahead, back = (shapely.distance(shapely.get_point(given, end), shapely.points(where[one])) for end in (0, -1))
    given = np.where(ahead > back, shapely.reverse(given), given)
    given = np.where(one == two, shapely.normalize(given), given)
    return _once(one, two, np.rint(length * MM_PER_M).astype(np.int64), given)


def _once(one: Ints, two: Ints, length: Ints, line: Geometries) -> tuple[Ints, Ints, Ints, Geometries]:
    """Keep one of the two directions of each edge."""
    table = pd.DataFrame({"one": one, "two": two, "length": length, "line": shapely.to_wkb(line)})
    keep = ~table.duplicated().to_numpy()
    return one[keep], two[keep], length[keep], line[keep]


def _stations(coords: Floats, edge: Ints, first: Ints, last: Ints, length: Ints) -> Ints:
    """Share the millimetres of each edge out to its vertices."""
    step = np.zeros(len(coords))
    step[1:] = np.sqrt(((coords[1:] - coords[:-1]) ** 2).sum(axis=1))
    run = np.cumsum(step)
    run -= run[first][edge]
    share = run / np.maximum(run[last], 1e-9)[edge]
    along = np.rint(share * length[edge]).astype(np.int64)
    along[last] = length
    return along
