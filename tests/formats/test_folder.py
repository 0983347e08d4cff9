"""An area survives its files: what is written reads back; a write that fails leaves what was there."""

import contextlib
import json
import shutil
import sqlite3
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from conftest import EXAMPLE, ORIGIN, examples, make_area
from hypothesis import given, settings
from hypothesis import strategies as st

from spatialreno import check_area, new_area, read_area, write_area
from spatialreno.errors import InputError
from spatialreno.files import write_gpkg, written_rows
from spatialreno.formats.areas import folder as folder_module

C1 = {"id": "C1", "name": "一院", "households": 40, "geometry": shapely.box(0, 0, 100, 100)}
B1 = {"id": "B1", "name": "1号楼", "residents": 90, "heated": False, "geometry": shapely.box(10, 10, 30, 20)}
WALLS = [
    {"id": "W1", "height_m": 2.25, "geometry": shapely.LineString([(0, 0), (33.3333333, 0), (100, 0)])},
    {"id": "W2", "inferred": True, "estimated": "height_m", "geometry": shapely.LineString([(0, 0), (0, 100)])},
]
TABLES = {
    "parties": [{"id": "P1", "name": '机械厂, "老"\n家属院'}],
    "rights": [{"feature_id": "W1", "party_id": "P1", "right": "ownership", "share": 1 / 3}],
    "ballots": [{"voter": "P1", "matter": "拆墙", "choice": "同意", "area_m2": 61.7}],
}


@pytest.fixture(scope="module")
def area():
    return make_area("yard", compounds=[C1], buildings=[B1], walls=WALLS, **TABLES)


def contents(folder):
    """All files below a folder, with their bytes."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


@pytest.mark.long
def test_a_geopackage_keeps_every_bit(area, tmp_path):
    back = read_area(write_area(area, tmp_path / "yard.gpkg"))
    assert back == area
    assert (back.name, back.title, back.crs) == (area.name, area.title, area.crs)
    assert back.walls.geometry["W1"].equals_exact(area.walls.geometry["W1"], 0)


def test_a_folder_keeps_every_cell_and_a_tenth_of_a_millimetre(area, tmp_path):
    back = read_area(write_area(area, tmp_path / "yard"))
    for name, layer in area.catalog.layers.items():
        before, after = area.layer(name), back.layer(name)
        assert before.index.equals(after.index), name
        if not layer.is_table and len(before):
            assert before.geometry.hausdorff_distance(after.geometry).max() < 1e-4, name
        for column in layer.of_status("required", "optional"):
            if column != "id":
                assert before[column].equals(after[column]), (name, column)


@given(
    st.lists(
        st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000)).map(lambda p: (round(p[0], 6), round(p[1], 6))),
        min_size=2,
        max_size=6,
        unique=True,
    ),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).filter(str.strip),
)
@settings(max_examples=examples(8), deadline=None)
def test_a_second_write_has_the_same_bytes(points, name):
    tree = [{"id": f"T{n}", "geometry": shapely.Point(p)} for n, p in enumerate(points)]
    area = make_area(compounds=[C1 | {"name": name}], buildings=[B1], trees=tree)
    with tempfile.TemporaryDirectory() as folder:
        first = write_area(area, Path(folder) / "a")
        second = write_area(read_area(first), Path(folder) / "b")
        assert contents(first) == contents(second)
        back = read_area(first)
    assert back.trees.distance(area.trees.geometry).max() < 1e-4
    assert back.compounds.name["C1"] == name.strip()


@pytest.mark.parametrize("name", ["a", "a.gpkg"])
def test_the_same_area_writes_the_same_bytes(area, tmp_path, name):
    for place in ("one", "two"):
        write_area(area, tmp_path / place / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@pytest.mark.long
def test_the_shipped_example_is_written_as_it_lies(example, tmp_path):
    back = read_area(write_area(example, tmp_path / "x"))
    assert list(back.walls.index) == list(example.walls.index)
    assert contents(write_area(back, tmp_path / "y")) == contents(tmp_path / "x")
    assert dict(back.meta) == dict(example.meta)


def test_what_was_split_is_not_split_again(tmp_path):
    row = [C1, {"id": "C2", "name": "b", "geometry": shapely.box(0, -50, 40, 0)}]
    wall = {"id": "W1", "geometry": shapely.LineString([(0, 0), (100, 0)])}
    area = make_area(compounds=row, buildings=[B1], walls=[wall])
    back = read_area(write_area(area, tmp_path / "yard"))
    assert list(back.walls.index) == ["W1/1", "W1/2"]
    assert not (back.report.rule == "split").any()


def test_geojson_is_in_degrees_and_derived_columns_stay_out(area, tmp_path):
    written = json.loads((write_area(area, tmp_path / "yard") / "walls.geojson").read_text(encoding="utf-8"))
    lon, lat = written["features"][0]["geometry"]["coordinates"][0]
    assert (round(lon, 1), round(lat, 1)) == (112.4, 34.7)
    assert "crs" not in written
    assert not {"compound_a", "length_m"} & set(written["features"][0]["properties"])


def test_tables_open_in_a_spreadsheet(area, tmp_path):
    raw = (write_area(area, tmp_path / "yard") / "parties.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")


def test_a_table_in_gb18030_is_read(area, tmp_path):
    path = write_area(area, tmp_path / "yard")
    (path / "parties.csv").write_bytes("编号,权利人\r\nP1,机械厂\r\n\r\n".encode("gb18030"))
    assert read_area(path).parties.name["P1"] == "机械厂"


@pytest.mark.long
def test_marks_survive_and_are_visible_in_check(area, tmp_path):
    for path in (write_area(area, tmp_path / "yard"), write_area(area, tmp_path / "yard.gpkg")):
        back = read_area(path)
        assert back.walls.inferred.to_list() == [False, True]
        assert back.walls.estimated["W2"] == "height_m"
        found = check_area(path)
        assert set(found.severity) == {"note"}
        assert found[["layer", "rule", "ids"]].to_numpy().tolist() == [
            ["buildings", "estimated", "B1"],  # the compound's households, spread over its home
            ["walls", "estimated", "W2"],
            ["walls", "inferred", "W2"],
        ]


def test_the_example_passes_its_check():
    assert "error" not in set(check_area(EXAMPLE).severity)


def test_files_may_have_other_names_and_keep_them(area, tmp_path):
    path = write_area(area, tmp_path / "yard")
    (path / "walls.geojson").rename(path / "围墙.geojson")
    toml = path / "area.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + '\n[files]\nwalls = "围墙.geojson"\n', encoding="utf-8")
    assert len(read_area(path).walls) == 2
    before = contents(path)
    write_area(read_area(path), path)
    after = contents(path)
    assert b"walls.geojson" in before.pop("manifest.json")
    assert "围墙.geojson".encode() in after.pop("manifest.json")
    assert after == before


def test_writing_over_an_area_leaves_no_layer_of_the_old_one(area, tmp_path):
    path = write_area(area, tmp_path / "yard")
    (path / "plan.py").write_text("own work", encoding="utf-8")
    write_area(make_area("bare", compounds=[C1], buildings=[B1]), path)
    assert set(contents(path)) == {"area.toml", "buildings.geojson", "compounds.geojson", "manifest.json", "plan.py"}
    assert not len(read_area(path).walls)


def fails_at(monkeypatch, name, number):
    """Let the n-th call of a writer of single files fail."""
    writer, calls = getattr(folder_module, name), []

    def failing(frame, path):
        calls.append(path)
        if len(calls) == number:
            path.write_text("half", encoding="utf-8")
            raise OSError(28, "No space left on device")
        return writer(frame, path)

    monkeypatch.setattr(folder_module, name, failing)


@pytest.mark.parametrize(
    ("name", "number"), [("write_geojson", 1), ("write_geojson", 3), ("write_table", 2), ("write_gpkg", 1)]
)
@pytest.mark.long
def test_a_write_that_fails_leaves_the_old_area(area, tmp_path, monkeypatch, name, number):
    path = tmp_path / ("old.gpkg" if name == "write_gpkg" else "old")
    write_area(make_area("old", compounds=[C1], buildings=[B1]), path)
    before = contents(tmp_path)
    fails_at(monkeypatch, name, number)
    with pytest.raises(InputError, match=r"old.*No space left on device"):
        write_area(area, path)
    assert contents(tmp_path) == before
    assert read_area(path).name == "old"


@pytest.mark.parametrize("number", [1, 3, 6])
def test_a_swap_that_fails_half_way_is_undone(area, tmp_path, monkeypatch, number):
    path = write_area(
        make_area("old", compounds=[C1], buildings=[B1], trees=[{"id": "T", "geometry": C1["geometry"].centroid}]),
        tmp_path / "old",
    )
    before, replace, calls = contents(path), Path.replace, []

    def failing(self, target):
        calls.append(target)
        if len(calls) == number:
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(InputError, match="Permission denied"):
        write_area(area, path)
    assert contents(path) == before


def test_a_first_write_that_fails_leaves_nothing(area, tmp_path, monkeypatch):
    fails_at(monkeypatch, "write_geojson", 2)
    with pytest.raises(InputError):
        write_area(area, tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_a_geopackage_driver_that_fails_is_told_plainly(area, tmp_path, monkeypatch):
    def failing(*_, **__):
        raise pyogrio.errors.DataSourceError("disk is full")

    monkeypatch.setattr(pyogrio, "write_dataframe", failing)
    with pytest.raises(InputError, match=r"a\.gpkg: cannot be written \(disk is full\)"):
        write_area(area, tmp_path / "a.gpkg")
    assert not list(tmp_path.iterdir())


def test_a_place_that_may_not_be_written_is_told(area, tmp_path, monkeypatch):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkdtemp", denied)
    with pytest.raises(InputError, match=r"Permission denied.*you may write to"):
        write_area(area, tmp_path / "a")


def test_a_file_where_the_folder_should_be_stays(area, tmp_path):
    (tmp_path / "yard").write_text("a letter", encoding="utf-8")
    with pytest.raises(InputError, match="yard: cannot be written"):
        write_area(area, tmp_path / "yard")
    assert contents(tmp_path) == {"yard": b"a letter"}


def test_a_link_is_replaced_not_written_through(area, tmp_path):
    other = tmp_path / "other.geojson"
    other.write_text("someone's", encoding="utf-8")
    path = write_area(area, tmp_path / "yard")
    (path / "walls.geojson").unlink()
    (path / "walls.geojson").symlink_to(other)
    write_area(area, path)
    assert other.read_text(encoding="utf-8") == "someone's"
    assert len(read_area(path).walls) == 2


def test_a_new_area_waits_for_its_layers(tmp_path):
    path = new_area(tmp_path / "mine", name="mine", title="我的")
    found = check_area(path)
    assert found[["severity", "layer", "rule", "file"]].to_numpy().tolist() == [
        ["error", "buildings", "empty layer", "buildings.geojson"],
        ["error", "compounds", "empty layer", "compounds.geojson"],
    ]
    with pytest.raises(InputError, match="not empty"):
        new_area(path, name="again")


def test_a_new_area_needs_a_folder(tmp_path):
    (tmp_path / "mine").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="mine: cannot be made"):
        new_area(tmp_path / "mine", name="mine")
    with pytest.raises(InputError, match="not in metres"):
        new_area(tmp_path / "yours", name="yours", crs="EPSG:4326")
    assert not (tmp_path / "yours").exists()


def test_old_geojson_may_declare_its_system(area, tmp_path):
    path = write_area(area, tmp_path / "yard")
    x, y = ORIGIN
    feature = {
        "type": "Feature",
        "id": "T1",
        "properties": None,
        "geometry": {"type": "Point", "coordinates": [x + 5, y + 5]},
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
    (path / "trees.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}), encoding="utf-8"
    )
    tree = read_area(path).trees.geometry["T1"]
    assert (tree.x - x, tree.y - y) == pytest.approx((5, 5), abs=1e-4)


def test_qgis_own_tables_in_a_geopackage_are_no_layers(area, tmp_path):
    path = write_area(area, tmp_path / "yard.gpkg")
    pyogrio.write_dataframe(area.parties.reset_index(), path, layer="layer_styles", driver="GPKG", append=True)
    assert read_area(path) == area
    shutil.copy(path, tmp_path / "YARD.GPKG")
    shutil.copy(tmp_path / "yard.toml", tmp_path / "YARD.toml")
    assert read_area(tmp_path / "YARD.GPKG") == area


def test_a_geopackage_of_many_layers_is_the_same_as_one_written_layer_by_layer(tmp_path, monkeypatch):
    """Rows of small layers of one form are written as one table and shared out: each layer is as GDAL writes it."""
    shapes = shapely.points([(k, k) for k in range(6)])
    whole = gpd.GeoDataFrame({"n": range(6), "word": list("甲乙丙丁戊己")}, geometry=shapes, crs="EPSG:4546")
    frames = {f"layer {k}·号": whole.iloc[: k % 6 + 1] for k in range(20)} | {"table": pd.DataFrame({"a": ["x"]})}
    frames |= {"odd's": whole, "lines": whole.set_geometry(whole.buffer(1).boundary), "table2": frames["table"]}
    frames |= {"nowhere": whole.assign(geometry=gpd.GeoSeries([None] * 6, crs=whole.crs)), "last": whole.tail(2)}
    write_gpkg(frames, tmp_path / "many.gpkg")
    monkeypatch.setattr(written_rows, "_form", lambda _: None)
    write_gpkg(frames, tmp_path / "once.gpkg")

    def told(file):
        with contextlib.closing(sqlite3.connect(file)) as base:
            made = sorted(base.execute("SELECT name, type, sql FROM sqlite_master"))
            tables = [name for name, kind, _ in made if kind == "table"]
            return made, {name: sorted(base.execute(f'SELECT * FROM "{name}"'), key=repr) for name in tables}

    assert told(tmp_path / "many.gpkg") == told(tmp_path / "once.gpkg")
    listed = [str(name) for name, _ in pyogrio.list_layers(tmp_path / "many.gpkg")]
    tables = ["table", "table2"]  # GDAL lists what has no shapes last
    assert listed == [name for name in frames if name not in tables] + tables
    assert len(pyogrio.read_dataframe(tmp_path / "many.gpkg", layer="layer 5·号", bbox=(2, 2, 3, 3))) == 2
    write_gpkg({"layer 7·号": whole.tail(1), "more": whole.tail(1)}, tmp_path / "more.gpkg")
    write_gpkg({"joined": whole, "too": whole.head(1)}, tmp_path / "more.gpkg")
    assert list(pyogrio.list_layers(tmp_path / "more.gpkg")[:, 0]) == ["layer 7·号", "more", "joined", "too"]


def test_a_layer_of_many_rows_has_a_spatial_index_and_a_small_one_has_none(tmp_path):
    shapes = shapely.points([(k, k) for k in range(1000)])
    many = gpd.GeoDataFrame({"n": range(1000)}, geometry=shapes, crs="EPSG:4546")
    write_gpkg({"many": many, "few": many.head(999)}, tmp_path / "both.gpkg")
    fast = {n: pyogrio.read_info(tmp_path / "both.gpkg", layer=n)["capabilities"]["fast_spatial_filter"]
            for n in ("many", "few")}  # fmt: skip
    assert fast == {"many": True, "few": False}
