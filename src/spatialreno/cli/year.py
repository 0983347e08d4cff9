"""Commands from plan to year: the money plan, the schedule, what stays after completion."""

from __future__ import annotations

from datetime import date
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
    Scenarios,
    Works,
    app,
    changed,
    compared,
    load,
    plan_for,
)
from spatialreno.cli.output import Form, dated, form, say, tell, tell_table
from spatialreno.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.comparison import Funding, Schedule, Span

KeepRest = Annotated[bool, typer.Option("--keep-rest", help="Leave refused rows out, list them, and go on")]
Phases = Annotated[
    list[str] | None, typer.Option("--phase", help="Days of a phase, 1=2026-03-01:2026-04-30; repeat it")
]
Counts = list[str] | None
_BRIEF = ["title", "crew", "quantity", "days", "start", "end", "slack_days", "critical"]
_DATED = ("payments", "contracts", "years")
_NOT_COUNTED = (
    "casework: {count} of the votes cannot be counted, since nobody knows how many households live there; what waits "
    "for them is not listed. Fill in households of the buildings or of their compound."
)


@app.command(compares=True)
def funding(
    area: Area,
    scenarios: Scenarios = None,
    budgets: Annotated[Path | None, typer.Option(help="Yearly budgets (.csv): payer, year, yuan")] = None,
    phase: Phases = None,
    start: Annotated[str | None, typer.Option(help="First day: the days of phases come from the schedule")] = None,
    show: Annotated[
        Literal["table", "lines", "rules", "payments", "contracts", "years", "notes"],
        typer.Option(help="By payer; every line; the rules; by quarter; contracts; by year; what no rule covers"),
    ] = "table",
    works: Works = "heat,dig",
    keep_rest: KeepRest = False,
    standard: Norm = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell who pays for what (资金平衡): by rules of money, with ceilings, budgets, what is short, and by quarter.

    Example: spatialreno funding data/geo/xigongdi data/geo/xigongdi/scenarios/full.toml --show rules
    """
    from spatialreno.comparison import read_budgets

    if show in _DATED and not phase and not start:
        raise InputError(f"funding: --show {show} needs days. Give --phase 1=2026-03-01:2026-04-30, or --start.")
    if start and (phase or len(scenarios or []) != 1):
        raise InputError("funding: --start plans the year of one option. Name one scenario, and no --phase.")
    days: dict[int, Span] = {**_spans(phase or [])}
    money = None if budgets is None else read_budgets(budgets, keep_rest=keep_rest)
    options = compared(area, scenarios, standard, works)
    if start:
        say("plan the year")
        days = {**options.schedule(options.scenarios[0].name, start=start).spans}
    found = options.funding(money)
    for fault in found.faults:
        say(str(fault))
    for option, text in found.notes():
        say(f"{option}: {text}")
    how = form(as_json, as_csv)
    tell_table(_funding_table(found, show, days, brief=how is Form.table), how, title=repr(found))


def _funding_table(found: Funding, show: str, spans: dict[int, Span], *, brief: bool) -> pd.DataFrame:
    import pandas as pd

    if show == "notes":
        return pd.DataFrame(found.notes(), columns=["option", "note"])
    if show in _DATED:
        dated: pd.DataFrame = getattr(found, show)(spans)
        return dated
    if show == "rules":
        return found.rules.drop(columns=["title_en", "source"]) if brief else found.rules
    if show == "lines":
        told = found.lines.drop(columns=["fen"])
        return told.drop(columns=["item_en", "ids", "verb", "kind"]) if brief else told
    return found.table


def _spans(given: list[str]) -> dict[int, tuple[str, str]]:
    """Read the days of phases as they are written on the command line."""
    found: dict[int, tuple[str, str]] = {}
    wrong = []
    for text in given:
        phase, _, days = text.partition("=")
        first, _, last = days.partition(":")
        if not phase.strip().isdigit() or int(phase) in found or not _runs_on(first.strip(), last.strip()):
            wrong.append(text)
        else:
            found[int(phase)] = (first.strip(), last.strip())
    if wrong:
        raise InputError(
            f"--phase {', '.join(wrong)}: expected each phase once, and its last day not before its first, "
            "such as 1=2026-03-01:2026-04-30."
        )
    return found


def _runs_on(first: str, last: str) -> bool:
    try:
        return date.fromisoformat(first) <= date.fromisoformat(last)
    except ValueError:
        return False


@app.command(compares=True)
def schedule(
    area: Area,
    scenario: Annotated[Path, typer.Argument(help="Scenario file (.toml)", metavar="SCENARIO")],
    start: Annotated[str, typer.Option(help="First day, YYYY-MM-DD")],
    by: Annotated[str | None, typer.Option(help="Day by which it should be done")] = None,
    crews: Annotated[Counts, typer.Option("--crews", help="How many of a kind, demolition=3; repeat it")] = None,
    late: Annotated[Counts, typer.Option("--late", help="A late task: vote:open:C04=60 (days); repeat it")] = None,
    show: Annotated[
        Literal["tasks", "critical", "curve", "slips", "notes"],
        typer.Option(help="Every task; critical ones; money and metres by week; what --late moves; what is assumed"),
    ] = "tasks",
    works: Works = "heat,dig",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File: .xlsx, .xml (MS Project), .html")] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Plan the year of an option (进度计划): the shortest plan of its works by lane and yard, with a bound.

    Example: spatialreno schedule data/geo/xigongdi data/geo/xigongdi/scenarios/full.toml --start 2026-03-01
    """
    import spatialreno as sr

    amounts, slips = _amounts(crews, "--crews"), _amounts(late, "--late")
    if show == "slips" and not slips:
        raise InputError("schedule: --show slips needs what is late. Give it with --late vote:open:C04=60.")
    options = compared(area, [scenario], None, works)
    name = options.scenarios[0].name
    say("plan the year")
    found = options.schedule(name, start=start, by=by, crews=amounts)
    base = found
    for task, days in slips.items():
        found = found.if_late(task, days)
    for note in found.notes():
        say(note)
    if out is not None:
        tell(sr.maps.draw_schedule(found, lang=lang).save(out) if out.suffix == ".html" else found.write(out))
        return
    how = form(as_json, as_csv)
    tell_table(_schedule_table(base, found, show, brief=how is Form.table), how, title=repr(found))


def _schedule_table(base: Schedule, found: Schedule, show: str, *, brief: bool) -> pd.DataFrame:
    import pandas as pd

    if show == "notes":
        return pd.DataFrame({"note": found.notes()})
    table = found.tasks.reset_index()
    if show == "curve":
        table = found.curve()
    elif show == "slips":
        table = base.slips(found).reset_index()
    elif brief:
        table = table[["task", *_BRIEF]]
    if show == "critical":
        table = table[table["critical"]]
    return dated(table)


def _amounts(given: Counts, option: str) -> dict[str, int]:
    """Read name=number pairs; each name once."""
    pairs = [text.rpartition("=")[::2] for text in given or []]
    wrong = [f"{name}={number}" for name, number in pairs if not name or not number.strip().isdigit()]
    names = [name for name, _ in pairs]
    wrong += sorted({name for name in names if names.count(name) > 1})
    if wrong:
        raise InputError(f"{option} {', '.join(wrong)}: expected each name once with a whole number, name=3.")
    return {name.strip(): int(number) for name, number in pairs}


@app.command("completed")
def completed_command(
    area: Area,
    scenario: Annotated[Path, typer.Argument(help="What was planned (.toml)", metavar="SCENARIO")],
    survey: Annotated[Path, typer.Argument(help="The area as surveyed afterwards", metavar="SURVEY")],
    show: Annotated[
        Literal["table", "acts", "returned", "unplanned", "money", "register", "satisfied"],
        typer.Option(help="Sums; every act; what came back; walls not planned; by payer; who holds what; votes"),
    ] = "table",
    paid: Annotated[Counts, typer.Option("--paid", help="What a payer paid, city=1200000; repeat it")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Workbook of all tables (.xlsx)")] = None,
    keep_rest: KeepRest = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Hold a plan against a new survey (竣工后): what was built, what was not, what came back as illegal.

    Example: spatialreno completed data/geo/xigongdi data/geo/xigongdi/scenarios/clear.toml data/geo/xigongdi
    """
    import spatialreno as sr

    today = load(area)
    found = sr.comparison.completed(today, plan_for(today, scenario), load(survey), keep_rest=keep_rest)
    for fault in found.faults:
        say(str(fault))
    if out is not None:
        tell(found.write(out))
        return
    if show == "money":
        table = found.money(_amounts(paid, "--paid"))
    elif show == "satisfied":
        table = sr.comparison.satisfaction(found.satisfied)
    else:
        table = getattr(found, show)
    table = table.reset_index() if show == "register" else table
    tell_table(table, form(as_json, as_csv), title=repr(found))


@app.command()
def upkeep(
    area: Area,
    scenario: MaybeScenario = None,
    show: Annotated[
        Literal["fund", "collection", "assumptions", "log"],
        typer.Option(help="The upkeep fund by year; collection and fee after renewal; what that assumes; a log"),
    ] = "fund",
    first: Annotated[int, typer.Option(help="First year")] = 2027,
    years: Annotated[int, typer.Option(help="How many years")] = 20,
    opening: Annotated[float, typer.Option(help="What the fund holds before, yuan")] = 0.0,
    yuan_m2_year: Annotated[float | None, typer.Option(help="What homes pay; default: the catalog's")] = None,
    rate: Annotated[float, typer.Option(help="Share that pays the fee in year 0")] = 0.3,
    occupied: Annotated[float, typer.Option(help="Share of homes lived in, in year 0")] = 1.0,
    log: Annotated[Path | None, typer.Option(help="Who manages which compound by month (.csv), for --show log")] = None,
    keep_rest: KeepRest = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell what stays after renewal: the upkeep fund, how collection and fee may move, management by month.

    Example: spatialreno upkeep data/geo/xigongdi -s data/geo/xigongdi/scenarios/full.toml --show collection --years 5
    """
    from spatialreno.community import collection_story, manage, read_management, upkeep_fund

    today, how = changed(load(area), scenario), form(as_json, as_csv)
    if show == "fund":
        fund = upkeep_fund(today, first=first, years=years, opening_yuan=opening, yuan_m2_year=yuan_m2_year)
        tell_table(fund.table, how, title=repr(fund))
    elif show == "log":
        if log is None:
            raise InputError("upkeep: --show log needs a file. Give it with --log management.csv.")
        told = read_management(log, today, keep_rest=keep_rest)
        for fault in told.faults:
            say(str(fault))
        tell_table(told.coverage(), how, title=str(log))
    else:
        own = manage(today, clusters={"all": list(today.compounds.index)}).table.iloc[0]
        story = collection_story(today.catalog, households=float(own["households"]), gates=float(own["gates"]),
                                 rate=rate, years=years, occupied=occupied)  # fmt: skip
        tell_table(story.table if show == "collection" else story.assumptions, how, title=repr(story))


@app.command()
def casework(
    area: Area,
    scenario: Annotated[Path, typer.Argument(help="Scenario file (.toml)", metavar="SCENARIO")],
    book: Annotated[Path | None, typer.Option(help="The book of visits (.xlsx or .csv); without it a new one")] = None,
    show: Annotated[
        Literal["next", "now", "progress", "reminders"],
        typer.Option(help="Whom to see next; where each case stands; progress by day; past their deadline"),
    ] = "next",
    heads: Annotated[int, typer.Option(help="How many heads can be seen, for --show next")] = 20,
    as_of: Annotated[str | None, typer.Option(help="Day (YYYY-MM-DD) against which deadlines are past")] = None,
    due: Annotated[str | None, typer.Option(help="Deadline written into a new book")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the book (.xlsx), to fill in")] = None,
    keep_rest: KeepRest = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lead the work of winning consent (包联走访): leaders, papers, deadlines, and whom to see next.

    Example: spatialreno casework data/geo/xigongdi data/geo/xigongdi/scenarios/opened.toml --heads 12
    """
    import spatialreno as sr
    from spatialreno.community import next_visits, read_casework, start_casework

    if show == "reminders" and as_of is None:
        raise InputError("casework: --show reminders needs a day. Give it with --as-of YYYY-MM-DD.")
    today = load(area)
    plan = plan_for(today, scenario)
    told = None if book is None else read_casework(book, today, keep_rest=keep_rest)
    for fault in told.faults if told is not None else ():
        say(str(fault))
    said = today if told is None else told.applied(today)
    consents = sr.find_consents(said, plan, keep_rest=keep_rest)
    held = told or start_casework(consents, due=due)
    if out is not None:
        tell(held.write(out))
        return
    how = form(as_json, as_csv)
    if show == "next":
        found = next_visits(said, plan, consents, heads=heads)
        if consents.uncounted_votes:
            say(_NOT_COUNTED.format(count=consents.uncounted_votes))
        tell_table(found.table, how, title=repr(found))
        return
    if show == "progress":
        table = held.progress()
    else:
        table = held.now(as_of).reset_index() if as_of is None or show == "now" else held.reminders(as_of)
    tell_table(dated(table), how, title=repr(held))
