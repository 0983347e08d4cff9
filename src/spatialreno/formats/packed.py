"""Packed files (KMZ, zipped shapefile or GeoPackage): one data file inside, unpacked within bounds and read."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from spatialreno.catalog import Layer
from spatialreno.formats.archive import unpacked
from spatialreno.formats.guard import refused
from spatialreno.formats.raw import RawTable
from spatialreno.formats.sniff import sniff

if TYPE_CHECKING:
    from spatialreno.formats.source import Source

_DATA = (".shp", ".gpkg", ".geojson", ".fgb", ".kml", ".dxf", ".xlsx")
_BESIDE = (".shx", ".dbf", ".prj", ".cpg")


def read_packed(path: Path, source: Source, layer: Layer | None) -> RawTable:
    """Read the one data file of an archive; its scraps go when it is read."""
    from spatialreno.formats.source import read_raw

    with tempfile.TemporaryDirectory(prefix="spatialreno-") as folder:
        files = unpacked(path, Path(folder), (*_DATA, *_BESIDE))
        data = [f for f in files if f.suffix.lower() in _DATA]
        if len(data) != 1:
            names = ", ".join(f.name for f in data) or "none"
            raise refused(path, f"holds {len(data)} data files ({names})", "Unpack it and give the one that is needed")
        kind = sniff(data[0])
        if kind.kind == "geojson":
            raise refused(path, "holds GeoJSON", "Unpack it and give the file inside")
        raw = read_raw(data[0], kind, source, layer)
    raw.note("unpacked", f"read {data[0].name} inside")
    return raw
