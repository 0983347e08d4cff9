"""An area in the formats of others: each layer a file of theirs, and an ``area.toml`` that reads them back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyogrio
import shapely

from spatialreno.area import LONLAT, StudyArea, crs_text
from spatialreno.errors import InputError, nearest
from spatialreno.files import MANIFEST, put_whole, read_manifest, recover, write_geojson, write_gpkg, write_table
from spatialreno.formats.areas.area_file import area_file_text
from spatialreno.formats.areas.folder import written
from spatialreno.formats.areas.own_catalog import write_own
from spatialreno.formats.readers.dbf_names import field_names, refuse_what_is_cut
from spatialreno.formats.readers.entry import Source

if TYPE_CHECKING:
    import geopandas as gpd

_DAY = "2000-01-01"  # the same area gives the same bytes on any day
_LONGEST = 200  # bytes; an ending follows
_MICRONS = {"XYSCALE": "1000000", "XORIGIN": "0", "YORIGIN": "0", "XYTOLERANCE": "0.000001"}
Frames = dict[str, Any]
Form = Literal["gpkg", "geojson", "shp", "fgb", "parquet", "kml", "gdb", "csv", "dxf"]


@dataclass(frozen=True)
class _Form:
    """How one format takes an area.

    Attributes
    ----------
    suffix, write
        Ending of a file, and what writes one.
    in_one
        All layers lie in one file.
    one_type
        A layer holds points or polygons, never both.
    states
        What the file cannot say itself: keys of ``Source`` that ``area.toml`` must state.
    """

    suffix: str
    write: Callable[[Frames, Path, str], None]
    in_one: bool = False
    one_type: bool = False
    states: Mapping[str, str] = field(default_factory=dict)


def export_area(area: StudyArea, folder: str | Path, form: Form, *, encoding: str = "UTF-8") -> Path:
    """Write an area in another format, so that ``read_area`` reads the folder back.

    Parameters
    ----------
    area
        What to write; derived columns are left out, they are derived again on reading.
    folder
        New, empty, or written by an earlier export; nothing else is ever replaced.
    form
        ``gpkg``, ``parquet``, ``fgb`` and ``csv`` (shapes as WKT) keep every bit; ``dxf`` keeps coordinates to 1e-9 m,
        ``shp`` numbers to 15 digits, ``gdb`` and ``kml`` coordinates to 1e-6 m, ``geojson`` to 1e-4 m.
    encoding
        Script of the text of shapefiles: ``UTF-8`` or ``GBK``.

    Returns
    -------
    Path
        The folder. ``area.toml`` there maps short field names and coordinate systems back; ``manifest.json``
        holds the hash of every file.

    Raises
    ------
    InputError
        No such format, a folder that holds other files, or text that the format would cut.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> from spatialreno import read_area
    >>> area = read_area("data/geo/xigongdi")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = read_area(export_area(area, Path(folder) / "fgb", "fgb"))
    >>> again.fingerprint == area.fingerprint
    True
    """
    folder = Path(folder)
    if form not in FORMS:
        raise InputError(f"{form}: no such format. Formats: {', '.join(FORMS)}.{nearest(form, FORMS)}")
    if encoding.upper() not in ("UTF-8", "GBK"):
        raise InputError(f"{encoding}: no script for a shapefile. Give UTF-8 or GBK.")
    recover(folder)
    before = _earlier(folder)

    def write(new: Path) -> list[str]:
        _write(area, new, FORMS[form], encoding.upper())
        return before

    put_whole(folder, write, manifest=MANIFEST)
    return folder


def _earlier(folder: Path) -> list[str]:
    """List the files of an earlier export, which may go; refuse a folder that holds anything else."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise InputError(f"{folder}: is a file. Give a new folder.")
    ours = read_manifest(folder / MANIFEST)
    there = {f.relative_to(folder).as_posix() for f in folder.rglob("*") if not f.is_dir()}
    others = sorted(there - set(ours) - {MANIFEST})
    if others:
        raise InputError(f"{folder}: holds other files ({', '.join(others[:3])}). Choose a new or empty folder.")
    return sorted(ours)


def _write(area: StudyArea, folder: Path, form: _Form, encoding: str) -> None:
    frames = {n: written(area, n) for n in area.catalog.layers if len(area.layer(n))}
    files: dict[str, tuple[Source, ...]] = {}
    whole: Frames = {}
    for name, frame in frames.items():
        if area.catalog.layers[name].is_table:
            write_table(frame, folder / f"{name}.csv")
            continue
        for part, rows in _parts(name, frame, form):
            source, renamed = _mapped(area, part, rows, form, encoding)
            files[name] = (*files.get(name, ()), source)
            whole[part] = renamed
    groups = [whole] if form.in_one else [{n: f} for n, f in whole.items()]
    for group in groups:
        stem = _stem(area) if form.in_one else next(iter(group))
        form.write(group, folder / f"{stem}{form.suffix}", encoding)
    tables = write_own(area, folder)
    text = area_file_text(area.name, area.title, crs_text(area.crs), area.meta, files, catalog=tables)
    (folder / "area.toml").write_text(text, encoding="utf-8", newline="\n")


def _stem(area: StudyArea) -> str:
    """Name the one file after the area, when its name can be that of a file everywhere."""
    plain = area.name.isprintable() and len(area.name.encode()) <= _LONGEST and not area.name.startswith(".")
    return area.name if area.name and plain and not set(area.name) & set('/\\:*?"<>|') else "area"


def _parts(name: str, frame: gpd.GeoDataFrame, form: _Form) -> Iterator[tuple[str, Any]]:
    """Give points and polygons a file each where one file holds one type."""
    types = frame.geometry.geom_type
    if not form.one_type or types.nunique() == 1:
        yield name, frame
        return
    for kind in sorted(types.unique()):
        yield f"{name}_{kind.lower()}s", frame[types == kind]


def _mapped(area: StudyArea, part: str, frame: gpd.GeoDataFrame, form: _Form, encoding: str) -> tuple[Source, Any]:
    """Say how a part is read back, and give its columns the names that the format can hold."""
    said = {k: v.format(crs=crs_text(area.crs)) for k, v in form.states.items()}
    file = f"{_stem(area) if form.in_one else part}{form.suffix}"
    source = Source.model_validate({"file": file, "layer": part if form.in_one else "", **said})
    names = {}
    if form.suffix == ".shp":
        refuse_what_is_cut(part, frame, encoding)
        names = field_names([c for c in frame.columns if c != "geometry"])
    elif form.suffix == ".kml" and "name" in frame.columns:
        names = {"name": "Name"}
    short = {ours: theirs for ours, theirs in names.items() if ours != theirs}
    return source.model_copy(update={"columns": short}), frame.rename(columns=short)


def _by_driver(driver: str, **options: str) -> Callable[[Frames, Path, str], None]:
    def write(frames: Frames, path: Path, encoding: str) -> None:
        more = {"encoding": encoding, "DBF_DATE_LAST_UPDATE": _DAY} if driver == "ESRI Shapefile" else options
        for name, frame in frames.items():
            rows = frame.to_crs(LONLAT) if driver == "LIBKML" else _small(frame) if driver == "OpenFileGDB" else frame
            pyogrio.write_dataframe(rows, path, layer=name, driver=driver, append=path.exists(), **more)

    return write


def _small(frame: gpd.GeoDataFrame) -> Any:
    """Hold whole numbers in 32 bits where they fit: a geodatabase makes floats of longer ones."""
    whole = [c for c in frame.columns if frame[c].dtype == "Int64" and not (frame[c].abs() >= 2**31).any()]
    return frame.astype(dict.fromkeys(whole, "Int32"))


def _geojson(frames: Frames, path: Path, _: str) -> None:
    write_geojson(next(iter(frames.values())), path)


def _gpkg(frames: Frames, path: Path, _: str) -> None:
    write_gpkg(frames, path)


def _parquet(frames: Frames, path: Path, _: str) -> None:
    next(iter(frames.values())).to_parquet(path, index=False)


def _csv(frames: Frames, path: Path, _: str) -> None:
    frame = next(iter(frames.values()))
    shapes = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=-1)
    write_table(frame.drop(columns="geometry").assign(WKT=shapes), path)


def _dxf(frames: Frames, path: Path, _: str) -> None:
    from spatialreno.formats.areas.dxf_write import write_drawing

    write_drawing(frames, path)


FORMS: dict[str, _Form] = {
    "gpkg": _Form(".gpkg", _gpkg, in_one=True),
    "geojson": _Form(".geojson", _geojson),
    "shp": _Form(".shp", _by_driver("ESRI Shapefile"), one_type=True),
    "fgb": _Form(".fgb", _by_driver("FlatGeobuf")),
    "parquet": _Form(".parquet", _parquet),
    "kml": _Form(".kml", _by_driver("LIBKML")),
    "gdb": _Form(".gdb", _by_driver("OpenFileGDB", **_MICRONS), in_one=True, one_type=True),
    "csv": _Form(".csv", _csv, states={"crs": "{crs}"}),
    "dxf": _Form(".dxf", _dxf, in_one=True, states={"crs": "{crs}", "unit": "m"}),
}
