"""Doors: reading and writing areas; every row in is a row out or a word in the report."""

from importlib import import_module
from typing import Any

from spatialreno.formats.checking import check_area
from spatialreno.formats.folder import new_area, read_area, write_area

__all__ = [
    "adopt",
    "check_area",
    "export_area",
    "fetch_osm",
    "import_osm",
    "new_area",
    "read_area",
    "read_postgis",
    "write_area",
    "write_postgis",
]
_LATER = {
    "adopt": "proposal",
    "export_area": "export",
    "fetch_osm": "osm_fetch",
    "import_osm": "osm",
    "read_postgis": "postgis",
    "write_postgis": "postgis",
}


def __getattr__(name: str) -> Any:
    """Import the doors that bring heavy packages only when they are used."""
    if name not in _LATER:
        raise AttributeError(name)
    return getattr(import_module(f"spatialreno.formats.{_LATER[name]}"), name)
