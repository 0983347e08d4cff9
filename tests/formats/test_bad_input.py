"""Bad input: one InputError that names file, layer and rows with the mend; nothing else, nothing passed over."""

import json
import sqlite3
from pathlib import Path

import pyogrio
import pytest
import shapely
from conftest import frame, make_area

from spatialreno import check_area, read_area, write_area
from spatialreno.errors import InputError

C1 = {"id": "C1", "name": "一院", "geometry": shapely.box(0, 0, 100, 100)}
B1 = {"id": "B1", "residents": 90, "geometry": shapely.box(10, 10, 30, 20)}
WALLS = [{"id": f"W{n}", "geometry": shapely.LineString([(0, n), (100, n)])} for n in range(1, 4)]
PARTY = {"id": "P1", "name": "机械厂"}
RIGHT = {"feature_id": "W1", "party_id": "P1", "right": "ownership"}


@pytest.fixture(scope="module")
def sound():
    return make_area("yard", compounds=[C1], buildings=[B1], walls=WALLS, parties=[PARTY], rights=[RIGHT])


@pytest.fixture
def folder(sound, tmp_path):
    path = write_area(sound, tmp_path / "yard")
    (path / "manifest.json").unlink()  # files as others make them
    return path


def refusal(path):
    """Read and return the refusal; ``check_area`` must tell of it too."""
    with pytest.raises(InputError) as caught:
        read_area(path)
    assert "error" in set(check_area(path).severity)
    return str(caught.value)


def edit(path, change):
    """Change the features of one GeoJSON file."""
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def edit_row(path, number=0, geometry=None, **cells):
    """Change cells or the geometry of one row."""

    def change(document):
        feature = document["features"][number]
        feature["properties"] |= cells
        feature["geometry"] |= geometry or {}

    edit(path, change)


def toml(folder, text):
    (folder / "area.toml").write_text(text, encoding="utf-8")


HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'


# ------------------------------------------------------------------ the folder and its area.toml


def test_no_folder(tmp_path):
    assert "nowhere: no such folder" in refusal(tmp_path / "nowhere")


def test_a_file_that_is_no_folder(folder):
    with pytest.raises(InputError, match="no such folder"):
        read_area(folder / "area.toml")
    assert check_area(folder / "area.toml").equals(check_area(folder))


def test_no_area_toml(folder):
    (folder / "area.toml").unlink()
    assert "area.toml: not found. Write one with name, title and crs" in refusal(folder)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('name = "yard"\ncrs = "EPSG:45', "is not whole TOML"),
        ("", "name: Field required"),
        ('name = "yard"', "crs: Field required"),
        (HEAD + 'colour = "red"', "colour: Extra inputs are not permitted"),
        (HEAD + "date = 2025-03-01", "date: Input should be a valid string"),
        ('name = "yard"\ncrs = "EPSG:4326"', "crs: EPSG:4326 is not in metres"),
        ('name = "yard"\ncrs = "EPSG:99999999"', "is no coordinate system"),
        (HEAD + '[files]\nfences = "f.geojson"', "files: no such layer (fences)"),
        (HEAD + '[files]\nwalls = "w.geojson"', "w.geojson: not found, though area.toml names it for walls"),
    ],
)
def test_an_area_toml_that_does_not_do(folder, text, told):
    toml(folder, text)
    assert "area.toml" in refusal(folder)
    assert told in refusal(folder)


def test_an_area_toml_in_another_script(folder):
    (folder / "area.toml").write_bytes('name = "涧西"'.encode("gb18030"))
    assert "area.toml: is not UTF-8 text" in refusal(folder)


@pytest.mark.parametrize("file", ["../out.geojson", "/etc/hosts", "a/../../out.geojson", "a\\u0000b", "x" * 300])
def test_a_path_that_leads_nowhere_good(folder, file):
    (folder.parent / "out.geojson").write_bytes((folder / "walls.geojson").read_bytes())
    toml(folder, HEAD + f'[files]\nwalls = "{file}"')
    told = refusal(folder)
    assert "walls" in told
    assert "leads out of the folder" in told or "not found" in told


def test_a_link_that_leads_out(folder):
    outside = folder.parent / "out.geojson"
    (folder / "walls.geojson").rename(outside)
    (folder / "walls.geojson").symlink_to(outside)
    assert "walls.geojson leads out of the folder. Put the file into the folder" in refusal(folder)


def test_links_in_a_circle(folder):
    (folder / "walls.geojson").unlink()
    (folder / "walls.geojson").symlink_to(folder / "walls.geojson")
    assert "walls" in refusal(folder)


def test_a_link_to_nowhere_is_not_passed_over(folder):
    (folder / "walls.geojson").unlink()
    (folder / "walls.geojson").symlink_to(folder / "gone.geojson")
    assert "walls.geojson: walls: cannot be read (No such file or directory)" in refusal(folder)


def test_a_map_file_of_no_layer_is_not_passed_over(folder):
    (folder / "walls.geojson").rename(folder / "wals.geojson")
    told = refusal(folder)
    assert "wals.geojson" in told
    assert "belongs to no layer" in told
    assert "walls" in told


def test_a_table_of_no_layer_is_told(folder):
    (folder / "ledger.csv").write_text("a,b\n", encoding="utf-8")
    assert read_area(folder).report.reason.to_list() == ["not read: ledger.csv"]
    assert "not read: ledger.csv" in set(check_area(folder).message)


# ------------------------------------------------------------------ one GeoJSON file


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"type": "FeatureCollection", "features": [{"type"', "is not whole GeoJSON"),
        (b"", "is empty"),
        ('{"围墙"'.encode("gb18030"), "is not whole GeoJSON"),
        (b"[" * 100_000, "is not whole GeoJSON"),
        (b'{"type": "Topology"}', "no GeoJSON FeatureCollection"),
        (b'"walls"', "no GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection"}', "its features are no list"),
        (b'{"type": "FeatureCollection", "features": [1]}', "its features are no list"),
        (b'{"type": "FeatureCollection", "features": [], "crs": 5}', "its crs cannot be read"),
    ],
)
def test_a_file_that_only_calls_itself_geojson(folder, raw, told):
    (folder / "walls.geojson").write_bytes(raw)
    assert "walls.geojson: walls: " + told in refusal(folder).replace(" is JSON but", "")


def test_two_broken_files_are_told_at_once(folder):
    (folder / "walls.geojson").write_bytes(b"{")
    (folder / "parties.csv").write_bytes(b"")
    told = refusal(folder)
    assert "2 faults found" in told
    assert "walls.geojson: walls: is not whole GeoJSON" in told
    assert "parties.csv: parties: is empty" in told


@pytest.mark.parametrize(
    "geometry",
    [
        {"coordinates": [[112.4]]},
        {"coordinates": "here"},
        {"coordinates": [["a", "b"], ["c", "d"]]},
        {"coordinates": [[10**400, 1], [2, 3]]},
        {"coordinates": None},
        {"type": "Spline"},
    ],
)
def test_coordinates_that_are_none(folder, geometry):
    edit_row(folder / "walls.geojson", 1, geometry)
    told = refusal(folder)
    assert "walls.geojson: walls: " in told
    assert "W2" in told


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_coordinates_without_end(folder, value):
    edit_row(folder / "walls.geojson", 2, {"coordinates": [[112.43, 34.66], [value, 34.66]]})
    told = refusal(folder)
    assert "walls.geojson: walls: 1 shapes have coordinates that are missing or infinite (W3)" in told


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_compound_without_end(folder, value):
    ring = [[112.43, 34.66], [112.431, 34.66], [112.431, value], [112.43, 34.66]]
    edit_row(folder / "compounds.geojson", 0, {"coordinates": [ring]})
    told = refusal(folder)
    assert "compounds.geojson: compounds: 1 shapes have coordinates that are missing or infinite (C1)" in told


def test_an_unreadable_file(folder):
    (folder / "walls.geojson").unlink()
    (folder / "walls.geojson").mkdir()
    assert "walls.geojson: walls: is a folder. Give one file" in refusal(folder)


def test_a_file_without_rights_to_read(folder, monkeypatch):
    opened = Path.open

    def denied(self, *args, **options):
        if self.name == "walls.geojson":
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **options)

    monkeypatch.setattr(Path, "open", denied)
    assert "walls.geojson: walls: cannot be read (Permission denied). Check the path and its rights" in refusal(folder)


# ------------------------------------------------------------------ rows, each fault with its file


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"id": "W2"}, "walls.geojson: walls: ids are used more than once (W2)"),
        ({"id": None}, "walls.geojson: walls: 1 rows have no id (row 1)"),
        ({"kind": "hedgerow"}, "walls.geojson: walls: kind holds 'hedgerow', expected one of wall, fence"),
        ({"height_m": -2}, "walls.geojson: walls: height_m is -2, expected 0 or more (W1)"),
        ({"height_m": "high"}, "walls.geojson: walls: height_m holds 'high', expected float (W1)"),
        ({"height_m": [2]}, "walls.geojson: walls: height_m holds [2], expected float (W1)"),
        ({"removable": {"a": 1}}, "walls.geojson: walls: removable holds {'a': 1}, expected bool (W1)"),
    ],
)
def test_a_row_that_does_not_do(folder, cells, told):
    edit_row(folder / "walls.geojson", 0, **cells)
    assert told in refusal(folder)


def test_a_polygon_that_crosses_itself(folder):
    bow = [[112.43, 34.66], [112.431, 34.661], [112.431, 34.66], [112.43, 34.661], [112.43, 34.66]]
    edit_row(folder / "buildings.geojson", 0, {"coordinates": [bow]})
    told = refusal(folder)
    assert "buildings.geojson: buildings: 1 shapes are invalid [B1: Self-intersection" in told
    assert "Redraw the ring" in told


def test_a_point_for_a_wall(folder):
    edit_row(folder / "walls.geojson", 0, {"type": "Point", "coordinates": [112.43, 34.66]})
    assert "walls.geojson: walls: 1 rows are Point, expected LineString (W1)" in refusal(folder)


def test_a_row_without_geometry(folder):
    edit(folder / "walls.geojson", lambda d: d["features"][0].update(geometry=None))
    assert "walls.geojson: walls: 1 rows have no geometry (W1)" in refusal(folder)


@pytest.mark.parametrize("layer", ["compounds", "buildings"])
def test_a_layer_without_rows_or_without_file(folder, layer):
    edit(folder / f"{layer}.geojson", lambda d: d["features"].clear())
    assert f"{layer}.geojson: {layer}: has no rows. Give at least one row" in refusal(folder)
    (folder / f"{layer}.geojson").unlink()
    assert f"{layer}.geojson: {layer}: has no rows. Give at least one row" in refusal(folder)


def test_an_empty_layer_that_may_be_empty(folder):
    (folder / "rights.csv").unlink()
    edit(folder / "walls.geojson", lambda d: d["features"].clear())
    assert not len(read_area(folder).walls)


def test_swapped_axes(folder):
    def swap(document):
        for feature in document["features"]:
            feature["geometry"]["coordinates"] = [xy[::-1] for xy in feature["geometry"]["coordinates"]]

    edit(folder / "walls.geojson", swap)
    told = refusal(folder)
    assert "walls.geojson: walls: 3 rows are at 34.6" in told
    assert "(W1, W2, W3). Latitude and longitude are swapped" in told


def test_metres_in_a_geojson_without_crs(folder):
    edit_row(folder / "walls.geojson", 0, {"coordinates": [[631_000, 3_838_000], [631_100, 3_838_000]]})
    assert "walls.geojson: walls: 1 rows are at 631000, 3.838e+06: no longitude and latitude (W1)" in refusal(folder)


def test_the_zone_of_another_province(folder):
    toml(folder, 'name = "yard"\ncrs = "EPSG:4538"')
    told = refusal(folder)
    assert "compounds.geojson: compounds: lengths in EPSG:4538 are" in told
    assert "EPSG:4546" in told


def test_a_layer_in_another_town(folder):
    edit_row(folder / "walls.geojson", 1, {"coordinates": [[113.6, 34.7], [113.601, 34.7]]})
    assert "walls.geojson: walls: 1 rows lie up to 107 km from the compounds (W2)" in refusal(folder)


def test_faults_of_several_files_are_told_at_once(folder):
    edit_row(folder / "walls.geojson", 0, kind="hedgerow")
    edit_row(folder / "compounds.geojson", 0, name=None)
    (folder / "rights.csv").write_text("feature_id,party_id,right\nW1,P7,ownership\n", encoding="utf-8")
    told = refusal(folder)
    assert "3 faults found" in told
    for text in (
        "walls.geojson: walls: kind",
        "compounds.geojson: compounds: name is empty",
        "rights.csv: rights: party_id",
    ):
        assert text in told


def test_the_check_lists_what_the_refusal_says(folder):
    edit_row(folder / "walls.geojson", 0, kind="hedgerow", hight_m=2)
    found = check_area(folder).set_index("rule")
    assert found.loc["known words", ["severity", "layer", "ids", "file"]].to_list() == [
        "error",
        "walls",
        "W1",
        "walls.geojson",
    ]
    assert found.loc["unknown column", "severity"] == "note"
    assert "hight_m" in found.loc["unknown column", "message"]


# ------------------------------------------------------------------ tables


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "parties.csv: parties: is empty"),
        ("id,name\nP1,机械厂,家属院\n", "parties.csv: parties: 1 rows have more cells than there are columns (row 2)"),
        ("id,id\nP1,P2\n", "parties.csv: parties: two columns have one name"),
        ('id,name\nP1,"机械\n', "parties.csv: parties: does not read as CSV"),
        ("id\nP1\n", "parties.csv: parties: name is empty in all rows (P1)"),
        ("id,name\nP1,a\nP1,b\n", "parties.csv: parties: ids are used more than once (P1)"),
        ("id,name,kind\nP1,a,king\n", "parties.csv: parties: kind holds 'king'"),
    ],
)
def test_a_table_that_does_not_do(folder, text, told):
    (folder / "parties.csv").write_text(text, encoding="utf-8")
    assert told in refusal(folder)


def test_a_table_in_no_known_script(folder):
    (folder / "parties.csv").write_bytes(b"id,name\nP1,\xff\xff\n")
    assert "parties.csv: parties: is neither UTF-8 nor GB18030" in refusal(folder)


def test_a_right_given_twice(folder):
    (folder / "rights.csv").write_text("feature_id,party_id,right\n" + "W1,P1,ownership\n" * 2, encoding="utf-8")
    assert "rights.csv: rights: rows with the same feature_id, party_id, right (W1 P1 ownership)" in refusal(folder)


def test_empty_cells_at_the_end_of_rows_do_no_harm(folder):
    (folder / "parties.csv").write_text("id,name,,\nP1,甲,,\n,,,\n"[:-5] + "\n", encoding="utf-8")
    assert read_area(folder).parties.name["P1"] == "甲"


# ------------------------------------------------------------------ GeoPackage


@pytest.fixture
def package(sound, tmp_path):
    return write_area(sound, tmp_path / "yard.gpkg")


def test_no_geopackage(tmp_path):
    assert "yard.gpkg: not found" in refusal(tmp_path / "yard.gpkg")


def test_a_geopackage_without_its_toml(package):
    package.with_suffix(".toml").unlink()
    assert "yard.toml: not found" in refusal(package)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 a zip", "is a damaged archive"),
        (b'{"type": "FeatureCollection"}', "calls itself .gpkg but holds GeoJSON"),
    ],
)
def test_a_file_that_only_calls_itself_geopackage(package, raw, told):
    package.write_bytes(raw)
    assert f"yard.gpkg: {told}" in refusal(package)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_half_a_geopackage(package, share):
    raw = package.read_bytes()
    package.write_bytes(raw[: int(len(raw) * share)])
    assert "yard.gpkg" in refusal(package)


def test_a_database_that_is_no_geopackage(package):
    package.unlink()
    with sqlite3.connect(package) as base:
        base.execute("create table walls (id text)")
    base.close()
    assert "yard.gpkg" in refusal(package)


def test_a_geopackage_layer_of_no_layer(package):
    pyogrio.write_dataframe(frame(WALLS), package, layer="wals", driver="GPKG", append=True)
    assert "yard.gpkg: has layers that are not known (wals). Rename them" in refusal(package)


def test_a_geopackage_layer_without_a_system(package):
    with pytest.warns(UserWarning, match="crs"):
        pyogrio.write_dataframe(frame(WALLS, None), package, layer="walls", driver="GPKG")
    assert "yard.gpkg: walls: has no coordinate system. State it in the file" in refusal(package)


def test_a_geopackage_layer_in_another_system_is_brought_home(package, sound):
    pyogrio.write_dataframe(frame(WALLS).to_crs("EPSG:4547"), package, layer="walls", driver="GPKG")
    back = read_area(package).walls
    assert back.distance(sound.walls.geometry).max() < 1e-4
