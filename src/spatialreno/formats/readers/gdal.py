"""Formats that GDAL reads: one driver, named by us, on links with plain names in a folder of their own."""

from __future__ import annotations

import ctypes
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from spatialreno.files import guarded, refused
from spatialreno.formats.readers.dbf import encoding_of, row_count, whole_names
from spatialreno.formats.readers.raw import RawTable
from spatialreno.formats.readers.sniff import FileKind

_BESIDE = (".shx", ".dbf", ".prj", ".cpg")
_QGIS_OWN = frozenset({"layer_styles", "qgis_projects"})
_AGAIN = "Export it again"


def read_gdal(path: Path, kind: FileKind, *, layer: str = "", encoding: str = "") -> RawTable:
    """Read one layer of a file, in a child process with limits.

    Parameters
    ----------
    path
        The file.
    kind
        What ``sniff`` found.
    layer
        Which layer of a file that holds several; may be left out when there is one.
    encoding
        Script of a shapefile's text, when it is known; else it is found out and told.

    Raises
    ------
    InputError
        Damage, rows that get lost, no such layer, views, limits.
    """
    return guarded(lambda: _read(path, kind, layer, encoding), path)


def layers_of(path: Path, kind: FileKind) -> list[str]:
    """List the layers of a file, sorted."""
    return guarded(lambda: _layers(path, kind), path)


def _read(path: Path, kind: FileKind, layer: str, encoding: str) -> RawTable:
    codec, why, rows = None, "", None
    cut: list[int] = []
    table: bytes | None = None
    names: list[str] = []
    if kind.kind == "shp":
        rows = row_count(path)
        codec, why, cut = encoding_of(path, encoding)
        table, names = whole_names(path, codec)
    elif kind.kind == "kml":
        _refuse_document_types(path)
    with _as_plain(path, kind, table) as link:
        _only(kind.driver)
        name = _chosen(path, kind, link, layer)
        if kind.kind == "gpkg":
            rows = _table_rows(path, name)
        raw = _by_arrow(link, name, codec) if find_spec("pyarrow") else _by_rows(link, name, codec)
    if rows is not None and rows != len(raw.ids):
        raise refused(path, f"has {rows} rows, but only {len(raw.ids)} can be read", _AGAIN)
    if codec:
        raw.note("encoding", why)
        ids = [raw.ids[i] for i in cut]
        if names:
            raw.note("encoding", f"names of columns cut in the middle of a character read as {', '.join(names)}")
        if ids:
            raw.note("encoding", f"text cut off in the middle of a character in {len(ids)} rows", ", ".join(ids[:8]))
    return raw


def _by_arrow(link: str, layer: str, codec: str | None) -> RawTable:
    """Read by columns: several times as quick as by rows."""
    import pyogrio.raw

    meta, table = pyogrio.raw.read_arrow(
        link, layer=layer or None, encoding=codec, return_fids=True, datetime_as_string=True
    )
    if len(set(table.column_names)) < len(table.column_names):  # a field called as Arrow calls shapes or row numbers
        return _by_rows(link, layer, codec)
    frame = table.select([str(n) for n in meta["fields"]]).to_pandas()
    columns = {str(n): frame[n].array for n in frame}
    shapes = table[meta["geometry_name"] or "wkb_geometry"] if meta["geometry_type"] else None
    ids = [str(f) for f in table[meta["fid_column"] or "OGC_FID"].to_pylist()]
    return RawTable(columns, shapes, meta["crs"], ids)


def _by_rows(link: str, layer: str, codec: str | None) -> RawTable:
    """Read without pyarrow."""
    import pyogrio.raw

    options: dict[str, Any] = {"encoding": codec} if codec else {}
    meta, fids, shapes, cells = pyogrio.raw.read(
        link, layer=layer or None, return_fids=True, datetime_as_string=True, **options
    )
    columns = {str(n): _listed(c) for n, c in zip(meta["fields"], cells, strict=True)}
    return RawTable(columns, shapes, meta["crs"], [str(f) for f in fids])


def _listed(cells: Any) -> Any:
    return cells.tolist() if cells.dtype == object else cells


@contextmanager
def _as_plain(path: Path, kind: FileKind, table: bytes | None = None) -> Iterator[str]:
    """Link the file, and what belongs to it (but a mended table), under a name that means nothing to any driver."""
    with tempfile.TemporaryDirectory(prefix="spatialreno-") as folder:
        link = Path(folder) / f"source{kind.suffixes[0]}"
        link.symlink_to(path.resolve(), target_is_directory=path.is_dir())
        if table is not None:
            link.with_suffix(".dbf").write_bytes(table)
        for suffix in _BESIDE if kind.kind == "shp" else ():
            for file in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
                if file.is_file() and not link.with_suffix(suffix).exists():
                    link.with_suffix(suffix).symlink_to(file.resolve())
        if kind.kind == "gdb" and any(f.is_symlink() or f.is_dir() for f in path.iterdir()):
            raise refused(path, "holds links or folders", "Export it again as file geodatabase", rule="outside")
        yield str(link)


def _only(driver: str) -> None:
    """Take every other driver out of this child's GDAL, so that content cannot choose one.

    pyogrio has no list of allowed drivers, and neither ``driver=`` nor a suffix stops a VRT; GDAL's own
    registry does. Where its library cannot be found (no /proc), sniffing is what is left.
    """
    if not sys.platform.startswith("linux"):
        return
    lines = Path("/proc/self/maps").read_text().splitlines()
    found = next((line.split(maxsplit=5)[5] for line in lines if "libgdal" in line), None)
    if found is None:
        return
    gdal = ctypes.CDLL(found)
    gdal.GDALGetDriver.restype = gdal.GDALGetDriverByName.restype = ctypes.c_void_p
    gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
    gdal.GDALGetDriverShortName.argtypes = gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    names = [gdal.GDALGetDriverShortName(gdal.GDALGetDriver(i)) for i in range(gdal.GDALGetDriverCount())]
    for name in names:
        if name.decode() not in (driver, "MEM"):
            gdal.GDALDeregisterDriver(gdal.GDALGetDriverByName(name))


def _refuse_document_types(path: Path) -> None:
    """Entities can name other files and grow without end; a map needs none."""
    raw = path.read_bytes()
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refused(
            path, "has a document type with entities, or is UTF-16", "Export it again as plain KML", rule="xml"
        )
    if b"<NetworkLink" in raw:
        raise refused(
            path, "points at addresses (NetworkLink)", "Save the places themselves, without links", rule="xml"
        )


def _layers(path: Path, kind: FileKind) -> list[str]:
    if kind.kind == "kml":
        _refuse_document_types(path)
    with _as_plain(path, kind) as link:
        _only(kind.driver)
        return _named(path, kind, link)


def _named(path: Path, kind: FileKind, link: str) -> list[str]:
    import pyogrio

    if kind.kind == "gpkg":
        _refuse_programs(path)
    names = [str(n) for n in pyogrio.list_layers(link)[:, 0]]
    return sorted(n for n in names if n not in _QGIS_OWN)


def _chosen(path: Path, kind: FileKind, link: str, layer: str) -> str:
    if kind.kind in ("shp", "fgb"):
        return ""
    names = _named(path, kind, link)
    if layer in names:
        return layer
    if layer or len(names) != 1:
        what = f"has no layer {layer}" if layer else f"has {len(names)} layers"
        raise refused(path, what, f"Name one of them in area.toml (layer = …): {', '.join(names) or 'there is none'}")
    return names[0]


def _sql(path: Path, query: str, *values: str) -> list[Any]:
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with sqlite3.connect(uri, uri=True) as database:
        return database.execute(query, values).fetchall()


def _refuse_programs(path: Path) -> None:
    """A GeoPackage is a database: views run SQL when they are read, and may never end."""
    rows = _sql(path, "SELECT type, name, coalesce(sql, '') FROM sqlite_master")
    known = {name for kind, name, _ in rows if kind == "table"}
    wanted = {"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"}
    if not wanted <= known:
        raise refused(path, "is SQLite but no GeoPackage", "Export it as GeoPackage")
    listed = {str(row[0]) for row in _sql(path, "SELECT table_name FROM gpkg_contents")}
    views = sorted(name for kind, name, _ in rows if kind == "view" and name in listed)
    if views:
        mend = "Save it as a table (QGIS: Export, Save Features As)"
        raise refused(path, f"holds views, which run SQL ({', '.join(views)})", mend, rule="program")
    odd = [n for kind, n, sql in rows if kind == "table" and n in listed and _computes(sql)]
    if odd:
        raise refused(
            path, f"holds tables that compute ({', '.join(odd)})", "Save them as plain tables", rule="program"
        )


def _computes(sql: str) -> bool:
    words = " ".join(sql.upper().split())
    return (
        words.startswith("CREATE VIRTUAL") or " GENERATED ALWAYS " in words or ") STORED" in words or " AS (" in words
    )


def _table_rows(path: Path, name: str) -> int:
    quoted = name.replace('"', '""')
    return int(_sql(path, f'SELECT count(*) FROM "{quoted}"')[0][0])


def read_parquet(path: Path) -> RawTable:
    """Read one GeoParquet file, or a Parquet table without geometry, in a child process with limits."""
    return guarded(lambda: _parquet(path), path)


def _parquet(path: Path) -> RawTable:
    import geopandas as gpd
    import pandas as pd
    import shapely

    try:
        frame: Any = gpd.read_parquet(path)
    except ValueError as error:
        if "geo metadata" not in str(error).lower():
            raise
        frame = pd.read_parquet(path)
    frame = frame.reset_index(drop=frame.index.name is None)
    ids = [str(i + 1) for i in range(len(frame))]
    if not isinstance(frame, gpd.GeoDataFrame):
        return RawTable({str(c): frame[c].astype(object).tolist() for c in frame}, None, None, ids)
    shapes = np.asarray(shapely.to_wkb(frame.geometry.to_numpy()), dtype=object)
    crs = frame.crs.to_wkt() if frame.crs is not None else None
    table = frame.drop(columns=frame.active_geometry_name)
    return RawTable({str(c): table[c].astype(object).tolist() for c in table}, shapes, crs, ids)
