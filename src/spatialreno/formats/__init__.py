"""Doors: reading and writing areas; every row in is a row out or a word in the report."""

from typing import Any

from spatialreno.formats.folder import check_area, new_area, read_area, write_area

__all__ = ["check_area", "import_osm", "new_area", "read_area", "write_area"]


def __getattr__(name: str) -> Any:
    """Import the OpenStreetMap door only when it is used."""
    if name == "import_osm":
        from spatialreno.formats.osm import import_osm

        return import_osm
    raise AttributeError(name)
