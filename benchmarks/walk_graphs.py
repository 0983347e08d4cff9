"""Walk graphs for benchmarks: OpenStreetMap extracts, as arrays on whole millimetres; and CPU time of a call."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from spatialreno.walk import StreetNetwork
from spatialreno.walk.fabric.build import hilbert

# Real extracts are no part of the project; they lie beside it, or where SPATIALRENO_DATA says.
DATA = Path(os.environ.get("SPATIALRENO_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
PLACES = {"porto": ("porto.osm.pbf", "EPSG:3763"), "heidelberg": ("heidelberg.osm.pbf", "EPSG:25832")}
_NOT_WALKED = {
    "motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed", "raceway", "bus_guideway",
}  # fmt: skip
T = TypeVar("T")


def read_graph(name: str) -> StreetNetwork:
    """Read the largest connected part of an extract's streets and paths.

    Parameters
    ----------
    name
        "porto" or "heidelberg", a folder of the shared data.

    Returns
    -------
    StreetNetwork
        Each OpenStreetMap node of a way is a node, along a Hilbert curve; edges are straight, in whole millimetres.
    """
    import osmium
    import pyproj
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    file, crs = PLACES[name]
    nodes: dict[int, tuple[float, float]] = {}
    pairs: list[tuple[int, int]] = []
    ways = osmium.FileProcessor(DATA / name / file).with_locations()
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        if not way.is_way() or way.tags["highway"] in _NOT_WALKED or way.tags.get("foot") == "no":
            continue
        known = [node for node in way.nodes if node.location.valid()]
        nodes.update((node.ref, (node.lon, node.lat)) for node in known)
        pairs += [(one.ref, two.ref) for one, two in pairwise(known) if one.ref != two.ref]
    refs = np.array(sorted(nodes))
    ends = np.searchsorted(refs, np.array(pairs))
    ends = np.unique(np.sort(ends, axis=1), axis=0)
    where = np.array([nodes[ref] for ref in refs.tolist()])
    xy = np.column_stack(pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*where.T))
    ones = np.ones(len(ends))
    _, part = connected_components(coo_matrix((ones, ends.T), shape=(len(refs), len(refs))), directed=False)
    keep = part == np.bincount(part).argmax()
    order = np.flatnonzero(keep)
    order = order[np.argsort(hilbert(np.rint(xy[order] * 1000).astype(np.int64)), kind="stable")]
    number = np.full(len(refs), -1)
    number[order] = np.arange(len(order))
    ends = number[ends[keep[ends[:, 0]]]]
    length = np.ceil(np.hypot(*(xy[order][ends[:, 0]] - xy[order][ends[:, 1]]).T) * 1000).astype(np.int64)
    ids = pd.Index(refs[order], name="node")
    return StreetNetwork(ids, xy[order], ends[:, 0], ends[:, 1], np.maximum(length, 1), pyproj.CRS(crs))


def cpu(call: Callable[[], T], repeat: int = 1) -> tuple[float, T]:
    """Give the least CPU time of some calls, in seconds, and the answer."""
    best = np.inf
    for _ in range(repeat):
        begin = time.process_time()
        answer = call()
        best = min(best, time.process_time() - begin)
    return best, answer
