"""The commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from spatialreno.cli.app import (
    Area,
    AsCsv,
    AsJson,
    Budget,
    Designed,
    Heavy,
    Lang,
    MaybeScenario,
    Norm,
    OneScenario,
    Scenarios,
    Seconds,
    Strict,
    Told,
    Works,
    app,
    changed,
    compared,
    gathered,
    load,
    plan_for,
)
from spatialreno.cli.output import form, say, say_total, shortfall, tell, tell_table
from spatialreno.errors import InfeasibleError, InputError
from spatialreno.siting import OBJECTIVES

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.comparison import Comparison


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Where results go")] = Path("out/xigongdi"),
    page: Annotated[Path, typer.Option("--map", help="Where the page goes")] = Path("maps/xigongdi.html"),
    lang: Lang = "zh",
) -> None:
    """Run the main job on the example: compare its options, write map and report.

    Example: spatialreno demo
    """
    from spatialreno.cli.demo import run_demo

    run_demo(out, page, lang)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="New folder")],
    name: Annotated[str, typer.Option(help="Short name")] = "area",
    title: Annotated[str, typer.Option(help="Name for people")] = "",
    crs: Annotated[str, typer.Option(help="Projected coordinate system in metres")] = "EPSG:4546",
    qgis: Annotated[bool, typer.Option("--qgis", help="Also an empty survey with forms for QGIS and QField")] = False,
) -> None:
    """Begin a new area: area.toml, a first scenario, templates of layers (GeoPackage) and of ledgers (XLSX) to fill in.

    Example: spatialreno init data/geo/mine --name mine --title 我的片区
    """
    import spatialreno as sr

    tell(sr.new_area(folder, name=name, title=title, crs=crs, qgis=qgis))


@app.command()
def show(
    area: Area,
    layer: Annotated[str, typer.Option("--layer", help="Show the rows of one layer")] = "",
    report: Annotated[bool, typer.Option("--report", help="Show what was done on reading")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Show what an area holds, or the rows of one layer.

    Example: spatialreno show data/geo/xigongdi --layer walls
    """
    import pandas as pd

    read = load(area)
    if report:
        tell_table(read.report, form(as_json, as_csv), title=repr(read))
        return
    if layer:
        if layer not in read.catalog.layers:
            raise InputError(f"{layer}: no such layer. Layers: {', '.join(read.catalog.layers)}.")
        frame = read.layer(layer)
        rows = frame.drop(columns="geometry", errors="ignore").dropna(axis=1, how="all")
        tell_table(rows.reset_index() if rows.index.name else rows, form(as_json, as_csv), title=layer)
        return
    rows = [[n, d.title_zh, d.title_en, len(read.layer(n))] for n, d in read.catalog.layers.items()]
    table = pd.DataFrame(rows, columns=["layer", "title_zh", "title_en", "rows"])
    tell_table(table, form(as_json, as_csv), title=repr(read))


@app.command()
def ledger(
    area: Area,
    scenario: OneScenario,
    strict: Strict = False,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Price a scenario: its bill of quantities (工程量清单), and say where it builds over what stands.

    Example: spatialreno ledger data/geo/xigongdi data/geo/xigongdi/scenarios/full.toml --csv
    """
    import spatialreno as sr

    today, plan = load(area), sr.read_scenario(scenario)
    plan.unmatched(today, strict=strict)  # strict: refused here
    for line in plan.without_effect(today, lang=lang):
        say(line)
    conflicts = sr.land.built_conflicts(today, plan, strict=strict)
    tell_table(plan.ledger(today), form(as_json, as_csv), title=f"{scenario}: estimate, yuan")
    say_total(plan.bill(today))
    for line in sr.land.conflict_lines(today, conflicts, lang=lang):
        say(line)


@app.command()
def apply(
    area: Area, scenario: OneScenario, out: Annotated[Path, typer.Option("--out", "-o", help="New folder or .gpkg")]
) -> None:
    """Write the area as a scenario would leave it.

    Example: spatialreno apply data/geo/xigongdi data/geo/xigongdi/scenarios/clear.toml -o out/cleared.gpkg
    """
    import spatialreno as sr

    if out.resolve() == area.resolve():
        raise InputError(f"{out}: holds the survey itself, which would be lost. Write to another folder or .gpkg.")
    today = load(area)
    plan = plan_for(today, scenario)
    tell(sr.write_area(plan.apply(today), out))


@app.command()
def site(
    area: Area,
    kind: Annotated[str, typer.Argument(help="Facility kind; `spatialreno catalog facilities` lists them")],
    count: Annotated[int, typer.Option(help="How many to place; 0: as few heat stations as carry the load")] = 1,
    objective: Annotated[
        str | None,
        typer.Option(help=f"{', '.join(OBJECTIVES)} (else the first): least walking, most people, least longest walk"),
    ] = None,
    radius: Annotated[float | None, typer.Option(help="Service radius in metres; coverage needs it")] = None,
    seconds: Seconds = None,
    scenario: MaybeScenario = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the answer as a scenario file")] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Find the best places for a facility; exit 1 when there is none, with the numbers why.

    Example: spatialreno site data/geo/xigongdi heat_exchange_station -s data/geo/xigongdi/scenarios/opened.toml
    """
    import spatialreno as sr

    read = changed(load(area), scenario)
    say(f"site {kind}")
    number = None if count == 0 and kind == sr.area.STATION else count
    solution = sr.site_facilities(read, kind, count=number, objective=objective, radius_m=radius, time_limit_s=seconds)
    if not solution.feasible:
        tell_table(shortfall(solution, read.catalog, lang), form(as_json, as_csv), title=kind)
        asked = number or "any number"
        raise InfeasibleError(f"{kind}: no site exists for {asked}. The table says what was asked and what there is.")
    sites = solution.sites.drop(columns="geometry").reset_index()
    tell_table(sites, form(as_json, as_csv), title=repr(solution))
    if out is not None:
        answer = solution.as_scenario(f"site_{kind}", title=f"{kind} × {len(sites)}")
        say(f"wrote {sr.write_scenario(answer.placed(read), out)}")


@app.command(compares=True)
def compare(
    area: Area,
    scenarios: Scenarios = None,
    standard: Norm = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write tables, layers, provenance here")] = None,
    works: Works = "heat,dig",
    by: Annotated[
        Literal["area", "cluster"], typer.Option("--by", help="The whole area, or each cluster (组团)")
    ] = "area",
    strict: Strict = False,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Compare options with today and with one another.

    Example: spatialreno compare data/geo/xigongdi -o out/xigongdi
    """

    options = compared(area, scenarios, standard, works, strict=strict)
    told = options.leaders(lang=lang) if by == "area" else _by_cluster(options, lang)
    table = told.rename(columns=options.titles).reset_index()
    tell_table(table, form(as_json, as_csv), title=repr(options))
    known = {line for lines in options.idle.values() for line in lines["zh"]}  # told while comparing
    for option, note in options.notes():
        if note not in known:
            say(f"{option}: {note}")
    if out is not None:
        for path in options.write(out):
            say(f"wrote {path}")


def _by_cluster(options: Comparison, lang: str) -> pd.DataFrame:
    import spatialreno as sr

    table = sr.comparison.by_cluster(options, lang=lang)
    if table.empty:
        raise InputError(
            "compare --by cluster: no option names clusters. Write them with `spatialreno clusters AREA -o FILE.toml` "
            "and compare that scenario too, or fill the column cluster of compounds."
        )
    return table


@app.command("map", compares=True)
def draw_map(
    area: Area,
    scenarios: Scenarios = None,
    standard: Norm = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The page")] = Path("maps/map.html"),
    works: Works = "heat,dig",
    people: Told = True,
    budget: Budget = None,
    design: Designed = None,
    start: Annotated[str | None, typer.Option(help="First day of the works, to tell the year too")] = None,
    base: Annotated[str | None, typer.Option("--base", help="Map underneath: tianditu, osm, gaode")] = None,
    heavy: Heavy = None,
    lang: Lang = "zh",
) -> None:
    """Draw options on one offline page; an area without scenarios as it stands.

    Example: spatialreno map data/geo/xigongdi -o maps/xigongdi.html
    """
    import spatialreno as sr

    options = compared(area, scenarios, standard, works, today_alone=True)
    more = gathered(options, area, budget, start, design, out) if people or design or start else None
    say("draw")
    tell(sr.draw(options, lang=lang, people=more, base=base, heavy=heavy).save(out))


@app.command(compares=True)
def report(
    area: Area,
    scenarios: Scenarios = None,
    standard: Norm = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="A file .html .pdf .xlsx .gpkg .dxf, or a folder for every form")
    ] = Path("out/report.html"),
    without: Annotated[
        str, typer.Option("--without", help="Forms that a folder is to lack (comma-joined), such as live,sheets")
    ] = "",
    paper: Annotated[Literal["a3", "a4"], typer.Option("--paper", help="Paper of a PDF")] = "a3",
    works: Works = "heat,dig",
    people: Told = True,
    budget: Budget = None,
    start: Annotated[
        str | None, typer.Option(help="First day of the works, to tell the year too (.html, .pdf, .xlsx)")
    ] = None,
    design: Designed = None,
    lang: Lang = "zh",
) -> None:
    """Write options as a report to print, or for a spreadsheet, QGIS or CAD: by the ending of the file.

    A folder gets all of these, page, live page, sheets of the owners and of the residents, tables, and an index that
    leads to each. An area without scenarios is reported as it stands.

    Example: spatialreno report data/geo/xigongdi -o out/xigongdi
    """
    import spatialreno as sr

    options = compared(area, scenarios, standard, works, today_alone=True)
    ending, year = out.suffix.lower(), bool(start)  # of what concerns people, PDF and workbook tell the year alone
    told = year if ending in (".pdf", ".xlsx") else ending in ("", ".html") and (people or year or design is not None)
    more = gathered(options, area, budget, start, design, out) if told else None
    say("write the report")
    left_out = [name.strip() for name in without.split(",") if name.strip()]
    written = sr.report(options, out, lang=lang, paper=paper, people=more, without=left_out, progress=say)
    tell(written if out.suffix else written / "index.html")


@app.command("import-osm")
def import_osm(
    file: Annotated[Path, typer.Argument(help="An .osm or .osm.pbf extract")],
    out: Annotated[Path, typer.Option("--out", "-o", help="New area folder or .gpkg")],
    name: Annotated[str | None, typer.Option(help="Short name; default from the output")] = None,
    title: Annotated[str, typer.Option(help="Name for people")] = "",
    bounds: Annotated[str | None, typer.Option(help="west,south,east,north in degrees")] = None,
) -> None:
    """Make an area out of an OpenStreetMap extract; what is inferred or estimated is marked.

    Example: spatialreno import-osm map.osm -o data/geo/haidian --title 海淀
    """
    import spatialreno as sr

    say(f"read {file}")
    area = sr.import_osm(file, name=name or out.stem, title=title, bounds=_bounds(bounds))
    say(repr(area))
    tell(sr.write_area(area, out))


def _bounds(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError as error:
        raise InputError(f"--bounds {text!r}: expected west,south,east,north in degrees.") from error
    return west, south, east, north
