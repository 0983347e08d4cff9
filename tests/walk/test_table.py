"""The sparse table says what travel_times says; a walk of no length is there, one that is not reached is not."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from conftest import make_area
from shapely.geometry import box
from test_streets import quarter
from worlds import spots

from spatialreno.walk import distance_table, paths_from_networkx, travel_times, walk_network
from spatialreno.walk.access import distance_table as table


def test_the_same_walks_as_travel_times(monkeypatch: pytest.MonkeyPatch) -> None:
    area = quarter(east="residents")
    pairs = travel_times(area).drop(columns="minutes")
    for at_once in (512, 1):
        monkeypatch.setattr(table, "_PLACES_AT_ONCE", at_once)
        found = distance_table(area)
        pd.testing.assert_frame_equal(found.rows(), pairs, check_dtype=False)
        assert found.matrix.dtype == np.int32
        assert found.matrix.shape == (2, 3)


def test_cut_on_either_side_with_free_points(monkeypatch: pytest.MonkeyPatch) -> None:
    area = quarter()
    points = spots(p=(61, -10), q=(190, 70), r=(64, -11), s=(101, 40), t=(10, 10))
    some = spots(a=(62, -12), b=(150, 50))
    for one, two in ((points, some), (some, points), (points, points)):
        pairs = travel_times(area, one, two).drop(columns="minutes")
        monkeypatch.setattr(table, "_PLACES_AT_ONCE", 2)
        pd.testing.assert_frame_equal(distance_table(area, one, two).rows(), pairs, check_dtype=False)


def test_no_length_is_not_unreached() -> None:
    found = distance_table(quarter(west="closed"), ["B2", "B1"], ["F2", "F3"])
    assert found.metres("B2", "F2") == 0.0
    assert math.isnan(found.metres("B1", "F3"))
    assert found.matrix.nnz == 2  # F2 lies in B2; the market is reached from B2 alone
    assert "2 walks" in repr(found)
    with pytest.raises(KeyError, match="B9"):
        found.metres("B9", "F3")


def grid_graph(step: float = 50.0, size: int = 4) -> nx.MultiDiGraph:
    """A grid of streets as OSMnx would give it, with one slanting street."""
    graph = nx.MultiDiGraph(crs="EPSG:4546")
    for x in range(size):
        for y in range(size):
            graph.add_node(10 * x + y, x=631_000.0 + step * x, y=3_838_000.0 + step * y)
    for x in range(size):
        for y in range(size):
            for other in ((x + 1, y), (x, y + 1)):
                if max(other) < size:
                    for one, two in ((10 * x + y, 10 * other[0] + other[1]), (10 * other[0] + other[1], 10 * x + y)):
                        graph.add_edge(one, two, length=step, highway="residential")
    graph.add_edge(0, 11, length=math.hypot(step, step), highway="footway")
    return graph


def test_there_and_back_from_networkx() -> None:
    """A graph becomes paths, the paths a network, the network a graph: with the same walks between its nodes."""
    graph = grid_graph()
    paths = paths_from_networkx(graph)
    rows = [{"id": name, "kind": kind, "geometry": line} for name, kind, line in zip(
        paths.index, paths["kind"], paths.translate(-631_000.0, -3_838_000.0), strict=True)]  # fmt: skip
    area = make_area(compounds=[{"id": "C1", "name": "院", "geometry": box(500, 500, 510, 510)}], paths=rows)
    back = walk_network(area).to_networkx()
    place = {(round(data["x"], 3), round(data["y"], 3)): node for node, data in back.nodes(data=True)}
    undirected = graph.to_undirected()
    for start in (0, 21):
        before = nx.single_source_dijkstra_path_length(undirected, start, weight="length")
        source = place[graph.nodes[start]["x"], graph.nodes[start]["y"]]
        after = nx.single_source_dijkstra_path_length(back, source, weight="length")
        for node, far in before.items():
            assert after[place[graph.nodes[node]["x"], graph.nodes[node]["y"]]] == pytest.approx(far, abs=0.02)
    assert back.graph["crs"] == area.crs
