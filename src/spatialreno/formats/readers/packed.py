"""Packed files (KMZ, zipped shapefile or GeoPackage): one data file inside, unpacked within bounds and read."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from spatialreno.files import refused
from spatialreno.formats.readers.archive import unpacked
from spatialreno.formats.readers.raw import RawTable
from spatialreno.formats.readers.sniff import sniff

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatialreno.formats.readers.sniff import FileKind

    Reader = Callable[[Path, FileKind], RawTable]

_DATA = (".shp", ".gpkg", ".geojson", ".fgb", ".kml", ".dxf", ".xlsx")
_BESIDE = (".shx", ".dbf", ".prj", ".cpg")


def read_packed(path: Path, read: Reader) -> RawTable:
    """Read the one data file of an archive; its scraps go when it is read."""
    with tempfile.TemporaryDirectory(prefix="spatialreno-") as folder:
        files = unpacked(path, Path(folder), (*_DATA, *_BESIDE))
        data = [f for f in files if f.suffix.lower() in _DATA]
        if len(data) != 1:
            names = ", ".join(f.name for f in data) or "none"
            raise refused(path, f"holds {len(data)} data files ({names})", "Unpack it and give the one that is needed")
        kind = sniff(data[0])
        if kind.kind == "geojson":
            raise refused(path, "holds GeoJSON", "Unpack it and give the file inside")
        raw = read(data[0], kind)
    raw.note("unpacked", f"read {data[0].name} inside")
    return raw
