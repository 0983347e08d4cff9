"""Commands for a bureau: its database, and its district of many areas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spatialreno.cli.app import Area, AsCsv, AsJson, Lang, Norm, app, compared, load
from spatialreno.cli.output import form, say, tell, tell_paths, tell_table
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.comparison import District

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
    area = sr.read_postgis(url, schema, name=name, title=title, crs=crs or None)
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
        sr.write_postgis(load(area), url, schema)
        tell(schema)
        return
    for table in sr.write_postgis_results(compared(area, scenarios, standard), url, schema):
        tell(f"{schema}.{table}")


@app.command()
def district(
    folder: Annotated[Path, typer.Argument(help="Folder of areas, each with its scenarios", metavar="DIR")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where tables, page and areas go")] = Path("out/district"),
    choose: Annotated[
        list[str] | None, typer.Option("--choose", help="Option chosen everywhere, or AREA=OPTION; repeat it")
    ] = None,
    programme: Annotated[
        Path | None, typer.Option("--programme", help="Programme (.csv, .xlsx) to join by area or project")
    ] = None,
    standard: Norm = None,
    works: Annotated[bool, typer.Option("--works/--no-works", help="Plan heat and one dig into the options")] = False,
    pages: Annotated[bool, typer.Option("--pages/--no-pages", help="Draw a page for each area too")] = True,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes on this machine")] = 1,
    scheduler: Annotated[str, typer.Option("--scheduler", help="Address of a Dask scheduler, tcp://host:8786")] = "",
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Compare many areas and add them up, people once; run again, only what has changed is computed.

    Exit 1 when an area could not be compared; the rest is written all the same.

    Example: spatialreno district data/geo -o out/district --choose full --workers 2
    """
    import spatialreno as sr
    from spatialreno.scale import open_workers

    found = sr.compare_areas(
        folder,
        out,
        choose=_choices(choose or []),
        programme=None if programme is None else sr.read_programme(programme),
        standard=standard,
        works=works,
        also=sr.maps.AreaPages(lang) if pages else None,
        workers=open_workers(workers, scheduler),
        progress=say,
    )
    tell_table(found.leaders(lang=lang).reset_index(), form(as_json, as_csv), title=repr(found))
    for path in _written(found, out, lang, pages=pages):
        say(f"wrote {path}")
    for area, note in found.notes():
        say(f"{area}: {note}")
    if not (as_json or as_csv):
        tell_paths([out / "index.html"])
    if found.broken:
        raise InputError(
            f"{', '.join(found.broken)}: not compared, the rest is. Mend what is told above; run it again."
        )


def _written(found: District, out: Path, lang: str, *, pages: bool) -> list[Path]:
    import spatialreno as sr

    page = sr.maps.draw_district(found, lang=lang, pages="areas" if pages else "")
    return [*found.write(out), page.save(out / "index.html")]


def _choices(given: list[str]) -> str | dict[str, str] | None:
    """Read what was chosen: one name for all, or a name by area."""
    by_area = dict(one.split("=", 1) for one in given if "=" in one)
    everywhere = [one for one in given if "=" not in one]
    if len(everywhere) > 1 or (everywhere and by_area):
        raise InputError(f"--choose {' '.join(given)}: give one option for all, or AREA=OPTION for each area.")
    return everywhere[0] if everywhere else by_area or None
