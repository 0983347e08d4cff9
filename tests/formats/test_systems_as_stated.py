"""Coordinate systems as offices have them: local, compound, of an old datum, with a zone number too many or missing."""

import json

import geopandas as gpd
import pyogrio
import pytest
import shapely
from conftest import ORIGIN
from pyproj import CRS

from spatialreno import check_area, read_area
from spatialreno.errors import InputError

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
LOCAL = 'LOCAL_CS["洛阳城市坐标系",UNIT["Meter",1.0]]'


def homes(crs=4546, x=X, y=Y):
    shapes = [shapely.box(x + i, y + 10, x + i + 30, y + 22) for i in (5, 50)]
    return gpd.GeoDataFrame({"id": ["B1", "B2"], "residents": [9, 9]}, geometry=shapes, crs=crs)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    yard = gpd.GeoDataFrame({"id": ["C1"], "name": ["一院"]}, geometry=[shapely.box(X, Y, X + 100, Y + 100)], crs=4546)
    yard.to_parquet(path / "compounds.parquet")
    return path


def stated(folder, file, **keys):
    said = "".join(f"{k} = {json.dumps(v)}\n" for k, v in keys.items())
    (folder / "area.toml").write_text(HEAD + f'[files.buildings]\nfile = "{file}"\n{said}', encoding="utf-8")
    return folder


def shapefile(folder, prj, encoding="utf-8"):
    pyogrio.write_dataframe(homes(), folder / "b.shp", driver="ESRI Shapefile")
    (folder / "b.prj").write_bytes(prj.encode(encoding))


def assert_home(folder):
    area = read_area(folder)
    away = shapely.hausdorff_distance(area.buildings.geometry.to_numpy(), homes().geometry.to_numpy())
    assert away.max() < 0.001
    return area


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.long
def test_a_local_system_says_nothing_of_the_place(folder, encoding):
    shapefile(folder, LOCAL, encoding)
    with pytest.raises(InputError, match=r"b.shp: buildings: has no coordinate system. State it"):
        read_area(stated(folder, "b.shp"))
    area = assert_home(stated(folder, "b.shp", crs="EPSG:4546"))
    assert area.report.reason.str.contains("洛阳城市坐标系 is a local system, which says nothing of the place").any()


@pytest.mark.parametrize("code", ["EPSG:4546+5737", "EPSG:4546"])
def test_heights_do_not_make_another_system(folder, code):
    shapefile(folder, CRS.from_user_input(code).to_wkt("WKT1_ESRI" if "+" not in code else "WKT1_GDAL"))
    assert_home(stated(folder, "b.shp", crs="EPSG:4546"))
    assert_home(stated(folder, "b.shp"))


def test_systems_that_contradict_are_named_in_short(folder):
    shapefile(folder, CRS.from_epsg(4547).to_wkt("WKT1_ESRI"))
    with pytest.raises(InputError) as caught:
        read_area(stated(folder, "b.shp", crs="EPSG:4546"))
    assert "declares EPSG:4547, but area.toml says EPSG:4546" in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("code", [2434, 4214, 4610, 2383])
@pytest.mark.long
def test_an_old_datum_is_refused_until_its_shift_is_stated(folder, code):
    old = CRS.from_epsg(code)
    lonlat = homes().to_crs(4490).set_crs(old.geodetic_crs, allow_override=True)  # the same degrees on the old datum
    lonlat.to_crs(old).to_parquet(folder / "b.parquet")
    with pytest.raises(InputError) as caught:
        read_area(stated(folder, "b.parquet"))
    assert f"is in EPSG:{code}, on the datum {old.geodetic_crs.name}" in str(caught.value)
    assert "datum_shift = [east, north]" in str(caught.value)
    area = read_area(stated(folder, "b.parquet", datum_shift=[0, 0]))
    assert shapely.hausdorff_distance(area.buildings.geometry.to_numpy(), homes().geometry.to_numpy()).max() < 0.01
    moved = read_area(stated(folder, "b.parquet", datum_shift=[3, -4]))
    away = moved.buildings.geometry.centroid.distance(area.buildings.geometry.centroid)
    assert away.to_list() == pytest.approx([5, 5], abs=0.01)
    found = check_area(folder)
    assert found[found.rule == "datum"].severity.to_list() == ["warning"]


@pytest.mark.parametrize("code", [4326, 4490, 32649, 4547, 3857])
def test_systems_of_satellites_agree(folder, code):
    homes().to_crs(code).to_parquet(folder / "b.parquet")
    assert_home(stated(folder, "b.parquet"))


@pytest.mark.parametrize(
    ("code", "x", "told"),
    [
        (4525, X, "State the system without zone numbers, such as EPSG:4546"),
        (4546, X + 37e6, "begins with a zone number (37). State the system with zone numbers"),
        (4525, X + 38e6, "begins with zone 38, those of this system with 37. State the system of zone 38"),
        (4525, X + 5e9, "no usual slip explains them"),
    ],
)  # fmt: skip
def test_zone_numbers_too_many_missing_or_other(folder, code, x, told):
    homes(code, x).to_parquet(folder / "b.parquet")
    with pytest.raises(InputError) as caught:
        read_area(stated(folder, "b.parquet"))
    assert told in str(caught.value)


def geojson(folder, crs="absent", frame=None):
    frame = homes() if frame is None else frame
    document = json.loads(frame.to_json(drop_id=True))
    document.pop("crs", None)
    document |= {} if crs == "absent" else {"crs": crs}
    (folder / "b.geojson").write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("crs", ["absent", None])
def test_metres_that_declare_nothing_are_where_area_toml_says(folder, crs):
    geojson(folder, crs)
    area = assert_home(stated(folder, "b.geojson", crs="EPSG:4546"))
    assert (
        "declares no coordinate system; EPSG:4546 as area.toml says"
        in area.report[area.report.rule == "stated crs"].reason.iloc[0]
    )
    with pytest.raises(InputError, match="no longitude and latitude"):
        read_area(stated(folder, "b.geojson"))


def test_degrees_that_declare_nothing_may_be_of_any_datum_but_no_metres(folder):
    geojson(folder, frame=homes().to_crs(4490))
    assert_home(stated(folder, "b.geojson", crs="EPSG:4490"))
    with pytest.raises(
        InputError, match=r"declares no coordinate system and holds degrees, but area\.toml says EPSG:4546"
    ):
        read_area(stated(folder, "b.geojson", crs="EPSG:4546"))


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "EPSG", "properties": {"code": 4546}},
        {"type": "name", "properties": {"name": "EPSG:4546"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}},
    ],
)
def test_old_ways_to_declare_a_system_are_read(folder, crs):
    geojson(folder, crs)
    assert_home(stated(folder, "b.geojson"))


def test_metres_near_nought_are_not_taken_for_degrees(folder):
    homes(4546, 0, 0).to_parquet(folder / "b.parquet")
    with pytest.raises(InputError) as caught:
        read_area(stated(folder, "b.parquet"))
    assert "look like degrees" not in str(caught.value)
