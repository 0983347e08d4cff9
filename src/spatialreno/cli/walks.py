"""Commands about walking."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from spatialreno.cli.app import (
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
    plan_for,
    standard_for,
)
from spatialreno.cli.output import form, say, tell, tell_table
from spatialreno.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

    from spatialreno import StudyArea

_LAYERS = (".geojson", ".gpkg")
_WRITTEN = (".html", *_LAYERS)
_LONGEST_MIN = 240
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
    by: Annotated[
        Literal["people", "person_kinds", "person_m"],
        typer.Option(help="Rank by people counted once, by people and kinds, or by metres saved"),
    ] = "people",
    by_kind: Annotated[bool, typer.Option("--by-kind", help="A row for each kind of facility gained")] = False,
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
    best = found.top(top, by=by)
    if by_kind:
        rows = best[[]].reset_index().drop_duplicates().merge(found.by_kind.drop_duplicates(), on=["layer", "id"])
        title = "residents newly within the radius of each kind; who gains two kinds stands in two rows"
        tell_table(rows[rows["residents"] > 0], form(as_json, as_csv), title=title)
        return
    title = (
        "people: residents newly within the radius of at least one kind, counted once; person_kinds: once for each "
        "kind they gain; person_m: metres saved, over residents and kinds"
    )
    tell_table(best.drop(columns="geometry").reset_index(), form(as_json, as_csv), title=title)


@app.command()
def reach(
    area: Area,
    origins: Annotated[list[str], typer.Option("--from", help="Id of a building or facility; may be repeated")],
    minutes: Annotated[str, typer.Option(help="Times, with commas between")] = "5,10,15",
    group: Group = "general",
    at: Moment = None,
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
    from spatialreno.maps import reach_table

    if out is not None and out.suffix not in _WRITTEN:
        raise InputError(f"{out}: a file of this kind is not written. Use one of {', '.join(_WRITTEN)}.")
    times = _times(minutes)
    today = load(area)
    after = changed(today, scenario)
    say(f"walk from {', '.join(origins)}")
    found = sr.isochrones(after, origins, times, group, at=at)
    ways = sr.walk.reach_lines(after, origins, times, group, at=at)
    change = None if scenario is None else sr.walk.isochrone_change(today, after, origins, times, group, at=at)
    if out is not None:
        _write_reach(after, out, found, ways, change, lang)
        say(f"wrote {out}")
    _say_unreached(after, found, ways)
    tell_table(reach_table(found, ways, change), form(as_json, as_csv), title="on foot, stopped by what stands")


def _say_unreached(area: StudyArea, found: GeoDataFrame, ways: GeoDataFrame) -> None:
    """Say of each place that walks nowhere how far the nearest path or yard is: its place is wrong, or a path lacks."""
    import numpy as np
    import shapely

    ground = np.concatenate([area.layer(n).geometry.to_numpy() for n in ("paths", "compounds", "open_spaces")])
    for origin, rows in found.groupby("origin"):
        lines = ways[ways["origin"] == origin] if len(ways) else ways
        if rows.geometry.area.sum() > 0 or (len(lines) and lines.geometry.length.sum() > 0):
            continue
        layers = [area.layer(name) for name in ("facilities", "buildings")]
        place = next((frame.geometry[origin] for frame in layers if origin in frame.index), None)
        away = "" if place is None or not len(ground) else f", {shapely.distance(ground, place).min():.0f} m from any"
        mend = "Correct its place, or draw the path"
        say(f"warning: {origin} reaches nothing: no path or yard leads there{away}. {mend}")


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
    area: StudyArea, out: Path, found: GeoDataFrame, ways: GeoDataFrame, change: GeoDataFrame | None, lang: Lang
) -> None:
    """Write a page, one layer with a column `what`, or a layer for each table; whole or not at all."""
    import pandas as pd

    import spatialreno as sr
    from spatialreno.files import put_whole, write_geojson, write_gpkg

    if out.suffix == ".html":
        sr.maps.draw_reach(area, found, ways=ways, change=change, lang=lang).save(out)
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
    sr.walk.save_fabric(read, path)
    tell(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")


@app.command()
def access(
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

    Example: spatialreno access data/geo/xigongdi pharmacy --group general --at 2026-05-04T22:30
    """
    import spatialreno as sr

    read = changed(load(area), scenario)
    norm = standard_for(read, standard)
    found = sr.walk.who_reaches(read, kinds, group=group, at=at, standard=norm)
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
    if out is not None and out.suffix not in _LAYERS:
        raise InputError(f"{out}: a file of this kind is not written. Use one of {', '.join(_LAYERS)}.")
    whole = len(openings) == 1 and openings[0].endswith(".toml")
    say("trace outside trips")
    plan = plan_for(read, Path(openings[0])) if whole else openings
    found = sr.walk.cut_through(read, plan, standard=standard_for(read, standard))
    if out is not None:
        _write_layer(found, out)
        say(f"wrote {out}")
    tell_table(found.drop(columns="geometry"), form(as_json, as_csv), title="outside trips and gains, by block")


def _write_layer(layer: GeoDataFrame, out: Path) -> None:
    """Write one layer, whole or not at all."""
    from spatialreno.files import put_whole, write_geojson, write_gpkg

    def write(new: Path) -> None:
        if out.suffix == ".gpkg":
            write_gpkg({out.stem: layer}, new / out.name)
        else:
            write_geojson(layer, new / out.name)

    put_whole(out.parent, write, what=out)


def _say_assumed(table: pd.DataFrame) -> None:
    """Tell what was assumed about hours and ramps."""
    for note in ("gates", "ramps"):
        if note in table.attrs:
            say(str(table.attrs[note]))
