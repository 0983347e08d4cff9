"""Isochrones along streets: closed forms, the exact reach by shapely, nesting, and what is refused."""

from __future__ import annotations

import math
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from shapely.geometry import Point

import spatialreno as sr
from spatialreno import InputError

CRS = "EPSG:3857"
METRES_PER_MINUTE = 72.0  # 1.2 m/s, people in general


def crossing(arm: float = 400.0) -> nx.Graph:
    """Two streets that cross at right angles."""
    graph = nx.Graph(crs=CRS)
    ends = {"o": (0.0, 0.0), "e": (arm, 0.0), "n": (0.0, arm), "w": (-arm, 0.0), "s": (0.0, -arm)}
    graph.add_nodes_from((name, {"x": x, "y": y}) for name, (x, y) in ends.items())
    graph.add_edges_from(("o", name) for name in "enws")
    return graph


def town(seed: int) -> nx.Graph:
    """Streets between jittered points, some missing; lengths straight."""
    dice = np.random.default_rng(seed)
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(12, 12), label_attribute="at")
    for node, data in graph.nodes(data=True):
        jitter = dice.uniform(-25, 25, 2)
        graph.nodes[node].update(x=data["at"][0] * 80 + jitter[0], y=data["at"][1] * 80 + jitter[1])
    graph.remove_edges_from([edge for edge in list(graph.edges) if dice.random() < 0.25])
    for one, two in graph.edges:
        away = [graph.nodes[one][axis] - graph.nodes[two][axis] for axis in "xy"]
        graph.edges[one, two]["length"] = math.hypot(*away)
    graph.graph["crs"] = CRS
    return graph


def exact(graph: nx.Graph, origin: int, limit: float, half: float) -> shapely.Geometry:
    """Cut streets where the walk ends, buffer and join them."""
    far = nx.single_source_dijkstra_path_length(graph, origin, cutoff=limit, weight="length")
    parts = [shapely.Point(graph.nodes[origin]["x"], graph.nodes[origin]["y"])]
    for one, away in far.items():
        for two, data in graph[one].items():
            ends = [(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (one, two)]
            tip = shapely.line_interpolate_point(shapely.LineString(ends), limit - away)
            parts.append(shapely.LineString([ends[0], ends[1] if limit - away >= data["length"] else tip]))
    return shapely.union_all(shapely.buffer(parts, half))


def test_a_crossing_has_the_area_of_four_arms() -> None:
    network = sr.walk.street_network(crossing())
    shape = sr.walk.street_isochrones(network, ["o"], [4]).geometry.item()
    arm, half = 4 * METRES_PER_MINUTE, 25.0
    area = 2 * (2 * arm * 2 * half) - (2 * half) ** 2 + 2 * math.pi * half**2
    assert shape.area == pytest.approx(area, rel=0.01)
    assert shape.bounds == pytest.approx((-arm - half, -arm - half, arm + half, arm + half), abs=0.6)
    assert shape.is_valid


@pytest.mark.spread(2)
@pytest.mark.parametrize("seed", range(4))
def test_overlap_with_the_exact_reach(seed: int) -> None:
    graph = town(seed)
    table = sr.walk.street_isochrones(sr.walk.street_network(graph), [3, 70], [2, 5, 7.5])
    for origin, minutes, shape in table[["origin", "minutes", "geometry"]].itertuples(index=False):
        reach = exact(graph, origin, minutes * METRES_PER_MINUTE, 25.0)
        assert shape.intersection(reach).area / shape.union(reach).area >= 0.98
        assert shape.is_valid


def test_a_finer_grid_comes_nearer() -> None:
    graph = town(9)
    network, reach = sr.walk.street_network(graph), exact(graph, 50, 5 * METRES_PER_MINUTE, 25.0)
    off = []
    for grain in (20.0, 10.0, 5.0, 2.5):
        shape = sr.walk.street_isochrones(network, [50], [5], grain_m=grain).geometry.item()
        off.append(shape.symmetric_difference(reach).area / reach.area)
    assert off == sorted(off, reverse=True)
    assert off[-1] < 0.002


def test_more_time_reaches_all_that_less_reaches() -> None:
    shapes = sr.walk.street_isochrones(sr.walk.street_network(town(5)), [60], [1, 2, 3, 4, 8]).geometry
    for small, large in pairwise(shapes):
        assert small.difference(large).area < 1e-6
        assert large.area > small.area


def test_a_point_in_the_middle_of_a_street() -> None:
    network = sr.walk.street_network(crossing())
    point = gpd.GeoSeries([Point(200, 30)], index=["home"], crs=CRS)
    table = sr.walk.street_isochrones(network, point, [1], half_width_m=20)
    # 30 m to the street, 42 m left to either side
    assert table["origin"].tolist() == ["home"]
    assert table.geometry.item().bounds == pytest.approx((200 - 62, -20, 200 + 62, 20), abs=0.6)
    too_far = gpd.GeoSeries([Point(200, 100)], index=["home"], crs=CRS)
    assert sr.walk.street_isochrones(network, too_far, [1]).geometry.item().is_empty


def test_a_walk_of_no_time_stays_at_its_origin() -> None:
    shape = sr.walk.street_isochrones(sr.walk.street_network(crossing()), ["n"], [0], grain_m=2).geometry.item()
    assert shape.area == pytest.approx(math.pi * 25**2, rel=0.01)
    assert shape.centroid.distance(Point(0, 400)) < 0.1


def test_streets_on_lines_of_the_grid_give_valid_shapes() -> None:
    """Half widths that end exactly on points of the grid, where contours would touch themselves."""
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(5, 5), label_attribute="at")
    for _, data in graph.nodes(data=True):
        data.update(x=data["at"][0] * 40.0, y=data["at"][1] * 40.0)
    graph.graph["crs"] = CRS
    network = sr.walk.street_network(graph)
    for half, grain in ((10.0, 10.0), (20.0, 10.0), (20.0, 5.0), (30.0, 10.0)):
        table = sr.walk.street_isochrones(network, [0, 12], [1, 2], half_width_m=half, grain_m=grain)
        assert table.is_valid.all()
        assert (table.area > 0).all()


def test_groups_and_what_is_refused() -> None:
    network = sr.walk.street_network(crossing())
    fast, slow = (sr.walk.street_isochrones(network, ["o"], [3], group).area.item() for group in ("general", "elderly"))
    assert slow < fast
    with pytest.raises(InputError, match="general"):
        sr.walk.street_isochrones(network, ["o"], [3], "bird")
    with pytest.raises(InputError, match="finer"):
        sr.walk.street_isochrones(network, ["o"], [3], half_width_m=5)
    assert sr.walk.street_isochrones(network, [], [3]).empty
