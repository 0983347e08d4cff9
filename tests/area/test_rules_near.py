"""What nearly fits is told with coordinates; what has one meaning is mended and told; shifts are found."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import ORIGIN, frame, make_area
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from spatialreno.area.assembly import findings
from spatialreno.area.place.crs import LONLAT
from spatialreno.area.place.shift import SHIFTS, to_gcj02, unshift
from spatialreno.area.repair import repaired
from spatialreno.catalog import read_catalog
from spatialreno.errors import InputError

X, Y = ORIGIN
C = [
    {"id": "C1", "name": "一", "geometry": shapely.box(0, 0, 100, 100)},
    {"id": "C2", "name": "二", "geometry": shapely.box(100, 0, 200, 100)},
]
HOMES = [
    {"id": f"B{n}", "residents": 9, "geometry": shapely.box(x, 20, x + 20, 32)}
    for n, x in enumerate((10, 60, 110, 150))
]


def wall(key, *points):
    return {"id": key, "geometry": shapely.LineString(points)}


def found(**layers):
    rows = {"compounds": C, "buildings": HOMES} | layers
    raw = {name: frame(r) if not isinstance(r, gpd.GeoDataFrame) else r for name, r in rows.items()}
    return {f.rule: f for f in findings(raw, crs="EPSG:4546", catalog=read_catalog()) if f.severity != "note"}


@pytest.mark.parametrize(("gap", "rule"), [(0.0, None), (0.3, "walls meet"), (3.0, "gap without a gate"), (12.0, None)])
def test_gaps_between_walls(gap, rule):
    told = found(walls=[wall("W1", (0, 0), (50, 0)), wall("W2", (50 + gap, 0), (100, 0))])
    assert {"walls meet", "gap without a gate"} & set(told) == ({rule} if rule else set())
    if rule:
        assert told[rule].ids == ("W1", "W2")
        x, _ = told[rule].at[0]
        assert X + 50 <= x <= X + 50 + gap


@pytest.mark.parametrize(
    "filling",
    [
        {"gates": [{"id": "G1", "geometry": shapely.Point(51.5, 0)}]},
        {"buildings": [*HOMES, {"id": "B9", "residents": 1, "geometry": shapely.box(50, -1, 53, 4)}]},
    ],
)
def test_a_gap_that_is_filled_is_no_gap(filling):
    told = found(walls=[wall("W1", (0, 0), (50, 0)), wall("W2", (53, 0), (100, 0))], **filling)
    assert "gap without a gate" not in told


@pytest.mark.parametrize(
    ("width", "y", "rules"),
    [
        (5.0, 0.0, set()),
        (4.6, 0.4, set()),
        (None, 0.0, set()),
        (3.0, 0.0, {"gate in a gap"}),
        (5.0, 30.0, {"gap without a gate", "gate on a wall"}),
    ],
)
def test_a_gate_in_a_gap_is_told_one_thing(width, y, rules):
    """Drawn in a gap of 5 m it fills it, or is told to be too narrow for it; never to move onto its wall."""
    gate = {"id": "G1", "geometry": shapely.Point(52.5, y)} | ({"width_m": width} if width else {})
    told = found(walls=[wall("W1", (0, 0), (50, 0)), wall("W2", (55, 0), (100, 0))], gates=[gate])
    assert set(told) == rules
    if "gate in a gap" in rules:
        assert "5.00 m" in told["gate in a gap"].message
        assert told["gate in a gap"].at == ((X + 52.5, Y),)


def test_a_gate_in_two_walls_is_told():
    twins, gate = [wall("W1", (0, 0), (50, 0)), wall("W2", (20, 0.1), (90, 0.1))], {"geometry": shapely.Point(30, 0)}
    rows = {"compounds": C, "buildings": HOMES, "walls": twins, "gates": [{"id": "G1"} | gate]}
    raw = {name: frame(r) for name, r in rows.items()}
    (told,) = [f for f in findings(raw, crs="EPSG:4546", catalog=read_catalog()) if f.rule == "gate in two walls"]
    assert (told.severity, told.ids) == ("note", ("G1",))
    assert "G1 in W2 along W1" in told.message


def test_a_building_across_a_boundary():
    told = found(buildings=[*HOMES, {"id": "B9", "residents": 1, "geometry": shapely.box(90, 50, 120, 60)}])
    assert told["across a boundary"].ids == ("B9",)
    assert shapely.box(X + 90, Y + 50, X + 120, Y + 60).covers(shapely.Point(told["across a boundary"].at[0]))


def test_overlapping_compounds_and_gates_off_their_wall_have_coordinates():
    told = found(compounds=[C[0], {"id": "C2", "name": "二", "geometry": shapely.box(95, 0, 200, 100)}])
    x, y = told["overlap"].at[0]
    assert X + 95 <= x <= X + 100
    assert Y <= y <= Y + 100
    told = found(walls=[wall("W1", (0, 0), (50, 0))], gates=[{"id": "G1", "geometry": shapely.Point(20, 30)}])
    assert told["gate on a wall"].at == ((X + 20, Y + 30),)


@pytest.mark.parametrize("shift", list(SHIFTS))
@pytest.mark.parametrize("whose", ["buildings", "compounds"])
def test_a_layer_in_the_coordinates_of_a_web_map_is_named(shift, whose):
    rows = frame({"buildings": HOMES, "compounds": C}[whose]).to_crs(LONLAT)
    moved = shapely.transform(rows.geometry.to_numpy(), lambda xy: np.column_stack(SHIFTS[shift](*xy.T)))
    told = found(**{whose: rows.set_geometry(gpd.GeoSeries(moved, crs=LONLAT))})
    fault = told["shifted coordinates"]
    assert (fault.layer, fault.severity) == (whose, "error")
    assert f'shift = "{shift}"' in fault.mend


def test_layers_that_fit_are_not_suspected():
    assert "shifted coordinates" not in found()


@given(st.floats(73.6, 134.5), st.floats(18.5, 53.0), st.sampled_from(list(SHIFTS)))
def test_the_way_back_is_exact_to_a_millionth_of_a_metre(lon, lat, shift):
    x, y = unshift(*SHIFTS[shift](lon, lat), shift)
    assert Geod(ellps="WGS84").inv(lon, lat, float(x), float(y))[2] < 1e-6


def test_the_shift_is_the_published_one():
    lon, lat = to_gcj02(116.391349, 39.907375)
    metres = Geod(ellps="WGS84").inv(116.391349, 39.907375, float(lon), float(lat))[2]
    assert 550 < metres < 560  # Beijing: 556 m
    assert to_gcj02(2.35, 48.85) == (2.35, 48.85)


@pytest.mark.parametrize(
    ("matrix", "told"),
    [
        ([0, 1, 1, 0, 0, 0], "as if northing is written first"),
        ([1000, 0, 0, 1000, 0, 0], "as if they are millimetres"),
        ([0, 1000, 1000, 0, 0, 0], "as if they are millimetres, northing first"),
        ([100, 0, 0, 100, 0, 0], "as if they are centimetres"),
        ([1, 0, 0, 1, 37_000_000, 0], "as if the easting begins with a zone number (37)"),
    ],
)
@pytest.mark.parametrize("layer", ["compounds", "buildings"])
def test_slips_of_coordinates_are_named(matrix, told, layer):
    rows = frame({"buildings": HOMES, "compounds": C}[layer])
    fault = found(**{layer: rows.set_geometry(rows.geometry.affine_transform(matrix))})["degrees"]
    assert (fault.layer, fault.severity) == (layer, "error")
    assert told in fault.message


def test_a_ring_that_touches_itself_is_rebuilt_and_a_bow_tie_is_not():
    yard = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9), (0, 0), (3, 3), (3, 6), (6, 6), (6, 3), (3, 3), (0, 0)])
    hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9), (0, 0), (2, 5), (5, 5), (5, 2), (0, 0)])
    bow = shapely.Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    eight = shapely.Polygon([(0, 0), (2, 2), (4, 0), (4, 4), (2, 2), (0, 4)])
    shapes, told, valid = repaired(np.array([hole, bow, eight, yard]))
    assert valid.tolist() == shapely.is_valid(shapes).tolist()
    assert [rule for _, rule, _ in told] == ["rebuilt"]
    assert shapes[0].is_valid
    assert shapes[0].area == pytest.approx(81 - 15)
    assert not shapes[1].is_valid
    assert not shapes[2].is_valid


def test_parts_become_rows_with_ids_and_amounts_are_not_shared_out():
    lines = shapely.MultiLineString([[(0, 0), (50, 0)], [(60, 0), (100, 0)]])
    area = make_area(compounds=C, buildings=HOMES, walls=[{"id": "W1", "geometry": lines}])
    assert area.walls.index.to_list() == ["W1/1", "W1/2"]
    assert "parts" in set(area.report.rule)
    sheds = shapely.MultiPolygon([shapely.box(1, 1, 3, 3), shapely.box(5, 1, 7, 3)])
    row = {"id": "S1", "legality": "illegal", "geometry": sheds}
    assert len(make_area(compounds=C, buildings=HOMES, structures=[row]).structures) == 2
    with pytest.raises(InputError, match="are MultiPolygon"):
        make_area(compounds=C, buildings=HOMES, structures=[row | {"floor_area_m2": 8.0}])
    with pytest.raises(InputError, match="are MultiPolygon"):
        make_area(compounds=C, buildings=[{"id": "B1", "geometry": sheds}])


def test_repeated_points_are_told():
    line = shapely.LineString([(0, 0), (0, 0), (50, 0), (50, 0)])
    area = make_area(compounds=C, buildings=HOMES, walls=[{"id": "W1", "geometry": line}])
    assert shapely.get_num_coordinates(area.walls.geometry.iloc[0]) == 2
    assert "repeated points" in set(area.report.rule)
