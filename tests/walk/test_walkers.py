"""Who gets through: wheelchairs, gates at night, ramps; by arithmetic on the two compounds of test_streets."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from conftest import at, make_area
from shapely.geometry import LineString, Point, box
from test_streets import LANE, boundary, quarter
from worlds import gate, house, wall, without

from spatialreno import Scenario, alter, build, demolish, evaluate
from spatialreno.area import StudyArea
from spatialreno.errors import InputError
from spatialreno.walk import find_ramps, isochrones, nearest, travel_times, who_reaches

MONDAY = "2026-05-04T"


def walk(area: StudyArea, start: str, end: str, group: str = "general", moment: str | None = None) -> float:
    table = travel_times(area, [start], [end], group=group, at=moment)
    return float(table["distance_m"].iloc[0]) if len(table) else math.inf


def with_values(area: StudyArea, layer: str, name: str, **values: Any) -> StudyArea:
    return Scenario("set", interventions=[alter(layer, ids=[name], set=values)]).apply(area)


# ---- wheelchairs


@pytest.mark.parametrize(("width", "passes"), [(0.85, False), (0.9, True), (3.0, True)])
@pytest.mark.long
def test_a_wheelchair_needs_wide_gates(width: float, passes: bool) -> None:
    area = quarter(gates=[gate("G1", 50, 0, "public", width)])
    assert math.isfinite(walk(area, "B1", "F3"))
    assert math.isfinite(walk(area, "B1", "F3", "wheelchair")) is passes


@pytest.mark.parametrize(
    "path",
    [{"kind": "steps"}, {"steps": True}, {"width_m": 0.8}],
    ids=["kind", "column", "narrow"],
)
def test_a_wheelchair_goes_round_steps_and_narrow_paths(path: dict[str, Any]) -> None:
    """A short way of 40 m straight on, or 60 + 40 + 60 m round a square."""
    rows = [
        {"id": "P0", "geometry": LineString([(-40, 0), (0, 0)])},
        {"id": "P1", "geometry": LineString([(0, 0), (40, 0)]), **path},
        {"id": "P2", "geometry": LineString([(0, 0), (0, 60), (40, 60), (40, 0)])},
        {"id": "P3", "geometry": LineString([(40, 0), (80, 0)])},
    ]
    places = [
        {"id": "A", "kind": "market", "geometry": Point(-40, 0)},
        {"id": "B", "kind": "pharmacy", "geometry": Point(80, 0)},
    ]
    compounds = [{"id": "C1", "name": "院", "geometry": box(500, 500, 510, 510)}]
    area = make_area(compounds=compounds, paths=rows, facilities=places)
    assert walk(area, "A", "B") == pytest.approx(120)
    assert walk(area, "A", "B", "wheelchair") == pytest.approx(240)
    assert walk(area, "B", "A", "wheelchair") == pytest.approx(240)


def step_between(level_diff_m: float | None) -> StudyArea:
    """Two compounds without gates between, one wall in common with a step in the ground."""
    walls = [wall("W1", (100, 0), (100, 80))]
    walls[0]["level_diff_m"] = level_diff_m
    return make_area(
        compounds=[
            {"id": "C1", "name": "一院", "geometry": box(0, 0, 100, 80)},
            {"id": "C2", "name": "二院", "geometry": box(100, 0, 200, 80)},
        ],
        buildings=[house("B1", 20, 30, 60, 42), house("B2", 130, 30, 180, 42)],
        walls=walls,
        facilities=[{"id": "F1", "kind": "pharmacy", "geometry": Point(150, 20)}],
    )


@pytest.mark.parametrize(("level", "passes"), [(None, True), (0.01, True), (0.02, False), (0.3, False)])
def test_a_step_left_by_a_wall_stops_wheelchairs(level: float | None, passes: bool) -> None:
    opened = without(step_between(level), walls=["W1"])
    assert math.isfinite(walk(opened, "B1", "F1"))
    assert math.isfinite(walk(opened, "B1", "F1", "wheelchair")) is passes
    assert len(find_ramps(opened)) == (0 if passes else 1)


def test_a_ramp_lets_wheelchairs_through_if_it_is_long_enough() -> None:
    opened = without(step_between(0.3), walls=["W1"])
    ramps = find_ramps(opened)
    assert ramps["ramp_m"].item() == pytest.approx(3.6, abs=0.01)
    assert ramps["built"].isna().all()
    for length, passes in ((3.0, False), (4.0, True)):
        line = LineString([at(100 - length / 2, 10), at(100 + length / 2, 10)])
        with_ramp = Scenario("r", interventions=[build("paths", "R1", kind="ramp", geometry=line)]).apply(opened)
        assert find_ramps(with_ramp)["built"].notna().item() is passes
        found = walk(with_ramp, "B1", "F1", "wheelchair")
        assert math.isfinite(found) is passes
        assert found == math.inf or found >= walk(with_ramp, "B1", "F1") - 0.01


def test_a_gate_in_a_wall_that_goes_stays_level() -> None:
    """Its step is beside the gate, not in it: people rolled through there before."""
    area = quarter(west="residents")
    south = str(area.gates.loc["G1", "wall_id"])
    stepped = with_values(area, "walls", south, level_diff_m=0.4)
    opened = without(make_survey(stepped), walls=[south])
    assert walk(opened, "F1", "B1", "wheelchair") == pytest.approx(walk(quarter("public"), "F1", "B1"), abs=0.01)


def test_a_gate_taken_down_leaves_no_step() -> None:
    area = quarter(west="closed")
    stepped = make_survey(with_values(area, "walls", str(area.gates.loc["G1", "wall_id"]), level_diff_m=0.4))
    holed = Scenario("h", interventions=[demolish("gates", ids=["G1"])]).apply(stepped)
    assert find_ramps(holed).empty
    assert walk(holed, "B1", "F3", "wheelchair") == pytest.approx(walk(holed, "B1", "F3"), abs=0.01)


def make_survey(area: StudyArea) -> StudyArea:
    from test_streets import make_fresh

    return make_fresh(area)


def test_the_table_says_what_was_assumed() -> None:
    opened = without(step_between(0.3), walls=["W1"])
    notes = travel_times(opened, group="wheelchair").attrs
    assert notes["ramps"] == "1 of 1 openings that need a ramp have none"
    assert "open at all hours" in notes["gates"]
    assert "ramps" not in nearest(opened).attrs


def test_wheelchairs_never_reach_more_and_come_back_the_same_way() -> None:
    area = quarter("public", "public", gates=[gate("G1", 50, 0, "public", 0.8), gate("G2", 150, 0, "public")])
    for state in (area, without(area, walls=boundary(area))):
        names = ["B1", "B2", "F1", "F3"]
        pairs = travel_times(state, names, names).set_index(["origin", "destination"])["distance_m"]
        rolled = travel_times(state, names, names, group="wheelchair").set_index(["origin", "destination"])
        assert rolled.index.isin(pairs.index).all()
        assert (rolled["distance_m"] >= pairs[rolled.index] - 0.005).all()
        back = rolled["distance_m"].swaplevel()
        back.index.names = rolled.index.names
        pd.testing.assert_series_equal(rolled["distance_m"].sort_index(), back.sort_index())


def test_what_a_wheelchair_reaches_lies_within_what_others_do() -> None:
    area = quarter(gates=[gate("G1", 50, 0, "public", 0.8), gate("G2", 150, 0, "public")])
    walked = isochrones(area, ["F1"], minutes=[10], group="general").geometry.item()
    rolled = isochrones(area, ["F1"], minutes=[10], group="wheelchair").geometry.item()
    assert rolled.difference(walked).area < 0.01
    inside = box(*at(1, 1).coords[0], *at(99, 79).coords[0])
    assert walked.intersection(inside).area > 1000
    assert rolled.intersection(inside).area < 1


# ---- hours


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    ("hours", "moment", "open_"),
    [
        ("06:00-22:00", "21:59", True),
        ("06:00-22:00", "22:00", False),
        ("Mo-Su 06:00-22:00", "22:30", False),
        ("Mo-Fr 06:00-22:00; Sa-Su 07:00-21:00", "21:30", True),
        ("Sa-Su 07:00-21:00", "12:00", False),
        ("20:00-02:00", "01:00", True),
        ("24/7", "03:00", True),
        (None, "03:00", True),
    ],
)
def test_gates_open_by_their_hours(hours: str | None, moment: str, open_: bool) -> None:
    area = quarter("public", gates=[gate("G1", 50, 0) | {"hours": hours}])
    assert math.isfinite(walk(area, "B1", "F3", moment=MONDAY + moment)) is open_
    assert math.isfinite(walk(area, "B1", "F3"))


@pytest.mark.spread(6)
@pytest.mark.parametrize("state", ["public", "residents", "closed"])
@pytest.mark.parametrize("start", ["B1", "F3"])
@pytest.mark.parametrize("moment", ["12:00", "23:00", None])
def test_three_states_for_residents_and_visitors_by_day_and_night(state: str, start: str, moment: str | None) -> None:
    area = quarter(gates=[gate("G1", 50, 0, state) | {"hours": "06:00-22:00"}])
    end = "F3" if start == "B1" else "B1"
    by_state = state == "public" or (state == "residents" and start == "B1")
    found = walk(area, start, end, moment=None if moment is None else MONDAY + moment)
    assert math.isfinite(found) is (by_state and moment != "23:00")
    if math.isfinite(found):
        assert found == pytest.approx(math.hypot(10, 30) + 12, abs=1.0)


def test_nearest_goes_by_the_hour() -> None:
    area = quarter(gates=[gate("G1", 50, 0) | {"hours": "06:00-22:00"}, gate("G2", 150, 0)])
    day, night = (nearest(area, ["pharmacy"], at=MONDAY + hour) for hour in ("12:00", "22:30"))
    assert day["distance_m"].notna().tolist() == [True, True]
    assert night["distance_m"].notna().tolist() == [False, True]
    assert night.attrs["gates"] == "gates as at 2026-05-04 22:30 (1 have hours)"


def test_an_open_gate_at_night_is_an_open_wall_as_ever() -> None:
    """A wall that has gone lets people through at any hour, though its gate had hours."""
    area = quarter(gates=[gate("G1", 50, 0) | {"hours": "06:00-22:00"}])
    opened = without(area, walls=[str(area.gates.loc["G1", "wall_id"])])
    assert math.isfinite(walk(opened, "B1", "F3", moment=MONDAY + "23:00"))


def test_what_cannot_be_read_is_refused() -> None:
    area = quarter(gates=[gate("G1", 50, 0) | {"hours": "six till late"}])
    with pytest.raises(InputError, match="G1"):
        walk(area, "B1", "F3", moment=MONDAY + "12:00")
    for moment in ("22:30", "2026-05-04", "soon", "2026-05-04T22:30+08:00"):
        with pytest.raises(InputError, match="2026-05-04T21:00"):
            walk(quarter(), "B1", "F3", moment=moment)
    assert LANE == 102


# ---- who loses what


def test_who_loses_the_pharmacy_at_night() -> None:
    buildings = [house("B1", 20, 30, 60, 42) | {"residents": 30}, house("B2", 130, 30, 180, 42) | {"residents": 50}]
    gates = [gate("G1", 50, 0) | {"hours": "06:00-22:00"}, gate("G2", 150, 0)]
    table = who_reaches(quarter(gates=gates, buildings=buildings), ["pharmacy"], group="general", at=MONDAY + "22:30")
    row = table.set_index("kind").loc["pharmacy"]
    assert row[["residents", "inside", "inside_then", "lost", "cut_off"]].tolist() == [80, 80, 50, 30, 30]
    assert row["lost_share"] == pytest.approx(30 / 80)


def test_evaluate_walks_as_the_group_does() -> None:
    buildings = [house("B1", 20, 30, 60, 42) | {"residents": 30}, house("B2", 130, 30, 180, 42) | {"residents": 50}]
    area = quarter(gates=[gate("G1", 50, 0, "public", 0.8), gate("G2", 150, 0)], buildings=buildings)
    assert evaluate(area).value("covered:pharmacy") == 1.0
    rolled = evaluate(area, group="wheelchair")
    assert rolled.value("covered:pharmacy") == pytest.approx(50 / 80)
    assert rolled.access.attrs["group"] == "wheelchair"
