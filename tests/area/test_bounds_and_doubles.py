"""Findings worth money: numbers beyond their bounds, features drawn twice, places that nobody can walk to."""

import time

import pandas as pd
import pytest
import shapely
from conftest import frame, make_area
from hypothesis import given
from hypothesis import strategies as st

from spatialreno.area.assembly import findings
from spatialreno.catalog import read_catalog
from spatialreno.community.voting.dwellings import _floors
from spatialreno.errors import InputError

CATALOG = read_catalog()
C1 = {"id": "C1", "name": "一院", "geometry": shapely.box(0, 0, 200, 100)}
B1 = {"id": "B1", "residents": 90, "households": 36, "geometry": shapely.box(10, 10, 40, 22)}
NUMBERS = [
    (name, column)
    for name, layer in CATALOG.layers.items()
    for column in layer.columns.values()
    if column.dtype in ("int", "float") and column.status != "derived"
]


def found(rule="", **layers):
    raw = {"compounds": frame([C1]), "buildings": frame([B1])} | {n: frame(rows) for n, rows in layers.items()}
    faults = findings(raw, crs="EPSG:4546", catalog=CATALOG)
    return [f for f in faults if f.rule == rule] if rule else faults


# ------------------------------------------------------------------ bounds are data


@pytest.mark.every_day
@pytest.mark.parametrize(("layer", "column"), NUMBERS, ids=lambda v: getattr(v, "column", v))
def test_every_number_has_bounds_that_make_sense(layer, column):
    assert column.least is not None
    assert column.most is not None
    assert column.least < column.most
    assert column.usual is None or column.least < column.usual <= column.most


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"storeys": 600}, "storeys is 600, expected 120 or less"),
        ({"storeys": 0}, "storeys is 0, expected 0.5 or more"),
        ({"built_year": 98}, "built_year is 98, expected 1000 or more"),
        ({"built_year": 35796}, "35796 may be a date of Excel, 1998-01-01"),
        ({"households": 1e9}, "households is 1e+09, expected 5000 or less"),
        ({"height_m": -2}, "height_m is -2, expected 0 or more"),
        ({"floor_area_m2": 1e308}, "floor_area_m2 is 1e+308, expected 1e+06 or less"),
    ],
)
def test_numbers_beyond_their_bounds_are_refused_by_row(cells, told):
    with pytest.raises(InputError) as caught:
        make_area(compounds=[C1], buildings=[B1 | cells])
    assert told in str(caught.value)
    assert "(B1)" in str(caught.value)


def test_per_cent_in_the_place_of_a_share_is_named():
    with pytest.raises(InputError, match=r"fee_rate is 80, expected 0 to 1 \(C1\). Write 80 per cent as 0.8"):
        make_area(compounds=[C1 | {"fee_rate": 80}], buildings=[B1])


def test_what_is_lawful_below_zero_stays():
    area = make_area(compounds=[C1], buildings=[B1 | {"level_m": -0.5}])
    assert area.buildings.level_m["B1"] == -0.5


def test_unusual_numbers_are_warned_of():
    (fault,) = found("unusual numbers", buildings=[B1 | {"households": 700}])
    assert (fault.severity, fault.message) == ("warning", "households is 700, more than the usual 600")


@given(st.integers(1, 3000), st.integers(1, 120))
def test_homes_are_laid_on_floors_by_arithmetic(households, storeys):
    homes = _floors(households, storeys)
    floors = [k * storeys // households + 1 for k in range(households)]
    assert homes == [(f"{f}{k - floors.index(f) + 1:02d}", f) for k, f in enumerate(floors)]


def test_many_homes_take_no_time():
    started = time.process_time()
    assert len(_floors(100_000, 30)) == 100_000
    assert time.process_time() - started < 2


# ------------------------------------------------------------------ drawn twice

LINE = shapely.LineString([(0, 50), (100, 50)])


@pytest.mark.parametrize(
    ("other", "metres"),
    [
        (LINE, 100), (LINE.reverse(), 100), (shapely.LineString([(0, 50), (40, 50), (100, 50)]), 100),
        (shapely.LineString([(60, 50), (160, 50)]), 40), (shapely.LineString([(0, 50.01), (100, 50.01)]), 100),
    ],
)  # fmt: skip
def test_walls_drawn_twice_are_warned_of_with_their_metres(other, metres):
    (fault,) = found("drawn twice", walls=[{"id": "W1", "geometry": LINE}, {"id": "W2", "geometry": other}])
    assert (fault.severity, fault.ids) == ("warning", ("W1", "W2"))
    assert fault.message == f"{metres} m are drawn twice: W1 with W2"


@pytest.mark.parametrize(
    "other", [shapely.LineString([(0, 50.3), (100, 50.3)]), shapely.LineString([(50, 0), (50, 100)])]
)
def test_walls_side_by_side_or_crossing_are_two(other):
    assert not found("drawn twice", walls=[{"id": "W1", "geometry": LINE}, {"id": "W2", "geometry": other}])


def test_pipes_of_other_kinds_may_lie_on_one_another():
    rows = [{"id": f"P{n}", "kind": k, "geometry": LINE} for n, k in enumerate(("water", "gas", "gas"))]
    (fault,) = found("drawn twice", pipes=rows)
    assert fault.ids == ("P1", "P2")


def test_houses_drawn_twice_count_their_people_twice():
    (fault,) = found("drawn twice", buildings=[B1, B1 | {"id": "B2"}])
    assert fault.message == "1 areas are drawn twice: B1 with B2; 36 households count twice"


def test_structures_that_overlap_are_told_unless_one_is_on_a_roof():
    sheds = [
        {"id": f"S{n}", "legality": "illegal", "geometry": shapely.box(60 + 5 * n, 60, 70 + 5 * n, 66)} for n in (0, 1)
    ]
    (fault,) = found("overlapping", structures=sheds)
    assert fault.message == "30 m2 are covered by two: S0 with S1"
    assert not found("overlapping", structures=[sheds[0], sheds[1] | {"position": "roof"}])


def test_facilities_of_one_kind_at_one_place():
    rows = [
        {"id": f"F{n}", "kind": k, "geometry": shapely.Point(50, 50)}
        for n, k in enumerate(("pharmacy", "pharmacy", "clinic"))
    ]
    kinds = [k for k in ("pharmacy", "clinic") if k in CATALOG.facilities.index]
    (fault,) = found("drawn twice", facilities=[r for r in rows if r["kind"] in kinds])
    assert fault.ids == ("F0", "F1")


def test_a_facility_that_nobody_can_walk_to_is_warned_of_with_its_distance():
    rows = [{"id": f"F{n}", "kind": "pharmacy", "geometry": shapely.Point(x, 50)} for n, x in enumerate((50, 490))]
    (fault,) = found("off the network", facilities=rows)
    assert (fault.severity, fault.ids) == ("warning", ("F1",))
    assert "F1 290 m" in fault.message


# ------------------------------------------------------------------ characters that steer


@pytest.mark.parametrize("text", ["\x1b]0;pwn\x07", "a\x1b[2J", "b\u202ec", "d\u200ee"])
def test_characters_that_steer_terminals_are_named(text):
    (fault,) = found("control characters", compounds=[C1 | {"name": text}])
    assert (fault.severity, fault.layer, fault.ids) == ("warning", "compounds", ("C1",))
    assert "U+" in fault.message
    assert text not in str(fault)


def test_lines_and_tabs_in_a_text_are_plain():
    assert not found("control characters", compounds=[C1 | {"name": "一院\n（北）\t"}])
    assert pd.notna(C1["name"])
