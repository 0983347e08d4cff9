"""Fire access by arithmetic: widths, gates, turns, dead ends, hoses; and taking down never shuts a door."""

import numpy as np
import pytest
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from land.yards import area, layer
from shapely import LineString, Point, box

from spatialreno.area import StudyArea
from spatialreno.area.under_catalog import replace_layers
from spatialreno.land import fire_access, fire_blockers

YARD = layer({"id": "C1", "name": "院", "geometry": box(-60, -100, 160, 150)})
STREET = {"id": "S", "kind": "street", "geometry": LineString([(-50, -20), (150, -20)])}


def lane(*points, name="L", kind="lane"):
    return {"id": name, "kind": kind, "geometry": LineString(points)}


def home(name, shape, households=30, **more):
    return {"id": name, "households": households, "residents": 75, "geometry": shape} | more


def door(name, building, x, y, households=10):
    return {"id": name, "building_id": building, "households": households, "geometry": Point(x, y)}


def shed(name, *bounds, **more):
    return {"id": name, "legality": "illegal", "geometry": box(*bounds)} | more


def quarter(*paths, **layers) -> StudyArea:
    rows = {name: layer(*own) for name, own in layers.items()}
    return area(compounds=YARD, paths=layer(STREET, *paths), **rows)


def verdicts(found, path="L"):
    rows = found.lanes[found.lanes["path_id"] == path]
    return [(r.verdict, r.from_m, r.to_m) for r in rows.itertuples()]


@pytest.mark.parametrize(("gap", "word"), [(4.0, "pass"), (3.98, "ask"), (3.5, "ask"), (3.48, "narrow")])
def test_four_metres_pass_and_three_and_a_half_are_asked_for(gap, word):
    sheds = [shed("V1", -9, 0, -gap / 2, 2), shed("V2", gap / 2, 0, 9, 2)]
    found = fire_access(quarter(lane((0, -20), (0, 15)), structures=sheds))
    told = {row.verdict for row in found.lanes[found.lanes["path_id"] == "L"].itertuples()}
    assert told == {"pass"} | {word} | ({"ask"} if word == "ask" else {"cut_off"} if word == "narrow" else set())
    narrow = found.lanes[found.lanes["clear_m"].round(3) == gap]
    assert narrow["cause"].tolist() == ["structures:V1, structures:V2"]


def test_gates_shut_in_an_emergency_or_too_low_stop_the_engine():
    wall = {"id": "W", "geometry": LineString([(-50, 0), (150, 0)])}
    for more, reached in (
        ({"clear_height_m": 4.5}, True),
        ({}, True),  # unknown heights are counted, not judged
        ({"clear_height_m": 3.9}, False),
        ({"emergency": "closed"}, False),
    ):
        gate = {"id": "G", "width_m": 5.0, "geometry": Point(0, 0)} | more
        found = fire_access(quarter(lane((0, -20), (0, 15)), walls=[wall], gates=[gate]))
        assert ("cut_off" not in found.lanes["verdict"].tolist()) is reached
        assert found.unknown["gates_height"] == int("clear_height_m" not in more)


def test_a_low_crown_stops_the_engine_and_an_unknown_one_is_counted():
    trunk = {"id": "T", "trunk_m": 0.3, "crown_m": 6.0, "geometry": Point(4, 0)}
    path, beside = lane((0, -20), (0, 15)), [shed("V", -9, -5, -2, 5)]
    free = fire_access(quarter(path, trees=[trunk], structures=beside))
    assert verdicts(free) == [("pass", 0, 35)]
    assert free.unknown["crowns_height"] == 1
    low = fire_access(quarter(path, trees=[trunk | {"crown_base_m": 2.5}], structures=beside))
    assert low.lanes.query("verdict == 'narrow'")["cause"].tolist() == ["structures:V, trees:T"]
    high = fire_access(quarter(path, trees=[trunk | {"crown_base_m": 4.5}], structures=beside))
    assert verdicts(high) == [("pass", 0, 35)]


def corridor(corner):
    """An L of two lanes 4 m wide between sheds, its inner corner cut back by some metres."""
    inner = shed("I", 2 + corner, -18 + 0, 40, 28 - corner)
    outer = [shed("A", -20, 32, 40, 50), shed("B", -20, -10, -2, 32)]
    return [inner, *outer]


def test_a_square_corner_of_four_metre_lanes_cannot_be_turned_and_a_cut_one_can():
    paths = lane((0, -20), (0, 30), (39, 30))
    tight = verdicts(fire_access(quarter(paths, structures=corridor(0.0))))
    wide = verdicts(fire_access(quarter(paths, structures=corridor(8.0))))
    assert ("cut_off", 50, 89) in tight
    assert [word for word, _, _ in wide if word == "cut_off"] == []


def test_a_dead_end_counts_forty_metres_unless_one_can_turn():
    sides = [shed("V1", -12, -15, -2.5, 60), shed("V2", 2.5, -15, 12, 60)]
    blind = [*sides, shed("V3", -12, 60, 12, 70)]
    path = lane((0, -20), (0, 59))
    assert verdicts(fire_access(quarter(path, structures=blind))) == [("pass", 0, 40), ("dead_end", 40, 79)]
    assert verdicts(fire_access(quarter(path, structures=sides))) == [("pass", 0, 79)]
    square = [*sides, shed("V3", -7, 72.01, 7, 80), shed("V4", -12, 60, -6, 72), shed("V5", 6.01, 60, 12, 72)]
    assert verdicts(fire_access(quarter(path, structures=square))) == [("pass", 0, 79)]
    small = [*sides, shed("V3", -7, 71.9, 7, 80), shed("V4", -12, 60, -6, 72), shed("V5", 5.9, 60, 12, 72)]
    assert verdicts(fire_access(quarter(path, structures=small)))[-1][0] == "dead_end"


def test_a_lane_between_two_streets_is_no_dead_end():
    second = {"id": "S2", "kind": "street", "geometry": LineString([(-50, 100), (150, 100)])}
    found = fire_access(quarter(second, lane((0, -20), (0, 100))))
    assert verdicts(found) == [("pass", 0, 120)]


def test_the_hose_is_measured_to_the_stairwell_and_goes_round_a_wall():
    buildings = [home("B1", box(20, 5, 40, 15)), home("B2", box(60, -140 + 150, 80, 20))]
    doors = [door("D1", "B1", 30, 5), door("D2", "B2", 70, 10)]
    plain = quarter(buildings=buildings, entrances=doors)
    found = fire_access(plain)
    assert found.doors.loc["D1", "hose_m"] == pytest.approx(25, abs=0.2)
    assert found.doors.loc["D2", "hose_m"] == pytest.approx(30, abs=0.2)
    assert found.buildings.loc[["B1", "B2"], "verdict"].tolist() == ["pass", "pass"]
    assert found.share("households") == 1.0
    wall = {"id": "W", "geometry": LineString([(-60, 0), (52, 0)])}
    around = fire_access(quarter(buildings=buildings, entrances=doors, walls=[wall]))
    way = np.hypot(52 - 30, 5) + np.hypot(0, 20)
    assert np.isnan(around.doors.loc["D1", "hose_m"]) or around.doors.loc["D1", "hose_m"] > way
    assert around.buildings.loc["B2", "verdict"] == "pass"


def test_a_building_passes_when_every_stairwell_is_reached():
    long = home("B1", box(0, 5, 140, 15))
    doors = [door("D1", "B1", 5, 5), door("D2", "B1", 70, 15)]  # the second opens to the back
    found = fire_access(quarter(buildings=[long], entrances=doors))
    assert found.doors["verdict"].tolist() == ["pass", "fail"]
    assert found.buildings.loc["B1", "verdict"] == "fail"
    guessed = fire_access(quarter(buildings=[long]))
    assert guessed.doors["estimated"].all()
    assert guessed.buildings.loc["B1", "verdict"] == "pass"


@pytest.mark.parametrize(("near", "far"), [(-4, "pass"), (9, "fail")])
def test_a_high_rise_needs_a_lane_along_a_long_side(near, far):
    tower = home("B1", box(20, near, 60, near + 15), storeys=18, height_m=54.0)
    found = fire_access(quarter(buildings=[tower], entrances=[door("D", "B1", 40, near)]))
    assert found.doors["verdict"].tolist() == ["pass"]
    assert found.buildings.loc["B1", "verdict"] == far
    assert bool(found.buildings.loc["B1", "long_side"]) is (far == "pass")


def test_the_shed_that_keeps_thirty_households_from_the_engine():
    path = lane((0, -20), (0, 70))
    homes = [home("B1", box(8, 40, 30, 52)), home("B2", box(-30, 45, -8, 57), households=20)]
    doors = [door("D1", "B1", 8, 46, 30), door("D2", "B2", -8, 50, 20)]
    sheds = [shed("V1", 1.0, 0, 6, 3), shed("V2", -9, 20, -2.5, 24)]
    walls = [{"id": "W", "geometry": LineString([(-2.5, -15), (-2.5, 30)])}]
    today = quarter(path, buildings=homes, entrances=doors, structures=sheds, walls=walls)
    found = fire_access(today)
    assert found.share() < 1
    ranked = fire_blockers(today, found)
    assert ranked.index[0] == "structures:V1"
    assert ranked.loc["structures:V1", "households_behind"] == 50
    assert ranked.loc["structures:V1", "households_gained"] == 50
    gone = fire_access(replace_layers(today, {"structures": today.structures.drop(index="V1")}))
    assert gone.buildings.loc[["B1", "B2"], "verdict"].tolist() == ["pass", "pass"]


def test_norms_are_shown_with_their_confidence():
    norms = fire_access(quarter()).norms
    assert norms.loc["fire_width_m", ["value", "confidence"]].tolist() == [4.0, "secondary"]
    assert norms["confidence"].ne("").all()


_sheds = st.lists(
    st.tuples(st.integers(-12, 50), st.integers(-12, 60), st.integers(1, 12), st.integers(1, 9)), min_size=1, max_size=7
)


@settings(max_examples=examples(15), deadline=None)
@given(_sheds)
@pytest.mark.long
def test_taking_one_shed_away_never_loses_a_door(rows):
    sheds = [shed(f"V{k}", x, y, x + w, y + h) for k, (x, y, w, h) in enumerate(rows)]
    paths = [lane((0, -20), (0, 30), (45, 30)), lane((0, 30), (0, 65), name="M")]
    homes = [home("B1", box(10, 66, 30, 76)), home("B2", box(48, 20, 60, 40))]
    doors = [door("D1", "B1", 10.5, 66), door("D2", "B2", 48, 30)]
    rank = {"pass": 0, "ask": 1, "fail": 2}
    both = []
    for own in (sheds, sheds[1:]):
        layers = {"structures": own} if own else {}
        both.append(fire_access(quarter(*paths, buildings=homes, entrances=doors, **layers)).doors["verdict"].map(rank))
    assert (both[1] <= both[0]).all()
