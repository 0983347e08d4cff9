"""Cells of the live page: together they are the ground, and none lies across a wall, a building or a shed's edge."""

import numpy as np
import pytest
import shapely
from maps.conftest import CRS, quarter

from spatialreno.area import assemble
from spatialreno.maps.live_page.ground_model import ground_cells, ground_points
from spatialreno.walk.state.standing import fabric_of


@pytest.fixture(scope="module")
def area():
    return assemble(quarter(str), name="small", crs=CRS)


@pytest.fixture(scope="module")
def ground(area):
    return ground_points(area)


@pytest.fixture(scope="module")
def cells(area, ground):
    """Cells as polygons of metres in the area's CRS."""
    frame = fabric_of(area).frame
    half = ground.step_m / 2
    shapes = []
    for point, rings in zip(ground.points, ground_cells(area, ground, frame), strict=True):
        square = shapely.box(point.x - half, point.y - half, point.x + half, point.y + half)
        parts = [shapely.Polygon(frame.to_m(np.reshape(ring, (-1, 2)) * 10.0)) for ring in rings or []]
        shapes.append(square if rings == 0 else shapely.union_all(parts))
    return np.array(shapes)


def test_points_are_clear_of_buildings_and_some_take_a_facility(area, ground):
    assert shapely.distance(ground.points.to_numpy()[:, None], area.buildings.geometry.to_numpy()).min() > 0.6
    yards = area.compounds.union_all()
    assert yards.covers(shapely.multipoints(ground.points.to_numpy()[: ground.placeable]))
    assert not yards.intersects(shapely.multipoints(ground.points.to_numpy()[ground.placeable :]))


def test_no_cell_lies_across_a_wall_or_in_a_building(area, cells):
    assert not shapely.crosses(cells[:, None], area.walls.geometry.to_numpy()).any()
    shared = shapely.area(shapely.intersection(cells[:, None], area.buildings.geometry.to_numpy()))
    assert shared.max() < 0.05


def test_a_cell_is_under_a_shed_or_outside_it(area, cells, ground):
    for shed in area.structures.geometry:
        inside = shapely.covers(shed, ground.points.to_numpy())
        assert shapely.area(shapely.intersection(cells[~inside], shed)).max() < 0.05
        assert shapely.area(shapely.difference(cells[inside], shed)).max(initial=0) < 0.05


def test_cells_do_not_overlap_and_fill_the_open_ground(area, ground, cells):
    blocked = shapely.union_all([*area.buildings.geometry, *area.structures.geometry, *area.walls.geometry.buffer(0.1)])
    whole = shapely.union_all(cells)
    assert shapely.area(cells).sum() == pytest.approx(whole.area, rel=2e-3)
    assert whole.area > 0.95 * ground.shape.difference(blocked).area
