"""Formats that GDAL reads: one driver, named by us, on links with plain names in a folder of their own."""

from __future__ import annotations

import ctypes
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialreno.catalog import folded
from spatialreno.files import decoded, guarded, refused, works_apart
from spatialreno.formats.readers.dbf import deleted_rows, encoding_of, row_count, whole_names
from spatialreno.formats.readers.raw import RawTable
from spatialreno.formats.readers.sniff import FileKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BESIDE = (".shx", ".dbf", ".prj")  # in which script the text is, is told without .cpg
_QGIS_OWN = frozenset({"layer_styles", "qgis_projects"})
_AGAIN = "Export it again"
_PRJ = 100_000  # bytes; more than the longest text of a coordinate system
_SQLITE_HEAD = 100


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
    codec, why, gone, cut = None, "", 0, list[int]()
    rows: int | None = None
    mended: dict[str, bytes] = {}
    names: list[str] = []
    if kind.kind == "shp":
        gone = deleted_rows(path)
        rows = row_count(path) - gone
        codec, why, cut = encoding_of(path, encoding)
        table, names = whole_names(path, codec)
        mended = ({".dbf": table} if table else {}) | _plain_prj(path)
    with _as_plain(path, kind, mended) as (link, edits):
        _only(kind.driver)
        name = _chosen(path, kind, link, layer)
        if kind.kind == "gpkg":
            rows = _table_rows(link, name)
        raw = (_by_arrow if find_spec("pyarrow") else _by_rows)(str(link), name, codec)
    if rows is not None and rows != len(raw.ids):
        raise refused(path, f"has {rows} rows, but only {len(raw.ids)} can be read", _AGAIN)
    raw.acts += [("open elsewhere", edits, "")] if edits else []
    raw.acts += (
        [("deleted rows", f"{gone} rows that are marked as deleted in the .dbf are left out", "")] if gone else []
    )
    if codec:
        _tell_text(raw, why, names, cut)
    return raw


def _tell_text(raw: RawTable, why: str, names: list[str], cut: list[int]) -> None:
    raw.note("encoding", why)
    if names:
        raw.note("encoding", f"names of columns cut in the middle of a character read as {', '.join(names)}")
    if cut:
        ids = ", ".join([raw.ids[i] for i in cut][:8])
        raw.note("encoding", f"text cut off in the middle of a character in {len(cut)} rows", ids)


def _plain_prj(path: Path) -> dict[str, bytes]:
    """Give a .prj in another script than UTF-8 as UTF-8, which is all that GDAL reads."""
    for file in (path.with_suffix(".prj"), path.with_suffix(".PRJ")):
        if file.is_file():
            raw = file.read_bytes()[:_PRJ]
            text = decoded(raw)
            if text is None:
                raise refused(path, "its .prj is text of no script that is known", "Save the .prj as UTF-8")
            return {} if text[1].codec == "utf-8" else {".prj": text[0].encode()}
    return {}


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


def _listed(cells: NDArray[Any]) -> Any:
    return cells.tolist() if cells.dtype == object else cells


@contextmanager
def _as_plain(path: Path, kind: FileKind, mended: Mapping[str, bytes] | None = None) -> Iterator[tuple[Path, str]]:
    """Link the file, and what belongs to it (but what is mended), under a name that means nothing to any driver.

    A GeoPackage that another program holds open is copied with the edits that lie beside it, so that nothing of the
    planner's own is touched; what was done is told.
    """
    with tempfile.TemporaryDirectory(prefix="spatialreno-") as folder:
        link = Path(folder) / f"source{kind.suffixes[0]}"
        told = settled(path, link) if kind.kind == "gpkg" else ""
        if not link.exists():
            _stand_in(link, path.resolve())
        for suffix, content in (mended or {}).items():
            link.with_suffix(suffix).write_bytes(content)
        for suffix in _BESIDE if kind.kind == "shp" else ():
            for file in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
                if file.is_file() and not link.with_suffix(suffix).exists():
                    _stand_in(link.with_suffix(suffix), file.resolve())
        if kind.kind == "gdb" and any(f.is_symlink() or f.is_dir() for f in path.iterdir()):
            raise refused(path, "holds links or folders", "Export it again as file geodatabase", rule="outside")
        yield link, told


def _stand_in(link: Path, path: Path) -> None:
    """Let a file be found under another name: by a link, or by a copy where links are not allowed (Windows)."""
    try:
        link.symlink_to(path, target_is_directory=path.is_dir())
    except OSError:
        if path.is_dir():
            shutil.copytree(path, link)
        else:
            shutil.copyfile(path, link)


def settled(path: Path, copy: Path) -> str:
    """Copy a GeoPackage with the edits that another program has not yet put into it.

    QGIS keeps edits in ``-wal`` while it holds a file open, and so does a tablet from which it was copied; a program
    that died leaves a ``-journal``. They are part of the file: SQLite puts them in or takes them back in the copy.

    Returns
    -------
    str
        What was done, or nothing when no other program has anything to do with the file; then nothing is copied.
    """
    beside = [f for suffix in ("-wal", "-journal") if (f := path.with_name(path.name + suffix)).is_file()]
    with path.open("rb") as file:
        logged = b"\2" in file.read(_SQLITE_HEAD)[18:20]
    edits = [f for f in beside if f.stat().st_size]
    if not edits and not logged:
        return ""
    for part in (*beside, path):  # the log first: what goes from it into the file meanwhile is then in both
        shutil.copyfile(part, copy.with_name(part.name.replace(path.name, copy.name)))
    with closing(sqlite3.connect(copy)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")
    names = ", ".join(f.name for f in edits)
    return (
        f"{names} holds edits that are not in {path.name} yet (it may be open in QGIS); they are read too"
        if edits
        else ""
    )


def _only(driver: str) -> None:
    """Take every other driver out of this child's GDAL, so that content cannot choose one.

    pyogrio has no list of allowed drivers, and neither ``driver=`` nor a suffix stops a VRT; GDAL's own
    registry does. Where its library cannot be found (no /proc), sniffing is what is left.
    """
    if not sys.platform.startswith("linux") or not works_apart():  # what is taken out here stays out
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


def _layers(path: Path, kind: FileKind) -> list[str]:
    with _as_plain(path, kind) as (link, _):
        _only(kind.driver)
        return _named(path, kind, link)


def _named(path: Path, kind: FileKind, link: Path) -> list[str]:
    import pyogrio

    if kind.kind == "gpkg":
        _refuse_programs(path, link)
    names = [str(n) for n in pyogrio.list_layers(link)[:, 0]]
    return sorted(n for n in names if n not in _QGIS_OWN)


def _chosen(path: Path, kind: FileKind, link: Path, layer: str) -> str:
    if kind.kind in ("shp", "fgb"):
        return ""
    return chosen(path, _named(path, kind, link), layer)


def chosen(path: Path, names: list[str], layer: str) -> str:
    """Choose the layer that is named, however it is written, or the only one.

    Raises
    ------
    InputError
        There is no such layer, or none is named and there are several.
    """
    found = next((n for n in names if n == layer), None) or next((n for n in names if folded(n) == folded(layer)), None)
    if found and layer:
        return found
    if layer or len(names) != 1:
        what = f"has no layer {layer}" if layer else f"has {len(names)} layers"
        raise refused(path, what, f"Name one of them in area.toml (layer = …): {', '.join(names) or 'there is none'}")
    return names[0]


def _sql(path: Path, query: str, *values: str) -> list[Any]:
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        return database.execute(query, values).fetchall()


def _refuse_programs(path: Path, link: Path) -> None:
    """A GeoPackage is a database: views run SQL when they are read, and may never end."""
    rows = _sql(link, "SELECT type, name, coalesce(sql, '') FROM sqlite_master")
    known = {name for kind, name, _ in rows if kind == "table"}
    wanted = {"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"}
    if not wanted <= known:
        raise refused(path, "is SQLite but no GeoPackage", "Export it as GeoPackage")
    listed = {str(row[0]) for row in _sql(link, "SELECT table_name FROM gpkg_contents")}
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
    import json

    import geopandas as gpd
    import pyarrow.parquet
    import shapely
    from pyproj import CRS

    told = pyarrow.parquet.read_schema(path).metadata or {}
    geo = json.loads(told[b"geo"]) if b"geo" in told else {}
    column = geo.get("columns", {}).get(geo.get("primary_column"), {})
    if column and column.get("encoding", "WKB").upper() != "WKB":  # shapes as columns of numbers: geopandas reads them
        frame: Any = gpd.read_parquet(path).reset_index(drop=True)
        shapes: Any = np.asarray(shapely.to_wkb(frame.geometry.to_numpy()), dtype=object)
        crs = None if frame.crs is None else frame.crs.to_wkt()
        name = frame.active_geometry_name
    else:
        frame = pyarrow.parquet.read_table(path).to_pandas()
        frame = frame.reset_index(drop=frame.index.name is None)
        name = geo.get("primary_column")
        shapes = frame[name].to_numpy(dtype=object) if column else None
        said = column.get("crs", "OGC:CRS84")
        crs = CRS.from_user_input(said).to_wkt() if column and said is not None else None
    ids = [str(i + 1) for i in range(len(frame))]
    table = frame.drop(columns=name) if column else frame
    return RawTable({str(c): table[c].astype(object).tolist() for c in table}, shapes, crs, ids)
