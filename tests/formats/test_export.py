"""Out and in again: an area in every format reads back as it was, Chinese text and all."""

import dataclasses
import json
from pathlib import Path

import ezdxf
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from conftest import EXAMPLE, make_area
from typer.testing import CliRunner

import spatialreno as sr
from spatialreno.cli.app import app
from spatialreno.errors import InputError
from spatialreno.formats.areas.export import FORMS

LONG = "经鉴定为未办理规划许可的临时搭建，" * 12
YARD = shapely.Polygon(
    [(0, 0), (100, 0), (100, 100 / 3), (100, 100), (0, 100)], [[(70, 70), (70, 80), (80, 80), (80, 70)]]
)
AREA = make_area(
    "西工地",
    compounds=[{"id": "C1", "name": "西工地一院“甲”", "households": 48, "heated": True, "geometry": YARD}],
    buildings=[
        {"id": "B1", "name": "1号楼", "storeys": 6, "residents": 90, "height_m": 100 / 7,
         "geometry": shapely.box(10, 10, 30, 20.123456789)},
        {"id": "B2", "name": "=2+3|'%%u\\P^J", "heated": False, "geometry": shapely.box(40, 10, 60, 20)},
    ],
    walls=[
        {"id": "W1", "thickness_m": 0.37, "geometry": shapely.LineString([(0, 0), (100, 0)])},
        {"id": "W2", "kind": "fence", "geometry": shapely.LineString([(10, 0.3), (90, 0.3)])},
        {"id": "W3", "geometry": shapely.LineString([(5, 50), (9, 50), (9, 54), (5, 54), (5, 50)])},
    ],
    structures=[{"id": "V1", "legality": "illegal", "document": LONG[:80], "geometry": shapely.box(60, 60, 64, 66)}],
    facilities=[
        {"id": "F1", "kind": "pharmacy", "geometry": shapely.Point(50.1, 50.7)},
        {"id": "F2", "kind": "kindergarten", "geometry": shapely.box(80, 20, 95, 30)},
    ],
    parties=[{"id": "P1", "name": "王淑芬", "kind": "household"}],
    rights=[{"party_id": "P1", "feature_id": "B1", "right": "ownership", "share": 1 / 3}],
)  # fmt: skip
EXACT = {"gpkg", "parquet", "fgb", "csv"}
METRES = {"gpkg": 0, "parquet": 0, "fgb": 0, "csv": 0, "shp": 0, "dxf": 1e-9, "gdb": 1e-6, "kml": 1e-6, "geojson": 1e-4}


def assert_same(read, area, metres):
    assert (read.name, read.title, dict(read.meta), read.crs) == (area.name, area.title, dict(area.meta), area.crs)
    for name in area.catalog.layers:
        ours, theirs = area.layer(name), read.layer(name)
        cells = [c for c in ours.columns if c != "geometry"]
        pd.testing.assert_frame_equal(
            pd.DataFrame(theirs[cells]), pd.DataFrame(ours[cells]), rtol=1e-5 if metres else 1e-14, atol=1e-14
        )
        if "geometry" in ours.columns and len(ours):
            a, b = (f.geometry.to_numpy() for f in (ours, theirs))
            assert (shapely.get_num_coordinates(a) == shapely.get_num_coordinates(b)).all()
            assert (shapely.get_type_id(a) == shapely.get_type_id(b)).all()
            assert shapely.hausdorff_distance(a, b).max() <= metres, name


@pytest.mark.spread(5)
@pytest.mark.parametrize("form", sorted(FORMS))
def test_out_and_in_again(form, tmp_path):
    read = sr.read_area(sr.export_area(AREA, tmp_path / form, form))
    assert_same(read, AREA, METRES[form])
    assert not set(sr.check_area(tmp_path / form).severity) & {"error"}
    assert (read.fingerprint == AREA.fingerprint) == (form in EXACT)


def test_every_format_is_promised_a_precision():
    assert set(METRES) == set(FORMS)


@pytest.mark.spread(1)
@pytest.mark.parametrize("form", ["dxf", "gdb", "kml", "shp"])
def test_the_example_in_every_format(form, tmp_path, example):
    assert_same(sr.read_area(sr.export_area(example, tmp_path / form, form)), example, METRES[form])


@pytest.mark.spread(4)
@pytest.mark.parametrize("form", sorted(set(FORMS) - {"gdb"}))
def test_the_same_area_gives_the_same_bytes(form, tmp_path):
    one, two = (sr.export_area(AREA, tmp_path / str(n), form) for n in (1, 2))
    assert {f.name: f.read_bytes() for f in one.iterdir()} == {f.name: f.read_bytes() for f in two.iterdir()}


def test_a_shapefile_in_gbk(tmp_path):
    folder = sr.export_area(AREA, tmp_path / "shp", "shp", encoding="GBK")
    assert "西工地一院".encode("gbk") in (folder / "compounds.dbf").read_bytes()
    assert pyogrio.read_dataframe(folder / "compounds.shp").name[0] == "西工地一院“甲”"
    assert_same(sr.read_area(folder), AREA, 0)
    for file in folder.glob("*.cpg"):
        file.unlink()
    (folder / "manifest.json").unlink()
    assert_same(sr.read_area(folder), AREA, 0)


@pytest.mark.parametrize(
    ("name", "told"), [(LONG, "name is longer than 254 bytes"), ("㐀院🏠", "cannot be written in GBK")]
)
def test_text_that_a_shapefile_would_lose_is_refused(name, told, tmp_path):
    area = make_area("yard", compounds=[{"id": "C1", "name": name, "geometry": YARD}])
    with pytest.raises(InputError, match=told) as caught:
        sr.export_area(area, tmp_path / "shp", "shp", encoding="GBK")
    assert "C1" in str(caught.value)
    assert not (tmp_path / "shp").exists()


def test_a_drawing_has_a_layer_for_each_of_ours(tmp_path):
    folder = sr.export_area(AREA, tmp_path / "dxf", "dxf")
    drawing = ezdxf.readfile(folder / "西工地.dxf")
    assert drawing.units == 6
    kinds = {(e.dxf.layer, e.dxftype()) for e in drawing.modelspace()}
    assert {("compounds", "HATCH"), ("walls", "LWPOLYLINE"), ("facilities", "POINT")} <= kinds
    assert not drawing.audit().has_errors


def test_damaged_cells_in_a_drawing_are_refused(tmp_path):
    folder = sr.export_area(AREA, tmp_path / "dxf", "dxf")
    drawing = ezdxf.readfile(folder / "西工地.dxf")
    entity = next(e for e in drawing.modelspace() if e.dxf.layer == "walls")
    for text in ("[1", '{"id": {"a": 1}}', "[" * 5000):
        entity.set_xdata("SPATIALRENO", [(1000, text[at : at + 250]) for at in range(0, len(text), 250)])
        drawing.saveas(folder / "西工地.dxf")
        with pytest.raises(InputError, match=f"西工地.dxf.*on entity {entity.dxf.handle} are damaged"):
            sr.read_area(folder)


def test_only_an_earlier_export_is_replaced(tmp_path):
    folder = sr.export_area(AREA, tmp_path / "out", "gdb")
    sr.export_area(AREA, folder, "shp")
    assert not [f.name for f in folder.iterdir() if f.suffix == ".gdb" and any(f.iterdir())]
    assert_same(sr.read_area(folder), AREA, 0)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds other files \(notes.txt\)"):
        sr.export_area(AREA, folder, "fgb")
    with pytest.raises(InputError, match="holds other files"):
        sr.export_area(AREA, EXAMPLE, "fgb")


@pytest.mark.parametrize(("form", "encoding"), [("tab", "UTF-8"), ("shp", "Big5")])
def test_no_such_format(form, encoding, tmp_path):
    with pytest.raises(InputError, match=r"Formats: gpkg|Give UTF-8 or GBK"):
        sr.export_area(AREA, tmp_path / "out", form, encoding=encoding)


def test_wkt_that_is_no_shape_is_refused(tmp_path):
    folder = sr.export_area(AREA, tmp_path / "csv", "csv")
    text = (folder / "walls.csv").read_text(encoding="utf-8-sig")
    for wkt in ("LINESTRING (0 0, one 1)", "GEOMETRYCOLLECTION (" * 200_000):
        (folder / "walls.csv").write_text(text + f'W9,"{wkt}"\n', encoding="utf-8")
        with pytest.raises(InputError, match=r"walls\.csv"):
            sr.read_area(folder)


def test_the_command(tmp_path):
    done = CliRunner().invoke(
        app, ["export", str(EXAMPLE), "-o", str(tmp_path / "out"), "--format", "shp", "--encoding", "GBK"]
    )
    assert done.exit_code == 0, done.output
    assert set(json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))) >= {
        "area.toml",
        "walls.shp",
    }
    assert np.isclose(
        sr.read_area(Path(tmp_path / "out")).walls.length_m.sum(), sr.read_area(EXAMPLE).walls.length_m.sum()
    )


@pytest.mark.parametrize("name", ["../../evil", "a/b", "x" * 300, "", ".", "con:", "/evil"])
@pytest.mark.parametrize("form", ["gpkg", "dxf"])
def test_the_name_of_an_area_leads_nowhere(name, form, tmp_path):
    folder = sr.export_area(dataclasses.replace(AREA, name=name), tmp_path / "in" / "out", form)
    assert sorted(f.name for f in folder.iterdir() if f.suffix != ".csv") == sorted(
        [f"area.{form}", "area.toml", "manifest.json"]
    )
    assert [f.name for f in tmp_path.iterdir()] == ["in"]
    assert [f.name for f in (tmp_path / "in").iterdir()] == ["out"]
