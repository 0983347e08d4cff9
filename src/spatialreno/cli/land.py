"""The commands of the land: what is free and freed, what fits, and how wide the lanes are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from spatialreno.cli.app import Area, AsCsv, AsJson, MaybeScenario, app, changed, load
from spatialreno.cli.output import form, say, tell_table
from spatialreno.errors import InfeasibleError

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno import StudyArea

#: What rounding leaves is not shown (it is in the sums).
_SHOWN_M2 = 0.01
Least = Literal["cost", "number", "owners"]


@app.command()
def land(area: Area, scenario: MaybeScenario = None, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Account for the land: what is free, and with a scenario what it frees and takes, by compound and cause.

    Example: spatialreno land data/geo/xigongdi -s data/geo/xigongdi/scenarios/opened.toml
    """
    import spatialreno as sr

    today = load(area)
    after = changed(today, scenario)
    table = sr.land.land_balance(today, after)
    totals = table.groupby("item", sort=False)["area_m2"].sum()
    if scenario is None:
        table = table[table["item"] == "free_after"].drop(columns="cause")
    table = table[table["area_m2"].abs() >= _SHOWN_M2]
    title = ", ".join(f"{item} {value:,.1f} m2" for item, value in totals.items() if abs(value) > 0)
    tell_table(table, form(as_json, as_csv), title=title)


@app.command()
def fit(
    area: Area,
    kinds: Annotated[list[str], typer.Argument(help="Facility kinds, placed together", metavar="KIND...")],
    scenario: MaybeScenario = None,
    sweep: Annotated[float | None, typer.Option(help="Also try every so many degrees")] = None,
    least: Annotated[Least, typer.Option(help="What to keep least of removals when one does not fit")] = "cost",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the answer as a scenario file")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Place footprints on free land; exit 1 when one does not fit, with the fewest removals that would make room.

    Example: spatialreno fit data/geo/xigongdi heat_exchange_station plaza -s data/geo/xigongdi/scenarios/opened.toml
    """
    import spatialreno as sr

    after = changed(load(area), scenario)
    say(f"fit {', '.join(kinds)}")
    found = sr.fit_footprints(after, kinds, sweep_deg=sweep)
    left = list(found.missing.get("unplaced", ()))
    if left:
        tell_table(_why_not(after, left, least), form(as_json, as_csv), title=repr(found))
    else:
        sites = found.sites.drop(columns=["geometry", "layer", "as_kind", "candidate"])
        tell_table(sites.reset_index(), form(as_json, as_csv), title=repr(found))
    if out is not None and found.feasible:
        answer = found.as_scenario("fit", title="、".join(dict.fromkeys(found.sites["kind"])))
        say(f"wrote {sr.write_scenario(answer.placed(after), out)}")
    if left:
        raise InfeasibleError(f"{', '.join(left)}: does not fit. The table names the fewest removals, by {least}.")


def _why_not(area: StudyArea, kinds: list[str], least: Least) -> pd.DataFrame:
    import pandas as pd

    import spatialreno as sr

    frames = []
    for kind in dict.fromkeys(kinds):
        say(f"fewest removals for {kind}")
        found = sr.fewest_removals(area, kind, by=least)
        say(repr(found))
        frames.append(found.table.assign(makes_room_for=kind))
    return pd.concat(frames, ignore_index=True)


@app.command()
def lanes(
    area: Area,
    scenario: MaybeScenario = None,
    fire: Annotated[bool, typer.Option("--fire", help="Show instead what a fire engine reaches")] = False,
    step: Annotated[float | None, typer.Option(help="Longest piece that is measured as one, in metres")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Measure clear widths of lanes: least, where, and between what; or what a fire engine reaches.

    Example: spatialreno lanes data/geo/xigongdi -s data/geo/xigongdi/scenarios/opened.toml
    """
    import spatialreno as sr

    after = changed(load(area), scenario)
    if not fire:
        table = sr.land.lane_widths(after, step_m=step).drop(columns="geometry").round(2).reset_index()
        tell_table(table, form(as_json, as_csv), title=f"clear widths of {len(table)} paths")
        return
    found = sr.fire_access(after)
    table = found.buildings.drop(columns="geometry").rename_axis("building_id").reset_index()
    tell_table(table, form(as_json, as_csv), title=repr(found))
    for name, row in found.norms.iterrows():
        say(f"{name} = {row['value']:g} {row['unit']}: {row['source']} ({row['confidence']})")
    for name, row in sr.land.fire_blockers(after, found).head(5).iterrows():
        say(f"{name}: {row['households_behind']:.0f} households behind it")
