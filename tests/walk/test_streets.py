"""Two walled compounds on a street: gates, blocks, doors, facilities, scenarios, masks."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import at, make_area
from shapely.geometry import LineString, Point, box
from worlds import gate, house, shed, spots, wall, without

from spatialreno import Scenario, alter, build, demolish
from spatialreno.area import StudyArea
from spatialreno.errors import InputError
from spatialreno.walk import nearest, travel_times, walk_distances
from spatialreno.walk.access.travel import walk_limit

LANE = 102


def quarter(west: str = "residents", east: str = "public", **more: list[dict[str, object]]) -> StudyArea:
    """C1 (0-100) and C2 (102-200), 80 deep, a lane between; a street in the south at y = -10, one in the north."""
    ring = [(0, 0), (100, 0), (100, 80), (0, 80), (0, 0)]
    other = [(LANE, 0), (200, 0), (200, 80), (LANE, 80), (LANE, 0)]
    layers: dict[str, list[dict[str, object]]] = {
        "compounds": [
            {"id": "C1", "name": "一院", "geometry": box(0, 0, 100, 80)},
            {"id": "C2", "name": "二院", "geometry": box(LANE, 0, 200, 80)},
        ],
        "buildings": [house("B1", 20, 30, 60, 42), house("B2", 130, 30, 180, 42)],
        "walls": [wall("W1", *ring), wall("W2", *other)],
        "gates": [gate("G1", 50, 0, west), gate("G2", 150, 0, east)],
        "paths": [
            {"id": "L1", "geometry": LineString([(-20, -10), (220, -10)])},
            {"id": "L2", "geometry": LineString([(220, -10), (220, 100), (-20, 100)])},
        ],
        "structures": [shed("S1", 70, 30, 74, 34)],
        "facilities": [
            {"id": "F1", "kind": "pharmacy", "geometry": Point(150, 60)},
            {"id": "F2", "kind": "kindergarten", "geometry": Point(155, 36)},
            {"id": "F3", "kind": "market", "geometry": Point(50, -12)},
        ],
    }
    return make_area(**(layers | more))


def walk(area: StudyArea, building: str, kind: str) -> float:
    table = nearest(area, [kind]).set_index("building_id")
    return float(table.loc[building, "distance_m"])


def boundary(area: StudyArea) -> list[str]:
    """Walls between the two compounds."""
    return list(area.walls.index[area.walls["compound_b"].notna()])


def test_residents_leave_by_their_own_gate() -> None:
    area = quarter()
    # door in the south face at (40, 30), gate at (50, 0), market at (50, -12)
    expected = math.hypot(10, 30) + 12
    assert walk(area, "B1", "market") == pytest.approx(expected, abs=1.0)


def test_visitors_stop_at_a_residents_gate() -> None:
    area = quarter(east="residents")
    assert math.isnan(walk(area, "B1", "pharmacy"))
    assert walk(area, "B2", "pharmacy") == pytest.approx(math.hypot(5, 18), abs=0.5)
    assert walk(quarter(), "B1", "pharmacy") > 150


def test_a_closed_gate_lets_nobody_through() -> None:
    assert math.isnan(walk(quarter(west="closed"), "B1", "market"))


def test_opened_walls_make_one_block_whose_gates_know_all() -> None:
    area = quarter(west="closed", east="residents")
    opened = without(area, walls=boundary(area))
    assert math.isnan(walk(area, "B1", "market"))
    # one block now, so the people of C1 go out by the gate of C2
    assert walk(opened, "B1", "market") < 300
    assert walk(opened, "B1", "pharmacy") < 110


def test_what_is_in_the_same_building_is_no_walk() -> None:
    table = nearest(quarter(), ["kindergarten"]).set_index("building_id")
    assert table.loc["B2", "distance_m"] == 0
    assert table.loc["B2", "straight_m"] == 0
    assert table.loc["B1", "straight_m"] == pytest.approx(70)
    assert table.loc["B1", "facility_id"] == "F2"


def test_walks_are_never_shorter_than_straight() -> None:
    table = nearest(quarter()).dropna()
    assert (table["distance_m"] >= table["straight_m"] - 1e-6).all()


def test_unreached_and_absent_are_not_numbers() -> None:
    area = quarter(west="closed")
    table = nearest(area, ["market", "primary_school"]).set_index(["building_id", "kind"])
    assert table.loc[("B1", "market"), "straight_m"] == pytest.approx(42)
    assert pd.isna(table.loc[("B1", "market"), "facility_id"])
    assert table.loc[("B1", "primary_school")].isna().all()
    pairs = travel_times(area, ["B1"], ["F3"])
    assert list(pairs.columns) == ["origin", "destination", "distance_m", "minutes"]
    assert pairs.empty


def test_closed_facilities_do_not_serve() -> None:
    rows = [{"id": "F1", "kind": "market", "status": "closed", "geometry": Point(50, -12)}]
    assert nearest(quarter(facilities=rows), ["market"])["distance_m"].isna().all()


def test_slower_people_take_longer_on_the_same_way() -> None:
    area = quarter()
    speeds = area.catalog.groups["speed_m_s"]
    for group in ("general", "elderly"):
        table = travel_times(area, ["B1"], ["F3"], group=group)
        minutes = table["distance_m"] / (60 * speeds[group])
        assert np.allclose(table["minutes"], minutes)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="nobody"):
        travel_times(quarter(), ["nobody"], ["F3"])
    with pytest.raises(InputError, match="general"):
        travel_times(quarter(), ["B1"], ["F3"], group="bird")


@pytest.mark.parametrize("limit_m", [-1, float("nan"), float("inf"), "far"])
def test_a_limit_that_is_no_number_of_metres_is_refused(limit_m: float) -> None:
    with pytest.raises(InputError, match="Give a number of metres, 0 or more"):
        walk_limit(make_area(), limit_m)


def test_limit_cuts() -> None:
    area = quarter()
    full = travel_times(area)
    near = travel_times(area, limit_m=100)
    pd.testing.assert_frame_equal(near, full[full["distance_m"] <= 100].reset_index(drop=True))


def test_search_from_either_side_is_the_same() -> None:
    area = quarter()
    points = spots(p=(10, 10), q=(190, 70), r=(0, -10), s=(101, 40))
    there = travel_times(area, points, ["B1", "B2"]).set_index(["origin", "destination"])["distance_m"]
    many = travel_times(area, points, ["B1", "B2", "F1", "F2", "F3"]).set_index(["origin", "destination"])
    pd.testing.assert_series_equal(there, many.loc[there.index, "distance_m"])


def test_walk_distances_to_sites() -> None:
    area = quarter()
    sites = gpd.GeoSeries([box(*at(80, 60).coords[0], *at(90, 70).coords[0])], index=["S1"], crs=area.crs)
    doors = gpd.GeoSeries([at(40, 36)], index=["D1"], crs=area.crs)
    table = walk_distances(area, doors, sites, limit_m=1000)
    assert table["distance_m"].item() == pytest.approx(math.hypot(20, 24), abs=0.5)


def test_points_on_one_street() -> None:
    area = quarter()
    table = travel_times(area, spots(p=(61, -10)), spots(q=(64, -11)))
    assert table["distance_m"].item() == pytest.approx(3 + 1, abs=0.01)


def test_same_with_and_without_the_survey() -> None:
    area = quarter()
    opened = without(area, walls=boundary(area), structures=["S1"])
    fresh = make_fresh(opened)
    one, two = nearest(opened), nearest(fresh)
    assert opened.survey is not opened
    assert fresh.survey is fresh
    assert np.allclose(one["distance_m"], two["distance_m"], atol=0.3, equal_nan=True)


def make_fresh(area: StudyArea) -> StudyArea:
    from spatialreno.area import assemble

    names = [name for name in area.catalog.layers if len(area.layer(name))]
    layers = {name: area.layer(name).reset_index() for name in names if "geometry" in area.layer(name)}
    return assemble(layers, name=area.name, crs=area.crs)


def test_a_gate_through_a_wall_that_goes_stops_nobody() -> None:
    area = quarter(west="closed")
    south = [str(area.gates.loc["G1", "wall_id"])]
    assert walk(without(area, walls=south), "B1", "market") < 60


def test_scenarios_that_build_and_alter() -> None:
    area = quarter(west="closed")
    gate_open = Scenario("a", interventions=[alter("gates", ids=["G1"], set={"walkers": "public"})]).apply(
        area
    )
    assert walk(gate_open, "B1", "market") < 60
    shop = Scenario("b", interventions=[build("facilities", "F9", kind="market", geometry=at(30, 60))]).apply(
        area
    )
    assert walk(shop, "B1", "market") == pytest.approx(18, abs=3)
    barrier = Scenario(
        "c", interventions=[build("walls", "W9", geometry=LineString([at(101, 30), at(200, 30)]))]
    )
    barred = barrier.apply(quarter())
    assert math.isnan(walk(barred, "B1", "pharmacy"))


def test_row_order_does_not_matter() -> None:
    area = quarter()
    names = [name for name in area.catalog.layers if "geometry" in area.layer(name) and len(area.layer(name))]
    from spatialreno.area import assemble

    layers = {name: area.layer(name).reset_index().sample(frac=1, random_state=7) for name in names}
    shuffled = assemble(layers, name=area.name, crs=area.crs)
    pd.testing.assert_frame_equal(nearest(area), nearest(shuffled))


@pytest.mark.long
def test_slanting_walls_on_the_edge_do_not_leak() -> None:
    """Points on a slanting wall are rounded to one side of it; nobody may slip past there."""
    area = quarter(west="closed")
    for angle in (6.17, 23.4, 71.9):
        turned = {}
        for name in ("compounds", "buildings", "walls", "gates", "structures", "paths", "facilities"):
            layer = area.layer(name)
            turned[name] = layer.set_geometry(layer.geometry.rotate(angle, origin=at(50, 40))).reset_index()
        from spatialreno.area import assemble

        slanting = assemble(turned, name="slanting", crs=area.crs)
        assert math.isnan(walk(slanting, "B1", "market"))
        assert walk(slanting, "B2", "market") == pytest.approx(walk(area, "B2", "market"), abs=2)


def test_a_gate_taken_down_leaves_a_hole_in_its_wall() -> None:
    area = quarter("closed", "public")
    hole = Scenario("h", interventions=[demolish("gates", ids=["G1"])]).apply(area)
    opened = Scenario("o", interventions=[alter("gates", ids=["G1"], set={"walkers": "public"})]).apply(area)
    ends = {"a": (50, 10)}, {"b": (50, -5)}
    before, after, wished = (travel_times(one, spots(**ends[0]), spots(**ends[1])) for one in (area, hole, opened))
    assert before.empty or before["distance_m"].iloc[0] > after["distance_m"].iloc[0]
    assert after["distance_m"].iloc[0] == wished["distance_m"].iloc[0] == 15.0
    left, was = hole.walls, area.walls
    wall = str(area.gates.loc["G1", "wall_id"])
    assert wall not in left.index
    assert sorted(set(left.index) - set(was.index)) == [f"{wall}/1", f"{wall}/2"]
    assert was["length_m"].sum() - left["length_m"].sum() == pytest.approx(area.gates.loc["G1", "width_m"])
