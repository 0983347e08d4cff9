"""The noun is frozen: what is handed out changes nothing, equal data give an equal area."""

from dataclasses import FrozenInstanceError

import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, examples, make_area
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialreno as sr
from spatialreno.area import StudyArea, split_walls
from spatialreno.area.under_catalog import replace_layers
from spatialreno.errors import InputError

C1 = {"id": "C1", "name": "一院", "geometry": shapely.box(0, 0, 100, 100)}
WALLS = [
    {"id": f"W{n}", "name": f"墙{n}", "height_m": 2.0, "geometry": shapely.LineString([(0, 10 * n), (100, 10 * n)])}
    for n in range(1, 6)
]
PARTIES = [{"id": "P1", "name": "甲"}, {"id": "P2", "name": "乙"}]
RIGHTS = [
    {"feature_id": f"W{n}", "party_id": p, "right": "ownership", "share": 0.5}
    for n in range(1, 4)
    for p in ("P1", "P2")
]


def area_of(walls=WALLS, rights=RIGHTS, **more):
    return make_area(compounds=[C1], walls=walls, parties=PARTIES, rights=rights, **more)


@pytest.fixture
def area():
    return area_of()


def test_cells_set_on_a_layer_stay_with_its_taker(area):
    print_before = area.fingerprint
    taken = area.walls
    taken["height_m"] = 9.0
    taken.loc["W1", "name"] = "x"
    taken.loc["W9"] = taken.loc["W1"]
    assert area.walls.height_m.to_list() == [2.0] * 5
    assert area.walls.name["W1"] == "墙1"
    assert area_of().fingerprint == print_before == area.fingerprint


def test_geometry_is_read_only(area):
    with pytest.raises(ValueError, match="read-only"):
        area.walls.geometry.to_numpy()[0] = shapely.Point(0, 0)
    with pytest.raises(ValueError, match="read-only"):
        area.walls.geometry.array[0] = shapely.Point(0, 0)
    assert area.walls.geometry["W1"].length == 100


def test_the_area_itself_is_frozen(area):
    with pytest.raises(FrozenInstanceError):
        area.name = "other"
    with pytest.raises(TypeError):
        area._layers["walls"] = area.gates
    with pytest.raises(TypeError):
        area.meta["source"] = "x"


def test_an_unknown_layer_is_named(area):
    with pytest.raises(InputError, match=r"fences: no such layer\. Layers: compounds, buildings"):
        area.layer("fences")


def test_the_area_reads_aloud(area):
    assert repr(area).startswith("StudyArea test test (EPSG:4546): 1 compounds, 1 buildings, 5 walls")
    assert "2 parties, 6 rights" in repr(area)


@given(st.permutations(WALLS), st.permutations(RIGHTS))
@settings(max_examples=examples(6), deadline=None)
def test_the_order_of_rows_changes_nothing(walls, rights):
    assert area_of(walls, rights).fingerprint == AS_GIVEN.fingerprint
    assert area_of(walls, rights) == AS_GIVEN


AS_GIVEN = area_of()


def test_the_order_of_columns_changes_nothing():
    assert area_of([dict(reversed(w.items())) for w in WALLS]) == AS_GIVEN


@pytest.mark.parametrize(
    "change",
    [{"name": "x"}, {"height_m": 2.0000001}, {"removable": False}, {"geometry": shapely.LineString([(0, 1), (9, 9)])}],
)
def test_any_cell_and_any_coordinate_tell_in_the_fingerprint(change):
    other = area_of([WALLS[0] | change, *WALLS[1:]])
    assert other != AS_GIVEN
    assert len({AS_GIVEN, other, area_of()}) == 2


def test_a_right_tells_in_the_fingerprint():
    assert area_of(rights=RIGHTS[:-1]) != AS_GIVEN


def test_replaced_layers_are_checked_and_related_again(area):
    moved = area.walls.iloc[:1].copy()
    moved.geometry = [shapely.LineString([(ORIGIN[0], ORIGIN[1]), (ORIGIN[0] + 50, ORIGIN[1])])]
    after = replace_layers(area, {"walls": moved, "rights": area.rights.iloc[:0]})
    assert after.walls.length_m.to_list() == [50.0]
    assert pd.isna(after.walls.compound_b["W1"])
    assert after.survey is area
    assert area.survey is area
    assert len(area.walls) == 5
    with pytest.raises(InputError, match="feature_id names W2, W3"):
        replace_layers(area, {"walls": moved})


def test_what_a_replaced_layer_lacks_is_filled_and_reported(area):
    new = pd.concat([area.buildings.reset_index(), area.buildings.reset_index().assign(id="B9")])
    new = new.assign(households=[None, 4], residents=None).set_index("id")
    after = replace_layers(area, {"buildings": new})
    assert after.buildings.residents["B9"] == 10
    assert after.buildings.estimated["B9"] == "residents"
    assert "residents = households × 2.5 in 1 rows" in set(after.report.reason)
    assert "derived column" not in set(after.report.rule)


@pytest.mark.parametrize(("max_m", "pieces"), [(100, 1), (50, 2), (33, 4), (20, 5)])
def test_walls_are_cut_into_equal_pieces(area, max_m, pieces):
    cut = split_walls(area, max_m=max_m)
    assert len(cut.walls) == 5 * pieces
    assert cut.walls.length_m.to_numpy() == pytest.approx(100 / pieces)
    assert set(cut.walls.compound_a) == {"C1"}
    assert len(cut.report) - len(area.report) == (5 if pieces > 1 else 0)
    assert len(area.walls) == 5


def test_pieces_keep_cells_rights_and_shape():
    cut = split_walls(AS_GIVEN, max_m=30)
    assert list(cut.walls.index[:4]) == ["W1/1", "W1/2", "W1/3", "W1/4"]
    assert cut.walls.name["W3/2"] == "墙3"
    pieces = shapely.union_all(cut.walls.loc[["W1/1", "W1/2", "W1/3", "W1/4"]].geometry)
    assert shapely.hausdorff_distance(pieces, AS_GIVEN.walls.geometry["W1"]) < 1e-9
    again = split_walls(cut, max_m=10)
    assert "W1/1/1" in again.walls.index
    assert len(replace_layers(again, {"rights": again.rights}).rights) == len(RIGHTS)


def test_a_gate_goes_with_the_piece_it_is_in():
    cut = split_walls(area_of(gates=[{"id": "G1", "geometry": shapely.Point(70, 10)}]), max_m=50)
    assert cut.gates.wall_id["G1"] == "W1/2"


@pytest.mark.parametrize("max_m", [0, -5, float("nan")])
def test_no_length_is_no_length(area, max_m):
    with pytest.raises(InputError, match="expected more than 0"):
        split_walls(area, max_m=max_m)


def test_an_area_with_one_layer_replaced_is_a_survey_of_its_own(example: StudyArea) -> None:
    low = example.with_layer("walls", example.walls.assign(height_m=1.2).to_crs(4326))
    assert low.survey is low
    assert low != example
    assert set(low.walls["height_m"]) == {1.2}
    assert shapely.hausdorff_distance(low.walls.union_all(), example.walls.union_all()) < 1e-3
    with pytest.raises(InputError, match="no such layer"):
        example.with_layer("wals", example.walls)


def test_an_area_applies_a_plan_as_the_plan_applies_to_it(example: StudyArea) -> None:
    from spatialreno.scenario import Scenario, demolish

    clear = Scenario("clear", interventions=[demolish("structures", where={"legality": "illegal"})])
    after = example.apply(clear)
    assert after == clear.apply(example)
    raised = after.with_layer("walls", after.walls.assign(height_m=3.0))
    assert raised.survey is after.survey


@pytest.mark.parametrize("plan", ["area", sr.demolish("walls", ids=["W01"]), "clear.toml"])
def test_what_is_no_plan_is_refused(example: StudyArea, plan: object) -> None:
    given = example if plan == "area" else plan
    with pytest.raises(InputError, match=r"apply: (StudyArea|Demolish|str) is no plan\. Give a Scenario"):
        example.apply(given)  # type: ignore[arg-type]
