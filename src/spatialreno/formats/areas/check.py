"""Everything that is found in files, without reading them for use: a table, and where on the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from spatialreno.area import as_finding, formed_findings
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import Fault, InputError, as_path
from spatialreno.files import MANIFEST, changed_since, refused
from spatialreno.formats.areas.gather import Gathered, gather, is_gpkg, located, role_of
from spatialreno.formats.areas.own_catalog import Given, catalog_of
from spatialreno.formats.readers.entry import Source
from spatialreno.formats.readers.sniff import sniff
from spatialreno.formats.readers.source import read_source

FINDING_COLUMNS = ["severity", "layer", "rule", "ids", "message", "mend", "file", "at"]
_RANK = {"error": 0, "warning": 1, "note": 2}
_OWN = frozenset({"empty layer", "references", "home in a compound", "gate on a wall"})  # need other layers


@dataclass(frozen=True)
class Checkup:
    """What was found, worst first, the layers it was found in (empty when they cannot be read) and their catalog."""

    path: Path
    faults: tuple[Fault, ...]
    layers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    catalog: Catalog = field(default_factory=read_catalog, repr=False)

    @property
    def refused(self) -> bool:
        """Tell whether there is an error, so that the files cannot be used."""
        return any(f.severity == "error" for f in self.faults)

    @property
    def table(self) -> pd.DataFrame:
        """All findings as rows: severity, layer, rule, ids, message, mend, file, at (x, y; …)."""
        rows = [
            [f.severity, f.layer, f.rule, ", ".join(f.ids), f.message, f.mend, f.file, _places(f)] for f in self.faults
        ]
        return pd.DataFrame(rows, columns=FINDING_COLUMNS)


def _places(fault: Fault) -> str:
    return "; ".join(f"{x:.2f}, {y:.2f}" for x, y in fault.at)


def check_area(path: str | Path, *, layer: str = "", crs: str = "", catalog: Given = None) -> pd.DataFrame:
    """List everything found in an area's files, or in one file, without reading it for use.

    Parameters
    ----------
    path
        As for ``read_area``; or an ``area.toml``, one layer's file, an OpenStreetMap extract, or a folder of
        results, whose files are held to its manifest.
    layer
        Which layer one file is for; default is what its name says.
    crs
        Coordinate system of a file that declares none.
    catalog
        As for ``read_area``.

    Returns
    -------
    DataFrame
        severity (error, warning, note), layer, rule, ids, message, mend, file, at. Without errors the area
        can be read.

    Examples
    --------
    >>> found = check_area("data/geo/xigongdi")
    >>> bool((found["severity"] == "error").any())
    False
    """
    return checked(path, layer=layer, crs=crs, catalog=catalog).table


def checked(path: str | Path, *, layer: str = "", crs: str = "", catalog: Given = None) -> Checkup:
    """Check files as ``check_area`` does, and keep the layers, for a map of what was found.

    Parameters
    ----------
    path, layer, crs, catalog
        As for ``check_area``.

    Returns
    -------
    Checkup
        ``faults``, the worst first, and ``layers`` by name as they were read; with the ``path`` and the ``catalog``
        they were held to.

    Examples
    --------
    >>> found = checked("data/geo/xigongdi")
    >>> {fault.severity for fault in found.faults}, "walls" in found.layers
    ({'warning'}, True)
    """
    path = as_path(path, what="check_area")
    path = path.parent if path.name == "area.toml" else path
    layers: Mapping[str, Any] = {}
    held = read_catalog()
    try:
        if (path / MANIFEST).is_file() and not (path / "area.toml").exists():
            found = _result(path)
        elif layer or _is_one_file(path):
            held = catalog_of(path.parent, "", catalog)
            found, layers = _one_file(path, layer, crs, held)
        else:
            found, layers, held = _whole_area(path, catalog)
    except InputError as error:
        found = list(error.faults) or [Fault("area", (), "reading", str(error), "", file=str(path))]
    order = sorted(found, key=lambda f: (_RANK[f.severity], f.layer, f.rule, f.message))
    return Checkup(path, tuple(order), layers, held)


def _is_one_file(path: Path) -> bool:
    packed = is_gpkg(path) and path.with_suffix(".toml").exists()
    return (path.is_file() or path.suffix.lower() == ".gdb") and not packed


def _result(folder: Path) -> list[Fault]:
    """Hold a result folder to its manifest: results are read as they were written, or written again."""
    told = {"missing": "was written here and is missing", "changed": "was changed after it was written"}
    return [
        Fault("result", (), "manifest", told[what], "Write the results again", file=name)
        for name, what in changed_since(folder / MANIFEST).items()
    ]


def _whole_area(path: Path, given: Given) -> tuple[list[Fault], Mapping[str, Any], Catalog]:
    gathered = gather(path, given)
    crs = gathered.document.crs
    found, formed = formed_findings(gathered.layers, crs=crs, catalog=gathered.catalog)
    told = [*gathered.faults, *found, *(_of_its_file(as_finding(act), gathered) for act in gathered.acts)]
    return list(located(tuple(told), gathered.files)), formed, gathered.catalog


def _of_its_file(finding: Fault, gathered: Gathered) -> Fault:
    """Name the file that an act speaks of: that of a ledger, not that of the layer it is joined to."""
    named = next((join.file for join in gathered.document.joins if finding.message.startswith(f"{join.file}: ")), "")
    return replace(finding, file=named) if named else finding


def _one_file(path: Path, layer: str, crs: str, catalog: Catalog) -> tuple[list[Fault], Mapping[str, Any]]:
    """Ask one layer what can be asked of it alone."""
    if not path.exists():
        raise InputError(f"{path}: not found. Give an area's folder, a layer's file or an OpenStreetMap extract.")
    if sniff(path).status == "osm":
        return _extract(path)
    role = layer or role_of(path.stem, catalog)
    if role not in catalog.layers:
        mend = f"Say which it is (--layer): {', '.join(catalog.layers)}"
        raise refused(path, f"is for no layer that is known ({role or path.stem})", mend)
    source = Source(file=path.name, crs=crs, unit="m" if path.suffix.lower() == ".dxf" and crs else "")
    try:
        rows, acts = read_source(path, source, catalog.layers[role], catalog)
    except InputError as error:
        raise InputError.of([replace(f, layer=role) for f in error.faults]) from error
    target = getattr(rows, "crs", None)
    target = target if target is not None and target.is_projected else None
    all_found, formed = formed_findings({role: rows}, crs=target, catalog=catalog)
    found = [f for f in all_found if f.layer == role and f.rule not in _OWN]
    if not len(rows):
        found.append(Fault(role, (), "empty layer", "has no rows", "Export it again"))
    return [replace(f, file=path.name) for f in (*found, *map(as_finding, acts))], {role: formed[role]}


def _extract(path: Path) -> tuple[list[Fault], Mapping[str, Any]]:
    from spatialreno.formats.osm.import_osm import import_osm

    area = import_osm(path)
    layers = {name: area.layer(name) for name in area.catalog.layers}
    acts = [{str(k): v for k, v in row.items()} for row in area.report.to_dict("records")]
    return [replace(as_finding(act), file=path.name) for act in acts], layers
