"""Least sets of what must go tell, for any removal, which compounds are one block."""

from __future__ import annotations

import networkx as nx
from conftest import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quarters import area_of, quarters

from spatialreno import Scenario, demolish
from spatialreno.blocks import compound_blocks, merging_sets


@settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_blocks_follow_from_the_sets(data: st.DataObject) -> None:
    area = area_of(data.draw(quarters(3)))
    things = [("walls", i) for i in area.walls.index] + [("structures", i) for i in area.structures.index]
    gone = {thing for thing in things if data.draw(st.booleans())}
    acts = [demolish(layer, ids=[i]) for layer, i in sorted(gone)]
    blocks = compound_blocks(Scenario("o", interventions=acts).apply(area) if acts else area)
    graph = nx.Graph()
    graph.add_nodes_from(area.compounds.index)
    graph.add_edges_from((p.a, p.b) for p in merging_sets(area, things) if any(s <= gone for s in p.sets))
    expected = {frozenset(ids) for _, ids in blocks.groupby(blocks).groups.items()}
    assert {frozenset(part) for part in nx.connected_components(graph)} == expected
