"""Compounds divided into clusters, with the proof or the bound, and what it costs.

    python benchmarks/clusters.py [COMPOUNDS …]

CPU time of the process. Generated districts (see walk_district) of 100 and 776 compounds unless others are named, 1 000
to 2 500 households a cluster, neighbours across streets up to 20 m, nobody farther than 600 m from a middle. Beside it
two clusters fewer to two more. That every cluster hangs together and keeps to its households is looked at here anew.
"""

from __future__ import annotations

import sys
import time

import networkx as nx
from walk_district import district

import spatialreno as sr
from spatialreno.area import StudyArea
from spatialreno.design import Clusters

LEAST, MOST, NEAR_M = 1000.0, 2500.0, 20.0


def kept(area: StudyArea, found: Clusters) -> bool:
    """Tell whether clusters keep to their households and hang together, by the outlines alone."""
    shapes = area.compounds.geometry
    for _, row in found.table.iterrows():
        own = shapes[row["compounds"]]
        near = own.sindex.query(own, "dwithin", distance=NEAR_M + 0.2)
        net = nx.Graph([(int(a), int(b)) for a, b in near.T])
        if not (LEAST <= row["households"] <= MOST and nx.is_connected(net) and len(net) == len(own)):
            return False
    return sorted(found.of_compound.index) == sorted(shapes.index)


def main() -> None:
    """Divide each district."""
    for count in [int(word) for word in sys.argv[1:]] or [100, 776]:
        area = district(count)
        start = time.process_time()
        found = sr.propose_clusters(area, households=(LEAST, MOST))
        spent = time.process_time() - start
        print(f"{count} compounds: {found!r}")
        print(
            f"    {found.value:,.0f} household metres, bound {found.bound:,.0f}, gap {found.gap:.2%}, {found.status}; "
            f"kept: {kept(area, found)}; {spent:.1f} CPU s with what stands beside"
        )
        print(found.beside.round(0).to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
