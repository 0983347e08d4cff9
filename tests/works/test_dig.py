"""One dig: lanes shared, widths kept, arithmetic of both ways, phases, levels, bad input."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from conftest import make_area
from shapely.geometry import LineString, box

from spatialreno import Scenario, alter, demolish
from spatialreno.catalog import read_catalog
from spatialreno.errors import InputError
from spatialreno.works import cut_lane, dig_book, dig_lines, fit_section, plan_dig
from spatialreno.works.dig.falls import FALLS, deep_drains, house_clearance
from spatialreno.works.dig.lane_rooms import lane_rooms

KINDS = ("sewage", "water")


def house(name, x, y):
    return {"id": name, "use": "residential", "households": 10, "geometry": box(x, y, x + 20, y + 10)}


def main(name, kind, **more):
    return {"id": name, "kind": kind, "geometry": LineString([(-2, -50), (-2, 50)]), **more}


def lane(width, **changes):
    """A lane along y = 0 from a street at x = 0; houses on both sides, ``width`` apart; mains in the street."""
    half = width / 2
    layers = {
        "compounds": [{"id": "C1", "name": "院", "geometry": box(0, -40, 200, 40)}],
        "buildings": [
            house("B1", 20, half), house("B2", 20, -half - 10),
            house("B3", 100, half), house("B4", 100, -half - 10),
        ],
        "paths": [
            {"id": "S1", "kind": "street", "width_m": 12.0, "geometry": LineString([(0, -50), (0, 50)])},
            {"id": "L1", "kind": "lane", "geometry": LineString([(0, 0), (140, 0)])},
        ],
        "pipes": [main("N1", "sewage"), main("N2", "water")],
    }  # fmt: skip
    return make_area(**(layers | changes))


def test_one_lane_for_two_utilities_by_arithmetic():
    """Both run along the lane to the last houses' foot (x = 96, by steps of 12 m): once L, separately 2 L."""
    dig = plan_dig(lane(12.0), KINDS)
    once, apart = dig.summary.loc["once"], dig.summary.loc["separately"]
    assert dig.joint.status == "optimal" and dig.joint.gap == pytest.approx(0.0, abs=1e-6)
    assert apart["lanes_m"] == pytest.approx(2 * once["lanes_m"])
    assert once["lanes_m"] == pytest.approx(96.0)
    share, prices = 0.33, {"sewage": 800.0, "water": 525.0}
    saved = share * min(prices.values()) * once["lanes_m"]
    assert apart["cost_yuan"] - once["cost_yuan"] == pytest.approx(saved)
    assert once["days"] < apart["days"]
    assert set(dig.lanes["times_separate"]) == {2}


@pytest.mark.long
def test_sharing_never_opens_more_than_digging_apart(example):
    dig = plan_dig(example, ("sewage", "storm", "water"))
    once, apart = dig.summary.loc["once"], dig.summary.loc["separately"]
    assert once["lanes_m"] <= apart["lanes_m"]
    assert dig.joint.bound <= dig.joint.objective + 1e-6
    for kind in ("sewage", "storm", "water"):
        assert dig.by_kind.loc[kind, "served"] == 30


@pytest.mark.parametrize(("width", "fits"), [(12.0, True), (7.0, False)])
def test_a_lane_carries_its_pipes_or_says_what_is_missing(width, fits):
    """Sewage, storm and heat need 9.88 m between faces; at 7 m 2.88 m are missing, and nothing short of 9.38 helps."""
    pipes = [main("N1", "sewage"), main("N3", "storm")]
    station = [{"id": "HX", "kind": "heat_exchange_station", "capacity": 9000.0, "geometry": box(2, 20, 12, 30)}]
    street = {"id": "S1", "kind": "street", "width_m": 12.0, "geometry": LineString([(0, -50), (0, 50)])}
    paths = [street, {"id": "L1", "kind": "lane", "geometry": LineString([(0, 0), (140, 0)])}]
    dig = plan_dig(lane(width, pipes=pipes, facilities=station, paths=paths), ("sewage", "storm", "heat_secondary"))
    between = dig.lanes[dig.lanes["width_m"] < 20]
    assert between["fits"].all() == fits
    if not fits:
        worst = between.sort_values("missing_m").iloc[-1]
        assert worst["missing_m"] == pytest.approx(2.88)
        assert worst["help"] == "widen"
        assert set(dig.section(str(worst.name)).laid.kinds) == {"sewage", "storm"}


def test_a_lane_too_narrow_is_left_for_one_that_fits():
    """Two ways to the houses: a short lane 3 m wide, and one round it with room; pipes go round."""
    houses = [house("B1", 100, 20), {"id": "W1", "use": "other", "geometry": box(10, 1.5, 90, 5)},
              {"id": "W2", "use": "other", "geometry": box(10, -5, 90, -1.5)}]  # fmt: skip
    paths = [
        {"id": "S1", "kind": "street", "width_m": 12.0, "geometry": LineString([(0, -60), (0, 80)])},
        {"id": "L1", "kind": "lane", "geometry": LineString([(0, 0), (110, 0), (110, 15)])},
        {"id": "L2", "kind": "lane", "geometry": LineString([(0, 60), (110, 60), (110, 35)])},
    ]
    area = lane(
        12.0, buildings=houses, paths=paths, compounds=[{"id": "C1", "name": "院", "geometry": box(0, -40, 200, 80)}]
    )
    dig = plan_dig(area, ("sewage",))
    assert set(dig.lanes["path_id"]) <= {"L2", "S1"}
    assert dig.lanes["fits"].all()


def test_width_is_measured_between_house_faces_not_to_the_middle():
    area = lane(9.0)
    rooms = lane_rooms(area, [area.paths.geometry["L1"]], ["sewage"])
    assert rooms.loc[0, "width_m"] == pytest.approx(9.0)
    assert (rooms.loc[0, "left_side"], rooms.loc[0, "right_side"]) == ("building", "building")


def test_a_wall_at_a_gate_is_passed_and_a_wall_beside_bounds():
    walls = [{"id": "W1", "geometry": LineString([(10, -20), (10, 20)])},
             {"id": "W2", "geometry": LineString([(15, 2), (139, 2)])}]  # fmt: skip
    area = lane(12.0, walls=walls)
    rooms = lane_rooms(area, [area.paths.geometry["L1"]], ["sewage"])
    assert rooms.loc[0, "left"].startswith("walls:W2")
    assert rooms.loc[0, "width_m"] == pytest.approx(8.0)


def test_nothing_is_laid_under_new_paving():
    wall = [{"id": "W1", "geometry": LineString([(30, 3), (90, 3)])}]
    today = lane(12.0, walls=wall)
    pave = alter("paths", ids=["L1"], set={"width_m": 7.0}, phase=3)
    good = Scenario("good", interventions=[demolish("walls", ids=["W1"], phase=1), pave])
    dig = plan_dig(good.apply(today), KINDS, scenario=good)
    here = dig.lanes[dig.lanes["path_id"] == "L1"]
    assert (here["phase"] < here["paved"]).all()
    assert not [f for f in dig.faults if f.rule == "under_new_paving"]
    late = Scenario("late", interventions=[demolish("walls", ids=["W1"], phase=3), pave])
    dig = plan_dig(late.apply(today), KINDS, scenario=late)
    assert any(f.rule == "under_new_paving" for f in dig.faults)


def test_levels_missing_is_said_and_with_levels_drains_fall():
    assert any(f.rule == "levels_missing" for f in plan_dig(lane(12.0), KINDS).faults)
    paths = [
        {"id": "S1", "kind": "street", "width_m": 12.0, "start_level_m": 100.0, "end_level_m": 100.0,
         "geometry": LineString([(0, -50), (0, 50)])},
        {"id": "L1", "kind": "lane", "start_level_m": 100.0, "end_level_m": 101.0,
         "geometry": LineString([(0, 0), (140, 0)])},
    ]  # fmt: skip
    for invert, arrives in ((97.0, True), (99.5, False)):
        pipes = [main("N1", "sewage", start_level_m=invert, end_level_m=invert), main("N2", "water")]
        dig = plan_dig(lane(12.0, paths=paths, pipes=pipes), KINDS)
        assert len(dig.falls) and not [f for f in dig.faults if f.rule == "levels_missing"]
        assert dig.falls["falls"].all() == arrives
        assert (dig.falls["invert_up_m"] - dig.falls["invert_down_m"] > 0).all()
        assert (dig.falls["cover_m"] >= 0.7 - 1e-6).all()


def test_old_pipes_in_the_lane_are_laid_anew():
    old = {"id": "N9", "kind": "sewage", "geometry": LineString([(20, 0.5), (120, 0.5)])}
    dig = plan_dig(lane(12.0, pipes=[main("N1", "sewage"), main("N2", "water"), old]), KINDS)
    assert dig.replaced == ("N9",)


def test_bad_input_is_named_and_the_rest_computed():
    far = {"id": "N7", "kind": "gas", "geometry": LineString([(900, 900), (950, 900)])}
    dig = plan_dig(lane(12.0, pipes=[main("N1", "sewage"), far]), ("sewage", "gas", "storm"))
    assert list(dig.by_kind.index) == ["sewage"]
    assert any(f.rule == "main_alone" and f.ids == ("N7",) for f in dig.faults)
    assert sum(f.rule == "no_source" for f in dig.faults) == 2
    with pytest.raises(InputError, match="steam"):
        plan_dig(lane(12.0), ("steam",))
    with pytest.raises(InputError, match="no such path"):
        cut_lane(lane(12.0), ["N1"], "water")
    assert "-0" not in repr(plan_dig(lane(12.0), []))  # no kinds take no days


def test_a_lane_that_hangs_on_nothing_is_named():
    paths = [
        {"id": "S1", "kind": "street", "width_m": 12.0, "geometry": LineString([(0, -50), (0, 50)])},
        {"id": "L1", "kind": "lane", "geometry": LineString([(0, 0), (60, 0)])},
        {"id": "L2", "kind": "lane", "geometry": LineString([(130, 0), (160, 0)])},
    ]
    houses = [house("B1", 20, 6), house("B3", 140, 6)]
    dig = plan_dig(lane(12.0, paths=paths, buildings=houses), KINDS)
    assert any(f.rule == "disconnected" and f.ids == ("B3",) for f in dig.faults)
    assert dig.by_kind.loc["sewage", "served"] == 1


@pytest.mark.long
def test_the_lane_of_xigongdi_after_full(example):
    from conftest import ROOT

    from spatialreno.scenario import read_scenario

    full = read_scenario(ROOT / "data/geo/xigongdi/scenarios/full.toml")
    after = full.apply(example)
    kinds = ["sewage", "storm", "heat_secondary", "telecom", "power", "water", "gas"]
    rooms = lane_rooms(after, [after.paths.geometry["L1"]], kinds)
    assert rooms.loc[0, "width_m"] > 7.0  # the houses stand farther apart than the paving is wide
    before = lane_rooms(example, [example.paths.geometry["L1"]], kinds)
    assert before.loc[0, "width_m"] < 2.5  # today its walls


def test_a_dig_goes_into_a_book_and_a_scenario():
    area = lane(12.0)
    dig = plan_dig(area, KINDS)
    book = dig_book(dig, lane(12.0).catalog)
    assert len(book["巷道"]) == len(dig.lanes)
    after = dig.as_scenario("dig").apply(area)
    assert len(after.pipes) == len(area.pipes) + len(dig.routes)


def test_a_drain_below_the_foundations_keeps_farther_from_houses():
    """H 3.5, h 1.5, 30°: 2 / 0.5774 + 0.4 / 2 - 0.3 / 2 = 3.51 m, where the section holds 2.5."""
    limits = read_catalog().constants
    house = house_clearance(3.5, 0.3, 0.4, limits)
    assert house == pytest.approx(2.0 / math.tan(math.radians(30)) + 0.05)
    assert house_clearance(1.5, 0.3, 0.4, limits) == 2.5 and house_clearance(1.51, 0.3, 0.4, limits) == 3.0
    cut = fit_section(read_catalog(), 7.0, ["sewage", "storm"])
    falls = pd.DataFrame([("sewage", "p1", 0.0, 0.0, 1.0, True, False, 3.5, house)], columns=FALLS)
    lanes = pd.DataFrame({"path_id": ["L1"]}, index=["p1"])
    (told,) = deep_drains(falls, lanes, {"p1": cut}, limits)
    assert told.ids == ("L1",) and "3.5 m deep" in told.message and "has 2.5 m" in told.message
    assert deep_drains(falls.assign(depth_m=1.4, house_m=2.5), lanes, {"p1": cut}, limits) == []


def test_every_piece_says_whom_it_serves():
    """Whoever lies farther along the lane needs all that the nearer ones need, and each its own way to the house."""
    dig = plan_dig(lane(12.0), KINDS)
    pieces = dig.served.groupby(["kind", "building_id"])["piece"].agg(set)
    for kind in KINDS:
        near, far = pieces[kind, "B1"] - {"to-B1"}, pieces[kind, "B3"] - {"to-B3"}
        assert near < far and "to-B1" in pieces[kind, "B1"]
    assert set(dig.served["piece"]) == set(dig.costs["piece"])
    assert set(dig.served["building_id"]) == {"B1", "B2", "B3", "B4"}


def test_states_of_one_survey_that_dig_alike_are_routed_once():
    """Another name of a house leaves the routes as they are; sheds that leave no room for two pipes do not."""
    sheds = [{"id": f"X{y}", "legality": "illegal", "geometry": box(30, y, 34, y + 5)} for y in (-5.4, 0.4)]
    today = lane(12.0, structures=sheds)
    painted = Scenario("painted", interventions=[alter("buildings", ids=["B1"], set={"name": "甲"})]).apply(today)
    clear = Scenario("clear", interventions=[demolish("structures", where={"legality": "illegal"})]).apply(today)
    digs = [plan_dig(area, KINDS) for area in (today, painted, clear)]
    assert digs[1].joint is digs[0].joint and digs[2].joint is not digs[0].joint
    assert len(digs[0].overfull) and not len(digs[2].overfull)
    assert plan_dig(lane(12.0), KINDS).joint == digs[2].joint  # remembered or not, the same routes


def test_a_house_that_touches_its_lane_needs_no_branch():
    """B1 stands on the lane's line: nothing is laid to it, it is served all the same, and the plan fits the area."""
    area = lane(12.0, buildings=[house("B1", 20, 0), house("B3", 100, 6)])
    dig = plan_dig(area, ["sewage"])
    assert set(dig.routes["piece"]) >= {"to-B3"} and "to-B1" not in set(dig.routes["piece"])
    assert "B1" in set(dig.served["building_id"]) and not dig.by_kind.loc["sewage", "unreached"]
    after = dig.as_scenario("dig").apply(area)
    assert (after.pipes["length_m"] > 0).all()
    assert dig_lines(dig, area.catalog)["quantity"].gt(0).all()


def test_pipes_at_a_price_of_nothing_share_a_trench_of_nothing():
    costs = [{"layer": "pipes", "verb": "build", "kind": kind, "quantity": "length_m", "price": 0} for kind in KINDS]
    area = lane(12.0).with_catalog(costs=costs, source="捐赠", date="2026-01")
    lines = dig_lines(plan_dig(area, KINDS), area.catalog)
    assert len(lines) and lines["cost_yuan"].eq(0.0).all()
