"""Drawings as offices draw them: multilines, objects of 天正, hidden layers, mirrored and flat blocks, CASS codes."""

import struct

import ezdxf
import geopandas as gpd
import pytest
import shapely
from conftest import ORIGIN

from spatialreno import adopt, check_area, read_area
from spatialreno.errors import InputError

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
STATED = 'file = "图.dxf"\ncrs = "EPSG:4546"\nunit = "m"\n'


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    yard = gpd.GeoDataFrame({"id": ["C1"], "name": ["一院"]}, geometry=[shapely.box(X, Y, X + 100, Y + 100)], crs=4546)
    yard.to_parquet(path / "compounds.parquet")
    home = gpd.GeoDataFrame(
        {"id": ["B1"], "residents": [9]}, geometry=[shapely.box(X + 5, Y + 5, X + 9, Y + 9)], crs=4546
    )
    home.to_parquet(path / "buildings.parquet")
    return path


@pytest.fixture
def drawing():
    document = ezdxf.new("R2018", units=6)
    document.appids.add("SOUTH")
    for name in ("围墙", "围墙_已拆", "JMD", "ZJ", "大门"):
        document.layers.add(name)
    return document


def place(x, y):
    return (X + x, Y + y)


def box(x0, y0, x1, y1):
    return [place(x0, y0), place(x1, y0), place(x1, y1), place(x0, y1)]


def read(folder, document, *layers, extra=""):
    for layer in layers:
        (folder / f"{layer}.parquet").unlink(missing_ok=True)
    document.saveas(folder / "图.dxf")
    (folder / "area.toml").write_text(HEAD + "".join(f"[files.{n}]\n{STATED}{extra}" for n in layers), encoding="utf-8")
    return read_area(folder)


def wall(document, *points, layer="围墙", **attributes):
    return document.modelspace().add_lwpolyline(points, dxfattribs={"layer": layer, **attributes})


def reasons(area, rule):
    return area.report[area.report.rule == rule].reason.to_list()


@pytest.mark.parametrize("top", [0, 1, 2])  # justification: the points given lie on the top, middle, bottom line
@pytest.mark.long
def test_a_multiline_is_the_wall_in_its_middle_with_its_thickness(folder, drawing, top):
    points = [place(0, 50), place(60, 50), place(60, 90)]
    drawing.modelspace().add_mline(points, dxfattribs={"layer": "围墙", "scale_factor": 0.24, "justification": top})
    walls = read(folder, drawing, "walls").walls
    middle = shapely.LineString(points).offset_curve({0: -0.12, 1: 0, 2: 0.12}[top], join_style="mitre")
    assert walls.thickness_m.to_list() == [0.24]
    assert shapely.hausdorff_distance(walls.geometry.iloc[0], middle) < 1e-6


WILD = "  0\nTCH_WALL\n  5\nFE\n100\nAcDbEntity\n  8\n围墙\n100\nTDbWall\n 10\n1.0\n 20\n2.0\n"


def with_object(folder, document):
    """Save a drawing with an object of 天正 in it, which names no space that it stands in."""
    document.saveas(folder / "图.dxf")
    raw = (folder / "图.dxf").read_text(encoding="utf-8")
    at = raw.index("ENTITIES\n") + len("ENTITIES\n")
    (folder / "图.dxf").write_text(raw[:at] + WILD + raw[at:], encoding="utf-8")
    (folder / "area.toml").write_text(HEAD + f"[files.walls]\n{STATED}", encoding="utf-8")


def test_objects_of_other_programs_are_warned_of_with_their_number(folder, drawing):
    wall(drawing, place(0, 0), place(90, 0))
    with_object(folder, drawing)
    found = check_area(folder)
    (row,) = found[found.rule == "no shape"].to_dict("records")
    assert row["severity"] == "warning"
    assert "1 entities have no shape that is read: TCH_WALL on 围墙 (1); FE" in row["message"]
    assert "天正3" in row["mend"]


def test_a_layer_with_such_objects_only_says_so(folder, drawing):
    with_object(folder, drawing)
    told = r"has nothing for walls. Objects of 天正 .* 围墙 \(1 TCH_WALL, which cannot be read\)"
    with pytest.raises(InputError, match=told):
        read_area(folder)


@pytest.mark.spread(2)
@pytest.mark.parametrize("how", ["off", "frozen", "invisible", "frozen block"])
@pytest.mark.long
def test_what_cannot_be_seen_is_left_out_and_warned_of(folder, drawing, how):
    wall(drawing, place(0, 0), place(90, 0))
    gone = drawing.layers.get("围墙_已拆")
    if how == "frozen block":
        drawing.blocks.new("旧墙").add_line((0, 0), (50, 0), dxfattribs={"layer": "围墙"})
        drawing.modelspace().add_blockref("旧墙", place(0, 40), dxfattribs={"layer": "围墙_已拆"})
        gone.freeze()
    else:
        lost = wall(drawing, place(0, 40), place(50, 40), layer="围墙_已拆")
        gone.off() if how == "off" else gone.freeze() if how == "frozen" else None
        lost.dxf.invisible = int(how == "invisible")
    area = read(folder, drawing, "walls")
    assert area.walls.length_m.sum() == pytest.approx(90)
    (told,) = reasons(area, "hidden")
    assert "1 entities that cannot be seen in the drawing are left out" in told
    found = check_area(folder)
    assert found[found.rule == "hidden"].severity.to_list() == ["warning"]


def test_a_hidden_layer_that_is_named_outright_is_read(folder, drawing):
    wall(drawing, place(0, 40), place(50, 40), layer="围墙_已拆")
    drawing.layers.get("围墙_已拆").off()
    assert read(folder, drawing, "walls", extra='layer = "围墙_已拆"\n').walls.length_m.sum() == pytest.approx(50)


def test_a_mirrored_block_lies_where_it_is_seen(folder, drawing):
    drawing.blocks.new("门").add_line((0, 0), (1, 0))
    wall(drawing, place(0, 0), place(90, 0))
    drawing.modelspace().add_blockref("门", (-(X + 20), Y), dxfattribs={"layer": "大门", "extrusion": (0, 0, -1)})
    area = read(folder, drawing, "walls", "gates")
    assert area.gates.geometry.iloc[0].coords[0] == pytest.approx(place(20, 0))


def test_a_block_that_is_flat_is_read_as_on_the_plan(folder, drawing):
    inner = drawing.blocks.new("墙段")
    inner.add_line((0, 0), (30, 0))
    drawing.blocks.new("墙").add_blockref("墙段", (0, 0), dxfattribs={"zscale": 0})
    drawing.modelspace().add_blockref("墙", place(0, 0), dxfattribs={"layer": "围墙", "zscale": 0})
    assert read(folder, drawing, "walls").walls.length_m.sum() == pytest.approx(30)


def test_a_block_that_cannot_be_taken_apart_costs_nothing_else(folder, drawing):
    drawing.blocks.new("墙段").add_line((0, 0), (30, 0))
    wall(drawing, place(0, 0), place(90, 0))
    bad = drawing.modelspace().add_blockref("墙段", place(0, 30), dxfattribs={"layer": "围墙"})
    bad.dxf.set("extrusion", (0, 0, 0))
    area = read(folder, drawing, "walls")
    assert area.walls.length_m.sum() >= 90 - 1e-6


def test_parts_on_layer_0_are_on_the_layer_of_the_outermost_block(folder, drawing):
    drawing.blocks.new("墙段").add_line((0, 0), (30, 0), dxfattribs={"layer": "0"})
    drawing.blocks.new("墙").add_blockref("墙段", (0, 0), dxfattribs={"layer": "0"})
    drawing.modelspace().add_blockref("墙", place(0, 0), dxfattribs={"layer": "围墙"})
    assert read(folder, drawing, "walls").walls.length_m.sum() == pytest.approx(30)


def test_a_line_as_wide_as_a_wall_has_its_thickness(folder, drawing):
    wall(drawing, place(0, 0), place(90, 0), const_width=0.37)
    assert read(folder, drawing, "walls").walls.thickness_m.to_list() == [0.37]


def house(document, corners, *texts, code=""):
    space = document.modelspace()
    shape = space.add_lwpolyline(box(*corners), close=True, dxfattribs={"layer": "JMD"})
    if code:
        shape.set_xdata("SOUTH", [(1000, code)])
    for n, text in enumerate(texts):
        space.add_text(text, dxfattribs={"layer": "ZJ", "insert": place(corners[0] + 2, corners[1] + 1 + 2 * n)})
    return shape


def test_texts_name_houses_and_say_what_they_are_for(folder, drawing):
    house(drawing, (10, 10, 40, 20), "1号楼", "砖混6")
    house(drawing, (10, 30, 40, 40), "2栋", "砼18-1")
    house(drawing, (10, 50, 20, 56), "锅炉房", "砖")
    area = read(folder, drawing, "buildings")
    rows = area.buildings[["name", "structure", "storeys", "use"]].astype(object)
    assert rows.where(rows.notna(), None).values.tolist() == [
        ["1号楼", "mixed", 6, "residential"],
        ["2栋", "concrete", 18, "residential"],
        ["锅炉房", "brick", None, "boiler_house"],
    ]


def test_entities_are_numbered_as_drawn_and_their_handles_told(folder, drawing):
    for n in range(3):
        house(drawing, (10, 10 + 20 * n, 40, 20 + 20 * n))
    area = read(folder, drawing, "buildings")
    assert area.buildings.index.to_list() == ["楼-01", "楼-02", "楼-03"]
    assert "楼-01 is " in reasons(area, "handles")[0]


def test_codes_of_one_layer_are_proposed_as_walls_sheds_and_houses(tmp_path, drawing):
    house(drawing, (10, 10, 40, 20), "砖混6", code="141101")
    house(drawing, (50, 10, 56, 13), code="141200")
    wall(drawing, place(0, 0), place(90, 0), layer="JMD").set_xdata("SOUTH", [(1000, "144301")])
    drawing.modelspace().add_lwpolyline(box(0, 0, 100, 100), close=True, dxfattribs={"layer": "红线"})
    drawing.modelspace().add_text("交通局家属院", dxfattribs={"layer": "ZJ", "insert": place(60, 60)})
    drawing.saveas(tmp_path / "图.dxf")
    found = adopt([tmp_path / "图.dxf"], tmp_path / "out", crs="EPSG:4546")  # the header says metres
    assert {p.role: p.rows for p in found} == {"walls": 1, "structures": 1, "buildings": 1, "compounds": 1}
    area = read_area(tmp_path / "out")
    assert (len(area.walls), len(area.structures), len(area.buildings)) == (1, 1, 1)
    assert area.structures.legality.to_list() == ["undecided"]
    assert area.compounds.name.to_list() == ["交通局家属院"]


def test_what_a_drawing_cannot_say_is_asked_for_with_the_words_that_are_open(tmp_path, drawing):
    house(drawing, (10, 10, 40, 20), "砖混6")
    drawing.modelspace().add_lwpolyline([place(0, 0), place(90, 0)], dxfattribs={"layer": "GXYZ"})
    drawing.saveas(tmp_path / "图.dxf")
    found = adopt([tmp_path / "图.dxf"], tmp_path / "out", crs="EPSG:4546")
    assert {p.role: p.rows for p in found} == {"": 1, "buildings": 1}
    text = (tmp_path / "out" / "area.toml").read_text(encoding="utf-8")
    assert 'write [files.pipes] with layer = "GXYZ" and values = { kind = "heat_primary|heat_secondary|' in text


def stored(*lines):
    """Write lines as the outline that a program stores with its objects for others to show."""
    parts = [struct.pack("<L", len(line)) + b"".join(struct.pack("<3d", x, y, 0) for x, y in line) for line in lines]
    chunks = b"".join(struct.pack("<2L", len(part) + 8, 6) + part for part in parts)
    raw = struct.pack("<2L", len(chunks) + 8, len(parts)) + chunks
    hexes = "".join(f"310\n{raw[i : i + 100].hex().upper()}\n" for i in range(0, len(raw), 100))
    return WILD.replace("100\nTDbWall", f"160\n{len(raw)}\n{hexes}100\nTDbWall")


def test_objects_with_a_stored_outline_are_read(folder, drawing, monkeypatch):
    faces = [[place(0, y), place(60, y)] for y in (30, 30.24)]
    monkeypatch.setitem(globals(), "WILD", stored(*faces))
    with_object(folder, drawing)
    walls = read_area(folder).walls
    assert walls.length_m.to_list() == pytest.approx([60])
    assert walls.thickness_m.to_list() == pytest.approx([0.24])


@pytest.mark.long
def test_an_insert_whose_block_is_missing_is_warned_of(folder, drawing):
    wall(drawing, place(0, 50), place(100, 50))
    drawing.modelspace().add_blockref("外部参照", place(0, 0), dxfattribs={"layer": "围墙"})
    (lost,) = reasons(read(folder, drawing, "walls"), "lost")
    assert "1 entities that the drawing only names are lost" in lost
    assert check_area(folder).set_index("rule").severity["lost"] == "warning"


def test_a_drawing_that_is_cut_short_says_so(folder, drawing):
    wall(drawing, place(0, 50), place(100, 50))
    read(folder, drawing, "walls")
    raw = (folder / "图.dxf").read_bytes()
    (folder / "图.dxf").write_bytes(raw[: raw.rindex(b"ENDSEC") + 7])
    assert len(reasons(read_area(folder), "cut short")) == 1
    (folder / "图.dxf").write_bytes(raw[: raw.rindex(b"LWPOLYLINE")])
    with pytest.raises(InputError, match="is cut short: it ends without EOF"):
        read_area(folder)
