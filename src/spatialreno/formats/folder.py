"""Areas on disk: a folder of GeoJSON, or one GeoPackage, with its ``area.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from spatialreno.area import StudyArea, assemble
from spatialreno.area.assemble import findings
from spatialreno.area.crs import crs_text, metric_crs
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import Fault, InputError
from spatialreno.formats.area_file import AreaFile, area_file_text, read_area_file
from spatialreno.formats.tables import read_geojson, read_gpkg, read_table, write_geojson, write_gpkg, write_table
from spatialreno.formats.whole import put_whole

FINDING_COLUMNS = ["severity", "layer", "rule", "ids", "message", "mend", "file"]


def read_area(path: str | Path, *, catalog: Catalog | None = None) -> StudyArea:
    """Read a study area.

    Parameters
    ----------
    path
        A folder with ``area.toml``, ``<layer>.geojson`` and ``<table>.csv``; or a ``.gpkg`` with a file
        of the same name ending in ``.toml`` beside it.
    catalog
        Norms and dictionaries; default is the one that ships.

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
    raw = _raw(Path(path), catalog or read_catalog())
    document = raw.document
    try:
        area = assemble(
            raw.layers,
            name=document.name,
            title=document.title,
            crs=document.crs,
            meta=document.meta(),
            catalog=catalog,
        )
    except InputError as error:
        raise _located(error, raw.files) from error
    return replace(area, _acts=(*raw.acts, *area._acts))


def check_area(path: str | Path, *, catalog: Catalog | None = None) -> pd.DataFrame:
    """List everything found in an area's files, without reading it for use.

    Parameters
    ----------
    path
        As for ``read_area``.

    Returns
    -------
    DataFrame
        severity (error, warning, note), layer, rule, ids, message, mend, file. Without errors the area
        can be read.

    Examples
    --------
    >>> found = check_area("data/geo/xigongdi")
    >>> bool((found["severity"] == "error").any())
    False
    """
    catalog = catalog or read_catalog()
    try:
        raw = _raw(Path(path), catalog)
        found = [_in_file(f, raw.files) for f in findings(raw.layers, crs=raw.document.crs, catalog=catalog)] + [
            Fault("area", (), a["rule"], a["reason"], "Nothing to do, if it is no layer", "note") for a in raw.acts
        ]
    except InputError as error:
        found = list(error.faults) or [Fault("area", (), "reading", str(error), "", file=str(path))]
    rank = {"error": 0, "warning": 1, "note": 2}
    found = sorted(found, key=lambda f: (rank[f.severity], f.layer, f.rule, f.message))
    rows = [[f.severity, f.layer, f.rule, ", ".join(f.ids), f.message, f.mend, f.file] for f in found]
    return pd.DataFrame(rows, columns=FINDING_COLUMNS)


def write_area(area: StudyArea, path: str | Path) -> Path:
    """Write an area so that ``read_area`` reads back an equal one.

    GeoPackage keeps every bit; GeoJSON keeps 0.1 mm, and a second write is byte-equal.

    Parameters
    ----------
    area
        What to write. Derived columns are left out: they are derived again on reading.
    path
        A folder, or a file ending in ``.gpkg``. Files are replaced only when all are written whole.

    Examples
    --------
    >>> import tempfile
    >>> area = read_area("data/geo/xigongdi")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = read_area(write_area(area, Path(folder) / "xigongdi.gpkg"))
    >>> again.fingerprint == area.fingerprint
    True
    """
    path = Path(path)
    put_whole(path.parent if _is_gpkg(path) else path, lambda new: _write_files(area, new, path), what=path)
    return path


def new_area(path: str | Path, *, name: str, title: str = "", crs: str = "EPSG:4546") -> Path:
    """Begin a new area: a folder with ``area.toml`` and an empty scenario to fill in.

    Parameters
    ----------
    path
        A folder that is not there yet, or is empty.
    name, title, crs
        As in ``area.toml``.

    Raises
    ------
    InputError
        The name is not plain, the CRS not in metres, or the folder not empty or not writable.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(p.name for p in new_area(Path(folder) / "mine", name="mine", title="我的片区").iterdir())
    ['area.toml', 'scenarios']
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


@dataclass(frozen=True)
class _Raw:
    """What the files say, before any rule: the document, tables by layer, the file of each layer, acts."""

    document: AreaFile
    layers: dict[str, pd.DataFrame]
    files: dict[str, str]
    acts: tuple[dict[str, str], ...] = ()


def _raw(path: Path, catalog: Catalog) -> _Raw:
    if _is_gpkg(path):
        if not path.exists():
            raise InputError(f"{path}: not found. Give an area's folder (it holds area.toml) or a .gpkg file.")
        document = read_area_file(path.with_suffix(".toml"))
        return _Raw(document, read_gpkg(path, catalog.layers), dict.fromkeys(catalog.layers, path.name))
    if not path.is_dir():
        raise InputError(f"{path}: no such folder. Give an area's folder (it holds area.toml) or a .gpkg file.")
    document = read_area_file(path / "area.toml")
    files = _files(path, document, catalog)
    layers, faults = {}, _strays(path, files, catalog)
    for layer, file in files.items():
        try:
            if _is_there(file):
                layers[layer] = read_table(file) if catalog.layers[layer].is_table else read_geojson(file)
        except InputError as error:
            faults += [replace(fault, layer=layer) for fault in error.faults]
    if faults:
        raise InputError.of(faults)
    others = sorted(f.name for f in path.glob("*.csv") if f not in files.values())
    acts = [{"layer": "", "id": "", "rule": "unknown file", "reason": f"not read: {name}"} for name in others]
    return _Raw(document, layers, {layer: file.name for layer, file in files.items()}, tuple(acts))


def _files(folder: Path, document: AreaFile, catalog: Catalog) -> dict[str, Path]:
    """Say where each layer's file is, or would be; none may lie outside the folder."""
    toml = folder / "area.toml"
    unknown = sorted(set(document.files) - set(catalog.layers))
    if unknown:
        raise InputError(f"{toml}: files: no such layer ({', '.join(unknown)}). Layers: {', '.join(catalog.layers)}.")
    found = {}
    for name in catalog.layers:
        file = folder / document.files.get(name, _file_name(name, catalog))
        if not _is_inside(file, folder):
            raise InputError(f"{toml}: {name}: {file} leads out of the folder. Put the file into the folder.")
        if name in document.files and not _is_there(file):
            raise InputError(f"{file}: not found, though area.toml names it for {name}. Correct files.{name}.")
        found[name] = file
    return found


def _is_inside(file: Path, folder: Path) -> bool:
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # links in a circle, a name that no system knows
        return False


def _is_there(file: Path) -> bool:
    """A link to nowhere is there, and fails when it is read; it is not passed over."""
    try:
        return file.exists() or file.is_symlink()
    except OSError:
        return False


def _strays(folder: Path, files: Mapping[str, Path], catalog: Catalog) -> list[Fault]:
    """A map file that no layer claims is most likely a layer with its name misspelt."""
    claimed = set(files.values())
    mend = f"Name it after its layer ({', '.join(catalog.layers)}) or under [files] in area.toml, or move it away"
    return [
        Fault(file.stem, (), "unknown file", "belongs to no layer", mend, file=file.name)
        for file in sorted(folder.glob("*.geojson"))
        if file not in claimed
    ]


def _file_name(layer: str, catalog: Catalog) -> str:
    return f"{layer}.csv" if catalog.layers[layer].is_table else f"{layer}.geojson"


def _is_gpkg(path: Path) -> bool:
    return path.suffix.lower() == ".gpkg"


def _write_files(area: StudyArea, folder: Path, path: Path) -> list[str]:
    """Write all files into ``folder``; name those at ``path`` that would no longer be true."""
    frames = {n: _written(area, n) for n in area.catalog.layers if len(area.layer(n))}
    crs = crs_text(area.crs)
    if _is_gpkg(path):
        text = area_file_text(area.name, area.title, crs, area.meta)
        (folder / path.with_suffix(".toml").name).write_text(text, encoding="utf-8", newline="\n")
        write_gpkg(frames, folder / path.name)
        return []
    own = _own_names(path, area.catalog)
    kept = {layer: name for layer, name in own.items() if layer in frames}
    text = area_file_text(area.name, area.title, crs, area.meta, kept)
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
    plain = {n: f for n, f in files.items() if n in catalog.layers and Path(f).name == f}
    taken = {_file_name(n, catalog) for n in catalog.layers} | {"area.toml"}
    return {n: f for n, f in plain.items() if f not in taken and list(plain.values()).count(f) == 1}


def _written(area: StudyArea, name: str) -> Any:
    layer = area.catalog.layers[name]
    frame = area.layer(name)
    if layer.has_id:
        frame = frame.reset_index()
    columns = [c for c in layer.of_status("required", "optional") if c == "id" or frame[c].notna().any()]
    return frame[columns if layer.is_table else [*columns, "geometry"]]


def _located(error: InputError, files: Mapping[str, str]) -> InputError:
    return InputError.of([_in_file(f, files) for f in error.faults]) if error.faults else error


def _in_file(fault: Fault, files: Mapping[str, str]) -> Fault:
    return replace(fault, file=files.get(fault.layer, fault.file))
