"""Commands on the catalog: dictionaries of layers, tables of norms, prices and kinds, templates to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spatialreno.cli.app import AsCsv, AsJson, OwnTables, app
from spatialreno.cli.output import form, tell, tell_table
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

Row = dict[str, str]
OfArea = Annotated[Path | None, typer.Option("--area", help="As it holds in this area, with its own tables")]


@app.command()
def schema(
    layer: Annotated[str, typer.Argument(help="A layer; without it all are listed")] = "",
    area: OfArea = None,
    own_tables: OwnTables = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Print a layer's dictionary: columns, types, units, allowed words, aliases.

    Example: spatialreno schema walls
    """
    import pandas as pd

    held = _held(area, own_tables)
    if layer and layer not in held.layers:
        raise InputError(f"{layer}: no such layer. Layers: {', '.join(held.layers)}.")
    rows = held.rows(f"layers/{layer}" if layer else "layers")
    tell_table(pd.DataFrame(rows), form(as_json, as_csv), title=layer)


@app.command()
def catalog(
    table: Annotated[str, typer.Argument(help="A table or a standard; without it all are listed")] = "",
    template: Annotated[bool, typer.Option("--template", help="Write it as CSV to fill in with your own rows")] = False,
    own: Annotated[bool, typer.Option("--own", help="List the rows that are not the package's")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File for the template; default: the screen")] = None,
    area: OfArea = None,
    own_tables: OwnTables = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Print a table of the catalog: norms, prices, kinds, with source and confidence; or write it to fill in.

    Example: spatialreno catalog costs --template -o data/geo/xigongdi/catalog/costs.csv
    """
    import pandas as pd

    held = _held(area, own_tables)
    if template:
        _write_template(held, table, out)
    elif own:
        rows = held.own_rows
        tell_table(rows[rows["table"] == table] if table else rows, form(as_json, as_csv), title=table)
    elif table:
        tell_table(pd.DataFrame(_rows(held, table)), form(as_json, as_csv), title=table)
    else:
        tell_table(pd.DataFrame({"table": _names(held)}), form(as_json, as_csv))


def _held(area: Path | None, own_tables: Path | None) -> Catalog:
    """Read the catalog as it holds: the package's, an area's, with tables given on top."""
    from spatialreno.catalog import read_catalog
    from spatialreno.formats import area_catalog

    if area is not None:
        return area_catalog(area, own_tables)
    return read_catalog(own_tables) if own_tables else read_catalog()


def _names(held: Catalog) -> list[str]:
    from spatialreno.catalog import standard_names

    return [*sorted(n for n in held.tables if "/" not in n), *sorted({*standard_names(), *held.standards})]


def _rows(held: Catalog, table: str) -> list[Row]:
    from spatialreno.catalog import standard_names

    if table in held.standards or table in standard_names():
        services = held.standard(table).model_dump()["services"]
        return [{str(k): "" if v is None else str(v) for k, v in row.items()} for row in services]
    if table not in held.tables or "/" in table:
        raise InputError(f"{table}: no such table. Tables: {', '.join(_names(held))}.")
    return held.rows(table)


def _write_template(held: Catalog, table: str, out: Path | None) -> None:
    from spatialreno.files import put_text

    if table not in held.tables or not held.tables[table].schema.own:
        known = ", ".join(sorted(name for name, t in held.tables.items() if t.schema.own))
        raise InputError(f"{table or 'template'}: no table that takes rows of your own. Tables: {known}.")
    text = held.template(table)
    if out is None:
        typer.echo(text, nl=False)
    else:
        tell(put_text(out, "\ufeff" + text))  # the mark by which Excel knows UTF-8
