"""Footprints: exact where they fit by arithmetic, and no brute force finds what the tool denies."""

import numpy as np
import pytest
import shapely
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity, box

from spatialreno.land import edge_angles, feasible_centres, fit_rectangle, largest_rectangle, rectangle_sides
from spatialreno.land.geometry.fit_rectangle import place
from spatialreno.land.geometry.grow_shrink import set_back

FAR = (500_000.123, 3_835_000.456)


@pytest.mark.parametrize("turn", [0.0, 30.0, 17.3])
@pytest.mark.parametrize("by", [(0.0, 0.0), FAR])
def test_fits_exactly_and_misses_by_a_centimetre(turn, by):
    def drawn(width):
        return affinity.translate(affinity.rotate(box(0, 0, width, 12), turn, origin=(0, 0)), *by)

    found = fit_rectangle(drawn(10.0), 10, 12)
    assert found is not None
    assert found.rectangle.difference(drawn(10.0)).area < 1e-6
    assert found.rectangle.area == pytest.approx(120)
    assert fit_rectangle(drawn(9.99), 10, 12) is None


def test_a_yard_where_it_fits_only_rotated_by_30_degrees():
    yard = affinity.rotate(box(0, 0, 10.5, 12.5), 30)
    assert fit_rectangle(yard, 10, 12, [0.0]) is None
    assert fit_rectangle(yard, 10, 12, [30.0]).angle_deg == 30.0
    assert fit_rectangle(yard, 10, 12).rectangle.difference(yard).area < 1e-9


def test_centres_in_an_l_shape():
    shape = box(0, 0, 30, 10) | box(0, 0, 10, 30)
    centres = feasible_centres(shape, 8, 8)
    assert centres.area == pytest.approx(22 * 2 + 2 * 22 - 2 * 2, abs=1e-5)
    assert feasible_centres(shape, 20, 11).is_empty


def test_a_hole_is_an_obstacle():
    ring = box(0, 0, 30, 30) - box(13, 13, 17, 17)
    assert fit_rectangle(ring, 13, 30, [0.0]) is not None
    assert fit_rectangle(ring, 13.01, 14, [0.0]) is None
    slit = box(0, 0, 20, 20) - box(9.99, 9.99, 10, 10)
    assert fit_rectangle(slit, 10.02, 10.02, [0.0]) is None


def test_largest_rectangle():
    assert largest_rectangle(box(0, 0, 30, 20), 1.5).width_m == pytest.approx(20, abs=0.002)
    square = largest_rectangle(box(0, 0, 30, 20) | box(0, 0, 5, 90))
    assert square.rectangle.area == pytest.approx(400, abs=0.2)
    assert largest_rectangle(shapely.Polygon()) is None


def test_angles_follow_the_longest_edges():
    tilted = affinity.rotate(box(0, 0, 40, 12), 25, origin=(0, 0))
    assert edge_angles([box(0, 0, 20, 20), tilted]) == pytest.approx([25.0, 0.0])
    assert edge_angles(shapely.Point(0, 0).buffer(3)) == [0.0]  # short chords have no direction


def test_rectangles_of_an_area_keep_it():
    for width, depth in rectangle_sides(350, 12):
        assert width * depth == pytest.approx(350)
        assert min(width, depth) >= 12 - 1e-9
    assert rectangle_sides(100, 20) == [(10.0, 10.0)]


def test_set_back_is_never_short_and_exact_on_straight_sides():
    home = box(0, 0, 20, 10)
    zone = set_back(home, 10.0)
    assert zone.bounds == pytest.approx((-10, -10, 30, 20))
    assert zone.covers(home.buffer(10.0 - 1e-9, quad_segs=64))
    assert zone.boundary.hausdorff_distance(home.buffer(10.0, quad_segs=64).boundary) < 0.06


@st.composite
def yards(draw):
    """A yard of 30 × 30 m with up to five boxes standing in it, turned."""
    shape = box(0, 0, 30, 30)
    for _ in range(draw(st.integers(1, 5))):
        x, y = draw(st.integers(-3, 28)), draw(st.integers(-3, 28))
        body = box(x, y, x + draw(st.integers(1, 14)), y + draw(st.integers(1, 14)))
        shape = shape - affinity.rotate(body, draw(st.sampled_from([0, 0, 20, 45])))
    return shape


@settings(max_examples=examples(60), deadline=None)
@given(yards(), st.integers(3, 16), st.integers(3, 16), st.sampled_from([0.0, 20.0, 33.0]))
def test_brute_force_agrees(yard, width, depth, angle):
    centres = feasible_centres(yard, width, depth, angle_deg=angle)
    x, y = np.meshgrid(np.arange(0.125, 30, 0.5), np.arange(0.125, 30, 0.5))
    points = shapely.points(x.ravel(), y.ravel())
    shape = place(shapely.Point(0, 0), width, depth, angle).rectangle
    corners = shapely.get_coordinates(shape)
    placed = shapely.polygons(shapely.get_coordinates(points)[:, None] + corners)
    shapely.prepare(yard)
    stands = shapely.covers(yard, placed)
    assert not (stands & ~shapely.dwithin(centres, points, 1e-6)).any()  # none denied
    assert stands[shapely.contains(centres.buffer(-1e-6), points)].all()  # none invented
    for corner in shapely.get_coordinates(centres)[:40]:
        outline = place(shapely.Point(corner), width, depth, angle).rectangle
        assert outline.difference(yard).area < 1e-6
