"""What is built needs room: every overlap by arithmetic, and nothing is told of what stands beside."""

import pytest
from land.yards import area, layer, there, two_yards
from shapely import LineString, Point, box

from spatialreno import Scenario, alter, build, demolish, site_facilities
from spatialreno.errors import ScenarioError
from spatialreno.land import built_conflicts, conflict_lines


def plan(*acts):
    return Scenario("plan", interventions=list(acts))


def rows(found):
    return list(zip(found["feature_id"], found["meets"], found["meets_id"], strict=True))


def test_a_plaza_over_two_houses_is_told_with_its_square_metres():
    today = two_yards()
    wide = build("open_spaces", "P1", kind="plaza", geometry=there(box(10, 5, 61, 55)))
    found = built_conflicts(today, plan(wide))
    assert wide.geometry.area == pytest.approx(2550)
    assert rows(found) == [
        ("P1", "building", "B1"), ("P1", "building", "B2"), ("P1", "structure", "S1"),
        ("P1", "wall", "W1"), ("P1", "wall", "W2"),
    ]  # fmt: skip
    assert found["overlap_m2"].tolist() == pytest.approx([25 * 12, 14 * 12, 100, 0.24 * 50, 0.24 * 50])
    with pytest.raises(ScenarioError, match=r"Open spaces P1 over building B1: 300\.0 m²"):
        built_conflicts(today, plan(wide), strict=True)
    assert conflict_lines(today, found)[0] == "拟建 绿地、广场 P1 压占楼栋 B1：300.0 m²"


def test_what_the_plan_takes_down_is_in_nobodys_way():
    today = two_yards()
    acts = [demolish("structures", ids=["S1"]), demolish("walls", ids=["W1", "W2"])]
    yard = build("open_spaces", "P1", kind="plaza", geometry=there(box(8, 20, 60, 45)))
    assert rows(built_conflicts(today, plan(yard))) == [
        ("P1", "structure", "S1"), ("P1", "wall", "W1"), ("P1", "wall", "W2")
    ]  # fmt: skip
    assert built_conflicts(today, plan(yard, *acts), strict=True).empty


def test_drawing_up_to_a_wall_or_a_house_is_no_conflict():
    to_the_line = build("open_spaces", "P1", kind="plaza", geometry=there(box(20, 17.0, 40, 28)))
    a_hand_in = build("parking", "P2", kind="car", geometry=there(box(50, 16.8, 70, 28)))
    assert built_conflicts(two_yards(), plan(to_the_line, a_hand_in)).empty


def test_fire_lanes_protected_trees_and_what_is_built_beside():
    lane = layer({"id": "L1", "kind": "lane", "width_m": 3.0, "geometry": LineString([(0, 50), (40, 50)])})
    tree = layer({"id": "T1", "protected": True, "crown_m": 6.0, "geometry": Point(20, 35)})
    today = two_yards(paths=lane, trees=tree, shed=False)
    hall = build("facilities", "F1", kind="bookstore", geometry=there(box(15, 30, 25, 52)))
    park = build("open_spaces", "O1", kind="public_green", geometry=there(box(24, 30, 34, 40)))
    green = build("open_spaces", "O2", kind="public_green", geometry=there(box(14, 33, 16, 37)))
    found = built_conflicts(today, plan(hall, park, green))
    assert rows(found) == [
        ("F1", "built", "O1"), ("F1", "built", "O2"), ("F1", "fire_lane", "L1"), ("F1", "tree", "T1"),
    ]  # fmt: skip
    size = found.set_index("meets_id")["overlap_m2"]
    assert size["L1"] == pytest.approx(10 * 4)  # the band of an engine, 4 m, not the lane's 3 m
    assert size["T1"] == pytest.approx(9 * 3.1416, rel=0.02)
    assert (size["O1"], size["O2"]) == (pytest.approx(10), pytest.approx(4))


def test_a_path_through_a_house_is_told_in_metres_and_through_a_gate_it_is_not():
    gate = layer({"id": "G1", "width_m": 5.0, "geometry": Point(40, 40)})
    today = two_yards(gates=gate)
    through = build("paths", "L8", kind="footway", geometry=there(LineString([(20, 0), (20, 25)])))
    wide = build("paths", "L9", kind="lane", width_m=4.0, geometry=there(LineString([(25, 40), (41, 40)])))
    barred = build("paths", "L7", kind="footway", geometry=there(LineString([(36, 50), (41, 50)])))
    found = built_conflicts(today, plan(through, wide, barred)).set_index("feature_id")
    assert rows(found.reset_index()) == [("L7", "wall", "W1"), ("L8", "building", "B1")]
    assert found.loc["L8", "overlap_m"] == pytest.approx(12)
    assert found["overlap_m2"].isna().all()  # the width is not known
    assert conflict_lines(today, found.reset_index(), lang="en")[1] == "Paths L8 over building B1: 12.0 m"


def test_rooms_in_buildings_points_and_roofs_take_no_ground():
    inside = build("facilities", "F1", kind="bookstore", building_id="B1", geometry=there(box(6, 6, 10, 10)))
    point = build("facilities", "F2", kind="parcel_station", geometry=there(Point(10, 10)))
    roof = {"legality": "legal", "position": "roof", "geometry": there(box(6, 6, 10, 10))}
    shelter = build("structures", "S9", **roof)
    assert built_conflicts(two_yards(), plan(inside, point, shelter)).empty


@pytest.mark.long
def test_a_room_holds_no_more_than_is_empty_in_it():
    house = {"id": "B1", "storeys": 1, "households": 0, "floor_area_m2": 300.0, "geometry": box(5, 5, 30, 17)}

    def over(spare, *acts, use="other", **more):
        today = two_yards(buildings=layer(house | {"spare_room_m2": spare, "use": use}))
        inside = {"building_id": "B1", "geometry": there(Point(10, 10))} | more
        put = [build("facilities", f"F{i}", kind="bookstore", **(inside | {"area_m2": m2})) for i, m2 in acts_of(acts)]
        found = built_conflicts(today, plan(*put, *others(acts)))
        left = plan(*put, *others(acts)).apply(today).buildings.at["B1", "spare_room_m2"]
        return dict(zip(found["feature_id"], found["overlap_m2"], strict=True)), left

    def acts_of(acts):
        return [(i, a) for i, a in enumerate(acts) if isinstance(a, float)]

    def others(acts):
        return [a for a in acts if not isinstance(a, float)]

    assert over(45.0, 45.0) == ({}, 0)
    assert over(45.0, 198.0) == ({"F0": 153.0}, 0)
    assert over(45.0, 30.0, 20.0, 5.0) == ({"F1": 5.0, "F2": 5.0}, 0)  # the first by id has it first
    assert over(45.0, 40.0) == ({}, 5)  # what is taken is not offered again
    vacated = alter("buildings", ids=["B1"], set={"spare_room_m2": 198.0})
    assert over(45.0, 198.0, vacated) == ({}, 0)
    assert over(0.0, 1.0) == ({"F0": 1.0}, 0)
    assert over(None, 300.0)[0] == {}
    assert over(None, 301.0)[0] == {"F0": 1.0}  # nobody has looked: no more than the whole floor
    assert over(None, 400.0, use="boiler_house")[0] == {"F0": 100.0}


def test_a_house_of_which_nothing_is_known_is_no_full_house():
    house = layer({"id": "B1", "storeys": None, "geometry": box(5, 5, 30, 17)})
    put = [build("facilities", i, kind="bookstore", building_id="B1", area_m2=9.0, geometry=there(Point(10, 10)))
           for i in ("F1", "F2")]  # fmt: skip
    today = two_yards(buildings=house)
    assert built_conflicts(today, plan(*put)).empty


def test_a_room_too_small_is_told_in_both_languages_and_refused_with_strict():
    house = layer({"id": "B1", "storeys": 1, "spare_room_m2": 45.0, "geometry": box(5, 5, 30, 17)})
    put = build("facilities", "F1", kind="bookstore", building_id="B1", area_m2=198.0, geometry=there(Point(10, 10)))
    today = two_yards(buildings=house)
    found = built_conflicts(today, plan(put))
    assert (rows(found), found["meets_layer"].tolist()) == ([("F1", "room", "B1")], ["buildings"])
    assert conflict_lines(today, found) == ["拟建 配套设施 F1 压占在用房间 B1：153.0 m²"]
    with pytest.raises(ScenarioError, match=r"over rooms in use of building B1: 153\.0 m²"):
        built_conflicts(today, plan(put), strict=True)


def test_two_new_houses_on_one_ground_are_one_conflict():
    one = build("buildings", "B8", storeys=3, geometry=there(box(5, 42, 20, 52)))
    other = build("structures", "S8", legality="legal", geometry=there(box(15, 42, 30, 52)))
    found = built_conflicts(two_yards(shed=False), plan(one, other))
    assert rows(found) == [("B8", "structure", "S8")]
    assert found["overlap_m2"].tolist() == pytest.approx([50])


def test_nothing_is_told_of_a_site_that_was_searched_nor_of_the_example(example):
    from conftest import EXAMPLE

    from spatialreno import read_scenario

    opened, full = (read_scenario(EXAMPLE / "scenarios" / f"{name}.toml") for name in ("opened", "full"))
    assert built_conflicts(example, full).empty
    station = site_facilities(opened.apply(example), "heat_exchange_station").as_scenario("station")
    assert built_conflicts(example, opened | station, strict=True).empty


def test_an_area_of_its_own_without_walls_or_paths():
    today = area(compounds=layer({"id": "C1", "name": "院", "geometry": box(0, 0, 20, 20)}))
    assert built_conflicts(today, plan(build("open_spaces", "P", kind="plaza", geometry=there(box(1, 1, 9, 9))))).empty
