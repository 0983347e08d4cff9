"""Which homes each piece of a dig serves: those that lie farther from the main than the piece, by the route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pandas as pd

from spatialreno.works.dig.joint import Edge, KindNet

SERVED = ["kind", "piece", "building_id"]


def served_through(
    nets: Sequence[KindNet], used: Mapping[str, tuple[Edge, ...]], piece: Mapping[Edge, str]
) -> pd.DataFrame:
    """List for each kind and piece the homes that are served through it, their own link among the pieces.

    Parameters
    ----------
    nets
        The net of each kind.
    used
        By kind, the pairs of nodes that its route takes.
    piece
        The piece of lane between two nodes.

    Returns
    -------
    DataFrame
        Columns kind, piece (``to-ID`` leads to a home), building_id.
    """
    import networkx as nx  # what is kept is read without it

    rows = []
    for net in nets:
        names = sorted({*net.served, *net.unreached})
        route = nx.Graph(list(used[net.kind]))
        if net.net.root not in route:
            continue
        ways = nx.single_source_shortest_path(route, net.net.root)
        for name in net.served:
            way = ways.get(net.net.root + 1 + names.index(name), [])
            through = [piece[pair] for pair in pairwise(way) if pair in piece]
            rows += [(net.kind, one, name) for one in (*through, f"to-{name}")] if way else []
    return pd.DataFrame(rows, columns=SERVED)
