"""Walks in one yard: arithmetic, joints that must not leak, and a brute-force measure."""

from __future__ import annotations

import math

import pytest
from conftest import examples
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from worlds import distance, gate, house, shed, standing_shapes, true_distance, wall, without, yard, yards

from spatialreno.area import StudyArea

CLEAR = 0.05


def test_open_yard_is_a_straight_line() -> None:
    area = yard(walls=[wall("W1", (0, 29), (1, 29))])
    assert distance(area, (3, 4), (6, 8)) == pytest.approx(5.0, abs=0.001)


def test_round_the_end_of_a_wall() -> None:
    area = yard(walls=[wall("W1", (15, 0), (15, 20))])
    detour = 2 * math.hypot(5, 10)
    assert distance(area, (10, 10), (20, 10)) == pytest.approx(detour, abs=4 * CLEAR)
    assert distance(without(area, walls=["W1"]), (10, 10), (20, 10)) == pytest.approx(10, abs=0.002)


def test_along_the_line_of_a_wall() -> None:
    area = yard(walls=[wall("W1", (10, 15), (20, 15))])
    assert distance(area, (5, 15), (25, 15)) == pytest.approx(20, abs=4 * CLEAR)


def test_round_a_house() -> None:
    area = yard(buildings=[house("B1", 10, 10, 20, 20)])
    assert distance(area, (5, 15), (25, 15)) == pytest.approx(2 * math.hypot(5, 5) + 10, abs=4 * CLEAR)


def box_of_walls(*gates: dict[str, object]) -> StudyArea:
    corners = [(10, 10), (20, 10), (20, 20), (10, 20), (10, 10)]
    walls = [wall(f"W{at}", corners[at], corners[at + 1]) for at in range(4)]
    return yard(walls=walls, gates=list(gates)) if gates else yard(walls=walls)


def test_closed_box_cannot_be_left_nor_entered() -> None:
    area = box_of_walls()
    assert distance(area, (15, 15), (5, 5)) == math.inf
    assert distance(area, (5, 5), (15, 15)) == math.inf
    for name in area.walls.index:
        assert distance(without(area, walls=[name]), (15, 15), (5, 5)) < math.inf


def test_box_with_gates() -> None:
    through = 2 * math.hypot(5, 5)
    assert distance(box_of_walls(gate("G1", 15, 10)), (15, 15), (15, 5)) == pytest.approx(10, abs=0.01)
    assert distance(box_of_walls(gate("G1", 15, 10, "closed")), (15, 15), (15, 5)) == math.inf
    area = box_of_walls(gate("G1", 15, 10, "residents"))
    assert distance(area, (15, 15), (10, 5)) < through  # both ends lie in the compound whose gate it is
    assert distance(without(area, gates=["G1"]), (15, 15), (15, 5)) == math.inf  # the wall is whole again


@pytest.mark.parametrize("gap", [0.0, 0.0004, 0.1, 0.19])
@pytest.mark.long
def test_joints_do_not_leak(gap: float) -> None:
    """A T-joint, and the same drawn a little short; a gap wider than `seal_m` lets people through."""
    lid = [wall("W1", (0, 15), (30, 15))]
    tee = yard(walls=[*lid, wall("W2", (15, 0), (15, 15 - gap))])
    assert distance(tee, (14.9, 14.8), (15.1, 14.8)) == math.inf
    house_tee = yard(walls=[wall("W2", (15, 0), (15, 10 - gap))], buildings=[house("B1", 0, 10, 30, 12)])
    assert distance(house_tee, (14, 9), (16, 9)) == math.inf


def test_a_gap_wide_enough_is_a_way() -> None:
    area = yard(walls=[wall("W2", (15, 0), (15, 9.5))], buildings=[house("B1", 0, 10, 30, 12)])
    assert distance(area, (14, 9), (16, 9)) < 5


def test_crossing_walls_make_four_rooms() -> None:
    area = yard(walls=[wall("W1", (0, 15), (30, 15)), wall("W2", (15, 0), (15, 30))])
    rooms = [(14.99, 14.99), (15.01, 14.99), (15.01, 15.01), (14.99, 15.01)]
    assert all(distance(area, one, two) == math.inf for one in rooms for two in rooms if one < two)


def test_two_parallel_walls() -> None:
    area = yard(walls=[wall("W1", (0, 14), (30, 14)), wall("W2", (0, 16), (30, 16))])
    assert distance(area, (15, 10), (15, 20)) == math.inf
    assert distance(without(area, walls=["W1"]), (15, 10), (15, 20)) == math.inf
    assert distance(without(area, walls=list(area.walls.index)), (15, 10), (15, 20)) == pytest.approx(10)


def test_only_what_stands_on_the_ground_stops() -> None:
    for position, stops in (("ground", True), ("attached", True), ("roof", False), ("balcony", False)):
        area = yard(structures=[shed("S1", 10, 0, 11, 30, position=position)])
        assert (distance(area, (5, 15), (20, 15)) == math.inf) is stops


def test_walls_that_touch_sheds() -> None:
    area = yard(walls=[wall("W1", (0, 15), (10, 15)), wall("W2", (12, 15), (30, 15))],
                structures=[shed("S1", 10, 14, 12, 16)])  # fmt: skip
    assert distance(area, (5, 10), (5, 20)) == math.inf
    opened = distance(without(area, structures=["S1"]), (5, 10), (5, 20))
    assert opened == pytest.approx(2 * math.hypot(5, 5), abs=4 * CLEAR)


def near_anything(area: StudyArea, xy: tuple[float, float]) -> bool:
    from conftest import at

    return any(shape.distance(at(*xy)) < 0.3 for shape in standing_shapes(area))


inner = st.tuples(st.integers(1, 28), st.integers(1, 28)).map(lambda xy: (xy[0] + 0.37, xy[1] + 0.41))


@settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(yards(), inner, inner)
def test_as_long_as_brute_force_says(area: StudyArea, a: tuple[float, float], b: tuple[float, float]) -> None:
    assume(a != b and not near_anything(area, a) and not near_anything(area, b))
    expected = true_distance(area, a, b)
    found = distance(area, a, b)
    if math.isinf(expected):
        assert math.isinf(found)
    else:
        assert expected - 0.03 <= found <= expected + 0.25 + 0.002 * expected


@settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(yards(), inner, inner, st.randoms(use_true_random=False))
@pytest.mark.long
def test_opening_never_lengthens(
    area: StudyArea, a: tuple[float, float], b: tuple[float, float], dice
) -> None:  # type: ignore[no-untyped-def]
    walls = [name for name in area.walls.index if dice.random() < 0.5]
    sheds = [name for name in area.structures.index if dice.random() < 0.5]
    few = without(area, walls=walls[: len(walls) // 2], structures=sheds[: len(sheds) // 2])
    opened = without(few, walls=walls[len(walls) // 2 :], structures=sheds[len(sheds) // 2 :])
    assert distance(opened, a, b) <= distance(few, a, b) <= distance(area, a, b)
    assert distance(opened, a, b) == distance(opened, b, a)
