"""Propose how a planner's own files become an area: an ``area.toml`` to correct, the files beside it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from spatialreno.area import crs_text, metric_crs
from spatialreno.catalog import Catalog, Layer, find_column, read_catalog
from spatialreno.errors import Fault, InputError
from spatialreno.files import put_whole, refused
from spatialreno.formats.areas.area_file import area_file_text
from spatialreno.formats.areas.gather import role_of
from spatialreno.formats.areas.join import Join
from spatialreno.formats.areas.listed import is_list_of_structures
from spatialreno.formats.readers.drawings.dxf import drawing_roles
from spatialreno.formats.readers.entry import Shift, Source, Unit
from spatialreno.formats.readers.gdal import layers_of, settled
from spatialreno.formats.readers.kml import kml_layers
from spatialreno.formats.readers.sniff import FileKind, sniff
from spatialreno.formats.readers.source import read_raw
from spatialreno.formats.readers.tables.book import WORKBOOKS
from spatialreno.formats.readers.tables.places import degrees_or_metres
from spatialreno.formats.readers.tables.workbook import sheets_of

_TYPES = {"MultiPolygon": "Polygon", "MultiLineString": "LineString", "MultiPoint": "Point"}


@dataclass(frozen=True)
class Proposal:
    """What one part of a file seems to be: a layer, or a table to join; or nothing that is known."""

    role: str
    source: Source
    rows: int
    why: str
    join: Join | None = None


@dataclass(frozen=True)
class _Stated:
    """What the planner says of files that say nothing themselves."""

    crs: str
    unit: Unit
    shift: Shift


def adopt(
    files: Sequence[str | Path],
    folder: str | Path,
    *,
    crs: str,
    name: str = "",
    title: str = "",
    unit: Unit = "",
    shift: Shift = "",
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
        Unit of drawings (``m``, ``cm`` or ``mm``); default is what their headers say.
    shift
        Whose degrees tables hold: ``gcj02`` or ``bd09`` of a map service; default is WGS 84.
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
    stated = _Stated(system, unit, shift)
    found = [p for path in paths for p in _proposals(path, stated, catalog)]
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
    if path.suffix.lower() == ".gpkg" and settled(path, new / path.name):
        return
    beside = [".shx", ".dbf", ".prj", ".cpg"] if path.suffix.lower() == ".shp" else []
    for file in (path, *(path.with_suffix(s) for s in beside), *(path.with_suffix(s.upper()) for s in beside)):
        if file.is_file():
            shutil.copyfile(file, new / file.name)


def _proposals(path: Path, stated: _Stated, catalog: Catalog) -> list[Proposal]:
    kind = sniff(path)
    if kind.status == "osm":
        raise refused(path, f"is {kind.title}", kind.mend)
    if kind.kind == "dxf":
        return _of_drawing(path, stated.crs, stated.unit, catalog)
    if kind.kind == "kml":
        parts = kml_layers(path)
    elif kind.kind in ("gpkg", "gdb"):
        parts = layers_of(path, kind)
    elif kind.kind in WORKBOOKS:
        parts = sheets_of(path, kind.kind)
    else:
        parts = [""]
    several = len(parts) > 1
    if not parts:
        return [Proposal("", Source(file=path.name), 0, "holds nothing")]
    return [_of_part(path, kind, part if several else "", part, stated, catalog) for part in parts]


def _of_drawing(path: Path, crs: str, unit: Unit, catalog: Catalog) -> list[Proposal]:
    """Propose a source for each layer that the drawing holds, by the codes and drawing layers of its entities."""
    stated, roles = drawing_roles(path, catalog)
    unit = unit or _UNITS.get(stated, "")
    if not unit:
        mend = "State the unit: m, cm or mm"
        raise refused(path, "is a drawing, and its header says nothing of its unit", mend, rule="unit")
    return [_of_role(path, role, counts, crs, unit, catalog) for role, counts in sorted(roles.items(), reverse=True)]


_UNITS: dict[str, Unit] = {"m": "m", "cm": "cm", "mm": "mm"}
_SILENT = {
    "structures": {"legality": "undecided"}
}  # what a drawing cannot say, and what stands for it until it is said
_WRITTEN = ("id", "name")  # what is given, or read from the texts of a drawing


def _of_role(path: Path, role: str, counts: Counter[str], crs: str, unit: Unit, catalog: Catalog) -> Proposal:
    names = sorted(counts)
    values: dict[str, str | bool | int | float] = {**_SILENT.get(role, {})}
    required = catalog.layers[role].of_status("required") if role else []
    open_ = [c for c in required if c not in values and c not in _WRITTEN]
    if open_:
        allowed = "|".join(catalog.layers[role].columns[open_[0]].allowed) or "…"
        source = Source(file=path.name, layer="|".join(names), crs=crs, unit=unit)
        why = f"drawn as {role}, of which the drawing does not say {' and '.join(open_)}: write [files.{role}] with"
        why += f' layer = "{source.layer}" and values = {{ {open_[0]} = "{allowed}" }}'
        return Proposal("", source, counts.total(), why)
    source = Source(file=path.name, layer="" if role else "|".join(names), crs=crs, unit=unit, values=values)
    return Proposal(role, source, counts.total(), f"drawing layers {', '.join(names)}")


def _of_part(path: Path, kind: FileKind, layer: str, part: str, stated: _Stated, catalog: Catalog) -> Proposal:
    source = Source(file=path.name, layer=layer)
    table, note = read_raw(path, kind, source, catalog), ""
    if table.shapes is None and kind.kind in ("csv", *WORKBOOKS) and (places := degrees_or_metres(table)):
        degrees = {"shift": stated.shift} if stated.shift else {"crs": _DEGREES}
        source = source.model_copy(update=degrees if places == "degrees" else {"crs": stated.crs})
        table = read_raw(path, kind, source, catalog)
        note = _OF_MAPS if places == "degrees" and not stated.shift else ""
    raw: Any = table.frame(path)[0]
    columns = [str(c) for c in raw.columns if c != "geometry"]
    shapes = raw.geometry if isinstance(raw, gpd.GeoDataFrame) else None
    if shapes is None:
        return _of_table(path, source, raw, columns, catalog)
    if not len(raw):
        return Proposal("", source, 0, "holds no rows")
    if raw.crs is None and not source.crs and not source.shift:
        source = source.model_copy(update={"crs": stated.crs})
    types = {_TYPES.get(t, t) for t in shapes.geom_type.dropna()}
    named = role_of(part, catalog) or role_of(path.stem, catalog)
    fits = {n: _score(layer, columns) for n, layer in catalog.layers.items() if types & set(layer.geometry)}
    best = max(fits, key=lambda n: fits[n]) if fits else ""
    if named and (named in fits or not types):
        return Proposal(named, source, len(raw), f"called {part or path.stem}{note}")
    if best and fits[best] >= 2 and list(fits.values()).count(fits[best]) == 1:
        return Proposal(best, source, len(raw), f"its columns are those of {best}{note}")
    return Proposal(
        "", source, len(raw), f"holds {', '.join(sorted(types)) or 'nothing'}; columns {', '.join(columns)}"
    )


_DEGREES = "EPSG:4326"
_OF_MAPS = '; degrees are taken as WGS 84: state shift = "gcj02" or "bd09" for points of a map service'


def _score(layer: Layer, columns: list[str]) -> int:
    """Count the columns of a file that the layer's dictionary knows, ids and names aside."""
    return len(set(_known(layer, columns)) - {"id", "name", "inferred", "estimated"})


def _of_table(path: Path, source: Source, raw: Any, columns: list[str], catalog: Catalog) -> Proposal:
    """A table without shapes is one of ours by name, or a ledger to join by name or id."""
    named = role_of(path.stem, catalog)
    if named and catalog.layers[named].is_table:
        return Proposal(named, source, len(raw), f"called {path.stem}")
    if is_list_of_structures(columns, catalog):
        return Proposal("listed", source, len(raw), "a list of structures; join it to structures where they are drawn")
    for role in _ledgers(named, columns, catalog):
        layer = catalog.layers[role]
        by = _by(layer, columns, catalog)
        fill = {
            ours: theirs
            for ours, theirs in _known(layer, columns).items()
            if ours not in by and theirs not in by.values()
        }
        if not by or not fill:
            continue
        spread = tuple(c for c in ("households", "residents") if role == "compounds" and c in fill)
        join = Join(file=path.name, sheet=source.layer, layer=role, by=by, columns=fill, spread=spread)
        return Proposal(role, source, len(raw), f"a ledger of {role}, by {' and '.join(by.values())}", join)
    return Proposal("", source, len(raw), f"a table; columns {', '.join(' '.join(c.split()) for c in columns)}")


_YARD, _HOUSE = (
    ("小区", "小区名称", "所属小区", "院落", "院落名称"),
    ("楼号", "楼栋", "楼栋号", "栋号", "楼幢", "幢号", "楼栋名称"),
)


def _ledgers(named: str, columns: list[str], catalog: Catalog) -> list[str]:
    """List the layers that a ledger may tell of, likeliest first: rows that name a house are of houses."""
    houses = ["buildings"] if find_column(_HOUSE, columns) else []
    roles = [named, *houses, "compounds", "buildings", "structures"]
    return [r for r in dict.fromkeys(roles) if r in catalog.layers and not catalog.layers[r].is_table]


def _by(layer: Layer, columns: list[str], catalog: Catalog) -> dict[str, str]:
    """Find the columns that tell rows apart: a yard and a house together, else a name or an id."""
    known = _known(layer, columns)
    if layer.name == "buildings":
        yard, house = find_column(_YARD, columns), find_column(_HOUSE, columns)
        if yard and house:
            return {"compound": yard[0], "name": house[0]}
        if house:
            return {"name": house[0]}
    wanted = ("name", "id") if layer.name == "compounds" else ("id", "name")
    return next(({ours: known[ours]} for ours in wanted if ours in known), {})


def _known(layer: Layer, columns: list[str]) -> dict[str, str]:
    """Find the columns of a file that the layer's dictionary knows, however they are written: ours and theirs."""
    wanted = [c for c in layer.columns.values() if c.status != "derived"]
    found = {c.column: find_column((c.column, *c.aliases), columns) for c in wanted}
    return {ours: theirs[0] for ours, theirs in found.items() if theirs is not None}


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
