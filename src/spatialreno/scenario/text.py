"""A scenario as text: its file, and the one form in which equal scenarios read alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomli_w

from spatialreno.errors import ScenarioError
from spatialreno.scenario.interventions import Acts, Alter, Build, Intervention
from spatialreno.scenario.select import CHOICES, thawed
from spatialreno.scenario.values import LONLAT_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def scenario_text(scenario: Acts) -> str:
    """Write a scenario as the text of its file."""
    tables: dict[str, Any] = {"name": scenario.name, "title": scenario.title}
    for verb in ("demolish", "alter", "build"):
        rows = [_table(act) for act in scenario.interventions if act.verb == verb]
        if rows:
            tables[verb] = rows
    return tomli_w.dumps(tables)


def canonical_text(scenario: Acts) -> str:
    """Write what a scenario means, the same for every order of its acts and wherever they were written down."""
    acts = [tomli_w.dumps({act.verb: _table(act, in_place=True)}) for act in scenario.interventions]
    return "\n".join([tomli_w.dumps({"name": scenario.name, "title": scenario.title}), *sorted(acts)])


def _table(act: Intervention, *, in_place: bool = False) -> dict[str, Any]:
    if isinstance(act, Build):
        place = _place(act, in_place=in_place)
        table: dict[str, Any] = {"layer": act.layer, "id": act.id, **dict(act.values), **place}
    else:
        chosen = {k: getattr(act.chosen, k) for k in CHOICES if k != "where"}
        table = {"layer": act.layer, **{k: thawed(v) for k, v in chosen.items() if v is not None}}
        if act.chosen.where is not None:
            table["where"] = {k: thawed(v) for k, v in act.chosen.where}
        if isinstance(act, Alter):
            table["set"] = dict(act.values)
        if act.expect is not None:
            table["expect"] = act.expect
    table |= {"reason": act.reason} if act.reason else {}
    return table | ({"phase": act.phase} if act.phase != 1 else {})


def _place(act: Build, *, in_place: bool = False) -> dict[str, Any]:
    if not act.crs and not in_place:
        raise ScenarioError(
            f"{act}: its geometry has no coordinate system of its own. Use scenario.placed(area) before writing."
        )
    place: dict[str, Any] = {} if act.crs == LONLAT_TEXT else {"crs": act.crs}
    shape = act.geometry
    if shape.geom_type == "Point":
        return {"at": [float(shape.x), float(shape.y)], **place}
    if shape.geom_type == "LineString":
        return {"line": _positions(shape.coords), **place}
    holes = [_positions(ring.coords)[:-1] for ring in shape.interiors]
    return {"outline": _positions(shape.exterior.coords)[:-1], **({"holes": holes} if holes else {}), **place}


def _positions(coords: Iterable[Sequence[float]]) -> list[list[float]]:
    return [[float(x), float(y)] for x, y, *_ in coords]
