"""Several footprints at once: packings by arithmetic, setbacks, fire lanes, access, and brute force."""

import itertools

import numpy as np
import pytest
import shapely
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from land.yards import area, layer, there
from shapely import LineString, Point, affinity, box

from spatialreno.errors import InfeasibleError, InputError
from spatialreno.land import candidate_sites, fit_footprints
from spatialreno.land.footprints.buildable import buildable_land
from spatialreno.land.free.free_land import free_surface

PLAZA = {"plaza": [(10.0, 20.0)]}


def yard(shape, **layers):
    return area(compounds=layer({"id": "C1", "name": "院", "geometry": shape}), **layers)


@pytest.mark.parametrize(("width", "placed"), [(43.0, 4), (42.99, 3)])
@pytest.mark.long
def test_four_in_a_row_need_four_widths_and_three_gaps(width, placed):
    found = fit_footprints(yard(box(0, 0, width, 20)), {"plaza": 4}, sizes=PLAZA)
    assert len(found.sites) == placed
    assert found.missing.get("unplaced", []) == ["plaza"] * (4 - placed)
    shapes = found.sites.geometry.to_numpy()
    for one, other in itertools.combinations(shapes, 2):
        assert one.distance(other) >= 1 - 1e-5


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"sizes": {"plaza": "big"}}, "'big' is no size of a plaza"),
        ({"sizes": {"plaza": -300}}, "-300 is no size of a plaza. Give width and depth in metres"),
        ({"sizes": {"plaza": [(10, 12), (0, 3)]}}, "is no size of a plaza"),
        ({"sizes": {"plazza": 300}}, "sizes: plazza is no kind to place. Did you mean plaza?"),
        ({"sweep_deg": 0}, "sweep_deg = 0. Give degrees above 0"),
    ],
)
@pytest.mark.every_day
def test_sizes_that_are_none_are_refused(asked, told):
    with pytest.raises(InputError) as refused:
        fit_footprints(yard(box(0, 0, 43, 20)), ["plaza"], **asked)
    assert told in str(refused.value)


def test_width_and_depth_may_be_given_bare():
    today = yard(box(0, 0, 43, 20))
    bare, listed = (candidate_sites(today, "plaza", sides=sides) for sides in ((10, 12), [(10.0, 12.0)]))
    assert len(bare)
    assert bare.equals(listed)


def test_only_turned_by_thirty_degrees_it_fits():
    turned = affinity.rotate(box(0, 0, 10.2, 12.2), 30)
    found = fit_footprints(yard(turned), ["plaza"], sizes={"plaza": [(10.0, 12.0)]})
    assert found.sites["angle_deg"].iloc[0] % 90 == pytest.approx(30)
    tight = affinity.rotate(box(0, 0, 10.2, 11.99), 30)
    none = fit_footprints(yard(tight), ["plaza"], sizes={"plaza": [(10.0, 12.0)]})
    assert none.status == "infeasible"
    assert none.missing["plaza_largest_m2"] == pytest.approx(11.99**2 / 1.2, abs=0.1)
    with pytest.raises(InfeasibleError, match="unplaced = plaza"):
        none.as_scenario("none")


def test_a_sweep_finds_what_no_edge_points_to():
    rounded = Point(0, 0).buffer(7.2, quad_segs=64) | affinity.rotate(box(-7, -5.2, 7, 5.2), 40, origin=(0, 0))
    sheds = [{"id": "V", "legality": "legal", "geometry": box(-40, -40, 40, 40).difference(rounded)}]
    today = yard(box(-40, -40, 40, 40), structures=layer(*sheds))
    square = {"plaza": [(13.9, 10.2)]}
    assert not fit_footprints(today, ["plaza"], sizes=square).feasible
    assert fit_footprints(today, ["plaza"], sizes=square, sweep_deg=10).feasible


def test_setbacks_lanes_pipes_and_boundary_are_kept():
    home = layer({"id": "B1", "residents": 50, "geometry": box(0, 0, 30, 12)})
    paths = layer({"id": "L", "kind": "lane", "width_m": 2.0, "geometry": LineString([(0, 20), (80, 20)])})
    pipes = layer({"id": "P", "kind": "sewage", "geometry": LineString([(0, 40), (80, 40)])})
    walls = layer({"id": "W", "thickness_m": 0.24, "geometry": LineString([(0, 60), (80, 60)])})
    today = yard(box(0, 0, 80, 60), buildings=home, paths=paths, pipes=pipes, walls=walls)
    found = fit_footprints(today, ["bookstore", "pocket_garden"])
    book, garden = found.sites.set_index("kind").geometry[["bookstore", "pocket_garden"]]
    homes, lane, pipe, wall = (layer.geometry.iloc[0] for layer in (today.buildings, paths, pipes, walls))
    assert book.distance(homes) >= 6 - 1e-6
    assert garden.distance(homes) >= 3 - 1e-6
    assert min(book.distance(lane), garden.distance(lane)) >= 2 - 1e-6  # the fire lane's half, not the lane's
    assert book.distance(pipe) >= 2.5 - 1e-6
    assert book.distance(wall) >= 1.12 - 1e-6
    assert book.difference(buildable_land(today, "bookstore")).area < 1e-6
    assert found.status == "optimal"
    assert found.gap <= 0.02


def test_a_yard_without_a_path_of_its_own_is_not_reached():
    yards = layer(
        {"id": "C1", "name": "东院", "geometry": box(0, 0, 30, 30)},
        {"id": "C2", "name": "西院", "geometry": box(30, 0, 60, 30)},
    )
    wall = layer({"id": "W", "geometry": LineString([(30, 0), (30, 30)])})
    shed = layer({"id": "V", "legality": "legal", "geometry": box(0, 3, 29, 30)})
    paths = layer({"id": "L", "kind": "footway", "geometry": LineString([(0, 1), (28, 1)])})
    around = layer(*({"id": f"E{k}", "geometry": edge} for k, edge in enumerate(EDGES)))
    closed = area(compounds=yards, walls=wall_and(wall, around), structures=shed, paths=paths)
    assert not fit_footprints(closed, ["pocket_garden"]).feasible
    opened = area(compounds=yards, walls=around, structures=shed, paths=paths)
    assert fit_footprints(opened, ["pocket_garden"]).feasible


EDGES = [LineString([(30, 0), (60, 0), (60, 30), (30, 30)])]


def wall_and(*frames):
    import pandas as pd

    return pd.concat(frames, ignore_index=True)


def test_the_answer_is_a_scenario_that_builds_each_in_its_layer():
    today = yard(box(0, 0, 60, 60))
    found = fit_footprints(today, ["heat_exchange_station", "plaza"])
    after = found.as_scenario("built", title="建成").apply(today)
    assert after.open_spaces["kind"].tolist() == ["plaza"]
    assert after.facilities["kind"].tolist() == ["heat_exchange_station"]
    assert after.open_spaces["area_m2"].tolist() == pytest.approx([350])
    left = free_surface(after).intersection(after.open_spaces.geometry.iloc[0])
    assert left.area < 1e-6


def test_what_cannot_be_asked_is_told():
    with pytest.raises(InputError, match="plaza: -1 is no count"):
        fit_footprints(yard(box(0, 0, 60, 60)), {"plaza": -1})
    with pytest.raises(InputError, match="no kind teahouse"):
        fit_footprints(yard(box(0, 0, 60, 60)), ["teahouse"])


_sheds = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(2, 9), st.integers(2, 9)), max_size=4)


@settings(max_examples=examples(6), deadline=None)
@given(_sheds)
def test_brute_force_never_places_more(sheds):
    rows = [
        {"id": f"S{k}", "legality": "legal", "geometry": box(x, y, x + w, y + h)}
        for k, (x, y, w, h) in enumerate(sheds)
    ]
    today = yard(box(0, 0, 24, 24), **({"structures": layer(*rows)} if rows else {}))
    sizes = {"plaza": [(10.0, 14.0)], "pocket_garden": [(8.0, 9.0)]}
    found = fit_footprints(today, ["plaza", "pocket_garden"], sizes=sizes)
    surface = shapely.transform(free_surface(today), lambda xy: xy - there(Point(0, 0)).coords[0])
    here = [shapely.transform(s, lambda xy: xy - there(Point(0, 0)).coords[0]) for s in found.sites.geometry]
    assert all(shape.difference(surface).area < 1e-6 for shape in here)
    assert len(found.sites) >= brute(surface, [(10, 14), (8, 9)])


def brute(surface, sides):
    """Most rectangles on whole metres, both ways round, 1 m apart."""
    grid = np.stack(np.meshgrid(np.arange(25), np.arange(25)), axis=-1).reshape(-1, 2)
    wider = surface.buffer(1e-6)
    sets = []
    for width, depth in sides:
        boxes = np.concatenate([shapely.box(*grid.T, *(grid + turn).T) for turn in ([width, depth], [depth, width])])
        sets.append(boxes[shapely.covers(wider, boxes)])
    if not all(map(len, sets)):
        return sum(map(bool, map(len, sets)))
    tree = shapely.STRtree(sets[1])
    near = tree.query(sets[0], predicate="dwithin", distance=1 - 1e-9)
    return 2 if len(near[0]) < len(sets[0]) * len(sets[1]) else 1
