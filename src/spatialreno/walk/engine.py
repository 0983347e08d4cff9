"""Shortest walks on whole millimetres: Dijkstra over a masked fabric, from places laid on top of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from spatialreno.walk.frame import Bools, Floats, Ints

NOWHERE = -9999


@dataclass(frozen=True)
class Graph:
    """Directed walks between `nodes` points of the fabric, then `places` sources that nothing leads into."""

    matrix: csr_matrix
    nodes: int
    places: int


@dataclass(frozen=True)
class Arcs:
    """Hops in both directions, sorted by ends and length, ready to be masked."""

    tail: Ints
    head: Ints
    length: Ints
    hop: Ints


def both_ways(first: Ints, second: Ints, length: Ints) -> Arcs:
    """Lay undirected hops out in both directions."""
    tail, head = np.concatenate([first, second]), np.concatenate([second, first])
    hop = np.tile(np.arange(len(first)), 2)
    size = np.tile(length, 2)
    order = np.lexsort((hop, size, head, tail))
    return Arcs(tail[order], head[order], size[order], hop[order])


def make_graph(arcs: Arcs, usable: Bools, nodes: int, starts: tuple[Ints, Ints, Ints], places: int) -> Graph:
    """Put the usable hops and the ways out of places into one matrix.

    Parameters
    ----------
    arcs
        All hops in both directions.
    usable
        One flag for each undirected hop.
    nodes
        Number of points of the fabric.
    starts
        Place, node and length of the ways out of places; a place gets the row ``nodes + place``.
    places
        Number of places.

    Returns
    -------
    Graph
        Of parallel hops the shortest remains. Lengths are whole millimetres in float64, hence exact.
    """
    open_arcs = usable[arcs.hop]
    order = np.lexsort((starts[2], starts[1], starts[0]))
    tail = np.concatenate([arcs.tail[open_arcs], starts[0][order] + nodes])
    head = np.concatenate([arcs.head[open_arcs], starts[1][order]])
    length = np.concatenate([arcs.length[open_arcs], starts[2][order]]).astype(float)
    fresh = np.ones(len(tail), bool)
    fresh[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    tail, head, length = tail[fresh], head[fresh], length[fresh]
    size = nodes + places
    pointer = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=size))])
    return Graph(csr_matrix((length, head, pointer), shape=(size, size)), nodes, places)


def reach(graph: Graph, places: Ints, limit_mm: float) -> Floats:
    """Measure from each place to every node, in millimetres; infinite where it is farther than the limit."""
    rows = dijkstra(graph.matrix, indices=places + graph.nodes, limit=limit_mm)
    return np.asarray(rows[:, : graph.nodes])


def reach_from(graph: Graph, place: int, limit_mm: float) -> tuple[Floats, Ints]:
    """Measure from one place to every node, and name the node walked from last (NOWHERE if none).

    A last node of ``graph.nodes`` or more is the place itself.
    """
    far, before = dijkstra(
        graph.matrix, indices=place + graph.nodes, limit=limit_mm, return_predecessors=True
    )
    return np.asarray(far[: graph.nodes]), np.asarray(before[: graph.nodes])


def reach_nearest(graph: Graph, places: Ints, limit_mm: float) -> tuple[Floats, Ints]:
    """Measure from the nearest of some places to every node, and name that place (NOWHERE if none)."""
    if not len(places):
        return np.full(graph.nodes, np.inf), np.full(graph.nodes, NOWHERE)
    far, _, source = dijkstra(
        graph.matrix,
        indices=places + graph.nodes,
        limit=limit_mm,
        min_only=True,
        return_predecessors=True,
    )
    named = np.where(source >= 0, source - graph.nodes, NOWHERE)
    return np.asarray(far[: graph.nodes]), np.asarray(named[: graph.nodes])
