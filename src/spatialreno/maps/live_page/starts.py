"""Options that the live page can start from: resolved against the area, and what the page cannot try told by layer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialreno.maps.charts.frontier import told_value, what_counts
from spatialreno.maps.content.indicator_tables import unit_text
from spatialreno.maps.drawing.features import Version, versions
from spatialreno.maps.live_page.fit_model import outlines
from spatialreno.maps.words.numbers import ten_thousands
from spatialreno.maps.words.words import Lang, checked
from spatialreno.scenario import priced_acts

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

_FOLLOWS = {"rights", "ballots", "parties", "listed"}  # these change with what they speak of
_NOTED = ("walls", "structures", "gates")


def starts(area: StudyArea, scenarios: Iterable[Scenario], origin: list[float], lang: Lang) -> list[dict[str, Any]]:
    """Resolve each scenario into the plan of the page.

    Parameters
    ----------
    area : StudyArea
        The area as surveyed.
    scenarios : iterable of Scenario
        The options.
    origin : list of float
        The corner from which the page counts millimetres.
    lang : str
        ``zh`` or ``en``.

    Returns
    -------
    list of dict
        ``title``, ``plan`` (walls, structures, gates, facilities) and ``left``: titles of layers with the number of
        things that an option changes and the page does not try.
    """
    return [_start(area, scenario, origin, lang) for scenario in scenarios]


def design_steps(folder: str | Path, *, lang: Lang = "zh") -> list[Scenario]:
    """Read the steps of a design as options to start from, each named by its money and what it gives.

    Parameters
    ----------
    folder
        The folder that ``spatialreno design AREA --frontier -o`` wrote.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    list of Scenario
        From the least money to the most; what opens nothing is no step.

    Raises
    ------
    InputError
        The folder holds no frontier, or lacks the scenario of a step.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> from spatialreno import Scenario, demolish, write_scenario
    >>> with tempfile.TemporaryDirectory() as folder:  # what a design that opens W1 for 30 000 yuan leaves there
    ...     plan = Scenario("design-30000", interventions=[demolish("walls", ids="W1")])
    ...     file = write_scenario(plan, Path(folder) / "design-30000.toml")
    ...     _ = file.with_name("frontier.csv").write_text(
    ...         "goal,today,budget_yuan,cost_yuan,value,bound,status,chosen\\n"
    ...         "covered:pharmacy,100,30000,30000,140,140,optimal,W1\\n"
    ...     )
    ...     [step.title for step in design_steps(folder)]
    ['3.0 万元 · 140 半径内可达的居民']
    """
    from spatialreno.design import Frontier
    from spatialreno.scenario import Scenario, read_scenario

    found, language = [], checked(lang)
    for one in Frontier.read(folder).table.to_dict("records"):
        if one["chosen"]:
            step = read_scenario(Path(folder) / f"design-{one['cost_yuan']:.0f}.toml")
            value = told_value(float(one["value"]), str(one["goal"]))
            title = f"{ten_thousands(one['cost_yuan'])} {unit_text('10000 yuan', language)} · {value}"
            found.append(Scenario(step.name, f"{title} {what_counts(str(one['goal']), language)}", step.interventions))
    return found


def _start(area: StudyArea, scenario: Scenario, origin: list[float], lang: Lang) -> dict[str, Any]:
    after, drawn, notes = scenario.apply(area), outlines(area, scenario, origin), _notes(area, scenario)
    plan: dict[str, Any] = {"walls": [], "structures": [], "gates": {}, "facilities": []}
    left = {}
    for name, layer in area.catalog.layers.items():
        before, then = area.layer(name), after.layer(name)
        if name in _FOLLOWS or "geometry" not in before.columns or before.equals(then):
            continue
        columns = [c.column for c in layer.columns.values() if c.status != "derived"]
        changed = [v for v in versions([before, then], columns) if v.statuses[1] in {"gone", "altered", "built"}]
        if name == "gates":  # a gate goes with its wall
            changed = [v for v in changed if not _gone_with_wall(v, plan["walls"])]
        missed = sum(not _taken(name, version, before, plan, origin) for version in changed)
        if name == "facilities":
            built = [version.id for version in changed if version.statuses[1] == "built"]
            for put, own in zip(plan["facilities"], built, strict=True):
                put |= {"outline": drawn[own]} if own in drawn else {}
                put |= {"note": notes[name, own]} if (name, own) in notes else {}
        if missed:
            left[layer.title(lang)] = missed
    plan["told"] = {f"{layer}:{name}": note for (layer, name), note in notes.items() if layer in _NOTED}
    return {"title": scenario.title, "plan": plan, "left": [[title, count] for title, count in left.items()]}


def _notes(area: StudyArea, scenario: Scenario) -> dict[tuple[str, str], dict[str, Any]]:
    """Read why and when each thing is done."""
    ledger = priced_acts(scenario, area)
    ledger = ledger[ledger["verb"] != "keep"]
    found = {}
    for layer, name, reason, phase in ledger[["layer", "id", "reason", "phase"]].itertuples(index=False, name=None):
        note: dict[str, Any] = {"reason": str(reason)} if isinstance(reason, str) and reason else {}
        note |= {"phase": int(phase)} if pd.notna(phase) and phase > 1 else {}  # what says nothing is done first
        if note:
            found[str(layer), str(name)] = note
    return found


def _gone_with_wall(version: Version, walls: list[str]) -> bool:
    return version.statuses[1] == "gone" and version.row.get("wall_id") in walls


def _taken(layer: str, version: Version, before: gpd.GeoDataFrame, plan: dict[str, Any], origin: list[float]) -> bool:
    """Write one change into the plan; False where the page has no click for it."""
    status = version.statuses[1]
    if layer in {"walls", "structures"} and status == "gone":
        plan[layer].append(version.id)
        return True
    if layer == "gates" and status == "altered":
        walkers = str(version.row["walkers"])
        if walkers == str(before.at[version.id, "walkers"]):
            return False
        plan["gates"][version.id] = walkers
        return True
    if layer == "facilities" and status == "built":
        plan["facilities"].append(_put(version, origin))
        return True
    return False


def _put(version: Version, origin: list[float]) -> dict[str, Any]:
    inside = version.geometry.representative_point()
    mm = np.rint((np.array([inside.x, inside.y]) - origin) * 1000.0).astype(int).tolist()
    building = version.row.get("building_id")
    own = {"building_id": building} if isinstance(building, str) else {}
    return {"kind": str(version.row["kind"]), "mm": mm, **own}
