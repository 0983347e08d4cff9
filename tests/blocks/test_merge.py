"""Blocks: compounds merge where what stands between them is open wide enough, and nowhere else."""

from __future__ import annotations

import pytest
from conftest import EXAMPLE, at, make_area
from shapely import LineString, Polygon, box

from spatialreno import Scenario, StudyArea, build, demolish, merge_blocks, read_scenario
from spatialreno.blocks import compound_blocks, open_frontages, openings

LEFT, RIGHT = box(0, 0, 40, 60), box(42, 0, 82, 60)  # a strip of two metres between
COLUMNS = "compounds parties count area_m2 strip_m2 households residents open_frontage_m geometry"


def yard(i, shape, **values):
    return {"id": i, "name": i, "geometry": shape, **values}


def wall(i, *points):
    return {"id": i, "geometry": LineString(points)}


def two(walls=(), left=LEFT, right=RIGHT, **more) -> StudyArea:
    return make_area(compounds=[yard("A", left), yard("B", right)], walls=list(walls), **more)


def with_gap(x, low, high, name="W"):
    """A wall along x from 0 to 60 that is open from low to high."""
    return [wall(f"{name}1", (x, 0), (x, low)), wall(f"{name}2", (x, high), (x, 60))]


def merged(area, **options) -> list[str]:
    return sorted(merge_blocks(area, **options)["compounds"])


def test_two_walls_with_a_strip_between_keep_two_blocks():
    shut = two([wall("W1", (40, 0), (40, 60)), wall("W2", (42, 0), (42, 60))])
    assert merged(shut) == ["A", "B"]
    for one in ("W1", "W2"):
        assert merged(Scenario("s", interventions=[demolish("walls", ids=[one])]).apply(shut)) == ["A", "B"]
    assert merged(Scenario("s", interventions=[demolish("walls", between=["A", "B"])]).apply(shut)) == ["A,B"]


@pytest.mark.parametrize(("width", "blocks"), [(3.9, ["A", "B"]), (4.0, ["A,B"]), (4.1, ["A,B"])])
def test_the_least_opening_is_the_catalogs(width, blocks):
    area = two([*with_gap(40, 20, 20 + width, "W"), *with_gap(42, 20, 20 + width, "V")])
    assert area.catalog.constants["merge_open_m"] == 4.0
    assert merged(area) == blocks
    assert merged(area, min_open_m=width) == ["A,B"]
    assert merged(area, min_open_m=width + 0.1) == ["A", "B"]


@pytest.mark.parametrize(("at_most", "blocks"), [(30, ["A", "B"]), (22, ["A,B"])])
def test_both_walls_must_be_open_at_the_same_place(at_most, blocks):
    area = two([*with_gap(40, 20, 30, "W"), *with_gap(42, at_most, at_most + 10, "V")])
    assert merged(area) == blocks


def test_narrow_gaps_do_not_add_up():
    posts = [wall(f"W{n}", (40, y), (40, y + 1)) for n, y in enumerate(range(0, 60, 4))]  # 3 m, 15 times
    area = two(posts, right=box(40, 0, 80, 60))
    assert open_frontages(area)["width_m"].sum() == pytest.approx(45)
    assert merged(area) == ["A", "B"]


def test_a_wall_across_an_opening_makes_two_of_it():
    sides = [*with_gap(40, 10, 17, "W"), *with_gap(42, 10, 17, "V")]
    assert merged(two(sides)) == ["A,B"]
    assert merged(two([*sides, wall("X", (38, 13.5), (44, 13.5))])) == ["A", "B"]


@pytest.mark.parametrize("right", [box(40, 60, 80, 120), box(41, 61, 80, 120), box(39.8, 59.8, 80, 120)])
def test_a_shared_corner_does_not_merge(right):
    assert merged(two(right=right)) == ["A", "B"]


@pytest.mark.parametrize("shift", [-0.29, -0.2, 0.0, 0.2, 0.3])
@pytest.mark.long
def test_gaps_and_overlaps_of_drawing_change_nothing(shift):
    right = box(40 + shift, 0, 80, 60)
    for width, blocks in ((60, ["A,B"]), (4.0, ["A,B"]), (3.9, ["A", "B"])):
        walls = [] if width == 60 else [wall("W", (40, width), (40, 60))]  # open at the corner, where jogs are
        assert merged(two(walls, right=right)) == blocks, (shift, width)


def test_a_wall_drawn_within_the_tolerance_still_stands():
    for x in (39.8, 40.0, 42.2):
        assert merged(two([wall("W", (x, 0), (x, 60))])) == ["A", "B"]


@pytest.mark.parametrize(("apart", "blocks"), [(3.0, ["A,B"]), (3.5, ["A", "B"])])
def test_beyond_the_widest_strip_nobody_is_a_neighbour(apart, blocks):
    assert merged(two(right=box(40 + apart, 0, 80, 60))) == blocks


def test_a_public_street_between_keeps_two_blocks():
    street = {"id": "L", "geometry": LineString([(41, -10), (41, 70)])}
    assert merged(two(paths=[street])) == ["A", "B"]
    assert merged(two(paths=[{**street, "public": False}])) == ["A,B"]


def test_a_public_path_through_the_opening_does_not_close_it():
    area = two(
        [*with_gap(40, 10, 16, "W"), *with_gap(42, 10, 16, "V")],
        paths=[{"id": "L", "geometry": LineString([(30, 12), (50, 14)])}],
    )
    assert merged(area) == ["A,B"]


@pytest.mark.parametrize(("position", "blocks"), [("ground", ["A", "B"]), ("attached", ["A", "B"]), ("roof", ["A,B"])])
def test_what_stands_on_the_ground_is_in_the_way(position, blocks):
    shed = {"id": "S", "legality": "illegal", "position": position, "geometry": box(40.2, 0, 41.8, 57)}
    assert merged(two(structures=[shed])) == blocks


def test_a_building_in_the_strip_is_in_the_way():
    assert merged(two(buildings=[{"id": "Z", "use": "other", "geometry": box(40.2, 0, 41.8, 57)}])) == ["A", "B"]


def test_a_yard_within_a_yard_whatever_their_names():
    ring = Polygon(box(0, 0, 100, 100).exterior.coords, [box(40, 40, 60, 60).exterior.coords])
    inner = box(40, 40, 60, 60)
    assert merged(make_area(compounds=[yard("A", ring), yard("B", inner)])) == ["A,B"]
    assert merged(make_area(compounds=[yard("B", ring), yard("A", inner)])) == ["A,B"]


def test_blocks_are_chains():
    yards = [yard(f"C{n}", box(n * 40, 0, n * 40 + 40, 60)) for n in range(5)]
    cut = wall("W", (120, 0), (120, 60))
    assert merged(make_area(compounds=yards, walls=[cut])) == ["C0,C1,C2", "C3,C4"]


def test_columns_and_the_opened_strip():
    area = make_area(
        compounds=[yard("A", LEFT, residents=7), yard("B", RIGHT), yard("C", box(200, 0, 210, 10))],
        buildings=[
            {"id": "b1", "residents": 100, "households": 40, "geometry": box(5, 5, 15, 15)},
            {"id": "b2", "residents": 50, "households": 20, "geometry": box(50, 5, 60, 15)},
        ],
        walls=[*with_gap(40, 20, 30, "W"), *with_gap(42, 20, 30, "V")],
        parties=[{"id": "P1", "name": "甲"}, {"id": "P2", "name": "乙"}],
        rights=[
            {"feature_id": i, "party_id": p, "right": "land_use"} for i, p in (("A", "P2"), ("B", "P1"), ("B", "P2"))
        ],
    )
    blocks = merge_blocks(area)
    assert list(blocks.columns) == COLUMNS.split()
    assert blocks.index.tolist() == ["B01", "B02"]
    first = blocks.loc["B01"]
    assert (first.compounds, first.parties, first["count"]) == ("A,B", "P1,P2", 2)
    assert (first.households, first.residents) == (60, 150)
    assert (first.area_m2, first.strip_m2, first.open_frontage_m) == pytest.approx((4800, 20, 10))
    assert first.geometry.geom_type == "Polygon"
    assert first.geometry.area == pytest.approx(4820)
    assert blocks.loc["B02", ["open_frontage_m", "strip_m2"]].tolist() == [0, 0]


def test_a_yard_without_buildings_keeps_its_own_people():
    blocks = merge_blocks(make_area(compounds=[yard("A", LEFT, residents=7, households=3)]))
    assert blocks.loc["B01", ["residents", "households"]].tolist() == [7, 3]


def test_ids_with_commas_are_ids():
    area = make_area(compounds=[yard("A,1", LEFT), yard("B", RIGHT), yard("C", box(200, 0, 210, 10))])
    assert compound_blocks(area).to_dict() == {"A,1": "B01", "B": "B01", "C": "B02"}


@pytest.mark.parametrize("option", ["clear", "partial", "full"])
def test_area_and_people_are_conserved(example, option):
    after = read_scenario(EXAMPLE / "scenarios" / f"{option}.toml").apply(example)
    before, blocks = merge_blocks(example), merge_blocks(after)
    for column in ("area_m2", "households", "residents", "count"):
        assert blocks[column].sum() == pytest.approx(before[column].sum()), column
    assert blocks["area_m2"].sum() == pytest.approx(example.compounds["area_m2"].sum())
    assert len(blocks) <= len(before)
    for compound, block in compound_blocks(after).items():
        assert compound in blocks.loc[block, "compounds"].split(",")


def test_full_opens_the_yards_on_each_side_of_the_lane(example):
    full = read_scenario(EXAMPLE / "scenarios" / "full.toml").apply(example)
    assert len(merge_blocks(example)) == len(example.compounds)
    assert merge_blocks(full)["count"].tolist() == [4, 3, 3]


def test_same_area_same_blocks(example):
    first, again = merge_blocks(example), merge_blocks(example)
    assert first.equals(again)
    assert first["area_m2"].is_monotonic_decreasing


def test_a_strip_ends_at_a_narrow_neighbour():
    area = two(right=box(40.5, 0, 41.5, 60), walls=[wall("W", (42, 0), (42, 60))])
    blocks = merge_blocks(area)
    assert blocks["compounds"].tolist() == ["A,B"]
    assert blocks["strip_m2"].tolist() == pytest.approx([0.5 * 60])


def test_openings_are_worked_out_once_for_states_that_agree_on_what_stands(monkeypatch):
    """A clinic opens nothing, so nothing is measured again; a wall that goes is, as if nothing had been known."""
    asked, near_edges = [], openings.near_edges
    monkeypatch.setattr(openings, "near_edges", lambda area: asked.append(area) or near_edges(area))
    today = two([wall("W1", (40, 0), (40, 60)), wall("W2", (42, 0), (42, 60))])
    clinic = build("facilities", "F", geometry=at(10, 10), kind="health_station")
    down = demolish("walls", ids=["W1", "W2"])
    with_clinic, without = (Scenario("s", "", [act]).apply(today) for act in (clinic, down))
    first = open_frontages(today)
    assert open_frontages(with_clinic).equals(first)
    assert asked == [today]
    found = open_frontages(without)
    assert len(found) > len(first)
    assert found.equals(openings._open_frontages(without))
