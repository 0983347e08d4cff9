"""Reach on the ground: nested in time, growing when walls open, never behind a wall."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import shapely
from conftest import examples, make_area
from hypothesis import HealthCheck, given, settings
from test_streets import boundary, quarter
from worlds import house, spots, wall, without, yard, yards

from spatialreno.area import StudyArea
from spatialreno.walk import isochrones, travel_times

SPEED = 1.2 * 60


def shape(area: StudyArea, xy: tuple[float, float], minutes: float) -> shapely.Geometry:
    return isochrones(area, spots(p=xy), minutes=(minutes,)).geometry.iloc[0]


def test_open_ground_is_a_circle() -> None:
    area = yard(200, walls=[wall("W1", (0, 0), (1, 0))])
    speed = float(area.catalog.groups.loc["general", "speed_m_s"]) * 60
    radius = 40.0
    found = shape(area, (100, 100), radius / speed)
    assert found.area == pytest.approx(math.pi * radius**2, rel=0.01)
    assert found.area <= math.pi * radius**2


def test_nothing_behind_a_standing_wall() -> None:
    area = yard(100, walls=[wall("W1", (50, 0), (50, 100))])
    found = shape(area, (40, 50), 5)
    corner = area.compounds.total_bounds[:2]
    behind = shapely.box(corner[0] + 50, corner[1], corner[0] + 100, corner[1] + 100)
    assert found.intersection(behind).area < 0.01 * 100  # a millimetre of drawing along the wall
    opened = without(area, walls=["W1"])
    assert shape(opened, (40, 50), 5).intersection(behind).area > 0.99 * behind.area


def test_behind_the_end_of_a_wall_takes_longer() -> None:
    """A wall with a free end casts a shadow that is reached round the end only."""
    area = yard(100, walls=[wall("W1", (50, 20), (50, 100))])
    speed = float(area.catalog.groups.loc["general", "speed_m_s"]) * 60
    found = shape(area, (40, 80), 65 / speed)
    x, y = area.compounds.total_bounds[:2]
    assert not found.contains(shapely.Point(x + 52, y + 80))
    assert found.contains(shapely.Point(x + 52, y + 18))


INNER = shapely.Polygon([(0, 0), (60, 0), (60, 25), (40, 25), (40, 35), (60, 35), (60, 60), (0, 60)])
AROUND = shapely.box(0, 0, 60, 60).difference(shapely.box(25, 25, 35, 35))


@pytest.mark.parametrize(("ground", "origin"), [(INNER, (57, 20)), (AROUND, (42.7, 23.9))])
def test_reach_goes_round_corners_of_the_ground_where_no_wall_stands(ground: shapely.Polygon, origin: tuple) -> None:  # type: ignore[type-arg]
    """A grid of places: those walked to within the limit lie in the drawing, and no others."""
    area = make_area(compounds=[{"id": "C1", "name": "院", "geometry": ground}], buildings=[house("Z", 200, 0, 201, 1)])
    inner = shapely.buffer(ground, -0.05)
    grid = [(x, y) for x in range(1, 60, 3) for y in range(1, 60, 3) if inner.contains(shapely.Point(x, y))]
    places = spots(**{f"{x} {y}": (x, y) for x, y in grid})
    walks = travel_times(area, spots(p=origin), places).set_index("destination")["distance_m"]
    limit = 42.0
    within = places.within(shape(area, origin, limit / SPEED))
    assert len(walks) == len(places)
    assert within[walks.index[walks < limit - 0.2]].all()
    assert not within[walks.index[walks > limit + 0.2]].any()


def test_nested_and_growing() -> None:
    area = quarter()
    opened = without(area, walls=boundary(area), structures=["S1"])
    minutes = (0.5, 1, 2, 5)
    for origin in ("B1", "F1", "F3"):
        today = isochrones(area, [origin], minutes=minutes).set_index("minutes").geometry
        later = isochrones(opened, [origin], minutes=minutes).set_index("minutes").geometry
        for short, long in pairwise(minutes):
            assert today[short].difference(today[long]).area < 1e-3
        for time in minutes:
            assert today[time].difference(later[time]).area < 1e-3 * today[time].area
    assert later[2].area > today[2].area


def test_order_of_times_and_origins_is_kept() -> None:
    area = quarter()
    table = isochrones(area, ["F3", "B1"], minutes=(5, 1), group="elderly")
    assert list(zip(table["origin"], table["minutes"], strict=True)) == [
        ("F3", 5),
        ("F3", 1),
        ("B1", 5),
        ("B1", 1),
    ]
    assert set(table["group"]) == {"elderly"}
    assert table.crs == area.crs
    assert table.is_valid.all()


@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(yards())
def test_what_is_drawn_is_what_can_be_walked(area: StudyArea) -> None:
    """Points on a grid lie in the reach exactly when the walk to them is short enough."""
    eye, minutes = (1.37, 1.41), 0.3
    limit = float(area.catalog.groups.loc["general", "speed_m_s"]) * 60 * minutes
    grid = {f"P{x}_{y}": (x + 0.53, y + 0.47) for x in range(0, 30, 3) for y in range(0, 30, 3)}
    points = spots(**grid)
    walks = travel_times(area, spots(a=eye), points).set_index("destination")["distance_m"]
    far = walks.reindex(points.index).fillna(math.inf)
    drawn = shape(area, eye, minutes)
    inside = points.within(drawn)
    held = points.distance(area.structures.union_all()) if len(area.structures) else None
    clear = (far - limit).abs() > 0.3
    if held is not None:
        clear &= held > 0  # who stands in a shed can leave it, but nobody walks in
    house = area.buildings.union_all()
    clear &= points.distance(house) > 0
    assert (inside == (far <= limit))[clear].all()


def test_nothing_is_seen_out_of_a_yard_across_its_edge() -> None:
    """Street points and wall ends on the edge of a yard look into it, not out over ground nobody walks."""
    area = quarter("public", "public")
    for origin in ("B1", "B2", "F3"):
        drawn = isochrones(area, [origin], minutes=(1,)).geometry.iloc[0]
        grid = {f"P{x}_{y}": (x + 0.53, y + 0.47) for x in range(2, 200, 9) for y in range(2, 79, 9)}
        points = spots(**grid)
        points = points[points.distance(area.buildings.union_all().union(area.structures.union_all())) > 0.1]
        walks = travel_times(area, [origin], points).set_index("destination")["distance_m"]
        far = walks.reindex(points.index).fillna(math.inf)
        limit = float(area.catalog.groups.loc["general", "speed_m_s"]) * 60
        inside = points.within(drawn)
        assert not (inside & (far > limit + 0.3)).any()
        assert (inside | (far > limit - 0.3)).mean() > 0.99


def test_lighter_outlines_stay_within_the_tolerance() -> None:
    """Fewer corners, and no point of the outline farther than was allowed from where it was."""
    area = yard(200, walls=[wall("W1", (90, 90), (110, 90))])
    at = spots(p=(100, 100))
    exact, light = (isochrones(area, at, 1, simplify_m=m).geometry.iloc[0] for m in (0.0, 0.5))
    assert shapely.get_num_coordinates(light) < shapely.get_num_coordinates(exact)
    corners = shapely.points(shapely.get_coordinates(exact))
    assert light.is_valid and 0.01 < shapely.distance(corners, light.boundary).max() <= 0.5
    assert shape(area, (100, 100), 1).equals(exact)
