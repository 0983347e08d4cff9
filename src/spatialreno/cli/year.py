"""Commands from plan to year: the money plan, the schedule, what stays after completion."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from spatialreno.cli.app import Area, AsCsv, AsJson, Norm, Scenarios, app, compared
from spatialreno.cli.output import Form, form, say, tell_table
from spatialreno.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.comparison import Funding

KeepRest = Annotated[bool, typer.Option("--keep-rest", help="Leave refused rows out, list them, and go on")]
Phases = Annotated[
    list[str] | None, typer.Option("--phase", help="Days of a phase, 1=2026-03-01:2026-04-30; repeat it")
]
_DATED = ("payments", "contracts", "years")


@app.command()
def funding(
    area: Area,
    scenarios: Scenarios = None,
    budgets: Annotated[Path | None, typer.Option(help="Yearly budgets (.csv): payer, year, yuan")] = None,
    phase: Phases = None,
    show: Annotated[
        Literal["table", "lines", "rules", "payments", "contracts", "years", "notes"],
        typer.Option(help="By payer; every line; the rules; by quarter; contracts; by year; what no rule covers"),
    ] = "table",
    keep_rest: KeepRest = False,
    standard: Norm = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Tell who pays for what (资金平衡): by rules of money, with ceilings, budgets, what is short, and by quarter.

    Example: spatialreno funding data/geo/xigongdi data/geo/xigongdi/scenarios/full.toml --show rules
    """
    from spatialreno.comparison import read_budgets

    if show in _DATED and not phase:
        raise InputError(f"funding: --show {show} needs days. Give them with --phase 1=2026-03-01:2026-04-30.")
    spans = _spans(phase or [])
    money = None if budgets is None else read_budgets(budgets, keep_rest=keep_rest)
    found = compared(area, scenarios, standard).funding(money)
    for fault in found.faults:
        say(str(fault))
    for option, text in found.notes():
        say(f"{option}: {text}")
    how = form(as_json, as_csv)
    tell_table(_funding_table(found, show, spans, brief=how is Form.table), how, title=repr(found))


def _funding_table(
    found: Funding, show: str, spans: dict[int, tuple[str, str]], *, brief: bool
) -> pd.DataFrame:
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
        if not phase.strip().isdigit() or not last or int(phase) in found:
            wrong.append(text)
        else:
            found[int(phase)] = (first.strip(), last.strip())
    if wrong:
        raise InputError(f"--phase {', '.join(wrong)}: expected each phase once, such as 1=2026-03-01:2026-04-30.")
    return found
