"""Commands that make pages and papers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spatialreno.cli.commands import Area, Lang, Norm, _read, _standard, app
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

    read = _read(area)
    say("weave the walks and price every wall")
    tell(sr.live(read, standard=_standard(read, standard), lang=lang).save(out))
