"""The commands of the works: heat for the quarter, and one dig for everything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spatialreno.cli.app import Area, AsCsv, AsJson, Lang, MaybeScenario, Seconds, app, changed, load
from spatialreno.cli.output import form, say, tell_table
from spatialreno.errors import InfeasibleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from spatialreno.cli.output import Form
    from spatialreno.errors import Fault
    from spatialreno.works import Section

Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write the pipes as a scenario file")]
Bill = Annotated[Path | None, typer.Option("--bill", help="Write the bill of quantities as an .xlsx workbook")]


@app.command()
def heat(
    area: Area,
    scenario: MaybeScenario = None,
    sign_up: Annotated[float | None, typer.Option(help="Share of households that sign up (报装率), 0 to 1")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Approximate, with a proven bound")] = False,
    seconds: Seconds = None,
    out: Out = None,
    bill: Bill = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lead heat from the main through the stations to every unit; exit 1 when no home is newly heated.

    Example: spatialreno heat data/geo/xigongdi -s data/geo/xigongdi/scenarios/full.toml --quick
    """
    import spatialreno as sr
    from spatialreno.works import heat_book

    after = changed(load(area), scenario)
    say("heat")
    plan = sr.supply_heat(after, sign_up=sign_up, exact=not quick, time_limit_s=seconds)
    _complain(plan.faults)
    if bill is not None:
        _write_book(heat_book(plan), bill)
    if out is not None:
        answer = plan.as_scenario("heat", title="供暖管网")
        say(f"wrote {sr.write_scenario(answer.placed(after), out)}")
    table = plan.pipes.drop(columns="geometry").round(2).reset_index()
    tell_table(table, form(as_json, as_csv), title=repr(plan))
    for name, row in plan.stations.iterrows():
        say(f"{name}: {row['load_kw']:,.0f} kW, main {row['main'] or '—'} has {row['main_left_kw']:,.0f} kW left")
        if row["worst_m"] == row["worst_m"]:
            loop = f"{row['worst_m']:,.0f} m, {row['loop_kpa']:,.0f} kPa there and back"
            say(f"{name}: worst loop {loop}; its pump gives {row['pump_head_m']:,.1f} m")
    if not plan.households_reached:
        raise InfeasibleError(f"no home is newly heated: {plan.reason}")


@app.command()
def dig(
    area: Area,
    kinds: Annotated[
        list[str] | None, typer.Argument(help="Kinds of pipe; default: all seven", metavar="KIND...")
    ] = None,
    scenario: MaybeScenario = None,
    section: Annotated[str, typer.Option("--section", help="Show how pipes lie across a path or an opened piece")] = "",
    svg: Annotated[Path | None, typer.Option("--svg", help="With --section: write the picture here")] = None,
    seconds: Seconds = None,
    out: Out = None,
    bill: Bill = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Plan one dig for all utilities: lanes opened once, what fits across each, against separate digs.

    Example: spatialreno dig data/geo/xigongdi -s data/geo/xigongdi/scenarios/full.toml
    """
    import spatialreno as sr
    from spatialreno.works import KINDS, dig_book

    after = changed(load(area), scenario)
    say("dig")
    if section in after.paths.index:
        _show_cut(sr.works.cut_lane(after, section, kinds or KINDS), section, svg, lang, form(as_json, as_csv))
        say(f"between building faces alone: {sr.works.cut_lane(after, section, kinds or KINDS, faces_only=True)!r}")
        width = after.paths["width_m"].get(section)
        if width == width:
            between_faces = sr.works.fit_section(after.catalog, width, kinds or KINDS)
            say(f"were only its {width:g} m between faces: {between_faces!r}")
        return
    plan = None if scenario is None else sr.read_scenario(scenario)
    found = sr.plan_dig(after, kinds or KINDS, scenario=plan, time_limit_s=seconds)
    _complain(found.faults)
    if bill is not None:
        _write_book(dig_book(found, after.catalog), bill)
    if out is not None:
        answer = found.as_scenario("dig", title="管线一次开挖")
        say(f"wrote {sr.write_scenario(answer.placed(after), out)}")
    if section:
        _show_cut(found.section(section), section, svg, lang, form(as_json, as_csv))
        return
    table = found.lanes.drop(columns="geometry").round(2).reset_index()
    tell_table(table, form(as_json, as_csv), title=repr(found))


def _show_cut(cut: Section, name: str, svg: Path | None, lang: Lang, how: Form) -> None:
    import spatialreno as sr

    tell_table(cut.helps, how, title=f"{name}: {cut!r}")
    if svg is not None:
        svg.parent.mkdir(parents=True, exist_ok=True)
        svg.write_text(sr.maps.draw_section(cut, title=name, lang=lang), encoding="utf-8")
        say(f"wrote {svg}")


def _complain(faults: Iterable[Fault]) -> None:
    for fault in faults:
        say(f"{fault.severity}: {fault}")


def _write_book(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    from spatialreno.files import write_book

    say(f"wrote {write_book(tables, path)}")
