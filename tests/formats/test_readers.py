"""Files as planners have them: every kind is read to the same rows, scripts are told apart and named."""

import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from conftest import ORIGIN

from spatialreno import check_area, read_area
from spatialreno.errors import InputError

HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
X, Y = ORIGIN


def compounds(crs="EPSG:4546"):
    rows = {"编号": ["C1", "C2"], "小区名称": ["西工地一院", "机械厂家属院"], "户数": [48, 60]}
    shapes = [shapely.box(X + i, Y, X + i + 100, Y + 100) for i in (0, 100)]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4546").to_crs(crs)


def buildings():
    rows = {"id": ["B1", "B2", "B3"], "名称": ["1号楼", "2号楼", "3号楼"], "层数": [6.0, 6.0, 3.0]}
    shapes = [shapely.box(X + x, Y + 10, X + x + 40, Y + 22) for x in (10, 55, 120)]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4546")


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yard"
    path.mkdir()
    buildings().to_crs("OGC:CRS84").to_file(path / "buildings.geojson")
    (path / "area.toml").write_text(HEAD, encoding="utf-8")
    return path


def write(path, frame, driver, **options):
    pyogrio.write_dataframe(frame, path, driver=driver, **options)
    return path


def area_toml(folder, text):
    (folder / "area.toml").write_text(HEAD + text, encoding="utf-8")


def acts(area, rule):
    return area.report[area.report.rule == rule].reason.to_list()


def assert_same(area, tolerance=0.001):
    assert area.compounds.name.to_list() == ["西工地一院", "机械厂家属院"]
    assert area.compounds.households.to_list() == [48, 60]
    wanted = compounds().geometry.to_numpy()
    off = shapely.hausdorff_distance(area.compounds.geometry.to_numpy(), wanted)
    assert off.max() <= tolerance


@pytest.mark.parametrize(
    ("file", "driver", "crs"),
    [
        ("compounds.shp", "ESRI Shapefile", "EPSG:4546"),
        ("compounds.fgb", "FlatGeobuf", "EPSG:4546"),
        ("compounds.gdb", "OpenFileGDB", "EPSG:4546"),
        ("compounds.kml", "LIBKML", "EPSG:4326"),
    ],
)
def test_a_file_called_after_its_layer_is_read(folder, file, driver, crs):
    frame = compounds(crs).rename(columns={"编号": "ID"}) if driver == "LIBKML" else compounds(crs)
    write(folder / file, frame, driver, **({"encoding": "GBK"} if file.endswith("shp") else {}))
    area = read_area(folder)
    assert_same(area)
    assert area.compounds.index.to_list() == ["C1", "C2"]


def test_geoparquet(folder):
    compounds().to_parquet(folder / "compounds.parquet")
    assert_same(read_area(folder), 1e-9)


@pytest.mark.parametrize(
    ("encoding", "cpg", "told"),
    [
        ("GBK", "GBK", "text read as GBK, as its .cpg says"),
        ("GBK", None, "text read as GBK/GB18030 (no .cpg says so)"),
        ("UTF-8", "UTF-8", "text read as UTF-8, as its .cpg says"),
        ("UTF-8", None, "text read as UTF-8 (no .cpg says so)"),
        ("GBK", "UTF-8", "text read as GBK/GB18030, not UTF-8 as its .cpg says"),
        ("UTF-8", "ISO-8859-99", "text read as UTF-8, not ISO-8859-99 as its .cpg says"),
    ],
)
def test_the_script_of_a_shapefile_is_found_and_told(folder, encoding, cpg, told):
    frame = compounds().rename(columns={"编号": "id", "小区名称": "name"})
    write(folder / "compounds.shp", frame, "ESRI Shapefile", encoding=encoding)
    (folder / "compounds.cpg").unlink(missing_ok=True)
    if cpg:
        (folder / "compounds.cpg").write_text(cpg)
    area = read_area(folder)
    assert_same(area)
    assert acts(area, "encoding") == [f"compounds.shp: {told}"]


def test_a_name_cut_in_the_middle_of_a_character_is_told(folder):
    frame = compounds().rename(columns={"编号": "id", "小区名称": "name"})
    frame.loc[0, "name"] = "小区"
    write(folder / "compounds.shp", frame, "ESRI Shapefile", encoding="GBK")
    dbf = folder / "compounds.dbf"
    raw = dbf.read_bytes()
    assert "小区".encode("gbk") in raw
    dbf.write_bytes(raw.replace("小区".encode("gbk"), "小".encode("gbk") + b"\xc7 "))
    area = read_area(folder)
    assert area.compounds.name["C1"] == "小"
    assert "text cut off in the middle of a character in 1 rows" in acts(area, "encoding")[-1]


def test_a_geopackage_of_qgis_with_its_styles(folder):
    package = folder / "survey.gpkg"
    write(package, compounds().rename_geometry("geom"), "GPKG", layer="小区")
    write(package, buildings(), "GPKG", layer="楼栋", append=True)
    style = gpd.pd.DataFrame({"f_table_name": ["小区"], "styleQML": ["<qgis/>"]})
    pyogrio.write_dataframe(style, package, layer="layer_styles", driver="GPKG", append=True)
    area_toml(folder, '[files.compounds]\nfile = "survey.gpkg"\nlayer = "小区"\n')
    assert_same(read_area(folder), 1e-9)


def test_a_geopackage_whose_layers_have_chinese_names(tmp_path):
    package = tmp_path / "survey.gpkg"
    write(package, compounds(), "GPKG", layer="小区红线")
    write(package, buildings(), "GPKG", layer="居民楼", append=True)
    package.with_suffix(".toml").write_text(HEAD, encoding="utf-8")
    area = read_area(package)
    assert_same(area, 1e-9)
    assert "layer 小区红线 read as compounds" in acts(area, "renamed")


def test_columns_values_and_words_are_mapped(folder):
    compounds().to_parquet(folder / "compounds.parquet")
    sheds = gpd.GeoDataFrame(
        {"BH": ["1", "2"], "XZ": ["违建", "待查"], "MJ": [12.0, 9.0]},
        geometry=[shapely.box(X + 60 + i, Y + 60, X + 62 + i, Y + 65) for i in (0, 10)],
        crs="EPSG:4546",
    )
    write(folder / "wj.shp", sheds, "ESRI Shapefile", encoding="GBK")
    area_toml(
        folder,
        '[files.structures]\nfile = "wj.shp"\nencoding = "GBK"\n'
        'columns = { id = "BH", legality = "XZ", floor_area_m2 = "MJ" }\nvalues = { kind = "shed" }\n'
        'words.legality = { "待查" = "undecided" }\n',
    )
    area = read_area(folder)
    assert area.structures.legality.to_dict() == {"1": "illegal", "2": "undecided"}
    assert area.structures.floor_area_m2.to_list() == [12.0, 9.0]
    assert set(area.structures.kind) == {"shed"}
    assert "legality: read 待查 as undecided, 违建 as illegal" in acts(area, "words")


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('columns = { name = "MC" }', "has no column MC, which area.toml names. Its columns are 编号, 小区名称, 户数"),
        ('columns = { nom = "户数" }', "maps columns that compounds does not have (nom)"),
        ('crs = "EPSG:4547"', "declares EPSG:4546, but area.toml says EPSG:4547"),
        ('crs = "EPSG:1"', "crs 'EPSG:1' in area.toml is no coordinate system"),
        ('encoding = "ebcdic-9"', "its text is not ebcdic-9, as area.toml says"),
        ('encoding = "UTF-8"', "its text is not UTF-8, as area.toml says"),
    ],
)
def test_a_mapping_that_does_not_fit(folder, entry, told):
    write(folder / "xq.shp", compounds(), "ESRI Shapefile", encoding="GBK")
    area_toml(folder, f'[files.compounds]\nfile = "xq.shp"\n{entry}\n')
    with pytest.raises(InputError) as caught:
        read_area(folder)
    assert "xq.shp: compounds: " in str(caught.value)
    assert told in str(caught.value)


def test_rows_without_ids_are_numbered_as_the_file_does(folder):
    compounds().to_parquet(folder / "compounds.parquet")
    lines = [shapely.LineString([(X, Y + n), (X + 100, Y + n)]) for n in (0, 100)]
    walls = gpd.GeoDataFrame({"高度": [2.0, 2.2]}, geometry=lines, crs="EPSG:4546")
    write(folder / "walls.gpkg", walls, "GPKG", layer="w")
    area_toml(folder, '[files]\nwalls = "walls.gpkg"\n')
    area = read_area(folder)
    assert {i.split("/")[0] for i in area.walls.index} == {"1", "2"}
    assert "the file has no ids; its own row numbers are used (1 … 2)" in acts(area, "ids given")


def test_two_files_make_one_layer(folder):
    compounds().to_parquet(folder / "compounds.parquet")
    for name, y in (("east", 0), ("west", 100)):
        line = shapely.LineString([(X, Y + y), (X + 200, Y + y)])
        write(folder / f"{name}.fgb", gpd.GeoDataFrame({"id": ["W1"]}, geometry=[line], crs=4546), "FlatGeobuf")
    area_toml(folder, '[files]\nwalls = ["east.fgb", "west.fgb"]\n')
    ids = {i.split("/")[0] for i in read_area(folder).walls.index}
    assert ids == {"east-W1", "west-W1"}


def test_a_shapefile_in_an_archive(folder, tmp_path):
    write(tmp_path / "xq.shp", compounds(), "ESRI Shapefile", encoding="GBK")
    with zipfile.ZipFile(folder / "xq.zip", "w") as archive:
        for file in tmp_path.glob("xq.*"):
            archive.write(file, f"小区/{file.name}")
    area_toml(folder, '[files]\ncompounds = "xq.zip"\n')
    area = read_area(folder)
    assert_same(area)
    assert any("read xq.shp inside" in reason for reason in acts(area, "unpacked"))


def test_no_coordinate_system_is_asked_for_and_may_be_stated(folder):
    write(folder / "compounds.shp", compounds(), "ESRI Shapefile", encoding="GBK")
    (folder / "compounds.prj").unlink()
    with pytest.raises(InputError, match="has no coordinate system"):
        read_area(folder)
    assert "error" in set(check_area(folder).severity)
    area_toml(folder, '[files.compounds]\nfile = "compounds.shp"\ncrs = "EPSG:4546"\n')
    area = read_area(folder)
    assert_same(area)
    assert "declares no coordinate system; EPSG:4546 as area.toml says" in acts(area, "stated crs")[0]


def test_swapped_axes_millimetres_and_shifted_coordinates_are_read_as_stated(folder):
    from spatialreno.area.place.shift import to_gcj02

    for entry, matrix in (("swap = true", [0, 1, 1, 0, 0, 0]), ('unit = "mm"', [1000, 0, 0, 1000, 0, 0])):
        frame = compounds()
        frame.geometry.affine_transform(matrix).to_frame("geometry").join(frame.drop(columns="geometry")).to_parquet(
            folder / "xq.parquet"
        )
        area_toml(folder, f'[files.compounds]\nfile = "xq.parquet"\n{entry}\n')
        assert_same(read_area(folder), 1e-6)
    frame = compounds("OGC:CRS84")
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.column_stack(to_gcj02(*xy.T)))
    frame.set_geometry(gpd.GeoSeries(shapes, crs="OGC:CRS84")).to_parquet(folder / "xq.parquet")
    area_toml(folder, '[files.compounds]\nfile = "xq.parquet"\nshift = "gcj02"\n')
    area = read_area(folder)
    assert_same(area, 1e-5)
    assert "xq.parquet: converted from gcj02 to WGS 84" in acts(area, "shift")[0]


@pytest.mark.parametrize(
    ("file", "driver"),
    [("x.shp", "ESRI Shapefile"), ("x.gpkg", "GPKG"), ("x.fgb", "FlatGeobuf"), ("x.gdb", "OpenFileGDB")],
)
def test_reading_by_columns_and_by_rows_is_the_same(tmp_path, file, driver):
    from spatialreno.formats.readers import gdal

    frame = compounds().assign(OGC_FID=[7, 8], x=[0.5, np.nan], wkb_geo=["一", None])
    path = write(tmp_path / file, frame, driver, **({"encoding": "GBK"} if file.endswith("shp") else {}))
    codec = "GBK" if file.endswith("shp") else None
    one, two = (read(str(path), "", codec).frame(path)[0] for read in (gdal._by_arrow, gdal._by_rows))
    assert list(one.columns) == list(two.columns)
    assert one.crs == two.crs
    assert (one.geometry.to_wkb() == two.geometry.to_wkb()).all()
    for name in one.columns.drop("geometry"):
        same = (one[name] == two[name]) | (one[name].isna() & two[name].isna())
        assert same.all()


def test_a_large_text_file_is_read_in_a_child_with_limits(folder, monkeypatch):
    from spatialreno.files import child_process as guard
    from spatialreno.files import row_files as tables

    compounds("OGC:CRS84").to_file(folder / "compounds.geojson")
    plain = read_area(folder)
    seen = []
    monkeypatch.setattr(tables, "guarded", lambda work, path: (seen.append(path.name), guard.guarded(work, path))[1])
    constants = {**tables.read_catalog().constants, "file_plain_mb": 0.0}
    monkeypatch.setattr(tables, "read_catalog", lambda: type("C", (), {"constants": constants}))
    assert read_area(folder).fingerprint == plain.fingerprint
    assert sorted(seen) == ["buildings.geojson", "compounds.geojson"]


@pytest.mark.parametrize("form", ["geojson", "shp", "fgb", "parquet"])
def test_ids_of_many_digits_stay_as_they_are(folder, form):
    ids = ["41030500100000000000017", "41030500100000000000018"]
    frame = compounds().assign(编号=ids)
    if form == "geojson":  # as numbers, which a float would make equal
        frame.to_crs("OGC:CRS84").to_file(folder / "compounds.geojson")
        text = (folder / "compounds.geojson").read_text(encoding="utf-8")
        (folder / "compounds.geojson").write_text(
            text.replace(f'"{ids[0]}"', ids[0]).replace(f'"{ids[1]}"', ids[1]), "utf-8"
        )
    elif form == "parquet":
        frame.to_parquet(folder / "compounds.parquet")
    else:
        write(folder / f"compounds.{form}", frame, {"shp": "ESRI Shapefile", "fgb": "FlatGeobuf"}[form])
    assert read_area(folder).compounds.index.to_list() == ids


def test_names_of_columns_cut_in_the_middle_of_a_character(folder):
    write(folder / "compounds.shp", compounds(), "ESRI Shapefile", encoding="UTF-8")
    assert "小区名".encode() + b"\xe7" in (folder / "compounds.dbf").read_bytes()[:200]
    area = read_area(folder)
    assert_same(area)
    assert "compounds.shp: names of columns cut in the middle of a character read as 小区名" in acts(area, "encoding")
