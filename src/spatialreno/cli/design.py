"""Commands about options that the tool proposes, or measures by the dozen."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from spatialreno.cli.app import (
    Area,
    AsCsv,
    AsJson,
    Lang,
    MaybeScenario,
    Norm,
    OneScenario,
    Scenarios,
    app,
    changed,
    load,
    plan_for,
    scenarios_for,
    standard_for,
    tell_unmatched,
)
from spatialreno.cli.output import Form, complain, form, say, tell, tell_table

if TYPE_CHECKING:
    from spatialreno import Scenario
    from spatialreno.design import Design

Ids = list[str] | None
Measures = Annotated[
    list[str] | None,
    typer.Option("--measure", "-m", help="Indicators, with commas between or repeated", show_default=False),
]
_USUAL = ["score", "residents_gain", "freed_usable_m2", "wall_demolished_m", "households_missing", "cost_yuan"]


@app.command()
def design(
    area: Area,
    scenario: MaybeScenario = None,
    budget: Annotated[float, typer.Option("--budget", min=0, help="Most to be spent, in yuan")] = float("inf"),
    goal: Annotated[str, typer.Option("--goal", help="basket, covered:KIND, kinds, score or metres")] = "basket",
    candidate: Annotated[Ids, typer.Option("--candidate", help="Id of a wall or gate, or: walls, gates, paths")] = None,
    max_m: Annotated[float | None, typer.Option("--max-m", help="Split longer walls first, in metres")] = None,
    tiles_m: Annotated[
        float | None, typer.Option("--tiles-m", help="Side of the tiles that a large area is worked out by, in metres")
    ] = None,
    keep_party: Annotated[Ids, typer.Option("--keep-party", help="Id of a party that is not asked")] = None,
    most_parties: Annotated[int | None, typer.Option("--most-parties", min=0, help="Most parties asked")] = None,
    consent: Annotated[str | None, typer.Option("--consent", help="in_hand or not_refused")] = None,
    must_open: Annotated[Ids, typer.Option("--must-open", help="Id of a candidate that is opened")] = None,
    must_keep: Annotated[Ids, typer.Option("--must-keep", help="Id of a candidate that stays")] = None,
    floor: Annotated[float | None, typer.Option("--floor", help="Least share of each compound, 0 to 1")] = None,
    most_through: Annotated[
        float | None, typer.Option("--most-through", help="Most share of outside trips that cut through, 0 to 1")
    ] = None,
    keep_fire: Annotated[bool, typer.Option("--keep-fire", help="No building loses its fire access")] = False,
    keep_wheelchair: Annotated[bool, typer.Option("--keep-wheelchair", help="No way in a wheelchair is lost")] = False,
    frontier: Annotated[bool, typer.Option("--frontier", help="Answer for ten smaller budgets too")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for scenario files")] = None,
    standard: Norm = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Choose walls to take down and gates to open within a budget, with a proof, and write them as scenarios.

    Example: spatialreno design data/geo/xigongdi --budget 30000 --goal basket --frontier -o out/design
    """
    import pandas as pd

    import spatialreno as sr

    read = load(area)
    first = None if scenario is None else plan_for(read, scenario)
    guards: dict[str, Any] = {
        "keep_party": keep_party, "most_parties": most_parties, "consent": consent, "must_open": must_open,
        "must_keep": must_keep, "floor": floor, "most_through": most_through, "keep_fire": keep_fire or None,
        "keep_wheelchair": keep_wheelchair or None,
    }  # fmt: skip
    found = sr.design_openings(
        changed(read, scenario), budget_yuan=budget, goal=goal, candidates=candidate, max_m=max_m,
        tiles_m=tiles_m, standard=standard_for(read, standard), progress=say,
        **{name: value for name, value in guards.items() if value is not None},
    )  # fmt: skip
    for note in found.notes:
        say(note)
    steps = found.designs() if frontier else [found]
    tell_table(pd.DataFrame([one.row() for one in steps]), form(as_json, as_csv), title=repr(found))
    if out is not None:
        said = tell if not (as_json or as_csv) else say
        for path in [*_write(steps, first, out), *_around(found, steps, out, lang), *_split(found, max_m, out)]:
            said(str(path))


def _around(found: Design, steps: list[Design], out: Path, lang: Lang) -> list[Path]:
    """Write what stands around a design as tables, and the page."""
    import spatialreno as sr

    tables = _tables(found, steps, out)
    return [*tables, sr.maps.draw_design(found, steps, lang=lang).save(out / "design.html")]


def _tables(found: Design, steps: list[Design], out: Path) -> list[Path]:
    """Write what stands around the design as tables."""
    from spatialreno.design import Frontier
    from spatialreno.files import write_sheet

    tables = {"frontier": Frontier.of(steps).table, "reasons": found.reasons()}
    if found.tiles == 1:
        tables |= {
            "nearly_as_good": found.best_sets(), "pairs": found.pairs(), "guards": found.guard_prices(),
            "greedy": found.greedy(),
        }  # fmt: skip
    else:
        say(
            f"{found.tiles} tiles: sets nearly as good, pairs, prices of guards and greedy choice ask every home again "
            "and again and are left out; ask a part of the area, or call them from a script"
        )
    for name, table in tables.items():
        lists = [column for column in ("chosen", "because_of") if column in table]
        write_sheet(table.assign(**{column: table[column].map("|".join) for column in lists}), out / f"{name}.csv")
    return [out / f"{name}.csv" for name in tables]


def _split(found: Design, max_m: float | None, out: Path) -> list[Path]:
    """Write the area whose walls were split, which the scenarios are for."""
    import spatialreno as sr

    if max_m is None or found.area is None:
        return []
    sr.write_area(found.area, out / "area")
    return [out / "area"]


def _write(steps: list[Design], first: Scenario | None, out: Path) -> list[Path]:
    """Write designs as scenarios that hold what was applied first, each set once, named by what it costs."""
    import spatialreno as sr

    out.mkdir(parents=True, exist_ok=True)
    paths = {}
    for one in [step for step in steps if step.chosen]:
        name = f"design-{one.cost_yuan:.0f}"
        proposed = one.scenario(name, f"方案生成 {one.goal} {one.cost_yuan / 10_000:.1f} 万元")
        paths[one.chosen] = sr.write_scenario(proposed if first is None else first | proposed, out / f"{name}.toml")
    return list(paths.values())


@app.command()
def synergy(
    area: Area,
    scenario: OneScenario,
    by: Annotated[Literal["compound", "owner"], typer.Option("--by", help="Who takes part")] = "compound",
    goal: Annotated[str, typer.Option("--goal", help="basket, covered:KIND or kinds")] = "basket",
    years: Annotated[float, typer.Option("--years", min=0, help="Years of management that count in net")] = 10.0,
    worth: Annotated[float, typer.Option("--worth", min=0, help="Yuan a resident who gains is worth, in net")] = 0.0,
    samples: Annotated[int, typer.Option("--samples", min=2, help="Orders drawn, above 12 players")] = 200,
    trenches: Annotated[bool, typer.Option("--trenches", help="Plan one dig, so that shared trenches count")] = False,
    show: Annotated[
        Literal["causes", "shares", "worst"], typer.Option("--show", help="By cause; by player; who would rather not")
    ] = "causes",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Paper for the owners' meeting (.html)")] = None,
    standard: Norm = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell what doing a plan together is worth (集中连片), by cause, what each brings and who would rather not.

    Example: spatialreno synergy data/geo/xigongdi data/geo/xigongdi/scenarios/opened.toml --show shares
    """
    import spatialreno as sr

    read = load(area)
    plan = plan_for(read, scenario)
    found = sr.synergy(
        read, plan, by=by, goal=goal, standard=standard_for(read, standard), years=years, yuan_per_resident=worth,
        samples=samples, dig=sr.plan_dig(plan.apply(read)) if trenches else None,
    )  # fmt: skip
    for note in found.notes:
        say(note)
    tables = {"causes": found.causes.reset_index(), "shares": found.table, "worst": found.worst}
    tell_table(tables[show], form(as_json, as_csv), title=repr(found))
    if out is not None:
        page = sr.maps.draw_synergy(found, title=f"{read.title or read.name}：{plan.title}", lang=lang)
        say(f"wrote {page.save(out)}")


@app.command()
def clusters(
    area: Area,
    households: Annotated[
        tuple[float, float], typer.Option("--households", help="Least and most households of a cluster")
    ] = (1000.0, 2500.0),
    by: Annotated[list[str] | None, typer.Option("--by", help="street or community: borders kept; repeat it")] = None,
    across: Annotated[
        Literal["wall", "lane", "street"], typer.Option("--across", help="What neighbours may have between them")
    ] = "street",
    count: Annotated[int | None, typer.Option("--count", min=1, help="How many clusters")] = None,
    one_station: Annotated[bool, typer.Option("--one-station", help="One heat station carries each cluster")] = False,
    pays: Annotated[bool, typer.Option("--pays", help="Fees at today's rates carry one manager")] = False,
    eligible: Annotated[
        float, typer.Option("--eligible", min=0, max=1, help="Least share of households in old compounds")
    ] = 0.0,
    beside: Annotated[bool, typer.Option("--beside", help="Show two clusters fewer to two more instead")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Scenario that sets the column cluster (.toml), page (.html)")
    ] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Propose clusters (组团): compounds planned, financed and managed as one, with a bound.

    Example: spatialreno clusters data/geo/xigongdi --households 100 700 -o out/clusters.toml
    """
    import spatialreno as sr

    read = load(area)
    found = sr.propose_clusters(
        read, households=households, by=by or (), across=across, count=count, one_station=one_station, pays=pays,
        eligible=eligible,
    )  # fmt: skip
    for note in found.notes:
        say(note)
    table = found.beside if beside else found.table.reset_index()
    tell_table(table, form(as_json, as_csv), title=repr(found))
    if out is not None:
        html = out.suffix.lower() == ".html"
        page = sr.maps.draw_clusters(found, read, lang=lang) if html else None
        say(f"wrote {page.save(out) if page else sr.write_scenario(found.scenario(out.stem), out)}")


@app.command()
def survey(
    area: Area,
    scenarios: Scenarios = None,
    goal: Annotated[str, typer.Option("--goal", help="basket, covered:KIND or kinds")] = "basket",
    budget: Annotated[float, typer.Option("--budget", min=0, help="Most an option may cost, in yuan")] = float("inf"),
    propose: Annotated[
        Ids, typer.Option("--propose", help="Instead of scenarios, design from these first: walls, gates, paths or ids")
    ] = None,
    number_share: Annotated[
        float, typer.Option("--number-share", min=0, max=1, help="How far an estimated number may be off")
    ] = 0.3,
    most: Annotated[int, typer.Option("--most", min=1, help="How many visits")] = 10,
    every: Annotated[bool, typer.Option("--every", help="Show every fact tried, not only the visits")] = False,
    filled: Annotated[
        Path | None, typer.Option("--found", help="The form filled in: choose again by what was found")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Form to fill in (.csv, .xlsx), or with a plan (.html)")
    ] = None,
    standard: Norm = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell what to survey next: what is assumed and would change the choice if it were otherwise.

    Example: spatialreno survey data/geo/xigongdi data/geo/xigongdi/scenarios/opened.toml -o out/visits.csv
    """
    import spatialreno as sr

    read = load(area)
    norm = standard_for(read, standard)
    asked: dict[str, Any] = {"budget_yuan": budget, "standard": norm, "progress": say}
    proposed = None if propose is None else sr.design_openings(read, goal=goal, candidates=propose, **asked)
    options = scenarios_for(area, scenarios) if proposed is None else proposed
    if filled is not None:
        again = sr.design.choose_again(read, options, filled, goal=goal, budget_yuan=budget, standard=norm)
        tell_table(again.reset_index(), form(as_json, as_csv), title=f"{read.name}: chosen again by {filled.name}")
        return
    found = sr.survey_next(read, options, goal=goal, number_share=number_share, most=most, **asked)
    for note in found.notes:
        say(note)
    table = found.table if every else found.visits.drop(columns="geometry")
    tell_table(table, form(as_json, as_csv), title=repr(found))
    if out is not None:
        html = out.suffix.lower() == ".html"
        say(f"wrote {sr.maps.draw_visits(found, read, lang=lang).save(out) if html else found.write_form(out)}")


@app.command()
def sweep(
    area: Area,
    scenarios: Scenarios = None,
    measures: Measures = None,
    front: Annotated[str | None, typer.Option(help="Mark what no plan beats in these, with commas between")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes on this machine")] = 1,
    standard: Norm = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Measure many plans by what is asked for alone, one row a plan; exit 1 where a plan is broken.

    Costs are those of the plan itself; compare plans heat and one dig beside.

    Example: spatialreno sweep data/geo/xigongdi -m score,cost_yuan,residents_gain --front score,cost_yuan
    """
    import spatialreno as sr
    from spatialreno.indicators import indicator_title
    from spatialreno.scale import open_workers

    plans, read = scenarios_for(area, scenarios), load(area)
    tell_unmatched(read, *plans)
    counted, asked = _named(front), _named(*(measures or [])) or _USUAL
    norm = standard_for(read, standard)
    names = list(dict.fromkeys([*asked, *counted]))
    table = sr.sweep(read, plans, names, standard=norm, workers=open_workers(workers), progress=say)
    faults = table.pop("fault")
    if counted:
        table["pareto"] = sr.pareto(table, counted, catalog=read.catalog)
    how = form(as_json, as_csv)
    if how is Form.table:
        held = read.catalog.standard(norm)
        words = {c: indicator_title(read.catalog, str(c), lang=lang, norm=held) for c in table if c != "pareto"}
        table = table.rename(columns=words)
    tell_table(table.reset_index(), how, title=f"{len(plans)} plans of {read.name} by {norm}")
    broken = faults[faults != ""]
    for name, fault in broken.items():
        complain(f"{name}: {fault}")
    if len(broken):
        sys.exit(1)


def _named(*texts: str | None) -> list[str]:
    return [name.strip() for text in texts for name in (text or "").split(",") if name.strip()]
