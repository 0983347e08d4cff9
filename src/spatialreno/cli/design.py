"""Commands about options that the tool proposes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spatialreno.cli.app import Area, AsCsv, AsJson, MaybeScenario, Norm, app, changed, load, standard_for
from spatialreno.cli.output import form, say, tell_paths, tell_table

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno import Scenario
    from spatialreno.design import Design

Ids = list[str] | None


@app.command()
def design(
    area: Area,
    scenario: MaybeScenario = None,
    budget: Annotated[float, typer.Option("--budget", min=0, help="Most to be spent, in yuan")] = float("inf"),
    goal: Annotated[str, typer.Option("--goal", help="basket, covered:KIND, kinds, score or metres")] = "basket",
    candidate: Annotated[Ids, typer.Option("--candidate", help="Id of a wall or gate, or: walls, gates")] = None,
    keep_party: Annotated[Ids, typer.Option("--keep-party", help="Id of a party that is not asked")] = None,
    most_parties: Annotated[int | None, typer.Option("--most-parties", min=0, help="Most parties asked")] = None,
    consent: Annotated[str | None, typer.Option("--consent", help="in_hand or not_refused")] = None,
    must_open: Annotated[Ids, typer.Option("--must-open", help="Id of a candidate that is opened")] = None,
    must_keep: Annotated[Ids, typer.Option("--must-keep", help="Id of a candidate that stays")] = None,
    floor: Annotated[float | None, typer.Option("--floor", help="Least share of each compound, 0 to 1")] = None,
    frontier: Annotated[bool, typer.Option("--frontier", help="Answer for ten smaller budgets too")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for scenario files")] = None,
    standard: Norm = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Choose walls to take down and gates to open within a budget, with a proof, and write them as scenarios.

    Example: spatialreno design data/geo/xigongdi --budget 30000 --goal basket --frontier -o out/design
    """
    import spatialreno as sr

    read = load(area)
    first = None if scenario is None else sr.read_scenario(scenario)
    guards: dict[str, Any] = {
        "keep_party": keep_party, "most_parties": most_parties, "consent": consent, "must_open": must_open,
        "must_keep": must_keep, "floor": floor,
    }  # fmt: skip
    found = sr.design_openings(
        changed(read, scenario), budget_yuan=budget, goal=goal, candidates=candidate,
        standard=standard_for(read, standard), progress=say,
        **{name: value for name, value in guards.items() if value is not None},
    )  # fmt: skip
    for note in found.notes:
        say(note)
    table = found.frontier() if frontier else _row(found)
    tell_table(table, form(as_json, as_csv), title=repr(found))
    if out is not None:
        tell_paths(_write(found, first, out))


def _row(found: Design) -> pd.DataFrame:
    """Write one design as a row of a frontier."""
    import pandas as pd

    columns = ["budget_yuan", "cost_yuan", "value", "bound", "status", "chosen"]
    row = (found.budget_yuan, found.cost_yuan, found.value, found.bound, found.status, list(found.chosen))
    return pd.DataFrame([row], columns=columns)


def _write(found: Design, first: Scenario | None, out: Path) -> list[Path]:
    """Write the design as a scenario that stands on the one applied first."""
    import spatialreno as sr

    proposed = found.scenario("design", f"方案生成：{found.goal}")
    whole = proposed if first is None else first | proposed
    out.mkdir(parents=True, exist_ok=True)
    path = out / "design.toml"
    sr.write_scenario(whole, path)
    return [path]
