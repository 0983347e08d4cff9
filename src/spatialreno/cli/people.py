"""Commands about people and programme: lifts, consent, menu, management, check-up, programme."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from spatialreno.cli.app import (
    Area,
    AsCsv,
    AsJson,
    Lang,
    MaybeScenario,
    Scenarios,
    Works,
    app,
    changed,
    load,
    plan_for,
    scenarios_for,
    tell_unmatched,
    works_named,
)
from spatialreno.cli.output import Form, dated, form, say, tell, tell_table
from spatialreno.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno import StudyArea
    from spatialreno.community import Consents, LiftTerms, Register
    from spatialreno.programme import Programme

_TOLD = "compound_id storeys verdict form obstacles sunrooms lowest_yuan highest_yuan vote to_win"
_SUN = "windows most_lost_min below"
KeepRest = Annotated[bool, typer.Option("--keep-rest", help="Leave refused rows out, list them, and go on")]


@app.command()
def lifts(
    area: Area,
    scenario: MaybeScenario = None,
    scheme: Annotated[str, typer.Option(help="Table of shares; `spatialreno catalog lift_shares`")] = "guangzhou",
    cost: Annotated[float | None, typer.Option(help="Yuan for one lift; default: the catalog's estimate")] = None,
    subsidy: Annotated[str, typer.Option(help="`spatialreno catalog subsidies`")] = "luoyang",
    normalise: Annotated[bool, typer.Option("--normalise", help="Scale tables that do not add up")] = False,
    ground: Annotated[float, typer.Option(help="Yuan that each first-floor household receives")] = 0.0,
    sun: Annotated[str, typer.Option(help="`spatialreno catalog sun_rules`; none: leave the sun out")] = "dahan",
    stairwell: Annotated[str, typer.Option(help="Show who pays what in one stairwell")] = "",
    missing: Annotated[bool, typer.Option("--missing", help="Show the votes still to be won")] = False,
    limit: Annotated[
        list[str] | None,
        typer.Option(help="Most a floor or home of --stairwell would pay, 3=40000 (1=-8000: wants); repeat it"),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Judge a lift for every stairwell (一梯一策): room, sun, shares to the fen, votes.

    Example: spatialreno lifts data/geo/xigongdi --stairwell B02-1
    """
    from spatialreno.community import LiftTerms, plan_lifts

    terms = LiftTerms(scheme, cost, subsidy, normalise, {1: ground} if ground else None, "" if sun == "none" else sun)
    today, how = changed(load(area), scenario), form(as_json, as_csv)
    if limit:
        _offers(today, stairwell, limit, terms, how)
        return
    say("judge the stairwells")
    plan = plan_lifts(today, terms)
    if stairwell:
        if stairwell not in plan.shares:
            raise InputError(f"{stairwell}: no lift fits there, or no such stairwell. See `spatialreno lifts AREA`.")
        shares = plan.shares[stairwell]
        tell_table(shares.table.drop(columns=["pays_fen", "receives_fen"]).reset_index(), how, title=repr(shares))
    elif missing:
        tell_table(plan.missing(), how, title=repr(plan))
    else:
        columns = f"{_TOLD} {_SUN if terms.sun else ''}".split()
        whole = plan.table.drop(columns="geometry")
        tell_table((whole[columns] if how is Form.table else whole).reset_index(), how, title=repr(plan))
        if plan.sun is not None:
            say(repr(plan.sun))


@app.command()
def consent(
    area: Area,
    scenarios: Scenarios = None,
    show: Annotated[
        Literal["summary", "asked", "parties", "votes", "missing", "register"],
        typer.Option(help="Sums; every touched thing; parties; votes; who is still to be won; who holds what after"),
    ] = "summary",
    closes: Annotated[
        list[str] | None, typer.Option(help="Last day of a matter, open:C03=2026-05-01; later ballots are refused")
    ] = None,
    keep_rest: KeepRest = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell who must agree to each option, what is in hand and the smallest set still to be won.

    Example: spatialreno consent data/geo/xigongdi data/geo/xigongdi/scenarios/full.toml --show missing
    """
    import pandas as pd

    from spatialreno.community import find_consents, register_facilities

    today, parts = load(area), []
    days = dict(text.rpartition("=")[::2] for text in closes or [])
    book = _register(today, keep_rest, days)
    for option in scenarios_for(area, scenarios):
        say(f"consents for {option.name} {option.title}")
        tell_unmatched(today, option)
        found = find_consents(today, option, register=book, keep_rest=keep_rest)
        table = _summary(found) if show == "summary" else _consent_table(show, found)
        if show == "register":
            table = register_facilities(option.apply(today)).reset_index()
        table.insert(0, "option", option.name)
        parts.append(table)
    tell_table(pd.concat(parts, ignore_index=True), form(as_json, as_csv), title=f"{area}: {show}")


@app.command()
def menu(
    area: Area,
    budget: Annotated[float, typer.Option(help="Money there is, yuan")],
    items: Annotated[Path | None, typer.Option("--items", help="Menu (.csv); default: AREA/community/menu.csv")] = None,
    rule: Annotated[Literal["equal_shares", "greedy"], typer.Option(help="`spatialreno catalog menu_rules`")] = (
        "equal_shares"
    ),
    by: Annotated[Literal["households", "area"], typer.Option(help="What a vote counts")] = "households",
    trials: Annotated[int, typer.Option(min=0, help="Votes drawn again to see how stable the choice is")] = 100,
    keep_rest: KeepRest = False,
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Choose works from the residents' menu (群众点菜) under a budget, basic ones first, with reasons.

    Example: spatialreno menu data/geo/xigongdi --budget 9000000
    """
    from spatialreno.community import choose_works, read_menu
    from spatialreno.maps import menu_reason

    wanted = read_menu(items or area / "community" / "menu.csv")
    book = _register(load(area), keep_rest)
    say("count the ballots")
    found = choose_works(book, wanted, budget, rule=rule, by=by, trials=trials)
    table, how = found.table.assign(needs=found.table["needs"].map(";".join)), form(as_json, as_csv)
    if how is Form.table:
        said = [menu_reason(reason, found.table, lang) for reason in table["reason"]]
        table = table.assign(reason=said, needs=found.table["needs"].map(lambda ids: _titles_of(ids, found.table)))
    tell_table(table.reset_index(), how, title=repr(found))


def _titles_of(items: Sequence[str], table: pd.DataFrame) -> str:
    """Name items of the menu by their titles."""
    return "、".join(str(table.at[item, "title"]) for item in items)


@app.command()
def management(
    area: Area,
    scenario: MaybeScenario = None,
    together: Annotated[
        list[str] | None, typer.Option(help="Compounds managed as one, comma-joined; repeat it")
    ] = None,
    every_gate: Annotated[bool, typer.Option("--every-gate", help="A guard at every gate that leads out")] = False,
    fees: Annotated[bool, typer.Option("--fees", help="Show the break-even fee at each collection rate")] = False,
    documented: Annotated[bool, typer.Option("--documented", help="Show the documented Luoyang case beside")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell what property management (物业) costs and takes in, and the fee that would carry it.

    Example: spatialreno management data/geo/xigongdi --together C01,C02,C03 --together C08,C09,C10
    """
    from spatialreno.community import documented_case, manage

    today = changed(load(area), scenario)
    if documented:
        tell_table(documented_case(today.catalog), form(as_json, as_csv), title="documented case")
        return
    clusters = {part: [c.strip() for c in part.split(",")] for part in together or []}
    found = manage(today, clusters=clusters or None, every_gate=every_gate)
    table = found.fees if fees else found.table.reset_index()
    tell_table(table, form(as_json, as_csv), title=repr(found))


@app.command()
def checkup(
    area: Area,
    scenario: MaybeScenario = None,
    show: Annotated[
        Literal["lacks", "resources", "money"],
        typer.Option(help="What each compound lacks and what closes it; what there is to build on; who pays"),
    ] = "lacks",
    works: Works = "heat,dig",
    lang: Lang = "zh",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Lead from the check-up to the plan (体检 → 方案): lacks, what closes them, resources, money.

    Example: spatialreno checkup data/geo/xigongdi -s data/geo/xigongdi/scenarios/full.toml
    """
    from spatialreno.community import answer_checkup, balance_money, checkup_lines, list_resources
    from spatialreno.comparison import with_works

    today, how = load(area), form(as_json, as_csv)
    option = plan_for(today, scenario) if scenario is not None else None
    if show == "resources":
        tell_table(list_resources(today if option is None else option.apply(today)), how, title="resources")
    elif show == "lacks":
        whole = None if option is None else with_works(today, option, works_named(works), progress=say)
        found = answer_checkup(today, whole)
        count = found["state"].value_counts()
        told = ", ".join(f"{today.catalog.word('', 'checkup', str(s), lang)} {n}" for s, n in count.items())
        said = checkup_lines(found, today.catalog, lang=lang)
        tell_table(said if how is Form.table else found.assign(result=said.iloc[:, 2]), how, title=told)
    else:
        if option is None:
            raise InputError("checkup: --show money needs an option. Give it with --scenario.")
        balance = balance_money(option.bill(today), today.catalog)
        tell_table(balance.table.reset_index(), how, title=repr(balance))


@app.command()
def hazards(
    area: Area,
    file: Annotated[Path, typer.Argument(help="List (.csv): id, place, hazard, photo, date", metavar="FILE")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the works as a scenario (.toml)")] = None,
    keep_rest: KeepRest = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Put hazards in order (隐患清单): basic before improved before raised, and make the works that mend them.

    Example: spatialreno hazards data/geo/xigongdi hazards.csv -o data/geo/xigongdi/scenarios/hazards.toml
    """
    from spatialreno.community import read_hazards
    from spatialreno.scenario import write_scenario

    found = read_hazards(file, load(area), keep_rest=keep_rest)
    for fault in found.faults:
        say(str(fault))
    if out is not None:
        tell(write_scenario(found.as_scenario(), out))
        return
    tell_table(found.table.reset_index(), form(as_json, as_csv), title=repr(found))


@app.command()
def programme(
    file: Annotated[Path, typer.Argument(help="Projects or published figures, .csv or .xlsx", metavar="FILE")],
    as_of: Annotated[str | None, typer.Option(help="Day (YYYY-MM-DD) against which projects are late")] = None,
    show: Annotated[
        Literal["table", "rows", "late", "sums", "curve", "targets"],
        typer.Option(help="By district and year; rows; late projects; parts and wholes; progress; done of planned"),
    ] = "table",
    page: Annotated[Path | None, typer.Option("--page", help="Write a page to print: bars, map, curves")] = None,
    districts: Annotated[
        Path | None, typer.Option("--districts", help="Outlines (.geojson) with a column name, for the map of the page")
    ] = None,
    keep_rest: KeepRest = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell a programme of many projects by district and year; only equal units are compared.

    Example: spatialreno programme data/programme/pingdingshan-2022.csv
    """
    from spatialreno.programme import read_programme

    found = read_programme(file, keep_rest=keep_rest)
    for fault in found.faults:
        say(str(fault))
    if page is not None:
        _programme_page(found, page, as_of, districts)
        return
    if show == "late" and as_of is None:
        raise InputError("programme: --show late needs a day. Give it with --as-of YYYY-MM-DD.")
    if show == "table":
        table = found.table(as_of).dropna(axis=1, how="all")
    elif show == "rows":
        table = found.rows.dropna(axis=1, how="all").reset_index()
    elif show == "late":
        table = found.late(as_of or "").reset_index()
    else:
        table = _progress(found, show, as_of)
    tell_table(dated(table), form(as_json, as_csv), title=repr(found))


def _progress(found: Programme, show: str, as_of: str | None) -> pd.DataFrame:
    """Take parts and wholes, done of planned, or the curve."""
    if show == "curve":
        return found.curve(as_of=as_of)
    return found.sums() if show == "sums" else found.targets()


def _programme_page(found: Programme, page: Path, as_of: str | None, districts: Path | None) -> None:
    import spatialreno as sr
    from spatialreno.files import read_geojson

    outlines = read_geojson(districts) if districts is not None else None
    tell(sr.maps.draw_programme(found, as_of=as_of, districts=outlines).save(page))


def _offers(area: StudyArea, stairwell: str, limit: list[str], terms: LiftTerms, how: Form) -> None:
    """Tell which table of shares and which compensation let a stairwell pass."""
    from spatialreno.community import negotiate_lift

    limits: dict[int | str, float] = {}
    for text in limit:
        who, _, most = text.rpartition("=")
        try:
            limits[int(who) if who.isdigit() else who] = float(most)
        except ValueError as error:
            raise InputError(f"--limit {text}: expected a floor or household and yuan, such as 3=40000.") from error
    found = negotiate_lift(area, stairwell, limits=limits, terms=terms)
    for scheme, why in zip(found.left_out["scheme"], found.left_out["why"], strict=True):
        say(f"left out {scheme}: {why}")
    room = found.sunroom
    say(f"or a sunroom: {room['area_m2']:g} m², {room['yuan']:,.0f} yuan; {room['agree']}")
    tell_table(found.table, how, title=repr(found))


def _register(area: StudyArea, keep_rest: bool, closes: dict[str, str] | None = None) -> Register:
    from spatialreno.community import read_register

    book = read_register(area, keep_rest=keep_rest, closes=closes)
    for fault in book.faults:
        say(str(fault))
    return book


def _consent_table(show: str, found: Consents) -> pd.DataFrame:
    """Take one of the tables of an option's consents."""
    if show == "parties":
        return found.parties.reset_index()
    if show == "votes":
        return found.votes.drop(columns=["source", "confidence"])
    return found.to_win() if show == "missing" else found.asked.copy()


def _summary(found: Consents) -> pd.DataFrame:
    """Sum one option's consents up in a line."""
    import pandas as pd

    asked = found.asked
    return pd.DataFrame(
        [
            {
                "parties": len(found.parties),
                "votes": len(found.votes),
                "signed": int((found.parties["state"] == "in_hand").sum()),
                "against": found.against_count,
                "passed": int((found.votes["state"] == "passed").sum()),
                "parties_to_win": found.parties_to_win,
                "households_to_win": found.households_to_win,
                "informed": int(asked.loc[asked["basis"] == "inform", "party_id"].nunique()),
                "enforcement": int(asked.loc[asked["basis"] == "enforcement", "id"].nunique()),
                "unknown": int((asked["state"] == "unknown").sum()),
                "complete": found.complete,
            }
        ]
    )
