"""Foreign keys follow from the shapes: who stands where, beside what, and how large."""

from itertools import pairwise

import pandas as pd
import pytest
import shapely
from conftest import examples, make_area
from hypothesis import given, settings
from hypothesis import strategies as st


def yard(i, west, east, south=0, north=100):
    return {"id": i, "name": i, "geometry": shapely.box(west, south, east, north)}


def wall(i, *points, **cells):
    return {"id": i, "geometry": shapely.LineString(points)} | cells


def sides(area):
    """Both sides of every wall, nothing for outside."""
    table = area.walls[["compound_a", "compound_b"]]
    return {
        i: tuple(None if pd.isna(v) else v for v in row) for i, row in zip(table.index, table.to_numpy(), strict=True)
    }


TWO = [yard("C2", 0, 100), yard("C1", 100, 200)]


def test_a_shared_wall_names_both_compounds_in_order():
    area = make_area(compounds=TWO, walls=[wall("W1", (100, 0), (100, 100)), wall("W2", (100, 100), (100, 0))])
    assert sides(area) == {"W1": ("C1", "C2"), "W2": ("C1", "C2")}


def test_outside_is_empty_and_comes_last():
    area = make_area(compounds=TWO, walls=[wall("W1", (0, 100), (0, 0)), wall("W9", (300, 0), (300, 100))])
    assert sides(area) == {"W1": ("C2", None), "W9": (None, None)}
    assert area.walls.compound_b.isna().all()


@pytest.mark.parametrize(("gap", "second"), [(0.0, "C2"), (2.0, "C2"), (2.9, "C2"), (3.1, None), (8.0, None)])
def test_two_walls_with_a_strip_between_name_both_compounds(gap, second):
    east = [yard("C1", 0, 100), yard("C2", 100 + gap, 200)]
    area = make_area(
        compounds=east, walls=[wall("W1", (100, 0), (100, 100)), wall("W2", (100 + gap, 0), (100 + gap, 100))]
    )
    assert sides(area)["W1"] == ("C1", second)
    assert sides(area)["W2"] == (("C1", "C2") if second else ("C2", None))


@pytest.mark.parametrize("off", [-0.25, 0.25])
def test_a_wall_drawn_a_little_off_the_boundary_still_has_two_sides(off):
    area = make_area(compounds=TWO, walls=[wall("W1", (100 + off, 0), (100 + off, 100))])
    assert sides(area) == {"W1": ("C1", "C2")}


def test_a_wall_inside_one_yard_has_it_on_both_sides():
    area = make_area(compounds=TWO, walls=[wall("W1", (50, 20), (50, 80))])
    assert sides(area) == {"W1": ("C2", "C2")}


def test_a_wall_is_cut_where_its_neighbours_change():
    row = [yard("C1", 0, 200, -50, 0), yard("C2", 0, 80, 0, 50), yard("C3", 80, 200, 0, 50)]
    area = make_area(compounds=row, walls=[wall("W12", (0, 0), (200, 0), height_m=2.2)])
    assert sides(area) == {"W12/1": ("C1", "C2"), "W12/2": ("C1", "C3")}
    assert area.walls.length_m.to_list() == pytest.approx([80, 120])
    assert area.walls.height_m.to_list() == [2.2, 2.2]
    told = area.report[area.report.rule == "split"]
    assert told[["layer", "id", "reason"]].to_numpy().tolist() == [
        ["walls", "W12", "cut into 2 where the compounds beside it change"]
    ]


def test_a_wall_is_cut_where_it_leaves_its_compound():
    area = make_area(compounds=[yard("C1", 0, 100)], walls=[wall("W1", (0, 0), (130, 0))])
    assert sides(area) == {"W1/1": ("C1", None), "W1/2": (None, None)}


def test_a_wall_round_a_yard_with_one_neighbour_is_cut_into_its_stretches():
    ring = shapely.LinearRing(TWO[0]["geometry"].exterior.coords)
    area = make_area(compounds=TWO, walls=[{"id": "W1", "geometry": shapely.LineString(ring.coords)}])
    assert set(sides(area).values()) == {("C1", "C2"), ("C2", None)}
    assert area.walls.length_m.sum() == pytest.approx(400)
    shared = area.walls[area.walls.compound_b.notna()]
    assert shared.length_m.sum() == pytest.approx(100)


def test_a_short_stretch_stays_with_its_neighbour():
    row = [yard("C1", 0, 200, -50, 0), yard("C2", 0, 199.5, 0, 50), yard("C3", 199.5, 210, 0, 50)]
    area = make_area(compounds=row, walls=[wall("W1", (0, 0), (200, 0))])
    assert sides(area) == {"W1": ("C1", "C2")}


def test_a_piece_never_takes_the_id_of_another_wall():
    row = [yard("C1", 0, 200, -50, 0), yard("C2", 0, 80, 0, 50), yard("C3", 80, 200, 0, 50)]
    area = make_area(compounds=row, walls=[wall("W1", (0, 0), (200, 0)), wall("W1/1", (0, -50), (200, -50))])
    assert sides(area) == {"W1/1": ("C1", None), "W1/2": ("C1", "C2"), "W1/3": ("C1", "C3")}


@given(
    st.lists(st.floats(5, 195), min_size=1, max_size=4, unique_by=round),
    st.lists(st.floats(-2, 2), min_size=2, max_size=2),
)
@settings(max_examples=examples(30), deadline=None)
def test_cutting_conserves_length_and_rows(cuts, ends):
    edges = [0, *sorted(cuts), 200]
    row = [yard("C0", 0, 200, -50, 0)]
    row += [yard(f"C{n + 1}", a, b, 0, 50) for n, (a, b) in enumerate(pairwise(edges))]
    line = wall("W1", (ends[0], 0), (200 + ends[1], 0), material="brick")
    walls = make_area(compounds=row, walls=[line]).walls
    assert walls.length_m.sum() == pytest.approx(line["geometry"].length, abs=1e-6)
    assert shapely.line_merge(shapely.union_all(walls.geometry)).geom_type == "LineString"
    assert set(walls.material) == {"brick"}
    assert walls.length_m.min() >= 1.0


def test_things_belong_to_the_compound_they_stand_in():
    area = make_area(
        compounds=TWO,
        buildings=[{"id": "B1", "geometry": shapely.box(110, 10, 120, 20)}],
        trees=[{"id": "T1", "geometry": shapely.Point(50, 50)}, {"id": "T2", "geometry": shapely.Point(50, 150)}],
        structures=[{"id": "S1", "legality": "illegal", "geometry": shapely.box(-0.2, 10, -0.1, 20)}],
        entrances=[{"id": "E1", "building_id": "B1", "geometry": shapely.Point(110, 15)}],
    )
    assert area.buildings.compound_id["B1"] == "C1"
    assert area.entrances.compound_id["E1"] == "C1"
    assert area.structures.compound_id["S1"] == "C2"  # within the drawing tolerance
    assert area.trees.compound_id.to_list()[0] == "C2"
    assert pd.isna(area.trees.compound_id["T2"])


def test_a_gate_belongs_to_the_wall_it_is_in_and_its_compound():
    area = make_area(
        compounds=TWO,
        walls=[wall("W1", (0, 0), (100, 0)), wall("W2", (100, 0), (200, 0))],
        gates=[{"id": "G1", "geometry": shapely.Point(50, 0.3)}, {"id": "G2", "geometry": shapely.Point(150, 30)}],
    )
    assert area.gates.wall_id["G1"] == "W1"
    assert area.gates.compound_id.to_list() == ["C2", "C1"]
    assert pd.isna(area.gates.wall_id["G2"])


def test_sizes_are_measured_in_metres():
    area = make_area(
        compounds=[yard("C1", 0, 50)],
        walls=[wall("W1", (0, 0), (30, 0), (30, 40))],
        paths=[wall("L1", (0, 50), (20, 50))],
        pipes=[wall("P1", (0, 60), (25, 60), kind="water")],
        open_spaces=[{"id": "O1", "kind": "plaza", "geometry": shapely.box(0, 0, 10, 5)}],
    )
    assert area.compounds.area_m2["C1"] == pytest.approx(5000)
    assert area.walls.length_m.sum() == pytest.approx(70)
    assert (area.paths.length_m["L1"], area.pipes.length_m["P1"]) == pytest.approx((20, 25))
    assert area.open_spaces.area_m2["O1"] == pytest.approx(50)
    assert area.buildings.footprint_m2["Z0"] == pytest.approx(0.25)


def test_what_stands_on_the_boundary_belongs_to_the_first_id():
    tree = {"id": "T1", "geometry": shapely.Point(100, 50)}
    assert make_area(compounds=TWO, trees=[tree]).trees.compound_id["T1"] == "C1"


def test_rows_stay_sorted_when_a_wall_is_cut():
    row = [yard("C1", 0, 200, -50, 0), yard("C2", 0, 80, 0, 50), yard("C3", 80, 200, 0, 50)]
    area = make_area(compounds=row, walls=[wall("W1", (0, 0), (200, 0)), wall("W1-a", (0, -50), (200, -50))])
    assert list(area.walls.index) == ["W1-a", "W1/1", "W1/2"]
