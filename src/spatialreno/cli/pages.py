"""Commands that make pages and papers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spatialreno.cli.app import Area, Lang, Norm, OneScenario, app, load, standard_for
from spatialreno.cli.output import say, tell


@app.command()
def live(
    area: Area,
    out: Annotated[Path, typer.Option("--out", "-o", help="The page")] = Path("maps/live.html"),
    standard: Norm = None,
    lang: Lang = "zh",
) -> None:
    """Make an offline page to try plans on: click walls, structures, gates; put facilities; export a scenario.

    Example: spatialreno live data/geo/xigongdi -o maps/live.html
    """
    import spatialreno as sr

    read = load(area)
    say("weave the walks and price every wall")
    tell(sr.live(read, standard=standard_for(read, standard), lang=lang).save(out))


@app.command()
def sheets(
    area: Area,
    scenario: OneScenario,
    out: Annotated[Path, typer.Option("--out", "-o", help="The PDF")] = Path("out/sheets.pdf"),
    standard: Norm = None,
    lang: Lang = "zh",
) -> None:
    """Write one sheet for each owner-unit: what is asked, what its residents gain, a map, a place to sign.

    Example: spatialreno sheets data/geo/xigongdi data/geo/xigongdi/scenarios/full.toml -o out/sheets.pdf
    """
    import spatialreno as sr

    read = load(area)
    options = sr.compare(read, [sr.read_scenario(scenario)], standard=standard_for(read, standard), progress=say)
    say("write the sheets")
    tell(sr.maps.owner_sheets(options, out, lang=lang))
