"""Each rule: one area that breaks it; the error names the layer, the ids, what was expected and the mend."""

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import frame, make_area

from spatialreno.area import assemble
from spatialreno.area.assembly import findings
from spatialreno.catalog import read_catalog
from spatialreno.errors import InputError

BOX = shapely.box(0, 0, 100, 100)
BOW = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
LINE = shapely.LineString([(0, 0), (100, 0)])
MIDDLE = shapely.Point(50, 50)
C1 = {"id": "C1", "name": "一院", "geometry": BOX}
B1 = {"id": "B1", "use": "residential", "residents": 20, "geometry": shapely.box(10, 10, 30, 20)}
P1 = {"id": "P1", "name": "甲"}


def right(**cells):
    return {"feature_id": "C1", "party_id": "P1", "right": "ownership"} | cells


def errors(**layers):
    """Assemble and return the faults of the refusal, a layer given replacing the sound one."""
    sound = {"compounds": [C1], "buildings": [B1], "parties": [P1]}
    with pytest.raises(InputError) as caught:
        make_area(**(sound | layers))
    assert all(fault.severity == "error" and fault.mend for fault in caught.value.faults)
    return caught.value.faults


def told(**layers):
    """List findings that do not refuse the area."""
    raw = {"compounds": frame([C1]), "buildings": frame([B1])} | {n: frame(rows) for n, rows in layers.items()}
    return [(f.severity, f.layer, f.rule, f.ids) for f in findings(raw, crs="EPSG:4546", catalog=read_catalog())]


def wall(i, **cells):
    return {"id": i, "geometry": LINE} | cells


BROKEN = {
    "empty layer": ({"buildings": [B1][:0], "walls": [wall("W1")]}, "buildings", (), "has no rows"),
    "no geometry": ({"walls": [wall("W1", geometry=shapely.LineString())]}, "walls", ("W1",), "no geometry"),
    "wrong type": ({"walls": [wall("W1", geometry=MIDDLE)]}, "walls", ("W1",), "Point, expected LineString"),
    "crosses itself": ({"buildings": [B1 | {"geometry": BOW}]}, "buildings", ("B1",), "Self-intersection"),
    "no number": (
        {"walls": [wall("W1", geometry=shapely.LineString([(0, 0), (np.nan, 1)]))]},
        "walls",
        ("W1",),
        "missing or infinite",
    ),
    "no end": (
        {"trees": [{"id": "T1", "geometry": shapely.Point(np.inf, 1)}]},
        "trees",
        ("T1",),
        "missing or infinite",
    ),
    "no length": (
        {"walls": [wall("W1", geometry=shapely.LineString([(0, 0), (0, 0.0004)]))]},
        "walls",
        ("W1",),
        "no length or area",
    ),
    "far away": (
        {"walls": [wall("W1"), wall("W2", geometry=shapely.LineString([(0, 20_000), (9, 20_000)]))]},
        "walls",
        ("W2",),
        "20 km from the compounds",
    ),
    "no id": ({"walls": [wall("W1"), wall(None)]}, "walls", ("row 2",), "no id"),
    "one id twice": ({"walls": [wall("W1"), wall("W1"), wall("W2")]}, "walls", ("W1",), "more than once"),
    "required column": (
        {"structures": [{"id": "S1", "geometry": BOX}]},
        "structures",
        ("S1",),
        "legality is empty in all",
    ),
    "required cell": (
        {"compounds": [C1, {"id": "C2", "name": "", "geometry": shapely.box(200, 0, 300, 100)}]},
        "compounds",
        ("C2",),
        "name is empty in 1 rows",
    ),
    "unknown word": (
        {"walls": [wall("W1", kind="hedgerow")]},
        "walls",
        ("W1",),
        "'hedgerow', expected one of wall, fence",
    ),
    "below zero": ({"walls": [wall("W1", height_m=-2)]}, "walls", ("W1",), "height_m is -2, expected 0 or more"),
    "capacity below zero": (
        {"facilities": [{"id": "F1", "kind": "kindergarten", "capacity": -1, "geometry": MIDDLE}]},
        "facilities",
        ("F1",),
        "capacity is -1",
    ),
    "share over one": (
        {"rights": [right(share=1.5)]},
        "rights",
        ("C1 P1 ownership",),
        "share is 1.5, expected 0 to 1",
    ),
    "unknown facility": (
        {"facilities": [{"id": "F1", "kind": "casino", "geometry": MIDDLE}]},
        "facilities",
        ("F1",),
        "kind names casino, which is not in the catalog",
    ),
    "unknown building": (
        {"entrances": [{"id": "E1", "building_id": "B9", "geometry": MIDDLE}]},
        "entrances",
        ("E1",),
        "building_id names B9, which is not in buildings",
    ),
    "unknown party": ({"rights": [right(party_id="P9")]}, "rights", ("C1 P9 ownership",), "party_id names P9"),
    "unknown feature": ({"rights": [right(feature_id="W7")]}, "rights", ("W7 P1 ownership",), "feature_id names W7"),
    "one right twice": (
        {"rights": [right(share=0.2), right(share=0.3)]},
        "rights",
        ("C1 P1 ownership",),
        "same feature_id",
    ),
    "shares sum": (
        {"parties": [P1, {"id": "P2", "name": "乙"}], "rights": [right(share=0.6), right(party_id="P2", share=0.6)]},
        "rights",
        ("C1",),
        "sum to 1.2, expected at most 1",
    ),
    "overlap": (
        {"compounds": [C1, {"id": "C2", "name": "b", "geometry": shapely.box(99, 0, 200, 100)}]},
        "compounds",
        ("C1", "C2"),
        "compounds overlap: C1 with C2",
    ),
}


@pytest.mark.spread(8)
@pytest.mark.parametrize("case", BROKEN)
def test_each_rule_names_layer_rows_and_what_was_expected(case):
    layers, layer, ids, text = BROKEN[case]
    (fault,) = errors(**layers)
    assert (fault.layer, fault.ids) == (layer, ids)
    assert text in fault.message


def test_faults_of_several_layers_are_told_at_once():
    faults = errors(
        compounds=[{"id": "C1", "geometry": BOX}],
        walls=[wall("W1", kind="hedgerow", height_m="high"), wall("W1", geometry=MIDDLE)],
        gates=[{"id": "G1", "walkers": "friends", "geometry": MIDDLE}],
        rights=[right(party_id="P9")],
    )
    assert {(f.layer, f.rule) for f in faults} == {
        ("compounds", "required cell"),
        ("walls", "type"),
        ("walls", "id"),
        ("walls", "geometry type"),
        ("walls", "known words"),
        ("gates", "known words"),
        ("rights", "references"),
    }


def test_what_touches_or_overlaps_by_drawing_error_is_sound():
    neighbour = {"id": "C2", "name": "b", "geometry": shapely.box(99.8, 0, 200, 100)}
    assert len(make_area(compounds=[C1, neighbour], buildings=[B1]).compounds) == 2


def test_a_right_over_a_wall_holds_over_all_its_pieces():
    walls = [wall("W1/1"), wall("W1/2/1")]
    owned = [right(feature_id="W1"), right(feature_id="W1/2")]
    assert len(make_area(compounds=[C1], buildings=[B1], walls=walls, parties=[P1], rights=owned).rights) == 2


def test_a_gate_off_its_wall_warns():
    gates = [{"id": "G1", "geometry": shapely.Point(50, 0.4)}, {"id": "G2", "geometry": shapely.Point(50, 0.6)}]
    assert ("warning", "gates", "gate on a wall", ("G2",)) in told(walls=[wall("W1")], gates=gates)


def test_a_home_outside_every_compound_warns():
    out = B1 | {"id": "B2", "geometry": shapely.box(120, 10, 130, 20)}
    shop = out | {"id": "B3", "use": "commercial", "households": 0, "residents": 0}  # where somebody lives is a home
    found = told(buildings=[B1, out, shop])
    assert ("warning", "buildings", "home in a compound", ("B2",)) in found


def test_a_home_without_people_warns():
    empty = {"id": "B2", "use": "residential", "geometry": shapely.box(40, 10, 60, 20)}
    assert ("warning", "buildings", "residents", ("B2",)) in told(buildings=[B1, empty])


@pytest.mark.parametrize(("own", "warned"), [(100, False), (109, False), (112, True), (50, True)])
def test_two_figures_of_households_that_differ_warn(own, warned):
    found = told(compounds=[C1 | {"households": own}], buildings=[B1 | {"households": 100}])
    assert (("warning", "compounds", "households", ("C1",)) in found) == warned


def test_inferred_and_estimated_rows_are_told():
    found = told(walls=[wall("W1", inferred=True, estimated="height_m, kind"), wall("W2")])
    assert ("note", "walls", "inferred", ("W1",)) in found
    assert found.count(("note", "walls", "estimated", ("W1",))) == 2


def test_what_reading_itself_estimates_is_told_too():
    home = {"id": "B2", "use": "residential", "households": 10, "geometry": shapely.box(40, 10, 60, 20)}
    assert ("note", "buildings", "estimated", ("B2",)) in told(buildings=[B1, home])


def test_a_misspelt_column_is_told():
    assert ("note", "walls", "unknown column", ()) in told(walls=[wall("W1", hight_m=2)])


def test_a_table_of_no_layer_is_refused():
    with pytest.raises(InputError, match=r"fences: no such layer\. Known layers: compounds"):
        assemble({"fences": frame([C1])}, name="x")


def test_estimates_are_filled_marked_and_reported():
    home = {"id": "B2", "households": 10, "storeys": 6, "geometry": shapely.box(40, 10, 60, 20)}
    area = make_area(compounds=[C1], buildings=[home])
    row = area.buildings.loc["B2"]
    assert (row.residents, row.floor_area_m2) == (25, 1200.0)
    assert row.estimated == "residents,floor_area_m2"
    assert (area.report.rule == "estimated").sum() == 2


def test_known_figures_are_not_estimated():
    home = {"id": "B2", "households": 10, "residents": 31, "storeys": 6, "floor_area_m2": 1000}
    row = make_area(compounds=[C1], buildings=[home | {"geometry": B1["geometry"]}]).buildings.loc["B2"]
    assert (row.residents, row.floor_area_m2) == (31, 1000.0)
    assert pd.isna(row.estimated)


def test_broken_shapes_keep_the_rules_about_place_quiet():
    out = B1 | {"id": "B2", "geometry": shapely.box(120, 10, 130, 20)}
    assert {f[2] for f in told(buildings=[B1 | {"geometry": BOW}, out])} == {"valid geometry"}
