"""Lifts: where a shaft fits by hand, what is in its way, one shaft for two, room for a sunroom."""

from __future__ import annotations

import pytest
import shapely
from conftest import examples, make_area
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from spatialreno.works import fit_lifts

YARD = [{"id": "C1", "name": "院", "geometry": shapely.box(0, 0, 100, 100)}]


def house(i="H1", x=40.0, y=40.0, storeys=6, door="north", turn=0.0):
    """A slab of 14.4 × 10.4 m with its stair door in the middle of one long side."""
    shape = shapely.box(x, y, x + 14.4, y + 10.4)
    point = Point(x + 7.2, y + (10.4 if door == "north" else 0.0))
    turned = [shapely.affinity.rotate(g, turn, origin=(50, 50)) for g in (shape, point)]
    building = {"id": i, "use": "residential", "storeys": storeys, "households": 2 * storeys, "geometry": turned[0]}
    entrance = {"id": f"{i}-1", "building_id": i, "storeys": storeys, "households": 2 * storeys, "geometry": turned[1]}
    return building, entrance


def site(*houses, **layers):
    buildings, entrances = zip(*(houses or (house(),)), strict=True)
    return make_area(compounds=YARD, buildings=list(buildings), entrances=list(entrances), **layers)


def judged(*houses, **layers):
    return fit_lifts(site(*houses, **layers)).loc["H1-1"]


def shed(i, *bounds, **more):
    return {"id": i, "legality": "illegal", "geometry": shapely.box(*bounds), **more}


def test_with_room_the_entry_is_level():
    found = judged()
    assert found[["verdict", "form", "level_entry", "sunrooms"]].tolist() == ["fits", "level", True, 2]
    west, south, east, north = found.geometry.bounds
    assert (east - west, north - south) == pytest.approx((4.8, 4.5)) and found["lane_left_m"] == 20.0


def test_with_less_room_it_stops_half_way():
    found = judged(structures=[shed("V1", 40, 54.5, 55, 58)])  # 4.1 m before the door: 3.7 fits, 4.5 does not
    assert found[["verdict", "form", "level_entry"]].tolist() == ["fits", "half", False]
    assert found["lane_left_m"] == pytest.approx(0.4)  # no lane passes there, so none is asked for


def test_what_is_in_the_way_is_named():
    found = judged(structures=[shed("V1", 45, 52, 50, 55), shed("V2", 45, 52, 50, 55, position="roof")],
                   trees=[{"id": "T1", "protected": True, "crown_m": 4.0, "geometry": Point(47, 56)}])  # fmt: skip
    assert found["verdict"] == "blocked" and found["obstacles"] == "T1, V1"  # what stands on a roof is not in the way


def test_the_compound_ends():
    assert judged(house(y=86.5))["obstacles"] == "edge"  # the wall of the house is 3.1 m from the edge
    assert judged(house(y=85.0))["form"] == "level"  # 4.6 m


@pytest.mark.parametrize(("south", "verdict"), [(58.2, "fits"), (58.0, "blocked")])
def test_a_fire_lane_stays_beside_the_shaft(south, verdict):
    # door wall at 50.4, half-landing 3.7 deep: 54.1; four metres more: 58.1
    lane = [{"id": "P1", "kind": "lane", "width_m": 3.0, "geometry": LineString([(5, 56.4), (95, 56.4)])}]
    found = judged(structures=[shed("V1", 10, south, 90, south + 2)], paths=lane)
    assert found["verdict"] == verdict and found["lane"] == "P1"
    assert found["obstacles"] == ("fire_lane, V1" if verdict == "blocked" else "")
    assert found["lane_left_m"] == pytest.approx(south - 54.1, abs=1e-3)


def test_pipes_to_be_moved():
    found = judged(pipes=[{"id": "N1", "kind": "water", "geometry": LineString([(0, 52), (100, 52)])}])
    assert found[["verdict", "pipes"]].tolist() == ["fits", "N1"]


@pytest.mark.parametrize(("gap", "shared"), [(5.1, False), (5.2, True), (6.0, True), (6.2, True), (6.3, False)])
def test_one_shaft_for_two_stairwells_that_face_each_other(gap, shared):
    found = fit_lifts(site(house("H1"), house("H2", y=50.4 + gap, door="south")))
    if shared:
        assert found["form"].tolist() == ["shared", "shared"] and found["partner"].tolist() == ["H2-1", "H1-1"]
        assert found.geometry.iloc[0].area == pytest.approx(2.4 * gap) == pytest.approx(found.geometry.iloc[1].area)
    else:
        assert (found["partner"] == "").all()


@pytest.mark.parametrize(
    ("gap", "second"), [(9.0, ("fits", "level")), (8.3, ("fits", "half")), (8.1, ("blocked", "half"))]
)
def test_two_lifts_do_not_stand_in_one_anothers_way(gap, second):
    """4.5 m each need 9 m; 4.5 and 3.7 need 8.2; with less the stairwell that comes later has none."""
    found = fit_lifts(site(house("H1"), house("H2", y=50.4 + gap, door="south")))
    assert found.loc["H1-1", ["verdict", "form"]].tolist() == ["fits", "level"]
    assert tuple(found.loc["H2-1", ["verdict", "form"]]) == second
    assert found.loc["H2-1", "obstacles"] == ("H1-1" if second[0] == "blocked" else "")


@pytest.mark.parametrize("change", [{"storeys": 3}, {"lift": True}])
def test_nobody_shares_a_shaft_with_a_low_house_or_one_that_has_its_lift(change):
    """A whole lift would be billed as half a one: the other half would be nobody's."""
    low = house("H2", y=56.4, door="south", storeys=change.get("storeys", 6))
    door = low[1] | ({"lift": True} if "lift" in change else {})
    found = fit_lifts(site(house("H1"), (low[0], door)))
    assert (found["partner"] == "").all() and found.loc["H1-1", "form"] == "level"


def test_low_houses_and_unknown_doors():
    assert judged(house(storeys=3))["verdict"] == "low"
    building, _ = house()
    assert fit_lifts(make_area(compounds=YARD, buildings=[building])).loc["H1", "verdict"] == "no_door"


def test_a_home_whose_households_are_unknown_has_no_stairwell_to_judge():
    building, _ = house()
    unknown = {**building, "id": "H2", "households": None, "geometry": shapely.box(5, 5, 15, 15)}
    assert list(fit_lifts(make_area(compounds=YARD, buildings=[building, unknown])).index) == ["H1"]


def test_room_for_a_sunroom_is_counted_home_by_home():
    assert judged(structures=[shed("V1", 41, 38, 46, 39.5)])["sunrooms"] == 1
    assert judged(structures=[shed("V1", 41, 38, 54, 39.5)])["sunrooms"] == 0
    assert judged(house(y=2.0))["sunrooms"] == 0  # 14 m2 need 2.4 m


@given(st.floats(0, 360))
@settings(max_examples=examples(6), deadline=None)
def test_turning_the_yard_changes_nothing(turn):
    sheds = [shed("V1", 40, 54.5, 55, 58)]
    for one in sheds:
        one["geometry"] = shapely.affinity.rotate(one["geometry"], turn, origin=(50, 50))
    found = judged(house(turn=turn), structures=sheds)
    assert found[["verdict", "form"]].tolist() == ["fits", "half"] and found.geometry.area == pytest.approx(2.4 * 3.7)


def test_every_stairwell_of_the_example_is_judged(example):
    found = fit_lifts(example)
    doors = example.entrances[example.entrances["households"] > 0]
    assert list(found.index) == sorted(doors.index) and len(found) == 96
    assert set(found["verdict"]) == {"fits", "blocked"}
    assert (found.loc[found["verdict"] == "blocked", "obstacles"] != "").all()
    fits = found[found["verdict"] == "fits"]
    low = example.structures[example.structures["position"].isin(["ground", "attached"])]
    solid = shapely.union_all([*low.geometry, *example.buildings.geometry])
    assert (shapely.area(shapely.intersection(fits.geometry.to_numpy(), solid)) < 0.5).all()
