"""Drawings: every entity that draws, blocks, texts, CASS layers and codes; walls of two lines; nothing is lost."""

import math

import ezdxf
import geopandas as gpd
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN

from spatialreno import check_area, export_area, read_area
from spatialreno.errors import InputError

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
STATED = 'crs = "EPSG:4546"\nunit = "m"\n'


@pytest.fixture
def drawing():
    document = ezdxf.new("R2018", setup=True)
    document.appids.add("SOUTH")
    for name in ("JZD", "JMD", "围墙", "违建", "树木", "DGX", "杂项"):
        document.layers.add(name)
    space = document.modelspace()
    space.add_lwpolyline(box(0, 0, 100, 100), close=True, dxfattribs={"layer": "JZD"})
    return document


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    return path


def box(x0, y0, x1, y1):
    return [(X + x0, Y + y0), (X + x1, Y + y0), (X + x1, Y + y1), (X + x0, Y + y1)]


def place(x, y):
    return (X + x, Y + y)


def line(*points):
    return [place(*p) for p in points]


def read(folder, document, *layers, stated=STATED, extra=""):
    document.saveas(folder / "图.dxf")
    values = {"compounds": 'values.name = "一院"\n'}
    text = HEAD + "".join(
        f'[files.{n}]\nfile = "图.dxf"\n{stated}{values.get(n, "")}{extra}' for n in ("compounds", "buildings", *layers)
    )
    (folder / "area.toml").write_text(text, encoding="utf-8")
    return read_area(folder)


def house(document, *corners, text=None, **attributes):
    space = document.modelspace()
    shape = space.add_lwpolyline(box(*corners), close=True, dxfattribs={"layer": "JMD", **attributes})
    if text:
        middle = place((corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2)
        space.add_text(text, dxfattribs={"layer": "JMD"}).set_placement(middle)
    return shape


@pytest.mark.spread(2)
@pytest.mark.parametrize(
    ("text", "structure", "storeys"),
    [("砖5", "brick", 5), ("混6", "mixed", 6), ("砼18", "concrete", 18), ("砖", "brick", None), ("3", None, 3)],
)
def test_texts_inside_a_polygon_give_structure_and_storeys(folder, drawing, text, structure, storeys):
    house(drawing, 10, 10, 40, 20, text=text)
    row = read(folder, drawing).buildings.iloc[0]
    assert (row.structure if structure else None) == structure
    assert (row.storeys if storeys else None) == storeys


def test_two_texts_that_differ_give_nothing_and_are_told(folder, drawing):
    house(drawing, 10, 10, 40, 20, text="砖5")
    drawing.modelspace().add_mtext("混6", dxfattribs={"layer": "JMD", "insert": place(12, 12)})
    area = read(folder, drawing)
    assert area.buildings.structure.isna().all()
    assert any("2 texts in one polygon differ" in r for r in area.report.reason)


def test_layers_of_cass_are_known_and_the_rest_is_counted(folder, drawing):
    house(drawing, 10, 10, 40, 20)
    drawing.modelspace().add_line(place(0, 0), place(9, 9), dxfattribs={"layer": "DGX"})
    drawing.modelspace().add_line(place(0, 0), place(9, 9), dxfattribs={"layer": "杂项"})
    area = read(folder, drawing)
    assert (len(area.compounds), len(area.buildings)) == (1, 1)
    assert any("DGX (1)" in r and "杂项 (1)" in r for r in area.report.reason)


def test_codes_of_cass_say_more_than_the_layer(folder, drawing):
    house(drawing, 10, 10, 40, 20)
    wall = drawing.modelspace().add_lwpolyline(line((0, 0), (0, 100)), dxfattribs={"layer": "JMD"})
    wall.set_xdata("SOUTH", [(1000, "144301")])
    area = read(folder, drawing, "walls")
    assert len(area.buildings) == 1
    assert area.walls.length_m.sum() == pytest.approx(100)


def test_every_curve_lies_within_its_sagitta(folder, drawing):
    space, on = drawing.modelspace(), {"layer": "围墙"}
    house(drawing, 10, 10, 40, 20)
    space.add_arc(place(50, 50), 20, 0, 180, dxfattribs=on)
    space.add_spline([(*place(0, 0), 0), (*place(30, 20), 0), (*place(60, 0), 0), (*place(90, 30), 0)], dxfattribs=on)
    space.add_ellipse(place(50, 20), (10, 0), 0.5, 0, 3.0, dxfattribs=on)
    space.add_lwpolyline([(*place(5, 60), 0, 0, 1.0), (*place(25, 60), 0, 0, 0)], format="xyseb", dxfattribs=on)
    walls = read(folder, drawing, "walls").walls
    lengths = sorted(walls.groupby(walls.index.str.split("/").str[0]).length_m.sum())
    arcs = [20 * 3.14159265, 10 * 3.14159265]
    assert all(min(abs(length - arc) for length in lengths) < 0.1 for arc in arcs)
    assert len(lengths) == 4
    arc = shapely.Point(place(50, 50)).buffer(20, quad_segs=512).exterior
    near = walls[walls.geometry.within(arc.buffer(0.02))]
    assert near.length_m.sum() == pytest.approx(20 * 3.14159265, abs=0.1)


def test_blocks_hatches_and_attributes(folder, drawing):
    space = drawing.modelspace()
    block = drawing.blocks.new("楼型A")
    block.add_lwpolyline([(0, 0), (20, 0), (20, 10), (0, 10)], close=True)
    block.add_attdef("名称", (1, 1), dxfattribs={"height": 1})
    for n, x in enumerate((5, 45), start=1):
        insert = space.add_blockref("楼型A", place(x, 40), dxfattribs={"layer": "JMD"})
        insert.add_attrib("名称", f"{n}号楼")
    hatch = space.add_hatch(dxfattribs={"layer": "违建"})
    hatch.paths.add_polyline_path(box(60, 60, 70, 70), is_closed=True)
    hatch.paths.add_polyline_path(box(62, 62, 64, 64), is_closed=True, flags=16)
    tree = drawing.blocks.new("乔木")
    tree.add_circle((0, 0), 1)
    space.add_blockref("乔木", place(80, 80), dxfattribs={"layer": "树木"})
    area = read(folder, drawing, "structures", "trees")
    assert sorted(area.buildings.name) == ["1号楼", "2号楼"]
    assert area.buildings.footprint_m2.to_list() == pytest.approx([200, 200])
    assert area.structures.area_m2.to_list() == pytest.approx([96])
    assert set(area.structures.legality) == {"illegal"}
    assert area.trees.geometry.iloc[0].coords[0] == pytest.approx(place(80, 80))


@pytest.mark.spread(2)
@pytest.mark.parametrize("thickness", [0.12, 0.24, 0.37])
@pytest.mark.parametrize("bent", [False, True])
@pytest.mark.long
def test_a_wall_of_two_lines_is_one_with_its_thickness(folder, drawing, thickness, bent):
    house(drawing, 10, 10, 40, 20)
    wall = shapely.LineString(line((0, 0), (100, 0), (100, 100)) if bent else line((0, 0), (100, 0)))
    for side in (thickness / 2, -thickness / 2):
        face = wall.offset_curve(side, join_style="mitre")
        drawing.modelspace().add_lwpolyline(list(face.coords), dxfattribs={"layer": "围墙"})
    area = read(folder, drawing, "walls")
    assert set(area.walls.thickness_m) == {thickness}
    assert area.walls.length_m.sum() == pytest.approx(wall.length, abs=0.01)
    assert any("read as one wall" in r for r in area.report.reason)


def test_a_thin_ring_is_one_wall_and_lines_far_apart_are_two(folder, drawing):
    house(drawing, 10, 10, 40, 20)
    space = drawing.modelspace()
    space.add_lwpolyline(box(0, 0, 80, 0.24), close=True, dxfattribs={"layer": "围墙"})
    space.add_line(place(0, 50), place(80, 50), dxfattribs={"layer": "围墙"})
    space.add_line(place(0, 52), place(80, 52), dxfattribs={"layer": "围墙"})
    walls = read(folder, drawing, "walls").walls
    assert walls.length_m.sum() == pytest.approx(240, abs=0.5)
    assert sorted(walls.thickness_m) == [0.24, 0.24, 0.24]


def test_millimetres_as_stated(folder, drawing):
    house(drawing, 10, 10, 40, 20)
    for entity in drawing.modelspace():
        entity.scale(1000, 1000, 1000)
    area = read(folder, drawing, stated='crs = "EPSG:4546"\nunit = "mm"\n')
    assert area.compounds.area_m2.to_list() == pytest.approx([10_000])


def test_a_ring_that_nearly_closes_is_closed_and_told(folder, drawing):
    points = [*line((10, 10), (40, 10), (40, 20), (10, 20)), place(10, 10.01)]
    drawing.modelspace().add_lwpolyline(points, dxfattribs={"layer": "JMD"})
    area = read(folder, drawing)
    assert "ring closed" in set(area.report.rule)
    assert area.buildings.footprint_m2.to_list() == pytest.approx([300], abs=0.5)


@pytest.mark.parametrize("stated", ["", 'crs = "EPSG:4546"\n', 'unit = "m"\n'])
def test_coordinate_system_and_unit_must_be_stated(folder, drawing, stated):
    house(drawing, 10, 10, 40, 20)
    with pytest.raises(InputError, match=r"图.dxf: compounds: needs crs and unit stated"):
        read(folder, drawing, stated=stated)


def test_a_layer_that_is_not_in_the_drawing(folder, drawing):
    house(drawing, 10, 10, 40, 20)
    with pytest.raises(InputError, match=r"has nothing for walls. Name its drawing layers .* It has: J"):
        read(folder, drawing, "walls")


def test_an_insert_bomb_ends_with_a_word(folder, drawing):
    house(drawing, 10, 10, 40, 20)
    below = drawing.blocks.new("B0")
    below.add_line((0, 0), (1, 1))
    for n in range(1, 12):
        block = drawing.blocks.new(f"B{n}")
        for _ in range(10):
            block.add_blockref(f"B{n - 1}", (0, 0))
    drawing.modelspace().add_blockref("B11", place(0, 0))
    with pytest.raises(InputError, match=r"unfolds without end|takes (longer|too long)"):
        read(folder, drawing)


def test_a_drawing_cut_short_and_a_dwg(folder, drawing):
    house(drawing, 10, 10, 40, 20)
    read(folder, drawing)
    raw = (folder / "图.dxf").read_bytes()
    (folder / "图.dxf").write_bytes(raw[: len(raw) // 2])
    assert "error" in set(check_area(folder).severity)
    (folder / "图.dxf").write_bytes(b"AC1032" + bytes(200))
    with pytest.raises(InputError, match=r"is a DWG drawing. DWG is a closed format .* DXF R2018"):
        read_area(folder)


def test_entities_that_draw_nothing_are_told(folder, drawing):
    house(drawing, 10, 10, 40, 20)
    drawing.modelspace().add_lwpolyline([place(1, 1)], dxfattribs={"layer": "JMD"})
    drawing.modelspace().add_mesh(dxfattribs={"layer": "JMD"})
    area = read(folder, drawing)
    told = area.report[area.report.rule == "no shape"].reason
    assert told.str.contains("entities have no shape that is read: LWPOLYLINE").any()


def test_the_frame_is_not_changed(folder, drawing):
    house(drawing, 10, 10, 40, 20)
    area = read(folder, drawing)
    assert isinstance(area.buildings, gpd.GeoDataFrame)
    assert area.crs.to_epsg() == 4546


def surveyed(folder, drawing):
    """Read a drawing with blocks within blocks, turned and scaled, bulges, arcs, a spline and hatches."""
    space, walls = drawing.modelspace(), {"layer": "围墙"}
    leaf, whole = drawing.blocks.new("单元"), drawing.blocks.new("楼型B")
    leaf.add_lwpolyline([(0, 0), (10, 0), (10, 6), (0, 6)], close=True)
    whole.add_blockref("单元", (0, 0), dxfattribs={"xscale": 2})
    whole.add_attdef("名称", (1, 1), dxfattribs={"height": 1})
    turned = space.add_blockref("楼型B", place(60, 10), dxfattribs={"layer": "JMD", "rotation": 90})
    turned.add_attrib("名称", "一号楼")
    round_end = [(10, 60, 0), (30, 60, 1.0), (30, 70, 0), (10, 70, 0)]
    bulged = [(*place(x, y), bulge) for x, y, bulge in round_end]
    space.add_lwpolyline(bulged, format="xyb", close=True, dxfattribs={"layer": "JMD"})
    space.add_text("砖5", dxfattribs={"layer": "JMD"}).set_placement(place(20, 65))
    hatch = space.add_hatch(dxfattribs={"layer": "违建"})
    hatch.paths.add_polyline_path(box(70, 70, 80, 80), is_closed=True)
    hatch.paths.add_polyline_path(box(72, 72, 74, 74), is_closed=True, flags=16)
    space.add_arc(place(50, 50), 5, 30, 200, dxfattribs=walls)
    space.add_spline([(*place(5, 30), 0), (*place(20, 40), 0), (*place(35, 32), 0)], dxfattribs=walls)
    tree = drawing.blocks.new("乔木")
    tree.add_circle((0, 0), 1)
    space.add_blockref("乔木", place(90, 90), dxfattribs={"layer": "树木"})
    return read(folder, drawing, "walls", "structures", "trees")


def test_a_survey_drawing_goes_out_as_a_drawing_and_comes_back(folder, drawing, tmp_path):
    area = surveyed(folder, drawing)
    homes = area.buildings.sort_values("footprint_m2")
    assert homes.footprint_m2.to_list() == pytest.approx([120, 200 + 12.5 * math.pi], abs=0.1)
    assert homes.geometry.iloc[0].equals(shapely.box(*place(54, 10), *place(60, 30)))
    assert (homes.name.iloc[0], homes.structure.iloc[1], homes.storeys.iloc[1]) == ("一号楼", "brick", 5)
    assert len(area.walls) >= 2
    again = read_area(export_area(area, tmp_path / "out", "dxf"))
    for name in area.catalog.layers:
        before, after = area.layer(name), again.layer(name)
        if "geometry" in before:
            shapes = [shapely.normalize(f.geometry.to_numpy()) for f in (before, after)]  # rings may start elsewhere
            assert shapely.equals_exact(*shapes, 1e-9).all(), name
            before, after = before.drop(columns="geometry"), after.drop(columns="geometry")
        pd.testing.assert_frame_equal(pd.DataFrame(before), pd.DataFrame(after), rtol=0, atol=1e-6)
