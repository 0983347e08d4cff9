"""Street networks: from graphs and areas, with names kept, points laid on, and the walks networkx finds."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from conftest import at
from shapely.geometry import LineString, Point
from test_streets import quarter

import spatialreno as sr
from spatialreno import InputError

CRS = "EPSG:3857"


def town() -> nx.MultiDiGraph:
    """A square of 100 m with a bent street across, a crescent back to its own corner, and a one-way lane to nowhere."""
    graph = nx.MultiDiGraph(crs=CRS)
    for name, x, y in (("sw", 0, 0), ("se", 100, 0), ("ne", 100, 100), ("nw", 0, 100), ("end", 160, 0)):
        graph.add_node(name, x=float(x), y=float(y))
    for one, two in (("sw", "se"), ("se", "ne"), ("ne", "nw"), ("nw", "sw")):
        graph.add_edge(one, two, length=100.0)
        graph.add_edge(two, one, length=100.0)
    across = LineString([(0, 0), (60, 0.5), (100, 100)])
    graph.add_edge("sw", "ne", length=150.0, geometry=across)
    graph.add_edge("ne", "sw", length=150.0, geometry=across.reverse())
    crescent = LineString([(100, 100), (130, 100), (130, 130), (100, 130), (100, 100)])
    graph.add_edge("ne", "ne", length=120.0, geometry=crescent)
    graph.add_edge("ne", "ne", length=120.0, geometry=crescent.reverse())
    graph.add_edge("end", "se", length=60.0)
    return graph


def test_distances_are_those_of_networkx() -> None:
    graph = town()
    table = sr.walk.street_network(graph).distances(list(graph), limit_m=250)
    both = graph.to_undirected()
    for origin, part in table.groupby("origin"):
        expected = nx.single_source_dijkstra_path_length(both, origin, cutoff=250, weight="length")
        assert dict(zip(part["destination"], part["distance_m"], strict=True)) == expected
    assert set(table["origin"]) == set(graph)


def test_both_directions_are_one_street() -> None:
    network = sr.walk.street_network(town())
    # four sides, two pieces across, four of the crescent, the lane
    assert len(network.first) == 11
    assert network.length.sum() == 400_000 + 150_000 + 120_000 + 60_000
    assert "5 nodes" in repr(network)


def test_points_walk_to_the_nearest_street_first() -> None:
    network = sr.walk.street_network(town())
    points = gpd.GeoSeries([Point(140, 8), Point(130, 115)], index=["p", "q"], crs=CRS)
    table = network.distances(points, limit_m=1000).set_index(["origin", "destination"])["distance_m"]
    assert table["p", "end"] == 8 + 20
    assert table["p", "se"] == 8 + 40
    assert table["p", "sw"] == 8 + 40 + 100
    # in the crescent 45 m one way round and 75 m the other
    assert table["q", "ne"] == 45


def test_nearest_of_each_kind() -> None:
    network = sr.walk.street_network(town())
    kinds = {"market": ["nw", "end"], "pharmacy": gpd.GeoSeries([Point(100, 40)], index=["F1"], crs=CRS), "none": []}
    table = network.nearest(kinds, limit_m=180).set_index(["kind", "node"])
    assert table.loc[("market", "se"), ["facility", "distance_m"]].tolist() == ["end", 60.0]
    assert table.loc[("market", "ne"), ["facility", "distance_m"]].tolist() == ["nw", 100.0]
    assert table.loc[("pharmacy", "end"), ["facility", "distance_m"]].tolist() == ["F1", 100.0]
    assert ("none", "se") not in table.index
    assert ("pharmacy", "nw") in table.index
    assert table["distance_m"].max() <= 180


def test_equal_walks_go_to_the_facility_listed_first() -> None:
    network = sr.walk.street_network(town())
    for order in (["sw", "ne"], ["ne", "sw"]):
        table = network.nearest({"market": order}, limit_m=500).set_index("node")
        assert table.loc["nw", "facility"] == order[0]


def test_an_area_walks_on_its_walkable_paths() -> None:
    area = quarter()
    network = sr.walk.street_network(area)
    # L1 is 240 m long and L2 110 + 240 m; they share an end
    assert network.length.sum() == 590_000
    spots = gpd.GeoSeries([at(0, -10), at(220, 90)], index=["a", "b"], crs=area.crs)
    table = network.distances(spots, limit_m=1000).groupby("origin")["distance_m"].min()
    assert table["a"] == pytest.approx(20, abs=0.002)
    assert table["b"] == pytest.approx(10, abs=0.002)


def test_any_order_of_edges_gives_the_same() -> None:
    graph = town()
    shuffled = nx.MultiDiGraph(crs=CRS)
    shuffled.add_nodes_from(graph.nodes(data=True))
    shuffled.add_edges_from(list(graph.edges(data=True))[::-1])
    tables = [
        sr.walk.street_network(one).distances(list(graph), limit_m=300).sort_values(["origin", "destination"])
        for one in (graph, shuffled)
    ]
    pd.testing.assert_frame_equal(*(table.reset_index(drop=True) for table in tables))


def test_a_graph_without_lengths_or_edges() -> None:
    graph = nx.Graph(crs=CRS)
    graph.add_node(7, x=0.0, y=0.0)
    graph.add_node(5, x=30.0, y=40.0)
    assert len(sr.walk.street_network(graph).distances([7, 5], limit_m=100)) == 2
    graph.add_edge(5, 7)
    assert np.ptp(sr.walk.street_network(graph).distances([7], limit_m=100)["distance_m"]) == 50


def test_what_is_refused() -> None:
    graph = town()
    network = sr.walk.street_network(graph)
    with pytest.raises(InputError, match="nowhere"):
        network.distances(["nowhere"], limit_m=100)
    with pytest.raises(InputError, match="to_crs"):
        network.distances(gpd.GeoSeries([Point(0, 0)], crs="EPSG:4326"), limit_m=100)
    graph.graph["crs"] = "EPSG:4326"
    with pytest.raises(InputError, match="project_graph"):
        sr.walk.street_network(graph)


@pytest.mark.parametrize("lot", [1, 2, 1000])
def test_sums_are_those_of_the_table_of_all_pairs(lot: int) -> None:
    network = sr.walk.street_network(town())
    values = pd.DataFrame({"residents": [10.0, 20.0, 0.1], "shops": [1, 0, 2]}, index=["sw", "ne", "ne"])
    origins = ["end", "sw", "nw", "ne", "se"]
    table = network.distances(origins, limit_m=150)
    once = values.groupby(level=0).sum()
    expected = table.join(once, on="destination").groupby("origin")[["residents", "shops"]].sum().loc[origins]
    found = network.sums(origins, values, limit_m=150, lot=lot)
    pd.testing.assert_frame_equal(found, expected.astype("float64"), check_names=False)
    points = gpd.GeoSeries([Point(1, 1), Point(101, 99)], index=["p", "q"], crs=CRS)
    assert network.sums(points, values, limit_m=20, lot=lot)["shops"].to_dict() == {"p": 1.0, "q": 2.0}


def test_sums_refuse_what_is_not_known() -> None:
    network = sr.walk.street_network(town())
    with pytest.raises(InputError, match="no node nowhere"):
        network.sums(["sw"], pd.DataFrame({"n": [1]}, index=["nowhere"]), limit_m=100)
    with pytest.raises(InputError, match="a value is missing"):
        network.sums(["sw"], pd.DataFrame({"n": [float("nan")]}, index=["sw"]), limit_m=100)


def test_nodes_and_edges_are_those_of_the_graph() -> None:
    graph = town()
    network = sr.walk.street_network(graph)
    nodes, edges = network.nodes, network.edges
    assert len(network) == 5 and list(nodes.index) == list(graph) and nodes.crs == network.crs
    assert nodes.loc["end", ["x", "y"]].tolist() == [160, 0]
    # four sides, the street across, the crescent, the lane: bends are no nodes
    assert len(edges) == 7 and edges.index.names == ["u", "v", "key"]
    across = edges.loc[[i for i in edges.index if set(i[:2]) == {"sw", "ne"}]].iloc[0]
    assert across["length_m"] == 150 and len(across.geometry.coords) == 3
    crescent = edges.loc[("ne", "ne", 0)]
    assert crescent["length_m"] == 120 and crescent.geometry.is_closed


def test_a_network_comes_back_from_networkx_as_it_was() -> None:
    network = sr.walk.street_network(town())
    again = sr.walk.street_network(network.to_networkx())
    sort = ["origin", "destination"]
    one, two = (n.distances(list(n.ids), limit_m=400).sort_values(sort, ignore_index=True) for n in (network, again))
    pd.testing.assert_frame_equal(one, two)
    numbered = sr.walk.street_network(quarter())
    assert numbered.nodes.index.name == "node" and len(numbered.edges) == len(numbered.first)


def test_routes_are_those_of_networkx_and_as_long_as_distances() -> None:
    graph = town()
    network = sr.walk.street_network(graph)
    pairs = [(one, two) for one in graph for two in graph]
    routes = network.routes(pairs)
    both = graph.to_undirected()
    for (one, two), length, shape in zip(pairs, routes["distance_m"], routes.geometry, strict=True):
        assert length == nx.shortest_path_length(both, one, two, weight="length")
        assert shape.coords[0] == (graph.nodes[one]["x"], graph.nodes[one]["y"])
        assert shape.coords[-1] == (graph.nodes[two]["x"], graph.nodes[two]["y"])
    with pytest.raises(InputError, match="no node nowhere"):
        network.routes([("sw", "nowhere")])
    graph.add_node("isle", x=900.0, y=900.0)
    lone = sr.walk.street_network(graph).routes([("sw", "isle")])
    assert lone["distance_m"].isna().all() and lone.geometry.isna().all() and len(network.routes([])) == 0
