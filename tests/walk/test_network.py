"""The network as a graph: the same walks as networkx finds, and a graph that OSMnx accepts."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from test_streets import quarter

from spatialreno.walk import paths_from_networkx, walk_network
from spatialreno.walk.search.engine import reach
from spatialreno.walk.state.places import find_places
from spatialreno.walk.state.standing import VISITOR
from spatialreno.walk.state.state import state_of


def test_equal_to_networkx() -> None:
    area = quarter()
    network = walk_network(area)
    hops = network.hops[network.hops["open"]]
    graph = nx.MultiGraph()
    graph.add_nodes_from(network.nodes.index)
    graph.add_weighted_edges_from(hops[["u", "v", "length_mm"]].itertuples(index=False, name=None))
    state = state_of(area)
    places = find_places(area, state.fabric, ["B1", "B2", "F1", "F3"])
    place, node, length = state.starts(VISITOR, places)
    for at in range(len(places)):
        here = place == at
        graph.add_weighted_edges_from((f"P{at}", int(to), int(far)) for to, far in zip(node[here], length[here],
                                                                                      strict=True))  # fmt: skip
        expected = nx.single_source_dijkstra_path_length(graph, f"P{at}", weight="weight")
        near, far = reach(state.graph, state.seeds(VISITOR, places), np.inf, np.array([at])).of(0)
        graph.remove_node(f"P{at}")
        assert dict(zip(near.tolist(), far.tolist(), strict=True)) == {
            to: far for to, far in expected.items() if not isinstance(to, str)
        }


def test_hops_tell_what_they_cross() -> None:
    network = walk_network(quarter())
    hops = network.hops
    assert hops["length_mm"].ge(0).all()
    assert hops.loc[hops["labels"] == "", "open"].all()
    closed = hops.loc[~hops["open"], "labels"].str.split(",").explode()
    assert closed.str.match(r"(walls|gates|structures):").all()
    public = hops["labels"] == "gates:G2"
    assert public.any()
    assert hops.loc[public, "open"].all()
    private = hops["labels"] == "gates:G1"
    assert not hops.loc[private, "open"].any()
    at_home = walk_network(quarter(), compound="C1").hops
    assert at_home.loc[private, "open"].all()
    assert "C1" in repr(walk_network(quarter(), compound="C1"))


def test_osmnx_accepts_the_graph() -> None:
    ox = pytest.importorskip("osmnx")
    area = quarter()
    graph = walk_network(area).to_networkx()
    here = area.buildings.geometry["B2"].centroid
    start, end = ox.distance.nearest_nodes(graph, [here.x, here.x + 60], [here.y, here.y - 46])
    route = ox.routing.shortest_path(graph, start, end, weight="length")
    assert route is not None
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    assert len(nodes) == graph.number_of_nodes()
    assert np.allclose(edges.length, edges["length"], atol=0.002)
    assert edges.crs == area.crs


def test_paths_from_a_graph() -> None:
    graph = nx.MultiDiGraph(crs="EPSG:4546")
    graph.add_node(1, x=0.0, y=0.0)
    graph.add_node(2, x=30.0, y=40.0)
    graph.add_edge(1, 2, highway="footway", name=["东巷", "x"])
    graph.add_edge(2, 1, highway="footway", name="东巷")
    paths = paths_from_networkx(graph)
    assert list(paths.index) == ["N1"]
    assert paths.loc["N1", ["kind", "name"]].tolist() == ["footway", "东巷"]
    assert paths.length.item() == 50
