"""When each lane is opened: after what stands in it is cleared, before it is paved anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

from spatialreno.errors import Fault
from spatialreno.scenario import work_done

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

_STANDS = ("walls", "structures", "buildings")


def dig_phases(
    area: StudyArea, lanes: pd.DataFrame, scenario: Scenario | None, phase: int
) -> tuple[dict[str, list[int | None]], list[Fault]]:
    """Give each opened lane the phase of its dig, and the phase in which its path is paved anew.

    A lane is opened in the phase of pipe works, or later when what stands in its room is taken away later.
    Where that is not before its paving, the new paving would be broken up: a fault.

    Parameters
    ----------
    area
        The study area as the scenario leaves it.
    lanes
        Pieces that are opened: path_id, width_m, geometry.
    scenario
        The plan, or None when there are no phases.
    phase
        Phase of pipe works.
    """
    if scenario is None or not len(lanes):
        return {"phase": [phase] * len(lanes), "paved": [None] * len(lanes)}, []
    survey = area.survey
    acts = work_done(scenario, survey)
    paved: dict[str, int] = {}
    for verb, layer, name, when in acts:
        if layer == "paths" and verb != "demolish":
            paved[name] = min(when, paved.get(name, when))
    gone = [(layer, name, when) for verb, layer, name, when in acts if verb == "demolish" and layer in _STANDS]
    standing = {layer: dict(survey.layer(layer).geometry.items()) for layer in _STANDS}
    tree = shapely.STRtree([standing[layer][name] for layer, name, _ in gone])
    strips = shapely.buffer(lanes["geometry"].to_numpy(), lanes["width_m"].to_numpy(float) / 2, cap_style="flat")
    opened = pd.Series(phase, index=lanes.index)
    for lane, thing in zip(*tree.query(strips, predicate="intersects"), strict=True):
        opened.iloc[lane] = max(opened.iloc[lane], gone[thing][2])
    over = [paved.get(path) for path in lanes["path_id"]]
    late = [name for name, when, new in zip(lanes.index, opened, over, strict=True) if new is not None and when >= new]
    faults = []
    if late:
        text = "would be opened in or after the phase in which they are paved anew"
        mend = "Clear them earlier, or pave them later"
        faults.append(Fault("paths", tuple(map(str, late)), "under_new_paving", text, mend))
    return {"phase": [int(p) for p in opened], "paved": [None if p is None else int(p) for p in over]}, faults
