"""Gates cut the wall they belong to and nothing else, whole across joints, and close the gap they are drawn in."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from conftest import at, examples, make_area
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box
from test_exact import batch, walked
from worlds import distance, gate, house, spots, wall, yard

from spatialreno import Scenario, alter, build, demolish
from spatialreno.area import StudyArea, assemble, split_walls
from spatialreno.blocks import compound_blocks
from spatialreno.walk import travel_times, what_if

ROUND = 2 * math.hypot(3, 5)  # from (27, 25) round (30, 30) to (33, 25)
LONG = ("W", (0, 30), (60, 30))
HALVES = [("W/1", (0, 30), (30, 30)), ("W/2", (30, 30), (60, 30))]


def joined(x: float, *walls: tuple, y: float = 30.0, width_m: float = 4.0, walkers: str = "public") -> StudyArea:  # type: ignore[type-arg]
    """A wall across a yard with a gate, and a partition that ends on it from the south at x = 30."""
    drawn = [wall(*one) for one in (*(walls or [LONG]), ("P", (30, 0), (30, 30)))]
    return yard(60, walls=drawn, gates=[gate("G", x, y, walkers, width_m)])


@pytest.mark.spread(3)
@pytest.mark.parametrize("x", [28.4, 30.0, 30.4, 31.6])
@pytest.mark.parametrize("walls", [[LONG], HALVES])
def test_a_gate_leaves_a_partition_whole_that_is_joined_to_its_wall(x: float, walls: list) -> None:  # type: ignore[type-arg]
    """One walks through the gate, round the partition's end and back through the gate: 11.662 m."""
    area = joined(x, *walls)
    assert set(area.gates["wall_id"]) <= {"W", "W/1", "W/2"}
    assert distance(area, (27, 25), (33, 25)) == pytest.approx(ROUND, abs=0.002)
    assert distance(area, (29.9, 15), (30.1, 15)) == pytest.approx(2 * math.hypot(0.1, 15), abs=0.002)
    closed = joined(x, *walls, walkers="closed")
    assert distance(closed, (27, 25), (33, 25)) == math.inf


@pytest.mark.every_day
def test_a_partition_that_ends_in_the_gap_of_a_gate_stays_whole() -> None:
    """The wall is left out at the gate, as surveys draw it; the partition's end beside the gate is not its wall."""
    broken = [("W1", (0, 30), (27.5, 30)), ("W2", (32.5, 30), (60, 30))]
    for x in (29.8, 30.0, 30.3):
        area = joined(x, *broken, width_m=5.0)
        assert set(area.gates["wall_id"]) <= {"W1", "W2"}
        assert distance(area, (27, 25), (33, 25)) == pytest.approx(ROUND, abs=0.002)
        assert distance(area, (10, 29), (10, 31)) == pytest.approx(2 * math.hypot(17.5, 1), abs=0.002)
        closed = joined(x, *broken, width_m=5.0, walkers="closed")
        assert distance(closed, (27, 25), (33, 25)) == distance(closed, (10, 29), (10, 31)) == math.inf


def test_a_gate_drawn_a_little_inside_still_belongs_to_the_wall_that_runs_through() -> None:
    assert joined(30.0, y=29.8).gates["wall_id"].tolist() == ["W"]
    assert distance(joined(30.0, y=29.8), (27, 25), (33, 25)) == pytest.approx(ROUND, abs=0.002)


def test_a_gate_is_its_width_wherever_its_wall_is_cut() -> None:
    """4 m wide at 30.4: from 28.4 to 32.4; who walks along the wall enters at its posts."""
    for walls in (
        [LONG],
        HALVES,
        [("W/1", (0, 30), (29, 30)), ("W/2", (29, 30), (30, 30)), ("W/3", (30, 30), (60, 30))],
    ):
        area = yard(60, walls=[wall(*one) for one in walls], gates=[gate("G", 30.4, 30, width_m=4.0)])
        assert distance(area, (10, 29), (10, 31)) == pytest.approx(2 * math.hypot(18.4, 1), abs=0.003)
        assert distance(area, (50, 29), (50, 31)) == pytest.approx(2 * math.hypot(17.6, 1), abs=0.003)


def test_cutting_walls_into_pieces_changes_no_walk() -> None:
    worlds, area = batch(0)
    before, after = walked(area, worlds), walked(split_walls(area, max_m=1.7), worlds)
    assert (np.isinf(before) == np.isinf(after)).all()
    both = np.isfinite(before)
    assert np.abs(before[both] - after[both]).max() <= 0.005


def test_one_boundary_drawn_twice_has_one_gate() -> None:
    """Two neighbours draw the same wall 5 cm apart, each with vertices of its own."""
    twin = wall("V", (0, 30.05), (21, 30.05), (60, 30.05))
    area = yard(60, walls=[wall(*LONG), twin], gates=[gate("G", 30, 30, width_m=4.0)])
    assert distance(area, (30, 25), (30, 35)) == pytest.approx(10, abs=0.002)
    shut = yard(60, walls=[wall(*LONG), twin], gates=[gate("G", 30, 30, "closed", 4.0)])
    assert distance(shut, (30, 25), (30, 35)) == math.inf
    none = Scenario("n", interventions=[demolish("gates", ids=["G"])]).apply(shut)
    assert distance(none, (30, 25), (30, 35)) == pytest.approx(10, abs=0.002)  # a hole through both


def test_a_hole_of_a_gate_that_goes_is_whole_across_a_joint() -> None:
    for walls in ([LONG], HALVES):
        area = joined(30.4, *walls, walkers="closed")
        gone = Scenario("n", interventions=[demolish("gates", ids=["G"])]).apply(area)
        assert distance(gone, (27, 25), (33, 25)) == pytest.approx(ROUND, abs=0.002)
        assert gone.walls.geometry["P"].length == pytest.approx(30)


def test_where_a_wall_goes_on_in_its_next_piece_there_is_no_post() -> None:
    """A wall cut near its gate, and another, cut too, 1.5 m beside it: people walk between them, 40 m straight on."""
    for cut in ((), (28, 32)):
        own = [wall(f"W{k}", (a, 30), (b, 30)) for k, (a, b) in enumerate(pairwise((0, *cut, 60)))]
        other = [wall(f"V{k}", (a, 31.5), (b, 31.5)) for k, (a, b) in enumerate(pairwise((5, *cut, 55)))]
        area = yard(60, walls=own + other, gates=[gate("G", 30, 30, "closed", 4.0)])
        assert distance(area, (10, 30.7), (50, 30.7)) == pytest.approx(40, abs=0.002)


def opened_by(area: StudyArea, name: str) -> StudyArea:
    return Scenario("d", interventions=[demolish("walls", ids=[name])]).apply(area)


@pytest.mark.parametrize("walkers", ["public", "closed"])
def test_a_gate_of_a_boundary_drawn_twice_stays_while_one_line_does(walkers: str) -> None:
    """Taking one of both lines down opens nothing and shuts nothing; both down let straight through."""
    twin = wall("V", (0, 30.05), (21, 30.05), (60, 30.05))
    area = yard(60, walls=[wall(*LONG), twin], gates=[gate("G", 30, 30, walkers, 4.0)])
    ends = (10, 25), (10, 35)
    today = distance(area, *ends)
    assert today == (math.inf if walkers == "closed" else pytest.approx(2 * math.hypot(18, 5), abs=0.1))
    for name in ("W", "V"):
        after = opened_by(area, name)
        assert list(after.gates.index) == ["G"]
        assert distance(after, *ends) == (math.inf if walkers == "closed" else pytest.approx(today, abs=0.05))
    assert distance(opened_by(opened_by(area, "W"), "V"), *ends) == pytest.approx(10, abs=0.002)


@pytest.mark.parametrize("walkers", ["public", "closed"])
def test_a_gate_that_goes_with_its_wall_leaves_a_hole_in_the_next_piece(walkers: str) -> None:
    """4 m wide at 31, of the eastern half; with it gone the western half still ends at the post, at 29."""
    area = yard(60, walls=[wall(*one) for one in HALVES], gates=[gate("G", 31, 30, walkers, 4.0)])
    assert area.gates["wall_id"].tolist() == ["W/2"]
    after = opened_by(area, "W/2")
    assert after.gates.empty
    assert distance(after, (20, 29), (20, 31)) == pytest.approx(2 * math.hypot(9, 1), abs=0.003)
    assert after.walls.geometry["W/1"].length == pytest.approx(29)


@settings(max_examples=examples(8), deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_if_a_wall_goes_is_what_comes_of_it_where_gates_stand_on_several(dice: Any) -> None:
    """Boundaries drawn twice or in pieces, with a gate near the joint; no opening lengthens a walk."""
    cut, y = dice.uniform(20, 40), dice.choice([30.0, 30.05, 30.2])
    drawn = [wall("W/1", (0, 30), (cut, 30)), wall("W/2", (cut, 30), (60, 30)), wall("V", (0, y), (60, y))]
    walkers, width = dice.choice(["public", "residents", "closed"]), dice.choice([1.0, 3.0, 5.0])
    area = make_area(
        compounds=[{"id": "S", "name": "南", "geometry": box(0, 0, 60, 30)},
                   {"id": "N", "name": "北", "geometry": box(0, 30, 60, 60)}],
        buildings=[house("B1", 10, 5, 20, 10) | {"residents": 9}],
        walls=drawn if dice.random() < 0.5 else drawn[:2],
        gates=[gate("G", cut + dice.uniform(-2, 2), 30, walkers, width)],
        facilities=[{"id": "F", "kind": "market", "geometry": Point(40, 50)}],
    )  # fmt: skip
    table = what_if(area, kinds=["market"], radius_m=60).by_kind.set_index("id")["residents"]
    before = travel_times(area, ["B1"], ["F"], limit_m=60)["distance_m"].to_numpy()
    for name in area.walls.index:
        after = travel_times(opened_by(area, name), ["B1"], ["F"], limit_m=60)["distance_m"].to_numpy()
        assert len(before) <= len(after)
        assert (after[: len(before)] <= before + 0.005).all()
        assert table.get(name, 0) == (9 if len(after) > len(before) else 0)


def test_a_wall_built_along_a_gated_wall_is_opened_with_a_word() -> None:
    from spatialreno.catalog import Finding, sentence
    from spatialreno.comparison.review import gate_findings

    area = yard(60, walls=[wall(*LONG)], gates=[gate("G", 30, 30, width_m=4.0)])
    line = wall("N", (at(20, 30.1).x, at(20, 30.1).y), (at(40, 30.1).x, at(40, 30.1).y))["geometry"]
    beside = Scenario("b", interventions=[build("walls", "N", geometry=line, kind="wall")]).apply(area)
    assert gate_findings(area, area) == []
    (said,) = gate_findings(area, beside)
    assert said == Finding("gate_beside", {"wall": "N", "gate": "G"})
    assert sentence(area.catalog, said, "en").startswith("N runs along the wall of gate G")
    assert distance(beside, (30, 25), (30, 35)) == pytest.approx(10, abs=0.002)


# ---- gates in the gap of a wall


def gapped(walkers: str = "public", *, gap: float = 5.0, width_m: float | None = 5.0, x: float = 0.0) -> StudyArea:
    """Two compounds parted by a wall with a gap, and in it a gate; homes south of it, a shop north of it."""
    half = gap / 2
    row = gate("G", 30 + x, 30, walkers) | {"width_m": width_m}
    return make_area(
        compounds=[
            {"id": "S", "name": "南", "geometry": box(0, 0, 60, 30)},
            {"id": "N", "name": "北", "geometry": box(0, 30, 60, 60)},
        ],
        buildings=[house("B1", 10, 5, 20, 10) | {"residents": 9}, house("B2", 10, 50, 20, 55) | {"residents": 4}],
        walls=[wall("W1", (0, 30), (30 - half, 30)), wall("W2", (30 + half, 30), (60, 30))],
        gates=[{k: v for k, v in row.items() if v is not None}],
        facilities=[{"id": "F", "kind": "market", "geometry": Point(40, 50)}],
    )


def test_a_gate_in_a_gap_lets_through_whom_it_should() -> None:
    """5 m of gap, the gate in its middle: 25 m straight on, or nothing."""
    ends = (30, 17.5), (30, 42.5)
    assert distance(gapped("public"), *ends) == pytest.approx(25, abs=0.002)
    assert distance(gapped("closed"), *ends) == math.inf
    area = gapped("residents")
    assert area.gates["wall_id"].tolist() == ["W1"]
    homes = travel_times(area, ["B1"], ["F"])  # its people pass, coming home to the compound beside the gate
    assert len(homes) == 1
    strangers = travel_times(area, spots(a=(90, 90)), ["B1"])
    assert strangers.empty


@pytest.mark.parametrize(("gap", "width_m", "x", "shuts"), [
    (5.0, 5.0, 0.0, True), (5.0, 4.5, 0.0, True), (5.0, 5.0, 1.2, True), (5.0, 4.0, 0.0, False), (7.0, 3.0, 0.0, False),
    (5.0, None, 0.0, True), (3.0, None, 0.8, True), (12.0, None, 0.0, False),
])  # fmt: skip
def test_a_gate_closes_a_gap_it_is_wide_enough_for(gap: float, width_m: float | None, x: float, shuts: bool) -> None:
    """As wide as the gap but for the drawing tolerance at both posts; one without a width is as wide as its gap."""
    area = gapped("closed", gap=gap, width_m=width_m, x=x)
    assert (distance(area, (30, 17.5), (30, 42.5)) == math.inf) is shuts
    if width_m is None and shuts:
        assert area.gates["width_m"].tolist() == [gap]
        assert area.gates["estimated"].tolist() == ["width_m"]


def test_a_gate_between_a_wall_and_a_gatehouse_closes_what_is_between() -> None:
    walls = [wall("W1", (0, 15), (12, 15))]
    houses = [house("B1", 16, 13, 30, 17)]
    for walkers, far in (("public", 10.0), ("closed", math.inf)):
        area = yard(walls=walls, buildings=houses, gates=[gate("G", 14, 15, walkers, 4.0)])
        assert distance(area, (14, 10), (14, 20)) == pytest.approx(far, abs=0.002)


def test_what_goes_from_a_gap_opens_it() -> None:
    """The gate alone leaves the gap; a wall beside it leaves nothing for it to close; all walls open all."""
    ends = (30, 17.5), (30, 42.5)
    area = gapped("closed")
    for layer, name in (("gates", "G"), ("walls", "W1"), ("walls", "W2")):
        gone = Scenario("d", interventions=[demolish(layer, ids=[name])]).apply(area)
        assert distance(gone, *ends) == pytest.approx(25, abs=0.002)
        names = [n for n in gone.catalog.layers if len(gone.layer(n)) and "geometry" in gone.layer(n)]
        anew = assemble({n: gone.layer(n).reset_index() for n in names}, name="anew", crs=gone.crs)
        assert distance(anew, *ends) == pytest.approx(25, abs=0.002)
        assert gone.walls.geometry.length.sum() == pytest.approx(55 - (27.5 if layer == "walls" else 0))
    opened = Scenario("o", interventions=[alter("gates", ids=["G"], set={"walkers": "public"})]).apply(area)
    assert distance(opened, *ends) == pytest.approx(25, abs=0.002)


breaks = st.lists(st.integers(2, 27), min_size=1, max_size=3, unique=True)
kinds = st.sampled_from(["public", "closed"])


@st.composite
def broken_yards(draw: st.DrawFn) -> StudyArea:
    """Two walls across a yard, each broken at gates of the width of their gaps, some of them a little beside."""
    walls, gates = [], []
    for row, y in enumerate((10, 20)):
        begin, places = 0.0, sorted(draw(breaks))
        for number, x in enumerate([*places, 30]):
            name = f"{row}{number}"
            end = x - draw(st.sampled_from([0.5, 1.0, 1.5])) if x < 30 else 30
            if end > begin + 0.5:
                walls.append(wall(f"W{name}", (begin, y), (end, y)))
            begin = 2 * x - end
            gates.append(
                gate(f"G{name}", min(x + draw(st.sampled_from([0.0, 0.2])), 29.9), y, draw(kinds), begin - end)
            )
    return yard(walls=walls, gates=[row for row in gates if row["width_m"] > 0])


@settings(max_examples=examples(8), deadline=None)
@given(broken_yards(), st.randoms(use_true_random=False))
def test_a_mask_over_gaps_is_as_good_as_building_anew(area: StudyArea, dice: Any) -> None:
    gone = {layer: [n for n in area.layer(layer).index if dice.random() < 0.3] for layer in ("walls", "gates")}
    acts = [demolish(layer, ids=ids) for layer, ids in gone.items() if ids]
    after = Scenario("d", interventions=acts).apply(area)
    names = [n for n in after.catalog.layers if len(after.layer(n)) and "geometry" in after.layer(n)]
    anew = assemble({n: after.layer(n).reset_index() for n in names}, name="anew", crs=after.crs)
    points = spots(a=(3.37, 4.41), b=(20.37, 5.41), c=(11.37, 15.41), d=(26.37, 14.41), e=(7.37, 25.41))
    before, masked, fresh = (
        travel_times(one, points, points).set_index(["origin", "destination"])["distance_m"]
        for one in (area, after, anew)
    )
    assert masked.index.equals(fresh.index)
    assert (masked - fresh).abs().max() <= 0.005
    assert (masked.reindex(before.index) <= before + 0.005).all()


def test_what_ifs_of_a_gap_equal_what_comes_of_it() -> None:
    for walkers in ("closed", "residents"):
        table = what_if(gapped(walkers), kinds=["market"], radius_m=300).by_kind.set_index(["layer", "id"])
        for key in (("gates", "G"), ("walls", "W1"), ("walls", "W2")):
            assert table.loc[[key], "residents"].sum() == (9 if walkers == "closed" else 0)


def test_blocks_see_a_gate_in_a_gap_as_walking_does() -> None:
    """A gate parts two yards whoever it lets through; the gap that it leaves is wide enough to make them one block."""
    for walkers in ("public", "residents", "closed"):
        area = gapped(walkers)
        assert compound_blocks(area).nunique() == 2
        gone = Scenario("d", interventions=[demolish("gates", ids=["G"])]).apply(area)
        assert compound_blocks(gone).nunique() == 1
