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

    Reader = Callable[[Path, FileKind, bool], RawTable]

_DATA = (".shp", ".gpkg", ".geojson", ".fgb", ".kml", ".dxf", ".xlsx", ".xls", ".et", ".ods")
_BESIDE = (".shx", ".dbf", ".prj", ".cpg")


def read_packed(path: Path, read: Reader, wanted: str = "") -> RawTable:
    """Read the one data file of an archive, or the one of several that is wanted; its scraps go when it is read.

    Parameters
    ----------
    path
        The archive.
    read
        Reads a data file; told whether the name that was wanted was its own, and so names no layer within it.
    wanted
        Name of a file inside, with or without its ending.
    """
    with tempfile.TemporaryDirectory(prefix="spatialreno-") as folder:
        files = unpacked(path, Path(folder), (*_DATA, *_BESIDE))
        data = [f for f in files if f.suffix.lower() in _DATA]
        named = [f for f in data if wanted in (f.name, f.stem)]
        data = named or data
        if len(data) != 1:
            names = ", ".join(f.name for f in data) or "none"
            mend = f'Name one of them in area.toml (layer = "{data[0].stem}")' if data else "Put the data file into it"
            raise refused(path, f"holds {len(data)} data files ({names})", mend)
        raw = read(data[0], sniff(data[0]), bool(named))
    raw.note("unpacked", f"read {data[0].name} inside")
    return raw
