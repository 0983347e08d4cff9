"""Raw tables are brought into the form of their dictionary, and every act is told."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, frame, make_area

from spatialreno.area.conform import Notes, conform
from spatialreno.catalog import read_catalog
from spatialreno.errors import InputError

BOX = shapely.box(0, 0, 40, 40)
LINE = shapely.LineString([(0, 0), (40, 0)])
LAYERS = read_catalog().layers


def conformed(layer, rows):
    """Conform rows and return the table, what was done and what was wrong."""
    notes = Notes()
    return conform(frame(rows), LAYERS[layer], notes), notes


def acts(notes, rule):
    return [(", ".join(act["id"]), act["reason"]) for act in notes.acts if act["rule"] == rule]


def test_every_layer_has_every_column_even_when_nothing_is_known():
    area = make_area()
    for name, layer in area.catalog.layers.items():
        table = area.layer(name)
        assert set(table.columns) - {"geometry"} == set(layer.columns) - {"id"}, name
        assert table.index.name == ("id" if layer.has_id else None), name


def test_types_are_those_of_the_dictionary():
    kinds = {"str": "str", "float": "float64", "int": "Int64", "bool": "boolean"}
    area = make_area(walls=[{"id": "W1", "height_m": "2.5", "removable": "否", "geometry": LINE}])
    for name, layer in area.catalog.layers.items():
        for column in layer.columns.values():
            if column.column != "id":
                assert area.layer(name)[column.column].dtype == kinds[column.dtype], (name, column.column)
    assert area.walls.height_m["W1"] == 2.5
    assert not area.walls.removable["W1"]


def test_ids_are_texts_in_order_whatever_they_were():
    table, notes = conformed("walls", [{"id": i, "geometry": LINE} for i in (10, 2, " 1 ")])
    assert list(table.index) == ["1", "10", "2"]
    assert not notes.faults


def test_whole_numbers_read_as_floats_keep_their_names():
    rows = [{"id": "F1", "kind": "clinic", "building_id": 12.0, "geometry": LINE}]
    assert conformed("facilities", [*rows, rows[0] | {"id": "F2", "building_id": None}])[0].building_id["F1"] == "12"


def test_ids_in_the_index_are_taken():
    raw = frame([{"geometry": LINE}, {"geometry": LINE}]).set_index(pd.Index(["W2", "W1"], name="id"))
    assert list(conform(raw, LAYERS["walls"], Notes()).index) == ["W1", "W2"]


def test_chinese_column_names_are_read_and_told():
    rows = [{"编号": "C1", "小区名称": "一院", "户数": "12", "建成年代": 1978, "geometry": BOX}]
    table, notes = conformed("compounds", rows)
    assert table.loc["C1", ["name", "households", "built_year"]].tolist() == ["一院", 12, 1978]
    assert ("", "column 户数 read as households") in acts(notes, "renamed")


def test_a_second_name_for_a_column_stays_aside_aloud():
    table, notes = conformed("compounds", [{"id": "C1", "name": "甲", "名称": "乙", "geometry": BOX}])
    assert table.name["C1"] == "甲"
    assert acts(notes, "unknown column") == [("", "kept, read by no rule: 名称 (1 cells)")]


def test_unknown_columns_are_told():
    _, notes = conformed("walls", [{"id": "W1", "colour": "red", "hight_m": 2, "geometry": LINE}])
    assert acts(notes, "unknown column") == [("", "kept, read by no rule: colour (1 cells), hight_m (1 cells)")]


def test_derived_columns_in_the_file_are_derived_again_aloud():
    table, notes = conformed("walls", [{"id": "W1", "compound_a": "C9", "geometry": LINE}])
    assert table.compound_a.isna().all()
    assert acts(notes, "derived column") == [("", "derived again: compound_a")]


def test_a_geometry_of_another_name_is_the_geometry():
    table = conform(frame([{"id": "W1", "geometry": LINE}]).rename_geometry("geom"), LAYERS["walls"], notes := Notes())
    assert table.geometry["W1"].length == 40
    assert not acts(notes, "unknown column")


def test_a_collection_of_one_is_opened_and_told():
    rows = [{"id": "C1", "name": "a", "geometry": BOX}]
    rows += [{"id": "C2", "name": "b", "geometry": shapely.MultiPolygon([BOX])}]
    table, notes = conformed("compounds", rows)
    assert set(table.geom_type) == {"Polygon"}
    assert acts(notes, "multi") == [("C2", "collections of one opened in 1 rows")]


def test_a_collection_of_two_is_refused():
    two = shapely.MultiPolygon([BOX, shapely.box(50, 0, 60, 10)])
    with pytest.raises(InputError, match=r"compounds: 1 rows are MultiPolygon, expected Polygon \(C1\)"):
        make_area(compounds=[{"id": "C1", "name": "a", "geometry": two}], buildings=[{"id": "B1", "geometry": BOX}])


def test_heights_are_left_out_aloud():
    high = shapely.LineString([(0, 0, 5), (40, 0, 5)])
    table, notes = conformed("walls", [{"id": "W1", "geometry": high}, {"id": "W2", "geometry": LINE}])
    assert not table.has_z.any()
    assert acts(notes, "heights") == [("W1", "heights left out in 1 rows")]


def test_defaults_are_told_with_their_rows():
    rows = [{"id": "W1", "kind": "fence", "geometry": LINE}, {"id": "W2", "kind": None, "geometry": LINE}]
    table, notes = conformed("walls", rows)
    assert table.kind.tolist() == ["fence", "wall"]
    assert ("W2", "kind = wall in 1 rows") in acts(notes, "default")


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("height_m", "two", "float"),
        ("height_m", np.inf, "float"),
        ("height_m", [1, 2], "float"),
        ("removable", "maybe", "bool"),
    ],
)
def test_cells_of_the_wrong_type_are_named(column, value, expected):
    table = frame([{"id": 7, "geometry": LINE}])
    table[column] = pd.Series([value], dtype=object)
    conform(table, LAYERS["walls"], notes := Notes())
    (fault,) = notes.faults
    assert (fault.layer, fault.ids, fault.rule) == ("walls", ("7",), "type")
    assert f"{column} holds {value!r}, expected {expected}" in fault.message


@pytest.mark.parametrize("value", ["2.5", "1e300", "a dozen"])
def test_what_is_no_whole_number_is_named(value):
    _, notes = conformed("buildings", [{"id": "B1", "households": value, "geometry": BOX}])
    assert [f.message for f in notes.faults] == [f"households holds '{value}', expected int"]


def test_empty_texts_are_unknown_not_wrong():
    table, notes = conformed("walls", [{"id": "W1", "height_m": " ", "name": "", "removable": "", "geometry": LINE}])
    assert not notes.faults
    assert table.height_m.isna().all()
    assert table.name.isna().all()


def test_rows_without_id_are_named_by_their_place():
    _, notes = conformed("walls", [{"id": "W1", "geometry": LINE}, {"id": "", "geometry": LINE}])
    assert [(f.ids, f.message) for f in notes.faults] == [(("row 2",), "1 rows have no id")]


def test_a_table_without_ids_is_sorted_by_all_it_says():
    rows = pd.DataFrame(
        {"voter": ["b", "a"], "matter": ["m", "m"], "choice": ["yes", "no"], "area_m2": [1.0, 2.0]}, index=[5, 9]
    )
    table = conform(rows, LAYERS["ballots"], Notes())
    assert table.voter.tolist() == ["a", "b"]
    assert table.index.tolist() == [0, 1]


def test_the_raw_table_stays_as_it_was():
    raw = frame([{"编号": 2, "户数": "3", "小区名称": "x", "geometry": shapely.MultiPolygon([BOX])}])
    before = raw.copy()
    conform(raw, LAYERS["compounds"], Notes())
    pd.testing.assert_frame_equal(pd.DataFrame(raw), pd.DataFrame(before))
    assert raw.geom_type.tolist() == ["MultiPolygon"]


def test_a_table_where_shapes_are_expected_is_refused():
    conform(pd.DataFrame({"id": ["W1"]}), LAYERS["walls"], notes := Notes())
    assert [(f.layer, f.message) for f in notes.faults] == [("walls", "has no geometry")]


def test_the_report_of_an_area_gathers_acts_of_all_layers():
    area = make_area(
        walls=[{"id": "W1", "colour": "red", "geometry": LINE}], trees=[{"ID": "T1", "geometry": BOX.centroid}]
    )
    assert list(area.report.columns) == ["layer", "id", "rule", "reason"]
    told = set(area.report[["layer", "rule"]].itertuples(index=False, name=None))
    assert {("walls", "unknown column"), ("trees", "renamed")} <= told


def test_shapes_stand_where_they_were_drawn():
    area = make_area(walls=[{"id": "W1", "geometry": LINE}])
    assert isinstance(area.walls, gpd.GeoDataFrame)
    assert area.walls.geometry["W1"].coords[0] == ORIGIN
