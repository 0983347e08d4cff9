"""Areas on disk: a folder of GeoJSON, or one GeoPackage, with its ``area.toml``."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
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
    document, layers, files = _raw(Path(path), catalog or read_catalog())
    try:
        return assemble(
            layers, name=document.name, title=document.title, crs=document.crs, meta=document.meta(), catalog=catalog
        )
    except InputError as error:
        raise _located(error, files) from error


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
    """
    catalog = catalog or read_catalog()
    try:
        document, layers, files = _raw(Path(path), catalog)
        crs = metric_crs(document.crs, "area.toml: crs")
        found = [_in_file(f, files) for f in findings(layers, crs=crs, catalog=catalog)]
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
    """
    path = Path(path)
    target = path.parent if path.suffix == ".gpkg" else path
    try:
        target.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target, prefix=".writing-"))
        try:
            _write_files(area, beside, path)
            for file in sorted(beside.iterdir()):
                file.replace(target / file.name)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}). Choose a folder you may write to.") from error
    return path


def new_area(path: str | Path, *, name: str, title: str = "", crs: str = "EPSG:4546") -> Path:
    """Begin a new area: a folder with ``area.toml`` and an empty scenario to fill in.

    Parameters
    ----------
    path
        A folder that is not there yet, or is empty.
    name, title, crs
        As in ``area.toml``.
    """
    folder = Path(path)
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder}: is not empty. Choose a new folder.")
    (folder / "scenarios").mkdir(parents=True, exist_ok=True)
    text = area_file_text(name, title or name, crs_text(metric_crs(crs, "crs")), {"note": ""})
    (folder / "area.toml").write_text(text, encoding="utf-8")
    (folder / "scenarios" / "clear.toml").write_text(_FIRST_SCENARIO, encoding="utf-8")
    return folder


_FIRST_SCENARIO = """\
name  = "clear"
title = "拆违"

[[demolish]]
layer = "structures"
where = { legality = "illegal" }
"""


def _raw(path: Path, catalog: Catalog) -> tuple[AreaFile, dict[str, pd.DataFrame], dict[str, str]]:
    if path.suffix == ".gpkg":
        document = read_area_file(path.with_suffix(".toml"))
        layers = read_gpkg(path, catalog.layers)
        return document, layers, dict.fromkeys(layers, path.name)
    if not path.is_dir():
        raise InputError(f"{path}: no such folder. Give an area's folder (it holds area.toml) or a .gpkg file.")
    document = read_area_file(path / "area.toml")
    files = _files(path, document, catalog)
    layers, faults = {}, []
    for layer, file in files.items():
        try:
            layers[layer] = read_table(file) if catalog.layers[layer].is_table else read_geojson(file)
        except InputError as error:
            faults.append(Fault(layer, (), "file", str(error), "", file=file.name))
    if faults:
        raise InputError("\n- ".join(f.message for f in faults), faults)
    return document, layers, {layer: file.name for layer, file in files.items()}


def _files(folder: Path, document: AreaFile, catalog: Catalog) -> dict[str, Path]:
    """Find each layer's file; none may lie outside the folder."""
    unknown = sorted(set(document.files) - set(catalog.layers))
    if unknown:
        raise InputError(
            f"{folder / 'area.toml'}: files: no such layer ({', '.join(unknown)}). Layers: {', '.join(catalog.layers)}."
        )
    found = {}
    for name, layer in catalog.layers.items():
        file = folder / document.files.get(name, f"{name}.csv" if layer.is_table else f"{name}.geojson")
        if not file.resolve().is_relative_to(folder.resolve()):
            raise InputError(
                f"{folder / 'area.toml'}: {name} = {document.files.get(name, file.name)!r} leads out of "
                "the folder. Put the file into the folder."
            )
        if file.exists():
            found[name] = file
        elif name in document.files:
            raise InputError(f"{file}: not found, though area.toml names it for {name}.")
    return found


def _write_files(area: StudyArea, folder: Path, path: Path) -> None:
    text = area_file_text(area.name, area.title, crs_text(area.crs), area.meta)
    frames = {n: _written(area, n) for n in area.catalog.layers if len(area.layer(n))}
    if path.suffix == ".gpkg":
        (folder / path.with_suffix(".toml").name).write_text(text, encoding="utf-8", newline="\n")
        write_gpkg(frames, folder / path.name)
        return
    (folder / "area.toml").write_text(text, encoding="utf-8", newline="\n")
    for name, frame in frames.items():
        if area.catalog.layers[name].is_table:
            write_table(frame, folder / f"{name}.csv")
        else:
            write_geojson(frame, folder / f"{name}.geojson")


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
    from dataclasses import replace

    return replace(fault, file=files.get(fault.layer, fault.file))
