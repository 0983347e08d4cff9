"""Commands that make pages and papers, of one area and of many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spatialreno.cli.app import (
    Area,
    AsCsv,
    AsJson,
    Designed,
    Heavy,
    Lang,
    Norm,
    OneScenario,
    Scenarios,
    Works,
    app,
    compared,
    scenarios_folder,
)
from spatialreno.cli.output import form, say, tell, tell_paths, tell_table
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.comparison import District


@app.command(compares=True)
def live(
    area: Area,
    scenarios: Annotated[
        list[Path] | None, typer.Argument(help="Scenario files to start from", metavar="SCENARIO", show_default=False)
    ] = None,
    design: Designed = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The page")] = Path("maps/live.html"),
    start: Annotated[
        str | None, typer.Option(help="First day of the works: scenarios tell their year too (needs SCENARIO)")
    ] = None,
    standard: Norm = None,
    works: Works = "heat,dig",
    heavy: Heavy = None,
    lang: Lang = "zh",
) -> None:
    """Make an offline page to try plans on: click walls, structures, gates; put facilities; export a scenario.

    Scenarios that are named can be started from; a design can be stepped along, from the least money to the most.
    With --start a scenario that is started from shows its schedule and who pays.

    Example: spatialreno live data/geo/xigongdi -o maps/live.html
    """
    import spatialreno as sr

    if start and not scenarios:
        raise InputError("live: --start tells the year of scenarios. Name one, such as scenarios/full.toml.")
    today = compared(area, None, standard, "none", alone=True)
    steps = [] if design is None else sr.maps.design_steps(design, lang=lang)
    say("weave the walks and price every wall")
    plans = [*(sr.read_scenario(path) for path in scenarios or []), *steps]
    planned = compared(area, scenarios, standard, works) if start else None
    page = sr.maps.live_of(today, lang=lang, scenarios=plans, planned=planned, start=start, heavy=heavy)
    tell(page.save(out))


@app.command(compares=True)
def sheets(
    area: Area,
    scenario: OneScenario,
    out: Annotated[Path, typer.Option("--out", "-o", help="The PDF")] = Path("out/sheets.pdf"),
    deadline: Annotated[str, typer.Option("--deadline", help="By when an answer is asked, as printed")] = "",
    contact: Annotated[str, typer.Option("--contact", help="To whom the answer goes")] = "",
    standard: Norm = None,
    works: Works = "heat,dig",
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Write an index and a sheet for each owner: its share of what is asked, notices, papers, gains, where to sign.

    Example: spatialreno sheets data/geo/xigongdi data/geo/xigongdi/scenarios/full.toml -o out/sheets.pdf
    """
    import spatialreno as sr

    option = sr.read_scenario(scenario).name
    beside = scenario.suffix == ".toml" and scenario.resolve().parent == scenarios_folder(area).resolve()
    options = compared(area, None if beside else [scenario], standard, works)  # beside others: all, as on the page
    say("write the sheets")
    sr.maps.owner_sheets(options, out, option=option, deadline=deadline, contact=contact, lang=lang)
    told = sr.maps.owner_index(options, option=option).reset_index()
    tell_table(told, form(as_json, as_csv), title=f"{scenario}: {out}")
    say(f"wrote {out}")


@app.command(compares=True)
def residents(
    area: Area,
    scenarios: Scenarios = None,
    option: Annotated[str, typer.Option("--option", help="Name of the option; default: the last")] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the sheets")] = Path("out/residents"),
    start: Annotated[str | None, typer.Option(help="First day of the works, to tell days instead of stages")] = None,
    where: Annotated[str, typer.Option("--where", help="Where to vote, as printed")] = "",
    until: Annotated[str, typer.Option("--until", help="Last day of the vote, as printed")] = "",
    contact: Annotated[str, typer.Option("--contact", help="Whom to ask, as printed")] = "",
    standard: Norm = None,
    works: Works = "heat,dig",
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Write one A4 for the residents of each compound (居民明白纸): what they get, what it costs, when, how to vote.

    Example: spatialreno residents data/geo/xigongdi --option full -o out/residents
    """
    import spatialreno as sr

    options = compared(area, scenarios, standard, works)
    chosen = option or options.scenarios[-1].name
    say("write the residents' sheets")
    papers = sr.maps.draw_residents(
        options, option=chosen, schedule=None if start is None else options.schedule(chosen, start=start),
        notice=sr.maps.VoteNotice(where, until, contact), lang=lang,
    )  # fmt: skip
    written = papers.save(out)
    tell_table(papers.table.reset_index(), form(as_json, as_csv), title=f"{chosen}: {out / 'index.html'}")
    say(f"wrote {len(written)} files into {out}; print {out / 'all.html'}")


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


def _written(found: District, out: Path, lang: Lang, *, pages: bool) -> list[Path]:
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
