"""Free and freed land: arithmetic on drawn yards, and areas that add up."""

import numpy as np
import pytest
import shapely
from conftest import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from land.yards import EAST, NORTH, area, layer, two_yards
from shapely import LineString, Point, box
from shapely.affinity import rotate, translate

from spatialreno import Scenario, demolish
from spatialreno.land import free_land, freed_land, land_balance, taken_land, usable_part
from spatialreno.land.free.free_land import free_surface
from spatialreno.land.geometry.grow_shrink import common, common_m2


def test_yards_less_building_clear_strip_shed_and_half_the_wall():
    pieces = free_land(two_yards())
    building = 32 * 14  # 30 × 12 and 1 m all round
    wall = 0.12 * 60
    assert pieces["compound_id"].tolist() == ["C1", "C2"]
    assert pieces["area_m2"].tolist() == pytest.approx([2400 - building - wall - 100, 2400 - building - wall])
    assert pieces["usable"].all()
    assert pieces.index.tolist() == ["F001", "F002"]


def test_free_freed_and_taken_land_lie_in_the_system_of_the_area():
    before, after = two_yards(shed=True), two_yards(shed=False)
    found = [free_land(after), freed_land(before, after), taken_land(after, before)]
    assert [len(land) > 0 and land.crs == before.crs for land in found] == [True] * 3


def test_a_strip_shut_between_two_walls_is_not_free_and_opens_with_the_walls():
    shut, opened = two_yards(), two_yards(walls=False)
    assert free_land(shut)["compound_id"].notna().all()
    freed = freed_land(shut, opened).groupby("cause")["area_m2"].sum()
    assert freed["wall"] == pytest.approx(4 * 0.12 * 60)
    assert freed["gap"] == pytest.approx((2 - 0.24) * 60)
    strip = free_land(opened).query("compound_id.isna()")
    assert strip["area_m2"].sum() == pytest.approx(2 * 60)
    assert strip["usable"].all()


def test_one_wall_gone_frees_the_strip_too():
    shut = two_yards()
    one = _with_walls(["W1"])
    gap = freed_land(shut, one).query("cause == 'gap'")["area_m2"].sum()
    assert gap == pytest.approx((2 - 0.24) * 60)


def _with_walls(ids):
    lines = {"W1": LineString([(40, 0), (40, 60)]), "W2": LineString([(42, 0), (42, 60)])}
    rows = [{"id": wall, "thickness_m": 0.24, "geometry": lines[wall]} for wall in ids]
    both = two_yards()
    return area(
        compounds=both.compounds.reset_index(),
        buildings=both.buildings.reset_index(),
        structures=both.structures.reset_index(),
        walls=layer(*rows),
    )


def test_a_roof_structure_frees_no_land_and_a_shed_its_plan():
    before, after = two_yards(shed=True), two_yards(shed=False)
    freed = freed_land(before, after)
    assert freed["cause"].tolist() == ["structure"]
    assert freed["area_m2"].sum() == pytest.approx(100)
    assert freed["compound_id"].tolist() == ["C1"]
    assert len(freed_land(before, before)) == 0


def test_what_takes_land():
    bare = {"compounds": layer({"id": "C1", "name": "院", "geometry": box(0, 0, 100, 100)})}
    across = LineString([(0, 50), (100, 50)])
    whole = free_land(area(**bare))["area_m2"].sum()
    assert whole == pytest.approx(10_000)
    takes = {
        "paths": (layer({"id": "L", "kind": "lane", "width_m": 7.0, "geometry": across}), 700),
        "parking": (layer({"id": "P", "kind": "car", "formal": True, "geometry": box(1, 1, 11, 6)}), 50),
        "open_spaces": (layer({"id": "G", "kind": "plaza", "geometry": box(60, 60, 70, 95)}), 350),
        "facilities": (layer({"id": "H", "kind": "bookstore", "geometry": box(0, 0, 20, 10)}), 200),
    }
    for name, (rows, square_metres) in takes.items():
        left = free_land(area(**bare, **{name: rows}))["area_m2"].sum()
        assert whole - left == pytest.approx(square_metres), name
    nothing = {
        "paths": layer({"id": "L", "kind": "footway", "geometry": across}),
        "parking": layer({"id": "P", "kind": "car", "formal": False, "geometry": box(1, 1, 11, 6)}),
    }
    assert free_land(area(**bare, **nothing))["area_m2"].sum() == pytest.approx(whole)


def test_a_tree_takes_its_trunk_and_a_protected_one_its_crown():
    yard = layer({"id": "C1", "name": "院", "geometry": box(0, 0, 100, 100)})
    trees = layer(
        {"id": "T1", "trunk_m": 0.4, "crown_m": 6.0, "protected": False, "geometry": Point(20, 20)},
        {"id": "T2", "trunk_m": 0.4, "crown_m": 6.0, "protected": True, "geometry": Point(50, 50)},
    )
    taken = 10_000 - free_land(area(compounds=yard, trees=trees))["area_m2"].sum()
    assert taken == pytest.approx(3.1416 * (0.2**2 + 3**2), rel=0.01)
    assert taken >= 3.1415 * (0.2**2 + 3**2)  # never less than the circles


def test_slivers_are_listed_and_not_usable():
    yard = layer({"id": "C1", "name": "院", "geometry": box(0, 0, 50, 20)})
    shed = layer({"id": "S", "legality": "legal", "geometry": box(0, 1, 50, 10)})
    pieces = free_land(area(compounds=yard, structures=shed))
    assert dict(zip(pieces["usable"], pieces["area_m2"].round(6), strict=True)) == {False: 50.0, True: 500.0}
    assert pieces.loc[~pieces["usable"], "usable_m2"].tolist() == [0.0]


def test_a_narrow_strip_is_usable_once_it_is_open_to_a_yard():
    yards = layer(
        {"id": "C1", "name": "东院", "geometry": box(0, 0, 40, 60)},
        {"id": "C2", "name": "西院", "geometry": box(41, 0, 80, 60)},
    )
    pieces = free_land(area(compounds=yards))
    strip = pieces[pieces["compound_id"].isna()]
    assert strip["usable_m2"].tolist() == pytest.approx([60.0])


def test_a_street_between_two_yards_is_no_strip():
    yards = layer(
        {"id": "C1", "name": "东院", "geometry": box(0, 0, 40, 60)},
        {"id": "C2", "name": "西院", "geometry": box(43.1, 0, 80, 60)},
    )
    assert free_land(area(compounds=yards))["compound_id"].notna().all()


_boxes = st.lists(st.tuples(st.integers(0, 70), st.integers(0, 50), st.integers(2, 15), st.integers(2, 15)), max_size=4)


def _random_area(sheds, lanes, walls):
    rows = [
        {"id": f"S{k}", "legality": "illegal", "geometry": box(x, y, x + w, y + h)}
        for k, (x, y, w, h) in enumerate(sheds)
    ]
    more = {"structures": layer(*rows)} if rows else {}
    if lanes:
        path = LineString([(0, lanes), (82, lanes + 3)])
        more["paths"] = layer({"id": "L", "kind": "lane", "width_m": 3.0, "geometry": path})
    return two_yards(walls=walls, shed=False, **more)


@settings(max_examples=examples(15), deadline=None)
@given(_boxes, _boxes, st.integers(0, 50), st.booleans(), st.booleans())
def test_areas_add_up(before_sheds, after_sheds, lane, before_walls, after_walls):
    before = _random_area(before_sheds, 0, before_walls)
    after = _random_area(after_sheds, lane, after_walls)
    totals = [frame["area_m2"].sum() for frame in (free_land(before), freed_land(before, after))]
    totals += [taken_land(before, after)["area_m2"].sum(), free_land(after)["area_m2"].sum()]
    free, freed, taken, now = totals
    assert now == pytest.approx(free + freed - taken, abs=1e-6)
    pieces = free_land(after)
    assert pieces.geometry.union_all().area == pytest.approx(pieces["area_m2"].sum(), abs=1e-6)
    assert free_surface(after).area == pytest.approx(now, abs=1e-6)


def test_shuffled_rows_give_the_same_land():
    once = two_yards()
    twice = area(
        **{
            name: once.layer(name).iloc[::-1].reset_index()
            for name in ("compounds", "buildings", "walls", "structures")
        }
    )
    assert free_land(once).to_wkb().equals(free_land(twice).to_wkb())


#: Sheds (corner, sides, turn) whose open ground, narrowed and grown back, meets itself in faces and along lines.
TOUCHING = [
    [
        (14, 5, 3, 2, 0), (2, 15, 6, 2, 0), (1, 7, 4, 4, 45), (15, 4, 6, 2, 30),
        (17, 3, 6, 2, 0), (2, 4, 1, 2, 0), (13, 3, 1, 2, 0),
    ],
    [
        (12, 19, 7, 2, 0), (7, 11, 7, 4, 30), (13, 13, 2, 6, 0), (5, 15, 6, 4, 0),
        (17, 4, 6, 4, 45), (8, 10, 7, 5, 0), (18, 8, 4, 5, 45),
    ],
]  # fmt: skip


def _turned(row):
    x, y, wide, deep, turn = row
    return rotate(box(x, y, x + wide, y + deep), turn, origin=(x, y))


@pytest.mark.parametrize("rows", TOUCHING)
def test_ground_that_touches_itself_along_a_line_is_measured(rows):
    stay = [{"id": f"S{k}", "legality": "legal", "geometry": _turned(row)} for k, row in enumerate(rows)]
    gone = {"id": "X", "legality": "illegal", "geometry": box(6, 1, 7, 2)}
    yard = layer({"id": "C1", "name": "东院", "geometry": box(0, 0, 20, 20)})
    before = area(compounds=yard, structures=layer(*stay, gone))
    after = area(compounds=yard, structures=layer(*stay))
    assert freed_land(before, after)["area_m2"].sum() == pytest.approx(1.0)
    total = land_balance(before, after).groupby("item")["area_m2"].sum()
    assert total["free_before"] + total["freed"] == pytest.approx(total["free_after"])


def test_a_quarter_with_everything_removable_opened_is_accounted_for():
    yards, sheds, walls = [], [], []
    for k, rows in enumerate(TOUCHING * 2):
        yards.append({"id": f"C{k}", "name": f"{k}号院", "geometry": box(20 * k, 0, 20 * k + 20, 20)})
        shapes = [translate(_turned(row), 20 * k) for row in rows]
        sheds += [
            {"id": f"S{k}-{i}", "legality": "legal", "removable": k % 2 == i % 2, "geometry": shape}
            for i, shape in enumerate(shapes)
        ]
        walls.append({"id": f"W{k}", "geometry": LineString([(20 * k, 0), (20 * k + 20, 0), (20 * k + 20, 20)])})
    today = area(compounds=layer(*yards), structures=layer(*sheds), walls=layer(*walls))
    gone = Scenario("all", interventions=[demolish("walls", where={}), demolish("structures", where={})])
    after = gone.apply(today)
    total = land_balance(today, after).groupby("item")["area_m2"].sum()
    assert total["free_before"] + total["freed"] == pytest.approx(total["free_after"])
    ground = shapely.union_all(after.structures.geometry.to_numpy())
    assert total["free_after"] == pytest.approx(box(0, 0, 80, 20).difference(translate(ground, -EAST, -NORTH)).area)


_rows = st.tuples(
    st.integers(0, 19), st.integers(0, 19), st.integers(1, 7), st.integers(1, 7), st.sampled_from([0, 0, 30, 45])
)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(_rows, min_size=3, max_size=12))
def test_what_is_wide_enough_has_an_area(rows):
    ground = box(0, 0, 20, 20)
    for row in rows:
        ground = ground.difference(_turned(row))
    wide = usable_part(ground, 1.5)
    assert wide.geom_type in ("Polygon", "MultiPolygon")
    assert wide.difference(ground).area < 1e-4  # cut on a grid of a micrometre


def test_many_pieces_measured_at_once_are_what_each_shares_with_the_whole():
    dice = np.random.default_rng(5)
    pieces = np.array([shapely.box(x, y, x + 7, y + 4) for x, y in dice.uniform(0, 60, (40, 2)).round(3)])
    whole = shapely.MultiPolygon([shapely.box(x, y, x + 8, y + 8) for x in range(0, 60, 20) for y in range(0, 60, 20)])
    for grid_m in (None, 1e-6):
        alone = [shapely.area(common(piece, whole, grid_m=grid_m)) for piece in pieces]
        assert common_m2(pieces, whole, grid_m=grid_m).tolist() == alone
    assert common_m2(pieces, shapely.Polygon()).tolist() == [0.0] * len(pieces)
