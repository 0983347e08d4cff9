"""Gather what an area's files say, layer by layer, before any rule of the area is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from spatialreno.area import Notes, form_layers, metric_crs, owners, spread_over_buildings, texts
from spatialreno.catalog import Catalog, Layer, find_column
from spatialreno.errors import Fault, InputError
from spatialreno.files import MANIFEST, changed_since, recover
from spatialreno.formats.areas.area_file import AreaFile, read_area_file
from spatialreno.formats.areas.join import Join, Ledger, join_rows, marked
from spatialreno.formats.areas.listed import listed_of, with_listed
from spatialreno.formats.areas.own_catalog import Given, catalog_of
from spatialreno.formats.readers.entry import Act, Source
from spatialreno.formats.readers.gdal import layers_of
from spatialreno.formats.readers.sniff import file_kinds, sniff
from spatialreno.formats.readers.source import in_our_words, read_source
from spatialreno.formats.readers.tables.spreadsheet import read_rows

_MAPS = ("geojson", "shp", "fgb", "parquet", "kml", "kmz", "gdb")
_PAPERS = ("csv", "xlsx", "dxf", "dwg", "xls", "ods", "zip", "gpkg", "rar", "7z", "gz", "tab", "mdb", "osm", "pbf")
_BESIDE = (".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Gathered:
    """What the files say, before any rule: document, catalog, tables by layer, the file of each layer, acts, faults."""

    document: AreaFile
    catalog: Catalog
    layers: dict[str, pd.DataFrame]
    files: dict[str, str]
    acts: tuple[Act, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


def gather(path: Path, given: Given = None) -> Gathered:
    """Read all files of an area, and gather every fault that keeps one from being read.

    Parameters
    ----------
    path
        An area's folder, or a GeoPackage with its ``.toml`` beside it.
    given
        A catalog to start from, or a folder of tables that lie over the area's own.

    Raises
    ------
    InputError
        All files that cannot be read, each with its fault and mend.
    """
    recover(path.parent if is_gpkg(path) else path)
    if is_gpkg(path):
        return _gathered_package(path, given, *_since_written(path))
    if not path.is_dir():
        raise InputError(f"{path}: no such folder. Give an area's folder (it holds area.toml) or a .gpkg file.")
    document = read_area_file(path / "area.toml")
    catalog = catalog_of(path, document.catalog, given)
    sources = _sources(path, document, catalog)
    changed, missing = _since_written(path)
    gone = [f for f in missing if f.layer not in sources]  # a layer that has another file now lost nothing
    gathered = _read_all(path, document, sources, gone + _strays(path, sources, document, catalog), catalog)
    others = _others(path, sources, document)
    return _joined(path, replace(gathered, acts=(*changed, *others, *gathered.acts)))


def is_gpkg(path: Path) -> bool:
    """Tell whether an area is one GeoPackage."""
    return path.suffix.lower() == ".gpkg"


def manifest_of(path: Path) -> Path:
    """Name the manifest of an area: in its folder, or beside its GeoPackage."""
    return path.with_suffix(f".{MANIFEST}") if is_gpkg(path) else path / MANIFEST


def _since_written(path: Path) -> tuple[list[Act], list[Fault]]:
    """Tell of files that were written with the area: those changed since, and those that are gone."""
    found = changed_since(manifest_of(path))
    why = "was changed after it was written"
    acts = [
        {"layer": "", "id": "", "rule": "changed", "reason": f"{n} {why}"} for n, w in found.items() if w != "missing"
    ]
    mend = f"Put it back, or take its line out of {manifest_of(path).name} if it is to be gone"
    gone = [n for n, what in found.items() if what == "missing"]
    return acts, [
        Fault(Path(n).stem, (), "manifest", "was written with the area and is missing", mend, file=n) for n in gone
    ]


def _gathered_package(path: Path, given: Given, changed: list[Act], gone: list[Fault]) -> Gathered:
    if not path.exists():
        raise InputError(f"{path}: not found. Give an area's folder (it holds area.toml) or a .gpkg file.")
    document = read_area_file(path.with_suffix(".toml"))
    catalog = catalog_of(path.parent, document.catalog, given)
    kind = sniff(path)
    names = layers_of(path, kind)
    roles = {name: role_of(name, catalog) or name for name in names}
    unknown = sorted(name for name, role in roles.items() if role not in catalog.layers)
    if unknown:
        mend = f"Rename them to one of {', '.join(catalog.layers)}, or take them out"
        message = f"has layers that are not known ({', '.join(unknown)})"
        raise InputError.of([Fault(path.name, (), "file", message, mend, file=path.name)])
    sources = {
        role: tuple(Source(file=path.name, layer=n) for n in names if roles[n] == role)
        for role in dict.fromkeys(roles.values())
    }
    gathered = _read_all(path.parent, document, sources, gone, catalog)
    told = [
        {"layer": role, "id": "", "rule": "renamed", "reason": f"layer {name} read as {role}"}
        for name, role in roles.items()
        if name != role
    ]
    return _joined(path.parent, replace(gathered, acts=(*changed, *gathered.acts, *told)))


def role_of(name: str, catalog: Catalog) -> str:
    """Find the layer that a file's or a layer's own name means; nothing when it is unknown.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> role_of("西工地围墙2025", read_catalog())
    'walls'
    """
    plain = name.strip().lower()
    if plain in catalog.layers:
        return plain
    aliases = catalog.rows("layer_aliases")
    found = [(len(row["alias"]), row["layer"]) for row in aliases if row["alias"].lower() in plain]
    return max(found)[1] if found else ""


def _sources(folder: Path, document: AreaFile, catalog: Catalog) -> dict[str, tuple[Source, ...]]:
    """Say where each layer comes from: as ``area.toml`` says, else a file called after the layer."""
    toml = folder / "area.toml"
    unknown = sorted(set(document.files) - set(catalog.layers))
    if unknown:
        raise InputError(f"{toml}: files: no such layer ({', '.join(unknown)}). Layers: {', '.join(catalog.layers)}.")
    sources = {}
    for name, layer in catalog.layers.items():
        chosen = document.files.get(name) or tuple(Source(file=f) for f in _called_after(folder, layer))
        if name not in document.files and len(chosen) > 1:
            both = " and ".join(s.file for s in chosen)
            raise InputError(f"{folder}: {name}: both {both} are there. Name one under [files] in area.toml.")
        for source in chosen:
            _refuse_elsewhere(folder, source.file, name, named=name in document.files)
        sources[name] = chosen
    return {name: chosen for name, chosen in sources.items() if chosen}


def _refuse_elsewhere(folder: Path, name: str, what: str, *, named: bool) -> None:
    """A file must lie in the area's folder, by its path and by whatever links it is."""
    toml, file = folder / "area.toml", folder / name
    beside = [file.with_suffix(s) for s in _BESIDE] if file.suffix.lower() == ".shp" else []
    beside += [file.with_name(file.name + s) for s in ("-wal", "-journal")] if is_gpkg(file) else []
    if not all(_is_inside(f, folder) for f in (file, *beside)):
        raise InputError(f"{toml}: {what}: {file} leads out of the folder. Put the file into the folder.")
    if named and not is_there(file):
        raise InputError(f"{file}: not found, though area.toml names it for {what}. Correct files.{what}.")


def _called_after(folder: Path, layer: Layer) -> list[str]:
    kinds = ("csv",) if layer.is_table else _MAPS
    suffixes = [s for kind in kinds for s in file_kinds()[kind].suffixes if s not in (".json", ".txt")]
    return [f"{layer.name}{s}" for s in suffixes if is_there(folder / f"{layer.name}{s}")]


def _is_inside(file: Path, folder: Path) -> bool:
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # links in a circle, a name that no system knows
        return False


def is_there(file: Path) -> bool:
    """Tell whether a file is there; a link to nowhere is, and fails when it is read."""
    try:
        return file.exists() or file.is_symlink()
    except (OSError, ValueError):
        return False


def _claimed(folder: Path, sources: Mapping[str, tuple[Source, ...]], document: AreaFile) -> set[str]:
    return {s.file for chosen in sources.values() for s in chosen} | {j.file for j in document.joins}


def _strays(folder: Path, sources: Mapping[str, Any], document: AreaFile, catalog: Catalog) -> list[Fault]:
    """A map file that no layer claims is most likely a layer with its name misspelt."""
    claimed = _claimed(folder, sources, document)
    mend = f"Name it after its layer ({', '.join(catalog.layers)}) or under [files] in area.toml, or move it away"
    suffixes = {s for kind in _MAPS for s in file_kinds()[kind].suffixes} - {".json"}
    return [
        Fault(file.stem, (), "unknown file", "belongs to no layer", mend, file=file.name)
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in suffixes and file.name not in claimed
    ]


def _others(folder: Path, sources: Mapping[str, Any], document: AreaFile) -> list[Act]:
    """Tables and drawings that nobody claims are told: an area's folder may hold papers too."""
    claimed = _claimed(folder, sources, document)
    suffixes = {s for kind in _PAPERS for s in file_kinds()[kind].suffixes} - {".txt"}
    found = sorted(f.name for f in folder.iterdir() if f.suffix.lower() in suffixes and f.name not in claimed)
    return [{"layer": "", "id": "", "rule": "unknown file", "reason": f"not read: {name}"} for name in found]


def _read_all(
    folder: Path, document: AreaFile, sources: Mapping[str, tuple[Source, ...]], faults: list[Fault], catalog: Catalog
) -> Gathered:
    layers: dict[str, pd.DataFrame] = {}
    acts: list[Act] = []
    for name, chosen in sources.items():
        parts = []
        for source in chosen:
            try:
                rows, done = read_source(folder / source.file, source, catalog.layers[name], catalog)
                parts.append(rows)
                acts += done
            except InputError as error:
                faults += [replace(fault, layer=name) for fault in error.faults]
        if parts:
            layers[name] = _together(parts, chosen)
    if faults:
        raise InputError.of(faults)
    files = {name: ", ".join(dict.fromkeys(s.file for s in chosen)) for name, chosen in sources.items()}
    named = {name: f"{name}.csv" if layer.is_table else f"{name}.geojson" for name, layer in catalog.layers.items()}
    return Gathered(document, catalog, layers, named | files, tuple(acts))


def _together(parts: list[Any], chosen: tuple[Source, ...]) -> Any:
    """Put the rows of several sources into one layer; ids that two files share are told apart by the file."""
    if len(parts) == 1:
        return parts[0]
    stems = [f"{Path(s.file).stem}{'-' + s.layer if s.layer else ''}" for s in chosen]
    seen = pd.concat([texts(p["id"]) for p in parts if "id" in p.columns] or [pd.Series(dtype="str")])
    if seen.dropna().duplicated().any():
        parts = [
            p.assign(id=[f"{stem}-{i}" if i else None for i in texts(p["id"]).where(texts(p["id"]).notna(), None)])
            for p, stem in zip(parts, stems, strict=True)
        ]
    crs = next((p.crs for p in parts if isinstance(p, gpd.GeoDataFrame) and p.crs is not None), None)
    same = [p.to_crs(crs) if isinstance(p, gpd.GeoDataFrame) and p.crs is not None and crs else p for p in parts]
    return pd.concat(same, ignore_index=True)


def _joined(folder: Path, gathered: Gathered) -> Gathered:
    """Join every table of ``[[joins]]``, then spread what is to be spread."""
    catalog = gathered.catalog
    layers, acts, faults = dict(gathered.layers), list(gathered.acts), list(gathered.faults)
    for join in gathered.document.joins:
        _refuse_elsewhere(folder, join.file, "joins", named=True)
        if join.layer not in layers:
            mend = f"Layers that were read: {', '.join(layers)}"
            raise InputError.of([Fault(join.layer, (), "join", "has no rows to join to", mend, file=join.file)])
        ledger = _ledger(folder / join.file, join, acts, catalog)
        places = _places(layers, join, gathered) if "compound" in join.by else None
        done = join_rows(layers[join.layer], ledger, join, catalog.layers[join.layer], places)
        layers[join.layer] = done.frame
        acts += done.acts
        faults += done.faults
        if join.layer == "structures" and done.homeless:
            listed = listed_of(ledger, join, done.homeless, catalog, acts)
            layers |= {"listed": with_listed(layers.get("listed"), listed, catalog)} if listed is not None else {}
    if any(f.severity == "error" for f in faults):
        raise InputError.of(faults)
    origins = {f"{j.layer}.{ours}": j.file for j in gathered.document.joins for ours in j.columns}
    files = gathered.files | origins
    gathered = replace(gathered, layers=layers, acts=tuple(acts), faults=tuple(faults), files=files)
    for column in dict.fromkeys(c for join in gathered.document.joins for c in join.spread):
        gathered = _spread(gathered, column)
    return gathered


def _ledger(path: Path, join: Join, acts: list[Act], catalog: Catalog) -> Ledger:
    """Read the table of a join; its rows are called as its file numbers them."""
    layer = catalog.layers.get(join.layer)
    known = {n for c in layer.columns.values() for n in (c.column, *c.aliases)} if layer is not None else set()
    known |= {*join.by.values(), *join.columns.values()}
    raw = read_rows(path, known=known, sheet=join.sheet, heading=join.heading)
    acts += [{"layer": join.layer, "id": i, "rule": rule, "reason": f"{path.name}: {why}"} for rule, why, i in raw.acts]
    table = pd.DataFrame(raw.columns, dtype=object, index=range(len(raw.ids)))
    for ours, theirs in join.columns.items():
        found = find_column([theirs], table.columns)
        if layer is not None and found is not None:  # in our words before any cell is held against the layer
            cells = in_our_words(pd.DataFrame({ours: table[found[0]]}), layer, catalog, acts)
            table[found[0]] = cells[ours]
    return Ledger(table, raw.ids)


def _places(layers: dict[str, pd.DataFrame], join: Join, gathered: Gathered) -> pd.Series[Any] | None:
    """Name the compound that each row of a layer lies in, before anything is refused for other reasons."""
    compounds, frame = layers.get("compounds"), layers[join.layer]
    both: list[Any] = [compounds, frame]
    if join.layer == "compounds" or not all(map(_is_placed, both)):
        return None
    catalog, crs = gathered.catalog, metric_crs(gathered.document.crs, "crs")
    yards, rows = (f.to_crs(crs).reset_index(drop=True) for f in both)
    name = find_column(("name", *catalog.layers["compounds"].columns["name"].aliases), yards.columns)
    if name is None:
        return None
    whole = [f.geometry[f.geometry.is_valid & ~f.geometry.is_empty] for f in (rows, yards)]
    home = owners(whole[0], whole[1], catalog.constants["tolerance_m"])
    names = texts(yards[name[0]])
    inside = [None if pd.isna(i) else names[int(i)] for i in home.reindex(range(len(frame)))]
    return pd.Series(inside, index=frame.index, dtype="str")


def _is_placed(frame: pd.DataFrame) -> bool:
    return isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None and len(frame) > 0


def _spread(gathered: Gathered, column: str) -> Gathered:
    """Spread a ledger's numbers over buildings, in the metres of the area."""
    catalog = gathered.catalog
    layers = dict(gathered.layers)
    formed, _, notes = form_layers(layers, crs=gathered.document.crs, catalog=catalog)
    if "buildings" not in layers or notes.faults:
        return gathered  # the rules will tell what is wrong; nothing can be spread until then
    buildings = _as_said(formed["buildings"], column, notes)
    done = spread_over_buildings(formed["compounds"], buildings, column, catalog.constants["tolerance_m"])
    layers["buildings"] = marked(layers["buildings"], done[0], column, catalog.layers["buildings"])
    return replace(gathered, layers=layers, acts=(*gathered.acts, *done[1]), faults=(*gathered.faults, *done[2]))


def _as_said(buildings: gpd.GeoDataFrame, column: str, notes: Notes) -> Any:
    """Leave out what only follows from another column: the ledger knows better, in whatever order it is spread."""
    reckoned = notes.reckoned.get(("buildings", column))
    if reckoned is None:
        return buildings
    return buildings.assign(**{column: buildings[column].mask(buildings.index.isin(reckoned))})


def located(faults: tuple[Fault, ...], files: Mapping[str, str]) -> Iterator[Fault]:
    """Name the file of each fault: the table that its cells were joined from, else that of its layer."""
    for fault in faults:
        ledger = files.get(f"{fault.layer}.{fault.column}", "") if fault.column else ""
        yield replace(fault, file=fault.file or ledger or files.get(fault.layer, ""))
