"""One door for shapes: arcs become chords, open rings are closed, and what cannot be drawn is named by its row."""

import json
import math
import sqlite3
import struct

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from conftest import ORIGIN
from hypothesis import given
from hypothesis import strategies as st

from spatialreno import check_area, read_area
from spatialreno.errors import InputError
from spatialreno.files import shapes_of

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
KML = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    boxes = [shapely.box(X + i, Y, X + i + 90, Y + 100) for i in (0, 100)]
    yards = gpd.GeoDataFrame({"id": ["C1", "C2"], "name": ["一院", "二院"]}, geometry=boxes, crs=4546)
    yards.to_parquet(path / "compounds.parquet")
    home = gpd.GeoDataFrame(
        {"id": ["B1"], "residents": [9]}, geometry=[shapely.box(X + 5, Y + 5, X + 9, Y + 9)], crs=4546
    )
    home.to_parquet(path / "buildings.parquet")
    (path / "area.toml").write_text(HEAD, encoding="utf-8")
    return path


def wkb(kind, *parts, form="<"):
    return struct.pack("<BI", 1, kind) + b"".join(parts)


def points(*xy):
    return struct.pack("<I", len(xy)) + b"".join(struct.pack("<2d", *p) for p in xy)


def place(x, y):
    return (X + x, Y + y)


def blob(shape):
    """A geometry as a GeoPackage keeps it."""
    return b"GP\0\1" + struct.pack("<i", 4546) + shape


def package(folder, name, shapes):
    """Write a layer whose shapes are bytes of our own."""
    frame = gpd.GeoDataFrame({"id": list(shapes)}, geometry=[shapely.box(X, Y, X + 1, Y + 1)] * len(shapes), crs=4546)
    (folder / f"{name}.parquet").unlink(missing_ok=True)
    path = folder / f"{name}.gpkg"
    pyogrio.write_dataframe(frame, path, driver="GPKG", layer=name, SPATIAL_INDEX="NO")
    with sqlite3.connect(path) as base:
        for fid, shape in enumerate(shapes.values(), start=1):
            base.execute(f'UPDATE "{name}" SET geom = ? WHERE fid = ?', [blob(shape), fid])
    base.close()
    (folder / "area.toml").write_text(HEAD + f'[files]\n{name} = "{name}.gpkg"\n', encoding="utf-8")


ARC = wkb(8, points(place(10, 50), place(20, 60), place(30, 50)))
CHAIN = wkb(9, struct.pack("<I", 2), wkb(2, points(place(5, 50), place(10, 50))), ARC)
ROUND = wkb(10, struct.pack("<I", 1), wkb(8, points(place(20, 20), place(40, 20), place(20, 20))))


def test_arcs_are_chords_within_the_sagitta_and_told_by_row(folder):
    package(folder, "walls", {"W1": ARC, "W2": CHAIN, "W3": wkb(2, points(place(0, 0), place(90, 0)))})
    area = read_area(folder)
    lengths = area.walls.length_m.groupby(area.walls.index.str.split("/").str[0]).sum()
    assert lengths["W1"] == pytest.approx(10 * math.pi, abs=0.05)
    assert lengths["W2"] == pytest.approx(5 + 10 * math.pi, abs=0.05)
    (row,) = area.report[area.report.rule == "curves"].to_dict("records")
    assert row["id"] == "W1, W2"
    assert "arcs drawn as chords within 0.01 m in 2 rows" in row["reason"]
    away = shapely.distance(
        shapely.points(shapely.get_coordinates(area.walls.geometry["W1"])), shapely.Point(place(20, 50))
    )
    assert np.abs(away - 10).max() < 1e-6


def test_a_round_building_is_read(folder):
    package(folder, "buildings", {"B1": ROUND})
    assert read_area(folder).buildings.footprint_m2["B1"] == pytest.approx(100 * math.pi, rel=0.002)


@given(
    st.floats(0.1, 1e4), st.floats(-math.pi, math.pi), st.floats(0.05, 3.0), st.booleans(), st.floats(0.2, 0.8)
)  # fmt: skip
def test_every_point_of_an_arc_lies_within_its_sagitta(radius, first, half, back, middle):
    turn = -2 * half if back else 2 * half
    angles = [first, first + turn * middle, first + turn]
    raw = wkb(8, points(*[(radius * math.cos(a), radius * math.sin(a)) for a in angles]))
    (line,), told = shapes_of([raw], ["A"], "x.gpkg")
    assert told[0][2] == "A"
    assert line.length == pytest.approx(radius * abs(turn), rel=1e-2, abs=0.05)
    centres = shapely.line_interpolate_point(line, np.linspace(0, 1, 200), normalized=True)
    away = np.hypot(*shapely.get_coordinates(centres).T)
    assert (radius - away).max() < 0.0101
    assert (away - radius).max() < 1e-6 * max(1, radius)


RING = [place(10, 10), place(40, 10), place(40, 20), place(10, 20)]


def test_a_ring_that_is_not_closed_is_closed_and_told(folder):
    package(folder, "buildings", {"B1": wkb(3, struct.pack("<I", 1), points(*RING))})
    area = read_area(folder)
    assert area.buildings.footprint_m2["B1"] == pytest.approx(300)
    assert area.report[area.report.rule == "ring closed"].id.to_list() == ["B1"]


@pytest.mark.parametrize("file", ["buildings.kml", "buildings.geojson"])
def test_a_ring_that_is_not_closed_in_degrees(folder, file):
    (folder / "buildings.parquet").unlink()
    ring = gpd.GeoSeries(gpd.points_from_xy(*zip(*RING, strict=True)), crs=4546).to_crs(4326)
    xy = [[p.x, p.y] for p in ring]
    text = " ".join(f"{x},{y},0" for x, y in xy)
    if file.endswith("kml"):
        outer = f"<LinearRing><coordinates>{text}</coordinates></LinearRing>"
        shape = f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs></Polygon>"
        content = KML.format(f"<Placemark><name>一号楼</name>{shape}</Placemark>")
    else:
        feature = {
            "type": "Feature",
            "properties": {"name": "一号楼"},
            "geometry": {"type": "Polygon", "coordinates": [xy]},
        }
        content = json.dumps({"type": "FeatureCollection", "features": [feature | {"id": "1"}]}, ensure_ascii=False)
    (folder / file).write_text(content, encoding="utf-8")
    area = read_area(folder)
    assert area.buildings.footprint_m2.to_list() == pytest.approx([300], abs=0.01)
    assert area.buildings.name.to_list() == ["一号楼"]
    assert "ring closed" in set(area.report.rule)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (wkb(3, struct.pack("<I", 4_000_000_000)), "promises more parts than it holds"),
        (wkb(2, struct.pack("<I", 9), struct.pack("<2d", 1, 2)), "promises more points than it holds"),
        (wkb(3, struct.pack("<I", 1), points((0, 0), (1, 1))), "a ring of fewer than three corners"),
        (wkb(2, points((0, 0))), "a line of one point"),
        (wkb(8, points((0, 0), (1, 1))), "an arc without a middle or an end"),
        (wkb(99), "a shape of kind 99"),
        (b"\1", "its shape is damaged"),
        (wkb(7, struct.pack("<I", 1)) * 200, "without end"),
    ],
)
def test_a_shape_that_cannot_be_drawn_is_named_by_its_row(tmp_path, shape, told):
    with pytest.raises(InputError) as caught:
        shapes_of([wkb(2, points((0, 0), (1, 1))), shape, None], ["W1", "W2", "W3"], tmp_path / "walls.gpkg")
    assert "walls.gpkg: the shapes of 1 rows cannot be read" in str(caught.value)
    assert told in str(caught.value)
    assert "(W2)" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("CURVEPOLYGON(CIRCULARSTRING(0 0,20 0,0 0))", 100 * math.pi),
        ("POLYGON((0 0,1 0,1 1,0 1))", 1.0),
        ("MULTISURFACE(((0 0,1 0,1 1,0 0)),CURVEPOLYGON(CIRCULARSTRING(0 0,20 0,0 0)))", 100 * math.pi + 0.5),
        ("POLYGON Z ((0 0 5,2 0 5,2 2 5,0 2 5,0 0 5))", 4.0),
        ("COMPOUNDCURVE((0 0,1 1),CIRCULARSTRING(1 1,2 2,3 1))", 0.0),
        ("MULTIPOINT(1 2,3 4)", 0.0),
        ("TIN(((0 0 0,2 0 0,0 2 0,0 0 0)))", 2.0),
    ],
)
def test_wkt_of_every_kind(tmp_path, text, area):
    shapes, _ = shapes_of([text, "CIRCULARSTRING(0 0,1 1,2 0)"], ["1", "2"], tmp_path / "x.csv", text=True)
    assert shapely.area(shapes[0]) == pytest.approx(area, rel=0.005)


def test_a_polygon_that_is_one_point_is_refused_by_row(folder):
    same = points(*[place(5, 5)] * 5)
    package(folder, "buildings", {"B1": wkb(3, struct.pack("<I", 1), same)})
    with pytest.raises(InputError, match=r"buildings.gpkg: buildings: 1 shapes are invalid .*B1"):
        read_area(folder)


@pytest.mark.parametrize("value", ["Infinity", "1e400", "NaN"])
def test_a_file_of_infinite_numbers_alone(tmp_path, value):
    ring = f"[[112.42,34.66],[112.43,34.66],[{value},34.67],[112.42,34.66]]"
    shape = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    row = f'{{"type":"Feature","properties":{{"id":"C1","name":"甲"}},"geometry":{shape}}}'
    text = f'{{"type":"FeatureCollection","features":[{row}]}}'
    (tmp_path / "compounds.geojson").write_text(text, encoding="utf-8")
    found = check_area(tmp_path / "compounds.geojson")
    assert "1 shapes have coordinates that are missing or infinite" in set(found.message)


def test_half_a_character_is_refused_by_row(folder):
    (folder / "buildings.parquet").unlink()
    text = json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"id": "B1", "name": "\ud800"}, "geometry": None}]})  # fmt: skip
    (folder / "buildings.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(
        InputError, match=r"buildings.geojson: buildings: 'name' holds half characters in 1 rows \(row 1\)"
    ):
        read_area(folder)


@pytest.mark.parametrize("srs", [-1, 0, 999_999])
@pytest.mark.long
def test_a_package_whose_system_is_undefined_has_none(folder, srs):
    package(folder, "walls", {"W1": wkb(2, points(place(0, 0), place(90, 0)))})
    with sqlite3.connect(folder / "walls.gpkg") as base:
        base.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", [srs])
        base.execute("UPDATE gpkg_contents SET srs_id = ?", [srs])
    base.close()
    with pytest.raises(InputError, match=r"walls.gpkg: walls: has no coordinate system. State it"):
        read_area(folder)
    (folder / "area.toml").write_text(
        HEAD + '[files.walls]\nfile = "walls.gpkg"\ncrs = "EPSG:4546"\n', encoding="utf-8"
    )
    assert read_area(folder).walls.length_m.sum() == pytest.approx(90)


def test_a_pipe_in_the_place_of_a_file_is_named(folder):
    import os

    os.mkfifo(folder / "walls.geojson")
    with pytest.raises(InputError, match=r"walls.geojson: walls: is no file but a pipe"):
        read_area(folder)


def strip(*xy, width=0.24):
    return shapely.LineString([place(*p) for p in xy]).buffer(width / 2, cap_style="flat", join_style="mitre")


OUTER = shapely.box(*place(0, 0), *place(60, 50))
STRIPS = {
    "straight": (strip((0, 10), (60, 10)), 60),
    "bent": (strip((0, 10), (30, 10), (30, 40)), 60),
    "round its yard": (OUTER.difference(OUTER.buffer(-0.24, join_style="mitre")), 219.04),
    "with a branch": (shapely.union(strip((0, 10), (60, 10)), strip((30, 10), (30, 40))), 90),
}  # fmt: skip


@pytest.mark.spread(3)
@pytest.mark.parametrize("kind", STRIPS)
@pytest.mark.parametrize("turn", [0, 37])
def test_walls_drawn_as_strips_are_lines_with_their_thickness(folder, kind, turn):
    shape, length = STRIPS[kind]
    turned = shapely.affinity.rotate(shape, turn, origin=place(45, 50))
    gpd.GeoDataFrame({"id": ["W1"]}, geometry=[turned], crs=4546).to_parquet(folder / "walls.parquet")
    area = read_area(folder)
    assert area.walls.length_m.sum() == pytest.approx(length, abs=0.5)
    assert area.walls.thickness_m.to_list() == pytest.approx([0.24] * len(area.walls), abs=0.005)
    assert area.report[area.report.rule == "strip"].id.to_list() == ["W1"]


def test_strips_that_touch_are_walls_that_meet(folder):
    shapes = [strip((0, 10), (60, 10)), strip((30, 10.12), (30, 40)), strip((60.12, 10.12), (60.12, 40))]
    gpd.GeoDataFrame({"id": ["W1", "W2", "W3"]}, geometry=shapes, crs=4546).to_parquet(folder / "walls.parquet")
    assert "walls meet" not in set(check_area(folder).rule)


def test_a_house_given_as_a_wall_is_refused_with_a_mend_that_fits(folder):
    gpd.GeoDataFrame({"id": ["W1"]}, geometry=[shapely.box(X, Y, X + 20, Y + 9)], crs=4546).to_parquet(
        folder / "walls.parquet"
    )
    with pytest.raises(
        InputError, match=r"1 rows are Polygon, expected LineString \(W1\). Draw the line in the middle"
    ):
        read_area(folder)


def test_gates_drawn_as_lines_and_areas_are_points_as_wide(folder):
    wall = shapely.LineString([place(0, 0), place(90, 0)])
    gpd.GeoDataFrame({"id": ["W1"]}, geometry=[wall], crs=4546).to_parquet(folder / "walls.parquet")
    drawn = [shapely.LineString([place(10, 0), place(16, 0)]), shapely.box(*place(40, -0.2), *place(44, 0.2))]
    gpd.GeoDataFrame({"id": ["G1", "G2"], "name": ["东门", "西门"]}, geometry=drawn, crs=4546).to_parquet(
        folder / "gates.parquet"
    )
    area = read_area(folder)
    assert area.gates.width_m.to_list() == [6.0, 4.0]
    assert [(p.x - X, p.y - Y) for p in area.gates.geometry] == [(13, 0), (42, pytest.approx(0, abs=1e-9))]
    assert area.gates.wall_id.to_list() == ["W1", "W1"]


def test_closed_lines_are_the_areas_that_they_go_round(folder):
    ring = shapely.box(*place(10, 10), *place(40, 20)).exterior
    gpd.GeoDataFrame({"id": ["B1"], "residents": [9]}, geometry=[shapely.LineString(ring)], crs=4546).to_parquet(
        folder / "buildings.parquet"
    )
    assert read_area(folder).buildings.footprint_m2["B1"] == 300
