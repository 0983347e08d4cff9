"""Areas on disk: a folder of GeoJSON, or one GeoPackage, with its ``area.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from spatialreno.area import StudyArea, as_area, assemble, crs_text, metric_crs, own_columns
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import InputError, as_path
from spatialreno.files import put_whole, write_geojson, write_gpkg, write_table
from spatialreno.formats.areas.area_file import area_file_text, read_area_file
from spatialreno.formats.areas.gather import gather, is_gpkg, located, manifest_of
from spatialreno.formats.areas.own_catalog import FOLDER, Given, write_own
from spatialreno.formats.areas.templates import FOLDER as TEMPLATES
from spatialreno.formats.areas.templates import SURVEY, write_survey, write_templates
from spatialreno.formats.readers.entry import Source

_FILES = (".geojson", ".parquet", ".fgb", ".shp", ".csv", ".kml", ".gdb", ".dxf")


def read_area(path: str | Path, *, catalog: Given = None) -> StudyArea:
    """Read a study area.

    Parameters
    ----------
    path
        A folder with ``area.toml``, ``<layer>.geojson`` and ``<table>.csv``; or a ``.gpkg`` with a file
        of the same name ending in ``.toml`` beside it.
    catalog
        A folder of tables (prices, kinds, norms of a bureau) that lie over the area's own, which ``catalog`` in
        ``area.toml`` names; or a whole ``Catalog`` to start from, over which the area's own lie.

    Returns
    -------
    StudyArea
        ``area.report`` lists each repair, default, estimate and split.

    Raises
    ------
    InputError
        All faults at once, each naming file, layer, ids, what was expected and the mend.

    Examples
    --------
    >>> read_area("data/geo/xigongdi").name
    'xigongdi'
    """
    raw = gather(as_path(path, what="read_area"), catalog)
    document = raw.document
    try:
        area = assemble(
            raw.layers,
            name=document.name,
            title=document.title,
            crs=document.crs,
            meta=document.meta(),
            catalog=raw.catalog,
        )
    except InputError as error:
        raise _located(error, raw.files) from error
    return replace(area, _acts=(*raw.acts, *area._acts))


def write_area(area: StudyArea, path: str | Path) -> Path:
    """Write an area so that ``read_area`` reads back an equal one.

    GeoPackage keeps every bit; GeoJSON keeps 0.1 mm, and a second write is byte-equal. A manifest of hashes lies
    beside: who reads the area is told of files that have changed or gone since.

    Parameters
    ----------
    area
        What to write. Derived columns are left out: they are derived again on reading.
    path
        A folder, or a file ending in ``.gpkg``. Files are replaced only when all are written whole.

    Returns
    -------
    pathlib.Path
        As given.

    Raises
    ------
    InputError
        The path ends like a file of another format, which ``export_area`` writes.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> from spatialreno.formats import read_area
    >>> area = read_area("data/geo/xigongdi")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = read_area(write_area(area, Path(folder) / "xigongdi.gpkg"))
    >>> again.fingerprint == area.fingerprint
    True
    """
    path = as_path(path, what="write_area")
    as_area(area, what="write_area")
    if path.suffix.lower() in _FILES and not path.is_dir():
        form = path.suffix[1:].lower()
        raise InputError(f"{path}: one file holds an area as .gpkg only. Give a folder, or use export ({form}).")
    told = manifest_of(path)
    put_whole(told.parent, lambda new: _write_files(area, new, path), what=path, manifest=told.name)
    return path


def new_area(path: str | Path, *, name: str, title: str = "", crs: str = "EPSG:4546", qgis: bool = False) -> Path:
    """Begin a new area: a folder with ``area.toml``, a first scenario, and templates to fill in.

    ``模板/图层模板.gpkg`` holds an empty layer for each of ours, to draw on in QGIS; ``模板/台账模板.xlsx`` ledgers by
    building and by compound and a list of illegal structures, with examples, and all columns with the words they take.

    Parameters
    ----------
    path
        A folder that is not there yet, or is empty.
    name, title, crs
        As in ``area.toml``.
    qgis
        Also write ``模板/调查.gpkg``, an empty survey for QGIS and QField with a project inside: forms with Chinese
        titles, lists of words, defaults, and bounds that are refused while one draws.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    InputError
        The name is not plain, the CRS not in metres, or the folder not empty or not writable.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(p.name for p in new_area(Path(folder) / "mine", name="mine", title="我的片区").iterdir())
    ['area.toml', 'scenarios', '模板']
    """
    folder = Path(path)
    if not name or any(c in name for c in "/\\") or name.startswith("."):
        raise InputError(f"name {name!r}: needs a plain name, without slashes and not starting with a dot.")
    text = area_file_text(name, title or name, crs_text(metric_crs(crs, "crs")), {"note": ""})
    try:
        if folder.exists() and any(folder.iterdir()):
            raise InputError(f"{folder}: is not empty. Choose a new folder.")
        (folder / "scenarios").mkdir(parents=True, exist_ok=True)
        (folder / "area.toml").write_text(text, encoding="utf-8")
        (folder / "scenarios" / "clear.toml").write_text(_FIRST_SCENARIO, encoding="utf-8")
        write_templates(folder / TEMPLATES, read_catalog(), crs)
        if qgis:
            write_survey(folder / TEMPLATES / SURVEY, read_catalog(), crs, title or name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}). Choose a folder you may write to.") from error
    return folder


_FIRST_SCENARIO = """\
name  = "clear"
title = "拆违"

[[demolish]]
layer = "structures"
where = { legality = "illegal" }
"""


def _write_files(area: StudyArea, folder: Path, path: Path) -> list[str]:
    """Write all files into ``folder``; name those at ``path`` that would no longer be true."""
    frames = {n: written(area, n) for n in area.catalog.layers if len(area.layer(n))}
    crs = crs_text(area.crs)
    if is_gpkg(path):
        tables = write_own(area, folder, f"{path.stem}.{FOLDER}")
        text = area_file_text(area.name, area.title, crs, area.meta, catalog=tables)
        (folder / path.with_suffix(".toml").name).write_text(text, encoding="utf-8", newline="\n")
        write_gpkg(frames, folder / path.name)
        return []
    own = _own_names(path, area.catalog)
    kept = {layer: name for layer, name in own.items() if layer in frames}
    files, tables = {n: (Source(file=f),) for n, f in kept.items()}, write_own(area, folder)
    text = area_file_text(area.name, area.title, crs, area.meta, files, catalog=tables)
    (folder / "area.toml").write_text(text, encoding="utf-8", newline="\n")
    names = {layer: own.get(layer, _file_name(layer, area.catalog)) for layer in area.catalog.layers}
    for layer, frame in frames.items():
        write = write_table if area.catalog.layers[layer].is_table else write_geojson
        write(frame, folder / names[layer])
    return [name for layer, name in names.items() if layer not in frames]


def _own_names(folder: Path, catalog: Catalog) -> dict[str, str]:
    """Keep the file names that an area.toml already there gives to layers."""
    try:
        files = read_area_file(folder / "area.toml").files
    except InputError:
        return {}
    ours = {n: s[0] for n, s in files.items() if len(s) == 1 and s[0] == Source(file=s[0].file)}
    plain = {n: s.file for n, s in ours.items() if n in catalog.layers and _is_our_form(s.file, n, catalog)}
    taken = {_file_name(n, catalog) for n in catalog.layers} | {"area.toml"}
    return {n: f for n, f in plain.items() if f not in taken and list(plain.values()).count(f) == 1}


def _is_our_form(file: str, layer: str, catalog: Catalog) -> bool:
    return Path(file).name == file and Path(file).suffix == Path(_file_name(layer, catalog)).suffix


def written(area: StudyArea, name: str) -> Any:
    """Take the columns of one layer that are written: those that say something and are not derived."""
    layer = area.catalog.layers[name]
    frame = area.layer(name)
    if layer.has_id:
        frame = frame.reset_index()
    told = [*layer.of_status("required", "optional"), *own_columns(frame, layer)]
    columns = [c for c in told if c == "id" or frame[c].notna().any()]
    return frame[columns if layer.is_table else [*columns, "geometry"]]


def _located(error: InputError, files: Mapping[str, str]) -> InputError:
    return InputError.of(located(error.faults, files)) if error.faults else error


def _file_name(layer: str, catalog: Catalog) -> str:
    return f"{layer}.csv" if catalog.layers[layer].is_table else f"{layer}.geojson"
