"""A thousand single openings ranked exactly, against recomputing: ours and networkx.

    python benchmarks/walk_whatif.py [compounds] [openings]

CPU time on a generated district. Each opening (a wall, a shed or a gate) is tried alone for twenty kinds of facility. A
random sample of 50 is recomputed from the changed area and must be equal. networkx recomputes the nearest of one kind
over the hops open to visitors once, which is scaled to all kinds and openings; that favours networkx, since the gates
of each block would need a search of their own.
"""

from __future__ import annotations

import sys
import time

import networkx as nx
import numpy as np
import pandas as pd
from walk_district import district

from spatialreno import Scenario, alter, demolish
from spatialreno.area import StudyArea
from spatialreno.walk import nearest, what_if
from spatialreno.walk.state.places import find_places
from spatialreno.walk.state.standing import VISITOR
from spatialreno.walk.state.state import state_of
from spatialreno.walk.trials import what_if as trial_rows
from spatialreno.walk.trials.trials import Trial

SAMPLE = 50


def opened(area: StudyArea, layer: str, name: str) -> StudyArea:
    """Apply one opening as a scenario."""
    if layer == "gates":
        return Scenario("o", interventions=[alter("gates", ids=[name], set={"walkers": "public"})]).apply(area)
    return Scenario("o", interventions=[demolish(layer, ids=[name])]).apply(area)


def main(compounds: int, count: int, sample: int) -> None:
    """Run all and print."""
    area = district(compounds)
    names = [name for _, name in trial_rows.candidate_layers(area, None)]
    dice = np.random.default_rng(4)
    names = [names[at] for at in np.sort(dice.choice(len(names), min(count, len(names)), replace=False))]
    nearest(area)
    what_if(area, names[:2])
    begin = time.process_time()
    what_if(area, [])
    ready = time.process_time() - begin
    begin = time.process_time()
    table = what_if(area, names).by_kind
    ours = time.process_time() - begin
    each = (ours - ready) / len(names)
    print(f"{compounds} compounds, {len(names)} openings, {table['kind'].nunique()} kinds")
    print(f"ours      {ours:9.1f} s in all, {ready:.1f} s of it once; {1000 * each:.1f} ms an opening")
    print(f"          median {1000 * _median(area, names[::5]):.1f} ms")
    spent = _check(area, table, sorted(dice.choice(names, min(sample, len(names)), replace=False)))
    print(f"recompute {spent * len(names):9.1f} s by our own full evaluation, scaled; {sample} of them equal")
    once = _networkx(area)
    total = once * table["kind"].nunique() * len(names)
    print(f"networkx  {total:9.1f} s, scaled from one kind and one opening  {total / ours:6.0f} x")


def _median(area: StudyArea, names: list[str]) -> float:
    """Take the median CPU time of single openings."""
    trial = Trial.of(area, trial_rows.radii_of(area, None, None, "gb50180-2018"))
    begin = time.process_time()
    changes = list(trial.openings(trial_rows.candidate_layers(area, names)))
    shared = (time.process_time() - begin) / len(names)
    each = []
    for change in changes:
        begin = time.process_time()
        list(trial.gains(change))
        each.append(time.process_time() - begin + shared)
    return float(np.median(each))


def _check(area: StudyArea, table: pd.DataFrame, sample: list[str]) -> float:
    """Recompute a sample and compare; returns CPU seconds of one evaluation."""
    kinds = sorted(table["kind"].unique())
    people = area.buildings["residents"].astype(float).fillna(0)
    before = nearest(area, kinds).set_index(["kind", "building_id"])["distance_m"]
    spent = []
    for name in sample:
        rows = table[table["id"] == name]
        begin = time.process_time()
        after = nearest(opened(area, rows["layer"].iloc[0], name), kinds)
        after = after.set_index(["kind", "building_id"])["distance_m"]
        spent.append(time.process_time() - begin)
        saved = (before - after).groupby("kind", sort=True).apply(
            lambda gain: float((gain.droplevel("kind") * people).fillna(0).sum())
        )
        assert np.allclose(saved.to_numpy(), rows.sort_values("kind")["person_m"].to_numpy(), atol=1e-3), name
        fresh = (after.notna() & before.isna()).groupby("kind").apply(
            lambda new: float(people[new.droplevel("kind")].sum())
        )
        assert np.allclose(fresh.to_numpy(), rows.sort_values("kind")["newly_reached"].to_numpy()), name
    return float(np.mean(spent))


def _networkx(area: StudyArea) -> float:
    """Time networkx for the nearest of one kind from every node."""
    state = state_of(area)
    hops, usable = state.fabric.hops, state.hops.barred == 0
    graph = nx.Graph()
    lines = (part[usable].tolist() for part in (hops.first, hops.second, hops.length))
    graph.add_weighted_edges_from(zip(*lines, strict=True))
    kind = area.facilities["kind"].iloc[0]
    places = find_places(area, state.fabric, list(area.facilities.index[area.facilities["kind"] == kind]))
    seeds = state.seeds(VISITOR, places)
    graph.add_weighted_edges_from(
        (f"P{place}", node, length)
        for place, node, length in zip(seeds.place.tolist(), seeds.node.tolist(), seeds.length.tolist(), strict=True)
    )
    begin = time.process_time()
    nx.multi_source_dijkstra_path_length(graph, {f"P{place}" for place in set(seeds.place.tolist())}, cutoff=3_000_000)
    return time.process_time() - begin


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:]]
    main(*(asked + [800, 1000, SAMPLE][len(asked) :]))
