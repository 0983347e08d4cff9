"""What a GeoPackage says of itself: titles of layers and columns, and what its numbers rest on, in its own tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_NO_CLOCK = "2000-01-01T00:00:00.000Z"
_COLUMNS = (
    "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, "
    "description TEXT, mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name))"
)
_METADATA = (
    "CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT "
    "'dataset', md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', "
    "metadata TEXT NOT NULL DEFAULT '')"
)
_REFERENCE = (
    "CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, "
    "row_id_value INTEGER, timestamp DATETIME NOT NULL, md_file_id INTEGER NOT NULL, md_parent_id INTEGER)"
)
_EXTENSIONS = (
    "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, "
    "definition TEXT NOT NULL, scope TEXT NOT NULL, UNIQUE (table_name, column_name, extension_name))"
)
_SPEC = "http://www.geopackage.org/spec/#"


class Said(NamedTuple):
    """What one table is called and holds, and what its columns are called."""

    table: str
    title: str
    about: str
    columns: Mapping[str, str]


def say_in_gpkg(base: sqlite3.Connection, layers: Sequence[Said], about: Mapping[str, Any]) -> None:
    """Write titles into ``gpkg_contents`` and ``gpkg_data_columns``, and provenance into ``gpkg_metadata``.

    Parameters
    ----------
    base
        An open GeoPackage without these tables.
    layers
        What is said of each.
    about
        Provenance, kept as JSON; nothing is written where it is empty.
    """
    base.execute(_EXTENSIONS)
    for layer in layers:
        named = f"{layer.title} ({layer.table})"  # identifiers may not stand twice
        base.execute(
            "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
            (named, layer.about, layer.table),
        )
    titled = [(one.table, column, title) for one in layers for column, title in one.columns.items()]
    if titled:
        base.execute(_COLUMNS)
        base.executemany("INSERT INTO gpkg_data_columns (table_name, column_name, title) VALUES (?, ?, ?)", titled)
        _extend(base, "gpkg_data_columns", "gpkg_schema", "extension_schema")
    if about:
        base.execute(_METADATA)
        base.execute(_REFERENCE)
        text = json.dumps(dict(about), ensure_ascii=False, sort_keys=True, default=str)
        base.execute("INSERT INTO gpkg_metadata VALUES (1, 'dataset', 'spatialreno', 'application/json', ?)", (text,))
        base.execute("INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, 1, NULL)",
                     (_NO_CLOCK,))  # fmt: skip
        for table in ("gpkg_metadata", "gpkg_metadata_reference"):
            _extend(base, table, "gpkg_metadata", "extension_metadata")


def _extend(base: sqlite3.Connection, table: str, extension: str, chapter: str) -> None:
    row = (table, extension, _SPEC + chapter)
    base.execute("INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, ?, ?, 'read-write')", row)
