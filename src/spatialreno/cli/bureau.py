"""Commands for a bureau's database: an area out of PostGIS, areas and results into it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spatialreno.cli.app import Area, Norm, app, compared, load
from spatialreno.cli.output import say, tell

Url = Annotated[str, typer.Argument(help="Such as postgresql://planner@bureau/renewal; passwords in ~/.pgpass")]
Schema = Annotated[str, typer.Argument(help="The schema; nothing else of the database is touched")]


@app.command("import-postgis")
def import_postgis(
    url: Url,
    schema: Schema,
    out: Annotated[Path, typer.Option("--out", "-o", help="New area folder or .gpkg")],
    name: Annotated[str, typer.Option(help="Short name; default is what stands there")] = "",
    title: Annotated[str, typer.Option(help="Name for people")] = "",
    crs: Annotated[str, typer.Option("--crs", help="Projected system in metres; default is that of the tables")] = "",
) -> None:
    """Make an area of the tables of a PostGIS schema, known by their names.

    Example: spatialreno import-postgis postgresql://planner@bureau/renewal xigongdi -o data/geo/xigongdi
    """
    import spatialreno as sr

    say(f"read {schema}")
    area = sr.formats.read_postgis(url, schema, name=name, title=title, crs=crs or None)
    say(repr(area))
    tell(sr.write_area(area, out))


@app.command("export-postgis")
def export_postgis(
    area: Area,
    url: Url,
    schema: Schema,
    options: Annotated[bool, typer.Option("--options", help="Compare options and write the results instead")] = False,
    scenarios: Annotated[
        list[Path] | None, typer.Option("--scenario", "-s", help="One of the options; default: all of AREA/scenarios")
    ] = None,
    standard: Norm = None,
) -> None:
    """Write an area, or what its options come to, into a PostGIS schema: in one transaction or not at all.

    Example: spatialreno export-postgis data/geo/xigongdi postgresql://planner@bureau/renewal xigongdi --options
    """
    import spatialreno as sr

    if not options:
        sr.formats.write_postgis(load(area), url, schema)
        tell(schema)
        return
    for table in sr.comparison.write_postgis_results(compared(area, scenarios, standard), url, schema):
        tell(f"{schema}.{table}")
