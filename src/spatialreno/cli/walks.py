"""Commands about walking."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    fabric_file,
    load,
    standard_for,
)
from spatialreno.cli.output import form, say, tell, tell_table
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from spatialreno import StudyArea

_WRITTEN = (".html", ".geojson", ".gpkg")
_LONGEST_MIN = 240


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
    origins: Annotated[list[str], typer.Option("--from", help="Id of a building or facility; may be repeated")],
    minutes: Annotated[str, typer.Option(help="Times, with commas between")] = "5,10,15",
    group: Annotated[str, typer.Option(help="Walking group of the catalog, which sets the speed")] = "general",
    scenario: MaybeScenario = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write a .html page, .geojson or .gpkg")] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell how far people get on foot, and with a scenario what it adds to their reach and takes from it.

    Example: spatialreno reach data/geo/xigongdi --from F03 -s data/geo/xigongdi/scenarios/full.toml -o reach.html
    """
    import spatialreno as sr
    from spatialreno.maps.reach import reach_table

    if out is not None and out.suffix not in _WRITTEN:
        raise InputError(f"{out}: a file of this kind is not written. Use one of {', '.join(_WRITTEN)}.")
    times = _times(minutes)
    today = load(area)
    after = changed(today, scenario)
    say(f"walk from {', '.join(origins)}")
    found = sr.isochrones(after, origins, times, group)
    ways = sr.reach_lines(after, origins, times, group)
    change = None if scenario is None else sr.isochrone_change(today, after, origins, times, group)
    if out is not None:
        _write_reach(after, out, found, ways, change, lang)
        say(f"wrote {out}")
    tell_table(reach_table(found, ways, change), form(as_json, as_csv), title="on foot, stopped by what stands")


def _times(text: str) -> tuple[float, ...]:
    """Read times."""
    try:
        times = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(f"--minutes {text!r}: expected numbers with commas between, such as 5,10,15.") from error
    if not all(0 < time < _LONGEST_MIN for time in times):
        raise InputError(f"--minutes {text!r}: each must be more than 0 and less than {_LONGEST_MIN}.")
    return times


def _write_reach(
    area: StudyArea, out: Path, found: GeoDataFrame, ways: GeoDataFrame, change: GeoDataFrame | None, lang: str
) -> None:
    """Write a page, one layer with a column `what`, or a layer for each table; whole or not at all."""
    import pandas as pd

    import spatialreno as sr
    from spatialreno.formats.tables import write_geojson, write_gpkg
    from spatialreno.formats.whole import put_whole

    if out.suffix == ".html":
        sr.draw_reach(area, found, ways=ways, change=change, lang=lang).save(out)
    elif out.suffix == ".gpkg":
        layers = {"isochrones": found, "reach_lines": ways}
        layers |= {} if change is None or not len(change) else {"isochrone_change": change}
        put_whole(out.parent, lambda new: write_gpkg(layers, new / out.name), what=out)
    else:
        rows = [found.assign(what="reach", area_m2=found.area)]
        rows += [] if change is None else [change.assign(what=change["change"]).drop(columns="change")]
        put_whole(out.parent, lambda new: write_geojson(pd.concat(rows, ignore_index=True), new / out.name), what=out)


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
