"""Heat: three houses by arithmetic, laws of the plan, bad input named, the example quarter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, at, make_area, throw
from shapely.affinity import translate
from shapely.geometry import LineString, Point, box

from spatialreno.area import heat_load
from spatialreno.errors import InputError
from spatialreno.scenario import read_scenario
from spatialreno.siting import site_facilities
from spatialreno.works import fit_section, heat_book, supply_heat
from spatialreno.works.heat.assign import assign_stations
from spatialreno.works.heat.loop import worst_loops
from spatialreno.works.heat.pipe_ground import Ground, _two_nearest
from spatialreno.works.heat.sizing import size_pipes

STATION = "heat_exchange_station"


def house(name, x, y, **more):
    row = {"id": name, "use": "residential", "households": 10, "floor_area_m2": 1000.0, "heat_load_w_m2": 50.0}
    return {**row, **more, "geometry": box(x, y, x + 20, y + 10)}


def quarter(**changes):
    """A lane along y = 0 from x = 0 to 140; three houses 6 m above it; a station below; a main across its end."""
    layers = {
        "compounds": [{"id": "C1", "name": "院", "geometry": box(-20, -40, 180, 40)}],
        "buildings": [house("B1", 20, 6), house("B2", 60, 6), house("B3", 100, 6)],
        "paths": [{"id": "P1", "kind": "lane", "geometry": LineString([(0, 0), (140, 0)])}],
        "facilities": [{"id": "HX", "kind": STATION, "capacity": 5000.0, "geometry": box(0, -16, 10, -6)}],
        "pipes": [
            {"id": "M1", "kind": "heat_primary", "capacity": 500.0, "geometry": LineString([(-10, -40), (-10, 40)])}
        ],
    }  # fmt: skip
    return make_area(**(layers | changes))


@pytest.fixture(scope="module")
def plan():
    return supply_heat(quarter(), sign_up=0.5)


@pytest.fixture(scope="module")
def full(example):
    path = "data/geo/xigongdi/scenarios/full.toml"
    from conftest import ROOT

    return read_scenario(ROOT / path).apply(example)


@pytest.fixture(scope="module")
def full_plan(full):
    return supply_heat(full, exact=False)


def test_three_houses_load_flow_and_share(plan):
    """3 × 1000 m² × 50 W = 150 kW; 0.86 · 150 / 25 = 5.16 m³/h; half of 30 households sign up."""
    assert plan.stations.loc["HX", "load_kw"] == pytest.approx(150.0)
    first = plan.pipes[plan.pipes["kind"] == "heat_secondary"]["flow_m3_h"].max()
    assert first == pytest.approx(5.16)
    assert plan.households_reached == 30
    assert plan.households_connected == 15
    assert plan.stations.loc["HX", "main_left_kw"] == pytest.approx(350.0)


def test_what_leaves_the_station_is_what_the_houses_take(plan):
    secondary = plan.pipes[plan.pipes["kind"] == "heat_secondary"]
    port = secondary[secondary.geometry.distance(box(*at(0, -16).coords[0], *at(10, -6).coords[0])) < 1.0]
    assert port["load_kw"].sum() == pytest.approx(150.0)


def test_the_tree_is_no_longer_than_the_lane_and_its_stubs(plan):
    """Along the house fronts at 3.5 m, from the first to the last inlet 80 m, and to the station."""
    metres = plan.pipes.loc[plan.pipes["kind"] == "heat_secondary", "length_m"].sum()
    assert 80.0 <= metres <= 125.0
    assert plan.stations.loc["HX", "status"] == "optimal"


@pytest.mark.long
def test_no_pipe_runs_under_a_house(plan, full_plan, full):
    for pipes, area in ((plan.pipes, quarter()), (full_plan.pipes, full)):
        houses = shapely.union_all(area.buildings.geometry.to_numpy()).buffer(-0.1)
        assert pipes.geometry.intersection(houses).length.sum() == pytest.approx(0.0, abs=1e-6)


def test_costs_are_metres_times_prices_by_diameter(plan):
    prices = quarter().catalog.heat_pipes["price_yuan_m"]
    pipes = plan.pipes
    expected = (pipes["length_m"] * pipes["diameter_mm"].map(prices)).sum()
    piped = plan.costs[plan.costs["item"].str.startswith(("一次网", "二次网"))]
    assert piped["cost_yuan"].sum() == pytest.approx(expected, abs=0.005 * prices.max())  # metres to the centimetre
    riser = plan.costs.set_index("item").loc["立管与入户"]
    assert riser["quantity"] == 15


def test_without_a_station_the_reason_is_a_number():
    plan = supply_heat(quarter(facilities=[]))
    assert plan.households_connected == 0
    assert "could stand at" in plan.reason  # there is free land here


@pytest.mark.long
def test_a_building_without_floor_area_is_named_and_estimated():
    blank = house("B1", 20, 6, floor_area_m2=None, storeys=None)
    plan = supply_heat(quarter(buildings=[blank, house("B2", 60, 6)]))
    told = [f for f in plan.faults if f.rule == "floor_area"]
    assert told and told[0].ids == ("B1",)
    assert plan.buildings["connected"].all()


def test_a_building_reached_only_from_farther_off_is_reached_all_the_same(monkeypatch, plan):
    """Round the hull alone the houses cannot be joined: then all the ground is looked at, as if nothing were cut."""
    near = Ground.near
    seen = []

    def tight(self, station, buildings, reach_m):
        seen.append(reach_m)
        return near(self, station, buildings, 0.0)

    monkeypatch.setattr(Ground, "near", tight)
    narrow = supply_heat(quarter(), sign_up=0.5)
    assert seen == [quarter().catalog.constants["pipe_detour_m"]]
    assert narrow.buildings["connected"].all()
    assert narrow.costs.equals(plan.costs)


def test_what_lies_far_from_a_station_changes_nothing(plan):
    """The same three houses, and a second quarter with its own station a kilometre off: the same tree."""
    far = {"id": "B9", "households": 10, "floor_area_m2": 1000.0, "heat_load_w_m2": 50.0, "use": "residential"}
    both = quarter(
        compounds=[{"id": "C1", "name": "院", "geometry": box(-20, -40, 180, 40)},
                   {"id": "C2", "name": "远院", "geometry": box(1000, -40, 1180, 40)}],
        buildings=[house("B1", 20, 6), house("B2", 60, 6), house("B3", 100, 6),
                   {**far, "geometry": box(1060, 6, 1080, 16)}],
        paths=[{"id": "P1", "kind": "lane", "geometry": LineString([(0, 0), (140, 0)])},
               {"id": "P2", "kind": "lane", "geometry": LineString([(1000, 0), (1140, 0)])}],
        facilities=[{"id": n, "kind": STATION, "capacity": 5000.0, "geometry": box(x, -16, x + 10, -6)}
                    for n, x in (("HX", 0), ("HY", 1000))],
    )  # fmt: skip
    found = supply_heat(both, sign_up=0.5)
    assert found.stations.loc["HX", "tree_yuan"] == pytest.approx(plan.stations.loc["HX", "tree_yuan"])
    assert found.buildings["station"].to_dict() == {"B1": "HX", "B2": "HX", "B3": "HX", "B9": "HY"}


def test_a_main_that_touches_nothing_is_named():
    far = {"id": "M9", "kind": "heat_primary", "capacity": 900.0, "geometry": LineString([(900, 900), (950, 900)])}
    plan = supply_heat(quarter(pipes=[far]))
    assert any(f.rule == "main_alone" and f.ids == ("M9",) for f in plan.faults)
    assert plan.households_connected == 0 and plan.reason
    assert plan.pipes["kind"].eq("heat_secondary").all() and len(plan.pipes)  # the rest is computed


def test_a_main_and_a_station_of_capacity_zero_are_named():
    empty = {"id": "M1", "kind": "heat_primary", "capacity": 0.0, "geometry": LineString([(-10, -40), (-10, 40)])}
    plan = supply_heat(quarter(pipes=[empty]))
    assert any(f.rule == "no_capacity" and f.ids == ("M1",) for f in plan.faults)
    dead = [{"id": "HX", "kind": STATION, "capacity": 0.0, "geometry": box(0, -16, 10, -6)}]
    plan = supply_heat(quarter(facilities=dead))
    assert any(f.rule == "no_capacity" and f.ids == ("HX",) for f in plan.faults)
    assert plan.households_connected == 0


def test_a_main_with_too_little_room_says_how_much_it_has():
    weak = {"id": "M1", "kind": "heat_primary", "capacity": 100.0, "geometry": LineString([(-10, -40), (-10, 40)])}
    plan = supply_heat(quarter(pipes=[weak]))
    assert plan.stations.loc["HX", "main_left_kw"] == pytest.approx(-50.0)
    assert plan.households_connected == 0
    assert "100 kW" in plan.reason and "150 kW" in plan.reason


def test_a_house_that_no_lane_reaches_is_named_and_the_others_are_heated():
    lone = house("B9", 300, 6)
    yard = [{"id": "C1", "name": "院", "geometry": box(-20, -40, 400, 40)}]
    plan = supply_heat(quarter(compounds=yard, buildings=[house("B1", 20, 6), lone]))
    assert any(f.rule == "disconnected" and f.ids == ("B9",) for f in plan.faults)
    assert plan.buildings["connected"].to_dict() == {"B1": True, "B9": False}


def test_an_old_pipe_with_room_is_used():
    """An old pipe along the house fronts: less new pipe is laid, and the old one is named."""
    line = LineString([(12, -8), (14, 3.5), (110, 3.5)])
    old = {"id": "N1", "kind": "heat_secondary", "capacity": 400.0, "geometry": line}
    main = {"id": "M1", "kind": "heat_primary", "capacity": 500.0, "geometry": LineString([(-10, -40), (-10, 40)])}
    before, after = supply_heat(quarter()), supply_heat(quarter(pipes=[main, old]))
    assert "N1" in set(after.pipes["existing"])
    new = [p[p["existing"] == ""]["length_m"].sum() for p in (before.pipes, after.pipes)]
    assert new[1] < new[0] - 20


def test_a_share_that_is_none_is_refused():
    with pytest.raises(InputError, match="sign_up"):
        supply_heat(quarter(), sign_up=1.5)


@pytest.mark.long
def test_the_area_is_not_changed_and_the_answer_repeats():
    area = quarter()
    print_before = area.fingerprint
    one, two = supply_heat(area), supply_heat(area)
    assert area.fingerprint == print_before
    pd.testing.assert_frame_equal(pd.DataFrame(one.pipes.drop(columns="geometry")), two.pipes.drop(columns="geometry"))


def test_load_by_age_and_insulation():
    rows = [house(f"B{k}", 40 * k, 6, heat_load_w_m2=None) for k in range(4)]
    years = [1975, 1990, 2005, 1990]
    rows = [
        {**row, "built_year": year, "insulated": k == 3} for k, (row, year) in enumerate(zip(rows, years, strict=True))
    ]
    assert heat_load(quarter(buildings=rows))["w_m2"].tolist() == [58.0, 55.0, 45.0, 40.0]


def test_a_station_takes_no_more_than_its_capacity():
    way = pd.DataFrame({"S": [10.0, 20.0, 30.0], "T": [30.0, 20.0, 10.0]}, index=["a", "b", "c"])
    given = assign_stations(way, pd.Series(100.0, way.index), pd.Series({"S": 100.0, "T": 200.0}), 500.0)
    assert given.to_dict() == {"a": "S", "b": "T", "c": "T"}


def test_diameters_keep_velocity_and_drop(full_plan, full):
    limits = full.catalog.constants
    assert (full_plan.pipes["velocity_m_s"] <= limits["heat_velocity_m_s"]).all()
    assert (full_plan.pipes["drop_pa_m"] <= limits["heat_drop_pa_m"]).all()
    assert size_pipes(pd.Series([5500.0]), 20.0, full.catalog)["dn"].tolist() == [200]


def test_the_main_line_leads_to_the_farthest_unit_and_is_sized_by_economic_friction(plan, full_plan, full):
    limits = full.catalog.constants
    for found in (plan, full_plan):
        trunk = found.pipes[found.pipes["part"] == "main"]
        assert 0 < len(trunk) < len(found.pipes)
        assert (trunk["drop_pa_m"] <= limits["heat_main_drop_pa_m"]).all()
        (station,) = found.stations.itertuples()
        assert trunk["length_m"].sum() <= station.secondary_m
        assert 0 < station.worst_m <= trunk["length_m"].sum() + 1e-6
    # 2 MW at 25 K are 68.8 m3/h: in DN150 1.08 m/s and 0.0264 / 0.15 · 975 · 1.08² / 2 = 100 Pa/m, too much for 70.
    sizes = [size_pipes(pd.Series([2000.0]), 25.0, full.catalog, main=pd.Series([m]))["dn"][0] for m in (True, False)]
    assert sizes == [200, 125]


def test_the_pump_overcomes_the_worst_loop_by_arithmetic(full):
    """300 m at 50 Pa, then a branch of 20 m at 200 Pa and one of 60 m at 40 Pa: 19 kPa one way to the first."""
    pipes = pd.DataFrame(
        [("S", 1, 2, 300.0, 50.0), ("S", 2, 3, 20.0, 200.0), ("S", 2, 4, 60.0, 40.0), ("T", 1, 2, 10.0, 10.0)],
        columns=["station", "start", "end", "length_m", "drop_pa_m"],
    )
    found = worst_loops(pipes, full.catalog)
    assert found.loc["S", "worst_m"] == 320.0
    assert found.loc["S", "loop_kpa"] == pytest.approx(2 * 1.3 * 19.0)
    head = (49.4 + 100 + 50) * 1000 / (975 * 9.81)
    assert found.loc["S", "pump_head_m"] == pytest.approx(head)
    assert found.loc["T", "loop_kpa"] == pytest.approx(0.26)


@pytest.mark.long
def test_xigongdi_today_has_no_heat_and_says_why(example):
    plan = supply_heat(example)
    assert plan.households_connected == 0
    assert "binding = land" in plan.reason and "short_by = 87.0" in plan.reason


@pytest.mark.long
def test_xigongdi_after_full_heats_all(full_plan):
    assert full_plan.households_reached == 1008
    assert full_plan.households_connected == 806  # 80 % of 1008
    station = full_plan.stations.loc["HX1"]
    assert station["main"] == "N01"
    assert station["load_kw"] == pytest.approx(4151.4, abs=0.1)
    assert station["main_left_kw"] == pytest.approx(5600 - 4151.4, abs=0.1)
    assert station["gap"] < 0.08 and station["bound_yuan"] <= station["tree_yuan"]
    assert (full_plan.costs["payer"] == "residents").sum() == 1


def test_the_plan_becomes_a_scenario(plan):
    after = plan.as_scenario("heat").apply(quarter())
    assert len(after.pipes) == len(quarter().pipes) + len(plan.pipes)


@pytest.mark.long
def test_a_station_that_can_be_sited_hangs_on_a_main(example):
    from conftest import ROOT

    opened = read_scenario(ROOT / "data/geo/xigongdi/scenarios/opened.toml").apply(example)
    found = site_facilities(opened, STATION, count=None)
    assert found.gap == 0.0 and found.sites["main"].tolist() == ["N01"]
    assert found.sites["capacity"].sum() == pytest.approx(heat_load(opened)["heated_area_m2"].sum())
    asked = supply_heat(opened).reason  # the works ask the same function
    assert all(name in asked for name in found.sites["candidate"])
    after = found.as_scenario("station").apply(opened)
    assert supply_heat(after, exact=False).households_reached == 1008
    tight = site_facilities(opened, STATION, radius_m=60)
    assert tight.missing["binding"] == "radius" and 0 < tight.missing["short_by"] < 200


def test_a_workbook_holds_text_and_no_formula(plan, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    from spatialreno.files.workbook import write_book

    tables = heat_book(plan)
    tables["试"] = pd.DataFrame({"a": ["=1+1", "+1", "@x"], "b": [1.5, 2, None]})
    path = write_book(tables, tmp_path / "heat.xlsx")
    book = openpyxl.load_workbook(path)
    assert [c.data_type for c in book["试"]["A"]] == ["s"] * 4
    assert book["试"]["A2"].value == "=1+1"
    assert book["工程量清单"].max_row == len(plan.costs) + 1
    first = path.read_bytes()
    assert write_book(tables, path).read_bytes() == first


def test_a_section_is_drawn_with_its_clearances(full):
    from spatialreno.maps import draw_section

    cut = fit_section(full.catalog, 7.0, ["sewage", "storm", "heat_secondary"])
    picture = draw_section(cut, title="<b>{{7*7}}</b>")
    assert picture.startswith("<svg") and "<b>" not in picture and "{{" not in picture
    assert "2.50" in picture and "2.88" in picture  # 2.5 m to the house; 9.88 - 7 m are missing


@pytest.mark.parametrize(("points", "lines"), [(60, 30), (5, 1), (9, 2)])
def test_the_two_lanes_a_house_faces_are_those_of_measuring_all(points, lines):
    draw = np.random.default_rng(points)
    ends = draw.integers(0, 400, (lines, 2, 2)).astype(float)
    ends[: lines // 3] = ends[lines - lines // 3 :]  # drawn twice: as near as one another
    spots, pieces = shapely.points(draw.integers(0, 400, (points, 2)).astype(float)), shapely.linestrings(ends)
    wanted = np.argsort(shapely.distance(spots[:, None], pieces[None, :]), axis=1, kind="stable")[:, :2]
    rows, near = _two_nearest(spots, pieces)
    assert near.tolist() == wanted.ravel().tolist()
    assert rows.tolist() == np.repeat(np.arange(points), min(2, lines)).tolist()


def test_a_station_in_a_room_of_a_house_heats_from_that_house():
    """HX is a point inside B0 below the lane: the pipes leave through its wall, and all three houses are heated."""
    room = {"id": "HX", "kind": STATION, "capacity": 5000.0, "building_id": "B0", "geometry": Point(5, -12)}
    shed = {"id": "B0", "use": "boiler_house", "geometry": box(0, -16, 10, -6)}
    row = [house("B1", 20, 6), house("B2", 60, 6), house("B3", 100, 6)]
    plan = supply_heat(quarter(buildings=[*row, shed], facilities=[room]), sign_up=0.5)
    assert (plan.households_reached, plan.reason) == (30, "")
    inside = shapely.intersection(plan.pipes.geometry.to_numpy(), translate(box(0, -16, 10, -6), *ORIGIN))
    assert shapely.length(inside).sum() == pytest.approx(0.0, abs=1e-6)


def test_risers_of_homes_nobody_counted_are_left_out_of_the_money_and_named():
    """10 + 10 households sign up at 50 %: 10 × 4 000; B2 is heated, and what its households pay nobody knows."""
    row = [house("B1", 20, 6), house("B2", 60, 6, households=None), house("B3", 100, 6)]
    plan = supply_heat(quarter(buildings=row), sign_up=0.5)
    risers = plan.costs[plan.costs["unit"] == "household"]
    assert risers["ids"].tolist() == [("B1", "B3"), ("B2",)]
    assert risers["cost_yuan"].iloc[0] == 40_000.0 and risers["cost_yuan"].isna().tolist() == [False, True]


# ---- names choose nothing


def crowded(seed):
    """Houses between crossing lanes, two stations, mains with little room: the tree is not proven."""
    dice = np.random.default_rng(throw(seed))
    homes, doors = [], []
    for k in range(14):
        x, y = 30 * (k % 5) + float(dice.uniform(0, 6)), 26 * (k // 5) + 6 + float(dice.uniform(0, 4))
        homes.append(house(f"B{k:02d}", x, y))
        doors += [{"id": f"E{k:02d}-{n}", "building_id": f"B{k:02d}", "geometry": Point(x + 3 + 5 * n, y)}
                  for n in range(int(dice.integers(0, 4)))]  # fmt: skip
    across = [LineString([(-10, 26 * k), (160, 26 * k)]) for k in range(4)]
    along = [LineString([(50 * k - 5, -10), (50 * k - 5, 90)]) for k in range(4)]
    stations = {"HX": box(-30, -16, -20, -6), "HY": box(165, 60, 175, 70)}
    mains = {"M1": ([(-35, -40), (-35, 140)], 500.0), "M2": ([(-35, 120), (180, 120)], 800.0)}
    return {
        "buildings": homes, "entrances": doors,
        "paths": [{"id": f"P{k}", "kind": "lane", "geometry": line} for k, line in enumerate([*across, *along])],
        "facilities": [{"id": i, "kind": STATION, "capacity": 9000.0, "geometry": s} for i, s in stations.items()],
        "pipes": [{"id": i, "kind": "heat_primary", "capacity": room, "geometry": LineString(xy)}
                  for i, (xy, room) in mains.items()],
    }  # fmt: skip


def under_other_names(rows, dice):
    """Deal the ids of each layer out anew, and shuffle its rows."""
    names = {}
    for layer, own in rows.items():
        ids = [row["id"] for row in own]
        names[layer] = dict(zip(ids, dice.permutation(ids).tolist(), strict=True))
    found = {}
    for layer, own in rows.items():
        new = [row | {"id": names[layer][row["id"]]} for row in own]
        new = [row | ({"building_id": names["buildings"][row["building_id"]]} if "building_id" in row else {})
               for row in new]  # fmt: skip
        found[layer] = [new[k] for k in dice.permutation(len(new))]
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.long
def test_no_name_and_no_order_of_rows_moves_a_tree_or_its_bound(seed):
    rows, dice = crowded(seed), np.random.default_rng(seed)
    yard = [{"id": "C1", "name": "院", "geometry": box(-60, -60, 220, 160)}]
    told = []
    for layers in (rows, under_other_names(rows, dice), under_other_names(rows, dice)):
        plan = supply_heat(quarter(compounds=yard, **layers), exact=False)
        assert (plan.stations["gap"] > 0.01).any()  # else nothing could have moved
        columns = ["tree_yuan", "bound_yuan", "secondary_m", "primary_m", "load_kw"]
        told.append((plan.stations.sort_values("tree_yuan")[columns].round(6).to_numpy().tolist(), plan.cost_yuan))
    assert told[0] == told[1] == told[2]
