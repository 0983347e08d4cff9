"""Through-walking by arithmetic: one walled compound in a ring of streets, with a spur to the south and the north."""

from __future__ import annotations

import math
from typing import Any

import pytest
from conftest import EXAMPLE, make_area
from shapely.geometry import LineString, Point, box
from worlds import gate, house, wall

from spatialreno import Scenario, demolish, read_scenario
from spatialreno.area import StudyArea
from spatialreno.errors import InputError
from spatialreno.walk import cut_through, nearest, who_reaches

# Four ends of trips: (50, -60), (50, -10), (50, 90), (50, 140). From (50, -10) to (50, 90) it is 100 m through the
# block; round it people walk on the verge by two of its corners. So of 6 trips 4 cross an open block, each saving 82 m.
AROUND, ACROSS = 2 * math.hypot(50, 10) + 80, 100.0


def ring(*gates: dict[str, Any], **more: list[dict[str, Any]]) -> StudyArea:
    layers: dict[str, list[dict[str, Any]]] = {
        "compounds": [{"id": "C1", "name": "一院", "geometry": box(0, 0, 100, 80)}],
        "buildings": [house("B1", 5, 30, 15, 42) | {"residents": 40}],
        "walls": [
            wall("S", (0, 0), (100, 0)),
            wall("E", (100, 0), (100, 80)),
            wall("N", (100, 80), (0, 80)),
            wall("W", (0, 80), (0, 0)),
        ],
        "paths": [
            {"id": "R", "geometry": LineString([(-10, -10), (110, -10), (110, 90), (-10, 90), (-10, -10)])},
            {"id": "P1", "geometry": LineString([(50, -10), (50, -60)])},
            {"id": "P2", "geometry": LineString([(50, 90), (50, 140)])},
        ],
        "facilities": [{"id": "F1", "kind": "pharmacy", "geometry": Point(10, -12)}],
    }
    if gates:
        layers["gates"] = list(gates)
    return make_area(**(layers | more))


def row(area: StudyArea, opening: Any, **more: Any) -> Any:
    found = cut_through(area, opening, kinds=["pharmacy"], **more)
    assert len(found) == 1
    return found.iloc[0]


def test_nothing_crosses_a_block_open_on_one_side() -> None:
    found = row(ring(), ["S"])
    assert found[["trips", "through_before", "through_after", "saved_m"]].tolist() == [6, 0, 0, 0]
    assert (found["share_before"], found["share_after"]) == (0, 0)


def test_four_of_six_trips_cross_an_open_block() -> None:
    found = row(ring(), Scenario("both", interventions=[demolish("walls", ids=["S", "N"])]))
    assert found["opening"] == "both"
    assert found["compounds"] == "C1"
    assert found[["trips", "through_before", "through_after"]].tolist() == [6, 0, 4]
    assert found["share_after"] == pytest.approx(4 / 6)
    assert found["saved_m"] == pytest.approx(4 * (AROUND - ACROSS), abs=0.1)
    assert found["ride_after"] == pytest.approx(4 / 6)


@pytest.mark.parametrize(("width", "ride"), [(1.0, 0.0), (2.0, 4 / 6)])
def test_a_second_way_out_makes_a_thoroughfare_and_a_narrow_one_keeps_riders_out(width: float, ride: float) -> None:
    found = row(ring(gate("G", 50, 80, "public", width)), ["S"])
    assert found["share_before"] == 0
    assert found["share_after"] == pytest.approx(4 / 6)
    assert found["ride_after"] == pytest.approx(ride)


@pytest.mark.long
def test_residents_gates_keep_outsiders_out() -> None:
    assert row(ring(gate("G", 50, 80, "residents")), ["S"])["share_after"] == 0
    opened = row(ring(gate("G", 50, 80, "residents"), gate("H", 50, 0)), ["G"])
    assert opened[["share_before", "share_after"]].tolist() == [0, pytest.approx(4 / 6)]


def test_what_was_crossed_before_counts_before() -> None:
    found = row(ring(gate("G", 50, 80), gate("H", 50, 0)), ["E"])
    assert (found["share_before"], found["share_after"]) == pytest.approx((4 / 6, 4 / 6))
    assert found["saved_m"] == pytest.approx(0, abs=1)


def test_what_the_residents_gain_stands_beside() -> None:
    before = ring(gate("G", 50, 80))
    after = Scenario("o", interventions=[demolish("walls", ids=["S"])]).apply(before)
    far, near = (float(nearest(area, ["pharmacy"])["distance_m"].item()) for area in (before, after))
    found = row(before, ["S"], radius_m=100)
    assert near < 100 < far
    assert near == pytest.approx(30 + 12, abs=3)
    assert found[["residents", "newly_inside"]].tolist() == [40, 40]
    assert found["person_m"] == pytest.approx(40 * (far - near))


def test_the_reach_decides_which_trips_count() -> None:
    found = row(ring(), Scenario("both", interventions=[demolish("walls", ids=["S", "N"])]), reach_m=20)
    assert found[["trips", "through_after"]].tolist() == [1, 1]


def test_an_unknown_opening_is_refused() -> None:
    with pytest.raises(InputError, match="W77"):
        cut_through(ring(), ["W77"])


@pytest.mark.long
def test_the_example_as_the_readme_tells_it(example: StudyArea) -> None:
    plan = read_scenario(EXAMPLE / "scenarios" / "full.toml")
    found = cut_through(example, plan).set_index("compounds").loc["C04,C05,C06,C07"]
    assert round(100 * found["share_after"]) == round(100 * found["ride_after"]) == 26
    assert found["share_before"] == 0
    assert found["newly_inside"] == 984
    night = who_reaches(example, ["pharmacy"], group="general", at="2026-05-04T23:30").iloc[0]
    assert night[["inside", "lost"]].tolist() == [1601, 1199]
