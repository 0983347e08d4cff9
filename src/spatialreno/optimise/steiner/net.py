"""A directed net in which a least-cost tree is sought, and shortest paths in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy

from spatialreno._types import Bools, Floats, Indices


@dataclass(frozen=True)
class Net:
    """Arcs with costs, a root that feeds, and terminals that must be fed.

    Attributes
    ----------
    count
        Number of nodes.
    tail, head, cost
        Arcs; a pair of nodes at most once in each direction. Costs are not negative.
    root, terminals
        Nodes.
    bundles
        Sets of arcs of which all are used or none (the inlets along one side of a building).
    limit
        Most load an arc may carry (inf: no limit), with ``demand`` the load of each terminal; empty: none.
    """

    count: int
    tail: Indices
    head: Indices
    cost: Floats
    root: int
    terminals: tuple[int, ...]
    bundles: tuple[tuple[int, ...], ...] = ()
    limit: Floats | None = None
    demand: tuple[float, ...] = ()

    @property
    def tight(self) -> Bools:
        """Arcs that cannot carry everything at once."""
        if self.limit is None:
            return np.zeros(len(self.tail), bool)
        return self.limit < sum(self.demand) - 1e-9

    def matrix(self, cost: Floats, keep: Bools | None = None) -> Any:
        """Give arcs as a sparse matrix of costs; arcs that cost nothing stay arcs."""
        on = np.ones(len(self.tail), bool) if keep is None else keep
        order = np.lexsort((self.head[on], self.tail[on]))
        tail = self.tail[on][order]
        start = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=self.count))]).astype(np.int32)
        data = np.maximum(cost[on][order], 0.0)
        return scipy.sparse.csr_matrix((data, self.head[on][order].astype(np.int32), start), (self.count, self.count))

    def without(self, arcs: Bools) -> tuple[Net, Indices]:
        """Take arcs away; also give, for each arc left, its number in this net. Bundles that lost one go whole."""
        gone = arcs.copy()
        for bundle in self.bundles:
            if gone[list(bundle)].any():
                gone[list(bundle)] = True
        left = np.flatnonzero(~gone)
        place = np.full(len(self.tail), -1)
        place[left] = np.arange(len(left))
        bundles = tuple(tuple(int(place[a]) for a in b) for b in self.bundles if not gone[b[0]])
        limit = None if self.limit is None else self.limit[left]
        tail, head, cost = self.tail[left], self.head[left], self.cost[left]
        return replace(self, tail=tail, head=head, cost=cost, bundles=bundles, limit=limit), left


def make_net(
    edges: Sequence[tuple[int, int, float]],
    root: int,
    terminals: Sequence[int],
    *,
    arcs: Sequence[tuple[int, int, float]] = (),
    count: int | None = None,
) -> Net:
    """Make a net of edges (both ways) and one-way arcs; of several between one pair the cheapest stays.

    Parameters
    ----------
    edges
        First node, second node, cost; nodes are numbers from 0.
    root
        Node that feeds.
    terminals
        Nodes that must be fed.
    arcs
        Tail, head, cost of what leads one way only.
    count
        Number of nodes; by default one more than the highest named.

    Returns
    -------
    Net
        Its arcs are sorted by tail and head.

    Examples
    --------
    >>> net = make_net([(0, 1, 2.0), (1, 2, 3.0)], root=0, terminals=[2])
    >>> len(net.tail), net.count
    (4, 3)
    """
    both = [*edges, *((v, u, c) for u, v, c in edges), *arcs]
    best: dict[tuple[int, int], float] = {}
    for u, v, cost in both:
        if u != v:
            best[u, v] = min(cost, best.get((u, v), np.inf))
    pairs = sorted(best)
    table = np.array(pairs, np.intp).reshape(-1, 2)
    nodes = [root, *terminals, *table.ravel().tolist()]
    return Net(
        count=max(nodes) + 1 if count is None else count,
        tail=table[:, 0].copy(),
        head=table[:, 1].copy(),
        cost=np.array([best[pair] for pair in pairs], float),
        root=root,
        terminals=tuple(sorted(set(terminals) - {root})),
    )


def reached(net: Net, keep: Bools | None = None) -> Bools:
    """Tell which nodes the root reaches along the arcs that are kept.

    Parameters
    ----------
    net
        Arcs and root.
    keep
        By arc, whether it is kept; by default all are.

    Returns
    -------
    numpy.ndarray
        A flag for each node.

    Examples
    --------
    >>> from spatialreno.optimise import make_net
    >>> net = make_net([(0, 1, 2.0), (1, 2, 3.0)], root=0, terminals=[2])
    >>> reached(net, net.cost < 3).tolist()
    [True, True, False]
    """
    seen = np.zeros(net.count, bool)
    ones = np.ones(len(net.tail))
    seen[scipy.sparse.csgraph.breadth_first_order(net.matrix(ones, keep), net.root, return_predecessors=False)] = True
    return seen
