"""Commands about walking."""

from __future__ import annotations

from typing import Annotated

import typer

from spatialreno.cli.commands import (
    Area,
    AsCsv,
    AsJson,
    MaybeScenario,
    Norm,
    app,
    changed,
    fabric_file,
    load,
    standard_for,
)
from spatialreno.cli.output import form, say, tell, tell_table


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
def fabric(area: Area) -> None:
    """Save the walk fabric beside the area, so that later commands need not build it.

    It is used as long as it fits the data; pages, scores and what-ifs are the same with it and without it.

    Example: spatialreno fabric data/geo/xigongdi
    """
    import spatialreno as sr

    read, path = sr.read_area(area), fabric_file(area)
    say("build the walk fabric")
    sr.save_fabric(read, path)
    tell(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
