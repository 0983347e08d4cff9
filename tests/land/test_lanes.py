"""Clear widths: by arithmetic in drawn lanes, and against clipping in the lane's own coordinates."""

import numpy as np
import pytest
import shapely
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from land.yards import area, layer, there
from shapely import LineString, Point, affinity, box

from spatialreno.errors import InputError
from spatialreno.land import lane_sections, lane_widths
from spatialreno.land.lanes.chainage import find_hits
from spatialreno.land.lanes.widths import lanes_surveyed
from spatialreno.scenario import Scenario, build, demolish

LANE = layer({"id": "L", "kind": "lane", "width_m": 7.0, "geometry": LineString([(0, 0), (60, 0)])})
YARDS = layer(
    {"id": "C1", "name": "北院", "geometry": box(0, 1.12, 60, 30)},
    {"id": "C2", "name": "南院", "geometry": box(0, -30, 60, -1.12)},
)


def drawn(**layers):
    return area(**({"paths": LANE, "compounds": YARDS} | layers))


def wall(name, *points, **more):
    return {"id": name, "thickness_m": 0.24, "geometry": LineString(points)} | more


def walls(*more):
    return layer(wall("N", (0, 1.12), (60, 1.12)), wall("S", (0, -1.12), (60, -1.12)), *more)


HOMES = layer({"id": "B1", "geometry": box(0, 3.5, 60, 14)}, {"id": "B2", "geometry": box(0, -14, 60, -3.5)})


def test_two_metres_between_two_walls_become_seven_between_the_houses():
    today = lane_widths(drawn(walls=walls(), buildings=HOMES)).loc["L"]
    after = lane_widths(drawn(buildings=HOMES)).loc["L"]
    assert (today["clear_width_m"], today["median_m"]) == (pytest.approx(2.0), pytest.approx(2.0))
    assert {today["left"], today["right"]} == {"walls:N", "walls:S"}
    assert after["clear_width_m"] == pytest.approx(7.0)
    assert {after["left"], after["right"]} == {"buildings:B1", "buildings:B2"}
    assert after["geometry"].length == pytest.approx(7.0)


def test_the_narrowest_place_and_what_makes_it():
    shed = layer(
        {"id": "V", "legality": "illegal", "geometry": box(20.2, 1.5, 20.4, 6)},  # thinner than a step
        {"id": "R", "legality": "illegal", "position": "roof", "geometry": box(40, 0, 42, 6)},
    )
    row = lane_widths(drawn(structures=shed, buildings=HOMES)).loc["L"]
    assert row["clear_width_m"] == pytest.approx(1.5 + 3.5)
    assert (row["left"], row["right"]) == ("structures:V", "buildings:B2")
    assert row["at_m"] == pytest.approx(20.5)
    assert row["median_m"] == pytest.approx(7.0)


def test_parked_cars_count_when_asked():
    cars = layer({"id": "K", "kind": "car", "geometry": box(10, 1.3, 30, 3.5)})
    row = lane_widths(drawn(parking=cars, buildings=HOMES)).loc["L"]
    assert row["clear_width_m"] == pytest.approx(7.0)
    assert row["parked_least_m"] == pytest.approx(4.8)
    assert row["parked_median_m"] == pytest.approx(7.0)


def test_a_gate_is_as_wide_as_it_is_and_a_wall_without_one_leaves_nothing():
    across = wall("W", (30, -20), (30, 20))
    gate = layer({"id": "G", "width_m": 3.6, "geometry": Point(30, 0)})
    opened = lane_widths(drawn(walls=layer(across), gates=gate)).loc["L"]
    assert opened["clear_width_m"] == pytest.approx(3.6)
    assert (opened["left"], opened["right"]) == ("gates:G", "gates:G")
    assert lane_widths(drawn(walls=layer(across))).loc["L", "clear_width_m"] == 0


def test_what_a_path_leads_to_does_not_narrow_it():
    home = layer({"id": "B", "geometry": box(60, -10, 70, 10)})
    assert lane_widths(drawn(buildings=home)).loc["L", "clear_width_m"] == pytest.approx(20)


def test_outside_a_bend_nothing_is_overlooked():
    bend = layer({"id": "L", "kind": "lane", "geometry": LineString([(0, 0), (30, 0), (30, 30)])})
    post = layer({"id": "V", "legality": "legal", "geometry": box(32, -3, 33, -2)})
    yard = layer({"id": "C1", "name": "院", "geometry": box(-50, -50, 80, 80)})
    for paths in (bend, bend.assign(geometry=bend.geometry.reverse())):
        row = lane_widths(area(compounds=yard, paths=paths, structures=post)).loc["L"]
        assert min(row["left_m"], row["right_m"]) == pytest.approx(8**0.5)
        assert "structures:V" in (row["left"], row["right"])


def test_stations_are_no_longer_than_a_step():
    rows = lane_sections(drawn(), step_m=0.7)
    assert rows.geometry.length.max() <= 0.7
    assert rows.geometry.length.sum() == pytest.approx(60)
    assert rows["along_m"].is_monotonic_increasing
    with pytest.raises(InputError, match="positive"):
        lane_sections(drawn(), step_m=0)


def test_an_area_without_paths_has_no_widths():
    bare = area(compounds=YARDS)
    assert lane_widths(bare).empty
    assert list(lane_widths(bare).columns) == list(lane_widths(drawn()).columns)


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 55), st.integers(-12, 9), st.integers(1, 9), st.integers(0, 80)), max_size=7),
    st.integers(0, 170),
)
def test_clipping_in_the_lane_s_own_coordinates_agrees(sheds, turn):
    shapes = [affinity.rotate(box(x + 0.37, y + 0.3, x + size + 0.5, y + 2.3), angle) for x, y, size, angle in sheds]
    yard = box(-80, -80, 80, 80)
    turned = [affinity.rotate(shape, turn, origin=(0, 0)) for shape in [*shapes, LANE_LINE]]
    rows = [{"id": f"V{k}", "legality": "legal", "geometry": shape} for k, shape in enumerate(turned[:-1])]
    more = {"structures": layer(*rows)} if rows else {}
    paths = layer({"id": "L", "kind": "lane", "geometry": turned[-1]})
    today = area(compounds=layer({"id": "C1", "name": "院", "geometry": yard}), paths=paths, **more)
    found = lane_sections(today)
    ground = shapely.union_all(shapes)
    for k, row in enumerate(found.itertuples()):
        for sign, told in ((1, row.left_m), (-1, row.right_m)):
            window = box(k, min(0, 10 * sign), k + 1, max(0, 10 * sign))
            met = shapely.get_coordinates(shapely.intersection(ground, window))
            led_to = k in (0, 59) and shapely.distance(ground, Point(k if k == 0 else 60, 0)) <= 0.31
            if not led_to:
                assert told == pytest.approx(np.abs(met[:, 1]).min() if len(met) else 10.0, abs=1e-6)


LANE_LINE = LineString([(0, 0), (60, 0)])


def test_a_car_park_with_aisles_and_a_campus_are_ground():
    lot = layer({"id": "K", "kind": "car", "geometry": box(10, -20, 40, 20)})
    row = lane_widths(drawn(parking=lot, buildings=HOMES)).loc["L"]
    assert row["parked_least_m"] == pytest.approx(7.0)  # the lane is its aisle
    campus = layer({"id": "F", "kind": "primary_school", "geometry": box(0, 2, 60, 30)})
    assert lane_widths(drawn(facilities=campus, buildings=HOMES)).loc["L", "clear_width_m"] == pytest.approx(7.0)
    hall = layer({"id": "F", "kind": "bookstore", "geometry": box(0, 2, 60, 3)})
    assert lane_widths(drawn(facilities=hall, buildings=HOMES)).loc["L", "clear_width_m"] == pytest.approx(5.5)


@pytest.mark.parametrize(("emergency", "met"), [("public", False), ("closed", True)])
def test_a_gate_in_the_gap_of_a_wall_bars_a_fire_engine_where_it_stays_shut(emergency, met):
    """A wall across a lane, broken at its gate: the panel reaches from post to post, and each post bears its name."""
    from spatialreno.land.fire.net import fire_net

    across = [wall("A", (30, -9), (30, -2)), wall("B", (30, 2), (30, 9))]
    gate = layer({"id": "G", "width_m": 4.0, "emergency": emergency, "geometry": Point(30, 0)})
    obstacles = fire_net(drawn(walls=layer(*across), gates=gate)).survey.obstacles
    panels = obstacles.shapes[obstacles.names == "gates:G"]
    assert bool(shapely.intersects(panels, there(Point(30, 0))).any()) is met
    assert all(shapely.intersects(panels, there(Point(30, y))).any() for y in (-2.1, 2.1))


def test_a_plan_measures_only_what_it_changes_and_finds_all_that_stands():
    """What stood beside the paths of the survey is not measured anew; the answer is that of measuring everything."""
    today = drawn(walls=walls(), buildings=HOMES)
    shed = build("structures", "V", geometry=there(box(20, 1.2, 22, 2.4)), legality="legal")
    plan = Scenario("p", "", [demolish("walls", ids=["N"]), shed])
    for own in (today, plan.apply(today)):
        survey = lanes_surveyed(own)
        anew = find_hits(
            survey.stations, survey.obstacles, reach_m=survey.reach_m, end_m=own.catalog.constants["tolerance_m"]
        )
        rows = [sorted(zip(h.station, h.side, h.obstacle, h.offset_m, strict=True)) for h in (survey.hits, anew)]
        assert rows[0] == rows[1]
        assert rows[0]
