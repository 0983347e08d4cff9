"""Results in a bureau's database: tables of any columns, all of them in one transaction or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from spatialreno.catalog import read_catalog
from spatialreno.files import listed
from spatialreno.formats.postgis.areas import (
    LIMITS,
    RESULTS,
    columns_of,
    connected,
    refuse_tables_of_others,
    refused_by,
    results_in,
    sign,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno._types import Cell

_KINDS = {"b": "boolean", "i": "bigint", "u": "bigint", "f": "double precision"}


def write_results(tables: Mapping[str, pd.DataFrame], url: str, schema: str, *, said: Mapping[str, Any]) -> list[str]:
    """Write tables into a schema, all of them in one transaction or nothing.

    Parameters
    ----------
    tables
        Rows by name of the table; a geometry column stands in the system it states.
    url, schema
        As for ``read_postgis``; the schema is made when it is not there.
    said
        Where the results come from; lies in the table ``spatialreno_results`` with the names of all tables written.

    Returns
    -------
    list of str
        The tables written. Those of earlier results are replaced or, when not among them, taken away; every
        other table stays.

    Raises
    ------
    InputError
        A table would replace one that holds no results, the database cannot be reached, or does not let this
        user write there.

    Examples
    --------
    A schema of one's own in a PostGIS database; ``compare … --postgis`` writes the tables of a comparison so:

    >>> import pandas as pd
    >>> table = pd.DataFrame({"id": ["W1"], "length_m": [12.5]})
    >>> write_results({"walls_down": table}, "postgresql://planner@bureau/renewal", "mine", said={})  # doctest: +SKIP
    ['walls_down']
    """
    _refuse_others(schema, sorted({"area", RESULTS, *read_catalog().layers} & set(tables)))
    with connected(url) as connection, connection.transaction():
        from psycopg import sql

        connection.execute(LIMITS)
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        earlier = results_in(connection, schema)
        _refuse_others(schema, sorted(set(columns_of(connection, schema)) & set(tables) - earlier))
        refuse_tables_of_others(connection, schema, earlier)
        for name in sorted(earlier):
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(schema, name)))
        for name, frame in tables.items():
            _fill(connection, sql.Identifier(schema, name), frame)
            sign(connection, sql.Identifier(schema, name))
        _list(connection, sql.Identifier(schema, RESULTS), {"tables": sorted(tables), **said})
    return sorted(tables)


def _refuse_others(schema: str, taken: list[str]) -> None:
    """Results replace results, nothing else."""
    if taken:
        raise refused_by(schema, f"has tables of these names ({', '.join(taken)})", "Choose another schema for results")


def _list(connection: Any, place: Any, said: Mapping[str, Any]) -> None:
    from psycopg import sql

    connection.execute(sql.SQL("CREATE TABLE {} (said text)").format(place))
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    connection.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(place), [text])
    sign(connection, place)


def _fill(connection: Any, place: Any, frame: gpd.GeoDataFrame) -> None:
    from psycopg import sql

    code = (frame.crs.to_epsg() or 0) if "geometry" in frame else 0
    kinds = [_kind(frame[c], code) for c in frame.columns]
    columns = [sql.SQL("{} " + k).format(sql.Identifier(str(c))) for c, k in zip(frame.columns, kinds, strict=True)]
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(place, sql.SQL(", ").join(columns)))
    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(place)) as copy:
        for row in _rows(frame, kinds, code):
            copy.write_row(row)


def _kind(column: pd.Series[Any], code: int) -> str:
    """Choose the type of a column; one of mixed values is text."""
    if column.name == "geometry":
        return f"geometry(Geometry, {code})"
    return _KINDS.get(getattr(column.dtype, "kind", "O"), "text")


def _rows(frame: gpd.GeoDataFrame, kinds: list[str], code: int) -> Iterator[tuple[Any, ...]]:
    cells: list[list[Any]] = []
    for name, kind in zip(frame.columns, kinds, strict=True):
        if name == "geometry":
            shapes = shapely.set_srid(frame.geometry.to_numpy(), code)
            cells.append(list(shapely.to_wkb(shapes, hex=True, include_srid=True)))
        else:
            cells.append([_cell(v, kind) for v in frame[name].astype(object)])
    return zip(*cells, strict=True)


def _cell(value: Cell | list[Any] | tuple[Any, ...], kind: str) -> Any:
    if isinstance(value, (list, tuple)):
        return listed(value)
    if pd.isna(value):
        return None
    return str(value) if kind == "text" else value
