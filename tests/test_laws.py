"""Laws that hold for every quarter: what opening, merging, applying, writing, shuffling and renaming may not do."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import quarters as q
import shapely
from conftest import at, examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.geometry import LineString

import spatialreno as sr

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # quarters are small as they are: no shrinking
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "phases": PHASES}
BUILT_M = 0.02  # a new obstacle has its cell woven anew: 1 mm for each of the hops of a short walk
GEOJSON_M = 1e-4


def walks(area: sr.StudyArea) -> pd.Series:
    """Metres from every building to every building and facility, infinite where there is no way."""
    ends = [*area.buildings.index, *area.facilities.index]
    found = sr.travel_times(area, destinations=ends).set_index(["origin", "destination"])["distance_m"]
    every = pd.MultiIndex.from_product([area.buildings.index, ends])
    return found.reindex(every).fillna(np.inf)


def strict(area: sr.StudyArea) -> Any:
    """The standard with radii small enough to matter in a quarter of a hundred metres."""
    norm = area.catalog.standard("gb50180-2018")
    radii = [(service.radius_m or norm.levels[service.level].distance_m) / 5 for service in norm.services]
    near = [s.model_copy(update={"radius_m": radius}) for s, radius in zip(norm.services, radii, strict=True)]
    return norm.model_copy(update={"services": tuple(near)})


def evaluated(area: sr.StudyArea) -> sr.Evaluation:
    return sr.evaluate(area, strict(area))


def page(rows: q.Rows, scenario: sr.Scenario) -> str:
    return sr.draw(sr.compare(q.area_of(rows), [scenario])).html()


# ---- walking


@settings(max_examples=examples(15), **QUIET)
@given(st.data())
def test_opening_lengthens_no_walk(data: st.DataObject) -> None:
    rows = data.draw(q.quarters())
    today = q.area_of(rows)
    assert (walks(data.draw(q.openings(rows)).apply(today)) <= walks(today)).all()


@settings(max_examples=examples(12), **QUIET)
@given(st.data())
def test_opening_takes_no_service_from_any_home(data: st.DataObject) -> None:
    rows = data.draw(q.quarters())
    today = q.area_of(rows)
    before, after = evaluated(today), evaluated(data.draw(q.openings(rows)).apply(today))
    assert (after.scores["score"] >= before.scores["score"] - 1e-9).all()
    keys = ["building_id", "kind"]
    joined = before.access.merge(after.access, on=keys, suffixes=("_before", "_after"), validate="1:1")
    assert len(joined) == len(before.access)
    assert not (joined["within_before"] & ~joined["within_after"]).any()


@settings(max_examples=examples(10), **QUIET)
@given(st.data())
def test_closing_gates_shortens_no_walk(data: st.DataObject) -> None:
    rows = data.draw(q.quarters().filter(lambda r: "gates" in r))
    today = q.area_of(rows)
    some = data.draw(st.lists(st.sampled_from([g["id"] for g in rows["gates"]]), min_size=1, unique=True))
    closed = sr.Scenario("closed", "封闭", [sr.alter("gates", ids=some, set={"walkers": "closed"})]).apply(today)
    assert (walks(closed) >= walks(today)).all()


@settings(max_examples=examples(12), **QUIET)
@given(st.data())
def test_a_new_wall_shortens_no_walk(data: st.DataObject) -> None:
    rows = data.draw(q.quarters())
    today = q.everything_open(rows).apply(q.area_of(rows))
    x, y = data.draw(st.integers(2, 70)), data.draw(st.integers(2, 28))
    far = data.draw(st.integers(3, 20))
    end = (x + far, y) if data.draw(st.booleans()) else (x, y + far)
    line = LineString([at(x, y), at(*end)])
    walled = sr.Scenario("walled", "新墙", [sr.build("walls", "NEW", geometry=line)]).apply(today)
    assert (walks(walled) >= walks(today) - BUILT_M).all()


# ---- blocks


@settings(max_examples=examples(25), **QUIET)
@given(st.data())
def test_merging_conserves_area_and_people(data: st.DataObject) -> None:
    rows = data.draw(q.quarters())
    area = data.draw(q.openings(rows)).apply(q.area_of(rows))
    blocks = sr.merge_blocks(area)
    members = blocks["compounds"].str.split(",").explode()
    assert sorted(members) == list(area.compounds.index)
    assert set(blocks.geom_type) == {"Polygon"}
    assert blocks["area_m2"].sum() == pytest.approx(area.compounds["area_m2"].sum())
    assert blocks.geometry.area.sum() == pytest.approx((blocks["area_m2"] + blocks["strip_m2"]).sum(), rel=1e-6)
    for people in ("households", "residents"):
        assert blocks[people].sum() == area.buildings[people].sum()


@settings(max_examples=examples(12), **QUIET)
@given(st.data())
def test_opening_parts_no_block(data: st.DataObject) -> None:
    rows = data.draw(q.quarters())
    today = q.area_of(rows)
    before = sr.blocks.compound_blocks(today)
    after = sr.blocks.compound_blocks(data.draw(q.openings(rows)).apply(today))
    assert (after.groupby(before).nunique() == 1).all()


# ---- applying


@settings(max_examples=examples(8), **QUIET)
@given(st.data())
def test_the_order_of_interventions_means_nothing(data: st.DataObject) -> None:
    rows = data.draw(q.quarters())
    today = q.area_of(rows)
    scenario = data.draw(q.openings(rows))
    station = sr.build("facilities", "NEW1", geometry=at(3, 3), kind="parcel_station")
    widen = sr.alter("paths", ids=["L1", "L2"], set={"width_m": 9.0})
    first = [*scenario.interventions, station, widen]
    other = sr.Scenario("s", "", data.draw(st.permutations(first)))
    one = sr.Scenario("s", "", first)
    assert q.all_bytes(one.apply(today)) == q.all_bytes(other.apply(today))
    assert_frame_equal(one.ledger(today), other.ledger(today))
    added = sr.Scenario("added", "", [station, widen])
    assert q.all_bytes((scenario | added).apply(today)) == q.all_bytes((added | scenario).apply(today))


@settings(max_examples=examples(8), **QUIET)
@given(st.data())
def test_applying_leaves_the_area_as_it_was(data: st.DataObject) -> None:
    rows = data.draw(q.quarters())
    today = q.area_of(rows)
    scenario = data.draw(q.openings(rows))
    before, print_before = q.all_bytes(today), today.fingerprint
    after = scenario.apply(today)
    scenario.ledger(today)
    evaluated(after)
    assert q.all_bytes(today) == before
    assert q.area_of(rows).fingerprint == print_before
    assert (after.fingerprint != print_before) == bool(scenario.interventions) or q.all_bytes(after) == before
    assert after.survey is today


@settings(max_examples=examples(8), **QUIET)
@given(st.data())
def test_a_scenario_joined_with_itself_is_itself(data: st.DataObject) -> None:
    rows = data.draw(q.quarters())
    scenario = data.draw(q.openings(rows))
    assert scenario | scenario == scenario
    today = q.area_of(rows)
    assert (scenario | scenario).apply(today) == scenario.apply(today)
    assert_frame_equal((scenario | scenario).ledger(today), scenario.ledger(today))


# ---- writing


@settings(max_examples=examples(8), **QUIET)
@given(st.data())
def test_a_geopackage_reads_back_exactly(data: st.DataObject) -> None:
    rows = data.draw(q.quarters())
    area = data.draw(q.openings(rows)).apply(q.area_of(rows))
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "one" / "a.gpkg", Path(folder) / "two" / "a.gpkg"
        sr.write_area(area, first)
        again = sr.read_area(first)
        sr.write_area(again, second)
        assert q.all_bytes(again) == q.all_bytes(area)
        assert first.read_bytes() == second.read_bytes()


@settings(max_examples=examples(8), **QUIET)
@given(st.data())
def test_geojson_keeps_a_tenth_of_a_millimetre(data: st.DataObject) -> None:
    area = q.area_of(data.draw(q.quarters()))
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder) / "one", Path(folder) / "two"
        again = sr.read_area(sr.write_area(area, one))
        sr.write_area(again, two)
        assert_close(area, again)
        assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in two.iterdir()}


@pytest.mark.long
def test_the_example_reads_back_from_both_forms(example: sr.StudyArea, tmp_path: Path) -> None:
    assert q.all_bytes(sr.read_area(sr.write_area(example, tmp_path / "x.gpkg"))) == q.all_bytes(example)
    assert_close(example, sr.read_area(sr.write_area(example, tmp_path / "folder")))


def assert_close(one: sr.StudyArea, two: sr.StudyArea) -> None:
    """All cells alike; all coordinates, and what is measured from them, within what GeoJSON keeps."""
    for name, layer in one.catalog.layers.items():
        a, b = one.layer(name), two.layer(name)
        assert list(a.index) == list(b.index)
        kept = [c for c in layer.columns if c in a.columns and layer.columns[c].status != "derived"]
        assert_frame_equal(pd.DataFrame(a[kept]), pd.DataFrame(b[kept]))
        if not layer.is_table and len(a):
            away = shapely.get_coordinates(a.geometry.to_numpy()) - shapely.get_coordinates(b.geometry.to_numpy())
            assert np.hypot(*away.T).max() <= GEOJSON_M


# ---- shuffling and renaming


@settings(max_examples=examples(6), **QUIET)
@given(st.data())
def test_the_order_of_rows_means_nothing(data: st.DataObject) -> None:
    rows = data.draw(q.quarters(most=2))
    mixed = q.shuffled(rows, data.draw)
    scenario = data.draw(q.openings(rows))
    one, two = q.area_of(rows), q.area_of(mixed)
    assert_frame_equal(evaluated(one).table, evaluated(two).table)
    assert_frame_equal(sr.merge_blocks(one), sr.merge_blocks(two))
    assert_frame_equal(scenario.ledger(one), scenario.ledger(two))


@settings(max_examples=examples(3), **QUIET)
@given(st.data())
@pytest.mark.long
def test_the_order_of_rows_changes_no_byte_of_the_page(data: st.DataObject) -> None:
    rows = data.draw(q.quarters(most=2))
    scenario = data.draw(q.openings(rows))
    assert page(rows, scenario) == page(q.shuffled(rows, data.draw), scenario)


@settings(max_examples=examples(4), **QUIET)
@given(st.data())
@pytest.mark.long
def test_names_that_keep_the_order_change_only_names(data: st.DataObject) -> None:
    mark = "甲"
    rows = data.draw(q.quarters(most=2))
    scenario = data.draw(q.openings(rows))
    names = q.prefixed(rows, mark)
    one = sr.compare(q.area_of(rows), [scenario], standard="wzsq-2020")
    two = sr.compare(q.area_of(q.renamed(rows, names)), [q.scenario_renamed(scenario, names)], standard="wzsq-2020")
    for table in ("table", "change", "leaders"):
        assert plain(getattr(two, table)()).replace(mark, "") == plain(getattr(one, table)())
    for option in ("today", "opened"):
        assert plain(two.blocks[option]).replace(mark, "") == plain(one.blocks[option])
        assert plain(two.ledgers[option]).replace(mark, "") == plain(one.ledgers[option])
    assert unstamped(two).replace(mark, "") == unstamped(one)


def plain(table: pd.DataFrame) -> str:
    return pd.DataFrame(table).to_csv()


def unstamped(options: sr.Comparison) -> str:
    """The page without fingerprints of areas and scripts."""
    text = re.sub(r"'sha256-[^']*'", "", sr.draw(options).html())
    for area in options.areas.values():
        text = text.replace(area.fingerprint, "")
    return text


@settings(max_examples=examples(8), **QUIET)
@given(st.data())
def test_no_name_changes_an_objective(data: st.DataObject) -> None:
    rows = data.draw(q.quarters(most=2))
    scenario = data.draw(q.openings(rows))
    names = data.draw(q.any_names(rows))
    one = scenario.apply(q.area_of(rows))
    two = q.scenario_renamed(scenario, names).apply(q.area_of(q.renamed(rows, names)))
    assert partition(one, names["compounds"]) == partition(two, {})
    scores = evaluated(one).scores["score"].rename(names["buildings"]).sort_index()
    assert evaluated(two).scores["score"].to_numpy() == pytest.approx(scores.to_numpy(), abs=0.01)
    sites = [sr.site_facilities(area, "parcel_station") for area in (one, two)]
    assert sites[0].feasible == sites[1].feasible
    if sites[0].feasible:
        assert sites[0].objective == pytest.approx(sites[1].objective, rel=1e-4)


def partition(area: sr.StudyArea, names: dict[str, str]) -> set[frozenset[str]]:
    """Which compounds are together, whatever their blocks are called."""
    return {frozenset(names.get(c, c) for c in text.split(",")) for text in sr.merge_blocks(area)["compounds"]}


# ---- the same bytes


@pytest.mark.long
def test_two_processes_write_the_same_bytes(tmp_path: Path, example: sr.StudyArea) -> None:
    area = sr.write_area(example, tmp_path / "area")
    digests = [written_elsewhere(area, tmp_path / seed, seed) for seed in ("1", "77")]
    assert len(digests[0]) > 8
    assert digests[0] == digests[1]


SCRIPT = """
import sys
import spatialreno as sr
today = sr.read_area(sys.argv[1])
clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
opened = clear | sr.Scenario("opened", "拆墙", [sr.demolish("walls", between=list(today.compounds.index))])
options = sr.compare(today, [clear, opened])
options.write(sys.argv[2])
sr.draw(options).save(sys.argv[2] + "/page.html")
"""


def written_elsewhere(area: Path, folder: Path, seed: str) -> dict[str, str]:
    """Compare, write and draw in a process of its own; the digest of every file."""
    command = [sys.executable, "-c", SCRIPT, str(area), str(folder)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
