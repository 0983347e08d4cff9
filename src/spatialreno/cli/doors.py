"""Commands at the doors: check what came in, adopt a planner's files, fetch a quarter, a bureau's database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from spatialreno.cli.app import Area, AsCsv, AsJson, Lang, Norm, OwnTables, app, compared, load
from spatialreno.cli.output import Form, form, say, tell, tell_table

if TYPE_CHECKING:
    from spatialreno import Scenario
    from spatialreno.errors import Fault
    from spatialreno.formats import Checkup

Url = Annotated[str, typer.Argument(help="Such as postgresql://planner@bureau/renewal; passwords in ~/.pgpass")]
Schema = Annotated[str, typer.Argument(help="The schema; nothing else of the database is touched")]


@app.command()
def check(
    path: Annotated[
        Path, typer.Argument(help="Area folder, .gpkg, one layer's file, OSM extract, area or scenario file")
    ],
    layer: Annotated[str, typer.Option("--layer", help="Which layer one file is for")] = "",
    crs: Annotated[str, typer.Option("--crs", help="Coordinate system of a file that declares none")] = "",
    page: Annotated[Path | None, typer.Option("--map", help="Draw what was found on this page")] = None,
    lang: Lang = "zh",
    own_tables: OwnTables = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List everything found in files; exit 1 when they are refused.

    Example: spatialreno check data/geo/xigongdi
    """
    found = _checked(path, layer, crs, own_tables)
    rows = found.table
    tell_table(rows, form(as_json, as_csv), title=f"{path}: {len(rows)} finding{'' if len(rows) == 1 else 's'}")
    if page is not None:
        from spatialreno.maps import draw_faults

        title = f"检查：{path.name}" if lang == "zh" else f"{path.name}: check"
        drawn = draw_faults(found.faults, found.layers, title=title, catalog=found.catalog, lang=lang)
        say(f"wrote {drawn.save(page)}")
    say("refused: mend the errors first" if found.refused else "accepted")
    if found.refused:
        raise typer.Exit(1)


def _checked(path: Path, layer: str, crs: str, own_tables: Path | None) -> Checkup:
    from spatialreno.formats import checked

    if path.suffix.lower() == ".toml" and path.name != "area.toml" and path.is_file():
        return _checked_scenario(path, own_tables)
    return checked(path, layer=layer, crs=crs, catalog=own_tables)


def _checked_scenario(path: Path, own_tables: Path | None) -> Checkup:
    """A scenario is sound when it reads, and when it applies to the area whose folder it stands in."""
    import spatialreno as sr
    from spatialreno.errors import Fault, RenoError
    from spatialreno.formats import Checkup, checked

    try:
        scenario = sr.read_scenario(path)
        home = path.resolve().parent.parent
        if not (home / "area.toml").is_file():
            return Checkup(path, tuple(_unknown_layers(scenario, path, own_tables)))
        found = checked(home, catalog=own_tables)
        if found.refused:
            return found
        today = sr.read_area(home, catalog=own_tables)
        scenario.apply(today)
        told = [line.rstrip(".").rpartition(". ") for line in scenario.without_effect(today, lang="en")]
        empty = len(scenario.unmatched(today))
        rules = ["chooses nothing"] * empty + ["does nothing"] * (len(told) - empty)
        idle = [
            Fault("scenario", (), rule, what, mend, severity="warning", file=path.name)
            for rule, (what, _, mend) in zip(rules, told, strict=True)
        ]
        return Checkup(path, tuple(idle), found.layers, found.catalog)
    except RenoError as error:
        faults = error.faults or (Fault("scenario", (), "scenario", str(error), "Correct the scenario"),)
        return Checkup(path, tuple(faults))


def _unknown_layers(scenario: Scenario, path: Path, own_tables: Path | None) -> list[Fault]:
    """Ask a scenario without its area what can be asked: whether its layers are known."""
    from spatialreno.catalog import read_catalog
    from spatialreno.errors import Fault

    layers = read_catalog(*filter(None, [own_tables])).layers
    odd = sorted({i.layer for i in scenario.interventions} - set(layers))
    mend = f"Layers are {', '.join(layers)}"
    return [Fault(name, (), "scenario", "no such layer", mend, file=path.name) for name in odd]


@app.command()
def adopt(
    files: Annotated[
        list[Path], typer.Argument(help="Files as they came: SHP, GPKG, DXF, XLSX, CSV …", metavar="FILE…")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The area's folder")],
    crs: Annotated[str, typer.Option("--crs", help="Projected system in metres, also for files that declare none")],
    title: Annotated[str, typer.Option(help="Name for people")] = "",
    unit: Annotated[Literal["", "m", "cm", "mm"], typer.Option(help="Unit of drawings")] = "",
    shift: Annotated[
        Literal["", "gcj02", "bd09"], typer.Option(help="Whose degrees tables hold: a map service's, else WGS 84")
    ] = "",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Propose how your own files become an area: area.toml to correct, the files beside it.

    Example: spatialreno adopt compounds.shp buildings.gpkg 台账.xlsx -o data/geo/mine --crs EPSG:4546
    """
    import pandas as pd

    import spatialreno as sr

    found = sr.adopt(files, out, crs=crs, title=title, unit=unit, shift=shift)
    rows = [[p.source.file, p.source.layer, p.role or "?", p.rows, p.why] for p in found]
    table = pd.DataFrame(rows, columns=["file", "part", "layer", "rows", "why"])
    how = form(as_json, as_csv)
    tell_table(table, how, title=str(out))
    say(f"wrote {out / 'area.toml'}; correct it, then: spatialreno check {out}")
    if how is Form.table:  # JSON and CSV stand alone
        tell(out)


@app.command()
def export(
    area: Area,
    out: Annotated[Path, typer.Option("--out", "-o", help="New folder, or one of an earlier export")],
    form: Annotated[
        Literal["gpkg", "geojson", "shp", "fgb", "parquet", "kml", "gdb", "csv", "dxf"],
        typer.Option("--format", help="Whose format"),
    ] = "gpkg",
    encoding: Annotated[Literal["UTF-8", "GBK"], typer.Option(help="Script of a shapefile's text")] = "UTF-8",
) -> None:
    """Write an area for other programs: Shapefile, FlatGeobuf, KML, DXF and more; it reads back as it was.

    Example: spatialreno export data/geo/xigongdi -o out/shp --format shp --encoding GBK
    """
    import spatialreno as sr

    tell(sr.export_area(load(area), out, form, encoding=encoding))


@app.command("fetch-osm")
def fetch_osm(
    place: Annotated[str, typer.Argument(help="Name of a place, best with its city")],
    out: Annotated[Path, typer.Option("--out", "-o", help="New area folder or .gpkg")],
    around: Annotated[float | None, typer.Option("--around", help="Metres around it, instead of its boundary")] = None,
    name: Annotated[str | None, typer.Option(help="Short name; default from the output")] = None,
    title: Annotated[str, typer.Option(help="Name for people; default is the place")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again, although an answer is kept")] = False,
    nominatim: Annotated[str, typer.Option(help="Another service for names")] = "",
    overpass: Annotated[str, typer.Option(help="Another service for data")] = "",
    cache: Annotated[Path | None, typer.Option(help="Where answers are kept")] = None,
) -> None:
    """Make an area of what OpenStreetMap knows of a place now; needs the network, asks once.

    Example: spatialreno fetch-osm "西工街道, 洛阳" -o data/geo/xigong --around 500
    """
    import spatialreno as sr
    from spatialreno.formats import OsmService

    service = OsmService(nominatim or OsmService.nominatim, overpass or OsmService.overpass, cache)
    say(f"ask for {place}")
    called = name or out.stem
    area = sr.formats.fetch_osm(place, around_m=around, name=called, title=title, service=service, fresh=fresh)
    say(repr(area))
    tell(sr.write_area(area, out))


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


@app.command("export-postgis", compares=True)
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
