"""Propose how a planner's own files become an area: an ``area.toml`` to correct, the files beside it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spatialreno.area import crs_text, metric_crs
from spatialreno.catalog import Catalog, Layer, read_catalog
from spatialreno.errors import Fault, InputError
from spatialreno.files import put_whole, read_geojson, refused
from spatialreno.formats.areas.area_file import area_file_text
from spatialreno.formats.areas.gather import role_of
from spatialreno.formats.areas.join import Join
from spatialreno.formats.readers.dxf import drawing_layers, role_of_drawing
from spatialreno.formats.readers.gdal import layers_of
from spatialreno.formats.readers.sniff import FileKind, sniff
from spatialreno.formats.readers.source import Source, Unit, read_raw
from spatialreno.formats.readers.spreadsheet import sheets_of

_TYPES = {"MultiPolygon": "Polygon", "MultiLineString": "LineString", "MultiPoint": "Point"}


@dataclass(frozen=True)
class Proposal:
    """What one part of a file seems to be: a layer, or a table to join; or nothing that is known."""

    role: str
    source: Source
    rows: int
    why: str
    join: Join | None = None


def adopt(
    files: Sequence[str | Path],
    folder: str | Path,
    *,
    crs: str,
    name: str = "",
    title: str = "",
    unit: Unit = "",
    catalog: Catalog | None = None,
) -> list[Proposal]:
    """Propose how files become an area: write ``area.toml`` and copy the files beside it.

    Which layer a file is for is told from its name, the names of its layers, its columns and its shapes;
    everything that was proposed stands in ``area.toml``, for the planner to correct. What is not known is
    named there in a comment, and nothing is guessed of coordinates: a file that declares no system gets ``crs``.

    Parameters
    ----------
    files
        Shapefiles, GeoPackages, GeoJSON, FlatGeobuf, GeoParquet, KML, ``.gdb``, DXF, XLSX or CSV.
    folder
        The area's folder: new, empty, or where the files already are.
    crs
        Projected system in metres of the area, and of files that declare none.
    name, title
        As in ``area.toml``; default is the folder's name.
    unit
        Unit of drawings: ``m``, ``cm`` or ``mm``.
    catalog
        What layers, columns and drawing layers are called; default is the one that ships.

    Returns
    -------
    list of Proposal
        One for each part of each file; ``role`` is empty when it is not known.

    Raises
    ------
    InputError
        A file cannot be read, ``area.toml`` is already there, or two files have one name.

    Examples
    --------
    >>> adopt(["compounds.shp", "台账.xlsx"], "data/geo/mine", crs="EPSG:4546")  # doctest: +SKIP
    """
    folder, catalog = Path(folder), catalog or read_catalog()
    system = crs_text(metric_crs(crs, "crs"))
    if (folder / "area.toml").exists():
        raise InputError(f"{folder / 'area.toml'}: is already there. Correct it, or choose a new folder.")
    paths = [Path(f) for f in files]
    twice = sorted({p.name for p in paths if [q.name for q in paths].count(p.name) > 1})
    if twice:
        raise InputError(f"{', '.join(twice)}: two files have one name. Rename one of them.")
    found = [p for path in paths for p in _proposals(path, system, unit, catalog)]
    text = _text(found, name or folder.name, title, system, catalog)

    def write(new: Path) -> None:
        for path in paths:
            _copy(path, new, folder)
        (new / "area.toml").write_text(text, encoding="utf-8", newline="\n")

    put_whole(folder, write)
    return found


def _copy(path: Path, new: Path, folder: Path) -> None:
    """Copy a file with what belongs to it, unless it is in the area's folder already."""
    if path.parent.resolve() == folder.resolve():
        return
    if path.is_dir():
        shutil.copytree(path, new / path.name)
        return
    beside = [".shx", ".dbf", ".prj", ".cpg"] if path.suffix.lower() == ".shp" else []
    for file in (path, *(path.with_suffix(s) for s in beside), *(path.with_suffix(s.upper()) for s in beside)):
        if file.is_file():
            shutil.copyfile(file, new / file.name)


def _proposals(path: Path, crs: str, unit: Unit, catalog: Catalog) -> list[Proposal]:
    kind = sniff(path)
    if kind.status == "osm":
        raise refused(path, f"is {kind.title}", kind.mend)
    if kind.kind == "dxf":
        return _of_drawing(path, crs, unit, catalog)
    if kind.kind in ("gpkg", "gdb", "kml"):
        parts = layers_of(path, kind)
    elif kind.kind == "xlsx":
        parts = sheets_of(path)
    else:
        parts = [""]
    several = len(parts) > 1
    return [_of_part(path, kind, part if several else "", part, crs, catalog) for part in parts]


def _of_drawing(path: Path, crs: str, unit: Unit, catalog: Catalog) -> list[Proposal]:
    if not unit:
        raise refused(path, "is a drawing, which says nothing of its unit", "State the unit: m, cm or mm", rule="unit")
    counts = drawing_layers(path)
    roles: dict[str, list[str]] = {}
    for name in sorted(counts):
        roles.setdefault(role_of_drawing(name, catalog), []).append(name)
    return [
        Proposal(
            role,
            Source(file=path.name, layer="|".join(names) if not role else "", crs=crs, unit=unit),
            sum(counts[n] for n in names),
            f"drawing layers {', '.join(names)}",
        )
        for role, names in sorted(roles.items(), reverse=True)
    ]


def _of_part(path: Path, kind: FileKind, layer: str, part: str, crs: str, catalog: Catalog) -> Proposal:
    source = Source(file=path.name, layer=layer)
    raw: Any = read_geojson(path) if kind.kind == "geojson" else read_raw(path, kind, source, catalog).frame()
    columns = [str(c) for c in raw.columns if c != "geometry"]
    shapes = getattr(raw, "geometry", None)
    if shapes is None:
        return _of_table(path, source, raw, columns, catalog)
    if raw.crs is None:
        source = source.model_copy(update={"crs": crs})
    types = {_TYPES.get(t, t) for t in shapes.geom_type.dropna()}
    named = role_of(part, catalog) or role_of(path.stem, catalog)
    fits = {n: _score(layer, columns) for n, layer in catalog.layers.items() if types & set(layer.geometry)}
    best = max(fits, key=lambda n: fits[n]) if fits else ""
    if named and (named in fits or not types):
        return Proposal(named, source, len(raw), f"called {part or path.stem}")
    if best and fits[best] >= 2 and list(fits.values()).count(fits[best]) == 1:
        return Proposal(best, source, len(raw), f"its columns are those of {best}")
    return Proposal(
        "", source, len(raw), f"holds {', '.join(sorted(types)) or 'nothing'}; columns {', '.join(columns)}"
    )


def _score(layer: Layer, columns: list[str]) -> int:
    """Count the columns of a file that the layer's dictionary knows, ids and names aside."""
    common = ("id", "name", "inferred", "estimated")
    return sum(bool({c.column, *c.aliases} & set(columns)) for c in layer.columns.values() if c.column not in common)


def _of_table(path: Path, source: Source, raw: Any, columns: list[str], catalog: Catalog) -> Proposal:
    """A table without shapes is one of ours by name, or a ledger to join by name or id."""
    named = role_of(path.stem, catalog)
    if named and catalog.layers[named].is_table:
        return Proposal(named, source, len(raw), f"called {path.stem}")
    for role in (named, "compounds", "buildings", "structures"):
        layer = catalog.layers.get(role)
        key = None if layer is None or layer.is_table else _key(layer, columns)
        if layer is None or key is None:
            continue
        known = _known(layer, columns)
        fill = {ours: theirs for ours, theirs in known.items() if ours != key[0]}
        if not fill:
            continue
        spread = tuple(c for c in ("households",) if role == "compounds" and c in fill)
        join = Join(file=path.name, sheet=source.layer, layer=role, by=dict([key]), columns=fill, spread=spread)
        return Proposal(role, source, len(raw), f"a ledger of {role}, by {key[1]}", join)
    return Proposal("", source, len(raw), f"a table; columns {', '.join(columns)}")


def _known(layer: Layer, columns: list[str]) -> dict[str, str]:
    found = {c.column: next((n for n in (c.column, *c.aliases) if n in columns), "") for c in layer.columns.values()}
    return {ours: theirs for ours, theirs in found.items() if theirs}


def _key(layer: Layer, columns: list[str]) -> tuple[str, str] | None:
    known = _known(layer, columns)
    wanted = ("name", "id") if layer.name == "compounds" else ("id", "name")
    return next(((ours, known[ours]) for ours in wanted if ours in known), None)


def _text(found: list[Proposal], name: str, title: str, crs: str, catalog: Catalog) -> str:
    files: dict[str, tuple[Source, ...]] = {}
    for p in found:
        if p.role and p.join is None:
            files[p.role] = (*files.get(p.role, ()), p.source)
    joins = tuple(p.join for p in found if p.join is not None)
    text = area_file_text(name, title or name, crs, {"note": ""}, files, joins)
    unknown = [f"#   {p.source.file} {p.source.layer}: {p.why}".rstrip() for p in found if not p.role]
    lacking = [n for n in ("compounds", "buildings") if n not in files]
    head = ["# Proposed by spatialreno adopt; correct what is wrong. Layers: " + ", ".join(catalog.layers)]
    head += ["# Not known, so not read:", *unknown] if unknown else []
    head += [f"# Still needed: {', '.join(lacking)}"] if lacking else []
    return "\n".join(" ".join(line.split()) if not line.startswith("#  ") else line for line in head) + "\n" + text


def unplaced(found: list[Proposal]) -> list[Fault]:
    """List the parts of files that nobody knows a layer for."""
    mend = "Write it under [files] in area.toml, or leave it"
    return [
        Fault(p.source.file, (), "unknown layer", f"{p.source.layer} {p.why}".strip(), mend, "warning", p.source.file)
        for p in found
        if not p.role
    ]
