"""What the land of the example shows: no room today, room afterwards, a lane that opens, doors that are reached."""

import itertools

import pytest
import shapely

from spatialreno import read_scenario, site_facilities
from spatialreno.area import assemble
from spatialreno.land import fewest_removals, fire_access, fit_footprints, freed_land, lane_widths
from spatialreno.land.footprints.buildable import fire_bands
from spatialreno.land.free.free_land import free_surface

KINDS = ["heat_exchange_station", "pocket_garden", "plaza"]


@pytest.fixture(scope="module")
def states(example):
    names = ("clear", "opened", "full")
    after = {name: read_scenario(f"data/geo/xigongdi/scenarios/{name}.toml").apply(example) for name in names}
    return {"today": example, **after}


@pytest.mark.long
def test_today_no_station_of_the_size_the_load_asks_for_stands_in_any_form(states):
    for name in ("today", "clear"):
        found = site_facilities(states[name], "heat_exchange_station")
        assert not found.feasible
        told = found.missing
        assert told["footprint_m2"] == 150
        forms = ("largest_free_rectangle_m2", "largest_boiler_house_m2", "largest_spare_room_m2")
        assert all(told[form] < 150 for form in forms)
    assert fewest_removals(states["today"], "heat_exchange_station").number == 4


@pytest.mark.long
def test_afterwards_station_garden_and_plaza_stand_together_clear_of_the_fire_lane(states):
    opened = states["opened"]
    found = fit_footprints(opened, KINDS)
    assert sorted(found.sites["kind"]) == sorted(KINDS)
    assert sorted(found.sites["area_m2"]) == pytest.approx([150, 200, 350])
    assert found.gap <= 0.02
    surface, bands = free_surface(opened), shapely.union_all(fire_bands(opened))
    for shape in found.sites.geometry:
        assert shape.difference(surface).area < 1e-6
        assert shape.intersection(bands).area < 1e-6
        assert shape.distance(opened.paths.geometry["L1"]) >= 3.5 - 1e-6
    for one, other in itertools.combinations(found.sites.geometry, 2):
        assert one.distance(other) >= 1 - 1e-6
    after = found.as_scenario("built").apply(opened)
    assert set(found.sites.index) <= set(after.facilities.index) | set(after.open_spaces.index)


def test_the_drawn_full_option_stands_in_free_land_clear_of_the_lane(states):
    surface, full = free_surface(states["opened"]), states["full"]
    lane = full.paths.geometry["L1"]
    built = [full.facilities.geometry["HX1"], *full.open_spaces.geometry[["O11", "O12"]]]
    assert [round(shape.area) for shape in built] == [150, 200, 350]
    for shape in built:
        assert shape.difference(surface).area < 1e-6
        assert shape.distance(lane) >= 3.5
    assert all(a.disjoint(b) for a, b in itertools.combinations(built, 2))


def test_the_lane_goes_from_two_metres_to_more_than_the_seven_declared(states):
    widths = {name: lane_widths(area).loc["L1"] for name, area in states.items()}
    assert widths["today"]["clear_width_m"] == pytest.approx(2.0, abs=0.01)
    assert widths["clear"]["clear_width_m"] == pytest.approx(2.0, abs=0.01)
    assert widths["full"]["width_m"] == 7.0
    assert widths["full"]["clear_width_m"] >= 7.0
    assert widths["full"]["parked_least_m"] >= 7.0


@pytest.mark.long
def test_fire_access_before_and_after(states):
    found = {name: fire_access(area) for name, area in states.items()}
    count = {name: int((own.buildings["verdict"] == "pass").sum()) for name, own in found.items()}
    assert count == {"today": 36, "clear": 36, "opened": 40, "full": 40}
    before, after = found["today"].buildings["verdict"], found["full"].buildings["verdict"]
    assert not ((before == "pass") & (after != "pass")).any()
    lane = {name: set(own.lanes.query("path_id == 'L1'")["verdict"]) for name, own in found.items()}
    assert "narrow" in lane["today"]
    assert lane["full"] == {"pass"}


FURTHER = [pytest.param(xy, marks=pytest.mark.long) for xy in ((217_654.321, -432_109.876), (33_333.333, 98_765.432))]


@pytest.mark.parametrize("offset", [(-51_234.567, 712_345.678), *FURTHER])
def test_land_freed_does_not_hang_on_the_last_digit_of_a_coordinate(states, offset):
    today, opened = states["today"], states["opened"]
    before, after = (_elsewhere(state, offset) for state in (today, opened))
    here, there = freed_land(today, opened), freed_land(before, after)
    for column in ("area_m2", "usable_m2"):
        assert there[column].sum() == pytest.approx(here[column].sum(), abs=0.01)
    by_cause = here.groupby("cause")["area_m2"].sum().drop("other", errors="ignore")
    assert there.groupby("cause")["area_m2"].sum()[by_cause.index].to_numpy() == pytest.approx(by_cause, abs=0.01)


def _elsewhere(area, offset):
    """Move all of an area, as if it had been surveyed elsewhere."""
    layers = {}
    for name, layer in area.catalog.layers.items():
        frame = area.layer(name)
        if not layer.is_table and len(frame):
            frame = frame.set_geometry(frame.geometry.translate(*offset))
        layers[name] = frame.reset_index() if layer.has_id else frame
    return assemble(layers, name=area.name, crs=area.crs, meta=dict(area.meta))
