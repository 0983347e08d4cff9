"""Commands about walking."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from spatialreno.cli.commands import (
    Area,
    AsCsv,
    AsJson,
    Lang,
    MaybeScenario,
    Norm,
    app,
    changed,
    load,
    standard_for,
)
from spatialreno.cli.output import form, say, tell_table

if TYPE_CHECKING:
    import pandas as pd

Group = Annotated[str, typer.Option("--group", help="Who walks: general, elderly, child, wheelchair")]
Moment = Annotated[str | None, typer.Option("--at", help="Gates by their hours, such as 2026-05-04T22:30")]


@app.command()
def score(
    area: Area,
    scenario: MaybeScenario = None,
    standard: Norm = None,
    level: Annotated[Literal["area", "block", "compound", "building"], typer.Option(help="Whose findings")] = "area",
    group: Group = "general",
    at: Moment = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Hold an area to a planning standard: the 15-minute living circle and the rest.

    Example: spatialreno score data/geo/xigongdi --group wheelchair --at 2026-05-04T22:30
    """
    import spatialreno as sr
    from spatialreno.indicators import indicator_title

    read = changed(load(area), scenario)
    say("evaluate")
    found = sr.evaluate(read, standard_for(read, standard), group=group, at=at)
    _say_assumed(found.access)
    rows = found.table.xs(level, level="level").reset_index()
    titles = [indicator_title(read.catalog, str(k), lang=lang, norm=found.standard) for k in rows["indicator"]]
    rows.insert(1, "title", titles)
    tell_table(rows, form(as_json, as_csv), title=repr(found))


@app.command()
def whatif(
    area: Area,
    candidates: Annotated[
        list[str] | None, typer.Argument(help="Ids of walls, gates, structures; default: all", show_default=False)
    ] = None,
    scenario: MaybeScenario = None,
    standard: Norm = None,
    top: Annotated[int, typer.Option(min=1, help="How many candidates to list, the best first")] = 20,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell what opening each wall, gate or structure alone gives the residents, the best first.

    Example: spatialreno whatif data/geo/xigongdi --top 5
    """
    import spatialreno as sr

    read = changed(load(area), scenario)
    say("open each alone")
    found = sr.what_if(read, candidates, standard=standard_for(read, standard))
    sums = found.groupby(["layer", "id"], as_index=False)[["residents", "newly_reached", "person_m"]].sum()
    best = sums.sort_values(["residents", "person_m", "id"], ascending=[False, False, True]).head(top)
    tell_table(best, form(as_json, as_csv), title="residents newly within a radius, summed over kinds; metres saved")


@app.command()
def reach(
    area: Area,
    kinds: Annotated[
        list[str] | None, typer.Argument(help="Facility kinds; default: all open ones", show_default=False)
    ] = None,
    scenario: MaybeScenario = None,
    standard: Norm = None,
    group: Group = "wheelchair",
    at: Moment = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell who has each kind of facility within its radius, and who has not in a wheelchair or at night.

    Example: spatialreno reach data/geo/xigongdi pharmacy --group general --at 2026-05-04T22:30
    """
    import spatialreno as sr

    read = changed(load(area), scenario)
    norm = standard_for(read, standard)
    found = sr.who_reaches(read, kinds, group=group, at=at, standard=norm)
    _say_assumed(found)
    tell_table(found, form(as_json, as_csv), title="residents within the radius of each kind, and who of them is not")


@app.command()
def through(
    area: Area,
    openings: Annotated[
        list[str], typer.Argument(help="Ids of walls, gates, structures, each alone; or one scenario file (.toml)")
    ],
    scenario: MaybeScenario = None,
    standard: Norm = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the blocks with their numbers here")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell how many outside trips would cut through a block once it is opened, next to what its residents gain.

    Example: spatialreno through data/geo/xigongdi data/geo/xigongdi/scenarios/opened.toml
    """
    import spatialreno as sr

    read = changed(load(area), scenario)
    whole = len(openings) == 1 and openings[0].endswith(".toml")
    say("trace outside trips")
    plan = sr.read_scenario(openings[0]) if whole else openings
    found = sr.cut_through(read, plan, standard=standard_for(read, standard))
    tell_table(found.drop(columns="geometry"), form(as_json, as_csv), title="outside trips and gains, by block")
    if out is not None:
        found.to_file(out)
        say(f"wrote {out}")


def _say_assumed(table: pd.DataFrame) -> None:
    """Tell what was assumed about hours and ramps."""
    for note in ("gates", "ramps"):
        if note in table.attrs:
            say(str(table.attrs[note]))
