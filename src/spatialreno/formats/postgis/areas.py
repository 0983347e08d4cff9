"""A bureau's database: read a schema of PostGIS into an area, write an area into one in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from spatialreno.area import StudyArea, assemble, crs_text, declared_crs, own_columns
from spatialreno.catalog import Catalog, read_catalog
from spatialreno.errors import Fault, InputError
from spatialreno.files import shapes_of
from spatialreno.formats.areas.gather import role_of
from spatialreno.formats.readers.entry import Act
from spatialreno.formats.readers.source import in_our_words

if TYPE_CHECKING:
    from types import TracebackType

    import psycopg

    from spatialreno._types import Crs

_TYPES = {"str": "text", "float": "double precision", "int": "bigint", "bool": "boolean"}
LIMITS = "SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '10s'"
RESULTS = "spatialreno_results"  # lists the tables that hold results
_SIGN = "written by spatialreno; it is replaced by the next write"
_SIGNED = """
SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = ANY(%s) AND c.relkind IN ('r', 'v', 'm', 'f', 'p', 'S') ORDER BY c.relname
"""
_TABLES = """
SELECT c.relname, a.attname, t.typname FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = %s AND c.relkind = 'r' AND NOT a.attisdropped ORDER BY c.relname, a.attnum
"""


def read_postgis(
    url: str, schema: str, *, name: str = "", title: str = "", crs: Crs = None, catalog: Catalog | None = None
) -> StudyArea:
    """Read the tables of a schema as the layers of an area.

    Tables are told by their names (usual Chinese names too); views are not read. Everything is read in one
    transaction that may only read.

    Parameters
    ----------
    url
        How to reach the database, such as ``postgresql://planner@bureau/renewal``; keep passwords in ``~/.pgpass``.
    schema
        The schema; nothing else of the database is looked at.
    name, title
        Of the area; default is what ``write_postgis`` left there, else the schema's name.
    crs
        Projected CRS in metres; default as for ``assemble``.
    catalog
        Norms and dictionaries to start from; tables of its own that the area was written with lie over them.

    Returns
    -------
    StudyArea

    Raises
    ------
    InputError
        The database cannot be reached, the schema holds no layer, or the layers break a rule.

    Examples
    --------
    >>> read_postgis("postgresql://planner@bureau/renewal", "xigongdi")  # doctest: +SKIP
    """
    with connected(url) as connection, connection.transaction():
        connection.execute(f"SET TRANSACTION READ ONLY; {LIMITS}")
        said = _said(connection, schema, "area")
        own = said.get("catalog", {})
        catalog = (catalog or read_catalog()).with_rows(own.get("tables", {}), standards=own.get("standards", {}))
        columns = columns_of(connection, schema)
        columns = {t: c for t, c in columns.items() if t not in results_in(connection, schema)}
        roles = {table: role_of(table, catalog) for table in columns if table != "area"}
        acts: list[Act] = [
            {"layer": "", "id": "", "rule": "unknown table", "reason": f"not read: {schema}.{t}"}
            for t, role in roles.items()
            if not role
        ]
        known = {table: role for table, role in roles.items() if role}
        if not known or len(set(known.values())) < len(known):
            raise refused_by(
                schema, "has no tables that are layers, or two for one layer", f"Has: {', '.join(columns)}"
            )
        layers = {
            role: in_our_words(_table(connection, schema, table, columns[table]), catalog.layers[role], catalog, acts)
            for table, role in known.items()
        }
    area = assemble(
        layers,
        name=name or said.get("name", schema),
        title=title or said.get("title", ""),
        crs=crs or said.get("crs"),
        meta=said.get("meta"),
        catalog=catalog,
    )
    return replace(area, _acts=(*acts, *area._acts))


def write_postgis(area: StudyArea, url: str, schema: str) -> None:
    """Write an area into a schema, all of it in one transaction or nothing.

    Only tables that an earlier write made are replaced, which their comment says; those of others stay, and when one of
    them has the name of a layer, nothing is written. Readers see the old state until the last row is there; a writer
    that is killed has changed nothing.

    Parameters
    ----------
    area
        What to write; derived columns are left out.
    url, schema
        As for ``read_postgis``; the schema is made when it is not there.

    Raises
    ------
    InputError
        Tables of others have the names of layers; the database cannot be reached or does not let this user write.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> write_postgis(area, "postgresql://planner@bureau/renewal", "xigongdi_opened")  # doctest: +SKIP
    """
    with connected(url) as connection, connection.transaction():
        from psycopg import sql

        connection.execute(LIMITS)
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        refuse_tables_of_others(connection, schema, {*area.catalog.layers, "area"})
        for layer in area.catalog.layers:
            _replace(connection, schema, area, layer)
        place = sql.Identifier(schema, "area")
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(place))
        connection.execute(sql.SQL("CREATE TABLE {} (said text)").format(place))
        said = {"name": area.name, "title": area.title, "crs": crs_text(area.crs), "meta": dict(area.meta)}
        said["catalog"] = {"tables": area.catalog.own_tables(), "standards": dict(area.catalog.standards)}
        connection.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(place), [json.dumps(said, ensure_ascii=False)])
        sign(connection, place)


def connected(url: str) -> psycopg.Connection[Any]:
    """Reach a database; what it says when something fails becomes an ``InputError``."""
    try:
        import psycopg
    except ImportError as error:
        raise InputError("PostGIS needs psycopg. Install it with pip install 'spatialreno[postgis]'.") from error

    class Told(psycopg.Connection[Any]):
        """Turns what the database says into our own error when it is left."""

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            super().__exit__(kind, error, trace)
            if isinstance(error, psycopg.Error):
                raise refused_by("database", str(error).strip().splitlines()[0], "Nothing was changed") from error

    try:
        return Told.connect(url, connect_timeout=10)
    except psycopg.Error as error:
        mend = "Check address, user and ~/.pgpass"
        raise refused_by("database", f"cannot be reached ({str(error).strip().splitlines()[-1]})", mend) from error


def sign(connection: psycopg.Connection[Any], place: Any) -> None:
    """Say on a table that it was written here, so that a later write may replace it."""
    from psycopg import sql

    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(place, sql.Literal(_SIGN)))


def refuse_tables_of_others(connection: psycopg.Connection[Any], schema: str, names: Iterable[str]) -> None:
    """Refuse to replace what somebody else made: tables, views and all else of these names without our comment.

    Raises
    ------
    InputError
        Naming them.
    """
    found = connection.execute(_SIGNED, [schema, sorted(names)]).fetchall()
    others = [name for name, said in found if said != _SIGN]
    if others:
        mend = "Choose another schema, or rename what is there; nothing was changed"
        raise refused_by(schema, f"has tables of others with the names of ours ({', '.join(others)})", mend)


def refused_by(where: str, message: str, mend: str) -> InputError:
    """Tell what is wrong with a database, a schema or a table."""
    return InputError.of([Fault(where, (), "database", message, mend)])


def columns_of(connection: psycopg.Connection[Any], schema: str) -> dict[str, list[tuple[str, str]]]:
    """Name the columns and their types of every table of a schema."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(_TABLES, [schema]).fetchall():
        found.setdefault(table, []).append((column, kind))
    return found


def results_in(connection: psycopg.Connection[Any], schema: str) -> set[str]:
    """Name the tables of a schema that hold results, not an area."""
    names = _said(connection, schema, RESULTS).get("tables", ())
    return {RESULTS, *map(str, names)} - set(read_catalog().layers) - {"area"}


def _said(connection: psycopg.Connection[Any], schema: str, table: str) -> dict[str, Any]:
    """Read what lies as JSON in the column ``said`` of a table; nothing when there is none."""
    from psycopg import sql

    if ("said", "text") not in columns_of(connection, schema).get(table, ()):
        return {}
    row = connection.execute(sql.SQL("SELECT said FROM {}").format(sql.Identifier(schema, table))).fetchone()
    try:
        said = json.loads(row[0]) if row else {}
    except (ValueError, TypeError):  # a table of somebody else
        return {}
    return said if isinstance(said, dict) else {}


def _table(connection: psycopg.Connection[Any], schema: str, table: str, columns: list[tuple[str, str]]) -> Any:
    """Read one table; its first geometry column is the shape, with the system that its rows state."""
    from psycopg import sql

    shape = next((c for c, kind in columns if kind == "geometry"), None)
    plain = [c for c, kind in columns if kind not in ("geometry", "geography", "raster", "bytea")]
    wanted: list[sql.Composable] = [sql.Identifier(c) for c in plain]
    if shape:
        wanted += [sql.SQL("ST_AsBinary({})").format(sql.Identifier(shape))]
        wanted += [sql.SQL("ST_SRID({})").format(sql.Identifier(shape))]
    query = sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(wanted), sql.Identifier(schema, table))
    rows = connection.execute(query).fetchall()
    frame = pd.DataFrame([r[: len(plain)] for r in rows], columns=plain, dtype=object)
    if not shape:
        return frame
    codes = {r[-1] for r in rows if r[-1]}
    if len(codes) > 1:
        raise refused_by(
            f"{schema}.{table}", f"rows are in several systems ({sorted(codes)})", "Transform them into one"
        )
    names = [f"row {i + 1}" for i in range(len(rows))]
    crs, told = declared_crs(f"EPSG:{codes.pop()}" if codes else None)
    if told:
        raise refused_by(f"{schema}.{table}", told, "Give its rows a system that is known (UpdateGeometrySRID)")
    raw = [None if r[-2] is None else bytes(r[-2]) for r in rows]
    shapes, _ = shapes_of(raw, names, Path(f"{schema}.{table}"), degrees=crs is not None and crs.is_geographic)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=frame.index, crs=crs))


def _replace(connection: psycopg.Connection[Any], schema: str, area: StudyArea, name: str) -> None:
    from psycopg import sql

    layer, place = area.catalog.layers[name], sql.Identifier(schema, name)
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(place))
    columns = [*layer.of_status("required", "optional"), *own_columns(area.layer(name), layer)]
    types = {c: layer.columns[c].dtype if c in layer.columns else _own_type(area.layer(name)[c]) for c in columns}
    kinds: list[sql.Composable] = [sql.SQL("{} " + _TYPES[t]).format(sql.Identifier(c)) for c, t in types.items()]
    code = area.crs.to_epsg() or 0
    if not layer.is_table:
        kinds.append(sql.SQL(f"geometry geometry(Geometry, {code})"))
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(place, sql.SQL(", ").join(kinds)))
    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(place)) as copy:
        for row in _rows(area, name, columns, code):
            copy.write_row(row)
    sign(connection, place)


def _own_type(cells: pd.Series[Any]) -> str:
    """Tell which type of the dictionary a column of the office's own has."""
    return {"Int64": "int", "float64": "float", "boolean": "bool"}.get(str(cells.dtype), "str")


def _rows(area: StudyArea, name: str, columns: list[str], code: int) -> Any:
    frame: Any = area.layer(name)
    frame = frame.reset_index() if frame.index.name == "id" else frame
    cells = [[None if pd.isna(v) else v for v in frame[c].astype(object)] for c in columns]
    if not area.catalog.layers[name].is_table:
        shapes = shapely.set_srid(frame.geometry.to_numpy(), code)
        cells.append(list(shapely.to_wkb(shapes, hex=True, include_srid=True)))
    return zip(*cells, strict=True)
