"""Bad inputs, made on the spot: each spoils a sound folder in one way; ``BAD`` maps a name to what spoils it."""

from __future__ import annotations

import functools
import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from conftest import ORIGIN

X, Y = ORIGIN
HEAD = 'name = "yard"\ncrs = "EPSG:4546"\n'
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
PLACEMARK = (
    "<Placemark><name>院</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    "112.42,34.66 112.43,34.66 112.43,34.67 112.42,34.66</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
)
VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
Spoil = Callable[[Path], object]
BAD: dict[str, tuple[str, Spoil]] = {}


def bad(kind: str, name: str, spoil: Spoil) -> None:
    BAD[f"{kind}: {name}"] = (kind, spoil)


def yards() -> gpd.GeoDataFrame:
    boxes = [shapely.box(X + i, Y, X + i + 100, Y + 100) for i in (0, 100)]
    return gpd.GeoDataFrame({"id": ["C1", "C2"], "name": ["一院", "二院"]}, geometry=boxes, crs=4546)


def homes() -> gpd.GeoDataFrame:
    boxes = [shapely.box(X + x, Y + 10, X + x + 30, Y + 22) for x in (5, 40, 110)]
    return gpd.GeoDataFrame({"id": ["B1", "B2", "B3"], "residents": [9, 9, 9]}, geometry=boxes, crs=4546)


def sound(folder: Path) -> Path:
    """Make a folder that is read without a fault: two yards, three homes."""
    folder.mkdir()
    yards().to_crs("OGC:CRS84").to_file(folder / "compounds.geojson")
    homes().to_crs("OGC:CRS84").to_file(folder / "buildings.geojson")
    (folder / "area.toml").write_text(HEAD, encoding="utf-8")
    return folder


@functools.cache
def made(suffix: str) -> dict[str, bytes]:
    """The compounds in one format, as the bytes of its files."""
    import tempfile

    drivers = {"shp": "ESRI Shapefile", "gpkg": "GPKG", "fgb": "FlatGeobuf", "kml": "LIBKML"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"compounds.{suffix}"
        if suffix == "parquet":
            yards().to_parquet(path)
        else:
            frame = yards().to_crs(4326) if suffix == "kml" else yards()
            pyogrio.write_dataframe(
                frame, path, driver=drivers[suffix], **({"encoding": "GBK"} if suffix == "shp" else {})
            )
        return {f.name: f.read_bytes() for f in Path(folder).iterdir()}


def instead(folder: Path, suffix: str, change: Callable[[bytes], bytes] = bytes, file: str = "") -> None:
    """Put another format in the place of the compounds, one of its files changed."""
    (folder / "compounds.geojson").unlink()
    file = file or f"compounds.{suffix}"
    for name, raw in made(suffix).items():
        (folder / name).write_bytes(change(raw) if name == file else raw)
    (folder / "area.toml").write_text(HEAD + f'[files]\ncompounds = "compounds.{suffix}"\n', encoding="utf-8")


def raw(folder: Path, name: str, content: bytes | str) -> None:
    """Give the compounds as a file of any content."""
    (folder / "compounds.geojson").unlink()
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "area.toml").write_text(HEAD + f'[files]\ncompounds = "{name}"\n', encoding="utf-8")


def features(folder: Path, change: Callable[[dict], object], layer: str = "compounds") -> None:
    """Change the first feature of a layer."""
    path = folder / f"{layer}.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document["features"][0])
    path.write_text(json.dumps(document), encoding="utf-8")


def zipped(files: dict[str, bytes], **flags: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


# ---- cut short, at many places

for _suffix in ("shp", "gpkg", "fgb", "kml", "parquet"):
    for _share in (0.05, 0.2, 0.4, 0.6, 0.8, 0.95):
        bad("truncated", f"{_suffix} {_share:.0%}",
            lambda f, s=_suffix, k=_share: instead(f, s, lambda b: b[: int(len(b) * k)]))  # fmt: skip
for _part in ("dbf", "shx"):
    for _share in (0.1, 0.5, 0.9):
        bad("truncated", f"{_part} {_share:.0%}",
            lambda f, p=_part, k=_share: instead(f, "shp", lambda b: b[: int(len(b) * k)], f"compounds.{p}"))  # fmt: skip
    bad("truncated", f"no {_part}",
        lambda f, p=_part: (instead(f, "shp"), (f / f"compounds.{p}").unlink()))  # fmt: skip
bad("truncated", "dbf promises more rows", lambda f: instead(
    f, "shp", lambda b: b[:4] + struct.pack("<I", 9) + b[8:], "compounds.dbf"))  # fmt: skip
bad("truncated", "dbf has fewer rows", lambda f: instead(
    f, "shp", lambda b: b[:4] + struct.pack("<I", 1) + b[8:], "compounds.dbf"))  # fmt: skip

# ---- noise in the middle

for _suffix in ("gpkg", "fgb", "parquet"):
    for _seed in range(4):

        def _noise(content: bytes, seed: int = _seed) -> bytes:
            random = np.random.default_rng(seed)
            cells = np.frombuffer(content, dtype=np.uint8).copy()
            spots = random.integers(16, len(cells), len(cells) // 3)
            cells[spots] = random.integers(0, 256, len(spots))
            return cells.tobytes()

        bad("truncated", f"noise in {_suffix} {_seed}", lambda f, s=_suffix, n=_noise: instead(f, s, n))

# ---- files that only call themselves so, kinds that are never read

for _name in ("x.shp", "x.gpkg", "x.fgb", "x.parquet", "x.dxf", "x.xlsx", "x.kml", "x.geojson", "x.kmz", "x.zip"):
    bad("disguise", f"empty {_name}", lambda f, n=_name: raw(f, n, b""))
    bad("pointer", f"VRT in {_name}", lambda f, n=_name: raw(f, n, VRT))
    bad("disguise", f"text in {_name}", lambda f, n=_name: raw(f, n, "hello, 你好\n"))
for _name in ("x.shp", "x.fgb", "x.kml", "x.geojson"):
    bad("disguise", f"GeoPackage in {_name}", lambda f, n=_name: raw(f, n, made("gpkg")["compounds.gpkg"]))
for _name, _magic in {"x.dwg": b"AC1032", "x.xls": bytes.fromhex("d0cf11e0a1b11ae1"), "x.pdf": b"%PDF-1.7", "x.tif": b"II*\0",
                      "x.png": b"\x89PNG", "x.jpg": b"\xff\xd8\xff", "x.rar": b"Rar!", "x.7z": b"7z\xbc\xaf'\x1c",
                      "x.gz": b"\x1f\x8b"}.items():  # fmt: skip
    bad("kind", _name, lambda f, n=_name, m=_magic: raw(f, n, m + bytes(64)))
bad("kind", "binary DXF", lambda f: raw(f, "x.dxf", b"AutoCAD Binary DXF\r\n\x1a\0" + bytes(64)))
bad("kind", "unknown bytes", lambda f: raw(f, "x.bin", bytes(range(256))))
for _root in ("qgis", "gpx", "wfs:FeatureCollection", "WFS_Capabilities", "html", "svg"):
    bad("pointer", f"XML <{_root}>", lambda f, r=_root: raw(f, "x.xml", f"<?xml version='1.0'?><{r}></{r}>"))
bad("pointer", "VRT after a comment", lambda f: raw(f, "x.kml", f"<!-- kml --><?a b?>{VRT}"))

# ---- XML with more than data

for _name, _head in {
    "external entity": '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "laughs": "<!DOCTYPE kml [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY {b} '{('&' + a + ';') * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "]>",
    "outside DTD": '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd">',
}.items():  # fmt: skip
    bad("xml", _name, lambda f, h=_head: raw(f, "x.kml", h + KML.format(PLACEMARK.replace("院", "&i;"))))
bad("xml", "network link", lambda f: raw(
    f, "x.kml", KML.format("<NetworkLink><Link><href>http://127.0.0.1:9/</href></Link></NetworkLink>")))  # fmt: skip
bad("xml", "not closed", lambda f: raw(f, "x.kml", KML.format(PLACEMARK)[:-20]))
bad("xml", "nested deep", lambda f: raw(f, "x.kml", KML.format("<Folder>" * 20_000 + "</Folder>" * 20_000)))
bad("xml", "without places", lambda f: raw(f, "x.kml", KML.format("")))

# ---- databases with programs

_VIEW = "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM compounds, n"


def package(folder: Path, *sql: str) -> None:
    instead(folder, "gpkg")
    with sqlite3.connect(folder / "compounds.gpkg") as database:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):  # GDAL's triggers call them
            database.create_function(name, 1, lambda _: 0)
        for line in sql:
            database.execute(line)


bad("program", "view as layer", lambda f: package(
    f, _VIEW, "UPDATE gpkg_contents SET table_name = 'v'", "UPDATE gpkg_geometry_columns SET table_name = 'v'"))  # fmt: skip
bad("program", "endless contents", lambda f: package(
    f, "ALTER TABLE gpkg_contents RENAME TO c",
    "CREATE VIEW gpkg_contents AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT c.* FROM c, n"))  # fmt: skip
bad("program", "computed column", lambda f: package(
    f, "ALTER TABLE compounds ADD COLUMN z TEXT GENERATED ALWAYS AS (hex(zeroblob(100000000))) VIRTUAL"))  # fmt: skip
bad("program", "broken blob", lambda f: package(f, "UPDATE compounds SET geom = x'00112233'"))
bad("program", "no geometry", lambda f: package(f, "UPDATE compounds SET geom = NULL"))
bad("program", "no contents", lambda f: package(f, "DELETE FROM gpkg_contents"))
bad("program", "plain SQLite", lambda f: package(f, "DROP TABLE gpkg_contents"))
bad("program", "two layers", lambda f: (instead(f, "gpkg"), pyogrio.write_dataframe(
    yards(), f / "compounds.gpkg", layer="w", append=True)))  # fmt: skip

# ---- archives

_SHP = "compounds.shp"
for _name, _files in {
    "bomb": {"a.shp": bytes(40_000_000)},
    "many files": {f"{n}.txt": b"" for n in range(1200)},
    "archive within": {"a.zip": zipped({"a.shp": b"x"})},
    "leads out": {"../../a.shp": b"x"},
    "absolute": {"/etc/a.shp": b"x"},
    "no name": {".": b"x"},
    "drive": {"C:\\a.shp": b"x"},
    "backslash": {"..\\a.shp": b"x"},
    "no data": {"readme.txt": b"x"},
    "two data files": {"a.shp": b"x", "b.gpkg": b"x"},
    "odd name": {"a\n.shp": b"x"},
    "two of one name": {"a/a.shp": b"x", "b/a.shp": b"x"},
}.items():
    bad("archive", _name, lambda f, z=_files: raw(f, "x.zip", zipped(z)))
bad("archive", "broken", lambda f: raw(f, "x.zip", zipped({_SHP: bytes(999)})[:-40]))
bad(
    "archive",
    "broken inside",
    lambda f: raw(f, "x.zip", zipped({_SHP: bytes(range(256)) * 9}).replace(b"\x63", b"\x64", 3)),
)
bad("archive", "bomb as workbook", lambda f: raw(f, "x.xlsx", zipped({"xl/workbook.xml": bytes(40_000_000)})))
bad("archive", "workbook without sheets", lambda f: raw(f, "x.xlsx", zipped({"xl/workbook.xml": b"<workbook/>"})))

# ---- coordinates

for _name, _xy in {
    "nan": float("nan"),
    "inf": float("inf"),
    "huge": 1e300,
    "text": "x",
    "null": None,
    "list": [1],
}.items():
    bad("geometry", f"coordinate {_name}", lambda f, v=_xy: features(
        f, lambda t: t["geometry"]["coordinates"][0][1].__setitem__(0, v)))  # fmt: skip
for _name, _shape in {
    "none": None, "empty": {"type": "Polygon", "coordinates": []}, "point": {"type": "Point", "coordinates": [112.43, 34.66]},
    "line": {"type": "LineString", "coordinates": [[112.43, 34.66], [112.44, 34.66]]}, "spline": {"type": "Spline"},
    "collection": {"type": "GeometryCollection", "geometries": []}, "number": 5, "two points": {
        "type": "Polygon", "coordinates": [[[112.43, 34.66], [112.44, 34.66], [112.43, 34.66]]]},
    "bow tie": {"type": "Polygon", "coordinates": [[[112.43, 34.66], [112.431, 34.661], [112.431, 34.66], [112.43, 34.661],
                                                    [112.43, 34.66]]]},
    "swapped": {"type": "Polygon", "coordinates": [[[34.66, 112.43], [34.66, 112.44], [34.67, 112.44], [34.66, 112.43]]]},
    "at zero": {"type": "Polygon", "coordinates": [[[0, 0], [0, 0.001], [0.001, 0], [0, 0]]]},
    "metres": {"type": "Polygon", "coordinates": [[[X, Y], [X + 9, Y], [X, Y + 9], [X, Y]]]},
}.items():  # fmt: skip
    bad("geometry", f"shape {_name}", lambda f, s=_shape: features(f, lambda t: t.__setitem__("geometry", s)))
bad(
    "limit",
    "deep coordinates",
    lambda f: raw(f, "x.geojson", '{"type":"FeatureCollection","features":' + "[" * 200_000),
)
bad("limit", "a million vertices that cross", lambda f: features(f, lambda t: t["geometry"].__setitem__(
    "coordinates", [(np.random.default_rng(1).random((20_000, 2)) * 0.01 + [112.43, 34.66]).tolist()])))  # fmt: skip

# ---- cells

for _name, _cells in {
    "id twice": {"id": "C2"}, "id none": {"id": None}, "id list": {"id": [1]}, "name none": {"name": None},
    "name blank": {"name": "  "}, "households text": {"households": "many"}, "households half": {"households": 1.5},
    "households below zero": {"households": -1}, "households endless": {"households": 1e400},
    "households huge": {"households": 10**30}, "heated maybe": {"heated": "maybe"}, "word": {"management": "king"},
    "word list": {"management": ["king"]},
    "fee over one": {"fee_rate": 7}, "year in words": {"built_year": "old"}, "object": {"households": {"a": 1}},
}.items():  # fmt: skip
    bad("numbers", _name, lambda f, c=_cells: features(f, lambda t: t["properties"].update(c)))

# ---- area.toml

for _name, _text in {
    "no toml": HEAD + "[files", "no name": 'crs = "EPSG:4546"', "degrees": 'name = "a"\ncrs = "EPSG:4326"',
    "feet": 'name = "a"\ncrs = "EPSG:2263"', "no such crs": 'name = "a"\ncrs = "EPSG:0"', "extra key": HEAD + "run = 'rm'",
    "no such layer": HEAD + '[files]\nfences = "x.shp"', "gone": HEAD + '[files]\nwalls = "gone.shp"',
    "out": HEAD + '[files]\nwalls = "../x.shp"', "absolute": HEAD + '[files]\nwalls = "/etc/passwd"',
    "vsi": HEAD + '[files]\nwalls = "/vsicurl/http://127.0.0.1:9/x.shp"', "address": HEAD + '[files]\nwalls = "http://127.0.0.1:9/x"',
    "database": HEAD + '[files]\nwalls = "PG:dbname=x"', "nul": HEAD + '[files]\nwalls = "a\\u0000b"', "number": HEAD + "[files]\nwalls = 5",
    "list of numbers": HEAD + "[files]\nwalls = [5]", "unknown entry": HEAD + '[files.walls]\nfile = "x.shp"\nsql = "DROP"',
    "unit": HEAD + '[files.compounds]\nfile = "compounds.geojson"\nunit = "feet"',
    "shift": HEAD + '[files.compounds]\nfile = "compounds.geojson"\nshift = "mars"',
    "column": HEAD + '[files.compounds]\nfile = "compounds.geojson"\ncolumns = { name = "MC" }',
    "crs of a file": HEAD + '[files.compounds]\nfile = "compounds.geojson"\ncrs = "EPSG:4546"',
    "join out": HEAD + '[[joins]]\nfile = "../t.csv"\nlayer = "compounds"\nby = { id = "a" }',
    "join gone": HEAD + '[[joins]]\nfile = "t.csv"\nlayer = "compounds"\nby = { id = "a" }',
    "join by nothing": HEAD + '[[joins]]\nfile = "t.csv"\nlayer = "compounds"\nby = {}',
    "join two keys": HEAD + '[[joins]]\nfile = "t.csv"\nlayer = "compounds"\nby = { id = "a", name = "b" }',
    "join unknown layer": HEAD + '[[joins]]\nfile = "area.toml"\nlayer = "fences"\nby = { id = "a" }',
}.items():  # fmt: skip
    bad("outside" if _name in ("out", "absolute", "vsi", "address", "join out") else "mapping", f"area.toml {_name}",
        lambda f, t=_text: (f / "area.toml").write_text(t, encoding="utf-8"))  # fmt: skip
for _part in ("shp", "dbf", "shx", "prj"):
    bad("outside", f"link {_part}", lambda f, p=_part: (
        instead(f, "shp"), (f / f"compounds.{p}").rename(f.parent / f"o.{p}"),
        (f / f"compounds.{p}").symlink_to(f.parent / f"o.{p}")))  # fmt: skip

# ---- coordinate systems

bad("crs", "no prj", lambda f: (instead(f, "shp"), (f / "compounds.prj").unlink()))
bad("crs", "prj of nonsense", lambda f: instead(f, "shp", lambda b: b"hello", "compounds.prj"))
for _name, _matrix in {"mm": [1000, 0, 0, 1000, 0, 0], "swapped": [0, 1, 1, 0, 0, 0], "zone": [1, 0, 0, 1, 37e6, 0],
                       "degrees": [1e-4, 0, 0, 1e-5, 0, 0], "far": [1, 0, 0, 1, 90_000, 0]}.items():  # fmt: skip

    def _moved(folder: Path, matrix: list[float] = _matrix) -> None:
        frame = yards()
        raw(folder, "x.parquet", b"")
        frame.set_geometry(frame.geometry.affine_transform(matrix)).to_parquet(folder / "x.parquet")

    bad("slips", _name, _moved)
